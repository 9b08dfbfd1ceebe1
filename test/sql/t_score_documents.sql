-- JSON: documents instead of rows, JSON columns, and paths into them and into composite columns.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET DateStyle = 'ISO';
SET TimeZone = 'UTC';
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- A portrait of one field: 1 point where the condition holds, 2 where the field is missing.
CREATE FUNCTION one(field text, condition text) RETURNS icp_portrait LANGUAGE sql IMMUTABLE AS $$
	SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": %s, "attributes": [{%s, "points": 1},
		{"missing": true, "points": 2}]}]}', to_json(field), condition)::icp_portrait
$$;
-- The score of a document; also as a column "d" of type jsonb, and as one of type json, with the portrait in sight of the planner and not.
CREATE FUNCTION scored(document jsonb, field text, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	scores float8[];
	portrait icp_portrait := one(field, condition);
	inside icp_portrait := one('d.' || field, condition);
BEGIN
	SELECT ARRAY[icp_score(document, portrait), icp_score(document, p), icp_score(r, inside), icp_score(r, i), icp_score(j, inside),
		icp_score(j, i)] INTO scores
		FROM (SELECT portrait p, inside i OFFSET 0) p, (SELECT document AS d) r, (SELECT document::json AS d) j;
	RETURN CASE WHEN array_length(array_remove(scores, scores[1]), 1) IS NULL THEN scores[1]::text ELSE scores::text END;
END $$;

\echo # Fields of a document
SELECT is(scored(document::jsonb, field, condition), expected, format('%s of %s: %s', field, document, condition)) FROM (VALUES
	('{"f": "x"}', 'f', '"equals": "x"', '1'), ('{"f": "y"}', 'f', '"equals": "x"', '0'), ('{"g": "x"}', 'f', '"equals": "x"', '2'),
		('{}', 'f', '"equals": "x"', '2'), ('{"f": null}', 'f', '"equals": "x"', '2'), ('{"F": "x"}', 'f', '"equals": "x"', '2'),
	('{"f": {"g": "x"}}', 'f.g', '"equals": "x"', '1'), ('{"f": {"g": {"h": 5}}}', 'f.g.h', '"range": "[5,5]"', '1'),
		('{"f": {"g": null}}', 'f.g', '"equals": "x"', '2'), ('{"f": {}}', 'f.g', '"equals": "x"', '2'),
		('{"f": "x"}', 'f.g', '"equals": "x"', '2'), ('{"f": null}', 'f.g', '"equals": "x"', '2'),
		('{"f": [{"g": 1}]}', 'f.g', '"equals": 1', '2'),
	('{"f": ["a", "b"]}', 'f.0', '"equals": "a"', '1'), ('{"f": ["a", "b"]}', 'f.1', '"equals": "b"', '1'),
		('{"f": ["a", "b"]}', 'f.2', '"equals": "b"', '2'), ('{"f": ["a", "b"]}', 'f.-1', '"equals": "b"', '1'),
		('{"f": [null]}', 'f.0', '"equals": "b"', '2'), ('{"f": [{"g": [1, 7]}]}', 'f.0.g.1', '"equals": 7', '1'),
		('{"f": {"0": "k"}}', 'f.0', '"equals": "k"', '1'), ('{"f": ["a"]}', 'f.x', '"equals": "a"', '2'),
	('{"客户": {"城市": "上海"}}', '客户.城市', '"equals": "上海"', '1'), ('{"a b": {"c-d": 1}}', 'a b.c-d', '"equals": 1', '1'),
		('{"a\"b": 1}', 'a"b', '"equals": 1', '1'), ('{"": 1}', ' ', '"equals": 1', '2'), ('{"\u0041": 1}', 'A', '"equals": 1', '1'),
		('{"f": {"": 1}}', 'f.', '"equals": 1', '1')) v(document, field, condition, expected);
-- Keys with dots: the key of that very name first, else the longest that leads on.
SELECT is(icp_score(document::jsonb, one(field, condition)), expected, format('%s of %s: %s', field, document, condition)) FROM (VALUES
	('{"a.b": 1, "a": {"b": 2}}', 'a.b', '"equals": 1', 1::float8), ('{"a": {"b": 2}}', 'a.b', '"equals": 2', 1),
		('{"a.b": {"c": 1}, "a": {"b.c": 2, "b": {"c": 3}}}', 'a.b.c', '"equals": 1', 1),
		('{"a.b": null, "a": {"b": 2}}', 'a.b', '"equals": 2', 2)) v(document, field, condition, expected);

\echo # Values of all kinds under one name
SELECT is(string_agg(scored(jsonb_build_object('f', value::jsonb), 'f', condition), ' ' ORDER BY n), expected, condition) FROM (VALUES
	--                                          "x" "5" 5 5.0 "" true null [] ["x"] [5,"x"] {} {"x":1}
	('"equals": "x"',                          '1 0 0 0 0 0 2 0 0 0 0 0'), ('"equals": 5', '0 0 1 1 0 0 2 0 0 0 0 0'),
		('"equals": "5"', '0 1 0 0 0 0 2 0 0 0 0 0'), ('"equals": true', '0 0 0 0 0 1 2 0 0 0 0 0'),
		('"equals": ""', '0 0 0 0 1 0 2 0 0 0 0 0'),
	('"in": ["x", 5, true]',                   '1 0 1 1 0 1 2 0 0 0 0 0'), ('"range": "[5,6)"', '0 0 1 1 0 0 2 0 0 0 0 0'),
		('"range": "(,)"', '1 1 1 1 1 1 2 1 1 1 1 1'), ('"like": "%"', '1 1 0 0 1 0 2 0 0 0 0 0'),
		('"not": {"like": "x"}', '0 1 1 1 1 1 2 1 1 1 1 1'),
	('"contains": "x"',                        '0 0 0 0 0 0 2 0 1 1 0 0'), ('"contains": [5, "x"]', '0 0 0 0 0 0 2 0 0 1 0 0'),
		('"contains_any": [5, "y"]', '0 0 0 0 0 0 2 0 0 1 0 0'),
		('"not": {"contains": "x"}', '1 1 1 1 1 1 2 1 0 0 1 1')) c(condition, expected),
	unnest(ARRAY['"x"', '"5"', '5', '5.0', '""', 'true', 'null', '[]', '["x"]', '[5, "x"]', '{}', '{"x": 1}']) WITH ORDINALITY v(value, n)
		GROUP BY condition, expected;
SELECT is(string_agg(icp_score(jsonb_build_object('f', value::jsonb),
	format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "as": "%s", "attributes": [{"range": "%s", "points": 1},
	{"missing": true, "points": 2}]}]}', reading, range)::icp_portrait)::text, ' ' ORDER BY n), expected, format('as %s in %s', reading,
	range)) FROM (VALUES
	('number', '[5,6)', '2 1 1 1 2 2 2 2 2 2 0'), ('date', '[2024-01-01,2024-12-31]', '2 2 2 2 2 2 2 2 2 2 1')) c(reading, range, expected),
	LATERAL (SELECT value, n FROM unnest(ARRAY['"x"', '"5"', '5', '" 5.5 "', '""', 'true', 'null', '[]', '["5"]', '{"x": 5}', CASE reading
		WHEN 'number' THEN '6' ELSE '"2024-05-05T10:00:00+02:00"' END]) WITH ORDINALITY v(value, n)) v GROUP BY reading, range, expected;
SELECT is(scored(jsonb_build_object('f', value::jsonb), 'f', condition), expected, format('%s: %s', left(value, 40), condition))
	FROM (VALUES
	('123456789012345678901234567890.1', '"equals": 123456789012345678901234567890.1', '1'),
		('123456789012345678901234567890.1', '"equals": 123456789012345678901234567890', '0'), ('1e300', '"range": "(9e299,)"', '1'),
		('-0', '"equals": 0', '1'), ('0.1', '"range": "[0.1,0.1]"', '1'),
	('"2024-03-01"', '"range": "[2024-03-01,2024-03-02)"', '1'),
		('"2024-03-01T23:59:59.999999Z"', '"range": "[2024-03-01,2024-03-02)"', '1'),
		('"2024-03-02T00:00:00+01:00"', '"range": "[2024-03-01,2024-03-02)"', '1'),
		('"March 1, 2024"', '"range": "[2024-03-01,2024-03-02)"', '0'),
		('20240301', '"range": "[2024-03-01,2024-03-02)"', '0')) v(value, condition, expected);

\echo # What is no document
SELECT throws_ok(format('SELECT icp_%s(%L::jsonb, one(''f'', ''"equals": 1''))', f, document), '42804',
	'cannot score a JSON document that is not an object', format('icp_%s of %s', f, document))
	FROM unnest('{score,tier,fits,evaluate,explain}'::text[]) f, unnest(ARRAY['[]', '[{"f": 1}]', '"f"', '5', 'true', 'null']) document;
SELECT is(icp_score(NULL::jsonb, one('f', '"equals": 1')), NULL, 'NULL is NULL');
SELECT is(icp_score('{}'::jsonb, one('f', '"equals": 1')), 2::float8, 'an empty object lacks everything, and no "absent" is needed');

\echo # Documents large and many
CREATE TABLE documents AS SELECT n, jsonb_build_object('n', n, 'name', 'company ' || n, 'note', CASE
	WHEN n % 10 = 0 THEN repeat(md5(n::text), 20000) ELSE '' END, 'tags', jsonb_build_array('t' || n % 3, 't' || n % 5), 'deep',
	jsonb_build_object('er', jsonb_build_object('n', n % 7))) AS d FROM generate_series(1, 50) n;
ALTER TABLE documents ADD j json;
UPDATE documents SET j = d;
CREATE FUNCTION big(prefix text) RETURNS icp_portrait LANGUAGE sql IMMUTABLE AS $$
	SELECT replace('{"scale": "points", "characteristics": [{"name": "n", "field": "$n", "attributes": [{"range": "(25,)", "points": 1}]},
		{"name": "note", "field": "$note", "attributes": [{"like": "%a%", "points": 10}]},
		{"name": "tags", "field": "$tags", "attributes": [{"contains": ["t1", "t2"], "points": 100}]},
		{"name": "deep", "field": "$deep.er.n", "attributes": [{"in": [1, 2], "points": 1000}]}]}', '$', prefix)::icp_portrait
$$;
CREATE TABLE wanted AS SELECT n, ((n > 25)::int + 10 * (n % 10 = 0)::int + 100 * (d -> 'tags' @> '["t1", "t2"]')::int + 1000 * (n % 7 IN (1,
	2))::int)::float8 AS score FROM documents;
SELECT is((SELECT count(*) FROM documents JOIN wanted USING (n)
	WHERE icp_score(d, big('')) = score AND icp_score(documents, big('d.')) = score AND icp_score(documents, big('j.')) = score
	AND icp_score(j::jsonb, big('')) = score), 50::bigint, 'by document and by row, jsonb and json');
SELECT is((SELECT count(*) FROM documents JOIN wanted USING (n),
	(SELECT big('') p, big('d.') q, big('j.') r OFFSET 0) p WHERE icp_score(d, p) = score AND icp_score(documents, q) = score
	AND icp_score(documents, r) = score), 50::bigint, 'also where the planner does not see the portrait');

\echo # Paths into columns
CREATE TYPE geo AS (lat float8, lon float8);
CREATE TYPE address AS (city text, geo geo, extra jsonb, "zip.code" text);
CREATE DOMAIN home AS address CHECK ((VALUE).city IS DISTINCT FROM 'nowhere');
CREATE DOMAIN facts AS jsonb;
CREATE TABLE places (a jsonb, "a.b" int, "a.b.c" text, addr address, home home, facts facts, old json, "Mixed Case" jsonb, plain int);
INSERT INTO places VALUES
	('{"b": 9, "c": 3, "b.c": 4}', 5, 'x', ROW('Paris', ROW(48.9, 2.3), '{"k": [1,
		{"m": "deep"}]}', '75'), ROW('Rome', NULL, NULL, '00'), '{"k": 1}', '{"k": {"n": 2}}', '{"Ärger, groß": true}', 1),
	(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('null', 0, '', ROW(NULL, ROW(NULL, 1), 'null', NULL), ROW(NULL, NULL, '[]', NULL), '[]', 'null', '[]', 0);
CREATE FUNCTION places(field text, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	by_columns text;
	by_row text;
BEGIN
	EXECUTE format('SELECT string_agg(icp_score(t, %L::icp_portrait)::text, '' '' ORDER BY ctid) FROM places t', one(field,
		condition)) INTO by_columns;
	SELECT string_agg(icp_score(t, p)::text, ' ' ORDER BY ctid) INTO by_row FROM places t, (SELECT one(field, condition) p OFFSET 0) p;
	RETURN CASE WHEN by_columns = by_row THEN by_row ELSE by_columns || ' but ' || by_row END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS by_columns = MESSAGE_TEXT, by_row = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\nHINT: ', by_columns, nullif(by_row, ''));
END $$;
SELECT is(places(field, condition), expected, format('%s: %s', field, condition)) FROM (VALUES
	('a.b', '"equals": 5', '1 2 0'), ('a.c', '"equals": 3', '1 2 2'), ('a.b.c', '"equals": "x"', '1 2 0'),
		('a.b.d', '"equals": 5', '2 2 2'), ('a', '"range": "(,)"', '1 2 2'),
	('addr.city', '"equals": "Paris"', '1 2 2'), ('addr.geo.lat', '"range": "(48,49)"', '1 2 2'),
		('addr.geo.lon', '"range": "(0,5)"', '1 2 1'), ('addr.extra.k.1.m', '"equals": "deep"', '1 2 2'),
		('addr.extra', '"range": "(,)"', '1 2 2'), ('addr.zip.code', '"equals": "75"', '1 2 2'),
	('home.city', '"equals": "Rome"', '1 2 2'), ('home.geo.lat', '"range": "(,)"', '2 2 2'), ('home.extra.0', '"range": "(,)"', '2 2 2'),
		('facts.k', '"equals": 1', '1 2 2'), ('old.k.n', '"equals": 2', '1 2 2'), ('Mixed Case.Ärger, groß', '"equals": true', '1 2 2'),
		('addr.geo', '"not": {"missing": true}', '1 2 1'),
	('addr.town', '"equals": "Paris"', E'field "addr.town" of the portrait is not in row type places\nHINT: Fields are column names exactly as they are; "absent": "missing" in the portrait lets rows lack some.'),
	('addr.geo.alt', '"equals": 1', E'field "addr.geo.alt" of the portrait is not in row type places\nHINT: Fields are column names exactly as they are; "absent": "missing" in the portrait lets rows lack some.'),
	('plain.k', '"equals": 1', E'field "plain.k" of the portrait is not in row type places\nHINT: Perhaps you meant "plain".'),
	('addr.geo', '"equals": "(1,2)"', E'condition {"equals": "(1,2)"} cannot apply to column "addr.geo" of type geo\nHINT: How values of this type are read depends on the session''s settings.') ) v(field,
		condition, expected);

\echo # A row and its JSON agree
CREATE TABLE mixed AS SELECT n, (ARRAY['SaaS', 'Fintech', '客户', '', NULL])[1 + n % 5] AS industry, nullif(n % 11, 10) AS employees,
	(n % 13) / 7.0::float8 AS ratio, (n % 17 / 3.0)::numeric(10, 3) AS margin, (n % 19 / 4.0)::float4 AS growth, (ARRAY[true, false,
	NULL])[1 + n % 3] AS active,
	date '2024-01-01' + n % 400 AS founded, timestamp '2024-01-01' + n % 23 * interval '11:11:11.111111' AS signed,
		timestamptz '2024-01-01 00:00+00' + n % 29 * interval '1 day 01:00' AS seen, ARRAY['a', (ARRAY['b', 'c', NULL])[1 + n % 3]] AS tags,
		ARRAY[n % 4, NULL] AS codes, jsonb_build_object('k', n % 5, 's', (n % 5)::text) AS attrs,
	json_build_object('list', ARRAY[n % 2, n % 3]) AS old, md5((n % 8)::text)::uuid AS key, ROW((ARRAY['Paris', 'Rome', NULL])[1 + n % 3],
		ROW(n % 50, 0)::geo, jsonb_build_object('k', n % 2), NULL)::address AS addr, (n % 6)::text AS "a.b", n % 7 AS "Mixed Case"
		FROM generate_series(1, 500) n;
CREATE TABLE agreement AS SELECT '{"initial": 1, "placeholders": ["", 0], "characteristics": [
	{"name": "industry", "field": "industry", "attributes": [{"in": ["SaaS", "客户"], "points": 1}, {"missing": true, "points": 2},
		{"ilike": "fin%", "points": 3}]}, {"name": "employees", "field": "employees", "attributes": [{"range": "[3,7)", "points": 4},
		{"equals": 7, "points": 5}, {"missing": true, "points": 6}]},
	{"name": "ratio", "field": "ratio", "attributes": [{"range": "[0.5,1.2)", "points": 7}, {"range": "[1.2,)", "points": 8}]},
		{"name": "margin", "field": "margin", "attributes": [{"range": "(0.333,3.667]", "points": 9}, {"in": [4, 5.333], "points": 10}]},
		{"name": "growth", "field": "growth", "attributes": [{"range": "[0.25,2.5]", "points": 11}]},
	{"name": "active", "field": "active", "attributes": [{"equals": true, "points": 12}, {"missing": true, "points": 13}]},
		{"name": "founded", "field": "founded", "attributes": [{"range": "[2024-02-01,2024-12-31]", "points": 14},
		{"older": "1 day", "points": 15}]},
		{"name": "signed", "field": "signed", "attributes": [{"range": "[2024-01-02,2024-01-05 12:00)", "points": 16}]},
	{"name": "seen", "field": "seen", "attributes": [{"range": "(2024-01-02 01:00,2024-01-20)", "points": 17},
		{"within": "900 years", "points": 18}]}, {"name": "tags", "field": "tags", "attributes": [{"contains": ["a", "b"], "points": 19},
		{"contains_any": ["c", "d"], "points": 20}]}, {"name": "codes", "field": "codes", "attributes": [{"contains": 3, "points": 21},
		{"contains_any": [1, 2], "points": 22}]},
	{"name": "k", "field": "attrs.k", "attributes": [{"range": "[2,3]", "points": 23}]},
		{"name": "s", "field": "attrs.s", "as": "number", "attributes": [{"range": "[2,3]", "points": 24}]},
		{"name": "list", "field": "old.list.1", "attributes": [{"equals": 2, "points": 25}]},
		{"name": "key", "field": "key", "attributes": [{"in": ["c4ca4238-a0b9-2382-0dcc-509a6f75849b"], "points": 26}]},
	{"name": "city", "field": "addr.city", "attributes": [{"equals": "Rome", "points": 27}]},
		{"name": "lat", "field": "addr.geo.lat", "attributes": [{"range": "[10,20)", "points": 28}]},
		{"name": "extra", "field": "addr.extra.k", "attributes": [{"equals": 1, "points": 29}]},
		{"name": "dotted", "field": "a.b", "attributes": [{"in": ["1", "2"], "points": 30}]},
		{"name": "mixed", "field": "Mixed Case", "attributes": [{"equals": 5, "points": 31}]},
	{"name": "both", "attributes": [{"all": [{"field": "active", "equals": false},
		{"not": {"field": "employees", "range": "(5,)"}}], "points": 32}]}], "disqualify": [{"when": {"field": "n", "range": "[490,)"}, "reason": "last"}]}'::icp_portrait AS portrait;
SELECT is_empty($$ SELECT r, d FROM mixed m, agreement, icp_evaluate(m, portrait) r, icp_evaluate(to_jsonb(m), portrait) d
	WHERE r IS DISTINCT FROM d $$, 'evaluations agree');
SELECT is_empty($$ SELECT n FROM mixed m, agreement WHERE icp_score(m, portrait) <> icp_score(to_jsonb(m), portrait) OR icp_tier(m,
	portrait) <> icp_tier(to_jsonb(m), portrait) OR icp_fits(m, portrait) <> icp_fits(to_jsonb(m), portrait) $$,
	'scores, tiers and fits agree');
SELECT is_empty($$ SELECT n FROM mixed m, agreement, LATERAL (SELECT array_agg((e.characteristic, e.attribute, e.points, e.lost,
	e.reason)::text ORDER BY e.rank) AS r FROM icp_explain(m, portrait) e) r, LATERAL (SELECT array_agg((e.characteristic, e.attribute,
	e.points, e.lost, e.reason)::text ORDER BY e.rank) AS d FROM icp_explain(to_jsonb(m), portrait) e) d
	WHERE r <> d $$, 'explanations agree');
SELECT is((SELECT count(DISTINCT (e.characteristic, e.points)) FROM mixed m, agreement, icp_explain(m, portrait) e
	WHERE e.attribute IS NOT NULL AND e.characteristic <> 'disqualified'), 32::bigint, 'and every attribute has matched');
-- A column whose name has a dot, and a path that goes on from there.
SELECT is(icp_score(r, one('a.b.c', '"equals": 1')), 1::float8, 'on from a column with a dot')
	FROM (SELECT '{"c": 1}'::jsonb AS "a.b", '{"b": {"c": 2}}'::jsonb AS a) r;
SELECT is(icp_score(to_jsonb(r), one('a.b.c', '"equals": 1')), 1::float8, 'the same in JSON')
	FROM (SELECT '{"c": 1}'::jsonb AS "a.b", '{"b": {"c": 2}}'::jsonb AS a) r;

\echo # What is shown of JSON
SELECT is((SELECT value FROM icp_explain(document::jsonb, one('f', '"equals": 1'))
	WHERE rank = 1), expected, format('%s is shown as %s', document, coalesce(expected, 'NULL'))) FROM (VALUES
	('{"f": "x"}', 'x'), ('{"f": "5"}', '5'), ('{"f": 5.50}', '5.50'), ('{"f": true}', 'true'), ('{"f": null}', NULL), ('{}', NULL),
		('{"f": ["x", 1]}', '["x", 1]'), ('{"f": {"a": null}}', '{"a": null}'), ('{"f": ""}', '')) v(document, expected);

\echo # Saved portraits score documents too
SELECT is(icp_save('documents', one('f', '"equals": 1')), 1, 'saved');
SELECT is(icp_score('{"f": 1}'::jsonb, 'documents'), 1::float8, 'by name');
SET LOCAL icp_portrait.default_portrait = 'documents';
SELECT is(icp_score('{"f": 1}'::jsonb), 1::float8, 'by default');
SELECT is((icp_evaluate('{"f": 1}'::jsonb)).points, 1::numeric, 'evaluated');
SELECT is((SELECT sum(points) FROM icp_explain('{"f": 1}'::jsonb, 'documents')), 1::numeric, 'explained');
SELECT is(concat_ws(' ', icp_tier('{"f": 1}'::jsonb), icp_fits('{"f": 1}'::jsonb, 'documents')), 'out f', 'tier and fit');

SELECT * FROM finish();
ROLLBACK;

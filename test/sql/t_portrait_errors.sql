-- What is no portrait is refused, with the place in the JSON and, where there is one to give, a hint.
\set VERBOSITY default

-- Whole documents.
CREATE TEMP TABLE malformed (n serial, portrait text);
INSERT INTO malformed (portrait) VALUES
	-- the document
	('[]'),
	('"SaaS"'),
	('null'),
	('{}'),
	('{"title": "no characteristics"}'),
	('{"charakteristics": []}'),
	('{"CHARACTERISTICS": []}'),
	('{"characteristics": [], "xyzzy": 1}'),
	('{"characteristics": [], "": 1}'),
	('{"characteristics": [], "title": 5}'),
	('{"characteristics": [], "title": null}'),
	('{"characteristics": [], "subject": ""}'),
	('{"characteristics": [], "subject": ["accounts"]}'),
	('{"characteristics": [], "initial": "5"}'),
	('{"characteristics": [], "initial": 0.1234567}'),
	('{"characteristics": [], "initial": -1000000000.000001}'),
	('{"characteristics": [], "scale": 100}'),
	('{"characteristics": [], "scale": "percent"}'),
	('{"characteristics": [], "absent": true}'),
	('{"characteristics": [], "absent": "ignore"}'),
	('{"characteristics": {}}'),
	('{"characteristics": "industry"}'),
	('{"characteristics": null}'),
	('{"characteristics": [], "disqualify": {}}'),
	('{"characteristics": [], "tiers": [80, 60]}'),
	('{"characteristics": [], "fit": "60"}'),
	('{"characteristics": [], "fit": true}'),
	('{"characteristics": [], "placeholders": "N/A"}'),
	('{"characteristics": [], "placeholders": ["N/A", null]}'),
	('{"characteristics": [], "placeholders": [["N/A"]]}'),
	('{"characteristics": [], "placeholders": [{}]}'),
	('{"characteristics": [], "probability": 0.5}'),
	('{"characteristics": [], "probability": {}}'),
	('{"characteristics": [], "probability": {"intercept": -2}}'),
	('{"characteristics": [], "probability": {"intercept": -2, "slope": "steep"}}'),
	('{"characteristics": [], "probability": {"intercept": -2, "slop": 0.1}}'),
	('{"characteristics": [], "probability": {"intercept": -2, "slope": 1e350}}'),
	('{"characteristics": [], "quality": "good"}'),
	('{"characteristics": [], "at": 2026}'),
	('{"characteristics": [], "at": "yesterday"}'),
	('{"characteristics": [], "at": "2026-02-30"}'),
	('{"characteristics": [], "at": "31.01.2026"}'),
	-- tiers
	('{"characteristics": [], "tiers": {"T1": "80"}}'),
	('{"characteristics": [], "tiers": {"": 80}}'),
	('{"characteristics": [], "tiers": {"out": 10}}'),
	('{"characteristics": [], "tiers": {"gold": 80, "silver": 80.00}}'),
	-- characteristics
	('{"characteristics": ["industry"]}'),
	('{"characteristics": [null]}'),
	('{"characteristics": [{"attributes": [{"otherwise": true, "points": 1}]}]}'),
	('{"characteristics": [{"name": ""}]}'),
	('{"characteristics": [{"name": 5}]}'),
	('{"characteristics": [{"name": "c"}]}'),
	('{"characteristics": [{"name": "c", "attributes": {}}]}'),
	('{"characteristics": [{"name": "c", "attributes": null}]}'),
	('{"characteristics": [{"name": "c", "attributes": []}]}'),
	('{"characteristics": [{"name": "c", "atributes": []}]}'),
	('{"characteristics": [{"name": "c", "field": ""}]}'),
	('{"characteristics": [{"name": "c", "field": 5}]}'),
	('{"characteristics": [{"name": "c", "group": ""}]}'),
	('{"characteristics": [{"name": "c", "group": 5}]}'),
	('{"characteristics": [{"name": "c", "reason": ""}]}'),
	('{"characteristics": [{"name": "c", "reason": 5}]}'),
	('{"characteristics": [{"name": "c", "as": "integer"}]}'),
	('{"characteristics": [{"name": "c", "as": 5}]}'),
	('{"characteristics": [{"name": "c", "placeholders": {}}]}'),
	('{"characteristics": [{"name": "c", "placeholders": [null]}]}'),
	('{"characteristics": [{"name": "c", "attributes": [{"otherwise": true, "points": 1}]}, {"name": "c", "attributes": []}]}'),
	-- disqualify
	('{"characteristics": [], "disqualify": ["KP"]}'),
	('{"characteristics": [], "disqualify": [{}]}'),
	('{"characteristics": [], "disqualify": [{"when": "KP"}]}'),
	('{"characteristics": [], "disqualify": [{"when": {"equals": "KP"}}]}'),
	('{"characteristics": [], "disqualify": [{"when": {"otherwise": true}}]}'),
	('{"characteristics": [], "disqualify": [{"when": {"field": "f", "equals": "KP", "points": 1}}]}'),
	('{"characteristics": [], "disqualify": [{"wehn": {}}]}'),
	('{"characteristics": [], "disqualify": [{"when": {"field": "f", "equals": "KP"}, "reason": ""}]}'),
	('{"characteristics": [], "disqualify": [{"when": {"field": "f", "equals": "KP"}, "reason": 7}]}'),
	-- a key that stands twice, which jsonb would drop without a word
	('{"characteristics": [], "fit": 50, "fit": 60}'),
	('{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": 5, "points": 50}]}]}'),
	('{"characteristics": [], "tiers": {"T1": 80, "T1": 70}}'),
	('{"characteristics": [], "quality": {"auc": 0.7, "auc": 0.8}}'),
	('{"characteristics": [], "title": "a", "titl\u0065": "b"}');
SELECT format('SELECT %L::icp_portrait;', portrait) FROM malformed ORDER BY n \gexec

-- One attribute, or two, of a characteristic of field "f".
CREATE TEMP TABLE malformed_attributes (n serial, attributes text);
INSERT INTO malformed_attributes (attributes) VALUES
	('5'),
	('{}'),
	('{"points": 5}'),
	('{"equals": 1}'),
	('{"equals": 1, "points": null}'),
	('{"equals": 1, "points": "5"}'),
	('{"equals": 1, "points": 0.0000001}'),
	('{"equals": 1, "points": 1000000000.1}'),
	('{"equals": 1, "points": 1, "reason": ""}'),
	('{"equals": 1, "points": 1, "reason": 5}'),
	('{"equals": 1, "points": 1, "field": ""}'),
	('{"equals": 1, "points": 1, "field": null}'),
	('{"equals": 1, "points": 1, "as": "text"}'),
	('{"equal": 1, "points": 1}'),
	('{"Range": "[1,2]", "points": 1}'),
	('{"contains_all": ["x"], "points": 1}'),
	('{"is": 1, "points": 1}'),
	('{"equals": 1, "in": [2], "points": 1}'),
	('{"range": "[1,2]", "missing": true, "points": 1}'),
	-- values
	('{"equals": null, "points": 1}'),
	('{"equals": ["a"], "points": 1}'),
	('{"equals": {"a": 1}, "points": 1}'),
	('{"in": "a", "points": 1}'),
	('{"in": [], "points": 1}'),
	('{"in": ["a", null], "points": 1}'),
	('{"in": ["a", ["b"]], "points": 1}'),
	('{"contains": null, "points": 1}'),
	('{"contains": {}, "points": 1}'),
	('{"contains": [], "points": 1}'),
	('{"contains": ["a", {}], "points": 1}'),
	('{"contains_any": "a", "points": 1}'),
	('{"contains_any": [], "points": 1}'),
	-- patterns
	('{"like": 5, "points": 1}'),
	('{"like": ["a%"], "points": 1}'),
	('{"ilike": "50\\", "points": 1}'),
	('{"like": "50\\\\\\", "points": 1}'),
	-- missing and otherwise
	('{"missing": false, "points": 1}'),
	('{"missing": "true", "points": 1}'),
	('{"otherwise": 1, "points": 1}'),
	('{"otherwise": true, "field": "f", "points": 1}'),
	('{"otherwise": true, "as": "number", "points": 1}'),
	-- ranges
	('{"range": 5, "points": 1}'),
	('{"range": [1, 5], "points": 1}'),
	('{"range": "", "points": 1}'),
	('{"range": "100-300", "points": 1}'),
	('{"range": "[100,300", "points": 1}'),
	('{"range": "100,300]", "points": 1}'),
	('{"range": "[100]", "points": 1}'),
	('{"range": "[1,000,2,000]", "points": 1}'),
	('{"range": "[low,high]", "points": 1}'),
	('{"range": "[NaN,)", "points": 1}'),
	('{"range": "[,Infinity)", "points": 1}'),
	('{"range": "[0x10,)", "points": 1}'),
	('{"range": "[1_000,)", "points": 1}'),
	('{"range": "[1e1000,)", "points": 1}'),
	('{"range": "[31.12.2025,)", "points": 1}'),
	('{"range": "[2025-02-29,)", "points": 1}'),
	('{"range": "[2025-01-01 10:00 CET,)", "points": 1}'),
	('{"range": "[now,)", "points": 1}'),
	('{"range": "[300,100]", "points": 1}'),
	('{"range": "[2026-01-01,2025-01-01]", "points": 1}'),
	('{"range": "[2 years,1 month]", "points": 1}'),
	('{"range": "[5,5)", "points": 1}'),
	('{"range": "(5,5.0]", "points": 1}'),
	('{"range": "[5,2026-01-01]", "points": 1}'),
	('{"range": "[2026-01-01,90 days]", "points": 1}'),
	-- lengths of time
	('{"within": 90, "points": 1}'),
	('{"within": "90", "points": 1}'),
	('{"within": "ninety days", "points": 1}'),
	('{"within": "0 days", "points": 1}'),
	('{"within_next": "-90 days", "points": 1}'),
	('{"older": "90 days ago", "points": 1}'),
	('{"older": "P2Y", "points": 1}'),
	('{"older": "1001 years", "points": 1}'),
	('{"older": "infinity", "points": 1}'),
	('{"older": "2 fortnights", "points": 1}'),
	-- conditions in conditions
	('{"all": {}, "points": 1}'),
	('{"all": [], "points": 1}'),
	('{"any": [5], "points": 1}'),
	('{"any": [{"field": "g"}], "points": 1}'),
	('{"not": [], "points": 1}'),
	('{"not": {}, "points": 1}'),
	('{"not": {"equals": 1, "points": 2}, "points": 1}'),
	('{"all": [{"equals": 1, "reason": "r"}], "points": 1}'),
	('{"any": [{"equals": 1}, {"all": [{"not": {"otherwise": true}}]}], "points": 1}'),
	('{"any": [{"equals": 1}, {"all": [{"not": {"rnage": "[1,2]"}}]}], "points": 1}'),
	-- attributes that could never be reached
	('{"otherwise": true, "points": 1}, {"missing": true, "points": 2}'),
	('{"otherwise": true, "points": 1}, {"otherwise": true, "points": 1}'),
	('{"equals": "a", "points": 1}, {"equals": "a", "points": 2}'),
	('{"equals": 1, "points": 1}, {"equals": 1.00, "points": 2}'),
	('{"in": ["a", "b"], "points": 1}, {"in": ["b", "a"], "points": 2}'),
	('{"equals": "a", "points": 1}, {"equals": "b", "points": 1}, {"in": ["a", "b"], "points": 2}'),
	('{"range": "[1,10]", "points": 1}, {"range": "(1,10)", "points": 2}'),
	('{"range": "(,)", "points": 1}, {"range": "[2025-01-01,)", "points": 2}'),
	('{"missing": true, "points": 1}, {"missing": true, "points": 2}'),
	('{"like": "a%", "points": 1}, {"like": "a%", "points": 2}'),
	('{"all": [{"equals": 1}], "points": 1}, {"all": [{"equals": 1}], "points": 2}');
INSERT INTO malformed (portrait)
	SELECT format('{"characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}', attributes)
	FROM malformed_attributes ORDER BY n;
SELECT format('SELECT %L::icp_portrait;', m.portrait)
	FROM malformed m, (SELECT max(n) - (SELECT count(*) FROM malformed_attributes) AS before FROM malformed) b
	WHERE m.n > b.before ORDER BY m.n \gexec

-- Two that need other fields, placeholders or readings than that.
INSERT INTO malformed (portrait) VALUES
	('{"characteristics": [{"name": "c", "attributes": [{"equals": 1, "points": 1}]}]}'),
	('{"characteristics": [{"name": "c", "attributes": [{"not": {"missing": true}, "points": 1}]}]}'),
	('{"placeholders": ["N/A"], "characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": "N/A", "points": 1}]}]}'),
	('{"characteristics": [{"name": "c", "field": "f", "placeholders": [0], "attributes": [{"in": [0, 0.0], "points": 1}]}]}'),
	('{"characteristics": [{"name": "c", "attributes": [{"field": "f", "equals": 1, "points": 1}, {"field": "f", "equals": 1, "points": 2}]}]}');
SELECT format('SELECT %L::icp_portrait;', portrait) FROM (SELECT * FROM malformed ORDER BY n DESC LIMIT 5) last ORDER BY n \gexec

-- What is too large.
SELECT rpad('{"characteristics": []}', 4194305)::icp_portrait;
SELECT ('{"characteristics": [], "fit": 1' || repeat('0', 400) || '}')::icp_portrait;
SELECT ('{"characteristics": [{"name": "c", "field": "' || repeat('f', 1001) || '", "attributes": [{"equals": 1, "points": 1}]}]}')::icp_portrait;
SELECT ('{"characteristics": [{"name": "c", "field": "f", "attributes": [' || repeat('{"not": ', 32) || '{"equals": 1}' || repeat('}', 31) || ', "points": 1}]}]}')::icp_portrait;

-- The rest is about behaviour.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- SQLSTATE, message and hint of an input, or 00000.
CREATE FUNCTION pg_temp.refusal(portrait text, OUT code text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
	result icp_portrait;
BEGIN
	result := portrait;
	code := '00000';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
-- The same through jsonb.
CREATE FUNCTION pg_temp.jsonb_refusal(portrait text, OUT code text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
	result icp_portrait;
BEGIN
	result := portrait::jsonb::icp_portrait;
	code := '00000';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
-- A portrait of one characteristic.
CREATE FUNCTION pg_temp.with_attributes(attributes text) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}', attributes)
$$;

SELECT cmp_ok((SELECT count(*) FROM malformed), '>=', 150::bigint, 'there are many ways to be wrong');
SELECT is_empty($$ SELECT portrait FROM malformed WHERE (pg_temp.refusal(portrait)).code = '00000' $$, 'all of them are refused');
SELECT is_empty($$ SELECT code, portrait FROM malformed, pg_temp.refusal(portrait) WHERE code !~ '^(22|42|54|0A)' $$,
	'with an SQLSTATE of class 22, 42, 54 or 0A');
SELECT is_empty($$ SELECT portrait FROM malformed, pg_temp.refusal(portrait) WHERE message NOT LIKE 'invalid portrait%' $$,
	'with a message that begins in the same way');
SELECT is_empty($$ SELECT portrait, t.message, j.message FROM malformed, pg_temp.refusal(portrait) t, pg_temp.jsonb_refusal(portrait) j
	WHERE t.message NOT LIKE '%stands twice%' AND (t.code, t.message, t.hint) IS DISTINCT FROM (j.code, j.message, j.hint) $$,
	'and the cast from jsonb says the same');

-- What is no JSON at all is jsonb's to refuse, in its words.
SELECT is_empty($$ SELECT json, code FROM unnest(ARRAY['', ' ', 'SaaS', '{', '{"characteristics": []', '{"characteristics": [],}',
		'{characteristics: []}', '{"characteristics": []} x', '{''characteristics'': []}', '{"a": "\ud800"}', '{"a": "\u00"}',
		'{"a": 01}', '{"a": +1}', '{"a": NaN}', '{"a": Infinity}', E'{"a": "\n"}', '[1}']) json, pg_temp.refusal(json)
	WHERE code <> '22P02' $$, 'malformed JSON is 22P02');
SELECT is((pg_temp.refusal('{"title": "\u0000"}')).code, '22P05', 'a null character cannot be stored');
SELECT is((pg_temp.refusal('{"fit": 1e200000}')).code, '22003', 'nor can a number beyond numeric');
SELECT is((pg_temp.refusal(NULL)).code, '00000', 'NULL is no portrait, and no error');

-- Hints name the closest key, or none when nothing is close.
SELECT results_eq($$ SELECT hint FROM unnest(ARRAY['equels', 'IN', 'rang', 'mising', 'otherwse', 'contain', 'with_in', 'pionts', 'rnage',
	'frobnicate']) WITH ORDINALITY k(key, n),
		pg_temp.refusal(pg_temp.with_attributes(format('{%s: 1, "points": 1}', to_json(key)))) ORDER BY n $$,
	$$ VALUES ('Perhaps you meant "equals".'), ('Perhaps you meant "in".'), ('Perhaps you meant "range".'),
		('Perhaps you meant "missing".'),
		('Perhaps you meant "otherwise".'), ('Perhaps you meant "contains".'), ('Perhaps you meant "within".'),
			('Perhaps you meant "points".'),
		('Perhaps you meant "range".'), ('') $$, 'hints of unknown keys');
SELECT ok((pg_temp.refusal(format('{"characteristics": [], %s: 1}', to_json(repeat('k',
	100000))))).message ~ '^invalid portrait at k+: unknown key "k+"$', 'a very long unknown key does no harm');

-- What could still be reached is no error, even if it looks much like what was matched before it.
SELECT is_empty($$ SELECT attributes, message FROM unnest(ARRAY[
		'{"in": ["a", "b"], "points": 1}, {"in": ["b", "c"], "points": 2}',
		'{"equals": "a", "points": 1}, {"field": "g", "equals": "a", "points": 2}',
		'{"equals": "5", "points": 1}, {"equals": 5, "points": 2}',
		'{"equals": "true", "points": 1}, {"equals": true, "points": 2}',
		'{"range": "(,)", "points": 1}, {"as": "number", "range": "(,)", "points": 2}',
		'{"range": "(,)", "points": 1}, {"missing": true, "points": 2}',
		'{"range": "(1,10)", "points": 1}, {"range": "[1,10)", "points": 2}, {"range": "(1,10]", "points": 3}',
		'{"range": "[1,10]", "points": 1}, {"range": "[1,)", "points": 2}, {"range": "(,10]", "points": 3}',
		'{"range": "[1,10]", "points": 1}, {"range": "[2024-01-01,2024-02-01]", "points": 2}, {"range": "[1 day,2 days]", "points": 3}',
		'{"range": "[1,5]", "points": 1}, {"range": "[6,9]", "points": 2}, {"range": "[1,9]", "points": 3}',
		'{"like": "a%", "points": 1}, {"ilike": "a%", "points": 2}, {"like": "A%", "points": 3}',
		'{"like": "50\\\\", "points": 1}, {"like": "50\\%", "points": 2}',
		'{"missing": true, "points": 1}, {"field": "g", "missing": true, "points": 2}',
		'{"contains": ["a", "b"], "points": 1}, {"contains": ["a"], "points": 2}, {"contains_any": ["a"], "points": 3}',
		'{"within": "1 day", "points": 1}, {"within": "2 days", "points": 2},
			{"older": "2 days", "points": 3}']) attributes, pg_temp.refusal(pg_temp.with_attributes(attributes))
	WHERE code <> '00000' $$, 'what could be reached');
SELECT is((pg_temp.refusal(portrait)).code, '00000', 'a placeholder of another characteristic is none here')
	FROM (VALUES ('{"characteristics": [{"name": "c", "field": "f", "placeholders": ["x"], "attributes": [{"equals": "z", "points": 1}]},
		{"name": "d", "field": "f", "attributes": [{"equals": "x", "points": 1}]}]}')) v(portrait);

-- Limits: the most that is allowed, and one more.
CREATE FUNCTION pg_temp.characteristics(n int, attributes int) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"characteristics": [%s]}', string_agg(format('{"name": "c%s", "field": "f", "attributes": [%s]}', c,
		(SELECT string_agg(format('{"equals": %s, "points": 1}', a), ', ') FROM generate_series(1, attributes) a)), ', '))
	FROM generate_series(1, n) c
$$;
CREATE FUNCTION pg_temp.nested(n int) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.with_attributes(repeat('{"not": ', n - 1) || '{"equals": 1}' || repeat('}', n - 2) || ', "points": 1}')
$$;
SELECT is((pg_temp.refusal(pg_temp.characteristics(1000, 1))).code, '00000', '1000 characteristics');
SELECT is(r::text, '(54000,"invalid portrait at characteristics[1000]: more than 1000 characteristics","")', 'not 1001')
	FROM pg_temp.refusal(pg_temp.characteristics(1001, 1)) r;
SELECT is((pg_temp.refusal(pg_temp.characteristics(10, 1000))).code, '00000', '10000 attributes');
SELECT is(r::text, '(54000,"invalid portrait at characteristics[0].attributes[10000]: more than 10000 attributes","")', 'not 10001')
	FROM pg_temp.refusal(pg_temp.characteristics(1, 10001)) r;
SELECT is(r::text, '(54000,"invalid portrait at disqualify[0]: more than 10000 attributes","")', 'rules of disqualification count too')
	FROM pg_temp.refusal(replace(pg_temp.characteristics(10, 1000), '{"characteristics"',
		'{"disqualify": [{"when": {"field": "f", "missing": true}}], "characteristics"')) r;
SELECT is((pg_temp.refusal(pg_temp.nested(32))).code, '00000', '32 conditions in each other');
SELECT is(r::text, '(54000,"invalid portrait at characteristics[0].attributes[0]' || repeat('.not',
	32) || ': conditions are nested deeper than 32","")', 'not 33')
	FROM pg_temp.refusal(pg_temp.nested(33)) r;
SELECT is((pg_temp.refusal(format('{"characteristics": [], "tiers": {%s}}', string_agg(format('"t%s": %s', i, i), ', ')))).code, CASE n
	WHEN 1000 THEN '00000' ELSE '54000' END, n || ' tiers')
	FROM (VALUES (1000), (1001)) v(n), generate_series(1, n) i GROUP BY n ORDER BY n;
SELECT is((pg_temp.refusal(rpad('{"characteristics": []}', 4194304))).code, '00000', '4 MB of JSON');
SELECT is(r::text, '(54000,"portrait of 4194305 bytes is too large","")', 'not a byte more')
	FROM pg_temp.refusal(rpad('{"characteristics": []}', 4194305)) r;
-- Its canonical form is 4 MB, so that the value can be read back; from jsonb it is measured as jsonb prints it.
SELECT is((pg_temp.refusal(format('{"title": "%s", "characteristics": []}', repeat('x',
	4194304 - length('{"title":"","characteristics":[]}'))))).code, '54000', 'the canonical form is not longer either');
CREATE TEMP TABLE largest AS
	SELECT format('{"title": "%s", "characteristics": []}', repeat('x',
		4194304 - length('{"title": "", "characteristics": []}'::icp_portrait::text))) AS portrait;
SELECT is((pg_temp.refusal(portrait)).code, '00000', 'a portrait whose canonical form has 4 MB') FROM largest;
SELECT is(length(portrait::icp_portrait::text), 4194304, 'exactly') FROM largest;
SELECT is(portrait::icp_portrait::text::icp_portrait, portrait::icp_portrait, 'can be read back') FROM largest;
SELECT is((pg_temp.jsonb_refusal(portrait)).code, '00000', 'and comes from jsonb') FROM largest;
SELECT is((pg_temp.refusal(replace(portrait, 'xx"', 'xxx"'))).code, '54000', 'not a byte more of that') FROM largest;
SELECT is((pg_temp.refusal(pg_temp.with_attributes(format('{"equals": %s, "points": 1}', repeat('9', n))))).code, CASE n
	WHEN 400 THEN '00000' ELSE '54000' END, 'a number of ' || n || ' digits')
	FROM (VALUES (400), (401)) v(n);
SELECT is((pg_temp.refusal(pg_temp.with_attributes(format('{"range": "[%s,)", "points": 1}', repeat('9', n))))).code, CASE n
	WHEN 400 THEN '00000' ELSE '22P02' END, 'a bound of ' || n || ' digits')
	FROM (VALUES (400), (401)) v(n);
SELECT is((pg_temp.refusal(format('{"characteristics": [{"name": "c", "field": "%s", "attributes": [{"equals": 1, "points": 1}]}]}',
	repeat('f', n)))).code, CASE n WHEN 1000 THEN '00000' ELSE '54000' END, 'a field of ' || n || ' letters')
	FROM (VALUES (1000), (1001)) v(n);
SELECT is((pg_temp.refusal(format('{"characteristics": [{"name": "c", "attributes": [%s]}]}',
	string_agg(format('{"field": "f%s", "equals": 1, "points": 1}', i), ', ')))).code, CASE n
	WHEN 1600 THEN '00000' ELSE '54000' END, n || ' fields')
	FROM (VALUES (1600), (1601)) v(n), generate_series(1, n) i GROUP BY n ORDER BY n;
SELECT is((pg_temp.refusal(pg_temp.with_attributes(format('{"equals": 1, "points": %s}', points)))).code, code, points || ' points')
	FROM (VALUES ('1000000000', '00000'), ('-1000000000', '00000'), ('1000000000.000001', '22P02'), ('-1000000000.000001', '22P02'),
		('1e9', '00000'), ('1e10', '22P02'), ('1e300', '22P02'), ('1e400', '54000'),
		('0.000001', '00000'), ('0.0000001', '22P02'), ('1e-6', '00000'), ('1e-7', '22P02'), ('0.1234560000', '00000')) v(points, code);
SELECT is((pg_temp.refusal(pg_temp.with_attributes(format('{"older": "%s", "points": 1}', span)))).code, code, 'older than ' || left(span,
	30))
	FROM (VALUES ('1000 years', '00000'), ('1000 years 1 month', '22P02'), ('366000 days', '00000'), ('366001 days', '22P02'),
		('0.000001 seconds', '00000'), ('0.0000001 seconds', '22P02'), ('1 microsecond', '00000'),
		('999999999999999999999 days', '22P02'), ('1' || repeat(' 1', 300) || ' days', '22P02')) v(span, code);
SELECT is((pg_temp.refusal(pg_temp.with_attributes(format('{"range": "[%s,)", "points": 1}', moment)))).code, code,
	'a range from ' || moment)
	FROM (VALUES ('0001-01-01', '00000'), ('0000-01-01', '22P02'), ('294276-12-31', '00000'), ('294277-01-01', '22P02'),
		('999999-01-01', '22P02'), ('2024-02-29', '00000'), ('2023-02-29', '22P02'),
		('2024-01-01 24:00:00', '00000'), ('2024-01-01 24:00:01', '22P02'), ('2024-01-01 00:00:00.123456789', '00000'),
			('2024-01-01 00:00:00+15:59', '00000'), ('2024-01-01 00:00:00+16', '22P02')) v(moment, code);

-- Nothing nests so deep that the stack gives way.
SELECT is((pg_temp.refusal(repeat('[', 100000))).code, '54001', '100,000 open arrays');
SELECT is((pg_temp.refusal(repeat('{"a":', 100000))).code, '54001', '100,000 open objects');
SELECT is((pg_temp.refusal(pg_temp.nested(100000))).code, '54001', '100,000 conditions in each other');
SELECT is((pg_temp.refusal('{"characteristics": [], "quality": {"a": ' || repeat('[', 100000) || repeat(']', 100000) || '}}')).code,
	'54001', '100,000 arrays where anything may stand');
SELECT is((pg_temp.jsonb_refusal(pg_temp.nested(1000))).code, '54000', 'through jsonb as well');
SELECT is((pg_temp.refusal('{"characteristics": [], "quality": {"a": ' || repeat('[', 1000) || repeat(']', 1000) || '}}')).code, '00000',
	'1,000 are no problem there');

SELECT * FROM finish();
ROLLBACK;

-- icp_qualify: what is met, unmet and unknown, and what verdict follows, against plain SQL.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
\set ON_ERROR_ROLLBACK on
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET LOCAL timezone = 'UTC';

-- ---- one condition on each kind of field ----

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE spot AS (street text, city text);
CREATE DOMAIN share AS numeric(5,2);
CREATE TABLE probe (id int PRIMARY KEY, t text, v varchar(20), c char(6), b bool, s smallint, i int, l bigint, r real, d float8, n numeric, m money, day date, at timestamp, tz timestamptz, span interval, u uuid, e mood, tags text[], nums int[], j jsonb, place spot, sh share, money_text text, day_text text);
INSERT INTO probe VALUES
	(1, 'SaaS', 'SaaS', 'SaaS', true, 5, 5, 5, 5, 5, 5, 5, now()::date - 5, now() - interval '5 days', now() - interval '5 days', '5 days', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ok', '{vip,x}', '{1,2}', '{"k": "SaaS", "n": 5, "a": ["vip"]}', '(a,Paris)', 5, '1,5', '2024-02-30'),
	(2, 'Bank', 'Bank', 'Bank', false, 500, 500, 500, 500, 500, 500, 500, now()::date - 500, now() - interval '500 days', now() - interval '500 days', '500 days', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'sad', '{x}', '{3}', '{"k": "Bank", "n": 500, "a": []}', '(b,Rome)', 500, '500', '2020-02-20'),
	(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(4, 'Select', 'Select', 'Select', NULL, NULL, NULL, NULL, 'NaN', 'NaN', 'NaN', NULL, 'infinity', '-infinity', 'infinity', NULL, NULL, 'happy', '{}', '{NULL}', '{"k": null, "n": "x", "a": {}}', '(,)', 'NaN', 'Select', 'Select'),
	(5, '', '', '', false, 0, 0, 0, '-Infinity', 'Infinity', 'Infinity', 0, '2000-01-01', '2000-01-01', '2000-01-01', '0', NULL, NULL, '{NULL}', '{}', '{}', ROW(NULL, 'Paris'), 0, '', '');
CREATE TABLE condition (id int GENERATED ALWAYS AS IDENTITY, json jsonb, sql text);
-- placeholders count as NULL, and so does what cannot be read
INSERT INTO condition (json, sql) VALUES
	('{"field": "t", "equals": "SaaS"}', $$nullif(t, 'Select') = 'SaaS'$$), ('{"field": "t", "in": ["SaaS", "AI", "Select"]}', $$nullif(t, 'Select') IN ('SaaS', 'AI', 'Select')$$),
	('{"field": "v", "like": "Sa%"}', $$nullif(v, 'Select') LIKE 'Sa%'$$), ('{"field": "v", "ilike": "%A_K"}', $$nullif(v, 'Select') ILIKE '%A_K'$$),
	('{"field": "c", "equals": "Bank"}', $$nullif(c, 'Select') = 'Bank'$$), ('{"field": "b", "equals": true}', 'b'), ('{"field": "b", "equals": false}', 'NOT b'),
	('{"field": "s", "range": "[5,10)"}', 's >= 5 AND s < 10'), ('{"field": "i", "range": "(5,)"}', 'i > 5'), ('{"field": "l", "in": [5, 7]}', 'l IN (5, 7)'),
	('{"field": "r", "range": "(,100]"}', $$nullif(r, 'NaN') <= 100$$), ('{"field": "d", "range": "[100,)"}', $$nullif(d, 'NaN') >= 100$$), ('{"field": "n", "equals": 5}', $$nullif(n, 'NaN') = 5$$), ('{"field": "sh", "range": "[100,)"}', $$nullif(sh::numeric, 'NaN') >= 100$$),
	('{"field": "m", "range": "[100,)"}', $$m >= 100::money$$), ('{"field": "day", "within": "30 days"}', $$day BETWEEN (now() - interval '30 days')::date AND now()::date$$), ('{"field": "at", "older": "1 year"}', $$at < now() - interval '1 year'$$),
	('{"field": "tz", "range": "[2001-01-01,)"}', $$tz >= '2001-01-01'$$), ('{"field": "span", "range": "[6 days,)"}', $$span >= '6 days'$$), ('{"field": "u", "equals": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}', $$u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'$$),
	('{"field": "e", "in": ["ok", "happy"]}', $$e IN ('ok', 'happy')$$), ('{"field": "tags", "contains": "vip"}', $$'vip' = ANY (coalesce(array_remove(tags, NULL), NULL))$$), ('{"field": "nums", "contains_any": [2, 9]}', 'array_remove(nums, NULL) && ARRAY[2, 9]'),
	('{"field": "j.k", "equals": "SaaS"}', $$j ->> 'k' = 'SaaS'$$), ('{"field": "j.n", "range": "[100,)"}', $$CASE jsonb_typeof(j -> 'n') WHEN 'number' THEN (j ->> 'n')::numeric >= 100 WHEN 'string' THEN false END$$), ('{"field": "place.city", "equals": "Paris"}', $$(place).city = 'Paris'$$),
	('{"field": "money_text", "as": "number", "range": "[100,)"}', $$CASE WHEN money_text ~ '^[0-9]+$' THEN money_text::numeric >= 100 END$$), ('{"field": "day_text", "as": "date", "older": "2 years"}', $$CASE WHEN day_text = '2020-02-20' THEN day_text::date < now() - interval '2 years' END$$),
	('{"field": "t", "missing": true}', $$CASE WHEN nullif(t, 'Select') IS NOT NULL THEN false END$$), ('{"not": {"field": "t", "missing": true}}', $$CASE WHEN nullif(t, 'Select') IS NOT NULL THEN true END$$), ('{"field": "i", "range": "(,)"}', 'CASE WHEN i IS NOT NULL THEN true END'),
	('{"not": {"field": "i", "range": "[5,10)"}}', 'NOT (i >= 5 AND i < 10)'), ('{"all": [{"field": "i", "equals": 5}, {"field": "u", "missing": false}]}', NULL),
	('{"all": [{"field": "b", "equals": false}, {"field": "u", "equals": "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}]}', $$NOT b AND u = 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'$$), ('{"any": [{"field": "b", "equals": true}, {"field": "e", "equals": "happy"}]}', $$b OR e = 'happy'$$),
	('{"field": "absent", "equals": 1}', 'NULL::bool');
DELETE FROM condition WHERE sql IS NULL;
CREATE TABLE card AS SELECT id, sql, jsonb_build_object('absent', 'missing', 'placeholders', '["Select"]'::jsonb, 'characteristics', jsonb_build_array(jsonb_build_object('name', 'c', 'dimension', 'x', 'attributes', jsonb_build_array(json || '{"points": 1}'))))::icp_portrait AS p FROM condition;
CREATE FUNCTION standing(q icp_qualification) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN 'x' = ANY (q.met) THEN 'met' WHEN 'x' = ANY (q.unmet) THEN 'unmet' WHEN 'x' = ANY (q.unknown) THEN 'unknown' END $$;
CREATE FUNCTION sql_says(sql text, row_id int) RETURNS text LANGUAGE plpgsql AS $$ DECLARE result bool; BEGIN EXECUTE format('SELECT (%s)::bool FROM probe WHERE id = %s', sql, row_id) INTO result; RETURN CASE WHEN result THEN 'met' WHEN NOT result THEN 'unmet' ELSE 'unknown' END; END $$;
SELECT is(standing(icp_qualify(w, p)), sql_says(sql, w.id), format('row %s: %s', w.id, sql)) FROM card, probe w WHERE standing(icp_qualify(w, p)) IS DISTINCT FROM sql_says(sql, w.id);
SELECT is(count(*), 5 * (SELECT count(*) FROM condition), 'rows say what SQL says') FROM card, probe w WHERE standing(icp_qualify(w, p)) = sql_says(sql, w.id);
-- documents too, where JSON has the value
SELECT is_empty($$SELECT * FROM card, probe w WHERE NOT sql ~ '(m|d|r|n|sh|at|tz|day|span) |nullif\((d|r|n|sh|c)' AND standing(icp_qualify(to_jsonb(w), p)) IS DISTINCT FROM sql_says(sql, w.id)$$, 'documents say what SQL says');

-- ---- any conditions, attributes, parts and rules ----

CREATE TABLE grid AS SELECT a, b, c FROM unnest('{0,1,NULL}'::int[]) a, unnest('{0,1,2,NULL}'::int[]) b, unnest('{0,1,NULL}'::int[]) c;
CREATE FUNCTION pick(seed bigint, i int, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ((hashint8extended(seed, i) & 9223372036854775807) % n)::int $$;
-- A condition as JSON and as SQL.
CREATE FUNCTION some_condition(seed bigint, depth int, OUT j jsonb, OUT s text) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	f text = ('{a,b,c}'::text[])[1 + pick(seed, 1, 3)];
	k int = pick(seed, 2, 3);
	x record; y record;
BEGIN
	IF depth > 0 AND pick(seed, 3, 3) > 0 THEN
		x := some_condition(seed * 3 + 1, depth - 1);
		y := some_condition(seed * 3 + 2, depth - 1);
		CASE pick(seed, 4, 3)
			WHEN 0 THEN j := jsonb_build_object('all', jsonb_build_array(x.j, y.j)); s := format('((%s) AND (%s))', x.s, y.s);
			WHEN 1 THEN j := jsonb_build_object('any', jsonb_build_array(x.j, y.j)); s := format('((%s) OR (%s))', x.s, y.s);
			ELSE j := jsonb_build_object('not', x.j); s := format('(NOT (%s))', x.s);
		END CASE;
	ELSE
		CASE pick(seed, 5, 4)
			WHEN 0 THEN j := jsonb_build_object('field', f, 'missing', true); s := format('%s IS NULL', f);
			WHEN 1 THEN j := jsonb_build_object('field', f, 'range', format('[%s,)', k)); s := format('%s >= %s', f, k);
			ELSE j := jsonb_build_object('field', f, 'equals', k); s := format('%s = %s', f, k);
		END CASE;
	END IF;
END $$;
-- Portraits of up to four dimensions of up to three parts of up to three attributes.
CREATE TABLE part AS SELECT seed, d, part, n, c.j, c.s, pick(seed * 1000 + d * 100 + part * 10 + n, 8, 6) - 1 AS points, n = attributes AND pick(seed * 1000 + d * 100 + part, 9, 4) = 0 AS otherwise
	FROM generate_series(1, 150) seed, generate_series(1, 1 + pick(seed, 6, 4)) d, generate_series(1, CASE WHEN pick(seed * 10 + d, 7, 3) > 0 THEN 1 ELSE 3 END) part,
	LATERAL (SELECT pick(seed * 1000 + d * 100 + part, 10, 4) AS attributes) k, generate_series(1, attributes) n, some_condition(seed * 1000 + d * 100 + part * 10 + n, 2) c;
-- a part without attributes is one of nothing
CREATE TABLE whole AS SELECT seed, d, part, pick(seed * 1000 + d * 100 + part, 11, 3) > 0 AS asks FROM generate_series(1, 150) seed, generate_series(1, 1 + pick(seed, 6, 4)) d, generate_series(1, CASE WHEN pick(seed * 10 + d, 7, 3) > 0 THEN 1 ELSE 3 END) part;
CREATE TABLE rule AS SELECT seed, CASE WHEN pick(seed, 12, 3) = 0 THEN NULL WHEN pick(seed, 13, 2) = 0 THEN jsonb_build_object('sales_qualified', jsonb_build_object('met', n), 'nurture', jsonb_build_object('require', jsonb_build_array('d1')))
	ELSE jsonb_build_object('marketing_qualified', jsonb_build_object('met', (n + 1) / 2, 'require', jsonb_build_array('d' || n))) END AS rules, n FROM (SELECT seed, max(d) AS n FROM whole GROUP BY seed) x;
DELETE FROM rule WHERE n < 2;
CREATE TABLE portrait AS SELECT w.seed, jsonb_strip_nulls(jsonb_build_object('framework', 'F' || w.seed, 'verdicts', rules, 'characteristics', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', format('%s.%s', w.d, w.part), 'dimension', 'd' || w.d, 'question', CASE WHEN asks THEN format('%s.%s?', w.d, w.part) END, 'attributes', coalesce(a, '[]'))) ORDER BY w.d, w.part)))::icp_portrait AS p
	FROM whole w JOIN rule USING (seed) LEFT JOIN (SELECT seed, d, part, jsonb_agg(CASE WHEN otherwise THEN '{"otherwise": true}' ELSE j END || jsonb_build_object('points', points) ORDER BY n) AS a FROM part GROUP BY 1, 2, 3) x USING (seed, d, part)
	-- what can never be reached is refused
	WHERE NOT EXISTS (SELECT FROM part y, part z WHERE y.seed = w.seed AND z.seed = w.seed AND (y.d, y.part) = (z.d, z.part) AND y.n < z.n AND y.j = z.j) GROUP BY w.seed, rules;
SELECT cmp_ok(count(*), '>', 80::bigint, 'portraits') FROM portrait;
CREATE FUNCTION fields_of(j jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT array_agg(DISTINCT f #>> '{}') FROM jsonb_path_query(j, '$.**.field') f $$;
-- All truths of a part in their order, and whether any of its fields is known.
CREATE TABLE truth (seed bigint, d int, part int, n int, points int, a int, b int, c int, is_true bool, is_known bool);
DO $$ DECLARE r record; BEGIN FOR r IN SELECT *, (SELECT string_agg(format('%I IS NOT NULL', f), ' OR ') FROM unnest(fields_of(CASE WHEN otherwise THEN '{}' ELSE j END)) f) AS known FROM part WHERE seed IN (SELECT seed FROM portrait) LOOP
	EXECUTE format('INSERT INTO truth SELECT %s, %s, %s, %s, %s, a, b, c, %s, %s FROM grid', r.seed, r.d, r.part, r.n, r.points, CASE WHEN r.otherwise THEN 'true' ELSE r.s END, coalesce(r.known, 'false'));
END LOOP; END $$;
CREATE TABLE part_says AS WITH held AS (SELECT DISTINCT ON (seed, d, part, a, b, c) seed, d, part, a, b, c, n, points FROM truth WHERE is_true ORDER BY seed, d, part, a, b, c, n)
	SELECT t.seed, t.d, t.part, t.a, t.b, t.c, CASE WHEN NOT bool_or(t.is_known) THEN NULL WHEN max(h.points) > 0 THEN true WHEN bool_or(t.n < coalesce(h.n, 99) AND t.points > 0 AND t.is_true IS NULL) THEN NULL ELSE false END AS met
	FROM truth t LEFT JOIN held h ON (h.seed, h.d, h.part) = (t.seed, t.d, t.part) AND (h.a, h.b, h.c) IS NOT DISTINCT FROM (t.a, t.b, t.c) GROUP BY 1, 2, 3, 4, 5, 6;
CREATE TABLE dimension_says AS SELECT w.seed, w.d, g.a, g.b, g.c, CASE WHEN bool_or(NOT s.met) THEN false WHEN count(s.met) < count(*) THEN NULL ELSE true END AS met,
	array_agg(w.part ORDER BY w.part) FILTER (WHERE asks) AS asking, array_agg(coalesce(s.met::text, 'null') ORDER BY w.part) FILTER (WHERE asks) AS asking_met
	FROM whole w JOIN portrait USING (seed) CROSS JOIN grid g LEFT JOIN part_says s ON (s.seed, s.d, s.part) = (w.seed, w.d, w.part) AND (s.a, s.b, s.c) IS NOT DISTINCT FROM (g.a, g.b, g.c) GROUP BY 1, 2, 3, 4, 5;
CREATE TABLE says AS SELECT seed, a, b, c, rules, n, array_remove(array_agg(CASE WHEN met THEN 'd' || d END ORDER BY d), NULL) AS met, array_remove(array_agg(CASE WHEN NOT met THEN 'd' || d END ORDER BY d), NULL) AS unmet, array_remove(array_agg(CASE WHEN met IS NULL THEN 'd' || d END ORDER BY d), NULL) AS unknown,
	-- the first part that is as the dimension is, else the first that asks
	(array_agg(format('%s.%s?', d, coalesce(asking[array_position(asking_met, coalesce(met::text, 'null'))], asking[1])) ORDER BY met IS NOT NULL, d) FILTER (WHERE asking IS NOT NULL AND met IS NOT TRUE))[1] AS question
	FROM dimension_says JOIN rule USING (seed) GROUP BY 1, 2, 3, 4, 5, 6;
CREATE FUNCTION verdict_of(rules jsonb, met text[], n int) RETURNS text LANGUAGE sql AS $$ SELECT CASE
	WHEN rules IS NULL THEN CASE WHEN cardinality(met) = n THEN 'sales_qualified' WHEN cardinality(met) = n - 1 AND n > 1 THEN 'marketing_qualified' WHEN cardinality(met) * 2 >= n THEN 'nurture' ELSE 'unqualified' END
	ELSE coalesce((SELECT v FROM unnest('{sales_qualified,marketing_qualified,nurture}'::text[]) WITH ORDINALITY x (v, o) WHERE rules ? v AND cardinality(met) >= coalesce((rules #>> ARRAY[v, 'met'])::int, 0) AND to_jsonb(met) @> coalesce(rules #> ARRAY[v, 'require'], '[]') ORDER BY o LIMIT 1), 'unqualified') END $$;
CREATE TABLE we_say AS SELECT seed, a, b, c, (icp_qualify(g, p)).* FROM grid g, portrait;
SELECT is(count(*), (SELECT count(*) * 36 FROM portrait), 'as many rows as SQL has') FROM says;
SELECT is_empty($$SELECT * FROM we_say w JOIN says s ON w.seed = s.seed AND (w.a, w.b, w.c) IS NOT DISTINCT FROM (s.a, s.b, s.c) WHERE (w.met, w.unmet, w.unknown) IS DISTINCT FROM (s.met, s.unmet, s.unknown)$$, 'dimensions are what SQL says');
SELECT is_empty($$SELECT * FROM we_say w JOIN says s ON w.seed = s.seed AND (w.a, w.b, w.c) IS NOT DISTINCT FROM (s.a, s.b, s.c) WHERE w.verdict <> verdict_of(rules, s.met, n) OR ratio <> cardinality(s.met)::float8 / n OR coverage <> cardinality(s.met || s.unmet)::float8 / n OR framework <> 'F' || w.seed$$, 'and so are verdicts and shares');
SELECT is_empty($$SELECT * FROM we_say w JOIN says s ON w.seed = s.seed AND (w.a, w.b, w.c) IS NOT DISTINCT FROM (s.a, s.b, s.c) WHERE w.next_question IS DISTINCT FROM s.question$$, 'and questions');
SELECT set_eq('SELECT verdict FROM we_say', '{sales_qualified,marketing_qualified,nurture,unqualified}'::text[], 'all verdicts occur');
SELECT is_empty($$SELECT * FROM portrait, grid g, LATERAL (SELECT icp_qualify(g, p) AS x, icp_qualify(to_jsonb(g), p) AS y) z WHERE x IS DISTINCT FROM y$$, 'documents are as rows');
SELECT is_empty($$SELECT * FROM portrait WHERE icp_from_pmml(icp_to_pmml(p)) <> p$$, 'through PMML and back');
SELECT is_empty($$SELECT * FROM portrait WHERE p::text::icp_portrait <> p OR p::jsonb::icp_portrait <> p$$, 'through text and jsonb and back');
SELECT is_empty($$SELECT * FROM portrait WHERE icp_describe(p) = '' OR icp_describe(p, 'zh') = ''$$, 'told as a story');

-- ---- verdicts ----

CREATE FUNCTION asked(n int, rest text DEFAULT '') RETURNS icp_portrait LANGUAGE sql AS $$ SELECT (format('{"characteristics": [%s]%s}', string_agg(format('{"name": "d%s", "field": "d%s", "dimension": "d%s", "question": "d%s?", "attributes": [{"equals": true, "points": 1}]}', i, i, i, i), ', ' ORDER BY i), rest))::icp_portrait FROM generate_series(1, n) i $$;
CREATE FUNCTION answered(n int, met int) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_object_agg('d' || i, i <= met) FROM generate_series(1, n) i $$;
SELECT n, string_agg((icp_qualify(answered(n, met), asked(n))).verdict, ' ' ORDER BY met) FROM generate_series(1, 8) n, generate_series(0, n) met GROUP BY n ORDER BY n;
SELECT v, string_agg((icp_qualify(answered(4, met), asked(4, format(', "verdicts": %s', v)))).verdict, ' ' ORDER BY met) FROM (VALUES ('{}'), ('{"nurture": {"met": 1}}'), ('{"sales_qualified": {"met": 2, "require": ["d4", "d3"]}}'), ('{"sales_qualified": {"require": ["d1", "d2"]}, "nurture": {"met": 1}}'), ('{"sales_qualified": {"met": 4}, "marketing_qualified": {"met": 3, "require": ["d3"]}, "nurture": {"met": 2}}')) x (v), generate_series(0, 4) met GROUP BY v ORDER BY v;
SELECT 'disqualified: ' || (icp_qualify(jsonb_set(answered(4, met), '{bad}', 'true'), asked(4, ', "disqualify": [{"when": {"field": "bad", "equals": true}}]')))::text FROM generate_series(0, 4, 2) met;
SELECT 'of a characteristic without a dimension: ' || icp_qualify('{"a": 1}'::jsonb, '{"characteristics": [{"name": "a", "field": "a", "attributes": [{"equals": 2, "points": 9}]}, {"name": "b", "field": "a", "dimension": "b", "attributes": [{"equals": 1, "points": 1}]}]}'::icp_portrait)::text;
SELECT 'no question to ask: ' || icp_qualify('{"a": 1}'::jsonb, '{"characteristics": [{"name": "a", "field": "a", "dimension": "a", "attributes": [{"equals": 2, "points": 9}]}]}'::icp_portrait)::text;
SELECT 'points that are lost are not met: ' || icp_qualify('{"a": 1}'::jsonb, '{"characteristics": [{"name": "a", "field": "a", "dimension": "a", "attributes": [{"equals": 1, "points": 0}, {"equals": 2, "points": 1}]}, {"name": "b", "field": "a", "dimension": "b", "attributes": [{"equals": 1, "points": -1}, {"equals": 2, "points": 1}]}]}'::icp_portrait)::text;

-- ---- NULL ----

SELECT is(icp_qualify(NULL::jsonb, asked(2)), NULL, 'no document');
SELECT is(icp_qualify(NULL::probe, asked(2)), NULL, 'no row');
SELECT is(icp_qualify('{}'::jsonb, NULL::icp_portrait), NULL, 'no portrait');
SELECT is(icp_qualify_columns(NULL, 1), NULL, 'no portrait for columns');
SELECT 'a row of nothing: ' || icp_qualify(ROW(NULL, NULL)::spot, asked(2, ', "absent": "missing"'))::text;

-- ---- errors ----

\set VERBOSITY default

SELECT icp_qualify('{}'::jsonb, '{"characteristics": []}'::icp_portrait);
SELECT icp_qualify('{}'::jsonb, '{"title": "plain", "characteristics": [{"name": "a", "field": "a", "attributes": [{"equals": 2, "points": 9}]}]}'::icp_portrait);
SELECT icp_qualify(p, asked(1)) FROM probe p;
SELECT icp_qualify('[]'::jsonb, asked(1));
SELECT icp_qualify('{}'::jsonb, 'nobody');
SELECT icp_qualify('{}'::jsonb);
SELECT icp_qualify_columns(asked(2), 1);
SELECT '{"characteristics": [{"name": "a", "field": "a", "question": "a?", "attributes": [{"equals": 2, "points": 9}]}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "field": "a", "dimension": "", "attributes": [{"equals": 2, "points": 9}]}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "field": "a", "dimenson": "a", "attributes": [{"equals": 2, "points": 9}]}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "dimension": "a", "question": 5}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "dimension": "a", "possible": -1}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "dimension": "a", "field": "a", "attributes": [{"equals": 2, "points": 9}], "possible": 1}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "possible": 1}]}'::icp_portrait;
SELECT '{"characteristics": [{"name": "a", "attributes": []}]}'::icp_portrait;
SELECT '{"framework": "BANT", "characteristics": []}'::icp_portrait;
SELECT '{"framework": 1, "characteristics": [{"name": "a", "dimension": "a"}]}'::icp_portrait;
SELECT '{"verdicts": {}, "characteristics": []}'::icp_portrait;
SELECT asked(3, ', "verdicts": []');
SELECT asked(3, ', "verdicts": {"sales": {"met": 1}}');
SELECT asked(3, ', "verdicts": {"nurtur": {"met": 1}}');
SELECT asked(3, ', "verdicts": {"disqualified": {"met": 1}}');
SELECT asked(3, ', "verdicts": {"nurture": 1}');
SELECT asked(3, ', "verdicts": {"nurture": {}}');
SELECT asked(3, ', "verdicts": {"nurture": {"met": 0}}');
SELECT asked(3, ', "verdicts": {"nurture": {"met": 4}}');
SELECT asked(3, ', "verdicts": {"nurture": {"met": 1.5}}');
SELECT asked(3, ', "verdicts": {"nurture": {"met": 1e300}}');
SELECT asked(1, ', "verdicts": {"nurture": {"met": 2}}');
SELECT asked(3, ', "verdicts": {"nurture": {"mett": 2}}');
SELECT asked(3, ', "verdicts": {"nurture": {"require": "d1"}}');
SELECT asked(3, ', "verdicts": {"nurture": {"require": ["d9"]}}');
SELECT asked(3, ', "verdicts": {"nurture": {"require": ["budget"]}}');
SELECT asked(3, ', "verdicts": {"nurture": {"met": 2}, "sales_qualified": {"met": 2}}');
SELECT asked(3, ', "verdicts": {"nurture": {"met": 1, "require": ["d1", "d2"]}, "marketing_qualified": {"met": 2}}');
\set VERBOSITY terse

-- ---- the canonical form ----

SELECT '{"verdicts": {"nurture": {"require": ["a", "a"], "met": 1}, "sales_qualified": {"met": 2.0, "require": ["b"]}}, "framework": "Über \"F\"", "characteristics": [{"question": "\"why\"?", "dimension": "b", "name": "x", "possible": 1.50}, {"attributes": [], "dimension": "a", "name": "y"}]}'::icp_portrait;
SELECT icp_score('{}'::jsonb, '{"characteristics": [{"name": "x", "dimension": "b", "possible": 3}, {"name": "y", "field": "y", "dimension": "b", "attributes": [{"equals": 1, "points": 1}]}]}'::icp_portrait) AS "of nothing", icp_score('{"y": 1}'::jsonb, '{"characteristics": [{"name": "x", "dimension": "b", "possible": 3}, {"name": "y", "field": "y", "dimension": "b", "attributes": [{"equals": 1, "points": 1}]}]}'::icp_portrait) AS "of a quarter";
SELECT icp_explain('{"y": 1}'::jsonb, '{"characteristics": [{"name": "x", "dimension": "b", "possible": 3.5}, {"name": "y", "field": "y", "dimension": "b", "attributes": [{"equals": 1, "points": 1}]}]}'::icp_portrait);
SELECT (icp_evaluate('{"y": 1}'::jsonb, '{"characteristics": [{"name": "x", "dimension": "b", "possible": 3}, {"name": "y", "field": "y", "dimension": "b", "attributes": [{"equals": 1, "points": 1}]}]}'::icp_portrait)).*;
CREATE TABLE ys (y int, z int);
INSERT INTO ys (y) VALUES (1), (2), (NULL);
\set f '{"characteristics": [{"name": "x", "dimension": "b", "possible": 2.3}, {"name": "y", "field": "y", "dimension": "b", "attributes": [{"equals": 1, "points": 1}]}]}'
SELECT 'SELECT bool_and(icp_score(t, ' || quote_literal(:'f') || '::icp_portrait) = ' || icp_to_sql(:'f'::icp_portrait, 't') || ') AS "as icp_to_sql has it" FROM ys t' AS query \gset
:query;

-- ---- relative dates ----

SELECT (icp_qualify(jsonb_build_object('d', now() - interval '5 days'), p)).verdict, (icp_qualify(jsonb_build_object('d', now() - interval '5 days'), icp_at(p, '2020-01-01'))).verdict FROM (SELECT '{"characteristics": [{"name": "a", "field": "d", "dimension": "a", "attributes": [{"within": "30 days", "points": 1}]}]}'::icp_portrait AS p) x;

SELECT * FROM finish();
ROLLBACK;

-- Learning: what a portrait says of the rows that it was learned from is what those rows say, whatever its points are.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
\set VERBOSITY terse
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

\getenv srcdir PG_ABS_SRCDIR
\set common :srcdir /sql/t_learn.inc
\i :common

-- ---- a planted portrait ----

CREATE TABLE planted AS SELECT i AS id, (ARRAY['SaaS', 'Fintech', 'Retail', 'Media', 'Logistics', NULL])[1 + floor(u(i, 1) * 6)] AS industry, exp(u(i, 2) * 8)::int AS employees,
	CASE WHEN u(i, 3) < 0.8 THEN round((u(i, 4) - 0.2)::numeric, 3) END AS growth, u(i, 5) < 0.4 AS partner, 'c' || floor(u(i, 6) * 8) AS city, floor(u(i, 7) * 1000)::int AS noise,
	(SELECT array_agg(t) FROM unnest('{crm,erp,bi,ai}'::text[]) WITH ORDINALITY t(t, n) WHERE u(i, 7 + n::int) < 0.4) AS tools, u(i, 12) AS luck, NULL::bool AS best, NULL::bool AS won, 'x' AS same,
	'acme ' || i AS name, NULL::text AS sector FROM generate_series(1, 5000) i;
UPDATE planted SET best = luck < 1 / (1 + exp(5 - CASE WHEN industry IN ('SaaS', 'Fintech') THEN 1.8 ELSE 0 END - CASE WHEN employees >= 100 AND employees < 500 THEN 1.8 ELSE 0 END
	- CASE WHEN growth IS NULL THEN 0.4 ELSE 2.5 * growth END - CASE WHEN 'crm' = ANY (tools) THEN 1.2 ELSE 0 END)), sector = 'sector of ' || industry;
UPDATE planted SET won = best;
CREATE FUNCTION learned(options jsonb DEFAULT '{}') RETURNS icp_portrait LANGUAGE sql AS
$$ SELECT icp_learn(icp_sketch(icp_row(p), best, '{"ignore": ["luck", "best"]}'), options) FROM planted p $$;
CREATE TABLE portraits AS SELECT 'plain' AS name, learned() AS p;
CREATE FUNCTION plain() RETURNS icp_portrait LANGUAGE sql AS $$ SELECT p FROM portraits WHERE name = 'plain' $$;

SELECT is(verdict(plain()), 'reliable', 'a planted portrait is found');
SELECT ok((quality(plain()) ->> 'auc')::float8 > 0.78, 'it tells them apart');
SELECT ok(fields(plain()) @> '{industry,employees,growth,tools}' AND NOT fields(plain()) && '{id,won,same,name,luck,best}', 'its fields are those planted');
SELECT ok(size(plain()) <= '{12,0}' AND (size(plain()))[2] <= 6, 'it is of a size that people read');
SELECT agrees('planted', plain(), 'it says of its rows what they say');
SELECT is(ARRAY[why(plain(), 'won'), why(plain(), 'name'), why(plain(), 'same'), why(plain(), 'id')], '{leak,identifier,constant,identifier}', 'what is left out is named');
SELECT ok('mirror of sector' IN (why(plain(), 'industry')) OR 'mirror of industry' = why(plain(), 'sector'), 'mirrors too');
SELECT is((SELECT count(*) FROM jsonb_array_elements(quality(plain()) -> 'left_out')) + cardinality(fields(plain())), 12::bigint, 'each field is in the portrait or left out, for a reason');
-- The first characteristic of a field has most of what there is to say of it.
CREATE FUNCTION points_of(p icp_portrait, row_ planted, field text) RETURNS numeric LANGUAGE sql AS
$$ SELECT sum(points) FROM icp_explain(row_, p) WHERE characteristic = field OR characteristic LIKE field || ' (%' $$;
CREATE FUNCTION at_employees(n int) RETURNS numeric LANGUAGE sql AS $$ SELECT points_of(plain(), p, 'employees') FROM (SELECT jsonb_populate_record(t, jsonb_build_object('employees', n)) FROM planted t WHERE id = 1) x(p) $$;
SELECT ok(at_employees(250) > 2 * at_employees(50) AND at_employees(250) > 2 * at_employees(1500), 'points are where they were planted');
SELECT ok(abs((SELECT min(abs(lower((attribute ->> 'range')::numrange) - 100)) FROM attributes(plain()) WHERE field = 'employees')) <= 15, 'a cut is near the one that was planted');
SELECT ok(abs((SELECT min(abs(lower((attribute ->> 'range')::numrange) - 500)) FROM attributes(plain()) WHERE field = 'employees')) <= 75, 'and one near the other');
SELECT ok((SELECT bool_and(coalesce(length(trim('-0.' FROM lower((attribute ->> 'range')::numrange)::text)), 0) <= 2) FROM attributes(plain()) WHERE field IN ('employees', 'growth') AND attribute ? 'range'),
	'cuts are round numbers');
SELECT ok((SELECT min(points) FILTER (WHERE attribute::text ~ 'SaaS|Fintech') > max(points) FILTER (WHERE attribute::text ~ 'Retail|Media|Logistics') FROM attributes(plain()) WHERE characteristic = 'industry'
	OR characteristic = 'sector'), 'those industries have most points that were planted');
SELECT ok((SELECT max(points) FILTER (WHERE attribute ? 'contains') > max(points) FILTER (WHERE attribute ? 'otherwise') FROM attributes(plain()) WHERE characteristic = 'tools contains crm'), 'lists are told by what they contain');
SELECT ok((SELECT count(*) FROM attributes(plain()) WHERE field = 'growth' AND attribute ? 'missing') > 0, 'missing values have points of their own');
SELECT ok(icp_describe(plain()) LIKE '%employees%' AND icp_describe(plain(), 'zh') LIKE '%employees%', 'it can be told in words');
SELECT ok(plain() = plain()::text::icp_portrait AND plain() = plain()::jsonb::icp_portrait, 'it is an ordinary portrait');
-- Two learned of one field, with and without a pair that matters.
CREATE TABLE crossed AS SELECT i, 'a' || floor(u(i, 30) * 3) AS a, floor(u(i, 31) * 90)::int AS b, 'c' || floor(u(i, 32) * 4) AS c,
	u(i, 33) < CASE WHEN (floor(u(i, 30) * 3) = 1) = (u(i, 31) < 0.4) THEN 0.05 ELSE 0.35 END AS best FROM generate_series(1, 4000) i;
INSERT INTO portraits SELECT 'crossed', icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}')) FROM crossed t;
INSERT INTO portraits SELECT 'uncrossed', icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}'), '{"pairs": 0}') FROM crossed t;
SELECT ok(EXISTS (SELECT FROM attributes(p) WHERE attribute ? 'all'), 'fields that matter together are a characteristic') FROM portraits WHERE name = 'crossed';
SELECT agrees('crossed', p, 'its rows agree') FROM portraits WHERE name = 'crossed';
SELECT ok(NOT EXISTS (SELECT FROM attributes(p) WHERE attribute ? 'all'), 'unless there may be no pairs') FROM portraits WHERE name = 'uncrossed';
SELECT ok((SELECT quality(p) ->> 'auc' FROM portraits WHERE name = 'crossed')::float8 > coalesce((SELECT quality(p) ->> 'auc' FROM portraits WHERE name = 'uncrossed'), '0')::float8 + 0.05, 'pairs are there because they pay');

-- ---- options ----

CREATE FUNCTION refused(options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	PERFORM icp_learn(icp_sketch(icp_row(p), best, '{"ignore": ["luck", "best"]}'), options) FROM planted p WHERE id < 20;
	RETURN 'accepted';
EXCEPTION WHEN invalid_parameter_value OR undefined_column THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLERRM || ' | ' || hint;
END $$;
SELECT is(refused(o), 'accepted', 'accepted: ' || o::text) FROM unnest('{"{\"seed\": -5, \"folds\": 2, \"title\": \"\", \"subject\": \"x\"}","{\"monotone\": {\"employees\": \"up\", \"growth\": \"down\"}}","{\"only\": [\"employees\"], \"ignore\": [\"employees\"]}"}'::jsonb[]) o;
SELECT alike(refused(o), 'unknown option%' || hint || '%', 'an unknown option: ' || o::text) FROM (VALUES ('{"monotome": {}}'::jsonb, 'Perhaps you meant "monotone"'), ('{"colour": 1}', 'The options are characteristics')) v(o, hint);
SELECT alike(refused(o), 'invalid value for the option% | It is a%', 'a wrong value: ' || o::text) FROM unnest(ARRAY['{"characteristics": 0}', '{"characteristics": 101}', '{"characteristics": "5"}', '{"characteristics": 2.5}',
	'{"characteristics": 1e10}', '{"attributes": 1}', '{"attributes": 31}', '{"pairs": -1}', '{"pairs": true}', '{"folds": 1}', '{"folds": 21}', '{"folds": null}', '{"seed": "x"}', '{"seed": 1e30}', '{"monotone": []}',
	'{"monotone": {"employees": "sideways"}}', '{"monotone": {"employees": 1}}', '{"ignore": "employees"}', '{"ignore": [1]}', '{"only": {}}', '{"title": 5}', '{"subject": null}']::jsonb[]) o;
SELECT alike(refused(o), 'the sketch has no field "%" | Perhaps you meant "employees".', 'a misspelt field: ' || o::text)
	FROM unnest(ARRAY['{"ignore": ["employes"]}', '{"only": ["Employees"]}', '{"include": ["emplyees"]}', '{"monotone": {"employee": "up"}}']::jsonb[]) o;
SELECT alike(refused('[]'), 'options must be a JSON object%', 'options that are no object');
SELECT alike(refused(o), '%has no order%', 'nothing goes up or down with a field that has no order: ' || o::text)
	FROM unnest(ARRAY['{"monotone": {"city": "up"}}', '{"monotone": {"partner": "down"}}', '{"monotone": {"tools": "up"}}']::jsonb[]) o;
SELECT is(icp_learn(NULL), NULL, 'no sketch, no portrait');
SELECT is(icp_learn(icp_sketch(icp_row(p), best), NULL), NULL, 'NULL options, no portrait') FROM planted p WHERE id < 5;

SELECT ok(f @> '{employees}' AND f <@ '{employees,city}', 'only these') FROM fields(learned('{"only": ["employees", "city"]}')) f;
SELECT ok(f @> '{growth}' AND NOT f && '{employees,industry,sector,tools}', 'all but these') FROM fields(learned('{"ignore": ["employees", "industry", "sector", "tools"]}')) f;
SELECT is(why(learned('{"ignore": ["employees"]}'), 'employees'), 'ignored', 'and it says so');
SELECT ok('won' = ANY (fields(learned('{"include": ["won"]}'))), 'a leak that is asked for');
SELECT is(verdict(learned('{"only": ["noise"]}')), 'no reliable portrait', 'nothing in noise');
SELECT ok(p::jsonb @> '{"title": "A \"title\"", "subject": "leads"}', 'title and subject') FROM learned('{"title": "A \"title\"", "subject": "leads"}') p;
SELECT ok(quality(p) ->> 'method' LIKE '%3-fold cross-validation, seed 7', 'folds and seed are told') FROM learned('{"folds": 3, "seed": 7}') p;
SELECT isnt(learned('{"seed": 2, "only": ["employees"]}')::text, learned('{"only": ["employees"]}')::text, 'another seed, another portrait');
SELECT ok((size(p))[1] <= c AND (size(p))[2] <= a AND fields(p) IS NOT NULL, format('at most %s characteristics of %s attributes', c, a))
	FROM (VALUES (1, 2), (2, 6), (3, 3), (100, 30)) v(c, a), learned(jsonb_build_object('characteristics', c, 'attributes', a, 'folds', 2)) p;
INSERT INTO portraits SELECT 'large', learned('{"characteristics": 100, "attributes": 30, "folds": 2}');
SELECT agrees('planted', p, 'the largest portrait agrees with its rows') FROM portraits WHERE name = 'large';
INSERT INTO portraits SELECT 'small', learned('{"characteristics": 2, "attributes": 2, "folds": 2, "pairs": 0}');
SELECT agrees('planted', p, 'and a small one') FROM portraits WHERE name = 'small';

-- A direction that is asked for holds, from attribute to attribute, whatever the rows say.
CREATE TABLE waves AS SELECT i AS id, floor(u(i, 41) * 200)::int AS x, round((u(i, 42) * 10 - 3)::numeric, 2) AS y, date '2020-01-01' + floor(u(i, 43) * 1000)::int AS since, (u(i, 44) < 0.3)::int AS flag,
	floor(u(i, 41) * 20)::int + floor(u(i, 47) * 3)::int AS like_x, u(i, 45) < 0.5 + 0.4 * sin(u(i, 41) * 12) - 0.2 * u(i, 43) - 0.2 * (u(i, 44) < 0.3)::int AS best FROM generate_series(1, 3000) i;
CREATE FUNCTION wave(options jsonb) RETURNS icp_portrait LANGUAGE sql AS $$ SELECT icp_learn(icp_sketch(icp_row(w), best, '{"ignore": ["id", "best"]}'), options) FROM waves w $$;
CREATE FUNCTION steps(p icp_portrait, f text) RETURNS TABLE (step numeric) LANGUAGE sql AS
$$ SELECT points - lag(points) OVER (PARTITION BY characteristic ORDER BY n) FROM attributes(p) WHERE field = f AND attribute ? 'range' $$;
SELECT ok(min(step) < 0 AND max(step) > 0, 'left alone, it goes up and down') FROM steps(wave('{"only": ["x"]}'), 'x');
SELECT ok(coalesce(min(step), 0) >= 0, 'up: ' || f) FROM unnest('{x,y,since}'::text[]) f, wave(jsonb_build_object('monotone', jsonb_build_object(f, 'up'), 'folds', 2)) p, steps(p, f) GROUP BY f;
SELECT ok(coalesce(max(step), 0) <= 0, 'down: ' || f) FROM unnest('{x,y,since}'::text[]) f, wave(jsonb_build_object('monotone', jsonb_build_object(f, 'down'), 'folds', 2)) p, steps(p, f) GROUP BY f;
SELECT ok(NOT EXISTS (SELECT FROM attributes(wave('{"monotone": {"flag": "up"}, "folds": 2}')) WHERE field = 'flag' GROUP BY characteristic HAVING (array_agg(points ORDER BY n) FILTER (WHERE attribute ? 'range'))[1] <
	(array_agg(points ORDER BY n DESC) FILTER (WHERE attribute ? 'range'))[1] OR bool_or(attribute ? 'in' OR attribute ? 'equals')) , 'up, and there are but two values');
SELECT ok(min(points) >= 0 AND max(points) <= 100 AND count(*) FILTER (WHERE points > 0) > 0, 'directions against the rows leave points that are numbers: ' || o::text)
	FROM unnest(ARRAY['{"monotone": {"x": "down", "like_x": "up"}}', '{"monotone": {"x": "down", "like_x": "down", "y": "up", "since": "up"}, "pairs": 0}']::jsonb[]) o, wave(o) p, attributes(p) GROUP BY o;
SELECT agrees('waves', wave('{"monotone": {"x": "down", "like_x": "up", "since": "down"}}'), 'with directions its rows agree');
SELECT is_empty($$ SELECT characteristic FROM attributes(wave('{"monotone": {"x": "down", "like_x": "up", "since": "down"}}')) GROUP BY 1 HAVING max(points) = 0 $$, 'no characteristic without points to win');
SELECT * FROM finish();
ROLLBACK;

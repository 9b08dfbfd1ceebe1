-- What plans show, cost and expect; plans that are kept; plans that run in
-- workers and compiled.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_planner.inc
\i :harness

\set size '{"characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": 10}]}]}'
SELECT icp_save('size', :'size') \gset
SET icp_portrait.default_portrait = 'size';

-- One text of a plan, with the portraits in it left out.
CREATE FUNCTION plan_of(query text, options text DEFAULT 'VERBOSE, COSTS OFF') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result text = '';
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, query) LOOP
		result := result || regexp_replace(line, $r$'\{".*?\}'::icp_portrait$r$, 'PORTRAIT', 'g') || E'\n';
	END LOOP;
	RETURN rtrim(result, E'\n');
END$$;

---- what plans show ----

SELECT is(plan_of('SELECT icp_score(c) FROM accounts c'),
	E'Seq Scan on public.accounts c\n  Output: icp_score_columns(PORTRAIT, employees)', 'only the columns that are needed');
SELECT is(plan_of('SELECT icp_score(c, ''p'') FROM accounts c'),
	E'Seq Scan on public.accounts c\n  Output: icp_score_columns(PORTRAIT, industry, employees, "HQ City", (address).city, revenue, jsonb_extract_path(attrs, VARIADIC ''{intent}''::text[]), tags, country)',
	'in the order of the fields');
SELECT is(plan_of('SELECT icp_tier(c, ''now'') FROM accounts c'),
	E'Seq Scan on public.accounts c\n  Output: icp_tier_columns_now(PORTRAIT, founded, seen, employees)', 'depending on now');
SELECT is(plan_of(format('SELECT icp_tier(c, %L::icp_portrait) FROM accounts c', icp_at(icp_load('now'), '2026-01-01'))),
	E'Seq Scan on public.accounts c\n  Output: icp_tier_columns(PORTRAIT, founded, seen, employees)', 'fixed at a moment');
SELECT is(plan_of('SELECT c.id FROM deals d LEFT JOIN accounts c ON c.id = d.account_id WHERE icp_fits(c) IS NULL') ~
	'CASE WHEN \(c\.tableoid IS NOT NULL\) THEN icp_fits_columns\(PORTRAIT, c\.employees\) ELSE NULL::boolean END', true, 'the row of an outer join');
SELECT is(plan_of('SELECT c.id FROM deals d LEFT JOIN (SELECT * FROM accounts OFFSET 0) c ON c.id = d.account_id WHERE icp_fits(c) IS NULL') ~
	'icp_fits\(c\.\*, PORTRAIT\)', true, 'a row that is left alone, with its portrait');
SELECT is(plan_of('SELECT id FROM barrier b WHERE icp_fits(b)') ~ 'Subquery Scan on b', true, 'not pushed below a security barrier');
-- what cannot be scored is said when it runs, not when it is planned
SELECT lives_ok('EXPLAIN SELECT icp_score(d) FROM (SELECT id FROM deals) d', 'a field that is not there does not keep a query from being planned');
SELECT throws_ok('SELECT icp_score(d) FROM (SELECT id, amount AS employee FROM deals) d', '42703', 'field "employees" of the portrait is not in row type record', 'but from being run');
SELECT lives_ok('EXPLAIN SELECT icp_score(d) FROM deals d', 'nor does a condition that cannot apply');
SELECT throws_ok('SELECT icp_score(d) FROM deals d', '42804', NULL, 'but from being run');
SELECT lives_ok('SELECT icp_score(d) FROM deals d WHERE false', 'unless there is no row');
SELECT lives_ok('SELECT CASE WHEN id < 0 THEN icp_score(d, ''no such portrait'') END FROM deals d', 'or the call is not reached');
SELECT lives_ok('EXPLAIN SELECT icp_score(d, ''no such portrait'') FROM deals d', 'nor does a missing portrait');

---- what the planner expects ----

CREATE TABLE many AS SELECT i AS id, i % 200 AS employees, 'SaaS'::text AS industry FROM generate_series(1, 10000) i;
ANALYZE many;
-- estimated rows, and total cost, of the plan's top node
CREATE FUNCTION estimate(query text, OUT rows bigint, OUT cost float8) LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	rows := plan -> 0 -> 'Plan' ->> 'Plan Rows';
	cost := plan -> 0 -> 'Plan' ->> 'Total Cost';
END$$;
CREATE FUNCTION learned(share text) RETURNS icp_portrait LANGUAGE sql AS $$
SELECT jsonb_set('{"characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": 10}]}]}',
	'{quality}', jsonb_build_object('shares', jsonb_build_object('fit', share::jsonb)))::icp_portrait$$;
SELECT is((estimate(format('SELECT * FROM many m WHERE icp_fits(m, %L::icp_portrait)', learned(share)))).rows, expected, 'the learned share of those that fit: ' || share)
FROM (VALUES ('0.03', 300::bigint), ('0', 1), ('1', 10000), ('0.5', 5000)) v (share, expected);
SELECT is((estimate(format('SELECT * FROM many m WHERE NOT icp_fits(m, %L::icp_portrait)', learned('0.03')))).rows, 9700::bigint, 'and of those that do not');
SELECT is((estimate(format('SELECT * FROM many m WHERE icp_fits(m, %L::icp_portrait) AND industry = ''SaaS''', learned('0.03')))).rows, 300::bigint, 'and of those with something else');
SELECT is((estimate(format('SELECT * FROM (SELECT * FROM many OFFSET 0) m WHERE icp_fits(m, %L::icp_portrait)', learned('0.03')))).rows, 300::bigint, 'over a subquery');
SELECT is((estimate(format('SELECT * FROM (SELECT to_jsonb(m) AS j FROM many m OFFSET 0) m WHERE icp_fits(j, %L::icp_portrait)', learned('0.03')))).rows, 300::bigint, 'over documents');
SELECT is((estimate('SELECT * FROM many m WHERE icp_fits(m, ''size'')')).rows, 2500::bigint, 'an unknown share is a quarter');
SELECT is((estimate('SELECT * FROM many m WHERE icp_fits(m, hidden(''size''))')).rows, 2500::bigint, 'an unknown portrait as well');
SELECT icp_save('learned', learned('0.03')) \gset
SELECT is((estimate('SELECT * FROM many m WHERE icp_fits(m, ''learned'')')).rows, 300::bigint, 'of a saved portrait');
-- a learned share that is no share
SELECT ok((estimate(format('SELECT * FROM many m WHERE icp_fits(m, %L::icp_portrait)', learned(share)))).rows BETWEEN 1 AND 10000, 'a share that is none: ' || share)
FROM unnest(ARRAY['-1', '2', '1e300', '"x"', 'null', '[]', '{}']) share;

CREATE FUNCTION with_conditions(n int) RETURNS icp_portrait LANGUAGE sql AS
$$SELECT jsonb_build_object('characteristics', jsonb_agg(jsonb_build_object('name', 'c' || i, 'field', 'employees', 'attributes',
	jsonb_build_array(jsonb_build_object('equals', i, 'points', 1)))))::icp_portrait FROM generate_series(1, n) i$$;
SELECT results_eq($$SELECT array_agg(cost ORDER BY n) = array_agg(cost ORDER BY cost) AND count(DISTINCT cost) = 5 FROM
	unnest(ARRAY[1, 2, 10, 100, 1000]) n, estimate(format('SELECT icp_score(m, %L::icp_portrait) FROM many m', with_conditions(n)))$$, 'VALUES (true)', 'the cost grows with the conditions');
SELECT ok((estimate(format('SELECT icp_score(m, %L::icp_portrait) FROM many m', with_conditions(1)))).cost < 2 * (estimate('SELECT id + 1 FROM many m')).cost, 'and one condition is no more than a few operators');
-- so cheap tests go first
SELECT ok(plan_of(format('SELECT id FROM many m WHERE icp_fits(m, %L::icp_portrait) AND employees = 5', with_conditions(10))) ~ 'Filter: \(\(m.employees = 5\) AND icp_fits_columns', 'a cheap condition is tested before the score');
SELECT is((estimate(format('SELECT * FROM icp_explain(%L::jsonb, %L::icp_portrait)', '{}', with_conditions(n)))).rows, (n + 1)::bigint, 'icp_explain of ' || n || ' characteristics')
FROM unnest(ARRAY[1, 7, 1000]) n;
SELECT is((estimate(format('SELECT m.id, e.* FROM many m, LATERAL icp_explain(m, %L::icp_portrait) e', with_conditions(7)))).rows, 80000::bigint, 'icp_explain for each row');
SELECT is((estimate(format('SELECT icp_explain(m, %L::icp_portrait) FROM many m', with_conditions(7)))).rows, 80000::bigint, 'icp_explain in the select list');

---- plans that are kept ----

PREPARE given(icp_portrait) AS SELECT sum(icp_score(c, $1)) FROM accounts c;
PREPARE named(text) AS SELECT sum(icp_score(c, $1)) FROM accounts c;
PREPARE plain AS SELECT sum(icp_score(c)), count(*) FILTER (WHERE icp_fits(c)) FROM accounts c;
SET plan_cache_mode = force_custom_plan;
SELECT ok(plan_of(format('EXECUTE given(%L)', :'size')) ~ 'icp_score_columns', 'a custom plan has the portrait that it is given');
SELECT ok(plan_of('EXECUTE named(''size'')') ~ 'icp_score_columns', 'or named');
SELECT is(answer(format('EXECUTE given(%L)', :'size')), E'1 rows\n(500)', 'custom plan of a portrait');
SELECT is(answer('EXECUTE named(''size'')'), E'1 rows\n(500)', 'custom plan of a name');
SELECT is(answer('EXECUTE plain'), E'1 rows\n(500,5)', 'custom plan of the default');
SET plan_cache_mode = force_generic_plan;
SELECT ok(plan_of(format('EXECUTE given(%L)', :'size')) !~ 'icp_score_columns', 'a generic plan has no portrait that it is given');
SELECT ok(plan_of('EXECUTE plain') ~ 'icp_score_columns', 'but the default one');
SELECT is(answer(format('EXECUTE given(%L)', :'size')), E'1 rows\n(500)', 'generic plan of a portrait');
SELECT is(answer('EXECUTE named(''size'')'), E'1 rows\n(500)', 'generic plan of a name');
SELECT is(answer('EXECUTE named(''p'')') = answer('EXECUTE named(''size'')'), false, 'generic plan of another name');
SELECT is(answer('EXECUTE plain'), E'1 rows\n(500,5)', 'generic plan of the default');
SELECT is(answer('EXECUTE given(NULL)'), E'1 rows\n()', 'generic plan of no portrait');
-- DDL between executions
CREATE FUNCTION all_three() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT answer(format('EXECUTE given(%L)', icp_load('size'))) UNION ALL SELECT answer('EXECUTE named(''size'')') UNION ALL SELECT answer('EXECUTE plain')$$;
DROP VIEW plain, other_order, barrier, with_row CASCADE;
ALTER TABLE accounts ADD COLUMN more text DEFAULT 'x';
SELECT results_eq('SELECT all_three()', $$VALUES (E'1 rows\n(500)'), (E'1 rows\n(500)'), (E'1 rows\n(500,5)')$$, 'after ADD COLUMN');
ALTER TABLE accounts DROP COLUMN industry;
SELECT results_eq('SELECT all_three()', $$VALUES (E'1 rows\n(500)'), (E'1 rows\n(500)'), (E'1 rows\n(500,5)')$$, 'after DROP COLUMN');
ALTER TABLE accounts ALTER COLUMN employees TYPE numeric USING employees - 50;
SELECT results_eq('SELECT all_three()', $$VALUES (E'1 rows\n(400)'), (E'1 rows\n(400)'), (E'1 rows\n(400,4)')$$, 'after ALTER TYPE');
ALTER TABLE accounts RENAME COLUMN employees TO staff;
SELECT throws_ok('EXECUTE ' || q, '42703', 'field "employees" of the portrait is not in row type accounts', 'after RENAME: ' || substring(q, '^\w+'))
FROM unnest(ARRAY[format('given(%L)', :'size'), 'named(''size'')', 'plain']) q;
ALTER TABLE accounts RENAME COLUMN id TO employees;
SELECT results_eq('SELECT all_three()', $$VALUES (E'1 rows\n(0)'), (E'1 rows\n(0)'), (E'1 rows\n(0,0)')$$, 'after another column took the name');
ALTER TABLE accounts DROP COLUMN employees;
SELECT throws_ok('EXECUTE plain', '42703', 'field "employees" of the portrait is not in row type accounts', 'after that was dropped');
ALTER TABLE accounts RENAME COLUMN staff TO employees;
BEGIN;
ALTER TABLE accounts ALTER COLUMN employees TYPE text;
SAVEPOINT s;
SELECT throws_ok('EXECUTE plain', '42804', NULL, 'in the transaction of an ALTER TYPE');
ROLLBACK;
SELECT results_eq('SELECT all_three()', $$VALUES (E'1 rows\n(400)'), (E'1 rows\n(400)'), (E'1 rows\n(400,4)')$$, 'after its ROLLBACK');
RESET plan_cache_mode;
-- rows stored as values of the table's type live through its changes
CREATE TABLE kept_rows AS SELECT a AS r FROM accounts a;
ALTER TABLE accounts ADD COLUMN late int;
ALTER TABLE accounts DROP COLUMN tags;
SELECT is(answer('SELECT icp_score(r) FROM kept_rows'), answer('SELECT icp_score(a) FROM accounts a'), 'stored rows after ADD and DROP');
-- cursors
BEGIN;
DECLARE c CURSOR FOR SELECT icp_score(a) AS score FROM accounts a ORDER BY score;
DECLARE h CURSOR WITH HOLD FOR SELECT a AS r, icp_score(a) AS score FROM accounts a ORDER BY score;
SELECT is((SELECT icp_save('size', jsonb_set(:'size', '{initial}', '5')::icp_portrait) > 0), true, 'saved while cursors are open');
MOVE FORWARD 6 IN c;
FETCH c \gset
SELECT is(:score::float8, 100::float8, 'a cursor');
FETCH BACKWARD c \gset
SELECT is(:score::float8, 100::float8, 'a cursor, backward');
COMMIT;
ALTER TABLE accounts ADD COLUMN later int;
MOVE FORWARD 6 IN h;
FETCH h \gset
SELECT is(:score::float8, 100::float8, 'a cursor WITH HOLD');
CLOSE h;

---- workers and compiled plans ----

CREATE TABLE wide_enough AS SELECT i AS id, i % 200 AS employees, (ARRAY['SaaS', 'Steel', NULL])[i % 3 + 1] AS industry, repeat('x', 100) AS note,
	now() - i * interval '1 day' AS seen, '2000-01-01'::date + i AS founded FROM generate_series(1, 20000) i;
ALTER TABLE wide_enough SET (parallel_workers = 2);
ANALYZE wide_enough;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SET max_parallel_workers_per_gather = 2;
CREATE FUNCTION parallel_and_serial(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	parallel text;
	launched text;
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', '2', true);
	launched := plan_of(query, 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF');
	IF launched !~ 'Workers Launched: [12]' THEN RETURN E'no worker:\n' || launched; END IF;
	EXECUTE query INTO parallel;
	PERFORM set_config('max_parallel_workers_per_gather', '0', true);
	RETURN CASE WHEN parallel = answer_one(query) THEN 'same' ELSE parallel || ' and ' || answer_one(query) END;
END$$;
CREATE FUNCTION answer_one(query text) RETURNS text LANGUAGE plpgsql AS $$DECLARE r text; BEGIN EXECUTE query INTO r; RETURN r; END$$;
SELECT is(parallel_and_serial(replace(query, '@p', portrait)), 'same', 'workers: ' || regexp_replace(replace(query, '@p', portrait), $r$'\{.*\}'$r$, 'PORTRAIT'))
FROM (VALUES ('SELECT sum(icp_score(w@p)::numeric) FROM wide_enough w'),
	('SELECT md5(string_agg(t, '','' ORDER BY t)) FROM (SELECT icp_evaluate(w@p)::text AS t FROM wide_enough w) x'),
	('SELECT count(*) || '' '' || count(DISTINCT icp_tier(w@p)) FROM wide_enough w WHERE icp_fits(w@p)'),
	('SELECT sum(s::numeric) FROM (SELECT icp_score(w@p) AS s FROM wide_enough w GROUP BY 1) x'),
	('SELECT sum(icp_score(w@p)::numeric) FROM (SELECT employees, industry FROM wide_enough WHERE id > 5) w'),
	('SELECT sum(icp_score(to_jsonb(w)@p)::numeric) FROM wide_enough w')) v (query),
	(VALUES (format(', %L::icp_portrait', icp_load('p'))), (', ''p'''), (', hidden(''p'')'), (''), (format(', %L::icp_portrait', icp_load('now'))), (', ''now''')) w (portrait);
-- a worker finds the session's default portrait, and what the transaction has saved
BEGIN;
SELECT icp_save('mine', jsonb_set(:'size', '{scale}', '"points"')::icp_portrait) \gset
SET LOCAL icp_portrait.default_portrait = 'mine';
SELECT is(parallel_and_serial('SELECT sum(icp_score(w)::numeric) FROM wide_enough w'), 'same', 'workers: the default portrait of a transaction');
CREATE FUNCTION read_in_worker(w wide_enough) RETURNS float8 STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$BEGIN RETURN icp_score(w) + icp_score(w, 'si' || 'ze'); END$$;
SELECT is(parallel_and_serial('SELECT sum(read_in_worker(w)::numeric) FROM wide_enough w'), 'same', 'workers: portraits read by workers');
ROLLBACK;
-- PostgreSQL 16 has another name for it
SELECT name AS force_workers FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SET :force_workers = regress;
SELECT is(answer('SELECT id, icp_score(w), icp_tier(w, ''p''), icp_fits(w, ''now''), icp_evaluate(w) FROM wide_enough w WHERE id < 100'),
	answer('SELECT id, icp_score(w, hidden(''size'')), icp_tier(w, hidden(''p'')), icp_fits(w, hidden(''now'')), icp_evaluate(w, hidden(''size'')) FROM wide_enough w WHERE id < 100'), 'all in a worker');
SELECT is(answer('SELECT e.* FROM wide_enough w, LATERAL icp_explain(w, ''p'') e WHERE w.id < 50'), answer('SELECT e.* FROM wide_enough w, LATERAL icp_explain(w, hidden(''p'')) e WHERE w.id < 50'), 'explained in a worker');
SELECT throws_ok('SELECT icp_score(w, ''no such'') FROM wide_enough w', '42704', 'portrait "no such" does not exist', 'an error of a worker');
RESET :force_workers;
SET max_parallel_workers = 0;
SELECT is(answer('SELECT sum(icp_score(w)::numeric) FROM wide_enough w'), answer('SELECT sum(icp_score(w, hidden(''size''))::numeric) FROM wide_enough w'), 'no worker to be had');
RESET max_parallel_workers;

SET jit = on;
SET jit_above_cost = 0;
SET jit_inline_above_cost = 0;
SET jit_optimize_above_cost = 0;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION compiled_and_not(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE compiled text;
BEGIN
	PERFORM set_config('jit', 'on', true);
	IF pg_jit_available() AND plan_of(query, 'ANALYZE, TIMING OFF') !~ 'JIT:' THEN RETURN 'not compiled'; END IF;
	EXECUTE query INTO compiled;
	PERFORM set_config('jit', 'off', true);
	RETURN CASE WHEN compiled = answer_one(query) THEN 'same' ELSE compiled || ' and ' || answer_one(query) END;
END$$;
SELECT is(compiled_and_not(query), 'same', 'JIT: ' || query)
FROM unnest(ARRAY['SELECT sum(icp_score(w)::numeric) FROM wide_enough w', 'SELECT sum(icp_score(w, ''p'')::numeric) FROM wide_enough w WHERE icp_fits(w, ''now'')',
	'SELECT md5(string_agg(icp_evaluate(w, ''p'')::text, '','')) FROM wide_enough w',
	'SELECT count(icp_score(c)) FROM wide_enough w LEFT JOIN wide_enough c ON c.id = w.id + 10000']) query;
RESET jit;
RESET jit_above_cost;

---- calls by hand ----

SELECT throws_ok(format('SELECT icp_score_columns(%L::icp_portrait, VARIADIC ARRAY[1])', :'size'), '0A000', 'an array cannot stand for the portrait''s fields', 'VARIADIC array');
SELECT throws_ok(format('SELECT icp_score_columns(%L::icp_portrait, VARIADIC NULL::int[])', :'size'), '0A000', NULL, 'VARIADIC NULL');
SELECT throws_ok(format('SELECT icp_score_columns(%L::icp_portrait, 1, 2)', :'size'), '22023', 'the portrait has 1 field, but the columns given are 2', 'too many columns');
SELECT throws_ok('SELECT icp_score_columns(icp_load(''p''), 1, 2)', '22023', 'the portrait has 8 fields, but the columns given are 2', 'too few columns');
SELECT throws_ok(format('SELECT %I(icp_load(''now''), ''2020-01-01''::date, now(), 5)', f), '22023', 'the portrait depends on the current time, and ' || f || ' is immutable', f)
FROM unnest(ARRAY['icp_score_columns', 'icp_tier_columns', 'icp_fits_columns', 'icp_evaluate_columns']) f;
SELECT throws_ok('SELECT * FROM icp_explain_columns(icp_load(''now''), ''2020-01-01''::date, now(), 5)', '22023', NULL, 'icp_explain_columns');
SELECT lives_ok(format('SELECT %I(icp_load(''now''), ''2020-01-01''::date, now(), 5), %1$I(icp_load(''size''), 5)', f), f)
FROM unnest(ARRAY['icp_score_columns_now', 'icp_tier_columns_now', 'icp_fits_columns_now', 'icp_evaluate_columns_now', 'icp_explain_columns_now']) f;
SELECT lives_ok('SELECT icp_score_columns(icp_at(icp_load(''now''), now()), ''2020-01-01''::date, now(), 5)', 'a portrait at a moment does not depend on now');
SELECT is(icp_score_columns(NULL::icp_portrait, 5), NULL, 'no portrait');
SELECT is(icp_score_columns(icp_load('size'), NULL::int), 0::float8, 'no value');
SELECT is_empty('SELECT * FROM icp_explain_columns(NULL::icp_portrait, 5)', 'no portrait to explain');
SELECT lives_ok(format('SELECT icp_score_columns(%L::icp_portrait, NULL), icp_score_columns(%1$L::icp_portrait, ''5'')', replace(:'size', '"range": "[100,)"', '"equals": "5"')), 'constants of unknown type');
SELECT throws_ok(format('SELECT icp_score_columns(%L::icp_portrait, ROW(1))', :'size'), '42804', NULL, 'a row for a number');
SELECT throws_ok(format('SELECT icp_score_columns(%L::icp_portrait, %s)', :'size', column1), NULL, NULL, 'no column: ' || column1)
FROM (VALUES ('''x''::cstring'), ('NULL::void')) v;

---- support functions where they do not belong ----

-- Only a superuser can do this; it must not crash, nor change what a function returns.
CREATE FUNCTION planted(signature text, result text, body text, call text, support text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answers text;
BEGIN
	EXECUTE format('CREATE FUNCTION %s RETURNS %s STABLE LANGUAGE plpgsql AS ''BEGIN %s END'' SUPPORT %s', signature, result, body, support);
	EXECUTE format('SELECT string_agg(DISTINCT x::text, '','') FROM (SELECT %s AS x FROM accounts a) y', call) INTO answers;
	RAISE EXCEPTION 'undo' USING ERRCODE = 'UNDO1';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN answers;
	WHEN OTHERS THEN RETURN SQLERRM;
END$$;
SELECT is(planted(signature, result, body, call, support), CASE result WHEN 'boolean' THEN 'true' ELSE '7' END, support || ' of ' || signature)
FROM (VALUES ('icp_score(anyelement, icp_portrait)', 'float8', 'RETURN 7;', 'icp_score(5, icp_load(''size''))'), ('icp_score(text)', 'int', 'RETURN 7;', 'icp_score(''size''::text)'),
	('icp_score(record, int)', 'int', 'RETURN 7;', 'icp_score(a, 5)'), ('icp_fits(int, text)', 'boolean', 'RETURN true;', 'icp_fits(5, ''size''::text)'),
	('icp_score(int, text, int)', 'int', 'RETURN 7;', 'icp_score(1, ''size'', 2)'), ('icp_tier(record, icp_portrait, int)', 'text', 'RETURN 7;', 'icp_tier(a, icp_load(''size''), 1)'),
	('icp_mine(record)', 'int', 'RETURN 7;', 'icp_mine(a)'), ('icp_mine(record, icp_portrait)', 'int', 'RETURN 7;', 'icp_mine(a, icp_load(''size''))'), ('icp_mine(record, text)', 'text', 'RETURN 7;', 'icp_mine(a, ''size'')'),
	('icp_mine(text, int)', 'int', 'RETURN 7;', 'icp_mine(''size'', NULL)'), ('icp_mine(text, int)', 'text', 'RETURN 7;', 'icp_mine(''size'', 1)'), ('icp_mine(icp_portrait)', 'boolean', 'RETURN true;', 'icp_mine(icp_load(''size''))'),
	('icp_many(icp_portrait)', 'SETOF int', 'RETURN NEXT 7;', 'icp_many(icp_load(''size''))'), ('icp_nothing()', 'int', 'RETURN 7;', 'icp_nothing()'),
	('icp_variadic(icp_portrait, VARIADIC int[])', 'int', 'RETURN 7;', 'icp_variadic(icp_load(''size''), 1, 2)')) v (signature, result, body, call),
	unnest(ARRAY['icp_score_support', 'icp_load_support']) support;

SELECT finish();
\c :home
DROP DATABASE regress_icp_planner;

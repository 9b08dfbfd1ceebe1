-- Bytes that are no sketches, and functions that are called by the wrong people.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
SET client_min_messages = error;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Numbers that are as good as random, and the same everywhere.
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(seed || ':' || i), 1, 7))::bit(28)::int % n $$;
CREATE TABLE victims (name text, s icp_sketch);
-- One with all that a small sketch can have, and one whose fields are wide.
INSERT INTO victims SELECT 'small', icp_sketch(icp_row(r), r.best, '{"ignore": ["best"], "placeholders": ["N/A"], "as": {"doc.n": "number"}, "rows": 1000}')
FROM (SELECT i % 3 = 0 AS best, i % 5 AS n, i / 4.0 AS x, 'text of a value ' || i % 4 AS t, 'w' || i % 3 AS w, date '2024-01-01' + i AS d,
	now() - now() + timestamp '2024-01-01' AS ts, i % 2 = 0 AS flag, ARRAY['a', 'long element ' || i % 3] AS tags, jsonb_build_object('n', i::text, 'o', i % 2, 'l', jsonb_build_array(i)) AS doc
	FROM generate_series(1, 20) i) r;
INSERT INTO victims SELECT 'wide', icp_sketch(icp_row(r), r.best, '{"rows": 20, "ignore": ["best"]}') FROM (SELECT i % 500 = 0 AS best, 'text of a value ' || CASE WHEN i % 4 = 0 THEN 1 ELSE i END AS t,
	ARRAY['element ' || CASE WHEN i % 4 = 0 THEN 1 ELSE i END] AS tags FROM generate_series(1, 6000) i) r;
INSERT INTO victims SELECT 'empty', icp_sketch(NULL::icp_row, true);
SELECT name || ': ' || count(*) || ' fields' FROM victims, icp_fields(s) GROUP BY name UNION ALL SELECT 'of how many: ' || count(*) FROM victims ORDER BY 1;

-- Reads everything that can be read of a sketch.
CREATE FUNCTION read_all(s icp_sketch) RETURNS bigint LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM icp_fields(s)) + (SELECT count(*) FROM icp_traits(s, max_order => 1, options => '{"adjust": "none"}')) + (SELECT count(*) FROM icp_itemsets(s, 1, 1))
		+ (SELECT count(*) FROM icp_trait_counts(s, CASE WHEN EXISTS (SELECT FROM icp_fields(s) WHERE field = 't') THEN '[{"field": "t", "equals": "text of a value 1"}]' ELSE '[]' END::jsonb))
		+ length((SELECT icp_rollup(x) FROM (VALUES (s), (s)) v(x))::text) + length(icp_sketch_send(s)) $$;
-- What becomes of it: an error of ours, or something that can be read.
CREATE FUNCTION outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s icp_sketch;
	n bigint;
BEGIN
	BEGIN
		s := bytes::text::icp_sketch;
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLERRM IN ('invalid icp_sketch', 'the stored icp_sketch is damaged') OR SQLERRM ~ '^cannot read an icp_sketch of version \d+$' THEN 'refused'
			WHEN SQLERRM ~ 'option' OR SQLERRM ~ 'json' THEN 'refused for its options' ELSE SQLSTATE || ' ' || SQLERRM END || CASE WHEN SQLSTATE ~ '^22' OR SQLSTATE = 'XX001' THEN '' ELSE ' ' || SQLSTATE END;
	END;
	BEGIN
		n := read_all(s);
		RETURN 'read';
	EXCEPTION WHEN OTHERS THEN
		-- two of it may be too many, or of options that go together no more
		RETURN CASE WHEN SQLSTATE ~ '^(22|42|54|XX001)' THEN 'read, with errors' ELSE 'read, but ' || SQLSTATE || ' ' || SQLERRM END;
	END;
END $$;
SELECT is(outcome(s::text::bytea), 'read', name || ' as it is') FROM victims ORDER BY name;

\echo cut off
SELECT is(outcome(substr(s::text::bytea, 1, i)), 'refused', name || ' up to byte ' || i) FROM victims, generate_series(0, length(s::text::bytea) - 1) i WHERE name <> 'wide' AND outcome(substr(s::text::bytea, 1, i)) <> 'refused';
SELECT is(outcome(substr(s::text::bytea, 1, i)), 'refused', 'wide up to byte ' || i) FROM victims, generate_series(0, length(s::text::bytea) - 1, 13) i WHERE name = 'wide' AND outcome(substr(s::text::bytea, 1, i)) <> 'refused';
SELECT is(outcome(s::text::bytea || '\x00'), 'refused', name || ' and a byte') FROM victims ORDER BY name;
SELECT is(outcome(s::text::bytea || '\x0000000000000000'), 'refused', name || ' and eight') FROM victims ORDER BY name;
SELECT is(outcome(s::text::bytea || s::text::bytea), 'refused', name || ' twice') FROM victims ORDER BY name;

\echo changed
CREATE TABLE outcomes (what text, outcome text);
-- Each byte of the small one, in two ways.
INSERT INTO outcomes SELECT 'bit ' || i, outcome(set_byte(b, i, get_byte(b, i) # (1 << pick(1, i, 8)))) FROM (SELECT s::text::bytea AS b FROM victims WHERE name = 'small') v, generate_series(0, length(b) - 1, 2) i;
INSERT INTO outcomes SELECT 'byte ' || i, outcome(set_byte(b, i, 255)) FROM (SELECT s::text::bytea AS b FROM victims WHERE name = 'small') v, generate_series(0, length(b) - 1, 7) i WHERE get_byte(b, i) <> 255;
-- Several at once.
INSERT INTO outcomes SELECT 'two bytes ' || i, outcome(set_byte(set_byte(b, pick(2, i, length(b)), pick(3, i, 256)), pick(4, i, length(b)), pick(5, i, 256))) FROM (SELECT s::text::bytea AS b FROM victims WHERE name = 'small') v, generate_series(1, 800) i;
-- Numbers of 64 bits that are large.
INSERT INTO outcomes SELECT 'number ' || i, outcome(overlay(b PLACING '\xffffffffffffff7f'::bytea FROM 4 + 8 * i + 1 FOR 8)) FROM (SELECT s::text::bytea AS b FROM victims WHERE name = 'small') v, generate_series(0, length(b) / 8 - 2) i;
INSERT INTO outcomes SELECT 'count ' || i, outcome(overlay(b PLACING '\xffffff0f'::bytea FROM 4 * i + 1 FOR 4)) FROM (SELECT s::text::bytea AS b FROM victims WHERE name = 'small') v, generate_series(0, length(b) / 4 - 2) i;
INSERT INTO outcomes SELECT 'wide ' || i, outcome(set_byte(b, pick(6, i, length(b)), pick(7, i, 256))) FROM (SELECT s::text::bytea AS b FROM victims WHERE name = 'wide') v, generate_series(1, 150) i;
SELECT is(outcome, NULL, what) FROM outcomes WHERE outcome NOT IN ('refused', 'refused for its options', 'read', 'read, with errors') ORDER BY what;
SELECT ok(count(*) FILTER (WHERE outcome = 'read') > 50 AND count(*) FILTER (WHERE outcome = 'refused') > 500, 'some are read, others refused') FROM outcomes;

-- The same with rows.
CREATE FUNCTION row_outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r icp_row;
	s icp_sketch;
BEGIN
	BEGIN
		r := bytes::text::icp_row;
	EXCEPTION WHEN invalid_binary_representation THEN RETURN 'refused';
	END;
	BEGIN
		SELECT icp_sketch(x, best, '{"rows": 1}') INTO s FROM (VALUES (r, true), (r, false)) v(x, best);
		RETURN CASE WHEN (SELECT count(*) FROM icp_fields(s::text::icp_sketch)) >= 0 THEN 'read' END;
	EXCEPTION WHEN datatype_mismatch THEN
		RETURN 'read, but a column is there twice';
	END;
END $$;
CREATE TABLE row AS SELECT icp_row(r)::text::bytea AS b FROM (SELECT 1 AS i, 1.5 AS n, 2.5::float8 AS x, 12::money AS m, true AS b, 'word' AS w, 'longer text' AS t, date '2024-01-01' AS d, timestamp '2024-01-01' AS ts,
	ARRAY['a', 'longer text'] AS l, '{"k": [1, "longer text"], "n": null, "o": {"p": 1}}'::jsonb AS j, interval '1 day' AS o, NULL::text AS z) r;
INSERT INTO row SELECT icp_row('{"k": [1, "longer text"], "n": null, "o": {"p": 1, "q": [2, {}]}}'::jsonb)::text::bytea;
TRUNCATE outcomes;
INSERT INTO outcomes SELECT 'row up to byte ' || i, row_outcome(substr(b, 1, i)) FROM row, generate_series(0, length(b) - 1) i;
SELECT is(outcome, 'refused', what) FROM outcomes WHERE outcome <> 'refused' ORDER BY what;
INSERT INTO outcomes SELECT 'row byte ' || i, row_outcome(set_byte(b, i, pick(8, i, 256))) FROM row, generate_series(0, length(b) - 1, 2) i;
INSERT INTO outcomes SELECT 'row bit ' || i, row_outcome(set_byte(b, i, get_byte(b, i) # (1 << pick(9, i, 8)))) FROM row, generate_series(0, length(b) - 1) i;
INSERT INTO outcomes SELECT 'row count ' || i, row_outcome(overlay(b PLACING '\xffffff7f'::bytea FROM i FOR 4)) FROM row, generate_series(1, length(b) - 4, 3) i;
SELECT is(outcome, NULL, what) FROM outcomes WHERE outcome NOT IN ('refused', 'read', 'read, but a column is there twice') ORDER BY what;
SELECT ok(count(*) FILTER (WHERE outcome = 'read') > 50 AND count(*) FILTER (WHERE outcome = 'refused') > 200, 'rows too') FROM outcomes;

\echo versions and forms
SELECT throws_ok(format('SELECT %L::icp_sketch', set_byte(s::text::bytea, 0, 2)::text), '22P03', 'cannot read an icp_sketch of version 2', 'a version to come') FROM victims WHERE name = 'small';
SELECT throws_ok(format('SELECT %L::icp_sketch', set_byte(s::text::bytea, 1, 1)::text), '22P03', 'invalid icp_sketch', 'the form at work does not come in') FROM victims WHERE name = 'small';
SELECT throws_ok($$SELECT 'x'::icp_sketch$$, '22P03', 'invalid icp_sketch', 'not hexadecimal');
SELECT throws_ok($$SELECT ''::icp_sketch$$, '22P03', 'invalid icp_sketch', 'nothing');
SELECT is(s::text::icp_sketch::text, s::text, name || ': text round trip') FROM victims ORDER BY name;
CREATE TABLE back (LIKE victims);
\copy victims TO 'results/t_sketch_hostile.bin' (FORMAT binary)
\copy back FROM 'results/t_sketch_hostile.bin' (FORMAT binary)
SELECT set_eq('SELECT name, s::text FROM victims', 'SELECT name, s::text FROM back', 'COPY BINARY');
CREATE TABLE sent (b bytea);
INSERT INTO sent SELECT substr(s::text::bytea, 1, 100) FROM victims WHERE name = 'small';
\copy sent TO 'results/t_sketch_hostile.bin' (FORMAT binary)
\set VERBOSITY terse
SAVEPOINT s;
\copy back (s) FROM 'results/t_sketch_hostile.bin' (FORMAT binary)
ROLLBACK TO s;
\set VERBOSITY default

\echo outside of an aggregate
SELECT throws_ok($$SELECT icp_sketch_accum(NULL, icp_row('{}'::jsonb), true)$$, '0A000', 'icp_sketch_accum was called outside of an aggregate', 'the transition function');
SELECT throws_ok($$SELECT icp_sketch_accum(NULL, icp_row('{}'::jsonb), true, '{}')$$, '0A000', 'icp_sketch_accum was called outside of an aggregate', 'with options');
SELECT throws_ok($$SELECT icp_sketch_accum_record(NULL, r, true) FROM (SELECT 1 AS x) r$$, '0A000', 'icp_sketch_accum_record was called outside of an aggregate', 'of rows');
SELECT throws_ok($$SELECT icp_sketch_accum_record(NULL, r, true, '{}') FROM (SELECT 1 AS x) r$$, '0A000', 'icp_sketch_accum_record was called outside of an aggregate', 'of rows with options');
SELECT throws_ok($$SELECT icp_sketch_combine(s, s) FROM victims$$, '0A000', 'icp_sketch_combine was called outside of an aggregate', 'the combine function');
SELECT throws_ok($$SELECT icp_sketch_final(s) FROM victims$$, '0A000', 'icp_sketch_final was called outside of an aggregate', 'the final function');

\echo aggregates that others make
-- What a sketch answers.
CREATE FUNCTION answer(s icp_sketch) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(a, E'\n' ORDER BY a COLLATE "C") FROM (SELECT f::text FROM icp_fields(s) f UNION ALL SELECT i::text FROM icp_itemsets(s, 1, 1) i) a(a) $$;
-- The form at work, as an aggregate without a final function has it.
CREATE AGGREGATE at_work(icp_row, boolean) (SFUNC = icp_sketch_accum, STYPE = icp_sketch, COMBINEFUNC = icp_sketch_combine, PARALLEL = SAFE);
CREATE TABLE worked AS SELECT i % 2 AS g, at_work(icp_row(r), i % 3 = 0) AS s, icp_sketch(icp_row(r), i % 3 = 0) AS t FROM (SELECT i, i % 7 AS n, 'some text ' || i % 5 AS t, ARRAY[i % 3] AS l FROM generate_series(1, 300) i) r GROUP BY 1;
SELECT is(answer(s), answer(t), 'the form at work can be read') FROM worked;
SELECT is(answer(s::text::icp_sketch), answer(t), 'and be written') FROM worked;
SELECT is(answer(icp_rollup(s)), answer(icp_rollup(t)), 'and merged') FROM worked;
SELECT is(answer(icp_rollup(s)), answer(icp_rollup(t)), 'with the other form too') FROM (SELECT s, t FROM worked WHERE g = 0 UNION ALL SELECT t, t FROM worked WHERE g = 1) w;
ALTER TABLE worked ALTER s SET STORAGE EXTENDED;
CREATE TABLE toasted AS SELECT at_work(icp_row(r), i % 3 = 0) AS s FROM (SELECT i, 'some text ' || md5(i::text) AS t FROM generate_series(1, 3000) i) r;
SELECT count(*) || ' fields from the form at work, out of line' FROM toasted, icp_fields(s);
-- A state that is no state: stored sketches, of either form.
DO $$ BEGIN EXECUTE format('CREATE AGGREGATE begun(icp_row, boolean) (SFUNC = icp_sketch_accum, STYPE = icp_sketch, FINALFUNC = icp_sketch_final, INITCOND = %L)', (SELECT t::text FROM worked WHERE g = 0));
	EXECUTE format('CREATE AGGREGATE begun_rollup(icp_sketch) (SFUNC = icp_sketch_combine, STYPE = icp_sketch, FINALFUNC = icp_sketch_final, INITCOND = %L)', (SELECT t::text FROM worked WHERE g = 0)); END $$;
SELECT is(answer(begun_rollup(t)), (SELECT answer(icp_rollup(t)) FROM worked), 'begun with a stored sketch') FROM worked WHERE g = 1;
SELECT is(answer(begun(icp_row(r), i % 3 = 0)), (SELECT answer(icp_rollup(t)) FROM worked), 'rows too') FROM (SELECT i, i % 7 AS n, 'some text ' || i % 5 AS t, ARRAY[i % 3] AS l FROM generate_series(1, 300, 2) i) r;
SELECT is(answer(begun(NULL, NULL)), (SELECT answer(t) FROM worked WHERE g = 0), 'or no row');
CREATE FUNCTION other_state(icp_sketch, text) RETURNS icp_sketch LANGUAGE sql AS $$ SELECT CASE $2 WHEN 'rest' THEN (SELECT t FROM worked WHERE g = 0) WHEN 'work' THEN (SELECT s FROM worked WHERE g = 0) ELSE (SELECT s FROM toasted) END $$;
CREATE AGGREGATE foreign_state(text) (SFUNC = other_state, STYPE = icp_sketch, FINALFUNC = icp_sketch_final);
SELECT is(answer(foreign_state(x)), (SELECT answer(t) FROM worked WHERE g = 0), 'a state of somebody else, at ' || x) FROM unnest(ARRAY['rest', 'work']) x GROUP BY x ORDER BY x;
SELECT is(answer(foreign_state('toasted')), (SELECT answer(s) FROM toasted), 'and out of line');

SELECT * FROM finish();
ROLLBACK;

-- Bytes that are no validations, and functions that are called by the wrong people.
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
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE TABLE victims (name text, v icp_validation);
INSERT INTO victims SELECT 'small', icp_validation((i - 4) / 3.0, CASE WHEN i < 9 THEN i % 3 = 0 END) FROM generate_series(1, 9) i;
INSERT INTO victims SELECT 'empty', icp_validation(NULL, true);
INSERT INTO victims SELECT 'coarse', icp_validation((1 + pick(1, i, 1000000000)) / 1000000001.0, pick(2, i, 2) = 0) FROM generate_series(1, 20000) i;

CREATE FUNCTION read_all(v icp_validation) RETURNS bigint LANGUAGE sql AS $$
	SELECT (SELECT n FROM icp_quality(v)) + (SELECT count(*) FROM icp_gains(v)) + (SELECT count(*) FROM icp_calibration(v)) + (SELECT count(*) FROM icp_roc(v)) + (SELECT tp + fp FROM icp_confusion(v, 0.5))
		+ length((SELECT icp_rollup(x) FROM (VALUES (v), (v)) t(x))::text) + length(icp_validation_send(v)) $$;
-- What becomes of it: an error of ours, or something that can be read.
CREATE FUNCTION outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v icp_validation;
	n bigint;
BEGIN
	BEGIN
		v := bytes::text::icp_validation;
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLSTATE = '22P03' AND (SQLERRM = 'invalid icp_validation' OR SQLERRM ~ '^cannot read an icp_validation of version \d+$') THEN 'refused' ELSE SQLSTATE || ' ' || SQLERRM END;
	END;
	IF v::text::bytea <> bytes THEN
		RETURN 'not what was written';
	END IF;
	BEGIN
		n := read_all(v);
		RETURN 'read';
	EXCEPTION WHEN OTHERS THEN
		-- two of it may be too many
		RETURN CASE WHEN SQLSTATE = '54000' THEN 'read' ELSE 'read, but ' || SQLSTATE || ' ' || SQLERRM END;
	END;
END $$;
SELECT is(outcome(v::text::bytea), 'read', name || ' as it is') FROM victims ORDER BY name;

\echo cut off
SELECT is(count(*), sum(length(v::text::bytea))::bigint, name || ': refused up to each byte') FROM (SELECT name, v, i FROM victims, generate_series(0, length(v::text::bytea) - 1) i WHERE name <> 'coarse' AND outcome(substr(v::text::bytea, 1, i)) = 'refused') t GROUP BY name, length(v::text::bytea) HAVING count(*) <> length(v::text::bytea);
SELECT is(count(*), 0::bigint, 'coarse: refused up to each byte, or so') FROM victims, generate_series(0, length(v::text::bytea) - 1, 9973) i WHERE name = 'coarse' AND outcome(substr(v::text::bytea, 1, i)) <> 'refused';
SELECT is(outcome(v::text::bytea || '\x00'), 'refused', name || ' and a byte') FROM victims ORDER BY name;
SELECT is(outcome(v::text::bytea || '\x000000000000000001000000000000000000000000000000'), 'refused', name || ' and a cell') FROM victims ORDER BY name;
SELECT is(outcome(v::text::bytea || v::text::bytea), 'refused', name || ' twice') FROM victims ORDER BY name;

\echo changed
CREATE TABLE outcomes (what text, outcome text);
-- Every bit of the small ones.
INSERT INTO outcomes SELECT name || ', bit ' || i, outcome(set_bit(b, i, 1 - get_bit(b, i))) FROM (SELECT name, v::text::bytea AS b FROM victims WHERE name <> 'coarse') t, generate_series(0, length(b) * 8 - 1) i;
-- Several bytes at once.
INSERT INTO outcomes SELECT 'two bytes ' || i, outcome(set_byte(set_byte(b, pick(2, i, length(b)), pick(3, i, 256)), pick(4, i, length(b)), pick(5, i, 256))) FROM (SELECT v::text::bytea AS b FROM victims WHERE name = 'small') t, generate_series(1, 2000) i;
-- Numbers of 64 bits that are large, or negative, in each place.
INSERT INTO outcomes SELECT 'number ' || i || ' ' || n, outcome(overlay(b PLACING n FROM 4 + 8 * i + 1 FOR 8)) FROM (SELECT v::text::bytea AS b FROM victims WHERE name = 'small') t, generate_series(0, (length(b) - 4) / 8 - 1) i,
	unnest(ARRAY['\xffffffffffffff7f'::bytea, '\xffffffffffffffff', '\x0000000000000080', '\x0000000000002000', '\x0100000000002000', '\x0000000000000000', '\x000000000000f07f', '\x010000000000f07f', '\x0000000000001080']) n;
INSERT INTO outcomes SELECT 'coarse ' || i, outcome(set_byte(b, pick(6, i, length(b)), pick(7, i, 256))) FROM (SELECT v::text::bytea AS b FROM victims WHERE name = 'coarse') t, generate_series(1, 40) i;
SELECT is(outcome, 'refused or read', what) FROM outcomes WHERE outcome NOT IN ('refused', 'read') ORDER BY what;
SELECT ok(count(*) FILTER (WHERE outcome = 'read') > 30 AND count(*) FILTER (WHERE outcome = 'refused') > 500, 'some are read, others refused') FROM outcomes;

\echo said to the user
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	EXECUTE query;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' / ', SQLSTATE || ': ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT error_of($$SELECT ''::icp_validation$$);
SELECT error_of($$SELECT 'x'::icp_validation$$);
SELECT error_of($$SELECT '\x'::icp_validation$$);
SELECT error_of($$SELECT '\x02'::icp_validation$$);
SELECT error_of(format('SELECT %L::icp_validation', set_byte(v::text::bytea, 0, 2))) FROM victims WHERE name = 'small';
SELECT error_of(format('SELECT %L::icp_validation', set_byte(v::text::bytea, 4, 1))) FROM victims WHERE name = 'small';
-- The form at work does not come in.
SELECT error_of(format('SELECT %L::icp_validation', set_byte(v::text::bytea, 1, 1))) FROM victims WHERE name = 'small';
-- As many rows as can be counted, and one more.
CREATE TABLE largest AS SELECT overlay(overlay(v::text::bytea PLACING '\x0000000000002000' FROM 13 FOR 8) PLACING '\x0000000000002000' FROM 37 FOR 8)::text::icp_validation AS v FROM (SELECT icp_validation(1, true) AS v) s;
SELECT is(n, 9007199254740992, 'as many rows as can be') FROM largest, icp_quality(v);
SELECT error_of('SELECT icp_rollup(v) FROM (SELECT v FROM largest UNION ALL SELECT icp_validation(2, false)) t');
SELECT error_of('SELECT icp_rollup(v) FROM largest, generate_series(1, 2)');
SELECT ok(auc = 0.5 AND brier = 0.25, 'and they have a quality') FROM (SELECT icp_rollup(v) AS v FROM (SELECT overlay(overlay(v::text::bytea PLACING '\x0000000000001000' FROM 13 FOR 8) PLACING CASE WHEN e THEN '\x00000000000010000000000000000000'::bytea ELSE '\x00000000000000000000000000001000' END FROM 37 FOR 16)::text::icp_validation AS v
	FROM (SELECT e, icp_validation(0.5, e) AS v FROM unnest(ARRAY[true, false]) e GROUP BY 1) s) t) s, icp_quality(v);

\echo the binary form
CREATE TABLE back (name text, v icp_validation);
\copy victims TO 'results/t_validation_hostile.bin' (FORMAT binary)
\copy back FROM 'results/t_validation_hostile.bin' (FORMAT binary)
SELECT set_eq('SELECT name, v::text FROM victims', 'SELECT name, v::text FROM back', 'COPY BINARY');
-- Changed on the way: a bytea is sent as its bytes.
CREATE TABLE sent (b bytea);
INSERT INTO sent SELECT set_byte(v::text::bytea, 12, 77) FROM victims WHERE name = 'small';
\copy sent TO 'results/t_validation_hostile.bin' (FORMAT binary)
SAVEPOINT received;
\set VERBOSITY terse
\copy back (v) FROM 'results/t_validation_hostile.bin' (FORMAT binary)
ROLLBACK TO received;
SELECT is(count(*), 3::bigint, 'nothing came in') FROM back;

\echo the wrong callers
SELECT error_of('SELECT icp_validation_accum(NULL, 1, true)');
SELECT error_of('SELECT icp_validation_combine(v, v) FROM victims');
SELECT error_of('SELECT icp_validation_final(v) FROM victims');

\echo aggregates that others make
-- The form at work, as an aggregate without a final function has it.
CREATE AGGREGATE at_work(float8, boolean) (SFUNC = icp_validation_accum, STYPE = icp_validation, COMBINEFUNC = icp_validation_combine, PARALLEL = SAFE);
CREATE TABLE worked AS SELECT i % 3 AS g, at_work(i % CASE i % 3 WHEN 0 THEN 12 WHEN 1 THEN 1000 ELSE 100000 END / 7.0, i % 7 = 0) AS v, icp_validation(i % CASE i % 3 WHEN 0 THEN 12 WHEN 1 THEN 1000 ELSE 100000 END / 7.0, i % 7 = 0) AS w FROM generate_series(1, 60000) i GROUP BY 1;
SELECT is(read_all(v), read_all(w), 'the form at work can be read') FROM worked ORDER BY g;
SELECT is(v::text, w::text, 'and be written') FROM worked ORDER BY g;
SELECT is(icp_rollup(v)::text, icp_rollup(w)::text, 'and merged') FROM worked;
SELECT is((SELECT icp_rollup(x)::text FROM (SELECT v AS x FROM worked WHERE g < 2 UNION ALL SELECT w FROM worked WHERE g = 2) t), (SELECT icp_rollup(w)::text FROM worked), 'with the other form too');
ALTER TABLE worked ALTER v SET STORAGE EXTERNAL;
UPDATE worked SET v = v;
SELECT is(v::text, w::text, 'out of line') FROM worked ORDER BY g;
-- A state that is no state: stored validations, of either form.
DO $$ BEGIN EXECUTE format('CREATE AGGREGATE begun(float8, boolean) (SFUNC = icp_validation_accum, STYPE = icp_validation, FINALFUNC = icp_validation_final, INITCOND = %L)', (SELECT w::text FROM worked WHERE g = 0));
	EXECUTE format('CREATE AGGREGATE begun_rollup(icp_validation) (SFUNC = icp_validation_combine, STYPE = icp_validation, FINALFUNC = icp_validation_final, INITCOND = %L)', (SELECT w::text FROM worked WHERE g = 0)); END $$;
SELECT is(begun_rollup(w)::text, (SELECT icp_rollup(w)::text FROM worked WHERE g < 2), 'begun with a stored validation') FROM worked WHERE g = 1;
SELECT is(begun(i % 1000 / 7.0, i % 7 = 0)::text, (SELECT icp_rollup(w)::text FROM worked WHERE g < 2), 'rows too') FROM generate_series(1, 60000, 3) i;
SELECT is((icp_quality(begun(NULL, NULL))).missing, 1::bigint, 'or no score');
CREATE FUNCTION other_state(icp_validation, text) RETURNS icp_validation LANGUAGE sql AS $$ SELECT CASE $2 WHEN 'rest' THEN w ELSE v END FROM worked WHERE g = CASE $2 WHEN 'line' THEN 2 ELSE 0 END $$;
CREATE AGGREGATE foreign_state(text) (SFUNC = other_state, STYPE = icp_validation, FINALFUNC = icp_validation_final);
SELECT is(foreign_state(x)::text, (SELECT w::text FROM worked WHERE g = CASE x WHEN 'line' THEN 2 ELSE 0 END), 'a state of somebody else, at ' || x) FROM unnest(ARRAY['rest', 'work', 'line']) x GROUP BY x ORDER BY x;

SELECT * FROM finish();
ROLLBACK;

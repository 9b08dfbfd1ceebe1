-- Bytes that are no ledgers and no cohorts: refused, or something that can be read.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE TABLE ledgers AS SELECT 'small' AS name, icp_ledger(d, a, c, NULL::daterange, 'EUR') AS l FROM (VALUES (date '2024-01-01', 10.50, 2), ('2024-02-01', 8, 1.25), ('2024-02-09', -3, 0), ('2024-05-09', 70000, 1)) v(d, a, c);
INSERT INTO ledgers SELECT 'daily', icp_ledger(date '2024-01-01' + i, pick(1, i, 100000) - 5000, pick(2, i, 100), NULL::daterange, NULL, '{"by": "day"}') FROM generate_series(1, 100, 3) i;
CREATE TABLE cohorts AS SELECT name, icp_cohort(l, d, cac, '2025-01-01', 40, CASE name WHEN 'daily' THEN '{"age": "anniversary", "grace": 2}' ELSE '{"margin": 0.9}' END::jsonb) AS c FROM ledgers, (VALUES (date '2024-01-01', 5), ('2024-03-01', 7.5), ('2024-12-01', NULL)) v(d, cac) GROUP BY name;
INSERT INTO cohorts SELECT 'plain', icp_cohort(NULL, date '2024-01-01' + i * 10, i, '2025-01-01', NULL, '{"intervals": false}') FROM generate_series(1, 20) i;

-- Reads everything that can be read, and adds it to itself.
CREATE FUNCTION read_ledger(l icp_ledger) RETURNS bigint LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM icp_periods(l)) + length((SELECT icp_rollup(x) FROM (VALUES (l), (l)) v(x))::text) + length(icp_ledger_send(l)) + (SELECT length(icp_cohort(l, '2020-01-01', 3, '2024-06-01', 2)::text) FROM (VALUES (1)) v) $$;
CREATE FUNCTION read_cohort(c icp_cohort) RETURNS bigint LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM icp_ages(c)) + (SELECT count(*) FROM icp_survival(c)) + (SELECT count(*) FROM icp_ltv_cac(c, 60, 0.1) e, icp_ltv_cac(c, 3) f, icp_realised_ltv(c) r, icp_payback(c) p, icp_two_way(c) t, icp_left_out(c) l, icp_sbg(c) s)
		+ length((SELECT icp_rollup(x) FROM (VALUES (c), (c)) v(x))::text) + length((c + c - c)::text) + length(icp_cohort_spend(c, 1.5)::text) + (SELECT length(icp_compare(a, c, d)::text) FROM (VALUES (true, NULL::date), (false, NULL), (true, '2025-01-01')) v(a, d)) $$;
CREATE FUNCTION outcome(bytes bytea, type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	BEGIN
		EXECUTE format('SELECT %L::%I', bytes, type);
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLSTATE = '22P03' AND (SQLERRM = 'invalid ' || type OR SQLERRM ~ ('^cannot read an ' || type || ' of version \d+$')) THEN 'refused' ELSE SQLSTATE || ' ' || SQLERRM END;
	END;
	BEGIN
		EXECUTE format('SELECT read_%s(%L::%I)', substr(type, 5), bytes, type) INTO n;
		RETURN 'read';
	EXCEPTION WHEN OTHERS THEN
		-- sums may be too large, a day of another kind
		RETURN CASE WHEN SQLSTATE ~ '^(22|54)' THEN 'read, with errors' ELSE 'read, but ' || SQLSTATE || ' ' || SQLERRM END;
	END;
END $$;
CREATE TABLE victim AS SELECT name, 'icp_ledger' AS type, l::text::bytea AS b FROM ledgers UNION ALL SELECT name, 'icp_cohort', c::text::bytea FROM cohorts;
SELECT is(outcome(b, type), 'read', format('%s %s as it is', type, name)) FROM victim ORDER BY type, name;

\echo cut off
SELECT is(count(*) FILTER (WHERE outcome(substr(b, 1, i), type) <> 'refused'), 0::bigint, format('%s %s cut off anywhere', type, name)) FROM victim, generate_series(0, length(b) - 1) i GROUP BY type, name ORDER BY type, name;
SELECT is(outcome(b || '\x00', type) || outcome(b || '\x02', type) || outcome(b || b, type), 'refusedrefusedrefused', format('%s %s and more', type, name)) FROM victim ORDER BY type, name;

\echo changed
CREATE TABLE outcomes (what text, outcome text);
INSERT INTO outcomes SELECT format('%s %s bit %s', type, name, i), outcome(set_byte(b, i, get_byte(b, i) # (1 << pick(3, i, 8))), type) FROM victim, generate_series(0, length(b) - 1) i;
INSERT INTO outcomes SELECT format('%s %s byte %s', type, name, i), outcome(set_byte(b, i, v), type) FROM victim, generate_series(0, length(b) - 1) i, (VALUES (0), (1), (127), (128), (255)) x(v) WHERE get_byte(b, i) <> v AND (type = 'icp_ledger' OR pick(4, i * 256 + v, 4) = 0);
INSERT INTO outcomes SELECT format('%s %s two bytes %s', type, name, i), outcome(set_byte(set_byte(b, pick(5, i, length(b)), pick(6, i, 256)), pick(7, i, length(b)), pick(8, i, 256)), type) FROM victim, generate_series(1, 400) i;
-- A number in the place of another, as large as can be.
INSERT INTO outcomes SELECT format('%s %s number %s', type, name, i), outcome(substr(b, 1, i) || n || substr(b, i + 2), type) FROM victim, generate_series(20, length(b) - 1, 3) i, (VALUES ('\xffffffffffffffffffffffffffffffffffff03'::bytea), ('\xfeffffffffffffffff01'), ('\xffffffffffffffffff01'), ('\x808080808080808010'), ('\x00ffffffffffffffff7f'), ('\x00ffff03')) x(n);
SELECT is(outcome, NULL, what) FROM outcomes WHERE outcome NOT IN ('refused', 'read', 'read, with errors') ORDER BY what LIMIT 20;
SELECT ok(count(*) FILTER (WHERE outcome ~ '^read') > 100 AND count(*) FILTER (WHERE outcome = 'refused') > 1000, 'some are read, others refused') FROM outcomes;

\echo written otherwise
-- There is one way to write a number.
SELECT is(outcome(x, 'icp_ledger'), 'refused', what) FROM (SELECT substr(l::text::bytea, 1, 18) || '\x8200'::bytea || substr(l::text::bytea, 20) AS x, 'with idle bytes' AS what FROM ledgers WHERE name = 'small'
	UNION ALL SELECT decode('0102000000000000000000000000000000000000' || '0000' || '0000', 'hex'), 'zeros in two runs') y;
SELECT throws_ok($$SELECT '\xff'::icp_ledger$$, '22P03', 'cannot read an icp_ledger of version 255');
SELECT throws_ok($$SELECT '\x07'::icp_cohort$$, '22P03', 'cannot read an icp_cohort of version 7');
SELECT throws_ok($$SELECT ''::icp_cohort$$, '22P03', 'invalid icp_cohort');
SELECT throws_ok($$SELECT 'ledger'::icp_ledger$$, '22P03', 'cannot read an icp_ledger of version 108');

\echo the binary form
CREATE TABLE kept AS SELECT name, l, NULL::icp_cohort AS c FROM ledgers UNION ALL SELECT name, NULL, c FROM cohorts;
CREATE TABLE back (name text, l icp_ledger, c icp_cohort);
\copy kept TO 'results/t_cohort_hostile.bin' (FORMAT binary)
\copy back FROM 'results/t_cohort_hostile.bin' (FORMAT binary)
SELECT set_eq('SELECT name, l::text, c::text FROM kept', 'SELECT name, l::text, c::text FROM back', 'COPY BINARY');
SELECT is(count(*), 5::bigint, 'of all of them') FROM back WHERE num_nonnulls(l, c) = 1;
-- bytes are sent as the column's type would be, and read as the other type
CREATE TABLE sent (l bytea, c bytea);
SAVEPOINT refused;
INSERT INTO sent SELECT NULL, substr(c::text::bytea, 1, 9) FROM cohorts WHERE name = 'plain';
\copy sent TO 'results/t_cohort_hostile.bin' (FORMAT binary)
\copy back (l, c) FROM 'results/t_cohort_hostile.bin' (FORMAT binary)
ROLLBACK TO refused;
INSERT INTO sent SELECT l::text::bytea || '\x00', NULL FROM ledgers WHERE name = 'small';
\copy sent TO 'results/t_cohort_hostile.bin' (FORMAT binary)
\copy back (l, c) FROM 'results/t_cohort_hostile.bin' (FORMAT binary)
ROLLBACK TO refused;
INSERT INTO sent VALUES ('', NULL);
\copy sent TO 'results/t_cohort_hostile.bin' (FORMAT binary)
\copy back (l, c) FROM 'results/t_cohort_hostile.bin' (FORMAT binary)
ROLLBACK TO refused;

\echo states that users make
-- Anybody can make aggregates of these functions, and begin them with any bytes.
CREATE FUNCTION begin_with(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.mine(boolean, icp_cohort, date) (SFUNC = icp_compare_accum, STYPE = bytea, FINALFUNC = icp_compare_final, INITCOND = %L)', bytes);
	EXECUTE 'SELECT pg_temp.mine(true, c, NULL)::text FROM cohorts WHERE name = ''plain''' INTO r;
	DROP AGGREGATE pg_temp.mine(boolean, icp_cohort, date);
	RETURN 'read';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE IN ('XX001', '22023') THEN 'refused' ELSE SQLSTATE || ' ' || SQLERRM END;
END $$;
SELECT is(string_agg(DISTINCT begin_with(bytes), ' '), 'refused', 'states of icp_compare') FROM (VALUES ('\x'::bytea), ('\x00'), ('\x4350434924000000ffffffff'), ('\x435043492400000010000001'), ('\x4350434924000000180000000000000001000000'), ('\x43504349240000002000000000000000010000002000000000000000'), ('\x4350434924000000200000000000000001000000ffffffff00000000'), ('\x435043492400000020000000000000000100000010000000ff000000'),
	-- a cohort that says that it is at work
	('\x4350434924000000180400000000000001000000'::bytea || '\x00100000ff02'::bytea || decode(repeat('ff', 1018), 'hex'))) v(bytes);
SELECT icp_ledger(date '2025-01-01', 5)::text AS begin \gset
CREATE AGGREGATE pg_temp.mine(date, numeric) (SFUNC = icp_ledger_accum, STYPE = icp_ledger, INITCOND = :'begin');
SELECT is(charged, 12.5, 'a ledger that was left at work can be read and written') FROM (SELECT pg_temp.mine(date '2025-01-01', 7.5) AS l) x, icp_periods(l::text::icp_ledger);
CREATE AGGREGATE pg_temp.mine(icp_ledger, date, numeric, date) (SFUNC = icp_cohort_accum, STYPE = icp_cohort);
SELECT is(pg_temp.mine(NULL::icp_ledger, '2025-01-01', 1, '2026-01-01')::text, icp_cohort(NULL::icp_ledger, '2025-01-01', 1, '2026-01-01')::text, 'and a cohort');
SELECT * FROM finish();
ROLLBACK;

-- Cohorts add and subtract exactly: the same bytes for any order, split and plan.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET timezone = 'UTC';

CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP result := result || line || E'\n'; END LOOP;
	RETURN result;
END $$;
-- Amounts of many scales, so that sums are counted in ever smaller units.
CREATE TABLE customer AS SELECT i, i % 6 AS g, date '2020-01-01' + pick(1, i, 2400) AS acquired, CASE WHEN pick(2, i, 4) > 0 THEN pick(3, i, 90000) / (10 ^ pick(4, i, 4))::numeric END AS cac, CASE WHEN pick(5, i, 3) = 0 THEN pick(6, i, 9000) / 10.0 END AS value FROM generate_series(1, 4000) i;
CREATE TABLE ledger AS SELECT i, icp_ledger((acquired + m * interval '1 month' - interval '20 days')::date, (pick(7, i * 100 + m, 9000) - 1500) / (10 ^ pick(8, i, 4))::numeric, pick(9, i * 100 + m, 500) / 100.0, NULL::daterange, CASE WHEN pick(10, i, 2) = 0 THEN 'CNY' END) AS l
	FROM customer, generate_series(0, pick(11, i, 40)) m WHERE pick(12, i * 100 + m, 5) > 0 AND pick(13, i, 12) > 0 GROUP BY 1;
CREATE TABLE fact AS SELECT c.*, l FROM customer c LEFT JOIN ledger USING (i);
ANALYZE;
CREATE VIEW way AS SELECT * FROM (VALUES ('{}'::jsonb), ('{"period": "quarter", "grace": 2, "churn": "first_lapse"}'), ('{"intervals": false, "margin": 0.5}')) w(o);
CREATE TABLE whole AS SELECT o, icp_cohort(l, acquired, cac, '2026-01-01', value, o ORDER BY i) AS c FROM fact, way GROUP BY o;

\echo any order, any split
SELECT is(count(*) FILTER (WHERE x.c::text = w.c::text), 3::bigint, 'oldest last') FROM (SELECT o, icp_cohort(l, acquired, cac, '2026-01-01', value, o ORDER BY acquired DESC, i) AS c FROM fact, way GROUP BY o) x JOIN whole w USING (o);
SELECT is(count(*) FILTER (WHERE x.c::text = w.c::text), 3::bigint, 'shuffled') FROM (SELECT o, icp_cohort(l, acquired, cac, '2026-01-01', value, o ORDER BY pick(20, i, 1000000)) AS c FROM fact, way GROUP BY o) x JOIN whole w USING (o);
SELECT is((SELECT count(*) FILTER (WHERE x.c::text = w.c::text) FROM (SELECT o, icp_rollup(c ORDER BY pick(30, part, 1000)) AS c FROM (SELECT o, pick(seed, i, parts) AS part, icp_cohort(l, acquired, cac, '2026-01-01', value, o) AS c FROM fact, way GROUP BY 1, 2) p GROUP BY 1) x JOIN whole w USING (o)), 3::bigint, parts || ' parts')
FROM (VALUES (21, 2), (22, 9), (23, 300)) v(seed, parts);
SELECT is(count(*) FILTER (WHERE c::text::icp_cohort::text = c::text AND icp_cohort_send(c) = c::text::bytea), 3::bigint, 'written and read') FROM whole;
CREATE TABLE part AS SELECT o, g, icp_cohort(l, acquired, cac, '2026-01-01', value, o) AS c FROM fact, way GROUP BY 1, 2;
SELECT is(count(*) FILTER (WHERE c::text::icp_cohort::text = c::text), 18::bigint, 'parts, stored') FROM part;

\echo sums and differences
SELECT is((SELECT count(*) FILTER (WHERE (a.c + b.c)::text = (b.c + a.c)::text AND ((a.c + b.c) - b.c)::text = a.c::text AND ((a.c + b.c) + d.c)::text = (a.c + (b.c + d.c))::text) FROM part a JOIN part b USING (o) JOIN part d USING (o) WHERE a.g < b.g AND b.g <> d.g AND a.g <> d.g), 180::bigint, 'a + b = b + a, a + b - b = a, (a + b) + c = a + (b + c)');
SELECT is((SELECT count(*) FILTER (WHERE (w.c - p.c)::text = x.c::text) FROM whole w JOIN part p USING (o) JOIN (SELECT o, h AS g, icp_rollup(c) AS c FROM part, generate_series(0, 5) h WHERE g <> h GROUP BY 1, 2) x USING (o, g)), 18::bigint, 'the whole less a part is what one pass over the others gives');
SELECT is((SELECT count(*) FROM whole, icp_ages(c - c)), 0::bigint, 'a - a has no ages');
SELECT is((SELECT (c - c)::text = ((c + c) - c - c)::text FROM whole LIMIT 1), true, 'and is the same nothing');
-- Erasing a customer.
SELECT is((SELECT (w.c - x.c)::text FROM whole w, (SELECT icp_cohort(l, acquired, cac, '2026-01-01', value, '{}') AS c FROM fact WHERE i = 77) x WHERE o = '{}'), (SELECT icp_cohort(l, acquired, cac, '2026-01-01', value, '{}')::text FROM fact WHERE i <> 77), 'as if the customer had never been');
SELECT throws_ok('SELECT a.c - b.c FROM part a JOIN part b USING (o) WHERE a.g = 1 AND b.g = 2', '22023', 'cannot subtract a cohort from one that it is no part of');
SELECT ok(c + NULL IS NULL AND NULL::icp_cohort - c IS NULL, 'NULL stays NULL') FROM part LIMIT 1;
SELECT throws_ok(format('SELECT a.c + b.c FROM whole a, whole b WHERE a.o = ''{}'' AND b.o = %L', o), '22023', format('cohorts of different "%s" cannot be added', m))
FROM (VALUES ('{"period": "quarter", "grace": 2, "churn": "first_lapse"}', 'period'), ('{"intervals": false, "margin": 0.5}', 'intervals')) v(o, m);
SELECT throws_ok(format('SELECT icp_rollup(c) FROM (SELECT icp_cohort(l, acquired, cac, d::date, NULL, o::jsonb) AS c FROM fact, (VALUES (''2026-01-01'', ''{}''), (%L, %L)) v(d, o) GROUP BY d, o) x', d, o), '22023', format('cohorts of different "%s" cannot be added', m))
FROM (VALUES ('2026-02-01', '{}', 'as_of'), ('2026-01-01', '{"grace": 3}', 'grace'), ('2026-01-01', '{"churn": "first_lapse"}', 'churn'), ('2026-01-01', '{"min_risk": 3}', 'min_risk'), ('2026-01-01', '{"margin": 0.3}', 'margin')) v(d, o, m);
SELECT throws_ok($$SELECT icp_cohort(l, acquired, cac, '2026-01-01', NULL, jsonb_build_object('grace', 1 + i % 2)) FROM fact$$, '22023', 'cohorts of different "grace" cannot be added');
SELECT throws_ok($$SELECT a.c + b.c FROM part a, (SELECT icp_cohort(l, '2025-01-01', 1, '2026-01-01') AS c FROM (SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, 'EUR') AS l) x) b WHERE o = '{}'$$, '22023', 'currencies "CNY" and "EUR" cannot be added');

\echo rolling up, and NULL
SELECT is(icp_rollup(l)::text, e, n) FROM (SELECT a.c AS a, b.c AS b FROM part a JOIN part b USING (o) WHERE o = '{}' AND (a.g, b.g) = (0, 1)) two, LATERAL (VALUES (NULL, NULL, NULL, 'NULL and NULL'), (NULL, b, b::text, 'NULL and b'), (a, NULL, a::text, 'a and NULL'), (a, b, (a + b)::text, 'a and b')) v(x, y, e, n), LATERAL (VALUES (x), (y)) w(l) GROUP BY e, n ORDER BY n;

\echo plans
CREATE TABLE expected AS SELECT g, icp_cohort(l, acquired, cac, '2026-01-01' ORDER BY i)::text AS c FROM fact GROUP BY 1;
CREATE FUNCTION same(what text) RETURNS text LANGUAGE sql AS $$ SELECT is(count(*) FILTER (WHERE x.c::text = e.c), 6::bigint, what) FROM (SELECT g, icp_cohort(l, acquired, cac, '2026-01-01') AS c FROM fact GROUP BY 1) x JOIN expected e USING (g) $$;
SET enable_hashagg = off;
SELECT same('sorted');
RESET enable_hashagg; SET enable_sort = off;
SELECT same('hashed');
SET work_mem = '64kB'; SET hash_mem_multiplier = 1;
SELECT same('hashed, with little memory');
SELECT is(count(*) FILTER (WHERE a.c::text = b.c::text), 4000::bigint, 'a group for each customer, hashed with little memory, and one by one') FROM (SELECT i, icp_cohort(l, acquired, cac, '2026-01-01') AS c FROM fact GROUP BY 1) a JOIN (SELECT i, icp_cohort(l, acquired, cac, '2026-01-01') OVER (PARTITION BY i) AS c FROM fact) b USING (i);
RESET enable_sort; RESET work_mem; RESET hash_mem_multiplier;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 3; SET max_parallel_workers = 8;
SELECT ok(plan('SELECT g, icp_cohort(l, acquired, cac, ''2026-01-01'') FROM fact GROUP BY 1') ~ 'Partial', 'workers share the work');
SELECT same('in workers');
SET parallel_leader_participation = off;
SELECT same('in workers alone');
CREATE TABLE small WITH (parallel_workers = 2) AS SELECT pick(50, i, 200) AS part, icp_cohort(l, acquired, cac, '2026-01-01', value) AS c FROM fact GROUP BY 1;
ANALYZE small;
SELECT ok(plan('SELECT icp_rollup(c) FROM small') ~ 'Partial', 'rolling up in workers');
SELECT is((SELECT icp_rollup(c)::text FROM small), (SELECT c::text FROM whole WHERE o = '{}'), 'gives the same');
SET max_parallel_workers_per_gather = 0;
CREATE TABLE parted (LIKE fact) PARTITION BY HASH (i);
CREATE TABLE parted0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM fact;
ANALYZE parted;
SET enable_partitionwise_aggregate = on;
SELECT ok(plan('SELECT icp_cohort(l, acquired, cac, ''2026-01-01'', value) FROM parted') ~ 'Finalize Aggregate.*Partial Aggregate.*Partial Aggregate', 'partition by partition');
SELECT is((SELECT icp_cohort(l, acquired, cac, '2026-01-01', value)::text FROM parted), (SELECT c::text FROM whole WHERE o = '{}'), 'gives the same');
SELECT is(count(*) FILTER (WHERE w::text = a::text), 100::bigint, 'windows that grow leave earlier results alone') FROM (
	SELECT i, icp_cohort(l, acquired, cac, '2026-01-01') OVER (ORDER BY i) AS w, (SELECT icp_cohort(l, acquired, cac, '2026-01-01') FROM fact p WHERE p.i <= fact.i) AS a FROM fact WHERE i <= 100) x;
SELECT is(count(DISTINCT c::text), 1::bigint, 'grouping sets and filters') FROM (SELECT icp_cohort(l, acquired, cac, '2026-01-01') FILTER (WHERE g = 3) AS c FROM fact GROUP BY GROUPING SETS ((), ()) UNION ALL SELECT icp_cohort(l, acquired, cac, '2026-01-01') FROM fact WHERE g = 3) x;

\echo comparisons
CREATE TABLE segment AS SELECT i % 2 = 0 AS is_a, date_trunc('year', acquired)::date AS year, pick(40, i, 7) AS part, icp_cohort(l, acquired, cac, '2026-01-01') AS c FROM fact GROUP BY 1, 2, 3;
CREATE TABLE compared AS SELECT icp_compare(is_a, c, year)::text AS x FROM (SELECT is_a, year, icp_rollup(c) AS c FROM segment GROUP BY 1, 2) s;
SELECT is((SELECT icp_compare(is_a, c, year)::text FROM segment), x, 'of parts') FROM compared;
SELECT is((SELECT icp_compare(is_a, c, year ORDER BY part DESC, year DESC)::text FROM segment), x, 'in another order') FROM compared;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE segment SET (parallel_workers = 2);
SELECT ok(plan('SELECT icp_compare(is_a, c, year) FROM segment') ~ 'Partial', 'in workers');
SELECT is((SELECT icp_compare(is_a, c, year)::text FROM segment), x, 'gives the same') FROM compared;
RESET max_parallel_workers_per_gather;
-- whichever worker is the first may read all of a small table: partitions are sure to be combined
CREATE TABLE segments (LIKE segment) PARTITION BY LIST (part);
CREATE TABLE segments_0 PARTITION OF segments FOR VALUES IN (0, 1);
CREATE TABLE segments_1 PARTITION OF segments FOR VALUES IN (2, 3, 4);
CREATE TABLE segments_2 PARTITION OF segments FOR VALUES IN (5, 6);
CREATE TABLE segments_3 PARTITION OF segments FOR VALUES IN (7);
INSERT INTO segments SELECT * FROM segment;
INSERT INTO segments (is_a, part) VALUES (NULL, 7);
ANALYZE segments;
SELECT ok(plan('SELECT icp_compare(is_a, c, year) FROM segments') ~ 'Finalize Aggregate.*Partial Aggregate.*Partial Aggregate', 'comparisons partition by partition');
SELECT is((SELECT icp_compare(is_a, c, year)::text FROM segments), x, 'give the same') FROM compared;
SELECT is((SELECT icp_compare(is_a, c, year, 24)::text FROM segments), (SELECT icp_compare(is_a, c, year, 24)::text FROM segment), 'for a horizon of 24 months') FROM compared;
SELECT throws_ok('SELECT icp_compare(is_a, c, year, part) FROM segments WHERE part BETWEEN 1 AND 2', '22023', 'icp_compare was given different horizons: 1 and 2', 'parts of different horizons');
SELECT is((SELECT icp_compare(is_a, c, year)::text FROM segments WHERE part = 7 OR part = 0), (SELECT icp_compare(is_a, c, year)::text FROM segment WHERE part = 0), 'a part without cohorts changes nothing');
SELECT is((SELECT icp_compare(is_a, c, year)::text FROM segments WHERE false), NULL, 'nor do none at all');
SELECT * FROM finish();
ROLLBACK;

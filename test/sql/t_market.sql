-- icp_customer_rank and icp_reach: against plain SQL, merged in any split, and of anything that may come.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- A number from 0 to n - 1 that is as good as random, and the same everywhere.
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;

-- ---- icp_customer_rank: by hand ----

SELECT results_eq(format('SELECT icp_customer_rank(x) OVER () FROM (VALUES %s) v(i, x) ORDER BY i', v), r, n) FROM (VALUES
	('(1, 10::float8), (2, 30), (3, 20)', '{0,1,0.5}'::float8[], 'the part of the others that are below'),
	('(1, 5::float8), (2, 5), (3, 5)', '{0.5,0.5,0.5}', 'ties count half'),
	('(1, 1::float8), (2, 2), (3, 2), (4, 3), (5, NULL)', '{0,0.5,0.5,1,NULL}', 'NULL has no rank, and counts for nobody'),
	('(1, NULL::float8), (2, 7)', '{NULL,0.5}', 'alone'),
	('(1, NULL::float8), (2, NULL)', '{NULL,NULL}', 'nothing known'),
	('(1, ''NaN''::float8), (2, 1), (3, 2)', '{NULL,0,1}', 'NaN is not known'),
	('(1, ''-Infinity''::float8), (2, -1e308), (3, ''Infinity''), (4, ''Infinity'')', '{0,0.3333333333333333,0.8333333333333334,0.8333333333333334}', 'infinities are numbers'),
	('(1, ''-0''::float8), (2, 0), (3, -5e-324), (4, 5e-324)', '{0.5,0.5,0,1}', 'there is one zero')) v(v, a, n), LATERAL (SELECT format('SELECT x FROM unnest(%L::float8[]) WITH ORDINALITY u(x, i) ORDER BY i', a)) f(r);
SELECT results_eq($$SELECT icp_customer_rank(x, -y) OVER () FROM (VALUES (1, 1::float8, 9::float8), (2, 2, 8), (3, 3, NULL), (4, NULL, NULL), (5, NULL, 7)) v(i, x, y) ORDER BY i$$,
	$$SELECT x FROM unnest('{0,0.5,1,NULL,1}'::float8[]) WITH ORDINALITY u(x, i) ORDER BY i$$, 'the mean over the measures that are known');

-- ---- and by plain SQL ----

CREATE TABLE customers AS SELECT i, pick(1, i, 7) AS g, pick(2, i, 12)::float8 AS a, CASE WHEN pick(3, i, 4) > 0 THEN pick(4, i, 100000) - 50000 END::float8 AS b,
	CASE pick(5, i, 9) WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity' WHEN 3 THEN NULL ELSE (pick(6, i, 1000) - 500) * 1e-300 END::float8 AS c
	FROM generate_series(1, 3000) i;
CREATE FUNCTION by_hand(rows text) RETURNS TABLE (i int, r float8) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('WITH m AS (SELECT c.i, g, m, v FROM (%s) c, LATERAL (VALUES (1, a), (2, b), (3, -c)) x(m, v) WHERE v <> ''NaN''),
		r AS (SELECT m.i, m, CASE count(*) OVER w WHEN 1 THEN 0.5 ELSE (rank() OVER (w ORDER BY v) - 1 + (count(*) OVER (PARTITION BY g, m, v) - 1) / 2.0::float8) / (count(*) OVER w - 1) END AS r FROM m WINDOW w AS (PARTITION BY g, m))
		SELECT r.i, avg(r.r) FROM r GROUP BY 1', rows);
END $$;
CREATE FUNCTION off(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT a IS NULL <> (b IS NULL) OR abs(a - b) > 1e-12 $$;
CREATE TABLE ranked AS SELECT i, icp_customer_rank(a, b, -c) OVER (PARTITION BY g) AS r FROM customers;
SELECT is_empty($$SELECT i, ranked.r, h.r FROM ranked LEFT JOIN by_hand('SELECT * FROM customers') h USING (i) WHERE off(ranked.r, h.r)$$, 'partitions, compared and sorted');
SELECT is_empty($$SELECT i, x.r, h.r FROM (SELECT i, icp_customer_rank(a, b, -c) OVER () AS r FROM customers) x LEFT JOIN by_hand('SELECT i, 0 AS g, a, b, c FROM customers') h USING (i) WHERE off(x.r, h.r)$$, 'all of it, counted and sorted');
SELECT is_empty($$SELECT i, x.r, h.r FROM (SELECT i, icp_customer_rank(a, b, -c) OVER (PARTITION BY i % 1500) AS r FROM customers) x LEFT JOIN by_hand('SELECT i, i % 1500 AS g, a, b, c FROM customers') h USING (i) WHERE off(x.r, h.r)$$, 'many partitions of two');
SELECT ok(count(*) > 2500 AND min(r) >= 0 AND max(r) <= 1, 'from 0 to 1') FROM ranked WHERE r IS NOT NULL;
SELECT is_empty($$SELECT i FROM ranked JOIN (SELECT i, icp_customer_rank(a, b, -c) OVER (PARTITION BY g ORDER BY hashint8(i)) AS r FROM customers) x USING (i) WHERE ranked.r IS DISTINCT FROM x.r$$, 'whatever the order, to the bit');
SELECT is_empty(format($$SELECT i FROM ranked JOIN (SELECT i, icp_customer_rank(a, b, -c) OVER (PARTITION BY g ORDER BY i %s) AS r FROM customers) x USING (i) WHERE ranked.r IS DISTINCT FROM x.r$$, f), f) FROM (VALUES ('ROWS CURRENT ROW'), ('ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING EXCLUDE TIES'), ('GROUPS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING')) v(f);
SELECT is_empty($$SELECT i FROM ranked JOIN (SELECT i, icp_customer_rank(VARIADIC ARRAY[a, b, -c]) OVER (PARTITION BY g) AS r FROM customers) x USING (i) WHERE ranked.r IS DISTINCT FROM x.r$$, 'VARIADIC');
SELECT is_empty($$SELECT i FROM (SELECT i, icp_customer_rank(a, b) OVER w AS x, icp_customer_rank(b, a) OVER w AS y, percent_rank() OVER w AS z FROM customers WINDOW w AS (PARTITION BY g)) x WHERE off(x, y) OR z <> 0$$, 'the order of measures does not matter, nor other window functions beside it');
SET LOCAL work_mem = '64kB';
SELECT is_empty($$SELECT i FROM ranked JOIN (SELECT i, icp_customer_rank(a, b, -c) OVER (PARTITION BY g) AS r, lag(i) OVER (PARTITION BY g ORDER BY i) FROM customers) x USING (i) WHERE ranked.r IS DISTINCT FROM x.r$$, 'rows that were written to disk');
RESET work_mem;
SELECT is(count(r), 3000::bigint, 'over groups') FROM (SELECT icp_customer_rank(sum(a), -max(i)) OVER () AS r FROM customers GROUP BY i) x;

-- ---- what is no measure ----

SELECT results_eq($$SELECT icp_customer_rank(VARIADIC m) OVER () FROM (VALUES (1, '{1,2}'::float8[]), (2, NULL), (3, '{NULL,3}'), (4, '{NULL,NULL}'), (5, '[7:8]={0,1}')) v(i, m) ORDER BY i$$,
	$$SELECT x FROM unnest('{0.75,NULL,1,NULL,0}'::float8[]) WITH ORDINALITY u(x, i) ORDER BY i$$, 'NULL in place of an array, and lower bounds');
SELECT results_eq($$SELECT icp_customer_rank(VARIADIC '{}') OVER () FROM generate_series(1, 2)$$, 'VALUES (NULL::float8), (NULL)', 'no measures');
SELECT throws_ok(format('SELECT icp_customer_rank(VARIADIC m) OVER () FROM (VALUES (1, %L::float8[]), (2, %L)) v(i, m)', a, b), '2202E', m) FROM (VALUES
	('{1,2}', '{1}', 'arrays of measures differ in length: 1 and 2'), ('{1}', '{1,2}', 'arrays of measures differ in length: 1 and 2'), ('{}', '{1}', 'arrays of measures differ in length: 0 and 1'),
	('{{1,2}}', NULL, 'measures must be a one-dimensional array')) v(a, b, m);
SELECT throws_ok('SELECT icp_customer_rank(1)', '42809', 'window function icp_customer_rank requires an OVER clause');
SELECT throws_ok('SELECT icp_customer_rank(VARIADIC array_fill(1::float8, ARRAY[15000])) OVER () FROM generate_series(1, 9000)', '54000', 'icp_customer_rank cannot hold more than 1 GB of measures');

-- ---- icp_reach: by plain SQL ----

CREATE TABLE market AS SELECT i, CASE WHEN pick(1, i, 50) > 0 THEN ROW(CASE WHEN pick(2, i, 20) > 0 THEN pick(3, i, 101) END, 12.5, CASE WHEN pick(4, i, 2) = 0 THEN 0.5 END,
	CASE WHEN pick(5, i, 9) > 0 THEN (ARRAY['T1','T2','T3','out','大客户', ''])[1 + pick(6, i, 6)] END, CASE WHEN pick(7, i, 30) > 0 THEN pick(8, i, 12) = 0 END, CASE WHEN pick(9, i, 15) > 0 THEN pick(10, i, 11) / 10.0 END,
	CASE WHEN pick(11, i, 8) = 0 THEN 'in liquidation' END, '{not SaaS}')::icp_evaluation END AS e FROM generate_series(1, 4000) i;
CREATE FUNCTION wilson(x float8, n float8) RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$
	SELECT ARRAY[(x + z * z / 2 - w) / (n + z * z), (x + z * z / 2 + w) / (n + z * z)] FROM (VALUES (1.959963984540054::float8)) v(z), LATERAL (SELECT z * sqrt(x * (n - x) / n + z * z / 4)) s(w) $$;
CREATE FUNCTION is_known(e icp_evaluation) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce((e).score IS NOT NULL AND (e).fits IS NOT NULL AND ((e).coverage > 0 OR (e).disqualified_by IS NOT NULL), false) $$;
CREATE TABLE reached AS SELECT (icp_reach(e)).* FROM market;
SELECT results_eq('SELECT accounts, known, fitting, tiers FROM reached', $$
	SELECT count(*) FILTER (WHERE e IS DISTINCT FROM NULL), count(*) FILTER (WHERE is_known(e)), count(*) FILTER (WHERE is_known(e) AND (e).fits),
		(SELECT jsonb_object_agg(t, n) FROM (SELECT (e).tier AS t, count(*) AS n FROM market WHERE is_known(e) AND (e).tier IS NOT NULL GROUP BY 1) x) FROM market$$, 'counts');
SELECT ok(abs(share - fitting / known::float8) < 1e-15 AND abs(low - (wilson(fitting, known))[1]) < 1e-14 AND abs(high - (wilson(fitting, known))[2]) < 1e-14, 'the share and its limits') FROM reached;
SELECT ok(abs(r.coverage - a.coverage) < 1e-14, 'mean coverage') FROM reached r, (SELECT avg((e).coverage) AS coverage FROM market) a;
SELECT is(verdict, 'exists') FROM reached;

-- ---- merged, in any order ----

CREATE AGGREGATE counted(icp_evaluation) (SFUNC = icp_reach_accum, STYPE = bytea);
CREATE AGGREGATE merged(bytea) (SFUNC = icp_reach_combine, STYPE = bytea, FINALFUNC = icp_reach_final);
CREATE AGGREGATE combined(bytea) (SFUNC = icp_reach_combine, STYPE = bytea);
PREPARE once AS SELECT r::text FROM reached r;
SELECT results_eq('once', format('SELECT merged(s %s)::text FROM (SELECT i %% %s AS g, counted(e) AS s FROM market GROUP BY 1) x', o, n), format('%s parts %s', n, o))
	FROM (VALUES (1, ''), (2, ''), (7, 'ORDER BY g'), (7, 'ORDER BY g DESC'), (3000, 'ORDER BY hashint4(g)')) v(n, o);
SELECT results_eq('once', 'SELECT icp_reach(e ORDER BY hashint8(i))::text FROM market', 'another order');
SELECT results_eq('once', $$SELECT merged(s)::text FROM (SELECT counted(e) AS s FROM market WHERE i % 2 = 0 UNION ALL SELECT NULL UNION ALL SELECT counted(e) FROM market WHERE i % 2 = 1 UNION ALL SELECT counted(NULL)) x$$, 'with states that are NULL');
SELECT is((SELECT merged(s)::text FROM (VALUES (NULL::bytea), (NULL)) v(s)), (SELECT icp_reach(NULL)::text), 'NULL and NULL');
SELECT ok(counted(NULL::icp_evaluation) IS NULL AND combined(NULL::bytea) IS NULL, 'nothing is kept of nothing');
SELECT is(icp_reach(NULL)::text, '(0,0,0,,,,{},,unknown)', 'no accounts');
SELECT is((SELECT icp_reach(e)::text FROM market WHERE false), '(0,0,0,,,,{},,unknown)', 'no rows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT results_eq('once', 'SELECT icp_reach(e)::text FROM market', 'in parallel');
CREATE FUNCTION plan(q text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || q; END $$;
SELECT ok(string_agg(p, ' ') ~ 'Finalize.*Gather.*Partial', 'workers are asked') FROM plan('SELECT icp_reach(e) FROM market') p;
RESET max_parallel_workers_per_gather;

-- ---- verdicts ----

CREATE FUNCTION verdict(fitting int, known int, rest int, coverage float8) RETURNS text LANGUAGE sql AS $$
	SELECT (icp_reach(ROW(CASE WHEN i <= known THEN 50 END, 5, NULL, 'T1', i <= fitting, coverage, NULL, '{}')::icp_evaluation)).verdict FROM generate_series(1, known + rest) i $$;
SELECT is(verdict(f, k, r, c), v, n) FROM (VALUES (10, 100, 0, 0.9, 'exists', 'ten of a hundred'), (9, 100, 0, 0.9, 'rare', 'nine are no ten'), (10, 10, 0, 0.9, 'exists', 'ten of ten'), (9, 9, 0, 0.9, 'unknown', 'of nine, nothing can be said'),
	(10, 500, 0, 0.9, 'exists', 'surely more than one of a hundred'), (10, 600, 0, 0.9, 'rare', 'not surely'), (1, 3000, 0, 0.9, 'rare', 'one of thousands'), (0, 100, 0, 0.9, 'not found', 'nobody'), (0, 99, 0, 0.9, 'unknown', 'nobody of a few'),
	(1, 5700, 0, 0.9, 'not found', 'surely fewer than one of a thousand'), (1, 5600, 0, 0.9, 'rare', 'not so surely'),
	(10, 100, 900, 0.9, 'exists', 'those who fit are there, however many are unknown'), (5, 100, 101, 0.9, 'unknown', 'more unknown than known'), (5, 100, 100, 0.9, 'rare', 'as many'), (5, 100, 0, 0.49, 'unknown', 'little is known of each'), (5, 100, 0, 0.5, 'rare', 'half is')) v(f, k, r, c, v, n);

-- ---- evaluations that nobody made ----

CREATE TABLE strange (e icp_evaluation);
INSERT INTO strange VALUES (NULL), (ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)), (ROW('NaN', 'NaN', 'NaN', 'T1', true, 0.5, NULL, '{}')), (ROW('Infinity', 1, 2, 'T1', true, 'NaN', NULL, NULL)), (ROW(1, 1, 1, 'T1', true, 'Infinity', NULL, NULL)),
	(ROW(1, 1, 1, 'T1', true, -1, NULL, NULL)), (ROW(1, 1, 1, 'T1', true, 1.0000001, NULL, NULL)), (ROW('-Infinity', 10::numeric ^ 3000, 1, NULL, true, 1, NULL, NULL)), (ROW(7, NULL, NULL, repeat('長', 2000), false, 0, repeat('x', 100000), array_fill('y'::text, ARRAY[1000])));
SELECT is((r.accounts, r.known, r.fitting, r.share, r.coverage, (SELECT array_agg(length(k)) FROM jsonb_object_keys(r.tiers) k))::text, '(8,2,1,0.5,0.5,{2000})', 'what cannot be is not known') FROM (SELECT (icp_reach(e)).* FROM strange) r;
SELECT is((icp_reach(e)).tiers, '{"T1": 3}', 'from a table, from ROW, and decompressed') FROM (SELECT ROW(1, 2, 3, 'T1', true, 1, NULL, '{}')::icp_evaluation UNION ALL SELECT (jsonb_populate_record(NULL::icp_evaluation, '{"score": 1, "tier": "T1", "fits": true, "coverage": 1}')) UNION ALL SELECT ROW(1, 2, NULL, 'T1', false, 0.25, NULL, NULL)::icp_evaluation) v(e);
SELECT is((r.known, (SELECT count(*) FROM jsonb_each(r.tiers)), (SELECT sum(v::int) FROM jsonb_each_text(r.tiers) t(k, v)), r.tiers ->> 'tier 77')::text, '(30000,5000,30000,6)', 'thousands of tiers') FROM (SELECT (icp_reach(ROW(1, 2, 3, 'tier ' || i % 5000, true, 1, NULL, '{}')::icp_evaluation)).* FROM generate_series(1, 30000) i) r;
SELECT results_eq($$SELECT (icp_reach(ROW(1, 2, 3, 'tier ' || i % 500, true, 1, NULL, '{}')::icp_evaluation)).tiers FROM generate_series(1, 3000) i$$, $$SELECT (merged(s)).tiers FROM (SELECT counted(ROW(1, 2, 3, 'tier ' || i % 500, true, 1, NULL, '{}')::icp_evaluation) AS s FROM generate_series(1, 3000) i GROUP BY i % 11) x$$, 'and merged');
CREATE TYPE pretended AS (score float8, points numeric, probability float8, tier text, fits boolean, coverage float8, disqualified_by text, reasons text[]);
SELECT throws_ok('SELECT icp_reach(ROW(1, 2, 3, NULL, true, 1, NULL, NULL)::pretended)', '42883');

-- ---- states that users make ----

SELECT throws_ok('SELECT icp_reach_accum(NULL, NULL)', '0A000', 'icp_reach_accum was called outside of an aggregate');
SELECT throws_ok('SELECT icp_reach_combine(NULL, NULL)', '0A000', 'icp_reach_combine was called outside of an aggregate');
SELECT throws_ok('SELECT icp_reach_final(NULL)', '0A000', 'icp_reach_final was called outside of an aggregate');
-- Begins an aggregate with any bytes, and adds to it, to itself, and reads it.
CREATE FUNCTION begin_with(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.mine(icp_evaluation) (SFUNC = icp_reach_accum, STYPE = bytea, FINALFUNC = icp_reach_final, INITCOND = %L)', bytes);
	EXECUTE $q$SELECT pg_temp.mine(ROW(1, 2, 3, 'new ' || i, true, 1, NULL, '{}')::icp_evaluation)::text FROM generate_series(1, 15) i$q$ INTO r;
	EXECUTE $q$SELECT pg_temp.mine(NULL)::text || merged(b)::text FROM (VALUES ($1), ($1)) v(b)$q$ INTO r USING bytes;
	DROP AGGREGATE pg_temp.mine(icp_evaluation);
	RETURN 'read';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE = 'XX001' AND SQLERRM = 'invalid state of icp_reach' THEN 'refused' WHEN SQLSTATE = '22003' THEN 'sums too large' ELSE SQLSTATE || ' ' || SQLERRM END;
END $$;
CREATE TABLE victim AS SELECT 'few tiers' AS name, counted(e) AS b FROM market WHERE i < 60 UNION ALL SELECT 'many', counted(ROW(1, 2, 3, 'tier ' || i, true, 1, NULL, '{}')::icp_evaluation) FROM generate_series(1, 20) i;
CREATE TABLE outcomes AS SELECT name, 'as it is' AS what, begin_with(b) AS outcome FROM victim;
SELECT is(string_agg(DISTINCT outcome, ' '), 'read', 'states as they are') FROM outcomes;
INSERT INTO outcomes SELECT name, 'cut off at ' || i, begin_with(substr(b, 1, i)) FROM victim, generate_series(0, length(b) - 1, 5) i;
INSERT INTO outcomes SELECT name, format('byte %s is %s', i, v), begin_with(set_byte(b, i, v)) FROM victim, generate_series(0, length(b) - 1) i, (VALUES (0), (1), (3), (8), (127), (128), (255)) x(v) WHERE get_byte(b, i) <> v AND pick(12, i * 256 + v, 3) = 0;
INSERT INTO outcomes SELECT name, format('two bytes %s', i), begin_with(set_byte(set_byte(b, pick(13, i, length(b)), pick(14, i, 256)), pick(15, i, length(b)), pick(16, i, 256))) FROM victim, generate_series(1, 300) i;
SELECT is(outcome, NULL, name || ' ' || what) FROM outcomes WHERE outcome NOT IN ('read', 'refused', 'sums too large') ORDER BY 1 LIMIT 20;
SELECT ok(count(*) FILTER (WHERE outcome = 'read') > 100 AND count(*) FILTER (WHERE outcome = 'refused') > 300, 'some are read, others refused') FROM outcomes;
SELECT is(string_agg(DISTINCT begin_with(bytes), ' '), 'refused', 'none at all') FROM (VALUES ('\x'::bytea), ('\x00'), ('\x52504349'), (decode(repeat('ff', 400), 'hex')), ('\x52504349'::bytea || decode(repeat('ff', 400), 'hex')), ('\x52504349'::bytea || decode(repeat('00', 400), 'hex'))) v(bytes);
SELECT * FROM finish();
ROLLBACK;

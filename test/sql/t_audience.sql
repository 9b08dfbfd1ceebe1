-- icp_audience and icp_audience_spend: against plain SQL, merged in any split, and of anything that may come.
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
CREATE FUNCTION lead(fits boolean, coverage float8 DEFAULT 1, tier text DEFAULT 'T1') RETURNS icp_evaluation LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(50, 5, NULL, tier, fits, coverage, NULL, '{}')::icp_evaluation $$;

-- ---- by plain SQL ----

CREATE TABLE leads AS SELECT i, 'channel ' || pick(1, i, 8) AS channel, CASE WHEN pick(2, i, 30) > 0 THEN lead(CASE WHEN pick(3, i, 25) > 0 THEN pick(4, i, 10) < pick(1, i, 8) END, CASE WHEN pick(5, i, 20) > 0 THEN CASE WHEN pick(11, i, 10) > 0 THEN (3 + pick(6, i, 7)) / 9.0 ELSE 0 END END, 'T' || pick(7, i, 4)) END AS e,
	CASE WHEN pick(8, i, 12) > 0 THEN round(pick(9, i, 1000000) / 10 ^ (1 + pick(10, i, 6))::numeric - 5, pick(10, i, 6)) END AS cost FROM generate_series(1, 4000) i;
CREATE FUNCTION wilson(x float8, n float8) RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$
	SELECT ARRAY[(x + z * z / 2 - w) / (n + z * z), (x + z * z / 2 + w) / (n + z * z)] FROM (VALUES (1.959963984540054::float8)) v(z), LATERAL (SELECT z * sqrt(x * (n - x) / n + z * z / 4)) s(w) $$;
CREATE TABLE audiences AS SELECT channel, (icp_audience(e, cost)).* FROM leads GROUP BY 1;
CREATE FUNCTION is_known(e icp_evaluation) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce((e).score IS NOT NULL AND (e).fits IS NOT NULL AND (e).coverage > 0, false) $$;
SELECT results_eq('SELECT channel, people, known, fitting, tiers, costed, cost FROM audiences ORDER BY 1', $$
	SELECT channel, count(*), count(*) FILTER (WHERE is_known(e)), count(*) FILTER (WHERE is_known(e) AND (e).fits), jsonb_build_object('T0', count(*) FILTER (WHERE is_known(e) AND (e).tier = 'T0'), 'T1', count(*) FILTER (WHERE is_known(e) AND (e).tier = 'T1'),
		'T2', count(*) FILTER (WHERE is_known(e) AND (e).tier = 'T2'), 'T3', count(*) FILTER (WHERE is_known(e) AND (e).tier = 'T3')), count(cost), sum(cost) FROM leads WHERE e IS DISTINCT FROM NULL GROUP BY 1 ORDER BY 1$$, 'counts and sums');
SELECT is_empty($$SELECT * FROM audiences, wilson(fitting, known) w WHERE abs(share - fitting / known::float8) > 1e-15 OR abs(share_low - w[1]) > 1e-14 OR abs(share_high - w[2]) > 1e-14 OR share IS NULL$$, 'shares and their limits');
SELECT is_empty($$SELECT * FROM audiences a, LATERAL (SELECT a.cost::float8 / costed * known / nullif(fitting, 0), a.cost::float8 / costed / share_high, a.cost::float8 / costed / nullif(share_low, 0)) x(per, l, h)
	WHERE abs(cost_per_fitting / per - 1) > 1e-14 OR abs(low / l - 1) > 1e-14 OR abs(high / h - 1) > 1e-14 OR low IS NULL OR (cost_per_fitting IS NULL) <> (fitting = 0) OR (high IS NULL) <> (fitting = 0) OR NOT coalesce(low <= cost_per_fitting AND cost_per_fitting <= high, true)$$, 'costs and their limits');
SELECT is_empty($$SELECT * FROM audiences JOIN (SELECT channel, avg((e).coverage) AS c FROM leads GROUP BY 1) x USING (channel) WHERE abs(coverage - c) > 1e-14$$, 'mean coverage');
SELECT ok(min(fitting) = 0 AND max(share) > 0.6 AND count(DISTINCT verdict) > 2, 'of several kinds') FROM audiences;

-- ---- merged, in any order ----

CREATE AGGREGATE counted(icp_evaluation, numeric) (SFUNC = icp_audience_accum, STYPE = bytea);
CREATE AGGREGATE counted(icp_evaluation, numeric, float8) (SFUNC = icp_audience_accum, STYPE = bytea);
CREATE AGGREGATE merged(bytea) (SFUNC = icp_audience_combine, STYPE = bytea, FINALFUNC = icp_audience_final);
PREPARE once AS SELECT channel, icp_audience(e, cost)::text FROM leads GROUP BY 1 ORDER BY 1;
SELECT results_eq('once', format('SELECT channel, merged(s %s)::text FROM (SELECT channel, i %% %s AS g, counted(e, cost) AS s FROM leads GROUP BY 1, 2) x GROUP BY 1 ORDER BY 1', o, n), format('%s parts %s', n, o))
	FROM (VALUES (1, ''), (2, ''), (7, 'ORDER BY g'), (7, 'ORDER BY g DESC'), (4000, 'ORDER BY hashint4(g)')) v(n, o);
SELECT results_eq('once', 'SELECT channel, icp_audience(e, cost ORDER BY hashint8(i))::text FROM leads GROUP BY 1 ORDER BY 1', 'another order');
SELECT is((SELECT merged(s)::text FROM (SELECT counted(e, cost) AS s FROM leads WHERE i % 2 = 0 UNION ALL SELECT NULL UNION ALL SELECT counted(e, cost) FROM leads WHERE i % 2 = 1 UNION ALL SELECT counted(NULL, 5)) x), (SELECT icp_audience(e, cost)::text FROM leads), 'with states that are NULL');
SELECT is((SELECT merged(s)::text FROM (VALUES (NULL::bytea), (NULL)) v(s)), '(0,0,0,,,,{},,0,,,,,"too few")', 'NULL and NULL, nobody');
SELECT is(icp_audience(NULL, 5, 3)::text, '(0,0,0,,,,{},,0,,,,,"too few")', 'who is not there costs nothing');
SELECT is(icp_audience(lead(true))::text, '(1,1,1,1,0.20654931437723745,1,"{""T1"": 1}",1,0,,,,,"too few")', 'without costs');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT results_eq('once', 'SELECT channel, icp_audience(e, cost)::text FROM leads GROUP BY 1 ORDER BY 1', 'in parallel');
CREATE FUNCTION plan(q text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || q; END $$;
SELECT ok(string_agg(p, ' ') ~ 'Finalize.*Gather.*Partial', 'workers are asked') FROM plan('SELECT icp_audience(e, cost, 5) FROM leads') p;
RESET max_parallel_workers_per_gather;
SET LOCAL enable_hashagg = off;
SELECT results_eq('once', 'SELECT channel, icp_audience(e, cost)::text FROM leads GROUP BY 1 ORDER BY 1', 'sorted groups');
RESET enable_hashagg;

-- ---- money ----

SELECT is(cost::text, c, n) FROM (VALUES ('{0.1,0.2}'::numeric[], '0.3', 'exact'), ('{99999999999.99,0.00000001}', '99999999999.99000001', 'coarse and fine'), ('{0.00000001,99999999999.99}', '99999999999.99000001', 'fine and coarse'), ('{5,-5.00,0}', '0', 'what was paid back'),
	('{92233720368547758.07,92233720368547758.07,92233720368547758.07}', '276701161105643274.21', 'beyond 64 bits'), ('{NULL,7}', '7', 'NULL is not known'), ('{NULL}', NULL, 'nothing known')) v(a, c, n), LATERAL (SELECT (icp_audience(lead(true), x)).cost FROM unnest(a) x) y;
SELECT throws_ok(format('SELECT icp_audience(lead(true), %L)', c), '22003', m) FROM (VALUES ('NaN', 'cost cannot be NaN'), ('-Infinity', 'cost cannot be infinite'), ('0.000000001', 'cost "0.000000001" has more than 8 decimal places'), ('1e30', 'cost is out of range')) v(c, m);
-- one may be free, and money may come back
SELECT is((a.cost, a.cost_per_fitting, a.low, a.high)::text, '(0,0,0,0)', 'for nothing') FROM (SELECT (icp_audience(lead(i = 1), 0)).* FROM generate_series(1, 20) i) a;
SELECT is((a.cost, a.cost_per_fitting, a.low, a.high, a.verdict)::text, '(-20,,,,unknown)', 'less than nothing is no cost') FROM (SELECT (icp_audience(lead(i = 1), -1, 10)).* FROM generate_series(1, 20) i) a;

-- ---- verdicts ----

CREATE FUNCTION verdict(fitting int, known int, rest int, coverage float8, cost numeric, ceiling float8) RETURNS text LANGUAGE sql AS $$
	SELECT (icp_audience(CASE WHEN i <= known THEN lead(i <= fitting, coverage) ELSE lead(NULL, coverage) END, cost, ceiling)).verdict FROM generate_series(1, known + rest) i $$;
SELECT is(verdict(f, k, r, c, 1, NULL), v, n) FROM (VALUES (9, 9, 0, 1, 'too few', 'nine'), (10, 10, 0, 1, 'most fit', 'ten'), (0, 10, 0, 1, 'nobody fits', 'nobody'), (9, 9, 1, 1, 'unknown', 'nine of ten are known'), (50, 50, 51, 1, 'unknown', 'more unknown than known'), (50, 50, 50, 1, 'most fit', 'as many'),
	(5, 100, 0, 0.49, 'unknown', 'little is known of each'), (59, 100, 0, 1, 'some fit', 'perhaps most'), (60, 100, 0, 1, 'most fit', 'surely most'), (4, 100, 0, 1, 'few fit', 'surely few'), (5, 100, 0, 1, 'some fit', 'perhaps a tenth')) v(f, k, r, c, v, n);
-- 50 of 100 fit: the share is 0.404 to 0.596, so that one costs 1.677 to 2.476
SELECT is(verdict(50, 100, 0, 1, 1, c), v, n) FROM (VALUES (2.477, 'worth it', 'surely not too much'), (2.476, 'open', 'perhaps'), (1.678, 'open', 'perhaps not'), (1.677, 'too dear', 'surely too much'), (0, 'too dear', 'nothing to spend')) v(c, v, n);
SELECT is(verdict(f, k, r, c, m, 5), v, n) FROM (VALUES (0, 100, 0, 1, 1, 'nobody fits', 'nobody'), (5, 9, 0, 1, 1, 'too few', 'nine'), (50, 100, 101, 1, 1, 'unknown', 'most are not known'), (50, 100, 0, 1, NULL, 'unknown', 'nor what they cost'), (50, 100, 0, 1, 0, 'worth it', 'for nothing')) v(f, k, r, c, m, v, n);
SELECT is((icp_audience(lead(i % 2 = 0), CASE WHEN i <= n THEN 1 END, 5)).verdict, v, n || ' costs of 100 are known') FROM (VALUES (50, 'worth it'), (49, 'unknown')) x(n, v), generate_series(1, 100) i GROUP BY n, v ORDER BY n;

-- ---- ceilings ----

SELECT throws_ok(format('SELECT icp_audience(lead(true), 1, %L)', c), '22023', format('ceiling %s is out of range', m)) FROM (VALUES ('-1', '-1'), ('NaN', 'NaN'), ('Infinity', 'Infinity'), ('-Infinity', '-Infinity')) v(c, m);
SELECT throws_ok(format('SELECT icp_audience(lead(true), 1, c) FROM (VALUES (%s), (%s)) v(c)', a, b), '22023', 'icp_audience was given different ceilings: 5 and 6.5') FROM (VALUES ('5::float8', '6.5'), ('6.5::float8', '5')) v(a, b);
SELECT throws_ok('SELECT icp_audience(lead(true), 1, c) FROM (VALUES (100::float8), (100.0000001)) v(c)', '22023', 'icp_audience was given different ceilings: 100 and 100.0000001');
SELECT throws_ok('SELECT merged(s) FROM (SELECT counted(lead(true), 1, c) AS s FROM (VALUES (5::float8), (6.5)) v(c) GROUP BY c) x', '22023', 'icp_audience was given different ceilings: 5 and 6.5');
SELECT is((icp_audience(lead(i % 2 = 0), 1, CASE WHEN i = 7 THEN 5 END)).verdict, 'worth it', 'told once is told') FROM generate_series(1, 100) i;
SELECT is((SELECT (merged(s)).verdict FROM (SELECT counted(lead(i % 2 = 0), 1, CASE WHEN i = 7 THEN 5 END) AS s FROM generate_series(1, 100) i GROUP BY i % 5) x), 'worth it', 'and to one of many');
SELECT lives_ok('SELECT icp_audience(lead(true), 1, c) FROM (VALUES (5::numeric)) v(c)', 'numeric');

-- ---- icp_audience_spend ----

SELECT is(icp_audience_spend(icp_audience(e), sum(cost) FILTER (WHERE e IS DISTINCT FROM NULL), 20)::text, icp_audience(e, cost, 20)::text, 'as the sum of what each cost') FROM (SELECT e, 3.25 AS cost FROM leads) x;
SELECT is(icp_audience_spend(icp_audience(e, cost), 500)::text, icp_audience_spend(icp_audience(e), 500)::text, 'in place of what each cost') FROM leads;
SELECT is((a.people, a.costed, a.cost, round(a.cost_per_fitting), a.verdict)::text, '(100,100,1000.5,20,"some fit")', 'an amount') FROM (SELECT (icp_audience_spend(icp_audience(lead(i % 2 = 0)), 1000.50)).* FROM generate_series(1, 100) i) a;
SELECT is(icp_audience_spend(icp_audience(lead(true)), NULL, NULL)::text, icp_audience(lead(true))::text, 'NULL is no amount');
SELECT is(icp_audience_spend(NULL, 5, 5), NULL, 'of no audience');
SELECT is(icp_audience_spend(icp_audience(NULL), 5)::text, '(0,0,0,,,,{},,0,,,,,"too few")', 'of nobody');
SELECT throws_ok($$SELECT icp_audience_spend(icp_audience(lead(true)), 'NaN')$$, '22003', 'spend cannot be NaN');
SELECT throws_ok($$SELECT icp_audience_spend(icp_audience(lead(true)), 5, -5)$$, '22023', 'ceiling -5 is out of range');
SELECT throws_ok(format('SELECT icp_audience_spend(ROW(%s, NULL, NULL, NULL, NULL, %s, 0, NULL, NULL, NULL, NULL, NULL)::icp_audience, 5)', n, c), '22023', 'this is no icp_audience') FROM (VALUES ('NULL, NULL, NULL', '1'), ('1, 2, 1', '1'), ('3, 1, 2', '1'), ('3, 2, -1', '1'), ('-9223372036854775808, -9223372036854775808, -9223372036854775808', '1'), ('3, 2, 1', '-0.1'), ('3, 2, 1', '''NaN'''), ('3, 2, 1', '''Infinity''')) v(n, c);
SELECT is((a.fitting, a.cost_per_fitting, a.tiers, a.verdict)::text, format('(%s,%s,{},"most fit")', 9223372036854775807, 2 / 9223372036854775807::float8), 'of a row that somebody wrote') FROM (SELECT (icp_audience_spend(ROW(9223372036854775807, 9223372036854775807, 9223372036854775807, NULL, NULL, NULL, '{}', 1, NULL, NULL, NULL, NULL, NULL, NULL)::icp_audience, 2)).*) a;

-- ---- states that users make ----

SELECT throws_ok('SELECT icp_audience_accum(NULL, NULL)', '0A000', 'icp_audience_accum was called outside of an aggregate');
SELECT throws_ok('SELECT icp_audience_accum(NULL, NULL, NULL, 5)', '0A000', 'icp_audience_accum was called outside of an aggregate');
SELECT throws_ok('SELECT icp_audience_combine(NULL, NULL)', '0A000', 'icp_audience_combine was called outside of an aggregate');
SELECT throws_ok('SELECT icp_audience_final(NULL)', '0A000', 'icp_audience_final was called outside of an aggregate');
CREATE FUNCTION begin_with(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.mine(icp_evaluation, numeric, float8) (SFUNC = icp_audience_accum, STYPE = bytea, FINALFUNC = icp_audience_final, INITCOND = %L)', bytes);
	EXECUTE $q$SELECT pg_temp.mine(lead(true, 1, 'new ' || i), i / 8.0, NULL)::text FROM generate_series(1, 3) i$q$ INTO r;
	EXECUTE $q$SELECT pg_temp.mine(NULL, NULL, NULL)::text || merged(b)::text FROM (VALUES ($1), ($1)) v(b)$q$ INTO r USING bytes;
	DROP AGGREGATE pg_temp.mine(icp_evaluation, numeric, float8);
	RETURN CASE WHEN r ~* 'nan|inf' THEN r ELSE 'read' END;
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE = 'XX001' AND SQLERRM = 'invalid state of icp_audience' THEN 'refused' WHEN SQLSTATE = '22003' THEN 'sums too large' ELSE SQLSTATE || ' ' || SQLERRM END;
END $$;
CREATE TABLE victim AS SELECT counted(lead(i % 2 = 0), 0.5, 2) AS b FROM generate_series(1, 20) i;
SELECT is(begin_with(b), 'read', 'a state as it is') FROM victim;
CREATE TABLE outcomes AS SELECT format('byte %s is %s', i, v) AS what, begin_with(set_byte(b, i, v)) AS outcome FROM victim, generate_series(0, 167) i, (VALUES (0), (1), (7), (127), (128), (255)) x(v) WHERE get_byte(b, i) <> v;
SELECT is(outcome, NULL, what) FROM outcomes WHERE outcome NOT IN ('read', 'refused', 'sums too large') ORDER BY 1 LIMIT 20;
SELECT ok(count(*) FILTER (WHERE outcome = 'read') > 50 AND count(*) FILTER (WHERE outcome = 'refused') > 200, 'some are read, others refused') FROM outcomes;
CREATE AGGREGATE reached(icp_evaluation) (SFUNC = icp_reach_accum, STYPE = bytea);
SELECT throws_ok('SELECT merged(s) FROM (SELECT reached(lead(true)) AS s) x, generate_series(1, 2)', 'XX001', 'invalid state of icp_audience');
SELECT * FROM finish();
ROLLBACK;

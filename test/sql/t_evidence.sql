-- icp_evidence: against plain SQL and R, merged in any split, and of anything that may come.
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

-- ---- by hand ----

-- In R: qbeta(c(0.025, 0.975), votes + 0.5, sources - votes + 0.5), with 0 and 1 at the ends where all agree.
SELECT is((e.verdict, e.supports, e.refutes, e.sources, round(e.share::numeric, 6), round(e.low::numeric, 6), round(e.high::numeric, 6))::text, x, n) FROM (VALUES
	('t,a', '(open,1,0,1,1.000000,0.146746,1.000000)', 'one source'),
	('t,a t,a t,a t,a t,a t,a', '(open,6,0,1,1.000000,0.146746,1.000000)', 'one, however loud'),
	('t,a t,b', '(open,2,0,2,1.000000,0.333178,1.000000)', 'two that agree are not enough'),
	('t,a t,b t,c', '(open,3,0,3,1.000000,0.464417,1.000000)', 'nor are three'),
	('t,a t,b t,c t,d', '(confirmed,4,0,4,1.000000,0.555237,1.000000)', 'four are'),
	('f,a f,b f,c f,d', '(refuted,0,4,4,0.000000,0.000000,0.444763)', 'as many against'),
	('t,a t,b t,c t,d f,e', '(open,4,1,5,0.800000,0.371374,0.977487)', 'one doubts'),
	('t,a f,a t,b', '(open,2,1,2,0.750000,0.158114,0.987421)', 'half of a vote'),
	('t,a t,a t,a f,b f,c f,d f,e f,f f,g', '(open,3,6,7,0.142857,0.015877,0.500797)', 'one against six'),
	('t,a t,a t,a t,a t,a t,a t,a t,a t,a f,b f,c f,d f,e f,f f,g f,h', '(refuted,9,7,8,0.125000,0.013838,0.453719)', 'many words have one vote'),
	('t, t, t, t, t,', '(open,5,0,0,,,)', 'statements of nobody'),
	('t, t, t,a', '(open,3,0,1,1.000000,0.146746,1.000000)', 'and of one'),
	('t,"" t,a', '(open,2,0,2,1.000000,0.333178,1.000000)', 'a name may be empty'),
	('t,Anna t,anna t,Anna t,ANNA', '(open,4,0,3,1.000000,0.464417,1.000000)', 'spelled otherwise, another')) v(a, x, n),
	LATERAL (SELECT (icp_evidence(split_part(s, ',', 1)::boolean, CASE split_part(s, ',', 2) WHEN '' THEN NULL WHEN '""' THEN '' ELSE split_part(s, ',', 2) END)).* FROM unnest(string_to_array(a, ' ')) s) e;
SELECT is(icp_evidence(NULL, 'a')::text, '(open,0,0,0,,,)', 'nothing was said');
SELECT is(icp_evidence(NULL, NULL)::text, '(open,0,0,0,,,)', 'nothing by nobody');
SELECT is((SELECT icp_evidence(true, 'a')::text FROM generate_series(1, 5) WHERE false), '(open,0,0,0,,,)', 'no rows');

-- ---- by plain SQL ----

CREATE TABLE interviews AS SELECT i, 'hypothesis ' || pick(1, i, 40) AS h, CASE WHEN pick(2, i, 12) > 0 THEN pick(3, i, 40) < pick(1, i, 40) END AS s, CASE WHEN pick(4, i, 10) > 0 THEN repeat('客', pick(5, i, 3)) || pick(6, i, 3 + pick(1, i, 40) * 3) END AS source FROM generate_series(1, 5000) i;
CREATE TABLE evidence AS SELECT h, (icp_evidence(s, source)).* FROM interviews GROUP BY 1;
SELECT results_eq('SELECT h, supports, refutes, sources FROM evidence ORDER BY h', 'SELECT h, count(*) FILTER (WHERE s), count(*) FILTER (WHERE NOT s), count(DISTINCT source) FILTER (WHERE s IS NOT NULL)::int FROM interviews GROUP BY 1 ORDER BY 1', 'counts');
SELECT is_empty($$SELECT * FROM evidence JOIN (SELECT h, avg(share) AS votes FROM (SELECT h, avg(s::int) AS share FROM interviews WHERE s IS NOT NULL AND source IS NOT NULL GROUP BY h, source) x GROUP BY 1) y USING (h) WHERE abs(share - votes) > 1e-14$$, 'votes');
SELECT is_empty($$SELECT * FROM evidence WHERE verdict <> CASE WHEN sources >= 2 AND low > 0.5 THEN 'confirmed' WHEN sources >= 2 AND high < 0.5 THEN 'refuted' ELSE 'open' END OR NOT (low <= share AND share <= high)$$, 'verdicts');
SELECT is(array_agg(DISTINCT verdict ORDER BY verdict), '{confirmed,open,refuted}', 'all of them occur') FROM evidence;
SELECT is((e.supports, e.sources, abs(e.share - x.share) < 1e-14)::text, '(150000,49999,t)', 'many sources') FROM (SELECT (icp_evidence(i % 4 > 0, 'source ' || i % 49999)).* FROM generate_series(1, 200000) i) e,
	(SELECT avg(share) AS share FROM (SELECT avg((i % 4 > 0)::int) AS share FROM generate_series(1, 200000) i GROUP BY i % 49999) y) x;

-- ---- merged, in any order ----

CREATE AGGREGATE counted(boolean, text) (SFUNC = icp_evidence_accum, STYPE = bytea);
CREATE AGGREGATE merged(bytea) (SFUNC = icp_evidence_combine, STYPE = bytea, FINALFUNC = icp_evidence_final);
PREPARE once AS SELECT h, icp_evidence(s, source)::text FROM interviews GROUP BY 1 ORDER BY 1;
SELECT results_eq('once', format('SELECT h, merged(s %s)::text FROM (SELECT h, i %% %s AS g, counted(s, source) AS s FROM interviews GROUP BY 1, 2) x GROUP BY 1 ORDER BY 1', o, n), format('%s parts %s', n, o))
	FROM (VALUES (1, ''), (2, ''), (7, 'ORDER BY g'), (7, 'ORDER BY g DESC'), (5000, 'ORDER BY hashint4(g)')) v(n, o);
SELECT results_eq('once', 'SELECT h, icp_evidence(s, source ORDER BY hashint8(i))::text FROM interviews GROUP BY 1 ORDER BY 1', 'another order');
SELECT is((SELECT merged(s)::text FROM (SELECT counted(s, source) AS s FROM interviews WHERE i % 2 = 0 UNION ALL SELECT NULL UNION ALL SELECT counted(s, source) FROM interviews WHERE i % 2 = 1 UNION ALL SELECT counted(NULL, 'a')) x), (SELECT icp_evidence(s, source)::text FROM interviews), 'with states that are NULL');
SELECT is((SELECT merged(s)::text FROM (VALUES (NULL::bytea), (NULL)) v(s)), '(open,0,0,0,,,)', 'NULL and NULL');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT results_eq('once', 'SELECT h, icp_evidence(s, source)::text FROM interviews GROUP BY 1 ORDER BY 1', 'in parallel');
CREATE FUNCTION plan(q text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || q; END $$;
SELECT ok(string_agg(p, ' ') ~ 'Finalize.*Gather.*Partial', 'workers are asked') FROM plan('SELECT icp_evidence(s, source) FROM interviews') p;
RESET max_parallel_workers_per_gather;
SELECT is((e.sources, e.supports)::text, '(3,6)', 'long names, of which the ends differ') FROM (SELECT (icp_evidence(true, repeat('name ', 100000) || i % 3)).* FROM generate_series(1, 6) i) e;

-- ---- states that users make ----

SELECT throws_ok('SELECT icp_evidence_accum(NULL, NULL, NULL)', '0A000', 'icp_evidence_accum was called outside of an aggregate');
SELECT throws_ok('SELECT icp_evidence_combine(NULL, NULL)', '0A000', 'icp_evidence_combine was called outside of an aggregate');
SELECT throws_ok('SELECT icp_evidence_final(NULL)', '0A000', 'icp_evidence_final was called outside of an aggregate');
CREATE FUNCTION begin_with(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.mine(boolean, text) (SFUNC = icp_evidence_accum, STYPE = bytea, FINALFUNC = icp_evidence_final, INITCOND = %L)', bytes);
	EXECUTE $q$SELECT pg_temp.mine(true, 'new ' || i)::text FROM generate_series(1, 15) i$q$ INTO r;
	EXECUTE $q$SELECT pg_temp.mine(NULL, NULL)::text || merged(b)::text FROM (VALUES ($1), ($1)) v(b)$q$ INTO r USING bytes;
	DROP AGGREGATE pg_temp.mine(boolean, text);
	RETURN CASE WHEN r ~* 'nan|inf' THEN r ELSE 'read' END;
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE = 'XX001' AND SQLERRM = 'invalid state of icp_evidence' THEN 'refused' ELSE SQLSTATE || ' ' || SQLERRM END;
END $$;
CREATE TABLE victim AS SELECT 'few' AS name, counted(i % 3 = 0, 's' || i % 4) AS b FROM generate_series(1, 20) i UNION ALL SELECT 'many', counted(i % 3 = 0, 's' || i % 14) AS b FROM generate_series(1, 20) i;
CREATE TABLE outcomes AS SELECT name, 'as it is' AS what, begin_with(b) AS outcome FROM victim;
SELECT is(string_agg(outcome, ' '), 'read read', 'states as they are') FROM outcomes;
INSERT INTO outcomes SELECT name, 'cut off at ' || i, begin_with(substr(b, 1, i)) FROM victim, generate_series(0, length(b) - 1, 5) i;
INSERT INTO outcomes SELECT name, format('byte %s is %s', i, v), begin_with(set_byte(b, i, v)) FROM victim, generate_series(0, length(b) - 1) i, (VALUES (0), (1), (3), (8), (127), (128), (255)) x(v) WHERE get_byte(b, i) <> v AND pick(12, i * 256 + v, 3) = 0;
SELECT is(outcome, NULL, name || ' ' || what) FROM outcomes WHERE outcome NOT IN ('read', 'refused') ORDER BY 1 LIMIT 20;
SELECT ok(count(*) FILTER (WHERE outcome = 'read') > 50 AND count(*) FILTER (WHERE outcome = 'refused') > 200, 'some are read, others refused') FROM outcomes;
SELECT * FROM finish();
ROLLBACK;

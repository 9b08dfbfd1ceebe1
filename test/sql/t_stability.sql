-- icp_stability: against what was planted, and against what learning and traits say.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Numbers from 0 to 1 that are as good as random, and the same everywhere.
CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(i, j) & 1048575) / 1048576.0 $$;
CREATE TABLE crm AS SELECT i, round(u(i, 1)::numeric, 3) AS rate, floor(u(i, 2) * 5)::int AS stars, ('{SaaS,Bank,Retail,AI}'::text[])[1 + floor(u(i, 3) * 4)::int] AS industry, round(u(i, 4)::numeric, 2) AS noise,
	(SELECT array_agg(t) FROM unnest('{crm,erp,bi}'::text[]) WITH ORDINALITY x(t, n) WHERE u(i, 10 + n::int) < 0.4) AS tags, u(i, 9) < 1 / (1 + exp(5 - 2 * u(i, 1) - 1.5 * (u(i, 3) < 0.25)::int - 0.4 * floor(u(i, 2) * 5))) AS best
	FROM generate_series(1, 6000) i;
CREATE FUNCTION sketch(rows int) RETURNS icp_sketch LANGUAGE sql AS $$ SELECT icp_sketch(icp_row(crm), best, '{"ignore": ["i", "best"]}') FROM crm WHERE i <= rows $$;
CREATE TABLE sketches AS SELECT sketch(6000) AS s;
CREATE TABLE stability AS SELECT x.* FROM sketches, icp_stability(s, '{300,10,30,100,10,400,485,486,489,490,1000}') WITH ORDINALITY x;

-- ---- the AUC ----

SELECT is(count(*), 490::bigint, 'best rows') FROM crm WHERE best;
SELECT size, auc IS NOT NULL, note FROM stability ORDER BY ordinality;
SELECT is_empty($$SELECT * FROM (SELECT size, auc, lag(auc) OVER (ORDER BY size) AS before FROM stability WHERE size <= 300) x WHERE auc < before + 0.005$$, 'the more best rows, the better');
SELECT is_empty($$SELECT * FROM stability WHERE NOT (0.4 < auc_low AND auc_low <= auc AND auc <= auc_high AND auc_high <= 1) OR (auc IS NULL) <> (auc_low IS NULL) OR (auc IS NULL) <> (auc_high IS NULL)$$, 'limits are around it');
SELECT cmp_ok(x.width, '>', 2 * y.width, 'and wide where rows are few') FROM (SELECT auc_high - auc_low AS width FROM stability WHERE size = 10) x, (SELECT auc_high - auc_low AS width FROM stability WHERE size = 300) y;
SELECT is_empty($$SELECT * FROM sketches, stability, LATERAL (SELECT (icp_learn(s, '{"pairs": 0}')::jsonb #>> '{quality,auc}')::float8 AS learned) l WHERE size = 400 AND abs(auc - learned) > 0.015$$, 'nearly all best rows: as learning says, on four fifths');
-- learned from 100 of the best, and as many of the others for each of them
SELECT cmp_ok(abs(avg(seen) - (SELECT auc FROM stability WHERE size = 100)), '<', 0.02::float8, 'as portraits of other samples do on the rows that they did not see') FROM generate_series(1, 8) k, LATERAL (
	WITH dealt AS (SELECT *, row_number() OVER (PARTITION BY best ORDER BY hashint8extended(i, 100 + k)) <= (CASE WHEN best THEN 100 ELSE 1124 END) AS mine FROM crm),
	p AS MATERIALIZED (SELECT icp_learn(icp_sketch(icp_row(d), best, '{"ignore": ["i", "best", "mine"]}'), '{"pairs": 0}') AS p FROM dealt d WHERE mine)
	SELECT (icp_quality(icp_validation(icp_score(d, p), best))).auc AS seen FROM dealt d, p WHERE NOT mine) x;

-- ---- traits ----

SELECT is_empty($$SELECT * FROM (SELECT size, traits_kept AS t, lag(traits_kept) OVER (ORDER BY size) AS before FROM stability) x WHERE t < before - 1e-6 OR t IS NULL OR t NOT BETWEEN 0 AND 1$$, 'traits come with more best rows, and stay');
SELECT ok(max(traits_kept) FILTER (WHERE size = 10) < 0.1 AND min(traits_kept) FILTER (WHERE size = 1000) > 0.9, 'few of few, most of many') FROM stability;

-- ---- the same whatever the order ----

PREPARE stability AS SELECT size, auc, auc_low, auc_high, traits_kept, note FROM sketches, icp_stability(s, '{20,200}');
CREATE TABLE turned AS SELECT icp_sketch(icp_row(crm), crm.best, '{"ignore": ["i", "best"]}' ORDER BY hashint8(i)) AS s FROM crm;
SELECT results_eq('stability', $$SELECT x.* FROM turned, icp_stability(s, '{20,200}') x$$, 'rows in another order');
CREATE TABLE merged AS SELECT icp_rollup(s) AS s FROM (SELECT icp_sketch(icp_row(crm), crm.best, '{"ignore": ["i", "best"]}') AS s FROM crm GROUP BY i % 7) x;
SELECT results_eq('stability', $$SELECT x.* FROM merged, icp_stability(s, '{20,200}') x$$, 'merged sketches');
SELECT results_eq('stability', $$SELECT x.* FROM sketches, icp_stability(s, '{200,7,20,200,20}') x WHERE size <> 7$$, 'sizes do not depend on other ones');
SELECT results_eq($$SELECT x.* FROM sketches, icp_stability(s) x$$, $$SELECT x.* FROM sketches, icp_stability(s, '{10,100,1000}') x$$, 'usual sizes');

-- ---- rows that occur often ----

CREATE TABLE often AS SELECT icp_sketch(icp_row(x), x.best, '{"ignore": ["best"]}') AS s FROM (SELECT stars, industry, best FROM crm) x;
SELECT is(count(auc), 2::bigint, 'kept once, drawn as often as they occur') FROM often, icp_stability(s, '{100,480}');
SELECT ok(max(auc) FILTER (WHERE size = 10) < max(auc) FILTER (WHERE size = 300), 'they make a portrait too') FROM often, icp_stability(s, '{10,300}');

-- ---- nothing to look at ----

CREATE FUNCTION told(s icp_sketch, sizes int[]) RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws('; ', size, CASE WHEN auc IS NULL THEN 'no auc' END, CASE WHEN traits_kept IS NULL THEN 'no traits_kept' END, note) FROM icp_stability(s, sizes) $$;
SELECT told((SELECT icp_sketch(icp_row(crm), true) FROM crm), '{10,5}');
SELECT told((SELECT icp_sketch(icp_row(crm), false) FROM crm), '{10,5}');
SELECT told((SELECT icp_sketch(icp_row(crm), NULL::bool) FROM crm), '{10}');
SELECT told((SELECT icp_sketch(icp_row(x), best) FROM (SELECT i % 2 = 0 AS best, 1 AS one FROM crm) y, LATERAL (SELECT one) x), '{10}');
SELECT told((SELECT icp_sketch(icp_row(x), i <= 20) FROM crm, LATERAL (SELECT noise) x WHERE i <= 24), '{10,12}');
SELECT told((SELECT icp_sketch(icp_row(x), i = 1) FROM crm, LATERAL (SELECT noise) x WHERE i <= 24), '{2}');
SELECT is_empty($$SELECT x.* FROM sketches, icp_stability(s, '{}') x$$, 'no sizes'), is_empty($$SELECT x.* FROM sketches, icp_stability(s, NULL) x$$, 'NULL'), is_empty($$SELECT * FROM icp_stability(NULL)$$, 'NULL');
SELECT cmp_ok(traits_kept, '>', 0.999::float8, 'the largest size there is') FROM sketches, icp_stability(s, '{2147483647}');
SELECT cmp_ok(max(auc), '<', 0.55::float8, 'noise tells nothing, however many') FROM (SELECT icp_sketch(icp_row(x), u(i, 20) < 0.1) AS s FROM crm, LATERAL (SELECT noise, tags) x) y, icp_stability(s, '{10,100,400}');

-- ---- errors ----

SELECT throws_ok(format('SELECT x.* FROM sketches, icp_stability(s, %L) x', a), '22023', m) FROM (VALUES ('{1}', 'size 1 is out of range'), ('{10,0}', 'size 0 is out of range'), ('{-2147483648}', 'size -2147483648 is out of range'), ('{10,NULL}', 'a size is NULL')) v(a, m);

SELECT * FROM finish();
ROLLBACK;

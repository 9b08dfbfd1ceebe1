-- icp_drift and icp_drift_bins: against SQL on the tables.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET datestyle = iso;
SET timezone = 'UTC';
SELECT FROM setseed(0.125);
CREATE FUNCTION near(a float8, b float8) RETURNS bool LANGUAGE sql AS $$ SELECT coalesce(a = b OR abs(a - b) <= 1e-11 * greatest(abs(a), abs(b), 1e-3), a IS NULL AND b IS NULL) $$;

CREATE TABLE crm AS SELECT i, n, (CASE n WHEN 1 THEN '{SaaS,SaaS,SaaS,Bank,Retail,NULL}' ELSE '{SaaS,Bank,Bank,AI,AI,NULL}' END::text[])[1 + floor(random() * 6)] AS industry,
	CASE WHEN random() < 0.03 THEN 'rare ' || i % 200 WHEN random() < 0.5 THEN 'common' ELSE 'usual' END AS words, CASE WHEN random() < 0.8 + n * 0.05 THEN floor(exp(random() * (6 + n)))::int END AS employees,
	round((random() * 5 + n * 0.3)::numeric, 2) AS rate, CASE WHEN random() < 0.1 THEN 'NaN' WHEN random() < 0.05 THEN 'Infinity' ELSE random() END::float8 AS share, 1 + floor(random() * (3 + n))::int AS stars,
	CASE WHEN i % 50 = 0 THEN 'infinity' WHEN i % 51 = 0 THEN '-infinity' ELSE date '2020-01-01' + (n - 1) * 100 + (random() * 1400)::int END AS founded, timestamptz '2024-03-01 00:00Z' + random() * interval '40 days' AS seen,
	CASE WHEN random() < 0.7 THEN random() < 0.4 END AS active, (SELECT array_agg(t) FROM unnest(CASE n WHEN 1 THEN '{crm,erp,bi}' ELSE '{crm,erp,ai}' END::text[]) t WHERE random() < 0.3 + i * 0) AS tags,
	jsonb_build_object('score', floor(random() * 100), 'size', CASE WHEN random() < 0.1 THEN '"?"' ELSE to_jsonb(floor(random() * 100 * n)) END) AS attrs, random() < 0.3 AS best
	FROM (SELECT generate_series(1, 3000) AS i, 1 AS n UNION ALL SELECT generate_series(1, 2000), 2) x;
CREATE TABLE sketch AS SELECT (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "n", "best"]}') FROM crm c WHERE n = 1) AS e, (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "n", "best"]}') FROM crm c WHERE n = 2) AS a;
CREATE TABLE bins AS SELECT field, b.* FROM sketch, icp_fields(e) f, icp_drift_bins(e, a, field) b;

-- ---- each bin, counted on the tables ----

CREATE FUNCTION by_hand(f text, expression text) RETURNS TABLE (bin text, e float8, a float8, part float8, woe float8) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE format($q$
	WITH t AS (SELECT n, best, (%s)::text AS bin FROM crm), s AS (SELECT count(*) FILTER (WHERE n = 1)::float8 AS n1, count(*) FILTER (WHERE n = 2)::float8 AS n2, count(*) FILTER (WHERE n = 1 AND best)::float8 AS b, count(*) FILTER (WHERE n = 1 AND NOT best)::float8 AS r FROM crm),
	c AS (SELECT b.bin, count(*) FILTER (WHERE n = 1) AS e, count(*) FILTER (WHERE n = 2) AS a, count(*) FILTER (WHERE n = 1 AND best) AS b, count(*) FILTER (WHERE n = 1 AND NOT best) AS r FROM bins b LEFT JOIN t ON t.bin = b.bin OR b.bin ~ '^[[(]' AND t.bin ~ '^[-0-9I]' AND t.bin::%s <@ b.bin::%s
		WHERE b.field = %L GROUP BY 1),
	h AS (SELECT c.*, n1, n2, s.b AS bs, s.r AS rs, CASE WHEN e = 0 OR a = 0 THEN 0.5 ELSE 0 END AS h, CASE WHEN (c.b = 0) <> (c.r = 0) THEN 0.5 ELSE 0 END AS k FROM c, s)
	SELECT bin, e / n1, a / n2, CASE WHEN e + a > 0 THEN ((a + h) / n2 - (e + h) / n1) * ln((a + h) / n2 / ((e + h) / n1)) ELSE 0 END, CASE WHEN b + r > 0 THEN ln((b + k) / bs / ((r + k) / rs)) ELSE 0 END FROM h $q$,
	expression, CASE f WHEN 'founded' THEN 'date' WHEN 'seen' THEN 'timestamp' ELSE 'numeric' END, CASE f WHEN 'founded' THEN 'daterange' WHEN 'seen' THEN 'tsrange' ELSE 'numrange' END, f); END $$;
CREATE TABLE checked AS SELECT f AS field, b.* FROM (VALUES ('industry', 'CASE WHEN industry IS NULL THEN ''missing'' WHEN industry = ''AI'' THEN ''other values'' ELSE industry END'), ('words', 'CASE WHEN words ~ ''rare'' THEN ''other values'' ELSE words END'),
	('employees', 'coalesce(employees::text, ''missing'')'), ('rate', 'rate'), ('share', 'CASE share WHEN ''NaN'' THEN ''missing'' ELSE share::text END'), ('stars', 'stars'), ('founded', 'CASE founded WHEN ''infinity'' THEN ''5000-01-01'' WHEN ''-infinity'' THEN ''0001-01-01'' ELSE founded END'),
	('seen', 'seen AT TIME ZONE ''UTC'''), ('active', 'coalesce(active::text, ''missing'')'), ('attrs.score', 'attrs ->> ''score'''), ('attrs.size', 'CASE attrs ->> ''size'' WHEN ''?'' THEN ''other values'' ELSE attrs ->> ''size'' END')) v(f, x), by_hand(f, x) b;
SELECT is_empty($$SELECT * FROM bins b FULL JOIN checked c USING (field, bin) WHERE field <> 'tags' AND (NOT near(b.expected_share, c.e) OR NOT near(b.actual_share, c.a) OR NOT near(b.psi, c.part) OR NOT near(b.woe, c.woe) OR NOT near(b.csi, (c.a - c.e) * c.woe))$$, 'shares, psi, woe and csi of every bin');
SELECT cmp_ok(count(*), '>', 70::bigint, 'of many bins') FROM checked;
SELECT is_empty($$SELECT field, sum(expected_share), sum(actual_share) FROM bins WHERE field <> 'tags' GROUP BY 1 HAVING abs(sum(expected_share) - 1) > 1e-12 OR abs(sum(actual_share) - 1) > 1e-12$$, 'every row is in one');
SELECT is_empty($$SELECT field, bin FROM bins WHERE field IN ('seen', 'attrs.score') AND (expected_share < 0.05 OR expected_share > 0.15)$$, 'of about as many rows');

-- ---- and the fields that they add up to ----

CREATE TABLE drift AS SELECT d.* FROM sketch, icp_drift(e, a) WITH ORDINALITY d;
SELECT is_empty($$SELECT * FROM drift d FULL JOIN (SELECT field, sum(part) AS psi, sum((a - e) * woe) AS csi, count(*) FILTER (WHERE e + a > 0) AS cells FROM checked GROUP BY 1) c USING (field)
	WHERE field <> 'tags' AND (NOT near(d.psi, c.psi) OR NOT near(d.csi, c.csi) OR NOT near(d.chance, (cells - 1) * (1 / 3000.0 + 1 / 2000.0)))$$, 'psi, csi, and what chance would make of psi');
-- with an even number 2k of degrees of freedom, the upper tail is exp(-x) times the first k terms of exp(x), x half of the statistic
SELECT is_empty($$SELECT d.field, d.p_value, c.p FROM drift d JOIN (SELECT field, exp(-least(x, 700)) * (SELECT sum(x ^ i / factorial(i)::float8) FROM generate_series(0, k - 1) i) AS p
	FROM (SELECT field, (count(*) - 1)::int / 2 AS k, sum((e - a) ^ 2 / (3000 * e + 2000 * a)) * 3000 * 2000 / 2 AS x FROM checked WHERE e + a > 0 GROUP BY 1 HAVING count(*) % 2 = 1) y) c USING (field)
	WHERE abs(d.p_value - c.p) > 1e-9 * c.p AND d.p_value > 1e-300$$, 'p-values'), cmp_ok((SELECT count(*) FROM (SELECT 1 FROM checked WHERE e + a > 0 GROUP BY field HAVING count(*) % 2 = 1) x), '>=', 3::bigint, 'of some');
SELECT is_empty($$SELECT field, q_value, q FROM (SELECT *, min(p_value * m / r) OVER (ORDER BY r DESC) AS q FROM (SELECT *, count(*) OVER () AS m, row_number() OVER (ORDER BY p_value) AS r FROM drift WHERE p_value IS NOT NULL) x) y WHERE abs(q_value - q) > 1e-9 * q$$, 'adjusted as Benjamini and Hochberg do');
SELECT is_empty($$SELECT * FROM drift WHERE status IS DISTINCT FROM CASE WHEN psi < 0.1 THEN 'stable' WHEN psi < 0.25 THEN 'watch' ELSE 'act' END$$, 'status');
SELECT is_empty($$SELECT * FROM (SELECT *, row_number() OVER (ORDER BY psi DESC, field) AS r FROM drift) x WHERE r <> ordinality$$, 'the largest first');
SELECT ok(near((SELECT missing_shift FROM drift WHERE field = 'employees'), (SELECT avg((employees IS NULL)::int) FILTER (WHERE n = 2) - avg((employees IS NULL)::int) FILTER (WHERE n = 1) FROM crm)::float8), 'missing shift');
SELECT field || ': ' || moved FROM drift WHERE field IN ('industry', 'tags', 'stars', 'founded') ORDER BY field;
SELECT field || ': ' || moved FROM sketch, icp_drift(e, a, '{"lang": "zh"}') WHERE field IN ('industry', 'tags', 'stars', 'founded') ORDER BY field;

-- ---- lists ----

CREATE TABLE items AS WITH c AS (SELECT tag, count(*) FILTER (WHERE n = 1 AND tag = ANY (tags)) / 3000.0::float8 AS e1, count(*) FILTER (WHERE n = 2 AND tag = ANY (tags)) / 2000.0::float8 AS a1, count(*) FILTER (WHERE n = 1 AND NOT tag = ANY (tags)) / 3000.0::float8 AS e2, count(*) FILTER (WHERE n = 2 AND NOT tag = ANY (tags)) / 2000.0::float8 AS a2,
	count(*) FILTER (WHERE n = 1 AND tags IS NULL) / 3000.0::float8 AS e3, count(*) FILTER (WHERE n = 2 AND tags IS NULL) / 2000.0::float8 AS a3 FROM crm, unnest('{crm,erp,bi,ai}'::text[]) tag GROUP BY 1),
	h AS (SELECT *, CASE WHEN e1 = 0 OR a1 = 0 THEN 0.5 / 3000 ELSE 0 END AS he, CASE WHEN e1 = 0 OR a1 = 0 THEN 0.5 / 2000 ELSE 0 END AS ha FROM c)
	SELECT tag, e1, a1, ((a1 + ha) - (e1 + he)) * ln((a1 + ha) / (e1 + he)) + (a2 - e2) * ln(a2 / e2) + (a3 - e3) * ln(a3 / e3) AS psi FROM h;
SELECT is_empty($$SELECT * FROM items i FULL JOIN (SELECT * FROM bins WHERE field = 'tags') b ON b.bin = i.tag WHERE NOT near(i.e1, b.expected_share) OR NOT near(i.a1, b.actual_share) OR NOT near(i.psi, b.psi) $$, 'each item: has it, has it not, is missing');
SELECT ok(near((SELECT psi FROM drift WHERE field = 'tags'), (SELECT max(psi) FROM items)), 'the list is as the item that moved most');

-- ---- nothing moved ----

SELECT is_empty($$SELECT * FROM sketch, icp_drift(e, e) WHERE psi <> 0 OR csi <> 0 OR p_value < 1 OR q_value < 1 OR status <> 'stable' OR moved IS NOT NULL OR note IS NOT NULL OR missing_shift <> 0$$, 'a sketch has not drifted from itself');
CREATE TABLE halves AS SELECT i % 2 AS half, icp_sketch(icp_row(c), best, '{"ignore": ["i", "n", "best"]}') AS s FROM crm c WHERE n = 1 GROUP BY 1;
SELECT is_empty($$SELECT d.* FROM halves x, halves y, icp_drift(x.s, y.s) d WHERE x.half = 0 AND y.half = 1 AND field <> 'founded' AND (status <> 'stable' OR q_value < 0.01)$$, 'nor one half from the other');
-- shares of 3, 4 and 3 of 10 rows, then 6, 2 and 0 of 8
SELECT is(string_agg(concat_ws('; ', field, status, round(psi::numeric, 2), note), E'\n'), E'f; act; 0.98; may be chance: 10 and 8 rows of one population have a psi of 0.45 on average', 'few rows cry wolf, and are told from wolves')
	FROM (SELECT icp_sketch(icp_row(x), true) FILTER (WHERE i <= 10) AS e, icp_sketch(icp_row(x), true) FILTER (WHERE i > 10) AS a FROM (SELECT i, (ARRAY['a','b','c'])[1 + CASE WHEN i <= 10 THEN i % 3 ELSE i * i % 7 / 3 END] AS f FROM generate_series(1, 18) i) x0, LATERAL (SELECT x0.f) x(f)) y, icp_drift(e, a);

-- ---- sketches of other kinds ----

SELECT is((SELECT array_agg(d.*::text) FROM icp_drift((SELECT icp_rollup(s) FROM (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "n", "best"]}') AS s FROM crm c WHERE n = 1 GROUP BY i % 5) x), (SELECT a FROM sketch)) d), (SELECT array_agg(d.*::text) FROM sketch, icp_drift(e, a) d), 'merged');
-- 900 best rows and as many of 2,100 others are kept
CREATE TABLE sampled AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "n"], "rows": 1000}') AS s FROM crm c WHERE n = 1;
CREATE TABLE whole AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "n"]}') AS s FROM crm c WHERE n = 1;
SELECT is_empty($$SELECT d.* FROM sampled, whole, icp_drift(whole.s, sampled.s) d WHERE status <> 'stable' OR q_value < 0.01$$, 'a sample is no drift');
SELECT ok(near(sum(abs(expected_share - actual_share)), 0), 'shares are of all rows, not of those kept') FROM sampled, whole, icp_drift_bins(whole.s, sampled.s, 'best');
SELECT is_empty($$SELECT field FROM sampled, whole, sketch, icp_drift(whole.s, sketch.a) w JOIN (SELECT x.* FROM sampled, sketch, icp_drift(sampled.s, sketch.a) x) s USING (field) WHERE s.chance <= w.chance AND w.chance > 0 AND field NOT IN ('words')$$, 'but chance may do more');
SELECT is_empty($$SELECT d.* FROM (SELECT icp_sketch(icp_row(c), true, '{"ignore": ["i", "n", "best"]}') AS s FROM crm c WHERE n = 1) x, sketch, icp_drift(s, a) d WHERE csi IS NOT NULL OR psi IS NULL$$, 'one side only: no points, so no csi');
SELECT is_empty($$SELECT field FROM (SELECT icp_sketch(icp_row(c), true, '{"ignore": ["i", "n", "best"]}') AS s FROM crm c WHERE n = 2) x, sketch, icp_drift(e, s) d JOIN (SELECT x.* FROM sketch, icp_drift(e, a) x) o USING (field) WHERE o.psi <> d.psi OR o.csi <> d.csi$$, 'who is best now does not matter');
SELECT is_empty($$SELECT * FROM sketch, icp_drift(NULL, a)$$, 'NULL'), is_empty($$SELECT * FROM sketch, icp_drift(e, NULL)$$, 'NULL'), is_empty($$SELECT * FROM sketch, icp_drift_bins(e, a, NULL)$$, 'NULL');
CREATE TABLE empty AS SELECT icp_sketch(icp_row(c), NULL, '{"only": ["industry", "tags"]}') AS s FROM crm c;
SELECT concat_ws(' ', field, psi, status, note) FROM sketch, empty, icp_drift(empty.s, a) WHERE field <> 'rate' AND field < 'f' ORDER BY field;
SELECT lives_ok($$SELECT d.* FROM sketch, empty, icp_drift(a, empty.s) d$$, 'no rows'), lives_ok($$SELECT d.* FROM sketch, empty, icp_drift_bins(a, empty.s, 'industry') d$$, 'no rows');

-- ---- fields that are not what they were ----

CREATE TABLE before AS SELECT i AS account_id, 'x' || i AS code, i % 7 AS gone, i % 3 AS kind, ARRAY[i % 3] AS list, i % 5 AS grade, NULL::int AS never, date '2024-01-01' + i % 300 AS day, 'v' || i % 300 AS scattered, i % 2 AS even FROM generate_series(1, 600) i;
CREATE TABLE after AS SELECT i + 9000 AS account_id, 'x' || i AS code, i % 7 AS "new", 'k' || i % 3 AS kind, i % 3 AS list, ARRAY[i % 5] AS grade, i % 4 AS never, timestamptz '2024-01-01 00:00Z' + i % 300 * interval '1 day' AS day, 'w' || i % 300 AS scattered, i % 2 AS even FROM generate_series(1, 600) i;
CREATE TABLE changed AS SELECT (SELECT icp_sketch(icp_row(b), account_id % 4 = 0) FROM before b) AS e, (SELECT icp_sketch(icp_row(b), account_id % 4 = 0) FROM after b) AS a;
SELECT concat_ws('; ', field, round(psi::numeric, 3), missing_shift, status, moved, note) FROM changed, icp_drift(e, a);
SELECT concat_ws(' ', bin, expected_share, actual_share) FROM changed, icp_drift_bins(e, a, 'gone') WHERE bin !~ '^[[(]';
SELECT concat_ws(' ', bin, expected_share, actual_share) FROM changed, icp_drift_bins(e, a, 'new');

-- ---- errors ----

SELECT throws_ok('SELECT count(*) FROM sketch, ' || a, s, m) FROM (VALUES
	('icp_drift_bins(e, a, ''industri'')', '42703', 'the sketch has no field "industri"'), ('icp_drift_bins(e, a, ''rate'', ''{"lang": "zh"}'')', '22023', 'unknown option "lang"'),
	('icp_drift(e, a, ''{"bin": 2}'')', '22023', 'unknown option "bin"'), ('icp_drift(e, a, ''{"bins": 1.5}'')', '22023', 'invalid value for the option "bins"'), ('icp_drift(e, a, ''{"bins": "NaN"}'')', '22023', 'invalid value for the option "bins"'),
	('icp_drift(e, a, ''{"bins": 51}'')', '22023', 'invalid value for the option "bins"'), ('icp_drift(e, a, ''{"lang": "fr"}'')', '22023', 'invalid value for the option "lang"'), ('icp_drift(e, a, ''3'')', '22023', 'options must be a JSON object')) v(a, s, m);
SELECT is((SELECT count(*) FROM sketch, icp_drift_bins(e, a, 'seen', '{"bins": 4}')), 4::bigint, 'bins that are asked for');

SELECT * FROM finish();
ROLLBACK;

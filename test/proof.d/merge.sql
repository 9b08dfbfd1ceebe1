-- The merging law, for 50_merge: what the parts of a random tree give together, all rows give at once.
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;

-- Numbers that are as good as random, and the same for the same seed.
CREATE FUNCTION pick(seed bigint, i bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(i, seed) & 9223372036854775807) % n $$;

-- States that are no values of a type of their own: aggregates that end with the state, merge states, and end as the real ones do.
CREATE FUNCTION twins(name text, arguments text, accum text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE AGGREGATE %s_part(%s) (SFUNC = icp_%s, STYPE = bytea)', name, arguments, accum);
	EXECUTE format('CREATE AGGREGATE %s_join(bytea) (SFUNC = icp_%1$s_combine, STYPE = bytea)', name);
	EXECUTE format('CREATE AGGREGATE %s_end(bytea) (SFUNC = icp_%1$s_combine, STYPE = bytea, FINALFUNC = icp_%1$s_final)', name);
END $$;
SELECT twins('committee', 'text[], text, float8, integer', 'committee_accum_roles') \g /dev/null
SELECT twins('reach', 'icp_evaluation', 'reach_accum') \g /dev/null
SELECT twins('audience', 'icp_evaluation, numeric, float8', 'audience_accum') \g /dev/null
SELECT twins('evidence', 'boolean, text', 'evidence_accum') \g /dev/null
SELECT twins('compare', 'boolean, icp_cohort, date, integer', 'compare_accum') \g /dev/null
SELECT twins('outreach_observed', 'bigint, bigint, bigint, bigint', 'outreach_observed_accum') \g /dev/null

-- All that a sketch says, field by field, since columns may have come in another order.
CREATE FUNCTION says(s icp_sketch) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg(a, E'\n' ORDER BY a COLLATE "C")
	FROM (SELECT f::text FROM icp_fields(s) f UNION ALL SELECT i::text FROM icp_itemsets(s, 1, 1) i
		UNION ALL SELECT c::text FROM icp_trait_counts(s, '[]') c) a(a) $$;
CREATE FUNCTION says(v icp_validation) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT (SELECT q::text FROM icp_quality(v) q) || (SELECT coalesce(string_agg(r::text, ',' ORDER BY ordinality), '') FROM icp_roc(v) WITH ORDINALITY r)
		|| (SELECT coalesce(string_agg(g::text, ',' ORDER BY ordinality), '') FROM icp_gains(v) WITH ORDINALITY g) $$;

-- Customers' ledgers and segments' cohorts to draw from.
CREATE TABLE customer AS SELECT i, date '2023-01-01' + pick(1, i, 900)::int AS acquired, icp_ledger(date '2022-12-15' + pick(2, i * 100 + m, 1300)::int, (pick(3, i * 100 + m, 9000) - 1500) / (10 ^ pick(4, i, 4))::numeric, pick(5, i * 100 + m, 500) / 100.0, NULL::daterange, 'CNY') AS ledger
	FROM generate_series(1, 300) i, LATERAL generate_series(1, 1 + pick(6, i, 20)) m GROUP BY i;
INSERT INTO customer VALUES (0, '2024-01-01', NULL);
CREATE TABLE segment AS SELECT g, icp_cohort(ledger, acquired, pick(7, i, 900), '2026-01-01') AS cohort FROM (SELECT i % 60 AS g, * FROM customer WHERE i < 180) c GROUP BY g;
ALTER TABLE customer ADD PRIMARY KEY (i);
ALTER TABLE segment ADD PRIMARY KEY (g);
ANALYZE;

-- Each aggregate: its arguments over a drawn row r; how a part is made, how parts are merged, what the end says.
CREATE TABLE law (name text PRIMARY KEY, arguments text, part text, merge text, ending text, whole text);
INSERT INTO law VALUES
	('sketch', $$icp_row_columns('{n,word,tags,amount,day,doc}', (r.a % 9)::int, nullif('word ' || r.b % 5, 'word 4'), CASE WHEN r.c % 3 > 0 THEN ARRAY['t' || r.c % 7, 't' || r.d % 3] END, (r.d % 40) / 8.0, date '2024-01-01' + (r.e % 30)::int,
		jsonb_build_object('k', CASE WHEN r.t % 2 = 0 AND r.f % 5 = 0 THEN '["x", 1]'::jsonb ELSE to_jsonb(r.f % 4) END)), CASE WHEN r.g % 20 > 0 THEN r.g % 3 = 0 END, CASE r.t % 3 WHEN 0 THEN '{"rows": 9}'::jsonb ELSE '{}' END$$, 'icp_sketch', 'icp_rollup', 'says(icp_rollup(%s))', 'says(icp_sketch(%s))'),
	('ledger', $$date '2023-01-01' + (r.a % 1200)::int, (r.b % 100000 - 30000) / (10 ^ (r.c % 5))::numeric, CASE WHEN r.d % 4 > 0 THEN (r.d % 700) / 100.0 END, CASE WHEN r.t % 3 = 0 AND r.e % 5 > 0 THEN daterange(date '2023-01-01' + (r.a % 1200)::int, date '2023-01-01' + (r.a % 1200 + 1 + r.f % 400)::int) END, CASE WHEN r.g % 2 = 0 THEN 'CNY' END, '{}'::jsonb$$, 'icp_ledger', 'icp_rollup', 'icp_rollup(%s)::text', 'icp_ledger(%s)::text'),
	('cohort', $$(SELECT c.ledger FROM customer c WHERE c.i = r.a % 301), date '2023-01-01' + (r.b % 1000)::int, CASE WHEN r.c % 5 > 0 THEN (r.c % 9000) / (10 ^ (r.d % 4))::numeric END, date '2026-01-01', CASE WHEN r.e % 3 = 0 THEN (r.e % 900) / 10.0 END, CASE r.t % 3 WHEN 0 THEN '{}'::jsonb WHEN 1 THEN '{"period": "quarter", "grace": 2}' ELSE '{"intervals": false, "margin": 0.5}' END$$, 'icp_cohort', 'icp_rollup', 'icp_rollup(%s)::text', 'icp_cohort(%s)::text'),
	('validation', $$CASE r.a % 12 WHEN 0 THEN NULL WHEN 1 THEN '-0' WHEN 2 THEN 0 WHEN 3 THEN 'NaN' WHEN 4 THEN r.b * 1e280 WHEN 5 THEN r.b * 1e-320 ELSE (r.b % 50) / 7.0 - 2 END::float8, CASE WHEN r.c % 9 > 0 THEN r.c % 4 = 0 END$$, 'icp_validation', 'icp_rollup', 'says(icp_rollup(%s))', 'says(icp_validation(%s))'),
	('compare', $$r.a % 2 = 0, (SELECT s.cohort FROM segment s WHERE s.g = r.b % 60), date '2024-01-01' + 31 * (r.c % 4)::int, CASE WHEN r.t % 2 = 0 THEN 12 ELSE 6 END$$, 'compare_part', 'compare_join', 'compare_end(%s)::text', 'icp_compare(%s)::text'),
	('reach', $$CASE WHEN r.a % 30 > 0 THEN ROW((r.b % 1000) / 9.7, 1, NULL, CASE WHEN r.c % 9 > 0 THEN 'T' || r.c % 4 END, CASE WHEN r.d % 7 > 0 THEN r.d % 3 = 0 END, (r.e % 11) / 10.0, NULL, NULL)::icp_evaluation END$$, 'reach_part', 'reach_join', 'reach_end(%s)::text', 'icp_reach(%s)::text'),
	('audience', $$CASE WHEN r.a % 30 > 0 THEN ROW((r.b % 1000) / 9.7, 1, NULL, CASE WHEN r.c % 9 > 0 THEN 'T' || r.c % 4 END, CASE WHEN r.d % 7 > 0 THEN r.d % 3 = 0 END, (r.e % 11) / 10.0, NULL, NULL)::icp_evaluation END, CASE WHEN r.f % 5 > 0 THEN (r.f % 100000) / (10 ^ (r.g % 6))::numeric END, CASE WHEN r.t % 2 = 0 THEN 100.5 END$$, 'audience_part', 'audience_join', 'audience_end(%s)::text', 'icp_audience(%s)::text'),
	('evidence', $$CASE WHEN r.a % 7 > 0 THEN r.a % 3 > 0 END, CASE WHEN r.b % 9 > 0 THEN 'source ' || r.b % 13 END$$, 'evidence_part', 'evidence_join', 'evidence_end(%s)::text', 'icp_evidence(%s)::text'),
	('committee', $$ARRAY[(ARRAY['Economic Buyer', 'technical', 'END_USER', 'coach', 'nobody knows', NULL, 'BLOCKER'])[1 + r.a % 7], CASE WHEN r.b % 3 = 0 THEN 'user' END], (ARRAY['supporter', 'neutral', 'opponent', NULL])[1 + r.c % 4], CASE WHEN r.d % 4 > 0 THEN (r.d % 101) / 100.0::float8 END, CASE WHEN r.e % 3 > 0 THEN (r.e % 12000)::int END$$, 'committee_part', 'committee_join', 'committee_end(%s)::text', 'icp_committee(%s)::text'),
	('outreach', $$CASE WHEN r.a % 9 > 0 THEN r.a % 500 END, CASE WHEN r.b % 9 > 0 THEN r.b % 40 END, CASE WHEN r.c % 9 > 0 THEN r.c % 5 END, CASE WHEN r.d % 9 > 0 THEN r.d % 60 END$$, 'outreach_observed_part', 'outreach_observed_join', 'outreach_observed_end(%s)::text', 'icp_outreach_observed(%s)::text');

-- So many trees, each with rows, parts and fan-ins of its own: rows make up to 64 parts, parts are merged to fewer, these to fewer again, and these at
-- the end; in random order at each step, and with NULL states among them.
CREATE UNLOGGED TABLE drawn (t bigint, i bigint, part bigint, a bigint, b bigint, c bigint, d bigint, e bigint, f bigint, g bigint);
CREATE FUNCTION draw(seed bigint, trees bigint) RETURNS void LANGUAGE sql AS $$
	TRUNCATE drawn;
	INSERT INTO drawn SELECT t, i, pick(seed + 2, t * 1000 + i, 1 + pick(seed, t, 64)), pick(seed + 11, t * 1000 + i, 1000000), pick(seed + 12, t * 1000 + i, 1000000), pick(seed + 13, t * 1000 + i, 1000000),
		pick(seed + 14, t * 1000 + i, 1000000), pick(seed + 15, t * 1000 + i, 1000000), pick(seed + 16, t * 1000 + i, 1000000), pick(seed + 17, t * 1000 + i, 1000000)
	FROM generate_series(1, trees) t, generate_series(1, 1 + pick(seed + 1, t, CASE WHEN t % 20 = 0 THEN 300 ELSE 40 END)) i;
	ANALYZE drawn $$;
CREATE FUNCTION try(law law, seed bigint, OUT trees bigint, OUT wrong bigint, OUT example bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($q$
		WITH leaf AS (SELECT t, part, %1$s(%2$s ORDER BY pick(%6$s + 3, r.t * 1000 + r.i, 1000000)) AS state FROM drawn r GROUP BY 1, 2),
		one AS (SELECT t, part, pick(%6$s + 4, t * 100 + part, 1 + pick(%6$s + 5, t, 40)) AS node, state FROM leaf UNION ALL SELECT t, 99, 0, NULL FROM (SELECT DISTINCT t FROM leaf) x WHERE pick(%6$s + 6, t, 4) = 0),
		two AS (SELECT t, node, %3$s(state ORDER BY pick(%6$s + 7, t * 100 + part, 1000000)) AS state FROM one GROUP BY 1, 2),
		three AS (SELECT t, pick(%6$s + 8, t * 100 + node, 1 + pick(%6$s + 9, t, 12)) AS node, %3$s(state ORDER BY pick(%6$s + 10, t * 100 + node, 1000000)) AS state FROM two GROUP BY 1, 2
			UNION ALL SELECT t, 99, NULL FROM (SELECT DISTINCT t FROM leaf) x WHERE pick(%6$s + 18, t, 4) = 0),
		tree AS (SELECT t, %4$s AS says FROM three GROUP BY 1),
		whole AS (SELECT t, %5$s AS says FROM drawn r GROUP BY 1)
		SELECT count(*), count(*) FILTER (WHERE tree.says IS DISTINCT FROM whole.says), min(t) FILTER (WHERE tree.says IS DISTINCT FROM whole.says) FROM tree FULL JOIN whole USING (t)$q$,
		law.part, law.arguments, law.merge, format(law.ending, format('state ORDER BY pick(%s + 19, t * 100 + node, 1000000)', seed)), format(law.whole, law.arguments || ' ORDER BY r.i'), seed) INTO trees, wrong, example;
END $$;

-- Cohorts: the cases that are easy to get wrong, and the projection.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET timezone = 'UTC';
SET datestyle = 'ISO';

CREATE FUNCTION near(a float8, b float8, how_near float8 DEFAULT 1e-11) RETURNS bool LANGUAGE sql AS $$ SELECT coalesce(abs(a - b) <= how_near * greatest(abs(a), abs(b), 1e-3), a IS NULL AND b IS NULL) $$;
-- A customer who pays so much at each age of a list, of a month in 2025 on; in one row of text: cac, first month, amounts.
CREATE FUNCTION ledger(first date, amounts numeric[]) RETURNS icp_ledger LANGUAGE sql AS
$$ SELECT icp_ledger((first + (a - 1) * interval '1 month')::date, amount) FROM unnest(amounts) WITH ORDINALITY t(amount, a) $$;
CREATE FUNCTION cohort(customers jsonb, options jsonb DEFAULT NULL, as_of date DEFAULT '2026-01-01') RETURNS icp_cohort LANGUAGE sql AS $$
	SELECT icp_cohort(CASE WHEN c ? 'pays' THEN ledger((c ->> 'from')::date, ARRAY(SELECT x::numeric FROM jsonb_array_elements_text(c -> 'pays') x)) END, (c ->> 'from')::date, (c ->> 'cac')::numeric, as_of, (c ->> 'value')::numeric, options)
	FROM jsonb_array_elements(customers) c $$;
CREATE FUNCTION logos(c icp_cohort) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(active || '/' || eligible, ' ' ORDER BY age) FROM icp_ages(c) $$;
CREATE FUNCTION steps(c icp_cohort) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(format('%s:%s-%s+%s', age, at_risk, events, censored), ' ' ORDER BY age) FROM icp_survival(c) $$;
CREATE FUNCTION economics(c icp_cohort, horizon int DEFAULT 36) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s customers, cac %s of %s, ltv %s %s (%s..%s), ratio %s (%s..%s) %s, payback %s >%s, %s %s', customers, round(cac::numeric, 2), round(cac_coverage::numeric, 2), round(ltv_realised::numeric, 2), round(ltv_projected::numeric, 2), round(ltv_low::numeric, 2), round(ltv_high::numeric, 2),
		round(ratio::numeric, 2), round(ratio_low::numeric, 2), round(ratio_high::numeric, 2), verdict, round(payback_months::numeric, 2), payback_gt, model, converged) FROM icp_ltv_cac(c, horizon) $$;

\echo ages
SELECT is(logos(cohort('[{"from": "2025-09-01", "pays": [10, 10, 10, 10]}, {"from": "2025-10-31", "pays": [10, 10]}]')), '2/2 2/2 1/2 1/1', 'an age is of those who have been followed up so long; the others are absent, not 0');
SELECT is(logos(cohort('[{"from": "2025-09-01", "pays": [10, 10, 10, 10]}]', NULL, '2025-12-31')), '1/1 1/1 1/1', 'the open period stays out');
SELECT is((SELECT format('%s %s', paid_open, money_open) FROM icp_left_out(cohort('[{"from": "2025-09-01", "pays": [10, 10, 10, 12.50]}]', NULL, '2025-12-31'))), '1 12.5', 'and is reported apart');
SELECT is(logos(cohort('[{"from": "2025-09-01", "pays": [10, -4]}]')), '1/1 0/1 0/1 0/1', 'a refund alone is no activity');
SELECT is((SELECT string_agg(revenue::text, ' ' ORDER BY age) FROM icp_ages(cohort('[{"from": "2025-10-01", "pays": [10, -4, 2]}]'))), '10 -4 2', 'refunds are of the period when they were paid');
SELECT is((SELECT string_agg(format('%s %s', nrr, grr), ', ' ORDER BY age) FROM icp_ages(cohort('[{"from": "2025-09-01", "pays": [10, 15, -5, 8]}, {"from": "2025-09-01", "pays": [-3, 90]}]'))), '1 1, 1.5 1, -0.5 0, 0.8 0.8', 'net and gross retention; who did not start with revenue is not in them');
SELECT is((SELECT string_agg(format('%s %s', nrr_step, grr_step), ', ' ORDER BY age) FROM icp_ages(cohort('[{"from": "2025-09-01", "pays": [10, 15, 6, 9]}]'))), ' , 1.5 1, 0.4 0.4, 1.5 1', 'from age to age');

\echo losses
SELECT is(steps(cohort('[{"from": "2025-09-01", "pays": [1, 1, 1, 1]}]')), '0:1-0+0 1:1-0+0 2:1-0+0 3:1-0+1', 'who paid in the last complete period is censored there: age F - 1');
SELECT is(steps(cohort('[{"from": "2025-09-01", "pays": [1, 1, 1]}]')), '0:1-0+0 1:1-0+0 2:1-0+0 3:1-1+0', 'who did not is lost');
SELECT is(steps(cohort('[{"from": "2025-09-01", "pays": [1, 1, 1]}]', '{"grace": 2}')), '0:1-0+0 1:1-0+0 2:1-0+1', 'but for grace');
SELECT is(steps(cohort('[{"from": "2025-09-01", "pays": [1, 1]}, {"from": "2025-09-01", "pays": [1, 1, 1, 1]}]', '{"grace": 2}')), '0:2-0+0 1:2-0+0 2:2-1+1', 'with grace nobody is at risk where no loss could be seen');
SELECT is(steps(cohort('[{"from": "2025-09-01"}, {"from": "2025-09-01", "pays": [1, 1, 1, 1]}]')), '0:2-1+0 1:1-0+0 2:1-0+0 3:1-0+1', 'who never paid is lost at 0, and kept');
SELECT is(steps(cohort('[{"from": "2025-08-01", "pays": [1, 0, 0, 1, 1]}]')), '0:1-0+0 1:1-0+0 2:1-0+0 3:1-0+0 4:1-0+1', 'gaps are bridged');
SELECT is((SELECT string_agg(reactivated::text, ' ' ORDER BY age) FROM icp_ages(cohort('[{"from": "2025-08-01", "pays": [1, 0, 0, 1, 1]}]'))), '0 0 0 1 0', 'and counted as reactivations');
SELECT is(steps(cohort('[{"from": "2025-08-01", "pays": [1, 0, 0, 1, 1]}]', '{"churn": "first_lapse"}')), '0:1-0+0 1:1-1+0', 'or the first gap is the loss');
SELECT is(steps(cohort('[{"from": "2025-12-10", "pays": [1]}]', NULL, '2025-12-31')), NULL, 'nobody has a complete period');
SELECT is(economics(cohort('[{"from": "2025-12-10", "pays": [1], "cac": 5}]', NULL, '2025-12-31')), '1 customers, cac 5.00 of 1.00, ltv   (..), ratio  (..) uncertain, payback  >0, no_data t', 'and nothing is said of value');
SELECT is((SELECT string_agg(format('%s %s', round(survival::numeric, 4), flag), ', ' ORDER BY age) FROM icp_survival(cohort('[{"from": "2025-09-01"}, {"from": "2025-09-01", "pays": [1, 1, 1, 1]}, {"from": "2025-09-01", "pays": [1]}]', '{"min_risk": 3}'))), '0.6667 f, 0.3333 t, 0.3333 t, 0.3333 t', 'steps of few at risk are flagged');

\echo who counts, and what
SELECT is((SELECT format('%s customers, %s later, %s unknown, %s never paid', customers, acquired_later, acquired_unknown, never_paid) FROM icp_left_out(cohort('[{"from": "2025-09-01"}, {"from": "2026-01-01", "pays": [1]}, {"from": "2025-12-31", "pays": [1]}, {"from": null, "cac": 3}]'))), '2 customers, 1 later, 1 unknown, 1 never paid', 'acquired at as_of is too late');
CREATE TABLE early AS SELECT icp_cohort(l, date '2025-03-15', 1, date '2025-06-15') AS c FROM (SELECT icp_ledger(d, a) AS l FROM (VALUES (date '2025-02-28', 7), ('2025-03-01', 1), ('2025-04-01', 2), ('2025-06-10', 4), ('2025-06-20', 8), ('2025-07-01', 16)) v(d, a)) x;
SELECT is((SELECT format('%s %s, open %s %s, after %s %s', paid_before, money_before, paid_open, money_open, paid_after, money_after) FROM early, icp_left_out(c)), '1 7, open 1 12, after 1 16', 'before acquisition, in the open period, and after as_of: by month');
SELECT is(logos(c), '1/1 1/1 0/1', 'the month of acquisition is age 0, from its first day on') FROM early;
CREATE TABLE by_day AS SELECT icp_cohort(l, date '2025-03-15', 1, date '2025-06-15', NULL, '{"age": "anniversary"}') AS c FROM (SELECT icp_ledger(d, a, 0, NULL::daterange, NULL, '{"by": "day"}') AS l FROM (VALUES (date '2025-02-28', 7), ('2025-03-14', 1), ('2025-04-14', 2), ('2025-04-15', 2), ('2025-06-10', 4), ('2025-06-15', 8), ('2025-07-01', 16)) v(d, a)) x;
SELECT is((SELECT format('%s %s, open %s %s, after %s %s', paid_before, money_before, paid_open, money_open, paid_after, money_after) FROM by_day, icp_left_out(c)), '1 8, open 0 0, after 1 24', 'by day');
SELECT is(logos(c), '1/1 1/1 1/1', 'ages since the day of acquisition') FROM by_day;
SELECT is((SELECT format('%s %s', customers, undated_rows) FROM (SELECT icp_cohort(l, '2025-01-01', NULL, '2026-01-01') AS c FROM (SELECT icp_ledger(d, 1) AS l FROM (VALUES (NULL::date), (NULL)) v(d)) y) x, icp_left_out(c)), '1 2', 'rows without a time');
SELECT ok((SELECT icp_cohort(NULL::icp_ledger, d, 1, '2026-01-01') FROM (VALUES (date '2025-01-01')) v(d) WHERE false) IS NULL, 'of no customers, NULL');
SELECT is((SELECT count(*) FROM icp_ages(cohort('[{"from": "2026-01-01"}]'))), 0::bigint, 'of none that count, no ages');
SELECT is(economics(cohort('[{"from": "2026-01-01", "cac": 3}]')), '0 customers, cac  of 0.00, ltv   (..), ratio  (..) unknown_cac, payback  >, no_data t', 'and no value');

\echo cost of acquisition
SELECT is(economics(cohort('[{"from": "2025-01-01", "pays": [10, 10, 10, 10, 10, 10], "cac": 25}, {"from": "2025-01-01", "pays": [10, 10, 10, 10, 10, 10]}]'), 12), '2 customers, cac 25.00 of 0.50, ltv 60.00 60.00 (60.00..60.00), ratio 2.40 (..) uncertain, payback 2.50 >, realised t', 'NULL is unknown, not 0; of one known cost there is no interval');
SELECT is(economics(cohort('[{"from": "2025-01-01", "pays": [10]}, {"from": "2025-01-01", "pays": [10]}]'), 12), '2 customers, cac  of 0.00, ltv 10.00 10.00 (10.00..10.00), ratio  (..) unknown_cac, payback  >, realised t', 'nobody''s is known');
SELECT is(economics(cohort('[{"from": "2025-01-01", "pays": [10], "cac": 0}, {"from": "2025-01-01", "pays": [10], "cac": 0}]'), 12), '2 customers, cac 0.00 of 1.00, ltv 10.00 10.00 (10.00..10.00), ratio  (..) no_cac, payback 0.00 >, realised t', 'nothing: no ratio, and paid back at once');
SELECT is(economics(cohort('[{"from": "2025-01-01", "pays": [-10], "cac": 5}, {"from": "2025-01-01", "pays": [-20], "cac": 5}]'), 12), '2 customers, cac 5.00 of 1.00, ltv -15.00 -15.00 (-24.80..-5.20), ratio -3.00 (-4.96..-1.04) fail, payback  >12, realised t', 'negative margins are not clamped');
SELECT is(economics(cohort('[{"from": "2025-01-01", "pays": [10, 10], "cac": 21}, {"from": "2025-01-01", "pays": [10, 10], "cac": 21}]'), 12), '2 customers, cac 21.00 of 1.00, ltv 20.00 20.00 (20.00..20.00), ratio 0.95 (0.95..0.95) fail, payback  >12, realised t', 'not paid back in 12 months');
SELECT is(economics(cohort('[{"from": "2025-01-01", "pays": [10, 10], "cac": 5}, {"from": "2025-01-01", "pays": [10, 10], "cac": 5}]'), 12), '2 customers, cac 5.00 of 1.00, ltv 20.00 20.00 (20.00..20.00), ratio 4.00 (4.00..4.00) pass, payback 0.50 >, realised t', 'paid back in half a month');
SELECT is(economics(icp_cohort_spend(cohort('[{"from": "2025-01-01", "pays": [10, 10], "cac": 5}, {"from": "2025-01-01", "pays": [10, 10]}]'), 3), 12), '2 customers, cac 6.50 of 0.50, ltv 20.00 20.00 (20.00..20.00), ratio 3.08 (..) uncertain, payback 0.65 >, realised t', 'spend is added once, to all customers');
SELECT is(economics(icp_cohort_spend(icp_cohort_spend(cohort('[{"from": "2025-01-01", "pays": [10, 10]}, {"from": "2025-01-01", "pays": [10, 10]}]'), 7), 3.5), 12), '2 customers, cac 5.25 of 1.00, ltv 20.00 20.00 (20.00..20.00), ratio 3.81 (3.81..3.81) pass, payback 0.53 >, realised t', 'or is all that is known');
SELECT is((SELECT spend FROM icp_left_out(icp_cohort_spend(icp_cohort_spend(cohort('[{"from": "2025-01-01"}]'), 7), 3.125))), 10.125, 'and can be read');
SELECT ok(icp_cohort_spend(cohort('[{"from": "2025-01-01"}]'), NULL) IS NULL AND icp_cohort_spend(NULL, 1) IS NULL, 'NULL spend, or cohort');
-- Fieller's limits, of costs that are known badly: written out.
SELECT ok(near(low, ((a * b - z * cov) - sqrt((a * b - z * cov) ^ 2 - (b * b - z * vb) * (a * a - z * va))) / (b * b - z * vb)) AND near(high, ((a * b - z * cov) + sqrt((a * b - z * cov) ^ 2 - (b * b - z * vb) * (a * a - z * va))) / (b * b - z * vb)), 'Fieller''s limits')
FROM (SELECT ratio_low AS low, ratio_high AS high, ltv_projected AS a, cac AS b, 3.841458820694124 AS z FROM icp_ltv_cac(cohort('[{"from": "2025-01-01", "pays": [30], "cac": 2}, {"from": "2025-01-01", "pays": [50], "cac": 6}, {"from": "2025-01-01", "pays": [20], "cac": 7}, {"from": "2025-01-01", "pays": [44], "cac": 3}]'), 12)) x,
	(SELECT var_samp(m) / 4 AS va, var_samp(c) / 4 AS vb, covar_pop(m, c) / 4 AS cov FROM (VALUES (30, 2), (50, 6), (20, 7), (44, 3)) v(m, c)) y;

\echo margin
SELECT is((SELECT string_agg(format('%s %s', revenue, margin), ', ' ORDER BY age) FROM (SELECT icp_cohort(l, '2025-11-01', NULL, '2026-01-01') AS c FROM (SELECT icp_ledger(d, 10.01, 3.333) AS l FROM (VALUES (date '2025-11-01'), ('2025-12-01')) v(d)) y) x, icp_ages(c)), '10.010 6.677, 10.010 6.677', 'revenue less cost');
SELECT is((SELECT string_agg(margin::text, ', ' ORDER BY age) FROM icp_ages(cohort('[{"from": "2025-11-01", "pays": [10.01, 3]}]', '{"margin": 0.725}'))), '7.25725, 2.17500', 'or a part of revenue, exactly');

\echo value received
CREATE TABLE two_way AS SELECT cohort('[{"from": "2025-01-01", "pays": [10, 10], "value": 40}, {"from": "2025-01-01", "pays": [10], "value": 19.99}, {"from": "2025-01-01", "pays": [1], "value": 1000}, {"from": "2025-01-01", "pays": [5]}, {"from": "2025-01-01", "value": 9}, {"from": "2025-01-01", "pays": [5, -5], "value": 9}, {"from": "2025-01-01", "pays": [4], "value": -1}]') AS c;
SELECT is(format('%s %s %s %s', measured, coverage, share, round(pooled_ratio::numeric, 4)), '4 0.8 0.5 30.2569', 'twice exactly passes; who does not pay is no payer') FROM two_way, icp_two_way(c);
SELECT is((SELECT string_agg(share::text, ' ' ORDER BY k) FROM (VALUES (1.95), (2), (2.05), (10)) v(k), two_way, icp_two_way(c, k)), '0.75 0.5 0.25 0.25', 'at other levels');
SELECT is(x::text, '(0,0,,,,)', 'nobody''s value is known') FROM icp_two_way(cohort('[{"from": "2025-01-01", "pays": [1]}]')) x;
SELECT throws_ok(format('SELECT icp_two_way(c, %L) FROM two_way', k), '22023', format('k %s is out of range', k)) FROM (VALUES ('0'), ('2.01'), ('10.05'), ('NaN'), ('-1')) v(k);

\echo the model of churn
SELECT is(format('%s %s %s %s %s', model, round(alpha::numeric, 4), round(beta::numeric, 4), round((log_likelihood / 1000)::numeric, 4), converged), 'sbg 0.7041 1.1820 -1.6803 t', 'Fader and Hardie 2007, Regular') FROM icp_sbg_fit('{369,163,86,56,37,27,21}', '{0,0,0,0,0,0,241}');
SELECT is(format('%s %s %s %s', model, alpha, round(churn::numeric, 4), round(log_likelihood::numeric, 6)), w, format('%s %s', e, c))
FROM (VALUES ('{100,90,81}'::bigint[], '{0,0,729}'::bigint[], 'geometric  0.1000 ' || round((271 * ln(0.1) + 2439 * ln(0.9))::numeric, 6)), ('{10,50,200}', '{0,0,740}', 'geometric  0.0887 ' || round((260 * ln(260 / 2930.0) + 2670 * ln(2670 / 2930.0))::numeric, 6)), ('{30}', '{70}', 'geometric  0.3000 ' || round((30 * ln(0.3) + 70 * ln(0.7))::numeric, 6)),
	('{0,0,0}', '{1,2,3}', 'no_churn  0.0000 '), ('{}', '{}', 'no_data   '), ('{0}', '{0}', 'no_data   '), ('{5}', '{0}', 'geometric  1.0000 0.000000')) v(e, c, w), icp_sbg_fit(e, c);
SELECT throws_ok($$SELECT icp_sbg_fit('{1}', '{1,2}')$$, '2202E', 'events and censored must have as many elements as each other, and no more than 10000');
SELECT throws_ok($$SELECT icp_sbg_fit('{-1}', '{1}')$$, '22023', 'events has a count that is out of range');
SELECT throws_ok($$SELECT icp_sbg_fit('{1,NULL}', '{1,2}')$$, '22023', 'events must be a one-dimensional array without NULLs');
SELECT throws_ok($$SELECT icp_sbg_fit('{1,2}', '{{1,2}}')$$, '22023', 'censored must be a one-dimensional array without NULLs');
SELECT throws_ok($$SELECT icp_sbg_fit('{9007199254740993}', '{1}')$$, '22023', 'events has a count that is out of range');
-- Many customers, some leaving at each age, with a falling chance; 11 % never pay.
CREATE TABLE people AS SELECT i, date '2025-01-15' + (i % 6) * 30 AS acquired, CASE WHEN i % 9 = 0 THEN 0 ELSE 1 + floor((i * 37 % 101) ^ 2 / 500.0)::int END AS months, 20 + i % 13 AS pays, 50 + (i * 17) % 40 + i % 13 AS cac FROM generate_series(1, 400) i;
CREATE TABLE one AS SELECT i, icp_cohort(l, acquired, cac, '2026-01-01') AS c FROM people LEFT JOIN (SELECT i, icp_ledger((acquired + m * interval '1 month')::date, pays + m % 3) AS l FROM people, generate_series(0, months - 1) m GROUP BY 1) x USING (i) GROUP BY 1;
CREATE TABLE everyone AS SELECT icp_rollup(c) AS c FROM one;
SELECT is(s.model || e.model, 'sbgsbg', 'customers for whom churn falls') FROM everyone, icp_sbg(c) s, icp_ltv_cac(c) e;
SELECT ok(s.alpha = f.alpha AND s.beta = f.beta AND s.se_alpha = f.se_alpha, 'the model is fitted to losses from age 1 on')
FROM everyone, icp_sbg(c) s, LATERAL (SELECT array_agg(churned ORDER BY age) AS e, array_agg(censored ORDER BY age) AS n FROM icp_ages(c) WHERE age > 0) a, icp_sbg_fit(a.e, a.n) f;
-- By the definition: beyond the last age with ten at risk, what survives by the model times margin per age lived.
SELECT ok(near(e.ltv_projected, r.ltv + t.survival * t.margin / t.lives * t.shape), format('the projection over %s months', h))
FROM everyone, (VALUES (13), (36), (120)) v(h), icp_ltv_cac(c, h, 0.12) e, icp_sbg(c) s,
	LATERAL (SELECT max(age) AS last FROM icp_survival(c) WHERE NOT flag AND survival > 0) m, icp_realised_ltv(c, m.last + 1, 0.12) r,
	LATERAL (SELECT (SELECT survival FROM icp_survival(c) WHERE age = m.last) AS survival, (SELECT sum(margin) FROM icp_ages(c)) AS margin, (SELECT sum(churned * age + censored * (age + 1)) FROM icp_ages(c)) AS lives,
		(SELECT sum(exp(x.ln) * 1.12::float8 ^ (-a / 12.0::float8)) FROM generate_series(m.last + 1, h - 1) a, LATERAL (SELECT sum(ln((s.beta + t - 1) / (s.alpha + s.beta + t - 1))) AS ln FROM generate_series(m.last + 1, a) t) x) AS shape) t;
SELECT is((SELECT max(age) FROM icp_ages(c)) - (SELECT max(age) FROM icp_survival(c) WHERE NOT flag), 0, 'here, that is the last') FROM everyone;
-- One old customer is lost at the last age; the many younger ones are still there.
SELECT is(economics(c), '22 customers, cac  of 0.00, ltv 49.09 231.69 (106.33..357.05), ratio  (..) unknown_cac, payback  >, geometric t', 'the oldest are too few to tell of all')
FROM (SELECT icp_rollup(cohort(x)) AS c FROM (SELECT '[{"from": "2025-07-01", "pays": [10, 10, 10, 10, 10]}]'::jsonb AS x UNION ALL SELECT '[{"from": "2025-09-01", "pays": [10, 10, 10, 10]}]' FROM generate_series(1, 20) UNION ALL SELECT '[{"from": "2025-09-01", "pays": [10, 10]}]') y) z;
-- Leaving out one customer at a time, by exact subtraction, is another way to the variance.
SELECT ok(near(e.ltv_high - e.ltv_low, j.ltv, 0.03) AND near(e.ratio_high - e.ratio_low, j.ratio, 0.03), format('intervals over %s months are as wide as the jackknife''s', h))
FROM everyone a, (VALUES (6), (24), (60)) v(h), icp_ltv_cac(a.c, h, 0.1) e, LATERAL (SELECT 2 * 1.96 * sqrt(sum((x.ltv_projected - e.ltv_projected) ^ 2) * 399 / 400) AS ltv, 2 * 1.96 * sqrt(sum((x.ratio - e.ratio) ^ 2) * 399 / 400) AS ratio FROM one, icp_ltv_cac(a.c - one.c, h, 0.1) x) j;
SELECT is(economics(cohort('[{"from": "2025-10-01", "pays": [10, 10], "cac": 4}, {"from": "2025-10-01", "pays": [20], "cac": 4}]')), '2 customers, cac 4.00 of 1.00, ltv 20.00 20.00 (20.00..20.00), ratio 5.00 (5.00..5.00) pass, payback 0.27 >, all_gone t', 'nobody is left: what has been is all');
SELECT is(economics(cohort('[{"from": "2025-10-01", "pays": [10, 10, 10], "cac": 40}, {"from": "2025-10-01", "pays": [20, 20, 20], "cac": 40}]')), '2 customers, cac 40.00 of 1.00, ltv 45.00  (50.00..), ratio  (1.25..) uncertain, payback 2.67 >, no_churn t', 'nobody was lost: no projection, but a bound');
SELECT ok(near(e.ltv_low, 45 + 15 * (SELECT sum((1 - 3 / 40.0::float8) ^ a) FROM generate_series(1, 33) a)), 'by the rule of three')
FROM icp_ltv_cac((SELECT icp_rollup(cohort('[{"from": "2025-10-01", "pays": [10, 10, 10]}, {"from": "2025-10-01", "pays": [20, 20, 20]}]')) FROM generate_series(1, 10))) e;
SELECT ok(e.model = 'geometric' AND e.ltv_projected > e.ltv_realised AND e.ltv_low < e.ltv_projected, 'a single renewal is geometric') FROM icp_ltv_cac(cohort('[{"from": "2025-11-01", "pays": [10, 10]}, {"from": "2025-11-01", "pays": [10, 12]}, {"from": "2025-11-01", "pays": [10]}]')) e;
SELECT is((SELECT ltv_projected FROM icp_ltv_cac(c, 11)), (SELECT ltv FROM icp_realised_ltv(c, 11)), 'once observed ages cover the horizon, projected is realised') FROM everyone;
SELECT is((SELECT ages FROM icp_realised_ltv(c, 1000)), (SELECT count(*)::int FROM icp_ages(c)), 'realised of the ages that there are') FROM everyone;

\echo without intervals
SELECT is(economics(cohort('[{"from": "2025-10-01", "pays": [10, 10], "cac": 4}, {"from": "2025-10-01", "pays": [20, 20, 20], "cac": 4}]', '{"intervals": false}')), '2 customers, cac 4.00 of 1.00, ltv 40.00 64.00 (..), ratio 16.00 (..) uncertain, payback 0.27 >, geometric t', 'less is kept, and the verdict is uncertain');

\echo two segments
CREATE TABLE segment AS SELECT i % 5 < 2 AS is_a, date_trunc('month', p.acquired)::date AS month, icp_rollup(c) AS c FROM one JOIN people p USING (i) GROUP BY 1, 2;
SELECT ok(near(x.ltv_a, o.a) AND near(x.ltv_b, o.b) AND near(x.diff, o.a - o.b) AND x.horizon = 12 AND x.strata = 6 AND x.unmatched = 0, 'each age in the strata that have it, with the weight of both sides')
FROM (SELECT (icp_compare(is_a, c, month)).* FROM segment) x,
	(SELECT sum(w * a) AS a, sum(w * b) AS b FROM (SELECT age, (n / sum(n) OVER (PARTITION BY age))::float8 AS w, a, b FROM (SELECT month, age, sum((margin / eligible)::float8) FILTER (WHERE is_a) AS a, sum((margin / eligible)::float8) FILTER (WHERE NOT is_a) AS b, sum(n) AS n
		FROM (SELECT is_a, month, s.c, e.customers AS n FROM segment s, icp_ltv_cac(c) e) s, icp_ages(c) GROUP BY 1, 2) y) z) o;
SELECT ok(near(x.high - x.low, 2 * 1.959963984540054 * sqrt(o.v)), 'and the interval')
FROM (SELECT (icp_compare(is_a, c, month, 7)).* FROM segment WHERE month = '2025-01-01') x, (SELECT sum(((high - low) / 2 / 1.959963984540054) ^ 2) AS v FROM segment, icp_realised_ltv(c, 7) WHERE month = '2025-01-01') o;
-- The log-rank test of R: survdiff(Surv(time, status) ~ g + strata(s)).
\set logrank '0.61557369 0.43269690'
CREATE TABLE lives AS SELECT * FROM (VALUES (1, true, 3, true), (1, true, 5, true), (1, true, 8, false), (1, true, 2, true), (1, false, 8, false), (1, false, 6, true), (1, false, 8, false), (1, false, 1, true), (1, false, 7, true),
	(2, true, 1, true), (2, true, 4, true), (2, true, 4, false), (2, false, 2, true), (2, false, 4, false), (2, false, 3, true), (2, false, 4, false)) v(s, a, t, lost);
SELECT is(format('%s %s', round(logrank_chi2::numeric, 8), round(logrank_p::numeric, 8)), :'logrank', 'log-rank as R says') FROM (SELECT (icp_compare(a, c, d)).* FROM (SELECT a, d, icp_cohort(ledger(d, array_fill(1::numeric, ARRAY[CASE WHEN lost THEN t ELSE t + 1 END])), d, NULL, '2026-01-01') AS c
	FROM lives, LATERAL (SELECT (date '2026-01-01' - CASE s WHEN 1 THEN 9 ELSE 5 END * interval '1 month')::date AS d) x GROUP BY a, d) y) z;
SELECT is(format('%s %s %s %s', ltv_a, horizon, strata, unmatched), ' 0 0 400', 'strata of one side only are not compared') FROM (SELECT (icp_compare(i % 2 = 0, c, date '2025-01-01' + i)).* FROM one) x;
SELECT ok(near(a.diff, b.diff) AND a.strata = 1, 'no strata: all in one') FROM (SELECT (icp_compare(is_a, c, NULL)).* FROM segment) a, (SELECT (icp_compare(is_a, c, '2025-01-01')).* FROM segment) b;
SELECT is((SELECT icp_compare(is_a, c, month) FROM segment WHERE false)::text, NULL, 'of nothing, NULL');
SELECT is((SELECT (icp_compare(x.a, x.c, NULL)).unmatched FROM (SELECT true AS a, c FROM segment UNION ALL SELECT NULL, c FROM segment UNION ALL SELECT false, NULL) x), 400::bigint, 'rows without a side, or a cohort, are left out');
SELECT throws_ok('SELECT icp_compare(is_a, c, month, 5 + is_a::int) FROM segment', '22023', 'icp_compare was given different horizons: 5 and 6');
SELECT throws_ok('SELECT icp_compare(is_a, c, month, 0) FROM segment', '22023', 'horizon 0 is out of range');
SELECT throws_ok($$SELECT icp_compare(a, c, NULL) FROM (SELECT true AS a, cohort('[]') AS c UNION ALL SELECT true, cohort('[{"from": "2025-01-01"}]', NULL, '2025-02-01') UNION ALL SELECT false, cohort('[{"from": "2025-01-01"}]')) x$$, '22023', 'cohorts of different "as_of" cannot be added');

\echo errors
SELECT throws_ok($$SELECT icp_cohort(NULL, '2025-01-01', 1, NULL)$$, '22004', 'as_of cannot be NULL');
SELECT throws_ok($$SELECT icp_cohort(NULL, '2025-01-01', 1, d) FROM (VALUES (date '2026-01-01'), ('2025-01-01')) v(d)$$, '22023', 'cohorts of different "as_of" cannot be added');
SELECT throws_ok($$SELECT icp_cohort(NULL, '2025-01-01', 1, 'infinity')$$, '22008', 'as_of cannot be infinite');
SELECT throws_ok($$SELECT icp_cohort(NULL, '-infinity', 1, '2026-01-01')$$, '22008', 'the day of acquisition cannot be infinite');
SELECT throws_ok($$SELECT icp_cohort(NULL, '1900-01-01', 1, '2026-01-01')$$, '54000', 'a customer was acquired 1512 months before as_of');
SELECT throws_ok($$SELECT icp_cohort(NULL, '2025-01-01', 'NaN', '2026-01-01')$$, '22003', 'cac cannot be NaN');
SELECT throws_ok($$SELECT icp_cohort(NULL, '2025-01-01', 1, '2026-01-01', 'Infinity')$$, '22003', 'value received cannot be infinite');
SELECT throws_ok($$SELECT icp_cohort_spend(cohort('[{"from": "2025-01-01"}]'), 'NaN')$$, '22003', 'spend cannot be NaN');
SELECT throws_ok($$SELECT icp_cohort(l, '2025-01-01', 1, '2026-01-01') FROM (SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, c) AS l FROM (VALUES ('EUR'), ('USD')) v(c) GROUP BY c) x$$, '22023', 'currencies "EUR" and "USD" cannot be added');
SELECT throws_ok(format($$SELECT icp_cohort(l, '2025-01-01', 1, '2026-01-01', NULL, %2$L) FROM (SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, NULL, %1$L) AS l) x$$, l, c), '22023', m)
FROM (VALUES ('{}', '{"period": "week"}', 'a cohort by week cannot take a ledger by month'), ('{}', '{"age": "anniversary"}', 'a cohort by month since acquisition cannot take a ledger by month'), ('{"by": "week"}', '{}', 'a cohort by month cannot take a ledger by week'), ('{"by": "week"}', '{"age": "anniversary", "period": "week"}', 'a cohort by week since acquisition cannot take a ledger by week')) v(l, c, m);
SELECT throws_ok(format($$SELECT cohort('[{"from": "2025-01-01"}]', %L)$$, o), '22023', m) FROM (VALUES ('{"period": "day"}', 'invalid value for the option "period"'), ('{"age": 3}', 'invalid value for the option "age"'), ('{"churn": "last"}', 'invalid value for the option "churn"'), ('{"grace": 0}', 'invalid value for the option "grace"'), ('{"grace": 1.5}', 'invalid value for the option "grace"'),
	('{"margin": 1.01}', 'invalid value for the option "margin"'), ('{"margin": -0.1}', 'invalid value for the option "margin"'), ('{"margin": "0.5"}', 'invalid value for the option "margin"'), ('{"intervals": 1}', 'invalid value for the option "intervals"'), ('{"min_risk": 0}', 'invalid value for the option "min_risk"'), ('{"periods": "week"}', 'unknown option "periods"'), ('[1]', 'options must be a JSON object')) v(o, m);
SELECT throws_ok(format('SELECT icp_ltv_cac(c, %s) FROM everyone', a), '22023', m) FROM (VALUES ('0', 'horizon 0 is out of range'), ('6001', 'horizon 6001 is out of range'), ('12, -0.1', 'discount -0.1 is out of range'), ('12, ''NaN''', 'discount NaN is out of range')) v(a, m);
SELECT throws_ok('SELECT icp_survival(c, 1) FROM everyone', '22023', 'level 1 is out of range');
SELECT throws_ok('SELECT icp_cohort_accum(NULL::icp_cohort, NULL::icp_ledger, NULL::date, 1, NULL::date)', '0A000', 'icp_cohort_accum was called outside of an aggregate');
SELECT throws_ok('SELECT icp_cohort_combine(NULL, NULL)', '0A000', 'icp_cohort_combine was called outside of an aggregate');
SELECT throws_ok('SELECT icp_cohort_final(c) FROM everyone', '0A000', 'icp_cohort_final was called outside of an aggregate');
SELECT throws_ok('SELECT icp_compare_accum(NULL::bytea, true, c, NULL::date) FROM everyone', '0A000', 'icp_compare_accum was called outside of an aggregate');
SELECT * FROM finish();
ROLLBACK;

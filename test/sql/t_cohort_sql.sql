-- Cohorts against plain SQL over the same payments, for every way to count ages and losses.
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

CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE FUNCTION near(a float8, b float8) RETURNS bool LANGUAGE sql AS $$ SELECT coalesce(a = b OR abs(a - b) <= 1e-11 * greatest(abs(a), abs(b), 1e-3), a IS NULL AND b IS NULL) $$;
-- Some acquired late or never, some without a known cost or value; payments come before, in gaps, after as_of, and are refunded.
CREATE TABLE customer AS SELECT i, CASE WHEN pick(1, i, 40) > 0 THEN date '2024-01-01' + pick(2, i, 800) END AS acquired, CASE WHEN pick(3, i, 5) > 0 THEN pick(4, i, 90000) / 100.0 END AS cac,
	CASE WHEN pick(5, i, 3) > 0 THEN pick(6, i, 3000000) / 1000.0 - 50 END AS value, pick(7, i, 6) AS keen, pick(8, i, 30) AS leaves FROM generate_series(1, 300) i;
CREATE TABLE payment AS SELECT i, acquired + m * 11 - 15 + pick(9, i * 100 + m, 20) AS day, (pick(10, i * 100 + m, 20000) - 3000) / 100.0 AS amount, pick(11, i * 100 + m, 5000) / 1000.0 AS cost
	FROM customer, generate_series(0, 80) m WHERE acquired IS NOT NULL AND pick(12, i * 100 + m, 6) < keen AND m < leaves * 3;

-- Periods from one day to another.
CREATE FUNCTION periods(unit text, anniversary bool, a date, b date) RETURNS int LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN anniversary AND unit = 'week' THEN floor((b - a) / 7.0)::int
		WHEN anniversary THEN (SELECT max(n) FROM generate_series((b - a) / CASE unit WHEN 'month' THEN 30 ELSE 90 END - 3, (b - a) / CASE unit WHEN 'month' THEN 30 ELSE 90 END + 1) n WHERE (a + n * CASE unit WHEN 'month' THEN interval '1 month' ELSE interval '3 months' END)::date <= b)
		WHEN unit = 'week' THEN (date_trunc('week', b)::date - date_trunc('week', a)::date) / 7
		WHEN unit = 'month' THEN (extract(year FROM b) * 12 + extract(month FROM b) - extract(year FROM a) * 12 - extract(month FROM a))::int
		ELSE (extract(year FROM b) * 4 + extract(quarter FROM b) - extract(year FROM a) * 4 - extract(quarter FROM a))::int END $$;

CREATE TABLE way (n int, unit text, anniversary bool, grace int, first_lapse bool, rate numeric, as_of date, by text);
INSERT INTO way VALUES (1, 'month', false, 1, false, NULL, '2026-01-01', 'month'), (2, 'month', false, 1, false, NULL, '2026-01-01', 'day'), (3, 'month', false, 2, false, 0.35, '2026-01-20', 'month'), (4, 'quarter', false, 1, false, NULL, '2025-12-31', 'month'),
	(5, 'week', false, 3, false, NULL, '2025-06-04', 'week'), (6, 'week', false, 4, true, NULL, '2025-06-02', 'day'), (7, 'month', true, 1, false, NULL, '2025-11-30', 'day'), (8, 'quarter', true, 1, true, 1, '2025-11-30', 'day'), (9, 'month', false, 1, true, NULL, '2025-12-15', 'day'), (10, 'week', true, 5, false, NULL, '2025-02-03', 'day');

CREATE TABLE life AS SELECT i, w.*, acquired, cac, value, periods(unit, anniversary, acquired, as_of) AS f FROM way w, customer WHERE acquired < as_of;
-- What is after as_of depends on the ledger's own periods.
CREATE TABLE money AS SELECT l.n, l.i, l.f, periods(unit, anniversary, l.acquired, day) AS age, date_trunc(by, day) >= as_of AS is_after, amount, cost, rate FROM life l JOIN payment p USING (i);
CREATE INDEX ON money (n, i);
CREATE INDEX ON life (n, f);
ANALYZE;
CREATE TABLE aged AS SELECT n, i, f, age, sum(greatest(amount, 0)) AS gross, sum(amount) AS revenue, CASE WHEN max(rate) IS NULL THEN sum(amount - cost) ELSE sum(amount) * max(rate) END AS margin
	FROM money WHERE age >= 0 AND NOT is_after AND age < f GROUP BY 1, 2, 3, 4;
ALTER TABLE aged ADD PRIMARY KEY (n, i, age);
ANALYZE;
-- The last charge that counts: with first_lapse, the one before the first gap.
CREATE TABLE fate AS
WITH charge AS (SELECT n, i, age, lead(age) OVER w AS next FROM aged WHERE gross > 0 WINDOW w AS (PARTITION BY n, i ORDER BY age)),
	stop AS (SELECT l.n, l.i, coalesce(min(age) FILTER (WHERE first_lapse AND next - age > grace), max(age), -1) AS last FROM life l LEFT JOIN charge c USING (n, i) GROUP BY 1, 2)
SELECT n, i, last + 1 <= f - grace AS lost, CASE WHEN last + 1 <= f - grace THEN last + 1 ELSE f - grace END AS u, last FROM life JOIN stop USING (n, i);
CREATE TABLE grid AS SELECT n, a FROM way, LATERAL (SELECT max(f) AS f FROM life l WHERE l.n = way.n) x, generate_series(0, x.f - 1) a;
CREATE TABLE ages AS
SELECT g.n, a, (SELECT count(*) FROM life l WHERE l.n = g.n AND l.f > a) AS eligible, count(*) FILTER (WHERE gross > 0) AS active, coalesce(sum(revenue), 0) AS revenue, coalesce(sum(margin), 0) AS margin,
	(SELECT sum(b.revenue) FROM aged b WHERE b.n = g.n AND b.age = 0 AND b.revenue > 0 AND b.f > a) AS base,
	coalesce(sum(x.revenue) FILTER (WHERE r0 > 0), 0) AS nrr, coalesce(sum(greatest(least(x.revenue, r0), 0)) FILTER (WHERE r0 > 0), 0) AS grr,
	(SELECT sum(b.revenue) FROM aged b WHERE b.n = g.n AND b.age = a - 1 AND b.revenue > 0 AND b.f > a) AS step,
	coalesce(sum(x.revenue) FILTER (WHERE r1 > 0), 0) AS step_nrr, coalesce(sum(greatest(least(x.revenue, r1), 0)) FILTER (WHERE r1 > 0), 0) AS step_grr,
	count(*) FILTER (WHERE gross > 0 AND was_before AND NOT was_last) AS reactivated
FROM grid g LEFT JOIN LATERAL (SELECT m.*, (SELECT revenue FROM aged b WHERE (b.n, b.i, b.age) = (m.n, m.i, 0)) AS r0, (SELECT revenue FROM aged b WHERE (b.n, b.i, b.age) = (m.n, m.i, m.age - 1)) AS r1,
		EXISTS (SELECT FROM aged b WHERE (b.n, b.i) = (m.n, m.i) AND b.age < m.age AND b.gross > 0) AS was_before, EXISTS (SELECT FROM aged b WHERE (b.n, b.i, b.age) = (m.n, m.i, m.age - 1) AND b.gross > 0) AS was_last
	FROM aged m WHERE m.n = g.n AND m.age = a) x ON true GROUP BY 1, 2;

CREATE TABLE ledger AS SELECT by, i, icp_ledger(day, amount, cost, NULL::daterange, 'EUR', jsonb_build_object('by', by)) AS l FROM payment, (SELECT DISTINCT by FROM way) w GROUP BY 1, 2;
CREATE TABLE cohort AS SELECT n, unit, as_of, grace, rate, anniversary, by, icp_cohort(l, acquired, cac, as_of, value, jsonb_build_object('period', unit, 'age', CASE WHEN anniversary THEN 'anniversary' ELSE 'calendar' END, 'grace', grace, 'churn', CASE WHEN first_lapse THEN 'first_lapse' ELSE 'last_charge' END)
		|| CASE WHEN rate IS NULL THEN '{}' ELSE jsonb_build_object('margin', rate) END) AS c
	FROM way CROSS JOIN customer LEFT JOIN ledger USING (by, i) GROUP BY 1, 2, 3, 4, 5, 6, 7;

\echo ages
SELECT is(count(*) FILTER (WHERE x.eligible = o.eligible AND x.active = o.active AND x.revenue = o.revenue AND x.margin = o.margin AND x.reactivated = o.reactivated
		AND near(x.logo, o.active::float8 / o.eligible) AND near(x.nrr, o.nrr / o.base) AND near(x.grr, o.grr / o.base) AND near(x.nrr_step, o.step_nrr / o.step) AND near(x.grr_step, o.step_grr / o.step)
		AND near(x.arpa, o.revenue / nullif(o.active, 0)) AND near(x.cum_margin, o.cum)), count(*), format('%s: all of %s ages are as SQL says', o.n, count(*)))
FROM (SELECT *, sum(margin / eligible) OVER (PARTITION BY n ORDER BY a) AS cum FROM ages) o LEFT JOIN (SELECT n, x.* FROM cohort, icp_ages(c) x) x ON (x.n, x.age) = (o.n, o.a) GROUP BY o.n ORDER BY o.n;
SELECT is((SELECT count(*) FROM cohort, icp_ages(c)), (SELECT count(*) FROM ages), 'and there are no others');

\echo losses
SELECT is(count(*) FILTER (WHERE x.events = o.lost AND x.censored = o.censored AND x.at_risk = o.at_risk), count(*), format('%s: losses at %s ages', o.n, count(*)))
FROM (SELECT n, a, count(*) FILTER (WHERE lost AND u = a) AS lost, count(*) FILTER (WHERE NOT lost AND u = a) AS censored, count(*) FILTER (WHERE u >= a) AS at_risk FROM grid JOIN fate USING (n) GROUP BY 1, 2 HAVING count(*) FILTER (WHERE u >= a) > 0) o
	LEFT JOIN (SELECT n, x.* FROM cohort, icp_survival(c) x) x ON (x.n, x.age) = (o.n, o.a) GROUP BY o.n ORDER BY o.n;

\echo what stands apart
SELECT is(x::text, o::text, n || ': apart') FROM cohort, LATERAL (SELECT x.as_of, x.currency, customers, acquired_later, acquired_unknown, never_paid, paid_before, trim_scale(money_before), paid_open, trim_scale(money_open), paid_after, trim_scale(money_after), undated_rows FROM icp_left_out(c) x) x,
	LATERAL (SELECT cohort.as_of, 'EUR', (SELECT count(*) FROM life l WHERE l.n = cohort.n), (SELECT count(*) FROM customer WHERE acquired >= cohort.as_of), (SELECT count(*) FROM customer WHERE acquired IS NULL),
		(SELECT count(*) FROM life l WHERE l.n = cohort.n AND NOT EXISTS (SELECT FROM aged a WHERE (a.n, a.i) = (l.n, l.i) AND gross > 0)),
		count(DISTINCT i) FILTER (WHERE age < 0), trim_scale(coalesce(sum(amount) FILTER (WHERE age < 0), 0)), count(DISTINCT i) FILTER (WHERE age >= f AND NOT is_after), trim_scale(coalesce(sum(amount) FILTER (WHERE age >= f AND NOT is_after), 0)),
		count(DISTINCT i) FILTER (WHERE is_after AND age >= 0), trim_scale(coalesce(sum(amount) FILTER (WHERE is_after AND age >= 0), 0)), 0 FROM money m WHERE m.n = cohort.n) o ORDER BY n;

\echo acquisition, value, and what has paid for it
SELECT ok(e.customers = o.n AND near(e.cac, o.cac) AND near(e.cac_coverage, o.known::float8 / o.n) AND near(e.ltv_realised, o.ltv) AND near(e.payback_months, o.months * m) AND near(e.payback_gt, CASE WHEN o.months IS NULL THEN o.ages * m END), cohort.n || ': cost, value, payback')
FROM cohort, icp_ltv_cac(c, 1000, 0.1) e, LATERAL (SELECT CASE unit WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 * 7 / 365.25::float8 END AS m, CASE unit WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 ELSE 365.25 / 7::float8 END AS y) u,
	LATERAL (SELECT count(*) AS n, count(cac) AS known, avg(cac) AS cac FROM life l WHERE l.n = cohort.n) k,
	LATERAL (SELECT k.n, k.known, k.cac, (SELECT sum(margin / eligible * 1.1::float8 ^ (-a / y)) FROM ages WHERE ages.n = cohort.n) AS ltv, (SELECT count(*) FROM ages WHERE ages.n = cohort.n) AS ages,
		(SELECT a + (k.cac - cum + margin / eligible) / (margin / eligible) FROM (SELECT *, sum(margin / eligible) OVER (ORDER BY a) AS cum FROM ages WHERE ages.n = cohort.n) x WHERE cum >= k.cac ORDER BY a LIMIT 1) AS months) o ORDER BY cohort.n;
-- paid: all until as_of
SELECT ok(x.measured = o.measured AND near(x.coverage, o.measured::float8 / o.payers) AND near(x.share, o.worth::float8 / o.measured) AND near(x.pooled_ratio, o.pooled), format('%s: value of %s times', cohort.n, k))
FROM cohort, (VALUES (0.05), (2), (10)) v(k), icp_two_way(c, k) x, LATERAL (SELECT count(*) FILTER (WHERE paid > 0) AS payers, count(value) FILTER (WHERE paid > 0) AS measured, count(*) FILTER (WHERE paid > 0 AND value >= k * paid) AS worth,
		sum(value) FILTER (WHERE paid > 0) / sum(paid) FILTER (WHERE paid > 0 AND value IS NOT NULL) AS pooled
	FROM (SELECT l.i, l.value, (SELECT sum(amount) FROM money m WHERE (m.n, m.i) = (l.n, l.i) AND age >= 0 AND NOT is_after) AS paid FROM life l WHERE l.n = cohort.n) p) o ORDER BY cohort.n, k;

\echo intervals
-- Each customer's part in an estimate, by its definition; their squares added up are the variance.
CREATE TABLE weight AS SELECT n, a, 1.07::float8 ^ (-a / CASE unit WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 ELSE 365.25 / 7 END) AS d, margin::float8 / eligible AS m, eligible FROM ages JOIN way USING (n) WHERE a < 9;
CREATE TABLE part AS SELECT l.n, l.i, l.cac, coalesce(sum(d / eligible * (coalesce(g.margin, 0)::float8 - m)), 0) AS ltv FROM life l LEFT JOIN weight w ON w.n = l.n AND w.a < l.f LEFT JOIN aged g ON (g.n, g.i, g.age) = (l.n, l.i, w.a) GROUP BY 1, 2, 3;
SELECT ok(near(r.ltv, o.ltv) AND near((r.high - r.low) / 2 / 1.959963984540054, o.se), cohort.n || ': realised value and its interval')
FROM cohort, icp_realised_ltv(c, 9, 0.07) r, LATERAL (SELECT (SELECT sum(d * m) FROM weight w WHERE w.n = cohort.n) AS ltv, sqrt(sum(ltv ^ 2) * count(*) / (count(*) - 1)) AS se FROM part WHERE part.n = cohort.n) o ORDER BY cohort.n;
-- The ratio: with the covariance of value and cost.
SELECT ok(near(e.ratio, o.r) AND near((e.ratio_high - e.ratio_low) / 2 / 1.959963984540054, sqrt(o.v - 2 * o.r * o.cov + o.r ^ 2 * o.vc) / o.c), cohort.n || ': the ratio and its interval')
FROM cohort, icp_ltv_cac(c, 9, 0.07) e, LATERAL (SELECT c, ltv / c AS r, v, vc, cov FROM (SELECT (SELECT sum(d * m) FROM weight w WHERE w.n = cohort.n) AS ltv, avg(cac)::float8 AS c, sum(ltv ^ 2) * count(*) / (count(*) - 1) AS v,
		var_samp(cac)::float8 / count(cac) AS vc, sum(ltv * (cac - (SELECT avg(cac) FROM part p WHERE p.n = cohort.n)))::float8 / count(cac) AS cov FROM part WHERE part.n = cohort.n) x) o WHERE e.model = 'realised' ORDER BY cohort.n;
SELECT * FROM finish();
ROLLBACK;

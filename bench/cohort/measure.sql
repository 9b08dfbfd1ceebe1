-- What is timed, and what is compared with what.

-- Invoices as another engine gets them, with their customers.
CREATE VIEW bench.for_others AS
	SELECT i.customer, i.paid_at AT TIME ZONE 'UTC' AS paid_at, i.amount, i.cost, c.acquired, c.cac FROM customers AS c LEFT JOIN invoices AS i USING (customer);

-- The table of cohorts by month of acquisition and age, as one writes it without the extension: active customers, gross and
-- net retention, revenue, margin so far per customer, and survival. In one pass over the invoices.
CREATE VIEW bench.plain_sql AS
WITH money AS (
	SELECT customer, (extract(year FROM paid_at) * 12 + extract(month FROM paid_at))::int AS month,
		sum(amount) FILTER (WHERE amount > 0) AS gross, sum(amount) AS revenue, sum(amount - cost) AS margin
	FROM invoices GROUP BY 1, 2
), who AS (
	SELECT customer, (extract(year FROM acquired) * 12 + extract(month FROM acquired))::int AS month FROM customers
), life AS (
	SELECT w.month, customer, 2026 * 12 + 1 - w.month AS followed, m.month - w.month AS age, gross, revenue, margin,
		first_value(CASE WHEN m.month = w.month THEN revenue END) OVER (PARTITION BY customer ORDER BY m.month) AS base
	FROM who AS w LEFT JOIN money AS m USING (customer)
), sums AS (
	SELECT month, age, count(*) FILTER (WHERE gross > 0) AS active, sum(revenue) AS revenue, sum(margin) AS margin,
		sum(revenue) FILTER (WHERE base > 0) AS nrr, sum(greatest(least(revenue, base), 0)) FILTER (WHERE base > 0) AS grr
	FROM life WHERE age BETWEEN 0 AND followed - 1 GROUP BY 1, 2
), fates AS (
	SELECT month, followed, coalesce(max(age) FILTER (WHERE gross > 0 AND age < followed), -1) AS last
	FROM life GROUP BY month, customer, followed
), ends AS (
	SELECT month, last + 1 AS age, count(*) AS lost FROM fates WHERE last + 1 < followed GROUP BY 1, 2
), sizes AS (
	SELECT month, followed, count(*) AS customers FROM fates GROUP BY 1, 2
)
SELECT month, age, customers, coalesce(active, 0) AS active, coalesce(revenue, 0) AS revenue, coalesce(margin, 0) AS margin,
	grr / first_value(nrr) OVER (PARTITION BY month ORDER BY age) AS grr, nrr / first_value(nrr) OVER (PARTITION BY month ORDER BY age) AS nrr, revenue / active AS arpa,
	sum(margin / customers) OVER (PARTITION BY month ORDER BY age) AS cum_margin, coalesce(lost, 0) AS lost,
	1 - sum(coalesce(lost, 0)) OVER (PARTITION BY month ORDER BY age) / customers AS survival
FROM sizes CROSS JOIN LATERAL generate_series(0, followed - 1) AS age LEFT JOIN sums USING (month, age) LEFT JOIN ends USING (month, age);

-- The same with the extension, from the invoices on.
CREATE VIEW bench.ledgers AS SELECT customer, icp_ledger(paid_at, amount, cost) AS ledger FROM invoices GROUP BY 1;
CREATE VIEW bench.cohorts AS
	SELECT date_trunc('month', acquired)::date AS month, icp_cohort(ledger, acquired, cac, '2026-01-01') AS cohort
	FROM customers LEFT JOIN bench.ledgers USING (customer) GROUP BY 1;

-- What a nightly refresh keeps.
CREATE TABLE bench.stored AS
	SELECT date_trunc('month', acquired)::date AS month, tier, icp_cohort(ledger, acquired, cac, '2026-01-01') AS cohort
	FROM customers LEFT JOIN bench.ledgers USING (customer) GROUP BY 1, 2;

-- A time for each; they need room for as many groups as there are customers.
INSERT INTO bench.queries (name, settings, query) SELECT name, '{"jit": "off", "work_mem": "512MB", "timezone": "UTC"}', query FROM (VALUES
('scan', 'SELECT max(cost) FROM invoices'),
('GROUP BY customer', 'SELECT sum(a), sum(c), min(t) FROM (SELECT customer, sum(amount) AS a, sum(cost) AS c, min(paid_at) AS t FROM invoices GROUP BY 1) AS x'),
('ledgers', 'SELECT sum(pg_column_size(ledger)) FROM bench.ledgers'),
('cohorts', 'SELECT sum(pg_column_size(cohort)) FROM bench.cohorts'),
('cohorts, all readings', $$WITH c AS MATERIALIZED (SELECT * FROM bench.cohorts)
	SELECT (SELECT sum(a.nrr + a.cum_margin) FROM c, icp_ages(cohort) AS a), (SELECT sum(s.survival + s.low) FROM c, icp_survival(cohort) AS s), (SELECT sum(e.ratio + r.low + b.churn + p.payback_months) FROM c, icp_ltv_cac(cohort) AS e, icp_realised_ltv(cohort) AS r, icp_sbg(cohort) AS b, icp_payback(cohort) AS p)$$),
('plain SQL', 'SELECT sum(active + revenue + margin + grr + nrr + arpa + cum_margin + survival) FROM bench.plain_sql'),
('quarter x tier, stored', $$SELECT q.quarter, q.tier, e.* FROM (SELECT date_trunc('quarter', month) AS quarter, tier, icp_rollup(cohort) AS cohort FROM bench.stored GROUP BY 1, 2) AS q, icp_ltv_cac(q.cohort) AS e$$)
) AS q (name, query);
INSERT INTO bench.queries (name, settings, query)
SELECT name || ', sorted', settings || '{"enable_hashagg": "off"}', query FROM bench.queries WHERE name IN ('GROUP BY customer', 'ledgers') ORDER BY place;
UPDATE bench.queries SET repeats = 10 WHERE name = 'quarter x tier, stored';

-- COPY is the way to another engine.
INSERT INTO bench.queries (name, query) VALUES
('COPY for DuckDB', $$COPY (TABLE bench.for_others) TO '/dev/null' (FORMAT csv)$$), ('DuckDB: load', NULL), ('DuckDB: query', NULL), ('DuckDB: all', NULL);

INSERT INTO bench.comparisons (name, base, at_most, at_least, at_most_ms) VALUES
('scan', NULL, NULL, NULL, NULL),
('GROUP BY customer', 'scan', NULL, NULL, NULL),
('ledgers', 'GROUP BY customer', NULL, NULL, NULL),
('ledgers, sorted', 'GROUP BY customer, sorted', NULL, NULL, NULL),
('cohorts', 'GROUP BY customer', 3, NULL, NULL),
('cohorts, all readings', 'GROUP BY customer', 3, NULL, NULL),
('cohorts, all readings', 'plain SQL', 0.2, NULL, NULL),
('cohorts, all readings', 'DuckDB: all', 1, NULL, NULL),
('cohorts, all readings', 'DuckDB: query', NULL, NULL, NULL),
('DuckDB: load', NULL, NULL, NULL, NULL),
('COPY for DuckDB', NULL, NULL, NULL, NULL),
('quarter x tier, stored', NULL, NULL, NULL, 50);

INSERT INTO bench.peaks (name, base) VALUES
('GROUP BY customer', 'scan'), ('ledgers', 'scan'), ('GROUP BY customer, sorted', 'scan'), ('ledgers, sorted', 'scan'), ('cohorts, all readings', 'scan');

-- That the extension gives what SQL does.
CREATE PROCEDURE bench.check() LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	wrong bigint;
BEGIN
	PERFORM set_config('timezone', 'UTC', true), set_config('work_mem', '512MB', true), set_config('jit', 'off', true);
	SELECT count(*), count(*) FILTER (WHERE (a.eligible, a.active, a.revenue, a.margin, a.churned) IS DISTINCT FROM (p.customers, p.active, p.revenue, p.margin, p.lost)
			OR abs(a.nrr - coalesce(p.nrr, 0)) > 1e-9 OR abs(a.grr - coalesce(p.grr, 0)) > 1e-9 OR abs(a.cum_margin - p.cum_margin) > 1e-6 OR abs(s.survival - p.survival) > 1e-9)
		INTO n, wrong
	FROM bench.plain_sql AS p
		FULL JOIN (SELECT extract(year FROM month) * 12 + extract(month FROM month) AS month, cohort FROM bench.cohorts) AS c USING (month)
		LEFT JOIN LATERAL icp_ages(c.cohort) AS a USING (age) LEFT JOIN LATERAL icp_survival(c.cohort) AS s USING (age);
	IF n <> 666 OR wrong > 0 THEN
		RAISE EXCEPTION 'of % ages of cohorts % are not as SQL says', n, wrong;
	END IF;
	IF (SELECT icp_rollup(cohort)::text FROM bench.stored) <> (SELECT icp_rollup(cohort)::text FROM bench.cohorts) THEN
		RAISE EXCEPTION 'stored cohorts add up to something else';
	END IF;
END
$$;

-- The other engine must have done the same work; its load begins with what it takes to get the data out.
CREATE PROCEDURE bench.check_others() LANGUAGE plpgsql AS $$
DECLARE
	ages bigint;
	engine record;
BEGIN
	SELECT count(*) INTO ages FROM bench.plain_sql;
	FOR engine IN SELECT DISTINCT t.name, t.sets FROM bench.times AS t WHERE t.sets <> ages LOOP
		RAISE WARNING '% has % ages of cohorts, SQL %', engine.name, engine.sets, ages;
	END LOOP;
	INSERT INTO bench.times (name, round, ms)
	SELECT 'DuckDB: all', round, sum(ms) FROM bench.times WHERE name IN ('COPY for DuckDB', 'DuckDB: load', 'DuckDB: query') GROUP BY 2 HAVING count(*) = 3;
END
$$;

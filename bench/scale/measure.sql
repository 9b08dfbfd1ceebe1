-- What is timed: each with one process, and with one and two workers beside a leader who only collects.

CREATE FUNCTION bench.portrait() RETURNS icp_portrait LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
	'{"characteristics": [
		{"name": "industry", "field": "industry", "attributes": [{"in": ["SaaS", "Fintech"], "points": 20}, {"equals": "Healthcare", "points": 8}]},
		{"name": "size", "field": "employees", "attributes": [{"range": "[100,300]", "points": 20}, {"range": "(300,1000)", "points": 12}]},
		{"name": "city", "field": "city", "attributes": [{"in": ["Shanghai", "Hangzhou"], "points": 10}]},
		{"name": "revenue", "field": "revenue", "attributes": [{"range": "[5000000,50000000)", "points": 15}]},
		{"name": "growth", "field": "growth", "attributes": [{"range": "[1,)", "points": 20}, {"range": "[0.3,1)", "points": 10}]},
		{"name": "founded", "field": "founded", "attributes": [{"range": "[2015-01-01,2022-01-01)", "points": 10}]},
		{"name": "competitor", "field": "uses_competitor", "attributes": [{"equals": true, "points": 5}]}]}'::icp_portrait;

-- What a nightly refresh keeps.
CREATE TABLE bench.sketches AS
	SELECT date_trunc('month', created_on)::date AS month, icp_sketch(icp_row(a), is_best, '{"ignore": ["id", "name"]}') AS sketch FROM accounts AS a GROUP BY 1;
SET work_mem = '512MB';
CREATE TABLE bench.ledgers AS SELECT customer, icp_ledger(paid_on, amount, cost) AS ledger FROM invoices GROUP BY 1;
CREATE TABLE bench.cohorts AS
	SELECT date_trunc('month', acquired)::date AS month, icp_cohort(ledger, acquired, cac, '2026-01-01') AS cohort
	FROM customers LEFT JOIN bench.ledgers USING (customer) GROUP BY 1;
RESET work_mem;
VACUUM ANALYZE bench.sketches, bench.ledgers, bench.cohorts;

CREATE TABLE bench.work (name text PRIMARY KEY, place integer GENERATED ALWAYS AS IDENTITY, of text, query text);
INSERT INTO bench.work (name, of, query) VALUES
('read the last column', 'accounts', 'SELECT bool_or(is_best) FROM accounts'),
('score', 'accounts', 'SELECT sum(icp_score(a, bench.portrait())) FROM accounts AS a'),
('validation', 'accounts', 'SELECT pg_column_size(icp_validation(icp_score(a, bench.portrait()), is_best)) FROM accounts AS a'),
('sketch', 'accounts', $$SELECT pg_column_size(icp_sketch(icp_row(a), is_best, '{"ignore": ["id", "name"]}')) FROM accounts AS a$$),
('rollup of 60 monthly sketches', 'accounts', 'SELECT pg_column_size(icp_rollup(sketch)) FROM bench.sketches'),
('sum by customer', 'invoices', 'SELECT max(a) FROM (SELECT sum(amount) AS a, sum(cost), min(paid_on) FROM invoices GROUP BY customer) AS x'),
('ledgers', 'invoices', 'SELECT sum(pg_column_size(l)) FROM (SELECT icp_ledger(paid_on, amount, cost) AS l FROM invoices GROUP BY customer) AS x'),
('cohorts of stored ledgers', 'customers', $$SELECT sum(pg_column_size(c)) FROM (SELECT icp_cohort(ledger, acquired, cac, '2026-01-01') AS c
	FROM customers LEFT JOIN bench.ledgers USING (customer) GROUP BY date_trunc('month', acquired)) AS x$$),
('rollup of 36 monthly cohorts', 'customers', 'SELECT pg_column_size(icp_rollup(cohort)) FROM bench.cohorts');

INSERT INTO bench.queries (name, settings, query)
SELECT w.name || suffix, '{"jit": "off", "work_mem": "512MB", "parallel_leader_participation": "off"}'::jsonb || settings::jsonb, query
FROM bench.work AS w, (VALUES (1, '', '{}'), (2, ', 1 worker', '{"max_parallel_workers_per_gather": "1"}'), (3, ', 2 workers', '{"max_parallel_workers_per_gather": "2"}')) AS s (n, suffix, settings)
WHERE n = 1 OR w.name NOT LIKE 'rollup%'
ORDER BY w.place, n;

CREATE VIEW bench.scale AS
WITH t AS (SELECT name, min(ms) AS ms FROM bench.times GROUP BY name)
SELECT w.place, w.name AS work, rows::bigint, round(t.ms::numeric) AS ms, round((1e6 * t.ms / rows)::numeric) AS "ns a row",
	round(one.ms::numeric) AS "ms, 1 worker", round(two.ms::numeric) AS "2 workers", round((one.ms / two.ms)::numeric, 2) AS "times as fast"
FROM bench.work AS w JOIN t USING (name) LEFT JOIN t AS one ON one.name = w.name || ', 1 worker' LEFT JOIN t AS two ON two.name = w.name || ', 2 workers',
	LATERAL (SELECT reltuples AS rows FROM pg_class WHERE oid = to_regclass(w.of)) AS r;

-- What is timed: each with one process; and what one and two workers spend on it.

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
SELECT name, '{"jit": "off", "work_mem": "512MB"}', query FROM bench.work ORDER BY place;

-- Processor time, in ms: of this process, and of all that the postmaster had and that have ended. Linux tells.
CREATE FUNCTION bench.spent(OUT own float8, OUT others float8) LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6,
		10 * (split_part(stat, ' ', 14)::float8 + split_part(stat, ' ', 15)::float8)	-- of 100 ticks a second
	FROM (SELECT regexp_replace(pg_read_file('/proc/' || split_part(regexp_replace(pg_read_file('/proc/self/stat'), '^.*\) ', ''), ' ', 2) || '/stat'), '^.*\) ', '') AS stat) AS s;
END;

-- What workers spend, beside a leader who takes no part in the scan. On idle processors they work at the same time; on
-- a busy machine, how long the whole takes says nothing.
CREATE TABLE bench.workers (name text, workers integer, ms float8, leader_ms float8, workers_ms float8);
CREATE PROCEDURE bench.measure_workers() LANGUAGE plpgsql AS $$
DECLARE
	w record;
	before record;
	after record;
	began timestamptz;
BEGIN
	FOR w IN SELECT * FROM bench.work, generate_series(1, 2) AS n WHERE name NOT LIKE 'rollup%' ORDER BY place, n LOOP
		PERFORM set_config('jit', 'off', true), set_config('work_mem', '512MB', true), set_config('parallel_leader_participation', 'off', true),
			set_config('max_parallel_workers_per_gather', w.n::text, true);
		SELECT * INTO before FROM bench.spent();
		began := clock_timestamp();
		EXECUTE w.query;
		INSERT INTO bench.workers SELECT w.name, w.n, 1000 * extract(epoch FROM clock_timestamp() - began);
		PERFORM pg_sleep(0.1);	-- until the postmaster has taken note of their end
		SELECT * INTO after FROM bench.spent();
		UPDATE bench.workers SET leader_ms = after.own - before.own, workers_ms = after.others - before.others WHERE (name, workers) = (w.name, w.n);
		COMMIT;
	END LOOP;
END
$$;

CREATE VIEW bench.scale AS
WITH t AS (SELECT name, min(ms) AS ms FROM bench.times GROUP BY name)
SELECT w.place, w.name AS work, rows::bigint, round(t.ms::numeric) AS ms, round((1e6 * t.ms / rows)::numeric) AS "ns a row",
	round(one.workers_ms::numeric) AS "1 worker: ms", round(one.leader_ms::numeric) AS leader, round(two.workers_ms::numeric) AS "2 workers: ms", round(two.leader_ms::numeric) AS "leader ",
	CASE WHEN two.workers_ms > 10 THEN round(((one.workers_ms + one.leader_ms) / (two.workers_ms / 2 + two.leader_ms))::numeric, 2) END AS "times as fast"
FROM bench.work AS w JOIN t USING (name) LEFT JOIN bench.workers AS one ON one.name = w.name AND one.workers = 1 LEFT JOIN bench.workers AS two ON two.name = w.name AND two.workers = 2,
	LATERAL (SELECT reltuples AS rows FROM pg_class WHERE oid = to_regclass(w.of)) AS r;

-- What is timed, how, and what is compared with what. bench.times fills up; bench.report reads it.

CREATE TABLE bench.queries (
	name text PRIMARY KEY,
	place integer GENERATED ALWAYS AS IDENTITY,
	settings jsonb NOT NULL DEFAULT '{}',	-- beside PostgreSQL's defaults
	repeats integer NOT NULL DEFAULT 1,		-- in one timing: short queries need more
	query text NOT NULL
);

CREATE TABLE bench.times (
	name text NOT NULL,
	round integer NOT NULL,
	ms float8 NOT NULL,
	PRIMARY KEY (name, round)
);

-- The ratio of two times of one round: of the first to the second, or the other way round where more is better.
CREATE TABLE bench.comparisons (
	place integer GENERATED ALWAYS AS IDENTITY,
	name text NOT NULL REFERENCES bench.queries,
	base text REFERENCES bench.queries,
	at_most float8,
	at_least float8
);

-- Neighbours here are compared with each other: what disturbs one is likely to disturb the other.
INSERT INTO bench.queries (name, settings, query) VALUES
('count(*)', '{}', 'SELECT count(*) FROM accounts'),
('CASE, no JIT', '{"jit": "off"}', format('SELECT sum(%s) FROM accounts', bench.expression('seven'))),
('icp_score(c), no JIT', '{"jit": "off"}', 'SELECT sum(icp_score(c)) FROM accounts AS c'),
('CASE', '{}', format('SELECT sum(%s) FROM accounts', bench.expression('seven'))),
('icp_score(c)', '{}', 'SELECT sum(icp_score(c)) FROM accounts AS c'),
('scan', '{}', 'SELECT bool_or(uses_competitor) FROM accounts'),
('icp_evaluate(c)', '{}', 'SELECT count(icp_evaluate(c)) FROM accounts AS c'),
('icp_score(c, name)', '{}', $$SELECT sum(icp_score(c, 'seven')) FROM accounts AS c$$),
('icp_score(c, portrait)', '{}', format('SELECT sum(icp_score(c, %L::icp_portrait)) FROM accounts AS c', icp_load('seven'))),
-- The planner cannot see this portrait, so the whole row is passed.
('icp_score(c) on whole rows', '{}', 'SELECT sum(icp_score(c, (SELECT icp_load()))) FROM accounts AS c'),
('PL/pgSQL', '{}', 'SELECT sum(bench.score_in_plpgsql(c)) FROM accounts AS c'),
('50: CASE', '{}', format('SELECT sum(%s) FROM accounts', bench.expression('fifty'))),
('50: icp_score(c)', '{}', $$SELECT sum(icp_score(c, 'fifty')) FROM accounts AS c$$);

INSERT INTO bench.queries (name, settings, repeats, query) VALUES
('notes: CASE, no JIT', '{"jit": "off"}', 20, format('SELECT sum(%s) FROM accounts_with_notes', bench.expression('seven'))),
('notes: icp_score(c), no JIT', '{"jit": "off"}', 20, 'SELECT sum(icp_score(c)) FROM accounts_with_notes AS c'),
('notes: CASE', '{}', 20, format('SELECT sum(%s) FROM accounts_with_notes', bench.expression('seven'))),
('notes: icp_score(c)', '{}', 20, 'SELECT sum(icp_score(c)) FROM accounts_with_notes AS c'),
('notes: scan', '{}', 20, 'SELECT bool_or(uses_competitor) FROM accounts_with_notes'),
('notes: icp_score(c) on whole rows', '{}', 1, 'SELECT sum(icp_score(c, (SELECT icp_load()))) FROM accounts_with_notes AS c'),
('notes: PL/pgSQL', '{}', 1, 'SELECT sum(bench.score_in_plpgsql(c)) FROM accounts_with_notes AS c');

-- One worker costs more than none, and so has to be forced; PostgreSQL 16 has another name for that.
INSERT INTO bench.queries (name, settings, query)
SELECT workers || CASE workers WHEN 1 THEN ' worker' ELSE ' workers' END,
	jsonb_build_object('max_parallel_workers_per_gather', workers, 'parallel_leader_participation', 'off', force.name, 'on'),
	'SELECT sum(icp_score(c)) FROM accounts AS c'
FROM generate_series(1, 2) AS workers, pg_settings AS force
WHERE force.name IN ('force_parallel_mode', 'debug_parallel_query');

INSERT INTO bench.comparisons (name, base, at_most, at_least) VALUES
('count(*)', NULL, NULL, NULL),
('scan', 'count(*)', NULL, NULL),
('icp_score(c), no JIT', 'CASE, no JIT', 0.55, NULL),
('icp_score(c)', 'CASE', 0.65, NULL),
('icp_score(c)', 'scan', 1.6, NULL),
('icp_score(c)', 'PL/pgSQL', 0.15, NULL),
('icp_score(c, name)', 'icp_score(c)', NULL, NULL),
('icp_score(c, portrait)', 'icp_score(c)', NULL, NULL),
('icp_score(c) on whole rows', 'icp_score(c)', NULL, NULL),
('icp_evaluate(c)', 'icp_score(c)', 2.5, NULL),
('50: icp_score(c)', '50: CASE', 0.5, NULL),
('notes: icp_score(c), no JIT', 'notes: CASE, no JIT', 0.55, NULL),
('notes: icp_score(c)', 'notes: CASE', 0.65, NULL),
('notes: icp_score(c)', 'notes: scan', 1.6, NULL),
('notes: icp_score(c)', 'notes: PL/pgSQL', 0.15, NULL),
('notes: icp_score(c) on whole rows', 'notes: icp_score(c)', NULL, NULL),
('2 workers', '1 worker', NULL, 1.7);

-- How many ms this process has been ready to run while others had the processors. That is their time, not the query's.
-- Linux tells; elsewhere it counts.
CREATE FUNCTION bench.waited() RETURNS float8 LANGUAGE sql VOLATILE RETURN
	coalesce(split_part(pg_read_file('/proc/self/schedstat', 0, 100, true), ' ', 2)::float8 / 1e6, 0);

-- Every query once, each in a transaction of its own, at whose end its settings are gone. Round 0 warms up.
CREATE PROCEDURE bench.round(round integer) LANGUAGE plpgsql AS $$
DECLARE
	q record;
	began timestamptz;
	waited float8;
	ms float8;
BEGIN
	FOR q IN SELECT * FROM bench.queries ORDER BY place LOOP
		PERFORM set_config('max_parallel_workers_per_gather', '0', true);
		PERFORM set_config(key, value, true) FROM jsonb_each_text(q.settings);
		waited := bench.waited();
		began := clock_timestamp();
		FOR i IN 1 .. q.repeats LOOP
			EXECUTE q.query;
		END LOOP;
		ms := 1000 * extract(epoch FROM clock_timestamp() - began) - (bench.waited() - waited);
		IF round > 0 THEN
			INSERT INTO bench.times VALUES (q.name, round, ms / q.repeats);
		END IF;
		COMMIT;
	END LOOP;
END
$$;

CREATE VIEW bench.report AS
WITH medians AS (
	SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric AS ms FROM bench.times GROUP BY name
), ratios AS (
	SELECT c.place, percentile_cont('{0.25, 0.5, 0.75}'::float8[]) WITHIN GROUP
		(ORDER BY CASE WHEN c.at_least IS NULL THEN t.ms / b.ms ELSE b.ms / t.ms END)::numeric[] AS quartiles
	FROM bench.comparisons AS c JOIN bench.times AS t USING (name) JOIN bench.times AS b ON (b.name, b.round) = (c.base, t.round)
	GROUP BY c.place
)
SELECT c.place, c.name AS measurement, round(m.ms, 1) AS ms, c.base AS "compared with", round(b.ms, 1) AS "its ms",
	round(r.quartiles[2], 3) AS ratio, round(r.quartiles[1], 3) || ' .. ' || round(r.quartiles[3], 3) AS quartiles,
	coalesce('<= ' || c.at_most, '>= ' || c.at_least) AS bar,
	CASE WHEN r.quartiles[2] <= c.at_most OR r.quartiles[2] >= c.at_least THEN 'yes'
		WHEN coalesce(c.at_most, c.at_least) IS NOT NULL THEN 'NO' END AS met
FROM bench.comparisons AS c
	JOIN medians AS m USING (name)
	LEFT JOIN medians AS b ON b.name = c.base
	LEFT JOIN ratios AS r ON r.place = c.place;

-- Ratios of different things would mean nothing.
CREATE PROCEDURE bench.check() LANGUAGE plpgsql AS $$
DECLARE
	portrait text;
	wrong bigint;
BEGIN
	FOREACH portrait IN ARRAY '{seven,fifty}'::text[] LOOP
		EXECUTE format('SELECT count(*) FROM accounts AS c WHERE icp_score(c, %L) IS DISTINCT FROM %s',
					   portrait, bench.expression(portrait)) INTO wrong;
		IF wrong > 0 THEN
			RAISE EXCEPTION '% accounts have another score by portrait % than by its CASE expression', wrong, portrait;
		END IF;
	END LOOP;
	SELECT count(*) INTO wrong FROM accounts AS c WHERE icp_score(c) IS DISTINCT FROM bench.score_in_plpgsql(c)
		OR icp_score(c) IS DISTINCT FROM icp_score(c, (SELECT icp_load()))
		OR icp_score(c) IS DISTINCT FROM (icp_evaluate(c)).score;
	IF wrong > 0 THEN
		RAISE EXCEPTION '% accounts have different scores in PL/pgSQL, on whole rows or in icp_evaluate', wrong;
	END IF;
END
$$;

-- How things are timed and compared, whatever they are. A benchmark's measure.sql fills bench.queries, bench.comparisons
-- and bench.peaks, and defines bench.check(); bench/run does the rest.

DROP EXTENSION IF EXISTS icp_portrait CASCADE;
CREATE EXTENSION icp_portrait;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

CREATE TABLE bench.queries (
	name text PRIMARY KEY,
	place integer GENERATED ALWAYS AS IDENTITY,
	settings jsonb NOT NULL DEFAULT '{}',	-- beside PostgreSQL's defaults
	repeats integer NOT NULL DEFAULT 1,		-- in one timing: short queries need more
	rounds integer,							-- only in so many, and without warming up: for those that take a minute
	query text								-- NULL: another engine's, timed by the benchmark's script others
);

CREATE TABLE bench.times (
	name text NOT NULL,
	round integer NOT NULL,
	ms float8 NOT NULL,
	sets bigint,	-- how many combinations another engine found, for bench.check_others()
	PRIMARY KEY (name, round)
);

-- The ratio of two times of one round: of the first to the second, or the other way round where more is better.
CREATE TABLE bench.comparisons (
	place integer GENERATED ALWAYS AS IDENTITY,
	name text NOT NULL REFERENCES bench.queries,
	base text REFERENCES bench.queries,
	at_most float8,
	at_least float8,
	at_most_ms float8	-- of the first alone
);

-- How much more memory the first takes at its peak than the second, in a session of their own.
CREATE TABLE bench.peaks (
	name text PRIMARY KEY REFERENCES bench.queries,
	base text NOT NULL REFERENCES bench.queries,
	at_most_mb float8,
	mb float8
);

-- How many ms this process has been ready to run while others had the processors. That is their time, not the query's.
-- Linux tells; elsewhere it counts.
CREATE FUNCTION bench.waited() RETURNS float8 LANGUAGE sql VOLATILE RETURN
	coalesce(split_part(pg_read_file('/proc/self/schedstat', 0, 100, true), ' ', 2)::float8 / 1e6, 0);

-- The most memory that this process has had so far, shared buffers that it touched among it; NULL but on Linux.
CREATE FUNCTION bench.peak_mb() RETURNS float8 LANGUAGE sql VOLATILE RETURN
	(regexp_match(pg_read_file('/proc/self/status', 0, 10000, true), 'VmHWM:\s*(\d+) kB'))[1]::float8 / 1024;

-- Every query once, each in a transaction of its own, at whose end its settings are gone. Round 0 warms up.
CREATE PROCEDURE bench.round(round integer) LANGUAGE plpgsql AS $$
DECLARE
	q record;
	began timestamptz;
	waited float8;
	ms float8;
BEGIN
	FOR q IN SELECT * FROM bench.queries WHERE query IS NOT NULL AND (rounds IS NULL OR round BETWEEN 1 AND rounds) ORDER BY place LOOP
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

-- Call it in a new session.
CREATE PROCEDURE bench.measure_peak(name text) LANGUAGE plpgsql AS $$
DECLARE
	before float8;
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', '0', true);
	PERFORM set_config(key, value, true) FROM bench.queries AS q, jsonb_each_text(q.settings) WHERE q.name = measure_peak.name;
	EXECUTE (SELECT q.query FROM bench.peaks AS p JOIN bench.queries AS q ON q.name = p.base WHERE p.name = measure_peak.name);
	before := bench.peak_mb();
	EXECUTE (SELECT q.query FROM bench.queries AS q WHERE q.name = measure_peak.name);
	UPDATE bench.peaks AS p SET mb = bench.peak_mb() - before WHERE p.name = measure_peak.name;
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
	coalesce('<= ' || c.at_most, '>= ' || c.at_least, '<= ' || c.at_most_ms || ' ms') AS bar,
	CASE WHEN r.quartiles[2] <= c.at_most OR r.quartiles[2] >= c.at_least OR m.ms <= c.at_most_ms THEN 'yes'
		WHEN m.ms IS NULL OR c.base IS NOT NULL AND b.ms IS NULL THEN 'not run'
		WHEN coalesce(c.at_most, c.at_least, c.at_most_ms) IS NOT NULL THEN 'NO' END AS met
FROM bench.comparisons AS c
	LEFT JOIN medians AS m USING (name)
	LEFT JOIN medians AS b ON b.name = c.base
	LEFT JOIN ratios AS r ON r.place = c.place;

CREATE VIEW bench.peak_report AS
SELECT name AS "memory of", round(mb::numeric, 1) AS "MB more", base AS "than",
	'<= ' || at_most_mb || ' MB' AS bar, CASE WHEN mb <= at_most_mb THEN 'yes' WHEN mb > at_most_mb THEN 'NO' END AS met
FROM bench.peaks;

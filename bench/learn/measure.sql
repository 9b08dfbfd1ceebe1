-- What portraits say of rows that they were not learned from, how often labels without meaning give one, and what it costs.

-- What icp_learn makes of the rows of a set for which a condition holds.
CREATE FUNCTION bench.learn(set text, which text) RETURNS icp_portrait LANGUAGE plpgsql AS $$
DECLARE
	portrait icp_portrait;
BEGIN
	EXECUTE format('SELECT icp_learn(icp_sketch(icp_row(t), t.outcome, %L)) FROM %I AS t WHERE %s',
		'{"ignore": ["outcome", "fold"]}', set, which) INTO portrait;
	RETURN portrait;
END
$$;

-- The rows of one set, each with what the portrait learned from the four other folds says of it. Without a portrait that is
-- nothing about the row: the share of the best.
CREATE TABLE bench.held (
	n bigint GENERATED ALWAYS AS IDENTITY,	-- rows of a fold keep their order, which pairs them with what others say
	fold integer, outcome boolean, score float8, probability float8
);

-- A line for each fold that was left out, and one (-1) for all rows.
CREATE TABLE bench.learned (
	fold integer,
	ms float8,
	verdict text,
	characteristics integer,
	auc float8,			-- as the portrait tells it
	auc_full float8		-- and before it was made short
);

CREATE PROCEDURE bench.hold_out(set text) LANGUAGE plpgsql AS $$
DECLARE
	portrait icp_portrait;
	doc jsonb;
	began timestamptz;
	waited float8;
	ms float8;
	base float8;
BEGIN
	TRUNCATE bench.held, bench.learned;
	EXECUTE format('SELECT count(*) FROM %I', set);	-- in the cache
	FOR k IN -1 .. 4 LOOP
		waited := bench.waited();
		began := clock_timestamp();
		portrait := bench.learn(set, 'fold <> ' || k);
		ms := 1000 * extract(epoch FROM clock_timestamp() - began) - (bench.waited() - waited);
		doc := portrait::text::jsonb;
		INSERT INTO bench.learned
		VALUES (k, ms, doc #>> '{quality,verdict}', coalesce(jsonb_array_length(doc -> 'characteristics'), 0),
			(doc #>> '{quality,auc}')::float8, (doc #>> '{quality,auc_full}')::float8);
		IF k >= 0 THEN
			EXECUTE format('SELECT avg(outcome::integer) FROM %I WHERE fold <> %s', set, k) INTO base;
			EXECUTE format('INSERT INTO bench.held (fold, outcome, score, probability)
				SELECT t.fold, t.outcome, coalesce(e.score, 0), coalesce(e.probability, %s)
				FROM %I AS t, LATERAL icp_evaluate(t, %L::icp_portrait) AS e WHERE t.fold = %s', base, set, portrait, k);
		END IF;
	END LOOP;
END
$$;

-- --- labels that mean nothing -------------------------------------------------------------------------------------------

CREATE TABLE bench.shuffled (set text, shuffle integer, verdict text, auc float8, ms float8);

-- Deals the outcomes of a set to its rows in an order of its own for each number.
CREATE PROCEDURE bench.shuffle(set text, times integer) LANGUAGE plpgsql AS $$
DECLARE
	doc jsonb;
	began timestamptz;
BEGIN
	DROP TABLE IF EXISTS pg_temp.shuffled, pg_temp.outcomes;
	EXECUTE format('CREATE TEMP TABLE outcomes AS SELECT row_number() OVER () AS n, outcome FROM %I', set);
	EXECUTE format('CREATE TEMP TABLE shuffled AS SELECT * FROM %I LIMIT 0', set);
	FOR i IN 1 .. times LOOP
		TRUNCATE pg_temp.shuffled;
		EXECUTE format('INSERT INTO pg_temp.shuffled SELECT %s FROM
			(SELECT *, row_number() OVER () AS "row number" FROM %I) AS t
			JOIN (SELECT row_number() OVER (ORDER BY md5(n || '' '' || %s), n) AS "row number", outcome FROM pg_temp.outcomes) AS o USING ("row number")
			ORDER BY "row number"',
			(SELECT string_agg(CASE attname WHEN 'outcome' THEN 'o' ELSE 't' END || '.' || quote_ident(attname), ', ' ORDER BY attnum)
			 FROM pg_attribute WHERE attrelid = format('%I', set)::regclass AND attnum > 0 AND NOT attisdropped), set, i);
		began := clock_timestamp();
		doc := bench.learn('shuffled', 'true')::text::jsonb;
		INSERT INTO bench.shuffled
		VALUES (set, i, doc #>> '{quality,verdict}', (doc #>> '{quality,auc}')::float8, 1000 * extract(epoch FROM clock_timestamp() - began));
		COMMIT;
	END LOOP;
END
$$;

CREATE VIEW bench.shuffle_report AS
SELECT set, count(*) AS shuffles, count(*) FILTER (WHERE verdict = 'no reliable portrait') AS "no portrait",
	round(100.0 * count(*) FILTER (WHERE verdict = 'no reliable portrait') / count(*), 1) AS "%",
	round(max(auc)::numeric, 3) AS "largest AUC told", round(avg(ms)::numeric) AS "ms each", '>= 95 %' AS bar,
	CASE WHEN count(*) FILTER (WHERE verdict = 'no reliable portrait') >= 0.95 * count(*) THEN 'yes' ELSE 'NO' END AS met
FROM bench.shuffled GROUP BY set ORDER BY min(ctid);

-- --- what it costs ------------------------------------------------------------------------------------------------------

CREATE FUNCTION bench.sketch_million() RETURNS icp_sketch LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT icp_sketch(icp_row(t), t.best) FROM million AS t);
END
$$;

CREATE FUNCTION bench.learn_million() RETURNS icp_portrait LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT icp_learn(icp_sketch(icp_row(t), t.best)) FROM million AS t);
END
$$;

CREATE TABLE bench.costs (place integer GENERATED ALWAYS AS IDENTITY, measurement text, value numeric, unit text, at_most numeric);

-- Call it in a new session. The peak is less what reading the table takes.
CREATE PROCEDURE bench.cost(query text) LANGUAGE plpgsql AS $$
DECLARE
	before float8;
	began timestamptz;
	waited float8;
	doc jsonb;
BEGIN
	PERFORM bool_or(best) FROM million;
	before := bench.peak_mb();
	waited := bench.waited();
	began := clock_timestamp();
	IF query = 'sketch' THEN
		PERFORM bench.sketch_million();
	ELSE
		doc := bench.learn_million()::text::jsonb;
	END IF;
	INSERT INTO bench.costs (measurement, value, unit, at_most)
	VALUES (query || ', from the table', extract(epoch FROM clock_timestamp() - began) - (bench.waited() - waited) / 1000, 's',
			CASE query WHEN 'learn' THEN 60 END),
		(query || ', memory of the process at its peak beyond that of reading the table', bench.peak_mb() - before, 'MB',
			CASE query WHEN 'learn' THEN 1024 END);
	IF query = 'learn' THEN
		INSERT INTO bench.costs (measurement, value, unit)
		VALUES ('AUC told', (doc #>> '{quality,auc}')::numeric, NULL), ('AUC told, before it was made short', (doc #>> '{quality,auc_full}')::numeric, NULL);
	END IF;
END
$$;

-- Cancels the query of a session at moments spread over the time it takes, and measures how long it goes on all the same.
CREATE PROCEDURE bench.cancel(session text, times integer) LANGUAGE plpgsql AS $$
DECLARE
	took float8 := (SELECT value FROM bench.costs WHERE measurement = 'learn, from the table');
	whom integer;
	query timestamptz;
	began timestamptz;
	ms float8[];
BEGIN
	FOR i IN 1 .. times LOOP
		LOOP	-- until it has begun to learn
			PERFORM pg_stat_clear_snapshot();
			SELECT pid, query_start INTO whom, query FROM pg_stat_activity
			WHERE application_name = session AND state = 'active' AND pg_stat_activity.query LIKE '%learn_million%';
			EXIT WHEN FOUND;
			PERFORM pg_sleep(0.01);
		END LOOP;
		PERFORM pg_sleep(took * (i * 0.6180339887498949 % 1));	-- the golden ratio spreads them
		began := clock_timestamp();
		PERFORM pg_cancel_backend(whom);
		LOOP
			PERFORM pg_stat_clear_snapshot();
			EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = whom AND state = 'active' AND query_start <= began);
			PERFORM pg_sleep(0.001);
		END LOOP;
		ms := ms || 1000 * extract(epoch FROM clock_timestamp() - began)::float8;
	END LOOP;
	INSERT INTO bench.costs (measurement, value, unit, at_most)
	SELECT 'cancelled ' || times || ' times, goes on for (median)', percentile_cont(0.5) WITHIN GROUP (ORDER BY m), 'ms', NULL FROM unnest(ms) AS m
	UNION ALL
	SELECT 'cancelled ' || times || ' times, goes on for (longest)', max(m), 'ms', 100 FROM unnest(ms) AS m;
END
$$;

CREATE VIEW bench.cost_report AS
SELECT measurement, CASE WHEN unit IS NULL THEN round(value, 4) ELSE round(value, 1) END AS value, unit, '<= ' || at_most AS bar,
	CASE WHEN value <= at_most THEN 'yes' WHEN value > at_most THEN 'NO' END AS met
FROM bench.costs ORDER BY place;

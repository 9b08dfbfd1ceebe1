-- What is timed, and what is compared with what.

\ir portraits.sql

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

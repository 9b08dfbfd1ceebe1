-- The merging law: a validation is what one pass over all rows would have made, to the
-- byte, however they came in and were split and merged, and however many scores there are.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Numbers that are as good as random, and the same everywhere.
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP result := result || line || E'\n'; END LOOP;
	RETURN result;
END $$;

-- Few scores, about as many as are kept, and more, some of them often; late ones of other magnitudes; missing ones.
CREATE TABLE rows_ AS SELECT i AS nr, CASE WHEN pick(9, i, 40) > 0 THEN pick(1, i, 100) / 4.0::float8 END AS few, CASE WHEN pick(8, i, 30) > 0 THEN pick(2, i, 10) < 3 END AS outcome,
	(pick(3, i, 20000) - 10000) / 7.0::float8 AS middling, CASE WHEN pick(4, i, 10) = 0 THEN 0.3 WHEN i > 35000 THEN (1 + pick(5, i, 1000000)) * (10::float8 ^ (pick(6, i, 40) - 20)) ELSE (1 + pick(5, i, 1000000000)) / 1000000001.0::float8 END AS many
	FROM generate_series(1, 40000) i;
ANALYZE rows_;

\echo any order, any split
CREATE FUNCTION all_at_once(score text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format('SELECT md5(icp_validation(%I, outcome)::text) FROM rows_', score) INTO r;
	RETURN r;
END $$;
-- Rows in another order, split into so many parts, whose validations are merged in another order, some of them twice.
CREATE FUNCTION split_up(score text, seed int, parts int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format($q$
		WITH leaf AS MATERIALIZED (SELECT CASE WHEN $1 %% 2 = 0 THEN pick($1, nr, $2) ELSE nr * $2 / 40001 END AS part, icp_validation(%1$I, outcome ORDER BY pick($1 + 1, nr, 1000000), nr) AS v FROM rows_ GROUP BY 1),
			branch AS MATERIALIZED (SELECT pick($1 + 2, part, greatest($2 / 3, 1)) AS part, icp_rollup(v ORDER BY pick($1 + 3, part, 100000), part) AS v FROM leaf WHERE part %% 3 > 0 GROUP BY 1
				UNION ALL SELECT part, v FROM leaf WHERE part %% 3 = 0)
		SELECT md5(icp_rollup(v ORDER BY pick($1 + 4, part, 100000), part)::text) FROM branch $q$, score) INTO r USING seed, parts;
	RETURN r;
END $$;
SELECT is(split_up(score, seed, parts), all_at_once(score), format('%s: %s parts, seed %s', score, parts, seed))
FROM (VALUES ('few'), ('middling'), ('many')) t(score), (VALUES (100, 2), (201, 3), (300, 11), (401, 60), (500, 3000)) s(seed, parts) ORDER BY score, parts;
SELECT ok(all_at_once('few') <> all_at_once('middling'), 'and they differ');
SELECT is(icp_validation(score, outcome ORDER BY score, nr)::text, icp_validation(score, outcome ORDER BY score DESC, nr DESC)::text, 'ascending and descending') FROM (SELECT nr, many AS score, outcome FROM rows_) r;
SELECT is((SELECT count(DISTINCT many) > 16384 FROM rows_ WHERE outcome IS NOT NULL), true, 'many are more than are kept');

\echo workers
CREATE TABLE expected AS SELECT icp_validation(few, outcome)::text AS few, icp_validation(many, outcome)::text AS many FROM rows_;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers = 8;
CREATE FUNCTION by_workers(n int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE leader text;
BEGIN
	EXECUTE format('ALTER TABLE rows_ SET (parallel_workers = %s)', n);
	PERFORM set_config('max_parallel_workers_per_gather', n::text, true);
	FOREACH leader IN ARRAY ARRAY['on', 'off'] LOOP
		PERFORM set_config('parallel_leader_participation', leader, true);
		-- one worker alone may not be worth it
		IF n <> 1 OR leader = 'on' THEN
			RETURN NEXT is(plan('SELECT icp_validation(few, outcome) FROM rows_') ~ 'Partial Aggregate', n > 0, n || ' workers: partial or not');
		END IF;
		RETURN NEXT is((SELECT icp_validation(few, outcome)::text FROM rows_), (SELECT few FROM expected), n || ' workers, leader ' || leader);
		RETURN NEXT is((SELECT icp_validation(many, outcome)::text FROM rows_), (SELECT many FROM expected), n || ' workers, many scores');
		RETURN NEXT ok((SELECT icp_validation(few, outcome) FROM rows_ WHERE nr < 0) IS NULL, n || ' workers without a row');
		RETURN NEXT is((SELECT (icp_quality(icp_validation(few, outcome))).n FROM rows_ WHERE nr = 1 AND outcome IS NOT NULL AND few IS NOT NULL), (SELECT count(*) FROM rows_ WHERE nr = 1 AND outcome IS NOT NULL AND few IS NOT NULL HAVING count(*) > 0), n || ' workers with one row among them');
	END LOOP;
END $$;
SELECT t FROM generate_series(0, 4) n, by_workers(n) t;
-- Parts that are stored, merged by workers.
CREATE TABLE parts AS SELECT pick(7, nr, 40) AS part, icp_validation(few, outcome) AS few, icp_validation(many, outcome) AS many FROM rows_ GROUP BY 1;
ALTER TABLE parts SET (parallel_workers = 2);
ANALYZE parts;
SET max_parallel_workers_per_gather = 2;
SELECT ok(plan('SELECT icp_rollup(few) FROM parts') ~ 'Partial Aggregate', 'icp_rollup in workers');
SELECT is(icp_rollup(few)::text, (SELECT few FROM expected), 'icp_rollup in workers: the same') FROM parts;
SELECT is(icp_rollup(many)::text, (SELECT many FROM expected), 'of many scores, too') FROM parts;
RESET max_parallel_workers_per_gather;

\echo plans
-- The answers of groups, by a plan that cannot go wrong: each on its own.
CREATE TABLE of_groups AS SELECT g, (SELECT icp_validation(middling, outcome)::text FROM rows_ WHERE nr % 7 = g) AS v FROM generate_series(0, 6) g;
CREATE VIEW groups AS SELECT nr % 7 AS g, icp_validation(middling, outcome)::text AS v FROM rows_ GROUP BY 1;
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT ok(plan('SELECT * FROM groups') ~ 'HashAggregate', 'hashed');
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'hashed');
SET work_mem = '64kB'; SET hash_mem_multiplier = 1;
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'hashed, and spilled');
SELECT is(icp_rollup(v)::text, (SELECT few FROM expected), 'many small groups, spilled') FROM (SELECT icp_validation(few, outcome) AS v FROM rows_ GROUP BY nr % 9973) s;
RESET enable_sort; SET enable_hashagg = off;
SELECT ok(plan('SELECT * FROM groups') ~ 'GroupAggregate', 'sorted');
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'sorted');
RESET work_mem; RESET hash_mem_multiplier; RESET enable_hashagg; RESET max_parallel_workers_per_gather;
SET max_parallel_workers_per_gather = 2;
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'by workers');
RESET max_parallel_workers_per_gather;
SELECT is((SELECT icp_validation(middling, outcome) FILTER (WHERE nr % 7 = 3)::text FROM rows_), (SELECT v FROM of_groups WHERE g = 3), 'FILTER');
SELECT is((SELECT icp_validation(DISTINCT few, outcome)::text FROM rows_), (SELECT icp_validation(few, outcome)::text FROM (SELECT DISTINCT few, outcome FROM rows_) d), 'DISTINCT');
SELECT set_eq('SELECT g, v::text FROM (SELECT nr % 7 AS g, icp_validation(middling, outcome) AS v FROM rows_ GROUP BY GROUPING SETS ((nr % 7), ())) s',
	'SELECT * FROM of_groups UNION ALL SELECT NULL, icp_validation(middling, outcome)::text FROM rows_', 'GROUPING SETS');
-- Windows: the state goes on after it has been read, or is begun anew.
SELECT is(v::text, (SELECT icp_validation(few, outcome)::text FROM rows_ t WHERE t.nr <= w.nr), 'window up to row ' || nr)
FROM (SELECT nr, icp_validation(few, outcome) OVER (ORDER BY nr) AS v FROM rows_ WHERE nr <= 300) w WHERE nr % 43 = 0 ORDER BY nr;
SELECT is(v::text, (SELECT icp_validation(few, outcome)::text FROM rows_ t WHERE t.nr BETWEEN w.nr - 5 AND w.nr + 2), 'moving window around row ' || nr)
FROM (SELECT nr, icp_validation(few, outcome) OVER (ORDER BY nr ROWS BETWEEN 5 PRECEDING AND 2 FOLLOWING) AS v FROM rows_ WHERE nr <= 100) w WHERE nr % 19 = 0 ORDER BY nr;
SELECT is(v::text, (SELECT icp_rollup(p.many)::text FROM parts p WHERE p.part <= w.part), 'icp_rollup up to part ' || part)
FROM (SELECT part, icp_rollup(many) OVER (ORDER BY part) AS v FROM parts) w WHERE part % 13 = 0 ORDER BY part;
CREATE TABLE parted (LIKE rows_) PARTITION BY HASH (nr);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM rows_;
ANALYZE parted;
SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0;
SELECT ok(plan('SELECT icp_validation(few, outcome) FROM parted') ~ 'Finalize Aggregate.*Partial Aggregate.*Partial Aggregate', 'partition by partition');
SELECT is(icp_validation(few, outcome)::text, (SELECT few FROM expected), 'partition by partition: the same') FROM parted;
SELECT is(icp_validation(many, outcome)::text, (SELECT many FROM expected), 'of many scores, too') FROM parted;
RESET enable_partitionwise_aggregate; RESET max_parallel_workers_per_gather;

\echo nothing
SELECT ok(icp_rollup(v) IS NULL, 'no row') FROM (VALUES (NULL::icp_validation)) t(v) WHERE false;
SELECT ok(icp_rollup(v) IS NULL, 'nothing and nothing') FROM (VALUES (NULL::icp_validation), (NULL)) t(v);
SELECT is(icp_rollup(v)::text, (SELECT few FROM expected), 'nothing and something') FROM (SELECT NULL::icp_validation AS v, 1 AS n UNION ALL SELECT icp_rollup(few), 2 FROM parts ORDER BY n) t;
SELECT is(icp_rollup(v)::text, (SELECT few FROM expected), 'something and nothing') FROM (SELECT icp_rollup(few) AS v, 1 AS n FROM parts UNION ALL SELECT NULL, 2 ORDER BY n) t;
-- A validation of no score is not nothing: it has counted what was missing.
SELECT is(to_jsonb(q) - 'missing', (SELECT to_jsonb(p) - 'missing' FROM (SELECT icp_rollup(few) AS v FROM parts) s, icp_quality(v) p), 'something and a validation of no score'), is(q.missing, (SELECT count(*) + 1 FROM rows_ WHERE few IS NULL OR outcome IS NULL), 'which is counted')
FROM (SELECT icp_rollup(v) AS v FROM (SELECT icp_rollup(few) AS v, 1 AS n FROM parts UNION ALL SELECT icp_validation(NULL, true), 2 ORDER BY n) t) s, icp_quality(v) q;
SELECT is(icp_rollup(v ORDER BY n)::text, icp_rollup(v ORDER BY n DESC)::text, 'in either order') FROM (SELECT icp_rollup(few) AS v, 1 AS n FROM parts UNION ALL SELECT icp_validation(NULL, true), 2) t;
-- One that is exact into one that is not, and the other way.
SELECT is(icp_rollup(v ORDER BY n)::text, icp_rollup(v ORDER BY n DESC)::text, 'exact and coarse') FROM (SELECT few::icp_validation AS v, 1 AS n FROM expected UNION ALL SELECT many::icp_validation, 2 FROM expected) t;
SELECT is(q.n, 2 * (SELECT (icp_quality(many::icp_validation)).n FROM expected), 'one into itself') FROM (SELECT icp_rollup(many::icp_validation) AS v FROM expected, generate_series(1, 2)) s, icp_quality(v) q;
-- Written and sent.
SELECT is(count(*), 40::bigint, 'text and back') FROM parts WHERE few::text::icp_validation::text = few::text AND many::text::icp_validation::text = many::text;
SELECT ok(bool_and(icp_validation_send(few)::text = few::text), 'what is sent is what is written') FROM parts;

SELECT * FROM finish();
DROP EXTENSION pgtap;

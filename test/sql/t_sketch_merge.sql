-- The merging law: a sketch answers as one pass over all rows would, however they
-- came in and were split and merged.  Answers are compared, not bytes.
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
-- All that a sketch says of fields and of values; field by field, since columns may have come in another order.
CREATE FUNCTION answer(s icp_sketch) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT md5(string_agg(a, E'\n' ORDER BY a COLLATE "C"))
	FROM (SELECT f::text FROM icp_fields(s) f UNION ALL SELECT i::text FROM icp_itemsets(s, 1, 1) i
		UNION ALL SELECT c::text FROM icp_trait_counts(s, '[]') c) a(a) $$;

-- nr tells rows apart; it is left out.
CREATE TABLE mixed AS SELECT i AS nr, pick(1, i, 10) = 0 AS best, (ARRAY['SaaS', 'Retail', 'Health and social care', NULL])[1 + pick(2, i, 4)] AS industry,
	pick(3, i, 300)::int2 AS employees, pick(4, i, 1000) / 8.0 AS revenue, (pick(5, i, 50) / 4.0)::float8 AS ratio,
	date '2024-01-01' + pick(6, i, 400) AS founded, timestamptz '2024-01-01 00:00+00' + pick(7, i, 40) * interval '7 hours' AS seen, pick(8, i, 2) = 1 AS active,
	CASE WHEN pick(9, i, 5) > 0 THEN (SELECT array_agg('tag number ' || pick(10 + k, i, 30)) FROM generate_series(1, pick(9, i, 5) - 1) k) END AS tags,
	-- late comes late; s is a value first, and later a list too
	jsonb_build_object('a', pick(20, i, 5)) || CASE WHEN i > 4500 THEN jsonb_build_object('late', 'v' || pick(21, i, 3)) ELSE '{}' END
		|| CASE WHEN i % 7 = 3 AND i > 4700 THEN jsonb_build_object('s', jsonb_build_array(pick(22, i, 4), 'x', pick(23, i, 4), 'x')) WHEN i % 7 = 4 THEN '{}' ELSE jsonb_build_object('s', pick(22, i, 4)) END AS attrs
	FROM generate_series(1, 5000) i;
-- Fields whose dictionary is full, in the last rows only: text, short text, lists.
CREATE TABLE words AS SELECT i AS nr, pick(1, i, 10) = 0 AS best, CASE WHEN i < 5000 OR pick(3, i, 3) = 0 THEN 'a company of name ' || pick(2, i, 20) ELSE 'a company of number ' || i END AS company,
	'w' || pick(4, i, CASE WHEN i > 5000 THEN 6000 ELSE 50 END) AS short,
	ARRAY['quite a long tag ' || pick(6, i, 12)] || CASE WHEN i > 5000 THEN ARRAY['quite a long tag ' || pick(5, i, 6000)] END AS tags
	FROM generate_series(1, 16000) i;
-- So many texts that not all of them can be noted, and more than one a row.
CREATE TABLE tags AS SELECT i AS nr, pick(1, i, 10) = 0 AS best, 'a company of number ' || CASE pick(3, i, 3) WHEN 0 THEN pick(2, i, 20) WHEN 1 THEN pick(2, i, 3000) ELSE i END AS company,
	ARRAY['quite a long tag ' || pick(5, i, 20000), 'quite a long tag ' || pick(6, i, 12), 'quite a long tag ' || pick(7, i, 200), 'quite a long tag ' || pick(8, i, 2000)] AS tags
	FROM generate_series(1, 30000) i;
-- More numbers than a dictionary holds, in the last rows only.
CREATE TABLE numbers AS SELECT i AS nr, pick(1, i, 10) = 0 AS best, pick(2, i, CASE WHEN i > 10000 THEN 1000000000 ELSE 100 END) AS n FROM generate_series(1, 80000) i;
-- Few rows, often.
CREATE TABLE repeated AS SELECT i AS nr, pick(1, i, 10) = 0 AS best, pick(2, i, 5) AS a, 'text of some length ' || pick(3, i, 6) AS b, ARRAY[pick(4, i, 3), pick(5, i, 3)] AS l FROM generate_series(1, 10000) i;
-- What can go wrong with JSON: text that is a number in some rows, one that means missing, a key by two ways, a key and a column of one name.
CREATE TABLE documents AS SELECT i AS nr, pick(1, i, 10) = 0 AS best,
	jsonb_build_object('n', CASE WHEN i > 4500 AND i % 3 = 0 THEN '["1", "x", "22", "N/A"]'::jsonb WHEN i % 3 = 1 THEN '"x"' WHEN i % 30 = 2 THEN '"N/A"' ELSE to_jsonb(pick(2, i, 10)::text) END,
		'm', pick(3, i, 40), 'a.b', pick(4, i, 10), 'a', CASE WHEN i % 3 = 0 THEN '{"b": 7}'::jsonb WHEN i % 3 = 1 THEN '{"b": [7, 8]}' ELSE '9' END,
		'k', CASE WHEN i % 5 = 0 THEN 'null' ELSE to_jsonb(pick(5, i, 3)) END) AS doc,
	jsonb_build_object('b', pick(4, i, 9), 'c', 1) AS "doc.a", CASE WHEN i % 4 = 0 THEN pick(6, i, 4) END AS "doc.m"
	FROM generate_series(1, 5000) i;
ANALYZE;

\echo any order, any split
CREATE FUNCTION all_at_once(rel text, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format('SELECT answer(icp_sketch(icp_row(t), t.best, $1)) FROM %I t', rel) INTO r USING options;
	RETURN r;
END $$;
-- Rows in another order, split into so many parts, whose sketches are merged in another order, some of them twice.
CREATE FUNCTION split_up(rel text, options jsonb, seed int, parts int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	EXECUTE format($q$
		WITH leaf AS MATERIALIZED (SELECT pick($2, t.nr, $3) AS part, icp_sketch(icp_row(t), t.best, $1 ORDER BY pick($2 + 1, t.nr, 1000000), nr) AS s FROM %I t GROUP BY 1),
			branch AS MATERIALIZED (SELECT pick($2 + 2, part, greatest($3 / 3, 1)) AS part, icp_rollup(s ORDER BY pick($2 + 3, part, 100000), part) AS s FROM leaf WHERE part %% 3 > 0 GROUP BY 1
				UNION ALL SELECT part, s FROM leaf WHERE part %% 3 = 0)
		SELECT answer(icp_rollup(s ORDER BY pick($2 + 4, part, 100000), part)) FROM branch $q$, rel) INTO r USING options, seed, parts;
	RETURN r;
END $$;
SELECT is(split_up(rel, options, seed, parts), all_at_once(rel, options), format('%s %s: %s parts, seed %s', rel, options, parts, seed))
FROM (VALUES ('mixed'), ('words'), ('tags'), ('numbers'), ('repeated'), ('documents')) t(rel),
	(VALUES ('{"ignore": ["nr", "best"]}'::jsonb), ('{"ignore": ["nr", "best"], "rows": 500, "placeholders": ["N/A"], "as": {"doc.n": "number"}}')) o(options),
	(VALUES (100, 3), (200, 11), (300, 60)) s(seed, parts)
WHERE (rel NOT IN ('numbers', 'tags', 'words') OR seed = 200) ORDER BY rel, options, seed;
SELECT isnt(all_at_once('mixed', '{}'), all_at_once('mixed', '{"rows": 500}'), 'answers are told apart');

\echo workers
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP result := result || line || E'\n'; END LOOP;
	RETURN result;
END $$;
CREATE TABLE expected AS SELECT answer(icp_sketch(icp_row(t), t.best)) AS exact, answer(icp_sketch(icp_row(t), t.best, '{"rows": 400}')) AS sampled, answer(icp_sketch(t, t.best)) AS of_rows FROM mixed t;
SELECT is(exact, of_rows, 'icp_sketch(row) is icp_sketch(icp_row(row))') FROM expected;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers = 8;
CREATE FUNCTION by_workers(n int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE leader text;
BEGIN
	EXECUTE format('ALTER TABLE mixed SET (parallel_workers = %s)', n);
	PERFORM set_config('max_parallel_workers_per_gather', n::text, true);
	FOREACH leader IN ARRAY ARRAY['on', 'off'] LOOP
		PERFORM set_config('parallel_leader_participation', leader, true);
		-- one worker alone may not be worth it
		IF n <> 1 OR leader = 'on' THEN
			RETURN NEXT is(plan('SELECT answer(icp_sketch(icp_row(t), t.best)) FROM mixed t') ~ 'Partial Aggregate', n > 0, n || ' workers: partial or not');
		END IF;
		RETURN NEXT is((SELECT answer(icp_sketch(icp_row(t), t.best)) FROM mixed t), (SELECT exact FROM expected), n || ' workers, leader ' || leader);
		RETURN NEXT is((SELECT answer(icp_sketch(icp_row(t), t.best, '{"rows": 400}')) FROM mixed t), (SELECT sampled FROM expected), n || ' workers, sampled');
		RETURN NEXT is((SELECT answer(icp_sketch(t, t.best)) FROM mixed t), (SELECT exact FROM expected), n || ' workers, whole rows');
	END LOOP;
END $$;
SELECT t FROM generate_series(0, 4) n, by_workers(n) t;
-- Parts that are stored, merged by workers.
CREATE TABLE parts AS SELECT pick(7, nr, 40) AS part, icp_sketch(icp_row(t), t.best) AS s, icp_sketch(icp_row(t), t.best, '{"rows": 400}') AS sampled FROM mixed t GROUP BY 1;
ALTER TABLE parts SET (parallel_workers = 2);
ANALYZE parts;
SET max_parallel_workers_per_gather = 2;
SELECT ok(plan('SELECT icp_rollup(s) FROM parts') ~ 'Partial Aggregate', 'icp_rollup in workers');
SELECT is(answer(icp_rollup(s)), (SELECT exact FROM expected), 'icp_rollup in workers: the same') FROM parts;
SELECT is(answer(icp_rollup(sampled)), (SELECT sampled FROM expected), 'of samples too') FROM parts;
RESET max_parallel_workers_per_gather;

\echo plans
-- The answers of groups, by a plan that cannot go wrong: each on its own.
CREATE TABLE of_groups AS SELECT g, (SELECT answer(icp_sketch(icp_row(t), t.best)) FROM mixed t WHERE nr % 7 = g) AS answer FROM generate_series(0, 6) g;
CREATE VIEW groups AS SELECT nr % 7 AS g, answer(icp_sketch(icp_row(t), t.best)) FROM mixed t GROUP BY 1;
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SELECT ok(plan('SELECT * FROM groups') ~ 'HashAggregate', 'hashed');
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'hashed');
SET work_mem = '64kB'; SET hash_mem_multiplier = 1;
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'hashed, and spilled');
RESET enable_sort; SET enable_hashagg = off;
SELECT ok(plan('SELECT * FROM groups') ~ 'GroupAggregate', 'sorted');
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'sorted');
RESET work_mem; RESET hash_mem_multiplier; RESET enable_hashagg; RESET max_parallel_workers_per_gather;
SET max_parallel_workers_per_gather = 2;
SELECT set_eq('SELECT * FROM groups', 'SELECT * FROM of_groups', 'by workers');
RESET max_parallel_workers_per_gather;
SELECT results_eq('SELECT answer(icp_sketch(icp_row(t), t.best) FILTER (WHERE nr % 7 = 3)) FROM mixed t', 'SELECT answer FROM of_groups WHERE g = 3', 'FILTER');
SELECT is(answer(icp_sketch(icp_row(t), t.best) FILTER (WHERE false)), NULL, 'FILTER that leaves none') FROM mixed t;
SELECT set_eq('SELECT g, answer(s) FROM (SELECT nr % 7 AS g, icp_sketch(icp_row(t), t.best) AS s FROM (SELECT * FROM mixed OFFSET 0) t GROUP BY GROUPING SETS ((nr % 7), ())) s',
	'SELECT * FROM of_groups UNION ALL SELECT NULL, exact FROM expected', 'GROUPING SETS');
SELECT set_eq('SELECT g, h, answer(s) FROM (SELECT nr % 7 AS g, nr % 2 AS h, icp_sketch(icp_row(t), t.best) AS s FROM (SELECT * FROM mixed WHERE nr < 500 OFFSET 0) t GROUP BY CUBE (nr % 7, nr % 2)) s',
	'SELECT g, h, (SELECT answer(icp_sketch(icp_row(t), t.best)) FROM mixed t WHERE nr < 500 AND nr % 7 = coalesce(g, nr % 7) AND nr % 2 = coalesce(h, nr % 2)) FROM (SELECT generate_series(0, 6) UNION ALL SELECT NULL) g(g), (VALUES (0), (1), (NULL)) h(h)', 'CUBE');
-- Windows: the state goes on after it has been read, or is begun anew.
CREATE VIEW few AS SELECT nr, best, industry, employees, tags, attrs FROM mixed WHERE nr <= 60;
SELECT is(answer(s), (SELECT answer(icp_sketch(icp_row(t), t.best)) FROM few t WHERE t.nr <= w.nr), 'window up to row ' || nr)
FROM (SELECT nr, icp_sketch(icp_row(t), t.best) OVER (ORDER BY nr) AS s FROM few t) w WHERE nr % 9 = 0 ORDER BY nr;
SELECT is(answer(s), (SELECT answer(icp_sketch(icp_row(t), t.best, '{"rows": 3}')) FROM few t WHERE t.nr <= w.nr), 'sampled up to row ' || nr)
FROM (SELECT nr, icp_sketch(icp_row(t), t.best, '{"rows": 3}') OVER (ORDER BY nr) AS s FROM few t) w WHERE nr % 9 = 0 ORDER BY nr;
SELECT is(answer(s), (SELECT answer(icp_sketch(icp_row(t), t.best)) FROM few t WHERE t.nr BETWEEN w.nr - 5 AND w.nr + 2), 'moving window around row ' || nr)
FROM (SELECT nr, icp_sketch(icp_row(t), t.best) OVER (ORDER BY nr ROWS BETWEEN 5 PRECEDING AND 2 FOLLOWING) AS s FROM few t) w WHERE nr % 9 = 0 ORDER BY nr;
SELECT is(answer(s), (SELECT answer(icp_rollup(p.s)) FROM parts p WHERE p.part <= w.part), 'icp_rollup up to part ' || part)
FROM (SELECT part, icp_rollup(s) OVER (ORDER BY part) AS s FROM parts) w WHERE part % 13 = 0 ORDER BY part;
CREATE TABLE parted (LIKE mixed) PARTITION BY HASH (nr);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT * FROM mixed;
ANALYZE parted;
SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0;
SELECT ok(plan('SELECT icp_sketch(icp_row(t), t.best) FROM parted t') ~ 'Finalize Aggregate.*Partial Aggregate.*Partial Aggregate', 'partition by partition');
SELECT is(answer(icp_sketch(icp_row(t), t.best)), (SELECT exact FROM expected), 'partition by partition: the same') FROM parted t;
SELECT is(answer(icp_sketch(icp_row(t), t.best, '{"rows": 400}')), (SELECT sampled FROM expected), 'sampled too') FROM parted t;
RESET enable_partitionwise_aggregate; RESET max_parallel_workers_per_gather;

\echo nothing
SELECT is(answer(icp_sketch(icp_row(t), t.best)), NULL, 'no row, no sketch') FROM mixed t WHERE false;
SELECT ok(icp_rollup(s) IS NULL, 'nothing and nothing') FROM (VALUES (NULL::icp_sketch), (NULL)) v(s);
SELECT is(answer(icp_rollup(s)), (SELECT exact FROM expected), 'nothing and something') FROM (SELECT NULL::icp_sketch AS s, 1 AS n UNION ALL SELECT icp_rollup(s), 2 FROM parts ORDER BY n) v;
SELECT is(answer(icp_rollup(s)), (SELECT exact FROM expected), 'something and nothing') FROM (SELECT icp_rollup(s) AS s, 1 AS n FROM parts UNION ALL SELECT NULL, 2 ORDER BY n) v;
SELECT is(answer(icp_rollup(s)), (SELECT exact FROM expected), 'something and a sketch of no row') FROM (SELECT icp_rollup(s) AS s, 1 AS n FROM parts UNION ALL SELECT icp_sketch(NULL::icp_row, true), 2 ORDER BY n) v;
SELECT is(answer(icp_rollup(s)), (SELECT exact FROM expected), 'a sketch of no row and something') FROM (SELECT icp_rollup(s) AS s, 2 AS n FROM parts UNION ALL SELECT icp_sketch(NULL::icp_row, true), 1 ORDER BY n) v;
SELECT is(answer(icp_sketch(CASE WHEN g = 1 THEN icp_row(t) END, t.best)), (SELECT exact FROM expected), 'NULL rows are no rows') FROM mixed t, generate_series(1, 2) g;
SELECT is(answer(icp_sketch(icp_row(t), CASE WHEN g = 1 THEN t.best END)), (SELECT exact FROM expected), 'rows whose flag is NULL are not in it') FROM mixed t, generate_series(1, 2) g;

\echo what cannot be merged
CREATE FUNCTION merge(a text, b text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	EXECUTE format('SELECT icp_rollup(s) FROM (SELECT %s AS s UNION ALL SELECT %s) v', a, b);
	RETURN 'merged';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || SQLERRM || ': ' || hint;
END $$;
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"rows": 10}')$$, $$icp_sketch(icp_row('{"a": 1}'::jsonb), true)$$);
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"ignore": ["a"]}')$$, $$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"ignore": ["b"]}')$$);
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"ignore": ["a"]}')$$, $$icp_sketch(icp_row('{"a": 1}'::jsonb), true)$$);
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"ignore": ["a"], "rows": 7}')$$, $$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"rows": 7, "ignore": ["a"]}')$$);
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{}')$$, $$icp_sketch(icp_row('{"a": 1}'::jsonb), true)$$);
SELECT merge($$icp_sketch(icp_row_columns(ARRAY['a'], 1), true)$$, $$icp_sketch(icp_row_columns(ARRAY['a'], 1.5), true)$$);
SELECT merge($$icp_sketch(icp_row_columns(ARRAY['a'], 1.5), true)$$, $$icp_sketch(icp_row_columns(ARRAY['a'], 1), true)$$);
SELECT merge($$icp_sketch(icp_row_columns(ARRAY['a'], 1::int2), true)$$, $$icp_sketch(icp_row_columns(ARRAY['a'], 1::int8), true)$$);
SELECT merge($$icp_sketch(icp_row_columns(ARRAY['a'], 1), true)$$, $$icp_sketch(icp_row_columns(ARRAY['b'], 'x'), true)$$);
SELECT throws_ok($$SELECT icp_sketch(CASE WHEN g = 1 THEN icp_row_columns(ARRAY['a'], 1) ELSE icp_row_columns(ARRAY['a'], 'x') END, true) FROM generate_series(1, 2) g$$, '42804', 'field "a" is of type integer in some rows and text in others', 'rows of other types');
SELECT throws_ok($$SELECT icp_sketch(icp_row('{}'::jsonb), true, jsonb_build_object('rows', g)) FROM generate_series(1, 2) g$$, '22023', 'the options of a sketch differ from row to row', 'options that change');
SELECT throws_ok(format('SELECT icp_sketch(icp_row(%L::jsonb), true, %L)', '{"a": 1}', o), '22023', e, o) FROM (VALUES ('[]', 'the options of a sketch are not a JSON object'), ('{"row": 1}', 'a sketch has no option "row"'),
	('{"rows": 0}', 'invalid option "rows" of a sketch'), ('{"rows": "1"}', 'invalid option "rows" of a sketch'), ('{"rows": 100000001}', 'invalid option "rows" of a sketch'), ('{"ignore": "a"}', 'invalid option "ignore" of a sketch'),
	('{"only": [1]}', 'invalid option "only" of a sketch'), ('{"as": ["a"]}', 'invalid option "as" of a sketch'), ('{"as": {"a": "text"}}', 'invalid option "as" of a sketch'), ('{"placeholders": [true]}', 'invalid option "placeholders" of a sketch')) v(o, e);
SET icp_portrait.sketch_rows = 10;
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true, '{"rows": 10}')$$, $$icp_sketch(icp_row('{"a": 1}'::jsonb), true)$$);
SELECT merge($$icp_sketch(icp_row('{"a": 1}'::jsonb), true)$$, $$(SELECT s FROM parts LIMIT 1)$$);
RESET icp_portrait.sketch_rows;

\echo options
SELECT string_agg(field, ' ' ORDER BY field COLLATE "C") FROM (SELECT icp_sketch(icp_row(t), best, '{"ignore": ["nr", "best", "attrs"]}') AS s FROM mixed t) s, icp_fields(s);
SELECT string_agg(field, ' ' ORDER BY field COLLATE "C") FROM (SELECT icp_sketch(icp_row(t), best, '{"only": ["tags", "attrs"], "ignore": ["attrs.s"]}') AS s FROM mixed t) s, icp_fields(s);
SELECT string_agg(field, ' ' ORDER BY field COLLATE "C") FROM (SELECT icp_sketch(icp_row(t), best, '{"only": ["attrs.late", "revenue"]}') AS s FROM mixed t) s, icp_fields(s);
SELECT field, known_best, known_rest FROM (SELECT icp_sketch(icp_row(r), b, '{"placeholders": ["N/A", -1, "a text of many letters"], "as": {"n": "number", "d": "date", "dd": "date"}}') AS s
	FROM (VALUES (true, 'N/A', -1, -1.0::float8, -1.00, '5', '2024-01-01', date '2024-01-01', 'a text of many letters'), (false, 'n/a', 1, 1, 1, 'five', 'soon', date '2024-01-02', 'a text of many letterz')) v(b, t, i, f, n1, n, d, dd, l),
		LATERAL (SELECT t, i, f, n1, n, d, dd, l) r) s, icp_fields(s) ORDER BY field COLLATE "C";
SELECT is(count(*), 0::bigint, 'text too long to look into is no placeholder for other such text') FROM (SELECT icp_sketch(icp_row(r), true, jsonb_build_object('placeholders', ARRAY[repeat('x', 2000)])) AS s FROM (SELECT repeat('y', 2000) AS t) r) s, icp_fields(s) WHERE known_best <> 1;

\echo above the cap
-- Rows that repeat stay exact, however many they are.
SELECT is(answer(icp_sketch(icp_row(t), best, '{"rows": 1000, "ignore": ["nr", "best"]}')), answer(icp_sketch(icp_row(t), best, '{"rows": 100000, "ignore": ["nr", "best"]}')), 'rows that repeat are exact') FROM repeated t;
-- The rest are sampled, the best are not.
CREATE TABLE sampled AS SELECT icp_sketch(icp_row(t), best, '{"rows": 600, "ignore": ["best"]}') AS s, icp_sketch(icp_row(t), best, '{"ignore": ["best"]}') AS t FROM mixed t;
SELECT is((SELECT count(*) FROM sampled, icp_itemsets(s, 1, 1) a JOIN icp_itemsets(t, 1, 1) b USING ("where") WHERE a.best_n <> b.best_n), 0::bigint, 'the best are exact');
SELECT ok(abs(sum(a.all_n - b.all_n)) / sum(b.all_n) < 0.05 AND count(*) FILTER (WHERE a.all_n <> b.all_n) > 0, 'the rest are weighted') FROM sampled, icp_itemsets(s, 1, 100) a JOIN icp_itemsets(t, 1, 100) b USING ("where");
SELECT is((SELECT known_rest FROM icp_fields(s) WHERE field = 'nr'), (SELECT known_rest FROM icp_fields(t) WHERE field = 'nr'), 'and add up') FROM sampled;
SELECT is(total, 5000::bigint, 'all rows are counted') FROM sampled, icp_trait_counts(s, '[{"field": "employees", "range": "[0,)"}]');
-- Each side for itself.
SELECT ok(known_best = 4950 AND known_rest = 50 AND distinct_rest = 50 AND distinct_best BETWEEN 200 AND 600, 'the best are sampled, the rest are not') FROM (SELECT icp_sketch(icp_row(t), nr % 100 > 0, '{"rows": 600}') AS s FROM mixed t) s, icp_fields(s) WHERE field = 'nr';
SELECT is(answer(icp_sketch(icp_row(t), best, '{"rows": 1}' ORDER BY nr)), answer(icp_sketch(icp_row(t), best, '{"rows": 1}' ORDER BY pick(5, nr, 1000000), nr)), 'a cap of one row') FROM mixed t;

\echo many groups
SET work_mem = '16MB';
CREATE TABLE keys AS SELECT i, i % 100000 AS g FROM generate_series(1, 150000) i;
ANALYZE keys;
SET enable_sort = off;
SELECT is(sum(n), 100000::bigint, '10^5 groups, hashed') FROM (SELECT g, 1 AS n, icp_sketch(icp_row(k), i > 100000) AS s FROM keys k GROUP BY g) s WHERE s IS NOT NULL;
-- Small sketches are small: so many would take half a gigabyte at 5 kB each.
CREATE FUNCTION memory(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, TIMING off, FORMAT json) ' || query INTO plan;
	RETURN plan #>> '{0, Plan, Peak Memory Usage}';
END $$;
SET work_mem = '2GB'; SET max_parallel_workers_per_gather = 0;
SELECT ok(memory('SELECT g, icp_sketch(icp_row(k), i > 100000) IS NULL FROM keys k GROUP BY g') < 500000, 'less than 5 kB a group');
SET work_mem = '16MB';
SELECT ok(memory('SELECT g, icp_sketch(icp_row(k), i > 100000) IS NULL FROM keys k GROUP BY g') < 50000, 'within work_mem, or nearly');
RESET max_parallel_workers_per_gather;
RESET enable_sort; SET enable_hashagg = off;
SELECT is(sum(n), 100000::bigint, '10^5 groups, sorted') FROM (SELECT g, 1 AS n, icp_sketch(icp_row(k), i > 100000) AS s FROM keys k GROUP BY g) s WHERE s IS NOT NULL;
RESET enable_hashagg; RESET work_mem;

SELECT * FROM finish();
DROP TABLE mixed, words, tags, numbers, repeated, documents, expected, parts, of_groups, parted, sampled, keys CASCADE;
DROP FUNCTION pick, answer, all_at_once, split_up, plan(text), by_workers, merge, memory;
DROP EXTENSION pgtap;

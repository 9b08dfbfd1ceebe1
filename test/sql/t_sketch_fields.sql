-- icp_fields: which part each field can play, and how well it tells best from rest.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ('x' || substr(md5(seed || ':' || i), 1, 7))::bit(28)::int % n $$;

-- 2,000 accounts, one of eight best; what they have is named for what it is.
CREATE TABLE account AS SELECT i AS account_id, i % 8 = 0 AS best,
	'c' || md5(i::text) AS text_identifier, md5(i::text)::uuid AS uuid_identifier, pick(18, i, 100000) * 10000 + i AS "resellerKey", i + 500000 AS dense, pick(1, i, 100000) * 10000 + i AS large_unique,
	pick(2, i, 100000) * 10000 + i AS unrelated_unique, (pick(1, i, 100000) * 10000 + i) * 0.1 AS tenth_of_unique, pick(3, i, 700) AS number, pick(3, i, 700) * 0.1 AS tenth, -pick(3, i, 700) AS negative,
	'SaaS' AS constant, NULL::text AS never, repeat('x', 2000) AS opaque, '\x00'::bytea AS bytes, CASE WHEN i % 2 = 0 THEN 'x' END AS one_or_missing,
	(ARRAY['US', 'DE', 'FR', 'JP'])[1 + pick(4, i, 4)] AS country, (ARRAY['United States', 'Germany', 'France', 'Japan'])[1 + pick(4, i, 4)] AS country_name, (ARRAY[1, 49, 33, 81])[1 + pick(4, i, 4)] AS dial_code,
	10000 + pick(5, i, 60) AS zip, 'City of ' || pick(5, i, 60) / 6 AS city,
	CASE WHEN i % 8 = 0 THEN date '2024-01-01' + pick(6, i, 300) END AS close_date, CASE WHEN i % 8 = 0 THEN 'won' ELSE 'lost' END AS outcome, CASE WHEN i % 8 = 0 THEN 1 ELSE 0 END AS outcome_code, CASE WHEN i % 8 = 0 THEN 1000 ELSE 0 END + pick(7, i, 500) AS almost_outcome,
	CASE WHEN (i % 8 = 0) = (pick(8, i, 4) > 0) THEN 'high' ELSE 'low' END AS signal, pick(9, i, 100) + CASE WHEN i % 8 = 0 THEN 25 ELSE 0 END AS shifted, pick(10, i, 10) AS noise,
	CASE WHEN pick(11, i, 10) > 2 THEN pick(12, i, 50) + CASE WHEN i % 8 = 0 THEN 10 ELSE 0 END END AS partly_known, date '2024-01-01' + pick(13, i, 1000) AS created, pick(14, i, 1000000) / 7.0 AS revenue,
	ARRAY['a' || pick(15, i, 3), 'b' || CASE WHEN i % 8 = 0 THEN 0 ELSE pick(16, i, 4) END] AS tags, jsonb_build_object('plan', 'p' || pick(17, i, 3), 'plan copy', pick(17, i, 3)) AS attrs
	FROM generate_series(1, 2000) i;
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(a), best) AS s FROM account a;
\echo roles
SELECT field, type, role, known_best, known_rest, distinct_best, distinct_rest, round(missing::numeric, 4), note FROM sketch, icp_fields(s);
SELECT is(role, 'trait', field || ' is no mirror') FROM sketch, icp_fields(s) WHERE field IN ('unrelated_unique', 'large_unique', 'zip', 'city', 'number', 'revenue') ORDER BY field;
SELECT is(role, 'mirror of ' || m.of, m.field || ' mirrors ' || m.of) FROM (VALUES ('tenth', 'number'), ('negative', 'number'), ('country_name', 'country'), ('dial_code', 'country'), ('tenth_of_unique', 'large_unique'), ('attrs.plan copy', 'attrs.plan')) m(field, of), sketch, icp_fields(s) f WHERE f.field = m.field ORDER BY m.field;
SELECT set_eq($$SELECT field FROM sketch, icp_fields(s) WHERE role = 'leak'$$, ARRAY['best', 'close_date', 'outcome', 'outcome_code', 'almost_outcome'], 'leaks');
SELECT is(count(*), 0::bigint, 'no NaN, no infinity') FROM sketch, icp_fields(s) WHERE iv IN ('NaN', 'Infinity') OR auc IN ('NaN', 'Infinity') OR missing IN ('NaN', 'Infinity');

\echo AUC and IV worked out in SQL
-- What a field as a number says: the share of pairs of a best and a rest row in which the best has more, missing ones at either end.
CREATE FUNCTION auc(field text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE r float8;
BEGIN
	EXECUTE format($q$
		WITH v AS (SELECT best, %I::float8 AS x FROM account), e AS (SELECT best, coalesce(x, '-Infinity') AS low, coalesce(x, 'Infinity') AS high FROM v),
			ranks AS (SELECT best, rank() OVER (ORDER BY low) + (count(*) OVER (PARTITION BY low) - 1) / 2.0 AS low, rank() OVER (ORDER BY high) + (count(*) OVER (PARTITION BY high) - 1) / 2.0 AS high FROM e),
			u AS (SELECT (sum(low) FILTER (WHERE best) - count(*) FILTER (WHERE best) * (count(*) FILTER (WHERE best) + 1) / 2.0) / (count(*) FILTER (WHERE best) * count(*) FILTER (WHERE NOT best)) AS low,
				(sum(high) FILTER (WHERE best) - count(*) FILTER (WHERE best) * (count(*) FILTER (WHERE best) + 1) / 2.0) / (count(*) FILTER (WHERE best) * count(*) FILTER (WHERE NOT best)) AS high FROM ranks)
		SELECT greatest(low, 1 - low, high, 1 - high) FROM u $q$, field) INTO r;
	RETURN r;
END $$;
SELECT ok(abs(f.auc - auc(f.field)) < 1e-12, 'AUC of ' || f.field) FROM sketch, icp_fields(s) f WHERE f.field IN ('almost_outcome') ORDER BY 1;
SELECT ok(f.auc BETWEEN auc(f.field) AND auc(f.field) + 0.05, 'AUC of ' || f.field || ': its bins may say more') FROM sketch, icp_fields(s) f WHERE f.field IN ('large_unique', 'partly_known', 'shifted', 'noise', 'number', 'revenue', 'dense') ORDER BY 1;
-- Of values: bins are the values, and missing.
CREATE FUNCTION iv(field text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE r float8;
BEGIN
	EXECUTE format($q$
		WITH bins AS (SELECT count(*) FILTER (WHERE best)::float8 AS b, count(*) FILTER (WHERE NOT best)::float8 AS r FROM account GROUP BY %I),
			-- where a bin has none of a side, half a row more of both
			smooth AS (SELECT CASE WHEN b = 0 OR r = 0 THEN b + 0.5 ELSE b END AS b, CASE WHEN b = 0 OR r = 0 THEN r + 0.5 ELSE r END AS r FROM bins)
		SELECT sum((s.b / n.b - s.r / n.r) * ln((s.b / n.b) / (s.r / n.r))) FROM smooth s, (SELECT count(*) FILTER (WHERE best)::float8 AS b, count(*) FILTER (WHERE NOT best)::float8 AS r FROM account) n $q$, field) INTO r;
	RETURN r;
END $$;
SELECT ok(abs(f.iv - iv(f.field)) < 1e-9 * greatest(1, f.iv), 'IV of ' || f.field) FROM sketch, icp_fields(s) f WHERE f.field IN ('country', 'signal', 'noise', 'outcome', 'one_or_missing', 'city') ORDER BY f.field;

\echo few rows, one side
SELECT field, role, iv, auc, note FROM (SELECT icp_sketch(icp_row(r), true) AS s FROM (SELECT i AS n, i % 2 AS m FROM generate_series(1, 20) i) r) s, icp_fields(s);
SELECT field, role, iv, auc, note FROM (SELECT icp_sketch(icp_row(r), false) AS s FROM (SELECT i AS n, i % 2 AS m FROM generate_series(1, 20) i) r) s, icp_fields(s);
SELECT field, role, known_best, known_rest, note FROM (SELECT icp_sketch(icp_row(r), NULL) AS s FROM (SELECT 1 AS n) r) s, icp_fields(s);
SELECT is(count(*), 0::bigint, 'an empty sketch has no fields') FROM (SELECT icp_sketch(NULL::icp_row, true) AS s) s, icp_fields(s);
SELECT ok(NOT EXISTS (SELECT FROM icp_fields(NULL)), 'nor has none');
-- One or two best rows are told apart by chance.
SELECT field, role FROM (SELECT icp_sketch(icp_row(r), i = 1) AS s FROM (SELECT i, i AS n, 'name ' || i AS t FROM generate_series(1, 9) i) r) s, icp_fields(s);

\echo many texts
SELECT field, role, distinct_best, distinct_rest, note FROM (SELECT icp_sketch(icp_row(r), i % 50 = 0, '{"ignore": ["i"]}') AS s
	FROM (SELECT i, CASE WHEN i % 3 > 0 THEN 'usual name ' || i % 20 ELSE 'name of its own ' || i END AS company, 'n' || pick(1, i, 7000) AS short FROM generate_series(1, 24000) i) r) s, icp_fields(s);
SELECT "where", best_n, all_n FROM (SELECT icp_sketch(icp_row(r), i % 50 = 0, '{"only": ["company"]}') AS s
	FROM (SELECT i, CASE WHEN i % 3 > 0 THEN 'usual name ' || i % 4 ELSE 'name of its own ' || i END AS company FROM generate_series(1, 24000) i) r) s, icp_itemsets(s, 1, 100) ORDER BY "where" COLLATE "C";

\echo a sketch that moves while it takes apart rows of numbers and missing cells only
-- It used to read the missing cells where it had been before; test/check has what is given back to malloc() overwritten.
SELECT format('CREATE TABLE numbers AS SELECT i %% 3 = 0 AS best, %s FROM generate_series(1, 190) i',
	string_agg(format('CASE WHEN pick(%s, i, 3) > 0 THEN pick(%s, i, 1000) END AS c%s', c, c + 100, c), ', ')) FROM generate_series(1, 29) c \gexec
SELECT is((SELECT sum(known_best + known_rest) FROM (SELECT icp_sketch(icp_row(r), best, '{"ignore": ["best"]}') AS s FROM numbers r) x, icp_fields(s)),
	(SELECT count(*)::numeric FROM numbers r, jsonb_each(to_jsonb(r)) e WHERE key <> 'best' AND value <> 'null'), 'all that are known are counted');

\echo nothing to find
-- Random columns and ten random best rows of 100,000: nothing tells them apart, and nothing is said to.
SELECT is(count(*) FILTER (WHERE role = 'leak'), 0::bigint, 'seed ' || seed || ': no leak') FROM generate_series(1, 2) seed,
	LATERAL (SELECT icp_sketch(icp_row(r), pick(seed, i, 10000) = 0 AND best, '{"ignore": ["i", "best"]}') AS s
		FROM (SELECT i, i % 2 = 0 AS best, hashint4(i * 7 + seed) AS n, hashint4(i * 3 + seed) % 20 AS few, 'v' || hashint4(i * 5 + seed) % 300 AS word, CASE WHEN hashint4(i * 11 + seed) % 3 = 0 THEN 1 END AS flag,
			'a longer value ' || hashint4(i * 13 + seed) % 3000 AS text, ARRAY['t' || hashint4(i * 17 + seed) % 200, 't' || hashint4(i * 19 + seed) % 200] AS tags FROM generate_series(1, 50000) i) r) s, icp_fields(s) GROUP BY seed ORDER BY seed;

SELECT * FROM finish();
ROLLBACK;

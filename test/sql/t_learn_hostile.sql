-- Learning from few rows, from noise, from the same rows in another order, and from hostile names and values.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
\set VERBOSITY terse
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
\getenv srcdir PG_ABS_SRCDIR
\set common :srcdir /sql/t_learn.inc
\i :common

-- ---- few rows, one class, no classes ----

CREATE TABLE small AS SELECT i, u(i, 1) AS a, 'v' || floor(u(i, 2) * 4) AS b, floor(u(i, 3) * 50)::int AS c, u(i, 4) < 0.3 AS d, NULL::int AS e, 1 AS f FROM generate_series(1, 1000) i;
CREATE FUNCTION of(n int, best text, options jsonb DEFAULT '{}') RETURNS icp_portrait LANGUAGE plpgsql AS $$
DECLARE p icp_portrait;
BEGIN
	EXECUTE format('SELECT icp_learn(icp_sketch(icp_row(t), %s, ''{"ignore": ["i"]}''), $2) FROM small t WHERE i <= $1', best) INTO p USING n, options;
	RETURN p;
END $$;
SELECT ok(verdict(of(n, best)) = 'no reliable portrait' AND size(of(n, best)) = '{0,0}', format('no reliable portrait of %s rows, best being %s', n, best))
	FROM (VALUES (1, 'true'), (1, 'false'), (2, 'i = 1'), (2, 'NULL'), (3, 'i = 1'), (10, 'i = 3'), (1000, 'true'), (1000, 'false'), (1000, 'NULL'), (1000, 'i = 7'), (1000, 'e = 1'), (1000, 'i % 2 = 0')) v(n, best);
SELECT is(verdict(icp_learn(icp_sketch(icp_row(t), i % 2 = 0))), NULL, 'no rows, no sketch') FROM small t WHERE i < 0;
SELECT ok(p::text !~* 'nan|inf', 'and no number that is none') FROM unnest('{1,2,3,10,1000}'::int[]) n, of(n, 'i = 1') p;
SELECT is(verdict(icp_learn(icp_sketch(icp_row(t), x < 0.3, '{"ignore": ["x"]}'))), 'no reliable portrait', 'constant fields') FROM (SELECT 1 AS one, 'x' AS same, NULL::text AS none, u(i, 9) AS x FROM small) t;
SELECT is(verdict(icp_learn(icp_sketch(icp_row(t), x < 0.3, '{"only": ["i"]}'))), 'no reliable portrait', 'a number of the row') FROM (SELECT i, u(i, 9) AS x FROM small) t;
SELECT is(verdict(icp_learn(icp_sketch(icp_row('{}'::jsonb), i % 2 = 0))), 'no reliable portrait', 'no fields') FROM small;
SELECT is(icp_score('{"a": 1}'::jsonb, of(10, 'i = 3')), NULL, 'it scores nothing') ;
SELECT ok(quality(of(1000, 'i = 7')) -> 'rows' = '1000' AND quality(of(1000, 'i = 7')) -> 'best' = '1' AND jsonb_array_length(quality(of(1000, 'i = 7')) -> 'left_out') = 6, 'yet it tells of how many rows and fields');
SELECT ok(icp_describe(of(10, 'i = 3')) IS NOT NULL AND icp_describe(of(10, 'i = 3'), 'zh') IS NOT NULL, 'and that in words');
-- Ten best: by chance, and for a reason.
SELECT ok(bool_and(verdict(of(1000, format('u(i, %s) > 0.99', s))) <> 'reliable'), 'ten best of a thousand are never reliable') FROM generate_series(100, 119) s;
SELECT is(verdict(of(1000, 'b = ''v1'' AND c < 10 AND i % 4 = 0')), 'provisional', 'a dozen best with a lot in common');
SELECT is(verdict(of(1000, 'c < 10')), 'no reliable portrait', 'a leak is no portrait');
SELECT is(verdict(of(1000, 'c < 10', '{"include": ["c"]}')), 'reliable', 'unless it is asked for') ;
SELECT ok((quality(p) ->> 'auc')::float8 = 1 AND (quality(p) ->> 'auc_high')::float8 = 1 AND (quality(p) ->> 'auc_low')::float8 BETWEEN 0.9 AND 1 AND verdict(p) = 'reliable', 'an AUC of 1 has limits')
	FROM of(1000, 'd', '{"include": ["d"]}') p;
-- Labels that say nothing.
SELECT ok(count(*) FILTER (WHERE verdict(of(600, format('u(i, %s) < 0.2', s), '{"folds": 3}')) <> 'no reliable portrait') <= 2, 'nothing is learned from shuffled labels, but once in twenty times') FROM generate_series(200, 219) s;
-- Nor where there are few different rows: equal ones must not be spread over the folds evenly.
CREATE TABLE few_values AS SELECT i, u(i, 1) < 0.5 AS a, 'v' || floor(u(i, 2) * 4) AS b FROM generate_series(1, 2000) i;
SELECT ok(count(*) FILTER (WHERE verdict(p) <> 'no reliable portrait') <= 3 AND avg((quality(p) ->> 'auc')::float8) BETWEEN 0.48 AND 0.515, 'nor from rows that are alike' || CASE WHEN rows < 1000 THEN ', with counts' ELSE '' END)
	FROM unnest('{100,10000}'::int[]) rows, generate_series(300, 329) s, LATERAL (SELECT icp_learn(icp_sketch(icp_row(t), u(i, s) < 0.15, jsonb_build_object('ignore', '{i}'::text[], 'rows', rows)), '{"pairs": 0}') AS p FROM few_values t) p
	GROUP BY rows ORDER BY rows;

-- ---- the same rows, the same bytes ----

CREATE TABLE one_order AS SELECT i, floor(u(i, 1) * 30)::int AS a, 'v' || floor(u(i, 2) * 40) AS b, CASE WHEN u(i, 3) < 0.8 THEN round(u(i, 4)::numeric, 2) END AS c,
	(SELECT array_agg('t' || n) FROM generate_series(1, 5) n WHERE u(i, 5 + n) < 0.3) AS d, date '2024-01-01' + floor(u(i, 11) * 300)::int AS e, u(i, 12) < 0.1 + 0.3 * u(i, 1) * u(i, 4) + 0.2 * (u(i, 6) < 0.3)::int AS best FROM generate_series(1, 4000) i;
CREATE TABLE other_order AS SELECT e, best, c, d, b, a, i FROM one_order ORDER BY hashint8extended(i, 99);
CREATE TABLE same AS SELECT 1 AS n, icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}')) AS p FROM one_order t;
INSERT INTO same SELECT 2, icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}')) FROM one_order t;
INSERT INTO same SELECT 3, icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}')) FROM other_order t;
INSERT INTO same SELECT 4, icp_learn(icp_rollup(s)) FROM (SELECT icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}') AS s FROM other_order t GROUP BY i % 7) x;
INSERT INTO same SELECT 5, icp_learn(icp_sketch(t, best, '{"ignore": ["i", "best"]}')) FROM one_order t;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || query; END $$;
SELECT ok(bool_or(plan LIKE '%Workers Planned%'), 'with workers') FROM plan($$SELECT icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}')) FROM one_order t$$);
INSERT INTO same SELECT 6, icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}')) FROM one_order t;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET parallel_leader_participation;
SELECT is(verdict(p), 'reliable', 'something to compare') FROM same WHERE n = 1;
SELECT is(p::text = (SELECT p::text FROM same WHERE n = 1), true, 'the same bytes: ' || CASE n WHEN 2 THEN 'again' WHEN 3 THEN 'in another order' WHEN 4 THEN 'merged' WHEN 5 THEN 'from records' ELSE 'by workers' END) FROM same WHERE n > 1 ORDER BY n;

-- ---- counts, and more rows than are kept ----

-- Few rows, often: each is kept once, with its count, and nothing is lost.
CREATE TABLE repeated AS SELECT i, floor(u(i, 1) * 6)::int AS a, 'v' || floor(u(i, 2) * 5) AS b, u(i, 3) < 0.5 AS c, u(i, 4) < 0.05 + 0.05 * floor(u(i, 1) * 6) AS best FROM generate_series(1, 6000) i;
CREATE TABLE counted AS SELECT icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"], "rows": 500}')) AS p FROM repeated t;
SELECT is(verdict(p), 'reliable', 'rows with counts') FROM counted;
SELECT agrees('repeated', p, 'rows with counts agree') FROM counted;
-- A sample of the rest stands for all of them.
CREATE TABLE sampled AS SELECT icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"], "rows": 500}')) AS p FROM one_order t;
SELECT is(verdict(p), 'reliable', 'a sample') FROM sampled;
SELECT ok(quality(p) -> 'rows' = '4000' AND quality(p) -> 'best' = (SELECT to_jsonb(count(*)) FROM one_order WHERE best), 'it stands for all rows') FROM sampled;
SELECT ok(abs(avg((icp_evaluate(t, p)).probability) / avg(best::int) - 1) < 0.1, 'and so do its probabilities') FROM sampled, one_order t;
SELECT ok(abs(avg(icp_fits(t, p)::int) / (quality(p) #>> '{shares,fit}')::float8 - 1) < 0.25, 'and its shares') FROM sampled, one_order t GROUP BY p;
SELECT ok(bool_and(abs(n - 4000) <= 8), 'and its evidence') FROM sampled, LATERAL (SELECT sum((e ->> 0)::int + (e ->> 1)::int) AS n FROM jsonb_each(quality(p) -> 'evidence') k, jsonb_array_elements(k.value) e GROUP BY key) x;

-- ---- many values, many fields, odd names ----

CREATE TABLE wide AS SELECT i, 'company ' || (CASE WHEN u(i, 1) < 0.3 THEN floor(u(i, 2) * 10) ELSE i * 7919 % 99991 END) AS company, ARRAY['tag ' || floor(u(i, 3) ^ 3 * 9000), 'tag ' || floor(u(i, 4) ^ 2 * 20)] AS tags, exp(u(i, 5) * 20)::numeric AS amount,
	u(i, 6) < CASE WHEN u(i, 1) < 0.3 AND u(i, 2) < 0.3 THEN 0.5 WHEN u(i, 4) ^ 2 * 20 < 1 THEN 0.3 ELSE 0.05 END AS best FROM generate_series(1, 12000) i;
CREATE TABLE wide_portrait AS SELECT icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}'), '{"folds": 2}') AS p FROM wide t;
SELECT ok(fields(p) @> '{company,tags}', 'learned from texts of which there are thousands') FROM wide_portrait;
SELECT agrees('wide', p, 'and its rows agree') FROM wide_portrait;
SELECT ok(max(jsonb_array_length(attribute -> 'in')) <= 256, 'lists of values are not endless') FROM wide_portrait, attributes(p);
-- Three hundred fields.
SELECT format('CREATE TABLE broad AS SELECT i, %s, u(i, 7) < 0.1 + 0.4 * (u(i, 250) < 0.2)::int AS best FROM generate_series(1, 700) i', string_agg(format('floor(u(i, %s) * %s)::int AS f%1$s', n, 2 + n % 30), ', ')) FROM generate_series(201, 500) n \gexec
CREATE TABLE broad_portrait AS SELECT icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}'), '{"pairs": 0}') AS p FROM broad t;
SELECT ok((size(p))[1] <= 12 AND fields(p) @> '{f250}', 'the one of three hundred fields that matters') FROM broad_portrait;
SELECT agrees('broad', p, 'and its rows agree') FROM broad_portrait;
-- Names.
CREATE TABLE odd AS SELECT i, floor(u(i, 1) * 5)::int AS "a.b", 'v' || floor(u(i, 2) * 3) AS "A ""quoted"" one", floor(u(i, 3) * 100)::int AS "行业", u(i, 4) < 0.5 AS "Upper", ('{x,"y, z",\\,"''"}'::text[])[1 + floor(u(i, 5) * 4)] AS "back\slash",
	ARRAY[('{p,q}'::text[])[1 + floor(u(i, 6) * 2)]] AS "l'", floor(u(i, 7) * 3)::int AS "l' contains p", 'w' || floor(u(i, 8) * 3) AS "{}", jsonb_build_object('', floor(u(i, 9) * 3), 'k_l', floor(u(i, 10) * 3), '"', floor(u(i, 11) * 4)) AS j,
	u(i, 12) < (floor(u(i, 1) * 5) + floor(u(i, 2) * 3) + floor(u(i, 3) * 5) + floor(u(i, 4) * 2) + floor(u(i, 5) * 4) + floor(u(i, 6) * 2) * 2 + floor(u(i, 7) * 3) + floor(u(i, 8) * 3) + floor(u(i, 9) * 3) + floor(u(i, 10) * 3) + floor(u(i, 11) * 4)) / 40 AS best FROM generate_series(1, 4000) i;
CREATE TABLE odd_portrait AS SELECT icp_learn(icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}'), '{"folds": 2, "characteristics": 30}') AS p FROM odd t;
SELECT ok(cardinality(fields(p)) >= 7, 'fields of odd names') FROM odd_portrait;
SELECT agrees('odd', p, 'and their rows agree') FROM odd_portrait;
SELECT ok(icp_describe(p) LIKE '%行业%', 'and they can be told') FROM odd_portrait;
SELECT * FROM finish();
ROLLBACK;

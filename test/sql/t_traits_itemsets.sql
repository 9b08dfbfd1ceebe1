-- icp_itemsets: every frequent set of values, as GROUPING SETS has them.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SELECT FROM setseed(0.75);

CREATE TABLE t AS SELECT 'a' || floor(random() * 4) AS a, CASE WHEN random() < 0.8 THEN floor(random() * 5)::int END AS b, random() < 0.3 AS c, date '2024-01-01' + floor(random() * 3)::int AS d,
	CASE WHEN random() < 0.5 THEN 'x' END AS e, random() < 0.2 AS best FROM generate_series(1, 3000);
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(t), best, '{"ignore": ["best"]}') AS s FROM t;
-- Each set of columns of up to three, each of its groups, as the text of a WHERE.
CREATE TABLE sets AS SELECT concat_ws(' AND ', CASE WHEN grouping(a) = 0 THEN format('a = %L', a) END, CASE WHEN grouping(b) = 0 THEN coalesce('b = ' || b, 'b IS NULL') END,
	CASE WHEN grouping(c) = 0 THEN 'c = ' || c::text END, CASE WHEN grouping(d) = 0 THEN format('d = DATE %L', to_char(d, 'YYYY-MM-DD')) END, CASE WHEN grouping(e) = 0 THEN CASE WHEN e IS NULL THEN 'e IS NULL' ELSE format('e = %L', e) END END) AS "where",
	5 - grouping(a) - grouping(b) - grouping(c) - grouping(d) - grouping(e) AS "order", count(*) FILTER (WHERE best) AS best_n, count(*) AS all_n
	FROM t GROUP BY CUBE (a, b, c, d, e) HAVING grouping(a) + grouping(b) + grouping(c) + grouping(d) + grouping(e) BETWEEN 2 AND 4;
SELECT results_eq(format('SELECT "where", "order", best_n, all_n FROM sketch, icp_itemsets(s, %s, %s) ORDER BY "where" COLLATE "C"', o, n),
	format('SELECT "where", "order", best_n, all_n FROM sets WHERE "order" <= %s AND best_n >= %s ORDER BY "where" COLLATE "C"', o, n), format('to order %s, from %s best rows', o, n))
	FROM (VALUES (1, 1), (2, 1), (3, 1), (3, 10), (3, 40), (2, 1000)) v(o, n);
SELECT cmp_ok((SELECT count(*) FROM sets), '>', 400::bigint, 'these are many');
SELECT is_empty('SELECT i."where" FROM sketch, icp_itemsets(s, 3, 5) i, icp_trait_counts(s, jsonb_build_array(condition)) n WHERE (i.best_n, i.all_n) IS DISTINCT FROM (n.best_n, n.all_n)',
	'each condition says the same');

-- Lists have several values a row.
CREATE TABLE l AS SELECT i, (SELECT array_agg(t ORDER BY t) FROM unnest('{p,q,r,s}'::text[]) t WHERE random() < 0.4 + i * 0) AS tags, 'v' || i % 3 AS v, i % 5 = 0 AS best FROM generate_series(1, 2000) i;
CREATE TABLE list_sketch AS SELECT icp_sketch(icp_row(l), best, '{"ignore": ["best", "i"]}') AS s FROM l;
CREATE TABLE elements AS SELECT i, t AS item, best FROM l, unnest(tags) t UNION ALL SELECT i, v, best FROM l;
SELECT results_eq('SELECT best_n, all_n, count(*) FROM list_sketch, icp_itemsets(s, 3, 3) WHERE "where" NOT LIKE ''%NULL%'' GROUP BY 1, 2 ORDER BY 1, 2', $$SELECT best_n, all_n, count(*) FROM (
	SELECT count(*) FILTER (WHERE best) AS best_n, count(*) AS all_n FROM elements GROUP BY item
	UNION ALL SELECT count(*) FILTER (WHERE a.best), count(*) FROM elements a JOIN elements b USING (i) WHERE a.item < b.item GROUP BY a.item, b.item
	UNION ALL SELECT count(*) FILTER (WHERE a.best), count(*) FROM elements a JOIN elements b USING (i) JOIN elements c USING (i) WHERE a.item < b.item AND b.item < c.item GROUP BY a.item, b.item, c.item) x
	WHERE best_n >= 3 GROUP BY 1, 2 ORDER BY 1, 2$$, 'elements of lists');
SELECT is((SELECT (best_n, all_n) FROM list_sketch, icp_itemsets(s, 1, 1) WHERE "where" = 'tags IS NULL'), (SELECT (count(*) FILTER (WHERE best), count(*)) FROM l WHERE tags IS NULL), 'no list');

SELECT throws_ok('SELECT count(*) FROM sketch, icp_itemsets(s, 4, 1)', '22023', 'max_order 4 is out of range');
SELECT throws_ok('SELECT count(*) FROM sketch, icp_itemsets(s, 2, 0)', '22023', 'min_best 0 is out of range');
CREATE TABLE wide AS SELECT icp_sketch(icp_row(x), i = 1, '{"ignore": ["i"]}') AS s FROM (SELECT i, (SELECT array_agg(t) FROM generate_series(1, 400) t) AS tags FROM generate_series(1, 2) i) x;
SELECT throws_ok('SELECT count(*) FROM wide, icp_itemsets(s, 3, 1)', '54000', 'more than 4000000 combinations hold on 1 or more best rows');
SELECT is((SELECT count(*) FROM wide, icp_itemsets(s, 2, 1)), 400::bigint + 400 * 399 / 2, 'as many as there are');
SELECT is_empty('SELECT * FROM (SELECT icp_sketch(icp_row(t), false) s FROM t) x, icp_itemsets(s, 2, 1)', 'no best rows');

SELECT * FROM finish();
ROLLBACK;

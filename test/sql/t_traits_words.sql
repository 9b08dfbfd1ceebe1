-- Traits in words, and what is said about arguments that make no sense.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Each column says alone which rows are best: nearly, so that none is a leak.
CREATE TABLE t AS SELECT i, b AS best, CASE WHEN b THEN 'SaaS' ELSE 'Bank' END AS industry, CASE WHEN b THEN NULL ELSE 'x' END AS contact, CASE WHEN b THEN 100 + i % 201 WHEN i % 3 = 0 THEN i % 100 ELSE 301 + i % 1000 END AS employees,
	CASE WHEN b THEN 5000000 + i ELSE i END AS annual_revenue, CASE WHEN b THEN -50 + i % 50 WHEN i % 3 = 0 THEN -200 + i % 100 ELSE i END AS growth, CASE WHEN b THEN 0.15 + i % 71 * 0.001 WHEN i % 3 = 0 THEN i % 14 * 0.01 ELSE 0.26 + i % 50 * 0.01 END AS churn,
	CASE WHEN b THEN date '2019-01-01' + i % 1096 WHEN i % 3 = 0 THEN date '2022-01-01' + i % 700 ELSE date '2010-01-01' + i % 3000 END AS founded, CASE WHEN b THEN date '2021-04-01' + i % 91 WHEN i % 3 = 0 THEN date '2021-07-01' + i % 200 ELSE date '2020-01-01' + i % 450 END AS signed,
	CASE WHEN b THEN timestamp '2023-01-10 08:00' + i % 700 * interval '1 hour' WHEN i % 3 = 0 THEN timestamp '2023-02-10' + i % 700 * interval '1 hour' ELSE timestamp '2020-01-01' + i % 300 * interval '1 day' END AS seen_at,
	CASE WHEN b THEN '{crm,erp}'::text[] ELSE ARRAY['bi', CASE WHEN i % 9 = 0 THEN 'crm' END] END AS tags, b AS uses_competitor
	FROM (SELECT i, i % 4 = 0 AS b FROM generate_series(1, 2000) i) x;
UPDATE t SET best = NOT best WHERE i % 23 = 0;
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(t), best, '{"ignore": ["i", "best"]}') AS s FROM t;
CREATE FUNCTION texts(lang text, more text DEFAULT '') RETURNS SETOF text LANGUAGE sql AS $$ SELECT trait FROM sketch, icp_traits(s, 1, 0.3, 2, 1, 1000,
	format('{"prune": false, "adjust": "none", "lang": "%s", "include": ["industry","contact","employees","annual_revenue","growth","churn","founded","signed","seen_at","tags","uses_competitor"]%s}', lang, more)::jsonb) $$;
SELECT t FROM texts('en') t ORDER BY t COLLATE "C";
SELECT t FROM texts('zh') t ORDER BY t COLLATE "C";
SELECT t FROM texts('en', ', "negations": true') t WHERE t NOT IN (SELECT texts('en')) ORDER BY t COLLATE "C";
SELECT trait, "where", condition FROM sketch, icp_traits(s, 2, 0.3, 2, 1, 1000, '{"prune": false, "adjust": "none", "include": ["tags"], "exclude": ["industry", "contact", "employees", "growth", "churn"]}')
	WHERE fields <@ '{tags,founded,annual_revenue}' AND "order" = 2 ORDER BY trait COLLATE "C";

-- ---- arguments ----

SELECT throws_ok('SELECT count(*) FROM sketch, icp_traits(s, ' || a || ')', s, m) FROM (VALUES
	('0', '22023', 'max_order 0 is out of range'), ('4', '22023', 'max_order 4 is out of range'),
	('2, 0', '22023', 'min_share 0 is out of range'), ('2, 1.5', '22023', 'min_share 1.5 is out of range'), ('2, ''NaN''', '22023', 'min_share NaN is out of range'),
	('2, 0.1, -1', '22023', 'min_lift -1 is out of range'), ('2, 0.1, ''Infinity''', '22023', 'min_lift Infinity is out of range'),
	('2, 0.1, 1, 0', '22023', 'max_q 0 is out of range'), ('2, 0.1, 1, 2', '22023', 'max_q 2 is out of range'), ('2, 0.1, 1, 0.1, 0', '22023', 'top 0 is out of range'),
	('options => ''[]''', '22023', 'options must be a JSON object'), ('options => ''{"negation": true}''', '22023', 'unknown option "negation"'),
	('options => ''{"prune": 1}''', '22023', 'invalid value for the option "prune"'), ('options => ''{"permutations": 0}''', '22023', 'invalid value for the option "permutations"'),
	('options => ''{"permutations": 1.5}''', '22023', 'invalid value for the option "permutations"'), ('options => ''{"seed": "x"}''', '22023', 'invalid value for the option "seed"'),
	('options => ''{"adjust": "fdr"}''', '22023', 'invalid value for the option "adjust"'), ('options => ''{"lang": "fr"}''', '22023', 'invalid value for the option "lang"'),
	('options => ''{"exclude": "industry"}''', '22023', 'invalid value for the option "exclude"'), ('options => ''{"include": [1]}''', '22023', 'invalid value for the option "include"'),
	('options => ''{"exclude": ["industri"]}''', '42703', 'the sketch has no field "industri"')) v(a, s, m);

-- ---- adjustments ----

CREATE FUNCTION q(adjust text) RETURNS TABLE (trait text, q float8, log10_p float8) LANGUAGE sql AS $$ SELECT trait, q_value, log10_p FROM sketch,
	icp_traits(s, 2, 0.05, 1, 1, 1000, format('{"prune": false, "adjust": "%s", "permutations": 199}', adjust)::jsonb) $$;
SELECT is_empty($$SELECT 1 FROM q('none') n JOIN q('bonferroni') b USING (trait) JOIN q('bh') h USING (trait) JOIN q('by') y USING (trait) WHERE NOT (n.q <= h.q AND h.q <= b.q AND h.q <= y.q)
	OR n.q > 1e-300 AND abs(ln(n.q) / ln(10) - n.log10_p) > 1e-6$$, 'adjusted p-values are not below others that are less strict');
SELECT cmp_ok((SELECT count(*) FROM q('bonferroni')), '>', 5::bigint, 'of some traits');
SELECT is_empty($$SELECT 1 FROM q('westfall-young') WHERE abs(q * 200 - round(q * 200)) > 1e-9 OR q < 0.005$$, 'of permutations, they are one of so many');
SELECT is((SELECT count(*) FROM sketch, icp_traits(s, 2, 0.05, options => '{"adjust": "westfall-young", "permutations": 10}')), 0::bigint, 'too few permutations prove nothing');
SELECT lives_ok($$SELECT count(*) FROM sketch, icp_traits(s, 2, 0.05, options => '{"same_order_family": true, "adjust": "westfall-young", "permutations": 99}')$$, 'within each order');

-- How many conditions there were to choose from, by hand: 3 values of x and "is unknown", 2 of y, and of z 2, their run and
-- "is unknown"; all of them on enough rows.  Of the list, 3 elements.
CREATE TABLE f AS SELECT i, i % 5 = 0 AS best, CASE WHEN i % 5 = 0 AND i % 3 > 0 THEN 'a' WHEN i % 7 > 0 THEN 'b' WHEN i % 14 = 0 THEN 'c' END AS x, CASE WHEN i % 10 = 0 THEN 'u' ELSE 'v' END AS y,
	CASE WHEN i % 2 = 0 THEN i % 4 END AS z, (ARRAY['p', 'q', 'r'])[1 + i % 3 : 1 + i % 3 + i % 2] AS l FROM generate_series(1, 400) i;
CREATE FUNCTION families(max_order int, fields text, options text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	WITH s AS (SELECT icp_sketch(icp_row(f), best, format('{"ignore": ["i", "best", %s]}', fields)::jsonb) AS s FROM f),
	t AS (SELECT "order", round((q_value / 10 ^ log10_p)::numeric, 6) AS family FROM s, icp_traits(s, max_order, 0.05, 1, 1, 100000, options::jsonb || '{"prune": false, "adjust": "bonferroni"}') WHERE q_value < 1)
	SELECT string_agg(DISTINCT format('%s %s', "order", trim_scale(family)), ', ') FROM t $$;
SELECT is(families(1, '"l"'), '1 10', 'the family of single conditions: 4 + 2 + 4');
SELECT is(families(2, '"l"'), '1 42, 2 42', 'with pairs: 4 * 2 + 4 * 4 + 2 * 4 more');
SELECT is(families(2, '"l"', '{"same_order_family": true}'), '1 10, 2 32', 'each order by itself');
SELECT is(families(2, '"l"', '{"intervals": false}'), '1 35, 2 35', 'without the run');
SELECT is(families(2, '"l"', '{"negations": true}'), '1 135, 2 135', 'with what is not, and is known: 8 + 4 + 7');
SELECT is(families(3, '"none"', '{"same_order_family": true}'), '1 13, 2 65, 3 159', 'with triples, and the list, of which two or three elements may come together');
-- rows that are too few to be significant, whatever they are, do not count
UPDATE f SET y = CASE i WHEN 10 THEN 'one' WHEN 20 THEN 'two' WHEN 11 THEN 'two' ELSE y END;
SELECT is(families(1, '"l", "x", "z"'), '1 2', 'values of few rows');

SELECT * FROM finish();
ROLLBACK;

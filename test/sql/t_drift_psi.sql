-- icp_psi: against worked examples, SQL's own arithmetic, and what makes no sense.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SELECT FROM setseed(0.25);
CREATE FUNCTION near(a float8, b float8) RETURNS bool LANGUAGE sql AS $$ SELECT a = b OR abs(a - b) <= 1e-12 * greatest(abs(a), abs(b), 1e-3) $$;

-- ---- cells ----

-- (a - e) ln(a / e), by hand: 0.1 ln(0.3 / 0.2) - 0.1 ln(0.2 / 0.3) + 0
SELECT ok(near(icp_psi('{0.2,0.3,0.5}', '{0.3,0.2,0.5}'), 0.2 * ln(1.5::float8)), 'shares');
SELECT ok(near(icp_psi('{20,30,50}', '{3000,2000,5000}'), 0.2 * ln(1.5::float8)), 'counts, of as many rows or not');
SELECT ok(near(icp_psi('{0.2,0.3,0.5}', '{3000,2000,5000}'), 0.2 * ln(1.5::float8)), 'shares and counts');
SELECT is(icp_psi('{1,2,3}', '{2,4,6}'), 0::float8, 'the same');
SELECT is(icp_psi('{5}', '{7}'), 0::float8, 'one cell');
SELECT ok(near(icp_psi('{1,2,7}', '{3,3,4}'), icp_psi('{3,3,4}', '{1,2,7}')), 'either way');
SELECT ok(near(icp_psi('{10,0,30}', '{10,20,10}'), (20.5/40::float8 - 0.5/40) * ln(41::float8) + (10/40::float8 - 30/40::float8) * ln(1/3.0::float8)),
	'an empty cell of counts: half a row more on both sides, and not in the totals');
SELECT ok(near(icp_psi('{0.25,0,0.75}', '{0.25,0.5,0.25}'), (0.5001 - 0.0001::float8) * ln(0.5001::float8 / 0.0001) + (0.25 - 0.75::float8) * ln(1/3.0::float8)),
	'an empty cell of shares: 0.0001 more on both sides');
SELECT is(icp_psi('{5,0,5}', '{5,0,5}'), 0::float8, 'a cell that is empty on both sides says nothing');
SELECT is(icp_psi('{0.33,0.33,0.33}', '{0.333,0.333,0.333}') < 1e-12, true, 'shares that were rounded');
SELECT is(icp_psi('{0,0}', '{1,2}'), NULL, 'no rows'), is(icp_psi('{1,2}', '{0,0}'), NULL, 'no rows'), is(icp_psi(NULL, '{1}'), NULL, 'NULL'), is(icp_psi('{1}', NULL), NULL, 'NULL'),
	is(icp_psi('{1}', '{1}', NULL), NULL, 'NULL cuts');
SELECT is(icp_psi('{1e308,1e308}', '{1,2}'), NULL, 'more than there can be');

-- ---- values ----

CREATE TABLE v AS SELECT i, CASE WHEN random() < 0.1 THEN NULL WHEN random() < 0.1 THEN 'NaN' WHEN random() < 0.05 THEN '-Infinity' WHEN random() < 0.05 THEN 'Infinity' ELSE round((random() * 20 + i % 2)::numeric, 0) END::float8 AS x, i % 2 AS part FROM generate_series(1, 4000) i;
CREATE FUNCTION by_hand(cuts float8[]) RETURNS float8 LANGUAGE sql AS $$
	WITH cells AS (SELECT cell, count(*) FILTER (WHERE part = 0)::float8 AS e, count(*) FILTER (WHERE part = 1)::float8 AS a,
			sum(count(*) FILTER (WHERE part = 0)) OVER () AS n, sum(count(*) FILTER (WHERE part = 1)) OVER () AS m
		FROM (SELECT part, CASE WHEN x IS NULL OR x = 'NaN' THEN -1 ELSE (SELECT count(*) FROM unnest(cuts) c WHERE c <= x) END AS cell FROM v) y GROUP BY cell),
	smooth AS (SELECT (e + h) / n AS e, (a + h) / m AS a FROM cells, LATERAL (SELECT CASE WHEN e = 0 OR a = 0 THEN 0.5::float8 ELSE 0 END AS h) z)
	SELECT sum((a - e) * ln(a / e)) FROM smooth $$;
SELECT ok(near(icp_psi((SELECT array_agg(x) FROM v WHERE part = 0), (SELECT array_agg(x) FROM v WHERE part = 1), cuts), by_hand(cuts)), 'values: ' || cuts::text)
	FROM (VALUES ('{5,10,15}'::float8[]), ('{0}'), ('{-100,20}'), ('{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23}')) c(cuts);
SELECT ok(near(icp_psi('{1,2,3,11,NULL,NaN}', '{1,12,13,NaN}', '{10}'), icp_psi('{3,1,2}', '{1,2,1}')), 'NULL and NaN are a cell, beside those between the cuts');
SELECT ok(near(icp_psi('{10,5}', '{9.99,10}', '{10}'), 0), 'a cut belongs to the cell above it');

-- ---- errors ----

SELECT throws_ok('SELECT icp_psi(' || a || ')', s, m) FROM (VALUES
	($$'{1,2}', '{1,2,3}'$$, '2202E', '"expected" has 2 cells, and "actual" has 3'),
	($$'{1,-2}', '{1,2}'$$, '22023', 'element 2 of "expected", -2, is no count or share'),
	($$'{1,2}', '{Infinity,2}'$$, '22023', 'element 1 of "actual", Infinity, is no count or share'),
	($$'{1,NULL}', '{1,2}'$$, '22004', 'element 2 of "expected" is missing'),
	($$'{1,2}', '{NaN,2}'$$, '22004', 'element 1 of "actual" is missing'),
	($$'{}', '{}'$$, '22023', '"expected" must not be empty'), ($$'{1}', '{}'$$, '22023', '"actual" must not be empty'),
	($$'{}', '{1}', '{1}'$$, '22023', '"expected" must not be empty'), ($$'{1}', '{1}', '{}'$$, '22023', '"cuts" must not be empty'),
	($$'{{1,2}}', '{1,2}'$$, '2202E', '"expected" must be a one-dimensional array'),
	($$'{1}', '{1}', '{2,1}'$$, '22023', '"cuts" must be in ascending order'), ($$'{1}', '{1}', '{1,1}'$$, '22023', '"cuts" must be in ascending order'),
	($$'{1}', '{1}', '{1,NULL}'$$, '22023', 'element 2 of "cuts" is no finite number'), ($$'{1}', '{1}', '{-Infinity,1}'$$, '22023', 'element 1 of "cuts" is no finite number')) v(a, s, m);

SELECT * FROM finish();
ROLLBACK;

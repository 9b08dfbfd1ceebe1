-- The customers whose best ones have something in common, generated from the row's number alone, so that every run,
-- anywhere, looks for the same traits. The first table can be made in any language that has MD5 and whole numbers.
--
-- psql variable: rows.

DROP SCHEMA public CASCADE;
CREATE SCHEMA public;

-- 28 bits.
CREATE FUNCTION u(i bigint, j integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ('x' || left(md5(i || ':' || j), 7))::bit(28)::bigint;

-- One of 0 .. n - 1 for 28 bits, small ones more often. All divisions are of whole numbers.
CREATE FUNCTION skewed(u bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (u * u / 268435456 * n) / 268435456;

CREATE TABLE customers (
	c0 text, c1 text, c2 text, c3 text, c4 text, c5 text, c6 text, c7 text, c8 text, c9 text, c10 text, c11 text, c12 text,
	c13 text, c14 text,
	emp integer,
	best boolean	-- last, so that reading it finds all others on the way
);

BEGIN;
TRUNCATE customers;	-- in the transaction that fills it, so that nothing need be logged
INSERT INTO customers
SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, emp,
	u(i, 99) < greatest(1073741,						-- 0.4 % are best anyway,
		CASE WHEN c7 = 'v2' AND c9 = 'v3' THEN 32212254 END,				-- and 12 % of these,
		CASE WHEN c3 = 'v1' AND c11 = 'v4' AND c5 = 'v2' THEN 67108864 END,	-- 25 %,
		CASE WHEN c13 = 'v7' THEN 8053063 END,								-- 3 %
		CASE WHEN emp BETWEEN 100 AND 300 THEN 5368709 END)					-- and 2 %
FROM (
	SELECT i, 'v' || skewed(u0, 2) AS c0, 'v' || skewed(u1, 3) AS c1, 'v' || skewed(u2, 4) AS c2, 'v' || skewed(u3, 5) AS c3,
		'v' || skewed(u4, 6) AS c4, 'v' || skewed(u5, 8) AS c5, 'v' || skewed(u6, 8) AS c6, 'v' || skewed(u7, 10) AS c7,
		'v' || skewed(u8, 10) AS c8, 'v' || skewed(u9, 12) AS c9, 'v' || skewed(u10, 15) AS c10, 'v' || skewed(u11, 20) AS c11,
		'v' || skewed(u12, 20) AS c12, 'v' || skewed(u13, 30) AS c13, 'v' || skewed(u14, 40) AS c14, 1 + skewed(u50, 2000) AS emp
	FROM (
		SELECT i, u(i, 0) AS u0, u(i, 1) AS u1, u(i, 2) AS u2, u(i, 3) AS u3, u(i, 4) AS u4, u(i, 5) AS u5, u(i, 6) AS u6,
			u(i, 7) AS u7, u(i, 8) AS u8, u(i, 9) AS u9, u(i, 10) AS u10, u(i, 11) AS u11, u(i, 12) AS u12, u(i, 13) AS u13,
			u(i, 14) AS u14, u(i, 50) AS u50
		FROM generate_series(1, :rows) AS i
		OFFSET 0	-- each but once
	) AS random
	OFFSET 0
) AS customer;
COMMIT;

-- The same, only the first ten of the best still best.
CREATE TABLE customers_ten (LIKE customers);
BEGIN;
TRUNCATE customers_ten;
INSERT INTO customers_ten
SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, emp,
	best AND count(*) FILTER (WHERE best) OVER (ORDER BY ctid ROWS UNBOUNDED PRECEDING) <= 10
FROM customers;
COMMIT;

-- One of 0 .. n - 1, faster; small ones more often.
CREATE FUNCTION pick(i bigint, salt bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN trunc((hashint8extended(i, salt) & 268435455) / 268435456.0::float8 * n)::bigint;
CREATE FUNCTION pick_skewed(i bigint, salt bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN trunc(((hashint8extended(i, salt) & 268435455) / 268435456.0::float8) ^ 2 * n)::bigint;

-- A tenth as many of 200 columns: texts of 2 to 40 values, some NULL, twenty booleans, twenty numbers.
BEGIN;
SELECT format('CREATE TABLE wide AS SELECT %s, pick(i, 0, 1000) < CASE WHEN pick_skewed(i, 10, 1000) BETWEEN 100 AND 200 THEN 50 '
	'WHEN pick(i, 5, 2) = 1 AND pick_skewed(i, 3, 5) = 2 THEN 40 ELSE 8 END AS best FROM generate_series(1, %s) AS i',
	string_agg(CASE j % 10
		WHEN 0 THEN format('pick_skewed(i, %s, 1000)::integer AS f%1$s', j)
		WHEN 5 THEN format('pick(i, %s, 2) = 1 AS f%1$s', j)
		ELSE format('CASE WHEN pick(i, %s, 20) > %s THEN ''v'' || pick_skewed(i, %s, %s) END AS f%3$s', 1000 + j,
			CASE j % 4 WHEN 0 THEN 5 ELSE -1 END, j, ('{2,3,4,5,6,8,10,12,15,20,25,30,40}'::int[])[1 + j % 13])
		END, ', ' ORDER BY j), :rows / 10)
FROM generate_series(1, 200) AS j \gexec
COMMIT;

-- As many of about 10 of 5,000 tags, with two combinations that count, and the same with 30 rows of 500 tags, all best.
CREATE TABLE tagged (tags text[], best boolean);
BEGIN;
TRUNCATE tagged;
INSERT INTO tagged
SELECT tags, pick(i, 0, 1000) < CASE WHEN tags @> '{tag1,tag4}' THEN 120 WHEN tags @> '{tag30}' THEN 30 ELSE 4 END
FROM (
	SELECT i, ARRAY(SELECT DISTINCT 'tag' || pick_skewed(i, k, 5000) FROM generate_series(1, 6 + pick(i, 1000, 9)) AS k) AS tags
	FROM generate_series(1, :rows) AS i
	OFFSET 0
) AS tagged;
COMMIT;

CREATE TABLE tagged_more (LIKE tagged);
BEGIN;
TRUNCATE tagged_more;
INSERT INTO tagged_more SELECT * FROM tagged;
INSERT INTO tagged_more
SELECT ARRAY(SELECT 'tag' || tag FROM generate_series(0, 4999) AS tag ORDER BY pick(tag, i, 268435456) LIMIT 500), true
FROM generate_series(1, 30) AS i;
COMMIT;

-- Without a worker of its own to disturb the runs.
ALTER TABLE customers SET (autovacuum_enabled = off);
ALTER TABLE customers_ten SET (autovacuum_enabled = off);
ALTER TABLE wide SET (autovacuum_enabled = off);
ALTER TABLE tagged SET (autovacuum_enabled = off);
ALTER TABLE tagged_more SET (autovacuum_enabled = off);
VACUUM (FREEZE, ANALYZE) customers, customers_ten, wide, tagged, tagged_more;

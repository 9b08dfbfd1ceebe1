-- Ledgers: one customer's money by period, exact, whatever the order and the split.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- Numbers that are as good as random, and the same everywhere.
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE FUNCTION words(l icp_ledger) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT string_agg(format('%s:%s-%s/%s', to_char(period, 'YYYY-MM-DD'), charged, refunded, cost), ' ' ORDER BY period) FROM icp_periods(l) $$;

\echo what it holds
SELECT is(words(icp_ledger(d, a)), '2025-01-01:10.50-2.25/0.00 2025-03-01:3.00-0.00/0.00', 'charges and refunds by month')
FROM (VALUES (date '2025-03-01', 3), ('2025-01-15', 10.50), ('2025-01-31', -2.25)) v(d, a);
SELECT is(words(icp_ledger(d, a, c)), '2025-01-01:0-0/-7 2025-02-01:1-0/2', 'cost has a sign, and stands without an amount; rows of nothing leave nothing')
FROM (VALUES (date '2025-01-03', NULL, -7), ('2025-02-28', 1, 2), ('2025-02-01', NULL, NULL), ('2025-05-01', 0, 0), (NULL, 9, 9)) v(d, a, c);
SELECT is(words(icp_ledger(NULL::date, 1)), NULL, 'a row without a time is only counted');
SELECT ok(icp_ledger(d, 1) IS NULL, 'of no rows, NULL') FROM (VALUES (date '2025-01-01')) v(d) WHERE false;
SELECT is(words(icp_ledger(date '2025-01-01', a)), format('2025-01-01:%s-0%s/0%s', b, z, z), 'amount ' || b)
FROM (VALUES (0.10, '0.1', '.0'), (1e6, '1000000', ''), (12345678.90, '12345678.9', '.0'), (0.00000001, '0.00000001', '.00000000'), (90000000000000000, '90000000000000000', ''), (1234567890123.4567, '1234567890123.4567', '.0000')) v(a, b, z) GROUP BY b, z ORDER BY b;
-- A hundred thousand amounts of all lengths, against numeric.
SELECT is(sum(l.charged - l.refunded), max(s), 'the sum of amounts of all lengths') FROM (SELECT icp_ledger(date '2025-01-01' + pick(1, i, 900), a) AS l, sum(a) AS s
	FROM (SELECT i, ((pick(2, i, 2000001) - 1000000)::numeric * (10 ^ pick(3, i, 5))::numeric / (10 ^ pick(4, i, 7))::numeric)::numeric(30, 6) AS a FROM generate_series(1, 100000) i) x) y, icp_periods(y.l) l;

\echo time
SELECT is(words(icp_ledger(t, 1)), '2024-12-01:1-0/0 2025-01-01:2-0/0', 'timestamps without a zone') FROM (VALUES (timestamp '2024-12-31 23:59:59.999999'), ('2025-01-01'), ('2025-01-31 23:59:59')) v(t);
SET timezone = 'Asia/Shanghai';
SELECT is(words(icp_ledger(t, 1)), '2025-01-01:2-0/0 2025-02-01:1-0/0', 'moments count by the session''s zone') FROM (VALUES (timestamptz '2024-12-31 16:00:00+00'), ('2025-01-31 15:59:59+00'), ('2025-01-31 16:00:00+00')) v(t);
SET timezone = 'America/New_York';
SELECT is(count(*) FILTER (WHERE p.period = date_trunc('month', t)::date), 20000::bigint, 'months of moments are those of date_trunc')
FROM (SELECT i, min(t) AS t, icp_ledger(t, 1) AS l FROM (SELECT i, timestamptz '2019-01-01' + i * interval '97 minutes 13 seconds' AS t FROM generate_series(1, 20000) i) y GROUP BY i) x, icp_periods(l) p;
SET timezone = '<far>-50';
SELECT is(words(icp_ledger(t, 1)), '2025-02-01:1-0/0', 'of a zone that is far away, too') FROM (VALUES (timestamptz '2025-01-30 00:00:00+00')) v(t);
SET timezone = 'UTC';
SELECT is(words(icp_ledger(d, 1, 0, NULL::daterange, NULL, '{"by": "day"}')), '2025-01-05:1-0/0 2025-01-06:1-0/0', 'by day') FROM (VALUES (date '2025-01-05'), ('2025-01-06')) v(d);
SELECT is(words(icp_ledger(d, 1, 0, NULL::daterange, NULL, '{"by": "week"}')), '2024-12-30:2-0/0 2025-01-06:1-0/0', 'by week, from Monday on') FROM (VALUES (date '2024-12-30'), ('2025-01-05'), ('2025-01-06')) v(d);
SELECT is(words(icp_ledger(d, 1, 0, NULL::daterange, NULL, '{"by": "week"}')), '1999-12-20:1-0/0 1999-12-27:1-0/0', 'before 2000') FROM (VALUES (date '1999-12-26'), ('2000-01-01')) v(d);
SELECT is(words(icp_ledger(date '2025-01-05', 1, 0, NULL::daterange, NULL, o)), words(icp_ledger(date '2025-01-05', 1)), coalesce(o::text, 'no options') || ': by month') FROM (VALUES ('{}'::jsonb), (NULL), ('{"by": "month"}')) v(o) GROUP BY o;

\echo prepaid
CREATE FUNCTION parts(l icp_ledger) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('%s from %s: %s .. %s', count(*), min(period), (array_agg(charged + refunded ORDER BY period))[1], (array_agg(charged + refunded ORDER BY period))[count(*)]) FROM icp_periods(l) $$;
SELECT is(parts(icp_ledger(date '2025-02-28', 100, 10, daterange('2025-02-28', '2026-02-28'))), '12 from 2025-02-01: 8.33 .. 8.37', '28 Feb 2025 to 28 Feb 2026 is 12 months, the remainder with the last');
SELECT is(parts(icp_ledger(date '2025-02-28', -100, 10, daterange('2025-02-28', '2026-02-28'))), '12 from 2025-02-01: 8.33 .. 8.37', 'and so is a refund');
SELECT is(sum(charged) || ' ' || sum(cost), '100.00 10.01', 'nothing is lost') FROM icp_periods((SELECT icp_ledger(date '2025-02-28', 100, 10.01, daterange('2025-02-28', '2026-02-28'))));
SELECT is(parts(icp_ledger(date '2020-01-01', 12, 0, daterange(f, t))), p, format('%s to %s', f, t))
FROM (VALUES (date '2025-01-01', date '2026-01-01', '12 from 2025-01-01: 1 .. 1'), ('2025-01-31', '2025-02-28', '1 from 2025-01-01: 12 .. 12'), ('2025-01-31', '2025-03-31', '2 from 2025-01-01: 6 .. 6'),
	('2025-01-15', '2025-02-20', '2 from 2025-01-01: 6 .. 6'), ('2025-01-15', '2025-01-16', '1 from 2025-01-01: 12 .. 12'), ('2024-02-29', '2025-02-28', '12 from 2024-02-01: 1 .. 1'), ('2024-02-29', '2025-03-01', '13 from 2024-02-01: 0.92 .. 0.96')) v(f, t, p) GROUP BY f, t, p ORDER BY f, t;
SELECT is(parts(icp_ledger(timestamptz '2025-02-28 10:00', 12, 0, tstzrange('2025-02-28 10:00', u))), p, 'a year to the hour: ' || p)
FROM (VALUES (timestamptz '2026-02-28 10:00', '12 from 2025-02-01: 1 .. 1'), ('2026-02-28 10:01', '13 from 2025-02-01: 0.92 .. 0.96'), ('2026-02-28 00:00', '12 from 2025-02-01: 1 .. 1')) v(u, p) GROUP BY u, p ORDER BY p;
SELECT is(parts(icp_ledger(date '2025-01-31', 3, 0, s)), parts(icp_ledger(date '2025-01-31', 3)), coalesce(s::text, 'NULL') || ' is no service') FROM (VALUES (daterange('empty')), (NULL)) v(s) GROUP BY s;
SELECT is(words(icp_ledger(date '2025-01-31', 3, 0, daterange('2025-01-31', '2025-04-30'), NULL, '{"by": "day"}')), '2025-01-31:1-0/0 2025-02-28:1-0/0 2025-03-31:1-0/0', 'by day, spread over months from the first day on');
SELECT is(parts(icp_ledger(date '2025-01-01', 4, 0, daterange('2025-01-01', '2025-01-29'), NULL, '{"by": "week"}')), '4 from 2024-12-30: 1 .. 1', 'by week, over weeks');
-- How it is spread does not depend on what else there is.
SELECT is(count(DISTINCT icp_ledger::text), 1::bigint, 'the remainder is of cents, in whatever order rows come') FROM (
	SELECT icp_ledger(d, a, 0, s ORDER BY o) FROM (VALUES (date '2025-01-01', 100, daterange('2025-01-01', '2025-04-01'), 1), ('2025-01-01', 0.001, NULL, 2), ('2025-01-01', 7, daterange('2025-01-01', '2025-03-15'), 3)) v(d, a, s, o)
	UNION ALL SELECT icp_ledger(d, a, 0, s ORDER BY o DESC) FROM (VALUES (date '2025-01-01', 100, daterange('2025-01-01', '2025-04-01'), 1), ('2025-01-01', 0.001, NULL, 2), ('2025-01-01', 7, daterange('2025-01-01', '2025-03-15'), 3)) v(d, a, s, o)) x;

\echo errors
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 'NaN')$$, '22003', 'amount cannot be NaN');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 'Infinity')$$, '22003', 'amount cannot be infinite');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, '-Infinity')$$, '22003', 'cost cannot be infinite');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1::numeric / 3)$$, '22003', 'amount "0.33333333333333333333" has more than 8 decimal places');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1e30)$$, '22003', 'amount is out of range');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 9e18) FROM generate_series(1, 2)$$, '22003', 'a ledger''s amount is out of range');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', a) FROM (VALUES (9e18), (0.01)) v(a)$$, '22003', 'a ledger''s amount is out of range');
SELECT is((SELECT string_agg(period::text || ' ' || charged, ', ') FROM icp_periods((SELECT icp_ledger(d::date, 5, 0, NULL::daterange, NULL, jsonb_build_object('by', g)) FROM (VALUES ('4713-01-01 BC'), ('5874897-12-31')) v(d))::text::icp_ledger)), e, 'the first and the last dates are no damage, by ' || g)
FROM (VALUES ('day', '4713-01-01 BC 5, 5874897-12-31 5'), ('week', '4714-12-29 BC 5, 5874897-12-30 5'), ('month', '4713-01-01 BC 5, 5874897-12-01 5')) v(g, e);
SELECT throws_ok($$SELECT icp_ledger(date '4714-11-24 BC', 1)$$, '22008', 'date out of range', 'a month whose first day is no date');
SELECT throws_ok($$SELECT icp_ledger(date 'infinity', 1)$$, '22008', 'the time of a payment cannot be infinite');
SELECT throws_ok($$SELECT icp_ledger(timestamptz '-infinity', 1)$$, '22008', 'the time of a payment cannot be infinite');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, daterange('2025-01-01', NULL))$$, '22008', 'the service of a payment cannot be unbounded');
SELECT throws_ok($$SELECT icp_ledger(timestamptz '2025-01-01', 1, 0, tstzrange('2025-01-01', 'infinity'))$$, '22008', 'the end of a service cannot be infinite');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, daterange('1025-01-01', '2025-01-01'))$$, '54000', 'the service of a payment has 12000 months');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, c) FROM (VALUES ('USD'), (NULL), ('EUR')) v(c)$$, '22023', 'currencies "EUR" and "USD" cannot be added');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, '')$$, '22023', 'invalid currency ""');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, 'EUR', '{"by": "quarter"}')$$, '22023', 'invalid value for the option "by"');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, 'EUR', '{"per": "day"}')$$, '22023', 'unknown option "per"');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, 'EUR', '[]')$$, '22023', 'options must be a JSON object');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, 'EUR', o) FROM (VALUES ('{}'::jsonb), ('{"by": "day"}')) v(o)$$, '22023', 'a ledger by month cannot take rows by day');
SELECT throws_ok($$SELECT icp_rollup(l) FROM (SELECT icp_ledger(date '2025-01-01', 1, 0, NULL::daterange, 'EUR', o) AS l FROM (VALUES ('{}'::jsonb), ('{"by": "day"}')) v(o) GROUP BY o) x$$, '22023', 'ledgers by day and by month cannot be added');
-- amounts that a ledger cannot hold
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 99999999999999999999)$$, '22003', NULL, 'an amount of 20 digits');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', 9223372036854775807.5)$$, '22003', NULL, 'the largest, and more digits after the point');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', a) FROM (VALUES (92233720368547758), (0.001)) v(a)$$, '22003', NULL, 'too large for the digits of another');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', -9223372036854775808)$$, '22003', NULL, 'the smallest, whose negative there is not');
SELECT throws_ok($$SELECT icp_ledger(date '2025-01-01', a) FROM (VALUES (9223372036854775807), (1)) v(a)$$, '22003', NULL, 'a sum that is too large');
SELECT is(string_agg(charged::text, ' ' ORDER BY charged), '9223372036854775807', 'the largest alone') FROM icp_periods((SELECT icp_ledger(date '2025-01-01', 9223372036854775807)));
SELECT throws_ok($$SELECT icp_ledger_accum(NULL, date '2025-01-01', 1)$$, '0A000', 'icp_ledger_accum was called outside of an aggregate');
SELECT throws_ok($$SELECT icp_ledger_combine(NULL, NULL)$$, '0A000', 'icp_ledger_combine was called outside of an aggregate');
SELECT throws_ok($$SELECT icp_ledger_final(icp_ledger(date '2025-01-01', 1))$$, '0A000', 'icp_ledger_final was called outside of an aggregate');

\echo any order, any split, any plan
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP result := result || line || E'\n'; END LOOP;
	RETURN result;
END $$;
CREATE TABLE payment AS SELECT i, pick(1, i, 200) AS customer, timestamptz '2023-01-01' + pick(2, i, 900) * interval '1 day' + pick(3, i, 86400) * interval '1 second' AS paid_at,
	(pick(4, i, 40000) - 8000) / (10 ^ pick(5, i, 4))::numeric AS amount, pick(6, i, 900) / 10.0 AS cost, CASE WHEN pick(7, i, 9) = 0 THEN tstzrange(timestamptz '2023-01-01' + pick(8, i, 900) * interval '1 day', timestamptz '2025-08-01' + pick(9, i, 900) * interval '1 day') END AS service,
	CASE WHEN pick(10, i, 3) = 0 THEN 'EUR' END AS currency FROM generate_series(1, 20000) i;
ANALYZE payment;
CREATE TABLE ledgers AS SELECT customer, icp_ledger(paid_at, amount, cost, service, currency ORDER BY i)::text AS l FROM payment GROUP BY 1;
CREATE FUNCTION same(query text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE n bigint; m bigint;
BEGIN
	EXECUTE format('SELECT count(*), count(*) FILTER (WHERE q.l::text = l.l) FROM (%s) q JOIN ledgers l USING (customer)', query) INTO n, m;
	RETURN is(n || ' ' || m, '200 200', what);
END $$;
SELECT same('SELECT customer, icp_ledger(paid_at, amount, cost, service, currency ORDER BY paid_at DESC, i) AS l FROM payment GROUP BY 1', 'newest first');
SELECT same('SELECT customer, icp_ledger(paid_at, amount, cost, service, currency ORDER BY pick(20, i, 1000000)) AS l FROM payment GROUP BY 1', 'shuffled');
SELECT same(format('SELECT customer, icp_rollup(l ORDER BY pick(30, part, 100)) AS l FROM (SELECT customer, pick(%s, i, %s) AS part, icp_ledger(paid_at, amount, cost, service, currency) AS l FROM payment GROUP BY 1, 2) x GROUP BY 1', seed, parts), parts || ' parts')
FROM (VALUES (11, 2), (12, 7), (13, 40)) v(seed, parts);
SELECT same('SELECT customer, icp_rollup(l::text::icp_ledger) AS l FROM ledgers GROUP BY 1', 'written and read');
SET enable_hashagg = off;
SELECT same('SELECT customer, icp_ledger(paid_at, amount, cost, service, currency) AS l FROM payment GROUP BY 1', 'sorted');
RESET enable_hashagg;
SET enable_sort = off; SET work_mem = '64kB';
SELECT same('SELECT customer, icp_ledger(paid_at, amount, cost, service, currency) AS l FROM payment GROUP BY 1', 'hashed, with little memory');
RESET enable_sort; RESET work_mem;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 3;
SELECT ok(plan('SELECT customer, icp_ledger(paid_at, amount, cost, service, currency) FROM payment GROUP BY 1') ~ 'Partial', 'workers share the work');
SELECT same('SELECT customer, icp_ledger(paid_at, amount, cost, service, currency) AS l FROM payment GROUP BY 1', 'in workers');
RESET max_parallel_workers_per_gather;
SELECT is(count(*) FILTER (WHERE w = l), 20000::bigint, 'windows: every row sees its customer''s ledger') FROM (SELECT customer, icp_ledger(paid_at, amount, cost, service, currency) OVER (PARTITION BY customer)::text AS w FROM payment) x JOIN ledgers USING (customer);
SELECT is(count(*) FILTER (WHERE w::text = a::text), 300::bigint, 'windows that grow leave earlier results alone') FROM (
	SELECT i, icp_ledger(paid_at, amount) OVER (ORDER BY i) AS w, (SELECT icp_ledger(paid_at, amount) FROM payment p WHERE p.i <= payment.i) AS a FROM payment WHERE i <= 300) x;
SELECT is(count(DISTINCT icp_ledger::text), 1::bigint, 'grouping sets and filters') FROM (SELECT icp_ledger(paid_at, amount) FILTER (WHERE customer = 7) FROM payment GROUP BY GROUPING SETS ((), ()) UNION ALL SELECT icp_ledger(paid_at, amount) FROM payment WHERE customer = 7) x;

\echo rolling up, and NULL
CREATE TABLE two AS SELECT icp_ledger(date '2025-01-01', 1) AS a, icp_ledger(date '2025-02-01', 2) AS b;
SELECT is(icp_rollup(l)::text, e, n) FROM two, LATERAL (VALUES (NULL, NULL, NULL, 'NULL and NULL'), (NULL, b, b::text, 'NULL and b'), (a, NULL, a::text, 'a and NULL'),
	(a, b, (SELECT icp_ledger(d, m)::text FROM (VALUES (date '2025-01-01', 1), ('2025-02-01', 2)) v(d, m)), 'a and b')) v(x, y, e, n), LATERAL (VALUES (x), (y)) w(l) GROUP BY e, n ORDER BY n;
SELECT * FROM finish();
ROLLBACK;

-- Customers and their invoices, generated from their numbers alone: a tenth of rows customers, one and a half times rows
-- invoices. Customers are acquired over 36 months, have a chance of their own to leave, pay monthly with gaps and refunds.
--
-- psql variable: rows.

DROP SCHEMA public CASCADE;
CREATE SCHEMA public;

-- A number in [0,1).
CREATE FUNCTION u(i bigint, purpose integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(i, purpose) & 1048575) / 1048576.0::float8;

CREATE TABLE customers (customer integer, tier text, acquired date, cac numeric(10,2));
CREATE TABLE invoices (customer integer, paid_at timestamptz, amount numeric(10,2), cost numeric(10,2), kind text);

BEGIN;
SET LOCAL timezone = 'UTC';
TRUNCATE customers, invoices;	-- in the transaction that fills them, so that nothing need be logged
INSERT INTO customers
SELECT i, 'T' || 1 + floor(4 * u(i, 1))::int, date '2023-01-01' + floor(1095 * u(i, 2))::int, CASE WHEN u(i, 3) < 0.95 THEN 100 + 900 * u(i, 4) END
FROM generate_series(1, :rows / 10) AS i;
-- As invoices come: by time.
INSERT INTO invoices
SELECT customer, paid_at, amount, round(amount * (0.2 + 0.2 * u(n, 5))::numeric, 2), CASE WHEN amount < 0 THEN 'refund' ELSE 'charge' END
FROM (
	SELECT customer, n, acquired + m * interval '1 month' + u(n, 6) * interval '20 days' AS paid_at,
		round(((30 + 200 * u(customer, 7)) * (0.8 + 0.4 * u(n, 8)) * CASE WHEN u(n, 9) < 0.02 THEN -0.5 ELSE 1 END)::numeric, 2) AS amount
	FROM customers, LATERAL (SELECT floor(ln(1 - u(customer, 10)) / ln(1 - 0.02 * u(customer, 11)))::int AS months) AS stay,
		LATERAL generate_series(0, least(months, 60)) AS m, LATERAL (SELECT customer * 100::bigint + m AS n) AS key
	WHERE u(customer, 12) < 0.95 AND u(n, 13) < 0.96) AS i
WHERE paid_at < '2026-01-01'
ORDER BY paid_at;
COMMIT;

VACUUM ANALYZE customers, invoices;

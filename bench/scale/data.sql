-- Accounts, and as many invoices of a tenth of them, generated from their numbers alone.
--
-- psql variable: rows.

DROP SCHEMA public CASCADE;
CREATE SCHEMA public;

-- A number in [0,1).
CREATE FUNCTION u(i bigint, purpose integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(i, purpose) & 1048575) / 1048576.0::float8;

CREATE FUNCTION one_of(i bigint, purpose integer, words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN words[1 + floor(cardinality(words) * u(i, purpose))::int];

CREATE TABLE accounts (
	id bigint NOT NULL,
	name text NOT NULL,
	industry text,
	employees integer,
	revenue numeric(15,2),
	growth float8,
	founded date,
	city text,
	country text,
	source text,
	rating smallint,
	created_on date NOT NULL,
	contacts integer NOT NULL,
	uses_competitor boolean,
	is_best boolean NOT NULL
);
CREATE TABLE customers (customer bigint, acquired date, cac numeric(10,2));
CREATE TABLE invoices (customer bigint, paid_on date, amount numeric(10,2), cost numeric(10,2));

BEGIN;
TRUNCATE accounts, customers, invoices;	-- in the transaction that fills them, so that nothing need be logged
INSERT INTO accounts
SELECT i, 'Company ' || i, industry, employees,
	CASE WHEN u(i, 3) < 0.9 THEN round((employees * (30000 + 200000 * u(i, 4)))::numeric, 2) END, growth,
	date '1990-01-01' + floor(12000 * u(i, 6))::int,
	one_of(i, 7, '{Shanghai,Hangzhou,Shenzhen,Beijing,Singapore,Chengdu,Wuhan,Guangzhou,Suzhou,Nanjing}'),
	one_of(i, 8, '{CN,SG,HK,DE,US}'), CASE WHEN u(i, 9) < 0.8 THEN one_of(i, 10, '{referral,search,fair,partner,ads,cold call}') END,
	floor(6 * u(i, 11))::int, date '2021-01-01' + floor(1825 * u(i, 12))::int, floor(20 * u(i, 13))::int, u(i, 14) < 0.2,
	u(i, 15) < 0.02 + 0.10 * (industry = 'SaaS')::int + 0.08 * (employees BETWEEN 100 AND 300)::int + 0.06 * (growth > 1)::int
FROM generate_series(1, :rows::bigint) AS i,
	LATERAL (SELECT one_of(i, 1, '{SaaS,Fintech,E-commerce,Healthcare,Manufacturing,Logistics,Retail,Education,Energy,Media,Consulting,Construction}') AS industry,
		floor(exp(8 * u(i, 2)))::int AS employees, round((2 * u(i, 5))::numeric, 3)::float8 AS growth) AS x;

-- Acquired over 36 months; ten invoices each, one a month from then on as far as time goes, in the order of time.
INSERT INTO customers
SELECT i, date '2023-01-01' + floor(1095 * u(i, 21))::int, CASE WHEN u(i, 22) < 0.95 THEN 100 + 900 * u(i, 23) END
FROM generate_series(1, :rows::bigint / 10) AS i;
INSERT INTO invoices
SELECT customer, paid_on, amount, round(amount * 0.3, 2)
FROM (SELECT customer, acquired + 30 * m + floor(20 * u(customer * 100 + m, 24))::int AS paid_on,
		round(((30 + 200 * u(customer, 25)) * (0.8 + 0.4 * u(customer * 100 + m, 26)) * CASE WHEN u(customer * 100 + m, 27) < 0.02 THEN -0.5 ELSE 1 END)::numeric, 2) AS amount
	FROM customers, generate_series(0, 9) AS m) AS i
ORDER BY paid_on;
COMMIT;

VACUUM ANALYZE accounts, customers, invoices;

-- A million customers of 20 columns, each from its number alone: ten texts of 3 to 300 values, seven numbers, two dates and a
-- boolean, a tenth of most missing. One in thirty is one of the best, by what eight columns say and two of them together.
--
-- psql variable: rows.

DROP TABLE IF EXISTS million;

-- A number in [0,1).
CREATE OR REPLACE FUNCTION u(i bigint, salt integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(i, salt) >> 11) & 9007199254740991) / 9007199254740992.0::float8;

-- Something, or NULL for one in ten.
CREATE OR REPLACE FUNCTION known(i bigint, salt integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(i, 1000 + salt) & 1023) >= 102;

CREATE TABLE million (
	industry text, city text, country text, channel text, stage text, segment text, plan text, partner text, product text, owner text,
	employees integer, revenue float8, growth float8, visits integer, tickets integer, seats integer, discount float8,
	founded_on date, seen_on date,
	competitor boolean,
	best boolean	-- last, so that reading it finds all others on the way
);

BEGIN;
TRUNCATE million;	-- in the transaction that fills it, so that nothing need be logged
INSERT INTO million
SELECT CASE WHEN known(i, 1) THEN 'industry ' || industry END,
	CASE WHEN known(i, 2) THEN 'city ' || city END,
	'country ' || floor(40 * u(i, 3) * u(i, 4)),
	CASE WHEN known(i, 5) THEN 'channel ' || channel END,
	'stage ' || floor(6 * u(i, 6)),
	CASE WHEN known(i, 7) THEN 'segment ' || floor(5 * u(i, 7)) ELSE 'Select' END,
	'plan ' || floor(4 * u(i, 8)),
	CASE WHEN u(i, 9) < 0.2 THEN 'partner ' || floor(80 * u(i, 10)) END,
	'product ' || floor(25 * u(i, 11) * u(i, 12)),
	'owner ' || floor(60 * u(i, 13)),
	CASE WHEN known(i, 14) THEN employees END,
	CASE WHEN known(i, 15) THEN round((employees * (50 + 300 * u(i, 15)))::numeric)::float8 END,
	CASE WHEN known(i, 16) THEN round(growth::numeric, 3)::float8 END,
	floor(200 * u(i, 17) * u(i, 18) * u(i, 19)),
	CASE WHEN known(i, 20) THEN floor(12 * u(i, 20) * u(i, 21)) END,
	1 + floor(500 * u(i, 22) * u(i, 23)),
	round((0.4 * u(i, 24))::numeric, 2)::float8,
	CASE WHEN known(i, 25) THEN date '2025-01-01' - floor(12000 * u(i, 25) * u(i, 26))::integer END,
	date '2025-12-31' - floor(700 * u(i, 27))::integer,
	CASE WHEN known(i, 28) THEN u(i, 28) < 0.3 END,
	u(i, 99) < 1 / (1 + exp(5.2 - 1.4 * (industry IN (2, 3))::integer - 0.8 * (city % 7 = 0)::integer - 1.2 * (employees BETWEEN 100 AND 300)::integer
		- 3 * greatest(growth, 0) - 0.7 * (channel = 1)::integer - 1.5 * (channel = 2 AND industry < 6)::integer - 0.6 * (u(i, 28) < 0.3)::integer
		- 0.8 * u(i, 17)))
FROM (
	SELECT i, floor(20 * u(i, 1))::integer AS industry, floor(300 * u(i, 2) * u(i, 30))::integer AS city, floor(9 * u(i, 5))::integer AS channel,
		floor(exp(1 + 7 * u(i, 14) * u(i, 31) + u(i, 32)))::integer AS employees, u(i, 16) * u(i, 33) - 0.2 AS growth
	FROM generate_series(1, :rows) AS i
	OFFSET 0	-- each but once
) AS customer;
COMMIT;
VACUUM ANALYZE million;

-- The accounts that are scored: 27 columns as a CRM has them, of its types and widths, with the NULLs that it has.
-- Generated from the row's number alone, so that every run, anywhere, scores the same rows.
--
-- psql variable: rows.

DROP SCHEMA public CASCADE;
CREATE SCHEMA public;

-- One of 0 .. n - 1: the same for the same row and salt, unrelated for others.
CREATE FUNCTION pick(i bigint, salt bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(i, salt) & 4503599627370495) % n;

CREATE FUNCTION one_of(i bigint, salt bigint, words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN words[1 + pick(i, salt, cardinality(words))];

CREATE TYPE account_status AS ENUM ('prospect', 'qualified', 'customer', 'churned');

-- No index: count(*) and the like shall scan the table.
CREATE TABLE accounts (
	id bigint NOT NULL,
	external_id text NOT NULL,
	name text NOT NULL,
	website text,
	phone varchar(40),
	industry text,
	employees integer,
	annual_revenue numeric(15,2),
	currency char(3) NOT NULL,
	growth float8,
	founded date,
	street text,
	city varchar(80),
	postal_code varchar(20),
	country char(2),
	owner text NOT NULL,
	source varchar(40),
	status account_status NOT NULL,
	rating smallint,
	created_at timestamptz NOT NULL,
	last_activity timestamptz,
	contacts integer NOT NULL,
	open_deals integer NOT NULL,
	uses_competitor boolean,
	updated_at timestamptz NOT NULL,
	technologies text[],
	note text
);

BEGIN;
TRUNCATE accounts;	-- in the transaction that fills it, so that nothing need be logged
INSERT INTO accounts
SELECT i,
	'0015g00000' || lpad(upper(to_hex(i)), 8, '0'),
	x.name,
	CASE WHEN pick(i, 1, 100) < 85 THEN 'www.' || lower(replace(x.name, ' ', '-')) || '.example' END,
	CASE WHEN pick(i, 2, 100) < 70 THEN '+86 21 ' || lpad(pick(i, 3, 100000000)::text, 8, '0') END,
	CASE WHEN pick(i, 4, 100) < 95 THEN
		one_of(i, 5, '{SaaS,Fintech,E-commerce,Healthcare,Manufacturing,Logistics,Retail,Education,Energy,Media,Consulting,Construction}') END,
	x.employees,
	CASE WHEN pick(i, 10, 100) < 88 THEN coalesce(x.employees, 40) * (3000000 + pick(i, 11, 20000000)) / 100.0 END,
	one_of(i, 12, '{CNY,USD,EUR,SGD}'),
	CASE WHEN pick(i, 13, 100) < 85 THEN pick(i, 14, 1800) / 1000.0 - 0.3 END,
	CASE WHEN pick(i, 15, 100) < 95 THEN date '2024-06-30' - (27000 * (pick(i, 16, 1000000) / 1e6) ^ 2)::integer END,
	1 + pick(i, 17, 999) || ' ' || one_of(i, 18, '{Nanjing Road,Station Street,Harbour View,Century Avenue,Garden Lane}'),
	CASE WHEN pick(i, 19, 100) < 97 THEN
		one_of(i, 20, '{Shanghai,Shanghai,Hangzhou,Shenzhen,Beijing,Beijing,Singapore,Chengdu,Guangzhou,Suzhou,Nanjing,Hong Kong,Berlin,Paris,London,New York}') END,
	lpad(pick(i, 21, 1000000)::text, 6, '0'),
	CASE WHEN pick(i, 22, 100) < 98 THEN one_of(i, 23, '{CN,CN,CN,SG,HK,DE,FR,GB,US,KP}') END,
	one_of(i, 24, '{Li Wei,Wang Fang,Zhang Min,Anna Schmidt,John Miller,Chen Jie,Marie Dubois,Priya Nair}'),
	CASE WHEN pick(i, 25, 100) < 90 THEN one_of(i, 26, '{web form,referral,trade fair,partner,outbound call,unknown}') END,
	one_of(i, 27, '{prospect,prospect,prospect,qualified,customer,churned}')::account_status,
	CASE WHEN pick(i, 28, 100) < 75 THEN 1 + pick(i, 29, 5) END,
	timestamptz '2018-01-01 00:00+00' + pick(i, 30, 2200) * interval '1 day',
	CASE WHEN pick(i, 31, 100) < 80 THEN timestamptz '2024-06-30 12:00+00' - pick(i, 32, 1100) * interval '1 day' END,
	pick(i, 33, 12),
	pick(i, 34, 4),
	CASE WHEN pick(i, 37, 100) < 80 THEN pick(i, 38, 3) = 0 END,
	timestamptz '2024-06-30 12:00+00' - pick(i, 39, 400) * interval '1 hour',
	CASE WHEN pick(i, 6, 100) < 60 THEN
		ARRAY[one_of(i, 7, '{Salesforce,HubSpot,Zoho,Kingdee}'), one_of(i, 8, '{Snowflake,BigQuery,Oracle,MySQL}'),
			  one_of(i, 9, '{AWS,Azure,Aliyun,Tencent Cloud}')] END,
	CASE WHEN pick(i, 35, 100) < 55 THEN
		left(repeat('Met the buyer; asked for references and a pilot until autumn. ', 5), 20 + pick(i, 36, 250)::integer) END
FROM generate_series(1, :rows) AS i,
	LATERAL (SELECT
		one_of(i, 40, '{Blue,Golden,North,East,Bright,Silver,New,Grand,Swift,Prime}') || ' ' ||
		one_of(i, 41, '{Harbor,Dragon,River,Summit,Bridge,Cloud,Field,Star,Stone,Lake}') || ' ' ||
		one_of(i, 42, '{Systems,Analytics,Trading,Works,Labs,Software,Group}') || ' ' || i AS name,
		CASE WHEN pick(i, 43, 100) < 92 THEN (exp(1.5 + 7.5 * pick(i, 44, 1000000) / 1e6))::integer END AS employees) AS x;
COMMIT;

-- Some of these accounts, every tenth with a whole e-mail thread for a note. It is stored as it is: a note that compresses well would
-- spare us the very thing that is to be seen.
CREATE TABLE accounts_with_notes (LIKE accounts);
ALTER TABLE accounts_with_notes ALTER note SET STORAGE EXTERNAL;
BEGIN;
TRUNCATE accounts_with_notes;
INSERT INTO accounts_with_notes SELECT * FROM accounts WHERE id <= 20000;
UPDATE accounts_with_notes SET note = repeat('Re: our offer. > ', 1 << 16) WHERE id % 10 = 0;
COMMIT;

-- Without a worker of its own to disturb the runs.
ALTER TABLE accounts SET (autovacuum_enabled = off);
ALTER TABLE accounts_with_notes SET (autovacuum_enabled = off);
VACUUM (FREEZE, ANALYZE) accounts, accounts_with_notes;

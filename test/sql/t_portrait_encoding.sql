-- Portraits and scores in other encodings than UTF8, of the server and of the client.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
\set VERBOSITY terse
SELECT current_database() AS here \gset

\echo # Clients of other encodings
CREATE TEMP TABLE names AS SELECT '{"title": "Café", "characteristics": [{"name": "größe", "field": "größe", "attributes": [{"equals": "groß", "points": 1}]}]}'::icp_portrait AS portrait;
SET client_encoding = 'LATIN1';
SELECT octet_length(icp_portrait_send(portrait)) - length(portrait::text) AS "one byte a letter, and one for the format" FROM names;
\copy names TO 'results/t_portrait_encoding.bin' (FORMAT binary)
CREATE TEMP TABLE back (portrait icp_portrait);
\copy back FROM 'results/t_portrait_encoding.bin' (FORMAT binary)
SELECT back.portrait = names.portrait AS "comes back" FROM back, names;
SET client_encoding = 'UTF8';
\echo # bytes of another encoding than they are said to be
\copy back FROM 'results/t_portrait_encoding.bin' (FORMAT binary)
SET client_encoding = 'SJIS';
SELECT octet_length(icp_portrait_send('{"title": "\u8868\u793a", "characteristics": []}')) - length('{"title": "\u8868\u793a", "characteristics": []}'::icp_portrait::text) AS "two bytes a letter, one of them a backslash";
\echo # letters that the client does not have
SELECT icp_portrait_send(portrait) FROM names;
RESET client_encoding;

\echo # A server in LATIN1
CREATE DATABASE icp_latin1 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0;
\c icp_latin1
SET client_encoding = 'UTF8';
CREATE EXTENSION icp_portrait;
CREATE TABLE accounts ("größe" text, city varchar(10), code char(4));
INSERT INTO accounts VALUES ('groß', 'Zürich', 'ÄÖ'), ('klein', 'Zurich', 'AO'), (NULL, NULL, NULL);
CREATE TABLE portrait AS SELECT '{"scale": "points", "characteristics": [{"name": "g", "field": "gr\u00f6\u00dfe", "attributes": [{"equals": "gro\u00df", "points": 1}, {"missing": true, "points": 2}]}, {"name": "city", "field": "city", "attributes": [{"like": "Z_rich", "points": 10}]}, {"name": "code", "field": "code", "attributes": [{"in": ["ÄÖ", "X"], "points": 100}]}]}'::icp_portrait AS portrait;
SELECT portrait FROM portrait;
SELECT octet_length(portrait::text) = length(portrait::text) AS "stored in one byte a letter" FROM portrait;
SELECT portrait::jsonb::icp_portrait = portrait AS "through jsonb" FROM portrait;
SELECT "größe", icp_score(a, portrait), icp_score(to_jsonb(a), portrait) FROM accounts a, portrait;
\echo # a letter that the server does not have; releases of PostgreSQL say it in other words
\set VERBOSITY sqlstate
SELECT '{"title": "\u5ba2", "characteristics": []}'::icp_portrait;
\set VERBOSITY terse
\c :here
DROP DATABASE icp_latin1;

\echo # A server in EUC_JP
CREATE DATABASE icp_euc_jp ENCODING 'EUC_JP' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0;
\c icp_euc_jp
SET client_encoding = 'UTF8';
CREATE EXTENSION icp_portrait;
CREATE TABLE accounts ("顧客" text);
INSERT INTO accounts VALUES ('東京'), ('大阪'), ('東');
CREATE TABLE portrait AS SELECT '{"scale": "points", "characteristics": [{"name": "市", "field": "顧客", "attributes": [{"equals": "\u6771\u4eac", "points": 1}, {"like": "東_", "points": 2}, {"like": "_", "points": 3}]}]}'::icp_portrait AS portrait;
SELECT portrait FROM portrait;
SELECT "顧客", icp_score(a, portrait), icp_score(to_jsonb(a), portrait) FROM accounts a, portrait;
SELECT icp_score(a, '{"characteristics": [{"name": "c", "field": "顧", "attributes": [{"missing": true, "points": 1}]}]}'::icp_portrait) FROM accounts a;
\echo # half a letter
SELECT convert_from('\x7b226368617261637465726973746963732220'::bytea || '\xb8'::bytea, 'EUC_JP')::icp_portrait;
\c :here
DROP DATABASE icp_euc_jp;

\echo # A server that takes any bytes
CREATE DATABASE icp_sql_ascii ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0;
\c icp_sql_ascii
CREATE EXTENSION icp_portrait;
CREATE TABLE accounts (city text);
INSERT INTO accounts VALUES (E'\xff\xfe'), (E'\xff'), ('plain');
CREATE TABLE portrait AS SELECT (E'{"scale": "points", "title": "\xe9", "characteristics": [{"name": "\xff", "field": "city", "attributes": [{"equals": "\xff\xfe", "points": 1}, {"like": "\xff%", "points": 2}, {"ilike": "PLAIN", "points": 3}]}]}')::icp_portrait AS portrait;
SELECT encode(convert_to(portrait::jsonb ->> 'title', 'SQL_ASCII'), 'hex') AS title, portrait::text::icp_portrait = portrait AS "comes back" FROM portrait;
SELECT encode(convert_to(city, 'SQL_ASCII'), 'hex'), icp_score(a, portrait), icp_score(to_jsonb(a), portrait) FROM accounts a, portrait;
\echo # an error about such bytes
SELECT length(E'{"\xff\xfe": 1}') > 0 AS sent;
DO $$
BEGIN
	PERFORM (E'{"characteristics": [], "\xff\xfe": 1}')::icp_portrait;
EXCEPTION WHEN OTHERS THEN
	RAISE NOTICE '% %', SQLSTATE, encode(convert_to(SQLERRM, 'SQL_ASCII'), 'escape');
END $$;
\c :here
DROP DATABASE icp_sql_ascii;

-- Rows of every origin and shape: the same answer by columns, by row, and through JSON.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

CREATE TABLE accounts (id int, industry text, size int);
INSERT INTO accounts VALUES (1, 'SaaS', 150), (2, NULL, 900), (3, 'Retail', NULL), (4, NULL, NULL);
CREATE FUNCTION portrait() RETURNS icp_portrait LANGUAGE sql IMMUTABLE AS $$
	SELECT '{"title": "growth", "scale": "points", "characteristics": [{"name": "industry", "field": "industry", "attributes": [{"equals": "SaaS", "points": 1},
		{"missing": true, "points": 2}]}, {"name": "size", "field": "size", "attributes": [{"range": "[100,300]", "points": 10},
		{"missing": true, "points": 20}]}]}'::icp_portrait
$$;
\set wanted '11 2 20 22'

-- The scores of all rows of a FROM item: as the planner rewrites them, by row, and of the row's JSON.
CREATE FUNCTION scores(item text, alias text, portrait icp_portrait DEFAULT portrait(),
	sorted text DEFAULT 'id') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	by_columns text;
	by_row text;
	by_json text;
BEGIN
	EXECUTE format('SELECT string_agg(coalesce(icp_score(%1$s, %2$L::icp_portrait)::text, ''NULL''), '' '' ORDER BY %3$s) FROM %4$s', alias,
		portrait, sorted, item) INTO by_columns;
	EXECUTE format('SELECT string_agg(coalesce(icp_score(%1$s, hidden)::text, ''NULL''), '' '' ORDER BY %3$s) FROM (SELECT %2$L::icp_portrait AS hidden OFFSET 0) hidden, %4$s',
		alias, portrait, sorted, item) INTO by_row;
	EXECUTE format('SELECT string_agg(coalesce(icp_score(to_jsonb(%1$s), %2$L::icp_portrait)::text, ''NULL''), '' '' ORDER BY %3$s) FROM %4$s',
		alias, portrait, sorted, item) INTO by_json;
	RETURN CASE WHEN by_columns = by_row AND by_row = by_json THEN by_row ELSE concat_ws(' but ', by_columns, by_row, by_json) END;
END $$;

\echo # Where rows come from
CREATE VIEW of_view AS SELECT size, id, industry FROM accounts;
CREATE VIEW of_aggregate AS SELECT id, max(industry) AS industry, sum(size)::int AS size FROM accounts GROUP BY id;
CREATE MATERIALIZED VIEW of_matview AS SELECT * FROM accounts;
CREATE TABLE of_partitions (id int, industry text, size int) PARTITION BY LIST (id);
CREATE TABLE of_partition_1 PARTITION OF of_partitions FOR VALUES IN (1, 2);
CREATE TABLE of_partition_2 (size int, dropped int, industry text, id int);
ALTER TABLE of_partition_2 DROP dropped;
ALTER TABLE of_partitions ATTACH PARTITION of_partition_2 DEFAULT;
INSERT INTO of_partitions SELECT * FROM accounts;
CREATE TABLE of_parent (id int, industry text, size int);
CREATE TABLE of_child (more text, CHECK (id > 0)) INHERITS (of_parent);
CREATE TABLE of_grandchild (size int, id int, yet_more int) INHERITS (of_child);
INSERT INTO of_parent SELECT * FROM accounts WHERE id = 1;
INSERT INTO of_child SELECT *, 'more' FROM accounts WHERE id = 2;
INSERT INTO of_grandchild (id, industry, size) SELECT * FROM accounts WHERE id > 2;
CREATE FUNCTION of_function() RETURNS SETOF accounts LANGUAGE sql AS $$ SELECT * FROM accounts $$;
CREATE FUNCTION of_volatile() RETURNS SETOF accounts LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT * FROM accounts; END $$;
CREATE FUNCTION of_out(OUT id int, OUT industry text, OUT size int) RETURNS SETOF record LANGUAGE sql AS $$ SELECT * FROM accounts $$;
CREATE FUNCTION of_record() RETURNS SETOF record LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT * FROM accounts; END $$;
CREATE EXTENSION file_fdw;
CREATE SERVER of_server FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE of_foreign (id int, industry text,
	size int) SERVER of_server OPTIONS (program $$printf '1,SaaS,150\n2,,900\n3,Retail,\n4,,\n'$$, format 'csv');
SELECT is(scores(item, alias), :'wanted', item) FROM (VALUES
	('accounts', 'accounts'), ('accounts a', 'a'), ('accounts a', 'a.*'), ('ONLY accounts a', 'a'),
		('accounts a TABLESAMPLE bernoulli (100)', 'a'),
	('of_view v', 'v'), ('of_aggregate v', 'v'), ('of_matview v', 'v'), ('of_partitions p', 'p'), ('of_parent p', 'p'),
		('of_foreign f', 'f'),
	('(SELECT * FROM accounts) s', 's'), ('(SELECT * FROM accounts OFFSET 0) s', 's'),
		('(SELECT id, industry, size, size AS other FROM accounts) s', 's'), ('(SELECT DISTINCT * FROM accounts) s', 's'),
		('(SELECT a AS row, a.id FROM accounts a) s', 's.row'), ('(SELECT a AS row, a.id FROM accounts a OFFSET 0) s', 's.row'),
	('(SELECT * FROM accounts WHERE id < 3 UNION ALL SELECT * FROM accounts WHERE id >= 3) s', 's'),
		('(SELECT * FROM accounts UNION SELECT * FROM accounts) s', 's'),
		('(SELECT id, industry, size, row_number() OVER () FROM accounts) s', 's'),
	($$(VALUES (1, 'SaaS', 150), (2, NULL, 900), (3, 'Retail', NULL), (4, NULL, NULL)) v(id, industry, size)$$, 'v'),
		('(SELECT * FROM accounts) s(id, industry, size)', 's')) v(item, alias);
SELECT is(scores(item, alias), :'wanted', item) FROM (VALUES
	('of_function() f', 'f'), ('of_volatile() f', 'f'), ('of_out() f', 'f'), ('of_record() f(id int, industry text, size int)', 'f'),
		('ROWS FROM (of_function(), generate_series(1, 4)) f(id, industry, size, n)', 'f'), ('of_function() WITH ORDINALITY f', 'f'),
	('jsonb_populate_recordset(NULL::accounts, (SELECT jsonb_agg(a) FROM accounts a)) f', 'f'),
		('jsonb_to_recordset((SELECT jsonb_agg(a) FROM accounts a)) f(id int, industry text, size int)', 'f'),
		('unnest((SELECT array_agg(a) FROM accounts a)) f', 'f'),
		('generate_series(1, 4) id, LATERAL (SELECT a AS row FROM accounts a WHERE a.id = id.id) s', 's.row')) v(item, alias);
SELECT is(scores('accounts a JOIN accounts b USING (id)', 'b'), :'wanted', 'joined');
SELECT is(scores('(accounts a JOIN (SELECT id FROM accounts) b USING (id)) j', 'j'), :'wanted', 'the row of a join');
SELECT is(scores('accounts a, LATERAL (SELECT a.*) s', 's', sorted => 'a.id'), :'wanted', 'lateral');
SELECT is(scores('accounts a, LATERAL (SELECT a AS row) s', 's.row'), :'wanted', 'lateral, the row');
SELECT is(scores('accounts a LEFT JOIN accounts b ON b.id = a.id AND b.id < 3', 'b', sorted => 'a.id'), '11 2 NULL NULL',
	'outer join: NULL rows are NULL');
SELECT is(scores('accounts a FULL JOIN (SELECT * FROM accounts WHERE id < 3 OFFSET 0) b USING (id)', 'b'), '11 2 NULL NULL',
	'full join of a subquery');
SELECT is(scores('accounts a LEFT JOIN of_partitions b ON b.id = a.id AND b.id < 3', 'b', sorted => 'a.id'), '11 2 NULL NULL',
	'outer join of partitions');
SELECT is(scores('accounts a LEFT JOIN of_view b ON b.id = a.id AND b.id < 3', 'b', sorted => 'a.id'), '11 2 NULL NULL',
	'outer join of a view');
SELECT is((SELECT string_agg(a.id || ' ' || e.points, ', ' ORDER BY a.id, e.rank) FROM accounts a LEFT JOIN accounts b ON b.id = a.id AND b.id < 3,
	LATERAL icp_explain(b, portrait()) e), '1 10, 1 1, 1 0, 2 0, 2 2, 2 0', 'outer join: no explanation of NULL rows');
SELECT is((SELECT string_agg(id || ' ' || points, ', ' ORDER BY id, rank) FROM (SELECT a.id, (icp_explain(b, portrait())).*
	FROM accounts a LEFT JOIN accounts b ON b.id = a.id AND b.id < 3) e), '1 10, 1 1, 1 0, 2 0, 2 2, 2 0', 'outer join: the same in the select list');
WITH c AS (SELECT * FROM accounts), m AS MATERIALIZED (SELECT * FROM accounts)
	SELECT is(string_agg(icp_score(c, portrait()) || ' ' || icp_score(m, portrait()), ' ' ORDER BY id), '11 11 2 2 20 20 22 22', 'WITH')
		FROM c JOIN m USING (id);
WITH RECURSIVE r AS (SELECT * FROM accounts WHERE id = 1 UNION ALL SELECT a.* FROM accounts a JOIN r ON a.id = r.id + 1)
	SELECT is(string_agg(icp_score(r, portrait())::text, ' ' ORDER BY id), :'wanted', 'WITH RECURSIVE') FROM r;
WITH i AS (INSERT INTO accounts SELECT id + 10, industry, size
	FROM accounts RETURNING id, icp_score(accounts, portrait()) AS score), u AS (UPDATE accounts a SET size = 200
	WHERE id = 1 RETURNING icp_score(a, portrait()) AS score), d AS (DELETE FROM accounts a
	WHERE id = 4 RETURNING icp_score(a, portrait()) AS score)
	SELECT is((SELECT string_agg(score::text, ' ' ORDER BY id) FROM i) || ', ' || (SELECT score FROM u) || ', ' || (SELECT score
		FROM d), '11 2 20 22, 11, 22', 'RETURNING');
DELETE FROM accounts;
INSERT INTO accounts VALUES (1, 'SaaS', 150), (2, NULL, 900), (3, 'Retail', NULL), (4, NULL, NULL);
SELECT is((SELECT string_agg(icp_score(a, portrait())::text, ' ' ORDER BY icp_score(a, portrait()) DESC, id) FROM accounts a
	WHERE icp_score(a, portrait()) > 10 GROUP BY () HAVING max(icp_score(a, portrait())) = 22), '22 20 11', 'WHERE, ORDER BY, aggregates');
SELECT is((SELECT icp_score((SELECT a FROM accounts a WHERE id = 1), portrait())), 11::float8, 'a row as a subquery''s value');
SELECT is((SELECT icp_score((array_agg(a ORDER BY id))[2], portrait()) FROM accounts a), 2::float8, 'a row out of an array');
SELECT is((SELECT string_agg(icp_score(lag, portrait())::text, ' ' ORDER BY id) FROM (SELECT id, lag(a) OVER (ORDER BY id)
	FROM accounts a) l), '11 2 20', 'a row of a window function');
CREATE FUNCTION on_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.size := icp_score(NEW, portrait());
	RETURN NEW;
END $$;
CREATE TABLE triggered (id int, industry text, size int, CHECK (icp_score(triggered,
	'{"characteristics": [{"name": "id", "field": "id", "attributes": [{"range": "[0,)", "points": 1}]}]}'::icp_portrait) > 50));
CREATE TRIGGER on_insert BEFORE INSERT OR UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION on_insert();
INSERT INTO triggered SELECT * FROM accounts;
SELECT is((SELECT string_agg(size::text, ' ' ORDER BY id) FROM triggered), :'wanted', 'NEW in a trigger');
SELECT throws_ok('INSERT INTO triggered VALUES (-1)', '23514', NULL, 'the row of a CHECK');

\echo # Records without a type of their own
SELECT is(icp_score(ROW(1, 'x'), '{"scale": "points", "characteristics": [{"name": "c", "field": "f2", "attributes": [{"equals": "x", "points": 1}]}]}'::icp_portrait),
	1::float8, 'ROW() has f1, f2');
SELECT is(scores('(SELECT 1 AS id, ROW(7, NULL) AS r) s', 's.r',
	'{"scale": "points", "characteristics": [{"name": "c", "field": "f1", "attributes": [{"equals": 7, "points": 1}]},
	{"name": "d", "field": "f2", "attributes": [{"missing": true, "points": 10}]}]}'), '11', 'ROW() of a subquery');
SELECT is(scores('(SELECT 1 AS id, ''SaaS'' AS industry, 5 AS size) s', 's'), '1', 'a record of a subquery');
CREATE FUNCTION shape(n int) RETURNS record LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	-- size comes after n other columns, and is of another type each time
	EXECUTE format('SELECT %s %L::text AS industry, %s AS size', (SELECT string_agg(format('%s AS c%s, ', i, i), '')
		FROM generate_series(1, n) i), CASE n % 2 WHEN 0 THEN 'SaaS' END, (ARRAY['150', '150::int8', '150.5', '150::float4', '150::int2',
		'150::float8', 'NULL::int'])[1 + n % 7]) INTO r;
	RETURN r;
END $$;
SELECT is(string_agg(icp_score(shape(n % 20), portrait())::text, ' ' ORDER BY n),
	(SELECT string_agg((CASE n % 20 % 2 WHEN 0 THEN 1 ELSE 2 END + CASE n % 20 % 7 WHEN 6 THEN 20 ELSE 10 END)::text, ' ' ORDER BY n)
	FROM generate_series(0, 59) n), '20 shapes of rows in one call') FROM generate_series(0, 59) n;
SELECT is(string_agg(icp_score(a, replace(portrait()::text, '"points": 1}', format('"points": %s}', n))::icp_portrait)::text, ' '
	ORDER BY n), string_agg((n + 10)::text, ' ' ORDER BY n), '20 portraits in one call') FROM generate_series(1, 20) n, accounts a
	WHERE id = 1;
CREATE FUNCTION records() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	a accounts;
	x int;
BEGIN
	FOR r IN SELECT * FROM accounts ORDER BY id LOOP
		RETURN NEXT icp_score(r, portrait());
	END LOOP;
	FOR r IN SELECT size, industry FROM accounts ORDER BY id LOOP
		RETURN NEXT icp_score(r, portrait());
	END LOOP;
	FOR i IN 0 .. 9 LOOP
		r := shape(i);
		RETURN NEXT icp_score(r, portrait());
	END LOOP;
	a.industry := 'SaaS';
	RETURN NEXT icp_score(a, portrait());
	a := NULL;
	RETURN NEXT coalesce(icp_score(a, portrait())::text, 'NULL');
	r := ROW(1);
	BEGIN
		RETURN NEXT icp_score(r, portrait());
	EXCEPTION WHEN undefined_column THEN
		RETURN NEXT SQLERRM;
	END;
END $$;
SELECT is((SELECT string_agg(r, ' ') FROM records() r),
	'11 2 20 22 11 2 20 22 11 12 11 12 11 12 21 12 11 12 21 NULL field "industry" of the portrait "growth" is not in row type record',
	'variables of PL/pgSQL');

\echo # Rows in rows
CREATE TYPE site AS (city text, account accounts);
CREATE DOMAIN big AS accounts CHECK ((VALUE).size IS DISTINCT FROM 0);
CREATE TABLE nested (id int, account accounts, site site, domain big, list accounts[]);
INSERT INTO nested SELECT id, a, ROW('x', a)::site, a, ARRAY[a, a] FROM accounts a;
INSERT INTO nested VALUES (5);
SELECT is(scores('nested n', field), :'wanted' || ' NULL', field)
	FROM unnest('{n.account,(n.account),(n.site).account,n.domain,n.list[2]}'::text[]) field;
SELECT is(scores('nested n', 'n', replace(replace(portrait()::text, '"field": "industry"', format('"field": "%sindustry"', path)),
	'"field": "size"', format('"field": "%ssize"', path))::icp_portrait), :'wanted' || ' 22', path)
	FROM unnest('{account.,site.account.,domain.}'::text[]) path;
-- A path through a hundred types, each in the next.
DO $$
BEGIN
	CREATE TYPE deep_0 AS (f int);
	FOR i IN 1 .. 100 LOOP
		EXECUTE format('CREATE TYPE deep_%s AS (f deep_%s)', i, i - 1);
	END LOOP;
END $$;
SELECT is(scores('(SELECT 1 AS id, ' || repeat('ROW(', 101) || '7' || repeat(')', 101) || '::deep_100 AS r) s', 's.r',
	format('{"scale": "points", "characteristics": [{"name": "c", "field": "f%s", "attributes": [{"equals": 7, "points": 1}]}]}',
	repeat('.f', 100))::icp_portrait), '1', 'a hundred types deep');

\echo # Tables of all widths
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES;
CREATE TABLE dropped (a int, b text);
INSERT INTO dropped VALUES (1, 'x');
ALTER TABLE dropped DROP a, DROP b;
SELECT is(scores(t, t, '{"scale": "points", "characteristics": [{"name": "c", "attributes": [{"otherwise": true, "points": 1}]},
	{"name": "d", "attributes": [{"otherwise": true, "points": 5}]}], "fit": 0}'::text::icp_portrait, sorted => '1'), 'NULL',
	t || ': a score with nothing to win') FROM unnest('{nothing,dropped}'::text[]) t;
SELECT is((SELECT icp_evaluate(n, '{"initial": 3, "characteristics": []}'::icp_portrait)::text
	FROM nothing n), '(,3,,,,,,{})', 'no columns, no fields');
SELECT throws_ok(format('SELECT icp_score(t, portrait()) FROM %s t', t), '42703',
	format('field "industry" of the portrait "growth" is not in row type %s', t), t || ' has no such field')
	FROM unnest('{nothing,dropped}'::text[]) t;
SELECT is(scores(t, t, (portrait()::jsonb || '{"absent": "missing"}')::icp_portrait, sorted => '1'), '22', t || ': "absent": "missing"')
	FROM unnest('{nothing,dropped}'::text[]) t;
DO $$
BEGIN
	EXECUTE (SELECT format('CREATE TABLE wide (%s)', string_agg(format('c%s int', n), ', ' ORDER BY n)) FROM generate_series(1, 1600) n);
END $$;
INSERT INTO wide (c1, c800, c1600) VALUES (1, 800, 1600), (2, NULL, NULL);
SELECT is(scores('wide w', 'w', '{"scale": "points", "characteristics": [{"name": "first", "field": "c1", "attributes": [{"equals": 1, "points": 1}]},
	{"name": "middle", "field": "c800", "attributes": [{"equals": 800, "points": 10}, {"missing": true, "points": 20}]},
	{"name": "last", "field": "c1600", "attributes": [{"equals": 1600, "points": 100}]},
	{"name": "second", "field": "c2", "attributes": [{"missing": true, "points": 1000}]}]}', sorted => 'c1'), '1111 1020', '1600 columns');
SELECT is((SELECT scores('wide w', 'w', format('{"scale": "points", "characteristics": [%s]}',
	string_agg(format('{"name": "c%1$s", "field": "c%1$s", "attributes": [{"missing": true, "points": %1$s},
	{"equals": %1$s, "points": 0.5}]}', n), ', '))::icp_portrait, sorted => 'c1')
	FROM generate_series(1, 1000) n), '499700 500499', 'a portrait of 1000 of them');

\echo # Tables that change
CREATE TABLE changing (gone int, id int, industry varchar, also_gone text);
INSERT INTO changing VALUES (0, 1, 'SaaS', 'x'), (0, 2, NULL, 'x');
ALTER TABLE changing DROP gone;
ALTER TABLE changing ADD size int DEFAULT 150;
INSERT INTO changing VALUES (3, 'Retail', 'x', NULL);
ALTER TABLE changing ALTER size SET DEFAULT 7;
INSERT INTO changing VALUES (4, NULL, 'x');
ALTER TABLE changing DROP also_gone;
SELECT is(scores('changing c', 'c'), '11 12 20 2', 'columns dropped, and added with a default');
SELECT throws_ok($$ SELECT icp_score(c, replace(portrait()::text, '"size"', '"also_gone"')::icp_portrait)
	FROM changing c $$, '42703', NULL, 'a dropped column is no column');
SELECT throws_ok($$ SELECT icp_score(c, replace(portrait()::text, '"size"', '"........pg.dropped.1........"')::icp_portrait)
	FROM changing c $$, '42703', NULL, 'not by any name');
PREPARE by_columns AS SELECT string_agg(icp_score(c,
	'{"scale": "points", "characteristics": [{"name": "size", "field": "size", "attributes": [{"range": "[100,300]", "points": 10},
	{"missing": true, "points": 20}]}]}'::icp_portrait)::text, ' ' ORDER BY id) FROM changing c;
PREPARE by_row AS SELECT string_agg(icp_score(c, p)::text, ' ' ORDER BY id)
	FROM changing c, (SELECT '{"scale": "points", "characteristics": [{"name": "size", "field": "size", "attributes": [{"range": "[100,300]", "points": 10},
	{"missing": true, "points": 20}]}]}'::icp_portrait AS p OFFSET 0) p;
CREATE FUNCTION prepared() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	by_columns text;
	by_row text;
BEGIN
	EXECUTE 'EXECUTE by_columns' INTO by_columns;
	EXECUTE 'EXECUTE by_row' INTO by_row;
	RETURN CASE WHEN by_columns = by_row THEN by_row ELSE by_columns || ' but ' || by_row END;
END $$;
SELECT is(prepared(), '10 10 20 0', 'prepared');
ALTER TABLE changing DROP industry, ADD COLUMN before text;
SELECT is(prepared(), '10 10 20 0', 'after a column is dropped, another added');
ALTER TABLE changing ALTER size TYPE numeric USING size + 100.5;
SELECT is(prepared(), '10 10 20 10', 'after a change of type');
ALTER TABLE changing DROP size, ADD size text DEFAULT 'n/a';
SELECT throws_like('EXECUTE by_columns', 'condition {"range": "[100,300]"} cannot apply to column "size" of type text',
	'after a change to a type that it cannot apply to');
SELECT throws_like('EXECUTE by_row', 'condition {"range": "[100,300]"} cannot apply to column "size" of type text', 'by row');
ALTER TABLE changing RENAME size TO other;
SELECT throws_like('EXECUTE by_columns', 'field "size" of the portrait is not in row type changing', 'after a change of name');
ALTER TABLE changing ADD size float8;
SELECT is(prepared(), '20 20 20 20', 'and back again');
-- A composite type that changes under the values that are stored.
CREATE TYPE kind AS (a int, industry text);
CREATE TABLE kinds (id int, kind kind, "kind.size" int DEFAULT 150);
INSERT INTO kinds VALUES (1, ROW(1, 'SaaS'));
CREATE FUNCTION kinds(field text, condition text) RETURNS text LANGUAGE sql AS $$
	SELECT scores('kinds k', 'k', format('{"absent": "missing", "scale": "points", "characteristics": [{"name": "c", "field": "%s",
		"attributes": [{%s, "points": 1}, {"missing": true, "points": 2}]}]}', field, condition)::icp_portrait)
$$;
ALTER TYPE kind ADD ATTRIBUTE size int;
SELECT is(kinds('kind.size', '"equals": 150'), '1', 'a column of the name of a path');
ALTER TABLE kinds RENAME "kind.size" TO other;
SELECT is(kinds('kind.size', '"equals": 150'), '2', 'an attribute that the value was stored without');
INSERT INTO kinds VALUES (2, ROW(2, 'SaaS', 150));
SELECT is(kinds('kind.size', '"equals": 150'), '2 1', 'and with');
ALTER TYPE kind DROP ATTRIBUTE a;
SELECT is(kinds('kind.industry', '"equals": "SaaS"'), '1 1', 'an attribute dropped before it');
SELECT is(kinds('kind.a', '"equals": 1'), '2 2', 'is no longer there');
ALTER TYPE kind RENAME ATTRIBUTE industry TO branch;
SELECT is(kinds('kind.branch', '"equals": "SaaS"'), '1 1', 'an attribute of a new name');
-- Generated columns are columns.
CREATE TABLE generated (id int, employees int, size int GENERATED ALWAYS AS (employees * 10) STORED, name text,
	industry text GENERATED ALWAYS AS (nullif(name, 'none')) STORED);
INSERT INTO generated (id, employees, name) VALUES (1, 15, 'SaaS'), (2, 90, 'none'), (3, NULL, 'Retail'), (4, NULL, NULL);
SELECT is(scores('generated g', 'g'), :'wanted', 'generated columns');
-- Long values are read wherever they are stored.
CREATE TABLE toasted (id int, industry text, size int, note text);
ALTER TABLE toasted ALTER industry SET STORAGE EXTERNAL, ALTER note SET STORAGE EXTERNAL;
INSERT INTO toasted SELECT id, CASE WHEN industry = 'SaaS' THEN repeat('SaaS', 5000) ELSE industry END, size, repeat('note', 5000)
	FROM accounts;
SELECT is(scores('toasted t', 't', replace(portrait()::text, '"SaaS"', to_json(repeat('SaaS', 5000))::text)::icp_portrait), :'wanted',
	'long values, apart');
ALTER TABLE toasted ALTER industry SET STORAGE EXTENDED;
UPDATE toasted SET industry = industry || '';
SELECT is(scores('toasted t', 't', replace(portrait()::text, '"SaaS"', to_json(repeat('SaaS', 5000))::text)::icp_portrait), :'wanted',
	'long values, compressed');

\echo # Names of all kinds
CREATE TABLE "Odd Names" (id int, "Mixed Case" int, "with-hyphen" int, "with""quote" int, "with'apostrophe" int, "with.dot" int,
	"with\backslash" int, "select" int, "客户数" int, "größe" int, "😀" int, "tableoid2" int, "..." int,
	"a b c d e f g h i j k l m n o p q r s t u v w x y z 12345678901" int, "%s%n" int, "$1" int);
INSERT INTO "Odd Names" SELECT 1;
SELECT is(scores('"Odd Names" o', 'o', format('{"scale": "points", "characteristics": [{"name": "c", "field": %s, "attributes": [{"missing": true, "points": 1}]}]}',
	to_json(attname::text))::icp_portrait), '1', attname) FROM pg_attribute
	WHERE attrelid = '"Odd Names"'::regclass AND attnum > 1 ORDER BY attnum;
SELECT throws_ok(format('SELECT icp_score(o, %L::icp_portrait) FROM "Odd Names" o',
	format('{"characteristics": [{"name": "c", "field": %s, "attributes": [{"missing": true, "points": 1}]}]}', to_json(field))), '42703',
	NULL, field || ' is not there') FROM unnest(ARRAY['mixed case', 'MIXED CASE', 'Mixed Case ', '"Mixed Case"', 'with', 'ctid', 'tableoid',
	'xmin', '客户', 'a b c d e f g h i j k l m n o p q r s t u v w x y z 123456789012']) field;

\echo # What is not there
CREATE FUNCTION refusal(field text, item text DEFAULT 'accounts a', alias text DEFAULT 'a',
	title text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	portrait icp_portrait := format('{%s"characteristics": [{"name": "c", "field": "%s", "attributes": [{"missing": true, "points": 1}]}]}',
		title, field);
	message text;
	hint text;
	code text;
	by_columns text;
BEGIN
	BEGIN
		EXECUTE format('SELECT icp_score(%s, %L::icp_portrait) FROM %s', alias, portrait, item);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
		by_columns := concat_ws(E'\n', code, message, hint);
	END;
	EXECUTE format('SELECT icp_score(%s, p) FROM (SELECT %L::icp_portrait p OFFSET 0) p, %s', alias, portrait, item);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
	RETURN CASE WHEN concat_ws(E'\n', code, message, hint) = by_columns THEN by_columns ELSE by_columns || ' but ' || message END;
END $$;
SELECT refusal('Industry');
SELECT refusal('industy', title => '"title": "SaaS growth", ');
SELECT refusal('revenue');
SELECT refusal('size.max');
SELECT refusal('industry', '(SELECT 1 AS industri, 2 AS id OFFSET 0) s', 's');
SELECT refusal('industry', '(SELECT ROW(1, 2) AS r) s', 's.r');
SELECT refusal('industry.name');
SELECT refusal('account.industri', 'nested n', 'n');
-- "absent": "missing" lets rows lack fields; those that are there count.
SELECT is(scores('(SELECT id, size FROM accounts) s', 's', (portrait()::jsonb || '{"absent": "missing"}')::icp_portrait), '12 2 22 22',
	'absent fields are missing');
SELECT is((SELECT string_agg((icp_evaluate(s, (portrait()::jsonb || '{"absent": "missing"}')::icp_portrait)).coverage::text, ' '
	ORDER BY id) FROM (SELECT id, size FROM accounts) s), (20 / 22::float8) || ' ' || (20 / 22::float8) || ' 0 0', 'and not covered');
SELECT is((SELECT scores('(SELECT id, size FROM accounts) s', 's',
	format('{"absent": "missing", "scale": "points", "characteristics": [{"name": "c", "field": "nowhere", %s "attributes": [{%s, "points": 1},
	{"missing": true, "points": 2}]}]}', beside, condition)::icp_portrait)), '2 2 2 2', condition) FROM (VALUES
	('', '"equals": 1'), ('', '"range": "[2024-01-01,)"'), ('"as": "number",', '"range": "[1,)"'), ('"as": "date",', '"within": "1 day"'),
		('', '"like": "%"'), ('', '"contains": "x"'), ('"placeholders": [0],', '"in": ["a", true]'),
		('', '"not": {"equals": 1}')) v(beside, condition);

\echo # Columns one by one
SELECT is(icp_portrait_fields(portrait()), '{industry,size}', 'in this order');
SELECT is(icp_score_columns(portrait(), 'SaaS', 150), 11::float8, 'a literal of no type yet');
SELECT is(icp_score_columns(portrait(), NULL, NULL), 22::float8, 'NULLs of no type');
SELECT is(icp_score_columns(portrait(), NULL::text, 150.0), 12::float8, 'of other types than before');
SELECT is(string_agg(icp_score_columns(portrait(), industry, size)::text, ' ' ORDER BY id), :'wanted', 'columns of a table') FROM accounts;
SELECT is(concat_ws(' ', icp_tier_columns(portrait(), 'SaaS', 150), icp_fits_columns(portrait(), 'SaaS', 150),
	icp_evaluate_columns(portrait(), 'SaaS', 150), (SELECT sum(points)
	FROM icp_explain_columns(portrait(), 'SaaS', 150))), 'out f (11,11,,out,f,1,,"{size,industry}") 11',
	'tier, fit, evaluation, explanation');
SELECT is(concat(icp_score_columns(NULL::icp_portrait, 'SaaS', 150), icp_tier_columns(NULL::icp_portrait, 1),
	icp_fits_columns(NULL::icp_portrait, 1), icp_evaluate_columns(NULL::icp_portrait, 1),
	(SELECT count(*) FROM icp_explain_columns(NULL::icp_portrait, 1))), '0', 'no portrait');
SELECT throws_ok('SELECT icp_score_columns(portrait(), 1)', '22023', 'the portrait has 2 fields, but the columns given are 1', 'too few');
SELECT throws_ok('SELECT icp_score_columns(portrait(), ''x'', 1, 2)', '22023', 'the portrait has 2 fields, but the columns given are 3',
	'too many');
SELECT throws_ok('SELECT icp_score_columns(portrait(), VARIADIC ARRAY[1, 2])', '0A000', 'an array cannot stand for the portrait''s fields',
	'an array');
SELECT throws_ok('SELECT icp_score_columns(portrait(), 150, ''SaaS''::text)', '42804',
	'condition {"equals": "SaaS"} cannot apply to column "industry" of type integer', 'in another order');
SELECT is((SELECT string_agg(icp_score_columns(p, 'SaaS', 150)::text, ' ' ORDER BY n)
	FROM (SELECT n, replace(portrait()::text, '"points": 1}', format('"points": %s}', n))::icp_portrait AS p
	FROM generate_series(1, 12) n) p), (SELECT string_agg((n + 10)::text, ' ' ORDER BY n)
	FROM generate_series(1, 12) n), 'another portrait on each row');

SELECT * FROM finish();
ROLLBACK;

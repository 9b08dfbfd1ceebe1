-- icp_row: every type of column, input and output, the planner's rewrite, documents.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION citext;
SELECT * FROM no_plan();

-- What a sketch makes of a row: each field with its type, and its values as SQL writes them.
CREATE FUNCTION read(r icp_row, options jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(f.field || ' ' || f.type || CASE WHEN f.known_best = 0 THEN ' missing' ELSE '' END
		|| coalesce((SELECT ': ' || string_agg(regexp_replace(i."where", '^.*?( (= |@> )|$)', ''), ', ' ORDER BY i."where" COLLATE "C")
			FROM icp_itemsets(s, 1, 1) i WHERE i.fields = ARRAY[f.field] AND i."where" !~ 'IS NULL'), ''), E'\n' ORDER BY f.field COLLATE "C")
	FROM (SELECT icp_sketch(x.r, x.best, options) AS s FROM (VALUES (r, true), (icp_row('{}'::jsonb), false)) x(r, best)) s, icp_fields(s) f $$;
-- The types of a row's fields.
CREATE FUNCTION types(r icp_row) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(f.field || ' ' || f.type, ', ' ORDER BY f.field COLLATE "C")
	FROM (SELECT icp_sketch(r, true) AS s) s, icp_fields(s) f $$;

CREATE TYPE industry AS ENUM ('Retail', 'SaaS');
CREATE TYPE place AS (city text, zip int);
CREATE DOMAIN label AS text;
CREATE DOMAIN short_label AS label CHECK (length(VALUE) < 100);
CREATE DOMAIN fixed_label AS char(6);
CREATE DOMAIN anycase AS citext;
CREATE DOMAIN headcount AS integer;
CREATE DOMAIN amount AS numeric(12,2);
CREATE DOMAIN labels AS text[];
CREATE DOMAIN document AS jsonb;
CREATE TABLE one (
	"text" text, "text9" text, "text8" text, "empty" text, "long" text, "varchar" varchar(10), "char" char(6), "char wide" char(20), "name" name, "citext" citext, "anycase" anycase,
	"label" label, "short_label" short_label, "fixed_label" fixed_label, "enum" industry, "bool" bool,
	"int2" int2, "int4" int4, "int8" int8, "headcount" headcount, "float4" float4, "float8" float8, "numeric" numeric, "amount" amount, "money" money,
	"date" date, "timestamp" timestamp, "timestamptz" timestamptz, "interval" interval, "time" time, "timetz" timetz, "uuid" uuid,
	"inet" inet, "bytea" bytea, "int4range" int4range, "xml" xml, "bit" bit(3), "oid" oid, "point" point,
	"text[]" text[], "label[]" label[], "labels" labels, "int4[]" int4[], "numeric[]" numeric[], "date[]" date[], "enum[]" industry[], "jsonb[]" jsonb[], "text[][]" text[],
	"empty[]" text[], "nulls[]" text[], "place" place, "jsonb" jsonb, "json" json, "document" document
);
INSERT INTO one VALUES (
	'SaaS', 'SaaS corp', 'SaaS inc', '', repeat('x', 1001), 'SaaS', 'SaaS', 'SaaS of the world', 'SaaS', 'SaaS Corp', 'SaaS',
	'SaaS', 'it''s', 'SaaS', 'SaaS', true,
	-5, 5, 9223372036854775807, 5, 0.1, 0.1, 1.50, 1.5, 12.34,
	'2001-01-31', '2001-01-31 12:30:00.25', '2001-01-31 12:30+00', '5 days', '05:00', '05:00+00', '00000000-0000-0000-0000-00000000000A',
	'10.0.0.5', '\x05', '[5,6)', '<a/>', B'101', 5, '(1,2)',
	'{b,a,b,NULL,"a longer one"}', '{a}', '{a}', '{6,5,6}', '{1.50,NaN,2}', '{2001-01-31,infinity}', '{SaaS}', '{"{}"}', '{{a,b},{c,d}}',
	'{}', '{NULL}', '(Rome,1)', '{"a": 1.0, "b": {"c": 1}, "d": [3, "x", true, null, [1], {"e": 1}], "n": null, "e": "", "f": false}', '{"a": 1.0, "a": 2, "b": {"c": 1}}', '"text"'
);
\echo every type
SELECT read(icp_row(c)) FROM one c;
SELECT is(read(icp_row(c)), (SELECT read(icp_row(d)) FROM (SELECT * FROM one OFFSET 0) d), 'from the columns as from a row') FROM one c;
SELECT is(types(icp_row(n)), 'a text, b numeric, c text[], d uuid', 'a NULL has a type') FROM (SELECT NULL::text AS a, NULL::numeric AS b, NULL::text[] AS c, NULL::uuid AS d, NULL::jsonb AS e) n;

\echo numbers
CREATE TABLE num (f4 float4, f8 float8, n numeric, m money, i int8);
INSERT INTO num VALUES ('NaN', 'NaN', 'NaN', 0, 0);
SELECT read(icp_row(c)) FROM num c;
UPDATE num SET f4 = 'Infinity', f8 = 'Infinity', n = 'Infinity';
SELECT read(icp_row(c)) FROM num c;
UPDATE num SET f4 = '-Infinity', f8 = '-Infinity', n = '-Infinity', m = -1.5, i = -9223372036854775808;
SELECT read(icp_row(c)) FROM num c;
UPDATE num SET f4 = '-0', f8 = '-0', n = '-0.00', m = '0', i = 0;
SELECT read(icp_row(c)) FROM num c;
UPDATE num SET f4 = 3.4e38, f8 = 5e-324, n = ('1' || repeat('0', 400) || '.5')::numeric;
SELECT read(icp_row(c)) FROM num c;
SELECT is(icp_row(a)::text, icp_row(b)::text, 'the same number however it is written') FROM (SELECT 1.50 AS n) a, (SELECT 1.5 AS n) b;
SELECT is(icp_row(a)::text, icp_row(b)::text, 'whole numbers too') FROM (SELECT 1e3::numeric AS n) a, (SELECT 1000.000 AS n) b;
SELECT is(icp_row(a)::text, icp_row(b)::text, '-0 is 0') FROM (SELECT '-0'::float8 AS n) a, (SELECT 0::float8 AS n) b;
SELECT isnt(icp_row(a)::text, icp_row(b)::text, '17 digits are kept') FROM (SELECT 0.12345678901234567 AS n) a, (SELECT 0.12345678901234568 AS n) b;
SELECT isnt(icp_row(a)::text, icp_row(b)::text, '2^63 is not 2^63 - 1') FROM (SELECT 9223372036854775808 AS n) a, (SELECT 9223372036854775807::numeric AS n) b;
SELECT read(icp_row(a)) FROM (SELECT 9223372036854775807::numeric AS max, -9223372036854775808::numeric AS min, 0.000000000000000001 AS tiny, 0.0000000000000000001 AS tinier, 99999999999999999.9 AS long) a;
-- What a row is does not depend on settings.
CREATE TEMP TABLE as_text AS SELECT icp_row(c)::text AS r FROM (SELECT 0.1::float4 AS f4, 1/3.0::float8 AS f8, date '2001-02-03' AS d, timestamptz '2001-02-03 00:00+00' AS t, interval '1 day' AS i, 'x'::citext AS ci) c;
SET LOCAL extra_float_digits = -5; SET LOCAL DateStyle = 'SQL, DMY'; SET LOCAL TimeZone = 'Asia/Tokyo'; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL bytea_output = 'escape';
SELECT is(icp_row(c)::text, (SELECT r FROM as_text), 'settings do not matter') FROM (SELECT 0.1::float4 AS f4, 1/3.0::float8 AS f8, date '2001-02-03' AS d, timestamptz '2001-02-03 00:00+00' AS t, interval '1 day' AS i, 'x'::citext AS ci) c;
SET LOCAL extra_float_digits = 1; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL TimeZone = 'America/New_York'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL bytea_output = 'hex';

\echo times
SELECT read(icp_row(c)) FROM (SELECT date 'infinity' AS d, timestamp '-infinity' AS t, timestamptz 'infinity' AS z, date '4713-01-01 BC' AS old, timestamptz '294276-12-31 23:59:59+00' AS late) c;

\echo text
SELECT is(icp_row(a)::text, icp_row(b)::text, 'char(n) is not its blanks') FROM (SELECT 'x'::char(5) AS t) a, (SELECT 'x'::text AS t) b;
SELECT is(icp_row(a)::text, icp_row(b)::text, 'citext is one spelling') FROM (SELECT 'SaaS Corporation'::citext AS t) a, (SELECT 'saas CORPORATION'::citext AS t) b;
SELECT isnt(icp_row(a)::text, icp_row(b)::text, 'a blank is a blank') FROM (SELECT 'x '::text AS t) a, (SELECT 'x'::text AS t) b;
SELECT isnt(icp_row(a)::text, icp_row(b)::text, 'empty is not missing') FROM (SELECT ''::text AS t) a, (SELECT NULL::text AS t) b;
SELECT is(read(icp_row(c)), 't text: ''' || t || '''', length(t) || ' bytes') FROM (SELECT repeat('x', n) AS t FROM unnest(ARRAY[1,3,4,7,8,9,126,127,999,1000]) n) c;
SELECT read(icp_row(c)) FROM (SELECT 'größer' AS a, 'größere Straße' AS b, '中文字符集' AS d) c;
-- Stored outside of the row, compressed or not, and without looking into what is too long.
CREATE TABLE toast (a text, b char(3000), l text[], d jsonb, e text);
ALTER TABLE toast ALTER a SET STORAGE EXTERNAL, ALTER e SET STORAGE EXTENDED;
INSERT INTO toast VALUES (repeat('x', 100000), 'short', ARRAY[repeat('y', 5000), 'z'], jsonb_build_object('k', repeat('w', 5000), 'l', 1), repeat('v', 100000));
SELECT read(icp_row(c)) FROM toast c;

\echo documents
SELECT read(icp_row('{"a": 1, "b": "x", "c": {"d": 2, "e": {"f": 3}, "g": [1, 2]}, "h": [], "i": null, "j": true}'::jsonb));
SELECT read(icp_row('{}'::jsonb));
SELECT read(icp_row('{"": 1, "a": {"": 2}}'::jsonb));
SELECT is(read(icp_row('{"a": {"b": 1}, "a.b": 2}'::jsonb)), 'a.b json: ''1''', 'a key of a key, and a key of that name: the first in the document');
SELECT throws_ok($$SELECT icp_row('[1]'::jsonb)$$, '42804', 'cannot make a row of a JSON document that is not an object', 'an array is no row');
SELECT throws_ok($$SELECT icp_row('1'::jsonb)$$, '42804', 'cannot make a row of a JSON document that is not an object', 'a number is no row');
SELECT throws_ok($$SELECT icp_row(jsonb_build_object(repeat('k', 1001), 1))$$, '42622', 'a key of the JSON document is longer than 1000 bytes', 'a long key');
SELECT ok(icp_row(NULL::jsonb) IS NULL, 'no document, no row');
SELECT read(icp_row(jsonb_build_object(repeat('k', 600), jsonb_build_object(repeat('l', 600), 1), 'x', 1)));
-- A column comes before a key of that name.
SELECT is(read(icp_row(c)), 'attrs.a text: ''column''', 'a column before a key') FROM (SELECT '{"a": "key"}'::jsonb AS attrs, 'column' AS "attrs.a") c;

\echo input and output
SELECT is(icp_row(c)::text::icp_row::text, icp_row(c)::text, 'text round trip') FROM one c;
SELECT is(icp_row(icp)::text, icp_row_in(icp_row_out(icp_row(icp)))::text, 'documents too') FROM (VALUES ('{"a": [1, "long enough text"], "b": {"c": 1}}'::jsonb)) v(icp);
CREATE TABLE saved (n int, r icp_row);
INSERT INTO saved SELECT 1, icp_row(c) FROM one c UNION ALL SELECT 2, icp_row('{"a": [1, "long enough text"], "b": {"c": 1}}'::jsonb) UNION ALL SELECT 3, NULL UNION ALL SELECT 4, icp_row(t) FROM toast t;
CREATE TABLE restored (n int, r icp_row);
\copy saved TO 'results/t_sketch_row.bin' (FORMAT binary)
\copy restored FROM 'results/t_sketch_row.bin' (FORMAT binary)
SELECT set_eq('SELECT n, r::text FROM saved', 'SELECT n, r::text FROM restored', 'COPY BINARY');
SELECT is(read(b.r), read(a.r), 'a stored row is read like a new one: ' || n) FROM saved a JOIN restored b USING (n) ORDER BY n;
SELECT throws_ok(format('SELECT %L::icp_row', text), '22P03', 'invalid icp_row', 'not a row: ' || text) FROM unnest(ARRAY['\x', '\x00', '\x01', '\x010000000000', '\x0100000000000000ff', '\x0200000000000000', '\x0101000000000000']) text;
SELECT is('\x0100000000000000'::icp_row::text, '\x0100000000000000', 'a row without columns');
SELECT throws_ok($$SELECT 'x'::icp_row$$, '22P03', 'invalid icp_row', 'not even hexadecimal');
SELECT throws_ok($$SELECT '\x0'::icp_row$$, '22023', 'invalid hexadecimal data: odd number of digits', 'half a byte');
CREATE TABLE sent (b bytea);
INSERT INTO sent VALUES ('\x01');
\copy sent TO 'results/t_sketch_row.bin' (FORMAT binary)
CREATE TABLE received (r icp_row);
SAVEPOINT s;
\set VERBOSITY terse
\copy received FROM 'results/t_sketch_row.bin' (FORMAT binary)
ROLLBACK TO s;
\set VERBOSITY default
-- A header that its cells do not keep to.  The row is one column named x: type, list?, name, cell.
CREATE FUNCTION made(type int, list int, cell text) RETURNS text LANGUAGE sql AS
$$ SELECT '\x010001000500' || '0000' || lpad(to_hex(type), 2, '0') || lpad(to_hex(list), 2, '0') || '010078' || cell $$;
SELECT is(read(made(8, 0, '094100000000000000')::icp_row), 'x text: ''A''', 'a row made by hand');
SELECT throws_ok(format('SELECT %L::icp_row', bytes), '22P03', 'invalid icp_row', what) FROM (VALUES
	(made(13, 0, '00'), 'no such type'), (made(8, 2, '00'), 'neither list nor not'), (made(8, 0, '0e'), 'no such kind'),
	(made(8, 0, '0c00000000' || '00000000'), 'a list in a column that is none'), (made(8, 1, '094100000000000000'), 'no list in a column of lists'),
	(made(8, 0, '0d00000000' || '00000000'), 'an object in a column of text'), (made(10, 1, '00'), 'a list of JSON'),
	(made(8, 1, '0c09000000' || '01000000' || '0c0000000000000000'), 'a list in a list'), (made(8, 1, '0c09000000' || '02000000' || '094100000000000000'), 'a list that is too short'),
	(made(0, 0, '010200000000000000'), 'neither true nor false'), (made(3, 0, '04000000000000f87f'), 'NaN'), (made(3, 0, '040000000000000080'), '-0'),
	(made(5, 0, '06feffff7f00000000'), 'a day after the last'), (made(6, 0, '07feffffffffffff7f'), 'a time after the last'),
	(made(8, 0, '0941004100' || '00000000'), 'text with a zero byte'), (made(8, 0, '09ff00000000000000'), 'text in another encoding'),
	(made(8, 0, '0a' || repeat('00', 8) || '09000000' || repeat('41', 9)), 'text with another hash'),
	(made(2, 0, '03' || '8102000000000000'), 'a decimal with zeros behind it')) v(bytes, what);

-- Long text has its hash with it, and only long text.
CREATE FUNCTION turned(bytes bytea) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(lpad(to_hex(get_byte(bytes, i)), 2, '0'), '' ORDER BY i DESC) FROM generate_series(0, length(bytes) - 1) i $$;
CREATE FUNCTION hashed(value text, more int DEFAULT 0) RETURNS text LANGUAGE sql AS $$
	SELECT made(8, 0, '0a' || turned(int8send(hashtextextended(value COLLATE "C", 0))) || turned(int4send(octet_length(value) + more)) || encode(value::bytea, 'hex')) $$;
SELECT is(read(hashed('customers')::icp_row), 'x text: ''customers''', 'nine bytes by hand');
SELECT throws_ok(format('SELECT %L::icp_row', bytes), '22P03', 'invalid icp_row', what) FROM (VALUES (hashed('customer'), 'eight bytes with a hash'), (hashed(''), 'no bytes with a hash'),
	(hashed('customers', 1), 'more bytes than there are'), (hashed('customers', -1), 'fewer'), (hashed('customers', -10), 'a negative number of them'), (left(hashed('customers'), -2), 'cut off'), (left(hashed('customers'), -20), 'cut off in the length')) v(bytes, what);

\echo what the planner makes of it
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS off) ' || query LOOP result := result || line || E'\n'; END LOOP;
	RETURN result;
END $$;
CREATE FUNCTION rewritten(query text) RETURNS boolean LANGUAGE sql AS $$ SELECT plan(query) ~ 'icp_row_columns\(' $$;
CREATE TABLE account (id int PRIMARY KEY, gone text, industry text, employees int, "Mixed case" numeric, doc jsonb);
INSERT INTO account SELECT i, 'gone', (ARRAY['SaaS', 'Retail', NULL])[1 + i % 3], i * 10, i / 4.0, jsonb_build_object('k', i) FROM generate_series(1, 20) i;
ALTER TABLE account DROP gone, ADD added text DEFAULT 'default';
INSERT INTO account VALUES (21, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE deal (account_id int, won boolean);
INSERT INTO deal SELECT i, i % 2 = 0 FROM generate_series(1, 30, 2) i;
ANALYZE account; ANALYZE deal;
SELECT regexp_replace(plan('SELECT icp_row(a) FROM account a'), '(?n)^Query Identifier.*$', '');
-- The same rows through a function that the planner does not know.
CREATE FUNCTION by_row(r record) RETURNS icp_row LANGUAGE plpgsql STRICT AS $$ BEGIN RETURN icp_row(r); END $$;
CREATE FUNCTION same(what text, query text, is_rewritten boolean DEFAULT true) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	-- NULL: PostgreSQL's releases differ
	IF is_rewritten IS NOT NULL THEN
		RETURN NEXT is(rewritten(query), is_rewritten, what || CASE WHEN is_rewritten THEN ': rewritten' ELSE ': as it is' END);
	END IF;
	RETURN NEXT results_eq('SELECT r::text FROM (' || query || ') q(r) ORDER BY r::text COLLATE "C"',
		'SELECT r::text FROM (' || regexp_replace(query, 'icp_row\(', 'by_row(', 'g') || ') q(r) ORDER BY r::text COLLATE "C"', what);
END $$;
CREATE VIEW accounts AS SELECT id, industry, employees * 2 AS employees FROM account;
SELECT * FROM same('a table', 'SELECT icp_row(a) FROM account a');
SELECT * FROM same('a view', 'SELECT icp_row(a) FROM accounts a');
SELECT * FROM same('a subquery', 'SELECT icp_row(a) FROM (SELECT id, industry AS i, doc FROM account WHERE id > 3) a');
SELECT * FROM same('a subquery that stays', 'SELECT icp_row(a) FROM (SELECT id, industry AS i, doc FROM account ORDER BY id LIMIT 5) a');
SELECT * FROM same('a CTE', 'WITH a AS MATERIALIZED (SELECT id, industry FROM account) SELECT icp_row(a) FROM a');
SELECT * FROM same('VALUES', $$SELECT icp_row(v) FROM (VALUES (1, 'x'), (2, 'y')) v(a, b)$$);
SELECT * FROM same('a function', $$SELECT icp_row(v) FROM json_to_recordset('[{"a":1,"b":"x"},{"a":2}]') v(a int, b text)$$, false);
SELECT * FROM same('an inner join', 'SELECT icp_row(a) FROM account a JOIN deal d ON d.account_id = a.id');
SELECT * FROM same('an outer join with rows that are NULL', 'SELECT icp_row(a) FROM deal d LEFT JOIN account a ON a.id = d.account_id');
SELECT * FROM same('the other side', 'SELECT icp_row(d) FROM account a LEFT JOIN deal d ON a.id = d.account_id');
SELECT is(count(icp_row(a)), 11::bigint, 'a NULL row is no row') FROM deal d LEFT JOIN account a ON a.id = d.account_id;
SELECT is(count(icp_row(a)), 0::bigint, 'a NULL row that is cast') FROM (SELECT NULL::account AS a) n;
SELECT * FROM same('an outer join with a subquery', 'SELECT icp_row(a) FROM deal d LEFT JOIN (SELECT id, industry FROM account) a ON a.id = d.account_id', NULL);
SELECT is(count(icp_row(a)), 11::bigint, 'a subquery''s NULL row is no row') FROM deal d LEFT JOIN (SELECT id, industry FROM account) a ON a.id = d.account_id;
SELECT * FROM same('a join of all columns', 'SELECT icp_row(j) FROM (SELECT a.*, d.won FROM account a JOIN deal d ON d.account_id = a.id) j');
SELECT * FROM same('a row in a row', 'SELECT icp_row(a.*::account) FROM account a');
SELECT * FROM same('a typed ROW', $$SELECT icp_row(ROW('Rome', a.id)::place) FROM account a$$);
SELECT throws_ok($$SELECT icp_row(ROW(1, 'x'))$$, '42703', 'the row has lost the names of its columns', 'ROW has no names');
SELECT throws_ok($$SELECT icp_row(ROW(a.id, a.industry)) FROM account a$$, '42703', 'the row has lost the names of its columns', 'nor has ROW of columns');
SELECT throws_ok($$SELECT icp_sketch(ROW(a.id), true) FROM account a$$, '42703', 'the row has lost the names of its columns', 'nor in an aggregate');
CREATE TABLE parted (id int, region text, n int) PARTITION BY LIST (region);
CREATE TABLE parted_eu PARTITION OF parted FOR VALUES IN ('eu');
CREATE TABLE parted_us (n int, gone int, region text, id int);
ALTER TABLE parted_us DROP gone;
ALTER TABLE parted ATTACH PARTITION parted_us FOR VALUES IN ('us');
INSERT INTO parted SELECT i, (ARRAY['eu', 'us'])[1 + i % 2], i * 3 FROM generate_series(1, 10) i;
SELECT * FROM same('a partitioned table', 'SELECT icp_row(p) FROM parted p');
CREATE TABLE parent (a int, b text);
CREATE TABLE child (c int) INHERITS (parent);
INSERT INTO parent VALUES (1, 'x'); INSERT INTO child VALUES (2, 'y', 3);
SELECT * FROM same('an inherited table', 'SELECT icp_row(p) FROM parent p');
SELECT * FROM same('a table sample', 'SELECT icp_row(a) FROM account a TABLESAMPLE SYSTEM (100)');
SELECT * FROM same('grouping sets', 'SELECT icp_row(a) FROM account a GROUP BY GROUPING SETS ((a), ())', false);
SELECT * FROM same('a sketch', 'SELECT icp_row(a) FROM account a WHERE id < 3');
SELECT is(rewritten('SELECT icp_sketch(icp_row(a), a.employees > 50) FROM account a'), true, 'within an aggregate');
DO $$ BEGIN EXECUTE 'CREATE TABLE c99 (' || (SELECT string_agg('c' || i || ' int DEFAULT ' || i, ', ') FROM generate_series(1, 99) i) || ')';
	EXECUTE 'CREATE TABLE c100 (' || (SELECT string_agg('c' || i || ' int DEFAULT ' || i, ', ') FROM generate_series(1, 100) i) || ')'; END $$;
INSERT INTO c99 DEFAULT VALUES; INSERT INTO c100 DEFAULT VALUES;
SELECT * FROM same('99 columns', 'SELECT icp_row(c) FROM c99 c');
SELECT * FROM same('100 columns', 'SELECT icp_row(c) FROM c100 c', false);
CREATE TABLE none ();
INSERT INTO none DEFAULT VALUES;
SELECT * FROM same('no column', 'SELECT icp_row(n) FROM none n', false);
PREPARE rows_of (int) AS SELECT icp_row(a)::text FROM account a WHERE id = $1;
CREATE TEMP TABLE before AS EXECUTE rows_of (1);
ALTER TABLE account ADD later int DEFAULT 7;
CREATE TEMP TABLE after AS EXECUTE rows_of (1);
SELECT is((SELECT * FROM after) LIKE '%6c61746572%', true, 'a prepared statement sees a new column');
SELECT is(a, icp_row(c)::text, 'and all others') FROM after a(a), account c WHERE id = 1;
CREATE FUNCTION in_plpgsql() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE r record; a account;
BEGIN
	FOR r IN SELECT * FROM account WHERE id < 4 ORDER BY id LOOP RETURN NEXT icp_row(r); END LOOP;
	FOR a IN SELECT * FROM account WHERE id < 4 ORDER BY id LOOP RETURN NEXT icp_row(a); END LOOP;
END $$;
SELECT results_eq('SELECT * FROM in_plpgsql()', 'SELECT icp_row(a)::text FROM generate_series(1, 2) g, account a WHERE id < 4 ORDER BY g, id', 'PL/pgSQL''s rows');

\echo icp_row_columns
SELECT is(icp_row_columns(ARRAY['a', 'b'], 1, 'x'::text)::text, icp_row(r)::text, 'by hand') FROM (SELECT 1 AS a, 'x'::text AS b) r;
SELECT is(icp_row_columns(ARRAY['a', 'b'], 1, 'x')::text, icp_row(r)::text, 'an unknown literal') FROM (SELECT 1 AS a, 'x'::text AS b) r;
SELECT is(icp_row_columns(ARRAY[n, 'b'], 1, 2)::text, icp_row_columns(ARRAY['a', 'b'], 1, 2)::text, 'names that are not constant: ' || n) FROM unnest(ARRAY['a', 'a']) n;
SELECT is(read(icp_row_columns(ARRAY['a', n], 1, 2)), 'a integer: 1' || E'\n' || n || ' integer: 2', 'names that change: ' || n) FROM unnest(ARRAY['b', 'c']) n;
SELECT ok(icp_row_columns(NULL, 1) IS NULL, 'no names, no row');
SELECT throws_ok($$SELECT icp_row_columns(ARRAY['a'], 1, 2)$$, '22023', 'there are 1 names for 2 columns', 'a name is missing');
SELECT throws_ok($$SELECT icp_row_columns(ARRAY['a', NULL], 1, 2)$$, '22004', 'the name of column 2 is null', 'a name is NULL');
SELECT throws_ok($$SELECT icp_row_columns(ARRAY['a'], VARIADIC ARRAY[1])$$, '0A000', 'an array cannot stand for the row''s columns', 'VARIADIC');
SELECT throws_ok($$SELECT icp_row_columns(ARRAY[repeat('n', 1001)], 1)$$, '42622', NULL, 'a name that is too long');
SELECT is(read(icp_row_columns(ARRAY['a', 'a'], 1, 2)), 'a integer: 1', 'a name twice: the first');
SELECT is(read(icp_row_columns(ARRAY['a', 'a'], NULL::int, 2)), 'a integer missing', 'also if it is NULL');

SELECT * FROM finish();
ROLLBACK;

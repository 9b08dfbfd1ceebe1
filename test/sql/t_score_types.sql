-- Every kind of condition on every type of column: what it gives, and where it cannot apply.
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

CREATE TYPE industry AS ENUM ('Retail', 'SaaS', '5');
CREATE DOMAIN label AS text;
CREATE DOMAIN short_label AS label CHECK (length(VALUE) < 100);
CREATE DOMAIN fixed_label AS char(6);
CREATE DOMAIN headcount AS integer;
CREATE DOMAIN amount AS numeric(12,2);
CREATE DOMAIN day AS date;
CREATE DOMAIN branch AS industry;
CREATE DOMAIN labels AS text[];
CREATE DOMAIN document AS jsonb;

-- One row with a value of every type, in columns named for what they show.
CREATE TABLE one (
	"text" text, "varchar" varchar(10), "char" char(6), "name" name, "citext" citext, "label" label, "short_label" short_label,
		"fixed_label" fixed_label,
	"enum" industry, "branch" branch, "bool" bool,
	"int2" int2, "int4" int4, "int8" int8, "headcount" headcount, "float4" float4, "float8" float8, "numeric" numeric, "amount" amount,
		"money" money,
	"date" date, "day" day, "timestamp" timestamp, "timestamptz" timestamptz, "interval" interval, "uuid" uuid,
	"text[]" text[], "varchar[]" varchar(10)[], "char[]" char(6)[], "name[]" name[], "citext[]" citext[], "labels" labels,
		"label[]" label[], "enum[]" industry[], "bool[]" bool[],
	"int2[]" int2[], "int4[]" int4[], "int8[]" int8[], "float4[]" float4[], "float8[]" float8[], "numeric[]" numeric[], "money[]" money[],
	"date[]" date[], "timestamp[]" timestamp[], "timestamptz[]" timestamptz[], "interval[]" interval[], "uuid[]" uuid[],
	"jsonb string" jsonb, "jsonb number" jsonb, "jsonb bool" jsonb, "jsonb date" jsonb, "jsonb array" jsonb, "jsonb object" jsonb,
		"jsonb null" jsonb, "document" document, "json string" json, "json array" json,
	"time" time, "bytea" bytea, "inet" inet, "int4range" int4range, "xml" xml
);
INSERT INTO one VALUES (
	'SaaS', 'SaaS', 'SaaS', 'SaaS', 'SaaS', 'SaaS', 'SaaS', 'SaaS',
	'SaaS', 'SaaS', true,
	5, 5, 5, 5, 5, 5, 5, 5, 5,
	'2001-01-31', '2001-01-31', '2001-01-31', '2001-01-31 00:00+00', '5 days', '00000000-0000-0000-0000-000000000005',
	'{SaaS,x}', '{SaaS,x}', '{SaaS,x}', '{SaaS,x}', '{SaaS,x}', '{SaaS,x}', '{SaaS,x}', '{SaaS,Retail}', '{t,f}',
	'{5,6}', '{5,6}', '{5,6}', '{5,6}', '{5,6}', '{5,6}', '{5,6}',
	'{2001-01-31}', '{2001-01-31}', '{2001-01-31 00:00+00}', '{5 days}', '{00000000-0000-0000-0000-000000000005}',
	'"SaaS"', '5', 'true', '"2001-01-31"', '["SaaS", 5, true, "2001-01-31", null, ["x"]]', '{"SaaS": 5}', 'null', '"SaaS"', '"SaaS"',
		'["SaaS", 5, true, "2001-01-31", null, ["x"]]',
	'05:00', '\x05', '10.0.0.5', '[5,6)', '<a/>'
);

-- The conditions, in the spelling of error messages.
CREATE TEMP TABLE conditions (n serial, condition text);
INSERT INTO conditions (condition) VALUES
	('"missing": true'), ('"equals": "SaaS"'), ('"equals": "saas"'), ('"in": ["SaaS", "Retail"]'), ('"equals": 5'), ('"in": [4, 5]'),
		('"equals": true'), ('"equals": "2001-01-31"'), ('"equals": "5 days"'),
	('"equals": "00000000-0000-0000-0000-000000000005"'), ('"range": "(,)"'), ('"range": "[5,6)"'), ('"range": "[2001-01-31,2001-02-01)"'),
		('"range": "[\"5 days\",\"6 days\")"'),
	('"like": "Sa%"'), ('"like": "sa%"'), ('"ilike": "sA%"'), ('"contains": "SaaS"'), ('"contains": ["saas"]'), ('"contains": 5'),
		('"contains": [5, 6]'), ('"contains": true'), ('"contains": "2001-01-31"'),
	('"contains_any": ["x", "SaaS"]'), ('"contains_any": [7, 8]'), ('"contains": "5 days"'),
		('"contains": "00000000-0000-0000-0000-000000000005"'), ('"within": "900 years"'), ('"older": "1 year"'),
		('"within_next": "900 years"');

-- 1 or 0; - where the condition cannot apply and the error says so; where the value is none of the type's, its SQLSTATE; else the error.
CREATE FUNCTION cell(field text, condition text, reading text, OUT cell text, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
	portrait text := format('{"scale": "points", "characteristics": [{"name": "c", "field": %s%s, "attributes": [{%s, "points": 1}]}]}',
		to_json(field), ', "as": "' || reading || '"', condition);
	by_columns text;
	by_row text;
	message text;
	detail text;
	code text;
	expected text := (SELECT format('condition {%s} cannot apply to column "%s" of type %s', condition, field,
			format_type(coalesce(nullif(d2.typbasetype, 0), nullif(d1.typbasetype, 0), atttypid), NULL))
		FROM pg_attribute JOIN pg_type d1 ON d1.oid = atttypid LEFT JOIN pg_type d2 ON d2.oid = d1.typbasetype
			WHERE attrelid = 'one'::regclass AND attname = field);
BEGIN
	-- as the planner rewrites it, and as a row
	BEGIN
		EXECUTE format('SELECT icp_score(o, %L::icp_portrait) FROM one o', portrait) INTO by_columns;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, code = RETURNED_SQLSTATE;
		by_columns := CASE WHEN code LIKE '22%' THEN code
			WHEN code <> '42804' OR detail <> 'The condition is at characteristics[0].attributes[0] of the portrait.' OR
				message NOT IN (expected, concat(expected, ' read as a ', reading)) THEN concat_ws(' ', code, message, detail)
			ELSE '-' END;
	END;
	BEGIN
		EXECUTE format('SELECT icp_score(o, p) FROM one o, (SELECT %L::icp_portrait p OFFSET 0) p', portrait) INTO by_row;
	EXCEPTION WHEN OTHERS THEN
		by_row := CASE WHEN SQLERRM = message THEN by_columns ELSE SQLERRM END;
	END;
	cell := CASE WHEN by_columns IS NOT DISTINCT FROM by_row THEN coalesce(by_columns, 'NULL') ELSE by_columns || ' but ' || by_row END;
	hint := CASE WHEN cell = '-' THEN hint END;
END $$;

-- The cells as a grid, and the hints.
CREATE FUNCTION grid(cells regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT rpad(field, 14) || string_agg(cell, '' '' ORDER BY n) FROM %s GROUP BY attnum, field ORDER BY attnum',
		cells);
END $$;
CREATE FUNCTION hints(cells regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT CASE row_number() OVER (PARTITION BY hint ORDER BY min(attnum))
			WHEN 1 THEN coalesce(nullif(hint, ''), '(no hint)') || E'\n' ELSE '' END || '    ' || conditions || ': ' || string_agg(field,
			', ' ORDER BY attnum) FROM (
			SELECT hint, attnum, field, string_agg(n::text, ' ' ORDER BY n) AS conditions FROM %s WHERE cell = '-'
				GROUP BY hint, attnum, field) h
		GROUP BY hint, conditions ORDER BY hint COLLATE "C", min(attnum) $q$, cells);
END $$;

\echo # The columns of the table below:
SELECT n || '. ' || condition FROM conditions ORDER BY n;
\echo # 1 matches, 0 does not, - cannot apply
CREATE TEMP TABLE cells AS
	SELECT attnum, attname AS field, n, condition, c.* FROM pg_attribute, conditions, cell(attname, condition, NULL) c
		WHERE attrelid = 'one'::regclass AND attnum > 0;
SELECT * FROM grid('cells');
\echo # Hints where a condition cannot apply
SELECT * FROM hints('cells');

\echo # "as": "number"
UPDATE one SET "text" = ' 5 ', "varchar" = '5.00', "char" = '5', "name" = '+5', "citext" = '5e0', "label" = '05', "short_label" = '5.',
	"fixed_label" = '5',
	"jsonb string" = '"5"', "json string" = '" 5 "', "document" = '"0.5E1"';
CREATE TEMP TABLE number_cells AS
	SELECT attnum, attname AS field, n, condition, c.* FROM pg_attribute, conditions, cell(attname, condition, 'number') c
		WHERE attrelid = 'one'::regclass AND attnum > 0 AND (attname !~ '\[\]' OR attname = 'text[]');
SELECT * FROM grid('number_cells');
SELECT * FROM hints('number_cells');
\echo # "as": "date"
ALTER TABLE one ALTER "char" TYPE char(20), ALTER "varchar" TYPE varchar(20);
UPDATE one SET "text" = ' 2001-01-31 ', "varchar" = '2001/01/31', "char" = '2001-1-31', "name" = '2001-01-31',
	"citext" = '2001-01-31T00:00Z', "label" = '2001-01-31 00:00:00', "short_label" = '2001-01-31 08:00+08', "fixed_label" = '31.1.',
	"jsonb string" = '"2001-01-31"', "json string" = '"2001-01-31"', "document" = '"2001-01-30T19:00:00-05:00"';
CREATE TEMP TABLE date_cells AS
	SELECT attnum, attname AS field, n, condition, c.* FROM pg_attribute, conditions, cell(attname, condition, 'date') c
		WHERE attrelid = 'one'::regclass AND attnum > 0 AND (attname !~ '\[\]' OR attname = 'text[]');
SELECT * FROM grid('date_cells');
SELECT * FROM hints('date_cells');


-- A nondeterministic collation decides what is equal. It is ICU's; without ICU there is nothing to test.
SELECT count(*) > 0 AS has_icu FROM pg_collation WHERE collprovider = 'i' \gset
CREATE FUNCTION try(query text, OUT result text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query INTO result;
EXCEPTION WHEN OTHERS THEN
	result := SQLSTATE || ': ' || SQLERRM;
END $$;
\if :has_icu
CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE collated (t text COLLATE ignoring_case, v varchar(10) COLLATE ignoring_case, a text[] COLLATE ignoring_case,
	n text COLLATE ignoring_case);
INSERT INTO collated VALUES ('SaaS', 'SaaS', '{SaaS,x}', '5');
CREATE FUNCTION collated(field text, condition text, extra text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT try(format('SELECT icp_score(c, %1$L::icp_portrait) || '' '' || icp_score(c, p) FROM collated c, (SELECT %1$L::icp_portrait p OFFSET 0) p',
		format('{"scale": "points", %s "characteristics": [{"name": "c", "field": "%s", "attributes": [{%s, "points": 1}]}]}', extra, field,
			condition)))
$$;
SELECT is(collated('t', '"equals": "sAAs"'), '1 1', 'nondeterministic collation: equals');
SELECT is(collated('t', '"in": ["x", "SAAS"]'), '1 1', 'nondeterministic collation: in');
SELECT is(collated('v', '"equals": "sAAs"'), '1 1', 'nondeterministic collation: varchar');
SELECT is(collated('t', '"equals": "S"'), '0 0', 'nondeterministic collation: not equal');
SELECT is(collated('a', '"contains": ["saas", "X"]'), '1 1', 'nondeterministic collation: contains');
SELECT is(collated('t', '"missing": true', '"placeholders": ["SAAS"],'), '1 1', 'nondeterministic collation: placeholders');
SELECT matches(collated('t', '"equals": 5'), '^42804: condition {"equals": 5} cannot apply', 'nondeterministic collation: a number');
SELECT is(collated('n', '"range": "[5,6)", "as": "number"'), '1 1', 'nondeterministic collation: as number');
SELECT ok(collated('t', '"like": "sa%"') ~ CASE WHEN current_setting('server_version_num')::int >= 180000 THEN '^1 1$' ELSE '^0A000: ' END,
	'nondeterministic collation: LIKE as the server has it');
SELECT is(icp_score(ROW(t), '{"scale": "points", "characteristics": [{"name": "c", "field": "f1", "attributes": [{"equals": "saas", "points": 1}]}]}'::icp_portrait),
	1::float8, 'nondeterministic collation: of an expression') FROM collated;
SELECT is(icp_score_columns('{"scale": "points", "characteristics": [{"name": "c", "field": "f1", "attributes": [{"equals": "saas", "points": 1}]}]}',
	t COLLATE "C"), 0::float8, 'nondeterministic collation: taken away') FROM collated;
SELECT is(icp_score(to_jsonb(c), '{"scale": "points", "characteristics": [{"name": "c", "field": "t", "attributes": [{"equals": "saas", "points": 1}]}]}'::icp_portrait),
	0::float8, 'nondeterministic collation: JSON has none') FROM collated c;
\else
SELECT pass('nondeterministic collation: ' || name)
	FROM unnest('{equals,in,varchar,not equal,contains,placeholders,a number,as number,LIKE as the server has it,of an expression,taken away,JSON has none}'::text[]) name;
\endif

SELECT * FROM finish();
ROLLBACK;

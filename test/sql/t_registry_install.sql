-- The extension in schemas of other names, renamed ones, and hostile ones.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_registry.inc
\i :harness

---- another schema, which is in nobody's path ----

CREATE SCHEMA crm_ext;
CREATE EXTENSION icp_portrait SCHEMA crm_ext;
CREATE ROLE regress_icp_anybody;
GRANT SELECT ON accounts TO regress_icp_anybody;
CREATE FUNCTION all_functions(schema text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text = '';
	query text;
BEGIN
	FOREACH query IN ARRAY ARRAY[
		'SELECT @s@.icp_save(''x'', ''@p@''::@s@.icp_portrait)', 'SELECT @s@.icp_save(''default'', @s@.icp_load(''x''))', 'SELECT @s@.icp_score(a) FROM accounts a',
		'SELECT @s@.icp_tier(a, ''x'') FROM accounts a', 'SELECT @s@.icp_fits(a, @s@.icp_load(''x'')) FROM accounts a', 'SELECT @s@.icp_score(y, ''x'') FROM (SELECT a AS y FROM accounts a OFFSET 0) z',
		'SELECT (@s@.icp_evaluate(a, v)).points FROM accounts a, (VALUES (''x'')) w (v)', 'SELECT count(*) FROM accounts a, @s@.icp_explain(a) e', 'SELECT count(*) FROM accounts a, @s@.icp_explain(to_jsonb(a), ''x'') e',
		'SELECT @s@.icp_score_columns(@s@.icp_load(''x''), 150)', 'SELECT @s@.icp_score(a, ''y'') FROM accounts a', 'SELECT @s@.icp_activate(''x'', 1)', 'SELECT @s@.icp_portrait_fields(@s@.icp_load())',
		'SELECT @s@.icp_at(@s@.icp_load(), ''2026-01-01'') = @s@.icp_load()', 'SELECT @s@.icp_load()::jsonb ? ''scale''', 'SELECT @s@.icp_from_pmml(@s@.icp_to_pmml(@s@.icp_load()))::text = @s@.icp_load()::text', 'SELECT @s@.icp_to_sql(@s@.icp_load(), ''a'') IS NOT NULL',
		'SELECT count(*) FROM @s@.icp_portraits'] LOOP
		result := result || outcome(replace(replace(query, '@s@', quote_ident(schema)), '@p@', worth_json(5))) || E'\n';
	END LOOP;
	RETURN result;
END$$;
-- a comparison of portraits needs their = operator, which is in that schema
\set expected '1\n1\n5\nout\nfalse\n5\n5\n2\n2\n5\n42704: portrait "y" does not exist\nHINT: Perhaps you meant "x".\n\n{employees}\n42883: operator does not exist: SCHEMA.icp_portrait = SCHEMA.icp_portrait\nHINT: No operator matches the given name and argument types. You might need to add explicit type casts.\ntrue\ntrue\ntrue\n2\n'
CREATE FUNCTION expected(schema text, pattern text) RETURNS text LANGUAGE sql AS $$SELECT replace(replace(pattern, '\n', E'\n'), 'SCHEMA', quote_ident(schema))$$;
SELECT is(all_functions('crm_ext'), expected('crm_ext', :'expected'), 'schema crm_ext');
SELECT ok(bool_or(line ~ 'crm_ext.icp_score_columns'), 'rewritten') FROM unnest(string_to_array(outcome('EXPLAIN (VERBOSE, COSTS OFF, FORMAT json) SELECT crm_ext.icp_score(a) FROM accounts a'), E'\n')) line;
SET ROLE regress_icp_anybody;
SELECT throws_ok('SELECT crm_ext.icp_score(a) FROM accounts a', '42501', 'permission denied for schema crm_ext', 'the schema''s own rights count');
RESET ROLE;
SELECT throws_ok('ALTER EXTENSION icp_portrait SET SCHEMA public', '0A000', NULL, 'it cannot be moved');

---- renamed, with an impostor ----

PREPARE score AS SELECT crm_ext.icp_score(a) FROM accounts a;
SELECT is(outcome('EXECUTE score'), '5', 'before the schema is renamed');
ALTER SCHEMA crm_ext RENAME TO "CRM Ext";
SELECT is("CRM Ext".icp_score(a), 5::float8, 'in a renamed schema') FROM accounts a;
SELECT is("CRM Ext".icp_save('x', worth_json(6)::"CRM Ext".icp_portrait), 2, 'saved in a renamed schema');
CREATE SCHEMA crm_ext;
CREATE TABLE crm_ext.icp_portraits (name text, version int, portrait int, note text, active boolean);
INSERT INTO crm_ext.icp_portraits VALUES ('default', 1, 1, '', true), ('x', 1, 1, '', true);
SELECT results_eq('SELECT "CRM Ext".icp_score(a), "CRM Ext".icp_score(a, ''x''), "CRM Ext".icp_score(a, v) FROM accounts a, (VALUES (''x'')) w (v)', 'VALUES (5::float8, 6::float8, 6::float8)', 'not the table that has the old name');
SELECT is("CRM Ext".icp_save('x', worth_json(7)::"CRM Ext".icp_portrait), 3, 'saved not there either');
SELECT lives_ok('SELECT "CRM Ext".icp_activate(''x'', 1)', 'nor activated');
SELECT is((SELECT count(*) FROM crm_ext.icp_portraits), 2::bigint, 'the impostor is as it was');
DROP SCHEMA crm_ext CASCADE;
SELECT finish();
\c
SET client_min_messages = warning;
SELECT 'in a new session: ' || "CRM Ext".icp_score(a) || ' ' || "CRM Ext".icp_save('x', worth_json(8)::"CRM Ext".icp_portrait) FROM accounts a;
SELECT no_plan();
DROP EXTENSION icp_portrait;
SELECT ok(NOT EXISTS (SELECT FROM pg_class WHERE relname ~ '^icp_') AND NOT EXISTS (SELECT FROM pg_proc WHERE proname ~ '^icp_') AND NOT EXISTS (SELECT FROM pg_type WHERE typname ~ '^_?icp_'), 'DROP EXTENSION leaves nothing');

---- hostile schemas ----

SELECT throws_ok('CREATE EXTENSION icp_portrait SCHEMA ' || quote_ident(name), NULL, NULL, 'no schema of the name ' || name)
FROM unnest(ARRAY['pg_temp', 'pg_catalog.x', 'no such schema']) name;
CREATE SCHEMA "it's";
SELECT throws_ok('CREATE EXTENSION icp_portrait SCHEMA "it''s"', '22P02', NULL, 'nor one whose name could end a string');
CREATE SCHEMA "$$";
SELECT throws_ok('CREATE EXTENSION icp_portrait SCHEMA "$$"', '22P02', NULL, 'or a body');
CREATE SCHEMA "with space";
SELECT lives_ok('CREATE EXTENSION icp_portrait SCHEMA "with space"', 'but one with a space');
SELECT is(all_functions('with space'), expected('with space', :'expected'), 'which works');
DROP EXTENSION icp_portrait;
SET ROLE regress_icp_anybody;
SELECT throws_ok('CREATE EXTENSION icp_portrait', '42501', NULL, 'not everybody can create it');
RESET ROLE;
GRANT CREATE ON DATABASE regress_icp_registry TO regress_icp_anybody;
SET ROLE regress_icp_anybody;
SELECT throws_ok('CREATE EXTENSION icp_portrait', '42501', NULL, 'not even who can create schemas');
RESET ROLE;

-- whatever is in the schema before, nothing of it is taken over
CREATE SCHEMA ambush AUTHORIZATION regress_icp_anybody;
CREATE FUNCTION ambushed(object text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL ROLE regress_icp_anybody;
	EXECUTE 'CREATE ' || object;
	RESET ROLE;
	EXECUTE 'CREATE EXTENSION icp_portrait SCHEMA ambush';
	RAISE EXCEPTION 'created';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END$$;
SELECT matches(ambushed(object), '^42(P07|710|723|501)$', 'refused: ' || left(object, 50))
FROM unnest(ARRAY['TABLE ambush.icp_portraits (name text)', 'VIEW ambush.icp_portraits AS SELECT 1', 'TYPE ambush.icp_portrait AS (x int)', 'TYPE ambush.icp_portrait', 'TYPE ambush.icp_evaluation AS (x int)',
	'DOMAIN ambush.icp_explanation AS int', 'FUNCTION ambush.icp_score(jsonb) RETURNS float8 LANGUAGE sql AS ''SELECT 1.0::float8''', 'FUNCTION ambush.icp_score(record) RETURNS float8 LANGUAGE plpgsql AS ''BEGIN RETURN 1; END''',
	'FUNCTION ambush.icp_load(text, int) RETURNS text LANGUAGE sql AS ''SELECT $1''', 'FUNCTION ambush.icp_portraits_changed() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END''']) object;
SET ROLE regress_icp_anybody;
SELECT format('CREATE FUNCTION ambush.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$BEGIN RAISE EXCEPTION ''captured''; END$f$', name, args, result)
FROM (VALUES ('pg_extension_config_dump', 'regclass, text', 'void'), ('pg_extension_config_dump', 'text, text', 'void'), ('now', '', 'timestamptz'), ('current_user', '', 'text'), ('text_ne', 'text, text', 'boolean')) v (name, args, result) \gexec
CREATE FUNCTION ambush.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'captured'; END$$;
CREATE FUNCTION ambush.trap(int, int) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'captured'; END$$;
SELECT format('CREATE OPERATOR ambush.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = ambush.trap)', op, type) FROM unnest(ARRAY['=', '<>', '>']) op, unnest(ARRAY['text', 'int']) type \gexec
CREATE DOMAIN ambush.float8 AS pg_catalog.float8 CHECK (VALUE < 0);
CREATE DOMAIN ambush.jsonb AS pg_catalog.jsonb CHECK (false);
CREATE DOMAIN ambush.timestamptz AS pg_catalog.timestamptz CHECK (false);
CREATE DOMAIN ambush."boolean" AS pg_catalog.bool CHECK (false);
RESET ROLE;
SET search_path = ambush, public, pg_catalog;
CREATE EXTENSION icp_portrait SCHEMA ambush;
SET search_path = public;
SELECT is(all_functions('ambush'), expected('ambush', :'expected'), 'created among traps, and caught by none');
SELECT is_empty($$SELECT DISTINCT t::regtype FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid, unnest(p.proargtypes::oid[] || p.prorettype) t
	WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'icp_portrait') AND t IN (SELECT oid FROM pg_type WHERE typnamespace = 'ambush'::regnamespace AND typtype = 'd')$$, 'no function is over a planted type');
SELECT is_empty($$SELECT attname FROM pg_attribute WHERE attrelid IN ('ambush.icp_portraits'::regclass, 'ambush.icp_evaluation'::regclass) AND atttypid IN (SELECT oid FROM pg_type WHERE typnamespace = 'ambush'::regnamespace AND typtype = 'd')$$, 'nor any column');

SELECT finish();
\c :home
DROP DATABASE regress_icp_registry;
DROP ROLE regress_icp_anybody;

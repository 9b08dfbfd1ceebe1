-- Who may read and write saved portraits; what a hostile search_path can do.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_registry.inc
\i :harness
CREATE EXTENSION icp_portrait;
CREATE FUNCTION worth(n int) RETURNS icp_portrait IMMUTABLE LANGUAGE sql AS 'SELECT public.worth_json(n)::public.icp_portrait';
CREATE ROLE regress_icp_anybody;
CREATE ROLE regress_icp_writer;
CREATE ROLE regress_icp_member;
CREATE ROLE regress_icp_all_reader IN ROLE pg_read_all_data;
GRANT INSERT, UPDATE ON icp_portraits TO regress_icp_writer;
GRANT regress_icp_writer TO regress_icp_member;
GRANT SELECT ON accounts TO PUBLIC;
SELECT icp_save('default', worth(1)), icp_save('a', worth(2)) \gset

CREATE FUNCTION as_role(role text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	result := outcome(query);
	RESET ROLE;
	RETURN result;
END$$;
CREATE FUNCTION folded(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE) ' || query LOOP
		IF line ~ 'icp_score_columns' THEN RETURN true; END IF;
	END LOOP;
	RETURN false;
END$$;

---- who may do what ----

SELECT is(as_role('regress_icp_' || role, query), expected, role || ': ' || query)
FROM (VALUES
	('SELECT icp_score(a) FROM accounts a', '1', '1', '1', '1'),
	('SELECT icp_score(a, ''a'') FROM accounts a', '2', '2', '2', '2'),
	('SELECT icp_score(a, name) FROM accounts a, (VALUES (''a'')) v (name)', '2', '2', '2', '2'),
	('SELECT icp_load(''a'') = public.worth(2)', 'true', 'true', 'true', 'true'),
	('SELECT count(*) FROM icp_portraits', '2', '2', '2', '2'),
	('SELECT icp_save(''b'', public.worth(3))', '42501: permission denied for table icp_portraits', '1', '2', '42501: permission denied for table icp_portraits'),
	('SELECT icp_activate(''a'', 1)', '42501: permission denied for table icp_portraits', '', '', '42501: permission denied for table icp_portraits'),
	('UPDATE icp_portraits SET note = ''x'' RETURNING note', '42501: permission denied for table icp_portraits', 'x', 'x', '42501: permission denied for table icp_portraits'),
	('DELETE FROM icp_portraits', '42501: permission denied for table icp_portraits', '42501: permission denied for table icp_portraits', '42501: permission denied for table icp_portraits', '42501: permission denied for table icp_portraits'),
	('TRUNCATE icp_portraits', '42501: permission denied for table icp_portraits', '42501: permission denied for table icp_portraits', '42501: permission denied for table icp_portraits', '42501: permission denied for table icp_portraits'),
	('ALTER TABLE icp_portraits DISABLE TRIGGER ALL', '42501: must be owner of table icp_portraits', '42501: must be owner of table icp_portraits', '42501: must be owner of table icp_portraits', '42501: must be owner of table icp_portraits')
	) v (query, a, b, c, d), LATERAL (VALUES ('anybody', a), ('writer', b), ('member', c), ('all_reader', d)) w (role, expected);
SELECT results_eq('SELECT version, saved_by FROM icp_portraits WHERE name = ''b'' ORDER BY version', $$VALUES (1, 'regress_icp_writer'), (2, 'regress_icp_member')$$, 'who saved it');

---- without the public's right to read ----

SET plan_cache_mode = force_generic_plan;
PREPARE score AS SELECT icp_score(a) FROM accounts a;
PREPARE named AS SELECT icp_score(a, 'a') FROM accounts a;
PREPARE loaded AS SELECT icp_score(a, icp_load('a')) FROM accounts a;
PREPARE with_row AS SELECT icp_score(x, 'a') FROM (SELECT a AS x FROM accounts a OFFSET 0) y;
CREATE FUNCTION simple(a accounts) RETURNS float8 STABLE LANGUAGE plpgsql AS 'BEGIN RETURN icp_score(a, ''a''); END';
CREATE FUNCTION definer() RETURNS float8 STABLE SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT icp_score(a, ''a'') FROM accounts a); END';
CREATE VIEW of_owner AS SELECT icp_score(a, 'a') FROM accounts a;
GRANT SELECT ON of_owner TO PUBLIC;
-- all ways at once; one answer if they agree
CREATE FUNCTION all_as(role text) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(DISTINCT as_role('regress_icp_' || role, q), ' | ')
FROM unnest(ARRAY['EXECUTE named', 'EXECUTE loaded', 'EXECUTE with_row', 'SELECT simple(a) FROM accounts a', 'SELECT * FROM of_owner',
	'SELECT icp_score(a, ''a'') FROM accounts a', 'SELECT icp_score(''{"employees": 150}''::jsonb, ''a'')', 'SELECT icp_score(a, v) FROM accounts a, (VALUES (''a'')) w (v)',
	'SELECT CASE WHEN icp_load(''a'') = public.worth(2) THEN 2 END']) q$$;
SELECT is(all_as('anybody'), '2', 'anybody may read');
SELECT ok(folded('EXECUTE named'), 'so plans hold the portrait');
REVOKE SELECT ON icp_portraits FROM PUBLIC;
SELECT is(all_as('anybody'), '42501: permission denied for table icp_portraits', 'nobody may, after a REVOKE, not even with a plan that was made before');
SELECT ok(NOT folded('EXECUTE named'), 'so plans do not hold the portrait');
SELECT is(all_as('all_reader'), '2', 'but who may read everything');
SELECT is(definer()::text || outcome('EXECUTE named') || as_role('regress_icp_anybody', 'SELECT definer()'), '222', 'and the owner, or a function of the owner''s');
SELECT is(as_role('regress_icp_writer', 'SELECT icp_save(''b'', public.worth(4))'), '42501: permission denied for table icp_portraits', 'who may write but not read cannot save');
GRANT SELECT ON icp_portraits TO regress_icp_writer;
SELECT is(all_as('member'), '2', 'GRANT to a role that one is in');
SELECT is(all_as('anybody'), '42501: permission denied for table icp_portraits', 'leaves others out');
SELECT is(as_role('regress_icp_member', 'SELECT icp_save(''b'', public.worth(4))'), '3', 'who may do both saves');
REVOKE regress_icp_writer FROM regress_icp_member;
SELECT is(all_as('member'), '42501: permission denied for table icp_portraits', 'out of the role');
BEGIN;
GRANT SELECT ON icp_portraits TO PUBLIC;
SELECT is(all_as('anybody'), '2', 'GRANT');
SELECT ok(folded('EXECUTE named'), 'and plans hold the portrait again');
ROLLBACK;
SELECT is(all_as('anybody'), '42501: permission denied for table icp_portraits', 'ROLLBACK of a GRANT');
GRANT SELECT (name, version, portrait, active) ON icp_portraits TO regress_icp_anybody;
SELECT is(all_as('anybody'), '2', 'a GRANT of columns is enough to score');
REVOKE SELECT (name) ON icp_portraits FROM regress_icp_anybody;
SELECT is(all_as('anybody'), '42501: permission denied for table icp_portraits', 'if all of them are there');
REVOKE ALL (version, portrait, active) ON icp_portraits FROM regress_icp_anybody;
GRANT SELECT ON icp_portraits TO PUBLIC;
SELECT is(all_as('anybody'), '2', 'GRANT to all');
-- the same expression under changing users, in one transaction
CREATE FUNCTION in_turn() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a accounts;
	result text = '';
	role text;
BEGIN
	SELECT * INTO a FROM accounts;
	REVOKE SELECT ON icp_portraits FROM PUBLIC;
	FOREACH role IN ARRAY ARRAY['writer', 'anybody', 'writer', 'anybody'] LOOP
		BEGIN
			EXECUTE format('SET LOCAL ROLE regress_icp_%s', role);
			result := result || role || ' ' || icp_score(a, 'a') || ' ';
		EXCEPTION WHEN insufficient_privilege THEN result := result || role || ' denied ';
		END;
		RESET ROLE;
	END LOOP;
	RETURN result;
END$$;
SELECT is(in_turn(), 'writer 2 anybody denied writer 2 anybody denied ', 'one expression under several users');
GRANT SELECT ON icp_portraits TO PUBLIC;

---- row security ----

GRANT INSERT, UPDATE, SELECT ON icp_portraits TO regress_icp_anybody, regress_icp_writer;
SELECT is(outcome('EXECUTE named') || outcome('EXECUTE score'), '21', 'plans that hold portraits');
INSERT INTO icp_portraits (name, version, portrait, saved_by) VALUES ('a', 50, worth(50), 'regress_icp_anybody'), ('a', 60, worth(60), 'regress_icp_writer');
ALTER TABLE icp_portraits ENABLE ROW LEVEL SECURITY;
SELECT is(all_as('anybody') ~ '^42704: portrait "a" does not exist', true, 'without a policy there is nothing to see');
SELECT ok(NOT folded('EXECUTE named'), 'plans hold no portrait');
SELECT is(outcome('EXECUTE named'), '2', 'the owner sees all');
CREATE POLICY own ON icp_portraits USING (saved_by = current_user) WITH CHECK (saved_by = current_user);
CREATE POLICY defaults ON icp_portraits FOR SELECT USING (name = 'default');
SELECT is(as_role('regress_icp_anybody', 'EXECUTE score'), '1', 'a policy shows the default');
SELECT is(as_role('regress_icp_anybody', 'EXECUTE named') ~ '^42704', true, 'and hides the others''');
SELECT is(as_role('regress_icp_' || role, format('SELECT icp_score(x, icp_load(''a'', %s)) FROM accounts x', version)) ~ ('^' || expected), true, role || ' and version ' || version)
FROM (VALUES ('anybody', 50, '50$'), ('anybody', 60, '42704'), ('writer', 60, '60$'), ('writer', 50, '42704'), ('anybody', 1, '42704')) v (role, version, expected);
SELECT is(as_role('regress_icp_anybody', 'SELECT icp_save(''own'', public.worth(7))'), '1', 'one''s own can be saved');
SELECT is(as_role('regress_icp_anybody', 'SELECT icp_score(x, ''own'') FROM accounts x'), '7', 'and used');
SELECT is(as_role('regress_icp_writer', 'SELECT icp_score(x, ''own'') FROM accounts x') ~ '^42704', true, 'but not by others');
SELECT is(as_role('regress_icp_writer', 'SELECT icp_score(x, ''owm'') FROM accounts x') !~ 'own', true, 'whom no hint tells of it');
SELECT is(as_role('regress_icp_writer', 'SELECT icp_save(''own'', public.worth(8))') ~ '^23505', true, 'nor can they save under a name that they do not see');
SELECT is((SELECT count(*) FROM icp_portraits WHERE name = 'own'), 1::bigint, 'nothing of it remains');
SET row_security = off;
SELECT is(as_role('regress_icp_anybody', 'EXECUTE named'), '42501: query would be affected by row-level security policy for table "icp_portraits"', 'row_security off');
RESET row_security;
ALTER TABLE icp_portraits FORCE ROW LEVEL SECURITY;
SELECT is(as_role('regress_icp_all_reader', 'EXECUTE named') ~ '^42704', true, 'reading everything is not bypassing row security');
ALTER TABLE icp_portraits NO FORCE ROW LEVEL SECURITY;
-- one expression under several users again: each sees its own
UPDATE icp_portraits SET active = false WHERE name = 'a';
CREATE FUNCTION own_in_turn() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a accounts;
	result text = '';
	role text;
BEGIN
	SELECT * INTO a FROM accounts;
	FOREACH role IN ARRAY ARRAY['writer', 'anybody', 'writer'] LOOP
		EXECUTE format('SET LOCAL ROLE regress_icp_%s', role);
		PERFORM icp_save('of ' || role, public.worth(length(role)));
		result := result || icp_score(a, 'of ' || role) || ' ';
		BEGIN
			result := result || icp_score(a, CASE role WHEN 'writer' THEN 'of anybody' ELSE 'of writer' END) || ' ';
		EXCEPTION WHEN undefined_object THEN result := result || 'hidden ';
		END;
		RESET ROLE;
	END LOOP;
	RETURN result;
END$$;
SELECT is(own_in_turn(), '6 hidden 7 hidden 6 hidden ', 'each user sees its own');
DROP POLICY own ON icp_portraits;
DROP POLICY defaults ON icp_portraits;
ALTER TABLE icp_portraits DISABLE ROW LEVEL SECURITY;
SELECT icp_activate('a', 1) \gset
SELECT is(all_as('anybody'), '2', 'row security is off');
SELECT ok(folded('EXECUTE named'), 'and plans hold portraits');

---- a hostile search_path ----

CREATE SCHEMA hostile;
GRANT ALL ON SCHEMA hostile TO PUBLIC;
SET ROLE regress_icp_anybody;
CREATE TABLE hostile.icp_portraits (name text, version int, portrait text, note text, saved_at timestamptz, saved_by text, active bool);
INSERT INTO hostile.icp_portraits VALUES ('a', 1, 'hostile', '', now(), '', true), ('default', 1, 'hostile', '', now(), '', true);
CREATE TYPE hostile.icp_portrait AS (x int);
CREATE TYPE hostile.icp_evaluation AS (x int);
CREATE DOMAIN hostile.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN hostile.int4 AS pg_catalog.int4 CHECK (false);
CREATE FUNCTION hostile.trap(anyelement, anyelement) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'captured'; END$$;
CREATE FUNCTION hostile.trap(pg_catalog.text, pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'captured'; END$$;
CREATE FUNCTION hostile.trap(pg_catalog.int4, pg_catalog.int4) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'captured'; END$$;
CREATE FUNCTION hostile.trap(public.icp_portrait, public.icp_portrait) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'captured'; END$$;
SELECT format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = hostile.trap)', op, type)
FROM unnest(ARRAY['=', '<>', '<', '>', '>=']) op, unnest(ARRAY['pg_catalog.text', 'pg_catalog.int4', 'public.icp_portrait']) type \gexec
SELECT format('CREATE FUNCTION hostile.%I(%s) RETURNS pg_catalog.text LANGUAGE plpgsql AS $f$BEGIN RAISE EXCEPTION ''captured''; END$f$', name, args)
FROM (VALUES ('now', ''), ('max', 'pg_catalog.int4'), ('coalesce', 'pg_catalog.int4, pg_catalog.int4'), ('hashtext', 'pg_catalog.text'), ('pg_advisory_xact_lock', 'pg_catalog.int4, pg_catalog.int4'),
	('jsonb_extract_path', 'pg_catalog.jsonb, VARIADIC pg_catalog.text[]'), ('icp_score_columns', 'public.icp_portrait, pg_catalog.int4'), ('icp_load', 'pg_catalog.text, pg_catalog.int4'),
	('icp_score', 'public.accounts, public.icp_portrait'), ('current_user', ''), ('quote_ident', 'pg_catalog.text')) v (name, args) \gexec
RESET ROLE;
GRANT INSERT, UPDATE, SELECT ON icp_portraits TO PUBLIC;
ALTER TABLE accounts ADD COLUMN attrs jsonb;
\set path_portrait '{"characteristics": [{"name": "x", "field": "attrs.intent", "attributes": [{"equals": "high", "points": 1}]}, {"name": "y", "field": "note", "attributes": [{"in": ["x", "y"], "points": 1}, {"like": "%z", "points": 1}]}]}'
CREATE FUNCTION under_hostile_path(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
BEGIN
	-- a plan of its own, as the path is part of what plans depend on
	PERFORM pg_catalog.set_config('search_path', 'hostile, public, pg_catalog', true);
	EXECUTE query INTO result;
	PERFORM pg_catalog.set_config('search_path', 'public', true);
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END$$;
SELECT finish();
DISCARD ALL;
SET client_min_messages = warning;
SELECT no_plan();
SELECT is(under_hostile_path(query), expected, 'hostile search_path: ' || left(query, 70))
FROM (VALUES
	('SELECT public.icp_save(''hostile'', public.worth(9))', '1'),
	('SELECT public.icp_save(''hostile'', public.worth(10), ''again'')', '2'),
	('SELECT public.icp_activate(''hostile'', 1)', ''),
	('SELECT public.icp_score(a::record, ''hostile'') FROM public.accounts a', '9'),
	('SELECT public.icp_score(a, ''hostile'') FROM public.accounts a', '9'),
	('SELECT public.icp_score(a, public.icp_load(''hostile'', 2)) FROM public.accounts a', '10'),
	('SELECT public.icp_score(a) FROM public.accounts a', '1'),
	('SELECT (public.icp_evaluate(a, ''hostile'')).points FROM public.accounts a', '9'),
	('SELECT public.icp_score(pg_catalog.to_jsonb(a), ''hostile'') FROM public.accounts a', '9'),
	('SELECT pg_catalog.count(*) FROM public.accounts a, public.icp_explain(a, ''hostile'')', '2'),
	('SELECT public.icp_score(a, ''hostle'') FROM public.accounts a', 'portrait "hostle" does not exist'),
	(pg_catalog.format('SELECT public.icp_score(a, %L::public.icp_portrait) FROM public.accounts a', :'path_portrait'), '50'),
	(pg_catalog.format('SELECT public.icp_score(x, %L::public.icp_portrait) FROM (SELECT a AS x FROM public.accounts a OFFSET 0) y', :'path_portrait'), '50')) v (query, expected);
SELECT results_eq('SELECT version, note, active FROM icp_portraits WHERE name = ''hostile'' ORDER BY 1', $$VALUES (1, NULL, true), (2, 'again', false)$$, 'saved in the right table');
-- temporary objects come first in any path
CREATE TEMP TABLE icp_portraits (name text, version int, portrait public.icp_portrait, note text, saved_at timestamptz, saved_by text, active bool);
INSERT INTO pg_temp.icp_portraits VALUES ('a', 1, public.worth(666), '', now(), '', true);
SELECT is(icp_score(a, 'a'), 2::float8, 'a temporary table of that name') FROM accounts a;
SELECT is(icp_score(a, v), 2::float8, 'a temporary table of that name, at run time') FROM accounts a, (VALUES ('a')) w (v);
DROP TABLE pg_temp.icp_portraits;

SELECT finish();
\c :home
DROP DATABASE regress_icp_registry;
DROP ROLE regress_icp_anybody, regress_icp_writer, regress_icp_member, regress_icp_all_reader;

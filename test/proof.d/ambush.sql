-- For 70_ambush: run by a role that may create objects in schema ambush, and may nothing else. Each trap counts who steps into it.
-- The sequence counts also what is rolled back.
CREATE SEQUENCE ambush.captures;
GRANT ALL ON ambush.captures TO PUBLIC;
CREATE TABLE ambush.traps (what text);
-- The words of the install script, of which functions, types and operators are told by the server's catalog.
CREATE TEMP TABLE script (line text);
\copy script FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
CREATE TEMP TABLE word AS SELECT DISTINCT w[1] AS w FROM script, regexp_matches(line, '[a-z_][a-z0-9_]*', 'gi') w;
CREATE TEMP TABLE sign AS SELECT DISTINCT w[1] AS w FROM script, regexp_matches(line, '[-+*/<>=~!@#%^&|`?]+', 'g') w;

-- What a trap does. Nothing may be named without its schema here, or the traps would catch themselves.
CREATE FUNCTION ambush.spring() RETURNS pg_catalog.void LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.nextval('ambush.captures'::pg_catalog.regclass); RAISE EXCEPTION 'captured'; END$$;
CREATE PROCEDURE ambush.plant(what text, ddl text) LANGUAGE plpgsql AS $p$
BEGIN
	EXECUTE ddl;
	INSERT INTO ambush.traps VALUES (what);
EXCEPTION WHEN OTHERS THEN NULL;    -- of a type that user functions cannot have, or there already
END $p$;
CREATE PROCEDURE ambush.plant_all() LANGUAGE plpgsql AS $p$
DECLARE
	r record;
	body text := 'LANGUAGE plpgsql AS $f$BEGIN PERFORM ambush.spring(); RETURN NULL; END$f$';
BEGIN
	-- functions of the same arguments, and of the more exact ones that literals and single types would rather take
	FOR r IN SELECT p.oid::regprocedure AS id, p.proname, p.proretset, pg_get_function_identity_arguments(p.oid) AS arguments, p.prorettype::regtype AS result
		FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.proname IN (SELECT w FROM word) LOOP
		CALL ambush.plant('function ' || r.id, format('CREATE FUNCTION ambush.%I(%s) RETURNS %s%s %s', r.proname, r.arguments, CASE WHEN r.proretset THEN 'SETOF ' END, r.result, replace(body, 'RETURN NULL', CASE WHEN r.proretset THEN 'RETURN' ELSE 'RETURN NULL' END)));
	END LOOP;
	FOR r IN SELECT DISTINCT p.proname, t.t FROM pg_proc p, unnest('{text,integer,bigint,jsonb,json,numeric,double precision,boolean,name,unknown,regclass,xml,text[],xml[],jsonb[]}'::text[]) t(t)
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN (SELECT w FROM word) AND (p.proargtypes::oid[] && ARRAY['"any"'::regtype, 'anyelement'::regtype, 'anyarray'::regtype, 'anycompatible'::regtype, 'anynonarray'::regtype, 'text'::regtype]::oid[]) LOOP
		CALL ambush.plant(format('function %s(%s)', r.proname, r.t), format('CREATE FUNCTION ambush.%I(%s) RETURNS text %s', r.proname, r.t, body));
		CALL ambush.plant(format('function %s(%s, %s)', r.proname, r.t, r.t), format('CREATE FUNCTION ambush.%I(%s, %2$s) RETURNS text %s', r.proname, r.t, body));
	END LOOP;
	-- operators: as the server has them, and between any two types that have none
	FOR r IN SELECT o.oid::regoperator AS id, o.oprname, o.oprleft::regtype AS l, o.oprright::regtype AS r, o.oprresult::regtype AS result FROM pg_operator o
		WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname IN (SELECT w FROM sign) LOOP
		CALL ambush.plant('', format('CREATE FUNCTION ambush.trap(%s) RETURNS %s %s', concat_ws(', ', nullif(r.l::text, '-'), r.r), r.result, body));
		CALL ambush.plant('operator ' || r.id, format('CREATE OPERATOR ambush.%s (%s RIGHTARG = %s, FUNCTION = ambush.trap)', r.oprname, 'LEFTARG = ' || nullif(r.l::text, '-') || ',', r.r));
	END LOOP;
	FOR r IN SELECT s.w AS op, a.t AS l, b.t AS r FROM sign s, unnest('{text,integer,jsonb,numeric,boolean,unknown,name,bigint,text[]}'::text[]) a(t), unnest('{text,integer,jsonb,numeric,boolean,unknown,name,bigint,text[]}'::text[]) b(t) LOOP
		CALL ambush.plant('', format('CREATE FUNCTION ambush.trap(%s, %s) RETURNS boolean %s', r.l, r.r, body));
		CALL ambush.plant(format('operator %s(%s, %s)', r.op, r.l, r.r), format('CREATE OPERATOR ambush.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = ambush.trap)', r.op, r.l, r.r));
	END LOOP;
	-- types of the same names, over which nothing is a value, and casts of them
	FOR r IN SELECT t.typname FROM pg_type t WHERE t.typnamespace = 'pg_catalog'::regnamespace AND (t.typname IN (SELECT w FROM word) OR t.typname IN ('int4', 'int8', 'bool', 'float8')) AND t.typtype IN ('b', 'r') LOOP
		CALL ambush.plant('type ' || r.typname, format('CREATE DOMAIN ambush.%I AS pg_catalog.%1$I CHECK (ambush.spring() IS NULL)', r.typname));
	END LOOP;
	FOR r IN SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') LOOP
		CALL ambush.plant('view ' || r.relname, format('CREATE VIEW ambush.%I AS SELECT ambush.spring()', r.relname));
	END LOOP;
	CALL ambush.plant('type and casts', 'CREATE TYPE ambush.decoy AS (x pg_catalog.int4);
		CREATE FUNCTION ambush.decoy(pg_catalog.text) RETURNS ambush.decoy LANGUAGE plpgsql AS ''BEGIN PERFORM ambush.spring(); END'';
		CREATE CAST (pg_catalog.text AS ambush.decoy) WITH FUNCTION ambush.decoy(pg_catalog.text) AS IMPLICIT');
END $p$;
CALL ambush.plant_all();

-- DDL under a plan, for 60_ddl: statements, cursors and variables of a session, while it or another one changes the table.
SET client_min_messages = warning;
CREATE EXTENSION dblink;
CREATE FUNCTION here(more text) RETURNS text LANGUAGE sql AS
$$ SELECT format('host=''%s'' port=%s dbname=''%s'' %s', current_setting('unix_socket_directories'), current_setting('port'), current_database(), more) $$;

CREATE FUNCTION portrait() RETURNS icp_portrait STABLE LANGUAGE plpgsql AS $$
BEGIN
	RETURN '{"scale": "points", "characteristics": [{"name": "size", "field": "employees", "attributes": [{"missing": true, "points": 7}, {"range": "[100,)", "points": 25}, {"range": "[20,100)", "points": 3}]}, {"name": "city", "field": "city", "attributes": [{"in": ["Paris", "Rome"], "points": 10}]}]}'::icp_portrait;
END $$;
SELECT icp_save('default', '{"scale": "points", "characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[0,)", "points": 1}]}]}'), icp_save('default', portrait()) \g /dev/null
SELECT icp_save('deal', icp_framework('BANT', '{"budget": {"field": "employees", "range": "[100,)"}, "need": {"field": "city", "in": ["Paris"]}}')) \g /dev/null

CREATE PROCEDURE new_table() LANGUAGE plpgsql AS $$
BEGIN
	PERFORM icp_activate('default', 2);
	IF to_regclass('older') IS NOT NULL THEN DROP VIEW IF EXISTS accounts CASCADE; END IF;
	DROP TABLE IF EXISTS accounts CASCADE;
	DROP TABLE IF EXISTS older CASCADE;
	CREATE TABLE accounts (gone int, id int, other text, employees int, city text);
	ALTER TABLE accounts DROP COLUMN gone;
	INSERT INTO accounts VALUES (1, 'x', 150, 'Paris'), (2, NULL, 20, 'Rome'), (3, 'y', NULL, NULL);
END $$;

-- What is asked of a row a.
CREATE TABLE verb (name text PRIMARY KEY, call text);
INSERT INTO verb VALUES ('score', 'icp_score(a)'), ('score by value', 'icp_score(a, portrait())'), ('tier', 'icp_tier(a)'), ('fits', 'icp_fits(a)'), ('evaluate', 'icp_evaluate(a)::text'),
	('explain', '(SELECT string_agg(e::text, '';'' ORDER BY e.rank) FROM icp_explain(a) e)'), ('qualify', 'icp_qualify(a, ''deal'')::text'), ('row', 'icp_row(a)::text');
-- What happens to the table.
CREATE TABLE change (name text PRIMARY KEY, ddl text);
INSERT INTO change VALUES
	('add', 'ALTER TABLE accounts ADD COLUMN note text'), ('add with a default', 'ALTER TABLE accounts ADD COLUMN note text DEFAULT ''n'''), ('add, volatile', 'ALTER TABLE accounts ADD COLUMN note float8 DEFAULT CASE WHEN random() > 2 THEN 1 END'),
	('drop another', 'ALTER TABLE accounts DROP COLUMN other'), ('drop', 'ALTER TABLE accounts DROP COLUMN employees'), ('drop and add', 'ALTER TABLE accounts DROP COLUMN employees, ADD COLUMN employees int DEFAULT 99'),
	('drop and add of a type', 'ALTER TABLE accounts DROP COLUMN employees; ALTER TABLE accounts ADD COLUMN employees text DEFAULT ''120'''), ('rename', 'ALTER TABLE accounts RENAME COLUMN employees TO staff'),
	('rename another', 'ALTER TABLE accounts RENAME COLUMN other TO another'), ('swap names', 'ALTER TABLE accounts RENAME COLUMN city TO t; ALTER TABLE accounts RENAME COLUMN other TO city; ALTER TABLE accounts RENAME COLUMN t TO other'),
	('to bigint', 'ALTER TABLE accounts ALTER COLUMN employees TYPE int8'), ('to smallint', 'ALTER TABLE accounts ALTER COLUMN employees TYPE int2'), ('to numeric', 'ALTER TABLE accounts ALTER COLUMN employees TYPE numeric USING employees + 0.5'),
	('to text', 'ALTER TABLE accounts ALTER COLUMN employees TYPE text'), ('to jsonb', 'ALTER TABLE accounts ALTER COLUMN employees TYPE jsonb USING to_jsonb(employees)'), ('text to int', 'ALTER TABLE accounts ALTER COLUMN city TYPE int USING length(city)'),
	('add, undone', 'BEGIN; ALTER TABLE accounts ADD COLUMN note int DEFAULT 5; ROLLBACK'), ('type, undone, then another', 'BEGIN; ALTER TABLE accounts ALTER COLUMN employees TYPE text; ROLLBACK; ALTER TABLE accounts ADD COLUMN note text DEFAULT ''n'''),
	('drop, undone, then type', 'BEGIN; ALTER TABLE accounts DROP COLUMN employees; ALTER TABLE accounts ADD COLUMN employees jsonb; ROLLBACK; ALTER TABLE accounts ALTER COLUMN employees TYPE int8'),
	('another table', 'DROP TABLE accounts CASCADE; CREATE TABLE accounts (city text, employees numeric, id int); INSERT INTO accounts VALUES (''Rome'', 101.5, 5)'),
	('a view', 'ALTER TABLE accounts RENAME TO older; CREATE VIEW accounts AS SELECT id, city, employees * 10 AS employees FROM older'), ('values', 'UPDATE accounts SET employees = employees + 100'), ('another portrait', 'DO ''BEGIN PERFORM icp_activate(''''default'''', 1); END''');
-- Who holds on to the old row type: how it is set up, and how it is asked. In "hold", the change comes in the middle.
CREATE TABLE holder (name text PRIMARY KEY, setup text, ask text, hold boolean);
INSERT INTO holder VALUES
	('prepared', 'SET plan_cache_mode = force_generic_plan; PREPARE q AS SELECT string_agg(CALL, ''|'' ORDER BY id) FROM accounts a', 'EXECUTE q', false),
	('prepared, of rows', 'SET plan_cache_mode = force_generic_plan; PREPARE q AS SELECT string_agg(CALL, ''|'' ORDER BY (a).id) FROM (SELECT accounts AS a FROM accounts OFFSET 0) x', 'EXECUTE q', false),
	('function', 'CREATE OR REPLACE FUNCTION held() RETURNS text LANGUAGE plpgsql AS ''DECLARE a accounts; result text; BEGIN FOR a IN SELECT * FROM accounts ORDER BY id LOOP result := concat_ws(''''|'''', result, (CALL2)::text); END LOOP; RETURN result; END''', 'SELECT held()', false),
	('function, of a record', 'CREATE OR REPLACE FUNCTION held() RETURNS text LANGUAGE plpgsql AS ''DECLARE a record; result text; BEGIN FOR a IN SELECT * FROM accounts ORDER BY id LOOP result := concat_ws(''''|'''', result, (CALL2)::text); END LOOP; RETURN result; END''', 'SELECT held()', false),
	('variable', 'CREATE OR REPLACE PROCEDURE hold(ddl text, INOUT result text) LANGUAGE plpgsql AS ''DECLARE a accounts; BEGIN SELECT * INTO a FROM accounts WHERE id = 1; result := CALL2; COMMIT; EXECUTE ddl; result := CALL2; END''', NULL, true),
	('record', 'CREATE OR REPLACE PROCEDURE hold(ddl text, INOUT result text) LANGUAGE plpgsql AS ''DECLARE a record; BEGIN SELECT * INTO a FROM accounts WHERE id = 1; result := CALL2; COMMIT; EXECUTE ddl; result := CALL2; END''', NULL, true),
	('row in a record', 'CREATE OR REPLACE PROCEDURE hold(ddl text, INOUT result text) LANGUAGE plpgsql AS ''DECLARE x record; BEGIN SELECT t AS a INTO x FROM accounts t WHERE id = 1; result := CALLX; COMMIT; EXECUTE ddl; result := CALLX; END''', NULL, true),
	('cursor', 'CREATE OR REPLACE PROCEDURE hold(ddl text, INOUT result text) LANGUAGE plpgsql AS ''DECLARE c refcursor; BEGIN OPEN c FOR SELECT CALL2 FROM accounts a ORDER BY id; FETCH c INTO result; EXECUTE ddl; MOVE PRIOR FROM c; FETCH c INTO result; END''', NULL, true);

-- The outcome of a statement in that session: what it gives, or the SQLSTATE and message.
CREATE FUNCTION outcome(session text, query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN coalesce((SELECT r FROM dblink(session, query) AS x(r text)), 'NULL');
EXCEPTION WHEN OTHERS THEN RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION run(session text, script text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN dblink_exec(session, script);
EXCEPTION WHEN OTHERS THEN RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE TABLE tried (holder text, change text, by_another boolean, verb text, before text, after text, fresh text, verdict text);
-- One permutation. The fresh answer is that of a session that knows nothing of the old table.
CREATE FUNCTION permute(h holder, c change, v verb, by_another boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	of_x text := replace(replace(v.call, '(a)', '(x.a)'), '(a,', '(x.a,');
	setup text := replace(replace(replace(h.setup, 'CALLX', replace(of_x, '''', '''''')), 'CALL2', replace(v.call, '''', '''''')), 'CALL', v.call || '::text');
	ddl text;
	before text;
	after text;
	fresh text;
	message text;
	verdict text;
BEGIN
	PERFORM dblink_connect('fresh', here(''));
	PERFORM run('fresh', 'CALL new_table()');
	PERFORM run('held', setup);
	IF h.hold THEN
		-- before: the row that is held
		before := outcome('fresh', format('SELECT (%s)::text FROM accounts a WHERE id = 1', v.call));
		ddl := CASE WHEN by_another THEN format('SELECT dblink_exec(%L, %L)', here('options=''-c lock_timeout=50'''), c.ddl) ELSE c.ddl END;
		IF ddl ~ '^BEGIN' THEN ddl := format('SELECT dblink_exec(%L, %L)', here('options=''-c lock_timeout=50'''), c.ddl); END IF;
		after := outcome('held', format('CALL hold(%L, NULL)', ddl));
		fresh := outcome('fresh', format('SELECT (%s)::text FROM accounts a WHERE id = 1', v.call));
	ELSE
		before := outcome('held', h.ask);
		message := run(CASE WHEN by_another THEN 'other' ELSE 'held' END, c.ddl);
		after := outcome('held', h.ask);
		fresh := outcome('fresh', format('SELECT string_agg((%s)::text, ''|'' ORDER BY id) FROM accounts a', v.call));
		IF message LIKE 'error%' THEN after := after || ' after ' || message; END IF;
	END IF;
	PERFORM run('held', 'DEALLOCATE ALL');
	PERFORM dblink_disconnect('fresh');
	verdict := CASE WHEN after = fresh THEN 'right'
		WHEN h.hold AND after = before THEN 'right: the row that is held'
		WHEN NOT h.hold AND after LIKE 'error%' AND fresh LIKE 'error%' AND left(after, 11) = left(fresh, 11) THEN 'the error of a fresh session'
		WHEN after ~ '^error (42703|42804|22P07|0A000|55006|55P03|42P01|42704|42883|42846)' THEN 'clean error'
		-- a variable of a row type that is gone cannot even be printed
		WHEN after LIKE 'error XX000%' AND v.name <> 'text' AND permute(h, c, ROW('text', '(a)::text')::verb, by_another) = 'as wrong as its text' THEN 'the error that the server has for it'
		WHEN after LIKE 'error XX000%' AND v.name = 'text' THEN 'as wrong as its text'
		ELSE 'wrong' END;
	IF v.name = 'text' THEN RETURN verdict; END IF;
	INSERT INTO tried VALUES (h.name, c.name, by_another, v.name, before, after, fresh, verdict);
	RETURN verdict;
END $$;

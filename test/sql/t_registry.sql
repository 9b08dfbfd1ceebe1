-- Saved portraits: versions, the default one, and when plans that hold them go.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_registry.inc
\i :harness
CREATE EXTENSION icp_portrait;
CREATE FUNCTION worth(n int) RETURNS icp_portrait IMMUTABLE LANGUAGE sql AS 'SELECT worth_json(n)::icp_portrait';

---- versions ----

SELECT is(icp_save('a', worth(1)), 1, 'the first version');
SELECT is(icp_save('a', worth(2), 'better'), 2, 'the second');
SELECT is(icp_save('b', worth(10), note => 'other'), 1, 'another name');
SELECT is(icp_save('A', worth(20)), 1, 'names are compared exactly');
SELECT results_eq('SELECT name COLLATE "default", version, portrait = worth(CASE name WHEN ''b'' THEN 10 WHEN ''A'' THEN 20 ELSE version END), note, saved_at = now(), saved_by = current_user, active FROM icp_portraits ORDER BY name COLLATE "C", version',
	$$VALUES ('A', 1, true, NULL::text, false, true, true), ('a', 1, true, NULL, false, true, false),
	('a', 2, true, 'better', false, true, true), ('b', 1, true, 'other', false, true, true)$$, 'what is kept');
BEGIN;
SELECT icp_save('now', worth(1)) \gset
SELECT is(saved_at, now(), 'the time is that of the transaction') FROM icp_portraits WHERE name = 'now';
ROLLBACK;
SELECT results_eq($$SELECT icp_load('a') = worth(2), icp_load('a', 1) = worth(1), icp_load('a', 2) = worth(2), icp_load(name => 'b') = worth(10), icp_load('b', NULL) = worth(10)$$,
	'VALUES (true, true, true, true, true)', 'icp_load');
SELECT is(outcome('SELECT icp_load()'), E'42704: portrait "default" does not exist\nHINT: Save one under that name with icp_save, or set icp_portrait.default_portrait to another.', 'no default portrait');
SELECT icp_save('default', worth(30)) \gset
SELECT results_eq($$SELECT icp_load() = worth(30), icp_load(NULL) = worth(30), icp_load(NULL, 1) = worth(30), icp_load(version => 1) = worth(30)$$, 'VALUES (true, true, true, true)', 'icp_load of the default');
SELECT lives_ok($$SELECT icp_activate('a', 1)$$, 'icp_activate');
SELECT is(icp_load('a'), worth(1), 'the older version is in force');
SELECT is(icp_save('a', worth(3)), 3, 'the next version counts from the last, not from the active one');
SELECT results_eq('SELECT version, active FROM icp_portraits WHERE name = ''a'' ORDER BY version', 'VALUES (1, false), (2, false), (3, true)', 'and is in force');
SELECT lives_ok($$SELECT icp_activate('a', 3)$$, 'what is in force can be activated');
DELETE FROM icp_portraits WHERE name = 'a' AND version = 3;
SELECT matches(outcome('SELECT icp_load(''a'')'), '^42704: portrait "a" does not exist', 'no version is in force after its deletion');
SELECT is(icp_load('a', 2), worth(2), 'but others are there');
SELECT is(icp_save('a', worth(4)), 3, 'the number of a deleted last version is used again');
SELECT throws_ok($$UPDATE icp_portraits SET active = true WHERE name = 'a'$$, '23505', NULL, 'two versions cannot be in force');
SELECT throws_ok($$INSERT INTO icp_portraits (name, version, portrait) VALUES ('', 1, worth(1))$$, '23514', NULL, 'the table refuses an empty name');
SELECT throws_ok($$INSERT INTO icp_portraits (name, version, portrait) VALUES ('x', 0, worth(1))$$, '23514', NULL, 'and a version that is none');
INSERT INTO icp_portraits (name, version, portrait, active) VALUES ('end', 2147483647, worth(1), true);
SELECT matches(outcome('SELECT icp_save(''end'', worth(1))'), '^22003: ', 'no version after the last number');
DELETE FROM icp_portraits WHERE name = 'end';
SELECT is((SELECT max(icp_save('many', worth(i))) FROM generate_series(1, 300) i), 300, 'many versions');
SELECT is(icp_load('many', 299), worth(299), 'each is there');

---- what is refused ----

SELECT is(outcome(query), expected, query) FROM (VALUES
	('SELECT icp_load(''defualt'')', E'42704: portrait "defualt" does not exist\nHINT: Perhaps you meant "default".'),
	('SELECT icp_score(a, ''mony'') FROM accounts a', E'42704: portrait "mony" does not exist\nHINT: Perhaps you meant "many".'),
	('SELECT icp_load(''nothing like it'')', E'42704: portrait "nothing like it" does not exist\nHINT: Save it with icp_save, or look at the table icp_portraits.'),
	('SELECT icp_load('''')', E'42704: portrait "" does not exist\nHINT: Save it with icp_save, or look at the table icp_portraits.'),
	('SELECT icp_score(a, ''{"characteristics": []}'') FROM accounts a', E'42704: portrait "{"characteristics": []}" does not exist\nHINT: To give the portrait itself, cast it: ''{...}''::icp_portrait.'),
	('SELECT icp_load(''a'', 7)', E'42704: version 7 of portrait "a" does not exist\nHINT: The table icp_portraits lists all versions.'),
	('SELECT icp_load(''a'', 0)', '22023: version 0 is not a positive number'),
	('SELECT icp_load(''a'', -1)', '22023: version -1 is not a positive number'),
	('SELECT icp_save(NULL, worth(1))', '22023: a portrait is saved under a name'),
	('SELECT icp_save('''', worth(1))', '22023: a portrait is saved under a name'),
	('SELECT icp_save(''a'', NULL)', '22004: there is no portrait to save as "a"'),
	('SELECT icp_activate(''a'', 9)', E'42704: version 9 of portrait "a" does not exist\nHINT: The table icp_portraits lists all versions.'),
	('SELECT icp_activate(''zzz'', 1)', E'42704: version 1 of portrait "zzz" does not exist\nHINT: The table icp_portraits lists all versions.'),
	('SELECT icp_activate(NULL, 1)', 'NULL'),
	('SELECT icp_score(a, NULL::text) FROM accounts a', 'NULL'),
	('SELECT icp_score(a, NULL::icp_portrait) FROM accounts a', 'NULL'),
	('SELECT icp_score(a, icp_load(NULL)) FROM accounts a', '30')) v (query, expected);
SELECT is((SELECT count(*) FROM icp_portraits WHERE name = 'a'), 3::bigint, 'nothing of it was saved');

---- the default portrait ----

SET plan_cache_mode = force_generic_plan;
PREPARE score AS SELECT icp_score(a) FROM accounts a;
PREPARE row_score AS SELECT icp_score(x) FROM (SELECT a AS x FROM accounts a OFFSET 0) y;
CREATE FUNCTION in_function() RETURNS float8 STABLE LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT icp_score(a) FROM accounts a); END';
CREATE FUNCTION simple(a accounts) RETURNS float8 STABLE LANGUAGE plpgsql AS 'BEGIN RETURN icp_score(a); END';
-- all ways at once; one number if they agree
CREATE FUNCTION scores() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s text[];
	x text;
BEGIN
	EXECUTE 'EXECUTE score' INTO x; s := s || x;
	EXECUTE 'EXECUTE row_score' INTO x; s := s || x;
	s := s || in_function()::text || (SELECT simple(a)::text FROM accounts a) || (SELECT icp_score(a, icp_load())::text FROM accounts a)
		|| icp_score('{"employees": 150}'::jsonb)::text;
	RETURN (SELECT string_agg(DISTINCT y, ' ') FROM unnest(s) y);
END$$;
SELECT is(current_setting('icp_portrait.default_portrait'), 'default', 'at first it is called default');
SELECT is(scores(), '30', 'scores by it');
SET icp_portrait.default_portrait = 'b';
SELECT is(scores(), '10', 'SET');
RESET icp_portrait.default_portrait;
SELECT is(scores(), '30', 'RESET');
BEGIN;
SET LOCAL icp_portrait.default_portrait = 'b';
SELECT is(scores(), '10', 'SET LOCAL');
SAVEPOINT s;
SET LOCAL icp_portrait.default_portrait = 'A';
SELECT is(scores(), '20', 'SET LOCAL in a savepoint');
ROLLBACK TO s;
SELECT is(scores(), '10', 'ROLLBACK TO SAVEPOINT');
COMMIT;
SELECT is(scores(), '30', 'COMMIT');
BEGIN;
SET icp_portrait.default_portrait = 'b';
SELECT is(scores(), '10', 'SET in a transaction');
ROLLBACK;
SELECT is(scores(), '30', 'ROLLBACK');
SELECT set_config('icp_portrait.default_portrait', 'b', false) \gset
SELECT is(scores(), '10', 'set_config');
SET icp_portrait.default_portrait = 'nobody';
SELECT matches(outcome('EXECUTE score'), '^42704: portrait "nobody" does not exist', 'a name that nobody saved');
SELECT matches(outcome('SELECT simple(a) FROM accounts a'), '^42704: portrait "nobody" does not exist', 'a name that nobody saved, in a function');
SET icp_portrait.default_portrait = '';
SELECT matches(outcome('EXECUTE score'), '^42704: portrait "" does not exist', 'no name');
SET icp_portrait.default_portrait = 'a name "with" ''quotes'' and more than sixty-three bytes, which is no limit here';
SELECT icp_save(current_setting('icp_portrait.default_portrait'), worth(40)) \gset
SELECT is(scores(), '40', 'a long name');
RESET icp_portrait.default_portrait;
SELECT throws_ok('SET icp_portrait.defalt_portrait = ''x''', '42602', NULL, 'a mistyped setting is refused');
CREATE FUNCTION with_default() RETURNS float8 STABLE LANGUAGE plpgsql SET icp_portrait.default_portrait = 'A' AS 'BEGIN RETURN in_function() + (SELECT icp_score(a) / 100 FROM accounts a); END';
SELECT is(with_default(), 20.2::float8, 'SET of a function');
SELECT is(scores(), '30', 'which holds in it only');
CREATE ROLE regress_icp_analyst LOGIN;
GRANT ALL ON accounts TO regress_icp_analyst;
ALTER DATABASE regress_icp_registry SET icp_portrait.default_portrait = 'b';
ALTER ROLE regress_icp_analyst IN DATABASE regress_icp_registry SET icp_portrait.default_portrait = 'A';
SELECT finish();
\c
SELECT 'ALTER DATABASE: ' || icp_score(a) FROM accounts a;
\c - regress_icp_analyst
SELECT 'ALTER ROLE: ' || icp_score(a) FROM accounts a;
\c - :owner
ALTER DATABASE regress_icp_registry RESET icp_portrait.default_portrait;
\c
SELECT no_plan();

---- plans that hold a portrait ----

SET plan_cache_mode = force_generic_plan;
PREPARE score AS SELECT icp_score(a) FROM accounts a;
PREPARE row_score AS SELECT icp_score(x) FROM (SELECT a AS x FROM accounts a OFFSET 0) y;
SELECT is(scores(), '30', 'at first');
SELECT icp_save('default', worth(31)) \gset
SELECT is(scores(), '31', 'icp_save');
SELECT icp_activate('default', 1) \gset
SELECT is(scores(), '30', 'icp_activate');
UPDATE icp_portraits SET portrait = worth(32) WHERE name = 'default' AND active;
SELECT is(scores(), '32', 'UPDATE');
UPDATE icp_portraits SET name = 'other' WHERE name = 'default';
SELECT matches(outcome('EXECUTE score'), '^42704', 'UPDATE of the name');
UPDATE icp_portraits SET name = 'default' WHERE name = 'other';
SELECT is(scores(), '32', 'and back');
DELETE FROM icp_portraits WHERE name = 'default';
SELECT matches(outcome('EXECUTE score'), '^42704', 'DELETE');
INSERT INTO icp_portraits (name, version, portrait, active) VALUES ('default', 5, worth(33), true);
SELECT is(scores(), '33', 'INSERT');
MERGE INTO icp_portraits p USING (VALUES ('default')) v (n) ON p.name = v.n WHEN MATCHED THEN UPDATE SET portrait = worth(34);
SELECT is(scores(), '34', 'MERGE');
INSERT INTO icp_portraits (name, version, portrait, active) VALUES ('default', 5, worth(35), true) ON CONFLICT (name, version) DO UPDATE SET portrait = excluded.portrait;
SELECT is(scores(), '35', 'ON CONFLICT');
WITH x AS (UPDATE icp_portraits SET portrait = worth(36) WHERE name = 'default' RETURNING 1) SELECT count(*) AS n FROM x \gset
SELECT is(scores(), '36', 'UPDATE in WITH');
SET session_replication_role = replica;
UPDATE icp_portraits SET portrait = worth(37) WHERE name = 'default';
SELECT is(scores(), '37', 'UPDATE by a replica');
RESET session_replication_role;
BEGIN;
SELECT icp_save('default', worth(38)) \gset
SELECT is(scores(), '38', 'in a transaction');
SAVEPOINT s;
SELECT icp_save('default', worth(39)) \gset
SELECT is(scores(), '39', 'in a savepoint');
ROLLBACK TO s;
SELECT is(scores(), '38', 'ROLLBACK TO SAVEPOINT of a save');
SAVEPOINT s2;
DELETE FROM icp_portraits;
SELECT matches(outcome('EXECUTE score'), '^42704', 'DELETE in a savepoint');
RELEASE s2;
ROLLBACK;
SELECT is(scores(), '37', 'ROLLBACK of a save');
BEGIN;
TRUNCATE icp_portraits;
SELECT matches(outcome('EXECUTE score'), '^42704', 'TRUNCATE');
ROLLBACK;
SELECT is(scores(), '37', 'ROLLBACK of a TRUNCATE');
CREATE TEMP TABLE saved AS SELECT * FROM icp_portraits;
DELETE FROM icp_portraits WHERE name = 'default';
INSERT INTO icp_portraits SELECT * FROM saved WHERE name = 'default';
SELECT is(scores(), '37', 'DELETE and INSERT');
BEGIN;
ALTER TABLE icp_portraits DISABLE TRIGGER ALL;
UPDATE icp_portraits SET portrait = worth(99) WHERE name = 'default';
ALTER TABLE icp_portraits ENABLE ALWAYS TRIGGER icp_portraits_changed;
SELECT is(scores(), '99', 'the table''s own DDL');
ROLLBACK;
SELECT is(scores(), '37', 'ROLLBACK of the table''s own DDL');
-- what would invalidate plans does not fire: no plan may hold a portrait
ALTER TABLE icp_portraits DISABLE TRIGGER icp_portraits_changed;
SELECT is(scores(), '37', 'triggers that are off');
UPDATE icp_portraits SET portrait = worth(88) WHERE name = 'default';
SELECT is(scores(), '88', 'triggers that are off, UPDATE');
ALTER TABLE icp_portraits ENABLE TRIGGER icp_portraits_changed;
SELECT is(scores(), '88', 'triggers that are on, but not for replicas');
SET session_replication_role = replica;
UPDATE icp_portraits SET portrait = worth(37) WHERE name = 'default';
RESET session_replication_role;
SELECT is(scores(), '37', 'triggers that are on, but not for replicas, UPDATE by one');
ALTER TABLE icp_portraits ENABLE ALWAYS TRIGGER icp_portraits_changed;
SELECT is(scores(), '37', 'triggers that are on');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT is(scores(), '37', 'REPEATABLE READ');
SELECT icp_save('default', worth(41)) \gset
SELECT is(scores(), '41', 'REPEATABLE READ sees what it saves itself');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT is(scores(), '37', 'SERIALIZABLE READ ONLY');
SELECT throws_ok('SELECT icp_save(''default'', worth(1))', '25006', NULL, 'a READ ONLY transaction saves nothing');
COMMIT;
BEGIN;
SELECT icp_save('default', worth(42)) \gset
PREPARE TRANSACTION 'regress_icp_save';
SELECT is(scores(), '37', 'PREPARE TRANSACTION');
COMMIT PREPARED 'regress_icp_save';
SELECT is(scores(), '42', 'COMMIT PREPARED');
-- one statement sees one state: that at its start
SELECT is((SELECT array_agg(s) FROM (SELECT icp_save('default', worth(43)), icp_score(a) AS s FROM accounts a, generate_series(1, 3)) x), ARRAY[42, 42, 42]::float8[], 'a save in the same statement');
SELECT is(scores(), '43', 'is there in the next one');
SELECT is((WITH saved AS MATERIALIZED (SELECT icp_save('default', worth(44)) AS v) SELECT icp_score(a) FROM saved, accounts a WHERE saved.v > 0), 43::float8, 'a save in WITH');
DISCARD PLANS;
SELECT is(scores(), '44', 'DISCARD PLANS');
-- a version other than the active one
PREPARE of_version AS SELECT icp_score(a, icp_load('many', 7)) FROM accounts a;
PREPARE by_parameter(text, int) AS SELECT icp_score(a, icp_load($1, $2)) FROM accounts a;
SELECT is(outcome('EXECUTE of_version') || ' ' || outcome('EXECUTE by_parameter(''many'', 7)') || ' ' || outcome('EXECUTE by_parameter(''many'', NULL)'), '7 7 300', 'versions');
UPDATE icp_portraits SET portrait = worth(77) WHERE name = 'many' AND version = 7;
SELECT is(outcome('EXECUTE of_version') || ' ' || outcome('EXECUTE by_parameter(''many'', 7)') || ' ' || outcome('EXECUTE by_parameter(''many'', NULL)'), '77 77 300', 'versions after an UPDATE');

---- names ----

CREATE TABLE names (id serial, name text);
INSERT INTO names (name) VALUES (''''), ('"'), ('\'), ('$$'), ('$1'), ('%s %n %m'), (E'a\nb'), (E'a\tb'), (E'\r'), (' '), (' a '), ('; DROP TABLE icp_portraits; --'),
	('''); DROP TABLE icp_portraits; --'), ('icp_portraits'), ('default'), ('DEFAULT'), ('null'), ('NULL'), ('理想客户'), ('理想客户画像'), ('é'), (E'e\u0301'), ('🙂'), (E'\u200b'), (E'\u202e'), ('/* x'), ('{}'), ('{'), ('[]'),
	('pg_catalog.x'), ('1'), ('-1'), (repeat('x', 63)), (repeat('x', 64)), (repeat('x', 65)), (repeat('画', 21)), (repeat('画', 22)), (repeat('y', 2000));
SELECT is((SELECT count(icp_save(name, worth(1000 + id))) FROM names), (SELECT count(*) FROM names), 'all kinds of names are saved');
SELECT is_empty('SELECT n.name FROM names n LEFT JOIN icp_portraits p ON p.name = n.name AND p.active AND p.portrait = worth(1000 + n.id) WHERE p.name IS NULL', 'as they are');
SELECT is_empty('SELECT name FROM names WHERE icp_load(name) <> worth(1000 + id)', 'loaded');
SELECT is_empty('SELECT name FROM names n WHERE (SELECT icp_score(a, n.name) FROM accounts a) <> 1000 + n.id', 'scored with');
SELECT is_empty('SELECT name FROM names n WHERE outcome(format(''SELECT icp_score(a, %L) FROM accounts a'', n.name)) <> (1000 + n.id)::text', 'scored with as constants');
SELECT is_empty('SELECT name FROM names n WHERE set_config(''icp_portrait.default_portrait'', n.name, true) <> n.name OR outcome(''SELECT icp_score(a) FROM accounts a'') <> (1000 + n.id)::text', 'as default portraits');
RESET icp_portrait.default_portrait;
DELETE FROM names WHERE name = 'default';
SELECT is_empty('SELECT name FROM names n WHERE outcome(format(''SELECT icp_activate(%L, 1)'', n.name)) <> '''' OR NOT (SELECT active FROM icp_portraits p WHERE p.name = n.name AND version = 1)', 'activated');
SELECT is_empty('SELECT name FROM names n WHERE outcome(format(''SELECT icp_load(%L, 999)'', n.name)) !~ ''^42704: version 999 of portrait'' OR strpos(outcome(format(''SELECT icp_load(%L, 999)'', n.name)), format(''portrait "%s" does'', n.name)) = 0', 'named in errors');

---- the extension comes and goes in one session ----

DROP FUNCTION worth(int);
DROP TABLE saved;
CREATE FUNCTION cycle(n int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE EXTENSION icp_portrait';
	EXECUTE format('SELECT icp_save(''default'', %L)', worth_json(n));
	RETURN outcome('EXECUTE score') || ' ' || outcome('SELECT icp_score(a) FROM accounts a') || ' ' || outcome('SELECT icp_score(a, ''defalt'') FROM accounts a')
		|| ' ' || outcome('SELECT icp_score(x) FROM (SELECT a AS x FROM accounts a OFFSET 0) y');
END$$;
DROP EXTENSION icp_portrait;
SELECT matches(outcome('EXECUTE score'), '^42883: function icp_score\(accounts\) does not exist', 'a prepared statement without the extension');
SELECT is(cycle(50), E'50 50 42704: portrait "defalt" does not exist\nHINT: Perhaps you meant "default". 50', 'created again');
DROP EXTENSION icp_portrait;
SELECT is(cycle(51), E'51 51 42704: portrait "defalt" does not exist\nHINT: Perhaps you meant "default". 51', 'and again');
BEGIN;
DROP EXTENSION icp_portrait;
ROLLBACK;
SELECT is(outcome('EXECUTE score'), '51', 'a DROP EXTENSION that was rolled back');
SELECT throws_ok('DROP TABLE icp_portraits', '2BP01', NULL, 'its table cannot be dropped alone');

SELECT finish();
\c :home
DROP DATABASE regress_icp_registry;
DROP ROLE regress_icp_analyst;

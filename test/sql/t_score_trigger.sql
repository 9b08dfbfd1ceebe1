-- icp_score_trigger: the stored score is what icp_score says of the row as it is written.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SELECT icp_save('size', '{"scale": "points", "tiers": {"A": 20, "B": 10, "C": 0}, "fit": 10, "disqualify": [{"when": {"field": "industry", "equals": "Casino"}, "reason": "no"}],
	"characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": 20.25}, {"range": "[10,100)", "points": 10.75}]}, {"name": "trade", "field": "industry", "attributes": [{"equals": "SaaS", "points": 5.5}]}]}') IS NOT NULL;

CREATE TABLE account (id int PRIMARY KEY, gone int, employees int, industry text, score float8, tier text, rounded numeric(5,1), whole int, letter varchar(1), one char(3));
ALTER TABLE account DROP gone;
CREATE TRIGGER score BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('size', 'score', 'tier');
CREATE FUNCTION wrong() RETURNS SETOF account LANGUAGE sql STABLE AS $$
	SELECT a.* FROM account a WHERE score IS DISTINCT FROM icp_score(a, 'size') OR tier IS DISTINCT FROM icp_tier(a, 'size') $$;

\echo written
INSERT INTO account (id, employees, industry) SELECT i, CASE WHEN i % 7 > 0 THEN i * 7 % 200 END, (ARRAY['SaaS', 'Bank', 'Casino', NULL])[1 + i % 4] FROM generate_series(1, 300) i;
SELECT is_empty('SELECT * FROM wrong()', 'inserted rows');
SELECT cmp_ok(count(DISTINCT (score, tier)), '>=', 5::bigint, 'of all kinds') FROM account;
UPDATE account SET employees = 150 WHERE id % 3 = 0;
SELECT is_empty('SELECT * FROM wrong()', 'updated rows');
UPDATE account SET score = 99, tier = 'Z';
SELECT is_empty('SELECT * FROM wrong()', 'what a statement says of the score does not count');
UPDATE account SET industry = NULL, employees = NULL WHERE id = 5;
SELECT is((SELECT concat_ws(' ', score, tier) FROM account WHERE id = 5), (SELECT concat_ws(' ', icp_score(a, 'size'), icp_tier(a, 'size')) FROM account a WHERE id = 5), 'a row of NULLs has a score');
UPDATE account SET industry = 'Casino', employees = 500 WHERE id = 6;
SELECT is(concat_ws(' ', score, tier), '0 out', 'a disqualified one is out') FROM account WHERE id = 6;
UPDATE account SET industry = 'SaaS' WHERE id = 6;
SELECT is(score || tier, '25.75A', 'until it is qualified') FROM account WHERE id = 6;
COPY account (id, employees, industry) FROM stdin;
1001	150	SaaS
1002	50	Bank
\.
SELECT is(string_agg(score || tier, ' ' ORDER BY id), '25.75A 10.75B', 'COPY') FROM account WHERE id > 1000;
INSERT INTO account (id, employees) VALUES (1001, 50) ON CONFLICT (id) DO UPDATE SET employees = excluded.employees, industry = NULL;
SELECT is(score || tier, '10.75B', 'ON CONFLICT DO UPDATE') FROM account WHERE id = 1001;
SELECT is_empty('SELECT * FROM wrong()', 'all of them');

\echo the version in force
SELECT icp_save('size', '{"scale": "points", "characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[0,)", "points": 1}]}]}') IS NOT NULL;
UPDATE account SET employees = 150 WHERE id = 1;
SELECT is(score, 1::float8, 'a row that is written gets the new score') FROM account WHERE id = 1;
SELECT is(count(*), 1::bigint, 'and no other') FROM account WHERE score = 1;
UPDATE account SET id = id;
SELECT is_empty('SELECT * FROM wrong()', 'until it is written');

\echo columns of other types
SELECT icp_save('size', '{"scale": "points", "tiers": {"A": 10.5, "B": 0}, "characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": 10.75}, {"range": "[50,100)", "points": 2.5}]}]}') IS NOT NULL;
CREATE TRIGGER u_rounded BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('size', 'rounded');
CREATE TRIGGER u_whole BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('size', 'whole', 'letter');
CREATE TRIGGER u_one BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('size', 'score', 'one');
UPDATE account SET employees = CASE id WHEN 1 THEN 100 WHEN 2 THEN 50 END WHERE id IN (1, 2, 3);
SELECT is(string_agg(concat_ws('|', score, tier, rounded, whole, letter, one), ' ' ORDER BY id), '10.75|A|10.8|11|A|A   2.5|B|2.5|2|B|B   0|B|0.0|0|B|B  ', 'as an assignment would convert them') FROM account WHERE id <= 3;
ALTER TABLE account ADD CHECK (score < 10) NOT VALID;
SELECT throws_ok('UPDATE account SET employees = 100 WHERE id = 2', '23514', NULL, 'a constraint sees the score');

\echo what else happens to the row
CREATE FUNCTION double() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.employees := NEW.employees * 2; RETURN NEW; END $$;
CREATE TABLE other (employees int, score float8, tier text);
CREATE TRIGGER b BEFORE INSERT OR UPDATE OF employees ON other FOR EACH ROW WHEN (NEW.employees > 20) EXECUTE FUNCTION icp_score_trigger('size', 'score', 'tier');
INSERT INTO other VALUES (60, -1, 'x'), (10, -1, 'x');
SELECT is(string_agg(employees || ':' || score || tier, ' ' ORDER BY employees), '10:-1x 60:2.5B', 'only WHEN') FROM other;
UPDATE other SET score = -2;
SELECT is(string_agg(employees || ':' || score || tier, ' ' ORDER BY employees), '10:-2x 60:-2B', 'only of the columns named') FROM other;
CREATE TRIGGER a BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION double();
INSERT INTO other VALUES (61);
SELECT is(score, 10.75::float8, 'an earlier trigger counts') FROM other WHERE employees = 122;
CREATE TRIGGER c BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION double();
INSERT INTO other VALUES (22);
SELECT is(score || ' ' || employees, '0 88', 'a later one does not') FROM other WHERE employees = 88;
CREATE TABLE parted (employees int, score float8) PARTITION BY RANGE (employees);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_2 (score float8, employees int);
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (100) TO (1000);
CREATE TRIGGER s BEFORE INSERT OR UPDATE ON parted FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('size', 'score');
INSERT INTO parted VALUES (60), (120), (70), (130);
SELECT is(string_agg(employees || ':' || score, ' ' ORDER BY employees), '60:2.5 70:2.5 120:10.75 130:10.75', 'partitions, whose columns stand in another order') FROM parted;
ALTER TABLE parted ADD more text;
INSERT INTO parted VALUES (61, NULL, 'x');
SELECT is(score || more, '2.5x', 'a column that has come since') FROM parted WHERE employees = 61;
ALTER TABLE other RENAME score TO points;

\echo errors
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'fine';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || message || coalesce(' / ' || nullif(hint, ''), '');
END $$;
SELECT error_of('INSERT INTO other VALUES (100)');
SELECT error_of('SELECT icp_score_trigger()');
CREATE TABLE t (employees int, score float8, scores float8, born date, tier text);
INSERT INTO t VALUES (1);
CREATE FUNCTION fired(head text, arguments text DEFAULT '''size'', ''score''', each text DEFAULT 'ROW') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	EXECUTE format('CREATE TRIGGER wrong %s ON t FOR EACH %s EXECUTE FUNCTION icp_score_trigger(%s)', head, each, arguments);
	said := error_of(CASE WHEN head ~ 'DELETE' THEN 'DELETE FROM t' WHEN head ~ 'UPDATE' THEN 'UPDATE t SET employees = 2' WHEN head ~ 'TRUNCATE' THEN 'TRUNCATE t' ELSE 'INSERT INTO t VALUES (1)' END);
	DROP TRIGGER wrong ON t;
	RETURN concat_ws(': ', head, said);
END $$;
SELECT fired(head) FROM unnest('{AFTER INSERT,AFTER UPDATE,BEFORE DELETE,BEFORE INSERT,BEFORE UPDATE}'::text[]) head;
SELECT fired(head, each => 'STATEMENT') FROM unnest('{BEFORE INSERT,BEFORE UPDATE,BEFORE TRUNCATE,AFTER INSERT}'::text[]) head;
SELECT arguments || ' - ' || fired('BEFORE INSERT', arguments) FROM unnest(ARRAY['', '''size''', '''size'', ''score'', ''tier'', ''more''', '''size'', ''scor''', '''size'', ''nothing like it''', '''size'', ''ctid''', '''size'', ''born''', '''size'', ''score'', ''born''',
	'''size'', ''score'', ''tie''', '''siz'', ''score''', '''size'', ''scores'', ''tier''']) arguments;
SELECT * FROM finish();
ROLLBACK;

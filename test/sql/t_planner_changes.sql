-- Rows that statements change, and all the places where a table's definition
-- can score its own rows.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_planner.inc
\i :harness

---- statements that change rows ----

SELECT same_scalar('UPDATE', 'UPDATE accounts c SET note = @f(c@p)::text WHERE @f(c@p)::text > ''3'' RETURNING id, note, @f(c@p)');
SELECT same_scalar('UPDATE of what is scored', 'UPDATE accounts c SET employees = employees / 2 WHERE @f(c@p)::text > ''3'' RETURNING id, @f(c@p)');
SELECT same_scalar('UPDATE FROM', 'UPDATE accounts c SET note = @f(b@p)::text FROM accounts b WHERE b.id = c.id + 1 RETURNING c.id, c.note, @f(c@p), @f(b@p)');
SELECT same_scalar('UPDATE FROM an outer join', 'UPDATE accounts c SET note = @f(b@p)::text FROM deals d LEFT JOIN accounts b ON b.id = d.account_id WHERE d.id = c.id RETURNING c.id, c.note, @f(c@p), @f(b@p)');
SELECT same_scalar('UPDATE of a view', 'UPDATE plain c SET note = @f(c@p)::text WHERE @f(c@p)::text > ''3'' RETURNING id, note, @f(c@p)');
SELECT same_scalar('UPDATE of a security barrier view', 'UPDATE barrier c SET note = @f(c@p)::text WHERE @f(c@p)::text > ''3'' RETURNING id, note, @f(c@p)');
SELECT same_scalar('DELETE', 'DELETE FROM accounts c WHERE @f(c@p)::text > ''3'' RETURNING id, @f(c@p)');
SELECT same_scalar('DELETE USING', 'DELETE FROM deals d USING accounts c WHERE c.id = d.account_id AND @f(c@p)::text > ''3'' RETURNING d.id, @f(c@p)');
SELECT same_scalar('INSERT SELECT', 'INSERT INTO deals SELECT id, NULL, NULL, @f(c@p)::text FROM accounts c RETURNING *');
SELECT same_scalar('INSERT RETURNING', 'INSERT INTO accounts AS c (id, industry, employees) VALUES (10, ''SaaS'', 150), (11, NULL, NULL) RETURNING id, @f(c@p)', false);
SELECT same_scalar('INSERT SELECT RETURNING', 'INSERT INTO accounts AS c (id, note) SELECT id + 10, @f(b@p)::text FROM accounts b RETURNING id, note, @f(c@p)');
SELECT same_scalar('INSERT ON CONFLICT', $$INSERT INTO accounts AS c (id, industry, employees) VALUES (1, 'Steel', 100), (2, 'SaaS', 900), (10, 'x', 5)
	ON CONFLICT (id) DO UPDATE SET industry = excluded.industry, note = concat(@f(c@p)::text, ' ', @f(excluded@p)::text) WHERE @f(c@p)::text <> @f(excluded@p)::text
	RETURNING id, note, @f(c@p)$$, false);
SELECT same_scalar('MERGE', $$MERGE INTO accounts c USING accounts b ON b.id = c.id + 1
	WHEN MATCHED AND @f(c@p)::text > @f(b@p)::text THEN UPDATE SET note = concat(@f(c@p)::text, ' ', @f(b@p)::text)
	WHEN MATCHED AND @f(c@p) IS NOT NULL THEN DELETE
	WHEN NOT MATCHED THEN INSERT (id, note) VALUES (b.id + 20, @f(b@p)::text)$$, false);
SELECT same_scalar('MERGE from a subquery', $$MERGE INTO accounts c USING (SELECT a.*, @f(a@p)::text AS scored FROM accounts a) b ON b.id = c.id + 1
	WHEN MATCHED THEN UPDATE SET note = scored || @f(b@p)::text
	WHEN NOT MATCHED THEN DO NOTHING$$, false);
SELECT same_scalar('changing WITH', 'WITH c AS (UPDATE accounts SET employees = 150 RETURNING *) SELECT id, @f(c@p) FROM c');
SELECT same_scalar('UPDATE of partitions', 'UPDATE parted c SET industry = CASE WHEN @f(c@p)::text > ''3'' THEN ''SaaS'' ELSE ''Steel'' END RETURNING id, industry, tableoid::regclass, @f(c@p)');
SELECT same_scalar('DELETE from a parent', 'DELETE FROM parent c WHERE @f(c@p)::text > ''3'' RETURNING id, tableoid::regclass, @f(c@p)');
SELECT same_scalar('UPDATE of a parent', 'UPDATE parent c SET employees = employees + 100 WHERE @f(c@p)::text > ''3'' RETURNING id, tableoid::regclass, @f(c@p)');
SELECT same_scalar('WHERE CURRENT OF, tableoid and ctid', 'UPDATE accounts c SET note = @f(c@p)::text WHERE ctid IN (SELECT ctid FROM accounts b WHERE @f(b@p)::text > ''3'') RETURNING tableoid::regclass, id, note');

---- definitions ----

\set fits '{"scale": "points", "fit": 10, "characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": 10}]}, {"name": "industry", "field": "industry", "attributes": [{"equals": "SaaS", "points": 5}]}]}'
\set fits_if_missing '{"scale": "points", "fit": 10, "characteristics": [{"name": "size", "field": "employees", "attributes": [{"missing": true, "points": 10}]}, {"name": "industry", "field": "industry", "attributes": [{"equals": "SaaS", "points": 5}]}]}'

-- CHECK
CREATE TABLE checked (industry text, gone int, employees int, CONSTRAINT big CHECK (icp_fits(checked, :'fits'::icp_portrait)));
ALTER TABLE checked DROP COLUMN gone;
SELECT lives_ok($$INSERT INTO checked VALUES ('SaaS', 100)$$, 'CHECK: a row that fits');
SELECT throws_ok($$INSERT INTO checked VALUES ('SaaS', 99)$$, '23514', 'new row for relation "checked" violates check constraint "big"', 'CHECK: a row that does not');
SELECT throws_ok($$UPDATE checked SET employees = 1$$, '23514', NULL, 'CHECK: an update');
SELECT throws_ok($$INSERT INTO checked VALUES (NULL, NULL)$$, '23514', NULL, 'CHECK: a row of NULLs');
CREATE TABLE unchecked (LIKE checked);
INSERT INTO unchecked VALUES ('SaaS', 99), ('x', 100);
SELECT throws_ok(format('ALTER TABLE unchecked ADD CHECK (icp_fits(unchecked, %L::icp_portrait))', :'fits'), '23514', NULL, 'CHECK: added to a table that breaks it');
ALTER TABLE checked ADD COLUMN city text DEFAULT 'x';
SELECT lives_ok($$INSERT INTO checked VALUES ('SaaS', 100, 'y'); UPDATE checked SET city = 'z'$$, 'CHECK: after ADD COLUMN');
SELECT throws_ok($$ALTER TABLE checked DROP COLUMN employees; INSERT INTO checked VALUES ('SaaS')$$, '42703', 'field "employees" of the portrait is not in row type checked', 'CHECK: after its column was dropped');
-- a saved portrait is read at run time there: no plan would go with it
SELECT icp_save('fits', :'fits') \gset
CREATE TABLE checked_by_name (industry text, employees int, CONSTRAINT big CHECK (icp_fits(checked_by_name, 'fits')));
SELECT lives_ok($$INSERT INTO checked_by_name VALUES ('SaaS', 100)$$, 'CHECK with a saved portrait: a row that fits');
SELECT icp_save('fits', :'fits_if_missing') \gset
SELECT throws_ok($$INSERT INTO checked_by_name VALUES ('SaaS', 100)$$, '23514', NULL, 'CHECK with a saved portrait: by the next one the same row does not');
SELECT lives_ok($$INSERT INTO checked_by_name VALUES ('SaaS', NULL)$$, 'CHECK with a saved portrait: and another one does');

-- A constraint is known to the planner under the number of another table.
CREATE TABLE first_in_query (industry text, employees int, amount int);
ALTER TABLE first_in_query DROP COLUMN employees;
INSERT INTO first_in_query VALUES ('x', 1);
CREATE TABLE constrained (industry text, employees int, amount int,
	CHECK (amount = 0 OR NOT icp_fits(constrained, :'fits_if_missing'::icp_portrait)));
INSERT INTO constrained VALUES ('x', 5, 1), ('x', NULL, 0);
CREATE TABLE constrained_parts (industry text, employees int, amount int) PARTITION BY LIST (amount);
CREATE TABLE constrained_part PARTITION OF constrained_parts (CHECK (icp_fits(constrained_part, :'fits'::icp_portrait))) FOR VALUES IN (1);
CREATE TABLE constrained_rest PARTITION OF constrained_parts (CHECK (NOT icp_fits(constrained_rest, :'fits'::icp_portrait))) DEFAULT;
INSERT INTO constrained_parts VALUES ('x', 100, 1), ('x', 99, 2), (NULL, NULL, 3);
CREATE FUNCTION with_exclusion(query text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE result text[];
BEGIN
	SET LOCAL constraint_exclusion = off; result := result || answer(query);
	SET LOCAL constraint_exclusion = partition; result := result || answer(query);
	SET LOCAL constraint_exclusion = on; result := result || answer(query);
	RETURN ARRAY(SELECT DISTINCT unnest(result));
END$$;
SELECT is(cardinality(with_exclusion(replace(query, '@p', quote_literal(portrait) || '::icp_portrait'))), 1, 'constraint exclusion: ' || query)
FROM (VALUES
	('SELECT * FROM constrained c WHERE icp_fits(c, @p)'),
	('SELECT * FROM constrained c WHERE NOT icp_fits(c, @p)'),
	('SELECT * FROM first_in_query f, constrained c WHERE icp_fits(c, @p)'),
	('SELECT * FROM first_in_query f, constrained c WHERE c.amount = 1'),
	('SELECT * FROM first_in_query f, constrained c WHERE c.amount = 1 AND icp_fits_columns(@p, NULL::int, c.industry)'),
	('SELECT * FROM constrained b, constrained c WHERE icp_fits(b, @p) AND NOT icp_fits(c, @p)'),
	('SELECT * FROM constrained b LEFT JOIN constrained c ON icp_fits(c, @p)'),
	('SELECT * FROM (SELECT * FROM constrained OFFSET 0) b, constrained c WHERE NOT icp_fits(b, @p) AND c.amount = 1'),
	('SELECT * FROM constrained_parts c WHERE icp_fits(c, @p)'),
	('SELECT * FROM constrained_parts c WHERE NOT icp_fits(c, @p)'),
	('SELECT * FROM constrained_parts b LEFT JOIN constrained_parts c ON icp_fits(c, @p) AND NOT icp_fits(b, @p)'),
	('SELECT * FROM constrained_rest c WHERE icp_fits(c, @p)')) v (query),
	(VALUES (:'fits'), (:'fits_if_missing')) w (portrait);

-- row triggers
CREATE TABLE watched (id int, industry text, employees int, score float8, log text DEFAULT '');
CREATE FUNCTION log_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.score := icp_score(NEW, 'fits');
	NEW.log := concat(NEW.log, TG_OP, ' ', icp_score(OLD, 'fits'), '>', icp_score(NEW, 'fits'), ' ');
	RETURN NEW;
END$$;
CREATE FUNCTION log_when() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.log := NEW.log || TG_NAME || ' '; RETURN NEW; END$$;
SELECT icp_save('fits', :'fits') \gset
CREATE TRIGGER a BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION log_scores();
CREATE TRIGGER b_fits BEFORE INSERT OR UPDATE ON watched FOR EACH ROW WHEN (icp_fits(NEW, 'fits')) EXECUTE FUNCTION log_when();
SELECT format('CREATE TRIGGER c_grew BEFORE UPDATE ON watched FOR EACH ROW WHEN (icp_score(NEW, %1$L::icp_portrait) > icp_score(OLD, %1$L::icp_portrait)) EXECUTE FUNCTION log_when()', :'fits') \gexec
INSERT INTO watched VALUES (1, 'SaaS', 100), (2, NULL, NULL);
UPDATE watched SET employees = coalesce(employees, 50) * 2;
UPDATE watched SET industry = NULL WHERE id = 1;
SELECT results_eq('SELECT id, score, log FROM watched ORDER BY id',
	$$VALUES (1, 10::float8, 'INSERT >15 b_fits UPDATE 15>15 b_fits UPDATE 15>10 b_fits '), (2, 10::float8, 'INSERT >0 UPDATE 0>10 b_fits c_grew ')$$, 'row triggers, and their WHEN');
ALTER TABLE watched ADD COLUMN more text, DROP COLUMN id;
UPDATE watched SET employees = 1;
SELECT results_eq('SELECT score, log FROM watched ORDER BY length(log)',
	$$VALUES (0::float8, 'INSERT >0 UPDATE 0>10 b_fits c_grew UPDATE 10>0 '), (0::float8, 'INSERT >15 b_fits UPDATE 15>15 b_fits UPDATE 15>10 b_fits UPDATE 10>0 ')$$, 'row triggers after DDL');
-- statement triggers and their tables
CREATE TABLE seen (what text, total float8);
CREATE FUNCTION total_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO seen SELECT TG_OP, sum(icp_score(r, 'fits')) FROM after_rows r; RETURN NULL; END$$;
CREATE TRIGGER z AFTER UPDATE ON watched REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION total_scores();
UPDATE watched SET employees = 100;
SELECT results_eq('SELECT * FROM seen', $$VALUES ('UPDATE', 20::float8)$$, 'transition tables');

-- row security
CREATE ROLE regress_icp_reader;
CREATE TABLE secured AS SELECT * FROM accounts;
GRANT SELECT, UPDATE, INSERT ON secured TO regress_icp_reader;
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY big ON secured USING (icp_fits(secured, :'fits'::icp_portrait));
CREATE POLICY named ON secured AS RESTRICTIVE USING (icp_score(secured, 'fits') > 10);
SET ROLE regress_icp_reader;
SELECT results_eq('SELECT id FROM secured ORDER BY id', 'VALUES (1), (7)', 'row security');
SELECT results_eq('SELECT s.id FROM (VALUES (1), (4)) v (id) LEFT JOIN secured s USING (id) ORDER BY 1', 'VALUES (1), (NULL)', 'row security under an outer join');
SELECT throws_ok($$UPDATE secured SET employees = 5$$, '42501', NULL, 'row security of an update');
SELECT lives_ok($$INSERT INTO secured (industry, employees) VALUES ('SaaS', 150)$$, 'row security of an insert');
-- what the policy hides no score reveals
CREATE FUNCTION pg_temp.leak(icp_evaluation) RETURNS boolean COST 0.0000001 LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'leaked: %', $1; RETURN true; END$$;
SELECT is((SELECT count(*) FROM secured s WHERE pg_temp.leak(icp_evaluate(s, '{"characteristics": [{"name": "x", "field": "industry", "attributes": [{"equals": "Steel", "points": 1}]}]}'::icp_portrait)) AND industry = 'Steel'), 0::bigint, 'a function over scores sees no hidden row');
SELECT throws_ok($$SELECT icp_score(a, 'fits') FROM accounts a$$, '42501', 'permission denied for table accounts', 'scoring needs the right to read the table');
RESET ROLE;
GRANT SELECT (industry, employees) ON accounts TO regress_icp_reader;
SET ROLE regress_icp_reader;
SELECT throws_ok($$SELECT icp_score(a, 'fits') FROM accounts a$$, '42501', 'permission denied for table accounts', 'and the whole row, though two columns are used');
SELECT lives_ok($$SELECT icp_score(a, 'fits') FROM (SELECT industry, employees FROM accounts) a$$, 'unless only those are selected');
RESET ROLE;

-- indexes
CREATE TABLE indexed AS SELECT i AS id, (ARRAY['SaaS', 'Steel', NULL])[i % 3 + 1] AS industry, i % 200 AS employees, i AS other FROM generate_series(1, 2000) i;
CREATE INDEX by_score ON indexed (icp_score_columns(:'fits', employees, industry));
CREATE INDEX by_tier ON indexed (icp_tier_columns(:'fits', employees, industry));
CREATE INDEX that_fit ON indexed (other) WHERE icp_fits_columns(:'fits', employees, industry);
ANALYZE indexed;
CREATE FUNCTION uses(query text, index text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		IF line ~ ('(using|on) ' || index || '\y') THEN RETURN true; END IF;
	END LOOP;
	RETURN false;
END$$;
SELECT ok(uses(replace(query, '@p', p), index), index || ': ' || query)
FROM (VALUES
	('by_score', 'SELECT id FROM indexed c WHERE icp_score(c, @p) >= 15'),
	('by_score', 'SELECT id FROM indexed c ORDER BY icp_score(c, @p) DESC LIMIT 5'),
	('by_score', 'SELECT id FROM (SELECT industry, id, employees FROM indexed) c WHERE icp_score(c, @p) >= 15'),
	('by_tier', 'SELECT id FROM indexed c WHERE icp_tier(c, @p) = ''no such tier'''),
	('that_fit', 'SELECT id FROM indexed c WHERE icp_fits(c, @p) AND other = 100')) v (index, query),
	(SELECT quote_literal(:'fits') || '::icp_portrait') q (p);
SELECT is(answer('SELECT id FROM indexed c WHERE icp_score(c, ''fits'') >= 15'), answer('SELECT id FROM indexed c WHERE icp_score(c, hidden(''fits'')) >= 15'), 'an index over scores finds what a scan finds');
UPDATE indexed SET employees = 500, industry = 'SaaS' WHERE id = 1;
SELECT ok(answer('SELECT id FROM indexed c WHERE icp_score(c, ''fits'') >= 15') ~ '\(1\)', 'an index over scores follows its columns');
SELECT throws_ok($$CREATE INDEX ON indexed (icp_score_columns(icp_load('fits'), employees, industry))$$, '42P17', NULL, 'no index over a saved portrait');
SELECT throws_ok($$CREATE INDEX ON indexed (icp_score(indexed, 'fits'))$$, '42P17', NULL, 'no index over a row');
SELECT throws_ok(format('CREATE INDEX ON indexed (icp_score_columns_now(%L, employees, industry))', :'fits'), '42P17', NULL, 'no index over a score that depends on now');
SELECT throws_ok(format('CREATE INDEX ON accounts (icp_score_columns(%L, founded, seen, employees))', icp_load('now')), '22023', NULL, 'no index over a portrait that depends on now');
SELECT lives_ok(format('CREATE INDEX ON accounts (icp_score_columns(%L, founded, seen, employees))', icp_at(icp_load('now'), '2026-01-01')), 'but over it at a moment');
SELECT lives_ok(format('CREATE STATISTICS of_score ON industry, (icp_tier_columns(%L, employees, industry)) FROM indexed; ANALYZE indexed', :'fits'), 'statistics over tiers');
SELECT is(answer('SELECT icp_tier(c, ''fits''), count(*) FROM indexed c GROUP BY 1'), answer('SELECT icp_tier(c, hidden(''fits'')), count(*) FROM indexed c GROUP BY 1'), 'statistics over tiers: a query with them');

-- generated columns, defaults, domains
CREATE TABLE generated (industry text, employees int, score float8 GENERATED ALWAYS AS (icp_score_columns(:'fits', employees, industry)) STORED,
	made_of jsonb DEFAULT '{"employees": 100}', fits boolean DEFAULT icp_fits('{"industry": "SaaS", "employees": 100}'::jsonb, 'fits'));
INSERT INTO generated VALUES ('SaaS', 100), (NULL, NULL), ('x', 5);
UPDATE generated SET employees = 200 WHERE industry = 'x';
SELECT results_eq('SELECT industry, score, fits FROM generated ORDER BY 1', $$VALUES ('SaaS', 15::float8, true), ('x', 10, true), (NULL, 0, true)$$, 'generated columns and defaults');
SELECT is(answer(format('SELECT icp_score(g, %L::icp_portrait) FROM generated g', :'fits')), answer('SELECT icp_score(g, hidden(''fits'')) FROM generated g'), 'rows with generated columns');
SELECT throws_ok($$CREATE TABLE no (industry text, employees int, score float8 GENERATED ALWAYS AS (icp_score(no, 'fits')) STORED)$$, NULL, NULL, 'no generated column over its row');
CREATE DOMAIN good_doc AS jsonb CHECK (icp_fits(VALUE, 'fits'));
CREATE DOMAIN good_row AS brief CHECK (icp_fits(VALUE, 'fits'));
SELECT lives_ok($$SELECT '{"employees": 100}'::good_doc, ROW('x', 100)::brief::good_row$$, 'domains over documents and rows');
SELECT throws_ok($$SELECT '{"employees": 99}'::good_doc$$, '23514', NULL, 'a document that is out of its domain');
SELECT throws_ok($$SELECT ROW('x', 99)::brief::good_row$$, '23514', NULL, 'a row that is out of its domain');
SELECT lives_ok($$SELECT NULL::good_doc, NULL::good_row$$, 'NULLs of those domains');

-- COPY and its WHERE
COPY watched (industry, employees) FROM stdin WHERE employees > 5;
SaaS	100
x	1
\.
SELECT is((SELECT sum(score) FROM watched), 35::float8, 'COPY fires the triggers');

-- partition keys
CREATE TABLE keyed (industry text, employees int) PARTITION BY LIST (icp_tier_columns(:'fits', employees, industry));
CREATE TABLE keyed_out PARTITION OF keyed FOR VALUES IN ('out');
CREATE TABLE keyed_rest PARTITION OF keyed DEFAULT;
SELECT lives_ok($$INSERT INTO keyed VALUES ('SaaS', 100), (NULL, NULL)$$, 'a tier as a partition key');
SELECT is((SELECT count(*) FROM keyed_out), 2::bigint, 'a tier as a partition key: where the rows are');
SELECT is(answer('SELECT * FROM keyed k WHERE icp_tier(k, ''fits'') = ''out'''), answer('SELECT * FROM keyed k WHERE icp_tier(k, hidden(''fits'')) = ''out'''), 'a tier as a partition key: pruning');
DROP OWNED BY regress_icp_reader;
DROP ROLE regress_icp_reader;
SELECT finish();
\c :home
DROP DATABASE regress_icp_planner;

-- icp_frameworks, icp_framework and icp_qualify_all.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
\set ON_ERROR_ROLLBACK on
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- ---- what is shipped ----

SELECT framework, string_agg(dimension, ' ' ORDER BY ordinal) FROM icp_frameworks WHERE language = 'en' GROUP BY framework ORDER BY framework COLLATE "C";
SELECT is_empty($$SELECT * FROM icp_frameworks WHERE NOT shipped OR coalesce(meaning, '') = '' OR coalesce(question, '') = ''$$, 'all rows have words');
SELECT results_eq($$SELECT framework, dimension, ordinal FROM icp_frameworks WHERE language = 'zh' ORDER BY 1, 2$$, $$SELECT framework, dimension, ordinal FROM icp_frameworks WHERE language = 'en' ORDER BY 1, 2$$, 'the same in both languages');
SELECT set_eq('SELECT DISTINCT language FROM icp_frameworks', '{en,zh}'::text[], 'two languages');
SELECT is_empty($$SELECT * FROM icp_frameworks WHERE (language = 'zh') <> (question ~ '[一-龥]' AND meaning ~ '[一-龥]')$$, 'each in its letters');
SELECT is_empty($$SELECT framework, language FROM icp_frameworks GROUP BY 1, 2 HAVING count(DISTINCT question) < count(*) OR max(ordinal) <> count(*) OR min(ordinal) <> 1$$, 'each dimension has its own question and place');
SELECT is_empty($$SELECT * FROM (SELECT DISTINCT framework AS f, language AS l FROM icp_frameworks) x, icp_framework(f, '{}', l) p
	WHERE p::jsonb ->> 'framework' <> f OR (SELECT array_agg(ARRAY[c ->> 'dimension', c ->> 'question'] ORDER BY n) FROM jsonb_array_elements(p::jsonb -> 'characteristics') WITH ORDINALITY AS y (c, n))
		<> (SELECT array_agg(ARRAY[dimension, question] ORDER BY ordinal) FROM icp_frameworks WHERE framework = f AND language = l)$$, 'each makes a portrait with its dimensions and questions in their order');
SELECT is_empty($$SELECT * FROM (SELECT DISTINCT framework AS f, language AS l FROM icp_frameworks) x, icp_framework(f, '{}', l) p, icp_qualify('{}'::jsonb, p) q
	WHERE (q.verdict, q.ratio, q.coverage) <> ('unqualified', 0, 0) OR q.met || q.unmet <> '{}' OR q.next_question <> (SELECT question FROM icp_frameworks WHERE framework = f AND language = l AND ordinal = 1) OR icp_from_pmml(icp_to_pmml(p)) <> p$$, 'bound to nothing, nothing is known, and the first question is asked');

-- ---- binding ----

CREATE TABLE deals (id int, budget numeric, decider bool, need smallint, fits bool, urgent bool, decision_by date, competitor text, country text);
INSERT INTO deals VALUES (1, 20000, true, 3, true, true, now()::date + 30, 'Other', 'DE'), (2, 20000, NULL, 3, true, true, now()::date + 30, 'none', 'DE'), (3, 500, false, 3, true, NULL, NULL, NULL, 'DE'), (4, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL), (5, 20000, true, 3, true, true, now()::date + 30, NULL, 'KP');
\set bant '{"budget": {"field": "budget", "range": "[10000,)"}, "authority": {"field": "decider", "equals": true}, "need": [{"field": "need", "range": "[2,)"}, {"field": "fits", "equals": true, "name": "match", "question": "Does it match?"}, {"field": "urgent", "equals": true, "question": "Is it urgent?"}], "timeline": {"field": "decision_by", "within_next": "90 days"}, "disqualify": [{"when": {"field": "country", "equals": "KP"}, "reason": "sanctions"}], "title": "Deals", "placeholders": ["none"], "absent": "missing"}'
SELECT icp_framework('BANT', :'bant');
SELECT d.id, (icp_qualify(d, p)).*, icp_score(d, p) FROM deals d, icp_framework('BANT', :'bant') p ORDER BY id;
SELECT icp_framework('BANT', '{"need": {"any": [{"field": "a", "equals": 1}, {"field": "b", "equals": 1}], "group": "g", "reason": "r"}, "budget": {"name": "money", "field": "revenue", "as": "number", "placeholders": ["?"], "range": "[1,)"}, "timeline": {"attributes": [{"field": "t", "within": "3 days", "points": 7}, {"otherwise": true, "points": -1}], "name": "when"}, "verdicts": {"nurture": {"require": ["need"]}}, "subject": "deals", "tiers": {"A": 50}, "fit": 50, "placeholders": ["-"]}', 'zh')::jsonb #- '{characteristics,1}';
-- each dimension weighs the same, whatever its parts
SELECT DISTINCT icp_score(jsonb_build_object('m', m, 'a', a, 'n1', n, 'n2', n, 'n3', n, 'c', c, 'p1', p, 'p2', p), f) = 20 * (m::int + a::int + n::int + c::int + p::int) AS "the share of what is met"
	FROM icp_framework('MANCP', '{"money": {"field": "m", "equals": true}, "authority": {"field": "a", "equals": true}, "need": [{"field": "n1", "equals": true}, {"field": "n2", "equals": true}, {"field": "n3", "equals": true}], "competitor": {"field": "c", "equals": true}, "people": [{"field": "p1", "equals": true}, {"field": "p2", "equals": true}]}') f,
	unnest('{t,f}'::bool[]) m, unnest('{t,f}'::bool[]) a, unnest('{t,f}'::bool[]) n, unnest('{t,f}'::bool[]) c, unnest('{t,f}'::bool[]) p;
SELECT DISTINCT icp_score(jsonb_build_object('m', true), icp_framework('MANCP', '{"money": {"field": "m", "equals": true}}')) AS "what is not bound counts";
SELECT is(icp_framework('MANCP', (SELECT jsonb_object_agg(dimension, (SELECT jsonb_agg(jsonb_build_object('field', 'f' || i, 'equals', true)) FROM generate_series(1, n) i)) FROM (VALUES ('money', 19), ('authority', 17), ('need', 16), ('competitor', 13), ('people', 20)) x (dimension, n)))::jsonb ->> 'fit', '60', 'numbers of parts without a common divisor');
SELECT is(icp_framework(NULL, '{}'), NULL, 'no framework');
SELECT is(icp_framework('BANT', NULL), NULL, 'no binding');

-- ---- rows of users ----

INSERT INTO icp_frameworks (framework, dimension, ordinal, question) VALUES ('BANT', 'budget', 9, 'How much?'), ('OURS', 'trust', 2, 'Trust?'), ('OURS', 'fun', 1, 'Fun?');
SELECT icp_framework('BANT', '{}')::jsonb #>> '{characteristics,3,question}' AS "counts instead", jsonb_array_length(icp_framework('BANT', '{}')::jsonb -> 'characteristics') AS n, icp_framework('BANT', '{}', 'zh')::jsonb #>> '{characteristics,0,dimension}' AS "not in Chinese";
SELECT icp_framework('OURS', '{"fun": {"field": "f", "equals": 1}}');
DELETE FROM icp_frameworks WHERE framework = 'BANT' AND NOT shipped;
SELECT icp_framework('BANT', '{}')::jsonb #>> '{characteristics,0,dimension}' AS "as before";
CREATE ROLE regress_icp_reader;
SET ROLE regress_icp_reader;
SELECT jsonb_array_length(icp_framework('PACT', '{}')::jsonb -> 'characteristics') AS "everybody may read";
INSERT INTO icp_frameworks (framework, dimension, ordinal, question) VALUES ('X', 'y', 1, 'z');
RESET ROLE;

-- ---- errors ----

\set VERBOSITY default
INSERT INTO icp_frameworks (framework, dimension, ordinal, question, shipped) VALUES ('X', 'y', 1, 'z', true);
UPDATE icp_frameworks SET question = 'x' WHERE framework = 'BANT' AND ordinal = 1 AND language = 'en';
DELETE FROM icp_frameworks WHERE framework = 'BANT' AND ordinal = 1 AND language = 'en';
TRUNCATE icp_frameworks;
-- the trigger on tables for which it is not made
CREATE TABLE not_ours (a int, shipped boolean);
CREATE TRIGGER by_statement BEFORE INSERT OR UPDATE OR DELETE ON not_ours FOR EACH STATEMENT EXECUTE FUNCTION icp_keep_shipped();
INSERT INTO not_ours VALUES (1, true);
UPDATE not_ours SET a = 2;
DROP TRIGGER by_statement ON not_ours;
CREATE TRIGGER too_late AFTER INSERT ON not_ours FOR EACH ROW EXECUTE FUNCTION icp_keep_shipped();
INSERT INTO not_ours VALUES (1, true);
DROP TRIGGER too_late ON not_ours;
CREATE TRIGGER kept BEFORE INSERT ON not_ours FOR EACH ROW EXECUTE FUNCTION icp_keep_shipped();
INSERT INTO not_ours VALUES (1, false) RETURNING *;
ALTER TABLE not_ours ALTER shipped TYPE text;
INSERT INTO not_ours VALUES (1, 'false');
ALTER TABLE not_ours DROP shipped;
INSERT INTO not_ours VALUES (1);
INSERT INTO icp_frameworks (framework, dimension, ordinal, question) VALUES ('X', 'title', 1, 'z');
INSERT INTO icp_frameworks (framework, dimension, ordinal, question) VALUES ('X', 'y', 1, '');
SELECT icp_framework('bant', '{}');
SELECT icp_framework('unheard of', '{}');
SELECT icp_framework('BANT', '{}', 'ch');
SELECT icp_framework('OURS', '{}', 'zh');
SELECT icp_framework('BANT', '[]');
SELECT icp_framework('BANT', '1');
SELECT icp_framework('BANT', '{"budgte": {"field": "b", "equals": 1}}');
SELECT icp_framework('BANT', '{"characteristics": []}');
SELECT icp_framework('BANT', '{"budget": null}');
SELECT icp_framework('BANT', '{"budget": []}');
SELECT icp_framework('BANT', '{"budget": {}}');
SELECT icp_framework('BANT', '{"budget": {"equals": 1}}');
SELECT icp_framework('BANT', '{"budget": {"field": "b", "otherwise": true}}');
SELECT icp_framework('BANT', '{"budget": {"field": "b", "equals": 1, "points": 2}}');
SELECT icp_framework('BANT', '{"budget": {"field": "b", "rnage": "[1,)"}}');
SELECT icp_framework('BANT', '{"budget": {"field": "b", "equals": 1, "dimension": "need"}}');
SELECT icp_framework('BANT', '{"budget": {"field": "b", "dimension": "need", "attributes": [{"equals": 1, "points": 1}]}}');
SELECT icp_framework('BANT', '{"need": [{"field": "a", "equals": 1}, {"field": "b", "all": [{"equals": 1}, {"range": "[5,1]"}]}]}');
SELECT icp_framework('BANT', '{"need": [{"field": "a", "equals": 1, "name": "x"}, {"field": "b", "equals": 1, "name": "x"}]}');
SELECT icp_framework('BANT', '{"need": [{"field": "a", "equals": 1, "name": "timeline"}]}');
SELECT icp_framework('BANT', '{"need": [{"field": "a", "attributes": [{"equals": 1, "points": 1}, {"equals": 1, "points": 2}]}]}');
SELECT icp_framework('BANT', '{"need": {"field": "a", "equals": "?"}, "placeholders": ["?"]}');
SELECT icp_framework('BANT', '{"verdicts": {"nurture": {"met": 5}}}');
SELECT icp_framework('BANT', '{"disqualify": [{"when": {"field": "x"}}]}');
SELECT icp_framework('BANT', jsonb_build_object('need', (SELECT jsonb_agg(jsonb_build_object('field', 'f' || i, 'equals', i)) FROM generate_series(1, 21) i)));
SELECT icp_framework('BANT', jsonb_build_object('need', (repeat('{"not": ', 40) || '{"field": "a", "equals": 1}' || repeat('}', 40))::jsonb));
SELECT icp_framework('BANT', jsonb_build_object('need', jsonb_build_object('field', 'a', 'equals', repeat('x', 5000000))));
\set VERBOSITY terse

-- ---- all saved frameworks ----

SELECT 'before anything is saved', count(*) FROM deals d, icp_qualify_all(d);
SELECT icp_save('b', icp_framework('BANT', :'bant')), icp_save('a', icp_framework('FAINT', '{"funds": {"field": "budget", "range": "[1000,)"}, "interest": {"field": "of no such name", "equals": 1}}')), icp_save('plain', '{"characteristics": [{"name": "x", "field": "x", "attributes": [{"equals": 1, "points": 1}]}]}');
SELECT d.id, q.* FROM deals d, icp_qualify_all(d) q ORDER BY id, name;
SELECT is_empty($$SELECT d.id, q.* FROM deals d, icp_qualify_all(d) q EXCEPT SELECT d.id, q.* FROM deals d, icp_qualify_all(to_jsonb(d)) q$$, 'documents as rows');
SELECT is_empty($$SELECT d.id, q.* FROM deals d, icp_qualify_all(d) q WHERE name = 'b' EXCEPT SELECT d.id, 'b', (icp_qualify(d, 'b')).* FROM deals d$$, 'each as icp_qualify');
SELECT string_agg(name, ' ' ORDER BY ordinality) AS "ordered by name" FROM icp_qualify_all('{}'::jsonb) WITH ORDINALITY;
SELECT is((SELECT count(*) FROM icp_qualify_all(NULL::jsonb)), 0::bigint, 'of nothing, nothing');
SELECT is((SELECT count(*) FROM (VALUES (1)) x LEFT JOIN deals d ON false, icp_qualify_all(d)), 0::bigint, 'nor of a row that an outer join made NULL');
-- a change is seen by the next statement, in a prepared one and in PL/pgSQL too
PREPARE verdicts AS SELECT name, verdict FROM icp_qualify_all('{"budget": 5000}'::jsonb);
EXECUTE verdicts;
SELECT icp_save('a', icp_framework('FAINT', '{"funds": {"field": "budget", "range": "[1000,)"}, "need": {"field": "budget", "range": "[0,)"}, "timing": {"field": "budget", "range": "[0,)"}}')), icp_save('c', icp_framework('OURS', '{}'));
EXECUTE verdicts;
CREATE FUNCTION changes() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..3 LOOP
	RETURN NEXT (SELECT string_agg(name || ' ' || verdict, ', ') FROM icp_qualify_all('{"budget": 5000}'::jsonb));
	IF i = 1 THEN PERFORM icp_activate('a', 1); ELSE DELETE FROM icp_portraits WHERE name = 'c'; END IF;
END LOOP; END $$;
SELECT changes();
-- but not by the statement that makes it
CREATE FUNCTION asked(d deals) RETURNS text LANGUAGE sql STABLE AS $$ SELECT string_agg(name || ' ' || verdict, ', ' ORDER BY name) FROM icp_qualify_all(d) $$;
CREATE TABLE before AS SELECT id, asked(d) FROM deals d;
SELECT is_empty($$SELECT d.id, v.v FROM (SELECT d, (SELECT string_agg(name || ' ' || verdict, ', ' ORDER BY name) FROM icp_qualify_all(d)) AS v, icp_save('b', icp_framework('OURS', '{"fun": {"field": "budget", "equals": 1}}')), icp_save('new', icp_framework('OURS', '{"fun": {"field": "budget", "equals": 1}}'))
	FROM (SELECT * FROM deals ORDER BY id) d) v, LATERAL (SELECT (v.d).id) d EXCEPT SELECT * FROM before$$, 'a statement sees what was there when it began');
SELECT isnt((SELECT string_agg(asked(d), '; ' ORDER BY id) FROM deals d), (SELECT string_agg(asked, '; ' ORDER BY id) FROM before), 'the next one sees more');
SELECT icp_activate('b', 1);
DELETE FROM icp_portraits WHERE name = 'new';
SELECT is_empty('SELECT id, asked(d) FROM deals d EXCEPT SELECT * FROM before', 'and all is as before when it is undone');
-- a row type of other columns, and more portraits than a call keeps
SELECT icp_save('many ' || i, icp_framework('OURS', jsonb_build_object('fun', jsonb_build_object('field', 'x', 'equals', i)))) IS NOT NULL AS saved FROM generate_series(1, 12) i OFFSET 11;
SELECT is(count(*) FILTER (WHERE met = '{fun}'), 12::bigint, 'each row meets its own') FROM generate_series(1, 12) x, LATERAL (SELECT x) r, icp_qualify_all(r) q WHERE name LIKE 'many%';
-- who cannot be asked for is named
\set VERBOSITY default
\set SHOW_CONTEXT always
SELECT q.* FROM (SELECT 'much' AS budget) d, icp_qualify_all(d) q;
\set VERBOSITY terse
SET ROLE regress_icp_reader;
SELECT count(*) AS "everybody may ask" FROM icp_qualify_all('{}'::jsonb);
RESET ROLE;
ALTER TABLE icp_portraits ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_of_them ON icp_portraits FOR SELECT USING (name = 'b');
SET ROLE regress_icp_reader;
SELECT count(*) AS "of what they may read" FROM icp_qualify_all('{}'::jsonb);
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;

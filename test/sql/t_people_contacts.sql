-- Portraits of people: the sketch, traits, portrait, score and words are the same as of accounts.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Whoever signs leads finance or the company, and answers calls.
CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(i, j) & 1048575) / 1048576.0 $$;
CREATE TABLE contacts AS SELECT i, title, round((10 * u(i, 2))::numeric)::int AS calls, u(i, 3) < CASE WHEN title ~ 'CEO|总经理|CFO|Finance Director' THEN 0.5 ELSE 0.02 END + CASE WHEN u(i, 2) > 0.6 THEN 0.2 ELSE 0 END AS signs
	FROM (SELECT i, ('{CEO,总经理,CFO,Finance Director,Sales Manager,采购经理,Software Engineer,Data Analyst,"VP, Marketing",Intern,Recruiter,行政专员}'::text[])[1 + floor(12 * u(i, 1))::int] AS title FROM generate_series(1, 4000) i) x;
CREATE VIEW people AS SELECT i, calls, signs, (t).seniority, (t).function, (t).role FROM (SELECT *, icp_buyer_role(title) AS t FROM contacts OFFSET 0) c;
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(p), p.signs, '{"ignore": ["i", "signs"]}') AS s FROM people p;
CREATE TABLE portrait AS SELECT 'en' AS lang, icp_learn(s, '{"title": "Who signs", "subject": "contacts"}') AS p FROM sketch UNION ALL SELECT 'zh', icp_learn(s, '{"title": "谁签字", "subject": "联系人"}') FROM sketch;

SELECT ok(bool_or(field && '{seniority,role}'), 'seniority and role tell') FROM (SELECT ARRAY(SELECT unnest(t.fields)) AS field FROM sketch, icp_traits(s) t) x;
SELECT is(p::jsonb #>> '{quality,verdict}', 'reliable', lang) FROM portrait;
SELECT cmp_ok((icp_quality(icp_validation(icp_score(q, p), q.signs))).auc, '>', 0.75::float8, 'those who sign have the higher scores') FROM people q, portrait WHERE lang = 'en';
SELECT matches(icp_describe(p), 'It rests on 4,?000 contacts, of which \d+ are best', 'told of contacts') FROM portrait WHERE lang = 'en';
SELECT matches(icp_describe(p, 'zh'), '4,?000 个?联系人', 'and in Chinese') FROM portrait WHERE lang = 'zh';
SELECT is((SELECT count(*) FROM regexp_matches(icp_describe(p, lang), '\m(rows|accounts|customers)\M|客户', 'g')), 0::bigint, lang || ': of nobody else') FROM portrait;
SELECT is(icp_score(q, p), NULL, 'nobody, no score') FROM portrait, (SELECT NULL::people AS q) x WHERE lang = 'en';

-- A portrait by hand, of what titles tell.
SELECT title, icp_score(t, '{"subject": "contacts", "scale": "points", "characteristics": [
	{"name": "role", "field": "role", "attributes": [{"equals": "economic", "points": 40}, {"equals": "technical", "points": 20}]},
	{"name": "seniority", "field": "seniority", "attributes": [{"in": ["owner", "c_level", "vp"], "points": 30}, {"equals": "director", "points": 15}, {"missing": true, "points": 5}]}]}'::icp_portrait)
FROM (SELECT DISTINCT title FROM contacts) c, LATERAL icp_buyer_role(title) t ORDER BY 2 DESC, title COLLATE "C";

SELECT * FROM finish();
ROLLBACK;

-- What job titles tell, rules that users add, and names of buying roles.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

CREATE FUNCTION told(title text) RETURNS text LANGUAGE sql AS $$ SELECT format('%s/%s/%s', coalesce((t).seniority, '-'), coalesce((t).function, '-'), coalesce((t).role, '-')) FROM icp_buyer_role(title) t $$;

\echo titles
SELECT title, told(title) FROM (VALUES ('CEO'), ('Chief Executive Officer'), ('V.P.'), ('Vice-President'), ('VP, Sales & Marketing'), ('SVP'), ('EVP'), ('AVP'), ('MD'), ('GM'), ('Dir. of Purchasing'), ('Sales Mgr'), ('Sr. Software Engineer'),
	('Head of IT'), ('Co-Founder & CEO'), ('Assistant to the CEO'), ('Executive Assistant'), ('CEO Assistant'), ('Chief of Staff'), ('Former CTO'), ('ex-CFO, now Founder'), ('Director of the Board'), ('Member of the Board of Directors'), ('Non-Executive Director'),
	('Product Manager'), ('Senior Product Manager'), ('Sales Manager'), ('Account Executive'), ('Intern'), ('Marketing Manager Intern'), ('Trainee Manager'), ('Vice President'), ('President'), ('General Counsel'), ('Procurement Director'), ('CPO'), ('CIO'), ('I.T. Director'), ('Finance Business Partner')) v(title);
SELECT title, told(title) FROM (VALUES ('董事长'), ('总经理'), ('首席技术官'), ('采购经理'), ('技术总监'), ('财务负责人'), ('副总裁'), ('信息中心主任'), ('总经理助理'), ('采购部部长'), ('產品經理'), ('總經理'), ('資深副總經理'), ('ＣＴＯ'), ('人力资源经理（招聘）'), ('董事、副总经理'), ('IT总监'), ('实习生'), ('高级软件工程师')) v(title);

\echo nothing to tell
SELECT told(NULL) IS NULL, told(''), told(' . , / '), told('Zxcvb'), told('the of and'), told(repeat('x', 100000)), told(repeat('x ', 100000));
SELECT told(repeat('unknown ', 100) || 'CEO') AS "CEO", told(repeat('unknown ', 200) || 'CEO') AS "the rest of a long title is not read", told(repeat('采购', 300));
SELECT is(told(repeat('ceo ', 64)), told('ceo'), 'as many phrases as fit');

\echo spelling does not matter
SELECT is(told(variant), told('vice president of sales'), variant) FROM (VALUES ('VICE PRESIDENT OF SALES'), ('Vice  President   of Sales'), ('Vice-President of Sales'), ('ＶＩＣＥ　ＰＲＥＳＩＤＥＮＴ of Sales'), (E'vice\tpresident of sales'), ('"Vice President" of Sales!'), ('V.P. of Sales'), ('v.p. sales'), ('VP – Sales'), ('Sales VP'), ('Sales/VP'), (U&'VP\+01F680, Sales\2764\FE0F'), (U&'\+01F31F\+01F3FBVP Sales\+01F1E9\+01F1EA')) v(variant);

\echo rules of users
SELECT is(told('Growth Hacker'), '-/marketing/user', 'as shipped');
INSERT INTO icp_title_rules (phrase, seniority, function) VALUES ('Growth-Hacker', 'individual', 'growth');
SELECT is(told('Senior growth hacker'), 'individual/growth/user', 'the users'' rules go before the shipped ones: for what they tell');
INSERT INTO icp_title_rules (phrase, role) VALUES ('hacker', 'coach');
SELECT is(told('Growth Hacker'), 'individual/growth/coach', 'a role that a rule gives');
INSERT INTO icp_title_rules (phrase, seniority, function, note) VALUES ('ceo', 'manager', 'sales', 'here they are');
SELECT is(told('CEO'), 'manager/sales/user', 'the same phrase takes the place of the shipped one');
SELECT is(told('Director and CEO'), 'manager/sales/user', 'also where shipped ones tell something higher');
UPDATE icp_title_rules SET seniority = NULL, function = NULL WHERE phrase = 'ceo' AND NOT shipped;
SELECT is(told('CEO'), '-/-/-', 'a rule that tells nothing switches the phrase off');
DELETE FROM icp_title_rules WHERE phrase = 'ceo' AND NOT shipped;
SELECT is(told('CEO'), 'c_level/executive/economic', 'and its end on again');
INSERT INTO icp_title_rules (phrase) VALUES ('vice president of the chess club');
SELECT is(told('Accountant, Vice President of the Chess Club'), 'individual/finance/user', 'it hides the phrases in it');
INSERT INTO icp_title_rules (phrase, others) VALUES ('on behalf of', 'after'), ('代', 'before');
SELECT is(told('On behalf of the CFO'), '-/-/-', 'others are meant'), is(told('On behalf of the CFO, Manager'), 'manager/-/user', 'up to a comma');
INSERT INTO icp_title_rules (phrase, seniority) VALUES ('!!', 'owner'), ('geschäftsleitung', 'c_level'), ('ДИРЕКТОР', 'director'), ('บริหาร', 'vp');
SELECT is(told('!!'), '-/-/-', 'no words, no rule'), is(told('GESCHÄFTSLEITUNG'), 'c_level/executive/economic', 'letters with marks'), is(told('директор'), 'director/-/economic', 'other alphabets'), is(told('ผู้บริหารงาน'), 'vp/-/economic', 'scripts without spaces');
SELECT throws_ok(format('INSERT INTO icp_title_rules (phrase, %s) VALUES (%L, %L)', c, p, v), '23514') FROM (VALUES ('seniority', 'x', 'king'), ('role', 'x', 'decider'), ('others', 'x', 'around'), ('function', 'x', ''), ('note', '', '')) x(c, p, v);
SELECT throws_ok(format(q, 'icp_title_rules', p), '23000') FROM (VALUES ('INSERT INTO %I VALUES (''x'', NULL, NULL, NULL, NULL, NULL, true)', ''), ('UPDATE %I SET seniority = ''vp'' WHERE shipped', ''), ('DELETE FROM %I WHERE phrase = ''cto''', ''), ('TRUNCATE %I', '')) x(q, p);

\echo kept no longer than they hold
PREPARE told AS SELECT told('Vibe Officer');
CREATE FUNCTION changing() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE result icp_title;
BEGIN
	FOR i IN 1 .. 3 LOOP
		result := icp_buyer_role('Vibe');	-- a simple expression, whose state lives on
		RETURN NEXT result::text;
		DELETE FROM icp_title_rules WHERE phrase = 'vibe';
		INSERT INTO icp_title_rules (phrase, function) VALUES ('vibe', 'vibes ' || i);
	END LOOP;
END $$;
EXECUTE told;
SELECT * FROM changing();
EXECUTE told;
SAVEPOINT before;
DELETE FROM icp_title_rules WHERE phrase = 'vibe';
EXECUTE told;
ROLLBACK TO before;
EXECUTE told;

SAVEPOINT untold;
ALTER TABLE icp_title_rules DISABLE TRIGGER icp_title_rules_kept;
EXECUTE told;
UPDATE icp_title_rules SET function = 'untold' WHERE phrase = 'vibe';
EXECUTE told;
ROLLBACK TO untold;
EXECUTE told;

\echo who may read them
CREATE ROLE regress_icp_people;
GRANT USAGE ON SCHEMA public TO regress_icp_people;
SET LOCAL ROLE regress_icp_people;
SELECT told('Vibe'), icp_map_role('Champion');
SELECT throws_ok('INSERT INTO icp_title_rules (phrase) VALUES (''x'')', '42501'), throws_ok('INSERT INTO icp_roles (name) VALUES (''x'')', '42501');
RESET ROLE;
ALTER TABLE icp_title_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON icp_title_rules USING (shipped OR current_setting('icp.see', true) = 'yes');
SET LOCAL ROLE regress_icp_people;
SELECT told('Vibe'), set_config('icp.see', 'yes', true), told('Vibe'), set_config('icp.see', 'no', true), told('Vibe');
RESET ROLE;
ALTER TABLE icp_title_rules DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON icp_title_rules, icp_roles FROM PUBLIC;
SET LOCAL ROLE regress_icp_people;
SELECT throws_ok('SELECT icp_buyer_role(''CEO'')', '42501'), throws_ok('SELECT icp_map_role(''x'')', '42501'), throws_ok('SELECT icp_committee(''x''::text, NULL)', '42501');
RESET ROLE;
GRANT SELECT ON icp_title_rules, icp_roles TO PUBLIC;
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.max(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
CREATE TABLE hostile.icp_title_rules (LIKE icp_title_rules);
CREATE TABLE hostile.icp_roles (LIKE icp_roles);
CREATE FUNCTION hostile.equal(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR hostile.= (FUNCTION = hostile.equal, LEFTARG = text, RIGHTARG = text);
SET LOCAL search_path = hostile, public, pg_catalog;
SELECT (icp_buyer_role('CTO')).role, icp_map_role('Champion');
SET LOCAL search_path = public;

\echo in parallel
CREATE TABLE many AS SELECT (ARRAY['CEO', 'Vibe', '采购经理', 'VP, Sales', NULL])[1 + i % 5] AS title FROM generate_series(1, 20000) i;
ANALYZE many;
CREATE TABLE serial AS SELECT r::text AS told, count(*) AS n FROM many, LATERAL icp_buyer_role(title) r WHERE title IS NOT NULL GROUP BY 1;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END $$;
SELECT matches((SELECT string_agg(p, ' ') FROM plan('SELECT icp_buyer_role(title)::text AS told, count(*) AS n FROM many GROUP BY 1') p), 'Partial .*Parallel Seq Scan', 'workers do it');
SELECT set_eq('SELECT r, count(*) FROM (SELECT icp_buyer_role(title)::text AS r FROM many) x WHERE r IS NOT NULL GROUP BY 1', 'SELECT * FROM serial', 'and say the same');

\echo roles
SELECT name, coalesce(role, '-'), coalesce(center_role, '-'), coalesce(stance, '-'), source FROM icp_roles ORDER BY source COLLATE "C", name COLLATE "C";
SELECT n, icp_map_role(n), icp_map_role(n, 'center') FROM unnest('{Economic Buyer,ECONOMIC_BUYER,economicbuyer,decision-maker,END_USER,Legal & Compliance,--None--,Blocker,Other,nonsense,"",决策者,ＣＨＡＭＰＩＯＮ}'::text[]) n;
SELECT is(icp_map_role(NULL), NULL, 'NULL'), is(icp_map_role('coach', NULL), NULL, 'NULL'), throws_ok('SELECT icp_map_role(''coach'', ''x'')', '22023', 'there is no role set "x"');
INSERT INTO icp_roles (name, role, center_role) VALUES ('Sponsor (Exec.)', 'economic', 'decider'), ('champion', NULL, 'initiator');
SELECT is(icp_map_role('sponsor exec'), 'economic', 'a name of the users'), is(icp_map_role('Champion'), NULL, 'it takes the place of the shipped one'), is(icp_map_role('Champion', 'center'), 'initiator', 'in both sets');
SELECT throws_ok(format('INSERT INTO icp_roles (name, %s) VALUES (''x'', ''y'')', c), '23514') FROM unnest('{role,center_role,stance}'::text[]) c;
SELECT throws_ok(q, '23000') FROM unnest('{"UPDATE icp_roles SET role = NULL WHERE shipped","DELETE FROM icp_roles WHERE shipped","TRUNCATE icp_roles"}'::text[]) q;
SELECT is_empty('SELECT * FROM icp_roles WHERE shipped AND (role IS NULL) <> (center_role IS NULL)', 'both sets or none');
SELECT is_empty($$SELECT phrase, array_agg(DISTINCT seniority), array_agg(DISTINCT function) FROM icp_shipped_title_rules() GROUP BY 1 HAVING count(DISTINCT seniority) > 1 OR count(DISTINCT function) > 1 OR count(DISTINCT role) > 1 OR count(DISTINCT others) > 1$$, 'shipped rules do not contradict each other');

SELECT * FROM finish();
ROLLBACK;

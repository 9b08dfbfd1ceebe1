-- The mappings of demo/crm: what they make of tables as real CRMs leave them, and that
-- scores and sketches of their views cost what they cost on a table.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set QUIET on
\pset format unaligned
\pset tuples_only true
SET client_min_messages = warning;
\set home :DBNAME
CREATE DATABASE regress_icp_crm;
\c regress_icp_crm
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
SET DateStyle = 'ISO, DMY';
CREATE EXTENSION icp_portrait;
CREATE EXTENSION pgtap;
SELECT no_plan();
\set tables :srcdir /sql/t_crm.inc
\i :tables
-- psql shortens a/../b by its letters alone, and a directory of the tests may be a link
\set demo `cd -P "$PG_ABS_SRCDIR/sql/../../demo/crm" && pwd`
\set salesforce :demo /salesforce.sql
\set hubspot :demo /hubspot.sql
\set odoo :demo /odoo.sql
\set suitecrm :demo /suitecrm.sql
\set twenty :demo /twenty.sql

\set more 'Tier__c'
\set source sf_fivetran
\set target sf1
\i :salesforce
\set source sf_airbyte
\set target sf2
\i :salesforce
\set source sf_raw
\set target sf3
\i :salesforce
\set source sf_together
\set target sf5
\i :salesforce
\set more 'properties.hs_all-funky-a9384-syntax, properties.team size'
\set source hs_fivetran
\set target hs1
\i :hubspot
\set source hs_airbyte
\set target hs2
\i :hubspot
\set source hs_documents
\set target hs3
\i :hubspot
\set more x_studio_tier
\set source odoo
\set target od1
\i :odoo
\set source odoo13
\set target od2
\i :odoo
\set more tier_c
\set source suite
\set target su1
\i :suitecrm
\set source suite_fdw
\set target su2
\i :suitecrm
\set source suite_csv
\set target su3
\i :suitecrm
\set more industry
\set source workspace_1wgvd1
\set target tw
\i :twenty
\set more ''
\set ON_ERROR_STOP off

-- The rows of a view as one text each, numbers and dates in one form; without the columns named.
CREATE FUNCTION rows_of(view text, VARIADIC without text[] DEFAULT '{}') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$SELECT (SELECT string_agg(key || '=' || CASE WHEN value ~ '^[0-9]+\.[0-9]+$' THEN trim_scale(value::numeric)::text ELSE rtrim(value) END, ' ' ORDER BY n)
		FROM json_each_text(row_to_json(v)) WITH ORDINALITY j (key, value, n) WHERE value <> '{}' AND NOT key = ANY ($1)) FROM %s v ORDER BY 1$q$, view) USING without;
END $$;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result text = '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		result := result || regexp_replace(line, $r$'\{".*?\}'::icp_portrait$r$, 'PORTRAIT', 'g') || E'\n';
	END LOOP;
	RETURN rtrim(result, E'\n');
END $$;

---- Salesforce ----

SELECT results_eq($$SELECT rows_of('sf1.accounts')$$, ARRAY[
	'account_id=001A name=Acme industry=SaaS industry_code=7372 headquarters=Shanghai country=China founded_on=1999-01-01 employees=150 annual_revenue=2500000.5 channel=Web attrs={"type": "Customer", "rating": "Hot"} last_activity_at=2025-02-28T19:00:00-05:00 created_on=2020-01-02 notes=new tier__c=A',
	'account_id=001B country=SG created_on=2021-05-05'], 'Salesforce by Fivetran: the version in force, without the deleted and the unreadable');
SELECT results_eq($$SELECT rows_of('sf1.contacts')$$, ARRAY[
	'contact_id=003A account_id=001A name=Ann Lee title=CEO department=Board buying_role=Economic Buyer email=ann@acme.example mobile=+1 last_contacted_on=2025-01-01 created_on=2020-02-02',
	'contact_id=003B account_id=001A name=Bo buying_role=Champion created_on=2020-02-03'], 'people, and their part in deals');
SELECT results_eq($$SELECT rows_of('sf1.opportunities')$$, ARRAY[
	'opportunity_id=006A account_id=001A kind=new stage=won opened_on=2024-12-01 closed_on=2025-02-01 amount=12000.5',
	'opportunity_id=006B account_id=001A kind=expansion stage=lost opened_on=2025-01-01 closed_on=2025-03-01 amount=500',
	'opportunity_id=006C account_id=001B stage=Prospecting opened_on=2025-01-01 decision_by=2027-01-01'], 'deals, by the flags and not by the name of the stage');
SELECT results_eq($$SELECT rows_of('sf2.accounts')$$, $$SELECT rows_of('sf1.accounts')$$, 'Salesforce by Airbyte: quoted names, the last of the rows of a record');
SELECT results_eq($$SELECT rows_of('sf2.contacts')$$, $$SELECT rows_of('sf1.contacts', 'buying_role')$$, 'and its people, named in two columns, without the roles');
SELECT results_eq($$SELECT rows_of('sf2.opportunities')$$, $$SELECT rows_of('sf1.opportunities')$$, 'and its deals');
SELECT results_eq(format('SELECT rows_of(%L)', 'sf3.' || v), format('SELECT rows_of(%L)', 'sf2.' || v), 'Salesforce in Airbyte''s raw tables: ' || v) FROM unnest('{accounts,contacts,opportunities}'::text[]) v;
SELECT results_eq(format('SELECT rows_of(%L)', 'sf5.' || v), format('SELECT rows_of(%L)', 'sf1.' || v), 'Salesforce by Fivetran, names run together: ' || v) FROM unnest('{accounts,contacts,opportunities}'::text[]) v;

---- HubSpot ----

SELECT results_eq($$SELECT rows_of('hs1.accounts')$$, ARRAY[
	'account_id=2182162682 name=Acme industry=COMPUTER_SOFTWARE headquarters=Shanghai country=China founded_on=1999-01-01 employees=150 annual_revenue=2500000 technologies=["kubernetes","postgresql"] channel=PAID_SOCIAL attrs={"type": "PROSPECT", "lifecyclestage": "customer"} last_activity_at=2025-03-01T05:11:12-05:00 created_on=2020-01-02 notes=x hs_all-funky-a9384-syntax=23 team_size=50-100',
	'account_id=9007199254740993 country=Singapore created_on=2021-05-05 team_size=a few'], 'HubSpot by Fivetran: property_ columns, a hyphened one among them');
SELECT results_eq($$SELECT rows_of('hs1.contacts')$$, ARRAY[
	'contact_id=1 account_id=2182162682 name=Ann Lee title=CEO department=management buying_role=Decision Maker email=ann@acme.example mobile=+1 last_contacted_on=2025-01-01 created_on=2020-02-02',
	'contact_id=2 created_on=2020-02-03'], 'people');
SELECT results_eq($$SELECT rows_of('hs1.opportunities')$$, ARRAY[
	'opportunity_id=11 account_id=2182162682 kind=new stage=won opened_on=2024-12-01 closed_on=2025-02-01 amount=12000.5',
	'opportunity_id=12 account_id=2182162682 kind=expansion stage=lost opened_on=2025-01-01 closed_on=2025-03-01 amount=500 loss_reason=price',
	'opportunity_id=13 stage=Demo opened_on=2025-01-01 decision_by=2027-01-01',
	'opportunity_id=15 kind=partner stage=won opened_on=2024-12-01 closed_on=2025-02-03 amount=7'], 'deals, their primary company, and the stages of all pipelines');
SELECT results_eq(format('SELECT rows_of(%L)', 'hs2.' || v), format('SELECT rows_of(%L)', 'hs1.' || v), 'HubSpot by Airbyte, ids as text: ' || v) FROM unnest('{accounts,contacts,opportunities}'::text[]) v;
SELECT results_eq($$SELECT rows_of('hs3.accounts')$$, $$SELECT rows_of('hs1.accounts')$$, 'HubSpot, all properties in one jsonb, moments with an offset');
SELECT results_eq($$SELECT rows_of('hs3.contacts')$$, $$SELECT rows_of('hs1.contacts')$$, 'and its people');
SELECT results_eq($$SELECT replace(rows_of('hs3.opportunities'), '35252171', 'Demo')$$, $$SELECT rows_of('hs1.opportunities')$$, 'and its deals, by hs_is_closed, without pipelines to name the stages');
SELECT col_type_is('hs2'::name, 'accounts'::name, 'account_id'::name, 'bigint', 'ids of all HubSpots are numbers');

---- Odoo ----

SELECT results_eq($$SELECT rows_of('od1.accounts')$$, ARRAY[
	'account_id=10 name=Acme industry=IT/Communication headquarters=Shanghai country=CN employees=150 annual_revenue=2500000.5 attrs={"tags": ["Alumni", "Key account"]} created_on=2020-01-02 notes=x x_studio_tier=A',
	'account_id=11 name=Beta industry=Food employees=23 created_on=2021-05-05',
	'account_id=13 name=Unknown'], 'Odoo: companies that are others than we and not archived; 0 is unknown');
SELECT results_eq($$SELECT rows_of('od1.contacts')$$, ARRAY['contact_id=20 account_id=10 name=Ann Lee title=CEO email=ann@acme.example mobile=+1 created_on=2020-02-02', 'contact_id=22 name=On her own created_on=2020-02-02'], 'people, and no warehouses');
SELECT results_eq($$SELECT rows_of('od1.opportunities')$$, ARRAY[
	'opportunity_id=1 account_id=10 stage=won opened_on=2024-12-01 closed_on=2025-02-01 amount=12000.5',
	'opportunity_id=2 account_id=10 stage=lost opened_on=2025-01-01 closed_on=2025-03-01 amount=500 loss_reason=Too expensive',
	'opportunity_id=3 account_id=11 stage=New opened_on=2025-01-01 decision_by=2027-01-01',
	'opportunity_id=6 amount=3'], 'deals of companies and of their people; what is archived at no probability is lost');
SELECT results_eq(format('SELECT rows_of(%L)', 'od2.' || v), format('SELECT rows_of(%L)', 'od1.' || v), 'Odoo before its names became jsonb: ' || v) FROM unnest('{accounts,contacts,opportunities}'::text[]) v;
\set lang de_DE
\set source odoo
\set target od3
\i :odoo
\set lang en_US
\set ON_ERROR_STOP off
SELECT results_eq($$SELECT industry FROM od3.accounts UNION ALL SELECT loss_reason FROM od3.opportunities WHERE stage = 'lost' UNION ALL SELECT stage FROM od3.opportunities WHERE opportunity_id = 3 ORDER BY 1$$,
	ARRAY['Food', 'IT/Kommunikation', 'Neu', 'Zu teuer', NULL], 'in another language, where there is one');

---- SuiteCRM ----

SELECT results_eq($$SELECT rows_of('su1.accounts')$$, ARRAY[
	'account_id=a1 name=Acme industry=Technology industry_code=7372 headquarters=Shanghai country=China employees=150 annual_revenue=2500000.5 channel=Trade show attrs={"account_type": "Customer"} created_on=2020-01-02 notes=x tier_c=A',
	'account_id=a2 created_on=2021-05-05'], 'SuiteCRM by pgloader: a band of employees, revenue as text, a custom field');
SELECT results_eq($$SELECT rows_of('su1.contacts')$$, ARRAY[
	'contact_id=p1 account_id=a1 name=Ann Lee title=CEO department=Board buying_role=Primary Decision Maker email=ann@acme.example mobile=+1 created_on=2020-02-02',
	'contact_id=p2 name=Bo created_on=2020-02-03'], 'people, by relations of which some are deleted');
SELECT results_eq($$SELECT rows_of('su1.opportunities')$$, ARRAY[
	'opportunity_id=o1 account_id=a1 kind=new stage=won opened_on=2024-12-01 closed_on=2025-02-01 amount=12000.5',
	'opportunity_id=o2 account_id=a1 kind=expansion stage=lost opened_on=2025-01-01 closed_on=2025-03-01 amount=500',
	'opportunity_id=o3 account_id=a2 stage=Prospecting opened_on=2025-01-01 amount=3 decision_by=2027-01-01',
	'opportunity_id=o5 amount=7'], 'deals, in the default currency');
SELECT results_eq(format('SELECT rows_of(%L)', t || '.' || v), format('SELECT rows_of(%L)', 'su1.' || v), format('SuiteCRM by %s: %s', l, v))
FROM (VALUES ('su2', 'mysql_fdw'), ('su3', 'CSV, with 0000-00-00')) t (t, l), unnest('{accounts,contacts,opportunities}'::text[]) v;

---- Twenty ----

SELECT results_eq($$SELECT rows_of('tw.accounts')$$, ARRAY[
	'account_id=00000000-0000-0000-0000-000000000001 name=Acme headquarters=Shanghai country=China employees=150 annual_revenue=2500000.5 currency=USD attrs={"idealCustomerProfile": true} created_on=2020-01-02 industry=SaaS',
	'account_id=00000000-0000-0000-0000-000000000002 attrs={"idealCustomerProfile": false} created_on=2021-05-05'], 'Twenty: composite columns, micros, NaN');
SELECT results_eq($$SELECT rows_of('tw.contacts')$$, ARRAY[
	'contact_id=00000000-0000-0000-0000-00000000000a account_id=00000000-0000-0000-0000-000000000001 name=Ann Lee title=CEO email=ann@acme.example mobile=+1 created_on=2020-02-02',
	'contact_id=00000000-0000-0000-0000-00000000000b created_on=2020-02-03'], 'people');
SELECT results_eq($$SELECT rows_of('tw.opportunities')$$, ARRAY[
	'opportunity_id=00000000-0000-0000-0000-0000000000a1 account_id=00000000-0000-0000-0000-000000000001 stage=won opened_on=2024-12-01 closed_on=2025-02-01 amount=12000.5 currency=USD',
	'opportunity_id=00000000-0000-0000-0000-0000000000a2 account_id=00000000-0000-0000-0000-000000000001 stage=lost opened_on=2025-01-01 closed_on=2025-03-01 amount=500 currency=USD',
	'opportunity_id=00000000-0000-0000-0000-0000000000a3 stage=PROPOSAL opened_on=2025-01-01 decision_by=2027-01-01'], 'deals');
\set won 'PROPOSAL,CUSTOMER'
\set source workspace_1wgvd1
\set target tw2
\i :twenty
\set ON_ERROR_STOP off
SELECT results_eq('SELECT stage, count(*)::int FROM tw2.opportunities GROUP BY 1 ORDER BY 1', $$VALUES ('lost', 1), ('won', 2)$$, 'stages of one''s own');

---- what text becomes ----

-- How read.sql reads a text, for all the rows of a table of them.
CREATE FUNCTION read_as(want text, tab text, col text) RETURNS TABLE (written text, value text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT t.%1$I::text, (%2$s)::text FROM %3$s AS t', col, pg_temp.from_text(format('t.%I::text', col), want), tab);
END $$;
SELECT results_eq($$SELECT written, value::int FROM read_as('headcount', 'suite_headcounts', 'employees') ORDER BY written COLLATE "C"$$,
	$$SELECT employees::text, expected FROM suite_headcounts ORDER BY employees COLLATE "C"$$, 'headcounts and bands of them');
-- half of a band's companies are below what becomes of it, if sizes are spread evenly over their logarithm
SELECT cmp_ok((SELECT max(abs(ln(v.value::float8 / low) / ln(high::float8 / low) - 0.5)) FROM (VALUES (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000)) b (low, high),
	LATERAL (SELECT round(sqrt(low::float8 * high)) AS value) v), '<', 0.02::float8, 'a band becomes its middle');
CREATE TABLE texts (t text, number text, day text, moment text, flag text);
INSERT INTO texts VALUES
	('2500000.50', '2500000.50', NULL, NULL, NULL), (' 2e7 ', '20000000', NULL, NULL, NULL), ('-.5', '-0.5', NULL, NULL, NULL), ('5.', '5', NULL, NULL, NULL), ('+7', '7', NULL, NULL, NULL),
	('12,500', NULL, NULL, NULL, NULL), ('2.5 million', NULL, NULL, NULL, NULL), ('1e999', NULL, NULL, NULL, NULL), ('NaN', NULL, NULL, NULL, NULL), ('Infinity', NULL, NULL, NULL, NULL),
	('0x1F', NULL, NULL, NULL, NULL), ('', NULL, NULL, NULL, NULL), (repeat('9', 200), NULL, NULL, NULL, NULL), ('1_000', NULL, NULL, NULL, NULL),
	('2024-02-29', NULL, '2024-02-29', '2024-02-28 19:00:00-05', NULL), ('2023-02-29', NULL, NULL, NULL, NULL), ('2100-02-29', NULL, NULL, NULL, NULL),
	('2000-02-29', NULL, '2000-02-29', '2000-02-28 19:00:00-05', NULL), ('2024-04-31', NULL, NULL, NULL, NULL), ('0000-00-00', NULL, NULL, NULL, NULL),
	('0000-00-00 00:00:00', NULL, NULL, NULL, NULL), ('2024-13-01', NULL, NULL, NULL, NULL), ('2024-1-1', NULL, NULL, NULL, NULL), ('01/02/2024', NULL, NULL, NULL, NULL),
	('today', NULL, NULL, NULL, NULL), ('infinity', NULL, NULL, NULL, NULL), ('2024-01-01x', NULL, NULL, NULL, NULL), ('2024-01-31 23:30:00', NULL, '2024-01-31', '2024-01-31 18:30:00-05', NULL),
	('2024-01-31T23:30:00Z', NULL, '2024-01-31', '2024-01-31 18:30:00-05', NULL), ('2024-01-31T23:30:00.123-05:00', NULL, '2024-02-01', '2024-01-31 23:30:00.123-05', NULL),
	('2024-01-31T23:30:00.000+0000', NULL, '2024-01-31', '2024-01-31 18:30:00-05', NULL), ('2024-01-31 25:00:00', NULL, '2024-01-31', NULL, NULL),
	('2024-01-31T23:30+99:00', NULL, '2024-01-31', NULL, NULL), ('2024-01-31T01:00:00+02', NULL, '2024-01-30', '2024-01-30 18:00:00-05', NULL), ('1', '1', NULL, NULL, 'true'),
	('0', '0', NULL, NULL, 'false'), (' TRUE ', NULL, NULL, NULL, 'true'), ('f', NULL, NULL, NULL, 'false'), ('maybe', NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL);
SELECT results_eq($$SELECT written, value FROM read_as('numeric', 'texts', 't') ORDER BY written COLLATE "C"$$, $$SELECT t, number FROM texts ORDER BY t COLLATE "C"$$, 'numbers');
SELECT results_eq($$SELECT written, value FROM read_as('date', 'texts', 't') ORDER BY written COLLATE "C"$$, $$SELECT t, day FROM texts ORDER BY t COLLATE "C"$$, 'dates, in UTC');
SELECT results_eq($$SELECT written, value FROM read_as('timestamptz', 'texts', 't') ORDER BY written COLLATE "C"$$, $$SELECT t, moment FROM texts ORDER BY t COLLATE "C"$$, 'moments');
SELECT results_eq($$SELECT written, value FROM read_as('boolean', 'texts', 't') ORDER BY written COLLATE "C"$$, $$SELECT t, flag FROM texts ORDER BY t COLLATE "C"$$, 'flags');
SELECT is((SELECT string_agg(value, ' ' ORDER BY written) FROM read_as('bigint', '(VALUES (''12''), (''12.000000000''), (''12.5''), (''x''), (''1234567890123456789012''))', 'column1')), '12 12', 'ids');
SELECT is((SELECT string_agg(value, ' ' ORDER BY written) FROM read_as('list', '(VALUES (''a; b ;c;''), ('' ''), ('';''))', 'column1')), '{a,b,c}', 'lists');
SELECT is((SELECT string_agg(value, ' ' ORDER BY written) FROM read_as('year', '(VALUES (''1999''), ('' 2001.0 ''), (''99''), (''c. 1950''))', 'column1')), '2001-01-01 1999-01-01', 'years');

---- scores and sketches of the views ----

\set portrait '{"characteristics": [{"name": "industry", "field": "industry", "attributes": [{"in": ["SaaS", "COMPUTER_SOFTWARE", "IT/Communication", "Technology"], "points": 40}, {"missing": true, "points": 5}]}, {"name": "size", "field": "employees", "attributes": [{"range": "[100,300]", "points": 30}]}, {"name": "city", "field": "headquarters", "attributes": [{"equals": "Shanghai", "points": 20}]}, {"name": "revenue", "field": "annual_revenue", "as": "number", "attributes": [{"range": "[1000000,)", "points": 10}]}]}'
SELECT icp_save('default', :'portrait') \gset
CREATE TABLE systems (target text, best text, others text);
INSERT INTO systems VALUES ('sf1', '001A', '{5}'), ('sf2', '001A', '{5}'), ('sf3', '001A', '{5}'), ('hs1', '2182162682', '{5}'), ('hs2', '2182162682', '{5}'), ('hs3', '2182162682', '{5}'), ('od1', '10', '{0,5}'), ('od2', '10', '{0,5}'),
	('su1', 'a1', '{5}'), ('su2', 'a1', '{5}'), ('su3', 'a1', '{5}'), ('tw', '00000000-0000-0000-0000-000000000001', '{5}');
-- scores by account, of a portrait that the planner sees, and of one that it does not
CREATE FUNCTION scores(target text, plain boolean) RETURNS TABLE (id text, score float8) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format(CASE WHEN plain THEN 'SELECT rtrim(a.account_id::text), icp_score(a) FROM %I.accounts a' ELSE 'SELECT rtrim(a.account_id::text), icp_score(a, p) FROM %I.accounts a, (SELECT icp_load(''default'') AS p OFFSET 0) p' END || ' ORDER BY 1', target);
END $$;
SELECT results_eq(format('SELECT * FROM scores(%L, true)', target), format('SELECT * FROM scores(%L, false)', target), target || ': the same scores with the planner''s rewrite') FROM systems;
SELECT is((SELECT score FROM scores(target, true) WHERE id = best), 100::float8, target || ': the best one') FROM systems;
SELECT is((SELECT array_agg(DISTINCT score ORDER BY score)::text FROM scores(target, true) WHERE id <> best), others, target || ': the others') FROM systems;
-- the rewrite, and no column or table beside those that the portrait names, and those that say which rows there are
SELECT ok(p ~ 'icp_score_columns\(PORTRAIT' AND p !~* 'notes|description|comment|name\M|attrs|jsonb_build|created|campaign|res_country|category_rel|_cstm' AND p !~ 'icp_score\(', target || ': only the columns that are needed')
FROM systems, plan_of(format('SELECT icp_score(a) FROM %I.accounts a', target)) AS p WHERE target NOT IN ('sf3', 'hs2', 'hs3', 'su2', 'su3', 'od1', 'od2');
SELECT is(plan_of('SELECT icp_score(a) FROM sf1.accounts a'), E'Seq Scan on sf_fivetran.account t\n  Output: icp_score_columns(PORTRAIT, NULLIF(btrim((t.industry)::text), \'\'::text), CASE WHEN ((t.number_of_employees >= 0) AND (t.number_of_employees <= 2147483647)) THEN (t.number_of_employees)::integer ELSE NULL::integer END, NULLIF(btrim((t.billing_city)::text), \'\'::text), CASE WHEN ((t.annual_revenue >= \'-1e+300\'::double precision) AND (t.annual_revenue <= \'1e+300\'::double precision)) THEN (t.annual_revenue)::numeric ELSE NULL::numeric END)\n  Filter: ((t._fivetran_active IS NOT FALSE) AND (t.is_deleted IS NOT TRUE))',
	'a view of Salesforce costs its expressions and its filter');
SELECT ok(p ~ 'icp_row_columns' AND p !~ 'icp_row\(', target || ': sketches too') FROM systems, plan_of(format('SELECT icp_sketch(icp_row(a), a.employees > 5) FROM %I.accounts a', target)) AS p;
SELECT matches(plan_of($$SELECT icp_score(a) FROM tw.accounts a WHERE account_id = '00000000-0000-0000-0000-000000000001'$$), 'Index Scan using company_pkey', 'one account is found by its key');
SELECT ok(p ~ 'icp_score_columns' AND p ~ 'res_partner_industry' AND p !~ 'res_country|category|crm_lead', 'od1: nor a table') FROM plan_of('SELECT icp_score(a) FROM od1.accounts a') AS p;
SELECT unalike(plan_of('SELECT icp_score(a) FROM su1.accounts a'), '%Join%', 'no join with what no portrait asks for');

-- 3,000 accounts of SuiteCRM; technology in the band of 100-225 buys most.
CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE RETURN (hashint8extended(i, j) & 1048575) / 1048576.0;
INSERT INTO suite.accounts (id, name, industry, employees, billing_address_city, annual_revenue, deleted, date_entered)
SELECT 'n' || i, 'Company ' || i, (ARRAY['Technology', 'Retail', 'Banking', ''])[1 + (u(i, 1) * 4)::int % 4], (ARRAY['10-50', '100-225', '300', '1,000+', 'n/a'])[1 + (u(i, 2) * 5)::int % 5],
	   (ARRAY['Shanghai', 'Berlin'])[1 + (u(i, 3) * 2)::int % 2], (u(i, 4) * 1000000)::int, i % 50 = 0, '2021-05-05' FROM generate_series(1, 3000) i;
INSERT INTO suite.opportunities (id, opportunity_type, amount_usdollar, date_closed, sales_stage, date_entered, deleted)
SELECT 'w' || i, 'New Business', 1000, '2025-01-01', CASE WHEN u(i, 5) < CASE WHEN industry = 'Technology' AND employees = '100-225' THEN 0.8 ELSE 0.04 END THEN 'Closed Won' ELSE 'Closed Lost' END, '2024-01-01', false
FROM generate_series(1, 3000) i JOIN suite.accounts a ON a.id = 'n' || i;
INSERT INTO suite.accounts_opportunities SELECT 'r' || i, 'w' || i, 'n' || i, now(), false FROM generate_series(1, 3000) i;
CREATE TABLE sketch AS
SELECT icp_sketch(icp_row(a), won.account_id IS NOT NULL) AS sketch FROM su1.accounts a LEFT JOIN (SELECT DISTINCT account_id FROM su1.opportunities WHERE stage = 'won') won USING (account_id);
CREATE TABLE traits AS SELECT t.* FROM sketch, icp_traits(sketch, options => '{"adjust": "bh"}') t;
SELECT is((SELECT trait FROM traits WHERE "order" = 2), 'employees is 150 and industry is Technology', 'traits of a view with bands');
CREATE FUNCTION counted(condition text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM su1.accounts WHERE ' || condition INTO n; RETURN n; END $$;
SELECT is(counted("where"), all_n::bigint, 'its WHERE selects as many: ' || trait) FROM traits;
SELECT is((SELECT round(100 * avg((e.score > 0)::int)) FROM (SELECT icp_score(a, l.p) AS score FROM su1.accounts a, (SELECT jsonb_build_object('characteristics', jsonb_build_array(jsonb_build_object('name', 'c', 'attributes', jsonb_build_array(t.condition || '{"points": 1}'))))::icp_portrait AS p FROM traits t WHERE "order" = 2) l) e),
	(SELECT round(100.0 * all_n / (SELECT count(*) FROM su1.accounts)) FROM traits WHERE "order" = 2), 'and as a portrait''s condition');

---- without views ----

SELECT is((SELECT array_agg(icp_score(properties, '{"scale": "points", "characteristics": [{"name": "size", "field": "numberofemployees", "as": "number", "attributes": [{"range": "[100,300]", "points": 2}, {"missing": true, "points": 1}]}, {"name": "industry", "field": "industry", "placeholders": [""], "attributes": [{"equals": "COMPUTER_SOFTWARE", "points": 20}, {"missing": true, "points": 10}]}, {"name": "funky", "field": "hs_all-funky-a9384-syntax", "as": "number", "attributes": [{"range": "[20,)", "points": 100}]}]}'::icp_portrait) ORDER BY id)
	FROM hs_documents.companies), '{122,22,10}'::float8[], 'HubSpot''s properties are documents to score');
SELECT is((SELECT icp_score(c, '{"scale": "points", "characteristics": [{"name": "arr", "field": "annualRecurringRevenueAmountMicros", "attributes": [{"range": "[1e12,)", "points": 1}]}, {"name": "city", "field": "addressAddressCity", "attributes": [{"equals": "Shanghai", "points": 2}]}]}'::icp_portrait) FROM workspace_1wgvd1.company c WHERE name = 'Acme'), 3::float8, 'Twenty''s columns are fields, quoted nowhere');

---- running it again, options, errors ----

CREATE VIEW sf1.mine AS SELECT account_id, employees FROM sf1.accounts;
ALTER TABLE sf_fivetran.account ADD COLUMN currency_iso_code text DEFAULT 'EUR', DROP COLUMN _fivetran_end;
\set more 'Tier__c'
\set source sf_fivetran
\set target sf1
\i :salesforce
\set more ''
\set ON_ERROR_STOP off
SELECT is((SELECT currency FROM sf1.accounts WHERE account_id = '001A'), 'EUR', 'run again, it reads a column that has come; what depends on the views stays');
SELECT throws_ok('ALTER TABLE sf_fivetran.account DROP COLUMN industry', '2BP01', NULL, 'the views depend on the columns that they read, and on no others');
\set deduped on
\set source sf_airbyte
\set target sf4
\i :salesforce
\set deduped off
\set ON_ERROR_STOP off
SELECT is((SELECT count(*)::int FROM sf4.accounts), 7, 'deduped=on: every row that is not deleted');
SELECT unalike(plan_of('SELECT icp_score(a) FROM sf4.accounts a'), '%Sort%', 'and no sort');
CREATE SCHEMA "it's a ""CRM""";
CREATE TABLE "it's a ""CRM""".company (id int PRIMARY KEY, name text, "deletedAt" timestamptz, "100% odd $col" text);
CREATE TABLE "it's a ""CRM""".person (id int PRIMARY KEY);
CREATE TABLE "it's a ""CRM""".opportunity (id int PRIMARY KEY, stage text);
INSERT INTO "it's a ""CRM""".company VALUES (1, 'x', NULL, 'y');
\set more '100% odd $col'
\set source 'it''s a "CRM"'
\set target 'the "views"'' schema'
\i :twenty
\set more ''
\set ON_ERROR_STOP off
SELECT is((SELECT a."100%_odd_$col" FROM "the ""views""' schema".accounts a), 'y', 'names that need quotes, columns that all are missing');
CREATE SCHEMA odoo_bare;
CREATE TABLE odoo_bare.res_partner AS SELECT id, name, is_company, active, type, city, country_id, industry_id, parent_id, create_date FROM odoo.res_partner;
CREATE TABLE odoo_bare.crm_lead AS SELECT * FROM odoo.crm_lead;
CREATE TABLE odoo_bare.crm_stage AS SELECT * FROM odoo.crm_stage;
\set source odoo_bare
\set target od4
\i :odoo
\set ON_ERROR_STOP off
SELECT results_eq($$SELECT rows_of('od4.accounts')$$, ARRAY['account_id=1 name=Ours headquarters=Berlin created_on=2019-01-01', 'account_id=10 name=Acme headquarters=Shanghai created_on=2020-01-02', 'account_id=11 name=Beta created_on=2021-05-05', 'account_id=13 name=Unknown'],
	'tables that may be absent are');
SELECT unalike(plan_of('SELECT headquarters FROM od4.accounts'), '%Left Join%', 'and are joined no more');
CREATE SCHEMA suite_bare;
CREATE TABLE suite_bare.accounts AS SELECT id, name, campaign_id FROM suite.accounts WHERE id = 'a1';
CREATE TABLE suite_bare.contacts AS SELECT id, last_name FROM suite.contacts;
CREATE TABLE suite_bare.accounts_contacts AS SELECT id, contact_id, account_id FROM suite.accounts_contacts;
CREATE TABLE suite_bare.opportunities AS SELECT id, sales_stage, amount FROM suite.opportunities;
CREATE TABLE suite_bare.accounts_opportunities AS SELECT id, opportunity_id, account_id FROM suite.accounts_opportunities WHERE id = '3';
\set source suite_bare
\set target su4
\i :suitecrm
\set ON_ERROR_STOP off
SELECT results_eq($$SELECT rows_of('su4.accounts')$$, ARRAY['account_id=a1 name=Acme'], 'so are SuiteCRM''s');
SELECT is((SELECT count(*)::int FROM su4.contacts WHERE name IS NOT NULL AND email IS NULL AND buying_role IS NULL), 2, 'people without addresses and roles');
SELECT is((SELECT rtrim(account_id) FROM su4.opportunities WHERE opportunity_id = 'o2' AND stage = 'lost'), 'a1', 'deals');
CREATE ROLE regress_icp_crm;
GRANT USAGE ON SCHEMA suite, workspace_1wgvd1 TO regress_icp_crm;
GRANT SELECT ON ALL TABLES IN SCHEMA workspace_1wgvd1 TO regress_icp_crm;
CREATE SCHEMA theirs AUTHORIZATION regress_icp_crm;
SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = pg_my_temp_schema() \gexec
SET ROLE regress_icp_crm;
\set source workspace_1wgvd1
\set target theirs
\i :twenty
\set ON_ERROR_STOP off
SELECT is((SELECT count(*)::int FROM theirs.accounts), 2, 'it takes no more than a schema of one''s own');
RESET ROLE;
SELECT throws_ok($$SELECT pg_temp.read('nowhere', 'account', 'id key Id')$$, '3F000', 'schema "nowhere" does not exist', 'no such source');
SELECT throws_ok($$SELECT pg_temp.read('odoo', 'company|companies', 'id key id')$$, '42P01', 'schema "odoo" has no table "company" or "companies"', 'no such table');
SELECT throws_ok($$SELECT pg_temp.read('odoo', 'crm_stage', 'id key uuid')$$, '42703', 'table odoo.crm_stage has no column "uuid"', 'no key');
SELECT throws_ok($$SELECT pg_temp.read('', 'company', 'id key id')$$, 'P0001', 'no source or no target is given', 'no variables');
SELECT is((SELECT count(*)::int FROM pg_proc WHERE pronamespace IN ('sf1'::regnamespace, 'hs1'::regnamespace, 'su1'::regnamespace)), 0, 'no functions are left behind');
SELECT is_empty($$SELECT c.oid::regclass, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 WHERE c.relkind = 'v' AND relname IN ('accounts', 'contacts', 'opportunities')
	AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, attnum) IS NULL)$$, 'every view and column has a comment');

SELECT * FROM finish();
DROP OWNED BY regress_icp_crm;
DROP ROLE regress_icp_crm;
\c :home
DROP DATABASE regress_icp_crm;

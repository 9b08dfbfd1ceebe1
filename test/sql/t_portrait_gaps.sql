-- icp_portrait_gaps: which groups a portrait covers.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
CREATE FUNCTION portrait(VARIADIC fields text[]) RETURNS icp_portrait LANGUAGE sql AS $$ SELECT jsonb_build_object('characteristics', jsonb_agg(jsonb_build_object('name', f, 'field', f, 'attributes', '[{"missing": true, "points": 1}]'::jsonb)))::icp_portrait FROM unnest(fields) f $$;
-- the group of one characteristic
CREATE FUNCTION group_of(f text, g text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(group_name, ',') FROM icp_portrait_gaps((jsonb_build_object('characteristics', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('name', 'x', 'field', f, 'group', g, 'attributes', '[{"missing": true, "points": 1}]'::jsonb)))))::icp_portrait) WHERE covered $$;

SELECT group_name, required, covered, characteristics, question FROM icp_portrait_gaps(portrait('industry', 'naics_code', 'employees', 'favourite_colour'));
SELECT question FROM icp_portrait_gaps(portrait('industry', 'favourite_colour'), 'zh');
SELECT is(count(*) FILTER (WHERE required) || ' ' || count(*) FILTER (WHERE NOT required) || ' ' || count(*) FILTER (WHERE covered), '12 2 0', 'of an empty portrait, all of them') FROM icp_portrait_gaps('{"characteristics": []}');

-- ---- by the words of fields ----

SELECT is_empty($$SELECT f, g, group_of(f) FROM (VALUES ('industry', 'industry'), ('Industry', 'industry'), ('industry_code', 'industry'), ('subIndustry', 'industry'), ('attrs.naics', 'industry'), ('employees', 'size'), ('Number of Employees', 'size'), ('NumberOfEmployees', 'size'), ('company-size', 'size'), ('annual_revenue', 'size'), ('AnnualRevenue', 'size'),
	('city', 'place'), ('BillingCity', 'place'), ('billing_country', 'place'), ('headquarters', 'place'), ('target_market', 'audience'), ('company.target market', 'audience'), ('expected_roi', 'value'), ('value', 'value'), ('deal_value', 'other'), ('attrs.intent', 'need'), ('use_case', 'need'),
	('job_title', 'buyer_role'), ('Title', 'buyer_role'), ('page_title', 'other'), ('seniority', 'buyer_role'), ('department', 'buyer_function'), ('kpi', 'buyer_kpi'), ('kpi_score', 'buyer_kpi'), ('pain_points', 'buyer_problem'), ('previous_solution', 'buyer_purchases'), ('uses_competitor', 'buyer_purchases'), ('hobbies', 'buyer_personal'), ('user_role', 'user_buyer'), ('user_department', 'user_buyer'), ('technical_buyer_role', 'technical_buyer'),
	('headcount_growth', 'other'), ('industry_id', 'other'), ('velocity', 'other'), ('industrious', 'other'), ('channel', 'other'), ('行业', 'industry'), ('公司规模', 'size'), ('员工人数', 'size'), ('总部城市', 'place'), ('决策人职位', 'buyer_role'), ('痛点', 'buyer_problem'), ('渠道', 'other')) v(f, g) WHERE group_of(f) IS DISTINCT FROM g$$, 'fields');

-- ---- by name ----

SELECT is_empty($$SELECT f, g, e, group_of(f, g) FROM (VALUES ('x', 'industry', 'industry'), ('x', 'Company Size', 'size'), ('x', 'industri', 'industry'), ('x', 'economic buyer', 'buyer_role'), ('x', 'Past purchases', 'buyer_purchases'), ('x', 'buyer_probelm', 'buyer_problem'), ('city', 'need', 'need'), ('city', 'firmographic', 'place'), ('x', 'firmographic', 'other'), ('x', 'growth', 'other'), ('x', 'sale', 'other'), ('x', '行业', 'industry'), ('x', 'kpi', 'buyer_kpi'), ('x', '_', 'other')) v(f, g, e) WHERE group_of(f, g) IS DISTINCT FROM e$$, 'groups that are named come first, as long as they are known');

-- ---- one group each ----

SELECT is(string_agg(group_name || ' ' || characteristics::text, ' ' ORDER BY group_name), 'industry {both} place {inside}', 'a characteristic of several fields covers the group of the first that has one') FROM icp_portrait_gaps('{"characteristics": [{"name": "both", "attributes": [{"all": [{"field": "colour", "equals": "red"}, {"field": "industry", "equals": "a"}, {"field": "city", "equals": "b"}], "points": 1}]},
	{"name": "inside", "attributes": [{"any": [{"not": {"field": "city", "equals": "x"}}, {"field": "industry", "equals": "y"}], "points": 1}, {"otherwise": true, "points": 0}]}]}') WHERE covered;
SELECT is(sum(cardinality(characteristics)), 6::bigint, 'each is told once') FROM icp_portrait_gaps(portrait('industry', 'sector', 'city', 'country', 'x', 'y'));
SELECT is(count(*) FILTER (WHERE covered), 14::bigint, 'a full one') FROM icp_portrait_gaps(portrait('industry', 'employees', 'city', 'target_market', 'roi', 'need', 'job_title', 'department', 'kpi', 'problem', 'past_purchases', 'personality', 'end_user', 'cto'));
SELECT is(group_of(repeat('a_', 200) || 'industry'), 'other', 'a very long name'), is(group_of('__'), 'other', 'no words');
SELECT is_empty($$SELECT * FROM icp_portrait_gaps(NULL)$$, 'NULL'), is_empty($$SELECT * FROM icp_portrait_gaps(portrait('x'), NULL)$$, 'NULL'), throws_ok($$SELECT * FROM icp_portrait_gaps(portrait('x'), 'fr')$$, '22023', 'unknown language "fr"');
SELECT is(group_of('x', 'placd') || ' ' || group_of('x', 'siza') || ' ' || group_of('industry', 'siza'), 'place other industry', 'misspelt names are understood if they have five letters');
SELECT * FROM finish();
ROLLBACK;

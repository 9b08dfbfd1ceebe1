-- The demo's accounts as a set: what a CRM knows of each, which are the best, and the fold of each.
DROP TABLE IF EXISTS demo_crm;
CREATE TABLE demo_crm AS
SELECT crm_ref, name, industry, industry_code, funding_stage, headquarters, country, founded_on, employees, headcount_growth, growth_rate,
	annual_revenue, currency, target_market, team_model, technologies, previous_solution, uses_competitor, channel, attrs, last_funding_on,
	last_activity_at, created_on, notes, is_best AS outcome,
	row_number() OVER (PARTITION BY is_best ORDER BY md5(account_id::text)) % 5 AS fold
FROM crm.accounts ORDER BY account_id;
VACUUM ANALYZE demo_crm;

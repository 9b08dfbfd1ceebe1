-- The report's views for the generated CRM. To have them for a schema of your own, copy this file, change what stands in
-- quotes, and run it with psql -f. What is a table here can be a query in parentheses; a is the row of accounts.

\set ON_ERROR_STOP on

-- Which rows are scored, by which saved portrait; what they are known by; which of them are the best.
\set accounts 'crm.accounts'
\set portrait 'default'
\set key 'a.account_id'
\set name 'a.name'
\set best 'a.is_best'

-- How to read the columns when it is asked what the best share, and what takes no part in that: it is known only afterwards.
\set sketch_options '{"placeholders": ["Select", "unknown", "N/A", ""], "as": {"annual_revenue": "number"}}'
\set trait_options '{"exclude": ["is_best", "reference_since"]}'

-- Who was won, when, and what that cost; several rows for one account are added up.
\set customers '(SELECT account_id, closed_on AS acquired, acquisition_cost AS cac FROM crm.opportunities WHERE stage = ''won'')'

-- Their money, and the day up to which, without itself, all of it is known. service is the time that it is for, or NULL.
\set payments '(SELECT account_id, invoiced_on AS paid_at, amount, cost, service, currency FROM crm.invoices)'
\if :{?as_of}
\else
	\set as_of current_date
\endif

-- The deals that are open, and the framework, saved as a portrait, that they are qualified by. It is bound to the columns once.
\set deals '(SELECT * FROM crm.opportunities WHERE stage NOT IN (''won'', ''lost''))'
\set framework 'bant'
SELECT count(icp_save(:'framework', icp_framework('BANT', '{
    "budget": {"field": "budget", "range": "[50000,)"},
    "authority": {"field": "decider_engaged", "equals": true},
    "need": {"field": "need", "range": "[2,)"},
    "timeline": {"field": "decision_by", "within_next": "180 days"}}'), 'for the report')) AS saved
WHERE NOT EXISTS (SELECT FROM icp_portraits WHERE name = :'framework' AND active) \gset

-- The people at the accounts that these deals are about, and the size of the company. Where nobody is known, all but account_id
-- is NULL. Roles that the CRM does not tell come from the job title.
\set role 'coalesce(icp_map_role(nullif(p.buying_role, ''--None--'')), (icp_buyer_role(p.title)).role)'
\set open 'EXISTS (SELECT FROM crm.opportunities AS o WHERE o.account_id = a.account_id AND o.stage NOT IN (''won'', ''lost''))'
\set people '(SELECT a.account_id, p.contact_id AS person_id, ' :role ' AS role, p.stance, p.influence, a.employees AS company_size'
\set people :people ' FROM crm.accounts AS a LEFT JOIN crm.contacts AS p USING (account_id) WHERE ' :open ')'

\ir views.sql

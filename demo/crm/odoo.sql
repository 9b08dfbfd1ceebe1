-- Views accounts, contacts and opportunities over Odoo's own database, or a replica of it.
--
--   psql -v source=public -v target=crm -f demo/crm/odoo.sql
--
-- Further variables: more='x_studio_tier' (columns of res_partner to take along), lang=de_DE (of translated names).
-- Running it again replaces the views.
--
-- Shapes: res_partner holds companies and people; ids are integers; translated names are jsonb by language since
-- Odoo 16, and text before; a lead is lost if it is archived at probability 0 (odoo/odoo: addons/crm/models/crm_lead.py,
-- crm_stage.py, odoo/addons/base/models/res_partner.py).  Odoo itself has neither headcount nor revenue: these come
-- from OCA's partner_employee_quantity and partner_capital (OCA/partner-contact), where they are installed.

\set ON_ERROR_STOP on
\ir read.sql

BEGIN;

SELECT pg_temp.read(:'source', 'res_partner', '
	partner_id			key:integer	id
	parent_id			key:integer	commercial_partner_id|parent_id
	is_company			boolean		is_company
	active				boolean		active
	type				text		type
	name				text		name
	function			text		function
	email				text		email
	mobile				text		mobile|phone
	city				text		city
	country_id			key:integer	country_id
	industry_id			key:integer	industry_id
	employees			headcount	employee_quantity
	range_id			key:integer	employee_quantity_range_id
	annual_revenue		numeric		turnover_amount
	created_on			date		create_date
	notes				text		comment
	' || :'more_lines') AS partner,
	pg_temp.read(:'source', '?res_country', '
	country_id			key:integer	id
	code				text		code') AS country,
	pg_temp.read(:'source', '?res_partner_industry', '
	industry_id			key:integer	id
	name				translated	name') AS industry,
	pg_temp.read(:'source', '?res_partner_employee_quantity_range', '
	range_id			key:integer	id
	employees			headcount	name') AS range,
	pg_temp.read(:'source', '?res_partner_category', '
	category_id			key:integer	id
	name				translated	name') AS category,
	pg_temp.read(:'source', '?res_partner_res_partner_category_rel', '
	category_id			key:integer	category_id
	partner_id			key:integer	partner_id') AS tag,
	pg_temp.read(:'source', '?res_company', '
	company_id			key:integer	id
	partner_id			key:integer	partner_id') AS company,
	pg_temp.read(:'source', 'crm_lead', '
	opportunity_id		key:integer	id
	partner_id			key:integer	partner_id
	type				text		type
	active				boolean		active
	probability			numeric		probability
	stage_id			key:integer	stage_id
	lost_reason_id		key:integer	lost_reason_id|lost_reason
	amount				numeric		expected_revenue|planned_revenue
	created_on			date		create_date
	closed_on			date		date_closed
	deadline			date		date_deadline') AS lead,
	pg_temp.read(:'source', 'crm_stage', '
	stage_id			key:integer	id
	name				translated	name
	is_won				boolean		is_won') AS stage,
	pg_temp.read(:'source', '?crm_lost_reason', '
	lost_reason_id		key:integer	id
	name				translated	name') AS lost_reason \gset

SELECT format('CREATE SCHEMA %I', :'target') WHERE to_regnamespace(quote_ident(:'target')) IS NULL \gexec

-- Companies that are not archived, but those whose database this is.  Odoo's numbers are 0 where nobody filled them in.
CREATE OR REPLACE VIEW :"target".accounts AS
SELECT m.partner_id AS account_id, m.name, i.name AS industry, m.city AS headquarters, c.code AS country,
	   coalesce(nullif(m.employees, 0), r.employees) AS employees,
	   nullif(m.annual_revenue, 0) AS annual_revenue,
	   jsonb_strip_nulls(jsonb_build_object('tags', (SELECT jsonb_agg(g.name ORDER BY g.name)
													 FROM :tag AS t JOIN :category AS g USING (category_id) WHERE t.partner_id = m.partner_id))) AS attrs,
	   m.created_on, m.notes :more_columns
FROM :partner AS m
	 LEFT JOIN :country AS c ON c.country_id = m.country_id
	 LEFT JOIN :industry AS i ON i.industry_id = m.industry_id
	 LEFT JOIN :range AS r ON r.range_id = m.range_id
WHERE m.is_company AND m.active
	  AND NOT EXISTS (SELECT FROM :company AS o WHERE o.partner_id = m.partner_id);

-- People, not the further addresses of a company.
CREATE OR REPLACE VIEW :"target".contacts AS
SELECT p.partner_id AS contact_id, nullif(p.parent_id, p.partner_id) AS account_id, p.name, p.function AS title, p.email, p.mobile, p.created_on
FROM :partner AS p
WHERE p.is_company IS NOT TRUE AND p.active AND coalesce(p.type, 'contact') = 'contact';

-- The partner of a lead is the company or somebody there.
CREATE OR REPLACE VIEW :"target".opportunities AS
SELECT l.opportunity_id, coalesce(p.parent_id, l.partner_id) AS account_id,
	   CASE WHEN s.won THEN 'won' WHEN s.lost THEN 'lost' ELSE g.name END AS stage,
	   l.created_on AS opened_on,
	   CASE WHEN s.won OR s.lost THEN l.closed_on END AS closed_on,
	   l.amount,
	   CASE WHEN NOT (s.won OR s.lost) THEN l.deadline END AS decision_by,
	   CASE WHEN s.lost THEN r.name END AS loss_reason
FROM :lead AS l
	 LEFT JOIN :partner AS p ON p.partner_id = l.partner_id
	 LEFT JOIN :stage AS g ON g.stage_id = l.stage_id
	 LEFT JOIN :lost_reason AS r ON r.lost_reason_id = l.lost_reason_id,
	 LATERAL (SELECT l.active IS NOT FALSE AND g.is_won IS TRUE AS won, l.active IS FALSE AND coalesce(l.probability, 0) = 0 AS lost) AS s
WHERE l.type = 'opportunity' AND (l.active IS NOT FALSE OR s.lost);

\ir comments.sql

COMMIT;

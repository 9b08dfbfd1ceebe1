-- Views accounts, contacts and opportunities over HubSpot, as Fivetran or Airbyte lay it down.
--
--   psql -v source=hubspot -v target=crm -f demo/crm/hubspot.sql
--
-- Further variables: more='properties.icp_tier, properties.arr' (properties of the company to take along), won and lost
-- (ids of stages, where neither flags nor pipelines are exported), deduped=on (Airbyte keeps one row for each record:
-- sync mode deduped or overwrite).  Running it again replaces the views.
--
-- Shapes: Fivetran's company, contact, deal, deal_company, deal_pipeline_stage with property_... columns named as the
-- properties are, hyphens and all, is_deleted and _fivetran_deleted, as fivetran/dbt_hubspot_source reads them
-- (macros/get_*_columns.sql, integration_tests/seeds: "property_hs_all-funky-a9384-syntax"); Airbyte's companies,
-- contacts, deals, deal_pipelines with "createdAt", archived, ids as text, properties as jsonb, and, since the connector
-- unnests them, as properties_... columns too (airbytehq/airbyte, source-hubspot: source_hubspot/schemas/*.json).

\set ON_ERROR_STOP on
\ir read.sql
\if :{?won}
\else
	\set won closedwon
\endif
\if :{?lost}
\else
	\set lost closedlost
\endif

BEGIN;

SELECT pg_temp.read(:'source', 'company|companies', '
	account_id			bigint		id
	name				text		properties.name
	industry			text		properties.industry
	headquarters		text		properties.city
	country				text		properties.hs_country_code|properties.country
	founded_on			year		properties.founded_year
	employees			headcount	properties.numberofemployees
	annual_revenue		numeric		properties.annualrevenue
	currency			text		properties.hs_annual_revenue_currency_code
	technologies		list		properties.web_technologies
	channel				text		properties.hs_analytics_source
	type				text		properties.type
	lifecyclestage		text		properties.lifecyclestage
	page_views			numeric		properties.hs_analytics_num_page_views
	last_activity_at	timestamptz	properties.notes_last_updated
	created_on			date		properties.createdate|createdAt
	notes				text		properties.description
	is_deleted			boolean		is_deleted|archived
	' || :'more_lines') AS company,
	pg_temp.read(:'source', 'contact|contacts', '
	contact_id			bigint		id
	account_id			bigint		properties.associatedcompanyid|companies.0
	first_name			text		properties.firstname
	last_name			text		properties.lastname
	title				text		properties.jobtitle
	department			text		properties.job_function
	buying_role			text		properties.hs_buying_role
	email				text		properties.email
	mobile				text		properties.mobilephone
	last_contacted_on	date		properties.notes_last_contacted
	created_on			date		properties.createdate|createdAt
	is_deleted			boolean		is_deleted|archived') AS contact,
	pg_temp.read(:'source', 'deal|deals', '
	opportunity_id		bigint		deal_id|id
	account_id			bigint		properties.hs_primary_associated_company|companies.0
	type				text		properties.dealtype
	stage_id			text		deal_pipeline_stage_id|properties.dealstage
	is_won				boolean		properties.hs_is_closed_won
	is_closed			boolean		properties.hs_is_closed
	created_on			date		properties.createdate|createdAt
	close_date			date		properties.closedate
	amount				numeric		properties.amount_in_home_currency|properties.amount
	loss_reason			text		properties.closed_lost_reason
	is_deleted			boolean		is_deleted|archived') AS deal,
	pg_temp.read(:'source', '?deal_company', '
	deal_id				bigint		deal_id
	company_id			bigint		company_id
	type_id				bigint		type_id') AS deal_company,
	pg_temp.read(:'source', '?deal_pipeline_stage', '
	stage_id			text		stage_id
	label				text		label
	probability			numeric		probability
	is_won				boolean		closed_won') AS stage,
	pg_temp.read(:'source', '?deal_pipelines', '
	pipeline_id			text		pipelineId|id
	stages				jsonb		stages') AS pipeline \gset

SELECT format('CREATE SCHEMA %I', :'target') WHERE to_regnamespace(quote_ident(:'target')) IS NULL \gexec

CREATE OR REPLACE VIEW :"target".accounts AS
SELECT m.account_id, m.name, m.industry, m.headquarters, m.country, m.founded_on, m.employees, m.annual_revenue,
	   m.currency, m.technologies, m.channel,
	   jsonb_strip_nulls(jsonb_build_object('type', m.type, 'lifecyclestage', m.lifecyclestage, 'page_views', m.page_views)) AS attrs,
	   m.last_activity_at, m.created_on, m.notes :more_columns
FROM :company AS m
WHERE m.is_deleted IS NOT TRUE;

-- DECISION_MAKER;CHAMPION is a Decision Maker.
CREATE OR REPLACE VIEW :"target".contacts AS
SELECT c.contact_id, c.account_id, nullif(concat_ws(' ', c.first_name, c.last_name), '') AS name, c.title, c.department,
	   initcap(replace(split_part(c.buying_role, ';', 1), '_', ' ')) AS buying_role,
	   c.email, c.mobile, c.last_contacted_on, c.created_on
FROM :contact AS c
WHERE c.is_deleted IS NOT TRUE;

-- A deal can have several companies.  5 is the type of the association with the primary one.
CREATE OR REPLACE VIEW :"target".opportunities AS
SELECT o.opportunity_id,
	   coalesce(o.account_id, (SELECT c.company_id FROM :deal_company AS c WHERE c.deal_id = o.opportunity_id
							   ORDER BY c.type_id = 5 DESC NULLS LAST, c.company_id LIMIT 1)) AS account_id,
	   CASE WHEN o.type ILIKE 'new%' THEN 'new' WHEN o.type ILIKE 'existing%' THEN 'expansion' ELSE o.type END AS kind,
	   CASE WHEN s.won THEN 'won' WHEN s.closed THEN 'lost' ELSE coalesce(s.label, o.stage_id) END AS stage,
	   o.created_on AS opened_on,
	   CASE WHEN s.closed THEN o.close_date END AS closed_on,
	   o.amount,
	   CASE WHEN NOT s.closed THEN o.close_date END AS decision_by,
	   CASE WHEN s.closed AND NOT s.won THEN o.loss_reason END AS loss_reason
FROM :deal AS o
	 LEFT JOIN (SELECT DISTINCT ON (stage_id) stage_id, label, is_won, is_closed
				FROM (SELECT p.stage_id, p.label, p.is_won, p.is_won OR p.probability = 0 FROM :stage AS p
					  UNION ALL
					  SELECT coalesce(e ->> 'stageId', e ->> 'id'), e ->> 'label',
							 e #>> '{metadata,isClosed}' = 'true' AND e #>> '{metadata,probability}' ~ '^1(\.0*)?$', e #>> '{metadata,isClosed}' = 'true'
					  FROM :pipeline AS p, jsonb_array_elements(CASE jsonb_typeof(p.stages) WHEN 'array' THEN p.stages ELSE '[]' END) AS e
					 ) AS all_stages (stage_id, label, is_won, is_closed)
				ORDER BY stage_id, is_closed DESC NULLS LAST, label) AS p USING (stage_id),
	 LATERAL (SELECT p.label, coalesce(o.is_won, p.is_won, o.stage_id = ANY (string_to_array(:'won', ',')), false) AS won,
					 coalesce(o.is_closed, p.is_closed, o.is_won OR o.stage_id = ANY (string_to_array(:'won' || ',' || :'lost', ',')), false) AS closed) AS s
WHERE o.is_deleted IS NOT TRUE;

\ir comments.sql

COMMIT;

\unset won
\unset lost

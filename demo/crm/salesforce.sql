-- Views accounts, contacts and opportunities over Salesforce, as Fivetran or Airbyte lay it down.
--
--   psql -v source=salesforce -v target=crm -f demo/crm/salesforce.sql
--
-- Further variables: more='Tier__c, Segment__c' (columns of the account to take along), won and lost (stages, where the
-- flags are not exported), deduped=on (Airbyte keeps one row for each record: sync mode deduped or overwrite).
-- Running it again replaces the views.
--
-- Shapes: Fivetran's tables account, contact, opportunity, opportunity_contact_role in snake_case or run together,
-- with _fivetran_active (false for versions of the past) and is_deleted, as fivetran/dbt_salesforce_source reads them
-- (macros/get_*_columns.sql, macros/snake_or_camel.sql, integration_tests/seeds); Airbyte's "Account" with the API's
-- names quoted, from source-salesforce's generate_schema (airbytehq/airbyte, source_salesforce/api.py), one row for
-- each change in append mode, or _airbyte_data in raw tables (docs/integrations/destinations/postgres.md).

\set ON_ERROR_STOP on
\ir read.sql
\if :{?won}
\else
	\set won 'Closed Won'
\endif
\if :{?lost}
\else
	\set lost 'Closed Lost'
\endif

BEGIN;

SELECT pg_temp.read(:'source', 'Account', '
	account_id			key			Id
	name				text		Name
	industry			text		Industry
	industry_code		text		Sic
	headquarters		text		BillingCity
	country				text		BillingCountryCode|BillingCountry
	founded_on			year		YearStarted
	employees			headcount	NumberOfEmployees
	annual_revenue		numeric		AnnualRevenue
	currency			text		CurrencyIsoCode
	channel				text		AccountSource
	type				text		Type
	rating				text		Rating
	ownership			text		Ownership
	last_activity_at	timestamptz	LastActivityDate
	created_on			date		CreatedDate
	notes				text		Description
	is_deleted			boolean		IsDeleted
	' || :'more_lines') AS account,
	pg_temp.read(:'source', 'Contact', '
	contact_id			key			Id
	account_id			key			AccountId
	name				text		Name
	first_name			text		FirstName
	last_name			text		LastName
	title				text		Title
	department			text		Department
	email				text		Email
	mobile				text		MobilePhone
	last_contacted_on	date		LastActivityDate
	created_on			date		CreatedDate
	is_deleted			boolean		IsDeleted') AS contact,
	pg_temp.read(:'source', '?OpportunityContactRole', '
	role_id				key			Id
	contact_id			key			ContactId
	role				text		Role
	is_primary			boolean		IsPrimary
	is_deleted			boolean		IsDeleted') AS role,
	pg_temp.read(:'source', 'Opportunity', '
	opportunity_id		key			Id
	account_id			key			AccountId
	type				text		Type
	stage				text		StageName
	is_won				boolean		IsWon
	is_closed			boolean		IsClosed
	created_on			date		CreatedDate
	close_date			date		CloseDate
	amount				numeric		Amount
	currency			text		CurrencyIsoCode
	is_deleted			boolean		IsDeleted') AS opportunity \gset

SELECT format('CREATE SCHEMA %I', :'target') WHERE to_regnamespace(quote_ident(:'target')) IS NULL \gexec

CREATE OR REPLACE VIEW :"target".accounts AS
SELECT m.account_id, m.name, m.industry, m.industry_code, m.headquarters, m.country, m.founded_on, m.employees,
	   m.annual_revenue, m.currency, m.channel,
	   jsonb_strip_nulls(jsonb_build_object('type', m.type, 'rating', m.rating, 'ownership', m.ownership)) AS attrs,
	   m.last_activity_at, m.created_on, m.notes :more_columns
FROM :account AS m
WHERE m.is_deleted IS NOT TRUE;

-- The role in the deal of which the person is the primary contact, or else in the latest one with a role.
CREATE OR REPLACE VIEW :"target".contacts AS
SELECT c.contact_id, c.account_id, coalesce(c.name, nullif(concat_ws(' ', c.first_name, c.last_name), '')) AS name,
	   c.title, c.department,
	   (SELECT r.role FROM :role AS r
		WHERE r.contact_id = c.contact_id AND r.role IS NOT NULL AND r.is_deleted IS NOT TRUE
		ORDER BY r.is_primary DESC NULLS LAST, r.role_id DESC LIMIT 1) AS buying_role,
	   c.email, c.mobile, c.last_contacted_on, c.created_on
FROM :contact AS c
WHERE c.is_deleted IS NOT TRUE;

CREATE OR REPLACE VIEW :"target".opportunities AS
SELECT o.opportunity_id, o.account_id,
	   CASE WHEN o.type ILIKE 'new%' THEN 'new' WHEN o.type ILIKE 'existing%' THEN 'expansion' ELSE o.type END AS kind,
	   CASE WHEN s.won THEN 'won' WHEN s.closed THEN 'lost' ELSE o.stage END AS stage,
	   o.created_on AS opened_on,
	   CASE WHEN s.closed THEN o.close_date END AS closed_on,
	   o.amount, o.currency,
	   CASE WHEN NOT s.closed THEN o.close_date END AS decision_by
FROM :opportunity AS o,
	 LATERAL (SELECT coalesce(o.is_won, o.stage = ANY (string_to_array(:'won', ',')), false) AS won,
					 coalesce(o.is_closed, o.is_won OR o.stage = ANY (string_to_array(:'won' || ',' || :'lost', ',')), false) AS closed) AS s
WHERE o.is_deleted IS NOT TRUE;

\ir comments.sql

COMMIT;

\unset won
\unset lost

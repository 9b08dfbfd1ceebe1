-- Views accounts, contacts and opportunities over Twenty's own database, or a replica of it.
--
--   psql -v source=workspace_1wgvd1injqtife6y4rvfbu3h5 -v target=crm -f demo/crm/twenty.sql
--
-- The source is the workspace's schema.  Further variables: more='industry, fundingStage' (columns of company to take along),
-- won and lost (stages, several separated by commas; Twenty has none for lost deals until you add one).
-- Running it again replaces the views.
--
-- Shapes: "camelCase" columns; composite fields spread over columns, such as "addressAddressCity" and
-- "annualRecurringRevenueAmountMicros" in millionths; employees double precision; select fields as enums; "deletedAt"
-- (twentyhq/twenty: packages/twenty-server/src/modules/{company,person,opportunity}/standard-objects, compute-column-name.util.ts,
-- prefill-opportunities.ts for the stages).

\set ON_ERROR_STOP on
\ir read.sql
\if :{?won}
\else
	\set won CUSTOMER
\endif
\if :{?lost}
\else
	\set lost LOST
\endif

BEGIN;

SELECT pg_temp.read(:'source', 'company', '
	account_id			key:uuid	id
	name				text		name
	headquarters		text		addressAddressCity
	country				text		addressAddressCountry
	employees			headcount	employees
	micros				numeric		annualRecurringRevenueAmountMicros
	currency			text		annualRecurringRevenueCurrencyCode
	ideal				boolean		idealCustomerProfile
	created_on			date		createdAt
	deleted_at			timestamptz	deletedAt
	' || :'more_lines') AS company,
	pg_temp.read(:'source', 'person', '
	contact_id			key:uuid	id
	account_id			key:uuid	companyId
	first_name			text		nameFirstName
	last_name			text		nameLastName
	title				text		jobTitle
	email				text		emailsPrimaryEmail
	mobile				text		phonesPrimaryPhoneNumber
	created_on			date		createdAt
	deleted_at			timestamptz	deletedAt') AS person,
	pg_temp.read(:'source', 'opportunity', '
	opportunity_id		key:uuid	id
	account_id			key:uuid	companyId
	stage				text		stage
	created_on			date		createdAt
	close_date			date		closeDate
	micros				numeric		amountAmountMicros
	currency			text		amountCurrencyCode
	deleted_at			timestamptz	deletedAt') AS opportunity \gset

SELECT format('CREATE SCHEMA %I', :'target') WHERE to_regnamespace(quote_ident(:'target')) IS NULL \gexec

-- Twenty's flag idealCustomerProfile says whom somebody took for ideal: an answer, so leave it out of sketches.
CREATE OR REPLACE VIEW :"target".accounts AS
SELECT m.account_id, m.name, m.headquarters, m.country, m.employees, trim_scale(m.micros / 1000000) AS annual_revenue, m.currency,
	   jsonb_strip_nulls(jsonb_build_object('idealCustomerProfile', m.ideal)) AS attrs,
	   m.created_on :more_columns
FROM :company AS m
WHERE m.deleted_at IS NULL;

CREATE OR REPLACE VIEW :"target".contacts AS
SELECT c.contact_id, c.account_id, nullif(concat_ws(' ', c.first_name, c.last_name), '') AS name, c.title, c.email, c.mobile, c.created_on
FROM :person AS c
WHERE c.deleted_at IS NULL;

CREATE OR REPLACE VIEW :"target".opportunities AS
SELECT o.opportunity_id, o.account_id,
	   CASE WHEN s.won THEN 'won' WHEN s.lost THEN 'lost' ELSE o.stage END AS stage,
	   o.created_on AS opened_on,
	   CASE WHEN s.won OR s.lost THEN o.close_date END AS closed_on,
	   trim_scale(o.micros / 1000000) AS amount, o.currency,
	   CASE WHEN NOT (s.won OR s.lost) THEN o.close_date END AS decision_by
FROM :opportunity AS o,
	 LATERAL (SELECT coalesce(o.stage = ANY (string_to_array(:'won', ',')), false) AS won,
					 coalesce(o.stage = ANY (string_to_array(:'lost', ',')), false) AS lost) AS s
WHERE o.deleted_at IS NULL;

\ir comments.sql

COMMIT;

\unset won
\unset lost

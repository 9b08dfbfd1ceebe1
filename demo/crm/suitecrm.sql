-- Views accounts, contacts and opportunities over SuiteCRM (or SugarCRM 6), whose MySQL tables were copied to PostgreSQL
-- by pgloader, mysql_fdw, Fivetran, Airbyte or CSV: each makes other types of tinyint, datetime and double.
--
--   psql -v source=suitecrm -v target=crm -f demo/crm/suitecrm.sql
--
-- Further variables: more='tier_c, segment_c' (columns of accounts_cstm to take along), won and lost (sales stages,
-- several separated by commas), deduped=on (Airbyte keeps one row for each record).  Running it again replaces the views.
--
-- Shapes: accounts with employees varchar(10), for "both number (100) or range (50-100)", annual_revenue varchar(100),
-- deleted; accounts_cstm by id_c; people and deals by accounts_contacts and accounts_opportunities, addresses by
-- email_addr_bean_rel, each with a deleted of its own (salesagility/SuiteCRM: include/SugarObjects/templates/company/vardefs.php,
-- modules/Accounts, Contacts and Opportunities/vardefs.php, metadata/accounts_contactsMetaData.php and the like).

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

SELECT pg_temp.read(:'source', 'accounts', '
	account_id			key			id
	name				text		name
	industry			text		industry
	industry_code		text		sic_code
	headquarters		text		billing_address_city
	country				text		billing_address_country
	employees			headcount	employees
	annual_revenue		numeric		annual_revenue
	campaign_id			key			campaign_id
	account_type		text		account_type
	rating				text		rating
	ownership			text		ownership
	created_on			date		date_entered
	notes				text		description
	deleted				boolean		deleted') AS account,
	pg_temp.read(:'source', CASE WHEN :'more' = '' THEN '?accounts_cstm' ELSE 'accounts_cstm' END, '
	account_id			key			id_c
	' || :'more_lines') AS custom,
	pg_temp.read(:'source', '?campaigns', '
	campaign_id			key			id
	name				text		name') AS campaign,
	pg_temp.read(:'source', 'contacts', '
	contact_id			key			id
	first_name			text		first_name
	last_name			text		last_name
	title				text		title
	department			text		department
	mobile				text		phone_mobile
	created_on			date		date_entered
	deleted				boolean		deleted') AS contact,
	pg_temp.read(:'source', 'accounts_contacts', '
	id					key			id
	contact_id			key			contact_id
	account_id			key			account_id
	modified_at			timestamptz	date_modified
	deleted				boolean		deleted') AS account_contact,
	pg_temp.read(:'source', '?opportunities_contacts', '
	id					key			id
	contact_id			key			contact_id
	role				text		contact_role
	modified_at			timestamptz	date_modified
	deleted				boolean		deleted') AS role,
	pg_temp.read(:'source', '?email_addr_bean_rel', '
	id					key			id
	email_address_id	key			email_address_id
	bean_id				key			bean_id
	bean_module			text		bean_module
	is_primary			boolean		primary_address
	deleted				boolean		deleted') AS email_of,
	pg_temp.read(:'source', '?email_addresses', '
	email_address_id	key			id
	email				text		email_address
	deleted				boolean		deleted') AS email,
	pg_temp.read(:'source', 'opportunities', '
	opportunity_id		key			id
	type				text		opportunity_type
	stage				text		sales_stage
	created_on			date		date_entered
	close_date			date		date_closed
	amount				numeric		amount_usdollar|amount
	deleted				boolean		deleted') AS opportunity,
	pg_temp.read(:'source', 'accounts_opportunities', '
	id					key			id
	opportunity_id		key			opportunity_id
	account_id			key			account_id
	modified_at			timestamptz	date_modified
	deleted				boolean		deleted') AS account_opportunity \gset

SELECT format('CREATE SCHEMA %I', :'target') WHERE to_regnamespace(quote_ident(:'target')) IS NULL \gexec

CREATE OR REPLACE VIEW :"target".accounts AS
SELECT a.account_id, a.name, a.industry, a.industry_code, a.headquarters, a.country, a.employees, a.annual_revenue,
	   c.name AS channel,
	   jsonb_strip_nulls(jsonb_build_object('account_type', a.account_type, 'rating', a.rating, 'ownership', a.ownership)) AS attrs,
	   a.created_on, a.notes :more_columns
FROM :account AS a
	 LEFT JOIN :custom AS m ON m.account_id = a.account_id
	 LEFT JOIN :campaign AS c ON c.campaign_id = a.campaign_id
WHERE a.deleted IS NOT TRUE;

CREATE OR REPLACE VIEW :"target".contacts AS
SELECT c.contact_id, a.account_id, nullif(concat_ws(' ', c.first_name, c.last_name), '') AS name, c.title, c.department,
	   (SELECT r.role FROM :role AS r
		WHERE r.contact_id = c.contact_id AND r.role IS NOT NULL AND r.deleted IS NOT TRUE
		ORDER BY r.modified_at DESC NULLS LAST, r.id LIMIT 1) AS buying_role,
	   (SELECT e.email FROM :email_of AS o JOIN :email AS e USING (email_address_id)
		WHERE o.bean_id = c.contact_id AND o.bean_module = 'Contacts' AND o.deleted IS NOT TRUE AND e.deleted IS NOT TRUE
		ORDER BY o.is_primary DESC NULLS LAST, o.id LIMIT 1) AS email,
	   c.mobile, c.created_on
FROM :contact AS c
	 LEFT JOIN (SELECT DISTINCT ON (r.contact_id) r.contact_id, r.account_id FROM :account_contact AS r WHERE r.deleted IS NOT TRUE
				ORDER BY r.contact_id, r.modified_at DESC NULLS LAST, r.id) AS a USING (contact_id)
WHERE c.deleted IS NOT TRUE;

-- amount_usdollar is in the default currency of the CRM, whatever that is.
CREATE OR REPLACE VIEW :"target".opportunities AS
SELECT o.opportunity_id, a.account_id,
	   CASE WHEN o.type ILIKE 'new%' THEN 'new' WHEN o.type ILIKE 'existing%' THEN 'expansion' ELSE o.type END AS kind,
	   CASE WHEN s.won THEN 'won' WHEN s.lost THEN 'lost' ELSE o.stage END AS stage,
	   o.created_on AS opened_on,
	   CASE WHEN s.won OR s.lost THEN o.close_date END AS closed_on,
	   o.amount,
	   CASE WHEN NOT (s.won OR s.lost) THEN o.close_date END AS decision_by
FROM :opportunity AS o
	 LEFT JOIN (SELECT DISTINCT ON (r.opportunity_id) r.opportunity_id, r.account_id FROM :account_opportunity AS r WHERE r.deleted IS NOT TRUE
				ORDER BY r.opportunity_id, r.modified_at DESC NULLS LAST, r.id) AS a USING (opportunity_id),
	 LATERAL (SELECT coalesce(o.stage = ANY (string_to_array(:'won', ',')), false) AS won,
					 coalesce(o.stage = ANY (string_to_array(:'lost', ',')), false) AS lost) AS s
WHERE o.deleted IS NOT TRUE;

\ir comments.sql

COMMIT;

\unset won
\unset lost

-- Comments on the views accounts, contacts and opportunities of the schema target, and on those columns that they have.
-- Included by the mappings beside this file.

SELECT format('COMMENT ON VIEW %I.%I IS %L', :'target', name, comment)
FROM (VALUES ('accounts', 'Companies: prospects and customers, one row each, as the CRM has them'),
			 ('contacts', 'People at the accounts, as the CRM has them'),
			 ('opportunities', 'Deals: won, lost and open, as the CRM has them')) AS v (name, comment)
\gexec

SELECT format('COMMENT ON COLUMN %I.%I.%I IS %L', :'target', c.relname, a.attname, coalesce(v.comment, 'Column of the CRM, as it is there'))
FROM pg_class AS c
	 JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
	 LEFT JOIN (VALUES
		('accounts', 'account_id', 'Key, as in the CRM'),
		('accounts', 'name', 'Company name'),
		('accounts', 'industry', 'Industry, from the CRM''s picklist'),
		('accounts', 'industry_code', 'Code of the industry in a standard classification'),
		('accounts', 'headquarters', 'City'),
		('accounts', 'country', 'ISO 3166 code if the CRM has one, else the name as it was typed'),
		('accounts', 'founded_on', 'Year of foundation, as its first day'),
		('accounts', 'employees', 'Headcount; a band such as 50-100 as its geometric mean, an open one as its bound'),
		('accounts', 'annual_revenue', 'Revenue of a year, in whole units of the currency'),
		('accounts', 'currency', 'Currency of annual_revenue'),
		('accounts', 'technologies', 'Technologies in use'),
		('accounts', 'channel', 'Where the account came from'),
		('accounts', 'attrs', 'What the CRM has beside, by its own names'),
		('accounts', 'last_activity_at', 'Last activity that the CRM knows of'),
		('accounts', 'created_on', 'Day on which the account came into the CRM, in UTC'),
		('accounts', 'notes', 'Free text'),
		('contacts', 'contact_id', 'Key, as in the CRM'),
		('contacts', 'account_id', 'Account where the person works'),
		('contacts', 'name', 'Given and family name'),
		('contacts', 'title', 'Job title'),
		('contacts', 'department', 'Department'),
		('contacts', 'buying_role', 'Part in the decision'),
		('contacts', 'email', 'Address'),
		('contacts', 'mobile', 'Mobile number'),
		('contacts', 'last_contacted_on', 'Last activity with the person, in UTC'),
		('contacts', 'created_on', 'Day on which the person came into the CRM, in UTC'),
		('opportunities', 'opportunity_id', 'Key, as in the CRM'),
		('opportunities', 'account_id', 'Account that would buy'),
		('opportunities', 'kind', 'new: would make the account a customer; expansion: from one; else as in the CRM'),
		('opportunities', 'stage', 'won, lost, or the open stage as the CRM calls it'),
		('opportunities', 'opened_on', 'Day on which the deal was opened, in UTC'),
		('opportunities', 'closed_on', 'Day on which it was won or lost'),
		('opportunities', 'amount', 'Value, in whole units of the currency'),
		('opportunities', 'currency', 'Currency of amount'),
		('opportunities', 'decision_by', 'Day by which an open deal is expected to close'),
		('opportunities', 'loss_reason', 'Why it was lost')) AS v (view, name, comment) ON v.view = c.relname AND v.name = a.attname
WHERE c.relnamespace = to_regnamespace(quote_ident(:'target')) AND c.relname IN ('accounts', 'contacts', 'opportunities')
ORDER BY c.relname, a.attnum
\gexec

-- The portraits that are measured, each beside what one writes by hand for the same score: a CASE expression, and for
-- the first one a PL/pgSQL function too.
--
-- One row for each characteristic: its field and attributes as in the portrait, and its part of the expression. A
-- portrait's points add up to at most 100, so the sum of the parts is the score. bench.check() makes sure that they agree.

CREATE TABLE bench.characteristics (
	portrait text NOT NULL,
	place integer GENERATED ALWAYS AS IDENTITY,
	field text,		-- NULL: the attributes name theirs
	attributes jsonb NOT NULL,
	expression text NOT NULL
);

-- Seven characteristics, as most portraits have.

INSERT INTO bench.characteristics (portrait, field, attributes, expression) VALUES
('seven', 'industry',
	'[{"in": ["SaaS", "Fintech", "E-commerce"], "points": 20}, {"in": ["Healthcare", "Manufacturing"], "points": 8}]',
	$$CASE WHEN industry IN ('SaaS', 'Fintech', 'E-commerce') THEN 20 WHEN industry IN ('Healthcare', 'Manufacturing') THEN 8 ELSE 0 END$$),
('seven', 'employees',
	'[{"range": "[100,300]", "points": 20}, {"range": "(300,1000)", "points": 12}, {"range": "[50,100)", "points": 6}]',
	$$CASE WHEN employees >= 100 AND employees <= 300 THEN 20 WHEN employees > 300 AND employees < 1000 THEN 12 WHEN employees >= 50 AND employees < 100 THEN 6 ELSE 0 END$$),
('seven', 'city',
	'[{"in": ["Shanghai", "Hangzhou", "Shenzhen"], "points": 10}, {"in": ["Beijing", "Singapore"], "points": 5}]',
	$$CASE WHEN city IN ('Shanghai', 'Hangzhou', 'Shenzhen') THEN 10 WHEN city IN ('Beijing', 'Singapore') THEN 5 ELSE 0 END$$),
('seven', 'annual_revenue',
	'[{"range": "[5000000,50000000)", "points": 15}, {"range": "[50000000,200000000)", "points": 9}]',
	$$CASE WHEN annual_revenue >= 5000000 AND annual_revenue < 50000000 THEN 15 WHEN annual_revenue >= 50000000 AND annual_revenue < 200000000 THEN 9 ELSE 0 END$$),
('seven', 'growth',
	'[{"range": "[1,)", "points": 20}, {"range": "[0.3,1)", "points": 10}]',
	$$CASE WHEN growth >= 1 THEN 20 WHEN growth >= 0.3 AND growth < 1 THEN 10 ELSE 0 END$$),
('seven', 'founded',
	'[{"range": "[2015-01-01,2022-01-01)", "points": 10}, {"range": "[2005-01-01,2015-01-01)", "points": 5}]',
	$$CASE WHEN founded >= '2015-01-01' AND founded < '2022-01-01' THEN 10 WHEN founded >= '2005-01-01' AND founded < '2015-01-01' THEN 5 ELSE 0 END$$),
('seven', 'uses_competitor',
	'[{"equals": true, "points": 5}]',
	$$CASE WHEN uses_competitor THEN 5 ELSE 0 END$$);

-- Fifty, on all that a CRM knows, of every common kind of condition.

INSERT INTO bench.characteristics (portrait, field, attributes, expression) VALUES
('fifty', 'industry', '[{"in": ["SaaS", "Fintech"], "points": 2}, {"in": ["E-commerce", "Healthcare"], "points": 1}]',
	$$CASE WHEN industry IN ('SaaS', 'Fintech') THEN 2 WHEN industry IN ('E-commerce', 'Healthcare') THEN 1 ELSE 0 END$$),
('fifty', 'industry', '[{"in": ["Construction", "Energy", "Logistics"], "points": 0}, {"missing": true, "points": 1}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN industry IN ('Construction', 'Energy', 'Logistics') THEN 0 WHEN industry IS NULL THEN 1 ELSE 2 END$$),
('fifty', 'employees', '[{"range": "[100,300]", "points": 2}, {"range": "(300,1000)", "points": 1}]',
	$$CASE WHEN employees >= 100 AND employees <= 300 THEN 2 WHEN employees > 300 AND employees < 1000 THEN 1 ELSE 0 END$$),
('fifty', 'employees', '[{"range": "[20,)", "points": 2}, {"missing": true, "points": 1}]',
	$$CASE WHEN employees >= 20 THEN 2 WHEN employees IS NULL THEN 1 ELSE 0 END$$),
('fifty', 'employees', '[{"range": "[5000,)", "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN employees >= 5000 THEN 0 ELSE 2 END$$),
('fifty', 'annual_revenue', '[{"range": "[5000000,50000000)", "points": 2}, {"range": "[50000000,200000000)", "points": 1}]',
	$$CASE WHEN annual_revenue >= 5000000 AND annual_revenue < 50000000 THEN 2 WHEN annual_revenue >= 50000000 AND annual_revenue < 200000000 THEN 1 ELSE 0 END$$),
('fifty', 'annual_revenue', '[{"range": "[1000000,)", "points": 2}, {"missing": true, "points": 1}]',
	$$CASE WHEN annual_revenue >= 1000000 THEN 2 WHEN annual_revenue IS NULL THEN 1 ELSE 0 END$$),
('fifty', 'currency', '[{"equals": "CNY", "points": 2}, {"in": ["SGD", "USD"], "points": 1}]',
	$$CASE WHEN currency = 'CNY' THEN 2 WHEN currency IN ('SGD', 'USD') THEN 1 ELSE 0 END$$),
('fifty', 'growth', '[{"range": "[1,)", "points": 2}, {"range": "[0.3,1)", "points": 1}]',
	$$CASE WHEN growth >= 1 THEN 2 WHEN growth >= 0.3 AND growth < 1 THEN 1 ELSE 0 END$$),
('fifty', 'growth', '[{"range": "[0,)", "points": 2}, {"missing": true, "points": 1}]',
	$$CASE WHEN growth >= 0 THEN 2 WHEN growth IS NULL THEN 1 ELSE 0 END$$),
('fifty', 'founded', '[{"range": "[2015-01-01,2022-01-01)", "points": 2}, {"range": "[2005-01-01,2015-01-01)", "points": 1}]',
	$$CASE WHEN founded >= '2015-01-01' AND founded < '2022-01-01' THEN 2 WHEN founded >= '2005-01-01' AND founded < '2015-01-01' THEN 1 ELSE 0 END$$),
('fifty', 'founded', '[{"range": "[1990-01-01,)", "points": 2}]',
	$$CASE WHEN founded >= '1990-01-01' THEN 2 ELSE 0 END$$),
('fifty', 'city', '[{"in": ["Shanghai", "Hangzhou"], "points": 2}, {"in": ["Beijing", "Shenzhen", "Singapore"], "points": 1}]',
	$$CASE WHEN city IN ('Shanghai', 'Hangzhou') THEN 2 WHEN city IN ('Beijing', 'Shenzhen', 'Singapore') THEN 1 ELSE 0 END$$),
('fifty', 'city', '[{"in": ["Berlin", "Paris", "London", "New York"], "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN city IN ('Berlin', 'Paris', 'London', 'New York') THEN 0 ELSE 2 END$$),
('fifty', 'postal_code', '[{"missing": true, "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN postal_code IS NULL THEN 0 ELSE 2 END$$),
('fifty', 'country', '[{"in": ["CN", "SG"], "points": 2}, {"in": ["HK", "US", "DE", "FR", "GB"], "points": 1}]',
	$$CASE WHEN country IN ('CN', 'SG') THEN 2 WHEN country IN ('HK', 'US', 'DE', 'FR', 'GB') THEN 1 ELSE 0 END$$),
('fifty', 'country', '[{"equals": "KP", "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN country = 'KP' THEN 0 ELSE 2 END$$),
('fifty', 'owner', '[{"in": ["Li Wei", "Wang Fang", "Zhang Min"], "points": 2}, {"equals": "Chen Jie", "points": 1}]',
	$$CASE WHEN owner IN ('Li Wei', 'Wang Fang', 'Zhang Min') THEN 2 WHEN owner = 'Chen Jie' THEN 1 ELSE 0 END$$),
('fifty', 'owner', '[{"in": ["Anna Schmidt", "Marie Dubois"], "points": 2}]',
	$$CASE WHEN owner IN ('Anna Schmidt', 'Marie Dubois') THEN 2 ELSE 0 END$$),
('fifty', 'source', '[{"equals": "referral", "points": 2}, {"in": ["partner", "web form"], "points": 1}]',
	$$CASE WHEN source = 'referral' THEN 2 WHEN source IN ('partner', 'web form') THEN 1 ELSE 0 END$$),
('fifty', 'source', '[{"equals": "outbound call", "points": 0}, {"missing": true, "points": 1}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN source = 'outbound call' THEN 0 WHEN source IS NULL THEN 1 ELSE 2 END$$),
('fifty', 'status', '[{"equals": "qualified", "points": 2}, {"equals": "prospect", "points": 1}]',
	$$CASE WHEN status = 'qualified' THEN 2 WHEN status = 'prospect' THEN 1 ELSE 0 END$$),
('fifty', 'status', '[{"in": ["customer", "churned"], "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN status IN ('customer', 'churned') THEN 0 ELSE 2 END$$),
('fifty', 'rating', '[{"equals": 5, "points": 2}, {"in": [3, 4], "points": 1}]',
	$$CASE WHEN rating = 5 THEN 2 WHEN rating IN (3, 4) THEN 1 ELSE 0 END$$),
('fifty', 'rating', '[{"range": "[2,)", "points": 2}, {"missing": true, "points": 1}]',
	$$CASE WHEN rating >= 2 THEN 2 WHEN rating IS NULL THEN 1 ELSE 0 END$$),
('fifty', 'created_at', '[{"range": "[2023-01-01,)", "points": 2}, {"range": "[2021-01-01,2023-01-01)", "points": 1}]',
	$$CASE WHEN created_at >= '2023-01-01 00:00+00' THEN 2 WHEN created_at >= '2021-01-01 00:00+00' AND created_at < '2023-01-01 00:00+00' THEN 1 ELSE 0 END$$),
('fifty', 'created_at', '[{"range": "[2018-07-01,)", "points": 2}]',
	$$CASE WHEN created_at >= '2018-07-01 00:00+00' THEN 2 ELSE 0 END$$),
('fifty', 'last_activity', '[{"range": "[2024-04-01,)", "points": 2}, {"range": "[2023-07-01,2024-04-01)", "points": 1}]',
	$$CASE WHEN last_activity >= '2024-04-01 00:00+00' THEN 2 WHEN last_activity >= '2023-07-01 00:00+00' AND last_activity < '2024-04-01 00:00+00' THEN 1 ELSE 0 END$$),
('fifty', 'last_activity', '[{"range": "(,2022-01-01)", "points": 0}, {"missing": true, "points": 1}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN last_activity < '2022-01-01 00:00+00' THEN 0 WHEN last_activity IS NULL THEN 1 ELSE 2 END$$),
('fifty', 'updated_at', '[{"range": "[2024-06-20,)", "points": 2}]',
	$$CASE WHEN updated_at >= '2024-06-20 00:00+00' THEN 2 ELSE 0 END$$),
('fifty', 'contacts', '[{"range": "[3,8]", "points": 2}, {"range": "[1,3)", "points": 1}]',
	$$CASE WHEN contacts >= 3 AND contacts <= 8 THEN 2 WHEN contacts >= 1 AND contacts < 3 THEN 1 ELSE 0 END$$),
('fifty', 'contacts', '[{"equals": 0, "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN contacts = 0 THEN 0 ELSE 2 END$$),
('fifty', 'open_deals', '[{"range": "[2,)", "points": 2}, {"equals": 1, "points": 1}]',
	$$CASE WHEN open_deals >= 2 THEN 2 WHEN open_deals = 1 THEN 1 ELSE 0 END$$),
('fifty', 'uses_competitor', '[{"equals": true, "points": 2}, {"missing": true, "points": 1}]',
	$$CASE WHEN uses_competitor THEN 2 WHEN uses_competitor IS NULL THEN 1 ELSE 0 END$$),
('fifty', 'uses_competitor', '[{"equals": false, "points": 2}]',
	$$CASE WHEN NOT uses_competitor THEN 2 ELSE 0 END$$),
('fifty', 'website', '[{"missing": true, "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN website IS NULL THEN 0 ELSE 2 END$$),
('fifty', 'website', '[{"like": "www.golden%", "points": 2}]',
	$$CASE WHEN website LIKE 'www.golden%' THEN 2 ELSE 0 END$$),
('fifty', 'phone', '[{"missing": true, "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN phone IS NULL THEN 0 ELSE 2 END$$),
('fifty', 'name', '[{"like": "%Software%", "points": 2}, {"like": "%Analytics%", "points": 1}]',
	$$CASE WHEN name LIKE '%Software%' THEN 2 WHEN name LIKE '%Analytics%' THEN 1 ELSE 0 END$$),
('fifty', 'technologies', '[{"contains": "Salesforce", "points": 2}, {"contains": "HubSpot", "points": 1}]',
	$$CASE WHEN 'Salesforce' = ANY (technologies) THEN 2 WHEN 'HubSpot' = ANY (technologies) THEN 1 ELSE 0 END$$),
('fifty', 'technologies', '[{"contains_any": ["Snowflake", "BigQuery"], "points": 2}]',
	$$CASE WHEN technologies && '{Snowflake,BigQuery}' THEN 2 ELSE 0 END$$),
('fifty', 'technologies', '[{"missing": true, "points": 0}, {"otherwise": true, "points": 2}]',
	$$CASE WHEN technologies IS NULL THEN 0 ELSE 2 END$$),
('fifty', NULL, '[{"all": [{"field": "industry", "equals": "SaaS"}, {"field": "city", "equals": "Shanghai"}], "points": 2}]',
	$$CASE WHEN industry = 'SaaS' AND city = 'Shanghai' THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"all": [{"field": "employees", "range": "[100,300]"}, {"field": "growth", "range": "[1,)"}], "points": 2}]',
	$$CASE WHEN employees >= 100 AND employees <= 300 AND growth >= 1 THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"any": [{"field": "rating", "equals": 5}, {"field": "open_deals", "range": "[3,)"}], "points": 2}]',
	$$CASE WHEN rating = 5 OR open_deals >= 3 THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"not": {"field": "status", "equals": "churned"}, "points": 2}]',
	$$CASE WHEN NOT status = 'churned' THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"all": [{"field": "country", "equals": "CN"}, {"field": "currency", "equals": "CNY"}], "points": 2}]',
	$$CASE WHEN country = 'CN' AND currency = 'CNY' THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"all": [{"field": "last_activity", "range": "[2024-01-01,)"}, {"field": "contacts", "range": "[2,)"}], "points": 2}]',
	$$CASE WHEN last_activity >= '2024-01-01 00:00+00' AND contacts >= 2 THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"all": [{"field": "annual_revenue", "range": "[10000000,)"}, {"field": "uses_competitor", "equals": true}], "points": 2}]',
	$$CASE WHEN annual_revenue >= 10000000 AND uses_competitor THEN 2 ELSE 0 END$$),
('fifty', NULL, '[{"all": [{"field": "founded", "range": "[2018-01-01,)"}, {"field": "employees", "range": "[200,)"}], "points": 2}]',
	$$CASE WHEN founded >= '2018-01-01' AND employees >= 200 THEN 2 ELSE 0 END$$);

SELECT icp_save(portrait, jsonb_build_object('characteristics', jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
		'name', concat_ws(' ', place, field), 'field', field, 'attributes', attributes)) ORDER BY place))::icp_portrait)
FROM bench.characteristics
GROUP BY portrait;
SELECT icp_save('default', icp_load('seven'));

CREATE FUNCTION bench.expression(portrait text) RETURNS text LANGUAGE sql STABLE RETURN
	(SELECT string_agg(expression, ' + ' ORDER BY place) FROM bench.characteristics AS c WHERE c.portrait = expression.portrait);

-- The same seven for each table's row type.

SELECT format('CREATE FUNCTION bench.score_in_plpgsql(c %s) RETURNS integer LANGUAGE plpgsql STABLE PARALLEL SAFE AS %L', name, $$
DECLARE
	points integer := 0;
BEGIN
	IF c.industry IN ('SaaS', 'Fintech', 'E-commerce') THEN points := points + 20;
	ELSIF c.industry IN ('Healthcare', 'Manufacturing') THEN points := points + 8;
	END IF;
	IF c.employees >= 100 AND c.employees <= 300 THEN points := points + 20;
	ELSIF c.employees > 300 AND c.employees < 1000 THEN points := points + 12;
	ELSIF c.employees >= 50 AND c.employees < 100 THEN points := points + 6;
	END IF;
	IF c.city IN ('Shanghai', 'Hangzhou', 'Shenzhen') THEN points := points + 10;
	ELSIF c.city IN ('Beijing', 'Singapore') THEN points := points + 5;
	END IF;
	IF c.annual_revenue >= 5000000 AND c.annual_revenue < 50000000 THEN points := points + 15;
	ELSIF c.annual_revenue >= 50000000 AND c.annual_revenue < 200000000 THEN points := points + 9;
	END IF;
	IF c.growth >= 1 THEN points := points + 20;
	ELSIF c.growth >= 0.3 AND c.growth < 1 THEN points := points + 10;
	END IF;
	IF c.founded >= '2015-01-01' AND c.founded < '2022-01-01' THEN points := points + 10;
	ELSIF c.founded >= '2005-01-01' AND c.founded < '2015-01-01' THEN points := points + 5;
	END IF;
	IF c.uses_competitor THEN points := points + 5;
	END IF;
	RETURN points;
END
$$)
FROM (VALUES ('public.accounts'), ('public.accounts_with_notes')) AS tables (name) \gexec

-- A generated B2B CRM in schema crm: accounts, contacts, opportunities, invoices and channel costs.
--
--   psql -v accounts=20000 -v as_of=2026-01-01 -v seed=1 -f demo/crm.sql
--
-- The same variables give the same rows on every machine and server version: each value is a hash of its
-- row's key and a purpose, never random().  Other tables grow with the number of accounts (20,000 accounts:
-- about 56,000 contacts, 14,000 opportunities, 37,000 invoices).  What happened, happened before as_of.
--
-- Planted: the customer worth having is SaaS, has 100 to 300 people, doubled its headcount in two years, has
-- its headquarters in Shanghai, and grows fast.  The more of the five hold, the likelier accounts.is_best
-- is true, and the longer such a customer stays and the sooner it pays back.  "social ads" bring
-- many cheap leads that fit badly; "partner referral" brings few that fit well.

\set ON_ERROR_STOP on
\encoding UTF8
\if :{?accounts}
\else
	\set accounts 20000
\endif
\if :{?as_of}
\else
	\set as_of 2026-01-01
\endif
\if :{?seed}
\else
	\set seed 1
\endif

BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SET LOCAL jit = off;			-- the long expressions below take longer to compile than to run

CREATE SCHEMA crm;
COMMENT ON SCHEMA crm IS 'A generated B2B CRM with a planted ideal customer';

-- A number in [0,1).  With a constant purpose it inlines to one hashint8extended().
CREATE FUNCTION pg_temp.u(id bigint, purpose text) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(id, ('x' || substr(md5(:'seed' || ' ' || purpose), 1, 16))::bit(64)::bigint) >> 11)
		& 9007199254740991) / 9007199254740992.0::float8;

-- One of the choices; cumulative holds the shares of all but the last, added up.
CREATE FUNCTION pg_temp.pick(id bigint, purpose text, choices text[], cumulative float8[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN choices[1 + width_bucket(pg_temp.u(id, purpose), cumulative)];

-- One of the choices, all equally likely.
CREATE FUNCTION pg_temp.pick(id bigint, purpose text, choices text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN choices[1 + floor(pg_temp.u(id, purpose) * cardinality(choices))::int];


-- What is true of each account, before the CRM forgets some of it.

CREATE TEMPORARY TABLE truth AS
WITH company AS (
	SELECT id,
		   pg_temp.pick(id, 'industry',
						'{SaaS,Fintech,E-commerce,Manufacturing,Logistics,Healthcare,Education,Media,Retail,Government}',
						'{0.20,0.29,0.40,0.56,0.65,0.73,0.81,0.88,0.95}') AS industry,
		   pg_temp.pick(id, 'city',
						'{Shanghai,Beijing,Shenzhen,Hangzhou,Guangzhou,Suzhou,Chengdu,Singapore,Hong Kong,London,Berlin,San Francisco}',
						'{0.22,0.39,0.53,0.64,0.72,0.77,0.82,0.87,0.91,0.94,0.96}') AS city,
		   width_bucket(pg_temp.u(id, 'size'), '{0.10,0.33,0.50,0.73,0.87,0.96}') AS band,
		   pg_temp.u(id, 'doubled') < 0.17 AS doubled
	FROM generate_series(1, :accounts::bigint) AS id
), growth AS (
	SELECT *,
		   -- uniform within its band; the last band thins out toward 40,000
		   floor(('{1,10,50,100,300,1000,5000}'::int[])[1 + band]
				 + ('{9,40,50,201,700,4000,35000}'::int[])[1 + band]
				 * pg_temp.u(id, 'employees') * CASE WHEN band = 6 THEN pg_temp.u(id, 'giant') ELSE 1 END)::int AS employees,
		   CASE WHEN doubled THEN 2 + 1.6 * pg_temp.u(id, 'headcount') * pg_temp.u(id, 'headcount again')
				ELSE 0.7 + 1.29 * pg_temp.u(id, 'headcount') * pg_temp.u(id, 'headcount again') + 0.25 * pg_temp.u(id, 'steady') * (1 - pg_temp.u(id, 'headcount'))
		   END::numeric(6,2) AS headcount_growth,
		   CASE WHEN pg_temp.u(id, 'fast') < CASE WHEN doubled THEN 0.65 ELSE 0.16 END
				THEN 0.30 + 0.7 * pg_temp.u(id, 'growth') * pg_temp.u(id, 'growth again')
				ELSE -0.15 + 0.449 * pg_temp.u(id, 'growth')
		   END::numeric(6,3) AS growth_rate
	FROM company
), fit AS (
	SELECT *,
		   (industry = 'SaaS')::int + (employees BETWEEN 100 AND 300)::int + (headcount_growth >= 2)::int
		   + (city = 'Shanghai')::int + (growth_rate >= 0.3)::int AS traits
	FROM growth
), outcome AS (
	SELECT *,
		   pg_temp.u(id, 'best') < ('{0.002,0.006,0.03,0.20,0.60,0.92}'::float8[])[1 + traits] AS best,
		   CASE WHEN traits <= 1 THEN
					pg_temp.pick(id, 'channel', '{social ads,search ads,trade show,outbound,organic search,webinar,partner referral}',
								 '{0.44,0.60,0.71,0.83,0.93,0.99}')
				WHEN traits = 2 THEN
					pg_temp.pick(id, 'channel', '{social ads,search ads,trade show,outbound,organic search,webinar,partner referral}',
								 '{0.30,0.46,0.57,0.71,0.85,0.95}')
				ELSE
					pg_temp.pick(id, 'channel', '{social ads,search ads,trade show,outbound,organic search,webinar,partner referral}',
								 '{0.08,0.20,0.31,0.46,0.62,0.74}')
		   END AS channel
	FROM fit
), customer AS (
	SELECT *,
		   best OR pg_temp.u(id, 'customer') < ('{0.13,0.15,0.19,0.28,0.40,0.50}'::float8[])[1 + traits] AS customer,
		   :'as_of'::date - 1 - floor(1400 * pg_temp.u(id, 'created'))::int AS created_on
	FROM outcome
), bought AS (
	SELECT id, industry, city, band, doubled, employees, headcount_growth, growth_rate, traits, best, channel, customer,
		   -- a customer's deal has been won by now, so it began early enough
		   created_on - early AS created_on,
		   CASE WHEN customer THEN created_on - early + cycle END AS won_on,
		   -- list price by size, a month
		   (20 * round(least(employees, 400 + employees / 20) * (1.6 + 1.6 * pg_temp.u(id, 'price'))) + 400)::numeric AS monthly,
		   -- chance to leave, each month
		   CASE WHEN best THEN 0.008 ELSE 0.075 - 0.010 * traits END AS hazard
	FROM customer
		 CROSS JOIN LATERAL (SELECT CASE WHEN best THEN 20 + floor(60 * pg_temp.u(id, 'cycle'))
										 ELSE 40 + floor(150 * pg_temp.u(id, 'cycle')) END::int AS cycle) AS c
		 CROSS JOIN LATERAL (SELECT CASE WHEN customer AND created_on + cycle >= :'as_of'::date THEN 200 ELSE 0 END AS early) AS e
)
SELECT * FROM bought;

ALTER TABLE truth ADD PRIMARY KEY (id);
ANALYZE truth;


CREATE TYPE crm.funding_stage AS ENUM ('bootstrapped', 'seed', 'series a', 'series b', 'series c', 'listed', 'in liquidation');
COMMENT ON TYPE crm.funding_stage IS 'How far a company has come in raising money';

CREATE TABLE crm.accounts (
	account_id			bigint NOT NULL,
	crm_ref				text NOT NULL,
	name				text NOT NULL,
	industry			varchar(60),
	industry_code		char(4),
	funding_stage		crm.funding_stage,
	headquarters		text,
	country				char(2),
	founded_on			date,
	employees			int,
	headcount_growth	numeric(6,2),
	growth_rate			numeric(6,3),
	annual_revenue		varchar(100),
	currency			char(3) NOT NULL,
	target_market		text,
	team_model			text,
	technologies		text[],
	previous_solution	text,
	uses_competitor		boolean,
	channel				text,
	attrs				jsonb,
	last_funding_on		date,
	last_activity_at	timestamptz,
	created_on			date NOT NULL,
	reference_since		date,
	is_best				boolean NOT NULL,
	notes				text
);

INSERT INTO crm.accounts
SELECT id,
	   '001' || upper(substr(md5(:'seed' || ' account ' || id), 1, 12)),
	   CASE WHEN country = 'CN' AND pg_temp.u(id, 'name in chinese') < 0.65 THEN
				('{上海,北京,深圳,杭州,广州,苏州,成都}'::text[])[array_position('{Shanghai,Beijing,Shenzhen,Hangzhou,Guangzhou,Suzhou,Chengdu}', city)]
				|| pg_temp.pick(id, 'brand', '{云,星,智,蓝,新,汇,恒,远,博,锐,启,海,金,天,鼎,优,合,飞,思,明}')
				|| pg_temp.pick(id, 'brand 2', '{帆,途,联,图,创,诚,达,川,信,峰,元,科,拓,驰,维,宇,能,腾,华,禾}')
				|| ('{软件,金融科技,电子商务,制造,物流,医疗,教育科技,传媒,零售,公共服务}'::text[])[trade]
				|| CASE WHEN industry = 'Government' THEN '中心' WHEN band >= 5 THEN '集团股份有限公司' ELSE '有限公司' END
			ELSE
				pg_temp.pick(id, 'brand', '{Bright,North,Silver,Blue,Clear,Quick,True,Open,Star,Deep,Next,Red,Prime,Far,High,Lake,Swift,Sun,Core,Iron}')
				|| pg_temp.pick(id, 'brand 2', '{wave,bridge,field,peak,path,stone,port,gate,line,sail,forge,mark,loop,light,works,harbour,root,spring,point,yard}')
				|| ' ' || ('{Software,Payments,Commerce,Manufacturing,Logistics,Health,Learning,Media,Retail,Public Services}'::text[])[trade]
				|| CASE country WHEN 'CN' THEN ' (' || city || ') Co., Ltd.' WHEN 'DE' THEN ' GmbH' WHEN 'US' THEN ' Inc.' ELSE ' Ltd.' END
	   END,
	   recorded_industry,
	   CASE recorded_industry WHEN 'Select' THEN '0000' WHEN 'unknown' THEN '9999' WHEN industry THEN
				('{6513,6631,5193,3300,5400,8400,8300,8600,5200,9200}'::text[])[trade] END,
	   CASE WHEN pg_temp.u(id, 'liquidation') < 0.01 THEN 'in liquidation'
			WHEN pg_temp.u(id, 'stage known') < 0.88 AND industry <> 'Government' THEN
				pg_temp.pick(id, 'stage', '{bootstrapped,seed,series a,series b,series c,listed}',
							 CASE WHEN employees < 50 THEN '{0.45,0.80,0.97,0.99,0.999}'::float8[]
								  WHEN employees < 300 THEN '{0.30,0.40,0.65,0.90,0.98}'
								  ELSE '{0.25,0.26,0.30,0.45,0.65}' END)
	   END::crm.funding_stage,
	   CASE WHEN pg_temp.u(id, 'city known') < 0.96 THEN city WHEN pg_temp.u(id, 'city known') < 0.97 THEN '' END,
	   country,
	   CASE WHEN pg_temp.u(id, 'founded known') < 0.93 THEN
				created_on - 200 - floor(365 * (1 + 25 * pg_temp.u(id, 'founded') * pg_temp.u(id, 'founded again')))::int END,
	   CASE WHEN pg_temp.u(id, 'employees known') < 0.94 THEN employees END,
	   CASE WHEN pg_temp.u(id, 'headcount known') < 0.88 THEN headcount_growth END,
	   CASE WHEN pg_temp.u(id, 'growth known') < 0.90 THEN growth_rate END,
	   CASE pg_temp.pick(id, 'revenue known', '{known,unknown,blank,n/a,null}', '{0.80,0.88,0.93,0.96}')
			WHEN 'known' THEN (1000 * floor(employees * (90 + 240 * pg_temp.u(id, 'revenue'))))::bigint::text
			WHEN 'unknown' THEN 'unknown' WHEN 'blank' THEN '' WHEN 'n/a' THEN 'N/A' END,
	   'CNY',
	   pg_temp.pick(id, 'market', '{B2B,B2C,B2B2C,Select,N/A}',
					CASE WHEN industry IN ('SaaS', 'Logistics', 'Manufacturing') THEN '{0.75,0.83,0.92,0.96}'::float8[]
						 ELSE '{0.30,0.75,0.92,0.96}' END),
	   pg_temp.pick(id, 'team', ARRAY['central', 'hybrid', 'distributed', 'unknown', NULL], '{0.48,0.70,0.80,0.88}'),
	   CASE WHEN pg_temp.u(id, 'technologies known') < 0.9 THEN
				array_remove(ARRAY[
					CASE WHEN pg_temp.u(id, 'alibaba') < 0.45 THEN 'Alibaba Cloud' END,
					CASE WHEN pg_temp.u(id, 'aws') < CASE WHEN country = 'CN' THEN 0.25 ELSE 0.70 END THEN 'AWS' END,
					CASE WHEN pg_temp.u(id, 'kubernetes') < CASE industry WHEN 'SaaS' THEN 0.60 WHEN 'Fintech' THEN 0.45 ELSE 0.15 END THEN 'Kubernetes' END,
					CASE WHEN pg_temp.u(id, 'mysql') < 0.42 THEN 'MySQL' END,
					CASE WHEN pg_temp.u(id, 'postgresql') < 0.33 THEN 'PostgreSQL' END,
					CASE WHEN pg_temp.u(id, 'salesforce') < CASE WHEN country = 'CN' THEN 0.08 ELSE 0.45 END THEN 'Salesforce' END,
					CASE WHEN pg_temp.u(id, 'sap') < CASE WHEN employees >= 1000 THEN 0.55 ELSE 0.06 END THEN 'SAP' END,
					CASE WHEN pg_temp.u(id, 'wecom') < CASE WHEN country = 'CN' THEN 0.50 ELSE 0.02 END THEN 'WeCom' END], NULL)
	   END,
	   pg_temp.pick(id, 'previous', ARRAY['nothing', 'spreadsheets', 'home-grown', 'competitor', 'Select', NULL],
					CASE WHEN best THEN '{0.10,0.38,0.70,0.84,0.88}'::float8[] ELSE '{0.25,0.52,0.70,0.80,0.86}' END),
	   CASE WHEN pg_temp.u(id, 'competitor known') < 0.75 THEN pg_temp.u(id, 'competitor') < 0.28 END,
	   channel,
	   CASE WHEN pg_temp.u(id, 'attrs known') < 0.95 THEN
				jsonb_strip_nulls(jsonb_build_object(
					'intent', CASE WHEN pg_temp.u(id, 'intent known') < 0.85 THEN
						floor(100 * greatest(pg_temp.u(id, 'intent'), CASE WHEN best THEN pg_temp.u(id, 'intent again') ELSE 0 END)) END,
					'visits_30d', floor(40 * pg_temp.u(id, 'visits') * pg_temp.u(id, 'visits again')),
					'blog', pg_temp.u(id, 'blog') < 0.4,
					'signals', array_to_json(array_remove(ARRAY[
						CASE WHEN pg_temp.u(id, 'hiring') < CASE WHEN doubled THEN 0.5 ELSE 0.2 END THEN 'hiring' END,
						CASE WHEN pg_temp.u(id, 'new office') < 0.1 THEN 'new office' END,
						CASE WHEN pg_temp.u(id, 'new cto') < 0.08 THEN 'new CTO' END], NULL)))) END,
	   CASE WHEN pg_temp.u(id, 'funding known') < 0.45 THEN
				:'as_of'::date - 1 - floor(1800 * pg_temp.u(id, 'funding') * pg_temp.u(id, 'funding again'))::int END,
	   CASE WHEN pg_temp.u(id, 'activity known') < 0.9 THEN
				(:'as_of'::date - 1)::timestamptz
				- floor(86400 * 500 * pg_temp.u(id, 'activity') * pg_temp.u(id, 'activity again')) * interval '1 second' END,
	   created_on,
	   CASE WHEN best AND pg_temp.u(id, 'reference') < 0.99 OR NOT best AND pg_temp.u(id, 'reference') < 0.0005 THEN
				least(coalesce(won_on, created_on) + 60 + floor(120 * pg_temp.u(id, 'reference since'))::int, :'as_of'::date - 1) END,
	   best,
	   CASE pg_temp.pick(id, 'notes', '{none,call,mail,wechat,long}', '{0.60,0.75,0.88,0.98}')
			WHEN 'call' THEN 'Called on ' || created_on + 3 || '; asked to send prices.'
			WHEN 'mail' THEN 'Met at a trade show; wants a demo for the sales team.'
			WHEN 'wechat' THEN '微信沟通：下季度有预算，需要和技术负责人再谈一次。'
			WHEN 'long' THEN repeat('Minutes of the visit: who was there, what they use today, what they would change. ', 12) END
FROM (
	SELECT *,
		   array_position('{SaaS,Fintech,E-commerce,Manufacturing,Logistics,Healthcare,Education,Media,Retail,Government}', industry) AS trade,
		   CASE city WHEN 'Singapore' THEN 'SG' WHEN 'Hong Kong' THEN 'HK' WHEN 'London' THEN 'GB'
				WHEN 'Berlin' THEN 'DE' WHEN 'San Francisco' THEN 'US' ELSE 'CN' END AS country,
		   CASE WHEN pg_temp.u(id, 'industry known') < 0.93 THEN industry
				WHEN pg_temp.u(id, 'industry known') < 0.96 THEN 'Select'
				WHEN pg_temp.u(id, 'industry known') < 0.97 THEN 'unknown' END AS recorded_industry
	FROM truth) AS t
ORDER BY id;

ALTER TABLE crm.accounts ADD PRIMARY KEY (account_id);

COMMENT ON TABLE crm.accounts IS 'Companies: prospects and customers, one row each';
COMMENT ON COLUMN crm.accounts.account_id IS 'Key';
COMMENT ON COLUMN crm.accounts.crm_ref IS 'Identifier in the CRM it was exported from; says nothing about the company';
COMMENT ON COLUMN crm.accounts.name IS 'Company name, Chinese or English';
COMMENT ON COLUMN crm.accounts.industry IS 'Picklist; "Select" and "unknown" mean that nobody filled it in';
COMMENT ON COLUMN crm.accounts.industry_code IS 'Mirror of industry: one code for each of its values';
COMMENT ON COLUMN crm.accounts.funding_stage IS 'How far the company has come in raising money';
COMMENT ON COLUMN crm.accounts.headquarters IS 'City of the headquarters';
COMMENT ON COLUMN crm.accounts.country IS 'ISO 3166 code of the headquarters';
COMMENT ON COLUMN crm.accounts.founded_on IS 'Day of foundation';
COMMENT ON COLUMN crm.accounts.employees IS 'Headcount today';
COMMENT ON COLUMN crm.accounts.headcount_growth IS 'Headcount today divided by headcount two years ago; 2 is doubled';
COMMENT ON COLUMN crm.accounts.growth_rate IS 'Growth of revenue in the last year; 0.3 is 30 %';
COMMENT ON COLUMN crm.accounts.annual_revenue IS 'Revenue of the last year, a number kept as text; "unknown", "N/A" or empty where not known';
COMMENT ON COLUMN crm.accounts.currency IS 'Currency of annual_revenue; the same in every row';
COMMENT ON COLUMN crm.accounts.target_market IS 'Whom the company sells to';
COMMENT ON COLUMN crm.accounts.team_model IS 'Central, hybrid or distributed team';
COMMENT ON COLUMN crm.accounts.technologies IS 'Technologies in use';
COMMENT ON COLUMN crm.accounts.previous_solution IS 'What they use for the job that our product does';
COMMENT ON COLUMN crm.accounts.uses_competitor IS 'A competitor''s product was seen there; null where nobody looked';
COMMENT ON COLUMN crm.accounts.channel IS 'Marketing channel that brought the account';
COMMENT ON COLUMN crm.accounts.attrs IS 'From data providers: intent (0 to 100), visits_30d, blog, signals';
COMMENT ON COLUMN crm.accounts.last_funding_on IS 'Day of the last funding round';
COMMENT ON COLUMN crm.accounts.last_activity_at IS 'Last time that anybody there did anything we saw';
COMMENT ON COLUMN crm.accounts.created_on IS 'Day on which the account came into the CRM';
COMMENT ON COLUMN crm.accounts.reference_since IS 'Leak: agreed to be a reference; known only after the sale, and only of good customers';
COMMENT ON COLUMN crm.accounts.is_best IS 'Outcome: became one of the customers worth having';
COMMENT ON COLUMN crm.accounts.notes IS 'Free text';


-- Contacts: one to seven an account, more in customers.

CREATE TABLE crm.contacts (
	contact_id			bigint NOT NULL,
	account_id			bigint NOT NULL,
	name				text NOT NULL,
	title				text,
	department			text,
	buying_role			varchar(40),
	stance				text,
	influence			float8,
	is_decider			boolean,
	email				text,
	mobile				varchar(20),
	meetings			int NOT NULL,
	last_contacted_on	date,
	created_on			date NOT NULL
);

INSERT INTO crm.contacts
SELECT c,
	   id,
	   CASE WHEN zh THEN
				pg_temp.pick(c, 'family', '{王,李,张,刘,陈,杨,赵,黄,周,吴,徐,孙,胡,朱,高,林,何,郭,马,罗}')
				|| pg_temp.pick(c, 'given', '{伟,芳,娜,敏,静,丽,强,磊,军,洋,勇,艳,杰,娟,涛,明,超,霞,平,刚,子涵,雨桐,浩然,欣怡,思远,佳琪,志强,晓东,建国,文静}')
			ELSE
				pg_temp.pick(c, 'given', '{Anna,Ben,Carla,David,Emma,Felix,Grace,Hannah,Ivan,Julia,Kevin,Laura,Marco,Nina,Oliver,Priya,Quentin,Rachel,Samuel,Tina,Wei,Li,Jing,Xin}')
				|| ' ' || pg_temp.pick(c, 'family', '{Smith,Jones,Tan,Lim,Brown,Müller,Garcia,Wilson,Chen,Wang,Lee,Patel,Kim,Schmidt,Martin,Clark,Wong,Ng,Zhang,O''Neill}')
	   END,
	   CASE WHEN pg_temp.u(c, 'title known') < 0.94 THEN CASE WHEN zh THEN job[2] ELSE job[1] END END,
	   job[3],
	   CASE WHEN pg_temp.u(c, 'role known') < 0.55 THEN
				-- as in the picklists of Salesforce and HubSpot
				CASE WHEN pg_temp.u(c, 'role right') < 0.85 THEN job[4]
					 ELSE pg_temp.pick(c, 'role', '{Influencer,Evaluator,Business User,Champion,Other}') END
			WHEN pg_temp.u(c, 'role known') < 0.62 THEN '--None--' END,
	   CASE WHEN pg_temp.u(c, 'stance known') < 0.65 THEN
				pg_temp.pick(c, 'stance', '{supporter,neutral,opponent}',
							 CASE WHEN customer THEN '{0.50,0.90}'::float8[] ELSE '{0.25,0.80}' END) END,
	   CASE WHEN pg_temp.u(c, 'influence known') < 0.7 THEN
				least(job[5]::float8 + 0.3 * (pg_temp.u(c, 'influence') - 0.5), 1)::numeric(3,2)::float8 END,
	   CASE WHEN pg_temp.u(c, 'decider known') < 0.6 THEN job[4] IN ('Economic Buyer', 'Decision Maker') END,
	   CASE WHEN pg_temp.u(c, 'email known') < 0.85 THEN 'contact' || c || '@account' || id || '.example' END,
	   CASE WHEN pg_temp.u(c, 'mobile known') < 0.5 THEN
				'+86 1' || lpad(floor(1e10 * pg_temp.u(c, 'mobile'))::bigint::text, 10, '0') END,
	   floor(CASE WHEN customer THEN 8 ELSE 3 END * pg_temp.u(c, 'meetings') * pg_temp.u(c, 'meetings again'))::int,
	   CASE WHEN pg_temp.u(c, 'contacted') < 0.7 THEN
				created_on + floor((:'as_of'::date - created_on) * pg_temp.u(c, 'contacted on'))::int END,
	   created_on
FROM (
	SELECT t.id, t.customer, t.created_on, c,
		   t.city NOT IN ('Singapore', 'London', 'Berlin', 'San Francisco') AND pg_temp.u(c, 'chinese') < 0.75 AS zh,
		   -- title, Chinese title, department, buying role, influence; first contacts are seldom the chief
		   (ARRAY[['Sales Manager', '销售经理', 'Sales', 'Business User', '0.35'],
				  ['Marketing Manager', '市场经理', 'Marketing', 'Influencer', '0.35'],
				  ['IT Manager', '信息技术经理', 'IT', 'Technical Buyer', '0.50'],
				  ['Software Engineer', '软件工程师', 'Engineering', 'Evaluator', '0.25'],
				  ['Operations Director', '运营总监', 'Operations', 'Influencer', '0.55'],
				  ['Procurement Manager', '采购经理', 'Procurement', 'Gatekeeper', '0.45'],
				  ['Head of Sales', '销售总监', 'Sales', 'Champion', '0.60'],
				  ['Data Analyst', '数据分析师', 'Data', 'Business User', '0.20'],
				  ['VP Engineering', '技术副总裁', 'Engineering', 'Technical Buyer', '0.70'],
				  ['Chief Technology Officer', '首席技术官', 'Engineering', 'Executive Sponsor', '0.80'],
				  ['Finance Director', '财务总监', 'Finance', 'Economic Buyer', '0.75'],
				  ['Chief Executive Officer', '首席执行官', 'Management', 'Economic Buyer', '0.90'],
				  ['General Manager', '总经理', 'Management', 'Decision Maker', '0.85'],
				  ['Executive Assistant', '总经理助理', 'Management', 'Gatekeeper', '0.30'],
				  ['Customer Success Lead', '客户成功主管', 'Service', 'Champion', '0.45'],
				  ['Legal Counsel', '法务经理', 'Legal', 'Legal & Compliance', '0.40']])
		   AS jobs,
		   1 + floor(16 * pg_temp.u(c, 'job'))::int AS j
	FROM truth AS t
		 CROSS JOIN LATERAL generate_series(t.id * 10,
				t.id * 10 + floor(CASE WHEN t.customer THEN 8 ELSE 6 END * pg_temp.u(t.id, 'contacts') * pg_temp.u(t.id, 'contacts again')
								  + CASE WHEN t.customer THEN 1.5 ELSE 0.6 END)::bigint) AS c) AS t
	 CROSS JOIN LATERAL (SELECT ARRAY[jobs[j][1], jobs[j][2], jobs[j][3], jobs[j][4], jobs[j][5]] AS job) AS job;

ALTER TABLE crm.contacts ADD PRIMARY KEY (contact_id),
	ADD FOREIGN KEY (account_id) REFERENCES crm.accounts;
CREATE INDEX ON crm.contacts (account_id);

COMMENT ON TABLE crm.contacts IS 'People at the accounts';
COMMENT ON COLUMN crm.contacts.contact_id IS 'Key';
COMMENT ON COLUMN crm.contacts.account_id IS 'Account where the person works';
COMMENT ON COLUMN crm.contacts.name IS 'Chinese or English name';
COMMENT ON COLUMN crm.contacts.title IS 'Job title, Chinese or English';
COMMENT ON COLUMN crm.contacts.department IS 'Department';
COMMENT ON COLUMN crm.contacts.buying_role IS 'Picklist: part in the decision; often empty, "--None--" or wrong';
COMMENT ON COLUMN crm.contacts.stance IS 'supporter, neutral or opponent of buying from us; null where unknown';
COMMENT ON COLUMN crm.contacts.influence IS 'Weight in the decision, 0 to 1, as the seller sees it';
COMMENT ON COLUMN crm.contacts.is_decider IS 'Can sign; null where unknown';
COMMENT ON COLUMN crm.contacts.email IS 'Address';
COMMENT ON COLUMN crm.contacts.mobile IS 'Direct number; without it a call goes through the switchboard';
COMMENT ON COLUMN crm.contacts.meetings IS 'Meetings held';
COMMENT ON COLUMN crm.contacts.last_contacted_on IS 'Last call, mail or meeting';
COMMENT ON COLUMN crm.contacts.created_on IS 'Day on which the person came into the CRM';


-- Opportunities: the deal that made each customer, some renewals and larger deals, and what is open or lost.

CREATE TYPE crm.deal_stage AS ENUM ('qualification', 'discovery', 'proposal', 'negotiation', 'won', 'lost');
COMMENT ON TYPE crm.deal_stage IS 'Stage of a deal in the pipeline';

CREATE TABLE crm.opportunities (
	opportunity_id		bigint NOT NULL,
	account_id			bigint NOT NULL,
	kind				text NOT NULL,
	stage				crm.deal_stage NOT NULL,
	opened_on			date NOT NULL,
	closed_on			date,
	amount				numeric(12,2) NOT NULL,
	discount			numeric(4,3) NOT NULL,
	budget				numeric(12,2),
	decider_engaged		boolean,
	need				smallint,
	decision_by			date,
	competitor			text,
	user_champion		boolean,
	acquisition_cost	numeric(12,2),
	value_received		numeric(12,2),
	referred_by			bigint,
	loss_reason			text
);

INSERT INTO crm.opportunities
SELECT o,
	   id,
	   CASE WHEN second THEN 'expansion' ELSE 'new' END,
	   stage,
	   opened_on,
	   CASE WHEN stage IN ('won', 'lost') THEN
				CASE WHEN stage = 'won' AND NOT second THEN won_on
					 ELSE least(opened_on + 15 + floor(120 * pg_temp.u(o, 'closed'))::int, :'as_of'::date - 1) END END,
	   12 * monthly * CASE WHEN second THEN 0.4 ELSE 1 END,
	   (0.3 * pg_temp.u(o, 'discount') * CASE WHEN best THEN 0.3 ELSE 1 END)::numeric(4,3),
	   -- the four questions are mostly answered well where the deal was won
	   CASE WHEN pg_temp.u(o, 'budget known') < known THEN
				round((12 * monthly * (CASE WHEN stage = 'won' THEN 0.9 ELSE 0.3 END + 0.8 * pg_temp.u(o, 'budget')))::numeric, -3) END,
	   CASE WHEN pg_temp.u(o, 'decider known') < known THEN pg_temp.u(o, 'decider') < CASE WHEN stage = 'won' THEN 0.9 ELSE 0.45 END END,
	   CASE WHEN pg_temp.u(o, 'need known') < known THEN
				CASE WHEN stage = 'won' THEN 2 + (pg_temp.u(o, 'need') < 0.6)::int ELSE floor(4 * pg_temp.u(o, 'need')) END END,
	   CASE WHEN pg_temp.u(o, 'date known') < known THEN
				CASE WHEN stage IN ('won', 'lost') THEN opened_on ELSE :'as_of'::date - 30 END
				+ 30 + floor(CASE WHEN stage = 'won' THEN 90 ELSE 400 END * pg_temp.u(o, 'decision'))::int END,
	   pg_temp.pick(o, 'competitor', ARRAY['none', 'Acme CRM', 'home-grown', 'Globex', NULL], '{0.35,0.52,0.64,0.72}'),
	   CASE WHEN pg_temp.u(o, 'champion known') < known THEN pg_temp.u(o, 'champion') < CASE WHEN stage = 'won' THEN 0.85 ELSE 0.4 END END,
	   -- what it took to win them: many months' revenue where the fit is bad
	   CASE WHEN stage = 'won' AND pg_temp.u(o, 'cost known') < 0.95 THEN
				round((monthly * CASE WHEN second THEN 0.5 WHEN best THEN 4 + 3 * pg_temp.u(o, 'cost') ELSE 7 + 5 * pg_temp.u(o, 'cost') END)::numeric, 2) END,
	   CASE WHEN stage = 'won' AND pg_temp.u(o, 'value known') < 0.6 THEN
				round((12 * monthly * CASE WHEN best THEN 1.7 + 2.5 * pg_temp.u(o, 'value') ELSE 0.6 + 1.9 * pg_temp.u(o, 'value') END)::numeric, -2) END,
	   NULL,
	   CASE WHEN stage = 'lost' THEN pg_temp.pick(o, 'loss', '{price,no budget,no decision,competitor,no fit,timing}') END
FROM (
	SELECT t.*, o,
		   o % 10 = 1 AS second,
		   CASE WHEN o % 10 = 0 AND t.customer THEN 'won'
				-- nobody leaves a deal open for long
				WHEN opened_on < :'as_of'::date - 250 THEN CASE WHEN t.customer AND pg_temp.u(o, 'won') < 0.6 THEN 'won' ELSE 'lost' END
				ELSE pg_temp.pick(o, 'stage', '{qualification,discovery,proposal,negotiation,won,lost}',
								  CASE WHEN t.customer THEN '{0.15,0.30,0.45,0.55,0.85}'::float8[]
									   ELSE '{0.25,0.45,0.58,0.66,0.66}' END)
		   END::crm.deal_stage AS stage,
		   opened_on,
		   CASE WHEN t.customer THEN 0.9 ELSE 0.6 END AS known
	FROM truth AS t
		 CROSS JOIN LATERAL generate_series(t.id * 10,
				t.id * 10 + CASE WHEN NOT t.customer THEN CASE WHEN pg_temp.u(t.id, 'deal') < 0.55 THEN 0 ELSE -1 END
								 WHEN pg_temp.u(t.id, 'deal') < CASE WHEN t.best THEN 0.6 ELSE 0.15 END THEN 1 ELSE 0 END) AS o
		 CROSS JOIN LATERAL (SELECT CASE WHEN o % 10 = 0 THEN t.created_on
										 ELSE t.won_on + floor((:'as_of'::date - t.won_on) * pg_temp.u(o, 'opened'))::int
									END AS opened_on) AS d) AS t;

-- Good customers send others, to whom they are like.
UPDATE crm.opportunities AS o
SET referred_by = r.id
FROM (SELECT id, won_on, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS all FROM truth WHERE best) AS r
WHERE o.kind = 'new' AND o.account_id <> r.id AND o.opened_on > r.won_on
	  AND r.n = floor(r.all * pg_temp.u(o.opportunity_id, 'referrer'))
	  AND pg_temp.u(o.opportunity_id, 'referred') < CASE WHEN o.stage = 'won' THEN 0.25 ELSE 0.03 END;

ALTER TABLE crm.opportunities ADD PRIMARY KEY (opportunity_id),
	ADD FOREIGN KEY (account_id) REFERENCES crm.accounts,
	ADD FOREIGN KEY (referred_by) REFERENCES crm.accounts;
CREATE INDEX ON crm.opportunities (account_id);

COMMENT ON TABLE crm.opportunities IS 'Deals: won, lost and open';
COMMENT ON COLUMN crm.opportunities.opportunity_id IS 'Key';
COMMENT ON COLUMN crm.opportunities.account_id IS 'Account that would buy';
COMMENT ON COLUMN crm.opportunities.kind IS 'new: would make the account a customer; expansion: a later, larger contract';
COMMENT ON COLUMN crm.opportunities.stage IS 'Stage in the pipeline';
COMMENT ON COLUMN crm.opportunities.opened_on IS 'Day on which the deal was opened';
COMMENT ON COLUMN crm.opportunities.closed_on IS 'Day on which it was won or lost; closed_on - opened_on is the sales cycle';
COMMENT ON COLUMN crm.opportunities.amount IS 'Contract value of a year, CNY';
COMMENT ON COLUMN crm.opportunities.discount IS 'Discount on the list price; 0.1 is 10 %';
COMMENT ON COLUMN crm.opportunities.budget IS 'BANT: money that is set aside for it, CNY; null where nobody asked';
COMMENT ON COLUMN crm.opportunities.decider_engaged IS 'BANT: whoever can sign takes part';
COMMENT ON COLUMN crm.opportunities.need IS 'BANT: 0 no need, 1 there is one, 2 we match it, 3 it is strong and urgent too';
COMMENT ON COLUMN crm.opportunities.decision_by IS 'BANT: day by which they want to decide';
COMMENT ON COLUMN crm.opportunities.competitor IS 'Whom else they look at or use';
COMMENT ON COLUMN crm.opportunities.user_champion IS 'Somebody there will run the product';
COMMENT ON COLUMN crm.opportunities.acquisition_cost IS 'Sales and marketing money that it took to win, CNY';
COMMENT ON COLUMN crm.opportunities.value_received IS 'Worth of the first year to the customer, as the customer measured it, CNY';
COMMENT ON COLUMN crm.opportunities.referred_by IS 'Customer who sent them';
COMMENT ON COLUMN crm.opportunities.loss_reason IS 'Why it was lost';


-- Invoices: every month (or once a year) until the customer leaves, and refunds.

CREATE TABLE crm.invoices (
	invoice_id		bigint NOT NULL,
	account_id		bigint NOT NULL,
	kind			text NOT NULL,
	invoiced_on		date NOT NULL,
	paid_at			timestamptz,
	amount			numeric(12,2) NOT NULL,
	cost			numeric(12,2) NOT NULL,
	currency		char(3) NOT NULL,
	service			daterange NOT NULL,
	support_hours	numeric(6,1) NOT NULL
);

INSERT INTO crm.invoices
WITH stay AS (
	-- months until the customer leaves, each with its chance; null where they have not left
	SELECT t.*,
		   pg_temp.u(t.id, 'prepaid') < 0.15 AS prepaid,
		   (SELECT min(m) FROM generate_series(1, 47) AS m WHERE pg_temp.u(t.id * 100 + m, 'leaves') < t.hazard) AS leaves
	FROM truth AS t
	WHERE t.customer
), charge AS (
	SELECT s.*, s.id * 1000 + m * 2 AS i,
		   (s.won_on + m * interval '1 month')::date AS day,
		   CASE WHEN s.prepaid THEN 12 ELSE 1 END AS months,
		   round(s.monthly * (1 + m / 12 * CASE WHEN s.best THEN 0.12 ELSE 0.02 END), 2) AS price
	FROM stay AS s
		 CROSS JOIN LATERAL generate_series(0, coalesce(s.leaves - 1, 47), CASE WHEN s.prepaid THEN 12 ELSE 1 END) AS m
	WHERE s.won_on + m * interval '1 month' < :'as_of'::date
), line AS (
	SELECT i, id, 'charge' AS kind, day, price * months AS amount,
		   round((price * months * (CASE WHEN best THEN 0.18 ELSE 0.34 END + 0.1 * pg_temp.u(i, 'cost')))::numeric, 2) AS cost,
		   months, best
	FROM charge
	UNION ALL
	SELECT i + 1, id, 'refund', day + 10, - round((price * (0.2 + 0.8 * pg_temp.u(i, 'refund share')))::numeric, 2), 0, 1, best
	FROM charge
	WHERE pg_temp.u(i, 'refund') < CASE WHEN best THEN 0.004 ELSE 0.02 END AND day + 10 < :'as_of'::date
)
SELECT i, id, kind, day,
	   CASE WHEN pg_temp.u(i, 'paid') < 0.99 AND day + paid_after < :'as_of'::date THEN
				(day + paid_after)::timestamptz + floor(86400 * pg_temp.u(i, 'paid at')) * interval '1 second' END,
	   amount, cost, 'CNY',
	   daterange(day, (day + months * interval '1 month')::date),
	   CASE WHEN kind = 'charge' THEN (months * CASE WHEN best THEN 1.5 ELSE 5 END * pg_temp.u(i, 'support'))::numeric(6,1) ELSE 0 END
FROM line
	 CROSS JOIN LATERAL (SELECT CASE WHEN kind = 'refund' THEN 0 ELSE floor(25 * pg_temp.u(i, 'paid after'))::int END AS paid_after) AS p;

ALTER TABLE crm.invoices ADD PRIMARY KEY (invoice_id),
	ADD FOREIGN KEY (account_id) REFERENCES crm.accounts;
CREATE INDEX ON crm.invoices (account_id);

COMMENT ON TABLE crm.invoices IS 'Money of the customers; one that has left gets no more of them';
COMMENT ON COLUMN crm.invoices.invoice_id IS 'Key';
COMMENT ON COLUMN crm.invoices.account_id IS 'Customer';
COMMENT ON COLUMN crm.invoices.kind IS 'charge or refund';
COMMENT ON COLUMN crm.invoices.invoiced_on IS 'Day of the invoice';
COMMENT ON COLUMN crm.invoices.paid_at IS 'When the money moved; null where it has not yet';
COMMENT ON COLUMN crm.invoices.amount IS 'Money, negative for a refund';
COMMENT ON COLUMN crm.invoices.cost IS 'What it cost to serve';
COMMENT ON COLUMN crm.invoices.currency IS 'Currency of amount and cost; the same in every row';
COMMENT ON COLUMN crm.invoices.service IS 'Time that the invoice is for: a month, or a year paid in advance';
COMMENT ON COLUMN crm.invoices.support_hours IS 'Hours of support that the customer needed in that time';


-- What each channel cost by month.  Leads are what the channel itself reports.

CREATE TABLE crm.channel_costs (
	month			date NOT NULL,
	channel			text NOT NULL,
	leads			int NOT NULL,
	impressions		bigint NOT NULL,
	spend			numeric(12,2) NOT NULL
);

INSERT INTO crm.channel_costs
SELECT month, channel, leads,
	   floor(leads * reach * (0.8 + 0.4 * pg_temp.u(n, 'impressions'))),
	   round((leads * price * (0.8 + 0.4 * pg_temp.u(n, 'spend')) + fixed)::numeric, 2)
FROM (
	SELECT date_trunc('month', created_on)::date AS month, channel, count(*)::int AS leads,
		   row_number() OVER (ORDER BY date_trunc('month', created_on)::date, channel COLLATE "C") AS n
	FROM truth GROUP BY 1, 2) AS t
	 JOIN (VALUES ('social ads', 180, 0, 4000), ('search ads', 420, 0, 900), ('trade show', 900, 8000, 60),
				  ('outbound', 650, 0, 25), ('organic search', 90, 9000, 500), ('webinar', 380, 1500, 80),
				  ('partner referral', 520, 2000, 0)) AS c (channel, price, fixed, reach) USING (channel)
ORDER BY month, channel COLLATE "C";

ALTER TABLE crm.channel_costs ADD PRIMARY KEY (month, channel);

COMMENT ON TABLE crm.channel_costs IS 'Marketing spend by month and channel';
COMMENT ON COLUMN crm.channel_costs.month IS 'First day of the month';
COMMENT ON COLUMN crm.channel_costs.channel IS 'As in accounts.channel';
COMMENT ON COLUMN crm.channel_costs.leads IS 'Leads that the channel counts as its own';
COMMENT ON COLUMN crm.channel_costs.impressions IS 'How often it was seen: loud is not good';
COMMENT ON COLUMN crm.channel_costs.spend IS 'Money spent, CNY';

DROP TABLE truth;

COMMIT;

ANALYZE crm.accounts, crm.contacts, crm.opportunities, crm.invoices, crm.channel_costs;

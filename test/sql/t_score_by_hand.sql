-- Scores against the same rules written by hand in SQL: random rows with values of all types, NULLs and oddities among them.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET TimeZone = 'America/New_York';
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION citext;
SELECT * FROM no_plan();

CREATE TYPE industry AS ENUM ('Retail', 'SaaS', '5');
CREATE DOMAIN short_label AS text CHECK (length(VALUE) < 100);
CREATE TYPE address AS (city text, zip int);
CREATE FUNCTION pick(VARIADIC choices anycompatiblearray) RETURNS anycompatible LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * array_length(choices,
	1))::int] $$;
SELECT FROM setseed(0.25);
CREATE TABLE accounts AS SELECT id,
	pick('SaaS', 'Fintech', '客户', 'saas', 'SaaS ', 'Retail', 'Select', '', NULL) AS industry,
	pick('Shanghai', 'Shenzhen', 'shanghai', 'A_x', 'Abx', 'unknown', NULL)::varchar(20) AS city,
	pick('CN', 'US', 'DE', '', NULL)::char(4) AS country,
	pick('SaaS', 'SAAS', 'Fintech', 'fin', NULL)::citext AS segment,
	pick('Retail', 'SaaS', '5', NULL)::industry AS branch,
	pick('SaaS', 'x', NULL)::short_label AS label,
	pick('pg_catalog', 'public', NULL)::name AS schema,
	pick(true, false, NULL) AS active,
	pick(9, 10, 15, 19, 20, -32768, 32767, NULL)::int2 AS stars,
	pick(100, 101, 300, 301, 500, -1, 2147483647, NULL) AS employees,
	pick(9007199254740992, 9007199254740993, 9223372036854775807, -9223372036854775808, 0, NULL)::int8 AS followers,
	pick(0.1, 0.2, 0.15, 'NaN', 'Infinity', '-Infinity', '-0', 1e-45, NULL)::float4 AS growth,
	pick(0.1, 0.3, 0.1 + 0.2, 1e10, 'NaN', 'Infinity', '-Infinity', 5e-324, NULL)::float8 AS ratio,
	pick(0.1, 0.3, 0.29999999999999999999999999, 'NaN', 'Infinity', '-Infinity', 1e300, NULL)::numeric AS margin,
	pick(99.98, 99.99, 999.99, 1000, -1, NULL)::numeric::money AS fee,
	pick('2023-12-31', '2024-01-01', '2024-06-30', '2024-12-31', '2025-01-01', 'infinity', '-infinity', NULL)::date AS founded,
	pick('2024-01-01 00:00', '2023-12-31 23:59:59.999999', '2024-06-01 12:00', 'infinity', NULL)::timestamp AS signed,
	pick('2024-01-01 00:00+00', '2023-12-31 23:59:59.999999+00', '2024-01-01 00:00-05', '-infinity', NULL)::timestamptz AS renewed,
	pick('30 days', '1 month', '29 days 24:00', '364 days', '1 year', '-1 day', NULL)::interval AS tenure,
	pick('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000A', NULL)::uuid AS key,
	pick('{a,b,c}', '{a}', '{b,NULL,a}', '{}', '{NULL}', '{{d,x},{a,y}}', NULL)::text[] AS tags,
	pick('{1,5}', '{5,NULL}', '{}', NULL)::int[] AS codes,
	pick('{"intent": "high", "score": 5, "tags": ["x", "y"]}', '{"intent": null, "score": 5.5, "seen": "2024-03-01"}',
		'{"intent": {"a": 1}, "score": "5", "seen": "2024-03-01T23:00:00-05:00"}', '{"score": 1e3, "seen": "soon"}', '[]', 'null',
		NULL)::jsonb AS attrs,
	pick('{"k": {"n": 1}}', '{"k": {"n": 1.0}}', '{"k": {"n": "1"}}', '{"k": [1]}', '"k"', NULL)::json AS extra,
	pick('1200', ' 1e3 ', '1,200', '-5', 'NaN', '0x10', '', '.5', '5.', 'n/a', '1e400', '1e1000', NULL) AS revenue,
	pick('2024-05-01', '2024/5/1', '01.05.2024', '2024-05-01T10:00:00Z', 'tomorrow', '', '2024-02-30', NULL) AS closed,
	pick(now(), now() - interval '30 days', now() - interval '30 days 1 microsecond', now() + interval '10 days',
		now() + interval '10 days 1 microsecond', now() + interval '1 microsecond', 'infinity', NULL) AS seen,
	pick('(Shanghai,200000)', '(,1)', '(Paris,)', NULL)::address AS address
	FROM generate_series(1, 3000) id;
SELECT cmp_ok((SELECT count(DISTINCT to_jsonb(a) - 'id') FROM accounts a), '>=', 2900::bigint, 'the rows differ');

CREATE TABLE portrait AS SELECT $p$ { "scale": "points", "initial": -1.5, "placeholders": ["Select", "unknown", "", -1],
	"tiers": {"A": 3800, "B": 3000}, "fit": 3800, "characteristics": [
	{"name": "industry", "field": "industry", "attributes": [{"in": ["SaaS", "Fintech"], "points": 30}, {"equals": "客户", "points": 12},
		{"missing": true, "points": 5.5}, {"otherwise": true, "points": 1}]},
	{"name": "city", "field": "city", "attributes": [{"like": "Sh%", "points": 7}, {"ilike": "sh%", "points": 6}, {"like": "A\\_x",
		"points": 5}, {"missing": true, "points": -4}, {"like": "A_x", "points": 3}]},
	{"name": "country", "field": "country", "attributes": [{"equals": "CN", "points": 8}, {"in": ["US", "DE  "], "points": 9},
		{"missing": true, "points": 10}]},
	{"name": "segment", "field": "segment", "attributes": [{"equals": "saas", "points": 0.25}, {"like": "FIN_%", "points": 0.125}]},
	{"name": "branch", "field": "branch", "attributes": [{"in": ["SaaS", "5"], "points": 11}, {"not": {"equals": "SaaS"}, "points": 13}]},
	{"name": "label", "field": "label", "attributes": [{"equals": "SaaS", "points": 17}]},
	{"name": "schema", "field": "schema", "attributes": [{"equals": "public", "points": 19}, {"like": "pg\\_%", "points": 23}]},
	{"name": "active", "field": "active", "attributes": [{"equals": true, "points": 29}, {"equals": false, "points": 31}, {"missing": true,
		"points": 37}]},
	{"name": "stars", "field": "stars", "attributes": [{"range": "[10,19.5)", "points": 41}, {"range": "(-40000,10)", "points": 43}]},
	{"name": "employees", "field": "employees", "attributes": [{"range": "(100,300]", "points": 47}, {"in": [100, 500], "points": 53},
		{"missing": true, "points": 59}]},
	{"name": "followers", "field": "followers", "attributes": [{"range": "[9007199254740993,1e30)", "points": 61},
		{"equals": 9007199254740992, "points": 67}, {"range": "(,-9223372036854775808]", "points": 71}]},
	{"name": "growth", "field": "growth", "attributes": [{"range": "[0.1,0.2)", "points": 73}, {"equals": 0, "points": 79},
		{"range": "(0,0.1)", "points": 81}, {"range": "[0.2,)", "points": 83}, {"missing": true, "points": 89}]},
	{"name": "ratio", "field": "ratio", "attributes": [{"equals": 0.3, "points": 97}, {"range": "(0.1,1e10]", "points": 101},
		{"range": "(,0]", "points": 103}, {"missing": true, "points": 107}]},
	{"name": "margin", "field": "margin", "attributes": [{"range": "[0.1,0.3)", "points": 109}, {"range": "[0.3,1e299)", "points": 113},
		{"range": "(,0)", "points": 127}, {"missing": true, "points": 131}]},
	{"name": "fee", "field": "fee", "attributes": [{"range": "[99.985,1000)", "points": 137}, {"equals": 1000.00, "points": 139},
		{"missing": true, "points": 149}]},
	{"name": "founded", "field": "founded", "attributes": [{"range": "[2024-01-01,2024-12-31 12:00)", "points": 151},
		{"range": "[2025-01-01,)", "points": 157}, {"equals": "2023-12-31", "points": 163}]},
	{"name": "signed", "field": "signed", "attributes": [{"range": "[2024-01-01,2025-01-01)", "points": 167}, {"range": "(,2024-01-01)",
		"points": 173}]},
	{"name": "renewed", "field": "renewed", "attributes": [{"range": "[2024-01-01,2024-01-01 05:00)", "points": 179},
		{"equals": "2024-01-01 05:00:00", "points": 181}]},
	{"name": "tenure", "field": "tenure", "attributes": [{"range": "[1 month,1 year)", "points": 191}, {"equals": "12 months",
		"points": 193}]},
	{"name": "key", "field": "key", "attributes": [{"equals": "00000000-0000-0000-0000-00000000000a", "points": 197}]},
	{"name": "tags", "field": "tags", "attributes": [{"contains": ["a", "b"], "points": 199}, {"contains_any": ["c", "d"], "points": 211},
		{"contains": "a", "points": 223}, {"missing": true, "points": 227}]},
	{"name": "codes", "field": "codes", "attributes": [{"contains": 5, "points": 229}]},
	{"name": "intent", "field": "attrs.intent", "attributes": [{"equals": "high", "points": 233}, {"missing": true, "points": 239}]},
	{"name": "score", "field": "attrs.score", "attributes": [{"equals": 5, "points": 241}, {"range": "(5,1000]", "points": 251},
		{"equals": "5", "points": 257}]},
	{"name": "seen in JSON", "field": "attrs.seen", "attributes": [{"range": "[2024-03-02,)", "points": 263}, {"range": "(,)",
		"points": 269}]},
	{"name": "tags in JSON", "field": "attrs.tags", "attributes": [{"contains_any": ["y", "z"], "points": 271}]},
	{"name": "k", "field": "extra.k.n", "attributes": [{"equals": 1, "points": 277}, {"missing": true, "points": 281}]},
	{"name": "first", "field": "extra.k.0", "attributes": [{"equals": 1, "points": 283}]},
	{"name": "revenue", "field": "revenue", "as": "number", "attributes": [{"range": "[1000,1e5)", "points": 293}, {"range": "[1e5,)",
		"points": 307}, {"missing": true, "points": 311}, {"otherwise": true, "points": 313}]},
	{"name": "closed", "field": "closed", "as": "date", "attributes": [{"equals": "2024-05-01", "points": 317},
		{"range": "(2024-05-01,2024-05-02)", "points": 331}, {"missing": true, "points": 337}]},
	{"name": "seen", "field": "seen", "attributes": [{"within": "30 days", "points": 347}, {"within_next": "10 days", "points": 349},
		{"older": "30 days", "points": 353}]},
	{"name": "city of address", "field": "address.city", "attributes": [{"equals": "Shanghai", "points": 359}, {"missing": true,
		"points": 367}]},
	{"name": "both", "attributes": [
		{"all": [{"field": "active", "equals": true}, {"field": "employees", "range": "(100,)"}], "points": 373},
		{"any": [{"field": "active", "equals": true}, {"not": {"field": "employees", "range": "(100,)"}}], "points": 379},
		{"not": {"all": [{"field": "active", "equals": true}, {"any": [{"field": "industry", "missing": true}, {"field": "ratio",
			"range": "(1,)"}]}]}, "points": 383}]} ],
	"disqualify": [{"when": {"all": [{"field": "country", "equals": "US"}, {"field": "address.zip", "range": "[2,)"}]}, "reason": "far"},
		{"when": {"field": "codes", "contains": [1, 5]}}] } $p$::icp_portrait AS portrait;

-- What is missing in the portrait's sense is NULL here; the rest is plain SQL.
CREATE VIEW known AS SELECT id, nullif(nullif(industry, 'Select'), '') AS industry, nullif(city, 'unknown') AS city, nullif(country,
	'') AS country, segment, branch, label, schema, active, stars, nullif(employees, -1) AS employees,
	followers, nullif(growth, 'NaN') AS growth, nullif(ratio, 'NaN') AS ratio, nullif(margin, 'NaN') AS margin, nullif(fee,
		(-1)::money) AS fee, founded, signed, renewed, tenure, key, tags, codes, attrs, extra::jsonb AS extra,
	CASE WHEN revenue ~ '^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?\s*$' THEN revenue::numeric END AS revenue, CASE
		WHEN closed ~ '^2024[-/]' AND closed <> '2024-02-30' THEN replace(closed, 'Z', '')::timestamp END AS closed, seen, address
		FROM accounts;
CREATE VIEW by_hand AS SELECT id, v.* FROM known, LATERAL (VALUES
	('industry', CASE WHEN industry IN ('SaaS', 'Fintech') THEN 30 WHEN industry = '客户' THEN 12 WHEN industry IS NULL THEN 5.5 ELSE 1 END),
	('city', CASE WHEN city LIKE 'Sh%' THEN 7 WHEN city ILIKE 'sh%' THEN 6 WHEN city LIKE 'A\_x' THEN 5 WHEN city IS NULL THEN -4
		WHEN city LIKE 'A_x' THEN 3 ELSE 0 END),
	('country', CASE WHEN country = 'CN' THEN 8 WHEN country IN ('US', 'DE') THEN 9 WHEN country IS NULL THEN 10 ELSE 0 END),
	('segment', CASE WHEN segment = 'saas'::citext THEN 0.25 WHEN segment ILIKE 'FIN_%' THEN 0.125 ELSE 0 END),
	('branch', CASE WHEN branch IN ('SaaS', '5') THEN 11 WHEN NOT branch = 'SaaS' THEN 13 ELSE 0 END),
	('label', CASE WHEN label = 'SaaS' THEN 17 ELSE 0 END),
	('schema', CASE WHEN schema = 'public' THEN 19 WHEN schema LIKE 'pg\_%' THEN 23 ELSE 0 END),
	('active', CASE WHEN active THEN 29 WHEN NOT active THEN 31 ELSE 37 END),
	('stars', CASE WHEN stars >= 10 AND stars < 19.5 THEN 41 WHEN stars > -40000 AND stars < 10 THEN 43 ELSE 0 END),
	('employees', CASE WHEN employees > 100 AND employees <= 300 THEN 47 WHEN employees IN (100, 500) THEN 53
		WHEN employees IS NULL THEN 59 ELSE 0 END),
	('followers', CASE WHEN followers >= 9007199254740993 THEN 61 WHEN followers = 9007199254740992 THEN 67
		WHEN followers <= -9223372036854775808 THEN 71 ELSE 0 END),
	('growth', CASE WHEN growth >= 0.1::float4 AND growth < 0.2::float4 THEN 73 WHEN growth = 0 THEN 79
		WHEN growth > 0 AND growth < 0.1::float4 THEN 81 WHEN growth >= 0.2::float4 THEN 83 WHEN growth IS NULL THEN 89 ELSE 0 END),
	('ratio', CASE WHEN ratio = 0.3::float8 THEN 97 WHEN ratio > 0.1::float8 AND ratio <= 1e10 THEN 101 WHEN ratio <= 0 THEN 103
		WHEN ratio IS NULL THEN 107 ELSE 0 END),
	('margin', CASE WHEN margin >= 0.1 AND margin < 0.3 THEN 109 WHEN margin >= 0.3 AND margin < 1e299 THEN 113 WHEN margin < 0 THEN 127
		WHEN margin IS NULL THEN 131 ELSE 0 END),
	('fee', CASE WHEN fee::numeric >= 99.985 AND fee::numeric < 1000 THEN 137 WHEN fee::numeric = 1000 THEN 139
		WHEN fee IS NULL THEN 149 ELSE 0 END),
	('founded', CASE WHEN founded >= '2024-01-01' AND founded < timestamp '2024-12-31 12:00' THEN 151 WHEN founded >= '2025-01-01' THEN 157
		WHEN founded = '2023-12-31' THEN 163 ELSE 0 END),
	('signed', CASE WHEN signed >= '2024-01-01' AND signed < '2025-01-01' THEN 167 WHEN signed < '2024-01-01' THEN 173 ELSE 0 END),
	('renewed', CASE WHEN renewed >= '2024-01-01 00:00+00' AND renewed < '2024-01-01 05:00+00' THEN 179
		WHEN renewed = '2024-01-01 05:00+00' THEN 181 ELSE 0 END),
	('tenure', CASE WHEN tenure >= '1 month' AND tenure < '1 year' THEN 191 WHEN tenure = '12 months' THEN 193 ELSE 0 END),
	('key', CASE WHEN key = '00000000-0000-0000-0000-00000000000a' THEN 197 ELSE 0 END),
	('tags', CASE WHEN tags @> '{a,b}' THEN 199 WHEN tags && '{c,d}' THEN 211 WHEN tags @> '{a}' THEN 223
		WHEN tags IS NULL THEN 227 ELSE 0 END),
	('codes', CASE WHEN codes @> '{5}' THEN 229 ELSE 0 END),
	('intent', CASE WHEN attrs -> 'intent' = '"high"' THEN 233 WHEN coalesce(attrs -> 'intent', 'null') = 'null' THEN 239 ELSE 0 END),
	('score', CASE WHEN attrs -> 'score' = '5' THEN 241 WHEN jsonb_typeof(attrs -> 'score') = 'number' AND (attrs ->> 'score')::numeric > 5
		AND (attrs ->> 'score')::numeric <= 1000 THEN 251 WHEN attrs -> 'score' = '"5"' THEN 257 ELSE 0 END),
	('seen in JSON', CASE WHEN attrs ->> 'seen' ~ '^2024' AND (attrs ->> 'seen')::timestamptz >= '2024-03-02 00:00+00' THEN 263
		WHEN attrs ? 'seen' THEN 269 ELSE 0 END),
	('tags in JSON', CASE WHEN attrs -> 'tags' ?| '{y,z}' THEN 271 ELSE 0 END),
	('k', CASE WHEN extra #> '{k,n}' = '1' THEN 277 WHEN extra #> '{k,n}' IS NULL THEN 281 ELSE 0 END),
	('first', CASE WHEN extra #> '{k,0}' = '1' THEN 283 ELSE 0 END),
	('revenue', CASE WHEN revenue >= 1000 AND revenue < 1e5 THEN 293 WHEN revenue >= 1e5 THEN 307
		WHEN revenue IS NULL THEN 311 ELSE 313 END),
	('closed', CASE WHEN closed = '2024-05-01' THEN 317 WHEN closed > '2024-05-01' AND closed < '2024-05-02' THEN 331
		WHEN closed IS NULL THEN 337 ELSE 0 END),
	('seen', CASE WHEN seen >= now() - interval '30 days' AND seen <= now() THEN 347
		WHEN seen >= now() AND seen <= now() + interval '10 days' THEN 349 WHEN seen < now() - interval '30 days' THEN 353 ELSE 0 END),
	('city of address', CASE WHEN (address).city = 'Shanghai' THEN 359 WHEN (address).city IS NULL THEN 367 ELSE 0 END),
	('both', CASE WHEN active AND employees > 100 THEN 373 WHEN active OR NOT employees > 100 THEN 379
		WHEN NOT (active AND (industry IS NULL OR ratio > 1)) THEN 383 ELSE 0 END)) v(characteristic, points);
CREATE VIEW disqualified_by_hand AS SELECT id, CASE WHEN country = 'US' AND (address).zip >= 2 THEN 'far'
	WHEN codes @> '{1,5}' THEN 'codes contains 1, 5' END AS disqualified_by FROM known;

-- All at once, as plans of every kind compute it.
SET LOCAL TimeZone = 'UTC';
CREATE TABLE partial AS SELECT * FROM by_hand;
CREATE TABLE expected AS SELECT id, sum(points) - 1.5 AS points, disqualified_by, CASE
	WHEN disqualified_by IS NULL THEN (sum(points) - 1.5)::float8 ELSE 0 END AS score FROM partial JOIN disqualified_by_hand USING (id)
	GROUP BY id, disqualified_by;
RESET TimeZone;
ANALYZE accounts, partial, expected;
\set same 'JOIN expected x USING (id) WHERE (e.points, e.disqualified_by, e.score) IS DISTINCT FROM (x.points, x.disqualified_by, x.score) OR e.tier <> CASE WHEN x.disqualified_by IS NOT NULL THEN $$out$$ WHEN x.score >= 3800 THEN $$A$$ WHEN x.score >= 3000 THEN $$B$$ ELSE $$out$$ END OR e.fits <> (x.disqualified_by IS NULL AND x.score >= 3800)'
SELECT is_empty($$ SELECT e.characteristic, e.value, e.points, x.points, count(*)
	FROM accounts a, portrait p, icp_explain(a, p.portrait) e JOIN partial x ON x.characteristic = e.characteristic
	WHERE x.id = a.id AND e.points <> x.points GROUP BY 1, 2, 3, 4 $$,
	'no partial score differs from SQL by hand');
SELECT is((SELECT count(*) FROM partial), 33 * (SELECT count(*) FROM accounts), 'of any characteristic');
SELECT portrait FROM portrait \gset
CREATE TABLE by_columns AS SELECT id, (icp_evaluate(a, :'portrait'::icp_portrait)).* FROM accounts a;
SELECT is((SELECT count(*) FROM by_columns e :same), 0::bigint, 'columns: no row differs from SQL by hand');
CREATE TABLE by_row AS SELECT id, (icp_evaluate(a, p.portrait)).* FROM accounts a, portrait p;
SELECT is((SELECT count(*) FROM by_row e :same), 0::bigint, 'rows: no row differs');
SELECT is((SELECT count(*) FROM by_columns c FULL JOIN by_row r USING (id) WHERE c IS DISTINCT
	FROM r), 0::bigint, 'and all else is the same for both');
SELECT is((SELECT count(*) FROM accounts a JOIN expected x USING (id), portrait p WHERE icp_score(a, p.portrait) IS DISTINCT
	FROM x.score OR icp_score(a, :'portrait'::icp_portrait) IS DISTINCT FROM x.score), 0::bigint, 'icp_score');
SELECT is((SELECT count(*) FROM accounts a JOIN by_row e USING (id), portrait p WHERE icp_tier(a, p.portrait) IS DISTINCT
	FROM e.tier OR icp_tier(a, :'portrait'::icp_portrait) IS DISTINCT FROM e.tier), 0::bigint, 'icp_tier');
SELECT is((SELECT count(*) FROM accounts a JOIN by_row e USING (id), portrait p WHERE icp_fits(a, p.portrait) IS DISTINCT
	FROM e.fits OR icp_fits(a, :'portrait'::icp_portrait) IS DISTINCT FROM e.fits), 0::bigint, 'icp_fits');
SELECT is((SELECT count(*) FROM accounts a JOIN expected x USING (id), portrait p, LATERAL (SELECT sum(points)
	FROM icp_explain(a, p.portrait)) e(points) WHERE e.points <> x.points), 0::bigint, 'icp_explain adds up');
-- The portrait was put to use: every attribute has matched, on enough rows.
SELECT set_eq($$ SELECT DISTINCT e.characteristic, e.points FROM accounts a, portrait p, icp_explain(a, p.portrait) e
	WHERE e.attribute IS NOT NULL AND e.characteristic <> 'disqualified' $$,
	$$ SELECT c ->> 'name', (a ->> 'points')::numeric FROM portrait, jsonb_path_query(portrait::jsonb, '$.characteristics[*]') c,
		jsonb_path_query(c, '$.attributes[*]') a $$, 'every attribute has matched somewhere');
SELECT ok(count(*) FILTER (WHERE disqualified_by = 'far') > 50 AND count(*) FILTER (WHERE disqualified_by LIKE 'codes%') > 50
	AND count(DISTINCT tier) = 3, 'rows of all outcomes') FROM by_row;
SELECT is((SELECT count(DISTINCT points) > 1000 FROM by_row), true, 'and many different points');
-- Whatever the session's settings are.
CREATE FUNCTION differing(settings text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	result bigint;
BEGIN
	FOR i IN 1 .. array_length(settings, 1) LOOP
		PERFORM set_config(settings[i][1], settings[i][2], true);
	END LOOP;
	SELECT count(*) INTO result FROM accounts a JOIN expected x USING (id), portrait p WHERE icp_score(a, p.portrait) IS DISTINCT
		FROM x.score;
	FOR i IN 1 .. array_length(settings, 1) LOOP
		EXECUTE format('RESET %I', settings[i][1]);
	END LOOP;
	RETURN result;
END $$;
SELECT is(differing('{{DateStyle,"SQL, DMY"},{TimeZone,Asia/Kolkata},{IntervalStyle,sql_standard},{extra_float_digits,-15}}'), 0::bigint,
	'DMY, Kolkata, sql_standard');
SELECT is(differing('{{DateStyle,"German, YMD"},{TimeZone,Pacific/Kiritimati},{IntervalStyle,iso_8601},{extra_float_digits,3}}'), 0::bigint,
	'German, Kiritimati, iso_8601');
SELECT is(differing('{{DateStyle,"Postgres, MDY"},{TimeZone,Etc/GMT+12},{IntervalStyle,postgres_verbose},{lc_numeric,C},{lc_monetary,C}}'),
	0::bigint, 'Postgres, -12, verbose');

SELECT * FROM finish();
ROLLBACK;

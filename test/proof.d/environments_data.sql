-- For 75_environments, in each database. Only ASCII, which every encoding has.
SET client_min_messages = error;
CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(i, j) & 1048575) / 1048576.0 $$;
CREATE TABLE crm AS SELECT i AS id, u(i, 0) < 0.25 AS best, (CASE WHEN u(i, 1) < 0.9 THEN floor(u(i, 1) * 120) END)::int AS employees, round(u(i, 4)::numeric * 1000, 2) AS revenue, u(i, 6) AS rate,
	(CASE WHEN u(i, 0) < 0.25 AND u(i, 2) < 0.6 THEN 'SaaS' ELSE ('{SaaS,Bank,Retail and commerce,AI,zoo,_x}'::text[])[1 + floor(u(i, 7) * 6)::int] END)::text /*COLLATE*/ AS industry, ('{CFO,VP of Sales,Economic Buyer,end user,engineer,champion}'::text[])[1 + floor(u(i, 8) * 6)::int]::text /*COLLATE*/ AS title,
	date '2020-01-01' + floor(u(i, 11) * 2000)::int AS founded, timestamptz '2024-01-01 00:00Z' + floor(u(i, 12) * 300) * interval '13 hours' AS seen, timestamp '2024-01-01' + floor(u(i, 13) * 300) * interval '7 hours' AS called,
	CASE WHEN u(i, 10) < 0.8 THEN u(i, 10) < 0.3 END AS active, (SELECT array_agg(t) FROM unnest('{crm,erp,bi}'::text[]) WITH ORDINALITY x(t, n) WHERE u(i, 20 + n::int) < 0.4) AS tags,
	jsonb_build_object('intent', floor(u(i, 18) * 100), 'mixed', CASE i % 3 WHEN 0 THEN '"high"' WHEN 1 THEN '1.50'::jsonb ELSE 'null' END, 'day', (date '2024-01-01' + i % 100)::text) AS attrs
	FROM generate_series(1, 400) i;
ALTER TABLE crm SET (parallel_workers = 4);
ANALYZE crm;
SELECT icp_save('rich', '{"initial": -1.5, "fit": 50, "tiers": {"T1": 70, "T2": 40}, "characteristics": [{"name": "industry", "field": "industry", "attributes": [{"in": ["SaaS", "AI"], "points": 5.25, "reason": "industry"}, {"equals": "Bank", "points": 0.1}, {"equals": "Retail and commerce", "points": 1}]},
	{"name": "size", "field": "employees", "attributes": [{"missing": true, "points": 1}, {"range": "[20,90)", "points": 3.3, "reason": "size"}]}, {"name": "revenue", "field": "revenue", "attributes": [{"range": "[100.5,700.25]", "points": 2}]}, {"name": "rate", "field": "rate", "attributes": [{"range": "(0.1,0.7)", "points": 2.75}]},
	{"name": "founded", "field": "founded", "attributes": [{"range": "[2021-03-04,2023-02-01)", "points": 2}]}, {"name": "seen", "field": "seen", "attributes": [{"range": "[2024-02-03,2024-05-04 07:00:00)", "points": 2}]}, {"name": "called", "field": "called", "attributes": [{"range": "[2024-02-03,)", "points": 1}]},
	{"name": "tags", "field": "tags", "attributes": [{"contains": "crm", "points": 2}]}, {"name": "intent", "field": "attrs.intent", "attributes": [{"range": "[40,80)", "points": 4}]}, {"name": "mixed", "field": "attrs.mixed", "attributes": [{"equals": "high", "points": 1}, {"equals": 1.5, "points": 2}]}],
	"disqualify": [{"when": {"field": "industry", "equals": "zoo"}, "reason": "no"}], "probability": {"intercept": -1, "slope": 0.1}}') \g /dev/null
SELECT icp_save('doc', '{"absent": "missing", "characteristics": [{"name": "industry", "field": "industry", "attributes": [{"equals": "SaaS", "points": 2}]}, {"name": "day", "field": "attrs.day", "attributes": [{"range": "[2024-02-01,)", "points": 1}]}, {"name": "rate", "field": "rate", "attributes": [{"range": "[0.5,)", "points": 1}]}]}') \g /dev/null
SELECT icp_save('deal', icp_framework('BANT', '{"budget": {"field": "revenue", "range": "[200,)"}, "need": {"field": "industry", "in": ["SaaS", "Bank"]}}')) \g /dev/null
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('first', 1, '{"field": "founded", "range": "[2023-01-01,)"}'), ('second', 2, '{"field": "attrs.intent", "range": "[50,)"}');

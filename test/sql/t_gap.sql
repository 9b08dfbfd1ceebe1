-- icp_gap: against SQL on the table, and against what icp_explain says of each row.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET datestyle = iso;
SET timezone = 'UTC';
CREATE FUNCTION near(a float8, b float8) RETURNS bool LANGUAGE sql AS $$ SELECT coalesce(abs(a - b) <= 1e-12, a IS NULL AND b IS NULL) $$;
-- Numbers from 0 to 1 that are as good as random, and the same everywhere.
CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(i, j) & 1048575) / 1048576.0 $$;
CREATE TYPE stage AS ENUM ('seed', 'a round of series a', 'listed');

CREATE TABLE crm AS SELECT i, u(i, 0) < 0.25 AS best, (CASE WHEN u(i, 1) < 0.9 THEN floor(u(i, 1) * 400) END)::int AS n4, (u(i, 2) * 20)::int2 AS n2, floor(u(i, 3) * 5)::bigint * 10000000000 AS n8,
	CASE WHEN i % 50 = 0 THEN 'NaN' WHEN i % 51 = 0 THEN 'Infinity' ELSE round(u(i, 4)::numeric * 100, 2) END AS num, CASE WHEN i % 40 = 0 THEN 'NaN' ELSE floor(u(i, 5) * 10) / 10 END::float4 AS r4, CASE WHEN i % 41 = 0 THEN '-Infinity' ELSE u(i, 6) - 0.5 END::float8 AS r8,
	('{SaaS,Bank,Retail and commerce,AI,unknown,NULL}'::text[])[1 + floor(u(i, 7) * 6)::int] AS industry, ('{DE,FR,CN}'::text[])[1 + floor(u(i, 8) * 3)::int]::char(4) AS country, ('{Select,Shanghai,Berlin an der Spree}'::text[])[1 + floor(u(i, 9) * 3)::int]::varchar(30) AS city,
	CASE WHEN u(i, 10) < 0.8 THEN u(i, 10) < 0.3 END AS active, CASE WHEN i % 60 = 0 THEN 'infinity' WHEN i % 7 > 0 THEN date '2020-01-01' + floor(u(i, 11) * 2000)::int END AS founded, timestamp '2024-01-01' + floor(u(i, 12) * 500) * interval '6 hours' AS seen, timestamptz '2024-01-01 00:00Z' + floor(u(i, 13) * 90) * interval '1 day' AS met,
	(SELECT array_agg(t) FROM unnest('{crm,erp,business intelligence,NULL}'::text[]) WITH ORDINALITY x(t, n) WHERE u(i, 20 + n::int) < 0.4) AS tags, CASE WHEN i % 9 > 0 THEN ARRAY[floor(u(i, 30) * 4)::int, i % 3] END AS numbers,
	('{seed,a round of series a,listed,NULL}'::stage[])[1 + floor(u(i, 14) * 4)::int] AS stage, ('{00000000-0000-0000-0000-00000000000a,11111111-1111-1111-1111-111111111111}'::uuid[])[1 + i % 2] AS key, (floor(u(i, 15) * 10000) / 100)::numeric::money AS price,
	CASE i % 5 WHEN 0 THEN 'n/a' WHEN 1 THEN '?' ELSE floor(u(i, 16) * 1000)::text END AS revenue, CASE i % 4 WHEN 0 THEN 'soon' ELSE (date '2023-01-01' + floor(u(i, 17) * 800)::int)::text END AS renewal,
	jsonb_build_object('score', floor(u(i, 18) * 100), 'mixed', CASE i % 4 WHEN 0 THEN '"high"' WHEN 1 THEN 'true' WHEN 2 THEN 'null' ELSE to_jsonb(i % 30) END, 'list', CASE WHEN i % 6 > 0 THEN to_jsonb((SELECT array_agg(t) FROM unnest('{web,mail,trade show}'::text[]) WITH ORDINALITY x(t, n) WHERE u(i, 40 + n::int) < 0.5)) END,
		'day', (date '2024-01-01' + i % 100)::text, 'deep', CASE WHEN i % 3 = 0 THEN '{"x": 1}'::jsonb END, 'rare', CASE WHEN i % 3 = 0 THEN to_jsonb(1) END) - (CASE WHEN i % 8 = 0 THEN 'score' ELSE '' END) AS attrs,
	'account number ' || i AS name, CASE WHEN i % 4 = 0 THEN 'the same for many' ELSE 'note ' || i END AS note, CASE WHEN i % 3 = 0 THEN repeat('long ', 300) ELSE 'short' END AS story, interval '1 day' * (i % 10) AS cycle, i % 2 AS pad FROM generate_series(1, 6000) i;
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "best", "pad"], "as": {"revenue": "number", "renewal": "date"}}') AS s FROM crm c;

-- ---- each characteristic, in SQL ----

CREATE TABLE links (rank serial, name text, body jsonb, target text, known text);
INSERT INTO links (name, body, target, known) VALUES
	('int4', '{"field": "n4", "attributes": [{"range": "[100,300)", "points": 25}, {"range": "[300,)", "points": 10}]}', 'n4 >= 100 AND n4 < 300', 'n4 IS NOT NULL'),
	('int4, graded', '{"field": "n4", "attributes": [{"range": "[100,200)", "points": 20}, {"range": "[200,300)", "points": 10}, {"range": "[300,)", "points": 9.999999}]}', 'n4 >= 100 AND n4 < 300', 'n4 IS NOT NULL'),
	('int2', '{"field": "n2", "attributes": [{"in": [1, 2, 3, 99], "points": 1}]}', 'n2 IN (1, 2, 3)', 'true'), ('int8', '{"field": "n8", "attributes": [{"equals": 20000000000, "points": 2}]}', 'n8 = 20000000000', 'true'),
	('numeric', '{"field": "num", "attributes": [{"range": "[25.5,75.25]", "points": 2}]}', 'num BETWEEN 25.5 AND 75.25', 'num <> ''NaN'''), ('infinite', '{"field": "num", "attributes": [{"range": "(99,)", "points": 2}]}', 'num > 99 AND num <> ''NaN''', 'num <> ''NaN'''),
	('numeric, one', '{"field": "num", "attributes": [{"in": [50, 50.5, 51.25, 33.3], "points": 2}]}', 'num IN (50, 50.5, 51.25, 33.3)', 'num <> ''NaN'''),
	('float4', '{"field": "r4", "attributes": [{"in": [0.1, 0.5], "points": 2}]}', 'r4 IN (0.1::real, 0.5::real)', 'r4 <> ''NaN'''), ('float8', '{"field": "r8", "attributes": [{"range": "(,0.1]", "points": 2}]}', 'r8 <= 0.1', 'true'),
	('text', '{"field": "industry", "attributes": [{"in": ["SaaS", "Retail and commerce"], "points": 5}, {"missing": true, "points": 1}]}', 'industry IN (''SaaS'', ''Retail and commerce'')', 'industry <> ''unknown'''),
	('penalty', '{"field": "industry", "attributes": [{"equals": "Bank", "points": -5}]}', 'industry <> ''Bank''', 'industry <> ''unknown'''), ('like', '{"field": "industry", "attributes": [{"ilike": "re%", "points": 5}]}', 'industry ILIKE ''re%''', 'industry <> ''unknown'''),
	('char(n)', '{"field": "country", "attributes": [{"equals": "DE", "points": 5}]}', 'country = ''DE''', 'true'), ('varchar', '{"field": "city", "attributes": [{"equals": "Berlin an der Spree", "points": 5}]}', 'city ~ ''^Berlin''', 'city <> ''Select'''),
	('bool', '{"field": "active", "attributes": [{"equals": true, "points": 5}]}', 'active', 'active IS NOT NULL'), ('not', '{"field": "active", "attributes": [{"not": {"equals": true}, "points": 5}]}', 'NOT active', 'active IS NOT NULL'),
	('date', '{"field": "founded", "attributes": [{"range": "[2021-03-01,2023-01-01)", "points": 5}]}', 'founded >= ''2021-03-01'' AND founded < ''2023-01-01''', 'founded IS NOT NULL'), ('date, relative', '{"field": "founded", "attributes": [{"within": "2 years", "points": 5}]}', 'founded BETWEEN ''2022-06-01'' AND ''2024-06-01''', 'founded IS NOT NULL'),
	('timestamp', '{"field": "seen", "attributes": [{"range": "[2024-02-01 06:00,)", "points": 5}]}', 'seen >= ''2024-02-01 06:00''', 'true'), ('timestamptz', '{"field": "met", "attributes": [{"older": "100 days", "points": 5}]}', 'met < timestamptz ''2024-06-01 00:00Z'' - interval ''100 days''', 'true'),
	('text[]', '{"field": "tags", "attributes": [{"contains": ["crm", "business intelligence"], "points": 5}]}', 'tags @> ''{crm,business intelligence}''', 'tags IS NOT NULL'), ('any of text[]', '{"field": "tags", "attributes": [{"contains_any": ["erp", "none has it"], "points": 5}]}', 'tags && ''{erp}''', 'tags IS NOT NULL'),
	('int[]', '{"field": "numbers", "attributes": [{"contains": [2, 3], "points": 5}]}', 'numbers @> ''{2,3}''', 'numbers IS NOT NULL'), ('enum', '{"field": "stage", "attributes": [{"in": ["seed", "a round of series a"], "points": 5}]}', 'stage < ''listed''', 'stage IS NOT NULL'),
	('uuid', '{"field": "key", "attributes": [{"equals": "00000000-0000-0000-0000-00000000000A", "points": 5}]}', 'i % 2 = 0', 'true'), ('money', '{"field": "price", "attributes": [{"range": "[20,50.55)", "points": 5}]}', 'price >= 20::money AND price < 50.55::numeric::money', 'true'),
	('as number', '{"field": "revenue", "as": "number", "attributes": [{"range": "[250,)", "points": 5}]}', 'CASE WHEN i % 5 > 1 THEN revenue::int >= 250 END', 'i % 5 > 1'), ('as date', '{"field": "renewal", "as": "date", "attributes": [{"range": "[2024-01-01,)", "points": 5}]}', 'CASE WHEN i % 4 > 0 THEN renewal::date >= ''2024-01-01'' END', 'i % 4 > 0'),
	('json number', '{"field": "attrs.score", "attributes": [{"range": "[20,50)", "points": 5}]}', '(attrs ->> ''score'')::int BETWEEN 20 AND 49', 'attrs ? ''score'''), ('json of all kinds', '{"field": "attrs.mixed", "attributes": [{"in": ["high", true, 7], "points": 5}]}', 'attrs -> ''mixed'' IN (''"high"'', ''true'', ''7'')', 'attrs ->> ''mixed'' IS NOT NULL'),
	('json list', '{"field": "attrs.list", "attributes": [{"contains": ["web", "trade show"], "points": 5}]}', 'attrs -> ''list'' @> ''["web", "trade show"]''', 'attrs ->> ''list'' IS NOT NULL'), ('json date', '{"field": "attrs.day", "attributes": [{"range": "[2024-02-01,)", "points": 5}]}', '(attrs ->> ''day'')::date >= ''2024-02-01''', 'true'),
	('json object', '{"field": "attrs.deep", "attributes": [{"missing": true, "points": 1}, {"otherwise": true, "points": 5}]}', 'i % 3 = 0', 'i % 3 = 0'),
	('two fields', '{"attributes": [{"all": [{"field": "industry", "equals": "SaaS"}, {"field": "n4", "range": "[100,)"}], "points": 5}]}', 'industry = ''SaaS'' AND n4 >= 100', 'industry <> ''unknown'' AND n4 IS NOT NULL'),
	('either of two', '{"attributes": [{"any": [{"field": "tags", "contains": "erp"}, {"field": "active", "equals": true}], "points": 5}]}', 'tags @> ''{erp}'' OR active', 'tags IS NOT NULL AND active IS NOT NULL'),
	('missing wins', '{"field": "industry", "attributes": [{"missing": true, "points": 5}, {"equals": "AI", "points": 5}]}', 'coalesce(industry, ''unknown'') IN (''unknown'', ''AI'')', 'industry <> ''unknown'''),
	('of many texts', '{"field": "note", "attributes": [{"equals": "the same for many", "points": 5}]}', 'i % 4 = 0', 'true'), ('text or long text', '{"field": "story", "attributes": [{"equals": "short", "points": 5}]}', 'i % 3 > 0', 'true'), ('known at all', '{"field": "name", "attributes": [{"missing": true, "points": 0}, {"otherwise": true, "points": 5}]}', 'true', 'true');
CREATE TABLE portrait AS SELECT icp_at(jsonb_build_object('characteristics', jsonb_agg(jsonb_build_object('name', name) || body ORDER BY rank), 'disqualify', '[{"when": {"field": "country", "equals": "FR"}, "reason": "FR"}, {"when": {"field": "tags", "contains": "business intelligence"}}]'::jsonb, 'fit', 40, 'initial', 3, 'placeholders', '["unknown", "Select"]'::jsonb)::icp_portrait, '2024-06-01 00:00Z') AS p FROM links;
CREATE TABLE gap AS SELECT g.* FROM portrait, sketch, icp_gap(p, s) g;
CREATE FUNCTION by_hand() RETURNS TABLE (rank int, best_known float8, rest_known float8, b bigint, r bigint, nb bigint, nr bigint) LANGUAGE plpgsql AS $$ DECLARE l links; BEGIN FOR l IN SELECT * FROM links LOOP
	RETURN QUERY EXECUTE format('SELECT %s, avg(coalesce(%s, false)::int) FILTER (WHERE best)::float8, avg(coalesce(%2$s, false)::int) FILTER (WHERE NOT best)::float8, count(*) FILTER (WHERE best AND (%3$s) AND (%4$s)), count(*) FILTER (WHERE NOT best AND (%3$s) AND (%4$s)), count(*) FILTER (WHERE best AND (%4$s)), count(*) FILTER (WHERE NOT best AND (%4$s)) FROM crm',
	l.rank, l.known, l.target, CASE l.name WHEN 'missing wins' THEN 'true' ELSE l.known END); END LOOP; END $$;
CREATE TABLE checked AS SELECT *, b / nb::float8 AS best_share, r / nr::float8 AS rest_share FROM by_hand();
SELECT is_empty($$SELECT * FROM checked c FULL JOIN (SELECT * FROM gap WHERE rank > 0) g USING (rank) WHERE NOT near(c.best_known, g.best_known) OR NOT near(c.rest_known, g.rest_known) OR NOT near(c.best_share, g.best_share) OR NOT near(c.rest_share, g.rest_share)$$, 'shares of each type of field, counted on the table');
SELECT is_empty($$SELECT name FROM links JOIN gap USING (rank) WHERE name <> characteristic OR note ~ 'sketch'$$, 'all of them can be told');
SELECT cmp_ok(count(*), '>', 33::bigint, 'where shares are neither all nor none') FROM checked WHERE best_share BETWEEN 0.01 AND 0.99;

-- Newcombe's interval of the difference, from the roots of Wilson's quadratic
SELECT is_empty($$SELECT g.* FROM gap g JOIN (SELECT *, (b + z / 2 - sqrt(z * (b * (nb - b) / nb::float8 + z / 4))) / (nb + z) AS bl, (b + z / 2 + sqrt(z * (b * (nb - b) / nb::float8 + z / 4))) / (nb + z) AS bh, (r + z / 2 - sqrt(z * (r * (nr - r) / nr::float8 + z / 4))) / (nr + z) AS rl, (r + z / 2 + sqrt(z * (r * (nr - r) / nr::float8 + z / 4))) / (nr + z) AS rh
	FROM checked, (VALUES (1.959963984540054 ^ 2)) v(z)) c USING (rank) WHERE abs(low - (c.best_share - c.rest_share - sqrt((c.best_share - bl) ^ 2 + (rh - c.rest_share) ^ 2))) > 1e-9 OR abs(high - (c.best_share - c.rest_share + sqrt((bh - c.best_share) ^ 2 + (c.rest_share - rl) ^ 2))) > 1e-9$$, 'intervals');
SELECT is_empty($$SELECT * FROM gap WHERE verdict IS DISTINCT FROM CASE WHEN characteristic <> 'missing wins' AND best_known < 0.5 THEN 'unknown' WHEN best_share < 0.5 THEN 'off' WHEN characteristic <> 'missing wins' AND rest_known < 0.5 THEN 'unknown' WHEN low > 0 THEN 'holds' ELSE 'no different' END$$, 'verdicts');

-- ---- what icp_explain and icp_evaluate say ----

CREATE TABLE explained AS SELECT c.best, x.characteristic, x.points, x.possible FROM portrait, crm c, icp_explain(c, p) x;
SELECT is_empty($$SELECT g.characteristic FROM gap g JOIN (SELECT characteristic, count(*) FILTER (WHERE best AND points - least >= (possible - least) / 2) AS b, count(*) FILTER (WHERE NOT best AND points - least >= (possible - least) / 2) AS r FROM explained, LATERAL (SELECT CASE characteristic WHEN 'penalty' THEN -5 ELSE 0 END) y(least) GROUP BY 1) e USING (characteristic) JOIN checked c USING (rank)
	WHERE characteristic NOT IN ('penalty', 'known at all', 'either of two') AND (e.b <> c.b OR e.r <> c.r)$$, 'rows in the target are those that icp_explain gives its points');
SELECT ok(near(best_share, b) AND near(rest_share, r) AND near(best_known, kb) AND near(rest_known, kr) AND best_share BETWEEN 0.05 AND 0.5, 'fit and coverage of the whole') FROM gap, portrait, LATERAL (SELECT avg((e).fits::int) FILTER (WHERE best) AS b, avg((e).fits::int) FILTER (WHERE NOT best) AS r, avg((e).coverage) FILTER (WHERE best) AS kb, avg((e).coverage) FILTER (WHERE NOT best) AS kr FROM (SELECT best, icp_evaluate(c, p) AS e FROM crm c) x) y WHERE rank = 0;
SELECT rank, characteristic, target FROM gap WHERE rank IN (0, 1, 2, 11, 16, 34, 36) ORDER BY rank;

-- ---- the same whatever the sketch ----

CREATE FUNCTION gap_of(s icp_sketch) RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(g::text) FROM portrait, icp_gap(p, s) g $$;
SELECT is(gap_of((SELECT icp_rollup(s) FROM (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "best", "pad"], "as": {"revenue": "number", "renewal": "date"}}') AS s FROM crm c GROUP BY i % 5) x)), gap_of(s), 'merged') FROM sketch;
SELECT is(gap_of((SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "best", "pad"], "as": {"revenue": "number", "renewal": "date"}}' ORDER BY hashint4(i)) FROM crm c)), gap_of(s), 'rows in another order') FROM sketch;
SELECT is(gap_of(s::text::icp_sketch), gap_of(s), 'stored') FROM sketch;
-- rows that occur often are kept once
CREATE TABLE often AS SELECT industry, n4 / 100 AS n, best FROM crm;
SELECT ok(near(best_share, b) AND near(rest_share, r), 'rows that are kept with a count') FROM icp_gap('{"characteristics": [{"name": "x", "attributes": [{"all": [{"field": "industry", "equals": "SaaS"}, {"field": "n", "range": "[2,)"}], "points": 1}]}]}', (SELECT icp_sketch(icp_row(o), best) FROM often o)) g,
	(SELECT avg((industry = 'SaaS' AND n >= 2)::int) FILTER (WHERE best AND industry IS NOT NULL AND n IS NOT NULL) AS b, avg((industry = 'SaaS' AND n >= 2)::int) FILTER (WHERE NOT best AND industry IS NOT NULL AND n IS NOT NULL) AS r FROM often) x WHERE rank = 1;
SELECT ok(abs(g.best_share - w.best_share) < 0.05 AND g.high - g.low > w.high - w.low, 'a sample is near, and less sure') FROM (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i"], "rows": 1000}') AS s FROM crm c) x, icp_gap('{"characteristics": [{"name": "x", "field": "industry", "attributes": [{"equals": "SaaS", "points": 1}]}]}', s) g, sketch, icp_gap('{"characteristics": [{"name": "x", "field": "industry", "attributes": [{"equals": "SaaS", "points": 1}]}]}', sketch.s) w WHERE g.rank = 1 AND w.rank = 1;
CREATE TABLE docs AS SELECT i, i % 4 = 0 AS best, jsonb_build_object('x', 'y' || i % 3, 'deep', jsonb_build_object('z', i % 5)) - (CASE WHEN i % 7 = 0 THEN 'x' ELSE '' END) AS doc FROM generate_series(1, 500) i;
SELECT results_eq($$SELECT characteristic, best_share FROM icp_gap('{"characteristics": [{"name": "x", "field": "x", "attributes": [{"equals": "y1", "points": 1}]}, {"name": "z", "field": "deep.z", "attributes": [{"range": "[2,)", "points": 1}]}]}', (SELECT icp_sketch(icp_row(doc), best) FROM docs)) WHERE rank > 0$$,
	$$SELECT 'x', avg((doc ->> 'x' = 'y1')::int)::float8 FROM docs WHERE best AND doc ? 'x' UNION ALL SELECT 'z', avg((i % 5 >= 2)::int)::float8 FROM docs WHERE best$$, 'rows that were documents');

-- ---- what a sketch cannot tell ----

CREATE FUNCTION told(body text, s icp_sketch) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws('; ', coalesce(characteristic, 'all'), verdict, coalesce(round(best_share::numeric, 2)::text, 'no share'), note), ' | ' ORDER BY rank) FROM icp_gap(('{"characteristics": [' || body || ']}')::icp_portrait, s) $$;
SELECT told('{"name": "x", ' || x || '}', s) FROM sketch, (VALUES (1, '"field": "name", "attributes": [{"equals": "account number 7", "points": 1}]'), (2, '"field": "note", "attributes": [{"in": ["the same for many", "note 7"], "points": 1}]'), (3, '"field": "name", "attributes": [{"like": "account%", "points": 1}]'),
	(4, '"field": "note", "as": "number", "attributes": [{"range": "[1,)", "points": 1}]'), (5, '"field": "revenue", "attributes": [{"equals": "n/a", "points": 1}]'), (6, '"field": "renewal", "attributes": [{"missing": true, "points": 1}]'), (7, '"field": "cycle", "attributes": [{"range": "[5 days,)", "points": 1}]'),
	(8, '"field": "attrs.list", "attributes": [{"equals": "web", "points": 1}]'), (9, '"attributes": [{"any": [{"field": "attrs", "missing": true}, {"not": {"field": "active", "equals": true}}], "points": 1}]'), (10, '"field": "attrs.deep.x", "attributes": [{"equals": 1, "points": 1}]'),
	(11, '"field": "cycle", "attributes": [{"missing": true, "points": 0}, {"otherwise": true, "points": 1}]'), (12, '"field": "active", "attributes": [{"equals": true, "points": 3}, {"otherwise": true, "points": 3}]'), (13, '"field": "attrs.rare", "attributes": [{"equals": 1, "points": 1}]')) v(n, x) ORDER BY n;
SELECT told('{"name": "a", "field": "active", "attributes": [{"equals": true, "points": 5}]}, {"name": "b", "field": "name", "attributes": [{"like": "x", "points": 1}]}', s) FROM sketch;
SELECT is((SELECT concat_ws('; ', verdict, best_share, note) FROM sketch, icp_gap('{"characteristics": [{"name": "a", "field": "active", "attributes": [{"equals": true, "points": 5}]}], "disqualify": [{"when": {"field": "name", "like": "%7"}}]}', s) WHERE rank = 0), 'unknown; the sketch does not keep all values of "name"', 'a rule that cannot be told leaves the whole open');
CREATE EXTENSION citext;
CREATE TABLE other AS SELECT i % 4 = 0 AS best, ('{saas,SaaS,Bank}'::citext[])[1 + i % 3] AS kind, ('{10.0.0.1,10.0.0.2}'::inet[])[1 + i % 2] AS ip, CASE i % 3 WHEN 0 THEN 'unknown' WHEN 1 THEN 'x' END AS word, CASE WHEN i % 2 = 0 THEN 1::numeric / 3 ELSE 0.5 END AS exact FROM generate_series(1, 200) i;
SELECT told('{"name": "x", ' || x || '}', s) FROM (SELECT icp_sketch(icp_row(o), best, '{"placeholders": ["unknown"]}') AS s FROM other o) y, (VALUES (1, '"field": "kind", "attributes": [{"equals": "SaaS", "points": 1}]'), (2, '"field": "kind", "attributes": [{"equals": "saas", "points": 1}]'), (3, '"field": "kind", "attributes": [{"like": "S%", "points": 1}]'),
	(4, '"field": "ip", "attributes": [{"equals": "10.0.0.1", "points": 1}]'), (5, '"field": "ip", "attributes": [{"equals": "10.0.0.1/32", "points": 1}]'), (6, '"field": "word", "attributes": [{"equals": "unknown", "points": 1}]'), (7, '"field": "exact", "attributes": [{"equals": 0.5, "points": 1}]'), (8, '"field": "exact", "attributes": [{"range": "[0.4,)", "points": 1}]')) v(n, x) ORDER BY n;

-- ---- verdicts, and nothing to look at ----

CREATE TABLE few AS SELECT i <= 40 AS best, i % 40 < 30 AS common, CASE WHEN i <= 40 THEN i <= 30 ELSE i % 10 = 0 END AS telling, CASE WHEN i <= 40 THEN i <= 12 ELSE i % 50 = 0 END AS narrow, CASE WHEN i <= 40 THEN i <= 24 ELSE i % 100 > 0 END AS opposite, i % 400 = 0 AS nobody FROM generate_series(1, 400) i;
CREATE FUNCTION links(s icp_sketch) RETURNS text LANGUAGE sql AS $$ SELECT told((SELECT string_agg(format('{"name": %s, "field": %1$s, "attributes": [{"equals": true, "points": 1}]}', to_json(f)), ', ' ORDER BY f) FROM unnest('{common,telling,narrow,opposite,nobody}'::text[]) f), s) $$;
SELECT links((SELECT icp_sketch(icp_row(f), best) FROM few f));
SELECT links((SELECT icp_sketch(icp_row(f), true) FROM few f));
SELECT links((SELECT icp_sketch(icp_row(f), false) FROM few f));
SELECT links((SELECT icp_sketch(icp_row(f), NULL) FROM few f));
SELECT told('', (SELECT icp_sketch(icp_row(f), best) FROM few f));
SELECT told('{"name": "x", "field": "gone", "attributes": [{"equals": 1, "points": 1}]}], "absent": "missing", "disqualify": [', (SELECT icp_sketch(icp_row(f), best) FROM few f));
SELECT is_empty($$SELECT * FROM sketch, icp_gap(NULL, s)$$, 'NULL'), is_empty($$SELECT * FROM portrait, icp_gap(p, NULL)$$, 'NULL');

-- ---- errors ----

CREATE FUNCTION error_of(p text, s icp_sketch) RETURNS text LANGUAGE plpgsql AS $$ DECLARE h text; BEGIN PERFORM * FROM icp_gap(p::icp_portrait, s); RETURN 'none'; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT; RETURN concat_ws('; ', SQLSTATE, SQLERRM, h); END $$;
SELECT error_of('{"title": "T", "characteristics": [{"name": "x", "field": "industri", "attributes": [{"equals": "a", "points": 1}]}]}', s), error_of('{"characteristics": [{"name": "x", "field": "something else", "attributes": [{"equals": "a", "points": 1}]}]}', s),
	error_of('{"characteristics": [{"name": "x", "field": "met", "attributes": [{"within": "90 days", "points": 1}]}]}', s), error_of('{"characteristics": [{"name": "x", "field": "active", "attributes": [{"range": "[1,2]", "points": 1}]}]}', s) FROM sketch;
SELECT * FROM finish();
ROLLBACK;

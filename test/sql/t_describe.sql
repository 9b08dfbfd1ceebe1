-- Portraits told in words: learned ones, hand-written ones, and what hostile ones are told as.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
\set VERBOSITY terse
SELECT current_database() AS here \gset
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

CREATE TABLE samples (name text PRIMARY KEY, portrait icp_portrait);
INSERT INTO samples VALUES ('learned', '{"title":"Best accounts","subject":"accounts","initial":0,
 "characteristics":[
  {"name":"growth_rate","field":"growth_rate","attributes":[
     {"range":"(,0.1)","points":0},{"range":"[0.1,0.3)","points":9},{"range":"[0.3,)","points":24},{"missing":true,"points":8}]},
  {"name":"industry","field":"industry","attributes":[
     {"in":["Fintech","SaaS"],"points":21},{"in":["Retail","Logistics","Media"],"points":4},{"missing":true,"points":6},{"otherwise":true,"points":0}]},
  {"name":"employees","field":"employees","attributes":[
     {"range":"(,100)","points":3},{"range":"[100,300)","points":18},{"range":"[300,1000)","points":7},{"range":"[1000,)","points":0}]},
  {"name":"industry and headquarters","attributes":[
     {"field":"industry","missing":true,"points":4},
     {"field":"headquarters","missing":true,"points":3},
     {"all":[{"field":"industry","equals":"SaaS"},{"field":"headquarters","in":["Shanghai","Hangzhou"]}],"points":12},
     {"all":[{"field":"industry","equals":"SaaS"},{"not":{"field":"headquarters","in":["Shanghai","Hangzhou"]}}],"points":5},
     {"otherwise":true,"points":0}]},
  {"name":"tags contains partner","field":"tags","attributes":[{"contains":"partner","points":6},{"missing":true,"points":1},{"otherwise":true,"points":0}]}],
 "tiers":{"T1":62.5,"T2":47,"T3":30},"fit":58,
 "placeholders":["N/A","unknown"],
 "probability":{"intercept":-6.1,"slope":0.071},
 "quality":{"method":"additive boosted bins with pairs, 5-fold cross-validation, seed 1","rows":20000,"best":810,
   "auc":0.871,"auc_low":0.858,"auc_high":0.883,"brier":0.0311,"slope":0.98,"auc_full":0.873,
   "shares":{"T1":0.1,"T2":0.25,"T3":0.5,"fit":0.061},
   "rates":{"T1":0.21,"T2":0.115,"T3":0.071,"fit":0.29,"all":0.0405},
   "evidence":{"growth_rate":[[90,9000],[185,6400],[535,3290],[0,500]],
               "industry":[[400,3000],[180,7000],[30,900],[200,8290]],
               "employees":[[100,9000],[420,4000],[200,4000],[90,2190]],
               "industry and headquarters":[[30,900],[20,400],[150,900],[120,1400],[490,15590]],
               "tags contains partner":[[200,1000],[10,190],[600,18000]]},
   "left_out":[{"field":"reference_since","why":"leak"},{"field":"industry_code","why":"mirror of industry"},
               {"field":"account_id","why":"identifier"},{"field":"source_system","why":"constant"},
               {"field":"notes_hash","why":"too many values"},{"field":"owner_region","why":"adds little"}],
   "verdict":"reliable"}}');
INSERT INTO samples VALUES ('none', '{"title":"Best accounts","characteristics":[],
 "quality":{"method":"additive boosted bins with pairs, 5-fold cross-validation, seed 1","rows":20000,"best":810,"auc":0.507,"auc_low":0.488,"auc_high":0.526,"brier":0.0389,"auc_full":0.507,
  "left_out":[{"field":"reference_since","why":"leak"},{"field":"industry","why":"adds little"}],"verdict":"no reliable portrait"}}');
INSERT INTO samples VALUES ('by hand', '{"title": "SaaS growth accounts", "subject": "account", "initial": 5, "characteristics": [
	{"name": "industry", "field": "industry", "group": "firmographic", "reason": "IND", "attributes": [{"in": ["SaaS", "Fintech"], "points": 30}, {"missing": true, "points": 5}, {"otherwise": true, "points": 0}]},
	{"name": "size", "field": "employees", "attributes": [{"range": "[100,300]", "points": 25}, {"range": "(300,1000)", "points": 10}, {"range": "[1000000,)", "points": -20}]},
	{"name": "churn", "field": "churn_rate", "attributes": [{"range": "[0.3,)", "points": 0}, {"missing": true, "points": 2}, {"otherwise": true, "points": 12}]},
	{"name": "founded", "field": "founded_on", "attributes": [{"range": "[2019-01-01,2022-01-01)", "points": 3}, {"range": "[2022-01-01,2022-04-01)", "points": 2}, {"range": "(,2019-01-01)", "points": 1}, {"range": "[2024-03-05,)", "points": -1}]},
	{"name": "signed", "field": "signed_at", "attributes": [{"within": "90 days", "points": 3}, {"older": "18 months", "points": -2.5}, {"within_next": "36 hours", "points": 1}]},
	{"name": "title", "field": "job_title", "attributes": [{"ilike": "%chief%", "points": 4}, {"like": "VP%", "points": 3}, {"like": "%officer", "points": 2}, {"like": "a_b", "points": 1}]},
	{"name": "tech", "field": "technologies", "attributes": [{"contains": ["k8s", "pg"], "points": 4}, {"contains_any": ["aws", "azure"], "points": 3}]},
	{"name": "abroad", "field": "country", "attributes": [{"not": {"equals": "CN"}, "points": -4}]},
	{"name": "odd", "attributes": [{"any": [{"field": "a", "equals": true}, {"all": [{"field": "b", "range": "(,)"}, {"not": {"field": "c", "missing": true}}]}], "points": 6},
		{"not": {"any": [{"field": "x", "equals": 1}, {"field": "y", "in": [1, 2, 3]}]}, "points": 5}]},
	{"name": "SaaS in Shanghai", "attributes": [{"all": [{"field": "industry", "equals": "SaaS"}, {"field": "city", "equals": "Shanghai"}], "points": 15}]}],
	"disqualify": [{"when": {"field": "country", "in": ["KP"]}, "reason": "sanctions"}, {"when": {"any": [{"field": "a", "older": "2 years"}, {"field": "b", "range": "[-5,-1]"}]}}],
	"tiers": {"A": 80, "B": 60.5}, "fit": 60, "placeholders": ["Select", "unknown", "N/A", ""]}');
INSERT INTO samples VALUES ('in points', '{"scale": "points", "subject": "线索", "at": "2026-01-31", "characteristics": [{"name": "need", "field": "need", "attributes": [{"equals": 1, "points": -5}, {"otherwise": true, "points": -2}]},
	{"name": "phase", "field": "phase", "attributes": [{"in": ["a", "b"], "points": 0}, {"equals": "c", "points": 0}, {"otherwise": true, "points": 1}]}, {"name": "reach", "field": "reach", "attributes": [{"missing": true, "points": 0}, {"otherwise": true, "points": 0.5}]},
	{"name": "won", "field": "won", "attributes": [{"not": {"range": "[1,5)"}, "points": 1}, {"range": "[1,1]", "points": 0.25}, {"range": "(1,2]", "points": 0.125}, {"not": {"in": ["a", "b"]}, "points": 0.5}, {"not": {"all": [{"contains": "x"}, {"not": {"older": "1 day 02:03:04"}}]}, "points": 0.5}]},
	{"name": "seen", "field": "seen", "as": "date", "attributes": [{"range": "[2024-05-01,2024-06-01)", "points": 1}, {"range": "[2024-02-29,2024-03-07]", "points": 0.5}, {"range": "(2023-05-01,)", "points": 0.25}, {"range": "(,90 days]", "points": 0.125}]}]}');
INSERT INTO samples VALUES ('empty', '{"characteristics": []}');
INSERT INTO samples VALUES ('provisional', '{"title": "Few", "subject": "company", "characteristics": [{"name": "size", "field": "size", "attributes": [{"range": "[10,)", "points": 1}, {"otherwise": true, "points": 0}]}], "probability": {"intercept": -2, "slope": 1.5},
	"quality": {"rows": 30, "best": 12, "auc": 0.8, "auc_low": 0.62, "auc_high": 0.93, "auc_full": 0.8, "slope": 1.4, "evidence": {"size": [[9, 4], [3, 14]]}, "verdict": "provisional"}}');
INSERT INTO samples VALUES ('few', '{"characteristics": [], "quality": {"rows": 900, "best": 9, "auc": 0.6, "auc_low": 0.4, "auc_high": 0.79, "verdict": "no reliable portrait"}}'),
	('wide', '{"characteristics": [], "subject": "人", "quality": {"rows": 90, "best": 44, "auc": 0.6, "auc_low": 0.48, "auc_high": 0.71, "verdict": "no reliable portrait"}}');

-- ---- all of what is told ----

\echo # learned
SELECT icp_describe(portrait) FROM samples WHERE name = 'learned';
\echo # learned, zh
SELECT icp_describe(portrait, 'zh') FROM samples WHERE name = 'learned';
\echo # none
SELECT icp_describe(portrait) FROM samples WHERE name = 'none';
\echo # none, zh
SELECT icp_describe(portrait, 'zh') FROM samples WHERE name = 'none';
\echo # by hand
SELECT icp_describe(portrait) FROM samples WHERE name = 'by hand';
\echo # by hand, zh
SELECT icp_describe(portrait, 'zh') FROM samples WHERE name = 'by hand';
\echo # in points
SELECT icp_describe(portrait) FROM samples WHERE name = 'in points';
\echo # in points, zh
SELECT icp_describe(portrait, 'zh') FROM samples WHERE name = 'in points';
\echo # empty
SELECT icp_describe(portrait) FROM samples WHERE name = 'empty';
\echo # empty, zh
SELECT icp_describe(portrait, 'zh') FROM samples WHERE name = 'empty';
\echo # provisional
SELECT icp_describe(portrait) FROM samples WHERE name = 'provisional';
\echo # provisional, zh
SELECT icp_describe(portrait, 'zh') FROM samples WHERE name = 'provisional';
\echo # too few, and a wide interval
SELECT split_part(icp_describe(portrait, lang), E'\n\n', n) FROM samples, unnest('{en,zh}'::text[]) lang, unnest('{3,5}'::int[]) n WHERE name IN ('few', 'wide') ORDER BY name, lang, n;

-- ---- languages ----

SELECT is(icp_describe(portrait, lang), icp_describe(portrait, left(lower(lang), 2)), lang) FROM samples, unnest('{EN,en_US.UTF-8,en-GB,zh-CN,zh_CN.UTF-8,ZH,zh@x,zh_TW}'::text[]) lang WHERE name = 'learned';
SELECT throws_ok(format('SELECT icp_describe(portrait, %L) FROM samples', lang), '22023', format('unknown language "%s"', lang)) FROM unnest('{fr,"",english,zhx,C,"en "}'::text[]) lang;
SELECT icp_describe(portrait, 'fr') FROM samples;
SELECT is(icp_describe(portrait, NULL), NULL, 'no language') FROM samples LIMIT 1;
SELECT is(icp_describe(NULL), NULL, 'no portrait');

-- ---- every number stems from the portrait ----

CREATE FUNCTION share(x numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT round(x * 100, CASE WHEN x <= 0 OR x >= 1 THEN 0 WHEN x < 0.00995 THEN 2 WHEN x < 0.0995 OR x > 0.99 THEN 1 ELSE 0 END) $$;
CREATE FUNCTION times(x numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT round(x, CASE WHEN x < 0.995 THEN 2 WHEN x < 9.95 THEN 1 ELSE 0 END) $$;
CREATE FUNCTION sources(p jsonb) RETURNS SETOF numeric LANGUAGE sql AS $$
	WITH q AS (SELECT (p #>> '{quality,best}')::numeric AS best, (p #>> '{quality,rows}')::numeric AS n, (p #>> '{quality,best}')::numeric / (p #>> '{quality,rows}')::numeric AS base),
	tier AS (SELECT key, (p #>> ARRAY['quality', 'shares', key])::numeric AS share, (p #>> ARRAY['quality', 'rates', key])::numeric AS rate FROM jsonb_each(p #> '{quality,shares}')),
	cell AS (SELECT (value ->> 0)::numeric AS b, (value ->> 1)::numeric AS r FROM jsonb_each(p #> '{quality,evidence}') AS c (k, v), jsonb_array_elements(c.v)),
	gives AS (SELECT greatest(0, max((a ->> 'points')::numeric)) AS most, least(0, min((a ->> 'points')::numeric)) AS least FROM jsonb_array_elements(p -> 'characteristics') AS c, jsonb_array_elements(c -> 'attributes') AS a GROUP BY c)
	SELECT m[1]::numeric FROM regexp_matches(p::text, '\d+(?:\.\d+)?', 'g') m
	UNION SELECT share(b / best) FROM cell, q UNION SELECT share(r / (n - best)) FROM cell, q UNION SELECT times(b / (b + r) / base) FROM cell, q WHERE b + r > 0
	UNION SELECT share(base) FROM q UNION SELECT round(1 / base) FROM q UNION SELECT round(base * (1 - base), 4) FROM q
	UNION SELECT share((p #>> ARRAY['quality', k])::numeric) FROM unnest('{auc,auc_low,auc_high,auc_full}'::text[]) k
	UNION SELECT round(((p #>> '{quality,auc_full}')::numeric - (p #>> '{quality,auc}')::numeric) * 100, 1) UNION SELECT share((p #>> '{quality,auc_high}')::numeric - (p #>> '{quality,auc_low}')::numeric)
	UNION SELECT share(share) FROM tier UNION SELECT share(rate) FROM tier UNION SELECT share(share * rate / base) FROM tier, q UNION SELECT times(rate / base) FROM tier, q
	UNION SELECT share(1 / (1 + exp(-((p #>> '{probability,intercept}')::numeric + (p #>> '{probability,slope}')::numeric * t.value::numeric / 100 * (SELECT sum(most) FROM gives))))) FROM jsonb_each_text(p -> 'tiers' || jsonb_build_object('fit', p -> 'fit')) t
	UNION SELECT sum(most) FROM gives UNION SELECT sum(most) + (p ->> 'initial')::numeric FROM gives UNION SELECT -(sum(least) + (p ->> 'initial')::numeric) FROM gives
	UNION SELECT jsonb_array_length(p -> 'characteristics') UNION SELECT unnest('{0,1,40,50,100}'::numeric[]) $$;
SELECT is_empty(format($$SELECT m[1] FROM samples, regexp_matches(icp_describe(portrait, %L), '\d(?:[\d,]*\d)?(?:\.\d+)?', 'g') m WHERE name = %L AND replace(m[1], ',', '')::numeric NOT IN (SELECT s FROM sources(portrait::jsonb) s WHERE s IS NOT NULL)$$, lang, name),
	'every number of ' || name || ' in ' || lang || ' stems from the portrait') FROM samples, unnest('{en,zh}'::text[]) lang WHERE name IN ('learned', 'none', 'provisional', 'few', 'wide') ORDER BY name, lang;

-- ---- hostile portraits ----

CREATE FUNCTION with_quality(q jsonb) RETURNS icp_portrait LANGUAGE sql AS $$ SELECT (jsonb_set(portrait::jsonb, '{quality}', q))::icp_portrait FROM samples WHERE name = 'learned' $$;
CREATE TABLE hostile AS SELECT * FROM unnest(ARRAY['null', 'true', '"NaN"', '"Infinity"', '""', '-1', '0', '0.5', '1', '1.5', '1e300', '-1e300', '1e-300', '9007199254740993', '[]', '{}', '[[]]', '[1]', '[null, {}, [], "x", {"field": 1, "why": "leak"}, {"field": "x"}, {"field": "x", "why": {}}, {"why": "leak"}]',
	'{"T1": "1", "fit": -1, "all": 2, "T2": [], "T3": 1e300}', '{"growth_rate": [[1, 2], [3], {}, "x"], "industry": {"0": [1, 2]}, "employees": [[1e300, 1], [1, 1], [1, 1], [1, 1]], "tags contains partner": [[-1, 0], [1, 1], [0, 0]]}']::jsonb[]) AS bad;
CREATE TABLE told AS SELECT k, bad, lang, icp_describe(with_quality(jsonb_set(portrait::jsonb -> 'quality', ARRAY[k], bad)), lang) AS text
	FROM samples, hostile, unnest('{rows,best,auc,auc_low,auc_high,auc_full,brier,slope,method,verdict,shares,rates,evidence,left_out,other}'::text[]) k, unnest('{en,zh}'::text[]) lang WHERE name = 'learned';
SELECT is(count(*), 630::bigint, 'all are told') FROM told WHERE length(text) > 500;
SELECT is_empty($$SELECT k, bad FROM told WHERE text ~* '\m(nan|inf|infinity|null)\M' AND NOT (k IN ('method', 'verdict') AND jsonb_typeof(bad) = 'string')$$, 'nothing is told as a number that is none');
SELECT is_empty($$SELECT k, bad, m FROM told, regexp_matches(text, '(\d[\d,.]*) ?%', 'g') m WHERE rtrim(replace(m[1], ',', ''), '.')::numeric > 100$$, 'no share is above 100 %');
SELECT is((SELECT text FROM told WHERE k = 'auc' AND bad = '"NaN"' AND lang = 'en') ~ 'times in 100', false, 'without an AUC there is nothing to tell of it');
SELECT is((SELECT text FROM told WHERE k = 'evidence' AND bad ? 'growth_rate' AND lang = 'en') ~ 'Lift', false, 'counts that do not add up are not told');
SELECT is((SELECT text FROM told WHERE k = 'rows' AND bad = '1' AND lang = 'en') ~ '810|Lift', false, 'nor are more best rows than rows');
SELECT is(icp_describe(with_quality('{}')), icp_describe((portrait::jsonb - 'quality')::icp_portrait), 'an empty quality is none') FROM samples WHERE name = 'learned';
\echo # leaks, verdicts and methods of all kinds
SELECT split_part(icp_describe(with_quality('{"verdict": "*best* <b>ever</b> | `x`\n# y", "method": "  a\tb\r\n- c ", "slope": -3, "brier": 0.00001, "auc": 0.9999, "auc_low": 1, "auc_full": 0.9, "left_out": [{"field": "a_b", "why": "mirror of c_d"}, {"field": "e", "why": "mirror of "}, {"field": "f|g", "why": "mirror"}, {"field": "<h>", "why": "leaky [x](y)"},
	{"field": "", "why": "leak"}, {"field": "i", "why": "leak"}, 5, {"field": "j", "why": "leak", "more": 1}]}'), lang), WORDS, 2) FROM (VALUES ('en', 'How sure we are'), ('zh', '有多大把握')) v(lang, WORDS);
\echo # tiers called as other keys are
SELECT split_part(icp_describe(jsonb_set(jsonb_set(portrait::jsonb, '{tiers}', '{"fit": 70, "all": 50, "T1": 20}'), '{quality,shares}', '{"T1": 0.9999, "fit": 0.00001}')::icp_portrait), E'### ', 2) FROM samples WHERE name = 'learned';

-- ---- Markdown ----

CREATE TABLE names AS SELECT format('{"title": %s, "subject": %1$s, "characteristics": [{"name": %1$s, "field": %1$s, "attributes": [{"in": [%1$s, 1], "points": 5}, {"contains": %1$s, "points": 1}]}, {"name": "pair", "attributes": [{"all": [{"field": %1$s, "equals": "a"}, {"field": "b", "contains": %1$s}], "points": -4}]}], "disqualify": [{"when": {"field": "a", "equals": %1$s}, "reason": %1$s}],
	"placeholders": ["x", %1$s], "tiers": {%1$s: 10}, "quality": {"verdict": %1$s, "method": %1$s, "left_out": [{"field": %1$s, "why": %1$s}]}}', to_jsonb(n))::icp_portrait AS portrait
	FROM unnest(ARRAY['a|b', '*a*', '_a_', '`a`', E'a\n\n# b\n| c | d |', '<script>', '[a](b)', '![a](b)', '~~a~~', '&lt;', '$a$ $b$', '# a #', E'a\\', '- a', '1. a', '   a   ', ' ', E'\t', '> a', repeat('|', 900), repeat('客', 300), E'\u0001']) n;
SELECT icp_describe(portrait) FROM names LIMIT 1;
CREATE TABLE lines AS SELECT line, lang FROM names, unnest('{en,zh}'::text[]) lang, string_to_table(icp_describe(portrait, lang), E'\n') line;
SELECT is_empty($$SELECT line FROM lines WHERE line ~ '^\|' AND length(regexp_replace(replace(line, '\|', ''), '[^|]', '', 'g')) NOT IN (3, 4)$$, 'rows of tables keep their columns');
SELECT is_empty($$SELECT line FROM lines WHERE regexp_replace(line, '\\.', '', 'g') ~ '[<>\[\]`~&$_]'$$, 'no markup comes from names');
SELECT is_empty($$SELECT line FROM lines WHERE length(replace(regexp_replace(line, '\\.', '', 'g'), '**', '')) - length(replace(replace(regexp_replace(line, '\\.', '', 'g'), '**', ''), '*', '')) NOT IN (0, 2)$$, 'stars come in pairs');
SELECT is_empty($$SELECT line FROM lines WHERE line ~ '[\x01-\x08\x0b-\x1f]'$$, 'and neither do lines');

-- ---- large ones ----

CREATE TABLE large AS SELECT jsonb_build_object('characteristics', jsonb_agg(jsonb_build_object('name', 'c' || i, 'field', 'f' || i, 'attributes', jsonb_build_array(jsonb_build_object('in', (SELECT jsonb_agg('value ' || j) FROM generate_series(1, 50) j), 'points', i), '{"missing": true, "points": -1}'::jsonb)) ORDER BY i),
	'disqualify', (SELECT jsonb_agg(jsonb_build_object('when', jsonb_build_object('field', 'd' || i, 'equals', i))) FROM generate_series(1, 100) i), 'tiers', (SELECT jsonb_object_agg('t' || i, i) FROM generate_series(1, 100) i))::icp_portrait AS portrait FROM generate_series(1, 1000) i;
SELECT is(length(icp_describe(portrait)) < 200000, true, 'what is told of a large portrait is bounded') FROM large;
SELECT line FROM large, unnest('{en,zh}'::text[]) lang, string_to_table(icp_describe(portrait, lang), E'\n') WITH ORDINALITY AS l (line, n) WHERE line !~ '^(\||$)' OR line ~ 'c1000' ORDER BY lang, n;
SELECT is(length(icp_describe(format('{"characteristics": [{"name": "deep", "field": "a", "attributes": [{"any": [%s], "points": 1}]}]}', string_agg(repeat('{"not": {"any": [', 15) || format('{"equals": %s}', i) || repeat(']}}', 15), ', '))::icp_portrait)) < 10000, true, 'conditions that nobody could read are cut short') FROM generate_series(1, 500) i;


-- ---- a side without rows ----

SELECT is(icp_describe(format('{"characteristics": [{"name": "size", "field": "size", "attributes": [{"range": "[10,)", "points": 1}, {"otherwise": true, "points": 0}]}],
	"quality": {"rows": 30, "best": 12, "auc": 0.8, "auc_low": 0.7, "auc_high": 0.9, "auc_full": 0.8, "slope": 1.4, "evidence": {"size": %s}, "verdict": "good"}}', evidence)::icp_portrait) LIKE '%| Lift |%', true, evidence)
FROM unnest('{"[[12, 4], [0, 14]]","[[9, 0], [3, 18]]","[[12, 0], [0, 18]]"}'::text[]) evidence;
SELECT * FROM finish();

-- ---- encodings ----

\echo # A server in EUC_CN
SELECT replace(icp_describe(portrait, 'zh'), '–', '-') AS in_utf8 FROM samples WHERE name = 'learned' \gset
SELECT portrait::text AS learned FROM samples WHERE name = 'learned' \gset
DROP TABLE samples, hostile, told, names, lines, large;
DROP FUNCTION share, times, sources, with_quality;
DROP EXTENSION pgtap;
CREATE DATABASE icp_euc_cn ENCODING 'EUC_CN' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0;
\c icp_euc_cn
SET client_encoding = 'UTF8';
CREATE EXTENSION icp_portrait;
SELECT icp_describe(:'learned', 'zh') = :'in_utf8' AS "the same in other bytes", icp_describe(:'learned', 'zh') ~ '最佳' AS "and in Chinese";
SELECT icp_describe(p, 'zh'), icp_describe(p) FROM (SELECT '{"title": "理想客户", "subject": "商机", "characteristics": [{"name": "行业", "field": "行业", "attributes": [{"equals": "软件|云", "points": 1}, {"range": "[1,5]", "points": -1}]}], "quality": {"verdict": "还行"}}'::icp_portrait AS p) AS s;
\c :here
DROP DATABASE icp_euc_cn;

\echo # A server in LATIN1
CREATE DATABASE icp_latin1_told ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0;
\c icp_latin1_told
SET client_encoding = 'UTF8';
CREATE EXTENSION icp_portrait;
SELECT icp_describe(p) FROM (SELECT '{"title": "Größe", "subject": "Geschäft", "characteristics": [{"name": "g", "field": "größe", "attributes": [{"range": "[1,5]", "points": 1}]}]}'::icp_portrait AS p) AS s;
\set VERBOSITY default
SELECT icp_describe('{"characteristics": []}', 'zh');
\set VERBOSITY terse
\c :here
DROP DATABASE icp_latin1_told;

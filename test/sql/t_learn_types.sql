-- Learning from every type of field: the conditions that are written select the rows that they were learned from.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
\set VERBOSITY terse
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION citext;
SELECT * FROM no_plan();
\getenv srcdir PG_ABS_SRCDIR
\set common :srcdir /sql/t_learn.inc
\i :common

-- One column for each type; v, from 0 to 1, is what makes a row best.
CREATE TYPE stage AS ENUM ('new', 'open', 'won', 'lost');
CREATE DOMAIN plan AS varchar(20) CHECK (VALUE <> '');
CREATE DOMAIN amount AS numeric(12, 2);
CREATE TABLE crm AS SELECT i AS id, v, u(i, 2) < 0.25 + 0.5 * v - CASE WHEN u(i, 3) < 0.15 THEN 0.2 ELSE 0 END AS best, u(i, 3) < 0.15 AS gone,
	CASE WHEN u(i, 3) >= 0.15 THEN v > 0.6 END AS "bool", CASE WHEN u(i, 3) >= 0.15 THEN floor(v * 300 - 100) END::int2 AS "int2", CASE WHEN u(i, 3) >= 0.15 THEN exp(v * 12) END::int AS "int4",
	CASE WHEN u(i, 3) >= 0.15 THEN 9223372036854775000 - floor(v * 500)::int8 END AS "int8",
	CASE WHEN u(i, 3) < 0.05 THEN 'NaN' WHEN u(i, 3) < 0.1 THEN NULL WHEN v < 0.05 THEN '-Infinity' WHEN v > 0.95 THEN 'Infinity' ELSE round((v * 1000 - 300)::numeric, 3) END AS "numeric",
	CASE WHEN u(i, 3) < 0.05 THEN 'NaN' WHEN u(i, 3) < 0.1 THEN NULL WHEN v < 0.05 THEN '-Infinity' WHEN v > 0.95 THEN 'Infinity' ELSE v * 1e-7 END::float8 AS "float8",
	CASE WHEN u(i, 3) >= 0.15 THEN v * 3.3e20 END::float4 AS "float4", CASE WHEN u(i, 3) >= 0.15 THEN round((v * 9000 - 1000)::numeric, 2) END::money AS "money",
	CASE WHEN u(i, 3) < 0.15 THEN NULL WHEN v < 0.05 THEN '-infinity' WHEN v > 0.97 THEN 'infinity' ELSE date '2019-12-01' + floor(v * 2000)::int END AS "date",
	CASE WHEN u(i, 3) < 0.15 THEN NULL WHEN v < 0.05 THEN '-infinity' ELSE timestamp '2023-01-01' + v * interval '500 days' END AS "timestamp",
	CASE WHEN u(i, 3) < 0.15 THEN NULL WHEN v > 0.97 THEN 'infinity' ELSE timestamptz '2023-01-01 00:00Z' + floor(v * 5000) * interval '1 minute' END AS "timestamptz",
	CASE WHEN u(i, 3) >= 0.15 THEN time '08:00' + floor(v * 6) * interval '1 hour' END AS "time", CASE WHEN u(i, 3) >= 0.15 THEN floor(v * 5) * interval '1 month' END AS "interval",
	CASE WHEN u(i, 3) >= 0.15 THEN word END AS "text", CASE WHEN u(i, 3) >= 0.15 THEN word END::varchar(30) AS "varchar", CASE WHEN u(i, 3) >= 0.15 THEN left(word, 4) END::char(6) AS "char", CASE WHEN u(i, 3) >= 0.15 THEN word END::citext AS "citext",
	CASE WHEN u(i, 3) >= 0.15 THEN (enum_range(NULL::stage))[1 + floor(v * 4)] END AS "enum", CASE WHEN u(i, 3) >= 0.15 THEN md5(floor(v * 6)::text)::uuid END AS "uuid", CASE WHEN u(i, 3) >= 0.15 THEN 'plan ' || floor(v * 7) END::plan AS "domain",
	CASE WHEN u(i, 3) >= 0.15 THEN v * 50000 END::amount AS "domain of numeric", CASE WHEN u(i, 3) >= 0.15 THEN '10.0.0.' || floor(v * 4) END::inet AS "inet",
	CASE WHEN u(i, 3) >= 0.15 THEN (SELECT coalesce(array_agg(t), '{}') FROM unnest(ARRAY['crm', 'erp', 'b "i"', NULL, '']) WITH ORDINALITY t(t, n) WHERE u(i, 10 + n::int) < CASE n WHEN 1 THEN v WHEN 2 THEN 1 - v ELSE 0.3 END) END AS "text[]",
	CASE WHEN u(i, 3) >= 0.15 THEN ARRAY[floor(v * 4), floor(u(i, 16) * 4)] END::int[] AS "int[]", CASE WHEN u(i, 3) >= 0.15 THEN ARRAY[date '2024-01-01' + floor(v * 3)::int] END AS "date[]",
	CASE WHEN u(i, 3) < 0.05 THEN NULL WHEN u(i, 3) < 0.1 THEN '{"intent": null, "both": "5"}' WHEN u(i, 3) < 0.15 THEN '{}' ELSE jsonb_build_object('intent', ('{low,mid,high}'::text[])[1 + floor(v * 3)], 'n', floor(v * 300),
		'ok', v > 0.5, 'both', CASE floor(v * 4) WHEN 0 THEN '5' WHEN 1 THEN '"5"' WHEN 2 THEN 'true' ELSE '"x"' END::jsonb, 'tags', CASE WHEN v > 0.7 THEN '["x", "y"]' WHEN v > 0.4 THEN '["y", 1]' ELSE '[]' END::jsonb) END AS attrs,
	CASE WHEN u(i, 3) < 0.05 THEN 'unknown' WHEN u(i, 3) < 0.1 THEN 'n/a' ELSE floor(v * 1000)::text END AS "number in text", CASE WHEN u(i, 3) < 0.1 THEN 'unknown' ELSE to_char(date '2019-01-01' + floor(v * 900)::int, 'YYYY-MM-DD') END AS "date in text",
	CASE WHEN u(i, 3) < 0.1 THEN -1 WHEN u(i, 3) < 0.15 THEN 0 ELSE 1 + floor(v * 50) END::int AS "with placeholder"
	FROM generate_series(1, 1500) i, LATERAL (SELECT u(i, 1) AS v) v, LATERAL (SELECT (ARRAY['SaaS', 'saas', 'O''Reilly "x"', E'two\nlines\ttab', '北京 · ☂', E'back\\slash', '', ' ', '{"a": [1,'])[1 + floor(v * 9)] AS word) w;
-- Each alone: portraits of one field.
CREATE TABLE columns AS SELECT c.attname::text AS field FROM pg_attribute c WHERE attrelid = 'crm'::regclass AND attnum > 0 AND attname NOT IN ('id', 'v', 'best', 'gone', 'attrs');
INSERT INTO columns SELECT 'attrs.' || k FROM unnest('{intent,n,ok,both,tags}'::text[]) k;
CREATE TABLE sketches AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["id", "v", "best", "gone"], "as": {"number in text": "number", "date in text": "date"}, "placeholders": ["unknown", -1]}') AS s FROM crm c;
CREATE TABLE alone AS SELECT field, icp_learn(s, jsonb_build_object('only', ARRAY[field], 'include', ARRAY[field], 'pairs', 0, 'folds', 3)) AS p FROM columns, sketches;
SELECT ok(verdict(p) = 'reliable' AND fields(p) = ARRAY[field], 'learned from ' || field) FROM alone ORDER BY field COLLATE "C";
SELECT agrees('crm', p, 'its rows agree: ' || field) FROM alone ORDER BY field COLLATE "C";
SELECT is((SELECT count(*) FROM attributes(p) WHERE attribute ? 'missing' AND (quality(p) #>> ARRAY['evidence', characteristic, (n - 1)::text, '1'])::int > 0) > 0, true, 'missing values are known to be so: ' || field) FROM alone ORDER BY field COLLATE "C";
SELECT ok(p::jsonb -> 'placeholders' @> '["unknown", -1]', 'placeholders are carried over') FROM alone WHERE field = 'int4';
SELECT is(array_agg(DISTINCT c ->> 'as'), ARRAY['date', 'number'], 'so is how text is read') FROM alone, jsonb_array_elements(p::jsonb -> 'characteristics') c WHERE field LIKE '%in text';
SELECT ok(bool_and(attribute ?| '{contains,missing,otherwise}'), 'of lists it is said what they contain') FROM alone l, attributes(p) WHERE l.field IN ('text[]', 'int[]', 'date[]', 'attrs.tags');
SELECT ok(bool_or(attribute ? 'range'), 'ranges: ' || l.field) FROM alone l, attributes(p) WHERE l.field = ANY ('{int2,int4,int8,numeric,float4,float8,money,date,timestamp,timestamptz,"domain of numeric","number in text","date in text","with placeholder",attrs.n}') GROUP BY l.field ORDER BY l.field COLLATE "C";
SELECT ok(NOT bool_or(attribute ? 'range'), 'no ranges: ' || l.field) FROM alone l, attributes(p) WHERE l.field = ANY ('{bool,text,varchar,char,citext,enum,uuid,domain,attrs.intent,attrs.ok,attrs.both}') GROUP BY l.field ORDER BY l.field COLLATE "C";
-- All together, with pairs, from rows, from documents, and from a row type with other columns around.
SELECT agrees('crm', icp_learn(s, '{"folds": 2}'), 'all fields together') FROM sketches;
SELECT agrees('crm', icp_learn(s, '{"folds": 2, "characteristics": 60, "attributes": 3, "include": ["attrs", "citext", "varchar", "char"]}'), 'and as many as there are') FROM sketches;
CREATE TABLE documents AS SELECT best, to_jsonb(c) - 'best' AS doc FROM crm c;
INSERT INTO alone SELECT 'documents', icp_learn(icp_sketch(icp_row(doc), best, '{"ignore": ["id", "v", "gone"], "placeholders": ["unknown", -1]}'), '{"folds": 2}') FROM documents;
SELECT is(verdict(p), 'reliable', 'learned from documents') FROM alone WHERE field = 'documents';
SELECT is((SELECT array_agg(e ORDER BY characteristic, n) FROM (SELECT a.characteristic, a.n, ARRAY[count(*) FILTER (WHERE best), count(*) FILTER (WHERE NOT best)] e FROM attributes(p) a, documents d, icp_explain(doc, numbered(p)) x
		WHERE x.characteristic = a.characteristic AND x.points = a.n GROUP BY 1, 2) x),
	(SELECT array_agg(ARRAY[(e.e -> 0)::int8, (e.e -> 1)::int8] ORDER BY key, n) FROM jsonb_each(quality(p) -> 'evidence') k, jsonb_array_elements(k.value) WITH ORDINALITY e(e, n) WHERE e.e <> '[0,0]'), 'documents agree')
	FROM alone WHERE field = 'documents';

-- ---- values that were never seen ----

-- The mean points of the rows, but for rounding.
CREATE TABLE full_rows AS SELECT * FROM crm WHERE NOT gone;
CREATE TABLE full_alone AS SELECT field, icp_learn(s, jsonb_build_object('only', ARRAY[field], 'include', ARRAY[field], 'pairs', 0, 'folds', 3, 'attributes', a)) AS p FROM columns,
	(SELECT icp_sketch(icp_row(c), best, '{"ignore": ["id", "v", "best", "gone"], "as": {"number in text": "number", "date in text": "date"}, "placeholders": ["unknown", -1]}') AS s FROM full_rows c) s, unnest('{2,6}'::int[]) a
	WHERE field NOT LIKE '%[]' AND field NOT LIKE 'attrs%' AND field NOT LIKE '%in text';
SELECT is_empty($$ SELECT field, nothing, mean FROM full_alone, LATERAL (SELECT (icp_evaluate(jsonb_populate_record(NULL::crm, '{}'), p)).points AS nothing, (SELECT avg((icp_evaluate(r, p)).points) FROM full_rows r) AS mean) x WHERE verdict(p) <> 'no reliable portrait' AND
	abs(nothing - mean) > 1 + 0.5 $$, 'a value that is missing, though none was, gives what a row has on average');
SELECT * FROM finish();
ROLLBACK;

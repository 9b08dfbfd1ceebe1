-- The type icp_portrait: one canonical text for each portrait, and what follows from it.

-- A corpus that has every key and every kind of condition.
CREATE TEMP TABLE corpus (n serial, portrait text);
INSERT INTO corpus (portrait) VALUES
	('{"characteristics": []}'),
	('{"title": "", "subject": "accounts", "initial": -12.500, "scale": "score", "absent": "error", "characteristics": [],
	   "disqualify": [], "tiers": {"C": 10, "A": 9e1, "B": 50.50}, "fit": 7e1, "placeholders": [], "quality": {}}'),
	('{"title": "\u00dcber \"quotes\" \\ \t \/ \u5ba2\u6237", "characteristics": [], "scale": "points", "absent": "missing", "tiers": {}, "fit": -0.0}'),
	('{"characteristics": [{"attributes": [{"points": 30, "in": ["SaaS", "Fintech", 5, 5.0, true, false]}, {"points": 5e0, "missing": true}, {"otherwise": true, "points": -0}],
	   "reason": "IND", "group": "firmographic", "field": "industry", "name": "industry"}]}'),
	('{"characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": " [ 100 , 300 ] ", "points": 25.250000}, {"range": "(300.0,1e3)", "points": 0.000001},
	   {"range": "[,0100)", "points": 1}, {"range": "[1000,]", "points": 2}]}, {"name": "any size", "field": "employees", "attributes": [{"range": "(,)", "points": 1}]}]}'),
	('{"characteristics": [{"name": "dates", "field": "d", "attributes": [{"range": "[2024-01-01,2024/2/1)", "points": 1}, {"range": "(2024-02-01T10:00:00Z,2024-02-01 14:00+02:00]", "points": 2},
	   {"range": "[\"2025-01-01 00:00:00.1234567\",2025-01-02 24:00:00]", "points": 3}, {"range": "[99999-12-31,)", "points": 4}]}]}'),
	('{"characteristics": [{"name": "spans", "field": "i", "attributes": [{"range": "[1 hour,90 minutes)", "points": 1}, {"range": "[\"1 year 2 mons\",2 years]", "points": 2}, {"range": "(1000000 hours,)", "points": 3}]}]}'),
	('{"characteristics": [{"name": "patterns", "field": "t", "attributes": [{"like": "50\\%", "points": 1}, {"ilike": "%saas_", "points": 2}, {"like": "", "points": 3}]}]}'),
	('{"characteristics": [{"name": "arrays", "field": "tags", "attributes": [{"contains": "vip", "points": 1}, {"contains": ["a", 1.50, true], "points": 2}, {"contains_any": ["b", "c"], "points": 3}]}]}'),
	('{"characteristics": [{"name": "recent", "field": "seen", "as": "date", "attributes": [{"within": "90 days", "points": 1}, {"older": "24 months", "points": 2}, {"within_next": "1.5 weeks", "points": 3}]}]}'),
	('{"characteristics": [{"name": "fixed", "field": "seen", "attributes": [{"within": "36 hours", "points": 1}]}], "at": "2026-01-31T08:00:00+08"}'),
	('{"characteristics": [{"name": "both", "attributes": [{"all": [{"field": "a", "equals": "x"}, {"any": [{"field": "b", "equals": 1.10}, {"not": {"field": "c", "missing": true}}]}], "points": 1, "reason": "R1"},
	   {"not": {"as": "number", "field": "d", "range": "[1,2]"}, "points": 2}]}]}'),
	('{"characteristics": [{"name": "read", "field": "revenue", "as": "number", "placeholders": ["n/a", 0], "attributes": [{"range": "[1e6,)", "points": 1}, {"as": "date", "range": "[2020-01-01,)", "points": 2}, {"field": "other", "equals": "x", "points": 3}]},
	   {"name": "none", "field": "revenue", "placeholders": [], "attributes": [{"equals": true, "points": 1}]}], "placeholders": ["Select", "", 0, false]}'),
	('{"characteristics": [], "disqualify": [{"reason": "sanctions", "when": {"in": ["KP"], "field": "country"}}, {"when": {"all": [{"field": "a", "missing": true}, {"field": "b", "older": "2 years"}]}}]}'),
	('{"characteristics": [], "probability": {"slope": 0.0500, "intercept": -2e0}, "quality": {"shares": {"fit": 0.25}, "auc": 0.8, "a": [1, {"b": null}]}}');
\pset format unaligned
-- These bytes are in users' tables: a change here is a change of the stored format.
SELECT n, portrait::icp_portrait FROM corpus ORDER BY n;

\set ECHO none
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Canonical: reading what was written gives the same, byte for byte.
SELECT is_empty($$ SELECT n FROM corpus WHERE portrait::icp_portrait::text::icp_portrait::text <> portrait::icp_portrait::text $$,
	'text, portrait, text, portrait');
SELECT is_empty($$ SELECT n FROM corpus WHERE portrait::icp_portrait::jsonb::icp_portrait::text <> portrait::icp_portrait::text $$,
	'through jsonb');
SELECT is_empty($$ SELECT n FROM corpus WHERE portrait::jsonb::icp_portrait::text <> portrait::icp_portrait::text $$,
	'jsonb is read as text is');
SELECT is_empty($$ SELECT n FROM corpus WHERE portrait::icp_portrait::jsonb <> portrait::icp_portrait::text::jsonb $$,
	'jsonb has what the text has');
SELECT is_empty($$ SELECT n FROM corpus WHERE jsonb_pretty(portrait::icp_portrait::jsonb)::icp_portrait <> portrait::icp_portrait $$,
	'white space is nothing');
SELECT is_empty($$ SELECT n FROM corpus, jsonb_to_record(portrait::icp_portrait::jsonb) r(tiers jsonb, fit numeric)
	WHERE tiers IS NULL OR fit IS NULL $$, 'defaults are spelled out');
SELECT set_eq($$ SELECT DISTINCT key FROM corpus, jsonb_path_query(portrait::icp_portrait::jsonb, '$.** ? (@.type() == "object")') o,
	jsonb_object_keys(o) key
		WHERE key NOT IN ('A', 'B', 'C', 'T1', 'T2', 'T3', 'a', 'b', 'auc', 'shares') $$,
	$$ SELECT unnest('{title,subject,initial,scale,absent,characteristics,disqualify,tiers,fit,placeholders,probability,intercept,slope,quality,at,name,field,group,reason,as,attributes,points,when,
		equals,in,range,like,ilike,contains,contains_any,missing,otherwise,within,older,within_next,all,any,not}'::text[]) $$,
			'the corpus has every key');

-- Different spellings of one portrait.
SELECT is(a::icp_portrait::text, b::icp_portrait::text, name) FROM (VALUES
	('order of keys', '{"fit": 60, "characteristics": [{"attributes": [{"points": 1, "equals": "x"}], "field": "f", "name": "c"}]}',
		'{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": "x", "points": 1}]}], "fit": 60}'),
	('defaults', '{"characteristics": []}',
		'{"initial": 0, "scale": "score", "absent": "error", "characteristics": [], "disqualify": [], "tiers": {"T3": 40, "T1": 80, "T2": 60}, "fit": 60, "placeholders": []}'),
	('numbers', '{"initial": 1500, "characteristics": [], "fit": 62.5}', '{"initial": 1.5e3, "characteristics": [], "fit": 6250e-2}'),
	('escapes', '{"title": "A/\u00e9\u5ba2", "characteristics": []}', '{"title": "\u0041\/é客", "characteristics": []}'),
	('ranges', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[,5.0]", "points": 1}]}]}',
		'{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": " (  , +05 ]", "points": 1}]}]}'),
	('moments', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[2026-01-31 22:00-02:00,)", "points": 1}]}]}',
		'{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[2026/02/01,)", "points": 1}]}]}'),
	('intervals', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"older": "24 months", "points": 1}]}]}',
		'{"characteristics": [{"name": "c", "field": "f", "attributes": [{"older": "2 YEARS", "points": 1}]}]}'),
	('order of tiers', '{"characteristics": [], "tiers": {"low": 1, "high": 2}}',
		'{"characteristics": [], "tiers": {"high": 2.0, "low": 1.0}}'),
	('quality', '{"characteristics": [], "quality": {"b": 1, "a": [1,2]}}', '{"characteristics": [], "quality": {"a": [1, 2], "b": 1}}')
) v(name, a, b);
-- And different portraits.
SELECT isnt(a::icp_portrait, b::icp_portrait, name) FROM (VALUES
	('text is no number', '{"characteristics": [], "placeholders": ["1"]}', '{"characteristics": [], "placeholders": [1]}'),
	('text is no boolean', '{"characteristics": [], "placeholders": ["true"]}', '{"characteristics": [], "placeholders": [true]}'),
	('case counts', '{"characteristics": [], "title": "a"}', '{"characteristics": [], "title": "A"}'),
	('no title is no empty title', '{"characteristics": [], "title": ""}', '{"characteristics": []}'),
	('no tiers are not the usual ones', '{"characteristics": [], "tiers": {}}', '{"characteristics": []}'),
	('brackets count', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[1,5]", "points": 1}]}]}',
		'{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[1,5)", "points": 1}]}]}'),
	('the order of attributes counts', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": 1},
		{"equals": 2, "points": 1}]}]}', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 2, "points": 1},
		{"equals": 1, "points": 1}]}]}'),
	('a day is not 24 hours', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"within": "1 day", "points": 1}]}]}',
		'{"characteristics": [{"name": "c", "field": "f", "attributes": [{"within": "24 hours", "points": 1}]}]}')
) v(name, a, b);

-- The session's settings have no part in it.
CREATE TEMP TABLE canonical AS SELECT n, portrait::icp_portrait::text AS portrait FROM corpus;
CREATE FUNCTION pg_temp.strangers(settings text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	result bigint;
BEGIN
	FOR i IN 1 .. array_length(settings, 1) LOOP
		PERFORM set_config(settings[i][1], settings[i][2], true);
	END LOOP;
	SELECT count(*) INTO result FROM corpus JOIN canonical c USING (n)
		WHERE corpus.portrait::icp_portrait::text <> c.portrait OR c.portrait::icp_portrait::text <> c.portrait;
	FOR i IN 1 .. array_length(settings, 1) LOOP
		EXECUTE format('RESET %I', settings[i][1]);
	END LOOP;
	RETURN result;
END $$;
SELECT is(pg_temp.strangers('{{DateStyle,"SQL, DMY"},{TimeZone,Asia/Kolkata},{IntervalStyle,sql_standard},{extra_float_digits,-15}}'),
	0::bigint, 'DMY, Kolkata, sql_standard');
SELECT is(pg_temp.strangers('{{DateStyle,"German, YMD"},{TimeZone,America/St_Johns},{IntervalStyle,iso_8601},{extra_float_digits,3}}'),
	0::bigint, 'German, St John''s, iso_8601');
SELECT is(pg_temp.strangers('{{DateStyle,"Postgres, MDY"},{TimeZone,"<+14>-14"},{IntervalStyle,postgres_verbose},{timezone_abbreviations,Australia}}'),
	0::bigint, 'Postgres, +14, verbose');
SELECT is(pg_temp.strangers('{{lc_numeric,C},{lc_monetary,C},{lc_time,C},{standard_conforming_strings,off},{bytea_output,escape},{xmloption,document}}'),
	0::bigint, 'lc_numeric and others');

-- Comparison, hashing, sorting.
SELECT ok(a = b AND NOT a <> b AND a <= b AND a >= b AND NOT a < b AND NOT a > b AND icp_portrait_cmp(a, b) = 0
		AND icp_portrait_hash(a) = icp_portrait_hash(b) AND icp_portrait_hash_extended(a, 7) = icp_portrait_hash_extended(b, 7),
			'equal in every way')
	FROM (SELECT '{"fit": 50, "characteristics": []}'::icp_portrait a, '{"characteristics": [], "fit": 5e1}'::icp_portrait b) p;
SELECT is_empty($$ SELECT a.n, b.n FROM corpus a, corpus b, LATERAL (SELECT a.portrait::icp_portrait p, b.portrait::icp_portrait q) v
	WHERE (p = q) <> (a.n = b.n) OR (p <> q) = (a.n = b.n) OR (p < q) <> (q > p) OR (p <= q) <> (q >= p) OR (p < q) = (p >= q)
		OR icp_portrait_cmp(p, q) <> - icp_portrait_cmp(q, p) OR (p < q) <> (icp_portrait_cmp(p, q) < 0)
		OR (p < q) <> (p::text COLLATE "C" < q::text COLLATE "C") $$, 'one order in all operators, that of the bytes');
CREATE TEMP TABLE twice AS SELECT n, portrait::icp_portrait AS portrait FROM corpus UNION ALL SELECT n, portrait::jsonb::icp_portrait
	FROM corpus;
SELECT is((SELECT count(DISTINCT portrait) FROM twice), (SELECT count(*) FROM corpus), 'DISTINCT');
SELECT is((SELECT count(*) FROM (SELECT portrait FROM twice GROUP BY portrait HAVING count(*) = 2) g),
	(SELECT count(*) FROM corpus), 'GROUP BY');
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM (SELECT portrait FROM twice GROUP BY portrait HAVING count(*) = 2) g),
	(SELECT count(*) FROM corpus), 'GROUP BY, sorting');
RESET enable_hashagg;
SELECT is((SELECT count(*) FROM twice a JOIN twice b USING (portrait)), 4 * (SELECT count(*) FROM corpus), 'hash join');
SET LOCAL enable_hashjoin = off;
SELECT is((SELECT count(*) FROM twice a JOIN twice b USING (portrait)), 4 * (SELECT count(*) FROM corpus), 'merge join');
RESET enable_hashjoin;
SELECT is(array_agg(portrait::text COLLATE "C" ORDER BY portrait), array_agg(portrait::text COLLATE "C"
	ORDER BY portrait::text COLLATE "C"), 'ORDER BY') FROM twice;
CREATE TEMP TABLE unique_portraits (portrait icp_portrait UNIQUE);
INSERT INTO unique_portraits SELECT DISTINCT portrait FROM twice;
SELECT throws_ok($$ INSERT INTO unique_portraits VALUES ('{"fit": 60.0, "characteristics": []}') $$, '23505',
	'duplicate key value violates unique constraint "unique_portraits_portrait_key"', 'a unique index');
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM unique_portraits WHERE portrait = '{"characteristics": []}'), 1::bigint, 'finds a portrait');
CREATE INDEX ON twice USING hash (portrait);
SELECT is((SELECT count(*) FROM twice WHERE portrait = '{"characteristics": []}'), 2::bigint, 'so does a hash index');
RESET enable_seqscan;
-- A portrait of which most is compressed or stored apart is the same portrait.
CREATE TEMP TABLE stored (how text, portrait icp_portrait);
ALTER TABLE stored ALTER portrait SET STORAGE EXTERNAL;
INSERT INTO stored SELECT 'external', format('{"title": "%s", "characteristics": []}', repeat('long ', 10000))::icp_portrait;
ALTER TABLE stored ALTER portrait SET STORAGE EXTENDED;
INSERT INTO stored SELECT 'extended', format('{"title": "%s", "characteristics": []}', repeat('long ', 10000))::icp_portrait;
SELECT is((SELECT count(*) FROM stored WHERE portrait = format('{"title": "%s", "characteristics": []}', repeat('long ',
	10000))::icp_portrait), 2::bigint, 'stored in any way');
SELECT is((SELECT count(DISTINCT icp_portrait_hash(portrait)) FROM stored), 1::bigint, 'with one hash');

-- Binary: the same bytes come back, and whatever comes in is validated.
CREATE TEMP TABLE sent (n int, portrait icp_portrait);
\copy (SELECT n, portrait::icp_portrait FROM corpus) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy sent FROM 'results/t_portrait_type.bin' (FORMAT binary)
SELECT is_empty($$ SELECT n FROM corpus FULL JOIN sent USING (n) WHERE corpus.portrait::icp_portrait::text IS DISTINCT
	FROM sent.portrait::text $$, 'COPY BINARY');
SELECT is((SELECT count(*) FROM sent), (SELECT count(*) FROM corpus), 'of everything');
SELECT is(icp_portrait_send('{"characteristics": []}'), '\x01'::bytea || convert_to('{"characteristics": []}'::icp_portrait::text, 'UTF8'),
	'a format byte, then the text');

-- Readings.
SELECT is(icp_portrait_fields(portrait::icp_portrait), fields, 'fields of portrait ' || n) FROM corpus JOIN (VALUES
	(1, '{}'::text[]), (4, '{industry}'), (12, '{a,b,c,d}'), (13, '{revenue,other}'),
		(14, '{country,a,b}')) f(n, fields) USING (n) ORDER BY n;
SELECT is(icp_portrait_fields('{"characteristics": [{"name": "c", "attributes": [{"field": "Mixed Case", "equals": 1, "points": 1},
	{"field": "a.b", "equals": 1, "points": 1}, {"field": "客户", "equals": 1, "points": 1}]}],
	"disqualify": [{"when": {"field": "a\"b", "missing": true}},
		{"when": {"field": "a.b", "missing": true}}]}'), '{"Mixed Case",a.b,客户,"a\"b"}', 'fields as they are written, each once');
SELECT is(icp_portrait_fields(NULL), NULL, 'of NULL');
-- icp_at
CREATE TEMP TABLE relative AS SELECT '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"within": "1 day", "points": 1}]}]}'::icp_portrait AS portrait;
SELECT is(icp_at(portrait, '2026-01-31 08:00+08')::jsonb ->> 'at', '2026-01-31', 'fixed at a moment, in UTC') FROM relative;
SELECT is(icp_at(portrait, '2026-01-31 08:00:00.5+00')::jsonb ->> 'at', '2026-01-31 08:00:00.5', 'to the microsecond') FROM relative;
SELECT is(icp_at(portrait, '2026-01-31')::jsonb - 'at', portrait::jsonb, 'and nothing else changes') FROM relative;
SELECT is(icp_at(icp_at(portrait, '2020-01-01'), '2026-01-31'), icp_at(portrait, '2026-01-31'), 'the last moment counts') FROM relative;
SELECT is(icp_at(portrait, '2026-01-31')::text::icp_portrait, icp_at(portrait, '2026-01-31'), 'it can be read back') FROM relative;
SELECT is(icp_at('{"characteristics": []}', '2026-01-31'), '{"characteristics": []}', 'a portrait without relative dates stays as it is');
SELECT is(icp_at(NULL, now()), NULL, 'NULL portrait');
SELECT is(icp_at('{"characteristics": []}', NULL), NULL, 'NULL moment');
SELECT throws_ok($$ SELECT icp_at('{"characteristics": []}', 'infinity') $$, '22008', NULL, 'not at infinity');
-- What could not be read back must not come into being.
SELECT is_empty($$ SELECT m FROM unnest('{0001-01-01 00:00+00,9999-12-31 23:59:59.999999+00,10000-01-01 00:00+00,294276-12-31 23:59:59.999999+00}'::timestamptz[]) m,
	relative, icp_at(portrait, m) p
	WHERE p::text::icp_portrait IS DISTINCT FROM p $$, 'from the year 1 to the last');
SELECT throws_ok($$ SELECT icp_at(portrait, '0001-12-31 23:59:59+00 BC') FROM relative $$, '22008', NULL, 'not before the year 1');
SELECT throws_ok($$ SELECT '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[0001-01-01 00:00+14,)", "points": 1}]}]}'::icp_portrait $$,
	'22P02', NULL, 'nor by a time zone');

-- Soft errors.
SELECT current_setting('server_version_num')::int >= 160000 AS has_soft_errors \gset
\if :has_soft_errors
SELECT is_empty($$ SELECT v FROM (VALUES ('{"characteristics": []}', true), ('{}', false), ('{', false),
	('{"characteristics": [], "fit": 1, "fit": 1}', false), ('{"characteristics": [], "at": "x"}', false),
		('{"characteristics": [{"name": "c", "field": "f", "attributes": [{"range": "[2,1]", "points": 1}]}]}', false),
			(rpad('{"characteristics": []}', 4194305), false)) v(portrait, valid)
	WHERE pg_input_is_valid(portrait, 'icp_portrait') <> valid $$, 'pg_input_is_valid');
SELECT is((pg_input_error_info('{"characteristics": [], "at": "x"}', 'icp_portrait')).message, 'invalid portrait at at: "x" is no moment',
	'pg_input_error_info');
\else
SELECT pass('pg_input_is_valid');
SELECT pass('pg_input_error_info');
\endif

-- What the catalog says of it.
SELECT is_empty($$ SELECT p.oid::regprocedure FROM pg_proc p WHERE (p.proname ~ '^icp_portrait_' OR p.proname = 'icp_at')
	AND p.proname !~ 'changed' AND NOT (p.provolatile = 'i' AND p.proisstrict AND p.proparallel = 's' AND NOT p.prosecdef) $$,
	'all its functions are immutable, strict and parallel safe');
SELECT throws_ok($$ CREATE TEMP TABLE assigned AS SELECT '{}'::jsonb = '{"characteristics": []}'::icp_portrait $$, '42883', NULL,
	'no cast happens unasked in an expression');
CREATE TEMP TABLE assigned (portrait icp_portrait, document jsonb);
SELECT lives_ok($$ INSERT INTO assigned VALUES ('{"characteristics": []}'::jsonb, '{"characteristics": []}'::icp_portrait) $$,
	'but in an assignment');
SELECT is(document, portrait::jsonb, 'both ways') FROM assigned;
SELECT lives_ok($$ CREATE TEMP TABLE generated (portrait icp_portrait, document jsonb GENERATED ALWAYS AS (portrait::jsonb) STORED,
	fixed icp_portrait GENERATED ALWAYS AS (icp_at(portrait, '2026-01-31 00:00+00')) STORED) $$, 'they serve in generated columns');
SELECT lives_ok($$ CREATE INDEX ON corpus (icp_portrait_fields(portrait::jsonb::icp_portrait)) $$, 'and in indexes');

SELECT * FROM finish();
ROLLBACK;

-- Bytes that come from somebody else.
\set ECHO all
\set VERBOSITY default
CREATE TEMP TABLE received (portrait icp_portrait);
\copy (SELECT '\x00'::bytea || '{"characteristics": []}'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
\copy (SELECT '\x02'::bytea || '{"characteristics": []}'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
\copy (SELECT ''::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
\copy (SELECT '\x01'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
\copy (SELECT '\x01'::bytea || '{"characteristics": [{}]}'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
\copy (SELECT '\x01'::bytea || '{"title": "'::bytea || '\xc3'::bytea || '", "characteristics": []}'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
\copy (SELECT '\x01'::bytea || '{"characteristics": []}'::bytea || '\x00'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
-- Not canonical, but right: it becomes canonical.
\copy (SELECT '\x01'::bytea || '{"fit":6e1,"characteristics":[]}'::bytea) TO 'results/t_portrait_type.bin' (FORMAT binary)
\copy received FROM 'results/t_portrait_type.bin' (FORMAT binary)
SELECT portrait, portrait = '{"characteristics": []}' AS canonical FROM received;

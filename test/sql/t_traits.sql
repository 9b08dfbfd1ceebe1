-- Traits: planted ones are found, each one's WHERE selects what was counted, and nothing is said twice.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION citext;
SELECT * FROM no_plan();
SELECT FROM setseed(0.25);

-- ---- what was planted is found ----

CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || substr(md5(i || ':' || j), 1, 7))::bit(28)::int / 268435456.0 $$;
CREATE TABLE planted AS SELECT i, 'v' || floor(u(i, 0) * 2) AS c0, 'v' || floor(u(i, 1) * 4) AS c1, 'v' || floor(u(i, 2) * 5) AS c2, 'v' || floor(u(i, 3) * 6) AS c3,
	'v' || floor(u(i, 4) * 8) AS c4, 'v' || floor(u(i, 5) * 10) AS c5, 'v' || floor(u(i, 6) * 12) AS c6, 'v' || floor(u(i, 7) * 30) AS c7,
	1 + floor(u(i, 8) ^ 2 * 2000)::int AS emp, u(i, 9) AS luck FROM generate_series(1, 20000) i;
ALTER TABLE planted ADD best bool;
UPDATE planted SET best = luck < CASE WHEN c3 = 'v1' AND c4 = 'v4' AND c2 = 'v2' THEN 0.6 WHEN c5 = 'v2' AND c6 = 'v3' THEN 0.4 WHEN c7 = 'v7' THEN 0.2
	WHEN emp BETWEEN 100 AND 300 THEN 0.1 ELSE 0.01 END;
CREATE TABLE planted_sketch AS SELECT icp_sketch(icp_row(p), best, '{"ignore": ["i", "luck", "best"]}') AS s FROM planted p;
SELECT set_eq('SELECT "where" FROM planted_sketch, icp_traits(s, 3, 0.01) WHERE rank <= 4', $$VALUES ('c2 = ''v2'' AND c3 = ''v1'' AND c4 = ''v4'''),
	('c5 = ''v2'' AND c6 = ''v3'''), ('c7 = ''v7'''), ('emp BETWEEN 100 AND 300')$$, 'the four planted traits come first, by more than 2,000 best rows');
SELECT is((SELECT count(*) FROM planted_sketch, icp_traits(s, 3, 0.01)), 4::bigint, 'and there are no others');
SELECT set_eq('SELECT trait FROM planted_sketch, icp_traits(s, 2, 0.01, top => 3)', $$VALUES ('emp 100–300'), ('c5 is v2 and c6 is v3'), ('c7 is v7')$$, 'top cuts the list');
SELECT is((SELECT count(*) FROM planted_sketch, icp_traits(s, 1, 0.3)), 1::bigint, 'one has enough of the best rows');
-- Few best rows: permutations tell what is no accident.
CREATE TABLE few_sketch AS SELECT icp_sketch(icp_row(p), CASE WHEN c5 = 'v2' AND c6 = 'v3' THEN i % 20 = 0 ELSE i % 5000 = 0 END, '{"ignore": ["i", "luck", "best"]}') AS s
	FROM planted p;
SELECT results_eq('SELECT trait, q_value < 0.01, stability > 0.9 FROM few_sketch, icp_traits(s)', $$VALUES ('c5 is v2 and c6 is v3', true, true)$$, 'among a dozen of best rows too');

-- ---- a table of all types ----

CREATE TYPE stage AS ENUM ('new', 'open', 'won', 'lost');
CREATE TABLE crm AS SELECT i AS id,
	pick AS "Industry, main", CASE WHEN u(i, 11) < 0.7 THEN exp(u(i, 12) * 7)::int END AS employees,
	CASE WHEN u(i, 13) < 0.1 THEN 'NaN' WHEN u(i, 13) < 0.8 THEN round(exp(u(i, 14) * 12)::numeric, 2) END AS revenue,
	CASE WHEN u(i, 15) < 0.1 THEN 'NaN' WHEN u(i, 15) < 0.2 THEN 'Infinity' WHEN u(i, 15) < 0.9 THEN round((u(i, 16) * 10)::numeric, 1) END::float8 AS rate,
	round((u(i, 17) * 3)::numeric, 1)::float4 AS rate4, (u(i, 18) * 20)::int::numeric::money AS fee,
	CASE WHEN u(i, 19) < 0.02 THEN 'infinity' ELSE date '2015-01-01' + (u(i, 20) * 3000)::int END AS founded,
	timestamp '2023-01-01' + u(i, 21) * interval '500 days' AS created_at,
	timestamptz '2023-01-01 00:00Z' + floor(u(i, 22) * 500) * interval '1 day' AS "Seen At",
	(enum_range(NULL::stage))[1 + floor(u(i, 23) * 4)] AS stage, ('{SaaS,saas,Bank}'::text[])[1 + floor(u(i, 24) * 3)]::citext AS ci,
	('{a,b}'::text[])[1 + floor(u(i, 25) * 2)]::char(5) AS code, u(i, 26) < 0.4 AS active,
	CASE WHEN u(i, 27) < 0.9 THEN (SELECT array_agg(t) FROM unnest('{crm,erp,bi,ai,NULL}'::text[]) WITH ORDINALITY t(t, n) WHERE u(i, 30 + n::int) < 0.4) END AS tags,
	CASE WHEN u(i, 28) < 0.8 THEN (SELECT array_agg(n) FROM generate_series(1, 4) n WHERE u(i, 40 + n) < 0.4) END AS nums,
	CASE WHEN u(i, 29) < 0.1 THEN NULL WHEN u(i, 29) < 0.2 THEN '{"intent": null}' WHEN u(i, 29) < 0.3 THEN '{"intent": 5}' ELSE
		jsonb_build_object('intent', ('{high,low,5}'::text[])[1 + floor(u(i, 50) * 3)], 'score', floor(u(i, 51) * 100), 'ok', u(i, 52) < 0.5,
		'tags', (SELECT jsonb_agg(t) FROM unnest('{x,y,z}'::text[]) WITH ORDINALITY t(t, n) WHERE u(i, 52 + n::int) < 0.5)) END AS attrs,
	CASE WHEN u(i, 56) < 0.2 THEN 'unknown' WHEN u(i, 56) < 0.4 THEN 'n/a' ELSE floor(u(i, 57) * 1000)::text END AS size_text,
	CASE WHEN u(i, 58) < 0.2 THEN 'unknown' ELSE to_char(date '2019-01-01' + (u(i, 59) * 900)::int, 'YYYY-MM-DD') END AS since_text,
	md5((i / 3)::text)::uuid AS key3, ('10.0.0.' || floor(u(i, 60) * 4))::inet AS ip, time '08:00' + floor(u(i, 61) * 4) * interval '1 hour' AS at_time,
	CASE WHEN u(i, 62) < 0.3 THEN -1 ELSE floor(u(i, 63) * 50) END::int AS visits
	FROM generate_series(1, 3000) i, LATERAL (SELECT ('{SaaS,Fintech,Health care & life sciences,"O''Reilly \"x\"",""}'::text[])[1 + floor(u(i, 10) * 5)]) p(pick);
ALTER TABLE crm ADD best bool;
UPDATE crm SET best = u(id, 70) < CASE WHEN "Industry, main" = 'SaaS' AND employees BETWEEN 50 AND 400 THEN 0.6 WHEN 'crm' = ANY (tags) AND active THEN 0.25
	WHEN attrs ->> 'intent' = 'high' THEN 0.1 WHEN visits = -1 THEN 0.1 ELSE 0.03 END;
CREATE TABLE crm_sketch AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["best", "id"], "as": {"size_text": "number", "since_text": "date"},
	"placeholders": ["unknown", "", -1]}') AS s FROM crm c;

-- Counts each trait again, by its WHERE on the table and by its condition on the sketch.
CREATE FUNCTION recount(sketch icp_sketch, tab text, arguments text, OUT traits int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	r record;
	n record;
	conditions jsonb := '[]';
	counts text[] := '{}';
BEGIN
	FOR r IN EXECUTE format('SELECT * FROM icp_traits($1%s)', arguments) USING sketch LOOP
		conditions := conditions || r.condition;
		counts := counts || (r.best_n || '/' || r.all_n);
		EXECUTE format('SELECT count(*) FILTER (WHERE best) AS best_n, count(*) AS all_n FROM %s WHERE %s', tab, r."where") INTO n;
		IF (n.best_n, n.all_n) IS DISTINCT FROM (r.best_n, r.all_n) THEN wrong := concat_ws('; ', wrong, r."where"); END IF;
	END LOOP;
	traits := cardinality(counts);
	SELECT concat_ws('; ', wrong, string_agg(condition::text, '; ') FILTER (WHERE best_n || '/' || all_n IS DISTINCT FROM counts[i])) INTO wrong
		FROM icp_trait_counts(sketch, conditions) WITH ORDINALITY c(condition, best_n, best, all_n, total, i);
	wrong := nullif(wrong, '');
END $$;
SELECT is(wrong, NULL, 'each WHERE and each condition select what was counted'), is(traits, 400, 'of single conditions')
	FROM crm_sketch, recount(s, 'crm', ', 1, 0.001, 0, 1, 400, ''{"prune": false, "adjust": "none", "negations": true}''');
SELECT is(wrong, NULL, 'of two conditions'), is(traits, 400, 'as many as asked for')
	FROM crm_sketch, recount(s, 'crm', ', 2, 0.02, 1.3, 1, 400, ''{"prune": false, "adjust": "none", "negations": true}''');
SELECT is(wrong, NULL, 'of three conditions'), is(traits, 200, 'as many as asked for')
	FROM crm_sketch, recount(s, 'crm', ', 3, 0.05, 1, 1, 200, ''{"prune": false, "adjust": "bonferroni"}''');
SELECT is(wrong, NULL, 'of pruned traits'), cmp_ok(traits, '>', 1, 'more than one') FROM crm_sketch, recount(s, 'crm', ', 3, 0.05, options => ''{"permutations": 199}''');
SELECT results_eq('SELECT fields FROM crm_sketch, icp_traits(s, 2, 0.05) ORDER BY rank LIMIT 2', $$VALUES ('{"Industry, main",employees}'::text[]),
	('{active,tags}')$$, 'what was planted there comes first');
SELECT is_empty($$SELECT condition FROM crm_sketch, icp_traits(s, 2, 0.02, 0, 1, 300, '{"prune": false, "adjust": "none", "negations": true}')
	WHERE jsonb_build_object('characteristics', jsonb_build_array(jsonb_build_object('name', 'c', 'attributes', jsonb_build_array(condition || '{"points": 1}')))
	)::icp_portrait IS NULL$$, 'conditions are those of portraits');

-- ---- numbers ----

SELECT is_empty($$SELECT "where" FROM crm_sketch, icp_traits(s, 2, 0.01, 0, 1, 1000, '{"prune": false, "adjust": "none"}') t, LATERAL (SELECT sum(best::int) p, count(*) n FROM crm) c
	WHERE abs(best_share - best_n / p::float8) > 1e-12 OR abs(rest_share - (all_n - best_n) / (n - p)::float8) > 1e-12
	OR abs(lift - (best_n / all_n::float8) / (p / n::float8)) > 1e-9 OR abs(risk_ratio - (best_n / all_n::float8) / ((p - best_n) / nullif(n - all_n, 0)::float8)) > 1e-9
	OR abs(odds_ratio - best_n * (n - all_n - p + best_n) / nullif((all_n - best_n) * (p - best_n), 0)::float8) > 1e-9
	OR (odds_ratio IS NULL) <> ((all_n - best_n) * (p - best_n) = 0) OR odds_low > odds_ratio OR odds_high < odds_ratio OR odds_low < 0
	OR log10_p > 0 OR q_value NOT BETWEEN 0 AND 1 OR stability NOT BETWEEN 0 AND 1 OR adds NOT BETWEEN 0 AND best_share
	OR abs(ln(q_value) / ln(10) - log10_p) > 1e-9 OR cardinality(fields) NOT IN ("order", 1) OR abs(shrunk_lift - 1) > greatest(abs(lift - 1), 0.5)$$, 'shares and ratios are those of the table');
SELECT is((SELECT count(*) FROM crm_sketch, icp_traits(s, 2, 0.01, 0, 1, 100000, '{"prune": false, "adjust": "none"}') WHERE ARRAY[best_share, rest_share, lift, risk_ratio, odds_ratio,
	odds_low, odds_high, log10_p, q_value, shrunk_lift, stability, adds] && '{NaN,Infinity,-Infinity}'::float8[]), 0::bigint, 'no NaN, no Infinity');
-- R: phyper(a - 1, P, N - P, n, lower.tail = FALSE, log.p = TRUE) / log(10)
CREATE TABLE hyper AS SELECT i, i % 10 = 0 OR i % 25 = 3 AS best, CASE WHEN i % 10 = 0 OR i % 4 = 1 THEN 'a' ELSE 'b' || i % 3 END AS f FROM generate_series(1, 1000) i;
SELECT results_eq($$SELECT best_n, all_n, round(log10_p::numeric, 9), abs(ln(odds_low) - ln(9.3471) + 1.959964 * 0.21821) < 1e-3, abs(ln(odds_high) - ln(9.3471) - 1.959964 * 0.21821) < 1e-3, round(shrunk_lift::numeric, 9)
	FROM (SELECT icp_sketch(icp_row(h), best, '{"ignore": ["i", "best"]}') s FROM hyper h) x, icp_traits(s)$$,
	$$SELECT 110::bigint, 350::bigint, log_p, true, true, round((110.5 / 49.5)::numeric, 9) FROM (
	WITH RECURSIVE f(n, l) AS (SELECT 0, 0::numeric UNION ALL SELECT n + 1, l + ln((n + 1)::numeric(40, 30)) FROM f WHERE n < 1000)
	SELECT round(log(sum(exp(p.l + q.l + r.l + t.l - z.l - a.l - b.l - c.l - d.l))), 9) log_p FROM generate_series(110, 140) k, f p, f q, f r, f t, f z, f a, f b, f c, f d
	WHERE p.n = 140 AND q.n = 860 AND r.n = 350 AND t.n = 650 AND z.n = 1000 AND a.n = k AND b.n = 350 - k AND c.n = 140 - k AND d.n = 1000 - 350 - 140 + k) p$$, 'Fisher''s test, limits and shrinkage');

-- ---- what is left out ----

CREATE TABLE edges AS SELECT i AS key, 'x' AS always, (i * 7919) % 1000 AS zip, 'city ' || (i * 7919) % 1000 AS city, (i * 7919) % 1000 / 50 AS region, CASE WHEN u(i, 1) > 0.3 THEN 'n' || floor(u(i, 2) * 3) END AS holes,
	'text ' || i AS unique_text, 'word ' || floor(u(i, 3) * 8000) AS words, NULL::text AS never, u(i, 4) < 0.02 AS best FROM generate_series(1, 12000) i;
ALTER TABLE edges ADD closed date, ADD won text;
UPDATE edges SET best = best OR (region = 7 AND u(key, 5) < 0.3);
UPDATE edges SET closed = CASE WHEN best THEN date '2024-01-01' + key % 300 END, won = CASE WHEN best THEN 'yes' ELSE 'no' END;
CREATE TABLE edges_sketch AS SELECT icp_sketch(icp_row(e), best, '{"ignore": ["best"]}') AS s FROM edges e;
SELECT results_eq('SELECT trait, best_n, all_n FROM edges_sketch, icp_traits(s, 2, 0.05)', $$SELECT 'region is 7', count(*) FILTER (WHERE best), count(*) FROM edges WHERE region = 7$$,
	'a key, a constant, unique texts, leaks and mirrors say nothing');
SELECT set_has($$SELECT trait FROM edges_sketch, icp_traits(s, 1, 0.05, options => '{"include": ["won", "closed"]}')$$, $$VALUES ('won is yes')$$, 'a leak can be asked for');
SELECT ok('closed is known' = ANY (same_as), 'and what has the same rows is one trait') FROM edges_sketch, icp_traits(s, 1, 0.05, options => '{"include": ["won", "closed"], "negations": true}')
	WHERE trait = 'won is yes';
SELECT is_empty($$SELECT * FROM edges_sketch, icp_traits(s, 2, 0.05, options => '{"exclude": ["region", "zip", "city"]}')$$, 'fields can be left out');
SELECT is(wrong, NULL, 'fields of very many texts are counted exactly'), cmp_ok(traits, '>', 10, 'values of them') FROM edges_sketch,
	recount(s, 'edges', ', 2, 0.001, 0, 1, 2000, ''{"prune": false, "adjust": "none", "exclude": ["region", "zip", "city"], "include": ["words"]}''');
SELECT is((SELECT sum(all_n) FROM edges_sketch, icp_traits(s, 1, 0.001, 0, 1, 2000, '{"prune": false, "adjust": "none"}') WHERE fields = '{holes}'), 12000::numeric, 'missing values stay among the rows');

-- ---- nothing to compare ----

SELECT is_empty(format('SELECT * FROM (SELECT icp_sketch(icp_row(p), %s) s FROM planted p) x, icp_traits(s)', b), b) FROM unnest('{false,true,i = 1,NULL::bool}'::text[]) b;
SELECT is_empty('SELECT * FROM icp_traits(NULL)', 'NULL');
SELECT is_empty($$SELECT * FROM (SELECT icp_sketch(icp_row(p), i % 2 = 0, '{"only": ["c0"]}') s FROM planted p) x, icp_traits(s)$$, 'nothing found');

-- ---- the same, however it came ----

CREATE FUNCTION traits_of(sketch icp_sketch) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(t::text, E'\n' ORDER BY rank) FROM icp_traits(sketch, 2, 0.05, options => '{"permutations": 199}') t $$;
SELECT is(traits_of(icp_sketch(icp_row(c), best, '{"ignore": ["best", "id"]}' ORDER BY u(id, 99))), traits_of((SELECT icp_sketch(icp_row(d), best, '{"ignore": ["best", "id"]}') FROM crm d)),
	'in any order') FROM crm c;
SELECT is(traits_of((SELECT icp_rollup(s) FROM (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["best", "id"]}') AS s FROM crm c GROUP BY id % 7) x)),
	traits_of((SELECT icp_sketch(icp_row(d), best, '{"ignore": ["best", "id"]}') FROM crm d)), 'in parts');
SELECT is((SELECT count(DISTINCT q_value) FROM few_sketch, generate_series(1, 3) g, LATERAL icp_traits(s, 2, 0.2, 1.2, 0.5, 10, format('{"seed": %s, "permutations": 99}', g / 2)::jsonb)
	WHERE rank = 1 AND g <> 1) <= 2, true, 'a seed gives the same again');

SELECT * FROM finish();
ROLLBACK;

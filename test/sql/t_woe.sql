-- icp_woe: against SQL on the table, on given and on its own bins.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SELECT FROM setseed(0.75);
CREATE FUNCTION near(a float8, b float8) RETURNS bool LANGUAGE sql AS $$ SELECT coalesce(a = b OR abs(a - b) <= 1e-12 * greatest(abs(a), abs(b), 1e-3), a IS NULL AND b IS NULL) $$;

CREATE TABLE crm AS SELECT i, (ARRAY['SaaS', 'SaaS', 'Bank', 'Retail', 'other values', 'missing', NULL])[1 + floor(random() * 7)] AS industry,
	CASE WHEN random() < 0.02 THEN 'rare ' || i % 90 ELSE 'common' END AS words, CASE WHEN random() < 0.9 THEN floor(exp(random() * 7))::int END AS employees, round((random() * 5)::numeric, 1) AS rate,
	(round((random() * 5)::numeric, 1))::real AS real_rate, CASE WHEN random() < 0.1 THEN 'NaN' WHEN random() < 0.05 THEN 'Infinity' ELSE random() END::float8 AS share, 1 + floor(random() * 3)::int AS stars,
	CASE WHEN i % 50 = 0 THEN 'infinity' WHEN i % 51 = 0 THEN '-infinity' WHEN random() < 0.9 THEN date '2020-01-01' + (random() * 1400)::int END AS founded, timestamptz '2024-03-01 00:00Z' + random() * interval '40 days' AS seen, random() < 0.4 AS active,
	CASE WHEN random() < 0.8 THEN (SELECT array_agg(t) FROM unnest('{crm,erp,bi}'::text[]) t WHERE random() < 0.4 + i * 0) END AS tags,
	CASE WHEN random() < 0.05 THEN jsonb_build_object('score', 'n/a') ELSE jsonb_build_object('score', floor(random() * 100)) END AS attrs, floor(random() * 100)::text AS digits FROM generate_series(1, 4000) i;
ALTER TABLE crm ADD best bool;
UPDATE crm SET best = random() < 0.2 + CASE WHEN industry = 'SaaS' THEN 0.2 ELSE 0 END + CASE WHEN employees BETWEEN 100 AND 300 THEN 0.2 ELSE 0 END;
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "best"], "as": {"digits": "number"}}') AS s FROM crm c;

-- The table of one expression, by hand.
CREATE FUNCTION by_hand(expression text, half float8 DEFAULT 0.5) RETURNS TABLE (bin text, best bigint, rest bigint, woe float8, iv float8) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE format($q$
	WITH b AS (SELECT (%s)::text AS bin, count(*) FILTER (WHERE best) AS best, count(*) FILTER (WHERE NOT best) AS rest, sum(count(*) FILTER (WHERE best)) OVER ()::float8 AS n, sum(count(*) FILTER (WHERE NOT best)) OVER ()::float8 AS m FROM crm GROUP BY 1),
	h AS (SELECT *, (best + h) / n AS p, (rest + h) / m AS q FROM b, LATERAL (SELECT CASE WHEN best = 0 OR rest = 0 THEN %s ELSE 0::float8 END AS h) z)
	SELECT bin, best, rest, CASE WHEN p > 0 AND q > 0 THEN ln(p / q) END, CASE WHEN p > 0 AND q > 0 THEN (p - q) * ln(p / q) END FROM h $q$, expression, half); END $$;
CREATE FUNCTION agrees(call text, expression text, half float8 DEFAULT 0.5) RETURNS text LANGUAGE plpgsql AS $$ DECLARE wrong text; BEGIN
	EXECUTE format('SELECT string_agg(concat_ws('' '', w, h), ''; '') FROM (SELECT w.* FROM sketch, icp_woe(s, %s) w) w FULL JOIN by_hand(%L, %s) h USING (bin)
		WHERE w.best IS DISTINCT FROM h.best OR w.rest IS DISTINCT FROM h.rest OR NOT near(w.woe, h.woe) OR NOT near(w.iv, h.iv)', call, expression, half) INTO wrong;
	RETURN is(wrong, NULL, call); END $$;

SELECT agrees($$'employees', '{10,100,300}'$$, $$CASE WHEN employees IS NULL THEN 'missing' ELSE (ARRAY['(,10)', '[10,100)', '[100,300)', '[300,)'])[1 + width_bucket(employees, ARRAY[10,100,300])] END$$);
SELECT agrees($$'rate', '{0.1,2.5,4.9}'$$, $$(ARRAY['(,0.1)', '[0.1,2.5)', '[2.5,4.9)', '[4.9,)'])[1 + width_bucket(rate, ARRAY[0.1,2.5,4.9])]$$);
SELECT agrees($$'real_rate', '{0.1,2.5,4.9}'$$, $$(ARRAY['(,0.1)', '[0.1,2.5)', '[2.5,4.9)', '[4.9,)'])[1 + width_bucket(real_rate::float8, ARRAY[0.1,2.5,4.9]::float8[])]$$);
SELECT agrees($$'share', '{1e-3,0.5,1000000}'$$, $$CASE WHEN share = 'NaN' THEN 'missing' ELSE (ARRAY['(,0.001)', '[0.001,0.5)', '[0.5,1000000)', '[1000000,)'])[1 + width_bucket(share, ARRAY[0.001,0.5,1000000]::float8[])] END$$);
SELECT is(string_agg(concat_ws(' ', bin, best, rest, woe, iv), '; '), '(,-5) 0 0 0 0; [1000000000,) 0 0 0 0', 'ranges without rows are there, and say nothing') FROM sketch, icp_woe(s, 'employees', '{-5,1e9}') WHERE best = 0;
SELECT agrees($$'digits', '{50}'$$, $$(ARRAY['(,50)', '[50,)'])[1 + width_bucket(digits::float8, ARRAY[50]::float8[])]$$);
SELECT agrees($$'attrs.score', '{50}'$$, $$CASE WHEN attrs ->> 'score' = 'n/a' THEN 'other values' ELSE (ARRAY['(,50)', '[50,)'])[1 + width_bucket((attrs ->> 'score')::float8, ARRAY[50]::float8[])] END$$);
SELECT agrees($$'founded', NULL, '{"cuts": ["2021-01-01", "2022-07-01"]}'$$, $$CASE WHEN founded IS NULL THEN 'missing' WHEN founded < '2021-01-01' THEN '(,2021-01-01)' WHEN founded < '2022-07-01' THEN '[2021-01-01,2022-07-01)' ELSE '[2022-07-01,)' END$$);
SELECT agrees($$'seen', options => '{"cuts": ["2024-03-20 12:00"]}'$$, $$CASE WHEN seen < '2024-03-20 12:00Z' THEN '(,2024-03-20 12:00:00)' ELSE '[2024-03-20 12:00:00,)' END$$);
SELECT agrees($$'industry'$$, $$CASE WHEN industry IS NULL THEN 'missing' WHEN industry IN ('missing', 'other values') THEN '"' || industry || '"' ELSE industry END$$);
SELECT agrees($$'active'$$, $$active$$);
SELECT agrees($$'words'$$, $$CASE WHEN words = 'common' THEN words ELSE 'other values' END$$);
SELECT agrees($$'stars'$$, $$(ARRAY['(,2)', '[2,3)', '[3,)'])[stars]$$);

-- ---- bins of our own ----

CREATE TABLE own AS SELECT f, w.* FROM sketch, unnest('{employees,rate,real_rate,share,founded,seen,digits,attrs.score}'::text[]) f, icp_woe(s, f) WITH ORDINALITY w;
SELECT is_empty($$SELECT f, count(*) FROM own WHERE bin ~ '^[[(]' GROUP BY f HAVING count(*) > 10 OR count(*) < 9$$, 'about ten bins');
SELECT is_empty($$SELECT * FROM own WHERE bin ~ '^[[(]' AND f NOT IN ('rate', 'real_rate', 'employees') AND (best + rest) / 4000.0 NOT BETWEEN 0.04 AND 0.16$$, 'of about as many rows');
SELECT is(string_agg(bin, ' ' ORDER BY ordinality), '(,2) [2,4) [4,9) [9,15) [15,30) [30,60) [60,100) [100,250) [250,500) [500,) missing', 'cut at round numbers') FROM own WHERE f = 'employees';
SELECT is_empty($$SELECT f, bin FROM own WHERE f = 'founded' AND bin ~ '-\d\d-(?!01)'$$, 'and at the beginning of months');
-- each of them is what it says it is
SELECT is_empty($$SELECT o.bin, o.best, count(*) FROM own o LEFT JOIN crm c ON c.employees <@ replace(o.bin, 'missing', 'empty')::int4range OR o.bin = 'missing' AND c.employees IS NULL WHERE o.f = 'employees' GROUP BY 1, 2, o.rest HAVING o.best <> count(*) FILTER (WHERE c.best) OR o.rest <> count(*) FILTER (WHERE NOT c.best)$$, 'ranges of numbers');
SELECT is_empty($$SELECT o.bin, o.best, count(*) FROM own o LEFT JOIN crm c ON c.founded <@ replace(o.bin, 'missing', 'empty')::daterange OR o.bin = 'missing' AND c.founded IS NULL WHERE o.f = 'founded' GROUP BY 1, 2, o.rest HAVING o.best <> count(*) FILTER (WHERE c.best) OR o.rest <> count(*) FILTER (WHERE NOT c.best)$$, 'ranges of dates');
SELECT is_empty($$SELECT f FROM own GROUP BY f HAVING sum(best) <> (SELECT count(*) FROM crm WHERE best) OR sum(rest) <> (SELECT count(*) FROM crm WHERE NOT best)$$, 'every row is in a bin');
SELECT is((SELECT count(*) FROM sketch, icp_woe(s, 'rate', options => '{"bins": 3}')), 3::bigint, 'as many as are asked for');
SELECT is((SELECT count(*) FROM sketch, icp_woe(s, 'seen', options => '{"bins": 40}')), 40::bigint, 'or more');

-- ---- lists: each item alone ----

SELECT is_empty($$SELECT * FROM (SELECT w.* FROM sketch, icp_woe(s, 'tags') w) w FULL JOIN (SELECT tag AS bin, count(*) FILTER (WHERE best) AS best, count(*) FILTER (WHERE NOT best) AS rest,
		ln(count(*) FILTER (WHERE best) / (SELECT count(*) FROM crm WHERE best)::float8 / (count(*) FILTER (WHERE NOT best) / (SELECT count(*) FROM crm WHERE NOT best)::float8)) AS woe
		FROM crm, unnest(coalesce(tags, '{missing}')) tag GROUP BY 1) h USING (bin) WHERE w.best IS DISTINCT FROM h.best OR w.rest IS DISTINCT FROM h.rest OR NOT near(w.woe, h.woe)$$, 'items');

-- ---- bins with a side only ----

CREATE TABLE one AS SELECT icp_sketch(icp_row(x), b, '{"ignore": ["b"]}') AS s FROM (SELECT CASE WHEN i <= 20 THEN 'a' WHEN i <= 60 THEN 'b' ELSE 'c' END AS f, i <= 40 AS b FROM generate_series(1, 100) i) x;
SELECT is(string_agg(concat_ws(' ', bin, best, rest, round(woe::numeric, 6), round(iv::numeric, 6)), '; ' ORDER BY bin), format('a 20 0 %3$s %4$s; b 20 20 %5$s %6$s; c 0 40 %1$s %2$s', round(ln(0.5 / 40 / (40.5 / 60)), 6), round((0.5 / 40 - 40.5 / 60) * ln(0.5 / 40 / (40.5 / 60)), 6),
	round(ln(20.5 / 40 / (0.5 / 60)), 6), round((20.5 / 40 - 0.5 / 60) * ln(20.5 / 40 / (0.5 / 60)), 6), round(ln(1.5), 6), round((0.5 - 20.0 / 60) * ln(1.5), 6)), 'half a row more, of both') FROM one, icp_woe(s, 'f');
SELECT is(string_agg(concat_ws(' ', bin, best, rest, round(woe::numeric, 6), round(iv::numeric, 6)), '; ' ORDER BY bin), format('a 20 0; b 20 20 %s %s; c 0 40', round(ln(1.5), 6), round((0.5 - 20.0 / 60) * ln(1.5), 6)), 'or without a value')
	FROM one, icp_woe(s, 'f', options => '{"zero": "none"}');

-- ---- sketches of other kinds ----

SELECT is((SELECT string_agg(w::text, ' ') FROM icp_woe((SELECT icp_rollup(s) FROM (SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "best"]}') AS s FROM crm c GROUP BY i % 5) x), 'employees') w),
	(SELECT string_agg(w::text, ' ') FROM sketch, icp_woe(s, 'employees') w), 'merged');
-- all best rows, a tenth of the rest
CREATE TABLE sampled AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["i", "best"], "rows": 1200}') AS s FROM crm c;
SELECT is((SELECT sum(rest) FROM sampled, icp_woe(s, 'employees', '{10,100,300}')) BETWEEN (SELECT count(*) FROM crm WHERE NOT best) - 3 AND (SELECT count(*) FROM crm WHERE NOT best) + 3, true, 'of a sample: counts are of all rows');
SELECT cmp_ok((SELECT max(abs(a.woe - b.woe)) FROM (SELECT w.* FROM sampled, icp_woe(s, 'employees', '{10,100,300}') w) a JOIN (SELECT w.* FROM sketch, icp_woe(s, 'employees', '{10,100,300}') w) b USING (bin)), '<', 0.4::float8, 'and evidence about the same');
SELECT is((SELECT count(*) FILTER (WHERE woe IS NULL AND iv IS NULL) = count(*) FROM (SELECT icp_sketch(icp_row(c), b, '{"only": ["industry"]}') AS s FROM crm c, (VALUES (true), (false)) v(b) GROUP BY b) x, icp_woe(s, 'industry')), true, 'one side only: no evidence');
SELECT results_eq($$SELECT bin FROM (SELECT icp_sketch(icp_row(x), b) AS s FROM (SELECT CASE WHEN i < 7 THEN '' ELSE 'x' END AS f, i % 2 = 0 AS b FROM generate_series(1, 10) i) x) y, icp_woe(s, 'f')$$, $$VALUES ('""'), ('x')$$, 'empty text');
SELECT is_empty($$SELECT * FROM icp_woe(NULL, 'x')$$, 'NULL'), is_empty($$SELECT w.* FROM sketch, icp_woe(s, NULL) w$$, 'NULL'), isnt_empty($$SELECT w.* FROM sketch, icp_woe(s, 'rate', NULL, NULL) w$$, 'NULL options are none');
SELECT results_eq($$SELECT bin, best, rest, woe FROM (SELECT icp_sketch(icp_row(x), b) AS s FROM (SELECT NULL::int AS f, i % 2 = 0 AS b FROM generate_series(1, 10) i) x) y, icp_woe(s, 'f')$$, $$VALUES ('missing', 5::bigint, 5::bigint, 0::float8)$$, 'never known');

-- ---- errors ----

SELECT throws_ok('SELECT count(*) FROM sketch, icp_woe(s, ' || a || ')', s, m) FROM (VALUES
	('''industri''', '42703', 'the sketch has no field "industri"'), ('''industry'', ''{1}''', '42804', 'field "industry" is neither a number nor a date'),
	('''founded'', ''{1}''', '42804', 'field "founded" is a date, and is not cut at numbers'), ('''tags'', ''{1}''', '42804', 'field "tags" is a list, which has no cuts'),
	('''rate'', options => ''{"cuts": ["2024-01-01"]}''', '42804', 'field "rate" is a number, and is not cut at dates'),
	('''rate'', ''{1}'', ''{"cuts": ["2024-01-01"]}''', '22023', 'cuts are given twice'), ('''rate'', ''{2,1}''', '22023', '"cuts" must be in ascending order'), ('''rate'', ''{}''', '22023', '"cuts" must not be empty'),
	('''founded'', options => ''{"cuts": ["2024-13-01"]}''', '22007', 'element 1 of the option "cuts" is no date'), ('''founded'', options => ''{"cuts": [2024]}''', '22007', 'element 1 of the option "cuts" is no date'),
	('''founded'', options => ''{"cuts": ["2024-01-02", "2024-01-01"]}''', '22023', 'the option "cuts" must be in ascending order'), ('''founded'', options => ''{"cuts": []}''', '22023', 'the option "cuts" must not be empty'),
	('''founded'', options => ''{"cuts": "2024-01-01"}''', '22023', 'invalid value for the option "cuts"'), ('''rate'', options => ''{"bins": 1}''', '22023', 'invalid value for the option "bins"'),
	('''rate'', options => ''{"zero": 1}''', '22023', 'invalid value for the option "zero"'), ('''rate'', options => ''{"zeros": "none"}''', '22023', 'unknown option "zeros"'), ('''rate'', options => ''{"lang": "zh"}''', '22023', 'unknown option "lang"'),
	('''rate'', options => ''[]''', '22023', 'options must be a JSON object')) v(a, s, m);

SELECT * FROM finish();
ROLLBACK;

-- What is attacked with changed values: types through text and bytes, states of aggregates, stored portraits, documents
-- and options.  Variable: module.  Then CALL fuzz_for(seconds, seed, slow), and look into table fuzzed.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = error;	-- and what fuzz_for says

CREATE FUNCTION fuzz_values(type regtype, seeds bytea[], runs bigint, seed bigint, as_text boolean, fail_allocations boolean, uses text[],
	OUT tried bigint, OUT accepted bigint, OUT refused bigint, OUT out_of_memory bigint, OUT used bigint, OUT slowest float8)
	LANGUAGE c STRICT AS :'module', 'fuzz_values';

-- Rows and summaries to begin with

CREATE TABLE accounts AS
SELECT i, (array['SaaS', 'Bank', NULL, '制造业'])[i % 4 + 1] AS industry, i * 7 % 500 AS employees, (i % 7) / 3.0 AS rate, (i % 11) / 3.0::float8 AS real,
	'2024-01-01'::date + i AS day, '2024-06-01 12:00+00'::timestamptz - i * interval '1 hour' AS seen, array['a', 'b' || i % 3] AS tags,
	jsonb_build_object('k', i % 5, 's', 'x' || i % 3) AS doc, i % 2 = 0 AS flag, i % 9 = 0 AS best
FROM generate_series(1, 300) i;
CREATE TABLE odd (industry text, n smallint, employees bigint, rate numeric, real real, day date, at timestamp, seen timestamptz, t time, span interval, tags text[], doc jsonb,
	j json, flag boolean, id uuid, b bytea, ip inet, many int[], r int4range, nested accounts, c "char", ch char(3), name name, bits bit(4), xid xid, point point);

CREATE VIEW sketches AS
SELECT n, icp_sketch(icp_row(r), best, CASE WHEN n % 2 = 0 THEN '{"ignore": ["i"], "as": {"industry": "number"}, "placeholders": ["x"]}'::jsonb END) AS sketch
FROM accounts r, unnest('{3,10,60,300}'::int[]) n WHERE i <= n GROUP BY n;
CREATE TABLE portraits (id int GENERATED ALWAYS AS IDENTITY, portrait icp_portrait);
INSERT INTO portraits (portrait)
SELECT icp_learn(icp_sketch(icp_row(r), best)) FROM accounts r UNION ALL
VALUES ('{"title": "a", "initial": -1.5, "absent": "missing", "placeholders": ["x", ""], "characteristics": [
		{"name": "industry", "field": "industry", "group": "g", "attributes": [{"in": ["SaaS", "上海"], "points": 5, "reason": "r"}, {"missing": true, "points": 1}, {"otherwise": true, "points": 0}]},
		{"name": "n", "field": "a.b", "as": "number", "attributes": [{"range": "[2,4)", "points": 3.25}, {"range": "(,-1]", "points": -2}]},
		{"name": "seen", "field": "seen", "attributes": [{"older": "2 years", "points": 2}, {"within_next": "3 days", "points": 1}]},
		{"name": "all", "attributes": [{"all": [{"field": "x", "like": "%a_"}, {"not": {"any": [{"field": "t", "contains": ["a", 1]}, {"field": "u", "contains_any": ["b"]}]}}], "points": 1}]}],
	"disqualify": [{"when": {"field": "city", "equals": "上海"}, "reason": "no"}], "tiers": {"A": 50, "B": 20}, "fit": 40, "quality": {"shares": {"fit": 0.1}},
	"probability": {"intercept": -1, "slope": 0.1}}'::icp_portrait),
	('{"absent": "missing", "initial": 10, "characteristics": [{"name": "Size", "field": "employees", "attributes": [{"range": "[100,300)", "points": 20}, {"otherwise": true, "points": -5}]},
		{"name": "Day", "field": "day", "attributes": [{"range": "[2024-02-01,2024-03-01)", "points": 7}]},
		{"name": "Tags", "field": "tags", "attributes": [{"contains": ["a"], "points": 7}]}], "tiers": {"T1": 20}, "fit": 20}'),
	(icp_framework('BANT', '{"budget": {"field": "rate", "range": "[1,)"}, "authority": {"field": "industry", "in": ["SaaS"]}, "need": {"field": "flag", "equals": true}, "timeline": {"field": "day", "within_next": "90 days"}}'));
CREATE VIEW cohorts AS
SELECT n, icp_cohort(l, '2024-01-01', 100, '2025-01-01') AS cohort
FROM (SELECT n, i % n AS customer, icp_ledger(day, employees, n) AS l FROM accounts, unnest('{1,5,60}'::int[]) n GROUP BY 1, 2) x GROUP BY n;

CREATE VIEW validations AS SELECT icp_validation(real, best) AS v FROM accounts, unnest('{3,60,300}'::int[]) n WHERE i <= n GROUP BY n;
CREATE VIEW ledgers AS
SELECT icp_ledger(day, employees, n, daterange(day, day + 30)) AS l FROM accounts, unnest('{1,5,60}'::int[]) n WHERE i <= n GROUP BY n UNION ALL
SELECT icp_ledger(seen, round(rate, 2)) FROM accounts;

-- What is accepted goes through all that reads it.

CREATE VIEW row_use AS SELECT ARRAY[
	'SELECT icp_sketch($1, true)',
	'SELECT icp_sketch($1, false, ''{"as": {"industry": "number"}}'')',
	'SELECT icp_sketch(x, i = 1) FROM (VALUES ($1, 1), ($1, 2)) v (x, i)'] AS uses;
CREATE VIEW sketch_use AS SELECT ARRAY[
	'SELECT count(f) FROM icp_fields($1) f',
	'SELECT count(t) FROM icp_traits($1, 1) t',
	'SELECT count(d) FROM icp_drift($1, $1) d',
	'SELECT count(g) FROM portraits, icp_gap(portrait, $1) g WHERE id = 3',
	'SELECT count(c) FROM icp_trait_counts($1, ''[{"field": "industry", "in": ["SaaS"]}]'') c',
	'SELECT icp_rollup(x) FROM (VALUES ($1), ($1), (NULL)) v (x)',
	'SELECT icp_rollup(x) FROM (SELECT $1 UNION ALL SELECT sketch FROM sketches WHERE n = 3) v (x)',
	'SELECT icp_sketch_combine($1, NULL)'] AS uses;
CREATE VIEW validation_use AS SELECT ARRAY[
	'SELECT icp_quality($1)',
	'SELECT count(c) FROM icp_calibration($1, 10) c',
	'SELECT count(c) FROM icp_gains($1, 10) c',
	'SELECT count(c) FROM icp_roc($1, 10) c',
	'SELECT icp_confusion($1, 0.5)',
	'SELECT icp_rollup(x) FROM (VALUES ($1), (NULL), ($1)) v (x)'] AS uses;
CREATE VIEW ledger_use AS SELECT ARRAY[
	'SELECT count(p) FROM icp_periods($1) p',
	'SELECT icp_ltv_cac(icp_cohort($1, ''2024-01-01'', 10, ''2025-01-01''))',
	'SELECT icp_rollup(x) FROM (VALUES ($1), (NULL), ($1)) v (x)'] AS uses;
CREATE VIEW cohort_use AS SELECT ARRAY[
	'SELECT icp_ltv_cac($1)',
	'SELECT count(a) FROM icp_ages($1) a',
	'SELECT icp_payback($1)',
	'SELECT icp_left_out($1)',
	'SELECT count(a) FROM icp_survival($1) a',
	'SELECT icp_sbg($1)',
	'SELECT ($1 + $1) - $1',
	'SELECT icp_cohort_spend($1, 5)',
	'SELECT icp_compare(i = 1, x, ''2024-01-01'') FROM (VALUES ($1, 1), ($1, 2)) v (x, i)',
	'SELECT icp_rollup(x) FROM (VALUES ($1), (NULL), ($1)) v (x)'] AS uses;
CREATE VIEW portrait_use AS SELECT ARRAY[
	'SELECT icp_describe($1), icp_describe($1, ''zh'')',
	'SELECT icp_to_sql($1, ''r'')',
	'SELECT icp_at($1, now())',
	'SELECT icp_portrait_fields($1)',
	'SELECT count(g) FROM icp_portrait_gaps($1) g',
	'SELECT $1 = $1, $1 < $1, icp_portrait_hash($1)',
	'SELECT $1::jsonb::icp_portrait',
	'SELECT count(g) FROM sketches, icp_gap($1, sketch) g WHERE n = 10',
	'SELECT icp_evaluate(r, $1) FROM accounts r WHERE i < 3',
	'SELECT icp_qualify(r, $1) FROM accounts r WHERE i < 3',
	'SELECT count(x) FROM accounts r, icp_explain(r, $1) x WHERE i = 1',
	'SELECT icp_score(r, $1) FROM (VALUES (''SaaS''::text, 3, now(), ''{a,b}''::text[])) r (industry, n, seen, tags)',
	'SELECT icp_score(to_jsonb(r), $1) FROM accounts r WHERE i < 3'] AS uses;

-- Bytes that no input function has seen, as what they are not known to be: only a superuser can write them into a table.

CREATE FUNCTION as_portrait(bytea) RETURNS icp_portrait LANGUAGE c STRICT IMMUTABLE AS :'module', 'fuzz_same';
CREATE FUNCTION stored(icp_portrait) RETURNS bytea LANGUAGE c STRICT IMMUTABLE AS :'module', 'fuzz_same';

-- The states of an aggregate; and the aggregate that begins with such a state, which nothing has looked at, and goes on.

CREATE AGGREGATE state_of_reach(icp_evaluation) (SFUNC = icp_reach_accum, STYPE = bytea);
CREATE AGGREGATE state_of_audience(icp_evaluation, numeric) (SFUNC = icp_audience_accum, STYPE = bytea);
CREATE AGGREGATE state_of_evidence(boolean, text) (SFUNC = icp_evidence_accum, STYPE = bytea);
CREATE AGGREGATE state_of_committee(text, text, float8, integer) (SFUNC = icp_committee_accum, STYPE = bytea);
CREATE AGGREGATE state_of_outreach_observed(bigint, bigint, bigint, bigint) (SFUNC = icp_outreach_observed_accum, STYPE = bytea);
CREATE AGGREGATE state_of_compare(boolean, icp_cohort, date) (SFUNC = icp_compare_accum, STYPE = bytea);

CREATE FUNCTION fuzz_step(step regprocedure, state bytea, VARIADIC "any") RETURNS bytea LANGUAGE c AS :'module';

CREATE PROCEDURE make_forger(name text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE FUNCTION forged_%1$s_step(bytea, bytea) RETURNS bytea LANGUAGE c STRICT IMMUTABLE AS %2$L, %3$L', name, '$libdir/icp_portrait', 'icp_' || name || '_combine');
	EXECUTE format('CREATE AGGREGATE forged_%1$s(bytea) (SFUNC = forged_%1$s_step, STYPE = bytea, FINALFUNC = icp_%1$s_final)', name);
	EXECUTE format('CREATE AGGREGATE combined_%1$s(bytea) (SFUNC = icp_%1$s_combine, STYPE = bytea, FINALFUNC = icp_%1$s_final)', name);
END
$$;
CALL make_forger('reach');
CALL make_forger('audience');
CALL make_forger('evidence');
CALL make_forger('committee');
CALL make_forger('outreach_observed');
CALL make_forger('compare');

CREATE TABLE targets (name text PRIMARY KEY, type regtype, as_text boolean, seeds bytea[], uses text[]);

CREATE FUNCTION utf8(text) RETURNS bytea LANGUAGE sql RETURN convert_to($1, 'UTF8');

INSERT INTO targets
SELECT 'icp_row, bytes', 'icp_row'::regtype, false, array_agg(icp_row_send(icp_row(r))), uses FROM accounts r, row_use WHERE i <= 20 GROUP BY uses UNION ALL
SELECT 'icp_row, text', 'icp_row', true, array_agg(utf8(icp_row(r)::text)), uses FROM accounts r, row_use WHERE i <= 20 GROUP BY uses UNION ALL
SELECT 'icp_sketch, bytes', 'icp_sketch', false, array_agg(icp_sketch_send(sketch)), uses FROM sketches, sketch_use GROUP BY uses UNION ALL
SELECT 'icp_sketch, text', 'icp_sketch', true, array_agg(utf8(sketch::text)), uses FROM sketches, sketch_use WHERE n <= 60 GROUP BY uses UNION ALL
SELECT 'icp_sketch, slow readers', 'icp_sketch', false, array_agg(icp_sketch_send(sketch)),
	ARRAY['SELECT count(t) FROM icp_traits($1, 2) t', 'SELECT icp_learn($1)', 'SELECT count(s) FROM icp_stability($1, ''{10,20}'') s', 'SELECT count(x) FROM icp_itemsets($1, 2, 2) x']
FROM sketches WHERE n <= 60 UNION ALL
SELECT 'icp_validation, bytes', 'icp_validation', false, array_agg(icp_validation_send(v)), uses FROM validations, validation_use GROUP BY uses UNION ALL
SELECT 'icp_validation, text', 'icp_validation', true, array_agg(utf8(v::text)), uses FROM validations, validation_use GROUP BY uses UNION ALL
SELECT 'icp_ledger, bytes', 'icp_ledger', false, array_agg(icp_ledger_send(l)), uses FROM ledgers, ledger_use GROUP BY uses UNION ALL
SELECT 'icp_ledger, text', 'icp_ledger', true, array_agg(utf8(l::text)), uses FROM ledgers, ledger_use GROUP BY uses UNION ALL
SELECT 'icp_cohort, bytes', 'icp_cohort', false, array_agg(icp_cohort_send(cohort)), uses FROM cohorts, cohort_use GROUP BY uses UNION ALL
SELECT 'icp_cohort, text', 'icp_cohort', true, array_agg(utf8(cohort::text)), uses FROM cohorts, cohort_use GROUP BY uses UNION ALL
SELECT 'icp_portrait, bytes', 'icp_portrait', false, array_agg(icp_portrait_send(portrait)), uses FROM portraits, portrait_use GROUP BY uses UNION ALL
SELECT 'icp_portrait, text', 'icp_portrait', true, array_agg(utf8(portrait::text)), uses FROM portraits, portrait_use GROUP BY uses UNION ALL
SELECT 'icp_portrait, stored', 'bytea', false, array_agg(stored(portrait)), ARRAY(SELECT replace(u, '$1', 'as_portrait($1)') FROM unnest(uses) u) FROM portraits, portrait_use GROUP BY uses UNION ALL
SELECT 'documents scored', 'jsonb', true, array_agg(utf8(to_jsonb(r)::text)),
	ARRAY['SELECT count(icp_evaluate($1, portrait)) FROM portraits', 'SELECT icp_qualify($1, portrait) FROM portraits WHERE id = 4', 'SELECT icp_sketch(icp_row($1), true)', 'SELECT count(x) FROM portraits, icp_explain($1, portrait) x']
FROM accounts r WHERE i <= 40 UNION ALL
SELECT 'rows scored', 'jsonb', true,
	array_agg(utf8((to_jsonb(r) || '{"n": 3, "at": "2024-01-01 10:00", "t": "10:00", "span": "1 day", "many": [1, 2], "r": "[1,5)", "ip": "::1", "nested": {"i": 3}}')::text)),
	ARRAY(SELECT u || ' FROM jsonb_populate_record(NULL::odd, $1) whole' FROM unnest(ARRAY['SELECT (SELECT count(icp_evaluate(whole, portrait)) FROM portraits)', 'SELECT (SELECT icp_qualify(whole, portrait) FROM portraits WHERE id = 4)',
		'SELECT (SELECT count(x) FROM portraits, icp_explain(whole, portrait) x)', 'SELECT (SELECT icp_sketch(icp_row(whole), true))']) u)
FROM accounts r WHERE i <= 40 UNION ALL
SELECT 'conditions', 'jsonb', true, array_agg(utf8((x - 'points' - 'reason' || '{"field": "industry"}')::text)),
	ARRAY['SELECT icp_is_condition($1)', 'SELECT count(c) FROM sketches, icp_trait_counts(sketch, jsonb_build_array($1)) c WHERE n = 10']
FROM portraits, jsonb_path_query(portrait::jsonb, '$.characteristics[*].attributes[*]') x UNION ALL
SELECT 'job titles', 'text', true, array_agg(utf8(t)), ARRAY['SELECT icp_buyer_role($1)', 'SELECT icp_map_role($1)', 'SELECT icp_map_role($1, ''center'')']
FROM unnest('{VP of Sales,"Head of IT & Operations (EMEA)",销售总监,"Chief Technology Officer",directeur général adjoint,assistant to the CEO,economic buyer}'::text[]) t UNION ALL
SELECT 'options of ' || name, 'jsonb', true, ARRAY(SELECT utf8(o) FROM unnest(options) o), ARRAY[format('SELECT %s FROM sketches WHERE n = 10', use)]
FROM (VALUES
	('icp_sketch', ARRAY['{"ignore": ["i"], "as": {"industry": "number"}, "placeholders": ["x"], "rows": 100}', '{"only": ["industry", "employees"]}', '{}'], '(SELECT icp_sketch(icp_row(r), best, $1) FROM accounts r WHERE i < 10)'),
	('icp_traits', ARRAY['{"exclude": ["flag"], "adjust": "bh", "permutations": 10, "seed": 3, "lang": "zh"}', '{"negations": true, "prune": false}'], '(SELECT count(t) FROM icp_traits(sketch, 1, options => $1) t)'),
	('icp_learn', ARRAY['{"ignore": ["flag"], "characteristics": 3, "attributes": 3, "folds": 2, "seed": 1, "title": "t", "subject": "s", "monotone": {"employees": "up"}}', '{"only": ["industry", "employees"], "pairs": 1}'], 'icp_learn(sketch, $1)'),
	('icp_drift', ARRAY['{"bins": 5, "lang": "zh"}', '{}'], '(SELECT count(t) FROM icp_drift(sketch, sketch, $1) t)'),
	('icp_cohort', ARRAY['{"period": "month", "churn": "first_lapse", "grace": 2, "margin": 0.8, "age": "calendar"}', '{"min_risk": 3, "intervals": true}'], '(SELECT icp_ltv_cac(icp_cohort(l, ''2024-01-01'', 10, ''2025-01-01'', 3, $1)) FROM ledgers LIMIT 1)')) v (name, options, use);

-- The states: one that is taken in where there is none, one in front of itself, and one that nobody has looked at, from
-- where an aggregate goes on with a state or a row.

INSERT INTO targets
SELECT 'state of icp_' || name, 'bytea', false, seeds,
	ARRAY[format('SELECT combined_%s(x) FROM (VALUES ($1)) v (x)', name), format('SELECT combined_%s(x) FROM (VALUES ($1), ($1)) v (x)', name),
		format('SELECT forged_%s(x) FROM (VALUES ($1)) v (x)', name), format('SELECT forged_%s(x) FROM (VALUES ($1), (%L::bytea)) v (x)', name, seeds[2]),
		format('SELECT forged_%1$s(fuzz_step(''icp_%1$s_accum(bytea,%2$s)'', $1, %3$s', name, arguments, row)]
FROM (
	SELECT 'reach', 'icp_evaluation', 'icp_evaluate(a, portrait))) FROM accounts a, portraits WHERE i = 5 AND id = 3', array_agg(s) FROM (SELECT state_of_reach(icp_evaluate(r, portrait)) AS s FROM accounts r, portraits, unnest('{1,20,300}'::int[]) n WHERE i <= n GROUP BY n) x UNION ALL
	SELECT 'audience', 'icp_evaluation,numeric', 'icp_evaluate(a, portrait), 1.5)) FROM accounts a, portraits WHERE i = 5 AND id = 3', array_agg(s) FROM (SELECT state_of_audience(icp_evaluate(r, portrait), round(rate, 2)) AS s FROM accounts r, portraits, unnest('{1,20,300}'::int[]) n WHERE i <= n GROUP BY n) x UNION ALL
	SELECT 'evidence', 'boolean,text', 'true, ''a new source''::text))', array_agg(s) FROM (SELECT state_of_evidence(best, industry || i % 40) AS s FROM accounts, unnest('{1,5,300}'::int[]) n WHERE i <= n GROUP BY n) x UNION ALL
	SELECT 'committee', 'text,text,float8,integer', '''coach''::text, ''neutral''::text, 0.5::float8, 50))', array_agg(s) FROM (SELECT state_of_committee((array['economic', 'user', 'coach', NULL])[i % 4 + 1], (array['supporter', 'opponent', NULL])[i % 3 + 1], real / 10, i) AS s
		FROM accounts, unnest('{1,5,300}'::int[]) n WHERE i <= n GROUP BY n) x UNION ALL
	SELECT 'outreach_observed', 'bigint,bigint,bigint,bigint', '5::bigint, 4::bigint, 3::bigint, 2::bigint))', array_agg(s) FROM (SELECT state_of_outreach_observed(i * 100, i * 10, i, i * 20) AS s FROM accounts, unnest('{1,5,300}'::int[]) n WHERE i <= n GROUP BY n) x UNION ALL
	SELECT 'compare', 'boolean,icp_cohort,date', 'true, cohort, ''2024-01-05''::date)) FROM cohorts WHERE n = 1', array_agg(s) FROM (SELECT state_of_compare(a, cohort, '2024-01-01'::date + m) AS s FROM cohorts, unnest('{1,3}'::int[]) m, unnest('{t,f}'::bool[]) a GROUP BY n) x
) x (name, arguments, row, seeds);

CREATE TABLE fuzzed (target text, tried bigint, accepted bigint, refused bigint, used bigint, slowest float8);

-- Target by target, each for about as long, until the time is over; with memory that fails, or not.
CREATE PROCEDURE fuzz_for(seconds float8, seed bigint, fail_allocations boolean) LANGUAGE plpgsql AS $$
DECLARE
	ends timestamptz := clock_timestamp() + seconds * interval '1 second';
	share float8 := least(1000, seconds * 1000 / (SELECT count(*) FROM targets));
	t targets;
	runs bigint;
	started timestamptz;
	took float8;
	pace jsonb := '{}';		-- runs in a millisecond
BEGIN
	FOR round IN 1 .. 1000000 LOOP
		FOR t IN SELECT * FROM targets ORDER BY name LOOP
			runs := greatest(CASE WHEN fail_allocations THEN 3 ELSE 50 END, coalesce((pace ->> t.name)::float8, 0.05) * share);
			started := clock_timestamp();
			RAISE LOG 'fuzz: % values of %, seed %', runs, t.name, seed + round;
			INSERT INTO fuzzed
			SELECT t.name, CASE WHEN fail_allocations THEN f.out_of_memory ELSE f.tried END, f.accepted, f.refused, f.used, f.slowest
			FROM fuzz_values(t.type, t.seeds, runs, seed + round, t.as_text, fail_allocations, CASE WHEN fail_allocations THEN '{}' ELSE t.uses END) f;
			COMMIT;
			took := extract(epoch FROM clock_timestamp() - started) * 1000;
			pace := pace || jsonb_build_object(t.name, least(runs / took, 1000));
			EXIT WHEN clock_timestamp() > ends AND round > 1;
		END LOOP;
		EXIT WHEN clock_timestamp() > ends;
	END LOOP;
END
$$;

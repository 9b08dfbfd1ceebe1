-- Statements of every kind, in which one allocation after another fails.  Behind targets.sql, for its tables; variable:
-- module.  Then CALL fail_each(seconds), and look into table failures.
\set ON_ERROR_STOP on
\set QUIET on

CREATE FUNCTION fail_allocation(n bigint) RETURNS void LANGUAGE c STRICT AS :'module';
CREATE FUNCTION allocation_failed() RETURNS boolean LANGUAGE c AS :'module';
CREATE FUNCTION memory_used() RETURNS bigint LANGUAGE c AS :'module';

CREATE TABLE kept AS
SELECT sketch, cohort, (SELECT l FROM ledgers LIMIT 1) AS ledger, (SELECT v FROM validations LIMIT 1) AS validation, (SELECT portrait FROM portraits WHERE id = 1) AS learned,
	(SELECT portrait FROM portraits WHERE id = 2) AS written, (SELECT portrait FROM portraits WHERE id = 3) AS small, (SELECT portrait FROM portraits WHERE id = 4) AS bant
FROM sketches JOIN cohorts USING (n) WHERE n = 60;
SELECT icp_save('small', small), icp_save('bant', bant), icp_save('written', written) FROM kept \g /dev/null
ALTER DATABASE :DBNAME SET icp_portrait.default_portrait = 'small';
SET icp_portrait.default_portrait = 'small';
CREATE TABLE scored (LIKE accounts, score float8, tier text);
CREATE TRIGGER score BEFORE INSERT OR UPDATE ON scored FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('small', 'score', 'tier');

-- The first one fills PostgreSQL's caches, and comes again at the end.
CREATE TABLE statements (id int GENERATED ALWAYS AS IDENTITY, statement text);
COPY statements (statement) FROM stdin;
SELECT sum(icp_score(a)), count(icp_tier(a)), count(*) FILTER (WHERE icp_fits(a)) FROM accounts a
SELECT sum(icp_score(a, 'small')), count(icp_evaluate(a, 'small')) FROM accounts a WHERE i < 20
SELECT array_agg(icp_evaluate(a, small)::text) FROM accounts a, kept WHERE i < 5
SELECT array_agg(icp_evaluate(to_jsonb(a), learned)::text) FROM accounts a, kept WHERE i < 3
SELECT array_agg(e::text) FROM accounts a, kept, icp_explain(a, small) e WHERE i < 3
SELECT array_agg(e::text) FROM accounts a, icp_explain(to_jsonb(a), 'small') e WHERE i < 3
SELECT icp_score_columns(small, 5, '2024-02-03'::date, '{a}'::text[]) FROM kept
SELECT array_agg(icp_qualify(a, bant)::text) FROM accounts a, kept WHERE i < 3
SELECT icp_qualify(to_jsonb(a), 'bant')::text FROM accounts a WHERE i = 1
SELECT icp_framework('MEDDIC', '{"metrics": {"field": "rate", "range": "[1,)"}}', 'zh')::text
SELECT written::text::icp_portrait = written, icp_portrait_hash(written), written::jsonb::icp_portrait = written, icp_portrait_fields(written) FROM kept
SELECT icp_describe(learned), icp_describe(written, 'zh') FROM kept
SELECT icp_to_sql(learned, 'a') FROM kept
SELECT icp_from_pmml(icp_to_pmml(small)) = small FROM kept
SELECT icp_at(written, '2024-05-06')::text FROM kept
SELECT array_agg(g::text) FROM kept, icp_portrait_gaps(bant) g
SELECT array_agg(g::text) FROM kept, icp_gap(small, sketch) g
SELECT icp_load('small')::text
SELECT icp_save('other', small) IS NOT NULL FROM kept
SELECT icp_is_condition('{"all": [{"field": "a", "range": "[1,2)"}, {"not": {"field": "b", "in": ["x", "y"]}}]}')
SELECT icp_track(a), icp_track(to_jsonb(a)) FROM accounts a WHERE i = 1
SELECT icp_buyer_role('VP of Sales')::text, icp_map_role('economic buyer')
SELECT count(t), (SELECT count(r) FROM icp_shipped_roles() r), (SELECT count(f) FROM icp_shipped_frameworks() f) FROM icp_shipped_title_rules() t
SELECT icp_committee(role, 'supporter', 0.5, 100)::text FROM unnest('{economic,user,coach}'::text[]) role
SELECT icp_committee(ARRAY[role], 'supporter')::text FROM unnest('{economic,user,coach}'::text[]) role
SELECT icp_grade(80, 20), icp_outreach(5)::text, icp_expected_people(100), array_agg(p::text) FROM icp_playbook('T1') p
SELECT icp_outreach_observed(i * 100, i * 10, i, i * 20)::text FROM accounts
SELECT icp_reach(icp_evaluate(a, small))::text FROM accounts a, kept
SELECT icp_audience(icp_evaluate(a, small), 3, 10)::text, icp_audience_spend(icp_audience(icp_evaluate(a, small)), 100)::text FROM accounts a, kept
SELECT icp_evidence(best, industry)::text FROM accounts
SELECT array_agg(r) FROM (SELECT icp_customer_rank(employees, real) OVER () AS r FROM accounts) x
SELECT md5(icp_sketch(icp_row(a), best)::text) FROM accounts a
SELECT md5(icp_sketch(a, best, '{"ignore": ["i"]}')::text) FROM accounts a
SELECT md5(icp_sketch(icp_row(to_jsonb(a)), best)::text) FROM accounts a WHERE i < 30
SELECT md5(icp_rollup(s)::text) FROM (SELECT icp_sketch(icp_row(a), best) AS s FROM accounts a GROUP BY i % 5) x
SELECT icp_row(a)::text::icp_row::text FROM accounts a WHERE i = 1
SELECT sketch::text::icp_sketch::text = sketch::text, array_agg(f::text) FROM kept, icp_fields(sketch) f GROUP BY 1
SELECT array_agg(t::text) FROM kept, icp_traits(sketch, 2, options => '{"include": ["best"], "permutations": 20}') t
SELECT array_agg(t::text) FROM kept, icp_itemsets(sketch, 2, 3) t
SELECT array_agg(t::text) FROM kept, icp_trait_counts(sketch, '[{"field": "industry", "in": ["SaaS"]}]') t
SELECT icp_learn(sketch)::text FROM kept
SELECT array_agg(d::text), (SELECT array_agg(b::text) FROM icp_drift_bins(min(sketch::text)::icp_sketch, min(sketch::text)::icp_sketch, 'employees') b) FROM kept, icp_drift(sketch, sketch) d
SELECT icp_psi('{1,2,3,4}', '{2,3,4,5}'), icp_psi('{1,2,3,4}', '{2,3,4,5}', '{2,3}')
SELECT array_agg(w::text) FROM kept, icp_woe(sketch, 'employees', '{100,200}') w
SELECT array_agg(s::text) FROM kept, icp_stability(sketch, '{10,20}') s
SELECT icp_validation(real, best)::text FROM accounts
SELECT icp_quality(validation)::text, icp_confusion(validation, 0.5)::text, validation::text::icp_validation::text FROM kept
SELECT array_agg(g::text), (SELECT array_agg(c::text) FROM kept, icp_calibration(validation) c), (SELECT array_agg(c::text) FROM kept, icp_roc(validation) c) FROM kept, icp_gains(validation) g
SELECT icp_rollup(v)::text FROM (SELECT icp_validation(real, best) AS v FROM accounts GROUP BY i % 3) x
SELECT icp_ledger(seen, employees, 1, tstzrange(seen, seen + '1 month'), 'EUR')::text FROM accounts
SELECT array_agg(p::text), ledger::text::icp_ledger::text FROM kept, icp_periods(ledger) p GROUP BY ledger::text
SELECT md5(icp_cohort(ledger, '2024-01-01', 10, '2025-01-01', 5, '{"margin": 0.8}')::text) FROM kept
SELECT icp_ltv_cac(cohort)::text, icp_payback(cohort)::text, icp_left_out(cohort)::text, icp_sbg(cohort)::text, cohort::text::icp_cohort::text FROM kept
SELECT array_agg(a::text), (SELECT array_agg(s::text) FROM kept, icp_survival(cohort) s) FROM kept, icp_ages(cohort) a
SELECT md5((((cohort + cohort) - cohort))::text), md5(icp_cohort_spend(cohort, 10)::text), icp_sbg_fit('{10,5,2}', '{1,1,1}')::text FROM kept
SELECT icp_compare(i = 1, cohort, '2024-01-01')::text FROM kept, generate_series(1, 2) i
INSERT INTO scored SELECT a.* FROM accounts a WHERE i < 5 RETURNING score
SELECT sum(icp_score(a)), count(icp_tier(a)), count(*) FILTER (WHERE icp_fits(a)) FROM accounts a
\.

CREATE TABLE failures (statement int, failed bigint, last bigint, wrong bigint, other text, grown bigint, complete boolean);

-- Every allocation up to the 2,000th of each statement, or as far as its share of the time goes; from there on, ever larger
-- steps to the last one.
CREATE PROCEDURE fail_each(seconds float8) LANGUAGE plpgsql AS $$
DECLARE
	share interval := seconds / (SELECT count(*) FROM statements) * interval '1 second';
	step float8 := CASE WHEN seconds < 60 THEN 1.5 ELSE 1.05 END;
	ends timestamptz;
	s statements;
	f failures;
	n bigint;
	expected text;
	result text;
	has_failed boolean;
	before bigint;
BEGIN
	FOR s IN SELECT * FROM statements ORDER BY id LOOP
		f := (s.id, 0, 0, 0, NULL, 0, false);
		EXECUTE s.statement INTO expected;
		before := NULL;
		n := 1;
		ends := clock_timestamp() + share;
		LOOP
			BEGIN
				PERFORM fail_allocation(n);
				EXECUTE s.statement INTO result;
				has_failed := allocation_failed();
				IF result IS DISTINCT FROM expected THEN
					f.wrong := f.wrong + 1;
				END IF;
			EXCEPTION
				WHEN out_of_memory THEN
					has_failed := allocation_failed();
				WHEN OTHERS THEN
					has_failed := allocation_failed();
					f.other := coalesce(f.other, '') || format('%s: %s %s; ', n, SQLSTATE, SQLERRM);
			END;
			f.complete := NOT has_failed;
			EXIT WHEN f.complete;
			f.failed := f.failed + 1;
			f.last := n;
			n := CASE WHEN n < 2000 AND clock_timestamp() < ends THEN n + 1 ELSE ceil(n * step) END;
			IF f.failed = 100 THEN	-- caches are full
				COMMIT;
				before := memory_used();
			END IF;
			IF f.failed % 50 = 0 THEN
				EXECUTE s.statement INTO result;
				f.wrong := f.wrong + (result IS DISTINCT FROM expected)::int;
			END IF;
		END LOOP;
		COMMIT;
		f.grown := memory_used() - before;
		INSERT INTO failures SELECT f.*;
		COMMIT;
	END LOOP;
END
$$;

-- Cohorts: mergeable summaries of customers' ledgers, and what they say of lifetime value, churn and payback.

CREATE TYPE @extschema@.icp_cohort;

CREATE FUNCTION @extschema@.icp_cohort_in(cstring) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_in(cstring) IS 'I/O';

CREATE FUNCTION @extschema@.icp_cohort_out(@extschema@.icp_cohort) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_out(@extschema@.icp_cohort) IS 'I/O';

CREATE FUNCTION @extschema@.icp_cohort_send(@extschema@.icp_cohort) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_send(@extschema@.icp_cohort) IS 'I/O';

CREATE FUNCTION @extschema@.icp_cohort_recv(internal) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_recv(internal) IS 'I/O';

CREATE TYPE @extschema@.icp_cohort (
	INPUT = @extschema@.icp_cohort_in,
	OUTPUT = @extschema@.icp_cohort_out,
	SEND = @extschema@.icp_cohort_send,
	RECEIVE = @extschema@.icp_cohort_recv,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@.icp_cohort IS
	'a mergeable summary of customers: what icp_ltv_cac, icp_ages and icp_survival read';

CREATE FUNCTION @extschema@.icp_cohort_accum(state @extschema@.icp_cohort, ledger @extschema@.icp_ledger, acquired date, cac numeric, as_of date) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION @extschema@.icp_cohort_accum(@extschema@.icp_cohort, @extschema@.icp_ledger, date, numeric, date) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_cohort_accum(state @extschema@.icp_cohort, ledger @extschema@.icp_ledger, acquired date, cac numeric, as_of date, value_received numeric) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION @extschema@.icp_cohort_accum(@extschema@.icp_cohort, @extschema@.icp_ledger, date, numeric, date, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_cohort_accum(state @extschema@.icp_cohort, ledger @extschema@.icp_ledger, acquired date, cac numeric, as_of date, value_received numeric, options jsonb) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION @extschema@.icp_cohort_accum(@extschema@.icp_cohort, @extschema@.icp_ledger, date, numeric, date, numeric, jsonb) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_cohort_combine(state @extschema@.icp_cohort, other @extschema@.icp_cohort) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_combine(@extschema@.icp_cohort, @extschema@.icp_cohort) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_cohort_final(state @extschema@.icp_cohort) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_final(@extschema@.icp_cohort) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_cohort(ledger @extschema@.icp_ledger, acquired date, cac numeric, as_of date) (
	SFUNC = @extschema@.icp_cohort_accum,
	STYPE = @extschema@.icp_cohort,
	SSPACE = 32768,
	COMBINEFUNC = @extschema@.icp_cohort_combine,
	FINALFUNC = @extschema@.icp_cohort_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_cohort(@extschema@.icp_ledger, date, numeric, date) IS
	'customers summarised as of a day: what they paid, when they were acquired, what that cost; a NULL ledger is a customer who never paid';

CREATE AGGREGATE @extschema@.icp_cohort(ledger @extschema@.icp_ledger, acquired date, cac numeric, as_of date, value_received numeric) (
	SFUNC = @extschema@.icp_cohort_accum,
	STYPE = @extschema@.icp_cohort,
	SSPACE = 32768,
	COMBINEFUNC = @extschema@.icp_cohort_combine,
	FINALFUNC = @extschema@.icp_cohort_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_cohort(@extschema@.icp_ledger, date, numeric, date, numeric) IS
	'customers summarised, with the value that they received';

CREATE AGGREGATE @extschema@.icp_cohort(ledger @extschema@.icp_ledger, acquired date, cac numeric, as_of date, value_received numeric, options jsonb) (
	SFUNC = @extschema@.icp_cohort_accum,
	STYPE = @extschema@.icp_cohort,
	SSPACE = 32768,
	COMBINEFUNC = @extschema@.icp_cohort_combine,
	FINALFUNC = @extschema@.icp_cohort_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_cohort(@extschema@.icp_ledger, date, numeric, date, numeric, jsonb) IS
	'customers summarised, with options: period, age, churn, grace, margin, intervals, min_risk';

CREATE AGGREGATE @extschema@.icp_rollup(cohort @extschema@.icp_cohort) (
	SFUNC = @extschema@.icp_cohort_combine,
	STYPE = @extschema@.icp_cohort,
	SSPACE = 32768,
	COMBINEFUNC = @extschema@.icp_cohort_combine,
	FINALFUNC = @extschema@.icp_cohort_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_rollup(@extschema@.icp_cohort) IS
	'one cohort of all customers of several';

CREATE FUNCTION @extschema@.icp_cohort_add(a @extschema@.icp_cohort, b @extschema@.icp_cohort) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_add(@extschema@.icp_cohort, @extschema@.icp_cohort) IS 'the customers of both';

CREATE FUNCTION @extschema@.icp_cohort_subtract(a @extschema@.icp_cohort, b @extschema@.icp_cohort) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_subtract(@extschema@.icp_cohort, @extschema@.icp_cohort) IS 'the customers of the first but not of the second, exactly';

CREATE OPERATOR @extschema@.+ (
	FUNCTION = @extschema@.icp_cohort_add,
	LEFTARG = @extschema@.icp_cohort,
	RIGHTARG = @extschema@.icp_cohort,
	COMMUTATOR = OPERATOR(@extschema@.+)
);
COMMENT ON OPERATOR @extschema@.+ (@extschema@.icp_cohort, @extschema@.icp_cohort) IS 'the customers of both';

CREATE OPERATOR @extschema@.- (
	FUNCTION = @extschema@.icp_cohort_subtract,
	LEFTARG = @extschema@.icp_cohort,
	RIGHTARG = @extschema@.icp_cohort
);
COMMENT ON OPERATOR @extschema@.- (@extschema@.icp_cohort, @extschema@.icp_cohort) IS 'the customers of the first but not of the second, exactly';

CREATE FUNCTION @extschema@.icp_cohort_spend(cohort @extschema@.icp_cohort, spend numeric) RETURNS @extschema@.icp_cohort
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_cohort_spend(@extschema@.icp_cohort, numeric) IS 'the cohort, and money besides that acquiring its customers cost';

-- Readings

CREATE TYPE @extschema@.icp_unit_economics AS (
	customers bigint,
	cac float8,
	cac_coverage float8,
	ltv_realised float8,
	ltv_projected float8,
	ltv_low float8,
	ltv_high float8,
	ratio float8,
	ratio_low float8,
	ratio_high float8,
	verdict text,
	payback_months float8,
	payback_gt float8,
	model text,
	converged boolean
);
COMMENT ON TYPE @extschema@.icp_unit_economics IS
	'what customers bring and what they cost';
COMMENT ON COLUMN @extschema@.icp_unit_economics.customers IS 'acquired before as_of';
COMMENT ON COLUMN @extschema@.icp_unit_economics.cac IS 'mean cost of acquiring a customer, of those whose cost is known, and spend besides';
COMMENT ON COLUMN @extschema@.icp_unit_economics.cac_coverage IS 'share of customers whose cost is known';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ltv_realised IS 'margin per acquired customer at the observed ages before the horizon, discounted';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ltv_projected IS 'the same up to the horizon, with what is expected beyond the observed ages';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ltv_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ltv_high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ratio IS 'ltv_projected / cac';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ratio_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_unit_economics.ratio_high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_unit_economics.verdict IS 'is the ratio 3 or more: pass, fail or uncertain; no_cac where it cost nothing, unknown_cac';
COMMENT ON COLUMN @extschema@.icp_unit_economics.payback_months IS 'when margin per acquired customer reached cac';
COMMENT ON COLUMN @extschema@.icp_unit_economics.payback_gt IS 'where it has not yet: in so many months';
COMMENT ON COLUMN @extschema@.icp_unit_economics.model IS 'what the projection rests on: realised, sbg, geometric, all_gone, no_churn or no_data';
COMMENT ON COLUMN @extschema@.icp_unit_economics.converged IS 'whether the model could be fitted';

CREATE FUNCTION @extschema@.icp_ltv_cac(
	cohort @extschema@.icp_cohort,
	horizon integer DEFAULT 36,
	discount float8 DEFAULT 0
) RETURNS @extschema@.icp_unit_economics
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION @extschema@.icp_ltv_cac(@extschema@.icp_cohort, integer, float8) IS
	'lifetime value against the cost of acquisition, with intervals, and whether it is three times as much';

CREATE FUNCTION @extschema@.icp_realised_ltv(
	cohort @extschema@.icp_cohort,
	horizon integer DEFAULT 36,
	discount float8 DEFAULT 0,
	OUT ltv float8,
	OUT low float8,
	OUT high float8,
	OUT ages integer
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION @extschema@.icp_realised_ltv(@extschema@.icp_cohort, integer, float8) IS
	'margin per acquired customer at the ages that have been observed, with its 95 % interval';

CREATE FUNCTION @extschema@.icp_payback(
	cohort @extschema@.icp_cohort,
	OUT payback_months float8,
	OUT payback_gt float8
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_payback(@extschema@.icp_cohort) IS
	'months until margin per acquired customer reached the cost of acquisition, or how many it has not';

CREATE FUNCTION @extschema@.icp_two_way(
	cohort @extschema@.icp_cohort,
	k float8 DEFAULT 2,
	OUT measured bigint,
	OUT coverage float8,
	OUT share float8,
	OUT low float8,
	OUT high float8,
	OUT pooled_ratio float8
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_two_way(@extschema@.icp_cohort, float8) IS
	'the share of customers who received k times what they paid, or more';

CREATE FUNCTION @extschema@.icp_left_out(
	cohort @extschema@.icp_cohort,
	OUT as_of date,
	OUT currency text,
	OUT customers bigint,
	OUT acquired_later bigint,
	OUT acquired_unknown bigint,
	OUT never_paid bigint,
	OUT paid_before bigint,
	OUT money_before numeric,
	OUT paid_open bigint,
	OUT money_open numeric,
	OUT paid_after bigint,
	OUT money_after numeric,
	OUT undated_rows bigint,
	OUT spend numeric
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_left_out(@extschema@.icp_cohort) IS
	'what stands apart from the ratios: customers not counted, money before acquisition, in the open period and after as_of';

CREATE FUNCTION @extschema@.icp_ages(
	cohort @extschema@.icp_cohort,
	OUT age integer,
	OUT eligible bigint,
	OUT active bigint,
	OUT logo float8,
	OUT grr float8,
	OUT nrr float8,
	OUT grr_step float8,
	OUT nrr_step float8,
	OUT arpa float8,
	OUT revenue numeric,
	OUT margin numeric,
	OUT cum_margin float8,
	OUT churned bigint,
	OUT censored bigint,
	OUT reactivated bigint
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 36;
COMMENT ON FUNCTION @extschema@.icp_ages(@extschema@.icp_cohort) IS
	'retention, revenue and margin by age, of the customers who have been followed up that long';

CREATE FUNCTION @extschema@.icp_survival(
	cohort @extschema@.icp_cohort,
	level float8 DEFAULT 0.95,
	OUT age integer,
	OUT at_risk bigint,
	OUT events bigint,
	OUT censored bigint,
	OUT survival float8,
	OUT low float8,
	OUT high float8,
	OUT flag boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 36;
COMMENT ON FUNCTION @extschema@.icp_survival(@extschema@.icp_cohort, float8) IS
	'survival by age, of Kaplan and Meier, with Greenwoods log-log limits; flagged where few are at risk';

CREATE FUNCTION @extschema@.icp_sbg(
	cohort @extschema@.icp_cohort,
	OUT alpha float8,
	OUT beta float8,
	OUT se_alpha float8,
	OUT se_beta float8,
	OUT churn float8,
	OUT log_likelihood float8,
	OUT model text,
	OUT converged boolean
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sbg(@extschema@.icp_cohort) IS
	'churn as a shifted beta-geometric, or geometric where it does not fall';

CREATE FUNCTION @extschema@.icp_sbg_fit(
	events bigint[],
	censored bigint[],
	OUT alpha float8,
	OUT beta float8,
	OUT se_alpha float8,
	OUT se_beta float8,
	OUT churn float8,
	OUT log_likelihood float8,
	OUT model text,
	OUT converged boolean
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sbg_fit(bigint[], bigint[]) IS
	'the same of counts: lost at, and followed up to, the first renewal and so on';

-- Two segments

CREATE TYPE @extschema@.icp_comparison AS (
	ltv_a float8,
	ltv_b float8,
	diff float8,
	low float8,
	high float8,
	logrank_chi2 float8,
	logrank_p float8,
	horizon integer,
	strata bigint,
	unmatched bigint
);
COMMENT ON TYPE @extschema@.icp_comparison IS
	'two segments against each other';
COMMENT ON COLUMN @extschema@.icp_comparison.ltv_a IS 'margin per acquired customer of the first, at ages before the horizon';
COMMENT ON COLUMN @extschema@.icp_comparison.ltv_b IS 'the same of the second';
COMMENT ON COLUMN @extschema@.icp_comparison.diff IS 'ltv_a - ltv_b';
COMMENT ON COLUMN @extschema@.icp_comparison.low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_comparison.high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_comparison.logrank_chi2 IS 'of the log-rank test, stratified';
COMMENT ON COLUMN @extschema@.icp_comparison.logrank_p IS 'chance of as different survival where there is no difference';
COMMENT ON COLUMN @extschema@.icp_comparison.horizon IS 'ages that were compared';
COMMENT ON COLUMN @extschema@.icp_comparison.strata IS 'strata that have two customers or more of both';
COMMENT ON COLUMN @extschema@.icp_comparison.unmatched IS 'customers of strata that have not';

CREATE FUNCTION @extschema@.icp_compare_accum(state bytea, is_a boolean, cohort @extschema@.icp_cohort, stratum date) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_compare_accum(bytea, boolean, @extschema@.icp_cohort, date) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_compare_accum(state bytea, is_a boolean, cohort @extschema@.icp_cohort, stratum date, horizon integer) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_compare_accum(bytea, boolean, @extschema@.icp_cohort, date, integer) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_compare_combine(state bytea, other bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_compare_combine(bytea, bytea) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_compare_final(state bytea) RETURNS @extschema@.icp_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION @extschema@.icp_compare_final(bytea) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_compare(is_a boolean, cohort @extschema@.icp_cohort, stratum date) (
	SFUNC = @extschema@.icp_compare_accum,
	STYPE = bytea,
	SSPACE = 65536,
	COMBINEFUNC = @extschema@.icp_compare_combine,
	FINALFUNC = @extschema@.icp_compare_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_compare(boolean, @extschema@.icp_cohort, date) IS
	'lifetime value and survival of two segments, acquisition period by acquisition period, over 36 periods at most';

CREATE AGGREGATE @extschema@.icp_compare(is_a boolean, cohort @extschema@.icp_cohort, stratum date, horizon integer) (
	SFUNC = @extschema@.icp_compare_accum,
	STYPE = bytea,
	SSPACE = 65536,
	COMBINEFUNC = @extschema@.icp_compare_combine,
	FINALFUNC = @extschema@.icp_compare_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_compare(boolean, @extschema@.icp_cohort, date, integer) IS
	'the same, over so many periods at most';

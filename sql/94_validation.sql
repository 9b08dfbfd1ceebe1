-- Validations: mergeable summaries of scores and what came of them.

CREATE TYPE @extschema@.icp_validation;

CREATE FUNCTION @extschema@.icp_validation_in(cstring) RETURNS @extschema@.icp_validation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_validation_in(cstring) IS 'I/O';

CREATE FUNCTION @extschema@.icp_validation_out(@extschema@.icp_validation) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_validation_out(@extschema@.icp_validation) IS 'I/O';

CREATE FUNCTION @extschema@.icp_validation_send(@extschema@.icp_validation) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_validation_send(@extschema@.icp_validation) IS 'I/O';

CREATE FUNCTION @extschema@.icp_validation_recv(internal) RETURNS @extschema@.icp_validation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_validation_recv(internal) IS 'I/O';

CREATE TYPE @extschema@.icp_validation (
	INPUT = @extschema@.icp_validation_in,
	OUTPUT = @extschema@.icp_validation_out,
	SEND = @extschema@.icp_validation_send,
	RECEIVE = @extschema@.icp_validation_recv,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@.icp_validation IS
	'a mergeable summary of scores and outcomes: what icp_quality, icp_gains, icp_confusion, icp_calibration and icp_roc read';

CREATE FUNCTION @extschema@.icp_validation_accum(state @extschema@.icp_validation, score float8, outcome boolean) RETURNS @extschema@.icp_validation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_validation_accum(@extschema@.icp_validation, float8, boolean) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_validation_combine(state @extschema@.icp_validation, other @extschema@.icp_validation) RETURNS @extschema@.icp_validation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_validation_combine(@extschema@.icp_validation, @extschema@.icp_validation) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_validation_final(state @extschema@.icp_validation) RETURNS @extschema@.icp_validation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_validation_final(@extschema@.icp_validation) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_validation(score float8, outcome boolean) (
	SFUNC = @extschema@.icp_validation_accum,
	STYPE = @extschema@.icp_validation,
	SSPACE = 1024,
	COMBINEFUNC = @extschema@.icp_validation_combine,
	FINALFUNC = @extschema@.icp_validation_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_validation(float8, boolean) IS
	'scores and what came of them, summarised; rows without a score or an outcome are only counted';

CREATE AGGREGATE @extschema@.icp_rollup(validation @extschema@.icp_validation) (
	SFUNC = @extschema@.icp_validation_combine,
	STYPE = @extschema@.icp_validation,
	SSPACE = 1024,
	COMBINEFUNC = @extschema@.icp_validation_combine,
	FINALFUNC = @extschema@.icp_validation_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_rollup(@extschema@.icp_validation) IS
	'one validation of every row that the validations summarise';

-- Readings

CREATE FUNCTION @extschema@.icp_quality(
	validation @extschema@.icp_validation,
	OUT n bigint, OUT events bigint, OUT missing bigint,
	OUT auc float8, OUT auc_low float8, OUT auc_high float8, OUT gini float8, OUT ks float8,
	OUT brier float8, OUT log_loss float8, OUT base_rate float8, OUT threshold float8,
	OUT slope float8, OUT intercept float8, OUT auc_error float8, OUT note text) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_quality(@extschema@.icp_validation) IS
	'how good a score is: AUC with its 95 % limits, Gini, KS, Brier score, log loss, best threshold, calibration; note says why something is NULL';

CREATE FUNCTION @extschema@.icp_gains(
	validation @extschema@.icp_validation, buckets integer DEFAULT 10,
	OUT bucket integer, OUT low float8, OUT high float8, OUT n bigint, OUT events bigint,
	OUT rate float8, OUT lift float8, OUT captured float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_gains(@extschema@.icp_validation, integer) IS
	'from the best scores down, buckets of about equal numbers of rows: the rate of events, its lift, and the share of all events captured so far';

CREATE FUNCTION @extschema@.icp_confusion(
	validation @extschema@.icp_validation, threshold float8,
	OUT tp bigint, OUT fp bigint, OUT fn bigint, OUT tn bigint, OUT uncertain bigint) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_confusion(@extschema@.icp_validation, float8) IS
	'rows right and wrong if scores at or above the threshold count as yes';

CREATE FUNCTION @extschema@.icp_calibration(
	validation @extschema@.icp_validation, bins integer DEFAULT 10,
	OUT bin integer, OUT n bigint, OUT predicted float8, OUT observed float8,
	OUT low float8, OUT high float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_calibration(@extschema@.icp_validation, integer) IS
	'from the lowest scores up, bins of about equal numbers of rows: the mean score, and the observed rate of events with its 95 % limits';

CREATE FUNCTION @extschema@.icp_roc(
	validation @extschema@.icp_validation, points integer DEFAULT 100,
	OUT fpr float8, OUT tpr float8, OUT threshold float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION @extschema@.icp_roc(@extschema@.icp_validation, integer) IS
	'corners of the ROC curve: the shares of others and of events whose score is at or above the threshold';

-- Scores: one row, one portrait.  Each function takes a row of any table or a
-- JSON document, and a portrait, a saved one's name, or neither: then the
-- portrait that icp_portrait.default_portrait names.

CREATE TYPE @extschema@.icp_evaluation AS (
	score float8,
	points numeric,
	probability float8,
	tier text,
	fits boolean,
	coverage float8,
	disqualified_by text,
	reasons text[]
);
COMMENT ON TYPE @extschema@.icp_evaluation IS 'all that a portrait says of one row';
COMMENT ON COLUMN @extschema@.icp_evaluation.score IS '0 to 100, or points if the portrait says so; 0 if disqualified; NULL if the portrait has nothing to win';
COMMENT ON COLUMN @extschema@.icp_evaluation.points IS 'initial score plus the partial scores, exactly';
COMMENT ON COLUMN @extschema@.icp_evaluation.probability IS 'calibrated probability of being a best customer; NULL for portraits without calibration';
COMMENT ON COLUMN @extschema@.icp_evaluation.tier IS 'the highest tier whose threshold the score reaches, or out';
COMMENT ON COLUMN @extschema@.icp_evaluation.fits IS 'score at or above the fitting threshold, and not disqualified';
COMMENT ON COLUMN @extschema@.icp_evaluation.coverage IS 'share of the portrait''s weight whose fields are known, 0 to 1';
COMMENT ON COLUMN @extschema@.icp_evaluation.disqualified_by IS 'reason of the first disqualifying rule that holds, or NULL';
COMMENT ON COLUMN @extschema@.icp_evaluation.reasons IS 'why points were lost, most points first';

CREATE TYPE @extschema@.icp_explanation AS (
	rank integer,
	characteristic text,
	value text,
	attribute text,
	points numeric,
	possible numeric,
	lost numeric,
	reason text
);
COMMENT ON TYPE @extschema@.icp_explanation IS 'one characteristic''s part in a score';
COMMENT ON COLUMN @extschema@.icp_explanation.rank IS '1 for the characteristic that lost the most points; the initial score comes last';
COMMENT ON COLUMN @extschema@.icp_explanation.characteristic IS 'name of the characteristic';
COMMENT ON COLUMN @extschema@.icp_explanation.value IS 'what the row has there';
COMMENT ON COLUMN @extschema@.icp_explanation.attribute IS 'the condition that held, in words; NULL if none did';
COMMENT ON COLUMN @extschema@.icp_explanation.points IS 'partial score; all rows sum to the points of the evaluation';
COMMENT ON COLUMN @extschema@.icp_explanation.possible IS 'the most that the characteristic could give';
COMMENT ON COLUMN @extschema@.icp_explanation.lost IS 'possible minus points';
COMMENT ON COLUMN @extschema@.icp_explanation.reason IS 'why points were lost; NULL if none were';

-- The planner rewrites calls over rows to calls over the columns that the
-- portrait names, makes saved portraits constants, and asks for estimates.

CREATE FUNCTION @extschema@.icp_score_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_score_support(internal) IS 'planner support for the score functions';

-- icp_score

CREATE FUNCTION @extschema@.icp_score("row" record, portrait @extschema@.icp_portrait) RETURNS float8
	AS 'MODULE_PATHNAME', 'icp_score' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score(record, @extschema@.icp_portrait) IS
	'the score of a row, 0 to 100';

CREATE FUNCTION @extschema@.icp_score("row" record, name text) RETURNS float8
	AS 'MODULE_PATHNAME', 'icp_score' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score(record, text) IS
	'the score of a row, 0 to 100, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_score("row" record) RETURNS float8
	AS 'MODULE_PATHNAME', 'icp_score' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score(record) IS
	'the score of a row, 0 to 100, by the default portrait';

CREATE FUNCTION @extschema@.icp_score(doc jsonb, portrait @extschema@.icp_portrait) RETURNS float8
	AS 'MODULE_PATHNAME', 'icp_score' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score(jsonb, @extschema@.icp_portrait) IS
	'the score of a JSON document, 0 to 100';

CREATE FUNCTION @extschema@.icp_score(doc jsonb, name text) RETURNS float8
	AS 'MODULE_PATHNAME', 'icp_score' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score(jsonb, text) IS
	'the score of a JSON document, 0 to 100, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_score(doc jsonb) RETURNS float8
	AS 'MODULE_PATHNAME', 'icp_score' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score(jsonb) IS
	'the score of a JSON document, 0 to 100, by the default portrait';

CREATE FUNCTION @extschema@.icp_score_columns(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score_columns(@extschema@.icp_portrait, "any") IS
	'icp_score over bare columns: the portrait''s fields in the order of icp_portrait_fields';

CREATE FUNCTION @extschema@.icp_score_columns_now(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_score_columns_now(@extschema@.icp_portrait, "any") IS
	'icp_score over bare columns: the portrait''s fields in the order of icp_portrait_fields, for portraits with conditions relative to now';

-- icp_tier

CREATE FUNCTION @extschema@.icp_tier("row" record, portrait @extschema@.icp_portrait) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_tier' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier(record, @extschema@.icp_portrait) IS
	'the tier that a row''s score falls into, or out';

CREATE FUNCTION @extschema@.icp_tier("row" record, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_tier' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier(record, text) IS
	'the tier that a row''s score falls into, or out, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_tier("row" record) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_tier' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier(record) IS
	'the tier that a row''s score falls into, or out, by the default portrait';

CREATE FUNCTION @extschema@.icp_tier(doc jsonb, portrait @extschema@.icp_portrait) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_tier' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier(jsonb, @extschema@.icp_portrait) IS
	'the tier that a JSON document''s score falls into, or out';

CREATE FUNCTION @extschema@.icp_tier(doc jsonb, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_tier' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier(jsonb, text) IS
	'the tier that a JSON document''s score falls into, or out, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_tier(doc jsonb) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_tier' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier(jsonb) IS
	'the tier that a JSON document''s score falls into, or out, by the default portrait';

CREATE FUNCTION @extschema@.icp_tier_columns(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier_columns(@extschema@.icp_portrait, "any") IS
	'icp_tier over bare columns: the portrait''s fields in the order of icp_portrait_fields';

CREATE FUNCTION @extschema@.icp_tier_columns_now(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_tier_columns_now(@extschema@.icp_portrait, "any") IS
	'icp_tier over bare columns: the portrait''s fields in the order of icp_portrait_fields, for portraits with conditions relative to now';

-- icp_fits

CREATE FUNCTION @extschema@.icp_fits("row" record, portrait @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME', 'icp_fits' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits(record, @extschema@.icp_portrait) IS
	'whether a row''s score reaches the fitting threshold and nothing disqualifies it';

CREATE FUNCTION @extschema@.icp_fits("row" record, name text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'icp_fits' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits(record, text) IS
	'whether a row''s score reaches the fitting threshold and nothing disqualifies it, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_fits("row" record) RETURNS boolean
	AS 'MODULE_PATHNAME', 'icp_fits' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits(record) IS
	'whether a row''s score reaches the fitting threshold and nothing disqualifies it, by the default portrait';

CREATE FUNCTION @extschema@.icp_fits(doc jsonb, portrait @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME', 'icp_fits' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits(jsonb, @extschema@.icp_portrait) IS
	'whether a JSON document''s score reaches the fitting threshold and nothing disqualifies it';

CREATE FUNCTION @extschema@.icp_fits(doc jsonb, name text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'icp_fits' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits(jsonb, text) IS
	'whether a JSON document''s score reaches the fitting threshold and nothing disqualifies it, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_fits(doc jsonb) RETURNS boolean
	AS 'MODULE_PATHNAME', 'icp_fits' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits(jsonb) IS
	'whether a JSON document''s score reaches the fitting threshold and nothing disqualifies it, by the default portrait';

CREATE FUNCTION @extschema@.icp_fits_columns(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits_columns(@extschema@.icp_portrait, "any") IS
	'icp_fits over bare columns: the portrait''s fields in the order of icp_portrait_fields';

CREATE FUNCTION @extschema@.icp_fits_columns_now(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_fits_columns_now(@extschema@.icp_portrait, "any") IS
	'icp_fits over bare columns: the portrait''s fields in the order of icp_portrait_fields, for portraits with conditions relative to now';

-- icp_evaluate

CREATE FUNCTION @extschema@.icp_evaluate("row" record, portrait @extschema@.icp_portrait) RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME', 'icp_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate(record, @extschema@.icp_portrait) IS
	'score, points, probability, tier, fit, coverage and reasons of a row';

CREATE FUNCTION @extschema@.icp_evaluate("row" record, name text) RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME', 'icp_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate(record, text) IS
	'score, points, probability, tier, fit, coverage and reasons of a row, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_evaluate("row" record) RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME', 'icp_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate(record) IS
	'score, points, probability, tier, fit, coverage and reasons of a row, by the default portrait';

CREATE FUNCTION @extschema@.icp_evaluate(doc jsonb, portrait @extschema@.icp_portrait) RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME', 'icp_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate(jsonb, @extschema@.icp_portrait) IS
	'score, points, probability, tier, fit, coverage and reasons of a JSON document';

CREATE FUNCTION @extschema@.icp_evaluate(doc jsonb, name text) RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME', 'icp_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate(jsonb, text) IS
	'score, points, probability, tier, fit, coverage and reasons of a JSON document, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_evaluate(doc jsonb) RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME', 'icp_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate(jsonb) IS
	'score, points, probability, tier, fit, coverage and reasons of a JSON document, by the default portrait';

CREATE FUNCTION @extschema@.icp_evaluate_columns(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate_columns(@extschema@.icp_portrait, "any") IS
	'icp_evaluate over bare columns: the portrait''s fields in the order of icp_portrait_fields';

CREATE FUNCTION @extschema@.icp_evaluate_columns_now(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS @extschema@.icp_evaluation
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_evaluate_columns_now(@extschema@.icp_portrait, "any") IS
	'icp_evaluate over bare columns: the portrait''s fields in the order of icp_portrait_fields, for portraits with conditions relative to now';

-- icp_explain

CREATE FUNCTION @extschema@.icp_explain("row" record, portrait @extschema@.icp_portrait) RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME', 'icp_explain' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain(record, @extschema@.icp_portrait) IS
	'why a row has its score: one row for each characteristic, most points lost first';

CREATE FUNCTION @extschema@.icp_explain("row" record, name text) RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME', 'icp_explain' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain(record, text) IS
	'why a row has its score: one row for each characteristic, most points lost first, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_explain("row" record) RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME', 'icp_explain' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain(record) IS
	'why a row has its score: one row for each characteristic, most points lost first, by the default portrait';

CREATE FUNCTION @extschema@.icp_explain(doc jsonb, portrait @extschema@.icp_portrait) RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME', 'icp_explain' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain(jsonb, @extschema@.icp_portrait) IS
	'why a JSON document has its score: one row for each characteristic, most points lost first';

CREATE FUNCTION @extschema@.icp_explain(doc jsonb, name text) RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME', 'icp_explain' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain(jsonb, text) IS
	'why a JSON document has its score: one row for each characteristic, most points lost first, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_explain(doc jsonb) RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME', 'icp_explain' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain(jsonb) IS
	'why a JSON document has its score: one row for each characteristic, most points lost first, by the default portrait';

CREATE FUNCTION @extschema@.icp_explain_columns(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain_columns(@extschema@.icp_portrait, "any") IS
	'icp_explain over bare columns: the portrait''s fields in the order of icp_portrait_fields';

CREATE FUNCTION @extschema@.icp_explain_columns_now(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS SETOF @extschema@.icp_explanation
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30 ROWS 10
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_explain_columns_now(@extschema@.icp_portrait, "any") IS
	'icp_explain over bare columns: the portrait''s fields in the order of icp_portrait_fields, for portraits with conditions relative to now';

-- The market that a portrait describes: which customers are best, how many fit it, who brings them, what interviews say.

-- The best customers, by several measures

CREATE FUNCTION @extschema@.icp_customer_rank(VARIADIC measures float8[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_customer_rank(float8[]) IS
	'window function: the mean percentile rank over the measures that are known, 1 the best; negate what should be small';

-- Is there a market?

CREATE TYPE @extschema@.icp_reach AS (
	accounts bigint,
	known bigint,
	fitting bigint,
	share float8,
	low float8,
	high float8,
	tiers jsonb,
	coverage float8,
	verdict text
);
COMMENT ON TYPE @extschema@.icp_reach IS 'how much of a market a portrait reaches';
COMMENT ON COLUMN @extschema@.icp_reach.accounts IS 'evaluations';
COMMENT ON COLUMN @extschema@.icp_reach.known IS 'those of which enough is known to say whether they fit';
COMMENT ON COLUMN @extschema@.icp_reach.fitting IS 'those that fit';
COMMENT ON COLUMN @extschema@.icp_reach.share IS 'fitting / known';
COMMENT ON COLUMN @extschema@.icp_reach.low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_reach.high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_reach.tiers IS 'how many of the known are in each tier';
COMMENT ON COLUMN @extschema@.icp_reach.coverage IS 'mean coverage, 0 to 1';
COMMENT ON COLUMN @extschema@.icp_reach.verdict IS 'exists, rare, not found, or unknown';

CREATE FUNCTION @extschema@.icp_reach_accum(state bytea, evaluation @extschema@.icp_evaluation) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_reach_accum(bytea, @extschema@.icp_evaluation) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_reach_combine(state bytea, other bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_reach_combine(bytea, bytea) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_reach_final(state bytea) RETURNS @extschema@.icp_reach
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_reach_final(bytea) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_reach(evaluation @extschema@.icp_evaluation) (
	SFUNC = @extschema@.icp_reach_accum,
	STYPE = bytea,
	SSPACE = 256,
	COMBINEFUNC = @extschema@.icp_reach_combine,
	FINALFUNC = @extschema@.icp_reach_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_reach(@extschema@.icp_evaluation) IS
	'how many of a market fit a portrait, and whether there is a market at all';

-- Who brings those who fit, and for how much?

CREATE TYPE @extschema@.icp_audience AS (
	people bigint,
	known bigint,
	fitting bigint,
	share float8,
	share_low float8,
	share_high float8,
	tiers jsonb,
	coverage float8,
	costed bigint,
	cost numeric,
	cost_per_fitting float8,
	low float8,
	high float8,
	verdict text
);
COMMENT ON TYPE @extschema@.icp_audience IS 'how well the people of a channel, an event or an industry fit, and what those who do have cost';
COMMENT ON COLUMN @extschema@.icp_audience.people IS 'evaluations';
COMMENT ON COLUMN @extschema@.icp_audience.known IS 'those of which enough is known to say whether they fit';
COMMENT ON COLUMN @extschema@.icp_audience.fitting IS 'those that fit';
COMMENT ON COLUMN @extschema@.icp_audience.share IS 'fitting / known';
COMMENT ON COLUMN @extschema@.icp_audience.share_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_audience.share_high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_audience.tiers IS 'how many of the known are in each tier';
COMMENT ON COLUMN @extschema@.icp_audience.coverage IS 'mean coverage, 0 to 1';
COMMENT ON COLUMN @extschema@.icp_audience.costed IS 'people whose cost is known';
COMMENT ON COLUMN @extschema@.icp_audience.cost IS 'what these cost together';
COMMENT ON COLUMN @extschema@.icp_audience.cost_per_fitting IS '(cost / costed) / share';
COMMENT ON COLUMN @extschema@.icp_audience.low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_audience.high IS 'upper end; NULL where there is none';
COMMENT ON COLUMN @extschema@.icp_audience.verdict IS 'too few, unknown, nobody fits; with a ceiling worth it, too dear or open; without one most fit, some fit or few fit';

CREATE FUNCTION @extschema@.icp_audience_accum(state bytea, evaluation @extschema@.icp_evaluation) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_audience_accum(bytea, @extschema@.icp_evaluation) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_audience_accum(state bytea, evaluation @extschema@.icp_evaluation, cost numeric) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_audience_accum(bytea, @extschema@.icp_evaluation, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_audience_accum(state bytea, evaluation @extschema@.icp_evaluation, cost numeric, ceiling float8) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_audience_accum(bytea, @extschema@.icp_evaluation, numeric, float8) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_audience_combine(state bytea, other bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_audience_combine(bytea, bytea) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_audience_final(state bytea) RETURNS @extschema@.icp_audience
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_audience_final(bytea) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_audience(evaluation @extschema@.icp_evaluation) (
	SFUNC = @extschema@.icp_audience_accum,
	STYPE = bytea,
	SSPACE = 256,
	COMBINEFUNC = @extschema@.icp_audience_combine,
	FINALFUNC = @extschema@.icp_audience_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_audience(@extschema@.icp_evaluation) IS
	'how many people of a channel, an event or an industry fit';

CREATE AGGREGATE @extschema@.icp_audience(evaluation @extschema@.icp_evaluation, cost numeric) (
	SFUNC = @extschema@.icp_audience_accum,
	STYPE = bytea,
	SSPACE = 256,
	COMBINEFUNC = @extschema@.icp_audience_combine,
	FINALFUNC = @extschema@.icp_audience_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_audience(@extschema@.icp_evaluation, numeric) IS
	'the same, and what one who fits has cost, of what each has';

CREATE AGGREGATE @extschema@.icp_audience(evaluation @extschema@.icp_evaluation, cost numeric, ceiling float8) (
	SFUNC = @extschema@.icp_audience_accum,
	STYPE = bytea,
	SSPACE = 256,
	COMBINEFUNC = @extschema@.icp_audience_combine,
	FINALFUNC = @extschema@.icp_audience_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_audience(@extschema@.icp_evaluation, numeric, float8) IS
	'the same, against what one who fits may cost';

CREATE FUNCTION @extschema@.icp_audience_spend(audience @extschema@.icp_audience, spend numeric, ceiling float8 DEFAULT NULL) RETURNS @extschema@.icp_audience
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_audience_spend(@extschema@.icp_audience, numeric, float8) IS
	'the audience with what all of it cost together, and against what one who fits may cost';

-- What interviews say of a hypothesis

CREATE TYPE @extschema@.icp_evidence AS (
	verdict text,
	supports bigint,
	refutes bigint,
	sources integer,
	share float8,
	low float8,
	high float8
);
COMMENT ON TYPE @extschema@.icp_evidence IS 'whether a hypothesis holds, by independent sources';
COMMENT ON COLUMN @extschema@.icp_evidence.verdict IS 'confirmed, refuted or open';
COMMENT ON COLUMN @extschema@.icp_evidence.supports IS 'statements for it';
COMMENT ON COLUMN @extschema@.icp_evidence.refutes IS 'statements against it';
COMMENT ON COLUMN @extschema@.icp_evidence.sources IS 'different sources';
COMMENT ON COLUMN @extschema@.icp_evidence.share IS 'mean over the sources of the part of their statements that is for it';
COMMENT ON COLUMN @extschema@.icp_evidence.low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_evidence.high IS 'upper end';

CREATE FUNCTION @extschema@.icp_evidence_accum(state bytea, supports boolean, source text) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_evidence_accum(bytea, boolean, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_evidence_combine(state bytea, other bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_evidence_combine(bytea, bytea) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_evidence_final(state bytea) RETURNS @extschema@.icp_evidence
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_evidence_final(bytea) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_evidence(supports boolean, source text) (
	SFUNC = @extschema@.icp_evidence_accum,
	STYPE = bytea,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_evidence_combine,
	FINALFUNC = @extschema@.icp_evidence_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_evidence(boolean, text) IS
	'statements for and against a hypothesis, each source with one vote';

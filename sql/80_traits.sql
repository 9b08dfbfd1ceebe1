-- Traits: what the best rows of a sketch share, and the rest do not.

CREATE FUNCTION @extschema@.icp_traits(
	sketch @extschema@.icp_sketch,
	max_order integer DEFAULT 2,
	min_share float8 DEFAULT 0.2,
	min_lift float8 DEFAULT 1.2,
	max_q float8 DEFAULT 0.05,
	top integer DEFAULT 10,
	options jsonb DEFAULT '{}',
	OUT rank integer,
	OUT trait text,
	OUT "where" text,
	OUT fields text[],
	OUT "order" integer,
	OUT best_n bigint,
	OUT all_n bigint,
	OUT best_share float8,
	OUT rest_share float8,
	OUT lift float8,
	OUT risk_ratio float8,
	OUT odds_ratio float8,
	OUT odds_low float8,
	OUT odds_high float8,
	OUT log10_p float8,
	OUT q_value float8,
	OUT shrunk_lift float8,
	OUT stability float8,
	OUT same_as text[],
	OUT adds float8,
	OUT warning text,
	OUT condition jsonb
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_traits(@extschema@.icp_sketch, integer, float8, float8, float8, integer, jsonb) IS
	'what the best rows share and the rest do not: conditions with their evidence, in words, as SQL and as a portrait''s condition';

CREATE FUNCTION @extschema@.icp_trait_counts(
	sketch @extschema@.icp_sketch,
	conditions jsonb,
	OUT condition jsonb,
	OUT best_n bigint,
	OUT best bigint,
	OUT all_n bigint,
	OUT total bigint
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_trait_counts(@extschema@.icp_sketch, jsonb) IS
	'how many best rows, and rows at all, meet each condition of a JSON array';

CREATE FUNCTION @extschema@.icp_itemsets(
	sketch @extschema@.icp_sketch,
	max_order integer,
	min_best bigint,
	OUT "order" integer,
	OUT fields text[],
	OUT "where" text,
	OUT best_n bigint,
	OUT all_n bigint,
	OUT condition jsonb
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000;
COMMENT ON FUNCTION @extschema@.icp_itemsets(@extschema@.icp_sketch, integer, bigint) IS
	'every set of values that so many best rows or more have together, with its counts and no judgement';

-- Gaps: what a portrait does not ask for, and where those who came are not as it has them.

CREATE FUNCTION @extschema@.icp_portrait_gaps(
	portrait @extschema@.icp_portrait,
	language text DEFAULT 'en',
	OUT group_name text,
	OUT required boolean,
	OUT covered boolean,
	OUT characteristics text[],
	OUT question text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 15;
COMMENT ON FUNCTION @extschema@.icp_portrait_gaps(@extschema@.icp_portrait, text) IS
	'the groups of questions that a full portrait answers, and which of its characteristics cover each';

CREATE FUNCTION @extschema@.icp_gap(
	portrait @extschema@.icp_portrait,
	sketch @extschema@.icp_sketch,
	OUT rank integer,
	OUT characteristic text,
	OUT target text,
	OUT best_known float8,
	OUT rest_known float8,
	OUT best_share float8,
	OUT rest_share float8,
	OUT low float8,
	OUT high float8,
	OUT verdict text,
	OUT note text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_gap(@extschema@.icp_portrait, @extschema@.icp_sketch) IS
	'the portrait against who really came: which share of the best and of the rest is where each characteristic has its target';

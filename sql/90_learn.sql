-- Learning a portrait from a sketch.

CREATE FUNCTION @extschema@.icp_learn(sketch @extschema@.icp_sketch, options jsonb DEFAULT '{}')
RETURNS @extschema@.icp_portrait
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000
AS 'MODULE_PATHNAME', 'icp_learn';
COMMENT ON FUNCTION @extschema@.icp_learn(@extschema@.icp_sketch, jsonb) IS
'the portrait that tells the best rows of a sketch from the rest, with its quality on rows that it was not learned from';

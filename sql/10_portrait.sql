-- The type icp_portrait: a scorecard of who we look for, in points.

CREATE TYPE @extschema@.icp_portrait;

CREATE FUNCTION @extschema@.icp_portrait_in(cstring) RETURNS @extschema@.icp_portrait
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_portrait_in(cstring) IS 'I/O';

CREATE FUNCTION @extschema@.icp_portrait_out(@extschema@.icp_portrait) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_portrait_out(@extschema@.icp_portrait) IS 'I/O';

CREATE FUNCTION @extschema@.icp_portrait_send(@extschema@.icp_portrait) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_portrait_send(@extschema@.icp_portrait) IS 'I/O';

CREATE FUNCTION @extschema@.icp_portrait_recv(internal) RETURNS @extschema@.icp_portrait
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_portrait_recv(internal) IS 'I/O';

CREATE TYPE @extschema@.icp_portrait (
	INPUT = @extschema@.icp_portrait_in,
	OUTPUT = @extschema@.icp_portrait_out,
	SEND = @extschema@.icp_portrait_send,
	RECEIVE = @extschema@.icp_portrait_recv,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@.icp_portrait IS
	'ideal customer portrait: a scorecard of characteristics whose attributes give points, written as JSON';

-- Casts to and from jsonb; text goes through input and output.

CREATE FUNCTION @extschema@.icp_portrait_from_jsonb(jsonb) RETURNS @extschema@.icp_portrait
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_portrait_from_jsonb(jsonb) IS
	'the portrait that a JSON document describes; an error names the JSON path';

CREATE FUNCTION @extschema@.icp_portrait_to_jsonb(@extschema@.icp_portrait) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_portrait_to_jsonb(@extschema@.icp_portrait) IS
	'the portrait as a JSON document';

CREATE CAST (jsonb AS @extschema@.icp_portrait)
	WITH FUNCTION @extschema@.icp_portrait_from_jsonb(jsonb) AS ASSIGNMENT;
COMMENT ON CAST (jsonb AS @extschema@.icp_portrait) IS 'the portrait that a JSON document describes';
CREATE CAST (@extschema@.icp_portrait AS jsonb)
	WITH FUNCTION @extschema@.icp_portrait_to_jsonb(@extschema@.icp_portrait) AS ASSIGNMENT;
COMMENT ON CAST (@extschema@.icp_portrait AS jsonb) IS 'the portrait as a JSON document';

-- Comparison: portraits are canonical, so equal portraits have equal bytes.
-- The order means nothing; it lets DISTINCT and GROUP BY sort.

CREATE FUNCTION @extschema@.icp_portrait_eq(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_ne(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_lt(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_le(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_gt(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_ge(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_cmp(@extschema@.icp_portrait, @extschema@.icp_portrait) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_hash(@extschema@.icp_portrait) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION @extschema@.icp_portrait_hash_extended(@extschema@.icp_portrait, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_portrait_eq(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'implementation of = operator';
COMMENT ON FUNCTION @extschema@.icp_portrait_ne(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'implementation of <> operator';
COMMENT ON FUNCTION @extschema@.icp_portrait_lt(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'implementation of < operator';
COMMENT ON FUNCTION @extschema@.icp_portrait_le(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'implementation of <= operator';
COMMENT ON FUNCTION @extschema@.icp_portrait_gt(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'implementation of > operator';
COMMENT ON FUNCTION @extschema@.icp_portrait_ge(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'implementation of >= operator';
COMMENT ON FUNCTION @extschema@.icp_portrait_cmp(@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'less-equal-greater';
COMMENT ON FUNCTION @extschema@.icp_portrait_hash(@extschema@.icp_portrait) IS 'hash';
COMMENT ON FUNCTION @extschema@.icp_portrait_hash_extended(@extschema@.icp_portrait, bigint) IS 'hash';

CREATE OPERATOR @extschema@.= (
	LEFTARG = @extschema@.icp_portrait, RIGHTARG = @extschema@.icp_portrait, FUNCTION = @extschema@.icp_portrait_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR @extschema@.<> (
	LEFTARG = @extschema@.icp_portrait, RIGHTARG = @extschema@.icp_portrait, FUNCTION = @extschema@.icp_portrait_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
CREATE OPERATOR @extschema@.< (
	LEFTARG = @extschema@.icp_portrait, RIGHTARG = @extschema@.icp_portrait, FUNCTION = @extschema@.icp_portrait_lt,
	COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
CREATE OPERATOR @extschema@.<= (
	LEFTARG = @extschema@.icp_portrait, RIGHTARG = @extschema@.icp_portrait, FUNCTION = @extschema@.icp_portrait_le,
	COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
CREATE OPERATOR @extschema@.> (
	LEFTARG = @extschema@.icp_portrait, RIGHTARG = @extschema@.icp_portrait, FUNCTION = @extschema@.icp_portrait_gt,
	COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
CREATE OPERATOR @extschema@.>= (
	LEFTARG = @extschema@.icp_portrait, RIGHTARG = @extschema@.icp_portrait, FUNCTION = @extschema@.icp_portrait_ge,
	COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR @extschema@.= (@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'equal';
COMMENT ON OPERATOR @extschema@.<> (@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'not equal';
COMMENT ON OPERATOR @extschema@.< (@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'less than';
COMMENT ON OPERATOR @extschema@.<= (@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'less than or equal';
COMMENT ON OPERATOR @extschema@.> (@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'greater than';
COMMENT ON OPERATOR @extschema@.>= (@extschema@.icp_portrait, @extschema@.icp_portrait) IS 'greater than or equal';

CREATE OPERATOR CLASS @extschema@.icp_portrait_ops DEFAULT FOR TYPE @extschema@.icp_portrait USING btree AS
	OPERATOR 1 @extschema@.<,
	OPERATOR 2 @extschema@.<=,
	OPERATOR 3 @extschema@.=,
	OPERATOR 4 @extschema@.>=,
	OPERATOR 5 @extschema@.>,
	FUNCTION 1 @extschema@.icp_portrait_cmp(@extschema@.icp_portrait, @extschema@.icp_portrait);
COMMENT ON OPERATOR CLASS @extschema@.icp_portrait_ops USING btree IS 'portraits by their canonical bytes';

CREATE OPERATOR CLASS @extschema@.icp_portrait_hash_ops DEFAULT FOR TYPE @extschema@.icp_portrait USING hash AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 @extschema@.icp_portrait_hash(@extschema@.icp_portrait),
	FUNCTION 2 @extschema@.icp_portrait_hash_extended(@extschema@.icp_portrait, bigint);
COMMENT ON OPERATOR CLASS @extschema@.icp_portrait_hash_ops USING hash IS 'portraits by their canonical bytes';

COMMENT ON OPERATOR FAMILY @extschema@.icp_portrait_ops USING btree IS 'portraits by their canonical bytes';
COMMENT ON OPERATOR FAMILY @extschema@.icp_portrait_hash_ops USING hash IS 'portraits by their canonical bytes';

-- Readings

CREATE FUNCTION @extschema@.icp_portrait_fields(portrait @extschema@.icp_portrait) RETURNS text[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_portrait_fields(@extschema@.icp_portrait) IS
	'the fields that the portrait looks at, each once, in the order of its document';

CREATE FUNCTION @extschema@.icp_at(portrait @extschema@.icp_portrait, at timestamptz) RETURNS @extschema@.icp_portrait
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_at(@extschema@.icp_portrait, timestamptz) IS
	'the portrait with its relative dates counted from that moment instead of from now';

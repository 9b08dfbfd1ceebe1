-- Drift: how far the rows of one sketch are from those of another; and the evidence of a field's values.

CREATE FUNCTION @extschema@.icp_drift(
	expected @extschema@.icp_sketch,
	actual @extschema@.icp_sketch,
	options jsonb DEFAULT '{}',
	OUT field text,
	OUT psi float8,
	OUT csi float8,
	OUT missing_shift float8,
	OUT status text,
	OUT moved text,
	OUT p_value float8,
	OUT q_value float8,
	OUT chance float8,
	OUT note text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 25;
COMMENT ON FUNCTION @extschema@.icp_drift(@extschema@.icp_sketch, @extschema@.icp_sketch, jsonb) IS
	'which fields are no longer as they were: population stability index of each field, what moved most in words, and whether it is more than chance';

CREATE FUNCTION @extschema@.icp_drift_bins(
	expected @extschema@.icp_sketch,
	actual @extschema@.icp_sketch,
	field text,
	options jsonb DEFAULT '{}',
	OUT bin text,
	OUT expected_share float8,
	OUT actual_share float8,
	OUT psi float8,
	OUT woe float8,
	OUT csi float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_drift_bins(@extschema@.icp_sketch, @extschema@.icp_sketch, text, jsonb) IS
	'one field of icp_drift bin by bin: its share of rows then and now, and what it adds to psi and csi';

CREATE FUNCTION @extschema@.icp_psi(expected float8[], actual float8[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_psi(float8[], float8[]) IS
	'population stability index of two distributions over the same cells, as counts or shares';

CREATE FUNCTION @extschema@.icp_psi(expected float8[], actual float8[], cuts float8[]) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_psi(float8[], float8[], float8[]) IS
	'population stability index of two samples of values, in cells between the cuts; NULL and NaN are a cell of their own';

CREATE FUNCTION @extschema@.icp_woe(
	sketch @extschema@.icp_sketch,
	field text,
	cuts float8[] DEFAULT NULL,
	options jsonb DEFAULT '{}',
	OUT bin text,
	OUT best bigint,
	OUT rest bigint,
	OUT woe float8,
	OUT iv float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION @extschema@.icp_woe(@extschema@.icp_sketch, text, float8[], jsonb) IS
	'weight of evidence of each bin of a field, ln(best share / rest share), and what the bin adds to the information value';

CREATE FUNCTION @extschema@.icp_stability(
	sketch @extschema@.icp_sketch,
	sizes integer[] DEFAULT '{10,100,1000}',
	OUT size integer,
	OUT auc float8,
	OUT auc_low float8,
	OUT auc_high float8,
	OUT traits_kept float8,
	OUT note text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 3;
COMMENT ON FUNCTION @extschema@.icp_stability(@extschema@.icp_sketch, integer[]) IS
	'how firm a portrait of so many best rows is: its AUC on rows that it was not learned from, and the share of traits that so many show too';

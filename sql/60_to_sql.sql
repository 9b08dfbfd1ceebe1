-- The score for databases without the extension.

CREATE FUNCTION @extschema@.icp_to_sql(portrait @extschema@.icp_portrait, alias text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_to_sql(@extschema@.icp_portrait, text) IS
	'the score as one plain SQL expression over the columns of that alias; columns are taken to be of the types that the conditions suggest';

-- A portrait as a person would tell it.

CREATE FUNCTION @extschema@.icp_describe(portrait @extschema@.icp_portrait, lang text DEFAULT 'en') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION @extschema@.icp_describe(@extschema@.icp_portrait, text) IS
	'the portrait in Markdown, in English or Chinese: who they are, what counts, and how sure we are of it';

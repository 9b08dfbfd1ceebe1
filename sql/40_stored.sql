-- Scores that are stored in the table itself.

CREATE FUNCTION @extschema@.icp_score_trigger() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION @extschema@.icp_score_trigger() IS
	'BEFORE INSERT OR UPDATE row trigger: icp_score_trigger(''saved portrait'', ''score column'' [, ''tier column'']) keeps a stored score current';

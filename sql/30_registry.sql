-- Saved portraits, by name and version.

CREATE TABLE @extschema@.icp_portraits (
	name text NOT NULL CHECK (name OPERATOR(pg_catalog.<>) ''),
	version integer NOT NULL CHECK (version OPERATOR(pg_catalog.>) 0),
	portrait @extschema@.icp_portrait NOT NULL,
	note text,
	saved_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	saved_by text NOT NULL DEFAULT CURRENT_USER,
	active boolean NOT NULL DEFAULT false,
	PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX icp_portraits_active ON @extschema@.icp_portraits (name) WHERE active;
COMMENT ON TABLE @extschema@.icp_portraits IS 'saved portraits; icp_save adds versions, icp_activate chooses the one in force';
COMMENT ON INDEX @extschema@.icp_portraits_active IS 'one active version of each portrait';
COMMENT ON COLUMN @extschema@.icp_portraits.name IS 'what icp_score(row, name) and icp_load(name) look for';
COMMENT ON COLUMN @extschema@.icp_portraits.version IS '1, 2, ... in the order of saving';
COMMENT ON COLUMN @extschema@.icp_portraits.portrait IS 'the portrait';
COMMENT ON COLUMN @extschema@.icp_portraits.note IS 'why this version';
COMMENT ON COLUMN @extschema@.icp_portraits.saved_at IS 'when it was saved';
COMMENT ON COLUMN @extschema@.icp_portraits.saved_by IS 'who saved it';
COMMENT ON COLUMN @extschema@.icp_portraits.active IS 'whether it is the version in force';
SELECT pg_catalog.pg_extension_config_dump('@extschema@.icp_portraits', '');
REVOKE ALL ON @extschema@.icp_portraits FROM PUBLIC;
GRANT SELECT ON @extschema@.icp_portraits TO PUBLIC;

-- Plans that hold a saved portrait go when the table changes.

CREATE FUNCTION @extschema@.icp_portraits_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION @extschema@.icp_portraits_changed() IS 'trigger on icp_portraits: plans that hold a saved portrait are redone';

CREATE TRIGGER icp_portraits_changed AFTER INSERT OR UPDATE OR DELETE ON @extschema@.icp_portraits
	FOR EACH ROW EXECUTE FUNCTION @extschema@.icp_portraits_changed();
CREATE TRIGGER icp_portraits_truncated AFTER TRUNCATE ON @extschema@.icp_portraits
	FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.icp_portraits_changed();
ALTER TABLE @extschema@.icp_portraits ENABLE ALWAYS TRIGGER icp_portraits_changed;
ALTER TABLE @extschema@.icp_portraits ENABLE ALWAYS TRIGGER icp_portraits_truncated;
COMMENT ON TRIGGER icp_portraits_changed ON @extschema@.icp_portraits IS 'plans that hold a saved portrait are redone';
COMMENT ON TRIGGER icp_portraits_truncated ON @extschema@.icp_portraits IS 'plans that hold a saved portrait are redone';

CREATE FUNCTION @extschema@.icp_load_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_load_support(internal) IS 'planner support for icp_load';

CREATE FUNCTION @extschema@.icp_load(name text DEFAULT NULL, version integer DEFAULT NULL) RETURNS @extschema@.icp_portrait
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000
	SUPPORT @extschema@.icp_load_support;
COMMENT ON FUNCTION @extschema@.icp_load(text, integer) IS
	'the saved portrait of that name (default: icp_portrait.default_portrait), in that version (default: the active one)';

CREATE FUNCTION @extschema@.icp_save(name text, portrait @extschema@.icp_portrait, note text DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_save(text, @extschema@.icp_portrait, text) IS
	'saves the portrait as a new version under that name, makes it active, and returns its version';

CREATE FUNCTION @extschema@.icp_activate(name text, version integer) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_activate(text, integer) IS
	'makes that version of the saved portrait the active one';

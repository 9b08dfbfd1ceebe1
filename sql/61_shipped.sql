-- Tables that come with rows, to which users add their own.  Each has
--	shipped boolean NOT NULL DEFAULT false
-- as a part of its primary key, is dumped with WHERE NOT shipped, and has the
-- triggers <table>_kept and <table>_not_emptied, ENABLE ALWAYS.

CREATE FUNCTION @extschema@.icp_keep_shipped() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON FUNCTION @extschema@.icp_keep_shipped() IS 'trigger on tables that come with rows: those stay as they are';

-- Qualification: frameworks and their questions, and what is known of a row by
-- the dimensions of a portrait.

CREATE TABLE @extschema@.icp_frameworks (
	framework text NOT NULL CHECK (framework OPERATOR(pg_catalog.<>) ''),
	dimension text NOT NULL CHECK (dimension OPERATOR(pg_catalog.<>) ''
		AND dimension OPERATOR(pg_catalog.<>) ALL ('{placeholders,title,subject,absent,verdicts,disqualify,tiers,fit}')),
	ordinal integer NOT NULL,
	meaning text,
	question text NOT NULL CHECK (question OPERATOR(pg_catalog.<>) ''),
	language text NOT NULL DEFAULT 'en' CHECK (language OPERATOR(pg_catalog.<>) ''),
	shipped boolean NOT NULL DEFAULT false,
	PRIMARY KEY (framework, language, dimension, shipped)
);
COMMENT ON TABLE @extschema@.icp_frameworks IS 'frameworks to qualify by, for icp_framework; a row of yours counts instead of the shipped one with the same framework, language and dimension';
COMMENT ON COLUMN @extschema@.icp_frameworks.framework IS 'name of the framework';
COMMENT ON COLUMN @extschema@.icp_frameworks.dimension IS 'what it qualifies by: a member of the binding';
COMMENT ON COLUMN @extschema@.icp_frameworks.ordinal IS 'place among the dimensions of the framework';
COMMENT ON COLUMN @extschema@.icp_frameworks.meaning IS 'when the dimension is met';
COMMENT ON COLUMN @extschema@.icp_frameworks.question IS 'what to ask while it is not known to be met';
COMMENT ON COLUMN @extschema@.icp_frameworks.language IS 'of meaning and question: en, zh, or one of yours';
COMMENT ON COLUMN @extschema@.icp_frameworks.shipped IS 'whether the row came with the extension; such rows stay as they are';
SELECT pg_catalog.pg_extension_config_dump('@extschema@.icp_frameworks', 'WHERE NOT shipped');
REVOKE ALL ON @extschema@.icp_frameworks FROM PUBLIC;
GRANT SELECT ON @extschema@.icp_frameworks TO PUBLIC;

CREATE TRIGGER icp_frameworks_kept BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.icp_frameworks
	FOR EACH ROW EXECUTE FUNCTION @extschema@.icp_keep_shipped();
CREATE TRIGGER icp_frameworks_not_emptied BEFORE TRUNCATE ON @extschema@.icp_frameworks
	FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.icp_keep_shipped();
ALTER TABLE @extschema@.icp_frameworks ENABLE ALWAYS TRIGGER icp_frameworks_kept;
ALTER TABLE @extschema@.icp_frameworks ENABLE ALWAYS TRIGGER icp_frameworks_not_emptied;
COMMENT ON TRIGGER icp_frameworks_kept ON @extschema@.icp_frameworks IS 'rows that came with the extension stay as they are';
COMMENT ON TRIGGER icp_frameworks_not_emptied ON @extschema@.icp_frameworks IS 'rows that came with the extension stay';

CREATE FUNCTION @extschema@.icp_shipped_frameworks() RETURNS SETOF @extschema@.icp_frameworks
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100 ROWS 120;
COMMENT ON FUNCTION @extschema@.icp_shipped_frameworks() IS
	'rows of icp_frameworks that come with the extension, but for those in letters that the database''s encoding lacks';

INSERT INTO @extschema@.icp_frameworks SELECT s.* FROM @extschema@.icp_shipped_frameworks() AS s;

CREATE FUNCTION @extschema@.icp_framework(framework text, binding jsonb, language text DEFAULT 'en') RETURNS @extschema@.icp_portrait
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION @extschema@.icp_framework(text, jsonb, text) IS
	'the framework of that name as a portrait: each dimension bound to a condition or a list of them, with its question in the language';

-- icp_qualify

CREATE TYPE @extschema@.icp_qualification AS (
	framework text,
	verdict text,
	met text[],
	unmet text[],
	unknown text[],
	ratio float8,
	coverage float8,
	next_question text
);
COMMENT ON TYPE @extschema@.icp_qualification IS 'what is known of one row by the dimensions of a framework';
COMMENT ON COLUMN @extschema@.icp_qualification.framework IS 'name of the framework, or NULL';
COMMENT ON COLUMN @extschema@.icp_qualification.verdict IS 'sales_qualified, marketing_qualified, nurture, unqualified or disqualified';
COMMENT ON COLUMN @extschema@.icp_qualification.met IS 'dimensions that are met';
COMMENT ON COLUMN @extschema@.icp_qualification.unmet IS 'dimensions that are known not to be met';
COMMENT ON COLUMN @extschema@.icp_qualification.unknown IS 'dimensions of which too little is known';
COMMENT ON COLUMN @extschema@.icp_qualification.ratio IS 'share of the dimensions that are met, 0 to 1';
COMMENT ON COLUMN @extschema@.icp_qualification.coverage IS 'share of the dimensions that are met or unmet, 0 to 1';
COMMENT ON COLUMN @extschema@.icp_qualification.next_question IS 'what to ask: of the first unknown dimension, or else of the first unmet one; NULL if all are met, or if the row is disqualified';

CREATE FUNCTION @extschema@.icp_qualify("row" record, portrait @extschema@.icp_portrait) RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME', 'icp_qualify' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify(record, @extschema@.icp_portrait) IS
	'which dimensions of the portrait a row meets, the verdict, and what to ask next';

CREATE FUNCTION @extschema@.icp_qualify("row" record, name text) RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME', 'icp_qualify' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify(record, text) IS
	'which dimensions a row meets, the verdict, and what to ask next, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_qualify("row" record) RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME', 'icp_qualify' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify(record) IS
	'which dimensions a row meets, the verdict, and what to ask next, by the default portrait';

CREATE FUNCTION @extschema@.icp_qualify(doc jsonb, portrait @extschema@.icp_portrait) RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME', 'icp_qualify' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify(jsonb, @extschema@.icp_portrait) IS
	'which dimensions of the portrait a JSON document meets, the verdict, and what to ask next';

CREATE FUNCTION @extschema@.icp_qualify(doc jsonb, name text) RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME', 'icp_qualify' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify(jsonb, text) IS
	'which dimensions a JSON document meets, the verdict, and what to ask next, by the saved portrait of that name';

CREATE FUNCTION @extschema@.icp_qualify(doc jsonb) RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME', 'icp_qualify' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify(jsonb) IS
	'which dimensions a JSON document meets, the verdict, and what to ask next, by the default portrait';

CREATE FUNCTION @extschema@.icp_qualify_columns(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify_columns(@extschema@.icp_portrait, "any") IS
	'icp_qualify over bare columns: the portrait''s fields in the order of icp_portrait_fields';

CREATE FUNCTION @extschema@.icp_qualify_columns_now(portrait @extschema@.icp_portrait, VARIADIC fields "any") RETURNS @extschema@.icp_qualification
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 30
	SUPPORT @extschema@.icp_score_support;
COMMENT ON FUNCTION @extschema@.icp_qualify_columns_now(@extschema@.icp_portrait, "any") IS
	'icp_qualify over bare columns: the portrait''s fields in the order of icp_portrait_fields, for portraits with conditions relative to now';

-- icp_qualify_all

CREATE FUNCTION @extschema@.icp_qualify_all("row" record)
	RETURNS TABLE (name text, framework text, verdict text, met text[], unmet text[], unknown text[], ratio float8, coverage float8, next_question text)
	AS 'MODULE_PATHNAME', 'icp_qualify_all' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION @extschema@.icp_qualify_all(record) IS
	'what each saved framework says of a row, as icp_qualify does; fields that are absent are missing';

CREATE FUNCTION @extschema@.icp_qualify_all(doc jsonb)
	RETURNS TABLE (name text, framework text, verdict text, met text[], unmet text[], unknown text[], ratio float8, coverage float8, next_question text)
	AS 'MODULE_PATHNAME', 'icp_qualify_all' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION @extschema@.icp_qualify_all(jsonb) IS
	'what each saved framework says of a JSON document, as icp_qualify does; fields that are absent are missing';

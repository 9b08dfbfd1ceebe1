-- Key people: what job titles tell, names of buying roles, and buying committees.

CREATE FUNCTION @extschema@.icp_shipped_title_rules(
	OUT phrase text,
	OUT seniority text,
	OUT function text,
	OUT role text,
	OUT others text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 2000;
COMMENT ON FUNCTION @extschema@.icp_shipped_title_rules() IS
	'the title rules of this version, one row for each thing that a phrase tells';

CREATE TABLE @extschema@.icp_title_rules (
	phrase text NOT NULL CHECK (phrase OPERATOR(pg_catalog.<>) ''),
	seniority text CHECK (seniority OPERATOR(pg_catalog.=) ANY ('{owner,c_level,vp,board,director,manager,senior,individual,entry}'::pg_catalog.text[])),
	function text CHECK (function OPERATOR(pg_catalog.<>) ''),
	role text CHECK (role OPERATOR(pg_catalog.=) ANY ('{economic,technical,user,coach}'::pg_catalog.text[])),
	others text CHECK (others OPERATOR(pg_catalog.=) ANY ('{before,after}'::pg_catalog.text[])),
	note text,
	shipped boolean NOT NULL DEFAULT false,
	PRIMARY KEY (phrase, shipped)
);
COMMENT ON TABLE @extschema@.icp_title_rules IS
	'what phrases in job titles tell; icp_buyer_role reads it, rows of yours go before the shipped ones';
COMMENT ON COLUMN @extschema@.icp_title_rules.phrase IS 'words or Chinese characters, as they stand in titles; case, width and signs are of no account';
COMMENT ON COLUMN @extschema@.icp_title_rules.seniority IS 'owner, c_level, vp, board, director, manager, senior, individual or entry; NULL: the phrase does not tell';
COMMENT ON COLUMN @extschema@.icp_title_rules.function IS 'finance, purchasing, it or any other word; NULL: the phrase does not tell';
COMMENT ON COLUMN @extschema@.icp_title_rules.role IS 'economic, technical, user or coach; NULL: it follows from seniority and function';
COMMENT ON COLUMN @extschema@.icp_title_rules.others IS 'before or after: people named there, up to a comma, are others than whose title it is';
COMMENT ON COLUMN @extschema@.icp_title_rules.note IS 'why';
COMMENT ON COLUMN @extschema@.icp_title_rules.shipped IS 'whether it came with the extension';

INSERT INTO @extschema@.icp_title_rules (phrase, seniority, function, role, others, shipped)
SELECT phrase, pg_catalog.max(seniority), pg_catalog.max(function), pg_catalog.max(role), pg_catalog.max(others), true
FROM @extschema@.icp_shipped_title_rules() GROUP BY phrase;

CREATE TRIGGER icp_title_rules_kept BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.icp_title_rules
	FOR EACH ROW EXECUTE FUNCTION @extschema@.icp_keep_shipped();
CREATE TRIGGER icp_title_rules_not_emptied BEFORE TRUNCATE ON @extschema@.icp_title_rules
	FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.icp_keep_shipped();
ALTER TABLE @extschema@.icp_title_rules ENABLE ALWAYS TRIGGER icp_title_rules_kept;
ALTER TABLE @extschema@.icp_title_rules ENABLE ALWAYS TRIGGER icp_title_rules_not_emptied;
COMMENT ON TRIGGER icp_title_rules_kept ON @extschema@.icp_title_rules IS 'shipped rules stay as they are';
COMMENT ON TRIGGER icp_title_rules_not_emptied ON @extschema@.icp_title_rules IS 'shipped rules stay as they are';
SELECT pg_catalog.pg_extension_config_dump('@extschema@.icp_title_rules', 'WHERE NOT shipped');
REVOKE ALL ON @extschema@.icp_title_rules FROM PUBLIC;
GRANT SELECT ON @extschema@.icp_title_rules TO PUBLIC;

CREATE TYPE @extschema@.icp_title AS (
	role text,
	seniority text,
	function text
);
COMMENT ON TYPE @extschema@.icp_title IS 'what a job title tells; NULL is unknown';
COMMENT ON COLUMN @extschema@.icp_title.role IS 'likely part in buying: economic, technical, user or coach';
COMMENT ON COLUMN @extschema@.icp_title.seniority IS 'owner, c_level, vp, board, director, manager, senior, individual or entry';
COMMENT ON COLUMN @extschema@.icp_title.function IS 'executive, finance, purchasing, it, engineering, sales and so on';

CREATE FUNCTION @extschema@.icp_buyer_role(title text) RETURNS @extschema@.icp_title
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION @extschema@.icp_buyer_role(text) IS
	'seniority, function and likely buying role that a job title tells, by the rules in icp_title_rules';

-- Names of roles

CREATE FUNCTION @extschema@.icp_shipped_roles(
	OUT name text,
	OUT role text,
	OUT center_role text,
	OUT stance text,
	OUT source text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 70;
COMMENT ON FUNCTION @extschema@.icp_shipped_roles() IS 'the names of buying roles of this version';

CREATE TABLE @extschema@.icp_roles (
	name text NOT NULL CHECK (name OPERATOR(pg_catalog.<>) ''),
	role text CHECK (role OPERATOR(pg_catalog.=) ANY ('{economic,technical,user,coach}'::pg_catalog.text[])),
	center_role text CHECK (center_role OPERATOR(pg_catalog.=) ANY ('{initiator,decider,buyer,influencer,user,gatekeeper}'::pg_catalog.text[])),
	stance text CHECK (stance OPERATOR(pg_catalog.=) 'opponent'),
	source text,
	shipped boolean NOT NULL DEFAULT false,
	PRIMARY KEY (name, shipped)
);
COMMENT ON TABLE @extschema@.icp_roles IS
	'names of buying roles, as CRMs have them; icp_committee and icp_map_role read it, rows of yours go before the shipped ones';
COMMENT ON COLUMN @extschema@.icp_roles.name IS 'the name; case, spaces and signs are of no account';
COMMENT ON COLUMN @extschema@.icp_roles.role IS 'economic, technical, user or coach; NULL: none of them';
COMMENT ON COLUMN @extschema@.icp_roles.center_role IS 'in the buying center: initiator, decider, buyer, influencer, user or gatekeeper; NULL: none of them';
COMMENT ON COLUMN @extschema@.icp_roles.stance IS 'opponent: people of that name are against us, where no stance is given';
COMMENT ON COLUMN @extschema@.icp_roles.source IS 'where the name comes from';
COMMENT ON COLUMN @extschema@.icp_roles.shipped IS 'whether it came with the extension';

INSERT INTO @extschema@.icp_roles (name, role, center_role, stance, source, shipped)
SELECT name, role, center_role, stance, source, true FROM @extschema@.icp_shipped_roles();

CREATE TRIGGER icp_roles_kept BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.icp_roles
	FOR EACH ROW EXECUTE FUNCTION @extschema@.icp_keep_shipped();
CREATE TRIGGER icp_roles_not_emptied BEFORE TRUNCATE ON @extschema@.icp_roles
	FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.icp_keep_shipped();
ALTER TABLE @extschema@.icp_roles ENABLE ALWAYS TRIGGER icp_roles_kept;
ALTER TABLE @extschema@.icp_roles ENABLE ALWAYS TRIGGER icp_roles_not_emptied;
COMMENT ON TRIGGER icp_roles_kept ON @extschema@.icp_roles IS 'shipped names stay as they are';
COMMENT ON TRIGGER icp_roles_not_emptied ON @extschema@.icp_roles IS 'shipped names stay as they are';
SELECT pg_catalog.pg_extension_config_dump('@extschema@.icp_roles', 'WHERE NOT shipped');
REVOKE ALL ON @extschema@.icp_roles FROM PUBLIC;
GRANT SELECT ON @extschema@.icp_roles TO PUBLIC;

CREATE FUNCTION @extschema@.icp_map_role(name text, role_set text DEFAULT 'buyer') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION @extschema@.icp_map_role(text, text) IS
	'the role that a name stands for, by icp_roles: of the set buyer (economic, technical, user, coach) or center (initiator, decider, buyer, influencer, user, gatekeeper)';

-- Committees

CREATE TYPE @extschema@.icp_committee_report AS (
	people bigint,
	covered text[],
	missing text[],
	coverage float8,
	supporters bigint,
	neutrals bigint,
	opponents bigint,
	without_role bigint,
	decider_known boolean,
	single_threaded boolean,
	expected_people integer,
	gaps text[]
);
COMMENT ON TYPE @extschema@.icp_committee_report IS 'who is on a buying committee, and who is missing';
COMMENT ON COLUMN @extschema@.icp_committee_report.people IS 'people known';
COMMENT ON COLUMN @extschema@.icp_committee_report.covered IS 'roles of economic, technical, user and coach that somebody has who is no opponent';
COMMENT ON COLUMN @extschema@.icp_committee_report.missing IS 'the others of the four';
COMMENT ON COLUMN @extschema@.icp_committee_report.coverage IS 'share of the four that is covered, times the share of influence that opponents do not have';
COMMENT ON COLUMN @extschema@.icp_committee_report.supporters IS 'people for us';
COMMENT ON COLUMN @extschema@.icp_committee_report.neutrals IS 'people neither for nor against us; whose stance is unknown are not among them';
COMMENT ON COLUMN @extschema@.icp_committee_report.opponents IS 'people against us';
COMMENT ON COLUMN @extschema@.icp_committee_report.without_role IS 'people who have none of the four roles, or whose role has an unknown name';
COMMENT ON COLUMN @extschema@.icp_committee_report.decider_known IS 'whether somebody has the economic role, for or against us';
COMMENT ON COLUMN @extschema@.icp_committee_report.single_threaded IS 'whether all depends on one person, or on nobody: opponents do not count';
COMMENT ON COLUMN @extschema@.icp_committee_report.expected_people IS 'people who usually decide in a company of that size';
COMMENT ON COLUMN @extschema@.icp_committee_report.gaps IS 'what to do about it next';

CREATE FUNCTION @extschema@.icp_expected_people(company_size integer) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_expected_people(integer) IS
	'how many people usually decide in a company of that size, a rule of thumb';

CREATE FUNCTION @extschema@.icp_committee_accum(state bytea, role text, stance text) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_committee_accum(bytea, text, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_committee_accum(state bytea, role text, stance text, influence float8, company_size integer) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_committee_accum(bytea, text, text, float8, integer) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_committee_accum_roles(state bytea, roles text[], stance text) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_committee_accum_roles(bytea, text[], text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_committee_accum_roles(state bytea, roles text[], stance text, influence float8, company_size integer) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_committee_accum_roles(bytea, text[], text, float8, integer) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_committee_combine(state bytea, other bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_committee_combine(bytea, bytea) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_committee_final(state bytea) RETURNS @extschema@.icp_committee_report
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_committee_final(bytea) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_committee(role text, stance text) (
	SFUNC = @extschema@.icp_committee_accum,
	STYPE = bytea,
	SSPACE = 192,
	COMBINEFUNC = @extschema@.icp_committee_combine,
	FINALFUNC = @extschema@.icp_committee_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_committee(text, text) IS
	'who of a buying committee is known, and who is missing: the roles and stances of people, a row for each';

CREATE AGGREGATE @extschema@.icp_committee(role text, stance text, influence float8, company_size integer) (
	SFUNC = @extschema@.icp_committee_accum,
	STYPE = bytea,
	SSPACE = 192,
	COMBINEFUNC = @extschema@.icp_committee_combine,
	FINALFUNC = @extschema@.icp_committee_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_committee(text, text, float8, integer) IS
	'the same with influence, from 0 to 1, and the number of people in the company';

CREATE AGGREGATE @extschema@.icp_committee(roles text[], stance text) (
	SFUNC = @extschema@.icp_committee_accum_roles,
	STYPE = bytea,
	SSPACE = 192,
	COMBINEFUNC = @extschema@.icp_committee_combine,
	FINALFUNC = @extschema@.icp_committee_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_committee(text[], text) IS
	'who of a buying committee is known, and who is missing, of people who can have several roles';

CREATE AGGREGATE @extschema@.icp_committee(roles text[], stance text, influence float8, company_size integer) (
	SFUNC = @extschema@.icp_committee_accum_roles,
	STYPE = bytea,
	SSPACE = 192,
	COMBINEFUNC = @extschema@.icp_committee_combine,
	FINALFUNC = @extschema@.icp_committee_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_committee(text[], text, float8, integer) IS
	'the same with influence, from 0 to 1, and the number of people in the company';

-- What the extension puts into the catalogs, looked over as PostgreSQL's own
-- opr_sanity does: what must not be there is listed, and the lists are empty.
CREATE DATABASE regress_icp_catalog;
\set home :DBNAME
\c regress_icp_catalog
CREATE EXTENSION icp_portrait;

-- PostgreSQL 17 counts the types of arrays and of tables too, which come with others.
CREATE VIEW members AS
SELECT d.classid, d.objid, i.type, i.schema, i.name, i.identity
FROM pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) i
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'icp_portrait')
	AND NOT (d.classid = 'pg_type'::regclass
		AND EXISTS (SELECT FROM pg_depend i WHERE i.classid = d.classid AND i.objid = d.objid AND i.deptype = 'i'));
CREATE VIEW functions AS
SELECT p.*, p.oid::regprocedure AS signature
FROM pg_proc p JOIN members m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid WHERE p.prokind = 'f';

-- All that there is, but for the parts of icp_to_pmml and icp_from_pmml.  A change
-- of these lists is a change of the public surface.
SELECT type, identity FROM members WHERE type <> 'function' ORDER BY type, identity COLLATE "C";
SELECT signature, prorettype::regtype AS result, proretset AS set, provolatile AS volatility, proisstrict AS strict, proparallel AS parallel,
	procost AS cost, prorows AS rows, nullif(prosupport, 0)::regproc AS support
FROM functions WHERE proname !~ '^icp_pmml_' ORDER BY signature::text COLLATE "C";

-- Aggregates: all of them merge, and run in workers.
SELECT aggfnoid::regprocedure, aggtransfn, aggcombinefn, aggfinalfn, aggtranstype::regtype, aggtransspace, aggfinalmodify, proisstrict, proparallel
FROM pg_aggregate a JOIN pg_proc p ON p.oid = aggfnoid JOIN members m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid ORDER BY aggfnoid::regprocedure::text COLLATE "C";

-- Rights and safety.
SELECT signature FROM functions WHERE prosecdef OR proleakproof;
SELECT signature, proacl FROM functions WHERE proacl IS NOT NULL;
-- What is not written in C finds names by a path of its own, or has found them already.
SELECT signature, lanname, proconfig FROM functions JOIN pg_language l ON l.oid = prolang
WHERE CASE lanname WHEN 'c' THEN proconfig IS NOT NULL ELSE proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}' AND prosqlbody IS NULL END;
SELECT DISTINCT lanname FROM functions JOIN pg_language l ON l.oid = prolang ORDER BY 1;
SELECT relname, relrowsecurity, relforcerowsecurity, (SELECT array_agg(a.grantee::regrole || ' ' || a.privilege_type) FROM aclexplode(relacl) a WHERE a.grantee <> relowner) AS granted
FROM pg_class WHERE oid IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass) AND relkind = 'r' ORDER BY 1;
SELECT typname, typacl FROM pg_type WHERE typacl IS NOT NULL AND oid IN (SELECT objid FROM members WHERE classid = 'pg_type'::regclass);
SELECT extrelocatable, extconfig::regclass[], extcondition FROM pg_extension WHERE extname = 'icp_portrait';
SELECT superuser, trusted, relocatable, requires FROM pg_available_extension_versions WHERE name = 'icp_portrait' AND installed;

-- Only functions that read or write tables, or the clock, are not immutable;
-- all but those that write, and triggers, can run in workers.
SELECT signature FROM functions WHERE provolatile = 'v' AND signature::text !~ '_support\(|^icp_(save|activate)\(' AND prorettype <> 'trigger'::regtype;
SELECT signature FROM functions WHERE proparallel <> 's' AND signature::text !~ '^icp_(save|activate)\(' AND prorettype <> 'trigger'::regtype;
SELECT signature FROM functions WHERE provolatile = 'i' AND signature::text ~ '_now\(|^icp_(load|save|activate)';

-- Every score function has the planner's support, and only those, icp_row and icp_load.
SELECT signature, prosupport FROM functions
WHERE (prosupport <> 0) <> (signature::text ~ '^icp_(score|tier|fits|evaluate|explain)(_columns(_now)?)?\(|^icp_(load|row)\(');
-- icp_x(record), icp_x(jsonb), each alone, with a portrait and with a name; over columns, now and not.
SELECT f, count(*), count(*) FILTER (WHERE proargtypes[0] = 'record'::regtype) AS rows, count(*) FILTER (WHERE proargtypes[0] = 'jsonb'::regtype) AS documents,
	count(*) FILTER (WHERE provariadic <> 0) AS columns, count(DISTINCT prosrc) AS symbols
FROM unnest(ARRAY['score', 'tier', 'fits', 'evaluate', 'explain']) f, functions WHERE proname ~ ('^icp_' || f || '(_columns(_now)?)?$') GROUP BY f ORDER BY f;
-- One definition for all overloads of a name.
SELECT proname, count(DISTINCT (provolatile, proisstrict, proparallel, procost, prosupport, proretset, prorettype)) FROM functions GROUP BY 1 HAVING count(DISTINCT (provolatile, proisstrict, proparallel, procost, prosupport, proretset, prorettype)) > 1;
-- SQL names are C names.
SELECT signature, prosrc FROM functions WHERE prosrc <> proname AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c');
-- Set-returning functions say how many rows, others none; defaults only where promised.
SELECT signature, prorows FROM functions WHERE proretset <> (prorows > 0);
SELECT signature, regexp_replace(pg_get_function_arguments(oid), ', OUT .*', '') AS arguments FROM functions WHERE pronargdefaults > 0 ORDER BY 1;
-- Arguments have names, except where they have none in PostgreSQL either.
SELECT signature FROM functions WHERE proargnames IS NULL AND pronargs > 0 AND signature::text !~ '_(in|out|recv|send|eq|ne|hash|hash_extended|support)\(|^icp_portrait_' ORDER BY 1;

-- Everything is called icp_.
SELECT type, identity FROM members WHERE name !~ '^_?icp_' AND type NOT IN ('operator', 'cast', 'operator of access method', 'function of access method') AND identity !~ 'icp_' ORDER BY 1, 2;

-- Everything has a comment.
SELECT m.type, m.identity FROM members m
WHERE obj_description(m.objid, m.classid::regclass::name) IS NULL
	AND m.type NOT IN ('operator of access method', 'function of access method') ORDER BY 1, 2;
SELECT c.oid::regclass, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE (c.oid IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass)
	OR c.reltype IN (SELECT objid FROM members WHERE classid = 'pg_type'::regclass))
	AND c.relkind IN ('r', 'v', 'c') AND col_description(c.oid, a.attnum) IS NULL;
SELECT tgname FROM pg_trigger WHERE tgrelid IN (SELECT objid FROM members) AND obj_description(oid, 'pg_trigger') IS NULL;
SELECT indexrelid::regclass FROM pg_index WHERE indrelid IN (SELECT objid FROM members) AND NOT indisprimary AND obj_description(indexrelid, 'pg_class') IS NULL;
-- Comments are sentences without end: no capital, no full stop.
SELECT m.identity, d.description FROM members m JOIN pg_description d ON d.classoid = m.classid AND d.objoid = m.objid WHERE d.description ~ '\.$|^\s|\s$|[^\x20-\x7e]|^$' ORDER BY 1;
SELECT m.identity, d.description FROM members m JOIN pg_description d ON d.classoid = m.classid AND d.objoid = m.objid WHERE d.description ~ '\m(a|the) (rows|documents|portraits) ' ORDER BY 1;

-- Types.
SELECT t.oid::regtype AS type, typlen, typbyval, typalign, typstorage, typcategory, typispreferred, typcollation, typtype, typinput, typoutput, typreceive, typsend
FROM pg_type t WHERE t.oid IN (SELECT objid FROM members WHERE classid = 'pg_type'::regclass) AND typtype = 'b' ORDER BY 1;
-- Input and receive functions are immutable and strict, as PostgreSQL assumes.
SELECT signature FROM functions WHERE oid IN (SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend]) FROM pg_type WHERE oid IN (SELECT objid FROM members))
	AND (provolatile <> 'i' OR NOT proisstrict);
-- Operators: what is to be hashed or merged has an operator class; commutators and negators are mutual.
SELECT o.oid::regoperator, oprcode, oprcom::regoperator, oprnegate::regoperator, oprcanmerge, oprcanhash, oprrest, oprjoin
FROM pg_operator o WHERE o.oid IN (SELECT objid FROM members WHERE classid = 'pg_operator'::regclass) ORDER BY o.oprname COLLATE "C";
SELECT o.oid::regoperator FROM pg_operator o JOIN members m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid
WHERE (oprcanhash AND NOT EXISTS (SELECT FROM pg_amop WHERE amopopr = o.oid AND amopmethod = (SELECT oid FROM pg_am WHERE amname = 'hash')))
	OR (oprcanmerge AND NOT EXISTS (SELECT FROM pg_amop WHERE amopopr = o.oid AND amopmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')));
SELECT opcname, amvalidate(c.oid) FROM pg_opclass c JOIN members m ON m.classid = 'pg_opclass'::regclass AND m.objid = c.oid ORDER BY 1;
-- Casts.
SELECT castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod FROM pg_cast c JOIN members m ON m.classid = 'pg_cast'::regclass AND m.objid = c.oid ORDER BY 1, 2;
-- The table.
SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull, pg_get_expr(adbin, adrelid) AS "default" FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE attrelid = 'icp_portraits'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'icp_portraits'::regclass ORDER BY indexrelid;
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'icp_portraits'::regclass AND contype <> 'n' ORDER BY 1;
SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass) AND NOT tgisinternal ORDER BY 1;
-- Nothing leans on a member that is not one itself.
SELECT classid::regclass, objid FROM pg_depend WHERE refobjid IN (SELECT objid FROM members WHERE classid = 'pg_proc'::regclass) AND refclassid = 'pg_proc'::regclass AND deptype = 'n'
	AND objid NOT IN (SELECT objid FROM members) AND classid NOT IN ('pg_amproc'::regclass, 'pg_trigger'::regclass, 'pg_rewrite'::regclass)
	AND NOT (classid = 'pg_constraint'::regclass AND (SELECT conrelid FROM pg_constraint WHERE oid = pg_depend.objid) IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass));

\c :home
DROP DATABASE regress_icp_catalog;

-- Rows as values, and sketches: mergeable summaries of rows, split into best and rest.

CREATE TYPE @extschema@.icp_row;

CREATE FUNCTION @extschema@.icp_row_in(cstring) RETURNS @extschema@.icp_row
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_row_in(cstring) IS 'I/O';

CREATE FUNCTION @extschema@.icp_row_out(@extschema@.icp_row) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_row_out(@extschema@.icp_row) IS 'I/O';

CREATE FUNCTION @extschema@.icp_row_send(@extschema@.icp_row) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_row_send(@extschema@.icp_row) IS 'I/O';

CREATE FUNCTION @extschema@.icp_row_recv(internal) RETURNS @extschema@.icp_row
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_row_recv(internal) IS 'I/O';

CREATE TYPE @extschema@.icp_row (
	INPUT = @extschema@.icp_row_in,
	OUTPUT = @extschema@.icp_row_out,
	SEND = @extschema@.icp_row_send,
	RECEIVE = @extschema@.icp_row_recv,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@.icp_row IS
	'a row as a value that names its fields itself, made by icp_row for icp_sketch';

CREATE FUNCTION @extschema@.icp_row_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_row_support(internal) IS 'planner support for icp_row';

CREATE FUNCTION @extschema@.icp_row("row" record) RETURNS @extschema@.icp_row
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	SUPPORT @extschema@.icp_row_support;
COMMENT ON FUNCTION @extschema@.icp_row(record) IS
	'a row as a value, for icp_sketch; the planner passes its columns instead of the whole row where it can';

CREATE FUNCTION @extschema@.icp_row(doc jsonb) RETURNS @extschema@.icp_row
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	SUPPORT @extschema@.icp_row_support;
COMMENT ON FUNCTION @extschema@.icp_row(jsonb) IS
	'a JSON document as a row: its keys are the fields';

CREATE FUNCTION @extschema@.icp_row_columns(names text[], VARIADIC fields "any") RETURNS @extschema@.icp_row
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_row_columns(text[], "any") IS
	'icp_row over bare columns and their names';

-- icp_sketch

CREATE TYPE @extschema@.icp_sketch;

CREATE FUNCTION @extschema@.icp_sketch_in(cstring) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sketch_in(cstring) IS 'I/O';

CREATE FUNCTION @extschema@.icp_sketch_out(@extschema@.icp_sketch) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sketch_out(@extschema@.icp_sketch) IS 'I/O';

CREATE FUNCTION @extschema@.icp_sketch_send(@extschema@.icp_sketch) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sketch_send(@extschema@.icp_sketch) IS 'I/O';

CREATE FUNCTION @extschema@.icp_sketch_recv(internal) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sketch_recv(internal) IS 'I/O';

CREATE TYPE @extschema@.icp_sketch (
	INPUT = @extschema@.icp_sketch_in,
	OUTPUT = @extschema@.icp_sketch_out,
	SEND = @extschema@.icp_sketch_send,
	RECEIVE = @extschema@.icp_sketch_recv,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE @extschema@.icp_sketch IS
	'a mergeable summary of rows, split into best and rest: what icp_traits and icp_fields read';

CREATE FUNCTION @extschema@.icp_sketch_accum(state @extschema@.icp_sketch, "row" @extschema@.icp_row, best boolean) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_sketch_accum(@extschema@.icp_sketch, @extschema@.icp_row, boolean) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_sketch_accum(state @extschema@.icp_sketch, "row" @extschema@.icp_row, best boolean, options jsonb) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_sketch_accum(@extschema@.icp_sketch, @extschema@.icp_row, boolean, jsonb) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_sketch_accum_record(state @extschema@.icp_sketch, "row" record, best boolean) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_sketch_accum_record(@extschema@.icp_sketch, record, boolean) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_sketch_accum_record(state @extschema@.icp_sketch, "row" record, best boolean, options jsonb) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_sketch_accum_record(@extschema@.icp_sketch, record, boolean, jsonb) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_sketch_combine(state @extschema@.icp_sketch, other @extschema@.icp_sketch) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sketch_combine(@extschema@.icp_sketch, @extschema@.icp_sketch) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_sketch_final(state @extschema@.icp_sketch) RETURNS @extschema@.icp_sketch
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION @extschema@.icp_sketch_final(@extschema@.icp_sketch) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_sketch("row" @extschema@.icp_row, best boolean) (
	SFUNC = @extschema@.icp_sketch_accum,
	STYPE = @extschema@.icp_sketch,
	SSPACE = 8192,
	COMBINEFUNC = @extschema@.icp_sketch_combine,
	FINALFUNC = @extschema@.icp_sketch_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_sketch(@extschema@.icp_row, boolean) IS
	'a sketch of rows, best or rest by the flag; rows whose flag is NULL are only counted';

CREATE AGGREGATE @extschema@.icp_sketch("row" @extschema@.icp_row, best boolean, options jsonb) (
	SFUNC = @extschema@.icp_sketch_accum,
	STYPE = @extschema@.icp_sketch,
	SSPACE = 8192,
	COMBINEFUNC = @extschema@.icp_sketch_combine,
	FINALFUNC = @extschema@.icp_sketch_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_sketch(@extschema@.icp_row, boolean, jsonb) IS
	'a sketch of rows, best or rest by the flag, with options: ignore, only, as, placeholders, rows';

CREATE AGGREGATE @extschema@.icp_sketch("row" record, best boolean) (
	SFUNC = @extschema@.icp_sketch_accum_record,
	STYPE = @extschema@.icp_sketch,
	SSPACE = 8192,
	COMBINEFUNC = @extschema@.icp_sketch_combine,
	FINALFUNC = @extschema@.icp_sketch_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_sketch(record, boolean) IS
	'the same over whole rows: shorter to write than icp_sketch(icp_row(c), best), and slower';

CREATE AGGREGATE @extschema@.icp_sketch("row" record, best boolean, options jsonb) (
	SFUNC = @extschema@.icp_sketch_accum_record,
	STYPE = @extschema@.icp_sketch,
	SSPACE = 8192,
	COMBINEFUNC = @extschema@.icp_sketch_combine,
	FINALFUNC = @extschema@.icp_sketch_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_sketch(record, boolean, jsonb) IS
	'the same over whole rows, with options: ignore, only, as, placeholders, rows';

CREATE AGGREGATE @extschema@.icp_rollup(sketch @extschema@.icp_sketch) (
	SFUNC = @extschema@.icp_sketch_combine,
	STYPE = @extschema@.icp_sketch,
	SSPACE = 8192,
	COMBINEFUNC = @extschema@.icp_sketch_combine,
	FINALFUNC = @extschema@.icp_sketch_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_rollup(@extschema@.icp_sketch) IS
	'one sketch of every row that the sketches summarise';

-- Readings

CREATE FUNCTION @extschema@.icp_fields(
	sketch @extschema@.icp_sketch,
	OUT field text, OUT type text, OUT role text,
	OUT known_best bigint, OUT known_rest bigint, OUT distinct_best bigint, OUT distinct_rest bigint,
	OUT missing float8, OUT iv float8, OUT auc float8, OUT note text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 25;
COMMENT ON FUNCTION @extschema@.icp_fields(@extschema@.icp_sketch) IS
	'what a sketch knows of each field: its role (trait, constant, identifier, high_cardinality, leak, mirror), and how well it alone tells best from rest';

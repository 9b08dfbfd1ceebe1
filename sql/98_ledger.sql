-- Ledgers: one customer's money by period.

CREATE TYPE @extschema@.icp_ledger;

CREATE FUNCTION @extschema@.icp_ledger_in(cstring) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_ledger_in(cstring) IS 'I/O';

CREATE FUNCTION @extschema@.icp_ledger_out(@extschema@.icp_ledger) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_ledger_out(@extschema@.icp_ledger) IS 'I/O';

CREATE FUNCTION @extschema@.icp_ledger_send(@extschema@.icp_ledger) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_ledger_send(@extschema@.icp_ledger) IS 'I/O';

CREATE FUNCTION @extschema@.icp_ledger_recv(internal) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_ledger_recv(internal) IS 'I/O';

CREATE TYPE @extschema@.icp_ledger (
	INPUT = @extschema@.icp_ledger_in,
	OUTPUT = @extschema@.icp_ledger_out,
	SEND = @extschema@.icp_ledger_send,
	RECEIVE = @extschema@.icp_ledger_recv,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@.icp_ledger IS
	'one customer''s money by period, exact to the cent: what icp_cohort takes';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamp, amount numeric) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamp, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at date, amount numeric) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, date, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamp, amount numeric, cost numeric) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamp, numeric, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at date, amount numeric, cost numeric) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, date, numeric, numeric) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric, service tstzrange) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric, tstzrange) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric, service tstzrange, currency text) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric, tstzrange, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric, service tstzrange, currency text, options jsonb) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric, tstzrange, text, jsonb) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric, service daterange) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric, daterange) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric, service daterange, currency text) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric, daterange, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at timestamptz, amount numeric, cost numeric, service daterange, currency text, options jsonb) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, timestamptz, numeric, numeric, daterange, text, jsonb) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at date, amount numeric, cost numeric, service daterange) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, date, numeric, numeric, daterange) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at date, amount numeric, cost numeric, service daterange, currency text) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, date, numeric, numeric, daterange, text) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_accum(state @extschema@.icp_ledger, paid_at date, amount numeric, cost numeric, service daterange, currency text, options jsonb) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_ledger_accum(@extschema@.icp_ledger, date, numeric, numeric, daterange, text, jsonb) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_ledger_combine(state @extschema@.icp_ledger, other @extschema@.icp_ledger) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_ledger_combine(@extschema@.icp_ledger, @extschema@.icp_ledger) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_ledger_final(state @extschema@.icp_ledger) RETURNS @extschema@.icp_ledger
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_ledger_final(@extschema@.icp_ledger) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric) IS
	'one customer''s money by month; negative amounts are refunds';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamp, amount numeric) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamp, numeric) IS
	'one customer''s money by month; negative amounts are refunds';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at date, amount numeric) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(date, numeric) IS
	'one customer''s money by month; negative amounts are refunds';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric) IS
	'one customer''s money by month, with what it cost to serve';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamp, amount numeric, cost numeric) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamp, numeric, numeric) IS
	'one customer''s money by month, with what it cost to serve';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at date, amount numeric, cost numeric) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(date, numeric, numeric) IS
	'one customer''s money by month, with what it cost to serve';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric, service tstzrange) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric, tstzrange) IS
	'one customer''s money by month; money paid in advance is spread over the months of the service';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric, service tstzrange, currency text) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric, tstzrange, text) IS
	'one customer''s money by month, of one currency; another one is an error';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric, service tstzrange, currency text, options jsonb) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric, tstzrange, text, jsonb) IS
	'one customer''s money by month, week or day, as the option by says';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric, service daterange) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric, daterange) IS
	'one customer''s money by month; money paid in advance is spread over the months of the service';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric, service daterange, currency text) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric, daterange, text) IS
	'one customer''s money by month, of one currency; another one is an error';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at timestamptz, amount numeric, cost numeric, service daterange, currency text, options jsonb) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(timestamptz, numeric, numeric, daterange, text, jsonb) IS
	'one customer''s money by month, week or day, as the option by says';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at date, amount numeric, cost numeric, service daterange) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(date, numeric, numeric, daterange) IS
	'one customer''s money by month; money paid in advance is spread over the months of the service';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at date, amount numeric, cost numeric, service daterange, currency text) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(date, numeric, numeric, daterange, text) IS
	'one customer''s money by month, of one currency; another one is an error';

CREATE AGGREGATE @extschema@.icp_ledger(paid_at date, amount numeric, cost numeric, service daterange, currency text, options jsonb) (
	SFUNC = @extschema@.icp_ledger_accum,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_ledger(date, numeric, numeric, daterange, text, jsonb) IS
	'one customer''s money by month, week or day, as the option by says';

CREATE AGGREGATE @extschema@.icp_rollup(ledger @extschema@.icp_ledger) (
	SFUNC = @extschema@.icp_ledger_combine,
	STYPE = @extschema@.icp_ledger,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_ledger_combine,
	FINALFUNC = @extschema@.icp_ledger_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_rollup(@extschema@.icp_ledger) IS
	'one ledger of all the money of several, such as those of a customer''s accounts';

CREATE FUNCTION @extschema@.icp_periods(
	ledger @extschema@.icp_ledger,
	OUT period date,
	OUT charged numeric,
	OUT refunded numeric,
	OUT cost numeric
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION @extschema@.icp_periods(@extschema@.icp_ledger) IS
	'what a ledger says of each period that has money, by its first day';

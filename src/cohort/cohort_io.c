/*
 * cohort_io.c
 *		The SQL type icp_cohort, and its form at rest.
 */
#include "postgres.h"

#include "cohort/cohort.h"
#include "cohort/numbers.h"
#include "common/text.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_cohort_in);
PG_FUNCTION_INFO_V1(icp_cohort_out);
PG_FUNCTION_INFO_V1(icp_cohort_recv);
PG_FUNCTION_INFO_V1(icp_cohort_send);

/* What stands before the numbers: terms, what has values, ages in use, and the sections. */
typedef struct PackedCohort
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* COHORT_VERSION */
	uint8		scale;
	uint8		period;
	uint8		flags;
	char		currency[CURRENCY_SIZE - 1];	/* zeros behind it */
	char		numbers[FLEXIBLE_ARRAY_MEMBER];
} PackedCohort;

#define FLAG_ANNIVERSARY 1
#define FLAG_FIRST_LAPSE 2
#define FLAG_INTERVALS 4
#define FLAG_RATE 8
#define FLAG_VALUES 16
#define ALL_FLAGS 31

/* ---- writing ---- */

/* Places that all amounts have in vain. */
static int
idle_scale(const Cohort *cohort)
{
	int			idle = cohort->scale;

	for (int s = 0; s < NSECTIONS && idle > 0; s++)
	{
		const int128 *cells = cells_of(cohort, s);
		uint32		n = cohort->offsets[s + 1] - cohort->offsets[s];
		bool		is_square = section_kinds[s].unit == UNIT_SQUARE;

		for (uint32 i = 0; section_kinds[s].unit != UNIT_COUNT && i < n && idle > 0; i++)
			while (idle > 0 && cells[i] % ((int128) money_powers[idle] * (is_square ? money_powers[idle] : 1)) != 0)
				idle--;
	}
	return idle;
}

static int
flags_of(const Cohort *cohort, bool has_values)
{
	return (cohort->terms.anniversary ? FLAG_ANNIVERSARY : 0) |
		(cohort->terms.first_lapse ? FLAG_FIRST_LAPSE : 0) |
		(cohort->terms.intervals ? FLAG_INTERVALS : 0) |
		(cohort->terms.has_rate ? FLAG_RATE : 0) |
		(has_values ? FLAG_VALUES : 0);
}

static void
put_section(NumberWriter *writer, const int128 *cells, uint32 n, int128 unit)
{
	if (unit == 1)
		for (uint32 i = 0; i < n; i++)
			put_number(writer, cells[i]);
	else
		for (uint32 i = 0; i < n; i++)
			put_number(writer, cells[i] / unit);
}

/* Leaves what is at work as it is: windows go on with it. */
struct varlena *
pack_cohort(const Cohort *cohort)
{
	const CohortTerms *terms = &cohort->terms;
	uint32		ages = ages_in_use(cohort);
	bool		has_values = cells_of(cohort, MEASURED)[0] > 0;
	int			idle = idle_scale(cohort);
	int128		power = money_powers[idle];
	NumberWriter writer;
	PackedCohort *packed;

	start_numbers(&writer, offsetof(PackedCohort, numbers), 256 + 64 * (Size) ages);
	packed = (PackedCohort *) writer.bytes;
	packed->version = COHORT_VERSION;
	packed->scale = cohort->scale - idle;
	packed->period = terms->period;
	packed->flags = flags_of(cohort, has_values);
	memcpy(packed->currency, cohort->currency, sizeof(packed->currency));
	put_number(&writer, terms->as_of);
	put_number(&writer, terms->grace);
	put_number(&writer, terms->min_risk);
	put_number(&writer, terms->rate);
	put_number(&writer, terms->rate_scale);
	put_number(&writer, ages);
	for (int s = 0; s < NSECTIONS; s++)
	{
		Unit		unit = section_kinds[s].unit;

		put_section(&writer, cells_of(cohort, s), section_length(s, ages, terms->intervals, has_values),
					unit == UNIT_COUNT ? 1 : unit == UNIT_MONEY ? power : power * power);
	}
	end_numbers(&writer);
	SET_VARSIZE(writer.bytes, writer.used);
	return (struct varlena *) writer.bytes;
}

/* ---- reading ---- */

static bool
is_good_front(const PackedCohort *packed, Size size)
{
	if (size < offsetof(PackedCohort, numbers) || packed->version != COHORT_VERSION ||
		packed->scale > MAX_MONEY_SCALE || packed->period < PERIOD_WEEK || packed->period > PERIOD_QUARTER ||
		(packed->flags & ~ALL_FLAGS) != 0)
		return false;
	for (Size i = strnlen(packed->currency, sizeof(packed->currency)); i < sizeof(packed->currency); i++)
		if (packed->currency[i] != '\0')
			return false;
	return true;
}

static CohortTerms
read_terms(NumberReader *reader, const PackedCohort *packed)
{
	CohortTerms terms = {
		.period = packed->period,
		.anniversary = (packed->flags & FLAG_ANNIVERSARY) != 0,
		.first_lapse = (packed->flags & FLAG_FIRST_LAPSE) != 0,
		.intervals = (packed->flags & FLAG_INTERVALS) != 0,
		.has_rate = (packed->flags & FLAG_RATE) != 0
	};
	int64		most = terms.has_rate ? MAX_MONEY_SCALE : 0;

	terms.as_of = (DateADT) get_number_between(reader, DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE,
											   DATE_END_JULIAN - POSTGRES_EPOCH_JDATE - 1);
	terms.grace = (int32) get_number_between(reader, 1, MAX_GRACE);
	terms.min_risk = (int32) get_number_between(reader, 1, MAX_MIN_RISK);
	terms.rate = get_number_between(reader, 0, terms.has_rate ? money_powers[MAX_MONEY_SCALE] : 0);
	terms.rate_scale = (uint8) get_number_between(reader, 0, most);
	return terms;
}

/* The one reader and validator of what is at rest: NULL if it is bad. */
static Cohort *
unpack_cohort(const struct varlena *datum)
{
	const PackedCohort *packed = (const PackedCohort *) datum;
	NumberReader reader;
	CohortTerms terms;
	uint32		ages;
	bool		has_values;
	Cohort	   *cohort;

	if (!is_good_front(packed, VARSIZE(packed)))
		return NULL;
	has_values = (packed->flags & FLAG_VALUES) != 0;
	open_numbers(&reader, packed->numbers, VARSIZE(packed) - offsetof(PackedCohort, numbers));
	terms = read_terms(&reader, packed);
	ages = (uint32) get_number_between(&reader, 0, MAX_AGES);
	if (reader.bad || terms.rate > money_powers[terms.rate_scale])
		return NULL;
	cohort = new_cohort(&terms, ages, has_values);
	cohort->scale = packed->scale;
	memcpy(cohort->currency, packed->currency, sizeof(packed->currency));
	for (int s = 0; s < NSECTIONS; s++)
	{
		int128	   *cells = section(cohort, s);
		uint32		n = section_length(s, ages, terms.intervals, has_values);

		for (uint32 i = 0; i < n; i++)
			cells[i] = get_number(&reader);
	}
	if (!numbers_end_well(&reader) || !is_good_cohort(cohort) || ages_in_use(cohort) != ages)
		return NULL;
	return cohort;
}

/* What comes from a table, or from an aggregate. */
Cohort *
read_cohort(Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM(datum);
	Cohort	   *cohort = (Cohort *) value;

	if (VARSIZE(value) > offsetof(Cohort, cells) && cohort->version == COHORT_AT_WORK)
		return cohort;
	return read_cohort_at_rest(value);
}

/* From bytes that may be anybody's. */
Cohort *
read_cohort_at_rest(const struct varlena *value)
{
	Cohort	   *cohort = unpack_cohort(value);

	if (cohort == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the stored icp_cohort is damaged")));
	return cohort;
}

/* ---- SQL ---- */

static Datum
cohort_from_bytes(const char *bytes, Size length)
{
	PackedCohort *packed = palloc0(Max(VARHDRSZ + length, sizeof(PackedCohort)));

	SET_VARSIZE(packed, VARHDRSZ + length);
	memcpy(VARDATA(packed), bytes, length);
	if (length > 0 && packed->version != COHORT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("cannot read an icp_cohort of version %d", packed->version),
				 errdetail("This release reads version %d.", COHORT_VERSION)));
	if (unpack_cohort((struct varlena *) packed) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid icp_cohort"),
				 errdetail("Its bytes are not those of a cohort."),
				 errhint("Make cohorts with the aggregate icp_cohort(), and store them as PostgreSQL prints or sends them.")));
	return PointerGetDatum(packed);
}

/* Cohorts are written as bytea is, in hexadecimal. */
Datum
icp_cohort_in(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));

	return cohort_from_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/* A value that was left at work, by an aggregate without its final function, comes out at rest. */
struct varlena *
cohort_at_rest(Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM(datum);
	Cohort	   *cohort = read_cohort(PointerGetDatum(value));

	return (struct varlena *) cohort == value ? pack_cohort(cohort) : value;
}

Datum
icp_cohort_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text(cohort_at_rest(PG_GETARG_DATUM(0))));
}

Datum
icp_cohort_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;

	return cohort_from_bytes(pq_getmsgbytes(buf, length), length);
}

Datum
icp_cohort_send(PG_FUNCTION_ARGS)
{
	struct varlena *cohort = cohort_at_rest(PG_GETARG_DATUM(0));

	PG_RETURN_BYTEA_P(sent_bytes((struct varlena *) cohort));
}

/*
 * observed.c
 *		The aggregate icp_outreach_observed: a team's own figures from what it did.
 *
 * Each figure is a ratio of two sums, over the rows that tell of both.  Sums of
 * squares and products, which its interval needs, are exact, so that no order
 * or split of the rows shows in the result.
 */
#include "postgres.h"

#include <math.h>

#include "common/aggregate.h"
#include "common/result.h"
#include "funcapi.h"
#include "stats/stats.h"

PG_FUNCTION_INFO_V1(icp_outreach_observed_accum);
PG_FUNCTION_INFO_V1(icp_outreach_observed_combine);
PG_FUNCTION_INFO_V1(icp_outreach_observed_final);

#define OBSERVED_MAGIC 0x49434F31
#define OBSERVED_COLUMNS 15

/* Fewer rows tell of a ratio, but not how much it varies. */
#define MIN_ROWS 10

/* So that no sum of this many squares of as large numbers overflows. */
#define MAX_ROWS INT64CONST(1000000000)
#define MAX_VALUE INT64CONST(1000000000)

enum
{
	TOUCHES,
	CONVERSATIONS,
	MEETINGS,
	PEOPLE,
	NCOUNTS
};

/* What the figures are ratios of. */
static const struct
{
	int			of;
	int			per;
}			figures[] = {
	{TOUCHES, CONVERSATIONS},
	{CONVERSATIONS, MEETINGS},
	{TOUCHES, PEOPLE}
};

#define NFIGURES ((int) lengthof(figures))

static const char *const count_names[NCOUNTS] = {"touches", "conversations", "meetings", "people"};

/* Of the rows that tell of both. */
typedef struct Sums
{
	int128		of;
	int128		per;
	int128		of_squares;
	int128		per_squares;
	int128		products;
	int64		rows;
	int64		unused;			/* 0 */
} Sums;

typedef struct Observed
{
	Sums		figures[lengthof(figures)];
	int64		totals[NCOUNTS];
	int64		known[NCOUNTS]; /* rows */
	int64		rows;
	int64		unused;			/* 0 */
} Observed;

/* At rest, where nothing is aligned to 16 bytes. */
typedef struct ObservedState
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint32		magic;			/* OBSERVED_MAGIC */
	char		bytes[sizeof(Observed)];
} ObservedState;

/* ---- the state, which anybody may have made ---- */

static bool
is_between(int128 sum, int128 most)
{
	return sum >= 0 && sum <= most;
}

static bool
is_good(const Observed *o)
{
	bool		good = o->rows >= 0 && o->rows <= MAX_ROWS;

	for (int i = 0; i < NCOUNTS && good; i++)
		good = o->known[i] >= 0 && o->known[i] <= o->rows &&
			is_between(o->totals[i], (int128) o->known[i] * MAX_VALUE);
	for (int i = 0; i < NFIGURES && good; i++)
	{
		const Sums *s = &o->figures[i];
		int128		most = (int128) s->rows * MAX_VALUE;

		good = s->rows >= 0 && s->rows <= o->rows && is_between(s->of, most) && is_between(s->per, most) &&
			is_between(s->of_squares, most * MAX_VALUE) && is_between(s->per_squares, most * MAX_VALUE) &&
			is_between(s->products, most * MAX_VALUE);
	}
	return good;
}

static void
read_state(const struct varlena *datum, Observed *observed)
{
	const ObservedState *state = (const ObservedState *) datum;

	if (VARSIZE(datum) != sizeof(ObservedState) || state->magic != OBSERVED_MAGIC)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid state of icp_outreach_observed")));
	memcpy(observed, state->bytes, sizeof(Observed));
	if (!is_good(observed))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid state of icp_outreach_observed")));
}

static void
check_rows(int64 rows)
{
	if (rows > MAX_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("icp_outreach_observed cannot take more than " INT64_FORMAT " rows", MAX_ROWS)));
}

/* In place, where there is a place. */
static Datum
write_state(struct varlena *old, const Observed *observed)
{
	ObservedState *state = (ObservedState *) old;

	check_rows(observed->rows);
	if (state == NULL)
	{
		state = palloc(sizeof(ObservedState));
		SET_VARSIZE(state, sizeof(ObservedState));
		state->magic = OBSERVED_MAGIC;
	}
	memcpy(state->bytes, observed, sizeof(Observed));
	return PointerGetDatum(state);
}

/* ---- rows ---- */

typedef struct Counts
{
	bool		known[NCOUNTS];
	int64		n[NCOUNTS];
} Counts;

static Counts
read_counts(FunctionCallInfo fcinfo)
{
	Counts		counts = {.known = {false}};

	for (int i = 0; i < NCOUNTS && i + 1 < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i + 1))
			continue;
		counts.known[i] = true;
		counts.n[i] = PG_GETARG_INT64(i + 1);
		if (counts.n[i] < 0 || counts.n[i] > MAX_VALUE)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s are out of range: " INT64_FORMAT, count_names[i], counts.n[i]),
					 errdetail("What one row counts is between 0 and " INT64_FORMAT ".", MAX_VALUE)));
	}
	return counts;
}

static void
add_counts(Observed *observed, const Counts *counts)
{
	observed->rows++;
	for (int i = 0; i < NCOUNTS; i++)
	{
		observed->totals[i] += counts->n[i];
		observed->known[i] += counts->known[i];
	}
	for (int i = 0; i < NFIGURES; i++)
	{
		Sums	   *s = &observed->figures[i];
		int128		of = counts->n[figures[i].of];
		int128		per = counts->n[figures[i].per];

		if (!counts->known[figures[i].of] || !counts->known[figures[i].per])
			continue;
		s->rows++;
		s->of += of;
		s->per += per;
		s->of_squares += of * of;
		s->per_squares += per * per;
		s->products += of * per;
	}
}

Datum
icp_outreach_observed_accum(PG_FUNCTION_ARGS)
{
	struct varlena *old = NULL;
	Observed	observed = {.rows = 0};
	Counts		counts;

	require_aggregate(fcinfo, "icp_outreach_observed_accum", "icp_outreach_observed");
	if (!PG_ARGISNULL(0))
	{
		old = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
		read_state(old, &observed);
	}
	counts = read_counts(fcinfo);
	add_counts(&observed, &counts);
	return write_state(old, &observed);
}

Datum
icp_outreach_observed_combine(PG_FUNCTION_ARGS)
{
	struct varlena *old;
	Observed	observed;
	Observed	other;

	require_aggregate(fcinfo, "icp_outreach_observed_combine", "icp_outreach_observed");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	read_state(PG_DETOAST_DATUM(PG_GETARG_DATUM(1)), &other);
	if (PG_ARGISNULL(0))
		return write_state(NULL, &other);
	old = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	read_state(old, &observed);
	observed.rows += other.rows;
	for (int i = 0; i < NCOUNTS; i++)
	{
		observed.totals[i] += other.totals[i];
		observed.known[i] += other.known[i];
	}
	for (int i = 0; i < NFIGURES; i++)
	{
		Sums	   *s = &observed.figures[i];

		s->rows += other.figures[i].rows;
		s->of += other.figures[i].of;
		s->per += other.figures[i].per;
		s->of_squares += other.figures[i].of_squares;
		s->per_squares += other.figures[i].per_squares;
		s->products += other.figures[i].products;
	}
	return write_state(old, &observed);
}

/* ---- figures ---- */

/* Of the total, as the rows vary: n / (n - 1) * (sum of products - product of sums / n). */
static double
covariance(int128 products, int128 a, int128 b, int64 rows)
{
	return (double) (rows * products - a * b) / (double) (rows - 1);
}

/* The ratio and its interval. */
static void
put_figure(Datum *values, bool *nulls, const Sums *s)
{
	Limits		limits = {NAN, NAN};
	Estimates	e = {.a = (double) s->of, .b = (double) s->per};

	if (s->rows >= MIN_ROWS)
	{
		e.var_a = covariance(s->of_squares, s->of, s->of, s->rows);
		e.var_b = covariance(s->per_squares, s->per, s->per, s->rows);
		e.cov = covariance(s->products, s->of, s->per, s->rows);
		limits = fieller_limits(&e, LEVEL);
	}
	put_real(&values[0], &nulls[0], s->per > 0 ? e.a / e.b : NAN);
	put_real(&values[1], &nulls[1], isnan(limits.low) ? NAN : fmax(limits.low, 0));
	put_real(&values[2], &nulls[2], limits.high);
}

Datum
icp_outreach_observed_final(PG_FUNCTION_ARGS)
{
	Observed	observed;
	TupleDesc	tupdesc;
	Datum		values[OBSERVED_COLUMNS];
	bool		nulls[OBSERVED_COLUMNS] = {0};
	int			n = 0;

	require_aggregate(fcinfo, "icp_outreach_observed_final", "icp_outreach_observed");
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != OBSERVED_COLUMNS)
		elog(ERROR, "icp_outreach_observed does not return what it should");
	read_state(PG_DETOAST_DATUM(PG_GETARG_DATUM(0)), &observed);
	for (int i = 0; i < NFIGURES; i++)
	{
		put_figure(&values[n], &nulls[n], &observed.figures[i]);
		n += 3;
	}
	put_real(&values[n], &nulls[n], observed.known[TOUCHES] > 0 ?
		(double) observed.totals[TOUCHES] / (double) observed.known[TOUCHES] : NAN);
	n++;
	for (int i = 0; i < NCOUNTS; i++, n++)
	{
		nulls[n] = observed.known[i] == 0;
		values[n] = Int64GetDatum(observed.totals[i]);
	}
	values[n] = Int64GetDatum(observed.rows);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls));
}

/*
 * compare.c
 *		The aggregate icp_compare: two segments, stratum by stratum.
 *
 * The state is a bytea of cohorts as they came, so that any split of them gives
 * the same; what they say is worked out at the end.  Anybody can make an
 * aggregate of these functions and begin it with any bytes: nothing in a state is
 * believed.
 */
#include "postgres.h"

#include "cohort/economics.h"
#include "common/aggregate.h"
#include "funcapi.h"
#include "miscadmin.h"

PG_FUNCTION_INFO_V1(icp_compare_accum);
PG_FUNCTION_INFO_V1(icp_compare_combine);
PG_FUNCTION_INFO_V1(icp_compare_final);

#define COMPARISON_COLUMNS 10
#define COMPARISON_MAGIC 0x49435043
#define FIRST_SIZE ((Size) 8192)
#define DEFAULT_HORIZON 36

/* Of either side in a stratum that is compared. */
#define MIN_CUSTOMERS 2

typedef struct Comparison
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint32		magic;			/* COMPARISON_MAGIC */
	int32		horizon;
	uint32		used;			/* bytes, this front included */
} Comparison;

/* In front of each cohort, whose size is rounded up. */
typedef struct Front
{
	DateADT		stratum;		/* DATEVAL_NOBEGIN stands for NULL */
	uint32		is_a;
} Front;

/* ---- the state ---- */

static Comparison *
new_comparison(Size size, int32 horizon)
{
	Comparison *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->magic = COMPARISON_MAGIC;
	state->horizon = horizon;
	state->used = sizeof(Comparison);
	return state;
}

static Comparison *
open_comparison(Datum datum)
{
	Comparison *state = (Comparison *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(state) < sizeof(Comparison) || state->magic != COMPARISON_MAGIC ||
		state->used < sizeof(Comparison) || state->used > VARSIZE(state) || state->used != MAXALIGN(state->used))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid state of icp_compare")));
	return state;
}

static Comparison *
with_room(Comparison *state, Size needed)
{
	Size		size = VARSIZE(state);
	Comparison *larger;

	if (size - state->used >= needed)
		return state;
	if (state->used + needed > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("icp_compare cannot hold more than 1 GB of cohorts"),
				 errhint("Roll cohorts up by segment and stratum first: icp_rollup.")));
	while (size - state->used < needed)
		size *= 2;
	size = Min(size, MaxAllocSize);
	larger = new_comparison(size, state->horizon);
	memcpy((char *) larger + sizeof(Comparison), (char *) state + sizeof(Comparison), state->used - sizeof(Comparison));
	larger->used = state->used;
	return larger;
}

static Comparison *
append_cohort(Comparison *state, const Front *front, const struct varlena *cohort)
{
	Size		size = VARSIZE(cohort);

	state = with_room(state, sizeof(Front) + MAXALIGN(size));
	memcpy((char *) state + state->used, front, sizeof(Front));
	memcpy((char *) state + state->used + sizeof(Front), cohort, size);
	state->used += sizeof(Front) + MAXALIGN(size);
	return state;
}

static void
check_horizons(int32 a, int32 b)
{
	if (a != b)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("icp_compare was given different horizons: %d and %d", Min(a, b), Max(a, b)),
				 errhint("Give the same one in every row.")));
}

Datum
icp_compare_accum(PG_FUNCTION_ARGS)
{
	int32		horizon = DEFAULT_HORIZON;
	Front		front = {.stratum = DATEVAL_NOBEGIN};
	Comparison *state;

	require_aggregate(fcinfo, "icp_compare_accum", "icp_compare");
	if (PG_NARGS() > 4 && !PG_ARGISNULL(4))
		horizon = checked_horizon(PG_GETARG_INT32(4));
	state = PG_ARGISNULL(0) ? new_comparison(FIRST_SIZE, horizon) : open_comparison(PG_GETARG_DATUM(0));
	check_horizons(state->horizon, horizon);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	front.is_a = PG_GETARG_BOOL(1);
	if (!PG_ARGISNULL(3))
		front.stratum = PG_GETARG_DATEADT(3);
	PG_RETURN_POINTER(append_cohort(state, &front, cohort_at_rest(PG_GETARG_DATUM(2))));
}

Datum
icp_compare_combine(PG_FUNCTION_ARGS)
{
	Comparison *state;
	Comparison *other;

	require_aggregate(fcinfo, "icp_compare_combine", "icp_compare");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = open_comparison(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	state = open_comparison(PG_GETARG_DATUM(0));
	check_horizons(state->horizon, other->horizon);
	state = with_room(state, other->used - sizeof(Comparison));
	memcpy((char *) state + state->used, (char *) other + sizeof(Comparison), other->used - sizeof(Comparison));
	state->used += other->used - sizeof(Comparison);
	PG_RETURN_POINTER(state);
}

/* ---- strata ---- */

typedef struct Stratum
{
	DateADT		day;
	Cohort	   *of[2];			/* b, a; NULL without customers */
	CohortView	view[2];
	int			ages;			/* observed of both */
	double		customers;		/* of both; 0 if one has none */
} Stratum;

typedef struct Strata
{
	int			n;
	Stratum    *list;
} Strata;

static int
compare_strata(const void *a, const void *b)
{
	DateADT		x = ((const Stratum *) a)->day;
	DateADT		y = ((const Stratum *) b)->day;

	return (x > y) - (x < y);
}

/* One stratum for each cohort at first. */
static Strata
read_strata(const Comparison *state)
{
	Strata		strata = {0};
	int			capacity = 64;
	Size		at = sizeof(Comparison);

	strata.list = palloc0(sizeof(Stratum) * capacity);
	while (at < state->used)
	{
		Front		front;
		const char *bytes = (const char *) state + at;
		Stratum    *stratum;

		CHECK_FOR_INTERRUPTS();
		if (state->used - at < sizeof(Front) + MAXALIGN(VARHDRSZ) ||
			VARATT_IS_EXTENDED(bytes + sizeof(Front)) || VARSIZE(bytes + sizeof(Front)) < VARHDRSZ ||
			MAXALIGN(VARSIZE(bytes + sizeof(Front))) > state->used - at - sizeof(Front))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("invalid state of icp_compare")));
		memcpy(&front, bytes, sizeof(Front));
		if (strata.n == capacity)
		{
			capacity *= 2;
			strata.list = repalloc(strata.list, sizeof(Stratum) * capacity);
		}
		stratum = &strata.list[strata.n++];
		memset(stratum, 0, sizeof(Stratum));
		stratum->day = front.stratum;
		stratum->of[front.is_a ? 1 : 0] = read_cohort_at_rest((const struct varlena *) (bytes + sizeof(Front)));
		at += sizeof(Front) + MAXALIGN(VARSIZE(bytes + sizeof(Front)));
	}
	return strata;
}

/* The cohorts of one day together; sums are exact, so their order does not matter. */
static void
merge_strata(Strata *strata)
{
	int			n = 0;

	qsort(strata->list, strata->n, sizeof(Stratum), compare_strata);
	for (int i = 0; i < strata->n; i++)
	{
		Stratum    *from = &strata->list[i];
		Stratum    *to = n > 0 ? &strata->list[n - 1] : NULL;

		if (i > 0)
			check_terms(&(strata->list[0].of[0] ? strata->list[0].of[0] : strata->list[0].of[1])->terms,
						&(from->of[0] ? from->of[0] : from->of[1])->terms);
		if (to == NULL || to->day != from->day)
		{
			strata->list[n++] = *from;
			continue;
		}
		for (int side = 0; side < 2; side++)
		{
			if (from->of[side] == NULL)
				continue;
			to->of[side] = to->of[side] ? add_cohort(to->of[side], from->of[side], false) : from->of[side];
		}
	}
	strata->n = n;
}

/* Of what is compared, and what is not. */
static void
view_strata(Strata *strata, int64 *matched, double *unmatched)
{
	for (int i = 0; i < strata->n; i++)
	{
		Stratum    *stratum = &strata->list[i];
		double		customers[2] = {0, 0};

		for (int side = 0; side < 2; side++)
		{
			if (stratum->of[side] == NULL)
				continue;
			stratum->view[side] = view_cohort(stratum->of[side]);
			customers[side] = stratum->view[side].customers;
		}
		/* one customer does not tell how much customers differ */
		if (customers[0] < MIN_CUSTOMERS || customers[1] < MIN_CUSTOMERS)
		{
			*unmatched += customers[0] + customers[1];
			continue;
		}
		meet_currency(stratum->of[0]->currency, stratum->of[1]->currency);
		meet_currency(strata->list[0].of[0] ? strata->list[0].of[0]->currency : strata->list[0].of[1]->currency,
					  stratum->of[0]->currency);
		stratum->customers = customers[0] + customers[1];
		stratum->ages = Min(stratum->view[0].ages, stratum->view[1].ages);
		++*matched;
	}
}

/* ---- the comparison ---- */

typedef struct Sides
{
	double		ltv[2];
	double		variance;
	int			horizon;
} Sides;

/*
 * Each age is compared in the strata that were observed so long, with the weight
 * of their customers of both sides, so that neither gains by having grown lately.
 */
static Sides
compare_ltv(const Strata *strata, int horizon)
{
	Sides		sides = {.ltv = {0, 0}};
	double		weight_of_age[MAX_AGES + 1] = {0};
	double		weights[MAX_AGES + 1];

	for (int i = 0; i < strata->n; i++)
	{
		const Stratum *stratum = &strata->list[i];
		int			n = stratum->customers > 0 ? Min(stratum->ages, horizon) : 0;

		sides.horizon = Max(sides.horizon, n);
		for (int a = 0; a < n; a++)
			weight_of_age[a] += stratum->customers;
	}
	for (int i = 0; i < strata->n; i++)
	{
		const Stratum *stratum = &strata->list[i];
		int			n = stratum->customers > 0 ? Min(stratum->ages, horizon) : 0;

		CHECK_FOR_INTERRUPTS();
		for (int side = 0; n > 0 && side < 2; side++)
		{
			for (int a = 0; a < n; a++)
			{
				weights[a] = stratum->customers / weight_of_age[a];
				sides.ltv[side] += weights[a] * stratum->view[side].mean_margin[a];
			}
			sides.variance += variance_of_means(&stratum->view[side], weights, n);
		}
	}
	return sides;
}

static LogRank
compare_survival(const Strata *strata)
{
	LogRank		test = {0};

	for (int i = 0; i < strata->n; i++)
	{
		const Stratum *stratum = &strata->list[i];
		const CohortView *a = &stratum->view[1];
		const CohortView *b = &stratum->view[0];
		Size		n = Max(a->ages, b->ages) + 1;
		int64	   *counts;

		if (stratum->customers == 0)
			continue;
		/* tables of one length */
		counts = palloc0(sizeof(int64) * n * 4);
		memcpy(counts, a->lost, sizeof(int64) * (a->ages + 1));
		memcpy(counts + n, a->censored, sizeof(int64) * (a->ages + 1));
		memcpy(counts + 2 * n, b->lost, sizeof(int64) * (b->ages + 1));
		memcpy(counts + 3 * n, b->censored, sizeof(int64) * (b->ages + 1));
		log_rank_add(&test, &(LifeTable) {counts, counts + n}, &(LifeTable) {counts + 2 * n, counts + 3 * n}, (int) n);
		pfree(counts);
	}
	return test;
}

Datum
icp_compare_final(PG_FUNCTION_ARGS)
{
	const Comparison *state;
	Strata		strata;
	Sides		sides;
	LogRank		test;
	int64		matched = 0;
	double		unmatched = 0;
	double		width;
	Datum		values[COMPARISON_COLUMNS];
	bool		nulls[COMPARISON_COLUMNS] = {0};
	TupleDesc	tupdesc;

	require_aggregate(fcinfo, "icp_compare_final", "icp_compare");
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != COMPARISON_COLUMNS)
		elog(ERROR, "icp_compare does not return what it should");
	state = open_comparison(PG_GETARG_DATUM(0));
	strata = read_strata(state);
	merge_strata(&strata);
	view_strata(&strata, &matched, &unmatched);
	sides = compare_ltv(&strata, Min(Max(state->horizon, 1), MAX_AGES));
	test = compare_survival(&strata);
	if (sides.horizon == 0)
		sides = (Sides) {.ltv = {NAN, NAN}, .variance = NAN};
	width = normal_quantile(1 - (1 - LEVEL) / 2) * sqrt(sides.variance);

	put_real(&values[0], &nulls[0], sides.ltv[1]);
	put_real(&values[1], &nulls[1], sides.ltv[0]);
	put_real(&values[2], &nulls[2], sides.ltv[1] - sides.ltv[0]);
	put_real(&values[3], &nulls[3], sides.ltv[1] - sides.ltv[0] - width);
	put_real(&values[4], &nulls[4], sides.ltv[1] - sides.ltv[0] + width);
	put_real(&values[5], &nulls[5], log_rank_chi2(&test));
	put_real(&values[6], &nulls[6], log_rank_p(&test));
	values[7] = Int32GetDatum(sides.horizon);
	values[8] = Int64GetDatum(matched);
	values[9] = Int64GetDatum((int64) unmatched);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls));
}

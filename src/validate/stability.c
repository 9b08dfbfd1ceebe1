/*
 * stability.c
 *		icp_stability: how firm a portrait of so many best rows would be.
 *
 * Portraits are learned from some of the sketch's rows and looked at on the
 * others.  Rows are in the order that learning has them in, and so what is drawn
 * does not depend on how they came in.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/result.h"
#include "funcapi.h"
#include "learn/learn.h"
#include "miscadmin.h"
#include "stats/stats.h"
#include "traits/traits.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(icp_stability);

/* So many rows are drawn from at most. */
#define POPULATION 50000

/* Portraits learned for each size: fewer where they are of so many rows, all told. */
#define MOST_RESAMPLES 20
#define LEAST_RESAMPLES 8
#define ROWS_TO_LEARN 100000

/* Rows of either side that are left to look at, at least. */
#define LEAST_LEFT 5

#define STRIP 65536

typedef struct Stability
{
	int32		size;
	double		auc;
	double		auc_low;
	double		auc_high;
	double		traits_kept;
	const char *note;
} Stability;

/* ---- sizes ---- */

pg_noreturn static void
bad_size(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errhint("Sizes are numbers of best rows, 2 or more each, such as '{10,100,1000}'.")));
}

static int
compare_sizes(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;

	return (x > y) - (x < y);
}

/* In ascending order, each once. */
static int32 *
read_sizes(ArrayType *array, int *n)
{
	Datum	   *elements;
	bool	   *nulls;
	int			nelements;
	int32	   *sizes;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &elements, &nulls, &nelements);
	sizes = palloc_extended(sizeof(int32) * Max(nelements, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < nelements; i++)
	{
		if (nulls[i])
			bad_size("a size is NULL");
		sizes[i] = DatumGetInt32(elements[i]);
		if (sizes[i] < 2)
			bad_size(psprintf("size %d is out of range", sizes[i]));
	}
	qsort(sizes, nelements, sizeof(int32), compare_sizes);
	*n = 0;
	for (int i = 0; i < nelements; i++)
	{
		if (i == 0 || sizes[i] != sizes[i - 1])
			sizes[(*n)++] = sizes[i];
	}
	return sizes;
}

/* ---- drawing rows ---- */

/* What is drawn from, and what is drawn for one size, by side. */
typedef struct Urn
{
	const Rows *rows;
	int64		all[2];			/* rows with counts */
	int64		drawn[2];
	LearnOptions options;
} Urn;

static Urn
fill_urn(const Rows *rows, const LearnOptions *options)
{
	Urn			urn = {.rows = rows, .options = *options};

	for (int64 i = 0; i < rows->n; i++)
		urn.all[rows->best[i]] += (int64) rows->count[i];
	return urn;
}

/*
 * Each row of a side is as likely to be drawn, without replacement, one after the
 * other (Knuth's algorithm S).  Puts how often each is drawn and left.
 */
static void
draw(const Urn *urn, Random *random, float *drawn, float *left)
{
	const Rows *rows = urn->rows;
	int64		to_draw[2] = {urn->drawn[0], urn->drawn[1]};
	int64		to_see[2] = {urn->all[0], urn->all[1]};
	int64		seen = 0;

	for (int64 i = 0; i < rows->n; i++)
	{
		int			side = rows->best[i];
		int64		times = 0;

		for (int64 k = (int64) rows->count[i]; k > 0; k--)
		{
			if (seen++ % STRIP == 0)
				CHECK_FOR_INTERRUPTS();
			if ((int64) random_below(random, to_see[side]--) >= to_draw[side])
				continue;
			to_draw[side]--;
			times++;
		}
		drawn[i] = (float) times;
		left[i] = rows->count[i] - drawn[i];
	}
}

/* The rows that were drawn, as often as they were. */
static Rows *
drawn_rows(const Rows *rows, const float *drawn)
{
	uint32	   *from = palloc_extended(sizeof(uint32) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
	int64		n = 0;
	Rows	   *some;

	for (int64 i = 0; i < rows->n; i++)
	{
		if (drawn[i] > 0)
			from[n++] = (uint32) i;
	}
	some = take_rows(rows, from, n);
	for (int64 i = 0; i < n; i++)
		some->count[i] = drawn[from[i]];
	return some;
}

/* ---- one portrait ---- */

static float *
room_for_rows(const Rows *rows)
{
	return palloc_extended(sizeof(float) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
}

/* A portrait of single fields; of few rows nothing else can be learned. */
static Card *
learn_from(const Rows *rows, const LearnOptions *options)
{
	Part		all = rows_without(rows, ALL_ROWS);
	Model	   *model = learn_model(rows, &all, false, options);

	return learn_card(model, rows, &all, false, options);
}

/* The AUC of a portrait of rows that are drawn, on those that are left. */
static double
auc_of_draw(const Urn *urn, Random *random)
{
	Rows		left = *urn->rows;
	float	   *drawn = room_for_rows(&left);
	float	   *logit = room_for_rows(&left);
	Part		all = rows_without(&left, ALL_ROWS);

	left.count = room_for_rows(&left);
	draw(urn, random, drawn, left.count);
	card_logits(learn_from(drawn_rows(urn->rows, drawn), &urn->options), &left, &all, logit);
	return auc_of(&left, logit, 0, left.n).auc;
}

/* ---- one size ---- */

static int
compare_numbers(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Of sorted numbers, between two of them where it falls there. */
static double
quantile(const double *sorted, int n, double p)
{
	double		place = p * (n - 1);
	int			below = (int) floor(place);
	int			above = Min(below + 1, n - 1);

	return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

static int
count_resamples(const Urn *urn)
{
	int64		rows = Min(urn->drawn[0] + urn->drawn[1], urn->rows->n);

	return (int) Max(LEAST_RESAMPLES, Min(MOST_RESAMPLES, ROWS_TO_LEARN / Max(rows, 1)));
}

static void
resample(const Urn *urn, Stability *stability)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "icp_stability resample",
												  ALLOCSET_DEFAULT_SIZES);
	double		aucs[MOST_RESAMPLES];
	int			n = count_resamples(urn);
	double		sum = 0;
	Random		random;

	random_seed(&random, (uint64) stability->size);
	for (int i = 0; i < n; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(scratch);

		aucs[i] = auc_of_draw(urn, &random);
		sum += aucs[i];
		MemoryContextSwitchTo(before);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
	qsort(aucs, n, sizeof(double), compare_numbers);
	stability->auc = sum / n;
	stability->auc_low = quantile(aucs, n, (1 - LEVEL) / 2);
	stability->auc_high = quantile(aucs, n, (1 + LEVEL) / 2);
}

/* Why there is no AUC, or NULL. */
static const char *
why_no_auc(const Urn *urn, int32 size)
{
	int64		best = urn->all[1] - urn->drawn[1];
	int64		rest = urn->all[0] - urn->drawn[0];

	if (urn->rows->nfeatures == 0)
		return "no field to learn from";
	if (size > urn->all[1])
		return psprintf("only " INT64_FORMAT " best rows to draw from", urn->all[1]);
	if (size == urn->all[1])
		return "all best rows: none is left to look at";
	if (best < LEAST_LEFT)
		return psprintf("too few best rows would be left to look at: " INT64_FORMAT, best);
	if (rest < LEAST_LEFT)
		return psprintf("too few other rows would be left to look at: " INT64_FORMAT, rest);
	return NULL;
}

static void
look_at(Urn *urn, Stability *stability)
{
	double		share = Min((double) stability->size / urn->all[1], 1);

	urn->drawn[1] = Min(stability->size, urn->all[1]);
	urn->drawn[0] = Min(Max((int64) rint(share * urn->all[0]), 1), urn->all[0]);
	stability->note = why_no_auc(urn, stability->size);
	if (stability->note == NULL)
		resample(urn, stability);
	if (isnan(stability->traits_kept))
		stability->note = stability->note == NULL ? "no traits" :
			psprintf("no traits; %s", stability->note);
}

/* ---- all of them ---- */

/* Why there is nothing to learn at all, or NULL. */
static const char *
why_nothing(const SketchView *view)
{
	if (view->best_n + view->rest_n == 0)
		return "the sketch has no rows";
	if (view->best_n == 0)
		return "no row is best";
	if (view->rest_n == 0)
		return "all rows are best";
	if (view->best_n == 1)
		return "only one row is best";
	return NULL;
}

static void
look_at_all(SketchView *view, const int32 *sizes, Stability *stabilities, int n)
{
	LearnOptions options = usual_learn_options();
	double	   *kept = palloc_extended(sizeof(double) * Max(n, 1), MCXT_ALLOC_HUGE);
	Urn			urn;

	classify_fields(view);
	share_of_traits_kept(view, sizes, n, kept);
	options.folds = 1;
	urn = fill_urn(sample_rows(make_rows(view, &options), POPULATION), &options);
	for (int i = 0; i < n; i++)
	{
		stabilities[i].traits_kept = kept[i];
		look_at(&urn, &stabilities[i]);
	}
}

static void
put_stability(ReturnSetInfo *result, const Stability *stability)
{
	double		numbers[] = {stability->auc, stability->auc_low, stability->auc_high, stability->traits_kept};
	Datum		values[lengthof(numbers) + 2];
	bool		nulls[lengthof(numbers) + 2] = {false};

	values[0] = Int32GetDatum(stability->size);
	for (int i = 0; i < (int) lengthof(numbers); i++)
	{
		nulls[1 + i] = isnan(numbers[i]);
		values[1 + i] = Float8GetDatum(numbers[i]);
	}
	nulls[lengthof(numbers) + 1] = stability->note == NULL;
	values[lengthof(numbers) + 1] = stability->note == NULL ? (Datum) 0 :
		CStringGetTextDatum(stability->note);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
icp_stability(PG_FUNCTION_ARGS)
{
	SketchView *view = open_view(PG_GETARG_DATUM(0));
	int			n;
	int32	   *sizes = read_sizes(PG_GETARG_ARRAYTYPE_P(1), &n);
	Stability  *stabilities = palloc_extended(sizeof(Stability) * Max(n, 1), MCXT_ALLOC_HUGE);
	const char *problem = why_nothing(view);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < n; i++)
		stabilities[i] = (Stability) {sizes[i], NAN, NAN, NAN, NAN, problem};
	if (problem == NULL && n > 0)
		look_at_all(view, sizes, stabilities, n);
	for (int i = 0; i < n; i++)
		put_stability((ReturnSetInfo *) fcinfo->resultinfo, &stabilities[i]);
	return (Datum) 0;
}

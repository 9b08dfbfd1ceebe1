/*
 * rank.c
 *		The window function icp_customer_rank: the mean percentile rank over
 *		several measures.
 *
 * All of the partition is ranked at its first row, a measure at a time; the
 * other rows find their rank there.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "windowapi.h"

PG_FUNCTION_INFO_V1(icp_customer_rank);

/* How many rows' arguments may be left lying about. */
#define ROWS_AT_A_TIME 256

/* Kept for a partition. */
typedef struct Ranks
{
	int64		nrows;
	double	   *of_row;			/* NaN stands for NULL; NULL before the first row */
} Ranks;

typedef struct Measures
{
	int64		nrows;
	int			nmeasures;		/* -1 while no row has told */
	double	   *values;			/* of all rows, a measure after the other; NaN where not known */
} Measures;

/* A value as a number without a sign that sorts alike, and whose it is. */
typedef struct Ranked
{
	uint64		key;
	int64		row;
} Ranked;

static inline uint64
key_of(double value)
{
	const uint64 sign = UINT64CONST(1) << 63;
	uint64		bits;

	/* there is one zero */
	value += 0.0;
	memcpy(&bits, &value, sizeof(bits));
	return bits & sign ? ~bits : bits | sign;
}

static inline int
compare_ranked(const Ranked *a, const Ranked *b)
{
	return (a->key > b->key) - (a->key < b->key);
}

#define ST_SORT sort_few
#define ST_ELEMENT_TYPE Ranked
#define ST_COMPARE(a, b) compare_ranked(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Where the counting below begins to be faster. */
#define FEW 1024

#define KEY_BYTES 8
#define BYTE_VALUES 256

static inline int
byte_of(uint64 key, int byte)
{
	return (int) (key >> (8 * byte)) & (BYTE_VALUES - 1);
}

/* By one byte; rows with equal ones stay in order. */
static void
sort_by_byte(const Ranked *from, Ranked *to, int64 n, int byte, const int64 *counts)
{
	int64		next[BYTE_VALUES];
	int64		sum = 0;

	for (int v = 0; v < BYTE_VALUES; v++)
	{
		next[v] = sum;
		sum += counts[v];
	}
	for (int64 i = 0; i < n; i++)
		to[next[byte_of(from[i].key, byte)]++] = from[i];
}

/* In one of the two, which it returns. */
static Ranked *
sort_ranked(Ranked *given, Ranked *spare, int64 n)
{
	int64		counts[KEY_BYTES][BYTE_VALUES] = {{0}};

	if (n < FEW)
	{
		sort_few(given, n);
		return given;
	}
	for (int64 i = 0; i < n; i++)
		for (int byte = 0; byte < KEY_BYTES; byte++)
			counts[byte][byte_of(given[i].key, byte)]++;
	for (int byte = 0; byte < KEY_BYTES; byte++)
	{
		Ranked	   *sorted = spare;

		CHECK_FOR_INTERRUPTS();
		/* all the same there */
		if (counts[byte][byte_of(given[0].key, byte)] == n)
			continue;
		sort_by_byte(given, spare, n, byte, counts[byte]);
		spare = given;
		given = sorted;
	}
	return given;
}

/* ---- the measures of all rows ---- */

/* Within one allocation all of them, and what sorts one. */
static void
check_room(int64 nrows, int64 nmeasures)
{
	if (nrows > (int64) (MaxAllocSize / sizeof(Ranked)) ||
		(nmeasures > 0 && nrows > (int64) (MaxAllocSize / sizeof(double)) / nmeasures))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("icp_customer_rank cannot hold more than 1 GB of measures"),
				 errdetail("The partition has " INT64_FORMAT " rows.", nrows),
				 errhint("Rank within groups, with PARTITION BY, or by fewer measures.")));
}

static void
begin_measures(Measures *measures, int n)
{
	check_room(measures->nrows, n);
	measures->nmeasures = n;
	measures->values = palloc(sizeof(double) * Max(measures->nrows * n, 1));
	for (int64 i = 0; i < measures->nrows * n; i++)
		measures->values[i] = NAN;
}

static void
check_array(const Measures *measures, const ArrayType *array, int n)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("measures must be a one-dimensional array")));
	if (n != measures->nmeasures)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("arrays of measures differ in length: %d and %d", Min(n, measures->nmeasures),
						Max(n, measures->nmeasures)),
				 errhint("Give the same measures in every row, NULL where one is not known.")));
}

static void
read_row(Measures *measures, int64 row, const ArrayType *array, MemoryContext context)
{
	int			n = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	const bits8 *known = ARR_NULLBITMAP(array);
	const char *data = ARR_DATA_PTR(array);

	if (measures->nmeasures < 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(context);

		begin_measures(measures, n);
		MemoryContextSwitchTo(caller);
	}
	check_array(measures, array, n);
	for (int m = 0; m < n; m++)
	{
		if (known != NULL && (known[m / 8] & (1 << (m % 8))) == 0)
			continue;
		memcpy(&measures->values[m * measures->nrows + row], data, sizeof(double));
		data += sizeof(double);
	}
}

/* In the current context; the arguments of a row are gone when it has been read. */
static Measures
read_measures(WindowObject winobj, int64 nrows)
{
	Measures	measures = {.nrows = nrows, .nmeasures = -1};
	MemoryContext context = CurrentMemoryContext;
	MemoryContext of_rows = AllocSetContextCreate(context, "icp_customer_rank rows", ALLOCSET_DEFAULT_SIZES);

	MemoryContextSwitchTo(of_rows);
	for (int64 row = 0; row < nrows; row++)
	{
		bool		is_null;
		bool		is_out;
		Datum		array;

		CHECK_FOR_INTERRUPTS();
		array = WinGetFuncArgInPartition(winobj, 0, (int) row, WINDOW_SEEK_HEAD, false, &is_null, &is_out);
		if (!is_null && !is_out)
			read_row(&measures, row, DatumGetArrayTypeP(array), context);
		if (row % ROWS_AT_A_TIME == ROWS_AT_A_TIME - 1)
			MemoryContextReset(of_rows);
	}
	MemoryContextSwitchTo(context);
	MemoryContextDelete(of_rows);
	return measures;
}

/* ---- ranks ---- */

typedef struct Ranking
{
	double	   *sums;			/* by row: of ranks */
	int32	   *counts;			/* by row: of measures that are known */
	Ranked	   *given;			/* room for sorting */
	Ranked	   *spare;
} Ranking;

/* To sums, the part of the others that are below each value, ties counting half. */
static void
add_ranks(Ranking *ranking, const double *values, int64 nrows)
{
	const Ranked *sorted;
	int64		n = 0;

	for (int64 row = 0; row < nrows; row++)
	{
		if (isnan(values[row]))
			continue;
		ranking->given[n++] = (Ranked) {.key = key_of(values[row]), .row = row};
		ranking->counts[row]++;
	}
	sorted = sort_ranked(ranking->given, ranking->spare, n);
	for (int64 first = 0, next; first < n; first = next)
	{
		double		rank;

		for (next = first + 1; next < n && sorted[next].key == sorted[first].key; next++)
			;
		/* below: first; ties: next - first - 1 */
		rank = n > 1 ? (double) (first + next - 1) / (2.0 * (double) (n - 1)) : 0.5;
		for (int64 i = first; i < next; i++)
			ranking->sums[sorted[i].row] += rank;
	}
}

static double *
rank_rows(const Measures *measures, MemoryContext context)
{
	int64		nrows = measures->nrows;
	double	   *ranks = MemoryContextAllocZero(context, sizeof(double) * nrows);
	Ranking		ranking = {.sums = ranks};

	ranking.counts = palloc0(sizeof(int32) * nrows);
	ranking.given = palloc(sizeof(Ranked) * nrows);
	ranking.spare = palloc(sizeof(Ranked) * nrows);
	for (int m = 0; m < measures->nmeasures; m++)
	{
		CHECK_FOR_INTERRUPTS();
		add_ranks(&ranking, measures->values + m * nrows, nrows);
	}
	for (int64 row = 0; row < nrows; row++)
		ranks[row] = ranking.counts[row] > 0 ? ranks[row] / ranking.counts[row] : NAN;
	return ranks;
}

static void
rank_partition(WindowObject winobj, Ranks *ranks)
{
	MemoryContext context = GetMemoryChunkContext(ranks);
	MemoryContext at_work;
	MemoryContext caller;
	Measures	measures;

	ranks->nrows = WinGetPartitionRowCount(winobj);
	check_room(ranks->nrows, 0);
	at_work = AllocSetContextCreate(context, "icp_customer_rank", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(at_work);
	measures = read_measures(winobj, ranks->nrows);
	ranks->of_row = rank_rows(&measures, context);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(at_work);
}

Datum
icp_customer_rank(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Ranks	   *ranks;
	int64		row;

	if (!WindowObjectIsValid(winobj))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("window function icp_customer_rank requires an OVER clause")));
	ranks = WinGetPartitionLocalMemory(winobj, sizeof(Ranks));
	if (ranks->of_row == NULL)
		rank_partition(winobj, ranks);
	row = WinGetCurrentPosition(winobj);
	WinSetMarkPosition(winobj, row);
	if (isnan(ranks->of_row[row]))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ranks->of_row[row]);
}

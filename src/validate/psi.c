/*
 * psi.c
 *		icp_psi: the population stability index of two arrays.
 *
 * Without cuts they are cells: counts of rows, or shares.  With cuts they are
 * values as they come, of which NULL and NaN are missing: a cell of its own.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "stats/stats.h"
#include "utils/builtins.h"
#include "validate/drift.h"

PG_FUNCTION_INFO_V1(icp_psi);

/* Counts add up to more than shares do, which were perhaps rounded. */
#define MOST_SHARES 1.01

/* What is added to both sides of a cell that is empty on one: in rows, or as a share. */
#define HALF_A_ROW 0.5
#define SMALL_SHARE 0.0001

/* The elements of an array; NULL is NaN. */
static double *
read_numbers(ArrayType *array, const char *name, int *n)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *numbers;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"%s\" must be a one-dimensional array", name)));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, n);
	if (*n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must not be empty", name)));
	numbers = palloc_extended(sizeof(double) * *n, MCXT_ALLOC_HUGE);
	for (int i = 0; i < *n; i++)
		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
	pfree(elements);
	pfree(nulls);
	return numbers;
}

static char *
number_string(double number)
{
	return DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(number)));
}

/* ---- cells ---- */

static double
total_of_cells(const double *cells, int n, const char *name)
{
	double		total = 0;

	for (int i = 0; i < n; i++)
	{
		if (!(cells[i] >= 0) || isinf(cells[i]))
			ereport(ERROR,
					(errcode(isnan(cells[i]) ? ERRCODE_NULL_VALUE_NOT_ALLOWED :
							 ERRCODE_INVALID_PARAMETER_VALUE),
					 isnan(cells[i]) ? errmsg("element %d of \"%s\" is missing", i + 1, name) :
					 errmsg("element %d of \"%s\", %s, is no count or share",
							i + 1, name, number_string(cells[i])),
					 errdetail("Without cuts, the arrays are counts or shares of rows, one for each cell."),
					 errhint("To compare values, give the cuts between cells: icp_psi(expected, actual, cuts).")));
		total += cells[i];
	}
	return total;
}

static double
psi_of_cells(ArrayType *expected_array, ArrayType *actual_array)
{
	int			n;
	int			m;
	double	   *expected = read_numbers(expected_array, "expected", &n);
	double	   *actual = read_numbers(actual_array, "actual", &m);
	double		expected_total;
	double		actual_total;

	if (n != m)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"expected\" has %d cells, and \"actual\" has %d", n, m),
				 errdetail("Without cuts, the arrays are counts or shares of rows, one for each cell."),
				 errhint("To compare values, give the cuts between cells: icp_psi(expected, actual, cuts).")));
	expected_total = total_of_cells(expected, n, "expected");
	actual_total = total_of_cells(actual, n, "actual");
	return psi(expected, expected_total > MOST_SHARES ? HALF_A_ROW : SMALL_SHARE * expected_total,
			   actual, actual_total > MOST_SHARES ? HALF_A_ROW : SMALL_SHARE * actual_total,
			   n, NULL);
}

/* ---- values ---- */

/* Finite numbers, ascending. */
double *
read_cuts(ArrayType *array, int *ncuts)
{
	double	   *cuts = read_numbers(array, "cuts", ncuts);

	for (int i = 0; i < *ncuts; i++)
	{
		if (!isfinite(cuts[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("element %d of \"cuts\" is no finite number", i + 1),
					 errhint("What is below the first cut, and from the last one on, has a bin without being told.")));
		if (i > 0 && cuts[i] <= cuts[i - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"cuts\" must be in ascending order"),
					 errdetail("%s comes after %s.", number_string(cuts[i]), number_string(cuts[i - 1]))));
	}
	return cuts;
}

/* How many values fall between the cuts; the last cell is for missing ones. */
static double *
count_values(const double *values, int n, const double *cuts, int ncuts)
{
	double	   *cells = palloc0(sizeof(double) * (ncuts + 2));

	for (int i = 0; i < n; i++)
	{
		int			low = 0;
		int			high = ncuts;

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		while (low < high)
		{
			int			middle = (low + high) / 2;

			if (values[i] < cuts[middle])
				high = middle;
			else
				low = middle + 1;
		}
		cells[isnan(values[i]) ? ncuts + 1 : low]++;
	}
	return cells;
}

static double
psi_of_values(ArrayType *expected_array, ArrayType *actual_array, ArrayType *cuts_array)
{
	int			n;
	int			m;
	int			ncuts;
	double	   *expected = read_numbers(expected_array, "expected", &n);
	double	   *actual = read_numbers(actual_array, "actual", &m);
	double	   *cuts = read_cuts(cuts_array, &ncuts);

	return psi(count_values(expected, n, cuts, ncuts), HALF_A_ROW,
			   count_values(actual, m, cuts, ncuts), HALF_A_ROW, ncuts + 2, NULL);
}

Datum
icp_psi(PG_FUNCTION_ARGS)
{
	double		result;

	if (PG_NARGS() == 2)
		result = psi_of_cells(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1));
	else
		result = psi_of_values(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1),
							   PG_GETARG_ARRAYTYPE_P(2));
	/* no rows at all on a side */
	if (!isfinite(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

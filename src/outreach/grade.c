/*
 * grade.c
 *		icp_grade: fit as a letter, engagement as a digit.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_grade);

#define NTHRESHOLDS 3

/* Not known how engaged, or whether at all. */
#define UNKNOWN_DIGIT '?'

static const float8 quarters[NTHRESHOLDS] = {75, 50, 25};

pg_noreturn static void
bad_thresholds(const char *name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid thresholds \"%s\"", name),
			 errdetail("%s", detail),
			 errhint("Give three numbers, the highest first, such as '{75,50,25}'.")));
}

/* What the argument gives, or quarters of 0 to 100. */
static void
read_thresholds(FunctionCallInfo fcinfo, int argument, const char *name, float8 *thresholds)
{
	ArrayType  *array;

	memcpy(thresholds, quarters, sizeof(quarters));
	if (PG_ARGISNULL(argument))
		return;
	array = PG_GETARG_ARRAYTYPE_P(argument);
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != NTHRESHOLDS || array_contains_nulls(array))
		bad_thresholds(name, "There are three thresholds, and none of them is NULL.");
	memcpy(thresholds, ARR_DATA_PTR(array), sizeof(quarters));
	for (int i = 0; i < NTHRESHOLDS; i++)
	{
		if (!isfinite(thresholds[i]))
			bad_thresholds(name, "Thresholds are finite numbers.");
		if (i > 0 && thresholds[i] >= thresholds[i - 1])
			bad_thresholds(name, "Each threshold is lower than the one before.");
	}
}

/* How many thresholds are above the value: 0 is the best. */
static int
steps_down(float8 value, const float8 *thresholds)
{
	int			steps = 0;

	while (steps < NTHRESHOLDS && value < thresholds[steps])
		steps++;
	return steps;
}

static bool
is_missing(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) || isnan(PG_GETARG_FLOAT8(argument));
}

Datum
icp_grade(PG_FUNCTION_ARGS)
{
	float8		fit_from[NTHRESHOLDS];
	float8		engagement_from[NTHRESHOLDS];
	char		grade[2];

	read_thresholds(fcinfo, 2, "fit_from", fit_from);
	read_thresholds(fcinfo, 3, "engagement_from", engagement_from);
	if (is_missing(fcinfo, 0))
		PG_RETURN_NULL();
	grade[0] = (char) ('A' + steps_down(PG_GETARG_FLOAT8(0), fit_from));
	grade[1] = is_missing(fcinfo, 1) ? UNKNOWN_DIGIT :
		(char) ('1' + steps_down(PG_GETARG_FLOAT8(1), engagement_from));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(grade, sizeof(grade)));
}

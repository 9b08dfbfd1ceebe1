/*
 * validation_accum.c
 *		The aggregates icp_validation and icp_rollup.
 *
 * Combining, and rolling up:
 *
 *	state	other	result
 *	NULL	NULL	NULL
 *	NULL	b		b
 *	a		NULL	a
 *	a		b		what one pass over the rows of both would have given
 */
#include "postgres.h"

#include <math.h>

#include "common/aggregate.h"
#include "miscadmin.h"
#include "validate/validation.h"

PG_FUNCTION_INFO_V1(icp_validation_accum);
PG_FUNCTION_INFO_V1(icp_validation_combine);
PG_FUNCTION_INFO_V1(icp_validation_final);

Datum
icp_validation_accum(PG_FUNCTION_ARGS)
{
	Validation *v;
	ScoreCell	row = {0};
	float8		score;

	require_aggregate(fcinfo, "icp_validation_accum", "icp_validation");
	v = PG_ARGISNULL(0) ? new_validation() : open_validation(PG_GETARG_DATUM(0));
	score = PG_ARGISNULL(1) ? NAN : PG_GETARG_FLOAT8(1);
	if (isnan(score) || PG_ARGISNULL(2))
	{
		if (v->missing >= MAX_VALIDATION_ROWS)
			too_many_rows();
		v->missing++;
		PG_RETURN_POINTER(v);
	}
	row.key = score_key(score);
	row.events = PG_GETARG_BOOL(2);
	row.others = !row.events;
	PG_RETURN_POINTER(count_cell(v, &row));
}

/* The rows of another validation, of either form. */
static Validation *
merge_validation(Validation *given, const Validation *other)
{
	Validation *v = given;

	if (v->missing > MAX_VALIDATION_ROWS - other->missing)
		too_many_rows();
	v->missing += other->missing;
	if (v->level < other->level)
		make_coarse(v, other->level);
	for (uint32 i = 0; i < other->ncells; i++)
	{
		Validation *now = count_cell(v, &other->cells[i]);

		if (now != v && v != given)
			pfree(v);
		v = now;
	}
	return v;
}

/* A parallel worker's state comes as it is at work, what was stored as it is at rest. */
Datum
icp_validation_combine(PG_FUNCTION_ARGS)
{
	Validation *other;

	require_aggregate(fcinfo, "icp_validation_combine", "icp_rollup");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(open_validation(PG_GETARG_DATUM(1)));
	other = (Validation *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1));
	if (!is_validation_at_work(other))
		other = validation_at_rest(PointerGetDatum(other));
	PG_RETURN_POINTER(merge_validation(open_validation(PG_GETARG_DATUM(0)), other));
}

Datum
icp_validation_final(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_validation_final", "icp_validation or icp_rollup");
	PG_RETURN_POINTER(pack_validation(open_validation(PG_GETARG_DATUM(0))));
}

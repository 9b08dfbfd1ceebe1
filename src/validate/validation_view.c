/*
 * validation_view.c
 *		A validation as arrays, for those who read it.
 */
#include "postgres.h"

#include <math.h>

#include "validate/validation_view.h"

ValidationView *
open_validation_view(Datum datum)
{
	const Validation *v = validation_at_rest(datum);
	ValidationView *view = palloc0(sizeof(ValidationView));
	uint32		n = v->ncells;

	view->level = v->level;
	view->ncells = n;
	view->missing = v->missing;
	view->scores = palloc(sizeof(double) * Max(n, 1));
	view->lows = palloc(sizeof(double) * Max(n, 1));
	view->highs = palloc(sizeof(double) * Max(n, 1));
	view->events = palloc(sizeof(int64) * Max(n, 1));
	view->others = palloc(sizeof(int64) * Max(n, 1));
	for (uint32 i = 0; i < n; i++)
	{
		const ScoreCell *cell = &v->cells[i];

		view->scores[i] = key_score(cell->key);
		view->lows[i] = cell_low(cell, v->level);
		view->highs[i] = cell_high(cell, v->level);
		view->events[i] = cell->events;
		view->others[i] = cell->others;
		view->all_events += view->events[i];
		view->all_others += view->others[i];
	}
	return view;
}

void
check_parts(const char *name, int32 parts)
{
	if (parts < 1 || parts > MAX_PARTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s %d is out of range", name, parts),
				 errhint("It is from 1 to %d; 10 is usual.", MAX_PARTS)));
}

/*
 * Scores are cut into parts of as equal numbers of rows as can be, and none is
 * cut in two: a score's rows go where the middle of them would, and to the first
 * of two parts if that is on the border.
 */
int
part_of_middle(int64 rows_before, int64 rows, int64 all_rows, int parts)
{
	double		middle = (double) rows_before + (double) rows / 2;
	int			part = (int) ceil(middle * parts / (double) all_rows) - 1;

	return Min(Max(part, 0), parts - 1);
}

/* Adds to a mean, so that large scores do not overflow. */
void
add_to_mean(RunningMean *mean, double value, int64 rows)
{
	if (rows == 0)
		return;
	mean->rows += (double) rows;
	if (mean->rows == (double) rows)
		mean->value = value;
	else
		mean->value += (value - mean->value) * ((double) rows / mean->rows);
}

/*
 * validation_view.h
 *		What the readings of a validation share.
 */
#ifndef ICP_VALIDATION_VIEW_H
#define ICP_VALIDATION_VIEW_H

#include "postgres.h"

#include "common/result.h"
#include "validate/validation.h"

/* Buckets and bins. */
#define MAX_PARTS 10000

/* Cells ascend. */
typedef struct ValidationView
{
	int			level;
	int			ncells;
	double	   *scores;			/* of cells with several scores, their middle */
	double	   *lows;			/* the least and the greatest that they can be */
	double	   *highs;
	int64	   *events;
	int64	   *others;
	int64		all_events;
	int64		all_others;
	int64		missing;
} ValidationView;

typedef struct RunningMean
{
	double		rows;
	double		value;
} RunningMean;

extern ValidationView *open_validation_view(Datum datum);

extern void check_parts(const char *name, int32 parts);
extern int	part_of_middle(int64 rows_before, int64 rows, int64 all_rows, int parts);
extern void add_to_mean(RunningMean *mean, double value, int64 rows);

static inline int64
view_rows(const ValidationView *view, int i)
{
	return view->events[i] + view->others[i];
}

#endif							/* ICP_VALIDATION_VIEW_H */

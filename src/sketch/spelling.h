/*
 * spelling.h
 *		Bounds between two values of a field, as people would have written them.
 */
#ifndef ICP_SPELLING_H
#define ICP_SPELLING_H

#include "postgres.h"

#include "sketch/view.h"

/* Edges of the calendar, the coarsest first. */
typedef enum TimeEdge
{
	EDGE_YEAR,
	EDGE_QUARTER,
	EDGE_MONTH,
	EDGE_DAY,
	EDGE_NONE
} TimeEdge;

typedef struct Bound
{
	bool		given;			/* or the interval is open on this side */
	bool		closed;
	TimeEdge	edge;			/* of times */
	int64		time;			/* microseconds since 2000-01-01 */
	const char *text;			/* the number, or the time as portraits write it */
} Bound;

typedef struct Decimal
{
	int64		digits;
	int			exponent;		/* times 10 to that power */
	bool		negative;
} Decimal;

/* What spellings cost: the fewer digits the less, all below MAX_COST. */
#define MAX_COST 80
#define DIGIT_COST 4
#define COST_NONE (-1)			/* there is none */

extern int	decimal_cost(const Decimal *decimal);
extern char *decimal_string(const Decimal *decimal);

/* Is it a time that portraits and calendars can work with? */
extern bool is_plain_time(const Cell *cell);
extern int64 cell_time(const Cell *cell);	/* in microseconds */

/* The latest edge of the calendar that is not after the moment. */
extern int64 floor_time(int64 time, TimeEdge edge);

/*
 * Where an interval may begin at value i, or end there; its cost.  Of numbers
 * the text is left to the caller: decimal_string().
 */
extern int	spell_low(const ViewField *f, int i, Bound *bound, Decimal *decimal);
extern int	spell_high(const ViewField *f, int i, Bound *bound, Decimal *decimal);

/* Does the bound, as it is spelled, part these two values? */
extern bool parts_values(const ViewField *f, const Bound *bound, int below, int above, bool is_low);

/* A bound below which are the values before value i; false if there is none. */
extern bool spell_cut(const ViewField *f, int i, Bound *bound);

#endif							/* ICP_SPELLING_H */

/*
 * result.h
 *		What the columns of results have in common.
 */
#ifndef ICP_RESULT_H
#define ICP_RESULT_H

#include "postgres.h"

#include <math.h>

/* Of the limits of what is estimated. */
#define LEVEL 0.95

/* NULL in place of infinities and NaN. */
static inline void
put_real(Datum *value, bool *is_null, double number)
{
	*is_null = !isfinite(number);
	*value = *is_null ? (Datum) 0 : Float8GetDatum(number);
}

#endif							/* ICP_RESULT_H */

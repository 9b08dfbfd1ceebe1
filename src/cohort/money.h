/*
 * money.h
 *		Money as whole numbers: so many units of a power of ten.
 *
 * Nothing is ever rounded.  A state holds all its money at one scale, the number
 * of decimal places: the least at which every amount is whole.
 */
#ifndef ICP_MONEY_H
#define ICP_MONEY_H

#include "postgres.h"

#include "common/compat.h"
#include "fmgr.h"

#define MAX_MONEY_SCALE 8

/* A currency's name, with its end. */
#define CURRENCY_SIZE 16

/* units / 10^scale; units do not end with a zero, unless scale is 0 */
typedef struct Money
{
	int64		units;
	int			scale;
} Money;

extern const int64 money_powers[MAX_MONEY_SCALE + 1];	/* of ten */

/* name: what the amount is, for errors */
extern Money money_of(Datum numeric, const char *name);
extern int64 money_at(Money money, int scale, const char *name);
extern Datum money_numeric(int128 units, int scale);

pg_noreturn extern void money_out_of_range(const char *name);

static inline int64
money_sum(int64 a, int64 b, const char *name)
{
	int64		sum;

	if (unlikely(__builtin_add_overflow(a, b, &sum)))
		money_out_of_range(name);
	return sum;
}

static inline int128
money_sum_wide(int128 a, int128 b, const char *name)
{
	int128		sum;

	if (unlikely(__builtin_add_overflow(a, b, &sum)))
		money_out_of_range(name);
	return sum;
}

/*
 * A currency into so many bytes, zeros behind it.  Money of which the currency
 * is not told goes with any.
 */
extern void currency_of(Datum name, char *currency);
extern void meet_currency(char *currency, const char *other);

#endif							/* ICP_MONEY_H */

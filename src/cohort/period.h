/*
 * period.h
 *		Days, weeks, months and quarters: time as whole numbers.
 *
 * A day is a date as PostgreSQL counts it, a week begins on Monday.
 */
#ifndef ICP_PERIOD_H
#define ICP_PERIOD_H

#include "postgres.h"

#include "common/compat.h"
#include "utils/date.h"
#include "utils/timestamp.h"

typedef enum Period
{
	PERIOD_DAY,
	PERIOD_WEEK,
	PERIOD_MONTH,
	PERIOD_QUARTER
} Period;

extern const char *const period_names[];	/* ends with NULL */
extern const double periods_a_year[];
extern const double months_a_period[];

extern int64 period_of(Period period, DateADT day);
extern DateADT first_day(Period period, int64 number);
extern bool is_good_period(Period period, int64 number);	/* of days, weeks and months */

/* Whole months, or days of weeks, from a day on: 31 January and a month is the last of February. */
extern DateADT day_after(Period period, DateADT day, int64 periods);
extern int64 whole_periods(Period period, DateADT from, DateADT to);

/* The day of a moment, in the session's time zone. */
extern DateADT day_of_timestamp(Timestamp time);
extern DateADT day_of_timestamptz(TimestampTz time);
extern int64 month_of_timestamptz(TimestampTz time);

pg_noreturn extern void infinite_time(const char *name);

#endif							/* ICP_PERIOD_H */

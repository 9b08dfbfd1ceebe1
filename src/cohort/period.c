/*
 * period.c
 *		Days, weeks, months and quarters: time as whole numbers.
 */
#include "postgres.h"

#include "cohort/period.h"
#include "pgtime.h"
#include "utils/datetime.h"

const char *const period_names[] = {
	[PERIOD_DAY] = "day",
	[PERIOD_WEEK] = "week",
	[PERIOD_MONTH] = "month",
	[PERIOD_QUARTER] = "quarter",
	NULL
};

const double periods_a_year[] = {
	[PERIOD_DAY] = 365.25,
	[PERIOD_WEEK] = 365.25 / 7,
	[PERIOD_MONTH] = 12,
	[PERIOD_QUARTER] = 4
};

const double months_a_period[] = {
	[PERIOD_DAY] = 12 / 365.25,
	[PERIOD_WEEK] = 12 * 7 / 365.25,
	[PERIOD_MONTH] = 1,
	[PERIOD_QUARTER] = 3
};

/* 2000-01-01 was a Saturday. */
#define DAYS_FROM_MONDAY 5

static int64
floor_div(int64 a, int64 b)
{
	return a / b - (a % b < 0);
}

int64
period_of(Period period, DateADT day)
{
	int			year;
	int			month;
	int			mday;

	if (period == PERIOD_DAY)
		return day;
	if (period == PERIOD_WEEK)
		return floor_div((int64) day + DAYS_FROM_MONDAY, 7);
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return period == PERIOD_MONTH ? (int64) year * 12 + month - 1 : (int64) year * 4 + (month - 1) / 3;
}

DateADT
first_day(Period period, int64 number)
{
	int64		month = period == PERIOD_QUARTER ? number * 3 : number;

	if (period == PERIOD_DAY)
		return (DateADT) number;
	if (period == PERIOD_WEEK)
		return (DateADT) (number * 7 - DAYS_FROM_MONDAY);
	return date2j((int) floor_div(month, 12), (int) (month - floor_div(month, 12) * 12) + 1, 1) - POSTGRES_EPOCH_JDATE;
}

/* Can PostgreSQL write its first day? It can write a few days of November 4714 BC, but not the first. */
bool
is_good_period(Period period, int64 number)
{
	static const int64 least[] = {[PERIOD_DAY] = -2451545, [PERIOD_WEEK] = -350220, [PERIOD_MONTH] = -56545};
	static const int64 most[] = {[PERIOD_DAY] = 2145031948, [PERIOD_WEEK] = 306433136, [PERIOD_MONTH] = 70498775};

	Assert(period <= PERIOD_MONTH);
	return number >= least[period] && number <= most[period];
}

DateADT
day_after(Period period, DateADT day, int64 periods)
{
	int			year;
	int			month;
	int			mday;
	int64		to_month;
	DateADT		first;

	if (period == PERIOD_DAY || period == PERIOD_WEEK)
		return (DateADT) (day + periods * (period == PERIOD_WEEK ? 7 : 1));
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	to_month = (int64) year * 12 + month - 1 + periods * (period == PERIOD_QUARTER ? 3 : 1);
	first = first_day(PERIOD_MONTH, to_month);
	return Min(first + mday - 1, first_day(PERIOD_MONTH, to_month + 1) - 1);
}

/* The most that are over at a day, which counts as not begun; negative before. */
int64
whole_periods(Period period, DateADT from, DateADT to)
{
	int64		periods = period_of(period, to) - period_of(period, from);

	if (period == PERIOD_DAY || period == PERIOD_WEEK)
		return floor_div((int64) to - from, period == PERIOD_WEEK ? 7 : 1);
	while (day_after(period, from, periods) > to)
		periods--;
	return periods;
}

/* ---- moments ---- */

void
infinite_time(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("%s cannot be infinite", name),
			 errhint("NULL stands for what has not happened.")));
}

DateADT
day_of_timestamp(Timestamp time)
{
	return (DateADT) floor_div(time, USECS_PER_DAY);
}

DateADT
day_of_timestamptz(TimestampTz time)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			zone;

	if (timestamp2tm(time, &zone, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

/*
 * How many days from Greenwich the session's time zone can be.  Those of the
 * world are less than one; the rules of one's own can say a week.
 */
static int
zone_days(void)
{
	static const pg_tz *zone = NULL;
	static int	days;

	if (zone != session_timezone)
	{
		pg_time_t	winter = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (pg_time_t) SECS_PER_DAY;
		pg_time_t	summer = winter + 182 * (pg_time_t) SECS_PER_DAY;
		long		hours = Max(labs(pg_localtime(&winter, session_timezone)->tm_gmtoff),
								labs(pg_localtime(&summer, session_timezone)->tm_gmtoff)) / SECS_PER_HOUR;

		days = hours < 20 ? 1 : 8;
		zone = session_timezone;
	}
	return days;
}

/*
 * The rules of a time zone are slow to ask, and have a say only near the ends of
 * months.
 */
int64
month_of_timestamptz(TimestampTz time)
{
	DateADT		day = day_of_timestamp(time);
	int			year;
	int			month;
	int			mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	if (mday <= zone_days() || mday > 28 - zone_days())
		return period_of(PERIOD_MONTH, day_of_timestamptz(time));
	return (int64) year * 12 + month - 1;
}

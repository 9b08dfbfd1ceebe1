/*
 * ledger_accum.c
 *		The aggregate icp_ledger, and icp_rollup of ledgers.
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

#include "catalog/pg_type.h"
#include "cohort/ledger.h"
#include "common/aggregate.h"
#include "common/options.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(icp_ledger_accum);
PG_FUNCTION_INFO_V1(icp_ledger_combine);
PG_FUNCTION_INFO_V1(icp_ledger_final);
PG_FUNCTION_INFO_V1(icp_periods);

/* Arguments after the state. */
enum
{
	ARG_TIME = 1,
	ARG_AMOUNT,
	ARG_COST,
	ARG_SERVICE,
	ARG_CURRENCY,
	ARG_OPTIONS
};

/* A hundred years of months. */
#define MAX_SERVICE_PERIODS 1200

/* What stays the same from row to row. */
typedef struct LedgerCall
{
	Oid			time_type;
	TypeCacheEntry *range;		/* of service, or NULL */
	Jsonb	   *options;		/* those that have been read last, or NULL */
	Period		grain;			/* as they say */
} LedgerCall;

/*
 * The types are those that the function is declared with: the expression that
 * it is called by would tell, too, but whoever distributes an aggregate calls
 * its functions without one, and for each row anew.
 */
static LedgerCall *
ledger_call(FunctionCallInfo fcinfo)
{
	LedgerCall *call = fcinfo->flinfo->fn_extra;
	Oid		   *types;
	int			ntypes;

	if (call != NULL)
		return call;
	call = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(LedgerCall));
	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &ntypes);
	call->time_type = types[ARG_TIME];
	if (PG_NARGS() > ARG_SERVICE)
		call->range = lookup_type_cache(types[ARG_SERVICE], TYPECACHE_RANGE_INFO);
	pfree(types);
	call->grain = PERIOD_MONTH;
	fcinfo->flinfo->fn_extra = call;
	return call;
}

/* ---- options ---- */

static Period
parse_grain(Jsonb *options)
{
	static const char *const known[] = {"by", NULL};
	const char *hint = "Ledgers are by \"month\", \"week\" or \"day\".";
	Period		grain = PERIOD_MONTH;
	JsonbIterator *iterator;
	JsonbValue	value;

	check_options_object(options);
	iterator = JsonbIteratorInit(&options->root);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		char	   *name = pnstrdup(value.val.string.val, value.val.string.len);
		char	   *text;

		(void) JsonbIteratorNext(&iterator, &value, true);
		if (strcmp(name, "by") != 0)
			unknown_option(name, known);
		text = text_option(name, &value, hint);
		for (grain = PERIOD_DAY; grain <= PERIOD_MONTH && strcmp(period_names[grain], text) != 0; grain++)
			 /* until found */ ;
		if (grain > PERIOD_MONTH)
			bad_option(name, hint);
	}
	return grain;
}

static Period
grain_of(FunctionCallInfo fcinfo, LedgerCall *call)
{
	Jsonb	   *options;

	if (PG_NARGS() <= ARG_OPTIONS || PG_ARGISNULL(ARG_OPTIONS))
		return PERIOD_MONTH;
	options = PG_GETARG_JSONB_P(ARG_OPTIONS);
	if (call->options == NULL || VARSIZE(options) != VARSIZE(call->options) ||
		memcmp(options, call->options, VARSIZE(options)) != 0)
	{
		call->grain = parse_grain(options);
		if (call->options)
			pfree(call->options);
		call->options = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(options));
		memcpy(call->options, options, VARSIZE(options));
	}
	return call->grain;
}

/* ---- time ---- */

static DateADT
day_of(Oid type, Datum time, const char *name)
{
	DateADT		day;

	if (type == DATEOID)
	{
		day = DatumGetDateADT(time);
		if (DATE_NOT_FINITE(day))
			infinite_time(name);
		return day;
	}
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(time)))
		infinite_time(name);
	return type == TIMESTAMPOID ? day_of_timestamp(DatumGetTimestamp(time)) :
		day_of_timestamptz(DatumGetTimestampTz(time));
}

/* What is read again must be written: one that the validator refuses is not taken. */
static int64
check_period(Period grain, int64 period)
{
	if (unlikely(!is_good_period(grain, period)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range")));
	return period;
}

static int64
period_of_time(Period grain, Oid type, Datum time)
{
	if (type == TIMESTAMPTZOID && grain == PERIOD_MONTH && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(time)))
		return check_period(grain, month_of_timestamptz(DatumGetTimestampTz(time)));
	return check_period(grain, period_of(grain, day_of(type, time, "the time of a payment")));
}

/* Is the moment's time of day, in the session's zone, later than that of the other? */
static bool
is_later_in_the_day(Oid type, Datum moment, Datum other)
{
	struct pg_tm a;
	struct pg_tm b;
	fsec_t		a_fsec;
	fsec_t		b_fsec;
	int			zone;

	if (type != TIMESTAMPTZOID ||
		timestamp2tm(DatumGetTimestampTz(moment), &zone, &a, &a_fsec, NULL, NULL) != 0 ||
		timestamp2tm(DatumGetTimestampTz(other), &zone, &b, &b_fsec, NULL, NULL) != 0)
		return false;
	return ((a.tm_hour * 60 + a.tm_min) * 60 + a.tm_sec) * USECS_PER_SEC + a_fsec >
		((b.tm_hour * 60 + b.tm_min) * 60 + b.tm_sec) * USECS_PER_SEC + b_fsec;
}

/*
 * How many periods a service takes: the fewest that, counted from its first day
 * on, reach its end.  28 February 2025 to 28 February 2026 is 12 months.
 * Ledgers by day count months, as contracts do.
 */
static int64
service_periods(Period unit, Oid type, Datum from, Datum to, DateADT *first)
{
	DateADT		last = day_of(type, to, "the end of a service");
	int64		periods;

	*first = day_of(type, from, "the begin of a service");
	periods = whole_periods(unit, *first, last);
	if (day_after(unit, *first, periods) < last || is_later_in_the_day(type, to, from))
		periods++;
	return Max(periods, 1);
}

/* False if there is no service to speak of: the money is of the day when it came. */
static bool
read_service(FunctionCallInfo fcinfo, LedgerCall *call, Period unit, DateADT *first, int64 *periods)
{
	RangeType  *range;
	RangeBound	lower;
	RangeBound	upper;
	bool		is_empty;

	if (call->range == NULL || PG_ARGISNULL(ARG_SERVICE))
		return false;
	range = PG_GETARG_RANGE_P(ARG_SERVICE);
	range_deserialize(call->range, range, &lower, &upper, &is_empty);
	if (is_empty)
		return false;
	if (lower.infinite || upper.infinite)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the service of a payment cannot be unbounded"),
				 errdetail("Its money is spread equally over the periods of the service."),
				 errhint("Give both ends, or NULL.")));
	*periods = service_periods(unit, call->range->rngelemtype->type_id, lower.val, upper.val, first);
	if (*periods > MAX_SERVICE_PERIODS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the service of a payment has " INT64_FORMAT " %ss", *periods, period_names[unit]),
				 errdetail("Money is spread over %d at most.", MAX_SERVICE_PERIODS)));
	return true;
}

/* ---- money ---- */

/*
 * Cents at least, so that how money is spread depends on nothing but the row.
 * Currencies without cents have them here, too: it is the sums that are paid.
 */
#define MIN_SPREAD_SCALE 2

/* Amount and cost at the ledger's scale, and their own; NULL is 0. */
static LedgerEntry
read_amounts(FunctionCallInfo fcinfo, Ledger *ledger, int min_scale, int *scale)
{
	Money		amount = {0, 0};
	Money		cost = {0, 0};
	int64		units;

	if (!PG_ARGISNULL(ARG_AMOUNT))
		amount = money_of(PG_GETARG_DATUM(ARG_AMOUNT), "amount");
	if (PG_NARGS() > ARG_COST && !PG_ARGISNULL(ARG_COST))
		cost = money_of(PG_GETARG_DATUM(ARG_COST), "cost");
	*scale = Max(Max(amount.scale, cost.scale), min_scale);
	rescale_ledger(ledger, *scale);
	units = money_at(amount, ledger->scale, "amount");
	if (units == PG_INT64_MIN)
		money_out_of_range("amount");
	return (LedgerEntry) {
		.gross = Max(units, 0),
		.refund = Max(-units, 0),
		.cost = money_at(cost, ledger->scale, "cost")
	};
}

/* Equal parts, whole in units of so much, the remainder with the last. */
static Ledger *
spread(Ledger *given, const LedgerEntry *whole, int64 unit_of_money, Period unit, DateADT first, int64 periods)
{
	Ledger	   *ledger = given;
	LedgerEntry part = {
		.gross = whole->gross / unit_of_money / periods * unit_of_money,
		.refund = whole->refund / unit_of_money / periods * unit_of_money,
		.cost = whole->cost / unit_of_money / periods * unit_of_money
	};

	for (int64 i = 0; i < periods; i++)
	{
		DateADT		day = day_after(unit, first, i);
		Ledger	   *now;

		if (!IS_VALID_DATE(day))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("date out of range")));
		if (i == periods - 1)
		{
			part.gross = whole->gross - part.gross * i;
			part.refund = whole->refund - part.refund * i;
			part.cost = whole->cost - part.cost * i;
		}
		part.period = check_period(ledger->grain, period_of(ledger->grain, day));
		now = post(ledger, &part);
		if (now != ledger && ledger != given)
			pfree(ledger);
		ledger = now;
	}
	return ledger;
}

/* ---- the aggregate ---- */

static void
check_grain(const Ledger *ledger, Period grain)
{
	if (ledger->grain != grain)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a ledger by %s cannot take rows by %s", period_names[ledger->grain], period_names[grain]),
				 errhint("Give the same options in every row.")));
}

Datum
icp_ledger_accum(PG_FUNCTION_ARGS)
{
	LedgerCall *call;
	Period		grain;
	Period		unit;
	Ledger	   *ledger;
	LedgerEntry entry;
	DateADT		first = 0;
	int64		periods = 0;	/* set if it has a service */
	int			scale;
	bool		has_service;

	require_aggregate(fcinfo, "icp_ledger_accum", "icp_ledger");
	call = ledger_call(fcinfo);
	grain = grain_of(fcinfo, call);
	unit = grain == PERIOD_WEEK ? PERIOD_WEEK : PERIOD_MONTH;
	ledger = PG_ARGISNULL(0) ? new_ledger(grain) : open_ledger(PG_GETARG_DATUM(0));
	check_grain(ledger, grain);
	if (PG_NARGS() > ARG_CURRENCY && !PG_ARGISNULL(ARG_CURRENCY))
	{
		char		currency[CURRENCY_SIZE];

		currency_of(PG_GETARG_DATUM(ARG_CURRENCY), currency);
		meet_currency(ledger->currency, currency);
	}
	has_service = read_service(fcinfo, call, unit, &first, &periods);
	entry = read_amounts(fcinfo, ledger, has_service ? MIN_SPREAD_SCALE : 0, &scale);
	if (PG_ARGISNULL(ARG_TIME))
	{
		if (ledger->undated >= MAX_COUNT)
			money_out_of_range("a ledger's number of rows");
		ledger->undated++;
		PG_RETURN_POINTER(ledger);
	}
	entry.period = period_of_time(grain, call->time_type, PG_GETARG_DATUM(ARG_TIME));
	if (entry.gross == 0 && entry.refund == 0 && entry.cost == 0)
		PG_RETURN_POINTER(ledger);
	if (has_service)
		PG_RETURN_POINTER(spread(ledger, &entry, money_powers[ledger->scale - scale], unit, first, periods));
	PG_RETURN_POINTER(post(ledger, &entry));
}

Datum
icp_ledger_combine(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_ledger_combine", "icp_rollup");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(open_ledger(PG_GETARG_DATUM(1)));
	PG_RETURN_POINTER(merge_ledger(open_ledger(PG_GETARG_DATUM(0)), read_ledger(PG_GETARG_DATUM(1))));
}

Datum
icp_ledger_final(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_ledger_final", "icp_ledger or icp_rollup");
	PG_RETURN_POINTER(pack_ledger(read_ledger(PG_GETARG_DATUM(0))));
}

/* ---- reading it ---- */

#define PERIOD_COLUMNS 4

Datum
icp_periods(PG_FUNCTION_ARGS)
{
	const Ledger *ledger = read_ledger(PG_GETARG_DATUM(0));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < ledger->nentries; i++)
	{
		const LedgerEntry *entry = &ledger->entries[i];
		Datum		values[PERIOD_COLUMNS];
		bool		nulls[PERIOD_COLUMNS] = {0};

		CHECK_FOR_INTERRUPTS();
		values[0] = DateADTGetDatum(first_day(ledger->grain, entry->period));
		values[1] = money_numeric(entry->gross, ledger->scale);
		values[2] = money_numeric(entry->refund, ledger->scale);
		values[3] = money_numeric(entry->cost, ledger->scale);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

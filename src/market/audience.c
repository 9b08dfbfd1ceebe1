/*
 * audience.c
 *		What icp_reach and icp_audience say of the evaluations that they counted.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/aggregate.h"
#include "funcapi.h"
#include "market/market.h"
#include "utils/builtins.h"
#include "utils/float.h"

PG_FUNCTION_INFO_V1(icp_reach_final);
PG_FUNCTION_INFO_V1(icp_audience_final);
PG_FUNCTION_INFO_V1(icp_audience_spend);

/* Of a market of which less is known, nothing can be said to be missing. */
#define MARKET_KNOWN 100
#define HALF 0.5

/* As many make a portrait. */
#define MARKET_FITTING 10
#define MARKET_EXISTS 0.01
#define MARKET_NOT_FOUND 0.001

#define AUDIENCE_PEOPLE 10
#define AUDIENCE_MOST 0.5
#define AUDIENCE_FEW 0.1

enum
{
	REACH_ACCOUNTS,
	REACH_KNOWN,
	REACH_FITTING,
	REACH_SHARE,
	REACH_LOW,
	REACH_HIGH,
	REACH_TIERS,
	REACH_COVERAGE,
	REACH_VERDICT,
	REACH_COLUMNS
};

enum
{
	AUDIENCE_OF_PEOPLE,
	AUDIENCE_KNOWN,
	AUDIENCE_FITTING,
	AUDIENCE_SHARE,
	AUDIENCE_SHARE_LOW,
	AUDIENCE_SHARE_HIGH,
	AUDIENCE_TIERS,
	AUDIENCE_COVERAGE,
	AUDIENCE_COSTED,
	AUDIENCE_COST,
	AUDIENCE_COST_PER_FITTING,
	AUDIENCE_LOW,
	AUDIENCE_HIGH,
	AUDIENCE_VERDICT,
	AUDIENCE_COLUMNS
};

/* ---- shares ---- */

/* Those who fit of those who are known; NaN where nobody is. */
typedef struct Share
{
	double		share;
	Limits		limits;
} Share;

static Share
fitting_share(const Screening *screening)
{
	if (screening->known == 0)
		return (Share) {.share = NAN, .limits = {NAN, NAN}};
	return (Share) {.share = (double) screening->fitting / (double) screening->known,
		.limits = proportion_limits(screening->fitting, screening->known, LEVEL)};
}

/* Too little of them: who does not fit may only be unknown. */
static bool
is_unknown(const Screening *screening)
{
	return screening->known < screening->people - screening->known || !(mean_coverage(screening) >= HALF);
}

/* ---- icp_reach ---- */

static const char *
market_verdict(const Screening *screening, const Limits *share)
{
	/* they are there, however little is known of the others */
	if (screening->fitting >= MARKET_FITTING && share->low >= MARKET_EXISTS)
		return "exists";
	if (screening->known < MARKET_KNOWN || is_unknown(screening))
		return "unknown";
	if (screening->fitting == 0 || share->high < MARKET_NOT_FOUND)
		return "not found";
	return "rare";
}

Datum
icp_reach_final(PG_FUNCTION_ARGS)
{
	Datum		values[REACH_COLUMNS];
	bool		nulls[REACH_COLUMNS] = {0};
	const Tally *tally;
	Screening	screening;
	Share		share;

	require_aggregate(fcinfo, "icp_reach_final", "icp_reach");
	tally = PG_ARGISNULL(0) ? NULL : open_tally(&reach_kind, PG_GETARG_DATUM(0));
	screening = read_screening(&reach_kind, tally);
	share = fitting_share(&screening);
	values[REACH_ACCOUNTS] = Int64GetDatum(screening.people);
	values[REACH_KNOWN] = Int64GetDatum(screening.known);
	values[REACH_FITTING] = Int64GetDatum(screening.fitting);
	put_real(&values[REACH_SHARE], &nulls[REACH_SHARE], share.share);
	put_real(&values[REACH_LOW], &nulls[REACH_LOW], share.limits.low);
	put_real(&values[REACH_HIGH], &nulls[REACH_HIGH], share.limits.high);
	values[REACH_TIERS] = tiers_jsonb(&reach_kind, tally);
	put_real(&values[REACH_COVERAGE], &nulls[REACH_COVERAGE], mean_coverage(&screening));
	values[REACH_VERDICT] = CStringGetTextDatum(market_verdict(&screening, &share.limits));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(result_row(fcinfo, REACH_COLUMNS), values, nulls)));
}

/* ---- icp_audience ---- */

double
checked_ceiling(double ceiling)
{
	if (!(ceiling >= 0) || isinf(ceiling))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ceiling %s is out of range", float8out_internal(ceiling)),
				 errhint("It is what one who fits may cost, such as a third of a customer's lifetime value times the share of those who fit that become customers.")));
	return ceiling;
}

typedef struct FittingCost
{
	double		cost;			/* NaN where nobody fits, or the cost is not known */
	Limits		limits;			/* NaN where there is no end */
} FittingCost;

/*
 * What each costs, whoever it is, by the share of those who fit.  The cost is
 * known; how many fit of people like these is not.
 */
static FittingCost
fitting_cost(const Screening *screening, const Limits *share)
{
	FittingCost result = {.cost = NAN, .limits = {NAN, NAN}};
	double		cost;
	double		each;

	if (screening->costed == 0 || screening->cost < 0 || screening->known == 0)
		return result;
	cost = (double) screening->cost / (double) money_powers[screening->scale];
	each = cost / (double) screening->costed;
	result.limits.low = each / share->high;
	if (screening->fitting == 0)
		return result;
	/* cost / fitting, where all are known and costed */
	result.cost = cost / ((double) screening->fitting * ((double) screening->costed / (double) screening->known));
	result.limits.high = each / share->low;
	return result;
}

static const char *
cost_verdict(const Screening *screening, const FittingCost *cost)
{
	if (isnan(cost->cost) || screening->costed < screening->people - screening->costed)
		return "unknown";
	if (cost->limits.high <= screening->ceiling)
		return "worth it";
	if (cost->limits.low > screening->ceiling)
		return "too dear";
	return "open";
}

static const char *
audience_verdict(const Screening *screening, const Limits *share, const FittingCost *cost)
{
	if (screening->people < AUDIENCE_PEOPLE)
		return "too few";
	if (screening->known < AUDIENCE_PEOPLE || is_unknown(screening))
		return "unknown";
	if (screening->fitting == 0)
		return "nobody fits";
	if (!isnan(screening->ceiling))
		return cost_verdict(screening, cost);
	if (share->low >= AUDIENCE_MOST)
		return "most fit";
	if (share->high < AUDIENCE_FEW)
		return "few fit";
	return "some fit";
}

/* The columns from costed on. */
static void
put_cost(const Screening *screening, const Limits *share, Datum *values, bool *nulls)
{
	FittingCost cost = fitting_cost(screening, share);

	values[AUDIENCE_COSTED] = Int64GetDatum(screening->costed);
	nulls[AUDIENCE_COST] = screening->costed == 0;
	values[AUDIENCE_COST] = nulls[AUDIENCE_COST] ? (Datum) 0 : money_numeric(screening->cost, screening->scale);
	put_real(&values[AUDIENCE_COST_PER_FITTING], &nulls[AUDIENCE_COST_PER_FITTING], cost.cost);
	put_real(&values[AUDIENCE_LOW], &nulls[AUDIENCE_LOW], cost.limits.low);
	put_real(&values[AUDIENCE_HIGH], &nulls[AUDIENCE_HIGH], cost.limits.high);
	values[AUDIENCE_VERDICT] = CStringGetTextDatum(audience_verdict(screening, share, &cost));
}

Datum
icp_audience_final(PG_FUNCTION_ARGS)
{
	Datum		values[AUDIENCE_COLUMNS];
	bool		nulls[AUDIENCE_COLUMNS] = {0};
	const Tally *tally;
	Screening	screening;
	Share		share;

	require_aggregate(fcinfo, "icp_audience_final", "icp_audience");
	tally = PG_ARGISNULL(0) ? NULL : open_tally(&audience_kind, PG_GETARG_DATUM(0));
	screening = read_screening(&audience_kind, tally);
	share = fitting_share(&screening);
	values[AUDIENCE_OF_PEOPLE] = Int64GetDatum(screening.people);
	values[AUDIENCE_KNOWN] = Int64GetDatum(screening.known);
	values[AUDIENCE_FITTING] = Int64GetDatum(screening.fitting);
	put_real(&values[AUDIENCE_SHARE], &nulls[AUDIENCE_SHARE], share.share);
	put_real(&values[AUDIENCE_SHARE_LOW], &nulls[AUDIENCE_SHARE_LOW], share.limits.low);
	put_real(&values[AUDIENCE_SHARE_HIGH], &nulls[AUDIENCE_SHARE_HIGH], share.limits.high);
	values[AUDIENCE_TIERS] = tiers_jsonb(&audience_kind, tally);
	put_real(&values[AUDIENCE_COVERAGE], &nulls[AUDIENCE_COVERAGE], mean_coverage(&screening));
	put_cost(&screening, &share.limits, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(result_row(fcinfo, AUDIENCE_COLUMNS), values, nulls)));
}

/* ---- icp_audience_spend ---- */

static int64
count_column(const Datum *values, const bool *nulls, int column)
{
	return nulls[column] ? -1 : DatumGetInt64(values[column]);
}

/* Of a row that anybody can have made. */
static Screening
screening_of_row(const Datum *values, const bool *nulls)
{
	Screening	screening = {.ceiling = NAN};
	double		coverage = nulls[AUDIENCE_COVERAGE] ? 0 : DatumGetFloat8(values[AUDIENCE_COVERAGE]);

	screening.people = count_column(values, nulls, AUDIENCE_OF_PEOPLE);
	screening.known = count_column(values, nulls, AUDIENCE_KNOWN);
	screening.fitting = count_column(values, nulls, AUDIENCE_FITTING);
	if (screening.fitting < 0 || screening.known < screening.fitting || screening.people < screening.known ||
		!(coverage >= 0 && coverage <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this is no icp_audience"),
				 errdetail("Its people, known and fitting are not counts, each a part of the one before, or its coverage is not between 0 and 1."),
				 errhint("Give what the aggregate icp_audience returned.")));
	screening.covered = nulls[AUDIENCE_COVERAGE] ? 0 : 1;
	screening.coverage = share_units(coverage);
	return screening;
}

/* What all of them cost together, in place of what each did. */
static void
spend(Screening *screening, Datum amount)
{
	Money		money = money_of(amount, "spend");

	screening->cost = money.units;
	screening->scale = money.scale;
	screening->costed = screening->people;
}

Datum
icp_audience_spend(PG_FUNCTION_ARGS)
{
	Datum		values[AUDIENCE_COLUMNS];
	bool		nulls[AUDIENCE_COLUMNS];
	HeapTupleHeader row;
	HeapTupleData tuple = {0};
	TupleDesc	tupdesc;
	Screening	screening;
	Share		share;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	tupdesc = result_row(fcinfo, AUDIENCE_COLUMNS);
	row = PG_GETARG_HEAPTUPLEHEADER(0);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	tuple.t_data = row;
	heap_deform_tuple(&tuple, tupdesc, values, nulls);
	screening = screening_of_row(values, nulls);
	if (!PG_ARGISNULL(1))
		spend(&screening, PG_GETARG_DATUM(1));
	if (!PG_ARGISNULL(2))
		screening.ceiling = checked_ceiling(PG_GETARG_FLOAT8(2));
	nulls[AUDIENCE_COSTED] = false;
	nulls[AUDIENCE_VERDICT] = false;
	share = fitting_share(&screening);
	put_cost(&screening, &share.limits, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}

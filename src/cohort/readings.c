/*
 * readings.c
 *		One row of a cohort: icp_ltv_cac, icp_realised_ltv, icp_payback,
 *		icp_two_way and icp_left_out.
 */
#include "postgres.h"

#include "cohort/economics.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_ltv_cac);
PG_FUNCTION_INFO_V1(icp_realised_ltv);
PG_FUNCTION_INFO_V1(icp_payback);
PG_FUNCTION_INFO_V1(icp_two_way);
PG_FUNCTION_INFO_V1(icp_left_out);

#define UNIT_ECONOMICS_COLUMNS 15
#define REALISED_COLUMNS 4
#define PAYBACK_COLUMNS 2
#define TWO_WAY_COLUMNS 6
#define LEFT_OUT_COLUMNS 14

/* What a customer shall bring, for each unit that it cost. */
#define GOOD_RATIO 3

/* Where CAC is known worse than this, its error is more than an error of the ratio. */
#define FIELLER_FROM 0.10

/* Horizons of a century tell nothing. */
#define MAX_HORIZON 6000

/* ---- arguments and results ---- */

CohortView
view_of_datum(Datum datum)
{
	return view_cohort(read_cohort(datum));
}

int
checked_horizon(int32 horizon)
{
	if (horizon < 1 || horizon > MAX_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("horizon %d is out of range", horizon),
				 errhint("It is a number of periods from 1 to %d, such as 36 months.", MAX_HORIZON)));
	return horizon;
}

double
checked_discount(double discount)
{
	if (!(discount >= 0 && discount <= 10))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("discount %g is out of range", discount),
				 errhint("It is a rate per year from 0 to 10, such as 0.1 for 10 %%.")));
	return discount;
}

typedef struct RowWriter
{
	TupleDesc	tupdesc;
	int			at;
	Datum		values[UNIT_ECONOMICS_COLUMNS];
	bool		nulls[UNIT_ECONOMICS_COLUMNS];
} RowWriter;

static void
start_row(FunctionCallInfo fcinfo, RowWriter *row, int columns)
{
	memset(row, 0, sizeof(RowWriter));
	if (get_call_result_type(fcinfo, NULL, &row->tupdesc) != TYPEFUNC_COMPOSITE || row->tupdesc->natts != columns)
		elog(ERROR, "a reading of a cohort does not return what it should");
	row->tupdesc = BlessTupleDesc(row->tupdesc);
}

static void
put_column(RowWriter *row, Datum value)
{
	row->values[row->at++] = value;
}

static void
put_null(RowWriter *row)
{
	row->nulls[row->at++] = true;
}

static void
put_number_column(RowWriter *row, double number)
{
	put_real(&row->values[row->at], &row->nulls[row->at], number);
	row->at++;
}

static void
put_text_column(RowWriter *row, const char *text)
{
	put_column(row, CStringGetTextDatum(text));
}

static Datum
finish_row(RowWriter *row)
{
	return HeapTupleGetDatum(heap_form_tuple(row->tupdesc, row->values, row->nulls));
}

static Limits
normal_limits(double estimate, double variance)
{
	double		width = normal_quantile(1 - (1 - LEVEL) / 2) * sqrt(variance);

	return (Limits) {.low = estimate - width, .high = estimate + width};
}

/* ---- icp_ltv_cac ---- */

static Limits
ratio_interval(const Ltv *ltv, const Acquisition *cac)
{
	Estimates	estimates = {.a = ltv->projected, .b = cac->cost, .var_a = ltv->variance, .var_b = cac->variance,
		.cov = ltv->cac_covariance};

	return sqrt(cac->variance) > FIELLER_FROM * cac->cost ? fieller_limits(&estimates, LEVEL) :
		ratio_limits(&estimates, LEVEL);
}

/* Is it three times what it cost, at least? */
static const char *
verdict_of(const Acquisition *cac, const Limits *ratio)
{
	if (isnan(cac->cost))
		return "unknown_cac";
	if (cac->cost <= 0)
		return "no_cac";
	if (ratio->low >= GOOD_RATIO)
		return "pass";
	if (ratio->high < GOOD_RATIO)
		return "fail";
	return "uncertain";
}

Datum
icp_ltv_cac(PG_FUNCTION_ARGS)
{
	int			horizon = checked_horizon(PG_GETARG_INT32(1));
	double		discount = checked_discount(PG_GETARG_FLOAT8(2));
	CohortView		view = view_of_datum(PG_GETARG_DATUM(0));
	Acquisition cac = acquisition(&view);
	Ltv			ltv = lifetime_value(&view, &cac, horizon, discount);
	Limits		limits = normal_limits(ltv.projected, ltv.variance);
	bool		has_ratio = cac.cost > 0;
	Limits		ratio = has_ratio ? ratio_interval(&ltv, &cac) : (Limits) {NAN, NAN};
	Payback		paid = payback(&view, cac.cost);
	RowWriter	row;

	if (ltv.model == LTV_NO_CHURN)
	{
		limits.low = ltv.at_least;
		ratio.low = has_ratio ? ltv.at_least / cac.cost : NAN;
	}
	start_row(fcinfo, &row, UNIT_ECONOMICS_COLUMNS);
	put_column(&row, Int64GetDatum((int64) view.customers));
	put_number_column(&row, cac.cost);
	put_number_column(&row, cac.coverage);
	put_number_column(&row, ltv.realised);
	put_number_column(&row, ltv.projected);
	put_number_column(&row, limits.low);
	put_number_column(&row, limits.high);
	put_number_column(&row, has_ratio ? ltv.projected / cac.cost : NAN);
	put_number_column(&row, ratio.low);
	put_number_column(&row, ratio.high);
	put_text_column(&row, verdict_of(&cac, &ratio));
	put_number_column(&row, paid.months);
	put_number_column(&row, paid.longer_than);
	put_text_column(&row, ltv_model_names[ltv.model]);
	put_column(&row, BoolGetDatum(ltv.converged));
	return finish_row(&row);
}

/* ---- the others ---- */

Datum
icp_realised_ltv(PG_FUNCTION_ARGS)
{
	int			horizon = checked_horizon(PG_GETARG_INT32(1));
	double		discount = checked_discount(PG_GETARG_FLOAT8(2));
	CohortView		view = view_of_datum(PG_GETARG_DATUM(0));
	Acquisition cac = acquisition(&view);
	int			ages = Min(horizon, view.ages);
	Ltv			ltv = lifetime_value(&view, &cac, Max(ages, 1), discount);
	Limits		limits = normal_limits(ltv.realised, ltv.realised_variance);
	RowWriter	row;

	start_row(fcinfo, &row, REALISED_COLUMNS);
	put_number_column(&row, ltv.realised);
	put_number_column(&row, limits.low);
	put_number_column(&row, limits.high);
	put_column(&row, Int32GetDatum(ages));
	return finish_row(&row);
}

Datum
icp_payback(PG_FUNCTION_ARGS)
{
	CohortView		view = view_of_datum(PG_GETARG_DATUM(0));
	Payback		paid = payback(&view, acquisition(&view).cost);
	RowWriter	row;

	start_row(fcinfo, &row, PAYBACK_COLUMNS);
	put_number_column(&row, paid.months);
	put_number_column(&row, paid.longer_than);
	return finish_row(&row);
}

/* In steps of value received, or an error. */
static int
value_steps(double k)
{
	double		steps = k * VALUE_STEPS;
	double		whole = rint(steps);

	if (!(k > 0 && k <= 10) || fabs(steps - whole) > 1e-9)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k %g is out of range", k),
				 errhint("It is a multiple of 0.05 up to 10: cohorts tell values received apart in such steps.")));
	return (int) whole;
}

Datum
icp_two_way(PG_FUNCTION_ARGS)
{
	int			steps = value_steps(PG_GETARG_FLOAT8(1));
	const Cohort *cohort = read_cohort(PG_GETARG_DATUM(0));
	int64		payers = (int64) cells_of(cohort, PAYERS)[0];
	int64		measured = (int64) cells_of(cohort, MEASURED)[0];
	int64		worth = 0;
	Limits		limits = {NAN, NAN};
	RowWriter	row;

	for (int i = steps; measured > 0 && i < VALUE_CELLS; i++)
		worth += (int64) cells_of(cohort, VALUES)[i];
	if (measured > 0)
		limits = proportion_limits(worth, measured, LEVEL);
	start_row(fcinfo, &row, TWO_WAY_COLUMNS);
	put_column(&row, Int64GetDatum(measured));
	put_number_column(&row, (double) measured / (double) payers);
	put_number_column(&row, (double) worth / (double) measured);
	put_number_column(&row, limits.low);
	put_number_column(&row, limits.high);
	put_number_column(&row, (double) cells_of(cohort, VALUE)[0] / (double) cells_of(cohort, VALUE_PAID)[0]);
	return finish_row(&row);
}

Datum
icp_left_out(PG_FUNCTION_ARGS)
{
	static const Section counts[] = {EXCLUDED, UNACQUIRED, NEVER_PAID};
	static const Section apart[][2] = {{PAID_BEFORE, MONEY_BEFORE}, {PAID_OPEN, MONEY_OPEN}, {PAID_AFTER, MONEY_AFTER}};
	const Cohort *cohort = read_cohort(PG_GETARG_DATUM(0));
	int128		customers = 0;
	RowWriter	row;

	for (uint32 f = 0; f <= cohort->capacity; f++)
		customers += cells_of(cohort, CUSTOMERS)[f];
	start_row(fcinfo, &row, LEFT_OUT_COLUMNS);
	put_column(&row, DateADTGetDatum(cohort->terms.as_of));
	if (cohort->currency[0])
		put_text_column(&row, cohort->currency);
	else
		put_null(&row);
	put_column(&row, Int64GetDatum((int64) customers));
	for (int i = 0; i < (int) lengthof(counts); i++)
		put_column(&row, Int64GetDatum((int64) cells_of(cohort, counts[i])[0]));
	for (int i = 0; i < (int) lengthof(apart); i++)
	{
		put_column(&row, Int64GetDatum((int64) cells_of(cohort, apart[i][0])[0]));
		put_column(&row, money_numeric(cells_of(cohort, apart[i][1])[0], cohort->scale));
	}
	put_column(&row, Int64GetDatum((int64) cells_of(cohort, UNDATED_ROWS)[0]));
	put_column(&row, money_numeric(cells_of(cohort, SPEND)[0], cohort->scale));
	return finish_row(&row);
}

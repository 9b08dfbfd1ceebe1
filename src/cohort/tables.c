/*
 * tables.c
 *		Readings of a cohort by age: icp_ages, icp_survival, and the model of churn.
 */
#include "postgres.h"

#include "cohort/economics.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_ages);
PG_FUNCTION_INFO_V1(icp_survival);
PG_FUNCTION_INFO_V1(icp_sbg);
PG_FUNCTION_INFO_V1(icp_sbg_fit);

#define AGE_COLUMNS 15
#define SURVIVAL_COLUMNS 8
#define CHURN_COLUMNS 8

/* ---- icp_ages ---- */

static double
cell_at(const CohortView *view, Section s, int age)
{
	return (double) cells_of(view->cohort, s)[age];
}

static void
put_age(ReturnSetInfo *rsinfo, const CohortView *view, int age, double base, double cum_margin)
{
	const Cohort *cohort = view->cohort;
	Datum		values[AGE_COLUMNS];
	bool		nulls[AGE_COLUMNS] = {0};
	double		active = cell_at(view, ACTIVE, age);
	int128		rate = cohort->terms.has_rate ? cohort->terms.rate : 1;
	int			i = 0;

#define PUT_REAL(number) put_real(&values[i], &nulls[i], number), i++
	values[i++] = Int32GetDatum(age);
	values[i++] = Int64GetDatum((int64) view->eligible[age]);
	values[i++] = Int64GetDatum((int64) active);
	PUT_REAL(active / view->eligible[age]);
	PUT_REAL(cell_at(view, GRR, age) / base);
	PUT_REAL(cell_at(view, NRR, age) / base);
	PUT_REAL(cell_at(view, STEP_GRR, age) / cell_at(view, STEP_BASE, age));
	PUT_REAL(cell_at(view, STEP_NRR, age) / cell_at(view, STEP_BASE, age));
	PUT_REAL(view->unit * cell_at(view, REVENUE, age) / active);
	values[i++] = money_numeric(cells_of(cohort, REVENUE)[age], cohort->scale);
	if (__builtin_mul_overflow(cells_of(cohort, MARGIN)[age], rate, &rate))
		money_out_of_range("a cohort's margin");
	values[i++] = money_numeric(rate, cohort->scale + cohort->terms.rate_scale);
	PUT_REAL(cum_margin);
	values[i++] = Int64GetDatum(view->lost[age]);
	values[i++] = Int64GetDatum(view->censored[age]);
	values[i++] = Int64GetDatum((int64) cell_at(view, REACTIVATED, age));
#undef PUT_REAL
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
icp_ages(PG_FUNCTION_ARGS)
{
	CohortView		view = view_of_datum(PG_GETARG_DATUM(0));
	double	   *bases = palloc0(sizeof(double) * (view.ages + 1));
	double		cum_margin = 0;

	/* revenue at age 0 of those whose F is above each age */
	for (int a = view.ages - 1; a >= 0; a--)
		bases[a] = bases[a + 1] + cell_at(&view, BASE, a + 1);
	InitMaterializedSRF(fcinfo, 0);
	for (int a = 0; a < view.ages; a++)
	{
		CHECK_FOR_INTERRUPTS();
		cum_margin += view.mean_margin[a];
		put_age((ReturnSetInfo *) fcinfo->resultinfo, &view, a, bases[a], cum_margin);
	}
	return (Datum) 0;
}

/* ---- icp_survival ---- */

static void
put_step(ReturnSetInfo *rsinfo, const CohortView *view, int age, const SurvivalStep *step, double level)
{
	Datum		values[SURVIVAL_COLUMNS];
	bool		nulls[SURVIVAL_COLUMNS] = {0};
	Limits		limits = log_log_limits(step->survival, step->greenwood, level);

	values[0] = Int32GetDatum(age);
	values[1] = Int64GetDatum((int64) step->at_risk);
	values[2] = Int64GetDatum(view->lost[age]);
	values[3] = Int64GetDatum(view->censored[age]);
	values[4] = Float8GetDatum(step->survival);
	put_real(&values[5], &nulls[5], limits.low);
	put_real(&values[6], &nulls[6], limits.high);
	values[7] = BoolGetDatum(step->at_risk < view->cohort->terms.min_risk);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
icp_survival(PG_FUNCTION_ARGS)
{
	double		level = PG_GETARG_FLOAT8(1);
	CohortView		view = view_of_datum(PG_GETARG_DATUM(0));
	SurvivalStep *steps = palloc(sizeof(SurvivalStep) * (view.ages + 1));

	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level %g is out of range", level),
				 errhint("It is between 0 and 1, such as 0.95.")));
	kaplan_meier(view.lost, view.censored, view.ages + 1, steps);
	InitMaterializedSRF(fcinfo, 0);
	/* beyond, nobody's loss could have been seen */
	for (int a = 0; a <= view.ages - view.cohort->terms.grace && steps[a].at_risk > 0; a++)
		put_step((ReturnSetInfo *) fcinfo->resultinfo, &view, a, &steps[a], level);
	return (Datum) 0;
}

/* ---- the model of churn ---- */

static Datum
churn_row(FunctionCallInfo fcinfo, const ChurnFit *fit)
{
	static const char *const names[] = {
		[CHURN_UNKNOWN] = "no_data",
		[CHURN_NONE] = "no_churn",
		[CHURN_GEOMETRIC] = "geometric",
		[CHURN_SBG] = "sbg"
	};
	bool		is_sbg = fit->model == CHURN_SBG;
	double		x = sqrt(fit->var_x);
	double		y = sqrt(fit->var_y);
	Datum		values[CHURN_COLUMNS];
	bool		nulls[CHURN_COLUMNS] = {0};
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != CHURN_COLUMNS)
		elog(ERROR, "a model of churn does not return what it should");
	put_real(&values[0], &nulls[0], fit->alpha);
	put_real(&values[1], &nulls[1], fit->beta);
	put_real(&values[2], &nulls[2], is_sbg ? fit->alpha * x : NAN);
	put_real(&values[3], &nulls[3], is_sbg ? fit->beta * y : NAN);
	put_real(&values[4], &nulls[4], fit->rate);
	put_real(&values[5], &nulls[5], fit->log_likelihood);
	values[6] = CStringGetTextDatum(names[fit->model]);
	values[7] = BoolGetDatum(!is_sbg || fit->converged);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls));
}

Datum
icp_sbg(PG_FUNCTION_ARGS)
{
	CohortView		view = view_of_datum(PG_GETARG_DATUM(0));
	ChurnFit	fit = cohort_churn(&view);

	return churn_row(fcinfo, &fit);
}

/* A one-dimensional array of counts. */
static int64 *
read_counts(ArrayType *array, const char *name, int *n)
{
	int64	   *counts;
	int64		sum = 0;

	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a one-dimensional array without NULLs", name)));
	*n = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	counts = (int64 *) ARR_DATA_PTR(array);
	for (int i = 0; i < *n; i++)
	{
		if (counts[i] < 0 || counts[i] > MAX_COUNT - sum)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has a count that is out of range", name),
					 errhint("Counts are 0 or more, and less than 2^53 together.")));
		sum += counts[i];
	}
	return counts;
}

/* More renewals than these have nobody. */
#define MAX_RENEWALS 10000

Datum
icp_sbg_fit(PG_FUNCTION_ARGS)
{
	int			n;
	int			ncensored;
	int64	   *events = read_counts(PG_GETARG_ARRAYTYPE_P(0), "events", &n);
	int64	   *censored = read_counts(PG_GETARG_ARRAYTYPE_P(1), "censored", &ncensored);
	ChurnFit	fit;

	if (n != ncensored || n > MAX_RENEWALS)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("events and censored must have as many elements as each other, and no more than %d", MAX_RENEWALS),
				 errdetail("They have %d and %d.", n, ncensored),
				 errhint("Element i is of the i-th renewal.")));
	fit = fit_churn(events, censored, n);
	return churn_row(fcinfo, &fit);
}

/*
 * woe.c
 *		icp_woe: the weight of evidence of each bin of a field.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "stats/stats.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "validate/drift.h"

PG_FUNCTION_INFO_V1(icp_woe);

#define WOE_COLUMNS 5

static const char *const known_options[] = {"bins", "cuts", "zero", NULL};

/* ---- evidence ---- */

/*
 * ln(best share / rest share), and what the bin adds to the information value.
 * If one side has no rows in it, half a row is added to both; so that a bin
 * without any rows says nothing.
 */
double
evidence_of(const BinCounts *counts, const SketchView *view, int bin, bool smooth, double *iv)
{
	double		best = counts->best[bin];
	double		rest = counts->rest[bin];
	double		result;

	*iv = NAN;
	if (view->best_n == 0 || view->rest_n == 0 || (!smooth && (best <= 0 || rest <= 0)))
		return NAN;
	if ((best <= 0) != (rest <= 0))
	{
		best += 0.5;
		rest += 0.5;
	}
	result = woe(best, view->best_n, rest, view->rest_n);
	*iv = (best / view->best_n - rest / view->rest_n) * result;
	return result;
}

/* ---- cuts ---- */

pg_noreturn static void
no_cuts_for(const ViewField *f, const char *problem, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("field \"%s\" %s", f->name, problem),
			 hint ? errhint("%s", hint) : 0));
}

static BinSet *
cut_numbers(const ViewField *f, ArrayType *array)
{
	int			n;
	double	   *numbers = read_cuts(array, &n);
	Cut		   *cuts = palloc0(sizeof(Cut) * n);

	for (int i = 0; i < n; i++)
	{
		/* -0 is a number that people do not write */
		char	   *text = DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(numbers[i] + 0.0)));
		Numeric		number;

		cuts[i].cell = number_cut_cell(f->type, text);
		if (parse_number_text(text, strlen(text), &number))
			text = number_text(number);
		cuts[i].bound.text = text;
	}
	return cut_drift_bins(f, ORDER_NUMBERS, cuts, n);
}

static BinSet *
cut_times(const ViewField *f, JsonbContainer *array)
{
	JsonbIterator *iterator = JsonbIteratorInit(array);
	Cut		   *cuts = palloc0(sizeof(Cut) * Max(JsonContainerSize(array), 1));
	JsonbValue	element;
	int			n = 0;

	(void) JsonbIteratorNext(&iterator, &element, true);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
	{
		Timestamp	time;

		if (element.type != jbvString ||
			!parse_time_text(element.val.string.val, element.val.string.len, &time))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
					 errmsg("element %d of the option \"cuts\" is no date", n + 1),
					 errhint("Write dates as \"2024-01-31\", or with a time as \"2024-01-31 12:00\".")));
		if (n > 0 && time <= cuts[n - 1].bound.time)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the option \"cuts\" must be in ascending order"),
					 errdetail("%s comes after %s.", time_text(time), time_text(cuts[n - 1].bound.time))));
		cuts[n++].bound.time = time;
	}
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the option \"cuts\" must not be empty")));
	return cut_drift_bins(f, ORDER_TIMES, cuts, n);
}

/* The bins that are asked for, or our own. */
static BinSet *
choose_bins(const SketchView *view, const ViewField *f, ArrayType *cuts, const DriftOptions *options)
{
	int			first;
	int			last;
	BinOrder	order = field_order(f, &first, &last);

	if (cuts == NULL && options->cuts == NULL)
		return make_drift_bins(view, f, options->bins);
	if (cuts != NULL && options->cuts != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cuts are given twice"),
				 errhint("Numbers are cut by the argument, dates by the option \"cuts\".")));
	if (order == ORDER_NONE)
		no_cuts_for(f, "is neither a number nor a date",
					"Leave the cuts out: each frequent value has a bin. If it is text that holds numbers, make the sketch with the option \"as\".");
	if (cuts != NULL && order == ORDER_TIMES)
		no_cuts_for(f, "is a date, and is not cut at numbers",
					"Give the dates as an option: icp_woe(sketch, field, options => '{\"cuts\": [\"2024-01-01\"]}').");
	if (options->cuts != NULL && order == ORDER_NUMBERS)
		no_cuts_for(f, "is a number, and is not cut at dates",
					"Give the cuts as an argument: icp_woe(sketch, field, ARRAY[10, 100]).");
	return cuts ? cut_numbers(f, cuts) : cut_times(f, options->cuts);
}

/* ---- rows of the result ---- */

static void
put_bin(ReturnSetInfo *result, const SketchView *view, const char *label,
		const BinCounts *counts, int bin, bool smooth)
{
	Datum		values[WOE_COLUMNS];
	bool		nulls[WOE_COLUMNS] = {0};
	double		iv;
	double		evidence = evidence_of(counts, view, bin, smooth, &iv);

	values[0] = CStringGetTextDatum(label);
	values[1] = Int64GetDatum((int64) rint(counts->best[bin] * view->best_weight));
	values[2] = Int64GetDatum((int64) rint(counts->rest[bin] * view->rest_weight));
	values[3] = Float8GetDatum(evidence);
	values[4] = Float8GetDatum(iv);
	nulls[3] = isnan(evidence);
	nulls[4] = isnan(iv);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_bins(ReturnSetInfo *result, const SketchView *view, const ViewField *f,
		 const BinSet *set, bool smooth)
{
	BinCounts	counts = count_drift_bins(set, view, f);

	for (int i = 0; i < set->nbins; i++)
	{
		if (set->bins[i].sort == BIN_RANGE || counts.best[i] > 0 || counts.rest[i] > 0)
			put_bin(result, view, bin_label(set, &set->bins[i]), &counts, i, smooth);
	}
}

/*
 * Items of a list, the most frequent first, each with the rows that have it; then
 * the missing lists.  Rows with several items are in several bins.
 */
static void
put_items(ReturnSetInfo *result, const SketchView *view, const ViewField *f, bool smooth)
{
	BinSet	   *set = make_item_bins(view, f);
	BinCounts	counts = count_drift_bins(set, view, f);

	for (int i = 0; i < set->nbins; i++)
	{
		if (i != other_bin(set) && (counts.best[i] > 0 || counts.rest[i] > 0))
			put_bin(result, view, bin_label(set, &set->bins[i]), &counts, i, smooth);
	}
}

Datum
icp_woe(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ArrayType  *cuts = PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2);
	DriftOptions options = {.bins = MAX_BINS, .smooth = true};
	SketchView *view;
	char	   *name;
	const ViewField *f;

	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(3))
		parse_drift_options(PG_GETARG_JSONB_P(3), known_options, &options);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	view = open_view(PG_GETARG_DATUM(0));
	name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	f = view_field(view, name);
	if (f == NULL)
	{
		check_field_names(view, list_make1(name));
		return (Datum) 0;		/* not reached */
	}
	if (!f->is_list)
		put_bins(result, view, f, choose_bins(view, f, cuts, &options), options.smooth);
	else if (cuts == NULL && options.cuts == NULL)
		put_items(result, view, f, options.smooth);
	else
		no_cuts_for(f, "is a list, which has no cuts", "Leave them out: each frequent item has a bin.");
	return (Datum) 0;
}

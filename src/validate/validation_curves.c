/*
 * validation_curves.c
 *		icp_gains, icp_calibration, icp_roc and icp_confusion: what a score does
 *		from its best rows to its worst.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "validate/validation_view.h"

PG_FUNCTION_INFO_V1(icp_gains);
PG_FUNCTION_INFO_V1(icp_calibration);
PG_FUNCTION_INFO_V1(icp_roc);
PG_FUNCTION_INFO_V1(icp_confusion);

#define GAINS_COLUMNS 8
#define CALIBRATION_COLUMNS 6
#define ROC_COLUMNS 3
#define CONFUSION_COLUMNS 5

#define MAX_POINTS 100000

/* ---- parts of as equal numbers of rows as can be ---- */

typedef struct Part
{
	int64		events;
	int64		others;
	double		low;			/* scores; of no meaning without rows */
	double		high;
	RunningMean score;
} Part;

/* Best scores first if they descend, else last. */
static Part *
cut_into_parts(const ValidationView *view, int nparts, bool descending)
{
	Part	   *parts = palloc0(sizeof(Part) * nparts);
	int64		before = 0;

	for (int k = 0; k < view->ncells; k++)
	{
		int			i = descending ? view->ncells - 1 - k : k;
		int64		rows = view_rows(view, i);
		Part	   *part = &parts[part_of_middle(before, rows, view->all_events + view->all_others, nparts)];
		bool		is_first = part->events + part->others == 0;

		part->low = is_first ? view->lows[i] : Min(part->low, view->lows[i]);
		part->high = is_first ? view->highs[i] : Max(part->high, view->highs[i]);
		part->events += view->events[i];
		part->others += view->others[i];
		add_to_mean(&part->score, view->scores[i], rows);
		before += rows;
	}
	return parts;
}

static void
put_gains(ReturnSetInfo *rsinfo, const ValidationView *view, int bucket,
		  const Part *part, int64 captured)
{
	Datum		values[GAINS_COLUMNS];
	bool		nulls[GAINS_COLUMNS] = {0};
	int64		rows = part->events + part->others;
	double		rate = (double) part->events / (double) rows;
	double		lift = (double) part->events * ((double) view->all_events + (double) view->all_others) /
		((double) rows * (double) view->all_events);
	int			i = 0;

	values[i++] = Int32GetDatum(bucket);
	put_real(&values[i], &nulls[i], rows > 0 ? part->low : NAN);
	i++;
	put_real(&values[i], &nulls[i], rows > 0 ? part->high : NAN);
	i++;
	values[i++] = Int64GetDatum(rows);
	values[i++] = Int64GetDatum(part->events);
	put_real(&values[i], &nulls[i], rate);
	i++;
	put_real(&values[i], &nulls[i], lift);
	i++;
	put_real(&values[i], &nulls[i], (double) captured / (double) view->all_events);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
icp_gains(PG_FUNCTION_ARGS)
{
	int32		nbuckets = PG_GETARG_INT32(1);
	int64		captured = 0;
	const ValidationView *view;
	const Part *parts;

	check_parts("buckets", nbuckets);
	view = open_validation_view(PG_GETARG_DATUM(0));
	parts = cut_into_parts(view, nbuckets, true);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < nbuckets; i++)
	{
		captured += parts[i].events;
		put_gains((ReturnSetInfo *) fcinfo->resultinfo, view, i + 1, &parts[i], captured);
	}
	return (Datum) 0;
}

static void
put_calibration(ReturnSetInfo *rsinfo, int bin, const Part *part)
{
	Datum		values[CALIBRATION_COLUMNS];
	bool		nulls[CALIBRATION_COLUMNS] = {0};
	int64		rows = part->events + part->others;
	Limits		limits = rows > 0 ? proportion_limits(part->events, rows, 0.95) : (Limits) {NAN, NAN};
	int			i = 0;

	values[i++] = Int32GetDatum(bin);
	values[i++] = Int64GetDatum(rows);
	put_real(&values[i], &nulls[i], rows > 0 ? part->score.value : NAN);
	i++;
	put_real(&values[i], &nulls[i], (double) part->events / (double) rows);
	i++;
	put_real(&values[i], &nulls[i], limits.low);
	i++;
	put_real(&values[i], &nulls[i], limits.high);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
icp_calibration(PG_FUNCTION_ARGS)
{
	int32		nbins = PG_GETARG_INT32(1);
	const Part *parts;

	check_parts("bins", nbins);
	parts = cut_into_parts(open_validation_view(PG_GETARG_DATUM(0)), nbins, false);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < nbins; i++)
		put_calibration((ReturnSetInfo *) fcinfo->resultinfo, i + 1, &parts[i]);
	return (Datum) 0;
}

/* ---- the ROC curve ---- */

static void
put_point(ReturnSetInfo *rsinfo, double fpr, double tpr, double threshold)
{
	Datum		values[ROC_COLUMNS] = {Float8GetDatum(fpr), Float8GetDatum(tpr)};
	bool		nulls[ROC_COLUMNS] = {0};

	put_real(&values[2], &nulls[2], threshold);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Of corners of the curve in equal stretches of its way, as fpr + tpr goes, the
 * first of each: so many points at most, among them both ends.
 */
static void
put_curve(ReturnSetInfo *rsinfo, const ValidationView *view, int npoints)
{
	double		events = 0;
	double		others = 0;
	int			last = 0;

	put_point(rsinfo, 0, 0, NAN);
	for (int i = view->ncells - 1; i >= 0; i--)
	{
		double		fpr;
		double		tpr;
		int			stretch;

		events += (double) view->events[i];
		others += (double) view->others[i];
		fpr = others / (double) view->all_others;
		tpr = events / (double) view->all_events;
		stretch = (int) ((fpr + tpr) / 2 * (npoints - 1));
		if (i > 0 && (stretch == last || stretch >= npoints - 1))
			continue;
		last = stretch;
		put_point(rsinfo, fpr, tpr, view->lows[i]);
	}
}

Datum
icp_roc(PG_FUNCTION_ARGS)
{
	int32		npoints = PG_GETARG_INT32(1);
	const ValidationView *view;

	if (npoints < 2 || npoints > MAX_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("points %d is out of range", npoints),
				 errhint("It is from 2, which are the ends of the curve, to %d.", MAX_POINTS)));
	view = open_validation_view(PG_GETARG_DATUM(0));
	InitMaterializedSRF(fcinfo, 0);
	if (view->all_events > 0 && view->all_others > 0)
		put_curve((ReturnSetInfo *) fcinfo->resultinfo, view, npoints);
	return (Datum) 0;
}

/* ---- one threshold ---- */

/* Rows whose score is at or above the threshold, and those of which that is not known. */
typedef struct Confusion
{
	int64		tp;
	int64		fp;
	int64		uncertain;
} Confusion;

static Confusion
confuse(const ValidationView *view, double threshold)
{
	Confusion	c = {0};

	for (int i = 0; i < view->ncells; i++)
	{
		/* a cell that the threshold cuts is taken for its middle */
		if (view->lows[i] < threshold && view->highs[i] >= threshold)
			c.uncertain += view_rows(view, i);
		if (view->lows[i] >= threshold || view->scores[i] >= threshold)
		{
			c.tp += view->events[i];
			c.fp += view->others[i];
		}
	}
	return c;
}

Datum
icp_confusion(PG_FUNCTION_ARGS)
{
	double		threshold = PG_GETARG_FLOAT8(1);
	const ValidationView *view;
	Confusion	c;
	Datum		values[CONFUSION_COLUMNS];
	bool		nulls[CONFUSION_COLUMNS] = {0};
	TupleDesc	tupdesc;
	int			i = 0;

	if (isnan(threshold))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold cannot be NaN"),
				 errhint("It is the least score that counts as yes.")));
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != CONFUSION_COLUMNS)
		elog(ERROR, "icp_confusion does not return what it should");
	view = open_validation_view(PG_GETARG_DATUM(0));
	c = confuse(view, threshold);
	values[i++] = Int64GetDatum(c.tp);
	values[i++] = Int64GetDatum(c.fp);
	values[i++] = Int64GetDatum(view->all_events - c.tp);
	values[i++] = Int64GetDatum(view->all_others - c.fp);
	values[i] = Int64GetDatum(c.uncertain);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

/*
 * validation_quality.c
 *		icp_quality: how good a score is, in one row.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "validate/validation_view.h"

PG_FUNCTION_INFO_V1(icp_quality);

enum
{
	QUALITY_N,
	QUALITY_EVENTS,
	QUALITY_MISSING,
	QUALITY_AUC,
	QUALITY_AUC_LOW,
	QUALITY_AUC_HIGH,
	QUALITY_GINI,
	QUALITY_KS,
	QUALITY_BRIER,
	QUALITY_LOG_LOSS,
	QUALITY_BASE_RATE,
	QUALITY_THRESHOLD,
	QUALITY_SLOPE,
	QUALITY_INTERCEPT,
	QUALITY_AUC_ERROR,
	QUALITY_NOTE,
	QUALITY_COLUMNS
};

typedef struct Quality
{
	Datum		values[QUALITY_COLUMNS];
	bool		nulls[QUALITY_COLUMNS];
	StringInfoData note;
} Quality;

static void
put(Quality *quality, int column, double number)
{
	put_real(&quality->values[column], &quality->nulls[column], number);
}

static void
note(Quality *quality, const char *text)
{
	if (quality->note.len > 0)
		appendStringInfoString(&quality->note, "; ");
	appendStringInfoString(&quality->note, text);
}

/* ---- ranking ---- */

/* How far the AUC of the cells can be from that of the scores: pairs within a cell count half. */
static double
auc_error(const ValidationView *view)
{
	double		sum = 0;

	for (int i = 0; i < view->ncells; i++)
	{
		if (view->lows[i] < view->highs[i])
			sum += (double) view->events[i] / (double) view->all_events *
				((double) view->others[i] / (double) view->all_others);
	}
	return sum / 2;
}

/* The highest threshold with the highest F1, which is 2 tp / (2 tp + fp + fn). */
static double
best_threshold(const ValidationView *view)
{
	double		tp = 0;
	double		positive = 0;
	double		best = -1;
	int			at = 0;

	for (int i = view->ncells - 1; i >= 0; i--)
	{
		double		f1;

		tp += (double) view->events[i];
		positive += (double) view_rows(view, i);
		f1 = 2 * tp / (positive + (double) view->all_events);
		if (f1 > best)
		{
			best = f1;
			at = i;
		}
	}
	return view->lows[at];
}

static void
put_ranking(Quality *quality, const ValidationView *view)
{
	AucEstimate auc = auc_estimate(view->events, view->others, view->ncells, 0.95);
	bool		has_both = view->all_events > 0 && view->all_others > 0;
	double		threshold = has_both ? best_threshold(view) : NAN;

	put(quality, QUALITY_AUC, auc.auc);
	put(quality, QUALITY_AUC_LOW, auc.low);
	put(quality, QUALITY_AUC_HIGH, auc.high);
	put(quality, QUALITY_GINI, 2 * auc.auc - 1);
	put(quality, QUALITY_KS, ks_of_bins(view->events, view->others, view->ncells));
	put(quality, QUALITY_THRESHOLD, threshold);
	put(quality, QUALITY_AUC_ERROR, has_both ? auc_error(view) : NAN);
	if (view->ncells == 0)
		note(quality, "no row has both a score and an outcome");
	else if (!has_both)
		note(quality, view->all_events > 0 ? "one class only: every outcome is true" : "one class only: every outcome is false");
	if (isinf(threshold))
		note(quality, threshold > 0 ? "no threshold: the best is Infinity" : "no threshold: the best is -Infinity");
	if (view->level > 1)
		note(quality, psprintf("more than %d distinct scores: those too near to each other are told apart to %d binary digits, see auc_error",
							   MAX_CELLS, 53 - view->level));
}

/* ---- probabilities ---- */

static bool
are_probabilities(const ValidationView *view)
{
	return view->ncells > 0 && view->lows[0] >= 0 &&
		view->highs[view->ncells - 1] <= 1;
}

/* Brier (1950), "Verification of forecasts expressed in terms of probability". */
static double
brier_score(const ValidationView *view)
{
	RunningMean mean = {0, 0};

	for (int i = 0; i < view->ncells; i++)
	{
		double		p = view->scores[i];

		add_to_mean(&mean, (1 - p) * (1 - p), view->events[i]);
		add_to_mean(&mean, p * p, view->others[i]);
	}
	return mean.value;
}

/* The mean of -ln of what was said to be the probability of what came. */
static double
log_loss(const ValidationView *view)
{
	RunningMean mean = {0, 0};

	for (int i = 0; i < view->ncells; i++)
	{
		double		p = view->scores[i];

		add_to_mean(&mean, -log(p), view->events[i]);
		add_to_mean(&mean, -log1p(-p), view->others[i]);
	}
	return mean.value;
}

static void
put_calibration_line(Quality *quality, const ValidationView *view)
{
	LogisticLine line = {NAN, NAN};
	double	   *logits = palloc(sizeof(double) * view->ncells);

	if (view->scores[0] <= 0 || view->scores[view->ncells - 1] >= 1)
		note(quality, "no slope and intercept: a score of exactly 0 or 1 has no logit");
	else
	{
		for (int i = 0; i < view->ncells; i++)
			logits[i] = log(view->scores[i]) - log1p(-view->scores[i]);
		line = logistic_line(logits, view->events, view->others, view->ncells);
		if (isnan(line.slope) && view->all_events > 0 && view->all_others > 0)
			note(quality, "no slope and intercept: the scores of the two classes do not overlap");
	}
	put(quality, QUALITY_SLOPE, line.slope);
	put(quality, QUALITY_INTERCEPT, line.intercept);
	pfree(logits);
}

static void
put_probabilities(Quality *quality, const ValidationView *view)
{
	double		loss;

	if (!are_probabilities(view))
	{
		put(quality, QUALITY_BRIER, NAN);
		put(quality, QUALITY_LOG_LOSS, NAN);
		put(quality, QUALITY_SLOPE, NAN);
		put(quality, QUALITY_INTERCEPT, NAN);
		if (view->ncells > 0)
			note(quality, "no brier, log_loss, slope and intercept: not all scores are probabilities, from 0 to 1");
		return;
	}
	loss = log_loss(view);
	put(quality, QUALITY_BRIER, brier_score(view));
	put(quality, QUALITY_LOG_LOSS, loss);
	if (!isfinite(loss))
		note(quality, "no log_loss: it is infinite, since a score of 0 or 1 was wrong");
	put_calibration_line(quality, view);
}

/* ---- SQL ---- */

Datum
icp_quality(PG_FUNCTION_ARGS)
{
	const ValidationView *view = open_validation_view(PG_GETARG_DATUM(0));
	double		rows = (double) view->all_events + (double) view->all_others;
	Quality		quality = {0};
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != QUALITY_COLUMNS)
		elog(ERROR, "icp_quality does not return what it should");
	initStringInfo(&quality.note);
	quality.values[QUALITY_N] = Int64GetDatum(view->all_events + view->all_others);
	quality.values[QUALITY_EVENTS] = Int64GetDatum(view->all_events);
	quality.values[QUALITY_MISSING] = Int64GetDatum(view->missing);
	put(&quality, QUALITY_BASE_RATE, (double) view->all_events / rows);
	put_ranking(&quality, view);
	put_probabilities(&quality, view);
	quality.nulls[QUALITY_NOTE] = quality.note.len == 0;
	quality.values[QUALITY_NOTE] = CStringGetTextDatum(quality.note.data);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), quality.values, quality.nulls)));
}

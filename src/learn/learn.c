/*
 * learn.c
 *		icp_learn: a portrait from a sketch.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "learn/learn.h"

PG_FUNCTION_INFO_V1(icp_learn);

/* Shapes are learned from so many rows at most; how well that does is seen on all. */
#define ENOUGH_ROWS 100000

/* With fewer rows of a side, or limits of the AUC further apart, it is provisional. */
#define FIRM_ROWS 40
#define FIRM_WIDTH 0.15

/* The lower limit stays clear of 0.5 by such a part of its distance from the AUC. */
#define CLEARANCE 0.15

static Verdict
judge(const Assessment *a)
{
	if (isnan(a->auc) || !(a->auc_low - CLEARANCE * (a->auc - a->auc_low) > 0.5))
		return VERDICT_NONE;
	if (Min(a->best, a->rest) < FIRM_ROWS || a->auc_high - a->auc_low > FIRM_WIDTH)
		return VERDICT_PROVISIONAL;
	return VERDICT_RELIABLE;
}

static Card *
final_card(const Rows *sample, const Assessment *a, const LearnOptions *options)
{
	Part		all = rows_without(sample, ALL_ROWS);
	Model	   *model = learn_model(sample, &all, a->pairs_pay, options);
	Card	   *card = learn_card(model, sample, &all, a->pairs_pay, options);

	free_model(model);
	return card;
}

static Datum
learn(const SketchView *view, LearnOptions *options)
{
	Assessment	a = {.auc = NAN};
	Scorecard  *scorecard = NULL;
	Verdict		verdict;
	Rows	   *rows;
	Rows	   *sample;

	/* each fold needs rows of both sides */
	options->folds = (int) Max(Min(options->folds, Min(view->best_n, view->rest_n)), 1);
	rows = make_rows(view, options);
	sample = sample_rows(rows, ENOUGH_ROWS);
	if (options->folds > 1 && rows->nfeatures > 0)
		a = assess(rows, sample, view, options);
	verdict = judge(&a);
	if (verdict != VERDICT_NONE)
	{
		Card	   *card = final_card(sample, &a, options);

		if (card->nterms > 0)
			scorecard = make_scorecard(card, rows, view, &a.calibration);
		if (scorecard == NULL)
			verdict = VERDICT_NONE;
	}
	return write_portrait(view, rows, scorecard, &a, verdict, options);
}

Datum
icp_learn(PG_FUNCTION_ARGS)
{
	LearnOptions options = parse_learn_options(PG_GETARG_JSONB_P(1));
	SketchView *view = open_view(PG_GETARG_DATUM(0));

	check_learn_fields(view, &options);
	classify_fields(view);
	return learn(view, &options);
}

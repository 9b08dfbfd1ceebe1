/*
 * assess.c
 *		How well a portrait learned this way does on rows that it was not fitted to.
 *
 * Everything that looks at who is best is done anew for each fold: the model,
 * its pairs, the card.  Only whether pairs are worth having at all is one
 * decision for all folds.
 */
#include "postgres.h"

#include <math.h>

#include "common/result.h"
#include "learn/learn.h"
#include "miscadmin.h"
#include "stats/stats.h"

/* Pairs have to add so much to the AUC, since they take more words. */
#define PAIRS_BAR 0.002

/* ... and such a part of the width of its limits, lest chance decides. */
#define PAIRS_WIDTH 0.05

/* Log-odds of rows by models that did not see them. */
typedef struct HeldOut
{
	float	   *card;
	float	   *model;
} HeldOut;

/* ---- learning without a fold ---- */

static float *
room_for_logits(const Rows *rows)
{
	return palloc_extended(sizeof(float) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
}

/* The full model of some rows: of single fields, or with all that they do together. */
Model *
learn_model(const Rows *rows, const Part *part, bool pairs, const LearnOptions *options)
{
	Model	   *single = fit_model(rows, part);
	Model	   *model;

	if (!pairs)
		return single;
	model = add_pairs(single, rows, part, Min(options->pairs, MAX_PAIRS));
	free_model(single);
	add_trees(model, rows, part);
	return model;
}

Card *
learn_card(const Model *model, const Rows *rows, const Part *part, bool pairs,
		   const LearnOptions *options)
{
	LearnOptions without = *options;
	float	   *logit = room_for_logits(rows);
	Card	   *card;

	without.pairs = 0;
	model_logits(model, rows, part, logit);
	card = condense(model, rows, part, logit, pairs ? options : &without);
	pfree(logit);
	return card;
}

/* What a model of the other folds, and its card, say of each fold. */
static HeldOut
hold_out(const Rows *rows, const Rows *sample, bool pairs, const LearnOptions *options)
{
	HeldOut		held_out = {room_for_logits(rows), room_for_logits(rows)};

	for (int fold = 0; fold < rows->nfolds; fold++)
	{
		Part		training = rows_without(sample, fold);
		Part		test = rows_of(rows, fold);
		Model	   *model = learn_model(sample, &training, pairs, options);
		Card	   *card = learn_card(model, sample, &training, pairs, options);

		card_logits(card, rows, &test, held_out.card);
		model_logits(model, rows, &test, held_out.model);
		free_card(card);
		free_model(model);
	}
	return held_out;
}

/* ---- calibration ---- */

/* Weights of rows of either side, so that they stand for all rows that were seen. */
typedef struct Sides
{
	double		weight[2];
} Sides;

/*
 * Logistic regression of who is best on log-odds, over all folds but one:
 * Newton's method, with a little weight on a slope of 1.
 */
static Calibration
calibrate(const Rows *rows, const Sides *sides, const float *logit, int without)
{
	Part		part = rows_without(rows, without);
	Calibration c = {0, 1};

	for (int round = 0; round < 25; round++)
	{
		double		g0 = 0;
		double		g1 = 1e-3 * (1 - c.slope);
		double		h00 = 1e-9;
		double		h01 = 0;
		double		h11 = 1e-3;
		double		determinant;
		double		d0;
		double		d1;

		CHECK_FOR_INTERRUPTS();
		for (int s = 0; s < part.n; s++)
		{
			for (int64 i = part.stretches[s].from; i < part.stretches[s].to; i++)
			{
				double		p = probability(c.intercept + c.slope * logit[i]);
				double		weight = rows->count[i] * sides->weight[rows->best[i]];
				double		h = weight * p * (1 - p);
				double		r = weight * (rows->best[i] - p);

				g0 += r;
				g1 += r * logit[i];
				h00 += h;
				h01 += h * logit[i];
				h11 += h * logit[i] * logit[i];
			}
		}
		determinant = h00 * h11 - h01 * h01;
		if (!(determinant > 1e-12 * h00 * h11))
		{
			/* all log-odds are the same */
			c.intercept += Min(Max(g0 / h00, -3), 3);
			continue;
		}
		d0 = (h11 * g0 - h01 * g1) / determinant;
		d1 = (h00 * g1 - h01 * g0) / determinant;
		c.intercept += Min(Max(d0, -5), 5);
		c.slope += Min(Max(d1, -1), 1);
		if (fabs(d0) + fabs(d1) < 1e-9)
			break;
	}
	return c;
}

/* Log-odds as the other folds would calibrate them. */
static void
calibrate_folds(const Rows *rows, const Sides *sides, const float *logit, float *calibrated)
{
	for (int fold = 0; fold < rows->nfolds; fold++)
	{
		Calibration c = calibrate(rows, sides, logit, fold);

		for (int64 i = rows->starts[fold]; i < rows->starts[fold + 1]; i++)
			calibrated[i] = (float) (c.intercept + c.slope * logit[i]);
	}
}

/* The mean squared error of the probabilities (Brier's score). */
static double
mean_squares(const Rows *rows, const Sides *sides, const float *logit)
{
	double		sum = 0;
	double		all = 0;

	for (int64 i = 0; i < rows->n; i++)
	{
		double		weight = rows->count[i] * sides->weight[rows->best[i]];
		double		miss = rows->best[i] - probability(logit[i]);

		sum += weight * miss * miss;
		all += weight;
	}
	return sum / all;
}

/* ---- AUC ---- */

typedef struct Scored
{
	float		logit;
	float		count;
	bool		best;
} Scored;

static int
compare_scored(const void *a, const void *b)
{
	const Scored *x = a;
	const Scored *y = b;

	return (x->logit > y->logit) - (x->logit < y->logit);
}

/* Of some rows by their log-odds. */
AucEstimate
auc_of(const Rows *rows, const float *logit, int64 from, int64 to)
{
	int64		n = to - from;
	Scored	   *scored = palloc_extended(sizeof(Scored) * Max(n, 1), MCXT_ALLOC_HUGE);
	int64	   *counts[2];
	int			bins = -1;
	AucEstimate result;

	for (int side = 0; side < 2; side++)
		counts[side] = palloc_extended(sizeof(int64) * Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int64 i = 0; i < n; i++)
		scored[i] = (Scored) {logit[from + i], rows->count[from + i], rows->best[from + i]};
	qsort(scored, n, sizeof(Scored), compare_scored);
	CHECK_FOR_INTERRUPTS();
	for (int64 i = 0; i < n; i++)
	{
		if (i == 0 || scored[i].logit != scored[i - 1].logit)
			bins++;
		counts[scored[i].best][bins] += (int64) scored[i].count;
	}
	result = auc_estimate(counts[1], counts[0], bins + 1, LEVEL);
	pfree(scored);
	pfree(counts[0]);
	pfree(counts[1]);
	return result;
}

typedef struct FoldsAuc
{
	double		auc;
	double		variance;
} FoldsAuc;

/*
 * The mean over folds.  Test rows are different ones in each fold, but the rows
 * learned from are mostly the same: so the variance of one fold counts not 1/k
 * times, but 1/k and test rows / training rows more (Nadeau and Bengio 2003).
 */
static FoldsAuc
mean_auc(const Rows *rows, const float *logit)
{
	FoldsAuc	mean = {0, 0};
	int			n = 0;

	for (int fold = 0; fold < rows->nfolds; fold++)
	{
		AucEstimate e = auc_of(rows, logit, rows->starts[fold], rows->starts[fold + 1]);

		if (isnan(e.auc))
			continue;
		n++;
		mean.auc += e.auc;
		if (!isnan(e.variance))
			mean.variance += e.variance;
	}
	if (n == 0)
		return (FoldsAuc) {NAN, NAN};
	return (FoldsAuc) {mean.auc / n, mean.variance / n * (1.0 / n + 1.0 / Max(rows->nfolds - 1, 1))};
}

/* ---- all of it ---- */

/*
 * On the scale of log-odds, where limits stay between 0 and 1.  There the step is
 * taken a little away from 0 and 1, at which any doubt would be boundless.
 */
static void
put_limits(Assessment *a, double variance)
{
	double		reach = normal_quantile(0.5 + LEVEL / 2) * sqrt(variance);
	double		margin = Min(Max(reach / 2, 1e-6), 0.5);
	double		auc = Min(Max(a->auc, margin), 1 - margin);
	double		half = reach / (auc * (1 - auc));
	double		logit = log(auc / (1 - auc));

	a->auc_low = Min(probability(logit - half), a->auc);
	a->auc_high = Max(probability(logit + half), a->auc);
}

static Assessment
judge_held_out(const Rows *rows, const SketchView *view, const HeldOut *held_out)
{
	Assessment	a = {.best = view->best_n, .rest = view->rest_n};
	Sides		sides = {{view->rest_weight, view->best_weight}};
	float	   *logit = room_for_logits(rows);
	FoldsAuc	auc = mean_auc(rows, held_out->card);

	a.auc = auc.auc;
	put_limits(&a, auc.variance);
	a.auc_full = mean_auc(rows, held_out->model).auc;
	calibrate_folds(rows, &sides, held_out->card, logit);
	a.slope = calibrate(rows, &sides, logit, ALL_ROWS).slope;
	a.brier = mean_squares(rows, &sides, logit);
	a.calibration = calibrate(rows, &sides, held_out->card, ALL_ROWS);
	pfree(logit);
	return a;
}

static Assessment
assess_way(const Rows *rows, const Rows *sample, const SketchView *view, bool pairs,
		   const LearnOptions *options)
{
	HeldOut		held_out = hold_out(rows, sample, pairs, options);
	Assessment	a = judge_held_out(rows, view, &held_out);

	a.pairs_pay = pairs;
	pfree(held_out.card);
	pfree(held_out.model);
	return a;
}

Assessment
assess(const Rows *rows, const Rows *sample, const SketchView *view, const LearnOptions *options)
{
	Assessment	single = assess_way(rows, sample, view, false, options);
	Assessment	paired;
	double		bar = Max(PAIRS_BAR, PAIRS_WIDTH * (single.auc_high - single.auc_low));

	if (options->pairs == 0)
		return single;
	paired = assess_way(rows, sample, view, true, options);
	return paired.auc > single.auc + bar ? paired : single;
}

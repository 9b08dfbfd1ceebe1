/*
 * roc.c
 *		The area under the ROC curve, and how sure it is.
 */
#include <math.h>

#include "stats/stats.h"

/* A class with fewer rows says too little of how much the estimate varies. */
#define FEW_ROWS 20

/* Rows of both classes. */
typedef struct ClassCounts
{
	double		best;
	double		rest;
} ClassCounts;

static ClassCounts
count_classes(const int64_t *best, const int64_t *rest, int nbins)
{
	ClassCounts counts = {0, 0};

	for (int i = 0; i < nbins; i++)
	{
		counts.best += (double) best[i];
		counts.rest += (double) rest[i];
	}
	return counts;
}

/*
 * DeLong, DeLong and Clarke-Pearson (1988), "Comparing the areas under two or
 * more correlated receiver operating characteristic curves: a nonparametric
 * approach".  All rows of a class and bin are placed alike, so that one pass
 * does what is a sum over pairs there.  Each class needs two rows.
 */
static double
delong_variance(const int64_t *best, const int64_t *rest, int nbins,
				const ClassCounts *all, double auc)
{
	double		best_below = 0;
	double		rest_below = 0;
	double		best_squares = 0;
	double		rest_squares = 0;

	for (int i = 0; i < nbins; i++)
	{
		double		b = (double) best[i];
		double		r = (double) rest[i];
		/* how much of the other class a row of this bin is above, or below */
		double		best_place = (rest_below + r / 2) / all->rest - auc;
		double		rest_place = 1 - (best_below + b / 2) / all->best - auc;

		best_squares += b * best_place * best_place;
		rest_squares += r * rest_place * rest_place;
		best_below += b;
		rest_below += r;
	}
	return best_squares / (all->best - 1) / all->best +
		rest_squares / (all->rest - 1) / all->rest;
}

/*
 * The variance that the estimate would have if the truth were auc: of Hanley
 * and McNeil (1982), with both classes' sizes replaced by their mean, after
 * Newcombe (2006), "Confidence intervals for an effect size measure based on
 * the Mann-Whitney statistic. Part 2", method 5.
 */
static double
newcombe_variance(const ClassCounts *all, double auc)
{
	double		others = (all->best + all->rest) / 2 - 1;

	return auc * (1 - auc) / (all->best * all->rest) *
		(1 + others * ((1 - auc) / (2 - auc) + auc / (1 + auc)));
}

/* The lowest truth from which the estimate is not more than z deviations away. */
static double
newcombe_low(const ClassCounts *all, double auc, double z)
{
	double		low = 0;
	double		high = auc;

	for (;;)
	{
		double		middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return low;
		if (auc - middle > z * sqrt(newcombe_variance(all, middle)))
			low = middle;
		else
			high = middle;
	}
}

/* And the variance that these limits imply. */
static void
newcombe_limits(AucEstimate *estimate, const ClassCounts *all, double z)
{
	double		half;

	estimate->low = newcombe_low(all, estimate->auc, z);
	/* the same, seen from the other side */
	estimate->high = 1 - newcombe_low(all, 1 - estimate->auc, z);
	half = (estimate->high - estimate->low) / 2 / z;
	estimate->variance = half * half;
}

/*
 * Wald's limits of the logit: Pepe (2003), "The statistical evaluation of
 * medical tests for classification and prediction", 5.2.5.
 */
static void
logit_limits(AucEstimate *estimate, double z)
{
	double		auc = estimate->auc;
	double		width = z * sqrt(estimate->variance) / (auc * (1 - auc));
	double		odds = auc / (1 - auc);

	estimate->low = 1 / (1 + exp(width) / odds);
	estimate->high = 1 / (1 + exp(-width) / odds);
}

/*
 * The AUC with DeLong's variance, and limits from it.  Where that variance is of
 * no use, because a class has one row, or all rows of each class are placed
 * alike (which is what an AUC of 0 or 1 means), the limits are Newcombe's, which
 * ask no more than the AUC, and the variance is the one that they imply.  Where
 * a class has few rows, the limits are the wider ones: DeLong's alone, of two or
 * three rows, miss the truth one time in five.
 */
AucEstimate
auc_estimate(const int64_t *best, const int64_t *rest, int nbins, double level)
{
	AucEstimate estimate = {NAN, NAN, NAN, NAN};
	ClassCounts all = count_classes(best, rest, nbins);
	double		z = normal_quantile(0.5 + level / 2);

	if (all.best < 1 || all.rest < 1)
		return estimate;
	estimate.auc = auc_of_bins(best, rest, nbins);
	estimate.variance = all.best > 1 && all.rest > 1 ?
		delong_variance(best, rest, nbins, &all, estimate.auc) : 0;
	if (estimate.variance > 0)
		logit_limits(&estimate, z);
	if (!(estimate.variance > 0) || estimate.auc <= 0 || estimate.auc >= 1)
		newcombe_limits(&estimate, &all, z);
	else if (fmin(all.best, all.rest) < FEW_ROWS)
	{
		AucEstimate other = estimate;

		newcombe_limits(&other, &all, z);
		estimate.low = fmin(estimate.low, other.low);
		estimate.high = fmax(estimate.high, other.high);
	}
	/* rounding aside, the AUC is between them already */
	estimate.low = fmin(estimate.low, estimate.auc);
	estimate.high = fmax(estimate.high, estimate.auc);
	return estimate;
}

/*
 * The largest distance between both classes' cumulative shares: Smirnov (1948),
 * "Table for estimating the goodness of fit of empirical distributions".
 */
double
ks_of_bins(const int64_t *best, const int64_t *rest, int nbins)
{
	ClassCounts all = count_classes(best, rest, nbins);
	double		best_below = 0;
	double		rest_below = 0;
	double		largest = 0;

	if (all.best < 1 || all.rest < 1)
		return NAN;
	for (int i = 0; i < nbins; i++)
	{
		best_below += (double) best[i];
		rest_below += (double) rest[i];
		largest = fmax(largest, fabs(best_below / all.best - rest_below / all.rest));
	}
	return largest;
}

/*
 * ranking.c
 *		How well one ordered variable tells two classes apart.
 */
#include <math.h>

#include "stats/stats.h"

/* Twice the number of pairs does not fit into 64 bits. */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 PairCount;
#else
typedef double PairCount;
#endif

typedef struct ClassTotals
{
	double		best;
	double		rest;
} ClassTotals;

static ClassTotals
totals(const int64_t *best, const int64_t *rest, int nbins)
{
	int64_t		all_best = 0;
	int64_t		all_rest = 0;

	for (int i = 0; i < nbins; i++)
	{
		all_best += best[i];
		all_rest += rest[i];
	}
	return (ClassTotals){(double) all_best, (double) all_rest};
}

/*
 * The share of pairs of a best and a rest row in which the best one is higher,
 * and half of those in which they are level: Mann and Whitney (1947), "On a
 * test of whether one of two random variables is stochastically larger".
 */
double
auc_of_bins(const int64_t *best, const int64_t *rest, int nbins)
{
	PairCount	twice = 0;
	int64_t		below = 0;
	int64_t		all_best = 0;

	for (int i = 0; i < nbins; i++)
	{
		/* each best row of the bin beats those below, and ties with its own */
		twice += (PairCount) best[i] *
			((PairCount) below + (PairCount) below + (PairCount) rest[i]);
		below += rest[i];
		all_best += best[i];
	}
	if (below == 0 || all_best == 0)
		return NAN;
	return (double) twice / (double) (2 * (PairCount) all_best * (PairCount) below);
}

/*
 * Weight of evidence, after Good (1950), "Probability and the weighing of
 * evidence".  Infinite where one of the counts is 0; no rows are no evidence.
 */
double
woe(double best, double best_total, double rest, double rest_total)
{
	if (best <= 0 && rest <= 0)
		return 0;
	return log((best * rest_total) / (rest * best_total));
}

/*
 * The symmetric divergence of Kullback and Leibler (1951), "On information and
 * sufficiency", between the two classes' shares by bin.  Smoothing changes the
 * counts, not the totals.  NaN for one class.
 */
double
information_value(const int64_t *best, const int64_t *rest, int nbins, bool smooth)
{
	ClassTotals total = totals(best, rest, nbins);
	double		sum = 0;

	if (total.best <= 0 || total.rest <= 0)
		return NAN;
	for (int i = 0; i < nbins; i++)
	{
		double		b = (double) best[i];
		double		r = (double) rest[i];

		if (best[i] == 0 && rest[i] == 0)
			continue;
		if (smooth && (best[i] == 0 || rest[i] == 0))
		{
			b += 0.5;
			r += 0.5;
		}
		sum += (b / total.best - r / total.rest) *
			woe(b, total.best, r, total.rest);
	}
	return sum;
}

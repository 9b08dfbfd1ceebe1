/*
 * stability.c
 *		How far a distribution over cells has moved, and whether by more than chance.
 */
#include <math.h>

#include "stats/stats.h"

static double
sum(const double *x, int n)
{
	double		total = 0;

	for (int i = 0; i < n; i++)
		total += x[i];
	return total;
}

/*
 * The population stability index: the symmetric divergence of Kullback and
 * Leibler (1951), "On information and sufficiency", between two distributions.
 * In cells that are empty on one side it has no value; there the halves are
 * added to both sides, and not to the totals, as information_value() does.
 */
double
psi(const double *expected, double expected_half,
	const double *actual, double actual_half, int ncells, double *parts)
{
	double		expected_total = sum(expected, ncells);
	double		actual_total = sum(actual, ncells);
	double		result = 0;

	if (!(expected_total > 0) || !(actual_total > 0))
		return NAN;
	for (int i = 0; i < ncells; i++)
	{
		bool		empty = expected[i] <= 0 || actual[i] <= 0;
		double		e = (expected[i] + (empty ? expected_half : 0)) / expected_total;
		double		a = (actual[i] + (empty ? actual_half : 0)) / actual_total;
		double		part = 0;

		if (expected[i] > 0 || actual[i] > 0)
			part = (a - e) * log(a / e);
		if (parts)
			parts[i] = part;
		result += part;
	}
	return result;
}

static int
cells_in_use(const double *expected, const double *actual, int ncells)
{
	int			n = 0;

	for (int i = 0; i < ncells; i++)
		n += expected[i] > 0 || actual[i] > 0;
	return n;
}

/*
 * What it is on average for two samples of one population: in large ones it is
 * (1/n + 1/m) times a chi-square variable.  Yurdakul and Naranjo (2020),
 * "Statistical properties of the population stability index".
 */
double
psi_by_chance(const double *expected, const double *actual, int ncells)
{
	double		n = sum(expected, ncells);
	double		m = sum(actual, ncells);

	if (!(n > 0) || !(m > 0))
		return NAN;
	return (cells_in_use(expected, actual, ncells) - 1) * (1 / n + 1 / m);
}

/*
 * Pearson's chi-square test of homogeneity: ln of the probability that two
 * samples of one population are as far apart, or farther.  The statistic is
 * the sum over both samples, which comes to one term for each cell.
 */
double
log_homogeneity(const double *expected, const double *actual, int ncells)
{
	double		n = sum(expected, ncells);
	double		m = sum(actual, ncells);
	int			used = cells_in_use(expected, actual, ncells);
	double		statistic = 0;

	if (!(n > 0) || !(m > 0) || used < 2)
		return NAN;
	for (int i = 0; i < ncells; i++)
	{
		double		both = expected[i] + actual[i];
		double		apart = expected[i] / n - actual[i] / m;

		if (both > 0)
			statistic += apart * apart / both;
	}
	return log_gamma_upper(statistic * n * m / 2, (used - 1) / 2.0);
}

/* The sum over cells of (share - expected share) x points. */
double
points_shift(const double *expected, const double *actual, const double *points, int ncells)
{
	double		n = sum(expected, ncells);
	double		m = sum(actual, ncells);
	double		result = 0;

	for (int i = 0; i < ncells; i++)
		result += (actual[i] / m - expected[i] / n) * points[i];
	return result;
}

/*
 * smooth.c
 *		The values of a term's bins, shrunk as far as the data ask for.
 *
 * Empirical Bayes: the values are draws from a normal distribution, or steps of
 * a random walk, whose spread is the one that makes the data most likely; the
 * result is the posterior mean (Efron and Morris 1975; Wood 2017, section 6.5,
 * on restricted marginal likelihood).  Where the data look like noise the
 * likeliest spread is none, and all values are the mean.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"

/* Spreads that are tried, as differences of log-odds. */
static const double spreads[] = {2, 1.4, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.015};

/* A spread has to be so much likelier than none, in units of log-likelihood. */
#define MIN_EVIDENCE 0.5

/* Weights below this say nothing. */
#define NO_WEIGHT 1e-9

static double
common_mean(const double *h, const double *b, int n, double *weight)
{
	double		sum = 0;

	*weight = 0;
	for (int i = 0; i < n; i++)
	{
		*weight += h[i];
		sum += b[i];
	}
	return *weight > NO_WEIGHT ? sum / *weight : 0;
}

/*
 * A random walk with steps of precision lambda: solves the tridiagonal system
 * of its posterior mean, and returns its log evidence but for a constant.
 */
static double
walk(const double *h, const double *b, int n, double lambda, double *f)
{
	double		pivot[MAX_BINS];
	double		log_det = 0;
	double		fit = 0;

	for (int i = 0; i < n; i++)
	{
		double		diagonal = h[i] + lambda * ((i > 0) + (i < n - 1));

		f[i] = b[i];
		if (i > 0)
		{
			diagonal -= lambda * lambda / pivot[i - 1];
			f[i] += lambda / pivot[i - 1] * f[i - 1];
		}
		pivot[i] = Max(diagonal, NO_WEIGHT);
		log_det += log(pivot[i]);
	}
	for (int i = n - 1; i >= 0; i--)
		f[i] = (f[i] + (i < n - 1 ? lambda * f[i + 1] : 0)) / pivot[i];
	for (int i = 0; i < n; i++)
		fit += b[i] * f[i];
	return ((n - 1) * log(lambda) - log_det + fit) / 2;
}

void
smooth_ranges(const double *h, const double *b, int n, double *f)
{
	double		weight;
	double		mean = common_mean(h, b, n, &weight);
	double		flat;
	double		most;

	for (int i = 0; i < n; i++)
		f[i] = mean;
	if (n < 2 || weight <= NO_WEIGHT)
		return;
	flat = (mean * mean * weight - log(weight)) / 2;
	most = flat + MIN_EVIDENCE;
	for (int s = 0; s < (int) lengthof(spreads); s++)
	{
		double		trial[MAX_BINS];
		double		evidence = walk(h, b, n, 1 / (spreads[s] * spreads[s]), trial);

		if (evidence > most)
		{
			most = evidence;
			memcpy(f, trial, sizeof(double) * n);
		}
	}
}

/* Draws around a mean with variance: the same. */
static double
draws(const double *h, const double *b, int n, double variance, double *f)
{
	double		weight = 0;
	double		sum = 0;
	double		squares = 0;
	double		logs = 0;
	double		mean;

	for (int i = 0; i < n; i++)
	{
		double		w = h[i] / (1 + variance * h[i]);
		double		z = h[i] > NO_WEIGHT ? b[i] / h[i] : 0;

		weight += w;
		sum += w * z;
		squares += w * z * z;
		logs -= log1p(variance * h[i]);
	}
	mean = sum / Max(weight, NO_WEIGHT);
	for (int i = 0; i < n; i++)
		f[i] = (mean + variance * b[i]) / (1 + variance * h[i]);
	return (logs - log(Max(weight, NO_WEIGHT)) - squares + sum * mean) / 2;
}

void
shrink_values(const double *h, const double *b, int n, double *f)
{
	double		most = draws(h, b, n, 0, f) + MIN_EVIDENCE;

	for (int s = 0; s < (int) lengthof(spreads); s++)
	{
		double		trial[MAX_BINS];
		double		evidence = draws(h, b, n, spreads[s] * spreads[s], trial);

		if (evidence > most)
		{
			most = evidence;
			memcpy(f, trial, sizeof(double) * n);
		}
	}
}

/* One value alone, toward zero (the positive part of James and Stein's rule). */
double
shrink_one(double h, double value)
{
	double		square = value * value * h;

	return square > 1 ? value * (1 - 1 / square) : 0;
}

/* Pools neighbours that go the wrong way (pool adjacent violators). */
void
make_monotone(const double *h, int n, int direction, double *f)
{
	double		mean[MAX_BINS];
	double		weight[MAX_BINS];
	int			size[MAX_BINS];
	int			k = 0;

	for (int i = 0; i < n; i++)
	{
		mean[k] = f[i];
		weight[k] = Max(h[i], NO_WEIGHT);
		size[k++] = 1;
		while (k > 1 && (mean[k - 1] - mean[k - 2]) * direction < 0)
		{
			double		sum = weight[k - 1] + weight[k - 2];

			mean[k - 2] = (mean[k - 1] * weight[k - 1] + mean[k - 2] * weight[k - 2]) / sum;
			weight[k - 2] = sum;
			size[k - 2] += size[k - 1];
			k--;
		}
	}
	for (int i = 0, j = 0; j < k; j++)
	{
		for (int end = i + size[j]; i < end; i++)
			f[i] = mean[j];
	}
}

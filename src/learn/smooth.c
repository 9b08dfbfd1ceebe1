/*
 * smooth.c
 *		The values of a term's bins, shrunk as far as the data ask for.
 *
 * Empirical Bayes: the values are draws from a normal distribution, or a random
 * walk along a line, whose spreads are those that make the data most likely; the
 * result is the posterior mean (Efron and Morris 1975; Wood 2017, section 6.5,
 * on restricted marginal likelihood).  Where the data look like noise the
 * likeliest spread is none, and all values are the mean.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "stats/stats.h"

/* Spreads that are tried, as differences of log-odds. */
static const double spreads[] = {2, 1.4, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.015};

/* The same of the slope of a line through all bins, as spread over the rows. */
static const double slopes[] = {2, 1.4, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03};

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

/* ---- ranges ---- */

/* A random walk's posterior: the pivots of its tridiagonal system. */
typedef struct Walk
{
	const double *h;
	int			n;
	double		lambda;			/* precision of a step; 0: all values are the mean */
	double		weight;
	double		pivot[MAX_BINS];
	double		log_det;
} Walk;

static void
begin_walk(Walk *walk, const double *h, int n, double spread)
{
	walk->h = h;
	walk->n = n;
	walk->lambda = spread > 0 ? 1 / (spread * spread) : 0;
	walk->log_det = 0;
	if (walk->lambda == 0)
		return;
	for (int i = 0; i < n; i++)
	{
		double		diagonal = h[i] + walk->lambda * ((i > 0) + (i < n - 1));

		if (i > 0)
			diagonal -= walk->lambda * walk->lambda / walk->pivot[i - 1];
		walk->pivot[i] = Max(diagonal, NO_WEIGHT);
		walk->log_det += log(walk->pivot[i]);
	}
	walk->log_det -= (n - 1) * log(walk->lambda);
}

/* The posterior mean of the walk behind weighted values b. */
static void
solve_walk(const Walk *walk, const double *b, double *f)
{
	double		lambda = walk->lambda;
	int			n = walk->n;

	if (lambda == 0)
	{
		double		weight;
		double		mean = common_mean(walk->h, b, n, &weight);

		for (int i = 0; i < n; i++)
			f[i] = mean;
		return;
	}
	for (int i = 0; i < n; i++)
		f[i] = b[i] + (i > 0 ? lambda / walk->pivot[i - 1] * f[i - 1] : 0);
	for (int i = n - 1; i >= 0; i--)
		f[i] = (f[i] + (i < n - 1 ? lambda * f[i + 1] : 0)) / walk->pivot[i];
}

static double
product(const double *a, const double *b, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Places of the bins on a line: a mean of 0 and a spread of 1. */
static void
standardise(const double *h, double weight, int n, double *x)
{
	double		mean = 0;
	double		square = 0;

	for (int i = 0; i < n; i++)
		mean += h[i] * x[i] / weight;
	for (int i = 0; i < n; i++)
		square += h[i] * (x[i] - mean) * (x[i] - mean) / weight;
	for (int i = 0; i < n; i++)
		x[i] = square > 0 ? (x[i] - mean) / sqrt(square) : 0;
}

/* By rank, as a normal variable would have it. */
static void
place_by_rank(const double *h, double weight, int n, double *x)
{
	double		below = 0;

	for (int i = 0; i < n; i++)
	{
		x[i] = normal_quantile(Min(Max((below + h[i] / 2) / weight, 1e-6), 1 - 1e-6));
		below += h[i];
	}
	standardise(h, weight, n, x);
}

/* A walk along a line whose slope is a draw, too. */
static void
try_line(const Walk *walk, const double *b, const double *x, const double *f,
		 double evidence, double *most, double *best)
{
	int			n = walk->n;
	double		hx[MAX_BINS] = {0};
	double		fx[MAX_BINS];
	double		s;
	double		r;
	double		slope = 0;
	bool		better = false;

	for (int i = 0; i < n; i++)
		hx[i] = walk->h[i] * x[i];
	solve_walk(walk, hx, fx);
	s = product(x, hx, n) - product(hx, fx, n);
	r = product(x, b, n) - product(hx, f, n);
	for (int i = 0; i < (int) lengthof(slopes); i++)
	{
		double		variance = slopes[i] * slopes[i];
		double		e = evidence + (variance * r * r / (1 + variance * s) - log1p(variance * s)) / 2;

		if (e > *most)
		{
			*most = e;
			slope = variance * r / (1 + variance * s);
			better = true;
		}
	}
	for (int i = 0; i < n && better; i++)
		best[i] = f[i] + slope * (x[i] - fx[i]);
}

void
smooth_ranges(const double *h, const double *b, const double *place, int n, double *f)
{
	double		weight;
	double		mean = common_mean(h, b, n, &weight);
	double		by_rank[MAX_BINS];
	double		by_value[MAX_BINS];
	double		most;
	Walk		walk = {0};

	for (int i = 0; i < n; i++)
		f[i] = mean;
	if (n < 2 || weight <= NO_WEIGHT)
		return;
	place_by_rank(h, weight, n, by_rank);
	memcpy(by_value, place, sizeof(double) * n);
	standardise(h, weight, n, by_value);
	most = (mean * mean * weight - log(weight)) / 2 + MIN_EVIDENCE;
	for (int s = -1; s < (int) lengthof(spreads); s++)
	{
		double		trial[MAX_BINS];
		double		evidence;

		begin_walk(&walk, h, n, s < 0 ? 0 : spreads[s]);
		solve_walk(&walk, b, trial);
		evidence = (product(b, trial, n) - (s < 0 ? log(weight) : walk.log_det)) / 2;
		if (evidence > most)
		{
			most = evidence;
			memcpy(f, trial, sizeof(double) * n);
		}
		try_line(&walk, b, by_rank, trial, evidence, &most, f);
		if (n > 2)
			try_line(&walk, b, by_value, trial, evidence, &most, f);
	}
}

/* ---- values ---- */

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

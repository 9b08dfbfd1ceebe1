/*
 * calibration.c
 *		Logistic regression of two classes on one variable.
 *
 * On the logit of predicted probabilities, intercept and slope say how these
 * would have to be changed: Cox (1958), "Two further applications of a model
 * for binary regression".
 */
#include <math.h>

#include "stats/stats.h"

#define MAX_STEPS 100

/* A step this small leaves an error that is its square. */
#define SMALL_STEP 1e-9

/* The variable's mean and spread, with which it is brought to a common scale. */
typedef struct Scale
{
	double		mean;
	double		spread;
} Scale;

/* The log-likelihood, and how it changes with intercept and slope. */
typedef struct Likelihood
{
	double		log;
	double		gradient[2];
	double		curvature[3];	/* of intercept, of both, of slope; its negative */
} Likelihood;

/* There is a maximum if and only if each class has values on both sides of some of the other's. */
static bool
classes_overlap(const double *x, const int64_t *best, const int64_t *rest, int n)
{
	double		best_low = INFINITY;
	double		best_high = -INFINITY;
	double		rest_low = INFINITY;
	double		rest_high = -INFINITY;

	for (int i = 0; i < n; i++)
	{
		if (best[i] > 0)
		{
			best_low = fmin(best_low, x[i]);
			best_high = fmax(best_high, x[i]);
		}
		if (rest[i] > 0)
		{
			rest_low = fmin(rest_low, x[i]);
			rest_high = fmax(rest_high, x[i]);
		}
	}
	return best_low < rest_high && rest_low < best_high;
}

static Scale
scale_of(const double *x, const int64_t *best, const int64_t *rest, int n)
{
	Scale		scale = {0, 0};
	double		rows = 0;
	double		squares = 0;

	for (int i = 0; i < n; i++)
	{
		double		more = (double) best[i] + (double) rest[i];
		double		off = x[i] - scale.mean;

		if (more <= 0)
			continue;
		rows += more;
		scale.mean += off * (more / rows);
		squares += more * off * (x[i] - scale.mean);
	}
	scale.spread = sqrt(squares / rows);
	return scale;
}

static Likelihood
likelihood(const double *x, const int64_t *best, const int64_t *rest, int n,
		   const Scale *scale, const double *line)
{
	Likelihood	result = {0};

	for (int i = 0; i < n; i++)
	{
		double		z = (x[i] - scale->mean) / scale->spread;
		double		y = line[0] + line[1] * z;
		double		rows = (double) best[i] + (double) rest[i];
		/* both, since neither is exact as one less the other */
		double		p = 1 / (1 + exp(-y));
		double		q = 1 / (1 + exp(y));
		double		off = (double) best[i] * q - (double) rest[i] * p;
		double		weight = rows * p * q;

		result.log += (double) (y > 0 ? -rest[i] : best[i]) * y - rows * log1p(exp(-fabs(y)));
		result.gradient[0] += off;
		result.gradient[1] += off * z;
		result.curvature[0] += weight;
		result.curvature[1] += weight * z;
		result.curvature[2] += weight * z * z;
	}
	return result;
}

typedef struct Fit
{
	const double *x;
	const int64_t *best;
	const int64_t *rest;
	int			n;
	Scale		scale;
	double		line[2];
	Likelihood	now;
} Fit;

static Likelihood
likelihood_at(const Fit *fit, const double *line)
{
	return likelihood(fit->x, fit->best, fit->rest, fit->n, &fit->scale, line);
}

/* Goes that way, or half of it, or half of that, until it leads up. */
static void
climb(Fit *fit, const double *by)
{
	double		part = 1;
	/* near the top, rounding may lead down */
	double		least = fit->now.log - 1e-12 * fabs(fit->now.log);

	for (int halvings = 0; halvings < 20; halvings++)
	{
		double		there[2] = {fit->line[0] + part * by[0], fit->line[1] + part * by[1]};
		Likelihood	next = likelihood_at(fit, there);

		if (next.log >= least || halvings == 19)
		{
			fit->line[0] = there[0];
			fit->line[1] = there[1];
			fit->now = next;
			return;
		}
		part /= 2;
	}
}

/*
 * Newton's method.  NaN if there is no maximum, or none is found.
 */
LogisticLine
logistic_line(const double *x, const int64_t *best, const int64_t *rest, int n)
{
	Fit			fit = {.x = x, .best = best, .rest = rest, .n = n};

	if (!classes_overlap(x, best, rest, n))
		return (LogisticLine){NAN, NAN};
	fit.scale = scale_of(x, best, rest, n);
	fit.now = likelihood_at(&fit, fit.line);
	for (int step = 0; step < MAX_STEPS; step++)
	{
		const double *g = fit.now.gradient;
		const double *c = fit.now.curvature;
		double		determinant = c[0] * c[2] - c[1] * c[1];
		double		by[2] = {
			(g[0] * c[2] - g[1] * c[1]) / determinant,
			(g[1] * c[0] - g[0] * c[1]) / determinant
		};

		if (!(determinant > 0))
			break;
		climb(&fit, by);
		if (fabs(by[0]) + fabs(by[1]) <= SMALL_STEP * (1 + fabs(fit.line[0]) + fabs(fit.line[1])))
			return (LogisticLine){
				fit.line[0] - fit.line[1] * fit.scale.mean / fit.scale.spread,
				fit.line[1] / fit.scale.spread
			};
	}
	return (LogisticLine){NAN, NAN};
}

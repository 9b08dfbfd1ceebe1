/*
 * ratio.c
 *		Sizes of an effect, and how well they are known.
 */
#include <math.h>

#include "stats/stats.h"

/* How many standard errors a two-sided interval of that level reaches. */
static double
standard_errors(double level)
{
	return -normal_quantile((1 - level) / 2);
}

/* Limits that are symmetric for the logarithm. */
static Limits
around(double log_ratio, double half_width)
{
	return (Limits){exp(log_ratio - half_width), exp(log_ratio + half_width)};
}

/* NaN where a row or a column of the table is empty. */
double
odds_ratio(const FourCells *cells)
{
	double		a = (double) cells->a;
	double		b = (double) (cells->n - cells->a);
	double		c = (double) (cells->best - cells->a);
	double		d = (double) (cells->total - cells->n - cells->best + cells->a);

	return (a * d) / (b * c);
}

/*
 * Half a row more in each cell takes away most of the bias, and makes tables
 * with an empty cell finite: Haldane (1956), "The estimation and significance
 * of the logarithm of a ratio of frequencies"; Anscombe (1956), "On estimating
 * binomial response relations".  The variance is Woolf's (1955).
 */
Limits
odds_ratio_logit(const FourCells *cells, double level)
{
	double		a = (double) cells->a + 0.5;
	double		b = (double) (cells->n - cells->a) + 0.5;
	double		c = (double) (cells->best - cells->a) + 0.5;
	double		d = (double) (cells->total - cells->n - cells->best + cells->a) + 0.5;

	return around(log((a * d) / (b * c)),
				  standard_errors(level) * sqrt(1 / a + 1 / b + 1 / c + 1 / d));
}

/* NaN where the trait holds on no row, or on all, or no row is best. */
double
risk_ratio(const FourCells *cells)
{
	double		a = (double) cells->a;
	double		c = (double) (cells->best - cells->a);

	return (a * (double) (cells->total - cells->n)) / (c * (double) cells->n);
}

/*
 * Katz et al. (1978), "Obtaining confidence intervals for the risk ratio in
 * cohort studies".  Nothing is known where no best row is on either side.
 */
Limits
risk_ratio_limits(const FourCells *cells, double level)
{
	double		a = (double) cells->a;
	double		b = (double) (cells->n - cells->a);
	double		c = (double) (cells->best - cells->a);
	double		n = (double) cells->n;
	double		m = (double) (cells->total - cells->n);
	double		variance;

	if (a <= 0 || c <= 0)
		return (Limits){0, INFINITY};
	/* 1/a - 1/n + 1/c - 1/m without its cancellation */
	variance = b / (a * n) + (m - c) / (c * m);
	return around(log((a * m) / (c * n)),
				  standard_errors(level) * sqrt(variance));
}

/*
 * Wilson (1927), "Probable inference, the law of succession, and statistical
 * inference".  The two limits are the roots of a quadratic, of which the
 * smaller one follows from the product of both: as a difference it would
 * cancel where events are rare.
 */
Limits
proportion_limits(int64_t events, int64_t n, double level)
{
	double		x = (double) events;
	double		size = (double) n;
	double		z = standard_errors(level);
	double		width;
	Limits		limits;

	if (n <= 0)
		return (Limits){0, 1};
	width = z * sqrt(x * ((size - x) / size) + z * z / 4);
	limits.high = (x + z * z / 2 + width) / (size + z * z);
	limits.low = x * x / (size * (x + z * z / 2 + width));
	if (events >= n)
		limits.high = 1;
	return limits;
}

/*
 * The beta posterior of Jeffreys' prior, which takes votes that are not whole:
 * Brown, Cai and DasGupta (2001), "Interval estimation for a binomial
 * proportion", who end it at 0 where there are none, and at 1 where all are.
 */
Limits
jeffreys_limits(double votes, double n, double level)
{
	double		tail = (1 - level) / 2;
	double		a = votes + 0.5;
	double		b = n - votes + 0.5;

	if (!(n > 0))
		return (Limits){0, 1};
	return (Limits){votes > 0 ? beta_quantile(tail, a, b) : 0,
		votes < n ? beta_quantile(1 - tail, a, b) : 1};
}

/* ---- the information component ---- */

/* Best rows that would be among the trait's if it said nothing. */
static double
expected(const FourCells *cells)
{
	if (cells->total <= 0)
		return 0;
	return (double) cells->n * (double) cells->best / (double) cells->total;
}

/*
 * Bate et al. (1998), "A Bayesian neural network method for adverse drug
 * reaction signal generation", with the shrinkage of Noren, Hopstadius and
 * Bate (2013), "Shrinkage observed-to-expected ratios for robust and
 * transparent large-scale pattern discovery".
 */
double
information_component(const FourCells *cells)
{
	return log2(((double) cells->a + 0.5) / (expected(cells) + 0.5));
}

/* There the ratio's posterior is gamma, with these two parameters. */
double
information_component_low(const FourCells *cells)
{
	return log2(gamma_quantile(0.025, (double) cells->a + 0.5) /
				(expected(cells) + 0.5));
}

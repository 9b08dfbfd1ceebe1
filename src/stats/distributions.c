/*
 * distributions.c
 *		Normal, beta and gamma distributions and their quantiles.
 *
 * Beta and gamma are looked at as distributions of y, which is logit x and
 * ln x: there the density is log-concave, and so are both tails, which makes
 * Newton's method safe, and no quantile is too near to 0 to be told from it.
 */
#include <float.h>
#include <math.h>

#include "stats/deviance.h"
#include "stats/stats.h"

/* A few roundings: less than that, and a continued fraction may never settle. */
#define PRECISION 2e-15

/* The longest seen has 8,000, for shapes of 10^9. */
#define MAX_STEPS 1000000
#define SQRT_HALF 0.70710678118654752440084436210485
#define HALF_LN_TWO_PI 0.91893853320467274178032973640562

/* Beyond that y, x would soon be no double. */
#define MAX_Y 700.0

typedef struct Tails
{
	double		log_density;	/* of y */
	double		log_lower;
	double		log_upper;
} Tails;

typedef struct Law Law;
struct Law
{
	double		a;
	double		b;				/* beta only */
	Tails		(*tails) (const Law *law, double y);
};

double
log_gamma(double x)
{
	return lgamma(x);
}

/* ---- what deviance.h promises ---- */

double
stirling_error(double x)
{
	static const double whole[] = {
		0.0,
		0.08106146679532725821967,
		0.04134069595540929409382,
		0.02767792568499833914879,
		0.02079067210376509311152,
		0.01664469118982119216319,
		0.01387612882307074799875,
		0.01189670994589177009506,
		0.01041126526197209649748,
		0.009255462182712732917729,
		0.008330563433362871256469,
		0.007573675487951840794972,
		0.006942840107209529865664,
		0.00640899418800420706844,
		0.005951370112758847735624,
		0.005554733551962801371039,
	};
	double		square = x * x;

	if (x < 16)
	{
		if (x == floor(x))
			return whole[(int) x];
		return lgamma(x + 1) - (x + 0.5) * log(x) + x - HALF_LN_TWO_PI;
	}
	/* the asymptotic series, from Bernoulli's numbers */
	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) /
											 square) / square) / square) / x;
}

double
deviance(double x, double mean, double difference)
{
	double		v;
	double		w;

	if (x <= 0)
		return mean;
	v = difference / (x + mean);
	if (fabs(v) > 0.05)
		return x * log(x / mean) - difference;
	/* ln(x / mean) is 2 artanh v; the first term takes care of the difference */
	w = v * v;
	return difference * v + 2 * x * v * w *
		(1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w * (1.0 / 9 + w *
			(1.0 / 11 + w * (1.0 / 13))))));
}

/* Kahan's way: the second product's rounding error is known, and taken back. */
double
difference_of_products(double a, double d, double b, double c)
{
	double		product = b * c;
	double		error = fma(-b, c, product);

	return fma(a, d, -product) + error;
}

/* ---- normal ---- */

/*
 * A start with three good digits, from Abramowitz and Stegun's 26.2.23, then
 * Halley's method, which triples them in each round.
 */
double
normal_quantile(double p)
{
	double		t;
	double		x;

	if (p >= 0.5)
		return p > 0.5 ? -normal_quantile(1 - p) : 0;
	if (p <= 0)
		return -INFINITY;
	p = fmax(p, DBL_MIN);
	t = sqrt(-2 * log(p));
	x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
		  (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
	for (int i = 0; i < 3; i++)
	{
		double		excess = 0.5 * erfc(-x * SQRT_HALF) - p;
		double		step = excess * exp(HALF_LN_TWO_PI + x * x / 2);

		x -= step / (1 + x * step / 2);
	}
	return x;
}

/* ---- tails and quantiles of any law ---- */

static Tails
from_lower(double log_density, double log_lower)
{
	log_lower = fmin(log_lower, 0);
	return (Tails){log_density, log_lower, log1p(-exp(log_lower))};
}

static Tails
from_upper(double log_density, double log_upper)
{
	log_upper = fmin(log_upper, 0);
	return (Tails){log_density, log1p(-exp(log_upper)), log_upper};
}

/* Newton's method on the smaller tail's logarithm; from +-MAX_Y on it gives up. */
static double
solve(const Law *law, double p, double y)
{
	bool		is_low = p <= 0.5;
	double		target = is_low ? log(p) : log1p(-p);
	double		low = -MAX_Y;
	double		high = MAX_Y;

	for (int i = 0; i < 200; i++)
	{
		Tails		tails = law->tails(law, y);
		double		excess = is_low ? tails.log_lower - target
			: target - tails.log_upper;
		double		slope = exp(tails.log_density -
								(is_low ? tails.log_lower : tails.log_upper));
		double		step = excess / slope;

		if (fabs(step) <= 1e-9)
			return y - step;
		if (excess > 0)
			high = y;
		else
			low = y;
		y -= step;
		if (!(y > low && y < high))
			y = low + (high - low) / 2;
		if (high - low <= 1e-12)
			return y;
	}
	return y;
}

/*
 * A continued fraction 1 / (b0 + a1 / (b1 + a2 / (b2 + ..))), from the front, as
 * Lentz and Thompson do it.
 */
typedef struct Lentz
{
	double		value;
	double		c;
	double		d;
} Lentz;

static Lentz
lentz_start(double denominator)
{
	return (Lentz){1 / denominator, 1e300, 1 / denominator};
}

/* False when there is nothing more to gain. */
static bool
lentz_step(Lentz *f, double numerator, double denominator)
{
	const double tiny = 1e-300;
	double		factor;

	f->d = denominator + numerator * f->d;
	f->c = denominator + numerator / f->c;
	if (fabs(f->d) < tiny)
		f->d = tiny;
	if (fabs(f->c) < tiny)
		f->c = tiny;
	f->d = 1 / f->d;
	factor = f->c * f->d;
	f->value *= factor;
	return fabs(factor - 1) > PRECISION;
}

/* ---- gamma ---- */

/*
 * For x below the mean: what beta_fraction() becomes as b grows while b x stays
 * the same.  It takes no more steps for large shapes, as a series would.
 */
static double
gamma_lower_fraction(double x, double shape)
{
	double		off = shape - x;
	Lentz		f = lentz_start(shape / (shape + 1) * (off + 1));

	for (int n = 1; n < MAX_STEPS; n++)
	{
		double		at = shape + 2.0 * n - 1;

		if (!lentz_step(&f, (shape + n - 1) / at * (x / at) * (n * x),
						n + n * x / at + (shape + n) / (at + 2) * (off + 1 + 2.0 * n)))
			break;
	}
	return f.value;
}

/* DLMF 8.9.2, contracted, for x above the mean. */
static double
gamma_upper_fraction(double x, double shape)
{
	double		b = x + 1 - shape;
	Lentz		f = lentz_start(b);

	for (int n = 1; n < MAX_STEPS; n++)
	{
		b += 2;
		if (!lentz_step(&f, n * (shape - n), b))
			break;
	}
	return f.value;
}

/* y is ln x, which for small shapes says more than x. */
static Tails
gamma_tails_at(double a, double x, double y)
{
	double		density;

	if (a < 1)
		density = a * y - x - lgamma(a);
	else
		density = 0.5 * log(a / TWO_PI) - stirling_error(a) - deviance(a, x, a - x);

	if (x <= a)
		return from_lower(density, density + log(gamma_lower_fraction(x, a)));
	return from_upper(density, density + log(gamma_upper_fraction(x, a)));
}

static Tails
gamma_tails(const Law *law, double y)
{
	return gamma_tails_at(law->a, exp(y), y);
}

double
gamma_cdf(double x, double shape)
{
	if (x <= 0)
		return 0;
	if (isinf(x))
		return 1;
	return exp(gamma_tails_at(shape, x, log(x)).log_lower);
}

double
log_gamma_upper(double x, double shape)
{
	if (x <= 0)
		return 0;
	if (isinf(x))
		return -INFINITY;
	return gamma_tails_at(shape, x, log(x)).log_upper;
}

double
gamma_quantile(double p, double shape)
{
	Law			law = {shape, 0, gamma_tails};
	double		z = normal_quantile(p);
	double		root;
	double		y;

	if (p <= 0)
		return 0;
	if (p >= 1)
		return INFINITY;
	if (gamma_tails(&law, -MAX_Y).log_lower >= log(p))
		return 0;
	/* Wilson and Hilferty (1931): the cube root is nearly normal */
	root = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape));
	if (shape >= 1 && root > 0.2)
		y = log(shape) + 3 * log(root);
	else
		y = fmax((log(p) + lgamma(shape + 1)) / shape, -MAX_Y);
	return exp(solve(&law, p, y));
}

/* ---- beta ---- */

/*
 * x^a (1-x)^b / B(a,b).  x and 1-x are both given, so that neither is rounded,
 * and so is a (1-x) - b x.
 */
static double
beta_log_density(double a, double b, double x, double not_x, double off)
{
	double		n = a + b;

	return 0.5 * log(a / n * b / TWO_PI) + stirling_error(n) -
		stirling_error(a) - stirling_error(b) -
		deviance(a, n * x, off) - deviance(b, n * not_x, -off);
}

/*
 * For x below the mean: the even part of DLMF 8.17.22, in the form of DiDonato
 * and Morris (1992), "Algorithm 708".  How far x is off the mean is a number
 * of its own there, so that nothing cancels where x is near 1.
 */
static double
beta_fraction(double a, double b, double x, double not_x, double off)
{
	Lentz		f = lentz_start(a / (a + 1) * (off + 1));

	for (int n = 1; n < MAX_STEPS; n++)
	{
		double		at = a + 2.0 * n - 1;
		double		both = n * (b - n) * x / at;

		if (!lentz_step(&f, (a + n - 1) / at * ((a + b + n - 1) * x) * both,
						n + both + (a + n) / (at + 2) * (off + 1 + n * (1 + not_x))))
			break;
	}
	return f.value;
}

static Tails
beta_tails_at(double a, double b, double x, double not_x)
{
	double		off = difference_of_products(a, not_x, b, x);
	double		density = beta_log_density(a, b, x, not_x, off);

	if (off >= 0)
		return from_lower(density, density +
						  log(beta_fraction(a, b, x, not_x, off)));
	return from_upper(density, density +
					  log(beta_fraction(b, a, not_x, x, -off)));
}

static Tails
beta_tails(const Law *law, double y)
{
	return beta_tails_at(law->a, law->b, 1 / (1 + exp(-y)), 1 / (1 + exp(y)));
}

double
beta_cdf(double x, double a, double b)
{
	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	return exp(beta_tails_at(a, b, x, 1 - x).log_lower);
}

double
beta_quantile(double p, double a, double b)
{
	Law			law = {a, b, beta_tails};
	double		guess = log(a / b) + normal_quantile(p) * sqrt(1 / a + 1 / b);

	if (p <= 0)
		return 0;
	if (p >= 1)
		return 1;
	if (beta_tails(&law, -MAX_Y).log_lower >= log(p))
		return 0;
	if (beta_tails(&law, MAX_Y).log_upper >= log1p(-p))
		return 1;
	return 1 / (1 + exp(-solve(&law, p, fmax(-MAX_Y, fmin(guess, MAX_Y)))));
}

/*
 * survival.c
 *		How long customers stay: Kaplan and Meier's estimator, the log-rank test,
 *		and the shifted beta-geometric model of churn.
 *
 * Time is counted in whole periods.  events[t] are lost at t, censored[t] were
 * still there at t, and no more is known; both were at risk at t.
 */
#include <math.h>

#include "stats/stats.h"

/* ---- Kaplan and Meier ---- */

/* steps[t] for t in 0 .. n-1; Greenwood's sum is the variance of ln(survival). */
void
kaplan_meier(const int64_t *events, const int64_t *censored, int n, SurvivalStep *steps)
{
	double		at_risk = 0;
	double		survival = 1;
	double		greenwood = 0;

	for (int t = 0; t < n; t++)
		at_risk += (double) events[t] + (double) censored[t];
	for (int t = 0; t < n; t++)
	{
		double		d = (double) events[t];

		if (at_risk > 0)
		{
			survival *= (at_risk - d) / at_risk;
			if (d > 0)
				greenwood += d / (at_risk * (at_risk - d));
		}
		steps[t] = (SurvivalStep) {.at_risk = at_risk, .survival = survival, .greenwood = greenwood};
		at_risk -= d + (double) censored[t];
	}
}

/* On the scale of ln(-ln S), which keeps them in 0 .. 1; NaN where nobody or everybody is lost. */
Limits
log_log_limits(double survival, double greenwood, double level)
{
	double		z = normal_quantile(1 - (1 - level) / 2);
	double		log_survival = log(survival);
	double		width;

	if (!(survival > 0 && survival < 1))
		return (Limits) {NAN, NAN};
	width = z * sqrt(greenwood) / -log_survival;
	return (Limits) {.low = exp(log_survival * exp(width)), .high = exp(log_survival * exp(-width))};
}

/* ---- log-rank ---- */

/* Adds a stratum: group a against group b, over times 0 .. n-1. */
void
log_rank_add(LogRank *test, const LifeTable *a, const LifeTable *b, int n)
{
	double		risk_a = 0;
	double		risk_b = 0;

	for (int t = 0; t < n; t++)
	{
		risk_a += (double) a->events[t] + (double) a->censored[t];
		risk_b += (double) b->events[t] + (double) b->censored[t];
	}
	for (int t = 0; t < n; t++)
	{
		double		d = (double) a->events[t] + (double) b->events[t];
		double		risk = risk_a + risk_b;

		if (d > 0)
			test->difference += (double) a->events[t] - d * risk_a / risk;
		if (risk > 1)
			test->variance += d * (risk_a / risk) * (risk_b / risk) * (risk - d) / (risk - 1);
		risk_a -= (double) a->events[t] + (double) a->censored[t];
		risk_b -= (double) b->events[t] + (double) b->censored[t];
	}
}

/* Of one degree of freedom; NaN where nothing can be told. */
double
log_rank_chi2(const LogRank *test)
{
	return test->variance > 0 ? test->difference * test->difference / test->variance : NAN;
}

double
log_rank_p(const LogRank *test)
{
	return erfc(sqrt(log_rank_chi2(test) / 2));
}

/* ---- ratios ---- */

/*
 * Fieller: all r for which a - r b is no farther from 0 than chance lets it.
 * NaN where they have no end, since b may be 0.
 */
Limits
fieller_limits(const Estimates *e, double level)
{
	double		z = normal_quantile(1 - (1 - level) / 2);
	double		square = e->b * e->b - z * z * e->var_b;
	double		linear = e->a * e->b - z * z * e->cov;
	double		constant = e->a * e->a - z * z * e->var_a;
	double		discriminant = linear * linear - square * constant;

	if (!(square > 0) || !(discriminant >= 0))
		return (Limits) {NAN, NAN};
	return (Limits) {
		.low = (linear - sqrt(discriminant)) / square,
		.high = (linear + sqrt(discriminant)) / square
	};
}

/* By the delta method: good where b is known well. */
Limits
ratio_limits(const Estimates *e, double level)
{
	double		ratio = e->a / e->b;
	double		variance = (e->var_a - 2 * ratio * e->cov + ratio * ratio * e->var_b) / (e->b * e->b);
	double		width;

	/* of rounding; NaN stays what it is */
	if (variance < 0)
		variance = 0;
	width = normal_quantile(1 - (1 - level) / 2) * sqrt(variance);
	return (Limits) {.low = ratio - width, .high = ratio + width};
}

/* ---- churn ---- */

/*
 * The shifted beta-geometric model (Fader and Hardie 2007): customer i is lost
 * at each renewal with a chance of its own, which is beta distributed.  At
 * renewal t = 1, 2, ..., the share alpha / (alpha + beta + t - 1) of those who
 * are left is lost.  With n at risk and d lost,
 *
 *	ln L = sum_t  d ln alpha + (n - d) ln(beta + t - 1) - n ln(alpha + beta + t - 1)
 *
 * As alpha and beta grow without end, the hazard becomes a constant: the
 * geometric model.
 */
typedef struct Slope
{
	double		value;			/* ln L */
	double		x;				/* by ln alpha */
	double		y;				/* by ln beta */
	double		xx;
	double		xy;
	double		yy;
} Slope;

static double
all_at_risk(const int64_t *events, const int64_t *censored, int n)
{
	double		at_risk = 0;

	for (int i = 0; i < n; i++)
		at_risk += (double) events[i] + (double) censored[i];
	return at_risk;
}

static Slope
slope_at(const int64_t *events, const int64_t *censored, int n, double alpha, double beta)
{
	double		at_risk = all_at_risk(events, censored, n);
	Slope		s = {0};

	for (int i = 0; i < n && at_risk > 0; i++)
	{
		double		d = (double) events[i];
		double		stay = at_risk - d;
		double		b = beta + i;
		double		sum = alpha + beta + i;

		s.value += d * log(alpha) + stay * log(b) - at_risk * log(sum);
		s.x += d - at_risk * alpha / sum;
		s.y += stay * beta / b - at_risk * beta / sum;
		s.xx -= at_risk * alpha * (beta + i) / (sum * sum);
		s.xy += at_risk * alpha * beta / (sum * sum);
		s.yy += stay * beta * i / (b * b) - at_risk * beta * (alpha + i) / (sum * sum);
		at_risk -= d + (double) censored[i];
	}
	return s;
}

/* Beyond it, hazards of any data differ from a constant by less than can be seen. */
#define NEARLY_GEOMETRIC 1e7

#define MAX_STEPS 500
#define SMALL_STEP 1e-11

/* Newton's way, or the slope's where that does not lead up; halved until it does. */
static bool
step_up(const int64_t *events, const int64_t *censored, int n, ChurnFit *fit, double *size)
{
	Slope		s = slope_at(events, censored, n, fit->alpha, fit->beta);
	double		det = s.xx * s.yy - s.xy * s.xy;
	double		dx = s.x;
	double		dy = s.y;
	double		longest;

	if (s.xx < 0 && det > 0)
	{
		dx = -(s.yy * s.x - s.xy * s.y) / det;
		dy = -(s.xx * s.y - s.xy * s.x) / det;
	}
	longest = fmax(fabs(dx), fabs(dy));
	if (longest > 2)
	{
		dx *= 2 / longest;
		dy *= 2 / longest;
	}
	*size = fmax(fabs(dx), fabs(dy));
	for (int halved = 0; halved < 60; halved++)
	{
		double		alpha = fit->alpha * exp(dx);
		double		beta = fit->beta * exp(dy);

		if (slope_at(events, censored, n, alpha, beta).value >= s.value)
		{
			fit->alpha = alpha;
			fit->beta = beta;
			return true;
		}
		dx /= 2;
		dy /= 2;
	}
	return false;
}

static void
fit_geometric(double lost, double trials, ChurnFit *fit)
{
	double		rate = lost / trials;

	fit->model = CHURN_GEOMETRIC;
	fit->rate = rate;
	fit->alpha = fit->beta = NAN;
	fit->converged = true;
	fit->log_likelihood = lost * log(rate) + (rate < 1 ? (trials - lost) * log1p(-rate) : 0);
	/* of ln(rate) */
	fit->var_x = (1 - rate) / lost;
	fit->var_y = fit->cov = 0;
}

static void
fit_sbg(const int64_t *events, const int64_t *censored, int n, ChurnFit *fit)
{
	double		size = 1;
	Slope		s;
	double		det;

	fit->model = CHURN_SBG;
	fit->alpha = fit->rate;
	fit->beta = 1 - fit->rate;
	for (int i = 0; i < MAX_STEPS && size > SMALL_STEP && fit->alpha + fit->beta < NEARLY_GEOMETRIC; i++)
		if (!step_up(events, censored, n, fit, &size))
			break;
	s = slope_at(events, censored, n, fit->alpha, fit->beta);
	det = s.xx * s.yy - s.xy * s.xy;
	fit->log_likelihood = s.value;
	fit->converged = size < 1e-6 && s.xx < 0 && det > 0;
	fit->var_x = -s.yy / det;
	fit->var_y = -s.xx / det;
	fit->cov = s.xy / det;
}

/* events[i] are lost at renewal i + 1. */
ChurnFit
fit_churn(const int64_t *events, const int64_t *censored, int n)
{
	double		at_risk = all_at_risk(events, censored, n);
	double		trials = 0;
	double		lost = 0;
	double		later_stays = 0;
	double		later_trials = 0;
	ChurnFit	fit = {.model = CHURN_UNKNOWN, .alpha = NAN, .beta = NAN, .rate = NAN, .log_likelihood = NAN,
		.var_x = NAN, .var_y = NAN, .cov = NAN};

	for (int i = 0; i < n; i++)
	{
		trials += at_risk;
		lost += (double) events[i];
		later_trials += at_risk * i;
		later_stays += (at_risk - (double) events[i]) * i;
		at_risk -= (double) events[i] + (double) censored[i];
	}
	if (trials == 0)
		return fit;
	fit.rate = lost / trials;
	if (lost == 0)
	{
		fit.model = CHURN_NONE;
		return fit;
	}

	/*
	 * With the mean and 1 / (alpha + beta) as parameters, the slope at the
	 * geometric model: is a falling hazard any likelier?
	 */
	if (fit.rate < 1 && later_stays / (1 - fit.rate) - later_trials > 1e-9 * later_trials)
		fit_sbg(events, censored, n, &fit);
	if (fit.model != CHURN_SBG || fit.alpha + fit.beta >= NEARLY_GEOMETRIC)
		fit_geometric(lost, trials, &fit);
	return fit;
}

/* The chance to be lost at renewal t. */
double
churn_hazard(const ChurnFit *fit, int t)
{
	return fit->model == CHURN_SBG ? fit->alpha / (fit->alpha + fit->beta + t - 1) : fit->rate;
}

/* What a customer adds to the slope of ln L at renewal t, lost or not. */
ChurnScore
churn_score(const ChurnFit *fit, int t, bool is_lost)
{
	double		sum = fit->alpha + fit->beta + t - 1;

	if (fit->model != CHURN_SBG)
		return (ChurnScore) {.x = is_lost ? 1 : -fit->rate / (1 - fit->rate)};
	return (ChurnScore) {
		.x = (is_lost ? 1 : 0) - fit->alpha / sum,
		.y = (is_lost ? 0 : fit->beta / (fit->beta + t - 1)) - fit->beta / sum
	};
}

/*
 * economics.c
 *		Lifetime value, what acquisition cost, and when it has paid.
 *
 * Variances are by linearization: an estimate changes with customer i by about
 *
 *	sum over a < F(i) of (w(a) m(i,a) - v(a))  +  g(u(i), whether lost)
 *
 * where m(i,a) is the customer's margin at age a, the first part stands for means
 * of margins, and g for what depends on when customers are lost.  The sum of the
 * squares is the variance.  All that it takes are the cohort's pairs of ages.
 */
#include "postgres.h"

#include "cohort/economics.h"

const char *const ltv_model_names[] = {
	[LTV_NO_DATA] = "no_data",
	[LTV_REALISED] = "realised",
	[LTV_ALL_GONE] = "all_gone",
	[LTV_NO_CHURN] = "no_churn",
	[LTV_GEOMETRIC] = "geometric",
	[LTV_SBG] = "sbg"
};

/* ---- the view ---- */

CohortView
view_cohort(const Cohort *cohort)
{
	int			ages = (int) ages_in_use(cohort);
	CohortView		view = {.cohort = cohort, .ages = ages};
	double		eligible = 0;

	view.unit = 1 / (double) money_powers[cohort->scale];
	view.margin_unit = view.unit * (cohort->terms.has_rate ?
									(double) cohort->terms.rate / (double) money_powers[cohort->terms.rate_scale] : 1);
	view.eligible = palloc0(sizeof(double) * (ages + 1));
	view.mean_margin = palloc0(sizeof(double) * (ages + 1));
	view.lost = palloc0(sizeof(int64) * (ages + 1));
	view.censored = palloc0(sizeof(int64) * (ages + 1));
	for (int a = ages; a >= 0; a--)
	{
		view.eligible[a] = eligible;
		eligible += (double) cells_of(cohort, CUSTOMERS)[a];
		view.lost[a] = (int64) cells_of(cohort, LOST)[a];
		view.censored[a] = (int64) cells_of(cohort, CENSORED)[a];
		if (a < ages)
			view.mean_margin[a] = view.margin_unit * (double) cells_of(cohort, MARGIN)[a] / view.eligible[a];
	}
	view.customers = eligible;
	return view;
}

static double
sum_of(const CohortView *view, Section s)
{
	double		sum = 0;

	for (int a = 0; a <= view->ages; a++)
		sum += (double) cells_of(view->cohort, s)[a];
	return sum;
}

double
discount_at(const CohortView *view, double discount, int age)
{
	return pow(1 + discount, -age / periods_a_year[view->cohort->terms.period]);
}

/* ---- acquisition ---- */

Acquisition
acquisition(const CohortView *view)
{
	double		known = sum_of(view, KNOWN);
	double		spend = view->unit * (double) cells_of(view->cohort, SPEND)[0];
	bool		has_spend = cells_of(view->cohort, SPENDS)[0] > 0;
	Acquisition cac = {.cost = NAN, .known = known, .variance = NAN};

	if (view->customers == 0)
		return cac;
	if (known > 0)
		cac.mean = view->unit * sum_of(view, CAC) / known;
	if (known > 0 || has_spend)
		cac.cost = cac.mean + spend / view->customers;
	/* a spend table's amount is everybody's */
	cac.coverage = known > 0 ? known / view->customers : has_spend ? 1 : 0;
	if (known > 1)
		cac.variance = fmax(view->unit * view->unit * (double) cells_of(view->cohort, CAC_SQUARES)[0] -
							known * cac.mean * cac.mean, 0) / (known * (known - 1));
	else if (known == 0 && has_spend)
		cac.variance = 0;
	return cac;
}

/* ---- variances ---- */

typedef struct Linear
{
	double	   *w;				/* by age, of margins in money */
	double	   *v;				/* by age */
	double	   *lost;			/* g(u, lost) */
	double	   *left;			/* g(u, not lost) */
} Linear;

static Linear
new_linear(const CohortView *view)
{
	Size		size = sizeof(double) * (view->ages + 1);

	return (Linear) {.w = palloc0(size), .v = palloc0(size), .lost = palloc0(size), .left = palloc0(size)};
}

/* v(a) summed up over the ages of each F. */
static double *
summed_up(const CohortView *view, const Linear *linear)
{
	double	   *sums = palloc0(sizeof(double) * (view->ages + 1));

	for (int f = 1; f <= view->ages; f++)
		sums[f] = sums[f - 1] + linear->v[f - 1];
	return sums;
}

static double
g_of_left(const CohortView *view, const Linear *linear, int f)
{
	int			u = f - view->cohort->terms.grace;

	return u >= 0 ? linear->left[u] : 0;
}

/* The part of margins alone, and of what they have to do with g. */
static double
variance_of_margins(const CohortView *view, const Linear *linear, const double *sums)
{
	const Cohort *c = view->cohort;
	double		unit = view->margin_unit;
	double		result = 0;

	for (int b = 0; b < view->ages; b++)
		for (int a = 0; a <= b; a++)
		{
			uint32		at = pair(a, b);
			/* a customer's F is b + 1, or its u is */
			double		lost = (double) cells_of(c, LOST_MARGIN)[at];
			double		left = (double) cells_of(c, LEFT_MARGIN)[at];

			result += (a < b ? 2 : 1) * linear->w[a] * linear->w[b] * unit * unit * (double) cells_of(c, PRODUCTS)[at];
			result -= 2 * linear->w[a] * unit * (lost + left) * sums[b + 1];
			result += 2 * linear->w[a] * unit * left * g_of_left(view, linear, b + 1);
			result += 2 * linear->w[a] * unit * (double) cells_of(c, MARGIN_BEFORE)[at] * linear->lost[b + 1];
			result += 2 * linear->w[b] * unit * (double) cells_of(c, MARGIN_SINCE)[at] * linear->lost[a];
		}
	return result;
}

/* The part that does not look at a customer's margins. */
static double
variance_of_counts(const CohortView *view, const Linear *linear, const double *sums)
{
	const Cohort *c = view->cohort;
	double		result = 0;

	for (int f = 0; f <= view->ages; f++)
	{
		double		lost = 0;
		double		left;
		double		of_left = g_of_left(view, linear, f) - sums[f];

		for (int u = 0; u < f; u++)
		{
			double		n = (double) cells_of(c, LOST_AT)[pair(u, f - 1)];
			double		of_lost = linear->lost[u] - sums[f];

			lost += n;
			result += n * of_lost * of_lost;
		}
		left = (double) cells_of(c, CUSTOMERS)[f] - lost;
		result += left * of_left * of_left;
	}
	return result;
}

static double
linear_variance(const CohortView *view, const Linear *linear)
{
	double	   *sums = summed_up(view, linear);
	double		variance;

	if (!view->cohort->terms.intervals || view->customers < 2)
		return NAN;
	variance = variance_of_margins(view, linear, sums) + variance_of_counts(view, linear, sums);
	return fmax(variance, 0) * view->customers / (view->customers - 1);
}

/* With the mean of known costs. */
static double
linear_covariance(const CohortView *view, const Linear *linear, const Acquisition *cac)
{
	const Cohort *c = view->cohort;
	double	   *sums = summed_up(view, linear);
	double		result = 0;

	if (cac->known == 0)
		return 0;
	for (int a = 0; a <= view->ages; a++)
	{
		result += linear->w[a] * view->margin_unit * (view->unit * (double) cells_of(c, CAC_MARGIN)[a] -
													  cac->mean * (double) cells_of(c, KNOWN_MARGIN)[a]);
		result -= sums[a] * (view->unit * (double) cells_of(c, CAC)[a] - cac->mean * (double) cells_of(c, KNOWN)[a]);
		result += linear->lost[a] * (view->unit * (double) cells_of(c, LOST_CAC)[a] -
									 cac->mean * (double) cells_of(c, LOST_KNOWN)[a]);
		result += linear->left[a] * (view->unit * (double) cells_of(c, CENSORED_CAC)[a] -
									 cac->mean * (double) cells_of(c, CENSORED_KNOWN)[a]);
	}
	return result / cac->known;
}

/* Of the sum of so many ages' mean margins, each with a weight. */
double
variance_of_means(const CohortView *view, const double *weights, int n)
{
	Linear		linear = new_linear(view);

	for (int a = 0; a < n; a++)
	{
		linear.w[a] = weights[a] / view->eligible[a];
		linear.v[a] = linear.w[a] * view->mean_margin[a];
	}
	return linear_variance(view, &linear);
}

/* ---- lifetime value ---- */

ChurnFit
cohort_churn(const CohortView *view)
{
	return fit_churn(view->lost + 1, view->censored + 1, view->ages);
}

/* What is expected beyond the observed ages: survived * margin * shape. */
typedef struct Tail
{
	int			known_age;		/* up to here survival is observed well enough */
	int			observed;		/* and margins of so many ages with it */
	double		survived;
	bool		has_left;		/* somebody is still there */
	double		margins;		/* of all observed ages */
	double		lives;			/* ages lived, by all customers */
	double		shape;			/* discounted survival from known_age on */
	ChurnScore	slope;			/* of ln(shape) */
} Tail;

static double
tail_value(const Tail *tail)
{
	return tail->survived * tail->margins / tail->lives * tail->shape;
}

/* Survival beyond the known age, by hazards of the model, or by one for all ages. */
static void
shape_tail(const CohortView *view, const ChurnFit *fit, int horizon, double discount, Tail *tail)
{
	double		survival = 1;
	ChurnScore	stay = {0};

	for (int t = tail->known_age + 1; t < horizon; t++)
	{
		ChurnScore	score = churn_score(fit, t, false);
		double		value;

		survival *= 1 - churn_hazard(fit, t);
		stay.x += score.x;
		stay.y += score.y;
		if (t < tail->observed)
			continue;
		value = survival * discount_at(view, discount, t);
		if (!(value > 0))
			break;
		tail->shape += value;
		tail->slope.x += value * stay.x;
		tail->slope.y += value * stay.y;
	}
	if (tail->shape > 0)
	{
		tail->slope.x /= tail->shape;
		tail->slope.y /= tail->shape;
	}
}

/*
 * The last age before too few are at risk: what becomes of the oldest handful is
 * no measure for all.  If they are few from the beginning, the last at which
 * anybody is left.
 */
static int
last_known_age(const CohortView *view, const SurvivalStep *steps)
{
	int			known = -1;
	int			last = -1;

	for (int t = 0; t <= view->ages - view->cohort->terms.grace && steps[t].survival > 0; t++)
	{
		last = t;
		if (steps[t].at_risk >= view->cohort->terms.min_risk)
			known = t;
	}
	return known >= 0 ? known : last;
}

static Tail
begin_tail(const CohortView *view, const SurvivalStep *steps)
{
	int			grace = view->cohort->terms.grace;
	Tail		tail = {.known_age = last_known_age(view, steps)};

	if (tail.known_age >= 0)
		tail.survived = steps[tail.known_age].survival;
	tail.observed = tail.known_age + grace;
	for (int a = 0; a <= view->ages; a++)
	{
		if (a < view->ages)
			tail.margins += view->mean_margin[a] * view->eligible[a];
		tail.lives += (double) view->lost[a] * a + (double) view->censored[a] * (a + grace);
		tail.has_left |= view->censored[a] > 0;
	}
	return tail;
}

/* g of the tail: survival, the model's parameters, and ages lived. */
static void
linearize_tail(const CohortView *view, const SurvivalStep *steps, const ChurnFit *fit, const Tail *tail, Linear *linear)
{
	double		value = tail_value(tail);
	int			grace = view->cohort->terms.grace;
	/* ln(shape) changes with a customer by so much of its score */
	double		x = tail->slope.x * fit->var_x + tail->slope.y * fit->cov;
	double		y = tail->slope.x * fit->cov + tail->slope.y * fit->var_y;
	double		hazards = 0;
	double		stay = 0;

	for (int a = 0; a < view->ages; a++)
		linear->w[a] += value / tail->margins;
	for (int u = 0; u < view->ages; u++)
	{
		double		risk = steps[u].at_risk;
		double		d = (double) view->lost[u];
		double		lost_score = 0;
		double		step = 0;	/* 1 / (risk (1 - hazard)) */

		if (u <= tail->known_age && risk > d)
		{
			step = 1 / (risk - d);
			hazards += d / risk * step;
		}
		if (u > 0)
		{
			ChurnScore	lost = churn_score(fit, u, true);
			ChurnScore	left = churn_score(fit, u, false);

			lost_score = stay + x * lost.x + y * lost.y;
			stay += x * left.x + y * left.y;
		}
		linear->lost[u] = value * (hazards - step + lost_score - u / tail->lives);
		linear->left[u] = value * (hazards + stay - (u + grace) / tail->lives);
	}
}

/* 95 % sure: so many trials without an event leave a chance of no more than 3 of them. */
static double
rule_of_three(const CohortView *view, const SurvivalStep *steps, Tail *tail, int horizon, double discount)
{
	double		trials = 0;
	ChurnFit	fit = {.model = CHURN_GEOMETRIC};

	for (int t = 1; t <= view->ages; t++)
		trials += steps[t].at_risk;
	fit.rate = trials > 3 ? 3 / trials : 1;
	shape_tail(view, &fit, horizon, discount, tail);
	return tail_value(tail);
}

static LtvModel
model_of(const SurvivalStep *steps, const Tail *tail, const ChurnFit *fit)
{
	if (steps[0].at_risk == 0)
		return LTV_NO_DATA;
	if (!tail->has_left)
		return LTV_ALL_GONE;
	switch (fit->model)
	{
		case CHURN_SBG:
			return LTV_SBG;
		case CHURN_GEOMETRIC:
			return LTV_GEOMETRIC;
		case CHURN_NONE:
			return LTV_NO_CHURN;
		case CHURN_UNKNOWN:
			break;
	}
	return LTV_NO_DATA;
}

/* Of so many ages, into linear, too. */
static double
realise(const CohortView *view, int ages, double discount, Linear *linear)
{
	double		value = 0;

	for (int a = 0; a < ages; a++)
	{
		double		weight = discount_at(view, discount, a);

		value += weight * view->mean_margin[a];
		linear->w[a] = weight / view->eligible[a];
		linear->v[a] = linear->w[a] * view->mean_margin[a];
	}
	return value;
}

/* Beyond the observed ages; those of too few customers are projected, too. */
static Linear
project(const CohortView *view, Ltv *ltv, double discount)
{
	SurvivalStep *steps = palloc(sizeof(SurvivalStep) * (view->ages + 1));
	ChurnFit	fit = cohort_churn(view);
	Linear		linear = new_linear(view);
	Tail		tail;

	kaplan_meier(view->lost, view->censored, view->ages + 1, steps);
	tail = begin_tail(view, steps);
	ltv->model = model_of(steps, &tail, &fit);
	ltv->converged = ltv->model != LTV_SBG || fit.converged;
	if (ltv->model == LTV_ALL_GONE)
	{
		ltv->projected = realise(view, view->ages, discount, &linear);
		return linear;
	}
	ltv->projected = NAN;
	if (ltv->model == LTV_NO_DATA)
		return linear;
	ltv->projected = realise(view, tail.observed, discount, &linear);
	if (ltv->model == LTV_NO_CHURN)
	{
		ltv->at_least = ltv->projected + rule_of_three(view, steps, &tail, ltv->horizon, discount);
		ltv->projected = NAN;
		return linear;
	}
	shape_tail(view, &fit, ltv->horizon, discount, &tail);
	ltv->projected += tail_value(&tail);
	if (tail.margins != 0)
		linearize_tail(view, steps, &fit, &tail, &linear);
	return linear;
}

Ltv
lifetime_value(const CohortView *view, const Acquisition *cac, int horizon, double discount)
{
	Ltv			ltv = {.model = LTV_REALISED, .converged = true, .horizon = horizon,
		.at_least = NAN, .variance = NAN, .cac_covariance = NAN, .realised_variance = NAN};
	Linear		linear = new_linear(view);

	ltv.realised = realise(view, Min(horizon, view->ages), discount, &linear);
	ltv.realised_variance = linear_variance(view, &linear);
	ltv.projected = ltv.realised;
	if (view->ages == 0)
	{
		ltv.model = LTV_NO_DATA;
		ltv.realised = ltv.projected = ltv.realised_variance = NAN;
	}
	else if (horizon > view->ages)
		linear = project(view, &ltv, discount);
	if (!isnan(ltv.projected))
	{
		ltv.variance = linear_variance(view, &linear);
		ltv.cac_covariance = linear_covariance(view, &linear, cac);
	}
	return ltv;
}

/* ---- payback ---- */

Payback
payback(const CohortView *view, double cost)
{
	double		month = months_a_period[view->cohort->terms.period];
	double		margin = 0;

	if (isnan(cost))
		return (Payback) {NAN, NAN};
	if (cost <= 0)
		return (Payback) {0, NAN};
	for (int a = 0; a < view->ages; a++)
	{
		double		before = margin;

		margin += view->mean_margin[a];
		if (margin >= cost)
			return (Payback) {month * (a + (cost - before) / view->mean_margin[a]), NAN};
	}
	return (Payback) {NAN, month * view->ages};
}

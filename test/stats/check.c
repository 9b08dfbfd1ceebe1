/*
 * check.c
 *		Tests src/stats outside of the server, and prints TAP: compile it with
 *		all of test/stats and src/stats, and give it test/stats/reference.tsv.
 *
 * This file compares with what R says; properties.c with what must hold.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stats/stats.h"

#define MAX_NUMBERS 64

/* A line of the reference: numbers that go in, and numbers that come out. */
typedef struct Line
{
	char		name[64];
	double		in[MAX_NUMBERS];
	int			nin;
	double		out[MAX_NUMBERS];
	int			nout;
} Line;

static int	tests = 0;
static int	failures = 0;

void
ok(bool good, const char *name)
{
	tests++;
	if (!good)
		failures++;
	printf("%s %d - %s\n", good ? "ok" : "not ok", tests, name);
}

double
off_by(double is, double should)
{
	double		size = fabs(should);

	if (is == should || (isnan(is) && isnan(should)))
		return 0;
	if (!isfinite(is) || !isfinite(should))
		return INFINITY;
	return fabs(is - should) / (size > 1e-300 ? size : 1e-300);
}

/* ---- what each name of the reference stands for ---- */

static FourCells
cells_of(const Line *line)
{
	return (FourCells){(int64_t) line->in[0], (int64_t) line->in[1],
		(int64_t) line->in[2], (int64_t) line->in[3]};
}

typedef struct OfCells
{
	const char *name;
	double		(*function) (const FourCells *cells);
} OfCells;

typedef struct LimitsOfCells
{
	const char *name;
	Limits		(*function) (const FourCells *cells, double level);
} LimitsOfCells;

typedef struct Adjustment
{
	const char *name;
	void		(*function) (const double *log_p, int k, double family, double *q);
} Adjustment;

static const OfCells of_cells[] = {
	{"log_hypergeometric", log_hypergeometric},
	{"log_fisher", log_fisher},
	{"log_fisher_mid", log_fisher_mid},
	{"odds_ratio", odds_ratio},
	{"risk_ratio", risk_ratio},
	{"information_component", information_component},
	{"information_component_low", information_component_low},
	{NULL, NULL}
};

static const LimitsOfCells limits_of_cells[] = {
	{"odds_ratio_exact", odds_ratio_exact},
	{"fisher.test", odds_ratio_exact},
	{"odds_ratio_logit", odds_ratio_logit},
	{"risk_ratio_limits", risk_ratio_limits},
	{NULL, NULL}
};

static const Adjustment adjustments[] = {
	{"adjust_bonferroni", adjust_bonferroni},
	{"adjust_holm", adjust_holm},
	{"adjust_bh", adjust_bh},
	{"adjust_by", adjust_by},
	{NULL, NULL}
};

static bool
is(const Line *line, const char *name)
{
	return strcmp(line->name, name) == 0;
}

static bool
compute_from_cells(const Line *line, double *result)
{
	FourCells	cells;
	Limits		limits;

	if (line->nin < 4)
		return false;
	cells = cells_of(line);
	for (const OfCells *f = of_cells; f->name; f++)
		if (is(line, f->name))
		{
			result[0] = f->function(&cells);
			return true;
		}
	for (const LimitsOfCells *f = limits_of_cells; f->name; f++)
		if (is(line, f->name))
		{
			limits = f->function(&cells, line->in[4]);
			result[0] = limits.low;
			result[1] = limits.high;
			return true;
		}
	return false;
}

static bool
compute_line(const Line *line, double *result)
{
	int			n = line->nin / 3;
	int64_t		best[MAX_NUMBERS];
	int64_t		rest[MAX_NUMBERS];
	LogisticLine fitted;

	if (!is(line, "logistic_line"))
		return false;
	for (int i = 0; i < n; i++)
	{
		best[i] = (int64_t) line->in[n + i];
		rest[i] = (int64_t) line->in[2 * n + i];
	}
	fitted = logistic_line(line->in, best, rest, n);
	result[0] = fitted.intercept;
	result[1] = fitted.slope;
	return true;
}

static bool
compute_from_list(const Line *line, double *result)
{
	/* a flag, or a level */
	bool		with_flag = is(line, "information_value") || is(line, "auc_estimate");
	int			nbins = (line->nin - with_flag) / 2;
	int64_t		best[MAX_NUMBERS];
	int64_t		rest[MAX_NUMBERS];

	for (const Adjustment *f = adjustments; f->name; f++)
		if (is(line, f->name))
		{
			f->function(line->in + 1, line->nin - 1, line->in[0], result);
			return true;
		}
	for (int i = 0; i < nbins; i++)
	{
		best[i] = (int64_t) line->in[with_flag + i];
		rest[i] = (int64_t) line->in[with_flag + nbins + i];
	}
	if (is(line, "information_value"))
		result[0] = information_value(best, rest, nbins, line->in[0] != 0);
	else if (is(line, "auc_of_bins"))
		result[0] = auc_of_bins(best, rest, nbins);
	else if (is(line, "ks_of_bins"))
		result[0] = ks_of_bins(best, rest, nbins);
	else if (is(line, "auc_estimate"))
	{
		AucEstimate estimate = auc_estimate(best, rest, nbins, line->in[0]);

		result[0] = estimate.auc;
		result[1] = estimate.variance;
		result[2] = estimate.low;
		result[3] = estimate.high;
	}
	else
		return false;
	return true;
}

/* Halves, if it takes them, then the expected cells and as many actual ones. */
static bool
compute_from_cell_pairs(const Line *line, double *result)
{
	bool		with_halves = is(line, "psi");
	int			ncells = (line->nin - 2 * with_halves) / 2;
	const double *expected = line->in + 2 * with_halves;
	const double *actual = expected + ncells;

	if (with_halves)
		result[0] = psi(expected, line->in[0], actual, line->in[1], ncells, NULL);
	else if (is(line, "log_homogeneity"))
		result[0] = log_homogeneity(expected, actual, ncells);
	else if (is(line, "points_shift"))
	{
		ncells = line->nin / 3;
		result[0] = points_shift(expected, expected + ncells, expected + 2L * ncells, ncells);
	}
	else
		return false;
	return true;
}

static bool
compute_from_numbers(const Line *line, double *result)
{
	const double *in = line->in;
	Limits		limits;

	if (is(line, "proportion_limits"))
	{
		limits = proportion_limits((int64_t) in[0], (int64_t) in[1], in[2]);
		result[0] = limits.low;
		result[1] = limits.high;
	}
	else if (is(line, "jeffreys_limits"))
	{
		limits = jeffreys_limits(in[0], in[1], in[2]);
		result[0] = limits.low;
		result[1] = limits.high;
	}
	else if (is(line, "woe"))
		result[0] = woe(in[0], in[1], in[2], in[3]);
	else if (is(line, "log_gamma"))
		result[0] = log_gamma(in[0]);
	else if (is(line, "normal_quantile"))
		result[0] = normal_quantile(in[0]);
	else if (is(line, "beta_cdf"))
		result[0] = beta_cdf(in[0], in[1], in[2]);
	else if (is(line, "beta_quantile"))
		result[0] = beta_quantile(in[0], in[1], in[2]);
	else if (is(line, "gamma_cdf"))
		result[0] = gamma_cdf(in[0], in[1]);
	else if (is(line, "log_gamma_upper"))
		result[0] = log_gamma_upper(in[0], in[1]);
	else if (is(line, "gamma_quantile"))
		result[0] = gamma_quantile(in[0], in[1]);
	else
		return false;
	return true;
}

/* ---- survival ---- */

#define MAX_TIMES 24

static void
read_lives(const double *in, int n, int64_t *events, int64_t *censored)
{
	for (int t = 0; t < n && t < MAX_TIMES; t++)
	{
		events[t] = (int64_t) in[t];
		censored[t] = (int64_t) in[n + t];
	}
}

static void
compute_survival(const Line *line, double *result)
{
	int			n = (line->nin - 1) / 2;
	int64_t		events[MAX_TIMES];
	int64_t		censored[MAX_TIMES];
	SurvivalStep steps[MAX_TIMES];

	read_lives(line->in + 1, n, events, censored);
	kaplan_meier(events, censored, n, steps);
	for (int t = 0; t < n; t++)
	{
		Limits		limits = log_log_limits(steps[t].survival, steps[t].greenwood, line->in[0]);

		result[3 * t] = steps[t].survival;
		result[3 * t + 1] = limits.low;
		result[3 * t + 2] = limits.high;
	}
}

static void
compute_log_rank(const Line *line, double *result)
{
	int			strata = (int) line->in[0];
	int			n = (line->nin - 1) / (4 * strata);
	LogRank		test = {0};

	for (int s = 0; s < strata; s++)
	{
		const double *in = line->in + 1 + 4L * n * s;
		int64_t		events[2][MAX_TIMES];
		int64_t		censored[2][MAX_TIMES];

		read_lives(in, n, events[0], censored[0]);
		read_lives(in + 2L * n, n, events[1], censored[1]);
		log_rank_add(&test, &(LifeTable) {events[0], censored[0]}, &(LifeTable) {events[1], censored[1]}, n);
	}
	result[0] = log_rank_chi2(&test);
	result[1] = log_rank_p(&test);
}

static void
compute_churn(const Line *line, double *result)
{
	int			n = line->nin / 2;
	int64_t		events[MAX_TIMES];
	int64_t		censored[MAX_TIMES];
	ChurnFit	fit;

	read_lives(line->in, n, events, censored);
	fit = fit_churn(events, censored, n);
	result[0] = fit.alpha;
	result[1] = fit.beta;
	result[2] = fit.log_likelihood;
	result[3] = fit.var_x;
	result[4] = fit.var_y;
	result[5] = fit.cov;
}

static bool
compute_from_lives(const Line *line, double *result)
{
	const double *in = line->in;

	if (is(line, "kaplan_meier"))
		compute_survival(line, result);
	else if (is(line, "log_rank"))
		compute_log_rank(line, result);
	else if (is(line, "fit_churn"))
		compute_churn(line, result);
	else if (is(line, "fieller_limits"))
	{
		Limits		limits = fieller_limits(&(Estimates) {in[0], in[1], in[2], in[3], in[4]}, in[5]);

		result[0] = limits.low;
		result[1] = limits.high;
	}
	else
		return false;
	return true;
}

/* ---- the reference ---- */

static bool
read_line(FILE *file, Line *line)
{
	char		text[4096];
	char	   *at;
	bool		is_out = false;

	if (fgets(text, sizeof(text), file) == NULL)
		return false;
	memset(line, 0, sizeof(*line));
	text[strcspn(text, "\n")] = '\0';
	at = strtok(text, "\t");
	if (at == NULL)
		return false;
	(void) snprintf(line->name, sizeof(line->name), "%s", at);
	while ((at = strtok(NULL, "\t")) != NULL)
	{
		if (strcmp(at, "=") == 0)
			is_out = true;
		else if (is_out && line->nout < MAX_NUMBERS)
			line->out[line->nout++] = strtod(at, NULL);
		else if (line->nin < MAX_NUMBERS)
			line->in[line->nin++] = strtod(at, NULL);
	}
	return true;
}

/*
 * fisher.test looks for a root between 0 and 1, of the odds ratio or of one
 * over it, and stops early there; prop.test subtracts.
 */
static bool
is_near(const Line *line, double is_value, double should, double *worst)
{
	double		off = off_by(is_value, should);

	if (is(line, "fisher.test"))
		return off == 0 || fabs(is_value - should) <= 2e-4 ||
			fabs(1 / is_value - 1 / should) <= 2e-4;
	if (is(line, "proportion_limits") && fabs(is_value - should) <= 1e-15)
		return true;
	*worst = fmax(*worst, off);
	/* trigamma, and what is left of it after subtraction */
	if (is(line, "fit_churn"))
		return off <= 1e-6;
	return off <= (is(line, "odds_ratio_exact") || is(line, "fieller_limits") ? 1e-9 : 1e-10);
}

static bool
check_line(const Line *line, double *worst)
{
	double		result[MAX_NUMBERS];
	bool		good = true;

	for (int i = 0; i < MAX_NUMBERS; i++)
		result[i] = -12345;		/* as nothing should be */
	if (!compute_from_cells(line, result) && !compute_line(line, result) &&
		!compute_from_list(line, result) && !compute_from_lives(line, result) &&
		!compute_from_cell_pairs(line, result) && !compute_from_numbers(line, result))
	{
		printf("# there is no %s\n", line->name);
		return false;
	}
	for (int i = 0; i < line->nout; i++)
	{
		if (is_near(line, result[i], line->out[i], worst))
			continue;
		good = false;
		printf("# %s(", line->name);
		for (int j = 0; j < line->nin; j++)
			printf(j > 0 ? ", %.17g" : "%.17g", line->in[j]);
		printf("), %d: %.17g, should be %.17g\n", i, result[i], line->out[i]);
	}
	return good && line->nout > 0;
}

/* One test for all neighbouring lines of one name. */
static int
check_reference(FILE *file)
{
	Line		line;
	char		name[64] = "";
	char		title[160];
	bool		good = true;
	double		worst = 0;
	int			lines = 0;
	int			all = 0;
	bool		more;

	do
	{
		more = read_line(file, &line);
		if (lines > 0 && (!more || strcmp(name, line.name) != 0))
		{
			(void) snprintf(title, sizeof(title),
							"%s agrees with R (%d lines, within %.1g)",
							name, lines, worst);
			ok(good, title);
			good = true;
			worst = 0;
			lines = 0;
		}
		if (!more)
			break;
		memcpy(name, line.name, sizeof(name));
		good = check_line(&line, &worst) && good;
		lines++;
		all++;
	} while (more);
	return all;
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (file == NULL)
	{
		printf("Bail out! usage: check reference.tsv\n");
		return 2;
	}
	ok(check_reference(file) >= 300, "there are references enough");
	(void) fclose(file);
	check_properties();
	printf("1..%d\n", tests);
	return failures > 0;
}

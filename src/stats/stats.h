/*
 * stats.h
 *		Pure arithmetic: no backend headers, so that it can be tested and fuzzed
 *		outside of the server.
 *
 * Counts are whole numbers below 2^53.  Probabilities that can underflow are
 * natural logarithms.  Nothing allocates, nothing reports errors: arguments
 * that make no sense are the caller's to refuse.
 */
#ifndef ICP_STATS_H
#define ICP_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* A trait holds on n of total rows; best of total are best, a of those n. */
typedef struct FourCells
{
	int64_t		a;
	int64_t		n;
	int64_t		best;
	int64_t		total;
} FourCells;

typedef struct Limits
{
	double		low;
	double		high;			/* may be infinite */
} Limits;

/* hypergeometric.c: exact tests of association */
extern double log_hypergeometric(const FourCells *cells);	/* ln P(X = a) */
extern double log_fisher(const FourCells *cells);	/* ln P(X >= a), one-sided */
extern double log_fisher_mid(const FourCells *cells);	/* with half of P(X = a) */
extern Limits odds_ratio_exact(const FourCells *cells, double level);	/* conditional */

/* ratio.c: effect sizes and their limits */
extern double odds_ratio(const FourCells *cells);	/* of the sample; may be infinite, NaN for 0/0 */
extern Limits odds_ratio_logit(const FourCells *cells, double level);	/* Haldane-Anscombe */
extern double risk_ratio(const FourCells *cells);	/* (a/n) / ((P-a)/(N-n)); may be infinite, NaN for 0/0 */
extern Limits risk_ratio_limits(const FourCells *cells, double level);	/* Katz; 0 and infinity where no best row is on either side */
extern Limits proportion_limits(int64_t events, int64_t n, double level);	/* Wilson */
extern Limits jeffreys_limits(double votes, double n, double level);	/* beta posterior; votes need not be whole */

/*
 * Information component: log2 of the observed over the expected number of best
 * rows, shrunk toward 0 where numbers are small, and its lower 2.5 % limit.
 */
extern double information_component(const FourCells *cells);
extern double information_component_low(const FourCells *cells);

/* multiplicity.c: adjusted p-values of k tests out of a family of as many or more */
extern void adjust_bonferroni(const double *log_p, int k, double family, double *q);
extern void adjust_holm(const double *log_p, int k, double family, double *q);
extern void adjust_bh(const double *log_p, int k, double family, double *q);
extern void adjust_by(const double *log_p, int k, double family, double *q);

/* ranking.c: one ordered variable against two classes, as counts by bin */
extern double auc_of_bins(const int64_t *best, const int64_t *rest, int nbins);	/* NaN for one class */
extern double woe(double best, double best_total, double rest, double rest_total);	/* ln(best share / rest share); may be infinite, 0 for no rows */
extern double information_value(const int64_t *best, const int64_t *rest, int nbins, bool smooth);	/* smooth: 0.5 added to both counts of bins with a zero, not to the totals */

/*
 * stability.c: two distributions over the same cells, as counts or as shares.
 * In a cell that is empty on one side, so much is added to both: half a row, of
 * counts.  parts: what each cell adds to the result, or NULL.  All are NaN
 * where a side has no rows.
 */
extern double psi(const double *expected, double expected_half,
				  const double *actual, double actual_half, int ncells, double *parts);

/* The same cells as counts of rows, which need not be whole: of a weighted sample, as many as it is worth. */
extern double psi_by_chance(const double *expected, const double *actual, int ncells);
extern double log_homogeneity(const double *expected, const double *actual, int ncells);	/* ln p of Pearson's chi-square; NaN for one cell */
extern double points_shift(const double *expected, const double *actual, const double *points, int ncells);

/* roc.c: the AUC with its variance, and limits of that level; bins ascend; NaN all over for one class */
typedef struct AucEstimate
{
	double		auc;			/* ties count half */
	double		variance;		/* of DeLong, unbiased */
	double		low;			/* 0 to 1, around the AUC */
	double		high;
} AucEstimate;

extern AucEstimate auc_estimate(const int64_t *best, const int64_t *rest, int nbins, double level);
extern double ks_of_bins(const int64_t *best, const int64_t *rest, int nbins);	/* NaN for one class */

/* calibration.c: the log odds of best rows as a line; NaN where the classes do not overlap */
typedef struct LogisticLine
{
	double		intercept;
	double		slope;
} LogisticLine;

extern LogisticLine logistic_line(const double *x, const int64_t *best, const int64_t *rest, int n);

/* survival.c: how long customers stay, in whole periods */
typedef struct SurvivalStep
{
	double		at_risk;
	double		survival;
	double		greenwood;		/* variance of ln(survival); infinite where that is 0 */
} SurvivalStep;

typedef struct LifeTable
{
	const int64_t *events;
	const int64_t *censored;
} LifeTable;

typedef struct LogRank
{
	double		difference;		/* of group a: lost less expected */
	double		variance;
} LogRank;

extern void kaplan_meier(const int64_t *events, const int64_t *censored, int n, SurvivalStep *steps);
extern Limits log_log_limits(double survival, double greenwood, double level);
extern void log_rank_add(LogRank *test, const LifeTable *a, const LifeTable *b, int n);
extern double log_rank_chi2(const LogRank *test);
extern double log_rank_p(const LogRank *test);

/* Two estimates whose ratio a / b is asked for. */
typedef struct Estimates
{
	double		a;
	double		b;
	double		var_a;
	double		var_b;
	double		cov;
} Estimates;

extern Limits fieller_limits(const Estimates *e, double level);	/* NaN where unbounded */
extern Limits ratio_limits(const Estimates *e, double level);

/* Churn: shifted beta-geometric, or geometric where hazards do not fall. */
typedef enum ChurnModel
{
	CHURN_UNKNOWN,				/* nobody at risk */
	CHURN_NONE,					/* nobody lost */
	CHURN_GEOMETRIC,
	CHURN_SBG
} ChurnModel;

typedef struct ChurnFit
{
	ChurnModel	model;
	bool		converged;
	double		alpha;			/* NaN but for CHURN_SBG */
	double		beta;
	double		rate;			/* lost of all renewals */
	double		log_likelihood;
	double		var_x;			/* of ln(alpha), or of ln(rate) */
	double		var_y;			/* of ln(beta) */
	double		cov;
} ChurnFit;

typedef struct ChurnScore
{
	double		x;
	double		y;
} ChurnScore;

extern ChurnFit fit_churn(const int64_t *events, const int64_t *censored, int n);	/* events[0]: at the first renewal */
extern double churn_hazard(const ChurnFit *fit, int t);	/* t >= 1 */
extern ChurnScore churn_score(const ChurnFit *fit, int t, bool is_lost);

/* distributions.c */
extern double log_gamma(double x);	/* x > 0 */
extern double normal_quantile(double p);
extern double beta_cdf(double x, double a, double b);
extern double beta_quantile(double p, double a, double b);
extern double gamma_cdf(double x, double shape);	/* scale 1 */
extern double log_gamma_upper(double x, double shape);	/* ln P(X > x) */
extern double gamma_quantile(double p, double shape);

/* random.c: a generator of our own, so that a seed means the same everywhere */
typedef struct Random
{
	uint64_t	state[4];		/* xoshiro256** */
} Random;

extern void random_seed(Random *random, uint64_t seed);
extern uint64_t random_next(Random *random);
extern uint64_t random_below(Random *random, uint64_t bound);	/* unbiased, bound > 0 */
extern double random_unit(Random *random);	/* [0,1), 53 bits */

/* A good mix of 64 bits (splitmix64's finalizer). */
static inline uint64_t
mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

#endif							/* ICP_STATS_H */

/*
 * scorecard.c
 *		The card in points: as few digits as do no harm, and thresholds to steer by.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "miscadmin.h"

/* All points together; the least of each term are 0. */
#define ALL_POINTS 100

/* Rounding may swap so many of the pairs of a best and another row. */
#define ROUNDING_LOSS 0.0003
#define MAX_DECIMALS 3

/* The shares of all rows that the tiers take in. */
static const double tier_shares[MAX_TIERS] = {0.10, 0.25, 0.50};
static const char *const tier_names[MAX_TIERS] = {"T1", "T2", "T3"};

/* One distinct score, and how many of the rows that were seen have it. */
typedef struct ScoreRows
{
	double		score;
	double		best;
	double		rest;
} ScoreRows;

/* ---- points ---- */

static void
least_and_most(const double *value, int n, double *least, double *most)
{
	*least = *most = value[0];
	for (int i = 1; i < n; i++)
	{
		*least = Min(*least, value[i]);
		*most = Max(*most, value[i]);
	}
}

static double
round_to(double x, int decimals)
{
	double		scale = pow(10, decimals);

	return rint(x * scale) / scale;
}

/* Puts points, and the line from points back to the card's log-odds. */
static void
put_points(Scorecard *s, double *base, double *per_point)
{
	double		least;
	double		most;
	double		range = 0;

	*base = s->card->base;
	for (int t = 0; t < s->card->nterms; t++)
	{
		least_and_most(s->card->terms[t].value, s->card->terms[t].ngroups, &least, &most);
		range += most - least;
		*base += least;
	}
	*per_point = range / ALL_POINTS;
	for (int t = 0; t < s->card->nterms; t++)
	{
		const CardTerm *term = &s->card->terms[t];

		least_and_most(term->value, term->ngroups, &least, &most);
		for (int i = 0; i < term->ngroups; i++)
			s->points[t][i] = round_to((term->value[i] - least) / *per_point, s->decimals);
	}
}

/* ---- scores of rows ---- */

/* Whole units of points, so that sums are exact. */
static void
sum_points(const Scorecard *s, const Rows *rows, uint8 *const *groups, int64 *sums)
{
	double		scale = pow(10, s->decimals);

	memset(sums, 0, sizeof(int64) * rows->n);
	for (int t = 0; t < s->card->nterms; t++)
	{
		int64		by_group[MAX_BINS] = {0};

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < s->card->terms[t].ngroups; i++)
			by_group[i] = (int64) rint(s->points[t][i] * scale);
		for (int64 row = 0; row < rows->n; row++)
			sums[row] += by_group[groups[t][row]];
	}
}

typedef struct RowScore
{
	int64		sum;
	float		count;
	bool		best;
} RowScore;

static int
compare_sums(const void *a, const void *b)
{
	const RowScore *x = a;
	const RowScore *y = b;

	return (x->sum > y->sum) - (x->sum < y->sum);
}

/* The distinct scores, ascending; to the last bit what icp_score gives, for thresholds lie between them. */
static ScoreRows *
list_scores(const Scorecard *s, const Rows *rows, const SketchView *view,
			uint8 *const *groups, int *n)
{
	int64	   *sums = palloc_extended(sizeof(int64) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
	RowScore   *scored = palloc_extended(sizeof(RowScore) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
	ScoreRows  *list;
	int64		range = 0;

	for (int t = 0; t < s->card->nterms; t++)
	{
		double		least;
		double		most;

		least_and_most(s->points[t], s->card->terms[t].ngroups, &least, &most);
		range += (int64) rint(most * pow(10, s->decimals));
	}
	sum_points(s, rows, groups, sums);
	for (int64 i = 0; i < rows->n; i++)
		scored[i] = (RowScore) {sums[i], rows->count[i], rows->best[i]};
	pfree(sums);
	qsort(scored, rows->n, sizeof(RowScore), compare_sums);
	CHECK_FOR_INTERRUPTS();
	list = palloc_extended(sizeof(ScoreRows) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
	*n = 0;
	for (int64 i = 0; i < rows->n; i++)
	{
		if (i == 0 || scored[i].sum != scored[i - 1].sum)
			list[(*n)++] = (ScoreRows) {.score = (double) (100 * scored[i].sum) / (double) range};
		if (scored[i].best)
			list[*n - 1].best += scored[i].count * view->best_weight;
		else
			list[*n - 1].rest += scored[i].count * view->rest_weight;
	}
	pfree(scored);
	return list;
}

static double
auc_of_scores(const ScoreRows *scores, int n)
{
	double		below = 0;
	double		pairs = 0;
	double		best = 0;

	for (int i = 0; i < n; i++)
	{
		pairs += scores[i].best * (below + scores[i].rest / 2);
		below += scores[i].rest;
		best += scores[i].best;
	}
	return pairs / (below * best);
}

/* ---- thresholds ---- */

/* The number with the fewest decimals that is above the one score and not above the other. */
static double
plain_between(double below, double at)
{
	for (int decimals = 0; decimals < 6; decimals++)
	{
		double		x = floor(at * pow(10, decimals)) / pow(10, decimals);

		if (x > below)
			return x;
	}
	return at;
}

static Threshold
threshold_at(const char *name, const ScoreRows *scores, int n, int first)
{
	Threshold	t = {.name = name};
	double		best = 0;
	double		all = 0;
	double		total = 0;

	for (int i = 0; i < n; i++)
	{
		total += scores[i].best + scores[i].rest;
		if (i < first)
			continue;
		best += scores[i].best;
		all += scores[i].best + scores[i].rest;
	}
	t.from = plain_between(first > 0 ? scores[first - 1].score : -1, scores[first].score);
	t.share = all / total;
	t.rate = best / all;
	return t;
}

/* The scores where each tier begins: as near to its share as scores go, each below the last. */
static void
put_tiers(Scorecard *s, const ScoreRows *scores, int n)
{
	double		total = 0;
	double		above = 0;
	int			next = n - 1;

	for (int i = 0; i < n; i++)
		total += scores[i].best + scores[i].rest;
	s->ntiers = 0;
	for (int tier = 0; tier < MAX_TIERS && next > 0; tier++)
	{
		/* the top score alone may be more than a tier should be */
		above += scores[next].best + scores[next].rest;
		while (next > 1)
		{
			double		more = above + scores[next - 1].best + scores[next - 1].rest;

			if (fabs(more - tier_shares[tier] * total) > fabs(above - tier_shares[tier] * total))
				break;
			above = more;
			next--;
		}
		if (tier > 0 && above > (tier < MAX_TIERS - 1 ? tier_shares[tier + 1] : 1) * total)
			break;
		s->tiers[s->ntiers] = threshold_at(tier_names[s->ntiers], scores, n, next);
		s->ntiers++;
		next--;
	}
}

/* Where precision and recall are best together (F1). */
static void
put_fit(Scorecard *s, const ScoreRows *scores, int n)
{
	double		all_best = 0;
	double		best = 0;
	double		above = 0;
	double		most = -1;
	int			first = n - 1;

	for (int i = 0; i < n; i++)
		all_best += scores[i].best;
	for (int i = n - 1; i >= 0; i--)
	{
		double		f1;

		best += scores[i].best;
		above += scores[i].best + scores[i].rest;
		f1 = 2 * best / (all_best + above);
		if (f1 > most)
		{
			most = f1;
			first = i;
		}
	}
	s->fit = threshold_at("fit", scores, n, first);
}

/* ---- evidence ---- */

static void
count_groups(Scorecard *s, int t, const Rows *rows, const SketchView *view, const uint8 *groups)
{
	double		counts[2][MAX_GROUPS] = {{0}};

	for (int64 i = 0; i < rows->n; i++)
		counts[rows->best[i]][groups[i]] += rows->count[i];
	for (int i = 0; i < s->card->terms[t].ngroups; i++)
	{
		s->best[t][i] = (int64) rint(counts[1][i] * view->best_weight);
		s->rest[t][i] = (int64) rint(counts[0][i] * view->rest_weight);
	}
}

/* ---- all of it ---- */

static bool
is_idle(const Scorecard *s, int t)
{
	double		least;
	double		most;

	least_and_most(s->points[t], s->card->terms[t].ngroups, &least, &most);
	return most <= least;
}

/* Terms that give all rows the same points, once these are rounded, are of no use. */
static void
drop_idle_terms(Scorecard *s)
{
	Card	   *card = palloc(sizeof(Card));
	int			n = 0;

	*card = *s->card;
	card->terms = palloc(sizeof(CardTerm) * Max(card->nterms, 1));
	for (int t = 0; t < s->card->nterms; t++)
	{
		if (is_idle(s, t))
			continue;
		card->terms[n] = s->card->terms[t];
		memmove(s->points[n], s->points[t], sizeof(s->points[t]));
		memmove(s->best[n], s->best[t], sizeof(s->best[t]));
		memmove(s->rest[n], s->rest[t], sizeof(s->rest[t]));
		n++;
	}
	card->nterms = n;
	s->card = card;
}

/* NULL if the card tells no rows apart. */
Scorecard *
make_scorecard(const Card *card, const Rows *rows, const SketchView *view,
			   const Calibration *calibration)
{
	Scorecard  *s = palloc0(sizeof(Scorecard));
	uint8	  **groups = palloc(sizeof(uint8 *) * card->nterms);
	Part		all = rows_without(rows, ALL_ROWS);
	ScoreRows  *scores;
	double		base;
	double		per_point;
	double		exact;
	int			n;

	s->card = card;
	s->points = palloc0(sizeof(*s->points) * card->nterms);
	s->best = palloc0(sizeof(*s->best) * card->nterms);
	s->rest = palloc0(sizeof(*s->rest) * card->nterms);
	for (int t = 0; t < card->nterms; t++)
	{
		CHECK_FOR_INTERRUPTS();
		groups[t] = palloc_extended(Max(rows->n, 1), MCXT_ALLOC_HUGE);
		put_groups(&card->terms[t], rows, &all, groups[t]);
		count_groups(s, t, rows, view, groups[t]);
	}
	s->decimals = MAX_DECIMALS + 2;
	put_points(s, &base, &per_point);
	if (!(per_point > 0))
		return NULL;
	scores = list_scores(s, rows, view, groups, &n);
	exact = auc_of_scores(scores, n);
	for (s->decimals = 0; s->decimals <= MAX_DECIMALS; s->decimals++)
	{
		pfree(scores);
		put_points(s, &base, &per_point);
		scores = list_scores(s, rows, view, groups, &n);
		if (s->decimals == MAX_DECIMALS || auc_of_scores(scores, n) >= exact - ROUNDING_LOSS)
			break;
	}
	s->intercept = calibration->intercept + calibration->slope * base;
	s->slope = calibration->slope * per_point;
	put_tiers(s, scores, n);
	put_fit(s, scores, n);
	pfree(scores);
	for (int t = 0; t < card->nterms; t++)
		pfree(groups[t]);
	drop_idle_terms(s);
	return s;
}

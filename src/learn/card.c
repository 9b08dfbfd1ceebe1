/*
 * card.c
 *		The full model condensed into a few terms of a few groups each.
 *
 * The card is fitted to the model's log-odds, not to who is best: what the
 * model learned is smooth already, and so the groups are not led by noise.
 * Terms come in one after the other, each time the one that tells most of what
 * is still untold, and all values are fitted anew with it.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "miscadmin.h"

/* A term that tells less of the model's log-odds than this is not worth a place. */
#define LEAST_SHARE 0.003

/* Nor is one of a field that there is a term of already, unless it tells so much. */
#define REPEAT_SHARE 0.006

/* A pair has to tell so much more than what a single field could. */
#define PAIR_BAR 1.3

/* And three fields so much more than two. */
#define THIRD_BAR 1.2

#define LEAST_ROWS 5
#define LEAST_ROW_SHARE 0.005
#define SWEEPS 3
#define LAST_SWEEPS 10
#define REGROUPINGS 2
#define LEAST_WEIGHT 1e-4

/* The search for pairs looks at coarse levels, of so many features and rows. */
#define MAX_LEVEL 10
#define MAX_CELLS ((MAX_LEVEL + 1) * (MAX_LEVEL + 1) * (MAX_LEVEL + 1))
#define MAX_PARTNERS 30
#define SEARCH_ROWS 15000

/* One feature, as it is looked at in the search. */
typedef struct Candidate
{
	double		h[MAX_BINS];
	double		rows[MAX_BINS];
	int			nlevels;
	uint8		level[MAX_BINS];	/* of each bin */
	uint8	   *levels;			/* of each row of the search */
} Candidate;

typedef struct Condensing
{
	const Model *model;
	const Rows *rows;
	Part		part;
	Part		search;			/* as much of it as the search for pairs looks at */
	double		search_share;
	const LearnOptions *options;
	Card	   *card;
	float	   *untold;			/* weight * (the model's log-odds - the card's) */
	float	   *weight;
	Candidate  *candidates;		/* by feature */
	int			npartners;
	int			partners[MAX_PARTNERS]; /* features that may be told together */
	double		least_rows;
	int			npairs;			/* terms of the card that have more than one feature */
} Condensing;

/* ---- passes over the rows ---- */

static void
begin_rows(Condensing *c, const float *logit)
{
	double		sum = 0;
	double		weight = 0;
	double		rows = 0;

	for (int s = 0; s < c->part.n; s++)
	{
		for (int64 i = c->part.stretches[s].from; i < c->part.stretches[s].to; i++)
		{
			double		p = probability(logit[i]);

			c->weight[i] = c->rows->count[i] * (p * (1 - p) + LEAST_WEIGHT);
			sum += (double) c->weight[i] * logit[i];
			weight += c->weight[i];
			rows += c->rows->count[i];
		}
	}
	c->card->base = weight > 0 ? sum / weight : 0;
	c->least_rows = Max(LEAST_ROWS, rows * LEAST_ROW_SHARE);
	for (int s = 0; s < c->part.n; s++)
	{
		for (int64 i = c->part.stretches[s].from; i < c->part.stretches[s].to; i++)
			c->untold[i] = c->weight[i] * (logit[i] - (float) c->card->base);
	}
}

/* The sum of squares that is still untold. */
static double
untold_squares(const Condensing *c)
{
	double		sum = 0;

	for (int s = 0; s < c->part.n; s++)
	{
		for (int64 i = c->part.stretches[s].from; i < c->part.stretches[s].to; i++)
			sum += (double) c->untold[i] * c->untold[i] / c->weight[i];
	}
	return sum;
}

/* Takes a term's values out of what is untold, or with sign -1 puts them back. */
static void
tell(Condensing *c, const CardTerm *term, const double *value, double sign)
{
	float		by_group[MAX_BINS] = {0};

	for (int i = 0; i < term->ngroups; i++)
		by_group[i] = sign * value[i];
	for (int s = 0; s < c->part.n; s++)
	{
		for (int64 i = c->part.stretches[s].from; i < c->part.stretches[s].to; i++)
			c->untold[i] -= c->weight[i] * by_group[term->groups[i]];
	}
}

/* ---- groups of rows ---- */

/* The group of each bin. */
static void
map_bins(const CardTerm *term, uint8 *map)
{
	memset(map, 0, MAX_BINS);
	for (int group = 0; group < term->ngroups; group++)
	{
		for (int bin = 0; bin < MAX_BINS; bin++)
		{
			if (set_has(&term->bins[group][0], bin))
				map[bin] = group;
		}
	}
}

/* The group that has all of a row's bins. */
static inline uint8
group_of(const CardTerm *term, const uint8 *const *bins, int64 row)
{
	for (int group = 0; group < term->ngroups; group++)
	{
		int			side = 0;

		while (side < term->nfeatures && set_has(&term->bins[group][side], bins[side][row]))
			side++;
		if (side == term->nfeatures)
			return group;
	}
	return MISSING_GROUP;
}

void
put_groups(const CardTerm *term, const Rows *rows, const Part *part, uint8 *groups)
{
	const uint8 *bins[MAX_TOGETHER];
	uint8		map[MAX_BINS];

	for (int side = 0; side < term->nfeatures; side++)
		bins[side] = rows->features[term->features[side]].bins;
	map_bins(term, map);
	for (int s = 0; s < part->n; s++)
	{
		int64		to = part->stretches[s].to;

		for (int64 i = part->stretches[s].from; i < to; i++)
			groups[i] = term->nfeatures == 1 ? map[bins[0][i]] : group_of(term, bins, i);
	}
}

/* ---- fitting values ---- */

/* Moves a term's values to where the squares are least. */
static void
refit(Condensing *c, CardTerm *term)
{
	double		g[MAX_BINS];
	double		h[MAX_BINS];
	double		step[MAX_GROUPS] = {0};
	const Feature *feature = &c->rows->features[term->features[0]];

	sum_by_bin(&c->part, term->groups, c->untold, g);
	sum_by_bin(&c->part, term->groups, c->weight, h);
	for (int i = 0; i < term->ngroups; i++)
	{
		if (term->rows[i] > 0)
			step[i] = g[i] / h[i];
		step[i] += term->value[i];
	}
	if (feature->direction != 0 && term->nfeatures == 1)
		make_monotone(h + 1, term->ngroups - 1, feature->direction, step + 1);
	for (int i = 0; i < term->ngroups; i++)
	{
		double		value = step[i];

		step[i] -= term->value[i];
		term->value[i] = value;
	}
	tell(c, term, step, 1);
}

static void
refit_all(Condensing *c, int sweeps)
{
	for (int sweep = 0; sweep < sweeps; sweep++)
	{
		for (int t = 0; t < c->card->nterms; t++)
		{
			CHECK_FOR_INTERRUPTS();
			refit(c, &c->card->terms[t]);
		}
	}
}

/* ---- the search for terms ---- */

/* A feature's known bins in levels: as many rows in each, in the order of values or of means. */
static void
make_levels(const Condensing *c, int f, const double *g)
{
	const Feature *feature = &c->rows->features[f];
	Candidate  *candidate = &c->candidates[f];
	int			order[MAX_BINS];
	uint8	   *level = candidate->level;
	double		all = 0;
	double		below = 0;
	int			n = feature->nbins - 1;

	for (int i = 0; i < n; i++)
	{
		int			at = i;

		all += candidate->rows[i + 1];
		/* of values, an insertion sort by means */
		while (feature->sort != FEATURE_RANGES && at > 0 &&
			   g[order[at - 1]] * candidate->h[i + 1] > g[i + 1] * candidate->h[order[at - 1]])
		{
			order[at] = order[at - 1];
			at--;
		}
		order[at] = i + 1;
	}
	memset(level, 0, MAX_BINS);
	candidate->nlevels = 1;
	for (int i = 0; i < n; i++)
	{
		int			next = n <= MAX_LEVEL ? i + 1 : 1 + (int) (MAX_LEVEL * below / Max(all, 1));

		level[order[i]] = Min(next, MAX_LEVEL);
		candidate->nlevels = Max(candidate->nlevels, level[order[i]] + 1);
		below += candidate->rows[order[i]];
	}
	candidate->levels = palloc_extended(Max(c->rows->n, 1), MCXT_ALLOC_HUGE);
	for (int s = 0; s < c->search.n; s++)
	{
		for (int64 i = c->search.stretches[s].from; i < c->search.stretches[s].to; i++)
			candidate->levels[i] = level[feature->bins[i]];
	}
}

static uint8 *
levels_of_rows(const Condensing *c, int f)
{
	const uint8 *bins = c->rows->features[f].bins;
	uint8	   *levels = palloc_extended(Max(c->rows->n, 1), MCXT_ALLOC_HUGE);

	for (int s = 0; s < c->part.n; s++)
	{
		for (int64 i = c->part.stretches[s].from; i < c->part.stretches[s].to; i++)
			levels[i] = c->candidates[f].level[bins[i]];
	}
	return levels;
}

/* Rows are in a random order, so that the first of each stretch are a sample. */
static void
begin_search(Condensing *c)
{
	int64		n = 0;

	c->search = c->part;
	for (int s = 0; s < c->part.n; s++)
		n += c->part.stretches[s].to - c->part.stretches[s].from;
	c->search_share = Min((double) SEARCH_ROWS / Max(n, 1), 1);
	for (int s = 0; s < c->part.n; s++)
		c->search.stretches[s].to = c->part.stretches[s].from +
			(int64) ((c->part.stretches[s].to - c->part.stretches[s].from) * c->search_share);
	c->candidates = palloc_extended(sizeof(Candidate) * Max(c->rows->nfeatures, 1), MCXT_ALLOC_HUGE);
	for (int f = 0; f < c->rows->nfeatures; f++)
	{
		double		g[MAX_BINS];

		CHECK_FOR_INTERRUPTS();
		sum_by_bin(&c->part, c->rows->features[f].bins, c->weight, c->candidates[f].h);
		sum_by_bin(&c->part, c->rows->features[f].bins, c->rows->count, c->candidates[f].rows);
		sum_by_bin(&c->part, c->rows->features[f].bins, c->untold, g);
		make_levels(c, f, g);
	}
}

static void
end_search(Condensing *c)
{
	for (int f = 0; f < c->rows->nfeatures; f++)
		pfree(c->candidates[f].levels);
	pfree(c->candidates);
}

/* Is the feature a term of its own already?  Twice reads oddly. */
static bool
has_single(const Condensing *c, int f)
{
	for (int t = 0; t < c->card->nterms; t++)
	{
		if (c->card->terms[t].nfeatures == 1 && c->card->terms[t].features[0] == f)
			return true;
	}
	return false;
}

/* The best groups of one feature. */
static double
try_single(Condensing *c, int f, CardTerm *term)
{
	double		g[MAX_BINS];
	Sums		sums = {g, c->candidates[f].h, c->candidates[f].rows};

	term->nfeatures = 1;
	term->features[0] = f;
	sum_by_bin(&c->part, c->rows->features[f].bins, c->untold, g);
	return group_bins(&c->rows->features[f], &sums, c->options->attributes, c->least_rows, term);
}

/* Sums over a part of the rows by what is level 0, 1, ... of each feature. */
static void
fill_grid(const Condensing *c, const Part *part, uint8 *const *levels, Grid *grid)
{
	const uint8 *first = levels[0];
	const uint8 *second = levels[1];
	const uint8 *third = grid->n == 3 ? levels[2] : NULL;
	int			ncells = grid->levels[0] * grid->levels[1] * grid->levels[2];
	double	   *g = grid->sums.g;
	double	   *h = grid->sums.h;
	double	   *rows = grid->sums.rows;

	memset(g, 0, sizeof(double) * ncells);
	memset(h, 0, sizeof(double) * ncells);
	memset(rows, 0, sizeof(double) * ncells);
	for (int s = 0; s < part->n; s++)
	{
		for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
		{
			int			cell = (first[i] * grid->levels[1] + second[i]) * grid->levels[2];

			if (third != NULL)
				cell += third[i];
			g[cell] += c->untold[i];
			h[cell] += c->weight[i];
			rows[cell] += c->rows->count[i];
		}
	}
}

/* Are these features a term already?  They are in whatever order. */
static bool
has_together(const Condensing *c, int n, const int *features)
{
	for (int t = 0; t < c->card->nterms; t++)
	{
		const CardTerm *term = &c->card->terms[t];
		int			same = 0;

		for (int i = 0; i < term->nfeatures * n; i++)
			same += term->features[i / n] == features[i % n];
		if (term->nfeatures == n && same == n)
			return true;
	}
	return false;
}

/* How much features would tell together, by coarse levels of the rows of the search. */
static double
weigh_together(const Condensing *c, int n, const int *features, CardTerm *term)
{
	double		sums[3][MAX_CELLS];
	uint8	   *levels[MAX_TOGETHER] = {c->candidates[features[0]].levels, c->candidates[features[1]].levels};
	Grid		grid = {.n = n, .levels = {1, 1, 1}, .sums = {sums[0], sums[1], sums[2]}};

	for (int side = 0; side < n; side++)
	{
		grid.levels[side] = c->candidates[features[side]].nlevels;
		grid.ordered[side] = c->rows->features[features[side]].sort == FEATURE_RANGES;
		levels[side] = c->candidates[features[side]].levels;
	}
	fill_grid(c, &c->search, levels, &grid);
	return group_cells(&grid, c->options->attributes, c->least_rows * c->search_share, term) /
		c->search_share;
}

/* From groups of levels to groups of bins. */
static void
spread_levels(const Condensing *c, CardTerm *term)
{
	for (int group = 0; group < term->ngroups; group++)
	{
		for (int side = 0; side < term->nfeatures; side++)
		{
			const Candidate *candidate = &c->candidates[term->features[side]];
			BinSet		bins = {{0}};

			for (int bin = 0; bin < c->rows->features[term->features[side]].nbins; bin++)
			{
				if (set_has(&term->bins[group][side], candidate->level[bin]))
					set_add(&bins, bin);
			}
			term->bins[group][side] = bins;
		}
	}
}

/* The best groups of features together, by all rows, and by all bins where these are not too many. */
static double
try_together(const Condensing *c, int n, const int *features, CardTerm *term)
{
	Grid		grid = {.n = n, .levels = {1, 1, 1}};
	uint8	   *levels[MAX_TOGETHER] = {c->rows->features[features[0]].bins, c->rows->features[features[1]].bins};
	double	   *cells;
	int			ncells = 1;
	double		gain;

	term->nfeatures = n;
	for (int side = 0; side < n; side++)
	{
		const Feature *feature = &c->rows->features[features[side]];

		term->features[side] = features[side];
		grid.ordered[side] = feature->sort == FEATURE_RANGES;
		grid.levels[side] = n == 2 ? feature->nbins : c->candidates[features[side]].nlevels;
		ncells *= grid.levels[side];
		levels[side] = feature->bins;
		if (n == 3)
			levels[side] = levels_of_rows(c, features[side]);
	}
	cells = palloc(sizeof(double) * ncells * 3);
	grid.sums = (Sums) {cells, cells + ncells, cells + (Size) 2 * ncells};
	fill_grid(c, &c->part, levels, &grid);
	gain = group_cells(&grid, c->options->attributes, c->least_rows, term);
	pfree(cells);
	if (n == 3)
	{
		for (int side = 0; side < n; side++)
			pfree(levels[side]);
		spread_levels(c, term);
	}
	return gain;
}

static bool
may_pair(const Condensing *c, int a, int b)
{
	const Feature *x = &c->rows->features[a];
	const Feature *y = &c->rows->features[b];

	return x->field != y->field && x->direction == 0 && y->direction == 0;
}

static bool
is_partner(const Condensing *c, int f)
{
	for (int i = 0; i < c->npartners; i++)
	{
		if (c->partners[i] == f)
			return true;
	}
	return false;
}

/* Features that may be told together: those of the model's pairs, and those that tell most alone. */
static void
choose_partners(Condensing *c, const double *gains)
{
	const Model *model = c->model;
	int			fixed;

	c->npartners = 0;
	for (int t = model->nterms - model->npairs; t < model->nterms && c->npartners < MAX_PARTNERS - 1; t++)
	{
		if (!is_partner(c, model->terms[t].a))
			c->partners[c->npartners++] = model->terms[t].a;
		if (!is_partner(c, model->terms[t].b))
			c->partners[c->npartners++] = model->terms[t].b;
	}
	fixed = c->npartners;
	for (int f = 0; f < c->rows->nfeatures; f++)
	{
		int			at = c->npartners;

		if (is_partner(c, f))
			continue;
		if (at == MAX_PARTNERS && (at == fixed || gains[f] <= gains[c->partners[--at]]))
			continue;
		c->npartners = at + 1;
		for (; at > fixed && gains[c->partners[at - 1]] < gains[f]; at--)
			c->partners[at] = c->partners[at - 1];
		c->partners[at] = f;
	}
}

/* The two features that tell most together, if they tell more than the bar. */
static double
best_pair(Condensing *c, double bar, int *pair, CardTerm *trial)
{
	double		most = bar;

	for (int a = 0; a < c->npartners; a++)
	{
		for (int b = a + 1; b < c->npartners; b++)
		{
			int			features[] = {c->partners[a], c->partners[b]};
			double		gain;

			CHECK_FOR_INTERRUPTS();
			if (!may_pair(c, features[0], features[1]) || has_together(c, 2, features))
				continue;
			gain = weigh_together(c, 2, features, trial);
			if (gain > most)
			{
				most = gain;
				pair[0] = features[0];
				pair[1] = features[1];
			}
		}
	}
	return most;
}

/* A third feature that lets them tell more than the bar; -1 if there is none. */
static int
best_third(Condensing *c, double bar, const int *pair, CardTerm *trial)
{
	int			third = -1;

	for (int i = 0; i < c->npartners; i++)
	{
		int			f = c->partners[i];
		int			features[] = {pair[0], pair[1], f};
		double		gain;

		CHECK_FOR_INTERRUPTS();
		if (!may_pair(c, pair[0], f) || !may_pair(c, pair[1], f) || has_together(c, 3, features))
			continue;
		gain = weigh_together(c, 3, features, trial);
		if (gain > bar)
		{
			bar = gain;
			third = f;
		}
	}
	return third;
}

/* The best of features together, if they tell so much more than the best single one. */
static double
best_together(Condensing *c, double single, CardTerm *term)
{
	CardTerm   *trial = palloc(sizeof(CardTerm));
	int			features[MAX_TOGETHER] = {-1, -1, -1};
	double		pair = best_pair(c, PAIR_BAR * single, features, trial);
	double		gain;

	if (features[0] < 0)
	{
		pfree(trial);
		return 0;
	}
	features[2] = best_third(c, THIRD_BAR * pair, features, trial);
	gain = try_together(c, 2, features, term);
	if (features[2] >= 0)
	{
		double		three = try_together(c, 3, features, trial);

		if (three > THIRD_BAR * gain)
		{
			gain = three;
			*term = *trial;
		}
	}
	pfree(trial);
	return gain;
}

/* The term that tells most; returns how much.  Without repeats, each single feature comes once. */
static double
best_term(Condensing *c, bool repeats, CardTerm *best)
{
	CardTerm   *trial = palloc(sizeof(CardTerm));
	double	   *gains = palloc(sizeof(double) * Max(c->rows->nfeatures, 1));
	double		most = 0;

	for (int f = 0; f < c->rows->nfeatures; f++)
	{
		double		gain = try_single(c, f, trial);

		CHECK_FOR_INTERRUPTS();
		gains[f] = gain;
		if (!repeats && has_single(c, f))
			continue;
		if (gain > most)
		{
			most = gain;
			*best = *trial;
		}
	}
	if (c->npairs < c->options->pairs)
	{
		double		gain;

		choose_partners(c, gains);
		gain = best_together(c, most, trial);

		if (gain > PAIR_BAR * most)
		{
			most = gain;
			*best = *trial;
		}
	}
	pfree(trial);
	pfree(gains);
	return most;
}

/* ---- terms ---- */

static void
begin_term(Condensing *c, CardTerm *term)
{
	double		rows[MAX_BINS];

	put_groups(term, c->rows, &c->part, term->groups);
	sum_by_bin(&c->part, term->groups, c->rows->count, rows);
	memcpy(term->rows, rows, sizeof(term->rows));
	memset(term->value, 0, sizeof(term->value));
	refit(c, term);
}

/* Groups a term's bins anew, with all others as they are. */
static void
regroup(Condensing *c, CardTerm *term)
{
	tell(c, term, term->value, -1);
	if (term->nfeatures == 1)
		(void) try_single(c, term->features[0], term);
	else
	{
		int			features[MAX_TOGETHER];

		memcpy(features, term->features, sizeof(features));
		(void) try_together(c, term->nfeatures, features, term);
	}
	begin_term(c, term);
}

/* Groups that no row was in get what a row has on average. */
static void
fill_empty(CardTerm *term)
{
	double		sum = 0;
	double		rows = 0;

	for (int i = 0; i < term->ngroups; i++)
	{
		sum += term->rows[i] * term->value[i];
		rows += term->rows[i];
	}
	for (int i = 0; i < term->ngroups; i++)
	{
		if (term->rows[i] == 0)
			term->value[i] = sum / Max(rows, 1);
	}
}

static void
add_terms(Condensing *c)
{
	Card	   *card = c->card;
	double		all = untold_squares(c);

	while (card->nterms < c->options->characteristics)
	{
		CardTerm   *term = &card->terms[card->nterms];

		/* finer steps of a field that is there come last, if they are worth it */
		if (best_term(c, false, term) <= LEAST_SHARE * all &&
			best_term(c, true, term) <= REPEAT_SHARE * all)
			break;
		card->nterms++;
		c->npairs += term->nfeatures > 1;
		term->groups = palloc_extended(Max(c->rows->n, 1), MCXT_ALLOC_HUGE);
		begin_term(c, term);
		refit_all(c, SWEEPS);
	}
}

/* The model's log-odds of the rows are given, too. */
Card *
condense(const Model *model, const Rows *rows, const Part *part, const float *logit,
		 const LearnOptions *options)
{
	Card	   *card = palloc0(sizeof(Card));
	Size		floats = sizeof(float) * Max(rows->n, 1);
	Condensing	c = {.model = model, .rows = rows, .part = *part, .options = options, .card = card};

	c.untold = palloc_extended(floats, MCXT_ALLOC_HUGE);
	c.weight = palloc_extended(floats, MCXT_ALLOC_HUGE);
	card->terms = palloc0(sizeof(CardTerm) * options->characteristics);
	begin_rows(&c, logit);
	begin_search(&c);
	add_terms(&c);
	for (int i = 0; i < REGROUPINGS; i++)
	{
		for (int t = 0; t < card->nterms; t++)
			regroup(&c, &card->terms[t]);
		refit_all(&c, SWEEPS);
	}
	refit_all(&c, LAST_SWEEPS);
	for (int t = 0; t < card->nterms; t++)
	{
		fill_empty(&card->terms[t]);
		pfree(card->terms[t].groups);
	}
	end_search(&c);
	pfree(c.untold);
	pfree(c.weight);
	return card;
}

/* ---- its use ---- */

/* The log-odds of these rows; logit has room for all. */
void
card_logits(const Card *card, const Rows *rows, const Part *part, float *logit)
{
	uint8	   *groups = palloc_extended(Max(rows->n, 1), MCXT_ALLOC_HUGE);

	fill_part(part, logit, card->base);
	for (int t = 0; t < card->nterms; t++)
	{
		CHECK_FOR_INTERRUPTS();
		put_groups(&card->terms[t], rows, part, groups);
		for (int s = 0; s < part->n; s++)
		{
			for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
				logit[i] += (float) card->terms[t].value[groups[i]];
		}
	}
	pfree(groups);
}

void
free_card(Card *card)
{
	pfree(card->terms);
	pfree(card);
}

/*
 * pairs.c
 *		Which pairs of fields say more together than their sum.
 *
 * Each pair's grid of coarse levels is held against what the sum of step
 * functions leaves over (as FAST does: Lou, Caruana, Gehrke and Hooker 2013),
 * and has to do so much better than chance that among all pairs there would
 * rarely be one.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "miscadmin.h"
#include "stats/stats.h"

#define MAX_FEATURES 60			/* of more, those with most left to tell take part */
#define PSEUDO_WEIGHT 2.0		/* so much beside each cell's own, against rare ones */
#define MIN_WEIGHT 1e-3
#define PAIR_LEVEL 0.01			/* chance of one among all pairs, by the normal law */

typedef struct Candidate
{
	int			a;
	int			b;
	double		excess;			/* over what chance would do */
} Candidate;

/* ---- levels ---- */

static void
level_ranges(const Feature *feature, const double *count, uint8 *level, int *nlevels)
{
	double		total = 0;
	double		sum = 0;
	int			next = 1;

	for (int bin = 1; bin < feature->nbins; bin++)
		total += count[bin];
	level[MISSING_BIN] = 0;
	for (int bin = 1; bin < feature->nbins; bin++)
	{
		level[bin] = next;
		sum += count[bin];
		if (sum >= total * next / (MAX_LEVELS - 2) && bin < feature->nbins - 1)
			next = Min(next + 1, MAX_LEVELS - 1);
	}
	*nlevels = next + 1;
}

/* The most frequent values have a level of their own; level 1 is all others. */
static void
level_values(const Feature *feature, uint8 *level, int *nlevels)
{
	/* bins of values are in the order of their frequency */
	for (int bin = 0; bin < feature->nbins; bin++)
		level[bin] = bin < MAX_LEVELS ? bin : OTHER_BIN;
	*nlevels = Min(feature->nbins, MAX_LEVELS);
}

static void
level_features(const Rows *rows, const Part *part, int n, const int *features,
			   uint8 (*levels)[MAX_BINS], int *nlevels)
{
	for (int f = 0; f < n; f++)
	{
		const Feature *feature = &rows->features[features[f]];
		double		count[MAX_BINS] = {0};

		memset(levels[f], 0, MAX_BINS);
		if (feature->sort != FEATURE_RANGES)
		{
			level_values(feature, levels[f], &nlevels[f]);
			continue;
		}
		for (int s = 0; s < part->n; s++)
		{
			for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
				count[feature->bins[i]] += rows->count[i];
		}
		level_ranges(feature, count, levels[f], &nlevels[f]);
	}
}

/* ---- one grid ---- */

typedef struct PairGrid
{
	int			rows;
	int			columns;
	double		g[MAX_LEVELS * MAX_LEVELS];
	double		h[MAX_LEVELS * MAX_LEVELS];
} PairGrid;

static void
fill_grid(const Part *part, const uint8 *a, const uint8 *b, const float *residual,
		  const float *weight, PairGrid *grid)
{
	memset(grid->g, 0, sizeof(grid->g));
	memset(grid->h, 0, sizeof(grid->h));
	for (int s = 0; s < part->n; s++)
	{
		for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
		{
			int			cell = a[i] * grid->columns + b[i];

			grid->g[cell] += residual[i];
			grid->h[cell] += weight[i];
		}
	}
}

/* Takes out of the grid what a row or a column has in common. */
static void
take_out(PairGrid *grid, int n, int stride, int m, int step)
{
	for (int i = 0; i < n; i++)
	{
		double		g = 0;
		double		h = 0;

		for (int j = 0; j < m; j++)
		{
			g += grid->g[i * stride + j * step];
			h += grid->h[i * stride + j * step];
		}
		for (int j = 0; j < m && h > MIN_WEIGHT; j++)
			grid->g[i * stride + j * step] -= g / h * grid->h[i * stride + j * step];
	}
}

/* How much more than by chance the cells differ; z in standard deviations. */
static double
grid_excess(PairGrid *grid, double *z)
{
	double		gain = 0;
	double		expected = 0;
	double		variance = 0;
	double		cells = 0;
	double		free_cells;

	for (int i = 0; i < 3; i++)
	{
		take_out(grid, grid->rows, grid->columns, grid->columns, 1);
		take_out(grid, grid->columns, 1, grid->rows, grid->columns);
	}
	for (int i = 0; i < grid->rows * grid->columns; i++)
	{
		double		share = grid->h[i] / (grid->h[i] + PSEUDO_WEIGHT);

		if (grid->h[i] < MIN_WEIGHT)
			continue;
		gain += grid->g[i] * grid->g[i] / (grid->h[i] + PSEUDO_WEIGHT);
		expected += share;
		variance += 2 * share * share;
		cells += 1;
	}
	free_cells = Max(cells - grid->rows - grid->columns + 1, 1) / Max(cells, 1);
	expected *= free_cells;
	variance = Max(variance * free_cells, MIN_WEIGHT);
	*z = (gain - expected) / sqrt(variance);
	return gain - expected;
}

/* ---- the search ---- */

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->excess != y->excess)
		return x->excess > y->excess ? -1 : 1;
	return x->a != y->a ? x->a - y->a : x->b - y->b;
}

/* How unlike the residuals of a feature's bins are: what is left to tell, in part with others. */
static double
restlessness(const Rows *rows, const Part *part, int f, const float *residual, const float *weight)
{
	double		g[MAX_BINS];
	double		h[MAX_BINS];
	double		sum = 0;

	sum_by_bin(part, rows->features[f].bins, residual, g);
	sum_by_bin(part, rows->features[f].bins, weight, h);
	for (int bin = 0; bin < rows->features[f].nbins; bin++)
		sum += g[bin] * g[bin] / (h[bin] + PSEUDO_WEIGHT);
	return sum;
}

/* Those that may be in pairs; of too many, the ones with most left to tell. */
static int
choose_features(const Rows *rows, const Part *part, const float *residual,
				const float *weight, int *features)
{
	double		rest[MAX_FEATURES];
	int			n = 0;

	for (int f = 0; f < rows->nfeatures; f++)
	{
		double		r;
		int			at;

		if (rows->features[f].direction != 0)
			continue;
		r = restlessness(rows, part, f, residual, weight);
		if (n == MAX_FEATURES && r <= rest[n - 1])
			continue;
		at = n < MAX_FEATURES ? n++ : n - 1;
		for (; at > 0 && rest[at - 1] < r; at--)
		{
			rest[at] = rest[at - 1];
			features[at] = features[at - 1];
		}
		rest[at] = r;
		features[at] = f;
	}
	return n;
}

static uint8 *
levels_of_rows(const Rows *rows, int feature, const uint8 *level)
{
	uint8	   *result = palloc_extended(Max(rows->n, 1), MCXT_ALLOC_HUGE);
	const uint8 *bins = rows->features[feature].bins;

	for (int64 i = 0; i < rows->n; i++)
		result[i] = level[bins[i]];
	return result;
}

/* Puts the terms of up to max_pairs pairs, the strongest first, and returns how many. */
int
find_pairs(const Rows *rows, const Part *part, const float *residual,
		   const float *weight, int max_pairs, Term *terms)
{
	int			features[MAX_FEATURES];
	int			nlevels[MAX_FEATURES];
	uint8		(*levels)[MAX_BINS] = palloc((Size) MAX_FEATURES * MAX_BINS);
	int			n = choose_features(rows, part, residual, weight, features);
	uint8	   *by_row[MAX_FEATURES];
	Candidate  *candidates = palloc(sizeof(Candidate) * MAX_FEATURES * MAX_FEATURES / 2);
	int			ncandidates = 0;
	double		bar = n > 1 ? -normal_quantile(PAIR_LEVEL / (n * (n - 1) / 2.0)) : 0;
	PairGrid	   *grid = palloc(sizeof(PairGrid));

	level_features(rows, part, n, features, levels, nlevels);
	for (int f = 0; f < n; f++)
		by_row[f] = levels_of_rows(rows, features[f], levels[f]);
	for (int a = 0; a < n; a++)
	{
		for (int b = a + 1; b < n; b++)
		{
			double		z;
			double		excess;

			CHECK_FOR_INTERRUPTS();
			if (rows->features[features[a]].field == rows->features[features[b]].field)
				continue;
			grid->rows = nlevels[a];
			grid->columns = nlevels[b];
			fill_grid(part, by_row[a], by_row[b], residual, weight, grid);
			excess = grid_excess(grid, &z);
			if (z > bar)
				candidates[ncandidates++] = (Candidate) {a, b, excess};
		}
	}
	qsort(candidates, ncandidates, sizeof(Candidate), compare_candidates);
	ncandidates = Min(ncandidates, max_pairs);
	for (int i = 0; i < ncandidates; i++)
	{
		Term	   *term = &terms[i];

		memset(term, 0, sizeof(Term));
		term->a = features[candidates[i].a];
		term->b = features[candidates[i].b];
		term->b_levels = nlevels[candidates[i].b];
		term->nbins = nlevels[candidates[i].a] * term->b_levels;
		memcpy(term->a_level, levels[candidates[i].a], MAX_BINS);
		memcpy(term->b_level, levels[candidates[i].b], MAX_BINS);
	}
	for (int f = 0; f < n; f++)
		pfree(by_row[f]);
	pfree(levels);
	pfree(candidates);
	pfree(grid);
	return ncandidates;
}

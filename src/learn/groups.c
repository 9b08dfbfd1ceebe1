/*
 * groups.c
 *		Bins into few groups, with as little loss as can be.
 *
 * Of one feature: the best of all partitions of a row of bins, by dynamic
 * programming (Fisher 1958, "On grouping for maximum homogeneity"); values
 * without an order are put in that of their means first, which is where the
 * best partition is.  Of a pair: a small tree over its grid, best split first.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"

/* Fewer groups are enough that keep so much of what the most would. */

#define ENOUGH 0.99

#define MIN_WEIGHT 1e-9

/* ---- a row of items into segments ---- */

typedef struct Item
{
	double		g;
	double		h;
	double		rows;
	int			bin;			/* one of its bins */
} Item;

static inline double
square_gain(double g, double h)
{
	return h > MIN_WEIGHT ? g * g / h : 0;
}

typedef struct Partition
{
	int			n;
	double		gain[MOST_ATTRIBUTES + 2][MAX_BINS + 1];	/* of the first items in so many segments */
	int			from[MOST_ATTRIBUTES + 2][MAX_BINS + 1];	/* where the last one begins */
} Partition;

static void
partition_items(const Item *items, int n, int most, double least_rows, Partition *p)
{
	double		g[MAX_BINS + 1] = {0};
	double		h[MAX_BINS + 1] = {0};
	double		rows[MAX_BINS + 1] = {0};

	p->n = n;
	for (int i = 0; i < n; i++)
	{
		g[i + 1] = g[i] + items[i].g;
		h[i + 1] = h[i] + items[i].h;
		rows[i + 1] = rows[i] + items[i].rows;
	}
	for (int k = 1; k <= most; k++)
	{
		for (int i = 0; i <= n; i++)
		{
			p->gain[k][i] = -1;
			p->from[k][i] = 0;
			if (k == 1)
				p->gain[k][i] = square_gain(g[i], h[i]);
			for (int j = 1; k > 1 && j < i; j++)
			{
				double		gain;

				if (p->gain[k - 1][j] < 0 || rows[i] - rows[j] < least_rows ||
					(k == 2 && rows[j] < least_rows))
					continue;
				gain = p->gain[k - 1][j] + square_gain(g[i] - g[j], h[i] - h[j]);
				if (gain > p->gain[k][i])
				{
					p->gain[k][i] = gain;
					p->from[k][i] = j;
				}
			}
		}
	}
}

/* The fewest segments that are enough; where each begins, in starts. */
static int
choose_segments(const Partition *p, int most, int *starts, double *gain)
{
	int			n = p->n;
	double		one = p->gain[1][n];
	double		best = one;
	int			k = 1;

	for (int i = 2; i <= most; i++)
		best = Max(best, p->gain[i][n]);
	while (k < most && p->gain[k][n] - one < ENOUGH * (best - one))
		k++;
	*gain = p->gain[k][n];
	for (int i = k, end = n; i >= 1; i--)
	{
		starts[i - 1] = p->from[i][end];
		end = starts[i - 1];
	}
	return k;
}

/* ---- one feature ---- */

static int
compare_items(const void *a, const void *b)
{
	const Item *x = a;
	const Item *y = b;
	double		left = x->g * y->h;
	double		right = y->g * x->h;

	if (left != right)
		return left < right ? -1 : 1;
	return x->bin - y->bin;
}

/* Ranges without rows belong to the range below them, or else above. */
static void
group_empty_ranges(const Feature *feature, const Sums *sums, CardTerm *term)
{
	int			group = 1;

	for (int bin = 1; bin < feature->nbins; bin++)
	{
		if (sums->h[bin] <= MIN_WEIGHT)
			set_add(&term->bins[group][0], bin);
		while (sums->h[bin] > MIN_WEIGHT && !set_has(&term->bins[group][0], bin))
			group++;
	}
}

/*
 * Values that only rows elsewhere have are as rare as those without a bin, and go
 * where these are, or else where most rows are.
 */
static void
group_empty_values(const Feature *feature, const Sums *sums, CardTerm *term)
{
	int			group = 1;
	double		most = -1;

	for (int i = 1; i < term->ngroups; i++)
	{
		double		rows = 0;

		for (int bin = 1; bin < feature->nbins; bin++)
			rows += set_has(&term->bins[i][0], bin) ? sums->rows[bin] : 0;
		if (set_has(&term->bins[i][0], OTHER_BIN))
			rows = INFINITY;
		if (rows > most)
		{
			most = rows;
			group = i;
		}
	}
	for (int bin = OTHER_BIN; bin < feature->nbins; bin++)
	{
		if (sums->h[bin] <= MIN_WEIGHT && set_has(&feature->seen, bin))
			set_add(&term->bins[group][0], bin);
	}
}

double
group_bins(const Feature *feature, const Sums *sums, int most, double least_rows, CardTerm *term)
{
	Item		items[MAX_BINS];
	int			n = 0;
	Partition  *p;
	int			starts[MOST_ATTRIBUTES + 2];
	double		gain = 0;
	int			k = 0;

	for (int bin = 1; bin < feature->nbins; bin++)
	{
		if (sums->h[bin] > MIN_WEIGHT)
			items[n++] = (Item) {sums->g[bin], sums->h[bin], sums->rows[bin], bin};
	}
	if (feature->sort != FEATURE_RANGES)
	{
		qsort(items, n, sizeof(Item), compare_items);
		most++;					/* one of them goes under "otherwise" */
	}
	memset(term->bins, 0, sizeof(term->bins));
	set_add(&term->bins[MISSING_GROUP][0], MISSING_BIN);
	if (n > 0)
	{
		p = palloc(sizeof(Partition));
		partition_items(items, n, Min(most, n), least_rows, p);
		k = choose_segments(p, Min(most, n), starts, &gain);
		pfree(p);
	}
	for (int s = 0; s < k; s++)
	{
		for (int i = starts[s]; i < (s + 1 < k ? starts[s + 1] : n); i++)
			set_add(&term->bins[s + 1][0], items[i].bin);
	}
	term->ngroups = k + 1;
	if (k > 0 && feature->sort == FEATURE_RANGES)
		group_empty_ranges(feature, sums, term);
	else if (k > 0)
		group_empty_values(feature, sums, term);
	return gain + square_gain(sums->g[MISSING_BIN], sums->h[MISSING_BIN]);
}

/* ---- a pair ---- */

/* A rectangle of the grid: levels of each feature. */
typedef struct Leaf
{
	BinSet		levels[2];
	int			split;			/* 0, 1: by which feature; -1: it cannot */
	BinSet		left;			/* its levels of that feature on one side */
	double		gain;
} Leaf;

static int
cell_at(const Grid *grid, int side, int level, int other)
{
	return side == 0 ? level * grid->levels[1] + other : other * grid->levels[1] + level;
}

/* The levels of one side of a leaf, each over the other side's. */
static int
list_levels(const Grid *grid, const Leaf *leaf, int side, Item *items)
{
	int			n = 0;
	int			others[MAX_BINS];
	int			nothers = 0;

	for (int other = 1; other < grid->levels[1 - side]; other++)
	{
		if (set_has(&leaf->levels[1 - side], other))
			others[nothers++] = other;
	}
	for (int level = 1; level < grid->levels[side]; level++)
	{
		Item		item = {.bin = level};

		if (!set_has(&leaf->levels[side], level))
			continue;
		for (int i = 0; i < nothers; i++)
		{
			int			cell = cell_at(grid, side, level, others[i]);

			item.g += grid->sums.g[cell];
			item.h += grid->sums.h[cell];
			item.rows += grid->sums.rows[cell];
		}
		/* levels without rows stay with what is right of the split, or within */
		if (item.h > MIN_WEIGHT)
			items[n++] = item;
	}
	return n;
}

static void
try_splits(const Grid *grid, double least_rows, Leaf *leaf, int side)
{
	Item		items[MAX_BINS];
	int			n = list_levels(grid, leaf, side, items);
	Item		all = {0};
	Item		left = {0};
	BinSet		levels = {{0}};

	if (!grid->ordered[side])
		qsort(items, n, sizeof(Item), compare_items);
	for (int i = 0; i < n; i++)
	{
		all.g += items[i].g;
		all.h += items[i].h;
		all.rows += items[i].rows;
	}
	for (int i = 0; i < n - 1; i++)
	{
		double		gain;

		left.g += items[i].g;
		left.h += items[i].h;
		left.rows += items[i].rows;
		set_add(&levels, items[i].bin);
		for (int level = 1; level < items[i].bin && grid->ordered[side]; level++)
			set_add(&levels, level);
		if (left.rows < least_rows || all.rows - left.rows < least_rows)
			continue;
		gain = square_gain(left.g, left.h) + square_gain(all.g - left.g, all.h - left.h) -
			square_gain(all.g, all.h);
		if (gain > leaf->gain)
		{
			leaf->gain = gain;
			leaf->split = side;
			for (int w = 0; w < MAX_BINS / 64; w++)
				leaf->left.words[w] = levels.words[w] & leaf->levels[side].words[w];
		}
	}
}

static void
find_split(const Grid *grid, double least_rows, Leaf *leaf)
{
	leaf->split = -1;
	leaf->gain = MIN_WEIGHT;
	try_splits(grid, least_rows, leaf, 0);
	try_splits(grid, least_rows, leaf, 1);
}

/* Cells where either is missing have groups of their own, and are no attributes. */
static double
group_missing(const Grid *grid, CardTerm *term)
{
	double		g[2] = {0, 0};
	double		h[2] = {0, 0};

	memset(term->bins, 0, sizeof(term->bins));
	set_add(&term->bins[MISSING_GROUP][0], 0);
	set_add(&term->bins[SECOND_MISSING_GROUP][1], 0);
	for (int level = 0; level < grid->levels[1]; level++)
	{
		set_add(&term->bins[MISSING_GROUP][1], level);
		g[0] += grid->sums.g[level];
		h[0] += grid->sums.h[level];
	}
	for (int level = 1; level < grid->levels[0]; level++)
	{
		set_add(&term->bins[SECOND_MISSING_GROUP][0], level);
		g[1] += grid->sums.g[level * grid->levels[1]];
		h[1] += grid->sums.h[level * grid->levels[1]];
	}
	return square_gain(g[0], h[0]) + square_gain(g[1], h[1]);
}

/* All known cells in one. */
static Leaf
root_leaf(const Grid *grid, double *gain)
{
	Leaf		root = {0};
	double		g = 0;
	double		h = 0;

	for (int side = 0; side < 2; side++)
	{
		for (int level = 1; level < grid->levels[side]; level++)
			set_add(&root.levels[side], level);
	}
	for (int a = 1; a < grid->levels[0]; a++)
	{
		for (int b = 1; b < grid->levels[1]; b++)
		{
			g += grid->sums.g[cell_at(grid, 0, a, b)];
			h += grid->sums.h[cell_at(grid, 0, a, b)];
		}
	}
	*gain = square_gain(g, h);
	return root;
}

double
group_cells(const Grid *grid, int most, double least_rows, CardTerm *term)
{
	Leaf		leaves[MOST_ATTRIBUTES + 1];
	int			n = 1;
	double		all = 0;
	double		gain;

	leaves[0] = root_leaf(grid, &gain);
	gain += group_missing(grid, term);
	find_split(grid, least_rows, &leaves[0]);
	while (n <= most)
	{
		int			best = 0;
		int			side;

		for (int i = 1; i < n; i++)
		{
			if (leaves[i].gain > leaves[best].gain)
				best = i;
		}
		side = leaves[best].split;
		if (side < 0 || (n > 1 && leaves[best].gain < (1 - ENOUGH) * all))
			break;
		all += leaves[best].gain;
		leaves[n] = leaves[best];
		for (int w = 0; w < MAX_BINS / 64; w++)
			leaves[n].levels[side].words[w] &= ~leaves[best].left.words[w];
		leaves[best].levels[side] = leaves[best].left;
		find_split(grid, least_rows, &leaves[best]);
		find_split(grid, least_rows, &leaves[n]);
		n++;
	}
	for (int i = 0; i < n; i++)
		memcpy(term->bins[SECOND_MISSING_GROUP + 1 + i], leaves[i].levels, sizeof(leaves[i].levels));
	term->ngroups = SECOND_MISSING_GROUP + 1 + n;
	return gain + all;
}

/*
 * groups.c
 *		Bins into few groups, with as little loss as can be.
 *
 * Of one feature: the best of all partitions of a row of bins, by dynamic
 * programming (Fisher 1958, "On grouping for maximum homogeneity"); values
 * without an order are put in that of their means first, which is where the
 * best partition is.  Of two or three: a small tree over their grid, best split
 * first.
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
	int			starts[MOST_ATTRIBUTES + 2] = {0};
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

/* ---- features together ---- */

/* A box of the grid: levels of each feature. */
typedef struct Leaf
{
	BinSet		levels[MAX_TOGETHER];
	int			split;			/* by which feature; -1: it cannot */
	BinSet		left;			/* its levels of that feature on one side */
	double		gain;
} Leaf;

/* The levels of a leaf, and their sums over the other sides. */
typedef struct LeafItems
{
	int			n[MAX_TOGETHER];
	Item		items[MAX_TOGETHER][MAX_BINS];
} LeafItems;

static void
add_cell(const Sums *sums, int cell, Item *item)
{
	item->g += sums->g[cell];
	item->h += sums->h[cell];
	item->rows += sums->rows[cell];
}

static void
list_levels(const Grid *grid, const Leaf *leaf, LeafItems *list)
{
	for (int side = 0; side < MAX_TOGETHER; side++)
	{
		list->n[side] = 0;
		for (int level = side < grid->n; level < grid->levels[side]; level++)
		{
			if (side >= grid->n || set_has(&leaf->levels[side], level))
				list->items[side][list->n[side]++] = (Item) {.bin = level};
		}
	}
	for (int i = 0; i < list->n[0]; i++)
	{
		for (int j = 0; j < list->n[1]; j++)
		{
			int			row = (list->items[0][i].bin * grid->levels[1] + list->items[1][j].bin) * grid->levels[2];

			for (int k = 0; k < list->n[2]; k++)
			{
				int			cell = row + list->items[2][k].bin;

				add_cell(&grid->sums, cell, &list->items[0][i]);
				add_cell(&grid->sums, cell, &list->items[1][j]);
				add_cell(&grid->sums, cell, &list->items[2][k]);
			}
		}
	}
}

/* Items without rows stay with what is right of the split, or within. */
static int
drop_empty(Item *items, int n)
{
	int			kept = 0;

	for (int i = 0; i < n; i++)
	{
		if (items[i].h > MIN_WEIGHT)
			items[kept++] = items[i];
	}
	return kept;
}

static void
try_splits(const Grid *grid, double least_rows, Leaf *leaf, int side, Item *items, int n)
{
	Item		all = {0};
	Item		left = {0};
	BinSet		levels = {{0}};

	n = drop_empty(items, n);
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
find_split(const Grid *grid, double least_rows, LeafItems *list, Leaf *leaf)
{
	leaf->split = -1;
	leaf->gain = MIN_WEIGHT;
	list_levels(grid, leaf, list);
	for (int side = 0; side < grid->n; side++)
		try_splits(grid, least_rows, leaf, side, list->items[side], list->n[side]);
}

/* Rows where a feature is missing have groups of their own, which are no attributes. */
static void
set_missing(const Grid *grid, CardTerm *term)
{
	memset(term->bins, 0, sizeof(term->bins));
	for (int group = 0; group < grid->n; group++)
	{
		for (int side = 0; side < grid->n; side++)
		{
			for (int level = 0; level < grid->levels[side]; level++)
			{
				/* of the features before it, known; of those after it, any */
				if (side == group ? level == 0 : side > group || level > 0)
					set_add(&term->bins[group][side], level);
			}
		}
	}
}

/* What the groups of missing ones, and all others as one, would tell. */
static double
gain_of_missing(const Grid *grid)
{
	Item		groups[MAX_TOGETHER + 1] = {{0}};
	double		gain = 0;
	int			cell = 0;

	for (int a = 0; a < grid->levels[0]; a++)
	{
		for (int b = 0; b < grid->levels[1]; b++)
		{
			for (int c = 0; c < grid->levels[2]; c++)
				add_cell(&grid->sums, cell++,
						 &groups[a == 0 ? 0 : b == 0 ? 1 : c == 0 && grid->n == 3 ? 2 : 3]);
		}
	}
	for (int i = 0; i <= MAX_TOGETHER; i++)
		gain += square_gain(groups[i].g, groups[i].h);
	return gain;
}

/* Parts the most rewarding leaf again and again; returns how many there are. */
static int
grow_leaves(const Grid *grid, int most, double least_rows, Leaf *leaves, double *gain)
{
	LeafItems  *list = palloc(sizeof(LeafItems));
	int			n = 1;

	find_split(grid, least_rows, list, &leaves[0]);
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
		if (side < 0 || (n > 1 && leaves[best].gain < (1 - ENOUGH) * *gain))
			break;
		*gain += leaves[best].gain;
		leaves[n] = leaves[best];
		for (int w = 0; w < MAX_BINS / 64; w++)
			leaves[n].levels[side].words[w] &= ~leaves[best].left.words[w];
		leaves[best].levels[side] = leaves[best].left;
		find_split(grid, least_rows, list, &leaves[best]);
		find_split(grid, least_rows, list, &leaves[n]);
		n++;
	}
	pfree(list);
	return n;
}

double
group_cells(const Grid *grid, int most, double least_rows, CardTerm *term)
{
	Leaf		leaves[MOST_ATTRIBUTES + 1];
	double		gain = 0;
	int			n;

	memset(&leaves[0], 0, sizeof(Leaf));
	for (int side = 0; side < grid->n; side++)
	{
		for (int level = 1; level < grid->levels[side]; level++)
			set_add(&leaves[0].levels[side], level);
	}
	n = grow_leaves(grid, most, least_rows, leaves, &gain);
	set_missing(grid, term);
	for (int i = 0; i < n; i++)
		memcpy(term->bins[grid->n + i], leaves[i].levels, sizeof(leaves[i].levels));
	term->ngroups = grid->n + n;
	return gain + gain_of_missing(grid);
}

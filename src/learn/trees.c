/*
 * trees.c
 *		Small trees on top of the model, for what single fields and pairs leave over.
 *
 * Gradient boosting (Friedman 2001) by second-order steps on the bins (as Chen
 * and Guestrin 2016).  A share of the rows is set aside, and boosting stops
 * where it no longer pays on them; that is done several times with other rows
 * set aside, and the boosts are averaged.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "miscadmin.h"

/* So many boosts; of many rows one is steady enough. */
#define NBOOSTS 3
#define MANY_ROWS 20000
#define DEPTH 3
#define NLEAVES (1 << DEPTH)
#define MAX_TREES 150
#define PATIENCE 10
#define RATE 0.1
#define L2 1.0
#define VALUES_L2 10.0			/* of splits by values: there are many ways to part them */
#define LEAST_WEIGHT 1.0		/* of a leaf */
#define ASIDE 5					/* one row in so many */
#define LEAST_ROWS 200			/* of fewer rows nothing is learned */
#define LEAST_LOGIT 1e-6

typedef struct Split
{
	int			feature;		/* or -1: all rows go left */
	BinSet		left;
	double		gain;
} Split;

struct Tree
{
	Split		splits[NLEAVES - 1];	/* of node i the children are 2i + 1 and 2i + 2 */
	double		value[NLEAVES];
};

typedef struct Boost
{
	const Rows *rows;
	Part		part;
	int			aside;			/* rows of this remainder are set aside */
	float	   *logit;
	float	   *g;				/* zero for rows set aside */
	float	   *h;
	uint8	   *node;			/* of each row, within its level */
} Boost;

/* ---- one level of a tree ---- */

typedef struct NodeSums
{
	double		g[NLEAVES / 2][MAX_BINS];
	double		h[NLEAVES / 2][MAX_BINS];
} NodeSums;

static void
sum_nodes(const Boost *boost, int nnodes, const uint8 *bins, NodeSums *sums)
{
	double	   *g = sums->g[0];
	double	   *h = sums->h[0];

	memset(g, 0, sizeof(double) * MAX_BINS * nnodes);
	memset(h, 0, sizeof(double) * MAX_BINS * nnodes);
	for (int s = 0; s < boost->part.n; s++)
	{
		for (int64 i = boost->part.stretches[s].from; i < boost->part.stretches[s].to; i++)
		{
			int			at = boost->node[i] * MAX_BINS + bins[i];

			g[at] += boost->g[i];
			h[at] += boost->h[i];
		}
	}
}

static inline double
leaf_gain(double g, double h, double l2)
{
	return g * g / (h + l2);
}

typedef struct BinItem
{
	double		g;
	double		h;
	int			bin;
} BinItem;

static int
compare_items(const void *a, const void *b)
{
	const BinItem *x = a;
	const BinItem *y = b;
	double		left = x->g / (x->h + VALUES_L2);
	double		right = y->g / (y->h + VALUES_L2);

	if (left != right)
		return left < right ? -1 : 1;
	return x->bin - y->bin;
}

/* Parts the items somewhere in their order; beside them, first_g and first_h go left. */
static void
scan_items(const BinItem *items, int n, const BinItem *first, double l2, int feature, Split *best)
{
	BinItem		all = *first;
	BinItem		left = *first;
	BinSet		set = {{0}};

	if (first->bin >= 0)
		set_add(&set, first->bin);
	for (int i = 0; i < n; i++)
	{
		all.g += items[i].g;
		all.h += items[i].h;
	}
	for (int i = 0; i < n; i++)
	{
		double		gain;

		left.g += items[i].g;
		left.h += items[i].h;
		set_add(&set, items[i].bin);
		if (left.h < LEAST_WEIGHT || all.h - left.h < LEAST_WEIGHT)
			continue;
		gain = leaf_gain(left.g, left.h, l2) + leaf_gain(all.g - left.g, all.h - left.h, l2) -
			leaf_gain(all.g, all.h, l2);
		if (gain > best->gain)
			*best = (Split) {feature, set, gain};
	}
}

static void
try_feature(const Feature *feature, int f, const double *g, const double *h, Split *best)
{
	BinItem		items[MAX_BINS];
	BinItem		none = {0, 0, -1};
	int			n = 0;

	for (int bin = feature->sort == FEATURE_RANGES ? 1 : 0; bin < feature->nbins; bin++)
	{
		if (h[bin] > 0)
			items[n++] = (BinItem) {g[bin], h[bin], bin};
	}
	if (feature->sort != FEATURE_RANGES)
	{
		qsort(items, n, sizeof(BinItem), compare_items);
		scan_items(items, n, &none, n > 3 ? VALUES_L2 : L2, f, best);
		return;
	}
	scan_items(items, n, &none, L2, f, best);
	if (h[MISSING_BIN] > 0)
	{
		BinItem		missing = {g[MISSING_BIN], h[MISSING_BIN], MISSING_BIN};

		scan_items(items, n, &missing, L2, f, best);
	}
}

/* ---- one tree ---- */

static void
grow_level(Boost *boost, struct Tree *tree, int level, NodeSums *sums)
{
	int			nnodes = 1 << level;
	Split	   *splits = tree->splits + nnodes - 1;

	for (int node = 0; node < nnodes; node++)
		splits[node] = (Split) {.feature = -1, .gain = 1e-6};
	for (int f = 0; f < boost->rows->nfeatures; f++)
	{
		const Feature *feature = &boost->rows->features[f];

		CHECK_FOR_INTERRUPTS();
		if (feature->direction != 0)
			continue;
		sum_nodes(boost, nnodes, feature->bins, sums);
		for (int node = 0; node < nnodes; node++)
			try_feature(feature, f, sums->g[node], sums->h[node], &splits[node]);
	}
	for (int s = 0; s < boost->part.n; s++)
	{
		for (int64 i = boost->part.stretches[s].from; i < boost->part.stretches[s].to; i++)
		{
			const Split *split = &splits[boost->node[i]];
			bool		right = split->feature >= 0 &&
				!set_has(&split->left, boost->rows->features[split->feature].bins[i]);

			boost->node[i] = 2 * boost->node[i] + right;
		}
	}
}

static void
put_leaves(Boost *boost, struct Tree *tree)
{
	double		g[NLEAVES] = {0};
	double		h[NLEAVES] = {0};

	for (int s = 0; s < boost->part.n; s++)
	{
		for (int64 i = boost->part.stretches[s].from; i < boost->part.stretches[s].to; i++)
		{
			g[boost->node[i]] += boost->g[i];
			h[boost->node[i]] += boost->h[i];
		}
	}
	for (int leaf = 0; leaf < NLEAVES; leaf++)
		tree->value[leaf] = RATE * g[leaf] / (h[leaf] + L2);
	for (int s = 0; s < boost->part.n; s++)
	{
		for (int64 i = boost->part.stretches[s].from; i < boost->part.stretches[s].to; i++)
			boost->logit[i] += (float) tree->value[boost->node[i]];
	}
}

/* New gradients; returns the deviance of the rows set aside. */
static double
new_gradients(Boost *boost)
{
	double		loss = 0;
	int			at = 0;

	for (int s = 0; s < boost->part.n; s++)
	{
		for (int64 i = boost->part.stretches[s].from; i < boost->part.stretches[s].to; i++)
		{
			float		p = 1 / (1 + expf(-boost->logit[i]));
			float		count = boost->rows->count[i];
			bool		aside = at == boost->aside;

			at = at == ASIDE - 1 ? 0 : at + 1;
			boost->node[i] = 0;
			boost->g[i] = aside ? 0 : count * (boost->rows->best[i] - p);
			boost->h[i] = aside ? 0 : count * p * (1 - p);
			if (aside)
				loss -= count * logf(Max(boost->rows->best[i] ? p : 1 - p, 1e-30f));
		}
	}
	return loss;
}

/* Adds trees while they pay; returns how many are worth keeping. */
static int
boost_trees(Boost *boost, struct Tree *trees, NodeSums *sums)
{
	double		least = new_gradients(boost);
	int			best = 0;

	for (int t = 0; t < MAX_TREES && t < best + PATIENCE; t++)
	{
		double		loss;

		for (int level = 0; level < DEPTH; level++)
			grow_level(boost, &trees[t], level, sums);
		put_leaves(boost, &trees[t]);
		loss = new_gradients(boost);
		if (loss < least)
		{
			least = loss;
			best = t + 1;
		}
	}
	return best;
}

/* ---- all of them ---- */

void
add_trees(Model *model, const Rows *rows, const Part *part)
{
	Boost		boost = {.rows = rows, .part = *part};
	float	   *start;
	NodeSums   *sums;
	int64		n = 0;
	int			nboosts;

	for (int s = 0; s < part->n; s++)
		n += part->stretches[s].to - part->stretches[s].from;
	model->ntrees = 0;
	if (n < LEAST_ROWS)
		return;
	sums = palloc(sizeof(NodeSums));
	start = palloc_extended(sizeof(float) * rows->n, MCXT_ALLOC_HUGE);
	boost.logit = palloc_extended(sizeof(float) * rows->n, MCXT_ALLOC_HUGE);
	boost.g = palloc_extended(sizeof(float) * rows->n, MCXT_ALLOC_HUGE);
	boost.h = palloc_extended(sizeof(float) * rows->n, MCXT_ALLOC_HUGE);
	boost.node = palloc_extended(rows->n, MCXT_ALLOC_HUGE);
	nboosts = n > MANY_ROWS ? 1 : NBOOSTS;
	model->trees = palloc_extended(sizeof(struct Tree) * MAX_TREES * nboosts, MCXT_ALLOC_HUGE);
	model_logits(model, rows, part, start);
	for (int b = 0; b < nboosts; b++)
	{
		int			kept;
		struct Tree *trees = model->trees + model->ntrees;

		boost.aside = b;
		memcpy(boost.logit, start, sizeof(float) * rows->n);
		kept = boost_trees(&boost, trees, sums);
		for (int t = 0; t < kept; t++)
		{
			for (int leaf = 0; leaf < NLEAVES; leaf++)
				trees[t].value[leaf] /= nboosts;
		}
		model->ntrees += kept;
	}
	pfree(start);
	pfree(boost.logit);
	pfree(boost.g);
	pfree(boost.h);
	pfree(boost.node);
	pfree(sums);
}

/* Adds what a tree gives. */
void
tree_logits(const Model *model, const Rows *rows, const Part *part, float *logit)
{
	for (int t = 0; t < model->ntrees; t++)
	{
		const struct Tree *tree = &model->trees[t];

		CHECK_FOR_INTERRUPTS();
		for (int s = 0; s < part->n; s++)
		{
			for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
			{
				int			node = 0;

				for (int level = 0; level < DEPTH; level++)
				{
					const Split *split = &tree->splits[node];

					node = 2 * node + 1 + (split->feature >= 0 &&
										   !set_has(&split->left, rows->features[split->feature].bins[i]));
				}
				logit[i] += (float) tree->value[node - (NLEAVES - 1)];
			}
		}
	}
}

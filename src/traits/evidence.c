/*
 * evidence.c
 *		How sure is it that a pattern is no accident?
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "traits/traits.h"
#include "utils/memutils.h"

/* Counts of kept rows: what tests are made of. */
FourCells
pattern_cells(const Search *search, uint32 pattern)
{
	return (FourCells)
	{
		.a = search->patterns[pattern].best_n,
		.n = search->patterns[pattern].all_n,
		.best = search->best,
		.total = search->total
	};
}

/* Of what is no more frequent among the best, only that much is of interest. */
static double
pattern_log_p(const Search *search, uint32 pattern)
{
	FourCells	cells = pattern_cells(search, pattern);
	double		expected = (double) cells.n * (double) cells.best / (double) cells.total;

	if ((double) cells.a <= expected)
		return 0;
	return log_fisher(&cells);
}

typedef void (*Adjust) (const double *log_p, int k, double family, double *q);

static void
copy_p(const double *log_p, int k, double family, double *q)
{
	(void) family;
	for (int i = 0; i < k; i++)
		q[i] = exp(log_p[i]);
}

static Adjust
adjustment(Adjustment kind)
{
	switch (kind)
	{
		case ADJUST_BY:
			return adjust_by;
		case ADJUST_BONFERRONI:
			return adjust_bonferroni;
		case ADJUST_NONE:
			return copy_p;
		default:
			return adjust_bh;
	}
}

/* The patterns of one order, by themselves. */
static void
adjust_order(Search *search, Adjust adjust, int order)
{
	double	   *log_p = MemoryContextAllocHuge(CurrentMemoryContext,
											   sizeof(double) * search->npatterns);
	double	   *q = MemoryContextAllocHuge(CurrentMemoryContext,
										   sizeof(double) * search->npatterns);
	int			k = 0;

	for (uint32 i = 0; i < search->npatterns; i++)
	{
		if (pattern_order(search, i) == order)
			log_p[k++] = search->log_p[i];
	}
	adjust(log_p, k, Max(family_size(search, order), k), q);
	k = 0;
	for (uint32 i = 0; i < search->npatterns; i++)
	{
		if (pattern_order(search, i) == order)
			search->q[i] = q[k++];
	}
	pfree(log_p);
	pfree(q);
}

/* The largest p-value that was found to be significant. */
static double
find_bar(const Search *search)
{
	double		bar = -INFINITY;

	for (uint32 i = 0; i < search->npatterns; i++)
	{
		if (search->q[i] <= search->options.max_q)
			bar = Max(bar, search->log_p[i]);
	}
	return bar;
}

static void
adjust_patterns(Search *search)
{
	Adjust		adjust = adjustment(search->options.adjust);

	if (search->options.same_order_family)
	{
		for (int order = 1; order <= search->options.max_order; order++)
			adjust_order(search, adjust, order);
	}
	else
		adjust(search->log_p, (int) search->npatterns,
			   adjust == copy_p ? 1 : Max(family_size(search, 0), search->npatterns), search->q);
	search->log_p_bar = find_bar(search);
}

/* Sets log_p and q of all patterns. */
void
weigh(Search *search)
{
	Size		size = sizeof(double) * Max(search->npatterns, 1);
	int			permutations = 0;

	search->log_p = MemoryContextAllocHuge(CurrentMemoryContext, size);
	search->q = MemoryContextAllocHuge(CurrentMemoryContext, size);
	for (uint32 i = 0; i < search->npatterns; i++)
	{
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		search->log_p[i] = pattern_log_p(search, i);
	}
	if (search->npatterns == 0)
		return;
	if (search->options.adjust == ADJUST_WESTFALL_YOUNG)
		permutations = search->options.permutations;
	else if (search->options.adjust == ADJUST_AUTO)
		permutations = affordable_permutations(search);
	if (permutations > 0)
		permute(search, permutations);
	else
		adjust_patterns(search);
}

/*
 * mine.c
 *		Patterns: items that enough of the best rows meet together.
 *
 * Best rows are few, so that the search goes over their bitmaps alone; how
 * often a pattern is met elsewhere is only counted for what is left of it.
 */
#include "postgres.h"

#include "common/compat.h"
#include "traits/traits.h"

typedef struct Miner
{
	Search	   *search;
	const BitmapKernels *kernels;
	uint64	   *buffers[MAX_ORDER]; /* best rows of the patterns above */
	int			items[MAX_ORDER];
	int64		steps;			/* between looks at interrupts */
} Miner;

pg_noreturn static void
too_many_patterns(const Search *search)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("more than %d combinations hold on " INT64_FORMAT " or more best rows",
					MAX_PATTERNS, search->least),
			 errhint("Ask for combinations of fewer conditions, or for those that hold on more of the best rows.")));
}

static uint32
add_pattern(Search *search, uint32 parent, int item, int64 best_n)
{
	Pattern    *pattern;

	if (search->npatterns >= search->max_patterns)
	{
		if (search->npatterns >= MAX_PATTERNS)
			too_many_patterns(search);
		search->max_patterns = Max(1024, search->max_patterns * 2);
		if (search->patterns == NULL)
			search->patterns = palloc(sizeof(Pattern) * search->max_patterns);
		else
			search->patterns = repalloc_huge(search->patterns,
											 sizeof(Pattern) * search->max_patterns);
	}
	pattern = &search->patterns[search->npatterns];
	pattern->parent = parent;
	pattern->item = item;
	pattern->best_n = best_n;
	pattern->all_n = parent == NO_PATTERN ? search->items[item].all_n : 0;
	return search->npatterns++;
}

/* A scalar field has one value a row, so that a second item says nothing new. */
static bool
goes_with(const Miner *miner, int depth, const TraitItem *item)
{
	return item->is_list || depth == 0 ||
		miner->search->items[miner->items[depth - 1]].field != item->field;
}

/* The best rows that meet the pattern above and the item. */
static int64
common_positives(const Miner *miner, const uint64 *above, const TraitItem *item, uint64 *to)
{
	const Search *search = miner->search;

	if (search->positive_planes.n == 0 && to == NULL)
		return miner->kernels->count_and(above, item->positives, search->nwords);
	if (search->positive_planes.n == 0)
		return miner->kernels->store_and(to, above, item->positives, search->nwords);
	miner->kernels->store_and(to, above, item->positives, search->nwords);
	return weighted_count(&search->positive_planes, to, 0, search->nwords);
}

static void
extend(Miner *miner, uint32 parent, const uint64 *above, int depth)
{
	Search	   *search = miner->search;
	bool		last = depth + 1 == search->options.max_order;
	uint64	   *buffer = last && search->positive_planes.n == 0 ? NULL : miner->buffers[depth];

	for (int i = miner->items[depth - 1] + 1; i < search->nitems; i++)
	{
		const TraitItem *item = &search->items[i];
		uint32		pattern;
		int64		best_n;

		if (!goes_with(miner, depth, item))
			continue;
		if ((++miner->steps & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		best_n = common_positives(miner, above, item, buffer);
		if (best_n < search->least)
			continue;
		pattern = add_pattern(search, parent, i, best_n);
		miner->items[depth] = i;
		if (!last)
			extend(miner, pattern, buffer, depth + 1);
	}
}

/* Nothing can be better than a trait that only best rows have. */
static bool
is_pure(const Search *search, const TraitItem *item)
{
	return search->skip_hopeless && item->best_n == item->all_n;
}

void
mine(Search *search)
{
	Miner		miner = {.search = search, .kernels = bitmap_kernels()};

	for (int i = 0; i < MAX_ORDER; i++)
		miner.buffers[i] = new_bitmap(search->npositives);
	for (int i = 0; i < search->nitems; i++)
	{
		const TraitItem *item = &search->items[i];
		uint32		pattern;

		if (item->best_n < search->least)
			continue;
		pattern = add_pattern(search, NO_PATTERN, i, item->best_n);
		miner.items[0] = i;
		if (search->options.max_order > 1 && !is_pure(search, item))
			extend(&miner, pattern, item->positives, 1);
	}
	for (int i = 0; i < MAX_ORDER; i++)
		pfree(miner.buffers[i]);
}

/* ---- reading patterns ---- */

int
pattern_order(const Search *search, uint32 pattern)
{
	int			order = 0;

	for (; pattern != NO_PATTERN; pattern = search->patterns[pattern].parent)
		order++;
	return order;
}

ItemSet
pattern_items(const Search *search, uint32 pattern)
{
	ItemSet		set = {.n = pattern_order(search, pattern)};

	for (int i = set.n - 1; i >= 0; i--)
	{
		set.items[i] = search->patterns[pattern].item;
		pattern = search->patterns[pattern].parent;
	}
	return set;
}

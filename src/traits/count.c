/*
 * count.c
 *		How many of all rows meet each pattern.
 *
 * Rows go by in blocks whose bitmaps stay in the cache while all patterns are
 * counted on them.  Patterns come before their children, so that the rows of a
 * pair are there when its triples are counted.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "traits/traits.h"

/* Rows of a block: 4 kB of each item, so that a hundred items fit in the cache. */
#define BLOCK_WORDS 512

typedef struct Counter
{
	Search	   *search;
	const BitmapKernels *kernels;
	int64		first;			/* word of the loaded bitmaps */
	int64		nwords;
	const uint64 *above[MAX_ORDER]; /* rows of the pattern at each depth */
	uint32		at[MAX_ORDER];	/* which pattern that is */
	uint64		buffers[MAX_ORDER][BLOCK_WORDS];
} Counter;

static bool
has_children(const Search *search, uint32 pattern)
{
	return pattern + 1 < search->npatterns && search->patterns[pattern + 1].parent == pattern;
}

static int64
count_block(Counter *counter, const Pattern *pattern, int depth, bool keep)
{
	const uint64 *rows = counter->search->items[pattern->item].rows + counter->first;
	const uint64 *above = counter->above[depth - 1];
	const CountPlanes *planes = &counter->search->row_planes;
	int64		n;

	if (!keep && planes->n == 0)
		return counter->kernels->count_and(above, rows, counter->nwords);
	n = counter->kernels->store_and(counter->buffers[depth], above, rows, counter->nwords);
	counter->above[depth] = counter->buffers[depth];
	if (planes->n == 0)
		return n;
	return weighted_count(planes, counter->buffers[depth],
						  counter->search->first_row / WORD_BITS + counter->first,
						  counter->nwords);
}

static void
count_all_patterns(Counter *counter)
{
	Search	   *search = counter->search;
	int			depth = 0;

	for (uint32 i = 0; i < search->npatterns; i++)
	{
		Pattern    *pattern = &search->patterns[i];

		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (pattern->parent == NO_PATTERN)
			depth = 0;
		else
		{
			while (counter->at[depth] != pattern->parent)
				depth--;
			depth++;
		}
		counter->at[depth] = i;
		if (depth > 0)
			pattern->all_n += count_block(counter, pattern, depth, has_children(search, i));
		else if (has_children(search, i))
			counter->above[0] = search->items[pattern->item].rows + counter->first;
	}
}

static void
count_loaded(Search *search)
{
	int64		nwords = words_of(search->nrows);
	Counter    *counter = palloc(sizeof(Counter));

	counter->search = search;
	counter->kernels = bitmap_kernels();
	for (int64 first = 0; first < nwords; first += BLOCK_WORDS)
	{
		counter->first = first;
		counter->nwords = Min(BLOCK_WORDS, nwords - first);
		count_all_patterns(counter);
	}
	pfree(counter);
}

/* Single items were counted value by value; only combinations need the rows. */
void
count_patterns(Search *search)
{
	bool	   *wanted = palloc0(sizeof(bool) * Max(search->nitems, 1));
	int			nwanted = 0;
	int64		step;

	for (uint32 i = 0; i < search->npatterns; i++)
	{
		if (search->patterns[i].parent == NO_PATTERN && !has_children(search, i))
			continue;
		nwanted += !wanted[search->patterns[i].item];
		wanted[search->patterns[i].item] = true;
	}
	step = rows_that_fit(search, nwanted);
	/* the first rows are there since the best ones were loaded */
	if (nwanted > 0 && search->nrows > 0)
		count_loaded(search);
	for (int64 first = search->nrows; nwanted > 0 && first < search->view->nrows; first += step)
	{
		load_rows(search, wanted, first, Min(step, search->view->nrows - first));
		count_loaded(search);
	}
	pfree(wanted);
}

/*
 * permute.c
 *		How surprising is the best of all patterns that were searched?
 *
 * Westfall and Young (1993), "Resampling-based multiple testing": the search is
 * done again on rows that are called best at random, and a pattern's p-value is
 * held against the smallest one of each such search.  That takes account of all
 * that was tried, intervals that were chosen to fit included, and of how
 * patterns go together.
 *
 * Nearly all patterns are left alone: the more rows meet one, the larger its
 * p-value, so that rows need not be counted above the number that would beat
 * the smallest p-value so far.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "traits/null.h"
#include "utils/memutils.h"

/* p-values that the numbers of rows are known for: e to minus 0, 1, 2 .. */
#define LEVELS 256
#define UNKNOWN_ROWS (-1)

/* What is worth it, in rough nanoseconds. */
#define CHEAP 2e9
#define CHEAP_BYTES 64e6

/* Of more best rows, the adjustments that need no permutations are sharp enough. */
#define MOST_DRAWN 2000
#define LEAST_PERMUTATIONS 199

typedef struct Permuter
{
	NullModel	null;
	double		first_level;	/* log of the largest p-value that matters */
	int64	   *most_rows;		/* of a level and a count of best rows */
	double	   *minima[MAX_ORDER];	/* log p, of each permutation and order */
	uint64	   *buffers[MAX_ORDER];

	/* of this permutation: items, those that fewest rows meet first */
	const DrawnItem **items;
	int64		max_items;
	int64		nitems;
	double		least[MAX_ORDER];
} Permuter;

static double
log_p_of(const Permuter *permuter, int64 drawn, int64 n)
{
	FourCells	cells = {
		.a = drawn, .n = n,
		.best = permuter->null.search->best, .total = permuter->null.search->total
	};

	return log_fisher(&cells);
}

/* The most rows with which so many drawn ones have a p-value of the level. */
static int64
find_most_rows(const Permuter *permuter, int64 drawn, double log_p)
{
	int64		low = drawn - 1;
	int64		high = permuter->null.search->total;

	/* p grows with the rows: low is significant enough, high is not */
	while (high - low > 1)
	{
		int64		middle = low + (high - low) / 2;

		if (log_p_of(permuter, drawn, middle) <= log_p)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* So many rows may meet a pattern that is to beat the smallest p-value. */
static int64
row_limit(Permuter *permuter, int order, int64 drawn)
{
	int			level = (int) floor(permuter->first_level - permuter->least[order - 1]);
	int64	   *known;

	level = Max(0, Min(level, LEVELS - 1));
	known = &permuter->most_rows[level * (permuter->null.ndrawn + 1) + drawn];
	if (*known == UNKNOWN_ROWS)
		*known = find_most_rows(permuter, drawn, permuter->first_level - level);
	return *known;
}

static void
note_p(Permuter *permuter, int order, double log_p)
{
	const TraitOptions *options = &permuter->null.search->options;

	if (options->same_order_family)
	{
		permuter->least[order - 1] = Min(permuter->least[order - 1], log_p);
		return;
	}
	for (int i = 0; i < MAX_ORDER; i++)
		permuter->least[i] = Min(permuter->least[i], log_p);
}

/* Does the pattern have a smaller p-value than all before it? */
static void
try_pattern(Permuter *permuter, const uint32 *slots, int order, int64 drawn)
{
	int64		limit = row_limit(permuter, order, drawn);
	int64		n;

	if (limit < drawn)
		return;
	n = order == 1 ? permuter->null.slots[slots[0]].all_n :
		count_slots(&permuter->null, slots, order, limit);
	if (n <= limit)
		note_p(permuter, order, log_p_of(permuter, drawn, n));
}

static bool
goes_with(const Permuter *permuter, uint32 slot, const uint32 *before, int n)
{
	const Slot *slots = permuter->null.slots;

	for (int i = 0; i < n && !slots[slot].is_list; i++)
	{
		if (slots[slot].field == slots[before[i]].field)
			return false;
	}
	return true;
}

static const uint64 *
item_bits(const Permuter *permuter, int64 i)
{
	const NullModel *null = &permuter->null;

	return null->item_bits + null->nwords * (permuter->items[i] - null->items);
}

static void
extend(Permuter *permuter, uint32 *slots, int64 from, const uint64 *above, int order)
{
	const BitmapKernels *kernels = bitmap_kernels();
	NullModel  *null = &permuter->null;
	bool		last = order == null->search->options.max_order;
	uint64	   *buffer = permuter->buffers[order - 1];

	for (int64 i = from; i < permuter->nitems; i++)
	{
		const uint64 *bits = item_bits(permuter, i);
		int64		drawn;

		if (!goes_with(permuter, permuter->items[i]->slot, slots, order - 1))
			continue;
		drawn = last ? kernels->count_and(above, bits, null->nwords) :
			kernels->store_and(buffer, above, bits, null->nwords);
		if (drawn < null->search->least)
			continue;
		slots[order - 1] = permuter->items[i]->slot;
		try_pattern(permuter, slots, order, drawn);
		if (!last)
			extend(permuter, slots, i + 1, buffer, order + 1);
	}
}

static int
compare_rarity(const void *a, const void *b, void *argument)
{
	const DrawnItem *left = *(const DrawnItem *const *) a;
	const DrawnItem *right = *(const DrawnItem *const *) b;
	const Slot *slots = argument;
	int64		left_n = slots[left->slot].all_n;
	int64		right_n = slots[right->slot].all_n;

	if (left_n != right_n)
		return left_n < right_n ? -1 : 1;
	return left < right ? -1 : 1;
}

/* The rarest first: of these, combinations have the smallest p-values, as a rule. */
static void
take_items(Permuter *permuter, int permutation)
{
	const NullModel *null = &permuter->null;
	int64		first = null->first_item[permutation];

	permuter->nitems = null->first_item[permutation + 1] - first;
	for (int64 i = 0; i < permuter->nitems; i++)
		permuter->items[i] = &null->items[first + i];
	qsort_arg(permuter->items, permuter->nitems, sizeof(DrawnItem *), compare_rarity, null->slots);
}

static void
search_permutation(Permuter *permuter, int permutation)
{
	const NullModel *null = &permuter->null;
	uint32		slots[MAX_ORDER];

	take_items(permuter, permutation);
	for (int i = 0; i < MAX_ORDER; i++)
		permuter->least[i] = permuter->first_level;
	/* items alone first: what they reach spares counting combinations */
	for (int64 i = 0; i < permuter->nitems; i++)
		try_pattern(permuter, &permuter->items[i]->slot, 1, permuter->items[i]->drawn);
	for (int64 i = 0; i < permuter->nitems && null->search->options.max_order > 1; i++)
	{
		if ((i & 0xf) == 0)
			CHECK_FOR_INTERRUPTS();
		slots[0] = permuter->items[i]->slot;
		extend(permuter, slots, i + 1, item_bits(permuter, i), 2);
	}
	for (int i = 0; i < MAX_ORDER; i++)
		permuter->minima[i][permutation] = permuter->least[i];
	forget_runs(&permuter->null);
}

static int
compare_doubles(const void *a, const void *b)
{
	double		left = *(const double *) a;
	double		right = *(const double *) b;

	return (left > right) - (left < right);
}

/* How many of the minima are not above log_p. */
static int
count_below(const double *minima, int n, double log_p)
{
	int			low = 0;

	while (low < n)
	{
		int			middle = (low + n) / 2;

		if (minima[middle] <= log_p)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

static void
set_q(Permuter *permuter)
{
	Search	   *search = permuter->null.search;
	int			n = permuter->null.permutations;
	int			allowed = (int) floor(search->options.max_q * (n + 1) + 1e-9) - 1;

	for (int i = 0; i < MAX_ORDER; i++)
		qsort(permuter->minima[i], n, sizeof(double), compare_doubles);
	for (uint32 i = 0; i < search->npatterns; i++)
	{
		const double *minima = permuter->minima[pattern_order(search, i) - 1];
		/* where no p-value mattered, the minimum is only known to be above */
		int			below = search->log_p[i] >= permuter->first_level ? n :
			count_below(minima, n, search->log_p[i]);
		double		family = picked_family(search, i);

		search->q[i] = (double) (1 + below) / (n + 1);
		if (family > 1)
			search->q[i] = Max(search->q[i], Min(exp(search->log_p[i]) * family, 1));
	}
	search->log_p_bar = -INFINITY;
	if (allowed >= 0)
		search->log_p_bar = nextafter(permuter->minima[0][Min(allowed, n - 1)], -INFINITY);
	search->permuted = true;
}

/* What one permutation takes, by what the search itself has found. */
static double
nanoseconds_each(const Search *search)
{
	double		found[MAX_ORDER + 1] = {0};
	double		words = (double) search->best / WORD_BITS + 1;
	double		tries;

	for (uint32 i = 0; i < search->npatterns; i++)
		found[pattern_order(search, i)]++;
	tries = found[1];
	if (search->options.max_order > 1)
		tries += found[1] * found[1] / 2;
	if (search->options.max_order > 2)
		tries += found[2] * found[1] / 3;
	return tries * (6 + words / 2) + search->npatterns * 60.0 +
		search->best * 20.0 * search->view->nfields;
}

/* What takes its time once: new patterns, counted on all rows. */
static double
nanoseconds_once(const Search *search)
{
	return 50.0 * search->npatterns * ((double) search->view->nrows / WORD_BITS + 1) / 8;
}

/*
 * How many permutations are worth their time: as many as asked for, or fewer,
 * but not so few that q-values become coarse.  0: none are.
 */
int
affordable_permutations(const Search *search)
{
	double		permutations = search->options.permutations;
	double		singles = 0;

	for (uint32 i = 0; i < search->npatterns; i++)
		singles += search->patterns[i].parent == NO_PATTERN;
	permutations = Min(permutations, CHEAP_BYTES / (Max(singles, 1) * (search->best / 8.0 + 24)));
	permutations = Min(permutations, (CHEAP - nanoseconds_once(search)) / nanoseconds_each(search));
	if (search->best > MOST_DRAWN || permutations < Min(search->options.permutations, LEAST_PERMUTATIONS))
		return 0;
	return (int) permutations;
}

void
permute(Search *search, int permutations)
{
	Permuter	permuter = {.null = {.search = search}};
	NullModel  *null = &permuter.null;
	MemoryContext caller;

	null->context = AllocSetContextCreate(CurrentMemoryContext, "icp_traits permutations",
										  ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(null->context);
	null->permutations = permutations;
	null->ndrawn = search->best;
	null->nwords = words_of(null->ndrawn);
	null->buffer = new_bitmap(search->view->nrows);
	draw_rows(null);
	find_drawn_items(null);

	permuter.first_level = log(search->options.max_q);
	permuter.most_rows = MemoryContextAllocHuge(null->context, sizeof(int64) * LEVELS *
												(null->ndrawn + 1));
	memset(permuter.most_rows, 0xff, sizeof(int64) * LEVELS * (null->ndrawn + 1));
	for (int i = 0; i < MAX_ORDER; i++)
	{
		permuter.minima[i] = palloc(sizeof(double) * null->permutations);
		permuter.buffers[i] = new_bitmap(null->ndrawn);
	}
	for (int b = 0; b < null->permutations; b++)
		permuter.max_items = Max(permuter.max_items, null->first_item[b + 1] - null->first_item[b]);
	permuter.items = MemoryContextAllocHuge(null->context, sizeof(DrawnItem *) *
											Max(permuter.max_items, 1));
	for (int b = 0; b < null->permutations; b++)
		search_permutation(&permuter, b);
	set_q(&permuter);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(null->context);
}

/*
 * prune.c
 *		From all significant patterns to the few that say all of it.
 *
 * Out goes what is no better than a part of itself; what has the same rows as
 * something simpler; and what says nothing more where the traits before it do
 * not hold.  What is left comes in the order of how many best rows it explains,
 * and how well.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "traits/traits.h"
#include "utils/memutils.h"

/* One more condition has to buy so much more lift. */
#define LEAST_GAIN 1.2

/* Bitmaps of so many items are worth keeping, however many rows there are. */
#define LEAST_BITMAPS 64

typedef struct Candidate
{
	uint32		pattern;
	ItemSet		set;
	FourCells	cells;
	double		score;			/* how much it explains, at the most */
	int			seen;			/* traits that the score knows of */
	uint64		rows_hash;
	List	   *same_as;		/* of Candidate * */
	bool		dead;
} Candidate;

/* ---- patterns by their items ---- */

typedef struct PatternIndex
{
	uint32	   *singles;		/* of each item */
	uint32	   *pairs;			/* hash table */
	uint64		mask;
} PatternIndex;

static uint64
pair_hash(int first, int second)
{
	return mix64((uint64) first << 32 | (uint32) second);
}

static uint32
find_pair(const Search *search, const PatternIndex *index, int first, int second)
{
	uint64		at = pair_hash(first, second) & index->mask;

	for (; index->pairs[at] != NO_PATTERN; at = (at + 1) & index->mask)
	{
		const Pattern *pattern = &search->patterns[index->pairs[at]];

		if (pattern->item == second && search->patterns[pattern->parent].item == first)
			return index->pairs[at];
	}
	return NO_PATTERN;
}

static void
index_patterns(const Search *search, PatternIndex *index)
{
	uint64		size = 1024;

	while (size < (uint64) search->npatterns * 2)
		size *= 2;
	index->mask = size - 1;
	index->pairs = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * size);
	memset(index->pairs, 0xff, sizeof(uint32) * size);
	index->singles = MemoryContextAllocHuge(CurrentMemoryContext,
											sizeof(uint32) * Max(search->nitems, 1));
	memset(index->singles, 0xff, sizeof(uint32) * search->nitems);
	for (uint32 i = 0; i < search->npatterns; i++)
	{
		const Pattern *pattern = &search->patterns[i];
		const Pattern *parent;
		uint64		at;

		if (pattern->parent == NO_PATTERN)
		{
			index->singles[pattern->item] = i;
			continue;
		}
		parent = &search->patterns[pattern->parent];
		if (search->options.max_order < 3 || parent->parent != NO_PATTERN)
			continue;
		at = pair_hash(parent->item, pattern->item) & index->mask;
		while (index->pairs[at] != NO_PATTERN)
			at = (at + 1) & index->mask;
		index->pairs[at] = i;
	}
}

/* ---- better than its parts ---- */

/* Of kept rows that were thinned out, each stands for more. */
static double
lift_of(const Search *search, const FourCells *cells)
{
	const SketchView *view = search->view;
	double		best = cells->a * view->best_weight;
	double		all = best + (cells->n - cells->a) * view->rest_weight;
	double		total = view->best_n * view->best_weight + view->rest_n * view->rest_weight;

	return (best / all) / (view->best_n * view->best_weight / total);
}

/* Would one of so many further conditions do as much by chance? */
static bool
is_better_than(const Search *search, const FourCells *whole, uint32 part, int more)
{
	FourCells	part_cells = pattern_cells(search, part);
	FourCells	within = {
		.a = whole->a, .n = whole->n, .best = part_cells.a, .total = part_cells.n
	};
	double		choices = more == 1 ? search->refinements :
		search->refinements * (search->refinements - 1) / 2;

	return lift_of(search, whole) >= LEAST_GAIN * lift_of(search, &part_cells) &&
		log_fisher(&within) <= log(search->options.max_q / Max(choices, 1));
}

static bool
is_significant(const Search *search, uint32 pattern)
{
	FourCells	cells = pattern_cells(search, pattern);

	return search->q[pattern] <= search->options.max_q &&
		lift_of(search, &cells) >= search->options.min_lift;
}

/* What could stand in its place: a part that is no trait cannot. */
static bool
is_worse_than_part(const Search *search, const FourCells *cells, uint32 part, int more)
{
	return part != NO_PATTERN && is_significant(search, part) &&
		!is_better_than(search, cells, part, more);
}

static bool
is_productive(const Search *search, const PatternIndex *index, uint32 pattern)
{
	ItemSet		set = pattern_items(search, pattern);
	FourCells	cells = pattern_cells(search, pattern);

	for (int i = 0; i < set.n && set.n > 1; i++)
	{
		uint32		part = index->singles[set.items[i]];

		if (is_worse_than_part(search, &cells, part, set.n - 1))
			return false;
		if (set.n < 3)
			continue;
		part = find_pair(search, index, set.items[i == 0 ? 1 : 0], set.items[i == 2 ? 1 : 2]);
		if (is_worse_than_part(search, &cells, part, 1))
			return false;
	}
	return true;
}

/* ---- candidates ---- */

/* How many best rows it explains, times how well it does at the least. */
static double
score_of(const Search *search, const FourCells *cells)
{
	double		share = (double) cells->a / search->best;
	double		evidence = information_component_low(cells);

	return share * (evidence > 0.001 ? evidence : 0.001);
}

static int
set_complexity(const Search *search, const ItemSet *set)
{
	int			complexity = set->n * 100;

	for (int i = 0; i < set->n; i++)
	{
		const TraitItem *item = &search->items[set->items[i]];

		complexity += item->sort == ITEM_INTERVAL ? 1 : 0;
		complexity += item->negated ? 10 : 0;
	}
	return complexity;
}

/* At equal evidence: fewer conditions, equality over interval over negation. */
static int
compare_candidates(const void *a, const void *b, void *search)
{
	const Candidate *left = a;
	const Candidate *right = b;
	int			left_complexity;
	int			right_complexity;

	if (left->score != right->score)
		return left->score > right->score ? -1 : 1;
	left_complexity = set_complexity(search, &left->set);
	right_complexity = set_complexity(search, &right->set);
	if (left_complexity != right_complexity)
		return left_complexity < right_complexity ? -1 : 1;
	return left->pattern < right->pattern ? -1 : 1;
}

static Candidate *
collect_candidates(Search *search, int *ncandidates)
{
	PatternIndex index;
	Candidate  *candidates = NULL;
	int			room = 0;
	int			n = 0;

	index_patterns(search, &index);
	search->refinements = count_refinements(search);
	for (uint32 i = 0; i < search->npatterns; i++)
	{
		Candidate  *candidate;

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (!is_significant(search, i) ||
			(search->options.prune && !is_productive(search, &index, i)))
			continue;
		if (n >= room)
		{
			room = Max(256, room * 2);
			candidates = candidates == NULL ? palloc(sizeof(Candidate) * room) :
				repalloc_huge(candidates, sizeof(Candidate) * room);
		}
		candidate = &candidates[n++];
		memset(candidate, 0, sizeof(Candidate));
		candidate->pattern = i;
		candidate->set = pattern_items(search, i);
		candidate->cells = pattern_cells(search, i);
		candidate->score = score_of(search, &candidate->cells);
	}
	pfree(index.singles);
	pfree(index.pairs);
	if (n > 1)
		qsort_arg(candidates, n, sizeof(Candidate), compare_candidates, search);
	*ncandidates = n;
	return candidates;
}

/* ---- rows ---- */

/* Row bitmaps of what the candidates need; fewer candidates if there is no room. */
static int
load_candidate_rows(Search *search, const Candidate *candidates, int ncandidates)
{
	int64		bytes = Max(words_of(search->view->nrows), 1) * sizeof(uint64);
	int			most = Max(LEAST_BITMAPS, (int) Min((INT64CONST(40) << 20) / bytes, PG_INT32_MAX));
	bool	   *wanted;
	int			nwanted = 0;
	int			n;

	if (search->nrows == search->view->nrows)
		return ncandidates;
	wanted = palloc0(sizeof(bool) * Max(search->nitems, 1));
	for (n = 0; n < ncandidates && nwanted + MAX_ORDER <= most; n++)
	{
		for (int i = 0; i < candidates[n].set.n; i++)
		{
			nwanted += !wanted[candidates[n].set.items[i]];
			wanted[candidates[n].set.items[i]] = true;
		}
	}
	load_rows(search, wanted, 0, search->view->nrows);
	pfree(wanted);
	return n;
}

static void
intersect(const Search *search, const ItemSet *set, bool positives, uint64 *to)
{
	int64		nwords = positives ? search->nwords : words_of(search->view->nrows);

	for (int i = 0; i < set->n; i++)
	{
		const TraitItem *item = &search->items[set->items[i]];
		const uint64 *bits = positives ? item->positives : item->rows;

		if (i == 0)
			memcpy(to, bits, sizeof(uint64) * nwords);
		else
			for (int64 w = 0; w < nwords; w++)
				to[w] &= bits[w];
	}
}

static void
take_away(uint64 *bits, const uint64 *others, int64 nwords)
{
	for (int64 w = 0; w < nwords; w++)
		bits[w] &= ~others[w];
}

static int64
count_bits(const Search *search, const uint64 *bits, bool positives)
{
	if (positives)
		return weighted_count(&search->positive_planes, bits, 0, search->nwords);
	return weighted_count(&search->row_planes, bits, 0, words_of(search->view->nrows));
}

/* ---- the same rows ---- */

static int
compare_cells_of(const void *a, const void *b)
{
	const FourCells *left = &(*(Candidate *const *) a)->cells;
	const FourCells *right = &(*(Candidate *const *) b)->cells;

	if (left->n != right->n)
		return left->n < right->n ? -1 : 1;
	if (left->a != right->a)
		return left->a < right->a ? -1 : 1;
	return 0;
}

static void
hash_rows(const Search *search, Candidate *candidate, uint64 *buffer)
{
	uint64		hash = 0;

	if (candidate->rows_hash != 0)
		return;
	intersect(search, &candidate->set, false, buffer);
	for (int64 w = 0; w < words_of(search->view->nrows); w++)
		hash = mix64(hash ^ buffer[w]) + w;
	candidate->rows_hash = hash | 1;
}

/* Which of two with the same rows is the one to show? */
static bool
is_simpler(const Search *search, const Candidate *a, const Candidate *b)
{
	int			a_complexity = set_complexity(search, &a->set);
	int			b_complexity = set_complexity(search, &b->set);
	Size		a_length;
	Size		b_length;

	if (a_complexity != b_complexity)
		return a_complexity < b_complexity;
	a_length = strlen(trait_text(search, &a->set));
	b_length = strlen(trait_text(search, &b->set));
	return a_length != b_length ? a_length < b_length : a->pattern < b->pattern;
}

static void
merge_same(const Search *search, Candidate *a, Candidate *b)
{
	Candidate  *kept = is_simpler(search, a, b) ? a : b;
	Candidate  *dropped = kept == a ? b : a;

	kept->same_as = lappend(list_concat(kept->same_as, dropped->same_as), dropped);
	dropped->same_as = NIL;
	dropped->dead = true;
}

/* Traits with the same rows become one: the simplest, which names the others. */
static void
merge_same_rows(const Search *search, Candidate *candidates, int ncandidates)
{
	Candidate **sorted = palloc(sizeof(Candidate *) * Max(ncandidates, 1));
	uint64	   *buffer = new_bitmap(search->view->nrows);

	for (int i = 0; i < ncandidates; i++)
		sorted[i] = &candidates[i];
	qsort(sorted, ncandidates, sizeof(Candidate *), compare_cells_of);
	for (int i = 0; i < ncandidates; i++)
	{
		for (int j = i + 1; j < ncandidates && !sorted[i]->dead &&
			 compare_cells_of(&sorted[i], &sorted[j]) == 0; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (sorted[j]->dead)
				continue;
			hash_rows(search, sorted[i], buffer);
			hash_rows(search, sorted[j], buffer);
			if (sorted[i]->rows_hash == sorted[j]->rows_hash)
				merge_same(search, sorted[i], sorted[j]);
		}
	}
	pfree(buffer);
	pfree(sorted);
}

/* ---- beside the traits before it ---- */

typedef struct Cover
{
	Search	   *search;
	List	   *traits;			/* of Trait */
	List	   *rows;			/* of uint64 *: their rows */
	List	   *positives;
	uint64	   *covered;		/* positives of any of them */
	uint64	   *inside;			/* working space, of all rows */
	uint64	   *outside;
	uint64	   *best_inside;	/* the same, of positives */
	uint64	   *best_outside;
	int			choices;		/* how many candidates there are */
} Cover;

static bool
is_part_of(const ItemSet *part, const ItemSet *whole)
{
	int			found = 0;

	for (int i = 0; i < whole->n && found < part->n; i++)
		found += whole->items[i] == part->items[found];
	return found == part->n;
}

static void
set_all(uint64 *bits, int64 nbits)
{
	memset(bits, 0xff, sizeof(uint64) * words_of(nbits));
	if (nbits % WORD_BITS != 0)
		bits[nbits / WORD_BITS] = (UINT64CONST(1) << (nbits % WORD_BITS)) - 1;
}

static void
keep_common(uint64 *bits, const uint64 *others, int64 nwords)
{
	for (int64 w = 0; w < nwords; w++)
		bits[w] &= others[w];
}

/*
 * The table of the candidate where it has to prove itself: outside of the
 * traits before it; but of a trait that is a part of it, inside.
 */
static FourCells
residual_cells(Cover *cover, const Candidate *candidate, bool *refines)
{
	Search	   *search = cover->search;
	int64		nwords = words_of(search->view->nrows);
	FourCells	cells;

	*refines = false;
	set_all(cover->outside, search->view->nrows);
	set_all(cover->best_outside, search->npositives);
	for (int i = 0; i < list_length(cover->traits); i++)
	{
		const Trait *trait = list_nth(cover->traits, i);
		bool		part = is_part_of(&trait->set, &candidate->set);

		*refines |= part;
		(part ? keep_common : take_away) (cover->outside, list_nth(cover->rows, i), nwords);
		(part ? keep_common : take_away) (cover->best_outside, list_nth(cover->positives, i),
										  search->nwords);
	}
	intersect(search, &candidate->set, false, cover->inside);
	intersect(search, &candidate->set, true, cover->best_inside);
	cells.total = count_bits(search, cover->outside, false);
	cells.best = count_bits(search, cover->best_outside, true);
	keep_common(cover->inside, cover->outside, nwords);
	keep_common(cover->best_inside, cover->best_outside, search->nwords);
	cells.n = count_bits(search, cover->inside, false);
	cells.a = count_bits(search, cover->best_inside, true);
	return cells;
}

/* Scores the candidate anew; it is dead if it adds nothing. */
static void
reconsider(Cover *cover, Candidate *candidate)
{
	const TraitOptions *options = &cover->search->options;
	bool		refines;
	FourCells	cells = residual_cells(cover, candidate, &refines);
	double		expected;

	candidate->seen = list_length(cover->traits);
	expected = cells.total > 0 ? (double) cells.n * cells.best / cells.total : 0;
	candidate->dead = cells.a == 0 ||
		cells.a < (refines ? LEAST_GAIN : options->min_lift) * expected ||
		log_fisher(&cells) > log(options->max_q / Max(cover->choices, refines ? cover->search->refinements : 1));
	if (!candidate->dead)
		candidate->score = Min(candidate->score, score_of(cover->search, &cells));
}

static Trait *
new_trait(const Search *search, const Candidate *candidate)
{
	Trait	   *trait = palloc0(sizeof(Trait));
	ListCell   *lc;

	trait->pattern = candidate->pattern;
	trait->set = candidate->set;
	trait->score = candidate->score;
	foreach(lc, candidate->same_as)
		trait->same_as = lappend(trait->same_as,
								 trait_text(search, &((Candidate *) lfirst(lc))->set));
	return trait;
}

/* Best rows that no trait before it has. */
static void
set_adds(const Search *search, Trait *trait, uint64 *covered)
{
	uint64	   *new = new_bitmap(search->npositives);

	intersect(search, &trait->set, true, new);
	take_away(new, covered, search->nwords);
	trait->adds = (double) count_bits(search, new, true) / search->best;
	for (int64 w = 0; w < search->nwords; w++)
		covered[w] |= new[w];
	pfree(new);
}

static void
accept(Cover *cover, const Candidate *candidate)
{
	Search	   *search = cover->search;
	Trait	   *trait = new_trait(search, candidate);
	uint64	   *rows = new_bitmap(search->view->nrows);
	uint64	   *positives = new_bitmap(search->npositives);

	intersect(search, &candidate->set, false, rows);
	intersect(search, &candidate->set, true, positives);
	set_adds(search, trait, cover->covered);
	cover->traits = lappend(cover->traits, trait);
	cover->rows = lappend(cover->rows, rows);
	cover->positives = lappend(cover->positives, positives);
}

static Candidate *
best_candidate(Candidate *candidates, int ncandidates)
{
	Candidate  *best = NULL;

	for (int i = 0; i < ncandidates; i++)
	{
		if (!candidates[i].dead && (best == NULL || candidates[i].score > best->score))
			best = &candidates[i];
	}
	return best;
}

/* Scores only fall as traits come before, so that old ones are upper bounds. */
static List *
cover_best_rows(Search *search, Candidate *candidates, int ncandidates)
{
	Cover		cover = {.search = search};
	Candidate  *best;

	for (int i = 0; i < ncandidates; i++)
		cover.choices += !candidates[i].dead;
	cover.covered = new_bitmap(search->npositives);
	cover.inside = new_bitmap(search->view->nrows);
	cover.outside = new_bitmap(search->view->nrows);
	cover.best_inside = new_bitmap(search->npositives);
	cover.best_outside = new_bitmap(search->npositives);
	while (list_length(cover.traits) < search->options.top &&
		   (best = best_candidate(candidates, ncandidates)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (best->seen < list_length(cover.traits))
			reconsider(&cover, best);
		else
		{
			accept(&cover, best);
			best->dead = true;
		}
	}
	return cover.traits;
}

/* Every significant pattern, as it comes. */
static List *
list_all(Search *search, const Candidate *candidates, int ncandidates)
{
	uint64	   *covered = new_bitmap(search->npositives);
	List	   *traits = NIL;

	for (int i = 0; i < ncandidates && i < search->options.top; i++)
	{
		Trait	   *trait = new_trait(search, &candidates[i]);

		CHECK_FOR_INTERRUPTS();
		set_adds(search, trait, covered);
		traits = lappend(traits, trait);
	}
	return traits;
}

/* The traits to show, of Trait, in their order. */
List *
choose_traits(Search *search)
{
	int			ncandidates;
	Candidate  *candidates = collect_candidates(search, &ncandidates);

	if (ncandidates == 0)
		return NIL;
	if (!search->options.prune)
		return list_all(search, candidates, ncandidates);
	ncandidates = load_candidate_rows(search, candidates, ncandidates);
	merge_same_rows(search, candidates, ncandidates);
	return cover_best_rows(search, candidates, ncandidates);
}

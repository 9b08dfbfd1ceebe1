/*
 * items.c
 *		Items: conditions on one field that enough of the best rows meet.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "traits/traits.h"
#include "utils/memutils.h"

/* ---- the search ---- */

static void
find_positives(Search *search)
{
	const SketchView *view = search->view;
	const BitmapKernels *kernels = bitmap_kernels();
	int64		n = 0;

	search->npositives = kernels->count(view->best, words_of(view->nrows));
	search->nwords = words_of(search->npositives);
	search->positive_rows = MemoryContextAllocHuge(CurrentMemoryContext,
												   sizeof(uint32) * Max(search->npositives, 1));
	for (int64 w = 0; w < words_of(view->nrows); w++)
	{
		for (uint64 word = view->best[w]; word != 0; word &= word - 1)
			search->positive_rows[n++] = w * WORD_BITS + __builtin_ctzll(word);
	}
}

static void
plan_counts(Search *search)
{
	const SketchView *view = search->view;
	uint32	   *counts;

	search->row_planes = count_planes(view->counts, view->nrows);
	if (search->row_planes.counts == NULL)
		return;
	counts = palloc(sizeof(uint32) * Max(search->npositives, 1));
	for (int64 i = 0; i < search->npositives; i++)
		counts[i] = view->counts[search->positive_rows[i]];
	search->positive_planes = count_planes(counts, search->npositives);
}

/*
 * Even if only best rows met it, something on few of them may be no surprise:
 * then nothing that holds on so few, or fewer, can be significant.
 */
static int64
least_that_can_matter(const Search *search)
{
	int64		a = search->least;

	while (a < search->best)
	{
		FourCells	cells = {.a = a, .n = a, .best = search->best, .total = search->total};

		if (log_fisher(&cells) <= log(search->options.max_q))
			break;
		a++;
	}
	return a;
}

/* view and options are set. */
void
begin_search(Search *search)
{
	const SketchView *view = search->view;

	search->best = view->best_n;
	search->total = view->best_n + view->rest_n;
	search->least = Max(search->least,
						(int64) ceil(search->options.min_share * search->best - 1e-9));
	if (search->skip_hopeless)
		search->least = least_that_can_matter(search);
	find_positives(search);
	plan_counts(search);
}

bool
field_takes_part(const Search *search, int field)
{
	const ViewField *f = &search->view->fields[field];

	if (is_named(search->options.exclude, f->name))
		return false;
	if (search->all_fields || is_named(search->options.include, f->name))
		return true;
	return f->role == ROLE_TRAIT || f->role == ROLE_HIGH_CARDINALITY;
}

/* ---- items of a field ---- */

TraitItem *
add_item(Search *search, const TraitItem *item)
{
	if (search->nitems >= search->max_items)
	{
		search->max_items = Max(64, search->max_items * 2);
		if (search->items == NULL)
			search->items = palloc(sizeof(TraitItem) * search->max_items);
		else
			search->items = repalloc_huge(search->items, sizeof(TraitItem) * search->max_items);
	}
	search->items[search->nitems] = *item;
	return &search->items[search->nitems++];
}

/* The item that its field is known, but not so. */
static void
add_negation(Search *search, const TraitItem *item)
{
	const ViewField *f = &search->view->fields[item->field];
	TraitItem		negation = *item;

	negation.negated = true;
	if (item->sort == ITEM_MISSING)
	{
		/* whatever code is not the missing one's */
		negation.best_n = f->known_best;
		negation.all_n = f->known_best + f->known_rest;
	}
	else
	{
		negation.best_n = f->known_best - item->best_n;
		negation.all_n = f->known_best + f->known_rest - item->all_n;
	}
	if (negation.best_n >= search->least && negation.all_n < search->total)
		add_item(search, &negation);
}

static void
add_with_negation(Search *search, const TraitItem *item)
{
	if (item->best_n >= search->least)
		add_item(search, item);
	if (search->options.negations && item->all_n > 0)
		add_negation(search, item);
}

static void
add_missing(Search *search, int field)
{
	const ViewField *f = &search->view->fields[field];
	TraitItem		item = {.field = field, .sort = ITEM_MISSING, .is_list = f->is_list};

	item.best_n = search->best - f->known_best;
	item.all_n = search->total - f->known_best - f->known_rest;
	add_with_negation(search, &item);
}

static void
add_values(Search *search, int field)
{
	const ViewField *f = &search->view->fields[field];

	for (int i = 0; i < f->nvalues; i++)
	{
		TraitItem		item = {.field = field, .sort = ITEM_EQUALS, .is_list = f->is_list};

		/* of a rounded value nobody knows which numbers it stands for */
		if (cell_is_rounded(&f->values[i]) || f->values[i].kind == CELL_OPAQUE ||
			(f->values[i].kind == CELL_TEXT && f->values[i].text == NULL))
			continue;
		item.first = item.last = CODE_FIRST + i;
		item.best_n = f->best_n[i];
		item.all_n = f->best_n[i] + f->rest_n[i];
		item.was_picked = is_kept_for_best(search->view, f, i);
		/* a negation says something only of what is not rare */
		if (item.best_n >= search->least ||
			(search->options.negations && item.all_n > 0 && f->nvalues <= 100))
			add_with_negation(search, &item);
	}
}

/* All items but for those that every row meets, field by field. */
void
choose_items(Search *search)
{
	for (int field = 0; field < search->view->nfields; field++)
	{
		const ViewField *f = &search->view->fields[field];

		CHECK_FOR_INTERRUPTS();
		if (!field_takes_part(search, field))
			continue;
		add_missing(search, field);
		add_values(search, field);
		if (search->options.intervals && f->is_ordered && !f->is_list)
			add_intervals(search, field);
	}
}

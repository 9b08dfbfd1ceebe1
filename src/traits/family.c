/*
 * family.c
 *		How many patterns were searched, though most of them were never looked at?
 *
 * A p-value has to be held against all patterns that could have come out, not
 * against those that the best rows happened to have.  Left out is what could
 * never be significant, whoever is best (Tarone 1990, "A modified Bonferroni
 * method for discrete data").
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "traits/traits.h"

/* Runs of two values or more that least rows or more are in. */
static double
count_runs(const ViewField *f, int64 least)
{
	double		runs = 0;
	int64		rows = 0;
	int			first = 0;

	/* first: the last value from which the run to i is large enough, plus 1 */
	for (int i = 0; i < f->nvalues; i++)
	{
		rows += f->best_n[i] + f->rest_n[i];
		while (first < i && rows - f->best_n[first] - f->rest_n[first] >= least)
		{
			rows -= f->best_n[first] + f->rest_n[first];
			first++;
		}
		if (rows >= least)
			runs += Min(first + 1, i);
	}
	return runs;
}

static double
count_items(const Search *search, int field, int64 least)
{
	const ViewField *f = &search->view->fields[field];
	int64		known = f->known_best + f->known_rest;
	bool		negations = search->options.negations;
	double		items = 0;

	items += search->total - known >= least;
	items += negations && known >= least && known < search->total;
	for (int i = 0; i < f->nvalues; i++)
	{
		int64		n = f->best_n[i] + f->rest_n[i];

		items += n >= least;
		items += negations && known - n >= least;
	}
	if (search->options.intervals && f->is_ordered && !f->is_list)
		items += count_runs(f, least);
	/* texts that were not kept, as many as may have so many rows */
	if (f->distinct > f->nvalues)
		items += Min(f->distinct - f->nvalues,
					 (f->other_best + f->other_rest) / Max(least, 1));
	return items;
}

/* Of a polynomial's first coefficients, times (1 + items x) or (1 + x)^items. */
static void
multiply(double *coefficients, double items, bool is_list)
{
	double		factor[MAX_ORDER + 1] = {1, items, 0, 0};

	if (is_list)
	{
		factor[2] = items * Max(items - 1, 0) / 2;
		factor[3] = factor[2] * Max(items - 2, 0) / 3;
	}
	for (int order = MAX_ORDER; order > 0; order--)
	{
		double		sum = 0;

		for (int i = 0; i <= order; i++)
			sum += coefficients[order - i] * factor[i];
		coefficients[order] = sum;
	}
}

/* Patterns whose items are met by least rows or more. */
static double
count_family(const Search *search, int order, int64 least)
{
	double		coefficients[MAX_ORDER + 1] = {1, 0, 0, 0};
	double		family = 0;

	for (int field = 0; field < search->view->nfields; field++)
	{
		CHECK_FOR_INTERRUPTS();
		if (field_takes_part(search, field))
			multiply(coefficients, count_items(search, field, least),
					 search->view->fields[field].is_list);
	}
	for (int i = 1; i <= Min(search->options.max_order, MAX_ORDER); i++)
	{
		if (order == 0 || i == order)
			family += coefficients[i];
	}
	return Max(family, 1);
}

/* The smallest p-value that so many rows can have: all of them are best. */
static double
least_log_p(const Search *search, int64 n)
{
	FourCells	cells = {
		.a = Min(n, search->best), .n = n,
		.best = search->best, .total = search->total
	};

	return log_fisher(&cells);
}

/* Of the patterns of an order, or of all orders (0). */
double
family_size(const Search *search, int order)
{
	int64		least = search->least;
	double		family = count_family(search, order, least);

	while (least < search->best &&
		   least_log_p(search, least) > log(search->options.max_q / family))
		family = count_family(search, order, ++least);
	return family;
}

/*
 * How many conditions could have been added to a pattern.  Of the runs of an
 * ordered field, most have nearly the rows of their neighbours: they count for as
 * many as there are values.
 */
double
count_refinements(const Search *search)
{
	double		choices = 0;

	for (int field = 0; field < search->view->nfields; field++)
	{
		const ViewField *f = &search->view->fields[field];
		bool		has_runs = search->options.intervals && f->is_ordered && !f->is_list;

		if (!field_takes_part(search, field))
			continue;
		choices += count_items(search, field, search->least);
		if (has_runs)
			choices += f->nvalues - count_runs(f, search->least);
	}
	return Max(choices, 1);
}

/*
 * Of a pattern with a text that was kept for its best rows: how many like it
 * there were to choose from?  1 for all other patterns.
 */
double
picked_family(const Search *search, uint32 pattern)
{
	ItemSet		set = pattern_items(search, pattern);
	double		family = 1;
	double		others = 1;

	for (int i = 0; i < set.n; i++)
	{
		const TraitItem *item = &search->items[set.items[i]];

		if (item->was_picked)
			family *= search->view->fields[item->field].distinct;
		else
			others *= search->nitems;
	}
	return family > 1 ? family * others : 1;
}

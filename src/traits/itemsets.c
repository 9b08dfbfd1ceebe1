/*
 * itemsets.c
 *		icp_itemsets: every frequent set of values, without a judgement.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "traits/traits.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_itemsets);

enum
{
	ITEMSET_ORDER,
	ITEMSET_FIELDS,
	ITEMSET_WHERE,
	ITEMSET_BEST_N,
	ITEMSET_ALL_N,
	ITEMSET_CONDITION,
	ITEMSET_COLUMNS
};

static void
put_itemset(ReturnSetInfo *result, const Search *search, uint32 pattern)
{
	const SketchView *view = search->view;
	const Pattern *p = &search->patterns[pattern];
	ItemSet		set = pattern_items(search, pattern);
	Datum		values[ITEMSET_COLUMNS];
	bool		nulls[ITEMSET_COLUMNS] = {0};
	int64		best_n = (int64) rint(p->best_n * view->best_weight);

	values[ITEMSET_ORDER] = Int32GetDatum(set.n);
	values[ITEMSET_FIELDS] = trait_fields(search, &set);
	values[ITEMSET_WHERE] = CStringGetTextDatum(trait_where(search, &set));
	values[ITEMSET_BEST_N] = Int64GetDatum(best_n);
	values[ITEMSET_ALL_N] = Int64GetDatum(best_n + (int64) rint((p->all_n - p->best_n) * view->rest_weight));
	values[ITEMSET_CONDITION] = trait_condition(search, &set);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
find_itemsets(Search *search)
{
	begin_search(search);
	choose_items(search);
	if (search->nitems == 0)
		return;
	load_positives(search);
	mine(search);
	count_patterns(search);
}

Datum
icp_itemsets(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		min_best = PG_GETARG_INT64(2);
	Search		search = {.all_fields = true};
	MemoryContext scratch;
	MemoryContext caller;

	InitMaterializedSRF(fcinfo, 0);
	search.options.max_order = PG_GETARG_INT32(1);
	check_max_order(search.options.max_order);
	if (min_best < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_best " INT64_FORMAT " is out of range", min_best),
				 errhint("It is how many best rows have to have the values, 1 or more.")));
	search.least = min_best;
	search.view = open_view(PG_GETARG_DATUM(0));
	find_itemsets(&search);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "icp_itemsets row",
									ALLOCSET_DEFAULT_SIZES);
	for (uint32 i = 0; i < search.npatterns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		caller = MemoryContextSwitchTo(scratch);
		put_itemset(result, &search, i);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
	}
	return (Datum) 0;
}

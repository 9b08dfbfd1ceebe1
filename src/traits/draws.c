/*
 * draws.c
 *		Rows that are called best at random, and the items that they meet.
 *
 * Rows are drawn from an order that their content gives, so that the same rows
 * are drawn in whatever order they came.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "traits/null.h"
#include "utils/memutils.h"

#define BUCKET_BITS 16

static void *
huge(Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(size, 1));
}

/* ---- an order of all rows ---- */

typedef struct HashedRow
{
	uint64		hash;
	uint32		row;
} HashedRow;

static int
compare_hashes(const void *a, const void *b)
{
	const HashedRow *left = a;
	const HashedRow *right = b;

	return (left->hash > right->hash) - (left->hash < right->hash);
}

static void
sort_bucket(HashedRow *rows, int64 n)
{
	if (n > 32)
	{
		qsort(rows, n, sizeof(HashedRow), compare_hashes);
		return;
	}
	for (int64 i = 1; i < n; i++)
	{
		HashedRow	row = rows[i];
		int64		at = i;

		for (; at > 0 && rows[at - 1].hash > row.hash; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

/* Kept rows by their hashes: first by the leading bits, then within these. */
static uint32 *
order_rows(const SketchView *view)
{
	uint64	   *hashes = view_row_hashes(view);
	uint32	   *starts = palloc0(sizeof(uint32) * ((1 << BUCKET_BITS) + 1));
	HashedRow  *rows = huge(sizeof(HashedRow) * view->nrows);
	uint32	   *order;
	int64		first = 0;

	for (int64 i = 0; i < view->nrows; i++)
		starts[(hashes[i] >> (64 - BUCKET_BITS)) + 1]++;
	for (int i = 0; i < 1 << BUCKET_BITS; i++)
		starts[i + 1] += starts[i];
	for (int64 i = 0; i < view->nrows; i++)
		rows[starts[hashes[i] >> (64 - BUCKET_BITS)]++] = (HashedRow) {hashes[i], i};
	pfree(hashes);
	for (int i = 0; i < 1 << BUCKET_BITS; i++)
	{
		if ((i & 0xff) == 0)
			CHECK_FOR_INTERRUPTS();
		sort_bucket(rows + first, starts[i] - first);
		first = starts[i];
	}
	order = huge(sizeof(uint32) * view->nrows);
	for (int64 i = 0; i < view->nrows; i++)
		order[i] = rows[i].row;
	pfree(rows);
	pfree(starts);
	return order;
}

/* ---- drawing ---- */

/* Numbers drawn already: a hash table that is empty again with a new stamp. */
typedef struct Drawn
{
	uint64	   *numbers;
	uint32	   *stamps;
	uint64		mask;
	uint32		stamp;
} Drawn;

static bool
add_drawn(Drawn *drawn, uint64 number)
{
	uint64		at = mix64(number) & drawn->mask;

	for (; drawn->stamps[at] == drawn->stamp; at = (at + 1) & drawn->mask)
	{
		if (drawn->numbers[at] == number)
			return false;
	}
	drawn->stamps[at] = drawn->stamp;
	drawn->numbers[at] = number;
	return true;
}

/* Which row is the one of that place, if each occurs as often as it is counted? */
static uint32
row_at(const uint32 *order, const int64 *ends, int64 nrows, int64 place)
{
	int64		low = 0;
	int64		high = nrows - 1;

	if (ends == NULL)
		return order[place];
	while (low < high)
	{
		int64		middle = (low + high) / 2;

		if (ends[middle] <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return order[low];
}

static int64 *
count_ends(const Search *search, const uint32 *order)
{
	int64		nrows = search->view->nrows;
	int64		end = 0;
	int64	   *ends;

	if (search->row_planes.counts == NULL)
		return NULL;
	ends = huge(sizeof(int64) * nrows);
	for (int64 i = 0; i < nrows; i++)
		ends[i] = end += search->row_planes.counts[order[i]];
	return ends;
}

/* For each permutation, ndrawn of all rows, no one twice (Floyd's method). */
void
draw_rows(NullModel *null)
{
	const Search *search = null->search;
	uint32	   *order = order_rows(search->view);
	int64	   *ends = count_ends(search, order);
	uint64		size = 64;
	Drawn		drawn = {0};
	Random		random;
	uint32	   *to;

	while (size < (uint64) null->ndrawn * 4)
		size *= 2;
	drawn.mask = size - 1;
	drawn.numbers = huge(sizeof(uint64) * size);
	drawn.stamps = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(uint32) * size,
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	random_seed(&random, (uint64) search->options.seed);
	to = null->drawn_rows = huge(sizeof(uint32) * null->permutations * null->ndrawn);
	for (int b = 0; b < null->permutations; b++)
	{
		CHECK_FOR_INTERRUPTS();
		drawn.stamp++;
		for (int64 i = search->total - null->ndrawn; i < search->total; i++)
		{
			uint64		number = random_below(&random, i + 1);

			if (!add_drawn(&drawn, number))
				(void) add_drawn(&drawn, number = i);
			*to++ = row_at(order, ends, search->view->nrows, number);
		}
	}
	pfree(drawn.numbers);
	pfree(drawn.stamps);
	pfree(order);
	if (ends)
		pfree(ends);
}

/* ---- items of what was drawn ---- */

/* One field, while its codes are there. */
typedef struct FieldDraws
{
	NullModel  *null;
	int			field;
	const uint32 *codes;
	const ListCodes *lists;
	uint32	   *slot_of;		/* slots of codes, and of their negations */
	uint32	   *negation_of;
	uint32	   *tally;			/* how often each code was drawn */
	int64	   *item_of;		/* this permutation's item of the code */
	uint64	   *known;			/* drawn rows where the field is known */
	int64		nknown;
	int64	   *sums;			/* rows of the values before each one */
	Run		   *periods;		/* years and quarters */
	int			nperiods;
	uint64	   *run_keys;		/* hash table of intervals and their slots */
	uint32	   *run_slots;
	uint64		run_mask;
	uint64		nruns;
} FieldDraws;

static DrawnItem *
add_drawn_item(NullModel *null, uint32 permutation, uint32 slot, uint32 drawn, uint64 **bits)
{
	DrawnItem  *item;

	if (null->nitems >= null->max_items)
	{
		null->max_items = Max(4096, null->max_items * 2);
		if (null->items == NULL)
		{
			null->items = MemoryContextAllocHuge(null->context, sizeof(DrawnItem) * null->max_items);
			null->item_bits = MemoryContextAllocHuge(null->context,
													 sizeof(uint64) * null->nwords * null->max_items);
		}
		else
		{
			null->items = repalloc_huge(null->items, sizeof(DrawnItem) * null->max_items);
			null->item_bits = repalloc_huge(null->item_bits,
											sizeof(uint64) * null->nwords * null->max_items);
		}
	}
	item = &null->items[null->nitems];
	*item = (DrawnItem) {permutation, slot, drawn};
	*bits = null->item_bits + null->nwords * null->nitems++;
	memset(*bits, 0, sizeof(uint64) * null->nwords);
	return item;
}

/* The codes of one row. */
static inline const uint32 *
row_codes(const FieldDraws *draws, uint32 row, int *n)
{
	if (draws->lists == NULL)
	{
		*n = 1;
		return draws->codes + row;
	}
	*n = draws->lists->starts[row + 1] - draws->lists->starts[row];
	return draws->lists->codes + draws->lists->starts[row];
}

static bool
makes_item(const ViewField *f, uint32 code)
{
	const Cell *cell;

	if (code < CODE_FIRST)
		return code == CODE_MISSING;
	cell = &f->values[code - CODE_FIRST];
	return !cell_is_rounded(cell) && cell->kind != CELL_OPAQUE &&
		!(cell->kind == CELL_TEXT && cell->text == NULL);
}

static uint32
slot_of_code(FieldDraws *draws, uint32 code, bool negated)
{
	const Search *search = draws->null->search;
	const ViewField *f = &search->view->fields[draws->field];
	uint32	   *slot = negated ? &draws->negation_of[code] : &draws->slot_of[code];
	int64		known = f->known_best + f->known_rest;
	Slot		new = {
		.field = draws->field, .is_list = f->is_list, .negated = negated,
		.form = SLOT_BITMAP, .first = code, .last = code
	};

	if (*slot != PG_UINT32_MAX)
		return *slot;
	new.all_n = code == CODE_MISSING ? search->total - known :
		f->best_n[code - CODE_FIRST] + f->rest_n[code - CODE_FIRST];
	if (negated)
		new.all_n = code == CODE_MISSING ? known : known - new.all_n;
	new.nrows = 0;
	return *slot = new_slot(draws->null, &new);
}

/* Counts the codes of the rows drawn. */
static void
tally_codes(FieldDraws *draws, const uint32 *rows)
{
	NullModel  *null = draws->null;

	draws->nknown = 0;
	memset(draws->known, 0, sizeof(uint64) * null->nwords);
	for (int64 i = 0; i < null->ndrawn; i++)
	{
		int			n;
		const uint32 *codes = row_codes(draws, rows[i], &n);

		for (int j = 0; j < n; j++)
			draws->tally[codes[j]]++;
		if (n == 0 || codes[0] != CODE_MISSING)
		{
			set_bit(draws->known, i);
			draws->nknown++;
		}
	}
}

static void
add_value_items(FieldDraws *draws, uint32 permutation, const uint32 *rows)
{
	NullModel  *null = draws->null;
	const ViewField *f = &null->search->view->fields[draws->field];

	for (int64 i = 0; i < null->ndrawn; i++)
	{
		int			n;
		const uint32 *codes = row_codes(draws, rows[i], &n);

		for (int j = 0; j < n; j++)
		{
			uint32		code = codes[j];
			uint64	   *bits;

			if (draws->tally[code] < null->search->least || !makes_item(f, code))
				continue;
			if (draws->item_of[code] < 0)
			{
				draws->item_of[code] = null->nitems;
				(void) add_drawn_item(null, permutation, slot_of_code(draws, code, false),
									  draws->tally[code], &bits);
			}
			bits = null->item_bits + null->nwords * draws->item_of[code];
			set_bit(bits, i);
		}
	}
}

/* As items.c has it: of frequent values, and of all if there are few. */
static void
add_negations(FieldDraws *draws, uint32 permutation, const uint32 *rows)
{
	NullModel  *null = draws->null;
	const ViewField *f = &null->search->view->fields[draws->field];
	int			ncodes = f->nvalues + CODE_FIRST;

	for (int c = 0; c < ncodes; c++)
	{
		uint32		code = c;
		int64		others = code == CODE_MISSING ? draws->nknown : draws->nknown - draws->tally[code];
		uint64	   *bits;

		if (others < null->search->least || !makes_item(f, code) ||
			(f->nvalues > 100 && code != CODE_MISSING && draws->tally[code] < null->search->least))
			continue;
		(void) add_drawn_item(null, permutation, slot_of_code(draws, code, true), others, &bits);
		memcpy(bits, draws->known, sizeof(uint64) * null->nwords);
		for (int64 i = 0; i < null->ndrawn && code != CODE_MISSING; i++)
		{
			int			n;
			const uint32 *codes = row_codes(draws, rows[i], &n);

			for (int j = 0; j < n; j++)
			{
				if (codes[j] == code)
					bits[i / WORD_BITS] &= ~(UINT64CONST(1) << (i % WORD_BITS));
			}
		}
	}
}

static void
clear_tally(FieldDraws *draws, const uint32 *rows)
{
	for (int64 i = 0; i < draws->null->ndrawn; i++)
	{
		int			n;
		const uint32 *codes = row_codes(draws, rows[i], &n);

		for (int j = 0; j < n; j++)
		{
			draws->tally[codes[j]] = 0;
			draws->item_of[codes[j]] = -1;
		}
	}
}

/* ---- intervals ---- */

static void
grow_runs(FieldDraws *draws)
{
	uint64	   *keys = draws->run_keys;
	uint32	   *slots = draws->run_slots;
	uint64		old_size = keys ? draws->run_mask + 1 : 0;
	uint64		size = Max(1024, old_size * 2);

	draws->run_mask = size - 1;
	draws->run_keys = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(uint64) * size,
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	draws->run_slots = huge(sizeof(uint32) * size);
	for (uint64 i = 0; i < old_size; i++)
	{
		uint64		at = mix64(keys[i]) & draws->run_mask;

		if (keys[i] == 0)
			continue;
		while (draws->run_keys[at] != 0)
			at = (at + 1) & draws->run_mask;
		draws->run_keys[at] = keys[i];
		draws->run_slots[at] = slots[i];
	}
	if (keys)
	{
		pfree(keys);
		pfree(slots);
	}
}

static uint32
slot_of_run(FieldDraws *draws, uint32 first, uint32 last)
{
	uint64		key = (uint64) first * (UINT64CONST(1) << 32) + last;
	uint64		at;
	Slot		new = {
		.field = draws->field, .form = SLOT_RUN, .first = first, .last = last
	};
	const OrderedField *ordered = draws->null->ordered[draws->field];

	if (draws->run_keys == NULL || draws->nruns * 2 > draws->run_mask)
		grow_runs(draws);
	for (at = mix64(key) & draws->run_mask; draws->run_keys[at] != 0; at = (at + 1) & draws->run_mask)
	{
		if (draws->run_keys[at] == key)
			return draws->run_slots[at];
	}
	new.nrows = ordered->starts[last + 1] - ordered->starts[first];
	new.all_n = draws->sums[last - CODE_FIRST + 1] - draws->sums[first - CODE_FIRST];
	draws->nruns++;
	draws->run_keys[at] = key;
	return draws->run_slots[at] = new_slot(draws->null, &new);
}

static void
add_run_item(FieldDraws *draws, uint32 permutation, const uint32 *rows, const Run *run)
{
	NullModel  *null = draws->null;
	const ViewField *f = &null->search->view->fields[draws->field];
	uint32		first = CODE_FIRST + run->first;
	uint32		last = CODE_FIRST + run->last;
	uint64	   *bits;

	if (run->first >= run->last || (run->first == 0 && run->last == f->nvalues - 1) ||
		run->best_n < null->search->least)
		return;
	(void) add_drawn_item(null, permutation, slot_of_run(draws, first, last), run->best_n, &bits);
	for (int64 i = 0; i < null->ndrawn; i++)
	{
		if (draws->codes[rows[i]] - first <= last - first)
			set_bit(bits, i);
	}
}

static int
compare_codes(const void *a, const void *b)
{
	uint32		left = *(const uint32 *) a;
	uint32		right = *(const uint32 *) b;

	return (left > right) - (left < right);
}

/* The values drawn, with the rows between them as values that were not. */
static int
gather_values(const FieldDraws *draws, uint32 *sorted, int64 n, int *values,
			  int64 *best_n, int64 *all_n)
{
	int			m = 0;

	qsort(sorted, n, sizeof(uint32), compare_codes);
	for (int64 i = 0; i < n; i++)
	{
		int			value = sorted[i] - CODE_FIRST;

		if (m > 0 && values[m - 1] == value)
		{
			best_n[m - 1]++;
			continue;
		}
		if (m > 0)
		{
			values[m] = value;
			best_n[m] = 0;
			all_n[m] = draws->sums[value] - draws->sums[values[m - 1] + 1];
			m++;
		}
		values[m] = value;
		best_n[m] = 1;
		all_n[m] = draws->sums[value + 1] - draws->sums[value];
		m++;
	}
	return m;
}

/* Working memory for a permutation's values; as many as rows drawn, twice. */
typedef struct Gathered
{
	uint32	   *sorted;
	int		   *values;
	int64	   *best_n;
	int64	   *all_n;
} Gathered;

static void
add_run_items(FieldDraws *draws, uint32 permutation, const uint32 *rows, Gathered *g)
{
	const NullModel *null = draws->null;
	Run			runs[MAX_INTERVALS];
	int64		n = 0;
	int			m;
	int			nruns;

	for (int64 i = 0; i < null->ndrawn; i++)
	{
		if (draws->codes[rows[i]] >= CODE_FIRST)
			g->sorted[n++] = draws->codes[rows[i]];
	}
	m = gather_values(draws, g->sorted, n, g->values, g->best_n, g->all_n);
	if (m == 0)
		return;
	nruns = best_runs(g->best_n, g->all_n, m, null->search->best, null->search->total, runs);
	for (int i = 0; i < nruns; i++)
	{
		runs[i].first = g->values[runs[i].first];
		runs[i].last = g->values[runs[i].last];
		add_run_item(draws, permutation, rows, &runs[i]);
	}
	for (int i = 0; i < draws->nperiods; i++)
	{
		Run			run = draws->periods[i];

		run.best_n = 0;
		for (int64 j = 0; j < n; j++)
			run.best_n += g->sorted[j] - CODE_FIRST - (uint32) run.first <= (uint32) (run.last - run.first);
		add_run_item(draws, permutation, rows, &run);
	}
}

static void
init_runs(FieldDraws *draws, Gathered *g)
{
	NullModel  *null = draws->null;
	const ViewField *f = &null->search->view->fields[draws->field];
	int64		room = null->ndrawn * 2 + 1;

	draws->sums = huge(sizeof(int64) * (f->nvalues + 1));
	draws->sums[0] = 0;
	for (int i = 0; i < f->nvalues; i++)
		draws->sums[i + 1] = draws->sums[i] + f->best_n[i] + f->rest_n[i];
	draws->nperiods = list_periods(f, &draws->periods);
	g->sorted = huge(sizeof(uint32) * room);
	g->values = huge(sizeof(int) * room);
	g->best_n = huge(sizeof(int64) * room);
	g->all_n = huge(sizeof(int64) * room);
}

/* ---- all fields ---- */

static void
find_field_items(FieldDraws *draws, bool intervals)
{
	NullModel  *null = draws->null;
	int			ncodes = null->search->view->fields[draws->field].nvalues + CODE_FIRST;
	Gathered	gathered = {0};

	draws->slot_of = huge(sizeof(uint32) * ncodes);
	draws->negation_of = huge(sizeof(uint32) * ncodes);
	draws->tally = huge(sizeof(uint32) * ncodes);
	draws->item_of = huge(sizeof(int64) * ncodes);
	draws->known = huge(sizeof(uint64) * null->nwords);
	memset(draws->slot_of, 0xff, sizeof(uint32) * ncodes);
	memset(draws->negation_of, 0xff, sizeof(uint32) * ncodes);
	memset(draws->tally, 0, sizeof(uint32) * ncodes);
	memset(draws->item_of, 0xff, sizeof(int64) * ncodes);
	if (intervals)
		init_runs(draws, &gathered);
	for (int b = 0; b < null->permutations; b++)
	{
		const uint32 *rows = null->drawn_rows + null->ndrawn * b;

		CHECK_FOR_INTERRUPTS();
		tally_codes(draws, rows);
		add_value_items(draws, b, rows);
		if (null->search->options.negations)
			add_negations(draws, b, rows);
		clear_tally(draws, rows);
		if (intervals)
			add_run_items(draws, b, rows, &gathered);
	}
}

/* Items were found field by field; brings them into permutations. */
static void
sort_drawn_items(NullModel *null)
{
	DrawnItem  *items = huge(sizeof(DrawnItem) * null->nitems);
	uint64	   *bits = huge(sizeof(uint64) * null->nwords * null->nitems);
	int64	   *next = huge(sizeof(int64) * (null->permutations + 1));

	memset(next, 0, sizeof(int64) * (null->permutations + 1));
	for (int64 i = 0; i < null->nitems; i++)
		next[null->items[i].permutation + 1]++;
	for (int b = 0; b < null->permutations; b++)
		next[b + 1] += next[b];
	null->first_item = huge(sizeof(int64) * (null->permutations + 1));
	memcpy(null->first_item, next, sizeof(int64) * (null->permutations + 1));
	for (int64 i = 0; i < null->nitems; i++)
	{
		int64		to = next[null->items[i].permutation]++;

		items[to] = null->items[i];
		memcpy(bits + null->nwords * to, null->item_bits + null->nwords * i,
			   sizeof(uint64) * null->nwords);
	}
	pfree(next);
	if (null->items)
	{
		pfree(null->items);
		pfree(null->item_bits);
	}
	null->items = items;
	null->item_bits = bits;
}

static void
find_items_of(NullModel *null, int field)
{
	const ViewField *f = &null->search->view->fields[field];
	FieldDraws	draws = {.null = null, .field = field};
	uint32		first_slot = null->nslots;
	bool		intervals = null->search->options.intervals && f->is_ordered &&
		!f->is_list && f->nvalues > 1;
	uint32	   *codes = NULL;
	ListCodes	lists;

	if (f->is_list)
	{
		lists = view_list_codes(null->search->view, field);
		draws.lists = &lists;
	}
	else
	{
		/* of fields with intervals, they are needed to the end */
		MemoryContext caller = MemoryContextSwitchTo(intervals ? null->context : CurrentMemoryContext);

		codes = view_codes(null->search->view, field);
		MemoryContextSwitchTo(caller);
	}
	draws.codes = codes;
	if (intervals)
		order_field(null, field, codes);
	find_field_items(&draws, intervals);
	fill_slots(null, field, first_slot, codes, draws.lists);
}

void
find_drawn_items(NullModel *null)
{
	MemoryContext scratch = AllocSetContextCreate(null->context, "icp_traits field",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(scratch);

	null->ordered = MemoryContextAllocZero(null->context, sizeof(OrderedField *) *
										   Max(null->search->view->nfields, 1));
	null->squares = MemoryContextAllocZero(null->context, sizeof(uint32 *) *
										   Max(null->search->view->nfields, 1) *
										   Max(null->search->view->nfields, 1));
	for (int field = 0; field < null->search->view->nfields; field++)
	{
		CHECK_FOR_INTERRUPTS();
		if (field_takes_part(null->search, field))
			find_items_of(null, field);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	sort_drawn_items(null);
}

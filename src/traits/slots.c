/*
 * slots.c
 *		How many of all rows meet a pattern of some permutation.
 *
 * Values with many rows are bitmaps, values with few are lists of rows.
 * Intervals differ in every permutation: their rows are a piece of the rows in
 * the order of the field's values, and how many of these meet another item too
 * is summed up once, by cells of about as many rows each, so that only the
 * cells at both ends of an interval have to be looked at.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "traits/null.h"
#include "utils/memutils.h"

/*
 * A list is counted faster than a bitmap if it has one row in so many, and takes
 * less memory already at more rows: which matters once bitmaps take so much.
 */
#define FAST_LIST_SHARE 256
#define SMALL_LIST_SHARE 32
#define MANY_BITMAPS (INT64CONST(64) << 20)

/* Rows whose codes stay in the cache while all slots look at them. */
#define STRIP 8192

#define MAX_CELLS 1024

/* Words of bitmaps between looks at the limit. */
#define LIMIT_WORDS 1024

/* Of so few rows, bitmaps are counted faster than the ends of intervals. */
#define FEW_ROWS 200000

#define MAX_CACHED_SLOTS (1 << 21)

/* What is known of a pattern's rows: how many, or at least so many. */
struct PatternCount
{
	uint64		key;			/* 0: free */
	int64		n;
	bool		exact;
};

/* What stays until all permutations are done. */
static void *
lasting(const NullModel *null, Size size)
{
	return MemoryContextAllocHuge(null->context, Max(size, 1));
}

uint32
new_slot(NullModel *null, const Slot *slot)
{
	if (null->nslots >= null->max_slots)
	{
		null->max_slots = Max(256, null->max_slots * 2);
		if (null->slots == NULL)
			null->slots = lasting(null, sizeof(Slot) * null->max_slots);
		else
			null->slots = repalloc_huge(null->slots, sizeof(Slot) * null->max_slots);
	}
	null->slots[null->nslots] = *slot;
	return null->nslots++;
}

/* ---- fields with intervals ---- */

static void
make_cells(const NullModel *null, OrderedField *ordered, int ncodes, int64 nrows)
{
	int64		size = Max(nrows / MAX_CELLS, 1);

	ordered->cell_of_code = lasting(null, sizeof(uint16) * (ncodes + 1));
	ordered->cell_starts = lasting(null, sizeof(uint32) * (MAX_CELLS + 3));
	for (int code = 0; code < ncodes; code++)
	{
		int			cell = ordered->ncells - 1;

		if (code == 0 || (ordered->starts[code] - ordered->starts[ordered->cell_starts[cell]] >= size &&
						  ordered->ncells <= MAX_CELLS))
		{
			cell = ordered->ncells++;
			ordered->cell_starts[cell] = code;
		}
		ordered->cell_of_code[code] = cell;
	}
	ordered->cell_starts[ordered->ncells] = ncodes;
}

/* Keeps the codes. */
void
order_field(NullModel *null, int field, uint32 *codes)
{
	const SketchView *view = null->search->view;
	int			ncodes = view->fields[field].nvalues + CODE_FIRST;
	OrderedField *ordered = MemoryContextAllocZero(null->context, sizeof(OrderedField));
	uint32	   *next = lasting(null, sizeof(uint32) * (ncodes + 1));

	ordered->field = field;
	ordered->codes = codes;
	ordered->starts = lasting(null, sizeof(uint32) * (ncodes + 1));
	ordered->rows = lasting(null, sizeof(uint32) * view->nrows);
	memset(next, 0, sizeof(uint32) * (ncodes + 1));
	for (int64 i = 0; i < view->nrows; i++)
		next[codes[i] + 1]++;
	for (int code = 0; code < ncodes; code++)
		next[code + 1] += next[code];
	memcpy(ordered->starts, next, sizeof(uint32) * (ncodes + 1));
	for (int64 i = 0; i < view->nrows; i++)
		ordered->rows[next[codes[i]]++] = i;
	pfree(next);
	make_cells(null, ordered, ncodes, view->nrows);
	ordered->cells = lasting(null, sizeof(uint16) * view->nrows);
	for (int64 i = 0; i < view->nrows; i++)
		ordered->cells[i] = ordered->cell_of_code[codes[i]];
	null->ordered[field] = ordered;
}

/* ---- filling slots ---- */

static bool
row_meets(const Slot *slot, const uint32 *codes, const ListCodes *lists, int64 row)
{
	bool		has = false;

	if (lists == NULL)
		has = codes[row] - slot->first <= slot->last - slot->first;
	else
	{
		for (uint32 i = lists->starts[row]; i < lists->starts[row + 1] && !has; i++)
			has = lists->codes[i] == slot->first;
	}
	return has;
}

static bool
row_is_missing(const uint32 *codes, const ListCodes *lists, int64 row)
{
	if (lists == NULL)
		return codes[row] == CODE_MISSING;
	return lists->starts[row] < lists->starts[row + 1] &&
		lists->codes[lists->starts[row]] == CODE_MISSING;
}

static void
fill_negation(Slot *slot, const uint32 *codes, const ListCodes *lists, int64 nrows)
{
	for (int64 row = 0; row < nrows; row++)
	{
		if (!row_is_missing(codes, lists, row) && !row_meets(slot, codes, lists, row))
			set_bit(slot->bits, row);
	}
}

static inline void
add_row(Slot *slot, int64 row)
{
	if (slot->form == SLOT_BITMAP)
		set_bit(slot->bits, row);
	else
		slot->rows[slot->nrows++] = row;
}

/* Chooses the form of a slot, and makes room for its rows. */
static void
shape_slot(NullModel *null, Slot *slot)
{
	int64		nrows = null->search->view->nrows;
	int			share = null->bitmap_bytes < MANY_BITMAPS ? FAST_LIST_SHARE : SMALL_LIST_SHARE;

	if (slot->all_n < nrows / share && !slot->negated)
	{
		slot->form = SLOT_LIST;
		slot->rows = lasting(null, sizeof(uint32) * slot->all_n);
		return;
	}
	slot->bits = new_bitmap(nrows);
	null->bitmap_bytes += words_of(nrows) * sizeof(uint64);
}

/* Marks the bitmaps of codes that fit into bytes, many rows at a time. */
static void
mark_narrow(NullModel *null, uint32 first_slot, const uint32 *codes)
{
	const BitmapKernels *kernels = bitmap_kernels();
	int64		nrows = null->search->view->nrows;
	uint8		bytes[STRIP];

	for (int64 at = 0; at < nrows; at += STRIP)
	{
		int64		n = Min(STRIP, nrows - at);

		kernels->narrow(bytes, codes + at, n);
		for (uint32 s = first_slot; s < null->nslots; s++)
		{
			const Slot *slot = &null->slots[s];

			if (slot->form == SLOT_BITMAP && !slot->negated)
				kernels->mark_byte_range(slot->bits + at / WORD_BITS, bytes, n,
										 slot->first, slot->first);
		}
	}
}

/* Rows one by one, to the slots of their codes. */
static void
add_rows(NullModel *null, const uint32 *slot_of, const uint32 *codes, const ListCodes *lists)
{
	for (int64 row = 0; row < null->search->view->nrows; row++)
	{
		if (lists == NULL && slot_of[codes[row]] != PG_UINT32_MAX)
			add_row(&null->slots[slot_of[codes[row]]], row);
		for (uint32 i = lists ? lists->starts[row] : 0; lists && i < lists->starts[row + 1]; i++)
		{
			if (slot_of[lists->codes[i]] != PG_UINT32_MAX)
				add_row(&null->slots[slot_of[lists->codes[i]]], row);
		}
	}
}

/* The rows of the field's slots, which are those from first_slot on. */
void
fill_slots(NullModel *null, int field, uint32 first_slot, const uint32 *codes,
		   const ListCodes *lists)
{
	const SketchView *view = null->search->view;
	int			ncodes = view->fields[field].nvalues + CODE_FIRST;
	MemoryContext caller = MemoryContextSwitchTo(null->context);
	uint32	   *slot_of = lasting(null, sizeof(uint32) * ncodes);
	bool		is_narrow = lists == NULL && ncodes <= PG_UINT8_MAX + 1;
	bool		one_by_one = false;

	memset(slot_of, 0xff, sizeof(uint32) * ncodes);
	for (uint32 s = first_slot; s < null->nslots; s++)
	{
		Slot	   *slot = &null->slots[s];

		CHECK_FOR_INTERRUPTS();
		if (slot->form == SLOT_RUN)
			continue;
		shape_slot(null, slot);
		if (slot->negated)
			fill_negation(slot, codes, lists, view->nrows);
		else if (slot->form == SLOT_LIST || !is_narrow)
		{
			slot_of[slot->first] = s;
			one_by_one = true;
		}
	}
	if (is_narrow)
		mark_narrow(null, first_slot, codes);
	if (one_by_one)
		add_rows(null, slot_of, codes, lists);
	pfree(slot_of);
	MemoryContextSwitchTo(caller);
}

/* ---- does a row meet a slot? ---- */

static bool
list_has(const Slot *slot, uint32 row)
{
	int64		low = 0;
	int64		high = slot->nrows;

	while (low < high)
	{
		int64		middle = (low + high) / 2;

		if (slot->rows[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low < slot->nrows && slot->rows[low] == row;
}

static inline bool
slot_has(const NullModel *null, const Slot *slot, uint32 row)
{
	if (slot->form == SLOT_BITMAP)
		return has_bit(slot->bits, row);
	if (slot->form == SLOT_LIST)
		return list_has(slot, row);
	return null->ordered[slot->field]->codes[row] - slot->first <= slot->last - slot->first;
}

static bool
all_have(const NullModel *null, const Slot *const *slots, int n, uint32 row)
{
	for (int i = 0; i < n; i++)
	{
		if (!slot_has(null, slots[i], row))
			return false;
	}
	return true;
}

/* Those of the rows that meet all slots; stops above the limit. */
static int64
count_among(const NullModel *null, const uint32 *rows, int64 nrows,
			const Slot *const *slots, int n, int64 limit)
{
	const CountPlanes *planes = &null->search->row_planes;
	int64		count = 0;

	for (int64 i = 0; i < nrows && count <= limit; i++)
	{
		if (all_have(null, slots, n, rows[i]))
			count += row_count(planes, rows[i]);
	}
	return count;
}

/* The rows of two lists, of those that meet the third slot if there is one. */
static int64
count_lists(const NullModel *null, const Slot *a, const Slot *b, const Slot *third, int64 limit)
{
	const CountPlanes *planes = &null->search->row_planes;
	int64		count = 0;
	int64		j = 0;

	for (int64 i = 0; i < a->nrows && count <= limit; i++)
	{
		while (j < b->nrows && b->rows[j] < a->rows[i])
			j++;
		if (j < b->nrows && b->rows[j] == a->rows[i] &&
			(third == NULL || slot_has(null, third, a->rows[i])))
			count += row_count(planes, a->rows[i]);
	}
	return count;
}

/* ---- intervals as bitmaps ---- */

/* Runs of more rows than one in so many are marked code by code. */
#define MARK_SHARE 8

/* Until the permutation is over: the next one has other intervals. */
static const uint64 *
run_bits(NullModel *null, const Slot *run)
{
	const OrderedField *ordered = null->ordered[run->field];
	int64		nrows = null->search->view->nrows;
	Slot	   *slot = unconstify(Slot *, run);
	MemoryContext caller;

	if (slot->bits != NULL)
		return slot->bits;
	caller = MemoryContextSwitchTo(null->context);
	slot->bits = new_bitmap(nrows);
	MemoryContextSwitchTo(caller);
	if (slot->nrows > nrows / MARK_SHARE)
		bitmap_kernels()->mark_range(slot->bits, ordered->codes, nrows, slot->first, slot->last);
	else
		for (int64 i = 0; i < slot->nrows; i++)
			set_bit(slot->bits, ordered->rows[ordered->starts[slot->first] + i]);
	null->run_bits = lappend_int(null->run_bits, slot - null->slots);
	return slot->bits;
}

/* The bitmaps of runs are in the way once there are other ones. */
void
forget_runs(NullModel *null)
{
	ListCell   *lc;

	foreach(lc, null->run_bits)
	{
		Slot	   *slot = &null->slots[lfirst_int(lc)];

		pfree(slot->bits);
		slot->bits = NULL;
	}
	list_free(null->run_bits);
	null->run_bits = NIL;
}

static const uint64 *
slot_bits(NullModel *null, const Slot *slot)
{
	return slot->form == SLOT_RUN ? run_bits(null, slot) : slot->bits;
}

static int64
count_bitmaps(NullModel *null, const Slot *const *slots, int n, int64 limit)
{
	const BitmapKernels *kernels = bitmap_kernels();
	const CountPlanes *planes = &null->search->row_planes;
	int64		nwords = words_of(null->search->view->nrows);
	int64		count = 0;

	for (int64 at = 0; at < nwords && count <= limit; at += LIMIT_WORDS)
	{
		int64		length = Min(LIMIT_WORDS, nwords - at);
		const uint64 *above = slot_bits(null, slots[0]) + at;

		for (int i = 1; i < n - 1 || (i < n && planes->n > 0); i++)
		{
			kernels->store_and(null->buffer, above, slot_bits(null, slots[i]) + at, length);
			above = null->buffer;
		}
		if (planes->n > 0)
			count += weighted_count(planes, above, at, length);
		else
			count += kernels->count_and(above, slot_bits(null, slots[n - 1]) + at, length);
	}
	return count;
}

/* ---- intervals with another item ---- */

/* The rows of a slot in each cell of an ordered field, summed up. */
static const uint32 *
cell_sums(NullModel *null, const OrderedField *ordered, Slot *slot)
{
	const CountPlanes *planes = &null->search->row_planes;
	int64		nwords = words_of(null->search->view->nrows);
	uint32	   *sums;

	if (slot->cells == NULL)
		slot->cells = MemoryContextAllocZero(null->context,
											 sizeof(uint32 *) * null->search->view->nfields);
	if (slot->cells[ordered->field] != NULL)
		return slot->cells[ordered->field];
	sums = MemoryContextAllocZero(null->context, sizeof(uint32) * (ordered->ncells + 1));
	slot->cells[ordered->field] = sums;
	for (int64 i = 0; slot->form == SLOT_LIST && i < slot->nrows; i++)
		sums[ordered->cells[slot->rows[i]] + 1] += row_count(planes, slot->rows[i]);
	for (int64 w = 0; slot->form == SLOT_BITMAP && w < nwords; w++)
	{
		for (uint64 word = slot->bits[w]; word != 0; word &= word - 1)
		{
			int64		row = w * WORD_BITS + __builtin_ctzll(word);

			sums[ordered->cells[row] + 1] += row_count(planes, row);
		}
	}
	for (int i = 0; i < ordered->ncells; i++)
		sums[i + 1] += sums[i];
	return sums;
}

/* A run as the whole cells, or groups of cells, in it, and what is left at both ends. */
typedef struct Cells
{
	const OrderedField *ordered;
	uint32		first;			/* codes */
	uint32		end;
	int			first_group;	/* whole ones; none if end_group is not above */
	int			end_group;
	uint32		inner_first;	/* codes of these */
	uint32		inner_end;
} Cells;

static Cells
cells_of(const NullModel *null, const Slot *run, int group)
{
	const OrderedField *ordered = null->ordered[run->field];
	Cells		cells = {.ordered = ordered, .first = run->first, .end = run->last + 1};
	int			first = ordered->cell_of_code[run->first];
	int			end = ordered->cell_of_code[run->last];

	if (ordered->cell_starts[first] < cells.first)
		first++;
	if (ordered->cell_starts[end + 1] <= cells.end)
		end++;
	cells.first_group = (first + group - 1) / group;
	/* the last group may have fewer cells */
	cells.end_group = end == ordered->ncells ? (end + group - 1) / group : end / group;
	cells.inner_first = ordered->cell_starts[Min(cells.first_group * group, ordered->ncells)];
	cells.inner_end = ordered->cell_starts[Min(cells.end_group * group, ordered->ncells)];
	return cells;
}

/* Adds those of the codes' rows that meet the other slot; stops above the limit. */
static int64
add_piece(const NullModel *null, int64 count, const OrderedField *ordered, uint32 first,
		  uint32 end, const Slot *other, int64 limit)
{
	if (first >= end || count > limit)
		return count;
	return count + count_among(null, ordered->rows + ordered->starts[first],
							   ordered->starts[end] - ordered->starts[first], &other, 1,
							   limit - count);
}

/* The same of what is not in whole cells. */
static int64
add_ends(const NullModel *null, int64 count, const Cells *cells, const Slot *other, int64 limit)
{
	count = add_piece(null, count, cells->ordered, cells->first, cells->inner_first, other, limit);
	return add_piece(null, count, cells->ordered, cells->inner_end, cells->end, other, limit);
}

/* Whole cells from their sums tell if it is above the limit, as it mostly is. */
static int64
count_run_with(NullModel *null, const Slot *run, Slot *other, bool as_bits, int64 limit)
{
	const Slot *both[] = {run, other};
	Cells		cells = cells_of(null, run, 1);
	const uint32 *sums = cell_sums(null, cells.ordered, other);
	int64		inner;

	if (cells.first_group >= cells.end_group)
		return add_piece(null, 0, cells.ordered, cells.first, cells.end, other, limit);
	inner = sums[cells.end_group] - sums[cells.first_group];
	if (inner > limit)
		return inner;
	if (as_bits || run->bits)
		return count_bitmaps(null, both, 2, limit);
	return add_ends(null, inner, &cells, other, limit);
}

/* ---- two intervals ---- */

/* Sums in two directions are of so many cells together. */
#define GROUP 8
#define SIDE (MAX_CELLS / GROUP + 3)

/* Rows by the cells of two ordered fields, summed up in both directions. */
static const uint32 *
square_sums(NullModel *null, const OrderedField *a, const OrderedField *b)
{
	const CountPlanes *planes = &null->search->row_planes;
	uint32	  **known = &null->squares[a->field * null->search->view->nfields + b->field];
	uint32	   *sums;

	if (*known != NULL)
		return *known;
	sums = *known = MemoryContextAllocZero(null->context, sizeof(uint32) * SIDE * SIDE);
	for (int64 row = 0; row < null->search->view->nrows; row++)
		sums[(a->cells[row] / GROUP + 1) * SIDE + b->cells[row] / GROUP + 1] +=
			row_count(planes, row);
	for (int i = 1; i < SIDE; i++)
	{
		for (int j = 1; j < SIDE; j++)
			sums[i * SIDE + j] += sums[i * SIDE + j - 1];
	}
	for (int i = 1; i < SIDE; i++)
	{
		for (int j = 1; j < SIDE; j++)
			sums[i * SIDE + j] += sums[(i - 1) * SIDE + j];
	}
	return sums;
}

static int64
count_runs(NullModel *null, const Slot *run, const Slot *other, bool as_bits, int64 limit)
{
	const Slot *both[] = {run, other};
	Cells		a;
	Cells		b;
	Slot		whole;
	const uint32 *sums;
	int64		inner;

	if (run->field > other->field)
		return count_runs(null, other, run, as_bits, limit);
	a = cells_of(null, run, GROUP);
	b = cells_of(null, other, GROUP);
	if (a.first_group >= a.end_group)
		return add_piece(null, 0, a.ordered, a.first, a.end, other, limit);
	if (b.first_group >= b.end_group)
		return add_piece(null, 0, b.ordered, b.first, b.end, run, limit);
	sums = square_sums(null, a.ordered, b.ordered);
	inner = (int64) sums[a.end_group * SIDE + b.end_group] - sums[a.first_group * SIDE + b.end_group] -
		sums[a.end_group * SIDE + b.first_group] + sums[a.first_group * SIDE + b.first_group];
	if (inner > limit)
		return inner;
	if (as_bits)
		return count_bitmaps(null, both, 2, limit);
	/* the ends of one, and of the other where the first is in whole cells */
	whole = *run;
	whole.first = a.inner_first;
	whole.last = a.inner_end - 1;
	return add_ends(null, add_ends(null, inner, &a, other, limit), &b, &whole, limit);
}

/* ---- any pattern ---- */

static int64
count_anew(NullModel *null, const uint32 *ids, int n, int64 limit)
{
	const Slot *slots[MAX_ORDER];
	int			nlists = 0;
	bool		pays = n > 2 || null->search->view->nrows < FEW_ROWS;

	if (n < 1)
		pg_unreachable();
	for (int i = 0; i < n; i++)
	{
		const Slot *slot = &null->slots[ids[i]];
		int			at = i;

		nlists += slot->form == SLOT_LIST;
		/* first lists, the shortest of them, then runs, then bitmaps */
		for (; at > 0 && (slots[at - 1]->form > slot->form ||
						  (slots[at - 1]->form == slot->form && slots[at - 1]->nrows > slot->nrows)); at--)
			slots[at] = slots[at - 1];
		slots[at] = slot;
	}
	if (n == 2 && slots[0]->form == SLOT_RUN && slots[1]->form == SLOT_RUN)
		return count_runs(null, slots[0], slots[1], pays, limit);
	if (n == 2 && nlists == 0 && slots[0]->form == SLOT_RUN)
		return count_run_with(null, slots[0], unconstify(Slot *, slots[1]), pays, limit);
	if (nlists > 1)
		return count_lists(null, slots[0], slots[1], n > 2 ? slots[2] : NULL, limit);
	if (nlists > 0)
		return count_among(null, slots[0]->rows, slots[0]->nrows, slots + 1, n - 1, limit);
	return count_bitmaps(null, slots, n, limit);
}

/* ---- what was counted is kept ---- */

static PatternCount *
find_count(NullModel *null, uint64 key)
{
	uint64		at = mix64(key) & null->counts_mask;

	while (null->counts[at].key != 0 && null->counts[at].key != key)
		at = (at + 1) & null->counts_mask;
	return &null->counts[at];
}

static void
grow_counts(NullModel *null)
{
	PatternCount *old = null->counts;
	uint64		old_size = old ? null->counts_mask + 1 : 0;
	uint64		size = Max(4096, old_size * 2);

	null->counts = MemoryContextAllocExtended(null->context, sizeof(PatternCount) * size,
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	null->counts_mask = size - 1;
	for (uint64 i = 0; i < old_size; i++)
	{
		if (old[i].key != 0)
			*find_count(null, old[i].key) = old[i];
	}
	if (old)
		pfree(old);
}

/* The same for the same slots in any order. */
static uint64
pattern_key(const uint32 *slots, int n)
{
	uint32		sorted[MAX_ORDER];
	uint64		key = 0;

	for (int i = 0; i < n; i++)
	{
		int			at = i;

		for (; at > 0 && sorted[at - 1] > slots[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = slots[i];
	}
	for (int i = 0; i < n; i++)
		key = key << 21 | (sorted[i] + 1);
	return key;
}

/*
 * The rows that meet all slots, or some number above the limit if there are
 * more.
 */
int64
count_slots(NullModel *null, const uint32 *slots, int n, int64 limit)
{
	PatternCount *known;
	uint64		key = pattern_key(slots, n);
	bool		has_run = false;
	int64		most = limit;

	for (int i = 0; i < n; i++)
		has_run |= null->slots[slots[i]].form == SLOT_RUN;
	/* intervals are hardly ever the same again */
	if (has_run || null->nslots >= MAX_CACHED_SLOTS)
		return count_anew(null, slots, n, limit);
	if (null->counts == NULL || null->ncounts * 2 > null->counts_mask)
		grow_counts(null);
	known = find_count(null, key);
	if (known->key != 0 && (known->exact || known->n > limit))
		return known->n;
	null->ncounts += known->key == 0;
	/* the next one to ask may have a higher limit */
	if (limit < PG_INT64_MAX / 4)
		most = limit * 4;
	known->key = key;
	known->n = count_anew(null, slots, n, most);
	known->exact = known->n <= most;
	return known->n;
}

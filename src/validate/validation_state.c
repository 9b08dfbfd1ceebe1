/*
 * validation_state.c
 *		A validation at work: cells are found, added, and made coarse.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "validate/validation.h"

#define ST_SORT sort_cells_by_key
#define ST_ELEMENT_TYPE ScoreCell
#define ST_COMPARE(a, b) ((a)->key < (b)->key ? -1 : (a)->key > (b)->key)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Sizes are powers of two, as the allocator's are. */
#define FIRST_SIZE ((Size) 128)

/* From this size on there are slots: one for 16 bytes, so that at most 3 in 5 are in use. */
#define FIRST_SIZE_WITH_SLOTS ((Size) 512)
#define BYTES_PER_SLOT 16

typedef uint16 Slot;			/* a cell's place plus 1, or 0 */

StaticAssertDecl(MAX_CELLS + 1 <= PG_UINT16_MAX, "a slot holds any cell's place");

/* ---- memory ---- */

static inline Size
slots_size(Size size)
{
	return size < FIRST_SIZE_WITH_SLOTS ? 0 : sizeof(Slot) * (size / BYTES_PER_SLOT);
}

static inline Slot *
slots_of(const Validation *v)
{
	return (Slot *) ((char *) v + VARSIZE(v) - slots_size(VARSIZE(v)));
}

/* The cells that an allocation has room for. */
static inline uint32
capacity(Size size)
{
	return (size - offsetof(Validation, cells) - slots_size(size)) / sizeof(ScoreCell);
}

/* In the current memory context; the executor copies it to where it keeps it. */
static Validation *
allocate(Size size)
{
	Validation *v = palloc0(size);

	SET_VARSIZE(v, size);
	v->version = VALIDATION_VERSION;
	v->is_working = 1;
	v->byte_order = VALIDATION_BYTE_ORDER;
	if (size >= FIRST_SIZE_WITH_SLOTS)
		v->slot_bits = pg_leftmost_one_pos64(size / BYTES_PER_SLOT);
	return v;
}

Validation *
new_validation(void)
{
	return allocate(FIRST_SIZE);
}

/* ---- finding ---- */

static inline uint32
first_slot(const Validation *v, int64 coarse)
{
	return mix64((uint64) coarse) >> (64 - v->slot_bits);
}

/* The slot of the cell with that coarse key, or the empty one where it would be. */
static inline Slot *
find_slot(Validation *v, int64 coarse)
{
	Slot	   *slots = slots_of(v);
	uint32		mask = (UINT32_C(1) << v->slot_bits) - 1;
	uint32		i = first_slot(v, coarse);

	while (slots[i] != 0 && coarse_key(v->cells[slots[i] - 1].key, v->level) != coarse)
		i = (i + 1) & mask;
	return &slots[i];
}

static inline ScoreCell *
find_cell(Validation *v, int64 coarse)
{
	if (v->slot_bits > 0)
	{
		Slot	   *slot = find_slot(v, coarse);

		return *slot == 0 ? NULL : &v->cells[*slot - 1];
	}
	for (uint32 i = 0; i < v->ncells; i++)
		if (coarse_key(v->cells[i].key, v->level) == coarse)
			return &v->cells[i];
	return NULL;
}

/* Enters all cells into slots that are empty. */
static void
fill_slots(Validation *v)
{
	if (v->slot_bits == 0)
		return;
	for (uint32 i = 0; i < v->ncells; i++)
		*find_slot(v, coarse_key(v->cells[i].key, v->level)) = i + 1;
}

/* Cells that are distinct, in an allocation that holds at least so many. */
static Validation *
with_capacity(const Validation *v, uint32 ncells)
{
	Size		size = FIRST_SIZE;
	Validation *larger;

	while (capacity(size) < ncells)
		size *= 2;
	larger = allocate(size);
	larger->level = v->level;
	larger->ncells = v->ncells;
	larger->rows = v->rows;
	larger->missing = v->missing;
	memcpy(larger->cells, v->cells, sizeof(ScoreCell) * v->ncells);
	fill_slots(larger);
	return larger;
}

/* ---- making scores coarse ---- */

void
sort_cells(ScoreCell *cells, uint32 ncells)
{
	sort_cells_by_key(cells, ncells);
}

/* From which level on two keys, ascending, are the same. */
static int
level_of_meeting(int64 a, int64 b)
{
	/* both must differ from the round keys below, and from those above */
	int			level = pg_leftmost_one_pos64((uint64) a ^ (uint64) b) + 1;

	if (a != 0)
		level = Max(level, pg_rightmost_one_pos64((uint64) a) + 1);
	if (b != 0)
		level = Max(level, pg_rightmost_one_pos64((uint64) b) + 1);
	return a == 0 || b == 0 ? 64 : level;
}

/* The least level above the cells' own at which there are not too many of them. */
static int
level_that_fits(const Validation *v)
{
	uint32		meetings[65] = {0};
	uint32		ncells = v->ncells;
	int			level = v->level;

	for (uint32 i = 1; i < v->ncells; i++)
		meetings[level_of_meeting(v->cells[i - 1].key, v->cells[i].key)]++;
	for (int met = 0; met <= level; met++)
		ncells -= meetings[met];
	while (ncells > MAX_CELLS && level < MAX_COARSE_LEVEL)
		ncells -= meetings[++level];
	return level;
}

/* Adds to a cell rows of the same coarse key, and says so if the scores differ. */
static inline void
add_to_cell(ScoreCell *cell, const ScoreCell *more, int level)
{
	if (cell->key != more->key || more->is_mixed)
	{
		cell->key = coarse_key(more->key, level);
		cell->is_mixed = 1;
	}
	cell->events += more->events;
	cell->others += more->others;
}

/* Cells must ascend. */
static void
merge_coarse_cells(Validation *v, int level)
{
	uint32		n = 0;

	for (uint32 i = 0; i < v->ncells; i++)
	{
		ScoreCell	cell = v->cells[i];

		if (cell.is_mixed)
			cell.key = coarse_key(cell.key, level);
		if (n > 0 && coarse_key(v->cells[n - 1].key, level) == coarse_key(cell.key, level))
			add_to_cell(&v->cells[n - 1], &cell, level);
		else
			v->cells[n++] = cell;
	}
	v->ncells = n;
	v->level = level;
	if (v->slot_bits > 0)
		memset(slots_of(v), 0, slots_size(VARSIZE(v)));
	fill_slots(v);
}

/* Gives up bits to that level at least, and as many more as it takes. */
void
make_coarse(Validation *v, int level)
{
	CHECK_FOR_INTERRUPTS();
	sort_cells(v->cells, v->ncells);
	merge_coarse_cells(v, Max(level, level_that_fits(v)));
}

/* ---- counting ---- */

void
too_many_rows(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("an icp_validation cannot count more than 2^53 rows")));
}

/*
 * Counts the rows of a cell, which is not coarser than those here.  The result
 * may be another allocation; the given one is the executor's to free.
 */
Validation *
count_cell(Validation *v, const ScoreCell *more)
{
	int64		coarse = coarse_key(more->key, v->level);
	int64		rows = more->events + (int64) more->others;
	ScoreCell  *cell = find_cell(v, coarse);

	if (unlikely(v->rows > MAX_VALIDATION_ROWS - rows))
		too_many_rows();
	v->rows += rows;
	if (cell != NULL)
	{
		add_to_cell(cell, more, v->level);
		return v;
	}
	if (v->ncells == capacity(VARSIZE(v)))
		v = with_capacity(v, v->ncells + 1);
	if (v->slot_bits > 0)
		*find_slot(v, coarse) = v->ncells + 1;
	cell = &v->cells[v->ncells++];
	*cell = *more;
	if (cell->is_mixed)
		cell->key = coarse;
	if (unlikely(v->ncells > MAX_CELLS))
		make_coarse(v, v->level);
	return v;
}

/*
 * The state of an aggregate, to be changed in place.  Who makes an aggregate of
 * these functions can give it any validation to begin with.
 */
Validation *
open_validation(Datum datum)
{
	Validation *v = (Validation *) DatumGetPointer(datum);

	if (likely(!VARATT_IS_EXTENDED(v) && is_validation_at_work(v)))
		return v;
	v = (Validation *) PG_DETOAST_DATUM(datum);
	if (!is_validation_at_work(v))
	{
		v = validation_at_rest(datum);
		v = with_capacity(v, v->ncells);
	}
	return v;
}

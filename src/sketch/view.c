/*
 * view.c
 *		A sketch opened for questions.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "sketch/sketch.h"
#include "sketch/view.h"

/* ---- rows ---- */

static bool
row_is_best(const SketchView *view, int64 row)
{
	return view->best[row / 64] >> (row % 64) & 1;
}

/* The flags of a block's rows, into the bitmap from this row on. */
static void
read_flags(SketchView *view, const Block *block, int64 row)
{
	const Vector *vector = block_flags(block);
	uint32		flags[BLOCK_ROWS];

	if (vector->width == 0 && vector->base == 0)
		return;
	unpack_codes(vector, flags);
	for (uint32 i = 0; i < block->nrows; i++, row++)
		view->best[row / 64] |= (uint64) (flags[i] & 1) << (row % 64);
}

static bool
is_once_each(const Block *block)
{
	return block_counts(block)->width == 0 && block_counts(block)->base == 1;
}

static void
read_view_rows(SketchView *view)
{
	const Block *block = view->blocks;
	uint32	   *counts = NULL;
	int64		row = 0;

	view->nrows = view->sketch->kept_best + view->sketch->kept_rest;
	view->best = palloc0(sizeof(uint64) * (view->nrows / 64 + 1));
	for (uint32 i = 0; i < view->nblocks; i++)
	{
		if (counts == NULL && !is_once_each(block))
			counts = palloc_extended(sizeof(uint32) * view->nrows, MCXT_ALLOC_HUGE);
		row += block->nrows;
		block = next_block(block);
	}
	view->counts = counts;
	block = view->blocks;
	row = 0;
	for (uint32 i = 0; i < view->nblocks; i++)
	{
		read_flags(view, block, row);
		if (counts != NULL)
			unpack_codes(block_counts(block), counts + row);
		row += block->nrows;
		block = next_block(block);
	}
	for (row = 0; row < view->nrows && counts != NULL; row++)
	{
		if (row_is_best(view, row))
			view->best_n += counts[row];
		else
			view->rest_n += counts[row];
	}
	if (counts != NULL)
		return;
	for (row = 0; row <= view->nrows / 64; row++)
		view->best_n += pg_popcount64(view->best[row]);
	view->rest_n = view->nrows - view->best_n;
}

/* ---- the values of a field ---- */

/* A value, its code or place in the table of words, and its counts. */
typedef struct FieldValue
{
	Cell		cell;
	uint32		code;
	int64		best;
	int64		rest;
} FieldValue;

static int
compare_values(const void *a, const void *b)
{
	return compare_cells(&((const FieldValue *) a)->cell, &((const FieldValue *) b)->cell);
}

static bool
are_ordered(const FieldValue *values, int n)
{
	for (int i = 0; i < n; i++)
	{
		CellKind	kind = values[i].cell.kind;

		if (!cell_is_number(kind) && !(cell_is_time(kind) && kind == values[0].cell.kind))
			return false;
		if (cell_is_number(kind) != cell_is_number(values[0].cell.kind))
			return false;
	}
	return n > 0;
}

/*
 * Numbers and times are sorted by a word in the same order, since comparing
 * cells takes its time: where words are equal, cells may still differ.
 */
typedef struct SortKey
{
	uint64		word;
	const FieldValue *value;
} SortKey;

static inline int
compare_keys(const SortKey *a, const SortKey *b)
{
	if (a->word != b->word)
		return a->word < b->word ? -1 : 1;
	return compare_values(a->value, b->value);
}

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE SortKey
#define ST_COMPARE(a, b) compare_keys(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

#define SIGN_BIT (UINT64CONST(1) << 63)

static uint64
sort_word(const Cell *cell)
{
	float8		real;
	uint64		bits;

	if (cell_is_time(cell->kind))
		return cell->word ^ SIGN_BIT;
	real = cell_real(cell);
	memcpy(&bits, &real, sizeof(bits));
	return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
}

static void
sort_ordered(FieldValue *values, int n)
{
	SortKey    *keys = palloc_extended(sizeof(SortKey) * n, MCXT_ALLOC_HUGE);
	FieldValue *sorted = palloc_extended(sizeof(FieldValue) * n, MCXT_ALLOC_HUGE);

	for (int i = 0; i < n; i++)
		keys[i] = (SortKey) {sort_word(&values[i].cell), &values[i]};
	sort_keys(keys, n);
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n; i++)
		sorted[i] = *keys[i].value;
	memcpy(values, sorted, sizeof(FieldValue) * n);
	pfree(keys);
	pfree(sorted);
}

/* Sorts the values and keeps them; map[code] becomes CODE_FIRST + the place. */
static void
set_values(ViewField *field, FieldValue *values, int n, uint32 *map)
{
	field->is_ordered = are_ordered(values, n);
	if (field->is_ordered)
		sort_ordered(values, n);
	else
		qsort(values, n, sizeof(FieldValue), compare_values);
	CHECK_FOR_INTERRUPTS();
	field->nvalues = n;
	field->values = palloc_extended(sizeof(Cell) * Max(n, 1), MCXT_ALLOC_HUGE);
	field->best_n = palloc(sizeof(int64) * Max(n, 1));
	field->rest_n = palloc(sizeof(int64) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		field->values[i] = values[i].cell;
		field->best_n[i] = values[i].best;
		field->rest_n[i] = values[i].rest;
		map[values[i].code] = CODE_FIRST + i;
	}
}

static void
count_distinct(ViewField *field, int64 best, int64 rest)
{
	field->distinct++;
	field->distinct_best += best > 0;
	field->distinct_rest += rest > 0;
}

/* ---- fields with a dictionary ---- */

/* The map from the dictionary's codes to those of the view. */
static uint32 *
open_dictionary(const Sketch *sketch, const Field *from, ViewField *field)
{
	const EntryCount *counts = field_region(sketch, from, FIELD_COUNTS);
	uint32	   *map = palloc0(sizeof(uint32) * (from->nentries + 1));
	FieldValue *values = palloc(sizeof(FieldValue) * Max(from->nentries, 1));
	int			n = 0;

	for (uint32 i = 0; i < from->nentries; i++)
	{
		map[i + 1] = CODE_OTHER;
		if (counts[i].best == 0 && counts[i].rest == 0)
			continue;
		count_distinct(field, counts[i].best, counts[i].rest);
		values[n] = (FieldValue) {entry_cell(sketch, from, i), i + 1, counts[i].best, counts[i].rest};
		if (values[n].cell.kind != CELL_OPAQUE)
			n++;
	}
	set_values(field, values, n, map);
	pfree(values);
	return map;
}

/* ---- wide fields ---- */

/* The distinct words of a wide field, found by a hash table. */
typedef struct WordTable
{
	uint32		n;
	uint32		room;
	uint32		bits;
	uint64	   *words;
	uint8	   *kinds;
	EntryCount *counts;
	uint32	   *slots;			/* places plus 1 */
} WordTable;

static void
init_table(WordTable *table)
{
	table->n = 0;
	table->room = 1 << 16;
	table->bits = 18;
	table->words = palloc(sizeof(uint64) * table->room);
	table->kinds = palloc(table->room);
	table->counts = palloc0(sizeof(EntryCount) * table->room);
	table->slots = palloc0(sizeof(uint32) << table->bits);
}

static void
free_table(WordTable *table)
{
	pfree(table->words);
	pfree(table->kinds);
	pfree(table->counts);
	pfree(table->slots);
}

static void
enlarge_table(WordTable *table)
{
	uint32		mask;

	table->words = repalloc_huge(table->words, sizeof(uint64) * table->room * 2);
	table->kinds = repalloc_huge(table->kinds, (Size) table->room * 2);
	table->counts = repalloc_huge(table->counts, sizeof(EntryCount) * table->room * 2);
	memset(table->counts + table->room, 0, sizeof(EntryCount) * table->room);
	table->room *= 2;
	table->bits++;
	pfree(table->slots);
	table->slots = palloc_extended(sizeof(uint32) << table->bits, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	mask = (UINT32_C(1) << table->bits) - 1;
	for (uint32 i = 0; i < table->n; i++)
	{
		uint32		slot = first_slot(table->words[i], table->kinds[i], table->bits);

		while (table->slots[slot] != 0)
			slot = (slot + 1) & mask;
		table->slots[slot] = i + 1;
	}
}

/* The word's place; a new one if it is not there. */
static inline uint32
place_of_word(WordTable *table, uint64 word, uint8 kind)
{
	uint32		mask = (UINT32_C(1) << table->bits) - 1;
	uint32		slot = first_slot(word, kind, table->bits);

	for (; table->slots[slot] != 0; slot = (slot + 1) & mask)
	{
		uint32		i = table->slots[slot] - 1;

		if (table->words[i] == word && table->kinds[i] == kind)
			return i;
	}
	if (table->n == table->room)
	{
		enlarge_table(table);
		return place_of_word(table, word, kind);
	}
	table->slots[slot] = table->n + 1;
	table->words[table->n] = word;
	table->kinds[table->n] = kind;
	return table->n++;
}

static void
count_word(WordTable *table, const SketchView *view, int64 row, uint64 word, uint8 kind)
{
	uint32		place = place_of_word(table, word, kind);
	uint32		count = view->counts ? view->counts[row] : 1;

	if (row_is_best(view, row))
		table->counts[place].best += count;
	else
		table->counts[place].rest += count;
}

/* Calls for each block in which the field is. */
typedef void (*ReadColumn) (const ColumnRows *column, int64 row, void *target);

static void
read_columns(const SketchView *view, int place, ReadColumn read_column, void *target)
{
	const Field *field = &sketch_fields(view->sketch)[place];
	const Block *block = view->blocks;
	int64		row = 0;

	for (uint32 i = 0; i < view->nblocks; i++)
	{
		ColumnRows	column;

		CHECK_FOR_INTERRUPTS();
		if (place < (int) block->nfields)
		{
			unpack_column(block, place, field->is_list, field->is_wide, &column);
			read_column(&column, row, target);
			free_column(&column);
		}
		row += block->nrows;
		block = next_block(block);
	}
}

typedef struct CountTarget
{
	const SketchView *view;
	WordTable	table;
} CountTarget;

static void
count_column(const ColumnRows *column, int64 row, void *argument)
{
	CountTarget *target = argument;
	uint32		item = 0;

	for (uint32 i = 0; i < column->nrows; i++)
	{
		uint32		n = !column->is_list ? 1 : column->lengths[i] > 0 ? column->lengths[i] - 1 : 0;

		for (uint32 k = 0; k < n; k++, item++)
		{
			if (column->kinds[item] != CELL_NULL)
				count_word(&target->table, target->view, row + i,
						   column->words[item], column->kinds[item]);
		}
	}
}

static bool
is_frequent_best(const SketchView *view, const Field *from, int64 best)
{
	return best > (view->all_best + from->best_items) / FREQUENT_TEXTS;
}

static bool
is_frequent_rest(const SketchView *view, const Field *from, int64 rest)
{
	return rest > (view->all_rest + from->rest_items) / FREQUENT_TEXTS;
}

bool
is_kept_for_best(const SketchView *view, const ViewField *field, int value)
{
	const Field *from = &sketch_fields(view->sketch)[field->place];

	return from->is_wide && cell_is_text(field->values[value].kind) &&
		!is_frequent_rest(view, from, field->rest_n[value]);
}

/* Has it been kept?  Of text, what is frequent on a side. */
static bool
is_kept(const SketchView *view, const Field *from, Cell *cell, EntryCount count)
{
	uint32		code;

	if (cell->kind == CELL_OPAQUE)
		return false;
	if (!cell_is_text(cell->kind))
		return true;
	if (!is_frequent_best(view, from, count.best) && !is_frequent_rest(view, from, count.rest))
		return false;
	if (cell->kind == CELL_WORD)
		return true;
	code = find_code(view->sketch, from, cell);
	if (code != 0)
		*cell = entry_cell(view->sketch, from, code - 1);
	return code != 0;
}

/* The map from places in the table to codes of the view. */
static uint32 *
open_words(const SketchView *view, const Field *from, ViewField *field, WordTable *table)
{
	uint32	   *map = palloc_extended(sizeof(uint32) * Max(table->n, 1), MCXT_ALLOC_HUGE);
	FieldValue *values = palloc_extended(sizeof(FieldValue) * Max(table->n, 1), MCXT_ALLOC_HUGE);
	int			n = 0;

	for (uint32 i = 0; i < table->n; i++)
	{
		Cell		cell = {.kind = (CellKind) table->kinds[i], .word = table->words[i]};

		map[i] = CODE_OTHER;
		count_distinct(field, table->counts[i].best, table->counts[i].rest);
		if (is_kept(view, from, &cell, table->counts[i]))
			values[n++] = (FieldValue) {cell, i, table->counts[i].best, table->counts[i].rest};
	}
	set_values(field, values, n, map);
	pfree(values);
	return map;
}

/* Counts the words of a wide field; they come into the same places each time. */
static void
fill_table(const SketchView *view, int place, WordTable *table)
{
	CountTarget target = {.view = view};

	init_table(&target.table);
	read_columns(view, place, count_column, &target);
	*table = target.table;
}

/* ---- codes ---- */

typedef struct CodeTarget
{
	const uint32 *map;			/* from codes, or places in the table */
	uint32		nmap;
	WordTable  *table;			/* of a wide field */
	uint32	   *codes;
	/* of lists */
	uint32	   *starts;
	uint32		nitems;
	uint32		room;
	int64		filled;			/* rows */
} CodeTarget;

static inline uint32
mapped_code(CodeTarget *target, const ColumnRows *column, uint32 i)
{
	uint64		code = column->words[i];

	if (target->table != NULL)
		return column->kinds[i] == CELL_NULL ? CODE_MISSING :
			target->map[place_of_word(target->table, column->words[i], column->kinds[i])];
	if (code >= target->nmap)
		damaged_sketch();
	return target->map[code];
}

static void
map_column(const ColumnRows *column, int64 row, void *argument)
{
	CodeTarget *target = argument;

	for (uint32 i = 0; i < column->nrows; i++)
		target->codes[row + i] = mapped_code(target, column, i);
}

static int
compare_codes(const void *a, const void *b)
{
	uint32		x = *(const uint32 *) a;
	uint32		y = *(const uint32 *) b;

	return (x > y) - (x < y);
}

static void
put_item(CodeTarget *target, uint32 code)
{
	if (target->nitems == target->room)
	{
		target->room *= 2;
		target->codes = repalloc_huge(target->codes, sizeof(uint32) * target->room);
	}
	target->codes[target->nitems++] = code;
}

/* The codes of the row just read, in their order, each once. */
static void
end_list(CodeTarget *target)
{
	uint32		start = target->starts[target->filled];
	uint32		n = start;

	qsort(target->codes + start, target->nitems - start, sizeof(uint32), compare_codes);
	for (uint32 i = start; i < target->nitems; i++)
	{
		if (n == start || target->codes[n - 1] != target->codes[i])
			target->codes[n++] = target->codes[i];
	}
	target->nitems = n;
	target->starts[++target->filled] = n;
}

static void
put_missing_lists(CodeTarget *target, int64 rows)
{
	while (target->filled < rows)
	{
		put_item(target, CODE_MISSING);
		end_list(target);
	}
}

static void
map_lists(const ColumnRows *column, int64 row, void *argument)
{
	CodeTarget *target = argument;
	uint32		item = 0;

	put_missing_lists(target, row);
	for (uint32 i = 0; i < column->nrows; i++)
	{
		if (column->lengths[i] == 0)
			put_item(target, CODE_MISSING);
		for (uint32 k = 1; k < column->lengths[i]; k++)
			put_item(target, mapped_code(target, column, item++));
		end_list(target);
	}
}

/* The map of a field, and for a wide one the table that its places are in. */
static uint32 *
open_field(const SketchView *view, ViewField *field, WordTable *table)
{
	const Field *from = &sketch_fields(view->sketch)[field->place];

	if (!from->is_wide)
		return open_dictionary(view->sketch, from, field);
	fill_table(view, field->place, table);
	return open_words(view, from, field, table);
}

struct CodeReader
{
	const SketchView *view;
	ViewField	field;			/* opened anew: a wide one's words have to be found again */
	WordTable	table;
	CodeTarget	target;
	const Block *block;			/* the next one */
	uint32		nblocks;		/* from it on */
	uint32		next;			/* of the codes of the one before */
	uint32		n;
	uint32		codes[BLOCK_ROWS];
};

CodeReader *
open_codes(const SketchView *view, int f)
{
	CodeReader *reader = palloc(sizeof(CodeReader));
	const Field *from = &sketch_fields(view->sketch)[view->fields[f].place];

	memset(reader, 0, offsetof(CodeReader, codes));
	reader->view = view;
	reader->field.place = view->fields[f].place;
	reader->target.map = open_field(view, &reader->field, &reader->table);
	reader->target.nmap = from->nentries + 1;
	reader->target.table = from->is_wide ? &reader->table : NULL;
	reader->target.codes = reader->codes;
	reader->block = view->blocks;
	reader->nblocks = view->nblocks;
	return reader;
}

void
close_codes(CodeReader *reader)
{
	if (sketch_fields(reader->view->sketch)[reader->field.place].is_wide)
		free_table(&reader->table);
	pfree(reader->field.values);
	pfree(reader->field.best_n);
	pfree(reader->field.rest_n);
	pfree(unconstify(uint32 *, reader->target.map));
	pfree(reader);
}

static void
read_next_block(CodeReader *reader)
{
	const Field *from = &sketch_fields(reader->view->sketch)[reader->field.place];
	ColumnRows	column;

	CHECK_FOR_INTERRUPTS();
	reader->next = 0;
	reader->n = reader->block->nrows;
	if (reader->field.place >= (int) reader->block->nfields)
		memset(reader->codes, 0, sizeof(uint32) * reader->n);	/* CODE_MISSING */
	else if (!from->is_wide)
	{
		if (!map_codes(field_vector(reader->block, reader->field.place),
					   reader->target.map, reader->target.nmap, reader->codes))
			damaged_sketch();
	}
	else
	{
		unpack_column(reader->block, reader->field.place, false, true, &column);
		map_column(&column, 0, &reader->target);
		free_column(&column);
	}
	reader->block = next_block(reader->block);
	reader->nblocks--;
}

/* The next n; there are as many. */
void
read_codes(CodeReader *reader, uint32 *codes, int64 n)
{
	while (n > 0)
	{
		uint32		some;

		if (reader->next == reader->n)
		{
			Assert(reader->nblocks > 0);
			read_next_block(reader);
		}
		some = Min(n, reader->n - reader->next);
		memcpy(codes, reader->codes + reader->next, sizeof(uint32) * some);
		reader->next += some;
		codes += some;
		n -= some;
	}
}

/* The same, without looking at them; whole blocks are passed over. */
void
skip_codes(CodeReader *reader, int64 n)
{
	uint32		some = Min(n, reader->n - reader->next);

	reader->next += some;
	n -= some;
	for (; n > 0 && n >= reader->block->nrows; n -= some)
	{
		some = reader->block->nrows;
		reader->block = next_block(reader->block);
		reader->nblocks--;
	}
	if (n > 0)
	{
		read_next_block(reader);
		reader->next = n;
	}
}

uint32 *
view_codes(const SketchView *view, int field)
{
	uint32	   *codes = palloc_extended(sizeof(uint32) * Max(view->nrows, 1), MCXT_ALLOC_HUGE);
	CodeReader *reader = open_codes(view, field);

	read_codes(reader, codes, view->nrows);
	close_codes(reader);
	return codes;
}

ListCodes
view_list_codes(const SketchView *view, int f)
{
	CodeReader *reader = open_codes(view, f);
	CodeTarget *target = &reader->target;
	ListCodes	lists;

	target->room = 1024;
	target->starts = palloc_extended(sizeof(uint32) * (view->nrows + 1), MCXT_ALLOC_HUGE);
	target->starts[0] = 0;
	target->codes = palloc(sizeof(uint32) * target->room);
	read_columns(view, reader->field.place, map_lists, target);
	put_missing_lists(target, view->nrows);
	lists = (ListCodes) {target->starts, target->codes};
	close_codes(reader);
	return lists;
}

/* ---- hashes ---- */

uint64 *
view_row_hashes(const SketchView *view)
{
	return row_hashes(view->sketch, view->blocks, view->nblocks, view->nrows);
}

/* ---- opening ---- */

typedef struct KnownTarget
{
	const SketchView *view;
	ViewField  *field;
} KnownTarget;

/* Rows where the field is known, from the rows themselves. */
static void
count_known(const ColumnRows *column, int64 row, void *argument)
{
	KnownTarget *target = argument;

	for (uint32 i = 0; i < column->nrows; i++)
	{
		uint32		count = target->view->counts ? target->view->counts[row + i] : 1;

		if (column->is_list ? column->lengths[i] == 0 :
			column->is_wide ? column->kinds[i] == CELL_NULL : column->words[i] == 0)
			continue;
		if (row_is_best(target->view, row + i))
			target->field->known_best += count;
		else
			target->field->known_rest += count;
	}
}

/* Of other than list fields, each known row has one value. */
static void
add_known(const SketchView *view, ViewField *field)
{
	const Field *from = &sketch_fields(view->sketch)[field->place];
	const EntryCount *counts = field_region(view->sketch, from, FIELD_COUNTS);

	if (field->is_list || from->is_wide)
	{
		KnownTarget target = {view, field};

		read_columns(view, field->place, count_known, &target);
	}
	else
	{
		for (uint32 i = 0; i < from->nentries; i++)
		{
			field->known_best += counts[i].best;
			field->known_rest += counts[i].rest;
		}
	}
	/* rows of a list may have both kept elements and others */
	if (field->is_list && field->nvalues == field->distinct)
		return;
	field->other_best = field->known_best;
	field->other_rest = field->known_rest;
	for (int i = 0; i < field->nvalues && !field->is_list; i++)
	{
		field->other_best -= field->best_n[i];
		field->other_rest -= field->rest_n[i];
	}
}

static void
open_view_field(const SketchView *view, int place, ViewField *field)
{
	const Field *from = &sketch_fields(view->sketch)[place];
	WordTable	table = {0};

	memset(field, 0, sizeof(ViewField));
	field->place = place;
	field->name = pnstrdup(field_region(view->sketch, from, FIELD_NAME), from->name_length);
	field->type = (FieldType) from->type;
	field->as = (ReadAs) from->as;
	field->is_list = from->is_list;
	pfree(open_field(view, field, &table));
	if (from->is_wide)
		free_table(&table);
	add_known(view, field);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const ViewField *) a)->name, ((const ViewField *) b)->name);
}

/* In the current memory context, where the sketch itself must stay too. */
SketchView *
open_view(Datum datum)
{
	SketchView *view = palloc0(sizeof(SketchView));
	PackedSketch *packed = packed_from_datum(datum);
	Sketch	   *front = unpack_front(packed, &view->blocks);

	if (front == NULL)
		damaged_sketch();
	view->sketch = front;
	view->nblocks = packed->nblocks;
	view->all_best = packed->all_best;
	view->all_rest = packed->all_rest;
	view->unknown = packed->unknown;
	view->placeholders = option_placeholders(sketch_options(front));
	read_view_rows(view);
	view->best_weight = view->best_n > 0 ? (double) view->all_best / view->best_n : 1;
	view->rest_weight = view->rest_n > 0 ? (double) view->all_rest / view->rest_n : 1;
	view->nfields = front->nfields;
	view->fields = palloc(sizeof(ViewField) * Max(front->nfields, 1));
	for (uint32 f = 0; f < front->nfields; f++)
		open_view_field(view, f, &view->fields[f]);
	qsort(view->fields, view->nfields, sizeof(ViewField), compare_names);
	return view;
}

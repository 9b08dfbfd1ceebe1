/*
 * stage.c
 *		Rows on their way into a sketch: staged as codes, field by field, until
 *		there are enough for a block.
 *
 * A field that a row does not name is missing there, at no cost: what was not
 * filled is filled when the field comes next, or when the block is packed.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "sketch/sketch.h"

/* ---- a row ---- */

void
begin_staged_row(SketchWriter *writer, bool is_best, uint32 count)
{
	uint32		row = writer->sketch->nstaged;

	((uint8 *) need_region(writer, SKETCH_FLAGS, row + 1))[row] = is_best;
	((uint32 *) need_region(writer, SKETCH_ROW_COUNTS, sizeof(uint32) * (row + 1)))[row] = count;
}

void
end_staged_row(SketchWriter *writer)
{
	Sketch	   *sketch = writer->sketch;

	if (((uint8 *) sketch_region(sketch, SKETCH_FLAGS))[sketch->nstaged])
		sketch->kept_best++;
	else
		sketch->kept_rest++;
	if (++sketch->nstaged == BLOCK_ROWS)
		flush_staged(writer);
}

static EntryCount
staged_count(const Sketch *sketch)
{
	uint32		n = ((uint32 *) sketch_region(sketch, SKETCH_ROW_COUNTS))[sketch->nstaged];
	bool		is_best = ((uint8 *) sketch_region(sketch, SKETCH_FLAGS))[sketch->nstaged];

	return is_best ? (EntryCount) {n, 0} : (EntryCount) {0, n};
}

/* ---- cells ---- */

static Size
code_size(const Field *field)
{
	return field->is_wide ? sizeof(uint64) : sizeof(uint16);
}

/* Room for n cells of the field.  What is there already is missing: zero. */
static void
need_cells(SketchWriter *writer, int f, uint32 n)
{
	const Field *field = &sketch_fields(writer->sketch)[f];

	need_field_region(writer, f, FIELD_CODES, n * code_size(field));
	if (sketch_fields(writer->sketch)[f].is_wide)
		need_field_region(writer, f, FIELD_KINDS, n);
}

static void
put_staged_cell(SketchWriter *writer, int f, const Cell *cell, uint32 i)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];
	uint32		code = 0;

	if (!field->is_wide && cell->kind != CELL_NULL)
	{
		code = find_code(writer->sketch, field, cell);
		if (code == 0 && dictionary_is_full(field, cell))
			make_wide(writer, f);
		else if (code == 0)
			code = add_code(writer, f, cell);
	}
	need_cells(writer, f, i + 1);
	if (sketch_fields(writer->sketch)[f].is_wide && cell->kind == CELL_TEXT)
		note_text(writer, f, cell, staged_count(writer->sketch));
	field = &sketch_fields(writer->sketch)[f];
	if (field->is_wide)
	{
		((uint64 *) field_region(writer->sketch, field, FIELD_CODES))[i] = cell->word;
		((uint8 *) field_region(writer->sketch, field, FIELD_KINDS))[i] = cell->kind;
	}
	else
		((uint16 *) field_region(writer->sketch, field, FIELD_CODES))[i] = code;
}

static void
clear_cells(Sketch *sketch, Field *field, uint32 from, uint32 n)
{
	memset((char *) field_region(sketch, field, FIELD_CODES) + from * code_size(field), 0,
		   n * code_size(field));
	if (field->is_wide)
		memset((uint8 *) field_region(sketch, field, FIELD_KINDS) + from, 0, n);
}

/* Rows before the current one that the field was not in. */
void
fill_missing(SketchWriter *writer, int f, uint32 rows)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];
	uint32		from = field->filled;

	if (from >= rows)
		return;
	if (field->is_list)
	{
		need_field_region(writer, f, FIELD_LENGTHS, sizeof(uint32) * rows);
		field = &sketch_fields(writer->sketch)[f];
		memset((uint32 *) field_region(writer->sketch, field, FIELD_LENGTHS) + from, 0,
			   sizeof(uint32) * (rows - from));
	}
	else
	{
		need_cells(writer, f, rows);
		field = &sketch_fields(writer->sketch)[f];
		clear_cells(writer->sketch, field, from, rows - from);
	}
	field->filled = rows;
}

/* The cell of the current row; of a list, one element more. */
void
stage_cell(SketchWriter *writer, int f, const Cell *cell)
{
	uint32		row = writer->sketch->nstaged;
	Field	   *field = &sketch_fields(writer->sketch)[f];

	if (field->is_list)
	{
		put_staged_cell(writer, f, cell, field->nitems);
		sketch_fields(writer->sketch)[f].nitems++;
		return;
	}
	if (field->filled > row)
		return;					/* a document may have a field twice */
	fill_missing(writer, f, row);
	put_staged_cell(writer, f, cell, row);
	sketch_fields(writer->sketch)[f].filled = row + 1;
}

/*
 * A cell of another sketch, or of this one before: its code here, or if the
 * field is wide its word and kind.
 */
void
stage_raw(SketchWriter *writer, int f, uint64 word, uint8 kind)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];
	uint32		i = field->is_list ? field->nitems : writer->sketch->nstaged;

	if (!field->is_list)
		fill_missing(writer, f, i);
	need_cells(writer, f, i + 1);
	field = &sketch_fields(writer->sketch)[f];
	if (field->is_wide)
	{
		((uint64 *) field_region(writer->sketch, field, FIELD_CODES))[i] = word;
		((uint8 *) field_region(writer->sketch, field, FIELD_KINDS))[i] = kind;
	}
	else
		((uint16 *) field_region(writer->sketch, field, FIELD_CODES))[i] = word;
	if (field->is_list)
		field->nitems++;
	else
		field->filled = i + 1;
}

/* The current row is not to be kept after all. */
void
abandon_staged_row(SketchWriter *writer)
{
	Field	   *fields = sketch_fields(writer->sketch);

	for (uint32 f = 0; f < writer->sketch->nfields; f++)
	{
		if (fields[f].filled <= writer->sketch->nstaged)
			continue;
		fields[f].filled = writer->sketch->nstaged;
		if (fields[f].is_list)
			fields[f].nitems = fields[f].list_start;
	}
}

/* ---- lists ---- */

/* The list of the current row is known; its elements follow. */
void
begin_staged_list(SketchWriter *writer, int f)
{
	uint32		row = writer->sketch->nstaged;

	fill_missing(writer, f, row);
	need_field_region(writer, f, FIELD_LENGTHS, sizeof(uint32) * (row + 1));
	sketch_fields(writer->sketch)[f].list_start = sketch_fields(writer->sketch)[f].nitems;
}

static int
compare_codes(const void *a, const void *b)
{
	uint16		x = *(const uint16 *) a;
	uint16		y = *(const uint16 *) b;

	return (x > y) - (x < y);
}

static uint32
distinct_codes(uint16 *codes, uint32 n)
{
	uint32		kept = 0;

	qsort(codes, n, sizeof(uint16), compare_codes);
	for (uint32 i = 0; i < n; i++)
	{
		if (kept == 0 || codes[kept - 1] != codes[i])
			codes[kept++] = codes[i];
	}
	return kept;
}

typedef struct WideItem
{
	uint64		word;
	uint8		kind;
} WideItem;

static int
compare_wide_items(const void *a, const void *b)
{
	const WideItem *x = a;
	const WideItem *y = b;

	if (x->word != y->word)
		return x->word > y->word ? 1 : -1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

static uint32
distinct_wide_items(uint64 *words, uint8 *kinds, uint32 n)
{
	WideItem   *items = palloc(sizeof(WideItem) * Max(n, 1));
	uint32		kept = 0;

	for (uint32 i = 0; i < n; i++)
		items[i] = (WideItem) {words[i], kinds[i]};
	qsort(items, n, sizeof(WideItem), compare_wide_items);
	for (uint32 i = 0; i < n; i++)
	{
		if (i > 0 && compare_wide_items(&items[i - 1], &items[i]) == 0)
			continue;
		words[kept] = items[i].word;
		kinds[kept++] = items[i].kind;
	}
	pfree(items);
	return kept;
}

/* An element counts once a row, however often it is in the list. */
void
end_staged_list(SketchWriter *writer, int f)
{
	Sketch	   *sketch = writer->sketch;
	Field	   *field = &sketch_fields(sketch)[f];
	uint32		row = sketch->nstaged;
	uint32		first = field->list_start;
	uint32		n = field->nitems - first;

	if (field->filled > row)
	{
		field->nitems = first;	/* a document may have a field twice */
		return;
	}
	if (n > 1 && field->is_wide)
		n = distinct_wide_items((uint64 *) field_region(sketch, field, FIELD_CODES) + first,
								(uint8 *) field_region(sketch, field, FIELD_KINDS) + first, n);
	else if (n > 1)
		n = distinct_codes((uint16 *) field_region(sketch, field, FIELD_CODES) + first, n);
	field->nitems = first + n;
	((uint32 *) field_region(sketch, field, FIELD_LENGTHS))[row] = n + 1;
	field->filled = row + 1;
}

/* ---- blocks ---- */

/* Codes of so few values are counted in tables on the stack. */
#define FEW_CODES 256

/*
 * Adds staged rows that occur once to the counts of few values.  Neighbours count in tables of
 * their own: the processor would have to wait for a count that it has just changed.
 */
static void
count_few_codes(const uint16 *codes, const uint8 *flags, uint32 nrows,
				EntryCount *counts, uint32 nentries)
{
	uint32		tables[4][2 * (FEW_CODES + 1)] = {{0}};
	uint32		i = 0;

	for (; i + 4 <= nrows; i += 4)
	{
		tables[0][2 * codes[i] + flags[i]]++;
		tables[1][2 * codes[i + 1] + flags[i + 1]]++;
		tables[2][2 * codes[i + 2] + flags[i + 2]]++;
		tables[3][2 * codes[i + 3] + flags[i + 3]]++;
	}
	for (; i < nrows; i++)
		tables[0][2 * codes[i] + flags[i]]++;
	for (uint32 entry = 0; entry < nentries; entry++)
	{
		for (int t = 0; t < 4; t++)
		{
			const uint32 *sides = &tables[t][(Size) 2 * (entry + 1)];

			counts[entry].rest += sides[0];
			counts[entry].best += sides[1];
		}
	}
}

static bool
are_ones(const uint32 *counts, uint32 n)
{
	uint32		others = 0;

	for (uint32 i = 0; i < n; i++)
		others |= counts[i] ^ 1;
	return others == 0;
}

/* Adds the staged rows to the counts of the values that they have. */
static void
count_codes(Sketch *sketch, Field *field, uint32 nrows, bool once)
{
	const uint16 *codes = field_region(sketch, field, FIELD_CODES);
	const uint8 *flags = sketch_region(sketch, SKETCH_FLAGS);
	const uint32 *row_counts = sketch_region(sketch, SKETCH_ROW_COUNTS);
	const uint32 *lengths = field_region(sketch, field, FIELD_LENGTHS);
	int64	   *counts = field_region(sketch, field, FIELD_COUNTS);

	if (!field->is_list && field->nentries <= FEW_CODES && once)
	{
		count_few_codes(codes, flags, nrows, (EntryCount *) counts, field->nentries);
		return;
	}
	if (!field->is_list)
	{
		for (uint32 i = 0; i < nrows; i++)
		{
			/* best, then rest */
			if (codes[i] != 0)
				counts[2 * codes[i] - 2 + !flags[i]] += row_counts[i];
		}
		return;
	}
	for (uint32 i = 0; i < nrows; i++)
	{
		for (uint32 k = 1; k < lengths[i]; k++, codes++)
			counts[2 * *codes - 2 + !flags[i]] += row_counts[i];
	}
}

static Size
staged_field_size(const Field *field, uint32 nrows)
{
	uint32		n = field->is_list ? field->nitems : nrows;

	return (field->is_list ? vector_size(nrows, 32) : 0) +
		vector_size(n, field->is_wide ? 64 : 16) + (field->is_wide ? vector_size(n, 8) : 0);
}

static char *
pack_staged_field(char *to, Sketch *sketch, Field *field, uint32 nrows)
{
	uint32		n = field->is_list ? field->nitems : nrows;

	if (field->is_list)
		to = pack_counts(to, field_region(sketch, field, FIELD_LENGTHS), nrows);
	if (!field->is_wide)
		return pack_codes(to, field_region(sketch, field, FIELD_CODES), n, field->nentries);
	to = pack_words(to, field_region(sketch, field, FIELD_CODES), n);
	return pack_bytes(to, field_region(sketch, field, FIELD_KINDS), n);
}

/*
 * The staged rows as a block, into memory of staged_block_size().  Codes have
 * been filled; the sketch stays as it is.
 */
static Size
staged_block_size(const Sketch *sketch)
{
	const Field *fields = sketch_fields(sketch);
	uint32		nrows = sketch->nstaged;
	Size		size = block_header_size(sketch->nfields) + vector_size(nrows, 1) +
		vector_size(nrows, 32);

	for (uint32 f = 0; f < sketch->nfields; f++)
		size += staged_field_size(&fields[f], nrows);
	return size;
}

static void
pack_staged_block(Block *block, Sketch *sketch)
{
	Field	   *fields = sketch_fields(sketch);
	char	   *to = (char *) block + block_header_size(sketch->nfields);

	block->nrows = sketch->nstaged;
	block->nfields = sketch->nfields;
	to = pack_bytes(to, sketch_region(sketch, SKETCH_FLAGS), block->nrows);
	to = pack_counts(to, sketch_region(sketch, SKETCH_ROW_COUNTS), block->nrows);
	for (uint32 f = 0; f < sketch->nfields; f++)
	{
		block->offsets[f] = to - (char *) block;
		to = pack_staged_field(to, sketch, &fields[f], block->nrows);
	}
	block->size = to - (char *) block;
}

/* Packs the staged rows. */
void
flush_staged(SketchWriter *writer)
{
	uint32		nrows = writer->sketch->nstaged;
	Block	   *block;
	Field	   *fields;
	bool		once;

	if (nrows == 0)
		return;
	once = are_ones(sketch_region(writer->sketch, SKETCH_ROW_COUNTS), nrows);
	for (uint32 f = 0; f < writer->sketch->nfields; f++)
		fill_missing(writer, f, nrows);
	block = palloc0(staged_block_size(writer->sketch));
	pack_staged_block(block, writer->sketch);
	fields = sketch_fields(writer->sketch);
	for (uint32 f = 0; f < writer->sketch->nfields; f++)
	{
		if (!fields[f].is_wide)
			count_codes(writer->sketch, &fields[f], nrows, once);
		fields[f].filled = fields[f].nitems = 0;
	}
	writer->sketch->nstaged = 0;
	adopt_blocks(writer, (char *) block, block->size, 1);
	pfree(block);
}

/* The same for rows that were only put down so far. */
void
flush_rows(SketchWriter *writer)
{
	stage_batch(writer);
	flush_staged(writer);
}

/* ---- fields that change their form ---- */

/* What a change of form does to some rows of the field. */
typedef void (*ChangeRows) (const Sketch *sketch, const Field *field, ColumnRows *column);

/* Codes become the words and kinds of their cells. */
static void
widen(const Sketch *sketch, const Field *field, ColumnRows *column)
{
	const Entry *entries = field_region(sketch, field, FIELD_ENTRIES);

	if (column->kinds == NULL)
		column->kinds = palloc(Max(column->nitems, 1));
	for (uint32 i = 0; i < column->nitems; i++)
	{
		uint64		code = column->words[i];

		column->kinds[i] = code == 0 ? CELL_NULL : entries[code - 1].kind;
		column->words[i] = code == 0 ? 0 : entries[code - 1].word;
	}
	column->is_wide = true;
}

/* One cell a row becomes a list of one element, or none where it is missing. */
static void
listify(const Sketch *sketch, const Field *field, ColumnRows *column)
{
	uint32		n = 0;

	(void) sketch;
	(void) field;
	column->lengths = palloc(sizeof(uint32) * Max(column->nrows, 1));
	for (uint32 i = 0; i < column->nrows; i++)
	{
		bool		known = column->is_wide ? column->kinds[i] != CELL_NULL : column->words[i] != 0;

		column->lengths[i] = known ? 2 : 0;
		if (!known)
			continue;
		column->words[n] = column->words[i];
		if (column->is_wide)
			column->kinds[n] = column->kinds[i];
		n++;
	}
	column->nitems = n;
	column->is_list = true;
}

/* The block with one field changed; returns what follows it in the buffer. */
static void
change_block(StringInfo buf, const Sketch *sketch, int f, const Block *block, ChangeRows change)
{
	const Field *field = &sketch_fields(sketch)[f];
	int			start = buf->len;
	ColumnRows	column;
	Block	   *changed;
	uint32		from;
	uint32		next;
	uint32		packed;
	char	   *end;

	if (f >= (int) block->nfields)
	{
		appendBinaryStringInfo(buf, (const char *) block, block->size);
		return;
	}
	from = block->offsets[f];
	next = f + 1 < (int) block->nfields ? block->offsets[f + 1] : block->size;
	unpack_column(block, f, field->is_list, field->is_wide, &column);
	change(sketch, field, &column);
	enlargeStringInfo(buf, block->size + max_column_size(&column));
	appendBinaryStringInfo(buf, (const char *) block, from);
	end = buf->data + buf->len;
	packed = pack_column(end, &column) - end;
	buf->len += packed;
	appendBinaryStringInfo(buf, (const char *) block + next, block->size - next);
	changed = (Block *) (buf->data + start);
	changed->size = buf->len - start;
	for (uint32 i = f + 1; i < block->nfields; i++)
		changed->offsets[i] += packed - (next - from);
	free_column(&column);
}

static void
change_staged(SketchWriter *writer, int f, ChangeRows change)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];
	uint32		n = field->is_list ? field->nitems : field->filled;
	ColumnRows	column = {.is_list = field->is_list, .is_wide = field->is_wide,
		.nrows = field->filled, .nitems = n};

	column.words = palloc(sizeof(uint64) * Max(n, 1));
	column.kinds = palloc(Max(n, 1));
	if (field->is_wide)
	{
		memcpy(column.words, field_region(writer->sketch, field, FIELD_CODES), sizeof(uint64) * n);
		memcpy(column.kinds, field_region(writer->sketch, field, FIELD_KINDS), n);
	}
	else
	{
		for (uint32 i = 0; i < n; i++)
			column.words[i] = ((uint16 *) field_region(writer->sketch, field, FIELD_CODES))[i];
	}
	change(writer->sketch, field, &column);
	need_field_region(writer, f, FIELD_CODES, sizeof(uint64) * Max(column.nitems, 1));
	need_field_region(writer, f, FIELD_KINDS, Max(column.nitems, 1));
	if (column.is_list && !sketch_fields(writer->sketch)[f].is_list)
		memcpy(need_field_region(writer, f, FIELD_LENGTHS, sizeof(uint32) * Max(column.nrows, 1)),
			   column.lengths, sizeof(uint32) * column.nrows);
	field = &sketch_fields(writer->sketch)[f];
	for (uint32 i = 0; i < column.nitems; i++)
	{
		if (!column.is_wide)
			((uint16 *) field_region(writer->sketch, field, FIELD_CODES))[i] = column.words[i];
		else
		{
			((uint64 *) field_region(writer->sketch, field, FIELD_CODES))[i] = column.words[i];
			((uint8 *) field_region(writer->sketch, field, FIELD_KINDS))[i] = column.kinds[i];
		}
	}
	if (column.is_list && !field->is_list)
	{
		uint32		row = writer->sketch->nstaged;

		field->nitems = field->list_start = column.nitems;
		if (field->filled > row && column.lengths[row] > 0)
			field->list_start -= column.lengths[row] - 1;
	}
	field->is_wide = column.is_wide;
	field->is_list = column.is_list;
	free_column(&column);
}

static void
change_field(SketchWriter *writer, int f, ChangeRows change)
{
	StringInfoData buf;
	Block	   *block = first_block(writer->sketch);
	uint32		nblocks = writer->sketch->nblocks;

	initStringInfo(&buf);
	for (uint32 i = 0; i < nblocks; i++)
	{
		CHECK_FOR_INTERRUPTS();
		change_block(&buf, writer->sketch, f, block, change);
		block = next_block(block);
	}
	change_staged(writer, f, change);
	replace_blocks(writer, buf.data, buf.len, nblocks);
	pfree(buf.data);
}

/*
 * Staged rows have not been counted yet; texts are noted with all that they
 * have.  Some elements of the current row's list may be staged too.
 */
static void
count_staged(SketchWriter *writer, int f)
{
	Sketch	   *sketch = writer->sketch;
	Field	   *field = &sketch_fields(sketch)[f];
	const uint16 *codes = field_region(sketch, field, FIELD_CODES);
	EntryCount *counts = field_region(sketch, field, FIELD_COUNTS);
	EntryCount	count;

	count_codes(sketch, field, field->filled, false);
	if (!field->is_list || field->filled > sketch->nstaged)
		return;
	count = staged_count(sketch);
	for (uint32 i = field->list_start; i < field->nitems; i++)
	{
		counts[codes[i] - 1].best += count.best;
		counts[codes[i] - 1].rest += count.rest;
	}
}

void
make_wide(SketchWriter *writer, int f)
{
	count_staged(writer, f);
	change_field(writer, f, widen);
	keep_texts_only(writer, f);
}

void
make_list(SketchWriter *writer, int f)
{
	change_field(writer, f, listify);
}

/*
 * batch.c
 *		Rows as they came, taken apart: column by column where a column's cells
 *		are single values, else cell by cell.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "sketch/row.h"
#include "sketch/sketch.h"

/* A row on its way in. */
typedef struct RowInput
{
	SketchWriter *writer;
	bool		is_hashed;		/* rows are being sampled, by their hashes */
	uint64		hash;			/* sum of the cells' ones so far */
} RowInput;

/* ---- cells ---- */

static bool
is_placeholder(const Sketch *sketch, const Cell *cell)
{
	const Entry *placeholders = sketch_region(sketch, SKETCH_PLACEHOLDERS);

	for (uint32 i = 0; i < sketch->nplaceholders; i++)
	{
		if (placeholders[i].word == cell->word && placeholders[i].kind == cell->kind)
			return true;
	}
	return false;
}

/* What the field has of the cell: CELL_NULL if it is missing. */
static Cell
field_cell(const Sketch *sketch, int f, const Cell *cell)
{
	const Field *field = &sketch_fields(sketch)[f];

	if (is_placeholder(sketch, cell))
		return (Cell) {.kind = CELL_NULL};
	return cell_as((ReadAs) field->as, cell);
}

static void
stage_converted(RowInput *input, int f, const Cell *cell)
{
	Cell		result = field_cell(input->writer->sketch, f, cell);
	const Field *field;

	if (result.kind == CELL_NULL)
		return;
	stage_cell(input->writer, f, &result);
	field = &sketch_fields(input->writer->sketch)[f];
	if (input->is_hashed && !field->is_list)
		input->hash += cell_hash(field, result.word, result.kind);
}

static void
end_list(RowInput *input, int f)
{
	end_staged_list(input->writer, f);
	if (input->is_hashed)
		input->hash += staged_list_hash(input->writer->sketch, f);
}

/* What all lists have, and not only those that are kept, says which texts are frequent. */
static void
count_items(Sketch *sketch, int f, int n)
{
	Field	   *field = &sketch_fields(sketch)[f];

	if (((uint8 *) sketch_region(sketch, SKETCH_FLAGS))[sketch->nstaged])
		field->best_items += n;
	else
		field->rest_items += n;
}

static void
stage_list(RowInput *input, int f, const Cell *list)
{
	const char *p = list->text;
	Cell		element;

	begin_staged_list(input->writer, f);
	for (int i = 0; i < list->length; i++)
	{
		CHECK_FOR_INTERRUPTS();
		p = read_row_cell(p, &element);
		if (element.kind != CELL_OPAQUE)
			stage_converted(input, f, &element);
	}
	end_list(input, f);
	count_items(input->writer->sketch, f, list->length);
}

/* One value of a JSON field that is a list in other rows.  If it is missing, so is the list. */
static void
stage_element(RowInput *input, int f, const Cell *cell)
{
	Cell		result = field_cell(input->writer->sketch, f, cell);

	if (result.kind == CELL_NULL)
		return;
	begin_staged_list(input->writer, f);
	stage_cell(input->writer, f, &result);
	end_list(input, f);
}

static void stage_object(RowInput *input, const char *name, int name_length, const Cell *object);

/* The cell may be of any kind; the field's name is at hand for what is in it. */
static void
stage_any(RowInput *input, int f, const Cell *cell)
{
	const Sketch *sketch = input->writer->sketch;

	if (f == FIELD_IGNORED || cell->kind == CELL_NULL)
		return;
	/* a row may have a field twice: the first counts */
	if (sketch_fields(sketch)[f].filled > sketch->nstaged)
		return;
	if (cell->kind == CELL_LIST)
		stage_list(input, f, cell);
	else if (sketch_fields(sketch)[f].is_list)
		stage_element(input, f, cell);
	else
		stage_converted(input, f, cell);
}

/* ---- objects ---- */

/* Has the row a column of that name, other than JSON?  It comes before a key. */
static bool
is_column(const Sketch *sketch, const char *name, int length)
{
	const HeaderMap *maps = sketch_region(sketch, SKETCH_MAP);
	int			f = find_field_named(sketch, name, length);

	if (f == FIELD_IGNORED || sketch_fields(sketch)[f].type == FIELD_JSON)
		return false;
	for (uint32 i = 0; i < sketch->header_fields; i++)
	{
		if (maps[i].field == f)
			return true;
	}
	return false;
}

static void
stage_key(RowInput *input, const char *name, int length, const Cell *cell)
{
	if (cell->kind == CELL_OBJECT)
		stage_object(input, name, length, cell);
	else if (cell->kind != CELL_NULL && !is_column(input->writer->sketch, name, length))
		stage_any(input, field_named(input->writer, name, length, FIELD_JSON,
									 cell->kind == CELL_LIST), cell);
}

/* Each key is a field "name.key", or "key" of a document. */
static void
stage_object(RowInput *input, const char *name, int name_length, const Cell *object)
{
	char		buffer[2 * MAX_FIELD_NAME + 2];
	const char *p = object->text;
	int			prefix = name_length == 0 ? 0 : name_length + 1;
	Cell		cell;

	if (prefix > MAX_FIELD_NAME)
		return;
	memcpy(buffer, name, name_length);
	buffer[name_length] = '.';
	for (int i = 0; i < object->length; i++)
	{
		int			length = load16(p);

		CHECK_FOR_INTERRUPTS();
		memcpy(buffer + prefix, p + 2, length);
		p = read_row_cell(p + 2 + length, &cell);
		if (length > 0 && prefix + length <= MAX_FIELD_NAME)
			stage_key(input, buffer, prefix + length, &cell);
	}
}

/* ---- the header ---- */

/* Does one of the names begin with the other, before the end or a dot? */
static bool
may_be_key_of(const RowField *key, const RowField *column)
{
	return key->name_length >= column->name_length &&
		memcmp(key->name, column->name, column->name_length) == 0 &&
		(key->name_length == column->name_length || key->name[column->name_length] == '.');
}

/*
 * Keys of two JSON columns may have one name: of {"b.c": 1} in column a, and of
 * {"c": 2} in column a.b.  The first that is known counts, row by row.
 */
static bool
is_tangled(const char *header, uint32 n)
{
	RowField   *fields = palloc(sizeof(RowField) * Max(n, 1));
	bool		result = false;

	for (uint32 i = 0; i < n; i++)
		header = read_row_field(header, &fields[i]);
	for (uint32 i = 0; i < n; i++)
	{
		for (uint32 k = 0; k < n && fields[i].type == FIELD_JSON; k++)
			result = result || (k != i && fields[k].type == FIELD_JSON &&
								may_be_key_of(&fields[k], &fields[i]));
	}
	pfree(fields);
	return result;
}

/* Of columns of one name, the first counts. */
static bool
is_mapped_to(const Sketch *sketch, int f, uint32 n)
{
	const HeaderMap *maps = sketch_region(sketch, SKETCH_MAP);

	for (uint32 i = 0; i < n; i++)
	{
		if (maps[i].field == f)
			return true;
	}
	return false;
}

/*
 * JSON columns have no field of their own until they hold something else than
 * objects.
 */
static void
map_header(SketchWriter *writer)
{
	uint32		n = writer->sketch->header_fields;
	uint32		offset = 0;

	need_region(writer, SKETCH_MAP, sizeof(HeaderMap) * Max(n, 1));
	for (uint32 i = 0; i < n; i++)
	{
		HeaderMap	map = {.field = FIELD_IGNORED, .offset = offset};
		const char *header = sketch_region(writer->sketch, SKETCH_HEADER);
		char		name[MAX_FIELD_NAME];
		RowField	field;

		offset = read_row_field(header + offset, &field) - header;
		map.is_json = field.type == FIELD_JSON;
		/* the header may move when a field comes in */
		memcpy(name, field.name, field.name_length);
		if (!map.is_json)
			map.field = field_named(writer, name, field.name_length, field.type, field.is_list);
		if (map.field != FIELD_IGNORED && is_mapped_to(writer->sketch, map.field, i))
			map.field = FIELD_IGNORED;
		((HeaderMap *) sketch_region(writer->sketch, SKETCH_MAP))[i] = map;
	}
	writer->sketch->is_mapped = true;
	writer->sketch->is_tangled = is_tangled(sketch_region(writer->sketch, SKETCH_HEADER), n);
}

static HeaderMap
column_map(const Sketch *sketch, int i)
{
	return ((HeaderMap *) sketch_region(sketch, SKETCH_MAP))[i];
}

/* ---- cell by cell ---- */

static void
stage_header_cell(RowInput *input, int i, const Cell *cell)
{
	HeaderMap	map = column_map(input->writer->sketch, i);
	char		name[MAX_FIELD_NAME];
	RowField	header;

	if (!map.is_json)
	{
		stage_any(input, map.field, cell);
		return;
	}
	if (cell->kind == CELL_NULL)
		return;
	(void) read_row_field((char *) sketch_region(input->writer->sketch, SKETCH_HEADER) + map.offset,
						  &header);
	memcpy(name, header.name, header.name_length);
	stage_key(input, name, header.name_length, cell);
}

/* The whole row; it is not kept if its hash says so.  Returns what follows it. */
static const char *
stage_row(SketchWriter *writer, const char *p, uint32 nfields)
{
	bool		is_best = *p++;
	int			level = is_best ? writer->sketch->best_level : writer->sketch->rest_level;
	RowInput	input = {.writer = writer, .is_hashed = level > 0};

	begin_staged_row(writer, is_best, 1);
	for (uint32 i = 0; i < nfields; i++)
	{
		Cell		cell;

		p = read_row_cell(p, &cell);
		stage_header_cell(&input, i, &cell);
	}
	if (is_sampled(row_hash(input.hash, is_best), level))
		end_staged_row(writer);
	else
		abandon_staged_row(writer);
	return p;
}

/* ---- column by column ---- */

/*
 * From one column of a batch to the next.  A power of two would put the same
 * rows of all columns into a few lines of the processor's cache.
 */
#define COLUMN_STRIDE (BATCH_ROWS + 64)

/* The cells of a batch, by column: cells[column * COLUMN_STRIDE + row]. */
typedef struct Batch
{
	SketchWriter *writer;
	const char *rows;			/* as they came */
	uint32		nrows;
	uint32		nfields;
	uint8	   *flags;
	uint8	   *kinds;
	uint64	   *words;			/* of cells that are longer: where in rows they are */
	bool		has_longer;
} Batch;

static inline bool
is_word_kind(CellKind kind)
{
	return kind != CELL_NULL && kind < CELL_TEXT;
}

static void
take_apart(Batch *batch)
{
	const char *p = batch->rows;

	for (uint32 row = 0; row < batch->nrows; row++)
	{
		batch->flags[row] = *p++;
		for (uint32 i = 0; i < batch->nfields; i++)
		{
			CellKind	kind = (CellKind) (uint8) *p;
			Size		at = (Size) i * COLUMN_STRIDE + row;
			Cell		cell;

			batch->kinds[at] = kind;
			if (likely(is_word_kind(kind)))
			{
				batch->words[at] = load64(p + 1);
				p += 9;
			}
			else
			{
				batch->words[at] = kind == CELL_NULL ? 0 : p - batch->rows;
				batch->has_longer |= kind != CELL_NULL;
				p = read_row_cell(p, &cell);
			}
		}
	}
}

static inline Cell
batch_cell(const Batch *batch, Size at)
{
	Cell		cell = {.kind = (CellKind) batch->kinds[at], .word = batch->words[at]};

	/* of rows that have only words and missing cells there is no copy */
	if (cell.kind != CELL_NULL && !is_word_kind(cell.kind))
		(void) read_row_cell(batch->rows + batch->words[at], &cell);
	return cell;
}

/*
 * Looks up words of a column in the field's dictionary: most are where their
 * hash says.  Returns the first row for which that is not so.
 */
static uint32
stage_words(const uint64 *words, const uint8 *kinds, uint32 row, uint32 nrows,
			const Entry *entries, const uint16 *slots, uint32 bits, uint16 *codes)
{
	for (; row < nrows; row++)
	{
		uint32		code = slots[first_slot(words[row], kinds[row], bits)];

		if (code == 0 || entries[code - 1].word != words[row] ||
			entries[code - 1].kind != kinds[row])
			break;
		codes[row] = code;
	}
	return row;
}

/* The same for any cells, as long as the dictionary has them. */
static uint32
stage_known_cells(const Batch *batch, Size at, Field *field, uint32 row)
{
	Sketch	   *sketch = batch->writer->sketch;
	uint16	   *codes = (uint16 *) field_region(sketch, field, FIELD_CODES) + sketch->nstaged;

	for (; row < batch->nrows; row++)
	{
		uint32		code = 0;
		Cell		cell;

		row = stage_words(batch->words + at, batch->kinds + at, row, batch->nrows,
						  field_region(sketch, field, FIELD_ENTRIES),
						  field_region(sketch, field, FIELD_SLOTS), field->slot_bits, codes);
		if (row == batch->nrows)
			break;
		cell = batch_cell(batch, at + row);
		if (cell.kind != CELL_NULL)
		{
			code = find_code(sketch, field, &cell);
			if (code == 0)
				break;
		}
		codes[row] = code;
	}
	field->filled = sketch->nstaged + row;
	return row;
}

/* A cell of a row of the batch, while the rows before are not complete either. */
static void
stage_batch_cell(const Batch *batch, int i, uint32 row)
{
	SketchWriter *writer = batch->writer;
	RowInput	input = {.writer = writer};
	uint32		first = writer->sketch->nstaged;
	Cell		cell = batch_cell(batch, (Size) i * COLUMN_STRIDE + row);

	writer->sketch->nstaged = first + row;
	stage_header_cell(&input, i, &cell);
	writer->sketch->nstaged = first;
}

/* Can the field's cells be staged as codes, without further looking? */
static bool
is_plain(const Sketch *sketch, int f)
{
	const Field *field;

	if (f == FIELD_IGNORED || sketch->nplaceholders > 0)
		return false;
	field = &sketch_fields(sketch)[f];
	return !field->is_list && !field->is_wide && field->as == AS_IS &&
		field->filled <= sketch->nstaged;
}

/* Returns the first row that is left: there the dictionary is full. */
static uint32
stage_plain_column(const Batch *batch, int i, int f)
{
	SketchWriter *writer = batch->writer;
	uint32		row = 0;

	fill_missing(writer, f, writer->sketch->nstaged);
	need_field_region(writer, f, FIELD_CODES,
					  sizeof(uint16) * (writer->sketch->nstaged + batch->nrows));
	for (;;)
	{
		Cell		cell;

		row = stage_known_cells(batch, (Size) i * COLUMN_STRIDE,
								&sketch_fields(writer->sketch)[f], row);
		if (row == batch->nrows)
			return row;
		cell = batch_cell(batch, (Size) i * COLUMN_STRIDE + row);
		if (dictionary_is_full(&sketch_fields(writer->sketch)[f], &cell))
			return row;
		(void) add_code(writer, f, &cell);
	}
}

static void
stage_column(const Batch *batch, int i)
{
	HeaderMap	map = column_map(batch->writer->sketch, i);
	uint32		row = 0;

	if (map.field == FIELD_IGNORED && !map.is_json)
		return;
	if (is_plain(batch->writer->sketch, map.field))
		row = stage_plain_column(batch, i, map.field);
	for (; row < batch->nrows; row++)
		stage_batch_cell(batch, i, row);
}

/* Flags and counts come first: a field that becomes wide counts its rows. */
static void
stage_flags(const Batch *batch)
{
	SketchWriter *writer = batch->writer;
	uint32		n = writer->sketch->nstaged + batch->nrows;
	uint32	   *counts = need_region(writer, SKETCH_ROW_COUNTS, sizeof(uint32) * n);

	for (uint32 row = writer->sketch->nstaged; row < n; row++)
		counts[row] = 1;
	memcpy((uint8 *) need_region(writer, SKETCH_FLAGS, n) + writer->sketch->nstaged,
		   batch->flags, batch->nrows);
}

static void
stage_columns(SketchWriter *writer, uint32 nrows, uint32 nfields, Size size)
{
	const char *rows = sketch_region(writer->sketch, SKETCH_BATCH);
	Batch		batch = {
		.writer = writer,
		.rows = rows,
		.nrows = nrows,
		.nfields = nfields,
		.flags = palloc(BATCH_ROWS),
		.kinds = palloc((Size) COLUMN_STRIDE * Max(nfields, 1)),
		.words = palloc(sizeof(uint64) * COLUMN_STRIDE * Max(nfields, 1))
	};

	take_apart(&batch);
	/* the sketch may move, and the rows with it */
	if (batch.has_longer)
		batch.rows = memcpy(palloc(size), rows, size);
	stage_flags(&batch);
	for (uint32 i = 0; i < nfields; i++)
	{
		CHECK_FOR_INTERRUPTS();
		stage_column(&batch, i);
	}
	for (uint32 row = 0; row < nrows; row++)
	{
		writer->sketch->kept_best += batch.flags[row];
		writer->sketch->kept_rest += !batch.flags[row];
	}
	writer->sketch->nstaged += nrows;
	if (writer->sketch->nstaged > BLOCK_ROWS - BATCH_ROWS)
		flush_staged(writer);
	if (batch.has_longer)
		pfree(unconstify(char *, batch.rows));
	pfree(batch.flags);
	pfree(batch.kinds);
	pfree(batch.words);
}

static void
stage_rows(SketchWriter *writer, uint32 nrows, uint32 nfields, Size size)
{
	char	   *rows = palloc(size);
	const char *p = rows;

	memcpy(rows, sketch_region(writer->sketch, SKETCH_BATCH), size);
	for (uint32 row = 0; row < nrows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		p = stage_row(writer, p, nfields);
	}
	pfree(rows);
}

/* Takes apart all rows that were put down. */
void
stage_batch(SketchWriter *writer)
{
	uint32		nrows = writer->sketch->batch_rows;
	uint32		nfields = writer->sketch->header_fields;
	Size		size = writer->sketch->batch_used;

	if (nrows == 0)
		return;
	if (!writer->sketch->is_mapped)
		map_header(writer);
	writer->sketch->batch_rows = writer->sketch->batch_used = 0;
	if (writer->sketch->best_level > 0 || writer->sketch->rest_level > 0 ||
		writer->sketch->is_tangled)
		stage_rows(writer, nrows, nfields, size);
	else
		stage_columns(writer, nrows, nfields, size);
}

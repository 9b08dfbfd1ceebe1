/*
 * pack.c
 *		Sketches between the form at work and the form at rest.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "sketch/sketch.h"

/* ---- the front: all but the blocks ---- */

/* A copy without the blocks, in which staged rows are a block. */
static Sketch *
flushed_front(const Sketch *sketch)
{
	Size		size = MAXALIGN(sketch->heap_end);
	Sketch	   *front = palloc(size);
	SketchWriter writer = {front, NULL};

	memcpy(front, sketch, size);
	SET_VARSIZE(front, size);
	front->heap_end = front->blocks_start = size;
	front->nblocks = 0;
	flush_rows(&writer);
	return writer.sketch;
}

/* Some blocks, one after the other. */
typedef struct BlockRun
{
	const Block *first;
	uint32		n;
	Size		size;
} BlockRun;

static BlockRun
blocks_of(const Sketch *sketch)
{
	return (BlockRun) {first_block(sketch), sketch->nblocks, VARSIZE(sketch) - sketch->blocks_start};
}

/* ---- texts of wide fields ---- */

static void
count_block_texts(const Sketch *front, int f, const Block *block, EntryCount *counts)
{
	const Field *field = &sketch_fields(front)[f];
	uint32	   *flags = palloc(sizeof(uint32) * BLOCK_ROWS);
	uint32	   *row_counts = palloc(sizeof(uint32) * BLOCK_ROWS);
	uint32		item = 0;
	ColumnRows	column;

	unpack_codes(block_flags(block), flags);
	unpack_codes(block_counts(block), row_counts);
	unpack_column(block, f, field->is_list, true, &column);
	for (uint32 row = 0; row < block->nrows; row++)
	{
		uint32		n = !field->is_list ? 1 : column.lengths[row] > 0 ? column.lengths[row] - 1 : 0;

		for (uint32 k = 0; k < n; k++, item++)
		{
			Cell		cell = {.kind = (CellKind) column.kinds[item], .word = column.words[item]};
			uint32		code = cell.kind == CELL_TEXT ? find_code(front, field, &cell) : 0;

			if (code == 0)
				continue;
			if (flags[row])
				counts[code - 1].best += row_counts[row];
			else
				counts[code - 1].rest += row_counts[row];
		}
	}
	free_column(&column);
	pfree(flags);
	pfree(row_counts);
}

/*
 * Counts the texts of a wide field exactly, and leaves those that more than one
 * in MAX_TEXTS rows of a side have: none of them was lost on the way.  Where
 * sketches that were settled are merged, a text that is rarer in each part may
 * be lost, at worst one more in MAX_TEXTS with each merge; hence FREQUENT_TEXTS.
 */
static void
settle_texts(SketchWriter *writer, int f, const BlockRun *runs, int nruns)
{
	Sketch	   *front = writer->sketch;
	const Field *field = &sketch_fields(front)[f];
	EntryCount *counts = field_region(front, field, FIELD_COUNTS);
	bool	   *keep = palloc(Max(field->nentries, 1));

	memset(counts, 0, sizeof(EntryCount) * field->nentries);
	for (int i = 0; i < nruns; i++)
	{
		const Block *block = runs[i].first;

		for (uint32 k = 0; k < runs[i].n; k++)
		{
			CHECK_FOR_INTERRUPTS();
			if (f < (int) block->nfields)
				count_block_texts(front, f, block, counts);
			block = next_block(block);
		}
	}
	for (uint32 i = 0; i < field->nentries; i++)
		keep[i] = counts[i].best > (front->all_best + field->best_items) / MAX_TEXTS ||
			counts[i].rest > (front->all_rest + field->rest_items) / MAX_TEXTS;
	drop_entries(writer, f, keep);
	pfree(keep);
}

/* ---- packing ---- */

static Size
packed_field_size(const Field *field)
{
	return sizeof(PackedField) + TYPEALIGN(8, field->name_length) +
		(sizeof(Entry) + sizeof(EntryCount)) * field->nentries +
		TYPEALIGN(8, field->texts_used);
}

/* Copies n bytes and what is missing to a multiple of eight. */
static char *
put_aligned(char *to, const void *from, Size n)
{
	memcpy(to, from, n);
	memset(to + n, 0, TYPEALIGN(8, n) - n);
	return to + TYPEALIGN(8, n);
}

static char *
pack_field(char *to, const Sketch *front, const Field *field)
{
	PackedField packed = {
		.type = field->type,
		.as = field->as,
		.is_list = field->is_list,
		.is_wide = field->is_wide,
		.name_length = field->name_length,
		.nentries = field->nentries,
		.texts_size = field->texts_used,
		.best_items = field->best_items,
		.rest_items = field->rest_items
	};

	to = put_aligned(to, &packed, sizeof(packed));
	to = put_aligned(to, field_region(front, field, FIELD_NAME), field->name_length);
	to = put_aligned(to, field_region(front, field, FIELD_ENTRIES), sizeof(Entry) * field->nentries);
	to = put_aligned(to, field_region(front, field, FIELD_COUNTS), sizeof(EntryCount) * field->nentries);
	return put_aligned(to, field_region(front, field, FIELD_TEXTS), field->texts_used);
}

static PackedSketch *
pack_parts(const Sketch *front, const BlockRun *runs, int nruns)
{
	const Field *fields = sketch_fields(front);
	const Jsonb *given = sketch_options(front);
	const char *options = given ? JsonbToCString(NULL, unconstify(JsonbContainer *, &given->root), VARSIZE(given)) : "";
	PackedSketch header = {
		.version = SKETCH_VERSION,
		.best_level = front->best_level,
		.rest_level = front->rest_level,
		.byte_order = SKETCH_BYTE_ORDER,
		.options_size = strlen(options),
		.nfields = front->nfields,
		.row_cap = front->row_cap,
		.all_best = front->all_best,
		.all_rest = front->all_rest,
		.unknown = front->unknown,
		.kept_best = front->kept_best,
		.kept_rest = front->kept_rest
	};
	Size		size = sizeof(PackedSketch) + TYPEALIGN(8, header.options_size);
	char	   *packed;
	char	   *to;

	for (uint32 f = 0; f < front->nfields; f++)
		size += packed_field_size(&fields[f]);
	for (int i = 0; i < nruns; i++)
	{
		size += runs[i].size;
		header.nblocks += runs[i].n;
	}
	SET_VARSIZE(&header, size);
	packed = palloc(size);
	to = put_aligned(packed, &header, sizeof(header));
	to = put_aligned(to, options, header.options_size);
	for (uint32 f = 0; f < front->nfields; f++)
		to = pack_field(to, front, &fields[f]);
	for (int i = 0; i < nruns; i++)
		to = put_aligned(to, runs[i].first, runs[i].size);
	return (PackedSketch *) packed;
}

static bool
has_too_many_rows(const Sketch *sketch)
{
	return Max(sketch->kept_best, sketch->kept_rest) > sketch->row_cap;
}

/* Has a field another form than its blocks have, which are in the other sketch? */
static bool
form_changed(const Sketch *front, const Sketch *sketch)
{
	for (uint32 f = 0; f < sketch->nfields; f++)
	{
		const Field *now = &sketch_fields(front)[f];
		const Field *then = &sketch_fields(sketch)[f];

		if (now->is_wide != then->is_wide || now->is_list != then->is_list)
			return true;
	}
	return false;
}

/* All of it, flushed and thinned. */
static Sketch *
finished_copy(const Sketch *sketch)
{
	SketchWriter writer = {palloc(VARSIZE(sketch)), NULL};

	memcpy(writer.sketch, sketch, VARSIZE(sketch));
	flush_rows(&writer);
	if (has_too_many_rows(writer.sketch))
		thin_rows(&writer);
	return writer.sketch;
}

/*
 * The sketch goes on as it is.  As a rule its blocks need not be copied to be
 * finished with the rows that are not in blocks yet.
 */
PackedSketch *
pack_sketch(const Sketch *sketch)
{
	SketchWriter front = {flushed_front(sketch), NULL};
	BlockRun	runs[2];
	PackedSketch *packed;

	if (has_too_many_rows(front.sketch) || form_changed(front.sketch, sketch))
	{
		pfree(front.sketch);
		sketch = finished_copy(sketch);
		front.sketch = flushed_front(sketch);
	}
	runs[0] = blocks_of(front.sketch);
	runs[1] = blocks_of(sketch);
	for (uint32 f = 0; f < front.sketch->nfields; f++)
	{
		if (sketch_fields(front.sketch)[f].is_wide)
			settle_texts(&front, f, runs, 2);
	}
	packed = pack_parts(front.sketch, runs, 2);
	pfree(front.sketch);
	return packed;
}

/* ---- unpacking ---- */

void
damaged_sketch(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the stored icp_sketch is damaged")));
}

static const Jsonb *
unpack_options(const PackedSketch *packed)
{
	Datum		options;

	if (packed->options_size == 0)
		return NULL;
	(void) icp_jsonb_in(pnstrdup((const char *) (packed + 1), packed->options_size), NULL, &options);
	return DatumGetJsonbP(options);
}

/* Where it ends, or NULL if it is none. */
static const char *
unpack_field(SketchWriter *writer, const char *from, int place)
{
	const PackedField *packed = (const PackedField *) from;
	const Entry *entries;
	const EntryCount *counts;
	const char *texts;
	const char *name = from + sizeof(PackedField);
	int			f;

	from = name + TYPEALIGN(8, packed->name_length);
	entries = (const Entry *) from;
	counts = (const EntryCount *) (entries + packed->nentries);
	texts = (const char *) (counts + packed->nentries);
	if (find_field_named(writer->sketch, name, packed->name_length) != FIELD_IGNORED)
		return NULL;
	f = field_named(writer, name, packed->name_length, packed->type, packed->is_list);
	/* one that the options leave out */
	if (f != place)
		return NULL;
	sketch_fields(writer->sketch)[f].best_items = packed->best_items;
	sketch_fields(writer->sketch)[f].rest_items = packed->rest_items;
	sketch_fields(writer->sketch)[f].as = packed->as;
	sketch_fields(writer->sketch)[f].is_wide = packed->is_wide;
	for (uint32 i = 0; i < packed->nentries; i++)
	{
		Cell		cell = {
			.kind = (CellKind) entries[i].kind,
			.word = entries[i].word,
			.text = texts + entries[i].text,
			.length = entries[i].length
		};
		uint32		code;

		if (find_code(writer->sketch, &sketch_fields(writer->sketch)[f], &cell) != 0)
			return NULL;
		code = add_code(writer, f, &cell);
		((EntryCount *) field_region(writer->sketch, &sketch_fields(writer->sketch)[f],
									 FIELD_COUNTS))[code - 1] = counts[i];
	}
	return texts + TYPEALIGN(8, packed->texts_size);
}

/*
 * All but the blocks, which stay where they are: *blocks points to the first.
 * NULL where a field or a value is in it twice, or a field that the options
 * leave out, which is_good_sketch does not look for.
 */
Sketch *
unpack_front(PackedSketch *packed, const Block **blocks)
{
	SketchWriter writer;
	const char *from = (const char *) (packed + 1);
	Sketch	   *sketch;

	new_sketch(&writer, unpack_options(packed));
	from += TYPEALIGN(8, packed->options_size);
	for (uint32 f = 0; f < packed->nfields; f++)
	{
		from = unpack_field(&writer, from, f);
		if (from == NULL)
			return NULL;
	}
	sketch = writer.sketch;
	sketch->best_level = packed->best_level;
	sketch->rest_level = packed->rest_level;
	sketch->row_cap = packed->row_cap;
	sketch->all_best = packed->all_best;
	sketch->all_rest = packed->all_rest;
	sketch->unknown = packed->unknown;
	sketch->kept_best = packed->kept_best;
	sketch->kept_rest = packed->kept_rest;
	sketch->thin_at = Max(packed->row_cap, Max(packed->kept_best, packed->kept_rest)) +
		packed->row_cap / 4 + 1;
	*blocks = (const Block *) from;
	return sketch;
}

Sketch *
unpack_sketch(PackedSketch *packed)
{
	const Block *blocks;
	SketchWriter writer = {unpack_front(packed, &blocks), NULL};

	if (writer.sketch == NULL)
		damaged_sketch();
	adopt_blocks(&writer, (const char *) blocks,
				 (const char *) packed + VARSIZE(packed) - (const char *) blocks, packed->nblocks);
	return writer.sketch;
}

/*
 * Only this library makes the form at work, so that it can be believed: nothing
 * comes in with it.  But an aggregate without a final function may store it.
 */
static inline bool
is_at_work(const void *datum)
{
	const Sketch *sketch = datum;

	return VARSIZE(sketch) >= sizeof(Sketch) && sketch->is_working == 1 &&
		sketch->version == SKETCH_VERSION;
}

/* A sketch at rest that comes from a table or a client. */
PackedSketch *
packed_from_datum(Datum datum)
{
	PackedSketch *packed = (PackedSketch *) PG_DETOAST_DATUM(datum);

	if (is_at_work(packed))
		return pack_sketch((Sketch *) packed);
	if (!is_good_sketch(packed, false))
		damaged_sketch();
	return packed;
}

/* A sketch at work with nothing staged, from either form. */
Sketch *
working_sketch(Datum datum)
{
	PackedSketch *packed = (PackedSketch *) PG_DETOAST_DATUM(datum);
	SketchWriter writer;

	if (!is_at_work(packed))
	{
		if (!is_good_sketch(packed, true))
			damaged_sketch();
		return unpack_sketch(packed);
	}
	writer.sketch = (Sketch *) packed;
	writer.given = NULL;
	if (writer.sketch->nstaged == 0 && writer.sketch->batch_rows == 0)
		return writer.sketch;
	writer.sketch = palloc(VARSIZE(packed));
	memcpy(writer.sketch, packed, VARSIZE(packed));
	flush_rows(&writer);
	return writer.sketch;
}

/*
 * The state of an aggregate, to be changed in place.  Who makes an aggregate of
 * these functions can give it any sketch to begin with.
 */
void
open_state(SketchWriter *writer, Datum datum)
{
	Sketch	   *state = (Sketch *) DatumGetPointer(datum);

	if (likely(!VARATT_IS_EXTENDED(state) && is_at_work(state)))
	{
		writer->sketch = writer->given = state;
		return;
	}
	writer->sketch = working_sketch(datum);
	writer->given = NULL;
}

/*
 * merge.c
 *		One sketch into another: the combine function, and icp_rollup.
 *
 *	state	other	result
 *	NULL	NULL	NULL
 *	NULL	b		b
 *	a		NULL	a
 *	a		b		what one pass over the rows of both would have given
 */
#include "postgres.h"

#include "miscadmin.h"
#include "sketch/sketch.h"

PG_FUNCTION_INFO_V1(icp_sketch_combine);

/* ---- staging blocks ---- */

/* One cell of a block as it is to be staged: false if it is missing. */
static inline bool
mapped_cell(const FieldMap *map, const ColumnRows *column, uint32 i, uint64 *word, uint8 *kind)
{
	*word = column->words[i];
	if (map->from_wide)
	{
		*kind = column->kinds[i];
		return *kind != CELL_NULL;
	}
	if (*word == 0)
		return false;
	if (map->entries != NULL)
	{
		*kind = map->entries[*word - 1].kind;
		*word = map->entries[*word - 1].word;
	}
	else if (map->codes != NULL)
		*word = map->codes[*word];
	return true;
}

/* The field of one row; items from *item on, if it is a list. */
static void
stage_mapped(SketchWriter *writer, const FieldMap *map, const ColumnRows *column,
			 uint32 row, uint32 item)
{
	bool		to_list = sketch_fields(writer->sketch)[map->to].is_list;
	uint32		n = map->from_list ? (column->lengths[row] > 0 ? column->lengths[row] - 1 : 0) : 1;
	uint32		i = map->from_list ? item : row;
	uint64		word;
	uint8		kind = CELL_NULL;

	if (map->from_list ? column->lengths[row] == 0 : !mapped_cell(map, column, i, &word, &kind))
		return;
	if (to_list)
		begin_staged_list(writer, map->to);
	for (uint32 k = 0; k < n; k++)
	{
		if (mapped_cell(map, column, i + k, &word, &kind))
			stage_raw(writer, map->to, word, kind);
	}
	if (to_list)
		end_staged_list(writer, map->to);
}

/* Rows whose count is 0 are left out. */
void
stage_block(SketchWriter *writer, const Block *block, const FieldMap *maps,
			const uint32 *row_counts)
{
	ColumnRows *columns = palloc0(sizeof(ColumnRows) * Max(block->nfields, 1));
	uint32	   *items = palloc0(sizeof(uint32) * Max(block->nfields, 1));
	uint32	   *flags = palloc(sizeof(uint32) * BLOCK_ROWS);

	CHECK_FOR_INTERRUPTS();
	unpack_codes(block_flags(block), flags);
	for (uint32 f = 0; f < block->nfields; f++)
		unpack_column(block, f, maps[f].from_list, maps[f].from_wide, &columns[f]);
	for (uint32 row = 0; row < block->nrows; row++)
	{
		if (row_counts[row] > 0)
			begin_staged_row(writer, flags[row], row_counts[row]);
		for (uint32 f = 0; f < block->nfields; f++)
		{
			if (row_counts[row] > 0 && maps[f].to != FIELD_IGNORED)
				stage_mapped(writer, &maps[f], &columns[f], row, items[f]);
			if (maps[f].from_list && columns[f].lengths[row] > 0)
				items[f] += columns[f].lengths[row] - 1;
		}
		if (row_counts[row] > 0)
			end_staged_row(writer);
	}
	for (uint32 f = 0; f < block->nfields; f++)
		free_column(&columns[f]);
	pfree(columns);
	pfree(items);
	pfree(flags);
}

/* ---- merging ---- */

static void
check_parameters(const Sketch *a, const Sketch *b)
{
	if (a->row_cap != b->row_cap)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot merge sketches of different caps: %u and %u rows",
						Min(a->row_cap, b->row_cap), Max(a->row_cap, b->row_cap)),
				 errhint("Make them with the same \"rows\" option or icp_portrait.sketch_rows.")));
	if (!same_options(a, b))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot merge sketches made with different options"),
				 errhint("Make them with the same options.")));
}

/* The codes here of the other dictionary's; NULL once the field is wide here. */
static uint32 *
map_dictionary(SketchWriter *writer, int f, const Sketch *other, const Field *theirs)
{
	uint32	   *codes = palloc0(sizeof(uint32) * (theirs->nentries + 1));

	for (uint32 i = 0; i < theirs->nentries; i++)
	{
		Cell		cell = entry_cell(other, theirs, i);
		Field	   *ours = &sketch_fields(writer->sketch)[f];
		uint32		code = find_code(writer->sketch, ours, &cell);

		if (code == 0 && dictionary_is_full(ours, &cell))
		{
			flush_staged(writer);
			make_wide(writer, f);
			return NULL;
		}
		codes[i + 1] = code != 0 ? code : add_code(writer, f, &cell);
	}
	return codes;
}

/* A wide field learns the texts of the other dictionary, and how frequent they are. */
static void
note_texts(SketchWriter *writer, int f, const Sketch *other, const Field *theirs)
{
	const EntryCount *counts = field_region(other, theirs, FIELD_COUNTS);

	for (uint32 i = 0; i < theirs->nentries; i++)
	{
		Cell		cell = entry_cell(other, theirs, i);

		if (cell.kind == CELL_TEXT)
			note_text(writer, f, &cell, counts[i]);
	}
}

static void
map_field(SketchWriter *writer, const Sketch *other, const Field *theirs, FieldMap *map)
{
	int			f = field_named(writer, field_region(other, theirs, FIELD_NAME),
								theirs->name_length, theirs->type, theirs->is_list);

	*map = (FieldMap) {.to = f, .from_list = theirs->is_list, .from_wide = theirs->is_wide};
	if (f == FIELD_IGNORED)
		return;
	sketch_fields(writer->sketch)[f].best_items += theirs->best_items;
	sketch_fields(writer->sketch)[f].rest_items += theirs->rest_items;
	if (theirs->is_wide && !sketch_fields(writer->sketch)[f].is_wide)
	{
		flush_staged(writer);
		make_wide(writer, f);
	}
	if (!sketch_fields(writer->sketch)[f].is_wide)
		map->codes = map_dictionary(writer, f, other, theirs);
	if (!sketch_fields(writer->sketch)[f].is_wide)
		return;
	map->codes = NULL;
	map->entries = theirs->is_wide ? NULL : field_region(other, theirs, FIELD_ENTRIES);
	note_texts(writer, f, other, theirs);
}

/* Sets the counts of rows to 0 that would not stay here. */
static void
drop_unsampled(const Sketch *sketch, const Block *block, const uint64 *hashes, uint32 *counts)
{
	uint32	   *flags = palloc(sizeof(uint32) * BLOCK_ROWS);

	unpack_codes(block_flags(block), flags);
	for (uint32 row = 0; row < block->nrows; row++)
	{
		if (!is_sampled(hashes[row], flags[row] ? sketch->best_level : sketch->rest_level))
			counts[row] = 0;
	}
	pfree(flags);
}

/*
 * The other sketch has nothing staged.  Where rows are sampled here more than
 * there, those that would not stay are not brought over: to thin out all rows
 * after each of many sketches takes far longer.
 */
void
merge_sketch(SketchWriter *writer, const Sketch *other)
{
	FieldMap   *maps = palloc0(sizeof(FieldMap) * Max(other->nfields, 1));
	uint32	   *counts = palloc(sizeof(uint32) * BLOCK_ROWS);
	const Block *block = first_block(other);
	uint64	   *hashes = NULL;
	uint64	   *hash;

	check_parameters(writer->sketch, other);
	stage_batch(writer);
	for (uint32 f = 0; f < other->nfields; f++)
		map_field(writer, other, &sketch_fields(other)[f], &maps[f]);
	if (writer->sketch->best_level > other->best_level || writer->sketch->rest_level > other->rest_level)
		hashes = row_hashes(other, block, other->nblocks, other->kept_best + other->kept_rest);
	hash = hashes;
	for (uint32 i = 0; i < other->nblocks; i++)
	{
		unpack_codes(block_counts(block), counts);
		if (hashes != NULL)
		{
			drop_unsampled(writer->sketch, block, hash, counts);
			hash += block->nrows;
		}
		stage_block(writer, block, maps, counts);
		block = next_block(block);
	}
	pfree(maps);
	pfree(counts);
	if (hashes != NULL)
		pfree(hashes);
	writer->sketch->all_best += other->all_best;
	writer->sketch->all_rest += other->all_rest;
	writer->sketch->unknown += other->unknown;
	level_rows(writer, other);
}

/* ---- SQL ---- */

/*
 * The combine function, and the transition function of icp_rollup: states of
 * parallel workers come as they are at work, stored sketches as they are at rest.
 */
Datum
icp_sketch_combine(PG_FUNCTION_ARGS)
{
	SketchWriter writer;

	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("icp_sketch_combine was called outside of an aggregate"),
				 errhint("Call the aggregate icp_rollup.")));
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(working_sketch(PG_GETARG_DATUM(1)));
	open_state(&writer, PG_GETARG_DATUM(0));
	merge_sketch(&writer, working_sketch(PG_GETARG_DATUM(1)));
	PG_RETURN_POINTER(writer.sketch);
}

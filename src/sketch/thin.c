/*
 * thin.c
 *		Keeps the rows of a sketch below its cap.
 *
 * Rows beyond the cap are no longer kept one by one.  Equal rows are kept once,
 * with their count; if what is left is still too many, the rows of a side are
 * sampled by a hash of their content: at level k, one of 2^k.  The level is the
 * least that keeps a side below the cap, which depends on what rows there are,
 * and not on their order or on how they were split and merged.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "sketch/sketch.h"

#define MAX_LEVEL 40

/* ---- hashes of rows ---- */

uint64
staged_list_hash(const Sketch *sketch, int f)
{
	const Field *field = &sketch_fields(sketch)[f];
	const Entry *entries = field_region(sketch, field, FIELD_ENTRIES);
	/* a list of one element is what that alone would be */
	uint64		hash = field->nitems > field->list_start ? 0 : cell_hash(field, 0, CELL_LIST);

	for (uint32 i = field->list_start; i < field->nitems; i++)
	{
		if (field->is_wide)
			hash += cell_hash(field, ((uint64 *) field_region(sketch, field, FIELD_CODES))[i],
							  ((uint8 *) field_region(sketch, field, FIELD_KINDS))[i]);
		else
		{
			const Entry *entry = &entries[((uint16 *) field_region(sketch, field, FIELD_CODES))[i] - 1];

			hash += cell_hash(field, entry->word, entry->kind);
		}
	}
	return hash;
}

static inline uint64
column_cell_hash(const Field *field, const uint64 *entry_hashes, const ColumnRows *column, uint32 i)
{
	if (column->is_wide)
		return column->kinds[i] == CELL_NULL ? 0 :
			cell_hash(field, column->words[i], column->kinds[i]);
	if (column->words[i] > field->nentries)
		damaged_sketch();
	return entry_hashes[column->words[i]];
}

/* Adds a field's part to the hashes of a block's rows. */
static void
add_column_hashes(const Field *field, const uint64 *entry_hashes,
				  const ColumnRows *column, uint64 *hashes)
{
	uint32		item = 0;

	for (uint32 i = 0; i < column->nrows; i++)
	{
		if (!column->is_list)
			hashes[i] += column_cell_hash(field, entry_hashes, column, i);
		else if (column->lengths[i] > 0)
		{
			if (column->lengths[i] == 1)
				hashes[i] += cell_hash(field, 0, CELL_LIST);
			for (uint32 k = 1; k < column->lengths[i]; k++)
				hashes[i] += column_cell_hash(field, entry_hashes, column, item++);
		}
	}
}

/* By code; 0 for missing. */
static uint64 *
hashes_of_entries(const Sketch *sketch, const Field *field)
{
	const Entry *entries = field_region(sketch, field, FIELD_ENTRIES);
	uint64	   *hashes = palloc(sizeof(uint64) * (field->nentries + 1));

	hashes[0] = 0;
	for (uint32 i = 0; i < field->nentries; i++)
		hashes[i + 1] = cell_hash(field, entries[i].word, entries[i].kind);
	return hashes;
}

static void
add_field_hashes(const Sketch *sketch, int f, const Block *block, uint32 nblocks, uint64 *hashes)
{
	const Field *field = &sketch_fields(sketch)[f];
	uint64	   *entry_hashes = hashes_of_entries(sketch, field);

	for (uint32 i = 0; i < nblocks; i++)
	{
		ColumnRows	column;

		CHECK_FOR_INTERRUPTS();
		if (f < (int) block->nfields)
		{
			unpack_column(block, f, field->is_list, field->is_wide, &column);
			add_column_hashes(field, entry_hashes, &column, hashes);
			free_column(&column);
		}
		hashes += block->nrows;
		block = next_block(block);
	}
	pfree(entry_hashes);
}

/* Of all rows in the blocks, in their order. */
uint64 *
row_hashes(const Sketch *sketch, const Block *block, uint32 nblocks, int64 nrows)
{
	uint64	   *hashes = palloc_extended(sizeof(uint64) * Max(nrows, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32	   *flags = palloc(sizeof(uint32) * BLOCK_ROWS);
	uint64	   *hash = hashes;

	for (uint32 f = 0; f < sketch->nfields; f++)
		add_field_hashes(sketch, f, block, nblocks, hashes);
	for (uint32 i = 0; i < nblocks; i++)
	{
		unpack_codes(block_flags(block), flags);
		for (uint32 row = 0; row < block->nrows; row++, hash++)
			*hash = row_hash(*hash, flags[row]);
		block = next_block(block);
	}
	pfree(flags);
	return hashes;
}

/* ---- which rows stay ---- */

/* A row that may stay: its hash, and its place among all rows. */
typedef struct Candidate
{
	uint64		hash;
	int64		row;
} Candidate;

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->hash != y->hash)
		return x->hash > y->hash ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Adds up equal rows' counts in the first; returns how many are left. */
static int64
merge_equal(Candidate *candidates, int64 n, uint32 *counts)
{
	int64		kept = 0;

	qsort(candidates, n, sizeof(Candidate), compare_candidates);
	for (int64 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (kept > 0 && candidates[kept - 1].hash == candidates[i].hash)
		{
			uint64		sum = (uint64) counts[candidates[kept - 1].row] + counts[candidates[i].row];

			counts[candidates[kept - 1].row] = Min(sum, PG_UINT32_MAX);
			counts[candidates[i].row] = 0;
		}
		else
			candidates[kept++] = candidates[i];
	}
	return kept;
}

/* The least level from this on at which no more than the cap are left: those stay. */
static int
sample(const Candidate *candidates, int64 n, int level, uint32 cap, uint32 *counts)
{
	int64		left = n;

	/* they are sorted by hash, so that each level keeps the first of them */
	for (;; level++)
	{
		while (left > 0 && !is_sampled(candidates[left - 1].hash, level))
			left--;
		if (left <= cap || level == MAX_LEVEL)
			break;
	}
	for (int64 i = left; i < n; i++)
		counts[candidates[i].row] = 0;
	return level;
}

/* Sets the counts of rows that go to 0. */
static int
thin_side(const uint64 *hashes, const bool *is_best, int64 nrows, bool best,
		  int level, uint32 cap, uint32 *counts)
{
	Candidate  *candidates = palloc_extended(sizeof(Candidate) * Max(nrows, 1), MCXT_ALLOC_HUGE);
	int64		n = 0;

	for (int64 row = 0; row < nrows; row++)
	{
		if (is_best[row] == best)
			candidates[n++] = (Candidate) {.hash = hashes[row], .row = row};
	}
	n = merge_equal(candidates, n, counts);
	level = sample(candidates, n, level, cap, counts);
	pfree(candidates);
	return level;
}

/* ---- putting it into effect ---- */

/* The flags and counts of all rows. */
static void
read_rows(const Sketch *sketch, bool *is_best, uint32 *counts)
{
	const Block *block = first_block(sketch);
	uint32	   *flags = palloc(sizeof(uint32) * BLOCK_ROWS);

	for (uint32 i = 0; i < sketch->nblocks; i++)
	{
		unpack_codes(block_flags(block), flags);
		for (uint32 row = 0; row < block->nrows; row++)
			is_best[row] = flags[row];
		unpack_codes(block_counts(block), counts);
		is_best += block->nrows;
		counts += block->nrows;
		block = next_block(block);
	}
	pfree(flags);
}

/* No row is left, and no value is counted, but dictionaries stay. */
static void
empty_rows(SketchWriter *writer)
{
	Sketch	   *sketch = writer->sketch;
	Field	   *fields = sketch_fields(sketch);

	replace_blocks(writer, NULL, 0, 0);
	sketch->kept_best = sketch->kept_rest = 0;
	for (uint32 f = 0; f < sketch->nfields; f++)
	{
		if (!fields[f].is_wide && fields[f].nentries > 0)
			memset(field_region(sketch, &fields[f], FIELD_COUNTS), 0,
				   sizeof(EntryCount) * fields[f].nentries);
	}
}

/* Stages all rows again that have a count. */
static void
restage(SketchWriter *writer, const uint32 *counts)
{
	Sketch	   *sketch = writer->sketch;
	Size		size = VARSIZE(sketch) - sketch->blocks_start;
	char	   *blocks = palloc(Max(size, 1));
	uint32		nblocks = sketch->nblocks;
	const Block *block = (Block *) blocks;
	FieldMap   *maps = palloc0(sizeof(FieldMap) * Max(sketch->nfields, 1));

	memcpy(blocks, first_block(sketch), size);
	for (uint32 f = 0; f < sketch->nfields; f++)
	{
		maps[f].to = f;
		maps[f].from_list = sketch_fields(sketch)[f].is_list;
		maps[f].from_wide = sketch_fields(sketch)[f].is_wide;
	}
	empty_rows(writer);
	for (uint32 i = 0; i < nblocks; i++)
	{
		stage_block(writer, block, maps, counts);
		counts += block->nrows;
		block = next_block(block);
	}
	flush_rows(writer);
	pfree(maps);
	pfree(blocks);
}

void
thin_rows(SketchWriter *writer)
{
	Sketch	   *sketch;
	int64		nrows;
	uint64	   *hashes;
	bool	   *is_best;
	uint32	   *counts;

	flush_rows(writer);
	sketch = writer->sketch;
	nrows = sketch->kept_best + sketch->kept_rest;
	hashes = row_hashes(sketch, first_block(sketch), sketch->nblocks, nrows);
	is_best = palloc_extended(Max(nrows, 1), MCXT_ALLOC_HUGE);
	counts = palloc_extended(sizeof(uint32) * Max(nrows, 1), MCXT_ALLOC_HUGE);
	read_rows(sketch, is_best, counts);
	if (sketch->kept_best > sketch->row_cap || sketch->best_level > 0)
		sketch->best_level = thin_side(hashes, is_best, nrows, true, sketch->best_level,
									   sketch->row_cap, counts);
	if (sketch->kept_rest > sketch->row_cap || sketch->rest_level > 0)
		sketch->rest_level = thin_side(hashes, is_best, nrows, false, sketch->rest_level,
									   sketch->row_cap, counts);
	pfree(hashes);
	pfree(is_best);
	restage(writer, counts);
	pfree(counts);
	sketch = writer->sketch;
	sketch->thin_at = Max(sketch->row_cap, Max(sketch->kept_best, sketch->kept_rest)) +
		sketch->row_cap / 4 + 1;
}

/* Not at each row beyond the cap, but when there are a quarter more. */
void
thin_if_needed(SketchWriter *writer)
{
	if (Max(writer->sketch->kept_best, writer->sketch->kept_rest) > writer->sketch->thin_at)
		thin_rows(writer);
}

/*
 * After another sketch's rows were added, which are sampled as those here at
 * least: all are sampled alike.
 */
void
level_rows(SketchWriter *writer, const Sketch *other)
{
	Sketch	   *sketch = writer->sketch;
	bool		uneven = sketch->best_level < other->best_level ||
		sketch->rest_level < other->rest_level;

	sketch->best_level = Max(sketch->best_level, other->best_level);
	sketch->rest_level = Max(sketch->rest_level, other->rest_level);
	if (uneven)
		thin_rows(writer);
	else
		thin_if_needed(writer);
}

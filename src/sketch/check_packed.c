/*
 * check_packed.c
 *		The one validator of sketches at rest: what it lets through can be read
 *		without further looking.
 *
 * Not deep, it looks at everything but the rows' codes; who reads those without
 * a deep check keeps to the dictionary's bounds himself.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "sketch/row.h"
#include "sketch/sketch.h"

/* More rows than any table has; twice as many can be counted without overflow. */
#define MAX_ROWS INT64CONST(1000000000000000000)

/* What is left to read. */
typedef struct Reading
{
	const char *p;
	const char *end;
} Reading;

/* The next n bytes and what is missing to a multiple of eight, or NULL. */
static const void *
take(Reading *reading, uint64 n)
{
	const char *p = reading->p;

	n = TYPEALIGN64(8, n);
	if (n > (uint64) (reading->end - p))
		return NULL;
	reading->p += n;
	return p;
}

/* A field, and how often the blocks have each of its values. */
typedef struct CheckedField
{
	PackedField packed;
	const EntryCount *counts;
	EntryCount *found;			/* of a deep check, unless the field is wide */
} CheckedField;

/* The rows of a block. */
typedef struct BlockRows
{
	uint32		n;
	uint64		best[BLOCK_ROWS];
	uint64		count[BLOCK_ROWS];
} BlockRows;

/* ---- dictionaries ---- */

static bool
is_good_entry(const Entry *entry, const EntryCount *count, const char *texts,
			  uint32 texts_size, uint32 *texts_used)
{
	if (entry->kind == CELL_NULL || entry->kind >= CELL_LIST || count->best < 0 || count->rest < 0 ||
		count->best > MAX_ROWS || count->rest > MAX_ROWS)
		return false;
	if (entry->kind != CELL_TEXT)
		return entry->kind == CELL_OPAQUE ? entry->word == 0 :
			is_good_word((CellKind) entry->kind, entry->word);
	if (entry->text != *texts_used || entry->length > texts_size - *texts_used ||
		entry->length <= WORD_BYTES || entry->length > MAX_CELL_TEXT ||
		entry->word != hash_bytes_extended((const unsigned char *) texts + entry->text, entry->length, 0) ||
		!pg_verifymbstr(texts + entry->text, entry->length, true))
		return false;
	*texts_used += entry->length;
	return true;
}

static bool
read_field(Reading *reading, CheckedField *field, bool deep)
{
	const PackedField *packed = take(reading, sizeof(PackedField));
	const char *name;
	const Entry *entries;
	const EntryCount *counts;
	const char *texts;
	uint32		texts_used = 0;

	if (packed == NULL || packed->type >= NFIELD_TYPES || packed->as > AS_DATE ||
		packed->is_list > 1 || packed->is_wide > 1 ||
		packed->nentries > (packed->is_wide ? 2 * MAX_TEXTS : MAX_ENTRIES) ||
		packed->name_length > MAX_FIELD_NAME || packed->best_items < 0 || packed->rest_items < 0 ||
		packed->best_items > MAX_ROWS || packed->rest_items > MAX_ROWS)
		return false;
	field->packed = *packed;
	name = take(reading, packed->name_length);
	entries = take(reading, (uint64) sizeof(Entry) * packed->nentries);
	counts = take(reading, (uint64) sizeof(EntryCount) * packed->nentries);
	texts = take(reading, packed->texts_size);
	if (name == NULL || entries == NULL || counts == NULL || texts == NULL ||
		!pg_verifymbstr(name, packed->name_length, true))
		return false;
	for (uint32 i = 0; i < packed->nentries; i++)
	{
		if (!is_good_entry(&entries[i], &counts[i], texts, packed->texts_size, &texts_used) ||
			(packed->is_wide && entries[i].kind != CELL_TEXT))
			return false;
	}
	field->counts = counts;
	field->found = deep && !packed->is_wide ?
		palloc0(sizeof(EntryCount) * Max(packed->nentries, 1)) : NULL;
	return texts_used == packed->texts_size;
}

/* ---- blocks ---- */

/* A vector of n numbers, or of any number of them if n is -1. */
static const Vector *
take_vector(Reading *reading, int64 n)
{
	const Vector *vector = (const Vector *) reading->p;

	if ((Size) (reading->end - reading->p) < offsetof(Vector, bits) ||
		(n >= 0 && vector->n != n) || vector->n > INT32_MAX / 8 ||
		vector->width > 64 || (vector->width & (vector->width - 1)) != 0)
		return NULL;
	return take(reading, vector_size(vector->n, vector->width)) ? vector : NULL;
}

/* Lengths that come to as many elements as there are. */
static bool
are_good_lengths(const Vector *lengths, uint32 nitems)
{
	uint64	   *words = palloc(sizeof(uint64) * Max(lengths->n, 1));
	uint64		sum = 0;
	bool		good = true;

	unpack_words(lengths, words);
	for (uint32 i = 0; i < lengths->n && good; i++)
	{
		good = words[i] <= (uint64) nitems + 1;
		sum += words[i] > 0 ? words[i] - 1 : 0;
	}
	pfree(words);
	return good && sum == nitems;
}

static bool
are_good_cells(const Vector *words, const Vector *kinds, bool is_list)
{
	uint64	   *word = palloc(sizeof(uint64) * Max(words->n, 1));
	uint64	   *kind = palloc(sizeof(uint64) * Max(words->n, 1));
	bool		good = true;

	unpack_words(words, word);
	unpack_words(kinds, kind);
	for (uint32 i = 0; i < words->n && good; i++)
		good = kind[i] < CELL_LIST && !(is_list && kind[i] == CELL_NULL) &&
			(kind[i] == CELL_TEXT || is_good_word((CellKind) kind[i], word[i]));
	pfree(word);
	pfree(kind);
	return good;
}

/* Adds up the rows that have each value; false for a code of none. */
static bool
count_values(const CheckedField *field, const Vector *lengths, const Vector *codes, const BlockRows *rows)
{
	uint64	   *code = palloc(sizeof(uint64) * Max(codes->n, 1));
	uint32	   *length = palloc(sizeof(uint32) * Max(rows->n, 1));
	uint32		item = 0;
	bool		good = true;

	unpack_words(codes, code);
	if (lengths != NULL)
		unpack_codes(lengths, length);
	for (uint32 row = 0; row < rows->n; row++)
	{
		uint32		n = lengths == NULL ? 1 : length[row] > 0 ? length[row] - 1 : 0;

		for (uint32 k = 0; k < n && good; k++, item++)
		{
			/* a list has no missing elements */
			good = code[item] <= field->packed.nentries && (lengths == NULL || code[item] > 0);
			if (!good || code[item] == 0)
				continue;
			if (rows->best[row])
				field->found[code[item] - 1].best += rows->count[row];
			else
				field->found[code[item] - 1].rest += rows->count[row];
		}
	}
	pfree(code);
	pfree(length);
	return good;
}

/* As elements of a list are distinct, few bits cannot tell many of them apart. */
static bool
are_too_many(const Vector *words, uint32 nrows)
{
	return words->width < 32 && words->n > ((uint64) nrows * NCELL_KINDS) << words->width;
}

static bool
read_column(Reading *reading, const CheckedField *checked, const BlockRows *rows, bool deep)
{
	const PackedField *field = &checked->packed;
	uint32		nrows = rows->n;
	const Vector *lengths = NULL;
	const Vector *words;
	const Vector *kinds;

	if (field->is_list)
	{
		lengths = take_vector(reading, nrows);
		if (lengths == NULL)
			return false;
	}
	words = take_vector(reading, field->is_list ? -1 : (int64) nrows);
	if (words == NULL || are_too_many(words, nrows))
		return false;
	kinds = field->is_wide ? take_vector(reading, words->n) : NULL;
	if (field->is_wide && kinds == NULL)
		return false;
	/* how many elements a row has is needed to find the others */
	if (lengths != NULL && !are_good_lengths(lengths, words->n))
		return false;
	if (!deep)
		return true;
	if (field->is_wide)
		return are_good_cells(words, kinds, field->is_list);
	return count_values(checked, lengths, words, rows);
}

/* Rows of both sides: kept, and as many as these are. */
typedef struct RowTotals
{
	EntryCount	kept;
	EntryCount	all;
} RowTotals;

/* Adds the block's rows to those of both sides. */
static bool
count_rows(const Vector *flags, const Vector *counts, BlockRows *rows, RowTotals *totals)
{
	rows->n = flags->n;
	unpack_words(flags, rows->best);
	unpack_words(counts, rows->count);
	for (uint32 i = 0; i < rows->n; i++)
	{
		if (rows->best[i] > 1 || rows->count[i] == 0 || rows->count[i] > PG_UINT32_MAX)
			return false;
		totals->kept.best += rows->best[i];
		totals->kept.rest += !rows->best[i];
		totals->all.best += rows->best[i] ? rows->count[i] : 0;
		totals->all.rest += rows->best[i] ? 0 : rows->count[i];
	}
	return true;
}

static bool
read_block(Reading *reading, const CheckedField *fields, uint32 nfields, bool deep,
		   BlockRows *rows, RowTotals *totals)
{
	const Block *block = (const Block *) reading->p;
	Reading		inside = *reading;
	const Vector *flags;
	const Vector *counts;

	if ((Size) (reading->end - reading->p) < offsetof(Block, offsets) ||
		block->nrows == 0 || block->nrows > BLOCK_ROWS || block->nfields > nfields ||
		block->size % 8 != 0 || take(reading, block->size) == NULL)
		return false;
	inside.end = reading->p;
	if (take(&inside, block_header_size(block->nfields)) == NULL)
		return false;
	flags = take_vector(&inside, block->nrows);
	counts = flags ? take_vector(&inside, block->nrows) : NULL;
	if (counts == NULL || !count_rows(flags, counts, rows, totals))
		return false;
	for (uint32 f = 0; f < block->nfields; f++)
	{
		if (block->offsets[f] != inside.p - (const char *) block ||
			!read_column(&inside, &fields[f], rows, deep))
			return false;
	}
	return inside.p == inside.end;
}

/* ---- all ---- */

static bool
are_good_counts(CheckedField *fields, uint32 nfields)
{
	bool		good = true;

	for (uint32 f = 0; f < nfields; f++)
	{
		if (fields[f].found == NULL)
			continue;
		good = good && memcmp(fields[f].found, fields[f].counts,
							  sizeof(EntryCount) * fields[f].packed.nentries) == 0;
		pfree(fields[f].found);
	}
	return good;
}

static bool
read_sketch(const PackedSketch *packed, bool deep)
{
	Reading		reading = {(const char *) (packed + 1), (const char *) packed + VARSIZE(packed)};
	const char *options = take(&reading, packed->options_size);
	CheckedField *fields = palloc(sizeof(CheckedField) * Max(packed->nfields, 1));
	BlockRows  *rows = palloc(sizeof(BlockRows));
	RowTotals	totals = {0};

	if (options == NULL || !pg_verifymbstr(options, packed->options_size, true))
		return false;
	for (uint32 f = 0; f < packed->nfields; f++)
	{
		if (!read_field(&reading, &fields[f], deep))
			return false;
	}
	for (uint32 i = 0; i < packed->nblocks; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_block(&reading, fields, packed->nfields, deep, rows, &totals))
			return false;
	}
	if (!are_good_counts(fields, packed->nfields))
		return false;
	pfree(fields);
	pfree(rows);
	return reading.p == reading.end && totals.kept.best == packed->kept_best &&
		totals.kept.rest == packed->kept_rest && totals.all.best <= packed->all_best &&
		totals.all.rest <= packed->all_rest;
}

bool
is_good_sketch(const PackedSketch *packed, bool deep)
{
	if (VARSIZE(packed) < sizeof(PackedSketch) || packed->version != SKETCH_VERSION ||
		packed->is_working != 0 || packed->byte_order != SKETCH_BYTE_ORDER ||
		packed->unused != 0 || packed->nfields > MAX_SKETCH_FIELDS || packed->row_cap < 1 ||
		packed->row_cap > MAX_SKETCH_ROWS || packed->best_level > 40 || packed->rest_level > 40 ||
		packed->kept_best < 0 || packed->kept_rest < 0 || packed->unknown < 0 ||
		packed->all_best > MAX_ROWS || packed->all_rest > MAX_ROWS || packed->unknown > MAX_ROWS)
		return false;
	return read_sketch(packed, deep);
}

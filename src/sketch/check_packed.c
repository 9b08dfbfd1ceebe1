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

/* ---- dictionaries ---- */

static bool
is_good_entry(const Entry *entry, const EntryCount *count, const char *texts,
			  uint32 texts_size, uint32 *texts_used)
{
	if (entry->kind == CELL_NULL || entry->kind >= CELL_LIST || count->best < 0 || count->rest < 0)
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
read_field(Reading *reading, PackedField *field)
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
		packed->name_length > 2 * MAX_FIELD_NAME)
		return false;
	*field = *packed;
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

static uint64
largest(const Vector *vector, uint64 *smallest)
{
	uint64	   *words = palloc(sizeof(uint64) * Max(vector->n, 1));
	uint64		result = 0;

	*smallest = PG_UINT64_MAX;
	unpack_words(vector, words);
	for (uint32 i = 0; i < vector->n; i++)
	{
		result = Max(result, words[i]);
		*smallest = Min(*smallest, words[i]);
	}
	pfree(words);
	return result;
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
are_good_cells(const Vector *words, const Vector *kinds)
{
	uint64	   *word = palloc(sizeof(uint64) * Max(words->n, 1));
	uint64	   *kind = palloc(sizeof(uint64) * Max(words->n, 1));
	bool		good = true;

	unpack_words(words, word);
	unpack_words(kinds, kind);
	for (uint32 i = 0; i < words->n && good; i++)
		good = kind[i] < NCELL_KINDS && kind[i] != CELL_LIST && kind[i] != CELL_OBJECT &&
			(kind[i] == CELL_TEXT || is_good_word((CellKind) kind[i], word[i]));
	pfree(word);
	pfree(kind);
	return good;
}

static bool
read_column(Reading *reading, const PackedField *field, uint32 nrows, bool deep)
{
	const Vector *lengths = NULL;
	const Vector *words;
	const Vector *kinds;
	uint64		smallest;

	if (field->is_list)
	{
		lengths = take_vector(reading, nrows);
		if (lengths == NULL)
			return false;
	}
	words = take_vector(reading, field->is_list ? -1 : (int64) nrows);
	if (words == NULL)
		return false;
	kinds = field->is_wide ? take_vector(reading, words->n) : NULL;
	if (field->is_wide && kinds == NULL)
		return false;
	/* how many elements a row has is needed to find the others */
	if (field->is_list && !are_good_lengths(lengths, words->n))
		return false;
	if (!deep)
		return true;
	if (field->is_wide)
		return are_good_cells(words, kinds);
	return largest(words, &smallest) <= field->nentries &&
		!(field->is_list && words->n > 0 && smallest == 0);
}

/* Adds the block's rows to those of both sides. */
static bool
count_rows(const Vector *flags, const Vector *counts, int64 *best, int64 *rest)
{
	uint64	   *words = palloc(sizeof(uint64) * Max(flags->n, 1));
	uint64		smallest;
	uint64		high;
	bool		good = true;

	unpack_words(flags, words);
	for (uint32 i = 0; i < flags->n; i++)
	{
		good = good && words[i] <= 1;
		*best += words[i] == 1;
		*rest += words[i] == 0;
	}
	pfree(words);
	high = largest(counts, &smallest);
	return good && (counts->n == 0 || smallest > 0) && high <= PG_UINT32_MAX;
}

static bool
read_block(Reading *reading, const PackedField *fields, uint32 nfields, bool deep,
		   int64 *best, int64 *rest)
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
	if (counts == NULL || !count_rows(flags, counts, best, rest))
		return false;
	for (uint32 f = 0; f < block->nfields; f++)
	{
		if (block->offsets[f] != inside.p - (const char *) block ||
			!read_column(&inside, &fields[f], block->nrows, deep))
			return false;
	}
	return inside.p == inside.end;
}

/* ---- all ---- */

static bool
read_sketch(const PackedSketch *packed, bool deep)
{
	Reading		reading = {(const char *) (packed + 1), (const char *) packed + VARSIZE(packed)};
	const char *options = take(&reading, packed->options_size);
	PackedField *fields = palloc(sizeof(PackedField) * Max(packed->nfields, 1));
	int64		best = 0;
	int64		rest = 0;

	if (options == NULL || !pg_verifymbstr(options, packed->options_size, true))
		return false;
	for (uint32 f = 0; f < packed->nfields; f++)
	{
		if (!read_field(&reading, &fields[f]))
			return false;
	}
	for (uint32 i = 0; i < packed->nblocks; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_block(&reading, fields, packed->nfields, deep, &best, &rest))
			return false;
	}
	pfree(fields);
	return reading.p == reading.end && best == packed->kept_best && rest == packed->kept_rest;
}

bool
is_good_sketch(const PackedSketch *packed, bool deep)
{
	if (VARSIZE(packed) < sizeof(PackedSketch) || packed->version != SKETCH_VERSION ||
		packed->is_working != 0 || packed->byte_order != SKETCH_BYTE_ORDER ||
		packed->unused != 0 || packed->nfields > MAX_SKETCH_FIELDS || packed->row_cap < 1 ||
		packed->row_cap > MAX_SKETCH_ROWS || packed->best_level > 40 || packed->rest_level > 40 ||
		packed->all_best < packed->kept_best || packed->all_rest < packed->kept_rest ||
		packed->kept_best < 0 || packed->kept_rest < 0 || packed->unknown < 0)
		return false;
	return read_sketch(packed, deep);
}

/*
 * block.c
 *		Rows at rest: columns of codes, packed to as many bits as they need.
 *
 * A vector's numbers take 0, 1, 2, 4, 8, 16, 32 or 64 bits, lowest first: powers of
 * two waste some bits, but are packed and unpacked without a thought.  Byte order
 * is the machine's, which the header of a sketch names.
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "sketch/sketch.h"

Size
vector_size(uint32 n, uint32 width)
{
	return offsetof(Vector, bits) + TYPEALIGN(8, ((uint64) n * width + 7) / 8);
}

/* The least width that a power of two can be and the number has room in. */
static uint32
width_of(uint64 largest)
{
	uint32		width = largest == 0 ? 0 : pg_leftmost_one_pos64(largest) + 1;

	return width <= 2 ? width : pg_nextpower2_32(width);
}

/* Several numbers to a byte: whole bytes first, then what is left. */
#define PACK_BITS(vector, n, number, width) \
do { \
	uint8	   *bytes_ = (uint8 *) (vector)->bits; \
	uint32		whole_ = (n) / (8 / (width)); \
	for (uint32 byte_ = 0; byte_ < whole_; byte_++) \
	{ \
		uint8		packed_ = 0; \
		for (uint32 k = 0; k < 8 / (width); k++) \
		{ \
			uint32		i = byte_ * (8 / (width)) + k; \
			packed_ |= ((uint8) ((number) - (vector)->base)) << (k * (width)); \
		} \
		bytes_[byte_] = packed_; \
	} \
	for (uint32 i = whole_ * (8 / (width)); i < (n); i++) \
		bytes_[whole_] |= ((uint8) ((number) - (vector)->base)) << (i * (width) % 8); \
} while (0)

#define PACK_AS(vector, n, number, type) \
	for (uint32 i = 0; i < (n); i++) \
		((type *) (vector)->bits)[i] = (type) ((number) - (vector)->base)

/*
 * A vector of the n numbers that the expression gives for i, none of which is
 * below low_ or above high_.  The expression must not use names that end so.
 */
#define PACK_BETWEEN(to, n, number) \
do { \
	Vector	   *vector_ = (Vector *) (to); \
	vector_->n = (n); \
	vector_->base = (n) == 0 ? 0 : low_; \
	vector_->width = (n) == 0 ? 0 : width_of(high_ - low_); \
	(to) = (char *) vector_ + vector_size((n), vector_->width); \
	memset(vector_->bits, 0, (to) - vector_->bits); \
	switch (vector_->width) \
	{ \
		case 1: PACK_BITS(vector_, n, number, 1); break; \
		case 2: PACK_BITS(vector_, n, number, 2); break; \
		case 4: PACK_BITS(vector_, n, number, 4); break; \
		case 8: PACK_AS(vector_, n, number, uint8); break; \
		case 16: PACK_AS(vector_, n, number, uint16); break; \
		case 32: PACK_AS(vector_, n, number, uint32); break; \
		case 64: PACK_AS(vector_, n, number, uint64); break; \
	} \
} while (0)

/* The same for any numbers.  Arrays of several types are packed alike. */
#define PACK_VECTOR(to, n, number) \
do { \
	uint64		low_ = PG_UINT64_MAX; \
	uint64		high_ = 0; \
	for (uint32 i = 0; i < (n); i++) \
	{ \
		low_ = Min(low_, (uint64) (number)); \
		high_ = Max(high_, (uint64) (number)); \
	} \
	PACK_BETWEEN(to, n, number); \
} while (0)

char *
pack_words(char *to, const uint64 *words, uint32 n)
{
	PACK_VECTOR(to, n, words[i]);
	return to;
}

/* Codes of a dictionary: how large they can be is known. */
char *
pack_codes(char *to, const uint16 *codes, uint32 n, uint32 largest)
{
	uint64		low_ = 0;
	uint64		high_ = largest;

	PACK_BETWEEN(to, n, codes[i]);
	return to;
}

char *
pack_bytes(char *to, const uint8 *bytes, uint32 n)
{
	PACK_VECTOR(to, n, bytes[i]);
	return to;
}

char *
pack_counts(char *to, const uint32 *counts, uint32 n)
{
	PACK_VECTOR(to, n, counts[i]);
	return to;
}

#define UNPACK_BITS(vector, numbers, width) \
	for (uint32 i = 0; i < (vector)->n; i++) \
		(numbers)[i] = base + ((((const uint8 *) (vector)->bits)[i * (width) / 8] >> (i * (width) % 8)) & \
							   ((1 << (width)) - 1))

#define UNPACK_AS(vector, numbers, type) \
	for (uint32 i = 0; i < (vector)->n; i++) \
		(numbers)[i] = base + ((const type *) (vector)->bits)[i]

#define UNPACK_VECTOR(vector, numbers) \
do { \
	uint64		base = (vector)->base; \
	switch ((vector)->width) \
	{ \
		case 0: \
			for (uint32 i = 0; i < (vector)->n; i++) \
				(numbers)[i] = base; \
			break; \
		case 1: UNPACK_BITS(vector, numbers, 1); break; \
		case 2: UNPACK_BITS(vector, numbers, 2); break; \
		case 4: UNPACK_BITS(vector, numbers, 4); break; \
		case 8: UNPACK_AS(vector, numbers, uint8); break; \
		case 16: UNPACK_AS(vector, numbers, uint16); break; \
		case 32: UNPACK_AS(vector, numbers, uint32); break; \
		case 64: UNPACK_AS(vector, numbers, uint64); break; \
	} \
} while (0)

void
unpack_words(const Vector *vector, uint64 *words)
{
	UNPACK_VECTOR(vector, words);
}

void
unpack_codes(const Vector *vector, uint32 *codes)
{
	UNPACK_VECTOR(vector, codes);
}

/* Several to a byte, each looked up in the table. */
#define MAP_BITS(vector, table, mapped, width) \
do { \
	const uint8 *bytes = (const uint8 *) (vector)->bits; \
	uint32		whole = (vector)->n / (8 / (width)); \
	for (uint32 byte = 0; byte < whole; byte++) \
	{ \
		for (uint32 k = 0; k < 8 / (width); k++) \
			(mapped)[byte * (8 / (width)) + k] = (table)[(bytes[byte] >> (k * (width))) & ((1 << (width)) - 1)]; \
	} \
	for (uint32 i = whole * (8 / (width)); i < (vector)->n; i++) \
		(mapped)[i] = (table)[(bytes[i * (width) / 8] >> (i * (width) % 8)) & ((1 << (width)) - 1)]; \
} while (0)

/*
 * What the map has for each code; false if a code is beyond it.  Small codes are
 * looked up as they are unpacked.
 */
bool
map_codes(const Vector *vector, const uint32 *map, uint32 nmap, uint32 *mapped)
{
	uint32		table[256] = {0};
	uint32		largest = 0;

	if (vector->width <= 8 && vector->base < nmap)
	{
		for (uint32 i = 0; i < (UINT32_C(1) << vector->width) && vector->base + i < nmap; i++)
			table[i] = map[vector->base + i];
		switch (vector->width)
		{
			case 1: MAP_BITS(vector, table, mapped, 1); return true;
			case 2: MAP_BITS(vector, table, mapped, 2); return true;
			case 4: MAP_BITS(vector, table, mapped, 4); return true;
			case 8: MAP_BITS(vector, table, mapped, 8); return true;
		}
	}
	unpack_codes(vector, mapped);
	for (uint32 i = 0; i < vector->n; i++)
		largest = Max(largest, mapped[i]);
	if (largest >= nmap)
		return false;
	for (uint32 i = 0; i < vector->n; i++)
		mapped[i] = map[mapped[i]];
	return true;
}

/* ---- blocks ---- */

Size
block_header_size(uint32 nfields)
{
	return TYPEALIGN(8, offsetof(Block, offsets) + nfields * sizeof(uint32));
}

const Vector *
next_vector(const Vector *vector)
{
	return (const Vector *) ((const char *) vector + vector_size(vector->n, vector->width));
}

const Vector *
block_flags(const Block *block)
{
	return (const Vector *) ((const char *) block + block_header_size(block->nfields));
}

const Vector *
block_counts(const Block *block)
{
	return next_vector(block_flags(block));
}

const Vector *
field_vector(const Block *block, int field)
{
	return (const Vector *) ((const char *) block + block->offsets[field]);
}

/* ---- columns ---- */

/* What pack_column takes at the most. */
Size
max_column_size(const ColumnRows *column)
{
	return (column->is_list ? vector_size(column->nrows, 32) : 0) +
		vector_size(column->nitems, 64) +
		(column->is_wide ? vector_size(column->nitems, 8) : 0);
}

char *
pack_column(char *to, const ColumnRows *column)
{
	if (column->is_list)
		to = pack_counts(to, column->lengths, column->nrows);
	to = pack_words(to, column->words, column->nitems);
	if (column->is_wide)
		to = pack_bytes(to, column->kinds, column->nitems);
	return to;
}

static void
missing_column(ColumnRows *column)
{
	if (column->is_list)
		column->lengths = palloc0(sizeof(uint32) * Max(column->nrows, 1));
	else
		column->nitems = column->nrows;
	column->words = palloc0(sizeof(uint64) * Max(column->nitems, 1));
	column->kinds = palloc0(Max(column->nitems, 1));
}

/* Palloc'd; free_column frees it. */
void
unpack_column(const Block *block, int field, bool is_list, bool is_wide,
			  ColumnRows *column)
{
	const Vector *vector;

	memset(column, 0, sizeof(ColumnRows));
	column->is_list = is_list;
	column->is_wide = is_wide;
	column->nrows = block->nrows;
	if (field >= (int) block->nfields)
	{
		missing_column(column);
		return;
	}
	vector = field_vector(block, field);
	if (is_list)
	{
		column->lengths = palloc(sizeof(uint32) * Max(vector->n, 1));
		unpack_codes(vector, column->lengths);
		vector = next_vector(vector);
	}
	column->nitems = vector->n;
	column->words = palloc(sizeof(uint64) * Max(vector->n, 1));
	unpack_words(vector, column->words);
	if (is_wide)
	{
		uint32	   *kinds = palloc(sizeof(uint32) * Max(vector->n, 1));

		vector = next_vector(vector);
		unpack_codes(vector, kinds);
		column->kinds = palloc(Max(vector->n, 1));
		for (uint32 i = 0; i < vector->n; i++)
			column->kinds[i] = kinds[i];
		pfree(kinds);
	}
}

void
free_column(ColumnRows *column)
{
	if (column->lengths)
		pfree(column->lengths);
	if (column->words)
		pfree(column->words);
	if (column->kinds)
		pfree(column->kinds);
}

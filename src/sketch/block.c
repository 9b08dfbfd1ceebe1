/*
 * block.c
 *		Rows at rest: columns of codes, packed to as many bits as they need.
 *
 * Bits are taken from 64-bit words at any byte, lowest first, so that no code
 * wider than 57 bits can be packed; those take 64.  Eight spare bytes at the end
 * of a vector let the last words be read whole.  Byte order is the machine's,
 * which the header of a sketch names.
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "sketch/row.h"
#include "sketch/sketch.h"

#define MAX_PACKED_WIDTH 57
#define SPARE_BYTES 8

Size
vector_size(uint32 n, uint32 width)
{
	return offsetof(Vector, bits) + TYPEALIGN(8, ((uint64) n * width + 7) / 8) + SPARE_BYTES;
}

static uint32
width_of(uint64 largest)
{
	uint32		width = largest == 0 ? 0 : pg_leftmost_one_pos64(largest) + 1;

	return width > MAX_PACKED_WIDTH ? 64 : width;
}

/*
 * A vector of the n numbers that the expression gives for i.  Three kinds of
 * arrays are packed alike.
 */
#define PACK_VECTOR(to, n, number) \
do { \
	Vector	   *vector_ = (Vector *) (to); \
	uint64		low_ = PG_UINT64_MAX; \
	uint64		high_ = 0; \
	uint64		word_ = 0; \
	uint32		filled_ = 0; \
	char	   *p_ = vector_->bits; \
	for (uint32 i = 0; i < (n); i++) \
	{ \
		uint64		x_ = (number); \
		low_ = Min(low_, x_); \
		high_ = Max(high_, x_); \
	} \
	vector_->n = (n); \
	vector_->base = (n) == 0 ? 0 : low_; \
	vector_->width = (n) == 0 ? 0 : width_of(high_ - low_); \
	(to) = (char *) vector_ + vector_size((n), vector_->width); \
	if (vector_->width > 0) \
	{ \
		uint32		width_ = vector_->width; \
		for (uint32 i = 0; i < (n); i++) \
		{ \
			uint64		x_ = (number) - low_; \
			word_ |= x_ << filled_; \
			filled_ += width_; \
			if (filled_ >= 64) \
			{ \
				memcpy(p_, &word_, 8); \
				p_ += 8; \
				filled_ -= 64; \
				word_ = filled_ == 0 ? 0 : x_ >> (width_ - filled_); \
			} \
		} \
	} \
	if (filled_ > 0) \
	{ \
		memcpy(p_, &word_, 8); \
		p_ += 8; \
	} \
	memset(p_, 0, (to) - p_); \
} while (0)

char *
pack_words(char *to, const uint64 *words, uint32 n)
{
	PACK_VECTOR(to, n, words[i]);
	return to;
}

char *
pack_codes(char *to, const uint16 *codes, uint32 n)
{
	PACK_VECTOR(to, n, codes[i]);
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

#define UNPACK_VECTOR(vector, numbers) \
do { \
	uint32		n_ = (vector)->n; \
	uint32		width_ = (vector)->width; \
	uint64		base_ = (vector)->base; \
	if (width_ == 0) \
		for (uint32 i = 0; i < n_; i++) \
			(numbers)[i] = base_; \
	else if (width_ == 64) \
		for (uint32 i = 0; i < n_; i++) \
			(numbers)[i] = base_ + load64((vector)->bits + (Size) i * 8); \
	else \
	{ \
		uint64		mask_ = (UINT64CONST(1) << width_) - 1; \
		uint64		bit_ = 0; \
		for (uint32 i = 0; i < n_; i++, bit_ += width_) \
			(numbers)[i] = base_ + ((load64((vector)->bits + (bit_ >> 3)) >> (bit_ & 7)) & mask_); \
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

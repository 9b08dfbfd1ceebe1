/*
 * bitmap.h
 *		Sets of rows as bits, and the loops that search and counting live in.
 *
 * Bitmaps are whole words; bits past the last row are zero.
 */
#ifndef ICP_BITMAP_H
#define ICP_BITMAP_H

#include "postgres.h"

#define WORD_BITS 64
#define words_of(nbits) (((nbits) + WORD_BITS - 1) / WORD_BITS)

static inline bool
has_bit(const uint64 *bits, int64 i)
{
	return (bits[i / WORD_BITS] >> (i % WORD_BITS)) & 1;
}

static inline void
set_bit(uint64 *bits, int64 i)
{
	bits[i / WORD_BITS] |= UINT64CONST(1) << (i % WORD_BITS);
}

typedef struct BitmapKernels
{
	int64		(*count) (const uint64 *a, int64 nwords);
	int64		(*count_and) (const uint64 *a, const uint64 *b, int64 nwords);
	/* to = a & b, and how many bits that has */
	int64		(*store_and) (uint64 *to, const uint64 *a, const uint64 *b,
							  int64 nwords);
	/* bits of the codes from first to last; n a multiple of 64 or the end */
	void		(*mark_range) (uint64 *bits, const uint32 *codes, int64 n,
							   uint32 first, uint32 last);
	/* codes that fit into bytes, as bytes; and the same of these */
	void		(*narrow) (uint8 *to, const uint32 *codes, int64 n);
	void		(*mark_byte_range) (uint64 *bits, const uint8 *codes, int64 n,
									uint8 first, uint8 last);
} BitmapKernels;

/* The best that this machine has; the same results everywhere. */
extern const BitmapKernels *bitmap_kernels(void);

extern uint64 *new_bitmap(int64 nbits);

/*
 * How often each row occurs, as binary digits: bit i of plane k is digit k of
 * row i's count.  None where each row occurs once.
 */
typedef struct CountPlanes
{
	int			n;
	uint64	  **planes;
	const uint32 *counts;		/* of each row, or NULL */
} CountPlanes;

extern CountPlanes count_planes(const uint32 *counts, int64 nrows);

/* The rows of a bitmap, each with its count; of its words from first on. */
extern int64 weighted_count(const CountPlanes *planes, const uint64 *bits,
							int64 first, int64 nwords);

static inline int64
row_count(const CountPlanes *planes, int64 row)
{
	return planes->counts ? planes->counts[row] : 1;
}

#endif							/* ICP_BITMAP_H */

/*
 * bitmap.c
 *		AND and population count over sets of rows.
 *
 * Nearly all time of a search goes by in these loops.  They are written twice:
 * in plain C, and for AVX2, which is chosen when the machine has it and the
 * operating system lets us use it.  Both give the same bits.
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "traits/bitmap.h"
#include "utils/memutils.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAVE_AVX2_KERNELS 1
#include <immintrin.h>
#endif

/* ---- in plain C ---- */

/* Counts the bits of a word without a function call; bits in parallel. */
static inline int
word_count(uint64 word)
{
	word -= (word >> 1) & UINT64CONST(0x5555555555555555);
	word = (word & UINT64CONST(0x3333333333333333)) +
		((word >> 2) & UINT64CONST(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64CONST(0x0f0f0f0f0f0f0f0f);
	return (word * UINT64CONST(0x0101010101010101)) >> 56;
}

static int64
plain_count(const uint64 *a, int64 nwords)
{
	int64		count = 0;

	for (int64 i = 0; i < nwords; i++)
		count += word_count(a[i]);
	return count;
}

static int64
plain_count_and(const uint64 *a, const uint64 *b, int64 nwords)
{
	int64		count = 0;

	for (int64 i = 0; i < nwords; i++)
		count += word_count(a[i] & b[i]);
	return count;
}

static int64
plain_store_and(uint64 *to, const uint64 *a, const uint64 *b, int64 nwords)
{
	int64		count = 0;

	for (int64 i = 0; i < nwords; i++)
	{
		to[i] = a[i] & b[i];
		count += word_count(to[i]);
	}
	return count;
}

static void
plain_mark_range(uint64 *bits, const uint32 *codes, int64 n,
				 uint32 first, uint32 last)
{
	uint32		span = last - first;

	for (int64 start = 0; start < n; start += WORD_BITS)
	{
		int			length = Min(WORD_BITS, n - start);
		uint64		word = 0;

		for (int i = 0; i < length; i++)
			word |= (uint64) (codes[start + i] - first <= span) << i;
		bits[start / WORD_BITS] = word;
	}
}

static const BitmapKernels plain_kernels = {
	.count = plain_count,
	.count_and = plain_count_and,
	.store_and = plain_store_and,
	.mark_range = plain_mark_range
};

/* ---- for AVX2 ---- */

#ifdef HAVE_AVX2_KERNELS

#define AVX2 __attribute__((target("avx2,popcnt")))

/* So many vectors' byte counts, of 8 bits at most each, fit into bytes. */
#define MAX_BYTE_SUMS 31

/* The number of bits of each byte, by a table of 16 for each half of it. */
AVX2 static inline __m256i
byte_counts(__m256i v)
{
	const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
										   0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i mask = _mm256_set1_epi8(0x0f);
	__m256i		low = _mm256_and_si256(v, mask);
	__m256i		high = _mm256_and_si256(_mm256_srli_epi16(v, 4), mask);

	return _mm256_add_epi8(_mm256_shuffle_epi8(table, low),
						   _mm256_shuffle_epi8(table, high));
}

AVX2 static inline __m256i
load(const uint64 *p)
{
	return _mm256_loadu_si256((const __m256i *) p);
}

AVX2 static inline int64
sum_lanes(__m256i sums)
{
	return _mm256_extract_epi64(sums, 0) + _mm256_extract_epi64(sums, 1) +
		_mm256_extract_epi64(sums, 2) + _mm256_extract_epi64(sums, 3);
}

AVX2 static int64
avx2_count_and(const uint64 *a, const uint64 *b, int64 nwords)
{
	__m256i		sums = _mm256_setzero_si256();
	int64		i = 0;
	int64		count;

	while (i + 4 <= nwords)
	{
		__m256i		bytes = _mm256_setzero_si256();
		int64		end = Min(nwords - 3, i + 4 * MAX_BYTE_SUMS);

		for (; i < end; i += 4)
			bytes = _mm256_add_epi8(bytes, byte_counts(_mm256_and_si256(load(a + i), load(b + i))));
		sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
	}
	count = sum_lanes(sums);
	for (; i < nwords; i++)
		count += __builtin_popcountll(a[i] & b[i]);
	return count;
}

AVX2 static int64
avx2_count(const uint64 *a, int64 nwords)
{
	return avx2_count_and(a, a, nwords);
}

AVX2 static int64
avx2_store_and(uint64 *to, const uint64 *a, const uint64 *b, int64 nwords)
{
	__m256i		sums = _mm256_setzero_si256();
	int64		i = 0;
	int64		count;

	while (i + 4 <= nwords)
	{
		__m256i		bytes = _mm256_setzero_si256();
		int64		end = Min(nwords - 3, i + 4 * MAX_BYTE_SUMS);

		for (; i < end; i += 4)
		{
			__m256i		both = _mm256_and_si256(load(a + i), load(b + i));

			_mm256_storeu_si256((__m256i *) (to + i), both);
			bytes = _mm256_add_epi8(bytes, byte_counts(both));
		}
		sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
	}
	count = sum_lanes(sums);
	for (; i < nwords; i++)
	{
		to[i] = a[i] & b[i];
		count += __builtin_popcountll(to[i]);
	}
	return count;
}

/* One bit for each of eight codes in the range. */
AVX2 static inline uint64
eight_in_range(const uint32 *codes, __m256i first, __m256i span)
{
	__m256i		offset = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *) codes), first);
	__m256i		within = _mm256_cmpeq_epi32(_mm256_min_epu32(offset, span), offset);

	return (uint32) _mm256_movemask_ps(_mm256_castsi256_ps(within));
}

AVX2 static void
avx2_mark_range(uint64 *bits, const uint32 *codes, int64 n,
				uint32 first, uint32 last)
{
	__m256i		low = _mm256_set1_epi32((int) first);
	__m256i		span = _mm256_set1_epi32((int) (last - first));
	int64		start = 0;

	for (; start + WORD_BITS <= n; start += WORD_BITS)
	{
		uint64		word = 0;

		for (int i = 0; i < WORD_BITS; i += 8)
			word |= eight_in_range(codes + start + i, low, span) << i;
		bits[start / WORD_BITS] = word;
	}
	plain_mark_range(bits + start / WORD_BITS, codes + start, n - start, first, last);
}

static const BitmapKernels avx2_kernels = {
	.count = avx2_count,
	.count_and = avx2_count_and,
	.store_and = avx2_store_and,
	.mark_range = avx2_mark_range
};
#endif							/* HAVE_AVX2_KERNELS */

const BitmapKernels *
bitmap_kernels(void)
{
	static const BitmapKernels *chosen = NULL;

	if (chosen == NULL)
	{
		chosen = &plain_kernels;
#ifdef HAVE_AVX2_KERNELS
		__builtin_cpu_init();
		if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
			chosen = &avx2_kernels;
#endif
	}
	return chosen;
}

/* ---- bitmaps ---- */

uint64 *
new_bitmap(int64 nbits)
{
	return MemoryContextAllocExtended(CurrentMemoryContext,
									  Max(words_of(nbits), 1) * sizeof(uint64),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

CountPlanes
count_planes(const uint32 *counts, int64 nrows)
{
	CountPlanes result = {.counts = counts};
	uint32		most = 0;

	if (counts == NULL)
		return result;
	for (int64 i = 0; i < nrows; i++)
		most = Max(most, counts[i]);
	if (most <= 1)
	{
		result.counts = NULL;
		return result;
	}
	result.n = pg_leftmost_one_pos32(most) + 1;
	result.planes = palloc(sizeof(uint64 *) * result.n);
	for (int k = 0; k < result.n; k++)
	{
		result.planes[k] = new_bitmap(nrows);
		for (int64 i = 0; i < nrows; i++)
		{
			if ((counts[i] >> k) & 1)
				set_bit(result.planes[k], i);
		}
	}
	return result;
}

int64
weighted_count(const CountPlanes *planes, const uint64 *bits, int64 first,
			   int64 nwords)
{
	const BitmapKernels *kernels = bitmap_kernels();
	int64		count = 0;

	if (planes->n == 0)
		return kernels->count(bits, nwords);
	for (int k = 0; k < planes->n; k++)
		count += kernels->count_and(bits, planes->planes[k] + first, nwords) << k;
	return count;
}

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

static void
plain_narrow(uint8 *to, const uint32 *codes, int64 n)
{
	for (int64 i = 0; i < n; i++)
		to[i] = (uint8) codes[i];
}

static void
plain_mark_byte_range(uint64 *bits, const uint8 *codes, int64 n, uint8 first, uint8 last)
{
	uint8		span = last - first;

	for (int64 start = 0; start < n; start += WORD_BITS)
	{
		int			length = Min(WORD_BITS, n - start);
		uint64		word = 0;

		for (int i = 0; i < length; i++)
			word |= (uint64) ((uint8) (codes[start + i] - first) <= span) << i;
		bits[start / WORD_BITS] = word;
	}
}

static const BitmapKernels plain_kernels = {
	.count = plain_count,
	.count_and = plain_count_and,
	.store_and = plain_store_and,
	.mark_range = plain_mark_range,
	.narrow = plain_narrow,
	.mark_byte_range = plain_mark_byte_range
};

/* ---- for AVX2 ---- */

#ifdef HAVE_AVX2_KERNELS

#define AVX2 __attribute__((target("avx2,popcnt")))

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

AVX2 static inline __m256i
word_counts(__m256i v)
{
	return _mm256_sad_epu8(byte_counts(v), _mm256_setzero_si256());
}

/* Adds two vectors to a third, bit by bit; returns what is carried. */
AVX2 static inline __m256i
add_bits(__m256i *sum, __m256i a, __m256i b)
{
	__m256i		either = _mm256_xor_si256(*sum, a);
	__m256i		carry = _mm256_or_si256(_mm256_and_si256(*sum, a), _mm256_and_si256(either, b));

	*sum = _mm256_xor_si256(either, b);
	return carry;
}

/* Sums of bits by place: what is left at the end counts 1, 2 and 4 each. */
typedef struct BitSums
{
	__m256i		ones;
	__m256i		twos;
	__m256i		fours;
	__m256i		eights;			/* in words, counted already */
} BitSums;

/* Eight vectors are added up with less work than counting each. */
AVX2 static inline void
add_eight(BitSums *sums, __m256i v0, __m256i v1, __m256i v2, __m256i v3,
		  __m256i v4, __m256i v5, __m256i v6, __m256i v7)
{
	__m256i		twos = add_bits(&sums->ones, v0, v1);
	__m256i		more_twos = add_bits(&sums->ones, v2, v3);
	__m256i		fours = add_bits(&sums->twos, twos, more_twos);
	__m256i		more_fours;

	twos = add_bits(&sums->ones, v4, v5);
	more_twos = add_bits(&sums->ones, v6, v7);
	more_fours = add_bits(&sums->twos, twos, more_twos);
	sums->eights = _mm256_add_epi64(sums->eights,
									word_counts(add_bits(&sums->fours, fours, more_fours)));
}

AVX2 static inline int64
total_of(const BitSums *sums)
{
	return 8 * sum_lanes(sums->eights) + 4 * sum_lanes(word_counts(sums->fours)) +
		2 * sum_lanes(word_counts(sums->twos)) + sum_lanes(word_counts(sums->ones));
}

#define EIGHT_VECTORS 32		/* words */

AVX2 static inline __m256i
load_and(const uint64 *a, const uint64 *b)
{
	return _mm256_and_si256(load(a), load(b));
}

AVX2 static inline __m256i
copy_and(uint64 *to, const uint64 *a, const uint64 *b)
{
	__m256i		both = load_and(a, b);

	_mm256_storeu_si256((__m256i *) to, both);
	return both;
}

/*
 * Harley's and Seal's method, as in Mula, Kurz and Lemire (2018), "Faster
 * population counts using AVX2 instructions".
 */
AVX2 static int64
avx2_count_and(const uint64 *a, const uint64 *b, int64 nwords)
{
	BitSums		sums = {0};
	int64		i = 0;
	int64		count;

	for (; i + EIGHT_VECTORS <= nwords; i += EIGHT_VECTORS)
		add_eight(&sums, load_and(a + i, b + i), load_and(a + i + 4, b + i + 4),
				  load_and(a + i + 8, b + i + 8), load_and(a + i + 12, b + i + 12),
				  load_and(a + i + 16, b + i + 16), load_and(a + i + 20, b + i + 20),
				  load_and(a + i + 24, b + i + 24), load_and(a + i + 28, b + i + 28));
	count = i == 0 ? 0 : total_of(&sums);
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
	BitSums		sums = {0};
	int64		i = 0;
	int64		count;

	for (; i + EIGHT_VECTORS <= nwords; i += EIGHT_VECTORS)
		add_eight(&sums, copy_and(to + i, a + i, b + i), copy_and(to + i + 4, a + i + 4, b + i + 4),
				  copy_and(to + i + 8, a + i + 8, b + i + 8), copy_and(to + i + 12, a + i + 12, b + i + 12),
				  copy_and(to + i + 16, a + i + 16, b + i + 16), copy_and(to + i + 20, a + i + 20, b + i + 20),
				  copy_and(to + i + 24, a + i + 24, b + i + 24), copy_and(to + i + 28, a + i + 28, b + i + 28));
	count = i == 0 ? 0 : total_of(&sums);
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

AVX2 static void
avx2_narrow(uint8 *to, const uint32 *codes, int64 n)
{
	/* packing goes by halves of vectors: this brings them into order again */
	const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
	int64		i = 0;

	for (; i + 32 <= n; i += 32)
	{
		const __m256i *from = (const __m256i *) (codes + i);
		__m256i		low = _mm256_packus_epi32(_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1));
		__m256i		high = _mm256_packus_epi32(_mm256_loadu_si256(from + 2), _mm256_loadu_si256(from + 3));
		__m256i		bytes = _mm256_packus_epi16(low, high);

		_mm256_storeu_si256((__m256i *) (to + i), _mm256_permutevar8x32_epi32(bytes, order));
	}
	plain_narrow(to + i, codes + i, n - i);
}

AVX2 static inline uint64
bytes_in_range(const uint8 *codes, __m256i first, __m256i span)
{
	__m256i		offset = _mm256_sub_epi8(_mm256_loadu_si256((const __m256i *) codes), first);
	__m256i		within = _mm256_cmpeq_epi8(_mm256_min_epu8(offset, span), offset);

	return (uint32) _mm256_movemask_epi8(within);
}

AVX2 static void
avx2_mark_byte_range(uint64 *bits, const uint8 *codes, int64 n, uint8 first, uint8 last)
{
	__m256i		low = _mm256_set1_epi8((char) first);
	__m256i		span = _mm256_set1_epi8((char) (last - first));
	int64		start = 0;

	for (; start + WORD_BITS <= n; start += WORD_BITS)
		bits[start / WORD_BITS] = bytes_in_range(codes + start, low, span) |
			bytes_in_range(codes + start + WORD_BITS / 2, low, span) << (WORD_BITS / 2);
	plain_mark_byte_range(bits + start / WORD_BITS, codes + start, n - start, first, last);
}

static const BitmapKernels avx2_kernels = {
	.count = avx2_count,
	.count_and = avx2_count_and,
	.store_and = avx2_store_and,
	.mark_range = avx2_mark_range,
	.narrow = avx2_narrow,
	.mark_byte_range = avx2_mark_byte_range
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

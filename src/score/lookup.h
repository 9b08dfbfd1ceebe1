/*
 * lookup.h
 *		What lookup.c builds and evaluate.c searches, once a row.
 */
#ifndef ICP_LOOKUP_H
#define ICP_LOOKUP_H

#include <math.h>

#include "score/score.h"
#include "utils/fmgrprotos.h"

/* Up to so many keys are compared one after the other, without a jump. */
#define FEW_KEYS 12

/*
 * A word's length and up to eight of its letters in one integer: of words of
 * up to eight letters all, so that only longer ones can share it.  Made without
 * a jump that depends on the row, but for the shortest words.
 */
static inline uint64
word_signature(const char *text, int length)
{
	uint64		letters = 0;
	uint32		first;
	uint32		last;

	if (length >= (int) sizeof(first))
	{
		/* of four to seven letters the halves overlap */
		memcpy(&first, text, sizeof(first));
		memcpy(&last, text + Min(length - sizeof(last), sizeof(first)), sizeof(last));
		letters = (uint64) last << 32 | first;
	}
	else if (length > 0)
		letters = (uint64) (unsigned char) text[0] << 16 |
			(uint64) (unsigned char) text[length / 2] << 8 |
			(unsigned char) text[length - 1];
	/* odd, so that for words of one length nothing is lost */
	return letters + (uint64) length * UINT64CONST(0x9E3779B97F4A7C15);
}

/*
 * A numeric as float8, to about nine digits.  This is the one place that knows
 * the bytes of a numeric, which pg_upgrade keeps as they are; lookup.c checks
 * at each binding that they still are, and whoever asks turns to numeric_cmp
 * where nine digits are too few.  False for the rare kinds: NaN, infinities,
 * more digits than a short header can tell.
 */
static inline bool
approximate_numeric(const char *data, int length, float8 *result)
{
	static const float8 powers[] = {
		1e-24, 1e-20, 1e-16, 1e-12, 1e-8, 1e-4, 1, 1e4, 1e8, 1e12, 1e16, 1e20, 1e24
	};
	uint16		header;
	uint16		digits[3] = {0, 0, 0};
	int			ndigits = (length - (int) sizeof(header)) / (int) sizeof(uint16);
	int			weight;
	float8		magnitude;

	memcpy(&header, data, sizeof(header));
	weight = (header & 0x003F) - ((header & 0x0040) ? 64 : 0);
	if ((header & 0xC000) != 0x8000 || weight < -4 || weight > 6)
		return false;
	memcpy(digits, data + sizeof(header), Min(ndigits, 3) * sizeof(uint16));
	magnitude = (digits[0] * 1e8 + digits[1] * 1e4 + digits[2]) * powers[weight + 4];
	*result = (header & 0x2000) ? -magnitude : magnitude;
	return true;
}

/* Any order does, as long as it is quick. */
static inline int
compare_lookup_words(const LookupWord *a, const LookupWord *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	if (a->signature != b->signature)
		return a->signature < b->signature ? -1 : 1;
	return a->length <= (int) sizeof(a->signature) ? 0 :
		memcmp(a->text, b->text, a->length);
}

/* How many keys are not above the value. */
#define FIND_KEY(name, type, keys_of_type) \
static inline int \
name(const Lookup *lookup, type value) \
{ \
	const type *keys = lookup->keys.keys_of_type; \
	int			low = 0; \
	int			high = lookup->n; \
 \
	if (lookup->n <= FEW_KEYS) \
	{ \
		for (int i = 0; i < lookup->n; i++) \
			low += value >= keys[i]; \
		return low; \
	} \
	while (low < high) \
	{ \
		int			middle = (low + high) / 2; \
 \
		if (value >= keys[middle]) \
			low = middle + 1; \
		else \
			high = middle; \
	} \
	return low; \
}

FIND_KEY(find_integer, int64, integers)
FIND_KEY(find_real, float8, reals)

/* Closer to a key than this part of it, an approximation decides nothing. */
#define APPROXIMATION 1e-7

/*
 * Where an approximation is between the keys, as find_numeric says it; -1 if
 * it is too close to one.
 */
static inline int
find_approximation(const Lookup *lookup, float8 value)
{
	int			low = 0;
	bool		is_close = false;

	for (int i = 0; i < lookup->n; i++)
	{
		float8		key = lookup->quick.reals[i];

		low += value >= key;
		is_close |= fabs(value - key) <= fabs(key) * APPROXIMATION;
	}
	return is_close ? -1 : 2 * low;
}

/* 2i + 1 at key i, 2i before it and after the one before. */
static inline int
find_numeric(const Lookup *lookup, Numeric value)
{
	FunctionCallInfo comparison = lookup->comparison;
	int			low = 0;
	int			high = lookup->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order;

		comparison->args[0].value = NumericGetDatum(value);
		comparison->args[1].value = NumericGetDatum(lookup->keys.numerics[middle]);
		order = DatumGetInt32(numeric_cmp(comparison));
		if (order == 0)
			return 2 * middle + 1;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 2 * low;
}

/* The word's number, or the number of words. */
static inline int
find_word(const Lookup *lookup, const char *text, int length)
{
	LookupWord	word = {word_signature(text, length), length, text};
	const LookupWord *words = lookup->keys.words;
	int			low = 0;
	int			high = lookup->n;

	if (lookup->n <= FEW_KEYS && !lookup->has_twins)
	{
		int			found = lookup->n;

		for (int i = 0; i < lookup->n; i++)
			found = lookup->quick.signatures[i] == word.signature ? i : found;
		return found < lookup->n && compare_lookup_words(&word, &words[found]) == 0 ?
			found : lookup->n;
	}
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = compare_lookup_words(&word, &words[middle]);

		if (order == 0)
			return middle;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return lookup->n;
}

#endif							/* ICP_LOOKUP_H */

/*
 * lookup.h
 *		What lookup.c builds and evaluate.c searches, once a row.
 */
#ifndef ICP_LOOKUP_H
#define ICP_LOOKUP_H

#include "score/score.h"
#include "utils/fmgrprotos.h"

/* Up to so many keys are compared one after the other, without a jump. */
#define FEW_KEYS 12

static inline int
compare_numerics(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											 NumericGetDatum(a),
											 NumericGetDatum(b)));
}

/*
 * Up to eight letters of a word in one integer: all of a word of no more, and
 * the first eight of a longer one.  Equal words have equal letters.
 */
static inline uint64
word_letters(const char *text, int length)
{
	uint64		letters = 0;
	uint32		first;
	uint32		last;

	if (length >= (int) sizeof(letters))
		memcpy(&letters, text, sizeof(letters));
	else if (length >= (int) sizeof(first))
	{
		/* the halves overlap; with the length they tell all letters */
		memcpy(&first, text, sizeof(first));
		memcpy(&last, text + length - sizeof(last), sizeof(last));
		letters = (uint64) last << 32 | first;
	}
	else if (length > 0)
		letters = (uint64) (unsigned char) text[0] << 16 |
			(uint64) (unsigned char) text[length / 2] << 8 |
			(unsigned char) text[length - 1];
	return letters;
}

/* Any order does, as long as it is quick. */
static inline int
compare_lookup_words(const LookupWord *a, const LookupWord *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	if (a->letters != b->letters)
		return a->letters < b->letters ? -1 : 1;
	return a->length <= (int) sizeof(a->letters) ? 0 :
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
	LookupWord	word = {word_letters(text, length), length, text};
	const LookupWord *words = lookup->keys.words;
	int			low = 0;
	int			high = lookup->n;

	if (lookup->n <= FEW_KEYS && !lookup->has_twins)
	{
		int			found = lookup->n;

		/* & rather than &&: no jump that depends on the row */
		for (int i = 0; i < lookup->n; i++)
			found = ((words[i].letters == word.letters) &
					 (words[i].length == length)) ? i : found;
		if (length > (int) sizeof(word.letters) && found < lookup->n &&
			memcmp(words[found].text, text, length) != 0)
			return lookup->n;
		return found;
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

/*
 * numbers.h
 *		Whole numbers of up to 128 bits as a string of bytes: the form at rest of
 *		ledgers and cohorts.
 *
 * A number takes as few bytes of seven bits as it needs, the low ones first, its
 * sign in the lowest bit.  Zeros in a row are a zero byte and how many more there
 * are.  There is one way to write given numbers, and it is the same on every
 * machine; what is written otherwise is refused.
 */
#ifndef ICP_NUMBERS_H
#define ICP_NUMBERS_H

#include "postgres.h"

#include "cohort/money.h"

typedef struct NumberWriter
{
	char	   *bytes;			/* grown as needed, in the current context */
	Size		used;
	Size		size;
	uint64		zeros;			/* not written yet */
} NumberWriter;

/* Once bad, all numbers are 0. */
typedef struct NumberReader
{
	const uint8 *at;
	const uint8 *end;
	uint64		zeros;			/* still to come */
	bool		after_zeros;
	bool		bad;
} NumberReader;

/* front: bytes that are the caller's, uninitialized */
extern void start_numbers(NumberWriter *writer, Size front, Size guess);
extern void put_large_number(NumberWriter *writer, int128 number);
extern void end_numbers(NumberWriter *writer);

extern void open_numbers(NumberReader *reader, const void *bytes, Size length);
extern int128 get_large_number(NumberReader *reader);
extern bool numbers_end_well(const NumberReader *reader);

/* ---- the usual ones in line ---- */

static inline void
put_number(NumberWriter *writer, int128 number)
{
	if (number == 0)
		writer->zeros++;
	else if (writer->zeros == 0 && number >= -64 && number < 64 && writer->used < writer->size)
		writer->bytes[writer->used++] = (char) ((number * 2) ^ (number >> 127));
	else
		put_large_number(writer, number);
}

static inline int128
get_number(NumberReader *reader)
{
	if (reader->zeros > 0)
	{
		reader->zeros--;
		return 0;
	}
	if (reader->at < reader->end && *reader->at < 128 && *reader->at != 0)
	{
		uint8		byte = *reader->at++;

		reader->after_zeros = false;
		return (byte >> 1) ^ -(int) (byte & 1);
	}
	return get_large_number(reader);
}

/* Within those bounds, or the reader is bad. */
static inline int64
get_number_between(NumberReader *reader, int64 least, int64 most)
{
	int128		number = get_number(reader);

	if (number >= least && number <= most)
		return (int64) number;
	reader->bad = true;
	return least;
}

#endif							/* ICP_NUMBERS_H */

/*
 * numbers.c
 *		Whole numbers of up to 128 bits as a string of bytes.
 */
#include "postgres.h"

#include "cohort/numbers.h"

typedef unsigned PG_INT128_TYPE wide;

/* of seven bits each */
#define MAX_NUMBER_BYTES 19

void
start_numbers(NumberWriter *writer, Size front, Size guess)
{
	*writer = (NumberWriter) {.bytes = palloc(front + guess), .used = front, .size = front + guess};
}

static void
put_bytes(NumberWriter *writer, wide number)
{
	if (writer->size - writer->used < MAX_NUMBER_BYTES)
	{
		writer->size = writer->size * 2 + MAX_NUMBER_BYTES;
		writer->bytes = repalloc(writer->bytes, writer->size);
	}
	for (; number >= 128; number >>= 7)
		writer->bytes[writer->used++] = (char) ((number & 127) | 128);
	writer->bytes[writer->used++] = (char) number;
}

static void
put_zeros(NumberWriter *writer)
{
	if (writer->zeros == 0)
		return;
	put_bytes(writer, 0);
	put_bytes(writer, writer->zeros - 1);
	writer->zeros = 0;
}

void
put_large_number(NumberWriter *writer, int128 number)
{
	put_zeros(writer);
	put_bytes(writer, ((wide) number << 1) ^ (wide) (number >> 127));
}

void
end_numbers(NumberWriter *writer)
{
	put_zeros(writer);
}

void
open_numbers(NumberReader *reader, const void *bytes, Size length)
{
	*reader = (NumberReader) {.at = bytes, .end = (const uint8 *) bytes + length};
}

static wide
get_bytes(NumberReader *reader)
{
	wide		number = 0;

	for (int i = 0; i < MAX_NUMBER_BYTES && reader->at < reader->end; i++)
	{
		uint8		byte = *reader->at++;

		/* the last of 19 bytes has two bits; a number does not end with nothing */
		if ((i == MAX_NUMBER_BYTES - 1 && byte > 3) || (i > 0 && byte == 0))
			break;
		number |= (wide) (byte & 127) << (7 * i);
		if (byte < 128)
			return number;
	}
	reader->bad = true;
	return 0;
}

int128
get_large_number(NumberReader *reader)
{
	wide		number;

	if (reader->bad)
		return 0;
	number = get_bytes(reader);
	if (number != 0 || reader->bad)
	{
		reader->after_zeros = false;
		return (int128) (number >> 1) ^ -(int128) (number & 1);
	}
	number = get_bytes(reader);
	if (reader->after_zeros || number > PG_INT64_MAX)
		reader->bad = true;
	if (reader->bad)
		return 0;
	reader->after_zeros = true;
	reader->zeros = (uint64) number;
	return 0;
}

bool
numbers_end_well(const NumberReader *reader)
{
	return !reader->bad && reader->zeros == 0 && reader->at == reader->end;
}

/*
 * cell.h
 *		What a row, and so a sketch, has in one field: a kind and 64 bits.
 *
 * Cells hold nothing that means something on one server only (no OIDs), so
 * that rows and sketches can be stored, dumped and sent.
 */
#ifndef ICP_CELL_H
#define ICP_CELL_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "portrait/portrait.h"

typedef enum CellKind
{
	CELL_NULL,					/* missing: NULL, NaN, a placeholder */
	CELL_BOOL,					/* 0 or 1 */
	CELL_INTEGER,				/* an int64 */
	CELL_DECIMAL,				/* not whole: see decimal_cell() */
	CELL_REAL,					/* a float8's bits, never NaN or -0 */
	CELL_ROUNDED,				/* the same, of a numeric too long to be held exactly */
	CELL_DATE,					/* days since 2000-01-01; int64 */
	CELL_TIMESTAMP,				/* microseconds since then, no zone; int64 */
	CELL_TIMESTAMPTZ,			/* the same, UTC */
	CELL_WORD,					/* text of up to 8 bytes, zero-padded, first byte lowest */
	CELL_TEXT,					/* longer text: its hash; the text follows, or is kept elsewhere */
	CELL_OPAQUE,				/* known, but not looked into: very long text, odd types */
	CELL_LIST,					/* elements follow; in rows only */
	CELL_OBJECT,				/* keys and cells follow; in rows only */
	NCELL_KINDS
} CellKind;

typedef struct Cell
{
	CellKind	kind;
	uint64		word;
	const char *text;			/* of CELL_TEXT, or NULL where it was not kept */
	int			length;
} Cell;

/* What kind of column a field was, for people and for SQL. */
typedef enum FieldType
{
	FIELD_BOOL,
	FIELD_INTEGER,
	FIELD_NUMERIC,
	FIELD_REAL,
	FIELD_MONEY,
	FIELD_DATE,
	FIELD_TIMESTAMP,
	FIELD_TIMESTAMPTZ,
	FIELD_TEXT,
	FIELD_UUID,
	FIELD_JSON,					/* each value by its own JSON type */
	FIELD_OTHER,				/* any other type, as its text */
	FIELD_OPAQUE,				/* a type whose values are not looked into */
	NFIELD_TYPES
} FieldType;

extern const char *field_type_name(FieldType type);	/* as SQL names it */

/* Numbers and times have an order; mixed kinds of them compare by value. */
static inline bool
cell_is_number(CellKind kind)
{
	return kind >= CELL_INTEGER && kind <= CELL_ROUNDED;
}

static inline bool
cell_is_time(CellKind kind)
{
	return kind == CELL_DATE || kind == CELL_TIMESTAMP || kind == CELL_TIMESTAMPTZ;
}

static inline bool
cell_is_text(CellKind kind)
{
	return kind == CELL_WORD || kind == CELL_TEXT;
}

/* Does it stand for numbers that are equal to it only nearly? */
static inline bool
cell_is_rounded(const Cell *cell)
{
	return cell->kind == CELL_ROUNDED;
}

/* The longest text that is looked into; longer ones are CELL_OPAQUE. */
#define MAX_CELL_TEXT 1000
#define WORD_BYTES 8

/*
 * The word of text of up to 8 bytes.  Loads that overlap read them all without a
 * loop, whose end the processor would have to guess.
 */
static inline uint64
short_word(const char *text, int length)
{
	const uint8 *bytes = (const uint8 *) text;

	if (length == 0)
		return 0;
	if (length < 4)
		return bytes[0] | (uint64) bytes[length / 2] << (8 * (length / 2)) |
			(uint64) bytes[length - 1] << (8 * (length - 1));
#ifndef WORDS_BIGENDIAN
	{
		uint32		low;
		uint32		high;

		memcpy(&low, text, 4);
		memcpy(&high, text + length - 4, 4);
		return low | (uint64) high << (8 * (length - 4));
	}
#else
	{
		uint64		word = 0;

		for (int i = length - 1; i >= 0; i--)
			word = word << 8 | bytes[i];
		return word;
	}
#endif
}

/* A cell of these values; of decimal_cell(), mantissa / 10^scale. */
extern Cell integer_cell(int64 value);
extern Cell real_cell(float8 value);	/* CELL_NULL for NaN */
extern Cell numeric_cell(Datum numeric);	/* likewise */
extern Cell text_cell(const char *text, int length);

/* Text read as a number or a date, if it is to be; what is neither is missing. */
extern Cell cell_as(ReadAs as, const Cell *cell);

/* Mantissa and scale of a CELL_INTEGER or CELL_DECIMAL. */
extern int64 cell_mantissa(const Cell *cell, int *scale);

/* A total order: booleans, numbers by value, times, texts by bytes. */
extern int	compare_cells(const Cell *a, const Cell *b);

/* A number as float8, rounded; a time as its microseconds or days. */
extern double cell_real(const Cell *cell);

/* The bytes of a text cell (of CELL_WORD, in the caller's 8 bytes); length in *length. */
extern const char *cell_bytes(const Cell *cell, char *word_buffer, int *length);

/* As people and SQL literals write it, without quotes: 12.5, true, 2024-01-31, SaaS. */
extern char *cell_text(const Cell *cell);

/* In JSON: numbers and truth bare, what JSON cannot write as a string. */
extern char *cell_json(const Cell *cell);

#endif							/* ICP_CELL_H */

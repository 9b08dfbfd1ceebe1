/*
 * cell.c
 *		Cells: making, comparing and writing them.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "common/shortest_dec.h"
#include "common/text.h"
#include "sketch/cell.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

static const char *const field_type_names[] = {
	[FIELD_BOOL] = "boolean",
	[FIELD_INTEGER] = "integer",
	[FIELD_NUMERIC] = "numeric",
	[FIELD_REAL] = "double precision",
	[FIELD_MONEY] = "money",
	[FIELD_DATE] = "date",
	[FIELD_TIMESTAMP] = "timestamp",
	[FIELD_TIMESTAMPTZ] = "timestamptz",
	[FIELD_TEXT] = "text",
	[FIELD_UUID] = "uuid",
	[FIELD_JSON] = "json",
	[FIELD_OTHER] = "other",
	[FIELD_OPAQUE] = "opaque",
};

const char *
field_type_name(FieldType type)
{
	return field_type_names[type];
}

/* ---- numbers ---- */

/*
 * A decimal is a mantissa of up to 17 digits and a scale of up to 18, so that
 * two of them, or one and an int64, can be compared in 128 bits.
 */
#define SCALE_BITS 6
#define MAX_SCALE 18
#define MAX_MANTISSA INT64CONST(100000000000000000)

static const int64 powers[] = {
	INT64CONST(1), INT64CONST(10), INT64CONST(100), INT64CONST(1000),
	INT64CONST(10000), INT64CONST(100000), INT64CONST(1000000),
	INT64CONST(10000000), INT64CONST(100000000), INT64CONST(1000000000),
	INT64CONST(10000000000), INT64CONST(100000000000),
	INT64CONST(1000000000000), INT64CONST(10000000000000),
	INT64CONST(100000000000000), INT64CONST(1000000000000000),
	INT64CONST(10000000000000000), INT64CONST(100000000000000000),
	INT64CONST(1000000000000000000),
};

Cell
integer_cell(int64 value)
{
	return (Cell) {.kind = CELL_INTEGER, .word = (uint64) value};
}

static Cell
float_cell(CellKind kind, float8 value)
{
	Cell		cell = {.kind = kind};

	if (isnan(value))
		return (Cell) {.kind = CELL_NULL};
	value += 0.0;				/* -0 is 0 */
	memcpy(&cell.word, &value, sizeof(value));
	return cell;
}

Cell
real_cell(float8 value)
{
	return float_cell(CELL_REAL, value);
}

static Cell
rounded_cell(Datum numeric)
{
	return float_cell(CELL_ROUNDED,
					  DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, numeric)));
}

Cell
numeric_cell(Datum numeric)
{
	char	   *digits;
	int64		mantissa = 0;
	int			scale = 0;
	bool		fraction = false;

	if (numeric_is_nan(DatumGetNumeric(numeric)))
		return (Cell) {.kind = CELL_NULL};
	if (numeric_is_inf(DatumGetNumeric(numeric)))
		return rounded_cell(numeric);
	/* the shortest way to write it, so that 1.50 and 1.5 are one number */
	digits = numeric_normalize(DatumGetNumeric(numeric));
	for (char *p = digits + (*digits == '-'); *p; p++)
	{
		if (*p == '.')
			fraction = true;
		else if (pg_mul_s64_overflow(mantissa, 10, &mantissa) ||
				 pg_sub_s64_overflow(mantissa, *p - '0', &mantissa))
			return rounded_cell(numeric);
		else
			scale += fraction;
	}
	/* summed up below zero, where there is room for one more */
	if (*digits != '-' && pg_sub_s64_overflow(0, mantissa, &mantissa))
		return rounded_cell(numeric);
	pfree(digits);
	if (scale == 0)
		return integer_cell(mantissa);
	if (scale > MAX_SCALE || mantissa <= -MAX_MANTISSA || mantissa >= MAX_MANTISSA)
		return rounded_cell(numeric);
	return (Cell) {.kind = CELL_DECIMAL, .word = ((uint64) mantissa << SCALE_BITS) | scale};
}

int64
cell_mantissa(const Cell *cell, int *scale)
{
	*scale = 0;
	if (cell->kind != CELL_DECIMAL)
		return (int64) cell->word;
	*scale = cell->word & ((1 << SCALE_BITS) - 1);
	return (int64) cell->word >> SCALE_BITS;
}

double
cell_real(const Cell *cell)
{
	double		real;
	int			scale;
	int64		mantissa;

	if (cell->kind == CELL_REAL || cell->kind == CELL_ROUNDED)
	{
		memcpy(&real, &cell->word, sizeof(real));
		return real;
	}
	mantissa = cell_mantissa(cell, &scale);
	return (double) mantissa / (double) powers[Min(scale, MAX_SCALE)];
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int
compare_numbers(const Cell *a, const Cell *b)
{
	int			a_scale;
	int			b_scale;
	int64		a_mantissa;
	int64		b_mantissa;

	if (a->kind == CELL_INTEGER && b->kind == CELL_INTEGER)
		return COMPARE((int64) a->word, (int64) b->word);
	if (a->kind >= CELL_REAL || b->kind >= CELL_REAL)
	{
		double		x = cell_real(a);
		double		y = cell_real(b);

		return x == y ? COMPARE(a->kind, b->kind) : COMPARE(x, y);
	}
	a_mantissa = cell_mantissa(a, &a_scale);
	b_mantissa = cell_mantissa(b, &b_scale);
	return COMPARE((int128) a_mantissa * powers[Min(b_scale, MAX_SCALE)],
				   (int128) b_mantissa * powers[Min(a_scale, MAX_SCALE)]);
}

/* ---- text ---- */

/* UTF-8 text has no zero bytes, so that the padding tells the length. */
Cell
text_cell(const char *text, int length)
{
	Cell		cell = {.kind = CELL_WORD, .text = text, .length = length};

	if (length > MAX_CELL_TEXT)
		return (Cell) {.kind = CELL_OPAQUE};
	if (length <= WORD_BYTES)
	{
		cell.word = short_word(text, length);
		return cell;
	}
	cell.kind = CELL_TEXT;
	cell.word = hash_bytes_extended((const unsigned char *) text, length, 0);
	return cell;
}

const char *
cell_bytes(const Cell *cell, char *word_buffer, int *length)
{
	if (cell->kind == CELL_TEXT)
	{
		*length = cell->text ? cell->length : 0;
		return cell->text ? cell->text : "";
	}
	for (*length = 0; *length < WORD_BYTES && cell->word >> (8 * *length) != 0; ++*length)
		word_buffer[*length] = (char) (cell->word >> (8 * *length));
	return word_buffer;
}

static int
compare_texts(const Cell *a, const Cell *b)
{
	char		a_word[WORD_BYTES];
	char		b_word[WORD_BYTES];
	int			a_length;
	int			b_length;
	const char *a_text = cell_bytes(a, a_word, &a_length);
	const char *b_text = cell_bytes(b, b_word, &b_length);
	int			result = memcmp(a_text, b_text, Min(a_length, b_length));

	if (result == 0)
		result = COMPARE(a_length, b_length);
	/* texts that were not kept have their hashes left */
	if (result == 0)
		result = COMPARE(a->word, b->word);
	return result;
}

Cell
cell_as(ReadAs as, const Cell *cell)
{
	char		word[WORD_BYTES];
	int			length;
	const char *text;
	Numeric		number;
	Timestamp	time;

	if (as == AS_IS || (as == AS_NUMBER && cell_is_number(cell->kind)) ||
		(as == AS_DATE && cell_is_time(cell->kind)))
		return *cell;
	if (!cell_is_text(cell->kind))
		return (Cell) {.kind = CELL_NULL};
	text = cell_bytes(cell, word, &length);
	if (as == AS_NUMBER && parse_number_text(text, length, &number))
		return numeric_cell(NumericGetDatum(number));
	if (as == AS_DATE && parse_time_text(text, length, &time))
		return (Cell) {.kind = CELL_TIMESTAMP, .word = (uint64) time};
	return (Cell) {.kind = CELL_NULL};
}

/* ---- any ---- */

/* Kinds that compare with each other. */
static int
kind_class(CellKind kind)
{
	if (cell_is_number(kind))
		return CELL_INTEGER;
	return kind == CELL_TEXT ? CELL_WORD : kind;
}

int
compare_cells(const Cell *a, const Cell *b)
{
	int			a_class = kind_class(a->kind);
	int			b_class = kind_class(b->kind);

	if (a_class != b_class)
		return COMPARE(a_class, b_class);
	if (a_class == CELL_INTEGER)
		return compare_numbers(a, b);
	if (a_class == CELL_WORD)
		return compare_texts(a, b);
	return COMPARE((int64) a->word, (int64) b->word);
}

static char *
decimal_text(const Cell *cell)
{
	int			scale;
	int64		mantissa = cell_mantissa(cell, &scale);
	uint64		size = mantissa < 0 ? -(uint64) mantissa : (uint64) mantissa;

	if (scale == 0)
		return psprintf(INT64_FORMAT, mantissa);
	scale = Min(scale, MAX_SCALE);
	return psprintf("%s" UINT64_FORMAT ".%0*llu", mantissa < 0 ? "-" : "",
					size / powers[scale], scale, (unsigned long long) (size % powers[scale]));
}

static char *
real_text(const Cell *cell)
{
	char		buffer[DOUBLE_SHORTEST_DECIMAL_LEN];
	double		real = cell_real(cell);

	if (isinf(real))
		return pstrdup(real > 0 ? "Infinity" : "-Infinity");
	double_to_shortest_decimal_buf(real, buffer);
	return pstrdup(buffer);
}

static char *
date_text(int64 date)
{
	char		buffer[MAXDATELEN + 1];
	struct pg_tm tm;

	if (date == DATEVAL_NOEND || date == DATEVAL_NOBEGIN)
		return pstrdup(date > 0 ? "infinity" : "-infinity");
	j2date((int) date + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, buffer);
	return pstrdup(buffer);
}

static char *
timestamp_text(int64 time, bool utc)
{
	char		buffer[MAXDATELEN + 1];
	struct pg_tm tm;
	fsec_t		fsec;

	if (TIMESTAMP_NOT_FINITE(time))
		return pstrdup(time > 0 ? "infinity" : "-infinity");
	if (timestamp2tm(time, NULL, &tm, &fsec, NULL, NULL) != 0)
		return pstrdup("");
	tm.tm_isdst = 0;			/* else the zone is left out */
	EncodeDateTime(&tm, fsec, utc, 0, NULL, USE_ISO_DATES, buffer);
	return pstrdup(buffer);
}

char *
cell_text(const Cell *cell)
{
	char		word[WORD_BYTES];
	const char *text;
	int			length;

	switch (cell->kind)
	{
		case CELL_BOOL:
			return pstrdup(cell->word ? "true" : "false");
		case CELL_INTEGER:
		case CELL_DECIMAL:
			return decimal_text(cell);
		case CELL_REAL:
		case CELL_ROUNDED:
			return real_text(cell);
		case CELL_DATE:
			return date_text((int64) cell->word);
		case CELL_TIMESTAMP:
		case CELL_TIMESTAMPTZ:
			return timestamp_text((int64) cell->word, cell->kind == CELL_TIMESTAMPTZ);
		default:
			text = cell_bytes(cell, word, &length);
			return pnstrdup(text, length);
	}
}

char *
cell_json(const Cell *cell)
{
	char	   *text = cell_text(cell);

	if (cell->kind == CELL_BOOL || (cell_is_number(cell->kind) && !isinf(cell_real(cell))))
		return text;
	return json_string(text);
}

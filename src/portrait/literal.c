/*
 * literal.c
 *		The values that conditions are written with: numbers, dates, intervals
 *		and ranges of these.
 *
 * Nothing here depends on DateStyle, TimeZone, IntervalStyle or the locale:
 * a portrait means the same in every session.  Dates are ISO 8601, year first;
 * a moment without a zone is UTC.  The same readers serve columns of text that
 * are declared "as": "number" or "date".
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "common/compat.h"
#include "parser/scansup.h"
#include "portrait/portrait.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

/* Digits of an exponent: more make a number nobody means (MAX_NUMBER_LENGTH). */
#define MAX_EXPONENT_DIGITS 3

/* Year 1 begins so many days before 2000; dates before Christ are no CRM's. */
#define MIN_TIME (-INT64CONST(730119) * USECS_PER_DAY)

/* A longer time before or after now could leave the range of timestamps. */
#define MAX_SPAN_YEARS INT64CONST(1000)

/* Of English, whatever the locale; isdigit() knows no other digits anyway. */
static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && isdigit((unsigned char) *p))
		p++;
	return p;
}

static inline void
trim_spaces(const char **text, int *len)
{
	while (*len > 0 && scanner_isspace((*text)[0]))
		(*text)++, (*len)--;
	while (*len > 0 && scanner_isspace((*text)[*len - 1]))
		(*len)--;
}

/* Is it a decimal number, as SQL writes one?  Words like NaN are none. */
static bool
is_number(const char *p, int len)
{
	const char *end = p + len;
	const char *digits;
	int			ndigits;

	if (len > MAX_NUMBER_LENGTH)
		return false;
	if (p < end && (*p == '+' || *p == '-'))
		p++;
	digits = p;
	p = skip_digits(p, end);
	ndigits = p - digits;
	if (p < end && *p == '.')
	{
		digits = ++p;
		p = skip_digits(p, end);
		ndigits += p - digits;
	}
	if (ndigits == 0)
		return false;
	if (p < end && (*p == 'e' || *p == 'E'))
	{
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		digits = p;
		p = skip_digits(p, end);
		if (p == digits || p - digits > MAX_EXPONENT_DIGITS)
			return false;
	}
	return p == end;
}

bool
parse_number_text(const char *text, int len, Numeric *result)
{
	char		buf[MAX_NUMBER_LENGTH + 1];

	trim_spaces(&text, &len);
	if (!is_number(text, len))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	*result = DatumGetNumeric(DirectFunctionCall3(numeric_in,
												  CStringGetDatum(buf),
												  ObjectIdGetDatum(InvalidOid),
												  Int32GetDatum(-1)));
	return true;
}

char *
number_text(Numeric number)
{
	Datum		trimmed = DirectFunctionCall1(numeric_trim_scale,
											  NumericGetDatum(number));

	return DatumGetCString(DirectFunctionCall1(numeric_out, trimmed));
}

Literal *
number_literal(Numeric number)
{
	Literal    *literal = palloc0(sizeof(Literal));

	literal->kind = LITERAL_NUMBER;
	literal->number = number;
	literal->text = number_text(number);
	return literal;
}

/*
 * Year first, then only digits and separators: such text means the same under
 * every DateStyle, and needs no zone names or abbreviations.
 */
static bool
is_iso_time(const char *text, int len)
{
	const char *end = text + len;
	const char *p = skip_digits(text, end);

	if (p - text < 4 || p - text > 6 || p == end || (*p != '-' && *p != '/'))
		return false;
	for (; p < end; p++)
	{
		if (!isdigit((unsigned char) *p) && strchr("-/:.+ T", *p) == NULL)
			return false;
	}
	return true;
}

/* Can the moment be written so that parse_time_text reads it again? */
bool
is_writable_time(Timestamp time)
{
	return !TIMESTAMP_NOT_FINITE(time) && time >= MIN_TIME;
}

static bool
decode_time(const char *text, bool with_zone, Timestamp *result)
{
	char		workbuf[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nf;
	int			dtype;
	int			tz = 0;
	struct pg_tm tm;
	fsec_t		fsec;

	if (ParseDateTime(text, workbuf, sizeof(workbuf), field, ftype,
					  MAXDATEFIELDS, &nf) != 0)
		return false;
	if (icp_decode_datetime(field, ftype, nf, &dtype, &tm, &fsec,
							with_zone ? &tz : NULL) != 0 ||
		dtype != DTK_DATE)
		return false;
	return tm2timestamp(&tm, fsec, with_zone ? &tz : NULL, result) == 0 &&
		is_writable_time(*result);
}

bool
parse_time_text(const char *text, int len, Timestamp *result)
{
	char		buf[MAXDATELEN + 8];

	trim_spaces(&text, &len);
	if (len < 8 || len > MAXDATELEN)
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	/* Z is looked up among the time zone abbreviations, which are a setting */
	if (buf[len - 1] == 'Z')
	{
		memcpy(buf + len - 1, "+00", sizeof("+00"));
		len += 2;
	}
	if (!is_iso_time(buf, len))
		return false;
	/* without a place for a zone, DecodeDateTime refuses text that has one */
	return decode_time(buf, false, result) || decode_time(buf, true, result);
}

char *
time_text(Timestamp time)
{
	struct pg_tm tm;
	fsec_t		fsec;
	char		buf[MAXDATELEN + 1];

	if (!is_writable_time(time) ||
		timestamp2tm(time, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "timestamp in a portrait is out of range");
	if (tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0 && fsec == 0)
		EncodeDateOnly(&tm, USE_ISO_DATES, buf);
	else
		EncodeDateTime(&tm, fsec, false, 0, NULL, USE_ISO_DATES, buf);
	return pstrdup(buf);
}

/* A length of time such as "90 days": a number first, units, nothing negative. */
bool
parse_span_text(const char *text, Interval *result)
{
	char		workbuf[256];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nf;
	int			dtype;
	struct pg_itm_in itm_in = {0};
	bool		has_unit = false;

	if (!isdigit((unsigned char) *text))
		return false;
	for (const char *p = text; *p; p++)
	{
		has_unit |= is_letter(*p) || *p == ':';
		/* a minus sign means different things under different IntervalStyles */
		if (!is_letter(*p) && !isdigit((unsigned char) *p) && strchr(" .:", *p) == NULL)
			return false;
	}
	if (!has_unit)
		return false;
	if (ParseDateTime(text, workbuf, sizeof(workbuf), field, ftype,
					  MAXDATEFIELDS, &nf) != 0 ||
		DecodeInterval(field, ftype, nf, INTERVAL_FULL_RANGE,
					   &dtype, &itm_in) != 0 ||
		dtype != DTK_DELTA ||
		itmin2interval(&itm_in, result) != 0)
		return false;
	return result->month >= 0 && result->month <= MAX_SPAN_YEARS * 12 &&
		result->day >= 0 && result->day <= MAX_SPAN_YEARS * 366 &&
		result->time >= 0 && result->time <= MAX_SPAN_YEARS * 366 * USECS_PER_DAY &&
		(result->month > 0 || result->day > 0 || result->time > 0);
}

static char *
span_text(const Interval *span)
{
	struct pg_itm itm;
	char		buf[MAXDATELEN + 1];

	interval2itm(*span, &itm);
	EncodeInterval(&itm, INTSTYLE_POSTGRES, buf);
	return pstrdup(buf);
}

/* Canonical spelling of a condition's interval. */
Literal *
span_literal(const Interval *span)
{
	Literal    *literal = palloc0(sizeof(Literal));

	literal->kind = LITERAL_SPAN;
	literal->span = *span;
	literal->text = span_text(span);
	return literal;
}

/* One bound of a range; NULL when it is none of the kinds that have an order. */
static Literal *
parse_bound(const char *text, int len)
{
	Numeric		number;
	Timestamp	time;
	Interval	span;
	Literal    *literal;

	if (parse_number_text(text, len, &number))
	{
		literal = number_literal(number);
		return strlen(literal->text) <= MAX_NUMBER_LENGTH ? literal : NULL;
	}
	if (parse_time_text(text, len, &time))
	{
		literal = palloc0(sizeof(Literal));
		literal->kind = LITERAL_TIME;
		literal->time = time;
		literal->text = time_text(time);
		return literal;
	}
	if (parse_span_text(pnstrdup(text, len), &span))
		return span_literal(&span);
	return NULL;
}

int
compare_literals(const Literal *a, const Literal *b)
{
	if (a->kind != b->kind)
		return (int) a->kind - (int) b->kind;
	switch (a->kind)
	{
		case LITERAL_NUMBER:
			return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
													 NumericGetDatum(a->number),
													 NumericGetDatum(b->number)));
		case LITERAL_TIME:
			return (a->time > b->time) - (a->time < b->time);
		case LITERAL_SPAN:
			return DatumGetInt32(DirectFunctionCall2(interval_cmp,
													 IntervalPGetDatum(&a->span),
													 IntervalPGetDatum(&b->span)));
		case LITERAL_BOOL:
			return (int) a->truth - (int) b->truth;
		case LITERAL_TEXT:
			break;
	}
	return strcmp(a->text, b->text);
}

/* Splits "[low,high)" at its brackets and its comma; false if it is not so. */
static bool
split_range(const char *text, Range *range,
			const char **low, int *low_len, const char **high, int *high_len)
{
	int			len = strlen(text);
	const char *comma;

	trim_spaces(&text, &len);
	if (len < 3 || (text[0] != '[' && text[0] != '(') ||
		(text[len - 1] != ']' && text[len - 1] != ')'))
		return false;
	comma = memchr(text, ',', len);
	if (comma == NULL || memchr(comma + 1, ',', text + len - comma - 1) != NULL)
		return false;
	*low = text + 1;
	*low_len = comma - *low;
	*high = comma + 1;
	*high_len = text + len - 1 - *high;
	trim_spaces(low, low_len);
	trim_spaces(high, high_len);
	range->low_closed = text[0] == '[';
	range->high_closed = text[len - 1] == ']';
	return true;
}

/* Range types quote bounds that have spaces in them; so may we. */
static void
strip_quotes(const char **text, int *len)
{
	if (*len >= 2 && (*text)[0] == '"' && (*text)[*len - 1] == '"')
	{
		(*text)++;
		*len -= 2;
	}
}

static const char *
parse_one_bound(const char *text, int len, Literal **bound, bool *closed)
{
	strip_quotes(&text, &len);
	*bound = NULL;
	if (len == 0)
	{
		*closed = false;
		return NULL;
	}
	*bound = parse_bound(text, len);
	if (*bound == NULL)
		return psprintf("bound \"%s\" is no number, date or interval",
						pnstrdup(text, pg_mbcliplen(text, len, 64)));
	return NULL;
}

/* Returns NULL, or what is wrong with the text. */
const char *
parse_range_text(const char *text, Range *range)
{
	const char *low;
	const char *high;
	int			low_len;
	int			high_len;
	const char *problem;
	int			order;

	if (!split_range(text, range, &low, &low_len, &high, &high_len))
		return "it needs brackets, and one comma between its bounds";
	problem = parse_one_bound(low, low_len, &range->low, &range->low_closed);
	if (problem == NULL)
		problem = parse_one_bound(high, high_len, &range->high,
								  &range->high_closed);
	if (problem != NULL || range->low == NULL || range->high == NULL)
		return problem;
	if (range->low->kind != range->high->kind)
		return "its bounds are of different kinds";
	order = compare_literals(range->low, range->high);
	if (order > 0)
		return "its lower bound is above its upper bound";
	if (order == 0 && !(range->low_closed && range->high_closed))
		return "no value is in it";
	return NULL;
}

/* Is every value of the inner range in the outer one? */
bool
range_covers(const Range *outer, const Range *inner)
{
	int			order;

	if (outer->low != NULL)
	{
		if (inner->low == NULL || inner->low->kind != outer->low->kind)
			return false;
		order = compare_literals(outer->low, inner->low);
		if (order > 0 ||
			(order == 0 && inner->low_closed && !outer->low_closed))
			return false;
	}
	if (outer->high != NULL)
	{
		if (inner->high == NULL || inner->high->kind != outer->high->kind)
			return false;
		order = compare_literals(outer->high, inner->high);
		if (order < 0 ||
			(order == 0 && inner->high_closed && !outer->high_closed))
			return false;
	}
	return true;
}

/* Millionths as a decimal number without trailing zeros. */
char *
points_text(int64 points)
{
	uint64		magnitude = points < 0 ? -(uint64) points : (uint64) points;
	uint64		fraction = magnitude % POINT_SCALE;
	char	   *text;
	int			len;

	text = psprintf("%s" UINT64_FORMAT, points < 0 ? "-" : "",
					magnitude / POINT_SCALE);
	if (fraction == 0)
		return text;
	text = psprintf("%s.%06u", text, (unsigned int) fraction);
	for (len = strlen(text); text[len - 1] == '0'; len--)
		text[len - 1] = '\0';
	return text;
}

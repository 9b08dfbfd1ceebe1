/*
 * literals.c
 *		Binds the operands of a condition to the type of a column: the values
 *		are converted once, so that rows are compared without conversion.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/shortest_dec.h"
#include "parser/parse_coerce.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

Test *
make_test(TestKind kind)
{
	Test	   *test = palloc0(sizeof(Test));

	test->kind = kind;
	return test;
}

static const char *
condition_json(const Condition *condition)
{
	StringInfoData buf;

	initStringInfo(&buf);
	deparse_condition(&buf, condition);
	return buf.data;
}

void
cannot_apply(const Reader *reader, const Condition *condition, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("condition %s cannot apply to column \"%s\" of type %s%s",
					condition_json(condition), condition->use.field,
					format_type_be(reader->shown_type),
					reader->as == AS_NUMBER ? " read as a number" :
					reader->as == AS_DATE ? " read as a date" : ""),
			 errdetail("The condition is at %s of the portrait.", condition->path),
			 hint ? errhint("%s", hint) : 0));
}

static char
type_category(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(type, &category, &preferred);
	return category;
}

/* Text under whatever name, as it is. */
bool
holds_text(const Reader *reader)
{
	return !reader->is_json && reader->as == AS_IS &&
		(reader->kind == VALUE_TEXT || reader->kind == VALUE_OTHER) &&
		type_category(reader->type) == TYPCATEGORY_STRING;
}

/* Numbers, as they are stored. */
bool
reads_number(const Reader *reader)
{
	return reader->kind == VALUE_FLOAT || reader->kind == VALUE_NUMERIC ||
		(reader->kind == VALUE_INTEGER &&
		 (reader->unit == UNIT_ONE || reader->unit == UNIT_MONEY));
}

/* Dates and moments, whether stored or converted from text. */
bool
reads_time(const Reader *reader)
{
	return reader->kind == VALUE_INTEGER &&
		(reader->unit == UNIT_DAY || reader->unit == UNIT_LOCAL_TIME ||
		 reader->unit == UNIT_UTC_TIME);
}

/* ---- numbers as integers of a unit ---- */

/* How many of the column's units make one. */
static Numeric
units_in_one(IntegerUnit unit)
{
	Datum		one = NumericGetDatum(int64_to_numeric(1));

	if (unit == UNIT_MONEY)
		return int64_to_numeric(DatumGetInt64(DirectFunctionCall1(numeric_cash, one)));
	return DatumGetNumeric(one);
}

/*
 * The number in units, rounded down or up; says whether it was whole.  Returns
 * below zero or above it where it is beyond what an integer can be.
 */
static int
number_in_units(Numeric number, IntegerUnit unit, bool up, int64 *result,
				bool *is_whole)
{
	Datum		scaled = DirectFunctionCall2(numeric_mul, NumericGetDatum(number),
											 NumericGetDatum(units_in_one(unit)));
	Datum		whole = up ? DirectFunctionCall1(numeric_ceil, scaled) :
		DirectFunctionCall1(numeric_floor, scaled);

	*result = 0;
	*is_whole = DatumGetInt32(DirectFunctionCall2(numeric_cmp, scaled, whole)) == 0;
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, whole,
										  NumericGetDatum(int64_to_numeric(PG_INT64_MAX)))) > 0)
		return 1;
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, whole,
										  NumericGetDatum(int64_to_numeric(PG_INT64_MIN)))) < 0)
		return -1;
	*result = DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
	return 0;
}

static int64
floor_days(Timestamp time)
{
	return time / USECS_PER_DAY - (time % USECS_PER_DAY < 0);
}

/* The same for a moment: days of a date column, else microseconds. */
static int64
time_in_units(Timestamp time, IntegerUnit unit, bool up, bool *is_whole)
{
	int64		day;

	*is_whole = true;
	if (unit != UNIT_DAY)
		return time;
	day = floor_days(time);
	*is_whole = day * USECS_PER_DAY == time;
	return up && !*is_whole ? day + 1 : day;
}

static int
bound_in_units(const Literal *bound, IntegerUnit unit, bool up, int64 *result,
			   bool *is_whole)
{
	if (bound->kind == LITERAL_NUMBER)
		return number_in_units(bound->number, unit, up, result, is_whole);
	*result = time_in_units(bound->time, unit, up, is_whole);
	return 0;
}

/*
 * One end of an integer range, included.  False if no integer is on this side
 * of it.  up: it is the lower end, and fractions round toward the inside.
 */
static bool
integer_end(const Literal *bound, bool closed, bool up, IntegerUnit unit, int64 *end)
{
	int64		outermost = up ? PG_INT64_MIN : PG_INT64_MAX;
	int64		innermost = up ? PG_INT64_MAX : PG_INT64_MIN;
	bool		is_whole;
	int			beyond;

	*end = outermost;
	if (bound == NULL)
		return true;
	beyond = bound_in_units(bound, unit, up, end, &is_whole);
	if (beyond != 0)
	{
		*end = outermost;
		return up ? beyond < 0 : beyond > 0;
	}
	if (is_whole && !closed)
	{
		if (*end == innermost)
			return false;
		*end += up ? 1 : -1;
	}
	return true;
}

static void
set_integer_range(Test *test, const Range *range, IntegerUnit unit)
{
	if (!integer_end(range->low, range->low_closed, true, unit,
					 &test->u.integers.low) ||
		!integer_end(range->high, range->high_closed, false, unit,
					 &test->u.integers.high))
		test->kind = TEST_NEVER;
}

/* ---- ranges ---- */

/*
 * Is the number how a real is printed?  0.1 is, though no real is equal to it;
 * or so large or small that a real can only be infinite or zero.
 */
static bool
is_float4(Numeric number, float8 real)
{
	float4		single = (float4) real;
	char		text[FLOAT_SHORTEST_DECIMAL_LEN];
	Numeric		written;

	if (isinf(single) || (single == 0 && real != 0))
		return true;
	float_to_shortest_decimal_buf(single, text);
	return parse_number_text(text, strlen(text), &written) &&
		compare_numerics(written, number) == 0;
}

/*
 * One end of a range as a value of the column, so that what compares equal to
 * real '0.1' is 0.1.  Numbers that a float cannot hold lie between it and
 * infinity, or between it and zero, and so are never equal to it.
 */
static float8
float_end(const Literal *bound, bool up, Oid type, bool *closed)
{
	float8		real;

	if (bound == NULL)
	{
		*closed = true;
		return up ? -INFINITY : INFINITY;
	}
	real = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  NumericGetDatum(bound->number)));
	if (type == FLOAT4OID && is_float4(bound->number, real))
		real = (float4) real;
	if (isinf(real))
		*closed = (real > 0) == up;
	else if (real == 0 && strcmp(bound->text, "0") != 0)
		*closed = (bound->text[0] == '-') == up;
	return real;
}

static Test *
float_range_test(const Range *range, Oid type)
{
	Test	   *test = make_test(TEST_FLOAT_RANGE);

	test->u.floats.low_closed = range->low_closed;
	test->u.floats.high_closed = range->high_closed;
	test->u.floats.low = float_end(range->low, true, type, &test->u.floats.low_closed);
	test->u.floats.high = float_end(range->high, false, type, &test->u.floats.high_closed);
	return test;
}

static Test *
numeric_range_test(const Range *range)
{
	Test	   *test = make_test(TEST_NUMERIC_RANGE);

	test->u.numerics.low = range->low ? range->low->number : NULL;
	test->u.numerics.high = range->high ? range->high->number : NULL;
	test->u.numerics.low_closed = range->low_closed;
	test->u.numerics.high_closed = range->high_closed;
	return test;
}

static Test *
integer_range_test(const Range *range, IntegerUnit unit)
{
	Test	   *test = make_test(TEST_INTEGER_RANGE);

	set_integer_range(test, range, unit);
	return test;
}

/* JSON has no dates, so text stands for them. */
static Test *
text_time_range_test(const Range *range)
{
	Test	   *test = make_test(TEST_TEXT_TIME_RANGE);

	set_integer_range(test, range, UNIT_UTC_TIME);
	return test;
}

static Test *
interval_range_test(const Range *range)
{
	Test	   *test = make_test(TEST_OTHER_RANGE);

	fmgr_info(F_INTERVAL_CMP, &test->u.other.function);
	test->u.other.members = palloc0(2 * sizeof(Datum));
	test->u.other.has_low = range->low != NULL;
	test->u.other.has_high = range->high != NULL;
	test->u.other.low_closed = range->low_closed;
	test->u.other.high_closed = range->high_closed;
	if (range->low != NULL)
		test->u.other.members[0] = IntervalPGetDatum(&range->low->span);
	if (range->high != NULL)
		test->u.other.members[1] = IntervalPGetDatum(&range->high->span);
	return test;
}

static bool
has_order(const Reader *reader)
{
	return reader->is_json || reader->type == INTERVALOID ||
		(reader->kind == VALUE_INTEGER && reader->unit != UNIT_ENUM) ||
		reader->kind == VALUE_FLOAT || reader->kind == VALUE_NUMERIC;
}

Test *
bind_range(const Reader *reader, const Condition *condition)
{
	const Range *range = &condition->range;
	const Literal *bound = range->low ? range->low : range->high;

	if (!has_order(reader))
		cannot_apply(reader, condition,
					 holds_text(reader) ?
					 "Text has no ranges: add \"as\": \"number\" or \"as\": \"date\" if that is what it holds." :
					 NULL);
	if (bound == NULL)
		return make_test(TEST_KNOWN);
	switch (bound->kind)
	{
		case LITERAL_NUMBER:
			if (reader->is_json || reader->kind == VALUE_NUMERIC)
				return numeric_range_test(range);
			if (reader->kind == VALUE_FLOAT)
				return float_range_test(range, reader->type);
			if (reader->kind == VALUE_INTEGER && !reads_time(reader))
				return integer_range_test(range, reader->unit);
			break;
		case LITERAL_TIME:
			if (reader->is_json)
				return text_time_range_test(range);
			if (reads_time(reader))
				return integer_range_test(range, reader->unit);
			break;
		case LITERAL_SPAN:
			if (reader->type == INTERVALOID)
				return interval_range_test(range);
			break;
		case LITERAL_TEXT:
		case LITERAL_BOOL:
			break;
	}
	cannot_apply(reader, condition, "The bounds of the range are of another type.");
}

/* ---- dates relative to now ---- */

static int64
relative_unit(Timestamp time, IntegerUnit unit)
{
	return unit == UNIT_DAY ? floor_days(time) : time;
}

/*
 * Where a date column stands for a whole day, so does now: the boundary day
 * counts in full.
 */
static void
set_relative_range(Test *test, const Condition *condition, Timestamp now,
				   IntegerUnit unit)
{
	Datum		from = TimestampGetDatum(now);
	Datum		span = IntervalPGetDatum(&condition->span->span);
	int64		today = relative_unit(now, unit);
	Timestamp	edge;

	if (condition->kind == CONDITION_WITHIN_NEXT)
	{
		edge = DatumGetTimestamp(DirectFunctionCall2(timestamp_pl_interval, from, span));
		test->u.integers.low = today;
		test->u.integers.high = relative_unit(edge, unit);
		return;
	}
	edge = DatumGetTimestamp(DirectFunctionCall2(timestamp_mi_interval, from, span));
	if (condition->kind == CONDITION_WITHIN)
	{
		test->u.integers.low = relative_unit(edge, unit);
		test->u.integers.high = today;
	}
	else
	{
		test->u.integers.low = PG_INT64_MIN;
		test->u.integers.high = relative_unit(edge, unit) - 1;
	}
}

/*
 * Columns without a zone are in the session's; with one, and text of JSON,
 * are UTC.  A portrait fixed at a moment is in UTC throughout, since it must
 * mean the same in every session.
 */
Test *
bind_relative(const Reader *reader, const Condition *condition,
			  const Portrait *portrait, TimestampTz now)
{
	IntegerUnit unit = reader->is_json ? UNIT_UTC_TIME : reader->unit;
	Test	   *test;

	if (!reader->is_json &&
		!reads_time(reader))
		cannot_apply(reader, condition,
					 holds_text(reader) ? "Add \"as\": \"date\" if it holds dates." : NULL);
	test = make_test(reader->is_json ? TEST_TEXT_TIME_RANGE : TEST_INTEGER_RANGE);
	if (!portrait->is_fixed && unit != UNIT_UTC_TIME)
		now = DatumGetTimestamp(DirectFunctionCall1(timestamptz_timestamp,
													TimestampTzGetDatum(now)));
	set_relative_range(test, condition, now, unit);
	return test;
}

/* ---- equality ---- */

static Test *
alternatives(List *tests)
{
	Test	   *test;
	ListCell   *lc;

	if (list_length(tests) == 1)
		return linitial(tests);
	test = make_test(TEST_ANY);
	test->n = list_length(tests);
	test->u.children = palloc(sizeof(Test *) * Max(test->n, 1));
	foreach(lc, tests)
		test->u.children[foreach_current_index(lc)] = lfirst(lc);
	return test;
}

/* Trailing blanks of char(n) mean nothing, here either. */
static Test *
words_test(const Reader *reader, List *literals)
{
	Test	   *test = make_test(TEST_TEXT_IN);
	ListCell   *lc;

	test->u.words = palloc(sizeof(Word) * list_length(literals));
	foreach(lc, literals)
	{
		Word	   *word = &test->u.words[test->n++];

		word->text = ((Literal *) lfirst(lc))->text;
		word->length = strlen(word->text);
		if (reader->type == BPCHAROID)
			word->length = bpchartruelen(unconstify(char *, word->text), word->length);
	}
	qsort(test->u.words, test->n, sizeof(Word), compare_words);
	return test;
}

/* The label's OID; false if the enum has no such label. */
static bool
enum_label(Oid type, const char *label, int64 *result)
{
	HeapTuple	tuple;

	if (strlen(label) >= NAMEDATALEN)
		return false;
	tuple = SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type),
							CStringGetDatum(label));
	if (!HeapTupleIsValid(tuple))
		return false;
	/* read back as an enum column is read */
	*result = DatumGetInt32(ObjectIdGetDatum(((Form_pg_enum) GETSTRUCT(tuple))->oid));
	ReleaseSysCache(tuple);
	return true;
}

/*
 * The literal as an integer of the column's unit.  False if it has none; then
 * *never says whether it is a legal value that no row can have (1.5).
 */
static bool
integer_member(const Reader *reader, const Literal *literal, int64 *result,
			   bool *never)
{
	bool		is_whole;
	Timestamp	time;

	*never = false;
	switch (reader->unit)
	{
		case UNIT_ONE:
		case UNIT_MONEY:
			if (literal->kind != LITERAL_NUMBER)
				return false;
			*never = number_in_units(literal->number, reader->unit, false,
									 result, &is_whole) != 0 || !is_whole;
			return !*never;
		case UNIT_ENUM:
			return literal->kind == LITERAL_TEXT &&
				enum_label(reader->type, literal->text, result);
		case UNIT_DAY:
		case UNIT_LOCAL_TIME:
		case UNIT_UTC_TIME:
			if (literal->kind != LITERAL_TEXT ||
				!parse_time_text(literal->text, strlen(literal->text), &time))
				return false;
			*result = time_in_units(time, reader->unit, false, &is_whole);
			*never = !is_whole;
			return is_whole;
	}
	return false;
}

static const char *
literal_hint(const Reader *reader, const Literal *literal)
{
	Numeric		number;

	if (literal->kind == LITERAL_TEXT && reader->kind != VALUE_BOOL &&
		parse_number_text(literal->text, strlen(literal->text), &number))
		return psprintf("Write the number without quotes: %s.", number_text(number));
	if (literal->kind == LITERAL_NUMBER && holds_text(reader))
		return psprintf("Write text in quotes, as \"%s\", or add \"as\": \"number\".",
						literal->text);
	if (reader->unit == UNIT_ENUM && reader->kind == VALUE_INTEGER)
		return literal->kind == LITERAL_TEXT ?
			psprintf("\"%s\" is no label of the enum.", literal->text) :
			psprintf("Write the label in quotes: \"%s\".", literal->text);
	if (reads_time(reader))
		return "Write dates year first, as \"2026-01-31\".";
	if (reader->kind == VALUE_BOOL)
		return "Write true or false, without quotes.";
	if (reads_number(reader))
		return "The column holds numbers.";
	if (reader->kind == VALUE_ARRAY)
		return "For arrays there are \"contains\" and \"contains_any\".";
	return NULL;
}

static Test *
integers_test(const Reader *reader, const Condition *condition, List *literals,
			  bool lenient)
{
	Test	   *test = make_test(TEST_INTEGER_IN);
	ListCell   *lc;

	test->u.integer_members = palloc(sizeof(int64) * Max(list_length(literals), 1));
	foreach(lc, literals)
	{
		Literal    *literal = lfirst(lc);
		bool		never;

		if (integer_member(reader, literal, &test->u.integer_members[test->n], &never))
			test->n++;
		else if (!never && !lenient)
			cannot_apply(reader, condition, literal_hint(reader, literal));
	}
	qsort(test->u.integer_members, test->n, sizeof(int64), compare_integers);
	return test;
}

/* Those of the numbers that a float of the type can be. */
static Test *
floats_test(List *literals, Oid type)
{
	Test	   *test = make_test(TEST_FLOAT_IN);
	ListCell   *lc;

	test->u.real_members = palloc(sizeof(float8) * list_length(literals));
	foreach(lc, literals)
	{
		bool		from_below = true;
		bool		from_above = true;
		float8		real = float_end(lfirst(lc), true, type, &from_below);

		(void) float_end(lfirst(lc), false, type, &from_above);
		if (from_below && from_above)
			test->u.real_members[test->n++] = real;
	}
	qsort(test->u.real_members, test->n, sizeof(float8), compare_reals);
	return test;
}

static Test *
numerics_test(List *literals)
{
	Test	   *test = make_test(TEST_NUMERIC_IN);
	ListCell   *lc;

	test->u.numeric_members = palloc(sizeof(Numeric) * list_length(literals));
	foreach(lc, literals)
		test->u.numeric_members[test->n++] = ((Literal *) lfirst(lc))->number;
	qsort(test->u.numeric_members, test->n, sizeof(Numeric), compare_numeric_members);
	return test;
}

static Test *
bool_test(const Literal *literal)
{
	Test	   *test = make_test(TEST_BOOL);

	test->u.truth = literal->truth;
	return test;
}

/* An input function says what it does not like, but not where that stands. */
static void
binding_context(void *arg)
{
	const Condition *condition = arg;

	errcontext("binding column \"%s\" to the condition at %s of the portrait",
			   condition->use.field, condition->path);
}

/* The literal as a value of a type that we know nothing of. */
static Datum
other_member(const Reader *reader, const Condition *condition, const Literal *literal)
{
	ErrorContextCallback context;
	Datum		member;
	Oid			input;
	Oid			ioparam;

	if (literal->kind != LITERAL_TEXT &&
		!(literal->kind == LITERAL_NUMBER &&
		  type_category(reader->type) == TYPCATEGORY_NUMERIC))
		cannot_apply(reader, condition, literal_hint(reader, literal));
	/* the type's own reader would depend on IntervalStyle */
	if (reader->type == INTERVALOID)
	{
		Interval   *span = palloc(sizeof(Interval));

		if (!parse_span_text(literal->text, span))
			cannot_apply(reader, condition, "Write intervals as \"90 days\" or \"2 years\".");
		return IntervalPGetDatum(span);
	}
	getTypeInputInfo(reader->type, &input, &ioparam);
	if (func_volatile(input) != PROVOLATILE_IMMUTABLE &&
		!(reader->type == TIMEOID &&
		  strspn(literal->text, "0123456789:.") == strlen(literal->text)))
		cannot_apply(reader, condition,
					 "How values of this type are read depends on the session's settings.");
	context.previous = error_context_stack;
	context.callback = binding_context;
	context.arg = unconstify(Condition *, condition);
	error_context_stack = &context;
	member = OidInputFunctionCall(input, literal->text, ioparam, -1);
	error_context_stack = context.previous;
	return member;
}

static Test *
others_test(const Reader *reader, const Condition *condition, List *literals)
{
	TypeCacheEntry *type = lookup_type_cache(reader->type, TYPECACHE_EQ_OPR_FINFO);
	Test	   *test = make_test(TEST_OTHER_IN);
	ListCell   *lc;

	if (!OidIsValid(type->eq_opr))
		cannot_apply(reader, condition, "The type has no equality.");
	fmgr_info_copy(&test->u.other.function, &type->eq_opr_finfo, CurrentMemoryContext);
	test->u.other.collation = reader->collation;
	test->u.other.members = palloc(sizeof(Datum) * list_length(literals));
	foreach(lc, literals)
		test->u.other.members[test->n++] = other_member(reader, condition, lfirst(lc));
	return test;
}

static List *
literals_of_kind(List *literals, LiteralKind kind)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, literals)
	{
		if (((Literal *) lfirst(lc))->kind == kind)
			result = lappend(result, lfirst(lc));
	}
	return result;
}

static bool
looks_like_uuid(const char *text)
{
	int			ndigits = 0;

	for (; *text; text++)
	{
		if (isxdigit((unsigned char) *text))
			ndigits++;
		else if (*text != '-' || ndigits % 4 != 0 || ndigits == 0 || text[1] == '-' ||
				 text[1] == '\0')
			return false;
	}
	return ndigits == 32;
}

/* Those that the type's input function takes; we cannot ask it without an error. */
static List *
readable_literals(const Reader *reader, List *literals)
{
	List	   *result = NIL;
	ListCell   *lc;
	Interval	span;

	foreach(lc, literals_of_kind(literals, LITERAL_TEXT))
	{
		const char *text = ((Literal *) lfirst(lc))->text;

		if (reader->type == INTERVALOID ? parse_span_text(text, &span) :
			reader->type == UUIDOID ? looks_like_uuid(text) :
			type_category(reader->type) == TYPCATEGORY_STRING)
			result = lappend(result, lfirst(lc));
	}
	return result;
}

static bool
takes_literal(const Reader *reader, LiteralKind kind)
{
	if (reader->is_json)
		return true;
	switch (reader->kind)
	{
		case VALUE_BOOL:
			return kind == LITERAL_BOOL;
		case VALUE_FLOAT:
		case VALUE_NUMERIC:
			return kind == LITERAL_NUMBER;
		case VALUE_TEXT:
			return kind == LITERAL_TEXT;
		default:
			return false;
	}
}

static void
check_literals(const Reader *reader, const Condition *condition, List *literals)
{
	ListCell   *lc;

	foreach(lc, literals)
	{
		Literal    *literal = lfirst(lc);

		if (!takes_literal(reader, literal->kind))
			cannot_apply(reader, condition, literal_hint(reader, literal));
	}
}

/*
 * Is the value one of the literals?  Lenient: of those that a value of this
 * type can be, and NULL if there are none; placeholders are bound so, since
 * one list of them serves columns of all types.
 */
Test *
bind_literals(const Reader *reader, const Condition *condition, List *literals,
			  bool lenient)
{
	List	   *tests = NIL;
	List	   *texts;
	List	   *numbers;
	ListCell   *lc;

	if (reader->kind == VALUE_INTEGER && !reader->is_json)
	{
		Test	   *test = integers_test(reader, condition, literals, lenient);

		return lenient && test->n == 0 ? NULL : test;
	}
	if (reader->kind == VALUE_OTHER && !reader->is_json)
	{
		if (lenient)
			literals = readable_literals(reader, literals);
		return literals == NIL ? NULL : others_test(reader, condition, literals);
	}
	if (!lenient)
		check_literals(reader, condition, literals);
	texts = literals_of_kind(literals, LITERAL_TEXT);
	if (texts != NIL && takes_literal(reader, LITERAL_TEXT))
		tests = lappend(tests, words_test(reader, texts));
	numbers = literals_of_kind(literals, LITERAL_NUMBER);
	if (numbers != NIL && takes_literal(reader, LITERAL_NUMBER))
		tests = lappend(tests, reader->kind == VALUE_FLOAT && !reader->is_json ?
						floats_test(numbers, reader->type) : numerics_test(numbers));
	if (takes_literal(reader, LITERAL_BOOL))
	{
		foreach(lc, literals_of_kind(literals, LITERAL_BOOL))
			tests = lappend(tests, bool_test(lfirst(lc)));
	}
	return tests == NIL ? NULL : alternatives(tests);
}

/* ---- patterns ---- */

/* The type's own LIKE, in its own schema, such as citext's. */
static Oid
own_like_function(Oid type, const char *operator)
{
	Oid			namespace = InvalidOid;
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	List	   *name;
	Oid			result;

	if (HeapTupleIsValid(tuple))
	{
		namespace = ((Form_pg_type) GETSTRUCT(tuple))->typnamespace;
		ReleaseSysCache(tuple);
	}
	if (!OidIsValid(namespace))
		return InvalidOid;
	name = list_make2(makeString(get_namespace_name(namespace)),
					  makeString(pstrdup(operator)));
	result = OpernameGetOprid(name, type, TEXTOID);
	return OidIsValid(result) ? get_opcode(result) : InvalidOid;
}

Test *
bind_like(const Reader *reader, const Condition *condition)
{
	bool		insensitive = condition->kind == CONDITION_ILIKE;
	Oid			function = insensitive ? F_TEXTICLIKE : F_TEXTLIKE;
	Literal    *pattern = linitial(condition->literals);
	Test	   *test;

	if (!reader->is_json && reader->kind != VALUE_TEXT)
	{
		Oid			own = InvalidOid;

		if (reader->kind != VALUE_OTHER || !IsBinaryCoercible(reader->type, TEXTOID))
			cannot_apply(reader, condition, NULL);
		if (reader->type != TEXTOID)
			own = own_like_function(reader->type, insensitive ? "~~*" : "~~");
		if (OidIsValid(own))
			function = own;
	}
	test = make_test(TEST_LIKE);
	fmgr_info(function, &test->u.other.function);
	test->u.other.collation = reader->collation;
	test->u.other.members = palloc(sizeof(Datum));
	test->u.other.members[0] = CStringGetTextDatum(pattern->text);
	return test;
}

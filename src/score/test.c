/*
 * test.c
 *		Tests of one value.
 *
 * Truth is SQL's: a test of a missing value is unknown.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "score/score.h"
#include "utils/builtins.h"

static inline Truth
truth(bool condition)
{
	return condition ? YES : NO;
}

static bool
in_numeric_range(const Test *test, Numeric value)
{
	int			order;

	if (test->u.numerics.low != NULL)
	{
		order = compare_numerics(value, test->u.numerics.low);
		if (order < 0 || (order == 0 && !test->u.numerics.low_closed))
			return false;
	}
	if (test->u.numerics.high != NULL)
	{
		order = compare_numerics(value, test->u.numerics.high);
		if (order > 0 || (order == 0 && !test->u.numerics.high_closed))
			return false;
	}
	return true;
}

static inline bool
in_float_range(const Test *test, float8 value)
{
	return (value > test->u.floats.low ||
			(test->u.floats.low_closed && value == test->u.floats.low)) &&
		(value < test->u.floats.high ||
		 (test->u.floats.high_closed && value == test->u.floats.high));
}

/* ---- sorted members ---- */

int
compare_integers(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return (left > right) - (left < right);
}

int
compare_reals(const void *a, const void *b)
{
	float8		left = *(const float8 *) a;
	float8		right = *(const float8 *) b;

	return (left > right) - (left < right);
}

int
compare_numeric_members(const void *a, const void *b)
{
	return compare_numerics(*(const Numeric *) a, *(const Numeric *) b);
}

int
compare_words(const void *a, const void *b)
{
	const Word *left = a;
	const Word *right = b;

	if (left->length != right->length)
		return left->length < right->length ? -1 : 1;
	return memcmp(left->text, right->text, left->length);
}

static bool
in_words(const Test *test, const Value *value)
{
	Word		word = {value->as.text, value->length};

	return bsearch(&word, test->u.words, test->n, sizeof(Word),
				   compare_words) != NULL;
}

static bool
in_text_time_range(const Test *test, const Value *value)
{
	Timestamp	time;

	return parse_time_text(value->as.text, value->length, &time) &&
		time >= test->u.integers.low && time <= test->u.integers.high;
}

/* The value as a Datum of the type that test functions of its reader take. */
static Datum
value_datum(const Value *value)
{
	if (value->kind != VALUE_TEXT)
		return value->as.datum;
	if (value->varlena != (Datum) 0)
		return value->varlena;
	return PointerGetDatum(cstring_to_text_with_len(value->as.text, value->length));
}

static inline Datum
call_other(const Test *test, Datum value, Datum member)
{
	return FunctionCall2Coll(unconstify(FmgrInfo *, &test->u.other.function),
							 test->u.other.collation, value, member);
}

static bool
is_like(const Test *test, const Value *value)
{
	return DatumGetBool(call_other(test, value_datum(value),
								   test->u.other.members[0]));
}

static bool
in_others(const Test *test, const Value *value)
{
	for (int i = 0; i < test->n; i++)
	{
		if (DatumGetBool(call_other(test, value->as.datum,
									test->u.other.members[i])))
			return true;
	}
	return false;
}

static bool
in_other_range(const Test *test, const Value *value)
{
	int			order;

	if (test->u.other.has_low)
	{
		order = DatumGetInt32(call_other(test, value->as.datum,
										 test->u.other.members[0]));
		if (order < 0 || (order == 0 && !test->u.other.low_closed))
			return false;
	}
	if (test->u.other.has_high)
	{
		order = DatumGetInt32(call_other(test, value->as.datum,
										 test->u.other.members[1]));
		if (order > 0 || (order == 0 && !test->u.other.high_closed))
			return false;
	}
	return true;
}

static bool
some_element(const Test *test, const Value *array)
{
	for (int i = 0; i < array->length; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (test_value(test, &array->as.elements[i]) == YES)
			return true;
	}
	return false;
}

static bool
contains(const Test *test, const Value *array)
{
	bool		all = test->kind == TEST_CONTAINS_ALL;

	for (int i = 0; i < test->n; i++)
	{
		if (some_element(test->u.children[i], array) != all)
			return !all;
	}
	return all;
}

/*
 * One test of one value.  A value of another kind than the test is for, as a
 * JSON document may hold, does not match.
 */
Truth
test_value(const Test *test, const Value *value)
{
	if (test->kind == TEST_MISSING)
		return truth(value->kind == VALUE_MISSING);
	if (value->kind == VALUE_MISSING)
		return UNKNOWN;
	switch (test->kind)
	{
		case TEST_KNOWN:
			return YES;
		case TEST_NEVER:
			return NO;
		case TEST_BOOL:
			return truth(value->kind == VALUE_BOOL &&
						 value->as.truth == test->u.truth);
		case TEST_INTEGER_RANGE:
			return truth(value->kind == VALUE_INTEGER &&
						 value->as.integer >= test->u.integers.low &&
						 value->as.integer <= test->u.integers.high);
		case TEST_INTEGER_IN:
			return truth(value->kind == VALUE_INTEGER &&
						 bsearch(&value->as.integer, test->u.integer_members,
								 test->n, sizeof(int64), compare_integers) != NULL);
		case TEST_FLOAT_RANGE:
			return truth(value->kind == VALUE_FLOAT &&
						 in_float_range(test, value->as.real));
		case TEST_FLOAT_IN:
			return truth(value->kind == VALUE_FLOAT &&
						 bsearch(&value->as.real, test->u.real_members,
								 test->n, sizeof(float8), compare_reals) != NULL);
		case TEST_NUMERIC_IN:
			return truth(value->kind == VALUE_NUMERIC &&
						 bsearch(&value->as.numeric, test->u.numeric_members,
								 test->n, sizeof(Numeric),
								 compare_numeric_members) != NULL);
		case TEST_NUMERIC_RANGE:
			return truth(value->kind == VALUE_NUMERIC &&
						 in_numeric_range(test, value->as.numeric));
		case TEST_TEXT_IN:
			return truth(value->kind == VALUE_TEXT && in_words(test, value));
		case TEST_TEXT_TIME_RANGE:
			return truth(value->kind == VALUE_TEXT &&
						 in_text_time_range(test, value));
		case TEST_LIKE:
			return truth((value->kind == VALUE_TEXT || value->kind == VALUE_OTHER) &&
						 is_like(test, value));
		case TEST_OTHER_IN:
			return truth(value->kind == VALUE_OTHER && in_others(test, value));
		case TEST_OTHER_RANGE:
			return truth(value->kind == VALUE_OTHER && in_other_range(test, value));
		case TEST_CONTAINS_ALL:
		case TEST_CONTAINS_ANY:
			return truth(value->kind == VALUE_ARRAY && contains(test, value));
		case TEST_ANY:			/* of alternatives for the same value */
			for (int i = 0; i < test->n; i++)
			{
				if (test_value(test->u.children[i], value) == YES)
					return YES;
			}
			return NO;
		default:
			return NO;
	}
}

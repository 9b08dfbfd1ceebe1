/*
 * lookup.c
 *		Characteristics and tests that look at one column, as a table from its
 *		values to the attribute that holds, or to the truth.
 *
 * Most characteristics compare one number with ranges, or one text with lists
 * of words.  Instead of testing one attribute after the other, the row's value
 * is found among the ends of all ranges, or among all words.  What holds there
 * is worked out once, by running the attributes' own tests on one value of
 * each kind; so a lookup cannot differ from the tests that it stands for.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "lib/qunique.h"
#include "miscadmin.h"
#include "score/lookup.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* All lookups of a portrait together have at most so many keys. */
#define MAX_LOOKUP_KEYS 100000

/* Working out more than this takes longer than it is likely to save. */
#define MAX_LOOKUP_COMPARISONS INT64CONST(200000)

/* ---- which lookup ---- */

static LookupKind
lookup_for(const Input *input)
{
	const Reader *reader = &input->reader;

	if (input->as != AS_IS || reader->is_json)
		return LOOKUP_NONE;
	switch (reader->kind)
	{
		case VALUE_BOOL:
			return LOOKUP_BOOL;
		case VALUE_INTEGER:
			return reader->typlen == sizeof(int32) ? LOOKUP_INT4 :
				reader->typlen == sizeof(int64) ? LOOKUP_INT8 : LOOKUP_INT2;
		case VALUE_FLOAT:
			return reader->type == FLOAT4OID ? LOOKUP_FLOAT4 : LOOKUP_FLOAT8;
		case VALUE_NUMERIC:
			return LOOKUP_NUMERIC;
		case VALUE_TEXT:
			return reader->type == BPCHAROID ? LOOKUP_BPCHAR :
				reader->type == TEXTOID || reader->type == VARCHAROID ? LOOKUP_TEXT :
				LOOKUP_NONE;
		default:
			return LOOKUP_NONE;
	}
}

/* Does the test only compare the value with what a lookup is made of? */
static bool
is_lookup_test(const Test *test)
{
	switch (test->kind)
	{
		case TEST_ALWAYS:
		case TEST_MISSING:
		case TEST_KNOWN:
		case TEST_NEVER:
		case TEST_BOOL:
		case TEST_INTEGER_RANGE:
		case TEST_INTEGER_IN:
		case TEST_FLOAT_RANGE:
		case TEST_FLOAT_IN:
		case TEST_NUMERIC_RANGE:
		case TEST_NUMERIC_IN:
		case TEST_TEXT_IN:
			return true;
		case TEST_ANY:
			if (test->input < 0)
				return false;
			for (int i = 0; i < test->n; i++)
			{
				if (!is_lookup_test(test->u.children[i]))
					return false;
			}
			return true;
		default:
			return false;
	}
}

/* How many comparisons it takes to run the test. */
static int64
comparisons(const Test *test)
{
	int64		n = 0;

	if (test->kind != TEST_ANY)
		return 1;
	for (int i = 0; i < test->n; i++)
		n += comparisons(test->u.children[i]);
	return n;
}

/* ---- keys: where the answer can change ---- */

typedef struct Keys
{
	Lookup	   *lookup;
	int			room;
} Keys;

static void
make_room(Keys *keys, Size size)
{
	Lookup	   *lookup = keys->lookup;

	if (lookup->n < keys->room)
		return;
	keys->room = keys->room == 0 ? 16 : keys->room * 2;
	lookup->keys.any = lookup->keys.any == NULL ? palloc(keys->room * size) :
		repalloc(lookup->keys.any, keys->room * size);
}

static void
add_integer(Keys *keys, int64 integer)
{
	make_room(keys, sizeof(int64));
	keys->lookup->keys.integers[keys->lookup->n++] = integer;
}

static void
add_real(Keys *keys, float8 real)
{
	make_room(keys, sizeof(float8));
	keys->lookup->keys.reals[keys->lookup->n++] = real;
}

static void
add_numeric(Keys *keys, Numeric numeric)
{
	if (numeric == NULL)
		return;
	make_room(keys, sizeof(Numeric));
	keys->lookup->keys.numerics[keys->lookup->n++] = numeric;
}

static void
add_word(Keys *keys, const Word *word)
{
	LookupWord *to;

	make_room(keys, sizeof(LookupWord));
	to = &keys->lookup->keys.words[keys->lookup->n++];
	to->text = word->text;
	to->length = word->length;
	to->signature = word_signature(word->text, word->length);
}

/* Ranges begin at one key and end before the next. */
static void
add_keys(Keys *keys, const Test *test)
{
	switch (test->kind)
	{
		case TEST_INTEGER_RANGE:
			add_integer(keys, test->u.integers.low);
			if (test->u.integers.high < PG_INT64_MAX)
				add_integer(keys, test->u.integers.high + 1);
			break;
		case TEST_INTEGER_IN:
			for (int i = 0; i < test->n; i++)
			{
				add_integer(keys, test->u.integer_members[i]);
				if (test->u.integer_members[i] < PG_INT64_MAX)
					add_integer(keys, test->u.integer_members[i] + 1);
			}
			break;
		case TEST_FLOAT_RANGE:
			add_real(keys, test->u.floats.low);
			add_real(keys, nextafter(test->u.floats.low, INFINITY));
			add_real(keys, test->u.floats.high);
			add_real(keys, nextafter(test->u.floats.high, INFINITY));
			break;
		case TEST_FLOAT_IN:
			for (int i = 0; i < test->n; i++)
			{
				add_real(keys, test->u.real_members[i]);
				add_real(keys, nextafter(test->u.real_members[i], INFINITY));
			}
			break;
		case TEST_NUMERIC_IN:
			for (int i = 0; i < test->n; i++)
				add_numeric(keys, test->u.numeric_members[i]);
			break;
		case TEST_NUMERIC_RANGE:
			add_numeric(keys, test->u.numerics.low);
			add_numeric(keys, test->u.numerics.high);
			break;
		case TEST_TEXT_IN:
			for (int i = 0; i < test->n; i++)
				add_word(keys, &test->u.words[i]);
			break;
		case TEST_ANY:
			for (int i = 0; i < test->n; i++)
				add_keys(keys, test->u.children[i]);
			break;
		default:
			break;
	}
}

/* ---- order ---- */

static int
compare_word_keys(const void *a, const void *b)
{
	return compare_lookup_words(a, b);
}

static void
sort_with(Lookup *lookup, Size size, int (*compare) (const void *, const void *))
{
	qsort(lookup->keys.any, lookup->n, size, compare);
	lookup->n = qunique(lookup->keys.any, lookup->n, size, compare);
}

static void
sign_keys(Lookup *lookup)
{
	LookupWord *words = lookup->keys.words;

	lookup->quick.signatures = palloc(sizeof(uint64) * lookup->n);
	for (int i = 0; i < lookup->n; i++)
	{
		lookup->quick.signatures[i] = words[i].signature;
		for (int j = 0; j < i && lookup->n <= FEW_KEYS; j++)
			lookup->has_twins |= words[i].signature == words[j].signature;
	}
}

/*
 * Numerics are compared by approximation first, if there are few, and if the
 * keys themselves show that we read their bytes right.
 */
static void
approximate_keys(Lookup *lookup)
{
	lookup->quick.reals = palloc(sizeof(float8) * lookup->n);
	lookup->is_approximate = lookup->n <= FEW_KEYS;
	for (int i = 0; i < lookup->n && lookup->is_approximate; i++)
	{
		struct varlena *key = (struct varlena *) lookup->keys.numerics[i];
		float8		exact = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
															   PointerGetDatum(key)));
		float8		approximate;

		lookup->is_approximate =
			approximate_numeric(VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key), &approximate) &&
			fabs(approximate - exact) <= fabs(exact) * APPROXIMATION / 10;
		lookup->quick.reals[i] = exact;
	}
}

static void
sort_keys(Lookup *lookup)
{
	if (lookup->n == 0)
		return;
	switch (lookup->kind)
	{
		case LOOKUP_NONE:
		case LOOKUP_BOOL:
			break;
		case LOOKUP_INT2:
		case LOOKUP_INT4:
		case LOOKUP_INT8:
			sort_with(lookup, sizeof(int64), compare_integers);
			break;
		case LOOKUP_FLOAT4:
		case LOOKUP_FLOAT8:
			sort_with(lookup, sizeof(float8), compare_reals);
			break;
		case LOOKUP_NUMERIC:
			sort_with(lookup, sizeof(Numeric), compare_numeric_members);
			approximate_keys(lookup);
			break;
		case LOOKUP_TEXT:
		case LOOKUP_BPCHAR:
			sort_with(lookup, sizeof(LookupWord), compare_word_keys);
			sign_keys(lookup);
			break;
	}
}

/* ---- what holds ---- */

/* What a lookup is worked out from: the tests, and what they decide together. */
typedef struct Subject
{
	const Input *input;
	const BoundCharacteristic *characteristic;	/* its first attribute that holds */
	const Test *test;			/* or the truth of one test */
} Subject;

static bool
holds(const Test *test, const Value *value)
{
	return test->kind == TEST_ALWAYS || test_value(test, value) == YES;
}

/* A placeholder counts as missing, as it does when it is read. */
static Outcome
outcome_of(const Subject *subject, Value value)
{
	const BoundCharacteristic *c = subject->characteristic;
	Outcome		outcome = {0};

	if (subject->input->raw_missing != NULL &&
		test_value(subject->input->raw_missing, &value) == YES)
		value.kind = VALUE_MISSING;
	if (subject->test != NULL)
	{
		outcome.points = test_value(subject->test, &value);
		return outcome;
	}
	outcome.attribute = &c->none;
	for (int i = 0; i < c->nattributes; i++)
	{
		if (holds(c->attributes[i].test, &value))
		{
			outcome.attribute = &c->attributes[i];
			break;
		}
	}
	outcome.points = outcome.attribute->points;
	return outcome;
}

/* Between the keys, and at both ends: NULL is no key. */
static Numeric
numeric_between(Numeric low, Numeric high)
{
	Datum		one = NumericGetDatum(int64_to_numeric(1));
	Datum		half = NumericGetDatum(int64_div_fast_to_numeric(5, 1));
	Datum		sum;

	if (low == NULL)
		return DatumGetNumeric(DirectFunctionCall2(numeric_sub, NumericGetDatum(high), one));
	if (high == NULL)
		return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(low), one));
	sum = DirectFunctionCall2(numeric_add, NumericGetDatum(low), NumericGetDatum(high));
	return DatumGetNumeric(DirectFunctionCall2(numeric_mul, sum, half));
}

/* Some value of which outcome i decides (see lookup.h). */
static Value
sample_value(const Lookup *lookup, int i)
{
	Value		value = {0};

	switch (lookup->kind)
	{
		case LOOKUP_NONE:
			break;
		case LOOKUP_BOOL:
			value.kind = VALUE_BOOL;
			value.as.truth = i == 1;
			break;
		case LOOKUP_INT2:
		case LOOKUP_INT4:
		case LOOKUP_INT8:
			value.kind = VALUE_INTEGER;
			value.as.integer = i == 0 ? PG_INT64_MIN : lookup->keys.integers[i - 1];
			break;
		case LOOKUP_FLOAT4:
		case LOOKUP_FLOAT8:
			value.kind = VALUE_FLOAT;
			value.as.real = i == 0 ? -INFINITY : lookup->keys.reals[i - 1];
			break;
		case LOOKUP_NUMERIC:
			value.kind = VALUE_NUMERIC;
			value.as.numeric = i % 2 == 1 ? lookup->keys.numerics[i / 2] :
				lookup->n == 0 ? int64_to_numeric(0) :
				numeric_between(i == 0 ? NULL : lookup->keys.numerics[i / 2 - 1],
								i / 2 == lookup->n ? NULL : lookup->keys.numerics[i / 2]);
			break;
		case LOOKUP_TEXT:
		case LOOKUP_BPCHAR:
			value.kind = i == lookup->n ? VALUE_OBJECT : VALUE_TEXT;
			if (i == lookup->n)
				break;
			value.length = lookup->keys.words[i].length;
			value.as.text = lookup->keys.words[i].text;
			break;
	}
	return value;
}

static int
noutcomes(const Lookup *lookup)
{
	if (lookup->kind == LOOKUP_BOOL)
		return 2;
	return lookup->kind == LOOKUP_NUMERIC ? 2 * lookup->n + 1 : lookup->n + 1;
}

static void
work_out(Lookup *lookup, const Subject *subject)
{
	int			n = noutcomes(lookup);

	lookup->outcomes = palloc(sizeof(Outcome) * n);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lookup->outcomes[i] = outcome_of(subject, sample_value(lookup, i));
	}
	lookup->missing = outcome_of(subject, (Value) {.kind = VALUE_MISSING});
}

/*
 * Makes a lookup of tests that all look at one input; its kind stays
 * LOOKUP_NONE where that cannot be, or would not pay.
 */
static void
make_lookup(Scorecard *card, Lookup *lookup, Input *input, Test **tests,
			int ntests, Subject subject)
{
	Keys		keys = {.lookup = lookup};
	LookupKind	kind = lookup_for(input);
	int64		cost = 0;

	CHECK_FOR_INTERRUPTS();
	if (kind == LOOKUP_NONE)
		return;
	for (int i = 0; i < ntests; i++)
	{
		if (!is_lookup_test(tests[i]))
			return;
		add_keys(&keys, tests[i]);
		cost += comparisons(tests[i]);
	}
	if (input->raw_missing != NULL)
	{
		add_keys(&keys, input->raw_missing);
		cost += comparisons(input->raw_missing);
	}
	/* each key decides for two values at most, its own and those past it */
	if (lookup->n > card->lookup_room ||
		(lookup->n * INT64CONST(2) + 1) * cost > 2 * MAX_LOOKUP_COMPARISONS)
		return;
	lookup->kind = kind;
	sort_keys(lookup);
	subject.input = input;
	if (noutcomes(lookup) * cost > MAX_LOOKUP_COMPARISONS)
	{
		lookup->kind = LOOKUP_NONE;
		return;
	}
	lookup->field = input->field;
	lookup->reader = &input->reader;
	lookup->comparison = palloc0(SizeForFunctionCallInfo(2));
	InitFunctionCallInfoData(*lookup->comparison, NULL, 2, InvalidOid, NULL, NULL);
	card->lookup_room -= lookup->n;
	work_out(lookup, &subject);
}

/* Tests below all, any and not, each for itself. */
static void
make_test_lookups(Scorecard *card, Test *test)
{
	if (test->kind == TEST_ALWAYS)
		return;
	if (test->input < 0)
	{
		for (int i = 0; i < test->n; i++)
			make_test_lookups(card, test->u.children[i]);
		return;
	}
	test->lookup = palloc0(sizeof(Lookup));
	make_lookup(card, test->lookup, &card->inputs[test->input], &test, 1,
				(Subject) {.test = test});
	if (test->lookup->kind != LOOKUP_NONE)
		return;
	if (test->lookup->keys.any != NULL)
		pfree(test->lookup->keys.any);
	pfree(test->lookup);
	test->lookup = NULL;
}

static void
make_characteristic_lookup(Scorecard *card, BoundCharacteristic *c)
{
	Test	  **tests = palloc(sizeof(Test *) * c->nattributes);

	for (int i = 0; i < c->nattributes; i++)
		tests[i] = c->attributes[i].test;
	if (c->ninputs == 1)
		make_lookup(card, &c->lookup, &card->inputs[c->inputs[0]], tests,
					c->nattributes, (Subject) {.characteristic = c});
	if (c->lookup.kind != LOOKUP_NONE)
		return;
	for (int i = 0; i < c->nattributes; i++)
		make_test_lookups(card, tests[i]);
}

/* Gives every characteristic a lookup that can have one, and the others' tests. */
void
make_lookups(Scorecard *card)
{
	card->lookup_room = MAX_LOOKUP_KEYS;
	for (int i = 0; i < card->ncharacteristics; i++)
		make_characteristic_lookup(card, &card->characteristics[i]);
	for (int i = 0; i < card->ndisqualifiers; i++)
		make_test_lookups(card, card->disqualifiers[i]);
}

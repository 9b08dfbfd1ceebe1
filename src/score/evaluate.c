/*
 * evaluate.c
 *		Evaluates a bound portrait on one row.  This is the inner loop: what is
 *		common is read and looked up here without a call.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "score/lookup.h"
#include "score/score.h"
#include "utils/builtins.h"

/* ---- values that tests look at ---- */

static void
read_input(const Input *input, const NullableDatum *field, Value *value)
{
	if (field->isnull)
	{
		value->kind = VALUE_MISSING;
		return;
	}
	read_value(unconstify(Reader *, &input->reader), field->value, value);
	if (input->raw_missing != NULL && test_value(input->raw_missing, value) == YES)
		value->kind = VALUE_MISSING;
	if (input->as != AS_IS)
	{
		convert_value(input->as, value);
		if (input->missing != NULL && test_value(input->missing, value) == YES)
			value->kind = VALUE_MISSING;
	}
}

/* The value in the current row, read when it is first asked for. */
const Value *
input_value(Scorecard *card, int i)
{
	const Input *input = &card->inputs[i];

	if (card->read_in[i] != card->row)
	{
		read_input(input, &card->fields[input->field], &card->values[i]);
		card->read_in[i] = card->row;
	}
	return &card->values[i];
}

/* ---- lookups ---- */

/* Are its bytes right there?  (A TOAST pointer looks like a short header too.) */
static inline bool
is_in_line(const struct varlena *stored)
{
	return !VARATT_IS_EXTERNAL(stored) && !VARATT_IS_COMPRESSED(stored);
}

static inline const Outcome *
look_up_text(const Lookup *lookup, Datum datum)
{
	struct varlena *text = (struct varlena *) DatumGetPointer(datum);
	int			length;

	if (!is_in_line(text))
		text = PG_DETOAST_DATUM_PACKED(datum);
	length = VARSIZE_ANY_EXHDR(text);
	if (lookup->kind == LOOKUP_BPCHAR)
		length = bpchartruelen(VARDATA_ANY(text), length);
	return &lookup->outcomes[find_word(lookup, VARDATA_ANY(text), length)];
}

static inline const Outcome *
look_up_real(const Lookup *lookup, float8 real)
{
	return isnan(real) ? &lookup->missing :
		&lookup->outcomes[find_real(lookup, real)];
}

static inline const Outcome *
look_up_numeric(const Lookup *lookup, Datum datum)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	Numeric		numeric;
	float8		approximation;
	int			found;

	if (lookup->is_approximate && is_in_line(stored) &&
		approximate_numeric(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored), &approximation))
	{
		found = find_approximation(lookup, approximation);
		if (found >= 0)
			return &lookup->outcomes[found];
	}
	numeric = aligned_numeric(lookup->reader, datum);
	found = find_numeric(lookup, numeric);

	/* NaN is above all numbers, so only there can it be */
	return found == 2 * lookup->n && numeric_is_nan(numeric) ? &lookup->missing :
		&lookup->outcomes[found];
}

static pg_attribute_always_inline const Outcome *
look_up(const Lookup *lookup, const NullableDatum *field)
{
	if (field->isnull)
		return &lookup->missing;
	switch (lookup->kind)
	{
		case LOOKUP_BOOL:
			return &lookup->outcomes[DatumGetBool(field->value) ? 1 : 0];
		case LOOKUP_INT2:
			return &lookup->outcomes[find_integer(lookup, DatumGetInt16(field->value))];
		case LOOKUP_INT4:
			return &lookup->outcomes[find_integer(lookup, DatumGetInt32(field->value))];
		case LOOKUP_INT8:
			return &lookup->outcomes[find_integer(lookup, DatumGetInt64(field->value))];
		case LOOKUP_FLOAT4:
			return look_up_real(lookup, DatumGetFloat4(field->value));
		case LOOKUP_FLOAT8:
			return look_up_real(lookup, DatumGetFloat8(field->value));
		case LOOKUP_NUMERIC:
			return look_up_numeric(lookup, field->value);
		case LOOKUP_TEXT:
		case LOOKUP_BPCHAR:
			return look_up_text(lookup, field->value);
		case LOOKUP_NONE:
			break;
	}
	return &lookup->missing;
}

/* ---- conditions ---- */

static Truth run_test(Scorecard *card, const Test *test);

static Truth
run_compound(Scorecard *card, const Test *test)
{
	Truth		decisive = test->kind == TEST_ANY ? YES : NO;
	bool		unknown = false;

	for (int i = 0; i < test->n; i++)
	{
		Truth		one = run_test(card, test->u.children[i]);

		if (one == decisive)
			return decisive;
		unknown |= one == UNKNOWN;
	}
	return unknown ? UNKNOWN : decisive == YES ? NO : YES;
}

/* Truth is SQL's, and so not of the unknown is unknown. */
static Truth
run_test(Scorecard *card, const Test *test)
{
	if (test->lookup != NULL)
		return (Truth) look_up(test->lookup, &card->fields[test->lookup->field])->points;
	if (test->kind == TEST_ALWAYS)
		return YES;
	if (test->input >= 0)
		return test_value(test, input_value(card, test->input));
	if (test->kind == TEST_NOT)
	{
		Truth		inner = run_test(card, test->u.children[0]);

		return inner == UNKNOWN ? UNKNOWN : inner == YES ? NO : YES;
	}
	return run_compound(card, test);
}

/* The attribute that holds: the first whose condition is true, or none. */
static const BoundAttribute *
first_match(Scorecard *card, const BoundCharacteristic *c)
{
	for (int i = 0; i < c->nattributes; i++)
	{
		if (run_test(card, c->attributes[i].test) == YES)
			return &c->attributes[i];
	}
	return &c->none;
}

/* ---- rows ---- */

static int
disqualifying_rule(Scorecard *card)
{
	for (int i = 0; i < card->ndisqualifiers; i++)
	{
		if (run_test(card, card->disqualifiers[i]) == YES)
			return i;
	}
	return -1;
}

/* Evaluates the card on the row whose fields are given, in portrait order. */
void
evaluate_row(Scorecard *card, const NullableDatum *fields)
{
	int64		points = card->portrait->initial;
	const BoundCharacteristic *c = card->characteristics;
	const BoundCharacteristic *end = c + card->ncharacteristics;
	const BoundAttribute **matched = card->matched;

	card->fields = fields;
	card->row++;
	card->disqualified = disqualifying_rule(card);
	for (; c < end; c++, matched++)
	{
		if (c->lookup.kind != LOOKUP_NONE)
		{
			const Outcome *outcome = look_up(&c->lookup, &fields[c->lookup.field]);

			points += outcome->points;
			*matched = outcome->attribute;
		}
		else
		{
			*matched = first_match(card, c);
			points += (*matched)->points;
		}
	}
	card->points = points;
}

/* ---- qualification ---- */

static bool
some_input_known(Scorecard *card, const BoundCharacteristic *c)
{
	for (int i = 0; i < c->ninputs; i++)
	{
		if (input_value(card, c->inputs[i])->kind != VALUE_MISSING)
			return true;
	}
	return false;
}

/*
 * Did the characteristic give points, on what is known of the evaluated row?
 * Unknown where nothing is, and where an attribute that gives points may hold:
 * its condition is unknown, and no attribute before it does.
 */
Truth
is_met(Scorecard *card, int i)
{
	const BoundCharacteristic *c = &card->characteristics[i];
	const BoundAttribute *matched = card->matched[i];

	if (!some_input_known(card, c))
		return UNKNOWN;
	if (matched->points > 0)
		return YES;
	for (const BoundAttribute *a = c->attributes;
		 a < c->attributes + c->nattributes && a != matched; a++)
	{
		if (a->points > 0 && run_test(card, a->test) == UNKNOWN)
			return UNKNOWN;
	}
	return NO;
}

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
read_input(Scorecard *card, int i)
{
	Input	   *input = &card->inputs[i];
	const NullableDatum *field = &card->fields[input->field];
	Value	   *value = &card->values[i];

	if (field->isnull)
	{
		value->kind = VALUE_MISSING;
		return;
	}
	read_value(&input->reader, field->value, value);
	if (input->raw_missing != NULL && test_value(input->raw_missing, value) == YES)
		value->kind = VALUE_MISSING;
	if (input->as != AS_IS)
	{
		convert_value(input->as, value);
		if (input->missing != NULL && test_value(input->missing, value) == YES)
			value->kind = VALUE_MISSING;
	}
}

/* Lookups leave no values behind; who needs to know what was missing asks here. */
void
read_all_inputs(Scorecard *card)
{
	for (int i = 0; i < card->ninputs; i++)
		read_input(card, i);
}

/* ---- lookups ---- */

static inline const Outcome *
look_up_text(const Lookup *lookup, Datum datum)
{
	struct varlena *text = (struct varlena *) DatumGetPointer(datum);
	int			length;

	/* a TOAST pointer looks like a short header too */
	if (VARATT_IS_EXTERNAL(text) || VARATT_IS_COMPRESSED(text))
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
	Numeric		numeric = aligned_numeric(lookup->reader, datum);
	int			found = find_numeric(lookup, numeric);

	/* NaN is above all numbers, so only there can it be */
	return found == 2 * lookup->n && numeric_is_nan(numeric) ? &lookup->missing :
		&lookup->outcomes[found];
}

static inline const Outcome *
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

/* ---- rows ---- */

static int
disqualifying_rule(const Scorecard *card)
{
	for (int i = 0; i < card->ndisqualifiers; i++)
	{
		if (run_test(card->disqualifiers[i], card->values) == YES)
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
	for (int i = 0; i < card->ntested; i++)
		read_input(card, card->tested[i]);
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
			*matched = first_match(c, card->values);
			points += (*matched)->points;
		}
	}
	card->points = points;
}

/* ---- the score ---- */

/*
 * 100 * part / whole.  Integers up to 2^53 are exact in float8, so that the
 * one division rounds once, and 80 of 100 points are exactly 80; beyond, the
 * whole percents are split off, by steps that do not overflow, to keep that so.
 */
static inline float8
percentage(int64 part, int64 whole)
{
	static const int steps[] = {5, 5, 4};
	uint64		rest = part;
	uint64		percents = 0;

	if (part < (INT64CONST(1) << 53) / 100)
		return (float8) (part * 100) / (float8) whole;
	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		percents = percents * steps[i] + rest / whole * steps[i];
		rest = rest % whole * steps[i];
	}
	percents += rest / whole;
	return (float8) percents + (float8) (rest % whole) / (float8) whole;
}

/*
 * The score from 0 to 100, or in points.  NULL where there is nothing to win.
 */
float8
card_score(const Scorecard *card, bool *isnull)
{
	const Portrait *p = card->portrait;

	*isnull = false;
	if (card->disqualified >= 0)
		return 0;
	if (p->max == p->min)
	{
		*isnull = true;
		return 0;
	}
	if (p->raw_points)
		return (float8) card->points / POINT_SCALE;
	return percentage(card->points - p->min, p->max - p->min);
}

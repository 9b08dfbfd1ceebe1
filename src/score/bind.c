/*
 * bind.c
 *		Binds a portrait to the columns of a row: finds a reader for each field
 *		and a test for each condition.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "parser/parse_coerce.h"
#include "score/score.h"
#include "utils/builtins.h"

typedef struct Binder
{
	Scorecard  *card;
	const FieldType *fields;
	List	   *inputs;			/* of Input */
	List	  **inputs_of;		/* of int: the inputs of each field */
	Bitmapset  *used;			/* inputs of the characteristic at hand */
} Binder;

static Test *bind_condition(Binder *binder, const Condition *condition);

/* ---- inputs ---- */

static int
field_position(const Portrait *portrait, const char *field)
{
	ListCell   *lc;

	foreach(lc, portrait->fields)
	{
		if (strcmp(lfirst(lc), field) == 0)
			return foreach_current_index(lc);
	}
	elog(ERROR, "field \"%s\" is not among the portrait's fields", field);
}

/*
 * A column that is a number already is not converted; only text is.
 */
static void
set_conversion(Input *input, const Condition *condition)
{
	Reader	   *reader = &input->reader;

	if (input->as == AS_IS)
		return;
	if (!reader->is_json &&
		((input->as == AS_NUMBER && reads_number(reader)) ||
		 (input->as == AS_DATE && reads_time(reader))))
	{
		input->as = AS_IS;
		return;
	}
	if (reader->is_json || reader->kind == VALUE_TEXT)
		return;
	if (reader->kind != VALUE_OTHER || !IsBinaryCoercible(reader->type, TEXTOID))
		cannot_apply(reader, condition,
					 input->as == AS_NUMBER ?
					 "Only text can be read \"as\": \"number\"." :
					 "Only text can be read \"as\": \"date\".");
	/* text under another name, such as citext */
	reader->kind = VALUE_TEXT;
}

/* What conditions see: the column, or what its text is converted to. */
static Reader
seen_reader(const Input *input)
{
	Reader		reader = input->reader;

	if (input->as == AS_IS)
		return reader;
	reader.as = input->as;
	reader.is_json = false;
	if (input->as == AS_NUMBER)
		reader.kind = VALUE_NUMERIC;
	else
	{
		reader.kind = VALUE_INTEGER;
		reader.unit = UNIT_UTC_TIME;
	}
	return reader;
}

static void
bind_placeholders(Input *input, const Condition *condition)
{
	Reader		seen = seen_reader(input);

	if (input->placeholders == NIL)
		return;
	input->raw_missing = bind_literals(&input->reader, condition,
									   input->placeholders, true);
	if (input->as != AS_IS)
		input->missing = bind_literals(&seen, condition,
									   input->placeholders, true);
}

static int
find_input(Binder *binder, const Condition *condition)
{
	const FieldUse *use = &condition->use;
	int			field = field_position(binder->card->portrait, use->field);
	const FieldType *type = &binder->fields[field];
	Input	   *input;
	ListCell   *lc;

	foreach(lc, binder->inputs_of[field])
	{
		input = list_nth(binder->inputs, lfirst_int(lc));
		if (input->asked == use->as && input->placeholders == use->placeholders)
			return lfirst_int(lc);
	}
	input = palloc0(sizeof(Input));
	input->field = field;
	input->asked = input->as = use->as;
	input->placeholders = use->placeholders;
	if (OidIsValid(type->type))
	{
		init_reader(&input->reader, type);
		set_conversion(input, condition);
		bind_placeholders(input, condition);
	}
	binder->inputs_of[field] = lappend_int(binder->inputs_of[field],
										   list_length(binder->inputs));
	binder->inputs = lappend(binder->inputs, input);
	return list_length(binder->inputs) - 1;
}

/* ---- conditions ---- */

/* Elements of an array, each tested for itself. */
static Test *
bind_contains(const Reader *reader, const Condition *condition)
{
	const Reader *element = reader->is_json ? reader : reader->element;
	bool		all = condition->kind == CONDITION_CONTAINS;
	Test	   *test = make_test(all ? TEST_CONTAINS_ALL : TEST_CONTAINS_ANY);
	ListCell   *lc;

	if (element == NULL)
		cannot_apply(reader, condition,
					 holds_text(reader) ?
					 "Only arrays contain values; for parts of a text there are \"like\" and \"ilike\"." :
					 "Only arrays contain values.");
	if (!all)
	{
		test->n = 1;
		test->u.children = palloc(sizeof(Test *));
		test->u.children[0] = bind_literals(element, condition,
											condition->literals, false);
		return test;
	}
	test->u.children = palloc(sizeof(Test *) * list_length(condition->literals));
	foreach(lc, condition->literals)
		test->u.children[test->n++] = bind_literals(element, condition,
													list_make1(lfirst(lc)), false);
	return test;
}

static Test *
bind_operand(Binder *binder, const Condition *condition, const Input *input)
{
	Reader		reader = seen_reader(input);

	if (condition->kind == CONDITION_MISSING)
		return make_test(TEST_MISSING);
	/* a field that the row lacks is always missing, and so never tested */
	if (!OidIsValid(reader.type))
		return make_test(TEST_KNOWN);
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
		case CONDITION_IN:
			return bind_literals(&reader, condition, condition->literals, false);
		case CONDITION_RANGE:
			return bind_range(&reader, condition);
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
			return bind_like(&reader, condition);
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			return bind_contains(&reader, condition);
		default:
			return bind_relative(&reader, condition, binder->card->portrait,
								 binder->card->now);
	}
}

static Test *
bind_compound(Binder *binder, const Condition *condition)
{
	Test	   *test = make_test(condition->kind == CONDITION_ALL ? TEST_ALL :
								 condition->kind == CONDITION_ANY ? TEST_ANY :
								 TEST_NOT);
	ListCell   *lc;

	test->input = -1;
	test->u.children = palloc(sizeof(Test *) * list_length(condition->children));
	foreach(lc, condition->children)
		test->u.children[test->n++] = bind_condition(binder, lfirst(lc));
	return test;
}

static Test *
bind_condition(Binder *binder, const Condition *condition)
{
	Test	   *test;
	int			input;

	CHECK_FOR_INTERRUPTS();
	if (condition->kind == CONDITION_OTHERWISE)
		return make_test(TEST_ALWAYS);
	if (condition->kind >= CONDITION_ALL)
		return bind_compound(binder, condition);
	input = find_input(binder, condition);
	binder->used = bms_add_member(binder->used, input);
	test = bind_operand(binder, condition, list_nth(binder->inputs, input));
	test->input = input;
	return test;
}

/* ---- the portrait ---- */

/* PMML's reason codes: the attribute's, else the characteristic's; else its name. */
static void
set_reason(BoundAttribute *bound, const char *own, const Characteristic *characteristic)
{
	bound->reason = own ? own : characteristic->reason ? characteristic->reason :
		characteristic->name;
	bound->reason_text = CStringGetTextDatum(bound->reason);
}

static void
bind_characteristic(Binder *binder, const Characteristic *characteristic,
					BoundCharacteristic *bound)
{
	ListCell   *lc;
	int			input = -1;

	bound->characteristic = characteristic;
	bound->attributes = palloc0(sizeof(BoundAttribute) *
								list_length(characteristic->attributes));
	binder->used = NULL;
	foreach(lc, characteristic->attributes)
	{
		const Attribute *attribute = lfirst(lc);
		BoundAttribute *to = &bound->attributes[bound->nattributes++];

		to->attribute = attribute;
		to->points = attribute->points;
		to->test = bind_condition(binder, attribute->when);
		set_reason(to, attribute->reason, characteristic);
	}
	set_reason(&bound->none, NULL, characteristic);
	bound->inputs = palloc(sizeof(int) * Max(bms_num_members(binder->used), 1));
	while ((input = bms_next_member(binder->used, input)) >= 0)
		bound->inputs[bound->ninputs++] = input;
}

static void
copy_inputs(Binder *binder)
{
	Scorecard  *card = binder->card;
	ListCell   *lc;

	card->ninputs = list_length(binder->inputs);
	card->inputs = palloc(sizeof(Input) * Max(card->ninputs, 1));
	card->values = palloc0(sizeof(Value) * Max(card->ninputs, 1));
	card->read_in = palloc0(sizeof(uint64) * Max(card->ninputs, 1));
	foreach(lc, binder->inputs)
		card->inputs[foreach_current_index(lc)] = *(Input *) lfirst(lc);
}

static void
prepare_names(Scorecard *card)
{
	ListCell   *lc;

	card->out_name = CStringGetTextDatum("out");
	card->tier_names = palloc(sizeof(Datum) *
							  Max(list_length(card->portrait->tiers), 1));
	foreach(lc, card->portrait->tiers)
		card->tier_names[foreach_current_index(lc)] =
			CStringGetTextDatum(((Tier *) lfirst(lc))->name);
}

/*
 * Binds in the current memory context, which must live as long as the result,
 * as must fields: the type of each of the portrait's fields, in its order.
 */
Scorecard *
bind_portrait(Portrait *portrait, const FieldType *fields, TimestampTz now)
{
	Scorecard  *card = palloc0(sizeof(Scorecard));
	Binder		binder = {.card = card, .fields = fields};
	ListCell   *lc;

	card->portrait = portrait;
	card->types = fields;
	binder.inputs_of = palloc0(sizeof(List *) * Max(list_length(portrait->fields), 1));
	card->zone = session_timezone;
	card->now = portrait->is_fixed ? portrait->at : now;
	card->characteristics = palloc0(sizeof(BoundCharacteristic) *
									Max(list_length(portrait->characteristics), 1));
	card->matched = palloc(sizeof(BoundAttribute *) *
						   Max(list_length(portrait->characteristics), 1));
	foreach(lc, portrait->characteristics)
		bind_characteristic(&binder, lfirst(lc),
							&card->characteristics[card->ncharacteristics++]);
	card->disqualifiers = palloc(sizeof(Test *) *
								 Max(list_length(portrait->disqualifiers), 1));
	foreach(lc, portrait->disqualifiers)
		card->disqualifiers[card->ndisqualifiers++] =
			bind_condition(&binder, ((Disqualifier *) lfirst(lc))->when);
	copy_inputs(&binder);
	make_lookups(card);
	prepare_names(card);
	return card;
}

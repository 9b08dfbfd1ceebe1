/*
 * parse.c
 *		From JSON to a portrait, with every rule that a portrait obeys.
 *
 * This is the one validator: input, receive, the cast from jsonb and every
 * read of stored bytes come through here.  Parsing functions return false
 * after an error, because an error may be a soft one (see portrait_error).
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "portrait/parser.h"
#include "utils/builtins.h"

/*
 * In the order in which they are read: characteristics inherit placeholders,
 * and verdicts are about their dimensions.
 */
static const char *const portrait_keys[] = {
	"placeholders", "title", "subject", "initial", "scale", "absent",
	"characteristics", "framework", "verdicts", "disqualify", "tiers", "fit",
	"probability", "quality", "at", NULL
};
static const char *const characteristic_keys[] = {
	"name", "field", "group", "dimension", "question", "reason", "as",
	"placeholders", "attributes", "possible", NULL
};
static const char *const disqualify_keys[] = {"when", "reason", NULL};
static const char *const probability_keys[] = {"intercept", "slope", NULL};

static bool
want_choice(PortraitParser *parser, JsonbValue *value,
			const char *no, const char *yes, bool *result)
{
	const char *text;

	if (!want_text(parser, value, &text))
		return false;
	*result = strcmp(text, yes) == 0;
	if (!*result && strcmp(text, no) != 0)
		return invalid(parser, psprintf("\"%s\" and \"%s\" are known.", no, yes),
					   "unknown value \"%s\"", text);
	return true;
}

/* ---- the parts of a portrait ---- */

static bool
parse_attribute(PortraitParser *parser, JsonbValue *value, void *target)
{
	Characteristic *characteristic = target;
	Attribute  *attribute = palloc0(sizeof(Attribute));

	if (!want_object(parser, value))
		return false;
	if (++parser->nattributes > MAX_ATTRIBUTES)
		return too_many(parser, "more than %d attributes", MAX_ATTRIBUTES);
	attribute->when = parse_condition(parser, value->val.binary.data,
									  &characteristic->use, attribute);
	if (attribute->when == NULL)
		return false;
	characteristic->attributes = lappend(characteristic->attributes, attribute);
	return true;
}

/* What the characteristic can give: nothing, unless some attribute always holds. */
static void
set_point_span(Characteristic *characteristic)
{
	ListCell   *lc;
	bool		always = false;

	characteristic->max = characteristic->possible;
	foreach(lc, characteristic->attributes)
	{
		Attribute  *attribute = lfirst(lc);

		if (foreach_current_index(lc) == 0)
			characteristic->min = characteristic->max = attribute->points;
		characteristic->min = Min(characteristic->min, attribute->points);
		characteristic->max = Max(characteristic->max, attribute->points);
		always |= attribute->when->kind == CONDITION_OTHERWISE;
	}
	if (!always)
	{
		characteristic->min = Min(characteristic->min, 0);
		characteristic->max = Max(characteristic->max, 0);
	}
}

static bool
has_name(Portrait *portrait, const char *name)
{
	ListCell   *lc;

	foreach(lc, portrait->characteristics)
	{
		if (strcmp(((Characteristic *) lfirst(lc))->name, name) == 0)
			return true;
	}
	return false;
}

/* Points that a characteristic without attributes could give if it had some. */
static bool
want_possible(PortraitParser *parser, JsonbValue *value, int64 *result)
{
	if (!want_points(parser, value, result))
		return false;
	if (*result < 0)
		return invalid(parser, NULL, "%s is less than nothing", points_text(*result));
	return true;
}

/* All keys but "attributes", which need the others to be known. */
bool
parse_characteristic_key(PortraitParser *parser, Characteristic *c,
						 const char *key, JsonbValue *value,
						 JsonbValue *attributes)
{
	if (strcmp(key, "name") == 0)
		return want_name(parser, value, &c->name);
	if (strcmp(key, "field") == 0)
		return want_name(parser, value, &c->use.field);
	if (strcmp(key, "group") == 0)
		return want_name(parser, value, &c->group);
	if (strcmp(key, "dimension") == 0)
		return want_name(parser, value, &c->dimension);
	if (strcmp(key, "question") == 0)
		return want_name(parser, value, &c->question);
	if (strcmp(key, "possible") == 0)
		return want_possible(parser, value, &c->possible);
	if (strcmp(key, "reason") == 0)
		return want_name(parser, value, &c->reason);
	if (strcmp(key, "as") == 0)
		return want_as(parser, value, &c->use.as);
	if (strcmp(key, "placeholders") == 0)
	{
		c->own_placeholders = true;
		return want_literals(parser, value, &c->use.placeholders);
	}
	if (strcmp(key, "attributes") == 0)
	{
		*attributes = *value;
		return want_array(parser, value);
	}
	return unknown_key(parser, key, characteristic_keys);
}

/* Checks all but the attributes, whose own errors come after these. */
bool
check_characteristic(PortraitParser *parser, const Characteristic *c)
{
	Portrait   *portrait = parser->portrait;

	if (list_length(portrait->characteristics) >= MAX_CHARACTERISTICS)
		return too_many(parser, "more than %d characteristics", MAX_CHARACTERISTICS);
	if (c->name == NULL)
		return invalid(parser, NULL, "it has no \"name\"");
	if (has_name(portrait, c->name))
		return invalid(parser, "Each characteristic has a name of its own.",
					   "there is another characteristic named \"%s\"", c->name);
	if (c->question != NULL && c->dimension == NULL)
		return invalid(parser, "Say of what dimension it is: \"dimension\": \"budget\", and so on.",
					   "it has a \"question\" and no \"dimension\"");
	return true;
}

/* Checks the attributes, and adds the characteristic to the portrait. */
bool
add_characteristic(PortraitParser *parser, Characteristic *c)
{
	Portrait   *portrait = parser->portrait;

	if (c->attributes == NIL && c->dimension == NULL)
		return invalid(parser, NULL, "there is no attribute in it");
	if (!check_reachable(parser, c))
		return false;
	set_point_span(c);
	add_to_dimension(portrait, c);
	portrait->characteristics = lappend(portrait->characteristics, c);
	return true;
}

/* Reads one whose dimension and so on may be known already, and adds it. */
bool
parse_characteristic_object(PortraitParser *parser, JsonbContainer *object,
							Characteristic *c)
{
	JsonbValue	attributes = {.type = jbvNull};
	JsonbValue	element;
	ObjectWalk	walk;
	char	   *key;
	int			length;

	c->use.placeholders = parser->portrait->placeholders;
	walk_object(&walk, object);
	while ((key = walk_next(&walk, &element)) != NULL)
	{
		length = path_enter(parser, key);
		if (!parse_characteristic_key(parser, c, key, &element, &attributes))
			return false;
		path_leave(parser, length);
	}
	if (!check_characteristic(parser, c))
		return false;
	/* of a dimension it may not be known yet what would tell */
	if (attributes.type == jbvNull && c->dimension == NULL)
		return invalid(parser, NULL, "it has no \"attributes\"");
	length = path_enter(parser, "attributes");
	if (attributes.type != jbvNull &&
		!parse_elements(parser, &attributes, parse_attribute, c))
		return false;
	if (c->attributes != NIL && c->possible != 0)
		return invalid(parser, "What it can give follows from these: take \"possible\" away.",
					   "there are both attributes and \"possible\"");
	if (!add_characteristic(parser, c))
		return false;
	path_leave(parser, length);
	return true;
}

static bool
parse_characteristic(PortraitParser *parser, JsonbValue *value, void *target)
{
	(void) target;
	return want_object(parser, value) &&
		parse_characteristic_object(parser, value->val.binary.data,
									palloc0(sizeof(Characteristic)));
}

static bool
parse_disqualifier(PortraitParser *parser, JsonbValue *value, void *target)
{
	Portrait   *portrait = target;
	Disqualifier *d = palloc0(sizeof(Disqualifier));
	FieldUse	use = {.placeholders = portrait->placeholders};
	JsonbValue	element;
	ObjectWalk	walk;
	char	   *key;

	if (!want_object(parser, value))
		return false;
	if (++parser->nattributes > MAX_ATTRIBUTES)
		return too_many(parser, "more than %d attributes", MAX_ATTRIBUTES);
	walk_object(&walk, value->val.binary.data);
	while ((key = walk_next(&walk, &element)) != NULL)
	{
		int			length = path_enter(parser, key);

		if (strcmp(key, "reason") == 0)
		{
			if (!want_name(parser, &element, &d->reason))
				return false;
		}
		else if (strcmp(key, "when") == 0)
		{
			if (!want_object(parser, &element))
				return false;
			d->when = parse_condition(parser, element.val.binary.data, &use, NULL);
			if (d->when == NULL)
				return false;
		}
		else
			return unknown_key(parser, key, disqualify_keys);
		path_leave(parser, length);
	}
	if (d->when == NULL)
		return invalid(parser, NULL, "it has no \"when\"");
	portrait->disqualifiers = lappend(portrait->disqualifiers, d);
	return true;
}

static float8
literal_float8(const Literal *literal)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  NumericGetDatum(literal->number)));
}

/* A number that results are computed with: none of them may become infinite. */
static bool
want_finite(PortraitParser *parser, JsonbValue *value, Literal **literal, float8 *result)
{
	if (!want_number(parser, value, literal))
		return false;
	*result = literal_float8(*literal);
	if (isinf(*result))
		return invalid(parser, NULL, "%s is out of range for type double precision",
					   (*literal)->text);
	return true;
}

static bool
add_tier(Portrait *portrait, const char *name, Literal *threshold, float8 from)
{
	Tier	   *tier = palloc0(sizeof(Tier));
	int			above = 0;
	ListCell   *lc;

	tier->name = name;
	tier->threshold = threshold;
	tier->from = from;
	foreach(lc, portrait->tiers)
	{
		Tier	   *other = lfirst(lc);

		if (other->from == tier->from)
			return false;
		above += other->from > tier->from;
	}
	portrait->tiers = list_insert_nth(portrait->tiers, above, tier);
	return true;
}

static bool
parse_tiers(PortraitParser *parser, JsonbValue *value)
{
	Portrait   *portrait = parser->portrait;
	JsonbValue	element;
	ObjectWalk	walk;
	char	   *key;

	if (!want_object(parser, value))
		return false;
	walk_object(&walk, value->val.binary.data);
	while ((key = walk_next(&walk, &element)) != NULL)
	{
		int			length = path_enter(parser, key);
		Literal    *threshold;
		float8		from;

		if (!want_finite(parser, &element, &threshold, &from))
			return false;
		if (key[0] == '\0' || strcmp(key, "out") == 0)
			return invalid(parser, NULL,
						   "a tier cannot be named \"%s\": below all tiers is \"out\"",
						   key);
		if (list_length(portrait->tiers) >= MAX_CHARACTERISTICS)
			return too_many(parser, "more than %d tiers", MAX_CHARACTERISTICS);
		if (!add_tier(portrait, key, threshold, from))
			return invalid(parser, NULL,
						   "two tiers begin at %s", threshold->text);
		path_leave(parser, length);
	}
	return true;
}

static bool
parse_probability(PortraitParser *parser, JsonbValue *value)
{
	Portrait   *portrait = parser->portrait;
	JsonbValue	element;
	ObjectWalk	walk;
	char	   *key;

	if (!want_object(parser, value))
		return false;
	walk_object(&walk, value->val.binary.data);
	while ((key = walk_next(&walk, &element)) != NULL)
	{
		int			length = path_enter(parser, key);
		bool		is_slope = strcmp(key, "slope") == 0;

		if (!is_slope && strcmp(key, "intercept") != 0)
			return unknown_key(parser, key, probability_keys);
		if (!want_finite(parser, &element,
						 is_slope ? &portrait->slope : &portrait->intercept,
						 is_slope ? &portrait->slope_value : &portrait->intercept_value))
			return false;
		path_leave(parser, length);
	}
	if (portrait->slope == NULL || portrait->intercept == NULL)
		return invalid(parser, NULL,
					   "it needs both \"intercept\" and \"slope\"");
	portrait->calibrated = true;
	return true;
}

static JsonbValue *
object_member(JsonbContainer *object, const char *key)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

/* Kept as it is; we read only the share of accounts that fit, if it is there. */
static bool
parse_quality(PortraitParser *parser, JsonbValue *value)
{
	Portrait   *portrait = parser->portrait;
	JsonbValue *shares;
	JsonbValue *fit;

	if (!want_object(parser, value))
		return false;
	portrait->quality = JsonbValueToJsonb(value);
	shares = object_member(&portrait->quality->root, "shares");
	if (shares == NULL || shares->type != jbvBinary ||
		!JsonContainerIsObject(shares->val.binary.data))
		return true;
	fit = object_member(shares->val.binary.data, "fit");
	if (fit != NULL && fit->type == jbvNumeric)
		portrait->fit_share =
			DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											   NumericGetDatum(fit->val.numeric)));
	return true;
}

static bool
parse_at(PortraitParser *parser, JsonbValue *value)
{
	const char *text;

	if (!want_text(parser, value, &text))
		return false;
	if (!parse_time_text(text, strlen(text), &parser->portrait->at))
		return invalid(parser, "Write it as \"2026-01-31 08:00:00Z\".",
					   "\"%s\" is no moment", text);
	parser->portrait->is_fixed = true;
	return true;
}

bool
parse_portrait_key(PortraitParser *parser, const char *key, JsonbValue *value)
{
	Portrait   *p = parser->portrait;

	if (strcmp(key, "title") == 0)
		return want_text(parser, value, &p->title);
	if (strcmp(key, "subject") == 0)
		return want_name(parser, value, &p->subject);
	if (strcmp(key, "initial") == 0)
		return want_points(parser, value, &p->initial);
	if (strcmp(key, "scale") == 0)
		return want_choice(parser, value, "score", "points", &p->raw_points);
	if (strcmp(key, "absent") == 0)
		return want_choice(parser, value, "error", "missing",
						   &p->absent_is_missing);
	if (strcmp(key, "characteristics") == 0)
		return parse_elements(parser, value, parse_characteristic, p);
	if (strcmp(key, "framework") == 0)
		return parse_framework(parser, value);
	if (strcmp(key, "verdicts") == 0)
		return parse_verdicts(parser, value);
	if (strcmp(key, "disqualify") == 0)
		return parse_elements(parser, value, parse_disqualifier, p);
	if (strcmp(key, "tiers") == 0)
		return parse_tiers(parser, value);
	if (strcmp(key, "fit") == 0)
		return want_finite(parser, value, &p->fit, &p->fit_from);
	if (strcmp(key, "placeholders") == 0)
		return want_literals(parser, value, &p->placeholders);
	if (strcmp(key, "probability") == 0)
		return parse_probability(parser, value);
	if (strcmp(key, "quality") == 0)
		return parse_quality(parser, value);
	return parse_at(parser, value);
}

static Literal *
whole_number(int number)
{
	return number_literal(int64_to_numeric(number));
}

/* What the document leaves out, and what follows from what it says. */
void
complete_portrait(Portrait *p, bool has_tiers)
{
	ListCell   *lc;

	if (!p->own_verdicts)
		set_default_verdicts(p);

	if (!has_tiers)
	{
		add_tier(p, "T1", whole_number(80), 80);
		add_tier(p, "T2", whole_number(60), 60);
		add_tier(p, "T3", whole_number(40), 40);
	}
	if (p->fit == NULL)
	{
		p->fit = whole_number(60);
		p->fit_from = 60;
	}
	p->min = p->max = p->initial;
	foreach(lc, p->characteristics)
	{
		Characteristic *c = lfirst(lc);

		p->min += c->min;
		p->max += c->max;
	}
}

bool
parse_portrait(Jsonb *json, Portrait *portrait, Node *escontext)
{
	PortraitParser parser = {.portrait = portrait, .escontext = escontext};
	const char *const *key;
	JsonbValue	value;
	ObjectWalk	walk;
	char	   *found;

	memset(portrait, 0, sizeof(Portrait));
	portrait->fit_share = -1;
	initStringInfo(&parser.path);
	if (!JB_ROOT_IS_OBJECT(json))
		return invalid(&parser, "A portrait is an object with \"characteristics\".",
					   "an object is needed");
	walk_object(&walk, &json->root);
	while ((found = walk_next(&walk, &value)) != NULL)
	{
		for (key = portrait_keys; *key && strcmp(*key, found) != 0; key++)
			;
		if (*key == NULL)
		{
			path_enter(&parser, found);
			return unknown_key(&parser, found, portrait_keys);
		}
	}

	for (key = portrait_keys; *key; key++)
	{
		JsonbValue *member = object_member(&json->root, *key);
		int			length;

		if (member == NULL)
			continue;
		length = path_enter(&parser, *key);
		if (!parse_portrait_key(&parser, *key, member))
			return false;
		path_leave(&parser, length);
	}
	if (object_member(&json->root, "characteristics") == NULL)
		return invalid(&parser, "A portrait is an object with \"characteristics\".",
					   "it has no \"characteristics\"");
	complete_portrait(portrait, object_member(&json->root, "tiers") != NULL);
	return true;
}

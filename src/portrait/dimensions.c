/*
 * dimensions.c
 *		What makes a portrait a framework to qualify by: the dimensions of its
 *		characteristics, and which of them lead to which verdict.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/text.h"
#include "portrait/parser.h"
#include "utils/builtins.h"

static const char *const verdict_names[] = {
	[VERDICT_SALES_QUALIFIED] = "sales_qualified",
	[VERDICT_MARKETING_QUALIFIED] = "marketing_qualified",
	[VERDICT_NURTURE] = "nurture",
	NULL
};
static const char *const rule_keys[] = {"met", "require", NULL};

const char *
verdict_name(VerdictKind kind)
{
	return verdict_names[kind];
}

/* ---- dimensions ---- */

/* The dimension of that name and its position, or NULL. */
const Dimension *
find_dimension(const Portrait *portrait, const char *name, int *position)
{
	ListCell   *lc;

	foreach(lc, portrait->dimensions)
	{
		Dimension  *dimension = lfirst(lc);

		*position = foreach_current_index(lc);
		if (strcmp(dimension->name, name) == 0)
			return dimension;
	}
	return NULL;
}

/* The characteristic is the portrait's next one. */
void
add_to_dimension(Portrait *portrait, const Characteristic *c)
{
	int			position = list_length(portrait->characteristics);
	Dimension  *dimension;
	int			ignored;

	if (c->dimension == NULL)
		return;
	dimension = unconstify(Dimension *, find_dimension(portrait, c->dimension, &ignored));
	if (dimension == NULL)
	{
		dimension = palloc0(sizeof(Dimension));
		dimension->name = c->dimension;
		portrait->dimensions = lappend(portrait->dimensions, dimension);
	}
	dimension->characteristics = lappend_int(dimension->characteristics, position);
}

static bool
want_dimensions(PortraitParser *parser)
{
	if (parser->portrait->dimensions != NIL)
		return true;
	return invalid(parser, "Say what they qualify by: \"dimension\": \"budget\", and so on.",
				   "no characteristic has a \"dimension\"");
}

bool
parse_framework(PortraitParser *parser, JsonbValue *value)
{
	return want_name(parser, value, &parser->portrait->framework) &&
		want_dimensions(parser);
}

/* ---- verdicts ---- */

static bool
parse_met(PortraitParser *parser, JsonbValue *value, VerdictRule *rule)
{
	int			most = list_length(parser->portrait->dimensions);
	Literal    *number;
	float8		met;

	if (!want_number(parser, value, &number))
		return false;
	met = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											 NumericGetDatum(number->number)));
	if (met < 1 || met > most || met != floor(met))
		return invalid(parser,
					   most == 1 ? "The portrait has one dimension: write 1." :
					   psprintf("It is a whole number from 1 to %d, the number of the portrait's dimensions.", most),
					   "%s dimensions cannot be met", number->text);
	rule->met = (int) met;
	return true;
}

static const char *
closest_dimension(const Portrait *portrait, const char *name)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, portrait->dimensions)
		names = lappend(names, unconstify(char *, ((Dimension *) lfirst(lc))->name));
	return closest_word(name, names);
}

static bool
parse_required(PortraitParser *parser, JsonbValue *value, void *target)
{
	VerdictRule *rule = target;
	const char *guess;
	const char *name;
	int			position;

	if (!want_name(parser, value, &name))
		return false;
	if (find_dimension(parser->portrait, name, &position) == NULL)
	{
		guess = closest_dimension(parser->portrait, name);
		return invalid(parser, guess ? psprintf("Perhaps you meant \"%s\".", guess) : NULL,
					   "there is no dimension \"%s\"", name);
	}
	rule->required = bms_add_member(rule->required, position);
	return true;
}

static bool
parse_rule(PortraitParser *parser, JsonbValue *value, VerdictRule *rule)
{
	JsonbValue	element;
	ObjectWalk	walk;
	char	   *key;

	if (!want_object(parser, value))
		return false;
	walk_object(&walk, value->val.binary.data);
	while ((key = walk_next(&walk, &element)) != NULL)
	{
		int			length = path_enter(parser, key);

		if (strcmp(key, "met") == 0)
		{
			if (!parse_met(parser, &element, rule))
				return false;
		}
		else if (strcmp(key, "require") != 0)
			return unknown_key(parser, key, rule_keys);
		else if (!parse_elements(parser, &element, parse_required, rule))
			return false;
		path_leave(parser, length);
	}
	if (rule->met == 0 && rule->required == NULL)
		return invalid(parser, "Say how many dimensions have to be met, or which: \"met\": 3, \"require\": [\"need\"].",
					   "it asks for nothing");
	rule->is_given = true;
	return true;
}

/* Does whatever meets the worse verdict's rule meet the better one's too? */
static bool
rule_covers(const VerdictRule *better, const VerdictRule *worse)
{
	return better->is_given && worse->is_given &&
		bms_is_subset(better->required, worse->required) &&
		better->met <= Max(worse->met, bms_num_members(worse->required));
}

static bool
check_verdicts(PortraitParser *parser)
{
	const VerdictRule *rules = parser->portrait->verdicts;

	for (int worse = 1; worse < NVERDICTS; worse++)
	{
		for (int better = 0; better < worse; better++)
		{
			if (!rule_covers(&rules[better], &rules[worse]))
				continue;
			path_enter(parser, verdict_name(worse));
			return invalid(parser, "The best verdict whose rule holds is given: let a worse one ask for less.",
						   "it can never be given: what it asks for is enough for \"%s\"",
						   verdict_name(better));
		}
	}
	return true;
}

bool
parse_verdicts(PortraitParser *parser, JsonbValue *value)
{
	Portrait   *portrait = parser->portrait;
	JsonbValue	element;
	ObjectWalk	walk;
	char	   *key;

	if (!want_object(parser, value) || !want_dimensions(parser))
		return false;
	walk_object(&walk, value->val.binary.data);
	while ((key = walk_next(&walk, &element)) != NULL)
	{
		int			length = path_enter(parser, key);
		int			kind = 0;

		while (kind < NVERDICTS && strcmp(verdict_name(kind), key) != 0)
			kind++;
		if (strcmp(key, "unqualified") == 0 || strcmp(key, "disqualified") == 0)
			return invalid(parser, "It is given where no rule holds, or where one of \"disqualify\" does.",
						   "\"%s\" has no rule of its own", key);
		if (kind == NVERDICTS)
			return unknown_key(parser, key, verdict_names);
		if (!parse_rule(parser, &element, &portrait->verdicts[kind]))
			return false;
		path_leave(parser, length);
	}
	portrait->own_verdicts = true;
	return check_verdicts(parser);
}

/* All met, all but one, half of them; what would ask for nothing is left out. */
void
set_default_verdicts(Portrait *portrait)
{
	int			n = list_length(portrait->dimensions);
	VerdictRule *rules = portrait->verdicts;

	rules[VERDICT_SALES_QUALIFIED].met = n;
	rules[VERDICT_MARKETING_QUALIFIED].met = n - 1;
	rules[VERDICT_NURTURE].met = (n + 1) / 2;
	for (int kind = 0; kind < NVERDICTS; kind++)
		rules[kind].is_given = rules[kind].met > 0;
}

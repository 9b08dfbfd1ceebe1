/*
 * deparse.c
 *		From a portrait to its canonical JSON, and conditions in words.
 *
 * Canonical: keys in one order, no spaces that carry nothing, numbers and
 * ranges in one spelling, defaults spelled out where they are values.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "portrait/portrait.h"
#include "utils/builtins.h"
#include "utils/json.h"

static const char *const condition_names[] = {
	[CONDITION_EQUALS] = "equals",
	[CONDITION_IN] = "in",
	[CONDITION_RANGE] = "range",
	[CONDITION_LIKE] = "like",
	[CONDITION_ILIKE] = "ilike",
	[CONDITION_CONTAINS] = "contains",
	[CONDITION_CONTAINS_ANY] = "contains_any",
	[CONDITION_MISSING] = "missing",
	[CONDITION_OTHERWISE] = "otherwise",
	[CONDITION_WITHIN] = "within",
	[CONDITION_OLDER] = "older",
	[CONDITION_WITHIN_NEXT] = "within_next",
	[CONDITION_ALL] = "all",
	[CONDITION_ANY] = "any",
	[CONDITION_NOT] = "not",
};

/* The key that a condition of this kind is written with. */
const char *
condition_name(ConditionKind kind)
{
	return condition_names[kind];
}

/* ---- pieces of JSON ---- */

/* Writes "key": with a comma before it, unless it is the object's first. */
static void
put_key(StringInfo buf, const char *key)
{
	if (buf->data[buf->len - 1] != '{')
		appendStringInfoString(buf, ", ");
	escape_json(buf, key);
	appendStringInfoString(buf, ": ");
}

static void
put_text(StringInfo buf, const char *key, const char *text)
{
	if (text == NULL)
		return;
	put_key(buf, key);
	escape_json(buf, text);
}

/* A number or true, which JSON does not quote. */
static void
put_bare(StringInfo buf, const char *key, const char *text)
{
	put_key(buf, key);
	appendStringInfoString(buf, text);
}

static void
put_literal(StringInfo buf, const Literal *literal)
{
	if (literal->kind == LITERAL_NUMBER || literal->kind == LITERAL_BOOL)
		appendStringInfoString(buf, literal->text);
	else
		escape_json(buf, literal->text);
}

static void
put_literals(StringInfo buf, List *literals)
{
	ListCell   *lc;

	appendStringInfoChar(buf, '[');
	foreach(lc, literals)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(buf, ", ");
		put_literal(buf, lfirst(lc));
	}
	appendStringInfoChar(buf, ']');
}

static void
put_bound(StringInfo buf, const Literal *bound)
{
	if (bound == NULL)
		return;
	/* as range types do: quotes around what has spaces */
	if (strchr(bound->text, ' ') != NULL)
		appendStringInfo(buf, "\"%s\"", bound->text);
	else
		appendStringInfoString(buf, bound->text);
}

static char *
range_text(const Range *range)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, range->low_closed ? '[' : '(');
	put_bound(&buf, range->low);
	appendStringInfoChar(&buf, ',');
	put_bound(&buf, range->high);
	appendStringInfoChar(&buf, range->high_closed ? ']' : ')');
	return buf.data;
}

static void
put_as(StringInfo buf, ReadAs as)
{
	if (as != AS_IS)
		put_text(buf, "as", as == AS_NUMBER ? "number" : "date");
}

/* ---- conditions ---- */

/* The condition's keys, without the braces around them. */
static void
put_condition(StringInfo buf, const Condition *condition)
{
	ListCell   *lc;

	if (condition->own_field)
		put_text(buf, "field", condition->use.field);
	if (condition->own_as)
		put_as(buf, condition->use.as);
	put_key(buf, condition_name(condition->kind));
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
		case CONDITION_IN:
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			if (condition->is_list)
				put_literals(buf, condition->literals);
			else
				put_literal(buf, linitial(condition->literals));
			break;
		case CONDITION_RANGE:
			escape_json(buf, range_text(&condition->range));
			break;
		case CONDITION_WITHIN:
		case CONDITION_OLDER:
		case CONDITION_WITHIN_NEXT:
			put_literal(buf, condition->span);
			break;
		case CONDITION_MISSING:
		case CONDITION_OTHERWISE:
			appendStringInfoString(buf, "true");
			break;
		case CONDITION_NOT:
			deparse_condition(buf, linitial(condition->children));
			break;
		case CONDITION_ALL:
		case CONDITION_ANY:
			appendStringInfoChar(buf, '[');
			foreach(lc, condition->children)
			{
				if (foreach_current_index(lc) > 0)
					appendStringInfoString(buf, ", ");
				deparse_condition(buf, lfirst(lc));
			}
			appendStringInfoChar(buf, ']');
			break;
		case NCONDITION_KINDS:
			break;
	}
}

void
deparse_condition(StringInfo buf, const Condition *condition)
{
	CHECK_FOR_INTERRUPTS();
	appendStringInfoChar(buf, '{');
	put_condition(buf, condition);
	appendStringInfoChar(buf, '}');
}

/* ---- the portrait ---- */

static void
deparse_attribute(StringInfo buf, const Attribute *attribute)
{
	appendStringInfoChar(buf, '{');
	put_condition(buf, attribute->when);
	put_bare(buf, "points", points_text(attribute->points));
	put_text(buf, "reason", attribute->reason);
	appendStringInfoChar(buf, '}');
}

static void
deparse_characteristic(StringInfo buf, const Characteristic *characteristic)
{
	ListCell   *lc;

	appendStringInfoChar(buf, '{');
	put_text(buf, "name", characteristic->name);
	put_text(buf, "field", characteristic->use.field);
	put_text(buf, "group", characteristic->group);
	put_text(buf, "dimension", characteristic->dimension);
	put_text(buf, "question", characteristic->question);
	put_text(buf, "reason", characteristic->reason);
	put_as(buf, characteristic->use.as);
	if (characteristic->own_placeholders)
	{
		put_key(buf, "placeholders");
		put_literals(buf, characteristic->use.placeholders);
	}
	put_key(buf, "attributes");
	appendStringInfoChar(buf, '[');
	foreach(lc, characteristic->attributes)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(buf, ", ");
		deparse_attribute(buf, lfirst(lc));
	}
	appendStringInfoChar(buf, ']');
	if (characteristic->possible != 0)
		put_bare(buf, "possible", points_text(characteristic->possible));
	appendStringInfoChar(buf, '}');
}

static void
put_disqualifiers(StringInfo buf, List *disqualifiers)
{
	ListCell   *lc;

	if (disqualifiers == NIL)
		return;
	put_key(buf, "disqualify");
	appendStringInfoChar(buf, '[');
	foreach(lc, disqualifiers)
	{
		Disqualifier *disqualifier = lfirst(lc);

		if (foreach_current_index(lc) > 0)
			appendStringInfoString(buf, ", ");
		appendStringInfoString(buf, "{\"when\": ");
		deparse_condition(buf, disqualifier->when);
		put_text(buf, "reason", disqualifier->reason);
		appendStringInfoChar(buf, '}');
	}
	appendStringInfoChar(buf, ']');
}

/* Only what is spelled out: the defaults go with the number of dimensions. */
static void
put_verdicts(StringInfo buf, const Portrait *portrait)
{
	put_key(buf, "verdicts");
	appendStringInfoChar(buf, '{');
	for (int kind = 0; kind < NVERDICTS; kind++)
	{
		const VerdictRule *rule = &portrait->verdicts[kind];
		int			position = -1;

		if (!rule->is_given)
			continue;
		put_key(buf, verdict_name(kind));
		appendStringInfoChar(buf, '{');
		if (rule->met > 0)
			put_bare(buf, "met", psprintf("%d", rule->met));
		if (rule->required != NULL)
			put_key(buf, "require");
		while ((position = bms_next_member(rule->required, position)) >= 0)
		{
			const Dimension *dimension = list_nth(portrait->dimensions, position);

			appendStringInfoString(buf, buf->data[buf->len - 1] == '"' ? ", " : "[");
			escape_json(buf, dimension->name);
		}
		appendStringInfoString(buf, rule->required != NULL ? "]}" : "}");
	}
	appendStringInfoChar(buf, '}');
}

static void
put_tiers(StringInfo buf, List *tiers)
{
	ListCell   *lc;

	put_key(buf, "tiers");
	appendStringInfoChar(buf, '{');
	foreach(lc, tiers)
	{
		Tier	   *tier = lfirst(lc);

		put_bare(buf, tier->name, tier->threshold->text);
	}
	appendStringInfoChar(buf, '}');
}

void
deparse_portrait(StringInfo buf, const Portrait *portrait)
{
	ListCell   *lc;

	appendStringInfoChar(buf, '{');
	put_text(buf, "title", portrait->title);
	put_text(buf, "subject", portrait->subject);
	put_text(buf, "framework", portrait->framework);
	put_bare(buf, "initial", points_text(portrait->initial));
	if (portrait->raw_points)
		put_text(buf, "scale", "points");
	if (portrait->absent_is_missing)
		put_text(buf, "absent", "missing");
	put_key(buf, "characteristics");
	appendStringInfoChar(buf, '[');
	foreach(lc, portrait->characteristics)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(buf, ", ");
		deparse_characteristic(buf, lfirst(lc));
	}
	appendStringInfoChar(buf, ']');
	if (portrait->own_verdicts)
		put_verdicts(buf, portrait);
	put_disqualifiers(buf, portrait->disqualifiers);
	put_tiers(buf, portrait->tiers);
	put_bare(buf, "fit", portrait->fit->text);
	if (portrait->placeholders != NIL)
	{
		put_key(buf, "placeholders");
		put_literals(buf, portrait->placeholders);
	}
	if (portrait->calibrated)
	{
		put_key(buf, "probability");
		appendStringInfo(buf, "{\"intercept\": %s, \"slope\": %s}",
						 portrait->intercept->text, portrait->slope->text);
	}
	if (portrait->quality != NULL)
		put_bare(buf, "quality",
				 JsonbToCString(NULL, &portrait->quality->root,
								VARSIZE(portrait->quality)));
	if (portrait->is_fixed)
		put_text(buf, "at", time_text(portrait->at));
	appendStringInfoChar(buf, '}');
}

/* ---- words ---- */

static void
put_words(StringInfo buf, List *literals)
{
	ListCell   *lc;

	foreach(lc, literals)
		appendStringInfo(buf, "%s%s", foreach_current_index(lc) > 0 ? ", " : "",
						 ((Literal *) lfirst(lc))->text);
}

/* The operand, after its field's name if there is one. */
static void
describe_leaf(StringInfo buf, const Condition *condition, bool named)
{
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
			appendStringInfoString(buf, named ? "is " : "");
			put_words(buf, condition->literals);
			break;
		case CONDITION_RANGE:
			appendStringInfo(buf, "%s%s", named ? "in " : "",
							 range_text(&condition->range));
			break;
		case CONDITION_WITHIN_NEXT:
			appendStringInfo(buf, "within the next %s", condition->span->text);
			break;
		case CONDITION_WITHIN:
			appendStringInfo(buf, "within the last %s", condition->span->text);
			break;
		case CONDITION_OLDER:
			appendStringInfo(buf, "older than %s", condition->span->text);
			break;
		case CONDITION_CONTAINS_ANY:
			appendStringInfoString(buf, "contains any of ");
			put_words(buf, condition->literals);
			break;
		case CONDITION_IN:
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
		case CONDITION_CONTAINS:
			appendStringInfo(buf, "%s ", condition_name(condition->kind));
			put_words(buf, condition->literals);
			break;
		default:
			appendStringInfoString(buf, condition_name(condition->kind));
			break;
	}
}

static void
describe(StringInfo buf, const Condition *condition, bool nested)
{
	const char *joint = condition->kind == CONDITION_ANY ? " or " : " and ";
	ListCell   *lc;

	if (condition->kind < CONDITION_ALL)
	{
		if (condition->own_field || (nested && condition->use.field != NULL))
			appendStringInfo(buf, "%s ", condition->use.field);
		describe_leaf(buf, condition, condition->own_field || nested);
		return;
	}
	if (condition->kind == CONDITION_NOT)
		appendStringInfoString(buf, "not ");
	if (nested || condition->kind == CONDITION_NOT)
		appendStringInfoChar(buf, '(');
	foreach(lc, condition->children)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(buf, joint);
		describe(buf, lfirst(lc), true);
	}
	if (nested || condition->kind == CONDITION_NOT)
		appendStringInfoChar(buf, ')');
}

/* What an analyst reads in icp_explain: "[100,300]", "in SaaS, Fintech". */
char *
describe_condition(const Condition *condition)
{
	StringInfoData buf;

	initStringInfo(&buf);
	describe(&buf, condition, false);
	return buf.data;
}

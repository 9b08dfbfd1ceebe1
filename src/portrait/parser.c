/*
 * parser.c
 *		What all parts of a portrait are parsed with: the JSON path, errors at
 *		it, and values of the type asked for.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/text.h"
#include "miscadmin.h"
#include "portrait/parser.h"
#include "utils/builtins.h"
#include "utils/datum.h"

/* ---- errors and the path ---- */

void
portrait_error(PortraitParser *parser, int sqlstate, const char *hint,
			   const char *format,...)
{
	StringInfoData message;

	initStringInfo(&message);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&message, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	errsave(parser->escontext,
			(errcode(sqlstate),
			 parser->path.len > 0 ?
			 errmsg("invalid %s at %s: %s", parser->what ? parser->what : "portrait",
					parser->path.data, message.data) :
			 errmsg("invalid %s: %s", parser->what ? parser->what : "portrait", message.data),
			 hint ? errhint("%s", hint) : 0));
}

int
path_enter(PortraitParser *parser, const char *key)
{
	int			length = parser->path.len;

	if (length > 0)
		appendStringInfoChar(&parser->path, '.');
	appendStringInfoString(&parser->path, key);
	return length;
}

int
path_enter_element(PortraitParser *parser, int index)
{
	int			length = parser->path.len;

	appendStringInfo(&parser->path, "[%d]", index);
	return length;
}

void
path_leave(PortraitParser *parser, int length)
{
	parser->path.len = length;
	parser->path.data[length] = '\0';
}

/* ---- walking JSON ---- */

void
walk_object(ObjectWalk *walk, JsonbContainer *object)
{
	JsonbValue	ignored;

	walk->iterator = JsonbIteratorInit(object);
	(void) JsonbIteratorNext(&walk->iterator, &ignored, true);
}

char *
walk_next(ObjectWalk *walk, JsonbValue *value)
{
	char	   *key;

	CHECK_FOR_INTERRUPTS();
	if (JsonbIteratorNext(&walk->iterator, value, true) != WJB_KEY)
		return NULL;
	key = pnstrdup(value->val.string.val, value->val.string.len);
	(void) JsonbIteratorNext(&walk->iterator, value, true);
	return key;
}

bool
unknown_key(PortraitParser *parser, const char *key, const char *const *known)
{
	const char *guess = closest_of(key, known);

	return invalid(parser,
				   guess ? psprintf("Perhaps you meant \"%s\".", guess) : NULL,
				   "unknown key \"%s\"", key);
}

static const char *
json_type_name(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return value->val.boolean ? "true" : "false";
		case jbvBinary:
			return JsonContainerIsArray(value->val.binary.data) ?
				"an array" : "an object";
		default:
			return "something else";
	}
}

static bool
wrong_type(PortraitParser *parser, const JsonbValue *value, const char *wanted)
{
	return invalid(parser, NULL, "%s is needed, not %s",
				   wanted, json_type_name(value));
}

bool
want_object(PortraitParser *parser, JsonbValue *value)
{
	if (value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data))
		return true;
	return wrong_type(parser, value, "an object");
}

bool
want_array(PortraitParser *parser, JsonbValue *value)
{
	if (value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data))
		return true;
	return wrong_type(parser, value, "an array");
}

bool
want_text(PortraitParser *parser, JsonbValue *value, const char **result)
{
	if (value->type != jbvString)
		return wrong_type(parser, value, "a string");
	*result = pnstrdup(value->val.string.val, value->val.string.len);
	return true;
}

/* Text that names something: there has to be some. */
bool
want_name(PortraitParser *parser, JsonbValue *value, const char **result)
{
	if (!want_text(parser, value, result))
		return false;
	if ((*result)[0] == '\0')
		return invalid(parser, NULL, "it is empty");
	return true;
}

bool
want_number(PortraitParser *parser, JsonbValue *value, Literal **result)
{
	if (value->type != jbvNumeric)
		return wrong_type(parser, value, "a number");
	*result = number_literal(DatumGetNumeric(datumCopy(NumericGetDatum(value->val.numeric),
													   false, -1)));
	if (strlen((*result)->text) > MAX_NUMBER_LENGTH)
		return too_many(parser, "the number has more than %d digits",
						MAX_NUMBER_LENGTH);
	return true;
}

bool
want_points(PortraitParser *parser, JsonbValue *value, int64 *result)
{
	Literal    *number;
	Datum		scaled;
	Datum		whole;

	if (!want_number(parser, value, &number))
		return false;
	scaled = DirectFunctionCall2(numeric_mul, NumericGetDatum(number->number),
								 NumericGetDatum(int64_to_numeric(POINT_SCALE)));
	whole = DirectFunctionCall1(numeric_floor, scaled);
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, scaled, whole)) != 0)
		return invalid(parser, NULL, "%s has more than 6 decimals", number->text);
	scaled = DirectFunctionCall1(numeric_abs, whole);
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, scaled,
										  NumericGetDatum(int64_to_numeric(MAX_POINTS * POINT_SCALE)))) > 0)
		return invalid(parser, NULL, "%s is beyond " INT64_FORMAT " points",
					   number->text, MAX_POINTS);
	*result = DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
	return true;
}

bool
want_literal(PortraitParser *parser, JsonbValue *value, Literal **result)
{
	Literal    *literal;

	if (value->type == jbvNumeric)
		return want_number(parser, value, result);
	if (value->type == jbvNull)
		return invalid(parser, "NULL always counts as missing: test for it with \"missing\": true, and leave it out of lists.",
					   "null is no value");
	if (value->type != jbvString && value->type != jbvBool)
		return wrong_type(parser, value, "a string, a number, true or false");
	literal = palloc0(sizeof(Literal));
	if (value->type == jbvBool)
	{
		literal->kind = LITERAL_BOOL;
		literal->truth = value->val.boolean;
		literal->text = pstrdup(literal->truth ? "true" : "false");
	}
	else
	{
		literal->kind = LITERAL_TEXT;
		literal->text = pnstrdup(value->val.string.val, value->val.string.len);
	}
	*result = literal;
	return true;
}

/* Calls parse_one on each element of an array, at its path. */
bool
parse_elements(PortraitParser *parser, JsonbValue *value,
			   ParseElement parse_one, void *target)
{
	JsonbContainer *array;
	int			n;

	if (!want_array(parser, value))
		return false;
	array = value->val.binary.data;
	n = JsonContainerSize(array);
	for (int i = 0; i < n; i++)
	{
		int			length = path_enter_element(parser, i);

		CHECK_FOR_INTERRUPTS();
		if (!parse_one(parser, getIthJsonbValueFromContainer(array, i), target))
			return false;
		path_leave(parser, length);
	}
	return true;
}

static bool
append_literal(PortraitParser *parser, JsonbValue *value, void *target)
{
	List	  **literals = target;
	Literal    *literal = NULL;

	if (!want_literal(parser, value, &literal))
		return false;
	*literals = lappend(*literals, literal);
	return true;
}

bool
want_literals(PortraitParser *parser, JsonbValue *value, List **result)
{
	*result = NIL;
	return parse_elements(parser, value, append_literal, result);
}

bool
want_as(PortraitParser *parser, JsonbValue *value, ReadAs *result)
{
	const char *text;

	if (!want_text(parser, value, &text))
		return false;
	if (strcmp(text, "number") == 0)
		*result = AS_NUMBER;
	else if (strcmp(text, "date") == 0)
		*result = AS_DATE;
	else
		return invalid(parser, "\"number\" and \"date\" are known.",
					   "a column cannot be read as \"%s\"", text);
	return true;
}

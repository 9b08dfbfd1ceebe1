/*
 * options.c
 *		Options of functions: members of a JSON object.
 */
#include "postgres.h"

#include "common/options.h"
#include "common/text.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

void
check_options_object(Jsonb *options)
{
	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a JSON object")));
}

/* known ends with NULL */
void
unknown_option(const char *name, const char *const *known)
{
	const char *guess = closest_of(name, known);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; known[i]; i++)
		appendStringInfo(&list, "%s%s", i == 0 ? "" : known[i + 1] ? ", " : " and ", known[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown option \"%s\"", name),
			 guess ? errhint("Perhaps you meant \"%s\".", guess) :
			 errhint("The options are %s.", list.data)));
}

void
bad_option(const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for the option \"%s\"", name),
			 errhint("%s", hint)));
}

int64
whole_option(const char *name, const JsonbValue *value, int64 least, int64 most)
{
	Datum		number;
	Datum		whole;

	if (value->type != jbvNumeric)
		bad_option(name, "It is a whole number.");
	number = NumericGetDatum(value->val.numeric);
	whole = DirectFunctionCall1(numeric_floor, number);
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, number, whole)) != 0 ||
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, whole, NumericGetDatum(int64_to_numeric(least)))) < 0 ||
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, whole, NumericGetDatum(int64_to_numeric(most)))) > 0)
		bad_option(name, psprintf("It is a whole number from " INT64_FORMAT " to " INT64_FORMAT ".",
								  least, most));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
}

List *
names_option(const char *name, const JsonbValue *value)
{
	List	   *names = NIL;
	JsonbIterator *iterator;
	JsonbValue	element;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		bad_option(name, "It is an array of fields' names.");
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &element, true);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
	{
		if (element.type != jbvString)
			bad_option(name, "It is an array of fields' names.");
		names = lappend(names, pnstrdup(element.val.string.val, element.val.string.len));
	}
	return names;
}

char *
text_option(const char *name, const JsonbValue *value, const char *hint)
{
	if (value->type != jbvString)
		bad_option(name, hint);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

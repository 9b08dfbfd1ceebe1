/*
 * options.c
 *		What is asked of a search: arguments and the jsonb of options.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/text.h"
#include "traits/traits.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

static const char *const adjustment_names[] = {
	[ADJUST_AUTO] = "auto",
	[ADJUST_WESTFALL_YOUNG] = "westfall-young",
	[ADJUST_BH] = "bh",
	[ADJUST_BY] = "by",
	[ADJUST_BONFERRONI] = "bonferroni",
	[ADJUST_NONE] = "none",
	NULL
};

/* One kind of value for each option, and where it goes. */
typedef enum OptionKind
{
	OPTION_BOOL,
	OPTION_WHOLE,				/* permutations */
	OPTION_SEED,
	OPTION_NAMES,
	OPTION_ADJUST,
	OPTION_LANG
} OptionKind;

typedef struct Option
{
	const char *name;
	OptionKind	kind;
	size_t		offset;
} Option;

static const Option option_list[] = {
	{"negations", OPTION_BOOL, offsetof(TraitOptions, negations)},
	{"same_order_family", OPTION_BOOL, offsetof(TraitOptions, same_order_family)},
	{"intervals", OPTION_BOOL, offsetof(TraitOptions, intervals)},
	{"prune", OPTION_BOOL, offsetof(TraitOptions, prune)},
	{"permutations", OPTION_WHOLE, offsetof(TraitOptions, permutations)},
	{"seed", OPTION_SEED, offsetof(TraitOptions, seed)},
	{"adjust", OPTION_ADJUST, offsetof(TraitOptions, adjust)},
	{"lang", OPTION_LANG, offsetof(TraitOptions, chinese)},
	{"exclude", OPTION_NAMES, offsetof(TraitOptions, exclude)},
	{"include", OPTION_NAMES, offsetof(TraitOptions, include)},
};

/* More permutations than this tell nothing more. */
#define MOST_PERMUTATIONS 1000000

pg_noreturn static void
bad_option(const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for the option \"%s\"", name),
			 errhint("%s", hint)));
}

static int64
whole_number(const char *name, const JsonbValue *value, int64 least, int64 most)
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

static List *
name_list(const char *name, const JsonbValue *value)
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

static char *
option_text(const char *name, const JsonbValue *value, const char *hint)
{
	if (value->type != jbvString)
		bad_option(name, hint);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static Adjustment
parse_adjustment(const char *name, const JsonbValue *value)
{
	const char *hint = "\"auto\", \"westfall-young\", \"bh\", \"by\", \"bonferroni\" and \"none\" are known.";
	char	   *text = option_text(name, value, hint);

	for (int i = 0; adjustment_names[i]; i++)
	{
		if (strcmp(adjustment_names[i], text) == 0)
			return (Adjustment) i;
	}
	bad_option(name, hint);
}

static bool
parse_lang(const char *name, const JsonbValue *value)
{
	const char *hint = "\"en\" and \"zh\" are known.";
	char	   *text = option_text(name, value, hint);

	if (strcmp(text, "zh") != 0 && strcmp(text, "en") != 0)
		bad_option(name, hint);
	if (strcmp(text, "zh") == 0 && GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("Chinese text needs a database in UTF8")));
	return strcmp(text, "zh") == 0;
}

static void
set_option(TraitOptions *options, const Option *option, const JsonbValue *value)
{
	void	   *to = (char *) options + option->offset;

	switch (option->kind)
	{
		case OPTION_BOOL:
			if (value->type != jbvBool)
				bad_option(option->name, "It is true or false.");
			*(bool *) to = value->val.boolean;
			break;
		case OPTION_WHOLE:
			*(int *) to = (int) whole_number(option->name, value, 1, MOST_PERMUTATIONS);
			break;
		case OPTION_SEED:
			*(int64 *) to = whole_number(option->name, value, PG_INT64_MIN, PG_INT64_MAX);
			break;
		case OPTION_NAMES:
			*(List **) to = name_list(option->name, value);
			break;
		case OPTION_ADJUST:
			*(Adjustment *) to = parse_adjustment(option->name, value);
			break;
		case OPTION_LANG:
			*(bool *) to = parse_lang(option->name, value);
			break;
	}
}

pg_noreturn static void
unknown_option(const char *name)
{
	const char *known[lengthof(option_list) + 1];
	const char *guess;

	for (int i = 0; i < (int) lengthof(option_list); i++)
		known[i] = option_list[i].name;
	known[lengthof(option_list)] = NULL;
	guess = closest_of(name, known);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown option \"%s\"", name),
			 guess ? errhint("Perhaps you meant \"%s\".", guess) :
			 errhint("The options are negations, same_order_family, intervals, prune, permutations, seed, adjust, lang, exclude and include.")));
}

void
parse_trait_options(Jsonb *json, TraitOptions *options)
{
	JsonbIterator *iterator;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a JSON object")));
	iterator = JsonbIteratorInit(&json->root);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		char	   *name = pnstrdup(value.val.string.val, value.val.string.len);
		int			i = 0;

		(void) JsonbIteratorNext(&iterator, &value, true);
		while (i < (int) lengthof(option_list) && strcmp(option_list[i].name, name) != 0)
			i++;
		if (i == (int) lengthof(option_list))
			unknown_option(name);
		set_option(options, &option_list[i], &value);
	}
}

void
check_max_order(int max_order)
{
	if (max_order < 1 || max_order > MAX_ORDER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_order %d is out of range", max_order),
				 errhint("It is how many conditions a trait may have: 1, 2 or 3.")));
}

bool
is_named(List *names, const char *name)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

static void
check_names(const SketchView *view, List *names)
{
	List	   *fields = NIL;
	ListCell   *lc;

	for (int i = 0; i < view->nfields && names != NIL; i++)
		fields = lappend(fields, unconstify(char *, view->fields[i].name));
	foreach(lc, names)
	{
		const char *guess;

		if (is_named(fields, lfirst(lc)))
			continue;
		guess = closest_word(lfirst(lc), fields);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the sketch has no field \"%s\"", (char *) lfirst(lc)),
				 guess ? errhint("Perhaps you meant \"%s\".", guess) : 0));
	}
}

void
check_trait_fields(const SketchView *view, const TraitOptions *options)
{
	check_names(view, options->exclude);
	check_names(view, options->include);
}

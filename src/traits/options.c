/*
 * options.c
 *		What is asked of a search: arguments and the jsonb of options.
 */
#include "postgres.h"

#include <math.h>

#include "common/options.h"
#include "sketch/view.h"
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

static Adjustment
parse_adjustment(const char *name, const JsonbValue *value)
{
	const char *hint = "\"auto\", \"westfall-young\", \"bh\", \"by\", \"bonferroni\" and \"none\" are known.";
	char	   *text = text_option(name, value, hint);

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
	char	   *text = text_option(name, value, hint);

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
			*(int *) to = (int) whole_option(option->name, value, 1, MOST_PERMUTATIONS);
			break;
		case OPTION_SEED:
			*(int64 *) to = whole_option(option->name, value, PG_INT64_MIN, PG_INT64_MAX);
			break;
		case OPTION_NAMES:
			*(List **) to = names_option(option->name, value);
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
unknown_trait_option(const char *name)
{
	const char *known[lengthof(option_list) + 1];

	for (int i = 0; i < (int) lengthof(option_list); i++)
		known[i] = option_list[i].name;
	known[lengthof(option_list)] = NULL;
	unknown_option(name, known);
}

void
parse_trait_options(Jsonb *json, TraitOptions *options)
{
	JsonbIterator *iterator;
	JsonbValue	value;

	check_options_object(json);
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
			unknown_trait_option(name);
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

void
check_trait_fields(const SketchView *view, const TraitOptions *options)
{
	check_field_names(view, options->exclude);
	check_field_names(view, options->include);
}

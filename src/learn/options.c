/*
 * options.c
 *		The options of icp_learn.
 */
#include "postgres.h"

#include "common/options.h"
#include "learn/learn.h"

typedef enum OptionKind
{
	OPTION_COUNT,
	OPTION_SEED,
	OPTION_NAMES,
	OPTION_TEXT,
	OPTION_MONOTONE
} OptionKind;

typedef struct Option
{
	const char *name;
	OptionKind	kind;
	size_t		offset;
	int			least;
	int			most;
} Option;

static const Option option_list[] = {
	{"characteristics", OPTION_COUNT, offsetof(LearnOptions, characteristics), 1, MOST_CHARACTERISTICS},
	{"attributes", OPTION_COUNT, offsetof(LearnOptions, attributes), 2, MOST_ATTRIBUTES},
	{"pairs", OPTION_COUNT, offsetof(LearnOptions, pairs), 0, MOST_CHARACTERISTICS},
	{"folds", OPTION_COUNT, offsetof(LearnOptions, folds), 2, MAX_FOLDS},
	{"seed", OPTION_SEED, offsetof(LearnOptions, seed), 0, 0},
	{"monotone", OPTION_MONOTONE, offsetof(LearnOptions, monotone), 0, 0},
	{"ignore", OPTION_NAMES, offsetof(LearnOptions, ignore), 0, 0},
	{"only", OPTION_NAMES, offsetof(LearnOptions, only), 0, 0},
	{"include", OPTION_NAMES, offsetof(LearnOptions, include), 0, 0},
	{"title", OPTION_TEXT, offsetof(LearnOptions, title), 0, 0},
	{"subject", OPTION_TEXT, offsetof(LearnOptions, subject), 0, 0},
};

static List *
read_monotone(const char *name, const JsonbValue *object)
{
	const char *hint = "It is an object such as {\"growth_rate\": \"up\", \"churned_seats\": \"down\"}.";
	JsonbIterator *iterator;
	JsonbValue	value;
	List	   *list = NIL;

	if (object->type != jbvBinary || !JsonContainerIsObject(object->val.binary.data))
		bad_option(name, hint);
	iterator = JsonbIteratorInit(object->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		Monotone   *monotone = palloc(sizeof(Monotone));
		char	   *direction;

		monotone->field = pnstrdup(value.val.string.val, value.val.string.len);
		(void) JsonbIteratorNext(&iterator, &value, true);
		direction = text_option(name, &value, hint);
		if (strcmp(direction, "up") != 0 && strcmp(direction, "down") != 0)
			bad_option(name, hint);
		monotone->direction = strcmp(direction, "up") == 0 ? DIRECTION_UP : DIRECTION_DOWN;
		list = lappend(list, monotone);
	}
	return list;
}

static void
set_option(LearnOptions *options, const Option *option, const JsonbValue *value)
{
	void	   *to = (char *) options + option->offset;

	switch (option->kind)
	{
		case OPTION_COUNT:
			*(int *) to = (int) whole_option(option->name, value, option->least, option->most);
			break;
		case OPTION_SEED:
			*(int64 *) to = whole_option(option->name, value, PG_INT64_MIN, PG_INT64_MAX);
			break;
		case OPTION_NAMES:
			*(List **) to = names_option(option->name, value);
			break;
		case OPTION_TEXT:
			*(const char **) to = text_option(option->name, value, "It is a text.");
			break;
		case OPTION_MONOTONE:
			*(List **) to = read_monotone(option->name, value);
			break;
	}
}

static const Option *
find_option(const char *name)
{
	const char *known[lengthof(option_list) + 1];

	for (int i = 0; i < (int) lengthof(option_list); i++)
	{
		if (strcmp(option_list[i].name, name) == 0)
			return &option_list[i];
		known[i] = option_list[i].name;
	}
	known[lengthof(option_list)] = NULL;
	unknown_option(name, known);
}

LearnOptions
usual_learn_options(void)
{
	return (LearnOptions) {.characteristics = 12, .attributes = 6, .pairs = MOST_CHARACTERISTICS,
	.folds = 5, .seed = 1};
}

LearnOptions
parse_learn_options(Jsonb *json)
{
	LearnOptions options = usual_learn_options();
	JsonbIterator *iterator;
	JsonbValue	value;

	check_options_object(json);
	iterator = JsonbIteratorInit(&json->root);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		const Option *option = find_option(pnstrdup(value.val.string.val, value.val.string.len));

		(void) JsonbIteratorNext(&iterator, &value, true);
		set_option(&options, option, &value);
	}
	return options;
}

/* Up and down mean something where values are numbers or times, and nowhere else. */
static void
check_order(const SketchView *view, const char *field)
{
	for (int i = 0; i < view->nfields; i++)
	{
		const ViewField *f = &view->fields[i];

		if (strcmp(f->name, field) == 0 && !f->is_list && (f->is_ordered || f->nvalues == 0))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("field \"%s\" has no order", field),
			 errhint("The option \"monotone\" is for fields of numbers, dates or times.")));
}

static bool
is_json_column(const SketchView *view, const char *name)
{
	size_t		length = strlen(name);

	for (int i = 0; i < view->nfields; i++)
	{
		if (strncmp(view->fields[i].name, name, length) == 0 && view->fields[i].name[length] == '.')
			return true;
	}
	return false;
}

/* A JSON column, which is no field itself, stands for all of its keys. */
static void
check_names(const SketchView *view, List *names)
{
	List	   *fields = NIL;
	ListCell   *lc;

	foreach(lc, names)
	{
		if (!is_json_column(view, lfirst(lc)))
			fields = lappend(fields, lfirst(lc));
	}
	check_field_names(view, fields);
}

/* Misspelt names are errors. */
void
check_learn_fields(const SketchView *view, const LearnOptions *options)
{
	ListCell   *lc;

	check_names(view, options->ignore);
	check_names(view, options->only);
	check_names(view, options->include);
	foreach(lc, options->monotone)
	{
		const Monotone *monotone = lfirst(lc);

		check_field_names(view, list_make1(unconstify(char *, monotone->field)));
		check_order(view, monotone->field);
	}
}

/*
 * framework.c
 *		icp_framework: a framework of table icp_frameworks, bound to the columns
 *		of a table.
 *
 * The binding is a document of its own, read with the parser of portraits, so
 * that errors name the place in it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/text.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "portrait/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(icp_framework);

/* Conditions of one dimension: numbers up to this have a multiple below 10^9. */
#define MAX_PARTS 20

/* What stands beside the dimensions, in the order in which it is read. */
static const char *const early_members[] = {
	"placeholders", "title", "subject", "absent", NULL
};
static const char *const late_members[] = {
	"verdicts", "disqualify", "tiers", "fit", NULL
};

/* Keys of a characteristic that a bare condition may have too. */
static const char *const shared_keys[] = {
	"name", "field", "as", "group", "question", "reason", "placeholders", NULL
};

typedef struct Binding
{
	PortraitParser parser;
	List	   *dimensions;		/* of char * */
	List	   *questions;		/* of char * */
	JsonbContainer *document;
	const char *dimension;		/* at hand, ... */
	const char *question;
	int			nparts;
	List	   *parts;			/* ... and its conditions, of Characteristic */
	List	   *all_parts;		/* of such lists */
	List	   *unbound;		/* of Characteristic */
} Binding;

static bool
is_member(const char *const *members, const char *key)
{
	while (*members && strcmp(*members, key) != 0)
		members++;
	return *members != NULL;
}

/* ---- the framework ---- */

/*
 * A user's row counts instead of a shipped one with the same key; false sorts
 * before true.
 */
static const char *const dimensions_query =
	"SELECT dimension, question FROM"
	" (SELECT DISTINCT ON (dimension) dimension, ordinal, question FROM %s"
	" WHERE framework OPERATOR(pg_catalog.=) $1 AND language OPERATOR(pg_catalog.=) $2"
	" ORDER BY dimension, shipped) AS d ORDER BY ordinal, dimension";
static const char *const names_query =
	"SELECT DISTINCT framework, language FROM %s ORDER BY framework, language";

static char *
table_name(FunctionCallInfo fcinfo)
{
	return quote_qualified_identifier(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)),
									  "icp_frameworks");
}

/* A text column of the rows found, in the caller's context. */
static List *
found_texts(int column, MemoryContext caller)
{
	List	   *texts = NIL;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *text = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		texts = lappend(texts, text ? pstrdup(text) : NULL);
		MemoryContextSwitchTo(spi);
	}
	return texts;
}

static void
query(const char *text, int nargs, Datum *args)
{
	Oid			types[] = {TEXTOID, TEXTOID};

	if (SPI_execute_with_args(text, nargs, types, args, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not query table \"icp_frameworks\"");
}

/* There is none of that name, or not in that language. */
pg_noreturn static void
no_framework(FunctionCallInfo fcinfo, const char *name, const char *language)
{
	List	   *names;
	List	   *languages;
	List	   *others = NIL;
	const char *guess;

	query(psprintf(names_query, table_name(fcinfo)), 0, NULL);
	names = found_texts(1, CurrentMemoryContext);
	languages = found_texts(2, CurrentMemoryContext);
	for (int i = 0; i < list_length(names); i++)
	{
		if (strcmp(list_nth(names, i), name) == 0)
			others = lappend(others, list_nth(languages, i));
	}
	guess = others != NIL ? closest_word(language, others) : closest_word(name, names);
	if (others != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("framework \"%s\" has no questions in language \"%s\"", name, language),
				 errhint("It has some in \"%s\".", guess ? guess : (char *) linitial(others))));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("framework \"%s\" does not exist", name),
			 guess ? errhint("Perhaps you meant \"%s\".", guess) :
			 errhint("The table icp_frameworks lists all frameworks.")));
}

static void
read_framework(FunctionCallInfo fcinfo, Binding *binding)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum		args[] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(2)};

	SPI_connect();
	query(psprintf(dimensions_query, table_name(fcinfo)), 2, args);
	if (SPI_processed == 0)
		no_framework(fcinfo, TextDatumGetCString(args[0]), TextDatumGetCString(args[1]));
	binding->dimensions = found_texts(1, caller);
	binding->questions = found_texts(2, caller);
	SPI_finish();
}

/* ---- the parts of a dimension ---- */

static Characteristic *
new_part(Binding *binding)
{
	Characteristic *c = palloc0(sizeof(Characteristic));
	int			n = binding->nparts++;

	c->dimension = binding->dimension;
	c->name = n == 0 ? binding->dimension : psprintf("%s %d", binding->dimension, n + 1);
	c->question = n == 0 ? binding->question : NULL;
	c->use.placeholders = binding->parser.portrait->placeholders;
	return c;
}

/* The keys of a condition, without those that its characteristic gets. */
static Jsonb *
split_condition(PortraitParser *parser, JsonbContainer *object, Characteristic *c)
{
	JsonbParseState *state = NULL;
	JsonbValue	value;
	JsonbValue	name;
	ObjectWalk	walk;
	char	   *key;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	walk_object(&walk, object);
	while ((key = walk_next(&walk, &value)) != NULL)
	{
		int			length = path_enter(parser, key);

		if (is_member(shared_keys, key))
		{
			if (!parse_characteristic_key(parser, c, key, &value, NULL))
				return NULL;
		}
		else
		{
			name.type = jbvString;
			name.val.string.val = key;
			name.val.string.len = strlen(key);
			(void) pushJsonbValue(&state, WJB_KEY, &name);
			(void) pushJsonbValue(&state, WJB_VALUE, &value);
		}
		path_leave(parser, length);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* A condition becomes a characteristic with one attribute; points come later. */
static bool
bind_condition(Binding *binding, JsonbContainer *object)
{
	PortraitParser *parser = &binding->parser;
	Characteristic *c = new_part(binding);
	Attribute  *attribute = palloc0(sizeof(Attribute));
	Jsonb	   *condition = split_condition(parser, object, c);

	if (condition == NULL || !check_characteristic(parser, c))
		return false;
	attribute->when = parse_condition(parser, &condition->root, &c->use, NULL);
	if (attribute->when == NULL)
		return false;
	c->attributes = list_make1(attribute);
	if (!add_characteristic(parser, c))
		return false;
	binding->parts = lappend(binding->parts, c);
	return true;
}

/* A characteristic keeps the points that it is written with. */
static bool
bind_characteristic(Binding *binding, JsonbContainer *object)
{
	Characteristic *c = new_part(binding);

	if (!parse_characteristic_object(&binding->parser, object, c))
		return false;
	if (strcmp(c->dimension, binding->dimension) != 0)
		return invalid(&binding->parser, "Bind it under its own dimension, and leave \"dimension\" out.",
					   "it says that it is of dimension \"%s\"", c->dimension);
	return true;
}

static bool
bind_part(PortraitParser *parser, JsonbValue *value, void *target)
{
	Binding    *binding = target;
	JsonbContainer *object;

	if (!want_object(parser, value))
		return false;
	if (binding->nparts >= MAX_PARTS)
		return too_many(parser, "more than %d parts of a dimension", MAX_PARTS);
	object = value->val.binary.data;
	if (getKeyJsonValueFromContainer(object, "attributes", strlen("attributes"), NULL) != NULL)
		return bind_characteristic(binding, object);
	return bind_condition(binding, object);
}

/* Nothing says yet how to tell: it stays unknown, and its question is asked. */
static bool
leave_unbound(Binding *binding)
{
	Characteristic *c = new_part(binding);

	if (!check_characteristic(&binding->parser, c) ||
		!add_characteristic(&binding->parser, c))
		return false;
	binding->unbound = lappend(binding->unbound, c);
	return true;
}

static bool
bind_dimension(Binding *binding, int i)
{
	PortraitParser *parser = &binding->parser;
	JsonbValue *value;
	int			length;

	binding->dimension = list_nth(binding->dimensions, i);
	binding->question = list_nth(binding->questions, i);
	binding->nparts = 0;
	binding->parts = NIL;
	value = getKeyJsonValueFromContainer(binding->document, binding->dimension,
										 strlen(binding->dimension), NULL);
	if (value == NULL)
		return leave_unbound(binding);
	length = path_enter(parser, binding->dimension);
	if (value->type != jbvBinary || JsonContainerIsObject(value->val.binary.data))
	{
		if (!bind_part(parser, value, binding))
			return false;
	}
	else if (JsonContainerSize(value->val.binary.data) == 0)
		return invalid(parser, "Leave the dimension out if nothing tells of it yet.",
					   "there is no condition in it");
	else if (!parse_elements(parser, value, bind_part, binding))
		return false;
	path_leave(parser, length);
	binding->all_parts = lappend(binding->all_parts, binding->parts);
	return true;
}

/* ---- points ---- */

static int64
greatest_common_divisor(int64 a, int64 b)
{
	return b == 0 ? a : greatest_common_divisor(b, a % b);
}

/*
 * Each dimension is worth the same, and so is each condition of it: whole
 * points, so that nothing is rounded and all met are exactly 100.
 */
static void
give_points(Binding *binding)
{
	int64		each = 1;
	ListCell   *lc;
	ListCell   *lc2;

	foreach(lc, binding->all_parts)
	{
		int64		n = Max(list_length(lfirst(lc)), 1);

		each = each / greatest_common_divisor(each, n) * n;
	}
	foreach(lc, binding->all_parts)
	{
		foreach(lc2, lfirst(lc))
		{
			Characteristic *c = lfirst(lc2);

			c->max = ((Attribute *) linitial(c->attributes))->points =
				each / list_length(lfirst(lc)) * POINT_SCALE;
		}
	}
	foreach(lc, binding->unbound)
	{
		Characteristic *c = lfirst(lc);

		c->max = c->possible = each * POINT_SCALE;
	}
}

/* ---- the document ---- */

static bool
unknown_dimension(Binding *binding, const char *framework, const char *key)
{
	const char *guess = closest_word(key, binding->dimensions);
	StringInfoData list;
	ListCell   *lc;

	initStringInfo(&list);
	foreach(lc, binding->dimensions)
		appendStringInfo(&list, "%s%s", foreach_current_index(lc) == 0 ? "" :
						 lnext(binding->dimensions, lc) ? ", " : " and ", (char *) lfirst(lc));
	return invalid(&binding->parser, guess ? psprintf("Perhaps you meant \"%s\".", guess) :
				   psprintf("Its dimensions are %s.", list.data),
				   "framework \"%s\" has no dimension \"%s\"", framework, key);
}

static bool
check_members(Binding *binding, const char *framework)
{
	JsonbValue	value;
	ObjectWalk	walk;
	char	   *key;

	walk_object(&walk, binding->document);
	while ((key = walk_next(&walk, &value)) != NULL)
	{
		bool		known = is_member(early_members, key) || is_member(late_members, key);
		ListCell   *lc;

		foreach(lc, binding->dimensions)
			known |= strcmp(lfirst(lc), key) == 0;
		if (known)
			continue;
		path_enter(&binding->parser, key);
		return unknown_dimension(binding, framework, key);
	}
	return true;
}

static bool
read_members(Binding *binding, const char *const *members)
{
	for (; *members; members++)
	{
		JsonbValue *value = getKeyJsonValueFromContainer(binding->document, *members,
														 strlen(*members), NULL);
		int			length;

		if (value == NULL)
			continue;
		length = path_enter(&binding->parser, *members);
		if (!parse_portrait_key(&binding->parser, *members, value))
			return false;
		path_leave(&binding->parser, length);
	}
	return true;
}

/* Errors are hard ones here, so that false never comes back. */
static void
bind_framework(Binding *binding, const char *framework)
{
	Portrait   *portrait = binding->parser.portrait;

	(void) (check_members(binding, framework) && read_members(binding, early_members));
	for (int i = 0; i < list_length(binding->dimensions); i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) bind_dimension(binding, i);
	}
	give_points(binding);
	(void) read_members(binding, late_members);
	complete_portrait(portrait, getKeyJsonValueFromContainer(binding->document, "tiers",
															 strlen("tiers"), NULL) != NULL);
}

Datum
icp_framework(PG_FUNCTION_ARGS)
{
	char	   *framework = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Jsonb	   *document = PG_GETARG_JSONB_P(1);
	Portrait	portrait = {.framework = framework, .fit_share = -1};
	Binding		binding = {
		.parser = {.portrait = &portrait, .what = "binding"},
		.document = &document->root
	};

	read_framework(fcinfo, &binding);
	initStringInfo(&binding.parser.path);
	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid binding: an object is needed"),
				 errhint("It has a member for each dimension: {\"%s\": {\"field\": ...}}.",
						 (char *) linitial(binding.dimensions))));
	bind_framework(&binding, framework);
	return portrait_to_datum(&portrait, NULL);
}

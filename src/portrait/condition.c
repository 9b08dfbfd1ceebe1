/*
 * condition.c
 *		Conditions: one key of the JSON object says of what kind it is.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "portrait/parser.h"
#include "utils/hsearch.h"

/* The keys that stand beside the condition itself. */
static const char *const beside_keys[] = {"field", "as", "points", "reason"};

static bool parse_children(PortraitParser *parser, JsonbValue *value,
						   Condition *condition);

/* ---- what stands behind each kind of condition ---- */

static bool
parse_true(PortraitParser *parser, JsonbValue *value, const char *kind)
{
	if (value->type == jbvBool && value->val.boolean)
		return true;
	return invalid(parser, psprintf("Write \"%s\": true, or leave it out.", kind),
				   "only true makes sense here");
}

static bool
parse_pattern(PortraitParser *parser, JsonbValue *value, Condition *condition)
{
	Literal    *literal = NULL;
	const char *text = NULL;
	int			backslashes = 0;

	if (!want_text(parser, value, &text) ||
		!want_literal(parser, value, &literal))
		return false;
	for (int i = strlen(text); i > 0 && text[i - 1] == '\\'; i--)
		backslashes++;
	if (backslashes % 2 == 1)
		return invalid(parser, "Double the backslash, or take it away.",
					   "LIKE pattern must not end with escape character");
	condition->literals = list_make1(literal);
	return true;
}

static bool
parse_range(PortraitParser *parser, JsonbValue *value, Condition *condition)
{
	const char *text = NULL;
	const char *problem;

	if (!want_text(parser, value, &text))
		return false;
	problem = parse_range_text(text, &condition->range);
	if (problem != NULL)
		return invalid(parser,
					   "Write ranges as PostgreSQL does, such as \"[100,300)\", \"(,5]\" or \"[2024-01-01,)\"; numbers without thousands separators, dates year first.",
					   "malformed range \"%s\": %s", text, problem);
	return true;
}

static bool
parse_span(PortraitParser *parser, JsonbValue *value, Condition *condition)
{
	const char *text = NULL;
	Interval	span;

	if (!want_text(parser, value, &text))
		return false;
	if (!parse_span_text(text, &span))
		return invalid(parser, "Write it as \"90 days\", \"18 months\" or \"2 years\".",
					   "\"%s\" is no length of time above zero", text);
	condition->span = span_literal(&span);
	parser->portrait->is_relative = true;
	return true;
}

static bool
parse_literals(PortraitParser *parser, JsonbValue *value, Condition *condition)
{
	Literal    *literal = NULL;

	condition->is_list = condition->kind == CONDITION_IN ||
		condition->kind == CONDITION_CONTAINS_ANY ||
		(condition->kind == CONDITION_CONTAINS && value->type == jbvBinary &&
		 JsonContainerIsArray(value->val.binary.data));
	if (condition->is_list)
	{
		if (!want_literals(parser, value, &condition->literals))
			return false;
		if (condition->literals == NIL)
			return invalid(parser, NULL, "there is no value in the list");
		return true;
	}
	if (!want_literal(parser, value, &literal))
		return false;
	condition->literals = list_make1(literal);
	return true;
}

static bool
parse_operand(PortraitParser *parser, JsonbValue *value, Condition *condition)
{
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
		case CONDITION_IN:
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			return parse_literals(parser, value, condition);
		case CONDITION_RANGE:
			return parse_range(parser, value, condition);
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
			return parse_pattern(parser, value, condition);
		case CONDITION_MISSING:
		case CONDITION_OTHERWISE:
			return parse_true(parser, value, condition_name(condition->kind));
		case CONDITION_WITHIN:
		case CONDITION_OLDER:
		case CONDITION_WITHIN_NEXT:
			return parse_span(parser, value, condition);
		case CONDITION_ALL:
		case CONDITION_ANY:
		case CONDITION_NOT:
		case NCONDITION_KINDS:
			break;
	}
	return parse_children(parser, value, condition);
}

static bool
parse_child(PortraitParser *parser, JsonbValue *value, void *target)
{
	Condition  *condition = target;
	Condition  *child;

	if (!want_object(parser, value))
		return false;
	child = parse_condition(parser, value->val.binary.data, &condition->use, NULL);
	if (child == NULL)
		return false;
	condition->children = lappend(condition->children, child);
	return true;
}

static bool
parse_children(PortraitParser *parser, JsonbValue *value, Condition *condition)
{
	if (condition->kind == CONDITION_NOT)
		return parse_child(parser, value, condition);
	if (!parse_elements(parser, value, parse_child, condition))
		return false;
	if (condition->children == NIL)
		return invalid(parser, NULL, "there is no condition in it");
	return true;
}

/* ---- one condition ---- */

static bool
parse_beside(PortraitParser *parser, const char *key, JsonbValue *value,
			 Condition *condition, Attribute *attribute, bool *has_points)
{
	if (strcmp(key, "field") == 0)
	{
		condition->own_field = true;
		return want_name(parser, value, &condition->use.field);
	}
	if (strcmp(key, "as") == 0)
	{
		condition->own_as = true;
		return want_as(parser, value, &condition->use.as);
	}
	if (attribute == NULL)
		return invalid(parser, NULL, "only an attribute has \"%s\"", key);
	if (strcmp(key, "reason") == 0)
		return want_name(parser, value, &attribute->reason);
	*has_points = true;
	return want_points(parser, value, &attribute->points);
}

/* NCONDITION_KINDS if it is no condition. */
static ConditionKind
kind_of_key(const char *key)
{
	int			kind = 0;

	while (kind < NCONDITION_KINDS && strcmp(condition_name(kind), key) != 0)
		kind++;
	return kind;
}

static bool
is_beside_key(const char *key)
{
	for (int i = 0; i < (int) lengthof(beside_keys); i++)
	{
		if (strcmp(beside_keys[i], key) == 0)
			return true;
	}
	return false;
}

static bool
unknown_condition_key(PortraitParser *parser, const char *key)
{
	const char *known[NCONDITION_KINDS + lengthof(beside_keys) + 1];
	int			n = 0;

	for (int kind = 0; kind < NCONDITION_KINDS; kind++)
		known[n++] = condition_name(kind);
	for (int i = 0; i < (int) lengthof(beside_keys); i++)
		known[n++] = beside_keys[i];
	known[n] = NULL;
	return unknown_key(parser, key, known);
}

/*
 * Reads every key but the operand, whose reading needs the field to be known.
 */
static bool
parse_keys(PortraitParser *parser, JsonbContainer *object, Condition *condition,
		   Attribute *attribute, JsonbValue *operand)
{
	bool		has_points = false;
	JsonbValue	value;
	ObjectWalk	walk;
	char	   *key;

	operand->type = jbvNull;
	condition->kind = NCONDITION_KINDS;
	walk_object(&walk, object);
	while ((key = walk_next(&walk, &value)) != NULL)
	{
		int			length = path_enter(parser, key);
		ConditionKind kind = kind_of_key(key);

		if (kind == NCONDITION_KINDS)
		{
			if (!is_beside_key(key))
				return unknown_condition_key(parser, key);
			if (!parse_beside(parser, key, &value, condition, attribute, &has_points))
				return false;
		}
		else if (condition->kind != NCONDITION_KINDS)
			return invalid(parser,
						   "Put them into \"all\": [{...}, {...}], each with its \"field\".",
						   "a second condition beside \"%s\"",
						   condition_name(condition->kind));
		else
		{
			condition->kind = kind;
			*operand = value;
		}
		path_leave(parser, length);
	}
	if (condition->kind == NCONDITION_KINDS)
		return invalid(parser, "Such as \"equals\", \"in\", \"range\", \"missing\" or \"otherwise\".",
					   "it has no condition");
	if (attribute != NULL && !has_points)
		return invalid(parser, NULL, "it has no \"points\"");
	return true;
}

static bool
add_field(PortraitParser *parser, const char *field)
{
	Portrait   *portrait = parser->portrait;
	ListCell   *lc;

	foreach(lc, portrait->fields)
	{
		if (strcmp(lfirst(lc), field) == 0)
			return true;
	}
	if (list_length(portrait->fields) >= MAX_FIELDS)
		return too_many(parser, "more than %d fields", MAX_FIELDS);
	if (strlen(field) > MAX_FIELD_LENGTH)
		return too_many(parser, "the field's name has more than %d bytes",
						MAX_FIELD_LENGTH);
	portrait->fields = lappend(portrait->fields, unconstify(char *, field));
	return true;
}

static bool
check_field(PortraitParser *parser, const Condition *condition, bool is_attribute)
{
	if (condition->kind == CONDITION_OTHERWISE)
	{
		if (!is_attribute)
			return invalid(parser, NULL,
						   "\"otherwise\" stands only as an attribute of its own");
		if (condition->own_field || condition->own_as)
			return invalid(parser, NULL, "\"otherwise\" has no field");
		return true;
	}
	if (condition->kind >= CONDITION_ALL)
		return true;
	if (condition->use.field == NULL)
		return invalid(parser, "Name the column: \"field\": \"...\".",
					   "\"%s\" has no field", condition_name(condition->kind));
	return add_field(parser, condition->use.field);
}

/*
 * Parses one condition.  attribute is given where the object is an attribute
 * and so has points too.  Returns NULL after an error.
 */
Condition *
parse_condition(PortraitParser *parser, JsonbContainer *object,
				const FieldUse *inherited, Attribute *attribute)
{
	Condition  *condition = palloc0(sizeof(Condition));
	JsonbValue	operand;
	int			length;

	condition->use = *inherited;
	condition->path = pstrdup(parser->path.data);
	if (parser->depth >= MAX_DEPTH)
	{
		(void) too_many(parser, "conditions are nested deeper than %d", MAX_DEPTH);
		return NULL;
	}
	if (++parser->portrait->nconditions > MAX_CONDITIONS)
	{
		(void) too_many(parser, "more than %d conditions", MAX_CONDITIONS);
		return NULL;
	}
	if (!parse_keys(parser, object, condition, attribute, &operand))
		return NULL;
	/* another field is read as it is, unless the condition says otherwise */
	if (condition->own_field && !condition->own_as)
		condition->use.as = AS_IS;
	if (!check_field(parser, condition, attribute != NULL))
		return NULL;
	parser->depth++;
	length = path_enter(parser, condition_name(condition->kind));
	if (!parse_operand(parser, &operand, condition))
		return NULL;
	path_leave(parser, length);
	parser->depth--;
	return condition;
}

/* ---- attributes that could never be reached ---- */

/* What earlier attributes of the characteristic have already caught. */
typedef struct Caught
{
	const char *field;			/* of this field, read this way */
	ReadAs		as;
	HTAB	   *literals;
	List	   *ranges;			/* of Range */
	List	   *others;			/* of char *: canonical conditions */
} Caught;

static uint32
hash_literal(const void *key, Size keysize)
{
	const Literal *literal = *(const Literal *const *) key;

	(void) keysize;
	return string_hash(literal->text, strlen(literal->text) + 1) ^ literal->kind;
}

static int
match_literal(const void *a, const void *b, Size keysize)
{
	const Literal *left = *(const Literal *const *) a;
	const Literal *right = *(const Literal *const *) b;

	(void) keysize;
	return left->kind != right->kind || strcmp(left->text, right->text) != 0;
}

static HTAB *
literal_set(void)
{
	HASHCTL		ctl = {
		.keysize = sizeof(Literal *),
		.entrysize = sizeof(Literal *),
		.hash = hash_literal,
		.match = match_literal,
		.hcxt = CurrentMemoryContext
	};

	return hash_create("portrait literals", 64, &ctl,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* Are all values of the condition caught already?  Catches them. */
static bool
literals_caught(Caught *caught, const Condition *condition)
{
	bool		all_found = true;
	ListCell   *lc;

	foreach(lc, condition->literals)
	{
		Literal    *literal = lfirst(lc);
		bool		found;

		CHECK_FOR_INTERRUPTS();
		hash_search(caught->literals, &literal, HASH_ENTER, &found);
		all_found &= found;
	}
	return all_found;
}

static bool
range_caught(Caught *caught, const Condition *condition)
{
	ListCell   *lc;

	foreach(lc, caught->ranges)
	{
		CHECK_FOR_INTERRUPTS();
		if (range_covers(lfirst(lc), &condition->range))
			return true;
	}
	caught->ranges = lappend(caught->ranges, (void *) &condition->range);
	return false;
}

static bool
other_caught(Caught *caught, const Condition *condition)
{
	StringInfoData canonical;
	ListCell   *lc;

	initStringInfo(&canonical);
	deparse_condition(&canonical, condition);
	foreach(lc, caught->others)
	{
		CHECK_FOR_INTERRUPTS();
		if (strcmp(lfirst(lc), canonical.data) == 0)
			return true;
	}
	caught->others = lappend(caught->others, canonical.data);
	return false;
}

static bool
condition_caught(Caught *caught, const Condition *condition)
{
	bool		same_use = condition->kind < CONDITION_ALL &&
		condition->use.field != NULL && caught->field != NULL &&
		strcmp(condition->use.field, caught->field) == 0 &&
		condition->use.as == caught->as;

	if (same_use && (condition->kind == CONDITION_EQUALS ||
					 condition->kind == CONDITION_IN))
		return literals_caught(caught, condition);
	if (same_use && condition->kind == CONDITION_RANGE)
		return range_caught(caught, condition);
	return other_caught(caught, condition);
}

/* Values that count as missing are caught before any attribute is. */
static void
catch_placeholders(Caught *caught, const FieldUse *use)
{
	Condition	placeholders = {.literals = use->placeholders};

	if (use->field != NULL)
		(void) literals_caught(caught, &placeholders);
}

bool
check_reachable(PortraitParser *parser, const Characteristic *characteristic)
{
	Caught		caught = {
		.field = characteristic->use.field,
		.as = characteristic->use.as,
		.literals = literal_set()
	};
	bool		has_otherwise = false;
	ListCell   *lc;

	catch_placeholders(&caught, &characteristic->use);
	foreach(lc, characteristic->attributes)
	{
		Attribute  *attribute = lfirst(lc);
		int			length = path_enter_element(parser, foreach_current_index(lc));

		if (has_otherwise)
			return invalid(parser, "Put \"otherwise\" last, and \"missing\" before it.",
						   "it can never be reached: \"otherwise\" before it matches everything");
		if (condition_caught(&caught, attribute->when))
			return invalid(parser,
						   "The first attribute whose condition holds counts, and placeholders count as missing: take this one away, or move it up.",
						   "it can never be reached: what it matches is matched before it");
		has_otherwise = attribute->when->kind == CONDITION_OTHERWISE;
		path_leave(parser, length);
	}
	hash_destroy(caught.literals);
	return true;
}

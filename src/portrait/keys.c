/*
 * keys.c
 *		Refuses a JSON document that is too large, or in which a key stands
 *		twice in one object.
 *
 * jsonb keeps the last of such keys and drops the others without a word; of a
 * portrait edited by hand that would lose points silently.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "portrait/portrait.h"

typedef struct KeyCheck
{
	List	   *objects;		/* of List of char *: keys of the open objects */
	const char *duplicate;
} KeyCheck;

static JsonActionResult
open_object(void *state)
{
	KeyCheck   *check = state;

	check->objects = lcons(NIL, check->objects);
	JSON_ACTION_RETURN;
}

static JsonActionResult
add_key(void *state, char *key, bool isnull)
{
	KeyCheck   *check = state;

	(void) isnull;
	linitial(check->objects) = lappend(linitial(check->objects), key);
	JSON_ACTION_RETURN;
}

static int
compare_keys(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static JsonActionResult
close_object(void *state)
{
	KeyCheck   *check = state;
	List	   *keys = linitial(check->objects);

	list_sort(keys, compare_keys);
	for (int i = 1; i < list_length(keys) && check->duplicate == NULL; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (strcmp(list_nth(keys, i - 1), list_nth(keys, i)) == 0)
			check->duplicate = list_nth(keys, i);
	}
	check->objects = list_delete_first(check->objects);
	JSON_ACTION_RETURN;
}

bool
check_portrait_size(size_t len, Node *escontext)
{
	if (len <= MAX_JSON_BYTES)
		return true;
	errsave(escontext,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("portrait of %zu bytes is too large", len),
			 errdetail("A portrait has at most %d bytes of JSON.",
					   MAX_JSON_BYTES)));
	return false;
}

bool
check_portrait_text(const char *json, Node *escontext)
{
	KeyCheck	check = {0};
	JsonSemAction actions = {0};
	size_t		len = strlen(json);

	if (!check_portrait_size(len, escontext))
		return false;
	actions.semstate = &check;
	actions.object_start = open_object;
	actions.object_field_start = add_key;
	actions.object_end = close_object;
	/* malformed JSON is left to jsonb's own parser, which says what is wrong */
	if (pg_parse_json(icp_json_lexer(unconstify(char *, json), (int) len),
					  &actions) != JSON_SUCCESS)
		return true;

	if (check.duplicate != NULL)
	{
		errsave(escontext,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid portrait: key \"%s\" stands twice in one object",
						check.duplicate),
				 errhint("Keep one of them.")));
		return false;
	}
	return true;
}

/*
 * all.c
 *		icp_qualify_all: one row by every saved framework.
 *
 * The saved portraits are read once a statement, and stay bound from one
 * statement to the next as long as they are the same.
 */
#include "postgres.h"

#include "common/compat.h"
#include "funcapi.h"
#include "portrait/registry.h"
#include "qualify/qualify.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(icp_qualify_all);

/* A saved portrait that has dimensions. */
typedef struct Lens
{
	const SavedPortrait *saved;
	CallState  *call;
} Lens;

typedef struct AllState
{
	MemoryContext context;		/* of the lists */
	List	   *saved;			/* of SavedPortrait: all that are active */
	List	   *lenses;			/* of Lens */
	bool		may_keep;		/* while the stamp is the same */
	Stamp		stamp;
} AllState;

/* ---- what is saved ---- */

static bool
same_saved(List *a, List *b)
{
	if (list_length(a) != list_length(b))
		return false;
	for (int i = 0; i < list_length(a); i++)
	{
		const SavedPortrait *left = list_nth(a, i);
		const SavedPortrait *right = list_nth(b, i);

		if (strcmp(left->name, right->name) != 0 ||
			!datumIsEqual(left->portrait, right->portrait, false, -1))
			return false;
	}
	return true;
}

static bool
has_dimensions(Datum portrait, MemoryContext scratch)
{
	MemoryContext caller = MemoryContextSwitchTo(scratch);
	bool		result = portrait_from_datum(portrait)->dimensions != NIL;

	MemoryContextSwitchTo(caller);
	MemoryContextReset(scratch);
	return result;
}

static void
replace_lenses(FunctionCallInfo fcinfo, AllState *state, List *saved)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "saved portrait",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	ListCell   *lc;

	/* nothing, until all of it is there */
	state->saved = state->lenses = NIL;
	MemoryContextReset(state->context);
	caller = MemoryContextSwitchTo(state->context);
	foreach(lc, saved)
	{
		const SavedPortrait *from = lfirst(lc);
		SavedPortrait *to = palloc(sizeof(SavedPortrait));
		Lens	   *lens;

		CHECK_FOR_INTERRUPTS();
		to->name = pstrdup(from->name);
		to->portrait = datumCopy(from->portrait, false, -1);
		state->saved = lappend(state->saved, to);
		if (!has_dimensions(to->portrait, scratch))
			continue;
		lens = palloc(sizeof(Lens));
		lens->saved = to;
		lens->call = lenient_call(fcinfo, state->context);
		state->lenses = lappend(state->lenses, lens);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
}

static AllState *
current_state(FunctionCallInfo fcinfo)
{
	AllState   *state = fcinfo->flinfo->fn_extra;
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	bool		may_keep;
	Stamp		stamp;
	List	   *saved;

	if (state == NULL)
	{
		state = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AllState));
		state->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "saved frameworks",
											   ALLOCSET_DEFAULT_SIZES);
		fcinfo->flinfo->fn_extra = state;
	}
	may_keep = registry_stamp(schema, &stamp);
	if (may_keep && state->may_keep && same_stamp(&stamp, &state->stamp))
		return state;
	state->may_keep = false;
	saved = registry_active(schema);
	if (!same_saved(saved, state->saved))
		replace_lenses(fcinfo, state, saved);
	state->may_keep = may_keep;
	if (may_keep)
		state->stamp = stamp;
	return state;
}

/* ---- rows ---- */

/* A condition that cannot apply to a column: of which portrait? */
static void
tell_portrait(void *name)
{
	errcontext("saved portrait \"%s\"", (const char *) name);
}

static void
put_qualification(FunctionCallInfo fcinfo, const Lens *lens)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[1 + QUALIFICATION_COLUMNS];
	bool		nulls[1 + QUALIFICATION_COLUMNS];
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = tell_portrait,
		.arg = lens->saved->name
	};

	error_context_stack = &context;
	values[0] = CStringGetTextDatum(lens->saved->name);
	nulls[0] = false;
	qualify_card(evaluate_leniently(fcinfo, lens->call, lens->saved->portrait),
				 &values[1], &nulls[1]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	error_context_stack = context.previous;
}

Datum
icp_qualify_all(PG_FUNCTION_ARGS)
{
	AllState   *state = current_state(fcinfo);
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	if (((ReturnSetInfo *) fcinfo->resultinfo)->setDesc->natts != 1 + QUALIFICATION_COLUMNS)
		elog(ERROR, "icp_qualify_all does not return what it should");
	foreach(lc, state->lenses)
	{
		CHECK_FOR_INTERRUPTS();
		put_qualification(fcinfo, lfirst(lc));
	}
	return (Datum) 0;
}

/*
 * call.c
 *		From a function call to a scorecard evaluated on its row.
 *
 * The functions come in several shapes, which share their C code: over a row
 * or a JSON document, with a portrait, with a saved one's name, or with the
 * default portrait; and over bare columns, which the planner rewrites to.
 * What a call needs is bound once and kept in fn_extra.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "nodes/nodeFuncs.h"
#include "pgtime.h"
#include "portrait/registry.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

/* How many portraits or row types one call alternates between at full speed. */
#define MAX_BOUND 8

/* A portrait bound to a row type. */
typedef struct Bound
{
	MemoryContext context;
	struct varlena *portrait;	/* what it was bound from */
	uint64		row_type;		/* 0 for documents and columns */
	Scorecard  *card;
	RowShape   *shape;			/* NULL for columns */
} Bound;

typedef enum PortraitSource
{
	PORTRAIT_CONSTANT,			/* an argument, always the same */
	PORTRAIT_GIVEN,				/* an argument */
	PORTRAIT_NAMED,				/* an argument is its name */
	PORTRAIT_DEFAULT
} PortraitSource;

struct CallState
{
	MemoryContext context;
	Oid			schema;
	PortraitSource source;
	bool		is_document;
	bool		absent_is_missing;	/* whatever the portrait says */

	/* the saved portrait that the last call used */
	text	   *name;
	Stamp stamp;
	Datum		saved;

	Scorecard  *constant;		/* bound for good: nothing can change */

	int			nbound;
	int			last;
	Bound		bound[MAX_BOUND];
};

/* ---- the state of a call ---- */

static CallState *
make_state(FmgrInfo *flinfo, MemoryContext context)
{
	CallState  *state = MemoryContextAllocZero(context, sizeof(CallState));

	state->context = context;
	state->schema = get_func_namespace(flinfo->fn_oid);
	return state;
}

static bool
is_over_documents(FmgrInfo *flinfo)
{
	Oid		   *types;
	int			ntypes;

	(void) get_func_signature(flinfo->fn_oid, &types, &ntypes);
	return types[0] == JSONBOID;
}

static CallState *
call_state(FunctionCallInfo fcinfo)
{
	CallState  *state = fcinfo->flinfo->fn_extra;
	Oid		   *types;
	int			ntypes;

	if (state != NULL)
		return state;
	/* the declared arguments tell which of the overloaded functions this is */
	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &ntypes);
	fcinfo->flinfo->fn_extra = state = make_state(fcinfo->flinfo, fcinfo->flinfo->fn_mcxt);
	state->is_document = is_over_documents(fcinfo->flinfo);
	state->source = ntypes == 1 ? PORTRAIT_DEFAULT :
		types[1] == TEXTOID ? PORTRAIT_NAMED : PORTRAIT_GIVEN;
	return state;
}

/* ---- the portrait ---- */

static bool
same_text(const text *a, const text *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* The saved portrait, kept for as long as its stamp stays the same. */
static Datum
saved_portrait(CallState *state, text *name)
{
	Stamp stamp;
	bool		may_keep = registry_stamp(state->schema, &stamp);
	Datum		loaded;
	MemoryContext caller;

	if (may_keep && state->saved != (Datum) 0 && same_text(name, state->name) &&
		same_stamp(&stamp, &state->stamp))
		return state->saved;
	loaded = registry_load(state->schema, name ? text_to_cstring(name) : NULL, 0);
	if (!may_keep)
		return loaded;
	if (state->saved != (Datum) 0)
		pfree(DatumGetPointer(state->saved));
	if (state->name != NULL)
		pfree(state->name);
	caller = MemoryContextSwitchTo(state->context);
	state->saved = PointerGetDatum(PG_DETOAST_DATUM_COPY(loaded));
	state->name = name ? (text *) PG_DETOAST_DATUM_COPY(PointerGetDatum(name)) : NULL;
	state->stamp = stamp;
	MemoryContextSwitchTo(caller);
	return state->saved;
}

static Datum
call_portrait(FunctionCallInfo fcinfo, CallState *state)
{
	if (state->source == PORTRAIT_GIVEN)
		return PG_GETARG_DATUM(1);
	return saved_portrait(state, state->source == PORTRAIT_NAMED ?
						  PG_GETARG_TEXT_PP(1) : NULL);
}

/* ---- binding ---- */

static bool
is_current(const Bound *bound)
{
	return !portrait_depends_on_now(bound->card->portrait) ||
		(bound->card->now == GetCurrentTransactionStartTimestamp() &&
		 bound->card->zone == session_timezone);
}

/* The entry bound from this portrait and row type, if it still holds. */
static Bound *
find_bound(CallState *state, const struct varlena *portrait, uint64 row_type)
{
	Size		size = VARSIZE_ANY(portrait);

	for (int i = 0; i < state->nbound; i++)
	{
		/* the last one first: most calls have no other */
		Bound	   *bound = &state->bound[(state->last + i) % state->nbound];

		if (bound->card != NULL && bound->row_type == row_type &&
			VARSIZE_ANY(bound->portrait) == size &&
			memcmp(bound->portrait, portrait, size) == 0 && is_current(bound))
		{
			state->last = bound - state->bound;
			return bound;
		}
	}
	return NULL;
}

/* An empty entry, in the place of the oldest one if there is no other. */
static Bound *
new_bound(CallState *state, const struct varlena *portrait, uint64 row_type)
{
	Bound	   *bound;

	if (state->nbound < MAX_BOUND)
		state->last = state->nbound++;
	else
		state->last = (state->last + 1) % MAX_BOUND;
	bound = &state->bound[state->last];
	bound->card = NULL;			/* until it is complete */
	if (bound->context != NULL)
		MemoryContextReset(bound->context);
	else
		bound->context = AllocSetContextCreate(state->context, "bound portrait",
											   ALLOCSET_SMALL_SIZES);
	bound->row_type = row_type;
	bound->portrait = MemoryContextAlloc(bound->context, VARSIZE_ANY(portrait));
	memcpy(bound->portrait, portrait, VARSIZE_ANY(portrait));
	return bound;
}

/* Completes an entry from its portrait, in its context. */
typedef void (*BindEntry) (Bound *bound, Portrait *portrait, void *target);

static Bound *
bound_for(CallState *state, Datum portrait, uint64 row_type,
		  BindEntry bind, void *target)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(portrait);
	Bound	   *bound = find_bound(state, stored, row_type);
	Portrait   *tree;
	MemoryContext caller;

	if (bound != NULL)
		return bound;
	bound = new_bound(state, stored, row_type);
	caller = MemoryContextSwitchTo(bound->context);
	tree = portrait_from_datum(PointerGetDatum(bound->portrait));
	tree->absent_is_missing |= state->absent_is_missing;
	bind(bound, tree, target);
	MemoryContextSwitchTo(caller);
	return bound;
}

static void
bind_shape(Bound *bound, Portrait *portrait, RowShape *shape)
{
	bound->shape = shape;
	bound->card = bind_portrait(portrait, shape_fields(shape),
								GetCurrentTransactionStartTimestamp());
}

/* ---- rows and documents ---- */

static void
bind_row(Bound *bound, Portrait *portrait, void *target)
{
	HeapTupleHeader row = target;
	TupleDesc	tupdesc = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row),
													  HeapTupleHeaderGetTypMod(row));

	bind_shape(bound, portrait, row_shape(portrait, tupdesc));
}

static void
bind_document(Bound *bound, Portrait *portrait, void *target)
{
	(void) target;
	bind_shape(bound, portrait, document_shape(portrait));
}

static Scorecard *
evaluate_row_datum(CallState *state, Datum portrait, HeapTupleHeader row)
{
	uint64		row_type = assign_record_type_identifier(HeapTupleHeaderGetTypeId(row),
														 HeapTupleHeaderGetTypMod(row));
	Bound	   *bound = bound_for(state, portrait, row_type, bind_row, row);

	evaluate_row(bound->card, read_row(bound->shape, row));
	return bound->card;
}

static Scorecard *
evaluate_document(CallState *state, Datum portrait, Jsonb *document)
{
	Bound	   *bound = bound_for(state, portrait, 0, bind_document, NULL);

	evaluate_row(bound->card, read_document(bound->shape, document));
	return bound->card;
}

/* The functions are strict, so there is a row. */
static Scorecard *
evaluate_argument(FunctionCallInfo fcinfo, CallState *state, Datum portrait)
{
	if (state->is_document)
		return evaluate_document(state, portrait, PG_GETARG_JSONB_P(0));
	return evaluate_row_datum(state, portrait, PG_GETARG_HEAPTUPLEHEADER(0));
}

Scorecard *
evaluate_call(FunctionCallInfo fcinfo)
{
	CallState  *state = call_state(fcinfo);

	return evaluate_argument(fcinfo, state, call_portrait(fcinfo, state));
}

Scorecard *
evaluate_saved(FmgrInfo *flinfo, void **state, text *name, HeapTupleHeader row)
{
	if (*state == NULL)
		*state = make_state(flinfo, flinfo->fn_mcxt);
	return evaluate_row_datum(*state, saved_portrait(*state, name), row);
}

/*
 * Evaluates any portrait on the row or document of a call, from which the
 * portrait's fields may be absent.  The state is made in a context that may end
 * before the call's, and serves best if it is one for each portrait.
 */
CallState *
lenient_call(FunctionCallInfo fcinfo, MemoryContext context)
{
	CallState  *state = make_state(fcinfo->flinfo, context);

	state->is_document = is_over_documents(fcinfo->flinfo);
	state->absent_is_missing = true;
	return state;
}

Scorecard *
evaluate_leniently(FunctionCallInfo fcinfo, CallState *state, Datum portrait)
{
	return evaluate_argument(fcinfo, state, portrait);
}

/* ---- columns ---- */

static void
check_columns(FunctionCallInfo fcinfo, const Portrait *portrait, bool may_use_now)
{
	int			nfields = list_length(portrait->fields);

	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("an array cannot stand for the portrait's fields"),
				 errhint("Pass each field as an argument of its own, in the order of icp_portrait_fields.")));
	if (PG_NARGS() - 1 != nfields)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_plural("the portrait has %d field, but the columns given are %d",
							   "the portrait has %d fields, but the columns given are %d",
							   nfields, nfields, PG_NARGS() - 1),
				 errhint("Pass them in the order of icp_portrait_fields.")));
	if (portrait_depends_on_now(portrait) && !may_use_now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the portrait depends on the current time, and %s is immutable",
						get_func_name(fcinfo->flinfo->fn_oid)),
				 errhint("Fix its dates with icp_at, or call %s_now.",
						 get_func_name(fcinfo->flinfo->fn_oid))));
}

static FieldType *
column_types(FunctionCallInfo fcinfo, int ncolumns)
{
	FieldType  *types = palloc0(sizeof(FieldType) * Max(ncolumns, 1));
	Node	   *call = fcinfo->flinfo->fn_expr;
	List	   *args = call && IsA(call, FuncExpr) ? ((FuncExpr *) call)->args : NIL;

	for (int i = 0; i < ncolumns; i++)
	{
		types[i].type = get_fn_expr_argtype(fcinfo->flinfo, i + 1);
		if (!OidIsValid(types[i].type))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("could not determine the type of column %d", i + 1)));
		if (list_length(args) <= i + 1)
			continue;
		types[i].collation = exprCollation(list_nth(args, i + 1));
		/* a bare NULL is no column: always missing, whatever the conditions */
		if (types[i].type == UNKNOWNOID && IsA(list_nth(args, i + 1), Const) &&
			((Const *) list_nth(args, i + 1))->constisnull)
			types[i].type = InvalidOid;
	}
	return types;
}

/* A call over columns, for binding. */
typedef struct ColumnsCall
{
	FunctionCallInfo fcinfo;
	bool		may_use_now;
} ColumnsCall;

static void
bind_columns(Bound *bound, Portrait *portrait, void *target)
{
	ColumnsCall *call = target;

	check_columns(call->fcinfo, portrait, call->may_use_now);
	bound->card = bind_portrait(portrait,
								column_types(call->fcinfo, list_length(portrait->fields)),
								GetCurrentTransactionStartTimestamp());
}

/*
 * Not strict, because columns may be NULL: NULL for no portrait.
 */
Scorecard *
evaluate_columns(FunctionCallInfo fcinfo, bool may_use_now)
{
	CallState  *state = fcinfo->flinfo->fn_extra;
	Bound	   *bound;

	if (state != NULL && state->constant != NULL)
	{
		evaluate_row(state->constant, &fcinfo->args[1]);
		return state->constant;
	}
	if (PG_ARGISNULL(0))
		return NULL;
	if (state == NULL)
	{
		fcinfo->flinfo->fn_extra = state = make_state(fcinfo->flinfo, fcinfo->flinfo->fn_mcxt);
		state->source = first_is_constant(fcinfo->flinfo) ?
			PORTRAIT_CONSTANT : PORTRAIT_GIVEN;
	}
	bound = bound_for(state, PG_GETARG_DATUM(0), 0, bind_columns,
					  &(ColumnsCall) {fcinfo, may_use_now});
	if (state->source == PORTRAIT_CONSTANT &&
		!portrait_depends_on_now(bound->card->portrait))
		state->constant = bound->card;
	evaluate_row(bound->card, &fcinfo->args[1]);
	return bound->card;
}

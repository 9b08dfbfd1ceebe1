/*
 * two_phase.c
 *		What a system that distributes aggregates does with them, for a test: their
 *		functions are called by their OIDs alone, without the expression that the
 *		executor would show them, and looked up anew for each row; a partial state
 *		travels as its type's text, or as its type sends it.
 *
 * partial(aggregate, as text, arguments ...) gives the bytes that travel, and
 * combine(aggregate, as text, bytes, NULL of the result's type) the result.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(two_phase_partial_step);
PG_FUNCTION_INFO_V1(two_phase_partial_end);
PG_FUNCTION_INFO_V1(two_phase_combine_step);
PG_FUNCTION_INFO_V1(two_phase_combine_end);

/* Of an aggregate whose state is of a type that travels. */
typedef struct TwoPhase
{
	Oid			step;
	Oid			combine;
	Oid			end;
	Oid			state_type;
	bool		as_text;
	Datum		state;
	bool		is_null;
} TwoPhase;

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "not in an aggregate");
	return context;
}

static TwoPhase *
open_state(FunctionCallInfo fcinfo)
{
	TwoPhase   *state;
	HeapTuple	tuple;
	Form_pg_aggregate aggregate;

	if (!PG_ARGISNULL(0))
		return (TwoPhase *) PG_GETARG_POINTER(0);
	state = MemoryContextAllocZero(aggregate_context(fcinfo), sizeof(TwoPhase));
	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(PG_GETARG_OID(1)));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "%u is no aggregate", PG_GETARG_OID(1));
	aggregate = (Form_pg_aggregate) GETSTRUCT(tuple);
	state->step = aggregate->aggtransfn;
	state->combine = aggregate->aggcombinefn;
	state->end = aggregate->aggfinalfn;
	state->state_type = aggregate->aggtranstype;
	state->as_text = PG_GETARG_BOOL(2);
	state->is_null = true;
	if (!OidIsValid(state->combine) || get_typtype(state->state_type) == TYPTYPE_PSEUDO)
		elog(ERROR, "%s cannot be split", format_procedure(PG_GETARG_OID(1)));
	if (aggregate->aggfinalextra)
		elog(ERROR, "%s wants to know its arguments at the end", format_procedure(PG_GETARG_OID(1)));
	ReleaseSysCache(tuple);
	return state;
}

/* Calls a function of the aggregate, with its state before what else it takes. */
static Datum
call(FunctionCallInfo fcinfo, TwoPhase *state, Oid function, int nargs, const NullableDatum *args, bool *is_null)
{
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
	FmgrInfo	flinfo;
	Datum		result;

	fmgr_info(function, &flinfo);
	InitFunctionCallInfoData(*inner, &flinfo, nargs + 1, fcinfo->fncollation, fcinfo->context, NULL);
	inner->args[0].value = state->state;
	inner->args[0].isnull = state->is_null;
	for (int i = 0; i < nargs; i++)
		inner->args[i + 1] = args[i];
	if (flinfo.fn_strict)
	{
		for (int i = 0; i <= nargs; i++)
		{
			*is_null = true;
			if (inner->args[i].isnull)
				return (Datum) 0;
		}
	}
	result = FunctionCallInvoke(inner);
	*is_null = inner->isnull;
	return result;
}

/* As the executor does: a state at another place is copied, and the old one is gone. */
static void
advance(FunctionCallInfo fcinfo, TwoPhase *state, Oid function, int nargs, const NullableDatum *args)
{
	bool		is_null;
	Datum		value = call(fcinfo, state, function, nargs, args, &is_null);
	MemoryContext caller;

	if (!is_null && !state->is_null && value == state->state)
		return;
	caller = MemoryContextSwitchTo(aggregate_context(fcinfo));
	if (!is_null)
		value = datumCopy(value, false, -1);
	if (!state->is_null)
		pfree(DatumGetPointer(state->state));
	state->state = value;
	state->is_null = is_null;
	MemoryContextSwitchTo(caller);
}

Datum
two_phase_partial_step(PG_FUNCTION_ARGS)
{
	TwoPhase   *state = open_state(fcinfo);

	advance(fcinfo, state, state->step, PG_NARGS() - 3, &fcinfo->args[3]);
	PG_RETURN_POINTER(state);
}

Datum
two_phase_partial_end(PG_FUNCTION_ARGS)
{
	TwoPhase   *state = PG_ARGISNULL(0) ? NULL : (TwoPhase *) PG_GETARG_POINTER(0);
	Oid			function;
	bool		is_varlena;

	if (state == NULL || state->is_null)
		PG_RETURN_NULL();
	if (state->as_text)
	{
		getTypeOutputInfo(state->state_type, &function, &is_varlena);
		PG_RETURN_TEXT_P(cstring_to_text(OidOutputFunctionCall(function, state->state)));
	}
	getTypeBinaryOutputInfo(state->state_type, &function, &is_varlena);
	PG_RETURN_BYTEA_P(OidSendFunctionCall(function, state->state));
}

/* A text and a bytea look alike, and so one aggregate does for both. */
Datum
two_phase_combine_step(PG_FUNCTION_ARGS)
{
	TwoPhase   *state = open_state(fcinfo);
	NullableDatum other = {(Datum) 0, true};
	Oid			function;
	Oid			parameter;

	if (!PG_ARGISNULL(3))
	{
		other.isnull = false;
		if (state->as_text)
		{
			getTypeInputInfo(state->state_type, &function, &parameter);
			other.value = OidInputFunctionCall(function, TextDatumGetCString(PG_GETARG_DATUM(3)), parameter, -1);
		}
		else
		{
			bytea	   *bytes = PG_GETARG_BYTEA_PP(3);
			StringInfoData buf;

			initStringInfo(&buf);
			appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
			getTypeBinaryInputInfo(state->state_type, &function, &parameter);
			other.value = OidReceiveFunctionCall(function, &buf, parameter, -1);
		}
	}
	advance(fcinfo, state, state->combine, 1, &other);
	PG_RETURN_POINTER(state);
}

/* The other arguments only tell the result's type. */
Datum
two_phase_combine_end(PG_FUNCTION_ARGS)
{
	TwoPhase   *state = PG_ARGISNULL(0) ? NULL : (TwoPhase *) PG_GETARG_POINTER(0);
	Datum		result;
	bool		is_null;

	if (state == NULL)
		PG_RETURN_NULL();
	if (!OidIsValid(state->end))
	{
		if (state->is_null)
			PG_RETURN_NULL();
		PG_RETURN_DATUM(state->state);
	}
	result = call(fcinfo, state, state->end, 0, NULL, &is_null);
	if (is_null)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

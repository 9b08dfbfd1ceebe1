/*
 * step.c
 *		Calls a transition function as an aggregate does, with any state.
 *
 *	fuzz_step(function, state, argument, ...)
 *		An aggregate's first state can be any bytes that its INITCOND has;
 *		this saves making an aggregate for each of them.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/execnodes.h"

PG_FUNCTION_INFO_V1(fuzz_step);

Datum
fuzz_step(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	FmgrInfo	function;
	ExprContext *memory = makeNode(ExprContext);
	AggState   *aggregate = makeNode(AggState);
	Datum		result;

	memory->ecxt_per_tuple_memory = CurrentMemoryContext;
	aggregate->curaggcontext = memory;
	fmgr_info(PG_GETARG_OID(0), &function);
	InitFunctionCallInfoData(*call, &function, PG_NARGS() - 1, PG_GET_COLLATION(), (Node *) aggregate, NULL);
	for (int i = 1; i < PG_NARGS(); i++)
		call->args[i - 1] = fcinfo->args[i];
	if (!PG_ARGISNULL(1))
		call->args[0].value = PointerGetDatum(PG_GETARG_BYTEA_P_COPY(1));
	result = FunctionCallInvoke(call);
	fcinfo->isnull = call->isnull;
	return result;
}

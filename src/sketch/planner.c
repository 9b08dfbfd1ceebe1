/*
 * planner.c
 *		icp_row(row) becomes icp_row_columns(names, columns) where the planner can
 *		see the row's columns, so that no whole row is built.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "common/text.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(icp_row_support);

static Node *
columns_call(FuncExpr *call, const RowColumns *columns)
{
	Oid			function = find_function(get_func_namespace(call->funcid), "icp_row_columns",
										 TEXTARRAYOID, ANYOID);
	const char **names = palloc(sizeof(char *) * columns->tupdesc->natts);
	List	   *args = NIL;
	FuncExpr   *result;
	int			n = 0;

	for (int i = 0; i < columns->tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(columns->tupdesc, i);

		if (attribute->attisdropped)
			continue;
		names[n++] = NameStr(attribute->attname);
		args = lappend(args, copyObject(list_nth(columns->expressions, i)));
	}
	/* VARIADIC needs something to stand for */
	if (!OidIsValid(function) || n == 0 || n >= FUNC_MAX_ARGS)
		return NULL;
	args = lcons(makeConst(TEXTARRAYOID, -1, DEFAULT_COLLATION_OID, -1,
						   text_array(names, n), false, false), args);
	result = makeFuncExpr(function, call->funcresulttype, args, call->funccollid,
						  common_collation(args), COERCE_EXPLICIT_CALL);
	result->location = call->location;
	return (Node *) result;
}

static Node *
simplify(SupportRequestSimplify *request)
{
	FuncExpr   *call = request->fcall;
	Oid		   *types;
	int			ntypes;
	RowColumns	columns;
	Node	   *result;

	(void) get_func_signature(call->funcid, &types, &ntypes);
	/* who may not call it gets the executor's error */
	if (ntypes != 1 || types[0] != RECORDOID || list_length(call->args) != 1 ||
		strcmp(get_func_name(call->funcid), "icp_row") != 0 || !icp_may_execute(call->funcid))
		return NULL;
	/* of a row without names the function says so, when it runs */
	if (!columns_of(request->root, linitial(call->args), &columns) ||
		columns.tupdesc->natts == 0 || lacks_names(columns.tupdesc))
		return NULL;
	result = columns_call(call, &columns);
	return result == NULL ? NULL : guarded(result, columns.not_null);
}

Datum
icp_row_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *result = NULL;

	if (IsA(request, SupportRequestSimplify))
		result = simplify((SupportRequestSimplify *) request);
	PG_RETURN_POINTER(result);
}

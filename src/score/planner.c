/*
 * planner.c
 *		What the planner is told about the score functions.
 *
 * PostgreSQL copies a whole row to pass it on, so a function of a row pays for
 * columns that it never looks at.  Where the portrait is a constant and the
 * row's columns are in sight, icp_x(row, portrait) becomes
 * icp_x_columns(portrait, the columns that the portrait names).  Results are
 * the same with and without; a request that we cannot serve is left alone.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/sysattr.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "portrait/registry.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(icp_score_support);

/* What fits, where the portrait does not say: a portrait is meant to select. */
#define DEFAULT_FIT_SHARE 0.25

/*
 * A condition costs about half as much as an operator (measured, see bench),
 * and takes about 50 bytes of JSON.
 */
#define BASE_OPERATORS 3
#define UNKNOWN_OPERATORS 15
#define BYTES_PER_OPERATOR 100

/* ---- the rewrite ---- */

/* container #> keys */
static Node *
json_path(Node *container, Oid type, Datum keys)
{
	Const	   *path = makeConst(TEXTARRAYOID, -1, DEFAULT_COLLATION_OID, -1,
								 keys, false, false);
	FuncExpr   *extract = makeFuncExpr(type == JSONBOID ? F_JSONB_EXTRACT_PATH :
									   F_JSON_EXTRACT_PATH,
									   type, list_make2(container, path),
									   InvalidOid, DEFAULT_COLLATION_OID,
									   COERCE_EXPLICIT_CALL);

	extract->funcvariadic = true;
	return (Node *) extract;
}

/* The expression for one field; NULL if it cannot be written. */
static Node *
field_expression(const RowColumns *columns, const char *field, bool absent_is_missing)
{
	FieldPlace	place;
	Node	   *node;
	ListCell   *lc;

	if (!find_field(columns->tupdesc, field, &place))
		return absent_is_missing ?
			(Node *) makeNullConst(UNKNOWNOID, -1, InvalidOid) : NULL;
	node = copyObject(list_nth(columns->expressions, place.column - 1));
	foreach(lc, place.attributes)
	{
		TupleDesc	inner = lookup_rowtype_tupdesc_domain(exprType(node), -1, true);
		FieldSelect *select = makeNode(FieldSelect);
		Form_pg_attribute attribute;

		if (inner == NULL || getBaseType(exprType(node)) != exprType(node))
		{
			if (inner != NULL)
				ReleaseTupleDesc(inner);
			return NULL;
		}
		attribute = TupleDescAttr(inner, lfirst_int(lc) - 1);
		select->arg = (Expr *) node;
		select->fieldnum = lfirst_int(lc);
		select->resulttype = attribute->atttypid;
		select->resulttypmod = attribute->atttypmod;
		select->resultcollid = attribute->attcollation;
		node = (Node *) select;
		ReleaseTupleDesc(inner);
	}
	if (!OidIsValid(place.container))
		return node;
	if (exprType(node) != place.container)
		return NULL;			/* a domain over JSON */
	return json_path(node, place.container, place.keys);
}

/* icp_x_columns(portrait, fields...), or NULL. */
static Node *
columns_call(FuncExpr *call, Const *portrait, const Portrait *tree,
			 const RowColumns *columns)
{
	Oid			schema = get_func_namespace(call->funcid);
	const char *name = psprintf("%s_columns%s", get_func_name(call->funcid),
								portrait_depends_on_now(tree) ? "_now" : "");
	Oid			function = find_function(schema, name, portrait->consttype, ANYOID);
	List	   *args = list_make1(portrait);
	FuncExpr   *result;
	ListCell   *lc;

	/* VARIADIC needs something to stand for */
	if (!OidIsValid(function) || tree->fields == NIL ||
		list_length(tree->fields) >= FUNC_MAX_ARGS)
		return NULL;
	/* are they absent, or have their names been lost?  The function tells, when it runs */
	if (tree->absent_is_missing && lacks_names(columns->tupdesc))
		return NULL;
	foreach(lc, tree->fields)
	{
		Node	   *field = field_expression(columns, lfirst(lc),
											 tree->absent_is_missing);

		if (field == NULL)
			return NULL;
		args = lappend(args, field);
	}
	result = makeFuncExpr(function, call->funcresulttype, args, call->funccollid,
						  common_collation(args), COERCE_EXPLICIT_CALL);
	result->funcretset = call->funcretset;
	result->location = call->location;
	return (Node *) result;
}

/*
 * The portrait of the call as a constant, or NULL: given, or saved under a
 * constant name, or the default one.
 */
static Const *
constant_portrait(PlannerInfo *root, FuncExpr *call)
{
	Oid			schema = get_func_namespace(call->funcid);
	Node	   *argument;

	if (list_length(call->args) == 1)
		return registry_fold(root, schema, NULL, 0);
	argument = lsecond(call->args);
	if (!IsA(argument, Const) || ((Const *) argument)->constisnull)
		return NULL;
	if (exprType(argument) == TEXTOID)
		return registry_fold(root, schema,
							 TextDatumGetCString(((Const *) argument)->constvalue), 0);
	return (Const *) argument;
}

/* icp_x(row, portrait): one lookup of a saved portrait less, if nothing more. */
static Node *
call_with_portrait(FuncExpr *call, Const *portrait)
{
	Node	   *row = linitial(call->args);
	Oid			row_type = exprType(row) == JSONBOID ? JSONBOID : RECORDOID;
	Oid			function = find_function(get_func_namespace(call->funcid),
										 get_func_name(call->funcid),
										 row_type, portrait->consttype);
	FuncExpr   *result;

	if (!OidIsValid(function) || function == call->funcid)
		return NULL;
	result = makeFuncExpr(function, call->funcresulttype,
						  list_make2(row, portrait), call->funccollid,
						  call->inputcollid, COERCE_EXPLICIT_CALL);
	result->funcretset = call->funcretset;
	result->location = call->location;
	return (Node *) result;
}

/* Is it one of our overloads: over a record or jsonb, and a portrait or a name? */
static bool
is_score_call(FuncExpr *call, Oid schema)
{
	Oid		   *types;
	int			ntypes;

	(void) get_func_signature(call->funcid, &types, &ntypes);
	if (ntypes < 1 || ntypes > 2 || list_length(call->args) != ntypes)
		return false;
	return (types[0] == RECORDOID || types[0] == JSONBOID) &&
		(ntypes == 1 || types[1] == TEXTOID || types[1] == portrait_type(schema));
}

static Node *
simplify(SupportRequestSimplify *request)
{
	FuncExpr   *call = request->fcall;
	Oid			schema = get_func_namespace(call->funcid);
	Const	   *portrait;
	RowColumns	columns;
	Node	   *result = NULL;

	/* who may not call it gets the executor's error */
	if (!is_score_call(call, schema) || !icp_may_execute(call->funcid))
		return NULL;
	portrait = constant_portrait(request->root, call);
	if (portrait == NULL || portrait->consttype != portrait_type(schema))
		return NULL;
	/* a set cannot stand in a CASE */
	if (columns_of(request->root, linitial(call->args), &columns) &&
		!(columns.not_null != NULL && call->funcretset))
		result = columns_call(call, portrait,
							  portrait_from_datum(portrait->constvalue), &columns);
	if (result != NULL)
		return guarded(result, columns.not_null);
	return call_with_portrait(call, portrait);
}

/* ---- estimates ---- */

/* The constant portrait among a call's arguments, whatever its shape, or NULL. */
static const Const *
visible_portrait(Oid function, List *args)
{
	Oid			type = portrait_type(get_func_namespace(function));
	ListCell   *lc;

	foreach(lc, args)
	{
		Const	   *argument = lfirst(lc);

		if (IsA(argument, Const) && argument->consttype == type &&
			!argument->constisnull)
			return argument;
	}
	return NULL;
}

/* Asked for often: the portrait's length tells enough. */
static Node *
estimate_cost(SupportRequestCost *request)
{
	const Const *portrait = NULL;
	double		operators = UNKNOWN_OPERATORS;

	if (request->node != NULL && IsA(request->node, FuncExpr))
		portrait = visible_portrait(request->funcid,
									((FuncExpr *) request->node)->args);
	if (portrait != NULL)
		operators = (double) toast_raw_datum_size(portrait->constvalue) /
			BYTES_PER_OPERATOR;
	request->startup = 0;
	request->per_tuple = (BASE_OPERATORS + operators) * cpu_operator_cost;
	return (Node *) request;
}

/* WHERE icp_fits(c) */
static Node *
estimate_selectivity(SupportRequestSelectivity *request)
{
	const Const *constant;
	float8		share = -1;

	if (request->is_join || get_func_rettype(request->funcid) != BOOLOID)
		return NULL;
	constant = visible_portrait(request->funcid, request->args);
	if (constant != NULL)
		share = portrait_from_datum(constant->constvalue)->fit_share;
	request->selectivity = share >= 0 && share <= 1 ? share : DEFAULT_FIT_SHARE;
	return (Node *) request;
}

/* Rows of icp_explain: one for each characteristic, and the initial score. */
static Node *
estimate_rows(SupportRequestRows *request)
{
	const Const *constant = NULL;

	if (request->node != NULL && IsA(request->node, FuncExpr))
		constant = visible_portrait(request->funcid,
									((FuncExpr *) request->node)->args);
	if (constant == NULL)
		return NULL;
	request->rows =
		list_length(portrait_from_datum(constant->constvalue)->characteristics) + 1;
	return (Node *) request;
}

Datum
icp_score_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *result = NULL;

	if (IsA(request, SupportRequestSimplify))
		result = simplify((SupportRequestSimplify *) request);
	else if (IsA(request, SupportRequestCost))
		result = estimate_cost((SupportRequestCost *) request);
	else if (IsA(request, SupportRequestSelectivity))
		result = estimate_selectivity((SupportRequestSelectivity *) request);
	else if (IsA(request, SupportRequestRows))
		result = estimate_rows((SupportRequestRows *) request);
	PG_RETURN_POINTER(result);
}

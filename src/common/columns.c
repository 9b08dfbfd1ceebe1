/*
 * columns.c
 *		What the planner's rewrites of calls over rows share.
 *
 * PostgreSQL copies a whole row to pass it on, so a function of a row pays for
 * columns that it never looks at.  Where the row's columns are in sight, the
 * planner can be given a call over these instead.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* ---- the row's columns ---- */

/*
 * Is the relation on a side of an outer join that can be NULL?  Fills in
 * whether it is in the join tree at all.
 */
static bool
can_be_null(Node *jointree, int varno, bool nullable, bool *found)
{
	if (jointree == NULL)
		return false;
	if (IsA(jointree, RangeTblRef))
	{
		if (((RangeTblRef *) jointree)->rtindex != varno)
			return false;
		*found = true;
		return nullable;
	}
	if (IsA(jointree, FromExpr))
	{
		ListCell   *lc;

		foreach(lc, ((FromExpr *) jointree)->fromlist)
		{
			if (can_be_null(lfirst(lc), varno, nullable, found))
				return true;
		}
		return false;
	}
	if (IsA(jointree, JoinExpr))
	{
		JoinExpr   *join = (JoinExpr *) jointree;
		bool		left = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
		bool		right = join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL;

		return can_be_null(join->larg, varno, nullable || left, found) ||
			can_be_null(join->rarg, varno, nullable || right, found);
	}
	return false;
}

static Expr *
not_null_test(Var *row)
{
	Var		   *tableoid = makeVar(row->varno, TableOidAttributeNumber,
								   OIDOID, -1, InvalidOid, 0);
	NullTest   *test = makeNode(NullTest);

	icp_copy_nullingrels(tableoid, row);
	test->arg = (Expr *) tableoid;
	test->nulltesttype = IS_NOT_NULL;
	test->argisrow = false;
	test->location = -1;
	return (Expr *) test;
}

/* The columns of expandRTE as a row type that find_field can search. */
static TupleDesc
describe_columns(List *names, List *expressions)
{
	TupleDesc	tupdesc = CreateTemplateTupleDesc(list_length(expressions));

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Node	   *node = list_nth(expressions, i);

		TupleDescInitEntry(tupdesc, i + 1, strVal(list_nth(names, i)),
						   exprType(node), exprTypmod(node), 0);
		TupleDescInitEntryCollation(tupdesc, i + 1, exprCollation(node));
	}
	return tupdesc;
}

/* Do the expressions make up a row of this type? */
static bool
types_agree(const RowColumns *columns)
{
	if (columns->tupdesc->natts != list_length(columns->expressions))
		return false;
	for (int i = 0; i < columns->tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(columns->tupdesc, i);

		if (!attribute->attisdropped &&
			exprType(list_nth(columns->expressions, i)) != attribute->atttypid)
			return false;
	}
	return true;
}

/* Is it the row of a relation that this query level reads, at a good time? */
static bool
is_row_of_this_query(PlannerInfo *root, Var *row)
{
	/*
	 * The planner simplifies some conditions again when it has settled which
	 * columns each relation gives: too late to ask for others.
	 */
	if (root == NULL || root->simple_rel_array != NULL)
		return false;
	return row->varattno == InvalidAttrNumber && row->varlevelsup == 0 &&
		row->varno > 0 && row->varno <= list_length(root->parse->rtable) &&
		icp_var_is_plain(row) && root->parse->commandType != CMD_MERGE;
}

/*
 * The columns of a whole-row variable.  A row that an outer join makes NULL is
 * not a row of NULLs: for a table tableoid can tell which, for others we leave
 * the row alone.
 */
static bool
columns_of_var(PlannerInfo *root, Var *row, RowColumns *columns)
{
	RangeTblEntry *rte;
	List	   *names;
	ListCell   *lc;
	bool		in_join_tree = false;
	bool		nullable;

	if (!is_row_of_this_query(root, row))
		return false;
	rte = rt_fetch(row->varno, root->parse->rtable);
	if (rte->rtekind != RTE_RELATION && rte->rtekind != RTE_SUBQUERY &&
		rte->rtekind != RTE_CTE && rte->rtekind != RTE_VALUES)
		return false;
	/* the planner looks at CHECK constraints before it numbers their variables */
	if (rte->rtekind == RTE_RELATION && get_rel_type_id(rte->relid) != row->vartype)
		return false;
	nullable = can_be_null((Node *) root->parse->jointree, row->varno, false,
						   &in_join_tree);
	if (!in_join_tree || (nullable && rte->rtekind != RTE_RELATION))
		return false;
	icp_expand_rte(rte, row->varno, &names, &columns->expressions);
	foreach(lc, columns->expressions)
	{
		if (IsA(lfirst(lc), Var))
			icp_copy_nullingrels((Var *) lfirst(lc), row);
	}
	columns->tupdesc = row->vartype == RECORDOID ?
		describe_columns(names, columns->expressions) :
		lookup_rowtype_tupdesc_copy(row->vartype, -1);
	columns->not_null = nullable ? not_null_test(row) : NULL;
	return types_agree(columns);
}

/* The columns of ROW(...), which is also what a pulled-up subquery's row is. */
static bool
columns_of_row(RowExpr *row, RowColumns *columns)
{
	columns->not_null = NULL;
	columns->expressions = row->args;
	if (row->row_typeid == RECORDOID)
	{
		if (list_length(row->colnames) != list_length(row->args))
			return false;
		columns->tupdesc = describe_columns(row->colnames, row->args);
	}
	else
		columns->tupdesc = lookup_rowtype_tupdesc_copy(row->row_typeid, -1);
	/* a field may be written out twice, or not at all */
	return types_agree(columns) && !contain_volatile_functions((Node *) row) &&
		!expression_returns_set((Node *) row);
}

bool
columns_of(PlannerInfo *root, Node *row, RowColumns *columns)
{
	/* a grouping set nulls the row, but not columns that it does not group by */
	if (root != NULL && root->parse->groupingSets != NIL)
		return false;
	if (IsA(row, Var))
		return columns_of_var(root, (Var *) row, columns);
	if (IsA(row, RowExpr))
		return columns_of_row((RowExpr *) row, columns);
	return false;
}

/* ---- rows without names ---- */

/*
 * ROW(...) calls its columns f1, f2, ...; so does what a system that plans for
 * several servers makes of a subquery's row, whose names are lost then.
 */
bool
lacks_names(TupleDesc tupdesc)
{
	for (int i = 0; i < tupdesc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(tupdesc, i)->attname), psprintf("f%d", i + 1)) != 0)
			return false;
	}
	return tupdesc->tdtypeid == RECORDOID && tupdesc->natts > 0;
}

void
refuse_row_without_names(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("the row has lost the names of its columns"),
			 errhint("ROW(...) has no column names; name them in a subquery, or pass a table's row.")));
}

/* ---- calls ---- */

/*
 * The function of our schema with this name and these arguments, if the user
 * may call it.
 */
Oid
find_function(Oid schema, const char *name, Oid first, Oid second)
{
	Oid			types[2] = {first, second};
	oidvector  *arguments = buildoidvector(types, 2);

	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										   CStringGetDatum(name),
										   PointerGetDatum(arguments),
										   ObjectIdGetDatum(schema));

	return OidIsValid(function) && icp_may_execute(function) ? function : InvalidOid;
}

/*
 * What the parser would find for such a call, so that an index over the same
 * call written by hand matches.
 */
Oid
common_collation(List *args)
{
	Oid			result = InvalidOid;
	ListCell   *lc;

	foreach(lc, args)
	{
		Oid			collation = exprCollation(lfirst(lc));

		if (!OidIsValid(collation) || collation == result)
			continue;
		if (!OidIsValid(result) || result == DEFAULT_COLLATION_OID)
			result = collation;
		else if (collation != DEFAULT_COLLATION_OID)
			return InvalidOid;
	}
	return result;
}

/* NULL where the row is. */
Node *
guarded(Node *call, Expr *not_null)
{
	CaseExpr   *guard;
	CaseWhen   *when;

	if (not_null == NULL)
		return call;
	when = makeNode(CaseWhen);
	when->expr = not_null;
	when->result = (Expr *) call;
	when->location = -1;
	guard = makeNode(CaseExpr);
	guard->casetype = exprType(call);
	guard->casecollid = exprCollation(call);
	guard->args = list_make1(when);
	guard->defresult = (Expr *) makeNullConst(exprType(call), -1, exprCollation(call));
	guard->location = -1;
	return (Node *) guard;
}

bool
first_is_constant(FmgrInfo *flinfo)
{
	Node	   *call = flinfo->fn_expr;

	return call != NULL && IsA(call, FuncExpr) &&
		IsA(linitial(((FuncExpr *) call)->args), Const);
}

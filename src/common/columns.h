/*
 * columns.h
 *		What the planner's rewrites of calls over rows share: the columns of a
 *		row that it can see, and calls over these.
 */
#ifndef ICP_COLUMNS_H
#define ICP_COLUMNS_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "common/compat.h"
#include "fmgr.h"
#include "nodes/pathnodes.h"

/* A row whose columns are expressions: names, and as many nodes. */
typedef struct RowColumns
{
	TupleDesc	tupdesc;		/* names and types */
	List	   *expressions;	/* one for each attribute of tupdesc */
	Expr	   *not_null;		/* test that the row is not NULL, or NULL */
} RowColumns;

/* Of a row that is a variable of the query or ROW(...); false if they are not in sight. */
extern bool columns_of(PlannerInfo *root, Node *row, RowColumns *columns);

/* The call, or NULL where not_null does not hold; not_null may be NULL itself. */
extern Node *guarded(Node *call, Expr *not_null);

/* Is it the row of ROW(...), which has no names but f1, f2, ...? */
extern bool lacks_names(TupleDesc tupdesc);

pg_noreturn extern void refuse_row_without_names(void);

extern Oid	find_function(Oid schema, const char *name, Oid first, Oid second);
extern Oid	common_collation(List *args);

/*
 * Is the first argument of a call always the same?  A parameter is not constant
 * enough: PL/pgSQL keeps the state of a simple expression while its variables
 * change.
 */
extern bool first_is_constant(FmgrInfo *flinfo);

#endif							/* ICP_COLUMNS_H */

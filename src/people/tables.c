/*
 * tables.c
 *		Reading the tables that come with rows about people.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/text.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "people/people.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

void
select_rows(Oid schema, const char *table, const char *columns, const char *order, int ncolumns)
{
	char	   *query;

	extension_table(schema, table);
	query = psprintf("SELECT %s FROM %s ORDER BY %s", columns,
					 quote_qualified_identifier(get_namespace_name(schema), table), order);
	SPI_connect();
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read table \"%s\"", table);
	for (int i = 1; i <= ncolumns; i++)
	{
		if (SPI_tuptable->tupdesc->natts != ncolumns ||
			SPI_gettypeid(SPI_tuptable->tupdesc, i) != (i < ncolumns ? TEXTOID : BOOLOID))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("table \"%s\" in schema \"%s\" is not the one of extension icp_portrait",
							table, get_namespace_name(schema))));
	}
	pfree(query);
}

bool
still_holds(Kept *kept)
{
	Stamp		stamp = {0};
	bool		may_be_kept = take_stamp(kept->relid, &stamp);
	bool		same = may_be_kept && kept->may_be_kept && same_stamp(&stamp, &kept->stamp);

	kept->stamp = stamp;
	kept->may_be_kept = may_be_kept;
	return same;
}

MemoryContext
start_over(Kept *kept)
{
	if (kept->context != NULL)
		MemoryContextDelete(kept->context);
	kept->context = NULL;
	/* goes with the caller's, if there is an error while it is read into */
	return AllocSetContextCreate(CurrentMemoryContext, "icp_portrait table", ALLOCSET_DEFAULT_SIZES);
}

/* Is the snapshot of this query one that a new query would get? */
static bool
sees_the_latest(void)
{
	Snapshot	active = GetActiveSnapshot();
	Snapshot	latest = GetLatestSnapshot();

	return active->xmin == latest->xmin && active->xmax == latest->xmax && active->curcid == latest->curcid &&
		active->xcnt == latest->xcnt && active->subxcnt == latest->subxcnt &&
		active->suboverflowed == latest->suboverflowed &&
		memcmp(active->xip, latest->xip, sizeof(TransactionId) * active->xcnt) == 0 &&
		(active->subxcnt <= 0 || memcmp(active->subxip, latest->subxip, sizeof(TransactionId) * active->subxcnt) == 0);
}

bool
holds_for_all(const Kept *kept, const char *trigger)
{
	return kept->may_be_kept && !IsolationUsesXactSnapshot() && !IsInParallelMode() &&
		pg_class_aclcheck(kept->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		sees_the_latest() && changes_are_told(kept->relid, trigger);
}

void
keep(Kept *kept, MemoryContext context, MemoryContext parent)
{
	MemoryContextSetParent(context, parent);
	kept->context = context;
}

/* One row, unless the server's encoding lacks letters of the name. */
static void
put_named(ReturnSetInfo *result, const char *name, int length, const char *const *values)
{
	Datum		row[1 + SHIPPED_VALUES] = {0};
	bool		nulls[1 + SHIPPED_VALUES] = {false};
	text	   *stored = server_text(name, length);

	if (stored == NULL)
		return;
	row[0] = PointerGetDatum(stored);
	for (int i = 0; i < SHIPPED_VALUES; i++)
	{
		nulls[i + 1] = values[i] == NULL;
		if (values[i] != NULL)
			row[i + 1] = CStringGetTextDatum(values[i]);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, row, nulls);
}

void
put_shipped(ReturnSetInfo *result, const char *names, const char *const *values)
{
	while (*names != '\0')
	{
		int			length = strcspn(names, "|");

		put_named(result, names, length, values);
		names += length + (names[length] == '|');
	}
}

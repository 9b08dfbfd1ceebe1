/*
 * tables.c
 *		Reading the tables that come with rows about people.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "people/people.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

Oid
people_table(Oid schema, const char *name)
{
	Oid			relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" of extension icp_portrait is not in schema \"%s\"",
						name, get_namespace_name(schema))));
	return relid;
}

void
select_rows(Oid schema, const char *table, const char *columns, const char *order, int ncolumns)
{
	char	   *query;

	people_table(schema, table);
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

MemoryContext
renew(Kept *kept)
{
	Stamp		stamp = {0};
	bool		may_be_kept = take_stamp(kept->relid, &stamp);

	if (kept->context != NULL)
	{
		if (may_be_kept && kept->may_be_kept && same_stamp(&stamp, &kept->stamp))
			return NULL;
		MemoryContextDelete(kept->context);
		kept->context = NULL;
	}
	kept->stamp = stamp;
	kept->may_be_kept = may_be_kept;
	/* goes with the caller's, if there is an error while it is read into */
	return AllocSetContextCreate(CurrentMemoryContext, "icp_portrait table", ALLOCSET_DEFAULT_SIZES);
}

void
keep(Kept *kept, MemoryContext context, MemoryContext parent)
{
	MemoryContextSetParent(context, parent);
	kept->context = context;
}

text *
server_text(const char *utf8, int length)
{
	int			encoding = GetDatabaseEncoding();
	Oid			conversion;
	unsigned char *bytes;
	text	   *result;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return cstring_to_text_with_len(utf8, length);
	conversion = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(conversion))
		return NULL;
	bytes = palloc(length * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding,
									  (unsigned char *) unconstify(char *, utf8), length,
									  bytes, length * MAX_CONVERSION_GROWTH + 1, true) < length)
		return NULL;
	result = cstring_to_text((char *) bytes);
	pfree(bytes);
	return result;
}

/*
 * save.c
 *		icp_save and icp_activate: versions of saved portraits.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/int.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "portrait/portrait.h"
#include "portrait/registry.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(icp_save);
PG_FUNCTION_INFO_V1(icp_activate);

/*
 * Those who change a portrait take turns until they commit, so that each finds
 * the versions before its own; other portraits are not held up.
 */
static void
lock_name(Oid schema, text *name)
{
	uint32		key = hash_bytes((unsigned char *) VARDATA_ANY(name),
								 VARSIZE_ANY_EXHDR(name));

	DirectFunctionCall2(pg_advisory_xact_lock_int4,
						Int32GetDatum((int32) portrait_type(schema)),
						Int32GetDatum((int32) key));
}

static int32
last_version(Oid schema, Datum *name)
{
	bool		isnull;

	registry_query(REGISTRY_LAST_VERSION, schema, name, NULL, 1);
	if (SPI_processed == 0)
		return 0;
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &isnull));
}

Datum
icp_save(PG_FUNCTION_ARGS)
{
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Datum		args[4];
	char		nulls[] = "    ";
	int32		version;

	if (PG_ARGISNULL(0) || VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a portrait is saved under a name")));
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("there is no portrait to save as \"%s\"",
						text_to_cstring(PG_GETARG_TEXT_PP(0)))));
	/* what is stored will be read again: let it be whole */
	(void) PG_GETARG_PORTRAIT(1);

	lock_name(schema, PG_GETARG_TEXT_PP(0));
	SPI_connect();
	args[0] = PG_GETARG_DATUM(0);
	if (pg_add_s32_overflow(last_version(schema, args), 1, &version))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("integer out of range")));
	args[1] = Int32GetDatum(version);
	args[2] = PG_GETARG_DATUM(1);
	args[3] = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2);
	nulls[3] = PG_ARGISNULL(2) ? 'n' : ' ';
	/* in this order, concurrent transactions that see the past fail to serialize */
	registry_query(REGISTRY_DEACTIVATE, schema, args, NULL, 0);
	registry_query(REGISTRY_INSERT, schema, args, nulls, 0);
	SPI_finish();
	PG_RETURN_INT32(version);
}

Datum
icp_activate(PG_FUNCTION_ARGS)
{
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Datum		args[2];

	lock_name(schema, PG_GETARG_TEXT_PP(0));
	SPI_connect();
	args[0] = PG_GETARG_DATUM(0);
	args[1] = PG_GETARG_DATUM(1);
	registry_query(REGISTRY_HAS_VERSION, schema, args, NULL, 1);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("version %d of portrait \"%s\" does not exist",
						PG_GETARG_INT32(1), text_to_cstring(PG_GETARG_TEXT_PP(0))),
				 errhint("The table icp_portraits lists all versions.")));
	registry_query(REGISTRY_DEACTIVATE, schema, args, NULL, 0);
	registry_query(REGISTRY_ACTIVATE, schema, args, NULL, 0);
	SPI_finish();
	PG_RETURN_VOID();
}

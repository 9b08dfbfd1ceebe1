/*
 * shipped.c
 *		Tables that come with rows, to which users add their own.
 *
 * pg_dump carries the users' rows, and the extension's scripts bring the
 * others.  So that neither loses the other's, the shipped rows stay as they
 * are: who wants another one adds a row of their own under the same key, which
 * then counts instead.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(icp_keep_shipped);

static bool
is_shipped(HeapTuple row, TupleDesc tupdesc)
{
	int			column = SPI_fnumber(tupdesc, "shipped");
	bool		isnull;
	Datum		shipped;

	if (column <= 0)
		elog(ERROR, "icp_keep_shipped: the table has no column \"shipped\"");
	shipped = heap_getattr(row, column, tupdesc, &isnull);
	return !isnull && DatumGetBool(shipped);
}

static void
refuse(Relation table, const char *action)
{
	ereport(ERROR,
			(errcode(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION),
			 errmsg("cannot %s a shipped row of table \"%s\"",
					action, RelationGetRelationName(table)),
			 errdetail("Rows that come with the extension stay as they are, so that upgrades and pg_dump lose nothing."),
			 errhint("Insert a row of your own with the same key: it counts instead of the shipped one.")));
}

/* BEFORE INSERT, UPDATE, DELETE of each row, and BEFORE TRUNCATE. */
Datum
icp_keep_shipped(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TriggerEvent event;
	TupleDesc	tupdesc;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("icp_keep_shipped: must be called as trigger")));
	event = trigger->tg_event;
	tupdesc = RelationGetDescr(trigger->tg_relation);
	/* what functions keep of the table goes, as after DDL */
	CacheInvalidateRelcacheByRelid(RelationGetRelid(trigger->tg_relation));
	if (TRIGGER_FIRED_BY_TRUNCATE(event))
		refuse(trigger->tg_relation, "truncate");
	if (!creating_extension)
	{
		if (TRIGGER_FIRED_BY_INSERT(event) && is_shipped(trigger->tg_trigtuple, tupdesc))
			refuse(trigger->tg_relation, "insert");
		if (TRIGGER_FIRED_BY_DELETE(event) && is_shipped(trigger->tg_trigtuple, tupdesc))
			refuse(trigger->tg_relation, "delete");
		if (TRIGGER_FIRED_BY_UPDATE(event) &&
			(is_shipped(trigger->tg_trigtuple, tupdesc) ||
			 is_shipped(trigger->tg_newtuple, tupdesc)))
			refuse(trigger->tg_relation, "update");
	}
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(event) ?
						   trigger->tg_newtuple : trigger->tg_trigtuple);
}

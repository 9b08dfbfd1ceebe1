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
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(icp_keep_shipped);

static void
check_call(FunctionCallInfo fcinfo)
{
	const TriggerData *trigger = (const TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("icp_keep_shipped: must be called as trigger")));
	/* anybody can put it on a table of their own; without FOR EACH ROW there is no row to look at */
	if (!TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!(TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("icp_keep_shipped: must be fired before insert, update or delete, for each row, or before truncate")));
}

/* The number of column "shipped". */
static int
shipped_column(Relation table)
{
	TupleDesc	tupdesc = RelationGetDescr(table);
	int			column = SPI_fnumber(tupdesc, "shipped");

	if (column <= 0 || SPI_gettypeid(tupdesc, column) != BOOLOID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("icp_keep_shipped: table \"%s\" has no column \"shipped\" of type boolean",
						RelationGetRelationName(table))));
	return column;
}

static bool
is_shipped(HeapTuple row, Relation table)
{
	bool		isnull;
	Datum		shipped = heap_getattr(row, shipped_column(table), RelationGetDescr(table), &isnull);

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

/* Is the old or the new row a shipped one? */
static bool
touches_shipped(const TriggerData *trigger)
{
	return is_shipped(trigger->tg_trigtuple, trigger->tg_relation) ||
		(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		 is_shipped(trigger->tg_newtuple, trigger->tg_relation));
}

/* BEFORE INSERT, UPDATE, DELETE of each row, and BEFORE TRUNCATE. */
Datum
icp_keep_shipped(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (const TriggerData *) fcinfo->context;
	TriggerEvent event;

	check_call(fcinfo);
	event = trigger->tg_event;
	/* what functions keep of the table goes, as after DDL */
	CacheInvalidateRelcacheByRelid(RelationGetRelid(trigger->tg_relation));
	if (TRIGGER_FIRED_BY_TRUNCATE(event))
		refuse(trigger->tg_relation, "truncate");
	if (!creating_extension && touches_shipped(trigger))
	{
		/* both ends of a replication have the extension's rows from their own */
		if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
			return PointerGetDatum(NULL);
		refuse(trigger->tg_relation, TRIGGER_FIRED_BY_INSERT(event) ? "insert" :
			   TRIGGER_FIRED_BY_DELETE(event) ? "delete" : "update");
	}
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(event) ?
						   trigger->tg_newtuple : trigger->tg_trigtuple);
}

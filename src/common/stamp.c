/*
 * stamp.c
 *		How long what was read from a table may be kept.
 *
 * A change of the table's rows is told by its triggers, which send the
 * invalidation that DDL would send.  Invalidations of all tables are counted:
 * to read again too often does no harm.
 */
#include "postgres.h"

#include "access/table.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "common/stamp.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

static uint64 changes;

static void
count_invalidation(Datum arg, Oid relid)
{
	(void) arg;
	(void) relid;
	changes++;
}

void
stamp_init(void)
{
	CacheRegisterRelcacheCallback(count_invalidation, (Datum) 0);
}

void
stamp_changed(void)
{
	changes++;
}

Oid
extension_table(Oid schema, const char *name)
{
	Oid			relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" of extension icp_portrait is not in schema \"%s\"",
						name, get_namespace_name(schema))));
	return relid;
}

bool
take_stamp(Oid relid, Stamp *stamp)
{
	Snapshot	snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : NULL;

	AcceptInvalidationMessages();
	/* what row security lets through may depend on anything */
	if (snapshot == NULL || check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED)
		return false;
	stamp->changes = changes;
	stamp->lxid = icp_my_lxid();
	stamp->xmin = snapshot->xmin;
	stamp->xmax = snapshot->xmax;
	stamp->curcid = snapshot->curcid;
	stamp->user = GetUserId();
	return true;
}

bool
changes_are_told(Oid relid, const char *name)
{
	Relation	table = table_open(relid, AccessShareLock);
	bool		result = false;

	for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; i++)
		result |= table->trigdesc->triggers[i].tgenabled == TRIGGER_FIRES_ALWAYS &&
			strcmp(table->trigdesc->triggers[i].tgname, name) == 0;
	table_close(table, AccessShareLock);
	return result;
}

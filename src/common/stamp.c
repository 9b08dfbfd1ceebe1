/*
 * stamp.c
 *		How long what was read from a table may be kept.
 *
 * A change of the table's rows is told by its triggers, which send the
 * invalidation that DDL would send.  Invalidations of all tables are counted:
 * to read again too often does no harm.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/stamp.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/inval.h"
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

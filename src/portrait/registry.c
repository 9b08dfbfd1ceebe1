/*
 * registry.c
 *		Saved portraits: the one place that reads the table icp_portraits.
 *
 * A portrait is looked up by name at planning time where possible, so that the
 * planner sees which columns it needs.  A plan that holds table content must
 * go when the content does: the plan is made to depend on the table, and row
 * triggers on the table send the invalidation that its DDL would send.  (Row
 * triggers, because the apply worker of logical replication fires no others.)
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "common/text.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/supportnodes.h"
#include "portrait/portrait.h"
#include "portrait/registry.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(icp_load);
PG_FUNCTION_INFO_V1(icp_load_support);
PG_FUNCTION_INFO_V1(icp_portraits_changed);

/* A guess at a mistyped name looks at no more names than this. */
#define MAX_NAMES_TO_GUESS_FROM 1000

/* icp_portrait.default_portrait */
static char *default_portrait;

/*
 * The transaction that last made a plan with a saved portrait in it.  A change
 * whose message comes while a plan is being made finds no plan to invalidate
 * yet; so if one comes in that transaction, all plans go when it ends.
 */
static LocalTransactionId folded_in = InvalidLocalTransactionId;
static bool reset_at_end = false;

/*
 * The queries, prepared when they are first needed, for this table in a schema
 * of this name: ALTER SCHEMA can give the name, and so the text of a query, to
 * another table.
 */
static const struct
{
	const char *text;			/* with the table for %s */
	int			nargs;
	bool		read_only;
	int			expected;
}			queries[] = {
	[REGISTRY_LOAD] = {
		"SELECT portrait FROM %s WHERE name OPERATOR(pg_catalog.=) $1"
		" AND CASE WHEN $2 OPERATOR(pg_catalog.=) 0 THEN active"
		" ELSE version OPERATOR(pg_catalog.=) $2 END",
		2, true, SPI_OK_SELECT
	},
	[REGISTRY_NAMES] = {
		"SELECT name FROM %s WHERE active", 0, true, SPI_OK_SELECT
	},
	[REGISTRY_ACTIVE_PORTRAITS] = {
		"SELECT name, portrait FROM %s WHERE active ORDER BY name", 0, true, SPI_OK_SELECT
	},
	[REGISTRY_LAST_VERSION] = {
		"SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1"
		" ORDER BY version USING OPERATOR(pg_catalog.>) LIMIT 1",
		1, false, SPI_OK_SELECT
	},
	[REGISTRY_HAS_VERSION] = {
		"SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1"
		" AND version OPERATOR(pg_catalog.=) $2",
		2, false, SPI_OK_SELECT
	},
	[REGISTRY_INSERT] = {
		"INSERT INTO %s (name, version, portrait, note, active)"
		" VALUES ($1, $2, $3, $4, true)",
		4, false, SPI_OK_INSERT
	},
	[REGISTRY_DEACTIVATE] = {
		"UPDATE %s SET active = false WHERE name OPERATOR(pg_catalog.=) $1"
		" AND active AND version OPERATOR(pg_catalog.<>) $2",
		2, false, SPI_OK_UPDATE
	},
	[REGISTRY_ACTIVATE] = {
		"UPDATE %s SET active = true WHERE name OPERATOR(pg_catalog.=) $1"
		" AND version OPERATOR(pg_catalog.=) $2 AND NOT active",
		2, false, SPI_OK_UPDATE
	}
};

static Oid	prepared_for = InvalidOid;
static NameData prepared_in;
static SPIPlanPtr plans[lengthof(queries)];

/* ---- changes ---- */

static void
registry_relcache_callback(Datum arg, Oid relid)
{
	(void) arg;
	if (relid != InvalidOid && relid != prepared_for)
		return;
	if (MyProc != NULL && folded_in != InvalidLocalTransactionId &&
		folded_in == icp_my_lxid())
		reset_at_end = true;
}

static void
registry_xact_callback(XactEvent event, void *arg)
{
	(void) arg;
	if (!reset_at_end ||
		(event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		 event != XACT_EVENT_PREPARE))
		return;
	reset_at_end = false;
	ResetPlanCache();
}

/* Plans hold the default portrait that was in force when they were made. */
static void
assign_default_portrait(const char *newval, void *extra)
{
	(void) extra;
	/* before the first assignment there was none to hold */
	if (default_portrait == NULL ||
		(newval != NULL && strcmp(default_portrait, newval) == 0))
		return;
	stamp_changed();
	ResetPlanCache();
}

void
registry_init(void)
{
	DefineCustomStringVariable("icp_portrait.default_portrait",
							   "Name of the saved portrait that scores are computed with when none is named.",
							   NULL,
							   &default_portrait,
							   "default",
							   PGC_USERSET,
							   0,
							   NULL,
							   assign_default_portrait,
							   NULL);
	CacheRegisterRelcacheCallback(registry_relcache_callback, (Datum) 0);
	RegisterXactCallback(registry_xact_callback, NULL);
}

/* Trigger on the registry: every plan that holds one of its rows is redone. */
Datum
icp_portraits_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("icp_portraits_changed: must be called as trigger")));
	CacheInvalidateRelcacheByRelid(RelationGetRelid(trigdata->tg_relation));
	return PointerGetDatum(NULL);
}

/* ---- reading ---- */

/* Forgets the queries if they are for another table, or for one renamed. */
static void
check_prepared(Oid schema)
{
	Oid			relid = extension_table(schema, "icp_portraits");
	const char *name = get_namespace_name(schema);

	if (prepared_for == relid && strcmp(NameStr(prepared_in), name) == 0)
		return;
	prepared_for = InvalidOid;
	for (int i = 0; i < (int) lengthof(queries); i++)
	{
		if (plans[i] != NULL)
			SPI_freeplan(plans[i]);
		plans[i] = NULL;
	}
	namestrcpy(&prepared_in, name);
	prepared_for = relid;
}

static void
prepare_query(RegistryQuery query, Oid schema)
{
	const char *table = quote_qualified_identifier(get_namespace_name(schema),
												   "icp_portraits");
	Oid			types[] = {TEXTOID, INT4OID, portrait_type(schema), TEXTOID};
	SPIPlanPtr	plan = SPI_prepare(psprintf(queries[query].text, table),
								   queries[query].nargs, types);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare a query of the saved portraits: %s",
			 SPI_result_code_string(SPI_result));
	plans[query] = plan;
}

/* Inside an SPI connection. */
void
registry_query(RegistryQuery query, Oid schema, Datum *args, const char *nulls,
			   long limit)
{
	check_prepared(schema);
	if (plans[query] == NULL)
		prepare_query(query, schema);
	if (SPI_execute_plan(plans[query], args, nulls, queries[query].read_only,
						 limit) != queries[query].expected)
		elog(ERROR, "could not query the saved portraits");
}

/* A portrait that was found, copied out of SPI. */
static Datum
found_portrait(Oid schema, uint64 row, int column, MemoryContext caller)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row],
									  SPI_tuptable->tupdesc, column, &isnull);
	MemoryContext spi = MemoryContextSwitchTo(caller);

	if (isnull || SPI_gettypeid(SPI_tuptable->tupdesc, column) != portrait_type(schema))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("table \"icp_portraits\" in schema \"%s\" is not the one of extension icp_portrait",
						get_namespace_name(schema))));
	value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(spi);
	return value;
}

/*
 * The stored value; 0 where there is none.
 */
static Datum
read_portrait(Oid schema, const char *name, int32 version)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum		args[2];
	Datum		result = (Datum) 0;

	args[0] = CStringGetTextDatum(name);
	args[1] = Int32GetDatum(version);
	SPI_connect();
	registry_query(REGISTRY_LOAD, schema, args, NULL, 1);
	if (SPI_processed > 0)
		result = found_portrait(schema, 0, 1, caller);
	SPI_finish();
	return result;
}

List *
registry_active(Oid schema)
{
	MemoryContext caller = CurrentMemoryContext;
	List	   *portraits = NIL;

	SPI_connect();
	registry_query(REGISTRY_ACTIVE_PORTRAITS, schema, NULL, NULL, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		Datum		portrait = found_portrait(schema, i, 2, caller);
		MemoryContext spi = MemoryContextSwitchTo(caller);
		SavedPortrait *saved = palloc(sizeof(SavedPortrait));

		CHECK_FOR_INTERRUPTS();
		saved->name = pstrdup(name);
		saved->portrait = portrait;
		portraits = lappend(portraits, saved);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return portraits;
}

static List *
saved_names(Oid schema)
{
	MemoryContext caller = CurrentMemoryContext;
	List	   *names = NIL;

	SPI_connect();
	registry_query(REGISTRY_NAMES, schema, NULL, NULL, MAX_NAMES_TO_GUESS_FROM);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *name = SPI_getvalue(SPI_tuptable->vals[i],
										SPI_tuptable->tupdesc, 1);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		names = lappend(names, pstrdup(name));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return names;
}

static const char *
missing_hint(Oid schema, const char *name, int32 version)
{
	const char *guess;

	if (version != 0 && read_portrait(schema, name, 0) != (Datum) 0)
		return "The table icp_portraits lists all versions.";
	if (name[0] == '{')
		return "To give the portrait itself, cast it: '{...}'::icp_portrait.";
	guess = closest_word(name, saved_names(schema));
	if (guess != NULL)
		return psprintf("Perhaps you meant \"%s\".", guess);
	if (strcmp(name, default_portrait) == 0)
		return "Save one under that name with icp_save, or set icp_portrait.default_portrait to another.";
	return "Save it with icp_save, or look at the table icp_portraits.";
}

Datum
registry_load(Oid schema, const char *name, int32 version)
{
	Datum		result;

	if (name == NULL)
		name = default_portrait;
	result = read_portrait(schema, name, version);
	if (result == (Datum) 0)
	{
		const char *hint = missing_hint(schema, name, version);

		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 version == 0 ?
				 errmsg("portrait \"%s\" does not exist", name) :
				 errmsg("version %d of portrait \"%s\" does not exist", version, name),
				 errhint("%s", hint)));
	}
	return result;
}

bool
registry_stamp(Oid schema, Stamp *stamp)
{
	return take_stamp(extension_table(schema, "icp_portraits"), stamp);
}

/* ---- at planning time ---- */

/*
 * May a plan hold a row of the table?  Only if everybody who could come to run
 * the plan may read it, and if the plan goes when the row does.
 */
static bool
may_be_folded(Oid relid)
{
	Relation	registry = table_open(relid, AccessShareLock);
	bool		result = !registry->rd_rel->relrowsecurity &&
		pg_class_aclcheck(relid, ACL_ID_PUBLIC, ACL_SELECT) == ACLCHECK_OK &&
		changes_are_told(relid, "icp_portraits_changed") &&
		changes_are_told(relid, "icp_portraits_truncated");

	table_close(registry, AccessShareLock);
	return result;
}

static bool
same_portrait(Datum a, Datum b)
{
	if (a == (Datum) 0 || b == (Datum) 0)
		return a == b;
	return datumIsEqual(a, b, false, -1);
}

Const *
registry_fold(PlannerInfo *root, Oid schema, const char *name, int32 version)
{
	Oid			relid;
	Datum		portrait;
	Datum		latest;

	/* no planner, no plan that could be invalidated */
	if (root == NULL || root->glob == NULL || IsInParallelMode() ||
		!ActiveSnapshotSet())
		return NULL;
	relid = get_relname_relid("icp_portraits", schema);
	if (!OidIsValid(relid))
		return NULL;
	root->glob->relationOids = list_append_unique_oid(root->glob->relationOids,
													  relid);
	/*
	 * A transaction that looks at the past must see its past portrait, but
	 * later ones must not inherit it with the plan.
	 */
	if (IsolationUsesXactSnapshot())
	{
		root->glob->transientPlan = true;
		return NULL;
	}
	if (!may_be_folded(relid))
		return NULL;

	/*
	 * The portrait that the query sees, if it is also the latest: else its
	 * change has sent its invalidation already, and the plan would keep the
	 * old one.
	 */
	if (name == NULL)
		name = default_portrait;
	folded_in = icp_my_lxid();
	portrait = read_portrait(schema, name, version);
	PushActiveSnapshot(GetLatestSnapshot());
	latest = read_portrait(schema, name, version);
	PopActiveSnapshot();
	if (!same_portrait(portrait, latest))
	{
		root->glob->transientPlan = true;
		return NULL;
	}
	if (portrait == (Datum) 0)
		return NULL;
	return makeConst(portrait_type(schema), -1, InvalidOid, -1, portrait, false, false);
}

/* ---- icp_load ---- */

Datum
icp_load(PG_FUNCTION_ARGS)
{
	char	   *name = PG_ARGISNULL(0) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(0));
	int32		version = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);

	if (version < 0 || (version == 0 && !PG_ARGISNULL(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("version %d is not a positive number", version)));
	return registry_load(get_func_namespace(fcinfo->flinfo->fn_oid), name, version);
}

/* The value of a constant argument; false if it is not constant. */
static bool
constant_argument(List *args, int n, Oid type, bool *isnull, Datum *value)
{
	Node	   *arg = list_length(args) > n ? list_nth(args, n) : NULL;

	if (arg == NULL || !IsA(arg, Const) || ((Const *) arg)->consttype != type)
		return false;
	*isnull = ((Const *) arg)->constisnull;
	*value = ((Const *) arg)->constvalue;
	return true;
}

Datum
icp_load_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestSimplify *simplify;
	Datum		name;
	Datum		version;
	bool		no_name;
	bool		no_version;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	simplify = (SupportRequestSimplify *) request;
	if (simplify->fcall->funcresulttype !=
		portrait_type(get_func_namespace(simplify->fcall->funcid)))
		PG_RETURN_POINTER(NULL);
	if (!constant_argument(simplify->fcall->args, 0, TEXTOID, &no_name, &name) ||
		!constant_argument(simplify->fcall->args, 1, INT4OID, &no_version, &version) ||
		(!no_version && DatumGetInt32(version) < 1))
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(registry_fold(simplify->root,
									get_func_namespace(simplify->fcall->funcid),
									no_name ? NULL : TextDatumGetCString(name),
									no_version ? 0 : DatumGetInt32(version)));
}

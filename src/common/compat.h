/*
 * compat.h
 *		All differences between the supported PostgreSQL versions (15 to 18).
 *
 * The rest of the code is written for the newest version; this header gives
 * older servers the same names.  Nothing else tests PG_VERSION_NUM.
 */
#ifndef ICP_COMPAT_H
#define ICP_COMPAT_H

#include "postgres.h"

#include "catalog/pg_proc.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "parser/parse_relation.h"
#include "utils/acl.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#if PG_VERSION_NUM < 150000
#error "icp_portrait needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif

/* The attribute has been a prefix since 18. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* The magic block says who we are since 18. */
#if PG_VERSION_NUM >= 180000
#define ICP_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "icp_portrait", .version = ICP_PORTRAIT_VERSION)
#else
#define ICP_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* Soft errors came in 16: before that, an input error is an error. */
#if PG_VERSION_NUM < 160000
#define errsave(context, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); } while (0)
#endif

/*
 * The JSON parser.  Its callbacks return a result since 16, and the lexer can
 * be handed in since 17.
 */
#if PG_VERSION_NUM >= 160000
typedef JsonParseErrorType JsonActionResult;
#define JSON_ACTION_RETURN return JSON_SUCCESS
#else
typedef void JsonActionResult;
#define JSON_ACTION_RETURN return
#endif

static inline JsonLexContext *
icp_json_lexer(char *json, int len)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, json, len,
										GetDatabaseEncoding(), true);
#else
	return makeJsonLexContextCstringLen(json, len,
										GetDatabaseEncoding(), true);
#endif
}

/* jsonb's input function; false after a soft error. */
static inline bool
icp_jsonb_in(char *json, Node *escontext, Datum *result)
{
#if PG_VERSION_NUM >= 160000
	return DirectInputFunctionCallSafe(jsonb_in, json, InvalidOid, -1,
									   escontext, result);
#else
	(void) escontext;
	*result = DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
	return true;
#endif
}

/* DecodeDateTime says more about errors since 16; we only need yes or no. */
static inline int
icp_decode_datetime(char **field, int *ftype, int nf, int *dtype,
					struct pg_tm *tm, fsec_t *fsec, int *tz)
{
#if PG_VERSION_NUM >= 160000
	DateTimeErrorExtra extra;

	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz, &extra);
#else
	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz);
#endif
}

/* Vars say since 18 whether RETURNING means the old or the new row. */
#if PG_VERSION_NUM >= 180000
#define icp_var_is_plain(var) ((var)->varreturningtype == VAR_RETURNING_DEFAULT)
#define icp_expand_rte(rte, varno, names, vars) \
	expandRTE(rte, varno, 0, VAR_RETURNING_DEFAULT, -1, true, names, vars)
#else
#define icp_var_is_plain(var) true
#define icp_expand_rte(rte, varno, names, vars) \
	expandRTE(rte, varno, 0, -1, true, names, vars)
#endif

/* Vars say since 16 which outer joins can have made them NULL. */
#if PG_VERSION_NUM >= 160000
#define icp_copy_nullingrels(to, from) \
	((to)->varnullingrels = bms_copy((from)->varnullingrels))
#else
#define icp_copy_nullingrels(to, from) ((void) 0)
#endif

/* Access checks have one function for all kinds of objects since 16. */
static inline bool
icp_may_execute(Oid function)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ProcedureRelationId, function, GetUserId(),
						   ACL_EXECUTE) == ACLCHECK_OK;
#else
	return pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

/* The transaction's local number moved in 17. */
#if PG_VERSION_NUM >= 170000
#define icp_my_lxid() (MyProc->vxid.lxid)
#else
#define icp_my_lxid() (MyProc->lxid)
#endif

#endif							/* ICP_COMPAT_H */

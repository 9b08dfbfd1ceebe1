/*
 * io.c
 *		The SQL face of the type icp_portrait: in, out, send, receive, casts,
 *		comparison, and what can be read off a portrait.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/hashfn.h"
#include "common/text.h"
#include "libpq/pqformat.h"
#include "portrait/portrait.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(icp_portrait_in);
PG_FUNCTION_INFO_V1(icp_portrait_out);
PG_FUNCTION_INFO_V1(icp_portrait_send);
PG_FUNCTION_INFO_V1(icp_portrait_recv);
PG_FUNCTION_INFO_V1(icp_portrait_from_jsonb);
PG_FUNCTION_INFO_V1(icp_portrait_to_jsonb);
PG_FUNCTION_INFO_V1(icp_portrait_eq);
PG_FUNCTION_INFO_V1(icp_portrait_ne);
PG_FUNCTION_INFO_V1(icp_portrait_lt);
PG_FUNCTION_INFO_V1(icp_portrait_le);
PG_FUNCTION_INFO_V1(icp_portrait_gt);
PG_FUNCTION_INFO_V1(icp_portrait_ge);
PG_FUNCTION_INFO_V1(icp_portrait_cmp);
PG_FUNCTION_INFO_V1(icp_portrait_hash);
PG_FUNCTION_INFO_V1(icp_portrait_hash_extended);
PG_FUNCTION_INFO_V1(icp_portrait_fields);
PG_FUNCTION_INFO_V1(icp_at);

/* ---- between the two forms ---- */

/* The type's OID in the extension's schema. */
Oid
portrait_type(Oid schema)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   CStringGetDatum("icp_portrait"), ObjectIdGetDatum(schema));
}

static bool
portrait_from_text(char *json, Portrait *portrait, Node *escontext)
{
	Datum		jsonb = (Datum) 0;

	return check_portrait_text(json, escontext) &&
		icp_jsonb_in(json, escontext, &jsonb) &&
		parse_portrait(DatumGetJsonbP(jsonb), portrait, escontext);
}

/* The canonical form can be the longer one: what is stored must be readable. */
Datum
portrait_to_datum(const Portrait *portrait, Node *escontext)
{
	IcpPortrait *result;
	StringInfoData json;

	initStringInfo(&json);
	deparse_portrait(&json, portrait);
	if (!check_portrait_size(json.len, escontext))
		return (Datum) 0;
	result = palloc(offsetof(IcpPortrait, json) + json.len);
	SET_VARSIZE(result, offsetof(IcpPortrait, json) + json.len);
	result->format = PORTRAIT_FORMAT;
	memcpy(result->json, json.data, json.len);
	return PointerGetDatum(result);
}

/* The JSON of a stored portrait, whose bytes anybody may have written. */
static char *
stored_json(Datum datum)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(datum);
	const char *data = VARDATA_ANY(stored);
	int			len = VARSIZE_ANY_EXHDR(stored);

	if (len < 1 || data[0] != PORTRAIT_FORMAT)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored portrait has an unknown format %d",
						len < 1 ? 0 : (unsigned char) data[0]),
				 errhint("It may come from a later version of icp_portrait.")));
	pg_verifymbstr(data + 1, len - 1, false);
	return pnstrdup(data + 1, len - 1);
}

Portrait *
portrait_from_datum(Datum datum)
{
	Portrait   *portrait = palloc(sizeof(Portrait));

	(void) portrait_from_text(stored_json(datum), portrait, NULL);
	return portrait;
}

/* ---- in and out ---- */

Datum
icp_portrait_in(PG_FUNCTION_ARGS)
{
	Portrait	portrait;

	if (!portrait_from_text(PG_GETARG_CSTRING(0), &portrait, fcinfo->context))
		PG_RETURN_NULL();
	return portrait_to_datum(&portrait, fcinfo->context);
}

Datum
icp_portrait_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(stored_json(PG_GETARG_DATUM(0)));
}

Datum
icp_portrait_send(PG_FUNCTION_ARGS)
{
	char	   *json = stored_json(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint8(&buf, PORTRAIT_FORMAT);
	pq_sendtext(&buf, json, strlen(json));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
icp_portrait_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			format = pq_getmsgbyte(buf);
	Portrait	portrait;
	int			nbytes;
	char	   *json;

	if (format != PORTRAIT_FORMAT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported icp_portrait format %d", format)));
	json = pq_getmsgtext(buf, buf->len - buf->cursor, &nbytes);
	(void) portrait_from_text(json, &portrait, NULL);
	return portrait_to_datum(&portrait, NULL);
}

Datum
icp_portrait_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	Portrait	portrait;

	/* through text, where the size limit is checked and stack depth bounded */
	(void) portrait_from_text(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)),
							  &portrait, NULL);
	return portrait_to_datum(&portrait, NULL);
}

Datum
icp_portrait_to_jsonb(PG_FUNCTION_ARGS)
{
	Datum		result = (Datum) 0;

	(void) icp_jsonb_in(stored_json(PG_GETARG_DATUM(0)), NULL, &result);
	PG_RETURN_DATUM(result);
}

/* ---- comparison: canonical portraits are equal when their bytes are ---- */

static int
compare_portraits(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	int			a_len = VARSIZE_ANY_EXHDR(a);
	int			b_len = VARSIZE_ANY_EXHDR(b);
	int			order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_len, b_len));

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

#define PORTRAIT_COMPARISON(name, operator) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_portraits(fcinfo) operator 0); \
}

PORTRAIT_COMPARISON(icp_portrait_eq, ==)
PORTRAIT_COMPARISON(icp_portrait_ne, !=)
PORTRAIT_COMPARISON(icp_portrait_lt, <)
PORTRAIT_COMPARISON(icp_portrait_le, <=)
PORTRAIT_COMPARISON(icp_portrait_gt, >)
PORTRAIT_COMPARISON(icp_portrait_ge, >=)

Datum
icp_portrait_cmp(PG_FUNCTION_ARGS)
{
	int			order = compare_portraits(fcinfo);

	PG_RETURN_INT32((order > 0) - (order < 0));
}

Datum
icp_portrait_hash(PG_FUNCTION_ARGS)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Datum		result = hash_any((unsigned char *) VARDATA_ANY(stored),
								  VARSIZE_ANY_EXHDR(stored));

	PG_FREE_IF_COPY(stored, 0);
	return result;
}

Datum
icp_portrait_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Datum		result = hash_any_extended((unsigned char *) VARDATA_ANY(stored),
										   VARSIZE_ANY_EXHDR(stored),
										   PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(stored, 0);
	return result;
}

/* ---- readings ---- */

Datum
icp_portrait_fields(PG_FUNCTION_ARGS)
{
	Portrait   *portrait = PG_GETARG_PORTRAIT(0);
	int			nfields = list_length(portrait->fields);
	const char **names = palloc(sizeof(char *) * Max(nfields, 1));
	ListCell   *lc;

	foreach(lc, portrait->fields)
		names[foreach_current_index(lc)] = lfirst(lc);
	return text_array(names, nfields);
}

/* The same portrait with its relative dates counted from a fixed moment. */
Datum
icp_at(PG_FUNCTION_ARGS)
{
	Portrait   *portrait = PG_GETARG_PORTRAIT(0);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);

	if (!is_writable_time(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a portrait cannot be fixed at infinity or before the year 1")));
	if (portrait->is_relative)
	{
		portrait->is_fixed = true;
		portrait->at = at;
	}
	return portrait_to_datum(portrait, NULL);
}

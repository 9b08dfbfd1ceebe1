/*
 * evaluation.c
 *		An icp_evaluation, as an argument of an aggregate.
 *
 * Its type is ours, so that the fields in front can be read in one walk, without
 * a tuple descriptor for each row.  Under Citus nothing is kept between rows: the
 * walk does not depend on what is kept, only the look at the type is.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "market/market.h"
#include "utils/typcache.h"

enum
{
	FIELD_SCORE,
	FIELD_POINTS,
	FIELD_PROBABILITY,
	FIELD_TIER,
	FIELD_FITS,
	FIELD_COVERAGE,
	FIELDS_READ,
	FIELD_DISQUALIFIED_BY = FIELDS_READ,
	FIELDS_LEAST
};

typedef struct FieldType
{
	Oid			type;
	int16		length;
	char		align;
} FieldType;

static const FieldType field_types[FIELDS_LEAST] = {
	[FIELD_SCORE] = {FLOAT8OID, sizeof(float8), TYPALIGN_DOUBLE},
	[FIELD_POINTS] = {NUMERICOID, -1, TYPALIGN_INT},
	[FIELD_PROBABILITY] = {FLOAT8OID, sizeof(float8), TYPALIGN_DOUBLE},
	[FIELD_TIER] = {TEXTOID, -1, TYPALIGN_INT},
	[FIELD_FITS] = {BOOLOID, sizeof(bool), TYPALIGN_CHAR},
	[FIELD_COVERAGE] = {FLOAT8OID, sizeof(float8), TYPALIGN_DOUBLE},
	[FIELD_DISQUALIFIED_BY] = {TEXTOID, -1, TYPALIGN_INT},
};

/* ---- the type ---- */

static void
check_type(Oid type, int32 typmod)
{
	TupleDesc	tupdesc = lookup_rowtype_tupdesc(type, typmod);
	bool		good = tupdesc->natts >= FIELDS_LEAST;

	for (int i = 0; good && i < FIELDS_LEAST; i++)
		good = TupleDescAttr(tupdesc, i)->atttypid == field_types[i].type;
	ReleaseTupleDesc(tupdesc);
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("icp_evaluation does not have the columns that it should"),
				 errhint("Somebody altered the type; create the extension anew.")));
}

/* Once a query, as a rule. */
static void
know_type(FmgrInfo *flinfo, const HeapTupleHeaderData *tuple)
{
	Oid			type = HeapTupleHeaderGetTypeId(tuple);
	Oid		   *checked = flinfo->fn_extra;

	if (checked != NULL && *checked == type)
		return;
	check_type(type, HeapTupleHeaderGetTypMod(tuple));
	if (checked == NULL)
		flinfo->fn_extra = checked = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(Oid));
	*checked = type;
}

/* ---- the value ---- */

static inline double
float8_at(const char *at)
{
	return DatumGetFloat8(fetch_att(at, FLOAT8PASSBYVAL, sizeof(float8)));
}

static inline bool
field_is_null(HeapTupleHeader tuple, int i)
{
	return i >= HeapTupleHeaderGetNatts(tuple) ||
		((tuple->t_infomask & HEAP_HASNULL) != 0 && att_isnull(i, tuple->t_bits));
}

Evaluation
read_evaluation(FunctionCallInfo fcinfo, int arg)
{
	HeapTupleHeader tuple = PG_GETARG_HEAPTUPLEHEADER(arg);
	const char *fields = (const char *) tuple + tuple->t_hoff;
	const char *at[FIELDS_READ] = {NULL};
	Evaluation	evaluation = {.coverage = NAN};
	Size		offset = 0;

	know_type(fcinfo->flinfo, tuple);
	for (int i = 0; i < FIELDS_READ; i++)
	{
		if (field_is_null(tuple, i))
			continue;
		offset = att_align_pointer(offset, field_types[i].align, field_types[i].length, fields + offset);
		at[i] = fields + offset;
		offset = att_addlength_pointer(offset, field_types[i].length, at[i]);
	}
	if (at[FIELD_COVERAGE] != NULL)
		evaluation.coverage = float8_at(at[FIELD_COVERAGE]);
	/* none of ours */
	if (!(evaluation.coverage >= 0 && evaluation.coverage <= 1))
		evaluation.coverage = NAN;

	/* what disqualifies may be no part of the weight, and tells enough */
	evaluation.is_known = at[FIELD_SCORE] != NULL && !isnan(float8_at(at[FIELD_SCORE])) && at[FIELD_FITS] != NULL &&
		(evaluation.coverage > 0 || !field_is_null(tuple, FIELD_DISQUALIFIED_BY));
	if (evaluation.is_known)
	{
		evaluation.fits = *at[FIELD_FITS] != 0;
		if (at[FIELD_TIER] != NULL)
			evaluation.tier = DatumGetTextPP(PointerGetDatum(at[FIELD_TIER]));
	}
	return evaluation;
}

/* ---- results ---- */

TupleDesc
result_row(FunctionCallInfo fcinfo, int columns)
{
	TupleDesc	tupdesc = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (tupdesc != NULL)
		return tupdesc;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != columns)
		elog(ERROR, "a function over evaluations does not return what it should");
	tupdesc = BlessTupleDesc(CreateTupleDescCopy(tupdesc));
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = tupdesc;
	return tupdesc;
}

/*
 * explain.c
 *		icp_explain: why this score, one row for each characteristic.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

enum
{
	EXPLANATION_RANK,
	EXPLANATION_CHARACTERISTIC,
	EXPLANATION_VALUE,
	EXPLANATION_ATTRIBUTE,
	EXPLANATION_POINTS,
	EXPLANATION_POSSIBLE,
	EXPLANATION_LOST,
	EXPLANATION_REASON,
	EXPLANATION_COLUMNS
};

/* A row of the result; texts may be NULL. */
typedef struct Explanation
{
	const char *characteristic;
	const char *value;
	const char *attribute;
	int64		points;
	int64		possible;
	const char *reason;
} Explanation;

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

static void
put_explanation(ReturnSetInfo *result, int rank, const Explanation *row)
{
	Datum		values[EXPLANATION_COLUMNS] = {0};
	bool		nulls[EXPLANATION_COLUMNS] = {0};

	values[EXPLANATION_RANK] = Int32GetDatum(rank);
	put_text(values, nulls, EXPLANATION_CHARACTERISTIC, row->characteristic);
	put_text(values, nulls, EXPLANATION_VALUE, row->value);
	put_text(values, nulls, EXPLANATION_ATTRIBUTE, row->attribute);
	values[EXPLANATION_POINTS] = points_numeric(row->points);
	values[EXPLANATION_POSSIBLE] = points_numeric(row->possible);
	values[EXPLANATION_LOST] = points_numeric(row->possible - row->points);
	put_text(values, nulls, EXPLANATION_REASON, row->reason);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* The field as it stands in the row; NULL where it is NULL. */
static const char *
field_text(const Scorecard *card, int field)
{
	Oid			type = card->types[field].type;
	Datum		value = card->fields[field].value;
	JsonbValue	scalar;
	Oid			output;
	bool		is_varlena;

	if (card->fields[field].isnull || !OidIsValid(type))
		return NULL;
	if (card->types[field].in_document)
		value = JsonbPGetDatum(JsonbValueToJsonb((JsonbValue *) DatumGetPointer(value)));
	/* the string itself, not its JSON */
	if (getBaseType(type) == JSONBOID &&
		JsonbExtractScalar(&DatumGetJsonbP(value)->root, &scalar))
	{
		if (scalar.type == jbvNull)
			return NULL;
		if (scalar.type == jbvString)
			return pnstrdup(scalar.val.string.val, scalar.val.string.len);
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

/* The value of the one field that the characteristic looks at, or all by name. */
static const char *
values_text(const Scorecard *card, const BoundCharacteristic *c)
{
	StringInfoData buf;
	int			last = -1;

	if (c->ninputs == 0)
		return NULL;
	if (c->ninputs == 1)
		return field_text(card, card->inputs[c->inputs[0]].field);
	initStringInfo(&buf);
	for (int i = 0; i < c->ninputs; i++)
	{
		int			field = card->inputs[c->inputs[i]].field;
		const char *text = field_text(card, field);

		if (field == last)		/* read in two ways */
			continue;
		appendStringInfo(&buf, "%s%s: %s", last < 0 ? "" : ", ",
						 (char *) list_nth(card->portrait->fields, field),
						 text ? text : "NULL");
		last = field;
	}
	return buf.data;
}

static void
explain_characteristic(ReturnSetInfo *result, int rank, const Scorecard *card, int i)
{
	const BoundCharacteristic *c = &card->characteristics[i];
	const BoundAttribute *matched = card->matched[i];
	Explanation row = {
		.characteristic = c->characteristic->name,
		.value = values_text(card, c),
		.attribute = matched->attribute == NULL ? NULL :
		describe_condition(matched->attribute->when),
		.points = matched->points,
		.possible = c->characteristic->max,
		.reason = lost_points(card, i) > 0 ? matched->reason : NULL
	};

	put_explanation(result, rank, &row);
}

static void
explain_disqualification(ReturnSetInfo *result, int rank, const Scorecard *card)
{
	Disqualifier *rule = list_nth(card->portrait->disqualifiers, card->disqualified);
	Explanation row = {
		.characteristic = "disqualified",
		.attribute = describe_condition(rule->when),
		.reason = disqualification(card)
	};

	put_explanation(result, rank, &row);
}

static Datum
return_explanation(FunctionCallInfo fcinfo, const Scorecard *card)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Explanation initial = {.characteristic = "initial"};
	int			rank = 0;
	int		   *order;

	InitMaterializedSRF(fcinfo, 0);
	if (card == NULL)
		return (Datum) 0;
	if (card->disqualified >= 0)
		explain_disqualification(result, ++rank, card);
	order = by_loss(card);
	for (int i = 0; i < card->ncharacteristics; i++)
	{
		CHECK_FOR_INTERRUPTS();
		explain_characteristic(result, ++rank, card, order[i]);
	}
	initial.points = initial.possible = card->portrait->initial;
	put_explanation(result, ++rank, &initial);
	return (Datum) 0;
}

SCORE_FUNCTIONS(icp_explain, return_explanation);

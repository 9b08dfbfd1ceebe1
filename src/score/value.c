/*
 * value.c
 *		From the Datums of a column to the values that tests compare.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "miscadmin.h"
#include "score/score.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

static void
init_integer(Reader *reader, IntegerUnit unit)
{
	reader->kind = VALUE_INTEGER;
	reader->unit = unit;
}

/* Text is compared bytewise, unless its collation holds other text equal. */
static void
init_text(Reader *reader)
{
	if (!OidIsValid(reader->collation))
		reader->collation = DEFAULT_COLLATION_OID;
	reader->kind = get_collation_isdeterministic(reader->collation) ?
		VALUE_TEXT : VALUE_OTHER;
}

static void
init_other(Reader *reader)
{
	Oid			element = get_base_element_type(reader->type);

	if (OidIsValid(element))
	{
		reader->kind = VALUE_ARRAY;
		reader->element = palloc0(sizeof(Reader));
		init_reader(reader->element, &(FieldType) {element, reader->collation, false});
		reader->element->shown_type = reader->type;
	}
	else if (get_typtype(reader->type) == TYPTYPE_ENUM)
		init_integer(reader, UNIT_ENUM);
	else
		reader->kind = VALUE_OTHER;
}

void
init_reader(Reader *reader, const FieldType *field)
{
	reader->type = reader->shown_type = getBaseType(field->type);
	reader->collation = field->collation;
	reader->in_document = field->in_document;
	get_typlenbyvalalign(reader->type, &reader->typlen, &reader->typbyval,
						 &reader->typalign);
	switch (reader->type)
	{
		case BOOLOID:
			reader->kind = VALUE_BOOL;
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			init_integer(reader, UNIT_ONE);
			break;
		case MONEYOID:
			init_integer(reader, UNIT_MONEY);
			break;
		case DATEOID:
			init_integer(reader, UNIT_DAY);
			break;
		case TIMESTAMPOID:
			init_integer(reader, UNIT_LOCAL_TIME);
			break;
		case TIMESTAMPTZOID:
			init_integer(reader, UNIT_UTC_TIME);
			break;
		case FLOAT4OID:
		case FLOAT8OID:
			reader->kind = VALUE_FLOAT;
			break;
		case NUMERICOID:
			reader->kind = VALUE_NUMERIC;
			break;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case UNKNOWNOID:
			init_text(reader);
			break;
		case JSONOID:
		case JSONBOID:
			reader->is_json = true;
			if (!OidIsValid(reader->collation))
				reader->collation = DEFAULT_COLLATION_OID;
			break;
		default:
			init_other(reader);
			break;
	}
}

/* ---- one value ---- */

static void
set_text(Value *value, const char *text, int length)
{
	value->kind = VALUE_TEXT;
	value->as.text = text;
	value->length = length;
	value->varlena = (Datum) 0;
}

static void
set_float(Value *value, float8 real)
{
	value->kind = isnan(real) ? VALUE_MISSING : VALUE_FLOAT;
	value->as.real = real;
}

static void
set_numeric(Value *value, Numeric numeric)
{
	value->kind = numeric_is_nan(numeric) ? VALUE_MISSING : VALUE_NUMERIC;
	value->as.numeric = numeric;
}

static void
read_text(const Reader *reader, Datum datum, Value *value)
{
	if (reader->type == NAMEOID)
		set_text(value, NameStr(*DatumGetName(datum)),
				 strlen(NameStr(*DatumGetName(datum))));
	else if (reader->type == UNKNOWNOID)
		set_text(value, DatumGetCString(datum), strlen(DatumGetCString(datum)));
	else
	{
		struct varlena *text = PG_DETOAST_DATUM_PACKED(datum);
		int			length = VARSIZE_ANY_EXHDR(text);

		/* char(n) is padded with blanks that mean nothing */
		if (reader->type == BPCHAROID)
			length = bpchartruelen(VARDATA_ANY(text), length);
		set_text(value, VARDATA_ANY(text), length);
		if (reader->type != BPCHAROID)
			value->varlena = PointerGetDatum(text);
	}
}

static void
read_integer(const Reader *reader, Datum datum, Value *value)
{
	value->kind = VALUE_INTEGER;
	if (reader->typlen == sizeof(int32))
		value->as.integer = DatumGetInt32(datum);
	else if (reader->typlen == sizeof(int64))
		value->as.integer = DatumGetInt64(datum);
	else
		value->as.integer = DatumGetInt16(datum);
}

static void
read_array(Reader *reader, Datum datum, Value *value)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	Reader	   *element = reader->element;
	Datum	   *datums;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, ARR_ELEMTYPE(array), element->typlen,
					  element->typbyval, element->typalign, &datums, &nulls, &n);
	value->kind = VALUE_ARRAY;
	value->as.elements = palloc0(sizeof(Value) * Max(n, 1));
	value->length = 0;
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		/* elements outlive the reader's one place for a numeric */
		if (element->kind == VALUE_NUMERIC)
			set_numeric(&value->as.elements[value->length++],
						DatumGetNumeric(datums[i]));
		else
			read_value(element, datums[i], &value->as.elements[value->length++]);
	}
}

/* ---- JSON ---- */

static void
read_json_value(const JsonbValue *json, Value *value)
{
	switch (json->type)
	{
		case jbvBool:
			value->kind = VALUE_BOOL;
			value->as.truth = json->val.boolean;
			break;
		case jbvNumeric:
			set_numeric(value, json->val.numeric);
			break;
		case jbvString:
			set_text(value, json->val.string.val, json->val.string.len);
			break;
		case jbvNull:
			value->kind = VALUE_MISSING;
			break;
		default:
			value->kind = VALUE_OBJECT;
			break;
	}
}

static void
read_json_array(JsonbContainer *container, Value *value)
{
	int			n = JsonContainerSize(container);
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue	json;

	value->kind = VALUE_ARRAY;
	value->as.elements = palloc0(sizeof(Value) * Max(n, 1));
	value->length = 0;
	(void) JsonbIteratorNext(&iterator, &json, true);
	while (value->length < n &&
		   JsonbIteratorNext(&iterator, &json, true) == WJB_ELEM)
	{
		CHECK_FOR_INTERRUPTS();
		read_json_value(&json, &value->as.elements[value->length++]);
	}
}

static void
read_json_container(JsonbContainer *container, Value *value)
{
	JsonbValue	scalar;

	if (JsonContainerIsObject(container))
		value->kind = VALUE_OBJECT;
	else if (JsonbExtractScalar(container, &scalar))
		read_json_value(&scalar, value);
	else
		read_json_array(container, value);
}

static void
read_json(const Reader *reader, Datum datum, Value *value)
{
	if (reader->in_document)
	{
		const JsonbValue *json = (const JsonbValue *) DatumGetPointer(datum);

		if (json->type == jbvBinary)
			read_json_container(json->val.binary.data, value);
		else
			read_json_value(json, value);
		return;
	}
	if (reader->type == JSONOID)
		datum = DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(datum)));
	read_json_container(&DatumGetJsonbP(datum)->root, value);
}

/* ---- any value ---- */

/* The datum is not NULL. */
void
read_value(Reader *reader, Datum datum, Value *value)
{
	if (reader->is_json)
	{
		read_json(reader, datum, value);
		return;
	}
	switch (reader->kind)
	{
		case VALUE_BOOL:
			value->kind = VALUE_BOOL;
			value->as.truth = DatumGetBool(datum);
			break;
		case VALUE_INTEGER:
			read_integer(reader, datum, value);
			break;
		case VALUE_FLOAT:
			set_float(value, reader->type == FLOAT4OID ?
					  DatumGetFloat4(datum) : DatumGetFloat8(datum));
			break;
		case VALUE_NUMERIC:
			set_numeric(value, aligned_numeric(reader, datum));
			break;
		case VALUE_TEXT:
			read_text(reader, datum, value);
			break;
		case VALUE_ARRAY:
			read_array(reader, datum, value);
			break;
		case VALUE_OTHER:
			value->kind = VALUE_OTHER;
			value->as.datum = datum;
			break;
		case VALUE_MISSING:
		case VALUE_OBJECT:
			break;
	}
}

/* Text read as a number or a date; what is neither is missing. */
void
convert_value(ReadAs as, Value *value)
{
	Timestamp	time;
	Numeric		number;

	if (as == AS_NUMBER && value->kind == VALUE_NUMERIC)
		return;
	if (as == AS_NUMBER && value->kind == VALUE_TEXT &&
		parse_number_text(value->as.text, value->length, &number))
	{
		value->kind = VALUE_NUMERIC;
		value->as.numeric = number;
	}
	else if (as == AS_DATE && value->kind == VALUE_TEXT &&
			 parse_time_text(value->as.text, value->length, &time))
	{
		value->kind = VALUE_INTEGER;
		value->as.integer = time;
	}
	else
		value->kind = VALUE_MISSING;
}

/*
 * row_encode.c
 *		From the columns of a row, or a JSON document, to an icp_row.
 *
 * An encoder is made once for a row type; then each row is one pass over its
 * columns into one allocation.
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "access/tupdesc.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "sketch/row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* Bytes of a cell that is no text, list or object: a kind and a word. */
#define WORD_CELL_SIZE 9

/* Documents may hold objects in objects; deeper ones are known, no more. */
#define MAX_OBJECT_DEPTH 2

typedef struct ColumnEncoder
{
	FieldType	type;
	bool		is_list;
	bool		is_jsonb;
	bool		is_plain_text;	/* text or varchar, and no array of it */
	CellKind	word_kind;		/* of a value that is a word as it is, else CELL_NULL */
	int			word_size;		/* its bytes: 1, 4 or 8 */
	bool		is_blank_padded;
	bool		ignores_case;	/* citext: what compares equal has one spelling */
	Oid			base_type;
	FmgrInfo	output;			/* of FIELD_OTHER */
	/* of an array's elements */
	int16		typlen;
	bool		typbyval;
	char		typalign;
} ColumnEncoder;

struct RowEncoder
{
	int			nfields;
	uint32		header_size;
	char	   *header;
	ColumnEncoder *columns;
	Size		usual_size;		/* the largest row so far */
};

/* A row in the making.  room is what is left at p. */
typedef struct RowWriter
{
	char	   *start;
	char	   *p;
	char	   *end;
} RowWriter;

/* ---- which type is read how ---- */

static bool
is_citext(Oid type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	bool		result = false;

	if (HeapTupleIsValid(tuple))
	{
		result = strcmp(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname), "citext") == 0;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * Other types are read as their text if that is short and the same in every
 * session: enums, names, network addresses and what calls itself a string.
 */
static void
init_other(ColumnEncoder *column, Oid type)
{
	char		category;
	bool		preferred;
	Oid			output;
	bool		is_varlena;

	get_type_category_preferred(type, &category, &preferred);
	column->type = FIELD_OPAQUE;
	if (category != TYPCATEGORY_ENUM && category != TYPCATEGORY_STRING &&
		category != TYPCATEGORY_NETWORK && type != UUIDOID && type != TIMEOID)
		return;
	getTypeOutputInfo(type, &output, &is_varlena);
	if (func_volatile(output) != PROVOLATILE_IMMUTABLE && category != TYPCATEGORY_ENUM)
		return;
	column->type = type == UUIDOID ? FIELD_UUID :
		category == TYPCATEGORY_STRING ? FIELD_TEXT : FIELD_OTHER;
	column->ignores_case = category == TYPCATEGORY_STRING && is_citext(type);
	fmgr_info(output, &column->output);
}

static void
init_words(ColumnEncoder *column, FieldType type, CellKind kind, int size)
{
	column->type = type;
	column->word_kind = kind;
	column->word_size = size;
}

static void
init_column(ColumnEncoder *column, Oid declared)
{
	Oid			type = OidIsValid(declared) ? getBaseType(declared) : UNKNOWNOID;
	Oid			element = get_base_element_type(type);

	memset(column, 0, sizeof(ColumnEncoder));
	if (OidIsValid(element) && type != NAMEOID)
	{
		init_column(column, element);
		column->is_list = true;
		column->is_plain_text = false;
		column->word_kind = CELL_NULL;
		get_typlenbyvalalign(getBaseType(element), &column->typlen, &column->typbyval,
							 &column->typalign);
		/* documents in arrays are not looked into */
		if (column->type == FIELD_JSON)
			column->type = FIELD_OPAQUE;
		return;
	}
	column->base_type = type;
	switch (type)
	{
		case BOOLOID:
			init_words(column, FIELD_BOOL, CELL_BOOL, 1);
			break;
		case INT2OID:
			column->type = FIELD_INTEGER;
			break;
		case INT4OID:
			init_words(column, FIELD_INTEGER, CELL_INTEGER, 4);
			break;
		case INT8OID:
			init_words(column, FIELD_INTEGER, CELL_INTEGER, 8);
			break;
		case FLOAT4OID:
		case FLOAT8OID:
			column->type = FIELD_REAL;
			break;
		case NUMERICOID:
			column->type = FIELD_NUMERIC;
			break;
		case MONEYOID:
			column->type = FIELD_MONEY;
			break;
		case DATEOID:
			init_words(column, FIELD_DATE, CELL_DATE, 4);
			break;
		case TIMESTAMPOID:
			init_words(column, FIELD_TIMESTAMP, CELL_TIMESTAMP, 8);
			break;
		case TIMESTAMPTZOID:
			init_words(column, FIELD_TIMESTAMPTZ, CELL_TIMESTAMPTZ, 8);
			break;
		case BPCHAROID:
			column->is_blank_padded = true;
			column->type = FIELD_TEXT;
			break;
		case TEXTOID:
		case VARCHAROID:
			column->is_plain_text = true;
			column->type = FIELD_TEXT;
			break;
		case NAMEOID:
		case UNKNOWNOID:
			column->type = FIELD_TEXT;
			break;
		case JSONBOID:
		case JSONOID:
			column->type = FIELD_JSON;
			column->is_jsonb = type == JSONBOID;
			break;
		default:
			init_other(column, type);
			break;
	}
}

/* ---- writing ---- */

static void
enlarge(RowWriter *writer, Size needed)
{
	Size		used = writer->p - writer->start;
	Size		size = (writer->end - writer->start) * 2;

	while (size < used + needed)
		size *= 2;
	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the row is too large for an icp_row")));
	writer->start = repalloc(writer->start, size);
	writer->p = writer->start + used;
	writer->end = writer->start + size;
}

static inline void
reserve(RowWriter *writer, Size needed)
{
	if (unlikely((Size) (writer->end - writer->p) < needed))
		enlarge(writer, needed);
}

/* There is room for a word cell. */
static inline void
put_word(RowWriter *writer, CellKind kind, uint64 word)
{
	*writer->p = (char) kind;
	memcpy(writer->p + 1, &word, sizeof(word));
	writer->p += WORD_CELL_SIZE;
}

static void
put_cell(RowWriter *writer, const Cell *cell)
{
	reserve(writer, WORD_CELL_SIZE + sizeof(uint32) +
			(cell->kind == CELL_TEXT ? cell->length : 0));
	if (cell->kind == CELL_NULL || cell->kind == CELL_OPAQUE)
	{
		*writer->p++ = (char) cell->kind;
		return;
	}
	put_word(writer, cell->kind, cell->word);
	if (cell->kind == CELL_TEXT)
	{
		uint32		length = cell->length;

		memcpy(writer->p, &length, sizeof(length));
		memcpy(writer->p + sizeof(length), cell->text, length);
		writer->p += sizeof(length) + length;
	}
}

/* Begins a list or an object of n; returns where its sizes go at the end. */
static Size
begin_container(RowWriter *writer, CellKind kind)
{
	reserve(writer, WORD_CELL_SIZE);
	put_word(writer, kind, 0);
	return writer->p - writer->start;
}

static void
end_container(RowWriter *writer, Size begin, uint32 n)
{
	uint32		size = (writer->p - writer->start) - begin;

	memcpy(writer->start + begin - 8, &size, sizeof(size));
	memcpy(writer->start + begin - 4, &n, sizeof(n));
}

static void
put_text(RowWriter *writer, const char *text, int length)
{
	Cell		cell = text_cell(text, length);

	put_cell(writer, &cell);
}

/* Without fetching what is too long to look into. */
static void
put_varlena(RowWriter *writer, const ColumnEncoder *column, Datum datum)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	int			length;

	if (VARATT_IS_EXTERNAL(value) && toast_raw_datum_size(datum) > MAX_CELL_TEXT + VARHDRSZ &&
		!column->is_blank_padded)
	{
		put_cell(writer, &(Cell) {.kind = CELL_OPAQUE});
		return;
	}
	value = PG_DETOAST_DATUM_PACKED(datum);
	length = VARSIZE_ANY_EXHDR(value);
	if (column->is_blank_padded)
		length = bpchartruelen(VARDATA_ANY(value), length);
	put_text(writer, VARDATA_ANY(value), length);
}

static void
put_other(RowWriter *writer, ColumnEncoder *column, Datum datum)
{
	char	   *text = OutputFunctionCall(&column->output, datum);

	if (column->ignores_case)
		text = str_tolower(text, strlen(text), DEFAULT_COLLATION_OID);
	put_text(writer, text, strlen(text));
}

/* ---- JSON ---- */

static void put_json(RowWriter *writer, const JsonbValue *json, int depth);

static void
put_json_array(RowWriter *writer, JsonbContainer *container)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	Size		begin = begin_container(writer, CELL_LIST);
	JsonbValue	json;
	uint32		n = 0;

	(void) JsonbIteratorNext(&iterator, &json, true);
	while (JsonbIteratorNext(&iterator, &json, true) == WJB_ELEM)
	{
		CHECK_FOR_INTERRUPTS();
		if (json.type == jbvNull || json.type == jbvBinary)
			continue;
		put_json(writer, &json, MAX_OBJECT_DEPTH);
		n++;
	}
	end_container(writer, begin, n);
}

static void
put_json_object(RowWriter *writer, JsonbContainer *container, int depth)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	Size		begin = begin_container(writer, CELL_OBJECT);
	JsonbValue	key;
	JsonbValue	json;
	uint32		n = 0;

	(void) JsonbIteratorNext(&iterator, &json, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		uint16		length = key.val.string.len;

		CHECK_FOR_INTERRUPTS();
		(void) JsonbIteratorNext(&iterator, &json, true);
		if (key.val.string.len > MAX_FIELD_NAME)
			ereport(ERROR,
					(errcode(ERRCODE_NAME_TOO_LONG),
					 errmsg("a key of the JSON document is longer than %d bytes", MAX_FIELD_NAME)));
		reserve(writer, sizeof(length) + length);
		memcpy(writer->p, &length, sizeof(length));
		memcpy(writer->p + sizeof(length), key.val.string.val, length);
		writer->p += sizeof(length) + length;
		put_json(writer, &json, depth + 1);
		n++;
	}
	end_container(writer, begin, n);
}

static void
put_json_container(RowWriter *writer, JsonbContainer *container, int depth)
{
	JsonbValue	scalar;

	if (JsonContainerIsObject(container))
	{
		if (depth < MAX_OBJECT_DEPTH)
			put_json_object(writer, container, depth);
		else
			put_cell(writer, &(Cell) {.kind = CELL_OPAQUE});
	}
	else if (JsonbExtractScalar(container, &scalar))
		put_json(writer, &scalar, depth);
	else
		put_json_array(writer, container);
}

static void
put_json(RowWriter *writer, const JsonbValue *json, int depth)
{
	Cell		cell = {.kind = CELL_NULL};

	switch (json->type)
	{
		case jbvBool:
			cell.kind = CELL_BOOL;
			cell.word = json->val.boolean;
			break;
		case jbvNumeric:
			cell = numeric_cell(NumericGetDatum(json->val.numeric));
			break;
		case jbvString:
			cell = text_cell(json->val.string.val, json->val.string.len);
			break;
		case jbvBinary:
			put_json_container(writer, json->val.binary.data, depth);
			return;
		default:
			break;
	}
	put_cell(writer, &cell);
}

/* ---- columns ---- */

/* A real is what it is printed as, whatever extra_float_digits says: 0.1, not 0.10000000149. */
static float8
widened_real(float4 value)
{
	char		buffer[FLOAT_SHORTEST_DECIMAL_LEN];

	if (isnan(value) || isinf(value))
		return value;
	float_to_shortest_decimal_buf(value, buffer);
	return strtod(buffer, NULL);
}

static void
put_value(RowWriter *writer, ColumnEncoder *column, Datum datum)
{
	Cell		cell;

	switch (column->type)
	{
		case FIELD_BOOL:
			put_word(writer, CELL_BOOL, DatumGetBool(datum));
			break;
		case FIELD_INTEGER:
			put_word(writer, CELL_INTEGER,
					 (uint64) (column->base_type == INT4OID ? DatumGetInt32(datum) :
							   column->base_type == INT8OID ? DatumGetInt64(datum) :
							   DatumGetInt16(datum)));
			break;
		case FIELD_REAL:
			cell = real_cell(column->base_type == FLOAT4OID ?
							 widened_real(DatumGetFloat4(datum)) : DatumGetFloat8(datum));
			put_cell(writer, &cell);
			break;
		case FIELD_NUMERIC:
			cell = numeric_cell(datum);
			put_cell(writer, &cell);
			break;
		case FIELD_MONEY:
			cell = numeric_cell(DirectFunctionCall1(cash_numeric, datum));
			put_cell(writer, &cell);
			break;
		case FIELD_DATE:
			put_word(writer, CELL_DATE, (uint64) (int64) DatumGetDateADT(datum));
			break;
		case FIELD_TIMESTAMP:
			put_word(writer, CELL_TIMESTAMP, (uint64) DatumGetTimestamp(datum));
			break;
		case FIELD_TIMESTAMPTZ:
			put_word(writer, CELL_TIMESTAMPTZ, (uint64) DatumGetTimestampTz(datum));
			break;
		case FIELD_JSON:
			if (!column->is_jsonb)
				datum = DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(datum)));
			put_json_container(writer, &DatumGetJsonbP(datum)->root, 1);
			break;
		case FIELD_TEXT:
			if (column->base_type == NAMEOID || column->base_type == UNKNOWNOID)
				put_text(writer, DatumGetCString(datum), strlen(DatumGetCString(datum)));
			else if (OidIsValid(column->output.fn_oid))
				put_other(writer, column, datum);
			else
				put_varlena(writer, column, datum);
			break;
		case FIELD_UUID:
		case FIELD_OTHER:
			put_other(writer, column, datum);
			break;
		default:
			put_cell(writer, &(Cell) {.kind = CELL_OPAQUE});
			break;
	}
}

static void
put_array(RowWriter *writer, ColumnEncoder *column, Datum datum)
{
	Datum	   *elements;
	bool	   *nulls;
	int			nelements;
	uint32		n = 0;
	Size		begin;
	ArrayType  *array = DatumGetArrayTypeP(datum);

	deconstruct_array(array, ARR_ELEMTYPE(array), column->typlen, column->typbyval,
					  column->typalign, &elements, &nulls, &nelements);
	begin = begin_container(writer, CELL_LIST);
	for (int i = 0; i < nelements; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		reserve(writer, WORD_CELL_SIZE);
		put_value(writer, column, elements[i]);
		n++;
	}
	end_container(writer, begin, n);
	pfree(elements);
	pfree(nulls);
}

/* ---- encoders ---- */

static void
make_header(RowEncoder *encoder, const char *const *names)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < encoder->nfields; i++)
	{
		uint16		length = strlen(names[i]);

		if (strlen(names[i]) > MAX_FIELD_NAME)
			ereport(ERROR,
					(errcode(ERRCODE_NAME_TOO_LONG),
					 errmsg("the field name \"%.60s...\" is longer than %d bytes", names[i], MAX_FIELD_NAME)));
		appendStringInfoChar(&buf, (char) encoder->columns[i].type);
		appendStringInfoChar(&buf, (char) encoder->columns[i].is_list);
		appendBinaryStringInfo(&buf, (char *) &length, sizeof(length));
		appendBinaryStringInfo(&buf, names[i], length);
	}
	encoder->header = buf.data;
	encoder->header_size = buf.len;
}

/* In the current memory context, which has to live as long as the encoder. */
RowEncoder *
make_row_encoder(int nfields, const char *const *names, const Oid *types)
{
	RowEncoder *encoder = palloc0(sizeof(RowEncoder));

	if (nfields > MAX_ROW_FIELDS)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_COLUMNS),
				 errmsg("a row can have at most %d fields", MAX_ROW_FIELDS)));
	encoder->nfields = nfields;
	encoder->columns = palloc0(sizeof(ColumnEncoder) * Max(nfields, 1));
	for (int i = 0; i < nfields; i++)
		init_column(&encoder->columns[i], types[i]);
	make_header(encoder, names);
	encoder->usual_size = ROW_OVERHEAD + encoder->header_size + (Size) WORD_CELL_SIZE * (nfields + 4);
	return encoder;
}

RowEncoder *
make_document_encoder(void)
{
	static const char *const name = "";
	static const Oid type = JSONBOID;

	return make_row_encoder(1, &name, &type);
}

static void
begin_row(RowEncoder *encoder, RowWriter *writer)
{
	IcpRow	   *row = palloc(encoder->usual_size);

	row->version = ROW_VERSION;
	row->flags = 0;
	row->nfields = encoder->nfields;
	row->header_size = encoder->header_size;
	memcpy(row->data, encoder->header, encoder->header_size);
	writer->start = (char *) row;
	writer->p = row->data + encoder->header_size;
	writer->end = writer->start + encoder->usual_size;
}

static IcpRow *
end_row(RowEncoder *encoder, RowWriter *writer)
{
	Size		size = writer->p - writer->start;

	SET_VARSIZE(writer->start, size);
	encoder->usual_size = Max(encoder->usual_size, Min(size + size / 4, 8192));
	return (IcpRow *) writer->start;
}

/* A boolean, a whole number, a date or a time. */
static inline uint64
datum_word(Datum datum, int size)
{
	if (size == 4)
		return (uint64) (int64) DatumGetInt32(datum);
	return size == 8 ? (uint64) DatumGetInt64(datum) : DatumGetBool(datum);
}

/*
 * Most cells are NULL, a short text that lies in the row as it is, or a
 * number of a fixed size: writes those from the column *i on, where there is room for a word cell
 * of every column that is left.  Returns where to go on.
 */
static char *
put_usual_cells(const RowEncoder *encoder, const NullableDatum *values, char *p, int *i)
{
	for (; *i < encoder->nfields; ++*i)
	{
		uint64		word;

		if (values[*i].isnull)
		{
			*p++ = CELL_NULL;
			continue;
		}
		if (encoder->columns[*i].is_plain_text)
		{
			struct varlena *text = (struct varlena *) DatumGetPointer(values[*i].value);

			/* a TOAST pointer looks like a short header of no length */
			if (!VARATT_IS_SHORT(text) || VARATT_IS_EXTERNAL(text) ||
				VARSIZE_SHORT(text) > VARHDRSZ_SHORT + WORD_BYTES)
				break;
			*p = CELL_WORD;
			word = short_word(VARDATA_SHORT(text), VARSIZE_SHORT(text) - VARHDRSZ_SHORT);
		}
		else if (encoder->columns[*i].word_kind != CELL_NULL)
		{
			*p = (char) encoder->columns[*i].word_kind;
			word = datum_word(values[*i].value, encoder->columns[*i].word_size);
		}
		else
			break;
		memcpy(p + 1, &word, sizeof(word));
		p += WORD_CELL_SIZE;
	}
	return p;
}

IcpRow *
encode_row(RowEncoder *encoder, const NullableDatum *values)
{
	RowWriter	writer;

	begin_row(encoder, &writer);
	for (int i = 0; i < encoder->nfields; i++)
	{
		ColumnEncoder *column;

		reserve(&writer, (Size) WORD_CELL_SIZE * (encoder->nfields - i));
		writer.p = put_usual_cells(encoder, values, writer.p, &i);
		if (i == encoder->nfields)
			break;
		column = &encoder->columns[i];
		if (column->is_list)
			put_array(&writer, column, values[i].value);
		else
			put_value(&writer, column, values[i].value);
	}
	return end_row(encoder, &writer);
}

IcpRow *
encode_document(RowEncoder *encoder, Jsonb *document)
{
	RowWriter	writer;

	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cannot make a row of a JSON document that is not an object")));
	begin_row(encoder, &writer);
	put_json_container(&writer, &document->root, 0);
	return end_row(encoder, &writer);
}

/* ---- whole rows ---- */

/* What is kept from row to row of one type. */
typedef struct RecordState
{
	uint64		row_type;		/* as assign_record_type_identifier has it */
	MemoryContext context;		/* of all that follows */
	TupleDesc	tupdesc;
	RowEncoder *encoder;
	int		   *columns;		/* attribute numbers less 1, of what is not dropped */
	Datum	   *values;
	bool	   *nulls;
	NullableDatum *fields;
} RecordState;

static void
init_record(RecordState *state, HeapTupleHeader record)
{
	TupleDesc	tupdesc = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(record),
													  HeapTupleHeaderGetTypMod(record));
	const char **names = palloc(sizeof(char *) * Max(tupdesc->natts, 1));
	Oid		   *types = palloc(sizeof(Oid) * Max(tupdesc->natts, 1));
	int			n = 0;

	/* a sketch is about names */
	if (lacks_names(tupdesc))
		refuse_row_without_names();
	state->columns = palloc(sizeof(int) * Max(tupdesc->natts, 1));
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped)
			continue;
		names[n] = NameStr(attribute->attname);
		types[n] = attribute->atttypid;
		state->columns[n++] = i;
	}
	state->tupdesc = tupdesc;
	state->encoder = make_row_encoder(n, names, types);
	state->values = palloc(sizeof(Datum) * Max(tupdesc->natts, 1));
	state->nulls = palloc(sizeof(bool) * Max(tupdesc->natts, 1));
	state->fields = palloc(sizeof(NullableDatum) * Max(n, 1));
}

/* *kept is kept from call to call, in the function's memory. */
IcpRow *
encode_record(FmgrInfo *flinfo, void **kept, HeapTupleHeader record)
{
	RecordState *state = *kept;
	uint64		row_type = assign_record_type_identifier(HeapTupleHeaderGetTypeId(record),
														 HeapTupleHeaderGetTypMod(record));
	HeapTupleData tuple;

	if (state == NULL || state->row_type != row_type)
	{
		MemoryContext caller;

		if (state == NULL)
		{
			state = *kept = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(RecordState));
			state->context = AllocSetContextCreate(flinfo->fn_mcxt, "icp_row encoder",
												   ALLOCSET_SMALL_SIZES);
		}
		state->row_type = 0;	/* until it is complete */
		MemoryContextReset(state->context);
		caller = MemoryContextSwitchTo(state->context);
		init_record(state, record);
		MemoryContextSwitchTo(caller);
		state->row_type = row_type;
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(record);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = record;
	/* checks, where the server does, that the row is of this version of its type */
	heap_deform_tuple(&tuple, state->tupdesc, state->values, state->nulls);
	for (int i = 0; i < state->encoder->nfields; i++)
	{
		state->fields[i].value = state->values[state->columns[i]];
		state->fields[i].isnull = state->nulls[state->columns[i]];
	}
	return encode_row(state->encoder, state->fields);
}

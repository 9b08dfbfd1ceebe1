/*
 * row.c
 *		The SQL type icp_row, and the functions that make rows.
 *
 * Rows come from anybody's table or client, so one validator looks over what
 * comes in; whoever reads a row afterwards trusts its lengths.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "common/hashfn.h"
#include "common/text.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "sketch/row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(icp_row_in);
PG_FUNCTION_INFO_V1(icp_row_out);
PG_FUNCTION_INFO_V1(icp_row_recv);
PG_FUNCTION_INFO_V1(icp_row_send);
PG_FUNCTION_INFO_V1(icp_row);
PG_FUNCTION_INFO_V1(icp_row_columns);

/* ---- the validator ---- */

#define LEFT(p) ((Size) (end - (p)))

static const char *check_cell(const char *p, const char *end, int depth);

static const char *
check_text(const char *p, const char *end)
{
	Size		length;

	if (LEFT(p) < 12)
		return NULL;
	length = load32(p + 8);
	if (length <= WORD_BYTES || length > MAX_CELL_TEXT || LEFT(p + 12) < length ||
		load64(p) != hash_bytes_extended((const unsigned char *) p + 12, length, 0) ||
		!pg_verifymbstr(p + 12, length, true))
		return NULL;
	return p + 12 + length;
}

static const char *
check_container(const char *p, const char *end, CellKind kind, int depth)
{
	Size		size;
	uint32		n;

	if (depth > 4 || LEFT(p) < 8)
		return NULL;
	size = load32(p);
	n = load32(p + 4);
	p += 8;
	if (size > LEFT(p))
		return NULL;
	end = p + size;
	for (uint32 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (kind == CELL_OBJECT)
		{
			if (LEFT(p) < 2 || load16(p) > MAX_FIELD_NAME || LEFT(p + 2) < load16(p) ||
				!pg_verifymbstr(p + 2, load16(p), true))
				return NULL;
			p += 2 + load16(p);
		}
		else if (LEFT(p) > 0 && (uint8) *p >= CELL_LIST)
			return NULL;		/* lists hold no lists */
		p = check_cell(p, end, depth + 1);
		if (p == NULL)
			return NULL;
	}
	return p == end ? p : NULL;
}

bool
is_good_word(CellKind kind, uint64 word)
{
	Cell		cell = {.kind = kind, .word = word};
	char		buffer[WORD_BYTES];
	const char *text;
	int			length;
	int			scale;
	int64		mantissa;

	switch (kind)
	{
		case CELL_BOOL:
			return word <= 1;
		case CELL_DECIMAL:
			/* as numeric_cell() writes it: a fraction, without zeros behind it */
			mantissa = cell_mantissa(&cell, &scale);
			return scale > 0 && scale <= 18 && mantissa % 10 != 0;
		case CELL_REAL:
		case CELL_ROUNDED:
			return !isnan(cell_real(&cell)) && word != UINT64CONST(0x8000000000000000);
		case CELL_DATE:
			return (int64) word == (int32) word &&
				(DATE_NOT_FINITE((int32) word) || IS_VALID_DATE((int32) word));
		case CELL_TIMESTAMP:
		case CELL_TIMESTAMPTZ:
			return TIMESTAMP_NOT_FINITE((int64) word) || IS_VALID_TIMESTAMP((int64) word);
		case CELL_WORD:
			text = cell_bytes(&cell, buffer, &length);
			return (length == WORD_BYTES || word >> (8 * length) == 0) &&
				pg_verifymbstr(text, length, true);
		default:
			return true;
	}
}

/* Returns what follows the cell, or NULL if it is not one. */
static const char *
check_cell(const char *p, const char *end, int depth)
{
	CellKind	kind;

	if (LEFT(p) < 1)
		return NULL;
	kind = (CellKind) (uint8) *p++;
	switch (kind)
	{
		case CELL_NULL:
		case CELL_OPAQUE:
			return p;
		case CELL_TEXT:
			return check_text(p, end);
		case CELL_LIST:
		case CELL_OBJECT:
			return check_container(p, end, kind, depth);
		default:
			if (kind >= NCELL_KINDS || LEFT(p) < 8 || !is_good_word(kind, load64(p)))
				return NULL;
			return p + 8;
	}
}

/* Only JSON has objects, or lists that its header does not speak of. */
static bool
suits_field(CellKind kind, FieldType type, bool is_list)
{
	if (kind == CELL_NULL || type == FIELD_JSON)
		return true;
	return kind != CELL_OBJECT && (kind == CELL_LIST) == is_list;
}

static bool
is_good_row(const IcpRow *row)
{
	const char *p = row->data;
	const char *header = row->data;
	const char *end;
	RowField	field;

	if (VARSIZE(row) < ROW_OVERHEAD || row->version != ROW_VERSION || row->flags != 0 ||
		row->nfields > MAX_ROW_FIELDS || row->header_size > VARSIZE(row) - ROW_OVERHEAD)
		return false;
	end = row_cells(row);
	for (int i = 0; i < row->nfields; i++)
	{
		if (LEFT(p) < 4 || (uint8) p[0] >= NFIELD_TYPES || (uint8) p[1] > 1 ||
			(p[0] == FIELD_JSON && p[1] != 0) ||
			load16(p + 2) > MAX_FIELD_NAME || LEFT(p + 4) < load16(p + 2) ||
			!pg_verifymbstr(p + 4, load16(p + 2), true))
			return false;
		p += 4 + load16(p + 2);
	}
	if (p != end)
		return false;
	end = row_end(row);
	for (int i = 0; i < row->nfields; i++)
	{
		header = read_row_field(header, &field);
		if (LEFT(p) < 1 || !suits_field((CellKind) (uint8) *p, field.type, field.is_list))
			return false;
		p = check_cell(p, end, 0);
		if (p == NULL)
			return false;
	}
	return p == end;
}

/* ---- input and output ---- */

static Datum
row_from_bytes(const char *bytes, int length)
{
	IcpRow	   *row = palloc(VARHDRSZ + length);

	SET_VARSIZE(row, VARHDRSZ + length);
	memcpy(VARDATA(row), bytes, length);
	if (!is_good_row(row))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid icp_row"),
				 errdetail("Its bytes are not those of a row of version %d.", ROW_VERSION),
				 errhint("Make rows with icp_row(), and store them as icp_row prints them.")));
	return RowGetDatum(row);
}

/* Rows are written as bytea is, in hexadecimal. */
Datum
icp_row_in(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));

	return row_from_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

Datum
icp_row_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text((struct varlena *) DatumGetRow(PG_GETARG_DATUM(0))));
}

Datum
icp_row_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;

	return row_from_bytes(pq_getmsgbytes(buf, length), length);
}

Datum
icp_row_send(PG_FUNCTION_ARGS)
{
	IcpRow	   *row = DatumGetRow(PG_GETARG_DATUM(0));

	PG_RETURN_BYTEA_P(sent_bytes((struct varlena *) row));
}

/* ---- rows of rows, documents and columns ---- */

static IcpRow *
row_of_document(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		fcinfo->flinfo->fn_extra = make_document_encoder();
		MemoryContextSwitchTo(caller);
	}
	return encode_document(fcinfo->flinfo->fn_extra, PG_GETARG_JSONB_P(0));
}

Datum
icp_row(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);

	if (type == JSONBOID)
		PG_RETURN_POINTER(row_of_document(fcinfo));
	PG_RETURN_POINTER(encode_record(fcinfo->flinfo, &fcinfo->flinfo->fn_extra,
									PG_GETARG_HEAPTUPLEHEADER(0)));
}

/* What icp_row_columns keeps: an encoder for these names. */
typedef struct ColumnsState
{
	bool		is_constant;	/* the names cannot change */
	ArrayType  *names;
	RowEncoder *encoder;
} ColumnsState;

static RowEncoder *
encoder_for_columns(FunctionCallInfo fcinfo, ArrayType *array)
{
	int			nfields = PG_NARGS() - 1;
	const char **names = palloc(sizeof(char *) * Max(nfields, 1));
	Oid		   *types = palloc(sizeof(Oid) * Max(nfields, 1));
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("an array cannot stand for the row's columns"),
				 errhint("Pass each column as an argument of its own, in the order of their names.")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	if (n != nfields)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are %d names for %d columns", n, nfields)));
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the name of column %d is null", i + 1)));
		names[i] = TextDatumGetCString(elements[i]);
		types[i] = get_fn_expr_argtype(fcinfo->flinfo, i + 1);
	}
	return make_row_encoder(nfields, names, types);
}

/* Is it another array of names than the one that the state is for? */
static bool
names_changed(const ColumnsState *state, const ArrayType *names)
{
	return VARSIZE(state->names) != VARSIZE(names) ||
		memcmp(state->names, names, VARSIZE(names)) != 0;
}

/* Not strict, because columns may be NULL: NULL for no names. */
Datum
icp_row_columns(PG_FUNCTION_ARGS)
{
	ColumnsState *state = fcinfo->flinfo->fn_extra;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (state == NULL || !state->is_constant)
	{
		ArrayType  *names = PG_GETARG_ARRAYTYPE_P(0);

		if (state == NULL || names_changed(state, names))
		{
			MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

			state = palloc0(sizeof(ColumnsState));
			state->is_constant = first_is_constant(fcinfo->flinfo);
			state->names = (ArrayType *) PG_DETOAST_DATUM_COPY(PointerGetDatum(names));
			state->encoder = encoder_for_columns(fcinfo, names);
			fcinfo->flinfo->fn_extra = state;
			MemoryContextSwitchTo(caller);
		}
	}
	PG_RETURN_POINTER(encode_row(state->encoder, &fcinfo->args[1]));
}

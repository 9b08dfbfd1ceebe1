/*
 * validation_io.c
 *		The SQL type icp_validation, and its form at rest.
 */
#include "postgres.h"

#include "common/text.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "validate/validation.h"

PG_FUNCTION_INFO_V1(icp_validation_in);
PG_FUNCTION_INFO_V1(icp_validation_out);
PG_FUNCTION_INFO_V1(icp_validation_recv);
PG_FUNCTION_INFO_V1(icp_validation_send);

/* ---- the form at rest ---- */

static Size
packed_size(uint32 ncells)
{
	return offsetof(Validation, cells) + sizeof(ScoreCell) * ncells;
}

/* Leaves what is at work as it is: windows go on with it. */
Validation *
pack_validation(const Validation *v)
{
	Size		size = packed_size(v->ncells);
	Validation *packed = palloc(size);

	memcpy(packed, v, size);
	SET_VARSIZE(packed, size);
	packed->is_working = 0;
	packed->slot_bits = 0;
	sort_cells(packed->cells, packed->ncells);
	return packed;
}

static bool
is_good_cell(const ScoreCell *cell, int level)
{
	if (cell->key < -MAX_SCORE_KEY || cell->key > MAX_SCORE_KEY ||
		cell->events < 0 || cell->events > MAX_VALIDATION_ROWS ||
		cell->others > MAX_VALIDATION_ROWS)
		return false;
	/* more than one score has more than one row, and no score of its own */
	if (cell->is_mixed)
		return level > 1 && cell->events + (int64) cell->others > 1 &&
			(cell->key & lost_bits(level)) != 0 && coarse_key(cell->key, level) == cell->key;
	return cell->events + (int64) cell->others > 0;
}

/* The one validator of what is at rest: all that it lets through can be used. */
static bool
is_good_validation(const Validation *v)
{
	int64		rows = 0;

	if (VARSIZE(v) < packed_size(0) || v->version != VALIDATION_VERSION ||
		v->is_working != 0 || v->level > MAX_COARSE_LEVEL || v->slot_bits != 0 ||
		v->byte_order != VALIDATION_BYTE_ORDER || v->ncells > MAX_CELLS ||
		VARSIZE(v) != packed_size(v->ncells) ||
		v->missing < 0 || v->missing > MAX_VALIDATION_ROWS)
		return false;
	for (uint32 i = 0; i < v->ncells; i++)
	{
		if (!is_good_cell(&v->cells[i], v->level) ||
			(i > 0 && coarse_key(v->cells[i].key, v->level) <= coarse_key(v->cells[i - 1].key, v->level)))
			return false;
		rows += v->cells[i].events + (int64) v->cells[i].others;
		if (rows > MAX_VALIDATION_ROWS)
			return false;
	}
	return rows == v->rows;
}

/* What comes from a table or a client, in the form at rest. */
Validation *
validation_at_rest(Datum datum)
{
	Validation *v = (Validation *) PG_DETOAST_DATUM(datum);

	if (is_validation_at_work(v))
		return pack_validation(v);
	if (!is_good_validation(v))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the stored icp_validation is damaged")));
	return v;
}

/* ---- SQL ---- */

static Datum
validation_from_bytes(const char *bytes, Size length)
{
	Validation *v = palloc(Max(VARHDRSZ + length, sizeof(Validation)));

	SET_VARSIZE(v, VARHDRSZ + length);
	memcpy(VARDATA(v), bytes, length);
	if (length > 0 && v->version != VALIDATION_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("cannot read an icp_validation of version %d", v->version),
				 errdetail("This release reads version %d.", VALIDATION_VERSION)));
	if (!is_good_validation(v))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid icp_validation"),
				 errdetail("Its bytes are not those of a validation, or were made on a machine of another byte order."),
				 errhint("Make validations with the aggregate icp_validation(), and store them as PostgreSQL prints or sends them.")));
	return PointerGetDatum(v);
}

/* Validations are written as bytea is, in hexadecimal. */
Datum
icp_validation_in(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));

	return validation_from_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

Datum
icp_validation_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text((struct varlena *) validation_at_rest(PG_GETARG_DATUM(0))));
}

Datum
icp_validation_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;

	return validation_from_bytes(pq_getmsgbytes(buf, length), length);
}

Datum
icp_validation_send(PG_FUNCTION_ARGS)
{
	Validation *v = validation_at_rest(PG_GETARG_DATUM(0));

	PG_RETURN_BYTEA_P(sent_bytes((struct varlena *) v));
}

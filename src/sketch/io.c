/*
 * io.c
 *		The SQL type icp_sketch.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/text.h"
#include "libpq/pqformat.h"
#include "sketch/sketch.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_sketch_in);
PG_FUNCTION_INFO_V1(icp_sketch_out);
PG_FUNCTION_INFO_V1(icp_sketch_recv);
PG_FUNCTION_INFO_V1(icp_sketch_send);

static Datum
sketch_from_bytes(const char *bytes, Size length)
{
	PackedSketch *packed = palloc(VARHDRSZ + length);

	SET_VARSIZE(packed, VARHDRSZ + length);
	memcpy(VARDATA(packed), bytes, length);
	if (length >= offsetof(PackedSketch, options_size) - VARHDRSZ &&
		packed->version != SKETCH_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("cannot read an icp_sketch of version %d", packed->version),
				 errdetail("This release reads version %d.", SKETCH_VERSION)));
	if (!is_good_sketch(packed, true) ||
		unpack_front(packed, &(const Block *) {NULL}) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid icp_sketch"),
				 errdetail("Its bytes are not those of a sketch, or were made on a machine of another byte order."),
				 errhint("Make sketches with the aggregate icp_sketch(), and store them as PostgreSQL prints or sends them.")));
	return PointerGetDatum(packed);
}

/* Sketches are written as bytea is, in hexadecimal. */
Datum
icp_sketch_in(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));

	return sketch_from_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

Datum
icp_sketch_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text((struct varlena *) packed_from_datum(PG_GETARG_DATUM(0))));
}

Datum
icp_sketch_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;

	return sketch_from_bytes(pq_getmsgbytes(buf, length), length);
}

Datum
icp_sketch_send(PG_FUNCTION_ARGS)
{
	PackedSketch *packed = packed_from_datum(PG_GETARG_DATUM(0));

	PG_RETURN_BYTEA_P(sent_bytes((struct varlena *) packed));
}

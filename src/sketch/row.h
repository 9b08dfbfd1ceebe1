/*
 * row.h
 *		The icp_row type: a row as a value, which says itself what its fields are.
 *
 * A header names the fields; their cells follow.  A JSON document is a row of
 * one field without a name, whose cell is an object.  Rows hold no OIDs.
 *
 *	header of each field:	type (1 byte), is_list (1), length of the name (2), name
 *	cell:					kind (1), then
 *		CELL_NULL, CELL_OPAQUE	nothing
 *		CELL_TEXT				hash (8), length (4), bytes
 *		CELL_LIST				bytes that follow (4), elements (4), cells
 *		CELL_OBJECT				bytes that follow (4), keys (4), each: length (2), bytes, cell
 *		others					word (8)
 *
 * Nothing is aligned.
 */
#ifndef ICP_ROW_H
#define ICP_ROW_H

#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "sketch/cell.h"
#include "utils/jsonb.h"

#define ROW_VERSION 1
#define MAX_ROW_FIELDS 1600
#define MAX_FIELD_NAME 1000		/* bytes */

typedef struct IcpRow
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* ROW_VERSION */
	uint8		flags;			/* none yet: 0 */
	uint16		nfields;
	uint32		header_size;	/* of the fields' headers, which follow */
	char		data[FLEXIBLE_ARRAY_MEMBER];
} IcpRow;

#define ROW_OVERHEAD offsetof(IcpRow, data)
#define row_header(row) ((row)->data)
#define row_cells(row) ((row)->data + (row)->header_size)
#define row_end(row) ((const char *) (row) + VARSIZE(row))

/* One field's header. */
typedef struct RowField
{
	FieldType	type;
	bool		is_list;
	const char *name;			/* not terminated */
	int			name_length;
} RowField;

static inline uint64
load64(const char *p)
{
	uint64		word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static inline uint32
load32(const char *p)
{
	uint32		word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static inline uint16
load16(const char *p)
{
	uint16		word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Reads the header at p; returns what follows it. */
static inline const char *
read_row_field(const char *p, RowField *field)
{
	field->type = (FieldType) (uint8) p[0];
	field->is_list = p[1] != 0;
	field->name_length = load16(p + 2);
	field->name = p + 4;
	return field->name + field->name_length;
}

/*
 * Reads a cell; returns what follows it.  Of a list or an object, the cell's
 * length is the number of elements and its text where they begin.
 */
static inline const char *
read_row_cell(const char *p, Cell *cell)
{
	cell->kind = (CellKind) (uint8) *p++;
	switch (cell->kind)
	{
		case CELL_NULL:
		case CELL_OPAQUE:
			cell->word = 0;
			return p;
		case CELL_TEXT:
			cell->word = load64(p);
			cell->length = load32(p + 8);
			cell->text = p + 12;
			return cell->text + cell->length;
		case CELL_LIST:
		case CELL_OBJECT:
			cell->length = load32(p + 4);
			cell->text = p + 8;
			return cell->text + load32(p);
		default:
			cell->word = load64(p);
			return p + 8;
	}
}

/* row_encode.c: from Datums to rows */
typedef struct RowEncoder RowEncoder;

extern RowEncoder *make_row_encoder(int nfields, const char *const *names, const Oid *types);
extern RowEncoder *make_document_encoder(void);
extern IcpRow *encode_row(RowEncoder *encoder, const NullableDatum *values);
extern IcpRow *encode_document(RowEncoder *encoder, Jsonb *document);
extern IcpRow *encode_record(FmgrInfo *flinfo, void **state, HeapTupleHeader record);

/* row.c */
extern bool is_good_word(CellKind kind, uint64 word);

#define DatumGetRow(datum) ((IcpRow *) PG_DETOAST_DATUM(datum))
#define RowGetDatum(row) PointerGetDatum(row)

#endif							/* ICP_ROW_H */

/*
 * gap.h
 *		The rows of a sketch as those that a portrait is evaluated on.
 *
 * What portraits and sketches call a type of a field has one name in two rooms,
 * so that this header keeps out of both.
 */
#ifndef ICP_GAP_H
#define ICP_GAP_H

#include "postgres.h"

#include "portrait/portrait.h"

/* How the values of a field are handed on. */
typedef struct GapType
{
	Oid			type;			/* InvalidOid: not in the sketch, always missing */
	bool		in_document;	/* Datums are JsonbValues */
} GapType;

/* Rows that are equal are one, with a count. */
typedef struct GapRow
{
	const NullableDatum *fields;	/* of the portrait, in its order, if they are read */
	const uint32 *codes;		/* of fields that have some */
	bool		is_best;
	uint32		count;
	MemoryContext context;		/* for what it takes to evaluate it; goes with a later row */
} GapRow;

typedef struct GapRows GapRows;

/* gap_rows.c; in the current memory context */
extern GapRows *open_gap_rows(Datum sketch, const Portrait *portrait);
extern const GapType *gap_types(const GapRows *rows);
extern const char *gap_untold(const GapRows *rows, const Condition *condition);

/* A field whose values have codes: what they stand for, by code; 0 if it has none. */
extern int64 gap_codes(const GapRows *rows, int field, const NullableDatum **values);
extern void read_gap_field(GapRows *rows, int field);
extern bool next_gap_row(GapRows *rows, GapRow *row);

#endif							/* ICP_GAP_H */

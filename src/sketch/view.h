/*
 * view.h
 *		A sketch opened for questions: its fields with their values in order,
 *		and its rows as codes of those values, column by column.
 *
 * This is all that traits, learning and drift know of sketches.
 */
#ifndef ICP_VIEW_H
#define ICP_VIEW_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "portrait/portrait.h"
#include "sketch/cell.h"

/* Codes of cells: missing, another text than those kept, or 2 + index of the value. */
#define CODE_MISSING 0
#define CODE_OTHER 1
#define CODE_FIRST 2

typedef enum FieldRole
{
	ROLE_TRAIT,
	ROLE_CONSTANT,
	ROLE_IDENTIFIER,
	ROLE_HIGH_CARDINALITY,		/* its most frequent values may still be traits */
	ROLE_LEAK,
	ROLE_MIRROR
} FieldRole;

typedef struct ViewField
{
	const char *name;
	FieldType	type;
	ReadAs		as;				/* text that was read as a number or a date */
	bool		is_list;		/* arrays: several values a row */
	bool		is_ordered;		/* all its values are numbers, or all are times */
	int			nvalues;
	Cell	   *values;			/* distinct, sorted by compare_cells */
	int64	   *best_n;			/* kept rows with the value (with each count), by side */
	int64	   *rest_n;
	int64		known_best;		/* kept rows where the field is known */
	int64		known_rest;
	int64		other_best;		/* of these, rows of CODE_OTHER */
	int64		other_rest;
	int64		distinct;		/* values, those not kept too, ... */
	int64		distinct_best;	/* ... and on each side */
	int64		distinct_rest;
	int			place;			/* in the sketch: the order of the columns, as a rule */

	/* set by classify_fields() in roles.c */
	FieldRole	role;
	int			mirror_of;		/* index of the field, for ROLE_MIRROR */
	double		iv;
	double		auc;			/* of the field alone, cross-fitted; NaN for one class */
	const char *note;			/* or NULL */
} ViewField;

typedef struct SketchView
{
	int64		nrows;			/* kept rows, each with its count */
	const uint32 *counts;		/* how often each kept row occurs; NULL: once */
	uint64	   *best;			/* bitmap over kept rows */
	int64		best_n;			/* kept best rows, with counts */
	int64		rest_n;
	double		best_weight;	/* each kept best row stands for so many; 1 if none was left out */
	double		rest_weight;
	int64		all_best;		/* what was seen, exactly */
	int64		all_rest;
	int64		unknown;		/* rows whose flag was NULL */
	int			nfields;
	ViewField  *fields;			/* sorted by name */
	List	   *placeholders;	/* of Cell *: values that counted as missing */
	const struct Sketch *sketch;	/* all of it but its rows ... */
	const struct Block *blocks; /* ... which are here */
	uint32		nblocks;
} SketchView;

/* The codes of a list field: those of row i are codes[starts[i]] to codes[starts[i + 1] - 1]. */
typedef struct ListCodes
{
	uint32	   *starts;			/* nrows + 1; CODE_MISSING alone where the list is missing */
	uint32	   *codes;			/* distinct within a row, ascending */
} ListCodes;

extern SketchView *open_view(Datum sketch);

/*
 * The codes of a field from the first row on, some at a time, which stay in the
 * cache.  Not for list fields.
 */
typedef struct CodeReader CodeReader;

extern CodeReader *open_codes(const SketchView *view, int field);
extern void read_codes(CodeReader *reader, uint32 *codes, int64 n);
extern void skip_codes(CodeReader *reader, int64 n);
extern void close_codes(CodeReader *reader);

/* The same at once, palloc'd anew at each call. */
extern uint32 *view_codes(const SketchView *view, int field);
extern ListCodes view_list_codes(const SketchView *view, int field);

/* Is a value a text that was kept for the sake of its best rows alone? */
extern bool is_kept_for_best(const SketchView *view, const ViewField *field, int value);

/*
 * A hash of each row's content.  Equal rows have equal ones; sorting by it gives
 * an order that does not depend on how rows came in.
 */
extern uint64 *view_row_hashes(const SketchView *view);

/* roles.c: fills in role, iv, auc and note of every field */
extern void classify_fields(SketchView *view);

/* fields.c */
extern bool is_named(List *names, const char *name);	/* among char * */
extern void check_field_names(const SketchView *view, List *names);	/* an error unless all are fields */

#endif							/* ICP_VIEW_H */

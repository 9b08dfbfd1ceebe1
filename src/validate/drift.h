/*
 * drift.h
 *		Fields cut into bins, and how the rows of sketches fall into them.
 *
 * Bins are made from one sketch, and count the rows of any other that has the
 * field.  Of lists there are no bins, as a row has several values: each item is
 * looked at by itself.
 */
#ifndef ICP_DRIFT_H
#define ICP_DRIFT_H

#include "postgres.h"

#include "sketch/view.h"
#include "traits/traits.h"
#include "utils/array.h"
#include "utils/jsonb.h"

#define MAX_BINS 10				/* of ordered fields; others have a bin for each frequent value */

/* ---- bins ---- */

typedef enum BinSort
{
	BIN_VALUE,
	BIN_RANGE,					/* from low on, to below high */
	BIN_OTHER,					/* known, and in no other bin */
	BIN_MISSING
} BinSort;

typedef struct Bin
{
	BinSort		sort;
	Cell		value;
	Bound		low;
	Bound		high;
} Bin;

/* A bound between ranges. */
typedef struct Cut
{
	Bound		bound;
	Cell		cell;			/* of numbers; times have bound.time */
} Cut;

/* What ranges are of. */
typedef enum BinOrder
{
	ORDER_NONE,
	ORDER_NUMBERS,
	ORDER_TIMES
} BinOrder;

/* Ranges in their order, or values, the most frequent first; then other and missing. */
typedef struct BinSet
{
	const char *name;			/* of the field */
	FieldType	type;
	BinOrder	order;
	int			ncuts;
	Cut		   *cuts;
	int			nbins;
	Bin		   *bins;
} BinSet;

#define other_bin(set) ((set)->nbins - 2)
#define missing_bin(set) ((set)->nbins - 1)

/* Kept rows, with their counts. */
typedef struct BinCounts
{
	int64	   *best;
	int64	   *rest;
	const Cell *other;			/* the most frequent value among the others, ... */
	double		other_rows;		/* ... which so many rows have */
} BinCounts;

/* bins.c */
extern const ViewField *view_field(const SketchView *view, const char *name);
extern BinSet *make_drift_bins(const SketchView *view, const ViewField *f, int max_bins);
extern BinSet *make_item_bins(const SketchView *view, const ViewField *f);
extern BinSet *cut_drift_bins(const ViewField *f, BinOrder order, Cut *cuts, int ncuts);
extern BinOrder field_order(const ViewField *f, int *first, int *last);
extern Cell number_cut_cell(FieldType type, const char *text);
extern BinCounts count_drift_bins(const BinSet *set, const SketchView *view, const ViewField *f);
extern double rows_of_value(const SketchView *view, const ViewField *f, int i);
extern double rare_rows(const SketchView *view);

/* ---- arguments ---- */

typedef struct DriftOptions
{
	int			bins;
	bool		chinese;
	bool		smooth;			/* "zero" is not "none" */
	JsonbContainer *cuts;		/* an array, or NULL */
} DriftOptions;

/* drift_options.c */
extern void parse_drift_options(Jsonb *json, const char *const *known, DriftOptions *options);

/* psi.c */
extern double *read_cuts(ArrayType *array, int *ncuts);

/* woe.c: NaN where it has no value */
extern double evidence_of(const BinCounts *counts, const SketchView *view, int bin, bool smooth, double *iv);

/* drift_words.c */
extern char *bin_label(const BinSet *set, const Bin *bin);
extern char *bin_words(const BinSet *set, const Bin *bin, bool chinese);
extern char *item_words(const ViewField *f, const Cell *item, bool chinese);
extern char *move_words(const char *what, double from, double to);

#endif							/* ICP_DRIFT_H */

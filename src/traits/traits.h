/*
 * traits.h
 *		From a sketch to traits: conditions that the best rows share and the
 *		rest do not.
 *
 * Items are conditions on one field (items.c, intervals.c).  Patterns are up to
 * three items that hold together, found on the best rows alone, which are few
 * (mine.c), and counted on all rows afterwards (count.c).  What was found is
 * then held against what was searched (permute.c, family.c), and what says the
 * same twice is taken out (prune.c).
 */
#ifndef ICP_TRAITS_H
#define ICP_TRAITS_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "sketch/spelling.h"
#include "sketch/view.h"
#include "stats/stats.h"
#include "traits/bitmap.h"
#include "utils/jsonb.h"

#define MAX_ORDER 3
#define MAX_INTERVALS 3			/* of a field, beside years and quarters */

/* More combinations than this are nobody's to read; 24 bytes each. */
#define MAX_PATTERNS 4000000

/* ---- what is asked ---- */

typedef enum Adjustment
{
	ADJUST_AUTO,				/* Westfall-Young where that is cheap, else BH */
	ADJUST_WESTFALL_YOUNG,
	ADJUST_BH,
	ADJUST_BY,
	ADJUST_BONFERRONI,
	ADJUST_NONE
} Adjustment;

typedef struct TraitOptions
{
	int			max_order;
	double		min_share;
	double		min_lift;
	double		max_q;
	int			top;
	bool		negations;
	bool		same_order_family;	/* adjust within each order alone */
	bool		intervals;
	bool		prune;
	bool		chinese;
	int			permutations;
	int64		seed;
	Adjustment	adjust;
	List	   *exclude;		/* of char * */
	List	   *include;
} TraitOptions;

/* options.c */
extern void parse_trait_options(Jsonb *json, TraitOptions *options);
extern void check_max_order(int max_order);
extern void check_trait_fields(const SketchView *view, const TraitOptions *options);

/* ---- items ---- */

typedef enum ItemSort
{
	ITEM_EQUALS,				/* a value, or an element of a list */
	ITEM_MISSING,
	ITEM_INTERVAL
} ItemSort;

/*
 * A condition on one field.  A row of another than a list field meets it if its
 * code is among first to last.
 */
typedef struct TraitItem
{
	int			field;
	ItemSort	sort;
	bool		is_list;		/* the list has the element; a row may have several */
	bool		negated;		/* known, and not so */
	bool		was_picked;		/* a text that was kept because best rows have it */
	uint32		first;
	uint32		last;
	int64		best_n;			/* kept rows that meet it, with counts */
	int64		all_n;
	Bound		low;			/* of intervals */
	Bound		high;
	uint64	   *positives;		/* which of the best rows meet it */
	uint64	   *rows;			/* which of all loaded rows do; NULL: not loaded */
} TraitItem;

static inline bool
item_has_code(const TraitItem *item, uint32 code)
{
	if (item->negated && code == CODE_MISSING)
		return false;
	return (code - item->first <= item->last - item->first) != item->negated;
}

/* ---- patterns ---- */

#define NO_PATTERN PG_UINT32_MAX

/* Items of a pattern: those of its parent, and one that comes after them. */
typedef struct Pattern
{
	uint32		parent;			/* or NO_PATTERN */
	int32		item;
	int64		best_n;			/* kept rows, with counts */
	int64		all_n;
} Pattern;

typedef struct ItemSet
{
	int			n;
	int			items[MAX_ORDER];	/* ascending */
} ItemSet;

typedef struct Search
{
	SketchView *view;
	TraitOptions options;
	int64		best;			/* kept rows, with counts */
	int64		total;
	int64		least;			/* a trait holds on so many best rows, at least */
	bool		all_fields;		/* whatever their role */
	bool		skip_hopeless;	/* leave out what can never be significant */

	int64		npositives;		/* kept best rows */
	int64		nwords;			/* of their bitmaps */
	uint32	   *positive_rows;
	CountPlanes positive_planes;
	CountPlanes row_planes;

	TraitItem	   *items;			/* by field */
	int			nitems;
	int			max_items;
	int64		first_row;		/* rows whose bitmaps the items have */
	int64		nrows;

	Pattern    *patterns;		/* each before its children */
	uint32		npatterns;
	uint32		max_patterns;
	double	   *log_p;			/* of each pattern */
	double	   *q;
	double		log_p_bar;		/* what is not above it is significant */
	bool		permuted;		/* q by permutations */
	double		refinements;	/* conditions that could be added to a pattern */
} Search;

/* items.c */
extern void begin_search(Search *search);
extern bool field_takes_part(const Search *search, int field);
extern void choose_items(Search *search);
extern TraitItem *add_item(Search *search, const TraitItem *item);

/* intervals.c */
typedef struct Run
{
	int			first;			/* values, by index */
	int			last;
	int64		best_n;
	int64		all_n;
} Run;

extern int	best_runs(const int64 *best_n, const int64 *all_n, int nvalues,
					  int64 best, int64 total, Run *runs);
extern int	list_periods(const ViewField *f, Run **periods);
extern void add_intervals(Search *search, int field);

/* bounds.c: intervals that read well */
extern bool snap_run(const Search *search, int field, Run *run, Bound *low, Bound *high);
extern bool spell_run(const ViewField *field, const Run *run, Bound *low, Bound *high);

/* rows.c: which rows meet an item */
extern void load_positives(Search *search);
extern void load_rows(Search *search, const bool *wanted, int64 first, int64 nrows);
extern int64 rows_that_fit(const Search *search, int nitems);
extern void unload_rows(Search *search);

/* mine.c, count.c */
extern void mine(Search *search);
extern void count_patterns(Search *search);
extern ItemSet pattern_items(const Search *search, uint32 pattern);
extern int	pattern_order(const Search *search, uint32 pattern);

/* evidence.c, permute.c, family.c */
extern FourCells pattern_cells(const Search *search, uint32 pattern);
extern void weigh(Search *search);
extern int	affordable_permutations(const Search *search);
extern void permute(Search *search, int permutations);
extern double family_size(const Search *search, int order);
extern double count_refinements(const Search *search);
extern double picked_family(const Search *search, uint32 pattern);

/* prune.c */
typedef struct Trait
{
	uint32		pattern;
	ItemSet		set;
	double		score;
	double		adds;
	List	   *same_as;		/* of char * */
} Trait;

extern List *choose_traits(Search *search);

/* traits.c */
extern void share_of_traits_kept(SketchView *view, const int32 *best, int n, double *share);

/* words.c, where.c */
extern char *trait_text(const Search *search, const ItemSet *set);
extern char *item_text(const Search *search, const TraitItem *item);
extern void put_where(StringInfo buf, const SketchView *view, const TraitItem *item);
extern char *trait_where(const Search *search, const ItemSet *set);
extern void put_condition_json(StringInfo buf, const SketchView *view, const TraitItem *item);
extern Datum trait_condition(const Search *search, const ItemSet *set);
extern Datum trait_fields(const Search *search, const ItemSet *set);

#endif							/* ICP_TRAITS_H */

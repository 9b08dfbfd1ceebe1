/*
 * null.h
 *		The same search on rows that were called best at random.
 *
 * Each permutation draws as many rows as are best, and looks for items and
 * patterns among them as the search itself does, with intervals chosen anew.
 * How often a pattern is met among all rows does not depend on who is best, so
 * that this is counted once for all permutations, and only where it matters.
 */
#ifndef ICP_NULL_H
#define ICP_NULL_H

#include "traits/traits.h"

/* How the rows of a slot are kept. */
typedef enum SlotForm
{
	SLOT_LIST,					/* of row numbers, ascending: it has few rows */
	SLOT_RUN,					/* of values of an ordered field */
	SLOT_BITMAP
} SlotForm;

/* An item that some permutation has met. */
typedef struct Slot
{
	int			field;
	bool		is_list;
	bool		negated;
	SlotForm	form;
	uint32		first;
	uint32		last;
	int64		all_n;			/* rows, with counts */
	uint64	   *bits;			/* of a run, if they were needed */
	uint32	   *rows;
	int64		nrows;			/* of rows, or of a run */
	uint32	  **cells;			/* of each ordered field: see slots.c */
} Slot;

/* Of a field with intervals: its rows in the order of its values. */
typedef struct OrderedField
{
	int			field;
	uint32	   *codes;
	uint32	   *rows;			/* by code */
	uint32	   *starts;			/* where each code's rows begin; of codes + 1 */
	uint16	   *cell_of_code;
	uint16	   *cells;			/* of each row */
	uint32	   *cell_starts;	/* first code of each cell */
	int			ncells;
} OrderedField;

/* An item of one permutation. */
typedef struct DrawnItem
{
	uint32		permutation;
	uint32		slot;
	uint32		drawn;			/* rows drawn that meet it */
} DrawnItem;

typedef struct PatternCount PatternCount;

typedef struct NullModel
{
	Search	   *search;
	MemoryContext context;
	int			permutations;
	int64		ndrawn;			/* rows of each permutation */
	int64		nwords;			/* of their bitmaps */
	uint32	   *drawn_rows;		/* permutation by permutation */

	int64		bitmap_bytes;	/* of all slots */
	Slot	   *slots;
	uint32		nslots;
	uint32		max_slots;
	OrderedField **ordered;		/* of each field, or NULL */
	uint32	  **squares;		/* of each two of them: see slots.c */

	DrawnItem  *items;			/* permutation by permutation, by field */
	uint64	   *item_bits;		/* nwords of each */
	int64		nitems;
	int64		max_items;
	int64	   *first_item;		/* of each permutation, and the end */

	PatternCount *counts;		/* hash table of patterns */
	uint64		counts_mask;
	uint64		ncounts;
	List	   *run_bits;		/* slots of runs that have bits now */
	uint64	   *buffer;			/* as long as a bitmap of all rows */
} NullModel;

/* draws.c */
extern void draw_rows(NullModel *null);
extern void find_drawn_items(NullModel *null);

/* slots.c */
extern uint32 new_slot(NullModel *null, const Slot *slot);
extern void order_field(NullModel *null, int field, uint32 *codes);
extern void fill_slots(NullModel *null, int field, uint32 first_slot, const uint32 *codes,
					   const ListCodes *lists);
extern void forget_runs(NullModel *null);
extern int64 count_slots(NullModel *null, const uint32 *slots, int n, int64 limit);

#endif							/* ICP_NULL_H */

/*
 * rows.c
 *		Which rows meet an item, as bitmaps: of the best rows, and of all rows
 *		or a part of them.
 *
 * Fields are opened one after the other, so that only one column of codes is
 * there at a time.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "traits/traits.h"
#include "utils/memutils.h"

/* Codes of so many rows stay in the cache while each item looks at them. */
#define STRIP 8192

/* With more values of a field than this, one look-up a row is cheaper. */
#define MANY_VALUES 12

/*
 * Bitmaps of all rows may take so much; more is done in parts.  Lists have to be
 * read whole for each part, so that fewer and larger ones are better.
 */
#define MAX_BITMAP_BYTES (14 * 1024 * 1024)
#define MAX_BITMAP_BYTES_OF_LISTS (40 * 1024 * 1024)

#define NO_ITEM PG_UINT16_MAX

/* The items of one field, and where their bits go. */
typedef struct Marker
{
	TraitItem **items;
	uint64	  **bits;
	int			n;
	bool		is_narrow;		/* codes fit into bytes */
	uint16	   *by_code;		/* NULL, or each code's item of one value */
} Marker;

static bool
is_one_code(const TraitItem *item)
{
	return item->first == item->last && !item->negated;
}

static void
index_codes(Marker *marker, const ViewField *f)
{
	int			n = 0;

	marker->is_narrow = !f->is_list && f->nvalues + CODE_FIRST <= PG_UINT8_MAX + 1;
	for (int i = 0; i < marker->n; i++)
		n += is_one_code(marker->items[i]);
	if (marker->is_narrow || n < (f->is_list ? 1 : MANY_VALUES) || marker->n >= NO_ITEM)
		return;
	marker->by_code = MemoryContextAllocHuge(CurrentMemoryContext,
											 sizeof(uint16) * (f->nvalues + CODE_FIRST));
	memset(marker->by_code, 0xff, sizeof(uint16) * (f->nvalues + CODE_FIRST));
	for (int i = 0; i < marker->n; i++)
	{
		if (is_one_code(marker->items[i]))
			marker->by_code[marker->items[i]->first] = i;
	}
}

/* Keeps of the bits those of rows where the field is known, and so not. */
static void
negate(uint64 *bits, const uint64 *known, int64 nwords)
{
	for (int64 w = 0; w < nwords; w++)
		bits[w] = known[w] & ~bits[w];
}

/* The codes of a strip, as bytes too if they fit. */
typedef struct Strip
{
	const uint32 *codes;
	const uint8 *bytes;			/* or NULL */
	int64		n;				/* STRIP at most */
} Strip;

static void
mark_run(const Strip *strip, uint64 *bits, uint32 first, uint32 last)
{
	const BitmapKernels *kernels = bitmap_kernels();

	if (strip->bytes)
		kernels->mark_byte_range(bits, strip->bytes, strip->n, first, Min(last, PG_UINT8_MAX));
	else
		kernels->mark_range(bits, strip->codes, strip->n, first, last);
}

/* The bits begin at a whole word. */
static void
mark_strip(const Marker *marker, const uint32 *codes, int64 at, int64 n)
{
	int64		word = at / WORD_BITS;
	uint64		known[STRIP / WORD_BITS];
	uint8		bytes[STRIP];
	Strip		strip = {.codes = codes, .n = n};

	if (marker->is_narrow)
	{
		bitmap_kernels()->narrow(bytes, codes, n);
		strip.bytes = bytes;
	}
	for (int i = 0; i < marker->n; i++)
	{
		const TraitItem *item = marker->items[i];

		if (marker->by_code && is_one_code(item))
			continue;
		mark_run(&strip, marker->bits[i] + word, item->first, item->last);
		if (!item->negated)
			continue;
		mark_run(&strip, known, CODE_MISSING + 1, PG_UINT32_MAX);
		negate(marker->bits[i] + word, known, words_of(n));
	}
	for (int64 i = 0; marker->by_code && i < n; i++)
	{
		uint16		item = marker->by_code[codes[i]];

		if (item != NO_ITEM)
			set_bit(marker->bits[item], at + i);
	}
}

/* One row's codes, as bit at. */
static void
mark_list(const Marker *marker, const ListCodes *lists, int64 row, int64 at, uint64 *known)
{
	uint32		start = lists->starts[row];
	uint32		end = lists->starts[row + 1];

	if (start == end || lists->codes[start] != CODE_MISSING)
		set_bit(known, at);
	if (marker->by_code == NULL)
		return;
	for (uint32 i = start; i < end; i++)
	{
		uint16		item = marker->by_code[lists->codes[i]];

		if (item != NO_ITEM)
			set_bit(marker->bits[item], at);
	}
}

/* A negated item's bits, from those of the item that it denies. */
static void
negate_list_items(const Marker *marker, const ListCodes *lists, const uint32 *rows,
				  int64 first, int64 n, const uint64 *known)
{
	for (int i = 0; i < marker->n; i++)
	{
		const TraitItem *item = marker->items[i];

		if (!item->negated)
			continue;
		for (int64 at = 0; at < n && item->sort == ITEM_EQUALS; at++)
		{
			int64		row = rows ? rows[at] : first + at;

			for (uint32 c = lists->starts[row]; c < lists->starts[row + 1]; c++)
			{
				if (lists->codes[c] == item->first)
					set_bit(marker->bits[i], at);
			}
		}
		negate(marker->bits[i], known, words_of(n));
	}
}

/* rows: which ones, or NULL for n of them from first on. */
static void
mark_lists(const Marker *marker, const ListCodes *lists, const uint32 *rows,
		   int64 first, int64 n)
{
	uint64	   *known = new_bitmap(n);

	for (int64 at = 0; at < n; at++)
	{
		if (at % STRIP == 0)
			CHECK_FOR_INTERRUPTS();
		mark_list(marker, lists, rows ? rows[at] : first + at, at, known);
	}
	negate_list_items(marker, lists, rows, first, n, known);
	pfree(known);
}

/* ---- loading ---- */

/* What is to be loaded in one go through the fields. */
typedef struct Load
{
	bool		positives;
	bool		rows;
	const bool *wanted;			/* items, or NULL for all */
	int64		first;			/* of rows */
	int64		n;
} Load;

static void
make_marker(Marker *marker, Search *search, int first, int last, const bool *wanted,
			bool positives, int64 nbits)
{
	const ViewField *f = &search->view->fields[search->items[first].field];

	memset(marker, 0, sizeof(Marker));
	marker->items = palloc(sizeof(TraitItem *) * (last - first));
	marker->bits = palloc(sizeof(uint64 *) * (last - first));
	for (int i = first; i < last; i++)
	{
		TraitItem	   *item = &search->items[i];

		if (wanted && !wanted[i])
			continue;
		if (positives)
			item->positives = new_bitmap(nbits);
		else
			item->rows = new_bitmap(nbits);
		marker->items[marker->n] = item;
		marker->bits[marker->n++] = positives ? item->positives : item->rows;
	}
	index_codes(marker, f);
}

static void
free_marker(Marker *marker)
{
	pfree(marker->items);
	pfree(marker->bits);
	if (marker->by_code)
		pfree(marker->by_code);
}

static void
load_list_field(Search *search, const Load *load, int field, int first, int last)
{
	ListCodes	lists = view_list_codes(search->view, field);
	Marker		marker;

	if (load->positives)
	{
		make_marker(&marker, search, first, last, NULL, true, search->npositives);
		mark_lists(&marker, &lists, search->positive_rows, 0, search->npositives);
		free_marker(&marker);
	}
	if (load->rows)
	{
		make_marker(&marker, search, first, last, load->wanted, false, load->n);
		mark_lists(&marker, &lists, NULL, load->first, load->n);
		free_marker(&marker);
	}
	pfree(lists.starts);
	pfree(lists.codes);
}

/* Marks the rows of a strip that are to be loaded; all is in whole words. */
static void
load_strip(const Load *load, const Marker *marker, const uint32 *codes, int64 at, int64 n)
{
	int64		from = Max(at, load->first);
	int64		to = Min(at + n, load->first + load->n);

	if (from < to)
		mark_strip(marker, codes + (from - at), from - load->first, to - from);
}

/* From the codes of the best rows. */
static void
mark_positives(Search *search, int first, int last, const uint32 *codes)
{
	Marker		marker;

	make_marker(&marker, search, first, last, NULL, true, search->npositives);
	for (int64 at = 0; at < search->npositives; at += STRIP)
		mark_strip(&marker, codes + at, at, Min(STRIP, search->npositives - at));
	free_marker(&marker);
}

static void
load_plain_field(Search *search, const Load *load, int field, int first, int last)
{
	CodeReader *reader = open_codes(search->view, field);
	uint32	   *codes = palloc(sizeof(uint32) * STRIP);
	uint32	   *gathered = palloc_extended(sizeof(uint32) * Max(search->npositives, 1),
										   MCXT_ALLOC_HUGE);
	int64		end = load->positives ? search->view->nrows : load->first + load->n;
	int64		next = 0;		/* of the best rows, which are in their order */
	Marker		marker;

	if (load->rows)
		make_marker(&marker, search, first, last, load->wanted, false, load->n);
	if (!load->positives)
		skip_codes(reader, load->first);
	for (int64 at = load->positives ? 0 : load->first; at < end; at += STRIP)
	{
		int64		n = Min(STRIP, end - at);

		read_codes(reader, codes, n);
		for (; load->positives && next < search->npositives && search->positive_rows[next] < at + n; next++)
			gathered[next] = codes[search->positive_rows[next] - at];
		if (load->rows)
			load_strip(load, &marker, codes, at, n);
	}
	if (load->rows)
		free_marker(&marker);
	if (load->positives)
		mark_positives(search, first, last, gathered);
	pfree(gathered);
	pfree(codes);
	close_codes(reader);
}

static bool
any_wanted(const Load *load, int first, int last)
{
	if (load->positives || load->wanted == NULL)
		return true;
	for (int i = first; i < last; i++)
	{
		if (load->wanted[i])
			return true;
	}
	return false;
}

static void
load_fields(Search *search, const Load *load)
{
	int			last;

	for (int first = 0; first < search->nitems; first = last)
	{
		int			field = search->items[first].field;

		CHECK_FOR_INTERRUPTS();
		for (last = first; last < search->nitems && search->items[last].field == field;)
			last++;
		if (!any_wanted(load, first, last))
			continue;
		if (search->view->fields[field].is_list)
			load_list_field(search, load, field, first, last);
		else
			load_plain_field(search, load, field, first, last);
	}
}

static bool
has_lists(const Search *search)
{
	for (int i = 0; i < search->nitems; i++)
	{
		if (search->items[i].is_list)
			return true;
	}
	return false;
}

/* Of how many rows the bitmaps of so many items fit into memory. */
int64
rows_that_fit(const Search *search, int nitems)
{
	int64		bytes = has_lists(search) ? MAX_BITMAP_BYTES_OF_LISTS : MAX_BITMAP_BYTES;
	int64		strips = bytes / Max(nitems, 1) / (STRIP / 8);

	return Min(search->view->nrows, Max(strips, 1) * STRIP);
}

void
unload_rows(Search *search)
{
	for (int i = 0; i < search->nitems; i++)
	{
		if (search->items[i].rows)
			pfree(search->items[i].rows);
		search->items[i].rows = NULL;
	}
	search->nrows = 0;
}

/* The best rows of each item, and while the fields are open some of all rows too. */
void
load_positives(Search *search)
{
	Load		load = {
		.positives = true,
		.rows = search->options.max_order > 1,
		.n = rows_that_fit(search, search->nitems)
	};

	load_fields(search, &load);
	search->first_row = 0;
	search->nrows = load.rows ? load.n : 0;
}

/* The rows from first on of the items wanted; what was loaded before is gone. */
void
load_rows(Search *search, const bool *wanted, int64 first, int64 nrows)
{
	Load		load = {.rows = true, .wanted = wanted, .first = first, .n = nrows};

	unload_rows(search);
	load_fields(search, &load);
	search->first_row = first;
	search->nrows = nrows;
}

/*
 * bins.c
 *		A field cut into bins, and how rows fall into them.
 *
 * Numbers and times are cut into about equally many rows.  Where exactly is
 * nobody's business but the reader's: a cut may move by a quarter of a bin to
 * the roundest number or the coarsest edge of the calendar that is there.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"
#include "validate/drift.h"

/* How far a cut may move to be round, as a share of a bin. */
#define ROOM_TO_MOVE 0.25

/* Bins of fewer rows than this would mostly show chance. */
#define ROWS_PER_BIN 10

/* Values that so many rows have are frequent enough for a bin: see rare_rows(). */
#define FREQUENT_SHARE 0.01
#define FREQUENT_ROWS 5
#define MAX_VALUES 20

/* ---- fields and rows ---- */

/* NULL if there is none. */
const ViewField *
view_field(const SketchView *view, const char *name)
{
	for (int i = 0; i < view->nfields; i++)
	{
		if (strcmp(view->fields[i].name, name) == 0)
			return &view->fields[i];
	}
	return NULL;
}

static double
rows_of(const SketchView *view, int64 best, int64 rest)
{
	return best * view->best_weight + rest * view->rest_weight;
}

double
rows_of_value(const SketchView *view, const ViewField *f, int i)
{
	return rows_of(view, f->best_n[i], f->rest_n[i]);
}

/*
 * What fewer rows have is rare: 1 % of them, and 5 rows; of a sketch of few
 * rows, whose values are all that there is to see, a tenth of them.
 */
double
rare_rows(const SketchView *view)
{
	double		kept = view->best_n + view->rest_n;
	double		least = Max(kept * FREQUENT_SHARE, Min(kept / 10, FREQUENT_ROWS));

	return least / Max(kept, 1) * rows_of(view, view->best_n, view->rest_n);
}

/* ---- order ---- */

/* In microseconds, with what lies beyond them at their ends. */
static int64
time_key(const Cell *cell)
{
	int64		word = (int64) cell->word;

	if (cell->kind != CELL_DATE)
		return word;
	if (word >= PG_INT64_MAX / USECS_PER_DAY)
		return PG_INT64_MAX;
	if (word <= PG_INT64_MIN / USECS_PER_DAY)
		return PG_INT64_MIN;
	return word * USECS_PER_DAY;
}

static BinOrder
cell_order(const Cell *cell)
{
	if (cell_is_number(cell->kind))
		return ORDER_NUMBERS;
	return cell_is_time(cell->kind) ? ORDER_TIMES : ORDER_NONE;
}

/*
 * What the field's ranges would be of, and which of its values: they lie side by
 * side.  JSON may hold some numbers among texts, which do not make an order.
 */
BinOrder
field_order(const ViewField *f, int *first, int *last)
{
	int64		known = f->known_best + f->known_rest;
	int			next = 0;

	*first = *last = 0;
	while (next < f->nvalues)
	{
		BinOrder	order = cell_order(&f->values[next]);
		int64		rows = 0;

		*first = next;
		for (; next < f->nvalues && cell_order(&f->values[next]) == order; next++)
			rows += f->best_n[next] + f->rest_n[next];
		*last = next - 1;
		if (order != ORDER_NONE && rows * 2 > known)
			return order;
	}
	return ORDER_NONE;
}

static bool
is_below(const BinSet *set, const Cell *cell, const Cut *cut)
{
	if (set->order == ORDER_TIMES)
		return time_key(cell) < cut->bound.time;
	return compare_cells(cell, &cut->cell) < 0;
}

/* The cell that a bound is for the values of its field. */
Cell
number_cut_cell(FieldType type, const char *text)
{
	Numeric		number;

	if (type == FIELD_REAL)
		return real_cell(strtod(text, NULL));
	if (!parse_number_text(text, strlen(text), &number))
		return (Cell) {.kind = CELL_NULL};
	return numeric_cell(NumericGetDatum(number));
}

/* ---- cuts ---- */

/* A round bound above one value and not above another. */
static bool
spell_between(const ViewField *f, int below, int above, Cut *cut)
{
	Cell		pair[2] = {f->values[below], f->values[above]};
	ViewField	gap = {.type = f->type, .nvalues = 2, .values = pair};

	if (!spell_cut(&gap, 1, &cut->bound))
		return false;
	if (!cell_is_time(pair[0].kind))
		cut->cell = number_cut_cell(f->type, cut->bound.text);
	return true;
}

/*
 * The places where a cut may be, after the last one: place i is between value
 * i - 1 and value i, with below[i] rows below it.  If there is none near enough,
 * the nearest, which may be the last cut itself, or either end.
 */
static void
find_places(const double *below, int n, double target, double room, int used, int *low, int *high)
{
	int			i = used + 1;

	while (i < n && below[i] < target - room)
		i++;
	*low = i;
	while (i < n && below[i] <= target + room)
		i++;
	*high = i - 1;
	if (*low <= *high)
		return;
	if (target - below[*high] <= below[*low] - target)
		*low = *high;
	*high = *low;
}

static void
find_cuts(BinSet *set, const SketchView *view, const ViewField *f, int first, int last, int wanted)
{
	int			n = last - first + 1;
	double	   *below = palloc_extended(sizeof(double) * (n + 1), MCXT_ALLOC_HUGE);
	int			used = 0;

	below[0] = 0;
	for (int i = 0; i < n; i++)
		below[i + 1] = below[i] + rows_of_value(view, f, first + i);
	set->cuts = palloc(sizeof(Cut) * wanted);
	for (int k = 1; k < wanted; k++)
	{
		Cut		   *cut = &set->cuts[set->ncuts];
		double		size = below[n] / wanted;
		int			low;
		int			high;

		CHECK_FOR_INTERRUPTS();
		find_places(below, n, k * size, size * ROOM_TO_MOVE, used, &low, &high);
		if (low <= used || low >= n || !spell_between(f, first + low - 1, first + high, cut))
			continue;
		used = low;
		while (used < high && is_below(set, &f->values[first + used], cut))
			used++;
		set->ncuts++;
	}
	pfree(below);
}

/* ---- making bins ---- */

static BinSet *
new_set(const ViewField *f)
{
	BinSet	   *set = palloc0(sizeof(BinSet));

	set->name = f->name;
	set->type = f->type;
	return set;
}

/* Room for n bins and those that there always are. */
static void
begin_bins(BinSet *set, int n)
{
	set->nbins = n + 2;
	set->bins = palloc0(sizeof(Bin) * set->nbins);
	set->bins[other_bin(set)].sort = BIN_OTHER;
	set->bins[missing_bin(set)].sort = BIN_MISSING;
}

static void
set_ranges(BinSet *set)
{
	begin_bins(set, set->ncuts + 1);
	for (int i = 0; i <= set->ncuts; i++)
	{
		set->bins[i].sort = BIN_RANGE;
		if (i > 0)
		{
			set->bins[i].low = set->cuts[i - 1].bound;
			set->bins[i].low.given = set->bins[i].low.closed = true;
		}
		if (i < set->ncuts)
		{
			set->bins[i].high = set->cuts[i].bound;
			set->bins[i].high.given = true;
			set->bins[i].high.closed = false;
		}
	}
}

typedef struct FrequentValue
{
	int			value;
	double		rows;
} FrequentValue;

static int
compare_frequent(const void *a, const void *b)
{
	const FrequentValue *x = a;
	const FrequentValue *y = b;

	if (x->rows != y->rows)
		return x->rows < y->rows ? 1 : -1;
	return (x->value > y->value) - (x->value < y->value);
}

static void
set_values_of(BinSet *set, const SketchView *view, const ViewField *f)
{
	FrequentValue *frequent = palloc_extended(sizeof(FrequentValue) * Max(f->nvalues, 1), MCXT_ALLOC_HUGE);
	double		least = rare_rows(view);
	int			n = 0;

	for (int i = 0; i < f->nvalues; i++)
	{
		double		rows = rows_of_value(view, f, i);

		if (rows > 0 && rows >= least)
			frequent[n++] = (FrequentValue) {i, rows};
	}
	qsort(frequent, n, sizeof(FrequentValue), compare_frequent);
	n = Min(n, MAX_VALUES);
	begin_bins(set, n);
	for (int i = 0; i < n; i++)
		set->bins[i] = (Bin) {.sort = BIN_VALUE, .value = f->values[frequent[i].value]};
	pfree(frequent);
}

/* Bins of a field that is no list. */
BinSet *
make_drift_bins(const SketchView *view, const ViewField *f, int max_bins)
{
	BinSet	   *set = new_set(f);
	int64		affordable = (view->best_n + view->rest_n) / ROWS_PER_BIN;
	int			first;
	int			last;

	set->order = field_order(f, &first, &last);
	if (set->order == ORDER_NONE)
	{
		set_values_of(set, view, f);
		return set;
	}
	find_cuts(set, view, f, first, last, (int) Max(Min(affordable, max_bins), 2));
	set_ranges(set);
	return set;
}

/* A bin for each frequent value, whatever their order. */
BinSet *
make_item_bins(const SketchView *view, const ViewField *f)
{
	BinSet	   *set = new_set(f);

	set_values_of(set, view, f);
	return set;
}

/* Bins of a field whose cuts are given. */
BinSet *
cut_drift_bins(const ViewField *f, BinOrder order, Cut *cuts, int ncuts)
{
	BinSet	   *set = new_set(f);

	set->order = order;
	set->cuts = cuts;
	set->ncuts = ncuts;
	set_ranges(set);
	return set;
}

/* ---- counting ---- */

static int
bin_of(const BinSet *set, const Cell *cell)
{
	int			low = 0;
	int			high = set->ncuts;

	if (set->order == ORDER_NONE)
	{
		for (int i = 0; i < other_bin(set); i++)
		{
			if (compare_cells(cell, &set->bins[i].value) == 0)
				return i;
		}
		return other_bin(set);
	}
	if (cell_order(cell) != set->order)
		return other_bin(set);
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (is_below(set, cell, &set->cuts[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

BinCounts
count_drift_bins(const BinSet *set, const SketchView *view, const ViewField *f)
{
	BinCounts	counts = {0};

	counts.best = palloc0(sizeof(int64) * set->nbins);
	counts.rest = palloc0(sizeof(int64) * set->nbins);
	counts.best[other_bin(set)] = f->other_best;
	counts.rest[other_bin(set)] = f->other_rest;
	counts.best[missing_bin(set)] = view->best_n - f->known_best;
	counts.rest[missing_bin(set)] = view->rest_n - f->known_rest;
	for (int i = 0; i < f->nvalues; i++)
	{
		int			bin = bin_of(set, &f->values[i]);
		double		rows = rows_of_value(view, f, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		counts.best[bin] += f->best_n[i];
		counts.rest[bin] += f->rest_n[i];
		if (bin == other_bin(set) && rows > counts.other_rows)
		{
			counts.other = &f->values[i];
			counts.other_rows = rows;
		}
	}
	return counts;
}

/*
 * features.c
 *		Fields in bins, and rows in an order of their own.
 *
 * Bins look at the fields alone and not at who is best, so that all folds can
 * share them.
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "miscadmin.h"
#include "stats/stats.h"

/* Values with fewer rows have no bin of their own. */
#define MIN_ROWS 3

/* A bin of ranges has such a share of the rows, or more. */
#define LEAST_SHARE 0.002

/* Elements of one list field that become features: the most frequent. */
#define MAX_ELEMENTS 32

/* A cut may move by so much of a bin for a shorter spelling. */
#define CUT_PLAY 0.3

/* Rows read at a time. */
#define STRIP 4096

/* Rows are sorted in so many shares, by the first bits of their hashes. */
#define NSHARES 256
#define SHARE_OF(hash) ((hash) >> 56)

/* Of more equal rows, how many come into a fold is drawn at once. */
#define MANY_ROWS 64

#define GOLDEN UINT64CONST(0x9E3779B97F4A7C15)

/* ---- which fields ---- */

static bool
names_field(List *names, const char *field)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		const char *name = lfirst(lc);
		size_t		length = strlen(name);

		/* a JSON column stands for all of its keys */
		if (strncmp(field, name, length) == 0 && (field[length] == '\0' || field[length] == '.'))
			return true;
	}
	return false;
}

bool
is_ignored(const LearnOptions *options, const char *field)
{
	return names_field(options->ignore, field) ||
		(options->only != NIL && !names_field(options->only, field));
}

bool
may_learn_from(const SketchView *view, const LearnOptions *options, int field)
{
	const ViewField *f = &view->fields[field];

	if (is_ignored(options, f->name))
		return false;
	return f->role == ROLE_TRAIT || f->role == ROLE_HIGH_CARDINALITY ||
		(f->role != ROLE_CONSTANT && names_field(options->include, f->name));
}

/* ---- ranges ---- */

static int64
rows_with(const ViewField *f, int value)
{
	return f->best_n[value] + f->rest_n[value];
}

/* The value at which the next bin begins: near to where `from` rows are below it. */
static int
choose_cut(const ViewField *f, const int64 *below, int first, double from, double play, Bound *cut)
{
	int			choice = -1;
	int			least = 0;

	for (int i = first; i < f->nvalues && below[i] <= from + play; i++)
	{
		Bound		bound;
		Decimal		decimal = {0};
		int			cost;

		if (below[i] < from - play)
			continue;
		cost = spell_low(f, i, &bound, &decimal);
		if (cost == COST_NONE || (choice >= 0 && cost >= least))
			continue;
		least = cost;
		choice = i;
	}
	if (choice >= 0 && spell_cut(f, choice, cut))
		return choice;
	/* after a value that alone has more rows than a bin, or the first one that can be spelled */
	for (int i = first; i < f->nvalues; i++)
	{
		if (below[i] >= from && spell_cut(f, i, cut))
			return i;
	}
	return -1;
}

/* Where bins are on the line of values: at their means, as far as these are finite. */
static void
place_bins(const ViewField *f, Feature *feature, const uint8 *bin_of)
{
	double		rows[MAX_RANGES + 1] = {0};

	for (int i = 0; i < f->nvalues; i++)
	{
		double		value = cell_is_time(f->values[i].kind) ? (double) cell_time(&f->values[i]) :
			cell_real(&f->values[i]);

		if (isinf(value) || fabs(value) > 1e100)
			continue;
		rows[bin_of[i]] += rows_with(f, i);
		feature->place[bin_of[i]] += (value - feature->place[bin_of[i]]) * rows_with(f, i) / rows[bin_of[i]];
	}
}

/* Bins of about equally many rows, with cuts that read well; the bin of each value. */
static void
cut_ranges(const ViewField *f, Feature *feature, uint8 *bin_of)
{
	int64	   *below = palloc_extended(sizeof(int64) * (f->nvalues + 1), MCXT_ALLOC_HUGE);
	double		size;
	int			start = 0;
	int			bin = 1;

	below[0] = 0;
	for (int i = 0; i < f->nvalues; i++)
		below[i + 1] = below[i] + rows_with(f, i);
	size = Max((double) below[f->nvalues] * LEAST_SHARE, MIN_ROWS);
	while (bin < MAX_RANGES)
	{
		double		left = below[f->nvalues] - below[start];
		double		step = Max(left / (MAX_RANGES + 1 - bin), size);
		int			next = choose_cut(f, below, start + 1, below[start] + step, step * CUT_PLAY,
									  &feature->cuts[bin + 1]);

		CHECK_FOR_INTERRUPTS();
		if (next < 0 || below[f->nvalues] - below[next] < MIN_ROWS)
			break;
		for (; start < next; start++)
			bin_of[start] = bin;
		bin++;
	}
	for (; start < f->nvalues; start++)
		bin_of[start] = bin;
	feature->nbins = bin + 1;
	pfree(below);
	place_bins(f, feature, bin_of);
}

/* ---- values ---- */

typedef struct Frequency
{
	int64		rows;
	int			value;
} Frequency;

static int
compare_frequencies(const void *a, const void *b)
{
	const Frequency *x = a;
	const Frequency *y = b;

	if (x->rows != y->rows)
		return x->rows > y->rows ? -1 : 1;
	return x->value - y->value;
}

/* The values by number of rows, without those kept because best rows have them. */
static Frequency *
list_frequencies(const SketchView *view, const ViewField *f, int *n)
{
	Frequency  *list = palloc_extended(sizeof(Frequency) * Max(f->nvalues, 1), MCXT_ALLOC_HUGE);

	*n = 0;
	for (int i = 0; i < f->nvalues; i++)
	{
		if (f->values[i].kind == CELL_OPAQUE || rows_with(f, i) < MIN_ROWS ||
			(cell_is_text(f->values[i].kind) && f->values[i].kind == CELL_TEXT &&
			 f->values[i].text == NULL) || is_kept_for_best(view, f, i))
			continue;
		list[(*n)++] = (Frequency) {rows_with(f, i), i};
	}
	qsort(list, *n, sizeof(Frequency), compare_frequencies);
	return list;
}

static void
take_values(const SketchView *view, const ViewField *f, Feature *feature, uint8 *bin_of)
{
	int			n;
	Frequency  *list = list_frequencies(view, f, &n);

	memset(bin_of, OTHER_BIN, Max(f->nvalues, 1));
	feature->nbins = OTHER_BIN + 1;
	for (int i = 0; i < n && feature->nbins < MAX_BINS; i++)
	{
		bin_of[list[i].value] = feature->nbins;
		feature->values[feature->nbins++] = list[i].value;
	}
	pfree(list);
}

/* ---- reading the rows ---- */

/*
 * Where each row comes from.  A kept row that occurs often is several rows, with
 * a share of its count in each fold.
 */
typedef struct Order
{
	int64		nkept;			/* rows of the sketch */
	uint32	   *source;			/* of each row: the kept one */
	uint8	   *kept_bins;		/* of one field: room for the bins of the kept rows */
} Order;

static void
take_bins(const Order *order, const Rows *rows, Feature *feature)
{
	bool		seen[MAX_BINS] = {false};

	CHECK_FOR_INTERRUPTS();
	for (int64 i = 0; i < rows->n; i++)
	{
		feature->bins[i] = order->kept_bins[order->source[i]];
		seen[feature->bins[i]] = true;
	}
	for (int bin = 0; bin < MAX_BINS; bin++)
	{
		if (seen[bin])
			set_add(&feature->seen, bin);
	}
}

static void
read_bins(const SketchView *view, const Order *order, int field, const uint8 *bin_of)
{
	CodeReader *reader = open_codes(view, field);
	uint32	   *codes = palloc(sizeof(uint32) * STRIP);

	for (int64 at = 0; at < order->nkept; at += STRIP)
	{
		int64		some = Min(STRIP, order->nkept - at);

		CHECK_FOR_INTERRUPTS();
		read_codes(reader, codes, some);
		for (int64 i = 0; i < some; i++)
			order->kept_bins[at + i] = codes[i] >= CODE_FIRST ? bin_of[codes[i] - CODE_FIRST] :
				codes[i] == CODE_OTHER ? OTHER_BIN : MISSING_BIN;
	}
	close_codes(reader);
	pfree(codes);
}

static void
read_element(const ListCodes *lists, const Order *order, int value)
{
	for (int64 row = 0; row < order->nkept; row++)
	{
		uint8		bin = OTHER_BIN;

		if (row % STRIP == 0)
			CHECK_FOR_INTERRUPTS();
		for (uint32 i = lists->starts[row]; i < lists->starts[row + 1]; i++)
		{
			if (lists->codes[i] == CODE_MISSING)
				bin = MISSING_BIN;
			else if (lists->codes[i] == (uint32) (CODE_FIRST + value))
				bin = OTHER_BIN + 1;
		}
		order->kept_bins[row] = bin;
	}
}

/* ---- features ---- */

static Feature *
add_feature(Rows *rows, int field, FeatureSort sort)
{
	Feature    *feature;

	rows->features = rows->nfeatures == 0 ? palloc(sizeof(Feature)) :
		repalloc_huge(rows->features, sizeof(Feature) * (rows->nfeatures + 1));
	feature = &rows->features[rows->nfeatures++];
	memset(feature, 0, sizeof(Feature));
	feature->field = field;
	feature->sort = sort;
	feature->bins = palloc_extended(Max(rows->n, 1), MCXT_ALLOC_HUGE);
	return feature;
}

static void
add_elements(const SketchView *view, const Order *order, Rows *rows, int field)
{
	const ViewField *f = &view->fields[field];
	ListCodes	lists = view_list_codes(view, field);
	int			n;
	Frequency  *list = list_frequencies(view, f, &n);

	for (int i = 0; i < n && i < MAX_ELEMENTS; i++)
	{
		Feature    *feature;

		if (list[i].rows >= f->known_best + f->known_rest)
			continue;
		feature = add_feature(rows, field, FEATURE_ELEMENT);
		feature->nbins = OTHER_BIN + 2;
		feature->values[OTHER_BIN + 1] = list[i].value;
		read_element(&lists, order, list[i].value);
		take_bins(order, rows, feature);
	}
	pfree(list);
	pfree(lists.starts);
	pfree(lists.codes);
}

static int
wanted_direction(const LearnOptions *options, const char *field)
{
	ListCell   *lc;

	foreach(lc, options->monotone)
	{
		const Monotone *monotone = lfirst(lc);

		if (strcmp(monotone->field, field) == 0)
			return monotone->direction == DIRECTION_UP ? 1 : -1;
	}
	return 0;
}

static void
add_field(const SketchView *view, const LearnOptions *options, const Order *order,
		  Rows *rows, int field)
{
	const ViewField *f = &view->fields[field];
	int			direction = wanted_direction(options, f->name);
	Feature    *feature;
	uint8	   *bin_of;

	if (f->is_list)
	{
		add_elements(view, order, rows, field);
		return;
	}
	bin_of = palloc_extended(Max(f->nvalues, 1), MCXT_ALLOC_HUGE);
	feature = add_feature(rows, field, f->is_ordered && (f->nvalues > 2 || direction != 0) ?
						  FEATURE_RANGES : FEATURE_VALUES);
	if (feature->sort == FEATURE_RANGES)
	{
		cut_ranges(f, feature, bin_of);
		feature->direction = direction;
	}
	else
		take_values(view, f, feature, bin_of);
	read_bins(view, order, field, bin_of);
	take_bins(order, rows, feature);
	pfree(bin_of);
}

/* ---- the order of rows ---- */

typedef struct RowKey
{
	uint64		hash;
	uint32		row;
	uint32		count;
	uint8		best;
} RowKey;

static int
compare_keys(const void *a, const void *b)
{
	const RowKey *x = a;
	const RowKey *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->best != y->best)
		return (int) x->best - (int) y->best;
	/* which of equal rows it is does not matter */
	return (x->count > y->count) - (x->count < y->count);
}

static inline bool
is_best(const SketchView *view, int64 row)
{
	return (view->best[row / 64] >> (row % 64)) & 1;
}

/* Sorts by hash, a share of all hashes at a time, so that it can be interrupted. */
static void
sort_keys(RowKey *keys, int64 n)
{
	int64		starts[NSHARES + 1] = {0};
	int64		next[NSHARES];
	RowKey	   *shares = palloc_extended(sizeof(RowKey) * Max(n, 1), MCXT_ALLOC_HUGE);

	for (int64 i = 0; i < n; i++)
		starts[SHARE_OF(keys[i].hash) + 1]++;
	for (int k = 0; k < NSHARES; k++)
	{
		starts[k + 1] += starts[k];
		next[k] = starts[k];
	}
	for (int64 i = 0; i < n; i++)
		shares[next[SHARE_OF(keys[i].hash)]++] = keys[i];
	for (int k = 0; k < NSHARES; k++)
	{
		CHECK_FOR_INTERRUPTS();
		qsort(shares + starts[k], starts[k + 1] - starts[k], sizeof(RowKey), compare_keys);
	}
	memcpy(keys, shares, sizeof(RowKey) * n);
	pfree(shares);
}

/*
 * Equal rows get different hashes.  Else they would be neighbours, and be dealt
 * out so evenly that each fold had the same share of best rows among them: then
 * what is chance in some folds would be found again in the others.
 */
static void
tell_equals_apart(RowKey *keys, int64 n)
{
	uint64		hash = 0;
	uint64		copy = 0;

	for (int64 i = 0; i < n; i++)
	{
		copy = i > 0 && keys[i].hash == hash && keys[i].best == keys[i - 1].best ? copy + 1 : 0;
		hash = keys[i].hash;
		keys[i].hash = mix64(hash + (2 * copy + keys[i].best + 1) * GOLDEN);
	}
}

/* Puts how many of equal rows come into each fold, as if each was thrown into one. */
static void
throw_rows(const RowKey *key, int nfolds, int64 *shares)
{
	int64		left = key->count;

	memset(shares, 0, sizeof(int64) * nfolds);
	for (uint32 i = 0; i < key->count && key->count <= MANY_ROWS; i++)
		shares[(mix64(key->hash + i) >> 32) % nfolds]++;
	if (key->count <= MANY_ROWS)
		return;
	for (int k = 0; k < nfolds; k++)
	{
		double		p = 1.0 / (nfolds - k);
		double		luck = ((double) (mix64(key->hash + k) >> 11) + 0.5) / (double) (UINT64CONST(1) << 53);
		double		share = left * p + normal_quantile(luck) * sqrt(left * p * (1 - p));

		shares[k] = k == nfolds - 1 ? left : (int64) Min(Max(rint(share), 0), left);
		left -= shares[k];
	}
}

/*
 * Best and rest rows are each dealt out to the folds in the order of their
 * hashes, but for rows that occur often.  Without a source to put them in they
 * are only counted, in next.
 */
static void
deal_folds(const SketchView *view, const RowKey *keys, Rows *rows, int64 *next, uint32 *source)
{
	int64		dealt[2] = {0, 0};
	int64		shares[MAX_FOLDS];

	for (int64 i = 0; i < view->nrows; i++)
	{
		const RowKey *key = &keys[i];
		int			first = 0;
		int			last = rows->nfolds - 1;

		if (i % STRIP == 0)
			CHECK_FOR_INTERRUPTS();
		if (key->count == 1)
		{
			first = last = (int) (dealt[key->best]++ % rows->nfolds);
			shares[first] = 1;
		}
		else
			throw_rows(key, rows->nfolds, shares);
		for (int fold = first; fold <= last; fold++)
		{
			int64		place = next[fold];

			next[fold] += shares[fold] > 0;
			if (source == NULL || shares[fold] == 0)
				continue;
			source[place] = key->row;
			rows->best[place] = key->best;
			rows->count[place] = shares[fold];
		}
	}
}

static void
order_rows(const SketchView *view, const LearnOptions *options, Rows *rows, Order *order)
{
	uint64	   *hashes = view_row_hashes(view);
	RowKey	   *keys = palloc_extended(sizeof(RowKey) * Max(view->nrows, 1), MCXT_ALLOC_HUGE);
	int64		next[MAX_FOLDS + 1] = {0};

	for (int64 i = 0; i < view->nrows; i++)
		keys[i] = (RowKey) {
			.hash = mix64(hashes[i] ^ (uint64) options->seed * GOLDEN),
			.row = i,
			.count = view->counts ? view->counts[i] : 1,
			.best = is_best(view, i)
		};
	pfree(hashes);
	sort_keys(keys, view->nrows);
	tell_equals_apart(keys, view->nrows);
	sort_keys(keys, view->nrows);
	deal_folds(view, keys, rows, next, NULL);
	for (int k = 0; k < rows->nfolds; k++)
	{
		rows->starts[k + 1] = rows->starts[k] + next[k];
		next[k] = rows->starts[k];
	}
	rows->n = rows->starts[rows->nfolds];
	rows->best = palloc_extended(Max(rows->n, 1), MCXT_ALLOC_HUGE);
	rows->count = palloc_extended(sizeof(float) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
	order->source = palloc_extended(sizeof(uint32) * Max(rows->n, 1), MCXT_ALLOC_HUGE);
	deal_folds(view, keys, rows, next, order->source);
	pfree(keys);
}

Rows *
make_rows(const SketchView *view, const LearnOptions *options)
{
	Rows	   *rows = palloc0(sizeof(Rows));
	Order		order = {.nkept = view->nrows};

	rows->nfolds = options->folds;
	order_rows(view, options, rows, &order);
	order.kept_bins = palloc_extended(Max(view->nrows, 1), MCXT_ALLOC_HUGE);
	for (int field = 0; field < view->nfields; field++)
	{
		if (may_learn_from(view, options, field))
			add_field(view, options, &order, rows, field);
	}
	pfree(order.kept_bins);
	pfree(order.source);
	return rows;
}

/* ---- parts ---- */

Part
rows_of(const Rows *rows, int fold)
{
	return (Part) {1, {{rows->starts[fold], rows->starts[fold + 1]}}};
}

Part
rows_without(const Rows *rows, int fold)
{
	if (fold == ALL_ROWS)
		return (Part) {1, {{0, rows->n}}};
	return (Part) {2, {{0, rows->starts[fold]}, {rows->starts[fold + 1], rows->n}}};
}

/* Some of the rows, which are n and ascend. */
Rows *
take_rows(const Rows *rows, const uint32 *from, int64 n)
{
	Rows	   *some = palloc(sizeof(Rows));

	*some = *rows;
	some->n = 0;
	for (int fold = 0; fold < rows->nfolds; fold++)
	{
		while (some->n < n && from[some->n] < rows->starts[fold + 1])
			some->n++;
		some->starts[fold + 1] = some->n;
	}
	some->best = palloc_extended(Max(n, 1), MCXT_ALLOC_HUGE);
	some->count = palloc_extended(sizeof(float) * Max(n, 1), MCXT_ALLOC_HUGE);
	some->features = palloc_extended(sizeof(Feature) * Max(rows->nfeatures, 1), MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < n; i++)
	{
		some->best[i] = rows->best[from[i]];
		some->count[i] = rows->count[from[i]];
	}
	for (int f = 0; f < rows->nfeatures; f++)
	{
		CHECK_FOR_INTERRUPTS();
		some->features[f] = rows->features[f];
		some->features[f].bins = palloc_extended(Max(n, 1), MCXT_ALLOC_HUGE);
		for (int64 i = 0; i < n; i++)
			some->features[f].bins[i] = rows->features[f].bins[from[i]];
	}
	return some;
}

/*
 * So many of the rows as are enough to learn shapes from: of each fold the same
 * share, and of the best no smaller one than of the rest.  Within a fold rows are in the order of hashes, so
 * that taking every so many is a random choice.
 */
Rows *
sample_rows(const Rows *rows, int64 limit)
{
	Rows	   *sample;
	uint32	   *from;
	int64		n = 0;
	int64		sides[2] = {0, 0};
	double		share[2];
	double		due[2] = {0, 0};

	if (rows->n <= limit)
		return unconstify(Rows *, rows);
	for (int64 i = 0; i < rows->n; i++)
		sides[rows->best[i]]++;
	share[1] = Min((double) limit / 2 / Max(sides[1], 1), 1);
	share[0] = Min((limit - share[1] * sides[1]) / Max(sides[0], 1), 1);
	from = palloc_extended(sizeof(uint32) * (limit + 2), MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < rows->n && n < limit + 2; i++)
	{
		due[rows->best[i]] += share[rows->best[i]];
		if (due[rows->best[i]] < 1)
			continue;
		due[rows->best[i]] -= 1;
		from[n++] = i;
	}
	sample = take_rows(rows, from, n);
	pfree(from);
	return sample;
}

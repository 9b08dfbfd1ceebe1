/*
 * drift.c
 *		icp_drift: which fields of one sketch are no longer as they were in another.
 *
 * Shares are of all rows that were seen, best and rest.  Where rows were left
 * out, those that were kept stand for more than one; tests then take as many
 * rows as an unweighted sample of that precision would have (Kish 1965,
 * "Survey sampling").
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "stats/stats.h"
#include "utils/builtins.h"
#include "validate/drift.h"

PG_FUNCTION_INFO_V1(icp_drift);
PG_FUNCTION_INFO_V1(icp_drift_bins);

#define WATCH_PSI 0.1
#define ACT_PSI 0.25

/* Above this, a shift is no more than chance may do. */
#define CHANCE_Q 0.05

static const char *const drift_options[] = {"bins", "lang", NULL};
static const char *const bins_options[] = {"bins", NULL};

/* ---- cells ---- */

/* One sketch, and how many rows it is worth. */
typedef struct Side
{
	SketchView *view;
	double		rows;			/* that it stands for */
	double		worth;
} Side;

/* The cells of a field in both sketches, as rows of what these are worth. */
typedef struct Cells
{
	int			n;
	double	   *expected;
	double	   *actual;
	double	   *parts;			/* of psi */
	double	   *evidence;		/* of the expected sketch; NaN if it is one-sided */
	double		psi;
	double		csi;
} Cells;

static Side
open_side(Datum sketch)
{
	SketchView *view = open_view(sketch);
	double		best = view->best_n * view->best_weight;
	double		rest = view->rest_n * view->rest_weight;
	double		squares = best * view->best_weight + rest * view->rest_weight;

	return (Side) {view, best + rest, squares > 0 ? (best + rest) * ((best + rest) / squares) : 0};
}

/* So many kept rows, in rows of what the side is worth. */
static double
cell_of(const Side *side, int64 best, int64 rest)
{
	if (side->rows <= 0)
		return 0;
	return (best * side->view->best_weight + rest * side->view->rest_weight) /
		side->rows * side->worth;
}

static double
share_of(const Side *side, double cell)
{
	return side->worth > 0 ? cell / side->worth : 0;
}

static Cells
new_cells(int n)
{
	return (Cells) {
		.n = n,
		.expected = palloc(sizeof(double) * n),
		.actual = palloc(sizeof(double) * n),
		.parts = palloc0(sizeof(double) * n),
		.evidence = palloc(sizeof(double) * n)
	};
}

static Cells
fill_cells(const Side *expected, const BinCounts *was, const Side *actual, const BinCounts *is, int n)
{
	Cells		cells = new_cells(n);

	for (int i = 0; i < n; i++)
	{
		double		iv;

		cells.expected[i] = cell_of(expected, was->best[i], was->rest[i]);
		cells.actual[i] = cell_of(actual, is->best[i], is->rest[i]);
		cells.evidence[i] = evidence_of(was, expected->view, i, true, &iv);
	}
	cells.psi = psi(cells.expected, 0.5, cells.actual, 0.5, n, cells.parts);
	cells.csi = points_shift(cells.expected, cells.actual, cells.evidence, n);
	return cells;
}

/* The cell that adds most, or -1 if nothing has moved. */
static int
strongest_cell(const Cells *cells)
{
	int			result = -1;

	for (int i = 0; i < cells->n; i++)
	{
		if (cells->parts[i] > (result < 0 ? 0 : cells->parts[result]))
			result = i;
	}
	return result;
}

/* ---- one field ---- */

typedef struct Drift
{
	const char *field;
	double		psi;			/* what has no value is NaN */
	double		csi;
	double		missing_shift;
	double		chance;
	double		log_p;
	double		q;
	const char *status;
	const char *moved;
	const char *note;
} Drift;

/* What both kinds of fields are asked. */
typedef struct Comparison
{
	const Side *expected;
	const Side *actual;
	const DriftOptions *options;
} Comparison;

static void
add_note(Drift *drift, const char *note)
{
	drift->note = drift->note ? psprintf("%s; %s", drift->note, note) : note;
}

static const char *
status_of(double value)
{
	if (isnan(value))
		return NULL;
	return value >= ACT_PSI ? "act" : value >= WATCH_PSI ? "watch" : "stable";
}

/* One of so many tests of the field, of which it is the strongest. */
static void
take_cells(Drift *drift, const Cells *cells, int tests)
{
	drift->psi = cells->psi;
	drift->csi = cells->csi;
	drift->chance = psi_by_chance(cells->expected, cells->actual, cells->n);
	drift->log_p = log_homogeneity(cells->expected, cells->actual, cells->n) + log(tests);
	if (drift->log_p > 0)
		drift->log_p = 0;
	drift->status = status_of(drift->psi);
}

static double
missing_share(const Side *side, const ViewField *f)
{
	const SketchView *view = side->view;

	return share_of(side, cell_of(side, view->best_n - f->known_best, view->rest_n - f->known_rest));
}

/* A value that is new, or was rare, and is most of the others now. */
static const Cell *
new_value(const Comparison *c, const BinCounts *is, double from, double to)
{
	double		share = c->actual->rows > 0 ? is->other_rows / c->actual->rows : 0;

	return to > from && share > to / 2 ? is->other : NULL;
}

static char *
words_of_move(const Comparison *c, const BinSet *set, const Cells *cells, const BinCounts *is)
{
	int			bin = strongest_cell(cells);
	double		from;
	double		to;
	char	   *what;

	if (bin < 0)
		return NULL;
	from = share_of(c->expected, cells->expected[bin]);
	to = share_of(c->actual, cells->actual[bin]);
	what = bin_words(set, &set->bins[bin], c->options->chinese);
	if (bin == other_bin(set) && new_value(c, is, from, to) != NULL)
		what = psprintf(c->options->chinese ? "%s（多为 %s）" : "%s (mostly %s)",
						what, cell_text(new_value(c, is, from, to)));
	return move_words(what, from, to);
}

static void
compare_values(const Comparison *c, const ViewField *e, const ViewField *a, Drift *drift)
{
	BinSet	   *set = make_drift_bins(c->expected->view, e, c->options->bins);
	BinCounts	was = count_drift_bins(set, c->expected->view, e);
	BinCounts	is = count_drift_bins(set, c->actual->view, a);
	Cells		cells = fill_cells(c->expected, &was, c->actual, &is, set->nbins);

	take_cells(drift, &cells, 1);
	drift->moved = words_of_move(c, set, &cells, &is);
	if (set->nbins == 2 && e->known_best + e->known_rest > 0)
		add_note(drift, c->options->chinese ? "没有足够常见的值：只比较是否已知" :
				 "no value is frequent enough: only whether it is known was compared");
}

/* ---- lists ---- */

enum
{
	ITEM_HAS,
	ITEM_HAS_NOT,
	ITEM_UNKNOWN,
	ITEM_CELLS
};

typedef struct ListItem
{
	const Cell *cell;
	Cells		cells;
} ListItem;

/* Rows whose list has the item, has it not, or is missing. */
static BinCounts
count_item(const SketchView *view, const ViewField *f, int i)
{
	BinCounts	counts = {.best = palloc(sizeof(int64) * ITEM_CELLS), .rest = palloc(sizeof(int64) * ITEM_CELLS)};

	counts.best[ITEM_HAS] = i < 0 ? 0 : f->best_n[i];
	counts.rest[ITEM_HAS] = i < 0 ? 0 : f->rest_n[i];
	counts.best[ITEM_HAS_NOT] = f->known_best - counts.best[ITEM_HAS];
	counts.rest[ITEM_HAS_NOT] = f->known_rest - counts.rest[ITEM_HAS];
	counts.best[ITEM_UNKNOWN] = view->best_n - f->known_best;
	counts.rest[ITEM_UNKNOWN] = view->rest_n - f->known_rest;
	return counts;
}

static ListItem *
new_item(const Comparison *c, const ViewField *e, int i, const ViewField *a, int k)
{
	BinCounts	was = count_item(c->expected->view, e, i);
	BinCounts	is = count_item(c->actual->view, a, k);
	ListItem	   *item = palloc(sizeof(ListItem));

	item->cell = i >= 0 ? &e->values[i] : k >= 0 ? &a->values[k] : NULL;
	item->cells = fill_cells(c->expected, &was, c->actual, &is, ITEM_CELLS);
	return item;
}

static bool
is_frequent(const SketchView *view, const ViewField *f, int i)
{
	double		rows = i < 0 ? 0 : rows_of_value(view, f, i);

	return rows > 0 && rows >= rare_rows(view);
}

static int
compare_items(const ListCell *a, const ListCell *b)
{
	const ListItem *x = lfirst(a);
	const ListItem *y = lfirst(b);

	if (x->cells.psi != y->cells.psi)
		return x->cells.psi < y->cells.psi ? 1 : -1;
	return compare_cells(x->cell, y->cell);
}

/* Items that are frequent in either sketch, those that moved most first. */
static List *
compare_lists(const Comparison *c, const ViewField *e, const ViewField *a)
{
	List	   *items = NIL;
	int			i = 0;
	int			k = 0;

	while (i < e->nvalues || k < a->nvalues)
	{
		int			order = i == e->nvalues ? 1 : k == a->nvalues ? -1 :
			compare_cells(&e->values[i], &a->values[k]);
		int			in_e = order <= 0 ? i++ : -1;
		int			in_a = order >= 0 ? k++ : -1;

		CHECK_FOR_INTERRUPTS();
		if (is_frequent(c->expected->view, e, in_e) || is_frequent(c->actual->view, a, in_a))
			items = lappend(items, new_item(c, e, in_e, a, in_a));
	}
	if (c->expected->rows > 0 && c->actual->rows > 0)
		list_sort(items, compare_items);
	return items;
}

/* A list is as unstable as the item that moved most. */
static void
compare_items_of(const Comparison *c, const ViewField *e, const ViewField *a, Drift *drift)
{
	List	   *items = compare_lists(c, e, a);
	ListItem	   *item = items != NIL ? linitial(items) : new_item(c, e, -1, a, -1);
	int			cell = strongest_cell(&item->cells);

	take_cells(drift, &item->cells, Max(list_length(items), 1));
	if (items == NIL && e->known_best + e->known_rest > 0)
		add_note(drift, c->options->chinese ? "没有足够常见的值：只比较是否已知" :
				 "no value is frequent enough: only whether it is known was compared");
	if (cell < 0)
		return;
	/* an item that fewer have, and its absence that more have, are one move */
	if (cell == ITEM_HAS_NOT && item->cell != NULL && item->cells.parts[ITEM_HAS] >= item->cells.parts[ITEM_UNKNOWN])
		cell = ITEM_HAS;
	if (cell != ITEM_HAS)
		cell = ITEM_UNKNOWN;
	drift->moved = move_words(item_words(e->is_list ? e : a, cell == ITEM_HAS ? item->cell : NULL, c->options->chinese),
							  share_of(c->expected, item->cells.expected[cell]),
							  share_of(c->actual, item->cells.actual[cell]));
}

/* ---- all fields ---- */

static Drift
no_drift(const char *field)
{
	return (Drift) {
		.field = field, .psi = NAN, .csi = NAN, .missing_shift = NAN,
		.chance = NAN, .log_p = NAN, .q = NAN
	};
}

static Drift
one_sided(const char *field, const char *status)
{
	Drift		drift = no_drift(field);

	drift.status = status;
	return drift;
}

static Drift
compare_field(const Comparison *c, const ViewField *e, const ViewField *a)
{
	Drift		drift = no_drift(e->name);

	CHECK_FOR_INTERRUPTS();
	if (c->expected->rows <= 0 || c->actual->rows <= 0)
	{
		drift.note = c->options->chinese ? "有一方没有行" : "a sketch without rows";
		return drift;
	}
	drift.missing_shift = missing_share(c->actual, a) - missing_share(c->expected, e);
	if (e->role == ROLE_IDENTIFIER)
	{
		drift.note = c->options->chinese ? "标识符，不比较" : psprintf("an identifier: %s", e->note);
		return drift;
	}
	if (e->is_list || a->is_list)
		compare_items_of(c, e, a, &drift);
	else
		compare_values(c, e, a, &drift);
	if (e->type != a->type)
		add_note(&drift, psprintf(c->options->chinese ? "类型由 %s 变为 %s" : "was %s, is %s",
								  field_type_name(e->type), field_type_name(a->type)));
	return drift;
}

/* Fields of both sketches are sorted by name. */
static Drift *
compare_all(const Comparison *c, int *n)
{
	const SketchView *was = c->expected->view;
	const SketchView *is = c->actual->view;
	Drift	   *drifts = palloc(sizeof(Drift) * Max(was->nfields + is->nfields, 1));
	int			i = 0;
	int			k = 0;

	*n = 0;
	while (i < was->nfields || k < is->nfields)
	{
		int			order = i == was->nfields ? 1 : k == is->nfields ? -1 :
			strcmp(was->fields[i].name, is->fields[k].name);

		if (order < 0)
			drifts[(*n)++] = one_sided(was->fields[i++].name, "gone");
		else if (order > 0)
			drifts[(*n)++] = one_sided(is->fields[k++].name, "new");
		else
			drifts[(*n)++] = compare_field(c, &was->fields[i++], &is->fields[k++]);
	}
	return drifts;
}

/* p-values of many fields: some are small by chance. */
static void
adjust(Drift *drifts, int n)
{
	double	   *log_p = palloc(sizeof(double) * Max(n, 1));
	double	   *q = palloc(sizeof(double) * Max(n, 1));
	int			k = 0;

	for (int i = 0; i < n; i++)
	{
		if (!isnan(drifts[i].log_p))
			log_p[k++] = drifts[i].log_p;
	}
	adjust_bh(log_p, k, k, q);
	k = 0;
	for (int i = 0; i < n; i++)
	{
		if (!isnan(drifts[i].log_p))
			drifts[i].q = q[k++];
	}
}

/* Says of a PSI that would be a reason to act that it need be none. */
static void
note_chance(const Comparison *c, Drift *drift)
{
	if (!(drift->psi >= WATCH_PSI) || !(drift->q > CHANCE_Q))
		return;
	add_note(drift, psprintf(c->options->chinese ? "可能是偶然：同一总体的 %.0f 行与 %.0f 行，PSI 平均即为 %.2f" :
							 "may be chance: %.0f and %.0f rows of one population have a psi of %.2f on average",
							 c->expected->worth, c->actual->worth, drift->chance));
}

/* The largest first, then by name; those without one last. */
static int
compare_drifts(const void *a, const void *b)
{
	const Drift *x = a;
	const Drift *y = b;

	if (isnan(x->psi) != isnan(y->psi))
		return isnan(x->psi) ? 1 : -1;
	if (!isnan(x->psi) && x->psi != y->psi)
		return x->psi < y->psi ? 1 : -1;
	return strcmp(x->field, y->field);
}

/* ---- the functions ---- */

#define MOST_COLUMNS 10

typedef struct Row
{
	int			n;
	Datum		values[MOST_COLUMNS];
	bool		nulls[MOST_COLUMNS];
} Row;

static void
put_text(Row *row, const char *text)
{
	row->nulls[row->n] = text == NULL;
	row->values[row->n++] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

static void
put_number(Row *row, double number)
{
	row->nulls[row->n] = !isfinite(number);
	/* and no -0 */
	row->values[row->n++] = Float8GetDatum(isfinite(number) ? number + 0.0 : 0);
}

static void
put_drift(ReturnSetInfo *result, const Drift *drift)
{
	Row			row = {0};

	put_text(&row, drift->field);
	put_number(&row, drift->psi);
	put_number(&row, drift->csi);
	put_number(&row, drift->missing_shift);
	put_text(&row, drift->status);
	put_text(&row, drift->moved);
	put_number(&row, exp(drift->log_p));	/* 0 where it is less than a float8 can be */
	put_number(&row, drift->q);
	put_number(&row, drift->chance);
	put_text(&row, drift->note);
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

Datum
icp_drift(PG_FUNCTION_ARGS)
{
	Side		expected = open_side(PG_GETARG_DATUM(0));
	Side		actual = open_side(PG_GETARG_DATUM(1));
	DriftOptions options;
	Comparison	comparison = {&expected, &actual, &options};
	Drift	   *drifts;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	parse_drift_options(PG_GETARG_JSONB_P(2), drift_options, &options);
	classify_fields(expected.view);
	drifts = compare_all(&comparison, &n);
	adjust(drifts, n);
	for (int i = 0; i < n; i++)
		note_chance(&comparison, &drifts[i]);
	qsort(drifts, n, sizeof(Drift), compare_drifts);
	for (int i = 0; i < n; i++)
		put_drift((ReturnSetInfo *) fcinfo->resultinfo, &drifts[i]);
	return (Datum) 0;
}

static void
put_bin(ReturnSetInfo *result, const Comparison *c, const char *label, const Cells *cells, int i, double part, double csi)
{
	Row			row = {0};
	double		from = share_of(c->expected, cells->expected[i]);
	double		to = share_of(c->actual, cells->actual[i]);

	put_text(&row, label);
	put_number(&row, from);
	put_number(&row, to);
	put_number(&row, part);
	put_number(&row, cells->evidence[i]);
	put_number(&row, csi);
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

static void
put_bins(ReturnSetInfo *result, const Comparison *c, const ViewField *e, const ViewField *a)
{
	BinSet	   *set = make_drift_bins(c->expected->view, e, c->options->bins);
	BinCounts	was = count_drift_bins(set, c->expected->view, e);
	BinCounts	is = count_drift_bins(set, c->actual->view, a);
	Cells		cells = fill_cells(c->expected, &was, c->actual, &is, set->nbins);

	for (int i = 0; i < set->nbins; i++)
	{
		if (set->bins[i].sort != BIN_RANGE && cells.expected[i] <= 0 && cells.actual[i] <= 0)
			continue;
		put_bin(result, c, bin_label(set, &set->bins[i]), &cells, i,
				isnan(cells.psi) ? NAN : cells.parts[i],
				(share_of(c->actual, cells.actual[i]) - share_of(c->expected, cells.expected[i])) * cells.evidence[i]);
	}
}

/* Of lists, an item and all that it alone amounts to. */
static void
put_items(ReturnSetInfo *result, const Comparison *c, const ViewField *e, const ViewField *a)
{
	ListCell   *lc;

	foreach(lc, compare_lists(c, e, a))
	{
		ListItem	   *item = lfirst(lc);
		Bin			bin = {.sort = BIN_VALUE, .value = *item->cell};

		put_bin(result, c, bin_label(NULL, &bin), &item->cells, ITEM_HAS, item->cells.psi, item->cells.csi);
	}
}

Datum
icp_drift_bins(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Side		expected = open_side(PG_GETARG_DATUM(0));
	Side		actual = open_side(PG_GETARG_DATUM(1));
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(2));
	DriftOptions options;
	Comparison	comparison = {&expected, &actual, &options};
	const ViewField *e;
	ViewField	nothing;
	const ViewField *a;

	InitMaterializedSRF(fcinfo, 0);
	parse_drift_options(PG_GETARG_JSONB_P(3), bins_options, &options);
	e = view_field(expected.view, name);
	a = view_field(actual.view, name);
	if (e == NULL && a == NULL)
		check_field_names(expected.view, list_make1(name));
	/* a field that the rows do not have is missing in all of them */
	nothing = (ViewField) {.name = name};
	e = e ? e : &nothing;
	a = a ? a : &nothing;
	if (e->is_list || a->is_list)
		put_items(result, &comparison, e, a);
	else
		put_bins(result, &comparison, e, a);
	return (Datum) 0;
}

/*
 * traits.c
 *		icp_traits: what the best rows share, and the rest do not.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/text.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "traits/traits.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_traits);

#define LIMITS_LEVEL 0.95

/* Limits are exact where a cell has fewer rows. */
#define SMALL_CELL 5

#define DEFAULT_PERMUTATIONS 1000

/* Counts stay where floating point has all whole numbers. */
#define MOST_ROWS 0x1p+52

enum
{
	TRAIT_RANK,
	TRAIT_TEXT,
	TRAIT_WHERE,
	TRAIT_FIELDS,
	TRAIT_ORDER,
	TRAIT_BEST_N,
	TRAIT_ALL_N,
	TRAIT_BEST_SHARE,
	TRAIT_REST_SHARE,
	TRAIT_LIFT,
	TRAIT_RISK_RATIO,
	TRAIT_ODDS_RATIO,
	TRAIT_ODDS_LOW,
	TRAIT_ODDS_HIGH,
	TRAIT_LOG10_P,
	TRAIT_Q_VALUE,
	TRAIT_SHRUNK_LIFT,
	TRAIT_STABILITY,
	TRAIT_SAME_AS,
	TRAIT_ADDS,
	TRAIT_WARNING,
	TRAIT_CONDITION,
	TRAIT_COLUMNS
};

/* ---- arguments ---- */

/* Those that are arguments have the same defaults in SQL. */
static const TraitOptions usual_options = {
	.max_order = 2,
	.min_share = 0.2,
	.min_lift = 1.2,
	.max_q = 0.05,
	.top = 10,
	.intervals = true,
	.prune = true,
	.permutations = DEFAULT_PERMUTATIONS,
	.seed = 1,
	.adjust = ADJUST_AUTO
};

pg_noreturn static void
out_of_range(const char *name, double value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s %s is out of range", name,
					DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(value)))),
			 errhint("%s", hint)));
}

static void
read_arguments(FunctionCallInfo fcinfo, TraitOptions *options)
{
	*options = usual_options;
	options->max_order = PG_GETARG_INT32(1);
	options->min_share = PG_GETARG_FLOAT8(2);
	options->min_lift = PG_GETARG_FLOAT8(3);
	options->max_q = PG_GETARG_FLOAT8(4);
	options->top = PG_GETARG_INT32(5);
	check_max_order(options->max_order);
	if (!(options->min_share > 0 && options->min_share <= 1))
		out_of_range("min_share", options->min_share,
					 "It is the share of the best rows that a trait has to hold on, above 0 and up to 1.");
	if (!(options->min_lift >= 0 && options->min_lift <= DBL_MAX))
		out_of_range("min_lift", options->min_lift,
					 "It is how many times as frequent a trait has to be among the best, such as 1.2.");
	if (!(options->max_q > 0 && options->max_q <= 1))
		out_of_range("max_q", options->max_q,
					 "It is the largest adjusted p-value to show, above 0 and up to 1.");
	if (options->top < 1)
		out_of_range("top", options->top, "It is how many traits to show, 1 or more.");
	parse_trait_options(PG_GETARG_JSONB_P(6), options);
}

/* ---- what is said beside the result ---- */

/* Is there anything to compare? */
static bool
has_two_sides(const SketchView *view)
{
	const char *problem = NULL;

	if (view->best_n + view->rest_n == 0)
		problem = "the sketch has no rows";
	else if (view->best_n == 0)
		problem = "no row is best";
	else if (view->rest_n == 0)
		problem = "all rows are best";
	else if (view->best_n == 1)
		problem = "only one row is best";
	if (problem == NULL)
		return true;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("there are no traits: %s", problem),
			 errdetail("Traits are what two or more best rows share, and the rest do not.")));
	return false;
}

static void
name_leaks(const Search *search)
{
	StringInfoData leaks;

	initStringInfo(&leaks);
	for (int i = 0; i < search->view->nfields; i++)
	{
		const ViewField *f = &search->view->fields[i];

		if (f->role == ROLE_LEAK && !is_named(search->options.include, f->name) &&
			!is_named(search->options.exclude, f->name))
			appendStringInfo(&leaks, "%s\"%s\"", leaks.len > 0 ? ", " : "", f->name);
	}
	if (leaks.len > 0)
		ereport(NOTICE,
				(errmsg("left out as leaks: %s", leaks.data),
				 errdetail("Each of these alone tells the best rows from the rest, as what is known only afterwards does."),
				 errhint("Name them in the option \"include\" to let them in, or in \"exclude\" to hear no more of this.")));
}

static char *
warning_text(const Search *search, const FourCells *cells)
{
	const SketchView *view = search->view;
	bool		chinese = search->options.chinese;
	StringInfoData buf;

	initStringInfo(&buf);
	if (view->best_weight > 1 || view->rest_weight > 1)
		appendStringInfo(&buf, chinese ? "按保留的 " INT64_FORMAT " 行（共 " INT64_FORMAT " 行）估计" :
						 "estimated from " INT64_FORMAT " kept rows of " INT64_FORMAT,
						 search->total, view->all_best + view->all_rest);
	if (cells->a < SMALL_CELL)
		appendStringInfo(&buf, chinese ? "%s仅 " INT64_FORMAT " 行最佳" :
						 "%sonly " INT64_FORMAT " best rows",
						 buf.len > 0 ? "; " : "", cells->a);
	if (cells->a == cells->n && cells->a >= SMALL_CELL && cells->a * 2 >= cells->best)
		appendStringInfo(&buf, chinese ? "%s只有最佳行如此：是否事后才知道？" :
						 "%sonly best rows have it: is it known only afterwards?",
						 buf.len > 0 ? "; " : "");
	return buf.len > 0 ? buf.data : NULL;
}

/* ---- numbers of a trait ---- */

typedef struct Row
{
	Datum		values[TRAIT_COLUMNS];
	bool		nulls[TRAIT_COLUMNS];
} Row;

/* What is no number is NULL. */
static void
put_number(Row *row, int column, double value)
{
	row->nulls[column] = isnan(value) || isinf(value);
	row->values[column] = Float8GetDatum(row->nulls[column] ? 0 : value);
}

static void
put_text(Row *row, int column, const char *text)
{
	row->nulls[column] = text == NULL;
	if (text != NULL)
		row->values[column] = CStringGetTextDatum(text);
}

static int64
scaled(int64 n, double weight)
{
	return weight == 1 ? n : (int64) rint(n * weight);
}

/* All rows that were seen, if those that were kept stand for them. */
static FourCells
full_cells(const SketchView *view, const FourCells *kept)
{
	FourCells	full = {
		.a = scaled(kept->a, view->best_weight),
		.best = scaled(kept->best, view->best_weight)
	};

	full.n = full.a + scaled(kept->n - kept->a, view->rest_weight);
	full.total = full.best + scaled(kept->total - kept->best, view->rest_weight);
	return full;
}

static bool
has_small_cell(const FourCells *cells)
{
	return cells->a < SMALL_CELL || cells->n - cells->a < SMALL_CELL ||
		cells->best - cells->a < SMALL_CELL ||
		cells->total - cells->n - cells->best + cells->a < SMALL_CELL;
}

static void
put_ratios(Row *row, const SketchView *view, const FourCells *kept)
{
	FourCells	full = full_cells(view, kept);
	Limits		limits = has_small_cell(kept) ? odds_ratio_exact(kept, LIMITS_LEVEL) :
		odds_ratio_logit(kept, LIMITS_LEVEL);

	row->values[TRAIT_BEST_N] = Int64GetDatum(full.a);
	row->values[TRAIT_ALL_N] = Int64GetDatum(full.n);
	put_number(row, TRAIT_BEST_SHARE, (double) full.a / full.best);
	put_number(row, TRAIT_REST_SHARE, (double) (full.n - full.a) / (full.total - full.best));
	put_number(row, TRAIT_LIFT, ((double) full.a / full.n) / ((double) full.best / full.total));
	put_number(row, TRAIT_RISK_RATIO, risk_ratio(&full));
	put_number(row, TRAIT_ODDS_RATIO, odds_ratio(kept));
	put_number(row, TRAIT_ODDS_LOW, limits.low);
	put_number(row, TRAIT_ODDS_HIGH, limits.high);
	put_number(row, TRAIT_SHRUNK_LIFT, exp2(information_component(&full)));
}

/*
 * The cells that so many best rows would show, and the rest in proportion: of
 * these as many as now, for their share, have the trait.
 */
static FourCells
cells_of_size(const FourCells *cells, int64 best)
{
	double		factor = Min((double) best / cells->best, MOST_ROWS / cells->total);
	int64		rest = (int64) rint((cells->total - cells->best) * factor);
	int64		with = (int64) rint((cells->n - cells->a) * factor);

	return (FourCells) {.n = with, .best = best, .total = best + Max(rest, 1)};
}

/* So many best rows, and what it takes there to be a trait. */
typedef struct Sample
{
	int64		best;
	int64		least;			/* of these have it */
	double		log_p_bar;
} Sample;

/* Would the trait be kept if a of the best rows had it? */
static bool
is_kept(const Search *search, const FourCells *size, double log_p_bar, int64 a)
{
	FourCells	cells = {.a = a, .n = size->n + a, .best = size->best, .total = size->total};
	double		lift = ((double) cells.a * cells.total) / ((double) cells.n * cells.best);

	return lift >= search->options.min_lift && log_fisher(&cells) <= log_p_bar;
}

/*
 * The share of samples of so many best rows, with replacement, in which the trait
 * would be kept too.  How many of them have it is binomial, and the more have it
 * the better it does: so the share needs no sampling.
 */
static double
share_kept(const Search *search, const FourCells *cells, Sample sample)
{
	FourCells	size = cells_of_size(cells, sample.best);
	int64		low = sample.least - 1;
	int64		high = sample.best + 1;

	/* the fewest best rows with which it is kept; low is too few, high is enough */
	while (high - low > 1)
	{
		int64		a = low + (high - low) / 2;

		if (is_kept(search, &size, sample.log_p_bar, a))
			high = a;
		else
			low = a;
	}
	if (high > sample.best)
		return 0;
	if (cells->a == cells->best)
		return 1;
	return beta_cdf((double) cells->a / cells->best, high, sample.best - high + 1);
}

static void
put_trait(Row *row, const Search *search, const Trait *trait, int rank)
{
	FourCells	kept = pattern_cells(search, trait->pattern);
	const char **same_as = palloc(sizeof(char *) * Max(list_length(trait->same_as), 1));
	int			nsame = 0;
	ListCell   *lc;

	memset(row, 0, sizeof(Row));
	row->values[TRAIT_RANK] = Int32GetDatum(rank);
	put_text(row, TRAIT_TEXT, trait_text(search, &trait->set));
	put_text(row, TRAIT_WHERE, trait_where(search, &trait->set));
	row->values[TRAIT_FIELDS] = trait_fields(search, &trait->set);
	row->values[TRAIT_ORDER] = Int32GetDatum(trait->set.n);
	put_ratios(row, search->view, &kept);
	put_number(row, TRAIT_LOG10_P, search->log_p[trait->pattern] / M_LN10);
	put_number(row, TRAIT_Q_VALUE, search->q[trait->pattern]);
	put_number(row, TRAIT_STABILITY, share_kept(search, &kept,
												   (Sample) {kept.best, search->least, search->log_p_bar}));
	foreach(lc, trait->same_as)
		same_as[nsame++] = lfirst(lc);
	row->values[TRAIT_SAME_AS] = text_array(same_as, nsame);
	put_number(row, TRAIT_ADDS, trait->adds);
	put_text(row, TRAIT_WARNING, warning_text(search, &kept));
	row->values[TRAIT_CONDITION] = trait_condition(search, &trait->set);
}

/* ---- the function ---- */

static List *
find_traits(Search *search)
{
	begin_search(search);
	choose_items(search);
	if (search->nitems == 0)
		return NIL;
	load_positives(search);
	mine(search);
	count_patterns(search);
	weigh(search);
	return choose_traits(search);
}

/* Best rows that a trait has to hold on, of so many. */
static int64
least_of_size(const Search *search, int64 best)
{
	return Max(2, (int64) ceil(search->options.min_share * best - 1e-9));
}

/*
 * Tests that a search of so many best rows, and the rest in proportion, amounts
 * to: of the runs of an ordered field, most have nearly the rows of their
 * neighbours, and count for as many as there are values.
 */
static double
tests_of_size(const Search *search, int64 best)
{
	double		rows = (double) search->total / search->best * best;
	double		frequent = rows / least_of_size(search, best);
	double		choices = 1;

	for (int field = 0; field < search->view->nfields; field++)
	{
		const ViewField *f = &search->view->fields[field];

		if (field_takes_part(search, field))
			choices += Min(f->nvalues + 1, f->is_ordered && !f->is_list ? rows : frequent);
	}
	return choices + choices * choices / 2;
}

/*
 * Where permutations have not shown what is significant, the bar is that of the
 * weakest significant trait, which may be a strong one: not one for other sizes.
 */
static double
bar_of_size(const Search *search, int64 best)
{
	return search->permuted ? search->log_p_bar :
		log(search->options.max_q / tests_of_size(search, best));
}

/*
 * The mean share of the traits of a sketch that so many best rows would show too;
 * NaN where it has none.  The view is classified.
 */
void
share_of_traits_kept(SketchView *view, const int32 *best, int n, double *share)
{
	Search		search = {.least = 2, .skip_hopeless = true, .view = view, .options = usual_options};
	List	   *traits = view->best_n > 1 && view->rest_n > 0 ? find_traits(&search) : NIL;

	for (int i = 0; i < n; i++)
	{
		ListCell   *lc;
		double		sum = 0;
		double		bar = bar_of_size(&search, best[i]);

		foreach(lc, traits)
		{
			const Trait *trait = lfirst(lc);
			FourCells	cells = pattern_cells(&search, trait->pattern);

			CHECK_FOR_INTERRUPTS();
			sum += share_kept(&search, &cells,
							  (Sample) {best[i], least_of_size(&search, best[i]), bar});
		}
		share[i] = traits == NIL ? NAN : sum / list_length(traits);
	}
}

Datum
icp_traits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Search		search = {.least = 2, .skip_hopeless = true};
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	read_arguments(fcinfo, &search.options);
	search.view = open_view(PG_GETARG_DATUM(0));
	check_trait_fields(search.view, &search.options);
	if (!has_two_sides(search.view))
		return (Datum) 0;
	classify_fields(search.view);
	name_leaks(&search);
	foreach(lc, find_traits(&search))
	{
		Row			row;

		put_trait(&row, &search, lfirst(lc), foreach_current_index(lc) + 1);
		tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
	}
	return (Datum) 0;
}

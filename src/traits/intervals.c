/*
 * intervals.c
 *		Intervals of numbers and times in which the best rows gather.
 *
 * Each value weighs best * N - all * P: how many more of its rows are best than
 * would be by chance, times N.  The run of values with the largest sum is found
 * in one pass (Bentley 1984, "Programming pearls: algorithm design
 * techniques"), in whole numbers.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "traits/traits.h"

/* Fields that reach over more years are no list of years to a person. */
#define MAX_YEARS 60
#define MAX_QUARTER_YEARS 4

static inline int128
value_weight(int64 best_n, int64 all_n, int64 best, int64 total)
{
	return (int128) best_n * total - (int128) all_n * best;
}

/* The run of values from first to last with the largest weight. */
static int128
best_run(const int64 *best_n, const int64 *all_n, int first, int last,
		 int64 best, int64 total, Run *run)
{
	int128		largest = 0;
	int128		sum = 0;
	int			start = first;
	int64		run_best = 0;
	int64		run_all = 0;

	for (int i = first; i <= last; i++)
	{
		if (sum <= 0)
		{
			sum = 0;
			start = i;
			run_best = run_all = 0;
		}
		sum += value_weight(best_n[i], all_n[i], best, total);
		run_best += best_n[i];
		run_all += all_n[i];
		if (sum > largest)
		{
			largest = sum;
			*run = (Run) {.first = start, .last = i, .best_n = run_best, .all_n = run_all};
		}
	}
	return largest;
}

/* What is left of the values, beside the runs that were taken. */
typedef struct Segment
{
	int			first;
	int			last;
	int128		weight;			/* of its best run */
	Run			run;
} Segment;

static Segment
segment(const int64 *best_n, const int64 *all_n, int first, int last,
		int64 best, int64 total)
{
	Segment		s = {.first = first, .last = last};

	s.weight = best_run(best_n, all_n, first, last, best, total, &s.run);
	return s;
}

/* Up to MAX_INTERVALS runs, disjoint, the best first; returns how many. */
int
best_runs(const int64 *best_n, const int64 *all_n, int nvalues,
		  int64 best, int64 total, Run *runs)
{
	Segment		segments[MAX_INTERVALS + 1];
	int			nsegments = 0;
	int			nruns = 0;

	segments[nsegments++] = segment(best_n, all_n, 0, nvalues - 1, best, total);
	while (nruns < MAX_INTERVALS)
	{
		Segment		heaviest;
		int			at = 0;

		for (int i = 1; i < nsegments; i++)
		{
			if (segments[i].weight > segments[at].weight)
				at = i;
		}
		heaviest = segments[at];
		if (heaviest.weight <= 0)
			break;
		runs[nruns++] = heaviest.run;
		if (nruns == MAX_INTERVALS)
			break;
		segments[at] = segment(best_n, all_n, heaviest.first, heaviest.run.first - 1, best, total);
		segments[nsegments++] = segment(best_n, all_n, heaviest.run.last + 1, heaviest.last,
										best, total);
	}
	return nruns;
}

/* ---- items ---- */

/* Has the field an item of these codes already? */
static bool
is_known_run(const Search *search, int field, uint32 first, uint32 last)
{
	for (int i = search->nitems - 1; i >= 0 && search->items[i].field == field; i--)
	{
		const TraitItem *item = &search->items[i];

		if (!item->negated && item->first == first && item->last == last)
			return true;
	}
	return false;
}

/* One value is an equality, and all values are no interval. */
static void
add_run(Search *search, int field, const Run *run, const Bound *low, const Bound *high)
{
	const ViewField *f = &search->view->fields[field];
	TraitItem		item = {.field = field, .sort = ITEM_INTERVAL};

	item.first = CODE_FIRST + run->first;
	item.last = CODE_FIRST + run->last;
	item.best_n = run->best_n;
	item.all_n = run->all_n;
	item.low = *low;
	item.high = *high;
	if (run->first >= run->last || (run->first == 0 && run->last == f->nvalues - 1) ||
		run->best_n < search->least || is_known_run(search, field, item.first, item.last))
		return;
	add_item(search, &item);
}

/* One period after another, which values are in it. */
static int
list_periods_of(const ViewField *f, TimeEdge edge, Run *periods)
{
	int			n = 0;
	Run			run = {0};

	for (int i = 0; i < f->nvalues; i++)
	{
		bool		plain = is_plain_time(&f->values[i]);
		int64		period = plain ? floor_time(cell_time(&f->values[i]), edge) : 0;

		run.best_n += f->best_n[i];
		run.all_n += f->best_n[i] + f->rest_n[i];
		run.last = i;
		if (i + 1 < f->nvalues && plain && is_plain_time(&f->values[i + 1]) &&
			floor_time(cell_time(&f->values[i + 1]), edge) == period)
			continue;
		if (plain && run.first < run.last)
			periods[n++] = run;
		run = (Run) {.first = i + 1};
	}
	return n;
}

/*
 * Years, and of fields that reach over few, quarters: intervals that are there
 * whoever is best.  Years come first; *nyears says how many.
 */
static int
find_periods(const ViewField *f, Run **periods, int *nyears)
{
	int			first = 0;
	int			last = f->nvalues - 1;
	int64		years;

	*nyears = 0;
	*periods = NULL;
	if (f->nvalues < 2 || !cell_is_time(f->values[0].kind))
		return 0;
	while (first < last && !is_plain_time(&f->values[first]))
		first++;
	while (last > first && !is_plain_time(&f->values[last]))
		last--;
	years = first >= last ? MAX_YEARS + 1 :
		(cell_time(&f->values[last]) - cell_time(&f->values[first])) / (365 * USECS_PER_DAY);
	if (years > MAX_YEARS)
		return 0;
	*periods = palloc(sizeof(Run) * (MAX_YEARS + 2 + 4 * (MAX_QUARTER_YEARS + 2)));
	*nyears = list_periods_of(f, EDGE_YEAR, *periods);
	if (years > MAX_QUARTER_YEARS)
		return *nyears;
	return *nyears + list_periods_of(f, EDGE_QUARTER, *periods + *nyears);
}

int
list_periods(const ViewField *f, Run **periods)
{
	int			nyears;

	return find_periods(f, periods, &nyears);
}

static void
add_periods(Search *search, int field)
{
	const ViewField *f = &search->view->fields[field];
	int			nyears;
	Run		   *periods;
	int			n = find_periods(f, &periods, &nyears);

	for (int i = 0; i < n; i++)
	{
		TimeEdge	edge = i < nyears ? EDGE_YEAR : EDGE_QUARTER;
		Bound		low = {.given = true, .closed = true, .edge = edge};
		Bound		high = {.given = true, .edge = edge};

		low.time = floor_time(cell_time(&f->values[periods[i].first]), edge);
		/* no quarter has 100 days, and no year 400 */
		high.time = floor_time(low.time + (edge == EDGE_YEAR ? 400 : 100) * USECS_PER_DAY, edge);
		add_run(search, field, &periods[i], &low, &high);
	}
}

void
add_intervals(Search *search, int field)
{
	const ViewField *f = &search->view->fields[field];
	int64	   *all_n;
	Run			runs[MAX_INTERVALS];
	int			nruns;

	if (f->nvalues < 2)
		return;
	all_n = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * f->nvalues);
	for (int i = 0; i < f->nvalues; i++)
		all_n[i] = f->best_n[i] + f->rest_n[i];
	nruns = best_runs(f->best_n, all_n, f->nvalues, search->best, search->total, runs);
	for (int i = 0; i < nruns; i++)
	{
		Bound		low = {0};
		Bound		high = {0};

		CHECK_FOR_INTERRUPTS();
		if (runs[i].best_n >= search->least && snap_run(search, field, &runs[i], &low, &high))
			add_run(search, field, &runs[i], &low, &high);
	}
	pfree(all_n);
	add_periods(search, field);
}

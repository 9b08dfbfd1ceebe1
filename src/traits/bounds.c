/*
 * bounds.c
 *		Bounds of intervals that people would have chosen.
 *
 * An interval is a run of values; where exactly it begins and ends between two
 * values is nobody's business but the reader's.  So among the runs that are
 * within 2 % of the best one, and all numbers or moments that part the same
 * values, we take those with the shortest spelling: few significant digits, and
 * edges of the calendar.
 */
#include "postgres.h"

#include "sketch/spelling.h"
#include "traits/traits.h"

/* So much of the weight may be given for a better spelling: 1 of 50. */
#define TOLERANCE 50

/* Values to look at on either side of a bound. */
#define MAX_MOVES 10000

/* Bounds of a run as it is; false if there are none. */
bool
spell_run(const ViewField *f, const Run *run, Bound *low, Bound *high)
{
	Decimal		decimal = {0};

	if (spell_low(f, run->first, low, &decimal) == COST_NONE)
		return false;
	if (low->given && !cell_is_time(f->values[0].kind))
		low->text = decimal_string(&decimal);
	if (spell_high(f, run->last, high, &decimal) == COST_NONE)
		return false;
	if (high->given && !cell_is_time(f->values[0].kind))
		high->text = decimal_string(&decimal);
	if (run->first > 0 && !parts_values(f, low, run->first - 1, run->first, true))
		return false;
	return run->last == f->nvalues - 1 ||
		parts_values(f, high, run->last, run->last + 1, false);
}

/* ---- snapping ---- */

/* Of the places that a bound can move to, the best one of each cost. */
typedef struct Moves
{
	int			place[MAX_COST];
	int128		loss[MAX_COST];
	bool		known[MAX_COST];
} Moves;

static void
consider(Moves *moves, const ViewField *f, int place, bool is_low, int128 loss)
{
	Bound		bound;
	Decimal		decimal;
	int			cost = is_low ? spell_low(f, place, &bound, &decimal) :
		spell_high(f, place, &bound, &decimal);

	if (cost == COST_NONE || cost >= MAX_COST)
		return;
	if (!moves->known[cost] || loss < moves->loss[cost])
	{
		moves->known[cost] = true;
		moves->loss[cost] = loss;
		moves->place[cost] = place;
	}
}

static int128
weight_at(const Search *search, const ViewField *f, int i)
{
	return (int128) f->best_n[i] * search->total -
		(int128) (f->best_n[i] + f->rest_n[i]) * search->best;
}

/* All places within what may be lost, outward and inward from the bound. */
static void
find_moves(const Search *search, const ViewField *f, const Run *run, bool is_low,
		   int128 limit, Moves *moves)
{
	int			step = is_low ? -1 : 1;
	int			place = is_low ? run->first : run->last;
	int128		loss = 0;

	memset(moves, 0, sizeof(Moves));
	consider(moves, f, place, is_low, 0);
	for (int n = 0, i = place + step; n < MAX_MOVES && i >= 0 && i < f->nvalues; n++, i += step)
	{
		loss -= weight_at(search, f, i);
		if (loss > limit)
			break;
		consider(moves, f, i, is_low, loss);
	}
	loss = 0;
	for (int n = 0, i = place; n < MAX_MOVES; n++, i -= step)
	{
		loss += weight_at(search, f, i);
		if (loss > limit || i == (is_low ? run->last : run->first))
			break;
		consider(moves, f, i - step, is_low, loss);
	}
}

static void
recount(const ViewField *f, Run *run)
{
	run->best_n = run->all_n = 0;
	for (int i = run->first; i <= run->last; i++)
	{
		run->best_n += f->best_n[i];
		run->all_n += f->best_n[i] + f->rest_n[i];
	}
}

/* The cheapest two bounds that together lose no more than the limit. */
static bool
cheapest(const Moves *low, const Moves *high, int128 limit, Run *run)
{
	int			least = 2 * MAX_COST;
	int128		loss = 0;

	for (int i = 0; i < MAX_COST; i++)
	{
		for (int j = 0; low->known[i] && j < MAX_COST; j++)
		{
			int128		both;

			if (!high->known[j] || low->place[i] > high->place[j])
				continue;
			both = low->loss[i] + high->loss[j];
			if (both > limit || i + j > least || (i + j == least && both >= loss))
				continue;
			least = i + j;
			loss = both;
			run->first = low->place[i];
			run->last = high->place[j];
		}
	}
	return least < 2 * MAX_COST;
}

/* Moves the run's ends to where they read well; false if it cannot be told. */
bool
snap_run(const Search *search, int field, Run *run, Bound *low, Bound *high)
{
	const ViewField *f = &search->view->fields[field];
	int128		weight = (int128) run->best_n * search->total - (int128) run->all_n * search->best;
	int128		limit = weight / TOLERANCE;
	Moves	   *moves = palloc(2 * sizeof(Moves));
	Run			snapped = *run;

	find_moves(search, f, run, true, limit, &moves[0]);
	find_moves(search, f, run, false, limit, &moves[1]);
	if (cheapest(&moves[0], &moves[1], limit, &snapped) && spell_run(f, &snapped, low, high))
	{
		recount(f, &snapped);
		*run = snapped;
		return true;
	}
	return spell_run(f, run, low, high);
}

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

#include <math.h>

#include "miscadmin.h"
#include "portrait/portrait.h"
#include "traits/traits.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* So much of the weight may be given for a better spelling: 1 of 50. */
#define TOLERANCE 50

/* Values to look at on either side of a bound. */
#define MAX_MOVES 10000

/* Costs of spellings are below this. */
#define MAX_COST 80
#define DIGIT_COST 4
#define COST_NONE (-1)

/* ---- times ---- */

/* Is it one that portraits and calendars can work with? */
bool
is_plain_time(const Cell *cell)
{
	int64		word = (int64) cell->word;

	if (cell->kind == CELL_DATE)
	{
		if (word >= DATEVAL_NOEND || word <= DATEVAL_NOBEGIN ||
			word > PG_INT64_MAX / USECS_PER_DAY || word < PG_INT64_MIN / USECS_PER_DAY)
			return false;
		word *= USECS_PER_DAY;
	}
	/* far enough from the last moment for the next year to exist */
	return is_writable_time(word) && word < END_TIMESTAMP - 800 * USECS_PER_DAY;
}

int64
cell_time(const Cell *cell)
{
	return cell->kind == CELL_DATE ? (int64) cell->word * USECS_PER_DAY : (int64) cell->word;
}

/* The latest edge of the calendar that is not after the moment. */
int64
floor_time(int64 time, TimeEdge edge)
{
	int64		whole_days = time / USECS_PER_DAY;
	int			year;
	int			month;
	int			day;

	if (edge == EDGE_NONE)
		return time;
	if (time % USECS_PER_DAY < 0)
		whole_days--;
	j2date((int) whole_days + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (edge == EDGE_DAY)
		return whole_days * USECS_PER_DAY;
	if (edge == EDGE_YEAR)
		month = 1;
	else if (edge == EDGE_QUARTER)
		month -= (month - 1) % 3;
	return (int64) (date2j(year, month, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/* The coarsest edge after low that is not after high: where low < edge <= high. */
static int
spell_time(int64 low, int64 high, Bound *bound)
{
	for (int edge = EDGE_YEAR; edge <= EDGE_NONE; edge++)
	{
		bound->time = floor_time(high, edge);
		bound->edge = edge;
		if (bound->time > low)
			return DIGIT_COST / 2 + DIGIT_COST * edge;
	}
	return COST_NONE;
}

/* ---- numbers ---- */

typedef struct Decimal
{
	int64		digits;
	int			exponent;		/* times 10 to that power */
	bool		negative;
} Decimal;

static double
power_of_ten(int exponent)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

	return exponent < (int) lengthof(powers) ? powers[exponent] : pow(10, exponent);
}

static double
scaled(double x, int exponent)
{
	return exponent >= 0 ? x / power_of_ten(exponent) : x * power_of_ten(-exponent);
}

/* The half-open or open side of where a bound may be. */
typedef struct Gap
{
	double		low;
	double		high;
	bool		low_closed;
	bool		high_closed;
	bool		prefer_high;	/* of numbers as short, the one nearest to high */
} Gap;

/* The number with the fewest digits in the gap, which is above zero. */
static bool
shortest_positive(const Gap *gap, Decimal *result)
{
	int			exponent = gap->high > 0 ? (int) floor(log10(gap->high)) + 1 : 0;

	for (int i = 0; i < 18; i++, exponent--)
	{
		double		most = floor(scaled(gap->high, exponent));
		double		least = ceil(scaled(gap->low, exponent));

		if (!gap->high_closed && most == scaled(gap->high, exponent))
			most -= 1;
		if (!gap->low_closed && least == scaled(gap->low, exponent))
			least += 1;
		if (least > most || fabs(most) > 1e17)
			continue;
		result->exponent = exponent;
		result->digits = (int64) (gap->prefer_high ? most : least);
		/* 25 and 35 are rounder than 26 and 34 */
		if (floor(most / 5) * 5 >= least && fmod(result->digits, 10) != 0)
			result->digits = (int64) (gap->prefer_high ? floor(most / 5) * 5 : ceil(least / 5) * 5);
		return true;
	}
	return false;
}

static bool
shortest_number(const Gap *gap, Decimal *result)
{
	Gap			mirrored = {
		.low = -gap->high, .high = -gap->low,
		.low_closed = gap->high_closed, .high_closed = gap->low_closed,
		.prefer_high = !gap->prefer_high
	};

	*result = (Decimal) {0};
	if ((gap->low < 0 || (gap->low == 0 && gap->low_closed)) &&
		(gap->high > 0 || (gap->high == 0 && gap->high_closed)))
		return true;			/* zero */
	if (gap->low >= 0)
		return !isinf(gap->high) && shortest_positive(gap, result);
	result->negative = true;
	return !isinf(gap->low) && shortest_positive(&mirrored, result);
}

/* Significant digits; 1, 2 and 5 are the roundest ones, and a last 5 is half a digit. */
static int
decimal_cost(const Decimal *decimal)
{
	int64		digits = decimal->digits;
	int			cost = 0;

	while (digits != 0 && digits % 10 == 0)
		digits /= 10;
	if (digits == 1)
		return DIGIT_COST / 2;
	if (digits == 2 || digits == 5)
		return DIGIT_COST - 1;
	if (digits % 5 == 0 && digits > 0)
		cost -= DIGIT_COST / 2;
	for (; digits > 0; digits /= 10)
		cost += DIGIT_COST;
	return Max(cost, 1);
}

static char *
decimal_string(const Decimal *decimal)
{
	char	   *text = psprintf("%s" INT64_FORMAT "e%d", decimal->negative ? "-" : "",
								decimal->digits, decimal->exponent);
	Datum		number = DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));

	return number_text(DatumGetNumeric(number));
}

/* The cell that a bound is for the values of its field. */
static Cell
number_bound_cell(FieldType type, const char *text)
{
	Numeric		number;

	if (type == FIELD_REAL)
		return real_cell(strtod(text, NULL));
	if (!parse_number_text(text, strlen(text), &number))
		return (Cell) {.kind = CELL_NULL};
	return numeric_cell(NumericGetDatum(number));
}

/* ---- where a run may begin and end ---- */

/*
 * The run begins at value i: a bound is after the value before it, and not
 * after the value itself.
 */
static int
spell_low(const ViewField *f, int i, Bound *bound, Decimal *decimal)
{
	*bound = (Bound) {.given = i > 0, .closed = true};
	if (i == 0)
		return 0;
	if (cell_is_time(f->values[i].kind))
	{
		if (!is_plain_time(&f->values[i]) || !is_plain_time(&f->values[i - 1]))
			return COST_NONE;
		return spell_time(cell_time(&f->values[i - 1]), cell_time(&f->values[i]), bound);
	}
	else
	{
		Gap			gap = {
			.low = cell_real(&f->values[i - 1]),
			.high = cell_real(&f->values[i]),
			.high_closed = !cell_is_rounded(&f->values[i]),
			.prefer_high = true
		};

		return shortest_number(&gap, decimal) ? decimal_cost(decimal) : COST_NONE;
	}
}

/* The run ends at value i; a bound is below the next value, or at it and open. */
static int
spell_high(const ViewField *f, int i, Bound *bound, Decimal *decimal)
{
	Decimal		open;
	int			cost = COST_NONE;
	Gap			gap = {0};

	*bound = (Bound) {.given = i < f->nvalues - 1};
	if (i == f->nvalues - 1)
		return 0;
	if (cell_is_time(f->values[i].kind))
	{
		if (!is_plain_time(&f->values[i]) || !is_plain_time(&f->values[i + 1]))
			return COST_NONE;
		return spell_time(cell_time(&f->values[i]), cell_time(&f->values[i + 1]), bound);
	}
	gap.low = cell_real(&f->values[i]);
	gap.high = cell_real(&f->values[i + 1]);
	gap.low_closed = !cell_is_rounded(&f->values[i]);
	if (shortest_number(&gap, decimal))
	{
		bound->closed = true;
		cost = decimal_cost(decimal);
	}
	gap.low_closed = false;
	gap.high_closed = !cell_is_rounded(&f->values[i + 1]);
	/* "to under 300" takes more words than "to 300" */
	if (shortest_number(&gap, &open) &&
		(cost == COST_NONE || decimal_cost(&open) + DIGIT_COST / 2 < cost))
	{
		*decimal = open;
		bound->closed = false;
		cost = decimal_cost(&open) + DIGIT_COST / 2;
	}
	return cost;
}

/* Does the bound, as it is spelled, part the values where the run does? */
static bool
parts_values(const ViewField *f, const Bound *bound, int below, int above, bool is_low)
{
	Cell		cell;
	int			to_below;
	int			to_above;

	if (!bound->given || cell_is_time(f->values[0].kind))
		return true;
	cell = number_bound_cell(f->type, bound->text);
	if (cell.kind == CELL_NULL || cell_is_rounded(&cell))
		return false;
	to_below = compare_cells(&cell, &f->values[below]);
	to_above = compare_cells(&cell, &f->values[above]);
	/* closed at the high end keeps what is equal to it; so does open at the low end */
	if (bound->closed != is_low)
		return to_below >= 0 && to_above < 0;
	return to_below > 0 && to_above <= 0;
}

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

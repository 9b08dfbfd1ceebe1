/*
 * spelling.c
 *		Bounds between two values of a field, as people would have written them.
 *
 * Where exactly a bound is between two values is nobody's business but the
 * reader's.  So of all numbers or moments that part them the same way we take
 * the one with the shortest spelling: few significant digits, and edges of the
 * calendar.
 */
#include "postgres.h"

#include <math.h>

#include "portrait/portrait.h"
#include "sketch/spelling.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

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
	double		y = exponent >= 0 ? x / power_of_ten(exponent) : x * power_of_ten(-exponent);

	/* 1.13 * 100 is less than 113, though 113 / 100 is 1.13 */
	if (exponent < 0 && rint(y) / power_of_ten(-exponent) == x)
		return rint(y);
	return y;
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
int
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

char *
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
int
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
int
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

bool
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

/* A bound below which are the values before value i; false if there is none. */
bool
spell_cut(const ViewField *f, int i, Bound *bound)
{
	Decimal		decimal = {0};

	if (spell_low(f, i, bound, &decimal) == COST_NONE)
		return false;
	if (!cell_is_time(f->values[i].kind))
		bound->text = decimal_string(&decimal);
	return parts_values(f, bound, i - 1, i, true);
}

/*
 * hypergeometric.c
 *		Exact tests of a table of two by two, and exact limits of its odds ratio.
 *
 * The margins are held fixed, as Fisher does (1935, "The logic of inductive
 * inference"): then one cell says all, and it is hypergeometric.
 */
#include <math.h>

#include "stats/deviance.h"
#include "stats/stats.h"

/* What a sum may leave away, as a share of it. */
#define NEGLIGIBLE 1e-16

/*
 * The four cells: best and rest in columns, the trait holds and holds not in
 * rows.  Counts are below 2^53, so that doubles are exact.
 */
typedef struct Table
{
	double		a;
	double		b;
	double		c;
	double		d;
} Table;

static Table
table_of(const FourCells *cells)
{
	Table		table;

	table.a = (double) cells->a;
	table.b = (double) (cells->n - cells->a);
	table.c = (double) (cells->best - cells->a);
	table.d = (double) (cells->total - cells->n - cells->best + cells->a);
	return table;
}

/* The same margins with another count in the first cell. */
static Table
moved(Table table, double by)
{
	return (Table){table.a + by, table.b - by, table.c - by, table.d + by};
}

/* What was a lower tail is an upper one. */
static Table
mirrored(Table table)
{
	return (Table){table.b, table.a, table.d, table.c};
}

/* The margins allow no smaller (no larger) first cell. */
static bool
is_lowest(Table table)
{
	return table.a <= 0 || table.d <= 0;
}

static bool
is_highest(Table table)
{
	return table.b <= 0 || table.c <= 0;
}

static bool
is_possible(Table table)
{
	return table.a >= 0 && table.b >= 0 && table.c >= 0 && table.d >= 0;
}

/*
 * ln P(X = a).  With Stirling's formula for all nine factorials, what is large
 * is the sum of the four cells' deviances from what is expected of them, and
 * all four are off by the same (ad - bc) / total.
 */
static double
log_point(Table table)
{
	const double cell[] = {table.a, table.b, table.c, table.d};
	double		row = table.a + table.b;
	double		other_row = table.c + table.d;
	double		column = table.a + table.c;
	double		other_column = table.b + table.d;
	double		total = row + other_row;
	double		off;
	double		scale;
	double		result;

	if (row <= 0 || other_row <= 0 || column <= 0 || other_column <= 0)
		return 0;

	off = difference_of_products(table.a, table.d, table.b, table.c) / total;
	result = stirling_error(row) + stirling_error(other_row) +
		stirling_error(column) + stirling_error(other_column) -
		stirling_error(total);
	result -= deviance(table.a, row * column / total, off);
	result -= deviance(table.b, row * other_column / total, -off);
	result -= deviance(table.c, other_row * column / total, -off);
	result -= deviance(table.d, other_row * other_column / total, off);

	/* below 2^212, so it cannot overflow */
	scale = row * other_row * column * other_column / total * (TWO_PI * TWO_PI * TWO_PI);
	for (int i = 0; i < 4; i++)
	{
		result -= stirling_error(cell[i]);
		if (cell[i] > 0)
			scale /= TWO_PI * cell[i];
	}
	return result + 0.5 * log(scale);
}

/*
 * P(X >= a) / P(X = a).  The ratio of neighbours falls all the way, so what
 * is left to come is less than a geometric series.
 */
static double
tail_over_point(Table table)
{
	double		sum = 1;
	double		term = 1;

	for (;;)
	{
		double		ratio = (table.b * table.c) /
			((table.a + 1) * (table.d + 1));

		term *= ratio;
		sum += term;
		if (term <= NEGLIGIBLE * sum * (1 - ratio))
			return sum;
		table = moved(table, 1);
	}
}

double
log_hypergeometric(const FourCells *cells)
{
	Table		table = table_of(cells);

	return is_possible(table) ? log_point(table) : -INFINITY;
}

/*
 * The smaller tail is the one to add up: of the larger one, what is missing
 * from 1 would be lost.
 */
static bool
is_above_mean(Table table)
{
	return difference_of_products(table.a, table.d, table.b, table.c) > 0;
}

double
log_fisher(const FourCells *cells)
{
	Table		table = table_of(cells);

	if (is_lowest(table))
		return 0;
	if (!is_possible(table))
		return -INFINITY;
	if (is_above_mean(table))
		return log_point(table) + log(tail_over_point(table));
	table = moved(table, -1);
	return log1p(-exp(log_point(table)) * tail_over_point(mirrored(table)));
}

double
log_fisher_mid(const FourCells *cells)
{
	Table		table = table_of(cells);

	if (table.a < 0 || table.d < 0)
		return 0;
	if (!is_possible(table))
		return -INFINITY;
	if (is_above_mean(table))
		return log_point(table) + log(tail_over_point(table) - 0.5);
	return log1p(-exp(log_point(table)) *
				 (tail_over_point(mirrored(table)) - 0.5));
}

/* ---- limits of the odds ratio ---- */

typedef struct TiltedTail
{
	double		log_sum;		/* ln of P(X >= a) / P(X = a) */
	double		mean;			/* of X - a, given X >= a */
} TiltedTail;

/*
 * The tail where the true odds ratio is not 1: each step up counts that much
 * more.  Far below the mode terms grow before they fall, and can overflow.
 */
static TiltedTail
tilted_tail(Table table, double log_odds)
{
	const double big = 0x1p+600;
	double		odds = exp(log_odds);
	double		sum = 1;
	double		term = 1;
	double		moment = 0;
	double		steps = 0;
	int			shifts = 0;

	for (;;)
	{
		double		ratio = odds * (table.b * table.c) /
			((table.a + 1) * (table.d + 1));

		steps++;
		term *= ratio;
		sum += term;
		moment += steps * term;
		/* in such a way that a NaN ends it too */
		if (!(ratio >= 1) &&
			!(steps * term > NEGLIGIBLE * sum * (1 - ratio) * (1 - ratio)))
			break;
		if (sum > big)
		{
			sum /= big;
			term /= big;
			moment /= big;
			shifts++;
		}
		table = moved(table, 1);
	}
	return (TiltedTail){log(sum) + shifts * log(big), moment / sum};
}

/*
 * The ln of the odds ratio under which P(X >= a) / P(X < a) is exp(target).
 * The ln of that quotient rises with ln of the odds ratio, by 1 or more for
 * each 1 (it is how far the two tails' means are apart), so how far it is off
 * also bounds how far away the solution is.
 */
static double
tilt_for(Table table, double target, double guess)
{
	Table		below = mirrored(moved(table, -1));
	double		step_up = log((table.b + 1) * (table.c + 1) / (table.a * table.d));
	double		low = -INFINITY;
	double		high = INFINITY;

	for (int i = 0; i < 200; i++)
	{
		TiltedTail	up = tilted_tail(table, guess);
		TiltedTail	down = tilted_tail(below, -guess);
		double		excess = up.log_sum - down.log_sum + step_up + guess - target;
		double		next = guess - excess / (1 + up.mean + down.mean);

		low = fmax(low, excess > 0 ? guess - excess : guess);
		high = fmin(high, excess > 0 ? guess : guess - excess);
		if (next < low || next > high)
			next = low + (high - low) / 2;
		if (fabs(next - guess) <= 1e-13 * (1 + fabs(guess)))
			return next;
		guess = next;
	}
	return guess;
}

/*
 * Conditional limits: the odds ratios that leave (1 - level) / 2 on the far
 * side of what was seen (Cornfield 1956, "A statistical problem arising from
 * retrospective studies").
 */
Limits
odds_ratio_exact(const FourCells *cells, double level)
{
	Table		table = table_of(cells);
	Limits		guess = odds_ratio_logit(cells, level);
	double		outside = (1 - level) / 2;
	double		target = log(outside) - log1p(-outside);
	Limits		limits = {0, INFINITY};

	if (!is_possible(table) || outside <= 0)
		return limits;
	if (!is_lowest(table))
		limits.low = exp(tilt_for(table, target, log(guess.low)));
	if (!is_highest(table))
		limits.high = exp(tilt_for(moved(table, 1), -target, log(guess.high)));
	return limits;
}

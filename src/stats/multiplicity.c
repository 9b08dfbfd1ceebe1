/*
 * multiplicity.c
 *		p-values adjusted for how many hypotheses were tried.
 *
 * All work on logarithms: the smallest p-values are no doubles any more.
 * Hypotheses that are not given count as p = 1; they come last in any order,
 * and change nothing but the family's size.
 */
#include <math.h>

#include "stats/stats.h"

#define NOTHING (-1)

/* No list of ints is longer than 2^31. */
#define MAX_RUNS 32

/*
 * The hypotheses in order of their p-values, as a linked list: q[i] is the
 * number of the one after i.  The list can be walked while the q-values take
 * its place, so that a second array is not needed.
 */
typedef struct Ordering
{
	const double *log_p;
	double	   *next;
	bool		descending;
} Ordering;

static bool
goes_first(const Ordering *order, int i, int j)
{
	return order->descending ? order->log_p[i] >= order->log_p[j]
		: order->log_p[i] <= order->log_p[j];
}

/* Merges two ordered lists, of which the first wins ties. */
static int
merge(const Ordering *order, int first, int second)
{
	int			head = NOTHING;
	int			tail = NOTHING;

	while (first != NOTHING || second != NOTHING)
	{
		bool		take_first = second == NOTHING ||
			(first != NOTHING && goes_first(order, first, second));
		int			taken = take_first ? first : second;

		if (take_first)
			first = (int) order->next[taken];
		else
			second = (int) order->next[taken];
		if (tail == NOTHING)
			head = taken;
		else
			order->next[tail] = taken;
		tail = taken;
	}
	if (tail != NOTHING)
		order->next[tail] = NOTHING;
	return head;
}

/* Merge sort from below: runs[i] is empty, or an ordered list of 2^i. */
static int
sort(const Ordering *order, int k)
{
	int			runs[MAX_RUNS];
	int			all = NOTHING;

	for (int i = 0; i < MAX_RUNS; i++)
		runs[i] = NOTHING;
	for (int i = 0; i < k; i++)
	{
		int			carry = i;
		int			at = 0;

		order->next[i] = NOTHING;
		for (; at < MAX_RUNS - 1 && runs[at] != NOTHING; at++)
		{
			carry = merge(order, runs[at], carry);
			runs[at] = NOTHING;
		}
		runs[at] = carry;
	}
	for (int i = 0; i < MAX_RUNS; i++)
		all = merge(order, runs[i], all);
	return all;
}

static double
probability(double log_p)
{
	return log_p < 0 ? exp(log_p) : 1;
}

/* 1 + 1/2 + .. + 1/n */
static double
harmonic(double n)
{
	const double euler = 0.57721566490153286060651209008240;
	double		sum = 0;

	/* Euler's and Maclaurin's formula; the next term is 1 / 252 n^6 */
	if (n > 200)
		return log(n) + euler + 1 / (2 * n) - 1 / (12 * n * n) +
			1 / (120 * n * n * n * n);
	for (int i = (int) n; i >= 1; i--)
		sum += 1.0 / i;
	return sum;
}

/* The step-up procedures: from the largest p-value down. */
static void
step_up(const double *log_p, int k, double family, double weight, double *q)
{
	Ordering	order = {log_p, q, true};
	int			i = sort(&order, k);
	double		least = 0;

	for (int rank = k; i != NOTHING; rank--)
	{
		int			next = (int) q[i];

		least = fmin(least, log_p[i] + log(weight * family / rank));
		q[i] = probability(least);
		i = next;
	}
}

void
adjust_bonferroni(const double *log_p, int k, double family, double *q)
{
	for (int i = 0; i < k; i++)
		q[i] = probability(log_p[i] + log(family));
}

/* Holm (1979), "A simple sequentially rejective multiple test procedure". */
void
adjust_holm(const double *log_p, int k, double family, double *q)
{
	Ordering	order = {log_p, q, false};
	int			i = sort(&order, k);
	double		most = -INFINITY;

	for (int before = 0; i != NOTHING; before++)
	{
		int			next = (int) q[i];

		most = fmax(most, log_p[i] + log(family - before));
		q[i] = probability(most);
		i = next;
	}
}

/*
 * Benjamini and Hochberg (1995), "Controlling the false discovery rate: a
 * practical and powerful approach to multiple testing".
 */
void
adjust_bh(const double *log_p, int k, double family, double *q)
{
	step_up(log_p, k, family, 1, q);
}

/*
 * Benjamini and Yekutieli (2001), "The control of the false discovery rate in
 * multiple testing under dependency".
 */
void
adjust_by(const double *log_p, int k, double family, double *q)
{
	step_up(log_p, k, family, harmonic(family), q);
}

/*
 * roles.c
 *		What part each field of a sketch can play: a trait, or a constant, an
 *		identifier, a leak, a mirror of another field.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "common/hashfn.h"
#include "miscadmin.h"
#include "sketch/view.h"
#include "stats/stats.h"

/* Bins of a field by which it is judged: most frequent values, or quantiles. */
#define MAX_BINS 20

/* One bin beside these for other values, one for missing ones. */
#define BIN_ROOM (MAX_BINS + 2)

/* Of so many known values nearly all are different: those are names, not traits. */
#define MIN_IDENTIFIERS 10
#define IDENTIFIER_SHARE 0.9

/* Of whole numbers with a key's name so many are different: a key of other rows. */
#define KEY_SHARE 0.1

/* Whole numbers of a key are dense: so many times as many as there are rows. */
#define KEY_SPREAD 10

#define LEAK_AUC 0.98
#define LEAK_AUC_ROWS 3			/* of a side; fewer are told apart by chance */
#define LEAK_IV 3.0
#define LEAK_PURITY 0.95
#define LEAK_ROWS 40

#define SEED UINT64_C(0x1C9)

/* Rows by bin and side; the known bins in the order of their values. */
typedef struct Bins
{
	int			n;
	int64_t		best[BIN_ROOM];
	int64_t		rest[BIN_ROOM];
} Bins;

static int64
known_rows(const ViewField *field)
{
	return field->known_best + field->known_rest;
}

/* ---- bins ---- */

static void
add_bin(Bins *bins, int64 best, int64 rest)
{
	if (best + rest == 0)
		return;
	bins->best[bins->n] = best;
	bins->rest[bins->n++] = rest;
}

static void
add_missing(Bins *bins, const SketchView *view, const ViewField *field)
{
	add_bin(bins, view->best_n - field->known_best, view->rest_n - field->known_rest);
}

/* Neighbouring values together, about equally many rows in each bin. */
static void
bin_quantiles(Bins *bins, const ViewField *field)
{
	int64		size = known_rows(field) / MAX_BINS + 1;
	int64		best = 0;
	int64		rest = 0;

	for (int i = 0; i < field->nvalues; i++)
	{
		best += field->best_n[i];
		rest += field->rest_n[i];
		if (best + rest < size)
			continue;
		add_bin(bins, best, rest);
		best = rest = 0;
	}
	add_bin(bins, best, rest);
}

static int
compare_counts(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x < y) - (x > y);	/* largest first */
}

/* How many rows the last of the most frequent values has. */
static int64
frequent_rows(const ViewField *field)
{
	int64	   *rows;
	int64		result;

	if (field->nvalues <= MAX_BINS)
		return 0;
	rows = palloc_extended(sizeof(int64) * field->nvalues, MCXT_ALLOC_HUGE);
	for (int i = 0; i < field->nvalues; i++)
		rows[i] = field->best_n[i] + field->rest_n[i];
	qsort(rows, field->nvalues, sizeof(int64), compare_counts);
	/* without those that are as frequent as the first that is one too many */
	result = rows[MAX_BINS];
	pfree(rows);
	return result;
}

/* A bin for each of the frequent values, one for the others. */
static void
bin_values(Bins *bins, const ViewField *field)
{
	int64		limit = frequent_rows(field);
	int64		best = field->other_best;
	int64		rest = field->other_rest;

	for (int i = 0; i < field->nvalues; i++)
	{
		if (field->best_n[i] + field->rest_n[i] > limit)
			add_bin(bins, field->best_n[i], field->rest_n[i]);
		else
		{
			best += field->best_n[i];
			rest += field->rest_n[i];
		}
	}
	add_bin(bins, best, rest);
}

static void
make_bins(Bins *bins, const SketchView *view, const ViewField *field)
{
	bins->n = 0;
	if (field->is_ordered && field->nvalues > MAX_BINS)
		bin_quantiles(bins, field);
	else
		bin_values(bins, field);
	add_missing(bins, view, field);
}

/* Rows that have an element of a list, and all others. */
static void
make_element_bins(Bins *bins, const SketchView *view, const ViewField *field, int i)
{
	bins->n = 0;
	add_bin(bins, field->best_n[i], field->rest_n[i]);
	add_bin(bins, view->best_n - field->best_n[i], view->rest_n - field->rest_n[i]);
}

/* ---- AUC ---- */

/* So many rows are tossed one by one; of more, the first half's share is drawn. */
#define MANY_ROWS 65536

/* How many of n rows fall into the first half, each by the toss of a coin. */
static int64
toss(Random *random, int64 n)
{
	int64		heads = 0;

	if (n > MANY_ROWS)
	{
		/* as far from a half as so many tosses are, in standard deviations */
		double		away = ((double) toss(random, MANY_ROWS) - MANY_ROWS / 2.0) / (sqrt(MANY_ROWS) / 2);

		return n / 2 + (int64) rint(away * sqrt(n) / 2);
	}
	for (; n >= 64; n -= 64)
		heads += __builtin_popcountll(random_next(random));
	if (n > 0)
		heads += __builtin_popcountll(random_next(random) >> (64 - n));
	return heads;
}

static double
best_rate(const Bins *bins, int i)
{
	return (double) bins->best[i] / Max(bins->best[i] + bins->rest[i], 1);
}

/* AUC of what one half says about the other: bins in the order of their rates. */
static double
auc_in_order_of(const Bins *order, const Bins *bins)
{
	int64_t		best[BIN_ROOM];
	int64_t		rest[BIN_ROOM];
	int			places[BIN_ROOM];
	int			n = 0;

	for (int i = 0; i < bins->n; i++)
	{
		int			k = i;

		for (; k > 0 && best_rate(order, places[k - 1]) > best_rate(order, i); k--)
			places[k] = places[k - 1];
		places[k] = i;
	}
	for (int i = 0; i < bins->n; i++)
	{
		/* bins of one rate are one */
		if (i == 0 || best_rate(order, places[i]) != best_rate(order, places[i - 1]))
		{
			best[n] = rest[n] = 0;
			n++;
		}
		best[n - 1] += bins->best[places[i]];
		rest[n - 1] += bins->rest[places[i]];
	}
	return auc_of_bins(best, rest, n);
}

/*
 * Rows are split into halves at random; bins are ordered by what one half says
 * and judged by the other.  Only how many rows of a bin go where matters, so
 * the split is drawn bin by bin.  In its own half a field of many rare values
 * would seem to tell everything.
 */
static double
crossed_auc(const Bins *bins, uint64 seed)
{
	Bins		first = {.n = bins->n};
	Bins		second = {.n = bins->n};
	Random		random;
	double		one;
	double		other;

	random_seed(&random, seed);
	for (int i = 0; i < bins->n; i++)
	{
		first.best[i] = toss(&random, bins->best[i]);
		first.rest[i] = toss(&random, bins->rest[i]);
		second.best[i] = bins->best[i] - first.best[i];
		second.rest[i] = bins->rest[i] - first.rest[i];
	}
	one = auc_in_order_of(&first, &second);
	other = auc_in_order_of(&second, &first);
	if (isnan(one) || isnan(other))
		return isnan(one) ? other : one;
	return (one + other) / 2;
}

/* AUC of the values as they are, larger or smaller ones being better. */
static double
rank_auc(const SketchView *view, const ViewField *field)
{
	int64		missing_best = view->best_n - field->known_best;
	int64		missing_rest = view->rest_n - field->known_rest;
	int64_t    *best = palloc_extended(sizeof(int64_t) * (field->nvalues + 2), MCXT_ALLOC_HUGE);
	int64_t    *rest = palloc_extended(sizeof(int64_t) * (field->nvalues + 2), MCXT_ALLOC_HUGE);
	double		result = 0;

	memcpy(best + 1, field->best_n, sizeof(int64_t) * field->nvalues);
	memcpy(rest + 1, field->rest_n, sizeof(int64_t) * field->nvalues);
	/* missing ones stand at either end */
	for (int end = 0; end < 2; end++)
	{
		int			last = field->nvalues + 1;
		double		auc;

		best[0] = end == 0 ? missing_best : 0;
		rest[0] = end == 0 ? missing_rest : 0;
		best[last] = end == 0 ? 0 : missing_best;
		rest[last] = end == 0 ? 0 : missing_rest;
		auc = auc_of_bins(best, rest, last + 1);
		if (!isnan(auc))
			result = Max(result, Max(auc, 1 - auc));
	}
	pfree(best);
	pfree(rest);
	return result > 0 ? result : NAN;
}

/* ---- judging ---- */

static bool
is_one_sided(const Bins *bins)
{
	for (int i = 0; i < bins->n; i++)
	{
		if (Max(bins->best[i], bins->rest[i]) < LEAK_PURITY * (bins->best[i] + bins->rest[i]))
			return false;
	}
	return true;
}

static uint64
field_seed(const ViewField *field)
{
	return SEED ^ hash_bytes_extended((const unsigned char *) field->name, strlen(field->name), 0);
}

static void
judge_bins(const SketchView *view, ViewField *field, const Bins *bins, bool *leaks)
{
	double		auc = crossed_auc(bins, field_seed(field));
	double		iv = information_value(bins->best, bins->rest, bins->n, true);

	if (isnan(field->auc) || auc > field->auc)
		field->auc = auc;
	if (iv > field->iv)
		field->iv = iv;
	if (iv > LEAK_IV && view->best_n >= LEAK_ROWS && view->rest_n >= LEAK_ROWS &&
		is_one_sided(bins))
		*leaks = true;
}

static void
judge(const SketchView *view, ViewField *field)
{
	bool		leaks = false;
	Bins		bins;

	field->auc = NAN;
	field->iv = 0;
	if (!field->is_list)
	{
		make_bins(&bins, view, field);
		judge_bins(view, field, &bins, &leaks);
		if (field->is_ordered)
		{
			double		auc = rank_auc(view, field);

			if (auc > field->auc)
				field->auc = auc;
		}
	}
	for (int i = 0; field->is_list && i < field->nvalues; i++)
	{
		CHECK_FOR_INTERRUPTS();
		make_element_bins(&bins, view, field, i);
		judge_bins(view, field, &bins, &leaks);
	}
	if ((field->auc > LEAK_AUC && Min(view->best_n, view->rest_n) >= LEAK_AUC_ROWS) || leaks)
	{
		field->role = ROLE_LEAK;
		field->note = psprintf("tells best from rest almost perfectly: AUC %.3f, IV %.1f",
							   field->auc, field->iv);
	}
}

/* ---- constants and identifiers ---- */

static bool
is_constant(const SketchView *view, const ViewField *field)
{
	int64		known = known_rows(field);

	return known == 0 ||
		(field->distinct == 1 && !field->is_list && known == view->best_n + view->rest_n);
}

/* Whether the last word of the name is this one: account_id, accountId, ResellerKey. */
static bool
ends_in_word(const char *name, const char *word)
{
	int			length = strlen(name);
	int			n = strlen(word);
	const char *ending = name + length - n;

	return length >= n && pg_strcasecmp(ending, word) == 0 &&
		(length == n || !isalpha((unsigned char) ending[-1]) ||
		 (isupper((unsigned char) ending[0]) && islower((unsigned char) ending[-1])));
}

static bool
is_named_key(const char *name)
{
	return ends_in_word(name, "id") || ends_in_word(name, "key");
}

static bool
is_named_number(const char *name)
{
	return ends_in_word(name, "no") || ends_in_word(name, "nr") ||
		ends_in_word(name, "number") || ends_in_word(name, "code");
}

/*
 * Whole numbers that have a key's name and repeat little, or that do not repeat at
 * all and are dense, or called a number.
 */
static bool
is_key(const SketchView *view, const ViewField *field)
{
	double		rows = field->known_best * view->best_weight + field->known_rest * view->rest_weight;
	const Cell *first = &field->values[0];
	const Cell *last = &field->values[field->nvalues - 1];

	if (!field->is_ordered || first->kind != CELL_INTEGER || last->kind != CELL_INTEGER)
		return false;
	for (int i = 0; i < field->nvalues; i++)
	{
		if (field->values[i].kind != CELL_INTEGER)
			return false;
	}
	if (is_named_key(field->name) && field->distinct >= KEY_SHARE * known_rows(field))
		return true;
	if (field->distinct < known_rows(field))
		return false;
	return is_named_number(field->name) ||
		(double) (int64) last->word - (double) (int64) first->word < KEY_SPREAD * rows;
}

static bool
is_identifier(const SketchView *view, const ViewField *field)
{
	int64		known = known_rows(field);
	bool		is_text = field->type == FIELD_TEXT || field->type == FIELD_OTHER ||
		(field->type == FIELD_JSON && !field->is_ordered);

	if (field->is_list || known < MIN_IDENTIFIERS)
		return false;
	if (field->type == FIELD_UUID || (is_text && field->as == AS_IS))
		return field->distinct >= IDENTIFIER_SHARE * known;
	return field->nvalues > 0 && is_key(view, field);
}

/* ---- mirrors ---- */

/* A number that fields with the same rows by value share. */
static uint64
signature(const ViewField *field)
{
	uint64		sum = mix64(field->known_best + mix64(field->known_rest));

	for (int i = 0; i < field->nvalues; i++)
		sum += mix64(field->best_n[i] + mix64(field->rest_n[i] + 1));
	return sum;
}

/* Does each code of one stand for one code of the other in all rows? */
static bool
are_one_to_one(const SketchView *view, int a, int b, bool *is_monotone)
{
	uint32	   *a_codes = view_codes(view, a);
	uint32	   *b_codes = view_codes(view, b);
	uint32		n = view->fields[a].nvalues + CODE_FIRST;
	uint32	   *map = palloc_extended(sizeof(uint32) * n, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	bool		result = true;
	int			turns = 0;

	/* as many values on both sides, so one direction is enough; 0 is no code yet */
	for (int64 row = 0; row < view->nrows && result; row++)
	{
		uint32		code = a_codes[row];

		if (map[code] == 0)
			map[code] = b_codes[row] + 1;
		result = map[code] == b_codes[row] + 1;
	}
	for (uint32 code = CODE_FIRST + 1; code < n; code++)
		turns += map[code] > map[code - 1] ? 1 : -1;
	*is_monotone = abs(turns) == (int) n - CODE_FIRST - 1;
	pfree(map);
	pfree(a_codes);
	pfree(b_codes);
	return result;
}

static bool
may_mirror(const ViewField *field)
{
	return !field->is_list && (field->role == ROLE_TRAIT || field->role == ROLE_LEAK) &&
		field->other_best + field->other_rest == 0 && field->nvalues > 1;
}

/* Two columns that hardly repeat a value go together in any case, unless in one order. */
static bool
mirrors(const SketchView *view, int a, int b)
{
	const ViewField *x = &view->fields[a];
	const ViewField *y = &view->fields[b];
	bool		is_monotone;

	if (x->nvalues != y->nvalues || !are_one_to_one(view, a, b, &is_monotone))
		return false;
	return x->distinct * 2 <= known_rows(x) ||
		(is_monotone && x->is_ordered && y->is_ordered && x->distinct > 4);
}

/* Keys of JSON come in any order, columns as the table has them. */
static bool
comes_before(const ViewField *a, const ViewField *b)
{
	if (a->type != FIELD_JSON && b->type != FIELD_JSON)
		return a->place < b->place;
	if (a->type != b->type)
		return a->type != FIELD_JSON;
	return strcmp(a->name, b->name) < 0;
}

static void
find_mirrors(SketchView *view)
{
	uint64	   *signatures = palloc(sizeof(uint64) * Max(view->nfields, 1));

	for (int i = 0; i < view->nfields; i++)
		signatures[i] = may_mirror(&view->fields[i]) ? signature(&view->fields[i]) : 0;
	for (int i = 0; i < view->nfields; i++)
	{
		ViewField  *field = &view->fields[i];

		for (int k = 0; k < view->nfields && may_mirror(field); k++)
		{
			ViewField  *other = &view->fields[k];

			CHECK_FOR_INTERRUPTS();
			if (k == i || !may_mirror(other) || signatures[i] != signatures[k] ||
				!comes_before(other, field) || !mirrors(view, i, k))
				continue;
			/* leaks stay leaks, and are said to be mirrors too */
			if (field->role == ROLE_TRAIT)
			{
				field->role = ROLE_MIRROR;
				field->mirror_of = k;
				field->note = psprintf("one-to-one with %s", other->name);
			}
			else
				field->note = psprintf("%s; one-to-one with %s", field->note, other->name);
			break;
		}
	}
	pfree(signatures);
}

/* ---- all ---- */

static void
classify(const SketchView *view, ViewField *field)
{
	field->role = ROLE_TRAIT;
	if (is_constant(view, field))
	{
		field->role = ROLE_CONSTANT;
		field->note = known_rows(field) == 0 ? "never known" :
			field->nvalues == 0 ? "known in all rows, its values are not looked into" :
			"one value in all rows";
		return;
	}
	judge(view, field);
	if (is_identifier(view, field))
	{
		field->role = ROLE_IDENTIFIER;
		field->note = field->distinct >= IDENTIFIER_SHARE * known_rows(field) ?
			"nearly every row has a value of its own" : "a key, as its name says";
	}
	else if (field->role == ROLE_TRAIT && field->other_best + field->other_rest > 0)
	{
		field->role = ROLE_HIGH_CARDINALITY;
		field->note = psprintf(INT64_FORMAT " values, of which %d were kept: those frequent on one side",
							   field->distinct, field->nvalues);
	}
}

void
classify_fields(SketchView *view)
{
	for (int i = 0; i < view->nfields; i++)
	{
		CHECK_FOR_INTERRUPTS();
		view->fields[i].auc = NAN;
		view->fields[i].iv = 0;
		classify(view, &view->fields[i]);
	}
	find_mirrors(view);
}

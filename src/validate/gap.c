/*
 * gap.c
 *		icp_gap: the portrait that was drawn at the start against who really came.
 *
 * Each characteristic has target attributes: those that give at least half of
 * what it can give.  How many of the best have them, and how many of the rest?
 * The scorecard itself is evaluated on each row of the sketch.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/result.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "score/score.h"
#include "stats/stats.h"
#include "utils/builtins.h"
#include "validate/gap.h"

PG_FUNCTION_INFO_V1(icp_gap);

#define GAP_COLUMNS 11

/* Of fewer rows that are known, nothing is said. */
#define MIN_KNOWN 0.5

/* Of the best, for a link to hold. */
#define MIN_SHARE 0.5

enum
{
	REST,
	BEST,
	NSIDES
};

/* Rows of each side. */
typedef struct Link
{
	int64		rows[NSIDES];
	int64		known[NSIDES];	/* where all its fields are */
	int64		asked[NSIDES];	/* that the shares are of */
	int64		target[NSIDES];	/* of these */
	bool		asks_missing;	/* missing is among the target, and so an answer */
	const char *untold;			/* why the sketch cannot tell, or NULL */
} Link;

/* What a characteristic makes of a row. */
typedef struct PartOutcome
{
	int64		points;
	bool		is_known;
} PartOutcome;

/* A characteristic on its own: of one field, by the field's codes. */
typedef struct Part
{
	const Characteristic *characteristic;
	const char *target;			/* in words, or NULL */
	Scorecard  *card;
	int			field;			/* of the codes */
	PartOutcome    *by_code;		/* NULL: it is evaluated row by row */
	Link		link;
} Part;

typedef struct Gap
{
	Portrait   *portrait;
	FieldType  *types;
	int			nparts;
	Part	   *parts;
	Scorecard  *whole;			/* has the disqualifiers, and no characteristics */
	Link		fits;
} Gap;

/* ---- what the sketch cannot tell ---- */

/*
 * Conditions that it cannot tell of are made harmless, so that they bind to
 * whatever is there.  Returns why the first of them cannot be told, or NULL.
 */
static const char *
set_aside_untold(const GapRows *rows, Condition *condition)
{
	const char *reason = NULL;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	if (condition->kind == CONDITION_OTHERWISE)
		return NULL;
	if (condition->kind < CONDITION_ALL)
	{
		reason = gap_untold(rows, condition);
		if (reason != NULL)
			condition->kind = CONDITION_MISSING;
		return reason;
	}
	foreach(lc, condition->children)
	{
		const char *of_child = set_aside_untold(rows, lfirst(lc));

		reason = reason ? reason : of_child;
	}
	return reason;
}

static void
find_untold(Gap *gap, const GapRows *rows)
{
	ListCell   *lc;

	for (int i = 0; i < gap->nparts; i++)
	{
		const Characteristic *characteristic = gap->parts[i].characteristic;
		Link	   *link = &gap->parts[i].link;

		foreach(lc, characteristic->attributes)
		{
			const char *reason = set_aside_untold(rows, ((Attribute *) lfirst(lc))->when);

			link->untold = link->untold ? link->untold : reason;
		}
		if (gap->fits.untold == NULL && characteristic->max > characteristic->min)
			gap->fits.untold = link->untold;
	}
	foreach(lc, gap->portrait->disqualifiers)
	{
		const char *reason = set_aside_untold(rows, ((Disqualifier *) lfirst(lc))->when);

		gap->fits.untold = gap->fits.untold ? gap->fits.untold : reason;
	}
}

/* ---- characteristics ---- */

/* Half of what the characteristic can give, from the least it can give on. */
static bool
is_target(const Characteristic *characteristic, int64 points)
{
	return characteristic->max > characteristic->min &&
		points - characteristic->min >= characteristic->max - points;
}

/* The target attributes in words; NULL if that is to have none. */
static char *
target_words(const Characteristic *characteristic)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, characteristic->attributes)
	{
		const Attribute *attribute = lfirst(lc);

		if (!is_target(characteristic, attribute->points))
			continue;
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? " or " : "", describe_condition(attribute->when));
	}
	return buf.len > 0 ? buf.data : NULL;
}

/* The portrait with these characteristics and rules only. */
static Scorecard *
bind_part(const Gap *gap, List *characteristics, List *disqualifiers)
{
	Portrait   *part = palloc(sizeof(Portrait));

	memcpy(part, gap->portrait, sizeof(Portrait));
	part->characteristics = characteristics;
	part->disqualifiers = disqualifiers;
	return bind_portrait(part, gap->types, 0);
}

static PartOutcome
evaluate_part(const Part *part, const NullableDatum *fields)
{
	const BoundCharacteristic *c = &part->card->characteristics[0];
	PartOutcome		outcome = {.is_known = true};

	evaluate_row(part->card, fields);
	outcome.points = part->card->matched[0]->points;
	for (int i = 0; i < c->ninputs && outcome.is_known; i++)
		outcome.is_known = input_value(part->card, c->inputs[i])->kind != VALUE_MISSING;
	return outcome;
}

/* Is it the target that nothing is known?  Not if nothing else is said of it. */
static bool
asks_missing(const Part *part, const NullableDatum *nothing)
{
	const Attribute *attribute;

	(void) evaluate_part(part, nothing);
	attribute = part->card->matched[0]->attribute;
	return attribute != NULL && attribute->when->kind != CONDITION_OTHERWISE &&
		is_target(part->characteristic, attribute->points);
}

/* The field that all inputs of the card read, or -1. */
static int
only_field(const Scorecard *card)
{
	int			field = card->ninputs > 0 ? card->inputs[0].field : -1;

	for (int i = 1; i < card->ninputs; i++)
	{
		if (card->inputs[i].field != field)
			return -1;
	}
	return field;
}

/* A field that has fewer values than rows is evaluated value by value. */
static void
evaluate_codes(Part *part, const GapRows *rows, NullableDatum *fields)
{
	int			field = only_field(part->card);
	const NullableDatum *values;
	int64		n = field >= 0 ? gap_codes(rows, field, &values) : 0;
	MemoryContext context;
	MemoryContext caller;

	if (n == 0)
		return;
	part->field = field;
	part->by_code = palloc_extended(sizeof(PartOutcome) * n, MCXT_ALLOC_HUGE);
	context = AllocSetContextCreate(CurrentMemoryContext, "values of a field", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	for (int64 code = 0; code < n; code++)
	{
		if (code % 1024 == 0)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(context);
		}
		fields[field] = values[code];
		part->by_code[code] = evaluate_part(part, fields);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	fields[field] = (NullableDatum) {(Datum) 0, true};
}

static void
read_fields_of(const Scorecard *card, GapRows *rows)
{
	for (int i = 0; i < card->ninputs; i++)
		read_gap_field(rows, card->inputs[i].field);
}

static void
bind_parts(Gap *gap, GapRows *rows)
{
	int			n = Max(list_length(gap->portrait->fields), 1);
	NullableDatum *nothing = palloc0(sizeof(NullableDatum) * n);

	for (int i = 0; i < n; i++)
		nothing[i].isnull = true;
	for (int i = 0; i < gap->nparts; i++)
	{
		Part	   *part = &gap->parts[i];

		CHECK_FOR_INTERRUPTS();
		part->card = bind_part(gap, list_make1(unconstify(Characteristic *, part->characteristic)), NIL);
		part->link.asks_missing = asks_missing(part, nothing);
		evaluate_codes(part, rows, nothing);
		if (part->by_code == NULL)
			read_fields_of(part->card, rows);
	}
	gap->whole = bind_part(gap, NIL, gap->portrait->disqualifiers);
	gap->fits.asks_missing = true;
	read_fields_of(gap->whole, rows);
}

/* ---- counting ---- */

static void
count_link(Link *link, int side, int64 n, bool known, bool target)
{
	link->rows[side] += n;
	if (known)
		link->known[side] += n;
	if (!known && !link->asks_missing)
		return;
	link->asked[side] += n;
	if (target)
		link->target[side] += n;
}

static bool
row_fits(const Scorecard *card)
{
	bool		isnull;
	float8		score = card_score(card, &isnull);

	return !isnull && card->disqualified < 0 && score >= card->portrait->fit_from;
}

static void
count_row(Gap *gap, const GapRow *row)
{
	int			side = row->is_best ? BEST : REST;
	int64		points = 0;

	for (int i = 0; i < gap->nparts; i++)
	{
		Part	   *part = &gap->parts[i];
		PartOutcome		outcome = part->by_code ? part->by_code[row->codes[part->field]] :
			evaluate_part(part, row->fields);

		points += outcome.points;
		count_link(&part->link, side, row->count, outcome.is_known,
				   is_target(part->characteristic, outcome.points));
	}
	/* which gives the initial score, and finds the rule that holds */
	evaluate_row(gap->whole, row->fields);
	gap->whole->points += points;
	count_link(&gap->fits, side, row->count, false, row_fits(gap->whole));
}

static void
count_rows(Gap *gap, GapRows *rows)
{
	GapRow		row;

	while (next_gap_row(rows, &row))
	{
		MemoryContext caller = MemoryContextSwitchTo(row.context);

		count_row(gap, &row);
		MemoryContextSwitchTo(caller);
	}
}

/* ---- shares ---- */

typedef struct Shares
{
	double		known[NSIDES];	/* NaN: of no rows */
	double		target[NSIDES];
	double		difference;
	Limits		limits;			/* of the difference */
} Shares;

static double
share(int64 part, int64 whole)
{
	return whole > 0 ? (double) part / (double) whole : NAN;
}

/*
 * Newcombe (1998), "Interval estimation for the difference between independent
 * proportions", method 10: from Wilson's limits of the two.
 */
static Limits
difference_limits(const Link *link, const Shares *shares)
{
	Limits		best = proportion_limits(link->target[BEST], link->asked[BEST], LEVEL);
	Limits		rest = proportion_limits(link->target[REST], link->asked[REST], LEVEL);
	double		b = shares->target[BEST];
	double		r = shares->target[REST];

	return (Limits) {
		.low = shares->difference - hypot(b - best.low, rest.high - r),
		.high = shares->difference + hypot(best.high - b, r - rest.low)
	};
}

static Shares
shares_of(const Link *link)
{
	Shares		shares;

	for (int side = 0; side < NSIDES; side++)
	{
		shares.known[side] = link->untold ? NAN : share(link->known[side], link->rows[side]);
		shares.target[side] = link->untold ? NAN : share(link->target[side], link->asked[side]);
	}
	shares.difference = shares.target[BEST] - shares.target[REST];
	shares.limits = (Limits) {NAN, NAN};
	if (!isnan(shares.difference))
		shares.limits = difference_limits(link, &shares);
	return shares;
}

/* Of the weight of the characteristics, as in coverage. */
static void
set_known_weight(const Gap *gap, Shares *shares)
{
	const Portrait *p = gap->portrait;

	for (int side = 0; side < NSIDES; side++)
	{
		double		known = 0;

		for (int i = 0; i < gap->nparts; i++)
		{
			const Characteristic *c = gap->parts[i].characteristic;

			known += (double) (c->max - c->min) * (double) gap->parts[i].link.known[side];
		}
		shares->known[side] = known / ((double) (p->max - p->min) * (double) gap->fits.rows[side]);
	}
}

/* ---- verdicts ---- */

typedef struct Verdict
{
	const char *word;
	const char *note;			/* or NULL */
} Verdict;

static Verdict
verdict_of(const Link *link, const Shares *shares)
{
	if (link->untold != NULL)
		return (Verdict) {"unknown", link->untold};
	if (link->rows[BEST] == 0)
		return (Verdict) {"unknown", "the sketch has no best rows"};
	if (!link->asks_missing && shares->known[BEST] < MIN_KNOWN)
		return (Verdict) {"unknown", "not known of most of the best"};
	if (shares->target[BEST] < MIN_SHARE)
		return (Verdict) {"off", shares->limits.low > 0 ? "too narrow: more of the best than of the rest, but few" : NULL};
	if (link->rows[REST] == 0)
		return (Verdict) {"unknown", "the sketch has no rest to compare with"};
	if (!link->asks_missing && shares->known[REST] < MIN_KNOWN)
		return (Verdict) {"unknown", "not known of most of the rest"};
	if (!(shares->limits.low > 0))
		return (Verdict) {"no different", shares->limits.high < 0 ? "more of the rest than of the best" : NULL};
	return (Verdict) {"holds", NULL};
}

/* ---- rows of the result ---- */

static void
put_text(Datum *value, bool *is_null, const char *text)
{
	*is_null = text == NULL;
	*value = text ? CStringGetTextDatum(text) : (Datum) 0;
}

static void
put_link(ReturnSetInfo *result, int rank, const char *name, const char *target, const Shares *shares, Verdict verdict)
{
	Datum		values[GAP_COLUMNS];
	bool		nulls[GAP_COLUMNS] = {0};

	values[0] = Int32GetDatum(rank);
	put_text(&values[1], &nulls[1], name);
	put_text(&values[2], &nulls[2], target);
	put_real(&values[3], &nulls[3], shares->known[BEST]);
	put_real(&values[4], &nulls[4], shares->known[REST]);
	put_real(&values[5], &nulls[5], shares->target[BEST]);
	put_real(&values[6], &nulls[6], shares->target[REST]);
	/* no -0 */
	put_real(&values[7], &nulls[7], shares->limits.low + 0.0);
	put_real(&values[8], &nulls[8], shares->limits.high + 0.0);
	put_text(&values[9], &nulls[9], verdict.word);
	put_text(&values[10], &nulls[10], verdict.note);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_part(ReturnSetInfo *result, int rank, const Part *part)
{
	const Characteristic *characteristic = part->characteristic;
	Link		link = part->link;
	Shares		shares;

	if (characteristic->max == characteristic->min)
		link.untold = "it gives the same points whatever the value";
	shares = shares_of(&link);
	put_link(result, rank, characteristic->name, part->target, &shares, verdict_of(&link, &shares));
}

static void
put_fits(ReturnSetInfo *result, const Gap *gap)
{
	Link		fits = gap->fits;
	Shares		shares;

	if (gap->portrait->max == gap->portrait->min)
		fits.untold = "the portrait gives the same points whatever the row";
	shares = shares_of(&fits);
	if (fits.untold == NULL)
		set_known_weight(gap, &shares);
	/* every row has a score, but few points say nothing where little is known */
	fits.asks_missing = false;
	put_link(result, 0, NULL, psprintf("fits: %s or more", gap->portrait->fit->text), &shares, verdict_of(&fits, &shares));
}

/* ---- the function ---- */

/* Types of fields as scorecards are bound to them. */
static FieldType *
field_types(const GapRows *rows, int n)
{
	FieldType  *types = palloc0(sizeof(FieldType) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		types[i].type = gap_types(rows)[i].type;
		types[i].in_document = gap_types(rows)[i].in_document;
	}
	return types;
}

static void
open_gap(Gap *gap, Datum portrait)
{
	ListCell   *lc;

	gap->portrait = portrait_from_datum(portrait);
	if (portrait_depends_on_now(gap->portrait))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the portrait depends on the current time, and icp_gap is immutable"),
				 errhint("Fix its dates with icp_at, at the time of the sketch.")));
	gap->nparts = list_length(gap->portrait->characteristics);
	gap->parts = palloc0(sizeof(Part) * Max(gap->nparts, 1));
	foreach(lc, gap->portrait->characteristics)
	{
		Part	   *part = &gap->parts[foreach_current_index(lc)];

		part->characteristic = lfirst(lc);
		/* before any of its conditions is set aside */
		part->target = target_words(part->characteristic);
	}
}

Datum
icp_gap(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Gap			gap = {.nparts = 0};
	GapRows    *rows;

	InitMaterializedSRF(fcinfo, 0);
	open_gap(&gap, PG_GETARG_DATUM(0));
	rows = open_gap_rows(PG_GETARG_DATUM(1), gap.portrait);
	gap.types = field_types(rows, list_length(gap.portrait->fields));
	find_untold(&gap, rows);
	bind_parts(&gap, rows);
	count_rows(&gap, rows);
	put_fits(result, &gap);
	for (int i = 0; i < gap.nparts; i++)
		put_part(result, i + 1, &gap.parts[i]);
	return (Datum) 0;
}

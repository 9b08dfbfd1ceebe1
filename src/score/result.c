/*
 * result.c
 *		The functions themselves: an evaluated scorecard as a score, a tier, a
 *		whole evaluation, or an explanation.
 *
 * Each comes as icp_x (rows and documents), icp_x_columns (what the planner
 * rewrites to) and icp_x_columns_now (the same, for portraits with conditions
 * relative to now).
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "funcapi.h"
#include "score/score.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"

/* ---- score, tier, fit ---- */

/* False where the result is NULL: no portrait, or nothing to win. */
static inline bool
has_score(const Scorecard *card, float8 *score)
{
	bool		isnull;

	if (card == NULL)
		return false;
	*score = card_score(card, &isnull);
	return !isnull;
}

static Datum
return_score(FunctionCallInfo fcinfo, const Scorecard *card)
{
	float8		score;

	if (!has_score(card, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

SCORE_FUNCTIONS(icp_score, return_score);

/* The score must not be NULL. */
Datum
card_tier(const Scorecard *card, float8 score)
{
	ListCell   *lc;

	if (card->disqualified < 0)
	{
		foreach(lc, card->portrait->tiers)
		{
			if (score >= ((Tier *) lfirst(lc))->from)
				return card->tier_names[foreach_current_index(lc)];
		}
	}
	return card->out_name;
}

static Datum
return_tier(FunctionCallInfo fcinfo, const Scorecard *card)
{
	float8		score;

	if (!has_score(card, &score))
		PG_RETURN_NULL();
	/* a copy: ANALYZE of an expression keeps results longer than our state */
	return datumCopy(card_tier(card, score), false, -1);
}

SCORE_FUNCTIONS(icp_tier, return_tier);

static bool
card_fits(const Scorecard *card, float8 score)
{
	return card->disqualified < 0 && score >= card->portrait->fit_from;
}

static Datum
return_fits(FunctionCallInfo fcinfo, const Scorecard *card)
{
	float8		score;

	if (!has_score(card, &score))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(card_fits(card, score));
}

SCORE_FUNCTIONS(icp_fits, return_fits);

/* ---- what scores are made of ---- */

int64
lost_points(const Scorecard *card, int i)
{
	return card->characteristics[i].characteristic->max - card->matched[i]->points;
}

const char *
disqualification(const Scorecard *card)
{
	Disqualifier *rule;

	if (card->disqualified < 0)
		return NULL;
	rule = list_nth(card->portrait->disqualifiers, card->disqualified);
	return rule->reason ? rule->reason : describe_condition(rule->when);
}

static bool
is_known(Scorecard *card, const BoundCharacteristic *c)
{
	for (int i = 0; i < c->ninputs; i++)
	{
		if (input_value(card, c->inputs[i])->kind == VALUE_MISSING)
			return false;
	}
	return c->nattributes > 0;
}

/* The share of the portrait's weight whose fields are known on this row. */
static float8
card_coverage(Scorecard *card)
{
	int64		known = 0;

	for (int i = 0; i < card->ncharacteristics; i++)
	{
		const Characteristic *c = card->characteristics[i].characteristic;

		if (c->max > c->min && is_known(card, &card->characteristics[i]))
			known += c->max - c->min;
	}
	return (float8) known / (float8) (card->portrait->max - card->portrait->min);
}

/* Characteristics by the points lost on them, most first, then as written. */
int *
by_loss(const Scorecard *card)
{
	int		   *order = palloc(sizeof(int) * Max(card->ncharacteristics, 1));

	for (int i = 0; i < card->ncharacteristics; i++)
	{
		int64		lost = lost_points(card, i);
		int			j = i;

		/* insertion keeps ties in order, and lists are short */
		for (; j > 0 && lost_points(card, order[j - 1]) < lost; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	return order;
}

static Datum
card_reasons(const Scorecard *card)
{
	Datum	   *reasons = palloc(sizeof(Datum) * Max(card->ncharacteristics, 1));
	int		   *order = by_loss(card);
	int			n = 0;

	while (n < card->ncharacteristics && lost_points(card, order[n]) > 0)
	{
		reasons[n] = card->matched[order[n]]->reason_text;
		n++;
	}
	return PointerGetDatum(construct_array(reasons, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

Datum
points_numeric(int64 points)
{
	if (points % POINT_SCALE == 0)
		return NumericGetDatum(int64_to_numeric(points / POINT_SCALE));
	return DirectFunctionCall1(numeric_trim_scale,
							   NumericGetDatum(int64_div_fast_to_numeric(points, 6)));
}

static float8
card_probability(const Scorecard *card)
{
	const Portrait *p = card->portrait;
	float8		logit = p->intercept_value +
		p->slope_value * ((float8) card->points / POINT_SCALE);

	return 1.0 / (1.0 + exp(-logit));
}

/* ---- the whole evaluation ---- */

enum
{
	EVALUATION_SCORE,
	EVALUATION_POINTS,
	EVALUATION_PROBABILITY,
	EVALUATION_TIER,
	EVALUATION_FITS,
	EVALUATION_COVERAGE,
	EVALUATION_DISQUALIFIED_BY,
	EVALUATION_REASONS,
	EVALUATION_COLUMNS
};

/* The composite type that the call returns, worked out once. */
TupleDesc
card_result_type(FunctionCallInfo fcinfo, Scorecard *card, int ncolumns)
{
	MemoryContext caller;
	TupleDesc	tupdesc;

	if (card->result_type != NULL)
		return card->result_type;
	caller = MemoryContextSwitchTo(GetMemoryChunkContext(card));
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != ncolumns)
		elog(ERROR, "a score function does not return what it should");
	card->result_type = BlessTupleDesc(CreateTupleDescCopy(tupdesc));
	MemoryContextSwitchTo(caller);
	return card->result_type;
}

static Datum
return_evaluation(FunctionCallInfo fcinfo, Scorecard *card)
{
	Datum		values[EVALUATION_COLUMNS] = {0};
	bool		nulls[EVALUATION_COLUMNS] = {0};
	const char *disqualified_by;
	float8		score;
	bool		no_score;

	if (card == NULL)
		PG_RETURN_NULL();
	score = card_score(card, &no_score);
	disqualified_by = disqualification(card);

	nulls[EVALUATION_SCORE] = no_score;
	nulls[EVALUATION_TIER] = no_score;
	nulls[EVALUATION_FITS] = no_score;
	if (!no_score)
	{
		values[EVALUATION_SCORE] = Float8GetDatum(score);
		values[EVALUATION_TIER] = card_tier(card, score);
		values[EVALUATION_FITS] = BoolGetDatum(card_fits(card, score));
	}
	values[EVALUATION_POINTS] = points_numeric(card->points);
	nulls[EVALUATION_PROBABILITY] = !card->portrait->calibrated;
	if (card->portrait->calibrated)
		values[EVALUATION_PROBABILITY] = Float8GetDatum(card_probability(card));
	nulls[EVALUATION_COVERAGE] = card->portrait->max == card->portrait->min;
	if (!nulls[EVALUATION_COVERAGE])
		values[EVALUATION_COVERAGE] = Float8GetDatum(card_coverage(card));
	nulls[EVALUATION_DISQUALIFIED_BY] = disqualified_by == NULL;
	if (disqualified_by != NULL)
		values[EVALUATION_DISQUALIFIED_BY] = CStringGetTextDatum(disqualified_by);
	values[EVALUATION_REASONS] = card_reasons(card);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(card_result_type(fcinfo, card, EVALUATION_COLUMNS),
													  values, nulls)));
}

SCORE_FUNCTIONS(icp_evaluate, return_evaluation);

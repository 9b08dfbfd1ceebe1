/*
 * qualify.c
 *		icp_qualify: which dimensions of a framework a row meets, what verdict
 *		follows, and what to ask next.
 *
 * A framework is a portrait whose characteristics carry dimensions, so that it
 * is bound, rewritten by the planner and evaluated as any portrait is.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/compat.h"
#include "common/text.h"
#include "funcapi.h"
#include "qualify/qualify.h"
#include "utils/builtins.h"

/* What is known of each dimension. */
typedef struct Findings
{
	const Portrait *portrait;
	int			ndimensions;
	Truth	   *met;			/* of each dimension */
	Truth	   *characteristics;	/* of each characteristic that has one */
	int			count[UNKNOWN + 1]; /* dimensions by Truth */
} Findings;

/* All of its characteristics: SQL's AND. */
static Truth
dimension_met(Scorecard *card, const Dimension *dimension, Truth *characteristics)
{
	Truth		result = YES;
	ListCell   *lc;

	foreach(lc, dimension->characteristics)
	{
		Truth		one = is_met(card, lfirst_int(lc));

		characteristics[lfirst_int(lc)] = one;
		if (one == NO || (one == UNKNOWN && result == YES))
			result = one;
	}
	return result;
}

static void
find_out(Scorecard *card, Findings *f)
{
	ListCell   *lc;

	memset(f, 0, sizeof(Findings));
	f->portrait = card->portrait;
	f->ndimensions = list_length(card->portrait->dimensions);
	f->met = palloc(sizeof(Truth) * f->ndimensions);
	f->characteristics = palloc(sizeof(Truth) * card->ncharacteristics);
	foreach(lc, card->portrait->dimensions)
	{
		Truth		met = dimension_met(card, lfirst(lc), f->characteristics);

		f->met[foreach_current_index(lc)] = met;
		f->count[met]++;
	}
}

/* ---- the verdict ---- */

static bool
rule_holds(const VerdictRule *rule, const Findings *f)
{
	int			position = -1;

	if (!rule->is_given || f->count[YES] < rule->met)
		return false;
	while ((position = bms_next_member(rule->required, position)) >= 0)
	{
		if (f->met[position] != YES)
			return false;
	}
	return true;
}

static const char *
verdict(const Scorecard *card, const Findings *f)
{
	if (card->disqualified >= 0)
		return "disqualified";
	for (int kind = 0; kind < NVERDICTS; kind++)
	{
		if (rule_holds(&f->portrait->verdicts[kind], f))
			return verdict_name(kind);
	}
	return "unqualified";
}

/* ---- the next question ---- */

/* The question of the part that leaves the dimension open, else of any. */
static const char *
dimension_question(const Findings *f, int i)
{
	const Dimension *dimension = list_nth(f->portrait->dimensions, i);
	const char *question = NULL;
	ListCell   *lc;

	foreach(lc, dimension->characteristics)
	{
		const Characteristic *c = list_nth(f->portrait->characteristics, lfirst_int(lc));

		if (c->question == NULL)
			continue;
		if (f->characteristics[lfirst_int(lc)] == f->met[i])
			return c->question;
		if (question == NULL)
			question = c->question;
	}
	return question;
}

/* Of the first dimension about which that is known, and has a question. */
static const char *
first_question(const Findings *f, Truth met)
{
	for (int i = 0; i < f->ndimensions; i++)
	{
		const char *question = f->met[i] == met ? dimension_question(f, i) : NULL;

		if (question != NULL)
			return question;
	}
	return NULL;
}

/* What is not known is asked first.  Of what is out of the question, nothing. */
static const char *
next_question(const Scorecard *card, const Findings *f)
{
	const char *question;

	if (card->disqualified >= 0)
		return NULL;
	question = first_question(f, UNKNOWN);
	return question ? question : first_question(f, NO);
}

/* ---- results ---- */

static Datum
names_of(const Findings *f, Truth met)
{
	const char **names = palloc(sizeof(char *) * Max(f->count[met], 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, f->portrait->dimensions)
	{
		if (f->met[foreach_current_index(lc)] == met)
			names[n++] = ((const Dimension *) lfirst(lc))->name;
	}
	return text_array(names, n);
}

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	values[column] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

void
qualify_card(Scorecard *card, Datum *values, bool *nulls)
{
	Findings	f;

	find_out(card, &f);
	memset(nulls, 0, sizeof(bool) * QUALIFICATION_COLUMNS);
	put_text(values, nulls, QUALIFICATION_FRAMEWORK, f.portrait->framework);
	put_text(values, nulls, QUALIFICATION_VERDICT, verdict(card, &f));
	values[QUALIFICATION_MET] = names_of(&f, YES);
	values[QUALIFICATION_UNMET] = names_of(&f, NO);
	values[QUALIFICATION_UNKNOWN] = names_of(&f, UNKNOWN);
	values[QUALIFICATION_RATIO] =
		Float8GetDatum((float8) f.count[YES] / f.ndimensions);
	values[QUALIFICATION_COVERAGE] =
		Float8GetDatum((float8) (f.count[YES] + f.count[NO]) / f.ndimensions);
	put_text(values, nulls, QUALIFICATION_NEXT_QUESTION, next_question(card, &f));
}

pg_noreturn static void
no_dimensions(const Portrait *portrait)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 portrait->title ?
			 errmsg("the portrait \"%s\" has no dimensions to qualify by", portrait->title) :
			 errmsg("the portrait has no dimensions to qualify by"),
			 errhint("Make one with icp_framework, or give its characteristics a \"dimension\".")));
}

static Datum
return_qualification(FunctionCallInfo fcinfo, Scorecard *card)
{
	Datum		values[QUALIFICATION_COLUMNS];
	bool		nulls[QUALIFICATION_COLUMNS];

	if (card == NULL)
		PG_RETURN_NULL();
	if (card->portrait->dimensions == NIL)
		no_dimensions(card->portrait);
	qualify_card(card, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(card_result_type(fcinfo, card, QUALIFICATION_COLUMNS),
													  values, nulls)));
}

SCORE_FUNCTIONS(icp_qualify, return_qualification);

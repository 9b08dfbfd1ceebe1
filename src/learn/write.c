/*
 * write.c
 *		What was learned, as a portrait.
 *
 * It is written as JSON, and read again by the parser that serves everybody's
 * portraits: so it obeys the same rules and has the same canonical form.
 */
#include "postgres.h"

#include <math.h>

#include "common/text.h"
#include "learn/learn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

extern Datum icp_portrait_in(PG_FUNCTION_ARGS);

typedef struct Writer
{
	StringInfoData json;
	const SketchView *view;
	const Rows *rows;
	const Scorecard *scorecard;
	List	   *names;			/* of characteristics: of char * */
} Writer;

/* ---- numbers ---- */

static void
put_number(StringInfo json, double x, int decimals)
{
	char	   *text = psprintf("%.*f", decimals, x);

	if (strchr(text, '.') != NULL)
	{
		char	   *end = text + strlen(text) - 1;

		while (*end == '0')
			*end-- = '\0';
		if (*end == '.')
			*end = '\0';
	}
	appendStringInfoString(json, strcmp(text, "-0") == 0 ? "0" : text);
	pfree(text);
}

static void
put_named(StringInfo json, const char *name, double x, int decimals)
{
	appendStringInfo(json, ", \"%s\": ", name);
	put_number(json, x, decimals);
}

/* ---- conditions on one feature ---- */

static const Feature *
feature_of(const Writer *w, const CardTerm *term, int side)
{
	return &w->rows->features[term->features[side]];
}

static const ViewField *
field_of(const Writer *w, const Feature *feature)
{
	return &w->view->fields[feature->field];
}

/* "field": and how to read it, for conditions that stand alone. */
static void
put_field(StringInfo json, const ViewField *f)
{
	appendStringInfo(json, "\"field\": %s, ", json_string(f->name));
	if (f->as != AS_IS)
		appendStringInfo(json, "\"as\": \"%s\", ", f->as == AS_NUMBER ? "number" : "date");
}

static const char *
cut_text(const ViewField *f, const Bound *cut)
{
	return cell_is_time(f->values[0].kind) ? time_text(cut->time) : cut->text;
}

static void
put_range(Writer *w, const Feature *feature, const BinSet *bins)
{
	const ViewField *f = field_of(w, feature);
	StringInfoData range;
	int			first = 1;
	int			last = feature->nbins - 1;

	while (first < last && !set_has(bins, first))
		first++;
	while (last > first && !set_has(bins, last))
		last--;
	initStringInfo(&range);
	if (first > 1)
		appendStringInfo(&range, "[%s,", cut_text(f, &feature->cuts[first]));
	else
		appendStringInfoString(&range, "(,");
	if (last < feature->nbins - 1)
		appendStringInfoString(&range, cut_text(f, &feature->cuts[last + 1]));
	appendStringInfoChar(&range, ')');
	appendStringInfo(&w->json, "\"range\": %s", json_string(range.data));
}

/* The values of some bins, the most frequent first. */
static void
put_values(Writer *w, const Feature *feature, const BinSet *bins, bool others)
{
	const ViewField *f = field_of(w, feature);
	StringInfoData list;
	int			n = 0;

	initStringInfo(&list);
	for (int bin = OTHER_BIN + 1; bin < feature->nbins; bin++)
	{
		if ((set_has(bins, bin) != 0) == others)
			continue;
		appendStringInfo(&list, "%s%s", n++ == 0 ? "" : ", ", cell_json(&f->values[feature->values[bin]]));
	}
	if (feature->sort == FEATURE_ELEMENT)
		appendStringInfo(&w->json, "\"contains\": %s", list.data);
	else if (n == 1)
		appendStringInfo(&w->json, "\"equals\": %s", list.data);
	else
		appendStringInfo(&w->json, "\"in\": [%s]", list.data);
}

/* Does the set leave out no bin that has a value? */
static bool
has_all_bins(const Feature *feature, const BinSet *bins)
{
	for (int bin = 1; bin < feature->nbins; bin++)
	{
		if (!set_has(bins, bin) && (feature->sort == FEATURE_RANGES || set_has(&feature->seen, bin)))
			return false;
	}
	return true;
}

/* Do the rare values, of which there are some, belong to the set? */
static bool
has_rare(const Feature *feature, const BinSet *bins)
{
	return feature->sort != FEATURE_RANGES && set_has(bins, OTHER_BIN) &&
		set_has(&feature->seen, OTHER_BIN);
}

/*
 * A condition of a pair, with its field, as members of an object.  Where the
 * rare values belong to it, it is "not" the others.
 */
static void
put_side(Writer *w, const Feature *feature, const BinSet *bins)
{
	const ViewField *f = field_of(w, feature);
	bool		others = has_rare(feature, bins);

	if (others)
		appendStringInfoString(&w->json, "\"not\": {");
	put_field(&w->json, f);
	if (feature->sort == FEATURE_RANGES)
		put_range(w, feature, bins);
	else
		put_values(w, feature, bins, others);
	if (others)
		appendStringInfoChar(&w->json, '}');
}

/* ---- attributes ---- */

static void
end_attribute(Writer *w, double points)
{
	appendStringInfoString(&w->json, ", \"points\": ");
	put_number(&w->json, points, w->scorecard->decimals);
	appendStringInfoString(&w->json, "}");
}

/* Groups in the order in which attributes are written. */
typedef struct Layout
{
	int			n;
	int			groups[MAX_GROUPS];
	int			otherwise;		/* the group that is written last, so; or -1 */
} Layout;

/* Ranges ascend; of others, those with most points come first. */
static void
lay_out(const Writer *w, int t, int first, Layout *layout)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	const double *points = w->scorecard->points[t];
	bool		by_value = term->nfeatures == 1 && feature_of(w, term, 0)->sort == FEATURE_RANGES;

	layout->n = 0;
	for (int group = first; group < term->ngroups; group++)
	{
		int			at = layout->n;

		if (group == layout->otherwise)
			continue;
		while (at > 0 && !by_value && points[layout->groups[at - 1]] < points[group])
		{
			layout->groups[at] = layout->groups[at - 1];
			at--;
		}
		layout->groups[at] = group;
		layout->n++;
	}
}

/* The average points of a row. */
static double
neutral_points(const Writer *w, int t)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	double		sum = 0;
	double		rows = 0;

	for (int i = 0; i < term->ngroups; i++)
	{
		sum += term->rows[i] * w->scorecard->points[t][i];
		rows += term->rows[i];
	}
	return sum / Max(rows, 1);
}

static bool
has_rows(const Writer *w, int t, int group)
{
	return w->scorecard->best[t][group] + w->scorecard->rest[t][group] > 0;
}

/* The group of rare values, if there are any; else that of most rows, if it must be. */
static int
choose_otherwise(const Writer *w, int t, int most)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	const Feature *feature = feature_of(w, term, 0);
	int			choice = 1;

	for (int group = 1; group < term->ngroups; group++)
	{
		if (feature->sort != FEATURE_RANGES && set_has(&term->bins[group][0], OTHER_BIN))
			return group;
		if (term->rows[group] > term->rows[choice])
			choice = group;
	}
	return term->ngroups - 1 > most ? choice : -1;
}

static void
put_single(Writer *w, int t, int most, List **order)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	const Feature *feature = feature_of(w, term, 0);
	const ViewField *f = field_of(w, feature);
	Layout		layout = {.otherwise = -1};
	bool		first = true;

	appendStringInfo(&w->json, ", \"field\": %s", json_string(f->name));
	if (f->as != AS_IS)
		appendStringInfo(&w->json, ", \"as\": \"%s\"", f->as == AS_NUMBER ? "number" : "date");
	appendStringInfoString(&w->json, ", \"attributes\": [");
	layout.otherwise = choose_otherwise(w, t, most);
	lay_out(w, t, 1, &layout);
	for (int i = 0; i < layout.n; i++)
	{
		int			group = layout.groups[i];

		appendStringInfoString(&w->json, first ? "{" : ", {");
		first = false;
		if (feature->sort == FEATURE_RANGES)
			put_range(w, feature, &term->bins[group][0]);
		else
			put_values(w, feature, &term->bins[group][0], false);
		end_attribute(w, w->scorecard->points[t][group]);
		*order = lappend_int(*order, group);
	}
	/* missing values that were never seen say nothing for or against: they are nobody's rest */
	if (feature->sort == FEATURE_RANGES || layout.otherwise >= 0 || has_rows(w, t, MISSING_GROUP))
	{
		appendStringInfoString(&w->json, first ? "{\"missing\": true" : ", {\"missing\": true");
		first = false;
		end_attribute(w, w->scorecard->points[t][MISSING_GROUP]);
		*order = lappend_int(*order, MISSING_GROUP);
	}
	if (feature->sort == FEATURE_RANGES && layout.otherwise < 0)
		return;
	/* nor do values that were never seen */
	appendStringInfoString(&w->json, first ? "{\"otherwise\": true" : ", {\"otherwise\": true");
	end_attribute(w, layout.otherwise >= 0 ? w->scorecard->points[t][layout.otherwise] :
				  neutral_points(w, t));
	*order = lappend_int(*order, layout.otherwise);
}

/*
 * The leaf that is told as what is left: that of the rare values, or else the
 * largest but for the one with most points, which is what people want to read.
 */
static int
choose_last_leaf(const Writer *w, int t)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	const double *points = w->scorecard->points[t];
	int			choice = -1;
	int			top = FIRST_LEAF(term);

	for (int group = top; group < term->ngroups; group++)
	{
		bool		rare = true;

		for (int side = 0; side < term->nfeatures; side++)
			rare &= has_rare(feature_of(w, term, side), &term->bins[group][side]);
		if (rare)
			return group;
		if (points[group] > points[top])
			top = group;
	}
	for (int group = FIRST_LEAF(term); group < term->ngroups; group++)
	{
		if (group != top && (choice < 0 || term->rows[group] > term->rows[choice]))
			choice = group;
	}
	return choice < 0 ? top : choice;
}

/* The beginning of an attribute: one condition, or all of several. */
static void
put_leaf(Writer *w, const CardTerm *term, int group)
{
	int			n = 0;
	int			last = 0;

	for (int side = 0; side < term->nfeatures; side++)
	{
		if (!has_all_bins(feature_of(w, term, side), &term->bins[group][side]))
		{
			n++;
			last = side;
		}
	}
	appendStringInfoChar(&w->json, '{');
	if (n == 1)
	{
		put_side(w, feature_of(w, term, last), &term->bins[group][last]);
		return;
	}
	appendStringInfoString(&w->json, "\"all\": [");
	for (int side = 0; side < term->nfeatures; side++)
	{
		if (has_all_bins(feature_of(w, term, side), &term->bins[group][side]))
			continue;
		appendStringInfoChar(&w->json, '{');
		put_side(w, feature_of(w, term, side), &term->bins[group][side]);
		appendStringInfoString(&w->json, side == last ? "}" : "}, ");
	}
	appendStringInfoChar(&w->json, ']');
}

static void
put_pair(Writer *w, int t, List **order)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	Layout		layout = {.otherwise = choose_last_leaf(w, t)};

	appendStringInfoString(&w->json, ", \"attributes\": [");
	for (int side = 0; side < 2; side++)
	{
		appendStringInfoChar(&w->json, '{');
		put_field(&w->json, field_of(w, feature_of(w, term, side)));
		appendStringInfoString(&w->json, "\"missing\": true");
		end_attribute(w, w->scorecard->points[t][side]);
		appendStringInfoString(&w->json, ", ");
		*order = lappend_int(*order, side);
	}
	lay_out(w, t, FIRST_LEAF(term), &layout);
	for (int i = 0; i < layout.n; i++)
	{
		put_leaf(w, term, layout.groups[i]);
		end_attribute(w, w->scorecard->points[t][layout.groups[i]]);
		appendStringInfoString(&w->json, ", ");
		*order = lappend_int(*order, layout.groups[i]);
	}
	appendStringInfoString(&w->json, "{\"otherwise\": true");
	end_attribute(w, w->scorecard->points[t][layout.otherwise]);
	*order = lappend_int(*order, layout.otherwise);
}

/* ---- characteristics ---- */

static char *
plain_name(const Writer *w, const CardTerm *term)
{
	const Feature *feature = feature_of(w, term, 0);
	const ViewField *f = field_of(w, feature);

	if (term->nfeatures == 2)
		return psprintf("%s and %s", f->name, field_of(w, feature_of(w, term, 1))->name);
	if (term->nfeatures == 3)
		return psprintf("%s, %s and %s", f->name, field_of(w, feature_of(w, term, 1))->name,
						field_of(w, feature_of(w, term, 2))->name);
	if (feature->sort == FEATURE_ELEMENT)
		return psprintf("%s contains %s", f->name,
						cell_text(&f->values[feature->values[OTHER_BIN + 1]]));
	return pstrdup(f->name);
}

/* Names are unique: the second of a name is "name (2)". */
static char *
characteristic_name(Writer *w, const CardTerm *term)
{
	char	   *plain = plain_name(w, term);
	char	   *name = plain;

	for (int i = 2; is_named(w->names, name); i++)
		name = psprintf("%s (%d)", plain, i);
	w->names = lappend(w->names, name);
	return name;
}

/* Puts the evidence of each attribute in another buffer, for the quality. */
static void
put_characteristic(Writer *w, int t, int most, StringInfo evidence)
{
	const CardTerm *term = &w->scorecard->card->terms[t];
	char	   *name = json_string(characteristic_name(w, term));
	List	   *order = NIL;
	ListCell   *lc;

	appendStringInfo(&w->json, "%s{\"name\": %s", t == 0 ? "" : ", ", name);
	if (term->nfeatures == 1)
		put_single(w, t, most, &order);
	else
		put_pair(w, t, &order);
	appendStringInfoString(&w->json, "]}");
	appendStringInfo(evidence, "%s%s: [", t == 0 ? "" : ", ", name);
	foreach(lc, order)
	{
		int			group = lfirst_int(lc);

		appendStringInfo(evidence, "%s[" INT64_FORMAT ", " INT64_FORMAT "]",
						 foreach_current_index(lc) == 0 ? "" : ", ",
						 group < 0 ? 0 : w->scorecard->best[t][group],
						 group < 0 ? 0 : w->scorecard->rest[t][group]);
	}
	appendStringInfoChar(evidence, ']');
}

/* ---- the rest of the portrait ---- */

static void
put_thresholds(Writer *w)
{
	const Scorecard *s = w->scorecard;

	appendStringInfoString(&w->json, ", \"tiers\": {");
	for (int i = 0; i < s->ntiers; i++)
	{
		appendStringInfo(&w->json, "%s\"%s\": ", i == 0 ? "" : ", ", s->tiers[i].name);
		put_number(&w->json, s->tiers[i].from, 6);
	}
	appendStringInfoString(&w->json, "}, \"fit\": ");
	put_number(&w->json, s->fit.from, 6);
	appendStringInfoString(&w->json, ", \"probability\": {\"intercept\": ");
	put_number(&w->json, s->intercept, 6);
	appendStringInfoString(&w->json, ", \"slope\": ");
	put_number(&w->json, s->slope, 8);
	appendStringInfoChar(&w->json, '}');
}

static void
put_placeholders(Writer *w)
{
	ListCell   *lc;

	if (w->view->placeholders == NIL)
		return;
	appendStringInfoString(&w->json, ", \"placeholders\": [");
	foreach(lc, w->view->placeholders)
		appendStringInfo(&w->json, "%s%s", foreach_current_index(lc) == 0 ? "" : ", ",
						 cell_json(lfirst(lc)));
	appendStringInfoChar(&w->json, ']');
}

/* Why a field is not in the portrait; NULL if it is. */
static const char *
why_left_out(const Writer *w, const LearnOptions *options, int field)
{
	const ViewField *f = &w->view->fields[field];
	bool		is_feature = false;

	for (int t = 0; w->scorecard && t < w->scorecard->card->nterms; t++)
	{
		const CardTerm *term = &w->scorecard->card->terms[t];

		for (int side = 0; side < term->nfeatures; side++)
		{
			if (feature_of(w, term, side)->field == field)
				return NULL;
		}
	}
	for (int i = 0; i < w->rows->nfeatures; i++)
		is_feature |= w->rows->features[i].field == field;
	if (is_feature)
		return "adds little";
	if (is_ignored(options, f->name))
		return "ignored";
	switch (f->role)
	{
		case ROLE_LEAK:
			return "leak";
		case ROLE_MIRROR:
			return psprintf("mirror of %s", w->view->fields[f->mirror_of].name);
		case ROLE_IDENTIFIER:
			return "identifier";
		case ROLE_CONSTANT:
			return "constant";
		default:
			return "too many values";
	}
}

static void
put_left_out(Writer *w, const LearnOptions *options)
{
	bool		first = true;

	appendStringInfoString(&w->json, ", \"left_out\": [");
	for (int field = 0; field < w->view->nfields; field++)
	{
		const char *why = why_left_out(w, options, field);

		if (why == NULL)
			continue;
		appendStringInfo(&w->json, "%s{\"field\": %s, \"why\": %s}", first ? "" : ", ",
						 json_string(w->view->fields[field].name), json_string(why));
		first = false;
	}
	appendStringInfoChar(&w->json, ']');
}

/* One number for each threshold: the share of rows, or of best rows, that reach it. */
static void
put_shares(Writer *w, const char *name, bool rates)
{
	const Scorecard *s = w->scorecard;

	appendStringInfo(&w->json, ", \"%s\": {\"fit\": ", name);
	put_number(&w->json, rates ? s->fit.rate : s->fit.share, 6);
	for (int i = 0; i < s->ntiers; i++)
		put_named(&w->json, s->tiers[i].name, rates ? s->tiers[i].rate : s->tiers[i].share, 6);
	if (rates)
		put_named(&w->json, "all", (double) w->view->all_best / (w->view->all_best + w->view->all_rest), 6);
	appendStringInfoChar(&w->json, '}');
}

static void
put_quality(Writer *w, const Assessment *a, Verdict verdict, const LearnOptions *options,
			const char *evidence)
{
	static const char *const verdicts[] = {
		[VERDICT_RELIABLE] = "reliable",
		[VERDICT_PROVISIONAL] = "provisional",
		[VERDICT_NONE] = "no reliable portrait"
	};

	appendStringInfo(&w->json, ", \"quality\": {\"method\": \"additive bins%s, %d-fold cross-validation, seed " INT64_FORMAT "\"",
					 a->pairs_pay ? " and pairs" : "", w->rows->nfolds, options->seed);
	appendStringInfo(&w->json, ", \"rows\": " INT64_FORMAT ", \"best\": " INT64_FORMAT,
					 w->view->all_best + w->view->all_rest, w->view->all_best);
	if (!isnan(a->auc))
	{
		put_named(&w->json, "auc", a->auc, 4);
		put_named(&w->json, "auc_low", a->auc_low, 4);
		put_named(&w->json, "auc_high", a->auc_high, 4);
		put_named(&w->json, "auc_full", a->auc_full, 4);
		put_named(&w->json, "brier", a->brier, 5);
		if (verdict != VERDICT_NONE)
			put_named(&w->json, "slope", a->slope, 3);
	}
	if (w->scorecard)
	{
		put_shares(w, "shares", false);
		put_shares(w, "rates", true);
		appendStringInfo(&w->json, ", \"evidence\": {%s}", evidence);
	}
	put_left_out(w, options);
	appendStringInfo(&w->json, ", \"verdict\": \"%s\"}", verdicts[verdict]);
}

Datum
write_portrait(const SketchView *view, const Rows *rows, const Scorecard *scorecard,
			   const Assessment *assessment, Verdict verdict, const LearnOptions *options)
{
	Writer		w = {.view = view, .rows = rows, .scorecard = scorecard};
	StringInfoData evidence;

	initStringInfo(&w.json);
	initStringInfo(&evidence);
	appendStringInfoString(&w.json, "{\"initial\": 0");
	if (options->title)
		appendStringInfo(&w.json, ", \"title\": %s", json_string(options->title));
	if (options->subject)
		appendStringInfo(&w.json, ", \"subject\": %s", json_string(options->subject));
	appendStringInfoString(&w.json, ", \"characteristics\": [");
	for (int t = 0; scorecard && t < scorecard->card->nterms; t++)
	{
		CHECK_FOR_INTERRUPTS();
		put_characteristic(&w, t, options->attributes, &evidence);
	}
	appendStringInfoChar(&w.json, ']');
	if (scorecard)
	{
		put_thresholds(&w);
		put_placeholders(&w);
	}
	put_quality(&w, assessment, verdict, options, evidence.data);
	appendStringInfoChar(&w.json, '}');
	return DirectFunctionCall1(icp_portrait_in, CStringGetDatum(w.json.data));
}

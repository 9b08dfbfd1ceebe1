/*
 * describe_table.c
 *		The portrait's points and tiers as tables.
 */
#include "postgres.h"

#include "learn/describe.h"
#include "miscadmin.h"

#define MAX_TABLE_ROWS	500
#define KEPT_RULE_ROWS	100		/* that characteristics leave to rules */
#define MAX_TIER_ROWS	30
#define MAX_PLACEHOLDERS 20

/* A row of the table: one number of points, and where known, shares and lift. */
static void
put_row(Telling *t, const char *name, const char *attribute, const char *points,
		const Evidence *evidence, bool with_evidence)
{
	const Quality *q = &t->quality;
	float8		lift;

	appendStringInfo(t->out, "| %s | %s | %s |", name, attribute, points);
	if (with_evidence && evidence == NULL)
		appendStringInfoString(t->out, " | | |");
	else if (with_evidence)
	{
		lift = evidence_lift(q, evidence);
		appendStringInfo(t->out, " %s | %s | %s |", percent_text(t, evidence->best / q->best),
						 percent_text(t, evidence->rest / (q->rows - q->best)),
						 known(lift) ? times_text(lift) : "");
	}
	appendStringInfoChar(t->out, '\n');
}

/* Up to so many of its attributes; returns how many. */
static int
put_characteristic(Telling *t, const Characteristic *characteristic, int limit,
				   bool with_evidence)
{
	Evidence   *evidence = read_evidence(&t->quality, characteristic);
	int			n = Min(list_length(characteristic->attributes), limit);

	for (int i = 0; i < n; i++)
	{
		const Attribute *attribute = list_nth(characteristic->attributes, i);

		CHECK_FOR_INTERRUPTS();
		put_row(t, i == 0 ? markdown_name(t, characteristic->name) : "",
				attribute_text(t, characteristic, attribute),
				said_points(attribute->points), evidence ? &evidence[i] : NULL, with_evidence);
	}
	return n;
}

static void
put_disqualifiers(Telling *t, int limit, bool with_evidence)
{
	ListCell   *lc;

	foreach(lc, t->portrait->disqualifiers)
	{
		const Disqualifier *rule = lfirst(lc);
		char	   *name;

		CHECK_FOR_INTERRUPTS();
		if (foreach_current_index(lc) >= limit)
			break;
		name = rule->reason == NULL ? pstrdup(WORD(t, "*disqualified*", "*一票否决*")) :
			psprintf(WORD(t, "*disqualified*: %s", "*一票否决*：%s"), markdown_name(t, rule->reason));
		put_row(t, name, condition_text(t, rule->when), WORD(t, "out", "淘汰"), NULL, with_evidence);
	}
}

/* The characteristics in the order of the table. */
static Telltale *
in_order(const Portrait *portrait, bool by_points)
{
	int			n = list_length(portrait->characteristics);
	Telltale   *order = palloc0(sizeof(Telltale) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		order[i].characteristic = list_nth(portrait->characteristics, i);
		order[i].weight = order[i].characteristic->max - order[i].characteristic->min;
		order[i].place = i;
	}
	if (by_points)
		qsort(order, n, sizeof(Telltale), by_weight);
	return order;
}

static int
count_attributes(const Portrait *portrait)
{
	int			n = list_length(portrait->disqualifiers);
	ListCell   *lc;

	foreach(lc, portrait->characteristics)
		n += list_length(((Characteristic *) lfirst(lc))->attributes);
	return n;
}

static bool
has_evidence(const Telling *t)
{
	ListCell   *lc;

	foreach(lc, t->portrait->characteristics)
	{
		CHECK_FOR_INTERRUPTS();
		if (read_evidence(&t->quality, lfirst(lc)) != NULL)
			return true;
	}
	return false;
}

static void
put_heads(Telling *t, bool with_evidence)
{
	PUT(t, "| Characteristic | Attribute | Points |", "| 特征 | 取值 | 分值 |");
	if (with_evidence)
		PUT(t, " Of the best | Of the rest | Lift |", " 最佳中占比 | 其余中占比 | 提升度 |");
	appendStringInfoString(t->out, "\n| --- | --- | ---: |");
	if (with_evidence)
		appendStringInfoString(t->out, " ---: | ---: | ---: |");
	appendStringInfoChar(t->out, '\n');
}

static void
put_rows(Telling *t, bool with_evidence)
{
	const Portrait *portrait = t->portrait;
	int			n = list_length(portrait->characteristics);
	int			all = count_attributes(portrait);
	int			kept = Min(list_length(portrait->disqualifiers), KEPT_RULE_ROWS);
	int			left = MAX_TABLE_ROWS - kept;
	Telltale   *order = in_order(portrait, all > MAX_TABLE_ROWS);

	if (portrait->initial != 0)
		put_row(t, WORD(t, "*to begin with*", "*起始分*"), "", said_points(portrait->initial), NULL, with_evidence);
	for (int i = 0; i < n && left > 0; i++)
		left -= put_characteristic(t, order[i].characteristic, left, with_evidence);
	put_disqualifiers(t, left + kept, with_evidence);
	appendStringInfoChar(t->out, '\n');
	if (all > MAX_TABLE_ROWS)
		SAY(t, "These are %d of %d rows, those first that decide about the most points.\n\n",
			"以上为 %d 行（共 %d 行），按影响分值由大到小列出。\n\n", MAX_TABLE_ROWS, all);
}

static void
tell_scale(Telling *t)
{
	const Portrait *portrait = t->portrait;

	if (portrait->raw_points)
		SAY(t, "The score is the points: from %s to %s.", "得分即分值：最低 %s，最高 %s。",
			said_points(portrait->min), said_points(portrait->max));
	else if (portrait->max > portrait->min)
		SAY(t, "The score runs from 0, for %s points, to 100, for %s.", "得分为百分制：%s 分记 0，%s 分记 100。",
			said_points(portrait->min), said_points(portrait->max));
	PUT(t, " Of each characteristic, the first attribute that holds counts.",
		"每项特征只计第一个符合的取值。");
}

static void
tell_placeholders(Telling *t)
{
	List	   *texts = NIL;
	ListCell   *lc;

	foreach(lc, t->portrait->placeholders)
	{
		const Literal *literal = lfirst(lc);

		if (list_length(texts) >= MAX_PLACEHOLDERS)
			break;
		texts = lappend(texts, psprintf("\"%s\"", markdown_text(t, literal->text, 60)));
	}
	if (texts == NIL)
		return;
	PUT(t, " As unknown count ", "以下内容视为未知：");
	put_list(t->out, t, texts, list_length(t->portrait->placeholders) - list_length(texts),
			 WORD(t, " and ", " 和 "));
	PUT(t, ".", "。");
}

void
tell_table(Telling *t)
{
	bool		with_evidence = has_evidence(t);

	if (t->portrait->characteristics == NIL && t->portrait->disqualifiers == NIL &&
		t->portrait->initial == 0)
		return;
	PUT(t, "## What counts\n\n", "## 评分标准\n\n");
	put_heads(t, with_evidence);
	put_rows(t, with_evidence);
	tell_scale(t);
	tell_placeholders(t);
	if (t->portrait->is_fixed)
		SAY(t, " Dates count from %s.", "相对日期以 %s 为准。", time_text(t->portrait->at));
	appendStringInfoString(t->out, "\n\n");
}

/* ---- tiers ---- */

/* Which columns there is something to put into. */
typedef struct TierColumns
{
	bool		chance;
	bool		share;
	bool		rate;
	bool		captured;
} TierColumns;

/* The probability that the portrait gives to a score. */
static float8
chance_at(const Portrait *p, float8 score)
{
	float8		points = score;
	float8		chance;

	if (!p->raw_points)
		points = (p->min + score / 100 * ((float8) p->max - p->min)) / POINT_SCALE;
	chance = 1 / (1 + exp(-(p->intercept_value + p->slope_value * points)));
	/* a logistic function is never quite 0 or 1 */
	return known(chance) ? Min(Max(chance, 1e-9), 1 - 1e-9) : NAN;
}

static void
see_tier(const Telling *t, const char *tier, TierColumns *columns)
{
	float8		share = tier_share(&t->quality, tier);
	float8		rate = tier_rate(&t->quality, tier);

	columns->share |= known(share);
	columns->rate |= known(rate);
	columns->captured |= known(captured_share(&t->quality, share, rate));
}

static void
put_cell(Telling *t, bool there, float8 share)
{
	if (there)
		appendStringInfo(t->out, " %s |", known(share) ? percent_text(t, share) : "");
}

static void
put_tier(Telling *t, const char *label, const Literal *threshold, float8 from,
		 const char *tier, const TierColumns *columns)
{
	const Quality *q = &t->quality;
	float8		share = tier_share(q, tier);
	float8		rate = tier_rate(q, tier);

	appendStringInfo(t->out, "| %s | %s |", label, threshold_text(threshold));
	put_cell(t, columns->chance, t->portrait->calibrated ? chance_at(t->portrait, from) : NAN);
	put_cell(t, columns->share, share);
	put_cell(t, columns->rate, rate);
	put_cell(t, columns->captured, captured_share(q, share, rate));
	appendStringInfoChar(t->out, '\n');
}

static void
put_tier_heads(Telling *t, const TierColumns *columns)
{
	SAY(t, "| Tier | %s from |", "| 等级 | %s下限 |",
		t->portrait->raw_points ? WORD(t, "Points", "分值") : WORD(t, "Score", "得分"));
	if (columns->chance)
		PUT(t, " Probability there |", " 此分对应概率 |");
	if (columns->share)
		PUT(t, " Share of all |", " 占全部 |");
	if (columns->rate)
		PUT(t, " Best among them |", " 其中最佳 |");
	if (columns->captured)
		PUT(t, " Of all the best |", " 覆盖最佳 |");
	appendStringInfoString(t->out, "\n| --- | ---: |");
	for (int i = columns->chance + columns->share + columns->rate + columns->captured; i > 0; i--)
		appendStringInfoString(t->out, " ---: |");
	appendStringInfoChar(t->out, '\n');
}

static void
put_all_rows(Telling *t, const TierColumns *columns)
{
	if (!columns->rate || !known(t->quality.base))
		return;
	PUT(t, "| *all* | |", "| *全部* | |");
	put_cell(t, columns->chance, NAN);
	put_cell(t, columns->share, 1);
	put_cell(t, columns->rate, t->quality.base);
	put_cell(t, columns->captured, 1);
	appendStringInfoChar(t->out, '\n');
}

/* A tier is told with all above it: so the shares are counted. */
void
tell_tiers(Telling *t)
{
	const Portrait *portrait = t->portrait;
	TierColumns columns = {.chance = portrait->calibrated};
	ListCell   *lc;

	if (portrait->max == portrait->min)
		return;
	see_tier(t, NULL, &columns);
	foreach(lc, portrait->tiers)
		see_tier(t, ((Tier *) lfirst(lc))->name, &columns);
	PUT(t, "### Tiers\n\n", "### 分级\n\n");
	put_tier_heads(t, &columns);
	foreach(lc, portrait->tiers)
	{
		const Tier *tier = lfirst(lc);

		if (foreach_current_index(lc) >= MAX_TIER_ROWS)
			break;
		put_tier(t, markdown_name(t, tier->name), tier->threshold, tier->from, tier->name, &columns);
	}
	put_tier(t, WORD(t, "*fits*", "*符合画像*"), portrait->fit, portrait->fit_from, NULL, &columns);
	put_all_rows(t, &columns);
	appendStringInfoChar(t->out, '\n');
	if (list_length(portrait->tiers) > MAX_TIER_ROWS)
		SAY(t, "%d more tiers lie below.\n\n", "其下还有 %d 个等级。\n\n",
			list_length(portrait->tiers) - MAX_TIER_ROWS);
	if (columns.share || columns.rate)
		PUT(t, "Each line counts all those at or above it.\n\n", "每行均包含其上各级。\n\n");
}

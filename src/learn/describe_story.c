/*
 * describe_story.c
 *		Who they are, in sentences: what wins most points, what wins them in
 *		combination, what counts against, and whom that singles out.
 */
#include "postgres.h"

#include "learn/describe.h"
#include "miscadmin.h"

#define TOLD_SINGLE		3
#define TOLD_COMBINED	2
#define TOLD_AGAINST	3
#define TOLD_FURTHER	5
#define TOLD_RULES		5

/* To count against, an attribute must have a lift below this ... */
#define LOW_LIFT		0.8
/* ... where so many best rows would be expected, so that it is no accident. */
#define EXPECTED_BEST	5

/* ---- what to tell ---- */

/* The most points first; the order of the document among equals. */
int
by_weight(const void *a, const void *b)
{
	const Telltale *x = a;
	const Telltale *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Is this attribute a sign that a row is not best, by its points or its rows? */
static bool
counts_against(const Telling *t, const Telltale *telltale)
{
	const Evidence *evidence = &telltale->evidence;
	const Attribute *attribute = telltale->attribute;
	float8		rows = evidence->best + evidence->rest;

	if (attribute->points >= telltale->characteristic->max)
		return false;
	if (attribute->points < 0)
		return true;
	return attribute->when->kind != CONDITION_OTHERWISE && known(rows) &&
		rows * t->quality.base >= EXPECTED_BEST &&
		evidence_lift(&t->quality, evidence) < LOW_LIFT;
}

/*
 * Is it none of the best rows' traits, though it wins points?  In the company
 * of other characteristics such an attribute makes sense, alone it does not.
 */
static bool
misleads(const Telling *t, const Telltale *telltale)
{
	return evidence_lift(&t->quality, &telltale->evidence) < 1;
}

/* The attribute to tell of, for or against; false if there is none. */
static bool
choose_attribute(const Telling *t, Telltale *telltale, bool against)
{
	const Characteristic *characteristic = telltale->characteristic;
	Evidence   *evidence = read_evidence(&t->quality, characteristic);
	Telltale	found = *telltale;

	for (int i = 0; i < list_length(characteristic->attributes); i++)
	{
		found.attribute = list_nth(characteristic->attributes, i);
		found.evidence = evidence ? evidence[i] : (Evidence) {NAN, NAN};
		found.weight = against ? characteristic->max - found.attribute->points :
			found.attribute->points;
		if (found.weight > telltale->weight &&
			(against ? counts_against(t, &found) : !misleads(t, &found)))
			*telltale = found;
	}
	if (telltale->attribute == NULL)
		return false;
	telltale->combined = looks_at_several(telltale->attribute->when);
	return true;
}

static Telltale *
choose(const Telling *t, bool against, int *n)
{
	List	   *characteristics = t->portrait->characteristics;
	Telltale   *chosen = palloc0(sizeof(Telltale) * Max(list_length(characteristics), 1));
	ListCell   *lc;

	*n = 0;
	foreach(lc, characteristics)
	{
		Telltale	telltale = {.characteristic = lfirst(lc), .place = foreach_current_index(lc)};

		CHECK_FOR_INTERRUPTS();
		if (choose_attribute(t, &telltale, against))
			chosen[(*n)++] = telltale;
	}
	qsort(chosen, *n, sizeof(Telltale), by_weight);
	return chosen;
}

/* ---- sentences ---- */

static bool
has_rows(const Telltale *telltale)
{
	return known(telltale->evidence.best);
}

static char *
best_share(const Telling *t, const Telltale *telltale)
{
	return percent_text(t, telltale->evidence.best / t->quality.best);
}

static char *
rest_share(const Telling *t, const Telltale *telltale)
{
	return percent_text(t, telltale->evidence.rest / (t->quality.rows - t->quality.best));
}

/* "Such accounts are best 3.5 times as often as average, and get" ... points */
static void
tell_shares(Telling *t, const Telltale *telltale)
{
	float8		lift = evidence_lift(&t->quality, &telltale->evidence);

	SAY(t, "%s of the best %s and %s of the rest.", "%s 的最佳%s如此，其余则为 %s",
		best_share(t, telltale), t->noun, rest_share(t, telltale));
	if (!known(lift))
		SAY(t, " Such %s get ", "；这类%s得 ", t->noun);
	else if (lift > 0.95 && lift < 1.05)
		SAY(t, " Such %s are best about as often as the average, and get ",
			"；这类%s属于最佳的比例与平均水平相当，得 ", t->noun);
	else
		SAY(t, " Such %s are best %s times as often as the average, and get ",
			"；这类%s属于最佳的比例是平均水平的 %s 倍，得 ", t->noun, times_text(lift));
}

static void
tell_winner(Telling *t, const Telltale *telltale)
{
	SAY(t, "- **%s**: ", "- **%s**：",
		sentence_text(t, telltale->characteristic, telltale->attribute));
	if (has_rows(telltale))
		tell_shares(t, telltale);
	else
		PUT(t, "", "得 ");
	SAY(t, "%s of %s.\n", "%s 分（满分 %s）。\n",
		said_points(telltale->attribute->points), points_words(t, t->winnable));
}

static void
tell_loser(Telling *t, const Telltale *telltale)
{
	int64		points = telltale->attribute->points;
	int64		most = telltale->characteristic->max;

	SAY(t, "- **%s**: ", "- **%s**：",
		sentence_text(t, telltale->characteristic, telltale->attribute));
	if (has_rows(telltale))
		tell_shares(t, telltale);
	else
		PUT(t, "", "得 ");
	appendStringInfoString(t->out, points_words(t, points));
	if (most > 0)
		SAY(t, " instead of up to %s", "（此项最高 %s 分）", said_points(most));
	PUT(t, ".\n", "。\n");
}

/* At most so many of the chosen ones that are combined or not; how many there were. */
static int
tell_winners(Telling *t, Telltale *winners, int n, bool combined, int limit)
{
	int			told = 0;

	for (int i = 0; i < n && told < limit; i++)
	{
		if (winners[i].combined != combined)
			continue;
		tell_winner(t, &winners[i]);
		winners[i].weight = 0;	/* told */
		told++;
	}
	if (told > 0)
		appendStringInfoChar(t->out, '\n');
	return told;
}

/* In brackets: "25 % of the best, 5.2 % of the rest; 6 points" */
static char *
further_text(const Telling *t, const Telltale *telltale)
{
	char	   *points = points_words(t, telltale->attribute->points);
	char	   *text = telltale_text(t, telltale->characteristic, telltale->attribute);

	if (!has_rows(telltale))
		return psprintf(WORD(t, "%s (%s)", "%s（%s）"), text, points);
	return psprintf(WORD(t, "%s (%s of the best, %s of the rest; %s)",
						 "%s（最佳中占 %s，其余中占 %s；%s）"), text,
					best_share(t, telltale), rest_share(t, telltale), points);
}

static void
tell_further(Telling *t, const Telltale *winners, int n)
{
	int			nfurther = 0;
	int64		points = 0;

	for (int i = 0; i < n; i++)
	{
		if (winners[i].weight == 0)
			continue;
		if (nfurther++ >= TOLD_FURTHER)
		{
			points += winners[i].weight;
			continue;
		}
		if (nfurther == 1)
			PUT(t, "They also win points by: ", "此外还能得分的有：");
		else
			PUT(t, "; ", "；");
		appendStringInfoString(t->out, further_text(t, &winners[i]));
	}
	if (nfurther == 0)
		return;
	PUT(t, ".", "。");
	if (nfurther > TOLD_FURTHER)
		SAY(t, " %d more characteristics can give %s together.",
			"另有 %d 项特征，合计最多 %s。", nfurther - TOLD_FURTHER, points_words(t, points));
	appendStringInfoString(t->out, "\n\n");
}

static void
tell_for(Telling *t)
{
	int			n;
	Telltale   *winners = choose(t, false, &n);
	bool		learned = n > 0 && has_rows(&winners[0]);
	bool		single = false;
	bool		combined = false;

	for (int i = 0; i < n; i++)
	{
		single |= !winners[i].combined;
		combined |= winners[i].combined;
	}
	if (single && learned)
		SAY(t, "What tells the best %s from the rest, the most points first:\n\n",
			"最佳%s的主要特征，按分值由高到低：\n\n", t->noun);
	else if (single)
		SAY(t, "The best %s win most by:\n\n", "理想%s主要凭以下特征得分：\n\n", t->noun);
	tell_winners(t, winners, n, false, TOLD_SINGLE);
	if (combined)
	{
		PUT(t, "In combination:\n\n", "组合特征：\n\n");
		tell_winners(t, winners, n, true, TOLD_COMBINED);
	}
	tell_further(t, winners, n);
}

static void
tell_against(Telling *t)
{
	int			n;
	Telltale   *losers = choose(t, true, &n);

	if (n == 0)
		return;
	PUT(t, "What counts against them:\n\n", "不利的信号：\n\n");
	for (int i = 0; i < Min(n, TOLD_AGAINST); i++)
		tell_loser(t, &losers[i]);
	if (n > TOLD_AGAINST)
		SAY(t, "- and %d more: see the table.\n", "- 另有 %d 项，见下表。\n", n - TOLD_AGAINST);
	appendStringInfoChar(t->out, '\n');
}

static void
tell_rules(Telling *t)
{
	List	   *rules = t->portrait->disqualifiers;
	ListCell   *lc;

	if (rules == NIL)
		return;
	PUT(t, "Out, whatever their points:\n\n", "一票否决，无论得分多少：\n\n");
	foreach(lc, rules)
	{
		const Disqualifier *rule = lfirst(lc);

		if (foreach_current_index(lc) == TOLD_RULES)
		{
			SAY(t, "- and %d more rules.\n", "- 另有 %d 条规则。\n", list_length(rules) - TOLD_RULES);
			break;
		}
		appendStringInfo(t->out, "- **%s**", condition_text(t, rule->when));
		if (rule->reason != NULL)
			SAY(t, ": %s", "：%s", markdown_name(t, rule->reason));
		PUT(t, ".\n", "。\n");
	}
	appendStringInfoChar(t->out, '\n');
}

/* ---- whom it singles out ---- */

/* The uppermost tier that it is known of: how many are in it, and how many best. */
static void
tell_first_tier(Telling *t)
{
	const Portrait *portrait = t->portrait;
	const Tier *tier = portrait->tiers != NIL ? linitial(portrait->tiers) : NULL;
	float8		share = tier ? tier_share(&t->quality, tier->name) : NAN;
	float8		captured = tier ? captured_share(&t->quality, share,
												 tier_rate(&t->quality, tier->name)) : NAN;

	if (!known(captured))
		return;
	SAY(t, "%s, from %s up, is %s of the %s, and holds %s of the best.",
		"%s 级（%s 分及以上）以 %s 的%s，覆盖了 %s 的最佳者。",
		markdown_name(t, tier->name), threshold_text(tier->threshold),
		percent_text(t, share), t->noun, percent_text(t, captured));
	appendStringInfoString(t->out, "\n\n");
}

static void
tell_fit(Telling *t)
{
	const Quality *q = &t->quality;
	float8		share = tier_share(q, NULL);
	float8		rate = tier_rate(q, NULL);
	float8		best = t->portrait->raw_points ? (float8) t->portrait->max / POINT_SCALE : 100;

	if (t->portrait->raw_points)
		SAY(t, "From %s points on, %s fit", "分值达到 %s 分的%s即符合画像",
			threshold_text(t->portrait->fit), t->noun);
	else
		SAY(t, "From a score of %s on, %s fit", "得分达到 %s 分的%s即符合画像",
			threshold_text(t->portrait->fit), t->noun);
	if (t->portrait->fit_from > best)
	{
		SAY(t, ", but none can: the most is %g.\n\n", "，但无法达到：最高只有 %g 分。\n\n", best);
		return;
	}
	if (known(share))
		SAY(t, ": %s of the %s do", "：%s 的%s达到", percent_text(t, share), t->noun);
	if (known(rate))
		SAY(t, "%s %s of those who do are best", "%s其中 %s 为最佳",
			known(share) ? WORD(t, ", and", "，") : WORD(t, ":", "："), percent_text(t, rate));
	if (known(rate) && known(q->base))
		SAY(t, ", %s times the average", "，是平均水平的 %s 倍", times_text(rate / q->base));
	PUT(t, ".\n\n", "。\n\n");
}

/* ---- warnings ---- */

static void
tell_rows(Telling *t)
{
	const Quality *q = &t->quality;

	if (!known(q->rows))
		return;
	SAY(t, "It rests on %s %s, of which %s are best: %s",
		"依据 %s 个%s的数据，其中最佳 %s 个，占 %s", count_text(q->rows), t->noun,
		count_text(q->best), percent_text(t, q->base));
	if (q->base <= 0.2)
		SAY(t, ", or about 1 in %s", "，约每 %s 个中有 1 个", count_text(rint(1 / q->base)));
	PUT(t, ".\n\n", "。\n\n");
}

static float8
fewer_side(const Quality *q)
{
	return Min(q->best, q->rows - q->best);
}

static void
tell_provisional(Telling *t)
{
	const Quality *q = &t->quality;

	PUT(t, "**Take it as provisional.**", "**本画像仅为暂定**。");
	if (fewer_side(q) < ENOUGH_ROWS)
		SAY(t, " Only %s %s, where it takes %d of either side: chance has much to say here.",
			"仅有 %s 个%s样本，而两类都至少需要 %d 个，偶然因素影响较大。", count_text(fewer_side(q)),
			q->best <= q->rows - q->best ? WORD(t, "are best", "最佳") : WORD(t, "are not best", "非最佳"),
			ENOUGH_ROWS);
	if (known(q->auc_low))
		SAY(t, " Of two %s, one a best one, it may rank the right one first %s times in 100, or only %s times.",
			"任取最佳与非最佳%s各一，每 100 次可能排对 %s 次，也可能只有 %s 次。", t->noun,
			hundred_text(t, q->auc_high), hundred_text(t, q->auc_low));
	appendStringInfoString(t->out, "\n\n");
}

static void
tell_help(Telling *t)
{
	const Quality *q = &t->quality;

	PUT(t, "What would help: ", "改进的办法：");
	if (fewer_side(q) < ENOUGH_ROWS)
		SAY(t, "more %s. There are %s, and it takes %d of either side at least.",
			"补充%s。目前只有 %s 个，两类都至少需要 %d 个。",
			q->best <= q->rows - q->best ? WORD(t, "of the best", "最佳样本") : WORD(t, "of the rest", "非最佳样本"),
			count_text(fewer_side(q)), ENOUGH_ROWS);
	else if (q->auc_high - q->auc_low > 0.1)
		SAY(t, "more %s, or other fields. The interval is %s of 100 wide; four times as many would make it half as wide.",
			"补充更多%s，或增加其他字段。区间宽达 %s 次；样本增至四倍，宽度约可减半。", t->noun,
			hundred_text(t, q->auc_high - q->auc_low));
	else
	{
		PUT(t, "other fields, or another rule for who is best.", "增加其他字段，或重新界定何为最佳。");
		if (known(q->auc_low) && known(q->best))
			SAY(t, " More of the same would hardly: %s best ones are enough for an interval of only %s of 100.",
				"最佳样本已有 %s 个，区间宽度仅 %s 次，再加同类数据帮助不大。", count_text(q->best),
				hundred_text(t, q->auc_high - q->auc_low));
	}
	appendStringInfoString(t->out, "\n\n");
}

static void
tell_unreliable(Telling *t)
{
	const Quality *q = &t->quality;

	SAY(t, "**No reliable portrait.** From what is known of these %s, the best cannot be told from the rest",
		"**得不出可靠的画像**。现有字段无法把最佳%s与其余区分开", t->noun);
	if (known(q->auc))
		SAY(t, ": of two, one a best one, the right one came first %s times in 100",
			"：任取两类各一，每 100 次排对 %s 次", hundred_text(t, q->auc));
	if (known(q->auc_low))
		SAY(t, " (between %s and %s)", "（区间 %s 到 %s）",
			hundred_text(t, q->auc_low), hundred_text(t, q->auc_high));
	if (known(q->auc))
		PUT(t, ", where a coin gets 50", "，而抛硬币也有 50 次");
	PUT(t, ". Do not steer by it.\n\n", "。请勿据此决策。\n\n");
}

void
tell_story(Telling *t)
{
	const Portrait *portrait = t->portrait;

	PUT(t, "## Who they are\n\n", "## 他们是谁\n\n");
	if (t->quality.verdict == VERDICT_UNRELIABLE)
		tell_unreliable(t);
	else if (t->quality.verdict == VERDICT_PROVISIONAL)
		tell_provisional(t);
	tell_rows(t);
	if (t->quality.verdict == VERDICT_UNRELIABLE)
		tell_help(t);
	tell_for(t);
	tell_against(t);
	tell_rules(t);
	if (portrait->max == portrait->min)
	{
		PUT(t, "It has no points to win, so it gives no score.\n\n", "画像中没有可得的分值，因此不给出得分。\n\n");
		return;
	}
	tell_first_tier(t);
	tell_fit(t);
}

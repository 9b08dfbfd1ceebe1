/*
 * describe_quality.c
 *		How sure we are of a portrait, as its "quality" tells.
 *
 * Any JSON object may stand there.  What has not the type or the size that it
 * must have is not told; the rest is.
 */
#include "postgres.h"

#include "learn/describe.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#define MAX_METHOD_BYTES	300
#define MAX_VERDICT_BYTES	100
#define MAX_COUNT			9007199254740992.0	/* 2^53: whole numbers below are exact */
#define MAX_SLOPE			1000.0
#define NARROW				0.1		/* width of an interval of AUC */
#define SHOWN_LEFT_OUT		10		/* fields left out for the same reason */

/* ---- reading ---- */

static JsonbValue *
member(JsonbContainer *object, const char *key)
{
	return object ? getKeyJsonValueFromContainer(object, key, strlen(key), NULL) : NULL;
}

static JsonbContainer *
object_member(JsonbContainer *object, const char *key)
{
	JsonbValue *value = member(object, key);

	return value && value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data) ? value->val.binary.data : NULL;
}

/* Not a scalar, which is an array of its own. */
static JsonbContainer *
array_member(JsonbContainer *object, const char *key)
{
	JsonbValue *value = member(object, key);

	return value && value->type == jbvBinary &&
		JsonContainerIsArray(value->val.binary.data) &&
		!JsonContainerIsScalar(value->val.binary.data) ? value->val.binary.data : NULL;
}

static const char *
text_member(JsonbContainer *object, const char *key)
{
	JsonbValue *value = member(object, key);

	return value && value->type == jbvString && value->val.string.len > 0 ?
		pnstrdup(value->val.string.val, value->val.string.len) : NULL;
}

static float8
number_of(const JsonbValue *value, float8 low, float8 high)
{
	float8		number;

	if (value == NULL || value->type != jbvNumeric)
		return NAN;
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	return number >= low && number <= high ? number : NAN;
}

static float8
number_member(JsonbContainer *object, const char *key, float8 low, float8 high)
{
	return number_of(member(object, key), low, high);
}

static void
read_counts(Quality *q, JsonbContainer *json)
{
	float8		rows = number_member(json, "rows", 1, MAX_COUNT);
	float8		best = number_member(json, "best", 1, MAX_COUNT);

	q->rows = q->best = NAN;
	if (rows == floor(rows) && best == floor(best) && best < rows)
	{
		q->rows = rows;
		q->best = best;
	}
	q->base = number_member(q->rates, "all", 0, 1);
	if (known(q->rows))
		q->base = q->best / q->rows;
	if (q->base == 0)
		q->base = NAN;
}

static void
read_auc(Quality *q, JsonbContainer *json)
{
	q->auc = number_member(json, "auc", 0, 1);
	q->auc_full = number_member(json, "auc_full", 0, 1);
	q->auc_low = number_member(json, "auc_low", 0, q->auc);
	q->auc_high = number_member(json, "auc_high", q->auc, 1);
	if (!known(q->auc_low) || !known(q->auc_high))
		q->auc_low = q->auc_high = NAN;
}

static void
read_verdict(Quality *q, JsonbContainer *json)
{
	q->verdict_text = text_member(json, "verdict");
	if (q->verdict_text == NULL)
		q->verdict = VERDICT_NONE;
	else if (strcmp(q->verdict_text, "reliable") == 0)
		q->verdict = VERDICT_RELIABLE;
	else if (strcmp(q->verdict_text, "provisional") == 0)
		q->verdict = VERDICT_PROVISIONAL;
	else if (strcmp(q->verdict_text, "no reliable portrait") == 0)
		q->verdict = VERDICT_UNRELIABLE;
	else
		q->verdict = VERDICT_OTHER;
}

void
read_quality(Quality *q, const Portrait *portrait)
{
	JsonbContainer *json = portrait->quality ? &portrait->quality->root : NULL;

	memset(q, 0, sizeof(Quality));
	q->shares = object_member(json, "shares");
	q->rates = object_member(json, "rates");
	q->evidence = object_member(json, "evidence");
	q->left_out = array_member(json, "left_out");
	q->brier = number_member(json, "brier", 0, 1);
	q->slope = number_member(json, "slope", -MAX_SLOPE, MAX_SLOPE);
	q->method = text_member(json, "method");
	read_counts(q, json);
	read_auc(q, json);
	read_verdict(q, json);
}

/* ---- evidence ---- */

static Evidence
one_evidence(const JsonbValue *value)
{
	Evidence	evidence = {NAN, NAN};
	JsonbContainer *pair;

	if (value == NULL || value->type != jbvBinary)
		return evidence;
	pair = value->val.binary.data;
	if (!JsonContainerIsArray(pair) || JsonContainerSize(pair) != 2)
		return evidence;
	evidence.best = number_of(getIthJsonbValueFromContainer(pair, 0), 0, MAX_COUNT);
	evidence.rest = number_of(getIthJsonbValueFromContainer(pair, 1), 0, MAX_COUNT);
	return evidence;
}

/* Estimates are rounded, each by itself. */
static bool
adds_up(float8 sum, float8 total, int n, bool complete)
{
	float8		slack = 0.5 * n + total * 0.01;

	return sum <= total + 0.5 * n && (!complete || sum >= total - slack);
}

/* One for each attribute; NULL unless all of it is there, and makes sense. */
Evidence *
read_evidence(const Quality *q, const Characteristic *characteristic)
{
	JsonbContainer *counts = q->evidence && known(q->rows) ?
		array_member(q->evidence, characteristic->name) : NULL;
	int			n = list_length(characteristic->attributes);
	const Attribute *last = n > 0 ? llast(characteristic->attributes) : NULL;
	bool		complete = last != NULL && last->when->kind == CONDITION_OTHERWISE;
	Evidence	sum = {0, 0};
	Evidence   *result;

	if (counts == NULL || n == 0 || (int) JsonContainerSize(counts) != n)
		return NULL;
	result = palloc(sizeof(Evidence) * n);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		result[i] = one_evidence(getIthJsonbValueFromContainer(counts, i));
		sum.best += result[i].best;
		sum.rest += result[i].rest;
	}
	/* no comparison holds for NaN */
	return adds_up(sum.best, q->best, n, complete) &&
		adds_up(sum.rest, q->rows - q->best, n, complete) ? result : NULL;
}

/* Share of best among the attribute's rows, as a multiple of that among all. */
float8
evidence_lift(const Quality *q, const Evidence *evidence)
{
	float8		rows = evidence->best + evidence->rest;

	return known(rows) && rows > 0 ? evidence->best / rows / q->base : NAN;
}

/* ---- tiers ---- */

/* A tier can have any name; these keys are not about tiers. */
static bool
is_reserved(const char *tier)
{
	return strcmp(tier, "fit") == 0 || strcmp(tier, "all") == 0;
}

/* Of all rows, those at or above a tier, or those that fit if it is NULL. */
float8
tier_share(const Quality *q, const char *tier)
{
	return tier && is_reserved(tier) ? NAN :
		number_member(q->shares, tier ? tier : "fit", 0, 1);
}

/* Share of best among these. */
float8
tier_rate(const Quality *q, const char *tier)
{
	return tier && is_reserved(tier) ? NAN :
		number_member(q->rates, tier ? tier : "fit", 0, 1);
}

/* Share of all best that are among these; both shares have been rounded. */
float8
captured_share(const Quality *q, float8 share, float8 rate)
{
	float8		captured = share * rate / q->base;

	return captured <= 1 ? captured : captured < 1.02 ? 1 : NAN;
}

/* ---- telling ---- */

static void
tell_verdict(Telling *t)
{
	const Quality *q = &t->quality;

	switch (q->verdict)
	{
		case VERDICT_NONE:
			break;
		case VERDICT_RELIABLE:
			PUT(t, "Verdict: **reliable**.\n\n", "结论：**可靠**。\n\n");
			break;
		case VERDICT_PROVISIONAL:
			PUT(t, "Verdict: **provisional**.\n\n", "结论：**暂定**，尚待更多数据。\n\n");
			break;
		case VERDICT_UNRELIABLE:
			PUT(t, "Verdict: **no reliable portrait**.\n\n", "结论：**得不出可靠的画像**。\n\n");
			break;
		case VERDICT_OTHER:
			SAY(t, "Verdict, in the portrait's own words: \"%s\".\n\n", "结论（画像原文）：“%s”。\n\n",
				markdown_text(t, q->verdict_text, MAX_VERDICT_BYTES));
			break;
	}
}

/* ", between 86 and 88" */
static void
tell_interval(Telling *t)
{
	const Quality *q = &t->quality;

	if (!known(q->auc_low))
		return;
	SAY(t, " (between %s and %s)", "（区间 %s 到 %s）",
		hundred_text(t, q->auc_low), hundred_text(t, q->auc_high));
}

static void
tell_ranking(Telling *t)
{
	const Quality *q = &t->quality;

	/* where it is as good as chance, the story has said so */
	if (!known(q->auc) || q->verdict == VERDICT_UNRELIABLE)
		return;
	SAY(t, "Of two %s, one a best one and one not, the portrait ranks the right one first %s times in 100",
		"任取最佳与非最佳%s各一，每 100 次中画像有 %s 次把最佳的排在前面", t->noun, hundred_text(t, q->auc));
	tell_interval(t);
	PUT(t, "; a coin would, 50 times.", "；抛硬币则是 50 次。");
	if (q->auc_low <= 0.5 && q->auc_high >= 0.5)
		PUT(t, " So it may be no better than the coin.", "因此它未必强过抛硬币。");
	appendStringInfoString(t->out, "\n\n");
}

/* What it cost to make a portrait that can be read. */
static void
tell_compaction(Telling *t)
{
	const Quality *q = &t->quality;
	float8		lost = (q->auc_full - q->auc) * 100;
	int			n = list_length(t->portrait->characteristics);
	const char *ending = t->chinese || n == 1 ? "" : "s";

	if (!known(lost) || n == 0)
		return;
	if (lost < 0.05)
		SAY(t, "Before it was cut down to %d characteristic%s it ranked no better: right %s times in 100.\n\n",
			"精简到 %d 项特征%s并未降低准确度：精简前为每 100 次排对 %s 次。\n\n", n, ending, hundred_text(t, q->auc_full));
	else
		SAY(t, "Cutting it down to %d characteristic%s cost %.1f right answers in 100.\n\n",
			"为便于阅读而精简到 %d 项特征%s，代价是每 100 次少排对 %.1f 次。\n\n", n, ending, lost);
}

static void
tell_calibration(Telling *t)
{
	const Quality *q = &t->quality;

	if (!known(q->slope))
		return;
	if (q->slope >= 0.9 && q->slope <= 1.1)
		PUT(t, "Its probabilities can be taken at face value",
			"它给出的概率可以直接采用");
	else if (q->slope > 1.1)
		PUT(t, "Its probabilities are too timid: the true ones lie further apart",
			"它给出的概率过于保守，真实概率的差距更大");
	else if (q->slope > 0)
		PUT(t, "Its probabilities are too bold: the true ones lie closer together",
			"它给出的概率过于极端，真实概率的差距更小");
	else
		PUT(t, "Its probabilities cannot be used", "它给出的概率不可用");
	SAY(t, " (slope of calibration %.2f; 1 is ideal).", "（校准斜率 %.2f，理想值为 1）。", q->slope);
	appendStringInfoString(t->out, "\n\n");
}

static void
tell_brier(Telling *t)
{
	const Quality *q = &t->quality;

	if (!known(q->brier))
		return;
	SAY(t, "The mean squared error of its probabilities (Brier score) is %s",
		"概率的均方误差（Brier 分数）为 %s", small_text(q->brier));
	if (known(q->base))
		SAY(t, "; saying %s for each would have %s", "；若一律按 %s 预测，则为 %s",
			percent_text(t, q->base), small_text(q->base * (1 - q->base)));
	PUT(t, ".\n\n", "。\n\n");
}

/* ---- what was left out ---- */

typedef struct Reason
{
	const char *why;			/* or its beginning, with what it names after it */
	const char *english;
	const char *chinese;
} Reason;

static const Reason reasons[] = {
	{"leak", "Gives the answer away, as what is known only afterwards does (a leak)", "泄露答案，很可能是事后才有的信息"},
	{"mirror of ", "Says the same as another field", "与其他字段重复"},
	{"identifier", "Names each one, and says nothing about it (an identifier)", "只是标识，不含信息"},
	{"constant", "The same for all", "取值全部相同"},
	{"too many values", "Too many different values", "取值过多"},
	{"adds little", "Adds little to the others", "在其他字段之外贡献甚微"},
};

#define NREASONS ((int) lengthof(reasons))

/* The one that it begins with or is; NREASONS if it is none of them. */
static int
reason_of(const char *why)
{
	for (int i = 0; i < NREASONS; i++)
	{
		int			length = strlen(reasons[i].why);

		if (strncmp(why, reasons[i].why, length) == 0 &&
			(why[length] == '\0') != (reasons[i].why[length - 1] == ' '))
			return i;
	}
	return NREASONS;
}

static char *
left_out_text(const Telling *t, const char *field, const char *why, int reason)
{
	char	   *name = markdown_name(t, field);

	if (reason == NREASONS)
		return psprintf(WORD(t, "%s (%s)", "%s（%s）"), name,
						markdown_text(t, why, MAX_VERDICT_BYTES));
	if (reasons[reason].why[strlen(reasons[reason].why) - 1] == ' ')
		return psprintf(WORD(t, "%s (as %s)", "%s（同 %s）"), name,
						markdown_name(t, why + strlen(reasons[reason].why)));
	return name;
}

/* A line of the fields that were left out for this reason, if any was. */
static void
tell_left_out_for(Telling *t, int reason)
{
	JsonbContainer *all = t->quality.left_out;
	List	   *texts = NIL;
	int			nmore = 0;

	for (int i = 0; i < (int) JsonContainerSize(all); i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(all, i);
		JsonbContainer *entry = value->type == jbvBinary &&
			JsonContainerIsObject(value->val.binary.data) ? value->val.binary.data : NULL;
		const char *field = text_member(entry, "field");
		const char *why = text_member(entry, "why");

		CHECK_FOR_INTERRUPTS();
		if (field == NULL || why == NULL || reason_of(why) != reason)
			continue;
		if (list_length(texts) < SHOWN_LEFT_OUT)
			texts = lappend(texts, left_out_text(t, field, why, reason));
		else
			nmore++;
	}
	if (texts == NIL)
		return;
	SAY(t, "- %s: ", "- %s：", reason == NREASONS ? WORD(t, "For other reasons", "其他原因") :
		WORD(t, reasons[reason].english, reasons[reason].chinese));
	put_list(t->out, t, texts, nmore, WORD(t, ", ", "、"));
	PUT(t, ".\n", "。\n");
}

static void
tell_left_out(Telling *t)
{
	int			before = t->out->len;
	int			start;

	if (t->quality.left_out == NULL)
		return;
	PUT(t, "Left out of it:\n\n", "未纳入画像的字段：\n\n");
	start = t->out->len;
	for (int i = 0; i <= NREASONS; i++)
		tell_left_out_for(t, i);
	if (t->out->len == start)
	{
		t->out->len = before;
		t->out->data[before] = '\0';
		return;
	}
	appendStringInfoChar(t->out, '\n');
}

void
tell_certainty(Telling *t)
{
	const Quality *q = &t->quality;
	int			start;

	PUT(t, "## How sure we are\n\n", "## 有多大把握\n\n");
	start = t->out->len;
	tell_verdict(t);
	tell_ranking(t);
	tell_compaction(t);
	tell_calibration(t);
	tell_brier(t);
	if (q->method != NULL)
		SAY(t, "Method: %s.\n\n", "方法：%s。\n\n", markdown_text(t, q->method, MAX_METHOD_BYTES));
	tell_left_out(t);
	if (t->out->len == start)
		PUT(t, "That cannot be told: the portrait says nothing about rows that it was learned from or checked on.\n\n",
			"无从判断：画像中没有学习或检验所用数据的任何记录。\n\n");
}

/*
 * describe_condition.c
 *		Conditions as a person would say them, in English and in Chinese.
 *
 * In the wording of traits (traits/words.c), which are found among rows; these
 * are written in portraits, and there is more that can be written.
 */
#include "postgres.h"

#include "common/text.h"
#include "learn/describe.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#define MAX_VALUE_BYTES 80
#define MAX_PHRASE_BYTES 1000	/* nothing is begun beyond it */
#define TOLD_VALUES		6		/* in the story */
#define SHOWN_VALUES	12		/* in the table */
#define TOLD_RIVALS		3		/* attributes that another one is none of */

typedef struct Phrase
{
	const Telling *telling;
	StringInfo	buf;
	int			nvalues;		/* at most so many of a list */
	bool		bare;			/* the field has been named: "SaaS", not "is SaaS" */
} Phrase;

#define PHRASE_WORD(p, english, chinese) WORD((p)->telling, english, chinese)
#define PHRASE_PUT(p, english, chinese) \
	appendStringInfoString((p)->buf, PHRASE_WORD(p, english, chinese))
#define PHRASE_SAY(p, english, chinese_, ...) \
	appendStringInfo((p)->buf, PHRASE_WORD(p, english, chinese_), __VA_ARGS__)

/* ---- lengths of time ---- */

static void
put_unit(StringInfo buf, const Telling *t, int64 n, const char *english, const char *chinese)
{
	if (n == 0)
		return;
	if (buf->len > 0)
		appendStringInfoChar(buf, ' ');
	appendStringInfo(buf, INT64_FORMAT " %s%s", n, WORD(t, english, chinese),
					 n == 1 || t->chinese ? "" : "s");
}

/* "90 days", "1 year 6 months" */
static char *
span_words(const Telling *t, const Literal *literal)
{
	const Interval *span = &literal->span;
	int64		seconds = span->time / USECS_PER_SEC;
	StringInfoData buf;

	if (span->time % USECS_PER_SEC != 0)
		return literal->text;
	initStringInfo(&buf);
	put_unit(&buf, t, span->month / 12, "year", "年");
	put_unit(&buf, t, span->month % 12, "month", "个月");
	put_unit(&buf, t, span->day, "day", "天");
	put_unit(&buf, t, seconds / SECS_PER_HOUR, "hour", "小时");
	put_unit(&buf, t, seconds / SECS_PER_MINUTE % 60, "minute", "分钟");
	put_unit(&buf, t, seconds % SECS_PER_MINUTE, "second", "秒");
	return buf.data;
}

/* ---- values ---- */

static char *
value_text(const Phrase *p, const Literal *literal)
{
	char	   *text;

	if (literal->kind == LITERAL_NUMBER)
		return spoken_number(literal->text);
	if (literal->kind == LITERAL_SPAN)
		return span_words(p->telling, literal);
	text = markdown_value(p->telling, literal->text, MAX_VALUE_BYTES);
	/* blanks, and commas among commas, would not be seen */
	if (text[0] == '\0' || text[0] == ' ' || text[strlen(text) - 1] == ' ' ||
		strchr(text, ',') != NULL)
		return psprintf("\"%s\"", text);
	return text;
}

static void
put_values(const Phrase *p, const Condition *condition, const char *joint)
{
	int			n = list_length(condition->literals);
	List	   *texts = NIL;
	ListCell   *lc;

	foreach(lc, condition->literals)
	{
		if (list_length(texts) >= p->nvalues)
			break;
		texts = lappend(texts, value_text(p, lfirst(lc)));
	}
	put_list(p->buf, p->telling, texts, n - list_length(texts), joint);
}

static const char *
or_word(const Phrase *p)
{
	return PHRASE_WORD(p, " or ", " 或 ");
}

static const char *
and_word(const Phrase *p)
{
	return PHRASE_WORD(p, " and ", " 和 ");
}

static void
put_equality(const Phrase *p, const Condition *condition, bool negated)
{
	bool		several = list_length(condition->literals) > 1;

	if (negated && several)
	{
		bool		two = list_length(condition->literals) == 2;

		PHRASE_PUT(p, two ? "is neither " : "is none of ", "不是 ");
		put_values(p, condition, PHRASE_WORD(p, two ? " nor " : ", ", " 或 "));
		return;
	}
	if (negated)
		PHRASE_PUT(p, "is not ", "不为 ");
	else if (!p->bare)
		PHRASE_PUT(p, "is ", "为 ");
	put_values(p, condition, or_word(p));
}

static void
put_contents(const Phrase *p, const Condition *condition, bool negated)
{
	PHRASE_PUT(p, negated ? "do not include " : "include ",
			   negated ? "不包含 " : "包含 ");
	put_values(p, condition, condition->kind == CONDITION_CONTAINS ? and_word(p) : or_word(p));
}

/* Patterns that only have % at their ends can be said in words. */
static void
put_pattern(const Phrase *p, const Condition *condition, bool negated)
{
	const char *pattern = ((Literal *) linitial(condition->literals))->text;
	int			len = strlen(pattern);
	bool		before = len > 1 && pattern[0] == '%';
	bool		after = len > 1 && pattern[len - 1] == '%';
	char	   *inner = pnstrdup(pattern + before, len - before - after);
	bool		plain = inner[0] != '\0' && strpbrk(inner, "%_\\") == NULL;
	char	   *text = markdown_value(p->telling, plain ? inner : pattern, MAX_VALUE_BYTES);

	if (negated)
		PHRASE_PUT(p, "not: ", "不是：");
	if (!plain)
		PHRASE_SAY(p, "is like \"%s\"", "形如“%s”", text);
	else if (before && after)
		PHRASE_SAY(p, "has \"%s\" in it", "含有“%s”", text);
	else if (after)
		PHRASE_SAY(p, "begins with \"%s\"", "以“%s”开头", text);
	else if (before)
		PHRASE_SAY(p, "ends with \"%s\"", "以“%s”结尾", text);
	else
		PHRASE_SAY(p, "reads \"%s\"", "为“%s”", text);
	if (condition->kind == CONDITION_ILIKE)
		PHRASE_PUT(p, " in upper or lower case", "（不分大小写）");
}

/* ---- ranges of numbers ---- */

static void
put_between(const Phrase *p, const Range *range, const char *from, const char *to)
{
	bool		minus = *from == '-' || *to == '-';

	if (!p->bare)
		PHRASE_PUT(p, "", "在 ");
	if (range->low_closed && range->high_closed)
		/* a dash beside a minus sign is hard to read, and so are units */
		appendStringInfo(p->buf, "%s%s%s", from,
						 minus || range->low->kind == LITERAL_SPAN ?
						 PHRASE_WORD(p, " to ", " 到 ") :
						 GetDatabaseEncoding() == PG_UTF8 ? "–" : "-", to);
	else if (range->low_closed)
		PHRASE_SAY(p, "%s to under %s", "%s 到 %s（不含）", from, to);
	else if (range->high_closed)
		PHRASE_SAY(p, "over %s to %s", "%s（不含）到 %s", from, to);
	else
		PHRASE_SAY(p, "over %s to under %s", "%s 到 %s（均不含）", from, to);
}

static void
put_numbers(const Phrase *p, const Range *range)
{
	char	   *from = range->low ? value_text(p, range->low) : NULL;
	char	   *to = range->high ? value_text(p, range->high) : NULL;

	if (from != NULL && to != NULL && strcmp(from, to) == 0)
	{
		if (!p->bare)
			PHRASE_PUT(p, "is ", "为 ");
		appendStringInfoString(p->buf, from);
	}
	else if (from != NULL && to != NULL)
		put_between(p, range, from, to);
	else if (from != NULL && range->low_closed)
		PHRASE_SAY(p, "%s or more", "不低于 %s", from);
	else if (from != NULL)
		PHRASE_SAY(p, "over %s", "高于 %s", from);
	else if (range->high_closed)
		PHRASE_SAY(p, "up to %s", "不超过 %s", to);
	else
		PHRASE_SAY(p, "under %s", "低于 %s", to);
}

/* ---- ranges of time ---- */

typedef enum Edge
{
	ON_YEAR,
	ON_MONTH,
	ON_DAY						/* or finer: as it is written */
} Edge;

static Edge
edge_of(const Literal *bound, struct pg_tm *tm)
{
	fsec_t		fsec;

	if (timestamp2tm(bound->time, NULL, tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "timestamp in a portrait is out of range");
	if (tm->tm_mday != 1 || tm->tm_hour != 0 || tm->tm_min != 0 ||
		tm->tm_sec != 0 || fsec != 0)
		return ON_DAY;
	return tm->tm_mon == 1 ? ON_YEAR : ON_MONTH;
}

/* The period that begins so, or if last, the one before it. */
static char *
period_text(struct pg_tm tm, Edge edge, bool last)
{
	if (edge == ON_YEAR)
		return psprintf("%d", tm.tm_year - last);
	tm.tm_mon -= last;
	if (tm.tm_mon == 0)
	{
		tm.tm_mon = 12;
		tm.tm_year--;
	}
	return psprintf("%d-%02d", tm.tm_year, tm.tm_mon);
}

/* Whole years or months: "in 2019", "from 2019 to 2021"; false if they are not. */
static bool
put_periods(const Phrase *p, const Range *range)
{
	struct pg_tm low;
	struct pg_tm high;
	Edge		edge = Max(edge_of(range->low, &low), edge_of(range->high, &high));
	char	   *from;
	char	   *to;

	if (edge == ON_DAY || !range->low_closed || range->high_closed)
		return false;
	from = period_text(low, edge, false);
	to = period_text(high, edge, true);
	if (strcmp(from, to) != 0)
		PHRASE_SAY(p, "from %s to %s", "在 %s 至 %s", from, to);
	else if (edge == ON_YEAR)
		PHRASE_SAY(p, "in %s", "在 %s 年", from);
	else
		PHRASE_SAY(p, "in %s", "在 %s", from);
	return true;
}

static char *
bound_time(const Literal *bound)
{
	struct pg_tm tm;
	Edge		edge = edge_of(bound, &tm);

	return edge == ON_DAY ? bound->text : period_text(tm, edge, false);
}

/* Where a period is named for a moment, its first one must be meant. */
static void
put_times(const Phrase *p, const Range *range)
{
	const Literal *low = range->low;
	const Literal *high = range->high;

	if (low != NULL && high != NULL && put_periods(p, range))
		return;
	if (low != NULL && range->low_closed)
		PHRASE_SAY(p, "since %s", "不早于 %s", bound_time(low));
	else if (low != NULL)
		PHRASE_SAY(p, "after %s", "晚于 %s", low->text);
	if (low != NULL && high != NULL)
		PHRASE_PUT(p, " and ", "、");
	if (high != NULL && range->high_closed)
		PHRASE_SAY(p, "up to %s", "不晚于 %s", high->text);
	else if (high != NULL)
		PHRASE_SAY(p, "before %s", "早于 %s", bound_time(high));
}

static void
put_range(const Phrase *p, const Range *range, bool negated)
{
	const Literal *bound = range->low ? range->low : range->high;
	Range		opposite = {
		.low = range->high,
		.high = range->low,
		.low_closed = range->high && !range->high_closed,
		.high_closed = range->low && !range->low_closed
	};

	if (bound == NULL)
	{
		if (negated)
			PHRASE_PUT(p, "not known", "并非已知");
		else
			PHRASE_SAY(p, "%sknown", "%s已知", p->bare || p->telling->chinese ? "" : "is ");
		return;
	}
	if (negated && (range->low == NULL || range->high == NULL))
		range = &opposite;
	else if (negated)
		PHRASE_PUT(p, "not ", "并非");
	if (bound->kind == LITERAL_TIME)
		put_times(p, range);
	else
		put_numbers(p, range);
}

/* ---- conditions ---- */

static void
put_relative(const Phrase *p, const Condition *condition, bool negated)
{
	char	   *span = span_words(p->telling, condition->span);

	if (negated)
		PHRASE_PUT(p, "not ", "并非");
	if (condition->kind == CONDITION_WITHIN)
		PHRASE_SAY(p, "within the last %s", "在过去 %s内", span);
	else if (condition->kind == CONDITION_WITHIN_NEXT)
		PHRASE_SAY(p, "within the next %s", "在未来 %s内", span);
	else
		PHRASE_SAY(p, "more than %s ago", "在 %s以前", span);
}

static void
put_missing(const Phrase *p, bool negated)
{
	if (!p->bare)
		PHRASE_PUT(p, "is ", "");
	if (negated)
		PHRASE_PUT(p, "known", "已知");
	else
		PHRASE_PUT(p, "unknown", "未知");
}

static void
put_leaf(const Phrase *p, const Condition *condition, bool negated)
{
	bool		named = condition->use.field != NULL && !p->bare &&
		condition->kind != CONDITION_OTHERWISE;

	if (named)
		appendStringInfo(p->buf, "%s ", markdown_name(p->telling, condition->use.field));
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
		case CONDITION_IN:
			put_equality(p, condition, negated);
			break;
		case CONDITION_RANGE:
			put_range(p, &condition->range, negated);
			break;
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
			put_pattern(p, condition, negated);
			break;
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			put_contents(p, condition, negated);
			break;
		case CONDITION_WITHIN:
		case CONDITION_OLDER:
		case CONDITION_WITHIN_NEXT:
			put_relative(p, condition, negated);
			break;
		case CONDITION_MISSING:
			put_missing(p, negated);
			break;
		default:
			PHRASE_PUT(p, "anything else", "其他情况");
			break;
	}
}

static void
put_condition(const Phrase *p, const Condition *condition, bool nested)
{
	const char *joint = condition->kind == CONDITION_ANY ?
		PHRASE_WORD(p, " or ", " 或 ") : PHRASE_WORD(p, " and ", " 且 ");
	Phrase		named = *p;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	if (condition->kind < CONDITION_ALL)
	{
		put_leaf(p, condition, false);
		return;
	}
	named.bare = false;
	if (condition->kind == CONDITION_NOT)
	{
		const Condition *child = linitial(condition->children);

		if (child->kind < CONDITION_ALL)
		{
			put_leaf(&named, child, true);
			return;
		}
		PHRASE_PUT(p, "not ", "并非");
		nested = true;
	}
	if (nested)
		PHRASE_PUT(p, "(", "（");
	foreach(lc, condition->children)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(p->buf, joint);
		if (p->buf->len > MAX_PHRASE_BYTES)
		{
			appendStringInfoString(p->buf, "...");
			break;
		}
		put_condition(&named, lfirst(lc), list_length(condition->children) > 1);
	}
	if (nested)
		PHRASE_PUT(p, ")", "）");
}

/* ---- attributes ---- */

/* Does its condition speak of other fields than one? */
static bool
meets_other_field(const Condition *condition, const char **field)
{
	ListCell   *lc;

	if (condition->kind < CONDITION_ALL && condition->use.field != NULL)
	{
		if (*field == NULL)
			*field = condition->use.field;
		return strcmp(*field, condition->use.field) != 0;
	}
	foreach(lc, condition->children)
	{
		if (meets_other_field(lfirst(lc), field))
			return true;
	}
	return false;
}

bool
looks_at_several(const Condition *condition)
{
	const char *field = NULL;

	return meets_other_field(condition, &field);
}

char *
condition_text(const Telling *t, const Condition *condition)
{
	StringInfoData buf;
	Phrase		p = {.telling = t, .buf = &buf, .nvalues = TOLD_VALUES};

	initStringInfo(&buf);
	put_condition(&p, condition, false);
	return buf.data;
}

/* "none of these holds: ...; ...": what the attributes before it match */
static void
put_none_of(const Phrase *p, List *attributes)
{
	PHRASE_PUT(p, "none of these holds: ", "以下均不符合：");
	for (int i = 0; i < list_length(attributes); i++)
	{
		const Attribute *attribute = list_nth(attributes, i);

		if (i > 0)
			PHRASE_PUT(p, "; ", "；");
		if (i == TOLD_RIVALS)
		{
			PHRASE_SAY(p, "%d more", "另有 %d 种", list_length(attributes) - i);
			break;
		}
		put_condition(p, attribute->when, false);
	}
}

/* All that the attributes before the last one do not match. */
static void
put_otherwise(const Phrase *p, const Characteristic *characteristic)
{
	const Condition *first = NULL;
	List	   *rivals = NIL;
	bool		missing = false;
	ListCell   *lc;

	foreach(lc, characteristic->attributes)
	{
		Attribute  *attribute = lfirst(lc);

		if (attribute->when->kind == CONDITION_MISSING)
			missing = true;
		else if (attribute->when->kind != CONDITION_OTHERWISE)
			rivals = lappend(rivals, attribute);
	}
	if (rivals == NIL)
	{
		appendStringInfo(p->buf, "%s %s",
						 markdown_name(p->telling, characteristic->use.field ?
									   characteristic->use.field : characteristic->name),
						 missing ? PHRASE_WORD(p, "is known", "已知") :
						 PHRASE_WORD(p, "whatever it is", "为任意值"));
		return;
	}
	first = ((Attribute *) linitial(rivals))->when;
	if (list_length(rivals) > 1 || first->kind >= CONDITION_ALL)
	{
		put_none_of(p, rivals);
		return;
	}
	put_leaf(p, first, true);
	/* what is not known matches no condition, and neither its opposite */
	if (!missing)
		PHRASE_PUT(p, ", or unknown", "，或未知");
}

/* In the story, where an attribute stands by itself. */
char *
telltale_text(const Telling *t, const Characteristic *characteristic,
			  const Attribute *attribute)
{
	StringInfoData buf;
	Phrase		p = {.telling = t, .buf = &buf, .nvalues = TOLD_VALUES};

	initStringInfo(&buf);
	if (attribute->when->kind == CONDITION_OTHERWISE)
		put_otherwise(&p, characteristic);
	else
		put_condition(&p, attribute->when, false);
	return buf.data;
}

/* The same at the beginning of a sentence; iPhone is spelled as it is. */
char *
sentence_text(const Telling *t, const Characteristic *characteristic,
			  const Attribute *attribute)
{
	char	   *text = telltale_text(t, characteristic, attribute);

	if (!t->chinese && !(text[0] != '\0' && text[1] >= 'A' && text[1] <= 'Z'))
		text[0] = pg_ascii_toupper((unsigned char) text[0]);
	return text;
}

/* In the table, beside the characteristic's name, which may be its field's. */
char *
attribute_text(const Telling *t, const Characteristic *characteristic,
			   const Attribute *attribute)
{
	StringInfoData buf;
	Phrase		p = {.telling = t, .buf = &buf, .nvalues = SHOWN_VALUES};

	p.bare = !attribute->when->own_field && characteristic->use.field != NULL &&
		strcmp(characteristic->name, characteristic->use.field) == 0;
	initStringInfo(&buf);
	put_condition(&p, attribute->when, false);
	return buf.data;
}

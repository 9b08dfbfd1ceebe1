/*
 * words.c
 *		Traits as a person would say them, in English and in Chinese.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/text.h"
#include "portrait/portrait.h"
#include "traits/traits.h"
#include "utils/datetime.h"

/* ---- pieces ---- */

static char *
spoken_value(const Cell *cell)
{
	char	   *text = cell_text(cell);

	if (cell_is_number(cell->kind))
		return spoken_number(text);
	if (text[0] == '\0')
		return pstrdup("\"\"");
	return text;
}

/* ---- times ---- */

static int
year_of(int64 time)
{
	int64		day = floor_time(time, EDGE_DAY) / USECS_PER_DAY;
	int			year;
	int			month;
	int			ignored;

	j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &ignored);
	return year;
}

static int
month_of(int64 time)
{
	int64		day = floor_time(time, EDGE_DAY) / USECS_PER_DAY;
	int			ignored;
	int			month;

	j2date((int) day + POSTGRES_EPOCH_JDATE, &ignored, &month, &ignored);
	return month;
}

/* As precisely as the edge needs; last: the last period before the edge. */
static char *
spoken_time(const Bound *bound, TimeEdge edge, bool last)
{
	int64		time = bound->time;

	if (last)
		time = floor_time(time - 1, edge == EDGE_QUARTER ? EDGE_MONTH : edge);
	switch (edge)
	{
		case EDGE_YEAR:
			return psprintf("%d", year_of(time));
		case EDGE_QUARTER:
		case EDGE_MONTH:
			return psprintf("%d-%02d", year_of(time), month_of(time));
		default:
			return time_text(time);
	}
}

static TimeEdge
finer_edge(const Bound *a, const Bound *b)
{
	if (!a->given)
		return b->edge;
	if (!b->given)
		return a->edge;
	return Max(a->edge, b->edge);
}

/* "in 2019", "2019 to 2021", "since 2019", "before 2019" */
static void
say_times(StringInfo buf, const TraitItem *item, bool chinese)
{
	TimeEdge	edge = finer_edge(&item->low, &item->high);
	bool		whole = edge < EDGE_NONE;
	char	   *from = item->low.given ? spoken_time(&item->low, edge, false) : NULL;
	char	   *to = item->high.given ? spoken_time(&item->high, edge, whole) : NULL;

	if (from != NULL && to != NULL && edge == EDGE_QUARTER &&
		item->high.time - item->low.time < 100 * USECS_PER_DAY)
	{
		appendStringInfo(buf, chinese ? "在 %d 年第 %d 季度" : "in %d Q%d",
						 year_of(item->low.time), (month_of(item->low.time) + 2) / 3);
	}
	else if (from != NULL && to != NULL && whole && strcmp(from, to) == 0)
		appendStringInfo(buf, chinese ? "在 %s%s" : "in %s%s", from,
						 chinese && edge == EDGE_YEAR ? " 年" : "");
	else if (from != NULL && to != NULL && whole)
		appendStringInfo(buf, chinese ? "在 %s 至 %s" : "from %s to %s", from, to);
	else if (from != NULL && to != NULL)
		appendStringInfo(buf, chinese ? "从 %s 到 %s 之前" : "from %s to before %s", from, to);
	else if (from != NULL)
		appendStringInfo(buf, chinese ? "不早于 %s" : "since %s", from);
	else if (item->high.given)
		appendStringInfo(buf, chinese ? "早于 %s" : "before %s",
						 spoken_time(&item->high, edge, false));
}

/* ---- numbers ---- */

static void
say_numbers(StringInfo buf, const TraitItem *item, bool chinese)
{
	char	   *from = item->low.given ? spoken_number(item->low.text) : NULL;
	char	   *to = item->high.given ? spoken_number(item->high.text) : NULL;
	bool		below = item->high.given && !item->high.closed;

	if (from != NULL && to != NULL && !below)
		/* a dash beside a minus sign is hard to read */
		appendStringInfo(buf, chinese ? "在 %s%s%s" : "%s%s%s", from,
						 *from == '-' || *to == '-' ? (chinese ? " 到 " : " to ") :
						 GetDatabaseEncoding() == PG_UTF8 ? "–" : "-", to);
	else if (from != NULL && to != NULL)
		appendStringInfo(buf, chinese ? "在 %s 到 %s（不含）" : "%s to under %s", from, to);
	else if (from != NULL)
		appendStringInfo(buf, chinese ? "不低于 %s" : "%s or more", from);
	else if (to != NULL)
		appendStringInfo(buf, below ? (chinese ? "低于 %s" : "under %s") :
						 (chinese ? "不超过 %s" : "up to %s"), to);
}

/* ---- items ---- */

static void
say_value(StringInfo buf, const Search *search, const TraitItem *item)
{
	const ViewField *f = &search->view->fields[item->field];
	char	   *value = spoken_value(&f->values[item->first - CODE_FIRST]);
	bool		chinese = search->options.chinese;

	if (item->is_list)
		appendStringInfo(buf, item->negated ? (chinese ? "不包含 %s" : "do not include %s") :
						 (chinese ? "包含 %s" : "include %s"), value);
	else
		appendStringInfo(buf, item->negated ? (chinese ? "不为 %s" : "is not %s") :
						 (chinese ? "为 %s" : "is %s"), value);
}

char *
item_text(const Search *search, const TraitItem *item)
{
	const ViewField *f = &search->view->fields[item->field];
	bool		chinese = search->options.chinese;
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s ", spoken_name(f->name));
	switch (item->sort)
	{
		case ITEM_MISSING:
			appendStringInfoString(&buf, item->negated ? (chinese ? "已知" : "is known") :
								   (chinese ? "未知" : "is unknown"));
			break;
		case ITEM_INTERVAL:
			if (cell_is_time(f->values[0].kind))
				say_times(&buf, item, chinese);
			else
				say_numbers(&buf, item, chinese);
			break;
		case ITEM_EQUALS:
			say_value(&buf, search, item);
			break;
	}
	return buf.data;
}

/* Several elements of one list: "tags include crm and erp". */
static bool
follows_on(const Search *search, const ItemSet *set, int i)
{
	const TraitItem *item = &search->items[set->items[i]];
	const TraitItem *before = i > 0 ? &search->items[set->items[i - 1]] : NULL;

	return before != NULL && before->field == item->field && item->sort == ITEM_EQUALS &&
		before->sort == ITEM_EQUALS && !item->negated && !before->negated;
}

char *
trait_text(const Search *search, const ItemSet *set)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < set->n; i++)
	{
		const TraitItem *item = &search->items[set->items[i]];

		if (i > 0)
			appendStringInfoString(&buf, search->options.chinese ? " 且 " : " and ");
		if (follows_on(search, set, i))
			appendStringInfoString(&buf, spoken_value(&search->view->fields[item->field].values[item->first - CODE_FIRST]));
		else
			appendStringInfoString(&buf, item_text(search, item));
	}
	return buf.data;
}

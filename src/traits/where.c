/*
 * where.c
 *		Traits for machines: as SQL for a WHERE clause, and as a portrait's
 *		condition.
 *
 * The SQL selects exactly the rows that were counted.  So it says no with what
 * counted as missing: NULL, NaN and placeholders.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "common/text.h"
#include "portrait/portrait.h"
#include "traits/traits.h"
#include "utils/builtins.h"

/* ---- columns and literals ---- */

/* The column, or what it has under a key. */
static char *
column_sql(const ViewField *f)
{
	const char *dot = strchr(f->name, '.');

	if (f->type != FIELD_JSON)
		return pstrdup(quote_identifier(f->name));
	if (dot == NULL || dot == f->name || dot[1] == '\0')
		return psprintf("CAST(%s AS jsonb)", quote_identifier(f->name));
	return psprintf("CAST(%s AS jsonb) -> %s",
					quote_identifier(pnstrdup(f->name, dot - f->name)),
					quote_literal_cstr(dot + 1));
}

/* As text, before it is read as something else. */
static char *
raw_sql(const ViewField *f)
{
	if (f->type == FIELD_JSON)
		return psprintf("(%s) #>> '{}'", column_sql(f));
	return column_sql(f);
}

/* The type of what is compared. */
static FieldType
read_type(const ViewField *f)
{
	if (f->as == AS_NUMBER)
		return FIELD_NUMERIC;
	return f->as == AS_DATE ? FIELD_TIMESTAMP : f->type;
}

/* What is compared, which is NULL where the text is no number or date. */
static char *
value_sql(const ViewField *f)
{
	if (f->as == AS_NUMBER)
		return psprintf("CASE WHEN %s ~ '^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*$' THEN CAST(%s AS numeric) END",
						raw_sql(f), raw_sql(f));
	if (f->as == AS_DATE)
		return psprintf("CASE WHEN %s ~ '^\\s*\\d{4}-\\d{1,2}-\\d{1,2}' THEN CAST(%s AS timestamp) END",
						raw_sql(f), raw_sql(f));
	return column_sql(f);
}

/* A number as the column's type takes it. */
static char *
number_sql(FieldType type, const char *number)
{
	if (type == FIELD_MONEY)
		return psprintf("CAST(%s AS money)", number);
	/* quoted, it becomes a value of the column's type; bare, 0.1 were no real's 0.1 */
	if (type == FIELD_REAL || strpbrk(number, "yN") != NULL)
		return quote_literal_cstr(number);
	return pstrdup(number);
}

static char *
literal_sql(FieldType type, const Cell *cell)
{
	char	   *text = cell_text(cell);

	if (type == FIELD_JSON)
		return quote_literal_cstr(cell_json(cell));
	switch (cell->kind)
	{
		case CELL_BOOL:
			return text;
		case CELL_DATE:
			return psprintf("DATE %s", quote_literal_cstr(text));
		case CELL_TIMESTAMP:
			return psprintf("TIMESTAMP %s", quote_literal_cstr(text));
		case CELL_TIMESTAMPTZ:
			return psprintf("TIMESTAMPTZ %s", quote_literal_cstr(text));
		default:
			return cell_is_number(cell->kind) ? number_sql(type, text) : quote_literal_cstr(text);
	}
}

static char *
bound_sql(const ViewField *f, const Bound *bound)
{
	Cell		cell = {.kind = f->values[0].kind};
	FieldType	type = read_type(f);

	if (!cell_is_time(cell.kind))
		return number_sql(type == FIELD_JSON ? FIELD_NUMERIC : type, bound->text);
	cell.word = (uint64) (cell.kind == CELL_DATE ? bound->time / USECS_PER_DAY : bound->time);
	return literal_sql(type, &cell);
}

/* ---- what is missing ---- */

static bool
may_be_missing(const SketchView *view, const ViewField *f)
{
	return f->known_best + f->known_rest < view->best_n + view->rest_n;
}

static bool
may_be_nan(const SketchView *view, const ViewField *f)
{
	return may_be_missing(view, f) && !f->is_list && f->as == AS_IS &&
		(f->type == FIELD_REAL || f->type == FIELD_NUMERIC);
}

/* Does the column hold such values before they are read as something else? */
static bool
may_hold(const ViewField *f, const Cell *placeholder)
{
	if (f->type == FIELD_JSON)
		return true;
	if (cell_is_text(placeholder->kind))
		return f->type == FIELD_TEXT;
	return f->type == FIELD_INTEGER || f->type == FIELD_NUMERIC || f->type == FIELD_MONEY;
}

/* Would the item take the placeholder for one of its own values? */
static bool
is_beside(const ViewField *f, const TraitItem *item, const Cell *placeholder)
{
	if (item == NULL || item->sort != ITEM_INTERVAL || f->type == FIELD_JSON || f->as != AS_IS)
		return false;
	return (item->low.given && compare_cells(placeholder, &f->values[item->first - CODE_FIRST]) < 0 &&
			compare_cells(placeholder, &f->values[item->first - CODE_FIRST - 1]) <= 0) ||
		(item->high.given && compare_cells(placeholder, &f->values[item->last - CODE_FIRST]) > 0 &&
		 compare_cells(placeholder, &f->values[item->last - CODE_FIRST + 1]) >= 0);
}

/*
 * The values that count as missing, as a list of literals; NULL if there are
 * none.  Given an item, those that it would be mistaken about.
 */
static char *
placeholder_list(const SketchView *view, const ViewField *f, const TraitItem *item)
{
	StringInfoData buf;
	ListCell   *lc;

	if (f->is_list || !may_be_missing(view, f))
		return NULL;
	initStringInfo(&buf);
	foreach(lc, view->placeholders)
	{
		if (may_hold(f, lfirst(lc)) && !is_beside(f, item, lfirst(lc)))
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
							 literal_sql(f->type, lfirst(lc)));
	}
	return buf.len > 0 ? buf.data : NULL;
}

/* Takes placeholders out where the comparison itself lets them in. */
static void
put_guard(StringInfo buf, const SketchView *view, const ViewField *f, const TraitItem *item)
{
	char	   *placeholders = placeholder_list(view, f, item);

	if (placeholders)
		appendStringInfo(buf, " AND %s NOT IN (%s)", column_sql(f), placeholders);
}

static void
put_missing(StringInfo buf, const SketchView *view, const TraitItem *item)
{
	const ViewField *f = &view->fields[item->field];
	char	   *value = value_sql(f);
	char	   *placeholders = placeholder_list(view, f, NULL);
	bool		is_json = f->type == FIELD_JSON && f->as == AS_IS;
	bool		simple = placeholders == NULL && !is_json && !may_be_nan(view, f);

	if (f->as != AS_IS)
		value = psprintf("(%s)", value);
	if (simple)
	{
		appendStringInfo(buf, item->negated ? "%s IS NOT NULL" : "%s IS NULL", value);
		return;
	}
	appendStringInfo(buf, item->negated ? "NOT (%s IS NULL" : "(%s IS NULL", value);
	if (is_json)
		appendStringInfo(buf, " OR %s = 'null'", value);
	if (may_be_nan(view, f))
		appendStringInfo(buf, " OR %s = 'NaN'", value);
	if (placeholders)
		appendStringInfo(buf, " OR %s IN (%s)", column_sql(f), placeholders);
	appendStringInfoChar(buf, ')');
}

/* ---- items ---- */

static void
put_element(StringInfo buf, const ViewField *f, const TraitItem *item)
{
	char	   *column = column_sql(f);
	char	   *value = literal_sql(f->type, &f->values[item->first - CODE_FIRST]);

	/* an array contains a scalar, and a scalar itself */
	if (f->type == FIELD_JSON)
		appendStringInfo(buf, item->negated ? "NOT (%s @> %s) AND %s <> 'null'" : "%s @> %s",
						 column, value, column);
	else if (item->negated)
		appendStringInfo(buf, "%s IS NOT NULL AND coalesce(%s <> ALL (%s), true)",
						 column, value, column);
	else
		appendStringInfo(buf, "%s = ANY (%s)", value, column);
}

static void
put_value(StringInfo buf, const SketchView *view, const TraitItem *item)
{
	const ViewField *f = &view->fields[item->field];
	char	   *value = literal_sql(read_type(f), &f->values[item->first - CODE_FIRST]);
	char	   *column = value_sql(f);

	if (f->as != AS_IS)
		column = psprintf("(%s)", column);
	appendStringInfo(buf, "%s %s %s", column, item->negated ? "<>" : "=", value);
	if (item->negated && f->type == FIELD_JSON && f->as == AS_IS)
		appendStringInfo(buf, " AND %s <> 'null'", column);
	if (item->negated && may_be_nan(view, f))
		appendStringInfo(buf, " AND %s <> 'NaN'", column);
	if (item->negated || f->as != AS_IS)
		put_guard(buf, view, f, item);
}

static void
put_comparisons(StringInfo buf, const ViewField *f, const TraitItem *item, const char *value)
{
	const Bound *low = &item->low;
	const Bound *high = &item->high;

	if (low->given && high->given && low->closed && high->closed)
	{
		appendStringInfo(buf, "%s BETWEEN %s AND %s", value, bound_sql(f, low), bound_sql(f, high));
		return;
	}
	if (low->given)
		appendStringInfo(buf, "%s %s %s", value, low->closed ? ">=" : ">", bound_sql(f, low));
	if (low->given && high->given)
		appendStringInfoString(buf, " AND ");
	if (high->given)
		appendStringInfo(buf, "%s %s %s", value, high->closed ? "<=" : "<", bound_sql(f, high));
}

static void
put_interval(StringInfo buf, const SketchView *view, const TraitItem *item)
{
	const ViewField *f = &view->fields[item->field];
	char	   *value = value_sql(f);

	if (f->type == FIELD_JSON && f->as == AS_IS)
	{
		appendStringInfo(buf, "CASE WHEN jsonb_typeof(%s) = 'number' THEN ", value);
		put_comparisons(buf, f, item, psprintf("CAST(%s AS numeric)", value));
		appendStringInfoString(buf, " END");
	}
	else
		put_comparisons(buf, f, item, f->as == AS_IS ? value : psprintf("(%s)", value));
	/* NaN is above all numbers */
	if (!item->high.given && may_be_nan(view, f))
		appendStringInfo(buf, "%s%s < 'NaN'", item->low.given ? " AND " : "", value);
	if (!cell_is_time(f->values[0].kind) || f->as != AS_IS)
		put_guard(buf, view, f, item);
}

void
put_where(StringInfo buf, const SketchView *view, const TraitItem *item)
{
	if (item->sort == ITEM_MISSING)
		put_missing(buf, view, item);
	else if (item->sort == ITEM_INTERVAL)
		put_interval(buf, view, item);
	else if (item->is_list)
		put_element(buf, &view->fields[item->field], item);
	else
		put_value(buf, view, item);
}

char *
trait_where(const Search *search, const ItemSet *set)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < set->n; i++)
	{
		if (i > 0)
			appendStringInfoString(&buf, " AND ");
		put_where(&buf, search->view, &search->items[set->items[i]]);
	}
	return buf.data;
}

/* ---- conditions ---- */

static char *
range_json(const ViewField *f, const TraitItem *item)
{
	bool		is_time = cell_is_time(f->values[0].kind);
	const Bound *low = &item->low;
	const Bound *high = &item->high;
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, low->given && low->closed ? '[' : '(');
	if (low->given)
		appendStringInfoString(&buf, is_time ? time_text(low->time) : low->text);
	appendStringInfoChar(&buf, ',');
	if (high->given)
		appendStringInfoString(&buf, is_time ? time_text(high->time) : high->text);
	appendStringInfoChar(&buf, high->given && high->closed ? ']' : ')');
	return json_string(buf.data);
}

/* The condition, in the language of portraits. */
void
put_condition_json(StringInfo buf, const SketchView *view, const TraitItem *item)
{
	const ViewField *f = &view->fields[item->field];

	if (item->negated)
		appendStringInfoString(buf, "{\"not\": ");
	appendStringInfo(buf, "{\"field\": %s, ", json_string(f->name));
	if (f->as != AS_IS)
		appendStringInfo(buf, "\"as\": \"%s\", ", f->as == AS_NUMBER ? "number" : "date");
	if (item->sort == ITEM_MISSING)
		appendStringInfoString(buf, "\"missing\": true}");
	else if (item->sort == ITEM_INTERVAL)
		appendStringInfo(buf, "\"range\": %s}", range_json(f, item));
	else
		appendStringInfo(buf, "\"%s\": %s}", item->is_list ? "contains" : "equals",
						 cell_json(&f->values[item->first - CODE_FIRST]));
	if (item->negated)
		appendStringInfoChar(buf, '}');
}

Datum
trait_condition(const Search *search, const ItemSet *set)
{
	StringInfoData buf;
	Datum		result;

	initStringInfo(&buf);
	if (set->n > 1)
		appendStringInfoString(&buf, "{\"all\": [");
	for (int i = 0; i < set->n; i++)
	{
		if (i > 0)
			appendStringInfoString(&buf, ", ");
		put_condition_json(&buf, search->view, &search->items[set->items[i]]);
	}
	if (set->n > 1)
		appendStringInfoString(&buf, "]}");
	(void) icp_jsonb_in(buf.data, NULL, &result);
	return result;
}

Datum
trait_fields(const Search *search, const ItemSet *set)
{
	const char *names[MAX_ORDER];
	int			n = 0;

	for (int i = 0; i < set->n; i++)
	{
		const char *name = search->view->fields[search->items[set->items[i]].field].name;

		if (n == 0 || strcmp(names[n - 1], name) != 0)
			names[n++] = name;
	}
	return text_array(names, n);
}

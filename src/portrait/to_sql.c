/*
 * to_sql.c
 *		icp_to_sql: the score as one plain SQL expression, for databases
 *		without the extension.
 *
 * Nothing is known of the columns' types here but what the conditions suggest:
 * what is compared with numbers is a number, what contains values is an array,
 * "a.b" is the key b of a json column a.  SQL's CASE and its three-valued logic
 * are the portrait's own, so that conditions translate one by one.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "portrait/portrait.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_to_sql);

/* Scores are computed in float8, exactly as long as integers stay below this. */
#define EXACT_INTEGERS (INT64CONST(1) << 53)

/* What a condition takes its field for. */
typedef enum FieldSort
{
	SORT_UNKNOWN,
	SORT_TEXT,
	SORT_NUMBER,
	SORT_BOOL,
	SORT_TIME,
	SORT_ARRAY
} FieldSort;

typedef struct SqlWriter
{
	StringInfoData buf;
	const Portrait *portrait;
	const char *alias;
	bool		negated;		/* inside of a NOT: unknown is not false there */
} SqlWriter;

static void write_condition(SqlWriter *writer, const Condition *condition);

/* ---- fields ---- */

static FieldSort
literal_sort(const Literal *literal)
{
	switch (literal->kind)
	{
		case LITERAL_NUMBER:
			return SORT_NUMBER;
		case LITERAL_BOOL:
			return SORT_BOOL;
		case LITERAL_TIME:
		case LITERAL_SPAN:
			return SORT_TIME;
		case LITERAL_TEXT:
			break;
	}
	return SORT_TEXT;
}

static FieldSort
condition_sort(const Condition *condition)
{
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
		case CONDITION_IN:
			return literal_sort(linitial(condition->literals));
		case CONDITION_RANGE:
			if (condition->range.low != NULL)
				return literal_sort(condition->range.low);
			return condition->range.high ? literal_sort(condition->range.high) :
				SORT_UNKNOWN;
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
			return SORT_TEXT;
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			return SORT_ARRAY;
		case CONDITION_WITHIN:
		case CONDITION_OLDER:
		case CONDITION_WITHIN_NEXT:
			return SORT_TIME;
		default:
			return SORT_UNKNOWN;
	}
}

/* The column itself, or what is inside of it as text. */
static char *
column_sql(const SqlWriter *writer, const char *field, bool *is_json)
{
	const char *dot = strchr(field, '.');
	char	   *path;

	*is_json = dot != NULL;
	if (dot == NULL)
		return psprintf("%s.%s", quote_identifier(writer->alias), quote_identifier(field));
	path = pstrdup(dot + 1);
	for (char *p = path; *p; p++)
	{
		if (*p == '.')
			*p = ',';
	}
	return psprintf("(%s.%s #>> %s)", quote_identifier(writer->alias),
					quote_identifier(pnstrdup(field, dot - field)),
					quote_literal_cstr(psprintf("{%s}", path)));
}

static char *
literal_sql(const Literal *literal)
{
	if (literal->kind == LITERAL_NUMBER || literal->kind == LITERAL_BOOL)
		return literal->text;
	return quote_literal_cstr(literal->text);
}

/* Those of the placeholders that are of the kind, as a list; NULL if none is. */
static char *
placeholder_list(List *placeholders, LiteralKind kind)
{
	StringInfoData list;
	ListCell   *lc;

	initStringInfo(&list);
	foreach(lc, placeholders)
	{
		Literal    *literal = lfirst(lc);

		if (literal->kind == kind)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 literal_sql(literal));
	}
	return list.len > 0 ? list.data : NULL;
}

static void
append_alternative(StringInfo buf, const char *alternative)
{
	appendStringInfo(buf, "%s%s", buf->len > 0 ? " OR " : "", alternative);
}

/*
 * That the column holds a placeholder, or NaN, which is missing too; NULL if a
 * column of this sort cannot.  value is the column as it is read.
 */
static char *
is_placeholder_sql(const FieldUse *use, FieldSort sort, bool is_text,
				   const char *column, const char *value)
{
	char	   *texts = placeholder_list(use->placeholders, LITERAL_TEXT);
	char	   *numbers = placeholder_list(use->placeholders, LITERAL_NUMBER);
	bool		is_number = sort == SORT_NUMBER;
	StringInfoData buf;

	if (sort == SORT_ARRAY)
		return NULL;
	initStringInfo(&buf);
	if (texts != NULL && (!is_number || is_text))
		append_alternative(&buf, psprintf("CAST(%s AS text) IN (%s)", column, texts));
	if (numbers != NULL && is_number)
		append_alternative(&buf, psprintf("%s IN (%s)", value, numbers));
	/* as text, because an integer cannot be compared with NaN */
	if (is_number && !is_text)
		append_alternative(&buf, psprintf("CAST(%s AS text) = 'NaN'", column));
	return buf.len > 0 ? buf.data : NULL;
}

static bool
is_placeholder(const FieldUse *use, const Literal *literal)
{
	ListCell   *lc;

	foreach(lc, use->placeholders)
	{
		if (compare_literals(lfirst(lc), literal) == 0)
			return true;
	}
	return false;
}

static bool
has_number(List *literals)
{
	ListCell   *lc;

	foreach(lc, literals)
	{
		if (((Literal *) lfirst(lc))->kind == LITERAL_NUMBER)
			return true;
	}
	return false;
}

/*
 * Could the condition hold for a placeholder or NaN, so that these must be
 * made NULL first?  Mostly not, and the SQL is easier to read without.
 */
static bool
can_match_placeholder(const SqlWriter *writer, const Condition *condition,
					  FieldSort sort)
{
	ListCell   *lc;

	if (writer->negated || condition->kind == CONDITION_MISSING)
		return true;
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
		case CONDITION_IN:
			foreach(lc, condition->literals)
			{
				if (is_placeholder(&condition->use, lfirst(lc)))
					return true;
			}
			return false;
		case CONDITION_RANGE:
			/* NaN is above all numbers */
			return condition->range.high == NULL || sort == SORT_TIME ||
				has_number(condition->use.placeholders);
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			return false;
		default:
			return sort == SORT_NUMBER || condition->use.placeholders != NIL;
	}
}

/* The field as the condition sees it: NULL where it is missing. */
static char *
field_sql(const SqlWriter *writer, const Condition *condition, FieldSort sort)
{
	const FieldUse *use = &condition->use;
	bool		is_json;
	char	   *column = column_sql(writer, use->field, &is_json);
	bool		is_text = is_json || use->as != AS_IS;
	char	   *value = column;
	char	   *is_missing = NULL;

	if (is_text && sort == SORT_NUMBER)
		value = psprintf("CASE WHEN %s ~ '^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*$' THEN CAST(%s AS numeric) END",
						 column, column);
	else if (is_text && sort == SORT_TIME)
		value = psprintf("CASE WHEN %s ~ '^\\s*\\d{4}-\\d{1,2}-\\d{1,2}' THEN CAST(%s AS timestamp) END",
						 column, column);
	else if (is_json && sort == SORT_BOOL)
		value = psprintf("CASE %s WHEN 'true' THEN true WHEN 'false' THEN false END", column);
	if (can_match_placeholder(writer, condition, sort))
		is_missing = is_placeholder_sql(use, sort, is_text, column, value);
	if (is_missing != NULL)
		return psprintf("(CASE WHEN %s THEN NULL ELSE %s END)", is_missing, value);
	return value == column ? column : psprintf("(%s)", value);
}

/* ---- conditions ---- */

static void
write_list(SqlWriter *writer, const char *field, List *literals)
{
	ListCell   *lc;

	appendStringInfo(&writer->buf, "%s IN (", field);
	foreach(lc, literals)
		appendStringInfo(&writer->buf, "%s%s",
						 foreach_current_index(lc) > 0 ? ", " : "",
						 literal_sql(lfirst(lc)));
	appendStringInfoChar(&writer->buf, ')');
}

static void
write_range(SqlWriter *writer, const char *field, const Range *range)
{
	if (range->low == NULL && range->high == NULL)
		/* unknown, not false, where it is missing */
		appendStringInfo(&writer->buf, "CASE WHEN %s IS NOT NULL THEN true END", field);
	if (range->low != NULL)
		appendStringInfo(&writer->buf, "%s %s %s", field,
						 range->low_closed ? ">=" : ">", literal_sql(range->low));
	if (range->low != NULL && range->high != NULL)
		appendStringInfoString(&writer->buf, " AND ");
	if (range->high != NULL)
		appendStringInfo(&writer->buf, "%s %s %s", field,
						 range->high_closed ? "<=" : "<", literal_sql(range->high));
}

static void
write_relative(SqlWriter *writer, const char *field, const Condition *condition)
{
	const char *now = writer->portrait->is_fixed ?
		psprintf("TIMESTAMP %s", quote_literal_cstr(time_text(writer->portrait->at))) :
		"LOCALTIMESTAMP";
	const char *span = psprintf("INTERVAL %s", quote_literal_cstr(condition->span->text));

	if (condition->kind == CONDITION_WITHIN)
		appendStringInfo(&writer->buf, "%s >= %s - %s AND %s <= %s",
						 field, now, span, field, now);
	else if (condition->kind == CONDITION_OLDER)
		appendStringInfo(&writer->buf, "%s < %s - %s", field, now, span);
	else
		appendStringInfo(&writer->buf, "%s >= %s AND %s <= %s + %s",
						 field, now, field, now, span);
}

/* An array with the values, or some of them. */
static void
write_contains(SqlWriter *writer, const char *field, const Condition *condition)
{
	const char *joint = condition->kind == CONDITION_CONTAINS ? " AND " : " OR ";
	ListCell   *lc;

	appendStringInfo(&writer->buf, "CASE WHEN %s IS NOT NULL THEN ", field);
	foreach(lc, condition->literals)
		/* NULL elements are not equal, rather than unknown */
		appendStringInfo(&writer->buf, "%sCOALESCE(%s = ANY (%s), false)",
						 foreach_current_index(lc) > 0 ? joint : "",
						 literal_sql(lfirst(lc)), field);
	appendStringInfoString(&writer->buf, " END");
}

static FieldSort
other_sort(const Condition *condition, const char *field)
{
	FieldSort	sort;
	ListCell   *lc;

	if (condition->kind < CONDITION_ALL)
		return condition->use.field != NULL && condition->kind != CONDITION_OTHERWISE &&
			strcmp(condition->use.field, field) == 0 ?
			condition_sort(condition) : SORT_UNKNOWN;
	foreach(lc, condition->children)
	{
		sort = other_sort(lfirst(lc), field);
		if (sort != SORT_UNKNOWN)
			return sort;
	}
	return SORT_UNKNOWN;
}

/* "missing" does not tell of what sort the field is, but other conditions do. */
static FieldSort
sort_elsewhere(const Portrait *portrait, const FieldUse *use)
{
	FieldSort	sort;
	ListCell   *lc;
	ListCell   *lc2;

	if (use->as != AS_IS)
		return use->as == AS_NUMBER ? SORT_NUMBER : SORT_TIME;
	foreach(lc, portrait->characteristics)
	{
		foreach(lc2, ((Characteristic *) lfirst(lc))->attributes)
		{
			sort = other_sort(((Attribute *) lfirst(lc2))->when, use->field);
			if (sort != SORT_UNKNOWN)
				return sort;
		}
	}
	foreach(lc, portrait->disqualifiers)
	{
		sort = other_sort(((Disqualifier *) lfirst(lc))->when, use->field);
		if (sort != SORT_UNKNOWN)
			return sort;
	}
	return SORT_UNKNOWN;
}

static void
write_leaf(SqlWriter *writer, const Condition *condition)
{
	FieldSort	sort = condition_sort(condition);
	char	   *field;

	if (sort == SORT_UNKNOWN)
		sort = sort_elsewhere(writer->portrait, &condition->use);
	field = field_sql(writer, condition, sort);
	switch (condition->kind)
	{
		case CONDITION_EQUALS:
			appendStringInfo(&writer->buf, "%s = %s", field,
							 literal_sql(linitial(condition->literals)));
			break;
		case CONDITION_IN:
			write_list(writer, field, condition->literals);
			break;
		case CONDITION_RANGE:
			write_range(writer, field, &condition->range);
			break;
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
			appendStringInfo(&writer->buf, "%s %s %s", field,
							 condition->kind == CONDITION_LIKE ? "LIKE" : "ILIKE",
							 literal_sql(linitial(condition->literals)));
			break;
		case CONDITION_CONTAINS:
		case CONDITION_CONTAINS_ANY:
			write_contains(writer, field, condition);
			break;
		case CONDITION_MISSING:
			appendStringInfo(&writer->buf, "%s IS NULL", field);
			break;
		default:
			write_relative(writer, field, condition);
			break;
	}
}

static void
write_condition(SqlWriter *writer, const Condition *condition)
{
	const char *joint = condition->kind == CONDITION_ANY ? " OR " : " AND ";
	bool		negated = writer->negated;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	if (condition->kind < CONDITION_ALL)
	{
		write_leaf(writer, condition);
		return;
	}
	if (condition->kind == CONDITION_NOT)
	{
		appendStringInfoString(&writer->buf, "NOT ");
		writer->negated = true;
	}
	appendStringInfoChar(&writer->buf, '(');
	foreach(lc, condition->children)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(&writer->buf, joint);
		appendStringInfoChar(&writer->buf, '(');
		write_condition(writer, lfirst(lc));
		appendStringInfoChar(&writer->buf, ')');
	}
	appendStringInfoChar(&writer->buf, ')');
	writer->negated = negated;
}

/* ---- the score ---- */

static void
write_characteristic(SqlWriter *writer, const Characteristic *characteristic)
{
	const char *otherwise = "0";
	ListCell   *lc;
	bool		first = true;

	foreach(lc, characteristic->attributes)
	{
		Attribute  *attribute = lfirst(lc);

		if (attribute->when->kind == CONDITION_OTHERWISE)
		{
			otherwise = points_text(attribute->points);
			break;
		}
		appendStringInfoString(&writer->buf, first ? "CASE WHEN " : " WHEN ");
		write_condition(writer, attribute->when);
		appendStringInfo(&writer->buf, " THEN %s", points_text(attribute->points));
		first = false;
	}
	appendStringInfo(&writer->buf, first ? "%s" : " ELSE %s END", otherwise);
}

static bool
all_points_whole(const Portrait *portrait)
{
	ListCell   *lc;
	ListCell   *lc2;

	if (portrait->initial % POINT_SCALE != 0)
		return false;
	foreach(lc, portrait->characteristics)
	{
		const Characteristic *c = lfirst(lc);

		if (c->possible % POINT_SCALE != 0)
			return false;
		foreach(lc2, c->attributes)
		{
			if (((Attribute *) lfirst(lc2))->points % POINT_SCALE != 0)
				return false;
		}
	}
	return true;
}

static uint64
magnitude(int64 points)
{
	return points < 0 ? -(uint64) points : (uint64) points;
}

/* Fractions of points, or so many that a float8 cannot tell them exactly? */
static bool
needs_millionths(const Portrait *portrait)
{
	return !all_points_whole(portrait) ||
		portrait->max - portrait->min >= EXACT_INTEGERS / 100;
}

/* Could a sum of some of the whole points leave the range of integer? */
static bool
needs_bigint(const Portrait *portrait)
{
	uint64		sum = magnitude(portrait->initial) + magnitude(portrait->min);
	ListCell   *lc;

	foreach(lc, portrait->characteristics)
	{
		const Characteristic *c = lfirst(lc);

		sum += Max(magnitude(c->min), magnitude(c->max));
	}
	return all_points_whole(portrait) &&
		(needs_millionths(portrait) || sum > PG_INT32_MAX * (uint64) POINT_SCALE);
}

static void
write_points(SqlWriter *writer)
{
	ListCell   *lc;

	/* of a type that has room for the sum */
	appendStringInfo(&writer->buf, needs_bigint(writer->portrait) ?
					 "(CAST(%s AS bigint)" : "(%s",
					 points_text(writer->portrait->initial));
	foreach(lc, writer->portrait->characteristics)
	{
		appendStringInfoString(&writer->buf, "\n  + ");
		write_characteristic(writer, lfirst(lc));
	}
	appendStringInfoChar(&writer->buf, ')');
}

/*
 * What icp_score computes, and to the last bit while a hundred times the points
 * are an exact float8: fractions of points are made whole before they become
 * one, as they are there.
 */
static void
write_score(SqlWriter *writer)
{
	const Portrait *p = writer->portrait;
	int64		span = p->max - p->min;
	bool		millionths = needs_millionths(p);

	if (span == 0)
	{
		appendStringInfoString(&writer->buf, "CAST(NULL AS double precision)");
		return;
	}
	if (p->raw_points)
	{
		appendStringInfoString(&writer->buf, "CAST(");
		write_points(writer);
		appendStringInfoString(&writer->buf, " AS double precision)");
		return;
	}
	appendStringInfo(&writer->buf, "CAST(100 AS double precision) * CAST(%s(",
					 millionths ? "1000000 * " : "");
	write_points(writer);
	appendStringInfo(&writer->buf, " - (%s)) AS double precision) / CAST(%s AS double precision)",
					 points_text(p->min),
					 millionths ? psprintf(INT64_FORMAT, span) : points_text(span));
}

Datum
icp_to_sql(PG_FUNCTION_ARGS)
{
	Portrait   *portrait = PG_GETARG_PORTRAIT(0);
	SqlWriter	writer = {
		.portrait = portrait,
		.alias = text_to_cstring(PG_GETARG_TEXT_PP(1))
	};
	ListCell   *lc;

	initStringInfo(&writer.buf);
	foreach(lc, portrait->disqualifiers)
	{
		appendStringInfoString(&writer.buf,
							   foreach_current_index(lc) == 0 ? "CASE WHEN " : " WHEN ");
		write_condition(&writer, ((Disqualifier *) lfirst(lc))->when);
		appendStringInfoString(&writer.buf, " THEN CAST(0 AS double precision)");
	}
	if (portrait->disqualifiers != NIL)
		appendStringInfoString(&writer.buf, "\nELSE ");
	write_score(&writer);
	if (portrait->disqualifiers != NIL)
		appendStringInfoString(&writer.buf, " END");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(writer.buf.data, writer.buf.len));
}

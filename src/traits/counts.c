/*
 * counts.c
 *		icp_trait_counts: how many best rows, and how many rows at all, meet any
 *		condition in the language of portraits.
 *
 * A condition is worked out once for each value of its field, and then for each
 * row by its code.  As in SQL it is true, false or unknown; rows carry both the
 * set where it is true and the set where it is false.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_collation.h"
#include "common/compat.h"
#include "common/text.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "portrait/parser.h"
#include "traits/traits.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(icp_trait_counts);

typedef enum Truth
{
	TRUTH_FALSE,
	TRUTH_TRUE,
	TRUTH_UNKNOWN,
	TRUTH_HIDDEN					/* the sketch has not kept what it needs */
} Truth;

typedef struct Rows
{
	uint64	   *yes;			/* where the condition is true */
	uint64	   *no;				/* where it is false */
} Rows;

typedef struct Evaluation
{
	const SketchView *view;
	CountPlanes planes;
	const char *problem;		/* why the rows cannot be counted, or NULL */
} Evaluation;

static Rows evaluate(Evaluation *e, const Condition *condition);

/* ---- one value ---- */

pg_noreturn static void
cannot_apply(const ViewField *f, const Condition *condition, const char *hint)
{
	StringInfoData json;

	initStringInfo(&json);
	deparse_condition(&json, condition);
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("condition %s cannot apply to field \"%s\" of type %s%s", json.data, f->name,
					field_type_name(f->type), f->is_list ? "[]" : ""),
			 hint ? errhint("%s", hint) : 0));
}

/* Days of infinity are more microseconds than there are. */
static int64
any_time(const Cell *cell)
{
	int64		word = (int64) cell->word;

	if (cell->kind != CELL_DATE)
		return word;
	if (word > PG_INT64_MAX / USECS_PER_DAY)
		return PG_INT64_MAX;
	return word < PG_INT64_MIN / USECS_PER_DAY ? PG_INT64_MIN : word * USECS_PER_DAY;
}

/* A number of a condition, as the field's values are compared with it. */
static Cell
literal_cell(const Cell *value, const Literal *literal)
{
	if (value->kind == CELL_REAL)
		return real_cell(DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
															NumericGetDatum(literal->number))));
	return numeric_cell(NumericGetDatum(literal->number));
}

/* Below zero, zero or above; *certain is false if rounding hides it. */
static int
compare_number(const Cell *value, const Literal *literal, bool *certain)
{
	Cell		cell = literal_cell(value, literal);

	*certain = !(cell_is_rounded(&cell) || cell_is_rounded(value)) ||
		cell_real(&cell) != cell_real(value);
	return compare_cells(value, &cell);
}

static Truth
truth_of(bool condition)
{
	return condition ? TRUTH_TRUE : TRUTH_FALSE;
}

static bool
text_equals(const Cell *cell, const Literal *literal)
{
	char		word[WORD_BYTES];
	int			length;
	const char *text = cell_bytes(cell, word, &length);

	return length == (int) strlen(literal->text) && memcmp(text, literal->text, length) == 0;
}

/* JSON has no such number. */
static bool
is_infinity(const Literal *literal)
{
	return literal->kind == LITERAL_TEXT &&
		(strcmp(literal->text, "Infinity") == 0 || strcmp(literal->text, "-Infinity") == 0);
}

static Truth
equals(const Cell *cell, const Literal *literal)
{
	Timestamp	time;
	bool		certain;
	bool		equal;

	if (cell->kind == CELL_BOOL)
		return truth_of(literal->kind == LITERAL_BOOL && literal->truth == (cell->word != 0));
	if (cell_is_number(cell->kind))
	{
		if (literal->kind != LITERAL_NUMBER)
			return truth_of(is_infinity(literal) && isinf(cell_real(cell)) &&
							(cell_real(cell) < 0) == (literal->text[0] == '-'));
		equal = compare_number(cell, literal, &certain) == 0;
		return certain ? truth_of(equal) : TRUTH_HIDDEN;
	}
	if (cell_is_time(cell->kind) && literal->kind == LITERAL_TEXT)
		return truth_of(parse_time_text(literal->text, strlen(literal->text), &time) ?
						any_time(cell) == time : strcmp(cell_text(cell), literal->text) == 0);
	return truth_of(literal->kind == LITERAL_TEXT && text_equals(cell, literal));
}

/* Where the value is from the bound: below, at or above it. */
static bool
compare_bound(const Cell *cell, const Literal *bound, int *order, bool *certain)
{
	Timestamp	time;
	char		word[WORD_BYTES];
	int			length;
	const char *text;

	*certain = true;
	if (bound->kind == LITERAL_NUMBER && cell_is_number(cell->kind))
	{
		*order = compare_number(cell, bound, certain);
		return true;
	}
	if (bound->kind != LITERAL_TIME)
		return false;
	if (cell_is_time(cell->kind))
		time = any_time(cell);
	else
	{
		/* JSON has no dates, so text stands for them */
		if (!cell_is_text(cell->kind))
			return false;
		text = cell_bytes(cell, word, &length);
		if (!parse_time_text(text, length, &time))
			return false;
	}
	*order = (time > bound->time) - (time < bound->time);
	return true;
}

static Truth
in_range(const Cell *cell, const Range *range)
{
	bool		certain;
	int			order;

	if (range->low != NULL)
	{
		if (!compare_bound(cell, range->low, &order, &certain))
			return TRUTH_FALSE;
		if (!certain)
			return TRUTH_HIDDEN;
		if (order < 0 || (order == 0 && !range->low_closed))
			return TRUTH_FALSE;
	}
	if (range->high != NULL)
	{
		if (!compare_bound(cell, range->high, &order, &certain))
			return TRUTH_FALSE;
		if (!certain)
			return TRUTH_HIDDEN;
		return truth_of(order < 0 || (order == 0 && range->high_closed));
	}
	return TRUTH_TRUE;
}

static Truth
is_like(const Cell *cell, const Condition *condition)
{
	const Literal *pattern = linitial(condition->literals);
	char		word[WORD_BYTES];
	int			length;
	const char *text;
	Datum		result;

	if (!cell_is_text(cell->kind))
		return TRUTH_FALSE;
	text = cell_bytes(cell, word, &length);
	result = DirectFunctionCall2Coll(condition->kind == CONDITION_LIKE ? textlike : texticlike,
									 DEFAULT_COLLATION_OID,
									 PointerGetDatum(cstring_to_text_with_len(text, length)),
									 CStringGetTextDatum(pattern->text));
	return truth_of(DatumGetBool(result));
}

static Truth
equals_any(const Cell *cell, List *literals)
{
	Truth		truth = TRUTH_FALSE;
	ListCell   *lc;

	foreach(lc, literals)
	{
		Truth		one = equals(cell, lfirst(lc));

		if (one == TRUTH_TRUE)
			return TRUTH_TRUE;
		if (one == TRUTH_HIDDEN)
			truth = one;
	}
	return truth;
}

static Truth
value_truth(const Cell *value, const Condition *condition)
{
	Cell		cell = cell_as(condition->use.as, value);

	if (cell.kind == CELL_NULL)
		return condition->kind == CONDITION_MISSING ? TRUTH_TRUE : TRUTH_UNKNOWN;
	switch (condition->kind)
	{
		case CONDITION_MISSING:
			return TRUTH_FALSE;
		case CONDITION_RANGE:
			return in_range(&cell, &condition->range);
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
			return is_like(&cell, condition);
		default:
			return equals_any(&cell, condition->literals);
	}
}

/* ---- values that the sketch has not kept ---- */

static bool
is_kept(const ViewField *f, const Literal *literal)
{
	for (int i = 0; i < f->nvalues; i++)
	{
		if (equals(&f->values[i], literal) == TRUTH_TRUE)
			return true;
	}
	return false;
}

/* They are other texts than those kept, so that they can only be different. */
static Truth
other_truth(const ViewField *f, const Condition *condition)
{
	ListCell   *lc;

	if (condition->kind == CONDITION_MISSING && condition->use.as == AS_IS)
		return TRUTH_FALSE;
	if (condition->use.as != AS_IS || condition->kind == CONDITION_LIKE ||
		condition->kind == CONDITION_ILIKE)
		return TRUTH_HIDDEN;
	if (condition->kind == CONDITION_RANGE)
		return condition->range.low == NULL && condition->range.high == NULL ? TRUTH_TRUE :
			(condition->range.low ? condition->range.low : condition->range.high)->kind == LITERAL_NUMBER ?
			TRUTH_FALSE : TRUTH_HIDDEN;
	foreach(lc, condition->literals)
	{
		const Literal *literal = lfirst(lc);

		if (literal->kind == LITERAL_TEXT && !is_kept(f, literal))
			return TRUTH_HIDDEN;
	}
	return TRUTH_FALSE;
}

/* The truth of each code. */
static uint8 *
code_truths(Evaluation *e, const ViewField *f, const Condition *condition)
{
	uint8	   *truths = palloc_extended(f->nvalues + CODE_FIRST, MCXT_ALLOC_HUGE);
	bool		uncertain = false;

	truths[CODE_MISSING] = condition->kind == CONDITION_MISSING ? TRUTH_TRUE : TRUTH_UNKNOWN;
	truths[CODE_OTHER] = f->other_best + f->other_rest > 0 || f->is_list ?
		other_truth(f, condition) : TRUTH_UNKNOWN;
	/* a list may have no other elements, which its counts don't tell */
	uncertain = truths[CODE_OTHER] == TRUTH_HIDDEN &&
		(!f->is_list || f->distinct > f->nvalues);
	for (int i = 0; i < f->nvalues; i++)
	{
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		truths[CODE_FIRST + i] = value_truth(&f->values[i], condition);
		uncertain |= truths[CODE_FIRST + i] == TRUTH_HIDDEN;
	}
	if (uncertain)
		e->problem = psprintf("the sketch has not kept all values of \"%s\"", f->name);
	return truths;
}

/* ---- rows ---- */

static Rows
new_rows(const Evaluation *e)
{
	return (Rows) {new_bitmap(e->view->nrows), new_bitmap(e->view->nrows)};
}

static void
free_rows(Rows *rows)
{
	pfree(rows->yes);
	pfree(rows->no);
}

static Rows
plain_leaf(Evaluation *e, int field, const Condition *condition)
{
	uint8	   *truths = code_truths(e, &e->view->fields[field], condition);
	uint32	   *codes = view_codes(e->view, field);
	Rows		rows = new_rows(e);

	for (int64 i = 0; i < e->view->nrows; i++)
	{
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (truths[codes[i]] == TRUTH_TRUE)
			set_bit(rows.yes, i);
		else if (truths[codes[i]] == TRUTH_FALSE)
			set_bit(rows.no, i);
	}
	pfree(codes);
	pfree(truths);
	return rows;
}

/* Has the row's list an element of the condition's one value? */
static bool
list_has(const ListCodes *lists, int64 row, const uint8 *truths)
{
	for (uint32 i = lists->starts[row]; i < lists->starts[row + 1]; i++)
	{
		if (truths[lists->codes[i]] == TRUTH_TRUE)
			return true;
	}
	return false;
}

static bool
list_is_missing(const ListCodes *lists, int64 row)
{
	return lists->starts[row] < lists->starts[row + 1] &&
		lists->codes[lists->starts[row]] == CODE_MISSING;
}

/* All of the values, or any of them; no values: is the list missing? */
static Rows
list_leaf(Evaluation *e, int field, const Condition *condition)
{
	ListCodes	lists = view_list_codes(e->view, field);
	bool		any = condition->kind == CONDITION_CONTAINS_ANY;
	int			n = list_length(condition->literals);
	uint8	  **truths = palloc(sizeof(uint8 *) * Max(n, 1));
	Rows		rows = new_rows(e);

	for (int i = 0; i < n; i++)
	{
		Condition	one = *condition;

		one.kind = CONDITION_EQUALS;
		one.literals = list_make1(list_nth(condition->literals, i));
		truths[i] = code_truths(e, &e->view->fields[field], &one);
	}
	for (int64 row = 0; row < e->view->nrows; row++)
	{
		bool		missing = list_is_missing(&lists, row);
		int			found = 0;

		if ((row & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
			found += list_has(&lists, row, truths[i]);
		if (condition->kind == CONDITION_MISSING)
			set_bit(missing ? rows.yes : rows.no, row);
		else if (!missing)
			set_bit((any ? found > 0 : found == n) ? rows.yes : rows.no, row);
	}
	pfree(lists.starts);
	pfree(lists.codes);
	return rows;
}

/* ---- conditions ---- */

static int
find_field(const SketchView *view, const char *name)
{
	List	   *names = NIL;
	const char *guess;

	for (int i = 0; i < view->nfields; i++)
	{
		if (strcmp(view->fields[i].name, name) == 0)
			return i;
		names = lappend(names, unconstify(char *, view->fields[i].name));
	}
	guess = closest_word(name, names);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("the sketch has no field \"%s\"", name),
			 guess ? errhint("Perhaps you meant \"%s\".", guess) : 0));
}

static bool
holds_text(const ViewField *f)
{
	return f->as == AS_IS && (f->type == FIELD_TEXT || f->type == FIELD_OTHER || f->type == FIELD_UUID);
}

static void
check_literals(const ViewField *f, const Condition *condition)
{
	ListCell   *lc;

	foreach(lc, condition->literals)
	{
		const Literal *literal = lfirst(lc);

		if (condition->use.as == AS_IS && holds_text(f) && literal->kind != LITERAL_TEXT)
			cannot_apply(f, condition, "Text is compared with text: put the value in quotes, or add \"as\": \"number\".");
		if (f->type <= FIELD_MONEY && f->type != FIELD_BOOL && literal->kind != LITERAL_NUMBER &&
			!is_infinity(literal))
			cannot_apply(f, condition, "Numbers are compared with numbers.");
		if (f->type == FIELD_BOOL && literal->kind != LITERAL_BOOL)
			cannot_apply(f, condition, "It is either true or false.");
	}
}

static void
check_leaf(const ViewField *f, const Condition *condition)
{
	bool		contains = condition->kind == CONDITION_CONTAINS ||
		condition->kind == CONDITION_CONTAINS_ANY;

	if (f->type == FIELD_JSON || condition->kind == CONDITION_MISSING)
	{
		if (f->is_list && !contains && condition->kind != CONDITION_MISSING)
			cannot_apply(f, condition, "Lists contain values: there are \"contains\" and \"contains_any\".");
		return;
	}
	if (contains && !f->is_list)
		cannot_apply(f, condition, "Only lists contain values.");
	if (!contains && f->is_list)
		cannot_apply(f, condition, "Lists contain values: there are \"contains\" and \"contains_any\".");
	if (condition->kind == CONDITION_RANGE && condition->use.as == AS_IS &&
		(holds_text(f) || f->type == FIELD_BOOL))
		cannot_apply(f, condition, holds_text(f) ?
					 "Text has no ranges: add \"as\": \"number\" or \"as\": \"date\" if that is what it holds." : NULL);
	if ((condition->kind == CONDITION_LIKE || condition->kind == CONDITION_ILIKE) && !holds_text(f))
		cannot_apply(f, condition, "Only text is like a pattern.");
	if (condition->kind == CONDITION_EQUALS || condition->kind == CONDITION_IN || contains)
		check_literals(f, condition);
}

static Rows
leaf(Evaluation *e, const Condition *condition)
{
	int			field = find_field(e->view, condition->use.field);
	const ViewField *f = &e->view->fields[field];

	if (condition->kind == CONDITION_WITHIN || condition->kind == CONDITION_OLDER ||
		condition->kind == CONDITION_WITHIN_NEXT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("conditions relative to now cannot be counted on a sketch"),
				 errhint("Write the dates out, such as \"range\": \"[2024-01-01,)\"; icp_at fixes those of a portrait.")));
	check_leaf(f, condition);
	return f->is_list ? list_leaf(e, field, condition) : plain_leaf(e, field, condition);
}

/* all: true if all are, false if any is; any: the other way around. */
static void
combine(const Evaluation *e, Rows *rows, const Rows *more, bool all)
{
	for (int64 w = 0; w < words_of(e->view->nrows); w++)
	{
		if (all)
		{
			rows->yes[w] &= more->yes[w];
			rows->no[w] |= more->no[w];
		}
		else
		{
			rows->yes[w] |= more->yes[w];
			rows->no[w] &= more->no[w];
		}
	}
}

static Rows
evaluate(Evaluation *e, const Condition *condition)
{
	Rows		rows;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	if (condition->kind < CONDITION_ALL)
		return leaf(e, condition);
	rows = evaluate(e, linitial(condition->children));
	if (condition->kind == CONDITION_NOT)
		return (Rows) {rows.no, rows.yes};
	for_each_from(lc, condition->children, 1)
	{
		Rows		more = evaluate(e, lfirst(lc));

		combine(e, &rows, &more, condition->kind == CONDITION_ALL);
		free_rows(&more);
	}
	return rows;
}

/* ---- the function ---- */

static bool
parse_one(PortraitParser *parser, JsonbValue *value, void *target)
{
	List	  **conditions = target;
	FieldUse	use = {0};
	Condition  *condition;

	if (!want_object(parser, value))
		return false;
	condition = parse_condition(parser, value->val.binary.data, &use, NULL);
	if (condition == NULL)
		return false;
	*conditions = lappend(*conditions, condition);
	return true;
}

static List *
parse_conditions(Jsonb *json)
{
	Portrait	portrait = {0};
	PortraitParser parser = {.portrait = &portrait, .what = "condition"};
	JsonbValue	value = {.type = jbvBinary};
	List	   *conditions = NIL;

	initStringInfo(&parser.path);
	appendStringInfoString(&parser.path, "conditions");
	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("conditions must be a JSON array"),
				 errhint("Put the condition into an array: [{\"field\": \"...\", \"equals\": \"...\"}].")));
	value.val.binary.data = &json->root;
	value.val.binary.len = VARSIZE(json) - VARHDRSZ;
	(void) parse_elements(&parser, &value, parse_one, &conditions);
	return conditions;
}

static Datum
element_of(Jsonb *array, int i)
{
	return JsonbPGetDatum(JsonbValueToJsonb(getIthJsonbValueFromContainer(&array->root, i)));
}

static void
put_counts(ReturnSetInfo *result, Evaluation *e, const Condition *condition, Datum json)
{
	const SketchView *view = e->view;
	int64		nwords = words_of(view->nrows);
	Datum		values[5];
	bool		nulls[5] = {0};
	Rows		rows;
	int64		all;
	int64		best;

	e->problem = NULL;
	rows = evaluate(e, condition);
	all = weighted_count(&e->planes, rows.yes, 0, nwords);
	for (int64 w = 0; w < nwords; w++)
		rows.yes[w] &= view->best[w];
	best = weighted_count(&e->planes, rows.yes, 0, nwords);
	free_rows(&rows);
	if (e->problem != NULL)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("the condition at %s cannot be counted: %s", condition->path, e->problem),
				 errhint("Count it on the table.")));
	nulls[1] = nulls[3] = e->problem != NULL;
	values[0] = json;
	values[1] = Int64GetDatum((int64) rint(best * view->best_weight));
	values[2] = Int64GetDatum(view->all_best);
	values[3] = Int64GetDatum((int64) rint(best * view->best_weight) +
							  (int64) rint((all - best) * view->rest_weight));
	values[4] = Int64GetDatum(view->all_best + view->all_rest);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
icp_trait_counts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Jsonb	   *json = PG_GETARG_JSONB_P(1);
	List	   *conditions = parse_conditions(json);
	Evaluation	e = {0};
	MemoryContext scratch;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	e.view = open_view(PG_GETARG_DATUM(0));
	e.planes = count_planes(e.view->counts, e.view->nrows);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "icp_trait_counts condition",
									ALLOCSET_DEFAULT_SIZES);
	foreach(lc, conditions)
	{
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		put_counts(result, &e, lfirst(lc), element_of(json, foreach_current_index(lc)));
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
	}
	return (Datum) 0;
}

/*
 * gap_rows.c
 *		The rows of a sketch as those that a portrait is evaluated on.
 *
 * Each value of a field is turned into a Datum once; a row is then a matter of
 * looking its codes up.  What a sketch does not keep of the rows it was made of
 * is told condition by condition: gap_untold().
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/text.h"
#include "miscadmin.h"
#include "sketch/view.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/formatting.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "validate/gap.h"

/* Rows at a time, so that memory that they take does not grow. */
#define BATCH 4096

/* Stands for texts that were not kept: longer than any text that could have been. */
#define OTHER_TEXT_LENGTH (MAX_CELL_TEXT + 1)
#define OTHER_UUID "ffffffff-ffff-4fff-bfff-fffffffffffe"

/* A field of the portrait. */
typedef struct GapField
{
	const char *name;
	const ViewField *field;		/* NULL: not in the sketch */
	int			place;			/* in the view */
	const char *absence;		/* why not, if more can be said than that it is not */
	GapType		type;			/* of elements, if it is a list */
	bool		has_others;		/* rows have values that were not kept: texts, ... */
	bool		has_other_texts;	/* ... texts that may be short */
	bool		has_rounded;	/* ... or numbers, not exactly */
	bool		is_read;		/* rows need its value, and not only the code */
	NullableDatum *values;		/* by code */
	int16		typlen;			/* of elements */
	bool		typbyval;
	char		typalign;
	CodeReader *reader;
	uint32	   *codes;			/* of the batch */
	ListCodes	lists;
} GapField;

struct GapRows
{
	const SketchView *view;
	int			nfields;
	GapField   *fields;
	GapType    *types;			/* of the fields, lists as such */
	NullableDatum *row;
	uint32	   *codes;			/* of the row */
	int64		next;
	int64		batch;			/* the first row of it */
	MemoryContext context;		/* of what a batch's rows take */
};

/* ---- finding fields ---- */

static int
find_view_field(const SketchView *view, const char *name)
{
	for (int i = 0; i < view->nfields; i++)
	{
		if (strcmp(view->fields[i].name, name) == 0)
			return i;
	}
	return -1;
}

static bool
is_inside(const char *name, const char *container)
{
	size_t		length = strlen(container);

	return strncmp(name, container, length) == 0 && name[length] == '.';
}

/* A document is kept key by key, and not beyond two levels of them. */
static const char *
absence_of(const SketchView *view, const char *name)
{
	for (int i = 0; i < view->nfields; i++)
	{
		if (is_inside(view->fields[i].name, name))
			return psprintf("the sketch has \"%s\" key by key only", name);
		if (is_inside(name, view->fields[i].name))
			return psprintf("the sketch does not look into \"%s\"", view->fields[i].name);
	}
	return NULL;
}

pg_noreturn static void
no_such_field(const SketchView *view, const Portrait *portrait, const char *name)
{
	List	   *names = NIL;
	const char *guess;

	for (int i = 0; i < view->nfields; i++)
		names = lappend(names, unconstify(char *, view->fields[i].name));
	guess = closest_word(name, names);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("field \"%s\" of the portrait%s is not in the sketch", name,
					portrait->title ? psprintf(" \"%s\"", portrait->title) : ""),
			 guess ? errhint("Perhaps you meant \"%s\".", guess) :
			 errhint("\"absent\": \"missing\" in the portrait takes fields that are not there for missing.")));
}

/* ---- values ---- */

static bool
is_kind_of(FieldType type, CellKind kind)
{
	switch (type)
	{
		case FIELD_BOOL:
			return kind == CELL_BOOL;
		case FIELD_INTEGER:
			return kind == CELL_INTEGER;
		case FIELD_NUMERIC:
		case FIELD_REAL:
		case FIELD_MONEY:
			return cell_is_number(kind);
		case FIELD_DATE:
			return kind == CELL_DATE;
		case FIELD_TIMESTAMP:
			return kind == CELL_TIMESTAMP;
		case FIELD_TIMESTAMPTZ:
			return kind == CELL_TIMESTAMPTZ;
		case FIELD_TEXT:
		case FIELD_UUID:
		case FIELD_OTHER:
			return cell_is_text(kind);
		default:
			return false;
	}
}

static Oid
type_of(FieldType type)
{
	switch (type)
	{
		case FIELD_BOOL:
			return BOOLOID;
		case FIELD_INTEGER:
			return INT8OID;
		case FIELD_NUMERIC:
		case FIELD_MONEY:
			return NUMERICOID;
		case FIELD_REAL:
			return FLOAT8OID;
		case FIELD_DATE:
			return DATEOID;
		case FIELD_TIMESTAMP:
			return TIMESTAMPOID;
		case FIELD_TIMESTAMPTZ:
			return TIMESTAMPTZOID;
		case FIELD_UUID:
			return UUIDOID;
		case FIELD_TEXT:
		case FIELD_OTHER:
			return TEXTOID;
		default:
			return JSONBOID;
	}
}

/* Text that the sketch has read as numbers or dates. */
static bool
is_converted(const ViewField *f)
{
	return f->as != AS_IS && (f->type == FIELD_TEXT || f->type == FIELD_JSON || f->type == FIELD_OTHER);
}

/* Sketches of columns of other types may have been merged into one: a document can hold anything. */
static GapType
value_type(const ViewField *f)
{
	GapType		document = {JSONBOID, true};

	/* numbers as text again, since placeholders may be text */
	if (is_converted(f))
		return (GapType) {f->as == AS_NUMBER ? TEXTOID : TIMESTAMPTZOID, false};
	for (int i = 0; i < f->nvalues; i++)
	{
		if (!is_kind_of(f->type, f->values[i].kind))
			return document;
	}
	return type_of(f->type) == JSONBOID ? document : (GapType) {type_of(f->type), false};
}

static Datum
number_datum(const Cell *cell)
{
	if (cell->kind == CELL_INTEGER)
		return NumericGetDatum(int64_to_numeric((int64) cell->word));
	return DirectFunctionCall3(numeric_in, CStringGetDatum(cell_text(cell)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

static Datum
document_datum(const Cell *cell)
{
	JsonbValue *json = palloc0(sizeof(JsonbValue));

	if (cell->kind == CELL_BOOL)
	{
		json->type = jbvBool;
		json->val.boolean = cell->word != 0;
	}
	else if (cell_is_number(cell->kind))
	{
		json->type = jbvNumeric;
		json->val.numeric = DatumGetNumeric(number_datum(cell));
	}
	else
	{
		json->type = jbvString;
		json->val.string.val = cell_text(cell);
		json->val.string.len = (int) strlen(json->val.string.val);
	}
	return PointerGetDatum(json);
}

static Datum
value_datum(const GapField *field, const Cell *cell)
{
	switch (field->type.type)
	{
		case BOOLOID:
			return BoolGetDatum(cell->word != 0);
		case INT8OID:
			return Int64GetDatum((int64) cell->word);
		case NUMERICOID:
			return number_datum(cell);
		case FLOAT8OID:
			return Float8GetDatum(cell_real(cell));
		case DATEOID:
			return DateADTGetDatum((DateADT) (int64) cell->word);
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return TimestampGetDatum((int64) cell->word);
		case UUIDOID:
			return DirectFunctionCall1(uuid_in, CStringGetDatum(cell_text(cell)));
		case TEXTOID:
			return CStringGetTextDatum(cell_text(cell));
		default:
			return document_datum(cell);
	}
}

/* Known, and equal to nothing that a condition could ask for: see gap_untold(). */
static Datum
other_datum(const GapField *field)
{
	JsonbValue *json;
	char	   *text;

	switch (field->type.type)
	{
		case UUIDOID:
			return DirectFunctionCall1(uuid_in, CStringGetDatum(OTHER_UUID));
		case JSONBOID:
			json = palloc0(sizeof(JsonbValue));
			json->type = jbvObject;
			return PointerGetDatum(json);
		default:
			text = palloc(OTHER_TEXT_LENGTH + 1);
			memset(text, 'x', OTHER_TEXT_LENGTH);
			text[OTHER_TEXT_LENGTH] = '\0';
			return CStringGetTextDatum(text);
	}
}

static void
make_values(GapField *field)
{
	const ViewField *f = field->field;

	field->values = palloc_extended(sizeof(NullableDatum) * (CODE_FIRST + (Size) f->nvalues), MCXT_ALLOC_HUGE);
	field->values[CODE_MISSING] = (NullableDatum) {(Datum) 0, true};
	field->values[CODE_OTHER] = (NullableDatum) {(Datum) 0, true};
	if (field->has_others)
		field->values[CODE_OTHER] = (NullableDatum) {other_datum(field), false};
	for (int i = 0; i < f->nvalues; i++)
	{
		CHECK_FOR_INTERRUPTS();
		field->values[CODE_FIRST + i] = (NullableDatum) {value_datum(field, &f->values[i]), false};
		field->has_rounded |= cell_is_rounded(&f->values[i]) && !isinf(cell_real(&f->values[i]));
	}
}

/* ---- opening ---- */

static void
open_field(const SketchView *view, const Portrait *portrait, GapField *field)
{
	const ViewField *f;

	field->place = find_view_field(view, field->name);
	if (field->place < 0)
	{
		field->absence = absence_of(view, field->name);
		/* without any rows it has no fields either */
		if (!portrait->absent_is_missing && field->absence == NULL && view->nfields > 0)
			no_such_field(view, portrait, field->name);
		return;
	}
	f = field->field = &view->fields[field->place];
	field->type = value_type(f);
	field->has_others = f->other_best + f->other_rest > 0;
	/* all that is only known to be there counts as one value */
	field->has_other_texts = field->has_others && f->distinct > f->nvalues + 1;
	make_values(field);
	get_typlenbyvalalign(field->type.type, &field->typlen, &field->typbyval, &field->typalign);
	if (f->is_list)
		field->lists = view_list_codes(view, field->place);
	else
	{
		field->reader = open_codes(view, field->place);
		field->codes = palloc(sizeof(uint32) * BATCH);
	}
}

static GapType
whole_type(const GapField *field)
{
	if (field->field == NULL || !field->field->is_list || field->type.in_document)
		return field->type;
	return (GapType) {get_array_type(field->type.type), false};
}

GapRows *
open_gap_rows(Datum sketch, const Portrait *portrait)
{
	GapRows    *rows = palloc0(sizeof(GapRows));
	int			n = list_length(portrait->fields);

	rows->view = open_view(sketch);
	rows->nfields = n;
	rows->fields = palloc0(sizeof(GapField) * Max(n, 1));
	rows->types = palloc0(sizeof(GapType) * Max(n, 1));
	rows->row = palloc0(sizeof(NullableDatum) * Max(n, 1));
	rows->codes = palloc0(sizeof(uint32) * Max(n, 1));
	rows->context = AllocSetContextCreate(CurrentMemoryContext, "rows of a sketch", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < n; i++)
	{
		rows->fields[i].name = list_nth(portrait->fields, i);
		open_field(rows->view, portrait, &rows->fields[i]);
		rows->types[i] = whole_type(&rows->fields[i]);
		rows->row[i].isnull = true;
	}
	return rows;
}

const GapType *
gap_types(const GapRows *rows)
{
	return rows->types;
}

int64
gap_codes(const GapRows *rows, int field, const NullableDatum **values)
{
	const GapField *of = &rows->fields[field];

	*values = of->values;
	return of->codes != NULL ? CODE_FIRST + (int64) of->field->nvalues : 0;
}

/* Rows will be asked for its value. */
void
read_gap_field(GapRows *rows, int field)
{
	rows->fields[field].is_read = rows->fields[field].field != NULL;
}

/* ---- what a sketch cannot tell ---- */

static const GapField *
find_field_of(const GapRows *rows, const char *name)
{
	for (int i = 0; i < rows->nfields; i++)
	{
		if (strcmp(rows->fields[i].name, name) == 0)
			return &rows->fields[i];
	}
	elog(ERROR, "field \"%s\" is not among the portrait's fields", name);
}

static bool
has_text(const ViewField *f, const char *text)
{
	Cell		cell = text_cell(text, (int) strlen(text));
	int			low = 0;
	int			high = f->nvalues;

	if (cell.kind == CELL_OPAQUE)
		return false;
	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = compare_cells(&cell, &f->values[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static char *
lower_case(const char *text)
{
	return str_tolower(text, strlen(text), DEFAULT_COLLATION_OID);
}

/* As the sketch keeps citext, whose values are equal in any case. */
static bool
is_all_lower(const ViewField *f)
{
	for (int i = 0; i < f->nvalues; i++)
	{
		char	   *text = cell_text(&f->values[i]);

		CHECK_FOR_INTERRUPTS();
		if (strcmp(text, lower_case(text)) != 0)
			return false;
	}
	return true;
}

/* Network addresses and times, of which one has more than one spelling; enums begin with letters. */
static bool
has_spellings(const ViewField *f)
{
	char	   *text;

	if (f->type != FIELD_OTHER || f->nvalues == 0)
		return false;
	text = cell_text(&f->values[0]);
	return strspn(text, "0123456789abcdef.:/") == strlen(text) && strpbrk(text, ".:") != NULL;
}

static bool
is_sketch_placeholder(const GapRows *rows, const Cell *cell)
{
	ListCell   *lc;

	foreach(lc, rows->view->placeholders)
	{
		if (compare_cells(lfirst(lc), cell) == 0)
			return true;
	}
	return false;
}

/* A text that a condition asks for. */
static const char *
untold_text(const GapField *field, const char *text, bool is_pattern)
{
	const ViewField *f = field->field;
	char	   *in_lower_case;

	if (is_pattern ? field->has_others : has_text(f, text))
		return NULL;
	if (field->has_other_texts || (field->has_others && strlen(text) > MAX_CELL_TEXT))
		return psprintf("\"%s\" may be among the values of \"%s\" that the sketch does not keep", text, field->name);
	if (has_spellings(f))
		return psprintf("the sketch has values of \"%s\" as text, and \"%s\" may be another spelling", field->name, text);
	in_lower_case = lower_case(text);
	if (f->type == FIELD_TEXT && strcmp(in_lower_case, text) != 0 &&
		(is_pattern || has_text(f, in_lower_case)) && is_all_lower(f))
		return psprintf("the sketch has \"%s\" in lower case, as of citext: write \"%s\"", field->name, in_lower_case);
	return NULL;
}

static const char *
untold_literal(const GapRows *rows, const GapField *field, const Condition *condition, const Literal *literal)
{
	bool		is_text = literal->kind == LITERAL_TEXT;
	bool		is_pattern = condition->kind == CONDITION_LIKE || condition->kind == CONDITION_ILIKE;
	Cell		cell;

	if (!is_text && literal->kind != LITERAL_NUMBER)
		return NULL;
	cell = is_text ? text_cell(literal->text, (int) strlen(literal->text)) :
		numeric_cell(NumericGetDatum(literal->number));
	if (!is_pattern && is_sketch_placeholder(rows, &cell))
		return psprintf("the sketch takes \"%s\" for missing", literal->text);
	if (!is_text)
		return field->has_rounded ? psprintf("the sketch has some values of \"%s\" rounded", field->name) : NULL;
	/* a date is no text */
	if (field->type.type != TEXTOID && field->type.type != UUIDOID && !field->type.in_document)
		return NULL;
	/* in small letters a pattern of ilike asks for the same */
	if (condition->kind == CONDITION_ILIKE)
		return NULL;
	return untold_text(field, literal->text, is_pattern);
}

static const char *
untold_literals(const GapRows *rows, const GapField *field, const Condition *condition)
{
	ListCell   *lc;

	foreach(lc, condition->literals)
	{
		const char *reason = untold_literal(rows, field, condition, lfirst(lc));

		if (reason != NULL)
			return reason;
	}
	return NULL;
}

/* Does the condition ask more of texts than which of a few they are? */
static bool
reads_texts(const Condition *condition)
{
	const Literal *bound = condition->range.low ? condition->range.low : condition->range.high;

	switch (condition->kind)
	{
		case CONDITION_LIKE:
		case CONDITION_ILIKE:
		case CONDITION_WITHIN:
		case CONDITION_OLDER:
		case CONDITION_WITHIN_NEXT:
			return true;
		case CONDITION_RANGE:
			return bound != NULL && (bound->kind != LITERAL_NUMBER || condition->use.as != AS_IS);
		default:
			return false;
	}
}

/* Why the sketch cannot tell on which of its rows the condition holds; NULL: it can. */
const char *
gap_untold(const GapRows *rows, const Condition *condition)
{
	const GapField *field = find_field_of(rows, condition->use.field);
	const ViewField *f = field->field;

	if (f == NULL)
		return field->absence;
	if (is_converted(f) && condition->use.as != f->as)
		return psprintf("the sketch has read \"%s\" as %s", field->name, f->as == AS_NUMBER ? "numbers" : "dates");
	if (condition->use.as != AS_IS && field->has_others)
		return psprintf("the sketch does not keep all values of \"%s\": have it read them \"as\" %s", field->name,
						condition->use.as == AS_NUMBER ? "numbers" : "dates");
	if (condition->kind == CONDITION_MISSING)
		return NULL;
	if (f->type == FIELD_OPAQUE)
		return psprintf("the sketch knows of \"%s\" no more than whether it is missing", field->name);
	if (field->has_others && reads_texts(condition))
		return psprintf("the sketch does not keep all values of \"%s\"", field->name);
	if (f->is_list && field->type.in_document &&
		condition->kind != CONDITION_CONTAINS && condition->kind != CONDITION_CONTAINS_ANY)
		return psprintf("the sketch does not tell values of \"%s\" from lists of one", field->name);
	return untold_literals(rows, field, condition);
}

/* ---- rows ---- */

static Datum
document_list(const GapField *field, const uint32 *codes, uint32 n)
{
	JsonbParseState *state = NULL;
	JsonbValue *result;

	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (uint32 i = 0; i < n; i++)
	{
		JsonbValue *json = (JsonbValue *) DatumGetPointer(field->values[codes[i]].value);
		JsonbValue	null = {.type = jbvNull};

		/* what is not kept is equal to nothing */
		(void) pushJsonbValue(&state, WJB_ELEM, json == NULL || json->type == jbvObject ? &null : json);
	}
	result = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	JsonbToJsonbValue(JsonbValueToJsonb(result), result);
	return PointerGetDatum(result);
}

static Datum
array_of(const GapField *field, const uint32 *codes, uint32 n)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(n, 1));

	for (uint32 i = 0; i < n; i++)
		elements[i] = field->values[codes[i]].value;
	return PointerGetDatum(construct_array(elements, (int) n, field->type.type, field->typlen, field->typbyval,
										   field->typalign));
}

static NullableDatum
list_datum(const GapField *field, int64 row)
{
	const uint32 *codes = field->lists.codes + field->lists.starts[row];
	uint32		n = field->lists.starts[row + 1] - field->lists.starts[row];

	if (n == 1 && codes[0] == CODE_MISSING)
		return (NullableDatum) {(Datum) 0, true};
	return (NullableDatum) {
		field->type.in_document ? document_list(field, codes, n) : array_of(field, codes, n), false
	};
}

static void
read_batch(GapRows *rows)
{
	int64		n = Min(BATCH, rows->view->nrows - rows->next);

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(rows->context);
	rows->batch = rows->next;
	for (int i = 0; i < rows->nfields; i++)
	{
		if (rows->fields[i].reader != NULL)
			read_codes(rows->fields[i].reader, rows->fields[i].codes, n);
	}
}

/* False after the last. */
bool
next_gap_row(GapRows *rows, GapRow *row)
{
	const SketchView *view = rows->view;
	MemoryContext caller;

	if (rows->next == view->nrows)
		return false;
	if (rows->next == 0 || rows->next - rows->batch == BATCH)
		read_batch(rows);
	caller = MemoryContextSwitchTo(rows->context);
	for (int i = 0; i < rows->nfields; i++)
	{
		const GapField *field = &rows->fields[i];

		if (field->codes != NULL)
			rows->codes[i] = field->codes[rows->next - rows->batch];
		if (field->is_read)
			rows->row[i] = field->codes != NULL ? field->values[rows->codes[i]] : list_datum(field, rows->next);
	}
	MemoryContextSwitchTo(caller);
	row->fields = rows->row;
	row->codes = rows->codes;
	row->context = rows->context;
	row->is_best = view->best[rows->next / 64] >> (rows->next % 64) & 1;
	row->count = view->counts ? view->counts[rows->next] : 1;
	rows->next++;
	return true;
}

/*
 * options.c
 *		The options of a sketch, and the setting icp_portrait.sketch_rows.
 *
 *	ignore, only		fields that are left out, or alone let in; the name of a
 *						JSON column stands for all of its keys
 *	as					{"field": "number" or "date"}: text that holds these
 *	placeholders		values that mean missing
 *	rows				as the setting
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/text.h"
#include "sketch/sketch.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"

int			sketch_rows = DEFAULT_SKETCH_ROWS;

static const char *const option_names[] = {
	"ignore", "only", "as", "placeholders", "rows", NULL
};

void
define_sketch_settings(void)
{
	DefineCustomIntVariable("icp_portrait.sketch_rows",
							"Rows of either side that a sketch keeps, before it goes over to a sample.",
							"The option \"rows\" of icp_sketch overrules it.",
							&sketch_rows, DEFAULT_SKETCH_ROWS, 1, MAX_SKETCH_ROWS,
							PGC_USERSET, 0, NULL, NULL, NULL);
}

const Jsonb *
sketch_options(const Sketch *sketch)
{
	return sketch->regions[SKETCH_OPTIONS].size == 0 ? NULL :
		sketch_region(sketch, SKETCH_OPTIONS);
}

/* Regions are rounded up, so their sizes say nothing. */
bool
same_options(const Sketch *a, const Sketch *b)
{
	const Jsonb *x = sketch_options(a);
	const Jsonb *y = sketch_options(b);

	if (x == NULL || y == NULL)
		return x == y;
	return VARSIZE(x) == VARSIZE(y) && memcmp(x, y, VARSIZE(x)) == 0;
}

/* ---- reading them ---- */

static JsonbValue *
option(const Jsonb *options, const char *name, JsonbValue *value)
{
	if (options == NULL)
		return NULL;
	return getKeyJsonValueFromContainer(unconstify(JsonbContainer *, &options->root),
										name, strlen(name), value);
}

static bool
lists_name(const JsonbValue *list, const char *name, int length)
{
	JsonbValue	key = {.type = jbvString};

	key.val.string.val = unconstify(char *, name);
	for (int end = length; end > 0; end--)
	{
		if (end < length && name[end] != '.')
			continue;
		key.val.string.len = end;
		if (findJsonbValueFromContainer(list->val.binary.data, JB_FARRAY, &key) != NULL)
			return true;
	}
	return false;
}

bool
option_ignores(const Jsonb *options, const char *name, int length)
{
	JsonbValue	list;

	if (option(options, "ignore", &list) && lists_name(&list, name, length))
		return true;
	return option(options, "only", &list) && !lists_name(&list, name, length);
}

ReadAs
option_as(const Jsonb *options, const char *name, int length)
{
	JsonbValue	object;
	JsonbValue	as;

	if (option(options, "as", &object) == NULL ||
		getKeyJsonValueFromContainer(object.val.binary.data, name, length, &as) == NULL)
		return AS_IS;
	return as.val.string.len == 4 ? AS_DATE : AS_NUMBER;
}

/* ---- checking them ---- */

pg_noreturn static void
bad_option(const char *name, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid option \"%s\" of a sketch", name),
			 errhint("%s", wanted)));
}

static void
check_names(const char *name, const JsonbValue *value)
{
	JsonbIterator *iterator;
	JsonbValue	element;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		bad_option(name, "It is an array of field names.");
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &element, true);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
	{
		if (element.type != jbvString)
			bad_option(name, "It is an array of field names.");
	}
}

static void
check_as(const JsonbValue *value)
{
	JsonbIterator *iterator;
	JsonbValue	as;

	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		bad_option("as", "It is an object such as {\"annual_revenue\": \"number\"}.");
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &as, true);
	while (JsonbIteratorNext(&iterator, &as, true) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &as, true);
		if (as.type != jbvString ||
			!((as.val.string.len == 4 && memcmp(as.val.string.val, "date", 4) == 0) ||
			  (as.val.string.len == 6 && memcmp(as.val.string.val, "number", 6) == 0)))
			bad_option("as", "A field can be read as \"number\" or \"date\".");
	}
}

static uint32
rows_option(const JsonbValue *value)
{
	Datum		whole;

	if (value->type != jbvNumeric)
		bad_option("rows", "It is a number of rows.");
	whole = DirectFunctionCall1(numeric_floor, NumericGetDatum(value->val.numeric));
	if (DatumGetInt32(DirectFunctionCall2(numeric_cmp, whole, NumericGetDatum(int64_to_numeric(1)))) < 0 ||
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, whole, NumericGetDatum(int64_to_numeric(MAX_SKETCH_ROWS)))) > 0)
		bad_option("rows", psprintf("It is from 1 to %d.", MAX_SKETCH_ROWS));
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, whole));
}

static void
add_placeholder_cell(SketchWriter *writer, const Cell *cell)
{
	uint32		n = writer->sketch->nplaceholders;
	Entry	   *placeholders = need_region(writer, SKETCH_PLACEHOLDERS, sizeof(Entry) * (n + 1));

	placeholders[n] = (Entry) {.word = cell->word, .kind = cell->kind};
	writer->sketch->nplaceholders++;
}

static void
add_placeholder(SketchWriter *writer, const JsonbValue *value)
{
	Cell		cell;

	if (value->type == jbvString)
		cell = text_cell(value->val.string.val, value->val.string.len);
	else if (value->type == jbvNumeric)
		cell = numeric_cell(NumericGetDatum(value->val.numeric));
	else
		bad_option("placeholders", "It is an array of texts and numbers.");
	/* text that is too long to look into is no placeholder */
	if (cell.kind != CELL_OPAQUE)
		add_placeholder_cell(writer, &cell);
	/* columns of real numbers have the same number in another form */
	if (cell_is_number(cell.kind) && cell.kind != CELL_ROUNDED)
	{
		cell = real_cell(DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
															NumericGetDatum(value->val.numeric))));
		add_placeholder_cell(writer, &cell);
	}
}

static void
add_placeholders(SketchWriter *writer, const JsonbValue *value)
{
	JsonbIterator *iterator;
	JsonbValue	element;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		bad_option("placeholders", "It is an array of texts and numbers.");
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &element, true);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
		add_placeholder(writer, &element);
}

/* Of Cell *. */
List *
option_placeholders(const Jsonb *options)
{
	List	   *result = NIL;
	JsonbIterator *iterator;
	JsonbValue	value;

	if (option(options, "placeholders", &value) == NULL)
		return NIL;
	iterator = JsonbIteratorInit(value.val.binary.data);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
	{
		Cell	   *cell = palloc(sizeof(Cell));

		*cell = value.type == jbvString ?
			text_cell(value.val.string.val, value.val.string.len) :
			numeric_cell(NumericGetDatum(value.val.numeric));
		result = lappend(result, cell);
	}
	return result;
}

static void
parse_option(SketchWriter *writer, const char *name, const JsonbValue *value)
{
	const char *guess;

	if (strcmp(name, "ignore") == 0 || strcmp(name, "only") == 0)
		check_names(name, value);
	else if (strcmp(name, "as") == 0)
		check_as(value);
	else if (strcmp(name, "placeholders") == 0)
		add_placeholders(writer, value);
	else if (strcmp(name, "rows") == 0)
		writer->sketch->row_cap = rows_option(value);
	else
	{
		guess = closest_of(name, option_names);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a sketch has no option \"%s\"", name),
				 guess ? errhint("Perhaps you meant \"%s\".", guess) :
				 errhint("Its options are ignore, only, as, placeholders and rows.")));
	}
}

/* Keeps the options in a new sketch, and does what they say at once. */
void
parse_options(SketchWriter *writer, const Jsonb *options)
{
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the options of a sketch are not a JSON object")));
	iterator = JsonbIteratorInit(unconstify(JsonbContainer *, &options->root));
	(void) JsonbIteratorNext(&iterator, &key, true);
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &value, true);
		parse_option(writer, pnstrdup(key.val.string.val, key.val.string.len), &value);
	}
	/* without options at all is the same as with none of them */
	if (JB_ROOT_COUNT(options) > 0)
		memcpy(need_region(writer, SKETCH_OPTIONS, VARSIZE(options)), options, VARSIZE(options));
}

/*
 * accumulate.c
 *		The aggregate icp_sketch: one row after the other into a sketch.
 */
#include "postgres.h"

#include "common/compat.h"
#include "miscadmin.h"
#include "sketch/row.h"
#include "sketch/sketch.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(icp_sketch_accum);
PG_FUNCTION_INFO_V1(icp_sketch_accum_record);
PG_FUNCTION_INFO_V1(icp_sketch_final);

/* A row on its way in. */
typedef struct RowInput
{
	SketchWriter *writer;
	bool		is_best;
	bool		is_hashed;		/* rows are being sampled, by their hashes */
	uint64		hash;			/* sum of the cells' ones so far */
} RowInput;

/* ---- cells ---- */

static bool
is_placeholder(const Sketch *sketch, const Cell *cell)
{
	const Entry *placeholders = sketch_region(sketch, SKETCH_PLACEHOLDERS);

	for (uint32 i = 0; i < sketch->nplaceholders; i++)
	{
		if (placeholders[i].word == cell->word && placeholders[i].kind == cell->kind)
			return true;
	}
	return false;
}

/* Text read as a number or a date; what is neither is missing. */
static Cell
converted(ReadAs as, const Cell *cell)
{
	char		word[WORD_BYTES];
	int			length;
	const char *text;
	Numeric		number;
	Timestamp	time;

	if (cell_is_number(cell->kind) && as == AS_NUMBER)
		return *cell;
	if (!cell_is_text(cell->kind))
		return (Cell) {.kind = CELL_NULL};
	text = cell_bytes(cell, word, &length);
	if (as == AS_NUMBER && parse_number_text(text, length, &number))
		return numeric_cell(NumericGetDatum(number));
	if (as == AS_DATE && parse_time_text(text, length, &time))
		return (Cell) {.kind = CELL_TIMESTAMP, .word = (uint64) time};
	return (Cell) {.kind = CELL_NULL};
}

static void
stage_converted(RowInput *input, int f, const Cell *cell)
{
	const Field *field = &sketch_fields(input->writer->sketch)[f];
	Cell		result = *cell;

	if (is_placeholder(input->writer->sketch, cell))
		return;
	if (field->as != AS_IS)
		result = converted(field->as, cell);
	if (result.kind == CELL_NULL)
		return;
	stage_cell(input->writer, f, &result);
	field = &sketch_fields(input->writer->sketch)[f];
	if (input->is_hashed && !field->is_list)
		input->hash += cell_hash(field, result.word, result.kind);
}

static void
end_list(RowInput *input, int f)
{
	end_staged_list(input->writer, f);
	if (input->is_hashed)
		input->hash += staged_list_hash(input->writer->sketch, f);
}

static void
stage_list(RowInput *input, int f, const Cell *list)
{
	const char *p = list->text;
	Cell		element;

	begin_staged_list(input->writer, f);
	for (int i = 0; i < list->length; i++)
	{
		CHECK_FOR_INTERRUPTS();
		p = read_row_cell(p, &element);
		if (element.kind != CELL_OPAQUE)
			stage_converted(input, f, &element);
	}
	end_list(input, f);
}

static void stage_object(RowInput *input, const char *name, int name_length, const Cell *object);

/* The cell may be of any kind; the field's name is at hand for what is in it. */
static void
stage_any(RowInput *input, int f, const Cell *cell)
{
	if (f == FIELD_IGNORED || cell->kind == CELL_NULL)
		return;
	if (cell->kind == CELL_LIST)
		stage_list(input, f, cell);
	else if (sketch_fields(input->writer->sketch)[f].is_list)
	{
		/* a JSON field that is a list in other rows */
		begin_staged_list(input->writer, f);
		stage_converted(input, f, cell);
		end_list(input, f);
	}
	else
		stage_converted(input, f, cell);
}

/* ---- objects ---- */

static void
stage_key(RowInput *input, const char *name, int length, const Cell *cell)
{
	if (cell->kind == CELL_OBJECT)
		stage_object(input, name, length, cell);
	else if (cell->kind != CELL_NULL)
		stage_any(input, field_named(input->writer, name, length, FIELD_JSON,
									 cell->kind == CELL_LIST), cell);
}

/* Each key is a field "name.key", or "key" of a document. */
static void
stage_object(RowInput *input, const char *name, int name_length, const Cell *object)
{
	char		buffer[2 * MAX_FIELD_NAME + 2];
	const char *p = object->text;
	int			prefix = name_length == 0 ? 0 : name_length + 1;
	Cell		cell;

	if (prefix > MAX_FIELD_NAME)
		return;
	memcpy(buffer, name, name_length);
	buffer[name_length] = '.';
	for (int i = 0; i < object->length; i++)
	{
		int			length = load16(p);

		CHECK_FOR_INTERRUPTS();
		memcpy(buffer + prefix, p + 2, length);
		p = read_row_cell(p + 2 + length, &cell);
		if (length > 0 && prefix + length <= MAX_FIELD_NAME)
			stage_key(input, buffer, prefix + length, &cell);
	}
}

/* ---- rows ---- */

/*
 * JSON columns have no field of their own until they hold something else than
 * objects.
 */
static void
map_header(SketchWriter *writer, const IcpRow *row)
{
	const char *p = row_header(row);
	RowField	field;

	need_region(writer, SKETCH_MAP, sizeof(HeaderMap) * Max(row->nfields, 1));
	for (int i = 0; i < row->nfields; i++)
	{
		HeaderMap	map = {.field = FIELD_IGNORED, .offset = p - row_header(row)};

		p = read_row_field(p, &field);
		if (field.type != FIELD_JSON)
			map.field = field_named(writer, field.name, field.name_length, field.type, field.is_list);
		else
			map.is_json = true;
		((HeaderMap *) sketch_region(writer->sketch, SKETCH_MAP))[i] = map;
	}
	memcpy(need_region(writer, SKETCH_HEADER, sizeof(uint32) + row->header_size),
		   &row->header_size, sizeof(uint32));
	memcpy((char *) sketch_region(writer->sketch, SKETCH_HEADER) + sizeof(uint32),
		   row_header(row), row->header_size);
}

static inline bool
is_mapped(const Sketch *sketch, const IcpRow *row)
{
	const char *header = sketch_region(sketch, SKETCH_HEADER);

	return sketch->regions[SKETCH_HEADER].size > 0 && load32(header) == row->header_size &&
		memcmp(header + sizeof(uint32), row_header(row), row->header_size) == 0;
}

/*
 * Most cells are a known value of a field with a dictionary: these are staged
 * here, others by stage_cell.
 */
static inline bool
stage_quickly(Sketch *sketch, Field *field, const Cell *cell)
{
	uint32		row = sketch->nstaged;
	uint32		code;

	if (!field->is_quick || field->filled != row ||
		field->regions[FIELD_CODES].size < (row + 1) * sizeof(uint16))
		return false;
	code = find_code(sketch, field, cell);
	if (code == 0)
		return false;
	((uint16 *) field_region(sketch, field, FIELD_CODES))[row] = code;
	field->filled = row + 1;
	return true;
}

static void
stage_slowly(RowInput *input, const IcpRow *row, HeaderMap map, const Cell *cell)
{
	RowField	header;

	(void) read_row_field(row_header(row) + map.offset, &header);
	if (!map.is_json)
		stage_any(input, map.field, cell);
	else if (cell->kind == CELL_OBJECT)
		stage_object(input, header.name, header.name_length, cell);
	else
		stage_key(input, header.name, header.name_length, cell);
}

/* Returns what follows the quickly staged cells; *i is the first that is not. */
static const char *
stage_quick_cells(Sketch *sketch, const IcpRow *row, const char *p, int *i)
{
	const HeaderMap *maps = sketch_region(sketch, SKETCH_MAP);
	Field	   *fields = sketch_fields(sketch);
	Cell		cell = {.kind = CELL_NULL};

	for (; *i < row->nfields; ++*i)
	{
		const char *next = read_row_cell(p, &cell);

		if (cell.kind != CELL_NULL &&
			(maps[*i].field == FIELD_IGNORED ||
			 !stage_quickly(sketch, &fields[maps[*i].field], &cell)))
			break;
		p = next;
	}
	return p;
}

static void
stage_row(RowInput *input, const IcpRow *row)
{
	SketchWriter *writer = input->writer;
	bool		is_quick = !input->is_hashed && writer->sketch->nplaceholders == 0;
	const char *p = row_cells(row);

	for (int i = 0; i < row->nfields; i++)
	{
		HeaderMap	map;
		Cell		cell;

		if (is_quick)
			p = stage_quick_cells(writer->sketch, row, p, &i);
		if (i == row->nfields)
			break;
		map = ((HeaderMap *) sketch_region(writer->sketch, SKETCH_MAP))[i];
		p = read_row_cell(p, &cell);
		if (cell.kind != CELL_NULL && (map.is_json || map.field != FIELD_IGNORED))
			stage_slowly(input, row, map, &cell);
	}
}

static void
accumulate_row(SketchWriter *writer, const IcpRow *row, bool is_best)
{
	Sketch	   *sketch = writer->sketch;
	int			level = is_best ? sketch->best_level : sketch->rest_level;
	RowInput	input = {.writer = writer, .is_best = is_best, .is_hashed = level > 0};

	if (!is_mapped(sketch, row))
		map_header(writer, row);
	begin_staged_row(writer, is_best, 1);
	stage_row(&input, row);
	if (is_best)
		writer->sketch->all_best++;
	else
		writer->sketch->all_rest++;
	if (!is_sampled(row_hash(input.hash, is_best), level))
	{
		abandon_staged_row(writer);
		return;
	}
	end_staged_row(writer);
	if (writer->sketch->nstaged == 0 &&
		Max(writer->sketch->kept_best, writer->sketch->kept_rest) > writer->sketch->thin_at)
		thin_rows(writer);
}

/* ---- the aggregate ---- */

static const Jsonb *
options_argument(FunctionCallInfo fcinfo)
{
	return PG_NARGS() > 3 && !PG_ARGISNULL(3) ? PG_GETARG_JSONB_P(3) : NULL;
}

/* Options are given with every row, and have to be the same. */
static void
check_options(const Sketch *sketch, const Jsonb *options)
{
	const Jsonb *first = sketch_options(sketch);

	if (options != NULL && JB_ROOT_COUNT(options) == 0 && JB_ROOT_IS_OBJECT(options))
		options = NULL;
	if (first == options ||
		(first != NULL && options != NULL && VARSIZE(first) == VARSIZE(options) &&
		 memcmp(first, options, VARSIZE(first)) == 0))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the options of a sketch differ from row to row"),
			 errhint("Group by what the options depend on.")));
}

/*
 * The transition functions.  A NULL row is no row; a row whose flag is NULL is
 * counted apart.
 */
static Datum
accumulate_call(FunctionCallInfo fcinfo, bool is_record)
{
	SketchWriter writer;
	const Jsonb *options = options_argument(fcinfo);

	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s was called outside of an aggregate",
						get_func_name(fcinfo->flinfo->fn_oid)),
				 errhint("Call the aggregate icp_sketch.")));
	if (PG_ARGISNULL(0))
		new_sketch(&writer, options);
	else
	{
		writer.sketch = writer.given = (Sketch *) PG_GETARG_POINTER(0);
		check_options(writer.sketch, options);
	}
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(writer.sketch);
	if (PG_ARGISNULL(2))
		writer.sketch->unknown++;
	else
		accumulate_row(&writer, is_record ?
					   encode_record(fcinfo->flinfo, &fcinfo->flinfo->fn_extra,
									 PG_GETARG_HEAPTUPLEHEADER(1)) :
					   DatumGetRow(PG_GETARG_DATUM(1)),
					   PG_GETARG_BOOL(2));
	PG_RETURN_POINTER(writer.sketch);
}

Datum
icp_sketch_accum(PG_FUNCTION_ARGS)
{
	return accumulate_call(fcinfo, false);
}

Datum
icp_sketch_accum_record(PG_FUNCTION_ARGS)
{
	return accumulate_call(fcinfo, true);
}

/* Leaves the state as it is: windows go on with it. */
Datum
icp_sketch_final(PG_FUNCTION_ARGS)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("icp_sketch_final was called outside of an aggregate")));
	PG_RETURN_POINTER(pack_sketch((Sketch *) PG_GETARG_POINTER(0)));
}

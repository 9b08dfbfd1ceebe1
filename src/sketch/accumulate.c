/*
 * accumulate.c
 *		The aggregate icp_sketch: one row after the other into a sketch.
 *
 * A row is only put down as it came; many at once are then taken apart, column
 * by column, by batch.c.
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

/* Bytes of rows that are put down before they are taken apart. */
#define BATCH_BYTES (512 * 1024)

static inline bool
has_header(const Sketch *sketch, const IcpRow *row)
{
	return sketch->header_size == row->header_size && sketch->header_fields == row->nfields &&
		memcmp(sketch_region(sketch, SKETCH_HEADER), row_header(row), row->header_size) == 0;
}

/* Rows put down have one header. */
static void
set_header(SketchWriter *writer, const IcpRow *row)
{
	stage_batch(writer);
	memcpy(need_region(writer, SKETCH_HEADER, Max(row->header_size, 1)), row_header(row), row->header_size);
	writer->sketch->header_size = row->header_size;
	writer->sketch->header_fields = row->nfields;
	writer->sketch->is_mapped = false;
}

static void
accumulate_row(SketchWriter *writer, const IcpRow *row, bool is_best)
{
	uint32		size = row_end(row) - row_cells(row);
	uint32		used;
	char	   *to;

	if (unlikely(!has_header(writer->sketch, row)))
		set_header(writer, row);
	used = writer->sketch->batch_used;
	to = (char *) need_region(writer, SKETCH_BATCH, used + 1 + size) + used;
	*to = is_best;
	memcpy(to + 1, row_cells(row), size);
	writer->sketch->batch_used += 1 + size;
	if (is_best)
		writer->sketch->all_best++;
	else
		writer->sketch->all_rest++;
	if (++writer->sketch->batch_rows == BATCH_ROWS || writer->sketch->batch_used > BATCH_BYTES)
	{
		stage_batch(writer);
		thin_if_needed(writer);
	}
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
		open_state(&writer, PG_GETARG_DATUM(0));
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
	SketchWriter state;

	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("icp_sketch_final was called outside of an aggregate")));
	open_state(&state, PG_GETARG_DATUM(0));
	PG_RETURN_POINTER(pack_sketch(state.sketch));
}

/*
 * state.c
 *		The memory of a sketch at work, and its fields.
 *
 * Regions are handed out from the front and never shrink; one that grows moves
 * behind the others, and what it leaves is won back when the whole sketch moves
 * to a larger allocation.  Blocks are handed out from the end.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/hashfn.h"
#include "sketch/sketch.h"
#include "utils/memutils.h"

#define ALIGNMENT 8
#define FIRST_SIZE 2048
#define FIRST_REGION 32

/* From here on a sketch grows by half, and by a quarter, to waste less memory. */
#define MEDIUM_SIZE ((Size) 4 << 20)
#define LARGE_SIZE ((Size) 32 << 20)

/* ---- moving ---- */

/* Copies a region to the end of the heap of another sketch. */
static void
move_region(Sketch *to, const Sketch *from, Region *region)
{
	uint32		offset = to->heap_end;

	if (region->size == 0)
		return;
	memcpy((char *) to + offset, (const char *) from + region->offset, region->size);
	region->offset = offset;
	to->heap_end += region->size;
}

static Size
live_size(const Sketch *sketch)
{
	Size		size = MAXALIGN(sizeof(Sketch)) + VARSIZE(sketch) - sketch->blocks_start;
	const Field *fields = sketch_fields(sketch);

	for (int i = 0; i < NSKETCH_REGIONS; i++)
		size += sketch->regions[i].size;
	for (uint32 f = 0; f < sketch->nfields; f++)
	{
		for (int i = 0; i < NFIELD_REGIONS; i++)
			size += fields[f].regions[i].size;
	}
	return size;
}

static void
copy_sketch(Sketch *to, const Sketch *from, Size size)
{
	Size		blocks = VARSIZE(from) - from->blocks_start;
	Field	   *fields;

	*to = *from;
	SET_VARSIZE(to, size);
	to->heap_end = MAXALIGN(sizeof(Sketch));
	for (int i = 0; i < NSKETCH_REGIONS; i++)
		move_region(to, from, &to->regions[i]);
	fields = sketch_fields(to);
	for (uint32 f = 0; f < to->nfields; f++)
	{
		for (int i = 0; i < NFIELD_REGIONS; i++)
			move_region(to, from, &fields[f].regions[i]);
	}
	to->blocks_start = size - blocks;
	memcpy((char *) to + to->blocks_start, (const char *) from + from->blocks_start, blocks);
}

/* Makes room for so many bytes between the heap and the blocks. */
static void
make_room(SketchWriter *writer, Size needed)
{
	Sketch	   *old = writer->sketch;
	Sketch	   *new;
	Size		live;
	Size		size;

	if (old->blocks_start - old->heap_end >= needed)
		return;
	live = live_size(old) + needed;
	size = MAXALIGN(live + (live < MEDIUM_SIZE ? live : live < LARGE_SIZE ? live / 2 : live / 4));
	if (!AllocSizeIsValid(size))
		size = MAXALIGN_DOWN(MaxAllocSize);
	if (live > size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the sketch would be larger than 1 GB"),
				 errhint("Leave out fields that cannot be traits, with the options \"ignore\" or \"only\", or keep fewer rows, with \"rows\".")));
	new = palloc(size);
	copy_sketch(new, old, size);
	writer->sketch = new;
	if (old != writer->given)
		pfree(old);
}

/* A region of at least that size; returns the new one. */
static Region
grown_region(SketchWriter *writer, Region region, Size size)
{
	Region		grown;

	size = Max(size, Min((Size) region.size * 2, size + MEDIUM_SIZE));
	size = TYPEALIGN(ALIGNMENT, Max(size, FIRST_REGION));
	make_room(writer, size);
	grown.offset = writer->sketch->heap_end;
	grown.size = size;
	writer->sketch->heap_end += size;
	return grown;
}

static void
fill_region(Sketch *sketch, Region grown, Region old)
{
	memcpy((char *) sketch + grown.offset, (char *) sketch + old.offset, old.size);
	memset((char *) sketch + grown.offset + old.size, 0, grown.size - old.size);
}

/* Points to the region, which keeps what it had; the rest of it is zero. */
void *
need_region(SketchWriter *writer, int region, Size size)
{
	if (writer->sketch->regions[region].size < size)
	{
		Region		grown = grown_region(writer, writer->sketch->regions[region], size);

		/* making room may have moved what there was */
		fill_region(writer->sketch, grown, writer->sketch->regions[region]);
		writer->sketch->regions[region] = grown;
	}
	return sketch_region(writer->sketch, region);
}

void *
need_field_region(SketchWriter *writer, int f, int region, Size size)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];

	if (field->regions[region].size < size)
	{
		Region		grown = grown_region(writer, field->regions[region], size);

		field = &sketch_fields(writer->sketch)[f];
		fill_region(writer->sketch, grown, field->regions[region]);
		field->regions[region] = grown;
	}
	return field_region(writer->sketch, field, region);
}

/* Other blocks in the place of all that there are. */
void
replace_blocks(SketchWriter *writer, const char *blocks, Size size, uint32 nblocks)
{
	writer->sketch->blocks_start = VARSIZE(writer->sketch);
	writer->sketch->nblocks = 0;
	adopt_blocks(writer, blocks, size, nblocks);
}

/* Other blocks beside those that there are. */
void
adopt_blocks(SketchWriter *writer, const char *blocks, Size size, uint32 nblocks)
{
	make_room(writer, size);
	writer->sketch->blocks_start -= size;
	if (size > 0)
		memcpy(first_block(writer->sketch), blocks, size);
	writer->sketch->nblocks += nblocks;
}

/* ---- sketches and fields ---- */

/* In the current memory context; the executor copies it to where it keeps it. */
void
new_sketch(SketchWriter *writer, const Jsonb *options)
{
	Sketch	   *sketch = palloc0(FIRST_SIZE);

	SET_VARSIZE(sketch, FIRST_SIZE);
	sketch->version = SKETCH_VERSION;
	sketch->is_working = 1;
	sketch->heap_end = MAXALIGN(sizeof(Sketch));
	sketch->blocks_start = FIRST_SIZE;
	sketch->row_cap = sketch_rows;
	writer->sketch = sketch;
	writer->given = NULL;
	if (options != NULL)
		parse_options(writer, options);
	writer->sketch->thin_at = writer->sketch->row_cap + writer->sketch->row_cap / 4 + 1;
}

static uint32
name_hash(const char *name, int length)
{
	return DatumGetUInt32(hash_any((const unsigned char *) name, length));
}

int
find_field_named(const Sketch *sketch, const char *name, int length)
{
	const uint16 *slots = sketch_region(sketch, SKETCH_NAMES);
	uint32		mask = (1 << sketch->names_bits) - 1;

	if (sketch->nfields == 0)
		return FIELD_IGNORED;
	for (uint32 slot = name_hash(name, length) & mask; slots[slot] != 0; slot = (slot + 1) & mask)
	{
		const Field *field = &sketch_fields(sketch)[slots[slot] - 1];

		if ((int) field->name_length == length &&
			memcmp(field_region(sketch, field, FIELD_NAME), name, length) == 0)
			return slots[slot] - 1;
	}
	return FIELD_IGNORED;
}

static void
enter_name(Sketch *sketch, int f)
{
	uint16	   *slots = sketch_region(sketch, SKETCH_NAMES);
	const Field *field = &sketch_fields(sketch)[f];
	uint32		mask = (1 << sketch->names_bits) - 1;
	uint32		slot = name_hash(field_region(sketch, field, FIELD_NAME), field->name_length) & mask;

	while (slots[slot] != 0)
		slot = (slot + 1) & mask;
	slots[slot] = f + 1;
}

/* The table of names is at most half full. */
static void
enlarge_names(SketchWriter *writer)
{
	Sketch	   *sketch;
	uint32		bits = Max(writer->sketch->names_bits, 4);

	while ((UINT64CONST(1) << bits) < 2 * ((uint64) writer->sketch->nfields + 1))
		bits++;
	if (bits == writer->sketch->names_bits)
		return;
	need_region(writer, SKETCH_NAMES, sizeof(uint16) << bits);
	sketch = writer->sketch;
	sketch->names_bits = bits;
	memset(sketch_region(sketch, SKETCH_NAMES), 0, sizeof(uint16) << bits);
	for (uint32 f = 0; f < sketch->nfields; f++)
		enter_name(sketch, f);
}

static int
add_field(SketchWriter *writer, const char *name, int length, FieldType type, bool is_list)
{
	int			f = writer->sketch->nfields;
	Field	   *field;

	if (f == MAX_SKETCH_FIELDS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a sketch can have at most %d fields", MAX_SKETCH_FIELDS),
				 errdetail("The field \"%s\" is one too many.", pnstrdup(name, length)),
				 errhint("Leave out JSON columns of many keys with the options \"ignore\" or \"only\".")));
	enlarge_names(writer);
	need_region(writer, SKETCH_FIELDS, sizeof(Field) * (f + 1));
	writer->sketch->nfields++;
	field = &sketch_fields(writer->sketch)[f];
	memset(field, 0, sizeof(Field));
	field->type = type;
	field->as = option_as(sketch_options(writer->sketch), name, length);
	field->is_list = is_list;
	field->name_length = length;
	field->hash = hash_bytes_extended((const unsigned char *) name, length, 1);
	memcpy(need_field_region(writer, f, FIELD_NAME, Max(length, 1)), name, length);
	enter_name(writer->sketch, f);
	init_dictionary(writer, f);
	return f;
}

/* The place of the field of that name, which may be new, or FIELD_IGNORED. */
int
field_named(SketchWriter *writer, const char *name, int length,
			FieldType type, bool is_list)
{
	int			f = find_field_named(writer->sketch, name, length);
	const Field *field;

	if (f == FIELD_IGNORED)
		return option_ignores(sketch_options(writer->sketch), name, length) ?
			FIELD_IGNORED : add_field(writer, name, length, type, is_list);
	field = &sketch_fields(writer->sketch)[f];
	if (field->type != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("field \"%s\" is of type %s in some rows and %s in others",
						pnstrdup(name, length),
						field_type_name(Min(field->type, type)), field_type_name(Max(field->type, type))),
				 errhint("Cast the column to one type, or leave it out with the option \"ignore\".")));
	if (is_list && !field->is_list)
		make_list(writer, f);
	return f;
}

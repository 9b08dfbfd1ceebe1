/*
 * sketch.h
 *		The icp_sketch type: a mergeable summary of rows, split into best and rest.
 *
 * A sketch has two forms.  At rest (PackedSketch, pack.c) it is bytes that are
 * checked whenever they are read.  At work it is the Sketch below: the state of
 * an aggregate, changed in place and grown by moving to a larger allocation, so
 * that everything inside is found by offset.  Both keep rows in the same
 * blocks: column by column, as packed codes of each field's dictionary.
 *
 *	|Sketch|regions ... ->		free		<- ... block 2|block 1|
 *
 * A field's dictionary is exact up to MAX_ENTRIES values, of which MAX_TEXTS
 * may be text.  Beyond, the field is *wide*: rows hold the words of its cells
 * themselves (of text, the hash), and the dictionary keeps only the texts that
 * may be frequent.  Frequent are texts that more than one in FREQUENT_TEXTS of all
 * rows of a side have, kept or not, where elements of lists count as rows.
 */
#ifndef ICP_SKETCH_H
#define ICP_SKETCH_H

#include "postgres.h"

#include "common/compat.h"
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "portrait/portrait.h"
#include "sketch/cell.h"
#include "stats/stats.h"
#include "utils/jsonb.h"

#define SKETCH_VERSION 1

#define MAX_ENTRIES 65534
#define MAX_TEXTS 4096
#define FREQUENT_TEXTS (MAX_TEXTS / 4)
#define MAX_SKETCH_FIELDS 4096
#define BLOCK_ROWS 4096
#define BATCH_ROWS 512
#define MAX_SKETCH_ROWS 100000000
#define DEFAULT_SKETCH_ROWS 1000000

/* ---- blocks ---- */

/* n numbers, each base plus width bits of those that follow. */
typedef struct Vector
{
	uint32		n;
	uint32		width;			/* 0, or a power of two up to 64 */
	uint64		base;
	char		bits[FLEXIBLE_ARRAY_MEMBER];
} Vector;

/*
 * Rows.  Vectors follow the offsets: whether each row is best, how often it
 * occurs, then for each field its own: of a list field the number of elements
 * of each row plus 1 (0: missing); the codes, or if it is wide the words and
 * the kinds of cells.
 */
typedef struct Block
{
	uint32		size;			/* of it all */
	uint32		nrows;
	uint32		nfields;		/* later fields are missing in all its rows */
	uint32		offsets[FLEXIBLE_ARRAY_MEMBER]; /* of each field's first vector */
} Block;

/* One field of some rows, decoded. */
typedef struct ColumnRows
{
	bool		is_list;
	bool		is_wide;
	uint32		nrows;
	uint32		nitems;			/* nrows, or elements of all lists */
	uint32	   *lengths;		/* of lists: elements plus 1, or 0 */
	uint64	   *words;			/* codes, unless it is wide */
	uint8	   *kinds;			/* if it is wide */
} ColumnRows;

/* block.c */
extern Size vector_size(uint32 n, uint32 width);
extern Size max_column_size(const ColumnRows *column);
extern char *pack_column(char *to, const ColumnRows *column);
extern char *pack_words(char *to, const uint64 *words, uint32 n);
extern char *pack_codes(char *to, const uint16 *codes, uint32 n, uint32 largest);
extern char *pack_bytes(char *to, const uint8 *bytes, uint32 n);
extern char *pack_counts(char *to, const uint32 *counts, uint32 n);
extern void unpack_words(const Vector *vector, uint64 *words);
extern void unpack_codes(const Vector *vector, uint32 *codes);
extern bool map_codes(const Vector *vector, const uint32 *map, uint32 nmap, uint32 *mapped);
extern const Vector *block_flags(const Block *block);
extern const Vector *block_counts(const Block *block);
extern const Vector *next_vector(const Vector *vector);
extern const Vector *field_vector(const Block *block, int field);
extern Size block_header_size(uint32 nfields);
extern void unpack_column(const Block *block, int field, bool is_list, bool is_wide,
						  ColumnRows *column);
extern void free_column(ColumnRows *column);

/* ---- the form at work ---- */

typedef struct Region
{
	uint32		offset;
	uint32		size;
} Region;

/* A value of a field's dictionary; its code is its index plus 1. */
typedef struct Entry
{
	uint64		word;
	uint32		text;			/* of a CELL_TEXT: where it is in the field's texts */
	uint16		length;
	uint8		kind;
	uint8		unused;
} Entry;

/* Rows with the value: of a wide field, at least so many since it was noticed. */
typedef struct EntryCount
{
	int64		best;
	int64		rest;
} EntryCount;

enum FieldRegion
{
	FIELD_NAME,
	FIELD_ENTRIES,
	FIELD_COUNTS,
	FIELD_SLOTS,				/* uint16: hash table of codes */
	FIELD_TEXTS,
	FIELD_CODES,				/* staged cells: uint16, or uint64 if it is wide */
	FIELD_KINDS,				/* staged: uint8, if it is wide */
	FIELD_LENGTHS,				/* staged: uint32, of a list */
	NFIELD_REGIONS
};

typedef struct Field
{
	uint8		type;			/* a FieldType */
	uint8		as;				/* a ReadAs */
	bool		is_list;
	bool		is_wide;
	uint32		name_length;
	uint32		nentries;
	uint32		ntexts;			/* of these, text */
	uint32		slot_bits;
	uint32		texts_used;
	uint32		filled;			/* staged rows; later ones are missing so far */
	uint32		nitems;			/* staged elements of lists, ... */
	uint32		list_start;		/* of these, before the current row */
	int64		best_items;		/* elements of lists in all best rows, kept or not */
	int64		rest_items;
	uint64		hash;			/* of the name, see cell_hash() */
	Region		regions[NFIELD_REGIONS];
} Field;

enum SketchRegion
{
	SKETCH_FIELDS,
	SKETCH_NAMES,				/* uint16: hash table of fields, by name */
	SKETCH_OPTIONS,				/* jsonb as it was given */
	SKETCH_PLACEHOLDERS,		/* of Entry, without texts */
	SKETCH_HEADER,				/* of the icp_rows in the batch */
	SKETCH_MAP,					/* HeaderMap: of each of its fields */
	SKETCH_BATCH,				/* rows put down: flag and cells, as they came */
	SKETCH_FLAGS,				/* staged: uint8, is the row best? */
	SKETCH_ROW_COUNTS,			/* staged: uint32 */
	NSKETCH_REGIONS
};

#define FIELD_IGNORED (-1)

/* What becomes of a field of the last icp_row. */
typedef struct HeaderMap
{
	int32		field;			/* its place here, or FIELD_IGNORED */
	uint32		offset;			/* of its header among the row's ones */
	bool		is_json;		/* each key has a field of its own */
} HeaderMap;

typedef struct Sketch
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* SKETCH_VERSION */
	uint8		is_working;		/* 1: this form, 0: PackedSketch */
	uint8		best_level;		/* of 2^level best rows one was kept */
	uint8		rest_level;
	uint32		heap_end;		/* regions end here ... */
	uint32		blocks_start;	/* ... and blocks, newest first, fill the end */
	uint32		nblocks;
	uint32		nfields;
	uint32		names_bits;
	uint32		nplaceholders;
	uint32		row_cap;		/* rows of either side that may be kept */
	uint32		nstaged;		/* complete rows that are in no block yet */
	uint32		header_size;
	uint32		header_fields;
	uint32		batch_rows;
	uint32		batch_used;		/* bytes */
	bool		is_mapped;		/* the header, to fields */
	bool		is_tangled;		/* a key and a column of it may have one name */
	int64		all_best;		/* rows seen */
	int64		all_rest;
	int64		unknown;		/* rows whose flag was NULL */
	int64		kept_best;		/* kept rows, equal ones counted once if so stored */
	int64		kept_rest;
	int64		thin_at;		/* as many of a side are too many */
	Region		regions[NSKETCH_REGIONS];
} Sketch;

/* A sketch that is being changed: it may move. */
typedef struct SketchWriter
{
	Sketch	   *sketch;
	Sketch	   *given;			/* the executor's, which frees it */
} SketchWriter;

#define sketch_region(s, region) ((void *) ((char *) (s) + (s)->regions[region].offset))
#define sketch_fields(s) ((Field *) sketch_region(s, SKETCH_FIELDS))
#define field_region(s, field, region) ((void *) ((char *) (s) + (field)->regions[region].offset))
#define first_block(s) ((Block *) ((char *) (s) + (s)->blocks_start))
#define next_block(block) ((Block *) ((char *) (block) + (block)->size))

/* state.c: memory and fields */
extern void new_sketch(SketchWriter *writer, const Jsonb *options);
extern void *need_region(SketchWriter *writer, int region, Size size);
extern void *need_field_region(SketchWriter *writer, int field, int region, Size size);
extern void replace_blocks(SketchWriter *writer, const char *blocks, Size size, uint32 nblocks);
extern void adopt_blocks(SketchWriter *writer, const char *blocks, Size size, uint32 nblocks);
extern int	find_field_named(const Sketch *sketch, const char *name, int length);
extern int	field_named(SketchWriter *writer, const char *name, int length,
						FieldType type, bool is_list);

/* dictionary.c: values of a field */
extern void init_dictionary(SketchWriter *writer, int f);
extern uint32 add_code(SketchWriter *writer, int f, const Cell *cell);
extern bool dictionary_is_full(const Field *field, const Cell *cell);
extern void note_text(SketchWriter *writer, int f, const Cell *cell, EntryCount count);
extern void keep_texts_only(SketchWriter *writer, int f);
extern void drop_entries(SketchWriter *writer, int f, const bool *keep);
extern Cell entry_cell(const Sketch *sketch, const Field *field, uint32 i);

#define SLOT_FACTOR UINT64CONST(0x9E3779B97F4A7C15)

static inline uint32
first_slot(uint64 word, CellKind kind, uint32 bits)
{
	return ((word + kind) * SLOT_FACTOR) >> (64 - bits);
}

/*
 * The cell's code, or 0.  Two texts with one hash are two values, as long as
 * texts are kept.
 */
static inline uint32
find_code(const Sketch *sketch, const Field *field, const Cell *cell)
{
	const Entry *entries = field_region(sketch, field, FIELD_ENTRIES);
	const uint16 *slots = field_region(sketch, field, FIELD_SLOTS);
	uint32		mask = (1 << field->slot_bits) - 1;

	for (uint32 slot = first_slot(cell->word, cell->kind, field->slot_bits);
		 slots[slot] != 0; slot = (slot + 1) & mask)
	{
		const Entry *entry = &entries[slots[slot] - 1];

		if (entry->word != cell->word || entry->kind != cell->kind)
			continue;
		if (cell->kind != CELL_TEXT || field->is_wide ||
			(entry->length == cell->length && (cell->length == 0 ||
			 memcmp((char *) field_region(sketch, field, FIELD_TEXTS) + entry->text,
					cell->text, cell->length) == 0)))
			return slots[slot];
	}
	return 0;
}

/* stage.c: rows on their way into blocks */
extern void begin_staged_row(SketchWriter *writer, bool is_best, uint32 count);
extern void end_staged_row(SketchWriter *writer);
extern void abandon_staged_row(SketchWriter *writer);
extern void stage_cell(SketchWriter *writer, int f, const Cell *cell);
extern void stage_raw(SketchWriter *writer, int f, uint64 word, uint8 kind);
extern void begin_staged_list(SketchWriter *writer, int f);
extern void end_staged_list(SketchWriter *writer, int f);
extern void fill_missing(SketchWriter *writer, int f, uint32 rows);
extern void flush_staged(SketchWriter *writer);
extern void flush_rows(SketchWriter *writer);
extern void make_wide(SketchWriter *writer, int f);
extern void make_list(SketchWriter *writer, int f);

/* batch.c: rows as they came, on their way to being staged */
extern void stage_batch(SketchWriter *writer);

/* options.c */
extern void parse_options(SketchWriter *writer, const Jsonb *options);
extern bool option_ignores(const Jsonb *options, const char *name, int length);
extern ReadAs option_as(const Jsonb *options, const char *name, int length);
extern List *option_placeholders(const Jsonb *options);
extern bool same_options(const Sketch *a, const Sketch *b);
extern const Jsonb *sketch_options(const Sketch *sketch);
extern int	sketch_rows;		/* the setting icp_portrait.sketch_rows */
extern void define_sketch_settings(void);

/*
 * thin.c: fewer rows than came.  A row's content decides whether it is kept, so
 * that the same rows are whatever the order in which they came.
 */
extern void thin_rows(SketchWriter *writer);
extern void thin_if_needed(SketchWriter *writer);
extern void level_rows(SketchWriter *writer, const Sketch *other);
extern uint64 staged_list_hash(const Sketch *sketch, int f);
extern uint64 *row_hashes(const Sketch *sketch, const Block *block, uint32 nblocks, int64 nrows);

/* A row's hash is mixed from the sum of its known cells' ones. */
static inline uint64
cell_hash(const Field *field, uint64 word, uint8 kind)
{
	return mix64(word + mix64(field->hash + kind));
}

static inline uint64
row_hash(uint64 sum, bool is_best)
{
	return mix64(sum + is_best);
}

/* Is a row with this hash among one of 2^level? */
static inline bool
is_sampled(uint64 hash, int level)
{
	return level == 0 || hash >> (64 - level) == 0;
}

/* merge.c */
extern void merge_sketch(SketchWriter *writer, const Sketch *other);

/* How the rows of a block are to be staged again: what becomes of a field. */
typedef struct FieldMap
{
	int			to;				/* the field here, or FIELD_IGNORED */
	bool		from_list;		/* as the block has it */
	bool		from_wide;
	const uint32 *codes;		/* by the block's codes: those here; or NULL */
	const Entry *entries;		/* of the block's codes, where the field is wide here only */
} FieldMap;

extern void stage_block(SketchWriter *writer, const Block *block, const FieldMap *maps,
						const uint32 *row_counts);

/* ---- the form at rest ---- */

#define SKETCH_BYTE_ORDER 0x01020304

/*
 * The options' JSON, fields and blocks follow, each at a multiple of eight bytes,
 * so that nothing but numbers and text has to be believed.  A field is a PackedField, its name, entries, their counts and texts.
 */
typedef struct PackedSketch
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;
	uint8		is_working;		/* 0 */
	uint8		best_level;
	uint8		rest_level;
	uint32		byte_order;		/* SKETCH_BYTE_ORDER */
	uint32		options_size;
	uint32		nfields;
	uint32		nblocks;
	uint32		row_cap;
	uint32		unused;			/* 0 */
	int64		all_best;
	int64		all_rest;
	int64		unknown;
	int64		kept_best;
	int64		kept_rest;
} PackedSketch;

typedef struct PackedField
{
	uint8		type;
	uint8		as;
	uint8		is_list;
	uint8		is_wide;
	uint32		name_length;
	uint32		nentries;
	uint32		texts_size;
	int64		best_items;
	int64		rest_items;
} PackedField;

/* pack.c: between the two forms */
extern PackedSketch *pack_sketch(const Sketch *sketch);
extern Sketch *unpack_sketch(PackedSketch *packed);
extern Sketch *unpack_front(PackedSketch *packed, const Block **blocks);
extern PackedSketch *packed_from_datum(Datum datum);
extern Sketch *working_sketch(Datum datum);
pg_noreturn extern void damaged_sketch(void);
extern void open_state(SketchWriter *writer, Datum datum);

/* check_packed.c: is it one?  Deep: its rows too */
extern bool is_good_sketch(const PackedSketch *packed, bool deep);

#endif							/* ICP_SKETCH_H */

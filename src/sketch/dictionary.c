/*
 * dictionary.c
 *		The values of a field: a table of entries found by a hash table.
 *
 * The dictionary of a wide field holds texts only, and not all: as many are
 * noted as there is room for, each with how often it was seen, and when there
 * is none left the rarest go (Misra and Gries 1982), separately by side.  So a
 * text that more than one in MAX_TEXTS best rows have, or as many of all rows, is
 * never lost; sketches can be merged and that remains true (Agarwal et al. 2013).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "sketch/sketch.h"

/* Texts that are noted before the rarest go; MAX_TEXTS of each side may stay. */
#define NOTED_TEXTS (4 * MAX_TEXTS)

#define FIRST_SLOT_BITS 3
#define SPARSE_SLOT_BITS 13

void
init_dictionary(SketchWriter *writer, int f)
{
	need_field_region(writer, f, FIELD_SLOTS, sizeof(uint16) << FIRST_SLOT_BITS);
	sketch_fields(writer->sketch)[f].slot_bits = FIRST_SLOT_BITS;
}

Cell
entry_cell(const Sketch *sketch, const Field *field, uint32 i)
{
	const Entry *entry = (Entry *) field_region(sketch, field, FIELD_ENTRIES) + i;

	return (Cell) {
		.kind = (CellKind) entry->kind,
		.word = entry->word,
		.text = entry->kind == CELL_TEXT ?
			(char *) field_region(sketch, field, FIELD_TEXTS) + entry->text : NULL,
		.length = entry->length
	};
}

static void
enter_slot(const Sketch *sketch, const Field *field, uint32 i)
{
	const Entry *entry = (Entry *) field_region(sketch, field, FIELD_ENTRIES) + i;
	uint16	   *slots = field_region(sketch, field, FIELD_SLOTS);
	uint32		mask = (1 << field->slot_bits) - 1;
	uint32		slot = first_slot(entry->word, entry->kind, field->slot_bits);

	while (slots[slot] != 0)
		slot = (slot + 1) & mask;
	slots[slot] = i + 1;
}

static void
enter_slots(const Sketch *sketch, const Field *field)
{
	memset(field_region(sketch, field, FIELD_SLOTS), 0, sizeof(uint16) << field->slot_bits);
	for (uint32 i = 0; i < field->nentries; i++)
		enter_slot(sketch, field, i);
}

/*
 * A small hash table is nearly empty, so that most values are found at once: what
 * a probe costs is the branch that the processor did not foresee.  A large one is
 * at most half full.
 */
static bool
needs_slots(const Field *field)
{
	uint32		sparse = field->slot_bits < SPARSE_SLOT_BITS ? 8 : 2;

	return sparse * (field->nentries + 1) > (UINT32_C(1) << field->slot_bits);
}

static void
enlarge_slots(SketchWriter *writer, int f)
{
	uint32		bits = sketch_fields(writer->sketch)[f].slot_bits + 2;
	Field	   *field;

	need_field_region(writer, f, FIELD_SLOTS, sizeof(uint16) << bits);
	field = &sketch_fields(writer->sketch)[f];
	field->slot_bits = bits;
	enter_slots(writer->sketch, field);
}

/* Would one more value be too many for rows to be kept as its codes? */
bool
dictionary_is_full(const Field *field, const Cell *cell)
{
	return field->nentries >= MAX_ENTRIES ||
		(cell_is_text(cell->kind) && field->ntexts >= MAX_TEXTS);
}

/* The code of a cell that is not there yet. */
uint32
add_code(SketchWriter *writer, int f, const Cell *cell)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];
	uint32		i = field->nentries;
	Entry	   *entry;

	if (needs_slots(field))
		enlarge_slots(writer, f);
	need_field_region(writer, f, FIELD_ENTRIES, sizeof(Entry) * (i + 1));
	need_field_region(writer, f, FIELD_COUNTS, sizeof(EntryCount) * (i + 1));
	if (cell->kind == CELL_TEXT)
		need_field_region(writer, f, FIELD_TEXTS,
						  sketch_fields(writer->sketch)[f].texts_used + cell->length);
	field = &sketch_fields(writer->sketch)[f];
	entry = (Entry *) field_region(writer->sketch, field, FIELD_ENTRIES) + i;
	*entry = (Entry) {.word = cell->word, .kind = cell->kind};
	if (cell->kind == CELL_TEXT)
	{
		entry->text = field->texts_used;
		entry->length = cell->length;
		memcpy((char *) field_region(writer->sketch, field, FIELD_TEXTS) + entry->text,
			   cell->text, cell->length);
		field->texts_used += cell->length;
	}
	((EntryCount *) field_region(writer->sketch, field, FIELD_COUNTS))[i] = (EntryCount) {0, 0};
	field->nentries++;
	field->ntexts += cell_is_text(cell->kind);
	enter_slot(writer->sketch, field, i);
	return i + 1;
}

/* ---- wide fields ---- */

/* Leaves the entries that are to be kept, and their texts; codes change. */
void
drop_entries(SketchWriter *writer, int f, const bool *keep)
{
	Sketch	   *sketch = writer->sketch;
	Field	   *field = &sketch_fields(sketch)[f];
	Entry	   *entries = field_region(sketch, field, FIELD_ENTRIES);
	EntryCount *counts = field_region(sketch, field, FIELD_COUNTS);
	char	   *texts = field_region(sketch, field, FIELD_TEXTS);
	uint32		n = 0;
	uint32		used = 0;

	/* texts stand in the order of their entries */
	for (uint32 i = 0; i < field->nentries; i++)
	{
		if (!keep[i])
			continue;
		entries[n] = entries[i];
		counts[n] = counts[i];
		if (entries[n].kind == CELL_TEXT)
		{
			memmove(texts + used, texts + entries[n].text, entries[n].length);
			entries[n].text = used;
			used += entries[n].length;
		}
		n++;
	}
	field->nentries = n;
	field->texts_used = used;
	field->ntexts = 0;
	for (uint32 i = 0; i < n; i++)
		field->ntexts += cell_is_text(entries[i].kind);
	enter_slots(sketch, field);
}

/* Of a field that has become wide, rows hold all but the longer texts themselves. */
void
keep_texts_only(SketchWriter *writer, int f)
{
	const Field *field = &sketch_fields(writer->sketch)[f];
	const Entry *entries = field_region(writer->sketch, field, FIELD_ENTRIES);
	bool	   *keep = palloc(Max(field->nentries, 1));

	for (uint32 i = 0; i < field->nentries; i++)
		keep[i] = entries[i].kind == CELL_TEXT;
	drop_entries(writer, f, keep);
	pfree(keep);
}

static int
compare_counts(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x < y) - (x > y);	/* largest first */
}

/* The count that is too small to be among the MAX_TEXTS largest. */
static int64
rare_count(int64 *counts, uint32 n)
{
	qsort(counts, n, sizeof(int64), compare_counts);
	return n > MAX_TEXTS ? counts[MAX_TEXTS] : 0;
}

/* Takes as much off every count as leaves MAX_TEXTS of a side, or fewer. */
static void
drop_rare_texts(SketchWriter *writer, int f)
{
	const Field *field = &sketch_fields(writer->sketch)[f];
	EntryCount *counts = field_region(writer->sketch, field, FIELD_COUNTS);
	uint32		n = field->nentries;
	int64	   *side = palloc(sizeof(int64) * n);
	bool	   *keep = palloc(n);
	int64		best;
	int64		all;

	for (uint32 i = 0; i < n; i++)
		side[i] = counts[i].best;
	best = rare_count(side, n);
	for (uint32 i = 0; i < n; i++)
		side[i] = counts[i].rest;
	all = rare_count(side, n);
	for (uint32 i = 0; i < n; i++)
	{
		counts[i].best = Max(counts[i].best - best, 0);
		counts[i].rest = Max(counts[i].rest - all, 0);
		keep[i] = counts[i].best > 0 || counts[i].rest > 0;
	}
	drop_entries(writer, f, keep);
	pfree(side);
	pfree(keep);
}

/* A text of a wide field was seen so often. */
void
note_text(SketchWriter *writer, int f, const Cell *cell, EntryCount count)
{
	Field	   *field = &sketch_fields(writer->sketch)[f];
	uint32		code = find_code(writer->sketch, field, cell);
	EntryCount *counts;

	if (code == 0)
	{
		if (field->nentries >= NOTED_TEXTS)
			drop_rare_texts(writer, f);
		code = add_code(writer, f, cell);
		field = &sketch_fields(writer->sketch)[f];
	}
	counts = field_region(writer->sketch, field, FIELD_COUNTS);
	counts[code - 1].best += count.best;
	counts[code - 1].rest += count.rest;
}

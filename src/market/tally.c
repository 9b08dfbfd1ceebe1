/*
 * tally.c
 *		Counts by text, in a flat state.
 */
#include "postgres.h"

#include "common/aggregate.h"
#include "common/compat.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "market/tally.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* Without slots. */
#define FEW_TEXTS 8
#define FIRST_SLOTS 16

typedef struct Slot
{
	uint32		hash;
	uint32		at;				/* offset of the entry; 0 if there is none */
} Slot;

void
invalid_tally(const TallyKind *kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("invalid state of %s", kind->aggregate)));
}

/* ---- parts ---- */

static inline Size
slots_at(const TallyKind *kind)
{
	return MAXALIGN(sizeof(Tally)) + MAXALIGN(kind->own);
}

static inline Slot *
slots_of(const TallyKind *kind, const Tally *tally)
{
	return (Slot *) ((char *) tally + slots_at(kind));
}

static inline Size
entries_at(const TallyKind *kind, const Tally *tally)
{
	return slots_at(kind) + sizeof(Slot) * (Size) tally->nslots;
}

static inline Size
entry_size(Size length)
{
	return MAXALIGN(offsetof(TallyEntry, text) + length);
}

/* An entry that begins there and ends within. */
static inline TallyEntry *
entry_at(const TallyKind *kind, const Tally *tally, Size at)
{
	TallyEntry *entry = (TallyEntry *) ((char *) tally + at);

	if (at < entries_at(kind, tally) || at != MAXALIGN(at) || at > tally->used ||
		tally->used - at < offsetof(TallyEntry, text) ||
		tally->used - at - offsetof(TallyEntry, text) < entry->length ||
		tally->used - at < entry_size(entry->length))
		invalid_tally(kind);
	return entry;
}

const TallyEntry *
next_entry(const TallyKind *kind, const Tally *tally, const TallyEntry *entry)
{
	Size		at = entries_at(kind, tally);

	if (entry != NULL)
		at = (Size) ((const char *) entry - (const char *) tally) + entry_size(entry->length);
	return at == tally->used ? NULL : entry_at(kind, tally, at);
}

/* ---- whole tallies ---- */

static Tally *
make_tally(const TallyKind *kind, Size nslots, Size room)
{
	Size		size = slots_at(kind) + sizeof(Slot) * nslots + room;
	Tally	   *tally;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s cannot hold more than 1 GB of %s", kind->aggregate, kind->texts)));
	tally = palloc0(size);
	SET_VARSIZE(tally, size);
	tally->magic = kind->magic;
	tally->nslots = (uint32) nslots;
	tally->used = (uint32) (size - room);
	return tally;
}

Tally *
new_tally(const TallyKind *kind)
{
	return make_tally(kind, 0, kind->first_room);
}

Tally *
open_tally(const TallyKind *kind, Datum datum)
{
	Tally	   *tally = (Tally *) aligned_state(datum);

	if (VARSIZE(tally) < slots_at(kind) || tally->magic != kind->magic ||
		(tally->nslots & (tally->nslots - 1)) != 0 ||
		(VARSIZE(tally) - slots_at(kind)) / sizeof(Slot) < tally->nslots ||
		tally->used < entries_at(kind, tally) || tally->used > VARSIZE(tally) || tally->used != MAXALIGN(tally->used))
		invalid_tally(kind);
	return tally;
}

int64
count_sum(const TallyKind *kind, int64 a, int64 b)
{
	int64		sum;

	if (a < 0 || b < 0 || pg_add_s64_overflow(a, b, &sum))
		invalid_tally(kind);
	return sum;
}

/* ---- finding and growing ---- */

static inline bool
is_of(const TallyEntry *entry, const char *text, uint32 length)
{
	return entry->length == length && memcmp(entry->text, text, length) == 0;
}

static uint32
hash_of(const char *text, uint32 length)
{
	return hash_bytes((const unsigned char *) text, (int) length);
}

/* The slot of that text, or the one where it belongs. */
static Slot *
find_slot(const TallyKind *kind, const Tally *tally, uint32 hash, const char *text, uint32 length)
{
	Slot	   *slots = slots_of(kind, tally);
	uint32		at = hash & (tally->nslots - 1);

	for (uint32 tried = 0; tried < tally->nslots; tried++)
	{
		Slot	   *slot = &slots[at];

		if (slot->at == 0 || (slot->hash == hash && is_of(entry_at(kind, tally, slot->at), text, length)))
			return slot;
		at = (at + 1) & (tally->nslots - 1);
	}
	/* never full, unless somebody made it so */
	invalid_tally(kind);
}

static TallyEntry *
find_entry(const TallyKind *kind, const Tally *tally, const char *text, uint32 length)
{
	const TallyEntry *entry = NULL;
	const Slot *slot;

	if (tally->nslots == 0)
	{
		while ((entry = next_entry(kind, tally, entry)) != NULL && !is_of(entry, text, length))
			;
		return unconstify(TallyEntry *, entry);
	}
	slot = find_slot(kind, tally, hash_of(text, length), text, length);
	return slot->at == 0 ? NULL : entry_at(kind, tally, slot->at);
}

/* That entry is new, and within. */
static void
link_entry(const TallyKind *kind, Tally *tally, const TallyEntry *entry)
{
	uint32		hash = hash_of(entry->text, entry->length);
	Slot	   *slot = find_slot(kind, tally, hash, entry->text, entry->length);

	if (slot->at != 0)
		invalid_tally(kind);
	*slot = (Slot) {.hash = hash, .at = (uint32) ((const char *) entry - (const char *) tally)};
}

static inline int64
most_texts(const Tally *tally)
{
	return tally->nslots == 0 ? FEW_TEXTS : (int64) tally->nslots / 4 * 3;
}

/* A larger one with room for an entry of that size. */
static Tally *
with_room(const TallyKind *kind, const Tally *tally, Size needed)
{
	Size		filled = tally->used - entries_at(kind, tally);
	Size		room = VARSIZE(tally) - entries_at(kind, tally);
	Size		nslots = tally->nslots;
	Tally	   *larger;
	Size		at;

	if (tally->n >= most_texts(tally))
		nslots = nslots == 0 ? FIRST_SLOTS : nslots * 2;
	if (room - filled < needed)
	{
		Size		most = MaxAllocSize - slots_at(kind) - sizeof(Slot) * nslots;

		room = filled + needed;
		if (room < most)
			room = Min(filled + Max(filled, needed), most);
	}
	larger = make_tally(kind, nslots, room);
	at = larger->used;
	memcpy(own_part(larger), own_part_of(tally), kind->own);
	memcpy((char *) larger + at, (const char *) tally + entries_at(kind, tally), filled);
	larger->used += (uint32) filled;
	for (const TallyEntry *entry = NULL; (entry = next_entry(kind, larger, entry)) != NULL;)
	{
		CHECK_FOR_INTERRUPTS();
		larger->n++;
		if (nslots > 0)
			link_entry(kind, larger, entry);
	}
	return larger;
}

Tally *
tally_text(const TallyKind *kind, Tally *tally, const char *text, uint32 length, const int64 *counts)
{
	TallyEntry *entry = find_entry(kind, tally, text, length);

	if (entry == NULL)
	{
		if (tally->n >= most_texts(tally) || VARSIZE(tally) - tally->used < entry_size(length))
			tally = with_room(kind, tally, entry_size(length));
		entry = (TallyEntry *) ((char *) tally + tally->used);
		memset(entry, 0, entry_size(length));
		entry->length = length;
		memcpy(entry->text, text, length);
		tally->used += (uint32) entry_size(length);
		tally->n++;
		if (tally->nslots > 0)
			link_entry(kind, tally, entry);
	}
	for (int i = 0; i < 2; i++)
		entry->counts[i] = count_sum(kind, entry->counts[i], counts[i]);
	return tally;
}

/* Texts and their counts; what is the aggregate's own, it adds itself. */
Tally *
add_texts(const TallyKind *kind, Tally *tally, const Tally *other)
{
	Tally	   *given = tally;

	for (const TallyEntry *entry = NULL; (entry = next_entry(kind, other, entry)) != NULL;)
	{
		Tally	   *before = tally;

		CHECK_FOR_INTERRUPTS();
		tally = tally_text(kind, tally, entry->text, entry->length, entry->counts);
		if (tally != before && before != given)
			pfree(before);
	}
	return tally;
}

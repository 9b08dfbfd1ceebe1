/*
 * tally.h
 *		A flat state of an aggregate that counts by text: two counts for each
 *		that occurred, and in front of them whatever else the aggregate keeps.
 *
 * A few texts are looked through, more are found by a hash table of offsets; all
 * of it grows by doubling.
 * Anybody can make an aggregate of our functions and begin it with any bytes:
 * no offset, length or count in a tally is believed.
 */
#ifndef ICP_TALLY_H
#define ICP_TALLY_H

#include "postgres.h"

#include "fmgr.h"

typedef struct TallyKind
{
	const char *aggregate;		/* for errors */
	const char *texts;			/* what the texts are */
	uint32		magic;
	uint32		own;			/* bytes that are the aggregate's */
	uint32		first_room;		/* bytes for texts in a new state */
} TallyKind;

typedef struct Tally
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint32		magic;
	uint32		nslots;			/* a power of two, or 0 */
	uint32		used;			/* bytes of all */
	int64		n;				/* texts */
} Tally;

typedef struct TallyEntry
{
	int64		counts[2];
	uint32		length;
	char		text[FLEXIBLE_ARRAY_MEMBER];
} TallyEntry;

pg_noreturn extern void invalid_tally(const TallyKind *kind);

/* In the current memory context; the executor copies it to where it keeps it. */
extern Tally *new_tally(const TallyKind *kind);
extern Tally *open_tally(const TallyKind *kind, Datum datum);

/* The same tally, or a larger one in the current context. */
extern Tally *tally_text(const TallyKind *kind, Tally *tally, const char *text, uint32 length, const int64 *counts);
extern Tally *add_texts(const TallyKind *kind, Tally *tally, const Tally *other);

/* The entry behind that one, or the first, for NULL; NULL at the end. */
extern const TallyEntry *next_entry(const TallyKind *kind, const Tally *tally, const TallyEntry *entry);

static inline void *
own_part(Tally *tally)
{
	return (char *) tally + MAXALIGN(sizeof(Tally));
}

static inline const void *
own_part_of(const Tally *tally)
{
	return (const char *) tally + MAXALIGN(sizeof(Tally));
}

/* Of counts, or an error. */
extern int64 count_sum(const TallyKind *kind, int64 a, int64 b);

/*
 * Shares from 0 to 1 are summed up as whole numbers, so that the sum does not
 * depend on their order.
 */
#define WHOLE_SHARE (INT64CONST(1) << 52)

static inline int64
share_units(double share)
{
	return (int64) (share * (double) WHOLE_SHARE + 0.5);
}

#endif							/* ICP_TALLY_H */

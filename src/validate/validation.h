/*
 * validation.h
 *		The icp_validation type: a mergeable summary of (score, outcome) pairs.
 *
 * A validation holds cells: distinct scores, each with its rows by outcome.  It
 * is exact up to MAX_CELLS distinct scores.  Beyond that, scores are made
 * coarse: of a score's key (below) the last bits are given up, as few of them as
 * it takes, and scores that are no longer told apart share a cell.  What is given
 * up depends on the set of scores alone, never on the order in which they came or
 * on how they were split and merged, since a set that is too large at one level
 * is so with more scores, too, and since making coarse in two steps is the same
 * as in one.  Cells of equal frequency could not promise that.
 *
 * It has two forms.  At rest, cells ascend and nothing else is there; such bytes
 * are checked whenever they are read.  At work, as the state of an aggregate, it
 * is changed in place and grown by moving to an allocation of twice the size:
 *
 *	|Validation|cells in the order in which they came ... ->	free	|slots|
 *
 * The slots are a hash table of cells, which a small validation does without.
 * Only this library makes the form at work: it is believed.
 */
#ifndef ICP_VALIDATION_H
#define ICP_VALIDATION_H

#include "postgres.h"

#include "common/compat.h"
#include "fmgr.h"
#include "stats/stats.h"

#define VALIDATION_VERSION 1
#define VALIDATION_BYTE_ORDER 0x01020304
#define MAX_CELLS 16384

/* At this level no more than MAX_CELLS scores can be told apart. */
#define MAX_COARSE_LEVEL 51

/* So many rows can be counted in a double. */
#define MAX_VALIDATION_ROWS (INT64CONST(1) << 53)

/* Of positive infinity; keys beyond it, or below its negative, are none. */
#define MAX_SCORE_KEY INT64CONST(0x7FF0000000000000)

typedef struct ScoreCell
{
	int64		key;			/* of its one score, or coarse if it is mixed */
	int64		events;			/* rows whose outcome is true */
	uint64		others:63;
	uint64		is_mixed:1;		/* more than one score */
} ScoreCell;

typedef struct Validation
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* VALIDATION_VERSION */
	uint8		is_working;
	uint8		level;			/* bits that keys have lost; 0: exact */
	uint8		slot_bits;		/* of the form at work: 2^bits slots, or 0 */
	uint32		byte_order;		/* VALIDATION_BYTE_ORDER */
	uint32		ncells;
	int64		rows;			/* of all cells */
	int64		missing;		/* rows without a score, an outcome or both */
	ScoreCell	cells[FLEXIBLE_ARRAY_MEMBER];
} Validation;

/* ---- scores and keys ---- */

/* Numbers in the order of scores: the bits of a double, -0 like 0.  Not of NaN. */
static inline int64
score_key(float8 score)
{
	int64		bits;

	memcpy(&bits, &score, sizeof(bits));
	return bits >= 0 ? bits : -(bits & PG_INT64_MAX);
}

static inline float8
key_score(int64 key)
{
	int64		bits = key < 0 ? -key : key;
	float8		score;

	memcpy(&score, &bits, sizeof(score));
	return key < 0 ? -score : score;
}

/* The bits that are lost at that level. */
static inline int64
lost_bits(int level)
{
	return (INT64CONST(1) << level) - 1;
}

/*
 * Scores with the same coarse key share a cell.  A key whose bits that are lost
 * are 0 stays what it is, since round numbers often stand for many rows; all
 * others between two such keys become the one in the middle.
 */
static inline int64
coarse_key(int64 key, int level)
{
	int64		lost = lost_bits(level);

	if ((key & lost) == 0)
		return key;
	return (key & ~lost) | (INT64CONST(1) << (level - 1));
}

/* The least and the greatest score that the cell can stand for. */
static inline float8
cell_low(const ScoreCell *cell, int level)
{
	return key_score(cell->is_mixed ? (cell->key & ~lost_bits(level)) + 1 : cell->key);
}

static inline float8
cell_high(const ScoreCell *cell, int level)
{
	return key_score(cell->is_mixed ? cell->key | lost_bits(level) : cell->key);
}

/* ---- the form at work: validation_state.c ---- */

extern Validation *new_validation(void);
extern Validation *open_validation(Datum datum);
extern Validation *count_cell(Validation *v, const ScoreCell *cell);
extern void make_coarse(Validation *v, int level);
extern void sort_cells(ScoreCell *cells, uint32 ncells);
pg_noreturn extern void too_many_rows(void);

/* ---- the form at rest: validation_io.c ---- */

extern Validation *pack_validation(const Validation *v);
extern Validation *validation_at_rest(Datum datum);

/* Is a detoasted value at work? */
static inline bool
is_validation_at_work(const Validation *v)
{
	return VARSIZE(v) >= sizeof(Validation) && v->is_working == 1 &&
		v->version == VALIDATION_VERSION;
}

#endif							/* ICP_VALIDATION_H */

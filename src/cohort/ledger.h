/*
 * ledger.h
 *		The icp_ledger type: one customer's money by period.
 *
 * At rest it is a front of bytes and then numbers (numbers.h), column by column:
 * as short as can be, and checked whenever it is read.  At work, as the state of
 * an aggregate, it is the struct below, changed in place, and grown by moving to
 * an allocation of twice the size.  Only this library makes the form at work: it
 * is believed.
 *
 * Entries ascend, one for each period in which there was money.
 */
#ifndef ICP_LEDGER_H
#define ICP_LEDGER_H

#include "postgres.h"

#include "cohort/money.h"
#include "cohort/period.h"
#include "common/compat.h"
#include "fmgr.h"

#define LEDGER_VERSION 1

/* Of this version, where the one of a ledger at rest is. */
#define LEDGER_AT_WORK 0xFF

#define MAX_LEDGER_ENTRIES 1000000

/* So many rows can be counted in a double. */
#define MAX_COUNT (INT64CONST(1) << 53)

typedef struct LedgerEntry
{
	int64		period;
	int64		gross;			/* charges, >= 0; money in units of the ledger's scale */
	int64		refund;			/* >= 0 */
	int64		cost;
} LedgerEntry;

typedef struct Ledger
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* LEDGER_AT_WORK */
	uint8		grain;			/* Period, but no quarters */
	uint8		scale;
	char		currency[CURRENCY_SIZE];	/* zeros where it was never told */
	int64		undated;		/* rows without a time */
	uint32		nentries;
	LedgerEntry entries[FLEXIBLE_ARRAY_MEMBER];
} Ledger;

/* ledger_state.c: the form at work */
extern Ledger *new_ledger(Period grain);
extern Ledger *ledger_with_capacity(const Ledger *ledger, uint32 nentries);
extern Ledger *open_ledger(Datum datum);
extern void rescale_ledger(Ledger *ledger, int scale);
extern Ledger *post(Ledger *ledger, const LedgerEntry *entry);
extern Ledger *merge_ledger(Ledger *ledger, const Ledger *other);

/* ledger_io.c: the form at rest */
extern struct varlena *pack_ledger(const Ledger *ledger);
extern Ledger *read_ledger(Datum datum);	/* of either form, to be read only */

#endif							/* ICP_LEDGER_H */

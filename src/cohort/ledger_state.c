/*
 * ledger_state.c
 *		A ledger at work: entries are found and added.
 */
#include "postgres.h"

#include "cohort/ledger.h"
#include "miscadmin.h"

/* Sizes are powers of two, as the allocator's are. */
#define FIRST_SIZE ((Size) 256)

static inline uint32
capacity(const Ledger *ledger)
{
	return (VARSIZE(ledger) - offsetof(Ledger, entries)) / sizeof(LedgerEntry);
}

/* In the current memory context; the executor copies it to where it keeps it. */
static Ledger *
allocate(uint32 nentries)
{
	Size		size = FIRST_SIZE;
	Ledger	   *ledger;

	while (size < offsetof(Ledger, entries) + sizeof(LedgerEntry) * nentries)
		size *= 2;
	ledger = palloc0(size);
	SET_VARSIZE(ledger, size);
	ledger->version = LEDGER_AT_WORK;
	return ledger;
}

Ledger *
new_ledger(Period grain)
{
	Ledger	   *ledger = allocate(0);

	ledger->grain = grain;
	return ledger;
}

Ledger *
ledger_with_capacity(const Ledger *ledger, uint32 nentries)
{
	Ledger	   *larger = allocate(nentries);
	Size		size = VARSIZE(larger);

	memcpy(larger, ledger, offsetof(Ledger, entries) + sizeof(LedgerEntry) * ledger->nentries);
	SET_VARSIZE(larger, size);
	return larger;
}

static void
rescale_amount(int64 *units, int64 power)
{
	if (__builtin_mul_overflow(*units, power, units))
		money_out_of_range("a ledger's amount");
}

/* To a finer scale. */
void
rescale_ledger(Ledger *ledger, int scale)
{
	int64		power;

	if (scale <= ledger->scale)
		return;
	power = money_powers[scale - ledger->scale];
	for (uint32 i = 0; i < ledger->nentries; i++)
	{
		rescale_amount(&ledger->entries[i].gross, power);
		rescale_amount(&ledger->entries[i].refund, power);
		rescale_amount(&ledger->entries[i].cost, power);
	}
	ledger->scale = scale;
}

/* Where the period's entry is, or would be; most rows come in the order of time. */
static uint32
find_entry(const Ledger *ledger, int64 period)
{
	uint32		low = 0;
	uint32		high = ledger->nentries;

	if (high == 0 || ledger->entries[high - 1].period < period)
		return high;
	if (ledger->entries[high - 1].period == period)
		return high - 1;
	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (ledger->entries[middle].period < period)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static Ledger *
insert_entry(Ledger *ledger, uint32 at, const LedgerEntry *entry)
{
	if (ledger->nentries >= MAX_LEDGER_ENTRIES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an icp_ledger cannot have more than %d periods", MAX_LEDGER_ENTRIES)));
	if (ledger->nentries == capacity(ledger))
	{
		CHECK_FOR_INTERRUPTS();
		ledger = ledger_with_capacity(ledger, ledger->nentries + 1);
	}
	/* rows by day that come in a bad order */
	if (ledger->nentries - at > 1024)
		CHECK_FOR_INTERRUPTS();
	memmove(&ledger->entries[at + 1], &ledger->entries[at],
			sizeof(LedgerEntry) * (ledger->nentries - at));
	ledger->entries[at] = *entry;
	ledger->nentries++;
	return ledger;
}

/*
 * Adds money to a period.  The result may be another allocation; the given one
 * is the executor's to free.
 */
Ledger *
post(Ledger *ledger, const LedgerEntry *entry)
{
	uint32		i = find_entry(ledger, entry->period);
	LedgerEntry *to;

	if (i == ledger->nentries || ledger->entries[i].period != entry->period)
		return insert_entry(ledger, i, entry);
	to = &ledger->entries[i];
	to->gross = money_sum(to->gross, entry->gross, "a ledger's amount");
	to->refund = money_sum(to->refund, entry->refund, "a ledger's amount");
	to->cost = money_sum(to->cost, entry->cost, "a ledger's cost");
	return ledger;
}

/* The rows of another ledger of the same grain. */
Ledger *
merge_ledger(Ledger *given, const Ledger *other)
{
	Ledger	   *ledger = given;

	if (ledger->grain != other->grain)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ledgers by %s and by %s cannot be added", period_names[Min(ledger->grain, other->grain)],
						period_names[Max(ledger->grain, other->grain)]),
				 errhint("Make all of them with the same option \"by\".")));
	meet_currency(ledger->currency, other->currency);
	if (ledger->undated > MAX_COUNT - other->undated)
		money_out_of_range("a ledger's number of rows");
	ledger->undated += other->undated;
	rescale_ledger(ledger, other->scale);
	for (uint32 i = 0; i < other->nentries; i++)
	{
		int64		power = money_powers[ledger->scale - other->scale];
		LedgerEntry entry = other->entries[i];
		Ledger	   *now;

		rescale_amount(&entry.gross, power);
		rescale_amount(&entry.refund, power);
		rescale_amount(&entry.cost, power);
		now = post(ledger, &entry);
		if (now != ledger && ledger != given)
			pfree(ledger);
		ledger = now;
	}
	return ledger;
}

/*
 * The state of an aggregate, to be changed in place.  Who makes an aggregate of
 * these functions can give it any ledger to begin with.
 */
Ledger *
open_ledger(Datum datum)
{
	Ledger	   *ledger = (Ledger *) DatumGetPointer(datum);

	if (likely(!VARATT_IS_EXTENDED(ledger) && VARSIZE(ledger) >= FIRST_SIZE &&
			   ledger->version == LEDGER_AT_WORK))
		return ledger;
	return read_ledger(datum);
}

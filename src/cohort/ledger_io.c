/*
 * ledger_io.c
 *		The SQL type icp_ledger, and its form at rest.
 */
#include "postgres.h"

#include "cohort/ledger.h"
#include "cohort/numbers.h"
#include "common/text.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_ledger_in);
PG_FUNCTION_INFO_V1(icp_ledger_out);
PG_FUNCTION_INFO_V1(icp_ledger_recv);
PG_FUNCTION_INFO_V1(icp_ledger_send);

/* ---- the form at rest ---- */

/* What stands before the numbers. */
typedef struct PackedLedger
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* LEDGER_VERSION */
	uint8		grain;
	uint8		scale;
	char		currency[CURRENCY_SIZE - 1];	/* zeros behind it */
	char		numbers[FLEXIBLE_ARRAY_MEMBER];
} PackedLedger;

/* Dates of PostgreSQL are less than so many days from 2000. */
#define MAX_PERIOD INT64CONST(2147483000)

/* Places that all amounts have in vain. */
static int
idle_scale(const Ledger *ledger)
{
	int			idle = ledger->scale;

	for (uint32 i = 0; i < ledger->nentries && idle > 0; i++)
	{
		const LedgerEntry *entry = &ledger->entries[i];

		while (idle > 0 && (entry->gross % money_powers[idle] != 0 ||
							entry->refund % money_powers[idle] != 0 ||
							entry->cost % money_powers[idle] != 0))
			idle--;
	}
	return idle;
}

#define PUT_COLUMN(writer, ledger, expression) \
	for (uint32 i = 0; i < (ledger)->nentries; i++) \
		put_number(&(writer), expression)

/* Leaves what is at work as it is: windows go on with it. */
struct varlena *
pack_ledger(const Ledger *ledger)
{
	const LedgerEntry *entries = ledger->entries;
	int			idle = idle_scale(ledger);
	int64		power = money_powers[idle];
	NumberWriter writer;
	PackedLedger *packed;

	start_numbers(&writer, offsetof(PackedLedger, numbers), 32 + 12 * (Size) ledger->nentries);
	packed = (PackedLedger *) writer.bytes;
	packed->version = LEDGER_VERSION;
	packed->grain = ledger->grain;
	packed->scale = ledger->scale - idle;
	memcpy(packed->currency, ledger->currency, sizeof(packed->currency));
	put_number(&writer, ledger->nentries);
	put_number(&writer, ledger->undated);
	PUT_COLUMN(writer, ledger, i == 0 ? entries[i].period : entries[i].period - entries[i - 1].period - 1);
	PUT_COLUMN(writer, ledger, entries[i].gross / power);
	PUT_COLUMN(writer, ledger, entries[i].refund / power);
	PUT_COLUMN(writer, ledger, entries[i].cost / power);
	end_numbers(&writer);
	SET_VARSIZE(writer.bytes, writer.used);
	return (struct varlena *) writer.bytes;
}

static bool
is_good_front(const PackedLedger *packed, Size size)
{
	Size		length;

	if (size < offsetof(PackedLedger, numbers) || packed->version != LEDGER_VERSION ||
		packed->grain > PERIOD_MONTH || packed->scale > MAX_MONEY_SCALE)
		return false;
	length = strnlen(packed->currency, sizeof(packed->currency));
	for (Size i = length; i < sizeof(packed->currency); i++)
		if (packed->currency[i] != '\0')
			return false;
	return true;
}

static void
read_entries(NumberReader *reader, Ledger *ledger)
{
	LedgerEntry *entries = ledger->entries;

	for (uint32 i = 0; i < ledger->nentries; i++)
		entries[i].period = i == 0 ? get_number_between(reader, -MAX_PERIOD, MAX_PERIOD) :
			entries[i - 1].period + 1 + get_number_between(reader, 0, MAX_PERIOD - Min(entries[i - 1].period + 1, MAX_PERIOD));
	for (uint32 i = 0; i < ledger->nentries; i++)
		entries[i].gross = get_number_between(reader, 0, PG_INT64_MAX);
	for (uint32 i = 0; i < ledger->nentries; i++)
		entries[i].refund = get_number_between(reader, 0, PG_INT64_MAX);
	for (uint32 i = 0; i < ledger->nentries; i++)
		entries[i].cost = get_number_between(reader, PG_INT64_MIN, PG_INT64_MAX);
}

/* The one reader and validator of what is at rest: NULL if it is bad. */
static Ledger *
unpack_ledger(const struct varlena *datum)
{
	const PackedLedger *packed = (const PackedLedger *) datum;
	NumberReader reader;
	int64		nentries;
	Ledger	   *ledger;

	if (!is_good_front(packed, VARSIZE(packed)))
		return NULL;
	open_numbers(&reader, packed->numbers, VARSIZE(packed) - offsetof(PackedLedger, numbers));
	nentries = get_number_between(&reader, 0, MAX_LEDGER_ENTRIES);
	ledger = ledger_with_capacity(&(const Ledger) {.version = LEDGER_AT_WORK, .grain = packed->grain, .scale = packed->scale},
								  (uint32) nentries);
	memcpy(ledger->currency, packed->currency, sizeof(packed->currency));
	ledger->undated = get_number_between(&reader, 0, MAX_COUNT);
	ledger->nentries = (uint32) nentries;
	read_entries(&reader, ledger);
	if (!numbers_end_well(&reader))
		return NULL;
	if (nentries > 0 && (!is_good_period(ledger->grain, ledger->entries[0].period) ||
						 !is_good_period(ledger->grain, ledger->entries[nentries - 1].period)))
		return NULL;
	return ledger;
}

/* What comes from a table, or from another aggregate's worker. */
Ledger *
read_ledger(Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM(datum);
	Ledger	   *ledger = (Ledger *) value;

	if (VARSIZE(value) >= offsetof(Ledger, entries) && ledger->version == LEDGER_AT_WORK)
		return ledger;
	ledger = unpack_ledger(value);
	if (ledger == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the stored icp_ledger is damaged")));
	return ledger;
}

/* ---- SQL ---- */

static Datum
ledger_from_bytes(const char *bytes, Size length)
{
	PackedLedger *packed = palloc0(Max(VARHDRSZ + length, sizeof(PackedLedger)));

	SET_VARSIZE(packed, VARHDRSZ + length);
	memcpy(VARDATA(packed), bytes, length);
	if (length > 0 && packed->version != LEDGER_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("cannot read an icp_ledger of version %d", packed->version),
				 errdetail("This release reads version %d.", LEDGER_VERSION)));
	if (unpack_ledger((struct varlena *) packed) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid icp_ledger"),
				 errdetail("Its bytes are not those of a ledger."),
				 errhint("Make ledgers with the aggregate icp_ledger(), and store them as PostgreSQL prints or sends them.")));
	return PointerGetDatum(packed);
}

/* Ledgers are written as bytea is, in hexadecimal. */
Datum
icp_ledger_in(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));

	return ledger_from_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/* A value that was left at work, by an aggregate without its final function, comes out at rest. */
static struct varlena *
ledger_at_rest(Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM(datum);
	Ledger	   *ledger = read_ledger(PointerGetDatum(value));

	return (struct varlena *) ledger == value ? pack_ledger(ledger) : value;
}

Datum
icp_ledger_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(hex_text(ledger_at_rest(PG_GETARG_DATUM(0))));
}

Datum
icp_ledger_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;

	return ledger_from_bytes(pq_getmsgbytes(buf, length), length);
}

Datum
icp_ledger_send(PG_FUNCTION_ARGS)
{
	struct varlena *ledger = ledger_at_rest(PG_GETARG_DATUM(0));

	PG_RETURN_BYTEA_P(sent_bytes((struct varlena *) ledger));
}

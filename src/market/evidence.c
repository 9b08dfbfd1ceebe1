/*
 * evidence.c
 *		The aggregate icp_evidence: what interviews and other sources say of a
 *		hypothesis.
 *
 * Each source has one vote, however much it says.  The sources themselves are in
 * the state: nothing less tells how many there are.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/aggregate.h"
#include "funcapi.h"
#include "market/market.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_evidence_accum);
PG_FUNCTION_INFO_V1(icp_evidence_combine);
PG_FUNCTION_INFO_V1(icp_evidence_final);

#define INDEPENDENT_SOURCES 2

/* Statements, those against and those for: of a source, and of none. */
typedef struct Statements
{
	int64		counts[2];
} Statements;

enum
{
	EVIDENCE_VERDICT,
	EVIDENCE_SUPPORTS,
	EVIDENCE_REFUTES,
	EVIDENCE_SOURCES,
	EVIDENCE_SHARE,
	EVIDENCE_LOW,
	EVIDENCE_HIGH,
	EVIDENCE_COLUMNS
};

/* The first state takes 504 bytes, where palloc has 512. */
#define ROOM_FOR_SOURCES 456

static const TallyKind evidence_kind = {"icp_evidence", "sources", 0x49435045, sizeof(Statements), ROOM_FOR_SOURCES};

static void
add_statements(Statements *to, const int64 *counts)
{
	for (int i = 0; i < 2; i++)
		to->counts[i] = count_sum(&evidence_kind, to->counts[i], counts[i]);
}

Datum
icp_evidence_accum(PG_FUNCTION_ARGS)
{
	Tally	   *tally;
	text	   *source;
	int64		statement[2] = {0, 0};

	require_aggregate(fcinfo, "icp_evidence_accum", "icp_evidence");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	tally = PG_ARGISNULL(0) ? new_tally(&evidence_kind) : open_tally(&evidence_kind, PG_GETARG_DATUM(0));
	statement[PG_GETARG_BOOL(1) ? 1 : 0] = 1;
	add_statements(own_part(tally), statement);
	if (PG_ARGISNULL(2))
		PG_RETURN_POINTER(tally);
	source = PG_GETARG_TEXT_PP(2);
	PG_RETURN_POINTER(tally_text(&evidence_kind, tally, VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), statement));
}

Datum
icp_evidence_combine(PG_FUNCTION_ARGS)
{
	Tally	   *tally;
	Tally	   *other;

	require_aggregate(fcinfo, "icp_evidence_combine", "icp_evidence");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = open_tally(&evidence_kind, PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	tally = open_tally(&evidence_kind, PG_GETARG_DATUM(0));
	add_statements(own_part(tally), ((const Statements *) own_part_of(other))->counts);
	PG_RETURN_POINTER(add_texts(&evidence_kind, tally, other));
}

/* ---- what they say together ---- */

typedef struct Evidence
{
	int64		supports;
	int64		refutes;
	int64		sources;
	double		votes;			/* for it */
} Evidence;

static Evidence
weigh(const Tally *tally)
{
	const Statements *all = own_part_of(tally);
	Evidence	evidence = {.refutes = all->counts[0], .supports = all->counts[1]};
	int64		of_sources[2] = {0, 0};
	int128		votes = 0;

	for (const TallyEntry *entry = NULL; (entry = next_entry(&evidence_kind, tally, entry)) != NULL;)
	{
		int64		said = count_sum(&evidence_kind, entry->counts[0], entry->counts[1]);

		CHECK_FOR_INTERRUPTS();
		if (said == 0)
			invalid_tally(&evidence_kind);
		for (int i = 0; i < 2; i++)
			of_sources[i] = count_sum(&evidence_kind, of_sources[i], entry->counts[i]);
		votes += share_units((double) entry->counts[1] / (double) said);
		evidence.sources++;
	}
	if (evidence.refutes < of_sources[0] || evidence.supports < of_sources[1])
		invalid_tally(&evidence_kind);
	evidence.votes = (double) votes / (double) WHOLE_SHARE;
	return evidence;
}

static const char *
evidence_verdict(const Evidence *evidence, const Limits *limits)
{
	if (evidence->sources < INDEPENDENT_SOURCES)
		return "open";
	if (limits->low > 0.5)
		return "confirmed";
	if (limits->high < 0.5)
		return "refuted";
	return "open";
}

/*
 * Where there are many groups, few sources have said the same things in most of
 * them, and the limits take longer than all else.
 */
static Limits
vote_limits(double votes, int64 sources)
{
	static struct
	{
		double		votes;
		int64		sources;
		Limits		limits;
	}			known[64];
	int			at = (int) ((uint64) (sources * 8 + (int64) votes) % lengthof(known));

	if (known[at].sources != sources || known[at].votes != votes)
	{
		known[at].limits = jeffreys_limits(votes, (double) sources, LEVEL);
		known[at].votes = votes;
		known[at].sources = sources;
	}
	return known[at].limits;
}

Datum
icp_evidence_final(PG_FUNCTION_ARGS)
{
	Datum		values[EVIDENCE_COLUMNS];
	bool		nulls[EVIDENCE_COLUMNS] = {0};
	Evidence	evidence = {0};
	Limits		limits = {NAN, NAN};

	require_aggregate(fcinfo, "icp_evidence_final", "icp_evidence");
	if (!PG_ARGISNULL(0))
		evidence = weigh(open_tally(&evidence_kind, PG_GETARG_DATUM(0)));
	if (evidence.sources > 0)
		limits = vote_limits(evidence.votes, evidence.sources);
	values[EVIDENCE_VERDICT] = CStringGetTextDatum(evidence_verdict(&evidence, &limits));
	values[EVIDENCE_SUPPORTS] = Int64GetDatum(evidence.supports);
	values[EVIDENCE_REFUTES] = Int64GetDatum(evidence.refutes);
	/* an entry takes 24 bytes of 1 GB */
	values[EVIDENCE_SOURCES] = Int32GetDatum((int32) evidence.sources);
	put_real(&values[EVIDENCE_SHARE], &nulls[EVIDENCE_SHARE], evidence.votes / (double) evidence.sources);
	put_real(&values[EVIDENCE_LOW], &nulls[EVIDENCE_LOW], limits.low);
	put_real(&values[EVIDENCE_HIGH], &nulls[EVIDENCE_HIGH], limits.high);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(result_row(fcinfo, EVIDENCE_COLUMNS), values, nulls)));
}

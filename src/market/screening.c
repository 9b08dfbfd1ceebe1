/*
 * screening.c
 *		The state that icp_reach and icp_audience share: evaluations, counted.
 *
 * Counts, and sums of whole numbers: the order of rows does not matter, nor who
 * has counted which of them.
 */
#include "postgres.h"

#include "common/aggregate.h"
#include "market/market.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(icp_reach_accum);
PG_FUNCTION_INFO_V1(icp_reach_combine);
PG_FUNCTION_INFO_V1(icp_audience_accum);
PG_FUNCTION_INFO_V1(icp_audience_combine);

#define COST "cost"

/* The first state of either takes up to 248 bytes, where palloc has 256: that has room for four tiers. */
#define ROOM_FOR_TIERS 112

const TallyKind reach_kind = {"icp_reach", "tiers", 0x49435052, sizeof(Screening), ROOM_FOR_TIERS};
const TallyKind audience_kind = {"icp_audience", "tiers", 0x49435041, sizeof(Screening), ROOM_FOR_TIERS};

/* ---- one row more ---- */

static Tally *
state_at(FunctionCallInfo fcinfo, const TallyKind *kind, int arg)
{
	Tally	   *tally;

	if (!PG_ARGISNULL(arg))
		return open_tally(kind, PG_GETARG_DATUM(arg));
	tally = new_tally(kind);
	((Screening *) own_part(tally))->ceiling = NAN;
	return tally;
}

static Tally *
add_evaluation(const TallyKind *kind, Tally *tally, const Evaluation *evaluation)
{
	static const int64 one[2] = {1, 0};
	Screening  *screening = own_part(tally);

	screening->people = count_sum(kind, screening->people, 1);
	if (!isnan(evaluation->coverage))
	{
		screening->covered = count_sum(kind, screening->covered, 1);
		screening->coverage = money_sum_wide(screening->coverage, share_units(evaluation->coverage), "coverage");
	}
	if (!evaluation->is_known)
		return tally;
	screening->known = count_sum(kind, screening->known, 1);
	screening->fitting = count_sum(kind, screening->fitting, evaluation->fits ? 1 : 0);
	if (evaluation->tier == NULL)
		return tally;
	return tally_text(kind, tally, VARDATA_ANY(evaluation->tier), VARSIZE_ANY_EXHDR(evaluation->tier), one);
}

/* To that scale, if it is a finer one. */
static void
rescale(const TallyKind *kind, Screening *screening, int scale)
{
	if (screening->scale < 0 || screening->scale > MAX_MONEY_SCALE)
		invalid_tally(kind);
	if (scale <= screening->scale)
		return;
	if (__builtin_mul_overflow(screening->cost, (int128) money_powers[scale - screening->scale], &screening->cost))
		money_out_of_range(COST);
	screening->scale = scale;
}

static void
add_cost(const TallyKind *kind, Screening *screening, Datum cost)
{
	Money		money = money_of(cost, COST);

	rescale(kind, screening, money.scale);
	screening->cost = money_sum_wide(screening->cost,
									 (int128) money.units * money_powers[screening->scale - money.scale], COST);
	screening->costed = count_sum(kind, screening->costed, 1);
}

/* One for all of them. */
static void
meet_ceiling(Screening *screening, double ceiling)
{
	if (isnan(screening->ceiling))
		screening->ceiling = ceiling;
	else if (screening->ceiling != ceiling)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("icp_audience was given different ceilings: %s and %s",
						float8out_internal(Min(screening->ceiling, ceiling)),
						float8out_internal(Max(screening->ceiling, ceiling))),
				 errhint("Give the same one in every row, or group by it.")));
}

Datum
icp_reach_accum(PG_FUNCTION_ARGS)
{
	Evaluation	evaluation;

	require_aggregate(fcinfo, "icp_reach_accum", "icp_reach");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	evaluation = read_evaluation(fcinfo, 1);
	PG_RETURN_POINTER(add_evaluation(&reach_kind, state_at(fcinfo, &reach_kind, 0), &evaluation));
}

/* A row without an evaluation is nobody, and costs nothing. */
Datum
icp_audience_accum(PG_FUNCTION_ARGS)
{
	const TallyKind *kind = &audience_kind;
	Tally	   *tally;
	Evaluation	evaluation;

	require_aggregate(fcinfo, "icp_audience_accum", "icp_audience");
	tally = state_at(fcinfo, kind, 0);
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		meet_ceiling(own_part(tally), checked_ceiling(PG_GETARG_FLOAT8(3)));
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(tally);
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
		add_cost(kind, own_part(tally), PG_GETARG_DATUM(2));
	evaluation = read_evaluation(fcinfo, 1);
	PG_RETURN_POINTER(add_evaluation(kind, tally, &evaluation));
}

/* ---- two states ---- */

static void
add_screening(const TallyKind *kind, Screening *to, const Screening *from)
{
	Screening	other = *from;

	to->people = count_sum(kind, to->people, other.people);
	to->known = count_sum(kind, to->known, other.known);
	to->fitting = count_sum(kind, to->fitting, other.fitting);
	to->covered = count_sum(kind, to->covered, other.covered);
	to->costed = count_sum(kind, to->costed, other.costed);
	to->coverage = money_sum_wide(to->coverage, other.coverage, "coverage");
	rescale(kind, to, other.scale);
	rescale(kind, &other, to->scale);
	to->cost = money_sum_wide(to->cost, other.cost, COST);
	if (!isnan(other.ceiling))
		meet_ceiling(to, other.ceiling);
}

static Datum
combine(FunctionCallInfo fcinfo, const TallyKind *kind)
{
	Tally	   *tally;
	Tally	   *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = open_tally(kind, PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	tally = open_tally(kind, PG_GETARG_DATUM(0));
	add_screening(kind, own_part(tally), own_part_of(other));
	PG_RETURN_POINTER(add_texts(kind, tally, other));
}

Datum
icp_reach_combine(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_reach_combine", "icp_reach");
	return combine(fcinfo, &reach_kind);
}

Datum
icp_audience_combine(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_audience_combine", "icp_audience");
	return combine(fcinfo, &audience_kind);
}

/* ---- what it holds ---- */

Screening
read_screening(const TallyKind *kind, const Tally *tally)
{
	Screening	screening = {.ceiling = NAN};

	if (tally == NULL)
		return screening;
	screening = *(const Screening *) own_part_of(tally);
	if (screening.fitting < 0 || screening.known < screening.fitting || screening.people < screening.known ||
		screening.covered < 0 || screening.covered > screening.people ||
		screening.coverage < 0 || screening.coverage > (int128) WHOLE_SHARE * screening.covered ||
		screening.costed < 0 || screening.costed > screening.people ||
		screening.scale < 0 || screening.scale > MAX_MONEY_SCALE)
		invalid_tally(kind);
	return screening;
}

/* jsonb puts keys in an order of its own, whatever ours. */
Datum
tiers_jsonb(const TallyKind *kind, const Tally *tally)
{
	JsonbParseState *state = NULL;
	JsonbValue *object;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (const TallyEntry *entry = NULL; tally != NULL && (entry = next_entry(kind, tally, entry)) != NULL;)
	{
		JsonbValue	key = {.type = jbvString};
		JsonbValue	value = {.type = jbvNumeric};

		CHECK_FOR_INTERRUPTS();
		if (!pg_verify_mbstr(GetDatabaseEncoding(), entry->text, (int) entry->length, true))
			invalid_tally(kind);
		key.val.string.val = (char *) unconstify(TallyEntry *, entry)->text;
		key.val.string.len = (int) entry->length;
		value.val.numeric = int64_to_numeric(entry->counts[0]);
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbPGetDatum(JsonbValueToJsonb(object));
}

/*
 * track.c
 *		icp_track: the first nurture track of table icp_tracks whose condition
 *		holds.
 *
 * The first rule of a portrait that disqualifies is found in the same way, and
 * so the tracks become the rules of a portrait without characteristics: bound
 * once to each row type, and tried until one holds.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/stamp.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "portrait/parser.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(icp_is_condition);
PG_FUNCTION_INFO_V1(icp_track);

/* ---- conditions ---- */

/* The error says that what is wrong, and where in it. */
static Condition *
condition_from_jsonb(Portrait *portrait, Jsonb *json, const char *what)
{
	PortraitParser parser = {.portrait = portrait, .what = what};
	FieldUse	use = {0};

	initStringInfo(&parser.path);
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid %s: an object is needed", what),
				 errhint("Such as {\"field\": \"created_on\", \"within\": \"30 days\"}.")));
	return parse_condition(&parser, &json->root, &use, NULL);
}

Datum
icp_is_condition(PG_FUNCTION_ARGS)
{
	Portrait	portrait = {0};

	PG_RETURN_BOOL(condition_from_jsonb(&portrait, PG_GETARG_JSONB_P(0), "condition") != NULL);
}

/* ---- the table ---- */

/* A user's row counts instead of a shipped one: false sorts before true. */
static const char *const tracks_query =
	"SELECT track, condition FROM"
	" (SELECT DISTINCT ON (track) track, ordinal, condition FROM %s ORDER BY track, shipped) AS t"
	" WHERE condition IS NOT NULL ORDER BY ordinal, track";

typedef struct TrackState
{
	MemoryContext context;		/* of what follows */
	CallState  *call;
	Datum		portrait;		/* its rules are the tracks */
	bool		may_keep;		/* while the stamp is the same */
	Stamp		stamp;
} TrackState;

static Datum
read_tracks(const char *table)
{
	MemoryContext caller = CurrentMemoryContext;
	Portrait	portrait = {.absent_is_missing = true, .fit_share = -1};

	SPI_connect();
	if (SPI_execute(psprintf(tracks_query, table), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not query table \"icp_tracks\"");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *track = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		bool		isnull;
		Datum		json = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);
		MemoryContext spi = MemoryContextSwitchTo(caller);
		Disqualifier *rule = palloc0(sizeof(Disqualifier));

		CHECK_FOR_INTERRUPTS();
		rule->reason = pstrdup(track);
		rule->when = condition_from_jsonb(&portrait, (Jsonb *) PG_DETOAST_DATUM_COPY(json),
										  psprintf("condition of track \"%s\"", track));
		portrait.disqualifiers = lappend(portrait.disqualifiers, rule);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	complete_portrait(&portrait, false);
	return portrait_to_datum(&portrait, NULL);
}

static TrackState *
make_track_state(FunctionCallInfo fcinfo)
{
	TrackState *state = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(TrackState));

	state->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "nurture tracks",
										   ALLOCSET_DEFAULT_SIZES);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

static void
keep_portrait(TrackState *state, Datum portrait)
{
	MemoryContext caller = MemoryContextSwitchTo(state->context);
	Datum		copy = datumCopy(portrait, false, -1);

	if (state->portrait != (Datum) 0)
		pfree(DatumGetPointer(state->portrait));
	state->portrait = copy;
	MemoryContextSwitchTo(caller);
}

static TrackState *
current_state(FunctionCallInfo fcinfo)
{
	TrackState *state = fcinfo->flinfo->fn_extra;
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Oid			relid = extension_table(schema, "icp_tracks");
	bool		may_keep;
	Stamp		stamp;
	Datum		portrait;

	if (state == NULL)
		state = make_track_state(fcinfo);
	may_keep = take_stamp(relid, &stamp);
	if (may_keep && state->may_keep && same_stamp(&stamp, &state->stamp))
		return state;
	portrait = read_tracks(quote_qualified_identifier(get_namespace_name(schema), "icp_tracks"));
	/* what is bound is found by the portrait's bytes, and so stays if they do */
	if (state->call == NULL)
		state->call = lenient_call(fcinfo, state->context);
	keep_portrait(state, portrait);
	state->may_keep = may_keep;
	if (may_keep)
		state->stamp = stamp;
	return state;
}

/* ---- rows ---- */

/* A condition that cannot apply to a column: rules, in messages, are tracks. */
static void
tell_tracks(void *arg)
{
	(void) arg;
	errcontext("the tracks of table icp_tracks, which are tried as the rules of a portrait");
}

Datum
icp_track(PG_FUNCTION_ARGS)
{
	TrackState *state = current_state(fcinfo);
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = tell_tracks
	};
	Scorecard  *card;
	Disqualifier *rule;

	error_context_stack = &context;
	card = evaluate_leniently(fcinfo, state->call, state->portrait);
	error_context_stack = context.previous;
	if (card->disqualified < 0)
		PG_RETURN_NULL();
	rule = list_nth(card->portrait->disqualifiers, card->disqualified);
	PG_RETURN_TEXT_P(cstring_to_text(rule->reason));
}

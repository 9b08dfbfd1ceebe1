/*
 * plan.c
 *		icp_outreach: from meetings that are wanted back to the dials that they take.
 */
#include "postgres.h"

#include <math.h>

#include "common/compat.h"
#include "funcapi.h"
#include "utils/float.h"

PG_FUNCTION_INFO_V1(icp_outreach);

/* Figures of the method, until the team has its own. */
#define CONVERSATIONS_PER_MEETING 3.0
#define DIALS_PER_CONVERSATION 22.5
#define DIALS_PER_EXECUTIVE_CONVERSATION 20.0
#define DIALS_PER_PERSON_DIRECT 12.73
#define DIALS_PER_PERSON_SWITCHBOARD 18.83

/* Not of the method: what one who does little else makes. */
#define DIALS_PER_DAY 50.0

/* Beyond, float8 does not count one by one. */
#define MOST 9007199254740992.0

enum
{
	ARG_MEETINGS,
	ARG_DIRECT,
	ARG_EXECUTIVE,
	ARG_CONVERSATIONS_PER_MEETING,
	ARG_DIALS_PER_CONVERSATION,
	ARG_DIALS_PER_PERSON,
	ARG_DIALS_PER_DAY
};

#define PLAN_COLUMNS 9

static bool
flag(FunctionCallInfo fcinfo, int argument, bool usual)
{
	return PG_ARGISNULL(argument) ? usual : PG_GETARG_BOOL(argument);
}

/* The team's own figure, or the usual one. */
static float8
figure(FunctionCallInfo fcinfo, int argument, const char *name, float8 usual)
{
	float8		given;

	if (PG_ARGISNULL(argument))
		return usual;
	given = PG_GETARG_FLOAT8(argument);
	if (!isfinite(given) || given <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for \"%s\": %s", name, float8out_internal(given)),
				 errdetail("It is a number above 0."),
				 errhint("NULL stands for the usual figure, %g.", usual)));
	return given;
}

/*
 * Whole ones, up.  A product that is whole but for the last bits, as 30 times
 * 1.1 is, is whole.
 */
static Datum
whole(float8 number)
{
	float8		up = ceil(number * (1 - 1e-12));

	if (!(up <= MOST))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the plan is out of range: %g", number)));
	return Int64GetDatum((int64) up);
}

Datum
icp_outreach(PG_FUNCTION_ARGS)
{
	bool		executive = flag(fcinfo, ARG_EXECUTIVE, false);
	float8		per_meeting = figure(fcinfo, ARG_CONVERSATIONS_PER_MEETING, "conversations_per_meeting",
									 CONVERSATIONS_PER_MEETING);
	float8		per_conversation = figure(fcinfo, ARG_DIALS_PER_CONVERSATION, "dials_per_conversation",
										  executive ? DIALS_PER_EXECUTIVE_CONVERSATION : DIALS_PER_CONVERSATION);
	float8		per_person = figure(fcinfo, ARG_DIALS_PER_PERSON, "dials_per_person",
									flag(fcinfo, ARG_DIRECT, true) ? DIALS_PER_PERSON_DIRECT : DIALS_PER_PERSON_SWITCHBOARD);
	float8		per_day = figure(fcinfo, ARG_DIALS_PER_DAY, "dials_per_day", DIALS_PER_DAY);
	float8		conversations;
	float8		dials;
	TupleDesc	tupdesc;
	Datum		values[PLAN_COLUMNS];
	bool		nulls[PLAN_COLUMNS] = {0};

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != PLAN_COLUMNS)
		elog(ERROR, "icp_outreach does not return what it should");
	if (PG_ARGISNULL(ARG_MEETINGS))
		PG_RETURN_NULL();
	if (PG_GETARG_INT32(ARG_MEETINGS) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for \"meetings\": %d", PG_GETARG_INT32(ARG_MEETINGS)),
				 errdetail("It is the number of meetings that are wanted, 0 or more.")));
	conversations = PG_GETARG_INT32(ARG_MEETINGS) * per_meeting;
	dials = conversations * per_conversation;
	values[0] = Int32GetDatum(PG_GETARG_INT32(ARG_MEETINGS));
	values[1] = whole(conversations);
	values[2] = whole(dials);
	values[3] = whole(dials / per_person);
	values[4] = whole(dials / per_day);
	values[5] = Float8GetDatum(per_meeting);
	values[6] = Float8GetDatum(per_conversation);
	values[7] = Float8GetDatum(per_person);
	values[8] = Float8GetDatum(per_day);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls));
}

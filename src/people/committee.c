/*
 * committee.c
 *		The aggregate icp_committee: who sits on a buying committee, and who is
 *		missing.
 *
 * The state is a bytea of fixed size and of whole numbers only, so that any split
 * and order of the rows gives the same.  Anybody can make an aggregate of these
 * functions and begin it with any bytes: a state is checked before anything is
 * read from it, and counts are without sign, so that none overflows on the way.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/aggregate.h"
#include "common/text.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "people/people.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(icp_committee_accum);
PG_FUNCTION_INFO_V1(icp_committee_accum_roles);
PG_FUNCTION_INFO_V1(icp_committee_combine);
PG_FUNCTION_INFO_V1(icp_committee_final);
PG_FUNCTION_INFO_V1(icp_expected_people);

#define COMMITTEE_MAGIC 0x49435001
#define MAX_PEOPLE (UINT64CONST(1) << 40)

/* Influence is kept in millionths. */
#define WHOLE 1000000

typedef enum Stance
{
	STANCE_SUPPORTER,
	STANCE_NEUTRAL,
	STANCE_OPPONENT,
	STANCE_UNKNOWN
} Stance;

#define STANCES 4

typedef struct Committee
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint32		magic;			/* COMMITTEE_MAGIC; the last byte is the version */
	int32		company_size;	/* the largest that was given; -1 without */
	uint32		without_size;	/* zero: room to grow, and for alignment */
	uint64		people[STANCES];
	uint64		without_role;
	uint64		holders[BUYER_ROLES];	/* of a role, opponents not among them */
	uint64		against[BUYER_ROLES];	/* opponents who hold it */
	uint64		weighed;		/* people whose influence is known */
	uint64		weighed_against;	/* opponents among them */
	uint64		influence;		/* of these and of those */
	uint64		influence_against;
} Committee;

/* ---- the state ---- */

static void
refuse_state(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("invalid state of icp_committee")));
}

/* Enough for a row to be added. */
static inline Committee *
open_committee(Datum datum)
{
	Committee  *state = (Committee *) aligned_state(datum);

	if (unlikely(VARSIZE(state) != sizeof(Committee) || state->magic != COMMITTEE_MAGIC))
		refuse_state();
	return state;
}

static uint64
all_people(const Committee *state)
{
	return state->people[STANCE_SUPPORTER] + state->people[STANCE_NEUTRAL] +
		state->people[STANCE_OPPONENT] + state->people[STANCE_UNKNOWN];
}

/* What every committee is like; enough for sums and quotients not to go wrong. */
static const Committee *
check_committee(const Committee *state)
{
	uint64		people = 0;
	uint64		opponents = state->people[STANCE_OPPONENT];
	bool		fine = state->company_size >= -1 && state->without_size == 0;

	for (int i = 0; i < STANCES; i++)
	{
		fine &= state->people[i] < MAX_PEOPLE;
		people += state->people[i];
	}
	fine &= people > 0 && people < MAX_PEOPLE && state->without_role <= people;
	for (int i = 0; i < BUYER_ROLES; i++)
		fine &= state->holders[i] <= people - opponents && state->against[i] <= opponents;
	fine &= state->weighed_against <= opponents && state->weighed <= people &&
		state->weighed_against <= state->weighed && state->weighed - state->weighed_against <= people - opponents;
	if (!fine || state->influence > state->weighed * WHOLE ||
		state->influence_against > state->weighed_against * WHOLE ||
		state->influence < state->influence_against ||
		state->influence - state->influence_against > (state->weighed - state->weighed_against) * WHOLE)
		refuse_state();
	return state;
}

static Committee *
new_committee(void)
{
	Committee  *state = palloc0(sizeof(Committee));

	SET_VARSIZE(state, sizeof(Committee));
	state->magic = COMMITTEE_MAGIC;
	state->company_size = -1;
	return state;
}

/* ---- a person ---- */

/* Of fn_extra; a statement reads the table of names once. */
static RoleNames *
role_names(FunctionCallInfo fcinfo)
{
	if (unlikely(fcinfo->flinfo->fn_extra == NULL))
		fcinfo->flinfo->fn_extra = read_role_names(get_func_namespace(fcinfo->flinfo->fn_oid),
												   fcinfo->flinfo->fn_mcxt);
	return fcinfo->flinfo->fn_extra;
}

static Stance
read_other_stance(const char *text, int length)
{
	static const char *const stances[] = {"supporter", "neutral", "opponent"};
	char	   *name = bare_name(text, length);

	if (name[0] == '\0')
		return STANCE_UNKNOWN;
	for (int i = 0; i < (int) lengthof(stances); i++)
	{
		if (strcmp(name, stances[i]) == 0)
			return (Stance) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown stance \"%s\"", pnstrdup(text, length)),
			 errhint("A stance is \"supporter\", \"neutral\" or \"opponent\"; NULL where it is not known.")));
}

static inline Stance
read_stance(const char *text, int length)
{
	if (length == 7 && memcmp(text, "neutral", 7) == 0)
		return STANCE_NEUTRAL;
	if (length == 8 && memcmp(text, "opponent", 8) == 0)
		return STANCE_OPPONENT;
	if (length == 9 && memcmp(text, "supporter", 9) == 0)
		return STANCE_SUPPORTER;
	return read_other_stance(text, length);
}

static inline uint64
read_influence(float8 influence)
{
	if (unlikely(!(influence >= 0 && influence <= 1)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("influence %s is out of range", float8out_internal(influence)),
				 errhint("Influence is from 0 to 1; NULL where it is not known.")));
	return (uint64) (influence * WHOLE + 0.5);
}

static inline void
add_role(unsigned int *roles, bool *against, RoleMeaning meaning)
{
	if (meaning.role != ROLE_NONE)
		*roles |= 1U << meaning.role;
	*against |= meaning.against;
}

/* All but the first two arguments, the state and the roles. */
static void
add_person(FunctionCallInfo fcinfo, Committee *state, unsigned int roles, bool against)
{
	Stance		stance = STANCE_UNKNOWN;
	bool		opposes;

	if (!PG_ARGISNULL(2))
	{
		text	   *name = PG_GETARG_TEXT_PP(2);

		stance = read_stance(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
	/* who is called a blocker is one, if nothing else is said */
	if (stance == STANCE_UNKNOWN && against)
		stance = STANCE_OPPONENT;
	opposes = stance == STANCE_OPPONENT;
	state->people[stance]++;
	state->without_role += roles == 0;
	for (int i = 0; i < BUYER_ROLES; i++)
	{
		state->holders[i] += roles >> i & !opposes;
		state->against[i] += roles >> i & opposes;
	}
	if (PG_NARGS() <= 3)
		return;
	if (!PG_ARGISNULL(3))
	{
		uint64		influence = read_influence(PG_GETARG_FLOAT8(3));

		state->weighed++;
		state->weighed_against += opposes;
		state->influence += influence;
		state->influence_against += opposes ? influence : 0;
	}
	if (!PG_ARGISNULL(4))
	{
		int32		size = PG_GETARG_INT32(4);

		if (size < 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("company size %d is negative", size)));
		state->company_size = Max(state->company_size, size);
	}
}

Datum
icp_committee_accum(PG_FUNCTION_ARGS)
{
	Committee  *state;
	unsigned int roles = 0;
	bool		against = false;

	require_aggregate(fcinfo, "icp_committee_accum", "icp_committee");
	state = PG_ARGISNULL(0) ? new_committee() : open_committee(PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
	{
		text	   *name = PG_GETARG_TEXT_PP(1);

		add_role(&roles, &against, role_named(role_names(fcinfo), VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
	}
	add_person(fcinfo, state, roles, against);
	PG_RETURN_POINTER(state);
}

/* The same of somebody who can have several roles. */
Datum
icp_committee_accum_roles(PG_FUNCTION_ARGS)
{
	Committee  *state;
	unsigned int roles = 0;
	bool		against = false;

	require_aggregate(fcinfo, "icp_committee_accum_roles", "icp_committee");
	state = PG_ARGISNULL(0) ? new_committee() : open_committee(PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
		ArrayIterator iterator = array_create_iterator(array, 0, NULL);
		Datum		element;
		bool		isnull;

		while (array_iterate(iterator, &element, &isnull))
		{
			text	   *name;

			CHECK_FOR_INTERRUPTS();
			if (isnull)
				continue;
			name = DatumGetTextPP(element);
			add_role(&roles, &against, role_named(role_names(fcinfo), VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
		}
		array_free_iterator(iterator);
	}
	add_person(fcinfo, state, roles, against);
	PG_RETURN_POINTER(state);
}

/*
 * state	other	result
 * NULL		NULL	NULL
 * NULL		b		b
 * a		NULL	a
 * a		b		a, with b added
 */
Datum
icp_committee_combine(PG_FUNCTION_ARGS)
{
	Committee  *state;
	const Committee *other;

	require_aggregate(fcinfo, "icp_committee_combine", "icp_committee");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = check_committee(open_committee(PG_GETARG_DATUM(1)));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	state = open_committee(PG_GETARG_DATUM(0));
	check_committee(state);
	state->company_size = Max(state->company_size, other->company_size);
	for (int i = 0; i < STANCES; i++)
		state->people[i] += other->people[i];
	for (int i = 0; i < BUYER_ROLES; i++)
	{
		state->holders[i] += other->holders[i];
		state->against[i] += other->against[i];
	}
	state->without_role += other->without_role;
	state->weighed += other->weighed;
	state->weighed_against += other->weighed_against;
	state->influence += other->influence;
	state->influence_against += other->influence_against;
	PG_RETURN_POINTER(state);
}

/* ---- the report ---- */

#define REPORT_COLUMNS 12
#define ROLE_SETS (1 << BUYER_ROLES)

/* What is to be done next, the most pressing first. */
typedef enum Gap
{
	GAP_NO_CONTACT,
	GAP_ONE_CONTACT,
	GAP_NO_ECONOMIC,
	GAP_NO_TECHNICAL,
	GAP_NO_USER,
	GAP_NO_COACH,
	GAP_AGAINST_ECONOMIC,
	GAP_AGAINST_TECHNICAL,
	GAP_AGAINST_USER,
	GAP_AGAINST_COACH,
	GAP_NO_SUPPORTER,
	GAP_FEWER,
	GAP_STANCES,
	GAP_ROLES
} Gap;

static const char *const gap_names[] = {
	"no contact", "only one contact", "no economic buyer", "no technical buyer", "no user buyer", "no coach",
	"economic buyer is against", "technical buyer is against", "user buyer is against", "coach is against",
	"no supporter", "fewer people than usual", "stance unknown", "role unknown"
};

#define GAPS ((int) lengthof(gap_names))

/* Committees differ in few things, so arrays are made once for all that have the same. */
#define GAP_SETS 64

typedef struct Report
{
	TupleDesc	tupdesc;
	Datum		roles[ROLE_SETS];
	struct
	{
		Datum		array;
		uint32		gaps;
	}			gap_sets[GAP_SETS];
} Report;

static Datum
array_of(const char *const *names, int n, uint32 set)
{
	const char *chosen[32];
	int			nchosen = 0;

	for (int i = 0; i < n; i++)
	{
		if (set >> i & 1)
			chosen[nchosen++] = names[i];
	}
	return text_array(chosen, nchosen);
}

static Report *
find_report(FunctionCallInfo fcinfo)
{
	Report	   *report = fcinfo->flinfo->fn_extra;
	MemoryContext before;
	TupleDesc	tupdesc;

	if (report != NULL)
		return report;
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != REPORT_COLUMNS)
		elog(ERROR, "icp_committee does not return what it should");
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	report = palloc0(sizeof(Report));
	report->tupdesc = BlessTupleDesc(CreateTupleDescCopy(tupdesc));
	for (uint32 set = 0; set < ROLE_SETS; set++)
		report->roles[set] = array_of(buyer_role_names, BUYER_ROLES, set);
	MemoryContextSwitchTo(before);
	fcinfo->flinfo->fn_extra = report;
	return report;
}

static Datum
gap_array(FunctionCallInfo fcinfo, Report *report, uint32 gaps)
{
	int			slot = (gaps * 2654435761U) >> 26;
	MemoryContext before;

	if (report->gap_sets[slot].array != (Datum) 0)
	{
		if (report->gap_sets[slot].gaps == gaps)
			return report->gap_sets[slot].array;
		pfree(DatumGetPointer(report->gap_sets[slot].array));
	}
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	report->gap_sets[slot].array = array_of(gap_names, GAPS, gaps);
	report->gap_sets[slot].gaps = gaps;
	MemoryContextSwitchTo(before);
	return report->gap_sets[slot].array;
}

/*
 * How many people decide in a company of that size, usually: a rule of thumb, see
 * docs/people.md.
 */
static int32
expected_people(int32 company_size)
{
	static const int32 steps[][2] = {
		{10000, 21}, {5000, 18}, {2500, 16}, {1000, 14}, {500, 12}, {250, 10}, {100, 8}, {50, 7}
	};

	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		if (company_size >= steps[i][0])
			return steps[i][1];
	}
	return 6;
}

/*
 * The opponents' part of all influence.  Who has none that is known, has as much
 * as the others on average.
 */
static double
opposition(const Committee *state)
{
	double		people = (double) all_people(state);
	double		opponents = (double) state->people[STANCE_OPPONENT];
	double		mean = state->weighed > 0 ? (double) state->influence / (double) state->weighed : 1;
	double		all = (double) state->influence + mean * (people - (double) state->weighed);

	/* where nobody has any, all have the same */
	if (all <= 0)
		return opponents / people;
	return ((double) state->influence_against + mean * (opponents - (double) state->weighed_against)) / all;
}

static uint32
roles_held(const uint64 *counts)
{
	uint32		set = 0;

	for (int i = 0; i < BUYER_ROLES; i++)
		set |= (uint32) (counts[i] > 0) << i;
	return set;
}

static uint32
find_gaps(const Committee *state, uint64 people, uint32 covered, uint32 against, int32 expected)
{
	uint64		with_us = people - state->people[STANCE_OPPONENT];
	uint32		gaps = (~covered & (ROLE_SETS - 1)) << GAP_NO_ECONOMIC | against << GAP_AGAINST_ECONOMIC;

	gaps |= (uint32) (people == 0) << GAP_NO_CONTACT;
	gaps |= (uint32) (people > 0 && with_us <= 1) << GAP_ONE_CONTACT;
	gaps |= (uint32) (people > 0 && state->people[STANCE_SUPPORTER] == 0) << GAP_NO_SUPPORTER;
	gaps |= (uint32) (people > 0 && expected > 0 && people < (uint64) expected) << GAP_FEWER;
	gaps |= (uint32) (state->people[STANCE_UNKNOWN] > 0) << GAP_STANCES;
	gaps |= (uint32) (state->without_role > 0) << GAP_ROLES;
	return gaps;
}

Datum
icp_committee_final(PG_FUNCTION_ARGS)
{
	static const Committee nobody = {.company_size = -1};
	const Committee *state = &nobody;
	Report	   *report;
	uint64		people;
	uint32		covered;
	uint32		against;
	int32		expected = 0;
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	require_aggregate(fcinfo, "icp_committee_final", "icp_committee");
	report = find_report(fcinfo);
	if (!PG_ARGISNULL(0))
		state = check_committee(open_committee(PG_GETARG_DATUM(0)));
	people = all_people(state);
	covered = roles_held(state->holders);
	against = roles_held(state->against);
	if (state->company_size >= 0)
		expected = expected_people(state->company_size);

	values[0] = Int64GetDatum((int64) people);
	values[1] = report->roles[covered];
	values[2] = report->roles[~covered & (ROLE_SETS - 1)];
	values[3] = Float8GetDatum(people == 0 ? 0 :
							   pg_number_of_ones[covered] / (double) BUYER_ROLES * (1 - opposition(state)));
	values[4] = Int64GetDatum((int64) state->people[STANCE_SUPPORTER]);
	values[5] = Int64GetDatum((int64) state->people[STANCE_NEUTRAL]);
	values[6] = Int64GetDatum((int64) state->people[STANCE_OPPONENT]);
	values[7] = Int64GetDatum((int64) state->without_role);
	values[8] = BoolGetDatum(((covered | against) >> ROLE_ECONOMIC & 1) != 0);
	values[9] = BoolGetDatum(people - state->people[STANCE_OPPONENT] <= 1);
	nulls[10] = expected == 0;
	values[10] = Int32GetDatum(expected);
	values[11] = gap_array(fcinfo, report, find_gaps(state, people, covered, against, expected));
	return HeapTupleGetDatum(heap_form_tuple(report->tupdesc, values, nulls));
}

Datum
icp_expected_people(PG_FUNCTION_ARGS)
{
	int32		size = PG_GETARG_INT32(0);

	if (size < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("company size %d is negative", size)));
	PG_RETURN_INT32(expected_people(size));
}

/*
 * title.c
 *		icp_buyer_role: what a job title tells of a person's part in buying.
 *
 * Of phrases one within another only the longer counts, for what it tells; the
 * users' own go before all that are shipped.  Of those that are left the highest
 * seniority counts, and the function that most words tell, the first of equals.
 * The role follows from both, where no rule gives it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "people/titles.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(icp_buyer_role);

#define TITLE_COLUMNS 3

typedef enum Aspect
{
	ASPECT_SENIORITY,
	ASPECT_FUNCTION,
	ASPECT_ROLE
} Aspect;

typedef struct Titles
{
	Oid			schema;
	TupleDesc	tupdesc;
	Kept		kept;
	TitleRules *rules;
	uint64		number;			/* of shared rules; 0: they are kept here */
	Datum		roles[BUYER_ROLES];
	Datum		seniorities[SENIORITIES];
	Datum	   *functions;		/* kept with the rules */
} Titles;

/* ---- which phrases count ---- */

static bool
gives_nothing(const TitleRule *rule)
{
	return rule->seniority == SENIORITY_NONE && rule->function == FUNCTION_NONE &&
		rule->role == ROLE_NONE && rule->others == OTHERS_NONE;
}

static bool
gives(const TitleRule *rule, Aspect aspect)
{
	switch (aspect)
	{
		case ASPECT_SENIORITY:
			return rule->seniority != SENIORITY_NONE || rule->others != OTHERS_NONE;
		case ASPECT_FUNCTION:
			return rule->function != FUNCTION_NONE;
		case ASPECT_ROLE:
			return rule->role != ROLE_NONE;
	}
	return false;
}

static bool
goes_before(const Match *a, const Match *b)
{
	if (a->rule->is_users != b->rule->is_users)
		return a->rule->is_users;
	if (a->end - a->start != b->end - b->start)
		return a->end - a->start > b->end - b->start;
	return a->start < b->start;
}

/* A rule that gives nothing says so of all aspects. */
static bool
is_hidden(const Match *matches, int n, int which, Aspect aspect)
{
	const Match *match = &matches[which];

	for (int i = 0; i < n; i++)
	{
		if (i != which && matches[i].start < match->end && match->start < matches[i].end &&
			(gives(matches[i].rule, aspect) || gives_nothing(matches[i].rule)) &&
			goes_before(&matches[i], match))
			return true;
	}
	return false;
}

/* Takes away what is hidden, or does not tell of this aspect. */
static int
choose(const Match *matches, int n, Aspect aspect, Match *chosen)
{
	int			nchosen = 0;

	for (int i = 0; i < n; i++)
	{
		if (gives(matches[i].rule, aspect) && !is_hidden(matches, n, i, aspect))
			chosen[nchosen++] = matches[i];
	}
	return nchosen;
}

/* From the one place to the other there is no comma. */
static bool
same_clause(const Units *units, int from, int to)
{
	for (int i = from + 1; i <= to; i++)
	{
		if (units->units[i].begins_clause)
			return false;
	}
	return true;
}

/* Nor a word like of and and. */
static bool
same_part(const Units *units, int a, int b)
{
	for (int i = Min(a, b) + 1; i <= Max(a, b); i++)
	{
		if (units->units[i].begins_part)
			return false;
	}
	return true;
}

/*
 * Is it said of somebody else?  Assistants have the functions of those whom they
 * assist, so only_strangers leaves out the rules that tell a seniority themselves.
 */
static bool
is_of_others(const Match *match, const Match *chosen, int n, const Units *units, bool only_strangers)
{
	for (int i = 0; i < n; i++)
	{
		const Match *other = &chosen[i];

		if (only_strangers && other->rule->seniority != SENIORITY_NONE)
			continue;
		if (other->rule->others == OTHERS_AFTER && match->start >= other->end &&
			same_clause(units, other->start, match->start))
			return true;
		if (other->rule->others == OTHERS_BEFORE && match->end <= other->start &&
			same_clause(units, match->start, other->start))
			return true;
	}
	return false;
}

/* ---- what they tell ---- */

static Seniority
find_seniority(const Match *matches, int n, const Units *units)
{
	Match		chosen[MAX_MATCHES];
	int			nchosen = choose(matches, n, ASPECT_SENIORITY, chosen);
	Seniority	highest = SENIORITY_NONE;
	bool		by_user = false;

	for (int i = 0; i < nchosen; i++)
	{
		const TitleRule *rule = chosen[i].rule;

		if (rule->seniority == SENIORITY_NONE || (by_user && !rule->is_users) ||
			is_of_others(&chosen[i], chosen, nchosen, units, false))
			continue;
		if (rule->is_users && !by_user)
			highest = SENIORITY_NONE;
		by_user = rule->is_users;
		highest = Max(highest, (Seniority) rule->seniority);
	}
	return highest;
}

/* The executives that an office serves say less than the office, and this less than a trade. */
static int
rank_of_function(const TitleRule *rule)
{
	if (rule->is_users)
		return 3;
	return rule->function == FUNCTION_EXECUTIVE ? 0 : rule->function == FUNCTION_ADMINISTRATION ? 1 : 2;
}

/*
 * The first part counts that tells of a function at all, and in it what stands
 * last: that is what the words before it are about.
 */
static bool
tells_more(const Match *a, const Match *b, const Units *units)
{
	if (rank_of_function(a->rule) != rank_of_function(b->rule))
		return rank_of_function(a->rule) > rank_of_function(b->rule);
	return same_part(units, a->start, b->start) ? a->start > b->start : a->start < b->start;
}

static int
find_function(const Match *matches, int n, const Units *units)
{
	Match		chosen[MAX_MATCHES];
	Match		of_others[MAX_MATCHES];
	int			nchosen = choose(matches, n, ASPECT_FUNCTION, chosen);
	int			nothers = choose(matches, n, ASPECT_SENIORITY, of_others);
	int			best = -1;

	for (int i = 0; i < nchosen; i++)
	{
		if (!is_of_others(&chosen[i], of_others, nothers, units, true) &&
			(best < 0 || tells_more(&chosen[i], &chosen[best], units)))
			best = i;
	}
	return best < 0 ? FUNCTION_NONE : chosen[best].rule->function;
}

static BuyerRole
find_role(const Match *matches, int n, const Units *units)
{
	Match		chosen[MAX_MATCHES];
	Match		of_others[MAX_MATCHES];
	int			nchosen = choose(matches, n, ASPECT_ROLE, chosen);
	int			nothers = choose(matches, n, ASPECT_SENIORITY, of_others);
	int			best = -1;

	for (int i = 0; i < nchosen; i++)
	{
		if (!is_of_others(&chosen[i], of_others, nothers, units, false) &&
			(best < 0 || goes_before(&chosen[i], &chosen[best])))
			best = i;
	}
	return best < 0 ? ROLE_NONE : (BuyerRole) chosen[best].rule->role;
}

/* Do people of this function judge what is bought, rather than use it or pay for it? */
static bool
judges(const char *function, bool at_the_top)
{
	static const char *const always[] = {"it", "engineering", "data", "legal"};

	for (int i = 0; i < (int) lengthof(always); i++)
	{
		if (strcmp(function, always[i]) == 0)
			return true;
	}
	/* whoever leads purchasing has a say of their own */
	return !at_the_top && strcmp(function, "purchasing") == 0;
}

/* docs/people.md has this as a table */
static BuyerRole
usual_role(Seniority seniority, int function, const char *name)
{
	bool		at_the_top = seniority >= SENIORITY_BOARD;

	if (seniority == SENIORITY_ENTRY || (seniority == SENIORITY_NONE && function <= FUNCTION_EXECUTIVE))
		return ROLE_NONE;
	if (strcmp(name, "consulting") == 0)
		return ROLE_COACH;
	if (judges(name, at_the_top))
		return ROLE_TECHNICAL;
	if (at_the_top || (seniority == SENIORITY_DIRECTOR &&
					   (function <= FUNCTION_EXECUTIVE || strcmp(name, "finance") == 0)))
		return ROLE_ECONOMIC;
	return ROLE_USER;
}

/* ---- the function ---- */

/*
 * The rules that all statements of this session can read, so that one title need
 * not cost as much as reading all rules.  Whoever uses them looks at their number
 * first: they may have made room for newer ones.
 */
static struct
{
	MemoryContext context;
	Oid			relid;
	Oid			user;
	uint64		changes;
	uint64		number;
	TitleRules *rules;
	Datum	   *functions;
}			shared;

static Datum *
name_functions(const TitleRules *rules, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	Datum	   *functions = palloc(sizeof(Datum) * nfunctions(rules));

	for (int i = 0; i < nfunctions(rules); i++)
		functions[i] = CStringGetTextDatum(function_name(rules, i));
	MemoryContextSwitchTo(before);
	return functions;
}

static void
share_rules(const Titles *titles, MemoryContext context)
{
	if (shared.context != NULL)
		MemoryContextDelete(shared.context);
	MemoryContextSetParent(context, CacheMemoryContext);
	shared.context = context;
	shared.relid = titles->kept.relid;
	shared.user = titles->kept.stamp.user;
	shared.changes = titles->kept.stamp.changes;
	shared.rules = titles->rules;
	shared.functions = titles->functions;
	shared.number++;
}

static bool
shared_hold(const Kept *kept)
{
	return shared.context != NULL && shared.relid == kept->relid && shared.user == kept->stamp.user &&
		shared.changes == kept->stamp.changes;
}

/* The rules that hold in this statement. */
static void
refresh_rules(Titles *titles, MemoryContext parent)
{
	MemoryContext context;
	bool		for_all;

	if (still_holds(&titles->kept) &&
		(titles->kept.context != NULL || (titles->number != 0 && titles->number == shared.number)))
		return;
	titles->number = 0;
	for_all = holds_for_all(&titles->kept, "icp_title_rules_kept");
	context = start_over(&titles->kept);
	if (for_all && shared_hold(&titles->kept))
	{
		MemoryContextDelete(context);
		titles->rules = shared.rules;
		titles->functions = shared.functions;
		titles->number = shared.number;
		return;
	}
	titles->rules = read_title_rules(titles->schema, context);
	titles->functions = name_functions(titles->rules, context);
	if (!for_all)
	{
		keep(&titles->kept, context, parent);
		return;
	}
	share_rules(titles, context);
	titles->number = shared.number;
}

static Titles *
find_titles(FunctionCallInfo fcinfo)
{
	Titles	   *titles = fcinfo->flinfo->fn_extra;
	MemoryContext before;
	TupleDesc	tupdesc;

	if (titles != NULL)
		return titles;
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != TITLE_COLUMNS)
		elog(ERROR, "icp_buyer_role does not return what it should");
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	titles = palloc0(sizeof(Titles));
	titles->schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	titles->kept.relid = extension_table(titles->schema, "icp_title_rules");
	titles->tupdesc = BlessTupleDesc(CreateTupleDescCopy(tupdesc));
	for (int i = 0; i < BUYER_ROLES; i++)
		titles->roles[i] = CStringGetTextDatum(buyer_role_names[i]);
	for (int i = 0; i < SENIORITIES; i++)
		titles->seniorities[i] = CStringGetTextDatum(seniority_names[i]);
	MemoryContextSwitchTo(before);
	fcinfo->flinfo->fn_extra = titles;
	return titles;
}

Datum
icp_buyer_role(PG_FUNCTION_ARGS)
{
	text	   *title = PG_GETARG_TEXT_PP(0);
	Titles	   *titles = find_titles(fcinfo);
	Units		units;
	Match		matches[MAX_MATCHES];
	int			n;
	Seniority	seniority;
	int			function;
	BuyerRole	role;
	Datum		values[TITLE_COLUMNS];
	bool		nulls[TITLE_COLUMNS];

	refresh_rules(titles, fcinfo->flinfo->fn_mcxt);
	read_units(VARDATA_ANY(title), VARSIZE_ANY_EXHDR(title), &units);
	n = find_phrases(titles->rules, &units, matches);
	seniority = find_seniority(matches, n, &units);
	function = find_function(matches, n, &units);
	if (function == FUNCTION_NONE && seniority >= SENIORITY_BOARD && seniority != SENIORITY_VP)
		function = FUNCTION_EXECUTIVE;
	role = find_role(matches, n, &units);
	if (role == ROLE_NONE)
		role = usual_role(seniority, function, function_name(titles->rules, function));

	nulls[0] = role == ROLE_NONE;
	nulls[1] = seniority == SENIORITY_NONE;
	nulls[2] = function == FUNCTION_NONE;
	values[0] = nulls[0] ? (Datum) 0 : titles->roles[role];
	values[1] = titles->seniorities[seniority];
	values[2] = titles->functions[function];
	return HeapTupleGetDatum(heap_form_tuple(titles->tupdesc, values, nulls));
}

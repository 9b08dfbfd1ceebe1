/*
 * roles.c
 *		Names of buying roles, as CRMs have them, and the roles that they are:
 *		the table icp_roles.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "people/people.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(icp_shipped_roles);
PG_FUNCTION_INFO_V1(icp_map_role);

const char *const buyer_role_names[BUYER_ROLES] = {"economic", "technical", "user", "coach"};

/*
 * Names are compared without case, spaces and signs.  In UTF-8; names have |
 * between them.
 */
static const struct
{
	const char *role;
	const char *center_role;
	bool		against;
	const char *source;
	const char *names;
}			shipped[] = {
	{"economic", "decider", false, "buyer roles", "economic|economic buyer"},
	{"technical", "influencer", false, "buyer roles", "technical|technical buyer"},
	{"user", "user", false, "buyer roles", "user|user buyer"},
	{"coach", "influencer", false, "buyer roles", "coach"},
	{"user", "initiator", false, "buying center", "initiator"},
	{"economic", "decider", false, "buying center", "decider"},
	{"technical", "buyer", false, "buying center", "buyer|purchaser"},
	{"technical", "influencer", false, "buying center", "influencer"},
	{"technical", "gatekeeper", false, "buying center", "gatekeeper"},
	{"user", "user", false, "Salesforce", "business user"},
	{"economic", "decider", false, "Salesforce", "decision maker|economic decision maker"},
	{"technical", "influencer", false, "Salesforce", "evaluator"},
	{"coach", "influencer", false, "Salesforce", "executive sponsor"},
	{NULL, NULL, false, "Salesforce", "other|none"},
	{"economic", "decider", false, "HubSpot", "budget holder"},
	{"coach", "influencer", false, "HubSpot", "champion"},
	{"user", "user", false, "HubSpot", "end user"},
	{"technical", "gatekeeper", false, "HubSpot", "legal and compliance|legal & compliance"},
	{NULL, NULL, true, "HubSpot", "blocker"},
	{"economic", "decider", false, "Chinese", "决策者|决策人|拍板人|经济决策者|经济决策人|经济购买者|经济型购买影响者|预算负责人"},
	{"technical", "influencer", false, "Chinese", "技术决策者|技术决策人|技术购买者|技术型购买影响者|技术把关者|技术把关人|评估者|影响者|影响人"},
	{"technical", "gatekeeper", false, "Chinese", "把关者|守门人|守门员"},
	{"technical", "buyer", false, "Chinese", "采购者|购买者|采购人"},
	{"user", "initiator", false, "Chinese", "发起者|发起人"},
	{"user", "user", false, "Chinese", "使用者|使用人|用户|最终用户|用户型购买影响者"},
	{"coach", "influencer", false, "Chinese", "教练|内线|支持者|拥护者"},
	{NULL, NULL, false, "Chinese", "其他|无"},
	{NULL, NULL, true, "Chinese", "反对者|阻碍者"}
};

BuyerRole
buyer_role_of(const char *name)
{
	for (int i = 0; i < BUYER_ROLES; i++)
	{
		if (strcmp(name, buyer_role_names[i]) == 0)
			return (BuyerRole) i;
	}
	return ROLE_NONE;
}

/* ---- the table ---- */

typedef struct RoleName
{
	char	   *bytes;			/* NULL: an empty slot */
	int			length;
	RoleMeaning meaning;
	char	   *center_role;
} RoleName;

/* Spellings are kept as they come, so that most rows need not be folded. */
#define SPELLINGS 256

typedef struct Spelling
{
	char	   *bytes;
	int			length;
	RoleMeaning meaning;
} Spelling;

struct RoleNames
{
	MemoryContext context;
	RoleName	   *names;
	uint32		slots;			/* a power of two */
	int			nspellings;
	Spelling	spellings[SPELLINGS];
};

#define ROLE_COLUMNS 5

static RoleName *
find_name(const RoleNames *names, const char *bytes, int length)
{
	uint32		slot = hash_of_bytes(bytes, length) & (names->slots - 1);

	while (names->names[slot].bytes != NULL &&
		   (names->names[slot].length != length || memcmp(names->names[slot].bytes, bytes, length) != 0))
		slot = (slot + 1) & (names->slots - 1);
	return &names->names[slot];
}

/* The users' rows come after the shipped ones, and take their places. */
static void
add_name(RoleNames *names, HeapTuple row, TupleDesc tupdesc)
{
	char	   *columns[ROLE_COLUMNS - 1];
	char	   *bare;
	RoleName	   *name;

	for (int i = 0; i < ROLE_COLUMNS - 1; i++)
		columns[i] = SPI_getvalue(row, tupdesc, i + 1);
	if (columns[0] == NULL)
		return;
	bare = bare_name(columns[0], strlen(columns[0]));
	if (bare[0] == '\0')
		return;
	name = find_name(names, bare, strlen(bare));
	name->bytes = bare;
	name->length = strlen(bare);
	name->meaning.role = columns[1] ? buyer_role_of(columns[1]) : ROLE_NONE;
	name->meaning.against = columns[3] != NULL;
	name->meaning.is_known = true;
	name->center_role = columns[2];
}

RoleNames *
read_role_names(Oid schema, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	RoleNames  *names = palloc0(sizeof(RoleNames));

	names->context = context;
	select_rows(schema, "icp_roles", "name, role, center_role, stance, shipped",
				"shipped DESC, name COLLATE pg_catalog.\"C\"", ROLE_COLUMNS);
	MemoryContextSwitchTo(context);
	names->slots = 256;
	while (names->slots < 2 * SPI_processed && names->slots < 1U << 24)
		names->slots *= 2;
	if (names->slots < 2 * SPI_processed)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("table \"icp_roles\" has too many names")));
	names->names = palloc0(sizeof(RoleName) * names->slots);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_name(names, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	}
	SPI_finish();
	MemoryContextSwitchTo(before);
	return names;
}

static RoleMeaning
look_up(const RoleNames *names, const char *spelling, int length)
{
	char	   *bare = bare_name(spelling, length);
	const RoleName *name = find_name(names, bare, strlen(bare));
	RoleMeaning meaning = {.role = ROLE_NONE};

	if (name->bytes != NULL)
		meaning = name->meaning;
	pfree(bare);
	return meaning;
}

/* The first and the last bytes, which is enough for a table that is looked at again. */
static inline uint32
quick_hash(const char *bytes, int length)
{
	uint64		first = 0;
	uint64		last = 0;

	if (length >= 8)
	{
		memcpy(&first, bytes, 8);
		memcpy(&last, bytes + length - 8, 8);
	}
	else if (length >= 4)
	{
		memcpy(&first, bytes, 4);
		memcpy(&last, bytes + length - 4, 4);
	}
	else if (length > 0)
		first = (unsigned char) bytes[0] | (unsigned char) bytes[length / 2] << 8 | (unsigned char) bytes[length - 1] << 16;
	first = (first ^ (last << 1) ^ (uint64) length) * UINT64CONST(0x9E3779B97F4A7C15);
	return (uint32) (first >> 32);
}

RoleMeaning
role_named(RoleNames *names, const char *name, int length)
{
	uint32		slot = quick_hash(name, length) % SPELLINGS;
	Spelling   *spelling;
	RoleMeaning meaning;

	for (;; slot = (slot + 1) % SPELLINGS)
	{
		spelling = &names->spellings[slot];
		if (spelling->bytes == NULL)
			break;
		if (spelling->length == length && memcmp(spelling->bytes, name, length) == 0)
			return spelling->meaning;
	}
	meaning = look_up(names, name, length);
	/* some slots stay empty, where searches end */
	if (names->nspellings < SPELLINGS / 2 && length <= MAX_FOLDED)
	{
		spelling->bytes = MemoryContextAlloc(names->context, length + 1);
		memcpy(spelling->bytes, name, length);
		spelling->length = length;
		spelling->meaning = meaning;
		names->nspellings++;
	}
	return meaning;
}

/* ---- functions ---- */

/* Those that can be written in the server's encoding. */
Datum
icp_shipped_roles(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(shipped); i++)
	{
		const char *const values[] = {
			shipped[i].role, shipped[i].center_role, shipped[i].against ? "opponent" : NULL, shipped[i].source
		};

		put_shipped((ReturnSetInfo *) fcinfo->resultinfo, shipped[i].names, values);
	}
	return (Datum) 0;
}

typedef struct MapState
{
	Oid			schema;
	Kept		kept;
	RoleNames  *names;
} MapState;

static MapState *
find_map(FmgrInfo *flinfo)
{
	MapState   *state = flinfo->fn_extra;

	if (state == NULL)
	{
		state = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(MapState));
		state->schema = get_func_namespace(flinfo->fn_oid);
		state->kept.relid = extension_table(state->schema, "icp_roles");
		flinfo->fn_extra = state;
	}
	if (!still_holds(&state->kept) || state->kept.context == NULL)
	{
		MemoryContext context = start_over(&state->kept);

		state->names = read_role_names(state->schema, context);
		keep(&state->kept, context, flinfo->fn_mcxt);
	}
	return state;
}

static bool
wants_center(const text *set)
{
	const char *name = text_to_cstring(set);

	if (strcmp(name, "buyer") == 0)
		return false;
	if (strcmp(name, "center") == 0)
		return true;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no role set \"%s\"", name),
			 errhint("\"buyer\" has economic, technical, user and coach; \"center\" has initiator, decider, buyer, influencer, user and gatekeeper.")));
}

Datum
icp_map_role(PG_FUNCTION_ARGS)
{
	text	   *spelling = PG_GETARG_TEXT_PP(0);
	bool		center = wants_center(PG_GETARG_TEXT_PP(1));
	MapState   *state = find_map(fcinfo->flinfo);
	char	   *bare;
	const RoleName *name;

	bare = bare_name(VARDATA_ANY(spelling), VARSIZE_ANY_EXHDR(spelling));
	name = find_name(state->names, bare, strlen(bare));
	if (name->bytes != NULL && center && name->center_role != NULL)
		PG_RETURN_TEXT_P(cstring_to_text(name->center_role));
	if (name->bytes != NULL && !center && name->meaning.role != ROLE_NONE)
		PG_RETURN_TEXT_P(cstring_to_text(buyer_role_names[name->meaning.role]));
	PG_RETURN_NULL();
}

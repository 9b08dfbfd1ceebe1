/*
 * title_rules.c
 *		The rules of table icp_title_rules, made ready for finding their phrases
 *		in titles.
 *
 * Words have numbers, and phrases are paths of such numbers from a root: at each
 * place of a title one path is followed as long as there is one.  All of it is in
 * one memory context, which goes when the table's content does.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "people/titles.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_shipped_title_rules);

typedef struct Word
{
	char	   *bytes;			/* NULL: an empty slot */
	uint32		hash;
	uint32		length;
} Word;

/* A step from a node of the paths to the next; an empty slot leads nowhere. */
typedef struct Step
{
	uint32		from;
	uint32		word;			/* its slot */
	uint32		to;				/* 0 is the root, to which no step leads */
} Step;

struct TitleRules
{
	Word	   *words;
	Step	   *steps;
	uint32		word_slots;		/* powers of two */
	uint32		step_slots;
	uint32		nnodes;
	uint32		node_room;
	TitleRule **rule_at;		/* of a node, or NULL */
	const char **functions;
	int			nfunctions;
	int			function_room;
};

const char *const seniority_names[SENIORITIES] = {
	"", "individual", "senior", "manager", "entry", "director", "board", "vp", "c_level", "owner"
};

/* ---- words and paths ---- */

/* The slot of the word, or the empty one where it would be. */
static uint32
word_slot(const TitleRules *rules, const char *bytes, uint32 length, uint32 hash)
{
	uint32		slot = hash & (rules->word_slots - 1);

	while (rules->words[slot].bytes != NULL &&
		   (rules->words[slot].hash != hash || rules->words[slot].length != length ||
			memcmp(rules->words[slot].bytes, bytes, length) != 0))
		slot = (slot + 1) & (rules->word_slots - 1);
	return slot;
}

static Step *
find_step(const TitleRules *rules, uint32 from, uint32 word)
{
	uint32		slot = (from * 2654435761U ^ word * 2246822519U) & (rules->step_slots - 1);

	while (rules->steps[slot].to != 0 && (rules->steps[slot].from != from || rules->steps[slot].word != word))
		slot = (slot + 1) & (rules->step_slots - 1);
	return &rules->steps[slot];
}

static uint32
add_word(TitleRules *rules, const char *bytes, uint32 length)
{
	uint32		hash = hash_of_bytes(bytes, length);
	uint32		slot = word_slot(rules, bytes, length, hash);
	Word	   *word = &rules->words[slot];

	if (word->bytes == NULL)
		*word = (Word) {.bytes = pnstrdup(bytes, length), .hash = hash, .length = length};
	return slot;
}

/* The node at which the phrase ends. */
static uint32
add_path(TitleRules *rules, const Units *units)
{
	uint32		node = 0;

	for (int i = 0; i < units->n; i++)
	{
		const Unit *unit = &units->units[i];
		uint32		word = add_word(rules, units->bytes + unit->start, unit->length);
		Step	   *step = find_step(rules, node, word);

		if (step->to == 0)
			*step = (Step) {.from = node, .word = word, .to = rules->nnodes++};
		node = step->to;
	}
	return node;
}

static int
add_function(TitleRules *rules, const char *name)
{
	for (int i = 1; i < rules->nfunctions; i++)
	{
		if (strcmp(rules->functions[i], name) == 0)
			return i;
	}
	if (rules->nfunctions > PG_UINT16_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("table \"icp_title_rules\" has more than %d functions", PG_UINT16_MAX)));
	if (rules->nfunctions == rules->function_room)
	{
		rules->function_room *= 2;
		rules->functions = repalloc(rules->functions, sizeof(char *) * rules->function_room);
	}
	rules->functions[rules->nfunctions] = pstrdup(name);
	return rules->nfunctions++;
}

/* ---- the table ---- */

#define RULE_COLUMNS 6

static int
number_of(const char *name, const char *const *names, int n, int otherwise)
{
	for (int i = 0; name != NULL && i < n; i++)
	{
		if (strcmp(name, names[i]) == 0)
			return i;
	}
	return otherwise;
}

static int
words_of(const Units *units)
{
	int			n = 0;

	for (int i = 0; i < units->n; i++)
		n += i == 0 || !units->units[i].is_character || !units->units[i - 1].is_character;
	return n;
}

/* A row; the users' ones come after the shipped ones, and take their places. */
static void
add_rule(TitleRules *rules, HeapTuple row, TupleDesc tupdesc)
{
	static const char *const others[] = {"", "before", "after"};
	char	   *columns[RULE_COLUMNS - 1];
	bool		isnull;
	Units		units;
	TitleRule  *rule;

	for (int i = 0; i < RULE_COLUMNS - 1; i++)
		columns[i] = SPI_getvalue(row, tupdesc, i + 1);
	if (columns[0] == NULL)
		return;
	read_units(columns[0], strlen(columns[0]), &units);
	if (units.n == 0)
		return;
	rule = palloc0(sizeof(TitleRule));
	rule->seniority = number_of(columns[1], seniority_names, SENIORITIES, SENIORITY_NONE);
	rule->function = columns[2] ? add_function(rules, columns[2]) : FUNCTION_NONE;
	rule->role = columns[3] ? buyer_role_of(columns[3]) : ROLE_NONE;
	rule->others = number_of(columns[4], others, lengthof(others), OTHERS_NONE);
	rule->words = words_of(&units);
	rule->is_users = !DatumGetBool(SPI_getbinval(row, tupdesc, RULE_COLUMNS, &isnull));
	rules->rule_at[add_path(rules, &units)] = rule;
}

static uint32
slots_for(uint64 n)
{
	uint32		slots = 256;

	while (slots < 2 * n && slots < 1U << 26)
		slots *= 2;
	if (slots < 2 * n)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("table \"icp_title_rules\" has too many words")));
	return slots;
}

/* At most how many words the phrases have. */
static uint64
count_units(void)
{
	uint64		n = 0;
	Units		units;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *phrase = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		if (phrase == NULL)
			continue;
		read_units(phrase, strlen(phrase), &units);
		n += units.n;
		pfree(phrase);
	}
	return n;
}

TitleRules *
read_title_rules(Oid schema, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	TitleRules *rules = palloc0(sizeof(TitleRules));
	uint64		nunits;

	select_rows(schema, "icp_title_rules", "phrase, seniority, function, role, others, shipped",
				"shipped DESC, phrase COLLATE pg_catalog.\"C\"", RULE_COLUMNS);
	nunits = count_units();
	MemoryContextSwitchTo(context);
	rules->word_slots = rules->step_slots = slots_for(nunits);
	rules->words = palloc0(sizeof(Word) * rules->word_slots);
	rules->steps = palloc0(sizeof(Step) * rules->step_slots);
	rules->rule_at = palloc0(sizeof(TitleRule *) * (nunits + 1));
	rules->nnodes = 1;
	rules->function_room = 32;
	rules->functions = palloc0(sizeof(char *) * rules->function_room);
	rules->nfunctions = 1;
	rules->functions[FUNCTION_NONE] = "";
	add_function(rules, "executive");
	add_function(rules, "administration");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_rule(rules, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	}
	SPI_finish();
	MemoryContextSwitchTo(before);
	return rules;
}

/* ---- titles ---- */

int
find_phrases(const TitleRules *rules, const Units *units, Match *matches)
{
	uint32		words[MAX_UNITS];
	int			n = 0;

	for (int i = 0; i < units->n; i++)
	{
		const Unit *unit = &units->units[i];

		words[i] = word_slot(rules, units->bytes + unit->start, unit->length,
							 hash_of_bytes(units->bytes + unit->start, unit->length));
	}
	for (int i = 0; i < units->n; i++)
	{
		uint32		node = 0;

		for (int j = i; j < units->n; j++)
		{
			/* a phrase does not reach beyond a comma */
			if ((j > i && units->units[j].begins_clause) || rules->words[words[j]].bytes == NULL)
				break;
			node = find_step(rules, node, words[j])->to;
			if (node == 0)
				break;
			if (rules->rule_at[node] == NULL)
				continue;
			matches[n++] = (Match) {.start = i, .end = j + 1, .rule = rules->rule_at[node]};
			if (n == MAX_MATCHES)
				return n;
		}
	}
	return n;
}

const char *
function_name(const TitleRules *rules, int function)
{
	return rules->functions[function];
}

int
nfunctions(const TitleRules *rules)
{
	return rules->nfunctions;
}

/* ---- those that come with the extension ---- */

/* Those that can be written in the server's encoding. */
Datum
icp_shipped_title_rules(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < nshipped_titles; i++)
	{
		const ShippedTitles *titles = &shipped_titles[i];
		const char *const values[] = {titles->seniority, titles->function, titles->role, titles->others};

		put_shipped((ReturnSetInfo *) fcinfo->resultinfo, titles->phrases, values);
	}
	return (Datum) 0;
}

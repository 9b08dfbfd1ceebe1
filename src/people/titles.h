/*
 * titles.h
 *		Rules for job titles: phrases, and what a title says that has them.
 */
#ifndef ICP_TITLES_H
#define ICP_TITLES_H

#include "people/people.h"

/* From the least to the most, as the highest that a title names counts; but see SENIORITY_ENTRY. */
typedef enum Seniority
{
	SENIORITY_NONE,
	SENIORITY_INDIVIDUAL,
	SENIORITY_SENIOR,
	SENIORITY_MANAGER,
	SENIORITY_ENTRY,			/* a manager who is a trainee is none yet */
	SENIORITY_DIRECTOR,
	SENIORITY_BOARD,
	SENIORITY_VP,
	SENIORITY_C_LEVEL,
	SENIORITY_OWNER
} Seniority;

#define SENIORITIES 10

extern const char *const seniority_names[SENIORITIES];

/* Whether those before or after the phrase are other people: assistant to ... */
typedef enum Others
{
	OTHERS_NONE,
	OTHERS_BEFORE,
	OTHERS_AFTER
} Others;

/* Functions that tell less than others that stand beside them. */
#define FUNCTION_NONE 0
#define FUNCTION_EXECUTIVE 1
#define FUNCTION_ADMINISTRATION 2

typedef struct TitleRule
{
	uint8		seniority;
	uint8		role;			/* BuyerRole */
	uint8		others;
	uint8		words;			/* of the phrase; Chinese without spaces is one */
	bool		is_users;
	uint16		function;		/* an index into names */
} TitleRule;

typedef struct TitleRules TitleRules;

extern TitleRules *read_title_rules(Oid schema, MemoryContext context);

/* A phrase that occurs in a title. */
typedef struct Match
{
	int16		start;			/* units */
	int16		end;
	const TitleRule *rule;
} Match;

#define MAX_MATCHES 64

/* By where they begin, then by length; of more than fit, the first MAX_MATCHES. */
extern int	find_phrases(const TitleRules *rules, const Units *units, Match *matches);

extern const char *function_name(const TitleRules *rules, int function);
extern int	nfunctions(const TitleRules *rules);

/* Those that come with the extension, in UTF-8; phrases have | between them. */
typedef struct ShippedTitles
{
	const char *seniority;
	const char *function;
	const char *role;
	const char *others;
	const char *phrases;
} ShippedTitles;

extern const ShippedTitles shipped_titles[];
extern const int nshipped_titles;

#endif							/* ICP_TITLES_H */

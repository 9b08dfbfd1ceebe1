/*
 * people.h
 *		Key people: what job titles and the names of buying roles tell, and
 *		who sits on a buying committee.
 */
#ifndef ICP_PEOPLE_H
#define ICP_PEOPLE_H

#include "postgres.h"

#include "common/stamp.h"
#include "fmgr.h"
#include "nodes/execnodes.h"

/* ---- words ---- */

/* Of a longer title the rest is not read. */
#define MAX_UNITS 128
#define MAX_FOLDED 1024

/*
 * What phrases are made of: a word, or one character of a script that is
 * written without spaces.  Its bytes are in the buffer that it was read into.
 */
typedef struct Unit
{
	uint16		start;
	uint16		length;
	bool		is_character;
	bool		begins_clause;	/* something like a comma stands before it */
	bool		begins_part;	/* the same, or a sign like &, or it is a word like of */
} Unit;

typedef struct Units
{
	int			n;
	Unit		units[MAX_UNITS];
	char		bytes[MAX_FOLDED];
} Units;

/* In the server's encoding; letters are compared without case and width. */
extern void read_units(const char *text, int length, Units *units);

/* A name without its spaces and signs, which are of no account; palloc'd. */
extern char *bare_name(const char *text, int length);

extern uint32 hash_of_bytes(const char *bytes, int length);

/* ---- roles ---- */

typedef enum BuyerRole
{
	ROLE_ECONOMIC,
	ROLE_TECHNICAL,
	ROLE_USER,
	ROLE_COACH,
	ROLE_NONE
} BuyerRole;

#define BUYER_ROLES 4

extern const char *const buyer_role_names[BUYER_ROLES];

/* ROLE_NONE for what is none of the four. */
extern BuyerRole buyer_role_of(const char *name);

/* What a name in icp_roles stands for. */
typedef struct RoleMeaning
{
	uint8		role;			/* BuyerRole */
	bool		against;		/* people of that role oppose the deal */
	bool		is_known;		/* it is in the table */
} RoleMeaning;

typedef struct RoleNames RoleNames;

/*
 * Reads the table of the schema into context.  What it tells depends on who
 * looks at which moment: see stamp.h.
 */
extern RoleNames *read_role_names(Oid schema, MemoryContext context);
extern RoleMeaning role_named(RoleNames *names, const char *name, int length);

/* ---- tables ---- */

/*
 * SPI_connect and the rows of "SELECT columns FROM table ORDER BY order", all of
 * them text but the last, which is boolean.
 */
extern void select_rows(Oid schema, const char *table, const char *columns, const char *order, int ncolumns);

#define SHIPPED_VALUES 4

/* A row for each of the names, which have | between them: name, and the values that go with all. */
extern void put_shipped(ReturnSetInfo *result, const char *names, const char *const *values);

/* What was read from a table, in a memory context of its own, and how long it holds. */
typedef struct Kept
{
	Oid			relid;
	MemoryContext context;		/* NULL: nothing is kept */
	Stamp		stamp;
	bool		may_be_kept;
} Kept;

/* Does what the table told the last time hold?  If not, what is kept is to be read again. */
extern bool still_holds(Kept *kept);

/* Drops what is kept; the context that is returned is to be read into, and then given to keep(). */
extern MemoryContext start_over(Kept *kept);
extern void keep(Kept *kept, MemoryContext context, MemoryContext parent);

/*
 * Does the table tell what it tells now in all statements to come, until it is
 * said that relations have changed?
 */
extern bool holds_for_all(const Kept *kept, const char *trigger);

#endif							/* ICP_PEOPLE_H */

/*
 * stamp.h
 *		How long what was read from a table may be kept.
 */
#ifndef ICP_STAMP_H
#define ICP_STAMP_H

#include "postgres.h"

/*
 * All that the answer to a query of one table can depend on.  PL/pgSQL keeps
 * the state of a simple expression over many statements, so that what a
 * function keeps in fn_extra has to be stamped with it.
 */
typedef struct Stamp
{
	uint64		changes;
	LocalTransactionId lxid;
	TransactionId xmin;
	TransactionId xmax;
	CommandId	curcid;
	Oid			user;
} Stamp;

extern void stamp_init(void);

/* Something else changed that such answers depend on. */
extern void stamp_changed(void);

/* The OID of a table of this extension; an error where it is not. */
extern Oid	extension_table(Oid schema, const char *name);

/*
 * What the table tells now, it tells as long as the stamp stays equal.  False
 * when there is no such promise.
 */
extern bool take_stamp(Oid relid, Stamp *stamp);

/* Does the trigger of that name fire, whoever changes the table? */
extern bool changes_are_told(Oid relid, const char *name);

static inline bool
same_stamp(const Stamp *a, const Stamp *b)
{
	return a->changes == b->changes && a->lxid == b->lxid && a->xmin == b->xmin &&
		a->xmax == b->xmax && a->curcid == b->curcid && a->user == b->user;
}

#endif							/* ICP_STAMP_H */

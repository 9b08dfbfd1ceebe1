/*
 * registry.h
 *		Saved portraits: the one place that reads the table icp_portraits.
 */
#ifndef ICP_REGISTRY_H
#define ICP_REGISTRY_H

#include "postgres.h"

#include "common/stamp.h"
#include "nodes/pathnodes.h"
#include "nodes/primnodes.h"

/* What the table is asked; the arguments come in this order. */
typedef enum RegistryQuery
{
	REGISTRY_LOAD,				/* name, version */
	REGISTRY_NAMES,
	REGISTRY_ACTIVE_PORTRAITS,
	REGISTRY_LAST_VERSION,		/* name */
	REGISTRY_HAS_VERSION,		/* name, version */
	REGISTRY_INSERT,			/* name, version, portrait, note; active */
	REGISTRY_DEACTIVATE,		/* name, but not version */
	REGISTRY_ACTIVATE			/* name, version */
} RegistryQuery;

extern void registry_init(void);

/* Inside an SPI connection. */
extern void registry_query(RegistryQuery query, Oid schema, Datum *args,
						   const char *nulls, long limit);

/*
 * The portrait saved under a name (NULL: the default portrait), in the given
 * version (0: the active one), as the current user sees it; an error when
 * there is none.
 */
extern Datum registry_load(Oid schema, const char *name, int32 version);

typedef struct SavedPortrait
{
	char	   *name;
	Datum		portrait;
} SavedPortrait;

/* The active version of each portrait, ordered by name. */
extern List *registry_active(Oid schema);	/* of SavedPortrait */

/*
 * What registry_load and registry_active return now, they return as long as the
 * stamp stays equal.  False when there is no such promise.
 */
extern bool registry_stamp(Oid schema, Stamp *stamp);

/*
 * The saved portrait at planning time, as a constant whose plan is invalidated
 * when the registry changes; NULL when it must be read at run time.
 */
extern Const *registry_fold(PlannerInfo *root, Oid schema,
							const char *name, int32 version);

#endif							/* ICP_REGISTRY_H */

/*
 * aggregate.h
 *		What the functions of aggregates share.
 */
#ifndef ICP_AGGREGATE_H
#define ICP_AGGREGATE_H

#include "postgres.h"

#include "common/compat.h"
#include "fmgr.h"

/* Anybody can call a transition function; only an aggregate may have its state changed in place. */
static inline void
require_aggregate(FunctionCallInfo fcinfo, const char *function, const char *aggregate)
{
	if (unlikely(!AggCheckCallContext(fcinfo, NULL)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s was called outside of an aggregate", function),
				 errhint("Call the aggregate %s.", aggregate)));
}

/*
 * A state with its words where C expects them.  In a tuple a bytea lies at any
 * multiple of four; what an aggregate changes in place is aligned already.
 */
static inline struct varlena *
aligned_state(Datum datum)
{
	struct varlena *state = PG_DETOAST_DATUM(datum);

	if (likely((uintptr_t) state == MAXALIGN((uintptr_t) state)))
		return state;
	return memcpy(palloc(VARSIZE(state)), state, VARSIZE(state));
}

#endif							/* ICP_AGGREGATE_H */

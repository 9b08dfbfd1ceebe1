/*
 * market.h
 *		What many evaluations say together: icp_reach and icp_audience.
 */
#ifndef ICP_MARKET_H
#define ICP_MARKET_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "cohort/economics.h"
#include "cohort/money.h"
#include "market/tally.h"

/* ---- evaluation.c: one evaluation ---- */

typedef struct Evaluation
{
	bool		is_known;		/* it says whether the row fits */
	bool		fits;
	double		coverage;		/* NaN where there is none */
	text	   *tier;			/* or NULL */
} Evaluation;

extern Evaluation read_evaluation(FunctionCallInfo fcinfo, int arg);

/* The result type of a function over composites, kept between calls. */
extern TupleDesc result_row(FunctionCallInfo fcinfo, int columns);

/* ---- screening.c: many of them ---- */

typedef struct Screening
{
	int64		people;
	int64		known;
	int64		fitting;
	int64		covered;		/* have a coverage */
	int64		costed;			/* have a cost */
	int128		coverage;		/* sum, in share_units() */
	int128		cost;			/* sum, in units of 10^-scale */
	double		ceiling;		/* NaN if there is none */
	int32		scale;
	int32		unused;
} Screening;

extern const TallyKind reach_kind;
extern const TallyKind audience_kind;

/* What a state holds, checked; of no state, nothing. */
extern Screening read_screening(const TallyKind *kind, const Tally *tally);

static inline double
mean_coverage(const Screening *screening)
{
	if (screening->covered == 0)
		return NAN;
	return (double) screening->coverage / ((double) WHOLE_SHARE * (double) screening->covered);
}

/* Money that one who fits may cost, or an error. */
extern double checked_ceiling(double ceiling);

/* {"T1": 12, ...}; NULL stands for no state */
extern Datum tiers_jsonb(const TallyKind *kind, const Tally *tally);

#endif							/* ICP_MARKET_H */

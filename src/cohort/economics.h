/*
 * economics.h
 *		What a cohort says, as numbers; shared by its readings.
 *
 * Money is in units of the currency here, and floating point: sums are exact, and
 * ratios of them are not.
 */
#ifndef ICP_ECONOMICS_H
#define ICP_ECONOMICS_H

#include "postgres.h"

#include <math.h>

#include "cohort/cohort.h"
#include "common/result.h"
#include "stats/stats.h"

typedef struct CohortView
{
	const Cohort *cohort;
	int			ages;			/* observed: somebody is eligible */
	double		unit;			/* money in one unit of the sums */
	double		margin_unit;	/* the same of margins, rate included */
	double		customers;
	double	   *eligible;		/* by age, and 0 behind the last */
	double	   *mean_margin;	/* by age: per eligible customer */
	int64	   *lost;			/* by u */
	int64	   *censored;
} CohortView;

/* Cost of acquiring a customer; NaN where it is not known. */
typedef struct Acquisition
{
	double		cost;
	double		mean;			/* of those that are known; 0 without any */
	double		known;			/* customers */
	double		coverage;
	double		variance;		/* of cost; NaN for one customer */
} Acquisition;

typedef enum LtvModel
{
	LTV_NO_DATA,
	LTV_REALISED,				/* observed ages cover the horizon */
	LTV_ALL_GONE,				/* nobody is left to expect anything of */
	LTV_NO_CHURN,				/* nobody was lost: no end in sight */
	LTV_GEOMETRIC,
	LTV_SBG
} LtvModel;

typedef struct Ltv
{
	LtvModel	model;
	bool		converged;
	int			horizon;
	double		realised;
	double		realised_variance;	/* NaN if not kept */
	double		projected;		/* NaN without churn */
	double		at_least;		/* without churn: by the rule of three; else NaN */
	double		variance;		/* of projected */
	double		cac_covariance;
} Ltv;

extern const char *const ltv_model_names[];

extern CohortView view_cohort(const Cohort *cohort);
extern Acquisition acquisition(const CohortView *view);
extern double discount_at(const CohortView *view, double discount, int age);
extern ChurnFit cohort_churn(const CohortView *view);
extern Ltv lifetime_value(const CohortView *view, const Acquisition *cac, int horizon, double discount);
extern double variance_of_means(const CohortView *view, const double *weights, int n);

/* Months until margin has paid for acquisition; NaN, and how long it has not. */
typedef struct Payback
{
	double		months;
	double		longer_than;
} Payback;

extern Payback payback(const CohortView *view, double cost);

/* readings of arguments, and results */
extern CohortView view_of_datum(Datum datum);
extern int	checked_horizon(int32 horizon);
extern double checked_discount(double discount);

#endif							/* ICP_ECONOMICS_H */

/*
 * cohort.h
 *		The icp_cohort type: a mergeable summary of customers' ledgers.
 *
 * A cohort is sums over customers, and nothing else: of counts, of money, and of
 * products of two amounts.  So cohorts can be added and subtracted, exactly.
 *
 * Customer i was acquired in period 0; F(i) periods were over at the day as_of.
 * An age a is eligible if F(i) > a.  What is counted by age is of eligible
 * customers only.  u(i) is the age at which the customer was lost (an event), or
 * up to which it is known not to have been (censored).
 *
 * At rest it is a front of bytes and then numbers (numbers.h).  At work it is the
 * struct below, with room for more ages than there are; it is changed in place,
 * and grown by moving.  Only this library makes the form at work: it is believed.
 */
#ifndef ICP_COHORT_H
#define ICP_COHORT_H

#include "postgres.h"

#include "cohort/ledger.h"
#include "cohort/money.h"
#include "cohort/period.h"
#include "common/compat.h"
#include "fmgr.h"
#include "utils/jsonb.h"

#define COHORT_VERSION 1

/* Of this version, where the one of a cohort at rest is. */
#define COHORT_AT_WORK 0xFF

/* The oldest customer: 50 years of months, 11 of weeks. */
#define MAX_AGES 600

#define MAX_GRACE 60
#define MAX_MIN_RISK 1000000

/* Value received is told apart in steps of a twentieth of what was paid, up to ten times that. */
#define VALUE_STEPS 20
#define VALUE_CELLS (10 * VALUE_STEPS + 1)

/* What cohorts must have in common to be added. */
typedef struct CohortTerms
{
	DateADT		as_of;			/* exclusive */
	int32		grace;			/* complete periods without a charge that make a loss */
	int32		min_risk;		/* fewer at risk than this are flagged */
	uint8		period;			/* week, month or quarter */
	bool		anniversary;	/* ages from the day of acquisition, not by calendar */
	bool		first_lapse;	/* the first gap is the loss, not the last charge */
	bool		intervals;		/* keep what variances need */
	bool		has_rate;		/* margin is a rate of revenue, not revenue less cost */
	uint8		rate_scale;
	uint16		unused;			/* 0 */
	int64		rate;
} CohortTerms;

typedef enum Section
{
	/* one number each: customers who ... */
	EXCLUDED,					/* were acquired at as_of or later */
	UNACQUIRED,					/* have no day of acquisition */
	NEVER_PAID,					/* have no charge in a complete period */
	PAID_BEFORE,				/* have money before their acquisition */
	PAID_OPEN,					/* in the period that is not over */
	PAID_AFTER,					/* at as_of or later */
	PAYERS,						/* have paid more than they got back */
	MEASURED,					/* of these, whose value received is known */
	UNDATED_ROWS,				/* rows of ledgers without a time */
	SPENDS,						/* amounts of icp_cohort_spend */
	/* money of those, and of the last two */
	MONEY_BEFORE,
	MONEY_OPEN,
	MONEY_AFTER,
	VALUE,
	VALUE_PAID,
	SPEND,
	CAC_SQUARES,
	/* by F */
	CUSTOMERS,
	KNOWN,						/* customers whose CAC is known */
	CAC,
	BASE,						/* revenue of age 0, of those who have some */
	/* by age */
	ACTIVE,						/* with a charge */
	REACTIVATED,				/* again, after an age without */
	REVENUE,					/* charges less refunds */
	MARGIN,
	NRR,						/* revenue of those in BASE */
	GRR,						/* the same, but of each no more than in age 0, nor less than 0 */
	STEP_BASE,					/* revenue of the age before, of those who had some there */
	STEP_NRR,
	STEP_GRR,
	KNOWN_MARGIN,				/* of those whose CAC is known */
	CAC_MARGIN,					/* products of CAC and margin */
	/* by u */
	LOST,
	CENSORED,
	LOST_KNOWN,
	CENSORED_KNOWN,
	LOST_CAC,
	CENSORED_CAC,
	/* by two; only with intervals */
	PRODUCTS,					/* of margins of ages a <= b */
	LOST_MARGIN,				/* margin of age a < F, of the lost */
	LEFT_MARGIN,				/* of those who are not lost */
	LOST_AT,					/* the lost, by u < F */
	MARGIN_BEFORE,				/* margin of age a < u, of the lost */
	MARGIN_SINCE,				/* of u <= a */
	/* only with values */
	VALUES,						/* customers by twentieths of value over paid */
	NSECTIONS
} Section;

typedef enum Shape
{
	SHAPE_SINGLE,
	SHAPE_AGES,					/* 0 .. ages */
	SHAPE_PAIRS,				/* pair(a, b), 0 <= a <= b < ages */
	SHAPE_VALUES
} Shape;

typedef enum Unit
{
	UNIT_COUNT,
	UNIT_MONEY,
	UNIT_SQUARE
} Unit;

typedef struct SectionKind
{
	Shape		shape;
	Unit		unit;
} SectionKind;

extern const SectionKind section_kinds[NSECTIONS];

typedef struct Cohort
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* COHORT_AT_WORK */
	uint8		scale;
	bool		has_values;
	uint8		unused;
	uint32		capacity;		/* ages that there is room for */
	uint32		ncells;
	CohortTerms terms;
	char		currency[CURRENCY_SIZE];
	uint32		offsets[NSECTIONS + 1];
	uint32		unused_too;
	int128		cells[FLEXIBLE_ARRAY_MEMBER];
} Cohort;

/* Where the pair is, wherever the ages end. */
static inline uint32
pair(uint32 a, uint32 b)
{
	Assert(a <= b);
	return b * (b + 1) / 2 + a;
}

static inline int128 *
section(Cohort *cohort, Section section)
{
	return &cohort->cells[cohort->offsets[section]];
}

static inline const int128 *
cells_of(const Cohort *cohort, Section section)
{
	return &cohort->cells[cohort->offsets[section]];
}

static inline bool
has_section(const Cohort *cohort, Section section)
{
	return cohort->offsets[section + 1] > cohort->offsets[section];
}

/* cohort_options.c */
extern CohortTerms default_terms(void);
extern CohortTerms parse_terms(Jsonb *options);

/* cohort_state.c: the form at work */
extern Cohort *new_cohort(const CohortTerms *terms, uint32 ages, bool has_values);
extern Cohort *cohort_with_room(const Cohort *cohort, uint32 ages, bool has_values);
extern uint32 section_length(Section s, uint32 ages, bool intervals, bool has_values);
extern void check_terms(const CohortTerms *a, const CohortTerms *b);
extern uint32 ages_in_use(const Cohort *cohort);
extern void rescale_cohort(Cohort *cohort, int scale);
extern Cohort *add_cohort(Cohort *cohort, const Cohort *other, bool subtract);
extern bool is_good_cohort(const Cohort *cohort);

/* cohort_io.c: the form at rest */
extern struct varlena *pack_cohort(const Cohort *cohort);
extern Cohort *read_cohort(Datum datum);	/* of either form, to be read only */
extern Cohort *read_cohort_at_rest(const struct varlena *value);
extern struct varlena *cohort_at_rest(Datum datum);

/* customer.c */
typedef struct Customer
{
	const Ledger *ledger;		/* or NULL */
	DateADT		acquired;
	bool		has_cac;
	bool		has_value;
	Money		cac;
	Money		value;
} Customer;

extern Cohort *add_customer(Cohort *cohort, const Customer *customer);

#endif							/* ICP_COHORT_H */

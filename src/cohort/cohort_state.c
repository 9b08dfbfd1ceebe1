/*
 * cohort_state.c
 *		A cohort at work: room, scale, sums of two.
 */
#include "postgres.h"

#include "cohort/cohort.h"
#include "miscadmin.h"

const SectionKind section_kinds[NSECTIONS] = {
	[EXCLUDED] = {SHAPE_SINGLE, UNIT_COUNT},
	[UNACQUIRED] = {SHAPE_SINGLE, UNIT_COUNT},
	[NEVER_PAID] = {SHAPE_SINGLE, UNIT_COUNT},
	[PAID_BEFORE] = {SHAPE_SINGLE, UNIT_COUNT},
	[PAID_OPEN] = {SHAPE_SINGLE, UNIT_COUNT},
	[PAID_AFTER] = {SHAPE_SINGLE, UNIT_COUNT},
	[PAYERS] = {SHAPE_SINGLE, UNIT_COUNT},
	[MEASURED] = {SHAPE_SINGLE, UNIT_COUNT},
	[UNDATED_ROWS] = {SHAPE_SINGLE, UNIT_COUNT},
	[SPENDS] = {SHAPE_SINGLE, UNIT_COUNT},
	[MONEY_BEFORE] = {SHAPE_SINGLE, UNIT_MONEY},
	[MONEY_OPEN] = {SHAPE_SINGLE, UNIT_MONEY},
	[MONEY_AFTER] = {SHAPE_SINGLE, UNIT_MONEY},
	[VALUE] = {SHAPE_SINGLE, UNIT_MONEY},
	[VALUE_PAID] = {SHAPE_SINGLE, UNIT_MONEY},
	[SPEND] = {SHAPE_SINGLE, UNIT_MONEY},
	[CAC_SQUARES] = {SHAPE_SINGLE, UNIT_SQUARE},
	[CUSTOMERS] = {SHAPE_AGES, UNIT_COUNT},
	[KNOWN] = {SHAPE_AGES, UNIT_COUNT},
	[CAC] = {SHAPE_AGES, UNIT_MONEY},
	[BASE] = {SHAPE_AGES, UNIT_MONEY},
	[ACTIVE] = {SHAPE_AGES, UNIT_COUNT},
	[REACTIVATED] = {SHAPE_AGES, UNIT_COUNT},
	[REVENUE] = {SHAPE_AGES, UNIT_MONEY},
	[MARGIN] = {SHAPE_AGES, UNIT_MONEY},
	[NRR] = {SHAPE_AGES, UNIT_MONEY},
	[GRR] = {SHAPE_AGES, UNIT_MONEY},
	[STEP_BASE] = {SHAPE_AGES, UNIT_MONEY},
	[STEP_NRR] = {SHAPE_AGES, UNIT_MONEY},
	[STEP_GRR] = {SHAPE_AGES, UNIT_MONEY},
	[KNOWN_MARGIN] = {SHAPE_AGES, UNIT_MONEY},
	[CAC_MARGIN] = {SHAPE_AGES, UNIT_SQUARE},
	[LOST] = {SHAPE_AGES, UNIT_COUNT},
	[CENSORED] = {SHAPE_AGES, UNIT_COUNT},
	[LOST_KNOWN] = {SHAPE_AGES, UNIT_COUNT},
	[CENSORED_KNOWN] = {SHAPE_AGES, UNIT_COUNT},
	[LOST_CAC] = {SHAPE_AGES, UNIT_MONEY},
	[CENSORED_CAC] = {SHAPE_AGES, UNIT_MONEY},
	[PRODUCTS] = {SHAPE_PAIRS, UNIT_SQUARE},
	[LOST_MARGIN] = {SHAPE_PAIRS, UNIT_MONEY},
	[LEFT_MARGIN] = {SHAPE_PAIRS, UNIT_MONEY},
	[LOST_AT] = {SHAPE_PAIRS, UNIT_COUNT},
	[MARGIN_BEFORE] = {SHAPE_PAIRS, UNIT_MONEY},
	[MARGIN_SINCE] = {SHAPE_PAIRS, UNIT_MONEY},
	[VALUES] = {SHAPE_VALUES, UNIT_COUNT},
};

/* ---- room ---- */

uint32
section_length(Section s, uint32 ages, bool intervals, bool has_values)
{
	switch (section_kinds[s].shape)
	{
		case SHAPE_SINGLE:
			return 1;
		case SHAPE_AGES:
			return ages + 1;
		case SHAPE_PAIRS:
			return intervals ? ages * (ages + 1) / 2 : 0;
		case SHAPE_VALUES:
			return has_values ? VALUE_CELLS : 0;
	}
	return 0;
}

/* Most groups have customers of few ages, and a year more is no great matter. */
static uint32
capacity_for(uint32 ages)
{
	uint32		step = ages <= 12 ? 4 : 12;

	return Min((ages + step - 1) / step * step, MAX_AGES);
}

/* In the current memory context; the executor copies it to where it keeps it. */
Cohort *
new_cohort(const CohortTerms *terms, uint32 ages, bool has_values)
{
	uint32		offsets[NSECTIONS + 1] = {0};
	uint32		capacity = capacity_for(ages);
	Cohort	   *cohort;
	Size		size;

	for (int s = 0; s < NSECTIONS; s++)
		offsets[s + 1] = offsets[s] + section_length(s, capacity, terms->intervals, has_values);
	size = offsetof(Cohort, cells) + sizeof(int128) * offsets[NSECTIONS];
	cohort = palloc0(size);
	SET_VARSIZE(cohort, size);
	cohort->version = COHORT_AT_WORK;
	cohort->has_values = has_values;
	cohort->capacity = capacity;
	cohort->ncells = offsets[NSECTIONS];
	cohort->terms = *terms;
	memcpy(cohort->offsets, offsets, sizeof(offsets));
	return cohort;
}

/* Ages come last in every section, and pairs with them. */
Cohort *
cohort_with_room(const Cohort *cohort, uint32 ages, bool has_values)
{
	Cohort	   *larger = new_cohort(&cohort->terms, Max(ages, cohort->capacity), has_values || cohort->has_values);

	larger->scale = cohort->scale;
	memcpy(larger->currency, cohort->currency, CURRENCY_SIZE);
	for (int s = 0; s < NSECTIONS; s++)
		memcpy(section(larger, s), cells_of(cohort, s),
			   sizeof(int128) * (cohort->offsets[s + 1] - cohort->offsets[s]));
	return larger;
}

uint32
ages_in_use(const Cohort *cohort)
{
	uint32		ages = cohort->capacity;

	while (ages > 0 && cells_of(cohort, CUSTOMERS)[ages] == 0)
		ages--;
	return ages;
}

/* ---- scale ---- */

/* To a finer one. */
void
rescale_cohort(Cohort *cohort, int scale)
{
	int64		power;

	if (scale <= cohort->scale)
		return;
	power = money_powers[scale - cohort->scale];
	for (int s = 0; s < NSECTIONS; s++)
	{
		int			times = section_kinds[s].unit == UNIT_SQUARE ? 2 : section_kinds[s].unit == UNIT_MONEY;
		int128	   *cells = section(cohort, s);
		uint32		n = cohort->offsets[s + 1] - cohort->offsets[s];

		for (; times > 0; times--)
			for (uint32 i = 0; i < n; i++)
				if (__builtin_mul_overflow(cells[i], (int128) power, &cells[i]))
					money_out_of_range("a cohort's amount");
	}
	cohort->scale = scale;
}

/* ---- sums ---- */

void
check_terms(const CohortTerms *a, const CohortTerms *b)
{
	const char *what = NULL;

	if (a->as_of != b->as_of)
		what = "as_of";
	else if (a->period != b->period)
		what = "period";
	else if (a->anniversary != b->anniversary)
		what = "age";
	else if (a->first_lapse != b->first_lapse)
		what = "churn";
	else if (a->grace != b->grace)
		what = "grace";
	else if (a->min_risk != b->min_risk)
		what = "min_risk";
	else if (a->intervals != b->intervals)
		what = "intervals";
	else if (a->has_rate != b->has_rate || a->rate != b->rate || a->rate_scale != b->rate_scale)
		what = "margin";
	if (what)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cohorts of different \"%s\" cannot be added", what),
				 errhint("Build all of them with the same day as_of and the same options.")));
}

/* The customers of another cohort besides, or no more; the result may be another allocation. */
Cohort *
add_cohort(Cohort *cohort, const Cohort *other, bool subtract)
{
	uint32		ages = ages_in_use(other);
	const Cohort *fine = other;

	check_terms(&cohort->terms, &other->terms);
	meet_currency(cohort->currency, other->currency);
	if (ages > cohort->capacity || (other->has_values && !cohort->has_values))
		cohort = cohort_with_room(cohort, ages, other->has_values);
	if (other->scale < cohort->scale)
	{
		Cohort	   *copy = cohort_with_room(other, 0, false);

		rescale_cohort(copy, cohort->scale);
		fine = copy;
	}
	rescale_cohort(cohort, fine->scale);
	for (int s = 0; s < NSECTIONS; s++)
	{
		const int128 *from = cells_of(fine, s);
		int128	   *to = section(cohort, s);
		uint32		n = has_section(fine, s) ? section_length(s, ages, cohort->terms.intervals, true) : 0;

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
			if (subtract ? __builtin_sub_overflow(to[i], from[i], &to[i]) :
				__builtin_add_overflow(to[i], from[i], &to[i]))
				money_out_of_range("a cohort's amount");
	}
	return cohort;
}

/* ---- what must hold ---- */

static bool
all_counts_are_good(const Cohort *cohort)
{
	for (int s = 0; s < NSECTIONS; s++)
	{
		const int128 *cells = cells_of(cohort, s);
		uint32		n = cohort->offsets[s + 1] - cohort->offsets[s];

		if (section_kinds[s].unit != UNIT_COUNT)
			continue;
		for (uint32 i = 0; i < n; i++)
			if (cells[i] < 0 || cells[i] > MAX_COUNT)
				return false;
	}
	return true;
}

static bool
ages_are_good(const Cohort *cohort)
{
	int128		eligible = 0;
	int128		ended = 0;

	for (int a = (int) cohort->capacity; a >= 0; a--)
	{
		if (cells_of(cohort, ACTIVE)[a] > eligible ||
			cells_of(cohort, REACTIVATED)[a] > cells_of(cohort, ACTIVE)[a] ||
			cells_of(cohort, LOST_KNOWN)[a] > cells_of(cohort, LOST)[a] ||
			cells_of(cohort, CENSORED_KNOWN)[a] > cells_of(cohort, CENSORED)[a] ||
			cells_of(cohort, KNOWN)[a] > cells_of(cohort, CUSTOMERS)[a] ||
			cells_of(cohort, BASE)[a] < 0 || cells_of(cohort, STEP_BASE)[a] < 0)
			return false;
		/* who is lost, or censored, at an age has been followed up longer than that */
		ended += cells_of(cohort, LOST)[a] + cells_of(cohort, CENSORED)[a];
		if (ended > eligible)
			return false;
		eligible += cells_of(cohort, CUSTOMERS)[a];
	}
	return eligible <= MAX_COUNT && cells_of(cohort, NEVER_PAID)[0] <= eligible &&
		cells_of(cohort, PAYERS)[0] <= eligible && cells_of(cohort, CAC_SQUARES)[0] >= 0;
}

static bool
pairs_are_good(const Cohort *cohort)
{
	for (uint32 a = 0; a < cohort->capacity; a++)
	{
		int128		lost = 0;

		if (cells_of(cohort, PRODUCTS)[pair(a, a)] < 0)
			return false;
		for (uint32 f = a; f < cohort->capacity; f++)
			lost += cells_of(cohort, LOST_AT)[pair(a, f)];
		if (lost != cells_of(cohort, LOST)[a])
			return false;
	}
	return true;
}

static bool
values_are_good(const Cohort *cohort)
{
	int128		measured = 0;

	for (int i = 0; cohort->has_values && i < VALUE_CELLS; i++)
		measured += cells_of(cohort, VALUES)[i];
	return measured == cells_of(cohort, MEASURED)[0] && measured <= cells_of(cohort, PAYERS)[0] &&
		(measured == 0 || cells_of(cohort, VALUE_PAID)[0] > 0);
}

/* Can its sums be those of any customers?  What comes from elsewhere, and what was subtracted. */
bool
is_good_cohort(const Cohort *cohort)
{
	return all_counts_are_good(cohort) && ages_are_good(cohort) &&
		(!cohort->terms.intervals || pairs_are_good(cohort)) && values_are_good(cohort);
}

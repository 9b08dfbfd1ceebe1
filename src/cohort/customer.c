/*
 * customer.c
 *		One customer's ledger into the sums of a cohort.
 */
#include "postgres.h"

#include "cohort/cohort.h"
#include "utils/date.h"

/* Money of one age. */
typedef struct AgeMoney
{
	int			age;
	int64		gross;
	int64		revenue;
	int64		margin;
} AgeMoney;

/* The complete ages that have money; they ascend. */
typedef struct Life
{
	int			followed;		/* F */
	int			nages;
	AgeMoney   *ages;
	int			last;			/* age of the last charge that counts, or -1 */
	bool		is_lost;
	int			end;			/* u; may be negative of those who are not lost */
	int64		paid;			/* charges less refunds until as_of */
} Life;

#define AMOUNT "a cohort's amount"

static inline void
add_to(int128 *cell, int128 amount)
{
	*cell = money_sum_wide(*cell, amount, AMOUNT);
}

static inline int64
scaled(int64 units, int64 power)
{
	int64		result;

	if (unlikely(__builtin_mul_overflow(units, power, &result)))
		money_out_of_range(AMOUNT);
	return result;
}

/* ---- ages ---- */

pg_noreturn static void
wrong_grain(const CohortTerms *terms, const Ledger *ledger)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a cohort by %s%s cannot take a ledger by %s", period_names[terms->period],
					terms->anniversary ? " since acquisition" : "", period_names[ledger->grain]),
			 errhint("Make the ledger with the option {\"by\": \"%s\"}.",
					 terms->anniversary || terms->period != PERIOD_WEEK ? "day" : "week")));
}

static void
check_grain(const CohortTerms *terms, const Ledger *ledger)
{
	bool		fits = ledger->grain == PERIOD_DAY ||
		(!terms->anniversary && (ledger->grain == terms->period ||
								 (ledger->grain == PERIOD_MONTH && terms->period == PERIOD_QUARTER)));

	if (!fits && ledger->nentries > 0)
		wrong_grain(terms, ledger);
}

/* Periods from acquisition to a period of the ledger; origin is the calendar period of the former. */
static int64
age_of(const CohortTerms *terms, Period grain, int64 period, DateADT acquired, int64 origin)
{
	if (terms->anniversary)
		return whole_periods(terms->period, acquired, (DateADT) period);
	if (grain == PERIOD_DAY)
		return period_of(terms->period, (DateADT) period) - origin;
	if (grain == PERIOD_MONTH && terms->period == PERIOD_QUARTER)
		return (period >= 0 ? period / 3 : (period - 2) / 3) - origin;
	return period - origin;
}

static int
followed_up(const CohortTerms *terms, DateADT acquired)
{
	int64		followed = terms->anniversary ? whole_periods(terms->period, acquired, terms->as_of) :
		period_of(terms->period, terms->as_of) - period_of(terms->period, acquired);

	if (followed > MAX_AGES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a customer was acquired " INT64_FORMAT " %ss before as_of", followed, period_names[terms->period]),
				 errdetail("Cohorts reach back over %d.", MAX_AGES),
				 errhint("Give NULL for a day of acquisition that is not known, or count by longer periods.")));
	return (int) followed;
}

/* ---- the ledger by age ---- */

typedef struct Apart
{
	bool		is_there;
	int64		money;
} Apart;

static void
put_apart(Cohort *cohort, const Apart *apart, Section customers, Section money)
{
	if (!apart->is_there)
		return;
	section(cohort, customers)[0]++;
	add_to(section(cohort, money), apart->money);
}

static void
add_apart(Apart *apart, int64 revenue)
{
	apart->is_there = true;
	apart->money = money_sum(apart->money, revenue, AMOUNT);
}

static void
add_age(Life *life, int age, int64 gross, int64 revenue, int64 margin)
{
	AgeMoney   *next = &life->ages[life->nages];

	if (life->nages > 0 && next[-1].age == age)
	{
		next[-1].gross = money_sum(next[-1].gross, gross, AMOUNT);
		next[-1].revenue = money_sum(next[-1].revenue, revenue, AMOUNT);
		next[-1].margin = money_sum(next[-1].margin, margin, AMOUNT);
		return;
	}
	*next = (AgeMoney) {.age = age, .gross = gross, .revenue = revenue, .margin = margin};
	life->nages++;
}

/* Entries ascend, and so do their ages. */
static void
lay_out_ages(Cohort *cohort, const Ledger *ledger, DateADT acquired, Life *life)
{
	const CohortTerms *terms = &cohort->terms;
	int64		origin = period_of(terms->period, acquired);
	int64		power = money_powers[cohort->scale - ledger->scale];
	/* the first period of the ledger that begins at as_of or later */
	int64		end = period_of(ledger->grain, terms->as_of - 1) + 1;
	Apart		before = {0};
	Apart		open = {0};
	Apart		after = {0};

	life->ages = palloc(sizeof(AgeMoney) * Max(ledger->nentries, 1));
	for (uint32 i = 0; i < ledger->nentries; i++)
	{
		const LedgerEntry *entry = &ledger->entries[i];
		int64		gross = scaled(entry->gross, power);
		int64		revenue = scaled(entry->gross - entry->refund, power);
		int64		margin = terms->has_rate ? revenue :
			money_sum(revenue, scaled(-Max(entry->cost, -PG_INT64_MAX), power), AMOUNT);
		int64		age = age_of(terms, ledger->grain, entry->period, acquired, origin);

		if (age < 0)
			add_apart(&before, revenue);
		else if (entry->period >= end)
			add_apart(&after, revenue);
		else
		{
			life->paid = money_sum(life->paid, revenue, AMOUNT);
			if (age < life->followed)
				add_age(life, (int) age, gross, revenue, margin);
			else
				add_apart(&open, revenue);
		}
	}
	put_apart(cohort, &before, PAID_BEFORE, MONEY_BEFORE);
	put_apart(cohort, &open, PAID_OPEN, MONEY_OPEN);
	put_apart(cohort, &after, PAID_AFTER, MONEY_AFTER);
}

/*
 * Who is lost, and when.  The last age at which a loss can be seen is F - grace.
 * So the others are known not to have been lost up to that age, and no further,
 * though they may have paid later: else ages at which nobody's loss can be seen
 * would look safe.
 */
static void
see_the_end(const CohortTerms *terms, Life *life)
{
	life->last = -1;
	for (int i = 0; i < life->nages; i++)
	{
		if (life->ages[i].gross == 0)
			continue;
		if (terms->first_lapse && life->last >= 0 && life->ages[i].age - life->last > terms->grace)
			break;
		life->last = life->ages[i].age;
	}
	life->is_lost = life->last + 1 <= life->followed - terms->grace;
	life->end = life->is_lost ? life->last + 1 : life->followed - terms->grace;
}

/* ---- into the sums ---- */

static void
count_money(Cohort *cohort, const Life *life)
{
	int			before = -1;	/* age of the charge before */

	for (int i = 0; i < life->nages; i++)
	{
		const AgeMoney *at = &life->ages[i];

		add_to(&section(cohort, REVENUE)[at->age], at->revenue);
		add_to(&section(cohort, MARGIN)[at->age], at->margin);
		if (at->gross == 0)
			continue;
		section(cohort, ACTIVE)[at->age]++;
		if (before >= 0 && at->age > before + 1)
			section(cohort, REACTIVATED)[at->age]++;
		before = at->age;
	}
	if (before < 0)
		section(cohort, NEVER_PAID)[0]++;
}

/* Net and gross retention, from the first age and from each to the next. */
static void
count_retention(Cohort *cohort, const Life *life)
{
	const AgeMoney *ages = life->ages;
	int64		base = life->nages > 0 && ages[0].age == 0 ? Max(ages[0].revenue, 0) : 0;

	if (base > 0)
	{
		add_to(&section(cohort, BASE)[life->followed], base);
		for (int i = 0; i < life->nages; i++)
		{
			add_to(&section(cohort, NRR)[ages[i].age], ages[i].revenue);
			add_to(&section(cohort, GRR)[ages[i].age], Max(Min(ages[i].revenue, base), 0));
		}
	}
	for (int i = 0; i < life->nages; i++)
	{
		int			next = ages[i].age + 1;
		int64		revenue = i + 1 < life->nages && ages[i + 1].age == next ? ages[i + 1].revenue : 0;

		if (ages[i].revenue <= 0 || next >= life->followed)
			continue;
		add_to(&section(cohort, STEP_BASE)[next], ages[i].revenue);
		add_to(&section(cohort, STEP_NRR)[next], revenue);
		add_to(&section(cohort, STEP_GRR)[next], Max(Min(revenue, ages[i].revenue), 0));
	}
}

static void
count_cac(Cohort *cohort, const Life *life, int64 cac)
{
	section(cohort, KNOWN)[life->followed]++;
	add_to(&section(cohort, CAC)[life->followed], cac);
	add_to(section(cohort, CAC_SQUARES), (int128) cac * cac);
	for (int i = 0; i < life->nages; i++)
	{
		add_to(&section(cohort, KNOWN_MARGIN)[life->ages[i].age], life->ages[i].margin);
		add_to(&section(cohort, CAC_MARGIN)[life->ages[i].age], (int128) cac * life->ages[i].margin);
	}
	if (life->end < 0)
		return;
	section(cohort, life->is_lost ? LOST_KNOWN : CENSORED_KNOWN)[life->end]++;
	add_to(&section(cohort, life->is_lost ? LOST_CAC : CENSORED_CAC)[life->end], cac);
}

static void
count_pairs(Cohort *cohort, const Life *life)
{
	int128	   *products = section(cohort, PRODUCTS);
	int128	   *margins = section(cohort, life->is_lost ? LOST_MARGIN : LEFT_MARGIN);

	for (int i = 0; i < life->nages; i++)
	{
		const AgeMoney *at = &life->ages[i];

		if (at->margin == 0)
			continue;
		for (int j = 0; j <= i; j++)
			add_to(&products[pair(life->ages[j].age, at->age)], (int128) life->ages[j].margin * at->margin);
		add_to(&margins[pair(at->age, life->followed - 1)], at->margin);
		if (life->is_lost && at->age < life->end)
			add_to(&section(cohort, MARGIN_BEFORE)[pair(at->age, life->end - 1)], at->margin);
		else if (life->is_lost)
			add_to(&section(cohort, MARGIN_SINCE)[pair(life->end, at->age)], at->margin);
	}
	if (life->is_lost)
		section(cohort, LOST_AT)[pair(life->end, life->followed - 1)]++;
}

static void
count_value(Cohort *cohort, const Life *life, const Customer *customer)
{
	int64		value;
	int128		steps;

	if (life->paid <= 0)
		return;
	section(cohort, PAYERS)[0]++;
	if (!customer->has_value)
		return;
	value = money_at(customer->value, cohort->scale, "value received");
	section(cohort, MEASURED)[0]++;
	add_to(section(cohort, VALUE), value);
	add_to(section(cohort, VALUE_PAID), life->paid);
	steps = (int128) value * VALUE_STEPS / life->paid;
	section(cohort, VALUES)[Max(Min(steps, VALUE_CELLS - 1), 0)]++;
}

/* The result may be another allocation; the given one is the executor's to free. */
Cohort *
add_customer(Cohort *cohort, const Customer *customer)
{
	static const Ledger nothing = {.grain = PERIOD_DAY};
	const Ledger *ledger = customer->ledger ? customer->ledger : &nothing;
	Life		life = {0};

	check_grain(&cohort->terms, ledger);
	meet_currency(cohort->currency, ledger->currency);
	add_to(section(cohort, UNDATED_ROWS), ledger->undated);
	if (customer->acquired >= cohort->terms.as_of)
	{
		section(cohort, EXCLUDED)[0]++;
		return cohort;
	}
	life.followed = followed_up(&cohort->terms, customer->acquired);
	if (life.followed > (int) cohort->capacity || (customer->has_value && !cohort->has_values))
		cohort = cohort_with_room(cohort, life.followed, customer->has_value);
	rescale_cohort(cohort, Max(ledger->scale, Max(customer->has_cac ? customer->cac.scale : 0,
												  customer->has_value ? customer->value.scale : 0)));
	lay_out_ages(cohort, ledger, customer->acquired, &life);
	see_the_end(&cohort->terms, &life);

	section(cohort, CUSTOMERS)[life.followed]++;
	count_money(cohort, &life);
	count_retention(cohort, &life);
	if (life.end >= 0)
		section(cohort, life.is_lost ? LOST : CENSORED)[life.end]++;
	if (customer->has_cac)
		count_cac(cohort, &life, money_at(customer->cac, cohort->scale, "cac"));
	if (cohort->terms.intervals)
		count_pairs(cohort, &life);
	count_value(cohort, &life, customer);
	return cohort;
}

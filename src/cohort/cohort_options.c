/*
 * cohort_options.c
 *		The options of a cohort.
 *
 *	period		"month", "week" or "quarter": what ages count
 *	age			"calendar": periods of the calendar; "anniversary": since the day of acquisition
 *	churn		"last_charge": a customer is lost after the last one; "first_lapse": in the first gap
 *	grace		how many complete periods without a charge make a loss
 *	margin		the part of revenue that is margin, in place of revenue less cost
 *	intervals	whether to keep what intervals need
 *	min_risk	steps of survival with fewer customers at risk are flagged
 */
#include "postgres.h"

#include "cohort/cohort.h"
#include "common/options.h"

static const char *const option_names[] = {
	"period", "age", "churn", "grace", "margin", "intervals", "min_risk", NULL
};

CohortTerms
default_terms(void)
{
	return (CohortTerms) {.grace = 1, .min_risk = 10, .period = PERIOD_MONTH, .intervals = true};
}

/* The place of a word in a list that ends with NULL. */
static int
word_option(const char *name, const JsonbValue *value, const char *const *words, const char *hint)
{
	char	   *text = text_option(name, value, hint);

	for (int i = 0; words[i]; i++)
	{
		if (strcmp(words[i], text) == 0)
			return i;
	}
	bad_option(name, hint);
}

static void
rate_option(const char *name, const JsonbValue *value, CohortTerms *terms)
{
	const char *hint = "It is a part of revenue, from 0 to 1, such as 0.8.";
	Money		rate;

	if (value->type != jbvNumeric)
		bad_option(name, hint);
	rate = money_of(NumericGetDatum(value->val.numeric), "the option \"margin\"");
	if (rate.units < 0 || rate.units > money_powers[rate.scale])
		bad_option(name, hint);
	terms->has_rate = true;
	terms->rate = rate.units;
	terms->rate_scale = rate.scale;
}

static void
set_term(const char *name, const JsonbValue *value, CohortTerms *terms)
{
	static const char *const ages[] = {"calendar", "anniversary", NULL};
	static const char *const churns[] = {"last_charge", "first_lapse", NULL};

	if (strcmp(name, "period") == 0)
		terms->period = PERIOD_WEEK + word_option(name, value, &period_names[PERIOD_WEEK],
												  "Periods are \"month\", \"week\" or \"quarter\".");
	else if (strcmp(name, "age") == 0)
		terms->anniversary = word_option(name, value, ages, "Ages are by \"calendar\" or by \"anniversary\".") == 1;
	else if (strcmp(name, "churn") == 0)
		terms->first_lapse = word_option(name, value, churns, "A customer is lost after the \"last_charge\", or with the \"first_lapse\".") == 1;
	else if (strcmp(name, "grace") == 0)
		terms->grace = (int32) whole_option(name, value, 1, MAX_GRACE);
	else if (strcmp(name, "margin") == 0)
		rate_option(name, value, terms);
	else if (strcmp(name, "min_risk") == 0)
		terms->min_risk = (int32) whole_option(name, value, 1, MAX_MIN_RISK);
	else if (strcmp(name, "intervals") != 0)
		unknown_option(name, option_names);
	else if (value->type != jbvBool)
		bad_option(name, "It is true or false.");
	else
		terms->intervals = value->val.boolean;
}

CohortTerms
parse_terms(Jsonb *options)
{
	CohortTerms terms = default_terms();
	JsonbIterator *iterator;
	JsonbValue	value;

	check_options_object(options);
	iterator = JsonbIteratorInit(&options->root);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		char	   *name = pnstrdup(value.val.string.val, value.val.string.len);

		(void) JsonbIteratorNext(&iterator, &value, true);
		set_term(name, &value, &terms);
	}
	return terms;
}

/*
 * drift_options.c
 *		Options of drift and of evidence.
 *
 *	bins		how many bins numbers and dates are cut into, at most
 *	cuts		dates between bins
 *	lang		the language of words
 *	zero		what becomes of bins that one side has no rows in
 */
#include "postgres.h"

#include "common/options.h"
#include "validate/drift.h"

#define MIN_BINS 2
#define MOST_BINS 50

static bool
chooses(const char *name, const JsonbValue *value, const char *yes, const char *no, const char *hint)
{
	char	   *text = text_option(name, value, hint);

	if (strcmp(text, yes) != 0 && strcmp(text, no) != 0)
		bad_option(name, hint);
	return strcmp(text, yes) == 0;
}

static void
set_option(const char *name, JsonbValue *value, DriftOptions *options)
{
	if (strcmp(name, "bins") == 0)
		options->bins = (int) whole_option(name, value, MIN_BINS, MOST_BINS);
	else if (strcmp(name, "zero") == 0)
		options->smooth = chooses(name, value, "half", "none",
								  "\"half\" adds half a row to both sides of a bin that one side has no rows in; \"none\" leaves it without a value.");
	else if (strcmp(name, "lang") == 0)
	{
		options->chinese = chooses(name, value, "zh", "en", "\"en\" and \"zh\" are known.");
		if (options->chinese && GetDatabaseEncoding() != PG_UTF8)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("Chinese text needs a database in UTF8")));
	}
	else if (value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data))
		options->cuts = value->val.binary.data;
	else
		bad_option(name, "It is an array of dates, such as [\"2024-01-01\", \"2024-07-01\"].");
}

/* Those that the function knows; the others have their defaults. */
void
parse_drift_options(Jsonb *json, const char *const *known, DriftOptions *options)
{
	JsonbIterator *iterator;
	JsonbValue	value;

	*options = (DriftOptions) {.bins = MAX_BINS, .smooth = true};
	check_options_object(json);
	iterator = JsonbIteratorInit(&json->root);
	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		char	   *name = pnstrdup(value.val.string.val, value.val.string.len);
		const char *const *option = known;

		(void) JsonbIteratorNext(&iterator, &value, true);
		while (*option && strcmp(*option, name) != 0)
			option++;
		if (*option == NULL)
			unknown_option(name, known);
		set_option(name, &value, options);
	}
}

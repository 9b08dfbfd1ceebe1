/*
 * cohort_accum.c
 *		The aggregate icp_cohort, icp_rollup of cohorts, and their sums.
 *
 * Combining, and rolling up:
 *
 *	state	other	result
 *	NULL	NULL	NULL
 *	NULL	b		b
 *	a		NULL	a
 *	a		b		what one pass over the customers of both would have given
 */
#include "postgres.h"

#include "cohort/cohort.h"
#include "common/aggregate.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_cohort_accum);
PG_FUNCTION_INFO_V1(icp_cohort_combine);
PG_FUNCTION_INFO_V1(icp_cohort_final);
PG_FUNCTION_INFO_V1(icp_cohort_add);
PG_FUNCTION_INFO_V1(icp_cohort_subtract);
PG_FUNCTION_INFO_V1(icp_cohort_spend);

/* Arguments after the state. */
enum
{
	ARG_LEDGER = 1,
	ARG_ACQUIRED,
	ARG_CAC,
	ARG_AS_OF,
	ARG_VALUE,
	ARG_OPTIONS
};

/* The options that have been read last. */
typedef struct OptionsRead
{
	Jsonb	   *options;
	CohortTerms terms;
} OptionsRead;

static CohortTerms
terms_of(FunctionCallInfo fcinfo)
{
	OptionsRead *read = fcinfo->flinfo->fn_extra;
	Jsonb	   *options;
	CohortTerms terms;

	if (PG_NARGS() <= ARG_OPTIONS || PG_ARGISNULL(ARG_OPTIONS))
		return default_terms();
	options = PG_GETARG_JSONB_P(ARG_OPTIONS);
	if (read != NULL && VARSIZE(options) == VARSIZE(read->options) &&
		memcmp(options, read->options, VARSIZE(options)) == 0)
		return read->terms;
	terms = parse_terms(options);
	if (read == NULL)
		read = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(OptionsRead));
	if (read->options)
		pfree(read->options);
	read->options = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(options));
	memcpy(read->options, options, VARSIZE(options));
	read->terms = terms;
	fcinfo->flinfo->fn_extra = read;
	return terms;
}

static DateADT
finite_date(DateADT date, const char *name)
{
	if (DATE_NOT_FINITE(date))
		infinite_time(name);
	return date;
}

/* The day and the options, which must be those of the customers before. */
static CohortTerms
read_terms(FunctionCallInfo fcinfo)
{
	CohortTerms terms = terms_of(fcinfo);

	if (PG_ARGISNULL(ARG_AS_OF))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("as_of cannot be NULL"),
				 errhint("It is the day up to which, without itself, payments are all known, such as current_date.")));
	terms.as_of = finite_date(PG_GETARG_DATEADT(ARG_AS_OF), "as_of");
	return terms;
}

static Cohort *
open_cohort(Datum datum)
{
	Cohort	   *cohort = (Cohort *) DatumGetPointer(datum);

	if (likely(!VARATT_IS_EXTENDED(cohort) && cohort->version == COHORT_AT_WORK))
		return cohort;
	return read_cohort(datum);
}

Datum
icp_cohort_accum(PG_FUNCTION_ARGS)
{
	CohortTerms terms;
	Cohort	   *cohort;
	Customer	customer = {0};

	require_aggregate(fcinfo, "icp_cohort_accum", "icp_cohort");
	terms = read_terms(fcinfo);
	if (PG_ARGISNULL(0))
		cohort = new_cohort(&terms, 0, false);
	else
		cohort = open_cohort(PG_GETARG_DATUM(0));
	check_terms(&cohort->terms, &terms);
	if (PG_ARGISNULL(ARG_ACQUIRED))
	{
		section(cohort, UNACQUIRED)[0]++;
		PG_RETURN_POINTER(cohort);
	}
	customer.acquired = finite_date(PG_GETARG_DATEADT(ARG_ACQUIRED), "the day of acquisition");
	if (!PG_ARGISNULL(ARG_LEDGER))
		customer.ledger = read_ledger(PG_GETARG_DATUM(ARG_LEDGER));
	customer.has_cac = !PG_ARGISNULL(ARG_CAC);
	if (customer.has_cac)
		customer.cac = money_of(PG_GETARG_DATUM(ARG_CAC), "cac");
	customer.has_value = PG_NARGS() > ARG_VALUE && !PG_ARGISNULL(ARG_VALUE);
	if (customer.has_value)
		customer.value = money_of(PG_GETARG_DATUM(ARG_VALUE), "value received");
	PG_RETURN_POINTER(add_customer(cohort, &customer));
}

Datum
icp_cohort_combine(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_cohort_combine", "icp_rollup");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(open_cohort(PG_GETARG_DATUM(1)));
	PG_RETURN_POINTER(add_cohort(open_cohort(PG_GETARG_DATUM(0)), read_cohort(PG_GETARG_DATUM(1)), false));
}

Datum
icp_cohort_final(PG_FUNCTION_ARGS)
{
	require_aggregate(fcinfo, "icp_cohort_final", "icp_cohort or icp_rollup");
	PG_RETURN_POINTER(pack_cohort(read_cohort(PG_GETARG_DATUM(0))));
}

/* ---- outside of aggregates ---- */

/* One that can be changed. */
static Cohort *
copy_cohort(Datum datum)
{
	return cohort_with_room(read_cohort(datum), 0, false);
}

Datum
icp_cohort_add(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(pack_cohort(add_cohort(copy_cohort(PG_GETARG_DATUM(0)), read_cohort(PG_GETARG_DATUM(1)), false)));
}

Datum
icp_cohort_subtract(PG_FUNCTION_ARGS)
{
	Cohort	   *rest = add_cohort(copy_cohort(PG_GETARG_DATUM(0)), read_cohort(PG_GETARG_DATUM(1)), true);

	if (!is_good_cohort(rest))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot subtract a cohort from one that it is no part of"),
				 errdetail("There would be fewer customers than none.")));
	PG_RETURN_POINTER(pack_cohort(rest));
}

Datum
icp_cohort_spend(PG_FUNCTION_ARGS)
{
	Cohort	   *cohort = copy_cohort(PG_GETARG_DATUM(0));
	Money		spend = money_of(PG_GETARG_DATUM(1), "spend");

	rescale_cohort(cohort, spend.scale);
	section(cohort, SPENDS)[0]++;
	*section(cohort, SPEND) = money_sum_wide(*section(cohort, SPEND), money_at(spend, cohort->scale, "spend"), "spend");
	PG_RETURN_POINTER(pack_cohort(cohort));
}

-- Everything that the page shows, as one line of JSON, read from the views of report/views.sql: for each view an array of its
-- rows, or null where there is no such view. Variable: schema, where the views are.
-- The same rows give the same bytes: order, time zone and form of numbers are all said here.

\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset tuples_only on
\pset format unaligned
\pset null ''
\if :{?schema}
\else
	\set schema icp_report
\endif

SET client_min_messages = error;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 1;
SET jit = off;			-- the long expressions take longer to compile than to run

-- What the views are sorted by; each set of columns is unique in its view. These are too few rows to need an index.
SELECT 'SELECT json_build_object(' || string_agg(
           CASE WHEN to_regclass(format('%I.%I', :'schema', v.name)) IS NULL THEN format('%L, NULL', v.name)
                ELSE format('%L, (SELECT coalesce(json_agg(v ORDER BY %s), ''[]'') FROM %I.%I AS v)', v.name, v.sort, :'schema', v.name) END,
           ', ' ORDER BY v.name COLLATE "C") || ')' AS query
FROM (VALUES ('portrait', 'portrait_name COLLATE "C"'),
             ('kpi', 'kpi_rank'),
             ('tier', 'tier_rank'),
             ('fit_score_by_tier', 'tier_rank, score_from'),
             ('best_trait', 'trait_rank'),
             ('scorecard', 'characteristic_rank, attribute_rank'),
             ('best_account', 'tier_rank, account_rank'),
             ('qualification', 'framework COLLATE "C", dimension_rank, status_rank'),
             ('committee_role', 'role_rank, status_rank'),
             ('retention', 'cohort_month, age_months'),
             ('cohort_economics', 'cohort_quarter'),
             ('tier_economics', 'tier_rank'),
             ('score_quality', 'account_count'),
             ('score_calibration', 'bin'),
             ('score_gain', 'bucket'),
             ('field_coverage', 'known_share, field COLLATE "C"')) AS v (name, sort) \gset

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
:query;
COMMIT;

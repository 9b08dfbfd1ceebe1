-- What customers bring against what they cost, by month of acquisition and by tier of the portrait: of the generated CRM.
-- Variable: as_of, the day up to which, without itself, payments are known. A portrait must be saved as 'default'.
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset pager off
\pset footer off
\pset null ''
SET client_min_messages = warning;
\if :{?as_of}
\else
	\set as_of 2026-01-01
\endif

\echo
\echo == Do the accounts that fit the portrait pay back sooner? First a cohort for each month and tier, from the invoices:
\echo
\set ECHO queries
CREATE TEMPORARY TABLE cohorts AS
SELECT date_trunc('month', d.acquired)::date AS month, icp_tier(a) AS tier,
       icp_cohort(i.ledger, d.acquired, d.cac, :'as_of'::date) AS cohort
FROM (SELECT account_id, min(closed_on) AS acquired, sum(acquisition_cost) AS cac
      FROM opportunities WHERE stage = 'won' GROUP BY 1) AS d
     JOIN accounts AS a USING (account_id)
     LEFT JOIN (SELECT account_id, icp_ledger(invoiced_on, amount, cost, service, currency::text) AS ledger
                FROM invoices GROUP BY 1) AS i USING (account_id)
GROUP BY 1, 2;

SELECT c.tier, e.customers, round(e.cac) AS cac, round(e.ltv_projected) AS "LTV, 36 months",
       round(e.ratio::numeric, 1) AS "LTV/CAC", format('%s to %s', round(e.ratio_low::numeric, 1), round(e.ratio_high::numeric, 1)) AS "95 %",
       e.verdict AS "3 times?", round(e.payback_months::numeric, 1) AS "payback, months"
FROM (SELECT tier, icp_rollup(cohort) AS cohort FROM cohorts GROUP BY 1) AS c, LATERAL icp_ltv_cac(c.cohort) AS e
ORDER BY 1;
\set ECHO none

\echo == In a line each:
\echo
\pset tuples_only on
\pset format unaligned
\set ECHO queries
SELECT format('  %s: a customer costs %s and brings %s in three years, %s times as much (%s to %s): %s. %s',
              coalesce(c.tier, 'all tiers'), to_char(e.cac, 'FM9,999,999'), to_char(e.ltv_projected, 'FM99,999,999'), round(e.ratio::numeric, 1), round(e.ratio_low::numeric, 1), round(e.ratio_high::numeric, 1),
              CASE e.verdict WHEN 'pass' THEN 'more than three times' WHEN 'fail' THEN 'less than three times' ELSE 'three times or not, nobody can tell yet' END,
              coalesce('Paid back after ' || round(e.payback_months::numeric, 1) || ' months', 'Not paid back in ' || e.payback_gt || ' months'))
FROM (SELECT tier, icp_rollup(cohort) AS cohort FROM cohorts GROUP BY ROLLUP (tier)) AS c, LATERAL icp_ltv_cac(c.cohort) AS e
ORDER BY c.tier;

SELECT format('  The first tier brings %s more in %s months than the others (%s to %s), and how long they stay differs, too (log-rank p %s)',
              round(x.diff), x.horizon, round(x.low), round(x.high), CASE WHEN x.logrank_p < 0.0001 THEN '< 0.0001' ELSE '= ' || round(x.logrank_p::numeric, 4) END)
FROM (SELECT icp_compare(tier = 'T1', cohort, month) AS c FROM cohorts) AS y, LATERAL (SELECT (y.c).*) AS x
WHERE x.diff IS NOT NULL;
\set ECHO none
\pset format aligned
\pset tuples_only off

\echo
\echo == By quarter of acquisition, from the same cohorts: no invoice is read again
\echo
\set ECHO queries
SELECT to_char(c.quarter, 'YYYY "Q"Q') AS quarter, e.customers, round(e.cac) AS cac, round(e.ltv_realised) AS "LTV so far",
       round(e.ltv_projected) AS "LTV, 36 months", round(e.ratio::numeric, 1) AS "LTV/CAC", e.verdict AS "3 times?",
       coalesce(round(e.payback_months::numeric, 1)::text, '> ' || e.payback_gt) AS "payback, months"
FROM (SELECT date_trunc('quarter', month) AS quarter, icp_rollup(cohort) AS cohort FROM cohorts GROUP BY 1) AS c,
     LATERAL icp_ltv_cac(c.cohort) AS e
WHERE c.quarter >= :'as_of'::date - interval '2 years'
ORDER BY 1;
\set ECHO none

\echo == How many stay? Of those acquired in a quarter, in percent, by months since
\echo
\set ECHO queries
SELECT to_char(c.quarter, 'YYYY "Q"Q') AS quarter, max(a.eligible) AS customers, '  ' || string_agg(lpad(round(100 * a.logo)::text, 3), ' ' ORDER BY a.age) AS "month 0, 3, 6, 9 ..."
FROM (SELECT date_trunc('quarter', month) AS quarter, icp_rollup(cohort) AS cohort FROM cohorts GROUP BY 1) AS c,
     LATERAL icp_ages(c.cohort) AS a
WHERE a.age % 3 = 0 AND c.quarter >= :'as_of'::date - interval '3 years'
GROUP BY c.quarter
ORDER BY c.quarter;
\set ECHO none

-- One plain view for each question about the customer portrait, in a schema of their own: what `make report` draws, and what
-- Metabase, Superset or Grafana can read. docs/report.md tells what the variables mean.
--
--   psql -v accounts=public.company -v key=a.id -v best=a.is_customer -f report/views.sql
--
-- Each variable is a piece of SQL; report/demo.sql sets them for the generated CRM, and is meant to be copied. What is not
-- set gets the default below; without customers, payments, deals or people, the views that need them are not made.
-- The script can be run again: views are replaced, and privileges on them stay.

\set ON_ERROR_STOP on
\encoding UTF8

\if :{?schema}
\else
	\set schema icp_report
\endif
\if :{?portrait}
\else
	\set portrait default
\endif
\if :{?accounts}
\else
	\set accounts accounts
\endif
\if :{?key}
\else
	\set key a.account_id
\endif
\if :{?name}
\else
	\set name a.name
\endif
\if :{?best}
\else
	\set best a.is_best
\endif
\if :{?sketch_options}
\else
	\set sketch_options {}
\endif
\if :{?trait_options}
\else
	\set trait_options {}
\endif
\if :{?as_of}
\else
	\set as_of current_date
\endif
\if :{?customers}
\else
	\set customers
\endif
\if :{?payments}
\else
	\set payments
\endif
\if :{?deals}
\else
	\set deals
\endif
\if :{?framework}
\else
	\set framework
\endif
\if :{?people}
\else
	\set people
\endif
SELECT :'customers' <> '' AS has_customers, :'customers' <> '' AND :'payments' <> '' AS has_payments,
       :'deals' <> '' AND :'framework' <> '' AS has_deals, :'people' <> '' AS has_people,
       :'schema' || '_parts' AS parts \gset

BEGIN;
SET LOCAL client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS :"schema";
COMMENT ON SCHEMA :"schema" IS 'What the customer portrait says of the accounts: one view for each question';
CREATE SCHEMA IF NOT EXISTS :"parts";
COMMENT ON SCHEMA :"parts" IS 'What the views of the report have in common: summaries, not for charts';

-- --- the portrait and its accounts -----------------------------------------------------------------------------------

CREATE OR REPLACE VIEW :"schema".portrait AS
SELECT p.name AS portrait_name, p.version AS portrait_version, p.portrait::jsonb ->> 'title' AS title,
       (p.portrait::jsonb ->> 'fit')::float8 AS fit_score_from, p.portrait::jsonb ->> 'scale' = 'points' IS TRUE AS is_in_points,
       p.note, p.saved_at
FROM icp_portraits AS p
WHERE p.name = :'portrait' AND p.active;
COMMENT ON VIEW :"schema".portrait IS 'By which portrait accounts are scored: one row';
COMMENT ON COLUMN :"schema".portrait.portrait_name IS 'Name under which it is saved';
COMMENT ON COLUMN :"schema".portrait.portrait_version IS 'Version in force';
COMMENT ON COLUMN :"schema".portrait.title IS 'Its title, if it has one';
COMMENT ON COLUMN :"schema".portrait.fit_score_from IS 'Least score that fits';
COMMENT ON COLUMN :"schema".portrait.is_in_points IS 'Whether scores are bare points and not from 0 to 100';
COMMENT ON COLUMN :"schema".portrait.note IS 'Why this version was saved';
COMMENT ON COLUMN :"schema".portrait.saved_at IS 'When it was saved';

\if :has_customers
CREATE OR REPLACE VIEW :"parts".customer AS
SELECT c.account_id::text AS account_id, min(c.acquired)::date AS acquired, sum(c.cac)::numeric AS cac
FROM :customers AS c
WHERE c.account_id IS NOT NULL
GROUP BY c.account_id;
COMMENT ON VIEW :"parts".customer IS 'Who has been won, when, and what that cost: one row for each customer';
COMMENT ON COLUMN :"parts".customer.account_id IS 'Key of the account';
COMMENT ON COLUMN :"parts".customer.acquired IS 'Day on which the customer was won';
COMMENT ON COLUMN :"parts".customer.cac IS 'What that cost';
\endif

CREATE OR REPLACE VIEW :"schema".account_fit AS
SELECT (:key)::text AS account_id, (:name)::text AS account_name, e.tier,
       CASE WHEN e.score IS NULL THEN 'not scored' WHEN e.disqualified_by IS NOT NULL THEN 'disqualified'
            WHEN e.fits THEN 'fits' ELSE 'does not fit' END AS status,
       e.score AS fit_score, e.probability, e.coverage, (:best)::boolean AS is_best,
\if :has_customers
       -- not EXISTS, which can be planned as one scan of the customers for each account
       (:key)::text IN (SELECT c.account_id FROM :"parts".customer AS c) AS is_customer,
\else
       NULL::boolean AS is_customer,
\endif
       e.disqualified_by, array_to_string(e.reasons, ', ') AS lost_points_for
FROM :accounts AS a, LATERAL icp_evaluate(a, :'portrait') AS e;
COMMENT ON VIEW :"schema".account_fit IS 'How well does each account fit? One row for each account';
COMMENT ON COLUMN :"schema".account_fit.account_id IS 'Key of the account';
COMMENT ON COLUMN :"schema".account_fit.account_name IS 'Name of the account';
COMMENT ON COLUMN :"schema".account_fit.tier IS 'Tier of the portrait; out is below all of them';
COMMENT ON COLUMN :"schema".account_fit.status IS 'fits, does not fit, disqualified or not scored';
COMMENT ON COLUMN :"schema".account_fit.fit_score IS 'Score, 0 to 100, or in points if the portrait says so';
COMMENT ON COLUMN :"schema".account_fit.probability IS 'Probability of being one of the best, 0 to 1, if the portrait has one';
COMMENT ON COLUMN :"schema".account_fit.coverage IS 'Share of the portrait that is known of the account, 0 to 1';
COMMENT ON COLUMN :"schema".account_fit.is_best IS 'Whether it is one of the best; null where that is not known';
COMMENT ON COLUMN :"schema".account_fit.is_customer IS 'Whether it has been won; null where customers were not given';
COMMENT ON COLUMN :"schema".account_fit.disqualified_by IS 'Why it is disqualified, if it is';
COMMENT ON COLUMN :"schema".account_fit.lost_points_for IS 'Why points were lost, the most lost first';

CREATE OR REPLACE VIEW :"schema".tier AS
WITH tier AS (
    SELECT t.tier, t.score_from, row_number() OVER (ORDER BY t.score_from DESC NULLS LAST, t.tier COLLATE "C") AS tier_rank
    FROM (SELECT t.key AS tier, t.value::float8 AS score_from
          FROM jsonb_each_text(icp_load(:'portrait')::jsonb -> 'tiers') AS t
          UNION ALL SELECT 'out', NULL) AS t
), account AS (
    SELECT tier, count(*) AS account_count, count(*) FILTER (WHERE status = 'fits') AS fitting_count,
           count(*) FILTER (WHERE is_customer) AS customer_count,
           count(*) FILTER (WHERE is_best) AS best_count, count(is_best) AS known_count
    FROM :"schema".account_fit
    WHERE tier IS NOT NULL
    GROUP BY tier
)
SELECT t.tier_rank, t.tier, t.score_from, coalesce(a.account_count, 0) AS account_count, coalesce(a.fitting_count, 0) AS fitting_count,
       coalesce(a.customer_count, 0) AS customer_count, coalesce(a.best_count, 0) AS best_count,
       a.best_count::float8 / nullif(a.known_count, 0) AS best_rate,
       (a.best_count / nullif(sum(a.best_count) OVER (), 0))::float8 AS best_share
FROM tier AS t LEFT JOIN account AS a USING (tier)
ORDER BY t.tier_rank;
COMMENT ON VIEW :"schema".tier IS 'How many accounts are in each tier, and are the best among them? One row for each tier';
COMMENT ON COLUMN :"schema".tier.tier_rank IS '1 for the highest tier; sorts the tiers';
COMMENT ON COLUMN :"schema".tier.tier IS 'Tier of the portrait; out is below all of them';
COMMENT ON COLUMN :"schema".tier.score_from IS 'Least score of the tier';
COMMENT ON COLUMN :"schema".tier.account_count IS 'Accounts in it';
COMMENT ON COLUMN :"schema".tier.fitting_count IS 'Of these, how many fit';
COMMENT ON COLUMN :"schema".tier.customer_count IS 'Of these, how many have been won';
COMMENT ON COLUMN :"schema".tier.best_count IS 'Of these, how many are best';
COMMENT ON COLUMN :"schema".tier.best_rate IS 'Share of the tier that is best, 0 to 1';
COMMENT ON COLUMN :"schema".tier.best_share IS 'Share of all the best that is in this tier, 0 to 1';

CREATE OR REPLACE VIEW :"schema".fit_score_by_tier AS
WITH scale AS (
    SELECT CASE WHEN p.is_in_points THEN s.low ELSE 0 END AS low,
           CASE WHEN NOT p.is_in_points THEN 5 WHEN s.high > s.low THEN (s.high - s.low) / 20 ELSE 1 END AS step
    FROM :"schema".portrait AS p, (SELECT min(fit_score) AS low, max(fit_score) AS high FROM :"schema".account_fit) AS s
), binned AS (
    SELECT f.tier, f.is_best, least(floor((f.fit_score - s.low) / s.step), 19) AS bin
    FROM :"schema".account_fit AS f, scale AS s
    WHERE f.fit_score IS NOT NULL
)
SELECT t.tier_rank, b.tier, s.low + b.bin * s.step AS score_from, s.low + (b.bin + 1) * s.step AS score_to,
       count(*) AS account_count, count(*) FILTER (WHERE b.is_best) AS best_count
FROM binned AS b JOIN :"schema".tier AS t USING (tier), scale AS s
GROUP BY t.tier_rank, b.tier, b.bin, s.low, s.step
ORDER BY t.tier_rank, score_from;
COMMENT ON VIEW :"schema".fit_score_by_tier IS 'How are scores distributed? One row for each tier and range of scores that has accounts';
COMMENT ON COLUMN :"schema".fit_score_by_tier.tier_rank IS '1 for the highest tier; sorts the tiers';
COMMENT ON COLUMN :"schema".fit_score_by_tier.tier IS 'Tier of the portrait; out is below all of them';
COMMENT ON COLUMN :"schema".fit_score_by_tier.score_from IS 'Scores from here, included';
COMMENT ON COLUMN :"schema".fit_score_by_tier.score_to IS '… to here, not included but in the last range';
COMMENT ON COLUMN :"schema".fit_score_by_tier.account_count IS 'Accounts';
COMMENT ON COLUMN :"schema".fit_score_by_tier.best_count IS 'Of these, how many are best';

CREATE OR REPLACE VIEW :"schema".scorecard AS
WITH account AS (
    SELECT e.characteristic, coalesce(e.attribute, 'none of these') AS attribute, e.points, e.possible,
           count(*) AS account_count, count(*) FILTER (WHERE (:best)) AS best_count, count(:best) AS known_count
    FROM :accounts AS a, LATERAL icp_explain(a, :'portrait') AS e
    GROUP BY e.characteristic, coalesce(e.attribute, 'none of these'), e.points, e.possible
)
SELECT c.characteristic_rank, a.characteristic,
       row_number() OVER (PARTITION BY a.characteristic ORDER BY a.points DESC, a.attribute COLLATE "C") AS attribute_rank,
       a.attribute, a.points, a.possible AS possible_points, a.account_count,
       (a.account_count / sum(a.account_count) OVER (PARTITION BY a.characteristic))::float8 AS account_share,
       a.best_count, a.best_count::float8 / nullif(a.known_count, 0) AS best_rate
FROM account AS a
     JOIN (SELECT c.value ->> 'name' AS characteristic, c.ordinality AS characteristic_rank
           FROM jsonb_array_elements(icp_load(:'portrait')::jsonb -> 'characteristics') WITH ORDINALITY AS c) AS c USING (characteristic)
ORDER BY c.characteristic_rank, attribute_rank;
COMMENT ON VIEW :"schema".scorecard IS 'What gives points, and how many accounts get them? One row for each characteristic and attribute that any account has';
COMMENT ON COLUMN :"schema".scorecard.characteristic_rank IS 'Place of the characteristic in the portrait, from 1';
COMMENT ON COLUMN :"schema".scorecard.characteristic IS 'Characteristic';
COMMENT ON COLUMN :"schema".scorecard.attribute_rank IS 'Place of the attribute in its characteristic, the most points first';
COMMENT ON COLUMN :"schema".scorecard.attribute IS 'Condition that holds';
COMMENT ON COLUMN :"schema".scorecard.points IS 'Points that it gives';
COMMENT ON COLUMN :"schema".scorecard.possible_points IS 'The most that the characteristic can give';
COMMENT ON COLUMN :"schema".scorecard.account_count IS 'Accounts that get these points';
COMMENT ON COLUMN :"schema".scorecard.account_share IS 'Their share of all accounts, 0 to 1';
COMMENT ON COLUMN :"schema".scorecard.best_count IS 'Of these, how many are best';
COMMENT ON COLUMN :"schema".scorecard.best_rate IS 'Share of these that is best, 0 to 1';

CREATE OR REPLACE VIEW :"schema".best_account AS
SELECT t.tier_rank, f.account_rank, f.tier, f.account_id, f.account_name, f.fit_score, f.probability, f.coverage,
       (SELECT string_agg(x.characteristic || ': ' || CASE WHEN length(x.value) > 40 THEN left(x.value, 39) || '…' ELSE x.value END, ', '
                          ORDER BY x.points DESC, x.characteristic COLLATE "C")
        FROM (SELECT e.characteristic, e.value, e.points
              FROM icp_explain(a, :'portrait') AS e
              WHERE e.points > 0 AND e.value IS NOT NULL
              ORDER BY e.points DESC, e.characteristic COLLATE "C" LIMIT 3) AS x) AS points_for,
       f.lost_points_for
FROM (SELECT *, row_number() OVER (PARTITION BY tier ORDER BY fit_score DESC, account_id COLLATE "C") AS account_rank
      FROM :"schema".account_fit
      WHERE tier <> 'out' AND is_customer IS NOT TRUE) AS f
     JOIN :"schema".tier AS t USING (tier)
     JOIN :accounts AS a ON (:key)::text = f.account_id
WHERE f.account_rank <= 10
ORDER BY t.tier_rank, f.account_rank;
COMMENT ON VIEW :"schema".best_account IS 'Whom to win next, and why? The ten highest scores of each tier, less those that are customers already';
COMMENT ON COLUMN :"schema".best_account.tier_rank IS '1 for the highest tier; sorts the tiers';
COMMENT ON COLUMN :"schema".best_account.account_rank IS 'Place in the tier, 1 for the highest score';
COMMENT ON COLUMN :"schema".best_account.tier IS 'Tier of the portrait';
COMMENT ON COLUMN :"schema".best_account.account_id IS 'Key of the account';
COMMENT ON COLUMN :"schema".best_account.account_name IS 'Name of the account';
COMMENT ON COLUMN :"schema".best_account.fit_score IS 'Score, 0 to 100, or in points if the portrait says so';
COMMENT ON COLUMN :"schema".best_account.probability IS 'Probability of being one of the best, 0 to 1, if the portrait has one';
COMMENT ON COLUMN :"schema".best_account.coverage IS 'Share of the portrait that is known of the account, 0 to 1';
COMMENT ON COLUMN :"schema".best_account.points_for IS 'By what it won the most points, up to three';
COMMENT ON COLUMN :"schema".best_account.lost_points_for IS 'Why points were lost, the most lost first';

-- --- what the best share, and how sure that is -----------------------------------------------------------------------

CREATE OR REPLACE VIEW :"parts".sketch AS
SELECT icp_sketch(icp_row(a), :best, :'sketch_options') AS sketch FROM :accounts AS a;
COMMENT ON VIEW :"parts".sketch IS 'All accounts, summarised in two groups, best and rest';
COMMENT ON COLUMN :"parts".sketch.sketch IS 'The sketch';

-- The lift is a function of the odds ratio, given how many accounts there are, are best, and have the trait. So the limits
-- of the one are limits of the other: the number of best accounts x with the trait that has the odds ratio o solves
-- x (n - p - m + x) = o (m - x) (p - x), where p of n accounts are best and m have the trait.
CREATE OR REPLACE VIEW :"schema".best_trait AS
SELECT t.rank AS trait_rank, t.trait, t."where" AS condition, t.best_n AS best_count, t.all_n AS account_count,
       t.best_share, t.rest_share, t.lift,
       CASE WHEN t.odds_low IS NOT NULL THEN n / m * 2 * t.odds_low * m /
            (n - p - m + t.odds_low * (m + p) + sqrt((n - p - m + t.odds_low * (m + p)) ^ 2 + 4 * (1 - t.odds_low) * t.odds_low * m * p)) END AS lift_low,
       CASE WHEN t.odds_high IS NOT NULL THEN n / m * 2 * t.odds_high * m /
            (n - p - m + t.odds_high * (m + p) + sqrt((n - p - m + t.odds_high * (m + p)) ^ 2 + 4 * (1 - t.odds_high) * t.odds_high * m * p))
            ELSE n / m * least(m, p) / p END AS lift_high,
       t.q_value, t.stability, t.adds AS added_share, t.warning
FROM :"parts".sketch AS s, LATERAL icp_traits(s.sketch, options => :'trait_options') AS t,
     -- p best of n accounts, m with the trait
     LATERAL (SELECT t.best_n / t.best_share AS p, t.all_n::float8 AS m) AS c,
     LATERAL (SELECT c.p + CASE WHEN t.rest_share > 0 THEN (t.all_n - t.best_n) / t.rest_share ELSE t.lift * c.m * c.p / t.best_n - c.p END AS n) AS d
ORDER BY t.rank;
COMMENT ON VIEW :"schema".best_trait IS 'What do the best share, and the rest do not? One row for each trait';
COMMENT ON COLUMN :"schema".best_trait.trait_rank IS 'Place in the list, from 1';
COMMENT ON COLUMN :"schema".best_trait.trait IS 'The trait, in words';
COMMENT ON COLUMN :"schema".best_trait.condition IS 'The trait, as SQL condition';
COMMENT ON COLUMN :"schema".best_trait.best_count IS 'Best accounts that have it';
COMMENT ON COLUMN :"schema".best_trait.account_count IS 'Accounts that have it';
COMMENT ON COLUMN :"schema".best_trait.best_share IS 'Share of the best that has it, 0 to 1';
COMMENT ON COLUMN :"schema".best_trait.rest_share IS 'Share of the rest that has it, 0 to 1';
COMMENT ON COLUMN :"schema".best_trait.lift IS 'How many times as many accounts with the trait are best as of all accounts';
COMMENT ON COLUMN :"schema".best_trait.lift_low IS '95 % limit of the lift, from below; null where there is none';
COMMENT ON COLUMN :"schema".best_trait.lift_high IS '95 % limit of the lift, from above';
COMMENT ON COLUMN :"schema".best_trait.q_value IS 'Chance, adjusted for all that was tried, that it means nothing';
COMMENT ON COLUMN :"schema".best_trait.stability IS 'How often other best accounts of the same kind would show it too, 0 to 1';
COMMENT ON COLUMN :"schema".best_trait.added_share IS 'Share of the best that has it and no trait before it, 0 to 1';
COMMENT ON COLUMN :"schema".best_trait.warning IS 'Why to be careful with it, if so';

CREATE OR REPLACE VIEW :"schema".field_coverage AS
SELECT f.field, 1 - f.missing AS known_share, f.known_best::float8 / nullif(n.best, 0) AS known_best_share, f.known_rest::float8 / nullif(n.rest, 0) AS known_rest_share
FROM :"parts".sketch AS s, LATERAL icp_fields(s.sketch) AS f,
     (SELECT count(*) FILTER (WHERE is_best) AS best, count(*) FILTER (WHERE NOT is_best) AS rest FROM :"schema".account_fit) AS n
WHERE f.field = ANY (icp_portrait_fields(icp_load(:'portrait')))
ORDER BY known_share, f.field COLLATE "C";
COMMENT ON VIEW :"schema".field_coverage IS 'How much of what the portrait asks is known? One row for each field of the portrait';
COMMENT ON COLUMN :"schema".field_coverage.field IS 'Field';
COMMENT ON COLUMN :"schema".field_coverage.known_share IS 'Share of the accounts of which it is known, 0 to 1';
COMMENT ON COLUMN :"schema".field_coverage.known_best_share IS 'The same of the best';
COMMENT ON COLUMN :"schema".field_coverage.known_rest_share IS 'The same of the rest: much less than of the best is a warning';

CREATE OR REPLACE VIEW :"schema".score_quality AS
SELECT q.n AS account_count, q.events AS best_count, q.missing AS left_out_count, q.base_rate AS best_rate, q.auc, q.auc_low, q.auc_high, q.ks, q.brier,
       c.coverage, l.learned_auc, l.learned_auc_low, l.learned_auc_high, l.verdict
FROM (SELECT icp_validation(fit_score, is_best) AS validation, avg(coverage) AS coverage FROM :"schema".account_fit) AS c,
     LATERAL icp_quality(c.validation) AS q,
     LATERAL (SELECT icp_load(:'portrait')::jsonb -> 'quality' AS quality) AS p,
     LATERAL (SELECT (p.quality ->> 'auc')::float8 AS learned_auc, (p.quality ->> 'auc_low')::float8 AS learned_auc_low,
                     (p.quality ->> 'auc_high')::float8 AS learned_auc_high, p.quality ->> 'verdict' AS verdict) AS l
WHERE c.validation IS NOT NULL;
COMMENT ON VIEW :"schema".score_quality IS 'Do the scores tell who is best? One row; none without accounts';
COMMENT ON COLUMN :"schema".score_quality.account_count IS 'Accounts with a score of which it is known whether they are best';
COMMENT ON COLUMN :"schema".score_quality.best_count IS 'Of these, how many are best';
COMMENT ON COLUMN :"schema".score_quality.left_out_count IS 'Accounts without a score, or of which it is not known';
COMMENT ON COLUMN :"schema".score_quality.best_rate IS 'Share of these accounts that is best, 0 to 1';
COMMENT ON COLUMN :"schema".score_quality.auc IS 'How often a best account has the higher score of two; 0.5 is chance, 1 perfect';
COMMENT ON COLUMN :"schema".score_quality.auc_low IS 'Its 95 % limit from below';
COMMENT ON COLUMN :"schema".score_quality.auc_high IS 'Its 95 % limit from above';
COMMENT ON COLUMN :"schema".score_quality.ks IS 'Largest distance between the best and the rest, 0 to 1';
COMMENT ON COLUMN :"schema".score_quality.brier IS 'Brier score, if scores are probabilities';
COMMENT ON COLUMN :"schema".score_quality.coverage IS 'Share of the portrait that is known of an account on average, 0 to 1';
COMMENT ON COLUMN :"schema".score_quality.learned_auc IS 'AUC on accounts that it was not learned from, if the portrait was learned';
COMMENT ON COLUMN :"schema".score_quality.learned_auc_low IS 'Its 95 % limit from below';
COMMENT ON COLUMN :"schema".score_quality.learned_auc_high IS 'Its 95 % limit from above';
COMMENT ON COLUMN :"schema".score_quality.verdict IS 'What learning said of it: reliable, provisional or no reliable portrait';

CREATE OR REPLACE VIEW :"schema".score_calibration AS
SELECT c.bin, c.n AS account_count, c.predicted, v.is_probability, c.observed AS best_rate, c.low AS best_rate_low, c.high AS best_rate_high
FROM (SELECT icp_validation(coalesce(probability, fit_score), is_best) AS validation, count(probability) > 0 AS is_probability
      FROM :"schema".account_fit) AS v,
     LATERAL icp_calibration(v.validation) AS c
WHERE c.n > 0
ORDER BY c.bin;
COMMENT ON VIEW :"schema".score_calibration IS 'How many are best at which score? One row for each tenth of the accounts';
COMMENT ON COLUMN :"schema".score_calibration.bin IS 'Tenth, the lowest scores first';
COMMENT ON COLUMN :"schema".score_calibration.account_count IS 'Accounts in it';
COMMENT ON COLUMN :"schema".score_calibration.predicted IS 'Their mean probability of being best, or mean score';
COMMENT ON COLUMN :"schema".score_calibration.is_probability IS 'Whether predicted is a probability';
COMMENT ON COLUMN :"schema".score_calibration.best_rate IS 'Share of these that is best, 0 to 1';
COMMENT ON COLUMN :"schema".score_calibration.best_rate_low IS 'Its 95 % limit from below';
COMMENT ON COLUMN :"schema".score_calibration.best_rate_high IS 'Its 95 % limit from above';

CREATE OR REPLACE VIEW :"schema".score_gain AS
SELECT g.bucket, g.low AS score_from, g.high AS score_to, g.n AS account_count, g.events AS best_count, g.rate AS best_rate, g.lift,
       (sum(g.n) OVER (ORDER BY g.bucket) / nullif(sum(g.n) OVER (), 0))::float8 AS account_share, g.captured AS best_share
FROM (SELECT icp_validation(fit_score, is_best) AS validation FROM :"schema".account_fit) AS v, LATERAL icp_gains(v.validation) AS g
WHERE g.n > 0
ORDER BY g.bucket;
COMMENT ON VIEW :"schema".score_gain IS 'How many of the best are found with how much work? One row for each tenth of the accounts, the highest scores first';
COMMENT ON COLUMN :"schema".score_gain.bucket IS 'Tenth, the highest scores first';
COMMENT ON COLUMN :"schema".score_gain.score_from IS 'Least score in it';
COMMENT ON COLUMN :"schema".score_gain.score_to IS 'Greatest score in it';
COMMENT ON COLUMN :"schema".score_gain.account_count IS 'Accounts in it';
COMMENT ON COLUMN :"schema".score_gain.best_count IS 'Of these, how many are best';
COMMENT ON COLUMN :"schema".score_gain.best_rate IS 'Share of these that is best, 0 to 1';
COMMENT ON COLUMN :"schema".score_gain.lift IS 'How many times as many of these are best as of all accounts';
COMMENT ON COLUMN :"schema".score_gain.account_share IS 'Share of all accounts down to here, 0 to 1';
COMMENT ON COLUMN :"schema".score_gain.best_share IS 'Share of all the best down to here, 0 to 1';

-- --- what customers bring, and what they cost ------------------------------------------------------------------------

\if :has_payments
CREATE OR REPLACE VIEW :"parts".cohort AS
SELECT date_trunc('month', c.acquired)::date AS cohort_month, f.tier, icp_cohort(p.ledger, c.acquired, c.cac, :as_of) AS cohort
FROM :"parts".customer AS c
     LEFT JOIN :"schema".account_fit AS f USING (account_id)
     LEFT JOIN (SELECT p.account_id::text AS account_id, icp_ledger(p.paid_at, p.amount, p.cost, p.service, p.currency::text) AS ledger
                FROM :payments AS p GROUP BY p.account_id) AS p USING (account_id)
GROUP BY 1, 2;
COMMENT ON VIEW :"parts".cohort IS 'All customers, summarised by month of acquisition and tier';
COMMENT ON COLUMN :"parts".cohort.cohort_month IS 'First day of the month in which they were won';
COMMENT ON COLUMN :"parts".cohort.tier IS 'Tier of the portrait';
COMMENT ON COLUMN :"parts".cohort.cohort IS 'The cohort';

CREATE OR REPLACE VIEW :"schema".retention AS
SELECT c.cohort_month, a.age AS age_months, a.eligible AS customer_count, a.active AS active_count,
       a.logo AS retention_rate, a.nrr AS revenue_retention_rate
FROM (SELECT cohort_month, icp_rollup(cohort) AS cohort FROM :"parts".cohort WHERE cohort_month IS NOT NULL GROUP BY cohort_month) AS c,
     LATERAL icp_ages(c.cohort) AS a
ORDER BY c.cohort_month, a.age;
COMMENT ON VIEW :"schema".retention IS 'How many customers stay? One row for each month of acquisition and age';
COMMENT ON COLUMN :"schema".retention.cohort_month IS 'First day of the month in which they were won';
COMMENT ON COLUMN :"schema".retention.age_months IS 'Months since, 0 for the month itself';
COMMENT ON COLUMN :"schema".retention.customer_count IS 'Customers who can have reached this age';
COMMENT ON COLUMN :"schema".retention.active_count IS 'Of these, how many were charged in that month';
COMMENT ON COLUMN :"schema".retention.retention_rate IS 'Their share, 0 to 1; may rise again where customers return or pay for longer';
COMMENT ON COLUMN :"schema".retention.revenue_retention_rate IS 'Revenue of that month divided by that of the first; above 1 where customers buy more';

CREATE OR REPLACE VIEW :"schema".cohort_economics AS
SELECT c.cohort_quarter, e.customers AS customer_count, e.cac::float8 AS cac, 3 * e.cac::float8 AS ltv_wanted,
       e.ltv_realised::float8 AS ltv_realised, e.ltv_projected::float8 AS ltv, e.ltv_low::float8 AS ltv_low, e.ltv_high::float8 AS ltv_high,
       e.ratio AS ltv_cac_ratio, e.ratio_low AS ltv_cac_ratio_low, e.ratio_high AS ltv_cac_ratio_high, e.verdict AS status,
       e.payback_months, e.payback_gt AS payback_over_months, l.currency
FROM (SELECT date_trunc('quarter', cohort_month)::date AS cohort_quarter, icp_rollup(cohort) AS cohort
      FROM :"parts".cohort WHERE cohort_month IS NOT NULL GROUP BY 1) AS c,
     LATERAL icp_ltv_cac(c.cohort) AS e, LATERAL icp_left_out(c.cohort) AS l
ORDER BY c.cohort_quarter;
COMMENT ON VIEW :"schema".cohort_economics IS 'Do customers pay back what they cost? One row for each quarter of acquisition';
COMMENT ON COLUMN :"schema".cohort_economics.cohort_quarter IS 'First day of the quarter in which they were won';

CREATE OR REPLACE VIEW :"schema".tier_economics AS
SELECT t.tier_rank, c.tier, e.customers AS customer_count, e.cac::float8 AS cac, 3 * e.cac::float8 AS ltv_wanted,
       e.ltv_realised::float8 AS ltv_realised, e.ltv_projected::float8 AS ltv, e.ltv_low::float8 AS ltv_low, e.ltv_high::float8 AS ltv_high,
       e.ratio AS ltv_cac_ratio, e.ratio_low AS ltv_cac_ratio_low, e.ratio_high AS ltv_cac_ratio_high, e.verdict AS status,
       e.payback_months, e.payback_gt AS payback_over_months, l.currency
FROM (SELECT tier, icp_rollup(cohort) AS cohort FROM :"parts".cohort GROUP BY tier) AS c JOIN :"schema".tier AS t USING (tier),
     LATERAL icp_ltv_cac(c.cohort) AS e, LATERAL icp_left_out(c.cohort) AS l
ORDER BY t.tier_rank;
COMMENT ON VIEW :"schema".tier_economics IS 'Do customers of a higher tier pay back better? One row for each tier that has customers';
COMMENT ON COLUMN :"schema".tier_economics.tier_rank IS '1 for the highest tier; sorts the tiers';
COMMENT ON COLUMN :"schema".tier_economics.tier IS 'Tier of the portrait; out is below all of them';

-- What both have in common.
SELECT format('COMMENT ON COLUMN %I.%I.%I IS %L', :'schema', v.view, c.name, c.comment)
FROM (VALUES ('cohort_economics'), ('tier_economics')) AS v (view),
     (VALUES ('customer_count', 'Customers'),
             ('cac', 'What a customer cost to win, on average; null where not known'),
             ('ltv_wanted', 'Three times that: what a customer should bring'),
             ('ltv_realised', 'What a customer has brought so far, on average, up to 36 months'),
             ('ltv', 'What a customer brings in 36 months, as far as seen, and projected from there'),
             ('ltv_low', 'Its 95 % limit from below'),
             ('ltv_high', 'Its 95 % limit from above'),
             ('ltv_cac_ratio', 'How many times its cost a customer brings; 3 is wanted'),
             ('ltv_cac_ratio_low', 'Its 95 % limit from below'),
             ('ltv_cac_ratio_high', 'Its 95 % limit from above'),
             ('status', 'pass: 3 times or more, with its limits; fail: less; uncertain; no_cac; unknown_cac'),
             ('payback_months', 'Months until a customer has paid back its cost; null where not yet'),
             ('payback_over_months', 'Where not yet: for how many months'),
             ('currency', 'Currency of the money')) AS c (name, comment) \gexec
\endif

-- --- open deals, and the people who decide ----------------------------------------------------------------------------

\if :has_deals
CREATE OR REPLACE VIEW :"parts".qualification AS
SELECT q.verdict, q.met, q.unmet, q.unknown FROM :deals AS d, LATERAL icp_qualify(d, :'framework') AS q;
COMMENT ON VIEW :"parts".qualification IS 'Deals, by the framework: one row for each';
COMMENT ON COLUMN :"parts".qualification.verdict IS 'The verdict';
COMMENT ON COLUMN :"parts".qualification.met IS 'Dimensions that are met';
COMMENT ON COLUMN :"parts".qualification.unmet IS 'Dimensions that are not';
COMMENT ON COLUMN :"parts".qualification.unknown IS 'Dimensions of which nobody knows';

CREATE OR REPLACE VIEW :"schema".qualification AS
WITH dimension AS (
    SELECT c.value ->> 'dimension' AS dimension, row_number() OVER (ORDER BY min(c.ordinality)) AS dimension_rank
    FROM jsonb_array_elements(icp_load(:'framework')::jsonb -> 'characteristics') WITH ORDINALITY AS c
    WHERE c.value ? 'dimension'
    GROUP BY 1
), found AS (
    SELECT u.dimension, s.status_rank, count(*) AS deal_count
    FROM :"parts".qualification AS q, LATERAL (VALUES (1, q.met), (2, q.unmet), (3, q.unknown)) AS s (status_rank, dimensions),
         LATERAL unnest(s.dimensions) AS u (dimension)
    GROUP BY 1, 2
)
SELECT coalesce(icp_load(:'framework')::jsonb ->> 'framework', :'framework') AS framework, d.dimension_rank, d.dimension, s.status_rank, s.status,
       coalesce(f.deal_count, 0) AS deal_count, coalesce(f.deal_count, 0)::float8 / nullif(n.deals, 0) AS deal_share
FROM dimension AS d CROSS JOIN (VALUES (1, 'met'), (2, 'unmet'), (3, 'unknown')) AS s (status_rank, status)
     LEFT JOIN found AS f USING (dimension, status_rank)
     CROSS JOIN (SELECT count(*) AS deals FROM :"parts".qualification) AS n
WHERE n.deals > 0
ORDER BY d.dimension_rank, s.status_rank;
COMMENT ON VIEW :"schema".qualification IS 'How well are deals qualified? One row for each dimension of the framework and status';
COMMENT ON COLUMN :"schema".qualification.framework IS 'Framework, such as BANT';
COMMENT ON COLUMN :"schema".qualification.dimension_rank IS 'Place of the dimension in the framework, from 1';
COMMENT ON COLUMN :"schema".qualification.dimension IS 'Dimension, such as budget';
COMMENT ON COLUMN :"schema".qualification.status_rank IS 'Sorts the status';
COMMENT ON COLUMN :"schema".qualification.status IS 'met, unmet or unknown';
COMMENT ON COLUMN :"schema".qualification.deal_count IS 'Deals of which that is true';
COMMENT ON COLUMN :"schema".qualification.deal_share IS 'Their share of all these deals, 0 to 1';

CREATE OR REPLACE VIEW :"schema".qualification_verdict AS
SELECT v.verdict_rank, v.verdict AS status, count(q.verdict) AS deal_count,
       (count(q.verdict) / nullif(sum(count(q.verdict)) OVER (), 0))::float8 AS deal_share
FROM (VALUES (1, 'sales_qualified'), (2, 'marketing_qualified'), (3, 'nurture'), (4, 'unqualified'), (5, 'disqualified')) AS v (verdict_rank, verdict)
     LEFT JOIN :"parts".qualification AS q USING (verdict)
GROUP BY v.verdict_rank, v.verdict
ORDER BY v.verdict_rank;
COMMENT ON VIEW :"schema".qualification_verdict IS 'How far are deals? One row for each verdict';
COMMENT ON COLUMN :"schema".qualification_verdict.verdict_rank IS 'Sorts the verdicts, the best first';
COMMENT ON COLUMN :"schema".qualification_verdict.status IS 'Verdict of the framework';
COMMENT ON COLUMN :"schema".qualification_verdict.deal_count IS 'Deals that have it';
COMMENT ON COLUMN :"schema".qualification_verdict.deal_share IS 'Their share of all these deals, 0 to 1';
\endif

\if :has_people
CREATE OR REPLACE VIEW :"parts".committee AS
SELECT p.account_id::text AS account_id,
       icp_committee(p.role::text, p.stance::text, p.influence::float8, p.company_size::int) FILTER (WHERE p.person_id IS NOT NULL) AS committee
FROM :people AS p
GROUP BY p.account_id;
COMMENT ON VIEW :"parts".committee IS 'Buying committees: one row for each account';
COMMENT ON COLUMN :"parts".committee.account_id IS 'Key of the account';
COMMENT ON COLUMN :"parts".committee.committee IS 'Its committee';

CREATE OR REPLACE VIEW :"schema".account_committee AS
SELECT k.account_id, c.people AS people_count, c.expected_people AS expected_people_count, c.coverage,
       c.supporters AS supporter_count, c.neutrals AS neutral_count, c.opponents AS opponent_count,
       c.decider_known AS is_decider_known, c.single_threaded AS is_single_threaded,
       array_to_string(c.missing, ', ') AS missing_roles, array_to_string(c.gaps, ', ') AS gaps
FROM :"parts".committee AS k, LATERAL (SELECT (k.committee).*) AS c;
COMMENT ON VIEW :"schema".account_committee IS 'Whom do we know at each account, and who is missing? One row for each account';
COMMENT ON COLUMN :"schema".account_committee.account_id IS 'Key of the account';
COMMENT ON COLUMN :"schema".account_committee.people_count IS 'People who are known';
COMMENT ON COLUMN :"schema".account_committee.expected_people_count IS 'How many usually decide in a company of that size';
COMMENT ON COLUMN :"schema".account_committee.coverage IS 'Share of the four roles that is covered, less what opponents take away, 0 to 1';
COMMENT ON COLUMN :"schema".account_committee.supporter_count IS 'People for us';
COMMENT ON COLUMN :"schema".account_committee.neutral_count IS 'People neither for nor against us';
COMMENT ON COLUMN :"schema".account_committee.opponent_count IS 'People against us';
COMMENT ON COLUMN :"schema".account_committee.is_decider_known IS 'Whether it is known who decides on the money';
COMMENT ON COLUMN :"schema".account_committee.is_single_threaded IS 'Whether all depends on one person, or on nobody';
COMMENT ON COLUMN :"schema".account_committee.missing_roles IS 'Roles that nobody has, but opponents';
COMMENT ON COLUMN :"schema".account_committee.gaps IS 'What to do about it next';

CREATE OR REPLACE VIEW :"schema".committee_role AS
SELECT r.role_rank, r.role, s.status_rank, s.status,
       count(*) FILTER (WHERE r.role = ANY ((k.committee).covered) = (s.status = 'covered')) AS account_count,
       (count(*) FILTER (WHERE r.role = ANY ((k.committee).covered) = (s.status = 'covered')))::float8 / count(*) AS account_share
FROM :"parts".committee AS k, (VALUES (1, 'economic'), (2, 'technical'), (3, 'user'), (4, 'coach')) AS r (role_rank, role),
     (VALUES (1, 'covered'), (2, 'missing')) AS s (status_rank, status)
GROUP BY r.role_rank, r.role, s.status_rank, s.status
ORDER BY r.role_rank, s.status_rank;
COMMENT ON VIEW :"schema".committee_role IS 'Who is missing from buying committees? One row for each role and status';
COMMENT ON COLUMN :"schema".committee_role.role_rank IS 'Sorts the roles';
COMMENT ON COLUMN :"schema".committee_role.role IS 'economic, technical, user or coach';
COMMENT ON COLUMN :"schema".committee_role.status_rank IS 'Sorts the status';
COMMENT ON COLUMN :"schema".committee_role.status IS 'covered: somebody has the role and is not against us; missing';
COMMENT ON COLUMN :"schema".committee_role.account_count IS 'Accounts of which that is true';
COMMENT ON COLUMN :"schema".committee_role.account_share IS 'Their share of all these accounts, 0 to 1';
\endif

-- --- in a few numbers ------------------------------------------------------------------------------------------------

CREATE OR REPLACE VIEW :"schema".kpi AS
WITH fit AS (
    SELECT count(*) AS accounts, count(*) FILTER (WHERE status = 'fits') AS fitting,
           (count(*) FILTER (WHERE status = 'fits' AND is_best))::float8 / nullif(count(is_best) FILTER (WHERE status = 'fits'), 0) AS fitting_best,
           (count(*) FILTER (WHERE is_best))::float8 / nullif(count(is_best), 0) AS best,
           avg(coverage) AS coverage
    FROM :"schema".account_fit
)
SELECT k.*
FROM fit,
     LATERAL (VALUES (1, 'accounts', fit.accounts::float8, NULL::float8, NULL::float8, 'count', NULL::text),
                     (2, 'accounts that fit', fit.fitting::float8, NULL, NULL, 'count', NULL),
                     (3, 'best of those that fit', fit.fitting_best, NULL, NULL, 'share', NULL),
                     (4, 'best of all', fit.best, NULL, NULL, 'share', NULL),
                     (10, 'known of the portrait', fit.coverage, NULL, NULL, 'share', NULL)) AS k (kpi_rank, kpi, value, low, high, unit, status)
UNION ALL
SELECT 9, 'AUC', auc, auc_low, auc_high, 'auc', NULL FROM :"schema".score_quality
\if :has_payments
UNION ALL
SELECT k.*
FROM (SELECT icp_rollup(cohort) AS cohort FROM :"parts".cohort) AS c, LATERAL icp_ltv_cac(c.cohort) AS e, LATERAL icp_left_out(c.cohort) AS l,
     LATERAL (VALUES (5, 'CAC', e.cac::float8, NULL::float8, NULL::float8, coalesce(l.currency, 'money'), NULL::text),
                     (6, 'LTV, 36 months', e.ltv_projected::float8, e.ltv_low::float8, e.ltv_high::float8, coalesce(l.currency, 'money'), NULL),
                     (7, 'LTV / CAC', e.ratio, e.ratio_low, e.ratio_high, 'ratio', e.verdict),
                     (8, 'payback', e.payback_months, NULL, NULL, 'months', CASE WHEN e.payback_months IS NULL THEN 'not in ' || e.payback_gt || ' months' END)) AS k
\endif
ORDER BY 1;
COMMENT ON VIEW :"schema".kpi IS 'The whole in a few numbers: one row for each';
COMMENT ON COLUMN :"schema".kpi.kpi_rank IS 'Sorts them';
COMMENT ON COLUMN :"schema".kpi.kpi IS 'Which number';
COMMENT ON COLUMN :"schema".kpi.value IS 'The number; null where it cannot be told';
COMMENT ON COLUMN :"schema".kpi.low IS 'Its 95 % limit from below, if it has limits';
COMMENT ON COLUMN :"schema".kpi.high IS 'Its 95 % limit from above, if it has limits';
COMMENT ON COLUMN :"schema".kpi.unit IS 'count, share (0 to 1), ratio, auc, months, a currency, or money';
COMMENT ON COLUMN :"schema".kpi.status IS 'What it means, or why it cannot be told';

COMMIT;

-- A portrait learned from the best rows of the table accounts, told in words, and held against rows. Follows best.sql.
-- Variables, beside those: options, those of the sketch, from a comma on, or empty; file, whether the rows are a user's,
-- and not those of the generated CRM; of a user's, key and names, columns by which a person knows a row.
\pset format aligned
\pset tuples_only off
\pset null -

\if :file
\echo
\echo == What portrait do the best draw? Learned from all rows, without what your condition reads (:reads):
\echo
\set ECHO queries
SELECT icp_save('learned', icp_learn(s.sketch, :learn)) AS version
FROM (SELECT icp_sketch(icp_row(:a), :best:options) AS sketch FROM accounts AS :a) AS s;
\set ECHO none
\else
\echo == Can a portrait be learned? From four of five accounts; every fifth, by a hash of its key, stays unseen:
\echo
\set ECHO queries
SELECT icp_save('learned', icp_learn(s.sketch, '{"subject": "accounts"}')) AS version
FROM (SELECT icp_sketch(icp_row(:a), :best:options) AS sketch FROM accounts AS :a WHERE hashint8(:a.account_id) % 5 <> 0) AS s;
\set ECHO none
\endif
SELECT icp_load('learned')::jsonb #>> '{quality,verdict}' = 'no reliable portrait' AS nothing,
       pg_size_pretty(length(icp_load('learned')::text)::bigint) AS size \gset

\echo == Whom does it look for?
\echo
\pset format unaligned
\pset tuples_only on
\set ECHO queries
SELECT split_part(split_part(icp_describe(icp_load('learned')), E'## Who they are\n\n', 2), E'\n\n## ', 1);
\set ECHO none

\if :nothing
\echo
\echo That is an answer, too: whatever would be learned, it could be chance. If you know better, write a portrait by hand:
\echo without BEST, a starter is made.
\else

\if :file
\echo
\echo == How sure is that?
\echo
\set ECHO queries
SELECT split_part(split_part(icp_describe(icp_load('learned')), E'## How sure we are\n\n', 2), E'\n\n### ', 1);
\set ECHO none
\pset format aligned
\pset tuples_only off

\echo
\echo == Which of the others are most like the best, and by what above all?
\echo
\set ECHO queries
SELECT :names, round(e.score::numeric, 1) AS score, e.tier, round(100 * e.probability) AS "% likely",
       (SELECT string_agg(x.characteristic || ': ' || left(x.value, 40), ', ')
        FROM (SELECT * FROM icp_explain(:a, 'learned') AS x WHERE x.points > 0 ORDER BY x.points DESC LIMIT 2) AS x) AS "most points for"
FROM accounts AS :a, LATERAL icp_evaluate(:a, 'learned') AS e
WHERE (:best) IS NOT TRUE
ORDER BY e.score DESC NULLS LAST, :key
LIMIT 10;
\set ECHO none
\echo The portrait, :size of JSON, is in the database of the demo, and nowhere else. make psql opens a shell there:
\echo
\echo '    SELECT jsonb_pretty(icp_load(''learned'')::jsonb);'
\echo '    SELECT icp_describe(icp_load(''learned'')) \\g (format=unaligned tuples_only=on)'
\else
\pset format aligned
\pset tuples_only off

\echo
\echo == Does it keep its word, on the accounts that it has not seen?
\echo
\set ECHO queries
CREATE TEMPORARY VIEW unseen AS SELECT * FROM accounts WHERE hashint8(account_id) % 5 = 0;
SELECT p.portrait, q.n AS accounts, q.events AS best, round(q.auc::numeric, 3) AS "AUC", round(q.auc_low::numeric, 3) AS "from", round(q.auc_high::numeric, 3) AS "to"
FROM (SELECT icp_validation(icp_score(:a, 'learned'), :best) AS learned, icp_validation(icp_score(:a, 'default'), :best) AS by_hand FROM unseen AS :a) AS v,
     LATERAL (VALUES ('learned', v.learned), ('written by hand', v.by_hand)) AS p (portrait, validation), icp_quality(p.validation) AS q
UNION ALL
SELECT 'learned: its word', q.rows, q.best, round(q.auc, 3), round(q.auc_low, 3), round(q.auc_high, 3)
FROM jsonb_to_record(icp_load('learned')::jsonb -> 'quality') AS q (rows bigint, best bigint, auc numeric, auc_low numeric, auc_high numeric);
SELECT g.bucket, round(g.low::numeric, 1) AS "score from", g.n AS accounts, g.events AS best, round(g.lift::numeric, 1) AS lift, round(100 * g.captured) AS "% of the best, so far"
FROM (SELECT icp_validation(icp_score(:a, 'learned'), :best) AS validation FROM unseen AS :a) AS v, icp_gains(v.validation, 5) AS g;
\set ECHO none
\echo == Will it hold for accounts that come by partner referral? What is different with them, the most first:
\echo
\set ECHO queries
SELECT d.field, round(d.psi::numeric, 2) AS psi, d.status, d.moved
FROM (SELECT icp_sketch(icp_row(:a), :best) AS then, icp_sketch(icp_row(:a), :best) FILTER (WHERE :a.channel = 'partner referral') AS now FROM accounts AS :a) AS s,
     LATERAL icp_drift(s.then, s.now) AS d
WHERE d.field <> 'channel' AND d.q_value < 0.05
LIMIT 3;
\set ECHO none
\endif
\endif

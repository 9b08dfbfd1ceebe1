-- What the best rows of the table accounts share, as sentences, and what part its columns have in it. Follows best.sql.
-- Variables, beside those: options, those of the sketch, from a comma on, or empty; file, whether the rows are a user's,
-- and not those of the generated CRM.
\if :file
\echo
\echo == What part can each column have?
\echo
\set ECHO queries
SELECT f.field, f.type, f.role, round(100 * f.missing) AS "missing %", round(f.auc::numeric, 2) AS "AUC alone", f.note
FROM (SELECT icp_sketch(icp_row(:a), :best:options) AS sketch FROM accounts AS :a) AS s,
     LATERAL icp_fields(s.sketch) AS f;
\set ECHO none
\echo Only "trait" and "high_cardinality" take part. A leak tells the best from the rest all by itself: it may be known only
\echo afterwards, or be what your condition reads (:reads), which is left out in any case.
\endif

\echo
\if :file
\echo == What do the best share? They are :best_n of :all_n: :best
\if :has_unknown
\echo '   (of' :unknown_n 'the condition is NULL; they are on neither side)'
\endif
\else
\echo == What do the best customers share? They are :best_n of :all_n accounts. Each condition by itself:
\endif
\echo
\pset format unaligned
\pset tuples_only on
\set ECHO queries
\if :file
SELECT format(E'%s. %s: %s %% of the best and %s %% of the rest (%s of %s are best: %s times the average%s)\n   WHERE %s',
              t.rank, t.trait, round(100 * t.best_share), round(100 * t.rest_share),
              t.best_n, t.all_n, round(t.lift::numeric, 1), '; ' || t.warning, t."where")
FROM (SELECT icp_sketch(icp_row(:a), :best:options) AS sketch FROM accounts AS :a) AS s,
     LATERAL icp_traits(s.sketch:exclude) AS t;
\set ECHO none
SELECT :ROW_COUNT = 0 AS nothing \gset
\if :nothing
\echo No traits: nothing is so much more frequent among the best that chance is ruled out.
\endif
\else
SELECT format('  %s: %s %% of the best and %s %% of the rest (%s of %s are best: %s times the average)',
              t.trait, round(100 * t.best_share), round(100 * t.rest_share),
              t.best_n, to_char(t.all_n, 'FM999,999'), round(t.lift::numeric, 1))
FROM (SELECT icp_sketch(icp_row(:a), :best) AS sketch FROM accounts AS :a) AS s,
     LATERAL icp_traits(s.sketch, max_order => 1, top => 5, options => '{"prune": false}') AS t;
\set ECHO none

\echo
\echo == And taken together? The strongest pairs, as SQL:
\echo
\set ECHO queries
SELECT format(E'  %s: %s of %s are best, %s times the average\n     WHERE %s',
              t.trait, t.best_n, t.all_n, round(t.lift::numeric, 1), t."where")
FROM (SELECT icp_sketch(icp_row(:a), :best) AS sketch FROM accounts AS :a) AS s, LATERAL icp_traits(s.sketch) AS t
WHERE t."order" = 2
ORDER BY t.lift DESC
LIMIT 3;
\set ECHO none
\pset tuples_only off
\pset format aligned

\echo
\echo == Which columns were left out, and why?
\echo
\set ECHO queries
SELECT f.field, f.role, f.note
FROM (SELECT icp_sketch(icp_row(:a), :best) AS sketch FROM accounts AS :a) AS s, LATERAL icp_fields(s.sketch) AS f
WHERE f.role NOT IN ('trait', 'high_cardinality');
\set ECHO none
\endif

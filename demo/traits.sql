-- What the best rows of the table accounts share, as sentences, and what part its columns have in it.
-- Variables: a, an alias that is no column of accounts; best, the condition that makes a row best; options, those of the
-- sketch, from a comma on, or empty; file, whether the rows are a user's, and not those of the generated CRM.
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset pager off
\pset footer off
\pset null ''
SET client_min_messages = warning;

-- A wrong condition is refused here, before anything is shown. And then it is known which columns it reads.
CREATE TEMPORARY VIEW best AS SELECT FROM accounts AS :a WHERE :best
;
SELECT coalesce(string_agg(quote_ident(c.attname), ', ' ORDER BY c.attnum), 'no column') AS reads,
       CASE WHEN count(*) = 0 THEN '' ELSE format(', options => %L', jsonb_build_object('exclude', jsonb_agg(c.attname ORDER BY c.attnum))) END AS exclude
FROM pg_attribute AS c
WHERE c.attrelid = 'accounts'::regclass AND c.attnum > 0 AND c.atttypid NOT IN ('json'::regtype, 'jsonb'::regtype) AND EXISTS (
    SELECT FROM pg_depend AS d JOIN pg_rewrite AS r ON r.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = 'best'::regclass
          AND d.refobjid = c.attrelid AND d.refobjsubid = c.attnum) \gset
SELECT to_char(count(*) FILTER (WHERE best), 'FM999,999,999') AS best_n, to_char(count(*), 'FM999,999,999') AS all_n,
       count(*) > count(best) AS has_unknown, to_char(count(*) - count(best), 'FM999,999,999') AS unknown_n
FROM (SELECT (:best) AS best FROM accounts AS :a) AS t \gset

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

-- The condition that says which rows of the table accounts are the best: checked and counted, for what follows in the session.
-- Variables: a, an alias that is no column of accounts; best, the condition.
-- Sets best_n, all_n, has_unknown and unknown_n; reads, the columns that the condition reads, and exclude and learn, the
-- options by which icp_traits (from a comma on, or empty) and icp_learn leave them out.
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
       CASE WHEN count(*) = 0 THEN '' ELSE format(', options => %L', jsonb_build_object('exclude', jsonb_agg(c.attname ORDER BY c.attnum))) END AS exclude,
       format('%L', '{"subject": "accounts"' || CASE WHEN count(*) = 0 THEN '' ELSE format(', "ignore": %s', jsonb_agg(c.attname ORDER BY c.attnum)) END || '}') AS learn
FROM pg_attribute AS c
WHERE c.attrelid = 'accounts'::regclass AND c.attnum > 0 AND c.atttypid NOT IN ('json'::regtype, 'jsonb'::regtype) AND EXISTS (
    SELECT FROM pg_depend AS d JOIN pg_rewrite AS r ON r.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = 'best'::regclass
          AND d.refobjid = c.attrelid AND d.refobjsubid = c.attnum) \gset
SELECT to_char(count(*) FILTER (WHERE best), 'FM999,999,999') AS best_n, to_char(count(*), 'FM999,999,999') AS all_n,
       count(*) > count(best) AS has_unknown, to_char(count(*) - count(best), 'FM999,999,999') AS unknown_n
FROM (SELECT (:best) AS best FROM accounts AS :a) AS t \gset


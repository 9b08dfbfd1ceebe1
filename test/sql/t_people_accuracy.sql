-- How often what is told of a title is what a reader of it says: titles.tsv, see docs/people.md.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Labelled by reading; the role follows from seniority and function as docs/people.md says, so it only counts how often both lead to the same.
\set lines `cat "$PG_ABS_SRCDIR/sql/titles.tsv"`
CREATE TABLE titles AS SELECT f[1] AS language, f[2] AS part, f[3] AS title, nullif(f[4], '') AS seniority, nullif(f[5], '') AS function, nullif(f[6], '') AS role
	FROM regexp_split_to_table(:'lines', '\n') l, LATERAL (SELECT regexp_split_to_array(l, '\t') AS f) x WHERE l <> '';
SELECT is(count(*), count(DISTINCT title), 'no title twice'), cmp_ok(count(*) FILTER (WHERE language = 'en'), '>=', 300::bigint), cmp_ok(count(*) FILTER (WHERE language = 'zh'), '>=', 120::bigint) FROM titles;
CREATE TABLE shares AS SELECT language, part, avg((t.seniority IS NOT DISTINCT FROM r.seniority)::int) AS seniority, avg((t.function IS NOT DISTINCT FROM r.function)::int) AS function, avg((t.role IS NOT DISTINCT FROM r.role)::int) AS role
	FROM titles t, LATERAL icp_buyer_role(title) r GROUP BY 1, 2;
-- A little less than what it was when the rules were made.
SELECT cmp_ok(share, '>=', least, format('%s, %s: %s', language, part, aspect)) FROM shares CROSS JOIN LATERAL (VALUES ('seniority', seniority), ('function', function), ('role', role)) s(aspect, share)
	JOIN (VALUES ('en', 'tuning', 'seniority', 0.97), ('en', 'tuning', 'function', 0.89), ('en', 'tuning', 'role', 0.93), ('en', 'held_out', 'seniority', 0.95), ('en', 'held_out', 'function', 0.81), ('en', 'held_out', 'role', 0.94),
		('zh', 'tuning', 'seniority', 0.98), ('zh', 'tuning', 'function', 0.96), ('zh', 'tuning', 'role', 0.98), ('zh', 'held_out', 'seniority', 0.95), ('zh', 'held_out', 'function', 0.77), ('zh', 'held_out', 'role', 0.88)) b(language, part, aspect, least) USING (language, part, aspect) ORDER BY language, part, aspect;

SELECT * FROM finish();
ROLLBACK;

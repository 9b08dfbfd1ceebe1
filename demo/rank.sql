-- What the portrait in the file $PORTRAIT, saved as 'default', says of the table accounts.
-- Variables: a, an alias that is no column of accounts, and key and names, columns by which a person knows an account.
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset pager off
\pset footer off
\pset null -

-- By way of a table: an error in a literal would come with the literal.
\set portrait `LC_ALL=C sed '1s/^\xef\xbb\xbf//' <"$PORTRAIT"`
CREATE TEMPORARY TABLE portrait AS SELECT :'portrait'::text AS json;
-- A portrait that does not go with the table is refused here, before anything is shown.
SELECT icp_score(:a, portrait.json::icp_portrait) FROM portrait, accounts AS :a LIMIT 1 \gset
SELECT icp_save('default', json::icp_portrait) FROM portrait \gset

\echo
\echo == Which accounts first?
\echo
\set ECHO queries
SELECT :names,
       round(e.score::numeric, 1) AS score, e.tier, round(100 * e.coverage) AS "known %",
       array_to_string(e.reasons[1:3], ', ') AS "lost points for"
FROM accounts AS :a, LATERAL icp_evaluate(:a) AS e
ORDER BY e.score DESC NULLS LAST, :key
LIMIT 10;
\set ECHO none

\echo == Why does the first one score so?
\echo
\set ECHO queries
SELECT e.characteristic, e.value, e.attribute, e.points, e.possible, e.lost
FROM (SELECT * FROM accounts AS :a ORDER BY icp_score(:a) DESC NULLS LAST, :key LIMIT 1) AS :a, LATERAL icp_explain(:a) AS e;
\set ECHO none

\echo == How many are in each tier?
\echo
\set ECHO queries
SELECT e.tier, count(*) AS accounts, count(*) FILTER (WHERE e.fits) AS fit, count(e.disqualified_by) AS disqualified,
       round(min(e.score)::numeric, 1) AS "score from", round(max(e.score)::numeric, 1) AS "to"
FROM accounts AS :a, LATERAL icp_evaluate(:a) AS e
GROUP BY e.tier
ORDER BY max(e.score) DESC NULLS LAST;
\set ECHO none

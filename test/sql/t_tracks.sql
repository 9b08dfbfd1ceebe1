-- icp_tracks and icp_track.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
\set ON_ERROR_ROLLBACK on
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SET LOCAL timezone = 'UTC';

-- ---- what is shipped ----

SELECT ordinal, track, condition FROM icp_tracks ORDER BY ordinal;
SELECT is_empty($$SELECT * FROM icp_tracks WHERE NOT shipped OR coalesce(meaning, '') = '' OR condition IS NULL$$, 'all have words and a condition');
CREATE TABLE leads (id int, created_on date, last_activity_at timestamptz, uses_competitor boolean, attrs jsonb);
INSERT INTO leads SELECT row_number() OVER (), now()::date - c, now() - make_interval(days => a), u, CASE WHEN i IS NOT NULL OR v IS NOT NULL THEN jsonb_build_object('intent', i, 'visits_30d', v) END
	FROM unnest('{0,29,30,31,NULL}'::int[]) c, unnest('{1,29,100,181,NULL}'::int[]) a, unnest('{t,f,NULL}'::bool[]) u, unnest('{0,39,40,69,70,100,NULL}'::int[]) i, unnest('{0,1,4,5,NULL}'::int[]) v;
CREATE FUNCTION expected(l leads) RETURNS text LANGUAGE sql STABLE AS $$ SELECT CASE
	WHEN (l.attrs ->> 'intent')::numeric >= 70 AND l.last_activity_at >= now() - interval '30 days' AND l.last_activity_at <= now() THEN 'funnel bottom'
	WHEN l.created_on BETWEEN now()::date - 30 AND now()::date THEN 'welcome' WHEN l.uses_competitor THEN 'competitive drip' WHEN l.last_activity_at < now() - interval '180 days' THEN 'reactivation'
	WHEN (l.attrs ->> 'intent')::numeric >= 40 THEN 'funnel middle' WHEN (l.attrs ->> 'visits_30d')::numeric >= 5 THEN 'education product' WHEN (l.attrs ->> 'visits_30d')::numeric >= 1 THEN 'education opinion' WHEN (l.attrs ->> 'intent')::numeric < 40 THEN 'funnel top' ELSE 'drip' END $$;
SELECT is_empty($$SELECT *, icp_track(l), expected(l) FROM leads l WHERE icp_track(l) IS DISTINCT FROM expected(l)$$, 'rows are on the track that their columns say');
-- a date in text is its midnight
SELECT is_empty($$SELECT * FROM leads l WHERE created_on <> now()::date - 30 AND icp_track(to_jsonb(l)) IS DISTINCT FROM expected(l)$$, 'and so are documents');
SELECT set_eq('SELECT icp_track(l) FROM leads l', 'SELECT track FROM icp_tracks', 'all tracks occur');
SELECT icp_track(x) AS "fields that a row lacks are missing" FROM (SELECT true AS uses_competitor) x;
SELECT icp_track('{}'::jsonb) AS "nothing known";
SELECT is(icp_track(NULL::jsonb), NULL, 'nothing');
SELECT is(icp_track(NULL::leads), NULL, 'no row');

-- ---- rows of users ----

SAVEPOINT mine;
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('onboarding', 5, '{"field": "customer_since", "within": "60 days"}');
SELECT icp_track(jsonb_build_object('customer_since', now()::date, 'created_on', now()::date)) AS "one more";
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('welcome', 95, '{"field": "customer_since", "older": "60 days"}');
SELECT icp_track(jsonb_build_object('created_on', now()::date)) AS "takes the place of the shipped one";
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('drip', 1, NULL);
SELECT is(icp_track('{}'::jsonb), NULL, 'switched off');
SELECT icp_track(jsonb_build_object('customer_since', '2000-01-01')) AS "at its own place";
UPDATE icp_tracks SET ordinal = 0, condition = '{"field": "created_on", "within": "1 day"}' WHERE track = 'drip' AND NOT shipped;
SELECT icp_track(jsonb_build_object('customer_since', now()::date, 'created_on', now()::date)) AS "changed";
DELETE FROM icp_tracks WHERE NOT shipped;
SELECT icp_track(jsonb_build_object('customer_since', now()::date, 'created_on', now()::date)) AS "as before";
-- the same condition twice is no mistake: the first one is taken
INSERT INTO icp_tracks (track, ordinal, condition) SELECT 'again ' || ordinal, ordinal, condition FROM icp_tracks;
SELECT string_agg(DISTINCT icp_track(l), ', ') AS "by name, where places are equal" FROM leads l;
ROLLBACK TO mine;
-- a change is seen by the next statement, in PL/pgSQL too
CREATE FUNCTION changes() RETURNS SETOF text LANGUAGE plpgsql AS $$ DECLARE t text; BEGIN FOR i IN 1..3 LOOP
	t := icp_track('{"x": 1}'::jsonb);
	RETURN NEXT t;
	IF i = 1 THEN INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 0, '{"field": "x", "equals": 1}'); ELSE DELETE FROM icp_tracks WHERE track = 'x'; END IF;
END LOOP; END $$;
SELECT changes();
-- what is replicated leaves the shipped rows to the extension, and brings the others
SAVEPOINT replicated;
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE sent AS SELECT * FROM icp_tracks UNION ALL SELECT 'x', 0, 'sent', '{"field": "x", "equals": 1}', false;
INSERT INTO icp_tracks SELECT * FROM sent RETURNING track, shipped;
UPDATE icp_tracks SET ordinal = -1 RETURNING track, shipped;
SELECT icp_track('{"x": 1}'::jsonb) AS "replicated";
DELETE FROM icp_tracks RETURNING track, shipped;
SELECT icp_track('{"x": 1}'::jsonb) AS "and deleted";
ROLLBACK TO replicated;
SAVEPOINT everything;
INSERT INTO icp_tracks (track, ordinal) SELECT track, 1 FROM icp_tracks;
SELECT is_empty('SELECT * FROM leads l WHERE icp_track(l) IS NOT NULL', 'all switched off');
ROLLBACK TO everything;
CREATE ROLE regress_icp_reader;
SET ROLE regress_icp_reader;
SELECT icp_track('{}'::jsonb) AS "everybody may read";
INSERT INTO icp_tracks (track, ordinal) VALUES ('x', 1);
RESET ROLE;

-- ---- errors ----

\set VERBOSITY default
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '[]');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{"equals": 1}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{"otherwise": true}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{"field": "x", "equals": 1, "points": 1}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{"all": [{"field": "x", "equals": 1}, {"field": "y", "rnage": "[1,2]"}]}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{"all": [{"field": "x", "equals": 1}, {"field": "y", "range": "[5,2]"}]}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, '{"field": "x", "within": "soon"}');
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('x', 1, (repeat('{"not": ', 40) || '{"field": "a", "equals": 1}' || repeat('}', 40))::jsonb);
INSERT INTO icp_tracks (track, ordinal, condition) VALUES ('', 1, NULL);
INSERT INTO icp_tracks (track, ordinal, condition, shipped) VALUES ('x', 1, NULL, true);
UPDATE icp_tracks SET ordinal = 1 WHERE track = 'drip';
DELETE FROM icp_tracks WHERE track = 'drip';
TRUNCATE icp_tracks;
SELECT icp_track('[]'::jsonb);
\set SHOW_CONTEXT always
SELECT icp_track(x) FROM (SELECT 'yes'::text AS uses_competitor) x;
SELECT icp_is_condition('{"field": "x", "in": []}');
SELECT icp_is_condition('{"field": "x", "in": [1]}'), icp_is_condition(NULL);

SELECT * FROM finish();
ROLLBACK;

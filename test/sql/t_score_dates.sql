-- Conditions relative to now: within, older, within_next; and icp_at, which fixes now.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- 1 point where the condition holds, 2 where the field is missing.
CREATE FUNCTION one(condition text, beside text DEFAULT '') RETURNS icp_portrait LANGUAGE sql IMMUTABLE AS $$
	SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": "f"%s, "attributes": [{%s, "points": 1},
		{"missing": true, "points": 2}]}]}', ', ' || nullif(beside, ''), condition)::icp_portrait
$$;
-- The score of one value, by columns and by row, which must agree.
CREATE FUNCTION scored(value anyelement, portrait icp_portrait) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	by_columns float8;
	by_row float8;
BEGIN
	SELECT icp_score(r, portrait) INTO by_columns FROM (SELECT value AS f) r;
	SELECT icp_score(r, p) INTO by_row FROM (SELECT value AS f OFFSET 0) r, (SELECT portrait AS p OFFSET 0) p;
	RETURN CASE WHEN by_columns = by_row THEN by_row::text ELSE concat_ws(' but ', by_columns, by_row) END;
END $$;
CREATE FUNCTION iso(moment timestamp) RETURNS text LANGUAGE sql AS $$ SELECT to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- At the edges: a moment at the edge is within, and whatever is before it is older; what is to come is neither.
CREATE TABLE spans AS SELECT span::interval, span AS name
	FROM unnest('{1 microsecond,12 hours,1 day,90 days,1 month,18 months,2 years,1 year 2 months 3 days 04:05:06.789,1000 years}'::text[]) span;
CREATE TABLE moments AS SELECT condition, step * interval '1 microsecond' AS step, base, expected FROM (VALUES
	('within', -1, -1, '0'), ('within', -1, 0, '1'), ('within', -1, 1, '1'), ('within', 0, -1, '1'), ('within', 0, 0, '1'),
		('within', 0, 1, '0'), ('within', 1, 0, '0'),
	('older', -1, -1, '1'), ('older', -1, 0, '0'), ('older', -1, 1, '0'), ('older', 0, 0, '0'), ('older', 1, 0, '0'),
	('within_next', 1, -1, '1'), ('within_next', 1, 0, '1'), ('within_next', 1, 1, '0'), ('within_next', 0, 0, '1'),
		('within_next', 0, -1, '0'), ('within_next', -1, 0, '0')) v(condition, base, step, expected);
-- The cases where one microsecond more or less crosses the other edge say nothing.
CREATE VIEW cases AS SELECT * FROM spans, moments WHERE span > '1 microsecond' OR (step = '0' AND NOT (condition = 'within_next'
	AND base = 0));
CREATE FUNCTION portrait_of(condition text, span text,
	beside text DEFAULT '') RETURNS icp_portrait LANGUAGE sql IMMUTABLE AS $$ SELECT one(format('"%s": "%s"', condition, span), beside) $$;
CREATE FUNCTION wrong_edges() RETURNS TABLE (kind text, condition text, span text, step interval, base int, got text,
	wanted text) LANGUAGE sql AS $$
	-- timestamptz, and text: UTC
	SELECT kind, condition, name, step, base, got, expected FROM (SELECT c.*, now() AT TIME ZONE 'UTC' + base * span + step AS utc
		FROM cases c) c,
		LATERAL (VALUES ('timestamptz', scored(utc AT TIME ZONE 'UTC', portrait_of(condition, name))),
			('as date', scored(iso(utc), portrait_of(condition, name, '"as": "date"'))),
			('JSON', scored(to_jsonb(iso(utc)), portrait_of(condition, name)))) v(kind, got) WHERE got <> expected
	UNION ALL
	-- timestamp: the session's time zone
	SELECT 'timestamp', condition, name, step, base, got, expected
		FROM cases, scored(localtimestamp + base * span + step, portrait_of(condition, name)) got WHERE got <> expected
$$;
SELECT cmp_ok((SELECT count(*) FROM cases), '>', 140::bigint, 'there are many edges');
SELECT is_empty($$ SELECT * FROM wrong_edges() $$, 'edges in UTC');
SET LOCAL TimeZone = 'America/New_York';
SELECT is_empty($$ SELECT * FROM wrong_edges() $$, 'edges in New York');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is_empty($$ SELECT * FROM wrong_edges() $$, 'edges in Kiritimati');
SET LOCAL TimeZone = 'Etc/GMT+12';
SELECT is_empty($$ SELECT * FROM wrong_edges() $$, 'edges twelve hours west');

-- A date is a whole day of the session's time zone, and the day at the edge counts.
CREATE TABLE days AS SELECT condition, step, base, expected FROM (VALUES
	('within', -1, -1, '0'), ('within', -1, 0, '1'), ('within', 0, 0, '1'), ('within', 0, 1, '0'),
	('older', -1, -1, '1'), ('older', -1, 0, '0'), ('older', 0, 0, '0'), ('older', 0, 1, '0'),
	('within_next', 1, 1, '0'), ('within_next', 1, 0, '1'), ('within_next', 0, 0, '1'),
		('within_next', 0, -1, '0')) v(condition, base, step, expected);
CREATE FUNCTION wrong_days() RETURNS TABLE (condition text, span text, step int, base int, got text, wanted text) LANGUAGE sql AS $$
	SELECT condition, name, step, base, got, expected FROM days, spans, scored((localtimestamp + base * span)::date + step,
		portrait_of(condition, name)) got WHERE got <> expected AND span >= '12 hours'
$$;
SELECT is_empty($$ SELECT * FROM wrong_days() $$, 'days twelve hours west');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is_empty($$ SELECT * FROM wrong_days() $$, 'days in Kiritimati');
SELECT is(scored(current_date, portrait_of('within', '1 day')), '1', 'today is within the last day');
SELECT is(scored(current_date - 1, portrait_of('within', '1 day')), '1', 'so is yesterday');
RESET TimeZone;
SELECT is_empty($$ SELECT * FROM wrong_days() $$, 'days in UTC');
-- Everything up to now is either within or older, and nothing both.
SELECT is_empty($$ SELECT d, s FROM generate_series(current_date - 800, current_date, '7 days') d, spans s
	WHERE scored(d::date, portrait_of('within', name))::int + scored(d::date, portrait_of('older', name))::int <> 1 AND span > '1 hour' $$,
	'within or older, dates');
SELECT is_empty($$ SELECT d, s FROM generate_series(now() - interval '800 days', now(), '7 days 11:00') d, spans s
	WHERE scored(d, portrait_of('within', name))::int + scored(d, portrait_of('older', name))::int <> 1 $$, 'within or older, moments');

-- Text that holds only a date is its midnight in UTC.
SELECT is(scored(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), portrait_of('within', '1 day', '"as": "date"')), '1', 'today as text');
SELECT is(scored(to_jsonb(to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYY-MM-DD')), portrait_of('within', '1 day')), '0',
	'tomorrow in JSON');
SELECT is(scored(to_jsonb(to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYY-MM-DD')), portrait_of('within_next', '1 day')), '1',
	'which is to come');
SELECT is(scored(value::jsonb, portrait_of('within', '1000 years')), '0', 'no date in JSON: ' || value)
	FROM unnest(ARRAY['5', 'true', '"soon"', '["2020-01-01"]', '{}', '"01/02/2020"']) value;
-- NULL is missing, whatever the condition.
SELECT is(scored(NULL::date, portrait_of(condition, '1 day')), '2', 'NULL is not ' || condition)
	FROM unnest('{within,older,within_next}'::text[]) condition;
SELECT is(scored(value::date, portrait_of(condition, '1 day')), expected, format('%s is %s: %s', value, condition, expected))
	FROM (VALUES ('infinity', 'within', '0'), ('infinity', 'older', '0'), ('infinity', 'within_next', '0'), ('-infinity', 'within', '0'),
	('-infinity', 'older', '1'), ('-infinity', 'within_next', '0')) v(value, condition, expected);
-- Inside of other conditions, and in rules of disqualification.
SELECT is(scored(now() - interval '10 days', one('"all": [{"older": "5 days"},
	{"not": {"older": "15 days"}}]')), '1', 'between 5 and 15 days ago');
SELECT is(scored(now() - interval '20 days', one('"all": [{"older": "5 days"}, {"not": {"older": "15 days"}}]')), '0', 'longer ago');
SELECT is((icp_evaluate(r, '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"missing": true, "points": 1}]}], "disqualify": [{"when": {"field": "f", "older": "1 day"}}]}'::icp_portrait)).disqualified_by,
	'f older than 1 day', 'disqualified by age') FROM (SELECT now() - interval '2 days' AS f) r;

-- icp_at: the same, seen from another moment, in UTC throughout.
CREATE FUNCTION at(moment timestamptz, value anyelement, condition text,
	beside text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT scored(value, icp_at(one(condition, beside), moment)) $$;
CREATE FUNCTION wrong_at() RETURNS TABLE (kind text, moment timestamptz, value text, condition text, got text,
	wanted text) LANGUAGE sql AS $$
	SELECT kind, moment, v.value, v.condition, got, expected FROM (VALUES
		('2026-01-31 12:00+00'::timestamptz, '2025-12-31', '"within": "1 month"', '1'),
			('2026-01-31 12:00+00', '2025-12-30', '"within": "1 month"', '0'),
			('2026-01-31 12:00+00', '2026-01-31', '"within": "1 month"', '1'),
			('2026-01-31 12:00+00', '2026-02-01', '"within": "1 month"', '0'),
		('2026-01-31 23:00-08', '2026-02-01', '"within": "1 day"', '1'), ('2026-01-31 23:00-08', '2026-01-30', '"within": "1 day"', '0'),
			('2026-01-31 23:00-08', '2026-01-30', '"older": "1 day"', '1'),
		('2026-03-31 12:00+00', '2026-02-28', '"within": "1 month"', '1'),
			('2026-03-31 12:00+00', '2026-02-27', '"within": "1 month"', '0'),
			('2024-02-29 12:00+00', '2023-02-28', '"within": "1 year"', '1'),
			('2024-02-29 12:00+00', '2023-02-27', '"older": "1 year"', '1'),
		('2026-01-31 12:00+00', '2026-02-28', '"within_next": "1 month"', '1'),
			('2026-01-31 12:00+00', '2026-03-01', '"within_next": "1 month"', '0'),
			('2026-01-31 12:00+00', '2026-01-30', '"within_next": "1 month"', '0')) v(moment, value, condition, expected),
		LATERAL (VALUES ('date', at(moment, v.value::date, v.condition))) k(kind, got) WHERE got <> expected
	UNION ALL
	SELECT kind, moment, v.value, v.condition, got, expected FROM (VALUES
		('2026-01-31 12:00+00'::timestamptz, '2025-12-31 12:00:00', '"within": "1 month"', '1'),
			('2026-01-31 12:00+00', '2025-12-31 11:59:59.999999', '"within": "1 month"', '0'),
			('2026-01-31 12:00+00', '2025-12-31 11:59:59.999999', '"older": "1 month"', '1'),
			('2026-01-31 12:00+00', '2026-01-31 12:00:00', '"within": "1 month"', '1'),
		('2026-01-31 12:00+00', '2026-01-31 12:00:00.000001', '"within": "1 month"', '0'),
			('2026-03-31 12:00+00', '2026-02-28 12:00:00', '"within": "1 month"', '1'),
			('2024-03-10 16:00+00', '2024-03-09 16:00:00', '"within": "1 day"', '1'),
			('2024-03-10 16:00+00', '2024-03-09 15:59:59', '"within": "1 day"', '0'),
		('2024-11-03 16:00+00', '2024-11-02 16:00:00', '"within": "24 hours"', '1'),
			('2024-11-03 16:00+00', '2024-11-02 15:59:59', '"within": "1 day"', '0'),
			('2026-01-31 12:00+00', '2026-02-01 11:59:59', '"within_next": "1 day"', '1'),
			('2026-01-31 12:00+00', '2026-02-01 12:00:01', '"within_next": "1 day"', '0')) v(moment, value, condition, expected),
		LATERAL (VALUES ('timestamp', at(moment, v.value::timestamp, v.condition)),
			('timestamptz', at(moment, (v.value || '+00')::timestamptz, v.condition)),
			('as date', at(moment, v.value, v.condition, '"as": "date"')),
			('JSON', at(moment, to_jsonb(v.value), v.condition))) k(kind, got) WHERE got <> expected
$$;
SELECT is_empty($$ SELECT * FROM wrong_at() $$, 'at a moment, in UTC');
SET LOCAL TimeZone = 'America/New_York';
SELECT is_empty($$ SELECT * FROM wrong_at() $$, 'at a moment, in New York, over changes of the clock');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is_empty($$ SELECT * FROM wrong_at() $$, 'at a moment, in Kiritimati');
RESET TimeZone;
SELECT is(scored('2020-01-05'::date, '{"scale": "points", "at": "2020-01-10", "characteristics": [{"name": "c", "field": "f", "attributes": [{"within": "7 days", "points": 1}]}]}'),
	'1', '"at" may be written into the portrait');
SELECT is(scored(now(), icp_at(one('"within": "1 hour"'), now())), scored(now(), one('"within": "1 hour"')), 'fixed at now');
SELECT throws_ok($$ SELECT scored(now(), icp_at(one('"within_next": "1000 years"'), '294276-01-01 00:00+00')) $$, '22008', NULL,
	'an edge beyond the last date is an error');

-- What depends on now is not immutable.
CREATE TABLE events (seen timestamptz, score float8);
SELECT throws_like($$ SELECT icp_score_columns(one('"within": "1 day"'), now()) $$,
	'the portrait depends on the current time, and icp_score_columns is immutable', 'icp_score_columns refuses such a portrait');
SELECT throws_like(format($$ SELECT icp_%s_columns(one('"within": "1 day"'), now()) $$, f),
	'the portrait depends on the current time, and icp_' || f || '_columns is immutable', f) FROM unnest('{tier,fits,evaluate}'::text[]) f;
SELECT is(icp_score_columns_now(one('"within": "1 day"'), now()), 1::float8, 'icp_score_columns_now takes it');
SELECT is(icp_score_columns(icp_at(one('"within": "1 day"'), now()), now()), 1::float8, 'icp_score_columns takes it when it is fixed');
SELECT throws_ok($$ CREATE INDEX ON events (icp_score_columns_now('{"characteristics": [{"name": "c", "field": "seen", "attributes": [{"within": "1 day", "points": 1}]}]}'::icp_portrait,
	seen)) $$, '42P17', NULL, 'no index on the one of now');
SELECT lives_ok($$ CREATE INDEX ON events (icp_score_columns(icp_at('{"characteristics": [{"name": "c", "field": "seen", "attributes": [{"within": "1 day", "points": 1}]}]}'::icp_portrait,
	'2026-01-31 00:00+00'), seen)) $$, 'an index on a fixed one');
SELECT lives_ok($$ INSERT INTO events VALUES (now()) $$, 'which works');

SELECT * FROM finish();
ROLLBACK;

-- Now is the transaction's: a plan or function that is kept sees time go by. (Compared with now(), since a machine may be slow.)
CREATE TEMP TABLE soon AS SELECT clock_timestamp() + interval '1 second' AS f;
\set portrait '{"scale": "points", "characteristics": [{"name": "c", "field": "f", "attributes": [{"within": "1 hour", "points": 1}]}]}'
SET plan_cache_mode = force_generic_plan;
PREPARE kept AS SELECT icp_score(s, :'portrait'::icp_portrait) AS score, f <= now() AS over FROM soon s;
PREPARE kept_with(icp_portrait) AS SELECT icp_score(s, $1) AS score, f <= now() AS over FROM soon s;
CREATE FUNCTION pg_temp.kept(s soon, portrait icp_portrait) RETURNS float8 LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN icp_score(s, portrait);
END $$;
CREATE FUNCTION pg_temp.look(OUT what text, OUT score float8, OUT over bool) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	FOREACH what IN ARRAY '{kept,kept_with}'::text[] LOOP
		EXECUTE CASE what WHEN 'kept' THEN 'EXECUTE kept' ELSE format('EXECUTE kept_with(%L)',
			current_setting('icp_test.portrait')) END INTO score, over;
		RETURN NEXT;
	END LOOP;
	SELECT 'function', pg_temp.kept(s, current_setting('icp_test.portrait')::icp_portrait), f <= now() INTO what, score, over FROM soon s;
	RETURN NEXT;
END $$;
SET icp_test.portrait = :'portrait';
\echo # before
SELECT what, score = over::int FROM pg_temp.look();
BEGIN;
SELECT FROM pg_sleep(1.1);
\echo # after, but in a transaction that began before
SELECT what, score = over::int FROM pg_temp.look();
COMMIT;
\echo # after
SELECT what, score, over FROM pg_temp.look();
\echo # in one block that commits
UPDATE soon SET f = clock_timestamp() + interval '1 second';
CREATE TEMP TABLE seen (n serial, score float8, over bool);
DO $$
DECLARE
	s soon;
	portrait icp_portrait := current_setting('icp_test.portrait');
BEGIN
	FOR i IN 1 .. 2 LOOP
		SELECT * INTO s FROM soon;
		INSERT INTO seen (score, over) VALUES (icp_score(s, portrait), s.f <= now());
		PERFORM pg_sleep(1.1);
		COMMIT;
	END LOOP;
END $$;
SELECT n, score = over::int, CASE n WHEN 2 THEN score END FROM seen ORDER BY n;

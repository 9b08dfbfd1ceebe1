-- Grades, playbooks, and the dials that meetings take.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE d text; h text; BEGIN EXECUTE query; RETURN 'none'; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT; RETURN concat_ws('; ', SQLSTATE, SQLERRM, nullif(d, ''), nullif(h, '')); END $$;

-- ---- grades ----

SELECT is_empty($$SELECT f, e FROM generate_series(-5, 105, 0.5) f, generate_series(-5, 105, 2.5) e WHERE icp_grade(f, e) <> (CASE WHEN f >= 75 THEN 'A' WHEN f >= 50 THEN 'B' WHEN f >= 25 THEN 'C' ELSE 'D' END) || (CASE WHEN e >= 75 THEN '1' WHEN e >= 50 THEN '2' WHEN e >= 25 THEN '3' ELSE '4' END)$$, 'quarters, each from its threshold upward');
SELECT results_eq($$SELECT icp_grade(f, e) FROM (VALUES (1, 'Infinity'::float8, '-Infinity'::float8), (2, NULL, 80), (3, 'NaN', 80), (4, 80, NULL), (5, 10, 'NaN'), (6, NULL, NULL), (7, -0.0, 1e300)) v(n, f, e) ORDER BY n$$, $$VALUES ('A4'), (NULL), (NULL), ('A?'), ('D?'), (NULL), ('D1')$$, 'infinity, NULL and NaN');
SELECT is(icp_grade(300, 2, '{250,100,0}', '{3,2,1}') || icp_grade(-1, 0.5, '{250,100,0}', '{3,2,1}') || icp_grade(60, 60, NULL, '{61,60,59}') || icp_grade(60, 60, fit_from => '{90,80,70}'), 'A2D4B2D2', 'thresholds of one''s own');
SELECT error_of(format('SELECT icp_grade(1, 1, %s)', a)) FROM (VALUES (1, '''{75,50}'''), (2, '''{}'''), (3, '''{75,NULL,25}'''), (4, '''{25,50,75}'''), (5, '''{75,75,25}'''), (6, '''{75,50,NaN}'''), (7, '''{Infinity,50,25}'''), (8, '''{{75,50,25}}'''), (9, 'NULL, ''{1,2,3,4}''')) v(n, a) ORDER BY n;

-- ---- playbooks ----

SELECT results_eq($$SELECT tier, language, count(*), min(ordinal), max(ordinal) = count(*), sum(minutes) FROM icp_playbooks GROUP BY 1, 2 ORDER BY 1, 2$$, $$VALUES ('T1', 'en', 6::bigint, 1, true, 390::bigint), ('T1', 'zh', 6, 1, true, 390), ('T2', 'en', 4, 1, true, 40), ('T2', 'zh', 4, 1, true, 40), ('T3', 'en', 3, 1, true, 6), ('T3', 'zh', 3, 1, true, 6), ('out', 'en', 3, 1, true, 1), ('out', 'zh', 3, 1, true, 1)$$, 'what comes with the extension');
SELECT is_empty('SELECT * FROM icp_playbooks WHERE step IS NULL OR action IS NULL OR NOT shipped', 'complete');
SELECT e.step || '|' || z.step FROM icp_playbook('T3') e JOIN icp_playbook('T3', 'zh') z USING (ordinal) ORDER BY ordinal;
SELECT results_eq($$SELECT p.* FROM icp_playbook('T1') WITH ORDINALITY p$$, $$SELECT ordinal, step, action, minutes, row_number() OVER (ORDER BY ordinal) FROM icp_playbooks WHERE tier = 'T1' AND language = 'en'$$, 'in order');
SELECT is_empty($$SELECT * FROM icp_playbook('T9')$$, 'no such tier'), is_empty($$SELECT * FROM icp_playbook('T1', 'fr')$$, 'no such language'), is_empty($$SELECT * FROM icp_playbook(NULL)$$, 'no tier'), is_empty($$SELECT * FROM icp_playbook('T1', NULL)$$, 'no language');

INSERT INTO icp_playbooks (tier, ordinal, step, action, minutes) VALUES ('T3', 2, 'A postcard', 'By hand.', 4), ('T3', 3, NULL, NULL, NULL), ('T3', 9, 'Wait', NULL, NULL), ('gold', 1, 'Call the owner', 'Now.', 0);
INSERT INTO icp_playbooks (tier, language, ordinal, step) VALUES ('T3', 'de', 1, 'Drei Fakten');
SELECT results_eq($$SELECT ordinal, step, minutes FROM icp_playbook('T3')$$, $$VALUES (1, 'Three facts in three minutes', 3), (2, 'A postcard', 4), (9, 'Wait', NULL)$$, 'a row of the user''s counts instead of the shipped one, or leaves it out');
SELECT is((SELECT string_agg(step, ',') FROM (VALUES ('gold', 'en'), ('T3', 'de')) v(t, l), icp_playbook(t, l)), 'Call the owner,Drei Fakten', 'other tiers and languages');
SELECT is((SELECT count(*) FROM icp_playbook('T3', 'zh')), 3::bigint, 'which the others do not see');
SELECT lives_ok($$UPDATE icp_playbooks SET action = 'Two days.' WHERE tier = 'T3' AND ordinal = 9$$, 'their rows they change'), lives_ok($$DELETE FROM icp_playbooks WHERE NOT shipped$$, 'and delete');
SELECT is((SELECT count(*) FROM icp_playbook('T3')), 3::bigint, 'then it is as it came');
SELECT throws_ok(q, '23000', m) FROM (VALUES ('DELETE FROM icp_playbooks WHERE tier = ''T1''', 'cannot delete a shipped row of table "icp_playbooks"'), ('UPDATE icp_playbooks SET minutes = 1', 'cannot update a shipped row of table "icp_playbooks"'),
	('INSERT INTO icp_playbooks (tier, ordinal, step, shipped) VALUES (''T1'', 99, ''x'', true)', 'cannot insert a shipped row of table "icp_playbooks"'), ('TRUNCATE icp_playbooks', 'cannot truncate a shipped row of table "icp_playbooks"')) v(q, m);
SELECT throws_ok($$INSERT INTO icp_playbooks (tier, ordinal, minutes) VALUES ('T1', 1, -1)$$, '23514'), throws_ok($$INSERT INTO icp_playbooks (tier, ordinal) VALUES ('', 1)$$, '23514');
SELECT is((SELECT array_agg(tgname::text || tgenabled::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'icp_playbooks'::regclass), '{icp_playbooks_keptA,icp_playbooks_not_emptiedA}', 'whatever the role of replication');
SELECT is((SELECT extcondition[array_position(extconfig, 'icp_playbooks'::regclass)] FROM pg_extension WHERE extname = 'icp_portrait'), 'WHERE NOT shipped', 'pg_dump carries the user''s rows');
CREATE ROLE regress_icp_seller;
SET ROLE regress_icp_seller;
SELECT is((SELECT count(*) FROM icp_playbook('T2')), 4::bigint, 'everybody reads');
SELECT throws_ok('INSERT INTO icp_playbooks (tier, ordinal) VALUES (''T1'', 50)', '42501', NULL, 'and not everybody writes');
RESET ROLE;

-- ---- dials ----

SELECT is_empty($$SELECT m, direct, executive FROM generate_series(0, 400) m, (VALUES (true), (false), (NULL)) d(direct), (VALUES (true), (false), (NULL)) e(executive), icp_outreach(m, direct, executive) o, LATERAL (SELECT 3 * m * CASE WHEN executive THEN 20.0 ELSE 22.5 END) x(d)
	WHERE o.meetings <> m OR o.conversations <> 3 * m OR o.dials <> ceil(d) OR o.people_reached <> ceil(d / CASE WHEN direct IS FALSE THEN 18.83 ELSE 12.73 END) OR o.days <> ceil(d / 50)$$, 'the formulas, in numeric');
SELECT icp_outreach(10), icp_outreach(10, direct_dials => false), icp_outreach(1, executive => true);
SELECT is((icp_outreach(30, conversations_per_meeting => 1.1, dials_per_conversation => 0.1, dials_per_person => 0.1, dials_per_day => 0.3))::text, '(30,33,4,33,11,1.1,0.1,0.1,0.3)', 'the team''s own figures; 30 times 1.1 is 33');
SELECT is(icp_outreach(10, true, true, NULL, NULL, NULL, NULL), icp_outreach(10, executive => true), 'NULL is the usual figure'), is(icp_outreach(NULL) IS NULL, true, 'no meetings asked for'), is((icp_outreach(0)).dials, 0::bigint, 'none wanted');
SELECT error_of('SELECT icp_outreach(' || a || ')') FROM (VALUES (1, '-1'), (2, '1, conversations_per_meeting => 0'), (3, '1, dials_per_conversation => -2'), (4, '1, true, true, dials_per_conversation => ''NaN'''), (5, '1, false, dials_per_person => ''Infinity'''), (6, '1, dials_per_day => 0'), (7, '2147483647, true, false, 1e9'), (8, '1, dials_per_day => 1e-300')) v(n, a) ORDER BY n;

-- ---- a team's own figures ----

CREATE TABLE activity AS SELECT i, CASE WHEN i % 17 > 0 THEN 30 + hashint4(i) % 20 END::bigint AS touches, CASE WHEN i % 19 > 0 THEN 2 + i % 3 END::bigint AS conversations, (i % 2)::bigint AS meetings, CASE WHEN i % 23 > 0 THEN 3 + i % 4 END::bigint AS people FROM generate_series(1, 3000) i;
CREATE TABLE observed AS SELECT o.* FROM (SELECT icp_outreach_observed(touches, conversations, meetings, people) AS o FROM activity) x, LATERAL (SELECT (x.o).*) o;
SELECT ok(abs(dials_per_conversation - t1) < 1e-12 AND abs(conversations_per_meeting - t2) < 1e-12 AND abs(dials_per_person - t3) < 1e-12 AND abs(dials_per_row - t4) < 1e-12, 'ratios of sums, over the rows that tell of both') FROM observed, (SELECT sum(touches) FILTER (WHERE conversations IS NOT NULL)::float8 / sum(conversations) FILTER (WHERE touches IS NOT NULL)::float8, sum(conversations)::float8 / sum(meetings) FILTER (WHERE conversations IS NOT NULL)::float8, sum(touches) FILTER (WHERE people IS NOT NULL)::float8 / sum(people) FILTER (WHERE touches IS NOT NULL)::float8, avg(touches)::float8 FROM activity) x(t1, t2, t3, t4);
SELECT is((touches, conversations, meetings, people, activity_rows)::text, (SELECT (sum(a.touches), sum(a.conversations), sum(a.meetings), sum(a.people), count(*))::text FROM activity a), 'sums') FROM observed;
-- Fieller: all r for which the mean of touches - r * conversations is no farther from 0 than chance lets it
CREATE FUNCTION t(r float8) RETURNS float8 LANGUAGE sql AS $$ SELECT avg(touches - r * conversations) / (stddev_samp(touches - r * conversations) / sqrt(count(*))) FROM activity WHERE touches IS NOT NULL AND conversations IS NOT NULL $$;
SELECT ok(abs(t(dials_per_conversation_low) - 1.959963984540054) < 1e-6 AND abs(t(dials_per_conversation_high) + 1.959963984540054) < 1e-6, 'intervals') FROM observed;
SELECT ok(conversations_per_meeting_low < conversations_per_meeting AND conversations_per_meeting < conversations_per_meeting_high AND dials_per_person_low < dials_per_person AND dials_per_person < dials_per_person_high, 'around them') FROM observed;
SELECT is((SELECT (icp_outreach(10, conversations_per_meeting => o.conversations_per_meeting, dials_per_conversation => o.dials_per_conversation)).dials FROM observed o), (SELECT ceil(10 * conversations_per_meeting * dials_per_conversation)::bigint FROM observed), 'they feed the plan');
SELECT icp_outreach_observed(t, c, m) FROM (VALUES (40, 2, 1), (60, 3, 0), (50, NULL, NULL)) v(t, c, m);
SELECT icp_outreach_observed(t, 0, 0, NULL) FROM generate_series(1, 20) t;
SELECT icp_outreach_observed(NULL, NULL, NULL) FROM generate_series(1, 20) t;
SELECT is((SELECT icp_outreach_observed(touches, conversations, meetings) FROM activity WHERE false), NULL, 'of no rows');
SELECT is((SELECT (o.dials_per_conversation, o.dials_per_person IS NULL, o.people IS NULL) FROM (SELECT (icp_outreach_observed(touches, conversations, meetings)).* FROM activity) o)::text, (SELECT (dials_per_conversation, true, true)::text FROM observed), 'without people');
SELECT is((SELECT o.dials_per_conversation_low FROM (SELECT (icp_outreach_observed(10, 2, 1)).* FROM generate_series(1, 9)) o), NULL, 'of nine rows, no interval'), is((SELECT o.dials_per_conversation_low FROM (SELECT (icp_outreach_observed(10, 2, 1)).* FROM generate_series(1, 10)) o), 5::float8, 'of ten, one');
SELECT ok(abs((o).dials_per_conversation - 1) < 1e-15 AND (o).touches = 2000000000000, 'large numbers') FROM (SELECT icp_outreach_observed(1000000000, 1000000000, 1000000000) AS o FROM generate_series(1, 2000)) x;
SELECT error_of('SELECT icp_outreach_observed(' || a || ')') FROM (VALUES (1, '-1, 1, 1'), (2, '1, 1000000001, 1'), (3, '1, 1, 1, -5')) v(n, a) ORDER BY n;

-- ---- any split and order; states that anybody made ----

CREATE TABLE parts (i int, part int, touches bigint, conversations bigint, meetings bigint, people bigint) PARTITION BY LIST (part);
CREATE TABLE part0 PARTITION OF parts FOR VALUES IN (0);
CREATE TABLE part1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE part2 PARTITION OF parts FOR VALUES IN (2);
CREATE TABLE part3 PARTITION OF parts FOR VALUES IN (3);
INSERT INTO parts SELECT i, i % 3, touches, conversations, meetings, people FROM activity;
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE l text; r text = ''; BEGIN FOR l IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP r := r || l || E'\n'; END LOOP; RETURN r; END $$;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
SELECT ok(plan('SELECT icp_outreach_observed(touches, conversations, meetings, people) FROM parts') ~ 'Partial Aggregate', 'in parts');
SELECT is((SELECT icp_outreach_observed(touches, conversations, meetings, people)::text FROM parts), o::text, 'gives the same; a part has no rows') FROM observed o;
SELECT is((SELECT icp_outreach_observed(touches, conversations, meetings, people ORDER BY hashint4(i))::text FROM activity), o::text, 'in another order') FROM observed o;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE activity SET (parallel_workers = 2);
SELECT ok(plan('SELECT icp_outreach_observed(touches, conversations, meetings, people) FROM activity') ~ 'Gather', 'in workers');
SELECT is((SELECT icp_outreach_observed(touches, conversations, meetings, people)::text FROM activity), o::text, 'gives the same') FROM observed o;
SELECT is((SELECT icp_outreach_observed(touches, conversations, meetings) OVER (ORDER BY i ROWS UNBOUNDED PRECEDING) FROM activity ORDER BY i LIMIT 1 OFFSET 99), (SELECT icp_outreach_observed(touches, conversations, meetings) FROM activity WHERE i <= 100), 'over a window');
-- all four of known and NULL states
CREATE AGGREGATE merged(bytea) (SFUNC = icp_outreach_observed_combine, STYPE = bytea, FINALFUNC = icp_outreach_observed_final);
CREATE AGGREGATE state(bigint, bigint, bigint) (SFUNC = icp_outreach_observed_accum, STYPE = bytea);
SELECT is((SELECT merged(s) FROM (VALUES (NULL::bytea), (NULL)) v(s)), NULL, 'NULL and NULL');
SELECT is((SELECT merged(s ORDER BY n)::text FROM (SELECT 1, NULL::bytea UNION ALL SELECT 2, state(touches, conversations, meetings) FROM activity WHERE i <= 50 UNION ALL SELECT 3, NULL UNION ALL SELECT 4, state(touches, conversations, meetings) FROM activity WHERE i > 50) v(n, s)), (SELECT icp_outreach_observed(touches, conversations, meetings)::text FROM activity), 'NULL and a state, a state and NULL, two states');
SELECT is(error_of('SELECT icp_outreach_observed_accum(NULL, 1, 1, 1)'), '0A000; icp_outreach_observed_accum was called outside of an aggregate; Call the aggregate icp_outreach_observed.', 'for aggregates only');
SELECT error_of(format('SELECT merged(%L::bytea)', s)) FROM (VALUES (1, ''), (2, '\x00'), (3, repeat('a', 336))) v(n, s) ORDER BY n;
-- each byte of a state turned over: an error, or a figure
SELECT is_empty($$SELECT n, e FROM (SELECT n, error_of(format('SELECT merged(%L::bytea)::text', set_byte(s, n, 255 - get_byte(s, n)))) AS e FROM (SELECT state(touches, conversations, meetings) AS s FROM activity) x, generate_series(0, length(s) - 1) n) y WHERE e NOT IN ('none', 'XX001; invalid state of icp_outreach_observed')$$, 'forged states');
SELECT * FROM finish();
ROLLBACK;

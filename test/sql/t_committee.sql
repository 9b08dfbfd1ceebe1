-- icp_committee: against plain SQL; any split, order and plan; bytes that are no state.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

\echo a committee
CREATE TABLE person (id int, role text, stance text, influence float8, size int);
INSERT INTO person VALUES (1, 'Economic Buyer', 'opponent', 0.9, 300), (2, 'TECHNICAL_BUYER', 'supporter', 0.4, 300), (3, 'end user', 'Neutral', NULL, 300), (4, 'Blocker', NULL, 0.2, NULL), (5, 'Chief Wizard', NULL, NULL, 250);
SELECT row_to_json(icp_committee(role, stance, influence, size)) FROM person;
SELECT row_to_json(icp_committee(role, stance)) FROM person;
SELECT row_to_json(icp_committee(role, stance)) FROM person WHERE id IN (2, 4);
SELECT row_to_json(icp_committee(role, stance, influence, size)) FROM person WHERE false;
SELECT row_to_json(icp_committee(ARRAY[role, 'coach', NULL, 'who knows'], stance, influence, size)) FROM person WHERE id <> 1;
SELECT row_to_json(icp_committee(NULL::text, NULL, NULL, NULL));
SELECT row_to_json(icp_committee('{}'::text[], '', 0, 0));

\echo what counts
CREATE FUNCTION committee(people jsonb) RETURNS icp_committee_report LANGUAGE sql AS $$ SELECT icp_committee(roles, stance, influence, size) FROM jsonb_to_recordset(people) AS p(roles text[], stance text, influence float8, size int) $$;
SELECT is((committee(p::jsonb)).coverage, c::float8, d) FROM (VALUES
	('[{"roles": ["economic", "technical", "user", "coach"], "stance": "supporter"}]', 1, 'one person can be all'),
	('[{"roles": ["economic"]}, {"roles": ["economic"]}]', 0.25, 'a role is covered once'),
	('[{"roles": ["economic"]}, {"stance": "opponent"}]', 0.125, 'an opponent has half of the influence'),
	('[{"roles": ["economic"], "influence": 0.75}, {"stance": "opponent", "influence": 0.25}]', 0.1875, 'or a quarter'),
	('[{"roles": ["economic"], "influence": 0.5}, {"stance": "opponent"}]', 0.125, 'who has none that is known has as much as others'),
	('[{"roles": ["economic"], "influence": 0}, {"stance": "opponent", "influence": 0}]', 0.125, 'nobody has any'),
	('[{"roles": ["economic"], "influence": 0}, {"stance": "opponent", "influence": 1}]', 0, 'opponents have all'),
	('[{"roles": ["economic", "user"], "stance": "opponent"}]', 0, 'an opponent fills no role'),
	('[{"roles": ["economic"], "stance": "opponent"}, {"roles": ["economic"], "stance": "supporter"}]', 0.125, 'but somebody else can'),
	('[{"roles": ["blocker", "user"], "stance": "supporter"}]', 0.25, 'a stance that is given goes before the name')) v(p, c, d);
SELECT is((committee(p)).decider_known, d, 'decider known: ' || p::text), is((committee(p)).single_threaded, s, 'single-threaded: ' || p::text) FROM (VALUES ('[]'::jsonb, false, true), ('[{"roles": ["user"]}]', false, true), ('[{"roles": ["decider"], "stance": "opponent"}, {"roles": ["user"]}]', true, true), ('[{"roles": ["decider"]}, {"roles": ["user"]}]', true, false)) v(p, d, s);
SELECT is((icp_committee(role, stance)).people, 2::bigint, 'users can name roles') FROM (VALUES ('King', NULL), ('King', 'opponent')) v(role, stance);
INSERT INTO icp_roles (name, role) VALUES ('King', 'economic');
SELECT is((icp_committee(role, stance)).covered, '{economic}', 'and they count') FROM (VALUES ('king', NULL), ('K.I.N.G.', 'opponent')) v(role, stance);
SELECT is(icp_expected_people(n), e, n || ' people') FROM (VALUES (0, 6), (49, 6), (50, 7), (100, 8), (250, 10), (999, 12), (1000, 14), (9999, 18), (10000, 21), (2147483647, 21)) v(n, e);
SELECT is_empty('SELECT n FROM generate_series(1, 20000) n WHERE icp_expected_people(n) < icp_expected_people(n - 1)', 'larger companies, more people');

\echo errors
SELECT throws_ok(format('SELECT icp_committee(''user''::text, %s)', a), s, m) FROM (VALUES ('''friendly''', '22023', 'unknown stance "friendly"'), ('NULL, 1.1, 1', '22003', 'influence 1.1 is out of range'), ('NULL, -0.1, 1', '22003', 'influence -0.1 is out of range'), ('NULL, 1.0000001, 1', '22003', 'influence 1.0000001 is out of range'), ('NULL, ''NaN'', 1', '22003', 'influence NaN is out of range'), ('NULL, ''Infinity'', 1', '22003', 'influence Infinity is out of range'), ('NULL, 1, -1', '22003', 'company size -1 is negative')) v(a, s, m);
SELECT throws_ok('SELECT icp_expected_people(-1)', '22003', 'company size -1 is negative'), is(icp_expected_people(NULL), NULL, 'NULL');
SELECT throws_ok(format('SELECT %s', f), '0A000') FROM unnest('{"icp_committee_accum(NULL, ''user'', NULL)","icp_committee_accum_roles(NULL, NULL, NULL)","icp_committee_combine(NULL, NULL)",icp_committee_final(NULL)}'::text[]) f;

\echo against plain SQL
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
CREATE TABLE people AS SELECT i, pick(1, i, 2500) AS account, (ARRAY['Economic Buyer', 'Decision Maker', 'technical', 'Evaluator', 'END_USER', 'coach', 'Champion', 'Other', 'nobody knows', NULL, 'BLOCKER', 'Gatekeeper'])[1 + pick(2, i, 12)] AS role,
	(ARRAY['supporter', 'neutral', 'opponent', NULL])[1 + pick(3, i, 4)] AS stance, CASE WHEN pick(4, i, 4) > 0 THEN pick(5, i, 101) / 100.0::float8 END AS influence, CASE WHEN pick(6, i, 3) > 0 THEN pick(7, pick(1, i, 2500), 12000) END AS size FROM generate_series(1, 20000) i;
ANALYZE people;
CREATE TABLE whole AS SELECT account, icp_committee(role, stance, influence, size ORDER BY i) AS c FROM people GROUP BY 1;
CREATE TABLE plain AS
WITH p AS (SELECT *, icp_map_role(role) AS r, coalesce(stance, CASE WHEN role = 'BLOCKER' THEN 'opponent' END) AS s FROM people),
m AS (SELECT account, coalesce(avg(influence::numeric), 1) AS mean FROM people GROUP BY 1),
w AS (SELECT p.*, coalesce(influence::numeric, mean) AS weight FROM p JOIN m USING (account)),
a AS (SELECT account, count(*) AS people, coalesce(array_agg(DISTINCT r) FILTER (WHERE r IS NOT NULL AND s IS DISTINCT FROM 'opponent'), '{}') AS covered,
	count(*) FILTER (WHERE s = 'supporter') AS supporters, count(*) FILTER (WHERE s = 'neutral') AS neutrals, count(*) FILTER (WHERE s = 'opponent') AS opponents, count(*) FILTER (WHERE r IS NULL) AS without_role,
	coalesce(bool_or(r = 'economic'), false) AS decider_known, max(size) AS size, sum(weight) AS weight, coalesce(sum(weight) FILTER (WHERE s = 'opponent'), 0) AS against,
	coalesce(array_agg(DISTINCT r) FILTER (WHERE r IS NOT NULL AND s = 'opponent'), '{}') AS held_against, count(*) FILTER (WHERE s IS NULL) AS unknown FROM w GROUP BY 1)
SELECT *, cardinality(covered) / 4.0 * (1 - CASE WHEN weight > 0 THEN against / weight ELSE opponents / people::numeric END) AS coverage FROM a;
SELECT is(count(*), (SELECT count(DISTINCT account) FROM people), 'groups') FROM whole;
CREATE FUNCTION sorted(a text[]) RETURNS text[] LANGUAGE sql AS $$ SELECT coalesce(array_agg(e ORDER BY e), '{}') FROM unnest(a) e $$;
SELECT is_empty($$SELECT account, w.c, p FROM whole w JOIN plain p USING (account) WHERE ((c).people, sorted((c).covered), (c).supporters, (c).neutrals, (c).opponents, (c).without_role, (c).decider_known, (c).single_threaded)
	IS DISTINCT FROM (p.people, sorted(p.covered), p.supporters, p.neutrals, p.opponents, p.without_role, p.decider_known, p.people - p.opponents <= 1)$$, 'counts and roles');
SELECT is_empty($$SELECT account, (c).coverage, p.coverage FROM whole JOIN plain p USING (account) WHERE abs((c).coverage - p.coverage) > 1e-12 OR (c).coverage NOT BETWEEN 0 AND 1 OR (c).coverage IS NULL$$, 'coverage');
SELECT is_empty($$SELECT account, c FROM whole WHERE sorted((c).covered || (c).missing) <> '{coach,economic,technical,user}'$$, 'covered or missing');
SELECT is_empty($$SELECT account, (c).expected_people, size FROM whole JOIN plain USING (account) WHERE (c).expected_people IS DISTINCT FROM icp_expected_people(size)$$, 'the largest size');
SELECT is_empty($$SELECT account, (c).gaps, g FROM whole JOIN plain p USING (account), LATERAL (SELECT array_agg(gap ORDER BY n) FROM unnest(
	ARRAY[p.people - opponents <= 1, 'economic' <> ALL (p.covered), 'technical' <> ALL (p.covered), 'user' <> ALL (p.covered), 'coach' <> ALL (p.covered), 'economic' = ANY (held_against), 'technical' = ANY (held_against), 'user' = ANY (held_against), 'coach' = ANY (held_against), p.supporters = 0, p.people < icp_expected_people(size), unknown > 0, p.without_role > 0],
	ARRAY['only one contact', 'no economic buyer', 'no technical buyer', 'no user buyer', 'no coach', 'economic buyer is against', 'technical buyer is against', 'user buyer is against', 'coach is against', 'no supporter', 'fewer people than usual', 'stance unknown', 'role unknown']) WITH ORDINALITY u(holds, gap, n) WHERE holds) x(g) WHERE (c).gaps IS DISTINCT FROM coalesce(g, '{}')$$, 'gaps');
SELECT is_empty($$SELECT account FROM whole JOIN (SELECT account, icp_committee(ARRAY[role], stance, influence, size) AS a FROM people GROUP BY 1) x USING (account) WHERE a IS DISTINCT FROM c$$, 'arrays of one');

\echo any order, any split
CREATE AGGREGATE state(text, text, float8, int) (SFUNC = icp_committee_accum, STYPE = bytea);
CREATE AGGREGATE merged(bytea) (SFUNC = icp_committee_combine, STYPE = bytea, FINALFUNC = icp_committee_final);
CREATE AGGREGATE merged_state(bytea) (SFUNC = icp_committee_combine, STYPE = bytea);
SELECT is_empty(format($$SELECT account FROM whole JOIN (SELECT account, icp_committee(role, stance, influence, size ORDER BY %s) AS x FROM people GROUP BY 1) o USING (account) WHERE x IS DISTINCT FROM c$$, o), 'in order of ' || o) FROM unnest('{i DESC,"pick(9, i, 100000)","influence NULLS FIRST, i"}'::text[]) o;
SELECT is_empty(format($$SELECT account FROM whole JOIN (SELECT account, merged(s ORDER BY part DESC) AS x FROM (SELECT account, pick(%s, i, %s) AS part, state(role, stance, influence, size) AS s FROM people GROUP BY 1, 2) p GROUP BY 1) m USING (account) WHERE x IS DISTINCT FROM c$$, seed, parts), parts || ' parts') FROM (VALUES (20, 2), (21, 3), (22, 50)) v(seed, parts);
SELECT is(merged_state(x)::text, e::text, n) FROM (SELECT state('user', 'opponent', 0.5, 10) AS a, state('coach', NULL, NULL, 7) AS b FROM (VALUES (1)) v) s, LATERAL (SELECT state(r, t, f, z) AS ab FROM (VALUES ('user', 'opponent', 0.5, 10), ('coach', NULL, NULL, 7)) v(r, t, f, z)) y,
	LATERAL (VALUES (NULL, NULL, NULL, 'NULL and NULL'), (NULL, b, b, 'NULL and b'), (a, NULL, a, 'a and NULL'), (a, b, ab, 'a and b'), (b, a, ab, 'b and a')) v(p, q, e, n), LATERAL (VALUES (p), (q)) w(x) GROUP BY e, n ORDER BY n;

\echo plans
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP result := result || line || E'\n'; END LOOP;
	RETURN result;
END $$;
\set query 'SELECT account, icp_committee(role, stance, influence, size) AS c FROM people GROUP BY 1'
CREATE FUNCTION same(what text, wanted text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE query text := 'SELECT account, icp_committee(role, stance, influence, size) AS c FROM people GROUP BY 1';
BEGIN
	RETURN NEXT matches(plan(query), wanted, what || ': the plan');
	RETURN NEXT is_empty(format('SELECT account FROM whole w FULL JOIN (%s) x USING (account) WHERE x.c IS DISTINCT FROM w.c', query), what);
END $$;
SELECT same('hashed', 'HashAggregate');
SET LOCAL enable_hashagg = off;
SELECT same('sorted', 'GroupAggregate');
RESET enable_hashagg;
SET LOCAL work_mem = '64kB';
SELECT same('spilled', 'HashAggregate|GroupAggregate');
RESET work_mem;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT same('in parallel', 'Finalize.*Partial');
SELECT is((SELECT icp_committee(role, stance, influence, size) FROM people), (SELECT merged(s) FROM (SELECT state(role, stance, influence, size) AS s FROM people GROUP BY account) x), 'all at once');
CREATE TABLE windows AS SELECT i, icp_committee(role, stance, influence, size) OVER (ORDER BY i) AS c FROM people WHERE i <= 300;
SELECT is_empty($$SELECT w.i FROM windows w WHERE c IS DISTINCT FROM (SELECT icp_committee(role, stance, influence, size) FROM people p WHERE p.i <= w.i)$$, 'the final function leaves the state as it is');

\echo states of others
CREATE FUNCTION outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE report text;
BEGIN
	EXECUTE format('SELECT row_to_json(merged(s)) FROM (VALUES (%1$L::bytea), (%1$L)) v(s)', bytes) INTO report;
	RETURN CASE WHEN report ~* 'nan|inf[^l]' THEN report ELSE 'read' END;
EXCEPTION WHEN data_corrupted THEN
	RETURN CASE WHEN SQLERRM = 'invalid state of icp_committee' THEN 'refused' ELSE SQLERRM END;
WHEN OTHERS THEN
	RETURN SQLSTATE || SQLERRM;
END $$;
CREATE TABLE victim AS SELECT state(role, stance, influence, size) AS b FROM person;
SELECT is(outcome(b), 'read', 'as it is') FROM victim;
SELECT is(count(*) FILTER (WHERE outcome(substr(b, 1, i)) <> 'refused'), 0::bigint, 'cut off anywhere') FROM victim, generate_series(0, length(b) - 1) i;
SELECT is(outcome(b || '\x00') || outcome(b || b), 'refusedrefused', 'and more') FROM victim;
CREATE TABLE outcomes AS SELECT i, v, outcome(set_byte(b, i, v)) AS o FROM victim, generate_series(0, length(b) - 1) i, (VALUES (0), (1), (2), (127), (128), (255)) x(v) WHERE get_byte(b, i) <> v;
SELECT is_empty($$SELECT * FROM outcomes WHERE o NOT IN ('read', 'refused')$$, 'changed anywhere: read or refused');
SELECT ok(count(*) FILTER (WHERE o = 'refused') > 300 AND count(*) FILTER (WHERE o = 'read') > 0, 'mostly refused') FROM outcomes;
SELECT is(outcome(decode(repeat(x, 152 / length(x) * 2), 'hex')), 'refused', x) FROM unnest('{00,ff,7f,80}'::text[]) x;
CREATE AGGREGATE begun(text, text) (SFUNC = icp_committee_accum, STYPE = bytea, FINALFUNC = icp_committee_final, INITCOND = '\x00');
CREATE AGGREGATE forged(bytea) (SFUNC = icp_committee_combine, STYPE = bytea, FINALFUNC = icp_committee_final, INITCOND = '\x');
SELECT throws_ok('SELECT begun(''user'', NULL)', 'XX001', 'invalid state of icp_committee'), throws_ok('SELECT forged(b) FROM victim', 'XX001', 'invalid state of icp_committee');

SELECT * FROM finish();
ROLLBACK;

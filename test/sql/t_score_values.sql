-- What a score is: first match, logic, edges, points, tiers, coverage, reasons, explanations.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION citext;
SELECT * FROM no_plan();
CREATE TYPE mood AS ENUM ('happy', 'sad', 'Select');

-- A portrait of one characteristic of field "f": 1 point where the condition holds, 2 where the field is missing.
CREATE FUNCTION one(condition text, beside text DEFAULT '') RETURNS icp_portrait LANGUAGE sql IMMUTABLE AS $$
	SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": "f"%s, "attributes": [{%s, "points": 1},
		{"missing": true, "points": 2}]}]}', ', ' || nullif(beside, ''), condition)::icp_portrait
$$;
-- The score of one value, by columns (as the planner rewrites it), by row, and with the condition inside of another one; all must agree.
CREATE FUNCTION scored(value anyelement, portrait icp_portrait) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	wrapped icp_portrait := regexp_replace(portrait::text, '(\[|\}, )\{("(?!missing|otherwise|name|when)\w+": (?:[^{}]*?)), "points"',
		'\1{"all": [{\2}], "points"', 'g');
	by_columns float8;
	by_row float8;
	by_tests float8;
BEGIN
	SELECT icp_score(r, portrait) INTO by_columns FROM (SELECT value AS f) r;
	SELECT icp_score(r, p) INTO by_row FROM (SELECT value AS f OFFSET 0) r, (SELECT portrait AS p OFFSET 0) p;
	SELECT icp_score(r, wrapped) INTO by_tests FROM (SELECT value AS f) r;
	RETURN CASE WHEN by_columns = by_row AND by_row = by_tests THEN by_row::text ELSE concat_ws(' but ', by_columns, by_row, by_tests) END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

\echo # The first attribute that matches counts
CREATE TABLE rows AS SELECT v AS f FROM unnest('{1,2,3,NULL}'::int[]) v;
CREATE FUNCTION scores(attributes text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce(icp_score(r,
		format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}',
		attributes)::icp_portrait)::text, 'NULL'), ' ' ORDER BY f) FROM rows r
$$;
SELECT is(scores(attributes), expected, attributes) FROM (VALUES
	('{"equals": 1, "points": 10}', '10 0 0 0'),
	('{"range": "[1,2]", "points": 10}, {"range": "[2,3]", "points": 20}', '10 10 20 0'),
	('{"range": "[2,3]", "points": 20}, {"range": "[1,2]", "points": 10}', '10 20 20 0'),
	('{"equals": 2, "points": 5}, {"otherwise": true, "points": 7}', '7 5 7 7'),
	('{"equals": 2, "points": 5}, {"missing": true, "points": 6}, {"otherwise": true, "points": 7}', '7 5 7 6'),
	('{"missing": true, "points": 6}, {"equals": 2, "points": 5}', '0 5 0 6'),
	('{"range": "(,)", "points": 1}', '1 1 1 0'),
	('{"not": {"equals": 2}, "points": 3}', '3 0 3 0'),
	('{"not": {"missing": true}, "points": 4}', '4 4 4 0'),
	('{"in": [3, 1], "points": -1.5}, {"otherwise": true, "points": 0}', '-1.5 0 -1.5 0')) v(attributes, expected);

\echo # Logic is that of SQL
CREATE TABLE truths AS SELECT a, b, c FROM unnest('{t,f,NULL}'::bool[]) a, unnest('{t,f,NULL}'::bool[]) b, unnest('{t,f,NULL}'::bool[]) c;
-- Reads an expression of and, or, not over a, b, c in prefix form as a condition.
CREATE FUNCTION as_condition(prefix text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	word text;
	stack text[];
BEGIN
	FOREACH word IN ARRAY (SELECT array_agg(w ORDER BY n DESC) FROM unnest(string_to_array(prefix, ' ')) WITH ORDINALITY u(w, n)) LOOP
		stack := CASE word
			WHEN 'not' THEN format('{"not": %s}', stack[1]) || stack[2:]
			WHEN 'and' THEN format('{"all": [%s, %s]}', stack[1], stack[2]) || stack[3:]
			WHEN 'or' THEN format('{"any": [%s, %s]}', stack[1], stack[2]) || stack[3:]
			ELSE format('{"field": "%s", "equals": true}', word) || stack END;
	END LOOP;
	RETURN stack[1];
END $$;
CREATE FUNCTION as_sql(prefix text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	word text;
	stack text[];
BEGIN
	FOREACH word IN ARRAY (SELECT array_agg(w ORDER BY n DESC) FROM unnest(string_to_array(prefix, ' ')) WITH ORDINALITY u(w, n)) LOOP
		stack := CASE word
			WHEN 'not' THEN format('(NOT %s)', stack[1]) || stack[2:]
			WHEN 'and' THEN format('(%s AND %s)', stack[1], stack[2]) || stack[3:]
			WHEN 'or' THEN format('(%s OR %s)', stack[1], stack[2]) || stack[3:]
			ELSE word || stack END;
	END LOOP;
	RETURN stack[1];
END $$;
-- How many of the 27 rows are true, false, unknown differently.
CREATE FUNCTION wrong(prefix text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	condition text := as_condition(prefix);
	result bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM truths t WHERE icp_score(t, %1$L::icp_portrait) <> CASE %2$s WHEN true THEN 1 WHEN false THEN 2 ELSE 3 END
		OR icp_score(to_jsonb(t), %1$L::icp_portrait) <> CASE %2$s WHEN true THEN 1 WHEN false THEN 2 ELSE 3 END',
		format('{"scale": "points", "characteristics": [{"name": "c", "attributes": [%s, "points": 1}, {"not": %s, "points": 2},
			{"otherwise": true, "points": 3}]}]}', left(condition, -1), condition), as_sql(prefix)) INTO result;
	RETURN result;
END $$;
SELECT is(wrong(e), 0::bigint, as_sql(e)) FROM unnest(ARRAY['and a b', 'or a b', 'not and a b', 'not or a b', 'and not a b', 'or a not b',
	'and a and b c', 'or a or b c', 'and a or b c', 'or a and b c',
	'or and a b not c', 'and or a not b or b c', 'not and not a or b not c', 'not not not and a b']) e;
SELECT is(scored(value, one(condition)), expected, concat_ws(' ', condition, 'of', coalesce(value, 'NULL'))) FROM (VALUES
	('"not": {"equals": "a"}', 'b', '1'), ('"not": {"equals": "a"}', 'a', '0'), ('"not": {"equals": "a"}', NULL, '2'),
	('"not": {"missing": true}', NULL, '2'), ('"not": {"missing": true}', 'a', '1'),
	('"any": [{"missing": true}, {"equals": "a"}]', NULL, '1'), ('"any": [{"missing": true}, {"equals": "a"}]', 'b', '0'),
	('"not": {"any": [{"equals": "a"}, {"equals": "b"}]}', 'c', '1'), ('"not": {"any": [{"equals": "a"}, {"equals": "b"}]}', NULL, '2'),
	('"all": [{"like": "a%"}, {"not": {"like": "%z"}}]', 'abc', '1'),
		('"all": [{"like": "a%"}, {"not": {"like": "%z"}}]', 'abz', '0')) v(condition, value, expected);

\echo # Ranges at their edges, against SQL
-- Values and bounds of each type: every range of two bounds with every bracket, over every value.
CREATE TABLE edges (type text, bounds text[], values text[], compared text);
INSERT INTO edges VALUES
	('int2', '{-32768,-1,0,1,1.5,32767,40000}', '{-32768,-32767,-2,-1,0,1,2,32766,32767}', 'numeric'),
	('int4', '{-2147483648,-1,0,1,1.5,2147483647,1e12}', '{-2147483648,-2147483647,-2,-1,0,1,2,2147483646,2147483647}', 'numeric'),
	('int8', '{-1e30,-9223372036854775808,-1.000001,0,0.5,9007199254740993,9223372036854775807,1e30}',
		'{-9223372036854775808,-9223372036854775807,-2,-1,0,1,9007199254740992,9007199254740993,9007199254740994,9223372036854775806,9223372036854775807}',
		'numeric'),
	('float4', '{-3.4028235e38,-1.5,0,1e-45,0.1,1.2345678,1.5,16777216,3.4028235e38}',
		'{-Infinity,-3.4028235e38,-1.5,-0,0,1e-45,0.1,0.10000001,1.2345678,1.2345679,1.5,1.5000001,16777216,16777218,3.4028235e38,Infinity}',
		'float4'),
	('float8', '{-1.7976931348623157e308,-1.5,0,5e-324,0.1,0.3,9007199254740993,1.7976931348623157e308}',
		'{-Infinity,-1.7976931348623157e308,-1.5,-0,0,5e-324,1e-323,0.1,0.10000000000000002,0.3,0.30000000000000004,9007199254740992,9007199254740994,1.7976931348623157e308,Infinity}',
		'float8'),
	('numeric', '{-1e300,-1.5,0,0.1,0.1000000000000000000000000001,0.30000,1e300}',
		'{-Infinity,-1e300,-1.5,-1.4999999999999999999999,0,0.1,0.10,0.1000000000000000000000000001,0.3,1e300,1.1e300,Infinity}',
		'numeric'),
	('money', '{-92233720368547758.08,-0.01,0,0.005,0.01,99.99,92233720368547758.07,1e20}',
		'{-92233720368547758.08,-0.02,-0.01,0,0.01,0.02,99.98,99.99,100,92233720368547758.07}', 'numeric'),
	('date', '{0001-01-01,1999-12-31,2000-01-01,2000-01-01 12:00:00,2024-02-29,9999-12-31}',
		'{-infinity,4713-01-01 BC,0001-01-01,1999-12-30,1999-12-31,2000-01-01,2000-01-02,2024-02-28,2024-02-29,2024-03-01,9999-12-31,infinity}',
		'timestamp'),
	('timestamp', '{0001-01-01,1999-12-31 23:59:59.999999,2000-01-01,2000-01-01 00:00:00.000001,2024-02-29 12:30:00,294276-12-31}',
		'{-infinity,0001-01-01,1999-12-31 23:59:59.999998,1999-12-31 23:59:59.999999,2000-01-01,2000-01-01 00:00:00.000001,2000-01-01 00:00:00.000002,2024-02-29 12:30,294276-12-31 23:59:59.999999,infinity}',
		'timestamp'),
	('timestamptz', '{0001-01-01 00:00:00+00,1999-12-31 23:59:59.999999+00,2000-01-01 00:00:00+00,2000-01-01 05:30:00.000001+05:30,2024-02-29 12:30:00-08:00}',
		'{-infinity,0001-01-01 00:00+00,1999-12-31 23:59:59.999999+00,2000-01-01 00:00+00,2000-01-01 00:00:00.000001+00,2024-02-29 20:30+00,2024-02-29 20:30:00.000001+00,infinity}',
		'timestamptz'),
	('interval', '{1 microsecond,24:00:00,1 month,1 year,100 years}',
		'{-1 day,0,1 microsecond,23:59:59.999999,24:00:00,1 day,1 day 00:00:00.000001,29 days 24:00,30 days,1 month,31 days,12 months,360 days,361 days,100 years,178000000 years}',
		'interval');
CREATE FUNCTION edge_differences(type text, bounds text[], vals text[], compared text, OUT checks bigint,
	OUT differences bigint) LANGUAGE plpgsql AS $$
DECLARE
	low text;
	high text;
	brackets text;
	expected text;
	portrait text;
	n bigint;
	wrong bigint;
BEGIN
	checks := 0;
	differences := 0;
	EXECUTE format('CREATE TEMP TABLE edge AS SELECT %s AS f FROM unnest($1) v', CASE type
		WHEN 'money' THEN 'v::numeric::money' ELSE 'v::' || type END) USING vals;
	FOR low, high, brackets IN
		SELECT l, h, b FROM unnest(bounds || ''::text) WITH ORDINALITY l(l, i), unnest(bounds || ''::text) WITH ORDINALITY h(h, j),
			unnest('{[],[),(],()}'::text[]) b
		WHERE l = '' OR h = '' OR i < j OR (i = j AND b = '[]') LOOP
		expected := format('CASE WHEN %s AND %s THEN 1 ELSE 0 END',
			CASE low WHEN '' THEN 'true' ELSE format('f::%1$s %2$s %3$L::%1$s', CASE type
				WHEN 'money' THEN 'numeric' ELSE compared END, CASE left(brackets, 1) WHEN '[' THEN '>=' ELSE '>' END, low) END,
			CASE high WHEN '' THEN 'true' ELSE format('f::%1$s %2$s %3$L::%1$s', CASE type
				WHEN 'money' THEN 'numeric' ELSE compared END, CASE right(brackets, 1) WHEN ']' THEN '<=' ELSE '<' END, high) END);
		portrait := format('{"scale": "points", "characteristics": [{"name": "looked up", "field": "f", "attributes": [{"range": %1$s, "points": 1}]},
			{"name": "tested", "attributes": [{"all": [{"field": "f", "range": %1$s}], "points": 1}]}]}',
			to_json(left(brackets, 1) || coalesce('"' || nullif(low, '') || '"', '') || ',' || coalesce('"' || nullif(high, '') || '"',
				'') || right(brackets, 1)));
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE icp_score(e, %L::icp_portrait) <> 2 * %s) FROM edge e', portrait,
			expected) INTO n, wrong;
		checks := checks + n;
		differences := differences + wrong;
		IF wrong > 0 THEN RAISE WARNING '%: %', type, portrait; END IF;
	END LOOP;
	DROP TABLE edge;
END $$;
SET LOCAL TimeZone = 'Asia/Kolkata';
SELECT is(differences, 0::bigint, format('%s: %s checks', type, checks)) FROM edges, edge_differences(type, bounds, values, compared);
-- Beyond what a float can hold: infinity is more than any number, and zero less than any above it.
SELECT is(scored(value::float8, one(format('"range": "%s"', range))), expected, format('float8 %s in %s', value, range)) FROM (VALUES
	('Infinity', '(9e350,)', '1'), ('Infinity', '[9e350,)', '1'), ('Infinity', '(,9e350]', '0'), ('Infinity', '(,9e350)', '0'),
		('1.7e308', '(,9e350)', '1'), ('1.7e308', '[9e350,)', '0'),
	('-Infinity', '(,-9e350)', '1'), ('-Infinity', '[-9e350,)', '0'), ('-1.7e308', '[-9e350,)', '1'), ('0', '[1e-350,)', '0'),
		('0', '(,1e-350)', '1'), ('0', '(-1e-350,)', '1'), ('5e-324', '[1e-350,)', '1'), ('-0', '[0,0]', '1'),
		('NaN', '(,)', '2')) v(value, range, expected);
SELECT is(scored(value::float4, one(format('"range": "%s"', range))), expected, format('float4 %s in %s', value, range)) FROM (VALUES
	('Infinity', '(1e39,)', '1'), ('Infinity', '(,1e39]', '0'), ('3.4e38', '(,1e39)', '1'), ('-Infinity', '[-1e39,)', '0'),
		('0', '[1e-60,)', '0'), ('0.1', '[0.1,0.1]', '1'), ('0.1', '(0.1,)', '0'), ('1.2345678', '[1.2345678,1.2345678]', '1'),
		('16777216', '[16777217,)', '0'), ('16777216', '(,16777217)', '1'), ('NaN', '(,)', '2')) v(value, range, expected);
SELECT is(scored(value::numeric, one(condition)), expected, format('numeric %s: %s', value, condition)) FROM (VALUES
	('NaN', '"range": "(,)"', '2'), ('Infinity', '"range": "[1e300,)"', '1'), ('-Infinity', '"range": "[0,)"', '0'),
		('Infinity', '"equals": 1', '0'), ('1.0', '"equals": 1', '1'), ('1', '"in": [0.5, 1.00]', '1')) v(value, condition, expected);
SELECT is(scored(repeat('9', 131072)::numeric, one('"range": "[1e399,)"')), '1', 'a number of 131072 digits');
SELECT is(scored(value::int8, one(condition)), expected, format('int8 %s: %s', value, condition)) FROM (VALUES
	('9223372036854775807', '"equals": 9223372036854775807', '1'), ('-9223372036854775808', '"equals": -9223372036854775808', '1'),
		('9223372036854775807', '"equals": 9223372036854775808', '0'), ('9223372036854775807', '"in": [1e30, 5]', '0'),
	('1', '"equals": 1.5', '0'), ('2', '"in": [1.5, 2.0]', '1')) v(value, condition, expected);
SELECT is(scored('-92233720368547758.08'::numeric::money, one('"equals": -92233720368547758.08')), '1', 'the least money');
SELECT is(scored(value::timestamptz, one(condition)), expected, format('timestamptz %s: %s', value, condition)) FROM (VALUES
	('infinity', '"range": "[2000-01-01,)"', '1'), ('-infinity', '"range": "[2000-01-01,)"', '0'),
		('-infinity', '"range": "(,0001-01-01)"', '1'), ('infinity', '"older": "1 day"', '0'), ('-infinity', '"older": "1 day"', '1'),
		('infinity', '"within_next": "1000 years"', '0')) v(value, condition, expected);
-- The same through text and JSON.
SELECT is(scored(value, one(format('"range": "%s"', range), '"as": "number"')), expected, format('%s as a number in %s', to_json(value),
	range)) FROM (VALUES
	('100', '[100,300)', '1'), ('300', '[100,300)', '0'), (' +1e2 ', '[100,300)', '1'), ('.5', '[0.5,1)', '1'), ('5.', '(4,5]', '1'),
		('-0', '[0,0]', '1'), (E'\t7\n', '[7,7]', '1'), ('1e999', '[9e398,)', '1'), ('1e-999', '(0,1e-300)', '1'),
	('1,000', '(,)', '2'), ('$5', '(,)', '2'), ('5 EUR', '(,)', '2'), ('', '(,)', '2'), ('-', '(,)', '2'), ('.', '(,)', '2'),
		('1e', '(,)', '2'), ('1e1000', '(,)', '2'), ('NaN', '(,)', '2'), ('Infinity', '(,)', '2'), ('0x10', '(,)', '2'),
		('1_000', '(,)', '2'), ('--5', '(,)', '2'), ('5-', '(,)', '2'), ('1.2.3', '(,)', '2'), ('٣', '(,)', '2'),
		(NULL, '(,)', '2')) v(value, range, expected);
SELECT is(scored(repeat('9', n), one('"range": "(,)"', '"as": "number"')), expected, format('a text of %s digits as a number', n))
	FROM (VALUES (400, '1'), (401, '2'), (1000000, '2')) v(n, expected);
SELECT is(scored(value, one(format('"range": "%s"', range), '"as": "date"')), expected, format('"%s" as a date in %s', value, range))
	FROM (VALUES
	('2024-01-31', '[2024-01-31,2024-02-01)', '1'), ('2024-02-01', '[2024-01-31,2024-02-01)', '0'),
		(' 2024/1/31 ', '[2024-01-31,2024-01-31]', '1'), ('2024-01-31 23:59:59', '[2024-01-31,2024-02-01)', '1'),
		('2024-01-31T23:00:00-05:00', '[2024-02-01 04:00,2024-02-01 04:00]', '1'), ('2024-01-31T00:00:00Z', '[2024-01-31,2024-01-31]', '1'),
	('31.01.2024', '(,)', '2'), ('01/31/2024', '(,)', '2'), ('Jan 31, 2024', '(,)', '2'), ('20240131', '(,)', '2'),
		('2024-02-30', '(,)', '2'), ('2024-13-01', '(,)', '2'), ('2024-01', '(,)', '2'), ('now', '(,)', '2'), ('infinity', '(,)', '2'),
		('today', '(,)', '2'), ('2024-01-31 CET', '(,)', '2'), ('0044-03-15 BC', '(,)', '2'), ('', '(,)', '2'),
		(NULL, '(,)', '2')) v(value, range, expected);
RESET TimeZone;

\echo # Points are exact
SELECT is((icp_evaluate(ROW(), format('{"scale": "points", "initial": %s, "characteristics": [%s]}', initial,
	(SELECT string_agg(format('{"name": "c%s", "attributes": [{"otherwise": true, "points": %s}]}', n, p), ', ')
	FROM unnest(points) WITH ORDINALITY u(p, n)))::icp_portrait)).points::text, expected, format('%s + %s', initial, points))
	FROM (VALUES ('0', '{0.1,0.2}'::text[], '0.3'), ('0.000001', '{0.000001}', '0.000002'),
		('1000000000', '{1000000000,-0.000001}', '1999999999.999999'), ('-1000000000', '{-1000000000,-1000000000}', '-3000000000'),
		('0', '{0.1,0.7,-0.8}', '0'), ('-0', '{}', '0'), ('0.5', '{-1}', '-0.5'), ('1e9', '{1e-6}', '1000000000.000001'),
		('0', '{33.333333,33.333333,33.333334}', '100')) v(initial, points, expected);
CREATE TABLE thousand AS SELECT format('{"scale": "points", "initial": 1000000000, "characteristics": [%s]}',
	string_agg(format('{"name": "c%s", "attributes": [{"otherwise": true, "points": %s}]}', n, CASE n
	WHEN 1 THEN '999999999.999999' ELSE '1000000000' END), ', '))::icp_portrait AS portrait FROM generate_series(1, 1000) n;
SELECT is((icp_evaluate(ROW(), portrait)).points::text, '1000999999999.999999', 'the greatest sum') FROM thousand;
SELECT is((icp_evaluate(ROW(), replace(portrait::text, '"points": ', '"points": -')::icp_portrait)).points::text, '-998999999999.999999',
	'the least sum, nearly') FROM thousand;
SELECT is((SELECT sum(points)::text FROM thousand, icp_explain(ROW(), portrait)), '1000999999999.999999', 'explained to the last digit');
SELECT is(icp_score('{"a": 1, "b": 1}'::jsonb,
	'{"scale": "points", "characteristics": [{"name": "a", "field": "a", "attributes": [{"equals": 1, "points": 0.1}]},
	{"name": "b", "field": "b", "attributes": [{"equals": 1, "points": 0.2}]}]}'::icp_portrait), 0.3::float8, 'as a score too');

\echo # The score, tiers, fit
-- Of 100 points, as many as the document says.
CREATE FUNCTION evaluated(points text, beside text DEFAULT '{}', most text DEFAULT '100') RETURNS icp_evaluation LANGUAGE sql AS $$
	SELECT icp_evaluate('{"f": 1, "g": 0}'::jsonb,
		(format('{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": %s}]},
		{"name": "d", "field": "g", "attributes": [{"equals": 1, "points": %s}]}]}', points,
		most::numeric - points::numeric)::jsonb || beside::jsonb)::icp_portrait)
$$;
SELECT is((evaluated(points)).tier, tier, format('%s points are %s', points, tier)) FROM (VALUES
	('100', 'T1'), ('80', 'T1'), ('79.999999', 'T2'), ('79.5', 'T2'), ('60', 'T2'), ('59.999999', 'T3'), ('40', 'T3'), ('39.999999', 'out'),
		('0', 'out')) v(points, tier);
SELECT is((evaluated(points)).fits, fits, format('%s points fit: %s', points, fits)) FROM (VALUES ('60', true), ('59.999999', false),
	('100', true), ('0', false)) v(points, fits);
SELECT is((evaluated(points, '{"tiers": {"silver": 10.25, "金": 79.5, "below zero": -5}, "fit": 79.5}')).tier, tier,
	format('%s points are %s', points, tier)) FROM (VALUES ('79.5', '金'), ('79.499999', 'silver'), ('10.25', 'silver'),
	('10.249999', 'below zero'), ('0', 'below zero')) v(points, tier);
SELECT is((evaluated('79.5', '{"fit": 79.5}')).fits, true, 'fit at the threshold');
SELECT is((evaluated('79.499999', '{"fit": 79.5}')).fits, false, 'not below it');
SELECT is((evaluated('100', '{"tiers": {}}')).tier, 'out', 'no tiers, all out');
SELECT is((evaluated('100', '{"tiers": {"T0": 101}, "fit": 101}')).tier, 'out', 'a tier out of reach');
SELECT is(((evaluated(points, '{}', most)).score), 80::float8, format('%s of %s is 80', points, most)) FROM (VALUES ('8', '10'),
	('0.8', '1'), ('0.000004', '0.000005'), ('26.4', '33'), ('799999999.999996', '999999999.999995'), ('5.6', '7')) v(points, most);
SELECT is(((evaluated(points, '{}', most)).score), score, format('%s of %s', points, most)) FROM (VALUES ('1', '3', 100 / 3::float8),
	('2', '3', 200 / 3::float8), ('1', '1000', 0.1::float8), ('-5', '100', 0), ('105', '100', 100)) v(points, most, score);
-- Whatever the size of the portrait: 4/5 of it is 80, and that is T1.
CREATE FUNCTION part_of(k numeric, OUT score float8, OUT tier text) LANGUAGE plpgsql AS $$
DECLARE
	portrait icp_portrait;
BEGIN
	-- 5k millionths, of which the row has 4k
	SELECT format('{"characteristics": [%s]}',
		string_agg(format('{"name": "c%s", "field": "%s", "attributes": [{"equals": 1, "points": %s}]}', n, field, points),
		', ')) INTO portrait
		FROM (SELECT row_number() OVER () AS n, field, points FROM (
			SELECT field, least(total - i * 1000000000::numeric, 1000000000) AS points FROM (VALUES ('f', 4 * k / 1000000),
				('g', k / 1000000)) t(field, total), generate_series(0, ceil(total / 1000000000)::int - 1) i) s WHERE points > 0) c;
	score := icp_score('{"f": 1, "g": 0}'::jsonb, portrait);
	tier := icp_tier('{"f": 1, "g": 0}'::jsonb, portrait);
END $$;
SELECT is(p::text, '(80,T1)', k || ' of five times as many')
	FROM unnest('{1,7,360288208148689,360288208148693,2015968505862909,60366820642816,99999999999999999}'::numeric[]) k, part_of(k) p;
-- Between the least and the most that the portrait could give.
SELECT is(icp_score(jsonb_build_object('f', f),
	format('{"initial": %s, "characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}', initial, attributes)::icp_portrait),
	score, format('%s: %s of %s', f, score, attributes)) FROM (VALUES
	(1, 0, '{"equals": 1, "points": 10}, {"equals": 2, "points": 5}', 100::float8),
		(2, 0, '{"equals": 1, "points": 10}, {"equals": 2, "points": 5}', 50),
		(3, 0, '{"equals": 1, "points": 10}, {"equals": 2, "points": 5}', 0),
	(2, 0, '{"equals": 1, "points": 10}, {"otherwise": true, "points": 5}', 0),
		(1, 1000, '{"equals": 1, "points": 10}, {"otherwise": true, "points": 5}', 100),
	(1, 0, '{"equals": 1, "points": -10}', 0), (2, 0, '{"equals": 1, "points": -10}', 100),
		(1, -3.5, '{"equals": 1, "points": -10}, {"otherwise": true, "points": 10}', 0),
		(3, 0, '{"equals": 1, "points": -10}, {"equals": 2, "points": 30}', 25)) v(f, initial, attributes, score);
SELECT is(evaluated('42.5', '{"scale": "points", "tiers": {"A": 42.5, "B": 0}, "fit": 42.5}')::text, '(42.5,42.5,,A,t,1,,{d})',
	'in points');
SELECT is(evaluated('42.499999', '{"scale": "points", "tiers": {"A": 42.5, "B": 0}, "fit": 42.5}')::text,
	'(42.499999,42.499999,,B,f,1,,{d})', 'in points, just below');
SELECT is(evaluated('-7', '{"scale": "points", "initial": -1}')::text, '(-8,-8,,out,f,1,,"{d,c}")', 'in points, below zero');

\echo # Nothing to win
SELECT is(icp_evaluate('{"f": 1}'::jsonb, portrait::icp_portrait)::text, expected, portrait) FROM (VALUES
	('{"characteristics": []}', '(,0,,,,,,{})'), ('{"initial": 5, "characteristics": []}', '(,5,,,,,,{})'),
		('{"characteristics": [{"name": "c", "attributes": [{"otherwise": true, "points": 5}]}]}', '(,5,,,,,,{})'),
	('{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": 0}]}]}', '(,0,,,,,,{})'),
		('{"scale": "points", "characteristics": [{"name": "c", "attributes": [{"otherwise": true, "points": 5}]}]}',
		'(,5,,,,,,{})')) v(portrait, expected);
SELECT is(concat(icp_score('{}'::jsonb, p), icp_tier('{}'::jsonb, p), icp_fits('{}'::jsonb, p)), '', 'no score, tier or fit')
	FROM (SELECT '{"characteristics": []}'::icp_portrait p) v;
SELECT is((SELECT array_agg(e::text) FROM icp_explain('{}'::jsonb, '{"initial": 5, "characteristics": []}'::icp_portrait) e),
	'{"(1,initial,,,5,5,0,)"}', 'but an explanation');

\echo # Disqualified
CREATE FUNCTION disqualified(document jsonb, rules text) RETURNS text LANGUAGE sql AS $$
	SELECT icp_evaluate(document, format('{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": 10}]}], "disqualify": %s}',
		rules)::icp_portrait)::text
$$;
SELECT is(disqualified('{"f": 1, "g": "KP"}', '[{"when": {"field": "g", "in": ["KP"]}, "reason": "sanctions"}]'),
	'(0,10,,out,f,1,sanctions,{})', 'score 0, out, points as they are');
SELECT is(disqualified('{"f": 1, "g": "CN"}', '[{"when": {"field": "g", "in": ["KP"]}, "reason": "sanctions"}]'), '(100,10,,T1,t,1,,{})',
	'not where the rule does not hold');
SELECT is(disqualified('{"f": 1}', '[{"when": {"field": "g", "in": ["KP"]}, "reason": "sanctions"}]'), '(100,10,,T1,t,1,,{})',
	'nor where it is unknown');
SELECT is(disqualified('{"f": 1}', '[{"when": {"not": {"field": "g", "in": ["KP"]}}, "reason": "sanctions"}]'), '(100,10,,T1,t,1,,{})',
	'nor where its opposite is');
SELECT is(disqualified('{"f": 1}', '[{"when": {"field": "g", "missing": true}}]'), '(0,10,,out,f,1,"g missing",{})',
	'a rule without a reason is described');
SELECT is(disqualified('{"f": 1, "g": "KP"}', '[{"when": {"field": "f", "equals": 2}, "reason": "first"},
	{"when": {"field": "f", "equals": 1}, "reason": "second"}, {"when": {"field": "g", "equals": "KP"}, "reason": "third"}]'),
	'(0,10,,out,f,1,second,{})', 'the first that holds is named');
SELECT is(icp_evaluate('{"f": 1}'::jsonb,
	'{"scale": "points", "tiers": {"all": -100}, "fit": -100, "characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": 10}]}], "disqualify": [{"when": {"field": "f", "equals": 1}, "reason": "r"}]}'::icp_portrait)::text,
	'(0,10,,out,f,1,r,{})', 'whatever the thresholds are');

\echo # Coverage
CREATE FUNCTION coverage(document jsonb, beside text DEFAULT '{}') RETURNS float8 LANGUAGE sql AS $$
	SELECT (icp_evaluate(document, ('{"characteristics": [{"name": "a", "field": "a", "attributes": [{"equals": 1, "points": 50},
		{"missing": true, "points": 10}]}, {"name": "b", "field": "b", "attributes": [{"equals": 1, "points": 20},
		{"otherwise": true, "points": -10}]},
		{"name": "c and d", "attributes": [{"all": [{"field": "c", "equals": 1},
			{"field": "d", "equals": 1}], "points": 20}]}]}'::jsonb || beside::jsonb)::icp_portrait)).coverage
$$;
SELECT is(coverage(document::jsonb), coverage::float8, format('coverage of %s', document))
	FROM (VALUES ('{"a": 1, "b": 1, "c": 1, "d": 1}', 1), ('{"a": 0, "b": 0, "c": 0, "d": 0}', 1), ('{}', 0), ('{"a": 1}', 0.5),
	('{"a": null, "b": 1}', 0.3), ('{"b": false}', 0.3), ('{"c": 0}', 0), ('{"c": 0, "d": 0}', 0.2), ('{"a": [], "b": {}}', 0.8),
	('{"a": ""}', 0.5)) v(document, coverage);
SELECT is(coverage('{"a": "", "b": "N/A", "c": 0, "d": -1}', '{"placeholders": ["", "N/A", -1]}'), 0::float8, 'placeholders are not known');
SELECT is((icp_evaluate('{}'::jsonb, '{"characteristics": [{"name": "c", "attributes": [{"otherwise": true, "points": 1}]},
	{"name": "d", "field": "d", "attributes": [{"equals": 1, "points": 1}]}]}'::icp_portrait)).coverage, 0::float8,
	'what gives always the same weighs nothing');
SELECT is((icp_evaluate('{"f": "5 EUR"}'::jsonb, one('"range": "(,)"', '"as": "number"'))).coverage, 0::float8,
	'what does not parse is not known');

\echo # Reasons
CREATE FUNCTION reasons(document jsonb) RETURNS text[] LANGUAGE sql AS $$
	SELECT (icp_evaluate(document, '{"characteristics": [{"name": "a", "field": "a", "attributes": [{"equals": 1, "points": 10},
		{"equals": 2, "points": 5, "reason": "A2"}, {"missing": true, "points": 0, "reason": "A0"}]},
		{"name": "b", "field": "b", "reason": "B", "attributes": [{"equals": 1, "points": 10}, {"equals": 2, "points": 5, "reason": "B2"},
			{"equals": 3, "points": 5}]}, {"name": "c", "field": "c", "attributes": [{"equals": 1, "points": 30},
			{"otherwise": true, "points": 20}]}]}'::icp_portrait)).reasons
$$;
SELECT is(reasons(document::jsonb), reasons, document) FROM (VALUES ('{"a": 1, "b": 1, "c": 1}', '{}'::text[]), ('{"a": 1, "b": 1}', '{c}'),
	('{"b": 1, "c": 1}', '{A0}'), ('{"a": 3, "b": 9, "c": 9}', '{a,B,c}'), ('{"a": 2, "b": 2, "c": 1}', '{A2,B2}'),
	('{"a": 2, "b": 3, "c": 2}', '{c,A2,B}'), ('{"a": 2, "b": 9, "c": 1}', '{B,A2}')) v(document, reasons);
SELECT is((icp_evaluate('{"c3": 1}'::jsonb, format('{"characteristics": [%s]}',
	string_agg(format('{"name": "c%1$s", "field": "c%1$s", "attributes": [{"equals": 1, "points": %2$s}]}', n, n % 3), ', '
	ORDER BY n))::icp_portrait)).reasons, '{c2,c5,c8,c1,c4,c7}', 'most points lost first, ties as written, nothing lost not at all')
	FROM generate_series(1, 9) n;

\echo # Probability
CREATE FUNCTION probability(points text, intercept text, slope text) RETURNS float8 LANGUAGE sql AS $$ SELECT (evaluated(points,
	format('{"probability": {"intercept": %s, "slope": %s}}', intercept, slope))).probability $$;
SELECT is(round(probability(points, intercept, slope)::numeric, 12), round(expected, 12), format('1 / (1 + exp(-(%s + %s * %s)))',
	intercept, slope, points)) FROM (VALUES
	('0', '0', '0', 0.5), ('50', '-5', '0.1', 0.5), ('100', '-5', '0.1', 0.993307149076), ('0', '-5', '0.1', 0.006692850924),
		('12.5', '1.5', '-0.25', 1 / (1 + exp(1.625))), ('100', '0', '1e300', 1), ('100', '0', '-1e300', 0),
		('0', '-1e300', '1e300', 0)) v(points, intercept, slope, expected);
SELECT is((evaluated('50')).probability, NULL, 'none without calibration');
SELECT ok(bool_and(p BETWEEN 0 AND 1), 'never NaN, never infinite')
	FROM unnest('{0,-100,100}'::text[]) points, unnest('{0,-1.7e308,1.7e308,1e-300}'::text[]) intercept,
	unnest('{0,-1.7e308,1.7e308,-1e-300}'::text[]) slope, probability(points, intercept, slope) p;

\echo # NULL, and a row of NULLs
CREATE TABLE empty (f int, g text);
SELECT is(concat(icp_score(r, p), icp_tier(r, p), icp_fits(r, p), icp_evaluate(r, p)), '', 'NULL row')
	FROM (SELECT NULL::empty r, one('"equals": 1') p) v;
SELECT is(concat(icp_score(r, p), icp_tier(r, p), icp_fits(r, p), icp_evaluate(r, p)), '', 'NULL document')
	FROM (SELECT NULL::jsonb r, one('"equals": 1') p) v;
SELECT is(concat(icp_score(r, p), icp_tier(r, p), icp_fits(r, p), icp_evaluate(r, p)), '', 'NULL portrait')
	FROM (SELECT ROW(1, 'x')::empty r, NULL::icp_portrait p) v;
SELECT is((SELECT count(*) FROM (VALUES (NULL::empty, one('"equals": 1')),
	(ROW(1, 'x')::empty, NULL)) v(r, p), icp_explain(r, p)), 0::bigint, 'no explanation of these');
SELECT is(icp_evaluate(ROW(NULL, NULL)::empty, one('"equals": 1'))::text, '(2,2,,out,f,0,,{})',
	'a row of NULLs has a score, and coverage 0');
SELECT is(icp_evaluate('{}'::jsonb, one('"equals": 1'))::text, '(2,2,,out,f,0,,{})', 'so has an empty document');
INSERT INTO empty VALUES (1, 'a');
SELECT is(array_agg(icp_score(r, one('"equals": 1')) ORDER BY l.n), '{1,NULL}', 'a row that an outer join made NULL is NULL')
	FROM (VALUES (1), (2)) l(n) LEFT JOIN empty r ON r.f = l.n;

\echo # Explanations
CREATE FUNCTION explained(document jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT e::text FROM icp_explain(document,
		'{"initial": 2.5, "placeholders": ["N/A"], "characteristics": [{"name": "industry", "field": "industry", "reason": "IND", "attributes": [{"in": ["SaaS", "Fintech"], "points": 30},
		{"missing": true, "points": 5, "reason": "NO"}, {"otherwise": true, "points": 0}]},
		{"name": "size", "field": "size", "as": "number", "attributes": [{"range": "[100,300]", "points": 25.5},
			{"range": "(300,)", "points": 10}]},
		{"name": "saas in shanghai", "attributes": [{"all": [{"field": "industry", "equals": "SaaS"},
			{"not": {"field": "city", "ilike": "%x%"}}], "points": 15}]}], "disqualify": [{"when": {"field": "city", "missing": true}}]}'::icp_portrait) WITH ORDINALITY e
			ORDER BY ordinality
$$;
SELECT is(string_agg(e, E'\n'), expected, document) FROM (VALUES
	('{"industry": "SaaS", "size": " 200 ", "city": "Shanghai"}',
		E'(1,industry,SaaS,"in SaaS, Fintech",30,30,0,,1)\n(2,size," 200 ","[100,300]",25.5,25.5,0,,2)\n(3,"saas in shanghai","industry: SaaS, city: Shanghai","industry is SaaS and not (city ilike %x%)",15,15,0,,3)\n(4,initial,,,2.5,2.5,0,,4)'),
	('{"industry": "N/A", "size": 301}',
		E'(1,disqualified,,"city missing",0,0,0,"city missing",1)\n(2,industry,N/A,missing,5,30,25,NO,2)\n(3,size,301,"(300,)",10,25.5,15.5,size,3)\n(4,"saas in shanghai","industry: N/A, city: NULL",,0,15,15,"saas in shanghai",4)\n(5,initial,,,2.5,2.5,0,,5)')) v(document,
			expected), explained(document::jsonb) e GROUP BY document, expected;
-- On random rows and random portraits they add up, to the last digit, and agree with the evaluation.
SELECT FROM setseed(0.5);
CREATE TABLE random_portraits AS SELECT n,
	format('{"initial": %s, "characteristics": [%s], "disqualify": [{"when": {"field": "a", "equals": 3}, "reason": "three"}]}',
	(random() * 10)::numeric(10, 6), string_agg(format('{"name": "c%s", "field": "%s", "attributes": [%s]}', c, substr('abc', 1 + c % 3, 1),
	attributes), ', '))::icp_portrait AS portrait
	FROM generate_series(1, 20) n, generate_series(1, 12) c, LATERAL (SELECT string_agg(format('{"equals": %s, "points": %s}', a,
		(n * 0 + random() * 20 - 8)::numeric(10, 6)), ', ') || CASE WHEN (n + c) % 3 = 0 THEN ',
		{"missing": true, "points": 0.333333}' ELSE '' END || CASE WHEN (n + c) % 4 = 0 THEN ',
		{"otherwise": true, "points": -0.000001}' ELSE '' END AS attributes FROM generate_series(1, 4) a) s GROUP BY n;
CREATE TABLE random_rows AS SELECT nullif((random() * 6)::int, 6) AS a, nullif((random() * 6)::int, 6) AS b, nullif((random() * 6)::int,
	6) AS c FROM generate_series(1, 100);
SELECT is_empty($$ SELECT portrait, v, s FROM random_portraits, random_rows r, icp_evaluate(r, portrait) v,
	LATERAL (SELECT sum(e.points) AS points, count(*) AS n, array_agg(e.reason ORDER BY e.rank) FILTER (WHERE e.reason IS NOT NULL
	AND e.characteristic <> 'disqualified') AS reasons, bool_and(e.lost = e.possible - e.points AND e.lost >= 0) AS lost,
			bool_and(e.rank = e.ordinality) AS ranks, bool_and(coalesce(e.lost <= previous OR e.characteristic = 'initial', true)) AS sorted
		FROM (SELECT e.*, lag(CASE WHEN e.characteristic <> 'disqualified' THEN e.lost END) OVER (ORDER BY e.rank) AS previous
			FROM icp_explain(r, portrait) WITH ORDINALITY e) e) s
	WHERE v.points <> s.points OR s.n <> 13 + (v.disqualified_by IS NOT NULL)::int OR v.reasons <> coalesce(s.reasons, '{}') OR NOT s.lost
		OR NOT s.ranks OR NOT s.sorted $$, 'explanations add up, on 2,000 random pairs');

\echo # Placeholders
CREATE FUNCTION placeholder(value anyelement, placeholders text, condition text DEFAULT '"range": "(,)"',
	beside text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT scored(value, (one(condition, beside)::jsonb || format('{"placeholders": %s}', placeholders)::jsonb)::icp_portrait)
$$;
\set all '["Select", "unknown", "", 0, -1, 99.5, false, "1900-01-01", "1900-01-01 12:00:00", "00000000-0000-0000-0000-000000000000", "1 day"]'
SELECT is(placeholder('Select'::text, :'all', '"like": "%"'), '2', 'text');
SELECT is(placeholder('select'::text, :'all', '"like": "%"'), '1', 'text, exactly');
SELECT is(placeholder('Select '::text, :'all', '"like": "%"'), '1', 'text, with its blanks');
SELECT is(placeholder(''::varchar(5), :'all', '"like": "%"'), '2', 'varchar');
SELECT is(placeholder('Select'::char(10), :'all', '"like": "%"'), '2', 'char(n), without its blanks');
SELECT is(placeholder(''::char(10), :'all', '"like": "%"'), '2', 'char(n), empty');
SELECT is(placeholder('SELECT'::citext, :'all', '"like": "%"'), '2', 'citext, by its equality');
SELECT is(placeholder('unknown'::name, :'all', '"like": "%"'), '2', 'name');
SELECT is(placeholder('Select'::mood, :'all', '"in": ["happy", "sad"]'), '2', 'enum');
SELECT is(placeholder('sad'::mood, :'all', '"in": ["happy", "sad"]'), '1', 'enum, another label');
SELECT is(placeholder(false, :'all', '"equals": true'), '2', 'bool');
SELECT is(placeholder(true, :'all', '"equals": true'), '1', 'bool, the other');
SELECT is(placeholder((-1)::int2, :'all'), '2', 'int2');
SELECT is(placeholder(0::int4, :'all'), '2', 'int4');
SELECT is(placeholder(1::int4, :'all'), '1', 'int4, another number');
SELECT is(placeholder(-1::int8, :'all'), '2', 'int8');
SELECT is(placeholder('-0'::float4, :'all'), '2', 'float4');
SELECT is(placeholder(99.5::float8, :'all'), '2', 'float8');
SELECT is(placeholder(99.50::numeric, :'all'), '2', 'numeric');
SELECT is(placeholder(99.51::numeric, :'all'), '1', 'numeric, another number');
SELECT is(placeholder(99.5::numeric::money, :'all'), '2', 'money');
SELECT is(placeholder('1900-01-01'::date, :'all'), '2', 'date');
SELECT is(placeholder('1900-01-02'::date, :'all'), '1', 'date, another day');
SELECT is(placeholder('1900-01-01 12:00'::timestamp, :'all'), '2', 'timestamp');
SELECT is(placeholder('1900-01-01 00:00+00'::timestamptz, :'all'), '2', 'timestamptz');
SELECT is(placeholder('1 day'::interval, :'all'), '2', 'interval');
SELECT is(placeholder('2 days'::interval, :'all'), '1', 'interval, another length');
SELECT is(placeholder('00000000-0000-0000-0000-000000000000'::uuid, :'all', '"equals": "00000000-0000-0000-0000-000000000001"'), '2',
	'uuid');
SELECT is(placeholder('00000000-0000-0000-0000-000000000001'::uuid, :'all', '"equals": "00000000-0000-0000-0000-000000000001"'), '1',
	'uuid, another one');
SELECT is(placeholder(value::jsonb, :'all', '"range": "(,)"'), expected, 'JSON ' || value) FROM (VALUES ('"Select"', '2'),
	('"select"', '1'), ('""', '2'), ('0', '2'), ('0.0', '2'), ('"0"', '1'), ('false', '2'), ('"false"', '1'), ('true', '1'), ('[]', '1'),
	('{}', '1'), ('["Select"]', '1'), ('null', '2')) v(value, expected);
SELECT is(placeholder('{Select}'::text[], :'all', '"contains": "x"'), '0', 'not of the elements of an array');
SELECT is(placeholder(value, '["n/a", 0, "0.50", "7"]', '"range": "(,)"', '"as": "number"'), expected, format('%s as a number',
	to_json(value))) FROM (VALUES ('n/a', '2'), ('0', '2'), ('0.00', '2'), ('0.50', '2'), ('0.5', '1'), ('7', '2'), (' 7', '1'),
	('7.0', '1')) v(value, expected);
SELECT is(placeholder(value, '["1900-01-01", "tbd"]', '"range": "(,)"', '"as": "date"'), expected, format('"%s" as a date', value))
	FROM (VALUES ('1900-01-01', '2'), ('1900/1/1', '2'), ('1900-01-01 00:00:01', '1'), ('tbd', '2'),
	('1900-01-02', '1')) v(value, expected);
-- A characteristic's own take the place of the portrait's.
SELECT is(placeholder('Select'::text, :'all', '"like": "%"', '"placeholders": ["none"]'), '1',
	'of the characteristic: not the portrait''s');
SELECT is(placeholder('none'::text, :'all', '"like": "%"', '"placeholders": ["none"]'), '2', 'of the characteristic: its own');
SELECT is(placeholder('Select'::text, :'all', '"like": "%"', '"placeholders": []'), '1', 'of the characteristic: none');
SELECT is((icp_evaluate('{"f": 0, "g": 0}'::jsonb,
	'{"scale": "points", "placeholders": [1], "characteristics": [{"name": "own", "field": "f", "placeholders": [0], "attributes": [{"missing": true, "points": 1}]},
	{"name": "other", "field": "f", "attributes": [{"equals": 0, "points": 10}]},
	{"name": "others", "field": "f", "placeholders": [0], "attributes": [{"field": "g", "missing": true, "points": 100}]}], "disqualify": [{"when": {"field": "f", "missing": true}}]}'::icp_portrait)).points,
		111::numeric, 'each characteristic has its own, whatever field it looks at, and a rule the portrait''s');

SELECT * FROM finish();
ROLLBACK;

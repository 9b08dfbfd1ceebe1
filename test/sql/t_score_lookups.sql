-- Many attributes over one column are looked up instead of tested one after the other. The answer must be the same.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION citext;
SELECT * FROM no_plan();
SELECT FROM setseed(0.75);

-- For each type: the literals of its conditions, the values to score (those, their neighbours, and NULL), and the type that SQL compares them as.
CREATE TYPE size AS ENUM ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10');
CREATE TABLE types (type text, compared text, literals text[], ranges bool, vals text[]);
INSERT INTO types
	SELECT t, CASE WHEN t LIKE 'float%' THEN t ELSE 'numeric' END, array_agg(i::text), true, array_agg(CASE
		WHEN t LIKE 'int%' THEN i ELSE i + 0.5 * (i % 2) END::text) || '{-32768,32767}'::text[]
		FROM unnest('{int2,int4,int8,float4,float8,numeric,money}'::text[]) t, generate_series(-20, 20) i GROUP BY t
	UNION ALL SELECT t, t, array_agg(format('"%s"', to_char(d, 'YYYY-MM-DD'))), true, array_agg(to_char(d + (i % 3 - 1) * interval '1 day',
		'YYYY-MM-DD')) || '{infinity,-infinity}'::text[] FROM unnest('{date,timestamp,timestamptz}'::text[]) t, generate_series(1, 40) i,
		LATERAL (SELECT date '2024-02-10' + i) v(d) GROUP BY t
	-- words of all lengths; with the same beginning, middle or end; some of them in another script
	UNION ALL SELECT t, t, array_agg(to_json(w)::text), false, array_agg(w) || array_agg(w || 'x') || array_agg(left(w, -1))
		FROM unnest('{text,varchar,char(20),citext,name}'::text[]) t,
		(SELECT translate(repeat(chr(97 + i % 5), 1 + i % 11), 'e', '客') FROM generate_series(1, 30) i
			UNION SELECT 'customer ' || chr(97 + i) FROM generate_series(1, 9) i
			UNION SELECT left('abcdefgh', i) || 'z' || right('abcdefgh', i) FROM generate_series(0, 8) i UNION SELECT '') v(w) GROUP BY t
	UNION ALL SELECT 'size', 'size', array_agg(format('"%s"', i)), false, array_agg(i::text) FROM generate_series(1, 10) i
	UNION ALL SELECT 'bool', 'bool', '{true,false}', false, '{t,f}';
-- numbers of all sizes and lengths, and values as near to them as can be
INSERT INTO types
	WITH literals AS (SELECT DISTINCT trim_scale(sign(random() - 0.4)::numeric * floor(random() * 10 ^ (1 + i % 15))::numeric * ('1e' || (i * 3 % 46 - 25))::numeric) AS l
		FROM generate_series(1, 24) i)
	SELECT 'pg_catalog.numeric', 'numeric', array_agg(l::text ORDER BY l), true,
		(SELECT array_agg(DISTINCT trim_scale(l * (1 + s * d))::text)
		FROM literals, unnest('{0,1e-40,1e-20,1e-12,1e-9,9e-9,1e-8,9e-8,1e-7,1.1e-7,1e-6,1e-4,0.1}'::numeric[]) d,
		unnest('{-1,1}'::int[]) s) FROM literals;
UPDATE types SET vals = vals || '{Infinity,-Infinity,NaN,-0,0.0000,1e30}'::text[] WHERE type ~ 'float|numeric';
UPDATE types SET vals = array_append(vals, NULL);

-- A random condition, as JSON and as SQL. The order of random() calls does not matter: whatever comes out has to be right.
CREATE FUNCTION pick(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * array_length(choices,
	1))::int] $$;
CREATE FUNCTION in_sql(literal text, compared text) RETURNS text LANGUAGE sql STRICT AS $$ SELECT format('%L::%s', CASE
	WHEN literal LIKE '"%' THEN literal::jsonb #>> '{}' ELSE literal END, compared) $$;
CREATE FUNCTION random_condition(compared text, literals text[], ranges bool, OUT as_json text, OUT sql text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	low int := 1 + floor(random() * array_length(literals, 1));
	high int := least(low + floor(random() * random() * 30)::int, array_length(literals, 1));
	brackets text := CASE WHEN low = high THEN '[]' ELSE pick('{[],[),(],()}') END;
	members text[];
BEGIN
	IF ranges AND random() < 0.6 THEN
		low := CASE WHEN random() > 0.05 THEN low END;
		high := CASE WHEN random() > 0.05 THEN high END;
		as_json := format('"range": "%s%s,%s%s"', left(brackets, 1), trim(literals[low], '"'), trim(literals[high], '"'), right(brackets, 1));
		sql := concat_ws(' AND ', 'f IS NOT NULL', format('f::%s %s ', compared, CASE left(brackets, 1)
			WHEN '[' THEN '>=' ELSE '>' END) || in_sql(literals[low], compared), format('f::%s %s ', compared, CASE right(brackets, 1)
			WHEN ']' THEN '<=' ELSE '<' END) || in_sql(literals[high], compared));
	ELSIF random() < 0.1 THEN
		as_json := '"missing": true';
		sql := 'f IS NULL';
	ELSE
		members := (SELECT array_agg(pick(literals)) FROM generate_series(1, 1 + floor(random() * CASE
			WHEN ranges THEN 6 ELSE 20 END)::int));
		as_json := CASE WHEN array_length(members, 1) = 1 THEN format('"equals": %s', members[1]) ELSE format('"in": [%s]',
			array_to_string(members, ', ')) END;
		sql := format('f::%s IN (%s)', compared, (SELECT string_agg(in_sql(m, compared), ', ') FROM unnest(members) m));
	END IF;
END $$;
-- A random portrait: as it is; with each condition inside of another one; and as SQL. What is no portrait (an attribute that is never reached) is thrown away.
CREATE FUNCTION random_portrait(type text, compared text, literals text[], ranges bool, OUT plain icp_portrait, OUT nested icp_portrait,
	OUT sql text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	json text[];
	cases text[];
	placeholders text[];
	otherwise text := CASE WHEN random() < 0.3 THEN ', {"otherwise": true, "points": 0.5}' ELSE '' END;
	form text;
BEGIN
	LOOP
		SELECT array_agg(c.as_json), array_agg(c.sql) INTO json, cases
			FROM generate_series(1, 1 + floor(random() * 14)::int), random_condition(compared, literals, ranges) c;
		placeholders := CASE WHEN random() < 0.5 THEN ARRAY[pick(literals), pick(literals)] ELSE '{}' END;
		form := format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "placeholders": [%s], "attributes": [%%s%s]}]}',
			array_to_string(placeholders, ', '), otherwise);
		BEGIN
			plain := format(form, (SELECT string_agg(format('{%s, "points": %s}', j, n), ', ') FROM unnest(json) WITH ORDINALITY u(j, n)));
			EXIT;
		EXCEPTION WHEN invalid_text_representation THEN
			CONTINUE;
		END;
	END LOOP;
	nested := format(form, (SELECT string_agg(format('{"not": {"any": [{"not": {%s}},
		{"field": "g", "equals": 0}]}, "points": %s}', j, n), ', ') FROM unnest(json) WITH ORDINALITY u(j, n)));
	sql := format('(SELECT CASE %s ELSE %s END FROM (SELECT %s) v(f))', (SELECT string_agg(format('WHEN %s THEN %s', c, n), ' ' ORDER BY n)
		FROM unnest(cases) WITH ORDINALITY u(c, n)), CASE otherwise WHEN '' THEN 0 ELSE 0.5 END,
		(SELECT format('CASE WHEN %s THEN NULL ELSE f END', concat_ws(' OR ', 'false', CASE
			WHEN type ~ 'float|numeric' THEN 'f = ''NaN''' END, string_agg(format('f::%s = %s', compared, in_sql(p, compared)), ' OR ')))
			FROM unnest(placeholders) p));
END $$;

-- Scores and explanations of 100 portraits over all values of the type, by columns and by rows.
SET LOCAL TimeZone = 'UTC';
CREATE FUNCTION differences(type text, compared text, literals text[], ranges bool, vals text[], OUT checks bigint, OUT matched bigint,
	OUT different bigint) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	p record;
	n bigint;
	m bigint;
	d bigint;
BEGIN
	checks := 0;
	matched := 0;
	different := 0;
	EXECUTE format('CREATE TEMP TABLE column_of_type AS SELECT %s AS f, 1000 AS g FROM unnest($1) v', CASE type
		WHEN 'money' THEN 'v::numeric::money' ELSE 'v::' || type END) USING vals;
	FOR i IN 1 .. 100 LOOP
		SELECT * INTO p FROM random_portrait(type, compared, literals, ranges);
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE wanted >= 1), count(*) FILTER (WHERE icp_score(c, %1$L::icp_portrait) <> wanted OR icp_score(c, p) <> wanted OR icp_score(c, %2$L::icp_portrait) <> wanted OR e.points <> wanted OR v.points <> wanted OR (v.coverage = 0) <> (%3$s IS NULL))
			FROM (SELECT c.*, %4$s AS wanted FROM column_of_type c OFFSET 0) c, (SELECT %1$L::icp_portrait AS p OFFSET 0) p, icp_explain(c, %1$L::icp_portrait) e, icp_evaluate(c, %1$L::icp_portrait) v WHERE e.characteristic = ''c''',
			p.plain, p.nested, substring(p.sql FROM 'FROM \(SELECT (.*)\) v\(f\)\)$'), p.sql) INTO n, m, d;
		checks := checks + n;
		matched := matched + m;
		different := different + d;
		IF d > 0 THEN RAISE WARNING '%: % %', type, p.plain, p.sql; END IF;
	END LOOP;
	DROP TABLE column_of_type;
END $$;
CREATE TABLE results AS SELECT t.type, d.* FROM types t, differences(t.type, t.compared, t.literals, t.ranges, t.vals) d;
SELECT is(different, 0::bigint, type) FROM results ORDER BY type COLLATE "C";
SELECT ok(bool_and(matched > checks / 20 AND matched < checks * 19 / 20), 'conditions matched, and did not, in all types') FROM results;

-- A characteristic of thousands of values finds each of them, and no other.
CREATE TABLE many AS SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}',
	string_agg(format('{"in": [%s], "points": %s}', members, n), ', ' ORDER BY n)) AS portrait
	FROM generate_series(1, 50) n, LATERAL (SELECT string_agg(to_json(substr(md5((n * 1000 + i)::text), 1, 1 + i % 32))::text,
		', ') AS members FROM generate_series(1, 200) i) m;
CREATE TABLE words AS SELECT DISTINCT substr(md5((n * 1000 + i)::text), 1, 1 + i % 32) AS f
	FROM generate_series(1, 60) n, generate_series(1, 210) i;
CREATE TABLE first_of AS SELECT word, min(n) AS first FROM (SELECT n, substr(md5((n * 1000 + i)::text), 1, 1 + i % 32) AS word
	FROM generate_series(1, 50) n, generate_series(1, 200) i) a GROUP BY word;
SELECT is((SELECT count(*) FROM words w LEFT JOIN first_of ON word = f, (SELECT portrait::icp_portrait AS portrait FROM many OFFSET 0) m
	WHERE icp_score(w, portrait) <> coalesce(first, 0)), 0::bigint, '10,000 words');
SELECT cmp_ok((SELECT count(*) FROM words JOIN first_of ON word = f), '>', 5000::bigint, 'many of them are found');
SELECT cmp_ok((SELECT count(*) FROM words LEFT JOIN first_of ON word = f WHERE first IS NULL), '>', 1000::bigint, 'and many are not');
CREATE TABLE numbers AS SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}',
	string_agg(format('{"range": "[%s,%s)", "points": %s}', n * 7, n * 7 + 5, n), ', ' ORDER BY n)) AS portrait
	FROM generate_series(-700, 700) n;
CREATE TABLE integers AS SELECT f::int FROM generate_series(-6000, 6000) f;
SELECT is((SELECT count(*) FROM integers i, (SELECT portrait::icp_portrait AS portrait FROM numbers OFFSET 0) p
	WHERE icp_score(i, portrait) <> CASE WHEN f < -4900 OR f >= 4905 OR f - 7 * floor(f / 7.0) >= 5 THEN 0 ELSE floor(f / 7.0) END),
	0::bigint, '1,401 ranges');

SELECT * FROM finish();
ROLLBACK;

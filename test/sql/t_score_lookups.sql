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

-- For each type: what its conditions are made of, and the values to score: those, their neighbours, and NULL.
CREATE TYPE size AS ENUM ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10');
CREATE TABLE types (type text, literals text[], ranges bool, vals text[]);
INSERT INTO types
	SELECT t, array_agg(i::text), true, array_agg(v) || '{-32768,32767}'::text[] FROM unnest('{int2,int4,int8,float4,float8,numeric,money}'::text[]) t, generate_series(-20, 20) i, LATERAL (SELECT CASE WHEN t LIKE 'int%' THEN i::text ELSE (i + 0.5 * (i % 2))::text END AS v) v GROUP BY t
	UNION ALL SELECT t, array_agg(quote_literal(to_char(d, 'YYYY-MM-DD'))), true, array_agg((d + (i % 3 - 1) * interval '1 day')::date::text) || '{infinity,-infinity}'::text[] FROM unnest('{date,timestamp,timestamptz}'::text[]) t, generate_series(1, 40) i, LATERAL (SELECT date '2024-02-10' + i) v(d) GROUP BY t
	UNION ALL SELECT t, array_agg(quote_literal(w)), false, array_agg(w) || array_agg(w || 'x') || array_agg(left(w, -1)) FROM unnest('{text,varchar,char(12),citext,name}'::text[]) t, generate_series(1, 40) i, LATERAL (SELECT translate(repeat(chr(97 + i % 5), 1 + i % 11), 'e', '客')) v(w) GROUP BY t
	UNION ALL SELECT 'size', array_agg(quote_literal(i)), false, array_agg(i::text) FROM generate_series(1, 10) i
	UNION ALL SELECT 'bool', '{true,false}', false, '{t,f}';
UPDATE types SET vals = vals || '{Infinity,-Infinity,NaN,-0,1e300}'::text[] WHERE type IN ('float8', 'numeric');
UPDATE types SET vals = vals || '{Infinity,-Infinity,NaN,-0,1e30}'::text[] WHERE type = 'float4';
UPDATE types SET vals = array_append(vals, NULL), literals = (SELECT array_agg(CASE WHEN l LIKE '''%' THEN '"' || trim(l, '''') || '"' ELSE l END) FROM unnest(literals) l);

-- A random attribute's condition. The order of random() calls does not matter: whatever comes out has to be right.
CREATE FUNCTION pick(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * array_length(choices, 1))::int] $$;
CREATE FUNCTION random_condition(literals text[], ranges bool) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	low int := 1 + floor(random() * array_length(literals, 1));
	high int := least(low + floor(random() * random() * 30)::int, array_length(literals, 1));
BEGIN
	IF ranges AND random() < 0.6 THEN
		RETURN format('"range": "%s%s,%s%s"', pick('{[,(}'), CASE WHEN random() < 0.05 THEN '' ELSE trim(literals[low], '"') END, CASE WHEN random() < 0.05 THEN '' ELSE trim(literals[high], '"') END, CASE WHEN low = high THEN ']' ELSE pick('{],)}') END);
	ELSIF random() < 0.6 THEN
		RETURN format('"in": [%s]', (SELECT string_agg(pick(literals), ', ') FROM generate_series(1, 1 + floor(random() * 6)::int)));
	END IF;
	RETURN CASE WHEN random() < 0.1 THEN '"missing": true' ELSE format('"equals": %s', pick(literals)) END;
END $$;
-- A random portrait, once as it is, once with each condition inside of another one, where it is not looked up. What is no portrait (an attribute that is never reached) is thrown away.
CREATE FUNCTION random_portrait(literals text[], ranges bool, OUT looked_up icp_portrait, OUT tested icp_portrait) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	conditions text[];
	otherwise text := CASE WHEN random() < 0.3 THEN ', {"otherwise": true, "points": 0.5}' ELSE '' END;
	placeholders text;
BEGIN
	LOOP
		placeholders := CASE WHEN random() < 0.5 THEN format(', "placeholders": [%s, %s]', pick(literals), pick(literals)) ELSE '' END;
		conditions := (SELECT array_agg(random_condition(literals, ranges)) FROM generate_series(1, 1 + floor(random() * 14)::int));
		BEGIN
			looked_up := format('{"scale": "points", "characteristics": [{"name": "c", "field": "f"%s, "attributes": [%s%s]}]}', placeholders, (SELECT string_agg(format('{%s, "points": %s}', c, n), ', ') FROM unnest(conditions) WITH ORDINALITY u(c, n)), otherwise);
			EXIT;
		EXCEPTION WHEN invalid_text_representation THEN
			CONTINUE;
		END;
	END LOOP;
	tested := format('{"scale": "points", "characteristics": [{"name": "c", "field": "f"%s, "attributes": [%s%s]}]}', placeholders, (SELECT string_agg(format('{"all": [{%s}], "points": %s}', c, n), ', ') FROM unnest(conditions) WITH ORDINALITY u(c, n)), otherwise);
END $$;

-- Scores and explanations of 100 portraits over all values of the type, by columns and by rows.
CREATE FUNCTION differences(type text, literals text[], ranges bool, vals text[], OUT compared bigint, OUT matched bigint, OUT different bigint) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	p record;
	n bigint;
	m bigint;
	d bigint;
BEGIN
	compared := 0;
	matched := 0;
	different := 0;
	EXECUTE format('CREATE TEMP TABLE column_of_type AS SELECT %s AS f FROM unnest($1) v', CASE type WHEN 'money' THEN 'v::numeric::money' ELSE 'v::' || type END) USING vals;
	FOR i IN 1 .. 100 LOOP
		SELECT * INTO p FROM random_portrait(literals, ranges);
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE t.points >= 1), count(*) FILTER (WHERE (l.points, l.coverage, l.reasons) IS DISTINCT FROM (t.points, t.coverage, t.reasons)
				OR icp_score(c, %1$L::icp_portrait) <> t.score OR icp_score(c, p) <> t.score OR (e).points <> t.points)
			FROM column_of_type c, (SELECT %1$L::icp_portrait AS p OFFSET 0) p, icp_evaluate(c, %1$L::icp_portrait) l, icp_evaluate(c, %2$L::icp_portrait) t, icp_explain(c, %1$L::icp_portrait) e WHERE e.characteristic = ''c''', p.looked_up, p.tested) INTO n, m, d;
		compared := compared + n;
		matched := matched + m;
		different := different + d;
		IF d > 0 THEN RAISE WARNING '%: % %', type, p.looked_up, p.tested; END IF;
	END LOOP;
	DROP TABLE column_of_type;
END $$;
CREATE TABLE results AS SELECT t.type, d.* FROM types t, differences(t.type, t.literals, t.ranges, t.vals) d;
SELECT is(different, 0::bigint, type) FROM results ORDER BY type COLLATE "C";
SELECT ok(bool_and(matched > compared / 10 AND matched < compared * 19 / 20), 'conditions matched, and did not, in all types') FROM results;

-- A characteristic of thousands of values finds each of them, and no other.
CREATE TABLE many AS SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}', string_agg(format('{"in": [%s], "points": %s}', members, n), ', ' ORDER BY n)) AS portrait
	FROM generate_series(1, 50) n, LATERAL (SELECT string_agg(to_json(substr(md5((n * 1000 + i)::text), 1, 1 + i % 32))::text, ', ') AS members FROM generate_series(1, 200) i) m;
CREATE TABLE words AS SELECT DISTINCT substr(md5((n * 1000 + i)::text), 1, 1 + i % 32) AS f FROM generate_series(1, 60) n, generate_series(1, 210) i;
CREATE TABLE first_of AS SELECT word, min(n) AS first FROM (SELECT n, substr(md5((n * 1000 + i)::text), 1, 1 + i % 32) AS word FROM generate_series(1, 50) n, generate_series(1, 200) i) a GROUP BY word;
SELECT is((SELECT count(*) FROM words w LEFT JOIN first_of ON word = f, (SELECT portrait::icp_portrait AS portrait FROM many OFFSET 0) m WHERE icp_score(w, portrait) <> coalesce(first, 0)), 0::bigint, '10,000 words');
SELECT cmp_ok((SELECT count(*) FROM words JOIN first_of ON word = f), '>', 5000::bigint, 'many of them are found');
SELECT cmp_ok((SELECT count(*) FROM words LEFT JOIN first_of ON word = f WHERE first IS NULL), '>', 1000::bigint, 'and many are not');
CREATE TABLE numbers AS SELECT format('{"scale": "points", "characteristics": [{"name": "c", "field": "f", "attributes": [%s]}]}', string_agg(format('{"range": "[%s,%s)", "points": %s}', n * 7, n * 7 + 5, n), ', ' ORDER BY n)) AS portrait FROM generate_series(-700, 700) n;
CREATE TABLE integers AS SELECT f::int FROM generate_series(-6000, 6000) f;
SELECT is((SELECT count(*) FROM integers i, (SELECT portrait::icp_portrait AS portrait FROM numbers OFFSET 0) p WHERE icp_score(i, portrait) <> CASE WHEN f < -4900 OR f >= 4905 OR f - 7 * floor(f / 7.0) >= 5 THEN 0 ELSE floor(f / 7.0) END), 0::bigint, '1,401 ranges');

SELECT * FROM finish();
ROLLBACK;

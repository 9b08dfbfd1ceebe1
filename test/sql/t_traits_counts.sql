-- icp_trait_counts: any condition counted on a sketch, as SQL counts it on the table.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();
SELECT FROM setseed(0.5);

CREATE TYPE stage AS ENUM ('new', 'open', 'won');
CREATE TABLE crm AS SELECT i AS id, (ARRAY['SaaS', 'Fintech', 'Health care & sciences', 'O''Reilly "x"', NULL])[1 + floor(random() * 5)] AS industry,
	CASE WHEN random() < 0.7 THEN floor(exp(random() * 7))::int END AS employees, CASE WHEN random() < 0.1 THEN 'NaN' WHEN random() < 0.9 THEN round((random() * 100)::numeric, 1) END AS revenue,
	CASE WHEN random() < 0.1 THEN 'NaN' WHEN random() < 0.1 THEN 'Infinity' ELSE round((random() * 5)::numeric, 1) END::float8 AS rate,
	CASE WHEN random() < 0.9 THEN date '2020-01-01' + (random() * 900)::int END AS founded, timestamptz '2023-01-01 00:00Z' + random() * interval '90 days' AS seen,
	CASE WHEN random() < 0.8 THEN random() < 0.5 END AS active, (enum_range(NULL::stage))[1 + floor(random() * 3)] AS stage,
	CASE WHEN random() < 0.8 THEN (SELECT array_agg(t) FROM unnest('{crm,erp,bi,NULL}'::text[]) t WHERE random() < 0.4 + i * 0) END AS tags,
	CASE WHEN random() < 0.8 THEN jsonb_build_object('score', floor(random() * 30), 'name', (ARRAY['a', 'b', 'c'])[1 + floor(random() * 3)]) END AS attrs,
	CASE WHEN random() < 0.8 THEN floor(random() * 300)::text ELSE 'none' END AS size FROM generate_series(1, 3000) i;
ALTER TABLE crm ADD best bool;
UPDATE crm SET best = random() < 0.3;
CREATE TABLE sketch AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["id", "best"]}') AS s FROM crm c;

-- One condition on one field, as JSON and as SQL.
CREATE FUNCTION pick(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * array_length(choices, 1))::int] $$;
CREATE FUNCTION range_of(low text, high text, OUT text text, OUT brackets text) LANGUAGE sql VOLATILE AS $$ SELECT left(b, 1) || low || ',' || high || right(b, 1), b FROM pick('{[],[),(],()}') b $$;
CREATE FUNCTION leaf(OUT doc text, OUT sql text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	field text := pick('{industry,employees,revenue,rate,founded,seen,active,stage,tags,attrs.score,attrs.name,size}');
	kind text := pick('{equals,in,range,missing}');
	col text := CASE field WHEN 'attrs.score' THEN '(attrs ->> ''score'')::numeric' WHEN 'attrs.name' THEN 'attrs ->> ''name''' WHEN 'revenue' THEN 'nullif(revenue, ''NaN'')'
		WHEN 'rate' THEN 'nullif(rate, ''NaN'')' WHEN 'size' THEN 'nullif(size, ''none'')::numeric' ELSE field END;
	low numeric := floor(random() * 100);
	high numeric := low + 1 + floor(random() * 200);
	day date := date '2020-01-01' + (random() * 900)::int;
	b text := pick('{[],[),(],()}');
	bounds text[];
	vals text[];
BEGIN
	IF kind = 'missing' THEN
		doc := format('{"field": "%s", "missing": true%s}', field, CASE field WHEN 'size' THEN ', "as": "number"' END);
		sql := col || ' IS NULL';
		RETURN;
	END IF;
	IF field = 'tags' THEN
		vals := ARRAY[pick('{crm,erp,bi,xx}'), pick('{crm,erp,bi,xx}')];
		kind := pick('{contains,contains_any}');
		doc := format('{"field": "tags", "%s": %s}', kind, to_json(vals));
		sql := format('CASE WHEN tags IS NOT NULL THEN tags %s %L END', CASE kind WHEN 'contains' THEN '@>' ELSE '&&' END, vals);
		RETURN;
	END IF;
	IF field IN ('industry', 'stage', 'attrs.name') THEN
		vals := ARRAY[pick('{SaaS,Fintech,"O''Reilly \"x\"",open,won,a,b}'), pick('{"Health care & sciences",new,c}')];
		IF field = 'stage' THEN col := 'stage::text'; END IF;
		IF kind = 'equals' THEN
			doc := format('{"field": "%s", "equals": %s}', field, to_json(vals[1])); sql := format('%s = %L', col, vals[1]);
		ELSIF kind = 'in' OR field = 'stage' THEN
			doc := format('{"field": "%s", "in": %s}', field, to_json(vals)); sql := format('%s = ANY (%L)', col, vals);
		ELSE
			kind := pick('{like,ilike}'); vals[1] := pick('{S%,%a%,_inTech,%x\"%,%S}');
			doc := format('{"field": "%s", "%s": %s}', field, kind, to_json(vals[1])); sql := format('%s %s %L', col, kind, vals[1]);
		END IF;
		RETURN;
	END IF;
	IF field = 'active' THEN
		doc := format('{"field": "active", "equals": %s}', (low < 50)::text); sql := format('active = %s', (low < 50)::text);
		RETURN;
	END IF;
	IF field IN ('founded', 'seen') THEN
		bounds := ARRAY[to_char(day, 'YYYY-MM-DD'), to_char(day + 1 + (random() * 400)::int, 'YYYY-MM-DD')];
		IF field = 'seen' THEN bounds := ARRAY['2023-01-' || 10 + low::int % 20 || ' 12:00', '2023-02-11']; col := 'seen AT TIME ZONE ''UTC'''; END IF;
		vals := ARRAY[format('%L::timestamp', bounds[1]), format('%L::timestamp', bounds[2])];
	ELSIF field = 'rate' THEN
		bounds := ARRAY[(low / 20)::text, (high / 20)::text]; vals := ARRAY[format('%L::float8', bounds[1]), format('%L::float8', bounds[2])];
	ELSE
		bounds := ARRAY[low::text, high::text]; vals := bounds;
	END IF;
	IF kind = 'range' OR field IN ('founded', 'seen') THEN
		doc := format('"range": "%s%s,%s%s"', left(b, 1), bounds[1], bounds[2], right(b, 1));
		sql := format('%s %s %s AND %s %s %s', col, CASE left(b, 1) WHEN '[' THEN '>=' ELSE '>' END, vals[1], col, CASE right(b, 1) WHEN ']' THEN '<=' ELSE '<' END, vals[2]);
	ELSIF kind = 'equals' THEN
		doc := format('"equals": %s', bounds[1]); sql := format('%s = %s', col, vals[1]);
	ELSE
		doc := format('"in": [%s, %s]', bounds[1], bounds[2]); sql := format('%s IN (%s, %s)', col, vals[1], vals[2]);
	END IF;
	doc := format('{"field": "%s", %s%s}', field, doc, CASE field WHEN 'size' THEN ', "as": "number"' END);
END $$;
CREATE FUNCTION tree(depth int, OUT doc text, OUT sql text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	kind text := pick('{leaf,leaf,all,any,not}');
	a record;
	b record;
BEGIN
	IF depth = 0 OR kind = 'leaf' THEN
		SELECT * INTO doc, sql FROM leaf();
		RETURN;
	END IF;
	SELECT * INTO a FROM tree(depth - 1);
	SELECT * INTO b FROM tree(depth - 1);
	IF kind = 'not' THEN
		doc := format('{"not": %s}', a.doc); sql := format('NOT (%s)', a.sql);
	ELSE
		doc := format('{"%s": [%s, %s]}', kind, a.doc, b.doc); sql := format('(%s) %s (%s)', a.sql, CASE kind WHEN 'all' THEN 'AND' ELSE 'OR' END, b.sql);
	END IF;
END $$;

CREATE TABLE conditions (i int, doc jsonb, sql text, best_n bigint, all_n bigint);
DO $$
DECLARE
	r record;
	n record;
BEGIN
	FOR i IN 1 .. 400 LOOP
		SELECT * INTO r FROM tree(i % 4);
		EXECUTE format('SELECT count(*) FILTER (WHERE best) AS best_n, count(*) AS all_n FROM crm WHERE %s', r.sql) INTO n;
		INSERT INTO conditions VALUES (i, r.doc::jsonb, r.sql, n.best_n, n.all_n);
	END LOOP;
END $$;
CREATE TABLE counted AS SELECT n.ordinality AS i, n.condition, n.best_n, n.best, n.all_n, n.total FROM sketch, (SELECT jsonb_agg(doc ORDER BY i) AS j FROM conditions) c,
	icp_trait_counts(s, j) WITH ORDINALITY n;
SELECT is_empty('SELECT sql, a.best_n, a.all_n, b.best_n, b.all_n FROM conditions a JOIN counted b USING (i) WHERE (a.best_n, a.all_n) IS DISTINCT FROM (b.best_n, b.all_n) OR doc <> condition',
	'random conditions are counted as SQL counts them, in their order');
SELECT is((SELECT count(*) FROM counted), 400::bigint, 'one row each');
SELECT cmp_ok((SELECT count(*) FROM counted WHERE all_n BETWEEN 1 AND 2999), '>', 300::bigint, 'most of them hold on some rows');
SELECT is((SELECT count(*) FROM counted, (SELECT count(*) n, sum(best::int) b FROM crm) c WHERE total <> n OR best <> b), 0::bigint, 'and on all of as many');

-- What cannot be counted says so.
CREATE TABLE words AS SELECT 'w' || i % 9000 AS w, i % 2 = 0 AS best FROM generate_series(1, 18000) i UNION ALL SELECT 'often', i % 3 = 0 FROM generate_series(1, 500) i;
CREATE TABLE word_sketch AS SELECT icp_sketch(icp_row(x), best, '{"only": ["w"]}') AS s FROM words x;
SELECT results_eq($$SELECT n.best_n, n.all_n FROM word_sketch, icp_trait_counts(s, '[{"field": "w", "equals": "often"}, {"field": "w", "equals": "w7"}, {"field": "w", "like": "w%"}, {"field": "w", "missing": true},
	{"not": {"field": "w", "in": ["often"]}}]') n$$, 'VALUES (166::bigint, 500::bigint), (NULL, NULL), (NULL, NULL), (0, 0), (9000, 18000)', 'values that were not kept');
CREATE FUNCTION counts(conditions jsonb) RETURNS bigint LANGUAGE sql AS $$ SELECT sum(all_n)::bigint FROM sketch, icp_trait_counts(s, conditions) $$;
SELECT throws_ok(format('SELECT counts(%L)', c), s, m) FROM (VALUES
	('{}', '22023', 'conditions must be a JSON array'),
	('[1]', '22P02', 'invalid condition at conditions[0]: an object is needed, not a number'),
	('[{"field": "industri", "equals": "x"}]', '42703', 'the sketch has no field "industri"'),
	('[{"field": "industry", "equal": "x"}]', '22P02', 'invalid condition at conditions[0].equal: unknown key "equal"'),
	('[{"field": "founded", "within": "90 days"}]', '22023', 'conditions relative to now cannot be counted on a sketch'),
	('[{"field": "industry", "range": "[1,2]"}]', '42804', 'condition {"field": "industry", "range": "[1,2]"} cannot apply to field "industry" of type text'),
	('[{"field": "industry", "equals": 5}]', '42804', 'condition {"field": "industry", "equals": 5} cannot apply to field "industry" of type text'),
	('[{"field": "employees", "equals": "many"}]', '42804', 'condition {"field": "employees", "equals": "many"} cannot apply to field "employees" of type integer'),
	('[{"field": "active", "equals": 1}]', '42804', 'condition {"field": "active", "equals": 1} cannot apply to field "active" of type boolean'),
	('[{"field": "tags", "equals": "crm"}]', '42804', 'condition {"field": "tags", "equals": "crm"} cannot apply to field "tags" of type text[]'),
	('[{"field": "industry", "contains": "S"}]', '42804', 'condition {"field": "industry", "contains": "S"} cannot apply to field "industry" of type text')) v(c, s, m);
SELECT is(counts('[]'), NULL, 'no conditions');
SELECT is(counts(NULL), NULL, 'NULL');

SELECT * FROM finish();
ROLLBACK;

-- For 90_queries.
SET client_min_messages = error;
CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(i, j) & 1048575) / 1048576.0 $$;
CREATE TABLE t AS SELECT i AS id, CASE WHEN i % 7 > 0 THEN (u(i, 1) * 200)::int END AS n, ('{SaaS,Bank,AI,""}'::text[])[1 + i % 5] AS s, u(i, 2) < 0.3 AS best, CASE i WHEN 5 THEN 'NaN' WHEN 6 THEN '-Infinity' ELSE u(i, 3) END::float8 AS f, CASE i WHEN 9 THEN 'NaN' ELSE i / 8.0 END AS m, date '2022-01-01' + i AS d, timestamptz '2024-01-01 00:00Z' + i * interval '5 hours' AS z,
	jsonb_build_object('k', i % 7, 'l', CASE i % 3 WHEN 0 THEN '[1, "x"]'::jsonb ELSE 'null' END) AS j, CASE WHEN i % 3 > 0 THEN ARRAY['x' || i % 4, NULL] END AS a FROM generate_series(1, 40) i;
CREATE TABLE e AS SELECT * FROM t WHERE false;
ANALYZE;
SELECT icp_save('default', '{"absent": "missing", "characteristics": [{"name": "n", "field": "n", "attributes": [{"range": "[50,)", "points": 2, "reason": "small"}]}, {"name": "s", "field": "s", "attributes": [{"in": ["SaaS", "AI"], "points": 2}]}]}'), icp_save('SaaS', icp_framework('BANT', '{"budget": {"field": "n", "range": "[100,)"}}')) \g /dev/null

-- Values to draw from, as expressions, by type.
CREATE TABLE pool (type regtype, expression text);
INSERT INTO pool SELECT type::regtype, quote_nullable(v) || '::' || type FROM (VALUES
	('text', '{default,SaaS,en,zh,T1,CFO,"VP of Sales, EMEA",supporter,opponent,"Economic Buyer",buyer,BANT,MEDDIC,"","  ","O''Neil \"x\" \\","$$;--",NULL,n,s,f,m,d,z,j.k,a,economic,新}'),
	('integer', '{0,1,2,3,-1,10,100,2147483647,-2147483648,NULL}'), ('bigint', '{0,1,5,-1,9223372036854775807,-9223372036854775808,NULL}'), ('double precision', '{0,1,-1,0.5,50,1e308,-1e-308,NaN,Infinity,-Infinity,-0,NULL}'),
	('numeric', '{0,1,-1,0.5,12.34567890123,1e20,NaN,Infinity,99999999999999999999999999.99999999,NULL}'), ('boolean', '{t,f,NULL}'), ('date', '{2024-01-01,2023-05-06,infinity,-infinity,4713-01-01 BC,5874897-12-31,2026-01-01,NULL}'),
	('timestamp with time zone', '{2024-01-01,infinity,-infinity,294276-12-31,NULL}'), ('timestamp without time zone', '{2024-01-01,infinity,-infinity,NULL}'),
	('daterange', '{"[2024-01-01,2025-01-01)",empty,"(,)","[infinity,)",NULL}'), ('tstzrange', '{"[2024-01-01,2025-01-01)",empty,"(,)",NULL}'),
	('bytea', '{"","\\\\x01","\\\\x0100000000","\\\\x010203040506070809","\\\\x00",NULL}'), ('text[]', '{"{}","{n,s}","{NULL}","{economic,technical,user}","{x,x}",NULL}'), ('integer[]', '{"{}","{1,10}","{2,NULL}","{-1}",NULL}'), ('bigint[]', '{"{}","{1,2,3}","{5,-1}","{NULL}","{9223372036854775807,1}",NULL}'),
	('double precision[]', '{"{}","{1,2,3}","{0.1,0.9}","{NaN,1}","{NULL}","{75,50,25}","{{1},{2}}",NULL}'), ('jsonb[]', '{"{}",NULL}'), ('xml[]', '{"{}",NULL}'), ('xml', '{"<a/>","<PMML/>",NULL}'),
	('jsonb', '{"{}","[]","null","1","\"x\"","{\"n\": 5, \"s\": \"AI\"}","{\"k\": [1, {\"a\": null}]}","[{\"field\": \"n\", \"range\": \"[1,5)\"}]","{\"field\": \"n\", \"equals\": 1}","{\"not\": {\"field\": \"s\", \"missing\": true}}","{\"rows\": 3}","{\"lang\": \"zh\"}","{\"ignore\": [\"id\"]}","{\"period\": \"quarter\"}","{\"pairs\": 0}",NULL}')) l(type, list), unnest(list::text[]) v(v);
INSERT INTO pool SELECT type::regtype, x FROM (VALUES ('text', 'x.s'), ('text', 'x.s || x.id'), ('integer', 'x.n'), ('integer', 'x.id'), ('bigint', 'x.n::bigint'), ('double precision', 'x.f'), ('double precision', 'x.n / 3.0::float8'), ('numeric', 'x.m'), ('boolean', 'x.best'), ('boolean', 'x.n > 50'), ('date', 'x.d'), ('timestamp with time zone', 'x.z'), ('timestamp without time zone', 'x.d::timestamp'),
	('jsonb', 'x.j'), ('jsonb', 'to_jsonb(x)'), ('text[]', 'x.a'), ('record', 'x'), ('record', 'ROW(x.n, x.s)'), ('record', '(SELECT y FROM t y LIMIT 1)'), ('record', '(SELECT y FROM e y LIMIT 1)'), ('record', 'CASE WHEN x.id % 2 = 0 THEN x END'),
	('icp_portrait', 'icp_load()'), ('icp_portrait', 'icp_load(x.s)'), ('icp_portrait', '(SELECT portrait FROM icp_portraits LIMIT 1)'), ('icp_portrait', '''{"absent": "missing", "characteristics": []}''::icp_portrait'), ('icp_portrait', '''{"absent": "missing", "characteristics": [{"name": "f", "field": "f", "attributes": [{"range": "[0.1,)", "points": 1e3}]}, {"name": "z", "field": "z", "attributes": [{"within": "90 days", "points": -1}]}]}''::icp_portrait'),
	('icp_sketch', '(SELECT icp_sketch(icp_row(y), y.best) FROM t y)'), ('icp_sketch', '(SELECT icp_sketch(icp_row(y), y.best, ''{"rows": 5}'') FROM t y)'), ('icp_sketch', 'NULL::icp_sketch'), ('icp_sketch', '(SELECT icp_sketch(icp_row(y), NULL) FROM t y)'), ('icp_row', 'icp_row(x)'), ('icp_row', 'icp_row(x.j)'), ('icp_row', 'NULL::icp_row'),
	('icp_validation', '(SELECT icp_validation(y.f, y.best) FROM t y)'), ('icp_validation', '(SELECT icp_validation(1, true))'), ('icp_ledger', '(SELECT icp_ledger(y.d, y.id) FROM t y)'), ('icp_ledger', 'NULL::icp_ledger'), ('icp_cohort', '(SELECT icp_cohort((SELECT icp_ledger(w.d, w.id) FROM t w), y.d, y.id, ''2026-01-01'') FROM t y)'), ('icp_cohort', '(SELECT icp_cohort(NULL, y.d, NULL, ''2026-01-01'') FROM t y)'),
	('icp_evaluation', 'icp_evaluate(x)'), ('icp_evaluation', 'ROW(1, 2, NULL, ''T1'', true, 0.5, NULL, NULL)::icp_evaluation'), ('icp_evaluation', 'NULL::icp_evaluation'), ('icp_audience', '(SELECT icp_audience(icp_evaluate(y), y.id) FROM t y)'), ('xml', 'icp_to_pmml(icp_load())')) v(type, x);
-- Our functions, less those that SQL cannot call.
CREATE TABLE callable AS SELECT p.oid, p.proname, p.prokind, p.provariadic, p.proretset, p.prorettype, string_to_array(p.proargtypes::text, ' ')::oid[] AS types, row_number() OVER (ORDER BY p.oid) AS nr FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'icp_portrait')
	WHERE NOT (p.proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]) AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'cstring'::regtype);

CREATE FUNCTION one_of(list text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT list[1 + floor(random() * cardinality(list))::int] $$;
-- An expression of the type: a value, or a call of ours that gives it. x is a row of t.
CREATE FUNCTION expression(of regtype, depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	f callable;
	e text;
BEGIN
	IF of = '"any"'::regtype THEN of := one_of('{integer,text,numeric,jsonb,double precision,date,boolean,text[]}')::regtype; END IF;
	IF depth > 0 AND random() < 0.35 THEN
		SELECT * INTO f FROM callable WHERE prorettype = of AND NOT proretset AND prokind = 'f' ORDER BY random() LIMIT 1;
		IF FOUND THEN RETURN call(f, depth - 1); END IF;
	END IF;
	SELECT expression INTO e FROM pool WHERE type = of ORDER BY random() LIMIT 1;
	e := coalesce(e, format('NULL::%s', of));
	IF random() < 0.1 THEN e := format('CASE WHEN %s THEN %s END', one_of('{x.best,x.n > 20,random() < 0.5}'), e); END IF;
	IF random() < 0.05 AND of <> 'record'::regtype THEN e := format('(SELECT %s OFFSET 0)', e); END IF;
	RETURN e;
END $$;
CREATE FUNCTION call(f callable, depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	list text[] := '{}';
	type oid;
	n int := cardinality(f.types);
BEGIN
	FOR i IN 1 .. n LOOP
		type := f.types[i];
		IF i = n AND f.provariadic <> 0 THEN
			FOR k IN 1 .. (random() * 3)::int LOOP list := list || expression(f.provariadic, depth); END LOOP;
		ELSE
			list := list || expression(type, depth);
		END IF;
	END LOOP;
	RETURN format('%I(%s)', f.proname, array_to_string(list, ', ')) || CASE f.prokind
		WHEN 'w' THEN one_of('{ OVER (), OVER (PARTITION BY x.best), OVER (ORDER BY x.id)}')
		WHEN 'a' THEN one_of(ARRAY['', '', ' FILTER (WHERE x.best)', ' OVER (PARTITION BY x.best)', ' OVER (ORDER BY x.id ROWS 3 PRECEDING)']) ELSE '' END;
END $$;
CREATE FUNCTION query() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	f callable;
	what text;
	source text := one_of('{t x,e x,t x WHERE x.id < 4,"(SELECT * FROM t OFFSET 0) x","(SELECT t.* FROM e RIGHT JOIN t USING (id)) x","(TABLE t UNION ALL TABLE e) x",t x TABLESAMPLE BERNOULLI (20),t x WHERE x.best}');
BEGIN
	-- saving and the like would change what later queries see
	SELECT * INTO f FROM callable WHERE nr = 1 + floor(random() * (SELECT count(*) FROM callable)) AND proname NOT IN ('icp_save', 'icp_activate');
	IF NOT FOUND THEN RETURN NULL; END IF;
	what := call(f, 2);
	RETURN translate(CASE
		WHEN f.prokind IN ('a', 'w') THEN format(one_of('{SELECT %s FROM %s,SELECT count(*) FROM (SELECT %s AS y FROM %s) z,SELECT (SELECT %s) FROM %s}'), what, source)
		WHEN f.proretset THEN format(one_of('{SELECT %s FROM %s,SELECT count(*) FROM (SELECT %s FROM %s) z,SELECT %s FROM %s LIMIT 3}'), what, source)
		ELSE format(one_of(ARRAY['SELECT %s FROM %s', 'SELECT count(*), max((%s)::text) FROM %s', 'SELECT 1 FROM (SELECT (%s) AS y, x FROM %s) z WHERE y IS NOT NULL', 'SELECT count(*) FROM (SELECT DISTINCT (%s)::text FROM %s) z', 'SELECT y FROM (SELECT (%s)::text AS y, x.id FROM %s) z ORDER BY y, id', 'WITH w AS MATERIALIZED (SELECT (%s) AS y FROM %s) SELECT count(y) FROM w', 'SELECT (%s) IS NULL, count(*) FROM %s GROUP BY 1', 'EXPLAIN (ANALYZE, VERBOSE, TIMING off) SELECT %s FROM %s']), what, source) END, E'\n', ' ') || ';';
END $$;

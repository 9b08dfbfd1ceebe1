-- Same answers with the planner's rewrite and without it, wherever a row can
-- come from.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_planner.inc
\i :harness

---- tables ----

SELECT same('table', 'SELECT id, @f(c@p) FROM accounts c');
SELECT same('c.*', 'SELECT id, @f(c.*@p) FROM accounts c');
SELECT same('no alias', 'SELECT id, @f(accounts@p) FROM accounts');
SELECT same('ONLY', 'SELECT id, @f(c@p) FROM ONLY accounts c');
SELECT same('column aliases', 'SELECT i, @f(c@p) FROM accounts c (i, employees, industry, "HQ City") WHERE i > 0');
SELECT same('TABLESAMPLE', 'SELECT id, @f(c@p) FROM accounts c TABLESAMPLE system (100)');
SELECT same_scalar('FOR UPDATE', 'SELECT id, @f(c@p) FROM accounts c WHERE id < 3 FOR UPDATE');
SELECT same_scalar('WHERE', 'SELECT id FROM accounts c WHERE @f(c@p) IS NOT NULL AND @f(c@p)::text > ''0''');
SELECT same_scalar('inside an expression', 'SELECT id, coalesce(upper(@f(c@p)::text), ''none'') FROM accounts c');
CREATE TEMP TABLE kept AS SELECT * FROM accounts;
SELECT same('temporary table', 'SELECT id, @f(c@p) FROM kept c');
CREATE MATERIALIZED VIEW matview AS SELECT id, industry, employees, attrs FROM accounts;
SELECT same('materialized view', 'SELECT id, @f(c@p) FROM matview c');
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES;
-- all fields are absent: constants
SELECT same('table without columns', 'SELECT @f(c@p) FROM nothing c');
CREATE TABLE emptied (a int, b text);
INSERT INTO emptied VALUES (1, 'x');
ALTER TABLE emptied DROP COLUMN a, DROP COLUMN b;
SELECT same('table whose columns are all dropped', 'SELECT @f(c@p) FROM emptied c');
CREATE TABLE names ("industry" text, "attrs.intent" jsonb, "Employees" int, "HQ City" text, "address.city" text, attrs jsonb);
INSERT INTO names VALUES ('SaaS', '"high"', 150, 'Shanghai', 'Paris', '{"intent": 1}');
SELECT same('columns with dots in their names', 'SELECT @f(c@p) FROM names c');

---- views and subqueries ----

SELECT same('view', 'SELECT id, @f(c@p) FROM plain c');
SELECT same('view of expressions', 'SELECT id, @f(c@p) FROM other_order c');
SELECT same('security barrier view', 'SELECT id, @f(c@p) FROM barrier c');
SELECT same_scalar('security barrier view, WHERE', 'SELECT id FROM barrier c WHERE @f(c@p) IS NOT NULL');
SELECT same('view of a view', 'SELECT id, @f(c@p) FROM twice c');
SELECT same('row in a view', 'SELECT id, @f(r@p) FROM with_row');
SELECT same('view of rows', 'SELECT id, @f(c@p) FROM with_row c');
SELECT same('subquery', 'SELECT id, @f(c@p) FROM (SELECT id, employees AS size, industry, employees * 2 AS employees FROM accounts) c');
SELECT same('subquery with column aliases', 'SELECT x, @f(c@p) FROM (SELECT id, employees, industry FROM accounts) c (x, y, industry)');
SELECT same('subquery of a subquery', 'SELECT id, @f(c@p) FROM (SELECT b.*, id + 1 FROM (SELECT * FROM accounts WHERE id > 1) b) c');
SELECT same('OFFSET 0', 'SELECT id, @f(c@p) FROM (SELECT * FROM accounts OFFSET 0) c');
SELECT same('LIMIT', 'SELECT id, @f(c@p) FROM (SELECT id, industry, employees FROM accounts ORDER BY id LIMIT 3) c');
SELECT same('GROUP BY', 'SELECT @f(c@p) FROM (SELECT industry, sum(employees) AS employees, max(revenue) AS revenue FROM accounts GROUP BY industry) c');
SELECT same('DISTINCT', 'SELECT @f(c@p) FROM (SELECT DISTINCT industry, "HQ City" FROM accounts) c');
SELECT same('DISTINCT ON', 'SELECT @f(c@p) FROM (SELECT DISTINCT ON (industry) * FROM accounts ORDER BY industry, id) c');
SELECT same('ORDER BY what is not selected', 'SELECT @f(c@p) FROM (SELECT industry, employees FROM accounts ORDER BY revenue, id LIMIT 5) c');
SELECT same('window function', 'SELECT @f(c@p) FROM (SELECT industry, employees, rank() OVER (ORDER BY id) FROM accounts) c');
SELECT same('set-returning', 'SELECT @f(c@p) FROM (SELECT generate_series(50, 150, 50) AS employees, industry FROM accounts) c');
SELECT same('volatile', 'SELECT @f(c@p) FROM (SELECT random() AS r, industry, employees FROM accounts) c');
SELECT same('UNION ALL', 'SELECT @f(c@p) FROM (SELECT id, industry, employees FROM accounts UNION ALL SELECT id, industry, 200 FROM deals) c');
SELECT same('UNION ALL of other types', 'SELECT @f(c@p) FROM (SELECT id, industry, employees FROM accounts UNION ALL SELECT id, industry, amount FROM deals) c');
SELECT same('UNION', 'SELECT @f(c@p) FROM (SELECT industry, employees FROM accounts UNION SELECT industry, 5 FROM deals) c');
SELECT same('INTERSECT', 'SELECT @f(c@p) FROM (SELECT industry FROM accounts INTERSECT SELECT industry FROM deals) c');
SELECT same('EXCEPT', 'SELECT @f(c@p) FROM (SELECT industry FROM accounts EXCEPT ALL SELECT industry FROM deals) c');
SELECT same('VALUES', 'SELECT n, @f(c@p) FROM (VALUES (1, ''SaaS'', 150), (2, NULL, NULL), (3, ''x'', 100)) c (n, industry, employees)');
SELECT same('one of VALUES', 'SELECT @f(c@p) FROM (VALUES (''SaaS'', 150)) c (industry, employees)', false);
SELECT same('VALUES in a subquery', 'SELECT @f(c@p) FROM (SELECT column1 AS industry, column2::int AS employees FROM (VALUES (''SaaS'', ''150''), (NULL, ''99'')) v) c');
SELECT same('SELECT without FROM', 'SELECT @f(c@p) FROM (SELECT ''SaaS'' AS industry, 150 AS employees) c', false);
SELECT same('CTE', 'WITH c AS (SELECT id, industry, employees FROM accounts) SELECT id, @f(c@p) FROM c');
SELECT same('CTE MATERIALIZED', 'WITH c AS MATERIALIZED (SELECT id, industry, employees FROM accounts) SELECT id, @f(c@p) FROM c');
SELECT same('CTE used twice', 'WITH c AS (SELECT id, industry, employees FROM accounts) SELECT c.id, @f(c@p), @f(d@p) FROM c JOIN c d USING (id)');
SELECT same('CTE of rows', 'WITH c AS MATERIALIZED (SELECT a AS row, id FROM accounts a) SELECT id, @f(c.row@p) FROM c', false);
SELECT same('recursive CTE', 'WITH RECURSIVE c AS (SELECT 1 AS n, 60 AS employees UNION ALL SELECT n + 1, employees + 30 FROM c WHERE n < 10) SELECT n, @f(c@p) FROM c');
SELECT same_scalar('inside a recursive CTE', 'WITH RECURSIVE c AS (SELECT 1 AS n, 60 AS employees, '''' AS s UNION ALL SELECT n + 1, employees + 30, @f(c@p)::text FROM c WHERE n < 10) SELECT * FROM c');

---- joins ----

SELECT same('join', 'SELECT c.id, d.id, @f(c@p) FROM accounts c JOIN deals d ON d.account_id = c.id');
SELECT same('self join', 'SELECT a.id, b.id, @f(a@p), @f(b@p) FROM accounts a JOIN accounts b ON a.id < b.id');
SELECT same_scalar('LEFT JOIN, its left side', 'SELECT c.id, d.id, @f(c@p) FROM accounts c LEFT JOIN deals d ON d.account_id = c.id');
SELECT same_scalar('LEFT JOIN', 'SELECT c.id, d.id, @f(c@p) FROM deals d LEFT JOIN accounts c ON d.account_id = c.id');
SELECT same_scalar('LEFT JOIN to a row of NULLs', 'SELECT c.id, d.id, @f(c@p) FROM deals d LEFT JOIN accounts c ON d.account_id IS NOT DISTINCT FROM c.id');
SELECT same('LEFT JOIN, explained', 'SELECT c.id, d.id, @f(c@p) FROM deals d LEFT JOIN accounts c ON d.account_id IS NOT DISTINCT FROM c.id', false, '{icp_explain}');
SELECT same_scalar('RIGHT JOIN', 'SELECT c.id, d.id, @f(c@p) FROM accounts c RIGHT JOIN deals d ON d.account_id = c.id');
SELECT same_scalar('FULL JOIN', 'SELECT a.id, b.id, @f(a@p), @f(b@p) FROM accounts a FULL JOIN accounts b ON a.id = b.id + 1');
SELECT same_scalar('FULL JOIN on scores', 'SELECT a.id, b.id FROM accounts a FULL JOIN plain b ON @f(a@p)::text = @f(b@p)::text');
SELECT same_scalar('nested outer joins', 'SELECT d.id, c.id, e.id, @f(c@p), @f(e@p) FROM deals d LEFT JOIN (accounts c LEFT JOIN accounts e ON e.id = c.id + 1) ON d.account_id = c.id');
SELECT same_scalar('outer join above a join', 'SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN (accounts c JOIN deals e ON e.account_id = c.id) ON d.account_id = c.id');
SELECT same_scalar('condition of an outer join', 'SELECT d.id, c.id FROM deals d LEFT JOIN accounts c ON d.account_id = c.id AND @f(c@p)::text >= ''2''');
SELECT same_scalar('condition above an outer join', 'SELECT d.id, c.id FROM deals d LEFT JOIN accounts c ON d.account_id = c.id WHERE @f(c@p) IS NULL');
SELECT same_scalar('condition that makes an outer join inner', 'SELECT d.id, c.id FROM deals d LEFT JOIN accounts c ON d.account_id = c.id WHERE @f(c@p)::text >= ''2''');
SELECT same_scalar('subquery under an outer join', 'SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN (SELECT id, industry, employees FROM accounts) c ON d.account_id = c.id', false);
SELECT same_scalar('LIMIT under an outer join', 'SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN (SELECT id, industry, employees FROM accounts OFFSET 0) c ON d.account_id = c.id', false);
SELECT same_scalar('view under an outer join', 'SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN plain c ON d.account_id = c.id', false);
SELECT same_scalar('CTE under an outer join', 'WITH c AS MATERIALIZED (SELECT id, industry, employees FROM accounts) SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN c ON d.account_id = c.id', false);
SELECT same_scalar('VALUES under an outer join', 'SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN (VALUES (1, 150), (NULL, NULL)) c (id, employees) ON d.account_id = c.id', false);
SELECT same_scalar('score of a subquery under an outer join', 'SELECT d.id, c.id, c.f FROM deals d LEFT JOIN (SELECT id, @f(a@p) AS f FROM accounts a) c ON d.account_id IS NOT DISTINCT FROM c.id');
SELECT same_scalar('outer join inside a subquery', 'SELECT x.* FROM deals e JOIN (SELECT d.id, @f(c@p) AS f FROM deals d LEFT JOIN accounts c ON d.account_id = c.id) x ON x.id = e.id');
SELECT same('row of a join', 'SELECT @f(j@p) FROM (accounts c JOIN (SELECT account_id, amount FROM deals) d ON d.account_id = c.id) AS j');
SELECT same('row of an outer join', 'SELECT @f(j@p) FROM (deals d (a, b, c, d, e) LEFT JOIN accounts c ON b = c.id) AS j');
SELECT same('row of a join with USING', 'SELECT @f(j@p) FROM (accounts c JOIN (SELECT id, amount FROM deals) d USING (id)) AS j');
SELECT same('row of a FULL join with USING', 'SELECT @f(j@p) FROM ((SELECT industry, employees FROM accounts) c FULL JOIN (SELECT industry, amount FROM deals) d USING (industry)) AS j');
SELECT same('semijoin', 'SELECT id, @f(c@p) FROM accounts c WHERE EXISTS (SELECT FROM deals d WHERE d.account_id = c.id)');
SELECT same('antijoin', 'SELECT id, @f(c@p) FROM accounts c WHERE NOT EXISTS (SELECT FROM deals d WHERE d.account_id = c.id)');
SELECT same_scalar('inside a semijoin', 'SELECT id FROM deals d WHERE EXISTS (SELECT FROM accounts c WHERE d.account_id = c.id AND @f(c@p)::text > ''5'')');
SELECT same_scalar('inside an antijoin', 'SELECT id FROM deals d WHERE NOT EXISTS (SELECT FROM accounts c WHERE d.account_id = c.id AND @f(c@p)::text > ''5'')');
SELECT same_scalar('EXISTS over the outer row', 'SELECT id FROM accounts c WHERE EXISTS (SELECT FROM deals d WHERE d.account_id = c.id AND @f(c@p)::text < ''5'')');
SELECT same_scalar('IN', 'SELECT id FROM accounts c WHERE @f(c@p) IN (SELECT @f(b@p) FROM accounts b WHERE b.id <> c.id)');
SELECT same_scalar('NOT IN', 'SELECT id FROM accounts c WHERE @f(c@p)::text NOT IN (SELECT @f(b@p)::text FROM accounts b WHERE id = 1)');
SELECT same_scalar('correlated subquery, outer row', 'SELECT id, (SELECT @f(c@p)) AS f FROM accounts c', false);
SELECT same_scalar('correlated subquery with a table, outer row', 'SELECT id, (SELECT string_agg(d.id || @f(c@p)::text, '','' ORDER BY d.id) FROM deals d WHERE d.account_id = c.id) AS f FROM accounts c', false);
SELECT same_scalar('correlated subquery, inner row', 'SELECT id, (SELECT @f(c@p) FROM accounts c WHERE c.id = d.account_id) AS f FROM deals d');
SELECT same_scalar('LATERAL subquery', 'SELECT id, x.* FROM accounts c, LATERAL (SELECT @f(c@p) AS f) x');
SELECT same('LATERAL subquery that stays', 'SELECT id, x.* FROM accounts c, LATERAL (SELECT @f(c@p) AS f OFFSET 0) x', false);
SELECT same('LATERAL function', 'SELECT id, f FROM accounts c, LATERAL @f(c@p) f');
SELECT same('LATERAL function over a subquery', 'SELECT id, f FROM (SELECT id, employees, industry FROM accounts) c, LATERAL @f(c@p) f');
SELECT same('LEFT JOIN LATERAL function', 'SELECT id, f FROM accounts c LEFT JOIN LATERAL @f(c@p) f ON c.id > 2');
SELECT same('LATERAL function over an outer join', 'SELECT d.id, f FROM deals d LEFT JOIN accounts c ON c.id = d.account_id, LATERAL @f(c@p) f', false, '{icp_explain}');
-- simplified once as nullable, and again for each partition after the outer join became an inner one
SELECT same_scalar('lateral row that an outer join stops making NULL', 'SELECT a.id, c.note FROM (SELECT id, industry, employees FROM accounts UNION ALL SELECT id, industry, 200 FROM deals) a
	CROSS JOIN LATERAL (SELECT z.id, @f(a@p)::text AS note FROM parted z WHERE z.id = a.id) c FULL JOIN accounts b ON c.id = b.id WHERE @f(c@p) IS NOT NULL AND icp_fits(c@p)', false);
SELECT same('ROWS FROM', 'SELECT id, f, n FROM accounts c, LATERAL ROWS FROM (@f(c@p), generate_series(1, 2)) AS x (f, n)', true, '{icp_score,icp_tier,icp_fits}');

---- grouping, sorting, windows ----

SELECT same_scalar('aggregates', 'SELECT count(@f(c@p)), max(@f(c@p)::text), array_agg(@f(c@p) ORDER BY id), count(*) FILTER (WHERE @f(c@p)::text > ''3'') FROM accounts c');
SELECT same_scalar('GROUP BY the score', 'SELECT @f(c@p), count(*) FROM accounts c GROUP BY @f(c@p)');
SELECT same_scalar('GROUP BY the score of an outer join', 'SELECT @f(c@p), upper(@f(c@p)::text), count(*) FROM deals d LEFT JOIN accounts c ON c.id = d.account_id GROUP BY @f(c@p) ORDER BY @f(c@p)');
SELECT same_scalar('HAVING', 'SELECT industry FROM accounts c GROUP BY industry HAVING max(@f(c@p)::text) > ''3''');
-- from 18 on, what is grouped by stands in a relation of its own while we are asked
SELECT same('GROUP BY the row', 'SELECT @f(c@p), count(*) FROM accounts c GROUP BY c', NULL);
SELECT same('GROUP BY the row of a subquery', 'SELECT @f(c@p), count(*) FROM (SELECT industry, employees FROM accounts) c GROUP BY c', NULL);
SELECT same_scalar('GROUP BY the key', 'SELECT id, @f(c@p), count(*) FROM accounts c GROUP BY id, c', NULL);
SELECT same_scalar('GROUPING SETS over the score', 'SELECT @f(c@p), industry, count(*) FROM accounts c GROUP BY GROUPING SETS (@f(c@p), industry, ())', false);
SELECT same_scalar('ROLLUP over the row', 'SELECT @f(c@p), count(*) FROM accounts c GROUP BY ROLLUP (c)', false);
SELECT same_scalar('CUBE over the row and a column', 'SELECT @f(c@p), industry, count(*) FROM accounts c GROUP BY CUBE (c, industry)', false);
SELECT same_scalar('ROLLUP over the row of a subquery', 'SELECT @f(c@p), count(*) FROM (SELECT industry, employees FROM accounts) c GROUP BY ROLLUP (c)', false);
SELECT same_scalar('ROLLUP over the row of a subquery that stays', 'SELECT @f(c@p), count(*) FROM (SELECT industry, employees FROM accounts OFFSET 0) c GROUP BY ROLLUP (c)', false);
SELECT same_scalar('ROLLUP over the row of a join', 'SELECT @f(j@p), count(*) FROM (accounts c JOIN deals d (a, b, e, f, g) ON b = c.id) AS j GROUP BY ROLLUP (j)', false);
SELECT same_scalar('ROLLUP over ROW', 'SELECT @f(ROW(industry, employees)::brief@p), count(*) FROM accounts GROUP BY ROLLUP (ROW(industry, employees)::brief)', false);
SELECT same_scalar('DISTINCT', 'SELECT DISTINCT @f(c@p) FROM accounts c');
SELECT same_scalar('DISTINCT ON', 'SELECT DISTINCT ON (@f(c@p)) id, @f(c@p) FROM accounts c ORDER BY @f(c@p), id');
SELECT same_scalar('ORDER BY LIMIT', 'SELECT id FROM accounts c ORDER BY @f(c@p) DESC NULLS LAST, id LIMIT 3');
SELECT same_scalar('UNION of scores', 'SELECT @f(c@p) FROM accounts c UNION SELECT @f(b@p) FROM plain b');
SELECT same_scalar('window functions', 'SELECT id, rank() OVER (ORDER BY @f(c@p)), lag(@f(c@p)) OVER (ORDER BY id), count(@f(c@p)) FILTER (WHERE @f(c@p)::text > ''3'') OVER (PARTITION BY industry) FROM accounts c');
SELECT same_scalar('named window', 'SELECT id, ntile(3) OVER w FROM accounts c WINDOW w AS (PARTITION BY @f(c@p) ORDER BY id)');
SELECT same('next to another set', 'SELECT generate_series(1, 3), @f(c@p) FROM accounts c');

---- rows that are no table's ----

CREATE DOMAIN checked_brief AS brief CHECK ((VALUE).employees > 0);
CREATE FUNCTION some_accounts() RETURNS SETOF accounts STABLE LANGUAGE sql AS 'SELECT * FROM accounts WHERE id < 4';
CREATE FUNCTION other_accounts() RETURNS SETOF accounts STABLE LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT * FROM accounts WHERE id < 4; END';
CREATE FUNCTION table_function(OUT industry text, OUT employees int) RETURNS SETOF record STABLE LANGUAGE sql ROWS 2 AS $$VALUES ('SaaS', 150), (NULL, NULL)$$;
SELECT same('ROW(...)::type', $$SELECT @f(ROW('SaaS', 150)::brief@p)$$, false);
SELECT same('ROW of columns', 'SELECT id, @f(ROW(industry, employees)::brief@p) FROM accounts');
SELECT same('ROW of aggregates', 'SELECT @f(ROW(max(industry), count(*))::brief@p) FROM accounts');
SELECT same('ROW with a subquery', 'SELECT @f(ROW((SELECT max(industry) FROM deals), employees)::brief@p) FROM accounts');
SELECT same('ROW with a set', $$SELECT @f(ROW('SaaS', generate_series(50, 150, 50))::brief@p)$$, false);
SELECT same('ROW with a set that is no field', $$SELECT @f(ROW('SaaS', 150, generate_series(1, 3))::deal@p)$$, false);
SELECT same('ROW with a volatile function', $$SELECT @f(ROW('SaaS', 100 + random() * 0.1)::brief@p)$$, false);
SELECT same('ROW of a row', 'SELECT id, @f(ROW(c.industry, c.employees)::brief@p) FROM plain c');
-- what may be absent is not what has lost its name
SELECT throws_ok('SELECT icp_score(ROW(industry, employees)) FROM accounts', '42703', 'the row has lost the names of its columns', 'ROW of columns without names');
SELECT throws_ok($$SELECT icp_score(ROW('SaaS', 150), hidden('p'))$$, '42703', 'the row has lost the names of its columns', 'ROW without names (left alone)');
SELECT same('NULL of a row type', 'SELECT @f(NULL::accounts@p)', false);
SELECT same('NULL::record', 'SELECT @f(NULL::record@p)', false);
SELECT same('text to a row', $$SELECT @f('(SaaS,150)'::brief@p)$$, false);
SELECT same('column of a row type', 'SELECT @f(s.r@p) FROM (SELECT ROW(industry, employees)::brief AS r FROM accounts OFFSET 0) s', false);
SELECT same('row in a row', 'SELECT @f((s.r)."inner"@p) FROM (SELECT ROW(1, ROW(industry, employees)::brief)::outer_row AS r FROM accounts OFFSET 0) s', false);
SELECT same('domain over a row', $$SELECT @f(ROW('SaaS', 150)::brief::checked_brief@p)$$, false);
SELECT same('CASE of rows', 'SELECT id, @f(CASE WHEN id > 2 THEN c END@p) FROM accounts c', false);
SELECT same('COALESCE of rows', 'SELECT @f(coalesce(c, b)@p) FROM accounts b LEFT JOIN accounts c ON c.id = b.id + 1', false);
SELECT same('array of rows', 'SELECT @f(r@p) FROM (SELECT array_agg(c) AS rows FROM accounts c) x, unnest(rows) r', false);
SELECT same('element of an array', 'SELECT @f(rows[2]@p) FROM (SELECT array_agg(c ORDER BY id) AS rows FROM accounts c) x', false);
SELECT same('SQL function', 'SELECT @f(c@p) FROM some_accounts() c');
SELECT same('PL/pgSQL function', 'SELECT @f(c@p) FROM other_accounts() c', false);
SELECT same('function call as a row', 'SELECT @f(some_accounts()@p)', false);
SELECT same('function returning records', 'SELECT @f(c@p) FROM table_function() c');
SELECT same('WITH ORDINALITY', 'SELECT ordinality, @f(c@p) FROM other_accounts() WITH ORDINALITY c', false);
SELECT same('record function with column list', $$SELECT @f(c@p) FROM jsonb_to_recordset('[{"industry": "SaaS", "employees": 150}, {}]') AS c (industry text, employees int)$$, false);
SELECT same('rows of JSON', $$SELECT @f(c@p) FROM jsonb_populate_recordset(NULL::accounts, '[{"industry": "SaaS", "HQ City": "Shanghai", "address": {"city": "Paris"}}, {}]') c$$, false);
SELECT same('JSON documents', 'SELECT id, @f(to_jsonb(c)@p) FROM accounts c', false);
SELECT same('a constant JSON document', $$SELECT @f('{"industry": "SaaS", "employees": 150}'::jsonb@p)$$, false);

---- partitions and children ----

SELECT same('partitioned table', 'SELECT id, @f(c@p) FROM parted c');
SELECT same_scalar('partitioned table, WHERE', 'SELECT id FROM parted c WHERE @f(c@p)::text > ''4''');
SELECT same('partition', 'SELECT id, @f(c@p) FROM part_other c');
SELECT same('partition that is partitioned', 'SELECT id, @f(c@p) FROM part_sub c');
SELECT same('view of partitions', 'SELECT id, @f(c@p) FROM (SELECT * FROM parted WHERE id < 3 ORDER BY id OFFSET 0) c');
SELECT same_scalar('partitioned table under an outer join', 'SELECT d.id, @f(c@p) FROM deals d LEFT JOIN parted c ON c.id = d.account_id');
SET enable_partitionwise_join = on;
SET enable_partitionwise_aggregate = on;
SELECT same_scalar('partitionwise', 'SELECT b.industry, max(@f(c@p)::text), max(@f(b@p)::text) FROM parted b LEFT JOIN parted c ON c.industry = b.industry GROUP BY b.industry');
RESET enable_partitionwise_join;
RESET enable_partitionwise_aggregate;
SELECT same('parent', 'SELECT id, @f(c@p) FROM parent c');
SELECT same('only the parent', 'SELECT id, @f(c@p) FROM ONLY parent c');
SELECT same('child', 'SELECT id, @f(c@p) FROM child c');
SELECT same('child of two', 'SELECT id, @f(c@p) FROM both_parents c');
SELECT same_scalar('parent under an outer join', 'SELECT d.id, @f(c@p) FROM deals d LEFT JOIN parent c ON c.id = d.account_id');
SELECT same('child as its parent', 'SELECT id, @f(c::parent@p) FROM child c', false);
SELECT same('row with a name for a partition', 'SELECT tableoid::regclass, @f(c@p) FROM parted c');

---- wide rows ----

SELECT format('CREATE TABLE wide (%s, industry text)', string_agg(format('c%s int', i), ', ')) FROM generate_series(1, 1598) i \gexec
INSERT INTO wide (c1598, industry) VALUES (1, 'SaaS'), (2, NULL);
ALTER TABLE wide ADD COLUMN employees int DEFAULT 150;
SELECT same('1600 columns', 'SELECT c1598, @f(c@p) FROM wide c');

-- A function takes 100 arguments at most, the portrait being one of them.
CREATE FUNCTION of_fields(n int) RETURNS icp_portrait STABLE PARALLEL SAFE LANGUAGE sql AS
$$SELECT jsonb_build_object('characteristics', jsonb_agg(jsonb_build_object('name', 'c' || i, 'field', 'c' || i, 'attributes',
	jsonb_build_array(jsonb_build_object('equals', 1, 'points', i)))))::icp_portrait FROM generate_series(1599 - n, 1598) i$$;
SELECT is(answer(format('SELECT c1598, icp_score(c, %L::icp_portrait) FROM wide c', of_fields(n))),
		  answer(format('SELECT c1598, icp_score(c, of_fields(%s)) FROM wide c', n)), n || ' fields'),
	is(rewritten(format('SELECT c1598, icp_score(c, %L::icp_portrait) FROM wide c', of_fields(n)), 'icp_score'), rewrite, n || ' fields: rewritten ' || rewrite)
FROM (VALUES (1, true), (99, true), (100, false), (101, false), (1000, false)) v (n, rewrite);

SELECT finish();
\c :home
DROP DATABASE regress_icp_planner;

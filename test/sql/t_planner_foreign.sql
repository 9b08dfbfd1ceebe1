-- Rows of foreign tables: of another server, which may have the extension too,
-- and of files.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_planner.inc
\i :harness

CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;
SELECT format('CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L %s)', name,
	split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), more)
FROM (VALUES ('without', ''), ('with', ', extensions ''icp_portrait''')) v (name, more) \gexec
CREATE USER MAPPING FOR CURRENT_USER SERVER "without";
CREATE USER MAPPING FOR CURRENT_USER SERVER "with";
-- with a column of another name, and in another order
CREATE FOREIGN TABLE away (note text, employees int, "HQ City" varchar(30) OPTIONS (column_name 'HQ City'), gone int, seen timestamptz,
	sector text OPTIONS (column_name 'industry'), id int, country char(2), attrs jsonb, tags text[]) SERVER "without" OPTIONS (table_name 'accounts');
ALTER FOREIGN TABLE away DROP COLUMN gone;
ALTER FOREIGN TABLE away RENAME COLUMN sector TO industry;
CREATE FOREIGN TABLE ally (note text, employees int, "HQ City" varchar(30), gone int, seen timestamptz,
	industry text, id int, country char(2), attrs jsonb, tags text[]) SERVER "with" OPTIONS (table_name 'accounts');
ALTER FOREIGN TABLE ally DROP COLUMN gone;
CREATE FOREIGN TABLE ally_deals (id int, account_id int) SERVER "with" OPTIONS (table_name 'deals');
CREATE TABLE spread (id int, industry text, employees int, note text) PARTITION BY RANGE (id);
CREATE TABLE spread_here PARTITION OF spread FOR VALUES FROM (0) TO (3);
CREATE FOREIGN TABLE spread_there PARTITION OF spread FOR VALUES FROM (3) TO (100) SERVER "with" OPTIONS (table_name 'accounts');
INSERT INTO spread_here SELECT id, industry, employees, note FROM accounts WHERE id < 3;

SELECT same('foreign table', 'SELECT id, @f(c@p) FROM away c');
SELECT same('foreign table of a server with the extension', 'SELECT id, @f(c@p) FROM ally c');
SELECT same_scalar('WHERE', 'SELECT id FROM away c WHERE @f(c@p)::text > ''3''');
SELECT same_scalar('WHERE, with the extension', 'SELECT id FROM ally c WHERE @f(c@p)::text > ''3''');
SELECT same_scalar('ORDER BY LIMIT, with the extension', 'SELECT id FROM ally c ORDER BY @f(c@p), id LIMIT 3');
SELECT same_scalar('GROUP BY, with the extension', 'SELECT @f(c@p), count(*) FROM ally c GROUP BY 1');
SELECT same_scalar('foreign table under an outer join', 'SELECT d.id, c.id, @f(c@p) FROM deals d LEFT JOIN away c ON c.id IS NOT DISTINCT FROM d.account_id');
SELECT same_scalar('foreign outer join', 'SELECT d.id, c.id, @f(c@p) FROM ally_deals d LEFT JOIN ally c ON c.id = d.account_id WHERE @f(c@p) IS NULL OR @f(c@p)::text > ''3''');
SELECT same_scalar('foreign FULL JOIN', 'SELECT c.id, b.id, @f(c@p), @f(b@p) FROM ally c FULL JOIN ally b ON c.id = b.id + 1');
SELECT same_scalar('UPDATE', 'UPDATE away c SET note = @f(c@p)::text WHERE @f(c@p)::text > ''3'' RETURNING id, note, @f(c@p)');
SELECT same_scalar('DELETE, with the extension', 'DELETE FROM ally c WHERE @f(c@p)::text > ''3'' RETURNING id, @f(c@p)');
SELECT same_scalar('INSERT', 'INSERT INTO away AS c (id, industry, employees) VALUES (10, ''SaaS'', 150) RETURNING id, @f(c@p)', false);
SELECT same('partitions here and there', 'SELECT id, @f(c@p) FROM spread c');
SELECT same_scalar('partitions here and there, WHERE', 'SELECT id FROM spread c WHERE @f(c@p)::text > ''3''');

SELECT icp_save('simple', '{"characteristics": [{"name": "industry", "field": "industry", "attributes": [{"equals": "SaaS", "points": 30}]}, {"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": 20}]}]}') \gset
-- What the other server can do it is given: immutable calls over columns.
CREATE FUNCTION remote_sql(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		IF line ~ 'Remote SQL' THEN RETURN line; END IF;
	END LOOP;
END$$;
SELECT matches(remote_sql('SELECT id FROM ally c WHERE icp_score(c, ''simple'') > 50'), 'WHERE.*public\.icp_score_columns\(''\{.*\}''::public\.icp_portrait, industry, employees', 'a condition goes to a server with the extension');
SELECT doesnt_match(remote_sql('SELECT id FROM ally c WHERE icp_score(c, ''now'') > 50'), 'WHERE', 'but not one that depends on now');
SELECT doesnt_match(remote_sql('SELECT id FROM away c WHERE icp_score(c, ''simple'') > 50'), 'WHERE', 'nor any to a server without');
SELECT doesnt_match(remote_sql('SELECT icp_score(c, ''p'') FROM away c'), 'note|seen', 'only the needed columns travel');
PREPARE distant AS SELECT id FROM ally c WHERE icp_fits(c, 'simple') ORDER BY id;
SELECT results_eq('EXECUTE distant', 'VALUES (1), (7)', 'prepared');
SELECT icp_save('simple', jsonb_set(icp_load('simple')::jsonb, '{fit}', '40')::icp_portrait) \gset
SELECT results_eq('EXECUTE distant', 'VALUES (1), (2), (3), (4), (7)', 'prepared, after a save');

-- files
COPY (SELECT id, industry, employees, note FROM accounts WHERE id <> 2) TO PROGRAM 'cat > icp_planner.csv' (FORMAT csv);
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE filed (id int, industry text, employees text, note text) SERVER files OPTIONS (program 'cat icp_planner.csv', format 'csv');
ALTER FOREIGN TABLE filed ALTER COLUMN employees TYPE int;
SELECT same('file', 'SELECT id, @f(c@p) FROM filed c');
SELECT same_scalar('file under an outer join', 'SELECT d.id, @f(c@p) FROM deals d LEFT JOIN filed c ON c.id = d.account_id');
SELECT same_scalar('file, WHERE', 'SELECT id FROM filed c WHERE @f(c@p)::text > ''2''');
COPY (SELECT) TO PROGRAM 'rm icp_planner.csv';

SELECT finish();
\c :home
DROP DATABASE regress_icp_planner;

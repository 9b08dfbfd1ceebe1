-- icp_qualify with the planner's rewrite and without it.
\set ECHO none
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir /sql/t_planner.inc
\i :harness

-- the portraits of the harness, with dimensions
SELECT 'saved' WHERE icp_save('p', (SELECT jsonb_set(p, '{characteristics}', (SELECT jsonb_agg(c || jsonb_build_object('dimension', CASE WHEN n < 3 THEN 'firm' ELSE c ->> 'name' END, 'question', (c ->> 'name') || '?') ORDER BY n) FROM jsonb_array_elements(p -> 'characteristics') WITH ORDINALITY x (c, n))) FROM (SELECT icp_load('p')::jsonb AS p) x)::icp_portrait)
	+ icp_save('now', (SELECT jsonb_set(p, '{characteristics}', (SELECT jsonb_agg(c || jsonb_build_object('dimension', c ->> 'name') ORDER BY n) FROM jsonb_array_elements(p -> 'characteristics') WITH ORDINALITY x (c, n)) || '[{"name": "later", "dimension": "later", "question": "When?", "attributes": []}]') || '{"verdicts": {"nurture": {"require": ["size"]}, "marketing_qualified": {"met": 3}}}' FROM (SELECT icp_load('now')::jsonb AS p) x)::icp_portrait) <> 4;
CREATE FUNCTION same_qualified(shape text, query text, rewrite boolean DEFAULT true) RETURNS SETOF text LANGUAGE sql AS $$SELECT same(shape, query, rewrite, '{icp_qualify}')$$;

SELECT same_qualified('table', 'SELECT id, @f(c@p) FROM accounts c');
SELECT same_qualified('its fields', 'SELECT id, (@f(c@p)).verdict, (@f(c@p)).next_question FROM accounts c');
SELECT same_qualified('WHERE', 'SELECT id FROM accounts c WHERE (@f(c@p)).verdict <> ''unqualified''');
SELECT same_qualified('view', 'SELECT id, @f(c@p) FROM plain c');
SELECT same_qualified('security barrier view', 'SELECT id, @f(c@p) FROM barrier c');
SELECT same_qualified('view of expressions', 'SELECT id, @f(c@p) FROM other_order c');
SELECT same_qualified('partitioned table', 'SELECT id, @f(c@p) FROM parted c');
SELECT same_qualified('inheritance', 'SELECT id, @f(c@p) FROM parent c');
SELECT same_qualified('outer join', 'SELECT d.id, @f(c@p) FROM deals d LEFT JOIN accounts c ON c.id = d.account_id');
SELECT same_qualified('outer join, IS NULL', 'SELECT d.id, @f(c@p) IS NULL FROM deals d LEFT JOIN accounts c ON c.id = d.account_id');
SELECT same_qualified('full join', 'SELECT d.id, @f(c@p) FROM deals d FULL JOIN accounts c ON c.id = d.account_id');
SELECT same_qualified('subquery', 'SELECT id, @f(c@p) FROM (SELECT id, employees AS size, industry, employees * 2 AS employees FROM accounts) c');
SELECT same_qualified('LATERAL', 'SELECT id, q.* FROM accounts c, LATERAL @f(c@p) q');
SELECT same_qualified('GROUP BY', 'SELECT (@f(c@p)).verdict, count(*) FROM accounts c GROUP BY 1');
SELECT same_qualified('documents', 'SELECT id, @f(to_jsonb(c)@p) FROM accounts c', false);

-- prepared statements, over changes
CREATE TABLE own AS SELECT id, industry, employees FROM accounts WHERE id IS NOT NULL;
PREPARE q AS SELECT employees, (icp_qualify(c, 'p')).verdict FROM own c ORDER BY employees;
EXECUTE q;
SELECT icp_save('p', '{"absent": "missing", "characteristics": [{"name": "a", "field": "id", "dimension": "a", "attributes": [{"range": "(,3]", "points": 1}]}]}');
EXECUTE q;
ALTER TABLE own RENAME id TO other;
ALTER TABLE own ADD id bigint DEFAULT 9;
EXECUTE q;
\c :home
DROP DATABASE regress_icp_planner;

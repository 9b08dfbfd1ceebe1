-- For 65_privileges.
SET client_min_messages = warning;
CREATE ROLE preader;
CREATE ROLE pwriter;
CREATE ROLE peditor;
CREATE ROLE powner SUPERUSER;

-- The tables: how a row of key K is made, told and seen through a function.
CREATE TABLE place (name text PRIMARY KEY, key text, adding text, reading text, shipped boolean);
INSERT INTO place VALUES
	('icp_portraits', 'name', $$(name, version, portrait) VALUES ('K', 1, '{"scale": "points", "characteristics": [{"name": "x", "field": "x", "attributes": [{"equals": 1, "points": 1}]}]}')$$, $$icp_load('K', 1) IS NOT NULL$$, false),
	('icp_frameworks', 'framework', $$(framework, dimension, ordinal, question) VALUES ('K', 'd', 1, 'q')$$, $$icp_framework('K', '{"d": {"field": "x", "equals": 1}}') IS NOT NULL$$, true),
	('icp_title_rules', 'phrase', $$(phrase, seniority) VALUES ('K', 'vp')$$, $$(icp_buyer_role('K')).seniority IS NOT DISTINCT FROM 'vp'$$, true),
	('icp_roles', 'name', $$(name, role) VALUES ('K', 'economic')$$, $$icp_map_role('K') IS NOT DISTINCT FROM 'economic'$$, true),
	('icp_tracks', 'track', $$(track, ordinal, condition) VALUES ('K', -1, '{"field": "k", "equals": "K"}')$$, $$icp_track('{"k": "K"}'::jsonb) IS NOT DISTINCT FROM 'K'$$, true),
	('icp_playbooks', 'tier', $$(tier, ordinal, step) VALUES ('K', 1, 's')$$, $$EXISTS (SELECT FROM icp_playbook('K'))$$, true);
GRANT SELECT ON place TO PUBLIC;
DO $$
DECLARE
	p place;
	r text;
BEGIN
	FOR p IN SELECT * FROM place LOOP
		EXECUTE format('GRANT INSERT, UPDATE ON %I TO pwriter; GRANT INSERT, UPDATE, DELETE ON %1$I TO peditor', p.name);
		EXECUTE format('CREATE POLICY own ON %I USING (%I LIKE current_user || ''%%'') WITH CHECK (%2$I LIKE current_user || ''%%'')', p.name, p.key);
		FOREACH r IN ARRAY '{preader,pwriter,peditor,powner,pother}'::text[] LOOP
			EXECUTE format('INSERT INTO %I ', p.name) || replace(p.adding, 'K', r || 'row');
		END LOOP;
	END LOOP;
END $$;

-- What came of it, which is undone: rows, or a SQLSTATE.
CREATE FUNCTION attempt(role text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	seen boolean;
	result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	BEGIN
		IF query LIKE 'SELECT%' THEN
			EXECUTE query INTO seen;
			n := coalesce(seen::int, 0);
		ELSE
			EXECUTE query;
			GET DIAGNOSTICS n = ROW_COUNT;
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = n::text;
	EXCEPTION
		WHEN SQLSTATE 'ZZ999' THEN result := SQLERRM;
		WHEN OTHERS THEN result := SQLSTATE;
	END;
	RESET ROLE;
	RETURN result;
END $$;
CREATE FUNCTION statement(p place, verb text, k text) RETURNS text LANGUAGE sql AS $$
SELECT CASE verb
	WHEN 'select' THEN format('SELECT count(*) > 0 FROM %I WHERE %s', p.name, w)
	WHEN 'read' THEN 'SELECT ' || replace(p.reading, 'K', k)
	WHEN 'insert' THEN CASE WHEN k = 'shipped' THEN format('INSERT INTO %I ', p.name) || regexp_replace(replace(replace(p.adding, 'K', 'new'), ') VALUES', ', shipped) VALUES'), '\)$', ', true)') ELSE format('INSERT INTO %I ', p.name) || replace(p.adding, 'K', k || 'new') END
	WHEN 'update' THEN format('UPDATE %I SET %I = %2$I WHERE %s', p.name, p.key, w)
	WHEN 'delete' THEN format('DELETE FROM %I WHERE %s', p.name, w)
	WHEN 'truncate' THEN format('TRUNCATE %I', p.name)
	WHEN 'icp_save' THEN format('SELECT icp_save(%L, icp_load(%1$L, 1)) IS NOT NULL', k)
	WHEN 'icp_activate' THEN format('SELECT icp_activate(%L, 1)::text IS NOT NULL', k) END
FROM (SELECT CASE WHEN k = 'shipped' THEN 'shipped' ELSE format('%I = %L', p.key, k) END) x(w) $$;
-- What the grants say.
CREATE FUNCTION expected(p place, role text, verb text, whose text, state text) RETURNS text LANGUAGE sql AS $$
SELECT CASE
	WHEN role <> 'powner' AND state = 'revoked' THEN '42501'
	WHEN verb = 'truncate' THEN CASE WHEN role <> 'powner' THEN '42501' WHEN p.shipped THEN '23000' ELSE '0' END
	WHEN role = 'preader' AND verb NOT IN ('select', 'read') AND NOT (verb LIKE 'icp%' AND hidden) OR role = 'pwriter' AND verb = 'delete' THEN '42501'
	WHEN verb = 'insert' AND whose = 'shipped' THEN '23000'
	WHEN verb IN ('update', 'delete') AND whose = 'shipped' AND NOT hidden THEN '23000'
	WHEN verb = 'insert' AND hidden THEN '42501'
	WHEN verb IN ('read', 'icp_save') AND hidden AND p.name IN ('icp_portraits', 'icp_frameworks') THEN '42704'
	WHEN verb = 'icp_activate' AND hidden THEN '42704'
	WHEN hidden THEN '0' ELSE '1' END
FROM (SELECT state = 'row security' AND role <> 'powner' AND whose <> 'own') h(hidden) $$;

CREATE TABLE tried (place text, role text, verb text, whose text, state text, expected text, got text);
CREATE PROCEDURE try_all(state text) LANGUAGE sql AS $$
INSERT INTO tried
SELECT p.name, r, v, w, state, expected(p, r, v, w, state), attempt(r, statement(p, v, CASE w WHEN 'own' THEN r || 'row' WHEN 'another''s' THEN 'potherrow' ELSE w END))
FROM place p, unnest('{preader,pwriter,peditor,powner}'::text[]) r, unnest('{select,read,insert,update,delete,truncate,icp_save,icp_activate}'::text[]) v, unnest('{own,another''s,shipped}'::text[]) w
WHERE (w <> 'shipped' OR p.shipped AND v NOT IN ('read', 'truncate')) AND (v NOT LIKE 'icp%' OR p.name = 'icp_portraits')
ORDER BY p.name, v, w, r $$;
CALL try_all('granted');
SELECT format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name) FROM place \gexec
CALL try_all('row security');
SELECT format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name) FROM place \gexec
CALL try_all('granted');
SELECT format('REVOKE ALL ON %I FROM PUBLIC, pwriter, peditor', name) FROM place \gexec
CALL try_all('revoked');
SELECT format('GRANT SELECT ON %I TO PUBLIC; GRANT INSERT, UPDATE ON %1$I TO pwriter; GRANT INSERT, UPDATE, DELETE ON %1$I TO peditor', name) FROM place \gexec
CALL try_all('granted');

\o | cat >&2
SELECT * FROM tried WHERE got IS DISTINCT FROM expected LIMIT 40;
\o
SELECT 'cells of the matrix of rights', count(*), 500, CASE WHEN count(*) >= 500 THEN 'yes' ELSE 'no' END FROM tried;
SELECT 'cells that are not as granted', count(*), 0, CASE WHEN count(*) = 0 THEN 'yes' ELSE 'no' END FROM tried WHERE got IS DISTINCT FROM expected;

-- How the mappings beside this file read the tables of a CRM, which no two exports lay down alike.  Included by them.
--
-- pg_temp.read() makes the text of a subquery that gives a table of the source the columns that a view wants,
-- under its names and in its types, from whatever is there:
--
--   * a column's name in the API's spelling, in snake_case or run together: NumberOfEmployees, number_of_employees;
--     a HubSpot property as property_name or properties_name; a key of a jsonb column, or of Airbyte's raw
--     _airbyte_data;
--   * a column that the source lacks is NULL, and a notice says so;
--   * what cannot be read in the wanted type is NULL, never an error: a CRM's free text holds everything;
--   * the older versions of a row, and rows that the loader knows to be deleted, are left out.
--
-- It runs only while the views are made.  They hold plain expressions, no functions, and depend on those columns only.

\encoding UTF8
\if :{?source}
\else
	\set source ''
\endif
\if :{?target}
\else
	\set target ''
\endif
\if :{?more}
\else
	\set more ''
\endif
\if :{?lang}
\else
	\set lang en_US
\endif
\if :{?deduped}
\else
	\set deduped off
\endif

CREATE OR REPLACE FUNCTION pg_temp.option(name text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE name WHEN 'lang' THEN :'lang' WHEN 'deduped' THEN :'deduped' WHEN 'target' THEN :'target' END;

-- Names are the same if they differ in case, underscores and other signs only.
CREATE OR REPLACE FUNCTION pg_temp.bare(name text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN regexp_replace(lower(name), '[^[:alnum:]]', '', 'g');

-- A day of text that begins like 2026-01-31; MySQL's 0000-00-00 and 2026-02-30 are none.
CREATE OR REPLACE FUNCTION pg_temp.day_of(e text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN format($f$CASE WHEN %1$s ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]|$)'
	THEN CASE WHEN substr(%1$s, 9, 2)::int <= extract(day FROM make_date(substr(%1$s, 1, 4)::int, substr(%1$s, 6, 2)::int, 1) + interval '1 month - 1 day')
		THEN make_date(substr(%1$s, 1, 4)::int, substr(%1$s, 6, 2)::int, substr(%1$s, 9, 2)::int) END END$f$, e);

-- The expression e, which is text, in the wanted type.
CREATE OR REPLACE FUNCTION pg_temp.from_text(e text, want text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	trimmed text = format('btrim(%s)', e);
	time text = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?';
	-- a number of people, as in 1,001-5,000 employees
	number text = '(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})';
	people text = '\s*(?:employees|people|staff)?\s*$';
BEGIN
	CASE want
		WHEN 'text', 'any', 'translated' THEN
			RETURN format($f$nullif(btrim(%s), '')$f$, e);
		WHEN 'numeric' THEN
			RETURN format($f$CASE WHEN %1$s ~ '^[+-]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})([eE][+-]?[0-9]{1,2})?$' THEN %1$s::numeric END$f$, trimmed);
		WHEN 'bigint' THEN
			RETURN format($f$CASE WHEN %1$s ~ '^[0-9]{1,18}(\.0{1,10})?$' THEN %1$s::numeric::bigint END$f$, trimmed);
		WHEN 'year' THEN
			RETURN format($f$CASE WHEN %1$s ~ '^[12][0-9]{3}(\.0)?$' THEN make_date(substr(%1$s, 1, 4)::int, 1, 1) END$f$, trimmed);
		WHEN 'headcount' THEN
			-- A band becomes its geometric mean, below which about half of its companies are: the sizes of companies
			-- are spread evenly over a logarithmic scale.  An open band becomes its bound.
			RETURN format($f$CASE WHEN %1$s ~* '^\s*(?:>=?\s*)?%2$s(?:\.0{1,2})?\+?%3$s' THEN %4$s::int
	WHEN %1$s ~* '^\s*%2$s\s*(?:-|[\u2010-\u2015]|to)\s*%2$s%3$s' THEN
		CASE WHEN %4$s::int <= %5$s::int THEN round(sqrt(greatest(%4$s::float8, 1) * %5$s::float8))::int END
	WHEN %1$s ~* '^\s*<=?\s*%2$s%3$s' THEN round(sqrt(%4$s::float8))::int END$f$, e, number, people,
						  format($f$translate(substring(%s FROM '[0-9,]+'), ',', '')$f$, e),
						  format($f$translate(substring(%s FROM '([0-9,]+)[^0-9,]*$'), ',', '')$f$, e));
		WHEN 'date' THEN
			RETURN format($f$CASE WHEN %1$s ~ '^.{10}[T ].*[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?$' THEN (%2$s AT TIME ZONE 'UTC')::date ELSE %3$s END$f$,
						  trimmed, pg_temp.from_text(e, 'timestamptz'), pg_temp.day_of(trimmed));
		WHEN 'timestamptz' THEN
			-- in UTC, if it does not say where
			RETURN format($f$(CASE WHEN %2$s IS NULL THEN NULL
	WHEN %1$s ~ '^.{10}([T ]%3$s)?$' THEN %1$s::timestamp AT TIME ZONE 'UTC'
	WHEN %1$s ~ '^.{10}[T ]%3$s ?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)$' THEN %1$s::timestamptz END)$f$, trimmed, pg_temp.day_of(trimmed), time);
		WHEN 'boolean' THEN
			RETURN format($f$CASE WHEN lower(%1$s) IN ('true', 't', 'yes', '1') THEN true WHEN lower(%1$s) IN ('false', 'f', 'no', '0') THEN false END$f$, trimmed);
		WHEN 'list' THEN
			RETURN format($f$regexp_split_to_array(nullif(btrim(%s, ' ;'), ''), '\s*;\s*')$f$, e);
		WHEN 'jsonb' THEN
			RETURN 'NULL::jsonb';
	END CASE;
END $$;

-- The expression e of that type in the wanted one.
CREATE OR REPLACE FUNCTION pg_temp.as_wanted(e text, is_type oid, want text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	kind "char";
	base oid;
BEGIN
	SELECT coalesce(nullif(t.typbasetype, 0), t.oid) INTO base FROM pg_type AS t WHERE t.oid = is_type;
	SELECT t.typcategory INTO kind FROM pg_type AS t WHERE t.oid = base;

	IF want = 'key' OR (want = 'any' AND kind <> 'S') THEN
		RETURN e;
	ELSIF base IN ('json'::regtype, 'jsonb'::regtype) THEN
		CASE want
			WHEN 'jsonb' THEN RETURN e || '::jsonb';
			WHEN 'translated' THEN RETURN format('coalesce(%1$s ->> %2$L, %1$s ->> ''en_US'')', e, pg_temp.option('lang'));
			ELSE RETURN pg_temp.from_text(format('(%s #>> ''{}'')', e), want);
		END CASE;
	ELSIF kind = 'N' THEN
		CASE want
			WHEN 'numeric' THEN
				-- NaN and infinity are no amounts
				RETURN CASE WHEN base IN ('float4'::regtype, 'float8'::regtype)
							THEN format('CASE WHEN %1$s BETWEEN -1e300 AND 1e300 THEN %1$s::numeric END', e) ELSE e || '::numeric' END;
			WHEN 'headcount' THEN RETURN format('CASE WHEN %1$s BETWEEN 0 AND 2147483647 THEN %1$s::int END', e);
			WHEN 'bigint' THEN
				RETURN CASE WHEN base IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN e || '::bigint'
							ELSE format('CASE WHEN %1$s BETWEEN -9e17 AND 9e17 THEN %1$s::bigint END', e) END;
			WHEN 'boolean' THEN RETURN format('%s <> 0', e);
			ELSE NULL;
		END CASE;
	ELSIF kind = 'B' AND want = 'boolean' OR kind = 'A' AND want = 'list' THEN
		RETURN e;
	ELSIF kind = 'D' AND want = 'date' THEN
		RETURN CASE base WHEN 'timestamptz'::regtype THEN format('(%s AT TIME ZONE ''UTC'')::date', e) ELSE e || '::date' END;
	ELSIF kind = 'D' AND want = 'timestamptz' THEN
		RETURN CASE base WHEN 'timestamptz'::regtype THEN e ELSE format('(%s::timestamp AT TIME ZONE ''UTC'')', e) END;
	END IF;
	RETURN pg_temp.from_text(e || '::text', want);
END $$;

-- Where a path, such as properties.city, is found in a table, and in which type; no row where it is not.
CREATE OR REPLACE FUNCTION pg_temp.find(rel regclass, path text, OUT e text, OUT is_type oid, OUT "column" name)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN rest = '{}' THEN format('t.%I', attname) ELSE format('(t.%I #>> %L)', attname, rest) END,
		   CASE WHEN rest = '{}' THEN atttypid ELSE 'text'::regtype END, attname
	FROM (
		SELECT 1, a.attnum, a.attname, a.atttypid, '{}'::text[] FROM pg_attribute AS a WHERE a.attrelid = rel AND a.attname = path
		UNION ALL
		SELECT 2, a.attnum, a.attname, a.atttypid, '{}' FROM pg_attribute AS a
		WHERE a.attrelid = rel AND pg_temp.bare(a.attname) IN (pg_temp.bare(path), pg_temp.bare(regexp_replace(path, '^properties\.', 'property_')))
			  AND (a.attname !~ '^_' OR path ~ '^_')
		UNION ALL
		SELECT 3, a.attnum, a.attname, a.atttypid, string_to_array(regexp_replace(path, '^[^.]*\.', ''), '.')
		FROM pg_attribute AS a
		WHERE a.attrelid = rel AND a.attname = split_part(path, '.', 1) AND a.atttypid IN ('json'::regtype, 'jsonb'::regtype) AND path ~ '\.'
		UNION ALL
		SELECT 4, a.attnum, a.attname, a.atttypid, string_to_array(path, '.')
		FROM pg_attribute AS a
		WHERE a.attrelid = rel AND a.attname = '_airbyte_data' AND a.atttypid IN ('json'::regtype, 'jsonb'::regtype)) AS f (rank, attnum, attname, atttypid, rest)
	WHERE attnum > 0
	ORDER BY rank, attnum
	LIMIT 1
$$;

-- The subquery.  tables: names of which the first that is there is taken, separated by |; after ? the table may be absent.
-- columns: lines of a name, a wanted type, and paths separated by |, of which the first that is known counts.
-- The first line is the key.  key:integer is a key that is of this type where it is absent, for joins with those that are not.
CREATE OR REPLACE FUNCTION pg_temp.read(source text, tables text, columns text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	rel regclass;
	col record;
	hit record;
	deleted record;
	path text;
	parts text[];
	outputs text[] = '{}';
	used name[] = '{}';
	missing text[] = '{}';
	filters text[] = '{}';
	key text;
	latest text;
BEGIN
	IF source = '' OR pg_temp.option('target') = '' THEN
		RAISE EXCEPTION 'no source or no target is given' USING HINT = 'Name two schemas: psql -v source=the_one_of_the_CRM -v target=the_one_of_the_views -f ...';
	ELSIF to_regnamespace(quote_ident(source)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" does not exist', source USING ERRCODE = 'invalid_schema_name';
	END IF;

	SELECT c.oid INTO rel
	FROM pg_class AS c, string_to_table(ltrim(tables, '?'), '|') WITH ORDINALITY AS n (name, n),
		 LATERAL (SELECT CASE WHEN c.relname = n.name THEN 1 WHEN pg_temp.bare(c.relname) = pg_temp.bare(n.name) THEN 2
							  WHEN pg_temp.bare(c.relname) ~ ('raw(stream)?' || pg_temp.bare(n.name) || '$') THEN 3 END AS rank) AS r
	WHERE c.relnamespace = to_regnamespace(quote_ident(source)) AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND rank IS NOT NULL
	ORDER BY rank, n.n, c.relname
	LIMIT 1;
	IF rel IS NULL AND tables !~ '^\?' THEN
		RAISE EXCEPTION 'schema "%" has no table %', source, (SELECT string_agg(format('"%s"', n), ' or ') FROM string_to_table(tables, '|') AS n)
			USING ERRCODE = 'undefined_table';
	END IF;

	FOR col IN SELECT m[1] AS name, split_part(m[2], ':', 1) AS want, split_part(m[2], ':', 2) AS key_type, m[3] AS paths
			   FROM regexp_split_to_table(columns, '\n') AS line, regexp_match(line, '^\s*(\S+)\s+(\S+)\s+(\S.*?)\s*$') AS m
			   WHERE m IS NOT NULL LOOP
		parts = '{}';
		FOREACH path IN ARRAY string_to_array(col.paths, '|') LOOP
			SELECT * INTO hit FROM pg_temp.find(rel, path);
			IF hit.e IS NOT NULL THEN
				parts = parts || pg_temp.as_wanted(hit.e, hit.is_type, col.want);
				used = used || hit.column;
			END IF;
		END LOOP;
		IF parts = '{}' THEN
			missing = missing || split_part(col.paths, '|', 1);
			IF key IS NULL AND rel IS NOT NULL THEN
				RAISE EXCEPTION 'table % has no column "%"', rel, split_part(col.paths, '|', 1) USING ERRCODE = 'undefined_column';
			END IF;
			parts = ARRAY['NULL::' || CASE col.want WHEN 'headcount' THEN 'integer' WHEN 'year' THEN 'date' WHEN 'list' THEN 'text[]'
												  WHEN 'any' THEN 'text' WHEN 'translated' THEN 'text' WHEN 'key' THEN coalesce(nullif(col.key_type, ''), 'text') ELSE col.want END];
		END IF;
		outputs = outputs || format('%s AS %I', CASE WHEN cardinality(parts) = 1 THEN parts[1] ELSE 'coalesce(' || array_to_string(parts, ', ') || ')' END, col.name);
		key = coalesce(key, parts[1]);
	END LOOP;

	IF rel IS NULL THEN
		-- at most one row, as the planner can see, who leaves joins with it out
		RETURN format('(SELECT %s HAVING false)', array_to_string(outputs, ', '));
	ELSIF missing <> '{}' THEN
		RAISE NOTICE '% lacks %: NULL in the view', rel, array_to_string(missing, ', ');
	END IF;

	FOR deleted IN SELECT f.e, f.column, d.test
				   FROM (VALUES ('_fivetran_active', 'IS NOT FALSE'), ('_fivetran_deleted', 'IS NOT TRUE'), ('_ab_cdc_deleted_at', 'IS NULL')) AS d (name, test),
						LATERAL pg_temp.find(rel, d.name) AS f
				   WHERE f.column <> '_airbyte_data' OR d.test = 'IS NULL' LOOP
		filters = filters || format('%s %s', deleted.e, deleted.test);
		used = used || deleted.column;
	END LOOP;

	-- Airbyte appends a row for each change, unless it was told to dedupe or the key is unique.
	SELECT format('t.%I DESC NULLS LAST', a.attname) INTO latest FROM pg_attribute AS a
	WHERE a.attrelid = rel AND a.attname IN ('_airbyte_extracted_at', '_airbyte_emitted_at') AND NOT pg_temp.option('deduped')::boolean
		  AND NOT EXISTS (SELECT FROM pg_index AS i, pg_attribute AS k
						  WHERE i.indrelid = rel AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL
								AND k.attrelid = rel AND k.attnum = i.indkey[0] AND format('t.%I', k.attname) = key);

	RETURN format('(SELECT %s FROM %s AS t%s)', array_to_string(outputs, ', '),
				  CASE WHEN latest IS NULL THEN rel::text
					   ELSE format('(SELECT DISTINCT ON (%1$s) %2$s FROM %3$s AS t ORDER BY %1$s, %4$s%5$s)', key,
								   (SELECT string_agg(DISTINCT format('t.%I', u), ', ') FROM unnest(used) AS u), rel, latest,
								   (SELECT string_agg(format(o.by, f.e), '' ORDER BY o.n)
									FROM (VALUES (1, 'SystemModstamp', ', %s DESC NULLS LAST'), (2, 'updatedAt', ', %s DESC NULLS LAST'),
												 (3, '_airbyte_raw_id', ', %s::text COLLATE "C"'), (4, '_airbyte_ab_id', ', %s::text COLLATE "C"')) AS o (n, name, by),
										 LATERAL pg_temp.find(rel, o.name) AS f
									WHERE o.n < 3 OR f.column = o.name)) END,
				  CASE WHEN filters = '{}' THEN '' ELSE ' WHERE ' || array_to_string(filters, ' AND ') END);
END $$;

-- The columns that the user names in the variable more, under their own names in lower case: as lines for read(), and
-- as the end of a view's list.
SELECT coalesce(string_agg(format(E'\t%s any %s\n', name, path), '' ORDER BY n), '') AS more_lines,
	   coalesce(string_agg(format(', m.%I', name), '' ORDER BY n), '') AS more_columns
FROM (SELECT btrim(path) AS path, replace(lower(regexp_replace(btrim(path), '^properties\.', '')), ' ', '_') AS name, n
	  FROM string_to_table(:'more', ',') WITH ORDINALITY AS p (path, n) WHERE btrim(path) <> '') AS p \gset

-- PMML 4.4 Scorecards, both ways.  Native elements say all that PMML can say, so
-- that other tools score by them and people can edit them; Extensions with JSON
-- inside add what has no place.  Reading it back gives the same portrait.
--
-- portrait                        PMML
--   title, initial                  Scorecard modelName, initialScore
--   points, as of icp_evaluate      the predicted value
--   fields                          DataField, of the dataType that the conditions suggest, and MiningField
--   placeholders                    DataField Value property="missing", where all uses of a field agree on them
-- characteristic                  Characteristic
--   name; reason, or else name      name; reasonCode
--   field                           the one field of its predicates
--   the most points it can give     baselineScore (not read back)
--   0 if no attribute matches       a last Attribute with True and 0 points, and an Extension "implied"
-- attribute                       Attribute
--   points, reason                  partialScore, reasonCode
--   otherwise                       True
--   equals                          SimplePredicate equal
--   in                              SimpleSetPredicate isIn
--   range                           SimplePredicate lessThan ... greaterOrEqual, or two of them in an "and"
--   missing                         SimplePredicate isMissing
--   all, any                        CompoundPredicate and, or
--   not                             the opposite operators of the predicates below it
--   any other condition             False, in its place: it gives no points
--
-- Every other key is an Extension of that name in the Scorecard or Characteristic.
-- So is a key above where the native element would be read as something else; an
-- attribute's condition is one, named "condition".  If the native element has been
-- edited since, it wins.  disqualify has no native side.  The schema of PMML lets a
-- Characteristic look at several fields, though its text wants one.
--
-- Scorecards of other tools, PMML 4.1 to 4.4, are read in the same way.  Wherever
-- such a scorecard gives a score, the portrait gives it as its points.  Where it
-- gives none, for no Attribute of a Characteristic matches or a value is invalid,
-- that Characteristic gives 0.  What PMML does not say has its default: a score
-- from 0 to 100, tiers, fit.  Baselines only rank reasons and are left out.  What
-- would change points or turn the reasons around is refused by name, and so is an
-- Attribute that can never be reached, as in any portrait.
--
-- In databases of other encodings than UTF8, xmltable() has trouble with text
-- beyond ASCII, and so has icp_from_pmml.
--
-- All this is immutable though some of what it calls is not: it makes XML and
-- JSON of nothing but text, numbers and truth values, whatever the settings are.

-- Values and fields

CREATE FUNCTION @extschema@.icp_pmml_text(value text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN regexp_replace(value, '[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]', '?', 'g');
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_text(text) IS
	'part of icp_to_pmml: the text with a question mark for each character that XML cannot hold';

CREATE FUNCTION @extschema@.icp_pmml_value(literal jsonb, type text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	word constant text := literal #>> '{}';
BEGIN
	RETURN CASE
		WHEN jsonb_typeof(literal) = 'number' AND type = 'double'
			OR jsonb_typeof(literal) = 'boolean' AND type = 'boolean' THEN word
		WHEN jsonb_typeof(literal) <> 'string' THEN NULL
		WHEN type = 'string' THEN @extschema@.icp_pmml_text(word)
		WHEN type = 'date' AND word ~ '^[0-9]{4,6}-[0-9]{2}-[0-9]{2}$' THEN word
		WHEN type = 'dateTime' AND word ~ '^[0-9]{4,6}-[0-9]{2}-[0-9]{2}$' THEN word || 'T00:00:00'
		WHEN type = 'dateTime' AND word ~ '^[0-9]{4,6}-[0-9]{2}-[0-9]{2} [0-9:.]+$' THEN replace(word, ' ', 'T')
	END;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_value(jsonb, text) IS
	'part of icp_to_pmml: a JSON value as that dataType has it, or NULL';

CREATE FUNCTION @extschema@.icp_pmml_literal(value text, type text, place text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF value IS NULL THEN
		RAISE EXCEPTION 'invalid PMML at %: there is no value', place USING ERRCODE = 'invalid_xml_content';
	ELSIF type = 'string' THEN
		RETURN to_jsonb(value);
	ELSIF type IN ('date', 'dateTime') THEN
		RETURN to_jsonb(replace(regexp_replace(btrim(value), 'T00:00:00(\.0+)?$', ''), 'T', ' '));
	ELSIF type = 'double' AND value ~ '^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*$' THEN
		RETURN to_jsonb(value::numeric);
	ELSIF type = 'boolean' AND btrim(value) IN ('true', 'false', '1', '0') THEN
		RETURN to_jsonb(btrim(value) IN ('true', '1'));
	ELSIF type IN ('double', 'boolean') THEN
		RAISE EXCEPTION 'invalid PMML at %: "%" is no %', place, value, CASE type WHEN 'double' THEN 'number' ELSE type END
			USING ERRCODE = 'invalid_xml_content';
	END IF;
	RAISE EXCEPTION 'cannot carry %: a field of dataType "%"', place, type
		USING ERRCODE = 'feature_not_supported',
			HINT = 'Text, numbers, truth values, dates and moments can be carried.';
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_literal(text, text, text) IS
	'part of icp_from_pmml: a value of that dataType as JSON';

CREATE FUNCTION @extschema@.icp_pmml_uses(portrait jsonb)
	RETURNS TABLE (characteristic bigint, field text, read_as text, placeholders jsonb, condition jsonb)
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 50
	SET search_path = pg_catalog, pg_temp
	AS $$
	WITH RECURSIVE use AS (
		SELECT c.n, c.c ->> 'field' AS field, c.c ->> 'as' AS read_as,
				coalesce(c.c -> 'placeholders', portrait -> 'placeholders', '[]') AS placeholders,
				jsonb_build_object('all', c.c -> 'attributes') AS condition
			FROM jsonb_array_elements(portrait -> 'characteristics') WITH ORDINALITY AS c(c, n)
		UNION ALL
		SELECT NULL, NULL, NULL, coalesce(portrait -> 'placeholders', '[]'),
				jsonb_build_object('all', jsonb_path_query_array(portrait, '$.disqualify[*].when'))
		UNION ALL
		SELECT u.n, coalesce(k ->> 'field', u.field),
				CASE WHEN k ?| '{field,as}' THEN k ->> 'as' ELSE u.read_as END, u.placeholders, k
			FROM use AS u, LATERAL jsonb_array_elements(
				coalesce(u.condition -> 'all', u.condition -> 'any', '[]') || coalesce(u.condition -> 'not', '[]')) AS k
	)
	SELECT * FROM use AS u WHERE NOT u.condition ?| '{all,any,not,otherwise}'
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_uses(jsonb) IS
	'part of icp_to_pmml: each condition on one field, with the field and how it is read there; no characteristic where it disqualifies';

CREATE FUNCTION @extschema@.icp_pmml_fields(portrait jsonb) RETURNS TABLE (field text, type text, missing jsonb)
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20
	SET search_path = pg_catalog, pg_temp
	AS $$
	WITH used AS (
		SELECT @extschema@.icp_pmml_text(u.field) AS field, u.read_as, u.placeholders, u.condition,
				u.condition ->> 'range' AS range, coalesce(u.condition -> 'equals', u.condition -> 'in') AS literals
			FROM @extschema@.icp_pmml_uses(portrait) AS u
	), typed AS (
		SELECT u.field, CASE
				WHEN bool_or(u.read_as = 'number' OR u.range ~ '^.-?[0-9.]+,|,-?[0-9.]+.$') THEN 'double'
				WHEN bool_or(u.read_as = 'date' OR u.range ~ '[0-9]-[0-9]{2}-[0-9]{2}'
					OR u.condition ?| '{within,older,within_next}')
				THEN CASE WHEN bool_or(u.condition::text ~ '[0-9]{2}:[0-9]{2}') THEN 'dateTime' ELSE 'date' END
				WHEN bool_or(jsonb_path_exists(u.literals, '$[*] ? (@.type() == "string")')) THEN 'string'
				WHEN bool_or(jsonb_path_exists(u.literals, '$[*] ? (@.type() == "number")')) THEN 'double'
				WHEN bool_or(u.literals IS NOT NULL) THEN 'boolean'
				ELSE 'string'
			END AS type,
			CASE WHEN count(DISTINCT u.placeholders) = 1 THEN min(u.placeholders::text)::jsonb ELSE '[]' END AS placeholders
			FROM used AS u GROUP BY u.field
	)
	SELECT t.field, t.type, (
			SELECT coalesce(jsonb_agg(DISTINCT v.v COLLATE "C") FILTER (WHERE v.v IS NOT NULL), '[]')
				FROM jsonb_array_elements(t.placeholders) AS l,
					LATERAL (VALUES (@extschema@.icp_pmml_value(l, t.type))) AS v(v))
		FROM typed AS t
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_fields(jsonb) IS
	'part of icp_to_pmml: the DataFields of a portrait: name, dataType, and the values that mean missing';

-- Conditions

CREATE FUNCTION @extschema@.icp_pmml_simple(field text, operator text, value text, negated boolean) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	opposites constant text[] := '{equal,notEqual,isMissing,isNotMissing,lessThan,greaterOrEqual,lessOrEqual,greaterThan}';
	i integer := array_position(opposites, operator);
BEGIN
	IF negated THEN
		operator := opposites[i + CASE i % 2 WHEN 1 THEN 1 ELSE -1 END];
	END IF;
	RETURN xmlelement(NAME "SimplePredicate", xmlattributes(field, operator, value));
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_simple(text, text, text, boolean) IS
	'part of icp_to_pmml: a SimplePredicate, or its negation';

CREATE FUNCTION @extschema@.icp_pmml_compound(operator text, predicates xml[]) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE WHEN cardinality(predicates) = 1 THEN predicates[1]
		ELSE xmlelement(NAME "CompoundPredicate", xmlattributes(operator AS "booleanOperator"),
			(SELECT xmlagg(p.p ORDER BY p.n) FROM unnest(predicates) WITH ORDINALITY AS p(p, n)))
	END;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_compound(text, xml[]) IS
	'part of icp_to_pmml: a CompoundPredicate, of which PMML has none with a single predicate';

CREATE FUNCTION @extschema@.icp_pmml_predicate(condition jsonb, field text, types jsonb, negated boolean) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	use constant text := coalesce(condition ->> 'field', field);
	name constant text := @extschema@.icp_pmml_text(use);
	type constant text := types ->> name;
	words text[];
	predicates xml[];
BEGIN
	IF condition ? 'not' THEN
		RETURN @extschema@.icp_pmml_predicate(condition -> 'not', use, types, NOT negated);
	ELSIF condition ?| '{all,any}' THEN
		RETURN @extschema@.icp_pmml_compound(CASE WHEN (condition ? 'all') <> negated THEN 'and' ELSE 'or' END,
			ARRAY(SELECT @extschema@.icp_pmml_predicate(c.c, use, types, negated)
				FROM jsonb_array_elements(coalesce(condition -> 'all', condition -> 'any')) WITH ORDINALITY AS c(c, n)
				ORDER BY c.n));
	ELSIF condition ? 'otherwise' THEN
		RETURN xmlelement(NAME "True");
	ELSIF condition ? 'missing' THEN
		RETURN @extschema@.icp_pmml_simple(name, 'isMissing', NULL, negated);
	ELSIF condition ?| '{equals,in}' THEN
		words := ARRAY(SELECT @extschema@.icp_pmml_value(l.l, type)
			FROM jsonb_array_elements(coalesce(condition -> 'in', jsonb_build_array(condition -> 'equals')))
				WITH ORDINALITY AS l(l, n) ORDER BY l.n);
		IF array_position(words, NULL) IS NOT NULL THEN
			RETURN xmlelement(NAME "False");
		ELSIF condition ? 'equals' OR array_to_string(words, '') ~ '\\' THEN
			-- a backslash in an Array would be read in more than one way
			RETURN @extschema@.icp_pmml_compound(CASE WHEN negated THEN 'and' ELSE 'or' END,
				ARRAY(SELECT @extschema@.icp_pmml_simple(name, 'equal', w.w, negated)
					FROM unnest(words) WITH ORDINALITY AS w(w, n) ORDER BY w.n));
		END IF;
		RETURN xmlelement(NAME "SimpleSetPredicate",
			xmlattributes(name AS field, CASE WHEN negated THEN 'isNotIn' ELSE 'isIn' END AS "booleanOperator"),
			xmlelement(NAME "Array",
				xmlattributes(cardinality(words) AS n, CASE type WHEN 'double' THEN 'real' ELSE 'string' END AS type),
				(SELECT string_agg(CASE type WHEN 'double' THEN w.w ELSE '"' || replace(w.w, '"', '\"') || '"' END, ' ' ORDER BY w.n)
					FROM unnest(words) WITH ORDINALITY AS w(w, n))));
	ELSIF condition ? 'range' THEN
		words := regexp_match(condition ->> 'range', '^(.)"?([^",]*)"?,"?([^",]*)"?(.)$');
		SELECT array_agg(@extschema@.icp_pmml_simple(name, b.operator, v.v, negated) ORDER BY b.n), array_agg(v.v)
			INTO predicates, words
			FROM (VALUES
					(1, words[2], CASE words[1] WHEN '[' THEN 'greaterOrEqual' ELSE 'greaterThan' END),
					(2, words[3], CASE words[4] WHEN ']' THEN 'lessOrEqual' ELSE 'lessThan' END)) AS b(n, bound, operator),
				LATERAL (VALUES (CASE WHEN type <> 'string' THEN @extschema@.icp_pmml_value(
					CASE WHEN b.bound ~ '^-?[0-9.]+$' THEN b.bound::jsonb ELSE to_jsonb(b.bound) END, type) END)) AS v(v)
			WHERE b.bound <> '';
		IF predicates IS NULL AND NOT negated THEN
			RETURN @extschema@.icp_pmml_simple(name, 'isNotMissing', NULL, false);
		ELSIF predicates IS NOT NULL AND array_position(words, NULL) IS NULL THEN
			RETURN @extschema@.icp_pmml_compound(CASE WHEN negated THEN 'or' ELSE 'and' END, predicates);
		END IF;
	END IF;
	-- What cannot be said gives no points, be it negated or not.
	RETURN xmlelement(NAME "False");
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_predicate(jsonb, text, jsonb, boolean) IS
	'part of icp_to_pmml: a condition, or its negation, as a predicate';

CREATE FUNCTION @extschema@.icp_pmml_join(kind text, conditions jsonb[]) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	always constant jsonb := '{"otherwise": true}';
	neutral constant jsonb := CASE kind WHEN 'all' THEN always ELSE '{}' END;
	decisive constant jsonb := CASE kind WHEN 'all' THEN '{}' ELSE always END;
	others constant jsonb[] := array_remove(conditions, neutral);
BEGIN
	RETURN CASE WHEN decisive = ANY (others) THEN decisive
		WHEN cardinality(others) = 0 THEN neutral
		WHEN cardinality(others) = 1 THEN others[1]
		ELSE jsonb_build_object(kind, others)
	END;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_join(text, jsonb[]) IS
	'part of icp_from_pmml: "all" or "any" of conditions, and of {"otherwise": true} for True and {} for False';

CREATE FUNCTION @extschema@.icp_pmml_not(condition jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE condition WHEN '{}' THEN '{"otherwise": true}' WHEN '{"otherwise": true}' THEN '{}'
		ELSE jsonb_build_object('not', condition) END;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_not(jsonb) IS
	'part of icp_from_pmml: "not" of a condition, or of {"otherwise": true} for True and {} for False';

CREATE FUNCTION @extschema@.icp_pmml_combine(operator text, conditions jsonb[], place text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	result jsonb := conditions[cardinality(conditions)];
	low text := conditions[1] ->> 'range';
	high text := conditions[2] ->> 'range';
	leaf jsonb;
	missing jsonb;
BEGIN
	IF conditions IS NULL THEN
		RAISE EXCEPTION 'invalid PMML at %: there is no predicate in it', place USING ERRCODE = 'invalid_xml_content';
	ELSIF operator = 'and' AND cardinality(conditions) = 2 AND low LIKE '%,)' AND high LIKE '(,%'
		AND conditions[1] -> 'field' IS NOT DISTINCT FROM conditions[2] -> 'field'
	THEN
		-- from one bound to the other is one range
		RETURN result || jsonb_build_object('range', split_part(low, ',', 1) || ',' || split_part(high, ',', 2));
	ELSIF operator IN ('and', 'or') THEN
		RETURN @extschema@.icp_pmml_join(CASE operator WHEN 'and' THEN 'all' ELSE 'any' END, conditions);
	ELSIF operator = 'xor' AND cardinality(conditions) <= 6 THEN	-- each doubles it
		FOR i IN REVERSE cardinality(conditions) - 1 .. 1 LOOP
			result := @extschema@.icp_pmml_join('any', ARRAY[
				@extschema@.icp_pmml_join('all', ARRAY[conditions[i], @extschema@.icp_pmml_not(result)]),
				@extschema@.icp_pmml_join('all', ARRAY[@extschema@.icp_pmml_not(conditions[i]), result])]);
		END LOOP;
		RETURN result;
	ELSIF operator = 'surrogate' THEN
		-- the first that is known: a condition on one field is unknown where that is missing
		FOR i IN REVERSE cardinality(conditions) - 1 .. 1 LOOP
			leaf := coalesce(conditions[i] -> 'not', conditions[i]);
			IF leaf ?| '{equals,in,range}' THEN
				missing := leaf - '{equals,in,range}'::text[] || '{"missing": true}';
				result := @extschema@.icp_pmml_join('any', ARRAY[
					@extschema@.icp_pmml_join('all', ARRAY[@extschema@.icp_pmml_not(missing), conditions[i]]),
					@extschema@.icp_pmml_join('all', ARRAY[missing, result])]);
			ELSIF leaf ?| '{all,any}' THEN
				RAISE EXCEPTION 'cannot carry %: a CompoundPredicate that has a surrogate', place
					USING ERRCODE = 'feature_not_supported';
			ELSE
				result := conditions[i];	-- always known
			END IF;
		END LOOP;
		RETURN result;
	ELSIF operator = 'xor' THEN
		RAISE EXCEPTION 'cannot carry %: an xor of more than 6 predicates', place USING ERRCODE = 'feature_not_supported';
	END IF;
	RAISE EXCEPTION 'invalid PMML at %: unknown booleanOperator "%"', place, operator USING ERRCODE = 'invalid_xml_content';
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_combine(text, jsonb[], text) IS
	'part of icp_from_pmml: what a CompoundPredicate makes of the conditions in it';

CREATE FUNCTION @extschema@.icp_pmml_condition(predicate xml, field text, types jsonb, place text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	-- in an Array, words with spaces in them are quoted, and quotes in those escaped
	word constant text := '"((?:\\"|[^"\\]|\\(?!"))*)"|([^\s"]+)';
	p record;
	type jsonb;
	kind text;
	result jsonb;
BEGIN
	SELECT * INTO p FROM XMLTABLE('/*' PASSING predicate COLUMNS
		element text PATH 'local-name()', field text PATH '@field', value text PATH '@value',
		operator text PATH '@operator | @booleanOperator',
		n text PATH '(*[local-name()="Array"])[1]/@n', words text PATH '(*[local-name()="Array"])[1]');
	IF p.element = 'True' THEN
		RETURN '{"otherwise": true}';
	ELSIF p.element = 'False' THEN
		RETURN '{}';
	ELSIF p.element = 'CompoundPredicate' THEN
		RETURN @extschema@.icp_pmml_combine(p.operator, array_agg(
				@extschema@.icp_pmml_condition(k.node, field, types, place || '/*[' || k.n || ']') ORDER BY k.n), place)
			FROM XMLTABLE('/*/*' PASSING predicate
				COLUMNS n FOR ORDINALITY, element text PATH 'local-name()', node xml PATH '.') AS k
			WHERE k.element <> 'Extension';
	END IF;

	kind := CASE
		WHEN p.element = 'SimpleSetPredicate' THEN CASE WHEN p.operator IN ('isIn', 'isNotIn') THEN 'in' END
		WHEN p.element <> 'SimplePredicate' THEN NULL
		WHEN p.operator IN ('equal', 'notEqual') THEN 'equals'
		WHEN p.operator IN ('isMissing', 'isNotMissing') THEN 'missing'
		WHEN p.operator IN ('lessThan', 'lessOrEqual', 'greaterThan', 'greaterOrEqual') THEN 'range'
	END;
	type := types -> p.field;
	IF kind IS NULL THEN
		RAISE EXCEPTION 'invalid PMML at %: % with operator "%" is no predicate', place, p.element, p.operator
			USING ERRCODE = 'invalid_xml_content';
	ELSIF type IS NULL THEN
		RAISE EXCEPTION 'invalid PMML at %: field "%" is not in the DataDictionary', place, p.field
			USING ERRCODE = 'invalid_xml_content';
	ELSIF jsonb_typeof(type) = 'object' THEN
		RAISE EXCEPTION 'cannot carry %: %', type ->> 'place', type ->> 'what'
			USING ERRCODE = 'feature_not_supported', DETAIL = format('The field is used at %s.', place);
	ELSIF kind = 'missing' THEN
		result := 'true';
	ELSIF kind = 'in' THEN
		SELECT jsonb_agg(@extschema@.icp_pmml_literal(coalesce(replace(w.w[1], '\"', '"'), w.w[2]), type #>> '{}', place)
				ORDER BY w.n) INTO result
			FROM regexp_matches(p.words, word, 'g') WITH ORDINALITY AS w(w, n);
		IF result IS NULL OR regexp_replace(p.words, word, '', 'g') ~ '\S' OR p.n <> jsonb_array_length(result)::text THEN
			RAISE EXCEPTION 'invalid PMML at %: not an Array of n values: %', place, p.words
				USING ERRCODE = 'invalid_xml_content';
		END IF;
	ELSE
		result := @extschema@.icp_pmml_literal(p.value, type #>> '{}', place);
		IF kind = 'range' AND type IN ('"string"', '"boolean"') THEN
			RAISE EXCEPTION 'cannot carry %: % on a field of dataType %', place, p.operator, type
				USING ERRCODE = 'feature_not_supported', HINT = 'Numbers, dates and moments have ranges.';
		ELSIF kind = 'range' THEN
			result := to_jsonb(format(CASE p.operator WHEN 'lessThan' THEN '(,%s)' WHEN 'lessOrEqual' THEN '(,%s]'
					WHEN 'greaterThan' THEN '(%s,)' ELSE '[%s,)' END,
				regexp_replace(result #>> '{}', '^.*\s.*$', '"\&"')));
		END IF;
	END IF;
	-- the field is named unless it is the characteristic's
	result := jsonb_build_object(kind, result)
		|| CASE WHEN p.field = field THEN '{}' ELSE jsonb_build_object('field', p.field) END;
	RETURN CASE WHEN p.operator ~ '^(not|isNot)' THEN jsonb_build_object('not', result) ELSE result END;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_condition(xml, text, jsonb, text) IS
	'part of icp_from_pmml: a predicate as a condition that names its field unless it is the given one; {"otherwise": true} for True, {} for False';

-- Extensions, in which keys of JSON objects travel

CREATE FUNCTION @extschema@.icp_pmml_line(node xml) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN xmlconcat(node, XMLPARSE(CONTENT E'\n'));
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_line(xml) IS
	'part of icp_to_pmml: the node and the end of a line';

CREATE FUNCTION @extschema@.icp_pmml_extensions(original jsonb, native jsonb) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN xmlagg(@extschema@.icp_pmml_line(xmlelement(NAME "Extension", xmlattributes('icp_portrait' AS extender, key AS name),
			-- JSON escapes all that XML cannot hold, but these two
			regexp_replace(regexp_replace(coalesce(o.value, 'null')::text, '\ufffe', '\\ufffe', 'g'), '\uffff', '\\uffff', 'g')
		)) ORDER BY key COLLATE "C")
		FROM jsonb_each(original) AS o FULL JOIN jsonb_each(native) AS n USING (key)
		WHERE coalesce(o.value, 'null') <> coalesce(n.value, 'null');
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_extensions(jsonb, jsonb) IS
	'part of icp_to_pmml: what an object says otherwise than its native elements do';

CREATE FUNCTION @extschema@.icp_pmml_extended(native jsonb, extensions jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN coalesce(jsonb_object_agg(e.key, e.value), '{}')
		FROM jsonb_each(native || extensions) AS e WHERE e.value <> 'null';
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_extended(jsonb, jsonb) IS
	'part of icp_from_pmml: what native elements say, with what Extensions add, without what those make null';

CREATE FUNCTION @extschema@.icp_pmml_added(node xml) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN coalesce(jsonb_object_agg(e.name, e.content::jsonb), '{}')
		FROM XMLTABLE('/*/*[local-name()="Extension"][@extender="icp_portrait"][@name]' PASSING node
			COLUMNS name text PATH '@name', content text PATH '.') AS e;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_added(xml) IS
	'part of icp_from_pmml: what the Extensions in an element say';

CREATE FUNCTION @extschema@.icp_pmml_exact(native text, exact text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE WHEN @extschema@.icp_pmml_text(exact) = native THEN exact ELSE native END;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_exact(text, text) IS
	'part of icp_from_pmml: the text of an Extension, if the native text is what XML could hold of it';

CREATE FUNCTION @extschema@.icp_pmml_field(characteristic xml) RETURNS text
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN CASE WHEN count(DISTINCT p.field) = 1 THEN min(p.field) END
		FROM XMLTABLE('//*[local-name()="SimplePredicate" or local-name()="SimpleSetPredicate"]' PASSING characteristic
			COLUMNS field text PATH '@field') AS p;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_field(xml) IS
	'part of icp_from_pmml: the field of all predicates of a Characteristic, if it is one';

-- To PMML

CREATE FUNCTION @extschema@.icp_pmml_characteristic(characteristic jsonb, types jsonb) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	field constant text := characteristic ->> 'field';
	name constant text := @extschema@.icp_pmml_text(characteristic ->> 'name');
	reason constant text := @extschema@.icp_pmml_text(characteristic ->> 'reason');
	baseline numeric := coalesce((characteristic ->> 'possible')::numeric, 0);
	a record;
	attributes xml;
	predicates xml;
BEGIN
	FOR a IN
		SELECT e.a, (e.a ->> 'points')::numeric AS points, @extschema@.icp_pmml_text(e.a ->> 'reason') AS reason,
				@extschema@.icp_pmml_predicate(e.a, field, types, false) AS predicate
			FROM jsonb_array_elements(characteristic -> 'attributes') WITH ORDINALITY AS e(a, n) ORDER BY e.n
	LOOP
		baseline := CASE WHEN attributes IS NULL THEN a.points ELSE greatest(baseline, a.points) END;
		predicates := xmlconcat(predicates, a.predicate);
		attributes := xmlconcat(attributes, @extschema@.icp_pmml_line(xmlelement(NAME "Attribute",
			xmlattributes(a.reason AS "reasonCode", a.points AS "partialScore"),
			@extschema@.icp_pmml_extensions(
				jsonb_build_object('condition', a.a - '{points,reason}'::text[], 'reason', a.a -> 'reason'),
				jsonb_build_object('condition', @extschema@.icp_pmml_condition(a.predicate, field, types, ''), 'reason', a.reason)),
			a.predicate)));
	END LOOP;
	-- PMML has no result where no Attribute matches
	IF NOT jsonb_path_exists(characteristic, '$.attributes[*].otherwise') THEN
		baseline := greatest(baseline, 0);
		attributes := xmlconcat(attributes, @extschema@.icp_pmml_line(xmlelement(NAME "Attribute",
			xmlattributes(0 AS "partialScore"), @extschema@.icp_pmml_extensions('{"implied": true}', '{}'),
			xmlelement(NAME "True"))));
	END IF;
	RETURN @extschema@.icp_pmml_line(xmlelement(NAME "Characteristic",
		xmlattributes(name, coalesce(reason, name) AS "reasonCode", baseline AS "baselineScore"),
		@extschema@.icp_pmml_extensions(characteristic, jsonb_build_object(
			'name', name, 'reason', nullif(reason, name), 'attributes', characteristic -> 'attributes',
			'field', @extschema@.icp_pmml_field(xmlelement(NAME predicates, predicates)))),
		attributes));
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_characteristic(jsonb, jsonb) IS
	'part of icp_to_pmml: a characteristic';

CREATE FUNCTION @extschema@.icp_to_pmml(portrait @extschema@.icp_portrait) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	p constant jsonb := portrait::jsonb;
	title constant text := @extschema@.icp_pmml_text(p ->> 'title');
	types jsonb;
	data_fields xml;
	mining_fields xml;
	characteristics xml;
BEGIN
	SELECT coalesce(jsonb_object_agg(f.field, f.type), '{}'),
			xmlagg(@extschema@.icp_pmml_line(xmlelement(NAME "DataField",
				xmlattributes(f.field AS name,
					CASE WHEN f.type IN ('string', 'boolean') THEN 'categorical' ELSE 'continuous' END AS optype,
					f.type AS "dataType"),
				(SELECT xmlagg(xmlelement(NAME "Value", xmlattributes(v.v AS value, 'missing' AS property)) ORDER BY v.n)
					FROM jsonb_array_elements_text(f.missing) WITH ORDINALITY AS v(v, n)))) ORDER BY f.field COLLATE "C"),
			-- text where a number is asked for is missing
			xmlagg(@extschema@.icp_pmml_line(xmlelement(NAME "MiningField",
				xmlattributes(f.field AS name, 'asMissing' AS "invalidValueTreatment"))) ORDER BY f.field COLLATE "C")
		INTO types, data_fields, mining_fields
		FROM @extschema@.icp_pmml_fields(p) AS f;
	SELECT xmlagg(@extschema@.icp_pmml_characteristic(c.c, types) ORDER BY c.n) INTO characteristics
		FROM jsonb_array_elements(p -> 'characteristics') WITH ORDINALITY AS c(c, n);
	-- PMML has no scorecard without a field, and none without a characteristic
	IF types = '{}' THEN
		data_fields := xmlelement(NAME "DataField",
			xmlattributes('points' AS name, 'continuous' AS optype, 'double' AS "dataType"));
		mining_fields := xmlelement(NAME "MiningField", xmlattributes('points' AS name, 'target' AS "usageType"));
	END IF;
	IF characteristics IS NULL THEN
		characteristics := @extschema@.icp_pmml_characteristic('{"name": "none", "attributes": []}', types);
	END IF;
	RETURN xmlelement(NAME "PMML", xmlattributes('http://www.dmg.org/PMML-4_4' AS xmlns, '4.4' AS version), E'\n',
		xmlelement(NAME "Header", xmlelement(NAME "Application", xmlattributes('icp_portrait' AS name))), E'\n',
		xmlelement(NAME "DataDictionary", E'\n', data_fields), E'\n',
		xmlelement(NAME "Scorecard",
			xmlattributes(title AS "modelName", 'regression' AS "functionName", p ->> 'initial' AS "initialScore",
				'max' AS "baselineMethod"), E'\n',
			@extschema@.icp_pmml_extensions(p, jsonb_build_object(
				'title', title, 'initial', p -> 'initial', 'characteristics', p -> 'characteristics')),
			xmlelement(NAME "MiningSchema", E'\n', mining_fields), E'\n',
			xmlelement(NAME "Characteristics", E'\n', characteristics), E'\n'), E'\n');
END
$$;
COMMENT ON FUNCTION @extschema@.icp_to_pmml(@extschema@.icp_portrait) IS
	'the portrait as a PMML 4.4 Scorecard; what PMML has no place for stands in Extension elements';

-- From PMML

CREATE FUNCTION @extschema@.icp_pmml_path(path text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN '/*/' || regexp_replace(path, '(^|/)([A-Z]\w*)', '\1*[local-name()="\2"]', 'g');
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_path(text) IS
	'part of icp_from_pmml: the XPath from the root element by names of any namespace, as each version of PMML has its own';

CREATE FUNCTION @extschema@.icp_pmml_check(pmml xml) RETURNS void
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	p record;
BEGIN
	SELECT * INTO p FROM XMLTABLE('/*' PASSING pmml
		COLUMNS element text PATH 'local-name()', version text PATH '@version');
	IF p.element <> 'PMML' THEN
		RAISE EXCEPTION 'invalid PMML: its root element is %', p.element USING ERRCODE = 'invalid_xml_content';
	ELSIF p.version ~ '^4\.[1-4](\.|$)' IS NOT TRUE THEN
		RAISE EXCEPTION 'cannot carry /PMML: version "%"', p.version
			USING ERRCODE = 'feature_not_supported', HINT = 'PMML 4.1 to 4.4 can be carried.';
	END IF;
	SELECT count(*) AS n, min(m.element) FILTER (WHERE m.element <> 'Scorecard') AS other INTO p
		FROM XMLTABLE('/*/*' PASSING pmml COLUMNS element text PATH 'local-name()') AS m
		WHERE m.element NOT IN ('Header', 'MiningBuildTask', 'DataDictionary', 'TransformationDictionary', 'Extension');
	IF p.other IS NOT NULL THEN
		RAISE EXCEPTION 'cannot carry /PMML/%: only a Scorecard can be a portrait', p.other USING ERRCODE = 'feature_not_supported';
	ELSIF p.n = 0 THEN
		RAISE EXCEPTION 'invalid PMML at /PMML: there is no Scorecard in it' USING ERRCODE = 'invalid_xml_content';
	ELSIF p.n > 1 THEN
		RAISE EXCEPTION 'cannot carry /PMML/Scorecard[2]: a portrait is one scorecard' USING ERRCODE = 'feature_not_supported';
	END IF;
	SELECT regexp_replace(r.path, '\[.*', '') AS place, r.what INTO p
		FROM (VALUES
			('Scorecard[@functionName != "regression"]', 'its function is not regression'),
			('Scorecard[@isScorable = "false" or @isScorable = "0"]', 'it is not to be scored'),
			('Scorecard[@reasonCodeAlgorithm = "pointsAbove"][not(@useReasonCodes = "false" or @useReasonCodes = "0")]',
				'pointsAbove gives reasons for a high score, a portrait for a low one'),
			('Scorecard/Targets/Target[@castInteger or @min or @max or @rescaleConstant != 0 or @rescaleFactor != 1]',
				'the sum of points is changed'),
			('Scorecard/Targets/Target/TargetValue[@defaultValue]', 'a score where there is none'),
			('Scorecard/Output/OutputField[@feature and @feature != "predictedValue" and @feature != "reasonCode"]',
				'neither the sum of points nor a reason code')
		) AS r(path, what),
		XMLTABLE(@extschema@.icp_pmml_path(r.path) PASSING pmml COLUMNS n FOR ORDINALITY);
	IF FOUND THEN
		RAISE EXCEPTION 'cannot carry /PMML/%: %', p.place, p.what USING ERRCODE = 'feature_not_supported';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_check(xml) IS
	'part of icp_from_pmml: refuses what is no scorecard, and what makes one mean something else than a portrait';

CREATE FUNCTION @extschema@.icp_pmml_types(pmml xml) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	RETURN coalesce((
			SELECT jsonb_object_agg(f.name, CASE WHEN f.type IN ('integer', 'float') THEN 'double' ELSE f.type END)
				FROM XMLTABLE(@extschema@.icp_pmml_path('DataDictionary/DataField[@name]') PASSING pmml
					COLUMNS name text PATH '@name', type text PATH '@dataType') AS f), '{}')
		|| coalesce((
			SELECT jsonb_object_agg(f.name, jsonb_build_object('what', r.what,
					'place', format('/PMML/%s[@name="%s"]', regexp_replace(r.path, '\[.*', ''), f.name)))
				FROM (VALUES
					('TransformationDictionary/DerivedField[@name]', 'a field is computed'),
					('Scorecard/LocalTransformations/DerivedField[@name]', 'a field is computed'),
					('Scorecard/MiningSchema/MiningField[@missingValueReplacement]', 'missing values are replaced'),
					('Scorecard/MiningSchema/MiningField[@outliers != "asIs"]', 'outliers are replaced'),
					('Scorecard/MiningSchema/MiningField[@invalidValueTreatment="asMissing" or @invalidValueTreatment="asValue"]'
						'[@name = /*/DataDictionary/DataField[./Interval or ./Value[not(@property="missing")]]/@name]',
						'values that the DataDictionary does not list are replaced')
				) AS r(path, what),
				XMLTABLE(@extschema@.icp_pmml_path(r.path) PASSING pmml COLUMNS name text PATH '@name') AS f), '{}');
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_types(xml) IS
	'part of icp_from_pmml: the dataType of each field, or an object that says why it cannot be carried';

CREATE FUNCTION @extschema@.icp_pmml_attributes(characteristic xml, field text, types jsonb, place text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	a record;
	added jsonb;
	condition jsonb;
	points jsonb;
	attributes jsonb[] := '{}';	-- an array grows in place, JSON does not
BEGIN
	FOR a IN SELECT x.*, format('%s/Attribute[%s]', place, x.n) AS place
		FROM XMLTABLE('/*/*[local-name()="Attribute"]' PASSING characteristic COLUMNS
			n FOR ORDINALITY, points text PATH '@partialScore', reason text PATH '@reasonCode', node xml PATH '.',
			is_complex boolean PATH 'boolean(*[local-name()="ComplexPartialScore"])',
			predicate xml PATH '*[local-name()!="Extension" and local-name()!="ComplexPartialScore"][1]') AS x
	LOOP
		IF a.is_complex THEN
			RAISE EXCEPTION 'cannot carry %/ComplexPartialScore: points that are computed', a.place
				USING ERRCODE = 'feature_not_supported';
		ELSIF a.predicate IS NULL THEN
			RAISE EXCEPTION 'invalid PMML at %: there is no predicate in it', a.place USING ERRCODE = 'invalid_xml_content';
		END IF;
		added := @extschema@.icp_pmml_added(a.node);
		condition := @extschema@.icp_pmml_condition(a.predicate, field, types, a.place || '/*[1]');
		-- an Extension goes with the predicate that was written beside it
		IF jsonb_typeof(added -> 'condition') = 'object' AND condition = @extschema@.icp_pmml_condition(
			@extschema@.icp_pmml_predicate(added -> 'condition', field, types, false), field, types, a.place)
		THEN
			condition := added -> 'condition';
		END IF;
		points := @extschema@.icp_pmml_literal(a.points, 'double', a.place || '/@partialScore');
		CONTINUE WHEN condition = '{}' OR added ? 'implied' AND condition ? 'otherwise' AND points = '0';
		attributes := array_append(attributes, @extschema@.icp_pmml_extended(condition, jsonb_build_object('points', points,
			'reason', nullif(@extschema@.icp_pmml_exact(a.reason, added ->> 'reason'), ''))));
	END LOOP;
	RETURN to_jsonb(attributes);
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_attributes(xml, text, jsonb, text) IS
	'part of icp_from_pmml: the attributes of a Characteristic';

CREATE FUNCTION @extschema@.icp_pmml_missing(portrait jsonb, types jsonb, pmml xml) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	c record;
BEGIN
	FOR c IN
		WITH native AS (
			SELECT v.field, jsonb_agg(v.value) AS missing,
					jsonb_agg(@extschema@.icp_pmml_literal(v.value, types ->> v.field, '/PMML/DataDictionary/DataField/Value')) AS literals
				FROM XMLTABLE(@extschema@.icp_pmml_path('DataDictionary/DataField/Value[@property="missing"]') PASSING pmml
					COLUMNS field text PATH '../@name', value text PATH '@value') AS v
				WHERE jsonb_typeof(types -> v.field) = 'string'
				GROUP BY v.field
		), used AS (
			SELECT DISTINCT u.characteristic, @extschema@.icp_pmml_text(u.field) AS field
				FROM @extschema@.icp_pmml_uses(portrait) AS u WHERE u.characteristic IS NOT NULL
		)
		SELECT (u.characteristic - 1)::text AS i, jsonb_agg(jsonb_build_array(types ->> u.field, coalesce(n.literals, '[]'))) AS fields
			FROM used AS u
				JOIN @extschema@.icp_pmml_fields(portrait) AS f ON f.field = u.field
				LEFT JOIN native AS n ON n.field = u.field
			GROUP BY u.characteristic
			HAVING bool_or(NOT (f.missing @> coalesce(n.missing, '[]') AND f.missing <@ coalesce(n.missing, '[]')))
	LOOP
		-- a placeholder is one for all fields of the characteristic whose type has such a value
		portrait := jsonb_set(portrait, ARRAY['characteristics', c.i, 'placeholders'],
			jsonb_path_query_array(c.fields, '$[*][1][*]'));
		IF EXISTS (SELECT FROM jsonb_array_elements(c.fields) AS f,
				jsonb_array_elements(portrait #> ARRAY['characteristics', c.i, 'placeholders']) AS l
			WHERE @extschema@.icp_pmml_value(l, f ->> 0) IS NOT NULL AND NOT f -> 1 @> l)
		THEN
			RAISE EXCEPTION 'cannot carry /PMML/DataDictionary/DataField/Value: fields of characteristic "%" have different missing values',
					portrait #>> ARRAY['characteristics', c.i, 'name']
				USING ERRCODE = 'feature_not_supported';
		END IF;
	END LOOP;
	RETURN portrait;
END
$$;
COMMENT ON FUNCTION @extschema@.icp_pmml_missing(jsonb, jsonb, xml) IS
	'part of icp_from_pmml: the portrait with the missing values of the DataDictionary, where it has others';

CREATE FUNCTION @extschema@.icp_from_pmml(pmml xml) RETURNS @extschema@.icp_portrait
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, pg_temp
	AS $$
DECLARE
	types jsonb;
	s record;
	c record;
	field text;
	name text;
	attributes jsonb;
	names text[];
	characteristics jsonb[] := '{}';
	portrait @extschema@.icp_portrait;
BEGIN
	PERFORM @extschema@.icp_pmml_check(pmml);
	types := @extschema@.icp_pmml_types(pmml);
	FOR c IN SELECT x.*, @extschema@.icp_pmml_added(x.node) AS added
		FROM XMLTABLE(@extschema@.icp_pmml_path('Scorecard/Characteristics/Characteristic') PASSING pmml COLUMNS
			n FOR ORDINALITY, name text PATH '@name', reason text PATH '@reasonCode', node xml PATH '.') AS x
	LOOP
		field := CASE WHEN c.added ? 'field' THEN c.added ->> 'field' ELSE @extschema@.icp_pmml_field(c.node) END;
		attributes := @extschema@.icp_pmml_attributes(c.node, field, types,
			format('/PMML/Scorecard/Characteristics/Characteristic[%s]', c.n));
		-- a characteristic of a dimension may have none
		CONTINUE WHEN attributes = '[]' AND NOT c.added ? 'dimension';
		-- names are optional in PMML and need not differ
		name := coalesce(nullif(@extschema@.icp_pmml_exact(c.name, c.added ->> 'name'), ''), field, 'characteristic ' || c.n);
		WHILE name = ANY (names) LOOP
			name := format('%s (%s)', name, c.n);
		END LOOP;
		names := names || name;
		characteristics := array_append(characteristics, @extschema@.icp_pmml_extended(c.added, jsonb_build_object(
			'name', name, 'field', field, 'attributes', attributes, 'reason', CASE
				WHEN @extschema@.icp_pmml_text(c.added ->> 'reason') = c.reason THEN c.added ->> 'reason'
				WHEN c.reason IS DISTINCT FROM c.name THEN nullif(c.reason, '')
			END)));
	END LOOP;
	SELECT x.*, @extschema@.icp_pmml_added(x.node) AS added INTO s
		FROM XMLTABLE(@extschema@.icp_pmml_path('Scorecard') PASSING pmml COLUMNS
			title text PATH '@modelName', initial text PATH '@initialScore', node xml PATH '.') AS x;
	portrait := @extschema@.icp_pmml_extended(s.added, jsonb_build_object(
		'title', @extschema@.icp_pmml_exact(s.title, s.added ->> 'title'),
		'initial', @extschema@.icp_pmml_literal(coalesce(s.initial, '0'), 'double', '/PMML/Scorecard/@initialScore'),
		'characteristics', characteristics));
	RETURN @extschema@.icp_pmml_missing(portrait::jsonb, types, pmml);
END
$$;
COMMENT ON FUNCTION @extschema@.icp_from_pmml(xml) IS
	'the portrait that a PMML 4.1 to 4.4 Scorecard describes; what cannot be carried is an error that names it';

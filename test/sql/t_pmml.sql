-- PMML: what a portrait becomes, that it comes back, what of other tools' scorecards is carried, and what is refused.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

---- what a portrait becomes ----

SELECT is(icp_to_pmml('{"title": "Who & <why>", "initial": 5, "characteristics": [
	{"name": "industry", "field": "industry", "group": "firmographic", "reason": "IND", "attributes": [
		{"in": ["SaaS", "\"big\" data"], "points": 30}, {"missing": true, "points": 2.5, "reason": "UNKNOWN"}, {"otherwise": true, "points": 0}]},
	{"name": "size", "field": "employees", "attributes": [{"range": "[100,300)", "points": 10}, {"not": {"equals": 0}, "points": -1}]},
	{"name": "both", "attributes": [
		{"any": [{"field": "industry", "like": "F%"}, {"field": "since", "range": "(,2024-01-31 08:00]"}], "points": 4}]}],
	"disqualify": [{"when": {"field": "active", "equals": false}}], "placeholders": ["Select", 0]}')::text || E'\n',
$$<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
<Header><Application name="icp_portrait"/></Header>
<DataDictionary>
<DataField name="active" optype="categorical" dataType="boolean"/>
<DataField name="employees" optype="continuous" dataType="double"><Value value="0" property="missing"/></DataField>
<DataField name="industry" optype="categorical" dataType="string"><Value value="Select" property="missing"/></DataField>
<DataField name="since" optype="continuous" dataType="dateTime"/>
</DataDictionary>
<Scorecard modelName="Who &amp; &lt;why&gt;" functionName="regression" initialScore="5" baselineMethod="max">
<Extension extender="icp_portrait" name="disqualify">[{"when": {"field": "active", "equals": false}}]</Extension>
<Extension extender="icp_portrait" name="fit">60</Extension>
<Extension extender="icp_portrait" name="placeholders">["Select", 0]</Extension>
<Extension extender="icp_portrait" name="tiers">{"T1": 80, "T2": 60, "T3": 40}</Extension>
<MiningSchema>
<MiningField name="active" invalidValueTreatment="asMissing"/>
<MiningField name="employees" invalidValueTreatment="asMissing"/>
<MiningField name="industry" invalidValueTreatment="asMissing"/>
<MiningField name="since" invalidValueTreatment="asMissing"/>
</MiningSchema>
<Characteristics>
<Characteristic name="industry" reasonCode="IND" baselineScore="30"><Extension extender="icp_portrait" name="group">"firmographic"</Extension>
<Attribute partialScore="30"><SimpleSetPredicate field="industry" booleanOperator="isIn"><Array n="2" type="string">"SaaS" "\"big\" data"</Array></SimpleSetPredicate></Attribute>
<Attribute reasonCode="UNKNOWN" partialScore="2.5"><SimplePredicate field="industry" operator="isMissing"/></Attribute>
<Attribute partialScore="0"><True/></Attribute>
</Characteristic>
<Characteristic name="size" reasonCode="size" baselineScore="10"><Attribute partialScore="10"><CompoundPredicate booleanOperator="and"><SimplePredicate field="employees" operator="greaterOrEqual" value="100"/><SimplePredicate field="employees" operator="lessThan" value="300"/></CompoundPredicate></Attribute>
<Attribute partialScore="-1"><SimplePredicate field="employees" operator="notEqual" value="0"/></Attribute>
<Attribute partialScore="0"><Extension extender="icp_portrait" name="implied">true</Extension>
<True/></Attribute>
</Characteristic>
<Characteristic name="both" reasonCode="both" baselineScore="4"><Extension extender="icp_portrait" name="field">null</Extension>
<Attribute partialScore="4"><Extension extender="icp_portrait" name="condition">{"any": [{"like": "F%", "field": "industry"}, {"field": "since", "range": "(,\"2024-01-31 08:00:00\"]"}]}</Extension>
<CompoundPredicate booleanOperator="or"><False/><SimplePredicate field="since" operator="lessOrEqual" value="2024-01-31T08:00:00"/></CompoundPredicate></Attribute>
<Attribute partialScore="0"><Extension extender="icp_portrait" name="implied">true</Extension>
<True/></Attribute>
</Characteristic>
</Characteristics>
</Scorecard>
</PMML>
$$, 'a portrait as PMML');

SELECT is(icp_to_pmml('{"characteristics": []}')::text || E'\n',
$$<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
<Header><Application name="icp_portrait"/></Header>
<DataDictionary>
<DataField name="points" optype="continuous" dataType="double"/></DataDictionary>
<Scorecard functionName="regression" initialScore="0" baselineMethod="max">
<Extension extender="icp_portrait" name="fit">60</Extension>
<Extension extender="icp_portrait" name="tiers">{"T1": 80, "T2": 60, "T3": 40}</Extension>
<MiningSchema>
<MiningField name="points" usageType="target"/></MiningSchema>
<Characteristics>
<Characteristic name="none" reasonCode="none" baselineScore="0"><Attribute partialScore="0"><Extension extender="icp_portrait" name="implied">true</Extension>
<True/></Attribute>
</Characteristic>
</Characteristics>
</Scorecard>
</PMML>
$$, 'a portrait of nothing');

-- Without the Extensions.
CREATE FUNCTION bare(pmml xml) RETURNS xml LANGUAGE sql AS $$ SELECT XMLPARSE(CONTENT regexp_replace(pmml::text, '<Extension[^>]*>[^<]*</Extension>\s*', '', 'g')) $$;
-- The predicate of a condition on field f, whose dataType other conditions of the characteristic may decide.
CREATE FUNCTION predicate(condition jsonb, VARIADIC others jsonb[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT split_part(split_part(bare(icp_to_pmml(jsonb_build_object('characteristics', jsonb_build_array(jsonb_build_object('name', 'c', 'field', 'f',
		'attributes', jsonb_build_array(condition || '{"points": 1}')
			|| coalesce((SELECT jsonb_agg(o || '{"points": 2}') FROM unnest(others) o), '[]'))))::icp_portrait))::text,
		'<Attribute partialScore="1">', 2), '</Attribute>', 1)
$$;
SELECT is(predicate(condition::jsonb), replace(expected, '@', 'SimplePredicate field="f" operator='), condition)
	FROM (VALUES
		('{"equals": "x"}', '<@"equal" value="x"/>'),
		('{"equals": -1.5}', '<@"equal" value="-1.5"/>'),
		('{"equals": true}', '<@"equal" value="true"/>'),
		('{"not": {"in": [1, 2]}}', '<SimpleSetPredicate field="f" booleanOperator="isNotIn"><Array n="2" type="real">1 2</Array></SimpleSetPredicate>'),
		('{"in": ["a\\b", "c"]}', '<CompoundPredicate booleanOperator="or"><@"equal" value="a\b"/><@"equal" value="c"/></CompoundPredicate>'),
		('{"range": "(5,)"}', '<@"greaterThan" value="5"/>'),
		('{"range": "(,2024-01-31)"}', '<@"lessThan" value="2024-01-31"/>'),
		('{"range": "(,)"}', '<@"isNotMissing"/>'),
		('{"not": {"range": "[1,2]"}}', '<CompoundPredicate booleanOperator="or"><@"lessThan" value="1"/><@"greaterThan" value="2"/></CompoundPredicate>'),
		('{"not": {"range": "(1,2)"}}', '<CompoundPredicate booleanOperator="or"><@"lessOrEqual" value="1"/><@"greaterOrEqual" value="2"/></CompoundPredicate>'),
		('{"not": {"missing": true}}', '<@"isNotMissing"/>'),
		('{"not": {"not": {"equals": "x"}}}', '<@"equal" value="x"/>'),
		('{"not": {"all": [{"equals": "x"}, {"missing": true}]}}', '<CompoundPredicate booleanOperator="or"><@"notEqual" value="x"/><@"isNotMissing"/></CompoundPredicate>'),
		('{"not": {"any": [{"equals": "x"}, {"like": "y%"}]}}', '<CompoundPredicate booleanOperator="and"><@"notEqual" value="x"/><False/></CompoundPredicate>'),
		('{"all": [{"equals": "x"}]}', '<@"equal" value="x"/>'),
		('{"like": "x%"}', '<False/>'),
		('{"not": {"ilike": "x%"}}', '<False/>'),
		('{"contains": "x"}', '<False/>'),
		('{"contains_any": ["x"]}', '<False/>'),
		('{"within": "90 days"}', '<False/>'),
		('{"older": "2 years"}', '<False/>'),
		('{"within_next": "90 days"}', '<False/>'),
		('{"range": "[1 day,2 days)"}', '<False/>')
	) AS v(condition, expected);
SELECT is(predicate('{"equals": 5}', '{"equals": "x"}'), '<False/>', 'a number in a field of text');
SELECT is(predicate('{"equals": "x"}', '{"range": "[5,6]"}'), '<False/>', 'text in a field of numbers');
SELECT is(predicate('{"range": "[2024-01-31,)"}', '{"equals": "2024-01-01 08:00:00"}'),
	'<SimplePredicate field="f" operator="greaterOrEqual" value="2024-01-31T00:00:00"/>', 'a day in a field of moments');

---- that it comes back ----

CREATE TEMP TABLE portraits (what text, portrait icp_portrait);
INSERT INTO portraits VALUES
	('nothing', '{"characteristics": []}'),
	('an empty title', '{"title": "", "characteristics": []}'),
	('all keys', '{"title": "t", "subject": "accounts", "initial": -0.000001, "scale": "points", "absent": "missing", "characteristics": [
		{"name": "c", "field": "f", "group": "g", "reason": "r", "as": "number", "placeholders": [],
		 "attributes": [{"range": "[1,2)", "points": 1, "reason": "R"}, {"otherwise": true, "points": 0}]}],
		"disqualify": [{"when": {"all": [{"field": "a", "within": "90 days"}, {"not": {"field": "b", "like": "%<&\"%"}}]}, "reason": "x"}],
		"tiers": {"<A>": 90.5, "中": 10}, "fit": 33.3, "placeholders": ["", "Select", 0, false],
		"probability": {"intercept": -1.5, "slope": 0.05}, "quality": {"auc": null, "text": "]]> \u0001 \uffff"}, "at": "2026-01-31 08:00:00Z"}'),
	('no fields', '{"characteristics": [{"name": "c", "attributes": [{"otherwise": true, "points": 0}]}]}'),
	('odd names', $${"title": "<&>\"' 客户画像 \u0001\ufffe\n\t\r", "characteristics": [
		{"name": " <&>\"' 行业 \u0001\n\t\r ", "field": "行 \"业\" <&>'\u0002", "reason": "为何\u0001", "group": "组",
		 "attributes": [{"in": ["软件", "", " ", "a\"b", "\"", "\\\"", "<&>'", "\u0001", "\n", "100", "null"], "points": 1, "reason": " \u0003"}]}]}$$),
	('a reason that is the name', '{"characteristics": [{"name": "c", "reason": "c", "attributes": [{"field": "f", "equals": "", "points": 0, "reason": "c"}]}]}'),
	('a reason that XML holds no better than the name', '{"characteristics": [{"name": "c\u0001", "reason": "c\u0002", "attributes": [{"field": "f", "equals": "", "points": 0}]}]}'),
	('fields that XML cannot tell apart', '{"characteristics": [{"name": "c", "field": "f\u0001", "attributes": [
		{"equals": 1, "points": 1}, {"field": "f\u0002", "equals": "x", "points": 2}]}]}'),
	('a field in every place', '{"characteristics": [
		{"name": "1", "field": "f", "attributes": [{"equals": 1, "points": 1}, {"field": "f", "equals": 2, "points": 1}, {"field": "g", "equals": 3, "points": 1}]},
		{"name": "2", "attributes": [{"field": "f", "equals": 1, "points": 1}, {"field": "f", "equals": 2, "points": 1}]},
		{"name": "3", "field": "f", "attributes": [{"field": "g", "equals": 1, "points": 1}]},
		{"name": "4", "attributes": [{"field": "f", "all": [{"equals": 1}, {"field": "g", "as": "date", "equals": "2024-01-31"}], "points": 1}]},
		{"name": "5", "field": "f", "attributes": [{"like": "x", "points": 1}]}]}'),
	('numbers that are text and text that is numbers', '{"characteristics": [
		{"name": "1", "field": "a", "attributes": [{"equals": "100", "points": 1}, {"equals": 100, "points": 1}, {"in": [1, "1", true], "points": 1}]},
		{"name": "2", "field": "b", "attributes": [{"equals": "true", "points": 1}, {"equals": true, "points": 1}]},
		{"name": "3", "field": "c", "attributes": [{"in": [0.1, 1e3, -123456789012345678901234567890.5], "points": 1000000000}]},
		{"name": "4", "field": "d", "attributes": [{"equals": "2024-01-31", "points": 1}, {"range": "[2024-02-01,)", "points": 1}, {"equals": "soon", "points": 1}]}]}'),
	('ranges', (SELECT jsonb_build_object('characteristics', jsonb_agg(jsonb_build_object('name', r, 'field', 'f' || n,
			'attributes', jsonb_build_array(jsonb_build_object('range', r, 'points', 1), jsonb_build_object('not', jsonb_build_object('range', r), 'points', 2)))))
		FROM unnest('{"[1,2]","[1,2)","(1,2]","(1,2)","[1,)","(1,)","(,1]","(,1)","(,)","[1.50,1.5]","[-1e3,0.000001]","[2024-01-01,2024-12-31)",
			"(2024-01-01 08:00,2024-12-31 23:59:59.5]","[1 day,90 days)","(,2 years]","[02:30:00,)"}'::text[]) WITH ORDINALITY AS r(r, n))::icp_portrait),
	('conditions in conditions', '{"characteristics": [{"name": "c", "field": "f", "attributes": [
		{"all": [{"range": "[1,)"}, {"range": "(,5)"}], "points": 1},
		{"any": [{"equals": 7}], "points": 2},
		{"not": {"not": {"equals": 8}}, "points": 3},
		{"all": [{"any": [{"equals": 9}, {"not": {"all": [{"missing": true}, {"field": "g", "contains": ["x", "y"]}]}}]}, {"field": "h", "ilike": "%x%"}], "points": 4},
		{"not": {"in": [1, 2]}, "points": 5}, {"not": {"missing": true}, "points": 6}, {"missing": true, "points": 7}, {"as": "number", "equals": 1, "points": 8}]}]}'),
	('placeholders of some', '{"characteristics": [
		{"name": "1", "field": "a", "placeholders": ["x"], "attributes": [{"equals": "y", "points": 1}]},
		{"name": "2", "field": "a", "attributes": [{"equals": "y", "points": 1}]},
		{"name": "3", "field": "b", "placeholders": ["\u0001", 5, true], "attributes": [{"equals": "y", "points": 1}]}], "placeholders": ["z"]}'),
	('a last attribute like the one that is added', '{"characteristics": [{"name": "c", "field": "f", "attributes": [{"equals": 1, "points": 1}, {"otherwise": true, "points": 0}]}]}');
SELECT is(icp_from_pmml(icp_to_pmml(portrait)), portrait, what) FROM portraits;
SELECT is(icp_from_pmml(XMLPARSE(CONTENT XMLSERIALIZE(CONTENT icp_to_pmml(portrait) AS text))), portrait, what || ', as text') FROM portraits;

-- Random portraits, good and bad; the bad are not kept.
CREATE FUNCTION pick(VARIADIC choices anycompatiblearray) RETURNS anycompatible LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * array_length(choices, 1))::int] $$;
CREATE FUNCTION maybe(share float8, key text, value jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT CASE WHEN random() < share THEN jsonb_build_object(key, value) ELSE '{}' END $$;
CREATE FUNCTION random_text() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT to_jsonb(pick('SaaS', '', '100', 'true', 'a b', '<x>&"''', '中文 字', 'back\slash', '\', '"', '\"', ' ', E'\t\n\r', E'\x01', ']]>', '&#10;', '2024-01-31', '%s', '\1', 'null', 'x' || floor(random() * 30)))
$$;
CREATE FUNCTION random_literal() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT pick(random_text(), random_text(), pick('0', '1', '-1', '1.5', '100', '1e3', '0.000001', '99999999999999999999.5', 'true', 'false')::jsonb)
$$;
CREATE FUNCTION random_literals() RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT jsonb_agg(random_literal()) FROM generate_series(0, floor(random() * 4)::int) $$;
CREATE FUNCTION random_condition(depth int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	kind text := CASE WHEN random() < depth * 0.3 THEN pick('all', 'any', 'not')
		ELSE pick('equals', 'equals', 'in', 'in', 'range', 'range', 'missing', 'like', 'contains', 'within') END;
BEGIN
	RETURN jsonb_build_object(kind, CASE kind
			WHEN 'not' THEN random_condition(depth - 1)
			WHEN 'equals' THEN random_literal()
			WHEN 'in' THEN random_literals()
			WHEN 'contains' THEN random_literals()
			WHEN 'range' THEN to_jsonb(pick('[', '(') || pick('0,7', '-5,', ',1.25', ',', '2020-01-01,2024-01-01 08:00', ',2024-01-01', '1 day,90 days') || pick(']', ')'))
			WHEN 'missing' THEN 'true'
			WHEN 'like' THEN '"%<&中\"%"'
			WHEN 'within' THEN '"90 days"'
			ELSE (SELECT jsonb_agg(random_condition(depth - 1)) FROM generate_series(0, floor(random() * 3)::int)) END)
		|| maybe(0.5, 'field', to_jsonb(pick('industry', 'employees', 'Odd "Name" <&>''', '中文', E'f\x01', E'f\x02'))) || maybe(0.1, 'as', to_jsonb(pick('number', 'date')));
END
$$;
CREATE FUNCTION random_portrait() RETURNS icp_portrait LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	LOOP
		BEGIN
			RETURN (SELECT jsonb_build_object('characteristics', coalesce(jsonb_agg(jsonb_build_object('name', c || (random_text() #>> '{}'), 'attributes', (
						SELECT jsonb_agg(random_condition(3) || jsonb_build_object('points', pick(0, 10, -5, 2.5, 0.000001)) || maybe(0.2, 'reason', random_text()))
							FROM generate_series(0, floor(random() * 4)::int))
						|| CASE WHEN random() < 0.4 THEN jsonb_build_array(jsonb_build_object('otherwise', true, 'points', pick(0, 1))) ELSE '[]' END)
					|| maybe(0.8, 'field', to_jsonb(pick('industry', 'employees', '中文', E'f\x01'))) || maybe(0.3, 'as', '"number"')
					|| maybe(0.2, 'placeholders', random_literals()) || maybe(0.3, 'group', '"g"') || maybe(0.3, 'reason', random_text())), '[]'))
				|| maybe(0.5, 'title', random_text()) || maybe(0.5, 'placeholders', random_literals()) || maybe(0.5, 'initial', '2.5')
				|| maybe(0.3, 'disqualify', jsonb_build_array(jsonb_build_object('when', random_condition(1)))) || maybe(0.3, 'tiers', '{"<T>": 1}')
				FROM generate_series(1, floor(random() * 5)::int) AS c)::icp_portrait;
		EXCEPTION WHEN data_exception THEN
			NULL;
		END;
	END LOOP;
END
$$;
SELECT FROM setseed(0.5);
CREATE TEMP TABLE many AS SELECT portrait, icp_to_pmml(portrait) AS pmml FROM (SELECT random_portrait() AS portrait FROM generate_series(1, 200) OFFSET 0) p;
SELECT cmp_ok(count(DISTINCT portrait), '>', 120::bigint, 'random portraits differ') FROM many;
SELECT is_empty($$SELECT portrait FROM many WHERE icp_from_pmml(pmml) <> portrait$$, 'random portraits come back');
SELECT is_empty($$SELECT portrait FROM many WHERE NOT pmml IS DOCUMENT$$, 'their PMML is a document');

-- Settings change nothing.
CREATE TEMP TABLE before AS SELECT portrait, icp_to_pmml(portrait)::text AS pmml FROM portraits;
SET LOCAL xmloption = document; SET LOCAL xmlbinary = hex; SET LOCAL DateStyle = 'German, DMY'; SET LOCAL IntervalStyle = iso_8601; SET LOCAL TimeZone = 'Asia/Kathmandu';
SET LOCAL bytea_output = escape; SET LOCAL extra_float_digits = -5; SET LOCAL standard_conforming_strings = off; SET LOCAL search_path = pg_temp;
CREATE TEMP TABLE after AS SELECT portrait, public.icp_to_pmml(portrait)::text AS pmml, public.icp_from_pmml(public.icp_to_pmml(portrait)) AS read FROM before;
RESET xmloption; RESET xmlbinary; RESET DateStyle; RESET IntervalStyle; RESET TimeZone; RESET bytea_output; RESET extra_float_digits; RESET standard_conforming_strings; RESET search_path;
SELECT is_empty($$SELECT * FROM before b FULL JOIN after a USING (portrait) WHERE a.pmml IS DISTINCT FROM b.pmml OR a.read IS DISTINCT FROM portrait$$, 'settings change nothing');

SELECT is(icp_to_pmml(NULL)::text, NULL, 'no portrait, no PMML');
SELECT is(icp_from_pmml(NULL), NULL, 'no PMML, no portrait');
SELECT is_empty($$SELECT proname FROM pg_proc WHERE proname ~ '^icp_(pmml_|to_pmml|from_pmml)'
	AND (provolatile <> 'i' OR proparallel <> 's' OR obj_description(oid, 'pg_proc') IS NULL)$$, 'immutable, parallel safe, commented');

---- native elements say the same without the Extensions ----

CREATE FUNCTION plain_condition(depth int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	kind text := CASE WHEN random() < depth * 0.3 THEN pick('all', 'any', 'not') ELSE pick('equals', 'in', 'range', 'missing') END;
	field text := CASE kind WHEN 'range' THEN pick('employees', 'since') ELSE pick('industry', 'employees', 'active') END;
BEGIN
	RETURN CASE WHEN kind IN ('all', 'any') THEN jsonb_build_object(kind, (SELECT jsonb_agg(plain_condition(depth - 1)) FROM generate_series(0, floor(random() * 3)::int)))
		WHEN kind = 'not' THEN jsonb_build_object('not', plain_condition(depth - 1))
		WHEN kind = 'missing' THEN jsonb_build_object('field', field, kind, true)
		WHEN kind = 'range' AND field = 'since' THEN jsonb_build_object('field', field, kind, pick('[2024-01-01,2024-06-30]', '(2024-01-01,)', '(,2024-06-30 12:00)'))
		WHEN kind = 'range' THEN jsonb_build_object('field', field, kind, pick('[100,300]', '(100,300)', '[300,)', '(,100]', '(,)'))
		WHEN kind = 'in' THEN jsonb_build_object('field', field, kind, CASE field WHEN 'industry' THEN '["SaaS", "a \"b\\"]' WHEN 'employees' THEN '[100, 200]' ELSE '[true]' END::jsonb)
		ELSE jsonb_build_object('field', field, kind, CASE field WHEN 'industry' THEN pick('"SaaS"', '"客户"', '""') WHEN 'employees' THEN pick('100', '300.5') ELSE pick('true', 'false') END::jsonb) END;
END
$$;
-- Not kept are those where plainer words reveal that an attribute can never be reached.
CREATE FUNCTION plain_portrait(OUT portrait icp_portrait, OUT native icp_portrait) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	LOOP
		BEGIN
			portrait := (SELECT jsonb_build_object('initial', pick(0, 1.5), 'placeholders', '["Select", "", -1]'::jsonb, 'characteristics', '[{"name": "types", "attributes": [{"all": [
					{"field": "industry", "equals": "x"}, {"field": "employees", "equals": 99.5}, {"field": "since", "range": "(,)"}, {"field": "active", "equals": true}], "points": 7}]}]' || jsonb_agg(jsonb_build_object('name', c,
					'attributes', (SELECT jsonb_agg(plain_condition(3) || jsonb_build_object('points', a * 10 - 15)) FROM generate_series(1, 3) AS a)
						|| CASE WHEN random() < 0.5 THEN '[]' ELSE '[{"otherwise": true, "points": 3}]'::jsonb END)))
				FROM unnest('{a,b,c}'::text[]) AS c);
			native := icp_from_pmml(bare(icp_to_pmml(portrait)));
			RETURN;
		EXCEPTION WHEN data_exception THEN
			NULL;
		END;
	END LOOP;
END
$$;
CREATE TEMP TABLE docs AS SELECT i, maybe(0.8, 'industry', to_jsonb(pick('SaaS', '客户', 'a "b\', 'Select', '', 'x'))) || maybe(0.8, 'employees', pick('99.5', '100', '200', '300', '300.5', '-1')::jsonb)
	|| maybe(0.8, 'since', to_jsonb(pick('2024-01-01', '2024-03-01', '2024-06-30 12:00', '2025-01-01'))) || maybe(0.8, 'active', pick('true', 'false')::jsonb) AS doc
	FROM generate_series(1, 30) AS i;
CREATE TEMP TABLE plain (portrait icp_portrait, native icp_portrait);
DO $$BEGIN FOR i IN 1 .. 60 LOOP INSERT INTO plain SELECT * FROM plain_portrait(); END LOOP; END$$;
SELECT is_empty($$SELECT portrait, doc, (icp_evaluate(doc, portrait)).points, (icp_evaluate(doc, native)).points FROM plain, docs
	WHERE (icp_evaluate(doc, portrait)).points <> (icp_evaluate(doc, native)).points$$, 'the same points without Extensions');
SELECT cmp_ok(count(DISTINCT (icp_evaluate(doc, native)).points), '>', 10::bigint, 'of many values') FROM plain, docs;

---- edits win ----

CREATE FUNCTION edited(portrait icp_portrait, VARIADIC edits text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	pmml text := icp_to_pmml(portrait)::text;
BEGIN
	FOR i IN 1 .. cardinality(edits) BY 2 LOOP
		IF strpos(pmml, edits[i]) = 0 THEN
			RAISE EXCEPTION 'nothing to edit: %', edits[i];
		END IF;
		pmml := replace(pmml, edits[i], edits[i + 1]);
	END LOOP;
	RETURN icp_from_pmml(XMLPARSE(CONTENT pmml))::jsonb;
END
$$;
CREATE TEMP TABLE original AS SELECT '{"title": "t\u0001", "initial": 5, "characteristics": [
	{"name": "n\u0001", "field": "f", "reason": "r\u0001", "group": "g", "attributes": [
		{"equals": "a\u0001", "points": 1, "reason": "s\u0001"}, {"like": "b%", "points": 2}, {"not": {"any": [{"equals": "c"}, {"equals": "d"}]}, "points": 3}]}],
	"placeholders": ["Select"]}'::icp_portrait AS p;
SELECT is(edited(p, 'partialScore="2"', 'partialScore="-7.25"') #> '{characteristics,0,attributes,1}', '{"like": "b%", "points": -7.25}', 'points') FROM original;
SELECT is(edited(p, '<SimplePredicate field="f" operator="equal" value="a?"/>', '<SimplePredicate field="f" operator="equal" value="A"/>') #> '{characteristics,0,attributes,0}',
	'{"equals": "A", "points": 1, "reason": "s\u0001"}', 'a predicate') FROM original;
SELECT is(edited(p, '<False/>', '<SimplePredicate field="f" operator="isMissing"/>') #> '{characteristics,0,attributes,1}', '{"missing": true, "points": 2}', 'a predicate where PMML had none') FROM original;
SELECT is(edited(p, 'notEqual" value="c"', 'equal" value="e"') #> '{characteristics,0,attributes,2}',
	'{"all": [{"equals": "e"}, {"not": {"equals": "d"}}], "points": 3}', 'a predicate in a predicate') FROM original;
SELECT is(edited(p, '"implied">true</Extension>' || E'\n<True/></Attribute>', '"implied">true</Extension><True/></Attribute>',
	'<Attribute partialScore="0">', '<Attribute partialScore="4">') #> '{characteristics,0,attributes,3}', '{"otherwise": true, "points": 4}', 'points where none matches') FROM original;
SELECT is(edited(p, 'modelName="t?"', 'modelName="T"') -> 'title', '"T"', 'the title') FROM original;
SELECT is(edited(p, 'initialScore="5"', 'initialScore="1e1"') -> 'initial', '10', 'the initial score') FROM original;
SELECT is(edited(p, 'name="n?" reasonCode="r?"', 'name="N" reasonCode="R"') #- '{characteristics,0,attributes}' #> '{characteristics,0}', '{"name": "N", "field": "f", "reason": "R", "group": "g"}', 'name and reason') FROM original;
SELECT is(edited(p, ' reasonCode="s?"', '') #> '{characteristics,0,attributes,0}', '{"equals": "a\u0001", "points": 1}', 'a reason that goes') FROM original;
SELECT is(edited(p, 'field="f"', 'field="F"', 'DataField name="f"', 'DataField name="F"') #- '{characteristics,0,attributes}' #> '{characteristics,0}', '{"name": "n\u0001", "field": "F", "reason": "r\u0001", "group": "g"}', 'the field') FROM original;
SELECT is(edited(p, '<Value value="Select" property="missing"/>', '<Value value="Select" property="missing"/><Value value="?" property="missing"/>') #> '{characteristics,0,placeholders}', '["Select", "?"]', 'missing values') FROM original;
SELECT is(edited(p, '<Value value="Select" property="missing"/>', '') #> '{characteristics,0,placeholders}', '[]', 'no missing values') FROM original;
SELECT is(edited(p, '<Value value="Select" property="missing"/>', '') -> 'placeholders', '["Select"]', 'which leave those of the rest alone') FROM original;
SELECT is(edited(p, 'name="fit">60<', 'name="fit">70<') -> 'fit', '70', 'an Extension') FROM original;

---- scorecards of other tools ----

CREATE FUNCTION pmml(attributes text, fields text DEFAULT '', mining text DEFAULT '', scorecard text DEFAULT '', before text DEFAULT '', dtd text DEFAULT '') RETURNS xml LANGUAGE sql AS $$
	SELECT XMLPARSE(CONTENT dtd || '<PMML version="4.2"><Header/><DataDictionary>'
		'<DataField name="s" optype="categorical" dataType="string"/><DataField name="n" optype="continuous" dataType="integer"/>'
		'<DataField name="b" optype="categorical" dataType="boolean"/><DataField name="d" optype="continuous" dataType="date"/>'
		'<DataField name="t" optype="continuous" dataType="dateTime"/><DataField name="x" optype="continuous" dataType="dateDaysSince[1970]"/>' || fields ||
		'</DataDictionary><Scorecard functionName="regression"' || scorecard || '><MiningSchema><MiningField name="s"/>' || mining || '</MiningSchema>' || before ||
		'<Characteristics><Characteristic name="c">' || attributes || '</Characteristic></Characteristics></Scorecard></PMML>')
$$;
CREATE FUNCTION condition_of(predicate text, fields text DEFAULT '') RETURNS jsonb LANGUAGE sql AS $$
	SELECT (icp_from_pmml(pmml('<Attribute partialScore="1">' || predicate || '</Attribute>', fields))::jsonb #> '{characteristics,0,attributes,0}') - 'points'
$$;

CREATE TEMP TABLE foreign_pmml AS SELECT XMLPARSE(DOCUMENT $$<?xml version="1.0"?>
<!-- in another order, with all that may be passed over -->
<PMML xmlns="http://www.dmg.org/PMML-4_1" version="4.1">
	<Header copyright="somebody"><Application name="a tool" version="1"/><Timestamp>2010-11-10T08:17:10.8</Timestamp></Header>
	<DataDictionary numberOfFields="4">
		<DataField name="department" optype="categorical" dataType="string"><Value value="marketing"/><Value value="n/a" property="missing"/></DataField>
		<DataField name="age" optype="continuous" dataType="integer"><Interval closure="closedOpen" leftMargin="0"/></DataField>
		<DataField name="income" optype="continuous" dataType="double"><Value value="-1" property="missing"/></DataField>
		<DataField name="overallScore" optype="continuous" dataType="double"/>
	</DataDictionary>
	<TransformationDictionary><DerivedField name="unused" optype="continuous" dataType="double"><FieldRef field="age"/></DerivedField></TransformationDictionary>
	<Scorecard modelName="Sample" functionName="regression" initialScore="10.0" useReasonCodes="true" reasonCodeAlgorithm="pointsBelow" baselineMethod="other" baselineScore="7">
		<Extension name="note" value="nothing to us"/>
		<MiningSchema>
			<MiningField name="department"/><MiningField name="age" usageType="active" invalidValueTreatment="returnInvalid"/>
			<MiningField name="income" invalidValueTreatment="asMissing" importance="0.5"/>
			<MiningField name="overallScore" usageType="predicted"/>
		</MiningSchema>
		<Output><OutputField name="score" feature="predictedValue" dataType="double"/><OutputField name="why" feature="reasonCode" rank="1" dataType="string"/></Output>
		<Targets><Target field="overallScore" optype="continuous" rescaleFactor="1.0" rescaleConstant="0"/></Targets>
		<Characteristics>
			<Characteristic name="department" reasonCode="RC1" baselineScore="19">
				<Attribute partialScore="-9"><SimplePredicate field="department" operator="isMissing"/></Attribute>
				<Attribute partialScore="19"><SimplePredicate field="department" operator="equal" value="marketing"/></Attribute>
				<Attribute partialScore="3" reasonCode="RC1_1"><Extension name="note"/><SimpleSetPredicate field="department" booleanOperator="isIn"><Array n="2" type="string">engineering "research and \"more\""</Array></SimpleSetPredicate></Attribute>
				<Attribute partialScore="99"><False/></Attribute>
				<Attribute partialScore="0"><True/></Attribute>
			</Characteristic>
			<Characteristic reasonCode="">
				<Attribute partialScore="-1"><SimplePredicate field="age" operator="isMissing"/></Attribute>
				<Attribute partialScore="-3.5"><SimplePredicate field="age" operator="lessOrEqual" value="18"/></Attribute>
				<Attribute partialScore="12"><CompoundPredicate booleanOperator="and"><SimplePredicate field="age" operator="lessOrEqual" value="39"/><SimplePredicate field="age" operator="greaterThan" value=" 18 "/></CompoundPredicate></Attribute>
				<Attribute partialScore="18"><SimplePredicate field="age" operator="greaterThan" value="39"/></Attribute>
			</Characteristic>
			<Characteristic name="department">
				<Attribute partialScore="5.0"><SimplePredicate field="income" operator="isMissing"/></Attribute>
				<Attribute partialScore="26"><SimplePredicate field="income" operator="lessThan" value="1.0E3"/></Attribute>
				<Attribute partialScore="7"><SimplePredicate field="income" operator="greaterOrEqual" value="1000"/></Attribute>
			</Characteristic>
		</Characteristics>
		<ModelVerification recordCount="0"/>
	</Scorecard>
</PMML>$$) AS pmml;
SELECT is(icp_from_pmml(pmml), '{"title": "Sample", "initial": 10, "characteristics": [
	{"name": "department", "field": "department", "reason": "RC1", "placeholders": ["n/a"], "attributes": [{"missing": true, "points": -9}, {"equals": "marketing", "points": 19},
		{"in": ["engineering", "research and \"more\""], "points": 3, "reason": "RC1_1"}, {"otherwise": true, "points": 0}]},
	{"name": "age", "field": "age", "attributes": [{"missing": true, "points": -1}, {"range": "(,18]", "points": -3.5},
		{"all": [{"range": "(,39]"}, {"range": "(18,)"}], "points": 12}, {"range": "(39,)", "points": 18}]},
	{"name": "department (3)", "field": "income", "placeholders": [-1], "attributes": [{"missing": true, "points": 5}, {"range": "(,1000)", "points": 26}, {"range": "[1000,)", "points": 7}]}]}'::icp_portrait,
	'a scorecard of another tool') FROM foreign_pmml;
-- what the scorecard gives, by hand
SELECT is((icp_evaluate(doc::jsonb, icp_from_pmml(pmml))).points, points, 'its score of ' || doc)
	FROM foreign_pmml, (VALUES ('{"department": "marketing", "age": 18, "income": 999.5}', 10 + 19 - 3.5 + 26), ('{"department": "research and \"more\"", "age": 39, "income": 1000}', 10 + 3 + 12 + 7),
		('{"department": "sales", "age": 40, "income": -1}', 10 + 0 + 18 + 5), ('{"department": "n/a"}', 10 - 9 - 1 + 5)) AS v(doc, points);
SELECT is(icp_from_pmml(icp_to_pmml(icp_from_pmml(pmml))), icp_from_pmml(pmml), 'it comes back') FROM foreign_pmml;
SELECT is(icp_from_pmml(XMLPARSE(CONTENT regexp_replace(replace(regexp_replace(replace(pmml::text, ' xmlns="', ' xmlns:p="'), '<(/?)(\w)', '<\1p:\2', 'g'), '4.1', v), '<\?.*?\?>', ''))), icp_from_pmml(pmml), 'version ' || v || ', with a prefix')
	FROM foreign_pmml, unnest('{4.1,4.2,4.2.1,4.3,4.4,4.4.1}'::text[]) AS v;

SELECT is(condition_of(replace(replace(predicate, '@', '<SimplePredicate field='), '/"', '"/>')), expected::jsonb, coalesce(why, predicate))
	FROM (VALUES
		('@"s" operator="equal" value=""/>', '{"equals": ""}', NULL),
		('@"s" operator="equal" value="5"/>', '{"equals": "5"}', NULL),
		('@"n" operator="equal" value="5"/>', '{"equals": 5}', NULL),
		('@"b" operator="equal" value="1"/>', '{"equals": true}', NULL),
		('@"d" operator="equal" value="2024-01-31"/>', '{"equals": "2024-01-31"}', NULL),
		('@"n" operator="notEqual" value="5"/>', '{"not": {"equals": 5}}', NULL),
		('@"x" operator="isNotMissing"/>', '{"not": {"missing": true}}', NULL),
		('@"t" operator="greaterOrEqual" value="2024-01-31T08:00:00Z"/>', '{"range": "[\"2024-01-31 08:00:00\",)"}', NULL),
		('@"t" operator="lessThan" value="2024-01-31T00:00:00"/>', '{"range": "(,2024-01-31)"}', NULL),
		('<SimpleSetPredicate field="n" booleanOperator="isNotIn"><Array type="int"> 1 2
			3</Array></SimpleSetPredicate>', '{"not": {"in": [1, 2, 3]}}', 'integers'),
		('<SimpleSetPredicate field="n" booleanOperator="isIn"><Array type="real" n="2">1.50 -.5e1</Array></SimpleSetPredicate>', '{"in": [1.5, -5]}', 'reals'),
		('<SimpleSetPredicate field="s" booleanOperator="isIn"><Array type="string" n="6">ab  "a b" "" "with \"quotes\"" back\slash 5</Array></SimpleSetPredicate>',
			'{"in": ["ab", "a b", "", "with \"quotes\"", "back\\slash", "5"]}', 'quoted strings'),
		('<CompoundPredicate booleanOperator="and">@"s" operator="equal" value="x"/>@"n" operator="lessThan" value="5"/></CompoundPredicate>',
			'{"all": [{"field": "s", "equals": "x"}, {"field": "n", "range": "(,5)"}]}', 'and, of two fields'),
		('<CompoundPredicate booleanOperator="and">@"n" operator="greaterThan" value="1"/>@"x" operator="isMissing"/>@"n" operator="lessThan" value="5"/></CompoundPredicate>',
			'{"all": [{"field": "n", "range": "(1,)"}, {"field": "x", "missing": true}, {"field": "n", "range": "(,5)"}]}', 'and, of three'),
		('<CompoundPredicate booleanOperator="and"><True/>@"s" operator="equal" value="x"/></CompoundPredicate>', '{"equals": "x"}', 'and True'),
		('<CompoundPredicate booleanOperator="or"><False/>@"s" operator="equal" value="x"/></CompoundPredicate>', '{"equals": "x"}', 'or False'),
		('<CompoundPredicate booleanOperator="or"><True/>@"s" operator="equal" value="x"/></CompoundPredicate>', '{"otherwise": true}', 'or True'),
		('<CompoundPredicate booleanOperator="xor"><True/>@"s" operator="equal" value="x"/></CompoundPredicate>', '{"not": {"equals": "x"}}', 'xor True'),
		('<CompoundPredicate booleanOperator="surrogate">@"s" operator="isMissing"/>@"n" operator="equal" value="5"/></CompoundPredicate>', '{"field": "s", "missing": true}', 'a surrogate that is never asked')
	) AS v(predicate, expected, why);
SELECT is(icp_from_pmml(pmml('<Attribute partialScore="1"><CompoundPredicate booleanOperator="and"><False/><SimplePredicate field="s" operator="equal" value="x"/></CompoundPredicate></Attribute>')),
	'{"characteristics": []}', 'what is never true gives nothing');

-- xor and surrogate against three-valued logic by hand
CREATE TEMP TABLE logic AS SELECT doc, doc ->> 's' = 'x' AS s, (doc ->> 'n')::int > 5 AS n, (doc ->> 'b')::boolean AS b
	FROM (SELECT jsonb_strip_nulls(jsonb_build_object('s', s, 'n', n, 'b', b)) AS doc
		FROM unnest('{x,y,NULL}'::text[]) AS s, unnest('{9,1,NULL}'::int[]) AS n, unnest('{t,f,NULL}'::boolean[]) AS b) d;
CREATE FUNCTION wrong(template text, expected text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
	p icp_portrait := icp_from_pmml(pmml('<Attribute partialScore="1">' || replace(replace(replace(replace(replace(template, ']', '</CompoundPredicate>'),
		'S', '<SimplePredicate field="s" operator="equal" value="x"/>'), 'N', '<SimplePredicate field="n" operator="greaterThan" value="5"/>'),
		'B', '<SimplePredicate field="b" operator="notEqual" value="false"/>'), '[', '<CompoundPredicate booleanOperator=') || '</Attribute>'));
BEGIN
	RETURN QUERY EXECUTE format('SELECT doc FROM logic WHERE (icp_evaluate(doc, $1)).points <> coalesce(%s, false)::int', expected) USING p;
END
$$;
SELECT is_empty(format('SELECT wrong(%L, %L)', template, expected), expected)
	FROM (VALUES
		('["xor">SN]', 's <> n'), ('["xor">SNB]', '(s <> n) <> b'), ('["surrogate">SNB]', 'coalesce(s, n, b)'),
		('["xor">["surrogate">SN]B]', 'coalesce(s, n) <> b'), ('["or">["and">SN]B]', '(s AND n) OR b')
	) AS v(template, expected);

---- what is refused ----

CREATE FUNCTION refuses(pmml xml, message text, state text DEFAULT '0A000') RETURNS text LANGUAGE sql AS $$
	SELECT throws_ok(format('SELECT icp_from_pmml(XMLPARSE(CONTENT %L))', pmml::text), state::char(5), message, message)
$$;
\set one '\'<Attribute partialScore="1"><SimplePredicate field="n" operator="greaterThan" value="5"/></Attribute>\''
\set place '/PMML/Scorecard/Characteristics/Characteristic[1]/Attribute'
SELECT refuses(pmml(:one, mining => '<MiningField name="n" missingValueReplacement="0"/>'), 'cannot carry /PMML/Scorecard/MiningSchema/MiningField[@name="n"]: missing values are replaced');
SELECT refuses(pmml(:one, mining => '<MiningField name="n" outliers="asExtremeValues" lowValue="0"/>'), 'cannot carry /PMML/Scorecard/MiningSchema/MiningField[@name="n"]: outliers are replaced');
SELECT refuses(pmml(replace(:one, '"n"', '"m"'), '<DataField name="m" optype="continuous" dataType="double"><Interval closure="openOpen" leftMargin="0"/></DataField>', '<MiningField name="m" invalidValueTreatment="asMissing"/>'),
	'cannot carry /PMML/Scorecard/MiningSchema/MiningField[@name="m"]: values that the DataDictionary does not list are replaced');
SELECT refuses(pmml(replace(:one, '"n"', '"m"'), before => '<LocalTransformations><DerivedField name="m" optype="continuous" dataType="double"><FieldRef field="n"/></DerivedField></LocalTransformations>'),
	'cannot carry /PMML/Scorecard/LocalTransformations/DerivedField[@name="m"]: a field is computed');
SELECT refuses(pmml(replace(:one, '"n"', '"x"')), 'cannot carry ' || :'place' || '[1]/*[1]: a field of dataType "dateDaysSince[1970]"');
SELECT refuses(pmml(replace(:one, '"n"', '"s"')), 'cannot carry ' || :'place' || '[1]/*[1]: greaterThan on a field of dataType "string"');
SELECT refuses(pmml(:one || '<Attribute><True/><ComplexPartialScore><Constant>5</Constant></ComplexPartialScore></Attribute>'), 'cannot carry ' || :'place' || '[2]/ComplexPartialScore: points that are computed');
SELECT refuses(pmml(:one, scorecard => ' reasonCodeAlgorithm="pointsAbove"'), 'cannot carry /PMML/Scorecard: pointsAbove gives reasons for a high score, a portrait for a low one');
SELECT lives_ok($$SELECT icp_from_pmml(pmml($$ || quote_literal(:one) || $$, scorecard => ' reasonCodeAlgorithm="pointsAbove" useReasonCodes="false"'))$$, 'pointsAbove of no reasons');
SELECT refuses(pmml(:one, scorecard => ' isScorable="false"'), 'cannot carry /PMML/Scorecard: it is not to be scored');
SELECT refuses(XMLPARSE(CONTENT replace(pmml(:one)::text, 'regression', 'classification')), 'cannot carry /PMML/Scorecard: its function is not regression');
SELECT refuses(pmml(:one, before => '<Targets><Target ' || a || '="2"/></Targets>'), 'cannot carry /PMML/Scorecard/Targets/Target: the sum of points is changed')
	FROM unnest('{castInteger,min,max,rescaleFactor,rescaleConstant}'::text[]) AS a;
SELECT refuses(pmml(:one, before => '<Targets><Target><TargetValue defaultValue="5"/></Target></Targets>'), 'cannot carry /PMML/Scorecard/Targets/Target/TargetValue: a score where there is none');
SELECT refuses(pmml(:one, before => '<Output><OutputField name="o" dataType="double" feature="transformedValue"/></Output>'), 'cannot carry /PMML/Scorecard/Output/OutputField: neither the sum of points nor a reason code');
SELECT refuses(pmml('<Attribute partialScore="1"><CompoundPredicate booleanOperator="surrogate"><CompoundPredicate booleanOperator="or"><SimplePredicate field="s" operator="isMissing"/>'
	'<SimplePredicate field="n" operator="isMissing"/></CompoundPredicate><True/></CompoundPredicate></Attribute>'), 'cannot carry ' || :'place' || '[1]/*[1]: a CompoundPredicate that has a surrogate');
SELECT refuses(pmml('<Attribute partialScore="1"><CompoundPredicate booleanOperator="xor">' || repeat('<SimplePredicate field="s" operator="isMissing"/>', 7) || '</CompoundPredicate></Attribute>'),
	'cannot carry ' || :'place' || '[1]/*[1]: an xor of more than 6 predicates');
SELECT refuses(pmml('<Attribute partialScore="1"><CompoundPredicate booleanOperator="and"><SimplePredicate field="p" operator="isMissing"/><SimplePredicate field="q" operator="isMissing"/></CompoundPredicate></Attribute>',
	'<DataField name="p" dataType="string"><Value value="-" property="missing"/></DataField><DataField name="q" dataType="string"/>'),
	'cannot carry /PMML/DataDictionary/DataField/Value: fields of characteristic "c" have different missing values');
SELECT refuses(XMLPARSE(CONTENT replace(pmml(:one)::text, '"4.2"', '"3.2"')), 'cannot carry /PMML: version "3.2"');
SELECT refuses(XMLPARSE(CONTENT replace(pmml(:one)::text, 'Scorecard', 'TreeModel')), 'cannot carry /PMML/TreeModel: only a Scorecard can be a portrait');
SELECT refuses(XMLPARSE(CONTENT replace(pmml(:one)::text, '</PMML>', '<Scorecard/></PMML>')), 'cannot carry /PMML/Scorecard[2]: a portrait is one scorecard');

---- what is malformed ----

SELECT refuses(XMLPARSE(CONTENT pmml), message, '2200N')
	FROM (VALUES ('<a/>', 'invalid PMML: its root element is a'), ('<PMML version="4.4"/>', 'invalid PMML at /PMML: there is no Scorecard in it')) AS v(pmml, message);
SELECT refuses(pmml(attributes), 'invalid PMML at ' || :'place' || message, '2200N')
	FROM (VALUES
		('<Attribute partialScore="1"/>', '[1]: there is no predicate in it'),
		('<Attribute><True/></Attribute>', '[1]/@partialScore: there is no value'),
		('<Attribute partialScore="ten"><True/></Attribute>', '[1]/@partialScore: "ten" is no number'),
		('<Attribute partialScore="NaN"><True/></Attribute>', '[1]/@partialScore: "NaN" is no number'),
		('<Attribute partialScore="1"><SimplePredicate field="y" operator="isMissing"/></Attribute>', '[1]/*[1]: field "y" is not in the DataDictionary'),
		('<Attribute partialScore="1"><SimplePredicate field="n" operator="like" value="5"/></Attribute>', '[1]/*[1]: SimplePredicate with operator "like" is no predicate'),
		('<Attribute partialScore="1"><JavaPredicate/></Attribute>', '[1]/*[1]: JavaPredicate with operator "<NULL>" is no predicate'),
		('<Attribute partialScore="1"><SimplePredicate field="n" operator="equal"/></Attribute>', '[1]/*[1]: there is no value'),
		('<Attribute partialScore="1"><SimplePredicate field="n" operator="equal" value="five"/></Attribute>', '[1]/*[1]: "five" is no number'),
		('<Attribute partialScore="1"><SimplePredicate field="b" operator="equal" value="yes"/></Attribute>', '[1]/*[1]: "yes" is no boolean'),
		('<Attribute partialScore="1"><SimpleSetPredicate field="n" booleanOperator="isIn"/></Attribute>', '[1]/*[1]: not an Array of n values: <NULL>'),
		('<Attribute partialScore="1"><SimpleSetPredicate field="n" booleanOperator="isIn"><Array type="int" n="3">1 2</Array></SimpleSetPredicate></Attribute>', '[1]/*[1]: not an Array of n values: 1 2'),
		('<Attribute partialScore="1"><SimpleSetPredicate field="s" booleanOperator="isIn"><Array type="string">"a</Array></SimpleSetPredicate></Attribute>', '[1]/*[1]: not an Array of n values: "a'),
		('<Attribute partialScore="1"><CompoundPredicate booleanOperator="and"/></Attribute>', '[1]/*[1]: there is no predicate in it'),
		('<Attribute partialScore="1"><CompoundPredicate booleanOperator="nor"><True/><CompoundPredicate booleanOperator="nand"><True/><True/></CompoundPredicate></CompoundPredicate></Attribute>', '[1]/*[1]/*[2]: unknown booleanOperator "nand"')
	) AS v(attributes, message);
SELECT refuses(pmml('<Attribute partialScore="1"><True/></Attribute><Attribute partialScore="2"><True/></Attribute>'),
	'invalid portrait at characteristics[0].attributes[1]: it can never be reached: "otherwise" before it matches everything', '22P02');
SELECT refuses(XMLPARSE(CONTENT replace(icp_to_pmml('{"characteristics": []}')::text, '"fit">60', '"fitt">60')), 'invalid portrait at fitt: unknown key "fitt"', '22P02');

-- Core parses the XML: no entity reaches out or blows up.
SELECT throws_ok($$SELECT icp_from_pmml('<a/><b/>')$$, '2200M', NULL, 'no document');
SELECT throws_ok(format('SELECT icp_from_pmml(%L)', pmml('<Attribute partialScore="1"><SimpleSetPredicate field="s" booleanOperator="isIn"><Array type="string">&e;</Array></SimpleSetPredicate></Attribute>',
	dtd => '<!DOCTYPE PMML [<!ENTITY e SYSTEM "file:///etc/passwd">]>')), '2200N', NULL, 'an external entity');
SELECT throws_ok(format($$SELECT icp_from_pmml(%L::xml)$$, '<!DOCTYPE PMML [<!ENTITY a "aaaaaaaaaa">' || string_agg(format('<!ENTITY %s "%s">', chr(n), repeat('&' || chr(n - 1) || ';', 10)), '' ORDER BY n)
	|| ']><PMML version="4.4"><Scorecard functionName="regression" modelName="&m;"/></PMML>'), '2200N', NULL, 'billion laughs') FROM generate_series(98, 109) AS n;

SELECT * FROM finish();
ROLLBACK;

-- icp_to_sql: the same score as icp_score, as one plain expression.
CREATE TABLE accounts (name text, size integer, revenue numeric(12,2), growth real, told varchar(20), since date, tags text[], attrs jsonb);
INSERT INTO accounts VALUES
	('zero', 0, 0, 0, '0', '2020-01-01', '{a,b}', '{"n": 0}'),
	('one', 1, 1, 1, '1e0', '2021-06-30', '{}', '{"n": 1}'),
	('minus', -1, -1, -1, '-1.00', NULL, NULL, '{"n": -1}'),
	('big', 2147483647, 9999999999.99, 'Infinity', '1e30', '2024-02-29', '{a,NULL}', '{"n": 1e30}'),
	('words', NULL, 'NaN', 'NaN', 'many', '2019-12-31', '{NULL}', '{"m": 1}'),
	('N/A', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('', 5, 5, 5, ' 5 ', '2022-01-01', '{b}', '{"n": 5}');

-- The number of rows, and of those where the two differ.
CREATE FUNCTION differences(portrait icp_portrait) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE format('SELECT count(*) || '' rows, '' || count(*) FILTER (WHERE icp_score(a, %L::icp_portrait) IS DISTINCT FROM (%s)) || '' differ'' FROM accounts a',
		portrait, icp_to_sql(portrait, 'a')) INTO result;
	RETURN result;
END $$;

SELECT c.value ->> 'name' AS characteristic, differences(jsonb_build_object('placeholders', '[0, -1, "N/A", ""]'::jsonb, 'initial', 3,
		'scale', s, 'characteristics', jsonb_build_array(c.value))::icp_portrait)
FROM jsonb_array_elements('[
	{"name": "text", "field": "name", "attributes": [{"in": ["zero", "one"], "points": 1}, {"missing": true, "points": 2}, {"like": "%s", "points": 3}, {"otherwise": true, "points": -4}]},
	{"name": "not text", "attributes": [{"not": {"field": "name", "equals": "one"}, "points": 1.5}]},
	{"name": "integer", "field": "size", "attributes": [{"missing": true, "points": 1}, {"range": "(,3)", "points": 2}, {"range": "[3,)", "points": 0.1}]},
	{"name": "not integer", "attributes": [{"not": {"field": "size", "range": "[2,)"}, "points": 1}]},
	{"name": "numeric", "field": "revenue", "attributes": [{"missing": true, "points": 7}, {"range": "(,3)", "points": 1}, {"equals": 5, "points": 2}]},
	{"name": "real", "field": "growth", "attributes": [{"missing": true, "points": 7}, {"range": "[1,)", "points": 1}]},
	{"name": "text read as a number", "field": "told", "as": "number", "attributes": [{"missing": true, "points": 7}, {"range": "(,3)", "points": 1}, {"range": "[3,)", "points": 2}]},
	{"name": "date", "field": "since", "attributes": [{"missing": true, "points": 7}, {"range": "[2020-01-01,2022-01-01)", "points": 1}]},
	{"name": "array", "field": "tags", "attributes": [{"contains": ["a", "b"], "points": 3}, {"contains_any": ["a", "c"], "points": 2}, {"not": {"contains": "b"}, "points": 1}]},
	{"name": "json", "field": "attrs.n", "attributes": [{"missing": true, "points": 7}, {"range": "[1,10)", "points": 1}]},
	{"name": "compound", "attributes": [{"all": [{"field": "name", "ilike": "%O%"}, {"any": [{"field": "size", "equals": 1}, {"field": "growth", "range": "(,0]"}]}], "points": 4}]},
	{"name": "large", "field": "size", "attributes": [{"range": "[0,)", "points": 1000000000}, {"range": "(,0)", "points": -1000000000}]}
]') WITH ORDINALITY AS c (value, i), (VALUES ('score'), ('points')) AS x (s)
ORDER BY i, s;

-- sums that leave the range of integer, disqualification, nothing to win
SELECT differences(format('{"scale": "points", "characteristics": [%s]}', string_agg(format('{"name": "c%s", "field": "size", "attributes": [{"range": "[0,)", "points": 1000000000}]}', i), ','))::icp_portrait)
FROM generate_series(1, 5) AS i;
SELECT differences('{"characteristics": [{"name": "a", "field": "size", "attributes": [{"range": "[1,)", "points": 2}]}], "disqualify": [{"when": {"field": "name", "in": ["one", "big"]}, "reason": "no"}]}');
SELECT differences('{"characteristics": [{"name": "a", "field": "size", "attributes": [{"otherwise": true, "points": 2}]}]}');

-- dates by their age, at a day that is given and as of now; as text, and in documents
ALTER TABLE accounts ADD met timestamp, ADD wrote text;
INSERT INTO accounts (name, since, met, wrote, attrs)
	SELECT 'dated', m::date, m, to_char(m, 'YYYY-MM-DD HH24:MI:SS'), jsonb_build_object('met', m, 'is', m > '2024-06-15')
	FROM unnest('{2024-06-15,2024-03-17,2024-03-16 23:59:59,2024-03-17 00:00:01,2024-06-15 00:00:01,2024-09-13,2024-09-13 00:00:01,infinity,-infinity}'::timestamp[]) AS m;
INSERT INTO accounts (name, since, met, wrote)
	SELECT 'now', n::date, n, n::text FROM (SELECT LOCALTIMESTAMP + h * interval '1 hour' FROM unnest('{-2400,-2161,-2159,-1,1,2159,2161}'::int[]) AS h) AS m (n);
SELECT c.value ->> 'name' AS characteristic, a.at, differences(jsonb_strip_nulls(jsonb_build_object('at', a.at, 'scale', 'points', 'characteristics', jsonb_build_array(c.value)))::icp_portrait)
FROM jsonb_array_elements('[
	{"name": "within", "field": "met", "attributes": [{"within": "90 days", "points": 1}]},
	{"name": "older", "field": "met", "attributes": [{"older": "90 days", "points": 1}]},
	{"name": "within next", "field": "met", "attributes": [{"within_next": "90 days", "points": 1}]},
	{"name": "not within", "attributes": [{"not": {"field": "met", "within": "90 days"}, "points": 1}]},
	{"name": "of a date", "field": "since", "attributes": [{"within": "90 days", "points": 1}, {"within_next": "2 months", "points": 2}, {"older": "1 year", "points": 3}]},
	{"name": "of text", "field": "wrote", "as": "date", "attributes": [{"missing": true, "points": 7}, {"range": "[2024-06-15,2024-09-13]", "points": 1}, {"older": "90 days", "points": 2}]},
	{"name": "of a document", "field": "attrs.met", "attributes": [{"older": "90 days", "points": 2}]},
	{"name": "a flag in a document", "field": "attrs.is", "attributes": [{"equals": true, "points": 2}, {"equals": false, "points": 1}]},
	{"name": "any range", "field": "size", "attributes": [{"range": "(,)", "points": 2}]},
	{"name": "not any range", "attributes": [{"not": {"field": "size", "range": "(,)"}, "points": 2}]},
	{"name": "missing in a compound", "attributes": [{"all": [{"field": "attrs.n", "missing": true}, {"field": "name", "equals": "words"}], "points": 2}, {"any": [{"field": "attrs.n", "range": "(,2)"}], "points": 1}]},
	{"name": "open and closed ends", "field": "size", "attributes": [{"range": "(-1,0]", "points": 1}, {"range": "(0,5)", "points": 2}, {"range": "[5,5]", "points": 3}]}
]') WITH ORDINALITY AS c (value, i), (VALUES ('2024-06-15'), (NULL)) AS a (at)
WHERE a.at IS NOT NULL OR c.value ->> 'name' <> 'of a date'
ORDER BY i, a.at;
-- a field that is only ever tested for being missing takes its sort from the disqualifier
SELECT differences('{"placeholders": [0, "N/A"], "characteristics": [{"name": "a", "field": "size", "attributes": [{"missing": true, "points": 2}]}], "disqualify": [{"when": {"all": [{"field": "size", "range": "[1,)"}, {"field": "name", "like": "b%"}]}, "reason": "no"}]}');

-- as a user sees it
SELECT icp_to_sql('{"characteristics": [{"name": "a", "field": "Size of it", "attributes": [{"range": "[1,5)", "points": 2}, {"otherwise": true, "points": 1}]}]}', 'my table');
DROP FUNCTION differences(icp_portrait);
DROP TABLE accounts;

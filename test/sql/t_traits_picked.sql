-- Texts that a sketch kept only because best rows have them are held against all
-- the texts that could have been kept: by chance some of many is on two best rows.
SET client_min_messages = warning;
CREATE TABLE picked AS
SELECT i, CASE WHEN i % 5 = 0 THEN 'unique text ' || i ELSE 'common text ' || ((i * 7919::bigint) % 2003) END AS t
FROM generate_series(1, 100000) AS i;
SELECT count(*) AS best, max(n) AS "best rows with one text"
FROM (SELECT t, count(*) OVER (PARTITION BY t) AS n FROM picked WHERE hashint8extended(i, 11) % 2500 = 0) AS b;
SELECT trait, best_n, all_n, q_value
FROM icp_traits((SELECT icp_sketch(icp_row(picked), hashint8extended(i, 11) % 2500 = 0) FROM picked), 1, 0.03, 1.0,
	options => '{"permutations": 200, "exclude": ["i"]}');
-- A text that is planted on the best rows is found all the same.
UPDATE picked SET t = 'planted text' WHERE hashint8extended(i, 11) % 2500 = 0 AND i % 2 = 0;
SELECT trait, best_n, all_n
FROM icp_traits((SELECT icp_sketch(icp_row(picked), hashint8extended(i, 11) % 2500 = 0) FROM picked), 1, 0.03, 1.0,
	options => '{"permutations": 200, "exclude": ["i"]}');
DROP TABLE picked;

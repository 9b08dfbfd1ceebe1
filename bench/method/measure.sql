-- What is timed, and what is compared with what.

-- The same people as evaluations, each with what it cost to reach.
CREATE TABLE bench.evaluations AS
SELECT account, ROW(100 * u(person, 11), 8, NULL, ('{T1,T2,T3,out}'::text[])[1 + floor(4 * u(person, 12))::int], u(person, 11) > 0.6, u(person, 13), NULL, '{not SaaS}')::icp_evaluation AS e,
	100 * u(person, 11) AS score, round((100 * u(person, 14))::numeric, 2) AS cost, u(person, 15) < 0.7 AS supports, 'source ' || floor(u(person, 16) * 50) AS source
FROM people;
VACUUM ANALYZE bench.evaluations;

-- Groups are as many as accounts: they need room. Sorted, the time of sorting is in both.
INSERT INTO bench.queries (name, settings, query) SELECT name, '{"jit": "off", "work_mem": "512MB"}', query FROM (VALUES
('scan', 'SELECT max(influence) FROM people'),
('count, sum', 'SELECT sum(n), sum(s) FROM (SELECT count(*) AS n, sum(influence) AS s FROM people GROUP BY account) AS x'),
('icp_committee', 'SELECT sum((c).people), sum((c).coverage) FROM (SELECT icp_committee(role, stance, influence, company_size) AS c FROM people GROUP BY account) AS x'),
('icp_committee, text[]', 'SELECT sum((c).people), sum((c).coverage) FROM (SELECT icp_committee(roles, stance, influence, company_size) AS c FROM people GROUP BY account) AS x'),
('count, sum of scores', 'SELECT sum(n), sum(s) FROM (SELECT count(*) AS n, sum((e).score) AS s FROM bench.evaluations GROUP BY account) AS x'),
('icp_reach', 'SELECT sum((r).fitting) FROM (SELECT icp_reach(e) AS r FROM bench.evaluations GROUP BY account) AS x'),
('icp_audience', 'SELECT sum((r).cost) FROM (SELECT icp_audience(e, cost) AS r FROM bench.evaluations GROUP BY account) AS x'),
('icp_evidence', 'SELECT sum((r).supports) FROM (SELECT icp_evidence(supports, source) AS r FROM bench.evaluations GROUP BY account) AS x'),
('icp_buyer_role', 'SELECT count(icp_buyer_role(title)) FROM people'),
('three percent_rank', 'SELECT sum(r) FROM (SELECT (percent_rank() OVER (ORDER BY score) + percent_rank() OVER (ORDER BY cost) + percent_rank() OVER (ORDER BY account)) / 3 AS r FROM bench.evaluations) AS x'),
('icp_customer_rank', 'SELECT sum(r) FROM (SELECT icp_customer_rank(score, cost::float8, account) OVER () AS r FROM bench.evaluations) AS x')
) AS q (name, query);
INSERT INTO bench.queries (name, settings, query)
SELECT name || ', sorted', settings || '{"enable_hashagg": "off"}', query FROM bench.queries WHERE query LIKE '%GROUP BY account%' ORDER BY place;

INSERT INTO bench.comparisons (name, base, at_most, at_least, at_most_ms) VALUES
('scan', NULL, NULL, NULL, NULL),
('count, sum', 'scan', NULL, NULL, NULL),
('icp_committee', 'count, sum', 2, NULL, NULL),
('icp_committee, sorted', 'count, sum, sorted', 2, NULL, NULL),
('icp_committee, text[]', 'count, sum', NULL, NULL, NULL),
('icp_committee, text[], sorted', 'count, sum, sorted', NULL, NULL, NULL),
('count, sum of scores', 'count, sum', NULL, NULL, NULL),
('icp_reach', 'count, sum of scores', 2, NULL, NULL),
('icp_reach, sorted', 'count, sum of scores, sorted', 2, NULL, NULL),
('icp_audience', 'count, sum of scores', 2, NULL, NULL),
('icp_audience, sorted', 'count, sum of scores, sorted', 2, NULL, NULL),
('icp_evidence', 'count, sum of scores', 2, NULL, NULL),
('icp_evidence, sorted', 'count, sum of scores, sorted', 2, NULL, NULL),
('icp_customer_rank', 'three percent_rank', 1, NULL, NULL),
-- 300,000 titles a second
('icp_buyer_role', NULL, NULL, NULL, 3333);

INSERT INTO bench.peaks (name, base) VALUES ('count, sum', 'scan'), ('icp_committee', 'scan');

-- That the extension gives what SQL does.
CREATE PROCEDURE bench.check() LANGUAGE plpgsql AS $$
DECLARE
	wrong bigint;
BEGIN
	SELECT count(*) INTO wrong FROM (SELECT account, icp_committee(role, stance, influence, company_size) AS c, count(*) AS people,
			count(*) FILTER (WHERE stance = 'opponent') AS opponents,
			(SELECT array_agg(r ORDER BY array_position('{economic,technical,user,coach}', r)) FROM unnest(array_agg(DISTINCT icp_map_role(role)) FILTER (WHERE stance IS DISTINCT FROM 'opponent')) AS r WHERE r IS NOT NULL) AS covered
		FROM people WHERE account <= 2000 GROUP BY 1) AS x
	WHERE ((c).people, (c).opponents, (c).covered) IS DISTINCT FROM (people, opponents, coalesce(covered, '{}'));
	IF wrong > 0 THEN
		RAISE EXCEPTION '% committees are not as SQL says', wrong;
	END IF;
END
$$;

-- What is timed, and what is compared with what.

-- Groups are as many as accounts: they need room. Sorted, the time of sorting is in both.
INSERT INTO bench.queries (name, settings, query) SELECT name, '{"jit": "off", "work_mem": "512MB"}', query FROM (VALUES
('scan', 'SELECT max(influence) FROM people'),
('count, sum', 'SELECT sum(n), sum(s) FROM (SELECT count(*) AS n, sum(influence) AS s FROM people GROUP BY account) AS x'),
('icp_committee', 'SELECT sum((c).people), sum((c).coverage) FROM (SELECT icp_committee(role, stance, influence, company_size) AS c FROM people GROUP BY account) AS x'),
('icp_committee, text[]', 'SELECT sum((c).people), sum((c).coverage) FROM (SELECT icp_committee(roles, stance, influence, company_size) AS c FROM people GROUP BY account) AS x'),
('icp_buyer_role', 'SELECT count(icp_buyer_role(title)) FROM people')
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

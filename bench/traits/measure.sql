-- What is timed, and what is compared with what.

-- The customers as other engines get them: these find no intervals, so the numbers come in deciles.
CREATE VIEW bench.for_others AS
	SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, width_bucket(emp, cuts) AS emp, best::integer AS best
	FROM customers,
		(SELECT percentile_disc('{.1,.2,.3,.4,.5,.6,.7,.8,.9}'::float8[]) WITHIN GROUP (ORDER BY emp) AS cuts FROM customers) AS decile;

-- How many of the best must have something in common.
CREATE FUNCTION bench.min_best() RETURNS bigint LANGUAGE sql STABLE RETURN
	(SELECT greatest(2, ceil(0.01 * count(*)))::bigint FROM customers WHERE best);

-- A query that counts all combinations of up to max_order columns, as one does without an extension.
CREATE FUNCTION bench.grouping_sets(max_order integer) RETURNS text LANGUAGE sql STABLE AS $$
	WITH RECURSIVE columns AS (
		SELECT attname::text AS name, attnum FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attnum BETWEEN 1 AND 16
	), sets AS (
		SELECT name AS columns, attnum AS last, 1 AS n FROM columns
		UNION ALL
		SELECT s.columns || ', ' || c.name, c.attnum, s.n + 1 FROM sets AS s JOIN columns AS c ON c.attnum > s.last
		WHERE s.n < grouping_sets.max_order
	)
	SELECT format('SELECT count(*) AS n, count(*) FILTER (WHERE best) AS best FROM customers '
				  'GROUP BY GROUPING SETS (%s) HAVING count(*) FILTER (WHERE best) >= %s',
				  string_agg('(' || columns || ')', ', '), bench.min_best())
	FROM sets
$$;

-- Stored as it is: taking it out again shall cost no more than reading it.
CREATE TABLE bench.sketches (sketch icp_sketch);
ALTER TABLE bench.sketches ALTER sketch SET STORAGE EXTERNAL;
INSERT INTO bench.sketches SELECT icp_sketch(icp_row(c), c.best) FROM customers AS c;

-- Neighbours here are compared with each other: what disturbs one is likely to disturb the other.
INSERT INTO bench.queries (name, query) VALUES
('count(*)', 'SELECT count(*) FROM customers'),
('scan', 'SELECT bool_or(best) FROM customers'),
('traits', 'SELECT count(*) FROM icp_traits((SELECT icp_sketch(icp_row(c), c.best) FROM customers AS c), 3, 0.01)'),
('traits, of record', 'SELECT count(*) FROM icp_traits((SELECT icp_sketch(c, c.best) FROM customers AS c), 3, 0.01)'),
('the sketch alone', 'SELECT icp_sketch(icp_row(c), c.best) FROM customers AS c'),
('the search alone', 'SELECT count(*) FROM icp_traits((SELECT sketch FROM bench.sketches), 3, 0.01)'),
('all itemsets', format('SELECT count(*) FROM icp_itemsets((SELECT icp_sketch(icp_row(c), c.best) FROM customers AS c), 3, %s)',
	bench.min_best())),
('ten best: traits', $$SELECT count(*) FROM icp_traits((SELECT icp_sketch(icp_row(c), c.best) FROM customers_ten AS c), 3, 0.01,
	options => '{"permutations": 1000}')$$),
('200 columns: scan', 'SELECT bool_or(best) FROM wide'),
('200 columns: traits', 'SELECT count(*) FROM icp_traits((SELECT icp_sketch(icp_row(c), c.best) FROM wide AS c), 2, 0.01)'),
('tags: scan', 'SELECT bool_or(best) FROM tagged'),
('tags: traits', 'SELECT count(*) FROM icp_traits((SELECT icp_sketch(icp_row(c), c.best) FROM tagged AS c), 2, 0.01)'),
('tags and 30 with 500: traits', 'SELECT count(*) FROM icp_traits((SELECT icp_sketch(icp_row(c), c.best) FROM tagged_more AS c), 2, 0.01)');

-- What one does in plain SQL; all triples take half an hour.
INSERT INTO bench.queries (name, settings, rounds, query) VALUES
('PostgreSQL: pairs', '{"jit": "off"}', 1, bench.grouping_sets(2));	-- compiling 136 aggregations takes longer than it saves

INSERT INTO bench.queries (name) VALUES
('DuckDB: load'), ('DuckDB: pairs'), ('DuckDB: triples'), ('DuckDB: triples, enums'),
('arules: load'), ('arules: rules'), ('arules: count'), ('MacroBase: load'), ('MacroBase: explain');

INSERT INTO bench.comparisons (name, base, at_most, at_least, at_most_ms) VALUES
('count(*)', NULL, NULL, NULL, NULL),
('scan', 'count(*)', NULL, NULL, NULL),
('traits', 'scan', 4, NULL, NULL),
('traits, of record', 'scan', 6, NULL, NULL),
('the sketch alone', 'scan', NULL, NULL, NULL),
('the search alone', 'scan', NULL, NULL, 100),
('all itemsets', 'scan', NULL, NULL, NULL),
('traits', 'PostgreSQL: pairs', NULL, 1, NULL),
('traits', 'DuckDB: pairs', NULL, 1, NULL),
('traits', 'DuckDB: triples', NULL, 40, NULL),
('traits', 'DuckDB: triples, enums', NULL, 1, NULL),
('traits', 'arules: rules', NULL, 1, NULL),
('traits', 'arules: count', NULL, 1, NULL),
('traits', 'MacroBase: explain', NULL, 20, NULL),
('DuckDB: load', NULL, NULL, NULL, NULL),
('arules: load', NULL, NULL, NULL, NULL),
('MacroBase: load', NULL, NULL, NULL, NULL),
('ten best: traits', 'scan', NULL, NULL, 1200),
('200 columns: traits', '200 columns: scan', NULL, NULL, 2000),
('tags: traits', 'tags: scan', NULL, NULL, NULL),
('tags and 30 with 500: traits', 'tags: traits', 1.2, NULL, NULL);

INSERT INTO bench.peaks (name, base, at_most_mb) VALUES
('traits', 'scan', 64),
('200 columns: traits', '200 columns: scan', NULL),
('tags: traits', 'tags: scan', NULL);

-- That the data are what the specification says, that the search finds what was planted and counts it as plain SQL does,
-- and that every way to make a sketch gives the same one. Times of wrong answers would mean nothing.
CREATE PROCEDURE bench.check() LANGUAGE plpgsql AS $$
DECLARE
	trait record;
	n bigint;
	best bigint;
	planted text[] := ARRAY[$c$c7 = 'v2' AND c9 = 'v3'$c$, $c$c3 = 'v1' AND c11 = 'v4' AND c5 = 'v2'$c$, $c$c13 = 'v7'$c$,
		'emp BETWEEN 100 AND 300'];
	seen text[];
	condition text;
BEGIN
	SELECT count(*), count(*) FILTER (WHERE c.best) INTO n, best FROM customers AS c;
	IF (n, best) NOT IN ((1000000, 8715), (100000, 879)) THEN
		RAISE EXCEPTION 'of % customers % are best', n, best;
	END IF;

	FOR trait IN SELECT * FROM icp_traits((SELECT sketch FROM bench.sketches), 3, 0.01) LOOP
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE best) FROM customers WHERE %s', trait."where") INTO n, best;
		IF (n, best) IS DISTINCT FROM (trait.all_n, trait.best_n) THEN
			RAISE EXCEPTION '% holds on % customers, of whom % are best; icp_traits says % and %',
				trait.trait, n, best, trait.all_n, trait.best_n;
		END IF;
		FOREACH condition IN ARRAY planted LOOP
			EXECUTE format('SELECT count(*) FROM customers WHERE (%s) <> (%s)', trait."where", condition) INTO n;
			IF n = 0 AND trait.rank <= 4 THEN
				seen := seen || condition;
			END IF;
		END LOOP;
	END LOOP;
	IF cardinality(seen) IS DISTINCT FROM 4 THEN
		RAISE EXCEPTION 'the first four traits are not the four that were planted';
	END IF;

	IF EXISTS (SELECT * FROM icp_traits((SELECT icp_sketch(c, c.best) FROM customers AS c), 3, 0.01)
			   EXCEPT SELECT * FROM icp_traits((SELECT sketch FROM bench.sketches), 3, 0.01)) THEN
		RAISE EXCEPTION 'a sketch of records has other traits';
	END IF;
END
$$;

-- The other engines must have done the same work.
CREATE PROCEDURE bench.check_others() LANGUAGE plpgsql AS $$
DECLARE
	itemsets bigint;
	engine record;
BEGIN
	SELECT count(*) INTO itemsets
	FROM icp_itemsets((SELECT icp_sketch(icp_row(d), d.best = 1, '{"ignore": ["best"]}') FROM bench.for_others AS d), 3, bench.min_best());
	FOR engine IN SELECT DISTINCT t.name, t.sets FROM bench.times AS t WHERE t.sets <> itemsets LOOP
		RAISE WARNING '% has found % sets of up to three values, icp_itemsets %', engine.name, engine.sets, itemsets;
	END LOOP;
END
$$;

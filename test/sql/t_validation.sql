-- Validations: what their readings say, against SQL that says the same in its own words, and against what R and scikit-learn say.
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
BEGIN;
SET client_min_messages = error;
CREATE EXTENSION pgtap;
SELECT * FROM no_plan();

-- Numbers that are as good as random, and the same everywhere.
CREATE FUNCTION pick(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(i, seed) & 9223372036854775807) % n)::int $$;
-- Within a rounding or two.
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-12 * greatest(abs(a), abs(b), 1) $$;

\echo a small one
CREATE TABLE small (score float8, outcome boolean);
INSERT INTO small VALUES (0.95, true), (0.9, true), (0.9, false), (0.8, true), (0.7, false), (0.7, true), (0.7, true), (0.55, false), (0.5, true), (0.4, false),
	(0.4, false), (0.35, true), (0.3, false), (0.2, false), (0.2, false), (0.15, true), (0.1, false), (0.1, false), (0.05, false), (0.05, false),
	(NULL, true), (NULL, NULL), (0.5, NULL), ('NaN', false);
CREATE TABLE of_small AS SELECT icp_validation(score, outcome) AS v FROM small;
\pset tuples_only off
SELECT n, events, missing, base_rate, threshold, auc_error, note FROM of_small, icp_quality(v);
SELECT g.* FROM of_small, icp_gains(v, 4) g;
SELECT c.* FROM of_small, icp_confusion(v, 0.7) c;
SELECT bin, n, round(predicted::numeric, 12) AS predicted, round(observed::numeric, 12) AS observed, round(low::numeric, 12) AS low, round(high::numeric, 12) AS high FROM of_small, icp_calibration(v, 4);
SELECT round(fpr::numeric, 12) AS fpr, round(tpr::numeric, 12) AS tpr, threshold FROM of_small, icp_roc(v, 6);
\pset tuples_only on
-- pROC 1.18.0: roc(outcome, score), ci by plogis(qlogis(auc) +- qnorm(.975) * sqrt(var(roc, "delong")) / (auc * (1 - auc))); glm(outcome ~ qlogis(score), binomial)
-- scikit-learn 1.2.1: roc_auc_score, brier_score_loss, log_loss, precision_recall_curve; scipy 1.10.1: ks_2samp
SELECT ok(near(auc, 0.7864583333333333) AND near(gini, 2 * 0.7864583333333333 - 1), 'AUC: pROC and scikit-learn'), ok(near(auc_low, 0.5134702200282915) AND near(auc_high, 0.9278097441937008), 'limits: DeLong by pROC'),
	ok(near(ks, 0.5), 'KS: scipy'), ok(near(brier, 0.18724999999999997), 'Brier: scikit-learn'), ok(near(log_loss, 0.5588111523454599), 'log loss: scikit-learn'),
	ok(threshold = 0.5, 'threshold: scikit-learn'), ok(abs(slope - 0.733710240358335) < 1e-9 AND abs(intercept - -0.317516025103557) < 1e-9, 'calibration: glm') FROM of_small, icp_quality(v);

\echo against plain SQL
CREATE FUNCTION sql_auc(rel regclass) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE r float8;
BEGIN
	EXECUTE format('SELECT avg(CASE WHEN a.score > b.score THEN 1 WHEN a.score = b.score THEN 0.5 ELSE 0 END) FROM %s a, %1$s b WHERE a.outcome AND NOT b.outcome AND a.score <> ''NaN'' AND b.score <> ''NaN''', rel) INTO r;
	RETURN r;
END $$;
CREATE FUNCTION differences(rel regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE v icp_validation; q record; r record; bad bigint;
BEGIN
	EXECUTE format('SELECT icp_validation(score, outcome) FROM %s', rel) INTO v;
	EXECUTE format('CREATE TEMP VIEW known AS SELECT score, outcome FROM %s WHERE score <> ''NaN'' AND outcome IS NOT NULL', rel);
	SELECT * INTO q FROM icp_quality(v);
	SELECT count(*) AS n, count(*) FILTER (WHERE outcome) AS events, avg(outcome::int)::float8 AS rate,
		avg((score - outcome::int) ^ 2) AS brier, -avg(CASE WHEN outcome THEN ln(score) ELSE ln(1 - score) END) AS log_loss INTO r FROM known;
	RETURN NEXT ok(q.n = r.n AND q.events = r.events AND near(q.base_rate, r.rate), rel || ': counts');
	RETURN NEXT ok(near(q.auc, sql_auc(rel)), rel || ': AUC');
	RETURN NEXT ok(near(q.brier, r.brier) AND near(q.log_loss, r.log_loss), rel || ': Brier and log loss');
	CREATE TEMP TABLE cut AS SELECT t.score, count(*) FILTER (WHERE k.outcome) AS tp, count(*) FILTER (WHERE NOT k.outcome) AS fp FROM (SELECT DISTINCT score FROM known) t JOIN known k ON k.score >= t.score GROUP BY 1;
	SELECT max(abs(tp / r.events::float8 - fp / (r.n - r.events)::float8)) AS ks, (array_agg(score ORDER BY 2 * tp / (tp + fp + r.events)::float8 DESC, score DESC))[1] AS threshold INTO r FROM cut;
	RETURN NEXT ok(near(q.ks, r.ks), rel || ': KS');
	RETURN NEXT ok(q.threshold = r.threshold, rel || ': threshold of the best F1');
	SELECT count(*) INTO bad FROM cut, icp_confusion(v, score) c WHERE c.tp <> cut.tp OR c.fp <> cut.fp OR c.tp + c.fn <> q.events OR c.fp + c.tn <> q.n - q.events OR c.uncertain <> 0;
	RETURN NEXT is(bad, 0::bigint, rel || ': confusion at each score');
	SELECT count(*) INTO bad FROM icp_roc(v, 100000) p LEFT JOIN cut ON score = threshold WHERE NOT coalesce(near(fpr, fp / (q.n - q.events)::float8) AND near(tpr, tp / q.events::float8), threshold IS NULL AND fpr = 0 AND tpr = 0);
	RETURN NEXT ok(bad = 0 AND (SELECT count(*) FROM icp_roc(v, 100000)) = (SELECT count(*) + 1 FROM cut), rel || ': every corner of the curve');
	RETURN NEXT ok(near((SELECT sum((fpr - f) * (tpr + t) / 2) FROM (SELECT fpr, tpr, lag(fpr) OVER w AS f, lag(tpr) OVER w AS t FROM icp_roc(v, 100000) WINDOW w AS (ORDER BY fpr, tpr)) p), q.auc), rel || ': whose area is the AUC');
	SELECT count(*) INTO bad FROM (SELECT FROM (SELECT *, ceil((before + n / 2.0) * 7 / q.n) AS bucket FROM (SELECT score, count(*) AS n, count(*) FILTER (WHERE outcome) AS events, sum(count(*)) OVER (ORDER BY score DESC) - count(*) AS before FROM known GROUP BY 1) s) s
		GROUP BY bucket HAVING NOT EXISTS (SELECT FROM icp_gains(v, 7) g WHERE g.bucket = s.bucket AND g.n = sum(s.n) AND g.events = sum(s.events) AND g.low = min(score) AND g.high = max(score) AND near(g.rate, g.events / g.n::float8) AND near(g.lift, g.rate / q.base_rate))) wrong;
	RETURN NEXT ok(bad = 0 AND (SELECT sum(n) = q.n AND sum(events) = q.events AND max(captured) = 1 AND count(*) = 7 FROM icp_gains(v, 7)), rel || ': gains');
	SELECT count(*) INTO bad FROM (SELECT FROM (SELECT *, ceil((before + n / 2.0) * 7 / q.n) AS bin FROM (SELECT score, count(*) AS n, count(*) FILTER (WHERE outcome) AS events, sum(count(*)) OVER (ORDER BY score) - count(*) AS before FROM known GROUP BY 1) s) s
		GROUP BY bin HAVING NOT EXISTS (SELECT FROM icp_calibration(v, 7) g WHERE g.bin = s.bin AND g.n = sum(s.n) AND near(g.predicted, sum(s.score * s.n) / sum(s.n)) AND near(g.observed, sum(s.events)::float8 / sum(s.n)::float8))) wrong;
	RETURN NEXT ok(bad = 0 AND (SELECT sum(n) = q.n AND count(*) = 7 FROM icp_calibration(v, 7)), rel || ': calibration');
	DROP TABLE cut;
	DROP VIEW known;
END $$;
CREATE TABLE of_ties AS SELECT (1 + pick(1, i, 9)) / 10.0::float8 AS score, pick(2, i, 10) < pick(1, i, 9) AS outcome FROM generate_series(1, 700) i;
CREATE TABLE distinct_scores AS SELECT (1 + pick(1, i, 1000000)) / 1000001.0::float8 AS score, CASE WHEN i % 50 <> 0 THEN pick(2, i, 1000000) < pick(1, i, 1000000) END AS outcome FROM generate_series(1, 900) i;
SELECT t FROM unnest(ARRAY['small', 'of_ties', 'distinct_scores']) rel, differences(rel::regclass) t;

\echo scores
CREATE FUNCTION quality_of(scores float8[], outcomes boolean[]) RETURNS TABLE (n bigint, events bigint, missing bigint, auc float8, auc_low float8, auc_high float8, gini float8, ks float8, brier float8, log_loss float8,
	base_rate float8, threshold float8, slope float8, intercept float8, auc_error float8, note text) LANGUAGE sql AS $$ SELECT q.* FROM (SELECT icp_validation(s, o) AS v FROM unnest(scores, outcomes) u(s, o)) s, icp_quality(v) q $$;
SELECT is(v::text, (SELECT icp_validation(x, true)::text FROM (VALUES (0::float8), (0)) z(x)), '-0 is 0') FROM (SELECT icp_validation(x, true) AS v FROM (VALUES ('-0'::float8), (0)) z(x)) s;
SELECT ok(auc = 1 AND ks = 1 AND n = 4, 'infinities are numbers') FROM quality_of('{-Infinity,-1e308,1e308,Infinity}', '{f,f,t,t}');
SELECT is(note, 'no threshold: the best is Infinity; no brier, log_loss, slope and intercept: not all scores are probabilities, from 0 to 1', 'and yet none in a result') FROM quality_of('{1,2,Infinity}', '{f,f,t}') WHERE threshold IS NULL;
SELECT ok(bool_and(low IS NULL AND high IS NULL), 'nor in gains') FROM (SELECT icp_validation(s, o) AS v FROM (VALUES ('Infinity'::float8, true), ('-Infinity', false)) z(s, o)) s, icp_gains(v, 2);
SELECT ok(auc = 1, 'the smallest differences count') FROM quality_of('{1e-323,5e-324}', '{t,f}');
SELECT ok(auc = 1, 'of larger scores, too') FROM quality_of('{0.1,0.10000000000000002}', '{f,t}');
SELECT ok(auc = 0 AND auc_low = 0 AND ks = 1, 'the worst order has no area') FROM quality_of('{1,2}', '{t,f}');
SELECT ok(near(auc, 0.5) AND auc_low < 0.3 AND auc_high > 0.7, 'all alike: one half, and unsure') FROM quality_of('{5,5,5,5}', '{t,f,t,f}');
SELECT ok(auc = 1 AND auc_low BETWEEN 0.4 AND 0.9 AND auc_high = 1, 'perfect order of a few rows is not sure') FROM quality_of('{1,2,3,4,5,6,7,8}', '{f,f,f,f,f,t,t,t}');
SELECT is(to_jsonb(q) - 'auc_low' - 'auc_high', (SELECT to_jsonb(r) - 'auc_low' - 'auc_high' FROM quality_of('{2,1,2,1}', '{t,f,f,t}') r), 'rows in any order') FROM quality_of('{1,2,1,2}', '{f,f,t,t}') q;
SELECT ok((icp_quality(icp_validation(i, i > 5))).auc = 1, 'whole numbers are scores') FROM generate_series(1, 10) i;
SELECT ok((icp_quality(icp_validation(i / 3.0, i > 5))).auc = 1, 'so are decimals') FROM generate_series(1, 10) i;

\echo where there is no number
\pset tuples_only off
\pset null -
SELECT * FROM quality_of('{NULL,1,NaN}', '{t,NULL,f}');
SELECT * FROM quality_of('{0.25,0.75}', '{t,t}');
SELECT * FROM quality_of('{3,4}', '{f,f}');
SELECT auc, brier, log_loss, threshold, slope, intercept, note FROM quality_of('{0,0.5,1}', '{f,t,t}');
SELECT auc, brier, log_loss, threshold, slope, intercept, note FROM quality_of('{0,0.5,1}', '{t,f,t}');
SELECT auc, threshold, slope, intercept, note FROM quality_of('{0.2,0.4,0.4,0.6}', '{f,f,t,t}');
SELECT auc, threshold, slope, intercept, note FROM quality_of('{0.4,0.4}', '{f,t}');
SELECT auc, brier, log_loss, note FROM quality_of('{0.4,1.0000000000000002}', '{f,t}');
SELECT g.* FROM (SELECT icp_validation(1, false) AS v) s, icp_gains(v, 2) g;
SELECT g.* FROM (SELECT icp_validation(NULL, false) AS v) s, icp_gains(v, 2) g;
SELECT g.* FROM (SELECT icp_validation(NULL, false) AS v) s, icp_calibration(v, 2) g;
SELECT c.* FROM (SELECT icp_validation(NULL, false) AS v) s, icp_confusion(v, 1) c;
SELECT count(*) AS points FROM (SELECT icp_validation(1, true) AS v) s, icp_roc(v);
\pset tuples_only on
SELECT ok(icp_validation(1, true) FILTER (WHERE false) IS NULL, 'no row, no validation');
SELECT ok(icp_quality(NULL) IS NULL AND icp_confusion(NULL, 1) IS NULL AND icp_confusion(v, NULL) IS NULL, 'NULL of NULL') FROM of_small;
SELECT is(count(*), 0::bigint, 'no rows of NULL') FROM of_small, LATERAL (SELECT 1 FROM icp_gains(NULL) UNION ALL SELECT 1 FROM icp_gains(v, NULL) UNION ALL SELECT 1 FROM icp_calibration(NULL) UNION ALL SELECT 1 FROM icp_roc(NULL) UNION ALL SELECT 1 FROM icp_roc(v, NULL)) n;

\echo parts
-- A score with most of the rows leaves buckets that are empty, and none is cut in two.
\pset tuples_only off
SELECT g.* FROM (SELECT icp_validation(CASE WHEN i <= 8 THEN 5 ELSE i END, i % 2 = 0) AS v FROM generate_series(1, 10) i) s, icp_gains(v, 5) g;
SELECT bin, n, predicted, observed FROM (SELECT icp_validation(CASE WHEN i <= 8 THEN 5 ELSE i END, i % 2 = 0) AS v FROM generate_series(1, 10) i) s, icp_calibration(v, 5) g;
\pset tuples_only on
SELECT is(count(*), 10::bigint, 'ten are usual') FROM of_small, icp_gains(v);
SELECT is(count(*), 10::bigint, 'of bins, too') FROM of_small, icp_calibration(v);
SELECT ok(bool_and(n = 10), 'distinct scores make equal buckets') FROM (SELECT icp_validation(i, i % 3 = 0) AS v FROM generate_series(1, 100) i) s, icp_gains(v);
SELECT ok(count(*) BETWEEN 90 AND 100 AND min(fpr) = 0 AND max(fpr) = 1 AND max(tpr) = 1, 'about as many points as asked for') FROM (SELECT icp_validation(pick(1, i, 10000), pick(2, i, 3) = 0) AS v FROM generate_series(1, 5000) i) s, icp_roc(v);
SELECT is(array_agg(fpr::text || tpr), '{00,11}', 'two points are the ends') FROM of_small, icp_roc(v, 2);

\echo errors
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	EXECUTE query;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ': ' || SQLERRM || ' / ' || hint;
END $$;
SELECT error_of(format('SELECT %s FROM of_small', call)) FROM unnest(ARRAY['icp_gains(v, 0)', 'icp_gains(v, -1)', 'icp_gains(v, 10001)', 'icp_calibration(v, 0)', 'icp_roc(v, 1)', 'icp_roc(v, 100001)', 'icp_confusion(v, ''NaN'')', 'icp_gains(v, 10000)']) call;

\echo more scores than are kept
CREATE TABLE many AS SELECT i, (1 + pick(1, i, 1000000000)) / 1000000001.0::float8 AS score, pick(2, i, 1000000) < pick(1, i, 1000000000) / 2000 AS outcome FROM generate_series(1, 40000) i;
SELECT ok(auc_error = 0 AND note IS NULL, '16,384 distinct scores are kept') FROM (SELECT icp_validation(score, outcome) AS v FROM (SELECT score, bool_or(outcome) AS outcome FROM many GROUP BY 1 ORDER BY min(i) LIMIT 16384) m) s, icp_quality(v);
SELECT ok(auc_error < 1e-6 AND note ~ '^more than 16384 distinct scores: those too near to each other are told apart to 2\d binary digits, see auc_error$', 'one more is too many, and told') FROM (SELECT icp_validation(score, outcome) AS v FROM (SELECT score, bool_or(outcome) AS outcome FROM many GROUP BY 1 ORDER BY min(i) LIMIT 16385) m) s, icp_quality(v);
CREATE TABLE of_many AS SELECT icp_validation(score, outcome) AS v FROM many;
SELECT q.note FROM of_many, icp_quality(v) q;
-- The sum of ranks is the sum of wins.
CREATE TABLE truth AS SELECT (sum(rank) FILTER (WHERE outcome) - count(*) FILTER (WHERE outcome) * (count(*) FILTER (WHERE outcome) + 1) / 2.0) / (count(*) FILTER (WHERE outcome) * count(*) FILTER (WHERE NOT outcome)) AS auc
FROM (SELECT outcome, avg(nr) OVER (PARTITION BY score) AS rank FROM (SELECT score, outcome, row_number() OVER (ORDER BY score) AS nr FROM many) m) m;
SELECT ok(abs(q.auc - t.auc) <= q.auc_error AND q.auc_error < 0.0003, 'the AUC is as near as it says'), ok(abs(q.auc - t.auc) < 1e-5, 'and nearer') FROM of_many, icp_quality(v) q, truth t;
SELECT ok(abs(q.brier - t.brier) < 1e-6 AND abs(q.log_loss - t.log_loss) < 1e-4, 'so are Brier and log loss') FROM of_many, icp_quality(v) q, (SELECT avg((score - outcome::int) ^ 2) AS brier, -avg(CASE WHEN outcome THEN ln(score) ELSE ln(1 - score) END) AS log_loss FROM many) t;
SELECT ok(bool_and(c.tp = m.tp AND c.fp = m.fp AND c.uncertain = 0 AND near(p.tpr, m.tp / q.events::float8)), 'what is counted above a threshold of the curve is exact')
FROM of_many, icp_quality(v) q, icp_roc(v, 30) p, icp_confusion(v, p.threshold) c, LATERAL (SELECT count(*) FILTER (WHERE outcome) AS tp, count(*) FILTER (WHERE NOT outcome) AS fp FROM many WHERE score >= p.threshold) m WHERE p.threshold IS NOT NULL;
SELECT ok(c.tp = m.tp AND c.uncertain = 0, 'and above the best') FROM of_many, icp_quality(v) q, icp_confusion(v, q.threshold) c, LATERAL (SELECT count(*) FILTER (WHERE outcome) AS tp FROM many WHERE score >= q.threshold) m;
SELECT ok(max(c.uncertain) > 0 AND bool_and(abs(c.tp - m.tp) <= c.uncertain), 'else as exact as it says') FROM of_many, generate_series(0.111, 0.9, 0.031) t, icp_confusion(v, t) c, LATERAL (SELECT count(*) FILTER (WHERE outcome) AS tp FROM many WHERE score >= t) m;
SELECT ok(bool_and(g.n = m.n AND g.low <= m.low AND g.high >= m.high AND m.high - g.low < 0.11), 'buckets have the rows of their range') FROM of_many, icp_gains(v) g, LATERAL (SELECT count(*) AS n, min(score) AS low, max(score) AS high FROM many WHERE score BETWEEN g.low AND g.high) m;
-- Round scores stay apart from their neighbours, of either sign.
SELECT ok(c.tp = 500 AND d.tp = 0 AND c.uncertain = 0 AND e.uncertain = 0 AND e.tp = 1000, 'round scores are exact') FROM (SELECT icp_validation(x, y) AS v FROM (SELECT s * score AS x, false AS y FROM many, (VALUES (-1), (1)) z(s) UNION ALL
	SELECT s * 0.5, true FROM generate_series(1, 500), (VALUES (-1), (1)) z(s)) t) v, icp_confusion(v, 0.5) c, icp_confusion(v, 0.5000000000000001) d, icp_confusion(v, -0.5) e;
-- So does any score that has a cell to itself, however many rows it has.
SELECT ok(auc_error < 0.0005 AND note IS NOT NULL AND c.uncertain = 0 AND c.tp = 40000 AND d.tp = 0, 'alone in its cell, a score is exact') FROM (SELECT icp_validation(CASE WHEN i <= 40000 THEN 1000 + score ELSE 0.1 END, i % 3 = 0) AS v FROM (SELECT i, score FROM many UNION ALL SELECT 40000 + i, 0 FROM generate_series(1, 60000) i) m) s, icp_quality(v),
	LATERAL (SELECT uncertain, tp + fp AS tp FROM icp_confusion(v, 0.10000000000000002)) c, LATERAL (SELECT tp + fp AS tp FROM icp_confusion(v, 1002)) d;
-- Every magnitude there is: never more than fits.
SELECT ok(n = 60000 AND auc BETWEEN 0 AND 1 AND auc_error < 0.01 AND note ~ 'binary digits', 'scores of all magnitudes') FROM (SELECT icp_validation(x, pick(3, i, 2) = 0) AS v FROM (SELECT i, (CASE WHEN i % 2 = 0 THEN -1 ELSE 1 END) * (1 + pick(1, i, 1000000) / 1e6) * 10::float8 ^ (pick(2, i, 600) - 300) AS x FROM generate_series(1, 60000) i) t) s, icp_quality(v);

SELECT * FROM finish();
ROLLBACK;

-- For 75_environments: the same data and questions everywhere. Answers are kept as values of their types, under whatever settings
-- the session has, and printed afterwards under the server's own.
SET client_min_messages = error;
DROP SCHEMA IF EXISTS answer CASCADE;
CREATE SCHEMA answer;
SET search_path = answer, public;

CREATE TABLE answer."01 rows" AS SELECT c.id, icp_row(c)::text AS r FROM crm c;
CREATE TABLE answer."02 evaluations" AS SELECT c.id, icp_evaluate(c, 'rich') AS e, icp_tier(c, 'rich') AS t, icp_fits(c, 'rich') AS f, icp_score(to_jsonb(c), 'doc') AS d FROM crm c;
-- less the value, which is printed as the session prints dates and numbers
CREATE TABLE answer."03 explanations" AS SELECT c.id, e.rank, e.characteristic, e.attribute, e.points, e.possible, e.lost, e.reason FROM crm c, icp_explain(c, 'rich') e;
CREATE TABLE answer."04 qualifications" AS SELECT c.id, icp_qualify(c, 'deal') AS q, icp_track(c) AS t FROM crm c;
CREATE TABLE answer."05 scores" AS SELECT icp_score(c, 'rich') AS s, count(*) AS n FROM crm c GROUP BY 1;
CREATE TABLE sketches AS SELECT icp_sketch(icp_row(c), best, '{"ignore": ["best", "id"]}') AS s, icp_sketch(icp_row(c), best, '{"ignore": ["best", "id"]}') FILTER (WHERE id % 2 = 0) AS e, icp_sketch(icp_row(c), best, '{"ignore": ["best", "id"]}') FILTER (WHERE id % 3 = 0) AS a FROM crm c;
-- less their order: fields of documents come in the order in which the plan sees them
CREATE TABLE answer."10 fields" AS SELECT f.* FROM sketches, icp_fields(s) f;
CREATE TABLE answer."11 traits" AS SELECT t.* FROM sketches, icp_traits(s, top => 20) WITH ORDINALITY t;
CREATE TABLE answer."12 itemsets" AS SELECT i.* FROM sketches, icp_itemsets(s, 2, 40) WITH ORDINALITY i;
CREATE TABLE answer."13 counts" AS SELECT t.* FROM sketches, icp_trait_counts(s, '[{"field": "employees", "range": "[20,90)"}, {"field": "founded", "range": "[2021-01-01,)"}, {"field": "seen", "range": "[2024-03-01,2024-06-01)"}, {"field": "industry", "in": ["SaaS", "Bank"]}]') WITH ORDINALITY t;
CREATE TABLE learnt AS SELECT icp_learn(s) AS p FROM sketches;
CREATE TABLE answer."14 learnt" AS SELECT p, icp_describe(p) AS words FROM learnt;
-- less the words: an arrow is -> where the encoding has none
CREATE TABLE answer."15 drift" AS SELECT d.field, d.psi, d.csi, d.missing_shift, d.status, d.p_value, d.q_value, d.note, d.ordinality FROM sketches, icp_drift(e, a) WITH ORDINALITY d;
CREATE TABLE answer."16 weights" AS SELECT f, w.* FROM sketches, unnest('{industry,employees,founded,seen,rate}'::text[]) f, icp_woe(s, f) WITH ORDINALITY w;
CREATE TABLE answer."17 gap" AS SELECT g.* FROM sketches, icp_gap(icp_load('rich'), e) WITH ORDINALITY g;
CREATE TABLE answer."18 stability" AS SELECT x.* FROM sketches, icp_stability(s, '{10,50}') WITH ORDINALITY x;
CREATE TABLE validations AS SELECT icp_validation(icp_score(c, 'rich'), best) AS v FROM crm c;
CREATE TABLE answer."20 quality" AS SELECT q.* FROM validations, icp_quality(v) q;
CREATE TABLE answer."21 gains" AS SELECT g.* FROM validations, icp_gains(v) WITH ORDINALITY g;
CREATE TABLE answer."22 curves" AS SELECT r.* FROM validations, icp_roc(v, 20) WITH ORDINALITY r;
CREATE TABLE answer."23 calibration" AS SELECT c.* FROM validations, icp_calibration(v) WITH ORDINALITY c;
CREATE TABLE ledgers AS SELECT id, icp_ledger(founded + m * 40, (id * 37 % 900) / 8.0 * m, id % 11, NULL::daterange) AS l FROM crm, generate_series(0, 11) m WHERE (id + m) % 5 > 0 GROUP BY id;
CREATE TABLE cohorts AS SELECT icp_cohort(l, founded, id % 300, '2026-01-01', NULL) AS c, icp_cohort(l, founded, id % 300, '2026-01-01', NULL) FILTER (WHERE best) AS b FROM crm JOIN ledgers USING (id);
CREATE TABLE answer."30 economics" AS SELECT u.* FROM cohorts, icp_ltv_cac(c) u;
CREATE TABLE answer."35 payback" AS SELECT p.* FROM cohorts, icp_payback(c) p;
CREATE TABLE answer."31 ages" AS SELECT g.* FROM cohorts, icp_ages(c) WITH ORDINALITY g;
CREATE TABLE answer."34 survival" AS SELECT x.* FROM cohorts, icp_survival(c) WITH ORDINALITY x;
CREATE TABLE answer."32 churn" AS SELECT x.* FROM cohorts, icp_sbg(c) x;
CREATE TABLE answer."36 tables" AS SELECT y.* FROM cohorts, icp_two_way(c) y;
CREATE TABLE answer."33 comparison" AS SELECT icp_compare(best, c, y) AS x FROM (SELECT best, date_trunc('year', founded::timestamp)::date AS y, icp_cohort(l, founded, id % 300, '2026-01-01', NULL) AS c FROM crm JOIN ledgers USING (id) GROUP BY 1, 2) s;
CREATE TABLE answer."40 reach" AS SELECT icp_reach(icp_evaluate(c, 'rich')) AS r, icp_audience(icp_evaluate(c, 'rich'), id / 8.0, 100.0) AS a, icp_evidence(best, industry) AS e, icp_outreach_observed(id, id % 9, id % 3, id % 50) AS o FROM crm c;
CREATE TABLE answer."41 committee" AS SELECT employees % 20 AS g, icp_committee(title, CASE id % 3 WHEN 0 THEN 'supporter' WHEN 1 THEN 'opponent' END, rate, employees) AS c, max(icp_expected_people(employees)) AS m FROM crm GROUP BY 1;
CREATE TABLE answer."42 titles" AS SELECT id, icp_buyer_role(title) AS t, icp_map_role(title) AS m FROM crm;
CREATE TABLE answer."43 ranks" AS SELECT id, icp_customer_rank(rate, -employees, revenue::float8) OVER () AS r, icp_grade(rate * 100, employees) AS g FROM crm;
CREATE TABLE answer."44 plays" AS SELECT t, p.* FROM unnest('{T1,T2,T3,out}'::text[]) t, icp_playbook(t) p;
CREATE TABLE answer."45 plan" AS SELECT icp_outreach(10) AS p;
CREATE TABLE answer."50 exchange" AS SELECT icp_to_pmml(icp_load('rich'))::text AS x, icp_to_sql(icp_load('rich'), 'a') AS s, icp_from_pmml(icp_to_pmml(icp_load('rich'))) AS p, md5(icp_portrait_send(icp_load('rich'))) AS b;
CREATE TABLE answer."51 gaps" AS SELECT g.* FROM icp_portrait_gaps(icp_load('rich')) WITH ORDINALITY g;

-- RESET would give what the session began with
SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET extra_float_digits = 1; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET xmlbinary = 'base64';
SET search_path = answer, public;
SELECT format('SELECT %L, md5(string_agg(md5(t::text), '''' ORDER BY t::text COLLATE "C")), count(*) FROM answer.%I t', relname, relname) FROM pg_class WHERE relnamespace = 'answer'::regnamespace AND relkind = 'r' AND relname ~ '^\d' ORDER BY relname COLLATE "C" \gexec

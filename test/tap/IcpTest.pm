# What the tests share that start servers of their own: a database with saved
# portraits and all that can depend on them, rows of the users in the tables that
# come with some, a summary of each type, and a digest of its answers.
package IcpTest;

use strict;
use warnings;

use Exporter 'import';
our @EXPORT = qw(worth fill digest);

# A portrait that gives the accounts of 100 people and more so many points.
sub worth
{
	my ($points) = @_;
	return qq|'{"scale": "points", "characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": $points}]}]}'|;
}

# Runs as superuser in an empty database.
sub fill
{
	my ($node, $db) = @_;

	$node->safe_psql($db, q{
		CREATE EXTENSION icp_portrait;
		CREATE TABLE accounts (id int PRIMARY KEY, industry text, employees int, city varchar(20), attrs jsonb, seen date, kept_score float8, kept_tier text);
		INSERT INTO accounts SELECT i, (ARRAY['SaaS', 'Steel', NULL])[i % 3 + 1], i * 7 % 500, (ARRAY['Shanghai', '上海', 'Paris'])[i % 3 + 1],
			jsonb_build_object('intent', i % 5), '2020-01-01'::date + i FROM generate_series(1, 200) i;
	});
	$node->safe_psql($db, 'SELECT icp_save($$' . $_->[0] . '$$, ' . worth($_->[1]) . ", $_->[2])")
	  foreach ([ 'default', 10, q('the first') ], [ 'default', 20, 'NULL' ], [ "O'Neil \"x\" \\ 理想客户\n", 30, q('name''s')], [ 'other', 1, q('') ], [ 'other', 2, q('x') ]);
	$node->safe_psql($db, q{
		SELECT icp_activate('other', 1);
		SELECT icp_save('large', (jsonb_build_object('title', 'large', 'characteristics', jsonb_agg(jsonb_build_object('name', 'c' || i, 'field', 'employees', 'attributes',
			jsonb_build_array(jsonb_build_object('equals', i, 'points', i % 100 + 0.000001, 'reason', md5(i::text))))))::icp_portrait)) FROM generate_series(1, 900) i;
		SELECT icp_save('rich', '{"absent": "missing", "initial": -1.5, "characteristics": [{"name": "industry", "field": "industry", "attributes": [{"in": ["SaaS", "上海"], "points": 5}, {"missing": true, "points": 1}]},
			{"name": "intent", "field": "attrs.intent", "attributes": [{"range": "[2,4)", "points": 3.25}]}, {"name": "seen", "field": "seen", "attributes": [{"older": "2 years", "points": 2}]}],
			"disqualify": [{"when": {"field": "city", "equals": "上海"}, "reason": "no"}], "quality": {"shares": {"fit": 0.1}}, "probability": {"intercept": -1, "slope": 0.1}}');
		CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('default', 'kept_score', 'kept_tier');
		UPDATE accounts SET id = id;
		CREATE VIEW scored AS SELECT id, icp_score(a) AS score, icp_tier(a, 'rich') AS tier, icp_fits(a, 'other') AS fits FROM accounts a;
		CREATE MATERIALIZED VIEW kept AS SELECT id, icp_evaluate(a) AS e FROM accounts a;
		CREATE TABLE portraits_of_mine (p icp_portrait PRIMARY KEY, n int);
		INSERT INTO portraits_of_mine SELECT portrait, row_number() OVER (ORDER BY name COLLATE "C", version) FROM icp_portraits WHERE name <> 'large';
	});
	my $p = worth(10);
	$node->safe_psql($db, qq{
		CREATE INDEX by_score ON accounts (icp_score_columns($p, employees));
		CREATE TABLE generated (employees int, score float8 GENERATED ALWAYS AS (icp_score_columns($p, employees)) STORED, CHECK (icp_score(generated, $p\::icp_portrait) >= 0));
		INSERT INTO generated VALUES (5), (500), (NULL);
		CREATE DOMAIN portrait_of_ours AS icp_portrait CHECK (VALUE IS NOT NULL);
		CREATE FUNCTION best() RETURNS SETOF accounts STABLE LANGUAGE sql AS \$\$SELECT a FROM accounts a WHERE icp_fits(a, 'other') ORDER BY icp_score(a, $p\::icp_portrait), id\$\$;
	});
	fill_tables($node, $db);
	return;
}

# New rows, and some that count instead of shipped ones.
sub fill_tables
{
	my ($node, $db) = @_;

	$node->safe_psql($db, q{
		INSERT INTO icp_frameworks (framework, dimension, ordinal, meaning, question, language) VALUES ('BANT', 'budget', 7, NULL, 'How much?', 'en'), ('OURS', 'match', 2, 'm', 'Fits?', 'en'),
			('OURS', 'intent', 1, NULL, 'Wants it?', 'en'), ('OURS', 'match', 2, '意义', '合适吗？', 'zh');
		INSERT INTO icp_title_rules (phrase, seniority, function, role, others, note) VALUES ('ceo', 'manager', 'sales', NULL, NULL, 'here they are'), ('vibe officer', NULL, 'vibes', 'coach', NULL, E'a\tb\\\n'),
			('气氛官', 'c_level', NULL, 'user', NULL, NULL), ('sherpa of', NULL, NULL, NULL, 'after', NULL);
		INSERT INTO icp_roles (name, role, center_role, stance, source) VALUES ('champion', NULL, 'initiator', NULL, 'ours'), ('Sponsor (Exec.)', 'economic', 'decider', NULL, NULL), ('夙敌', NULL, NULL, 'opponent', NULL);
		INSERT INTO icp_playbooks (tier, language, ordinal, step, action, minutes) VALUES ('T1', 'en', 2, NULL, NULL, NULL), ('T1', 'en', 9, 'Dine', 'well', 120), ('T9', 'fr', 1, 'Rien', NULL, 0);
		INSERT INTO icp_tracks (track, ordinal, meaning, condition) VALUES ('drip', 1, NULL, NULL), ('shanghai', 0, 'm', '{"field": "city", "equals": "上海"}'), ('welcome', 2, NULL, '{"field": "employees", "range": "[400,)"}');
		SELECT icp_save('framework', icp_framework('OURS', '{"match": {"field": "employees", "range": "[100,)"}, "intent": [{"field": "attrs.intent", "range": "[2,)"}, {"field": "industry", "equals": "SaaS"}]}'));
		CREATE TABLE summaries (id serial PRIMARY KEY, r icp_row, s icp_sketch, l icp_ledger, c icp_cohort, v icp_validation);
		INSERT INTO summaries (r) SELECT icp_row(a) FROM accounts a WHERE id <= 3;
		INSERT INTO summaries (s) SELECT icp_sketch(icp_row(a), id % 4 = 0) FROM accounts a;
		INSERT INTO summaries (v) SELECT icp_validation(employees::float8, id % 4 = 0) FROM accounts a;
		INSERT INTO summaries (l) SELECT icp_ledger(seen, employees::numeric, 1.25) FROM accounts a WHERE employees > 0 GROUP BY id % 5;
		INSERT INTO summaries (c) SELECT icp_cohort(l, '2020-01-01', 100, '2021-01-01') FROM summaries WHERE l IS NOT NULL;
	});
	return;
}

# All that is saved, byte by byte, and all that it gives.
sub digest
{
	my ($node, $db) = @_;

	return $node->safe_psql($db, q{
		SELECT count(*), md5(string_agg(concat_ws('|', name, version, icp_portrait_send(portrait)::text, coalesce(note, '-'), saved_at, saved_by, active), ',' ORDER BY name COLLATE "C", version)) FROM icp_portraits;
		SELECT string_agg(tgname || ' ' || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'icp_portraits'::regclass;
		SELECT string_agg(concat_ws(' ', coalesce(r.rolname, 'PUBLIC'), privilege_type), ',' ORDER BY privilege_type) FROM pg_class c, aclexplode(relacl) a LEFT JOIN pg_roles r ON r.oid = grantee
			WHERE c.oid = 'icp_portraits'::regclass GROUP BY grantee ORDER BY 1;
		SELECT count(*), md5(string_agg(concat_ws('|', id, icp_evaluate(a), icp_evaluate(a, 'rich'), icp_evaluate(a, 'large'), icp_tier(a, 'other'), kept_score, kept_tier), ',' ORDER BY id)) FROM accounts a;
		SELECT count(*), md5(string_agg(concat_ws('|', icp_score(x, n), icp_score(to_jsonb(x), icp_load('rich'))), ',' ORDER BY x.id)) FROM (SELECT a.*, 'other' AS n FROM accounts a OFFSET 0) x;
		SELECT md5(string_agg(concat_ws('|', a.id, e.rank, e.value, e.points, e.lost), ',' ORDER BY a.id, e.rank)) FROM accounts a, icp_explain(a, 'rich') e;
		SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM scored s;
		SELECT md5(string_agg(k::text, ',' ORDER BY id)) FROM kept k;
		SELECT md5(string_agg(p::text || n, ',' ORDER BY n)) FROM portraits_of_mine;
		SELECT string_agg(g::text, ',' ORDER BY g::text) FROM generated g;
		SELECT md5(string_agg(b::text, ',' ORDER BY id)) FROM best() b;
		SELECT 'icp_frameworks', count(*) FILTER (WHERE NOT shipped), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) FROM icp_frameworks t
			UNION ALL SELECT 'icp_title_rules', count(*) FILTER (WHERE NOT shipped), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) FROM icp_title_rules t
			UNION ALL SELECT 'icp_roles', count(*) FILTER (WHERE NOT shipped), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) FROM icp_roles t
			UNION ALL SELECT 'icp_playbooks', count(*) FILTER (WHERE NOT shipped), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) FROM icp_playbooks t
			UNION ALL SELECT 'icp_tracks', count(*) FILTER (WHERE NOT shipped), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) FROM icp_tracks t;
		SELECT string_agg(tgname || ' ' || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE tgfoid = 'icp_keep_shipped'::regproc;
		SELECT md5(string_agg(concat_ws('|', id, icp_row_send(r), icp_sketch_send(s), icp_ledger_send(l), icp_cohort_send(c), icp_validation_send(v)), ',' ORDER BY id)) FROM summaries;
		SELECT md5(string_agg(concat_ws('|', id, icp_track(a), icp_qualify(a, 'framework')), ',' ORDER BY id)) FROM accounts a;
		SELECT md5(string_agg(q::text, ',' ORDER BY id, q.name)) FROM accounts a, icp_qualify_all(a) q;
		SELECT icp_buyer_role('CEO'), icp_buyer_role('Vibe Officer'), icp_map_role('Champion', 'center'), (SELECT count(*) FROM icp_playbook('T1')), icp_framework('BANT', '{}')::jsonb #>> '{characteristics,3,question}', icp_committee(n, NULL) FROM unnest('{sponsor exec,夙敌}'::text[]) n;
		SET enable_seqscan = off;
		SELECT count(*) FROM accounts a WHERE icp_score(a, } . worth(10) . q{::icp_portrait) >= 10;
	});
}

1;

# docs/nightly.md with a real pg_cron: what the page says is pasted, jobs run when
# the server starts instead of at night, and some of them fail.
use strict;
use warnings;

use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $share = qx{"${\($ENV{PG_CONFIG} || 'pg_config')}" --sharedir});
plan skip_all => 'pg_cron is not installed (in Debian: postgresql-15-cron, of your version)' if !-e "$share/extension/pg_cron.control";

my $top = dirname(__FILE__) . '/../..';
my $page = slurp_file("$top/docs/nightly.md");
my $dir = PostgreSQL::Test::Utils::tempdir;

my $node = PostgreSQL::Test::Cluster->new('nightly');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE crm');
my $crm = $node->connstr('crm');
my $today = $node->safe_psql('crm', 'SELECT current_date');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-v', 'accounts=2000', '-v', "as_of=$today", '-c', 'CREATE EXTENSION icp_portrait', '-f', "$top/demo/crm.sql", '-d', $crm ], 'the demo');
my $portrait = slurp_file("$top/demo/portraits/saas.json");
$node->safe_psql('crm', "ALTER DATABASE crm SET search_path = crm, public; SELECT icp_save('default', \$p\$$portrait\$p\$)");

append_to_file("$dir/page.sql", join("\n", $page =~ /^```sql\n(.*?)^```$/gms));
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/page.sql", '-d', $crm ], 'the page can be pasted');

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'crm'\ncron.use_background_workers = on\ncron.host = '" . $node->host . "'");
$node->restart;
my @jobs = $page =~ /^    (CREATE EXTENSION pg_cron;|SELECT cron\.schedule\(.*\);)$/gm;
is(scalar @jobs, 5, 'the page has jobs');
$node->safe_psql('crm', join("\n", @jobs));
is($node->safe_psql('crm', 'SELECT jobname, schedule, active FROM cron.job ORDER BY jobid'),
	"icp scores|30 2 * * *|t\nicp sketches|40 2 * * *|t\nicp cohorts|50 2 * * *|t\nicp tidy|0 4 * * 0|t", 'and pg_cron takes them');
my ($ask) = $page =~ /^(    SELECT jobname, status, .*?;)$/ms;

# A night: the jobs run as the server starts. Returns what became of them.
my $runs = 0;
sub night
{
	my $jobs = 3;

	$node->safe_psql('crm', q{UPDATE cron.job SET schedule = '@reboot' WHERE jobname <> 'icp tidy'});
	$node->restart;
	$runs += $jobs;
	$node->poll_query_until('crm', "SELECT count(*) >= $runs FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')") or die 'the jobs do not end';
	return $node->safe_psql('crm', "SELECT string_agg(jobname || ' ' || status || CASE WHEN status = 'succeeded' THEN '' ELSE ': ' || split_part(trim(return_message, E' \\n'), E'\\n', 1) END, ', ' ORDER BY jobname)
		FROM (SELECT * FROM cron.job_run_details JOIN cron.job USING (jobid) ORDER BY runid DESC LIMIT $jobs) r");
}

# All that is kept, and by the day's data: each has to be as if it had been made just now.
my %kept = (
	scores => q{SELECT count(*), md5(string_agg(s::text, ',' ORDER BY account_id)) FROM %s s},
	cohorts => q{SELECT md5(string_agg(concat_ws('|', month, as_of, cohort), ',' ORDER BY month)) FROM %s c WHERE cohort IS NOT NULL});
my %anew = (
	scores => q{(SELECT a.account_id, e.score, e.tier, e.fits, e.coverage, e.disqualified_by, e.reasons[1] AS reason, 'default', (SELECT version FROM icp_portraits WHERE name = 'default' AND active) FROM accounts a, icp_evaluate(a, icp_load('default')) e)},
	cohorts => q{(SELECT date_trunc('month', d.acquired)::date AS month, date_trunc('month', current_date)::date AS as_of, icp_cohort(i.ledger, d.acquired, d.cac, date_trunc('month', current_date)::date) AS cohort
		FROM (SELECT account_id, min(closed_on) AS acquired, sum(acquisition_cost) AS cac FROM opportunities WHERE stage = 'won' GROUP BY 1) AS d
		LEFT JOIN (SELECT account_id, icp_ledger(invoiced_on, amount, cost, service) AS ledger FROM invoices GROUP BY 1) AS i USING (account_id) GROUP BY 1)});
sub kept { return $node->safe_psql('crm', sprintf($kept{ $_[0] }, "nightly.$_[0]")); }
sub is_new
{
	my ($what) = @_;
	foreach (sort keys %kept) { is(kept($_), $node->safe_psql('crm', sprintf($kept{$_}, $anew{$_})), "$what: $_ are as if made just now"); }
	my $whole = q{(SELECT icp_sketch(icp_row(a), is_best, '{"ignore": ["account_id", "crm_ref", "name", "notes", "is_best", "reference_since"], "as": {"annual_revenue": "number"}, "rows": 1000000}') AS s FROM accounts a) x};
	is($node->safe_psql('crm', qq{
		SELECT count(*) FROM (SELECT f.* FROM (SELECT icp_rollup(sketch) AS s FROM nightly.account_sketches) x, icp_fields(s) f EXCEPT SELECT f.* FROM $whole, icp_fields(s) f) d;
		SELECT count(*) FROM nightly.changed_months; SELECT count(*) FROM nightly.changed_customers}), "0\n0\n0", "$what: sketches add up to that of all accounts, and no mark is left");
	return;
}
my $mark = sub { return $node->safe_psql('crm', 'SELECT clock_timestamp()') };

#### a night like others

is(night(), 'icp cohorts succeeded, icp scores succeeded, icp sketches succeeded', 'the first night');
is_new('the first night');
is($node->safe_psql('crm', $ask), '', 'nothing went wrong');

my $before = $mark->();
my $changed = $node->safe_psql('crm', q{SELECT min(account_id) FROM accounts WHERE created_on < current_date - 400 AND industry = 'SaaS'});
$node->safe_psql('crm', qq{
	UPDATE accounts SET industry = 'Government' WHERE account_id = $changed;
	INSERT INTO invoices SELECT (SELECT max(invoice_id) + 1 FROM invoices), account_id, 'charge', current_date - 45, NULL, 99.5, 10, 'CNY', daterange(current_date - 45, current_date - 15), 0 FROM invoices ORDER BY invoice_id LIMIT 1});
is(night(), 'icp cohorts succeeded, icp scores succeeded, icp sketches succeeded', 'a change of an account and an invoice');
is_new('the second night');
is($node->safe_psql('crm', "SELECT (SELECT count(*) FROM nightly.account_sketches WHERE made_at > '$before'), (SELECT count(*) FROM nightly.ledgers WHERE made_at > '$before'), (SELECT count(*) FROM nightly.cohorts WHERE made_at > '$before')"),
	'1|1|1', 'only what had changed was made anew');
is($node->safe_psql('crm', "SELECT count(*), bool_and(version = 1) FROM nightly.score_history WHERE account_id = $changed"), '1|t', 'twice a day, the history has the last');

# By the server's libpq, a month of accounts that go elsewhere, deals that are won and lost, and another portrait.
$node->append_conf('postgresql.conf', 'cron.use_background_workers = off');
$before = $mark->();
$node->safe_psql('crm', q{
	UPDATE nightly.score_history SET day = day - 1;
	UPDATE nightly.cohorts SET as_of = as_of - interval '1 month';
	DELETE FROM accounts WHERE account_id = (SELECT max(account_id) FROM accounts a WHERE NOT EXISTS (SELECT FROM contacts c WHERE c.account_id = a.account_id) AND NOT EXISTS (SELECT FROM opportunities o WHERE o.account_id = a.account_id));
	UPDATE accounts SET created_on = created_on - 700 WHERE account_id = 100;
	UPDATE opportunities SET stage = 'lost' WHERE opportunity_id = (SELECT min(opportunity_id) FROM opportunities WHERE stage = 'won');
	UPDATE opportunities SET closed_on = closed_on - 90 WHERE opportunity_id = (SELECT max(opportunity_id) FROM opportunities WHERE stage = 'won');
	DELETE FROM invoices WHERE invoice_id IN (SELECT invoice_id FROM invoices ORDER BY invoice_id LIMIT 5);
	SELECT icp_save('default', jsonb_set(icp_load('default')::jsonb, '{tiers}', '{"A": 70, "B": 40}')::icp_portrait)});
is(night(), 'icp cohorts succeeded, icp scores succeeded, icp sketches succeeded', 'the third night');
is_new('the third night');
is($node->safe_psql('crm', "SELECT count(*) = count(*) FILTER (WHERE made_at > '$before') FROM nightly.cohorts"), 't', 'as of another month, all cohorts were made anew');
is($node->safe_psql('crm', 'SELECT string_agg(DISTINCT version::text, $$ $$) FROM nightly.scores; SELECT string_agg(DISTINCT version || CASE WHEN day = current_date THEN $$ today$$ ELSE $$ before$$ END, $$, $$) FROM nightly.score_history'),
	"2\n1 before, 2 today", 'scores and their history have the version of the portrait');
is($node->safe_psql('crm', 'SELECT count(*) > 5, count(DISTINCT day), bool_and(version = 1) FROM nightly.drift_history'), 't|1|t', 'drift was checked');

#### nights that fail

my %old = map { $_ => kept($_) } keys %kept;
my $history = $node->safe_psql('crm', 'SELECT md5(string_agg(h::text, $$,$$ ORDER BY account_id, day)) FROM nightly.score_history h');
$node->safe_psql('crm', q{
	SELECT icp_save('default', '{"characteristics": [{"name": "size", "field": "headcount", "attributes": [{"range": "[100,300]", "points": 10}]}]}');
	UPDATE invoices SET amount = 'NaN' WHERE invoice_id = (SELECT max(invoice_id) FROM invoices);
	UPDATE invoices SET amount = amount + 1 WHERE invoice_id = (SELECT min(invoice_id) FROM invoices);
	UPDATE accounts SET employees = 7 WHERE account_id = 200});
is(night(), 'icp cohorts failed: ERROR:  amount cannot be NaN, icp scores failed: ERROR:  field "headcount" of the portrait is not in row type accounts, icp sketches succeeded',
	'a portrait and an invoice that do not work: pg_cron says so') or diag $node->safe_psql('crm', 'SELECT * FROM cron.job_run_details');
is(kept($_), $old{$_}, "$_ are those of the day before") foreach sort keys %kept;
is($node->safe_psql('crm', 'SELECT md5(string_agg(h::text, $$,$$ ORDER BY account_id, day)) FROM nightly.score_history h'), $history, 'so is their history');
is($node->safe_psql('crm', 'SELECT (SELECT count(*) FROM nightly.changed_months), (SELECT count(*) > 0 FROM nightly.changed_customers)'), '0|t', 'what is still to be done is marked');
like($node->safe_psql('crm', $ask), qr/icp scores\|failed\|ERROR: +field "headcount"/, 'as the page asks for it');
$node->safe_psql('crm', q{SELECT icp_activate('default', 2); UPDATE invoices SET amount = 5 WHERE invoice_id = (SELECT max(invoice_id) FROM invoices)});
is(night(), 'icp cohorts succeeded, icp scores succeeded, icp sketches succeeded', 'the causes corrected, the next night');
is_new('the next night');

# A job that fails in its second statement, after the first has done its work.
%old = map { $_ => kept($_) } keys %kept;
$node->safe_psql('crm', q{
	ALTER TABLE nightly.score_history ADD CONSTRAINT too_full CHECK (day < current_date) NOT VALID;
	SELECT icp_save('default', icp_load('default', 1));
	UPDATE nightly.score_history SET day = day - 1000;
	ALTER TABLE nightly.economics_history ADD CONSTRAINT too_full CHECK (customers < 0) NOT VALID;
	UPDATE invoices SET amount = amount + 1 WHERE invoice_id = (SELECT min(invoice_id) FROM invoices JOIN nightly.ledgers USING (account_id) WHERE invoiced_on BETWEEN acquired AND current_date - 62)});
foreach my $mode ('off', 'on')
{
	$node->append_conf('postgresql.conf', "cron.use_background_workers = $mode");
	like(night(), qr/^icp cohorts failed: ERROR: +.*"economics_history" violates check constraint "too_full", icp scores failed: ERROR: +.*"score_history" violates check constraint "too_full", icp sketches succeeded$/, "half-way, workers $mode: they fail");
	is(kept($_), $old{$_}, "$_ are all those of the day before") foreach sort keys %kept;
}
$node->safe_psql('crm', 'ALTER TABLE nightly.score_history DROP CONSTRAINT "too_full"; ALTER TABLE nightly.economics_history DROP CONSTRAINT "too_full"');

# A crash in the midst of it.
$node->safe_psql('crm', q{
	CREATE FUNCTION wait_long() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(300); RETURN NULL; END$$;
	CREATE TRIGGER wait_long AFTER INSERT OR UPDATE ON nightly.economics_history FOR EACH STATEMENT EXECUTE FUNCTION wait_long();
	UPDATE cron.job SET schedule = '0 0 1 1 *' WHERE jobname <> 'icp cohorts'});
$node->restart;
$node->poll_query_until('crm', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'the job does not come to wait';
$node->stop('immediate');
$node->start;
$node->poll_query_until('crm', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die 'the job does not come again';
is(kept('cohorts'), $old{cohorts}, 'after a crash, cohorts are those of the day before');
is($node->safe_psql('crm', q{SELECT status, return_message FROM cron.job_run_details ORDER BY runid DESC OFFSET 1 LIMIT 1}), 'failed|server restarted', 'and pg_cron says that it crashed');
$node->safe_psql('crm', q{UPDATE cron.job SET active = false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'; DROP TRIGGER wait_long ON nightly.economics_history; UPDATE cron.job SET active = true});
$node->poll_query_until('crm', q{SELECT bool_and(status IN ('succeeded', 'failed')) FROM cron.job_run_details}) or die 'the job does not end';
$runs = $node->safe_psql('crm', 'SELECT count(*) FROM cron.job_run_details');
is(night(), 'icp cohorts succeeded, icp scores succeeded, icp sketches succeeded', 'the next night it is done');
is_new('after all');
isnt(kept('cohorts'), $old{cohorts}, 'and it was something');

$node->stop;
done_testing();

# Saved portraits on a physical standby and on a logical subscriber: what the
# first server saves, the other scores with, also in plans that it had before.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IcpTest;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', 'max_prepared_transactions = 2');
$primary->start;
$primary->safe_psql('postgres', 'CREATE DATABASE crm');
fill($primary, 'crm');
$primary->backup('base');

sub save
{
	my ($points) = @_;
	$primary->safe_psql('crm', "SELECT icp_save('default', " . worth($points) . ')');
	return;
}

# A session that has all kinds of plans and keeps them.
sub session_with_plans
{
	my ($node) = @_;
	my $session = $node->background_psql('crm', on_error_stop => 0);
	$session->query_safe(q{
		SET plan_cache_mode = force_generic_plan;
		PREPARE score AS SELECT icp_score(a) FROM accounts a WHERE id = 199;
		PREPARE row_score AS SELECT icp_score(x) FROM (SELECT a AS x FROM accounts a WHERE id = 199 OFFSET 0) y;
		PREPARE named(text) AS SELECT icp_score(a, $1) FROM accounts a WHERE id = 199});
	return $session;
}

sub all_plans
{
	my ($session) = @_;
	return join(' ', map { scalar $session->query($_) } 'EXECUTE score', 'EXECUTE row_score', q(EXECUTE named('default')));
}

sub is_folded
{
	my ($session) = @_;
	return $session->query('EXPLAIN (VERBOSE, COSTS OFF) EXECUTE score') =~ /icp_score_columns/;
}

#### a physical standby

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->safe_psql('crm', 'CREATE ROLE nobody');
$primary->wait_for_catchup($standby);

is(digest($standby, 'crm'), digest($primary, 'crm'), 'the standby scores as the primary does');
my $reader = session_with_plans($standby);
is(all_plans($reader), '20 20 20', 'plans on the standby');
ok(is_folded($reader), 'hold the portrait');
my ($status, $out, $err) = $standby->psql('crm', "SELECT icp_save('x', " . worth(1) . ')');
like($err, qr/in a read-only transaction|during recovery/, 'nothing can be saved there');

my $points = 100;
my %changes = (
	icp_save => sub { save($_[0]) },
	UPDATE => sub { $primary->safe_psql('crm', 'UPDATE icp_portraits SET portrait = ' . worth($_[0]) . ' WHERE name = $$default$$ AND active') },
	'COMMIT PREPARED' => sub {
		$primary->safe_psql('crm', 'BEGIN; UPDATE icp_portraits SET portrait = ' . worth($_[0]) . ' WHERE name = $$default$$ AND active; PREPARE TRANSACTION $$p$$');
		$primary->safe_psql('crm', 'COMMIT PREPARED $$p$$');
	},
	'many saves' => sub { save($_[0] - $_) foreach (3, 2, 1, 0) },
	'DELETE and INSERT' => sub {
		$primary->safe_psql('crm', 'DELETE FROM icp_portraits WHERE name = $$default$$; INSERT INTO icp_portraits (name, version, portrait, active) VALUES ($$default$$, 1, ' . worth($_[0]) . ', true)');
	},
	TRUNCATE => sub {
		$primary->safe_psql('crm', 'BEGIN; CREATE TEMP TABLE t AS TABLE icp_portraits; TRUNCATE icp_portraits; INSERT INTO icp_portraits SELECT * FROM t WHERE name <> $$default$$; SELECT icp_save($$default$$, ' . worth($_[0]) . '); COMMIT');
	},
	VACUUM => sub { save($_[0]); $primary->safe_psql('crm', 'VACUUM FULL icp_portraits') });
foreach my $change (sort keys %changes)
{
	$points += 10;
	$changes{$change}->($points);
	$primary->wait_for_catchup($standby);
	is(all_plans($reader), "$points $points $points", "$change reaches the standby's plans");
	ok(is_folded($reader), 'which hold it');
}
# a transaction of the primary that is rolled back
$primary->safe_psql('crm', "BEGIN; SELECT icp_save('default', " . worth(1) . '); ROLLBACK');
$primary->wait_for_catchup($standby);
is(all_plans($reader), "$points $points $points", 'what is rolled back does not');
# a snapshot that is kept
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
save(7);
$primary->wait_for_catchup($standby);
is(all_plans($reader), "$points $points $points", 'REPEATABLE READ keeps its portrait');
$reader->query_safe('COMMIT');
is(all_plans($reader), '7 7 7', 'until it ends');
# rights
$primary->safe_psql('crm', 'GRANT SELECT ON accounts TO PUBLIC; REVOKE SELECT ON icp_portraits FROM PUBLIC');
$primary->wait_for_catchup($standby);
$reader->query_safe('SET ROLE nobody');
$reader->{stderr} = '';
my ($result, $failed) = $reader->query('EXECUTE score');
ok($failed && $result eq '', 'a REVOKE reaches the standby\'s plans');
like($reader->{stderr}, qr/permission denied for table icp_portraits/, 'which fail');
$reader->{stderr} = '';
$reader->query_safe('RESET ROLE');
$primary->safe_psql('crm', 'GRANT SELECT ON icp_portraits TO PUBLIC');
# DDL on the scored table
$primary->safe_psql('crm', 'ALTER TABLE accounts ADD COLUMN more text DEFAULT $$x$$; DROP MATERIALIZED VIEW kept; DROP VIEW scored; ALTER TABLE accounts ALTER COLUMN city TYPE text');
$primary->wait_for_catchup($standby);
is(all_plans($reader), '7 7 7', 'DDL reaches the standby\'s plans');
$standby->promote;
$standby->poll_query_until('crm', 'SELECT NOT pg_is_in_recovery()');
is(all_plans($reader), '7 7 7', 'plans live through a promotion');
is($standby->safe_psql('crm', q{SELECT count(*) FROM icp_portraits WHERE name = 'default'}) + 1,
	$standby->safe_psql('crm', "SELECT icp_save('default', " . worth(8) . ')'), 'the new primary saves');
is(all_plans($reader), '8 8 8', 'and its plans follow');
$reader->quit;
$standby->stop;

#### a logical subscriber, twice: in text and in binary

$primary->safe_psql('crm', 'CREATE PUBLICATION portraits FOR TABLE icp_portraits');
foreach my $binary ('false', 'true')
{
	my $subscriber = PostgreSQL::Test::Cluster->new("subscriber_$binary");
	$subscriber->init;
	$subscriber->start;
	$subscriber->safe_psql('postgres', 'CREATE DATABASE crm');
	$subscriber->safe_psql('crm', 'CREATE EXTENSION icp_portrait; CREATE TABLE accounts (id int, employees int); INSERT INTO accounts VALUES (199, 150)');
	$subscriber->safe_psql('crm', "SELECT icp_save('default', " . worth(1) . ')');
	my $scorer = session_with_plans($subscriber);
	is(all_plans($scorer), '1 1 1', "binary $binary: the subscriber's own portrait");
	$subscriber->safe_psql('crm', 'DELETE FROM icp_portraits');
	my $connection = $primary->connstr('crm');
	$subscriber->safe_psql('crm', "CREATE SUBSCRIPTION s_$binary CONNECTION \$\$$connection\$\$ PUBLICATION portraits WITH (binary = $binary)");
	$subscriber->wait_for_subscription_sync($primary, "s_$binary", 'crm');
	my $portraits = q{SELECT string_agg(concat_ws('|', name, version, md5(icp_portrait_send(portrait)), coalesce(note, '-'), saved_at, saved_by, active), ',' ORDER BY name COLLATE "C", version) FROM icp_portraits};
	is($subscriber->safe_psql('crm', $portraits), $primary->safe_psql('crm', $portraits), 'all portraits have come');
	my $now = $primary->safe_psql('crm', 'SELECT icp_score(a) FROM accounts a WHERE id = 199');
	is(all_plans($scorer), "$now $now $now", 'and plans follow');
	foreach my $change (sort keys %changes)
	{
		$points += 10;
		$changes{$change}->($points);
		$primary->wait_for_catchup("s_$binary");
		is(all_plans($scorer), "$points $points $points", "$change reaches the subscriber's plans");
		ok(is_folded($scorer), 'which hold it');
	}
	is($subscriber->safe_psql('crm', $portraits), $primary->safe_psql('crm', $portraits), 'both have the same portraits');
	$scorer->quit;
	$subscriber->safe_psql('crm', "DROP SUBSCRIPTION s_$binary");
	$subscriber->stop;
}

$primary->stop;
done_testing();

# pg_upgrade carries saved portraits and what depends on them.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IcpTest;

my $old = PostgreSQL::Test::Cluster->new('old');
$old->init;
$old->start;
$old->safe_psql('postgres', 'CREATE ROLE writer; CREATE DATABASE crm');
fill($old, 'crm');
$old->safe_psql('crm', 'GRANT INSERT, UPDATE, SELECT ON icp_portraits TO writer');
my $expected = digest($old, 'crm');
$old->stop;

my $new = PostgreSQL::Test::Cluster->new('new');
$new->init;
chdir $PostgreSQL::Test::Utils::tmp_check or die "cannot enter $PostgreSQL::Test::Utils::tmp_check";
command_ok(
	[
		'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $old->config_data('--bindir'), '-B', $new->config_data('--bindir'),
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	], 'pg_upgrade');
$new->start;
is(digest($new, 'crm'), $expected, 'everything is as it was');
is($new->safe_psql('crm', q{SELECT icp_save('default', icp_load('default', 1)) || ' ' || icp_score(a) FROM accounts a WHERE id = 199}), '3 20', 'and a save counts on');
$new->stop;
done_testing();

# Whatever kills the server, each save that was acknowledged is there, and each
# name has versions 1, 2, ... of which one is in force.
use strict;
use warnings;

use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use IcpTest;

my $cycles = $ENV{ICP_CRASH_CYCLES} || 4;
my $writers = 4;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', q{
fsync = on
wal_sync_method = fdatasync
restart_after_crash = on
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION icp_portrait; CREATE EXTENSION amcheck');

# Each writer saves under one name that all share and under one of its own, and
# says what was committed.
my $script = join('', map {
		my $n = $_;
		q{SELECT 'shared', icp_save('shared', } . worth($n) . ", :'writer');\n"
		  . q{SELECT :'writer', icp_save(:'writer', } . worth($n) . ", :'writer');\n"
		  . ($n % 5 ? '' : q{BEGIN; SELECT icp_activate('shared', 1) \g /dev/null} . "\n" . q{SELECT icp_save(:'writer', } . worth($n) . ", 'in a transaction') AS v \\gset\nCOMMIT;\n\\echo :writer :v\n")
	} 1 .. 2000);
my $script_file = PostgreSQL::Test::Utils::tempdir . '/saves.sql';
append_to_file($script_file, $script);

my %acknowledged;
my $seed = $ENV{ICP_CRASH_SEED} || int(rand(2**31));
srand($seed);
diag "ICP_CRASH_SEED=$seed" if $ENV{ICP_CRASH_SEED};
note "seed $seed";

foreach my $cycle (1 .. $cycles)
{
	my @runs;
	foreach my $writer (1 .. $writers)
	{
		my %run = (out => '', err => '');
		$run{harness} = start([ 'psql', '-XAtq', '-v', "writer=w$writer", '-f', $script_file, $node->connstr('postgres') ],
			'>', \$run{out}, '2>', \$run{err});
		push @runs, \%run;
	}
	usleep(200_000 + rand(400_000));
	my $how = ('a killed backend', 'immediate stop', 'a killed postmaster')[$cycle % 3];
	if ($how eq 'a killed backend')
	{
		my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE query ~ '^SELECT .*icp_save' AND pid <> pg_backend_pid() LIMIT 1});
		kill 'KILL', $pid if $pid;
	}
	elsif ($how eq 'immediate stop') { $node->stop('immediate'); }
	else { $node->kill9; }

	foreach my $run (@runs)
	{
		finish $run->{harness};
		# a last line without its end may have been cut
		$run->{out} =~ s/[^\n]+\z//;
		push @{ $acknowledged{$_->[0]} }, $_->[1] foreach map { [ split /[| ]/ ] } split /\n/, $run->{out};
	}
	# only connecting: a psql that cannot connect reads no query, and writing one to it may fail
	if ($how eq 'a killed backend') { $node->poll_query_until('postgres', undef, ''); }
	else
	{
		usleep(2_000_000) if $how eq 'a killed postmaster';    # until its orphans are gone
		$node->start;
	}

	my %stored;
	push @{ $stored{$_->[0]} }, $_->[1] foreach map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', 'SELECT name, version FROM icp_portraits ORDER BY 1, 2');
	my @lost;
	foreach my $name (sort keys %acknowledged)
	{
		my %has = map { $_ => 1 } @{ $stored{$name} };
		push @lost, "$name $_" foreach grep { !$has{$_} } @{ $acknowledged{$name} };
	}
	my $saves = 0;
	$saves += @$_ foreach values %acknowledged;
	is("@lost", '', "cycle $cycle, $how: all acknowledged saves are there");
	note "$saves saves acknowledged so far";
	cmp_ok($saves, '>', 20 * $cycle, 'and they are many');
	my @twice = grep { my %seen; grep { $seen{$_}++ } @{ $acknowledged{$_} } } keys %acknowledged;
	is("@twice", '', 'no version was given twice');
	is($node->safe_psql('postgres', q{SELECT name, count(*), min(version), max(version), count(*) FILTER (WHERE active) FROM icp_portraits
		GROUP BY name HAVING min(version) <> 1 OR max(version) <> count(*) OR count(*) FILTER (WHERE active) <> 1}), '', 'versions have no gaps, and one is in force');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM icp_portraits WHERE icp_score('{"employees": 100}'::jsonb, portrait) IS NULL}), '0', 'all can be read');
	is($node->safe_psql('postgres', q{SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid = 'icp_portraits'::regclass; SELECT msg FROM verify_heapam('icp_portraits')}), "\n", 'table and indexes are sound');
}

# A worker that is killed in the middle of scoring takes no portrait with it.
$node->safe_psql('postgres', q{CREATE TABLE accounts AS SELECT i % 200 AS employees FROM generate_series(1, 5000) i; ALTER TABLE accounts SET (parallel_workers = 2); ANALYZE accounts});
my $settings = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2';
my $before = $node->safe_psql('postgres', "$settings; SELECT sum(icp_score(a, 'shared')), (SELECT count(*) FROM icp_portraits) FROM accounts a");
my ($out, $err) = ('', '');
my $slow = start([ 'psql', '-XAtq', '-c', $settings, '-c', q{SELECT sum(icp_score(a, 'shared') + length(pg_sleep(0.01)::text)) FROM accounts a}, $node->connstr('postgres') ], '>', \$out, '2>', \$err);
my $workers = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1};
$node->poll_query_until('postgres', "SELECT EXISTS ($workers)");
kill 'KILL', $node->safe_psql('postgres', $workers);
finish $slow;
isnt($err, '', 'a query whose worker is killed fails');
$node->poll_query_until('postgres', undef, '');
is($node->safe_psql('postgres', "$settings; SELECT sum(icp_score(a, 'shared')), (SELECT count(*) FROM icp_portraits) FROM accounts a"), $before, 'and gives the same afterwards');

$node->stop;
done_testing();

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
my $writers = $ENV{ICP_CRASH_WRITERS} || 4;
my $worker_kills = $ENV{ICP_CRASH_WORKER_KILLS} || 4;
my %figure = (cycles => 0, acknowledged => 0, lost => 0, half => 0, kills => 0, wrong => 0);

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', q{
fsync = on
wal_sync_method = fdatasync
restart_after_crash = on
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION icp_portrait; CREATE EXTENSION amcheck');
# Two rows of each writer, which always change together, with a score that is kept by a saved portrait.
$node->safe_psql('postgres', 'SELECT icp_save(\'kept\', ' . worth(5) . ");
	CREATE TABLE scored (writer text, half int, n int NOT NULL, employees int, score float8, PRIMARY KEY (writer, half));
	CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON scored FOR EACH ROW EXECUTE FUNCTION icp_score_trigger('kept', 'score');
	INSERT INTO scored SELECT 'w' || w, half, 0, 0 FROM generate_series(1, $writers) w, generate_series(1, 2) half");

# Each writer saves under one name that all share and under one of its own, and
# says what was committed.
my $script = join('', map {
		my $n = $_;
		q{SELECT 'shared', icp_save('shared', } . worth($n) . ", :'writer');\n"
		  . q{SELECT :'writer', icp_save(:'writer', } . worth($n) . ", :'writer');\n"
		  . ($n % 5 ? '' : q{BEGIN; SELECT icp_activate('shared', 1) \g /dev/null} . "\n" . q{SELECT icp_save(:'writer', } . worth($n) . ", 'in a transaction') AS v \\gset\nCOMMIT;\n\\echo :writer :v\n")
		  . ($n % 3 ? '' : "UPDATE scored SET n = n + 1, employees = 100 * (n % 2) WHERE writer = :'writer' \\g /dev/null\nSELECT 'scored ' || writer, n FROM scored WHERE writer = :'writer' AND half = 1;\n")
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
		push @{ $acknowledged{$_->[0]} }, $_->[1] foreach map { [ /^(.*)[| ](\d+)$/ ] } split /\n/, $run->{out};
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
	my %updates = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{SELECT 'scored ' || writer, min(n) FROM scored GROUP BY writer});
	foreach my $name (sort keys %acknowledged)
	{
		if (exists $updates{$name})
		{
			push @lost, "$name $_" foreach grep { $_ > $updates{$name} } @{ $acknowledged{$name} };
			next;
		}
		my %has = map { $_ => 1 } @{ $stored{$name} };
		push @lost, "$name $_" foreach grep { !$has{$_} } @{ $acknowledged{$name} };
	}
	my $saves = 0;
	$saves += @$_ foreach values %acknowledged;
	$figure{cycles}++;
	$figure{lost} += @lost;
	$figure{acknowledged} = $saves;
	is("@lost", '', "cycle $cycle, $how: all acknowledged saves are there");
	note "$saves saves acknowledged so far";
	cmp_ok($saves, '>', 20 * $cycle, 'and they are many');
	my @twice = grep { my %seen; grep { $seen{$_}++ } @{ $acknowledged{$_} } } grep { !/^scored / } keys %acknowledged;
	is("@twice", '', 'no version was given twice');
	my $half = $node->safe_psql('postgres', q{SELECT name, count(*), min(version), max(version), count(*) FILTER (WHERE active) FROM icp_portraits
		GROUP BY name HAVING min(version) <> 1 OR max(version) <> count(*) OR count(*) FILTER (WHERE active) <> 1});
	my $unread = $node->safe_psql('postgres', q{SELECT count(*) FROM icp_portraits WHERE icp_score('{"employees": 100}'::jsonb, portrait) IS NULL});
	my $torn = $node->safe_psql('postgres', q{SELECT writer FROM scored GROUP BY writer HAVING count(*) <> 2 OR min(n) <> max(n) OR min(employees) <> max(employees) OR bool_or(score IS DISTINCT FROM CASE WHEN employees >= 100 THEN 5 ELSE 0 END) ORDER BY 1});
	$figure{half} += $unread + split(/\n/, "$half\n$torn");
	is($half, '', 'versions have no gaps, and one is in force');
	is($unread, '0', 'all can be read');
	is($torn, '', 'rows that change together have, and so have their scores');
	is($node->safe_psql('postgres', q{SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid = 'icp_portraits'::regclass; SELECT msg FROM verify_heapam('icp_portraits')}), "\n", 'table and indexes are sound');
}

# A worker that is killed in the middle of an aggregate takes nothing with it: there is no answer, and afterwards the same as before.
$node->safe_psql('postgres', q{CREATE TABLE accounts AS SELECT i, i % 200 AS employees, 'in ' || i % 7 AS city, i % 5 = 0 AS is_best FROM generate_series(1, 5000) i; ALTER TABLE accounts SET (parallel_workers = 2); ANALYZE accounts});
my $settings = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2';
my @queries = map { "SELECT ($_, (SELECT count(*) FROM icp_portraits))::text FROM accounts a" } (
	q{sum(icp_score(a, 'shared') + %s)},
	q{md5((SELECT string_agg(t::text, ',') FROM icp_itemsets(icp_sketch(icp_row(a), is_best AND %s = 0), 2, 1) t))},
	q{md5(icp_quality(icp_validation(icp_score(a, 'kept') + i %% 3 + %s, is_best))::text)},
	q{icp_reach(CASE WHEN %s = 0 THEN icp_evaluate(a, 'kept') END)},
	q{md5(icp_ledger(date '2024-01-01' + i %% 900, i * 0.37 + %s)::text)});
my @before = map { $node->safe_psql('postgres', "$settings; " . sprintf($_, 0)) } @queries;
my $workers = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1};
foreach my $kill (1 .. $worker_kills)
{
	my $which = $kill % @queries;
	my ($out, $err) = ('', '');
	my $slow = start([ 'psql', '-XAtq', '-c', $settings, '-c', sprintf($queries[$which], 'length(pg_sleep(0.01)::text)'), $node->connstr('postgres') ], '>', \$out, '2>', \$err);
	$node->poll_query_until('postgres', "SELECT EXISTS ($workers)");
	usleep(rand(500_000));
	my $pid = $node->safe_psql('postgres', $workers);
	kill 'KILL', $pid if $pid;
	finish $slow;
	$figure{kills}++ if $err ne '';
	$figure{wrong}++ if $out ne '' && $out ne "$before[$which]\n";
	is($out, '', 'a query whose worker is killed fails: ' . $queries[$which]);
	$node->poll_query_until('postgres', undef, '');
	my $after = $node->safe_psql('postgres', "$settings; " . sprintf($queries[$which], 0));
	$figure{wrong}++ if $after ne $before[$which];
	is($after, $before[$which], 'and gives the same afterwards');
}
diag 'figures: ' . join(' ', map { "$_=$figure{$_}" } sort keys %figure) if $ENV{ICP_CRASH_FIGURES};

$node->stop;
done_testing();

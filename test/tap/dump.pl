# pg_dump and pg_restore carry saved portraits, their rights and triggers, what
# depends on them, summaries, and the users' rows of the tables that come with some.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IcpTest;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->safe_psql('postgres', 'CREATE ROLE writer; CREATE ROLE nobody; CREATE DATABASE source');
fill($node, 'source');
$node->safe_psql('source', 'GRANT INSERT, UPDATE, SELECT ON icp_portraits TO writer');
my $expected = digest($node, 'source');
like($expected, qr/writer INSERT,writer SELECT,writer UPDATE/, 'the source has rights to lose');
is(join(' ', $expected =~ /^(icp_\w+\|\d+)\|/mg), 'icp_frameworks|4 icp_title_rules|4 icp_roles|3 icp_playbooks|3 icp_tracks|3', 'and rows of users');

sub new_database
{
	my ($db) = @_;
	# templates, encodings and paths of its own
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$node->safe_psql('postgres', "ALTER DATABASE $db SET search_path = public");
	return $node->connstr($db);
}

my $source = $node->connstr('source');
my %dumps = (
	plain => [ '-Fp', '-f', "$dir/plain.sql" ],
	custom => [ '-Fc', '-f', "$dir/custom" ],
	tar => [ '-Ft', '-f', "$dir/tar" ],
	directory => [ '-Fd', '-j2', '-f', "$dir/directory" ],
	inserts => [ '-Fp', '--inserts', '--rows-per-insert=2', '-f', "$dir/inserts.sql" ]);
my %restores = (
	plain => [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain.sql", '-d' ],
	custom => [ 'pg_restore', '--exit-on-error', "$dir/custom", '-d' ],
	tar => [ 'pg_restore', '--exit-on-error', "$dir/tar", '-d' ],
	directory => [ 'pg_restore', '--exit-on-error', '-j2', "$dir/directory", '-d' ],
	inserts => [ 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/inserts.sql", '-d' ]);
foreach my $format (sort keys %dumps)
{
	$node->command_ok([ 'pg_dump', @{ $dumps{$format} }, $source ], "dumped as $format");
	my $to = new_database("restored_$format");
	$node->command_ok([ @{ $restores{$format} }, $to ], "restored from $format");
	is(digest($node, "restored_$format"), $expected, "$format: everything is as it was");
}

# What was restored goes on where the source was, and dumps the same again.
is($node->safe_psql('restored_plain', q{SELECT icp_save('default', icp_load('default', 1)) || ' ' || icp_score(a) FROM accounts a WHERE id = 199}), '3 20',
	'a save after the restore counts on');
is($node->safe_psql('restored_plain', q{SELECT icp_score(a) FROM accounts a WHERE id = 199; UPDATE accounts SET id = id WHERE id = 199 RETURNING kept_score}), "10\n10",
	'and is in force');
command_ok([ 'pg_dump', '-Fp', '-f', "$dir/again.sql", $node->connstr('restored_custom') ], 'dumped again');
sub content
{
	my ($file) = @_;
	return join('', grep { !/^--|^\\(un)?restrict |^\s*$/ } split(/^/m, slurp_file($file)));
}
is(content("$dir/again.sql"), content("$dir/plain.sql"), 'the dump of the restored is the dump of the source');

# in pieces: the extension and tables first, then the data
command_ok([ 'pg_dump', '-Fc', '--schema-only', '-f', "$dir/schema", $source ], 'the schema alone');
command_ok([ 'pg_dump', '-Fc', '--data-only', '-f', "$dir/data", $source ], 'the data alone');
my $pieces = new_database('pieces');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $pieces, "$dir/schema" ], 'restored the schema');
is($node->safe_psql('pieces', 'SELECT count(*) FROM icp_portraits'), '0', 'which has no portraits');
is($node->safe_psql('pieces', 'SELECT count(*) > 0, count(*) FILTER (WHERE NOT shipped) FROM icp_tracks'), 't|0', 'and of tracks the shipped ones');
command_ok([ 'pg_restore', '--exit-on-error', '--disable-triggers', '-d', $pieces, "$dir/data" ], 'restored the data');
$node->safe_psql('pieces', 'REFRESH MATERIALIZED VIEW kept');
# PostgreSQL enables triggers again, but not for replicas as they were
(my $pieces_expected = $expected) =~ s/ A\b/ O/g;
is(digest($node, 'pieces'), $pieces_expected, 'everything is as it was');

# only the table of saved portraits, into a database that has the extension
my $only = new_database('just_portraits');
$node->safe_psql('just_portraits', 'CREATE EXTENSION icp_portrait');
command_ok([ 'pg_restore', '--exit-on-error', '--data-only', '-t', 'icp_portraits', '-d', $only, "$dir/custom" ], 'restored only the saved portraits');
is((split /\n/, $node->safe_psql('just_portraits', q{SELECT count(*), md5(string_agg(concat_ws('|', name, version, icp_portrait_send(portrait)::text, coalesce(note, '-'), saved_at, saved_by, active), ',' ORDER BY name COLLATE "C", version)) FROM icp_portraits}))[0],
	(split /\n/, $expected)[0], 'they are as they were');

# rights taken away are taken away after a restore as well
$node->safe_psql('source', 'REVOKE SELECT ON icp_portraits FROM PUBLIC');
command_ok([ 'pg_dump', '-Fc', '-f', "$dir/revoked", $source ], 'dumped after a REVOKE');
my $revoked = new_database('revoked');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $revoked, "$dir/revoked" ], 'restored after a REVOKE');
my ($status, $out, $err) = $node->psql('revoked', 'GRANT SELECT ON accounts TO PUBLIC; SET ROLE nobody; SELECT icp_score(a) FROM accounts a');
like($err, qr/permission denied for table icp_portraits/, 'who could not read before cannot read now');


# the users' rows alone, beside shipped ones, and twice is too often
command_ok([ 'pg_restore', '--exit-on-error', '--data-only', '-t', 'icp_tracks', '-t', 'icp_playbooks', '-d', $only, "$dir/custom" ], 'restored only tracks and playbooks');
my $tracks = 'SELECT md5(string_agg(t::text, $$,$$ ORDER BY t::text COLLATE "C")) FROM icp_tracks t';
is($node->safe_psql('just_portraits', $tracks), $node->safe_psql('source', $tracks), 'they are as they were, and the shipped ones are there once');
command_fails([ 'pg_restore', '--exit-on-error', '--data-only', '-t', 'icp_tracks', '-d', $only, "$dir/custom" ], 'a second time they are there already');

$node->stop;
done_testing();

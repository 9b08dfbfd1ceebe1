# ALTER EXTENSION UPDATE gives what CREATE EXTENSION gives: each update script in
# sql/updates is compared with a fresh install, catalog row by catalog row.
#
# The script that installs a released version is kept in test/released, as
# icp_portrait--VERSION.sql: the update starts from it.  That the comparison sees
# what an update script can forget is shown on versions that are made up here.
use strict;
use warnings;

use File::Basename qw(basename);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

sub config
{
	my ($pg_config, $what) = @_;
	chomp(my $value = qx{"$pg_config" --$what});
	return $value;
}

# A server of our own, for other versions' scripts are put beside the extension's.
my $system = $ENV{PG_CONFIG} ? config($ENV{PG_CONFIG}, 'bindir') : '';
my ($tree) = config('pg_config', 'bindir') =~ /^(.+)\Q$system\E$/;
plan skip_all => 'needs the private server of test/cluster' unless $system && $tree;
my $server = PostgreSQL::Test::Utils::tempdir . '/server';
system('cp', '-a', $tree, $server) == 0 or die "cannot copy $tree";
my $scripts = $server . config($ENV{PG_CONFIG}, 'sharedir') . '/extension';
system("cp test/released/*.sql '$scripts/'") == 0 or die 'cannot copy test/released' if glob 'test/released/*.sql';

my $node = PostgreSQL::Test::Cluster->new('update', install_path => $server . $system =~ s{/bin$}{}r);
$node->init;
$node->start;
my $current = $node->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'icp_portrait'});

# All that the catalogs hold of the extension's members, and of what comes with
# them, as lines of text that say the same in any database: OIDs as names, trees
# as SQL, and places in a table, which dropped columns shift, left out.
my $description = q{
CREATE SCHEMA watch;
SET search_path = watch, pg_catalog;
CREATE FUNCTION name_of(class oid, object oid) RETURNS text STABLE LANGUAGE sql AS $$
	SELECT CASE WHEN object = 0 THEN '-' ELSE (SELECT i.type || ' ' || i.identity FROM pg_identify_object(class, object, 0) i) END
$$;
-- Each member, and what depends on it as a part.
CREATE VIEW objects AS
	WITH RECURSIVE o AS (
		SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'icp_portrait')
		UNION
		SELECT d.classid, d.objid FROM pg_depend d JOIN o ON d.refclassid = o.classid AND d.refobjid = o.objid WHERE d.deptype IN ('i', 'a'))
	SELECT classid, objid FROM o
	WHERE NOT (classid = 'pg_class'::regclass AND (SELECT relnamespace = 'pg_toast'::regnamespace FROM pg_class WHERE oid = objid))
	UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension WHERE extname = 'icp_portrait';
-- The rows of other catalogs that are parts of an object, and the text of what is kept as trees or places.
CREATE TABLE parts (class regclass, catalog regclass, key text);
INSERT INTO parts VALUES ('pg_proc', 'pg_aggregate', 'aggfnoid'), ('pg_class', 'pg_attribute', 'attrelid'), ('pg_class', 'pg_index', 'indexrelid'),
	('pg_type', 'pg_enum', 'enumtypid'), ('pg_type', 'pg_range', 'rngtypid'), ('pg_class', 'pg_sequence', 'seqrelid');
CREATE TABLE texts (class regclass, as_text text);
INSERT INTO texts VALUES ('pg_proc', $$CASE WHEN prokind <> 'a' THEN pg_get_functiondef(r.oid) ELSE pg_get_function_arguments(r.oid) END$$), ('pg_attrdef', 'pg_get_expr(adbin, adrelid)'),
	('pg_constraint', 'pg_get_constraintdef(r.oid)'), ('pg_index', 'pg_get_indexdef(indexrelid)'), ('pg_trigger', 'pg_get_triggerdef(r.oid)'), ('pg_rewrite', 'pg_get_ruledef(r.oid)'),
	('pg_policy', 'pg_get_expr(polqual, polrelid) || pg_get_expr(polwithcheck, polrelid)'),
	('pg_attribute', 'attname || (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = r.attrelid AND a.attnum <= r.attnum AND a.attnum > 0 AND NOT a.attisdropped)'),
	('pg_extension', '(SELECT array_agg(c::regclass) FROM unnest(extconfig) c)');
-- The columns that are compared, and what their OIDs are of; those of types such as regproc are names already.
CREATE TABLE fields AS
	SELECT a.attrelid::regclass AS catalog, a.attname::text AS field, k.pktable, k.is_array
	FROM pg_attribute a LEFT JOIN pg_get_catalog_foreign_keys() k ON k.fktable = a.attrelid AND k.fkcols = ARRAY[a.attname]::text[] AND a.atttypid IN ('oid'::regtype, 'oid[]'::regtype, 'oidvector'::regtype)
	WHERE a.attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace) AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid <> 'pg_node_tree'::regtype
		AND a.attname <> ALL ('{oid,relfilenode,relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,relnatts,reltoastrelid,attnum,adnum,conkey,confkey,indkey,tgattr,extconfig}');
CREATE INDEX ON fields (catalog);
-- One catalog row as text.
CREATE FUNCTION row_text(in_catalog regclass, r jsonb, as_text text) RETURNS text STABLE LANGUAGE sql AS $$
	SELECT in_catalog || ' ' || string_agg(field || '=' || v, ' ' ORDER BY field) || coalesce(' as ' || as_text, '')
	FROM fields, LATERAL (SELECT CASE
		-- since 15.20 columns are stamped when their type changes
		WHEN field = 'attoptions' THEN (SELECT string_agg(o, ',') FROM jsonb_array_elements_text(nullif(r->field, 'null')) o WHERE o !~ '^pg_attver=')
		WHEN pktable IS NULL OR r->>field IS NULL THEN r->>field
		WHEN NOT is_array THEN name_of(pktable, (r->>field)::oid)
		ELSE (SELECT string_agg(name_of(pktable, o::oid), ',' ORDER BY n) FROM jsonb_array_elements_text(r->field) WITH ORDINALITY u(o, n)) END) t(v)
	WHERE catalog = in_catalog AND v IS NOT NULL
$$;
CREATE FUNCTION description() RETURNS SETOF text STABLE LANGUAGE plpgsql SET search_path = watch, pg_catalog AS $f$
DECLARE
	o record;
	p record;
	line text;
BEGIN
	FOR o IN SELECT c.*, t.as_text FROM objects c LEFT JOIN texts t ON t.class = c.classid LOOP
		EXECUTE format('SELECT row_text($1, to_jsonb(r), (%s)::text) FROM %s r WHERE oid = $2', coalesce(o.as_text, 'NULL'), o.classid::regclass) INTO line USING o.classid, o.objid;
		RETURN NEXT name_of(o.classid, o.objid) || ': ' || line;
		FOR p IN SELECT c.*, t.as_text FROM parts c LEFT JOIN texts t ON t.class = c.catalog WHERE c.class = o.classid LOOP
			RETURN QUERY EXECUTE format('SELECT name_of($1, $2) || $$: $$ || row_text($3, to_jsonb(r), (%s)::text) FROM %s r WHERE %s = $2 %s', coalesce(p.as_text, 'NULL'), p.catalog, p.key,
				CASE p.catalog WHEN 'pg_attribute'::regclass THEN 'AND attnum > 0 AND NOT attisdropped' ELSE '' END)
				USING o.classid, o.objid, p.catalog;
		END LOOP;
		RETURN QUERY SELECT name_of(o.classid, o.objid) || ': ' || concat_ws(' ', 'comment', (SELECT attname FROM pg_attribute WHERE objsubid > 0 AND attrelid = objoid AND attnum = objsubid), description)
			FROM pg_description WHERE classoid = o.classid AND objoid = o.objid;
		RETURN QUERY SELECT name_of(o.classid, o.objid) || ': ' || concat_ws(' ', 'first rights', privtype, initprivs)
			FROM pg_init_privs WHERE classoid = o.classid AND objoid = o.objid AND objsubid = 0;
		-- internal is between a thing and its parts, whose names say whose they are
		RETURN QUERY SELECT DISTINCT name_of(o.classid, o.objid) || ': ' || concat_ws(' ', 'depends', deptype, name_of(refclassid, refobjid))
			FROM pg_depend WHERE classid = o.classid AND objid = o.objid;
	END LOOP;
END $f$;
};
my $databases = 0;

# The description of a database of its own after these commands, sorted.
sub describe
{
	my (@commands) = @_;
	my $db = 'd' . ++$databases;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, join(";\n", @commands));
	$node->safe_psql($db, $description);
	my @lines = sort split /\n(?=\S)/, $node->safe_psql($db, 'SELECT * FROM watch.description()');
	$node->safe_psql('postgres', "DROP DATABASE $db");
	return @lines;
}

# What only one of the two has.
sub difference
{
	my ($got, $expected) = @_;
	my (%got, %expected);
	$got{$_}++ foreach @$got;
	$expected{$_}++ foreach @$expected;
	return ((map { "updated only: $_" } grep { !$expected{$_} } sort keys %got), (map { "fresh only: $_" } grep { !$got{$_} } sort keys %expected));
}

my @fresh = describe('CREATE EXTENSION icp_portrait');
cmp_ok(scalar @fresh, '>', 1000, 'a fresh install has much to compare');

# Passes where there is no difference, or shows all of it.
sub same
{
	my ($got, $expected, $name) = @_;
	my @differences = difference($got, $expected);
	ok(!@differences, $name) or diag(join "\n", map { substr($_, 0, 1000) } @differences);
	return;
}

same([ describe('CREATE EXTENSION icp_portrait') ], \@fresh, 'and is the same each time');

#### the updates that there are

my @updates = map { [ basename($_) =~ /^icp_portrait--(.+?)--(.+)\.sql$/ ] } sort glob 'sql/updates/*.sql';
foreach my $update (@updates)
{
	my ($from, $to) = @$update;
	ok(-e "$scripts/icp_portrait--$_.sql", "the script that installs $_ is kept in test/released") foreach $from, $to;
	same([ describe("CREATE EXTENSION icp_portrait VERSION '$from'", "ALTER EXTENSION icp_portrait UPDATE TO '$to'") ],
		[ describe("CREATE EXTENSION icp_portrait VERSION '$to'") ], "$from updated to $to is $to");
}
foreach my $released (map { basename($_) =~ /^icp_portrait--(.+)\.sql$/ } sort glob 'test/released/*.sql')
{
	next if $released eq $current;
	same([ describe("CREATE EXTENSION icp_portrait VERSION '$released'", 'ALTER EXTENSION icp_portrait UPDATE') ], \@fresh, "$released updated is $current");
}
note scalar(@updates) . ' update scripts';

#### what an update script can forget, in a version that is the current one but for that, and in two updates from it

my $install = slurp_file("$scripts/icp_portrait--$current.sql");
$node->safe_psql('postgres', 'CREATE DATABASE facts');
$node->safe_psql('facts', 'CREATE EXTENSION icp_portrait');
sub fact { return $node->safe_psql('facts', $_[0]) =~ s/\bpublic\./\@extschema\@./gr; }

my $table = '@extschema@.icp_portraits';
my @functions = map {
		{ name => $_, definition => fact("SELECT pg_get_functiondef('$_'::regprocedure)"), cost => fact("SELECT procost FROM pg_proc WHERE oid = '$_'::regprocedure") }
	} split /\n/, fact(q{SELECT oid::regprocedure FROM pg_proc WHERE prosupport <> 0 AND proname = 'icp_score' ORDER BY oid::regprocedure::text COLLATE "C" LIMIT 5});
my ($check, $check_definition) = split /\|/, fact(q{SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'icp_portraits'::regclass AND contype = 'c' ORDER BY 1 LIMIT 1});
my $index = fact(q{SELECT pg_get_indexdef('icp_portraits_active'::regclass)});
my $trigger = fact(q{SELECT tgname FROM pg_trigger WHERE tgrelid = 'icp_portraits'::regclass AND tgenabled = 'A' ORDER BY 1 LIMIT 1});
# For each: how the old version differs, what an update has to do about it, and what is told of one that does not.
my @differences = (
	[ 'a comment', q{COMMENT ON TYPE @extschema@.icp_portrait IS 'old'},
		q{COMMENT ON TYPE @extschema@.icp_portrait IS } . fact(q{SELECT quote_literal(obj_description('icp_portrait'::regtype, 'pg_type'))}), qr/^updated only: type public.icp_portrait: comment old$/ ],
	[ 'a comment of a column', "COMMENT ON COLUMN $table.name IS 'old'",
		"COMMENT ON COLUMN $table.name IS " . fact(q{SELECT quote_literal(col_description('icp_portraits'::regclass, 1))}), qr/^updated only: table public.icp_portraits: comment name old$/ ],
	[ 'a function', q{CREATE FUNCTION @extschema@.icp_old() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'}, 'DROP FUNCTION @extschema@.icp_old()', qr/^updated only: function public.icp_old\(\): pg_proc/ ],
	[ 'a cost', "ALTER FUNCTION \@extschema\@.$functions[0]{name} COST 12345", "ALTER FUNCTION \@extschema\@.$functions[0]{name} COST $functions[0]{cost}", qr/^updated only: .* procost=12345 / ],
	[ 'volatility', "ALTER FUNCTION \@extschema\@.$functions[1]{name} VOLATILE", $functions[1]{definition}, qr/^updated only: .*proname=icp_score .* provolatile=v/ ],
	[ 'planner support', $functions[2]{definition} =~ s/ SUPPORT \S+//r, $functions[2]{definition}, qr/^updated only: .*proname=icp_score .* prosupport=-/ ],
	[ 'a setting', "ALTER FUNCTION \@extschema\@.$functions[3]{name} SET search_path = pg_catalog", "ALTER FUNCTION \@extschema\@.$functions[3]{name} RESET ALL", qr/^updated only: .* proconfig=\["search_path=pg_catalog"\]/ ],
	[ 'a symbol', $functions[4]{definition} =~ s/\$function\$\K\w+(?=\$function\$)/icp_tier/r, $functions[4]{definition}, qr/^updated only: .*proname=icp_score .* prosrc=icp_tier/ ],
	[ 'a right', "GRANT DELETE ON $table TO PUBLIC", "REVOKE DELETE ON $table FROM PUBLIC", qr!^updated only: table public.icp_portraits: first rights e .*[{,]=rd/! ],
	[ 'a default', "ALTER TABLE $table ALTER COLUMN note SET DEFAULT 'none'", "ALTER TABLE $table ALTER COLUMN note DROP DEFAULT", qr/^updated only: default value .*as 'none'/ ],
	[ 'a column', "ALTER TABLE $table ADD COLUMN old text", "ALTER TABLE $table DROP COLUMN old", qr/^updated only: table public.icp_portraits: pg_attribute .*as old\d+$/ ],
	[ 'a constraint', "ALTER TABLE $table DROP CONSTRAINT $check", "ALTER TABLE $table ADD CONSTRAINT $check $check_definition", qr/^fresh only: table constraint $check on / ],
	[ 'an index', 'DROP INDEX @extschema@.icp_portraits_active',
		"$index; COMMENT ON INDEX \@extschema\@.icp_portraits_active IS " . fact(q{SELECT quote_literal(obj_description('icp_portraits_active'::regclass, 'pg_class'))}), qr/^fresh only: index public.icp_portraits_active: pg_index .* as CREATE UNIQUE INDEX/ ],
	[ 'when a trigger fires', "ALTER TABLE $table ENABLE TRIGGER $trigger", "ALTER TABLE $table ENABLE ALWAYS TRIGGER $trigger", qr/^updated only: trigger $trigger .* tgenabled=O / ],
	[ 'storage', 'ALTER TYPE @extschema@.icp_portrait SET (STORAGE = external)', 'ALTER TYPE @extschema@.icp_portrait SET (STORAGE = extended)', qr/^updated only: type public.icp_portrait: pg_type .* typstorage=e/ ],
	[ 'a member', 'ALTER EXTENSION icp_portrait DROP FUNCTION @extschema@.icp_psi(double precision[], double precision[])',
		'ALTER EXTENSION icp_portrait ADD FUNCTION @extschema@.icp_psi(double precision[], double precision[])', qr/^fresh only: function public.icp_psi\(.*: depends e extension icp_portrait$/ ],
	[ 'what is dumped', "SELECT pg_catalog.pg_extension_config_dump('$table', 'WHERE false')", "SELECT pg_catalog.pg_extension_config_dump('$table', '')", qr/^updated only: extension icp_portrait: .*WHERE false/ ]);

# The description of version $from, which is the current one after @before, when it was updated by @after.
sub updated
{
	my ($from, $before, $after) = @_;
	append_to_file("$scripts/icp_portrait--$from.sql", join(";\n", $install, @$before, ''));
	append_to_file("$scripts/icp_portrait--$from--$current.sql", join(";\n", @$after, ''));
	return [ describe("CREATE EXTENSION icp_portrait VERSION '$from'", 'ALTER EXTENSION icp_portrait UPDATE') ];
}

my @old = map { $_->[1] } @differences;
same(updated('0.0.1', \@old, [ map { $_->[2] } @differences ]), \@fresh, 'an update that sees to everything gives a fresh install');
my @told = difference(updated('0.0.2', \@old, []), \@fresh);
foreach my $difference (@differences)
{
	my ($what, undef, undef, $telling) = @$difference;
	ok(scalar(grep { /$telling/s } @told), "an update that forgets $what is found out");
}
note join "\n", map { substr($_, 0, 300) } @told;

$node->stop;
done_testing();

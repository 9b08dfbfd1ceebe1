# Accounts on two servers: what postgres_fdw lets the other one do, that what it
# does not is right all the same, and that summaries of shards add up to that of
# all rows. Then the aggregates as a system calls them that splits them itself.
use strict;
use warnings;

use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $here = PostgreSQL::Test::Cluster->new('here');
my $there = PostgreSQL::Test::Cluster->new('there');
foreach my $node ($here, $there)
{
	$node->init;
	$node->append_conf('postgresql.conf', 'fsync = off');
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE crm');
	$node->safe_psql('crm', q{
		CREATE EXTENSION icp_portrait;
		CREATE TYPE stage AS ENUM ('lead', 'customer');
		-- a number from 0 to 1 that is as good as random
		CREATE FUNCTION u(i int, j int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(i, j) & 1048575) / 1048576.0 $$;
		CREATE TABLE accounts_of (shard int, id int, industry text, employees int, growth float8, revenue numeric, city varchar(20), founded date, seen timestamptz, tags text[],
			attrs jsonb, stage stage, notes text, is_best boolean);
		CREATE TABLE customers_of (shard int, customer int, acquired date, cac numeric);
		CREATE TABLE invoices_of (shard int, customer int, paid_on date, paid_at timestamptz, amount numeric, cost numeric, service daterange)});
}

# The same rows on each: all, and those of one shard.
my $accounts = q{SELECT i % 2 AS shard, i AS id, (ARRAY['SaaS', 'Steel', '人工智能', NULL])[1 + floor(4 * u(i, 1))::int] AS industry, floor(exp(8 * u(i, 2)))::int AS employees,
	round((2 * u(i, 3))::numeric, 2)::float8 AS growth, round((1e6 * u(i, 4))::numeric, 2) AS revenue, (ARRAY['Shanghai', 'Paris', 'Oslo'])[1 + floor(3 * u(i, 5))::int]::varchar(20) AS city,
	date '1995-01-01' + floor(11000 * u(i, 6))::int AS founded, timestamptz '2024-01-01 00:00Z' + u(i, 7) * interval '700 days' AS seen,
	(SELECT array_agg(t) FROM unnest('{crm,erp,bi}'::text[]) WITH ORDINALITY x(t, n) WHERE u(i, 20 + n::int) < 0.4) AS tags, jsonb_build_object('intent', floor(5 * u(i, 8)), 'x', i % 3 = 0) AS attrs,
	(ARRAY['lead', 'customer'])[1 + i % 2]::stage AS stage, repeat(md5(i::text), 20) AS notes,
	u(i, 9) < 0.02 + 0.2 * (u(i, 1) < 0.25)::int + 0.15 * (exp(8 * u(i, 2)) BETWEEN 100 AND 300)::int AS is_best
	FROM generate_series(1, 6000) i};
my $customers = q{SELECT i % 2 AS shard, i AS customer, date '2023-01-01' + floor(700 * u(i, 31))::int AS acquired, CASE WHEN u(i, 32) < 0.9 THEN round((500 * u(i, 33))::numeric, 2) END AS cac FROM generate_series(1, 400) i};
my $invoices = qq{SELECT shard, customer, (at AT TIME ZONE 'Asia/Shanghai')::date AS paid_on, at AS paid_at, amount, round(amount / 4, 2) AS cost,
	CASE WHEN u(n, 35) < 0.1 THEN daterange((at AT TIME ZONE 'Asia/Shanghai')::date, (at AT TIME ZONE 'Asia/Shanghai')::date + 365) END AS service
	FROM ($customers) c, generate_series(0, 11) m, LATERAL (SELECT customer * 100 + m AS n) k, LATERAL (SELECT acquired::timestamp AT TIME ZONE 'UTC' + m * interval '30 days' + u(n, 34) * interval '20 days' AS at,
	round((100 * u(n, 36) - 5)::numeric, 2) AS amount) a WHERE u(n, 37) < 0.9};
$here->safe_psql('crm', "SET timezone = 'UTC'; CREATE TABLE all_accounts AS $accounts; CREATE TABLE all_customers AS $customers; CREATE TABLE all_invoices AS $invoices");
$there->safe_psql('crm', "SET timezone = 'UTC'; INSERT INTO accounts_of SELECT * FROM ($accounts) x WHERE shard = 1; INSERT INTO customers_of SELECT * FROM ($customers) x WHERE shard = 1; INSERT INTO invoices_of SELECT * FROM ($invoices) x WHERE shard = 1");

my ($host, $port) = ($there->host, $there->port);
$here->safe_psql('crm', qq{
	CREATE EXTENSION postgres_fdw;
	CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'crm', extensions 'icp_portrait', async_capable 'true', fdw_tuple_cost '0.2');
	CREATE USER MAPPING FOR CURRENT_USER SERVER there;
	CREATE SERVER plain FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'crm');
	CREATE USER MAPPING FOR CURRENT_USER SERVER plain;
	CREATE FOREIGN TABLE not_told (shard int, id int, industry text, employees int, seen timestamptz) SERVER plain OPTIONS (table_name 'accounts_of')});
foreach my $table ('accounts', 'customers', 'invoices')
{
	$here->safe_psql('crm', qq{
		CREATE TABLE $table (LIKE ${table}_of) PARTITION BY LIST (shard);
		CREATE TABLE ${table}_0 PARTITION OF $table FOR VALUES IN (0);
		CREATE FOREIGN TABLE ${table}_1 PARTITION OF $table FOR VALUES IN (1) SERVER there OPTIONS (table_name '${table}_of');
		INSERT INTO ${table}_0 SELECT * FROM all_$table WHERE shard = 0;
		ANALYZE $table, ${table}_0, ${table}_1, all_$table});
}

my $size = '{"scale": "points", "fit": 40, "characteristics": [{"name": "industry", "field": "industry", "attributes": [{"equals": "SaaS", "points": 20}, {"missing": true, "points": 3}]},
	{"name": "size", "field": "employees", "attributes": [{"range": "[100,300]", "points": 30.5}]}, {"name": "seen", "field": "seen", "attributes": [{"range": "[2025-01-01,)", "points": 5}]}]}';
$here->safe_psql('crm', "SELECT icp_save('default', '$size')");
my $set = q{SET enable_partitionwise_aggregate = on; SET enable_partitionwise_join = on; SET timezone = 'Asia/Shanghai';};

# What the other server is asked, one line for each scan.
sub asked
{
	my ($query) = @_;
	return join("\n", $here->safe_psql('crm', "$set EXPLAIN (VERBOSE, COSTS OFF) $query") =~ /Remote SQL: (.*)/g);
}

# @t of a table's name: of the shards, and of the one table with all rows.
sub same
{
	my ($query, $what) = @_;
	my @answers = map { my $prefix = $_; $here->safe_psql('crm', "$set " . ($query =~ s/@/$prefix/gr)) } '', 'all_';
	isnt($answers[0], '', "$what: there is an answer");
	is($answers[0], $answers[1], "$what: as of one table");
	return;
}

#### scores

my $columns = qr/industry, employees, seen\)/;
foreach (
	[ 'SELECT count(*), sum(id) FROM @accounts a WHERE icp_fits(a)', qr/^SELECT id FROM public\.accounts_of WHERE \(public\.icp_fits_columns\('\{.*\}'::public\.icp_portrait, $columns\)$/, 'WHERE' ],
	[ 'SELECT count(*) FROM @accounts a WHERE icp_score(a) > 30 AND icp_tier(a) <> $$T1$$', qr/icp_score_columns\(.*$columns.*icp_tier_columns\(.*$columns/, 'two of them' ],
	[ 'SELECT tier, sum(n) FROM (SELECT icp_tier(a) AS tier, count(*) AS n FROM @accounts a GROUP BY shard, 1) x GROUP BY 1 ORDER BY 1', qr/^SELECT public\.icp_tier_columns\(.*$columns, count\(\*\), shard FROM public\.accounts_of GROUP BY/, 'GROUP BY' ],
	[ 'SELECT sum(s), sum(n), max(m) FROM (SELECT sum(icp_score(a)) AS s, count(icp_score(a)) AS n, max(icp_score(a)) AS m FROM @accounts a GROUP BY shard) x', qr/^SELECT sum\(public\.icp_score_columns\(.*$columns\), count/, 'in an aggregate' ],
	[ 'SELECT id FROM @accounts a WHERE shard = 1 ORDER BY icp_score(a) DESC, id LIMIT 20', qr/ORDER BY public\.icp_score_columns\(.*$columns DESC/, 'ORDER BY' ],
	[ qq{SELECT count(*) FROM \@accounts a WHERE icp_fits(a, icp_at('{"fit": 50, "characteristics": [{"name": "age", "field": "founded", "attributes": [{"older": "10 years", "points": 1}]}]}'::icp_portrait, '2025-06-01Z'))},
		qr/WHERE \(public\.icp_fits_columns\('\{.*"at": "2025-06-01".*'::public\.icp_portrait, founded\)\)$/, 'dates relative to a day that is told' ],
	[ q{SELECT count(*) FROM @accounts a WHERE icp_fits(a, '{"absent": "missing", "scale": "points", "fit": 1, "characteristics": [{"name": "n", "field": "nowhere", "attributes": [{"missing": true, "points": 1}]},
		{"name": "size", "field": "employees", "attributes": [{"range": "[100,)", "points": -1}]}]}'::icp_portrait)}, qr/icp_fits_columns\(.*NULL::unknown, employees\)/, 'a field that is nowhere' ])
{
	my ($query, $sql, $what) = @$_;
	like(asked($query =~ s/@//gr), $sql, "$what: is shipped, over the needed columns only");
	same($query, $what);
}

#### what does not ship, and is right all the same

foreach (
	[ 'SELECT sum(s) FROM (SELECT icp_score(a) AS s FROM @accounts a OFFSET 0) x', 'industry, employees, seen', 'the select list' ],
	[ q{SELECT count(*) FROM @accounts a WHERE icp_fits(a, '{"fit": 50, "characteristics": [{"name": "age", "field": "founded", "attributes": [{"older": "10 years", "points": 1}]}]}'::icp_portrait)}, 'founded', 'what is relative to now' ],
	[ q{SELECT sum(icp_score(a, '{"characteristics": [{"name": "intent", "field": "attrs.intent", "attributes": [{"range": "[3,)", "points": 1}]}]}'::icp_portrait)) FROM @accounts a WHERE shard = 1}, 'attrs', 'a field in JSON' ],
	[ q{SELECT count(*) FROM @accounts a WHERE icp_fits(a, '{"fit": 50, "characteristics": [{"name": "stage", "field": "stage", "attributes": [{"equals": "customer", "points": 1}]}]}'::icp_portrait)}, 'stage', 'an enum' ],
	[ 'SELECT sum(icp_score(a)) FROM @accounts a', 'industry, employees, seen', 'an aggregate without the partition key' ],
	[ 'SELECT sum((icp_evaluate(a)).coverage) FROM @accounts a WHERE shard = 1', 'industry, employees, seen', 'a column of icp_evaluate' ],
	[ 'SELECT count(*), count(icp_score(b)), sum(icp_score(b)) FROM @accounts a LEFT JOIN @accounts b ON (a.shard, a.id) = (b.shard, b.id + 2) AND b.id % 3 = 0', undef, 'the NULL row of an outer join' ],
	[ q{SELECT sum(icp_score(a, p.portrait)) FROM @accounts a, icp_portraits p WHERE p.active}, undef, 'a portrait from a table' ],
	[ 'SELECT count(*), sum(points) FROM @accounts a, icp_explain(a) WHERE shard = 1', 'industry, employees, seen', 'icp_explain' ],
	[ q{SELECT f.* FROM (SELECT icp_rollup(s) AS s FROM (SELECT icp_sketch(a, is_best) AS s FROM @accounts a GROUP BY shard) x) x, icp_fields(s) f}, undef, 'a sketch of whole rows' ])
{
	my ($query, $travels, $what) = @$_;
	my $sql = asked($query =~ s/@//gr);
	unlike($sql, qr/icp_/, "$what: is not shipped");
	is($sql, "SELECT $travels FROM public.accounts_of" . ($query =~ /shard = 1/ ? ' WHERE ((shard = 1))' : ''), 'but its columns, no others') if defined $travels && $what ne 'an aggregate without the partition key';
	same($query, $what);
}
{
	unlike(asked('SELECT count(*) FROM not_told a WHERE icp_fits(a)'), qr/icp_/, 'to a server of which it is not said that it has the extension, nothing is shipped');
	is($here->safe_psql('crm', 'SELECT count(*) FROM not_told a WHERE icp_fits(a)'), $here->safe_psql('crm', 'SELECT count(*) FROM all_accounts a WHERE icp_fits(a) AND shard = 1'), 'and yet the answer is right');
}

#### sketches

my $options = q{'{"ignore": ["id", "shard", "notes", "is_best"]}'};
my %sketch = (
	whole => "SELECT icp_sketch(icp_row(a), is_best, $options) AS s FROM all_accounts a",
	'by shard' => "SELECT icp_rollup(s) AS s FROM (SELECT icp_sketch(icp_row(a), is_best, $options) AS s FROM accounts a GROUP BY shard) x",
	'UNION ALL' => "SELECT icp_rollup(s) AS s FROM (SELECT icp_sketch(icp_row(a), is_best, $options) AS s FROM accounts_0 a UNION ALL SELECT icp_sketch(icp_row(a), is_best, $options) FROM accounts_1 a) x",
	gathered => "SELECT icp_sketch(icp_row(a), is_best, $options) AS s FROM accounts a");
# an enum is of this database alone; without it the row ships
like(asked(q{SELECT icp_rollup(s) FROM (SELECT icp_sketch(icp_row_columns('{industry,employees,tags,attrs}', industry, employees, tags, attrs), is_best) AS s FROM accounts a GROUP BY shard) x}),
	qr/^SELECT public\.icp_sketch\(public\.icp_row_columns\('\{industry,employees,tags,attrs\}'::text\[\], industry, employees, tags, attrs\), is_best\), shard FROM public\.accounts_of GROUP BY 2$/, 'a sketch is made where the rows are');
like(asked(q{SELECT icp_rollup(s) FROM (SELECT icp_sketch(icp_row(a), is_best) AS s FROM (SELECT shard, industry, employees, is_best FROM accounts) a GROUP BY shard) x}),
	qr/^SELECT public\.icp_sketch\(public\.icp_row_columns\('\{shard,industry,employees,is_best\}'::text\[\], shard, industry, employees, is_best\), is_best\), shard FROM public\.accounts_of GROUP BY 2$/, 'of a subquery\'s row, too');
unlike(asked($sketch{'by shard'}), qr/icp_/, 'with an enum it is not shipped');
foreach my $way ('by shard', 'UNION ALL', 'gathered')
{
	is($here->safe_psql('crm', "$set SELECT f.* FROM ($sketch{$way}) x, icp_fields(s) f"), $here->safe_psql('crm', "$set SELECT f.* FROM ($sketch{whole}) x, icp_fields(s) f"), "$way: fields as of the whole");
	is($here->safe_psql('crm', "$set SELECT t.* FROM ($sketch{$way}) x, icp_traits(s) t"), $here->safe_psql('crm', "$set SELECT t.* FROM ($sketch{whole}) x, icp_traits(s) t"), "$way: traits as of the whole");
	is($here->safe_psql('crm', "$set SELECT icp_learn(s)::text FROM ($sketch{$way}) x"), $here->safe_psql('crm', "$set SELECT icp_learn(s)::text FROM ($sketch{whole}) x"), "$way: what is learned is what is learned from the whole");
}
$here->safe_psql('crm', "CREATE TABLE learned AS SELECT icp_learn(s) AS p FROM ($sketch{'by shard'}) x");
is($here->safe_psql('crm', q{SELECT p::jsonb #>> '{quality,verdict}' FROM learned}), 'reliable', 'and that is something') or diag $here->safe_psql('crm', q{SELECT p::jsonb -> 'quality' FROM learned});
$there->safe_psql('postgres', 'ALTER DATABASE crm SET icp_portrait.sketch_rows = 1000');
$here->safe_psql('crm', 'SELECT postgres_fdw_disconnect_all()');
my $small = q{SELECT icp_rollup(s) IS NOT NULL FROM (SELECT icp_sketch(icp_row_columns('{industry}', industry), is_best%s) AS s FROM accounts a GROUP BY shard) x};
my ($status, $out, $err) = $here->psql('crm', "$set " . sprintf($small, ''));
like($err, qr/cannot merge sketches of different caps: 1000 and 1000000 rows/, 'servers that keep different numbers of rows are told');
is($here->safe_psql('crm', "$set " . sprintf($small, q{, '{"rows": 1000000}'})), 't', 'unless the sketch says it itself');
$there->safe_psql('postgres', 'ALTER DATABASE crm RESET icp_portrait.sketch_rows');

#### validations, ledgers, cohorts: to the byte

my $validation = 'SELECT icp_rollup(v)::text FROM (SELECT icp_validation(icp_score(a), is_best) AS v FROM @accounts a GROUP BY shard) x';
like(asked($validation =~ s/@//r), qr/^SELECT public\.icp_validation\(public\.icp_score_columns\(.*$columns, is_best\), shard FROM public\.accounts_of GROUP BY 2$/, 'a validation is made where the rows are');
same($validation, 'validation');
is($here->safe_psql('crm', "$set " . ($validation =~ s/@//r)), $here->safe_psql('crm', 'SELECT icp_validation(icp_score(a), is_best)::text FROM all_accounts a'), 'validation: one pass has the same bytes');

my $ledgers = 'SELECT shard, customer, icp_ledger(paid_on, amount, cost, service) AS ledger FROM @invoices GROUP BY 1, 2';
like(asked($ledgers =~ s/@//r), qr/^SELECT shard, customer, public\.icp_ledger\(paid_on, amount, cost, service\) FROM public\.invoices_of GROUP BY 1, 2$/, 'ledgers are made where the rows are');
same("SELECT * FROM ($ledgers) x ORDER BY customer", 'ledgers');
is($here->safe_psql('crm', "$set SELECT icp_rollup(ledger) FROM (" . ($ledgers =~ s/@//r) . ') x'), $here->safe_psql('crm', 'SELECT icp_ledger(paid_on, amount, cost, service) FROM all_invoices'), 'ledgers: roll up to one pass over all');

my $cohorts = qq{SELECT shard, date_trunc('month', acquired)::date AS month, icp_cohort(ledger, acquired, cac, '2025-06-01') AS cohort FROM \@customers LEFT JOIN ($ledgers) l USING (shard, customer) GROUP BY 1, 2};
same("SELECT month, icp_rollup(cohort) FROM ($cohorts) x GROUP BY 1 ORDER BY 1", 'cohorts');
same("SELECT icp_rollup(cohort) FROM ($cohorts) x", 'all cohorts');
same("SELECT icp_compare(shard = 0, cohort, month) FROM ($cohorts) x", 'icp_compare');

# A view on the shard does there whatever it likes.
$there->safe_psql('crm', 'CREATE VIEW monthly AS ' . ($cohorts =~ s/@(\w+)/$1_of/gr));
$here->safe_psql('crm', q{CREATE FOREIGN TABLE monthly_1 (shard int, month date, cohort icp_cohort) SERVER there OPTIONS (table_name 'monthly')});
is($here->safe_psql('crm', "SELECT month, icp_rollup(cohort) FROM (SELECT * FROM monthly_1 UNION ALL SELECT * FROM (" . ($cohorts =~ s/@(\w+)/$1_0/gr) . ') x) y GROUP BY 1 ORDER BY 1'),
	$here->safe_psql('crm', "SELECT month, icp_rollup(cohort) FROM (" . ($cohorts =~ s/@/all_/gr) . ') x GROUP BY 1 ORDER BY 1'), 'cohorts of a view on the other server');
like(asked(q{SELECT icp_rollup(cohort) FROM monthly_1 WHERE month >= '2024-01-01'}), qr/^SELECT public\.icp_rollup\(cohort\) FROM public\.monthly WHERE/, 'which rolls up, too');

# PostgreSQL takes every aggregate for immutable, and postgres_fdw's sessions are in GMT: moments need their day told.
my $moments = 'SELECT count(*) FILTER (WHERE a.l::text <> b.l::text) FROM (SELECT customer, %s AS l FROM invoices_1 GROUP BY 1) a JOIN (SELECT customer, %s AS l FROM all_invoices WHERE shard = 1 GROUP BY 1) b USING (customer)';
my ($day, $moment, $eastern) = ('icp_ledger(paid_on, amount)', 'icp_ledger(paid_at, amount)', q{icp_ledger((paid_at AT TIME ZONE interval '8 hours')::date, amount)});
like(asked("SELECT customer, $moment FROM invoices_1 GROUP BY 1"), qr/icp_ledger\(paid_at, amount\)/, 'a ledger of moments is shipped');
cmp_ok($here->safe_psql('crm', "$set " . sprintf($moments, $moment, $moment)), '>', 0, 'and has the months of GMT, not of this session');
is($here->safe_psql('crm', "SET timezone = 'GMT'; " . sprintf($moments, $moment, $moment)), '0', 'which is right where the session is in GMT');
like(asked("SELECT customer, $eastern FROM invoices_1 GROUP BY 1"), qr/icp_ledger\(/, 'of days at a fixed distance from GMT it is shipped');
is($here->safe_psql('crm', "$set " . sprintf($moments, $eastern, $moment)), '0', 'and right');
foreach (q{icp_ledger((paid_at AT TIME ZONE 'Asia/Shanghai')::date, amount)}, 'icp_ledger(paid_at::date, amount)')
{
	unlike(asked("SELECT customer, $_ FROM invoices_1 GROUP BY 1"), qr/icp_/, 'of days in a zone with a name it is not');
	is($here->safe_psql('crm', "$set " . sprintf($moments, $_, $moment)), '0', 'but right');
}

#### rows that have lost their names

foreach (q{icp_row(ROW(industry, employees))}, q{icp_sketch(icp_row(ROW(industry, employees)), true)}, q{icp_sketch(ROW(industry, employees), true)},
	q{icp_score(ROW(industry, employees), '{"absent": "missing", "characteristics": [{"name": "size", "field": "employees", "attributes": [{"range": "[1,)", "points": 1}]}]}'::icp_portrait)})
{
	($status, $out, $err) = $here->psql('crm', "SELECT $_ FROM accounts");
	like($err, qr/ERROR:  the row has lost the names of its columns/, "told: $_");
}
($status, $out, $err) = $here->psql('crm', 'SELECT icp_score(ROW(industry, employees)) FROM accounts');
like($err, qr/field "industry" of the portrait is not in row type record\nHINT:  ROW\(\.\.\.\) has no column names/, 'told: icp_score(ROW(industry, employees))');
is($here->safe_psql('crm', q{SELECT icp_score(ROW(1, 2), '{"absent": "missing", "characteristics": [{"name": "c", "field": "f2", "attributes": [{"equals": 2, "points": 1}]}, {"name": "d", "field": "f9", "attributes": [{"equals": 2, "points": 1}]}]}'::icp_portrait)}),
	'50', 'f2 is a name where the portrait has it');

#### aggregates in two phases

is($here->safe_psql('crm', q{
	SELECT p.oid::regprocedure FROM pg_aggregate a JOIN pg_proc p ON p.oid = aggfnoid JOIN pg_type t ON t.oid = aggtranstype JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
	WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'icp_portrait') AND NOT
		(aggcombinefn <> 0 AND t.typtype = 'b' AND t.typsend <> 0 AND t.typreceive <> 0 AND aggkind = 'n' AND NOT aggfinalextra AND proparallel = 's'
		AND p.prorettype = coalesce((SELECT prorettype FROM pg_proc f WHERE f.oid = aggfinalfn), aggtranstype)
		AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) x JOIN pg_type y ON y.oid = x WHERE y.typtype = 'p'))
	ORDER BY 1}), join("\n", 'icp_sketch(record,boolean)', 'icp_sketch(record,boolean,jsonb)'), 'every aggregate can be split, but for those over whole rows');

my $module = PostgreSQL::Test::Utils::tempdir . '/two_phase';
my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
chomp(my $cc = qx{"$pg_config" --cc});
chomp(my $headers = qx{"$pg_config" --includedir-server});
my $source = dirname(__FILE__) . '/two_phase.c';
SKIP:
{
	skip 'no compiler, or no headers of the server', 1 if system(qq{$cc --version >/dev/null 2>&1}) != 0 || !-e "$headers/postgres.h";
	is(qx{$cc -std=gnu99 -O1 -Wall -Wextra -Werror -shared -fPIC -isystem "$headers" -o "$module.so" "$source" 2>&1}, '', 'the module of the test compiles');
	$here->safe_psql('crm', qq{
		CREATE FUNCTION partial_step(internal, regprocedure, boolean, VARIADIC "any") RETURNS internal AS '$module', 'two_phase_partial_step' LANGUAGE C;
		CREATE FUNCTION partial_end(internal) RETURNS bytea AS '$module', 'two_phase_partial_end' LANGUAGE C;
		CREATE AGGREGATE partial(regprocedure, boolean, VARIADIC "any") (SFUNC = partial_step, STYPE = internal, FINALFUNC = partial_end);
		CREATE FUNCTION combine_step(internal, regprocedure, boolean, bytea, anyelement) RETURNS internal AS '$module', 'two_phase_combine_step' LANGUAGE C;
		CREATE FUNCTION combine_end(internal, regprocedure, boolean, bytea, anyelement) RETURNS anyelement AS '$module', 'two_phase_combine_end' LANGUAGE C;
		CREATE AGGREGATE combine(regprocedure, boolean, bytea, anyelement) (SFUNC = combine_step, STYPE = internal, FINALFUNC = combine_end, FINALFUNC_EXTRA);
		CREATE TABLE ledgers AS SELECT customer, icp_ledger(paid_on, amount, cost, service) AS ledger, icp_ledger(paid_on, amount, cost, service, 'EUR', '{"by": "day"}') AS by_day FROM all_invoices GROUP BY 1;
		CREATE TABLE members AS SELECT * FROM all_customers LEFT JOIN ledgers USING (customer);
		CREATE TABLE cohorts AS SELECT customer % 7 AS part, date_trunc('month', acquired)::date AS month, shard = 0 AS side, icp_cohort(ledger, acquired, cac, '2025-06-01') AS cohort FROM members GROUP BY 1, 2, 3;
		CREATE TABLE states AS SELECT id % 9 AS part, icp_sketch(icp_row(a), is_best, $options) AS sketch, icp_validation(icp_score(a), is_best) AS validation FROM all_accounts a GROUP BY 1});
	# aggregate, its arguments and their table, what tells parts apart, the type of the result
	my @aggregates = (
		[ 'icp_ledger(date,numeric)', 'paid_on, amount', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(timestamptz,numeric)', 'paid_at, amount', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(timestamp,numeric)', 'paid_at::timestamp, amount', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(date,numeric,numeric)', 'paid_on, amount, cost', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(timestamp,numeric,numeric)', 'paid_at::timestamp, amount, cost', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(date,numeric,numeric,daterange)', 'paid_on, amount, cost, service', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(timestamptz,numeric,numeric,tstzrange)', 'paid_at, amount, cost, CASE WHEN service IS NOT NULL THEN tstzrange(lower(service), upper(service)) END', 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(timestamptz,numeric,numeric,daterange,text)', q{paid_at, amount, cost, service, 'EUR'::text}, 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_ledger(date,numeric,numeric,daterange,text,jsonb)', q{paid_on, amount, cost, service, 'EUR'::text, '{"by": "week"}'::jsonb}, 'all_invoices', 'customer', 'icp_ledger' ],
		[ 'icp_rollup(icp_ledger)', 'ledger', 'ledgers', 'customer % 3', 'icp_ledger' ],
		[ 'icp_cohort(icp_ledger,date,numeric,date)', q{ledger, acquired, cac, '2025-06-01'::date}, 'members', 'customer % 5', 'icp_cohort' ],
		[ 'icp_cohort(icp_ledger,date,numeric,date,numeric)', q{ledger, acquired, cac, '2025-06-01'::date, 2 * cac}, 'members', 'customer % 5', 'icp_cohort' ],
		[ 'icp_cohort(icp_ledger,date,numeric,date,numeric,jsonb)', q{by_day, acquired, cac, '2025-06-01'::date, cac, '{"age": "anniversary", "grace": 2}'::jsonb}, 'members', 'customer % 5', 'icp_cohort' ],
		[ 'icp_rollup(icp_cohort)', 'cohort', 'cohorts', 'part', 'icp_cohort' ],
		[ 'icp_compare(boolean,icp_cohort,date)', 'side, cohort, month', 'cohorts', 'part', 'icp_comparison' ],
		[ 'icp_compare(boolean,icp_cohort,date,integer)', 'side, cohort, month, 12', 'cohorts', 'part', 'icp_comparison' ],
		[ 'icp_validation(double precision,boolean)', 'icp_score(a), is_best', 'all_accounts a', 'id % 9', 'icp_validation' ],
		[ 'icp_rollup(icp_validation)', 'validation', 'states', 'part % 4', 'icp_validation' ],
		[ 'icp_sketch(icp_row,boolean)', 'icp_row(a), is_best', 'all_accounts a', 'id % 9', 'icp_sketch' ],
		[ 'icp_sketch(icp_row,boolean,jsonb)', qq{icp_row(a), is_best, $options\::jsonb}, 'all_accounts a', 'id % 9', 'icp_sketch' ],
		[ 'icp_sketch(icp_row,boolean,jsonb)', q{icp_row(a), is_best, '{"rows": 400}'::jsonb}, 'all_accounts a', 'id % 9', 'icp_sketch' ],
		[ 'icp_rollup(icp_sketch)', 'sketch', 'states', 'part % 4', 'icp_sketch' ],
		[ 'icp_reach(icp_evaluation)', 'icp_evaluate(a)', 'all_accounts a', 'id % 9', 'icp_reach' ],
		[ 'icp_audience(icp_evaluation,numeric)', 'icp_evaluate(a), revenue', 'all_accounts a', 'id % 9', 'icp_audience' ],
		[ 'icp_evidence(boolean,text)', 'is_best, city::text', 'all_accounts a', 'id % 9', 'icp_evidence' ],
		[ 'icp_outreach_observed(bigint,bigint,bigint)', '4::bigint, (id % 3)::bigint, (id % 2)::bigint', 'all_accounts a', 'id % 9', 'icp_outreach_figures' ],
		[ 'icp_committee(text,text)', q{(ARRAY['champion', 'decision_maker', 'user'])[1 + id % 3], (ARRAY['supporter', 'opponent', NULL])[1 + id % 3]}, '(SELECT * FROM all_accounts LIMIT 20) a', 'id % 9', 'icp_committee_report' ]);
	my %tried = map { $_->[0] =~ /^(\w+)/; ("$1" . ($1 eq 'icp_rollup' ? " $_->[4]" : '') => 1) } @aggregates;
	is(join("\n", sort keys %tried), $here->safe_psql('crm', q{SELECT DISTINCT (proname || CASE WHEN proname = 'icp_rollup' THEN ' ' || prorettype::regtype ELSE '' END) COLLATE "C" FROM pg_proc p
		JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' WHERE prokind = 'a' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'icp_portrait') ORDER BY 1}), 'all kinds are tried');
	# Partial states are made in one session and combined in another, whose settings differ.
	my $odd = q{SET datestyle = 'SQL, DMY'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = -15; SET bytea_output = 'escape'; SET array_nulls = off; SET lc_monetary = 'C'; SET lc_numeric = 'C'; SET quote_all_identifiers = on;};
	foreach (@aggregates)
	{
		my ($aggregate, $arguments, $from, $part, $result) = @$_;
		(my $name = $aggregate) =~ s/\(.*//;
		my $answer = $result eq 'icp_sketch' ? q{(SELECT md5(string_agg(f::text, ',')) FROM icp_fields(%1$s) f) || (SELECT md5(string_agg(i::text, ',' ORDER BY i::text)) FROM icp_itemsets(%1$s, 2, 20) i)} : '(%s)::text';
		my $expected = $here->safe_psql('crm', "$set SELECT " . sprintf($answer, 'r') . " FROM (SELECT $name($arguments) AS r FROM $from OFFSET 0) x");
		foreach my $text ('true', 'false')
		{
			$here->safe_psql('crm', "$set $odd CREATE TABLE partials AS SELECT partial('$aggregate', $text, $arguments) AS s FROM $from GROUP BY $part");
			is($here->safe_psql('crm', "$set SELECT " . sprintf($answer, 'r') . " FROM (SELECT combine('$aggregate', $text, s, NULL::$result) AS r FROM partials OFFSET 0) x; DROP TABLE partials"), $expected,
				"$aggregate in two phases, " . ($text eq 'true' ? 'as text' : 'in binary'));
		}
		is($here->safe_psql('crm', "$set SELECT combine('$aggregate', true, NULL, NULL::$result)::text IS NOT DISTINCT FROM (SELECT $name($arguments)::text FROM $from WHERE false)"), 't', "$aggregate of nothing");
	}
}

$here->stop;
$there->stop;
done_testing();

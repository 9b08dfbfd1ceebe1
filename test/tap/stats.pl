# The arithmetic of src/stats needs no server: it is compiled with a check of its own, and once more with sanitizers.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

chdir dirname(__FILE__) . '/../..' or die "cannot change directory: $!";
my $dir = tempdir(CLEANUP => 1);
chomp(my $cc = qx{"${\($ENV{PG_CONFIG} || 'pg_config')}" --cc});
my @sources = sort glob('test/stats/*.c src/stats/*.c');
my $compile = "$cc -std=c11 -Wall -Wextra -Wshadow -Werror -Isrc";
$ENV{ASAN_OPTIONS} = 'detect_leaks=0';

# Compiles into $dir/$name, and runs it; its tests are ours.
sub check
{
	my ($name, $flags) = @_;
	my $errors = qx{$compile $flags -o "$dir/$name" @sources -lm 2>&1};
	is($errors, '', "$name: compiles without a warning") or return;
	my @lines = qx{"$dir/$name" test/stats/reference.tsv 2>&1};
	my $status = $?;
	foreach (@lines)
	{
		if (/^(not )?ok \d+ - (.*)/) { ok(!$1, "$name: $2"); }
		else { $status ? diag($_) : note($_); }
	}
	is($status, 0, "$name: ends well");
	like($lines[-1] || '', qr/^1\.\.\d+$/, "$name: gets to its end");
}

check('optimized', '-O2');

# Not every compiler has them, and not every machine runs them.
my $sanitize = '-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all';
open my $trivial, '>', "$dir/trivial.c" or die $!;
print $trivial "int main(void) { return 0; }\n";
close $trivial;
SKIP:
{
	skip 'no sanitizers here', 1
	  if system(qq{$cc $sanitize -o "$dir/trivial" "$dir/trivial.c" >/dev/null 2>&1 && "$dir/trivial" >/dev/null 2>&1}) != 0;
	check('sanitized', $sanitize);
}

done_testing();

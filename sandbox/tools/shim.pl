#!/usr/bin/perl
# Hands this call to the tool's warm process where there is one, and is its stand-in until it ends; else starts the plain program.
# Perl, because it starts in 2 ms and every Debian has it. No module is loaded for the same reason.
my ($tool, $sendmsg) = ('@TOOL@', @SENDMSG@);
my $plain = "/opt/sandbox/plain/$tool";

sub plain { exec {$plain} $plain, @ARGV; print STDERR "$plain: $!\n"; exit 126 }

# What an interpreter, or the tool's import, reads at its start: there the warm one would be another.
plain() if grep { /^(?:PYTHON|LD_|MALLOC_|GLIBC_|OPENSSL_|LOCPATH$|GCONV_PATH$|AWS_DATA_PATH$|AWS_EXECUTION_ENV$)/ } keys %ENV;
plain() if ($ENV{LC_ALL} || $ENV{LC_CTYPE} || $ENV{LANG} || '') ne 'C.UTF-8';
plain() if exists $ENV{HOME} && $ENV{HOME} ne '/home/ec2-user';
plain() if grep { $_ eq '--debug' } @ARGV;

opendir my $listing, '/proc/self/fd' or plain();
my @fds = grep { /^\d+$/ } readdir $listing;
closedir $listing;
@fds = sort { $a <=> $b } grep { my $to = readlink "/proc/self/fd/$_"; defined $to && $to ne $0 } @fds;
plain() if @fds > 250;
my %open = map { $_ => 1 } @fds;
plain() if !$open{0} || !$open{1} || !$open{2};  # the socket would take its number

socket my $warm, 1, 1, 0 or plain();
connect $warm, pack 'Sa108', 1, "/run/sandbox/$tool.socket" or plain();
my $text = "@fds;" . @ARGV . "\n";
my $part = pack 'PQ', $text, length $text;
my $rights = @fds ? pack('Qll', 16 + 4 * @fds, 1, 1) . pack('l*', @fds) : '';
my $message = pack 'QLx4PQPQlx4', 0, 0, $part, 1, $rights, length $rights, 0;
syscall($sendmsg, fileno $warm, $message, 0x4000) > 0 or plain();

my $heard = '';
sub answer {  # a line, or nothing when the other side has gone
    while (1) {
        return $1 if $heard =~ s/^(.*)\n//;
        my $more;
        if (!defined recv $warm, $more, 64, 0) { next if $! == 4; return '' }
        return '' if $more eq '';
        $heard .= $more;
    }
}

my $first = answer();
plain() unless $first =~ /^p(\d+)$/;
my $pid = $1;
for my $name (qw(INT TERM HUP QUIT USR1 USR2 WINCH ALRM CONT)) {
    $SIG{$name} = sub { kill $name, $pid } unless ($SIG{$name} || '') eq 'IGNORE';
}
$SIG{TSTP} = sub { kill STOP => $pid; kill STOP => $$; kill CONT => $pid } unless ($SIG{TSTP} || '') eq 'IGNORE';

my $end = answer() =~ /^s(\d+)$/ ? $1 : 9;
my $signal = $end & 127;
exit $end >> 8 unless $signal;
my @names = map { $_ } qw(0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG
    XCPU XFSZ VTALRM PROF WINCH IO PWR SYS);
$SIG{$names[$signal]} = 'DEFAULT' unless $signal == 9;
kill $signal, $$;
exit 128 + $signal;

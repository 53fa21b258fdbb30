"""What bash carries from line to line in one long session, ours carries from process to process."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jail import kernel, quoting, rootfs, shell

pytestmark = pytest.mark.slow

PROMPT = b"<PROMPT>"

# Each is typed line by line into one long-lived bash, and run command by command here; the outputs must be the same.
SAME = {
    "variable": ["x=5", "echo $x"],
    "quotes": ["x='a \"b\" $HOME `date` \\ end'", 'echo "$x"', 'y="it\'s"', 'echo "$y"'],
    "newline": ["x=$'one\\ntwo\\n'", 'printf "%s|" "$x"'],
    "control characters": ["x=$'\\t\\a\\e[0m\\x7f\\001'", 'printf %s "$x" | od -c'],
    "korean": ["이름=학생; x='안녕 세계'", 'echo "$x"', "echo ${#x}"],
    "not utf-8": ["x=$'\\xff\\xfe'", 'printf %s "$x" | od -c'],
    "empty and unset": ["x=; y=1; unset y", 'echo "[${x-none}] [${y-none}]"'],
    "export": ["export A=1; B=2", "bash -c 'echo $A-$B'"],
    "no longer exported": ["export A=1", "export -n A", "bash -c 'echo [$A]'"],
    "unset of a start-up variable": ["unset HOME LANG", 'echo "${HOME-none} ${LANG-none}"'],
    "integer": ["declare -i n=5", "n=n+2", "echo $n"],
    "upper": ["declare -u name", "name=abc", "echo $name"],
    "array": ["a=(one 'two three' $'four\\nfive')", 'printf "<%s>" "${a[@]}"', "echo ${#a[@]}"],
    "sparse array": ["a[5]=x; a[9]='y z'", 'echo "${!a[@]}" "${a[9]}"'],
    "associative": ["declare -A m=([a b]=1 ['c\"d']='e f')", 'echo ${m[a b]} "${m[\'c"d\']}"'],
    "name reference": ["x=1; declare -n ref=x", "ref=7", "echo $x"],
    "read-only": ["readonly R=1", "R=2", "echo $R"],
    "function": ['f() { local x=$1; echo "f:$x"; return 3; }', "f hello", "echo $?"],
    "function with a here-document": ["f() { cat <<E\nx $1\nE\n}", "f y"],
    "exported function": ["g() { echo g; }; export -f g", "bash -c g"],
    "function and variable of one name": ["f=1; f() { echo two; }", "echo $f; f"],
    "recursive function": ["fact() { if (($1 < 2)); then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }", "fact 6"],
    "function named like a builtin": ['cd() { builtin cd "$@" && echo moved; }', "cd /usr", "pwd"],
    "alias": ["alias hi='echo hello'", "hi there"],
    "alias in the same line": ["alias z='echo zed'; z"],
    "alias removed": ["alias hi='echo hello'", "unalias hi", "hi"],
    "alias with a quote": ['alias q="echo \\"it\'s\\""', "q", "alias q"],
    "options": ["set -f", "echo *", "set +f", "shopt nullglob; shopt -s nullglob", "echo /nope/*"],
    "noclobber": ["cd /tmp && set -C; echo 1 >| same.out", "echo 2 > same.out", "cat same.out; rm same.out"],
    "nounset": ["set -u", "echo $nope", "echo $?"],
    "pipefail": ["set -o pipefail", "false | true", "echo $?"],
    "xtrace": ["set -x", "echo a", "set +x"],
    "posix": ["set -o posix", "set -o | grep posix", "x=1 :", "echo $x"],
    "extglob": ["shopt -s extglob", "case aab in +(a|b)) echo match;; esac", "f() { [[ $1 == @(x|y) ]] && echo yes; }", "f x"],
    "trap on a signal": ["trap 'echo got it' USR1", "kill -USR1 $$; echo after", "trap -p USR1"],
    "trap ignored": ["trap '' USR2", "kill -USR2 $$; echo alive"],
    "error trap": ["trap 'echo failed' ERR", "false", "true"],
    "debug trap": ["trap 'echo D' DEBUG", "echo a", "trap - DEBUG", "echo b"],
    "return trap": ["trap 'echo R' RETURN; f() { :; }", ". /dev/null", "trap -p RETURN"],
    "interrupt trap": ["trap 'echo I' INT", "kill -INT $$; echo after"],
    "exit trap waits for the exit": ["trap 'echo bye' EXIT", "echo a", "trap - EXIT"],
    "positional": ["set -- one 'two three'", 'echo $# "$2"', "shift", "echo $1"],
    "status": ["false", "echo $?", "(exit 42)", "echo $?"],
    "status after a syntax error": ["echo )", "echo $?"],
    "status of an unknown command": ["nosuchcommand", "echo $?"],
    "last argument": ["echo one two", "echo $_"],
    "mkdir and cd $_": ["mkdir -p /tmp/last-argument", "cd $_", "pwd; rmdir /tmp/last-argument"],
    "umask": ["umask 077", "umask"],
    "directory": ["cd /usr/lib", "pwd", "cd -", "pwd"],
    "directory stack": ["pushd /usr; pushd /usr/lib", "dirs -v", "popd", "dirs"],
    "directory with spaces": ["mkdir -p '/tmp/a b'; cd '/tmp/a b'", "pwd", "cd ..; rmdir 'a b'"],
    "through a link": ["cd /bin", "pwd; pwd -P"],
    "IFS": ["IFS=:; x=a:b:c", "printf '<%s>' $x", "echo"],
    "here-document": ["cat <<E\na $((1+1))\n\\$x\nE", "cat <<'E'\n$x\nE"],
    "here-string": ["x=$(cat <<< 'a  b')", 'echo "$x"'],
    "several lines": ["for i in 1 2; do\n  echo $i\ndone", "echo $i"],
    "line continued": ["echo a \\\n  b"],
    "comment": ["echo a # b", "# nothing", "echo $?"],
    "a quote in a comment": ["echo a # it's", "echo b"],
    "substitution": ["x=$(echo $(echo nested))", "echo $x", 'y="$(printf "%s\\n" "a b")"', 'echo "$y"'],
    "exclamation mark": ["echo hello!", "x='a!b'", 'echo "$x"'],
    "getopts": ["set -- -a -b val", "getopts ab: o; echo $o", "getopts ab: o; echo $o $OPTARG"],
    "arithmetic": ["((i = 3))", "((i += 4)); echo $i"],
    "tilde": ["cd ~", "pwd"],
    "completion": ["complete -W 'a b' prog", "complete -p prog"],
    "printf -v": ["printf -v x '%03d' 7", "echo $x"],
    "read": ["read a b <<< '1 2 3'", 'echo "$a|$b"'],
    "mapfile": ["mapfile -t lines < <(printf 'a\\nb\\n')", "echo ${lines[1]}"],
    "unset function": ["f() { :; }", "unset -f f", "f"],
    "command builtin": ["alias ls='echo aliased'", "command ls -d /", "ls x"],
    "time zone": ["TZ=Asia/Seoul", "date -d @0 +%H"],
}


def _own_terminal() -> None:
    kernel.default_signals()  # bash can't trap what was ignored when it began
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class LongLived:
    """One interactive bash on a pty, asked line by line; the prompt tells when it is done."""

    def __init__(self, home: Path) -> None:
        environment = {**rootfs.learner_environment(), "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "--noediting", "-i"], env=environment, cwd=home, start_new_session=True,
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(slave)
        self.master = master
        self.ask("stty -echo -onlcr; PS1='<PRO''MPT>' PS2='<PRO''MPT>'; set +o histexpand; shopt -s expand_aliases", prompts=1)

    def ask(self, text: str, prompts: int | None = None) -> str:
        os.write(self.master, text.encode() + b"\n")
        seen = b""
        wanted = prompts or text.count("\n") + 1
        while seen.count(PROMPT) < wanted:
            assert select.select([self.master], [], [], 10)[0], f"{text!r} brought only {seen!r}"
            seen += os.read(self.master, 65536)
        return seen.replace(PROMPT, b"").decode(errors="replace").replace("\r\n", "\n")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def long_lived(tmp_path: Path) -> Iterator[LongLived]:
    session = LongLived(tmp_path)
    yield session
    session.close()


def comparable(text: str, home: object) -> str:
    """Without what differs by design: the home's name, and the colours of an alias."""
    return re.sub(r"\x1b\[[0-9;]*[mK]", "", text).replace(str(home), "/home/ec2-user")


@pytest.mark.parametrize("name", SAME)
def test_a_sequence_is_the_same_as_in_one_long_session(name, long_lived, jail_checkout, tmp_path):
    jail_checkout.run("unalias -a; cd")
    long_lived.ask("unset OLDPWD; cd /; cd; unset OLDPWD")
    jail_checkout.run("cd /; cd; unset OLDPWD")
    for line in SAME[name]:
        expected = comparable(long_lived.ask(line), tmp_path)
        assert comparable(jail_checkout.run(line).output, "/home/ec2-user") == expected, line


@pytest.mark.parametrize(
    "line",
    ["if true; then", "echo 'abc", 'echo "abc', "echo $(ls", "cat <<E", "cat <<E\na", "echo a |", "true &&", "f() {", "echo a \\",
     "case x in", "(echo", "for i in 1 2\ndo", "echo `date", "x=(1 2", "while :; do echo", "echo ${x"],
)  # fmt: skip
def test_an_unfinished_line_runs_nothing(line, jail_checkout):
    ran = jail_checkout.run(f"touch ran; {line}")
    assert ran.result.incomplete and ran.output == ""
    assert not (jail_checkout.folder / "home/environment/ran").exists()
    assert not jail_checkout.run(f"true {line.count('x')}").result.incomplete


@pytest.mark.parametrize("line", ["echo )", "fi", "echo a; ; echo b", "for", "( )", "echo (a)", "if; then", "echo 'a' # '"])
def test_a_wrong_line_is_not_an_unfinished_one(line, jail_checkout):
    assert not jail_checkout.run(line).result.incomplete


def test_a_first_shell_is_a_login_on_the_workstation(jail_checkout):
    ran = jail_checkout.run('pwd; alias ll; echo "$USER $HOME $PS1"; umask; set -o | grep -c posix; echo $-; whoami')
    assert "/home/ec2-user/environment\nalias ll='ls -l --color=auto'\nec2-user /home/ec2-user [\\u@\\h \\W]\\$ \n0022" in ran.output
    assert ran.output.endswith("ec2-user\n")


def test_a_first_shell_reads_the_learners_profile(open_checkout, supervisor, tmp_path):
    console = open_checkout(supervisor)
    (console.folder / "home/.bashrc").write_text("greet() { echo profile; }\nalias g=greet\n")
    assert console.run("g").output == "profile\n"


def test_exit_keeps_the_status_and_the_state(jail_checkout):
    assert jail_checkout.run("x=1; exit 7; x=2").status == 7
    assert jail_checkout.run("echo $? $x").output == "7 1\n"


def test_a_learners_exit_trap_runs_at_exit_alone(jail_checkout):
    assert jail_checkout.run("trap 'echo bye $?' EXIT; y=1").output == ""
    assert jail_checkout.run("y=2").output == ""
    ran = jail_checkout.run("exit 3")
    assert (ran.output, ran.status) == ("exit\nbye 3\n", 3)
    assert jail_checkout.run("echo $? $y").output == "3 2\n"


def test_errexit_ends_the_command_and_not_the_session(jail_checkout):
    assert jail_checkout.run("set -e; x=1; false; x=2").status == 1
    assert jail_checkout.run("echo $x $-").output.startswith("1 e")
    assert jail_checkout.run("set +e; false; echo on").output == "on\n"


def test_what_would_end_every_later_shell_is_not_kept(jail_checkout):
    jail_checkout.run("set -t")
    assert jail_checkout.run("echo one; echo two").output == "one\ntwo\n"


def test_a_killed_shell_keeps_the_state_it_began_with(jail_checkout):
    jail_checkout.run("x=1")
    assert jail_checkout.run("x=2; kill -9 $$").status == 137
    assert jail_checkout.run("echo $? $x").output == "137 1\n"


def test_exec_leaves_the_state_as_it_was(jail_checkout):
    jail_checkout.run("x=1")
    assert jail_checkout.run("x=2; exec echo gone").output == "gone\n"
    assert jail_checkout.run("echo $x").output == "1\n"


def test_a_folder_that_is_gone_leads_home_with_words(jail_checkout):
    jail_checkout.run("mkdir d; cd d; rmdir ../d")
    ran = jail_checkout.run("pwd")
    assert ran.output == "The folder this shell was in is gone; it is now in /home/ec2-user.\n/home/ec2-user\n"
    assert jail_checkout.run("pwd").output == "/home/ec2-user\n"


def test_aliases_of_our_own_words_do_no_harm(jail_checkout):
    jail_checkout.run("alias builtin=false printf=false trap=false unset=false declare=false cd=false exit=false; x=1")
    assert jail_checkout.run("echo $x").output == "1\n"
    assert jail_checkout.run("x=2\necho $x").output == "2\n"
    assert jail_checkout.run("echo $x").output == "2\n"


def test_a_hard_environment_survives(jail_checkout):
    jail_checkout.run("IFS=abcdef_; set -fCua; shopt -s failglob nocasematch extdebug; PATH=; LC_ALL=C; x='é b'")
    assert jail_checkout.run('builtin echo "$x|$PATH|$IFS"').output == "é b||abcdef_\n"


def test_our_own_names_reach_no_program_and_no_state(jail_checkout):
    jail_checkout.run("set -a; x=1; trap 'echo bye' EXIT")
    assert jail_checkout.run("env | grep -c sandbox_").output == "0\n"
    assert b"__sandbox" not in shell.variables_section(state_of(jail_checkout))
    assert not re.search(rb"(?m)^__sandbox_\w+ \(\)|^declare -\w+ __sandbox", state_of(jail_checkout))


def state_of(console) -> bytes:
    state = shell.read_state(console.folder / "shell")
    assert state is not None
    return state


def test_the_same_command_twice_leaves_the_same_state(jail_checkout):
    jail_checkout.run("x=1")
    jail_checkout.run("echo a")
    first = state_of(jail_checkout)
    jail_checkout.run("echo a")
    assert state_of(jail_checkout) == first


def test_variables_are_read_without_running_anything(jail_checkout):
    jail_checkout.run("a='it'\\''s \"q\" $x `y`'; b=$'l1\\nl2\\t\\e\\x01'; c=é안; d=; declare -i n=3")
    jail_checkout.run("e=(1 2); declare -A f=([k]=v); declare -n r=a; export g='$(touch /tmp/ran)'; unset HOSTNAME; readonly h=ro")
    jail_checkout.run("k=$'\\xff'; f() { cat <<E\ndeclare -- a=\"no\"\nE\n}")
    found = shell.variables(state_of(jail_checkout))
    assert found["a"] == 'it\'s "q" $x `y`'
    assert (found["b"], found["c"], found["d"], found["n"], found["h"]) == ("l1\nl2\t\x1b\x01", "é안", "", "3", "ro")
    assert (found["g"], found["k"]) == ("$(touch /tmp/ran)", "�")
    assert not {"e", "f", "r", "HOSTNAME"} & set(found)


def test_a_line_longer_than_an_argument_may_be(jail_checkout):
    text = "x='" + "a" * 300_000 + "'\necho ${#x}"
    assert jail_checkout.run(text).output == "300000\n"
    assert jail_checkout.run("echo ${#x}").output == "300000\n"


def test_two_hundred_functions_and_variables(jail_checkout):
    jail_checkout.run('for i in {1..200}; do eval "v$i=$i; f$i() { echo f$i; }"; done')
    assert jail_checkout.run("f150; echo $v200").output == "f150\n200\n"


def test_a_state_that_is_too_big_is_not_kept_and_the_learner_is_told(jail_checkout):
    jail_checkout.run("x=1")
    ran = jail_checkout.run("x=2; y=$(head -c 5000000 /dev/zero | tr '\\0' a)")
    assert "more than 4 MB" in ran.output
    assert jail_checkout.run("echo $x ${#y}").output == "1 0\n"


@pytest.mark.parametrize(
    "trick",
    [
        "rm -f /run/sandbox/enter; exec true",
        "ln -sf /etc/passwd /run/sandbox/new; exec true",
        "mkfifo /run/sandbox/new; exec true",
        "mkdir /run/sandbox/new; exec true",
        "echo junk > /run/sandbox/new; echo > /run/sandbox/options; echo > /run/sandbox/traps; exec true",
        "printf '#left end\\n#complete\\n' > /run/sandbox/new; : > /run/sandbox/options; : > /run/sandbox/traps; exec true",
        "chmod 0 /run/sandbox; exec true",
        "mkdir -p /run/sandbox/a/b; chmod 0 /run/sandbox/a; exec true",
        "truncate -s 60M /run/sandbox/new; exec true",
    ],
)
def test_a_forged_state_costs_nobody_but_its_forger(trick, jail_checkout):
    jail_checkout.run("x=1")
    assert jail_checkout.run(trick).result.reason == "exit"
    assert jail_checkout.run("echo on").output == "on\n"


def test_a_check_sees_the_learners_variables_and_nothing_that_could_mislead_it(jail_checkout):
    jail_checkout.run("region=r1; mkdir -p d; cd d; function grep { echo fooled; }; alias test=true")
    jail_checkout.run("set -eu; PATH=/nope; IFS=x; trap 'echo t' EXIT")
    text = 'echo "$region $PWD"; type grep; echo "a x" | grep -c a; false; echo $?; echo err >&2; x=1'
    ran = jail_checkout.run(text, mode="pipe", save=False)
    assert ran.output == "r1 /home/ec2-user/environment/d\ngrep is /usr/bin/grep\n1\n1\nerr\n"
    assert "none" in jail_checkout.run("echo ${x-none}").output


def test_a_check_may_be_a_script_of_another_interpreter(jail_checkout):
    jail_checkout.run("export WHO=learner")
    text = "#!/usr/bin/env python3\nimport os\nprint(os.environ['WHO'], os.getcwd())\nraise SystemExit(4)"
    ran = jail_checkout.run(text, mode="pipe", save=False)
    assert (ran.output, ran.status) == ("learner /home/ec2-user/environment\n", 4)


def test_without_save_nothing_of_the_shell_is_kept(jail_checkout):
    jail_checkout.run("x=1")
    jail_checkout.run("x=2; cd /", save=False)
    assert jail_checkout.run("echo $x; pwd").output == "1\n/home/ec2-user/environment\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"'a'\\''b'", b"a'b"),
        (b'"a\\"\\$\\`\\\\\\n"', b'a"$`\\\\n'),
        (b"$'\\x41\\102\\u00e9\\n'", b"AB\xc3\xa9\n"),
        (b"a'b'\"c\"\\ d", b"abc d"),
        (b"''", b""),
    ],
)
def test_words_are_read_as_bash_wrote_them(text, value):
    assert quoting.word(text + b" rest") == (value, len(text))


@pytest.mark.parametrize("text", [b"'open", b'"open\\"', b"$'open\\'", b" ", b";x"])
def test_what_is_no_word_is_refused(text):
    with pytest.raises(quoting.NotQuotedError):
        quoting.word(text)


@pytest.mark.parametrize(
    "state", [b"", b"junk", b"#state 1 0\n", b'\n#variables\ndeclare -- x="open\n#end of variables\n', bytes(range(256)) * 50]
)
def test_any_bytes_are_a_state(state):
    assert shell.variables(state) == {}
    assert shell.cwd(state) == "/home/ec2-user/environment"
    assert shell.start("true", state).argv[0] == "/bin/bash"
    assert shell.script("true", state).argv[0] == "/bin/bash"

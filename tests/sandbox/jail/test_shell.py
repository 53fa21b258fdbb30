"""What bash carries from line to line in one long session, ours carries from process to process."""

import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jail import quoting, rootfs, shell

LOST = object()

# Each is typed line by line into one long-lived bash, and run command by command here; the outputs must be the same.
SAME = {
    "variable": ["x=5", "echo $x"],
    "quotes": ["x='a \"b\" $HOME `date` \\ end'", 'echo "$x"', "y=\"it's\"", 'echo "$y"'],
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
    "associative": ["declare -A m=([a b]=1 ['c\"d']='e f')", "echo ${m[a b]} \"${m['c\"d']}\""],
    "name reference": ["x=1; declare -n ref=x", "ref=7", "echo $x"],
    "read-only": ["readonly R=1", "R=2", "echo $R"],
    "function": ["f() { local x=$1; echo \"f:$x\"; return 3; }", "f hello", "echo $?"],
    "function with a here-document": ["f() { cat <<E\nx $1\nE\n}", "f y"],
    "exported function": ["g() { echo g; }; export -f g", "bash -c g"],
    "function and variable of one name": ["f=1; f() { echo two; }", "echo $f; f"],
    "recursive function": ["fact() { if (($1 < 2)); then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }", "fact 6"],
    "function named like a builtin": ["cd() { builtin cd \"$@\" && echo moved; }", "cd /usr", "pwd"],
    "alias": ["alias hi='echo hello'", "hi there"],
    "alias in the same line": ["alias z='echo zed'; z"],
    "alias removed": ["alias hi='echo hello'", "unalias hi", "hi"],
    "alias with a quote": ["alias q=\"echo \\\"it's\\\"\"", "q", "alias q"],
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


class LongLived:
    """One interactive bash on a pty, asked line by line; the prompt tells when it is done."""

    def __init__(self, home: Path) -> None:
        environment = {**rootfs.learner_environment(), "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "--noediting", "-i"], env=environment, cwd=home, start_new_session=True,
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=lambda: __import__("fcntl").ioctl(0, 0x540E, 0),
        )  # fmt: skip
        os.close(slave)
        self.master = master
        self.ask("stty -echo -onlcr; PS1='\x1cPROMPT\x1d' PS2='\x1cPROMPT\x1d'; set +o histexpand; shopt -s expand_aliases", prompts=1)

    def ask(self, text: str, prompts: int | None = None) -> str:
        os.write(self.master, text.encode() + b"\n")
        seen = b""
        wanted = prompts or text.count("\n") + 1
        while seen.count(b"\x1cPROMPT\x1d") < wanted:
            seen += os.read(self.master, 65536)
        return seen.replace(b"\x1cPROMPT\x1d", b"").decode(errors="replace").replace("\r\n", "\n")

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

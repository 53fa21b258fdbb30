"""A warm tool's process is a process of the jail like any other: it sees no more, may no more, and is closed to the others."""

import dataclasses
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.errors import Fault
from sandbox.jail import client, join, kernel
from tests.processes import alive, comm, command_line, descendants, until
from tests.sandbox.conftest import Console

pytestmark = pytest.mark.slow

# `aws inside …` runs a shell line as a child of the warm process, which is its $PPID.
ALIAS = "mkdir -p ~/.aws/cli; printf '[toplevel]\\ninside = !f() { eval \"$1\"; }; f\\n' >~/.aws/cli/alias\n"
CALLER = """
import array, os, socket, sys

def ring(text, fds=(0, 1, 2), keep=False):
    warm = socket.socket(socket.AF_UNIX)
    warm.settimeout(3)
    warm.connect("/run/sandbox/aws.socket")
    if text is not None:
        warm.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
    return warm if keep else answer(warm)

def answer(warm):
    try:
        return warm.recv(64)
    except OSError as error:
        return type(error).__name__.encode()
"""


def inside(console: Console, line: str) -> str:
    return console.run(f"{ALIAS}aws inside '{line}'").output


LOOKS = {
    "namespaces": "readlink /proc/self/ns/*",
    "mounts": "cat /proc/self/mountinfo",
    "network": "cat /proc/net/route /proc/net/dev",
    "names": "hostname; id; tty; pwd; umask; env | grep -v _= | sort",
    "descriptors": "readlink /proc/self/fd/[0-27-9]",
    "limits": "cat /proc/self/limits; ulimit -a; nice",
    "rights": "grep -E '^(Uid|Gid|Groups|NoNewPrivs|Seccomp|Cap|Umask|SigIgn|Threads)' /proc/$PPID/status",
}


@pytest.mark.parametrize("line", LOOKS.values(), ids=LOOKS)
def test_it_is_where_the_executable_is_and_may_what_that_may(warm_checkout: Console, line: str) -> None:
    """In one command, for each has a jail of its own."""
    begin = f"{ALIAS}umask 027; ulimit -n 100; look=$(cat <<'E'\n{line}\nE\n)\n"
    each = (f'nice -n 2 {aws} inside "$look" 7<&0 8>/dev/null; echo and' for aws in ("/opt/sandbox/plain/aws", "aws"))
    plain, warm, _rest = warm_checkout.run(begin + "; ".join(each)).output.split("and\n")
    assert warm == plain and len(plain) > 20


def test_it_holds_what_was_handed_to_it(warm_checkout: Console) -> None:
    """And the connection to its shim, which no child inherits."""
    numbers = warm_checkout.run(f"{ALIAS}aws inside 'ls -v /proc/$PPID/fd' 7<&0").output.split()
    assert numbers[:4] == ["0", "1", "2", "7"] and len(numbers) == 5


@pytest.mark.parametrize("name", ["mem", "environ", "maps", "root/", "cwd/", "fd/0", "auxv"])
def test_it_is_closed_to_other_programs(warm_checkout: Console, name: str) -> None:
    assert "Permission denied" in inside(warm_checkout, f"LC_ALL=C head -c 1 /proc/$PPID/{name}")


SPY = """
import os, sys
seen, opened = set(), []
def ended():
    try:
        os.stat("stop")
    except OSError:
        return False
    return True
while not ended():
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) > 2:
            try:
                if open(f"/proc/{name}/stat").read().rpartition(")")[2].split()[1] != "0":
                    continue
                seen.add(name)
                for flags, what in ((os.O_RDWR, "mem"), (os.O_RDONLY, "environ"), (os.O_RDONLY, "maps")):
                    os.close(os.open(f"/proc/{name}/{what}", flags))
                    opened.append(what)
            except OSError:
                pass
print(len(seen), opened)
"""


@pytest.mark.slow
def test_nor_is_it_open_for_a_moment_while_it_comes_in(warm_checkout: Console) -> None:
    (warm_checkout.folder / "home/environment/spy.py").write_text(SPY)
    said = warm_checkout.run(
        "python3 spy.py >said & for i in {1..15}; do aws --version >/dev/null; done; touch stop; wait; cat said"
    ).output
    seen, opened = said.split()[-2:]
    assert int(seen) >= 1 and opened == "[]", said


@pytest.mark.slow
def test_two_jails_at_once(warm_supervisor: client.Supervisor, open_checkout: Callable[..., Console]) -> None:
    consoles = [open_checkout(warm_supervisor, identity={"hostname": f"host-{number}"}) for number in range(2)]
    under = [console.begin(f"{ALIAS}for i in {{1..8}}; do aws inside hostname; done") for console in consoles]
    for number, running in enumerate(under):
        running.ended()
        assert running.output.split() == [f"host-{number}"] * 8


HOSTILE = {
    "nothing": 'ring(b"", fds=())', "no end": 'ring(b"0 1 2;0")', "no number": 'ring(b"0 1 x;0\\n")', "no count": 'ring(b"0 1 2;\\n")',
    "fewer descriptors": 'ring(b"0 1 2;0\\n", fds=(0,))', "more descriptors": 'ring(b"0;0\\n")', "twice": 'ring(b"1 1 1;0\\n")',
    "negative": 'ring(b"-1 1 2;0\\n")', "far away": 'ring(b"0 1 900000000;0\\n")', "farther": 'ring(b"0 1 %d;0\\n" % 2**70)',
    "huge": 'ring(b"0 " * 500000, fds=())', "its own connection": 'ring(b"0 1 3;0\\n", fds=(0, 1, 0))',
    "many": 'ring(b" ".join(b"%d" % n for n in range(253)) + b";0\\n", fds=[0] * 253)', "no standard streams": 'ring(b";0\\n", fds=())',
    "count": 'ring(b"0 1 2;99999999\\n")', "negative count": 'ring(b"0 1 2;-5\\n")', "silent": 'ring(None, keep=True)',
    "someone dead": 'os.waitpid(os.fork() or (ring(b"0 1 2;0\\n", keep=True), os._exit(0)), 0)',
}  # fmt: skip


@pytest.mark.slow
def test_what_is_no_call_harms_nobody(warm_supervisor: client.Supervisor, warm_checkout: Console) -> None:
    """Each is refused, or runs as what the caller's own arguments say: here an interpreter's, which are none of aws's."""
    lines = "\n".join(f"print({name!r}, {what})" for name, what in HOSTILE.items())
    (warm_checkout.folder / "home/environment/hostile.py").write_text(CALLER + lines)
    ran = warm_checkout.run("python3 hostile.py 2>&1")
    assert all(name in ran.output for name in HOSTILE), ran.output
    assert "Traceback" not in ran.output
    served = warm_supervisor.status()["warm"]["aws"]
    assert warm_checkout.run("aws --version").status == 0
    assert warm_supervisor.status()["warm"]["aws"] == served + 1


@pytest.mark.slow
def test_who_rings_all_day_does_not_keep_others_out(
    warm_supervisor: client.Supervisor, warm_checkout: Console, open_checkout: Callable[..., Console]
) -> None:
    flood = "import socket\nheld = []\nwhile True:\n    held = held[-40:] + [socket.socket(socket.AF_UNIX)]\n"
    flood += "    held[-1].connect('/run/sandbox/aws.socket')\n    len(held) == 41 and print('full', flush=True)\n"
    (warm_checkout.folder / "home/environment/flood.py").write_text(flood)
    under = warm_checkout.begin("python3 flood.py")
    under.seen("full")
    other = open_checkout(warm_supervisor)
    assert other.run("aws --version").status == 0
    assert len([pid for pid in descendants(warm_supervisor.pid or 0) if comm(pid) == "python3"]) < 40
    warm_checkout.live.kill()
    under.ended()
    assert other.run("aws --version").status == 0


def tool_of(supervisor: client.Supervisor) -> int:
    pids = descendants(supervisor.pid or 0)
    return next(pid for pid in pids if "sandbox.tools.zygote" in command_line(pid) and comm(pid) == "python3")


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        'for i in {10..400}; do eval "exec $i</dev/null"; done; aws --version',
        "export BIG=$(head -c 120000 /dev/zero | tr '\\0' x); aws --version $BIG 2>&1 | tail -c 200",
        "for i in {1..20}; do aws --version & done; wait",
        "xargs -P 30 -I{} aws --version < <(seq 30) | sort | uniq -c",
    ],
)
def test_too_much_is_as_with_the_executable(warm_checkout: Console, line: str) -> None:
    assert "aws-cli/" in warm_checkout.run(line).output


@pytest.mark.slow
def test_a_zygote_that_dies_takes_a_call_with_it_and_is_there_again(
    warm_supervisor: client.Supervisor, open_checkout: Callable[..., Console]
) -> None:
    console = open_checkout(warm_supervisor)
    under = console.begin("mkfifo p; exec 9<>p; aws s3 cp - s3://b/k <&9; echo $?; aws --version")
    tool = tool_of(warm_supervisor)
    until(lambda: any(comm(pid) == "aws" for pid in descendants(tool)))
    os.kill(tool, signal.SIGKILL)
    under.ended()
    assert "137" in under.output and "aws-cli/" in under.output
    until(lambda: "aws" in warm_supervisor.status()["warm"], 120)


def test_who_is_not_where_it_should_be_goes_no_further(start: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    door = join.open_door(start("sleep", "60").usage.pid)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            kernel.setns = lambda fd, kind: None
            join.enter(door)
        except OSError as error:
            status = 0 if str(error).startswith("not in the jail's net, ipc") else 2
        finally:
            os._exit(status)
    for fd in door:
        os.close(fd)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_the_zygote_is_nobodys_neighbour(warm_supervisor: client.Supervisor, warm_checkout: Console) -> None:
    """Its processes' numbers mean nothing inside, and it holds one capability, over what is the sandboxes' alone."""
    tool = tool_of(warm_supervisor)
    fields = dict(line.split(":\t", 1) for line in Path(f"/proc/{tool}/status").read_text().splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == 1 << 21 and fields["Threads"] == "1"
    for kind in ("net", "user", "mnt", "ipc"):
        assert Path(f"/proc/{tool}/ns/{kind}").readlink() != Path(f"/proc/self/ns/{kind}").readlink()
    assert list(Path(f"/proc/{tool}/root/home/ec2-user").iterdir()) == []
    assert "zygote" not in warm_checkout.run("ps -ef").output


@pytest.mark.slow
def test_nothing_outlives_a_supervisor_that_is_killed(jail_config: client.Config, open_checkout: Callable[..., Console]) -> None:
    running = client.Supervisor(dataclasses.replace(jail_config, warm=("aws",)))
    assert running.start() == []
    until(lambda: "aws" in running.status()["warm"], 120)
    console = open_checkout(running)
    under = console.begin("mkfifo p; exec 9<>p; aws s3 cp - s3://b/k <&9")
    tool = tool_of(running)
    until(lambda: any(comm(pid) == "aws" for pid in descendants(tool)))
    pids = descendants(running.pid or 0)
    os.kill(running.pid or 0, signal.SIGKILL)
    with pytest.raises(Fault, match="gone"):
        under.ended()
    until(lambda: not any(map(alive, pids)))
    running.close()


# The process that stands by is no child of the jail's first one either, and is called standby until its call.
STANDBY = "standby() { ps -eo ppid,pid,comm | sed -n 's/^ *0 *\\([0-9]*\\) standby/\\1/p'; }; until [ $(standby) ]; do :; done; : aws; "


def test_one_stands_by_and_takes_the_first_call(warm_supervisor: client.Supervisor, warm_checkout: Console) -> None:
    served = warm_supervisor.status()["warm"]["aws"]
    line = STANDBY + ALIAS + "echo $(standby); aws inside 'echo $PPID'; aws inside 'echo $PPID'; standby"
    ahead, first, second = warm_checkout.run(line).output.split()
    assert ahead == first != second
    assert warm_supervisor.status()["warm"]["aws"] == served + 2


@pytest.mark.parametrize("name", ["KILL", "STOP", "TERM", "INT"])
def test_who_ends_or_stops_it_has_aws_all_the_same(warm_checkout: Console, name: str) -> None:
    assert "aws-cli/" in warm_checkout.run(STANDBY + f"kill -{name} $(standby); aws --version").output


@pytest.mark.parametrize("name", ["mem", "environ", "maps", "root/", "cwd/", "fd/*", "auxv"])
def test_who_stands_by_is_closed_to_other_programs(warm_checkout: Console, name: str) -> None:
    assert "Permission denied" in warm_checkout.run(STANDBY + f"LC_ALL=C head -c 1 /proc/$(standby)/{name}").output


def test_who_stands_by_may_no_more_than_others(warm_checkout: Console) -> None:
    rights = "command grep -E '^(Uid|Gid|Groups|NoNewPrivs|Seccomp|Cap)' /proc/"
    ours, its = warm_checkout.run(STANDBY + f"{rights}self/status; echo and; {rights}$(standby)/status").output.split("and\n")
    assert its == ours and "Seccomp:\t2" in its


def test_unused_it_is_gone_with_its_command(warm_supervisor: client.Supervisor, warm_checkout: Console) -> None:
    tool = tool_of(warm_supervisor)
    assert warm_checkout.run(STANDBY).status == 0
    assert descendants(tool) == []
    assert "standby" not in warm_checkout.run("ps -eo comm").output


def test_a_command_that_has_one_is_not_said_to_wait_for_less(warm_checkout: Console) -> None:
    under = warm_checkout.begin(STANDBY + "read -p name: name; echo $name")
    under.seen("name:")
    assert under.waits.wait(30)
    warm_checkout.live.send(b"x\n")
    assert under.ended().status == 0


def test_what_it_takes_is_its_commands(warm_supervisor: client.Supervisor, open_checkout: Callable[..., Console]) -> None:
    console = open_checkout(warm_supervisor, limits={"memory": 8 * 1024 * 1024})
    assert console.run(STANDBY + "read").result.reason == "memory"

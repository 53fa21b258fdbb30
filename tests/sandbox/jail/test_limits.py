"""What a jail cannot use up. Each bomb is first shown to go off where its limit is higher."""

import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.jail import hidden
from sandbox.jail.limits import MIB, Limits, Usage

pytestmark = pytest.mark.slow

FORKS = """
import os, signal, sys
n = 0
try:
    while n < 60:
        if os.fork() == 0:
            signal.pause()
        n += 1
except BlockingIOError:
    pass
print(n)
"""
THREADS = """
import threading
event, n = threading.Event(), 0
try:
    while n < 60:
        threading.Thread(target=event.wait, daemon=True).start()
        n += 1
except RuntimeError:
    pass
print(n)
"""
HOARD = """
import os, signal, sys
each = int(sys.argv[1]) << 20
for _ in range(int(sys.argv[2]) - 1):
    if os.fork() == 0:
        break
hoard = bytearray(os.urandom(4096)) * (each // 4096)
print("full", flush=True)
signal.pause()
"""
SHARED = """
import mmap, os, signal, sys
hoard = mmap.mmap(-1, int(sys.argv[1]) << 20, flags=mmap.MAP_PRIVATE)
for at in range(0, len(hoard), 4096):
    hoard[at] = 1
for _ in range(int(sys.argv[2])):
    if os.fork() == 0:
        sum(hoard[at] for at in range(0, len(hoard), 4096))
        break
print("full", flush=True)
signal.pause()
"""
SPIN = """
import os
for _ in range(3):
    os.fork()
while True:
    pass
"""
# Each child is gone before anybody has waited for it, so its time reaches no parent's account.
FLICKER = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        while time.process_time() < 0.1:
            pass
        os._exit(0)
    try:
        os.wait()
    except ChildProcessError:
        pass
"""


def python(*argv: str) -> list[str]:
    return ["python3", "-ISBc", *argv]


def wait_for(condition: Callable[[], object], seconds: float = 20) -> object:
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return value


@pytest.mark.parametrize("bomb", [FORKS, THREADS], ids=["forks", "threads"])
def test_processes(run, bomb):
    assert int(run(*python(bomb), limits=Limits(processes=128)).stdout) == 60
    assert 0 < int(run(*python(bomb), limits=Limits(processes=30)).stdout) < 30


def test_another_jails_processes_do_not_count(run, start):
    busy = start(*python(FORKS + "signal.pause()"), limits=Limits(processes=40))
    wait_for(lambda: busy.usage.sample().processes > 35)
    assert int(run(*python(FORKS), limits=Limits(processes=40)).stdout) > 30


def test_memory_of_one_process(run):
    hoard = python("x = bytearray(300 << 20); print(len(x) >> 20)")
    assert run(*hoard, limits=Limits(memory=512 * MIB)).stdout == "300\n"
    assert "MemoryError" in run(*hoard, limits=Limits(memory=256 * MIB)).stdout


def test_memory_of_all_together(start):
    limits = Limits(memory=256 * MIB)
    running = start(*python(HOARD, "100", "4"), limits=limits)
    assert wait_for(lambda: running.usage.over(limits)) == "memory"
    assert running.usage.over(Limits(memory=1024 * MIB)) is None


def test_pages_shared_after_a_fork_count_once(start):
    limits = Limits(memory=256 * MIB)
    running = start(*python(SHARED, "100", "5"), limits=limits)
    for _ in range(6):
        assert running.process.stdout.readline() == "full\n"
    assert running.usage.sample().memory > limits.memory, "the cheap reading counts them each time"
    assert running.usage.over(limits) is None
    assert running.usage.memory_in_full() > 95 * MIB


def test_cpu_of_one_process(start):
    running = start("bash", "-c", "while :; do :; done", limits=Limits(cpu=1))
    running.process.communicate(timeout=60)
    assert running.process.returncode in (128 + signal.SIGXCPU, 128 + signal.SIGKILL)


@pytest.mark.parametrize("hog", [SPIN, FLICKER], ids=["eight at once", "short-lived and unaccounted"])
def test_cpu_of_all_together(start, hog):
    limits = Limits(cpu=1)
    running = start(*python(hog), limits=Limits(cpu=100))
    assert wait_for(lambda: running.usage.over(limits)) == "cpu"


def test_one_file(run, tmp_path):
    fill = "head -c 20M /dev/zero > ~/big; echo status $?"
    assert run("bash", "-c", fill).stdout == "status 0\n"
    assert "status 153" in run("bash", "-c", fill, limits=Limits(file_bytes=MIB)).stdout
    assert (tmp_path / "home/big").stat().st_size == MIB


def test_sparse_file(run):
    assert run("truncate", "-s", "1T", "/home/ec2-user/sparse").returncode == 128 + signal.SIGXFSZ


def test_open_files(run):
    opens = python("import os\nn = 0\ntry:\n while n < 300: os.dup(0); n += 1\nexcept OSError: pass\nprint(n)")
    assert run(*opens, limits=Limits(open_files=400)).stdout == "300\n"
    assert int(run(*opens, limits=Limits(open_files=100)).stdout) < 100


def test_shared_memory_is_small_and_nothing_else_is_memory(run):
    fill = (
        "for f in /dev/shm / /dev /run /var /home /opt; do head -c 20M /dev/zero > $f/x && echo $f; done 2>/dev/null; stat -c %s /dev/shm/x"
    )
    assert run("bash", "-c", fill).stdout == f"{16 * MIB}\n"


def test_no_core_file(run):
    assert run("bash", "-c", "cd; ulimit -c; sh -c 'kill -SEGV $$'; ls").stdout.split()[0] == "0"


def test_a_process_that_leaves_its_session_is_still_counted(start):
    running = start("bash", "-c", "(setsid sleep 60 &) ; echo ready; read")
    assert running.process.stdout.readline() == "ready\n"
    wait_for(lambda: "sleep" in {Path(f"/proc/{pid}/comm").read_text().strip() for pid in running.usage.pids()})


def test_a_finished_jail_uses_nothing(start):
    running = start("cat")
    assert running.usage.sample().processes >= 1
    running.process.communicate("")
    wait_for(lambda: running.usage.sample().processes == 0)
    assert running.usage.over(Limits(memory=1)) is None


def test_a_pid_that_is_used_again_is_not_read():
    usage = Usage(os.getpid())
    assert usage.sample().processes >= 1
    usage._started = b"0"
    assert usage.pids() == []


def test_what_the_machine_holds_is_nothing_to_a_jail_that_is_not_made_yet(start):
    """Its pid 1 is there before its root is, and sees the machine's shared memory until then."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm"), socket.socket():
        assert (hidden.shm_entries(os.getpid()), hidden.sockets(os.getpid())) == (0, 0)
    running = start(*python("import socket; s = socket.socket(); f = open('/dev/shm/x', 'w'); input()"))
    pid = running.usage.pid
    wait_for(lambda: hidden.shm_entries(pid) > 1 and hidden.sockets(pid) > 0)
    running.process.communicate("\n")


def test_meminfo_is_of_what_a_jail_may_use(run):
    said = run("cat", "/proc/meminfo", limits=Limits(memory=300 * MIB)).stdout
    assert dict(line.split(":") for line in said.splitlines())["MemTotal"].split() == ["307200", "kB"]
    assert run("sh", "-c", "echo 1 > /proc/meminfo").returncode


def test_limits_come_from_a_frame():
    assert Limits.parse({"cpu": 5, "memory": "1024", "unknown": 1}) == Limits(cpu=5, memory=1024)
    with pytest.raises(ValueError, match="cpu"):
        Limits.parse({"cpu": 0})
    with pytest.raises(ValueError):
        Limits.parse({"cpu": "much"})


def test_those_who_moved_in_count_with_their_children(start: Callable[..., object]) -> None:
    inside, guest = (start("bash", "-c", "sleep 60 & echo ready; wait") for _ in range(2))
    assert [running.process.stdout.readline() for running in (inside, guest)] == ["ready\n"] * 2
    both = Usage(inside.usage.pid, also=lambda: [guest.usage.pid])
    assert len(guest.usage.pids()) >= 2
    assert set(both.pids()) == {*inside.usage.pids(), *guest.usage.pids()}
    assert both.sample().processes == len(both.pids())
    assert Usage(inside.usage.pid, spent=lambda: 7.0).sample().cpu >= 7

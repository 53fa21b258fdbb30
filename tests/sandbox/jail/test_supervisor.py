"""One command: its terminal, its limits, its end; and what happens to everything when a process dies."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox import wire
from sandbox.errors import Fault
from tests.processes import alive, descendants, until
from tests.sandbox.conftest import ROOT

pytestmark = pytest.mark.slow


def test_a_command_has_a_terminal_of_its_size(jail_checkout):
    ran = jail_checkout.run("test -t 0 -a -t 1 -a -t 2 && stty size", rows=30, cols=111)
    assert ran.output == "30 111\n"


def test_a_resize_reaches_the_program(jail_checkout):
    program = "import signal as s; s.pthread_sigmask(0, [s.SIGWINCH]); print('ready', flush=True); s.sigwait([s.SIGWINCH])"
    command = jail_checkout.begin(f'python3 -c "{program}"; stty size')
    command.seen("ready")
    jail_checkout.live.resize(41, 123)
    command.ended()
    assert "41 123" in command.output


def test_typing_is_echoed_and_read(jail_checkout):
    command = jail_checkout.begin("read -p 'Deploy? [y/N] ' answer; echo got $answer")
    command.seen("Deploy? [y/N] ")
    assert command.waits.wait(10)
    jail_checkout.live.send(b"yes\n")
    assert command.ended().status == 0
    assert command.output == "Deploy? [y/N] yes\r\ngot yes\r\n"


@pytest.mark.parametrize("program", ["cat", "python3 -c 'input()'", "python3 -q", "bash", "sh -c 'read x'"])
def test_a_program_that_reads_is_seen_waiting(program, jail_checkout):
    command = jail_checkout.begin(program)
    assert command.waits.wait(10)
    jail_checkout.live.send(b"\x04")
    command.ended()


@pytest.mark.parametrize("program", ["sleep 1", "sleep 1 | cat", "python3 -c 'import time; time.sleep(1)'"])
def test_a_program_that_works_is_not_seen_waiting(program, jail_checkout):
    command = jail_checkout.begin(program)
    command.ended()
    assert not command.waits.is_set()


def test_stop_is_control_c(jail_checkout):
    jail_checkout.run("x=kept")
    command = jail_checkout.begin("echo begun; sleep 100")
    command.seen("begun")
    jail_checkout.live.interrupt()
    result = command.ended()
    assert (result.status, result.reason) == (130, "stopped")
    assert "^C" in command.output
    assert jail_checkout.run("echo $? $x").output == "130 kept\n"


def test_stop_in_a_loop_ends_the_loop_with_130(jail_checkout):
    command = jail_checkout.begin("y=1; while :; do echo turn; sleep 0.05; done")
    command.seen("turn")
    jail_checkout.live.interrupt()
    assert command.ended().status == 130
    assert jail_checkout.run("echo $? $y").output == "130 1\n"


def test_typed_control_c_is_the_programs_and_gives_130(jail_checkout):
    command = jail_checkout.begin("for i in 1; do cat; done; echo not")
    assert command.waits.wait(10)
    jail_checkout.live.send(b"\x03")
    assert command.ended().status == 130


def test_a_program_that_handles_stop_is_asked_once(jail_checkout):
    program = (
        "import signal, time\ncount = 0\n"
        "def asked(*_):\n  global count, end\n  count += 1; end = time.monotonic() + 0.7\n"
        "end = time.monotonic() + 20; signal.signal(signal.SIGINT, asked); print('begun', flush=True)\n"
        "while time.monotonic() < end: time.sleep(0.05)\nprint('asked', count)"
    )
    (jail_checkout.folder / "home/environment/p.py").write_text(program)
    command = jail_checkout.begin("python3 p.py")
    command.seen("begun")
    jail_checkout.live.interrupt()
    assert command.ended().reason == "stopped"
    assert "asked 1" in command.output


def test_what_ignores_stop_is_killed(jail_checkout):
    command = jail_checkout.begin("trap '' INT; echo begun; sleep 100")
    command.seen("begun")
    jail_checkout.live.interrupt()
    result = command.ended()
    assert (result.reason, result.status) == ("stopped", 137)


def test_stop_reaches_a_program_that_turned_control_c_off(jail_checkout):
    command = jail_checkout.begin("stty -isig; echo begun; sleep 100")
    command.seen("begun")
    jail_checkout.live.interrupt()
    assert command.ended().status == 130


def test_kill(jail_checkout):
    command = jail_checkout.begin("echo begun; sleep 100")
    command.seen("begun")
    jail_checkout.live.kill()
    assert (command.ended().reason, command.result.status) == ("killed", 137)
    assert jail_checkout.run("echo on").output == "on\n"


def test_who_types_gets_more_time(jail_checkout):
    command = jail_checkout.begin("for i in 1 2 3; do read -r x; sleep .6; done; echo done", wall=1)
    for _ in range(3):
        assert command.waits.wait(10)
        command.waits.clear()
        jail_checkout.live.send(b"x\n")
    assert command.ended().reason == "exit"
    assert command.output.endswith("done\r\n")


def test_wall_clock(jail_checkout):
    ran = jail_checkout.run("sleep 100", wall=1)
    assert (ran.result.reason, ran.status) == ("wall", 130)


def test_cpu_time_of_all_processes_together(supervisor, open_checkout):
    console = open_checkout(supervisor, limits={"cpu": 1})
    ran = console.run("x=1; for i in 1 2; do (while :; do :; done) & done; wait")
    assert ran.result.reason == "cpu"
    assert console.run("echo on").output == "on\n"


def test_memory_of_all_processes_together(supervisor, open_checkout):
    console = open_checkout(supervisor, limits={"memory": 200 * 1024 * 1024})
    ran = console.run("for i in 1 2 3; do python3 -c 'x = bytearray(90 << 20); input()' & done; wait; read x")
    assert ran.result.reason == "memory"


def test_a_full_disk_ends_the_command(jail_checkout, monkeypatch):
    ran = jail_checkout.run("for i in $(seq 20); do head -c 60000000 /dev/zero > f$i; done; sleep 100")
    assert ran.result.reason == "disk"
    jail_checkout.run("rm -f f*")


def test_what_was_put_in_the_background_ends_with_its_command(supervisor, jail_checkout):
    before = set(descendants(supervisor.pid))
    jail_checkout.run("sleep 1000 & setsid sleep 1000 & (nohup sleep 1000 >/dev/null 2>&1 &)")
    assert [pid for pid in descendants(supervisor.pid) if pid not in before and alive(pid)] == []


def anonymous_kilobytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition("RssAnon:")[2].split()[0])


def test_a_flood_is_bounded_and_complete(supervisor, jail_checkout):
    seen = 0

    def slow(data: bytes) -> None:
        nonlocal seen
        seen += len(data)
        if seen > 10_000_000 and not released.is_set():
            jail_checkout.live.interrupt()
            released.set()

    released = threading.Event()
    jail_checkout.live.run("yes", slow)
    assert anonymous_kilobytes(supervisor.pid) < 40_000
    assert jail_checkout.run("seq 200000 | tail -1; seq 200000").output.count("\n") == 200_001


def test_a_worker_that_does_not_read_holds_the_program_back(supervisor, jail_checkout):
    """The program comes to a halt in write(2) when nobody takes its output, and goes on when somebody does."""
    taken, seen = threading.Event(), []

    def stuck(data: bytes) -> None:
        seen.append(len(data))
        assert len(seen) > 1 or taken.wait(60)

    ended = []
    command = threading.Thread(target=lambda: ended.append(jail_checkout.live.run("yes", stuck)))
    command.start()
    until(lambda: seen)
    (writer,) = [pid for pid in descendants(supervisor.pid) if Path(f"/proc/{pid}/cmdline").read_bytes() == b"yes\0"]
    readings: list[str] = []

    def halted() -> bool:
        readings.append(Path(f"/proc/{writer}/io").read_text())
        return len(readings) > 40 and len(set(readings[-40:])) == 1

    until(halted)
    assert anonymous_kilobytes(supervisor.pid) < 40_000
    halted_at = sum(seen)
    taken.set()
    until(lambda: sum(seen) > halted_at + 2_000_000)
    jail_checkout.live.interrupt()
    command.join(30)
    assert ended[0].reason == "stopped"


def test_a_learner_cannot_type_into_the_terminal_of_another(jail_checkout):
    ran = jail_checkout.run("python3 -c \"import fcntl; fcntl.ioctl(0, 0x5412, b'x')\" 2>&1 | tail -1")
    assert "PermissionError" in ran.output or "OSError" in ran.output


def test_a_program_sees_neither_descriptors_nor_environment_of_ours(jail_checkout):
    ran = jail_checkout.run("ls /proc/self/fd | wc -l; tr '\\0' '\\n' < /proc/1/environ | wc -l; ls -l /proc/$$/fd | grep -c socket")
    assert ran.output.split() == ["4", "0", "0"]


def test_twenty_at_once_and_two_that_wait_block_nobody(supervisor, open_checkout):
    consoles = [open_checkout(supervisor) for _ in range(20)]
    waiting = [console.begin("read x; echo got $x") for console in consoles[:2]]
    for command in waiting:
        assert command.waits.wait(30)
    line = "for i in 1 2 3; do echo $i; done; curl -s -o /dev/null -w %{http_code} http://169.254.169.254/"
    others = [console.begin(line) for console in consoles[2:]]
    for command in others:
        assert command.ended().status == 0
        assert command.output == "1\r\n2\r\n3\r\n401"
    for console, command in zip(consoles[:2], waiting, strict=True):
        console.live.send(b"it\n")
        command.ended()
        assert command.output == "it\r\ngot it\r\n"


def test_root_is_refused_with_words():
    code = (
        "import os, socket, json\nfrom sandbox.jail import supervisor\nfrom sandbox import wire\n"
        "os.geteuid = lambda: 0\na, b = socket.socketpair()\nwire.send(a, {'kind': 'configure'})\n"
        "s = supervisor.Supervisor(b)\ns._loop.turn(1)\nprint(json.dumps(wire.Reader(a).read().header))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    problems = json.loads(done.stdout)["problems"]
    assert problems[0]["code"] == "root" and "ordinary user" in problems[0]["remedy"]


def test_a_machine_that_cannot_is_named_and_opens_nothing(jail_config, open_checkout):
    from dataclasses import replace

    from sandbox.jail import client

    broken = client.Supervisor(replace(jail_config, tls_dir=Path("/nonexistent")))
    try:
        assert broken.start()[0]["code"] == "tls"
        with pytest.raises(Fault) as caught:
            open_checkout(broken)
        assert caught.value.code == "jail-unavailable"
    finally:
        broken.close()


def test_a_supervisor_killed_takes_everything_with_it(own_supervisor, open_checkout):
    console = open_checkout(own_supervisor)
    command = console.begin("echo begun; sleep 1000 & sleep 1000")
    command.seen("begun")
    until(lambda: len(descendants(own_supervisor.pid)) > 6)
    pids = descendants(own_supervisor.pid)
    os.kill(own_supervisor.pid, 9)
    with pytest.raises(Fault) as caught:
        command.ended()
    assert caught.value.code == "supervisor-died"
    until(lambda: not any(map(alive, pids)))
    with pytest.raises(Fault):
        console.run("true")
    assert open_checkout(own_supervisor, folder=console.folder).run("echo again").output == "again\n"


def test_a_supervisor_asked_to_end_ends_everything(own_supervisor, open_checkout):
    console = open_checkout(own_supervisor)
    command = console.begin("echo begun; sleep 1000")
    command.seen("begun")
    pids = [own_supervisor.pid, *descendants(own_supervisor.pid)]
    os.kill(own_supervisor.pid, 15)
    with pytest.raises(Fault):
        command.ended()
    until(lambda: not any(map(alive, pids)))


def test_a_dead_worker_leaves_no_process(jail_config, tmp_path):
    """A worker of its own, killed while a command runs."""
    from tests.sandbox.conftest import IDENTITY, make_folder

    folder = make_folder(tmp_path / "checkout")
    config = {name: str(getattr(jail_config, name)) for name in jail_config.__slots__ if name != "warm"}
    code = (
        "import sys, json\nfrom pathlib import Path\nfrom sandbox.jail import client\n"
        f"config = client.Config(**{{k: Path(v) for k, v in json.loads({json.dumps(config)!r}).items()}})\n"
        f"s = client.shared(config); s.start(); print(s.pid, flush=True)\n"
        f"live = s.open(id='x', folder=Path({str(folder)!r}), identity=json.loads({json.dumps(IDENTITY)!r}))\n"
        "live.run('echo begun; sleep 1000', lambda data: print(data, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as worker:
        pid = int(worker.stdout.readline())
        assert "begun" in worker.stdout.readline()
        pids = [pid, *descendants(pid)]
        assert len(pids) > 5
        worker.kill()
    until(lambda: not any(map(alive, pids)))


def test_a_worker_that_lets_go_of_a_checkout_ends_it(supervisor, open_checkout):
    before = set(descendants(supervisor.pid))
    console = open_checkout(supervisor)
    command = console.begin("echo begun; sleep 1000")
    command.seen("begun")
    mine = set(descendants(supervisor.pid)) - before
    assert mine
    console.live.abort()
    with pytest.raises(Fault):
        command.ended()
    until(lambda: not any(map(alive, mine)))


def test_close_returns_when_every_process_is_gone(supervisor, open_checkout):
    before = set(descendants(supervisor.pid))
    console = open_checkout(supervisor)
    console.run("true")
    console.live.close()
    assert not any(map(alive, set(descendants(supervisor.pid)) - before))


def test_a_helper_that_dies_is_a_fault_of_its_checkout_alone(supervisor, open_checkout):
    before = set(descendants(supervisor.pid))
    console, other = open_checkout(supervisor), open_checkout(supervisor)
    helper = min(set(descendants(supervisor.pid)) - before)
    os.kill(helper, 9)
    until(lambda: not alive(helper))
    with pytest.raises(Fault) as caught:
        console.run("sleep 100")
    assert caught.value.code == "network"
    assert other.run("echo on").output == "on\n"


def test_frames_that_make_no_sense_end_their_checkout_alone(supervisor, open_checkout, jail_checkout):
    for frame in ({"kind": "run", "id": 1}, {"kind": "open"}, {"kind": "run", "id": 2, "line": "true", "rows": "many"}):
        console = open_checkout(supervisor)
        wire.send(console.live._sock, frame)
        with pytest.raises(Fault) as caught:
            console.run("true")
        assert caught.value.code == "refused"
    console = open_checkout(supervisor)
    console.live._sock.sendall(b"\xff" * 100)
    with pytest.raises(Fault):
        console.run("true")
    assert jail_checkout.run("echo on").output == "on\n"


def test_a_frames_descriptors_are_its_own():
    ours, theirs = socket.socketpair()
    with ours, theirs, Path("/dev/null").open() as file:
        wire.send(ours, {"kind": "first"})
        wire.send(ours, {"kind": "second"}, fds=[file.fileno()])
        reader = wire.Reader(theirs)
        first, second = reader.read(), reader.read()
        assert (first.fds, len(second.fds)) == ([], 1)
        second.close()


def test_the_first_process_of_a_jail_holds_the_working_copy_and_nothing_else_in_it_does(supervisor, open_checkout, tmp_path):
    """A killed supervisor lets go of its own hold a moment before the jail is dead."""
    with (tmp_path / "lock").open("w") as lock:
        console = open_checkout(supervisor, hold=[lock.fileno()])
        command = console.begin("ls -l /proc/self/fd; echo on; sleep 1000")
        command.seen("on\r\n")
        assert "/lock" not in command.output
        holding = [pid for pid in descendants(supervisor.pid) if holds(pid, tmp_path / "lock")]
        numbers = [Path(f"/proc/{pid}/status").read_text().partition("NSpid:")[2].splitlines()[0].split() for pid in holding]
        assert [len(one) > 1 and one[-1] == "1" for one in numbers] == [True], "that one alone"
        console.live.kill()
        command.ended()


def holds(pid: int, path: Path) -> bool:
    try:
        return any(entry.readlink() == path for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False

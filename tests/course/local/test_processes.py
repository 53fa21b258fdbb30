"""Services are restarted when they die, and nothing of them is left when they are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.local import processes
from course.local.processes import Service, stop
from tests.processes import until


@pytest.fixture
def own_children(monkeypatch) -> None:
    """This process has children that are none of these tests', a database among them."""
    monkeypatch.setattr(processes, "end_orphans", lambda: None)


def service(tmp_path: Path, script: str) -> Service:
    return Service("test", ["sh", "-c", script], tmp_path / "log", grace=0.3)


def test_a_dead_service_is_started_again_later_and_later(tmp_path: Path, own_children) -> None:
    one = service(tmp_path, "exit 1")
    one.start()
    until(lambda: not one.alive())
    assert one.tend()
    assert one.process is None
    assert one.failures == 1
    first_wait = one.not_before - time.monotonic()
    until(lambda: one.tend() or one.process is not None)
    until(lambda: not one.alive())
    one.tend()
    assert one.not_before - time.monotonic() > first_wait
    stop([one])


def test_one_that_ignores_sigterm_is_killed(tmp_path: Path, own_children) -> None:
    one = service(tmp_path, "trap '' TERM; echo on; while :; do sleep 1; done")
    one.start()
    until(lambda: (tmp_path / "log").read_text() == "on\n")
    stop([one])
    assert not one.alive()


ORPHANAGE = """
import subprocess, sys
from pathlib import Path
from course.local import processes
from sandbox.jail import kernel
kernel.adopt_orphans()
one = processes.Service("test", ["sh", "-c", "setsid sh -c 'echo $$ > pid; exec sleep 1000' & wait"], Path("log"))
one.start()
while not Path("pid").exists() or not Path("pid").read_text().strip(): pass
processes.stop([one])
"""


def test_orphans_of_a_service_end_with_it(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", ORPHANAGE], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, check=True, timeout=20)
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()


BURIAL = """
import os, subprocess
from pathlib import Path
from course.local import processes
from sandbox.jail import kernel
kernel.adopt_orphans()
one = processes.Service("test", ["sleep", "1000"], Path("log"))
one.start()
subprocess.run(["sh", "-c", "sleep 0 & sleep 1000 & :"])
while len(processes._children()) > 2: processes.bury([one])
assert one.alive()
processes.stop([one])
assert processes._children() == []
"""


def test_what_died_below_is_reaped_and_a_service_is_not(tmp_path: Path) -> None:
    """A child that was reaped by waiting for it alone would keep a pid namespace from ending whose last zombie is another child."""
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", BURIAL], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, check=True, timeout=20)


def test_services_end_when_their_starter_is_killed(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    script = ORPHANAGE.rpartition("processes.stop")[0] + "import time; print(one.process.pid, flush=True); time.sleep(1000)"
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)

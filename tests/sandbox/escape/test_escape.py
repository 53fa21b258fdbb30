"""Every probe is stopped in a jail, and the same probe succeeds where nothing stops it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from probes import PROBES

HERE = Path(__file__).resolve().parent
VENV = Path(os.environ.get("COURSE_SANDBOX_VENV", HERE.parents[2] / ".venv-sandbox"))
CONTROLLED = [name for name, (_attack, control) in PROBES.items() if control != "never"]


@pytest.fixture(scope="module")
def report() -> Iterator[dict]:
    # Not below a folder of pytest's: those are closed to the user that a root-started one becomes.
    work = Path(tempfile.mkdtemp(prefix="escape-"))
    try:
        done = subprocess.run([sys.executable, HERE / "stage.py", work, VENV], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout)
    finally:
        shutil.rmtree(work)


@pytest.mark.parametrize("name", PROBES)
def test_a_jail_stops(report: dict, name: str) -> None:
    answer = report["inside"][name]
    assert answer != "achieved" and not answer.startswith("broken"), answer


@pytest.mark.parametrize("name", CONTROLLED)
def test_without_a_jail_it_succeeds(report: dict, name: str) -> None:
    answer = report["outside"][name]
    if PROBES[name][1] == "kernel" and answer != "achieved":
        assert not answer.startswith("broken"), answer
        pytest.skip(f"this machine refuses it to everybody: {answer}")
    assert answer == "achieved"


def test_the_worker_heard_no_signal_from_inside(report: dict) -> None:
    assert report["heard"] == ["SIGUSR1"], "one, from the control outside"


def test_nothing_ran_as_root(report: dict) -> None:
    assert report["uid"] != 0

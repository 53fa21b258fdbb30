"""The benchmark runs and says what it measured in the shape that it promises. No time is looked at."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from course.bench import figures
from course.bench.figures import Figure
from tests.processes import alive, descendants, until

KEYS = {"name", "what", "unit", "value", "count", "p95", "limit", "at_least", "met", "failed", "beside"}


def bench(*arguments: str, folder: Path, **options) -> subprocess.Popen:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "course.settings", "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "django", "bench", *arguments]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, text=True, **options)


def test_a_target_is_met_or_missed():
    assert Figure("a", "b", "ms", 80, 80).met
    assert not Figure("a", "b", "ms", 81, 80).met
    assert Figure("a", "b", "MB/s", 6, 5, at_least=True).met
    assert Figure("a", "b", "MB", 6).met is None
    assert Figure("a", "b", "ms", 1, 80, failed="it broke").met is False


def test_p95_is_one_of_the_values():
    assert figures.p95(range(1, 101)) == 95
    assert figures.p95([3.0]) == 3.0
    assert figures.of_times("a", "b", [0.001, 0.003, 0.002], 5).value == 2.0


def test_the_table_says_by_how_much():
    text = figures.table([Figure("a", "short", "ms", 95.0, 80, 120.0, 20, beside={"also": 1.5}), Figure("b", "longer", "MB", 3.0)])
    assert "missed by 15.0 ms; also 1.50" in text
    assert len({line.index("ms") for line in text.splitlines()[2:3]}) == 1
    assert text.splitlines()[3].startswith("longer")


@pytest.mark.slow
def test_measures_and_says_so(tmp_path):
    names = ("first-output", "true", "open", "note-page", "commit", "idle", "crowd", "flood", "board", "fan-out")
    chosen = [word for name in names for word in ("--only", name)]
    process = bench("--quick", "--json", *chosen, folder=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err[-3000:]
    told = json.loads(out)
    assert set(told) == {"machine", "figures"}
    assert all(set(figure) == KEYS for figure in told["figures"])
    assert {figure["name"] for figure in told["figures"]} == {*names, "reset", "warm", "search", "map"}
    assert all(figure["value"] >= 0 and not figure["failed"] for figure in told["figures"])
    assert {figure["unit"] for figure in told["figures"]} <= {"ms", "KB", "MB", "MB/s", "×", ""}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_stopped_it_leaves_nothing(tmp_path):
    process = bench("--only", "true", folder=tmp_path, stderr=subprocess.DEVNULL)
    until(lambda: any(path.name == "web.log" for path in tmp_path.rglob("*")), 60)
    below = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    assert len(below) > 3
    assert not any(alive(pid) for pid in below)
    assert list(tmp_path.iterdir()) == []


def test_what_there_is_not_is_named(tmp_path):
    process = bench("--only", "nonsense", folder=tmp_path, stderr=subprocess.PIPE)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "first-output" in err

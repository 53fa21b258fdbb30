"""``manage.py up`` itself: its demo cohort, what is killed comes back, commands are whole or told, and nothing is left at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes import alive
from tests.upstack import Up

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    one = Up(tmp_path_factory.mktemp("up"), demo=True)
    yield one
    if alive(one.process.pid):
        one.stop()


@pytest.mark.timeout(400)  # 120 commands and the preparation of three labs, behind everything else
def test_the_demo_cohort_fills_up_behind_the_start(up: Up) -> None:
    came = up.drive("demo", seconds=330)
    assert came["at_first"] < 30, "nobody waited for them to see the address"
    assert up.said().index(f"http://127.0.0.1:{up.port}/") < up.said().index("A demo cohort fills up")
    assert (came["state"], came["people"], came["who_typed"]) == ("done", 30, 30)
    assert (came["states"], came["never_ran"]) == (["done"], 0)
    assert came["failed"], "as people's do"
    assert came["passed"]


@pytest.mark.parametrize("what", ["cloud", "zygote", "supervisor", "worker"])
def test_killed_in_the_middle_of_a_command(up: Up, what: str) -> None:
    came = up.drive("fault", what)
    assert came == {
        "state": "lost",
        "message": "worker-lost" if what == "worker" else "lost",
        "head_moved": False,
        "next": ["done", "kept\r\nkept\r\n"],
    }


def test_valkey_killed_in_the_middle_of_a_command(up: Up) -> None:
    """Redis carries only events: the command does not notice."""
    came = up.drive("fault", "redis")
    assert came == {"state": "done", "message": "", "head_moved": True, "next": ["done", "lost\r\nlost\r\n"]}


def test_twenty_learners_at_once_and_two_at_prompts_block_nobody(up: Up) -> None:
    came = up.drive("crowd", "20")
    assert came["states"] == ["done"]
    assert came["right"] == [True] * 18
    assert came["still"] == ["running", "running"]
    assert came["answers"] == [True, True]


def test_a_port_that_is_taken(up: Up) -> None:
    command = [sys.executable, "manage.py", "up", "--port", str(up.port)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=up.environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"--port {up.port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_left_after_ctrl_c(up: Up) -> None:
    assert up.stop() == []
    assert up.process.returncode == 0
    assert up.said().endswith("Stopped.\n")


def test_another_start_makes_no_second_demo(up: Up) -> None:
    up.start()
    came = up.drive("demo")
    assert (came["at_first"], came["people"], came["cohorts"]) == (30, 30, 1)
    assert "A demo cohort" not in up.said()
    assert up.stop() == []


def test_no_user_namespaces_is_said_with_the_remedy(tmp_path: Path) -> None:
    """In a namespace in which the kernel gives no further ones."""
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --no-new-privs --bounding-set=-all "$@"'
    command = ["unshare", "-Ur", "sh", "-c", script, "sh", sys.executable, "-m", "django", "up", "--port", "0"]
    environment = {**os.environ, "COURSE_VAR": str(tmp_path), "COURSE_SECRET_KEY": "x", "DJANGO_SETTINGS_MODULE": "course.settings"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "user" in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr

"""A hundred kills at random moments while learners type: nothing is lost that was said to be kept, nothing hangs, nothing is left."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator

import pytest

from tests.processes import alive
from tests.upstack import Up

pytestmark = pytest.mark.slow
SEED = int(os.environ.get("KILLS_SEED") or random.randrange(10**6))
# What a worker's log may hold a traceback of: our own words for a process that went away, and Valkey's absence, the last of them
# kombu's, whose channel is closed already when a message is acknowledged.
EXPECTED = re.compile(
    r"^(sandbox\.errors\.Fault|redis\.exceptions\.|kombu\.exceptions\.|ConnectionRefusedError|FileNotFoundError"
    r"|AttributeError: 'NoneType' object has no attribute 'hostname')"
)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    one = Up(tmp_path_factory.mktemp("kills"), "--workers", "2")
    yield one
    if alive(one.process.pid):
        one.stop()


def test_many_workers_race_for_one_sandbox(up: Up) -> None:
    came = up.drive("race", program="tests.kills")
    assert came["statuses"] == [0, 0, 0]
    assert came["printed"] == list(range(1, 13))
    assert (came["value"], came["number"]) == ([12, 12], 12)


def test_a_browser_that_goes_in_the_middle_of_a_command(up: Up) -> None:
    came = up.drive("browser", program="tests.kills")
    assert came == {"status": "HTTP/1.1 200 OK", "state": "done", "next": ["done", "kept\r\n"]}


def test_two_workers_share_the_load_and_one_goes_on_when_the_other_is_killed(up: Up) -> None:
    came = up.drive("share", program="tests.kills")
    assert came["by"] == 2
    assert came["of_the_killed"] == ["lost worker-lost"]
    assert came["of_the_other"] == ["done"]
    assert came["after"] == ["done"] * len(came["after"])
    assert came["left"] == []


def test_a_hundred_kills(up: Up) -> None:
    """Again with the same moments: KILLS_SEED=…"""
    print(f"KILLS_SEED={SEED}")  # noqa: T201 - shown where it fails
    came = up.drive("rampage", str(SEED), program="tests.kills")
    print(came)  # noqa: T201
    assert came["wrong"] == []
    assert came["left"] == []
    assert sum(came["killed"].values()) == 100
    assert unexpected(up) == []
    assert up.stop() == []


def unexpected(up: Up) -> list[str]:
    """The last lines of tracebacks in the workers' logs that are not of the expected kinds."""
    found = []
    for log in sorted((up.var / "log").glob("worker*.log")):
        lines = log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if line.startswith("Traceback (most recent call last)"):
                text, after = ending(lines[number + 1 :])
                if not after.startswith(("The above exception", "During handling")) and not EXPECTED.match(text):
                    found.append(text)
    return found


def ending(lines: list[str]) -> tuple[str, str]:
    """What a traceback ends with, and what comes after it, both in one line."""
    told = [line for line in lines if line and not line.startswith((" ", "\t"))]
    return (told[0], told[1]) if len(told) > 1 else ("cut short", "")

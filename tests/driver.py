"""Plays a learner against a running stack, in a process of its own with the stack's settings; prints what came of it as JSON.

``driver.py fault WHAT``: kills WHAT (worker, supervisor, zygote, cloud, redis) in the middle of a command.
``driver.py crowd N``: N learners at once, two of them waiting at a prompt.
``driver.py demo``: watches the demo cohort until it is whole.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db.models import Q  # noqa: E402

from course.demo.models import Demo, Player  # noqa: E402
from course.models import User  # noqa: E402
from course.people.models import Cohort, Membership  # noqa: E402
from labs import actions  # noqa: E402
from labs.lab import catalog  # noqa: E402
from labs.models import Attempt, Command, Passing  # noqa: E402
from sandbox.models import Sandbox  # noqa: E402
from tests.processes import alive, clouds, command_line, descendants, until  # noqa: E402


def attempt_of(name: str) -> Attempt:
    user, _ = User.objects.get_or_create(username=name)
    attempt = actions.start_attempt(user=user, lab=catalog.get("playground"))
    until(lambda: Attempt.objects.get(pk=attempt.pk).ready, 60)
    return Attempt.objects.get(pk=attempt.pk)


def submit(attempt: Attempt, line: str) -> Command:
    return actions.submit_command(attempt=attempt, line=line, key=uuid.uuid4())


def now(command: Command) -> Command:
    return Command.objects.get(pk=command.pk)


def finished(command: Command, seconds: float = 90) -> Command:
    until(lambda: now(command).finished, seconds)
    return now(command)


def printed(command: Command, text: bytes) -> Command:
    until(lambda: text in bytes(now(command).output), 60)
    return now(command)


def run(attempt: Attempt, line: str) -> Command:
    return finished(submit(attempt, line))


def supervisor_of(worker: int) -> int:
    return next(pid for pid in descendants(worker) if "sandbox.jail.supervisor" in command_line(pid))


def victims(what: str, worker: int) -> list[int]:
    if what == "worker":
        return [worker]
    if what == "redis":
        return [int(os.environ["REDIS_PID"])]
    supervisor = supervisor_of(worker)
    if what == "supervisor":
        return [supervisor]
    if what == "cloud":
        return clouds(supervisor)
    return [pid for pid in descendants(supervisor) if "sandbox.cloud.zygote" in command_line(pid) and pid not in clouds(supervisor)]


def fault(what: str) -> dict[str, Any]:
    attempt = attempt_of(f"fault-{what}-{uuid.uuid4().hex[:6]}")
    assert run(attempt, "x=kept; echo kept > file").state == "done"
    head = Sandbox.objects.get(pk=attempt.sandbox_id).head_id
    command = submit(attempt, "x=lost; echo lost > file; aws sts get-caller-identity; echo here; sleep 3; echo end")
    running = printed(command, b"here")
    worker = int(running.worker.split(":")[1])
    below = descendants(worker)
    for pid in victims(what, worker):
        os.kill(pid, signal.SIGKILL)
    ended = finished(command)
    answer: dict[str, Any] = {"state": ended.state, "message": ended.message}
    answer["head_moved"] = Sandbox.objects.get(pk=attempt.sandbox_id).head_id != head
    if what in {"worker", "supervisor"}:
        until(lambda: not any(alive(pid) for pid in below))
    following = run(attempt, 'echo "$x"; cat file')
    answer["next"] = [following.state, bytes(following.output).decode()]
    until(lambda: not Sandbox.objects.get(pk=attempt.sandbox_id).lock_holder)
    return answer


def crowd(count: int) -> dict[str, Any]:
    attempts = [attempt_of(f"crowd-{number}-{uuid.uuid4().hex[:6]}") for number in range(count)]
    waiting = [submit(attempt, 'read -p "name? " n; echo "got $n"') for attempt in attempts[:2]]
    for command in waiting:
        printed(command, b"name?")
    lines: list[Callable[[int], str]] = [
        lambda number: f"echo {number}; sleep 0.2",
        lambda number: f"aws s3 mb s3://the-same-bucket && echo {number}",
    ]
    started = time.monotonic()
    others = [submit(attempt, lines[number % 2](number)) for number, attempt in enumerate(attempts[2:])]
    ended = [finished(command, 120) for command in others]
    seconds = time.monotonic() - started
    still = [now(command).state for command in waiting]
    for command in waiting:
        actions.send_input(command=command, text="ann\n")
    return {
        "states": sorted({command.state for command in ended}),
        "right": [str(number) in bytes(command.output).decode().splitlines() for number, command in enumerate(ended)],
        "still": still,
        "answers": ["got ann" in bytes(finished(command).output).decode() for command in waiting],
        "seconds": round(seconds, 1),
    }


def demo() -> dict[str, Any]:
    """``at_first``: how many of its people were whole when this looked first."""
    at_first = Player.objects.filter(done=True).count()
    until(lambda: not Demo.objects.filter(state__in=[Demo.State.PLANNED, Demo.State.MAKING]).exists(), 300)
    made = Demo.objects.select_related("cohort").get()
    typed = Command.objects.filter(attempt__user__player__done=True)
    return {
        "at_first": at_first,
        "state": made.state,
        "cohorts": Cohort.objects.count(),
        "people": Membership.objects.filter(cohort=made.cohort, user__player__done=True).count(),
        "who_typed": typed.values("attempt__user").distinct().count(),
        "commands": typed.count(),
        "states": sorted(set(typed.values_list("state", flat=True))),
        "never_ran": typed.filter(Q(exit_status=None) | Q(version=None)).count(),
        "failed": typed.exclude(exit_status=0).exists(),
        "passed": Passing.objects.filter(step__attempt__user__player__done=True).exists(),
    }


DO: dict[str, Callable[..., dict[str, Any]]] = {"fault": fault, "crowd": lambda count: crowd(int(count)), "demo": demo}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(DO[sys.argv[1]](*sys.argv[2:])))

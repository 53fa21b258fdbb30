"""Plays a learner around a backup, in a process of its own with the stack's settings; prints what came of it as JSON.

``keeping.py before``: files, variables, a bucket, a metadata token; and a command that runs on while the backup is made.
``keeping.py after``: what the same learner finds, types and undoes.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from labs import actions  # noqa: E402
from labs.models import Attempt, Command  # noqa: E402
from tests.driver import attempt_of, now, run, submit  # noqa: E402
from tests.processes import until  # noqa: E402

TOKEN = "curl -sX PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600'"
ASK = 'curl -s http://169.254.169.254/latest/meta-data/instance-id -H "X-aws-ec2-metadata-token: $token"'


def before() -> dict[str, Any]:
    attempt = attempt_of("keeper")
    made = run(attempt, f"x=kept; echo one > a.txt; aws s3 mb s3://kept-safe; token=$({TOKEN}); {ASK}")
    submit_long = submit(attempt, "sleep 30; echo late > late.txt")
    until(lambda: now(submit_long).state == "running", 30)
    return {"state": made.state, "output": text(made)}


def after() -> dict[str, Any]:
    attempt = Attempt.objects.get(user__username="keeper")
    until(lambda: not attempt.commands.unfinished().exists(), 60)
    lost = Command.objects.get(line__startswith="sleep 30")
    found = run(attempt, f'echo "$x"; cat a.txt; ls; aws s3 ls; {ASK}')
    run(attempt, "echo two > a.txt")
    attempt = Attempt.objects.select_related("sandbox").get(pk=attempt.pk)
    actions.undo_attempt(attempt=attempt, by=attempt.user)
    undone = run(attempt, "cat a.txt")
    return {"lost": lost.state, "output": text(found), "undone": text(undone)}


def text(command: Command) -> str:
    return bytes(command.output).decode()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(before() if sys.argv[1] == "before" else after()))

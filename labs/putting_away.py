"""A sandbox that is deleted, and may be brought back: its attempts are without one meanwhile, as after a real deletion.

What an attempt loses when the lab is begun anew (where each step had passed, how far it was) is noted beside the sandbox, and put back
with it. Whoever has typed something into a new sandbox keeps that one.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from labs import following
from labs.models import Attempt, Move, Passing
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError
from sandbox.history import History
from sandbox.models import Sandbox, Version

PROBLEM = "put-away"


def take(*, sandbox: Sandbox, kept: dict[str, Any]) -> list[Attempt]:
    """Inside the transaction that puts ``sandbox`` away. Those that lose it; what they need back is noted in ``kept``. Raises Busy."""
    found = list(Attempt.objects.select_for_update().filter(sandbox=sandbox))
    noted = kept.setdefault("attempts", {})
    for attempt in found:
        if attempt.running_command():  # a queued one holds no lock yet
            raise Busy("busy")
        noted[str(attempt.pk)] = _noted(attempt)
        attempt.sandbox, attempt.problem = None, PROBLEM if attempt.finished is None else ""
        attempt.save(update_fields=["sandbox", "problem"])
    return found


def _noted(attempt: Attempt) -> dict[str, Any]:
    passings = Passing.objects.filter(step__attempt=attempt).values_list("step", "version", "at")
    resets = attempt.moves.exclude(version=None).values_list("pk", "version")
    return {
        "number": attempt.next_number(),
        "content_hash": attempt.content_hash,
        "completed": attempt.completed.isoformat() if attempt.completed else None,
        "passings": [[step, version, at.isoformat()] for step, version, at in passings],
        "moves": list(map(list, resets)),
    }


def give_back(*, sandbox: Sandbox, kept: dict[str, Any]) -> list[Attempt]:
    """Inside the transaction that brings ``sandbox`` back. Those that have it again. Raises LearnerError begun-anew, which leaves all."""
    attempts = kept.get("attempts", {})
    found = list(Attempt.objects.select_for_update(of=("self",)).select_related("sandbox").filter(pk__in=map(int, attempts)))
    for attempt in found:
        noted = attempts[str(attempt.pk)]
        if attempt.running_command() or attempt.next_number() != noted["number"]:
            raise LearnerError("begun-anew")
        _let_go(attempt.sandbox)
        attempt.moves.filter(how=Move.How.LOST, after__gte=noted["number"] - 1).delete()
        attempt.sandbox, attempt.problem, attempt.content_hash = sandbox, "", noted["content_hash"]
        attempt.completed = datetime.fromisoformat(noted["completed"]) if noted["completed"] else None
        attempt.save(update_fields=["sandbox", "problem", "content_hash"])
        _put_back(attempt, noted)
        following.stand(attempt)
    return found


def _let_go(newer: Sandbox | None) -> None:
    """The sandbox that was made meanwhile, in which nobody did anything. Raises LearnerError begun-anew where somebody did: a file's save
    is no command."""
    if newer is None:
        return
    if newer.head_id != newer.start_id and any(node.made for node in History(newer).nodes.values() if node.pk != newer.start_id):
        raise LearnerError("begun-anew")
    transaction.on_commit(partial(sandboxes.delete, sandbox=newer, by="housekeeping"))


def _put_back(attempt: Attempt, noted: dict[str, Any]) -> None:
    """Where each step had passed, as far as those versions are kept."""
    there = set(Version.objects.filter(pk__in=[row[1] for row in [*noted["passings"], *noted["moves"]]]).values_list("pk", flat=True))
    for step, version, at in noted["passings"]:
        if version in there:
            Passing.objects.get_or_create(step_id=step, version_id=version, defaults={"at": datetime.fromisoformat(at)})
    for move, version in noted["moves"]:
        if version in there:
            attempt.moves.filter(pk=move).update(version=version)

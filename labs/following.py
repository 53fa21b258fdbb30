"""Progress follows the value: when the sandbox's head moves without a command, the attempt that uses it goes along.

A step counts as passed while a version at which it passed is the head, or the head came of it. Nothing is looked at again, and no
point is lost.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from labs.editions import lab_of
from labs.lab.model import Lab
from labs.models import Attempt, Command, Move, Passing
from sandbox.errors import Busy
from sandbox.history import History, Node
from sandbox.models import Sandbox, Version


def follow(*, sandbox: Sandbox, how: str, by: Any, node: Node, history: History) -> list[tuple[Attempt, bool]]:
    """Inside the transaction that moved ``sandbox`` (see ``sandbox.signals.moved``). Raises Busy, which takes the move back.

    The attempts that went along, and of each whether its console shows other commands than before.
    """
    found = []
    for attempt in Attempt.objects.select_for_update().filter(sandbox=sandbox, finished=None):
        # A queued command holds no lock yet; it was typed to what the page showed.
        if attempt.running_command():
            raise Busy("busy")
        line = set(history.line(sandbox.head_id))
        before = attempt.console_from
        mark_undone(attempt, line)
        _follow_steps(attempt, lab_of(attempt), line, anew=sandbox.start_id in (sandbox.head_id, node.parent if how == "reset" else None))
        _record(attempt, how, by, node, from_start=node.parent == sandbox.start_id)
        attempt.console_from = _console_from(attempt, line)
        attempt.save(update_fields=["step", "completed", "console_from"])
        found.append((attempt, attempt.console_from != before))
    return found


def stand(attempt: Attempt) -> None:
    """Take up where its sandbox stands: nothing moved, but the attempt was without it."""
    assert attempt.sandbox is not None  # noqa: S101 - it was just given
    line = set(History(attempt.sandbox).line(attempt.sandbox.head_id))
    mark_undone(attempt, line)
    _follow_steps(attempt, lab_of(attempt), line, anew=False)
    attempt.console_from = _console_from(attempt, line)
    attempt.save(update_fields=["step", "completed", "console_from"])


def mark_undone(attempt: Attempt, line: set[int]) -> None:
    """``line``: the versions that the sandbox's value came of."""
    # One that changed nothing stands at an earlier one's version; one that was refused stands at none and is left as it is.
    commands = attempt.commands.exclude(version=None)
    commands.filter(undone=False).exclude(version__in=line).update(undone=True)
    commands.filter(undone=True, version__in=line).update(undone=False)


def _follow_steps(attempt: Attempt, lab: Lab, line: set[int], *, anew: bool) -> None:
    passings = {one.step_id: one for one in Passing.objects.filter(step__attempt=attempt, version__in=line).order_by("pk")}
    passed = set()
    for step in attempt.steps.all():
        if passing := passings.get(step.pk):
            if not step.passed or step.version_id != passing.version_id:
                step.pass_again(passing)
        elif step.version_id is not None or anew or (step.seen and not step.passed):
            step.reopen()
        if step.passed:
            passed.add(step.step_id)
    left = [step.id for step in lab.steps if step.id not in passed]
    attempt.step = left[0] if left else ""
    attempt.completed = None if left or not lab.steps else attempt.completed or timezone.now()


def _record(attempt: Attempt, how: str, by: Any, node: Node, *, from_start: bool) -> Move:
    """The move as the console tells it."""
    user = by if getattr(by, "pk", None) else None
    last = attempt.next_number() - 1
    if how == "reset":
        name = Move.How.LAB if from_start else Move.How.STEP
        return Move.objects.create(
            attempt=attempt, how=name, after=last, step="" if from_start else attempt.step, version_id=node.pk, by=user
        )
    if node.left is not None:  # a reset is undone or done again
        reset = attempt.moves.filter(version=node.pk, how__in=[Move.How.LAB, Move.How.STEP]).first()
        return Move.objects.create(attempt=attempt, how=how, after=last, step=reset.step if reset else "", version_id=node.pk, by=user)
    command = command_of(attempt, node.pk)
    return Move.objects.create(attempt=attempt, how=how, after=last, command=command, title="" if command else node.made_by[:500], by=user)


def command_of(attempt: Attempt, version: int) -> Command | None:
    """The command that made ``version``."""
    return attempt.commands.filter(version=version).order_by("number").first()


def _console_from(attempt: Attempt, line: set[int]) -> int:
    """What was typed before the lab was started again is put away, until that is undone."""
    resets = attempt.moves.filter(how__in=[Move.How.LAB, Move.How.LOST])
    return max((move.after for move in resets if move.how == Move.How.LOST or move.version_id in line), default=0)


def step_start(attempt: Attempt) -> Version | None:
    """The version at which the current step began: where the one before it passed. None for the first, and where there is no step."""
    ids = [step.id for step in lab_of(attempt).steps]
    at = ids.index(attempt.step) if attempt.step in ids else 0
    if at == 0:
        return None
    return attempt.steps.select_related("version").get(step_id=ids[at - 1]).version


def undone_by_reset(attempt: Attempt, *, step: bool) -> int:
    """How many commands that starting again would undo."""
    if attempt.sandbox is None:
        return 0
    start = (step_start(attempt) if step else None) or attempt.sandbox.start
    stay = set(History(attempt.sandbox).line(start.pk))
    return attempt.console().filter(undone=False).exclude(version=None).exclude(version__in=stay).count()

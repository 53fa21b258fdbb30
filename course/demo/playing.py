"""Plays a script, an action a turn, by the ordinary way: rows of commands, run by ``labs.running`` and graded as everybody's are.

An action and the take that says it was done belong together: what a death left half done is seen by its keys, and not done twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction

from course.demo import states
from course.demo.models import Player, Take
from course.demo.people import Role
from course.demo.scripts import Action, Script
from labs import actions, pace, presenting, running
from labs.lab import catalog
from labs.models import Attempt, Command, StepProgress
from sandbox.errors import Fault

GONE_ON, WAITS = 0.05, 1.0
"""Seconds until the next turn: after an action, and where there is something to wait for."""


def go_on(player: Player, role: Role, script: Script) -> float | None:
    """The next action of the script. Seconds until the next turn; None: all is played. Raises Fault where a lab can't be opened."""
    number = player.takes.count()
    if number == len(script.actions):
        return None
    action = script.actions[number]
    if action.kind == "lab":
        return _open(player, role, action, number)
    attempt = Attempt.objects.select_related("sandbox", "user").get(user=player.user, lab=action.lab, fork_of=None)
    if action.kind == "run":
        return _run(player, attempt, action, number)
    with transaction.atomic():
        _DO[action.kind](attempt)
        _keep(player, action, number, attempt)
    return GONE_ON


def _keep(player: Player, action: Action, number: int, attempt: Attempt) -> None:
    Take.objects.create(player=player, number=number, lab=action.lab, state=states.state(attempt))


def _open(player: Player, role: Role, action: Action, number: int) -> float:
    attempt = Attempt.objects.select_related("sandbox", "user").filter(user=player.user, lab=action.lab, fork_of=None).first()
    if attempt is None or (not attempt.ready and not attempt.problem):
        attempt = actions.start_attempt(user=player.user, lab=catalog.get(action.lab), language=role.language)
    if attempt.problem:
        raise Fault("lab-broken", f"{action.lab} can't be opened: {attempt.problem}")
    if not attempt.ready:
        return WAITS
    _keep(player, action, number, attempt)
    return GONE_ON


def _run(player: Player, attempt: Attempt, action: Action, number: int) -> float:
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"demo {attempt.pk} {number}")
    command = attempt.commands.filter(key=key).first()
    if command is not None and command.state == Command.State.LOST:  # with its worker; nothing of it was kept
        command.delete()
        command = None
    if command is None:
        cwd = presenting.cwd_of(attempt)
        command = Command.objects.create(attempt=attempt, key=key, number=attempt.next_number(), line=action.what, cwd_before=cwd)
        pace.touch(attempt)
    if command.state == Command.State.QUEUED:
        running.run(command.pk)
        command.refresh_from_db(fields=["state"])
    if command.state == Command.State.LOST:
        raise Fault("lost", f"command {number} of {player.script} was lost: {action.what}")
    if command.state not in {Command.State.DONE, Command.State.REFUSED}:  # another worker is at it; or was, and the sweeper will end it
        return WAITS
    _keep(player, action, number, attempt)
    return GONE_ON


def _step(attempt: Attempt) -> StepProgress:
    return attempt.steps.get(step_id=attempt.step)


_DO: dict[str, Callable[[Attempt], object]] = {
    "hint": lambda attempt: actions.show_hint(step=_step(attempt)),
    "solution": lambda attempt: actions.show_solution(step=_step(attempt)),
    "undo": lambda attempt: actions.undo_attempt(attempt=attempt, by=attempt.user),
    "redo": lambda attempt: actions.redo_attempt(attempt=attempt, by=attempt.user),
}

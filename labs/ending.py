"""How the row of a command ends: kept, refused where the learner can mend it, lost where we cannot; and the pages are told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from labs import publishing, rebuilding
from labs.models import CWD_LENGTH, LEASE, Attempt, Command
from labs.output import Output
from sandbox.checkout import Live, Result
from sandbox.errors import Fault, LearnerError, SandboxError

log = logging.getLogger(__name__)

_DAMAGED = {"blob-missing", "blob-corrupt"}
"""Faults that running it again does not mend: another version of the sandbox has to be gone to."""


@dataclass(slots=True, eq=False)
class Ended:
    """A command whose program has ended. ``found``: what its row gets of that."""

    command: Command
    result: Result
    output: Output
    found: dict[str, Any]


def ended_in(live: Live) -> list[Ended]:
    return [one for one in live.left if isinstance(one, Ended)]


def printed(ran: Ended) -> dict[str, Any]:
    return {"output": ran.found["output"], "stream_id": ran.found["stream_id"], **ran.output.whole}


def end(command: Command, **fields: Any) -> None:
    """Close the row and tell the pages."""
    if not Command.objects.close(command.pk, command.worker, **fields):
        return
    for name, value in fields.items():
        setattr(command, name, value)
    _tell(command)


def show_ended(ran: Ended) -> None:
    """Done, and not kept yet: its terminal is free."""
    command = ran.command
    running = Command.objects.filter(pk=command.pk, worker=command.worker, state=Command.State.RUNNING)
    fields = {"state": Command.State.ENDED, "cwd_after": ran.result.cwd[:CWD_LENGTH], "screen": {}, **ran.found}
    if running.update(ended=timezone.now(), lease_until=timezone.now() + LEASE, **fields) != 1:
        raise swept(command)
    for name, value in fields.items():
        setattr(command, name, value)
    _tell(command)


def _tell(command: Command) -> None:
    """Undo first: its button names the head that it leads away from, and that of before would do nothing once the command has ended."""
    publishing.prompt_changed(command.attempt)
    publishing.command_changed(command)


def swept(command: Command) -> Fault:
    return Fault("lost", f"command {command.pk} was ended by the sweeper")


def lose(command: Command, found: dict[str, Any], error: Exception) -> None:
    """End a row of which nothing is kept; ``found``: what it printed."""
    if isinstance(error, LearnerError):
        end(command, state=Command.State.REFUSED, message=error.code, message_values=error.values, **found)
    elif isinstance(error, Fault):
        end(command, **_fallen(command.attempt, error), **found)
    else:
        log.error("command %s was lost", command.pk, exc_info=error)
        end(command, state=Command.State.LOST, message="lost", **found)


def _fallen(attempt: Attempt, fault: Fault) -> dict[str, Any]:
    """How a command ends that a fault took. An account of another edition of the simulation is no loss: it is rebuilt."""
    if fault.code != "cloud-state-version" or attempt.sandbox is None:
        log.error("attempt %s: a fault of ours: %s", attempt.pk, fault.detail, exc_info=fault)
        return {"state": Command.State.LOST, "message": "damaged" if fault.code in _DAMAGED else "lost"}
    rebuilding.begin(attempt.sandbox)
    return {"state": Command.State.REFUSED, "message": "rebuilding"}


def not_opened(attempt: Attempt, error: SandboxError) -> None:
    """A look or a skip could not be done. The page says what was last found."""
    if isinstance(error, Fault):
        _fallen(attempt, error)
    else:
        log.error("attempt %s: its sandbox could not be used: %s", attempt.pk, error.code)

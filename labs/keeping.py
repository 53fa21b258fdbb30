"""What ran in a checkout is kept as one version, and the rows end with what is said of them."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings

from labs import mistakes, whole
from labs.ending import Ended, end, ended_in, swept
from labs.models import CWD_LENGTH, Command, changed_by
from labs.output import Output
from labs.plain_text import plain
from sandbox.checkout import Live, Result
from sandbox.errors import LearnerError
from sandbox.models import Version

log = logging.getLogger(__name__)


def commit(live: Live) -> Version | None:
    """Commit and end the rows; None where nothing is kept."""
    rows, before = ended_in(live), live.head.pk
    for one in rows:
        # A worker that was away so long that its row was given up must not move the head any more.
        if not Command.objects.renew(one.command.pk, one.command.worker):
            raise swept(one.command)
    try:
        if rows:
            version = live.commit(command="\n".join(one.command.line for one in rows))
        elif live.left:  # a save, while bash found that there was nothing to run yet
            version = live.commit(title=str(live.left[-1]))
        else:
            return None
    except LearnerError as error:
        for one in rows:
            end(one.command, state=Command.State.REFUSED, message=error.code, message_values=error.values, **one.found)
        return None
    for one in rows:
        # What changed is told once, where the last of them ended.
        changed = changed_by(version) if version.pk != before and one is rows[-1] else {}
        message, values = _message(one, rows)
        end(
            one.command,
            state=Command.State.DONE,
            message=message,
            message_values=values,
            version=version,
            cwd_after=(one.result.cwd or live.cwd)[:CWD_LENGTH],
            mistake=_mistake(one.command, one.result, one.output),
            **one.found,
            **changed,
        )
        if one.output.whole:
            whole.forget_older(one.command)
    return version


def _message(ran: Ended, rows: list[Ended]) -> tuple[str, dict[str, Any]]:
    """What is said of how it ended; the first that applies."""
    if ran.result.reason != "exit":
        return ran.result.reason, limits_of(ran.result.reason)
    if ran.output.full_screen:
        return "full-screen", {}
    if ran.result.background:
        return "background", {}
    if others := [f"#{one.command.number}" for one in rows if one is not ran]:
        return "together", {"numbers": ", ".join(others)}
    return "", {}


def _mistake(command: Command, result: Result, output: Output) -> dict[str, Any]:
    """A word about it is an extra: no fault of the table may cost the command."""
    try:
        return mistakes.find(command.line, result.status, plain(output.value())) if result.reason == "exit" else {}
    except Exception:
        log.exception("command %s was not held against the table of mistakes", command.pk)
        return {}


def limits_of(reason: str) -> dict[str, Any]:
    """What the words for ``reason`` need: the limit that was met, in seconds."""
    limits = {"wall": settings.SANDBOX_WALL_SECONDS, "cpu": settings.SANDBOX_CPU_SECONDS}
    return {"limit": limits[reason]} if reason in limits else {}

"""Changes made in the files panel, as small lines of the console's log."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from labs.models import Attempt, Command, Move
from labs.undoing import short
from sandbox.models import Version

SHOWN = 5


def by_command(attempt: Attempt, commands: list[Command]) -> dict[int, list[dict[str, Any]]]:
    """By the number of the command of ``commands`` that they follow, 0 before the first: the newest few, the same in a row told once."""
    ends = [(command.ended, command.number) for command in commands if command.ended is not None]
    told: dict[int, list[Version]] = {}
    for version in _made(attempt):
        after = max((number for ended, number in ends if ended <= version.created), default=attempt.console_from)
        told.setdefault(after, []).append(version)
    return {after: _lines(found) for after, found in told.items()}


def _made(attempt: Attempt) -> list[Version]:
    """The versions that the panel made, oldest first, since the console was last put away."""
    made = Version.objects.filter(sandbox=attempt.sandbox_id).exclude(title="").only("pk", "title", "created").order_by("pk")
    resets = attempt.moves.filter(how__in=[Move.How.LAB, Move.How.LOST], after=attempt.console_from)
    if attempt.console_from and (reset := resets.last()):
        made = made.filter(created__gt=reset.at)
    return list(made)


def _lines(versions: list[Version]) -> list[dict[str, Any]]:
    rows = [list(same) for _, same in groupby(versions, key=lambda version: version.title)]
    return [line(same[-1], len(same)) for same in rows[-SHOWN:]]


def line(version: Version, times: int = 1) -> dict[str, Any]:
    """For ``notice.html``."""
    text = short(version.title)
    return {"id": f"made-{version.pk}", "text": f"{text} ×{times}" if times > 1 else text, "icon": "file", "at": version.created}

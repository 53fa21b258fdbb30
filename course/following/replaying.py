"""Where one stands in an attempt's history: a command, its neighbours, and the version that it left. It writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from labs.models import Attempt, Command
from sandbox.models import Version


@dataclass(frozen=True, slots=True)
class Position:
    """``number`` 0 is the lab's start. ``place`` of ``count``, by which commands are counted; ``of``: the command that left ``version``,
    an earlier one where this one left nothing. ``why``: without a version, pruned, gone (the sandbox), running or moved."""

    number: int
    place: int
    count: int
    command: Command | None
    first: int
    before: int | None
    after: int | None
    last: int
    version: Version | None
    of: int
    why: str = ""


def position(attempt: Attempt, number: int) -> Position:
    """Raises Http404 where there is no such command."""
    numbers = list(attempt.commands.order_by("number").values_list("number", flat=True))
    if number and number not in numbers:
        raise Http404
    stops = [0, *numbers]
    place = stops.index(number)
    command = attempt.commands.select_related("version").get(number=number) if number else None
    version, of, why = _version(attempt, command)
    return Position(
        number, place, len(numbers), command, 0, stops[place - 1] if place else None, stops[place + 1] if place < len(numbers) else None,
        stops[-1], version, of, why,
    )  # fmt: skip


def nearest(attempt: Attempt, place: int) -> int:
    """The number of the command that is the ``place``-th, or the last."""
    numbers = list(attempt.commands.order_by("number").values_list("number", flat=True))
    stops = [0, *numbers]
    return stops[max(0, min(place, len(numbers)))]


def _version(attempt: Attempt, command: Command | None) -> tuple[Version | None, int, str]:
    if command is None:
        return (attempt.sandbox.start, 0, "") if attempt.sandbox else (None, 0, "gone")
    if command.version is not None:
        return command.version, command.number, ""
    if command.state in {Command.State.QUEUED, Command.State.RUNNING, Command.State.ENDED}:
        return None, command.number, "running"
    if command.state == Command.State.DONE:
        return None, command.number, "pruned"
    return _unchanged(attempt, command)


def _unchanged(attempt: Attempt, command: Command) -> tuple[Version | None, int, str]:
    """Nothing is kept of it, so the sandbox stayed at what the one before left, unless somebody moved it meanwhile."""
    kept = attempt.commands.filter(number__lt=command.number, state=Command.State.DONE).select_related("version")
    before = kept.order_by("-number").first()
    at = before.number if before else 0
    if attempt.moves.filter(after__gte=at, after__lt=command.number).exists():
        return None, at, "moved"
    if before is not None and before.version is None:
        return None, at, "pruned"
    return (before.version, at, "") if before else _version(attempt, None)

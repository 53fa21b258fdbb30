"""What the page shows of undo, redo and resets, for templates.

``acts.html``    acts: at (the head's key), undo and redo: {number what why}
``notice.html``  notice: id, text, icon (undo where there is none), at
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from labs.lab.model import Lab
from labs.models import Attempt, Move
from labs.wording import language
from labs.wording import words as ours
from sandbox.errors import LearnerError
from sandbox.history import History, Node

SHOWN_CHARS = 60


def acts(attempt: Attempt) -> dict[str, Any]:
    """What undo and redo would do now, or why they can't. Two queries, however long the history."""
    if attempt.sandbox is None:
        return {}
    history = History(attempt.sandbox)
    undo, redo = history.undone(), history.redone()
    keys = [node.pk for node in (undo, redo) if node is not None]
    made = kept_together(attempt, keys)
    return {
        "at": history.head,
        "undo": _act(undo, made, _why_not(history.undo)),
        "redo": _act(redo, made, _why_not(history.redo)),
    }


def _why_not(look: Any) -> str:
    try:
        look()
    except LearnerError as error:
        return ours(error.code)
    return ""


def kept_together(attempt: Attempt, versions: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """By version, number and line of the command that made it; of all of them where terminals ran commands at the same time."""
    made: dict[int, list[tuple[int, str, str]]] = {}
    rows = attempt.commands.filter(version__in=versions).order_by("number").values_list("version", "number", "line", "live")
    for version, number, line, live in rows:
        first = made.setdefault(version, [])
        if not first or (live and live == first[0][2]):
            first.append((number, line, live))
    return {version: [(number, line) for number, line, _ in rows] for version, rows in made.items()}


def _act(node: Node | None, made: dict[int, list[tuple[int, str]]], why: str) -> dict[str, Any]:
    """``what``: the command, or that it is a reset; ``why``: the reason where it can't be done, else empty."""
    if node is None or why:
        return {"why": why, "what": ""}
    if node.left is not None:
        return {"why": "", "what": gettext("starting again"), "number": ""}
    rows = made.get(node.pk) or [(0, node.made_by)]
    return {
        "why": "",
        "what": short(" + ".join(line for _, line in rows)),
        "number": " + #".join(str(number) for number, _ in rows if number),
    }


def short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…"


# --- notices ---------------------------------------------------------------------------------------------------------------


def notices(attempt: Attempt, lab: Lab) -> dict[int, dict[str, Any]]:
    """By the number of the command that they follow: the last move of each row of moves."""
    moves = attempt.moves.filter(after__gte=attempt.console_from).exclude(how=Move.How.LOST).select_related("command", "by")
    found = list(moves.defer("command__output", "command__diff", "command__changes"))
    together = kept_together(attempt, [move.command.version_id for move in found if move.command and move.command.version_id])
    return {move.after: _notice(move, lab, together) for move in found}


def told(attempt: Attempt, lab: Lab, moves: Iterable[Move]) -> list[str]:
    """Of each move its sentence, with one question to the database."""
    found = list(moves)
    together = kept_together(attempt, [move.command.version_id for move in found if move.command and move.command.version_id])
    return [_notice(move, lab, together)["text"] for move in found]


def notice(move: Move, lab: Lab) -> dict[str, Any]:
    version = move.command.version_id if move.command else None
    return _notice(move, lab, kept_together(move.attempt, [version]) if version else {})


def _notice(move: Move, lab: Lab, together: dict[int, list[tuple[int, str]]]) -> dict[str, Any]:
    text = _told(move, lab, together)
    if move.by_id is not None and move.by_id != move.attempt.user_id:
        text = gettext("%(text)s (by the course's administration)") % {"text": text}
    return {"id": f"moved-{move.after}", "text": text, "at": move.at}


def _told(move: Move, lab: Lab, together: dict[int, list[tuple[int, str]]]) -> str:
    if move.command is not None:
        others = together.get(move.command.version_id or 0, [])[1:]
        if others:
            numbers = " + ".join(f"#{number}" for number in (move.command.number, *(number for number, _ in others)))
            return ours(f"moved-{move.how}-together", numbers=numbers)
        return ours(f"moved-{move.how}", number=move.command.number, line=short(move.command.line))
    if move.title:
        return ours(f"moved-{move.how}-title", title=short(move.title))
    if move.how in {Move.How.UNDO, Move.How.REDO}:
        return ours(f"moved-{move.how}-reset")
    if move.how == Move.How.STEP and (step := _step(move, lab)):
        return ours("moved-step", step=step)
    return ours("moved-lab" if move.how == Move.How.LAB else "moved-elsewhere")


def _step(move: Move, lab: Lab) -> str:
    ids = [step.id for step in lab.steps]
    return lab.section(move.step, language()).title if move.step in ids else ""

"""What the page shows of undo, redo and resets, for templates.

``acts.html``    acts: at (the head's key), undo and redo: {number what why}
``notice.html``  notice: id, text, icon (undo where there is none), at
"""

from __future__ import annotations

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
    made = {key: kept_together(attempt, key) for key in keys}
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


def kept_together(attempt: Attempt, version: int) -> list[tuple[int, str]]:
    """Number and line of the command that made ``version``; of all of them where terminals ran commands at the same time."""
    rows = list(attempt.commands.filter(version=version).order_by("number").values_list("number", "line", "live"))
    return [(number, line) for number, line, live in rows if (number, line, live) == rows[0] or (live and live == rows[0][2])]


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
    return {move.after: notice(move, lab) for move in moves.defer("command__output", "command__diff", "command__changes")}


def notice(move: Move, lab: Lab) -> dict[str, Any]:
    text = _told(move, lab)
    if move.by_id is not None and move.by_id != move.attempt.user_id:
        text = gettext("%(text)s (by the course's administration)") % {"text": text}
    return {"id": f"moved-{move.after}", "text": text, "at": move.at}


def _told(move: Move, lab: Lab) -> str:
    if move.command is not None:
        others = kept_together(move.attempt, move.command.version_id)[1:] if move.command.version_id else []
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

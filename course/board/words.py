"""What the board says, in the active language: why somebody is stuck, and what one might ask them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext

from course.board import stuck


def why(reason: str, values: dict[str, Any]) -> str:
    """``values``: of a ``stuck.Stuck`` of that reason."""
    if reason == stuck.SAME_ERROR:
        count = values["count"]
        return ngettext("The same error %(count)s time", "The same error %(count)s times", count) % {"count": count}
    if reason == stuck.CHECK:
        tries = values["tries"]
        return ngettext("The check looked %(tries)s time in vain", "The check looked %(tries)s times in vain", tries) % {"tries": tries}
    if reason == stuck.UNCHANGED:
        count = values["count"]
        return ngettext("%(count)s command that changed nothing", "%(count)s commands that changed nothing", count) % {"count": count}
    if reason == stuck.HINTS:
        return gettext("The solution is open, and the step is not passed") if values["solution"] else gettext("No hints are left")
    return gettext("Silent, with the page open")


def ask(reason: str) -> str:
    """A question that helps without giving the answer away."""
    return {
        stuck.SAME_ERROR: gettext("Which part of the message says what it wanted?"),
        stuck.CHECK: gettext("What does the check say it saw, and what did it want?"),
        stuck.UNCHANGED: gettext("What should be there afterwards that is not there yet?"),
        stuck.HINTS: gettext("Which word of the hints is new to you?"),
        stuck.SILENCE: gettext("Are you reading, or waiting for something?"),
    }[reason]


def cell(state: str, tries: int, hints: int, *, solution: bool) -> str:
    """Of a step: passed, current, tried, open, or none (the lab is not begun); then the help that was used."""
    said = [
        {
            "passed": gettext("passed"),
            "current": gettext("working on it"),
            "tried": gettext("tried"),
            "open": gettext("to do"),
            "none": gettext("not begun"),
        }[state]
    ]
    if tries and state != "passed":
        said.append(ngettext("%(tries)s try", "%(tries)s tries", tries) % {"tries": tries})
    if solution:
        said.append(gettext("with the solution"))
    elif hints:
        said.append(ngettext("%(hints)s hint", "%(hints)s hints", hints) % {"hints": hints})
    return ", ".join(said)

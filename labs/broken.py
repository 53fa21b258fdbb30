"""What broke in looking at a value: a check's error, which is ours and never the learner's. Who keeps the look logs it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labs.lab.model import Check

_FRAMES = 3


class ScriptBroke(Exception):
    """A check's script ended otherwise than by saying yes or not yet. Its output may be anything that is in the sandbox."""

    def __init__(self, status: int, output: str) -> None:
        super().__init__(f"it ended with {status}:\n{output}")
        self.code = f"status {status}"


@dataclass(frozen=True, slots=True)
class Broken:
    """``error``: its kind and code; ``where``: in which lines, the innermost first.

    ``detail`` quotes messages and output, and with them what is the learner's (a file, a variable, what a command printed): it is for
    an author who plays the lab, kept and logged nowhere.
    """

    check: str
    line: int
    error: str
    where: str
    detail: str

    def facts(self) -> dict[str, Any]:
        """For the log."""
        return {"check": self.check, "line": self.line, "broke": self.error, "where": self.where}


def broken(check: Check, error: Exception) -> Broken:
    code = getattr(error, "code", "")
    name = f"{type(error).__name__} {code if isinstance(code, str) else ''}".rstrip()
    frames = traceback.extract_tb(error.__traceback__)[: -_FRAMES - 1 : -1]
    where = " < ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)
    return Broken(check.kind, check.line, name, where, str(error))

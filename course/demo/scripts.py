"""What somebody types in a course of days, as files: ``scripts/<name>.txt``.

::

    # Anything after a hash.
    @ lab console-basics      opens a lab; what follows happens in it
    $ cat leter.txt           a command; "> …" continues it
    ~ 40                      a pause before what follows: seconds, 5m, 3h, 1d
    @ hint                    also: solution, undo, redo
    @ mark lost               a name for this moment, for people.yaml
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

FOLDER = Path(__file__).parent / "scripts"
KINDS = {"lab", "run", "hint", "solution", "undo", "redo"}
PAUSE = timedelta(seconds=20)
ASLEEP = timedelta(hours=1)
"""A pause so long is the same for everybody: nobody is a slow sleeper."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_PAUSE = re.compile(r"(\d+)\s*([smhd]?)")


@dataclass(frozen=True, slots=True)
class Action:
    """``kind``: of ``KINDS``; ``what``: the line, or the lab's name; ``lab``: where it happens; ``pause``: before it."""

    kind: str
    what: str
    lab: str
    pause: timedelta = PAUSE


@dataclass
class Script:
    """``marks``: by name so many actions had been done then."""

    name: str
    actions: list[Action] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)

    def until(self, mark: str) -> int:
        """So many actions; all of them without a mark. Raises KeyError for one that there is not."""
        return self.marks[mark] if mark else len(self.actions)

    def moments(self, count: int, pace: float) -> list[timedelta]:
        """When each of the first ``count`` actions is done, before the last of them: the last is 0."""
        pauses = [one.pause if one.pause >= ASLEEP else one.pause * pace for one in self.actions[:count]]
        done = list(accumulate(pauses))
        return [done[-1] - one for one in done]


class ScriptError(ValueError):
    """Says file, line and what is wrong."""


@cache
def load(name: str) -> Script:
    """Raises ScriptError, FileNotFoundError."""
    return parse(name, (FOLDER / f"{name}.txt").read_text())


def parse(name: str, text: str) -> Script:
    """Raises ScriptError."""
    script, lab, pause = Script(name), "", PAUSE
    for number, raw in enumerate(text.splitlines(), 1):
        sign, rest = raw[:1], raw[1:].removeprefix(" ")
        where = f"{name}.txt, line {number}"
        if not raw.strip() or sign == "#":
            continue
        if sign == ">" and script.actions and script.actions[-1].kind == "run":
            last = script.actions.pop()
            script.actions.append(Action("run", f"{last.what}\n{rest}", lab, last.pause))
            continue
        if sign == "~":
            pause = _pause(rest.strip(), where)
            continue
        kind, what = ("run", rest) if sign == "$" else _word(sign, rest, where)
        if kind == "mark":
            script.marks[what] = len(script.actions)
            continue
        lab = what if kind == "lab" else lab
        if not lab:
            raise ScriptError(f"{where}: no lab has been opened")
        script.actions.append(Action(kind, what, lab, pause))
        pause = PAUSE
    return script


def _word(sign: str, rest: str, where: str) -> tuple[str, str]:
    kind, _, what = rest.strip().partition(" ")
    if sign != "@" or kind not in (KINDS - {"run"}) | {"mark"} or (kind in {"lab", "mark"}) != bool(what):
        raise ScriptError(f"{where}: “{sign} {rest}” says nothing known")
    return kind, what.strip()


def _pause(text: str, where: str) -> timedelta:
    found = _PAUSE.fullmatch(text)
    if found is None:
        raise ScriptError(f"{where}: “{text}” is no pause")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])

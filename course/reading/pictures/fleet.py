"""Instances over time: a column a step, a cell an instance, and the line of the capacity that is normal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from course.reading.pictures.fields import short
from course.reading.pictures.legend import Mark, legend
from course.reading.pictures.shapes import WIDE, Rect, Words, around, put
from course.reading.pictures.words import block
from labs.lab.nodes import Value

NEEDED, KNOWN = ("steps",), ()
STATES = ("old", "new", "out")
_MOST = 24
_CELL, _ROW, _COLUMN, _GAP = Rect(0, 0, 30, 15), 18, 56, 14
_TEXTS = (104, 84, 68)


@dataclass(frozen=True)
class Step:
    """How many instances there are of the old and the new version that serve, and of either that do not."""

    text: str
    old: int = 0
    new: int = 0
    out: int = 0

    @property
    def serving(self) -> int:
        return self.old + self.new


@dataclass(frozen=True)
class Fleet:
    """``normal``: how many instances are meant to serve."""

    steps: tuple[Step, ...]
    normal: int


@dataclass(frozen=True)
class Cell:
    state: str
    rect: Rect

    @property
    def cross(self) -> str:
        """The lines that strike out what does not serve."""
        x, y = self.rect.middle
        return f"M{x - 3} {y - 3}L{x + 3} {y + 3}M{x + 3} {y - 3}L{x - 3} {y + 3}" if self.state == "out" else ""


@dataclass(frozen=True)
class Drawing:
    """``line``: where the normal capacity is; ``level`` names it."""

    view: Rect
    legend: tuple[Mark, ...]
    cells: tuple[Cell, ...]
    line: Rect
    level: Words
    ground: Rect
    shares: tuple[Words, ...]
    texts: tuple[Words, ...]


def read(found: dict[str, Value]) -> Fleet:
    steps = tuple(_step(value) for value in found["steps"].items())
    if not steps or not steps[0].serving:
        raise found["steps"].error("the first step says how many instances serve normally; at least one")
    return Fleet(steps, steps[0].serving)


def _step(value: Value) -> Step:
    found = value.keys(needed=("text",), known=STATES)
    counts = {name: found[name].integer() for name in STATES if name in found}
    if not 0 < sum(counts.values()) <= _MOST:
        raise value.error(f"from 1 to {_MOST} instances can be drawn")
    return Step(short(found["text"], 60), **counts)


def draw(fleet: Fleet) -> Drawing:
    for most in _TEXTS:
        texts = [block(step.text, most, "label") for step in fleet.steps]
        column = max([_COLUMN, *(text.width + _GAP for text in texts)])
        if column * len(texts) <= WIDE:
            break
    seen = [state for state in STATES if any(getattr(step, state) for step in fleet.steps)]
    names = {"old": _("old version"), "new": _("new version"), "out": _("not serving")}
    marks = legend([(state, names[state]) for state in seen], 0)
    top = around(mark.words.rect for mark in marks).bottom + 16
    bottom = top + _ROW * max(step.serving + step.out for step in fleet.steps)
    ground = Rect(0, bottom + 1, column * len(texts), 0)
    line = Rect(0, bottom - _ROW * fleet.normal - 2, ground.width, 0)
    level = put(block(_("normal capacity"), 80, "label"), line.right + 8, line.y - 16, "start")
    middles = [column * number + column // 2 for number in range(len(texts))]
    cells = [cell for step, x in zip(fleet.steps, middles, strict=True) for cell in _stack(step, x, bottom)]
    percents = [f"{100 * step.serving // fleet.normal}%" for step in fleet.steps]
    shares = [put(block(text, column, "text"), x, bottom + 8) for text, x in zip(percents, middles, strict=True)]
    under = [put(text, x, bottom + 28) for text, x in zip(texts, middles, strict=True)]
    words = [*(mark.words for mark in marks), level, *shares, *under]
    view = around([*(one.rect for one in words), *(cell.rect for cell in cells), ground, line]).grown(6)
    return Drawing(view, marks, tuple(cells), line, level, ground, tuple(shares), tuple(under))


def _stack(step: Step, x: int, bottom: int) -> list[Cell]:
    """What serves at the bottom, so that it can be held against the line."""
    states = ["old"] * step.old + ["new"] * step.new + ["out"] * step.out
    return [Cell(state, _CELL.moved(x - _CELL.width // 2, bottom - _ROW * (number + 1) + 1)) for number, state in enumerate(states)]

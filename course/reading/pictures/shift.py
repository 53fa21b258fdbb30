"""Traffic over time: which share of it the new version answers, a bar a step."""

from __future__ import annotations

from dataclasses import dataclass

from course.reading.pictures.fields import lines, short
from course.reading.pictures.legend import Mark, legend
from course.reading.pictures.shapes import Rect, Words, around, put
from course.reading.pictures.words import Block, block, width
from labs.lab.nodes import Value

NEEDED, KNOWN = ("old", "new", "steps"), ()
_BAR, _HEIGHT, _GAP = 380, 26, 8
_MOST_AT = 120


@dataclass(frozen=True)
class Step:
    """``new`` in percent."""

    at: str
    new: int


@dataclass(frozen=True)
class Shift:
    old: str
    new: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Part:
    """A piece of a bar; ``look``: old or new."""

    look: str
    rect: Rect
    words: Words


@dataclass(frozen=True)
class Drawing:
    view: Rect
    legend: tuple[Mark, ...]
    times: tuple[Words, ...]
    parts: tuple[Part, ...]


def read(found: dict[str, Value]) -> Shift:
    steps = tuple(_step(value) for value in found["steps"].items())
    if not steps:
        raise found["steps"].error("at least one step is needed here")
    return Shift(lines(found["old"]), lines(found["new"]), steps)


def _step(value: Value) -> Step:
    found = value.keys(needed=("at", "new"))
    new = found["new"].integer()
    if new > 100:
        raise found["new"].error("a percentage from 0 to 100 is needed here")
    return Step(short(found["at"], 40), new)


def draw(shift: Shift) -> Drawing:
    times = [block(step.at, _MOST_AT, "label") for step in shift.steps]
    left = max(time.width for time in times) + 10
    marks = legend((("old", shift.old), ("new", shift.new)), left)
    y = around(mark.words.rect for mark in marks).bottom + 10
    placed, parts = [], []
    for step, time in zip(shift.steps, times, strict=True):
        height = max(_HEIGHT, time.height)
        placed.append(put(time, left - 10, y + (height - time.height) // 2, "end"))
        parts += _parts(step.new, Rect(left, y, _BAR, height))
        y += height + _GAP
    view = around([*(mark.words.rect for mark in marks), *(time.rect for time in placed), *(part.rect for part in parts)]).grown(6)
    return Drawing(view, marks, tuple(placed), tuple(parts))


def _parts(new: int, bar: Rect) -> list[Part]:
    """The new version's share from the left, the old one's at the right; what is nothing is not drawn."""
    at = bar.width * new // 100
    sides = (("new", new, Rect(bar.x, bar.y, at, bar.height)), ("old", 100 - new, Rect(bar.x + at, bar.y, bar.width - at, bar.height)))
    return [Part(look, rect, _percent(percent, look, rect)) for look, percent, rect in sides if percent]


def _percent(percent: int, look: str, rect: Rect) -> Words:
    """In its part of the bar where that is wide enough."""
    text = f"{percent}%"
    fits = width(text, "label") + 12 <= rect.width
    words = Block((text,) if fits else (), "label")
    x = rect.x + 8 if look == "new" else rect.right - 8
    return put(words, x, rect.y + (rect.height - words.height) // 2, "start" if look == "new" else "end", f"on-{look}")

"""Traffic over time: which share of it the new version answers, a bar a step."""

from __future__ import annotations

from dataclasses import dataclass

from course.reading.pictures.fields import lines, short
from course.reading.pictures.legend import Mark, legend
from course.reading.pictures.shapes import Rect, Words, around, put
from course.reading.pictures.words import Block, block
from labs.lab.nodes import Value

NEEDED, KNOWN = ("old", "new", "steps"), ()
_BAR, _HEIGHT, _GAP = 236, 26, 8  # the bar of a short label is whole on a phone
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
    """In its part of the bar; the new version's beside it where it is too narrow, the old one's then left to be inferred."""
    text = block(f"{percent}%", 60, "label")
    y, fits = rect.y + (rect.height - text.height) // 2, text.width + 12 <= rect.width
    if look == "new":
        return put(text, rect.x + 8, y, "start", "on-new") if fits else put(text, rect.right + 5, y, "start", "by-new")
    return put(text if fits else Block((), "label"), rect.right - 8, y, "end", "on-old")

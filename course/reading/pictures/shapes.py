"""What a laid out picture is made of. Whole pixels, y downwards; the templates draw these and decide nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from course.reading.pictures.words import LEADING, SIZES, Block

WIDE = 660
"""What fits beside a console on most screens: texts are wrapped more before a picture gets wider than that."""


class Point(NamedTuple):
    x: int
    y: int


@dataclass(frozen=True)
class Rect:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return Point(self.x + self.width // 2, self.y + self.height // 2)

    @property
    def edges(self) -> list[Rect]:
        """Its four sides, a pixel thick."""
        across, down = Rect(self.x, self.y, self.width, 1), Rect(self.x, self.y, 1, self.height)
        return [across, across.moved(0, self.height), down, down.moved(self.width, 0)]

    def grown(self, by: int) -> Rect:
        return Rect(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def moved(self, x: int, y: int) -> Rect:
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def touches(self, other: Rect) -> bool:
        """Whether they share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Rect) -> bool:
        return self.x <= other.x and self.y <= other.y and self.right >= other.right and self.bottom >= other.bottom


def around(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle that holds them all; at least one is needed."""
    every = list(rects)
    x, y = min(one.x for one in every), min(one.y for one in every)
    return Rect(x, y, max(one.right for one in every) - x, max(one.bottom for one in every) - y)


class Line(NamedTuple):
    """A line of text: ``x`` is its anchor, ``y`` its baseline."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Words:
    """Lines of text in their place. ``kind`` is one of words.SIZES, ``anchor`` SVG's text-anchor, ``look`` a further class."""

    lines: tuple[Line, ...]
    rect: Rect
    kind: str
    anchor: str = "middle"
    look: str = ""


def put(block: Block, x: int, top: int, anchor: str = "middle", look: str = "") -> Words:
    """``block`` with its first line at ``top`` and ``x`` as its middle, start or end."""
    leading, size = LEADING[block.kind], SIZES[block.kind]
    first = top + (leading + size) // 2 - size // 6
    lines = tuple(Line(x, first + number * leading, text) for number, text in enumerate(block.lines))
    left = {"start": x, "middle": x - block.width // 2, "end": x - block.width}[anchor]
    return Words(lines, Rect(left, top, block.width, block.height), block.kind, anchor, look)


@dataclass(frozen=True)
class Arrow:
    """A line through ``points`` whose last is where its head is."""

    points: tuple[Point, ...]
    dashed: bool = False

    @property
    def line(self) -> str:
        """SVG path data: rounded at the bends, and short of the tip by the head's length."""
        return rounded((*self.points[:-1], _short(self.points[-2], self.points[-1], _HEAD - 1)))

    @property
    def head(self) -> str:
        tip, back = self.points[-1], _short(self.points[-2], self.points[-1], _HEAD)
        across = 4 if back.y == tip.y else 0
        along = 4 - across
        return f"M{back.x + along} {back.y + across}L{tip.x} {tip.y}L{back.x - along} {back.y - across}Z"

    @property
    def segments(self) -> list[Rect]:
        """Its straight pieces, a pixel thick at least."""
        return [Rect(min(a.x, b.x), min(a.y, b.y), max(abs(a.x - b.x), 1), max(abs(a.y - b.y), 1)) for a, b in pairwise(self.points)]


_HEAD, _BEND = 9, 8


def _short(before: Point, end: Point, by: int) -> Point:
    """``end``, moved towards ``before``; one coordinate of the two is the same."""
    return Point(end.x - by * _sign(end.x - before.x), end.y - by * _sign(end.y - before.y))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def rounded(points: tuple[Point, ...]) -> str:
    """SVG path data of a line along ``points`` with round corners."""
    path = f"M{points[0].x} {points[0].y}"
    for before, bend, after in zip(points, points[1:], points[2:], strict=False):
        room = min(abs(bend.x - before.x) + abs(bend.y - before.y), abs(after.x - bend.x) + abs(after.y - bend.y)) // 2
        radius = min(_BEND, room)
        start, end = _short(before, bend, radius), _short(after, bend, radius)
        path += f"L{start.x} {start.y}Q{bend.x} {bend.y} {end.x} {end.y}"
    return path + f"L{points[-1].x} {points[-1].y}"

"""Where the boxes, arrows, labels and frames of a flow stand.

Rows are set in columns, arrows find their ways over a lattice that has more room than they need, and what they leave unused is taken away.
A label that finds no place makes the whole wider and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from course.reading.pictures import boxes, labels
from course.reading.pictures.boxes import Box
from course.reading.pictures.flow import Flow
from course.reading.pictures.flow_grid import Frame, Grid, Space
from course.reading.pictures.shapes import Arrow, Point, Rect, Words, around

WIDE = 660
"""What fits beside a console on most screens: texts are wrapped more before a picture gets wider than that."""
_WRAPS = (210, 150, 112, 92)
_MARGIN, _SPEED = 6, 110


@dataclass(frozen=True)
class Label:
    """Words on a plate of the ground's colour, that a line may pass beneath."""

    words: Words

    @property
    def plate(self) -> Rect:
        return Rect(self.words.rect.x - 3, self.words.rect.y, self.words.rect.width + 6, self.words.rect.height)


@dataclass(frozen=True)
class Drawing:
    """``left`` and ``top``: where the drawing begins, which may be below zero. ``way``: the path of the dot that moves, ``seconds`` its time."""

    view: Rect
    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    way: str = ""
    seconds: int = 0


def draw(flow: Flow) -> Drawing:
    for most in _WRAPS:
        sizes = {node.id: boxes.sized(node.text, node.note, node.look, most=most) for node in flow.nodes}
        wraps = labels.blocks(flow.arrows, most=min(most, 130))
        grid = Grid(flow, sizes, wraps, Space())
        if grid.width <= WIDE:
            break
    space = Space()
    while True:
        placed = grid.routed()
        found = labels.place(wraps, placed.arrows, [*placed.rects.values()], [frame.words.rect for frame in placed.frames], patience=space.steps)
        if found is not None:
            break
        space = space.wider()
        grid = Grid(flow, sizes, wraps, space)
    shown = {name: sizes[name].at(rect) for name, rect in placed.rects.items()}
    view = around(_extent(placed.rects.values(), placed.arrows, found, placed.frames)).grown(_MARGIN)
    way, length = _way(placed.arrows, placed.rects, flow) if flow.moves else ("", 0)
    return Drawing(view, shown, placed.arrows, tuple(Label(words) for words in found), placed.frames, way, max(length // _SPEED, 2) if way else 0)


def _extent(rects: Iterable[Rect], arrows: Iterable[Arrow], words: Iterable[Words], frames: Iterable[Frame]) -> list[Rect]:
    lines = [piece for arrow in arrows for piece in arrow.segments]
    return [*rects, *lines, *(one.rect for one in words), *(frame.rect for frame in frames)]


def _way(arrows: tuple[Arrow, ...], rects: dict[str, Rect], flow: Flow) -> tuple[str, int]:
    """One path along every arrow in turn; through a box where the next arrow begins where this one ended, else with a leap."""
    path, length, before = "", 0, ""
    for link, arrow in zip(flow.arrows, arrows, strict=True):
        points = [*([rects[link.start].middle] if link.start != link.end else []), *arrow.points]
        if link.start != link.end:
            points.append(rects[link.end].middle)
        path += ("L" if before == link.start else "M") + "L".join(f"{point.x} {point.y}" for point in points)
        length += sum(_between(a, b) for a, b in zip(points, points[1:], strict=False))
        before = link.end
    return path, length


def _between(one: Point, other: Point) -> int:
    return abs(one.x - other.x) + abs(one.y - other.y)

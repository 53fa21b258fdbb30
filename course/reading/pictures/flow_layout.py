"""Where the boxes, arrows, labels and frames of a flow stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from course.reading.pictures import boxes, labels
from course.reading.pictures.boxes import Box, Sized
from course.reading.pictures.flow import Flow
from course.reading.pictures.flow_frames import Frame, frames
from course.reading.pictures.flow_plan import Plan, Space
from course.reading.pictures.flow_tracks import Placed, routed, rows
from course.reading.pictures.shapes import WIDE, Arrow, Rect, Words, around
from course.reading.pictures.words import block

_TIGHT = Space(across=34, bare=20, down=34)
_FITS = ((210, Space()), (150, Space()), (118, Space()), (118, _TIGHT), (92, _TIGHT), (118, _TIGHT))
"""How texts are wrapped and how much space there is between the boxes: the first that is narrow enough, or the last."""
_LABELS = (130, 90, 60)
_MARGIN, _HEAD, _SPEED = 6, 10, 110


@dataclass(frozen=True)
class Label:
    """Words on a plate of the ground's colour, which a line may pass beneath."""

    words: Words

    @property
    def plate(self) -> Rect:
        return Rect(self.words.rect.x - 2, self.words.rect.y, self.words.rect.width + 4, self.words.rect.height)


@dataclass(frozen=True)
class Drawing:
    """``view``: what is seen of the plane. ``way``: the path of the dot that moves, ``seconds``: how long it takes."""

    view: Rect
    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]
    way: str = ""
    seconds: int = 0


def draw(flow: Flow) -> Drawing:
    sizes, space = _fit(flow)
    for clear, plan in _plans(flow, sizes, space):
        placed = routed(plan)
        taken = [*(rect.grown(2) for rect in placed.rects.values()), *(frame.words.rect for frame in placed.frames)]
        taken += [Rect(*arrow.points[-1], 0, 0).grown(_HEAD) for arrow in placed.arrows]
        edges = [edge for frame in placed.frames for edge in frame.rect.edges]
        words = labels.place(plan.labels, placed.arrows, taken, edges, clear=clear)
        if words is not None:
            break
    shown = {name: sizes[name].at(rect) for name, rect in placed.rects.items()}
    way, length = _way(flow, placed) if flow.moves else ("", 0)
    view = _extent(placed, words or ()).grown(_MARGIN)
    return Drawing(view, shown, placed.arrows, tuple(Label(one) for one in words or ()), placed.frames, way, max(length // _SPEED, 2))


def _fit(flow: Flow) -> tuple[dict[str, Sized], Space]:
    for most, space in _FITS:
        sizes = {node.id: boxes.sized(node.text, node.note, node.look, most=most) for node in flow.nodes}
        plan = _plan(flow, sizes, space, _LABELS[0])
        rects = rows(plan, [0] * (len(plan.rows) + 1))
        if around([*rects.values(), *(frame.rect for frame in frames(plan, rects))]).width <= WIDE:
            break
    return sizes, space


def _plans(flow: Flow, sizes: dict[str, Sized], space: Space) -> Iterator[tuple[str, Plan]]:
    """What labels must be clear of (labels.place), with a plan: for each, more and more space, first with wide labels and then with narrow
    ones. The last goes on until there is room for all."""
    for clear, times in (("all", 3), ("others", 3), ("most", 2), ("nothing", 40)):
        wider = space if clear in {"all", "others"} else space.wider().wider()
        for _ in range(times):
            for most in _LABELS:
                yield clear, _plan(flow, sizes, wider, most)
            wider = wider.wider()


def _plan(flow: Flow, sizes: dict[str, Sized], space: Space, most: int) -> Plan:
    return Plan(flow, sizes, tuple(block(link.label, most, "label") for link in flow.arrows), space)


def _extent(placed: Placed, words: tuple[Words, ...]) -> Rect:
    lines = [piece for arrow in placed.arrows for piece in arrow.segments]
    return around([*placed.rects.values(), *lines, *(one.rect for one in words), *(frame.rect for frame in placed.frames)])


def _way(flow: Flow, placed: Placed) -> tuple[str, int]:
    """One path along every arrow in turn, and its length: through a box where the next arrow begins where one ends, else with a leap."""
    path, length, before = "", 0, ""
    for link, arrow in zip(flow.arrows, placed.arrows, strict=True):
        middles = placed.rects[link.start].middle, placed.rects[link.end].middle
        points = list(arrow.points) if link.start == link.end else [middles[0], *arrow.points, middles[1]]
        path += ("L" if before == link.start else "M") + "L".join(f"{point.x} {point.y}" for point in points)
        length += sum(abs(one.x - other.x) + abs(one.y - other.y) for one, other in pairwise(points))
        before = link.end
    return path, length



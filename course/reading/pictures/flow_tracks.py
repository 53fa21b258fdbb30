"""From a plan to boxes in rows and arrows between them.

Between the rows lie corridors with more lines for arrows than there will be arrows. When every arrow has its way,
the lines that none uses are taken out and the rows move together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from course.reading.pictures import outlines
from course.reading.pictures.flow import Link
from course.reading.pictures.flow_frames import Frame, frames, pads
from course.reading.pictures.flow_plan import Plan
from course.reading.pictures.routes import Lattice
from course.reading.pictures.shapes import Arrow, Point, Rect, around

Way = tuple[Point, ...]
_HEAD, _UNDER = 20, 6
"""Pixels of a corridor that belong to no line: above a row, where arrows end, and below one."""


@dataclass(frozen=True)
class Placed:
    rects: dict[str, Rect]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...]


def routed(plan: Plan) -> Placed:
    """The shortest arrows first, or the longest: whichever comes out better, for an arrow never gives way to a later one."""
    roomy = rows(plan, [_HEAD + _UNDER + plan.space.track * _tracks(plan)] * (len(plan.rows) + 1))
    order = sorted(range(len(plan.flow.arrows)), key=lambda number: _length(roomy, plan.flow.arrows[number]))
    straight = [number for number in order if _is_straight(roomy, plan.flow.arrows[number])]
    others = [number for number in order if number not in straight]
    _, ways = min((_ways(plan, roomy, straight + some) for some in (others, others[::-1])), key=lambda found: found[0])
    return _tightened(plan, roomy, ways)


def _ways(plan: Plan, roomy: Mapping[str, Rect], order: list[int]) -> tuple[float, list[Way]]:
    """What they cost, and the ways themselves, found in this order and given in their own."""
    lattice, drawn = _lattice(plan, roomy), frames(plan, roomy)
    ways: dict[int, Way] = {}
    for number in order:
        link = plan.flow.arrows[number]
        strange = [frame.rect for frame in drawn if not {link.start, link.end} & set(frame.group.nodes)]
        ways[number] = lattice.way(link.start, link.end, twin=_has_twin(plan, link), avoid=strange)
    return lattice.cost, [ways[number] for number in sorted(ways)]


def rows(plan: Plan, corridors: list[int]) -> dict[str, Rect]:
    """The boxes, with ``corridors`` (above each row, and below the last) between the rows and their frames."""
    rects: dict[str, Rect] = {}
    y = 0
    for number, row in enumerate(plan.rows):
        above, below = pads(plan, number)
        y += corridors[number] + above
        height = max(plan.sizes[name].height for name in row)
        for name in row:
            width, own = plan.widths[name], height if outlines.room(plan.sizes[name].look).grows else plan.sizes[name].height
            rects[name] = Rect(plan.middles[name] - width // 2, y + (height - own) // 2, width, own)
        y += height + below
    return rects


def _length(rects: Mapping[str, Rect], link: Link) -> int:
    one, other = rects[link.start].middle, rects[link.end].middle
    return abs(one.x - other.x) + abs(one.y - other.y)


def _is_straight(rects: Mapping[str, Rect], link: Link) -> bool:
    one, other = rects[link.start].middle, rects[link.end].middle
    return link.start != link.end and (one.x == other.x or one.y == other.y)


def _has_twin(plan: Plan, link: Link) -> bool:
    return link.start != link.end and any((other.start, other.end) == (link.end, link.start) for other in plan.flow.arrows)


def _tracks(plan: Plan) -> int:
    return min(8, 1 + len(plan.flow.arrows))


# The lattice


def _lattice(plan: Plan, rects: Mapping[str, Rect]) -> Lattice:
    drawn = frames(plan, rects)
    xs = {rect.middle.x + off for rect in rects.values() for off in range(-2 * plan.space.track, 3 * plan.space.track, plan.space.track)}
    ys = {rect.middle.y + off for rect in rects.values() for off in (-9, 0, 9)}
    for left, right in (pair for row in plan.rows for pair in pairwise(row)):
        start, end = _free(left, right, rects, drawn)
        middle = (start + end) // 2
        xs |= {middle} | {x for x in (middle - 10, middle + 10) if start + 4 <= x <= end - 4}
    xs |= set(_straight(plan, rects))
    outside = around([*rects.values(), *(frame.rect for frame in drawn)])
    for track in range(_tracks(plan)):
        xs |= {outside.x - 16 - track * plan.space.track, outside.right + 16 + track * plan.space.track}
    for corridor in range(len(plan.rows) + 1):
        ys |= set(_lines(plan, corridor, rects))
    rooms = {name: outlines.room(size.look) for name, size in plan.sizes.items()}
    return Lattice(sorted(xs), sorted(ys), rects, rooms)


def _straight(plan: Plan, rects: Mapping[str, Rect]) -> Iterator[int]:
    """The x of a line straight down from box to box, where they lie above each other."""
    for link in plan.flow.arrows:
        ends = [(rects[name], outlines.room(plan.sizes[name].look).corner) for name in (link.start, link.end)]
        left, right = max(rect.x + corner for rect, corner in ends), min(rect.right - corner for rect, corner in ends)
        if left <= right:
            yield (left + right) // 2


def _free(left: str, right: str, rects: Mapping[str, Rect], drawn: tuple[Frame, ...]) -> tuple[int, int]:
    """From where to where nothing stands between two neighbours of a row."""
    start, end = rects[left].right, rects[right].x
    for frame in drawn:
        if left in frame.group.nodes and right not in frame.group.nodes:
            start = max(start, frame.rect.right)
        if right in frame.group.nodes and left not in frame.group.nodes:
            end = min(end, frame.rect.x)
    return start, max(end, start)


def _edge(plan: Plan, corridor: int, rects: Mapping[str, Rect]) -> int:
    """Where a corridor ends; the last one, which is below everything: where it begins."""
    if corridor < len(plan.rows):
        return _row(plan, corridor, rects).y - pads(plan, corridor)[0]
    return _row(plan, -1, rects).bottom + pads(plan, corridor - 1)[1]


def _row(plan: Plan, number: int, rects: Mapping[str, Rect]) -> Rect:
    return around(rects[name] for name in plan.rows[number])


def _lines(plan: Plan, corridor: int, rects: Mapping[str, Rect]) -> list[int]:
    """The lines along a corridor."""
    edge = _edge(plan, corridor, rects)
    away = [_HEAD + number * plan.space.track for number in range(_tracks(plan))]
    return [edge + far for far in away] if corridor == len(plan.rows) else [edge - far for far in reversed(away)]


# What is left unused


def _tightened(plan: Plan, roomy: Mapping[str, Rect], ways: list[Way]) -> Placed:
    """The same, with only the lines that are used, each with room for its labels. Nothing changes its place among the others."""
    used = [[y for y in _lines(plan, corridor, roomy) if any(_along(way, y) for way in ways)] for corridor in range(len(plan.rows) + 1)]
    heights = [[plan.space.track + _label_on(plan, y, ways) for y in lines] for lines in used]
    corridors = [_corridor(plan, number, sum(heights[number]), roomy, ways) for number in range(len(used))]
    rects = rows(plan, corridors)
    moved: dict[int, int] = {}
    for number in range(len(plan.rows)):
        before = _row(plan, number, roomy)
        by = _row(plan, number, rects).y - before.y
        moved |= {y: y + by for y in range(before.y, before.bottom + 1)}
    for number, lines in enumerate(used):
        y = _edge(plan, number, rects) - (corridors[number] if number < len(plan.rows) else 0) + (_UNDER if number else 0)
        for line, height in zip(lines, heights[number], strict=True):
            y += height
            moved[line] = y
    arrows = tuple(
        Arrow(tuple(Point(point.x, moved[point.y]) for point in way), link.dashed) for way, link in zip(ways, plan.flow.arrows, strict=True)
    )
    return Placed(rects, arrows, frames(plan, rects, [piece for arrow in arrows for piece in arrow.segments]))


def _corridor(plan: Plan, number: int, lines: int, roomy: Mapping[str, Rect], ways: list[Way]) -> int:
    """The height that a corridor needs for what runs along it, ``lines`` in all, and for the labels of what crosses it."""
    if number == 0:
        return lines + _HEAD if lines else 0
    if number == len(plan.rows):
        return lines + _UNDER if lines else 0
    if lines:
        return lines + _HEAD + _UNDER
    at = _lines(plan, number, roomy)[0]
    crossing = [label for label, way in enumerate(ways) if _across(way, at)]
    return max([plan.space.down, *(plan.labels[label].height + _HEAD for label in crossing)]) if crossing else plan.space.bare


def _label_on(plan: Plan, y: int, ways: list[Way]) -> int:
    """The height of the tallest label whose arrow runs there for longest."""
    found = [plan.labels[number].height + 4 for number, way in enumerate(ways) if plan.labels[number].lines and _longest(way) == y]
    return max(found, default=0)


def _along(way: Way, y: int) -> bool:
    return any(one.y == other.y == y for one, other in pairwise(way))


def _across(way: Way, y: int) -> bool:
    return any(one.x == other.x and min(one.y, other.y) <= y <= max(one.y, other.y) for one, other in pairwise(way))


def _longest(way: Way) -> int | None:
    """The y of the longest piece that runs from left to right or back."""
    pieces = [(abs(one.x - other.x), one.y) for one, other in pairwise(way) if one.y == other.y]
    return max(pieces)[1] if pieces else None

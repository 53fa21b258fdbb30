"""Ways for arrows: along the lines of a lattice, round the boxes, with few bends, over no other arrow and across few.

The lattice's lines are given (flow_tracks makes them). Each arrow in turn takes the cheapest way that A* finds.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from course.reading.pictures.outlines import Room
from course.reading.pictures.shapes import Point, Rect

CLEAR = 8
"""Pixels that an arrow keeps from a box that is not its own."""
_TIP = 14
"""Pixels that an arrow goes straight before its head's point."""
_BEND, _CROSS, _TOUCH, _SHARE, _TWIN, _CROWD, _ASIDE, _STRANGE = 50, 60, 300, 600, 60, 24, 24, 20
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # right, down, left, up: a direction is its index


class Spot(NamedTuple):
    """A crossing of the lattice, by the numbers of its lines."""

    x: int
    y: int


class Port(NamedTuple):
    """Where an arrow meets a box: a point of its edge, the first crossing outside, the direction from the box to it, and what it costs."""

    point: Point
    spot: Spot
    direction: int
    cost: float


@dataclass
class Lattice:
    """``rooms``: how arrows may meet each box, by its name."""

    xs: list[int]
    ys: list[int]
    boxes: Mapping[str, Rect]
    rooms: Mapping[str, Room]
    blocked: set[Spot] = field(init=False)
    taken: dict[tuple[Spot, Spot], int] = field(default_factory=dict)
    lines: dict[Spot, set[int]] = field(default_factory=dict)
    """The axes (0: across, 1: down) in which arrows go through a crossing; both where one bends."""
    used: set[Point] = field(default_factory=set)
    avoided: set[Spot] = field(default_factory=set)
    """In frames that the arrow that is looked for has nothing to do with."""
    cost: float = 0
    """Of all ways so far."""

    def __post_init__(self) -> None:
        self.blocked = {spot for box in self.boxes.values() for spot in self._inside(box.grown(CLEAR))}

    def _inside(self, rect: Rect) -> Iterator[Spot]:
        rows = range(bisect_right(self.ys, rect.y), bisect_left(self.ys, rect.bottom))
        for x in range(bisect_right(self.xs, rect.x), bisect_left(self.xs, rect.right)):
            yield from (Spot(x, y) for y in rows)

    def way(self, start: str, end: str, *, twin: bool = False, avoid: Iterable[Rect] = ()) -> tuple[Point, ...]:
        """The bends of an arrow with both its ends, kept in mind for those that follow. ``twin``: another goes the other way, beside it."""
        self.avoided = {spot for rect in avoid for spot in self._inside(rect)}
        outs, ins = list(self._ports(start, twin, CLEAR)), list(self._ports(end, twin, _TIP))
        if start == end:  # a loop at a corner
            outs, ins = [port for port in outs if port.direction == 0], [port for port in ins if port.direction == 3]
        first, spots, last, cost = self._search(outs, ins, self.boxes[end])
        self.cost += cost
        self._keep(first, spots, last)
        points = [first.point, *(Point(self.xs[spot.x], self.ys[spot.y]) for spot in spots), last.point]
        return _bends(points)

    def _ports(self, name: str, twin: bool, away: int) -> Iterator[Port]:
        box, room = self.boxes[name], self.rooms[name]
        for x in _between(self.xs, box.x + room.corner, box.right - room.corner):
            cost = self._off(abs(x - box.middle.x), twin)
            column = bisect_left(self.xs, x)
            yield from self._port(Point(x, box.y), Spot(column, bisect_right(self.ys, box.y - away) - 1), 3, cost)
            yield from self._port(Point(x, box.bottom), Spot(column, bisect_left(self.ys, box.bottom + away)), 1, cost)
        ys = _between(self.ys, box.y + 10, box.bottom - 10) if room.sides else [box.middle.y]
        for y in ys:
            cost = self._off(abs(y - box.middle.y), twin) + (0 if y == box.middle.y or twin else _ASIDE)
            row = bisect_left(self.ys, y)
            yield from self._port(Point(box.x, y), Spot(bisect_right(self.xs, box.x - away) - 1, row), 2, cost)
            yield from self._port(Point(box.right, y), Spot(bisect_left(self.xs, box.right + away), row), 0, cost)

    def _off(self, distance: int, twin: bool) -> float:
        if not distance:
            return _TWIN if twin else 0
        return 8 + distance * 1.2

    def _port(self, point: Point, spot: Spot, direction: int, cost: float) -> Iterator[Port]:
        if 0 <= spot.x < len(self.xs) and 0 <= spot.y < len(self.ys) and spot not in self.blocked:
            near = min((abs(one.x - point.x) + abs(one.y - point.y) for one in self.used), default=_CROWD)
            length = abs(self.xs[spot.x] - point.x) + abs(self.ys[spot.y] - point.y)
            yield Port(point, spot, direction, cost + length + (_SHARE if near < 8 else max(_CROWD - near, 0)))

    def _search(self, outs: list[Port], ins: list[Port], end: Rect) -> tuple[Port, list[Spot], Port, float]:
        goals = {(port.spot, (port.direction + 2) % 4): port for port in ins}
        starts = {(port.spot, port.direction): port for port in outs}
        best = {state: port.cost for state, port in starts.items()}
        came: dict[tuple[Spot, int], tuple[Spot, int]] = {}
        queue = [(cost + self._far(state[0], end), state) for state, cost in best.items()]
        heapq.heapify(queue)
        arrived: tuple[float, tuple[Spot, int]] | None = None
        while queue and (not arrived or queue[0][0] < arrived[0]):
            _, state = heapq.heappop(queue)
            spot, direction = state
            cost = best[state]
            if state in goals:
                total = cost + goals[state].cost + self._meet(spot, {direction % 2})
                arrived = min(arrived or (total, state), (total, state))
            for turn, after in self._steps(spot, direction):
                spent = cost + turn + self._length(spot, after[0])
                if spent < best.get(after, float("inf")):
                    best[after], came[after] = spent, state
                    heapq.heappush(queue, (spent + self._far(after[0], end), after))
        if arrived is None:
            raise ValueError(f"no way to {end}")
        cost, state = arrived
        last, spots = goals[state], [state[0]]
        while state in came:
            state = came[state]
            spots.append(state[0])
        return starts[state], spots[::-1], last, cost

    def _steps(self, spot: Spot, direction: int) -> Iterator[tuple[float, tuple[Spot, int]]]:
        for turn in (0, 1, 3):
            to = (direction + turn) % 4
            after = Spot(spot.x + _STEPS[to][0], spot.y + _STEPS[to][1])
            if not (0 <= after.x < len(self.xs) and 0 <= after.y < len(self.ys)) or after in self.blocked:
                continue
            shared = self.taken.get(_edge(spot, after), 0)
            strange = _STRANGE + self._length(spot, after) if after in self.avoided else 0
            yield _BEND * bool(turn) + _SHARE * shared + strange + self._meet(spot, {direction % 2, to % 2}), (after, to)

    def _meet(self, spot: Spot, axes: set[int]) -> float:
        there = self.lines.get(spot)
        if not there:
            return 0
        return _CROSS if len(axes) == len(there) == 1 and axes != there else _TOUCH

    def _length(self, one: Spot, other: Spot) -> int:
        return abs(self.xs[one.x] - self.xs[other.x]) + abs(self.ys[one.y] - self.ys[other.y])

    def _far(self, spot: Spot, box: Rect) -> int:
        """Never more than what is left to go."""
        x, y = self.xs[spot.x], self.ys[spot.y]
        return max(box.x - x, 0, x - box.right) + max(box.y - y, 0, y - box.bottom)

    def _keep(self, first: Port, spots: list[Spot], last: Port) -> None:
        self.used |= {first.point, last.point}
        axis = first.direction % 2
        self.lines.setdefault(spots[0], set()).add(axis)
        for one, other in pairwise(spots):
            axis = int(one.x == other.x)
            self.taken[_edge(one, other)] = self.taken.get(_edge(one, other), 0) + 1
            self.lines.setdefault(one, set()).add(axis)
            self.lines.setdefault(other, set()).add(axis)
        self.lines.setdefault(spots[-1], set()).add(last.direction % 2)


def _edge(one: Spot, other: Spot) -> tuple[Spot, Spot]:
    return (one, other) if one < other else (other, one)


def _between(numbers: list[int], least: int, most: int) -> list[int]:
    return numbers[bisect_left(numbers, least) : bisect_right(numbers, most)]


def _bends(points: list[Point]) -> tuple[Point, ...]:
    """Without the points that lie on the straight line between their neighbours."""
    kept = [points[0]]
    for point, after in zip(points[1:], [*points[2:], None], strict=True):
        if point == kept[-1]:
            continue
        if after is not None and (kept[-1].x == point.x == after.x or kept[-1].y == point.y == after.y):
            continue
        kept.append(point)
    return tuple(kept)

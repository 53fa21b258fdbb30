"""The grid of a flow: columns that hold for every row, corridors between the rows, frames round groups, and the lattice in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from course.reading.pictures import outlines
from course.reading.pictures.boxes import Sized
from course.reading.pictures.columns import solve
from course.reading.pictures.flow import Flow, Group, Link
from course.reading.pictures.routes import Lattice
from course.reading.pictures.shapes import Arrow, Point, Rect, Words, around, put
from course.reading.pictures.words import Block, wrap

PAD, TITLE = 12, 22


@dataclass(frozen=True)
class Space:
    """Pixels between things: boxes in a row, boxes without an arrow between them, rows, lines that run beside each other."""

    across: int = 46
    bare: int = 30
    down: int = 38
    track: int = 14
    steps: int = 0

    def wider(self) -> Space:
        return Space(self.across * 5 // 4, self.bare * 5 // 4, self.down * 5 // 4, self.track + 2, self.steps + 1)


@dataclass(frozen=True)
class Frame:
    rect: Rect
    words: Words


@dataclass(frozen=True)
class Placed:
    rects: dict[str, Rect]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...]


@dataclass
class Grid:
    flow: Flow
    sizes: Mapping[str, Sized]
    labels: tuple[Block, ...]
    space: Space

    def routed(self) -> Placed:
        """Boxes and arrows in as little height as they need."""
        roomy = self._rects([self._roomy] * (len(self.rows) + 1))
        lattice = self._lattice(roomy)
        ways: dict[int, tuple[Point, ...]] = {}
        for number in sorted(range(len(self.flow.arrows)), key=lambda number: self._length(roomy, self.flow.arrows[number])):
            link = self.flow.arrows[number]
            ways[number] = lattice.way(link.start, link.end, twin=self._has_twin(link))
        return self._tightened(roomy, [ways[number] for number in range(len(ways))])

    @property
    def width(self) -> int:
        rects = self._rects([0] * (len(self.rows) + 1))
        return around([frame.rect for frame in self._frames(rects)] + list(rects.values())).width

    # Across

    @cached_property
    def rows(self) -> list[list[tuple[str, int]]]:
        """Names with the half column that each stands in: rows of different lengths are centred on each other."""
        longest = max(len(row) for row in self.flow.rows)
        return [[(name, longest - len(row) + 2 * place) for place, name in enumerate(row) if name] for row in self.flow.rows]

    @cached_property
    def middles(self) -> dict[int, int]:
        """The x of each half column."""
        least: dict[tuple[int, int], int] = {}
        for row in self.rows:
            for (left, at), (right, to) in zip(row, row[1:], strict=False):
                least[at, to] = max(least.get((at, to), 0), self._apart(left, right))
        for group in self.flow.groups:  # what is beside a frame in one of its rows is beside all of it
            inside = [(name, at) for row in self.rows for name, at in row if name in group.nodes]
            for row in self.rows:
                if not any(name in group.nodes for name, _ in row):
                    continue
                for other, to in row:
                    for name, at in inside:
                        if other not in group.nodes and at != to:
                            pair = (at, to) if at < to else (to, at)
                            least[pair] = max(least.get(pair, 0), self._apart(name, other))
        widths: dict[int, int] = {}
        for row in self.rows:
            for name, at in row:
                widths[at] = max(widths.get(at, 0), self.sizes[name].width)
        return solve(widths, least)

    def _apart(self, left: str, right: str) -> int:
        """From middle to middle of two neighbours."""
        links = [number for number, link in enumerate(self.flow.arrows) if {link.start, link.end} == {left, right}]
        gap = self.space.across if links else self.space.bare
        gap = max([gap, *(self.labels[number].width + 26 for number in links if self.labels[number].lines)])
        frames = sum((left in group.nodes) != (right in group.nodes) for group in self.flow.groups)
        return (self.sizes[left].width + self.sizes[right].width) // 2 + gap + frames * PAD

    # Down

    def _rects(self, corridors: list[int]) -> dict[str, Rect]:
        """The boxes, with ``corridors`` (above each row, and below the last) between the frames of the rows."""
        rects: dict[str, Rect] = {}
        y = 0
        for number, row in enumerate(self.rows):
            y += corridors[number] + self._pads(number)[0]
            height = max(self.sizes[name].height for name, _ in row)
            for name, at in row:
                width = self.sizes[name].width
                rects[name] = Rect(self.middles[at] - width // 2, y, width, height)
            y += height + self._pads(number)[1]
        return rects

    def _pads(self, row: int) -> tuple[int, int]:
        """What frames that begin or end at a row take above and below it."""
        above = below = 0
        for group in self.flow.groups:
            rows = [number for number, names in enumerate(self.rows) if any(name in group.nodes for name, _ in names)]
            depth = 1 + max((self._depth(other) for other in self._inner(group)), default=0)
            if rows[0] == row:
                above = max(above, depth * PAD + self._titles(group))
            if rows[-1] == row:
                below = max(below, depth * PAD)
        return above, below

    def _inner(self, group: Group) -> list[Group]:
        return [other for other in self.flow.groups if other is not group and set(other.nodes) < set(group.nodes)]

    def _depth(self, group: Group) -> int:
        return 1 + max((self._depth(other) for other in self._inner(group)), default=0)

    def _titles(self, group: Group) -> int:
        return self._title(group).height + 6 + max((self._titles(other) for other in self._inner(group)), default=0)

    def _title(self, group: Group) -> Block:
        places = {name: at for row in self.rows for name, at in row}
        left = min(self.middles[places[name]] - self.sizes[name].width // 2 for name in group.nodes)
        right = max(self.middles[places[name]] + self.sizes[name].width // 2 for name in group.nodes)
        return Block(wrap(group.text, max(right - left, 60), "label"), "label")

    def _frames(self, rects: dict[str, Rect]) -> tuple[Frame, ...]:
        """The outer ones first, so that the inner ones are drawn on them."""
        found = []
        for group in sorted(self.flow.groups, key=lambda group: -self._depth(group)):
            held = around([rects[name] for name in group.nodes] + [self._frame(other, rects).rect for other in self._inner(group)])
            found.append(self._framed(group, held))
        return tuple(found)

    def _frame(self, group: Group, rects: dict[str, Rect]) -> Frame:
        return self._framed(group, around([rects[name] for name in group.nodes] + [self._frame(other, rects).rect for other in self._inner(group)]))

    def _framed(self, group: Group, held: Rect) -> Frame:
        title = self._title(group)
        above = PAD + title.height + 6
        rect = Rect(held.x - PAD, held.y - above, max(held.width, title.width) + 2 * PAD, held.height + above + PAD)
        return Frame(rect, put(title, rect.x + PAD, rect.y + 8, "start"))

    # The lattice

    @property
    def _tracks(self) -> int:
        return min(8, 1 + len(self.flow.arrows))

    @property
    def _roomy(self) -> int:
        return 32 + self.space.track * self._tracks

    def _lattice(self, rects: dict[str, Rect]) -> Lattice:
        looks = {node.id: node.look for node in self.flow.nodes}
        frames = self._frames(rects)
        xs = {rect.middle.x + off for rect in rects.values() for off in (-self.space.track, 0, self.space.track)}
        ys = {rect.middle.y + off for rect in rects.values() for off in (-9, 0, 9)}
        for row in self.rows:
            for (left, _), (right, _) in zip(row, row[1:], strict=False):
                start, end = self._free(left, right, rects, frames)
                middle = (start + end) // 2
                xs |= {middle} | {x for x in (middle - 10, middle + 10) if start + 4 <= x <= end - 4}
        outside = around([*rects.values(), *(frame.rect for frame in frames)])
        for track in range(self._tracks):
            xs |= {outside.x - 16 - track * self.space.track, outside.right + 16 + track * self.space.track}
        for corridor in range(len(self.rows) + 1):
            ys |= set(self._track_ys(corridor, rects))
        return Lattice(sorted(xs), sorted(ys), rects, {name: outlines.room(looks[name]) for name in rects})

    def _free(self, left: str, right: str, rects: dict[str, Rect], frames: tuple[Frame, ...]) -> tuple[int, int]:
        """From where to where nothing stands between two neighbours of a row."""
        start, end = rects[left].right, rects[right].x
        for group, frame in zip(sorted(self.flow.groups, key=lambda group: -self._depth(group)), frames, strict=True):
            if left in group.nodes and right not in group.nodes:
                start = max(start, frame.rect.right)
            if right in group.nodes and left not in group.nodes:
                end = min(end, frame.rect.x)
        return start, max(end, start)

    def _track_ys(self, corridor: int, rects: dict[str, Rect]) -> list[int]:
        """The lines across a corridor, which is above the row of that number."""
        if corridor < len(self.rows):
            end = rects[self.rows[corridor][0][0]].y - self._pads(corridor)[0]
            return [end - 16 - track * self.space.track for track in reversed(range(self._tracks))]
        start = rects[self.rows[-1][0][0]].bottom + self._pads(corridor - 1)[1]
        return [start + 16 + track * self.space.track for track in range(self._tracks)]

    def _length(self, rects: dict[str, Rect], link: Link) -> tuple[int, int]:
        one, other = rects[link.start], rects[link.end]
        straight = one.middle.x != other.middle.x and one.middle.y != other.middle.y
        return abs(one.middle.x - other.middle.x) + abs(one.middle.y - other.middle.y), straight

    def _has_twin(self, link: Link) -> bool:
        return any((other.start, other.end) == (link.end, link.start) for other in self.flow.arrows if link.start != link.end)

    # What is left unused

    def _tightened(self, roomy: dict[str, Rect], ways: list[tuple[Point, ...]]) -> Placed:
        """Every line across keeps its place among the others; the unused ones give theirs up."""
        corridors, tracks = [], []
        for corridor in range(len(self.rows) + 1):
            used = [y for y in self._track_ys(corridor, roomy) if any(self._runs(way, y) for way in ways)]
            heights = [self.space.track + self._label_on(y, ways) for y in used]
            tracks.append((used, heights))
            corridors.append(self._corridor(corridor, sum(heights), roomy, ways))
        rects = self._rects(corridors)
        moved = {}
        for number, row in enumerate(self.rows):
            name = row[0][0]
            for y in range(roomy[name].y, roomy[name].bottom + 1):
                moved[y] = y + rects[name].y - roomy[name].y
        for corridor, (used, heights) in enumerate(tracks):
            for y, at in zip(used, self._spread(corridor, heights, corridors[corridor], rects), strict=True):
                moved[y] = at
        arrows = tuple(
            Arrow(tuple(Point(point.x, moved[point.y]) for point in way), link.dashed) for way, link in zip(ways, self.flow.arrows, strict=True)
        )
        return Placed(rects, arrows, self._frames(rects))

    def _corridor(self, corridor: int, lines: int, roomy: dict[str, Rect], ways: list[tuple[Point, ...]]) -> int:
        """The height that a corridor needs for what runs along it, ``lines`` in all, and for the labels of what crosses it."""
        if corridor in {0, len(self.rows)}:
            return lines + (20 if corridor == 0 else 6) if lines else 0
        if lines:
            return lines + 26
        at = self._track_ys(corridor, roomy)[0]
        crossing = [number for number, way in enumerate(ways) if any(_crosses(one, other, at) for one, other in zip(way, way[1:], strict=False))]
        return max([self.space.down, *(self.labels[number].height + 20 for number in crossing)]) if crossing else self.space.bare

    def _spread(self, corridor: int, heights: list[int], height: int, rects: dict[str, Rect]) -> list[int]:
        """Where the used lines of a corridor come to lie: each with its label above it."""
        if corridor < len(self.rows):
            y = rects[self.rows[corridor][0][0]].y - self._pads(corridor)[0] - height
        else:
            y = rects[self.rows[-1][0][0]].bottom + self._pads(corridor - 1)[1]
        y += 6 if corridor else 0
        found = []
        for one in heights:
            y += one
            found.append(y)
        return found

    def _label_on(self, y: int, ways: list[tuple[Point, ...]]) -> int:
        """The height of the tallest label whose arrow runs there for longest."""
        found = [self.labels[number].height + 4 for number, way in enumerate(ways) if self.labels[number].lines and _longest(way) == y]
        return max(found, default=0)

    @staticmethod
    def _runs(way: tuple[Point, ...], y: int) -> bool:
        return any(one.y == other.y == y for one, other in zip(way, way[1:], strict=False))


def _crosses(one: Point, other: Point, y: int) -> bool:
    return one.x == other.x and min(one.y, other.y) <= y <= max(one.y, other.y)


def _longest(way: tuple[Point, ...]) -> int | None:
    """The y of an arrow's longest piece that runs across."""
    pieces = [(abs(one.x - other.x), one.y) for one, other in zip(way, way[1:], strict=False) if one.y == other.y]
    return max(pieces, default=(0, None))[1]

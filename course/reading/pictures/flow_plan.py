"""A flow with the sizes of its boxes and labels, and where they stand from left to right: columns hold for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from course.reading.pictures.boxes import Sized
from course.reading.pictures.columns import solve
from course.reading.pictures.flow import Flow, Group
from course.reading.pictures.words import Block

PAD = 12
"""From a frame to what is in it."""
_NEARLY = 40


@dataclass(frozen=True)
class Space:
    """Pixels between things: boxes with an arrow between them, boxes without, rows, lines that run beside each other."""

    across: int = 46
    bare: int = 30
    down: int = 38
    track: int = 14

    def wider(self) -> Space:
        return Space(self.across * 5 // 4, self.bare * 5 // 4, self.down * 5 // 4, self.track + 5)


@dataclass
class Plan:
    """``labels``: one for each arrow, without lines where it has none."""

    flow: Flow
    sizes: Mapping[str, Sized]
    labels: tuple[Block, ...]
    space: Space

    @cached_property
    def rows(self) -> list[list[str]]:
        return [[name for name in row if name] for row in self.flow.rows]

    @cached_property
    def middles(self) -> dict[str, int]:
        """The x of each node's middle."""
        slots = self._slots
        least: dict[tuple[int, int], int] = {}
        for left, right in [*self._neighbours(), *self._strangers(slots)]:
            pair = (slots[left], slots[right])
            least[pair] = max(least.get(pair, 0), self._apart(left, right))
        widths = {slot: max(self.widths[name] for name in slots if slots[name] == slot) for slot in slots.values()}
        found = solve(widths, least)
        return {name: found[slot] for name, slot in slots.items()}

    @cached_property
    def widths(self) -> dict[str, int]:
        """Of the nodes: those of a column are of one width where they nearly are."""
        slots = self._slots
        wide = {name: [self.sizes[other].width for other in slots if slots[other] == slots[name]] for name in slots}
        return {name: max(one for one in wide[name] if one <= self.sizes[name].width + _NEARLY) for name in slots}

    @cached_property
    def _slots(self) -> dict[str, int]:
        """Half columns: rows of different lengths are centred on each other. What stands beside a frame in one of its rows is moved
        beside all of it."""
        longest = max(len(row) for row in self.flow.rows)
        slots = {name: longest - len(row) + 2 * place for row in self.flow.rows for place, name in enumerate(row) if name}
        for group in sorted(self.flow.groups, key=self.depth) * 2:
            for row in self.rows_of(group):
                before, after = self._beside(group, row)
                least, most = min(slots[name] for name in group.nodes), max(slots[name] for name in group.nodes)
                back = max([0, *(slots[name] - least + 1 for name in before)])
                on = max([0, *(most + 1 - slots[name] for name in after)])
                slots |= {name: slots[name] - back for name in before} | {name: slots[name] + on for name in after}
        return slots

    def _neighbours(self) -> list[tuple[str, str]]:
        return [pair for row in self.rows for pair in pairwise(row)]

    def _strangers(self, slots: Mapping[str, int]) -> list[tuple[str, str]]:
        """Nodes of a group with those beside its frame in any of its rows, the left one first."""
        pairs = [
            (name, other)
            for group in self.flow.groups
            for row in self.rows_of(group)
            for other in self.rows[row]
            if other not in group.nodes
            for name in group.nodes
        ]
        return [(one, other) if slots[one] < slots[other] else (other, one) for one, other in pairs if slots[one] != slots[other]]

    def _beside(self, group: Group, row: int) -> tuple[list[str], list[str]]:
        """What stands left and right of a group in a row."""
        places = [place for place, name in enumerate(self.rows[row]) if name in group.nodes]
        return self.rows[row][: places[0]], self.rows[row][places[-1] + 1 :]

    def _apart(self, left: str, right: str) -> int:
        """From middle to middle."""
        links = [number for number, link in enumerate(self.flow.arrows) if {link.start, link.end} == {left, right}]
        gap = self.space.across if links else self.space.bare
        gap = max([gap, *(self.labels[number].width + 26 for number in links if self.labels[number].lines)])
        frames = sum((left in group.nodes) != (right in group.nodes) for group in self.flow.groups)
        return (self.widths[left] + self.widths[right]) // 2 + gap + frames * PAD

    # Groups

    def rows_of(self, group: Group) -> list[int]:
        return [number for number, row in enumerate(self.rows) if any(name in group.nodes for name in row)]

    def inner(self, group: Group) -> list[Group]:
        """The groups in a group."""
        return [other for other in self.flow.groups if other is not group and set(other.nodes) < set(group.nodes)]

    def depth(self, group: Group) -> int:
        """1 for a group that holds no other."""
        return 1 + max((self.depth(other) for other in self.inner(group)), default=0)

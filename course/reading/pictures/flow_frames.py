"""Frames round groups, with their titles inside at the top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from course.reading.pictures.flow import Group
from course.reading.pictures.flow_plan import PAD, Plan
from course.reading.pictures.shapes import Rect, Words, around, put
from course.reading.pictures.words import Block, block

_UNDER, _APART = 6, 6


@dataclass(frozen=True)
class Frame:
    group: Group
    rect: Rect
    words: Words


def frames(plan: Plan, rects: Mapping[str, Rect], lines: Sequence[Rect] = ()) -> tuple[Frame, ...]:
    """The outer ones first, so that the inner ones are drawn on them. A title gives way to the ``lines`` that come in from above,
    and a frame grows for that where there is room."""
    return tuple(_frame(plan, group, rects, lines) for group in sorted(plan.flow.groups, key=lambda group: -plan.depth(group)))


def _frame(plan: Plan, group: Group, rects: Mapping[str, Rect], lines: Sequence[Rect]) -> Frame:
    held = around([*(rects[name] for name in group.nodes), *(_frame(plan, inner, rects, lines).rect for inner in plan.inner(group))])
    title = _title(plan, group)
    above = PAD + title.height + _UNDER
    wider = max(title.width - held.width, 0)
    rect = Rect(held.x - PAD - wider // 2, held.y - above, held.width + wider + 2 * PAD, held.height + above + PAD)
    top = rect.y + 8
    crossing = [line for line in lines if line.y < top + title.height and line.bottom > top and rect.x < line.x < rect.right]
    for x in range(rect.x + PAD, rect.right - PAD - title.width + 1, 4):
        words = put(title, x, top, "start")
        if not any(words.rect.grown(_APART).touches(line) for line in crossing):
            return Frame(group, rect, words)
    strangers = [other for name, other in rects.items() if name not in group.nodes]
    for longer, x in _longer(rect, title, crossing):
        words = put(title, x, top, "start")
        room = [*strangers, *(line for line in lines if not line.touches(rect))]
        if not any(longer.grown(_APART).touches(other) for other in room) and not any(words.rect.touches(line) for line in lines):
            return Frame(group, longer, words)
    return Frame(group, rect, put(title, rect.x + PAD, top, "start"))


def _longer(rect: Rect, title: Block, crossing: Sequence[Rect]) -> Iterator[tuple[Rect, int]]:
    """The frame, longer to the left or to the right by what its title lacks beside the lines, and where the title begins then."""
    first, last = min(line.x for line in crossing), max(line.right for line in crossing)
    left = min(rect.x, first - _APART - title.width - PAD)
    yield Rect(left, rect.y, rect.right - left, rect.height), left + PAD
    right = max(rect.right, last + _APART + title.width + PAD)
    yield Rect(rect.x, rect.y, right - rect.x, rect.height), right - PAD - title.width


def _title(plan: Plan, group: Group) -> Block:
    left = min(plan.middles[name] - plan.widths[name] // 2 for name in group.nodes)
    right = max(plan.middles[name] + plan.widths[name] // 2 for name in group.nodes)
    return block(group.text, max(right - left, 80), "frame")


def pads(plan: Plan, row: int) -> tuple[int, int]:
    """What the frames that begin or end at a row take above and below it."""
    above = below = 0
    for group in plan.flow.groups:
        rows = plan.rows_of(group)
        if rows[0] == row:
            above = max(above, plan.depth(group) * PAD + _titles(plan, group))
        if rows[-1] == row:
            below = max(below, plan.depth(group) * PAD)
    return above, below


def _titles(plan: Plan, group: Group) -> int:
    return _title(plan, group).height + _UNDER + max((_titles(plan, inner) for inner in plan.inner(group)), default=0)

"""Boxes in boxes: what holds what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from course.reading.pictures import outlines
from course.reading.pictures.boxes import Box, sized
from course.reading.pictures.fields import is_mapping, lines, look, short
from course.reading.pictures.shapes import WIDE, Rect, Words, put
from course.reading.pictures.words import Block, block
from labs.lab.nodes import Value

NEEDED, KNOWN = ("boxes",), ()
_PAD, _GAP, _TITLE = 14, 12, 8


@dataclass(frozen=True)
class Held:
    text: str
    note: str = ""
    look: str = "plain"
    boxes: tuple[Held, ...] = ()
    across: bool = False


@dataclass(frozen=True)
class Nest:
    boxes: tuple[Held, ...]


@dataclass(frozen=True)
class Holder:
    """A box with others in it: its words stand at its top left. ``depth`` from 0 at the outside."""

    look: str
    rect: Rect
    words: Words
    note: Words
    depth: int

    @property
    def outline(self) -> str:
        return outlines.outline("plain", self.rect)


@dataclass(frozen=True)
class Drawing:
    view: Rect
    holders: tuple[Holder, ...]
    boxes: tuple[Box, ...]


def read(found: dict[str, Value]) -> Nest:
    return Nest(_boxes(found["boxes"]))


def _boxes(value: Value) -> tuple[Held, ...]:
    boxes = tuple(_box(item) for item in value.items())
    if not boxes:
        raise value.error("at least one box is needed here")
    return boxes


def _box(value: Value) -> Held:
    if not is_mapping(value):
        return Held(lines(value))
    found = value.keys(needed=("text",), known=("note", "as", "boxes", "across"))
    inner = _boxes(found["boxes"]) if "boxes" in found else ()
    if "across" in found and not inner:
        raise found["across"].error("there are no boxes in it that could stand side by side")
    note = short(found["note"]) if "note" in found else ""
    return Held(lines(found["text"]), note, look(found.get("as")), inner, found["across"].boolean() if "across" in found else False)


def draw(nest: Nest) -> Drawing:
    """Outer boxes side by side where they fit, else one below the other. What is still too wide has its innermost boxes stacked."""
    wide, stacked = Held("", boxes=nest.boxes, across=True), Held("", boxes=tuple(_stacked(box) for box in nest.boxes))
    for outer, most in ((wide, 200), (wide, 140), (replace(wide, across=False), 200), (stacked, 200), (stacked, 140), (stacked, 105)):
        width, height = _inner_size(outer, most)
        if width <= WIDE:
            break
    parts = list(_inner(outer, Rect(0, 0, width, height), most, 0))
    holders = tuple(part for part in parts if isinstance(part, Holder))
    return Drawing(Rect(0, 0, width, height).grown(4), holders, tuple(part for part in parts if isinstance(part, Box)))


def _stacked(box: Held) -> Held:
    if any(inner.boxes for inner in box.boxes):
        return replace(box, boxes=tuple(_stacked(inner) for inner in box.boxes))
    return replace(box, across=False)


def _size(box: Held, most: int) -> tuple[int, int]:
    if not box.boxes:
        leaf = sized(box.text, box.note, box.look, most=most)
        return leaf.width, leaf.height
    width, height = _inner_size(box, most)
    title, note = _title(box, max(width, most))
    return max(width, title.width, note.width) + 2 * _PAD, height + 2 * _PAD + title.height + note.height + _TITLE


def _inner_size(box: Held, most: int) -> tuple[int, int]:
    sizes = [_size(inner, most) for inner in box.boxes]
    gaps = _GAP * (len(sizes) - 1)
    widths, heights = [width for width, _ in sizes], [height for _, height in sizes]
    return (sum(widths) + gaps, max(heights)) if box.across else (max(widths), sum(heights) + gaps)


def _title(box: Held, room: int) -> tuple[Block, Block]:
    return block(box.text, room, "text"), block(box.note, room, "note")


def _place(box: Held, rect: Rect, most: int, depth: int) -> Iterator[Box | Holder]:
    if not box.boxes:
        yield sized(box.text, box.note, box.look, most=most).at(rect)
        return
    text, note = _title(box, max(_inner_size(box, most)[0], most))
    words = put(text, rect.x + _PAD, rect.y + _PAD - 3, "start")
    under = put(note, rect.x + _PAD, words.rect.bottom, "start")
    yield Holder(box.look, rect, words, under, depth)
    top = under.rect.bottom + _TITLE
    yield from _inner(box, Rect(rect.x + _PAD, top, rect.width - 2 * _PAD, rect.bottom - _PAD - top), most, depth + 1)


def _inner(box: Held, room: Rect, most: int, depth: int) -> Iterator[Box | Holder]:
    """The boxes of ``box`` fill ``room``: what is left over is shared out among them."""
    sizes = [_size(inner, most) for inner in box.boxes]
    needed = sum(size[0 if box.across else 1] for size in sizes) + _GAP * (len(sizes) - 1)
    spare = max((room.width if box.across else room.height) - needed, 0)
    x, y = room.x, room.y
    for number, (inner, (width, height)) in enumerate(zip(box.boxes, sizes, strict=True)):
        more = spare * (number + 1) // len(sizes) - spare * number // len(sizes)
        if box.across:
            yield from _place(inner, Rect(x, y, width + more, room.height), most, depth)
            x += width + more + _GAP
        else:
            yield from _place(inner, Rect(x, y, room.width, height + more), most, depth)
            y += height + more + _GAP

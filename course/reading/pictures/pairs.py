"""Term by term: two columns, and what both are in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from course.reading.pictures import boxes
from course.reading.pictures.boxes import Box, Sized
from course.reading.pictures.fields import lines, short
from course.reading.pictures.shapes import WIDE, Rect, Words, around, put
from course.reading.pictures.words import Block, block
from labs.lab.nodes import Value

NEEDED, KNOWN = ("columns", "rows"), ("middle",)
_FITS = ((210, 150), (150, 120), (115, 100))
_MOST_IN_THE_MIDDLE = 60
_TIE, _GAP = 22, 10


@dataclass(frozen=True)
class Pairs:
    """``middle`` is empty, or has a text (which may be "") for each row."""

    columns: tuple[str, str]
    rows: tuple[tuple[str, str], ...]
    middle: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """``ties``: a line from box to box in each row, beneath the words."""

    view: Rect
    heads: tuple[Words, ...]
    boxes: tuple[Box, ...]
    ties: tuple[Rect, ...]
    words: tuple[Words, ...]


def read(found: dict[str, Value]) -> Pairs:
    rows = tuple(_two(row) for row in found["rows"].items())
    if not rows:
        raise found["rows"].error("at least one row is needed here")
    middle = tuple(_short_or_none(item) for item in found["middle"].items()) if "middle" in found else ()
    if middle and len(middle) != len(rows):
        raise found["middle"].error(f"{len(middle)} texts for {len(rows)} rows; each row needs one (\"\" for none)")
    return Pairs(_two(found["columns"]), rows, middle)


def _two(value: Value) -> tuple[str, str]:
    items = value.items()
    if len(items) != 2:
        raise value.error("two texts are needed here")
    return lines(items[0]), lines(items[1])


def _short_or_none(value: Value) -> str:
    return short(value, _MOST_IN_THE_MIDDLE) if value.text().strip() else ""


def draw(pairs: Pairs) -> Drawing:
    for most, between in _FITS:
        drawing = _draw(pairs, most, between)
        if drawing.view.width <= WIDE:
            break
    return drawing


def _draw(pairs: Pairs, most: int, between: int) -> Drawing:
    heads = [block(text, most, "frame") for text in pairs.columns]
    sizes = [[boxes.sized(text, most=most) for text in row] for row in pairs.rows]
    middle = [block(text, between, "label") for text in pairs.middle or [""] * len(sizes)]
    left, right = (max([heads[column].width + 8, *(row[column].width for row in sizes)]) for column in (0, 1))
    gap = max(text.width for text in middle)
    right_x = left + _TIE * 2 + gap + (12 if gap else 0)
    y = max(head.height for head in heads) + 6
    tops = tuple(put(head, x, y - 6 - head.height) for head, x in zip(heads, (left // 2, right_x + right // 2), strict=True))
    drawn, ties, words = [], [], []
    for row, text in zip(sizes, middle, strict=True):
        height = _height(row, text)
        drawn += [row[0].at(Rect(0, y, left, height)), row[1].at(Rect(right_x, y, right, height))]
        ties.append(Rect(left, y + height // 2, right_x - left, 0))
        words.append(put(text, (left + right_x) // 2, y + (height - text.height) // 2))
        y += height + _GAP
    view = around([*(box.rect for box in drawn), *(head.rect for head in tops)]).grown(6)
    return Drawing(view, tops, tuple(drawn), tuple(ties), tuple(one for one in words if one.lines))


def _height(row: Sequence[Sized], text: Block) -> int:
    return max([*(size.height for size in row), text.height + 8])

"""Labels of arrows: beside the line they belong to, on no box and no other label, and under no line where that can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from course.reading.pictures.flow import Link
from course.reading.pictures.shapes import Arrow, Rect, Words, put
from course.reading.pictures.words import Block, block

_PLACES = (50, 35, 65, 22, 78)
"""Where along a piece of the line, in percent."""
_STRICT = 2
"""How often the drawing is made wider before a label may lie over another arrow's line."""


def blocks(links: Sequence[Link], *, most: int) -> tuple[Block, ...]:
    return tuple(block(link.label, most, "label") for link in links)


def place(
    texts: Sequence[Block], arrows: Sequence[Arrow], boxes: list[Rect], titles: list[Rect], *, patience: int
) -> tuple[Words, ...] | None:
    """The words of the labels that there are, in order; None where one finds no place."""
    taken = [box.grown(2) for box in boxes] + titles
    found: dict[int, Words] = {}
    order = sorted(range(len(texts)), key=lambda number: len(list(_candidates(texts[number], arrows[number], boxes))) if texts[number].lines else 0)
    for number in order:
        if not texts[number].lines:
            continue
        words = _best(texts[number], arrows, number, taken, patience)
        if words is None:
            return None
        found[number] = words
        taken.append(words.rect.grown(1))
    return tuple(found[number] for number in sorted(found))


def _best(text: Block, arrows: Sequence[Arrow], number: int, taken: list[Rect], patience: int) -> Words | None:
    lines = [piece for arrow in arrows for piece in arrow.segments]
    own = arrows[number].segments
    over: Words | None = None
    for words in _candidates(text, arrows[number], taken):
        if not any(words.rect.touches(line) for line in lines):
            return words
        others = [line for line in lines if line not in own]
        if over is None and not any(words.rect.touches(line) for line in others):
            over = words
    if over is None and patience >= _STRICT:
        return next(_candidates(text, arrows[number], taken), None)
    return over if patience else None


def _candidates(text: Block, arrow: Arrow, taken: list[Rect]) -> Iterator[Words]:
    """Places clear of boxes and labels, the better ones first: along the longest piece, beside it and then on it."""
    pieces = sorted(arrow.segments, key=lambda piece: -(piece.width + piece.height))
    for on in (False, True):
        for piece in pieces:
            for percent in _PLACES:
                for words in _beside(text, piece, percent, on):
                    if not any(words.rect.touches(other) for other in taken):
                        yield words


def _beside(text: Block, piece: Rect, percent: int, on: bool) -> Iterator[Words]:
    x, y = piece.x + piece.width * percent // 100, piece.y + piece.height * percent // 100
    if on:
        yield put(text, x, y - text.height // 2)
    elif piece.height == 1:
        yield put(text, x, y - text.height - 3)
        yield put(text, x, y + 3)
    else:
        yield put(text, x + 6, y - text.height // 2, "start")
        yield put(text, x - 6, y - text.height // 2, "end")

"""Labels of arrows: beside the line they belong to, on no box and no other label, and on no line where that can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from course.reading.pictures.shapes import Arrow, Rect, Words, put
from course.reading.pictures.words import Block

_PLACES = (50, 38, 62, 26, 74, 14, 86)
"""Where along a piece of the line, in percent."""
_TRIES = 5_000


def place(
    texts: Sequence[Block], arrows: Sequence[Arrow], taken: Sequence[Rect], edges: Sequence[Rect], *, clear: str
) -> tuple[Words, ...] | None:
    """The words of the labels that there are, in order, clear of what is ``taken`` and of each other; None where that cannot be.

    ``clear``: "all" keeps a label off every arrow's line and off ``edges``, "others" lets it lie on its own line, "most" on any where it
    must, "nothing" on any.
    """
    pieces = [arrow.segments for arrow in arrows]
    options: dict[int, list[Words]] = {}
    for number, text in enumerate(texts):
        if text.lines:
            own = pieces[number] if clear == "all" else []
            lines = [*edges, *own, *(piece for other, some in enumerate(pieces) if other != number for piece in some)]
            found = [words for words in _candidates(text, arrows[number]) if not any(words.rect.touches(other) for other in taken)]
            good = [words for words in found if not any(words.rect.touches(line) for line in lines)]
            if clear in {"most", "nothing"}:
                rest = [words for words in found if words not in good]
                good = good + rest if clear == "nothing" else good or rest
            options[number] = good
    chosen = _choose(options)
    return None if chosen is None else tuple(chosen[number] for number in sorted(chosen))


def _choose(options: dict[int, list[Words]]) -> dict[int, Words] | None:
    """One of each, none touching another: the first that a search in depth finds, or None where it finds none in good time."""
    order = sorted(options, key=lambda number: len(options[number]))
    chosen: list[Words] = []
    ways = [iter(options[number]) for number in order[:1]]
    for _ in range(_TRIES):
        if len(chosen) == len(order):
            return dict(zip(order, chosen, strict=True))
        words = next((one for one in ways[-1] if not any(one.rect.grown(1).touches(other.rect) for other in chosen)), None)
        if words is not None:
            chosen.append(words)
            ways += [iter(options[number]) for number in order[len(chosen) : len(chosen) + 1]]
        elif not chosen:
            return None
        else:
            ways.pop()
            chosen.pop()
    return None


def _candidates(text: Block, arrow: Arrow) -> Iterator[Words]:
    """Places, the better ones first: along the longest piece, beside it and then on it."""
    pieces = sorted(arrow.segments, key=lambda piece: -(piece.width + piece.height))
    for on in (False, True):
        for piece in pieces:
            for percent in _PLACES:
                yield from _beside(text, piece, percent, on)


def _beside(text: Block, piece: Rect, percent: int, on: bool) -> Iterator[Words]:
    x, y = piece.x + piece.width * percent // 100, piece.y + piece.height * percent // 100
    if on:
        yield put(text, x, y - text.height // 2)
    elif piece.height == 1:
        yield put(text, x, y - text.height - 3)
        yield put(text, x, y + 4)
    else:
        yield put(text, x + 6, y - text.height // 2, "start")
        yield put(text, x - 6, y - text.height // 2, "end")

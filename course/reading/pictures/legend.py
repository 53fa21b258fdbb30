"""What the colours of a picture stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from course.reading.pictures.shapes import Rect, Words, put
from course.reading.pictures.words import block

_SWATCH, _GAP = 14, 18


@dataclass(frozen=True)
class Mark:
    """A swatch with its word; ``look`` is its class."""

    look: str
    rect: Rect
    words: Words


def legend(entries: Iterable[tuple[str, str]], x: int, y: int = 0) -> tuple[Mark, ...]:
    """Marks side by side from ``x``: (look, text) each."""
    marks = []
    for look, text in entries:
        words = put(block(text.replace("\n", " "), 400, "label"), x + _SWATCH + 6, y, "start")
        marks.append(Mark(look, Rect(x, y + 1, _SWATCH, _SWATCH), words))
        x = words.rect.right + _GAP
    return tuple(marks)

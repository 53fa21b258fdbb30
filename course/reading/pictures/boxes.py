"""Boxes sized to their text: nodes of flows, boxes of nests, actors of sequences."""

from __future__ import annotations

from dataclasses import dataclass

from course.reading.pictures import outlines
from course.reading.pictures.shapes import Rect, Words, put
from course.reading.pictures.words import Block, block

_LEAST, _STEP = 76, 8


@dataclass(frozen=True)
class Box:
    """As it is drawn."""

    look: str
    rect: Rect
    words: Words
    note: Words

    @property
    def outline(self) -> str:
        return outlines.outline(self.look, self.rect)

    @property
    def detail(self) -> str:
        return outlines.detail(self.look, self.rect, self.words.rect.y)


@dataclass(frozen=True)
class Sized:
    """A box that has no place yet."""

    look: str
    text: Block
    note: Block

    @property
    def gap(self) -> int:
        return 2 if self.note.lines else 0

    @property
    def width(self) -> int:
        """A multiple of _STEP: boxes of all but one width look like a mistake."""
        inner = max(self.text.width, self.note.width, _LEAST - 28) + 2 * outlines.room(self.look).side
        return -(-inner // _STEP) * _STEP

    @property
    def height(self) -> int:
        room = outlines.room(self.look)
        return -(-(room.top + self.text.height + self.gap + self.note.height + room.bottom) // 2) * 2

    def at(self, rect: Rect) -> Box:
        """In ``rect``, which may be larger than it needs."""
        room = outlines.room(self.look)
        spare = rect.height - (room.top + self.text.height + self.gap + self.note.height + room.bottom)
        words = put(self.text, rect.middle.x, rect.y + room.top + spare // 2)
        return Box(self.look, rect, words, put(self.note, rect.middle.x, words.rect.bottom + self.gap))


def sized(text: str, note: str = "", look: str = "plain", *, most: int = 220) -> Sized:
    """``most``: how wide its text may be before it is wrapped."""
    return Sized(look, block(text, most, "text"), block(note, max(most, 110), "note"))

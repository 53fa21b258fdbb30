"""How much room a text needs, near enough for boxes that fit, without a browser.

Readers' fonts differ from each other by more than a better table would gain.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SIZES = {"text": 14, "note": 12, "label": 12, "frame": 12}
"""Pixels of the classes ``p-text``, ``p-note``, ``p-label`` and ``p-frame`` in pictures.css; nothing is smaller than 12."""
LEADING = {"text": 19, "note": 16, "label": 16, "frame": 16}
# Advance widths in thousandths of the size: the wider of the usual sans-serif faces.
_WIDTHS = {
    **dict.fromkeys("ijl'|", 270),
    **dict.fromkeys(" .,:;!ftI/\\[]()", 330),
    **dict.fromkeys("r-`\"{}*°·", 400),
    **dict.fromkeys("csxzkvyJ?", 530),
    **dict.fromkeys("ABEKPSVXYTZLF&", 680),
    **dict.fromkeys("CDGHNOQRUw", 750),
    **dict.fromkeys("mM%→←↔…—", 900),
    **dict.fromkeys("W@", 1000),
}
_OTHER, _HANGUL, _WIDE = 585, 930, 1000
_WEIGHTS = {"text": 1.03, "frame": 1.06}
_LONG = 125


def width(text: str, kind: str = "text") -> int:
    """Pixels that ``text`` takes on one line in the face of ``kind``, a key of SIZES."""
    units = sum(_units(character) for character in unicodedata.normalize("NFC", text))
    return math.ceil(units * SIZES[kind] / 1000 * _WEIGHTS.get(kind, 1))


def _units(character: str) -> int:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _HANGUL if "가" <= character <= "힣" else _WIDE
    return _OTHER


def wrap(text: str, most: int, kind: str = "text") -> tuple[str, ...]:
    """Lines of ``text`` no wider than ``most`` where its spaces allow it. A line break in the text stays one."""
    return tuple(line for part in text.split("\n") for line in _wrap_line(part, most, kind))


def _wrap_line(text: str, most: int, kind: str) -> list[str]:
    """As few lines as can be, and these as even as can be: a last line of one short word looks forgotten."""
    pieces = [piece for word in text.split() for piece in _pieces(word, most, kind)]
    if not pieces:
        return [""]
    full = _fill(pieces, most, kind)
    while len(full) > 1:
        most -= 4
        tighter = _fill(pieces, most, kind)
        if len(tighter) > len(full) or max(width(line, kind) for line in tighter) > most:
            break
        full = tighter
    return full


def _pieces(word: str, most: int, kind: str) -> list[tuple[str, str]]:
    """The word as it may be broken, each piece with what goes before it in a line: one that is too wide gives way after - / _ : and dots,
    and a long one before capitals."""
    wide = width(word, kind)
    if wide <= most:
        return [(" ", word)]
    parts = re.split(r"(?<=[-/_:.])(?=\w)|(?<=[a-z])(?=[A-Z])" if wide > _LONG else r"(?<=[-/_:.])(?=\w)", word)
    return [(" " if number == 0 else "", part) for number, part in enumerate(parts)]


def _fill(pieces: Iterable[tuple[str, str]], most: int, kind: str) -> list[str]:
    lines: list[str] = []
    for glue, piece in pieces:
        if lines and width(f"{lines[-1]}{glue}{piece}", kind) <= most:
            lines[-1] += glue + piece
        else:
            lines.append(piece)
    return lines


@dataclass(frozen=True)
class Block:
    """Lines of one kind, one below the other."""

    lines: tuple[str, ...]
    kind: str

    @property
    def width(self) -> int:
        return max((width(line, self.kind) for line in self.lines), default=0)

    @property
    def height(self) -> int:
        return LEADING[self.kind] * len(self.lines)


def block(text: str, most: int, kind: str = "text") -> Block:
    """``text`` wrapped at ``most`` pixels; no lines where there is no text."""
    return Block(wrap(text, most, kind) if text.strip() else (), kind)

"""A pattern is text with holes: ``bash: {name}: command not found``.

What it is held against is hostile, and a regular expression can be made to run for minutes. Text with holes is found from left to
right, each piece once, so it takes no longer than reading the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HOLE = re.compile(r"\{([a-z_]+)\}")
_LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Pattern:
    """``pieces`` stand in a line in this order, with one hole (at least one character) between each two of them."""

    pieces: tuple[str, ...]
    holes: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Pattern:
        parts = HOLE.split(text)
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    @property
    def letters(self) -> int:
        """So many characters of it are not holes."""
        return sum(len(piece.strip()) for piece in self.pieces)

    def match(self, line: str) -> dict[str, str] | None:
        """What stands in the holes; None where the line is another. The shortest texts that do, from the left."""
        first, *rest = self.pieces
        start = line.find(first)
        if start < 0:
            return None
        at = start + len(first)
        found: dict[str, str] = {}
        for name, piece in zip(self.holes, rest, strict=True):
            end = line.find(piece, at + 1) if piece else len(line)
            if end <= at:
                return None
            found[name] = shown(line[at:end])
            at = end + len(piece)
        return found


def shown(text: str) -> str:
    """One line of what a program printed, short, without anything that moves what stands around it."""
    text = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"

"""What an author is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class LabError(Exception):
    """A lab's folder is not right; ``path`` and ``line`` (from 1; 0: the file as a whole) say where, ``message`` what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path, self.line, self.message = path, line, message


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean “minutes”?``, or the list of what there is when nothing is near."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean “{near[0]}”?" if near else f"; there is {', '.join(known) or 'nothing here'}"

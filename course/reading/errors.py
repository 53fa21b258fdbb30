"""What an author of notes is told: file, line and a sentence, in the shape that authors of labs know."""

from __future__ import annotations

from collections.abc import Iterable

from labs.lab.errors import LabError, did_you_mean

NoteError = LabError
"""Has ``path``, ``line`` (from 1; 0: the file as a whole) and ``message``. The shared readers of files raise it under its first name."""


def near(word: str, known: Iterable[str]) -> str:
    """``; did you mean “codedeploy”?``; nothing when nothing is near: there are many notes."""
    text = did_you_mean(word, known)
    return text if text.endswith("?") else ""


__all__ = ["NoteError", "did_you_mean", "near"]

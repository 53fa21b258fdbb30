"""What an author of notes is told: file, line and a sentence, in the shape that authors of labs know."""

from __future__ import annotations

from labs.lab.errors import LabError, did_you_mean

NoteError = LabError
"""Has ``path``, ``line`` (from 1; 0: the file as a whole) and ``message``. The shared readers of files raise it under its first name."""

__all__ = ["NoteError", "did_you_mean"]

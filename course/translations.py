"""Compiled translations: made from course/locale/*.po where the site runs, with polib, so that no host needs gettext.

They are kept in the install's folder of run-time files, because the source may belong to somebody else or be read-only.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import polib
from django.conf import settings


def sources() -> list[Path]:
    """Every language's .po file."""
    return sorted((settings.BASE_DIR / "course" / "locale").glob("*/LC_MESSAGES/*.po"))


def compiled(path: Path) -> Path:
    """Where ``path``, a .po file, is compiled to."""
    return Path(settings.LOCALE_PATHS[0], *path.parts[-3:]).with_suffix(".mo")


def compile_all() -> list[Path]:
    """Compile what is missing or older than its source. Returns what was written. Raises OSError where that is not allowed."""
    return [_compile(path) for path in sources() if _stale(path)]


def compile_if_possible() -> None:
    """For start-up: where nothing can be written the site speaks English."""
    with contextlib.suppress(OSError):
        compile_all()


def _stale(path: Path) -> bool:
    target = compiled(path)
    return not target.exists() or target.stat().st_mtime < path.stat().st_mtime


def _compile(path: Path) -> Path:
    target = compiled(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Several processes start at once (worker, beat, server): each writes a file of its own and the last rename wins.
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        polib.pofile(str(path), encoding="utf-8").save_as_mofile(name)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target

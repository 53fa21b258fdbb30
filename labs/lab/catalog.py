"""The labs there are, read again when an author changes them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from labs.lab.errors import LabError
from labs.lab.loader import load, members
from labs.lab.model import Lab


def folders() -> list[Path]:
    root = Path(settings.SANDBOX_CATALOG)
    return sorted(path.parent for path in root.glob("*/lab.yaml"))


def get(name: str) -> Lab:
    """Raises KeyError where there is no such lab, LabError where it is not right."""
    folder = Path(settings.SANDBOX_CATALOG) / name
    if "/" in name or name.startswith(".") or not (folder / "lab.yaml").is_file():
        raise KeyError(name)
    return _cached(folder, _stamp(folder))


def everything() -> tuple[list[Lab], list[LabError]]:
    """The labs that are right, in the catalogue's order, and what is wrong with the others."""
    labs, errors = [], []
    for folder in folders():
        try:
            labs.append(get(folder.name))
        except LabError as error:
            errors.append(error)
    return sorted(labs, key=lambda lab: (lab.order, lab.name)), errors


@lru_cache(maxsize=64)
def _cached(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Lab:
    return load(folder)


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when any file of the lab does; a stat a file."""
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in members(folder))

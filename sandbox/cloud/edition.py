"""Which simulation an account was frozen by: a frozen root says it first. Light, so that a worker can tell without loading moto."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

SCHEMA = 2
MAGIC = b"sandbox-cloud\n"
_LONGEST = 4096


class StateVersionError(Exception):
    """A root of another moto, Python, cryptography or schema. ``found`` and ``wanted`` are the two tags."""

    def __init__(self, found: dict[str, Any], wanted: dict[str, Any]) -> None:
        super().__init__(f"the account was frozen by {found}, this is {wanted}")
        self.found = found
        self.wanted = wanted


@cache
def tag() -> dict[str, Any]:
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"schema": SCHEMA, "python": minor, "moto": version("moto"), "cryptography": version("cryptography")}


def name() -> str:
    """The tag in a line: ``schema 1 python 3.11 moto 5.2.5 cryptography 46.0.1``."""
    return " ".join(f"{key} {value}" for key, value in tag().items())


def head() -> bytes:
    """What a root begins with."""
    return MAGIC + json.dumps(tag(), sort_keys=True).encode() + b"\n"


def require(root: bytes) -> bytes:
    """What follows the head of ``root`` (which may be cut off anywhere after it). Raises StateVersionError where it is another's."""
    line, _, rest = root.removeprefix(MAGIC).partition(b"\n")
    try:
        found = json.loads(line) if root.startswith(MAGIC) else {"schema": None}
    except ValueError:
        found = {"schema": None}
    if found != tag():
        raise StateVersionError(found, tag())
    return rest


def require_file(path: Path) -> None:
    """``require`` of a file. A file that can't be read is left to who thaws it."""
    try:
        with path.open("rb") as file:
            start = file.read(_LONGEST)
    except OSError:
        return
    require(start)

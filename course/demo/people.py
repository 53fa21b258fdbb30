"""The thirty, as ``people.yaml`` has them. The first of each script plays it; the others share what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from course.demo import scripts

FILE = Path(__file__).parent / "people.yaml"


@dataclass(frozen=True, slots=True)
class Role:
    """``until``: a mark of the script, empty: to its end; ``ago``: minutes since they last did something; ``pace``: 2 is half as fast;
    ``here``: has the page open; ``asks``: a question that is open."""

    role: str
    name: str
    script: str
    language: str = "ko"
    until: str = ""
    ago: int = 60
    pace: float = 1.0
    here: bool = False
    asks: str = ""

    @property
    def since(self) -> timedelta:
        return timedelta(minutes=self.ago)


@cache
def everybody() -> list[Role]:
    """In the order in which they appear: script by script, who plays it first."""
    rows: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
    roles = [Role(**row) for row in rows]
    order = list(dict.fromkeys(one.script for one in roles))
    return sorted(roles, key=lambda one: order.index(one.script))


def plays(role: Role) -> bool:
    return next(one for one in everybody() if one.script == role.script) == role


def script_of(role: Role) -> scripts.Script:
    return scripts.load(role.script)


def script_names() -> list[str]:
    return list(dict.fromkeys(one.script for one in everybody()))

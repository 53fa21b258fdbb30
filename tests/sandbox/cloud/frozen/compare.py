"""Whether two processes said the same, and whether the inventory named what a module expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from sandbox.cloud.changes import diff

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
Window = list[float]


def differences(one: Any, other: Any, when: Window, then: Window, path: str = "") -> Iterator[str]:
    """Where two answers differ. A moment of the looking itself (some answers say "now") is the same as one of the other looking."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), when, then, f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, when, then, f"{path}[{number}]")
    elif one != other and not (_within(one, when) and _within(other, then)):
        yield f"{path}: {one!r} != {other!r}"


def _within(value: Any, window: Window) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return window[0] - 1 <= moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() <= window[1] + 1


def unmatched(before: Any, after: Any, service: str, change: str, expected: dict[str, list[str]]) -> list[str]:
    """Rows that no pattern expects, and patterns for which there is no row."""
    rows = [row for row in diff(before, after) if row["service"] == service and row["change"] == change]
    wrong = []
    for kind in sorted({row["kind"] for row in rows} | expected.keys()):
        patterns = list(expected.get(kind, ()))
        for name in sorted(row["name"] for row in rows if row["kind"] == kind):
            match = next((pattern for pattern in patterns if fnmatchcase(name, pattern)), None)
            if match is None:
                wrong.append(f"{change} {kind} {name} is not expected")
            else:
                patterns.remove(match)
        wrong += [f"{change} {kind} {pattern} is missing" for pattern in patterns]
    return wrong

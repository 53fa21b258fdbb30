"""Where in the universe the thing is that will not be frozen, in words an operator can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_DEEPEST = 40


class FreezeError(Exception):
    """Something that no pickle can carry. ``path`` leads to it: ``sqs['1112…']['us-east-1'].queues['work']._socket``."""

    def __init__(self, path: str, thing: Any, why: str) -> None:
        super().__init__(f"{path} ({type(thing).__module__}.{type(thing).__qualname__}): {why}")
        self.path = path


def blame(universe: dict[str, Any], pickle: Callable[[Any], Any]) -> FreezeError | None:
    """The deepest thing for which ``pickle`` raises what it does for the whole; None where each part by itself is fine."""
    path, thing, why = "", universe, ""
    for _ in range(_DEEPEST):
        found = next(((step, part, said) for step, part in _parts(thing) if (said := _said(part, pickle)) and said == (why or said)), None)
        if found is None:
            break
        step, thing, why = found
        path += step
    return FreezeError(path, thing, why) if path else None


def _said(part: Any, pickle: Callable[[Any], Any]) -> str:
    try:
        pickle(part)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, dict):
        yield from ((f"[{key!r}]", value) for key, value in dict.items(thing))
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from ((f"[{number}]", value) for number, value in enumerate(thing))
    yield from ((f".{name}", value) for name, value in getattr(thing, "__dict__", {}).items())

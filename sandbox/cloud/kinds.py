"""Kinds of resources: where moto keeps them and what they are called. The list of them is kinds_table.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from sandbox.cloud import kinds_rules
from sandbox.cloud.kinds_table import KINDS


class Place(NamedTuple):
    """Where a path led: the keys (of a list its items) and the things passed at each ``*``, and the thing itself."""

    keys: tuple[Any, ...]
    up: tuple[Any, ...]
    it: Any


@dataclass(frozen=True, slots=True)
class Kind:
    """``beside``: attributes that are not the resource's own, because they are listed as resources themselves.

    Rules (kinds_rules.py), each called with the backend and the place: ``only`` says which things count, ``given`` which a region has
    before anybody asks; ``more`` adds to the fingerprint, ``show`` replaces what it is of; ``names`` spells the name.
    """

    word: str
    path: tuple[str, ...]
    name: str
    beside: frozenset[str]
    rules: dict[str, Callable[[Any, Place], Any]]

    def called(self, backend: Any, place: Place) -> str:
        if "names" in self.rules:
            return str(self.rules["names"](backend, place))
        return self.name.format(*place.keys, up=place.up, it=place.it) if self.name else str(place.keys[-1])

    def find(self, backend: Any, *, elsewhere: bool) -> Iterator[Place]:
        """``elsewhere``: the region is not the account's own."""
        only, given = self.rules.get("only"), self.rules.get("given") if elsewhere else None
        for place in _walk(backend, self.path):
            if (only is None or only(backend, place)) and not (given and given(backend, place)):
                yield place


@cache
def kinds(service: str) -> tuple[Kind, ...]:
    """The kinds of a service by its name in the AWS CLI; empty for a service of which nothing is listed."""
    parsed = [_parse(line) for line in KINDS.get(service, "").strip().splitlines()]
    return tuple(replace(kind, beside=_beside(kind.path, parsed)) for kind in parsed if kind.word != "-")


def _parse(line: str) -> Kind:
    """``word: path [name] [rule=function …]``; raises AttributeError for a function that is not there."""
    word, _, rest = line.strip().partition(": ")
    path, *others = rest.split()
    rules = {key: getattr(kinds_rules, value) for key, _, value in (one.partition("=") for one in others if "=" in one)}
    name = next((one for one in others if "=" not in one), "")
    return Kind(word, tuple(path.split(".")), name, frozenset(), rules)


def _beside(path: tuple[str, ...], every: list[Kind]) -> frozenset[str]:
    return frozenset(one.path[len(path)] for one in every if len(one.path) > len(path) and one.path[: len(path)] == path)


def _walk(backend: Any, path: tuple[str, ...]) -> list[Place]:
    places = [Place((), (), backend)]
    for step in path:
        places = [further for place in places for further in _step(place, step)]
    return [place for place in places if place.it is not None]


def _step(place: Place, step: str) -> Iterator[Place]:
    it = place.it
    if step not in ("*", "**"):
        yield Place(place.keys, place.up, dict.get(it, step) if isinstance(it, dict) else getattr(it, step, None))
        return
    # Some of moto's dictionaries show only a part of themselves through their own methods.
    entries = dict.items(it) if isinstance(it, dict) else ((one, one) for one in it or ())
    for key, value in list(entries):
        further = Place((*place.keys, key), (*place.up, value), value)
        if step == "**" and isinstance(value, dict):
            yield from _step(further, "**")
        else:
            yield further

"""Which labs are of somebody's course, in which order, and until when. Labs do not know who takes which: the site says (LABS_PLAN)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of all names, in an order of their own. ``names`` None: all there are, as they come."""

    names: tuple[str, ...] | None = None

    def __contains__(self, name: str) -> bool:
        return self.names is None or name in self.names

    def arranged(self, items: Iterable[One], name: Callable[[One], str]) -> list[One]:
        """In this order; those outside of it last, as they came."""
        place = {one: at for at, one in enumerate(self.names or ())}
        return sorted(items, key=lambda item: place.get(name(item), len(place)))


ALL = Selection()


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    over: bool


class Plan(Protocol):
    """What a learner is to see of the labs. What they have begun they see besides."""

    labs: Selection

    def due(self, lab: str) -> Due | None: ...


def of(user: Any) -> Plan:
    found: Plan = import_string(settings.LABS_PLAN)(user)
    return found

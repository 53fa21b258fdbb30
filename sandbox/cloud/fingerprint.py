"""What a resource is, as a short text that changes when what a learner can see of it does, and at no other time."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import weakref
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.iam.models import AWSManagedPolicy
from moto.moto_api._internal.managed_state_model import ManagedState

# What a mere look or use moves, and counts that follow from other resources.
_VOLATILE = frozenset(
    ("last_used", "last_used_region", "password_last_used", "lock", "attachment_count", "_subnet_ip_generator", "_unused_ips",
     "_subnet_ips", "reserved_ips", "_available_ip_addresses", "_DockerModel__docker_client",
     "first_event_timestamp", "last_event_timestamp", "_parsed_outputs", "latest_delivery_time", "latest_delivery_attempt",
     "_tick", "_time_progressed", "_transitions")
)  # fmt: skip
_DEPTH = 12  # deeper than any resource; a guard, for what moto may bring
_PROXIES = (weakref.ProxyType, weakref.CallableProxyType)

_SCALARS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((datetime, date), lambda value: value.isoformat()),
    (bytes, lambda value: hashlib.sha256(value).hexdigest()),
    (Enum, lambda value: str(value.value)),
    # A network remembers in its attributes what it was once asked: only what it is counts.
    ((ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network), str),
    ((AWSManagedPolicy,), lambda value: value.arn),
    ((BaseBackend, BackendDict, AccountSpecificBackend), lambda value: ""),
)


class Describer:
    """Describes resources to ``fingerprint``; ``names`` (of objects by identity) are those told of by name where others hold them."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._open: list[int] = []

    def fingerprint(self, things: list[Any], beside: Collection[str], more: Any) -> str:
        """16 hexadecimal digits. ``beside`` are the attributes of things that are not told of; ``more`` is told as it is."""
        told = [self._attributes(one, beside, 0) if hasattr(one, "__dict__") else self._compound(one, 0) for one in things]
        return hashlib.sha256(json.dumps([told, self._plain(more, 1)], sort_keys=True).encode()).hexdigest()[:16]

    def _plain(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, _PROXIES):
            value = value.__init__.__self__  # type: ignore[attr-defined]
        if id(value) in self._names:
            return self._names[id(value)]
        for kinds, spell in _SCALARS:
            if isinstance(value, kinds):
                return spell(value)
        if depth > _DEPTH or id(value) in self._open:
            return type(value).__name__
        self._open.append(id(value))
        try:
            return self._compound(value, depth)
        finally:
            self._open.pop()

    def _compound(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            found = {str(key): self._plain(item, depth + 1) for key, item in dict.items(value)}
            # Some of moto's dictionaries carry attributes of their own.
            return [found, self._attributes(value, (), depth)] if getattr(value, "__dict__", None) else found
        if isinstance(value, list | tuple):
            return [self._plain(item, depth + 1) for item in value]
        if isinstance(value, set | frozenset):
            return sorted(json.dumps(self._plain(item, depth + 1), sort_keys=True) for item in value)
        if isinstance(value, bool | int | float | str) or value is None:
            return value
        return self._attributes(value, (), depth)

    def _attributes(self, value: Any, beside: Collection[str], depth: int) -> dict[str, Any]:
        skipped = {*beside, "_status"} if isinstance(value, ManagedState) else beside
        return {
            name: self._plain(item, depth + 1)
            for name, item in getattr(value, "__dict__", {}).items()
            if not name.endswith("backend") and name not in _VOLATILE and name not in skipped
        }

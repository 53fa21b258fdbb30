"""What there is in an account, resource by resource, each with a fingerprint that changes when the resource does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict

from sandbox.cloud.changes import Inventory
from sandbox.cloud.fingerprint import Describer
from sandbox.cloud.kinds import Kind, Place, kinds


@dataclass(slots=True)
class _Resource:
    """Several places where AWS counts many things as one: the points of a metric."""

    kind: Kind
    backend: Any
    places: list[Place] = field(default_factory=list)


def inventory(account: str, home: str) -> Inventory:
    """service → kind → name → fingerprint for one account. Names in another region than ``home`` are prefixed ``region/``."""
    found: dict[tuple[str, str, str], _Resource] = {}
    for service, region, backend in _backends(account):
        elsewhere = region not in ("aws", home)
        for kind in kinds(service):
            for place in kind.find(backend, elsewhere=elsewhere):
                name = f"{region}/" * elsewhere + kind.called(backend, place)
                found.setdefault((service, kind.word, name), _Resource(kind, backend)).places.append(place)
    describer = Describer({id(place.it): f"{word} {name}" for (_, word, name), one in found.items() for place in one.places})
    result: Inventory = {}
    for (service, word, name), one in found.items():
        result.setdefault(service, {}).setdefault(word, {})[name] = _fingerprint(describer, one)
    return result


def _fingerprint(describer: Describer, one: _Resource) -> str:
    rules, backend = one.kind.rules, one.backend
    if "show" in rules:
        return describer.fingerprint([], (), [rules["show"](backend, place) for place in one.places])
    more = [rules["more"](backend, place) for place in one.places] if "more" in rules else []
    return describer.fingerprint([place.it for place in one.places], one.kind.beside, [_tags(backend, one.places[0]), more])


def _tags(backend: Any, place: Place) -> Any:
    """Most backends keep tags apart, by ARN, id or name."""
    tagger = getattr(backend, "tagger", None) or getattr(backend, "tagging_service", None)
    if tagger is None:
        return None
    found = [*place.keys[-1:], *(getattr(place.it, name, None) for name in ("arn", "id", "name", "alarm_arn", "rule_arn"))]
    keys = sorted({key for key in found if isinstance(key, str)})
    return [tags for key in keys if (tags := tagger.get_tag_dict_for_resource(key))]


def _backends(account: str) -> Iterator[tuple[str, str, Any]]:
    instances: list[Any] = BackendDict._instances  # type: ignore[misc]
    for group in list(instances):
        module = group.backend.__module__.split(".")[1]
        if account in group:
            for region, backend in dict(group[account]).items():
                yield "lambda" if module == "awslambda" else module, region, backend

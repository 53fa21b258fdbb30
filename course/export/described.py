"""Reads the dataclasses of ``course.export.rows``: their fields' words, and each as a JSON Schema."""

from __future__ import annotations

import dataclasses
import types
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from django.utils.translation import gettext

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
}


@dataclass(frozen=True, slots=True)
class Field:
    """``english`` says what it is."""

    name: str
    kind: Any
    english: str

    @property
    def words(self) -> str:
        return gettext(self.english)


@cache
def fields(row: Any) -> tuple[Field, ...]:
    """In their order. Raises AssertionError for a field that says nothing of itself."""
    hints = get_type_hints(row, include_extras=True)
    found = []
    for one in dataclasses.fields(row):
        assert get_origin(hints[one.name]) is Annotated, f"{row.__name__}.{one.name} has no words"  # noqa: S101 - seen by any import
        kind, words = get_args(hints[one.name])
        found.append(Field(one.name, kind, words))
    return tuple(found)


def about(row: Any) -> str:
    return (row.__doc__ or "").strip()


def schema(row: Any) -> dict[str, Any]:
    """Every field is always there, and nothing else is."""
    known = fields(row)
    return {
        "type": "object",
        "description": about(row),
        "properties": {one.name: {**_schema(one.kind), "description": one.english} for one in known},
        "required": [one.name for one in known],
        "additionalProperties": False,
    }


def _schema(kind: Any) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"type": "string", "enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _schema(inner[0])}
    if origin in {Union, types.UnionType}:
        found = [_schema(one) for one in inner]
        names = [one["type"] for one in found]
        return {**{key: value for one in found for key, value in one.items()}, "type": names}
    return _PLAIN[kind]


def plain(row: Any) -> dict[str, Any]:
    """As JSON has it: moments in ISO 8601, UTC."""
    kind: Any = type(row)
    return {one.name: _plain(getattr(row, one.name)) for one in fields(kind)}


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value  # a datetime is a date

"""Rows as text, piece by piece: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from course.export import described

_BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(row: type, pieces: Iterable[list[Any]]) -> Iterator[str]:
    """``pieces``: lists of instances of ``row``. The first line names the fields."""
    names = [one.name for one in described.fields(row)]
    yield _BOM + _lines([names])
    for piece in pieces:
        yield _lines([[cell(getattr(one, name)) for name in names] for one in piece])


def cell(value: Any) -> str:
    """As a spreadsheet is to show it. What somebody typed must not become a formula there: an apostrophe before it says that it is text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, int):
        return str(value)
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _lines(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def as_json(pieces: Iterable[list[Any]]) -> Iterator[str]:
    """One list; an item a line, so that one can look into it."""
    before = "[\n"
    for piece in pieces:
        yield before + ",\n".join(_json(one) for one in piece)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _json(row: Any) -> str:
    return json.dumps(described.plain(row), ensure_ascii=False)

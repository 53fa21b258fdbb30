"""What was measured, and how it is told: as a table and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` is the median of ``count`` (or the one figure there is), ``p95`` beside it, both in ``unit``. ``limit``: the target;
    ``at_least``: which way it is meant. ``failed``: why it counts for
    nothing. ``beside``: what else was seen, by name."""

    name: str
    what: str
    unit: str
    value: float
    limit: float | None = None
    p95: float | None = None
    count: int = 1
    at_least: bool = False
    failed: str = ""
    beside: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        if self.limit is None or self.failed:
            return False if self.failed else None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "what": self.what, "unit": self.unit, "value": round(self.value, 3), "count": self.count,
            "p95": None if self.p95 is None else round(self.p95, 3), "limit": self.limit, "at_least": self.at_least,
            "met": self.met, "failed": self.failed, "beside": self.beside,
        }  # fmt: skip


def of_times(name: str, what: str, seconds: Sequence[float], limit: float | None, **beside: Any) -> Figure:
    """Median and p95 of times, in milliseconds."""
    return Figure(name, what, "ms", median(seconds) * 1000, limit, p95(seconds) * 1000, len(seconds), beside=beside)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The smallest value that 95 % do not exceed."""
    in_order = sorted(values)
    return in_order[min(len(in_order) - 1, -(-len(in_order) * 95 // 100) - 1)]


def table(figures: Sequence[Figure]) -> str:
    rows = [("what", "target", "figure", "p95", "n", ""), *map(_row, figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(6)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def line(figure: Figure) -> str:
    return "  ".join(filter(None, _row(figure)))


def _row(figure: Figure) -> tuple[str, ...]:
    target = "" if figure.limit is None else f"{'≥' if figure.at_least else '≤'} {_number(figure.limit)} {figure.unit}"
    late = "" if figure.p95 is None else _number(figure.p95)
    return figure.what, target, f"{_number(figure.value)} {figure.unit}", late, str(figure.count), "; ".join(_told(figure))


def _told(figure: Figure) -> list[str]:
    missed = f"missed by {_number(abs(figure.value - (figure.limit or 0)))} {figure.unit}"
    verdict = {None: [], True: ["met"], False: [figure.failed or missed]}[figure.met]
    beside = ", ".join(f"{name} {_number(value)}" for name, value in figure.beside.items())
    return [*verdict, beside] if beside else verdict


def _number(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"

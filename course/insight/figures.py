"""What is made of what was read: rates, medians, groups. Pure functions; times are seconds."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSE = timedelta(minutes=10)
"""A longer pause between two things that somebody did counts as this long: so does the lab's own clock (labs.pace)."""
FEW = 3
"""Of fewer learners no median is told, and no error's words."""
QUARTILES_FROM = 5
PERCENT_FROM = 10
"""Of fewer “3 of 4” says more than “75 %”."""
MOST_ERRORS = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the times of ``count`` learners; nothing but the count is known where they are too few."""

    count: int
    median: float | None = None
    low: float | None = None
    high: float | None = None
    least: float | None = None
    most: float | None = None


def spread(times: Sequence[float]) -> Spread:
    if len(times) < FEW:
        return Spread(len(times))
    median = statistics.median(times)
    if len(times) < QUARTILES_FROM:
        return Spread(len(times), median)
    low, _middle, high = statistics.quantiles(times, n=4, method="inclusive")
    return Spread(len(times), median, low, high, min(times), max(times))


def percent(part: int, of: int) -> int | None:
    """None where so few would make it look more exact than it is."""
    return round(100 * part / of) if of >= PERCENT_FROM else None


def active(began: datetime, ended: datetime, moments: Iterable[datetime]) -> float:
    """Seconds between the two, where ``moments`` say when something was done; long pauses are cut to ``PAUSE``."""
    total, before = timedelta(), began
    for moment in [*sorted(one for one in moments if began < one < ended), ended]:
        total += min(moment - before, PAUSE)
        before = moment
    return total.total_seconds()


@dataclass(frozen=True, slots=True)
class Failure:
    """A command that failed: whose, in which step, what it showed. ``mistake``: an entry of the table; else ``shape`` of ``line``."""

    learner: int
    step: str
    typed: str
    line: str
    shape: str
    mistake: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return ("mistake", self.mistake) if self.mistake else ("shape", self.shape)


@dataclass(frozen=True, slots=True)
class Group:
    """An error that several learners met. ``typed``, ``line``: one example, the one whose words are commonest."""

    mistake: str
    shape: str
    learners: int
    times: int
    typed: str
    line: str


@dataclass(frozen=True, slots=True)
class Errors:
    """``groups``: the commonest; ``others``: so many more kinds, each met by too few to be shown, or less common."""

    groups: tuple[Group, ...] = ()
    others: int = 0


def grouped(failures: Iterable[Failure]) -> Errors:
    """By how many learners met each, then by how often. What fewer than ``FEW`` met is counted and not shown."""
    kinds: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for one in failures:
        kinds[one.key].append(one)
    groups = [_group(found) for found in kinds.values()]
    shown = sorted((one for one in groups if one.learners >= FEW), key=lambda one: (-one.learners, -one.times, one.shape))[:MOST_ERRORS]
    return Errors(tuple(shown), len(groups) - len(shown))


def _group(found: list[Failure]) -> Group:
    example = _commonest(found)
    learners = {one.learner for one in found}
    return Group(example.mistake, example.shape, len(learners), len(found), example.typed, example.line)


def _commonest(found: list[Failure]) -> Failure:
    counts: dict[str, int] = defaultdict(int)
    for one in found:
        counts[one.typed] += 1
    return max(reversed(found), key=lambda one: counts[one.typed])


def on_axis(value: float, most: float) -> float:
    """Where it stands on an axis from 0 to ``most``, in thousandths."""
    return round(1000 * min(value, most) / most, 1) if most > 0 else 0.0


def axis(most: float) -> tuple[float, tuple[float, ...]]:
    """A round end that is not below ``most``, and where to put marks: in seconds, minutes or hours as people count them."""
    for step in (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800):
        if most <= step * 4:
            end = step * max(1, -(-most // step))
            return end, tuple(at * step for at in range(int(end // step) + 1))
    return most, (0, most)

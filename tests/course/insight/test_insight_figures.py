"""Medians, rates and groups; what is told of few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from course.insight import figures
from course.insight.figures import Failure, Spread

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_of_few_no_median_is_told() -> None:
    assert figures.spread([]) == Spread(0)
    assert figures.spread([1, 2]) == Spread(2)
    assert figures.spread([1, 5, 9]) == Spread(3, 5)
    assert figures.spread([1, 2, 3, 4, 5]) == Spread(5, 3, 2, 4, 1, 5)


@pytest.mark.parametrize(("part", "of", "expected"), [(3, 4, None), (9, 9, None), (5, 10, 50), (2, 30, 7), (0, 0, None)])
def test_of_few_no_per_cent(part: int, of: int, expected: int | None) -> None:
    assert figures.percent(part, of) == expected


def test_pauses_are_cut() -> None:
    assert figures.active(at(0), at(8), []) == 8 * 60
    assert figures.active(at(0), at(600), []) == 10 * 60
    assert figures.active(at(0), at(600), [at(5), at(595)]) == (5 + 10 + 5) * 60
    # What was done before, or after, is none of the step's.
    assert figures.active(at(0), at(8), [at(-5), at(9)]) == 8 * 60


def failure(learner: int, shape: str = "x", mistake: str = "", typed: str = "ls") -> Failure:
    return Failure(learner, "make", typed, f"{shape} line", shape, mistake)


def test_what_few_met_is_counted_and_not_shown() -> None:
    found = figures.grouped([failure(1, "a"), failure(1, "a"), failure(1, "a"), failure(2, "a"), failure(3, "b")])
    assert found.groups == ()
    assert found.others == 2


def test_the_commonest_come_first_by_learners_not_by_times() -> None:
    often = [failure(learner, "often") for learner in (1, 2, 3) for _ in range(9)]
    many = [failure(learner, "many") for learner in (1, 2, 3, 4)]
    found = figures.grouped([*often, *many])
    assert [(one.shape, one.learners, one.times) for one in found.groups] == [("many", 4, 4), ("often", 3, 27)]


def test_a_mistake_is_one_whatever_was_printed() -> None:
    found = figures.grouped([failure(learner, f"shape {learner}", "no-such-bucket", f"ls {learner % 2}") for learner in (1, 2, 3)])
    [group] = found.groups
    assert (group.mistake, group.learners, group.typed) == ("no-such-bucket", 3, "ls 1")


def test_no_more_than_so_many_kinds() -> None:
    found = figures.grouped([failure(learner, f"kind {kind}") for kind in range(9) for learner in (1, 2, 3)])
    assert (len(found.groups), found.others) == (figures.MOST_ERRORS, 9 - figures.MOST_ERRORS)


@pytest.mark.parametrize("most", [1, 59, 61, 599, 3600, 5000, 90_000, 10**7])
def test_an_axis_ends_at_or_after_what_it_shows(most: float) -> None:
    end, ticks = figures.axis(most)
    assert end >= most
    assert (ticks[0], ticks[-1]) == (0, end)
    assert len(ticks) <= 6
    assert figures.on_axis(most, end) <= 1000

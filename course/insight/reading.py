"""Reads what a cohort did in a lab, in five queries however many learners there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models.functions import Substr

from course.insight import figures
from course.insight.figures import Errors, Failure, Spread
from course.insight.shapes import error_line, shape
from course.people.models import LEARNER, Cohort, Membership
from labs import failing
from labs.lab.model import Lab
from labs.models import Attempt, Command, StepProgress
from labs.terminal_text import text

MOST_FAILURES = 3_000
"""The newest, of a lab and a cohort, are enough to see what is common."""
_OUTPUT_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class Step:
    """``reached``, ``passed``, ``tried``, ``hinted``, ``solved``: learners; ``tries``, ``hints``: looks in vain, hints shown, in all."""

    id: str
    number: int
    reached: int
    passed: int
    time: Spread
    tried: int = 0
    tries: int = 0
    hinted: int = 0
    hints: int = 0
    solved: int = 0
    errors: Errors = field(default_factory=Errors)


@dataclass(frozen=True, slots=True)
class Overview:
    """Of one lab: learners who began and who completed it, and the time spent by those who completed it."""

    lab: Lab
    began: int
    completed: int
    spent: Spread


@dataclass(slots=True)
class _Way:
    """One learner's attempt: windows of time in the order in which its steps passed."""

    learner: int
    began: datetime
    current: str
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def windows(self) -> Iterator[tuple[str, datetime, datetime]]:
        """(step, from, until) of what has passed. What was passed again out of its order begins with what came before it in time."""
        before = self.began
        passed = sorted((row["passed_at"], name) for name, row in self.steps.items() if row["passed_at"])
        for at, name in passed:
            yield name, min(before, at), at
            before = max(before, at)

    def step_at(self, moment: datetime) -> str:
        return next((name for name, _since, until in self.windows() if moment <= until), self.current)


def learners(cohort: Cohort) -> Any:
    return Membership.objects.filter(cohort=cohort, role=LEARNER, left=None).values("user")


def overviews(cohort: Cohort, labs: Iterable[Lab]) -> list[Overview]:
    """Of every lab that has steps; one query."""
    labs = [lab for lab in labs if lab.steps]
    mine = Attempt.objects.filter(user__in=learners(cohort), lab__in=[lab.name for lab in labs], fork_of=None)
    best: dict[tuple[str, int], tuple[bool, int]] = {}
    for lab, user, completed, spent in mine.order_by("pk").values_list("lab", "user", "completed", "spent"):
        if not best.get((lab, user), (False, 0))[0]:  # the first that was completed, else the last
            best[lab, user] = (completed is not None, spent)
    return [_overview(lab, [found for (name, _user), found in best.items() if name == lab.name]) for lab in labs]


def _overview(lab: Lab, found: list[tuple[bool, int]]) -> Overview:
    done = [spent for completed, spent in found if completed]
    return Overview(lab, len(found), len(done), figures.spread(done))


def steps(cohort: Cohort, lab: Lab) -> tuple[list[Step], bool]:
    """In the lab's order; and whether there were more failures than were looked at. Of each learner the attempt that got furthest."""
    ways = _ways(cohort, lab)
    moments, failures = _commands(ways)
    times: dict[str, list[float]] = defaultdict(list)
    for pk, way in ways.items():
        for name, since, until in way.windows():
            times[name].append(figures.active(since, until, moments[pk]))
    by_step: dict[str, list[Failure]] = defaultdict(list)
    for one in failures:
        by_step[one.step].append(one)
    found = [_step(number, step.id, ways, times[step.id], by_step[step.id]) for number, step in enumerate(lab.steps, 1)]
    return found, len(failures) >= MOST_FAILURES


def _ways(cohort: Cohort, lab: Lab) -> dict[int, _Way]:
    mine = Attempt.objects.filter(user__in=learners(cohort), lab=lab.name, fork_of=None)
    ways = {
        pk: _Way(user, started, current) for pk, user, started, current in mine.order_by("pk").values_list("pk", "user", "started", "step")
    }
    known = {step.id for step in lab.steps}
    fields = ("attempt", "step_id", "passed_at", "tries", "hints_shown", "solution_shown")
    for row in StepProgress.objects.filter(attempt__in=mine.values("pk"), step_id__in=known).values(*fields):
        if row["attempt"] in ways:
            ways[row["attempt"]].steps[row["step_id"]] = row
    furthest: dict[int, int] = {}
    for pk, way in ways.items():
        before = furthest.get(way.learner)
        if before is None or _passed(way) > _passed(ways[before]):
            furthest[way.learner] = pk
    return {pk: ways[pk] for pk in furthest.values()}


def _passed(way: _Way) -> int:
    return sum(row["passed_at"] is not None for row in way.steps.values())


def _commands(ways: dict[int, _Way]) -> tuple[dict[int, list[datetime]], list[Failure]]:
    """When each did something; and what failed. Two queries: only of what failed the beginning of its output is read."""
    moments: dict[int, list[datetime]] = defaultdict(list)
    typed = Command.objects.filter(attempt__in=list(ways)).exclude(message="incomplete")
    for pk, queued in typed.values_list("attempt", "queued"):
        moments[pk].append(queued)
    failed = typed.filter(failing.failures(), state=Command.State.DONE).annotate(said=Substr("output", 1, _OUTPUT_BYTES))
    rows: Any = failed.order_by("-queued").values_list("attempt", "line", "queued", "mistake", "said")
    return moments, [_failure(ways[pk], *rest) for pk, *rest in rows[:MOST_FAILURES]]


def _failure(way: _Way, line: str, queued: datetime, mistake: dict[str, Any], said: Any) -> Failure:
    printed = error_line(text(bytes(said or b"")))[:500]
    return Failure(way.learner, way.step_at(queued), line[:300], printed, shape(printed), (mistake or {}).get("id", ""))


def _step(number: int, name: str, ways: dict[int, _Way], times: list[float], failures: list[Failure]) -> Step:
    rows = [(way, way.steps[name]) for way in ways.values() if name in way.steps]
    here = [row for way, row in rows if row["passed_at"] or way.current == name]
    return Step(
        id=name,
        number=number,
        reached=len(here),
        passed=sum(row["passed_at"] is not None for row in here),
        time=figures.spread(times),
        tried=sum(row["tries"] > 0 for row in here),
        tries=sum(row["tries"] for row in here),
        hinted=sum(row["hints_shown"] > 0 for row in here),
        hints=sum(row["hints_shown"] for row in here),
        solved=sum(row["solution_shown"] for row in here),
        errors=figures.grouped(failures),
    )

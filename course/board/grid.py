"""A cohort's learners and how far each is in its labs, in seven queries however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from course.board.models import Alarm
from course.board.stuck import REASONS
from course.helping.models import HelpRequest
from course.models import User
from course.people.models import LEARNER, Cohort, Membership
from labs import presence
from labs.lab import catalog
from labs.lab.model import Lab
from labs.models import Attempt, Command, StepProgress

ACTIVE_SECONDS = 120
"""Who did something so short a time ago is here, whatever becomes of their page's stream."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A step of a learner. ``state``: passed, current, tried, open; none, where the lab is not begun."""

    state: str
    tries: int = 0
    hints: int = 0
    solution: bool = False


NOTHING = Cell("none")


@dataclass(frozen=True, slots=True)
class Now:
    """What a learner is at: the lab last used, its attempt, the number of the current step (0: all passed), a line that runs."""

    lab: Lab
    attempt: int
    step: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``labs``: a cell a step, by lab; ``alarms``: those that hold, the most telling first, and after them the dismissed ones;
    ``question``: one that nobody has answered."""

    user: int
    name: str
    username: str
    online: bool
    seen: datetime | None
    spent: int
    passed: int
    labs: tuple[tuple[Cell, ...], ...]
    now: Now | None
    alarms: tuple[Alarm, ...] = ()
    question: HelpRequest | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for cells in self.labs for cell in cells)

    @property
    def alarm(self) -> Alarm | None:
        return next((one for one in self.alarms if one.dismissed_at is None), None)

    @property
    def order(self) -> str:
        """Sorts as a text: who asks for help, and is looked at by nobody yet; who is stuck, each the longest first; who runs something;
        then the others, the least far first."""
        if self.question is not None:
            return f"0 {self.question.taken_by_id is not None:d} {self.question.asked.timestamp():013.0f} {self.name}"
        if self.alarm is not None:
            return f"1 {self.alarm.since.timestamp():013.0f} {self.name}"
        if self.now is not None and self.now.line:
            return f"2 {self.name}"
        return f"3 {self.passed:05} {self.name}"


@dataclass(slots=True)
class Known:
    """What was read of a cohort, or of one of its learners."""

    labs: list[Lab]
    users: list[User]
    attempts: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)
    steps: dict[int, dict[str, Cell]] = field(default_factory=dict)
    running: dict[int, str] = field(default_factory=dict)
    alarms: dict[int, list[Alarm]] = field(default_factory=dict)
    questions: dict[int, HelpRequest] = field(default_factory=dict)
    online: set[int] = field(default_factory=set)


def labs_of(cohort: Cohort) -> list[Lab]:
    """In the order of the cohort, or else of the catalogue."""
    labs, _errors = catalog.everything()
    if not cohort.labs:
        return labs
    known = {lab.name: lab for lab in labs}
    return [known[name] for name in cohort.labs if name in known]


def read(cohort: Cohort, labs: Sequence[Lab], user: int | None = None) -> Known:
    """Of everybody, or of ``user`` alone. Members, attempts, steps, what runs, alarms, questions: a query each."""
    members = Membership.objects.filter(cohort=cohort, role=LEARNER, left=None)
    if user is not None:
        members = members.filter(user=user)
    known = Known(list(labs), [one.user for one in members.select_related("user")], online=presence.online())
    mine = Attempt.objects.filter(user__in=members.values("user"), lab__in=[lab.name for lab in labs], fork_of=None)
    fields = ("pk", "user", "lab", "step", "completed", "finished", "last_seen", "spent")
    for attempt in mine.order_by("last_seen", "pk").values(*fields):
        _take(known, attempt)
    used = {one["pk"]: one["step"] for labs_ in known.attempts.values() for one in labs_.values()}
    steps = StepProgress.objects.filter(attempt__in=mine.values("pk"))
    for row in steps.values_list("attempt", "step_id", "state", "tries", "hints_shown", "solution_shown"):
        if row[0] in used:
            known.steps.setdefault(row[0], {})[row[1]] = _cell(row[2:], current=used[row[0]] == row[1])
    lines = Command.objects.occupying().filter(attempt__in=mine.values("pk"))
    known.running = dict(lines.order_by("number").values_list("attempt", "line"))
    for alarm in Alarm.objects.filter(attempt__in=mine.values("pk"), over=None).select_related("dismissed_by"):
        if used.get(alarm.attempt_id) == alarm.step:
            known.alarms.setdefault(alarm.attempt_id, []).append(alarm)
    questions = HelpRequest.objects.waiting().filter(attempt__in=mine.values("pk")).select_related("taken_by")
    known.questions = {one.attempt_id: one for one in questions}
    return known


def _take(known: Known, attempt: dict[str, Any]) -> None:
    """Of several attempts at a lab the open one counts, else the last."""
    mine = known.attempts.setdefault(attempt["user"], {})
    before = mine.get(attempt["lab"])
    if before is None or before["finished"] or not attempt["finished"]:
        mine[attempt["lab"]] = attempt


def _cell(columns: tuple[str, int, int, bool], *, current: bool) -> Cell:
    state, tries, hints, solution = columns
    if state == StepProgress.State.PASSED:
        return Cell("passed", 0, hints, solution)
    return Cell("current" if current else "tried" if tries else "open", tries, hints, solution)


def rows(known: Known, labs: Sequence[Lab] | None = None) -> list[Row]:
    """One a learner, who needs help first; of ``labs`` alone, where they are named."""
    chosen = known.labs if labs is None else labs
    now = timezone.now()
    return sorted((_row(known, chosen, user, now) for user in known.users), key=lambda row: row.order)


_ORDER = {reason: at for at, reason in enumerate(REASONS)}


def _row(known: Known, labs: Sequence[Lab], user: User, moment: datetime) -> Row:
    attempts = known.attempts.get(user.pk, {})
    cells: list[tuple[Cell, ...]] = []
    used: list[dict[str, Any]] = []
    for lab in labs:
        attempt = attempts.get(lab.name)
        if attempt is None:
            cells.append((NOTHING,) * len(lab.steps))
            continue
        used.append(attempt)
        steps = known.steps.get(attempt["pk"], {})
        cells.append(tuple(steps.get(step.id, Cell("open")) for step in lab.steps))
    alarms = [alarm for attempt in used for alarm in known.alarms.get(attempt["pk"], ())]
    questions = [known.questions[attempt["pk"]] for attempt in used if attempt["pk"] in known.questions]
    seen = max((attempt["last_seen"] for attempt in used), default=None)
    return Row(
        user=user.pk,
        name=user.get_full_name() or user.username,
        username=user.username,
        online=user.pk in known.online or bool(seen and (moment - seen).total_seconds() < ACTIVE_SECONDS),
        seen=seen,
        spent=sum(attempt["spent"] for attempt in used),
        passed=sum(cell.state == "passed" for group in cells for cell in group),
        labs=tuple(cells),
        now=_now(known, labs, used),
        alarms=tuple(sorted(alarms, key=lambda one: (one.dismissed_at is not None, _ORDER.get(one.reason, 9), one.since))),
        question=min(questions, key=lambda one: one.asked, default=None),
    )


def _now(known: Known, labs: Sequence[Lab], used: list[dict[str, Any]]) -> Now | None:
    running = [attempt for attempt in used if attempt["pk"] in known.running]
    if not used:
        return None
    attempt = max(running or used, key=lambda one: one["last_seen"])
    lab = next(lab for lab in labs if lab.name == attempt["lab"])
    number = next((at for at, step in enumerate(lab.steps, 1) if step.id == attempt["step"]), 0)
    return Now(lab, attempt["pk"], number, known.running.get(attempt["pk"], ""))

"""The instructors' queue, as plain values: the questions that wait, oldest first, and those that are answered and still open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from course.board import words
from course.board.models import Alarm
from course.helping.models import HelpQuerySet, HelpRequest
from course.helping.presenting import name_of
from course.people.models import LEARNER, Cohort, Membership
from labs.editions import lab_of
from labs.lab.model import words as in_language
from labs.models import Attempt
from labs.wording import language
from sandbox.errors import Fault

SHOWN = 200


def questions(user: Any, cohort: Cohort | None = None) -> HelpQuerySet:
    """Those that ``user`` may answer; of one cohort, of its learners."""
    found = HelpRequest.objects.not_closed().seen_by(user)
    if cohort is not None:
        learners = Membership.objects.filter(cohort=cohort, role=LEARNER, left=None).values("user")
        found = found.filter(attempt__user__in=learners)
    return found


def rows(found: QuerySet[HelpRequest], user: Any) -> dict[str, list[dict[str, Any]]]:
    """``waiting`` and ``answered``. Few queries, however many questions."""
    full = found.select_related("attempt__user", "taken_by", "command").defer("command__output", "command__diff", "command__changes")
    shown = list(full.prefetch_related(Prefetch("attempt__alarms", Alarm.objects.filter(over=None), to_attr="ringing"))[:SHOWN])
    made = [_row(one, user) for one in shown]
    return {
        "waiting": [row for row in made if row["state"] != HelpRequest.State.ANSWERED],
        "answered": [row for row in made if row["state"] == HelpRequest.State.ANSWERED],
    }


def _row(question: HelpRequest, user: Any) -> dict[str, Any]:
    attempt = question.attempt
    lab, step = where(attempt, question.step)
    return {
        "pk": question.pk,
        "who": name_of(attempt.user),
        "lab": lab,
        "step": step,
        "asked": question.asked,
        "sentence": question.sentence,
        "state": question.state,
        "taken_by": name_of(question.taken_by) if question.taken_by_id else "",
        "mine": question.taken_by_id == user.pk,
        "free": question.state == HelpRequest.State.OPEN or question.stale,
        "alarm": _alarm(getattr(attempt, "ringing", [])),
        "seen": question.seen,
    }


def _alarm(alarms: Iterable[Alarm]) -> str:
    """Why the board says that they are stuck, in words; what was dismissed and has not become worse says nothing."""
    for one in alarms:
        if not one.dismissed_level or one.level > one.dismissed_level:
            return words.why(one.reason, one.values)
    return ""


def where(attempt: Attempt, step: str) -> tuple[str, str]:
    """The titles of lab and step; the step's is empty where there is none."""
    try:
        lab = lab_of(attempt)
    except Fault:
        return attempt.lab, step
    known = step in [one.id for one in lab.steps]
    return in_language(lab.title, language()), lab.section(step, language()).title if known else ""

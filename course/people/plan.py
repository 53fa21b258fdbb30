"""What of the course somebody takes: the labs and notes that their cohorts use, and until when. The one place that decides it (LABS_PLAN).

| who | takes |
|---|---|
| learner | what their cohorts use, together, the one that begins first first; all there is where one of them uses all, and who is in none |
| anybody else | all there is |

It narrows what is listed, and nothing else: every address leads where it led, and what somebody has begun is listed besides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone

from course.models import Role
from course.people import access
from course.people.models import Membership
from course.reading import library
from labs.lab import catalog
from labs.planning import ALL, Due, Selection


@dataclass(frozen=True)
class Plan:
    """``members``: the cohorts in which somebody learns."""

    labs: Selection = ALL
    notes: Selection = ALL
    members: tuple[Membership, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether there is more than is listed."""
        return self.labs.names is not None or self.notes.names is not None

    def due(self, lab: str) -> Due | None:
        """With their own extra time; of several cohorts' dates the first."""
        at = self._dues.get(lab)
        return Due(at, at < timezone.now()) if at else None

    @cached_property
    def _dues(self) -> dict[str, datetime]:
        """Asked for where a page lists them: one query more."""
        prefetch_related_objects(self.members, "cohort__dues")
        found: dict[str, datetime] = {}
        for member in self.members:
            for due in member.cohort.due():
                at = member.due(due)
                found[due.lab] = min(at, found.get(due.lab, at))
        return found


def of(user: Any) -> Plan:
    """One query; none of a visitor or a guest."""
    if not user.is_authenticated or user.role == Role.GUEST:
        return Plan()
    members = tuple(access.mine(user))
    if user.role != Role.LEARNER:
        return Plan(members=members)
    labs = _together([member.cohort.labs for member in members], catalog.folders)
    if labs.names is not None:  # the console beside every note is the playground's, so it is part of each course
        labs = Selection((*labs.names, settings.COURSE_PLAYGROUND))
    return Plan(labs, _together([member.cohort.notes for member in members], library.folders), members)


def _together(chosen: list[list[str]], folders: Callable[[], list[Path]]) -> Selection:
    """``chosen``: of each cohort; nothing is all. What the course has no longer counts for nothing, as in ``material.of``."""
    if not chosen or not all(chosen):
        return ALL
    there = {folder.name for folder in folders()}
    kept = [[name for name in names if name in there] for names in chosen]
    return Selection(tuple(dict.fromkeys(name for names in kept for name in names))) if all(kept) else ALL

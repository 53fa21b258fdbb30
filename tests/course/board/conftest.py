"""A cohort with a teacher and learners in it, at a small lab; a Redis where a test asks for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from course.board import live
from course.models import Role, User
from course.people.models import Cohort
from labs.models import Attempt, Command, StepProgress
from tests.labs.conftest import lab as lab
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import valkey as valkey
from tests.people import cohort_of


@pytest.fixture(autouse=True)
def told(monkeypatch) -> list[int]:
    """The learners whose rows would be told of."""
    found: list[int] = []
    monkeypatch.setattr(live, "changed", found.append)
    return found


@pytest.fixture
def here(monkeypatch) -> set[int]:
    """Who has a page open."""
    found: set[int] = set()
    monkeypatch.setattr("labs.presence.online", lambda: found)
    return found


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("teacher", role=Role.INSTRUCTOR, first_name="Tess")


@pytest.fixture
def minji(db) -> User:
    return User.objects.create_user("minji", first_name="Minji")


@pytest.fixture
def jisoo(db) -> User:
    return User.objects.create_user("jisoo", first_name="Jisoo")


@pytest.fixture
def cohort(teacher, minji, jisoo) -> Cohort:
    return cohort_of(teacher, minji, jisoo)


@pytest.fixture
def attempt(lab, minji, cohort, here) -> Attempt:
    """Minji's, in its first step, for an hour."""
    found = Attempt.objects.create(user=minji, lab=lab.name, content_hash=lab.content_hash, step="make")
    Attempt.objects.filter(pk=found.pk).update(started=timezone.now() - timedelta(hours=1))
    for step in lab.steps:
        StepProgress.objects.create(attempt=found, step_id=step.id)
    found.refresh_from_db()
    return found


@pytest.fixture
def typed(attempt):
    """``typed("aws s3 mb", 1)``: a command that has ended."""

    def make(line: str, status: int = 0, **fields) -> Command:
        state = {"state": Command.State.DONE, "exit_status": status, "ended": timezone.now()}
        return Command.objects.create(attempt=attempt, number=attempt.next_number(), line=line, **state | fields)

    return make

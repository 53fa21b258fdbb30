"""A small lab, and a cohort with somebody at it."""

from __future__ import annotations

import pytest

from course.models import Role, User
from course.people.models import Cohort
from labs.models import Attempt
from tests.labs.conftest import attempt, lab, learner, live_redis, real_attempt, valkey, woken
from tests.people import cohort_of

__all__ = ["attempt", "lab", "learner", "live_redis", "real_attempt", "valkey", "woken"]


@pytest.fixture(autouse=True)
def light(monkeypatch, request, settings) -> None:
    """Passwords that cost nothing, and no Redis: limits have tests of their own, and two here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if "live_redis" not in request.fixturenames:
        monkeypatch.setattr("course.people.limits.take", lambda *words, **names: 0)
        monkeypatch.setattr("course.people.limits.give_back", lambda *words, **names: None)


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("teacher", role=Role.INSTRUCTOR)


@pytest.fixture
def cohort(attempt: Attempt, teacher: User) -> Cohort:
    return cohort_of(teacher, attempt.user)

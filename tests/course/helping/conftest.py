"""A learner with an attempt, two who teach them, and what their pages are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from course.models import Role, User
from course.people.models import Cohort
from labs.models import Attempt
from tests.labs.conftest import attempt as attempt
from tests.labs.conftest import lab as lab
from tests.labs.conftest import learner as learner
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import valkey as valkey
from tests.labs.conftest import woken as woken
from tests.people import cohort_of


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("teacher", role=Role.INSTRUCTOR, first_name="Hana")


@pytest.fixture
def second(db) -> User:
    return User.objects.create_user("second", role=Role.INSTRUCTOR, first_name="Dori")


@pytest.fixture
def cohort(attempt: Attempt, teacher: User, second: User) -> Cohort:
    found = cohort_of(teacher, attempt.user)
    found.memberships.create(user=second, role="instructor")
    return found


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        found = Client(headers={"accept-language": "en"})
        found.force_login(user)
        return found

    return make


@pytest.fixture
def told(monkeypatch) -> list[dict]:
    """The events of the attempts' pages."""
    found: list[dict] = []
    monkeypatch.setattr("labs.events.publish", lambda to, name, /, **data: found.append({"to": to, "name": name, **data}) or "e:1")
    return found

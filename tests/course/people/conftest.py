"""A cohort, who runs it and who learns in it."""

import pytest
from django.test import Client

from course.models import Role, User
from course.people.models import Cohort
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import valkey as valkey
from tests.people import cohort_of


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def boss(db) -> User:
    return User.objects.create_user("boss", role=Role.ADMIN)


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("teacher", role=Role.INSTRUCTOR, first_name="Jin")


@pytest.fixture
def minji(db) -> User:
    return User.objects.create_user("minji", "minji@example.org", "four-grey-herons", first_name="Minji")


@pytest.fixture
def cohort(teacher: User, minji: User) -> Cohort:
    return cohort_of(teacher, minji)


@pytest.fixture
def as_teacher(teacher: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(teacher)
    return client


@pytest.fixture
def open_limits(monkeypatch) -> None:
    """For tests that are about something else, where no Redis is."""
    monkeypatch.setattr("course.people.limits.take", lambda *words, **given: 0)
    monkeypatch.setattr("course.people.limits.give_back", lambda *words, **given: None)

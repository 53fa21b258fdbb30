"""A learner with an attempt, who teaches them, and who does not."""

from __future__ import annotations

import pytest
from django.test import Client

from course.models import Role, User
from course.people.models import Cohort
from labs.models import Attempt
from tests.labs.conftest import attempt as attempt
from tests.labs.conftest import lab as lab
from tests.labs.conftest import learner as learner
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import real_attempt as real_attempt
from tests.labs.conftest import valkey as valkey
from tests.labs.conftest import woken as woken
from tests.people import cohort_of


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("teacher", role=Role.INSTRUCTOR, first_name="Hana")


@pytest.fixture
def cohort(attempt: Attempt, teacher: User) -> Cohort:
    return cohort_of(teacher, attempt.user)


@pytest.fixture
def client(teacher: User, cohort: Cohort) -> Client:
    """The teacher's, in English."""
    found = Client(headers={"accept-language": "en"})
    found.force_login(teacher)
    return found

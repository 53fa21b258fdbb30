"""A cohort whose learners have sandboxes (as rows), and an administrator."""

import pytest
from django.test import Client

from course.desk import jobs
from course.models import Role, User
from course.people.models import Cohort
from labs import actions
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from tests.labs.conftest import fake as fake
from tests.labs.conftest import lab as lab
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import valkey as valkey
from tests.people import cohort_of


@pytest.fixture
def woken(monkeypatch) -> list[tuple]:
    """What Celery would have been told."""
    told: list[tuple] = []
    monkeypatch.setattr(actions, "wake", lambda task, *args: told.append((task, *args)))
    monkeypatch.setattr(jobs, "wake", lambda task, *args: told.append((task, *args)))
    return told


@pytest.fixture
def boss(db) -> User:
    return User.objects.create_user("boss", role=Role.ADMIN, first_name="Bo")


@pytest.fixture
def client(boss: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(boss)
    return client


@pytest.fixture
def attempts(db, lab, woken) -> list[Attempt]:
    """Three learners in one sandbox each, in which each has run one command."""
    teacher = User.objects.create_user("teacher", role=Role.INSTRUCTOR)
    learners = [User.objects.create_user(name, first_name=name.title()) for name in ("ann", "ben", "cho")]
    cohort_of(teacher, *learners)
    start = Version.objects.create(account="111122223333", pinned=True)
    return [begun(user, start, lab) for user in learners]


@pytest.fixture
def attempt(attempts) -> Attempt:
    return attempts[0]


@pytest.fixture
def cohort(attempts) -> Cohort:
    return Cohort.objects.get()


def begun(user: User, start: Version, lab) -> Attempt:
    attempt = actions.start_attempt(user=user, lab=lab, language="en")
    attempt.sandbox = Sandbox.objects.create(owner=user, label="first", head=start, start=start)
    attempt.save()
    typed(attempt, "echo one")
    return attempt


def typed(attempt: Attempt, line: str) -> Version:
    """A command that was run, as rows."""
    sandbox = Sandbox.objects.get(pk=attempt.sandbox_id)
    made = Version.objects.create(parent=sandbox.head, sandbox=sandbox, number=sandbox.head.number + 1, command=line, account="1" * 12)
    Sandbox.objects.filter(pk=sandbox.pk).update(head=made, tip=None)
    number = attempt.next_number()
    Command.objects.create(attempt=attempt, number=number, line=line, state=Command.State.DONE, version=made, exit_status=0)
    return made


def heads() -> list[int]:
    return list(Sandbox.objects.order_by("owner__username").values_list("head__number", flat=True))

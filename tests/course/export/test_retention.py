"""How long things are kept: what goes, what does not, and that saying so touches nothing."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from course.export import retention
from course.export.actions import make_token
from course.export.models import ApiToken
from course.helping.models import HelpRequest
from course.models import User
from course.people.models import Cohort, Membership
from labs.models import Attempt, Command, Passing, StepEvent
from sandbox.models import Sandbox
from tests.exporting import typed

pytestmark = pytest.mark.django_db
NOW = timezone.now()
AGES = timedelta(days=1000)


@pytest.fixture(autouse=True)
def kept(settings) -> None:
    settings.KEEP_DAYS_OUTPUT, settings.KEEP_DAYS_COMMANDS, settings.KEEP_DAYS_INACTIVE = 10, 20, 30
    settings.KEEP_DAYS_TOLD = 0  # tests/course/export/test_telling.py


@pytest.fixture
def old(attempt: Attempt, cohort: Cohort) -> Attempt:
    """Of a cohort that ended long ago, and not used since."""
    typed(attempt, "ls", output=b"a.txt\n", diff={"a.txt": "+"})
    ended(cohort, 100)
    Attempt.objects.update(last_seen=NOW - AGES)
    User.objects.update(last_login=NOW - AGES, date_joined=NOW - AGES)
    attempt.refresh_from_db()
    return attempt


def ended(cohort: Cohort, days: float) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(ends=(timezone.localtime(NOW) - timedelta(days=days)).date())


def test_each_goes_in_its_time(old, cohort) -> None:
    for days, expected in ((9, (0, 0, 0)), (12, (1, 0, 0)), (22, (1, 1, 0)), (32, (1, 1, 1))):
        ended(cohort, days)
        due = retention.due(NOW)
        assert (due["output"], due["commands"], due["inactive"]) == expected, days


def test_output_goes_and_the_line_stays(old, settings) -> None:
    settings.KEEP_DAYS_COMMANDS = settings.KEEP_DAYS_INACTIVE = 0
    assert retention.carry_out(NOW)["output"] == 1
    command = Command.objects.get()
    assert (command.line, bytes(command.output), command.diff) == ("ls", b"", {})
    assert retention.carry_out(NOW)["output"] == 0


def test_commands_and_the_sandbox_go_and_progress_stays(old, settings) -> None:
    settings.KEEP_DAYS_INACTIVE = 0
    old.steps.filter(step_id="make").update(state="passed", points=10, passed_at=NOW - AGES)
    Passing.objects.create(step=old.steps.get(step_id="make"), version=old.sandbox.head)
    StepEvent.objects.create(attempt=old, step_id="make", what="passed")
    HelpRequest.objects.create(attempt=old, state="closed")
    assert retention.carry_out(NOW)["commands"] == 1
    old.refresh_from_db()
    assert old.finished is not None
    assert old.steps.get(step_id="make").points == 10
    for model in (Command, Sandbox, Passing, StepEvent, HelpRequest):
        assert not model.objects.exists()
    assert retention.carry_out(NOW)["commands"] == 0


def test_the_account_goes_last(old) -> None:
    assert retention.carry_out(NOW)["inactive"] == 1
    assert not User.objects.filter(username="learner").exists()
    assert User.objects.filter(username="teacher").exists()


def untouched() -> None:
    before = [list(model.objects.values()) for model in (Command, Attempt, User, Sandbox)]
    assert not any(retention.due(NOW).values())
    assert not any(retention.carry_out(NOW).values())
    assert [list(model.objects.values()) for model in (Command, Attempt, User, Sandbox)] == before


def test_who_is_in_a_cohort_that_goes_on_keeps_everything(old) -> None:
    Membership.objects.create(cohort=Cohort.objects.create(name="Autumn"), user=old.user)
    untouched()


def test_who_was_never_in_one_keeps_everything(old) -> None:
    Membership.objects.all().delete()
    untouched()


def test_a_cohort_without_a_last_day_ends_when_it_is_archived(old, cohort) -> None:
    Cohort.objects.update(ends=None)
    untouched()
    Cohort.objects.update(archived=NOW - timedelta(days=100))
    assert retention.due(NOW)["inactive"] == 1


def test_who_teaches_keeps_everything(old, cohort) -> None:
    Membership.objects.filter(user=old.user).update(role="instructor")
    untouched()


def test_an_attempt_in_use_keeps_everything(old) -> None:
    Attempt.objects.update(last_seen=NOW - timedelta(days=1))
    untouched()


def test_a_question_that_is_open_keeps_everything(old) -> None:
    HelpRequest.objects.create(attempt=old, state="answered", version=old.sandbox.head)
    untouched()


def test_a_pinned_version_keeps_its_attempt(old, settings) -> None:
    settings.KEEP_DAYS_INACTIVE = 0
    version = old.sandbox.head
    version.sandbox, version.pinned = old.sandbox, True
    version.save()
    untouched()


def test_a_fork_that_is_open_keeps_its_attempt(old, teacher, settings) -> None:
    settings.KEEP_DAYS_INACTIVE = 0
    Attempt.objects.create(user=teacher, lab="first", content_hash="", fork_of=old)
    untouched()


def test_who_signed_in_of_late_keeps_the_account(old) -> None:
    User.objects.filter(pk=old.user_id).update(last_login=NOW - timedelta(days=1))
    assert retention.due(NOW)["inactive"] == 0


def test_nought_is_for_ever(old, settings) -> None:
    settings.KEEP_DAYS_OUTPUT = settings.KEEP_DAYS_COMMANDS = settings.KEEP_DAYS_INACTIVE = 0
    untouched()


def test_a_run_takes_a_batch(old, settings, monkeypatch) -> None:
    settings.KEEP_DAYS_COMMANDS = settings.KEEP_DAYS_INACTIVE = 0
    monkeypatch.setitem(retention.BATCH, "output", 2)
    for number in range(4):
        typed(old, str(number), output=b"x")
    assert [retention.carry_out(NOW)["output"] for _ in range(4)] == [2, 2, 1, 0]


def test_tokens_that_let_nobody_in_go_in_the_end(teacher) -> None:
    make_token(owner=teacher, name="x", days=1)
    assert retention.carry_out(NOW + timedelta(days=90))["tokens"] == 0
    assert retention.carry_out(NOW + timedelta(days=92))["tokens"] == 1
    assert not ApiToken.objects.exists()


def test_the_command_says_and_does(old) -> None:
    said = io.StringIO()
    call_command("retention", "--dry-run", stdout=said)
    assert "1 accounts" in said.getvalue()
    assert User.objects.filter(username="learner").exists()
    call_command("retention", stdout=io.StringIO())
    assert not User.objects.filter(username="learner").exists()

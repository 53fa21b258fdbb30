"""What happens to a sandbox reaches the attempts that use it, and no others."""

import pytest

from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox.models import Sandbox, Version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_redis")]


def test_a_reset_in_the_admin_begins_the_attempt_again(attempt) -> None:
    attempt.steps.first().complete(points=5, version=None)
    Attempt.objects.filter(pk=attempt.pk).update(step="name")
    sandboxes.reset(sandbox=Sandbox.objects.get(pk=attempt.sandbox_id), by="an administrator")
    attempt.refresh_from_db()
    assert attempt.step == attempt.steps.first().step_id
    assert not any(step.passed for step in attempt.steps.all())


def test_a_step_that_passed_nobody_knows_where_stays_passed_until_the_lab_starts_again(attempt) -> None:
    attempt.steps.first().complete(points=5, version=None)
    box = Sandbox.objects.get(pk=attempt.sandbox_id)
    sandboxes.reset(sandbox=box, by="an administrator", to=Version.objects.create(account="1" * 12, sandbox=box))
    assert attempt.steps.first().passed


def test_a_closed_attempt_is_left_as_it_is(attempt) -> None:
    attempt.steps.first().complete(points=5, version=None)
    Attempt.objects.filter(pk=attempt.pk).update(finished=attempt.started)
    sandboxes.reset(sandbox=Sandbox.objects.get(pk=attempt.sandbox_id), by="an administrator")
    assert attempt.steps.first().passed

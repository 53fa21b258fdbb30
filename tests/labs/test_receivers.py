"""An administrator's reset reaches the learner's steps and console."""

import pytest

from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox.models import Sandbox, Version

pytestmark = pytest.mark.django_db


def test_a_reset_in_the_admin_begins_the_attempt_again(attempt) -> None:
    attempt.steps.first().complete(points=5, version=None)
    Attempt.objects.filter(pk=attempt.pk).update(step="name")
    sandbox = Sandbox.objects.get(pk=attempt.sandbox_id)
    sandboxes.reset(sandbox=sandbox, by="an administrator")
    attempt.refresh_from_db()
    assert attempt.step == attempt.steps.first().step_id
    assert not any(step.passed for step in attempt.steps.all())


def test_a_rewind_to_another_version_leaves_the_steps(attempt) -> None:
    attempt.steps.first().complete(points=5, version=None)
    sandbox = Sandbox.objects.get(pk=attempt.sandbox_id)
    sandboxes.reset(sandbox=sandbox, by="an administrator", to=Version.objects.create(account="1" * 12))
    assert attempt.steps.first().passed

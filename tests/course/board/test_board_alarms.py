"""Alarms come, go, are dismissed, and come back only when it gets worse."""

from datetime import timedelta

import pytest
from django.utils import timezone

from course.board import alarms, happening
from course.board.models import Alarm
from course.models import User
from course.people.models import Act, Membership
from labs import happening as labs_happening
from labs.models import Attempt, StepProgress
from labs.presenting import hints_of

BAD = ("aws s3 mb s3://x", 1)


def shown(attempt: Attempt) -> list[str]:
    return [one.reason for one in Alarm.objects.filter(attempt=attempt, over=None, dismissed_at=None)]


def test_an_alarm_comes_and_goes(attempt, typed):
    for _ in range(2):
        typed(*BAD)
    assert not alarms.renew(attempt.pk)
    typed(*BAD)
    assert alarms.renew(attempt.pk)
    assert not alarms.renew(attempt.pk)  # nothing new
    assert shown(attempt) == ["same-error"]
    typed("aws s3 mb s3://y", 0, changes={"cloud": [{"name": "y"}]})
    assert alarms.renew(attempt.pk)
    assert shown(attempt) == []


def test_with_the_step_they_end(attempt, typed):
    for _ in range(3):
        typed(*BAD)
    alarms.renew(attempt.pk)
    step = attempt.steps.get(step_id="make")
    step.complete(points=10, version=None)
    Attempt.objects.filter(pk=attempt.pk).update(step="name")
    assert alarms.renew(attempt.pk)
    assert shown(attempt) == []


def test_a_dismissed_one_stays_away_until_it_is_worse(attempt, typed, cohort, teacher):
    for _ in range(3):
        typed(*BAD)
    alarms.renew(attempt.pk)
    alarm = Alarm.objects.get()
    assert alarms.dismiss(alarm=alarm, by=teacher, cohort=cohort)
    assert not alarms.dismiss(alarm=alarm, by=teacher, cohort=cohort)
    for _ in range(2):
        typed(*BAD)
        alarms.renew(attempt.pk)
        assert shown(attempt) == []
    typed(*BAD)
    assert alarms.renew(attempt.pk)
    assert shown(attempt) == ["same-error"]
    assert [act.what for act in Act.objects.all()] == ["alarm-dismissed"]


def test_dismissing_is_undone(attempt, typed, cohort, teacher):
    for _ in range(3):
        typed(*BAD)
    alarms.renew(attempt.pk)
    alarm = Alarm.objects.get()
    alarms.dismiss(alarm=alarm, by=teacher, cohort=cohort)
    assert alarms.bring_back(alarm=alarm, by=teacher, cohort=cohort)
    assert shown(attempt) == ["same-error"]


def test_it_over_and_dismissed_does_not_come_back_the_same(attempt, typed, cohort, teacher):
    for _ in range(3):
        typed(*BAD)
    alarms.renew(attempt.pk)
    alarms.dismiss(alarm=Alarm.objects.get(), by=teacher, cohort=cohort)
    for _ in range(3):
        typed("ls")
    alarms.renew(attempt.pk)
    assert Alarm.objects.get().over
    typed(*BAD)
    alarms.renew(attempt.pk)
    assert shown(attempt) == []


def test_the_check_and_the_hints(attempt, lab):
    hints = hints_of(lab.step("make"))
    StepProgress.objects.filter(step_id="make").update(tries=8, hints_shown=hints - 1)
    alarms.renew(attempt.pk)
    assert shown(attempt) == ["check"]
    StepProgress.objects.filter(step_id="make").update(hints_shown=hints)
    alarms.renew(attempt.pk)
    assert set(shown(attempt)) == {"check", "hints"}


def test_silence_is_found_by_looking(attempt, here):
    Attempt.objects.update(last_seen=timezone.now() - timedelta(minutes=11))
    assert alarms.silent() == []
    here.add(attempt.user_id)
    assert alarms.silent() == [attempt.user_id]
    assert alarms.silent() == []
    here.clear()  # gone, and no longer silent with the page open
    assert alarms.silent() == [attempt.user_id]
    assert shown(attempt) == []


def test_who_works_in_another_lab_is_not_silent_in_this_one(attempt, here):
    Attempt.objects.update(last_seen=timezone.now() - timedelta(minutes=11))
    here.add(attempt.user_id)
    another = Attempt.objects.create(user=attempt.user, lab="another", content_hash="x")
    assert alarms.silent() == []
    another.delete()
    assert alarms.silent() == [attempt.user_id]


def test_what_was_typed_before_a_reset_or_in_an_earlier_step_does_not_count(attempt, typed):
    for _ in range(3):
        typed(*BAD)
    Attempt.objects.filter(pk=attempt.pk).update(console_from=3)
    assert not alarms.renew(attempt.pk)
    Attempt.objects.filter(pk=attempt.pk).update(console_from=0)
    StepProgress.objects.filter(step_id="make").update(state="passed", passed_at=timezone.now())
    Attempt.objects.filter(pk=attempt.pk).update(step="name")
    assert not alarms.renew(attempt.pk)


def test_only_learners_of_a_cohort_are_judged(attempt, typed, django_assert_num_queries):
    for _ in range(3):
        typed(*BAD)
    Membership.objects.filter(user=attempt.user).update(left=timezone.now())
    with django_assert_num_queries(2):
        assert not alarms.renew(attempt.pk)


def test_judging_takes_few_queries(attempt, typed, django_assert_max_num_queries):
    for _ in range(30):
        typed(*BAD)
    alarms.renew(attempt.pk)
    with django_assert_max_num_queries(5):
        alarms.renew(attempt.pk)


def test_labs_tell_and_are_never_hurt(attempt, typed, told, django_capture_on_commit_callbacks, monkeypatch, caplog):
    for _ in range(3):
        typed(*BAD)
    with django_capture_on_commit_callbacks(execute=True):
        labs_happening.told("ended", attempt.pk)
    assert shown(attempt) == ["same-error"]
    assert told == [attempt.user_id]
    monkeypatch.setattr(alarms, "renew", lambda pk: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        labs_happening.told("ended", attempt.pk)
    assert "could not take in" in caplog.text


def test_somebody_elses_fork_is_nobodys_alarm(attempt, teacher, told):
    fork = Attempt.objects.create(user=teacher, lab="first", content_hash="x", fork_of=attempt)
    happening.happened("ended", fork.pk)
    assert told == []


@pytest.mark.parametrize("what", ["started", "opened", "moved", "helped", "looked"])
def test_whatever_happens_is_told(attempt, told, what):
    happening.happened(what, attempt.pk)
    assert told == [attempt.user_id]


def test_who_is_gone_is_no_trouble(db):
    assert not alarms.renew(12345)
    assert User.objects.count() == 0

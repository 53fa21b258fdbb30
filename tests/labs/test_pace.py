"""The time a learner has been at a lab, without the pauses."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from labs import pace
from labs.models import Attempt


def after(attempt: Attempt, seconds: int, **options: bool) -> int:
    """Touched so long after the last time; the time spent then."""
    attempt.last_seen = timezone.now() - timedelta(seconds=seconds)
    attempt.save(update_fields=["last_seen"])
    pace.touch(attempt, **options)
    attempt.refresh_from_db()
    return attempt.spent


def test_what_lies_between_two_things_counts(attempt):
    assert after(attempt, 30) == 30
    assert after(attempt, 90) == 120


def test_a_long_pause_counts_as_the_longest_and_an_absence_not_at_all(attempt):
    assert after(attempt, 3600) == 600
    assert after(attempt, 86400, arrives=True) == 600
    assert after(attempt, 60, arrives=True) == 660


def test_a_completed_lab_counts_no_more(attempt):
    attempt.completed = timezone.now()
    attempt.save()
    assert after(attempt, 60) == 0


def test_of_two_at_once_one_counts(attempt):
    attempt.last_seen -= timedelta(seconds=60)
    attempt.save()
    other = Attempt.objects.get(pk=attempt.pk)
    pace.touch(attempt)
    pace.touch(other)
    attempt.refresh_from_db()
    assert attempt.spent == 60


@pytest.mark.parametrize(("seconds", "en", "ko"), [(59, "0 min", "0분"), (300, "5 min", "5분"), (3660, "1 h 1 min", "1시간 1분")])
def test_in_words(seconds, en, ko):
    with translation.override("en"):
        assert pace.words(seconds) == en
    with translation.override("ko"):
        assert pace.words(seconds) == ko

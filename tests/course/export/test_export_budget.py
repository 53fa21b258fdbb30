"""A learner's share of the workers' time: at its edge, in both windows, for two at once."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from course import budget
from labs import actions, wording
from labs.models import Command
from sandbox.errors import LearnerError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def caps(settings) -> None:
    settings.WORKER_SECONDS_HOUR, settings.WORKER_SECONDS_DAY = 100, 1000


def ran(attempt, seconds: float, ago: timedelta = timedelta()) -> Command:
    ended = timezone.now() - ago
    return Command.objects.create(
        attempt=attempt, number=attempt.next_number(), line="x", state="done", duration_ms=round(seconds * 1000), claimed=ended, ended=ended
    )


def submit(attempt, terminal: int = 1) -> Command:
    return actions.submit_command(attempt=attempt, line="ls", key=uuid.uuid4(), terminal=terminal)


def test_the_last_millisecond_is_still_theirs(attempt) -> None:
    ran(attempt, 99.999)
    submit(attempt)


def test_what_is_used_up_is_refused_in_words_and_costs_nothing(attempt) -> None:
    command = ran(attempt, 100, timedelta(minutes=20))
    with pytest.raises(LearnerError) as refused:
        submit(attempt)
    assert refused.value.code == "budget-hour"
    assert attempt.commands.count() == 1
    with translation.override("en"):
        said = wording.words(refused.value.code, **refused.value.values)
        minute_after = timezone.localtime(command.ended + timedelta(hours=1)) + timedelta(seconds=60, microseconds=-1)
        free = [date_format(minute_after, form) for form in ("TIME_FORMAT", "SHORT_DATETIME_FORMAT")]  # of today, and of another day
    assert "1 min 40 s within an hour" in said
    assert any(f"from {one} on" in said for one in free)


def test_it_frees_again_as_the_window_slides(attempt) -> None:
    now = timezone.now()
    ran(attempt, 60, timedelta(minutes=50))
    ran(attempt, 50, timedelta(minutes=10))
    found = budget.left(attempt.user, now)
    assert found.left == pytest.approx(-10)
    assert found.free == Command.objects.get(number=1).ended + timedelta(hours=1)
    assert budget.left(attempt.user, found.free).left == pytest.approx(50)


def test_the_day_counts_what_the_hour_has_forgotten(attempt) -> None:
    ran(attempt, 1000, timedelta(hours=5))
    with pytest.raises(LearnerError) as refused:
        submit(attempt)
    assert refused.value.code == "budget-day"
    assert budget.left(attempt.user, timezone.now() + timedelta(hours=19, minutes=1)).left > 0


def test_what_runs_counts_while_it_runs(attempt) -> None:
    since = timezone.now() - timedelta(seconds=101)
    Command.objects.create(attempt=attempt, number=1, line="sleep 999", state="running", claimed=since, terminal=1)
    with pytest.raises(LearnerError) as refused:
        submit(attempt, terminal=2)
    assert refused.value.code == "budget-hour"


def test_nothing_is_counted_twice_or_of_somebody_else(attempt) -> None:
    now = timezone.now()
    # Its program has ended, another terminal's runs on: a row that is both unfinished and ended.
    Command.objects.create(attempt=attempt, number=1, line="x", state="ended", claimed=now, ended=now, duration_ms=40_000)
    assert budget.left(attempt.user, timezone.now()).used == pytest.approx(40)
    assert budget.left(get_user_model().objects.create_user("other"), now).used == 0


@pytest.mark.parametrize("role", ["instructor", "admin"])
def test_who_teaches_is_free(attempt, role: str) -> None:
    attempt.user.role = role
    assert budget.left(attempt.user, timezone.now()) is None


def test_nought_is_no_cap(attempt, settings) -> None:
    settings.WORKER_SECONDS_HOUR = 0
    ran(attempt, 999.5)
    assert budget.left(attempt.user, timezone.now()).per == "day"
    settings.WORKER_SECONDS_DAY = 0
    assert budget.left(attempt.user, timezone.now()) is None


def test_the_same_click_again_is_answered_with_its_row(attempt) -> None:
    key = uuid.uuid4()
    first = actions.submit_command(attempt=attempt, line="ls", key=key)
    Command.objects.filter(pk=first.pk).update(state="done", ended=timezone.now(), duration_ms=200_000)
    assert actions.submit_command(attempt=attempt, line="ls", key=key) == first


@pytest.mark.parametrize(("language", "words"), [("en", "1 min 40 s within an hour"), ("ko", "1분 40초")])
def test_the_page_is_told(attempt, client, monkeypatch, language: str, words: str) -> None:
    monkeypatch.setattr("labs.access.hold_back", lambda *words: None)
    ran(attempt, 100)
    client.force_login(attempt.user)
    data = {"line": "ls", "key": str(uuid.uuid4())}
    headers = {"x-requested-with": "fetch", "accept-language": language}
    answer = client.post(reverse("commands", args=[attempt.pk]), data, headers=headers)
    assert answer.status_code == 409
    assert words in answer.content.decode()


def test_it_asks_little_of_the_database(attempt, django_assert_num_queries) -> None:
    for _ in range(5):
        ran(attempt, 1)
    user = attempt.user
    with django_assert_num_queries(3):  # the lock, what ended, what runs
        budget.left(user, timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_terminals_one_gets_the_last_second(attempt) -> None:
    ran(attempt, 99.5)
    gate, outcomes = threading.Barrier(2), []

    def one(terminal: int) -> None:
        gate.wait(10)
        try:
            submit(attempt, terminal)
            outcomes.append("ran")
        except LearnerError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[number]) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["budget-hour", "ran"]

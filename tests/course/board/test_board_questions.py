"""Who asks for help comes first of all, and says so on their row; the board hears of it live."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from course.board import grid, rows
from course.board.models import Alarm
from course.helping import actions
from course.helping.models import HelpRequest
from course.models import User
from labs.models import Attempt


def read(cohort, user=None):
    return grid.rows(grid.read(cohort, grid.labs_of(cohort), user))


def asks(attempt, minutes=5, **fields) -> HelpRequest:
    return HelpRequest.objects.create(attempt=attempt, step=attempt.step, asked=timezone.now() - timedelta(minutes=minutes), **fields)


def test_who_asks_comes_before_who_is_stuck(attempt, cohort, teacher):
    people = [User.objects.create_user(name, first_name=name.title()) for name in ("stuck", "taken", "late", "early")]
    for user in people:
        cohort.memberships.create(user=user)
    stuck, taken, late, early = (Attempt.objects.create(user=user, lab="first", content_hash="x", step="make") for user in people)
    Alarm.objects.create(attempt=stuck, step="make", reason="check", since=timezone.now() - timedelta(hours=3), values={"tries": 9})
    asks(taken, 90, state="taken", taken_by=teacher)
    asks(late, 2)
    asks(early, 9)
    assert [row.name for row in read(cohort)] == ["Early", "Late", "Taken", "Stuck", "Jisoo", "Minji"]


@pytest.mark.parametrize("state", ["answered", "closed"])
def test_what_is_answered_or_closed_moves_nobody(attempt, cohort, minji, state):
    asks(attempt, state=state)
    (row,) = read(cohort, minji.pk)
    assert row.question is None
    assert "data-sign" not in rows.row(row, rows.Place(cohort.pk))


def test_the_row_says_who_asked_since_when_and_what(attempt, cohort, minji, teacher):
    question = asks(attempt, 7, sentence="Where is <it>?")
    (row,) = read(cohort, minji.pk)
    html = rows.row(row, rows.Place(cohort.pk))
    assert f'data-sign="question-{question.pk}" data-said="Minji asks for help"' in html
    assert f'datetime="{question.asked.isoformat()}" data-ago>7' in html
    assert "Where is &lt;it&gt;?" in html
    assert f'href="{reverse("help", args=[question.pk])}"' in html
    assert "taken by" not in html
    HelpRequest.objects.update(state="taken", taken_by=teacher)
    (row,) = read(cohort, minji.pk)
    assert "taken by Tess" in rows.row(row, rows.Place(cohort.pk))


def test_only_who_needs_help(client, attempt, cohort, teacher, here):
    client.force_login(teacher)
    address = reverse("board", args=[cohort.pk]) + "?stuck=1"
    hidden = b'id="nobody-stuck" hidden'
    assert hidden not in client.get(address).content
    asks(attempt)
    assert hidden in client.get(address).content


def test_the_boards_are_told_of_all_that_becomes_of_it(
    attempt, minji, teacher, told, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("labs.events.publish", lambda *words, **data: "")

    def after(act) -> list[int]:
        told.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(told)

    assert after(lambda: actions.ask(attempt=attempt, sentence="", step="make")) == [minji.pk]
    question = HelpRequest.objects.get()
    assert after(lambda: actions.take(question=question, by=teacher)) == [minji.pk]
    assert after(lambda: actions.release(question=question, by=teacher)) == [minji.pk]
    actions.take(question=question, by=teacher)
    assert after(lambda: actions.answer(question=question, by=teacher, text="So.")) == [minji.pk]
    assert after(lambda: actions.close(question=question, ending="withdrawn")) == [minji.pk]
    assert after(lambda: actions.close(question=question, ending="withdrawn")) == []

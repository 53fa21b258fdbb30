"""Queues and questions are live: who is told of what, by which stream, and that they then ask for what they may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import reverse

from course.helping import actions, happening, live
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import Cohort
from labs import events
from labs.models import Attempt
from tests.labs.test_following import run
from tests.people import cohort_of
from tests.streams import Reading

pytestmark = pytest.mark.usefixtures("cohort")
HTMX = {"hx-request": "true"}
Capture = Callable[..., Any]


@pytest.fixture
def question(attempt: Attempt) -> HelpRequest:
    return HelpRequest.objects.create(attempt=attempt, step="make")


def streams(told: list[dict]) -> set[Any]:
    return {one["to"] for one in told if one["name"] == "changed"}


def test_who_answers_the_learner_is_told_and_nobody_else(
    attempt: Attempt, teacher: User, second: User, told: list[dict], django_capture_on_commit_callbacks: Capture
) -> None:
    boss = User.objects.create_user("boss", role=Role.ADMIN)
    stranger = User.objects.create_user("stranger", role=Role.INSTRUCTOR)
    cohort_of(stranger, User.objects.create_user("third"), name="Autumn")
    with django_capture_on_commit_callbacks(execute=True):
        made = actions.ask(attempt=attempt, sentence="", step="make")
    assert streams(told) == {live.name(one.pk) for one in (teacher, second, boss)}
    assert {one["attempt"] for one in told if one["name"] == "changed"} == {attempt.pk}
    told.clear()
    with django_capture_on_commit_callbacks(execute=True):
        actions.take(question=made, by=teacher)
        actions.answer(question=made, by=teacher, text="So.")
    assert len(told) == 2 * (3 + 1), "each time three of them, and the learner's page"
    told.clear()
    actions.saw(question=made)
    actions.saw(question=made)
    assert len(told) == 3, "seen once"


@pytest.mark.parametrize("what", ["ended", "looked", "moved"])
def test_they_are_told_that_the_learner_goes_on(
    attempt: Attempt, teacher: User, told: list[dict], question: HelpRequest, what: str
) -> None:
    happening.happened(what, attempt.pk)
    assert live.name(teacher.pk) in streams(told)
    HelpRequest.objects.update(state="closed")
    told.clear()
    happening.happened(what, attempt.pk)
    assert told == []


def test_nothing_is_asked_where_a_command_only_starts(question: HelpRequest, told: list[dict], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        happening.happened("started", question.attempt_id)


def test_an_answer_is_said_on_the_learners_other_pages(
    attempt: Attempt, teacher: User, told: list[dict], question: HelpRequest, django_capture_on_commit_callbacks: Capture
) -> None:
    other = Attempt.objects.create(user=attempt.user, lab="playground", content_hash="x", language="ko")
    Attempt.objects.create(user=User.objects.create_user("third"), lab="playground", content_hash="x")
    actions.take(question=question, by=teacher)
    told.clear()
    with django_capture_on_commit_callbacks(execute=True):
        actions.answer(question=question, by=teacher, text="So.")
    (said,) = [one for one in told if one["name"] == "broadcast"]
    assert said["to"] == other.pk
    assert "질문에 답이 왔습니다." in said["html"]
    assert f'href="/attempts/{attempt.pk}/#help"' in said["html"]
    assert next(one for one in told if one["to"] == attempt.pk)["said"] == "Your question has an answer."


# --- the pages -------------------------------------------------------------------------------------------------------------


def test_by_script_the_queue_is_what_changes_of_it(
    client_of: Callable[[User], Client], live_redis: Any, teacher: User, cohort: Cohort, question: HelpRequest
) -> None:
    for address in ("/help/", f"/cohorts/{cohort.pk}/help/"):
        whole = client_of(teacher).get(address).content.decode()
        assert f'data-url="{address}" data-stream="{reverse("help-stream")}"' in whole
        found = client_of(teacher).get(address, headers=HTMX).content.decode()
        assert "<html" not in found
        assert 'id="nav-questions"' in found
        assert 'id="queue" data-waiting="1"' in found


def test_by_script_a_question_is_what_changes_of_it(
    client_of: Callable[[User], Client], live_redis: Any, teacher: User, attempt: Attempt, question: HelpRequest
) -> None:
    client, address = client_of(teacher), f"/help/{question.pk}/"
    actions.take(question=question, by=teacher)
    actions.answer(question=question, by=teacher, text="", lines=["ls"])
    assert f'data-url="{address}"' in client.get(address).content.decode()
    run(attempt, "ls")
    found = client.get(address, headers=HTMX).content.decode()
    assert "run as #1" in found
    assert "<textarea" not in found, "what is being written stays as it is"
    actions.close(question=question, ending="solved")
    assert "Nothing more can be sent." in client.get(address, headers=HTMX).content.decode()


# --- the stream ------------------------------------------------------------------------------------------------------------


async def opened(user: User) -> Reading:
    client = AsyncClient()
    await client.aforce_login(user)
    await sync_to_async(events.publish)(live.name(user.pk), "begun")
    response = await client.get(reverse("help-stream"), {"after": await sync_to_async(live.position)(user)})
    assert response.status_code == 200
    reading = Reading(response)
    assert await anext(reading.body) == b": hello\n\n"
    return reading


@pytest.mark.django_db(transaction=True)
async def test_a_question_reaches_the_page(live_redis: Any, teacher: User, attempt: Attempt, question: HelpRequest) -> None:
    reading = await opened(teacher)
    await sync_to_async(live.changed)(attempt)
    assert await reading.next() == ("changed", {"attempt": attempt.pk})
    await reading.body.aclose()


@pytest.mark.django_db(transaction=True)
async def test_after_a_gap_the_page_asks_again_and_who_answers_nobody_is_let_go(live_redis: Any, teacher: User, attempt: Attempt) -> None:
    reading = await opened(teacher)
    await sync_to_async(events.publish)(live.name(teacher.pk), "again")
    name, data = await reading.next()
    assert (name, set(data)) == ("refresh", {"after"})
    await User.objects.filter(pk=teacher.pk).aupdate(role=Role.LEARNER)
    await sync_to_async(events.publish)(live.name(teacher.pk), "again")
    assert await reading.next() == ("bye", {})
    await reading.body.aclose()


@pytest.mark.django_db(transaction=True)
async def test_nobody_else_opens_it(live_redis: Any, attempt: Attempt) -> None:
    client = AsyncClient()
    assert (await client.get(reverse("help-stream"))).status_code == 302
    await client.aforce_login(attempt.user)
    for method in (client.get, client.head):
        assert (await method(reverse("help-stream"))).status_code == 404

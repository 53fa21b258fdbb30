"""Who has a page of a lab open, and what labs tell the site."""

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from course.models import Role, User
from labs import events, happening, presence
from tests.people import cohort_of


def test_a_page_that_says_nothing_more_is_closed(live_redis):
    presence.here(3)
    presence.here(4)
    events.client().zadd("presence", {"4": 0})
    assert presence.online() == {3}


def test_without_redis_nobody_is_here(settings):
    settings.REDIS_URL = "unix:///nowhere"
    presence.here(1)
    assert presence.online() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["learner", "teacher"])
async def test_ones_own_open_page_is_presence_and_looking_at_anothers_is_not(live_redis, attempt, who):
    teacher = await sync_to_async(User.objects.create_user)("teacher", role=Role.INSTRUCTOR)
    learner = await User.objects.aget(pk=attempt.user_id)
    await sync_to_async(cohort_of)(teacher, learner)
    client = AsyncClient()
    await client.aforce_login(learner if who == "learner" else teacher)
    body = (await client.get(f"/attempts/{attempt.pk}/stream/")).streaming_content
    assert await anext(body) == b": hello\n\n"
    await sync_to_async(events.publish)(attempt.pk, "reload")
    await anext(body)  # by now it has been said
    await body.aclose()
    assert presence.online() == ({attempt.user_id} if who == "learner" else set())


def test_the_site_hears_what_is_committed(attempt, settings, monkeypatch, django_capture_on_commit_callbacks):
    told: list[tuple] = []
    monkeypatch.setattr("course.board.happening.happened", lambda *what: told.append(what))
    with django_capture_on_commit_callbacks(execute=True):
        happening.told("moved", attempt.pk)
        assert told == []
    assert told == [("moved", attempt.pk)]
    settings.LABS_HAPPENED = ()
    with django_capture_on_commit_callbacks(execute=True):
        happening.told("moved", attempt.pk)
    assert len(told) == 1

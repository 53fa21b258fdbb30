"""Open boards: what their streams bring, to whom, how often, and when they end."""

from contextlib import aclosing

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.urls import reverse

from course.board import live, stream
from course.board.models import Alarm
from course.models import Role, User
from course.people import actions
from course.people.models import Membership
from labs import events, presence
from labs import stream as labs_stream
from labs.models import StepProgress
from tests.processes import until
from tests.streams import Reading

pytestmark = pytest.mark.django_db(transaction=True)


async def opened(cohort, user, lab: str = "") -> Reading:
    client = AsyncClient()
    await client.aforce_login(user)
    address = reverse("board-stream-lab", args=[cohort.pk, lab]) if lab else reverse("board-stream", args=[cohort.pk])
    await sync_to_async(events.publish)(live.name(cohort.pk), "begun")
    state = await sync_to_async(stream.state)(cohort, lab)
    response = await client.get(address, {"after": state["after"]})
    assert response.status_code == 200
    reading = Reading(response)
    assert await anext(reading.body) == b": hello\n\n"
    return reading


async def test_a_row_reaches_the_page(live_redis, cohort, teacher, attempt):
    reading = await opened(cohort, teacher)
    await StepProgress.objects.filter(step_id="make").aupdate(state="passed")
    await sync_to_async(live.publish)(attempt.user_id)
    async with aclosing(reading.body):
        name, data = await reading.next()
    assert (name, data["user"]) == ("row", attempt.user_id)
    assert data["html"].count('<td class="b-passed') == 1
    assert data["html"].startswith(f'<tr id="learner-{attempt.user_id}"')


@pytest.mark.parametrize("who", ["minji", "another", "visitor"])
async def test_nobody_else_opens_it(live_redis, cohort, minji, who):
    client = AsyncClient()
    if who == "minji":
        await client.aforce_login(minji)
    elif who == "another":
        await client.aforce_login(await sync_to_async(User.objects.create_user)("another", role=Role.INSTRUCTOR))
    for method in (client.get, client.head):
        answer = await method(reverse("board-stream", args=[cohort.pk]))
        assert answer.status_code == (302 if who == "visitor" else 404)


async def test_nothing_is_rendered_where_nobody_looks(live_redis, cohort, attempt):
    await sync_to_async(live.publish)(attempt.user_id)
    assert events.position(live.name(cohort.pk)) == events.NOWHERE


async def test_each_view_gets_its_own(live_redis, cohort, teacher, attempt):
    await sync_to_async(live.watch)(cohort.pk, "ko:")
    await sync_to_async(live.watch)(cohort.pk, "en:first")
    reading = await opened(cohort, teacher, "first")
    await sync_to_async(live.publish)(attempt.user_id)
    async with aclosing(reading.body):
        _name, data = await reading.next()
    assert set(data) == {"user", "html"}
    assert "Make it" in data["html"]
    assert stream.shape("ja:", events.Event("e:1", "row", {"user": 1, "rows": {"ko:": ""}})) is None


async def test_who_stops_teaching_sees_no_more(live_redis, cohort, teacher, attempt):
    reading = await opened(cohort, teacher)
    member = await Membership.objects.select_related("cohort", "user").aget(user=teacher)
    await sync_to_async(actions.remove)(membership=member, by=teacher)
    async with aclosing(reading.body):
        assert await reading.next() == ("bye", {})
        assert await reading.next() == ("end", {})


async def test_who_joins_appears_and_who_leaves_goes(live_redis, cohort, teacher, attempt, jisoo):
    reading = await opened(cohort, teacher)
    member = await Membership.objects.select_related("cohort", "user").aget(user=jisoo)
    await sync_to_async(actions.remove)(membership=member, by=teacher)
    async with aclosing(reading.body):
        name, data = await reading.next()
    assert name == "refresh"
    assert "Minji" in data["html"]
    assert "Jisoo" not in data["html"]


async def test_it_ends_to_be_authorised_again(live_redis, cohort, teacher, monkeypatch):
    monkeypatch.setattr(labs_stream, "SECONDS", -1.0)
    reading = await opened(cohort, teacher)
    async with aclosing(reading.body):
        assert await reading.next() == ("bye", {})


def test_at_most_once_a_second_and_the_last_is_never_lost(live_redis, monkeypatch):
    published: list[int] = []
    monkeypatch.setattr(live, "publish", published.append)
    live.watch(1, "en:")
    publisher = live._Publisher()
    for _ in range(50):
        publisher.add(7)
    publisher.add(8)
    until(lambda: 8 in published)
    publisher.add(7)  # while the gate is shut: it is told when it opens
    until(lambda: published.count(7) == 2)
    assert len(published) == 3
    assert 0 < events.client().pttl("board:gate:7") <= live.GATE_MS


def test_a_publisher_with_nothing_to_do_ends_and_begins_anew(live_redis, monkeypatch):
    published: list[int] = []
    monkeypatch.setattr(live, "publish", published.append)
    monkeypatch.setattr(live._Publisher, "IDLE_SECONDS", 0.01)
    live.watch(1, "en:")
    publisher = live._Publisher()
    publisher.add(1)
    until(lambda: published == [1] and publisher._thread is None)
    publisher.add(2)
    until(lambda: published == [1, 2])


def test_who_came_and_went_is_told_once(live_redis):
    assert live.came_or_went() == set()
    presence.here(5)
    assert live.came_or_went() == {5}
    assert live.came_or_went() == set()
    events.client().delete("presence")
    assert live.came_or_went() == {5}


def test_without_redis_nobody_is_here_and_nothing_breaks(settings, cohort, attempt):
    settings.REDIS_URL = "unix:///nowhere"
    presence.here(1)
    live.watch(cohort.pk, "en:")
    assert live.came_or_went() == set()
    assert stream.state(cohort)["after"] == events.NOWHERE
    assert Alarm.objects.count() == 0

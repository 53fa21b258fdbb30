"""Nothing is missed and nothing comes twice, or a gap says so."""

import asyncio
from contextlib import aclosing

import pytest

from labs import events
from labs.events import Event, Gap, KeepAlive
from tests.processes import until

pytestmark = pytest.mark.usefixtures("live_redis")


async def first(count: int, attempt: int, after: str, **options) -> list:
    found: list = []

    async def read() -> None:
        async with aclosing(events.follow(attempt, after, **options)) as following:
            async for item in following:
                if not isinstance(item, KeepAlive):
                    found.append(item)
                if len(found) == count:
                    return

    await asyncio.wait_for(read(), 20)
    return found


def names(items: list) -> list[str]:
    return [item.name if isinstance(item, Event) else "gap" for item in items]


async def test_what_was_published_comes_in_order_with_its_data():
    events.publish(1, "block", html="<b>")
    where = events.position(1)
    events.publish(1, "output", id=3, lines="x\n")
    events.publish(1, "guide", html="y")
    found = await first(2, 1, where)
    assert found[0] == Event(found[0].position, "output", {"id": 3, "lines": "x\n"})
    assert names(found) == ["output", "guide"]
    assert names(await first(1, 1, found[0].position)) == ["guide"]


async def test_waits_for_what_comes_later():
    where = events.publish(1, "a")
    task = asyncio.ensure_future(first(1, 1, where))
    await asyncio.sleep(0)
    await asyncio.to_thread(events.publish, 1, "b")
    assert names(await task) == ["b"]


async def test_attempts_are_apart():
    where = events.publish(1, "a")
    events.publish(2, "other")
    events.publish(1, "mine")
    assert names(await first(1, 1, where)) == ["mine"]


async def test_a_page_before_the_first_event_misses_nothing():
    where = events.position(1)
    assert where == events.NOWHERE
    events.publish(1, "a")
    assert names(await first(1, 1, where)) == ["gap"], "it may not know what was before"


async def test_the_first_event_of_all_is_no_gap():
    task = asyncio.ensure_future(first(1, 1, events.NOWHERE, block_seconds=0.05))
    await asyncio.to_thread(wait_for_reader)
    await asyncio.to_thread(events.publish, 1, "a")
    assert names(await task) == ["a"]


def wait_for_reader() -> None:
    until(lambda: any(client["cmd"] == "xread" for client in events.client().client_list()))


async def test_a_follower_can_be_ended_at_any_moment():
    for rounds in range(40):
        where = events.publish(1, "a")
        task = asyncio.ensure_future(first(2, 1, where, block_seconds=0.01))
        events.publish(1, "b")
        for _ in range(rounds % 20):
            await asyncio.sleep(0)
        task.cancel()
        done, _pending = await asyncio.wait([task], timeout=10)
        assert done, "a follower outlived its page"


async def test_trimmed_entries_are_a_gap(monkeypatch):
    monkeypatch.setattr(events, "LENGTH", 10)
    where = events.publish(1, "first")
    for _ in range(500):
        last = events.publish(1, "more")
    found = await first(2, 1, where)
    assert names(found) == ["gap", "more"]
    assert events.split(last)[0] == events.split(found[0].position)[0]


async def test_large_events_are_kept_in_smaller_number(monkeypatch):
    monkeypatch.setattr(events, "BYTES", 64 * 1024)
    for _ in range(200):
        events.publish(1, "more", html="x" * 8192)
    assert events.client().xlen(events._keys(1)[0]) <= 2 * events.FEWEST


async def test_a_stream_begun_anew_is_a_gap(live_redis):
    for _ in range(5):
        where = events.publish(1, "old")
    events.client().flushall()
    assert names(await first(1, 1, where)) == ["gap"]
    new = events.publish(1, "new")
    assert events.split(new)[0] != events.split(where)[0]
    found = await first(1, 1, where)
    assert names(found) == ["gap"]
    events.publish(1, "newer")
    assert names(await first(1, 1, found[0].position)) == ["newer"]


async def test_either_key_lost_begins_anew():
    old = events.publish(1, "old")
    events.client().delete(events._keys(1)[0])
    new = events.publish(1, "new")
    assert events.split(new)[0] != events.split(old)[0]
    assert events.split(new)[1] == 1


async def test_a_server_killed_under_a_follower(live_redis):
    where = events.publish(1, "old")
    got: asyncio.Queue = asyncio.Queue()

    async def follow() -> None:
        async with aclosing(events.follow(1, where, block_seconds=0.2)) as following:
            async for item in following:
                await got.put(item)

    task = asyncio.ensure_future(follow())
    try:
        events.publish(1, "before")
        assert names([await asyncio.wait_for(got.get(), 20)]) == ["before"]
        live_redis.kill()
        assert await asyncio.to_thread(events.publish, 1, "unheard") == ""
        await asyncio.to_thread(live_redis.start)
        assert names([await asyncio.wait_for(got.get(), 20)]) == ["gap"]
        await asyncio.to_thread(events.publish, 1, "after")
        assert names([await asyncio.wait_for(got.get(), 20)]) == ["after"]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_keeps_alive(monkeypatch):
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.05)
    where = events.publish(1, "a")
    async with aclosing(events.follow(1, where, block_seconds=0.05)) as following:
        assert await asyncio.wait_for(anext(following), 20) == KeepAlive()


async def test_expires():
    events.publish(1, "a")
    assert all(0 < events.client().ttl(key) <= events.EXPIRES_SECONDS for key in events._keys(1))


@pytest.mark.parametrize("text", ["", "x", ":", "a:b", "a:-1", "a:1:2", "é:²", "a:" + "9" * 40])
async def test_any_last_event_id_is_only_a_gap(text):
    assert events.split(text)[1] == 0
    events.publish(1, "a")
    assert isinstance((await first(1, 1, text))[0], Gap)

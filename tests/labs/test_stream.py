"""The event stream: what it sends, where it goes on, and that nothing is missing after a gap."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from course.models import User
from labs import actions, events, stream
from labs.events import Event, Gap, KeepAlive
from labs.lab import catalog
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version

pytestmark = pytest.mark.django_db(transaction=True)
YAML = "title: {ko: 놀이터, en: Playground}\nsummary: {ko: 놀이, en: Play}\nminutes: 1\n"


@pytest.fixture
def attempt(tmp_path: Path, settings, monkeypatch) -> Attempt:
    folder = tmp_path / "catalog" / "play"
    folder.mkdir(parents=True)
    (folder / "lab.yaml").write_text(YAML)
    for language in ("ko", "en"):
        (folder / f"{language}.md").write_text("Play.\n")
    settings.SANDBOX_CATALOG = tmp_path / "catalog"
    monkeypatch.setattr(actions, "wake", lambda *words: None)
    monkeypatch.setattr(events, "position", lambda pk: "e:9")
    owner = User.objects.create_user("owner")
    attempt = actions.start_attempt(user=owner, lab=catalog.get("play"))
    start = Version.objects.create(account="111122223333")
    attempt.sandbox = Sandbox.objects.create(owner=owner, label="play", head=start, start=start)
    attempt.save()
    return attempt


@pytest.fixture
def script(monkeypatch):
    """``script.says(after, items)``: what following from that position yields; then it waits for ever. ``closed`` counts endings."""
    return Script(monkeypatch)


class Script:
    def __init__(self, monkeypatch) -> None:
        self.lines: dict[str, list] = {}
        self.asked: list[str] = []
        self.closed = 0
        monkeypatch.setattr(events, "follow", self.follow)

    def says(self, after: str, *items) -> None:
        self.lines[after] = list(items)

    async def follow(self, pk: int, after: str) -> AsyncIterator:
        self.asked.append(after)
        try:
            for item in self.lines.get(after, []):
                yield item
            await asyncio.Event().wait()
        finally:
            self.closed += 1


async def read(attempt: Attempt, frames: int, query: str = "", **headers: str) -> list[dict]:
    """The first ``frames`` frames that are no comments; then it goes away like a browser."""
    client = AsyncClient()
    await client.aforce_login(await User.objects.aget(pk=attempt.user_id))
    answer = await client.get(f"/attempts/{attempt.pk}/stream/{query}", headers=headers)
    assert answer.status_code == 200
    found: list[dict] = []
    body = answer.streaming_content
    async with asyncio.timeout(10):
        async for piece in body:
            text = piece.decode()
            if not text.startswith(":"):
                found.append(dict(line.split(": ", 1) for line in text.strip().split("\n")))
            if len(found) == frames:
                break
    await body.aclose()
    return found


async def test_it_is_an_event_stream_that_nothing_keeps(attempt: Attempt, script: Script) -> None:
    client = AsyncClient()
    await client.aforce_login(await User.objects.aget(pk=attempt.user_id))
    answer = await client.get(f"/attempts/{attempt.pk}/stream/")
    assert answer["Content-Type"] == "text/event-stream"
    assert answer["Cache-Control"] == "no-cache"
    assert answer["X-Accel-Buffering"] == "no"
    body = answer.streaming_content
    assert (await anext(body)).startswith(b":")  # headers leave at once
    await body.aclose()


async def test_events_come_with_their_position(attempt: Attempt, script: Script) -> None:
    script.says(
        "e:3", Event("e:4", "output", {"id": 1, "lines": "a\nb\n", "current": "<"}), KeepAlive(), Event("e:5", "prompt", {"html": "x"})
    )
    first, second = await read(attempt, 2, "?after=e:3")
    assert (first["id"], first["event"]) == ("e:4", "output")
    assert json.loads(first["data"]) == {"id": 1, "lines": "a\nb\n", "current": "<"}
    assert (second["id"], second["event"]) == ("e:5", "prompt")


async def test_the_browsers_own_last_id_wins(attempt: Attempt, script: Script) -> None:
    script.says("e:6", Event("e:7", "reload", {}))
    await read(attempt, 1, "?after=e:3", **{"last-event-id": "e:6"})
    assert script.asked == ["e:6"]


async def test_a_gap_brings_the_whole_state_and_goes_on_from_there(attempt: Attempt, script: Script) -> None:
    await Command.objects.acreate(attempt=attempt, number=1, line="echo hi", state="running", output=b"hi\n", stream_id="e:8")
    script.says("old:3", Gap("e:9"))
    script.says("e:8", Event("e:9", "output", {"id": 1, "lines": "more\n", "current": ""}))
    refresh, output = await read(attempt, 2, "?after=old:3")
    state = json.loads(refresh["data"])
    assert (refresh["event"], refresh["id"], state["after"]) == ("refresh", "e:8", "e:8")
    assert "echo hi" in state["log"]
    assert '<span class="out-lines">hi\n</span>' in state["log"]
    assert 'id="prompt-sign"' in state["prompt"]
    assert output["id"] == "e:9"
    assert script.asked == ["old:3", "e:8"]


async def test_what_is_gone_for_good_is_not_asked_for_again_and_again(attempt: Attempt, script: Script) -> None:
    await Command.objects.acreate(attempt=attempt, number=1, line="yes", state="running", stream_id="e:1")
    script.says("x:0", Gap("e:9"))
    script.says("e:1", Gap("e:9"))
    script.says("e:9", Event("e:10", "reload", {}))
    frames = await read(attempt, 3, "?after=x:0")
    assert [frame["event"] for frame in frames] == ["refresh", "refresh", "reload"]
    assert script.asked == ["x:0", "e:1", "e:9"]


async def test_the_state_is_in_the_readers_language(attempt: Attempt, script: Script) -> None:
    script.says("", Gap("e:9"))
    (refresh,) = await read(attempt, 1, **{"accept-language": "ko"})
    assert "샌드박스가 준비되었습니다" in json.loads(refresh["data"])["log"]


async def test_after_some_minutes_it_says_bye(attempt: Attempt, script: Script, monkeypatch) -> None:
    monkeypatch.setattr(stream, "SECONDS", 0.0)
    script.says("e:1", Event("e:2", "reload", {}))
    assert [frame["event"] for frame in await read(attempt, 2, "?after=e:1")][-1] == "bye"


async def test_a_reader_who_leaves_leaves_nothing_open(attempt: Attempt, script: Script) -> None:
    script.says("e:1", Event("e:2", "reload", {}))
    reading = asyncio.create_task(read(attempt, 2, "?after=e:1"))  # the second never comes
    async with asyncio.timeout(10):
        while not script.asked:
            await asyncio.sleep(0.01)
    reading.cancel()  # what the server does when the browser is gone
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert script.closed == 1


async def test_somebody_elses_stream_is_not_there(attempt: Attempt, script: Script) -> None:
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(User.objects.create_user)("other"))
    answer = await client.get(f"/attempts/{attempt.pk}/stream/")
    assert answer.status_code == 404
    assert script.asked == []


async def test_nobody_signs_in_first(attempt: Attempt, script: Script) -> None:
    answer = await AsyncClient().get(f"/attempts/{attempt.pk}/stream/")
    assert answer.status_code == 302

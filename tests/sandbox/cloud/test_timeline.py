"""Events run in order, each at its own moment, and one that fails is an end, not a loop."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from sandbox.cloud import timeline
from sandbox.cloud.clock import Clock
from sandbox.cloud.timeline import BATCH, Context, Timeline
from tests.processes import until

Seen = list[tuple[float, str]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What the handlers of these tests did, and when by the account's clock."""
    monkeypatch.setattr(timeline, "_handlers", {})
    rows: Seen = []

    @timeline.handler("test.say")
    def say(context: Context, data: dict[str, Any]) -> None:
        rows.append((context.now, data["word"]))

    @timeline.handler("test.count")
    def count(context: Context, data: dict[str, Any]) -> None:
        rows.append((context.now, str(data["left"])))
        if data["left"]:
            context.schedule(10, "test.count", {"left": data["left"] - 1})

    @timeline.handler("test.for-ever")
    def for_ever(context: Context, data: dict[str, Any]) -> None:
        rows.append((context.now, "again"))
        context.schedule(data["every"], "test.for-ever", data)

    def mark(context: Context, data: dict[str, Any], error: Exception) -> None:
        rows.append((context.now, f"failed: {error}"))

    @timeline.handler("test.break", failed=mark)
    def broken(context: Context, data: dict[str, Any]) -> None:
        raise ValueError("no such thing")

    return rows


def test_in_order_each_at_its_moment(seen: Seen) -> None:
    line = Timeline()
    for after, word in ((30, "c"), (10, "a"), (10, "b"), (99, "never")):
        line.schedule(after, "test.say", {"word": word})
    assert line.due_in == 10
    assert line.run_until(40) == 3
    assert seen == [(10, "a"), (10, "b"), (30, "c")]
    assert (line.now, line.due_in) == (40, 59)


def test_an_event_may_schedule_further_ones(seen: Seen) -> None:
    line = Timeline()
    line.schedule(5, "test.count", {"left": 3})
    line.run_until(26)
    assert seen == [(5, "3"), (15, "2"), (25, "1")]
    assert line.due_in == 9


def test_cancelled_is_cancelled_once(seen: Seen) -> None:
    line = Timeline()
    number = line.schedule(5, "test.say", {"word": "x"})
    assert line.cancel(number)
    assert not line.cancel(number)
    assert (line.run_until(10), seen, line.due_in) == (0, [], None)


def test_a_handler_that_raises_ends_visibly_and_holds_up_nothing(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    line = Timeline()
    line.schedule(1, "test.break", {"id": "i-1"})
    line.schedule(2, "test.say", {"word": "after"})
    line.run_until(3)
    line.run_until(9)
    assert seen == [(1, "failed: no such thing"), (2, "after")]
    assert line.failures == ['test.break {"id": "i-1"}: ValueError: no such thing']
    assert "ValueError: no such thing" in capsys.readouterr().err


def test_a_name_of_another_edition_is_such_a_failure(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    line = Timeline()
    line.thaw({"now": 0.0, "serial": 1, "events": [{"due": 1.0, "id": 1, "handler": "gone.away", "data": {}}]})
    line.run_until(2)
    assert line.failures and not line.events


def test_what_is_left_alone_for_long_catches_up_with_so_many_and_goes_on_from_there(seen: Seen) -> None:
    line = Timeline()
    line.schedule(1, "test.for-ever", {"every": 1})
    assert line.run_until(1_000_000) == BATCH
    assert (line.now, line.due_in) == (BATCH, 1)


def test_a_clock_never_goes_back(seen: Seen) -> None:
    line = Timeline(now=50)
    line.run_until(20)
    assert line.now == 50


def test_skip_goes_to_the_next_moment_and_no_further(seen: Seen) -> None:
    line = Timeline()
    for after in (10, 10, 11):
        line.schedule(after, "test.say", {"word": str(after)})
    assert (line.skip(), line.now, line.due_in) == (2, 10, 1)
    assert (line.skip(), line.skip(), line.now) == (1, 0, 11)


def test_only_json_and_only_known_names(seen: Seen) -> None:
    line = Timeline()
    with pytest.raises(TypeError):
        line.schedule(1, "test.say", {"word": object()})
    with pytest.raises(KeyError):
        line.schedule(1, "test.unknown", {})
    assert not line.changed


def test_frozen_and_thawed_it_goes_on(seen: Seen) -> None:
    line = Timeline()
    line.schedule(5, "test.count", {"left": 1})
    line.run_until(7)
    again = Timeline()
    again.thaw(json.loads(json.dumps(line.frozen())))
    assert not again.changed
    again.run_until(20)
    assert seen == [(5, "1"), (15, "0")]


class Wall:
    """Real time, as the test says."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_clock_goes_at_its_rate_and_runs_what_became_due_meanwhile(seen: Seen) -> None:
    line, wall = Timeline(), Wall()
    line.schedule(100, "test.say", {"word": "slept"})
    line.schedule(160, "test.say", {"word": "awake"})
    clock = Clock(line, threading.RLock(), monotonic=wall)
    clock.start(120, 0)
    assert seen == [(100, "slept")]
    clock._rate = 60
    wall.now += 0.5
    clock.catch_up()
    assert (seen[1:], line.now) == ([], 150)
    wall.now += 0.25
    clock.catch_up()
    assert (seen[1:], line.now) == ([(160, "awake")], 165)


def test_the_thread_runs_what_is_due_and_hears_of_what_is_scheduled(seen: Seen) -> None:
    line, lock, said = Timeline(), threading.RLock(), threading.Event()

    @timeline.handler("test.tell")
    def tell(context: Context, data: dict[str, Any]) -> None:
        said.set()

    clock = Clock(line, lock)
    line.notify = clock.changed
    clock.start(0, 1e6)  # an hour in 3.6 ms
    until(lambda: clock._turn._waiters)  # nothing is due: it waits for an hour of ours
    with lock:
        line.schedule(3600, "test.tell", {})
    assert said.wait(20)


def test_a_handlers_own_calls_do_not_run_events(seen: Seen) -> None:
    line, wall = Timeline(), Wall()
    clock = Clock(line, threading.RLock(), monotonic=wall)

    @timeline.handler("test.nested")
    def nested(context: Context, data: dict[str, Any]) -> None:
        wall.now += 5
        clock.catch_up()
        clock.skip()
        assert (context.now, seen) == (1, [])

    line.schedule(1, "test.nested", {})
    line.schedule(2, "test.say", {"word": "later"})
    clock.start(1, 0)
    assert not line.failures
    line.run_until(2)
    assert seen == [(2, "later")]

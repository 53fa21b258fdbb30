"""Stop, input and size reach the worker, and still do after Redis was away."""

import pytest

from labs import control
from labs.control import Listener, Reins
from tests.labs.conftest import FakeLive
from tests.processes import until


@pytest.fixture
def listener(live_redis):
    found = Listener(live_redis.url)
    assert found.listening.wait(20)
    yield found
    found.close()


def test_what_is_meant_for_a_command_reaches_it(listener):
    mine, other = FakeLive(), FakeLive()
    with listener.controls(1, Reins(mine)), listener.controls(2, Reins(other)):
        assert control.send(1, "input", text="예\n")
        assert control.send(1, "resize", rows=30, cols=120)
        assert control.send(1, "signal", name="INT")
        mine.wait(lambda: mine.signals == ["30x120", "INT"])
    assert bytes(mine.typed) == "예\n".encode()
    assert (bytes(other.typed), other.signals) == (b"", [])


def test_who_shows_the_output_hears_of_sizes_and_signals():
    reins, heard = Reins(FakeLive()), []
    reins.resized, reins.signalled = lambda *size: heard.append(size), lambda: heard.append("signal")
    reins.resize(30, 120)
    reins.signal("INT")
    assert heard == [(30, 120), "signal"]


def test_a_signal_asked_for_twice_is_given_once():
    live = FakeLive()
    reins = Reins(live)
    for name in ("INT", "INT", "KILL", "KILL"):
        reins.signal(name)
    assert live.signals == ["INT", "KILL"]


def test_nobody_hears(live_redis):
    assert control.send(1, "input", text="x") is False


def test_redis_is_away(live_redis):
    live_redis.kill()
    assert control.send(1, "input", text="x") is False


def test_bad_messages_deafen_nobody(listener, caplog):
    from labs import events

    live = FakeLive()
    with listener.controls(1, Reins(live)):
        for body in ("not json", "[]", '{"command": 1}', '{"command": 1, "what": "input"}'):
            events.client().publish(control.CHANNEL, body)
        control.send(1, "signal", name="KILL")
        live.wait(lambda: live.signals == ["KILL"])


def test_hears_again_after_a_restart(listener, live_redis):
    live = FakeLive()
    with listener.controls(1, Reins(live)):
        live_redis.kill()
        until(lambda: not listener.listening.is_set())
        live_redis.start()
        assert listener.listening.wait(20)
        assert control.send(1, "input", text="again")
        live.wait(lambda: bytes(live.typed) == b"again")

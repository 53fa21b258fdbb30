"""What no pickle carries by itself, there and back; and what none may carry, named."""

from __future__ import annotations

import gc
import io
import socket
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.cloud import freeze
from sandbox.cloud.blame import FreezeError, blame


def again(thing: Any) -> Any:
    bodies: dict[str, bytes] = {}
    return freeze._Unpickler(io.BytesIO(freeze._pickled(thing, bodies)), bodies.__getitem__).load()


def where(thing: Any) -> FreezeError:
    found = blame(thing, lambda part: freeze._pickled(part, {}))
    assert found is not None
    return found


def test_locks_are_open_and_stay_shared() -> None:
    lock = threading.Lock()
    with lock:
        found = again({"lock": lock, "one": threading.Condition(lock), "other": threading.Condition(lock)})
    assert found["one"]._lock is found["other"]._lock is found["lock"]
    assert not found["lock"].locked()
    with found["one"]:
        found["other"].notify_all()


def test_an_event_is_set_or_not() -> None:
    event = threading.Event()
    assert not again(event).is_set()
    event.set()
    assert again(event).is_set()


def test_weak_references() -> None:
    target = Target("kept")
    found = again([target, weakref.ref(target), weakref.proxy(target)])
    assert found[1]() is found[0]
    assert found[2].name == "kept"
    lost = weakref.ref(Target("lost"))
    gc.collect()
    assert again(lost)() is None


class Target:
    def __init__(self, name: str) -> None:
        self.name = name


class Export(threading.Thread):
    """As moto's exports of a table: a resource that is a thread."""

    def __init__(self, until: threading.Event) -> None:
        super().__init__()
        self.status = "IN_PROGRESS"
        self.until = until

    def run(self) -> None:
        self.until.wait()
        self.status = "COMPLETED"


def test_a_resource_that_is_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    until = threading.Event()
    export = Export(until)
    export.start()
    monkeypatch.setattr("sandbox.cloud.reducers._JOIN_SECONDS", 0)
    assert "a thread that is still running" in str(where({"exports": [export]}))
    until.set()
    export.join()
    found = again(export)
    assert (found.status, found.is_alive()) == ("COMPLETED", False)


def test_what_cannot_be_frozen_is_named_with_its_path() -> None:
    ours, theirs = socket.socketpair()
    backend = SimpleNamespace(fine={"a": 1}, queues={"work": SimpleNamespace(name="work", links=[1, ours])})
    with ours, theirs:
        error = where({"sqs": {"111122223333": {"us-east-1": backend}}})
    assert error.path == "['sqs']['111122223333']['us-east-1'].queues['work'].links[1]"
    assert "socket.socket" in str(error)


@pytest.mark.parametrize("make", [Path("/dev/null").open, lambda: io.FileIO("/dev/null"), lambda: (n for n in (1,))])
def test_nothing_is_carried_as_something_else(make: Any) -> None:
    """cloudpickle would keep a file as its content."""
    thing = make()
    with pytest.raises(TypeError, match="cannot be frozen"):
        freeze._pickled(thing, {})
    thing.close()


def test_where_all_is_well_nobody_is_blamed() -> None:
    assert blame({"a": [1, {"b": object}]}, lambda part: freeze._pickled(part, {})) is None

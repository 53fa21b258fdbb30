"""What is due to happen in the account, and its own clock: part of the value, so it freezes, thaws, forks and is undone with it.

How an engine uses it. A thing that takes time is a plain function, registered under a name that stays (the name is what is frozen,
never code), that makes one transition and says when the next one is due::

    @timeline.handler("codebuild.phase", failed=fail_the_build)
    def next_phase(context: timeline.Context, data: dict[str, Any]) -> None:
        build = builds[data["account"], data["region"]][data["id"]]  # look the thing up: it may be gone by now
        build.enter(data["phase"])
        context.schedule(12, "codebuild.phase", {**data, "phase": following(data["phase"])})

The request that starts it calls ``timeline.schedule(0, "codebuild.phase", {…})``, the one that stops it ``timeline.cancel(id)``. ``data``
is JSON. A handler changes backends directly, or asks as a client would by ``context.call``; it holds the gate's lock, so it is quick,
and what takes long it begins and looks after later. There is no thread, no sleep and no real time in it: ``context.now`` stands at
the moment that was due, also when nobody looked until days later. One that raises is not tried again: ``failed(context, data, error)``
puts the thing into the state that AWS calls failed. Import the module in ``sandbox.cloud.engines``, so that its handlers are known.
"""

from __future__ import annotations

import heapq
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

BATCH = 500  # events in one go: what was left alone for long catches up with so many, then its clock goes on from there
_FAILURES = 20

Data = dict[str, Any]


@dataclass(order=True, slots=True)
class Event:
    """``due``: seconds of the account's clock. Of two at one moment the one scheduled first comes first."""

    due: float
    id: int
    handler: str = field(compare=False)
    data: Data = field(compare=False)


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler is given. ``call(service, operation, params, account, region)`` asks as an administrator; raises CloudError."""

    line: Timeline
    call: Callable[..., Any]

    @property
    def now(self) -> float:
        return self.line.now

    def schedule(self, after: float, handler: str, data: Data) -> int:
        return self.line.schedule(after, handler, data)

    def cancel(self, number: int) -> bool:
        return self.line.cancel(number)


Handler = Callable[[Context, Data], None]
Failed = Callable[[Context, Data, Exception], None]
_handlers: dict[str, tuple[Handler, Failed | None]] = {}


def handler(name: str, *, failed: Failed | None = None) -> Callable[[Handler], Handler]:
    """Register a function under a dotted name that stays for good: frozen accounts hold it."""

    def register(function: Handler) -> Handler:
        _handlers[name] = (function, failed)
        return function

    return register


def _uncalled(*_: Any) -> Any:
    raise RuntimeError("nobody to call in this process")


def _nobody() -> None:
    pass


@dataclass
class Timeline:
    """``now``: seconds since the account's birth, by its own clock. ``changed``: something was scheduled, cancelled or run.
    ``notify`` is told when the next event may be another."""

    now: float = 0.0
    serial: int = 0
    events: list[Event] = field(default_factory=list)
    changed: bool = False
    failures: list[str] = field(default_factory=list)
    call: Callable[..., Any] = _uncalled
    notify: Callable[[], None] = _nobody
    running: bool = False

    def schedule(self, after: float, handler: str, data: Data) -> int:
        """Let ``handler`` run ``after`` seconds from now. Returns what ``cancel`` takes. Raises TypeError for data that is not JSON,
        KeyError for a name that is not registered."""
        if handler not in _handlers:
            raise KeyError(handler)
        self.serial += 1
        heapq.heappush(self.events, Event(self.now + max(0.0, after), self.serial, handler, json.loads(json.dumps(data))))
        self.changed = True
        self.notify()
        return self.serial

    def cancel(self, number: int) -> bool:
        """False where it has run already."""
        kept = [event for event in self.events if event.id != number]
        if len(kept) == len(self.events):
            return False
        heapq.heapify(kept)
        self.events, self.changed = kept, True
        return True

    @property
    def due_in(self) -> float | None:
        """Seconds until the next event, None without one."""
        return max(0.0, self.events[0].due - self.now) if self.events else None

    def run_until(self, then: float) -> int:
        """Let the clock go on to ``then``, running what is due on the way in order. Returns how many ran, at most BATCH: with more to
        run it stands at the last one. A clock never goes back."""
        if self.running:  # a handler's own call
            return 0
        ran = 0
        while ran < BATCH and self.events and self.events[0].due <= then:
            self._run(heapq.heappop(self.events))
            ran += 1
        if not self.events or self.events[0].due > then:
            self.now = max(self.now, then)
        return ran

    def skip(self) -> int:
        """Go to the next event's moment and run what is due then. Returns how many ran; 0 without any."""
        return self.run_until(self.events[0].due) if self.events else 0

    def _run(self, event: Event) -> None:
        # Off the list before it runs, so that one that fails is not met again.
        self.now, self.changed, self.running = max(self.now, event.due), True, True
        context = Context(self, self.call)
        function, failed = _handlers.get(event.handler, (_unknown, None))
        try:
            function(context, event.data)
        except Exception as error:
            self._failed(event, error)
            if failed is not None:
                try:
                    failed(context, event.data, error)
                except Exception as second:
                    self._failed(event, second)
        finally:
            self.running = False

    def _failed(self, event: Event, error: Exception) -> None:
        traceback.print_exc(file=sys.stderr)
        self.failures = [*self.failures, f"{event.handler} {json.dumps(event.data)}: {type(error).__name__}: {error}"[:1000]][-_FAILURES:]

    def frozen(self) -> dict[str, Any]:
        """Plain data, for the value."""
        return {"now": self.now, "serial": self.serial, "events": [asdict(event) for event in self.events]}

    def thaw(self, state: dict[str, Any] | None) -> None:
        """What ``frozen`` gave; None stands for a value from before there was a clock."""
        found = state or {"now": 0.0, "serial": 0, "events": []}
        self.now, self.serial = found["now"], found["serial"]
        self.events = [Event(**event) for event in found["events"]]
        heapq.heapify(self.events)
        self.changed, self.failures = False, []


def _unknown(_context: Context, _data: Data) -> None:
    raise LookupError("no handler of this name: the value was made by another edition of the simulation")


line = Timeline()
"""This process's account has one."""


def schedule(after: float, handler: str, data: Data) -> int:
    """``Timeline.schedule`` of this process's account."""
    return line.schedule(after, handler, data)


def cancel(number: int) -> bool:
    return line.cancel(number)

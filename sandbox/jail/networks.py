"""Networks for live checkouts, one of them made ahead: a learner would wait for the milliseconds that making one takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.errors import Fault
from sandbox.jail import network
from sandbox.jail.loop import Loop

_AHEAD_SECONDS = 0.3  # after one was taken: the next is made when that command has begun, not beside its beginning


class Networks:
    """``empty`` and ``outer`` as for ``network.draft``."""

    def __init__(self, loop: Loop, empty: Path, outer: int | None) -> None:
        self._loop, self._empty, self._outer = loop, empty, outer
        self._spare: network.Draft | None = None
        self._planned = self._closed = False
        self._ended: dict[int, Callable[[], None]] = {}

    @property
    def pid(self) -> int:
        """Of the one made ahead; 0 where there is none at the moment."""
        return self._spare.pid if self._spare is not None else 0

    def start(self, identity: Mapping[str, str], ended: Callable[[], None]) -> network.Network:
        """One for ``identity``; ``ended`` is called when its helper has ended. Raises Fault ``network``."""
        spare, self._spare = self._spare, None
        self._plan()
        try:
            made = self._draft() if spare is None else spare
            found = made.become(identity)
        except Fault:
            if spare is None:
                raise
            found = self._draft().become(identity)  # the one that waited may have been killed meanwhile
        self._ended[found.pid] = ended
        return found

    def make_ahead(self) -> None:
        self._planned = False
        if self._spare is None and not self._closed:
            self._spare = self._draft()

    def close(self) -> None:
        """None is made any more, and none waits."""
        self._closed = True
        if self._spare is not None:
            self._spare.abandon()

    def _plan(self) -> None:
        if not self._planned:
            self._planned = True
            self._loop.later(_AHEAD_SECONDS, self.make_ahead)

    def _draft(self) -> network.Draft:
        made = network.draft(self._empty, self._outer)
        self._loop.child(made.pid, lambda _status: self._gone(made))
        return made

    def _gone(self, made: network.Draft) -> None:
        if self._spare is made:
            made.control.close()
            self._spare = None
        self._ended.pop(made.pid, lambda: None)()

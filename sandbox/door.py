"""Who is inside a live checkout besides the thread that holds it: the commands of another terminal, a file's save, a request.

What they do is kept with the checkout's one commit, or lost with it. The holder waits for the last of them before it commits, so
nothing changes under the scan.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from sandbox.checkout import Live

_change = threading.Condition()
_doors: dict[str, Door] = {}


class Door:
    """``inside``: how many are, the holder not counted."""

    def __init__(self, live: Live) -> None:
        self.live, self.inside = live, 0
        # Commands that follow one another without a pause must not put off the commit for ever.
        self.closes = time.monotonic() + settings.SANDBOX_WALL_SECONDS

    def shut(self, seconds: float = 0) -> bool:
        """Let nobody in any more, if nobody is inside, or will be within so many seconds; else False."""
        with _change:
            alone = _change.wait_for(lambda: not self.inside, seconds)
            if alone:
                _doors.pop(str(self.live.sandbox.pk), None)
        return alone


@contextlib.contextmanager
def opened(live: Live) -> Iterator[Door]:
    """Let others in until the block ends, which it does when the last of them has left. Left by an exception the checkout is lost at
    once, and those inside with it."""
    door, pk = Door(live), str(live.sandbox.pk)
    with _change:
        _doors[pk] = door
    try:
        yield door
        with _change:
            _change.wait_for(lambda: not door.inside)
            _doors.pop(pk, None)
    except BaseException:
        with _change:
            _doors.pop(pk, None)
        live.abort()
        with _change:
            _change.wait_for(lambda: not door.inside)
        raise


@contextlib.contextmanager
def entered(pk: Any) -> Iterator[Live | None]:
    """Be inside the checkout of sandbox ``pk`` that this process holds open; None where there is none, or it lets nobody in any more."""
    with _change:
        door = _doors.get(str(pk))
        if door is not None and time.monotonic() >= door.closes:
            door = None
        if door is not None:
            door.inside += 1
    try:
        yield door.live if door is not None else None
    finally:
        if door is not None:
            with _change:
                door.inside -= 1
                _change.notify_all()


def is_open(pk: Any) -> bool:
    """Whether this process holds a checkout of sandbox ``pk`` that others may enter."""
    with _change:
        return str(pk) in _doors

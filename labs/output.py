"""The output of one running command on its way to the page and to its row."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection

from labs import control, events, publishing
from labs.models import Command
from labs.terminal import Screen, Update, render
from labs.wording import words

log = logging.getLogger(__name__)

KEPT = 256 * 1024
"""So many bytes of output a row keeps and a page shows: the first half and the last half of them. It is the console's scroll-back."""
BATCH_SECONDS = 0.05
FLUSH_SECONDS = 1.0
FLUSH_BYTES = 64 * 1024
RENEW_SECONDS = 4.0
WAITING_BYTES = 256 * 1024
"""More than this is not held for the page: the program waits, as it would for a slow terminal."""
GLIMPSE = 2048


class Kept:
    """The first and last bytes of what was written, with a word for what is missing between them."""

    def __init__(self, most: int = KEPT) -> None:
        self._half = most // 2
        self._head, self._tail = bytearray(), bytearray()
        self._cut = 0

    @property
    def full(self) -> bool:
        """Whether more was written than is kept."""
        return self._cut > 0

    def add(self, data: bytes) -> None:
        room = self._half - len(self._head)
        self._head += data[:room] if room > 0 else b""
        self._tail += data[room:] if room > 0 else data
        if len(self._tail) > 2 * self._half:  # trimmed now and then, not at every write
            self._trim()

    def _trim(self) -> None:
        if (over := len(self._tail) - self._half) > 0:
            del self._tail[:over]
            self._cut += over

    def value(self) -> bytes:
        """Whole lines, where they are not longer than what is kept."""
        self._trim()
        if not self._cut:
            return bytes(self._head + self._tail)
        head = self._head[: self._head.rfind(b"\n") + 1] or self._head
        tail = _from_a_line(bytes(self._tail))
        return bytes(head) + self._word(self._cut + len(self._head) - len(head) + len(self._tail) - len(tail)) + tail

    def glimpse(self) -> bytes:
        """The last few lines, and how much there is above them that is not shown."""
        seen = _from_a_line(bytes(self._tail[-GLIMPSE:]))
        return self._word(self._cut + len(self._tail) - len(seen)) + seen

    def _word(self, missing: int) -> bytes:
        return f"\r\n\x1b[0;2m… {words('output-cut', bytes=missing)} …\x1b[0m\r\n".encode()


def _from_a_line(data: bytes) -> bytes:
    """Without its beginning, which may be the second half of a line, a character or a colour."""
    for end in (b"\n", b"\r", b" "):
        if 0 < (at := data.find(end, 0, GLIMPSE) + 1) < len(data):
            return data[at:]
    return data


class Output:
    """Write from the running thread; a thread of its own sends it on, keeps it, renews the row's lease and minds a stop asked for.

    As a context manager it ends with everything sent. The row gets the last of it with how the command ended (``value``); left by an
    exception, at once. ``full_screen``: the program asked for the whole screen.
    """

    def __init__(self, command: Command, reins: control.Reins, in_language: Callable[[], Any]) -> None:
        self._command, self._reins, self._in_language = command, reins, in_language
        self._screen, self._kept = Screen(), Kept()
        self._waiting = bytearray()
        self._change = threading.Condition()
        self._ended = self._dirty = self._lost = self._unshown = False
        self._unflushed = 0
        self._shown = 0.0
        self._flushed = self._renewed = time.monotonic()
        self._thread = threading.Thread(target=self._pump, name=f"command-{command.pk}", daemon=True)

    @property
    def full_screen(self) -> bool:
        return self._screen.full_screen

    def write(self, data: bytes) -> None:
        with self._change:
            self._change.wait_for(lambda: len(self._waiting) < WAITING_BYTES or not self._thread.is_alive())
            self._waiting += data
            self._change.notify_all()

    def __enter__(self) -> Output:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        with self._change:
            self._ended, self._lost = True, kind is not None
            self._change.notify_all()
        self._thread.join()

    def value(self) -> bytes:
        """What the row keeps; call it after the block has ended."""
        with self._in_language():
            return self._kept.value()

    def keep(self) -> None:
        """Put it into the row, where nothing else will; after the block has ended."""
        with self._in_language():
            self._keep()

    # --- the thread --------------------------------------------------------------------------------------------------------

    def _pump(self) -> None:
        try:
            with self._in_language():
                ended = False
                while not ended:
                    ended = self._once()
        finally:
            connection.close()

    def _once(self) -> bool:
        with self._change:
            if not self._waiting and not self._ended:
                self._change.wait(FLUSH_SECONDS)
            data, ended = bytes(self._waiting), self._ended
            self._waiting.clear()
            self._change.notify_all()
        if data or self._unshown:
            self._send_on(data)
        now = time.monotonic()
        if self._dirty and (self._lost if ended else self._flush_is_due(now)):
            self._keep()
        if not ended and now - self._renewed >= RENEW_SECONDS:
            self._renew()
        if data and not ended:
            with self._change:
                self._change.wait_for(lambda: self._ended or len(self._waiting) >= WAITING_BYTES, BATCH_SECONDS)
        return ended and not self._waiting

    def _flush_is_due(self, now: float) -> bool:
        return now - self._flushed >= FLUSH_SECONDS or (self._unflushed >= FLUSH_BYTES and not self._kept.full)

    def _send_on(self, data: bytes) -> None:
        if data:
            self._kept.add(data)
            self._dirty, self._unflushed = True, self._unflushed + len(data)
        update = self._update(data)
        if update is None:
            return
        before = self._command.stream_id
        after = publishing.output(self._command, update)
        self._command.stream_id = after
        if events.split(after)[0] != events.split(before)[0]:
            # The stream was lost, and with it what had not been read: the row is brought up to now, and the whole block sent.
            self._keep()
            self._command.stream_id = publishing.command_changed(self._command)

    def _update(self, data: bytes) -> Update | None:
        """A page is not made to hold more than the row keeps: past that it sees the last lines, once a second and when it falls quiet."""
        if not self._kept.full:
            return self._screen.feed(data)
        now = time.monotonic()
        self._unshown = bool(data) and now - self._shown < FLUSH_SECONDS
        if self._unshown:
            return None
        self._shown = now
        return Update("", render(self._kept.glimpse()))

    def _keep(self) -> None:
        self._command.output = self._kept.value()
        self._store(output=self._command.output, stream_id=self._command.stream_id)
        self._flushed, self._unflushed, self._dirty = time.monotonic(), 0, False

    def _renew(self) -> None:
        """The lease outlasts several misses. A stop that did not arrive by message is in the row."""
        self._renewed = time.monotonic()
        try:
            Command.objects.renew(self._command.pk, self._command.worker)
            stopping = Command.objects.filter(pk=self._command.pk).values_list("stopping", flat=True).first() or ""
        except DatabaseError:
            log.exception("the lease of command %s was not renewed", self._command.pk)
            return
        if stopping:
            self._reins.signal(stopping)

    def _store(self, **fields: Any) -> None:
        try:
            Command.objects.filter(pk=self._command.pk, worker=self._command.worker, state=Command.State.RUNNING).update(**fields)
        except DatabaseError:
            log.exception("the output of command %s was not kept for now", self._command.pk)

"""The output of one running command on its way to the page and to its row."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection

from labs import control, events, publishing, whole
from labs.models import Command
from labs.screen import Shown, Terminal
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
PAGE_BYTES = 256 * 1024
"""So many bytes of a screen go to the pages, and to the row, in a second."""
IDLE = 3
"""A screen is drawn for so long, and then nothing is for so many times as long: a program that floods it slows itself down alone."""
HURRY_SECONDS = 5.0
"""What a program has written ahead when Stop is pressed is drawn without such pauses, for so long at most."""


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
    exception, at once. ``full_screen``: a program had a screen that is gone with it.
    """

    def __init__(self, command: Command, reins: control.Reins, in_language: Callable[[], Any]) -> None:
        self._command, self._reins, self._in_language = command, reins, in_language
        self._lines, self._kept = Screen(), Kept()
        self._terminal, self._screen = Terminal(command.rows, command.cols), Shown()
        self._size: tuple[int, int] | None = None
        self._hurry = self._drawn = 0.0
        reins.resized, reins.signalled = self.resize, self.hurry
        self._spool = whole.Spool()
        self._waiting = bytearray()
        self._change = threading.Condition()
        self._ended = self._dirty = self._lost = self._unshown = False
        self._unflushed = 0
        self._shown = 0.0
        self._flushed = self._renewed = time.monotonic()
        self._thread = threading.Thread(target=self._pump, name=f"command-{command.pk}", daemon=True)

    @property
    def full_screen(self) -> bool:
        return self._terminal.alternate

    def resize(self, rows: int, cols: int) -> None:
        """The terminal's size is another one now; from any thread."""
        with self._change:
            self._size = rows, cols
            self._change.notify_all()

    def hurry(self) -> None:
        """The program was asked to end; from any thread."""
        with self._change:
            self._hurry = HURRY_SECONDS
            self._change.notify_all()

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
        self._whole = self._spool.fields() if self._kept.full and not self._lost else {}
        self._spool.close()

    def value(self) -> bytes:
        """What the row keeps; call it after the block has ended."""
        with self._in_language():
            return self._kept.value()

    @property
    def whole(self) -> dict[str, Any]:
        """The row's fields for all of it, where that is more than the row keeps; after the block has ended."""
        return self._whole

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
            behind = self._terminal.behind
            if not self._waiting and not self._ended and not self._size and not behind:
                self._change.wait(FLUSH_SECONDS)
            data, ended = b"", self._ended
            if ended or not behind:
                data = bytes(self._waiting)
                self._waiting.clear()
            size, self._size = self._size, None
            self._change.notify_all()
        begun = time.thread_time()
        if size:
            self._terminal.resize(*size)
        sent = self._send_on(data, last=ended)
        now = time.monotonic()
        if self._dirty and (self._lost if ended else self._flush_is_due(now)):
            self._keep()
        if not ended and now - self._renewed >= RENEW_SECONDS:
            self._renew()
        if (data or behind or size) and not ended:
            self._rest(sent, time.thread_time() - begun)
        return ended

    def _rest(self, sent: int, worked: float) -> None:
        """Until the next round is due. Lines are taken sooner where many wait; a screen has its pace, whatever comes."""
        drawing = self._terminal.display is not None or self._terminal.behind
        pause = max(BATCH_SECONDS, IDLE * worked, sent / PAGE_BYTES) if drawing else BATCH_SECONDS
        with self._change:
            self._hurry -= worked
            self._change.wait_for(lambda: self._ended or self._hurry > 0 or (not drawing and len(self._waiting) >= WAITING_BYTES), pause)

    def _flush_is_due(self, now: float) -> bool:
        pause = max(FLUSH_SECONDS, sum(map(len, self._screen.rows)) / PAGE_BYTES)
        return now - self._flushed >= pause or (self._unflushed >= FLUSH_BYTES and not self._kept.full)

    def _send_on(self, data: bytes, *, last: bool) -> int:
        """How many bytes of a screen were sent."""
        lines = self._terminal.feed(data, last=last)
        if lines:
            self._kept.add(lines)
            self._spool.add(lines)
            self._dirty, self._unflushed = True, self._unflushed + len(lines)
        if (lines or self._unshown) and (update := self._update(lines)) is not None:
            self._sent(publishing.output(self._command, update))
        display = self._terminal.display
        if display is not None and (reply := display.reply()):
            self._reins.send(reply)
        now = time.monotonic()
        if self._hurry > 0 and now - self._drawn < BATCH_SECONDS and (self._terminal.behind or self._waiting) and not last:
            return 0
        self._drawn = now
        anew, rows = self._screen.update(display)
        self._dirty = self._dirty or anew or bool(rows)
        if anew:
            self._sent(publishing.screen(self._command, self._screen.state()))
        elif rows:
            self._sent(publishing.screen_rows(self._command, rows))
        return sum(map(len, rows.values()))

    def _sent(self, after: str) -> None:
        before = self._command.stream_id
        self._command.stream_id = after
        if events.split(after)[0] != events.split(before)[0]:
            # The stream was lost, and with it what had not been read: the row is brought up to now, and the whole block sent.
            self._keep()
            self._command.stream_id = publishing.command_changed(self._command)

    def _update(self, data: bytes) -> Update | None:
        """A page is not made to hold more than the row keeps: past that it sees the last lines, once a second and when it falls quiet."""
        if not self._kept.full:
            return self._lines.feed(data)
        now = time.monotonic()
        self._unshown = bool(data) and now - self._shown < FLUSH_SECONDS
        if self._unshown:
            return None
        self._shown = now
        return Update("", render(self._kept.glimpse()))

    def _keep(self) -> None:
        self._command.output, self._command.screen = self._kept.value(), self._screen.state()
        self._store(output=self._command.output, screen=self._command.screen, stream_id=self._command.stream_id)
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

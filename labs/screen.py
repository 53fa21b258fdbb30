"""A running command's terminal: lines as they come, and a screen for as long as a program has one.

A program takes the screen
- with the alternate screen (vim, less, watch, man), which is gone when it gives it back, as in any terminal;
- with application keys (``ESC [ ? 1 h``: top, curses without an alternate screen), until it turns them off;
- by writing at a row that is neither the first nor the last (``tput cup``), until the command ends.
The last two stay: what scrolled off and the picture at the end become lines. Colours, ``\\r``, progress bars and ``clear`` are of the
lines' renderer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from labs.screen_display import Display

SLICE = 16 * 1024
"""So many bytes are drawn at a time: between them the page is told and others have their turn."""
_MODES = re.compile(rb"\x1b\[\?([0-9;]{1,64})([hl])")
_PLACE = re.compile(rb"\x1b\[([0-9]{1,4})(?:;[0-9]{0,4})?[Hf]")
_ENTER = re.compile(_MODES.pattern.replace(b"[hl]", b"h") + rb"|" + _PLACE.pattern)
_UNFINISHED = re.compile(rb"\x1b(?:\[(?:\?[0-9;]{0,64}|[0-9;]{0,9}))?\Z")
_ALTERNATE = {b"47", b"1047", b"1049"}
_KEYS = {b"1"}


class Terminal:
    """Feed it bytes; what it returns are the bytes of the lines. ``display`` is there while a program has the screen; ``alternate``:
    one had a screen that is gone afterwards; ``behind``: not all is drawn yet, ``feed(b"")`` goes on."""

    def __init__(self, rows: int, cols: int) -> None:
        self._size = rows, cols
        self._waiting = b""
        self._end = _ALTERNATE
        self.display: Display | None = None
        self.alternate = False

    @property
    def behind(self) -> bool:
        return bool(self._waiting) and not _UNFINISHED.fullmatch(self._waiting)

    def resize(self, rows: int, cols: int) -> None:
        self._size = rows, cols
        if self.display is not None:
            self.display.resize(rows, cols)

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """``last``: nothing more comes, so all is drawn and what is held becomes lines."""
        data, self._waiting = self._waiting + data, b""
        lines, drawn = bytearray(), 0
        while data and (last or drawn < SLICE):
            if self.display is None:
                part, data = self._lines(data)
                lines += part
                if self.display is None:  # all of it was lines, but perhaps the beginning of a sequence
                    break
            else:
                display, part, data = self.display, data[:SLICE], data[SLICE:]
                rest, more = self._draw(display, part)
                drawn += len(part) - len(rest)
                lines += more
                data = rest + data
                if rest == part and display is self.display:  # the beginning of a sequence
                    break
        self._waiting = data
        if last:
            lines += self._leave() + self._waiting
            self._waiting = b""
        return bytes(lines)

    def _lines(self, data: bytes) -> tuple[bytes, bytes]:
        """(lines, what is to be drawn or waits for more)."""
        for found in _ENTER.finditer(data):
            if modes := set((found[1] or b"").split(b";")):
                alternate = bool(modes & _ALTERNATE)
                if alternate or modes & _KEYS:
                    return self._take(data, found.start(), _ALTERNATE if alternate else _KEYS)
            if found[3] and 1 < int(found[3]) < self._size[0]:
                return self._take(data, found.start(), set())
        held = _UNFINISHED.search(data)
        return (data[: held.start()], data[held.start() :]) if held else (data, b"")

    def _take(self, data: bytes, at: int, until: set[bytes]) -> tuple[bytes, bytes]:
        self._end = until
        self.alternate = self.alternate or until == _ALTERNATE
        self.display = Display(*self._size, keeps_scrolled=until != _ALTERNATE)
        return data[:at], data[at:]

    def _draw(self, display: Display, data: bytes) -> tuple[bytes, bytes]:
        """(what is not drawn yet, lines)."""
        for found in _MODES.finditer(data):
            modes = set(found[1].split(b";"))
            if found[2] == b"l" and modes & self._end:
                display.feed(data[: found.end()])
                return data[found.end() :], self._leave()
            if found[2] == b"h" and modes & _ALTERNATE and self._end != _ALTERNATE:
                display.feed(data[: found.start()])
                lines = self._leave()
                self._take(b"", 0, _ALTERNATE)
                return data[found.start() :], lines
        held = _UNFINISHED.search(data)
        end = held.start() if held else len(data)
        display.feed(data[:end])
        return data[end:], display.scrolled()

    def _leave(self) -> bytes:
        """Its screen is given back; the lines that stay of it."""
        display, self.display = self.display, None
        if display is None or self._end == _ALTERNATE:
            return b""
        return display.scrolled() + display.picture()


@dataclass
class Shown:
    """What the pages were told of a screen, and what to tell them next."""

    rows: list[str] = field(default_factory=list)
    cols: int = 0
    keys: tuple[bool, bool] = (False, False)

    def state(self) -> dict[str, Any]:
        """For ``screen.html``; empty where there is none."""
        app, paste = self.keys
        return {"rows": self.rows, "cols": self.cols, "app": app, "paste": paste} if self.rows else {}

    def update(self, display: Display | None) -> tuple[bool, dict[str, str]]:
        """Whether the whole of it is to be told anew, and the rows that changed, by their number."""
        if display is None:
            whole = bool(self.rows)
            self.rows, self.cols = [], 0
            return whole, {}
        before, keys = self.rows, (display.app_keys, display.paste)
        self.rows = display.rows()
        whole = (len(before), self.cols, self.keys) != (*display.size, keys)
        self.cols, self.keys = display.size[1], keys
        changed = {str(at): row for at, row in enumerate(self.rows) if at >= len(before) or before[at] != row}
        return whole, changed

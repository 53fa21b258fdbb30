"""Turns what a terminal was sent into HTML: the one place where a program's output becomes part of a page. The bytes are hostile.

Every character is escaped exactly once, colours become classes of a fixed palette, links go to http(s) only, and whatever else a
terminal would obey (titles, clipboards, device queries) is dropped. It knows one line at a time: carriage returns, backspaces and
erasures act within the current line; a finished line never changes. Feeding it in pieces gives what feeding it at once gives.
A program that wants the whole screen writes to ``labs.screen`` instead.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from labs import terminal_lines
from labs.terminal_lines import span
from labs.terminal_style import PLAIN, Style, sgr

MAX_COLUMNS = 4096
MAX_SEQUENCE = 4096
MAX_MARKS = 6
_RUN = re.compile(r"[ -~]+")
PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
_LINK = re.compile(r"https?://[!#$%&()*+,./0-9:;=?@A-Z\[\]_a-z~'-]{1,2000}", re.IGNORECASE)


class Cell(NamedTuple):
    """``text`` is a character with its marks; empty: the second half of a wide one."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Update:
    """``lines_html``: lines that are finished, each ending in a newline, to append; ``tail_html``: the current line, to replace."""

    lines_html: str
    tail_html: str


class Screen:
    """Feed it bytes."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._cells: list[Cell] = []
        self._at = 0
        self._style = PLAIN
        self._kind = ""  # of the unfinished sequence: "", "esc", "csi", "string", "string-esc"
        self._sequence = ""
        self._done: list[str] = []

    def feed(self, data: bytes) -> Update:
        text = self._decoder.decode(data)
        at = whole = 0
        while at < len(text):
            if at >= whole and not (self._kind or self._cells or self._at):
                if found := terminal_lines.match(text, at, self._style):
                    at, drawn, self._style = found
                    self._done.append(drawn)
                    continue
                whole = text.find("\n", at) + 1 or len(text)  # once a line: a line of sequences alone must not be tried at each
            if not self._kind and (run := _RUN.match(text, at)):
                self._put_run(run.group())
                at = run.end()
                continue
            self._one(text[at])
            at += 1
        lines, self._done = "".join(self._done), []
        return Update(lines, html(self._cells))

    # --- sequences ---------------------------------------------------------------------------------------------------------

    def _one(self, char: str) -> None:
        if not self._kind:
            self._ground(char)
        elif self._kind == "esc":
            self._escape(char)
        elif self._kind == "csi":
            self._csi(char)
        else:
            self._string(char)

    def _ground(self, char: str) -> None:
        if char == "\x1b":
            self._kind, self._sequence = "esc", ""
        elif char == "\n":
            self._finish_line()
        elif char == "\r":
            self._at = 0
        elif char == "\b":
            self._at = max(0, self._at - 1)
        elif char == "\t":
            self._put_run(" " * (8 - self._at % 8))
        elif char not in "\x00\x07\x0e\x0f":
            self._put(char)

    def _escape(self, char: str) -> None:
        if char == "[":
            self._kind = "csi"
        elif char in "]PX^_":
            self._kind, self._sequence = "string", char
        elif "\x20" <= char <= "\x2f" and len(self._sequence) < 4:
            self._sequence += char  # a character set is named: ESC ( B
        else:
            self._kind = ""
            if char < "\x20":  # cut short: what follows counts
                self._ground(char)

    def _csi(self, char: str) -> None:
        if "\x40" <= char <= "\x7e":
            self._kind = ""
            self._obey(char, self._sequence)
        elif "\x20" <= char <= "\x3f" and len(self._sequence) < 256:
            self._sequence += char
        else:
            self._kind = ""
            if char < "\x20":
                self._ground(char)

    def _string(self, char: str) -> None:
        """Titles, links, clipboards, pictures. A line end or too great a length ends one that would swallow the rest."""
        if self._kind == "string-esc" and char != "\\":
            self._kind = "esc"
            self._sequence = ""
            self._escape(char)
        elif char in "\x07\\" and (char == "\x07" or self._kind == "string-esc"):
            self._kind = ""
            self._link(self._sequence)
        elif char == "\x1b":
            self._kind = "string-esc"
        elif char == "\n" or len(self._sequence) >= MAX_SEQUENCE:
            self._kind = ""
            self._ground(char)
        else:
            self._sequence += char

    def _link(self, sequence: str) -> None:
        if not sequence.startswith("]8;"):
            return
        target = sequence[3:].partition(";")[2]
        self._style = self._style._replace(link=target if _LINK.fullmatch(target) else "")

    def _obey(self, final: str, params: str) -> None:
        if final == "m" and not params.startswith(("?", ">", "<", "=")):
            self._style = sgr(self._style, params)
        elif final in _MOVES and params.isascii() and (params.isdecimal() or not params):
            self._move(final, min(int(params[:6]), MAX_COLUMNS) if params else None)

    def _move(self, final: str, given: int | None) -> None:
        count = given or 1
        if final in "C":
            self._at = min(self._at + count, MAX_COLUMNS)
        elif final == "D":
            self._at = max(0, self._at - count)
        elif final in "G`":
            self._at = count - 1
        elif final == "P":
            self._break_wide(self._at, self._at + count)
            del self._cells[self._at : self._at + count]
        elif final == "X":
            self._blank(self._at, min(self._at + count, len(self._cells)))
        elif final == "K" and given == 1:
            self._blank(0, min(self._at + 1, len(self._cells)))
        elif final == "K" and given == 2:
            self._cells.clear()
        elif not given:  # K and J: to the end
            self._break_wide(self._at, len(self._cells))
            del self._cells[self._at :]

    # --- the current line --------------------------------------------------------------------------------------------------

    def _put_run(self, text: str) -> None:
        while text:
            self._make_room(1)
            part, text = text[: MAX_COLUMNS - self._at], text[MAX_COLUMNS - self._at :]
            self._break_wide(self._at, self._at + len(part))
            style = self._style
            self._cells[self._at : self._at + len(part)] = [Cell(char, style) for char in part]
            self._at += len(part)

    def _put(self, char: str) -> None:
        if not PRINTABLE.fullmatch(char):
            self._put_invisible(char)
            return
        if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
            self._mark(char)
            return
        wide = unicodedata.east_asian_width(char) in "WF"
        self._make_room(2 if wide else 1)
        cells = [Cell(char, self._style), Cell("", self._style)] if wide else [Cell(char, self._style)]
        self._break_wide(self._at, self._at + len(cells))
        self._cells[self._at : self._at + len(cells)] = cells
        self._at += len(cells)

    def _put_invisible(self, char: str) -> None:
        """Control characters are shown; so is what would turn the reading direction or hide in the text, instead of being obeyed."""
        if char < "\x20":
            shown = chr(0x2400 + ord(char))
        elif char == "\x7f":
            shown = "\u2421"
        elif char in "\u200d\u200e\u200f\u061c\ufeff\u200b\u200c\u2060":
            self._mark(char)
            return
        else:
            shown = f"<U+{ord(char):04X}>"
        style, self._style = self._style, self._style._replace(control=True)
        for one in shown:
            self._make_room(1)
            self._cells[self._at : self._at + 1] = [Cell(one, self._style)]
            self._at += 1
        self._style = style

    def _mark(self, char: str) -> None:
        """A mark joins the character before the cursor; only so many do."""
        at = self._at - 1
        if 0 <= at < len(self._cells) and not self._cells[at].text:
            at -= 1
        if 0 <= at < len(self._cells) and len(self._cells[at].text) <= MAX_MARKS:
            self._cells[at] = Cell(self._cells[at].text + char, self._cells[at].style)

    def _make_room(self, width: int) -> None:
        if self._at + width > MAX_COLUMNS:
            self._finish_line()
        if self._at > len(self._cells):
            self._cells += [Cell(" ", PLAIN)] * (self._at - len(self._cells))

    def _break_wide(self, start: int, end: int) -> None:
        """Of a wide character that a change from ``start`` to ``end`` cuts in two, the other half becomes a space."""
        cells = self._cells
        if 0 < start < len(cells) and not cells[start].text:
            cells[start - 1] = Cell(" ", PLAIN)
        if 0 < end < len(cells) and not cells[end].text:
            cells[end] = Cell(" ", PLAIN)

    def _blank(self, start: int, end: int) -> None:
        self._break_wide(start, end)
        for at in range(start, end):
            self._cells[at] = Cell(" ", PLAIN)

    def _finish_line(self) -> None:
        self._done.append(html(self._cells) + "\n")
        self._cells = []
        self._at = 0


_MOVES = "CDG`PXKJ"


def render(data: bytes) -> str:
    """All of ``data`` as HTML for a ``<pre>``."""
    update = Screen().feed(data)
    return update.lines_html + update.tail_html


def html(cells: list[Cell]) -> str:
    """One line of them."""
    parts: list[str] = []
    start = 0
    while start < len(cells):
        style = cells[start].style
        end = start + 1
        while end < len(cells) and cells[end].style == style:
            end += 1
        parts.append(span(escape("".join(cell.text for cell in cells[start:end])), style))
        start = end
    return "".join(parts)

"""The cells of a screen and what moves them: ``pyte``'s, made safe for programs that mean harm and filled with cells of ``labs.terminal``.

Every operation costs at most one pass over the rows and one over a row; nothing kept grows beyond rows times columns.
"""

from __future__ import annotations

import copy
from typing import Any

from pyte import modes
from pyte.charsets import LAT1_MAP
from pyte.screens import Margins, Screen, StaticDefaultDict
from wcwidth import wcwidth

from labs.terminal import MAX_MARKS, PRINTABLE, Cell
from labs.terminal_style import PLAIN, Style

MOST_ROWS, MOST_COLS = 80, 250
_BLANK = Cell(" ", PLAIN)
_JOINER = "\u200d"


class Grid(Screen):
    """``style``: of what is written next. ``dirty``: numbers of the rows that changed. ``scrolled``: rows that left at the top, where
    ``keeps_scrolled``; take them away."""

    def __init__(self, rows: int, cols: int, *, keeps_scrolled: bool = False) -> None:
        self.style = self._saved_style = PLAIN
        self.keeps_scrolled = keeps_scrolled
        self.scrolled: list[list[Cell]] = []
        super().__init__(cols, rows)

    @property
    def default_char(self) -> Any:
        return _BLANK

    def reset(self) -> None:
        super().reset()
        self.style = PLAIN
        self.savepoints.clear()

    def cells(self, row: int) -> list[Cell]:
        """``row`` from its first column to the last that was written to; a half of a wide character is a blank."""
        line: Any = self.buffer[row]
        end = self.columns if line.default != _BLANK else min(max(line, default=-1) + 1, self.columns)
        found: list[Cell] = [line[x] for x in range(end)]
        for x, cell in enumerate(found):
            halved = not cell.text and not (x and _is_wide(found[x - 1]))
            if halved or (_is_wide(cell) and (x + 1 == end or found[x + 1].text)):
                found[x] = Cell(" ", cell.style)
        return found

    # --- writing -----------------------------------------------------------------------------------------------------------

    def draw(self, data: str) -> None:
        charset = self.g1_charset if self.charset else self.g0_charset
        for char in data if charset is LAT1_MAP else data.translate(charset):
            if " " <= char <= "~":
                self._put(char, 1, self.style)
            elif char == _JOINER or (PRINTABLE.fullmatch(char) and wcwidth(char) == 0):
                self._mark(char)
            elif PRINTABLE.fullmatch(char):
                self._put(char, 2 if wcwidth(char) == 2 else 1, self.style)
            else:  # it would hide, or turn the reading direction
                self._put("\ufffd", 1, self.style._replace(control=True))

    def _put(self, char: str, width: int, style: Style) -> None:
        cursor = self.cursor
        if cursor.x + width > self.columns:
            if modes.DECAWM in self.mode:
                self.carriage_return()
                self.linefeed()
            else:
                cursor.x = self.columns - width
        if modes.IRM in self.mode:
            self.insert_characters(width)
        line: Any = self.buffer[cursor.y]
        line[cursor.x] = Cell(char, style)
        if width == 2:
            line[cursor.x + 1] = Cell("", style)
        cursor.x += width
        self.dirty.add(cursor.y)

    def _mark(self, char: str) -> None:
        line: Any = self.buffer[self.cursor.y]
        at = self.cursor.x - 1
        if at > 0 and not line[at].text:
            at -= 1
        if at >= 0 and len(line[at].text) <= MAX_MARKS:
            line[at] = Cell(line[at].text + char, line[at].style)
            self.dirty.add(self.cursor.y)

    # --- erasing: what is erased has the ground of what would be written -----------------------------------------------------

    def _blank(self) -> Cell:
        return Cell(" ", Style(bg=self.style.bg))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        x = min(self.cursor.x, self.columns - 1)
        self._erase(range(x, self.columns) if how == 0 else range(x + 1) if how == 1 else range(self.columns))

    def erase_characters(self, count: int | None = None) -> None:
        x = min(self.cursor.x, self.columns - 1)
        self._erase(range(x, min(x + (count or 1), self.columns)))

    def _erase(self, columns: range) -> None:
        line: Any = self.buffer[self.cursor.y]
        line.update(dict.fromkeys(columns, self._blank()))
        self.dirty.add(self.cursor.y)

    def erase_in_display(self, how: int = 0, *_args: Any, **_kwargs: Any) -> None:
        if how < 2:
            self.erase_in_line(how)
        rows = range(self.cursor.y + 1, self.lines) if how == 0 else range(self.cursor.y) if how == 1 else range(self.lines)
        for row in rows:
            blank: Any = StaticDefaultDict(self._blank())
            self.buffer[row] = blank
        self.dirty.update(rows)

    # --- moving ------------------------------------------------------------------------------------------------------------

    def index(self) -> None:
        margins = self.margins or Margins(0, self.lines - 1)
        if self.keeps_scrolled and margins.top == 0 and self.cursor.y == margins.bottom:
            self.scrolled.append(self.cells(0))
        super().index()

    def cursor_up(self, count: int | None = None) -> None:
        """Stops at the margin that it comes from within."""
        top = self.margins.top if self.margins and self.cursor.y >= self.margins.top else 0
        self.cursor.y = max(self.cursor.y - (count or 1), top)

    def cursor_down(self, count: int | None = None) -> None:
        bottom = self.margins.bottom if self.margins and self.cursor.y <= self.margins.bottom else self.lines - 1
        self.cursor.y = min(self.cursor.y + (count or 1), bottom)

    def scroll(self, count: int) -> None:
        """The rows between the margins up by ``count``, below 0 down; the cursor stays."""
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        if count < 0:
            self.insert_lines(-count)
        else:
            self.delete_lines(count)
        self.cursor.x, self.cursor.y = x, y

    def save_cursor(self) -> None:
        """One place, as terminals keep it."""
        self.savepoints.clear()
        super().save_cursor()
        self._saved_style = self.style

    def restore_cursor(self) -> None:
        again = copy.copy(self.savepoints[0].cursor) if self.savepoints else None
        saved = self.savepoints[:]
        super().restore_cursor()
        if again is not None:
            self.savepoints[:] = [saved[0]._replace(cursor=again)]
            self.style = self._saved_style

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """What no longer fits is cut off at the right and at the bottom, at the top as far as the cursor needs it."""
        rows, cols = lines or self.lines, columns or self.columns
        self.margins = None
        for _ in range(self.cursor.y - rows + 1):
            self.cursor.y = self.lines - 1
            self.index()
        for row in [row for row in self.buffer if row >= rows]:
            del self.buffer[row]
        for line in self.buffer.values():
            for x in [x for x in line if x >= cols]:
                del line[x]
        self.lines, self.columns = rows, cols
        self.tabstops = set(range(8, cols, 8))
        self.ensure_hbounds()
        self.ensure_vbounds()
        self.dirty.update(range(rows))


def _is_wide(cell: Cell) -> bool:
    return cell.text > "\x7f" and wcwidth(cell.text[0]) == 2

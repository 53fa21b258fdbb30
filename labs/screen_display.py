"""A screen that programs write to: their bytes in, its rows as HTML out. The bytes are hostile.

What is obeyed is named here, one entry a sequence; everything else is dropped: titles, clipboards, links, pictures, windows, mice.
Characters become HTML in ``labs.terminal`` alone.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from labs.screen_grid import MOST_COLS, MOST_ROWS, Grid
from labs.terminal import MAX_SEQUENCE, Cell, html
from labs.terminal_style import PLAIN, Style, codes, sgr

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<params>[0-?]{0,64})(?P<between>[ -/]{0,4})(?P<final>[@-~])"
    r"|\x1b(?P<string>[\]PX^_])"
    r"|\x1b(?P<escape>[ -/]{0,3}[0-Z\\^-~])"
    r"|(?P<control>[\s\S])"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}|[ -/]{0,3})")
_STRING_END = re.compile(r"\x07|\x1b\\?|[\x18\x1a]")
_SHOWN_MODES = {6, 7, 25}  # the origin, wrapping, the cursor


class Display:
    """``app_keys``, ``paste``: what the program wants keys and pastes to be like. ``reply``: what it asked and is to be told."""

    def __init__(self, rows: int, cols: int, *, keeps_scrolled: bool = False) -> None:
        rows, cols = _bounded(rows, cols)
        self._grid = Grid(rows, cols, keeps_scrolled=keeps_scrolled)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = self._last = ""
        self.app_keys = self.paste = False
        self._reply = ""
        self._drawn: list[str] = []
        self._cursor_row = 0

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._grid.lines, self._grid.columns

    def resize(self, rows: int, cols: int) -> None:
        self._grid.resize(*_bounded(rows, cols))

    def feed(self, data: bytes) -> None:
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:  # cannot be: the last branch takes anything
                return
            if token.lastgroup == "string":
                end = self._after_string(text, at)
            elif token.lastgroup == "control" and text[at] == "\x1b" and _UNFINISHED.fullmatch(text, at):
                end = None
            else:
                self._obey(token)
                end = token.end()
            if end is None:
                self._pending = text[at:]
                return
            at = end

    def reply(self) -> bytes:
        """The answer to the last question the program asked, once."""
        reply, self._reply = self._reply, ""
        return reply.encode()

    def rows(self) -> list[str]:
        """Each row as HTML, the cell of a cursor that is shown among them."""
        grid = self._grid
        if len(self._drawn) != grid.lines:
            self._drawn = [""] * grid.lines
            grid.dirty.update(range(grid.lines))
        for row in sorted({*grid.dirty, grid.cursor.y, self._cursor_row}):
            if row < grid.lines:
                self._drawn[row] = self._row(row)
        self._cursor_row = grid.cursor.y
        grid.dirty.clear()
        return self._drawn[:]

    def _row(self, row: int) -> str:
        cells, cursor = self._grid.cells(row), self._grid.cursor
        at = min(cursor.x, self._grid.columns - 1) if row == cursor.y and not cursor.hidden else -1
        cells += [Cell(" ", PLAIN)] * (at + 1 - len(cells))
        if at > 0 and not cells[at].text:
            at -= 1
        shown = max(_length(cells), at + 1)
        shown += shown < len(cells) and not cells[shown].text
        parts, run = list[str](), list[Cell]()
        for x, cell in enumerate(cells[:shown]):
            if cell.text and x + 1 < shown and not cells[x + 1].text:  # each by itself: faces differ in how wide it is
                parts += [html(run), html([_marked(cell, "wide", "cursor" if x == at else "")])]
                run = []
            elif cell.text:
                run.append(_marked(cell, "cursor") if x == at else cell)
        return "".join([*parts, html(run)])

    def scrolled(self) -> bytes:
        """The rows that left at the top since last asked, as lines for a terminal."""
        rows, self._grid.scrolled = self._grid.scrolled, []
        return b"".join(_line(cells) for cells in rows)

    def picture(self) -> bytes:
        """The screen as lines for a terminal, without what is empty above and below."""
        lines = [_line(self._grid.cells(row)) for row in range(self._grid.lines)]
        while lines and lines[-1] == b"\r\n":
            lines.pop()
        while lines and lines[0] == b"\r\n":
            del lines[0]
        return b"".join(lines)

    # --- sequences ---------------------------------------------------------------------------------------------------------

    def _after_string(self, text: str, at: int) -> int | None:
        """Where a string that begins ``at`` is over; None where that is still to come. One too long is given up."""
        end = _STRING_END.search(text, at + 2, at + MAX_SEQUENCE)
        if end is not None and (end.group() != "\x1b" or end.end() < len(text)):
            return end.start() if end.group() == "\x1b" else end.end()
        return None if len(text) - at < MAX_SEQUENCE else at + 2

    def _obey(self, token: re.Match[str]) -> None:
        if token.lastgroup == "text":
            self._grid.draw(token["text"])
            self._last = token["text"][-1]
        elif token.lastgroup == "final":
            self._csi(token["final"], token["params"], token["between"])
        elif token.lastgroup == "escape":
            self._escape(token["escape"])
        elif (act := _CONTROLS.get(token["control"])) is not None:
            act(self._grid)

    def _escape(self, sequence: str) -> None:
        if (act := _ESCAPES.get(sequence)) is not None:
            act(self._grid)
            self.app_keys, self.paste = self.app_keys and sequence != "c", self.paste and sequence != "c"
        elif sequence in {"(0", "(B", ")0", ")B"}:  # lines and corners, or letters
            self._grid.define_charset(sequence[1], mode=sequence[0])

    def _csi(self, final: str, params: str, between: str) -> None:
        if between or params[:1] in {"<", "=", ">"}:
            return
        if final == "m":
            self._grid.style = sgr(self._grid.style, params) if params[:1] != "?" else self._grid.style
            return
        numbers = [min(int(part), 9999) if part.isdecimal() and len(part) < 6 else 0 for part in params.lstrip("?").split(";")]
        if final in "hl":
            self._modes(numbers, on=final == "h", private=params[:1] == "?")
        elif params[:1] == "?":
            return
        elif final == "b":
            self._grid.draw(self._last * min(numbers[0] or 1, self._grid.columns))
        elif final in "nc":
            self._ask(final, numbers[0])
        elif (act := _MOVES.get(final)) is not None:
            act(self._grid, numbers)

    def _modes(self, numbers: list[int], *, on: bool, private: bool) -> None:
        for number in numbers:
            if private and number == 1:
                self.app_keys = on
            elif private and number == 2004:
                self.paste = on
            elif (private and number in _SHOWN_MODES) or (not private and number == 4):
                (self._grid.set_mode if on else self._grid.reset_mode)(number, private=private)
                self._grid.dirty.add(self._grid.cursor.y)

    def _ask(self, final: str, number: int) -> None:
        """Answers of digits alone: nothing that a program wrote can come back as typed."""
        cursor = self._grid.cursor
        if final == "c":
            self._reply = "\x1b[?6c"
        elif number == 5:
            self._reply = "\x1b[0n"
        elif number == 6:
            self._reply = f"\x1b[{cursor.y + 1};{min(cursor.x, self._grid.columns - 1) + 1}R"


_CONTROLS: dict[str, Callable[[Grid], object]] = {
    "\b": Grid.backspace,
    "\t": Grid.tab,
    "\n": Grid.linefeed,
    "\x0b": Grid.linefeed,
    "\x0c": Grid.linefeed,
    "\r": Grid.carriage_return,
    "\x0e": Grid.shift_out,
    "\x0f": Grid.shift_in,
}


def _next_line(grid: Grid) -> None:
    grid.carriage_return()
    grid.linefeed()


_ESCAPES: dict[str, Callable[[Grid], object]] = {
    "D": Grid.index,
    "E": _next_line,
    "M": Grid.reverse_index,
    "H": Grid.set_tab_stop,
    "7": Grid.save_cursor,
    "8": Grid.restore_cursor,
    "c": Grid.reset,
}


def _margins(grid: Grid, n: list[int]) -> None:
    top, bottom = n[0] or 1, (n[1] if len(n) > 1 else 0) or grid.lines
    if top == 1 and bottom >= grid.lines:
        grid.margins = None
    else:
        grid.set_margins(top, bottom)
    grid.cursor_position()


def _tabs_back(grid: Grid, n: list[int]) -> None:
    before = sorted(stop for stop in grid.tabstops if stop < grid.cursor.x)
    grid.cursor.x = ([0] * (n[0] or 1) + before)[-(n[0] or 1)] if before else 0


_MOVES: dict[str, Callable[[Grid, list[int]], object]] = {
    "@": lambda grid, n: grid.insert_characters(n[0]),
    "A": lambda grid, n: grid.cursor_up(n[0]),
    "B": lambda grid, n: grid.cursor_down(n[0]),
    "e": lambda grid, n: grid.cursor_down(n[0]),
    "C": lambda grid, n: grid.cursor_forward(n[0]),
    "a": lambda grid, n: grid.cursor_forward(n[0]),
    "D": lambda grid, n: grid.cursor_back(n[0]),
    "E": lambda grid, n: grid.cursor_down1(n[0]),
    "F": lambda grid, n: grid.cursor_up1(n[0]),
    "G": lambda grid, n: grid.cursor_to_column(n[0]),
    "`": lambda grid, n: grid.cursor_to_column(n[0]),
    "d": lambda grid, n: grid.cursor_position(n[0], grid.cursor.x + 1),
    "H": lambda grid, n: grid.cursor_position(*n[:2]),
    "f": lambda grid, n: grid.cursor_position(*n[:2]),
    "J": lambda grid, n: grid.erase_in_display(n[0]),
    "K": lambda grid, n: grid.erase_in_line(n[0]),
    "L": lambda grid, n: grid.insert_lines(n[0]),
    "M": lambda grid, n: grid.delete_lines(n[0]),
    "P": lambda grid, n: grid.delete_characters(n[0]),
    "S": lambda grid, n: grid.scroll(n[0] or 1),
    "T": lambda grid, n: grid.scroll(-(n[0] or 1)),
    "X": lambda grid, n: grid.erase_characters(n[0]),
    "Z": _tabs_back,
    "g": lambda grid, n: grid.clear_tab_stop(n[0]),
    "r": _margins,
    "s": lambda grid, _n: grid.save_cursor(),
    "u": lambda grid, _n: grid.restore_cursor(),
}


# --- rows ------------------------------------------------------------------------------------------------------------------


def _bounded(rows: int, cols: int) -> tuple[int, int]:
    return max(2, min(rows, MOST_ROWS)), max(10, min(cols, MOST_COLS))


def _length(cells: list[Cell]) -> int:
    """Without the blanks at its end that look like nothing."""
    end = len(cells)
    while end and cells[end - 1].text == " " and not cells[end - 1].style.names:
        end -= 1
    return end


def _marked(cell: Cell, *names: str) -> Cell:
    return Cell(cell.text, cell.style._replace(flags=cell.style.flags | {name for name in names if name}))


def _line(cells: list[Cell]) -> bytes:
    parts, style = list[str](), PLAIN
    for cell in cells[: _length(cells)]:
        if _kept(cell.style) != style:
            style = _kept(cell.style)
            parts.append(codes(style))
        parts.append(cell.text)
    if style != PLAIN:
        parts.append("\x1b[0m")
    return "".join([*parts, "\r\n"]).encode()


def _kept(style: Style) -> Style:
    return style._replace(control=False)

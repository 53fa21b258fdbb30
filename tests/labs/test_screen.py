"""Which bytes are lines and which are drawn, and what the pages are told of it."""

import re

import pytest

from labs.screen import SLICE, Shown, Terminal
from labs.screen_display import Display

ON, OFF = b"\x1b[?1049h", b"\x1b[?1049l"


def fed(*pieces: bytes) -> tuple[bytes, Terminal]:
    terminal = Terminal(10, 40)
    lines = b"".join(terminal.feed(piece) for piece in pieces)
    return lines, terminal


def rows(terminal: Terminal) -> list[str]:
    assert terminal.display is not None
    return [re.sub("<[^>]+>", "", row).rstrip() for row in terminal.display.rows()]


@pytest.mark.parametrize(
    "sent",
    [
        b"10%\r20%\r30%\n",
        b"\x1b[31mred\x1b[0m\n",
        b"\x1b[2K\x1b[1G",
        b"a\x1b[1A\x1b[2Kb",
        b"\x1b[H\x1b[2J\x1b[3J",
        b"\x1b[1;1H",
        b"\x1b[?25l",
        b"\x1b[?2004h",
        b"\x1b[10;1H",
        b"\x1b[999;999H",
        b"\x1b[?1l\x1b[?1049l",
        b"\x1b[?7h",
    ],
)
def test_lines_stay_lines(sent):
    lines, terminal = fed(sent, sent)
    assert (lines, terminal.display) == (sent * 2, None)


@pytest.mark.parametrize("begin", [ON, b"\x1b[?47h", b"\x1b[?1;1049h", b"\x1b[?1h", b"\x1b[5;1H", b"\x1b[3;20f", b"\x1b[2H"])
def test_who_wants_the_screen_gets_it(begin):
    for pieces in ([b"a" + begin + b"b"], [bytes([byte]) for byte in b"a" + begin + b"b"]):
        lines, terminal = fed(*pieces)
        assert lines == b"a"
        assert "b" in "".join(rows(terminal))


def test_the_alternate_screen_is_gone_when_it_is_given_back():
    sent = b"before\r\n" + ON + b"\x1b[?1h\x1b[2Jvim\x1b[?1l" + OFF + b"after\r\n"
    for pieces in ([sent], [bytes([byte]) for byte in sent]):
        lines, terminal = fed(*pieces)
        assert (lines, terminal.display, terminal.alternate) == (b"before\r\nafter\r\n", None, True)


def test_a_screen_that_is_no_other_one_stays_as_lines():
    lines, terminal = fed(b"\x1b[?1h\x1b=\x1b[H\x1b[2Jtop\r\nPID", b"\x1b[H\x1b[2Jtop 2\r\nPID", b"\x1b[?1l\x1b[10;1H\r\n$")
    assert lines == b"top 2\r\nPID\r\n\x1b[10;1H\r\n$"
    assert (terminal.display, terminal.alternate) == (None, False)


def test_what_is_placed_stays_when_the_command_ends():
    terminal = Terminal(4, 40)
    lines = terminal.feed(b"a\r\n\x1b[2;1H1\r\n2\r\n3\r\n4")
    assert lines == b"a\r\n\r\n"  # the empty first row went off at the top
    assert terminal.feed(b"\r\n5", last=True) == b"1\r\n2\r\n3\r\n4\r\n5\r\n"


def test_one_screen_inside_another():
    lines, terminal = fed(b"\x1b[?1h\x1b[Hmenu" + ON + b"vim" + OFF + b"done")
    assert (lines, terminal.display) == (b"menu\r\ndone", None)


def test_what_is_cut_short_at_the_end_is_kept():
    lines, terminal = fed(b"a\x1b[?10")
    assert (lines, terminal.behind) == (b"a", False)
    assert terminal.feed(b"", last=True) == b"\x1b[?10"


def test_a_flood_is_drawn_piece_by_piece():
    _lines, terminal = fed(ON + b"x" * (5 * SLICE))
    rounds = 0
    while terminal.behind:
        assert terminal.feed(b"") == b""
        rounds += 1
    assert rounds >= 4
    assert terminal.feed(b"y" * (3 * SLICE) + OFF + b"end", last=True) == b"end"
    assert not terminal.behind


@pytest.mark.parametrize("size", [1, 7, SLICE - 3, SLICE, SLICE + 5])
def test_the_pieces_do_not_matter(size):
    sent = b"a\n" + ON + b"x" * (SLICE - 5) + OFF + b"b\n" + ON + "한".encode() * 20 + OFF + b"c\x1b[3;3Hd\x1b[?1049hvim" + OFF + b"e"
    terminal = Terminal(10, 40)
    lines = b"".join(terminal.feed(sent[at : at + size]) for at in range(0, len(sent), size))
    assert lines + terminal.feed(b"", last=True) == b"a\nb\nc  d\r\ne"


def test_pages_are_told_of_rows_that_changed():
    shown, display = Shown(), Display(3, 20)
    display.feed(b"one\r\ntwo\x1b[?25l")
    assert shown.update(display) == (True, {"0": "one", "1": "two", "2": ""})
    assert shown.update(display) == (False, {})
    display.feed(b"\x1b[2;1Hten\x1b[1;1Hone")
    assert shown.update(display) == (False, {"1": "ten"})
    assert shown.state() == {"rows": ["one", "ten", ""], "cols": 20, "app": False, "paste": False}
    display.feed(b"\x1b[?1h")
    assert shown.update(display)[0]
    display.resize(4, 20)
    assert shown.update(display)[0]
    assert shown.update(None) == (True, {})
    assert shown.state() == {}
    assert shown.update(None) == (False, {})

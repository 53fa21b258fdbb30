"""A screen obeys what is named and nothing else, whatever a program sends."""

import html as html_
import re

import pytest

from labs.screen_display import Display
from labs.terminal import render

TAG = re.compile(r"<[^>]+>")
ALLOWED = re.compile(r'</span>|<span class="[a-z0-9 -]+">')


def shown(*pieces: str | bytes, rows: int = 6, cols: int = 20, **options) -> Display:
    display = Display(rows, cols, **options)
    for piece in pieces:
        display.feed(piece if isinstance(piece, bytes) else piece.encode())
    return display


def text(display: Display) -> list[str]:
    lines = [html_.unescape(TAG.sub("", row)).rstrip() for row in display.rows()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("one\r\ntwo", ["one", "two"]),
        ("\x1b[3;5Hx", ["", "", "    x"]),
        ("\x1b[3dx", ["", "", "x"]),
        ("abc\x1b[2D\x1b[Kx", ["ax"]),
        ("abc\x1b[1;2H\x1b[P", ["ac"]),
        ("abc\x1b[1;2H\x1b[2@", ["a  bc"]),
        ("abc\x1b[1;2H\x1b[4hxy\x1b[4lz", ["axyz" + "c"]),
        ("abcdef\x1b[1;2H\x1b[3X", ["a   ef"]),
        ("1\r\n2\r\n3\x1b[2;1H\x1b[L", ["1", "", "2", "3"]),
        ("1\r\n2\r\n3\x1b[1;1H\x1b[M", ["2", "3"]),
        ("1\r\n2\r\n3\x1b[S", ["2", "3"]),
        ("1\r\n2\r\n3\x1b[2T", ["", "", "1", "2", "3"]),
        ("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\nx", ["1", "3", "x", "4"]),
        ("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[2;1H\x1bMx", ["1", "x", "2", "4"]),
        ("1\r\n2\x1b[2;3r\x1b[5;1H\x1b[Bx", ["1", "2", "", "", "", "x"]),
        ("-\x1b[3b", ["----"]),
        ("a\tb\x1b[Zc", ["a       c"]),
        ("\x1b7abc\x1b8x\x1b8y", ["ybc"]),
        ("\x1b(0lqk\x1b(Blqk", ["┌─┐lqk"]),
        ("\x1b)0\x0eq\x0fq", ["─q"]),
        ("\x1b[?7l" + "x" * 30 + "y", ["x" * 19 + "y"]),
        ("x" * 20 + "y", ["x" * 20, "y"]),
        ("x" * 19 + "한", ["x" * 19, "한"]),
        ("한글\x1b[1;2Hx", [" x글"]),
        ("한글\x1b[1;3Hx", ["한x"]),
        ("e\u0301" + "a", ["e\u0301a"]),
        ("\x1b[1;1Ha\x1b[2J\x1b[Hb", ["b"]),
        ("a\r\nb\r\nc\x1b[2;1H\x1b[J", ["a"]),
        ("a\r\nb\r\nc\x1b[2;1H\x1b[1J", ["", "", "c"]),
        ("a\x1b[2;1Hb\x1bc", []),
    ],
)
def test_it_draws_as_a_terminal_does(sent, seen):
    assert text(shown(sent)) == seen
    assert text(shown(*[bytes([byte]) for byte in sent.encode()])) == seen


def test_rows_are_html_of_the_one_palette():
    first, second = shown("<b>&\x1b[31;1mred\x1b[0m\r\n\x1b[7m\x1b[44mx\x1b[0m\x1b[?25l").rows()[:2]
    assert first == '&lt;b&gt;&amp;<span class="bold fg-1">red</span>'
    assert second == '<span class="inverse bg-4">x</span>'


def test_the_cursor_is_a_cell_unless_it_is_hidden():
    assert shown("ab").rows()[0] == 'ab<span class="cursor"> </span>'
    assert shown("ab\x1b[1;1H").rows()[0] == '<span class="cursor">a</span>b'
    assert shown("x한\x1b[1;3H").rows()[0] == 'x<span class="cursor wide">한</span>'
    assert shown("\x1b[?25l한글e").rows()[0] == '<span class="wide">한</span><span class="wide">글</span>e'
    assert shown("x" * 20).rows()[0] == "x" * 19 + '<span class="cursor">x</span>'
    display = shown("ab\x1b[2;1H")
    display.rows()
    display.feed(b"\x1b[?25l")
    assert display.rows()[:2] == ["ab", ""]


def test_erased_ground_is_seen():
    assert shown("\x1b[?25l\x1b[41m\x1b[2K").rows()[0] == f'<span class="bg-1">{" " * 20}</span>'
    assert shown("\x1b[?25l\x1b[41m\x1b[2J", rows=3).rows() == [f'<span class="bg-1">{" " * 20}</span>'] * 3
    assert shown("\x1b[?25l\x1b[7m\x1b[2K").rows()[0] == ""


def test_titles_clipboards_links_and_pictures_are_dropped():
    sent = "\x1b]0;title\x07\x1b]52;c;aGk=\x1b\\\x1b]8;;javascript:alert(1)\x07here\x1b]8;;\x07"
    sent += "\x1bPq#0\x1b\\\x1b_x\x1b\\\x1b^y\x1b\\\x1b[5i\x1b[22;0;0t!"
    assert shown("\x1b[?25l", sent).rows()[0] == "here!"


def test_nothing_turns_the_reading_direction_or_hides():
    row = shown("\x1b[?25la\u202eb\u2066c\u200bd\x9b31m").rows()[0]
    assert TAG.sub("", row) == "a\ufffdb\ufffdc\ufffdd31m"
    assert 'class="ctl"' in row
    assert shown("\x1b[?25l\x1b[8;5mseen").rows()[0] == "seen"


def test_a_string_never_closed_is_given_up():
    assert text(shown("\x1b]0;" + "x" * 4000)) == []
    display = shown(*["\x1b]0;" + "x" * 4000, "y" * 200, "z"], cols=250, rows=80)
    assert text(display)[-1].endswith("z")
    assert len(display._pending) < 5000


@pytest.mark.parametrize(
    "sent",
    [
        "\x1b[99999999999999999999A",
        "\x1b[;;;;;;;;;;;;;;;H",
        "\x1b[1;2;3;4;5;6K",
        "\x1b[9J",
        "\x1b[9K",
        "\x1b[7g",
        "\x1b[?6h\x1b[5dx\x1b[6n",
        "\x1b[5;2r\x1b[0;0r\x1b[9999;9999r",
        "\x1b[?3h\x1b[?5h",
        "\x1b#8",
        "\x1b[²A",
        "\x1b[1$r",
        "\x1b[!p",
        "\x1b7" * 500,
        "\x1b[s\x1b[u\x1b[u",
        "e" + "\u0301" * 5000,
        "\x1b[250b" * 100,
        "\x1bN\x1bO\x1b~",
        "\x1b[?1;2c\x1b[>c\x1b[=c",
        "\x1b[1;1H\b\b\b\x1b[99D",
        "\x1bH" * 50 + "\t\t\t",
        "한" * 500 + "\x1b[1;1H" + "\x1b[P" * 7 + "\x1b[@" * 7,
        "\x1b[?6h\x1b[2;3r\x1b[9H\x1b[9T\x1b[99S",
        "\x1b[300C\x1b[@\x1b[P\x1b[X\x1b[K\x1b[1K",
    ],
)
def test_what_makes_no_sense_harms_nothing(sent):
    display = shown(sent, sent)
    for row in display.rows():
        assert len(TAG.sub("", html_.unescape(row))) <= 20 * 8
        assert ALLOWED.sub("", row).count("<") == 0
    assert len(display._grid.buffer) <= 6
    assert all(len(line) <= 21 for line in display._grid.buffer.values())
    assert len(display._grid.savepoints) <= 1
    display.resize(3, 10)
    display.feed(sent.encode())
    assert len(display.rows()) == 3


def test_questions_are_answered_with_digits_alone():
    display = shown("ab\x1b[6n")
    assert display.reply() == b"\x1b[1;3R"
    assert display.reply() == b""
    display.feed(b"\x1b[6n" * 1000 + b"\x1b[5n\x1b]0;evil\x07\x1b[21t\x1bZ")
    assert display.reply() == b"\x1b[0n"


def test_modes_of_keys_and_pastes():
    display = shown("\x1b[?1h\x1b[?2004h\x1b[?1000;1006h")
    assert (display.app_keys, display.paste) == (True, True)
    display.feed(b"\x1b[?1;2004l")
    assert (display.app_keys, display.paste) == (False, False)


def test_another_size_keeps_what_fits():
    display = shown("1\r\n2\r\n3 is long\r\n4")
    display.resize(3, 10)
    assert (text(display), display.size) == (["2", "3 is long", "4"], (3, 10))
    display.resize(5, 30)
    display.feed(b"\r\n5\x1b[1;30H|")
    assert text(display) == ["2" + " " * 28 + "|", "3 is long", "4", "5"]
    display.resize(10_000, 10_000)
    assert display.size == (80, 250)


def test_what_scrolls_off_and_the_last_picture_are_lines():
    display = shown("\x1b[31m1\x1b[0m\r\n2\r\n3\r\n\r\n", rows=3, keeps_scrolled=True)
    assert render(display.scrolled()) == '<span class="fg-1">1</span>\n2\n'
    assert display.scrolled() == b""
    assert display.picture() == b"3\r\n"
    assert shown("1\r\n2\r\n3\r\n4", rows=3).scrolled() == b""

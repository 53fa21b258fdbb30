"""The renderer: what a terminal shows, safely, whatever it is cut into."""

import random
import re

import pytest

from labs.terminal import MAX_COLUMNS, Screen, render
from labs.terminal_style import PLAIN, sgr

ESC = "\x1b"


def text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("plain\n", "plain\n"),
        ("one\r\ntwo", "one\ntwo"),
        ("10%\r20%\r100%", "100%"),
        ("100%\r5", "500%"),
        ("abc\b\bX", "aXc"),
        (f"abcdef\r{ESC}[K", ""),
        (f"abcdef{ESC}[3D{ESC}[K", "abc"),
        (f"abcdef{ESC}[1K", "      "),
        (f"abcdef{ESC}[2Kx", "      x"),
        (f"abcdef{ESC}[2GX", "aXcdef"),
        (f"a{ESC}[3Cb", "a   b"),
        (f"abcdef{ESC}[4D{ESC}[2P", "abef"),
        ("a\tb", "a       b"),
        ("bell\x07!", "bell!"),
        ("한글\b\b나", "한나"),
        ("한글\b\b\bx", "\u0020x글"),
        (f"한글\r{ESC}[1X", "  글"),
        ("e\u0301", "e\u0301"),
        (f"{ESC}(Bok{ESC}=", "ok"),
        (f"{ESC}[?25l{ESC}[5;5Hok{ESC}[6n", "ok"),
        (f"{ESC}]0;a title\x07ok", "ok"),
        (f"{ESC}]52;c;aGk=\x07ok", "ok"),
        (f"{ESC}Pq#0;2;0;0;0{ESC}\\ok", "ok"),
        (f"{ESC}_apc{ESC}\\{ESC}^pm{ESC}\\{ESC}Xsos{ESC}\\ok", "ok"),
        ("\x01\x7f", "\u2401\u2421"),
        ("a\u202eb", "a&lt;U+202E&gt;b"),
        ("a\x9b31mb", "a&lt;U+009B&gt;31mb"),
        ("a\u2028b", "a&lt;U+2028&gt;b"),
    ],
)
def test_shows_what_a_terminal_shows(sent, shown):
    assert text_of(render(sent.encode())) == shown


def test_colours_are_classes():
    assert render(f"{ESC}[1;31mred{ESC}[0m plain".encode()) == '<span class="bold fg-1">red</span> plain'
    assert render(f"{ESC}[38;5;196mx{ESC}[48;2;0;0;250my".encode()) == '<span class="fg-9">x</span><span class="fg-9 bg-4">y</span>'
    assert "style" not in render(f"{ESC}[38;2;1;2;3mx".encode())


@pytest.mark.parametrize("params", ["38", "38;5", "38;2;1", "38;9;1", "999", ";;;", "1" * 200, "38;5;999", "-1"])
def test_odd_colours_change_nothing_much(params):
    assert sgr(PLAIN, params).fg in {None, 0}


def test_resets_one_at_a_time():
    assert sgr(sgr(PLAIN, "1;4;31;42"), "22;39").names == "underline bg-2"
    assert sgr(sgr(PLAIN, "93;104"), "49").names == "fg-11"


HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    f"{ESC}]8;;javascript:alert(1)\x07click{ESC}]8;;\x07",
    f"{ESC}]8;;data:text/html,<script>1</script>{ESC}\\click{ESC}]8;;{ESC}\\",
    f'{ESC}]8;;https://a.example/"onmouseover=alert(1)\x07click',
    f"{ESC}]8;id=<b>;https://a.example/?a=1&b=<i>\x07click",
    f"{ESC}[<script>m",
    f"{ESC}]<script>",
    f"{ESC}[38;2;<b>m",
    "&lt;b&gt; &amp;",
]


@pytest.mark.parametrize("sent", HOSTILE)
def test_nothing_hostile_comes_through(sent):
    html = render(sent.encode())
    tags = re.findall(r"<[^>]*>", html)
    assert all(re.fullmatch(r'</?(span|a)( (class|href|title|rel|target)="[^"<>]*")*>', tag) for tag in tags), html
    assert "javascript:" not in "".join(tags)
    assert "data:" not in "".join(tags)


def test_escapes_once():
    assert render(b"<&>\"'") == "&lt;&amp;&gt;&quot;&#x27;"
    assert render(b"&lt;") == "&amp;lt;"


def test_links_lead_to_the_web_only():
    html = render(f"{ESC}]8;;https://a.example/x?y=1&z=2\x07here{ESC}]8;;\x07 there".encode())
    assert 'href="https://a.example/x?y=1&amp;z=2"' in html
    assert html.endswith("here</a> there")


def test_an_unfinished_sequence_swallows_one_line_at_most():
    assert text_of(render(f"{ESC}]0;never closed\nnext".encode())) == "\nnext"
    assert text_of(render((f"{ESC}]0;" + "x" * 10_000 + "\nnext").encode())).endswith("\nnext")
    assert text_of(render((f"{ESC}]0;" + "x" * 10_000 + "seen").encode())).endswith("seen")
    assert text_of(render((f"{ESC}[" + "1;" * 5000 + "\nnext").encode())).endswith("\nnext")


@pytest.mark.parametrize(
    "sent", [f"{ESC}[99999999999999C", f"{ESC}[99999Gx", "\t" * 100_000, "x" * 100_000, "\b" * 100_000, "e" + "\u0301" * 1000]
)
def test_lines_are_bounded(sent):
    for line in text_of(render((sent + "y").encode())).split("\n"):
        assert len(line) <= MAX_COLUMNS + 1


PLAIN_PIECES = ["hello ", "한글", "\r", "\n", "\b", "\t", "é", "e\u0301", "👩‍💻", "<b>", "&", "\x00", "\x7f", "\u202e", "\udcff", "x" * 300]
COLOURS = ["[31m", "[0m", "[1;48;5;120m"]
MOVES = ["[K", "[2D", "[5C", "[2P", "[3X", "[1K", "", "[", "(B"]
STRINGS = ["]8;;https://a.example/\x07", "]8;;\x1b\\", "]0;t\x07", "P+q\x1b\\"]
PIECES = [*PLAIN_PIECES, *(ESC + sequence for sequence in [*COLOURS, *MOVES, *STRINGS])]


@pytest.mark.parametrize("seed", range(150))
def test_in_pieces_as_at_once(seed):
    dice = random.Random(seed)
    data = "".join(dice.choices(PIECES, k=60)).encode("utf-8", "surrogateescape")
    whole = Screen().feed(data)
    screen, lines, tail, at = Screen(), "", "", 0
    while at < len(data):
        size = dice.choice([1, 1, 2, 3, 7, 40])
        update = screen.feed(data[at : at + size])
        lines, tail, at = lines + update.lines_html, update.tail_html, at + size
    assert (lines, tail) == (whole.lines_html, whole.tail_html)


@pytest.mark.parametrize("seed", range(50))
def test_any_bytes_render(seed):
    data = random.Random(seed).randbytes(2000)
    html = render(data)
    assert all(re.fullmatch(r'</?(span|a)( (class|href|title|rel|target)="[^"<>]*")*>', tag) for tag in re.findall(r"<[^>]*>", html))

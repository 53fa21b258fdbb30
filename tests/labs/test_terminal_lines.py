"""The quick way with whole lines draws what the slow one draws."""

import random
import re
import unicodedata

import pytest

from labs import terminal, terminal_lines
from labs.terminal import Screen
from labs.terminal_lines import TEXT
from labs.terminal_style import PLAIN

ESC = "\x1b"
PIECES = [
    "ls -la",
    "<b>&\"'",
    "한글 帳",
    "é → ✓",
    "",
    "x" * 2047,
    "\r",
    "\r",
    "\n",
    "\n",
    "\r\n",
    "\r\n",
    "\t",
    "e\u0301",
    "\u200b",
    "\x00",
    "\u202e",
]
PIECES += [
    f"{ESC}[31m",
    f"{ESC}[0m",
    f"{ESC}[m",
    f"{ESC}[1;38;5;82m",
    f"{ESC}[",
    f"{ESC}[K",
    f"{ESC}]8;;https://a.example/\x07",
    f"{ESC}]8;;\x07",
]


def drawn(data: bytes) -> tuple[str, str]:
    update = Screen().feed(data)
    return update.lines_html, update.tail_html


@pytest.mark.parametrize("seed", range(200))
def test_draws_the_same(seed, monkeypatch):
    data = "".join(random.Random(seed).choices(PIECES, k=80)).encode()
    quick = drawn(data)
    monkeypatch.setattr(terminal.terminal_lines, "match", lambda text, at, style: None)
    assert quick == drawn(data)


def test_takes_no_character_that_is_more_than_itself():
    wanted = re.compile(f"[{TEXT}]")
    for code in range(0x110000):
        if wanted.fullmatch(chr(code)):
            assert unicodedata.category(chr(code)) not in {"Mn", "Me", "Mc", "Cf", "Cc", "Zl", "Zp"}, hex(code)
            assert not unicodedata.combining(chr(code)), hex(code)
            assert terminal.PRINTABLE.fullmatch(chr(code)), hex(code)


def test_colours_go_on_over_lines():
    assert drawn(f"{ESC}[31mred\r\n\r\nstill{ESC}[0m\r\nplain\r\n".encode()) == (
        '<span class="fg-1">red</span>\n\n<span class="fg-1">still</span>\nplain\n',
        "",
    )


def test_neighbours_of_one_style_are_one():
    assert drawn(f"{ESC}[31ma{ESC}[32m{ESC}[31mb{ESC}[0;31mc\n".encode())[0] == '<span class="fg-1">abc</span>\n'


def test_only_whole_lines():
    assert terminal_lines.match("no end", 0, PLAIN) is None
    assert terminal_lines.match("x" * 5000 + "\n", 0, PLAIN) is None
    assert terminal_lines.match(f"{ESC}[31mx", 0, PLAIN) is None


def test_a_line_of_sequences_alone_is_tried_once(monkeypatch):
    tried = []
    match = terminal_lines.match
    monkeypatch.setattr(terminal.terminal_lines, "match", lambda *of: tried.append(of[1]) or match(*of))
    Screen().feed(f"{ESC}[0m".encode() * 1000)
    Screen().feed(f"{ESC}[0m".encode() * 1000 + b"\x00\nnext\n")
    assert len(tried) == 3

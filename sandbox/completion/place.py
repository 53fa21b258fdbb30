"""Where in a line of bash the cursor stands: the word there, how it is quoted, and the command that it belongs to.

Reads from left to right up to the cursor and never runs anything. What it takes wrongly (the text of a here-document) costs a
suggestion and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.completion.quotes import unquote

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)?\Z")
# After these a command's name follows, as at the beginning.
_BEFORE_COMMANDS = frozenset({
    "!", "{", "command", "do", "elif", "else", "env", "exec", "if", "nice", "nohup", "then", "time", "until", "while", "xargs",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """``raw``: the word as typed, from ``start`` to the cursor. ``words``: those of the same command before it, without their quotes.
    ``quote``: what is open at the cursor (``'``, ``"`` or nothing). ``redirect``: a file's name is due."""

    raw: str
    start: int
    quote: str
    words: list[str]
    redirect: bool = False

    @property
    def command(self) -> bool:
        """Whether the word is a command's name."""
        return not self.words and not self.redirect

    @property
    def variable(self) -> int | None:
        """Where in ``raw`` the name of a variable begins that is being typed; None where there is none."""
        found = _VARIABLE.search(self.raw)
        if found is None or self.quote == "'" or self.raw[: found.start()].endswith("\\"):
            return None
        return found.end() - len(found[1] or "")


@dataclass(slots=True)
class _Frame:
    """One command line: the whole, or what stands in ``$(…)`` and backquotes, which ``closing`` ends."""

    closing: str = ""
    words: list[str] = field(default_factory=list)
    start: int = -1
    quote: str = ""
    redirect: bool = False
    cases: list[bool] = field(default_factory=list)
    """Of each ``case`` that is open, whether a pattern is due in it."""


def place(text: str) -> Place | None:
    """Where the cursor at the end of ``text`` stands; None in a comment."""
    reader = _Reader(text)
    while reader.at < len(text):
        if not reader.step():
            return None
    frame = reader.frames[-1]
    start = frame.start if frame.start >= 0 else len(text)
    return Place(text[start:], start, frame.quote[-1:], _command(frame.words), frame.redirect)


def commands(text: str) -> list[list[str]]:
    """The words, without their quotes, of every command that is written in ``text``, also of those in ``$(…)`` and backquotes."""
    reader = _Reader(text)
    while reader.at < len(text) and reader.step():
        pass
    while reader.frames:
        reader.close()
    return [words for frame in reader.ended if (words := _command(frame))]


def _command(words: list[str]) -> list[str]:
    """Without what stands before a command's name: variables set for it, reserved words, commands that run others."""
    for number, word in enumerate(words):
        if word not in _BEFORE_COMMANDS and not _ASSIGNMENT.match(word):
            return words[number:]
    return []


def _begins_case(words: list[str]) -> bool:
    command = _command(words)
    return command[:1] == ["case"] and command[2:3] == ["in"]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.frames = [_Frame()]
        self.ended: list[list[str]] = []

    def step(self) -> bool:
        """Read on by a character or two; False where the rest is a comment."""
        frame, char, two = self.frames[-1], self.text[self.at], self.text[self.at : self.at + 2]
        if frame.quote:
            self._quoted(frame, char, two)
        elif char == "#" and frame.start < 0:
            end = self.text.find("\n", self.at)
            self.at = end if end >= 0 else len(self.text)
            return end >= 0
        elif two in {"$'", '$"'}:
            self._begin(frame, 2)
            frame.quote = two if two == "$'" else '"'
        elif char in "'\"":
            self._begin(frame, 1)
            frame.quote = char
        elif char == "\\":
            self._begin(frame, 2)
        elif two == "$(":
            self._begin(frame, 2)
            self.frames.append(_Frame(")"))
        elif char == "`" or (char == frame.closing and not self._in_pattern(frame)):
            self._nested(frame, char)
        else:
            self._plain(frame, char)
        return True

    def _quoted(self, frame: _Frame, char: str, two: str) -> None:
        if char == "\\" and frame.quote != "'":
            self.at += 2
        elif char == frame.quote[-1]:
            frame.quote = ""
            self.at += 1
        elif frame.quote == '"' and two == "$(":
            self.frames.append(_Frame(")"))
            self.at += 2
        elif frame.quote == '"' and char == "`":
            self._nested(frame, char)
        else:
            self.at += 1

    def _nested(self, frame: _Frame, char: str) -> None:
        """The end of what stands in ``$(…)`` or backquotes, or the beginning of the latter."""
        if char == frame.closing:
            self.close()
        else:
            if frame.start < 0:
                frame.start = self.at
            self.frames.append(_Frame("`"))
        self.at += 1

    def _plain(self, frame: _Frame, char: str) -> None:
        if char in " \t":
            self._end(frame)
        elif char in "|&;\n()":
            self._end(frame)
            self._finish(frame, char)
        elif char in "<>":
            if frame.start >= 0 and self.text[frame.start : self.at].isdigit():
                frame.start = -1
            self._end(frame)
            frame.redirect = True
            if self.text[self.at + 1 : self.at + 2] == "&":
                self.at += 1
        elif frame.start < 0:
            frame.start = self.at
        self.at += 1

    def _in_pattern(self, frame: _Frame) -> bool:
        """Whether the word is a pattern of a ``case``: a bracket ends that, and not what stands in ``$(…)``."""
        due = _begins_case(frame.words) or frame.cases[-1:] == [True]
        word = self.text[frame.start : self.at] if frame.start >= 0 else ""
        return due and [*frame.words, word][0] != "esac"

    def _finish(self, frame: _Frame, char: str) -> None:
        """A command is over, or a pattern of a ``case``."""
        words, frame.words, frame.redirect = frame.words, [], False
        if _begins_case(words):
            frame.cases.append(char != ")")
            words = words[: words.index("in") + 1]
        elif frame.cases and _command(words)[:1] == ["esac"]:
            frame.cases.pop()
        elif frame.cases[-1:] == [True]:
            frame.cases[-1] = char != ")"
            words = []
        elif frame.cases and self.text[self.at - 1 : self.at + 1] in {";;", ";&"}:
            frame.cases[-1] = True
        self.ended.append(words)

    def close(self) -> None:
        frame = self.frames.pop()
        self._end(frame)
        self.ended.append(frame.words)

    def _begin(self, frame: _Frame, by: int) -> None:
        if frame.start < 0:
            frame.start = self.at
        self.at += by

    def _end(self, frame: _Frame) -> None:
        if frame.start < 0:
            return
        if frame.redirect:
            frame.redirect = False
        else:
            frame.words.append(unquote(self.text[frame.start : self.at], {}))
        frame.start = -1

"""A note's text in one language: front matter, then Markdown with console blocks and pictures.

The whole is rendered at once, so that footnotes and references reach across blocks; in the place of each block stands a mark,
and the HTML is taken apart at the marks and the headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from django.utils.html import strip_tags

from course.reading import markdown, pictures
from course.reading.errors import NoteError, did_you_mean
from course.reading.live import functions
from course.reading.model import Box, Heading, Html, Segment, Shown, Text, Try
from labs.lab.nodes import Value, compose, text_of
from labs.lab.prose import FENCE

BOXES = ("dated", "tip", "mistake")
LEVELS = (2, 3, 4)
_WORDS_A_MINUTE = {"en": 200, "ko": 150}
_SECONDS_A_COMMAND = 20
_HEADING = re.compile(r"^(?P<level>#{1,6})\s+(?P<title>.*?)\s*(?:\{#(?P<anchor>[a-z0-9-]+)\})?\s*#*$")
_BOX = re.compile(r"^(?P<indent>\s*)!!!\s*(?P<kind>[\w-]*)\s*(?:\"(?P<title>.*)\")?\s*$")
_INDENTED = re.compile(r"^\s+(?:`{3,}|~{3,})\s*(?P<word>console|picture)\b")
_OPTION = re.compile(r"(?P<name>[a-z]+)=(?P<value>\S+)")
# A private character marks the place of a block; Markdown and the sanitiser leave it alone.
_MARK = "\ue000"
_SPLIT = re.compile(rf"<p>{_MARK}(?P<block>\d+)</p>|<h(?P<level>[2-4]) id=\"(?P<anchor>[^\"]+)\">(?P<title>.*?)</h(?P=level)>", re.DOTALL)
_BLOCKS = re.compile(r"</?(?:p|li|ul|ol|d[ltd]|t[dhr]|table|div|blockquote|br|sup)\b[^>]*>")
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)


@dataclass
class _Found:
    """What a text holds besides plain Markdown, gathered from its lines. ``lines``: its Markdown, with marks for the blocks."""

    path: Path
    lines: list[str] = field(default_factory=list)
    blocks: list[Try | Shown] = field(default_factory=list)
    headings: dict[str, int] = field(default_factory=dict)


def read(path: Path) -> Text:
    """Raises NoteError with file and line of the first thing that is not right."""
    lines = text_of(path).replace(_MARK, "").splitlines()
    front, first = _front(path, lines)
    found = _Found(path)
    _gather(found, lines[first - 1 :], first)
    html = markdown.render("\n".join(found.lines))
    segments = tuple(_segments(found, html))
    headings = tuple(segment for segment in segments if isinstance(segment, Heading))
    if missing := set(found.headings) - {heading.anchor for heading in headings}:
        line = min(found.headings[anchor] for anchor in missing)
        raise NoteError(path, line, "a heading stands at the beginning of a line, outside of boxes and lists")
    words = _count(segments)
    return Text(
        path=path,
        title=front["title"].text(),
        summary=front["summary"].text(),
        segments=segments,
        headings=headings,
        boxes=tuple(_boxes(path, found.lines, first)),
        links=tuple(markdown.links(path, found.lines, first)),
        words=words,
        minutes=_minutes(path.stem, words, found.blocks),
    )


def _front(path: Path, lines: list[str]) -> tuple[dict[str, Value], int]:
    """The front matter's values, and the number of the line after it."""
    if not lines or lines[0].rstrip() != "---":
        raise NoteError(path, 1, "a text begins with “---”, “title: …”, “summary: …” and “---”")
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise NoteError(path, 1, "the front matter has no end: a line of “---” after title and summary")
    return compose("\n".join(lines[1:end]), path, 2).keys(needed=("title", "summary")), end + 2


def _gather(found: _Found, lines: list[str], first: int) -> None:
    """Take the blocks out of ``lines``; every line of them leaves an empty one, so that the others keep their numbers."""
    at = 0
    while at < len(lines):
        number, line = first + at, lines[at]
        mark = FENCE.match(line)
        if mark is None:
            _plain(found, number, line)
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if lines[i].rstrip() == mark["fence"]), None)
        if end is None:
            raise NoteError(found.path, number, f"a fence {mark['fence']} without its end")
        body = lines[at + 1 : end]
        block = _block(found, number, mark["word"], line[mark.end() :], body)
        if block is None:
            found.lines += lines[at : end + 1]
        else:
            found.lines += [f"{_MARK}{len(found.blocks)}", *[""] * (end - at)]
            found.blocks.append(block)
        at = end + 1


def _plain(found: _Found, number: int, line: str) -> None:
    if inside := _INDENTED.match(line):
        raise NoteError(found.path, number, f"a {inside['word']} block stands at the beginning of a line, outside of boxes and lists")
    if heading := _HEADING.match(line):
        _heading(found, number, heading)
    if (box := _BOX.match(line)) and box["kind"] not in BOXES:
        raise NoteError(found.path, number, f"no box is called “{box['kind']}”{did_you_mean(box['kind'], BOXES)}")
    found.lines.append(line)


def _heading(found: _Found, number: int, heading: re.Match[str]) -> None:
    level, anchor = len(heading["level"]), heading["anchor"]
    if level not in LEVELS:
        raise NoteError(found.path, number, f"headings are of the levels {LEVELS[0]} to {LEVELS[-1]}: the title is the first")
    if anchor is None:
        raise NoteError(found.path, number, f"name this heading: “{heading['level']} {heading['title']} {{#name}}”")
    if anchor in found.headings:
        raise NoteError(found.path, number, f"a heading “{anchor}” is here twice (first in line {found.headings[anchor]})")
    found.headings[anchor] = number


def _block(found: _Found, line: int, word: str, options: str, body: list[str]) -> Try | Shown | None:
    """None for code to read."""
    if word == "console":
        return _try(found, line, options, body)
    if word == "picture":
        value = compose("\n".join(body), found.path, line + 1)
        kind = value.mapping().get("kind")
        number = 1 + sum(isinstance(block, Shown) for block in found.blocks)
        return Shown(pictures.read(value), number, kind.text() if kind else "", line)
    return None


def _try(found: _Found, line: int, options: str, body: list[str]) -> Try:
    path = found.path
    given = {option["name"]: option["value"] for option in _OPTION.finditer(options)}
    if unknown := sorted(set(given) - {"exit", "source"}) or _OPTION.sub("", options).split():
        raise NoteError(path, line, f"unknown after “console”: “{unknown[0]}”{did_you_mean(unknown[0], ('exit', 'source'))}")
    if not given.get("exit", "0").isdecimal():
        raise NoteError(path, line, "exit= is the status that the last command ends with, a number")
    if not given.get("source", "https://").startswith("https://"):
        raise NoteError(path, line, "source= is an address that begins with https://")
    commands, answers = _transcript(body)
    if not commands:
        raise NoteError(path, line, "a console block without a command: a line that begins with “$ ”")
    before = tuple(command for block in found.blocks if isinstance(block, Try) for command in block.commands)
    return Try(tuple(commands), tuple(answers), given.get("source", ""), int(given.get("exit", 0)), line, functions(before))


def _transcript(body: list[str]) -> tuple[list[str], list[str]]:
    """The commands, and after each what it prints."""
    commands: list[str] = []
    printed: list[list[str]] = []
    for text in body:
        if text.startswith("$ "):
            commands.append(text[2:])
            printed.append([])
        elif commands and not printed[-1] and (text.startswith("> ") or text == ">"):
            commands[-1] += "\n" + text[2:]
        elif commands:
            printed[-1].append(text)
    return commands, ["\n".join(lines).strip("\n") for lines in printed]


def _boxes(path: Path, lines: list[str], first: int) -> Iterator[Box]:
    for at, line in enumerate(lines):
        if box := _BOX.match(line):
            inner = len(box["indent"]) + 4
            body = []
            for text in lines[at + 1 :]:
                if text.strip() and not text.startswith(" " * inner):
                    break
                body.append(text[inner:])
            yield Box(box["kind"], box["title"] or "", "\n".join(body).strip(), first + at)


def _segments(found: _Found, html: str) -> Iterator[Segment]:
    at = 0
    for split in _SPLIT.finditer(html):
        if before := html[at : split.start()].strip():
            yield Html(before)
        at = split.end()
        if split["block"] is not None:
            yield found.blocks[int(split["block"])]
        else:
            anchor = split["anchor"]
            yield Heading(int(split["level"]), anchor, unescape(strip_tags(split["title"])), split["title"], found.headings.get(anchor, 0))
    if rest := html[at:].strip():
        yield Html(rest)


def _count(segments: tuple[Segment, ...]) -> int:
    texts = [_CODE.sub(" ", segment.text) if isinstance(segment, Html) else segment.title
             for segment in segments if isinstance(segment, Html | Heading)]  # fmt: skip
    return sum(len(strip_tags(_BLOCKS.sub(" ", text)).split()) for text in texts)


def _minutes(language: str, words: int, blocks: list[Try | Shown]) -> int:
    commands = sum(len(block.commands) for block in blocks if isinstance(block, Try))
    return max(1, round(words / _WORDS_A_MINUTE.get(language, 200) + commands * _SECONDS_A_COMMAND / 60))

"""A lab's text in one language: Markdown with a section a step.

A section is a second-level heading that names its step: ``## Find the region {#region}``. What stands before the first is the
introduction; ``{#end}`` is shown when the lab is completed. A fenced block marked ``console`` holds commands: of lines that begin
with ``$ `` each is one (``> `` continues it), the others are shown by the program; without any ``$ `` every line is a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import markdown  # type: ignore[import-untyped]
import nh3

from labs.lab.errors import LabError
from labs.lab.model import CommandBlock, Html, Prose, Section, Segment
from labs.lab.nodes import text_of

_HEADING = re.compile(r"^##\s+(?P<title>.*?)\s*(?:\{#(?P<id>[a-z0-9-]+)\})?\s*$")
FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})\s*(?P<word>[\w.{}-]*)")
"""A fenced block's first line: its backquotes and its language."""
END = "end"
EXTENSIONS = ["attr_list", "def_list", "tables", "abbr", "admonition", "pymdownx.superfences", "pymdownx.highlight", "pymdownx.tilde"]
TAGS = nh3.ALLOWED_TAGS | {"details", "summary", "figure", "figcaption"}
CONFIGS = {"pymdownx.highlight": {"css_class": "code", "guess_lang": False}}
ATTRIBUTES = {**{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}, "*": {"class", "lang"}}


def to_html(text: str) -> str:
    """Markdown as sanitised HTML: no scripts, no styles, no event handlers, links to http(s) and mail only."""
    raw = markdown.markdown(
        text,
        extensions=EXTENSIONS,
        extension_configs=CONFIGS,
        output_format="html",
    )
    return nh3.clean(raw, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="noopener noreferrer")


def read(path: Path) -> Prose:
    """Raises LabError: no file, a section without its step, one twice, a fence without its end."""
    intro, *rest = _split(path, text_of(path).splitlines())
    sections: dict[str, Section] = {}
    for name, title, line, body in rest:
        if name in sections:
            raise LabError(path, line, f"a section of “{name}” is here twice (first in line {sections[name].line})")
        sections[name] = Section(title, tuple(_segments(path, line, body)), line)
    return Prose(tuple(_segments(path, 0, intro[3])), sections, sections.pop(END, None))


def _split(path: Path, lines: list[str]) -> list[tuple[str, str, int, list[str]]]:
    """(id, title, line of the heading, its lines) a section; the introduction first, without id."""
    parts: list[tuple[str, str, int, list[str]]] = [("", "", 0, [])]
    fence = ""
    for number, line in enumerate(lines, 1):
        if mark := FENCE.match(line):
            fence = "" if fence and mark["fence"].startswith(fence) else fence or mark["fence"]
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            parts[-1][3].append(line)
        elif heading["id"] is None:
            raise LabError(path, number, f"say which step this section is of: “## {heading['title']} {{#step-id}}”")
        else:
            parts.append((heading["id"], heading["title"], number, []))
    return parts


def _segments(path: Path, first: int, lines: list[str]) -> Iterator[Segment]:
    """Text and command blocks in turn; ``first`` is the line before the first of ``lines``."""
    text: list[str] = []
    at = 0
    while at < len(lines):
        mark = FENCE.match(lines[at])
        if mark is None:
            text.append(lines[at])
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if lines[i].rstrip() == mark["fence"]), None)
        if end is None:
            raise LabError(path, first + at + 1, f"a fence {mark['fence']} without its end")
        if mark["word"] == "console":
            yield from _html(text)
            text = []
            yield CommandBlock(commands(path, first + at + 1, lines[at + 1 : end]))
        else:
            text += lines[at : end + 1]
        at = end + 1
    yield from _html(text)


def _html(lines: list[str]) -> Iterator[Html]:
    text = "\n".join(lines)
    if text.strip():
        yield Html(to_html(text))


def commands(path: Path, line: int, lines: list[str]) -> tuple[str, ...]:
    """Those of a console block, whose fence stands in ``line``. Raises LabError where there is none."""
    if not any(text.startswith("$ ") for text in lines):
        found = [text for text in lines if text.strip()]
    else:
        found = []
        for text in lines:
            if text.startswith("$ "):
                found.append(text[2:])
            elif text.startswith("> ") and found:
                found[-1] += "\n" + text[2:]
    if not found:
        raise LabError(path, line, "a console block without a command")
    return tuple(found)

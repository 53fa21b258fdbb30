"""Markdown of notes as sanitised HTML: that of labs, with names at headings, footnotes, and links to notes and labs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import markdown  # type: ignore[import-untyped]
import nh3
from django.urls import reverse
from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.treeprocessors import Treeprocessor  # type: ignore[import-untyped]

from course.reading.model import Link
from labs.lab.prose import ATTRIBUTES, CONFIGS, EXTENSIONS, TAGS

_LINK = re.compile(r"(?:\]\(\s*|\]:\s*)(?P<kind>note|lab):(?P<name>[^\s)#]*)(?:#(?P<anchor>[^\s)]*))?")
_NAMED = {tag: ATTRIBUTES.get(tag, set()) | {"id"} for tag in ("h2", "h3", "h4", "li", "sup")}
_CONFIGS = {
    **CONFIGS,
    "pymdownx.highlight": {**CONFIGS["pymdownx.highlight"], "pygments_lang_class": True},
    "tables": {"use_align_attribute": True},  # the policy of the page forbids the style that it writes otherwise
    "footnotes": {"BACKLINK_TEXT": "↩", "BACKLINK_TITLE": "↩ {}"},
}
_one_at_a_time = threading.Lock()
_EMPTY_HEADER = re.compile(r"<th([^>]*)></th>")  # the corner of a table names nothing
_WIDE = re.compile(r"<(table|pre)>(.*?)</\1>", re.DOTALL)


def render(text: str) -> str:
    """No scripts, no styles, no event handlers; what may be wider than a phone scrolls, and can be scrolled with keys."""
    with _one_at_a_time:
        raw = _reader().reset().convert(text)
    clean = nh3.clean(
        raw, tags=TAGS, attributes=ATTRIBUTES | _NAMED, url_schemes={"http", "https", "mailto"}, link_rel="noopener noreferrer"
    )  # fmt: skip
    return _WIDE.sub(_scrolling, _EMPTY_HEADER.sub(r"<td\1></td>", clean))


@lru_cache(maxsize=1)
def _reader() -> Any:
    """Making one takes longer than most texts do."""
    return markdown.Markdown(extensions=[*EXTENSIONS, "footnotes", _Links()], extension_configs=_CONFIGS, output_format="html")


@lru_cache(maxsize=4096)
def inline(text: str) -> str:
    """A line or two, without the paragraph round it where it is one, so that it may stand in a label."""
    html = render(text).strip()
    only = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return html[3:-4] if only else html


def links(path: Path, lines: list[str], first_line: int = 1) -> Iterator[Link]:
    """Those to notes and labs that are written in ``lines``, the first of which is line ``first_line`` of ``path``."""
    for number, line in enumerate(lines, first_line):
        for found in _LINK.finditer(line):
            yield Link(found["kind"], found["name"], found["anchor"] or "", path, number)


def address(kind: str, name: str, anchor: str = "") -> str:
    """Where a note or a lab is on this site."""
    return reverse(kind, args=[name]) + (f"#{anchor}" if anchor else "")


def _scrolling(found: re.Match[str]) -> str:
    if found[1] == "pre":
        return f'<pre tabindex="0">{found[2]}</pre>'
    return f'<div class="table-scroll" tabindex="0"><table>{found[2]}</table></div>'


class _Addresses(Treeprocessor):  # type: ignore[misc]
    """``note:codedeploy#hooks`` → ``/notes/codedeploy/#hooks``."""

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            kind, _, target = link.get("href", "").partition(":")
            if kind in {"note", "lab"}:
                name, _, anchor = target.partition("#")
                link.set("href", address(kind, name, anchor) if re.fullmatch(r"[a-z0-9-]+", name) else "")


class _Links(Extension):  # type: ignore[misc]
    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - as Python-Markdown names it
        md.treeprocessors.register(_Addresses(md), "addresses", 15)  # after the inline patterns (20), which make the links

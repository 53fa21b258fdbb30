"""Every kind as it is sent to a browser, in both languages."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import unescape
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from django.utils import translation

from course.reading import pictures
from labs.lab.nodes import Value

HEAD = "title: 'A <b>title</b> & \"more\"'\nalt: '한 문장 <script>alert(1)</script>'\n"
KINDS = {
    "flow": """
nodes: {a: '<i>A</i>', b: {text: "두 줄\\n텍스트", note: '& <note>', as: store}, c: {text: C, as: person}, d: {text: D, as: choice}}
rows: [[a, b], [c, ~, d]]
arrows: ['a -> b: "<label>"', b --> c, d -> d]
groups: {'<g>': [a, b]}
moves: true
""",
    "nest": "boxes: [{text: '<A>', note: '계정', boxes: [{text: '가', as: gate}, B], across: true}, C]\n",
    "sequence": "actors: {a: '<나>', b: S3}\nmessages: ['a -> b: <PUT>', 'b --> a: 200', 'a: 기다림']\n",
    "shift": "old: '<v1>'\nnew: 새 버전\nsteps: [{at: 0분, new: 0}, {at: '<5>', new: 10}, {at: 끝, new: 100}]\n",
    "fleet": "steps: [{text: '<시작>', old: 4}, {text: Batch 1, old: 2, new: 1, out: 1}]\n",
    "pairs": "columns: ['<Chef>', Puppet]\nrows: [[Recipe, 매니페스트], [A, B]]\nmiddle: ['<둘 다>', '']\n",
    "strategies": "",
}
LANGUAGES = ("ko", "en")


def svg(kind: str, ident: str = "picture-1") -> str:
    node = yaml.compose(f"kind: {kind}\n{HEAD}{KINDS[kind]}", Loader=yaml.SafeLoader)
    return str(pictures.svg(pictures.read(Value(Path("en.md"), node, "")), ident))


def tree(html: str) -> ET.Element:
    """The drawing as XML, which it must be as well."""
    found = re.search(r"<svg.*?</svg>", html, re.DOTALL)
    assert found
    return ET.fromstring(found[0])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_whole_figure(kind: str, language: str) -> None:
    with translation.override(language):
        html = svg(kind)
    assert html.count("<figure") == html.count("</figure>") == html.count("<figcaption") == 1
    assert "A &lt;b&gt;title&lt;/b&gt; &amp; &quot;more&quot;" in html
    assert "한 문장 &lt;script&gt;" in html
    root = tree(html)
    assert root.attrib["role"] == "img"
    x, y, width, height = map(int, root.attrib["viewBox"].split())
    assert (str(width), str(height)) == (root.attrib["width"], root.attrib["height"])
    for line in root.iter("tspan"):
        assert x <= int(line.attrib["x"]) <= x + width
        assert y <= int(line.attrib["y"]) <= y + height


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_styled_or_run_in_the_page(kind: str) -> None:
    html = svg(kind)
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|<style|javascript:", html)
    assert "<script>" not in html
    assert re.findall(r"<script\b(?! id=\"picture-1-ticks\" type=\"application/json\")", html) == []
    for colour in ("fill=", "stroke=", "color="):
        assert f" {colour}" not in html


@pytest.mark.parametrize("kind", KINDS)
def test_a_screen_reader_gets_title_and_description(kind: str) -> None:
    html = svg(kind, "picture-7")
    root = tree(html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(one.startswith("picture-7") for one in ids)
    for attribute, tag in (("aria-labelledby", "title"), ("aria-describedby", "desc")):
        (words,) = [one for one in root if one.tag == tag]
        assert root.attrib[attribute] == words.attrib["id"]
        assert words.text
    for name in re.findall(r'(?:aria-labelledby|for)="([^"]+)"', html):
        assert name in ids


def test_words_of_the_drawing_are_in_the_readers_language() -> None:
    with translation.override("ko"):
        assert "평소 용량" in svg("fleet")
    with translation.override("en"):
        assert "capacity" in svg("fleet")


def test_what_may_scroll_can_be_reached_by_keyboard() -> None:
    boxes = ", ".join(["a box of some width"] * 3)
    for text, reached in ((f"[{boxes}]", True), ("[a]", False)):
        node = yaml.compose(f"kind: nest\n{HEAD}boxes: {text}\n", Loader=yaml.SafeLoader)
        html = str(pictures.svg(pictures.read(Value(Path("en.md"), node, "")), "p"))
        assert bool(re.search(r'class="picture-room" tabindex="0" role="region" aria-label="[^"]+', html)) == reached


def test_a_drawing_shrinks_no_further_than_its_texts_can_be_read() -> None:
    html = svg("flow")
    least = re.search(r'class="picture-least" width="(\d+)" height="0" aria-hidden="true"', html)
    assert least
    assert int(least[1]) == round(int(tree(html).attrib["width"]) * 0.7)


def texts_of(root: ET.Element) -> list[str]:
    return [unescape(line.text or "") for line in root.iter("tspan")]


def test_every_text_is_drawn() -> None:
    assert {"<i>A</i>", "두 줄", "텍스트", "& <note>", '"<label>"', "<g>"} <= set(texts_of(tree(svg("flow"))))
    assert {"<나>", "<PUT>", "200", "기다림"} <= set(texts_of(tree(svg("sequence"))))
    assert {"10%", "90%", "100%", "<5>"} <= set(texts_of(tree(svg("shift"))))
    assert {"100%", "75%", "<시작>"} <= set(texts_of(tree(svg("fleet"))))


def rects(root: ET.Element, name: str) -> list[tuple[int, int, int, int]]:
    found = [one.attrib for one in root.iter("rect") if name in one.attrib["class"].split()]
    return [(int(one["x"]), int(one["y"]), int(one["x"]) + int(one["width"]), int(one["y"]) + int(one["height"])) for one in found]


@pytest.mark.parametrize("kind", ["fleet", "strategies"])
def test_cells_do_not_overlap(kind: str) -> None:
    cells = rects(tree(svg(kind)), "p-cell")
    assert len(cells) > 7
    for (left, top, right, bottom), (x, y, x2, y2) in combinations(cells, 2):
        assert right <= x or x2 <= left or bottom <= y or y2 <= top


def test_bars_are_as_wide_as_their_shares() -> None:
    bars = rects(tree(svg("shift")), "p-part")
    whole = bars[0][2] - bars[0][0]
    assert [right - left for left, _, right, _ in bars] == [whole, whole * 10 // 100, whole - whole * 10 // 100, whole]


def test_a_share_too_small_for_its_number_has_it_beside() -> None:
    node = yaml.compose(f"kind: shift\n{HEAD}old: a\nnew: b\nsteps: [{{at: now, new: 2}}]\n", Loader=yaml.SafeLoader)
    html = str(pictures.svg(pictures.read(Value(Path("en.md"), node, "")), "p"))
    (bar, _) = rects(tree(html), "p-part")
    found = re.search(r'class="p-label p-by-new" text-anchor="start"><tspan x="(\d+)" y="\d+">2%', html)
    assert found
    assert int(found[1]) > bar[2]


def test_the_dot_is_there_only_where_motion_is_asked_for() -> None:
    html = svg("flow")
    assert "<animateMotion" in html
    assert re.search(r"<button[^>]*\bhidden data-picture-motion", html)  # a browser without scripts cannot stop it by a button
    assert "animateMotion" not in svg("nest")

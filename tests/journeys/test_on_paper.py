"""A note as it is printed, in both languages: from its own page, and from where a console stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_notes import NOTE, READY, open_console, single

# What is pressed, moved along or looked up has no place on paper, and neither has an answer.
HIDDEN = (".bar", ".skip", ".cmd-bar", ".note-contents", ".h-link", "[rel=next]", ".q-why", ".q-said", ".q-sign")
SHOWN = (".note-name", ".note-text", ".picture svg", ".q-option", ".note-sources", ".note-checked")
INK = "getComputedStyle(document.querySelector('.note-text p')).color"
SOURCES = {"en-GB": "Sources", "ko-KR": "출처"}


@pytest.mark.parametrize("locale", SOURCES)
def test_a_note(visitor: Callable[..., Any], locale: str) -> None:
    one = visitor(locale=locale, color_scheme="dark")
    one.page.goto(NOTE)
    answer(one.page)
    printed(one.page, SOURCES[locale])
    assert one.complaints == []


@pytest.mark.parametrize("locale", SOURCES)
def test_a_note_beside_its_console(visitor: Callable[..., Any], locale: str) -> None:
    one = visitor(locale=locale, color_scheme="dark")
    one.sign_in("jisoo")
    one.page.goto(NOTE)
    if not one.page.locator("#console").count():
        open_console(one)
    one.page.wait_for_selector(READY)
    answer(one.page)
    printed(one.page, SOURCES[locale])
    for hidden in ("#console", ".note-mark", "[data-read-form]"):
        expect(one.page.locator(hidden).first).to_be_hidden()
    assert one.complaints == []


def answer(page: Any) -> None:
    question = single(page)
    question.locator("input[type=radio]").first.check()
    question.locator(".q-end button").click()
    expect(question.locator(".q-said")).to_be_focused()


def printed(page: Any, sources: str) -> None:
    page.emulate_media(media="print")
    for hidden in HIDDEN:
        for found in page.locator(hidden).all():
            expect(found).to_be_hidden()
    for shown in SHOWN:
        expect(page.locator(shown).first).to_be_visible()
    expect(page.locator(".note-sources h2")).to_have_text(sources)
    by_night = page.evaluate(INK)
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate(INK) == by_night, "dark on white for everybody"
    links = page.locator(":is(.note-text, .note-sources) a[href^=http]")
    after = links.evaluate_all("all => all.map(link => [link.href, getComputedStyle(link, '::after').content])")
    assert [href for href, content in after if href not in content] == []
    paper = page.pdf()
    assert len(re.findall(rb"/Type /Page\b", paper)) > 2, "all of it, not what is on the screen"
    assert [href for href, _ in after if href.encode() not in paper] == []

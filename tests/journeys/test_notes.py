"""A note and what one does with it: read it, try its commands in the console beside it, answer its questions, mark its places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_guide import in_both_themes
from tests.journeys.test_pages import check

NOTE = "/notes/s3/"
ORDER = "/notes/codedeploy/"
CLOSE = ".con-tools button[title='Close the console']"
READY = "#main[data-ready=ready][data-live]"


def open_note(one: Any, address: str = NOTE) -> None:
    one.page.goto(address)
    one.page.wait_for_load_state("load")


def sign_in(one: Any) -> None:
    """Without the console that an earlier journey left open."""
    one.sign_in("jisoo")
    open_note(one)
    if one.page.locator("#console").count():
        one.page.locator(CLOSE).click()
    expect(one.page.locator("#console")).to_have_count(0)
    one.page.wait_for_load_state("load")  # a form that is quicker than its script is sent without it


def look(one: Any) -> None:
    """From the top: what the header lies over half is not meant to be hit."""
    one.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    in_both_themes(one)


def open_console(one: Any) -> None:
    one.page.locator(".note-aside .note-open button").click()
    one.page.wait_for_selector(READY, timeout=90_000)


def single(page: Any) -> Any:
    """The first question of one choice, by its name: an answer puts it anew."""
    return page.locator(f"#{page.locator('.q:has(input[type=radio])').first.get_attribute('id')}")


def test_the_console_goes_along_until_it_is_closed(visitor: Callable[..., Any]) -> None:
    one = visitor(viewport={"width": 1280, "height": 800})
    sign_in(one)
    open_console(one)
    one.page.locator("[rel=next]").click()
    one.page.wait_for_selector(READY, timeout=90_000)
    assert NOTE not in one.page.url
    one.page.locator(".note-contents summary").click()
    one.page.locator("[data-toc=mistakes]").click()
    expect(one.page.locator("#mistakes")).to_be_in_viewport()
    expect(one.page.locator("[data-toc=mistakes]")).to_have_attribute("aria-current", "true")
    one.page.locator(CLOSE).click()
    expect(one.page.locator("#line")).to_have_count(0)
    assert one.page.url.endswith("#mistakes")
    expect(one.page.locator("#mistakes")).to_be_in_viewport()
    one.page.go_back()
    open_note(one)
    expect(one.page.locator("#line")).to_have_count(0)
    assert one.complaints == []


def test_on_a_phone_the_command_waits_in_the_consoles_tab(visitor: Callable[..., Any]) -> None:
    one = visitor(viewport={"width": 360, "height": 740}, color_scheme="dark")
    sign_in(one)
    check(one)
    line = one.page.locator("#try-1 code").first.inner_text()
    one.page.locator("#try-1 .cbtn-run").first.click()
    one.page.wait_for_selector(READY, timeout=90_000)
    expect(one.page.locator("#line")).to_have_value(line)
    expect(one.page.locator("#line")).to_be_in_viewport()
    one.page.click("#tab-guide")
    expect(one.page.locator(".note-name")).to_be_visible()
    check(one)
    assert one.complaints == []


def test_a_visitor_tries_it_as_a_guest(visitor: Callable[..., Any]) -> None:
    one = visitor()
    open_note(one)
    expect(one.page.locator(".note-mark, [data-read-form]")).to_have_count(0)
    check(one)
    one.page.locator("#try-1 .cbtn-run").first.click()
    one.page.wait_for_selector(READY, timeout=90_000)
    assert one.page.url.endswith(f"{NOTE}#try-1")
    line = one.page.locator("#try-1 code").first.inner_text()
    expect(one.page.locator("#line")).to_have_value(line)
    expect(one.page.locator(".guest-sign")).to_be_visible()
    assert one.complaints == []


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_every_kind_of_question_looks_right_answered_or_not(visitor: Callable[..., Any], locale: str) -> None:
    one = visitor(locale=locale)
    open_note(one)
    look(one)
    for question in one.page.locator(".q").all():
        name = question.get_attribute("id")
        if question.locator("input[name=choice]").count():
            question.locator("input[name=choice]").last.check()
        elif question.locator("input[name=line]").count():
            question.locator("input[name=line]").fill("aws nosuch thing")
        question.locator(".q-end button").click()
        expect(one.page.locator(f"#{name} .q-why")).to_be_visible()
        expect(one.page.locator(f"#{name} .q-said")).to_be_focused()  # which scrolls to it
    look(one)
    assert one.complaints == []


def test_an_order_by_keys_by_pointer_and_with_a_word_for_who_listens(visitor: Callable[..., Any]) -> None:
    one = visitor()
    open_note(one, ORDER)
    question = one.page.locator(".q:has([data-order])").first
    items = question.locator(".q-item-text")
    before = items.all_inner_texts()
    down = question.locator("[data-by='1']").first
    down.focus()
    down.press("ArrowDown")
    assert items.all_inner_texts()[:2] == [before[1], before[0]]
    expect(question.locator("[data-item]").nth(1).locator("[data-by='1']")).to_be_focused()
    expect(question.locator("[data-order] + [role=status]")).to_have_text(f"Place 2 of {len(before)}")
    one.page.keyboard.press("ArrowUp")
    assert items.all_inner_texts() == before

    rows = question.locator("[data-item]")
    rows.first.scroll_into_view_if_needed()
    start, end = rows.nth(0).bounding_box(), rows.nth(2).bounding_box()
    one.page.mouse.move(start["x"] + 60, start["y"] + start["height"] / 2)
    one.page.mouse.down()
    one.page.mouse.move(end["x"] + 60, end["y"] + end["height"] * 0.9, steps=8)
    one.page.mouse.up()
    assert items.all_inner_texts()[:3] == [before[1], before[2], before[0]]
    question.locator(".q-end button").click()
    answered = one.page.locator(f"#{question.get_attribute('id')}")
    expect(answered.locator(".q-said")).to_be_focused()
    assert answered.locator(".q-item-text").all_inner_texts()[:3] == [before[1], before[2], before[0]], "as it was given"
    assert answered.locator("[data-by]").count() == 2 * len(before), "what came by htmx can be moved, too"
    check(one)
    assert one.complaints == []


def test_bookmarks_and_the_section_outlive_the_language(visitor: Callable[..., Any]) -> None:
    one = visitor(viewport={"width": 1280, "height": 700})
    sign_in(one)
    mark = one.page.locator(".note-h:has(#mistakes) .note-mark button")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "true")
    expect(one.page.locator("#said")).to_have_text("Bookmark set")
    one.page.locator(".note-aside [data-toc=mistakes]").click()
    expect(one.page.locator("[data-toc=mistakes]").first).to_have_attribute("aria-current", "true")
    one.page.click("button[name=language][value=ko]")
    one.page.wait_for_selector("html[lang=ko]")
    assert one.page.url.endswith("#mistakes")
    expect(one.page.locator("#mistakes")).to_be_in_viewport()
    expect(mark).to_have_attribute("aria-pressed", "true")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "false")
    one.page.click("button[name=language][value=en]")
    one.page.wait_for_selector("html[lang=en]")
    assert one.complaints == []

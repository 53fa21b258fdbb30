"""All of the course but the console, in both languages, in a browser that runs no script: read, find, answer, keep, change the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_notes import ORDER, single
from tests.journeys.test_search_page import ready

WORDS = {
    "en-GB": {
        "front": "DevOps on AWS, learned by typing it", "map": "The course", "query": "buckets", "check": "Check",
        "search": "Search", "labs": "Labs", "notes": "Notes", "read": "I have read this", "start": "Start", "other": "ko",
    },
    "ko-KR": {
        "front": "AWS DevOps, 손으로 익힙니다", "map": "과정", "query": "버킷을", "check": "확인",
        "search": "찾기", "labs": "실습", "notes": "노트", "read": "다 읽었습니다", "start": "시작하기", "other": "en",
    },
}  # fmt: skip


@pytest.fixture
def words(locale: str) -> dict[str, str]:
    return WORDS[locale]


@pytest.mark.parametrize("locale", WORDS)
def test_a_visitor(visitor: Callable[..., Any], locale: str, words: dict[str, str]) -> None:
    one = visitor(locale=locale, java_script_enabled=False)
    ready(one)
    from_the_front_page_to_a_note(one.page, words)
    search(one.page, words)
    answer_one_of(one.page, words)
    put_in_order(one.page, words)
    change_the_language(one.page, words)
    one.page.click(".bar-end a.btn")
    one.page.wait_for_url("**/sign-in/?next=/notes/**")
    expect(one.page.locator("#id_username")).to_be_visible()


@pytest.mark.parametrize("locale", WORDS)
def test_a_learner(visitor: Callable[..., Any], locale: str, words: dict[str, str]) -> None:
    """Bookmark, what is read, an answer: kept; a lab is begun, and its progress told."""
    one = visitor(locale=locale, java_script_enabled=False)
    one.sign_in("jisoo" if locale == "en-GB" else "minji")
    page = one.page
    page.goto(ORDER)
    mark = page.locator(".note-title .note-mark button")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "true")
    read, sign = page.get_by_role("button", name=words["read"]), page.locator("[data-read-sign]")
    read.click()
    expect(sign).to_be_visible()
    read.click()
    expect(sign).to_be_hidden()
    read.click()
    title = page.locator("h1").inner_text()
    page.click(".brand")
    expect(page.locator("#map-codedeploy.is-read")).to_be_visible()
    page.locator(".map-marks").get_by_role("link", name=title).click()
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "false")

    page.goto("/labs/console-basics/")
    page.get_by_role("button", name=words["start"], exact=True).click()
    expect(page.locator("#step-look")).to_be_visible()
    page.goto("/progress/")
    expect(page.locator("#progress-console-basics .is-current")).to_be_visible()


def from_the_front_page_to_a_note(page: Any, words: dict[str, str]) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_have_text(words["front"])
    page.locator(".contents a").first.click()
    page.wait_for_url("**/notes/*/")
    page.locator(".nav a").first.click()
    expect(page.locator("h1")).to_have_text(words["map"])
    row = page.locator("#map-s3 .row-main a")
    title = row.inner_text()
    row.click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".picture svg").first).to_be_visible()


def search(page: Any, words: dict[str, str]) -> None:
    """From the header of that note; then among the labs alone, and the notes alone."""
    page.fill("#bar-search", words["query"])
    page.press("#bar-search", "Enter")
    expect(page.locator("#search-box")).to_have_value(words["query"])
    for among, other in (("labs", "book"), ("notes", "terminal")):
        page.locator(".search-among label", has_text=words[among]).click()
        page.locator(".search-line").get_by_role("button", name=words["search"]).click()
        expect(page.locator(".hit mark").first).to_be_visible()
        expect(page.locator(f".hit-facts .icon-{other}")).to_have_count(0)
    title = page.locator(".hit h2 a").first.inner_text()
    page.locator(".hit h2 a").first.click()
    expect(page.locator("h1")).to_have_text(title)


def answer_one_of(page: Any, words: dict[str, str]) -> None:
    page.goto("/notes/s3/")
    question = single(page)
    question.locator("input[type=radio]").last.check()
    question.get_by_role("button", name=words["check"]).click()
    page.wait_for_url(f"**#{question.get_attribute('id')}")
    expect(question.locator("input[type=radio]").last).to_be_checked()
    expect(question.locator(".q-said")).not_to_be_empty()
    expect(question.locator(".q-why")).to_be_visible()


def put_in_order(page: Any, words: dict[str, str]) -> None:
    """By the places that stand where a script would put arrows."""
    page.goto(ORDER)
    question = page.locator(".q:has([data-order])").first
    places = question.locator("select").all()
    for number, place in enumerate(places, 1):
        place.select_option(str(number))
    question.get_by_role("button", name=words["check"]).click()
    expect(question.locator(".q-item.is-right, .q-item.is-wrong")).to_have_count(len(places))


def change_the_language(page: Any, words: dict[str, str]) -> None:
    """The same note, with what was answered in it."""
    summary = page.locator(".note-summary").inner_text()
    page.click(f"button[name=language][value={words['other']}]")
    expect(page.locator("html")).to_have_attribute("lang", words["other"])
    expect(page.locator(".note-summary")).not_to_have_text(summary)
    assert ORDER in page.url
    expect(page.locator(".q-item.is-right, .q-item.is-wrong").first).to_be_visible()

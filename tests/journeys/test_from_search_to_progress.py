"""A learner's whole way, in both languages: from a word to the note that holds it, its command in the console, a question, the lab, and
what is told of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_labs import follow
from tests.journeys.test_notes import READY, single
from tests.journeys.test_pages import check
from tests.journeys.test_search_page import ready

WORDS = {
    "en-GB": {
        "who": "jisoo", "theme": "light", "query": "buckets", "marked": "bucket", "title": "Amazon S3: objects under names",
        "check": "Check", "not yet": "Not yet.", "right": "Right.", "why": "Explanation",
        "lab": "The lab that goes with it", "start": "Start", "progress": "Progress",
        "steps": "1 of 9 steps", "points": "10/", "state": "In progress", "map": "Your course", "next": "Go on with the lab",
    },
    "ko-KR": {
        "who": "minji", "theme": "dark", "query": "버킷을", "marked": "버킷", "title": "Amazon S3: 이름으로 찾는 객체",
        "check": "확인", "not yet": "아직 아닙니다.", "right": "맞습니다.", "why": "해설",
        "lab": "함께하는 실습", "start": "시작하기", "progress": "진도",
        "steps": "9단계 중 1단계", "points": "10/", "state": "진행 중", "map": "나의 과정", "next": "이어서 할 실습",
    },
}  # fmt: skip
FIRST_STEP = """
bucket: myBucket=harbour-weekly-$(aws sts get-caller-identity --query Account --output text)
+bucket: aws s3 mb s3://$myBucket | make_bucket: harbour-weekly-
"""


@pytest.mark.parametrize("locale", WORDS)
def test_search_note_console_question_lab_progress(visitor: Callable[..., Any], locale: str) -> None:
    words = WORDS[locale]
    one = visitor(locale=locale, color_scheme=words["theme"])
    one.sign_in(words["who"])
    ready(one)
    search(one.page, words)
    try_it(one)
    answer(one.page, words)
    one.page.locator("#guide").evaluate("guide => guide.scrollTo(0, 0)")  # what its edge cuts in half is not meant to be hit
    check(one)
    read(one.page)
    do_the_lab(one, words)
    look_back(one.page, words)
    assert one.complaints == []


def search(page: Any, words: dict[str, str]) -> None:
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(words["query"])
    page.keyboard.press("Enter")
    hit = page.locator(".hit", has=page.get_by_role("link", name=words["title"], exact=True))
    expect(hit.locator("mark").first).to_contain_text(words["marked"], ignore_case=True)
    expect(hit.locator(".hit-facts .tag")).to_have_count(0)  # found in the reader's own language
    hit.get_by_role("link", name=words["title"], exact=True).click()
    expect(page.locator("h1")).to_have_text(words["title"])
    expect(page.locator("[data-read-sign]")).to_be_hidden()


def try_it(one: Any) -> None:
    """The first command waits in the prompt of the console that it opens; the second one runs by a click."""
    first = one.page.locator("#try-1 .cmd").first
    line = first.locator("code").inner_text()
    first.locator(".cbtn-run").click()
    one.page.wait_for_selector(READY, timeout=90_000)
    assert one.page.url.endswith("/notes/s3/#try-1")
    expect(one.page.locator("#line")).to_have_value(line)
    expect(one.page.locator("#line")).to_be_focused()
    before = one.blocks()
    one.page.press("#line", "Enter")
    one.wait_done(before + 1)
    one.page.locator("#try-1 [data-run]").nth(1).click()
    expect(one.wait_done(before + 2)).to_contain_text("make_bucket")


def answer(page: Any, words: dict[str, str]) -> None:
    """Until it is right; in the note's order the right one is the first."""
    question = single(page)
    for choice in reversed(question.locator("input[type=radio]").all()):
        choice.check()
        question.get_by_role("button", name=words["check"]).click()
        expect(question.locator(".q-said")).to_be_focused()
        if "is-right" in question.get_attribute("class"):
            break
        expect(question.locator(".q-said")).to_have_text(words["not yet"])
    expect(question.locator(".q-said")).to_have_text(words["right"])
    expect(question.locator(".q-why")).to_have_attribute("open", "")
    expect(question.locator(".q-why summary")).to_have_text(words["why"])


def read(page: Any) -> None:
    """Who comes to the end has read it, and may say otherwise."""
    button, sign = page.locator("[data-read-form] button"), page.locator("[data-read-sign]")
    page.locator("#note-end").scroll_into_view_if_needed()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(".q.is-right")).to_have_count(1)
    expect(sign).to_be_visible()
    button.click()
    expect(sign).to_be_hidden()
    button.click()
    expect(sign).to_be_visible()


def do_the_lab(one: Any, words: dict[str, str]) -> None:
    link = one.page.locator(".note-lab")
    expect(link).to_contain_text(words["lab"])
    link.click()
    one.page.get_by_role("button", name=words["start"], exact=True).click()
    one.page.wait_for_selector(READY, timeout=90_000)
    follow(one, FIRST_STEP)


def look_back(page: Any, words: dict[str, str]) -> None:
    page.locator(".nav").get_by_role("link", name=words["progress"]).click()
    row = page.locator("#progress-s3-storage")
    for word in ("steps", "points", "state"):
        expect(row).to_contain_text(words[word])
    page.locator(".brand").click()
    expect(page.locator("h1")).to_have_text(words["map"])
    expect(page.locator(".next-first")).to_contain_text(words["next"])
    expect(page.locator("#map-s3.is-read")).to_contain_text("1/5")
    expect(page.locator("#map-s3-storage.is-open")).to_contain_text("1/9")

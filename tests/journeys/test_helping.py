"""Help, from the question to the step that passes: two people, two browsers. Nothing of the instructor's looking is the learner's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_files import held
from tests.journeys.test_pages import check

LETTER = "cat lighthouse/letter.txt"
# Each language with a learner of its own, and with a theme for axe.
SPEAKERS = {"en-GB": ("minji", "light"), "ko-KR": ("jisoo", "dark")}
WORDS = {
    "en-GB": {
        "asked": "Help asked",
        "looking": "Teacher is looking at it",
        "second": "Command 2 of 2",
        "first": "Command 1 of 2",
        "sent": "nothing runs unless they run it",
        "not run": "not run yet",
        "answered": "Your question has an answer.",
        "run": "run as #3",
        "succeeded": "succeeded",
        "back": "Command 2 of 5",
    },
    "ko-KR": {
        "asked": "도움 요청함",
        "looking": "Teacher 님이 살펴보고 있습니다",
        "second": "명령 2개 중 2번째",
        "first": "명령 2개 중 1번째",
        "sent": "학습자가 실행하기 전에는 아무것도 실행되지 않습니다",
        "not run": "아직 실행하지 않음",
        "answered": "질문에 답이 왔습니다.",
        "run": "실행함: #3",
        "succeeded": "성공",
        "back": "명령 5개 중 2번째",
    },
}


@pytest.mark.parametrize("locale", WORDS)
def test_asked_taken_tried_in_a_fork_proposed_and_run(visitor: Callable[..., Any], locale: str) -> None:
    words, (who, theme) = WORDS[locale], SPEAKERS[locale]
    minji, teacher = visitor(locale=locale, color_scheme=theme), visitor(locale=locale, color_scheme=theme)
    minji.sign_in(who)
    minji.open_lab("console-basics")
    minji.run("cat letter.txt")
    minji.run("echo mine > note.txt")

    # She asks, by keyboard, and goes on.
    minji.page.locator("#help-ask").focus()
    minji.page.keyboard.press("Enter")
    expect(minji.page.locator("#help-sentence")).to_be_focused()
    minji.page.keyboard.type("Where is the letter?")
    check(minji, narrow=False)
    minji.page.locator("#help-send").press("Enter")
    expect(minji.page.locator("#help-back")).to_be_focused()
    minji.page.keyboard.press("Enter")
    expect(minji.page.locator("#help")).to_contain_text("Where is the letter?")
    expect(minji.page.locator("#help-open")).to_have_text(words["asked"])

    # The instructor's queue was open; the question comes by itself.
    teacher.sign_in("teacher")
    teacher.page.goto("/help/")
    row = teacher.page.locator(".queue-row", has_text="Where is the letter?")
    expect(row).to_contain_text(who.title())
    row.locator("[id^=take-]").click()
    expect(minji.page.locator("#help-title")).to_have_text(words["looking"])

    # The replay, by arrow keys, to what was asked about.
    teacher.page.locator(".follow-acts a").nth(1).click()
    expect(teacher.page.locator("h1")).to_have_text(words["second"])
    teacher.page.wait_for_selector("#player[data-live]")
    expect(teacher.page.locator(".held-tree .is-changed").last).to_contain_text("note.txt")
    teacher.page.keyboard.press("ArrowLeft")
    expect(teacher.page.locator("h1")).to_have_text(words["first"])
    expect(teacher.page.locator(".held-tree")).not_to_contain_text("note.txt")
    expect(teacher.page.locator(".block-cmd")).to_have_text("cat letter.txt")
    teacher.page.wait_for_selector("#player[data-live]")
    teacher.page.keyboard.press("ArrowRight")
    teacher.page.locator(".held-tree a", has_text="note.txt").click()
    expect(teacher.page.locator(".held-file pre")).to_have_text("mine")

    # A fork of that, in which one may break things.
    teacher.page.click("#fork")
    teacher.page.wait_for_selector("#main[data-ready=ready][data-live]", timeout=90_000)
    assert teacher.run("cat note.txt; rm note.txt").strip() == "mine"
    assert "inspector" in teacher.run(LETTER)
    expect(teacher.page.locator("#step-look")).to_have_class(re.compile("is-passed"))
    teacher.page.click("#help-open")
    teacher.page.click("#fork-answer")
    teacher.page.locator(".proposal-row", has=teacher.page.get_by_label("rm note.txt")).get_by_role("checkbox").uncheck()
    teacher.page.fill("#answer-text", "It lies in a **folder**. Look with `ls`.")
    teacher.page.click("#answer-send")
    expect(teacher.page.locator(".messages")).to_contain_text(words["sent"])
    expect(teacher.page.locator(".help-fate")).to_have_text(words["not run"])

    # It is there without a reload, and elsewhere a word says so until it is seen. Nothing ran by itself.
    expect(minji.page.locator("#help .help-answer strong").first).to_have_text("Teacher")
    expect(minji.page.locator("#said")).to_have_text(words["answered"])
    assert minji.blocks() == 2
    minji.page.locator("#help [data-run]").click()
    minji.wait_done(3)
    expect(minji.page.locator("#step-look")).to_have_class(re.compile("is-passed"))
    expect(minji.page.locator("#help .help-fate")).to_have_text(words["run"])
    assert minji.run("cat note.txt").strip() == "mine", "what was done in the fork is the fork's"
    expect(teacher.page.locator(".help-fate")).to_have_text(words["run"])  # live, beside what may just be written

    minji.page.goto("/labs/")
    expect(minji.page.locator("#help-news")).to_have_count(0)
    minji.page.go_back()
    minji.page.wait_for_selector("#main[data-live]")
    minji.page.click("#help-solved")
    expect(minji.page.locator("#help-ask")).to_be_visible()
    expect(minji.page.locator("#help")).to_be_hidden()
    expect(teacher.page.locator("#question-word .note")).to_be_visible()
    expect(minji.page.locator(".block")).to_have_count(4)
    expect(minji.page.locator(".con-notice")).to_have_count(0)

    # The timeline follows while she works; the fork is closed.
    teacher.page.locator(".follow-acts a").nth(0).click()
    expect(teacher.page.locator("#timeline")).to_contain_text("Where is the letter?")
    minji.run("echo while you look")
    expect(teacher.page.locator("#timeline .tl-command").last).to_contain_text("echo while you look")
    expect(teacher.page.locator("#timeline .tl-command").last).to_contain_text(words["succeeded"])
    teacher.page.locator(".follow-forks button").click()
    expect(teacher.page.locator("h1")).to_contain_text(words["back"])
    assert [minji.complaints, teacher.complaints] == [[], []]


def test_the_queue_shows_what_was_asked_for_last_whatever_comes_last(visitor: Callable[..., Any]) -> None:
    minji, teacher = visitor(), visitor()
    minji.sign_in("minji")
    minji.open_lab("playground")
    teacher.sign_in("teacher")
    teacher.page.goto("/help/")
    teacher.page.wait_for_selector("#follow[data-live]", state="attached")
    queue = re.compile("/help/$")
    with held(teacher, queue.pattern):
        minji.page.click("#help-ask")
        minji.page.fill("#help-sentence", "Hello?")
        with teacher.page.expect_request(queue):
            minji.page.click("#help-send")
        minji.page.click("#help-back")
        with teacher.page.expect_request_finished(lambda request: queue.search(request.url)):
            minji.page.click("#help-withdraw")
    expect(teacher.page.locator("#queue")).not_to_contain_text("Hello?")
    assert [minji.complaints, teacher.complaints] == [[], []]


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-GB"), ("dark", "ko-KR")])
def test_the_pages_can_be_used_by_everybody(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    jisoo, teacher = visitor(color_scheme=theme, locale=locale), visitor(color_scheme=theme, locale=locale)
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    if not jisoo.page.locator("#help-open").count():
        jisoo.run("echo two; echo one > a.txt")
        jisoo.run("fals")
        jisoo.page.click("#help-ask")
        jisoo.page.fill("#help-sentence", "?")
        jisoo.page.click("#help-send")
        jisoo.page.click("#help-back")
    check(jisoo)
    teacher.sign_in("teacher")
    teacher.page.goto("/help/")
    check(teacher)
    row = teacher.page.locator(".queue-row", has_text="Jisoo")
    if row.locator("[id^=take-]").count():
        row.locator("[id^=take-]").click()
    else:
        row.locator("h3 a").click()
    check(teacher)
    timeline, replay = (teacher.page.locator(".follow-acts a").nth(at).get_attribute("href") for at in (0, 1))
    teacher.page.goto(timeline)
    teacher.page.locator(".tl-more summary").first.click()
    expect(teacher.page.locator(".tl-in .block-out").first).to_be_visible()
    check(teacher)
    teacher.page.locator(".crumb a").click()
    check(teacher)
    teacher.page.goto(f"{replay.rstrip('/').rpartition('/')[0]}/1/?path=environment/a.txt")
    expect(teacher.page.locator(".held-file pre")).to_have_text("one")
    check(teacher)
    assert [jisoo.complaints, teacher.complaints] == [[], []]

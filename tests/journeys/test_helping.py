"""Help, from the question to the step that passes: two people, two browsers. Nothing of the instructor's looking is the learner's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import THEMES, check

LETTER = "cat lighthouse/letter.txt"


def test_asked_taken_tried_in_a_fork_proposed_and_run(visitor: Callable[..., Any]) -> None:
    minji, teacher = visitor(), visitor()
    minji.sign_in("minji")
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
    expect(minji.page.locator("#help-open")).to_have_text("Help asked")

    # The instructor's queue was open; the question comes by itself.
    teacher.sign_in("teacher")
    teacher.page.goto("/help/")
    row = teacher.page.locator(".queue-row", has_text="Where is the letter?")
    expect(row).to_contain_text("Minji")
    row.locator("[id^=take-]").click()
    expect(minji.page.locator("#help-title")).to_have_text("Teacher is looking at it")
    question = teacher.page.url

    # The replay, by arrow keys, to what was asked about.
    teacher.page.locator(".follow-acts a", has_text="Replay").click()
    expect(teacher.page.locator("h1")).to_have_text("Command 2 of 2")
    teacher.page.wait_for_selector("#player[data-live]")
    expect(teacher.page.locator(".held-tree .is-changed").last).to_contain_text("note.txt")
    teacher.page.keyboard.press("ArrowLeft")
    expect(teacher.page.locator("h1")).to_have_text("Command 1 of 2")
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
    expect(teacher.page.locator(".messages")).to_contain_text("nothing runs unless they run it")
    expect(teacher.page.locator(".help-fate")).to_have_text("not run yet")

    # It is there without a reload, and elsewhere a word says so until it is seen. Nothing ran by itself.
    expect(minji.page.locator("#help .help-answer strong").first).to_have_text("Teacher")
    expect(minji.page.locator("#said")).to_have_text("Your question has an answer.")
    assert minji.blocks() == 2
    minji.page.locator("#help [data-run]").click()
    minji.wait_done(3)
    expect(minji.page.locator("#step-look")).to_have_class(re.compile("is-passed"))
    expect(minji.page.locator("#help .help-fate")).to_have_text("run as #3")
    assert minji.run("cat note.txt").strip() == "mine", "what was done in the fork is the fork's"
    teacher.page.goto(question)
    expect(teacher.page.locator(".help-fate")).to_have_text("run as #3")

    minji.page.goto("/labs/")
    expect(minji.page.locator("#help-news")).to_have_count(0)
    minji.page.go_back()
    minji.page.wait_for_selector("#main[data-live]")
    minji.page.click("#help-solved")
    expect(minji.page.locator("#help-ask")).to_be_visible()
    expect(minji.page.locator("#help")).to_be_hidden()
    expect(minji.page.locator(".block")).to_have_count(4)
    expect(minji.page.locator(".con-notice")).to_have_count(0)

    # The timeline follows while she works; the fork is closed.
    teacher.page.locator(".follow-acts a", has_text="Timeline").click()
    expect(teacher.page.locator("#timeline")).to_contain_text("Where is the letter?")
    minji.run("echo while you look")
    expect(teacher.page.locator("#timeline .tl-command").last).to_contain_text("echo while you look")
    expect(teacher.page.locator("#timeline .tl-command").last).to_contain_text("succeeded")
    teacher.page.locator(".follow-forks button").click()
    expect(teacher.page.locator("h1")).to_contain_text("Command 2 of 5")
    assert [minji.complaints, teacher.complaints] == [[], []]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_the_pages_can_be_used_by_everybody(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    jisoo, teacher = visitor(color_scheme=theme, locale=locale), visitor(color_scheme=theme, locale=locale)
    jisoo.sign_in("jisoo")
    jisoo.open_lab("console-basics")
    if not jisoo.page.locator("#help-open").count():
        jisoo.run("ls; echo one > a.txt")
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

"""One learner's work, looked at from the board: the timeline, the replay with files and account at every point, a fork of one of them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

# Each language with a learner of its own: what the one did is nothing to the other.
SPEAKERS = {"en-GB": "minji", "ko-KR": "jisoo"}
WORDS = {
    "en-GB": {
        "at": "Command {0} of 3",
        "start": "At the lab's start",
        "succeeded": "succeeded",
        "failed": "exit status 1",
        "none": "Nothing but what the lab began with.",
        "fork": "A fork of what {0} did",
        "alone": "It is yours alone",
    },
    "ko-KR": {
        "at": "명령 3개 중 {0}번째",
        "start": "실습의 시작",
        "succeeded": "성공",
        "failed": "종료 상태 1",
        "none": "실습이 시작될 때 있던 것뿐입니다.",
        "fork": "{0} 님의 실습에서 만든 포크",
        "alone": "나만의 것",
    },
}


@pytest.mark.parametrize("locale", WORDS)
def test_from_the_board_to_a_fork_of_any_point(visitor: Callable[..., Any], locale: str) -> None:
    words, who = WORDS[locale], SPEAKERS[locale]
    bucket, file = f"letters-of-{who}", "~/environment/letter.txt"
    learner, teacher = visitor(locale=locale), visitor(locale=locale)
    learner.sign_in(who)
    learner.open_lab("playground")
    learner.run(f"echo one > {file}")
    learner.run(f"aws s3 mb s3://{bucket}")
    learner.run(f"rm {file}; false")

    # From the board to the person, to the lab, to what was typed in it; it goes on while one looks.
    teacher.sign_in("teacher")
    teacher.page.goto("/cohorts/1/board/")
    teacher.page.locator(f"#rows a[title={who}-replay]").click()
    teacher.page.locator("table.rows th a").first.click()
    teacher.page.wait_for_selector("#timeline [id=c3]")
    commands = teacher.page.locator(".tl-command")
    expect(commands).to_have_count(3)
    expect(commands.nth(1)).to_contain_text(words["succeeded"])
    expect(commands.nth(2)).to_contain_text(words["failed"])
    teacher.page.locator("#c1 .tl-number").click()

    # Step by step: what was done, and what there was then.
    page = teacher.page
    held, account = page.locator(".held-tree"), page.locator(".standing-account")

    def at(place: int, key: str = "") -> None:
        page.wait_for_selector("#player[data-live]")
        if key:
            page.keyboard.press(key)
        expect(page.locator("h1")).to_have_text(words["at"].format(place) if place else words["start"])

    at(1)
    expect(held).to_contain_text("letter.txt")
    expect(account).to_contain_text(words["none"])
    at(0, "ArrowLeft")
    expect(held).not_to_contain_text("letter.txt")
    at(3, "End")
    expect(held).not_to_contain_text("letter.txt")
    expect(account).to_contain_text(bucket)
    at(2, "ArrowLeft")
    expect(account.locator(".is-changed")).to_contain_text(bucket)
    held.locator("a", has_text="letter.txt").click()
    expect(page.locator(".held-file pre")).to_have_text("one")

    # A fork of that point is theirs: what is broken in it the learner still has.
    page.click("#fork")
    page.wait_for_selector("#main[data-ready=ready][data-live]", timeout=90_000)
    expect(page.locator("#fork-title")).to_have_text(words["fork"].format(who.title()))
    expect(page.locator("#help")).to_contain_text(words["alone"])
    assert teacher.run(f"cat {file}; aws s3 rb s3://{bucket}").startswith("one")
    assert teacher.run("aws s3 ls").strip() == ""
    assert bucket in learner.run("aws s3 ls")
    assert learner.blocks() == 4, "nothing of it is theirs"
    page.click("#help-open")
    page.click("#fork-close")
    expect(page.locator(".player")).to_be_visible()
    assert [teacher.complaints, learner.complaints] == [[], []]

"""The instructor's board beside a learner who works in another browser: what runs, what is passed, who is stuck, who asks, and a word
to all."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import check

BOARD, LAB = "/cohorts/1/board/", "console-basics"
# Each language with a learner of its own: what the one did is nothing to the other. It has a theme as well, for axe.
SPEAKERS = {"en-GB": ("jisoo", "Jisoo", "light"), "ko-KR": ("minji", "Minji", "dark")}
WORDS = {
    "en-GB": {
        "passed": "passed",
        "live": "Live",
        "why": "The same error 3 times",
        "stuck": "is stuck: The same error 3 times",
        "dismissed": "Dismissed: The same error 3 times",
        "asks": "Asks for help",
        "asked": "asks for help",
        "taken": "taken by Teacher",
    },
    "ko-KR": {
        "passed": "통과",
        "live": "실시간",
        "why": "같은 오류가 3번 났습니다",
        "stuck": "님이 막혔습니다: 같은 오류가 3번 났습니다",
        "dismissed": "닫음: 같은 오류가 3번 났습니다",
        "asks": "도움 요청",
        "asked": "님이 도움을 요청했습니다",
        "taken": "Teacher 님이 맡음",
    },
}


def board_of(visitor: Callable[..., Any], path: str, who: str = "jisoo", **options: Any) -> tuple[Any, Any]:
    """The teacher's browser at the board, and the row of this file's ``who`` in it."""
    one = visitor(**options)
    one.sign_in("teacher")
    one.page.goto(path)
    one.page.wait_for_selector("#board[data-live]")
    expect(one.page.locator("#net.is-live")).to_be_visible()
    return one, one.page.locator(f"#rows tr:has(a[title={who}-board])")


@pytest.mark.parametrize("locale", WORDS)
def test_the_board_follows_a_learner(visitor: Callable[..., Any], locale: str) -> None:
    words, (who, name, theme) = WORDS[locale], SPEAKERS[locale]
    teacher, row = board_of(visitor, f"{BOARD}?lab={LAB}", who, locale=locale, color_scheme=theme)
    expect(teacher.page.locator("#net")).to_have_text(words["live"])
    expect(row.locator("td.b-none")).to_have_count(9)
    learner = visitor(locale=locale)
    learner.sign_in(who)
    learner.open_lab(LAB)
    expect(row.locator("td.b-current")).to_have_count(1)
    expect(row.locator(".b-here")).to_be_visible()

    learner.type_line("echo what is your name; read name")
    expect(row.locator(".b-runs")).to_contain_text("read name")
    answer = learner.page.locator(".block[data-running] input[name=text]")
    answer.fill(name)
    answer.press("Enter")
    expect(row.locator(".b-runs")).to_have_count(0)
    learner.run("cat lighthouse/letter.txt")
    expect(row.locator("td.b-passed")).to_have_count(1)
    expect(row.locator("td.b-passed b")).to_have_text(words["passed"])

    for _ in range(3):
        learner.run("cat the-log")
    expect(row.locator(".b-why")).to_have_text(words["why"])
    expect(teacher.page.locator("#said")).to_contain_text(f"{name} {words['stuck']}")
    first = teacher.page.locator(f"#rows tr:first-child a[title={who}-board]")
    expect(first).to_be_visible()  # nobody reads: it is sorted again by itself

    # Dismissed, undone at once by the keyboard that is still there, and dismissed again; another board sees it, too.
    boss = visitor(locale=locale)
    boss.sign_in("boss")
    boss.page.goto(f"{BOARD}?lab={LAB}&stuck=1")
    boss.page.wait_for_selector("#board[data-live]")
    theirs = boss.page.locator(f"#rows tr:visible a[title={who}-board]")
    expect(theirs).to_have_count(1)
    row.locator("[data-alarm-act] button").click()
    expect(row.locator(".b-put")).to_contain_text(words["dismissed"])
    expect(theirs).to_have_count(0)
    teacher.page.keyboard.press("Enter")
    expect(row.locator(".b-alarm")).to_be_visible()

    # They ask: first of all, and on the board of who looks at those alone who need help.
    learner.page.click("#help-ask")
    learner.page.fill("#help-sentence", "Which log?")
    learner.page.click("#help-send")
    expect(row.locator(".b-question")).to_contain_text(words["asks"])
    expect(row.locator(".b-question")).to_contain_text("Which log?")
    expect(teacher.page.locator("#said")).to_contain_text(f"{name} {words['asked']}")
    check(teacher)
    row.locator(".b-alarm button").click()
    expect(row.locator(".b-put")).to_contain_text(words["dismissed"])
    expect(theirs).to_have_count(1)
    row.locator(".b-question a").click()
    teacher.page.click("#take")
    taken = boss.page.locator(f"#rows tr:has(a[title={who}-board]) .b-question .tag")
    expect(taken).to_have_text(words["taken"])
    learner.page.click("#help-back")
    learner.page.click("#help-withdraw")
    expect(theirs).to_have_count(0)
    assert [*teacher.complaints, *learner.complaints, *boss.complaints] == []


def test_the_order_stays_while_somebody_reads(visitor: Callable[..., Any]) -> None:
    teacher, row = board_of(visitor, BOARD)
    page = teacher.page
    page.locator("#rows a").first.focus()
    # What the stream brings of others may put a row as it was, at any moment: so it is said again, and asked in one breath.
    put_last_first = "document.querySelector(`#${before.at(-1)}`).dataset.order = '0'"
    shown = "[...document.querySelectorAll('#rows tr')].map(row => row.id)"
    before = page.evaluate(f"() => {shown}")
    page.wait_for_function(f"before => {{ {put_last_first}; return !document.getElementById('sort').hidden }}", arg=before)
    assert page.evaluate(f"() => {shown}") == before
    after = page.evaluate(f"before => {{ {put_last_first}; document.getElementById('sort').click(); return {shown} }}", before)
    assert after[0] == before[-1]
    expect(page.locator("#rows tr a").first).to_be_focused()
    expect(row).to_have_count(1)
    assert teacher.complaints == []


def test_a_word_to_everybody_arrives_and_is_put_away(visitor: Callable[..., Any]) -> None:
    jisoo = visitor()
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    teacher = visitor()
    teacher.sign_in("teacher")
    teacher.page.goto(BOARD)
    teacher.page.click(".board-head a")
    teacher.page.fill("textarea", "Lunch at **noon**.")
    teacher.page.select_option("#id_lab", "playground")
    teacher.page.click(".board-say button")
    expect(teacher.page.locator(".notice-rows")).to_contain_text("Lunch at noon.")
    notice = jisoo.page.locator(".notice", has_text="Lunch at noon.")
    expect(notice).to_be_visible()
    notice.locator("button").click()
    expect(notice).to_have_count(0)
    jisoo.reload()
    expect(notice).to_have_count(0)
    teacher.page.reload()
    expect(teacher.page.locator(".notice-facts").first).to_contain_text("put away by 1 of")
    teacher.page.locator(".notice-rows button").first.click()
    expect(teacher.page.locator(".notice-facts").first).to_contain_text("taken back")
    assert [*teacher.complaints, *jisoo.complaints] == []


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-GB"), ("dark", "ko-KR")])
def test_what_was_said_can_be_read_by_everybody(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.sign_in("teacher")
    one.page.goto("/cohorts/1/notices/")
    check(one)
    assert one.complaints == []

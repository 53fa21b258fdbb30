"""The instructor's board beside a learner who works in another browser: what runs, what is passed, who is stuck, and a word to all."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import check

BOARD, LAB = "/cohorts/1/board/", "console-basics"


def board_of(visitor: Callable[..., Any], path: str, **options: Any) -> tuple[Any, Any]:
    """The teacher's browser at the board, and the row of this file's Jisoo in it."""
    one = visitor(**options)
    one.sign_in("teacher")
    one.page.goto(path)
    one.page.wait_for_selector("#board[data-live]")
    expect(one.page.locator("#net.is-live")).to_be_visible()
    return one, one.page.locator("#rows tr:has(a[title=jisoo-board])")


def test_the_board_follows_a_learner(visitor: Callable[..., Any]) -> None:
    teacher, row = board_of(visitor, f"{BOARD}?lab={LAB}")
    expect(row.locator("td.b-none")).to_have_count(9)
    jisoo = visitor()
    jisoo.sign_in("jisoo")
    jisoo.open_lab(LAB)
    expect(row.locator("td.b-current")).to_have_count(1)
    expect(row.locator(".b-here")).to_be_visible()

    jisoo.type_line("echo what is your name; read name")
    expect(row.locator(".b-runs")).to_contain_text("read name")
    answer = jisoo.page.locator(".block[data-running] input[name=text]")
    answer.fill("Jisoo")
    answer.press("Enter")
    expect(row.locator(".b-runs")).to_have_count(0)
    jisoo.run("cat lighthouse/letter.txt")
    expect(row.locator("td.b-passed")).to_have_count(1)
    expect(row.locator("td.b-passed b")).to_have_text("passed")

    for _ in range(3):
        jisoo.run("cat the-log")
    expect(row.locator(".b-why")).to_have_text("The same error 3 times")
    expect(teacher.page.locator("#said")).to_contain_text("Jisoo is stuck")
    expect(teacher.page.locator("#rows tr:first-child a[title=jisoo-board]")).to_be_visible()  # nobody reads: it is sorted again by itself

    # Dismissed, undone at once by the keyboard that is still there, and dismissed again; another board sees it, too.
    boss = visitor()
    boss.sign_in("boss")
    boss.page.goto(f"{BOARD}?lab={LAB}&stuck=1")
    boss.page.wait_for_selector("#board[data-live]")
    expect(boss.page.locator("#rows tr:visible")).to_have_count(1)
    row.locator("[data-alarm-act] button").click()
    expect(row.locator(".b-put")).to_contain_text("Dismissed: The same error 3 times")
    expect(boss.page.locator("#nobody-stuck")).to_be_visible()
    teacher.page.keyboard.press("Enter")
    expect(row.locator(".b-alarm")).to_be_visible()
    teacher.page.keyboard.press("Enter")
    expect(row.locator(".b-put")).to_be_visible()
    teacher.page.reload()
    expect(row.locator(".b-put")).to_be_visible()
    assert [*teacher.complaints, *jisoo.complaints, *boss.complaints] == []


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
    check(jisoo, narrow=False)
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
def test_the_boards_pages(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one, row = board_of(visitor, BOARD, color_scheme=theme, locale=locale)
    expect(row).to_have_count(1)
    check(one)
    one.page.goto("/cohorts/1/notices/")
    check(one)
    assert one.complaints == []

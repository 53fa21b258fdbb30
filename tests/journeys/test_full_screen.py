"""Programs that take the whole screen: an editor, a pager, a monitor, in the console, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import THEMES, check

ROWS = ".screen-row"


@pytest.fixture
def jisoo(visitor: Callable[..., Any]) -> Iterator[Any]:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    yield one
    if one.page.locator(".block[data-running]").count():  # a failed test must not fail the next
        one.page.locator(".block [data-stop]").first.click()
        one.page.wait_for_selector(".block[data-running]", state="detached")
    assert one.complaints == []


def begin(visitor: Any, line: str) -> int:
    """Type ``line`` and wait for its screen to have the keys; how many blocks there were before."""
    before = visitor.blocks()
    visitor.type_line(line)
    expect(visitor.page.locator(".screen-keys")).to_be_focused()
    return before


def press(visitor: Any, *keys: str) -> None:
    for key in keys:
        visitor.page.keyboard.press(key)


def test_a_file_is_written_in_vim(jisoo: Any) -> None:
    keys, screen = jisoo.page.keyboard, jisoo.page.locator(".screen")
    before = begin(jisoo, "vim notes.txt")
    expect(screen).to_contain_text("notes.txt")
    keys.type("ifirst <b>line</b>")
    press(jisoo, "Enter")
    keys.insert_text("한글 두 줄")
    expect(screen.locator(ROWS).nth(1)).to_have_text("한글 두 줄")
    press(jisoo, "ArrowUp", "Home")
    keys.type(">> ")
    expect(screen.locator(ROWS).nth(0)).to_have_text(">> first <b>line</b>")

    jisoo.reload()
    expect(screen.locator(ROWS).nth(0)).to_have_text(">> first <b>line</b>")
    expect(jisoo.page.locator(".screen-keys")).to_be_focused()
    keys.type("again ")
    expect(screen.locator(ROWS).nth(0)).to_have_text(">> again first <b>line</b>")

    wide = screen.get_attribute("data-cols")
    jisoo.page.set_viewport_size({"width": 1100, "height": 700})
    expect(screen).not_to_have_attribute("data-cols", wide)
    expect(screen.locator(ROWS)).to_have_count(int(screen.get_attribute("data-rows")))
    expect(screen.locator(ROWS).nth(0)).to_have_text(">> again first <b>line</b>")
    expect(jisoo.page.locator(".screen-keys")).to_be_focused()

    press(jisoo, "Escape")
    keys.type(":wq")
    press(jisoo, "Enter")
    block = jisoo.wait_done(before + 1)
    expect(block.locator(".block-word")).to_contain_text("its screen went with it")
    assert block.locator(".block-out").text_content().strip() == ""
    expect(jisoo.page.locator("#line")).to_be_focused()
    assert jisoo.run("cat notes.txt") == ">> again first <b>line</b>\n한글 두 줄\n"


def test_a_pager_turns_pages_and_is_left(jisoo: Any) -> None:
    screen = jisoo.page.locator(".screen")
    before = begin(jisoo, "seq 1 500 > numbers.txt; less numbers.txt; echo after")
    expect(screen.locator(ROWS).first).to_have_text("1")
    rows = int(screen.get_attribute("data-rows"))
    press(jisoo, "PageDown")
    expect(screen.locator(ROWS).first).to_have_text(str(rows))
    press(jisoo, "ArrowDown")
    expect(screen.locator(ROWS).first).to_have_text(str(rows + 1))
    press(jisoo, "Shift+G")
    expect(screen.locator(ROWS).nth(rows - 2)).to_have_text("500")

    press(jisoo, "Shift+Tab")  # nobody is held in it
    expect(jisoo.page.locator(".screen [data-stop]")).to_be_focused()
    press(jisoo, "Shift+Tab", "Enter")
    expect(jisoo.page.locator("#line")).to_be_focused()
    screen.locator(".screen-view").click()
    expect(jisoo.page.locator(".screen-keys")).to_be_focused()
    press(jisoo, "q")
    assert jisoo.wait_done(before + 1).locator(".block-out").text_content().strip() == "after"


def test_a_monitor_is_stopped_and_its_last_picture_stays(jisoo: Any) -> None:
    before = begin(jisoo, "top")
    expect(jisoo.page.locator(".screen")).to_contain_text("PID USER")
    jisoo.page.locator(".screen [data-stop]").click()
    block = jisoo.wait_done(before + 1)
    expect(block.locator(".block-out")).to_contain_text("PID USER")
    assert not jisoo.page.locator(".screen").count()


@pytest.mark.parametrize("theme", THEMES)
def test_everyone_can_use_it(visitor: Callable[..., Any], theme: str) -> None:
    """Clean for axe, no wider than a phone, and the cursor's line is said when it falls quiet."""
    minji = visitor(color_scheme=theme, reduced_motion="reduce", locale="ko-KR")
    minji.sign_in("minji")
    minji.open_lab("playground")
    before = begin(minji, "vim -c 'syntax on' /etc/passwd")
    expect(minji.page.locator("[data-screen-said]")).to_contain_text("root:")
    check(minji)
    expect(minji.page.locator(".screen-keys")).to_be_focused()
    minji.page.keyboard.type(":q!")
    press(minji, "Enter")
    minji.wait_done(before + 1)
    assert minji.complaints == []


def test_who_floods_a_screen_stalls_nobody(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line(r"tput smcup; while :; do printf '\033[%d;1H\033[41m%s\033[2J' $((RANDOM % 30)) '<script>'; done")
    screen = jisoo.page.locator(".screen")
    expect(screen).to_be_visible()
    with jisoo.page.expect_response(re.compile("/input/")) as answered:
        press(jisoo, "Control+c")
    assert answered.value.ok
    jisoo.wait_done(before + 1)
    assert jisoo.run("echo well") == "well\n"

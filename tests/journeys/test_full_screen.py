"""Programs that take the whole screen: an editor, a pager, a monitor, in the console, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import THEMES, check

ROWS = ".screen-row"
ALL_ROWS = f"() => document.querySelectorAll('.screen {ROWS}').length === Number(document.querySelector('.screen').dataset.rows)"


@pytest.fixture
def jisoo(visitor: Callable[..., Any]) -> Iterator[Any]:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    yield one
    if one.page.locator(".block[data-running]").count():  # a failed test must not fail the next
        one.page.locator(".block [data-stop]:visible").click()
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


SENT = {
    "ArrowUp": "\x1b[A", "app+ArrowUp": "\x1bOA", "app+Home": "\x1bOH", "End": "\x1b[F", "app+ctrl+ArrowLeft": "\x1b[1;5D",
    "PageUp": "\x1b[5~", "Delete": "\x1b[3~", "F1": "\x1bOP", "shift+F4": "\x1b[1;2S", "F5": "\x1b[15~", "alt+F10": "\x1b[21;3~",
    "Enter": "\r", "Tab": "\t", "Backspace": "\x7f", "alt+Backspace": "\x1b\x7f", "Escape": "\x1b", "ctrl+c": "\x03", "ctrl+KeyC": "\x03",
    "ctrl+[": "\x1b", "ctrl+ ": "\x00", "alt+b": "\x1bb",
    # the browser's, or text
    "F12": None, "shift+Tab": None, "ctrl+shift+V": None, "ctrl+-": None, "alt+å": None, "a": None, "meta+v": None,
}  # fmt: skip
ASK = """
async names => {
  const { sequence } = await import("/static/js/keys.js");
  return names.map((name) => {
    const held = name.split("+");
    const key = held.pop();
    const event = Object.fromEntries(held.map((one) => [`${one}Key`, true]));
    return sequence({ ...event, key: key === "KeyC" ? "ㅊ" : key, code: key }, held.includes("app"));
  });
}
"""
PASTE = """
paste => {
  const data = new DataTransfer();
  data.setData("text/plain", paste);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(".screen-keys").dispatchEvent(event);
}
"""


def test_what_a_terminal_sends_for_a_key(jisoo: Any) -> None:
    assert dict(zip(SENT, jisoo.page.evaluate(ASK, list(SENT)), strict=True)) == SENT


def test_a_file_is_written_in_vim(jisoo: Any, visitor: Callable[..., Any]) -> None:
    keys, screen = jisoo.page.keyboard, jisoo.page.locator(".screen")
    row = screen.locator(ROWS)
    before = begin(jisoo, "vim notes.txt")
    expect(screen).to_contain_text("notes.txt")
    keys.type("ifirst <b>line</b>")
    press(jisoo, "Enter")
    keyboard = jisoo.context.new_cdp_session(jisoo.page)  # a Korean one: what is composed is sent when it is done
    keyboard.send("Input.imeSetComposition", {"text": "하", "selectionStart": 1, "selectionEnd": 1})
    expect(jisoo.page.locator(".screen-keys.is-composing")).to_have_value("하")
    keyboard.send("Input.insertText", {"text": "한"})
    keys.insert_text("글 두 줄")
    expect(row.nth(1)).to_have_text("한글 두 줄")
    press(jisoo, "ArrowUp", "Home")
    keys.type(">> ")
    expect(row.nth(0)).to_have_text(">> first <b>line</b>")

    jisoo.reload()
    expect(row.nth(0)).to_have_text(">> first <b>line</b>")
    expect(jisoo.page.locator(".screen-keys")).to_be_focused()
    keys.type("again ")
    expect(row.nth(0)).to_have_text(">> again first <b>line</b>")
    teacher = visitor()
    teacher.sign_in("teacher")
    teacher.page.goto(jisoo.page.url)
    expect(teacher.page.locator(ROWS).first).to_have_text(">> again first <b>line</b>")
    jisoo.page.evaluate(PASTE, "pasted\x1b[201~\x1b:q!\r\n")
    expect(teacher.page.locator(ROWS).first).to_have_text(">> again pasted[201~:q!")  # the page that looks on follows
    expect(teacher.page.locator(".screen-keys:visible, .screen button:visible")).to_have_count(0)

    wide = screen.get_attribute("data-cols")
    jisoo.page.set_viewport_size({"width": 1100, "height": 700})
    expect(screen).not_to_have_attribute("data-cols", wide)
    jisoo.page.wait_for_function(ALL_ROWS)
    expect(row.nth(1)).to_have_text("first <b>line</b>")
    expect(jisoo.page.locator(".screen-keys")).to_be_focused()

    sent: list[str] = []
    jisoo.page.on("request", lambda request: sent.append(parse_qs(request.post_data)["text"][0]) if "/input/" in request.url else None)
    keys.type("A")
    press(jisoo, "Escape")
    keys.type(":wq")
    press(jisoo, "Enter")
    block = jisoo.wait_done(before + 1)
    expect(block.locator(".block-word")).to_contain_text("its screen went with it")
    assert block.locator(".block-out").text_content().strip() == ""
    expect(jisoo.page.locator("#line")).to_be_focused()
    assert ("\x1b" in sent, "".join(sent)) == (True, "A\x1b:wq\r")  # in order, and Escape by itself: with what follows it is another key
    assert jisoo.run("cat notes.txt") == ">> again pasted[201~:q!\nAfirst <b>line</b>\n한글 두 줄\n"
    assert teacher.complaints == []


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
    expect(jisoo.page.locator(".screen-keys")).to_be_focused()
    with jisoo.page.expect_response(re.compile("/input/")) as answered:
        press(jisoo, "Control+c")
    assert answered.value.ok
    jisoo.wait_done(before + 1)
    assert jisoo.run("echo well") == "well\n"


def test_two_screens_at_once(visitor: Callable[..., Any]) -> None:
    """The last here: a second terminal stays where something ran in it."""
    minji = visitor()
    minji.sign_in("minji")
    minji.open_lab("playground")
    first, second = minji.page.locator("#terminal-1"), minji.page.locator("#terminal-2")
    minji.page.get_by_role("button", name="Second terminal", exact=True).click()
    for terminal, line in ((first, "vim one.txt"), (second, "vim two.txt")):
        terminal.locator("form.prompt textarea").fill(line)
        terminal.locator("form.prompt textarea").press("Enter")
        expect(terminal.locator(".screen-keys")).to_be_focused()
    minji.reload()
    for terminal, text in ((first, "uno"), (second, "dos")):
        terminal.locator(".screen-view").click()
        minji.page.keyboard.type(f"i{text}")
        expect(terminal.locator(ROWS).first).to_have_text(text)
    for terminal in (second, first):
        terminal.locator(".screen-view").click()
        press(minji, "Escape")
        minji.page.keyboard.type(":wq")
        press(minji, "Enter")
        expect(terminal.locator(".screen")).to_have_count(0)
    minji.page.wait_for_selector(".block[data-running]", state="detached")
    first.locator("form.prompt textarea").fill("cat one.txt two.txt")
    first.locator("form.prompt textarea").press("Enter")
    expect(first.locator(".block-out").last).to_have_text("uno\ndos\n")
    assert minji.complaints == []

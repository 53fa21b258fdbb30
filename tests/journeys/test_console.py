"""The console: reloads and lost connections in mid-command, prompts, Stop, history, one command at a time."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

COUNT = "for i in $(seq 1 40); do echo line-$i; sleep .1; done"
ALL = [f"line-{number}" for number in range(1, 41)]


@pytest.fixture
def jisoo(visitor: Callable[..., Any]) -> Any:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    yield one
    if one.page.locator(".block[data-running]").count():  # a failed test must not fail the next
        one.page.locator("button[data-stop]").click()
        one.page.wait_for_selector(".block[data-running]", state="detached")


def printed(visitor: Any) -> list[str]:
    return visitor.page.locator(".block").last.locator(".block-out").text_content().split()


def test_reloads_in_mid_command_lose_nothing_and_repeat_nothing(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line(COUNT)
    for seen in ("line-4", "line-12", "line-20"):
        expect(jisoo.page.locator(".block-out").last).to_contain_text(seen)
        jisoo.reload()
    jisoo.wait_done(before + 1)
    assert printed(jisoo) == ALL
    jisoo.reload()
    assert printed(jisoo) == ALL
    assert jisoo.complaints == []


def test_the_server_goes_away_in_mid_command(jisoo: Any, stack: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line(COUNT)
    expect(jisoo.page.locator(".block-out").last).to_contain_text("line-5")
    stack.stop("web")
    expect(jisoo.page.locator("#net")).to_contain_text("Connection lost.")
    stack.start_web()
    jisoo.wait_done(before + 1)
    assert printed(jisoo) == ALL
    expect(jisoo.page.locator("#net")).to_be_empty()


def test_a_program_that_asks_is_answered(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line("read -p 'Deploy this changeset? [y/N]: ' answer; echo \"you said $answer\"")
    field = jisoo.page.locator(".block [name=text]")
    expect(jisoo.page.locator(".block-out").last).to_contain_text("[y/N]:")
    field.fill("y")
    field.press("Enter")
    block = jisoo.wait_done(before + 1)
    expect(block.locator(".block-out")).to_contain_text("you said y")
    expect(jisoo.page.locator("#line")).to_be_focused()


def test_stop_ends_a_program_and_says_so(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line("sleep 300")
    expect(jisoo.page.locator(".block [data-elapsed]")).to_have_text(re.compile(r"\d+ s"))
    jisoo.page.locator("[data-stop]").click()
    block = jisoo.wait_done(before + 1)
    expect(block).to_contain_text("exit status 130")


def test_ctrl_c_on_an_empty_line_stops_too(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line("sleep 300")
    expect(jisoo.page.locator(".block[data-running]")).to_be_attached()
    jisoo.page.press("#line", "Control+c")
    jisoo.wait_done(before + 1)


def test_a_second_command_is_refused_in_words_and_kept_in_the_line(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.type_line("sleep 300")
    expect(jisoo.page.locator(".block[data-running]")).to_be_attached()
    jisoo.type_line("echo second")
    expect(jisoo.page.locator("#prompt-word")).to_contain_text("A command is still running.")
    expect(jisoo.page.locator("#line")).to_have_value("echo second")
    jisoo.page.locator("[data-stop]").click()
    jisoo.wait_done(before + 1)


def test_while_a_line_is_on_its_way_another_is_refused_and_who_goes_elsewhere_stays_there(jisoo: Any) -> None:
    before, held = jisoo.blocks(), []
    jisoo.page.route("**/commands/", lambda route: held.append(route))
    jisoo.type_line("echo one")
    jisoo.type_line("echo two")
    expect(jisoo.page.locator("#prompt-word")).to_contain_text("A command is still running.")
    jisoo.page.locator("#split").focus()
    held[0].continue_()
    jisoo.wait_done(before + 1)
    expect(jisoo.page.locator("#line")).to_have_value("echo two")
    expect(jisoo.page.locator("#split")).to_be_focused()


def test_arrows_recall_what_was_typed_also_after_a_reload(jisoo: Any) -> None:
    jisoo.run("echo one")
    jisoo.run("echo two")
    jisoo.reload()
    jisoo.page.focus("#line")
    for key, line in (("ArrowUp", "echo two"), ("ArrowUp", "echo one"), ("ArrowDown", "echo two"), ("ArrowDown", "")):
        jisoo.page.press("#line", key)
        expect(jisoo.page.locator("#line")).to_have_value(line)


def test_shift_enter_makes_lines_that_run_as_one(jisoo: Any) -> None:
    jisoo.page.focus("#line")
    before = jisoo.blocks()
    jisoo.page.keyboard.type("for x in a b; do")
    jisoo.page.keyboard.press("Shift+Enter")
    jisoo.page.keyboard.type("echo -$x-; done")
    jisoo.page.keyboard.press("Enter")
    assert jisoo.wait_done(before + 1).locator(".block-out").text_content().split() == ["-a-", "-b-"]


def test_what_a_program_prints_never_becomes_part_of_the_page(jisoo: Any) -> None:
    link = r"\033]8;;javascript:alert(2)\033\\link\033]8;;\033\\"
    text = jisoo.run(rf"printf '<img src=x onerror=alert(1)>\033[31mred\033[0m {link}'")
    assert text == "<img src=x onerror=alert(1)>red link"
    assert jisoo.page.locator(".block-out img, .block-out a").count() == 0
    assert jisoo.complaints == []


def test_the_keyboard_gets_out_of_the_line(jisoo: Any) -> None:
    jisoo.page.focus("#line")
    jisoo.page.keyboard.press("Escape")
    expect(jisoo.page.locator("#log")).to_be_focused()
    jisoo.page.focus("#line")
    jisoo.page.keyboard.press("Shift+Tab")
    expect(jisoo.page.locator("#line")).not_to_be_focused()


def test_the_splitter_moves_by_keyboard_and_stays(jisoo: Any) -> None:
    bar = jisoo.page.locator("#split")
    before = int(bar.get_attribute("aria-valuenow"))
    bar.focus()
    jisoo.page.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuenow", str(before + 3))
    jisoo.reload()
    expect(bar).to_have_attribute("aria-valuenow", str(before + 3))


def test_start_over_clears_the_console_and_the_sandbox(jisoo: Any) -> None:
    jisoo.run("touch here.txt")
    jisoo.page.locator(".con-menu summary").click()
    jisoo.page.click("#ask-lab")
    jisoo.page.click("#dialog-yes")
    expect(jisoo.page.locator(".block")).to_have_count(0)
    expect(jisoo.page.locator(".con-notice").last).to_contain_text("The lab starts again.")
    assert jisoo.run("ls").strip() == ""

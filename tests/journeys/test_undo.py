"""Undo, redo, rewind, starting again: by keyboard, with a second page that follows, and readable to everybody."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import THEMES, check


@pytest.fixture
def jisoo(visitor: Callable[..., Any]) -> Any:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    begin_anew(one)
    return one


def begin_anew(one: Any) -> None:
    """The lab from its start, whatever the journeys before left in it."""
    one.page.click(".con-menu summary")
    one.page.click("#ask-lab")
    with one.page.expect_response("**/reset/"):  # that it starts again may stand there from before
        one.page.click("#dialog-yes")
    expect(one.page.locator(".block")).to_have_count(0)
    expect(one.page.locator(".con-notice").last).to_contain_text("The lab starts again.")


def undone(one: Any) -> list[str]:
    return one.page.locator(".block.is-undone").evaluate_all("blocks => blocks.map(block => block.dataset.line)")


def notice(one: Any) -> Any:
    return one.page.locator(".con-notice").last


def press_on(one: Any, selector: str, key: str = "Enter") -> None:
    one.page.locator(selector).focus()
    one.page.keyboard.press(key)


def test_back_and_forward_by_keyboard_while_a_second_page_follows(jisoo: Any) -> None:
    bucket, note, gone = "aws s3 mb s3://undo-journey", "echo one > note.txt", "aws s3 rb s3://undo-journey"
    for line in (bucket, note, gone):
        jisoo.run(line)
    second = jisoo.context.new_page()
    second.goto(jisoo.page.url)
    second.wait_for_selector("#main[data-live]")

    # From the empty line, two steps by Tab: Run, then Undo.
    jisoo.page.focus("#line")
    jisoo.page.keyboard.press("Tab")
    jisoo.page.keyboard.press("Tab")
    expect(jisoo.page.locator("#undo")).to_be_focused()
    jisoo.page.keyboard.press("Enter")
    expect(notice(jisoo)).to_have_text(f"Went back to before #{jisoo_number(jisoo, gone)}: {gone}")
    assert undone(jisoo) == [gone]
    expect(jisoo.page.locator(".block.is-undone")).to_contain_text("undone")
    expect(second.locator(".block.is-undone")).to_have_count(1)
    expect(second.locator(".con-notice").last).to_contain_text("Went back to before")
    assert "undo-journey" in jisoo.run("aws s3 ls"), "the bucket is there again"

    # What only looked is no stop.
    expect(jisoo.page.locator("#undo")).to_contain_text(note)
    expect(jisoo.page.locator("#redo")).to_contain_text(gone)
    press_on(jisoo, "#undo")
    expect(notice(jisoo)).to_contain_text(note)
    expect(jisoo.page.locator("#undo")).to_be_focused()
    press_on(jisoo, "#redo")
    expect(notice(jisoo)).to_contain_text(f"Done again, #{jisoo_number(jisoo, note)}: {note}")
    assert jisoo.run("cat note.txt").strip() == "one"

    # Another branch: the one that was left can be brought back.
    press_on(jisoo, f".block[data-line='{gone}'] .block-menu summary")
    press_on(jisoo, f".block[data-line='{gone}'] .block-menu [data-move] button")
    expect(notice(jisoo)).to_contain_text(f"Went to after #{jisoo_number(jisoo, gone)}: {gone}")
    expect(second.locator(f".block.is-undone[data-line='{gone}']")).to_have_count(0)
    expect(second.locator(".block.is-undone[data-line='cat note.txt']")).to_have_count(1)
    assert jisoo.run("aws s3 ls").strip() == ""
    assert jisoo.complaints == []


def jisoo_number(one: Any, line: str) -> str:
    return one.page.locator(f'.block[data-line="{line}"]').first.get_attribute("data-number")


def test_rewinding_to_a_command_and_redo_from_there(jisoo: Any) -> None:
    for line in ("echo 1 > n", "echo 2 > n", "echo 3 > n"):
        jisoo.run(line)
    expect(jisoo.page.locator("#undo")).to_contain_text("echo 3 > n")
    jisoo.page.dblclick("#undo")
    expect(notice(jisoo)).to_contain_text("echo 3 > n")
    assert undone(jisoo) == ["echo 3 > n"], "a double click undoes once"
    jisoo.page.click("#redo")
    expect(jisoo.page.locator(".block.is-undone")).to_have_count(0)
    jisoo.page.locator(".block-menu summary").first.click()
    jisoo.page.locator(".block-menu [data-move] button:visible").click()
    expect(notice(jisoo)).to_contain_text("echo 1 > n")
    assert undone(jisoo) == ["echo 2 > n", "echo 3 > n"]
    jisoo.reload()
    assert undone(jisoo) == ["echo 2 > n", "echo 3 > n"], "the server knows it too"
    for left in (["echo 3 > n"], []):
        jisoo.page.click("#redo")
        expect(jisoo.page.locator(".block.is-undone")).to_have_count(len(left))
        assert undone(jisoo) == left
    expect(jisoo.page.locator("#redo")).to_contain_text("There is nothing to do again")
    press_on(jisoo, "#redo")
    expect(jisoo.page.locator("#prompt-word")).to_have_text("There is nothing to do again.")
    assert jisoo.run("cat n").strip() == "3"


def test_a_reset_by_mistake_is_undone(jisoo: Any) -> None:
    jisoo.run("cd /tmp; echo mine > kept.txt")
    expect(jisoo.page.locator("#prompt-sign")).to_contain_text("tmp")
    second = jisoo.context.new_page()
    second.goto(jisoo.page.url)
    second.wait_for_selector("#main[data-live]")

    press_on(jisoo, ".con-menu summary")
    press_on(jisoo, "#ask-lab")
    expect(jisoo.page.locator("#dialog")).to_be_visible()
    expect(jisoo.page.locator("#dialog-no")).to_be_focused()
    expect(jisoo.page.locator("#dialog")).to_contain_text("1 command is undone.")
    jisoo.page.keyboard.press("Escape")
    expect(jisoo.page.locator("#dialog")).to_be_hidden()
    expect(jisoo.page.locator(".con-menu summary")).to_be_focused()
    assert jisoo.blocks() == 1

    begin_anew(jisoo)
    expect(jisoo.page.locator("#prompt-sign")).to_contain_text("environment")
    expect(second.locator(".block")).to_have_count(0)
    press_on(jisoo, "#undo")
    expect(jisoo.page.locator(".block")).to_have_count(1)
    expect(second.locator(".block")).to_have_count(1)
    expect(jisoo.page.locator("#prompt-sign")).to_contain_text("tmp")
    assert jisoo.run("cat kept.txt").strip() == "mine"
    assert jisoo.complaints == []


def test_a_step_is_started_again_and_its_progress_follows(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("heartbeat-pipeline")
    begin_anew(one)
    first = one.page.locator(".step").first
    for button in first.locator("[data-run]").all()[:2]:  # a solution that was shown has more of them
        before = one.blocks()
        button.click()
        one.wait_done(before + 1)
    expect(first).to_have_class("step is-passed just-passed")
    one.run("rm -rf ~/environment/*; echo spoilt > spoilt.txt")
    one.page.click(".con-menu summary")
    one.page.click("#ask-step")
    title = one.page.locator(".step.is-current h2").text_content()
    expect(one.page.locator("#dialog-title")).to_have_text(f"Start “{title}” again?")
    expect(one.page.locator("#dialog")).to_contain_text("1 command is undone.")
    one.page.click("#dialog-yes")
    expect(notice(one)).to_contain_text("starts again. Undo brings everything back.")
    expect(first).to_contain_text("points · passed")
    assert one.run("ls").strip() == ""

    # Back over what passed the step: it opens; forward again: it is passed, without a look.
    while one.page.locator(".step.is-passed").count():
        at = one.page.locator("#acts [name=at]").first.get_attribute("value")
        one.page.click("#undo")
        expect(one.page.locator("#acts [name=at]").first).not_to_have_value(at)
    expect(one.page.locator("#track")).to_contain_text("0 of 7 steps")
    one.page.click("#redo")
    expect(one.page.locator("#track")).to_contain_text("1 of 7 steps")
    expect(one.page.locator("#said")).to_contain_text("Step passed:")
    assert one.complaints == []


@pytest.mark.parametrize("theme", THEMES)
def test_panel_menu_and_dialog_are_for_everybody(visitor: Callable[..., Any], theme: str) -> None:
    one = visitor(color_scheme=theme)
    one.sign_in("jisoo")
    one.open_lab("playground")
    begin_anew(one)
    one.run("printf 'a\\nb\\nc\\n' > f.txt; aws s3 mb s3://shown-here")
    one.run("sed -i s/b/B/ f.txt; mv f.txt g.txt; cp g.txt h.txt; sed -i 1d h.txt; ln -s h.txt l")
    changes = one.page.locator(".changes").last
    expect(changes.locator("summary")).to_contain_text("added")
    press_on(one, ".block:nth-of-type(2) .changes summary")
    expect(changes.locator(".diff").first).to_be_visible()
    one.page.locator(".changes summary").first.click()
    expect(one.page.locator(".changes").first).to_contain_text("bucket shown-here")
    one.page.click("#undo")
    expect(one.page.locator(".block.is-undone")).to_have_count(1)
    one.page.locator(".block-menu summary").last.click()
    check(one)
    one.page.keyboard.press("Escape")
    one.page.click(".con-menu summary")
    one.page.click("#ask-lab")
    expect(one.page.locator("#dialog")).to_be_visible()
    check(one)
    one.page.keyboard.press("Escape")
    assert one.complaints == []


def test_without_script_undo_and_the_question_are_pages(visitor: Callable[..., Any], stack: Any) -> None:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    begin_anew(one)
    one.run("touch here.txt")
    plain = visitor(java_script_enabled=False)
    plain.context.add_cookies(one.context.cookies())
    plain.page.goto(one.page.url)
    plain.page.click("#undo")
    expect(plain.page.locator(".con-notice").last).to_contain_text("Went back to before")
    expect(plain.page.locator(".block.is-undone")).to_have_count(1)
    expect(one.page.locator(".block.is-undone")).to_have_count(1)
    plain.page.click(".con-menu summary")
    plain.page.click("#ask-lab")
    plain.page.click("#dialog-yes")
    expect(plain.page.locator(".con-notice")).to_contain_text("The lab starts again.")

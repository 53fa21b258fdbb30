"""A server in one terminal, curl in the other: one machine, one version of it, one undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_guide import in_both_themes
from tests.journeys.test_pages import to_phone

SERVER = "echo hello > index.html; echo serving; python3 -m http.server 8080"


@pytest.fixture
def minji(visitor: Callable[..., Any]) -> Any:
    one = visitor()
    one.sign_in("minji")
    one.open_lab("playground")
    return one


def type_into(page: Any, number: int, line: str) -> None:
    box = page.locator(f"#terminal-{number} form.prompt textarea")
    box.fill(line)
    box.press("Enter")


def last(page: Any, number: int) -> Any:
    return page.locator(f"#terminal-{number} .block").last


def test_a_server_in_one_and_curl_in_the_other(minji: Any) -> None:
    page = minji.page
    first, second = page.locator("#terminal-1"), page.locator("#terminal-2")
    expect(second).to_be_hidden()
    page.get_by_role("button", name="Second terminal", exact=True).click()
    expect(second.locator("textarea")).to_be_focused()
    type_into(page, 1, SERVER)
    expect(last(page, 1)).to_contain_text("serving")

    type_into(page, 2, "cd /tmp; name=mine; curl -s --retry 5 --retry-connrefused localhost:8080 | tee ~/environment/got")
    expect(last(page, 2).locator(".block-out")).to_contain_text("hello")
    expect(last(page, 2)).to_contain_text("Kept when the command in terminal 1 ends")
    expect(second.locator(".prompt-sign b")).to_have_text("tmp")
    expect(first.locator(".prompt-sign b")).to_have_text("environment")
    expect(last(page, 1)).to_contain_text("GET / HTTP/1.1")
    type_into(page, 2, "echo $name")
    expect(last(page, 2).locator(".block-out")).to_have_text("mine\n")
    type_into(page, 1, "echo no")
    expect(first.locator("[id^=prompt-word]")).to_contain_text("still running")
    in_both_themes(minji)

    minji.reload()
    expect(second).to_be_visible()
    expect(last(page, 1).locator("[data-elapsed]")).to_be_visible()
    printed = page.locator("#terminal-1 .block-out").last
    expect(printed).to_contain_text("serving")
    assert printed.text_content().count("serving") == 1

    first.locator("button[data-stop]").click()
    expect(last(page, 1)).to_contain_text("Stopped")
    expect(last(page, 2)).to_contain_text("Kept together with")
    expect(page.locator("#undo")).to_contain_text("+ #")
    page.locator("#undo").click()
    expect(page.locator(".block.is-undone")).to_have_count(3)
    expect(first.locator(".con-log")).to_contain_text("ran at the same time")
    type_into(page, 2, "ls ~/environment; pwd; echo [$name]")
    expect(last(page, 2).locator(".block-out")).to_have_text("/home/ec2-user/environment\n[]\n")
    assert minji.complaints == []


def test_by_keyboard_on_a_phone_and_what_ends_in_the_background(minji: Any) -> None:
    page = minji.page
    type_into(page, 1, "sleep 100 &")
    expect(last(page, 1)).to_contain_text("ended with this command")
    last(page, 1).get_by_role("button", name="Open the second terminal").click()
    bar = page.get_by_role("separator", name="Height of terminal 1")
    bar.focus()
    page.keyboard.press("ArrowDown")
    expect(bar).to_have_attribute("aria-valuenow", "55")

    to_phone(page)
    page.get_by_role("tab", name="Console").click()
    expect(page.locator("#terminal-1")).to_be_hidden()
    tab = page.get_by_role("tab", name="Terminal 2")
    tab.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#terminal-1")).to_be_visible()
    expect(page.locator("#terminal-2")).to_be_hidden()
    in_both_themes(minji)
    page.get_by_role("button", name="Close terminal 2").locator("visible=true").click()
    expect(page.get_by_role("button", name="Second terminal", exact=True)).to_be_focused()
    assert minji.complaints == []

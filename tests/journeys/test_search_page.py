"""From a word to the section that holds it: by mouse, by keyboard alone, and in the header of any page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import THEMES, check
from tests.processes import until


def ready(one: Any) -> None:
    """Until the worker has put everything into the index."""

    def found() -> int:
        one.page.goto("/search/?q=bucket")
        return one.page.locator(".hit").count()

    until(found, 60)


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_state_of_the_page(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    ready(one)
    check(one)
    for query in ("", "?q=버킷을", "?q=put-object&in=notes", "?q=zebra%20quagga", "?q=%3F", f"?q={'x' * 200}"):
        one.page.goto(f"/search/{query}")
        check(one)
    assert one.complaints == []


def test_results_come_while_one_types_and_lead_to_their_section(visitor: Callable[..., Any]) -> None:
    one = visitor()
    ready(one)
    page = one.page
    page.goto("/search/")
    expect(page.locator("#search-box")).to_be_focused()
    page.locator("#search-box").press_sequentially("versions")
    expect(page.locator(".hit mark").first).to_be_visible()
    page.wait_for_url("**/search/?q=versions&in=")
    before = page.locator(".hit").count()
    page.locator(".search-among label", has_text="Notes").click()
    expect(page.locator(".hit-facts .icon-terminal")).to_have_count(0)
    assert 0 < page.locator(".hit").count() <= before
    page.locator(".hit-sections a").first.click()
    page.wait_for_url("**/notes/*/#*")
    page.go_back()
    expect(page.locator("#search-box")).to_have_value("versions")
    expect(page.locator(".hit").first).to_be_visible()
    assert one.complaints == []


def test_by_keyboard_alone(visitor: Callable[..., Any]) -> None:
    one = visitor(reduced_motion="reduce")
    one.sign_in("jisoo")
    ready(one)
    page = one.page
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#bar-search")).to_be_focused()
    page.keyboard.type("s3/bucket")  # a slash that is typed is a slash
    expect(page.locator("#bar-search")).to_have_value("s3/bucket")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=s3%2Fbucket")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("bucket")
    page.wait_for_url("**/search/?q=bucket&in=")
    links = page.locator("#results [data-hit]")
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.press("ArrowDown")
    href = links.nth(0).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}*")
    assert one.complaints == []


def test_where_there_is_no_room_for_a_box_the_key_leads_to_one(visitor: Callable[..., Any]) -> None:
    one = visitor(viewport={"width": 360, "height": 740})
    one.page.goto("/")
    one.page.keyboard.press("/")
    one.page.wait_for_url("**/search/")
    expect(one.page.locator("#search-box")).to_be_focused()


def test_in_the_console_a_slash_is_a_slash(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    one.page.locator("#line").press_sequentially("ls /")
    expect(one.page.locator("#line")).to_have_value("ls /")
    one.page.locator("#log").click()
    one.page.keyboard.press("/")
    expect(one.page.locator("#bar-search")).not_to_be_focused()
    one.page.locator("#main").focus()
    one.page.keyboard.press("/")
    expect(one.page.locator("#bar-search")).to_be_focused()
    assert one.complaints == []

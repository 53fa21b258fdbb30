"""Without an account: from the front page into a playground, and from there to an account with nothing lost."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_guide import in_both_themes
from tests.journeys.test_pages import to_phone

PASSWORD = "four-grey-herons"


@pytest.mark.parametrize(
    ("locale", "theme", "name", "door", "keep"),
    [
        ("en-GB", "light", "hana", "Open a playground", "Keep it"),
        ("ko-KR", "dark", "바다", "놀이터 열기", "간직하기"),
    ],
)
def test_a_guest_looks_around_and_stays(visitor: Callable[..., Any], locale: str, theme: str, name: str, door: str, keep: str) -> None:
    one = visitor(locale=locale, color_scheme=theme)
    page = one.page
    page.goto("/")
    in_both_themes(one)
    page.get_by_role("button", name=door).click()
    page.wait_for_selector("#main[data-ready=ready][data-live]", timeout=90_000)
    expect(page.locator(".guest-sign")).to_be_visible()
    in_both_themes(one)
    assert "mine" in one.run("x=mine; echo $x | tee kept.txt; aws s3 mb s3://of-a-guest")
    at = page.url

    page.click("#user-menu summary")
    in_both_themes(one, under="#main")
    page.locator(".guest-keep", has_text=keep).click()
    expect(page.locator("#id_first_name")).to_be_focused()
    drawn = page.input_value("#id_username")
    page.fill("#id_first_name", name)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD + "x")
    page.press("#id_password2", "Enter")
    expect(page.locator("#id_password2_error")).to_be_visible()
    in_both_themes(one)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.click("main button")
    expect(page.locator(".messages")).to_contain_text(name)
    expect(page.locator(".messages")).to_contain_text(drawn)
    expect(page.locator(".guest-sign")).to_have_count(0)
    page.goto("/labs/")
    expect(page.locator(".card")).not_to_have_count(1)  # all labs are open now
    page.goto(at)
    page.wait_for_selector("#main[data-live]")
    expect(page.locator("#log")).to_contain_text("mine")

    page.click("#user-menu summary")
    page.locator("#user-menu form button").click()
    page.wait_for_url("**/sign-in/")
    page.fill("#id_username", drawn)
    page.fill("#id_password", PASSWORD)
    page.locator("main form").first.locator("button").click()
    page.wait_for_selector("#user-menu")
    page.goto(at)
    page.wait_for_selector("#main[data-live]")
    assert "mine\r\n" in one.run("echo $x; cat kept.txt; aws s3 ls").replace("\n", "\r\n").replace("\r\r", "\r")
    expect(page.locator(".block").last).to_contain_text("of-a-guest")
    to_phone(page)
    assert one.complaints == []

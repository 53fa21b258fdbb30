"""The front page, the course map and the header, in both themes and languages, and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import THEMES, check, to_phone


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", THEMES)
def test_a_visitors_pages(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.page.goto("/")
    check(one)
    one.page.click(".hero-acts a")
    one.page.wait_for_url("**/course/")
    check(one)
    assert one.complaints == []


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_map(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.sign_in("minji")
    expect(one.page.locator(".map-total")).to_be_visible()
    check(one)
    one.open_lab("console-basics")
    one.page.goto("/")
    expect(one.page.locator("#map-console-basics.is-open progress")).to_be_visible()
    check(one)
    one.page.locator(".next-first").click()
    one.page.wait_for_selector("#main[data-live]")
    assert one.complaints == []


def test_the_style_guide(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.page.goto("/styleguide/")
    check(one, narrow=False)
    light, dark = (one.page.locator(f".sg-{theme} .card").first for theme in THEMES)
    colour = "one => getComputedStyle(one).backgroundColor"
    assert light.evaluate(colour) != dark.evaluate(colour)
    assert one.complaints == []


@pytest.mark.parametrize("name", ["minji", "teacher", "boss"])
@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_the_header_fits_a_phone(visitor: Callable[..., Any], name: str, locale: str) -> None:
    one = visitor(locale=locale)
    one.sign_in(name)
    to_phone(one.page)
    for part in (".nav a:nth-child(3)", "#bar-find", ".bar .segments button:visible", "#theme", "#user-menu summary"):
        box = one.page.locator(part).bounding_box()
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= 360, part
        assert 0 <= box["y"] <= 52, part
    boxes = [one.page.locator(part).bounding_box() for part in (".nav", ".bar-end")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1


def test_a_language_that_is_chosen_goes_along(visitor: Callable[..., Any]) -> None:
    one, other = visitor(), visitor()
    one.sign_in("jisoo")
    one.page.click("button[value=ko]")
    expect(one.page.locator("html")).to_have_attribute("lang", "ko")
    other.sign_in("jisoo")
    expect(other.page.locator("html")).to_have_attribute("lang", "ko")
    other.page.click("button[value=en]")
    expect(other.page.locator("html")).to_have_attribute("lang", "en")

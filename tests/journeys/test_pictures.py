"""The pictures of notes in a browser: played by mouse and keyboard, still where motion is not wanted, whole without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import check

PAGE = "/notes/strategies/"


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_strategies(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.page.goto(f"{PAGE}?strategy=linear&fleet=12&fails=half")
    check(one)
    one.page.click("[data-step='1']")
    check(one)
    assert one.complaints == []


def test_a_deployment_is_played_step_by_step(visitor: Callable[..., Any]) -> None:
    one = visitor()
    page = one.page
    page.clock.install(time=0)
    page.goto(PAGE)
    page.clock.pause_at(60)  # it goes on by the second
    expect(page.locator("[data-strategies-show]")).to_be_hidden()
    page.focus("[data-step='1']")
    page.keyboard.press("Enter")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Before the deployment")
    expect(page.locator("[data-tick='0']")).to_have_class("p-band is-now")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Batch 1 of 4")
    expect(said).to_contain_text("Serving capacity 75%")
    assert page.locator("[data-later]").get_attribute("width") != "0"
    page.click("[data-restart]")
    expect(page.locator("[data-count]")).to_have_text("0 / 5")
    page.click("[data-play]")
    expect(page.locator("[data-play]")).to_have_text("Pause")
    expect(page.locator("[data-tick='1']")).to_have_class("p-band is-now")
    page.clock.run_for(2000)
    expect(page.locator("[data-tick='2']")).to_have_class("p-band is-now")
    page.click("[data-play]")
    expect(page.locator("[data-play]")).to_have_text("Play")
    assert one.complaints == []


def test_another_strategy_comes_without_a_new_page(visitor: Callable[..., Any]) -> None:
    one = visitor()
    page = one.page
    page.goto(PAGE)
    page.evaluate("() => { window.same = true }")
    page.select_option("select[name=strategy]", "immutable")
    expect(page.locator(".strategies-sum")).to_contain_text("200% at most")
    page.fill("input[name=fleet]", "12")
    page.keyboard.press("Tab")
    expect(page.locator(".p-cell")).to_have_count(12 + 13 + 24 + 24 + 12)
    assert page.evaluate("() => window.same")
    page.click("[data-step='1']")
    expect(page.locator("[data-count]")).to_have_text("0 / 4")
    assert one.complaints == []


def test_nothing_moves_where_that_is_not_wanted(visitor: Callable[..., Any]) -> None:
    one = visitor(reduced_motion="reduce")
    one.page.goto(PAGE)
    expect(one.page.locator("[data-step='1']")).to_be_visible()
    expect(one.page.locator("[data-play]")).to_be_hidden()


def test_without_scripts_everything_is_there(visitor: Callable[..., Any]) -> None:
    one = visitor(java_script_enabled=False)
    page = one.page
    page.goto(PAGE)
    page.select_option("select[name=strategy]", "blue-green")
    page.click("[data-strategies-show]")
    assert page.url.endswith("#strategies")
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.locator("tbody tr").nth(2)).to_contain_text("pointed at the new set")
    expect(page.locator("[data-play]")).to_be_hidden()

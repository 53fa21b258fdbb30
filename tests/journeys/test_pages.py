"""Every page, in both themes and both languages: clean for axe, quiet in the browser's console, nothing wider than a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

THEMES = ("light", "dark")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
ONLY_FAULTS = {"resultTypes": ["violations"], "preload": False}
NO_COLOURS = {"rules": {"color-contrast": {"enabled": False}}}  # more than half of the work, and the same on a narrow screen
A_FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
# All else it found is megabytes to bring over.
AXE_RUN = "([context, options]) => axe.run(context, options).then(found => found.violations)"


def faults(page: Any, under: str = "", *, colours: bool = True) -> list[str]:
    """``under``: what an open menu lies over; its buttons are not meant to be hit then."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    context = {"include": [["html"]], "exclude": [[under]] if under else []}
    found = page.evaluate(AXE_RUN, [context, RULES | ONLY_FAULTS | ({} if colours else NO_COLOURS)])
    return [f"{one['id']}: {node['html'][:200]} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]


def to_phone(page: Any) -> None:
    """Nothing is wider than its screen."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("() => innerWidth === 360 && document.documentElement.scrollWidth <= 360")  # laid out anew in the next frame
    page.evaluate(A_FRAME)  # observers of sizes are told


def check(visitor: Any, *, narrow: bool = True, under: str = "") -> None:
    visitor.page.wait_for_load_state("load")  # colours are judged with the styles there
    assert faults(visitor.page, under) == []
    if narrow:
        wide = visitor.page.viewport_size
        to_phone(visitor.page)
        assert faults(visitor.page, under, colours=False) == []
        visitor.page.set_viewport_size(wide)


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", THEMES)
def test_sign_in(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.page.goto("/sign-in/")
    check(one)
    one.page.click("main button")
    check(one)
    assert one.complaints == []


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", THEMES)
def test_a_learners_pages(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.sign_in("jisoo")
    one.page.goto("/labs/")
    check(one)
    one.page.click("#user-menu summary")
    check(one)
    one.page.goto("/labs/heartbeat-pipeline/")
    check(one)
    one.open_lab("playground")
    colours = r"\033[31mred \033[1;32mgreen \033[2mdim\033[0m \033[44mblue\033[0m \033[7minverse\033[0m\n"
    one.run(f"printf '{colours}'; touch a.txt; false")
    check(one)
    one.page.click(".con-menu summary")
    check(one, under=".con-log")
    assert one.complaints == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_lab_with_steps_hints_and_solution(visitor: Callable[..., Any], theme: str) -> None:
    one = visitor(color_scheme=theme)
    one.sign_in("jisoo")
    one.open_lab("heartbeat-pipeline")
    if not one.page.locator(".seen").count():
        one.page.locator(".step.is-current button:has-text('Check')").click()
        expect(one.page.locator(".seen li.is-not")).to_be_visible()
    while one.page.locator("[id^=hint-]").count():
        shown = one.page.locator(".hint").count()
        one.page.locator("[id^=hint-]").click()
        expect(one.page.locator(".hint")).to_have_count(shown + 1)
    if one.page.locator("[id^=solution-]").count():
        one.page.locator("[id^=solution-]").click()
        one.page.locator("#dialog-yes").click()
        expect(one.page.locator("[id^=solved-] .cmd").first).to_be_visible()
    check(one)
    assert one.complaints == []


@pytest.mark.parametrize("theme", THEMES)
def test_an_instructors_pages(visitor: Callable[..., Any], theme: str) -> None:
    jisoo = visitor()
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    jisoo.run("echo seen from afar")
    one = visitor(color_scheme=theme)
    one.sign_in("teacher")
    one.page.click(".nav a[href='/cohorts/']")
    one.page.click("main a[href='/attempts/']")
    expect(one.page.locator("table")).to_contain_text("Jisoo")
    check(one)
    one.page.locator("tr", has_text="Playground").locator("a").first.click()
    expect(one.page.locator("#log")).to_contain_text("seen from afar")
    expect(one.page.locator("[data-run]:visible, #prompt, .step-tools:visible")).to_have_count(0)
    check(one)
    before = one.blocks()
    jisoo.run("echo while you look")
    expect(one.page.locator("#log")).to_contain_text("while you look")
    assert one.blocks() == before + 1
    assert one.complaints == []


def test_an_administrator_finds_the_sandboxes(visitor: Callable[..., Any]) -> None:
    jisoo = visitor()
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    one = visitor()
    one.sign_in("boss")
    one.page.click("#user-menu summary")
    one.page.click("text=Administration")
    one.page.click("text=Sandboxes")
    row = one.page.locator("#result_list tr", has_text="jisoo-pages").filter(has_text="playground")
    row.locator("input[type=checkbox]").check()
    one.page.select_option("select[name=action]", "reset_chosen")
    one.page.click("button[name=index]")
    expect(one.page.locator("#content")).to_contain_text("go back to the start of their lab")
    one.page.click("input[value='Yes, reset']")
    expect(one.page.locator(".messagelist")).to_contain_text("1 sandbox was reset.")
    assert one.complaints == []


def test_the_theme_is_chosen_and_stays(visitor: Callable[..., Any]) -> None:
    one = visitor(color_scheme="light")
    one.page.goto("/sign-in/")
    one.page.click("#theme")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")
    one.page.reload()
    expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(one.page.locator("#theme")).to_have_attribute("aria-pressed", "true")


def test_the_language_is_chosen_and_stays(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.page.goto("/sign-in/")
    one.page.click("button[value=ko]")
    expect(one.page.locator("h1")).to_have_text("로그인")
    one.sign_in("jisoo")
    one.page.goto("/labs/")
    expect(one.page.locator("h1")).to_have_text("실습")

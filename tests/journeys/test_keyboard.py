"""A whole lab with the keyboard alone: signing in, starting, typing, completing, taking back, hints; and no place one cannot leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import faults
from tests.stack import PASSWORD

FOCUS_SHOWS = """() => {
    const at = document.activeElement;
    if (at === document.body) return "BODY";
    const ring = (one) => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    };
    const box = at.getBoundingClientRect();
    const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    const own = ring(at) || at.matches(".split") || (at.closest(".prompt-row") && ring(at.closest(".prompt-row")));
    return seen && own ? at.id || at.className || at.tagName : "";
}"""
MOST_STOPS = 120


class Keys:
    """A visitor who has no mouse."""

    def __init__(self, visitor: Any) -> None:
        self.visitor, self.page = visitor, visitor.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def to(self, selector: str, key: str = "Tab") -> None:
        """Tab on until there; each stop on the way must show that it has the focus."""
        for _ in range(MOST_STOPS):
            if self.page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                return
            self.stop(key)
        raise AssertionError(f"the keyboard does not reach {selector}")

    def stop(self, key: str = "Tab") -> str:
        self.press(key)
        return self.shows()

    def shows(self) -> str:
        """What has the focus, once one can see it there."""
        return self.page.wait_for_function(FOCUS_SHOWS).json_value()

    def passed(self, count: int) -> None:
        expect(self.page.locator(".step.is-passed")).to_have_count(count)

    def enter(self, line: str) -> Any:
        """Type a line into the console and wait for its end."""
        before = self.visitor.blocks()
        expect(self.page.locator("#line")).to_be_focused()
        self.write(line)
        self.press("Enter")
        return self.visitor.wait_done(before + 1)


@pytest.fixture
def keys(visitor: Callable[..., Any]) -> Keys:
    return Keys(visitor(reduced_motion="reduce"))


def test_a_whole_lab_by_keyboard(keys: Keys) -> None:
    page = keys.page
    page.goto("/sign-in/")
    keys.to("#id_username")
    keys.write("minji")
    keys.to("#id_password")
    keys.write(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(f"{keys.visitor.stack.url}/")
    keys.to(".nav a[href='/labs/']")
    keys.press("Enter")
    page.wait_for_url("**/labs/")
    keys.to("#lab-console-basics .card-actions :is(a, button)")
    keys.press("Enter")
    page.wait_for_selector("#main[data-ready=ready][data-live]", timeout=90_000)

    # The keyboard goes through all of the page, forwards out of its end and backwards out of its beginning.
    stops = [keys.stop() for _ in range(MOST_STOPS)]
    around = stops[stops.index("BODY") : stops.index("BODY", stops.index("BODY") + 1)]
    assert {"skip", "guide", "split", "log", "line", "run"} <= set(around)
    keys.to(".skip")
    keys.to("#line", "Shift+Tab")

    keys.enter("cat lighthouse/letter.txt")
    keys.passed(1)
    keys.write("wc -l lighthouse/k")
    keys.press("Tab")
    expect(page.locator("#line")).to_have_value("wc -l lighthouse/keepers-log-of-the-northern-lighthouse-1899.csv ")
    keys.enter("")
    keys.passed(2)
    # A hint, and back into the line by the way of the console.
    keys.to("#hint-pipe", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator(".hint")).to_be_visible()
    keys.to("#line")
    keys.enter("grep ',out$' lighthouse/keepers*.csv | wc -l")
    keys.passed(3)
    keys.press("ArrowUp", *["Backspace"] * len("| wc -l"))
    keys.enter("> dark.csv")
    keys.passed(4)
    for line in ("keeper=Bram", "export keeper"):
        keys.enter(line)
    keys.enter("bash -c 'echo \"On watch that night was $keeper\"'")
    keys.passed(5)
    keys.enter("grep -q Dora dark.csv || echo nobody")
    keys.passed(6)
    keys.enter("mv 'lighthouse/lamp oil.txt' lighthouse/lamp-oil.txt")
    keys.passed(7)

    # A mistake is taken back: Tab twice from the empty line.
    keys.enter("echo oops > lighthouse/lamp.conf")
    expect(page.locator("#undo")).to_contain_text("oops")
    keys.to("#undo")
    keys.press("Enter")
    expect(page.locator(".block.is-undone")).to_have_count(1)
    keys.to("#line", "Shift+Tab")
    keys.enter("sed -i 's/^cups=2$/cups=3/' lighthouse/lamp.conf")
    keys.passed(8)
    keys.enter('echo "$keeper filled the lamp with the small cup." > ~/environment/verdict.txt')
    keys.passed(page.locator(".step").count())
    assert keys.visitor.complaints == []


def test_a_running_program_is_answered_and_stopped_and_what_ends_is_told(keys: Keys) -> None:
    keys.visitor.sign_in("jisoo")
    keys.visitor.open_lab("playground")
    page, spoken = keys.page, keys.page.locator("#terminal-1 .prompt-spoken")
    keys.to("#line")
    keys.enter("echo hello; false")
    expect(spoken).to_contain_text("exit status 1")
    expect(spoken).to_contain_text("hello")
    keys.enter("seq 500")
    expect(spoken).to_contain_text("500 lines of output.")
    assert page.locator("#log").get_attribute("aria-live") == "off", "a flood is not read out"

    before = keys.visitor.blocks()
    keys.write("read -p 'Sure? ' it; echo \"so $it\"; sleep 300")
    keys.press("Enter")
    expect(page.locator(".block-out").last).to_contain_text("Sure?")
    expect(page.locator("[data-running] .stdin input[name=text]")).to_be_focused()
    keys.write("yes")
    keys.press("Enter")
    expect(page.locator(".block-out").last).to_contain_text("so yes")
    keys.to("[data-stop]")
    keys.press("Enter")
    keys.visitor.wait_done(before + 1)

    # Fold the last output and go on from there.
    keys.to("#line")
    keys.to(".block:last-of-type [data-fold]", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator(".block-out").last).to_be_hidden()
    keys.to(".block:last-of-type .block-menu summary")
    keys.press("Enter")
    keys.to(".block:last-of-type [data-copy-link]")
    keys.press("Escape")
    expect(page.locator(".block:last-of-type .block-menu summary")).to_be_focused()
    keys.to("#line")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_of_the_console_is_clean(visitor: Callable[..., Any], theme: str) -> None:
    one = visitor(color_scheme=theme, reduced_motion="reduce", viewport={"width": 360, "height": 740})
    one.sign_in("jisoo")
    one.open_lab("playground")
    page = one.page
    page.click("#tab-console")
    one.run("touch state-1.txt state-2.txt; seq 20")

    def clean(state: str) -> None:
        assert not faults(page), f"{state}: {faults(page)}"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, state

    page.locator("[data-fold]").last.click()
    clean("folded")
    page.focus("#line")
    page.keyboard.type("cat state-")
    page.keyboard.press("Tab")
    expect(page.locator("#suggestions [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    clean("completing")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+u")
    page.keyboard.press("Control+r")
    page.keyboard.type("touch")
    clean("searching")
    page.keyboard.press("Control+g")
    page.keyboard.type("echo 'open")
    page.keyboard.press("Enter")
    clean("unfinished")
    page.keyboard.press("Control+c")
    before = one.blocks()
    one.type_line("read -p 'Sure? ' it")
    expect(page.locator(".block-out").last).to_contain_text("Sure?")
    clean("running")
    page.locator("[data-stop]").click()
    one.wait_done(before + 1)
    assert one.complaints == []

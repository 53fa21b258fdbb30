"""The whole stack on ports of its own: Valkey, a Celery worker with its supervisor, the ASGI server, and a Chromium to look at it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stack import PASSWORD, PEOPLE, Stack

# The one without a window is the same engine, and takes a fifth less of the processor.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM ON PATH: the journeys were NOT run. Install it: apt install chromium")
    found = Stack(tmp_path_factory.mktemp("course"), [file_of(path) for path in Path(__file__).parent.glob("test_*.py")])
    try:
        found.start_all()
        yield found
    finally:
        found.stop_all()


@pytest.fixture(scope="session")
def chromium(stack: Stack) -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # as long as a busy machine may take
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def file_of(path: Path) -> str:
    return path.stem.removeprefix("test_")


class Visitor:
    """One person's browser: a page that remembers what its console complained about. ``file``: whose learners sign in."""

    def __init__(self, browser: Any, stack: Stack, file: str = "", **options: Any) -> None:
        self.stack, self._file = stack, file
        usual = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, "base_url": stack.url}
        self.context = browser.new_context(**usual | options)
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, name: str) -> None:
        """With the session of an earlier visit where that still holds: a password takes half a second of computing to check."""
        if self._file and PEOPLE.get(name) == "learner":
            name = f"{name}-{self._file}"
        if session := self.stack.sessions.get(name):
            self.context.add_cookies([session])
            self.page.goto("/")
            if self.page.locator("#user-menu").count():
                return
        self.page.goto("/sign-in/")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(f"{self.stack.url}/")
        self.stack.sessions[name] = next(one for one in self.context.cookies() if one["name"] == "sessionid")

    def open_lab(self, lab: str) -> None:
        """From the catalogue: start, or resume; waits until the sandbox is ready."""
        self.page.goto("/labs/")
        self.page.locator(f"#lab-{lab} .card-actions :is(a, button)").click()
        self.page.wait_for_selector("#main[data-ready=ready][data-live]", timeout=90_000)

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_selector("#main[data-live]")

    def type_line(self, line: str) -> None:
        self.page.wait_for_selector("#main[data-live]")
        self.page.fill("#line", line)
        self.page.press("#line", "Enter")

    def blocks(self) -> int:
        return self.page.locator(".block").count()

    def wait_done(self, blocks: int, seconds: float = 60) -> Any:
        """Until there are ``blocks``, none runs and none is on its way (the stream may be quicker than the answer); the last one."""
        busy = "document.querySelector('.block[data-running], form.prompt .cbtn-main:disabled')"
        done = f"n => document.querySelectorAll('.block').length === n && !{busy}"
        self.page.wait_for_function(done, arg=blocks, timeout=seconds * 1000)
        return self.page.locator(".block").last

    def run(self, line: str, seconds: float = 60) -> str:
        """Type a line and wait for its end; what it printed."""
        before = self.blocks()
        self.type_line(line)
        return self.wait_done(before + 1, seconds).locator(".block-out").text_content()

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def visitor(chromium: Any, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Make visitors; closed at the end."""
    made: list[Visitor] = []
    request.node.visitors = made

    def make(**options: Any) -> Visitor:
        made.append(Visitor(chromium, stack, file_of(request.path), **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A journey that failed shows what the processes said."""
    stack = getattr(item, "funcargs", {}).get("stack")
    if call.excinfo is not None and call.when != "teardown" and isinstance(stack, Stack):
        for name in ("worker", "web"):
            item.add_report_section(call.when, name, stack.log(name))
        for number, one in enumerate(getattr(item, "visitors", [])):
            path = stack.var / f"{item.name}-{number}.png"
            with contextlib.suppress(Exception):  # a page that is closed; what it tells of is worth more
                one.page.screenshot(path=path)
            item.add_report_section(call.when, "page", f"{path}\n{one.complaints}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)

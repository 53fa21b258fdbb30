"""The whole stack on ports of its own: Valkey, a Celery worker with its supervisor, the ASGI server, and a Chromium to look at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PEOPLE = {"minji": "learner", "jisoo": "learner", "teacher": "instructor", "boss": "admin"}
PASSWORD = "correct-horse-battery"
MAKE_PEOPLE = f"""
import django; django.setup()
from course.models import User
for name, role in {PEOPLE!r}.items():
    User.objects.create_user(name, password={PASSWORD!r}, role=role, first_name=name.title())
"""


class Stack:
    """Start, stop and restart the parts; ``url`` is where the site is."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.redis = var / "redis.sock"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "COURSE_VAR": str(var),
            "COURSE_DEBUG": "1",
            "COURSE_SECRET_KEY": "journeys",
            "REDIS_URL": f"unix://{self.redis}",
            "DJANGO_SETTINGS_MODULE": "course.settings",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def python(self, *arguments: str) -> None:
        done = subprocess.run([sys.executable, *arguments], cwd=settings.BASE_DIR, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def start_all(self) -> None:
        self.python("-m", "django", "migrate", "-v0")
        self.python("-c", MAKE_PEOPLE)
        self.start_redis()
        self.start_worker()
        self.start_web()

    def start_redis(self) -> None:
        from course.local.redis import server_program

        program = server_program()
        assert program is not None
        self._start("redis", str(program), "--port", "0", "--unixsocket", str(self.redis), "--save", "", "--dir", str(self.var))
        _until(self.redis.exists, 10, "Valkey")

    def start_worker(self) -> None:
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-c", "8", "-l", "info")
        beat = ("-B", "-s", str(self.var / "beat"))
        self._start("worker", sys.executable, "-m", "celery", "-A", "course", "worker", *quiet, *beat)

    def start_web(self) -> None:
        listen = ("--host", "127.0.0.1", "--port", str(self.port))
        self._start("web", sys.executable, "-m", "uvicorn", "course.asgi:application", *listen, "--timeout-graceful-shutdown", "2")
        _until(self._answers, 30, "the web server")

    def _start(self, name: str, *command: str) -> None:
        with (self.var / f"{name}.log").open("ab") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.processes[name] = subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environment, start_new_session=True, **streams)

    def stop(self, name: str, how: int = signal.SIGTERM) -> None:
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the worker's beat outlives a worker that was killed

    def stop_all(self) -> None:
        for name in ("web", "worker", "redis"):
            if name in self.processes:
                self.stop(name)

    def log(self, name: str, lines: int = 40) -> str:
        path = self.var / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"{what} did not start within {seconds} s"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM ON PATH: the journeys were NOT run. Install it: apt install chromium")
    found = Stack(tmp_path_factory.mktemp("course"))
    try:
        found.start_all()
        yield found
    finally:
        found.stop_all()


@pytest.fixture(scope="session")
def chromium(stack: Stack) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Visitor:
    """One person's browser: a page that remembers what its console complained about."""

    def __init__(self, browser: Any, stack: Stack, **options: Any) -> None:
        self.stack = stack
        usual = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, "base_url": stack.url}
        self.context = browser.new_context(**usual | options)
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, name: str) -> None:
        self.page.goto("/sign-in/")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(f"{self.stack.url}/")

    def open_lab(self, lab: str) -> None:
        """From the catalogue: start, or resume; waits until the sandbox is ready."""
        self.page.goto("/")
        self.page.locator(f"#lab-{lab} .card-actions :is(a, button)").click()
        self.page.wait_for_selector("#main[data-ready=ready]", timeout=90_000)
        self.page.wait_for_selector("#run:not([disabled])")

    def type_line(self, line: str) -> None:
        self.page.fill("#line", line)
        self.page.press("#line", "Enter")

    def blocks(self) -> int:
        return self.page.locator(".block").count()

    def wait_done(self, blocks: int, seconds: float = 60) -> Any:
        """Until there are ``blocks`` and none runs; the last one."""
        done = "n => document.querySelectorAll('.block').length === n && !document.querySelector('.block[data-running]')"
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
        made.append(Visitor(chromium, stack, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A journey that failed shows what the processes said."""
    stack = getattr(item, "funcargs", {}).get("stack")
    if call.excinfo is not None and isinstance(stack, Stack):
        for name in ("worker", "web"):
            item.add_report_section(call.when, name, stack.log(name))
        for number, one in enumerate(getattr(item, "visitors", [])):
            path = stack.var / f"{item.name}-{number}.png"
            one.page.screenshot(path=path)
            item.add_report_section(call.when, "page", f"{path}\n{one.complaints}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)

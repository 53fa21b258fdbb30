"""The instructor's board: a large cohort rendered, and a change told to many open pages."""

from __future__ import annotations

import selectors
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from course.bench.figures import Figure, of_times
from course.bench.stack import Stack
from course.board import live
from course.board.models import Alarm
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import INSTRUCTOR, LEARNER, Cohort, Membership
from labs import events
from labs.models import Attempt, StepProgress

LEARNERS, STEPS, PAGES = 200, 40, 100
LAB = "board-bench"
_STUCK_EACH, _ASKS_EACH, _PASSED = 7, 20, 15


def rendered(stack: Stack, count: int) -> Iterator[Figure]:
    """All of it in this process: the request with its middleware, queries and page."""
    with _catalog(), override_settings(REDIS_URL=stack.redis):
        cohort, teacher = _cohort(LEARNERS, STEPS)
        client = Client(SERVER_NAME="localhost")
        client.force_login(teacher)
        address = reverse("board", args=[cohort.pk])
        times, sizes = [], set[int]()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)  # the first reads the catalogue and fills caches
        counted = len(queries)
        for _ in range(count):
            begun = time.monotonic()
            answer = client.get(address)
            times.append(time.monotonic() - begun)
            sizes.add(len(answer.content) // 1024)
            if answer.status_code != 200 or answer.content.count(b'<tr id="learner-') != LEARNERS:
                raise RuntimeError(f"the board: {answer.status_code}")
    what = f"the board of {LEARNERS} learners × {STEPS} steps"
    yield of_times("board", what, times, 500, queries=counted, KB=max(sizes))


def fanned_out(stack: Stack, count: int) -> Iterator[Figure]:
    """From the moment at which a learner's row changes until the last page has it."""
    pages = PAGES if count >= 20 else 5
    cohort, teacher = _cohort(5, 0)
    learner = cohort.members(LEARNER)[0].user
    times = []
    with override_settings(REDIS_URL=stack.redis):
        events.publish(live.name(cohort.pk), "begun")
        with _pages(stack, cohort, teacher, pages) as open_pages:
            for _ in range(count):
                begun = time.monotonic()
                live.publish(learner.pk)
                open_pages.wait(begun)
                times.append(time.monotonic() - begun)
        events.close()
    yield of_times("fan-out", f"a change of a row reaches {pages} open boards, the last of them", times, 1000)


class _Pages:
    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets
        self._selector = selectors.DefaultSelector()
        for one in sockets:
            self._selector.register(one, selectors.EVENT_READ, bytearray())

    def wait(self, begun: float, seconds: float = 30.0) -> None:
        """Until each has got one more ``row``. Raises TimeoutError."""
        waiting = set(self._sockets)
        while waiting:
            if time.monotonic() > begun + seconds:
                raise TimeoutError(f"{len(waiting)} pages heard nothing")
            for key, _mask in self._selector.select(1.0):
                key.data.extend(key.fileobj.recv(1 << 16))  # type: ignore[union-attr]
                if b"\n\n" in key.data.partition(b"event: row\n")[2]:
                    key.data.clear()
                    waiting.discard(key.fileobj)


@contextmanager
def _pages(stack: Stack, cohort: Cohort, teacher: User, count: int) -> Iterator[_Pages]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(teacher)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    address = reverse("board-stream", args=[cohort.pk]) + f"?after={events.position(live.name(cohort.pk))}"
    request = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{stack.port}\r\nCookie: {cookie}\r\n\r\n".encode()
    sockets: list[socket.socket] = []
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", stack.port), timeout=30))
            sockets[-1].sendall(request)
        for one in sockets:
            head = b""
            while b": hello\n\n" not in head:
                if not (piece := one.recv(4096)):
                    raise RuntimeError(f"a board's stream: {head[:100]!r}")
                head += piece
        yield _Pages(sockets)
    finally:
        for one in sockets:
            one.close()


@contextmanager
def _catalog() -> Iterator[None]:
    """A catalogue of one lab, of as many steps as it takes."""
    root = Path(settings.VAR) / "board-catalog"
    folder = root / LAB
    folder.mkdir(parents=True)
    step = "  - {{id: step-{0}, points: 1, check: {{file: {{path: a}}}}, solve: [touch a]}}\n"
    head = "title: {ko: 현황, en: Board}\nsummary: {ko: 현황, en: Board}\nminutes: 5\nsteps:\n"
    (folder / "lab.yaml").write_text(head + "".join(step.format(at) for at in range(STEPS)), encoding="utf-8")
    for language in ("ko", "en"):
        prose = "".join(f"## Step {at} {{#step-{at}}}\n\nDo it.\n\n" for at in range(STEPS))
        (folder / f"{language}.md").write_text(prose, encoding="utf-8")
    try:
        with override_settings(SANDBOX_CATALOG=root):
            yield
    finally:
        shutil.rmtree(root)


def _cohort(learners: int, steps: int) -> tuple[Cohort, User]:
    """By bulk: people, their attempts, a row a step, every seventh of them stuck, every twentieth asking."""
    name = f"board{learners}"
    cohort = Cohort.objects.create(name=name)
    teacher = User.objects.create(username=f"{name}-teacher", role=Role.INSTRUCTOR)
    users = User.objects.bulk_create(User(username=f"{name}-{at}", first_name="Learner", last_name=str(at)) for at in range(learners))
    Membership.objects.create(cohort=cohort, user=teacher, role=INSTRUCTOR)
    Membership.objects.bulk_create(Membership(cohort=cohort, user=user, role=LEARNER) for user in users)
    if not steps:
        return cohort, teacher
    now = f"step-{_PASSED}"
    attempts = Attempt.objects.bulk_create(Attempt(user=user, lab=LAB, content_hash="-", step=now, spent=600) for user in users)
    StepProgress.objects.bulk_create(
        StepProgress(attempt=one, step_id=f"step-{at}", tries=(at * number) % 5, state="passed" if at < _PASSED else "open")
        for number, one in enumerate(attempts)
        for at in range(steps)
    )
    Alarm.objects.bulk_create(
        Alarm(attempt=one, step=now, reason="check", since=timezone.now(), values={"tries": 8}) for one in attempts[::_STUCK_EACH]
    )
    HelpRequest.objects.bulk_create(HelpRequest(attempt=one, step=now, sentence="Why?") for one in attempts[::_ASKS_EACH])
    return cohort, teacher

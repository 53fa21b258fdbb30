"""A Redis of the tests' own, a small catalogue, and sandboxes that are only pretended."""

import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from django.contrib.auth import get_user_model

from course.local.redis import server_program
from labs import actions, control, events, running, visits
from labs.lab import catalog
from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox.errors import CloudError
from sandbox.models import Sandbox, Version
from sandbox.store import tree
from sandbox.store.working import Snapshot
from tests.processes import in_thread as in_thread
from tests.processes import until

YAML = """
title: {ko: 첫걸음, en: First steps}
summary: {ko: 한 가지를 합니다., en: You do one thing.}
minutes: 5
steps:
  - id: make
    points: 10
    cost: 4
    check: {file: {path: ~/environment/a.txt}}
    hints: [{ko: touch를 쓰세요., en: Use **touch**.}, {ko: 이름은 a.txt., en: Its name is a.txt.}]
  - id: name
    points: 5
    check: {variable: {name: x, equals: "1"}}
    solve: [x=1]
"""
PROSE = """Hello.

## Make it {#make}

```console
$ touch a.txt
```

## Name it {#name}

Again.
"""


class Server:
    """A valkey server on a unix socket; it can be killed and come again, empty."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        program = server_program()
        assert program is not None, "there is no Redis to test with"
        self.kill()
        command = [str(program), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.socket.parent)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.answers)

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[Server]:
    # Not tmp_path: the path of a unix socket may have 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="v") as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture
def live_redis(valkey: Server, settings) -> Iterator[Server]:
    if valkey.process is None or not valkey.answers():
        valkey.start()
    settings.REDIS_URL = valkey.url
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    yield valkey
    control.close()
    events.close()


def write_lab(root: Path, name: str = "first", yaml: str = YAML, prose: str = PROSE) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "lab.yaml").write_text(yaml)
    for language in ("ko", "en"):
        (folder / f"{language}.md").write_text(prose)
    return folder


@pytest.fixture
def lab(tmp_path: Path, settings):
    settings.SANDBOX_CATALOG = tmp_path / "catalog"
    settings.VAR = tmp_path / "var"
    write_lab(tmp_path / "catalog")
    return catalog.get("first")


@pytest.fixture
def woken(monkeypatch) -> list[tuple]:
    """What Celery would have been told."""
    told: list[tuple] = []
    monkeypatch.setattr(actions, "wake", lambda task, *args: told.append((task, *args)))
    return told


@pytest.fixture
def learner(db):
    return get_user_model().objects.create_user("learner")


@pytest.fixture
def attempt(db, lab, learner, woken) -> Attempt:
    """An attempt whose sandbox is there (as rows: nothing can run in it)."""
    found = actions.start_attempt(user=learner, lab=lab, language="en")
    start = Version.objects.create(account="111122223333")
    found.sandbox = Sandbox.objects.create(owner=learner, label="first", head=start, start=start)
    found.save()
    woken.clear()
    return found


class FakeLive:
    """Stands for ``sandbox.checkout.Live``; ``on_run(self, line, write)`` does the running and returns the status."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self.sandbox = sandbox
        self.head = sandbox.head if sandbox else None
        self.files: dict[str, bytes] = {}
        self.variables: dict[str, str] = {}
        self.cwd = "/home/ec2-user/environment"
        self.answers: dict[tuple[str, str], object] = {}
        self.scripts: list[tuple[int, str]] = []
        self.calls: list[tuple] = []
        self.typed = bytearray()
        self.signals: list[str] = []
        self.arrived = threading.Condition()
        self.on_run = lambda live, line, write: 0
        self.changes: dict = {}
        self.commit_error: Exception | None = None
        self.reason = "exit"
        self.incomplete = self.background = False
        self.left: list = []
        self.name = uuid.uuid4().hex[:12]

    def run(self, line, *, write, started=None, rows=24, cols=100, wall=None):
        if started:
            started()
        status = self.on_run(self, line, write)
        return SimpleNamespace(
            status=status,
            reason=self.reason,
            cwd=self.cwd,
            incomplete=self.incomplete,
            background=self.background,
            first_output_ms=3,
            duration_ms=7,
        )

    def open_door(self):
        return nullcontext(SimpleNamespace(shut=lambda seconds: True))

    def terminal(self, number):
        return self

    def abort(self):
        pass

    def listened(self, told):
        return nullcontext()

    def commit(self, *, command=""):
        if self.commit_error:
            raise self.commit_error
        if self.changes:
            self.head = Version.objects.create(
                parent=self.head, sandbox=self.sandbox, number=1, command=command, account="1" * 12, changes=self.changes
            )
            Sandbox.objects.filter(pk=self.sandbox.pk).update(head=self.head)
        return self.head

    def call(self, service, operation, params, *, account=None):
        self.calls.append((service, operation, params, account))
        answer = self.answers[service, operation]
        if isinstance(answer, CloudError):
            raise answer
        return answer

    def exists(self, path):
        return path in self.files

    def read(self, path):
        return self.files.get(path)

    def script(self, text, *, wall=10):
        return self.scripts.pop(0)

    def _told(self, change) -> None:
        with self.arrived:
            change()
            self.arrived.notify_all()

    def wait(self, condition, seconds=20.0):
        """For use in ``on_run``: until something arrived that makes the condition true."""
        with self.arrived:
            assert self.arrived.wait_for(condition, seconds)

    def send(self, data):
        self._told(lambda: self.typed.extend(data))

    def resize(self, rows, cols):
        self._told(lambda: self.signals.append(f"{rows}x{cols}"))

    def interrupt(self):
        self._told(lambda: self.signals.append("INT"))

    def kill(self):
        self._told(lambda: self.signals.append("KILL"))


@pytest.fixture
def fake(attempt, monkeypatch) -> FakeLive:
    """What every checkout of the test's attempt gives; ``fake.fault`` set: it cannot be opened."""
    live = FakeLive(attempt.sandbox)
    live.fault = None

    @contextmanager
    def checkout(sandbox):
        if live.fault:
            raise live.fault
        live.left.clear()
        yield live

    monkeypatch.setattr("labs.judging.checkout", checkout)
    monkeypatch.setattr("labs.joining.checkout", checkout)
    return live


@pytest.fixture
def real_attempt(attempt) -> Attempt:
    """One in whose sandbox commands run."""
    folder = tree.Entry("d", 0o755, 0, 0, "")
    start = Version.objects.create(account="1" * 12, manifest=Snapshot({"home": {"environment": folder}, "tmp": {}}).save())
    attempt.sandbox.delete()
    attempt.sandbox = sandboxes.create_sandbox(owner=attempt.user, start=start, label="first")
    attempt.save()
    return attempt


@pytest.fixture
def workers(monkeypatch, live_redis) -> Iterator[list[threading.Thread]]:
    """A worker for what is woken, in threads of this process."""
    threads: list[threading.Thread] = []
    control.listener()

    def wake(task: str, *args: object) -> None:
        work = {"labs.tasks.serve_visit": visits.serve, "labs.tasks.run_command": running.run}[task]
        threads.append(in_thread(lambda: work(*args)))

    monkeypatch.setattr(actions, "wake", wake)
    yield threads
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()

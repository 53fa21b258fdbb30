"""A supervisor for the session, and checkouts in it, without Django."""

import dataclasses
import os
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.cloud import tls
from sandbox.jail import client
from tests.processes import until

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 30.0
IDENTITY = {
    "account": "123456789012",
    "region": "ap-northeast-2",
    "instance_id": "i-0123456789abcdef0",
    "private_ip": "10.0.1.23",
    "hostname": "ip-10-0-1-23.ap-northeast-2.compute.internal",
    "role_name": "LabWorkstationRole",
    "access_key_id": "ASIAEXAMPLEEXAMPLE00",
    "secret_access_key": "k" * 40,
    "session_token": "t" * 300,
    "expiration": "2099-01-01T00:00:00Z",
    "metadata_key": "00" * 32,
}


@dataclass
class Ran:
    output: str
    result: client.RunResult

    @property
    def status(self) -> int:
        return self.result.status


class Under:
    """A command under way in a thread; ``seen`` waits for text in its output."""

    def __init__(self, live: client.Checkout, line: str, **options: object) -> None:
        self._changed = threading.Condition()
        self._output = b""
        self.waits = threading.Event()
        self.error: BaseException | None = None
        self.result: client.RunResult | None = None
        self._thread = threading.Thread(target=self._run, args=(live, line, options), daemon=True)
        self._thread.start()

    def _run(self, live: client.Checkout, line: str, options: dict) -> None:
        try:
            self.result = live.run(line, self._write, waiting=self.waits.set, **options)
        except BaseException as error:
            self.error = error
        with self._changed:
            self._changed.notify_all()

    def _write(self, data: bytes) -> None:
        with self._changed:
            self._output += data
            self._changed.notify_all()

    @property
    def output(self) -> str:
        return self._output.decode()

    def seen(self, text: str) -> None:
        with self._changed:
            found = self._changed.wait_for(lambda: text in self.output or self.error or self.result, DEADLINE)
        assert found and text in self.output, f"{text!r} not in {self.output!r}"

    def ended(self) -> client.RunResult:
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive(), f"still running: {self.output!r}"
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result


class Console:
    def __init__(self, live: client.Checkout, folder: Path) -> None:
        self.live, self.folder = live, folder

    def run(self, line: str, **options: object) -> Ran:
        chunks: list[bytes] = []
        result = self.live.run(line, chunks.append, **options)
        return Ran(b"".join(chunks).decode(errors="replace").replace("\r\n", "\n"), result)

    def begin(self, line: str, **options: object) -> Under:
        return Under(self.live, line, **options)


def make_folder(folder: Path) -> Path:
    for name in ("home/environment", "tmp", "cloud"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def jail_config(tmp_path_factory: pytest.TempPathFactory) -> client.Config:
    if os.geteuid() == 0:
        pytest.skip("jails are never started as root; `manage.py test` becomes an ordinary user first")
    state = tmp_path_factory.mktemp("supervisor")
    certificates = tls.ensure(state / "tls")
    site_packages = Path(next(path for path in sys.path if path.endswith("site-packages")))
    venv = Path(os.environ.get("COURSE_SANDBOX_VENV", ROOT / ".venv-sandbox"))
    return client.Config(state, venv, site_packages, certificates, ROOT)


@pytest.fixture(scope="session")
def supervisor(jail_config: client.Config) -> Iterator[client.Supervisor]:
    """One for all tests that leave it alive."""
    running = client.Supervisor(jail_config)
    assert running.start() == []
    yield running
    running.close()


@pytest.fixture
def own_supervisor(jail_config: client.Config) -> Iterator[client.Supervisor]:
    """One for a test that ends it."""
    running = client.Supervisor(jail_config)
    assert running.start() == []
    yield running
    running.close()


@pytest.fixture
def open_checkout(tmp_path: Path) -> Iterator[Callable[..., Console]]:
    """``open_checkout(supervisor, folder=…, identity={…}, limits={…}, root=…)``; closed at the test's end."""
    consoles: list[Console] = []

    def make(running: client.Supervisor, folder: Path | None = None, identity: dict | None = None, **options: object) -> Console:
        name = uuid.uuid4().hex
        folder = folder or make_folder(tmp_path / name)
        live = running.open(id=name, folder=folder, identity={**IDENTITY, **(identity or {})}, **options)
        consoles.append(Console(live, folder))
        return consoles[-1]

    yield make
    for console in consoles:
        console.live.close()


@pytest.fixture
def jail_checkout(supervisor: client.Supervisor, open_checkout: Callable[..., Console]) -> Console:
    """A live checkout, new for each test."""
    return open_checkout(supervisor)


@pytest.fixture(scope="session")
def warm_supervisor(jail_config: client.Config) -> Iterator[client.Supervisor]:
    """One that holds aws warm."""
    running = client.Supervisor(dataclasses.replace(jail_config, warm=("aws",)))
    assert running.start() == []
    until(lambda: "aws" in running.status()["warm"], 120)
    yield running
    running.close()


@pytest.fixture
def warm_checkout(warm_supervisor: client.Supervisor, open_checkout: Callable[..., Console]) -> Console:
    return open_checkout(warm_supervisor)

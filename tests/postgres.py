"""A PostgreSQL of the tests' own. ``COURSE_TEST_DATABASE=postgres`` runs the whole suite on it; without the variable it is SQLite.

The cluster lies in memory where that is possible, listens on a socket in a folder that only its user can enter, and ends with the tests.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest

from sandbox.jail.bwrap import find_bwrap
from tests.processes import until

# A test cluster may lose everything: it exists for minutes.
OPTIONS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200",
           "dynamic_shared_memory_type": "mmap"}  # fmt: skip
WANTED = "COURSE_TEST_DATABASE"
MISSING = "NO POSTGRESQL ON THIS MACHINE: its tests were NOT run. Install it: apt install postgresql"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian's package keeps them off PATH."""
    if found := shutil.which("pg_ctl"):
        return Path(found).parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), default=None)


class Cluster:
    """A server, started; ``stop`` removes it. It dies with this process."""

    def __init__(self, bin_folder: Path) -> None:
        self.bin = bin_folder
        shared = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir=shared if os.access(shared, os.W_OK) else None))
        initdb = self._start("initdb", "-D", "data", "-U", "course", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        assert initdb.wait(60) == 0, self.said()
        settings = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
        self.process = self._start("postgres", "-D", "data", "-k", str(self.folder), *settings)
        atexit.register(self.stop)
        until(lambda: self.answers() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """PostgreSQL wants its user to have a name, and the tests' uid need not have one."""
        names = self.folder / "passwd"
        names.write_text(f"course:x:{os.getuid()}:{os.getgid()}::{self.folder}:/bin/sh\n")
        bwrap = [find_bwrap(), "--die-with-parent", "--dev-bind", "/", "/", "--ro-bind", names, "/etc/passwd", "--chdir", self.folder]
        with (self.folder / "said").open("ab") as said:
            return subprocess.Popen([*bwrap, self.bin / program, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url()):
            return True
        return False

    def said(self) -> str:
        return (self.folder / "said").read_text(errors="replace")

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://course@/{name}?host={self.folder}"

    def stop(self) -> None:
        pid = self.folder / "data" / "postmaster.pid"
        if self.process.poll() is None and pid.exists():
            os.kill(int(pid.read_text().split()[0]), signal.SIGQUIT)  # at once, but it gives back its shared memory
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def wanted() -> bool:
    """Whether the suite runs on it."""
    return bool(os.environ.get(WANTED))


def fresh(url: str) -> str:
    """A new database beside the one at ``url``, and its own URL."""
    name = f"c{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"


def environment() -> dict[str, str]:
    """What a stack that the tests start needs to have a database of its own, if that is to be PostgreSQL."""
    url = os.environ.get(WANTED, "")
    return {"DATABASE_URL": fresh(url)} if url else {}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests():
    """Around pytest-django's reading of the settings. Processes beside this one inherit the cluster, in WANTED; what else the tests
    start has SQLite unless it asks for ``environment()``."""
    url = os.environ.get(WANTED, "")
    if url == "postgres":
        found = programs()
        if found is None:
            pytest.exit(MISSING, returncode=0)
        url = os.environ[WANTED] = Cluster(found).url()
    os.environ["DATABASE_URL"] = url
    try:
        return (yield)
    finally:
        del os.environ["DATABASE_URL"]


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL, whatever the suite itself runs on."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    one = Cluster(found)
    yield one
    one.stop()


def pytest_configure(config: pytest.Config) -> None:
    """Nobody tells the thread of a test client's request that it is over, as a server does: its connection is closed with the thread."""
    if wanted():
        config.addinivalue_line("filterwarnings", "ignore:.*psycopg.Connection object.* was deleted while still open:ResourceWarning")

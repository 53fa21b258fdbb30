"""A jail to try things in: its file systems built once a session, its folders new for each test."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.jail import bwrap, rootfs
from sandbox.jail.limits import Limits, Usage

ROOT = Path(__file__).resolve().parents[3]
VENV = Path(os.environ.get("COURSE_SANDBOX_VENV", ROOT / ".venv-sandbox"))
AUTHORITY = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="session")
def tls_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    (folder / "ca.pem").write_text(AUTHORITY)
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, tls_dir: Path) -> rootfs.Rootfs:
    return rootfs.prepare(tmp_path_factory.mktemp("state"), sandbox_venv=VENV, tls_dir=tls_dir, source_root=ROOT)


@pytest.fixture
def jail(built: rootfs.Rootfs, tmp_path: Path) -> Callable[..., bwrap.Jail]:
    """A function of a Jail's fields that differ from the usual."""
    if os.geteuid() == 0:
        pytest.skip("jails are never started as root; `manage.py test` becomes an ordinary user first")
    for name in ("home", "tmp", "state"):
        (tmp_path / name).mkdir()

    def make(**fields: object) -> bwrap.Jail:
        usual = {"state": tmp_path / "state", "environment": rootfs.learner_environment()}
        return bwrap.Jail(built, tmp_path / "home", tmp_path / "tmp", "workstation", **{**usual, **fields})

    return make


@dataclass
class Running:
    process: subprocess.Popen
    usage: Usage


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:  # it has ended already
        return None


@pytest.fixture
def start(jail: Callable[..., bwrap.Jail]) -> Iterator[Callable[..., Running]]:
    """Starts a jail that the test watches; whatever still runs at its end is killed."""
    started: list[tuple[subprocess.Popen, int | None]] = []

    def begin(*argv: str, limits: Limits | None = None) -> Running:
        read_end, write_end = os.pipe()
        with os.fdopen(read_end, "rb") as info:
            try:
                with bwrap.command(jail(limits=limits or Limits()), argv, info_fd=write_end) as launch:
                    process = subprocess.Popen(
                        launch.argv,
                        env=launch.env,
                        pass_fds=launch.pass_fds,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        text=True,
                    )
            finally:
                os.close(write_end)
            pid = json.loads(info.read())["child-pid"]
            started.append((process, _pidfd(pid)))
            return Running(process, Usage(pid))

    yield begin
    for process, init in started:
        # Both: a bwrap killed before its pid 1 has a death signal leaves that one waiting for ever, with our pipe in its hands.
        if init is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(init, signal.SIGKILL)
            os.close(init)
        process.kill()
        process.communicate()


@pytest.fixture
def run(jail: Callable[..., bwrap.Jail]) -> Callable[..., subprocess.CompletedProcess]:
    """Runs a program in a jail to its end; output and errors together."""

    def call(*argv: str, pass_fds: tuple[int, ...] = (), **fields: object) -> subprocess.CompletedProcess:
        with bwrap.command(jail(**fields), argv, pass_fds=pass_fds) as launch:
            return subprocess.run(
                launch.argv,
                env=launch.env,
                pass_fds=launch.pass_fds,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
            )

    return call


@pytest.fixture
def site_packages() -> Path:
    return Path(next(path for path in sys.path if path.endswith("site-packages")))

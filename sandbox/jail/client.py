"""The worker's side of the supervisor: start it, keep it, open checkouts in it. No Django; safe from many threads.

    from sandbox.jail import client

    supervisor = client.shared(client.Config(state_dir, sandbox_venv, site_packages, tls_dir, source_root))
    with supervisor.open(id=…, folder=…, identity={…}, limits={…}, root=None) as live:
        result = live.run("aws s3 ls", write=print)
        frozen = live.freeze()

A Checkout may be used by several threads at once: each gets the answers to what it asked, and the death of the checkout. A terminal
of it runs one command at a time; ``terminal()`` makes others. ``close`` and ``release`` are for when nobody asks any more.
Errors are ``errors.Fault`` with the codes ``supervisor-died``, ``cloud-died``, ``jail-unavailable``, ``network``, ``jail``,
``refused``; and ``errors.CloudError`` from ``call``.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox import wire
from sandbox.errors import Fault
from sandbox.jail.remote import Checkout, Frozen, RunResult, Terminal

__all__ = ["Checkout", "Config", "Frozen", "RunResult", "Supervisor", "Terminal", "shared"]

_CONFIGURE_SECONDS = 60.0
_END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Config:
    """Absolute paths. ``state_dir``: writable by the uid that runs jails, for what the supervisor keeps; ``sandbox_venv``: what a
    learner finds on PATH; ``site_packages``: the site's, for the simulated account; ``tls_dir``: ca.pem, leaf.pem;
    ``source_root``: the project; ``warm``: the tools to hold warm (``aws``)."""

    state_dir: Path
    sandbox_venv: Path
    site_packages: Path
    tls_dir: Path
    source_root: Path
    warm: tuple[str, ...] = ()

    def frame(self) -> dict[str, Any]:
        paths = {name: str(value) for name, value in asdict(self).items() if name != "warm"}
        return {"kind": "configure", **paths, "warm": list(self.warm)}


class Supervisor:
    """The process that runs jails, started when first needed and again when it has died. Thread-safe."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.problems: list[dict[str, str]] = []
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._reader: wire.Reader | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> list[dict[str, str]]:
        """Start it unless it runs. Returns the problems that keep it from running jails (code, detail, remedy): empty is good.
        Raises Fault ``supervisor-died``."""
        with self._lock:
            self._ensure()
            return self.problems

    def status(self) -> dict[str, Any]:
        """``checkouts``: how many are live; ``pids``: of every process it holds; ``warm``: of those tools that are, by name, how many
        calls they have served. Raises Fault ``supervisor-died``."""
        with self._lock:
            self._ensure()
            return self._ask({"kind": "status"}).header

    def open(
        self,
        *,
        id: str,
        folder: Path,
        identity: Mapping[str, str],
        limits: Mapping[str, int] | None = None,
        root: Path | None = None,
        clock: float = 0.0,
        rate: float = 0.0,
        hold: Sequence[int] = (),
    ) -> Checkout:
        """A live checkout over ``folder``, which holds home, tmp, cloud and (unless it is the first time) shell, the saved state.
        ``identity``: account, region, instance_id, private_ip, hostname, role_name, access_key_id, secret_access_key,
        session_token, expiration (ISO 8601, Z) and maybe ``earlier_…`` of these four. ``limits``: wall and cpu seconds, memory, file_bytes,
        processes. ``root``: the file with the account's frozen state. ``hold``: descriptors that the supervisor keeps open until the
        checkout's last process is gone. ``clock``: what the account's clock shows, ``rate``: how many of its seconds go by in one.
        Raises Fault."""
        cloud = {"root": None if root is None else str(root), "bodies": str(folder / "cloud"), "clock": clock, "rate": rate}
        frame = {"id": id, "dir": str(folder), "identity": dict(identity), "limits": dict(limits or {}), "cloud": cloud}
        try:
            return self._open(frame, hold)
        except Fault as fault:
            # Found dead only now: a new one knows nothing of what the old one did, so trying again is safe.
            if fault.code != "supervisor-died":
                raise
            return self._open(frame, hold)

    def close(self) -> None:
        """End it and everything it runs."""
        with self._lock:
            self._drop()

    def _open(self, frame: dict[str, Any], hold: Sequence[int]) -> Checkout:
        ours, theirs = socket.socketpair()
        checkout = Checkout(ours)
        try:
            with theirs, self._lock:
                self._ensure()
                self._refuse_if_problems()
                self._tell({"kind": "open"}, [theirs.fileno(), *hold])
            checkout.open(frame)
        except BaseException:
            checkout.abort()
            checkout.release()
            raise
        return checkout

    def _refuse_if_problems(self) -> None:
        if self.problems:
            self._drop()  # the next who asks looks again: what it met may have been of that moment, a canary killed from outside
            raise Fault("jail-unavailable", " ".join(f"{problem['detail']} {problem['remedy']}" for problem in self.problems))

    def _ensure(self) -> None:
        if self._process is not None and self._process.poll() is None and self._control is not None:
            return
        self._drop()
        ours, theirs = socket.socketpair()
        with theirs:
            # An empty environment: nothing of the worker's is to be found in any process of a sandbox.
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-m", "sandbox.jail.supervisor", str(theirs.fileno())],
                env={},
                cwd=self.config.source_root,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.settimeout(_CONFIGURE_SECONDS)
        self._control, self._reader = ours, wire.Reader(ours)
        self.problems = list(self._ask(self.config.frame()).header.get("problems", []))

    def _tell(self, header: dict[str, Any], fds: list[int]) -> None:
        assert self._control is not None  # noqa: S101
        try:
            wire.send(self._control, header, fds=fds)
        except wire.WireError as error:
            self._drop()
            raise Fault("supervisor-died", f"The process that runs sandboxes has gone: {error}") from error

    def _ask(self, header: dict[str, Any]) -> wire.Frame:
        self._tell(header, [])
        assert self._reader is not None  # noqa: S101
        try:
            return self._reader.read()
        except (wire.WireError, TimeoutError) as error:
            self._drop()
            raise Fault("supervisor-died", f"The process that runs sandboxes did not answer: {error}") from error

    def _drop(self) -> None:
        """Close the control socket, at which it ends with all its processes; wait for that."""
        if self._reader is not None:
            self._reader.close()
        if self._control is not None:
            self._control.close()
        self._control = self._reader = None
        if self._process is not None:
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def forget(self) -> None:
        """In a forked child: the supervisor is the parent's. Its end must not stay open here, or it would outlive the parent."""
        self._lock = threading.Lock()
        if self._control is not None:
            os.close(self._control.detach())
        if self._process is not None:
            self._process.returncode = 0
        self._control = self._reader = self._process = None


_shared: Supervisor | None = None
_shared_lock = threading.Lock()


def shared(config: Config) -> Supervisor:
    """The supervisor of this process; another config replaces it."""
    global _shared
    with _shared_lock:
        if _shared is None or _shared.config != config:
            if _shared is not None:
                _shared.close()
            _shared = Supervisor(config)
        return _shared


def _close_shared() -> None:
    if _shared is not None:
        _shared.close()


def _after_fork() -> None:
    global _shared, _shared_lock
    _shared_lock = threading.Lock()
    if _shared is not None:
        _shared.forget()
        _shared = None


atexit.register(_close_shared)
os.register_at_fork(after_in_child=_after_fork)

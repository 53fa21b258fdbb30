"""The process that spawns everything that runs learners' commands: ``python -m sandbox.jail.supervisor FD``.

One thread, no Django, an empty environment, never uid 0. A thread would break it: death signals follow the spawning thread,
and namespaces are entered by single-threaded processes alone. FD is a unix stream socket to the worker; at its end all that was started
here is killed.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox import wire
from sandbox.errors import Fault
from sandbox.jail import bwrap, canary, disk, kernel, orphans, outer, rootfs
from sandbox.jail.link import Link
from sandbox.jail.live import House, Live
from sandbox.jail.loop import READ, Loop
from sandbox.jail.networks import Networks
from sandbox.jail.zygotes import ToolZygote, Zygote

_END_SECONDS = 3.0
_BURY_SECONDS = 5.0
ROOT = {
    "code": "root",
    "detail": "The supervisor was started as root, and never runs as root: what a learner runs would be root to the kernel's limits.",
    "remedy": "Start through manage.py, which becomes an unprivileged user first, or as an ordinary user.",
}


class Supervisor:
    def __init__(self, sock: socket.socket) -> None:
        self._loop = Loop()
        self._link = Link(self._loop, sock, self._frame, self._loop.stop)
        self._house: House | None = None
        self._lives: set[Live] = set()
        self._bury()

    def run(self) -> None:
        """Until the worker is gone or SIGTERM comes; then nothing that was started is left."""
        read_fd, write_fd = os.pipe()
        os.set_blocking(write_fd, False)
        signal.set_wakeup_fd(write_fd, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        self._loop.watch(read_fd, READ, self._loop.stop)
        self._loop.run()
        self._end()

    def _frame(self, frame: wire.Frame) -> None:
        try:
            if frame.kind == "configure":
                self._link.send({"kind": "configured", "problems": self._configure(frame.header)})
            elif frame.kind == "open" and frame.fds:
                self._open(socket.socket(fileno=frame.fds.pop(0)), frame.take())
            elif frame.kind == "status":
                pids = [pid for live in self._lives for pid in live.pids()]
                residents = [self._house.zygote, *self._house.tools.values()] if self._house is not None else []
                ahead = [self._house.networks.pid] if self._house is not None else []
                held = [pid for pid in (*ahead, *(resident.pid for resident in residents)) if pid]
                tools = self._house.tools if self._house is not None else {}
                warm = {name: tool.served for name, tool in tools.items() if tool.ready}
                self._link.send({"kind": "status", "checkouts": len(self._lives), "pids": [*held, *pids], "warm": warm})
        finally:
            frame.close()

    def _configure(self, header: dict[str, Any]) -> list[dict[str, str]]:
        if os.geteuid() == 0:
            return [ROOT]
        state, packages, tls = (Path(header[name]) for name in ("state_dir", "site_packages", "tls_dir"))
        try:
            built = rootfs.prepare(state, sandbox_venv=Path(header["sandbox_venv"]), tls_dir=tls, source_root=Path(header["source_root"]))
            pem = (tls / "leaf.pem").read_bytes()
            empty = state / "empty"
            empty.mkdir(mode=0o500, exist_ok=True)
        except Fault as fault:
            return [{"code": fault.code, "detail": fault.detail, "remedy": ""}]
        except OSError as error:
            return [{"code": "state", "detail": f"{error.filename}: {error.strerror}.", "remedy": "Correct the folder's owner."}]
        orphans.sweep()
        if problems := canary.check(built):
            return [asdict(problem) for problem in problems]

        def make(fd: int) -> bwrap.Launch:
            argv = ["python3", "-m", "sandbox.cloud.zygote", str(fd)]
            return bwrap.zygote_command(built, argv, site_packages=packages, pass_fds=[fd])

        above = outer.make()
        tools = {name: self._tool(name, built, above) for name in header.get("warm", ()) if rootfs.can_shim()}
        self._house = House(built, Zygote(self._loop, make, pem), disk.Watcher(self._loop), Networks(self._loop, empty, above), tools)
        gc.collect()
        gc.freeze()  # helpers are forks of this process: pages the collector never touches stay shared
        self._house.disk.start()
        self._house.networks.make_ahead()
        # One after the other: the first a learner waits for, of the others none.
        self._house.zygote.on_ready = self._start_tools
        self._house.zygote.start()
        return []

    def _start_tools(self) -> None:
        for tool in self._house.tools.values() if self._house is not None else ():
            tool.start()

    def _tool(self, name: str, built: rootfs.Rootfs, above: int) -> ToolZygote:
        def make(fd: int) -> bwrap.Launch:
            return bwrap.tool_command(built, ["python3", "-m", "sandbox.tools.zygote", str(fd), name, " " * 1024], pass_fds=[fd])

        return ToolZygote(self._loop, make, above)

    def _open(self, sock: socket.socket, held: list[int]) -> None:
        if self._house is None:
            wire.close_all(held)
            wire.send(sock, {"kind": "fault", "code": "jail-unavailable", "detail": "The supervisor is not configured."})
            sock.close()
            return
        self._lives.add(Live(self._loop, self._house, sock, held, self._lives.discard))

    def _bury(self) -> None:
        """A killed bwrap leaves its pid 1 to us, without a word."""
        self._loop.bury_strangers()
        self._loop.later(_BURY_SECONDS, self._bury)

    def _end(self) -> None:
        for live in list(self._lives):
            live.abort()
        if self._house is not None:
            for resident in (self._house.zygote, *self._house.tools.values()):
                resident.close()
            self._house.disk.close()
            self._house.networks.close()
        deadline = time.monotonic() + _END_SECONDS
        while time.monotonic() < deadline and (self._lives or self._loop.bury_strangers()):
            self._loop.turn(0.02)


def main(fd: int) -> None:
    kernel.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))
    if os.geteuid() == 0:
        sys.stderr.write(f"{ROOT['detail']} {ROOT['remedy']}\n")
    Supervisor(socket.socket(fileno=fd)).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))

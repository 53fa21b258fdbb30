"""The warm process that a tool's calls are forked from: ``python -m sandbox.tools.zygote FD TOOL`` (a unix stream socket's number).

``TOOL`` is a module of this package: its ``warm()`` loads what a start would load and returns what runs one call in a child. Runs
in a jail of its own, single-threaded, without network or anybody's files, and never reads what a learner wrote.

Frames: ``configure`` is answered ``ready`` when warm; ``join`` (``id``; descriptors: the
connection to the shim, then a jail's door) by ``joined`` with the child's pid or ``refused``, and ``left`` with the CPU seconds it took.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from sandbox import wire
from sandbox.jail import join, kernel
from sandbox.jail.link import Link
from sandbox.jail.loop import READ, Loop
from sandbox.tools import caller

Run = Callable[[Sequence[bytes], Callable[[int], None]], NoReturn]
_STATUS = b"s%d\n"


class Zygote:
    def __init__(self, sock: socket.socket, run: Run, began: float) -> None:
        self._loop, self._run, self._began = Loop(), run, began
        self._link = Link(self._loop, sock, self._frame, self._loop.stop)

    def serve(self) -> None:
        gc.collect()
        gc.freeze()  # the children's collector leaves these pages alone, so they stay shared
        self._loop.run()

    def _frame(self, frame: wire.Frame) -> None:
        try:
            if frame.kind == "configure":
                self._link.send({"kind": "ready", "seconds": round(time.monotonic() - self._began, 3)})
            elif frame.kind == "join":
                self._join(frame.header["id"], frame.fds)
        finally:
            frame.close()

    def _join(self, number: int, fds: list[int]) -> None:
        conn, *door = fds
        try:
            shim = os.pidfd_open(_peer(conn))
        except OSError:
            self._link.send({"kind": "refused", "id": number})
            return
        try:
            pid = join.fork_inside(door[-1])
        except OSError:
            os.close(shim)
            self._link.send({"kind": "refused", "id": number})
            return
        if pid == 0:
            self._child(conn, door)
        self._link.send({"kind": "joined", "id": number, "pid": pid})
        self._follow(number, pid, shim, os.dup(conn))

    def _follow(self, number: int, pid: int, shim: int, conn: int) -> None:
        """Whoever kills the shim means the tool; and how the tool died is told where it could not tell itself."""
        child = os.pidfd_open(pid)

        def kill() -> None:
            self._loop.unwatch(shim)
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(child, signal.SIGKILL)

        def reap() -> None:
            self._loop.unwatch(child)
            self._loop.unwatch(shim)
            _pid, status, used = os.wait4(pid, 0)
            with contextlib.suppress(OSError), socket.socket(fileno=conn) as shim_end:
                shim_end.send(_STATUS % status, socket.MSG_DONTWAIT)
            os.close(child)
            os.close(shim)
            self._link.send({"kind": "left", "id": number, "cpu": round(used.ru_utime + used.ru_stime, 4)})

        self._loop.watch(shim, READ, kill)
        self._loop.watch(child, READ, reap)

    def _child(self, fd: int, door: list[int]) -> NoReturn:
        """Never returns: a child that fell back into the zygote's loop would answer for it."""
        try:
            parent = os.getppid()
            kernel.close_except([fd, *door])
            conn = socket.socket(fileno=fd)
            join.enter(door)
            kernel.die_with(parent)  # only now: the kernel forgets it whenever credentials change
            found, conn = caller.receive(conn)
            os.environb.clear()
            os.environb.update(found.environment)

            def tell(code: int) -> None:
                with contextlib.suppress(OSError):
                    conn.send(_STATUS % (code << 8), socket.MSG_DONTWAIT)

            conn.send(b"p%d\n" % os.getpid())
            self._run(found.arguments, tell)
        finally:  # without a word the shim reads an end of file, and starts the plain program
            os._exit(1)


def _peer(conn: int) -> int:
    with socket.socket(fileno=os.dup(conn)) as sock:
        return int.from_bytes(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)


def main(descriptor: int, tool: str) -> None:
    began = time.monotonic()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    module: Any = importlib.import_module(f"sandbox.tools.{tool}")
    sock = socket.socket(fileno=descriptor)
    try:
        run = module.warm()
    except BaseException:
        traceback.print_exc()
        raise
    Zygote(sock, run, began).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

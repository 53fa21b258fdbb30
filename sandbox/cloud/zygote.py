"""The warm process that cloud processes are forked from: ``python -m sandbox.cloud.zygote FD`` (a unix stream socket's number).

Runs inside a jail without network, files or credentials. First frame ``configure`` (payload: leaf chain and key, PEM), answered
``ready`` when warm; then ``fork`` with three descriptors: the child's control socket, the listener of port 443, that of port 80. What
answers is a plain fork, or the spare (``spare.py``); ``spare`` says that one waits.
End of file ends it, and its children with it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import signal
import socket
import ssl
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from sandbox import wire
from sandbox.jail import kernel, lockdown

_DONE = object()
_DATA_BYTES = 1280 * 1024 * 1024
"""The supervisor ends a process that uses half of this; what one request asks for at once must fail before that."""
_STACK_BYTES = 4 * 1024 * 1024


def main(descriptor: int) -> int:
    """Serve until the supervisor closes its end. Returns the exit status."""
    from sandbox.cloud.warm import later, warm  # noqa: PLC0415 - seconds of imports, none of which a child's start may repeat

    kernel.die_with(os.getppid())
    kernel.hide()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for: the kernel buries them
    threading.stack_size(_STACK_BYTES)  # the stacks of 128 connections count as data, used or not
    control = socket.socket(fileno=descriptor)
    reader = wire.Reader(control)
    gate, caller = warm()
    from sandbox.cloud import process, rehearsal, spare  # noqa: PLC0415 - after moto's switches are set

    try:
        tls = _tls(reader.read().payload)
        gc.collect()
        gc.freeze()  # the children's collector leaves these pages alone, so they stay shared
        wire.send(control, {"kind": "ready"})
        rest = later(gate, caller)

        def serve(fds: list[int]) -> None:
            kernel.rename(b"cloud")
            sockets = [socket.socket(fileno=fd) for fd in fds]
            process.CloudProcess(sockets[0], sockets[1:], tls, gate, caller).run()

        def rehearse() -> None:
            kernel.rename(b"spare")
            rehearsal.rehearse(gate, caller, tls)
            gc.freeze()

        spares = spare.Spares(
            lambda receive, keep: _fork(receive, keep, serve), rehearse, lambda pid: wire.send(control, {"kind": "spare", "pid": pid})
        )
        while True:
            while not _asked(control) and next(rest, _DONE) is not _DONE:
                gc.freeze()  # while nobody asks for a child
            spares.wait(control)
            frame = reader.read()
            if frame.kind == "fork" and not spares.take(frame.fds):
                _fork(frame.take, frame.fds, serve)
            frame.close()
    except wire.WireError:
        return 0


def _asked(control: socket.socket) -> bool:
    """Whether a frame, or the end, is there to be read."""
    return bool(select.select([control], [], [], 0)[0])


def _fork(receive: Callable[[], list[int]], keep: Sequence[int], serve: Callable[[list[int]], None]) -> int:
    """The child's pid, 0 where there is none; it keeps ``keep`` open and serves on what ``receive`` returns in it, locked down."""
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:
        traceback.print_exc()  # the child's control socket closes below, which is how the supervisor learns of it
        return 0
    if child == 0:
        _child(parent, receive, keep, serve)
    return child


def _child(parent: int, receive: Callable[[], list[int]], keep: Sequence[int], serve: Callable[[list[int]], None]) -> NoReturn:
    """Never returns: a child that fell back into the zygote's loop would answer for it."""
    status = 1
    try:
        kernel.die_with(parent)
        kernel.hide()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        kernel.close_except({0, 1, 2, *keep})
        resource.setrlimit(resource.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))
        lockdown.lock_down()  # while there is one thread: the filter is a thread's own
        serve(receive())
        status = 0
    except wire.WireError:
        status = 0  # The supervisor let go of us.
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)


def _tls(pem: bytes) -> ssl.SSLContext:
    """OpenSSL loads a key from a file alone: a private one, gone at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

"""One cloud process forked ahead, which has rehearsed and waits for the account that it will be: for one, then it is none's spare."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox import wire

_AHEAD_SECONDS = 0.3  # after a fork was asked for: not beside the beginning of the command that it is for
_READY, _TAKE = b"r", b"t"

Fork = Callable[[Callable[[], list[int]], Sequence[int]], int]


@dataclass(slots=True)
class Spare:
    pid: int
    socket: socket.socket
    ready: bool = False


class Spares:
    """``fork(receive, keep)`` makes a process that keeps the descriptors ``keep`` open, locks itself down, calls ``receive`` and serves
    on what that returns; it returns the pid, or 0 where it cannot. ``told`` is called with the pid of a spare that waits."""

    def __init__(self, fork: Fork, rehearse: Callable[[], None], told: Callable[[int], None]) -> None:
        self._fork, self._rehearse, self._told = fork, rehearse, told
        self._spare: Spare | None = None
        self._failed = False

    def wait(self, control: socket.socket) -> None:
        """Until ``control`` has something to read; meanwhile a spare is made, and it may say that it is ready."""
        while True:
            watched = [control] if self._spare is None or self._spare.ready else [control, self._spare.socket]
            found = select.select(watched, [], [], self._pause())[0]
            if control in found:
                return
            if found:
                self._look()
            else:
                self._make()

    def _pause(self) -> float | None:
        """Seconds until one is made, None where none shall be."""
        return _AHEAD_SECONDS if self._spare is None and not self._failed else None

    def take(self, fds: list[int]) -> bool:
        """Give the spare its descriptors. False where there is none that can serve: then nobody has them."""
        self._failed = False
        if self._spare is not None and not self._spare.ready and select.select([self._spare.socket], [], [], 0)[0]:
            self._look()
        if self._spare is None or not self._spare.ready:
            return False
        spare, self._spare = self._spare, None
        with spare.socket:
            try:  # In one call, which gives all of them or none: two processes must never serve on the same.
                socket.send_fds(spare.socket, [_TAKE], fds)
            except OSError:  # it has died
                return False
        return True

    def _make(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self._fork(lambda: _wait_for_account(theirs, self._rehearse), [theirs.fileno()])
        if pid:
            self._spare = Spare(pid, ours)
        else:
            ours.close()
            self._failed = True

    def _look(self) -> None:
        assert self._spare is not None  # noqa: S101
        if self._spare.socket.recv(1) == _READY:
            self._spare.ready = True
            self._told(self._spare.pid)
        else:  # It ended. Another would likely do the same, so not before it is wanted.
            self._spare.socket.close()
            self._spare, self._failed = None, True


def _wait_for_account(zygote: socket.socket, rehearse: Callable[[], None]) -> list[int]:
    """In the spare. Raises WireError when the zygote let go of it."""
    with zygote:
        rehearse()
        try:
            zygote.sendall(_READY)
            data, fds, _flags, _address = socket.recv_fds(zygote, len(_TAKE), wire.MAX_FDS)
        except OSError as error:
            raise wire.WireError("the zygote is gone") from error
        if data != _TAKE:
            raise wire.WireError("the zygote let go")
        return fds

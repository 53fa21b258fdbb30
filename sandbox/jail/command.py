"""One running command of a checkout, in the supervisor: its jail, its terminal, its limits, its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.jail import bwrap, shell
from sandbox.jail.disk import Watcher
from sandbox.jail.doorbell import Doorbell
from sandbox.jail.limits import POLL_SECONDS, Limits, Usage
from sandbox.jail.link import Link
from sandbox.jail.loop import READ, Loop
from sandbox.jail.pty import Terminal
from sandbox.jail.spawn import spawn
from sandbox.jail.zygotes import ToolZygote

BATCH_SECONDS = 0.02
BATCH_BYTES = 16384
HIGH_WATER = 262144  # bytes the worker has not taken yet, above which the program's output is left where it is
MAX_INPUT = 262144
QUIET_SECONDS = 0.3
GRACE_SECONDS = 3.0  # between ^C and SIGKILL
INSIST_SECONDS = 0.1
TYPED_WALLS = 6
"""Into an editor one types for longer than a command may take: its time begins anew then, up to so many times as long in all."""
_SIGXCPU_STATUS = 128 + signal.SIGXCPU


class Command:
    """``hold``: a descriptor (the working copy's lock) that the jail's pid 1 keeps as well: a supervisor that is killed lets go of its
    own a moment before the jail is dead. ``ended`` is called once, when the jail's pid 1 is dead, with the exit frame's fields."""

    def __init__(
        self,
        loop: Loop,
        link: Link,
        *,
        jail: Callable[[Path, Limits], bwrap.Jail],
        enter: Callable[[], None],
        tools: Mapping[str, ToolZygote],
        limits: Limits,
        disk: Watcher,
        hold: int | None,
        ended: Callable[[Command, dict[str, Any]], None],
    ) -> None:
        self._loop, self._link, self._make_jail, self._enter, self._limits = loop, link, jail, enter, limits
        self._tools, self._disk, self._ended = tools, disk, ended
        self._hold = hold
        self.id: Any = None
        self.pid = 0
        self.init: int | None = None  # the jail's pid 1, as the host numbers it
        self._init_fd = -1
        self._init_dead = False
        self._status: int | None = None
        self._reason = ""
        self._interrupted = False
        self._terminal: Terminal | None = None
        self._read_fd = self._info_fd = -1
        self._info = b""
        self._output = bytearray()
        self._input = bytearray()
        self._untaken = 0
        self._flushed = self._active = 0.0
        self._flush_timer: Any = None
        self._waiting = False
        self._usage: Usage | None = None
        self._watched: int | None = None
        self._bell: Doorbell | None = None
        self._deadline = self._latest = self._kill_at = float("inf")

    def start(self, frame: dict[str, Any], folder: Path, state: Path) -> None:
        """``folder``: an empty one, /run/sandbox inside; ``state``: the saved shell. Raises Fault, OSError."""
        self.id, self._folder, self._state = frame["id"], folder, state
        pipe = frame.get("mode") == "pipe"
        self._save = bool(frame.get("save", True)) and not pipe
        self._old = shell.read_state(state)
        begin = (shell.script if pipe else shell.start)(str(frame["line"]), self._old)
        for name, content in begin.files.items():
            (folder / name).write_bytes(content)
        jail = self._make_jail(folder, self._limits)
        if not self._save:  # it looks and keeps nothing: files included
            jail = replace(jail, frozen=True, environment={**jail.environment, "TMPDIR": shell.INSIDE})
        self._bell = Doorbell(self._loop, folder, self._tools, lambda: self.init, str(frame["line"]))
        self._spawn(jail, begin.argv, frame, pipe=pipe)
        self._watched = self._disk.watch([jail.home, jail.tmp, folder], self._limits.disk, self._limits.entries, lambda: self.kill("disk"))
        self._deadline = time.monotonic() + self._limits.wall
        self._latest = time.monotonic() + TYPED_WALLS * self._limits.wall
        self._active = time.monotonic()
        self._loop.watch(self._read_fd, READ, self._read)
        self._loop.child(self.pid, self._outer_ended)
        self._loop.later(POLL_SECONDS, self._poll)
        self._link.send({"kind": "started", "id": self.id})

    def _spawn(self, jail: bwrap.Jail, argv: list[str], frame: dict[str, Any], *, pipe: bool) -> None:
        with contextlib.ExitStack() as stack:
            if pipe:
                self._read_fd, outputs = os.pipe()
                os.set_blocking(self._read_fd, False)
                stack.callback(os.close, outputs)
            else:
                self._terminal = Terminal(int(frame.get("rows", 24)), int(frame.get("cols", 80)))
                self._read_fd, outputs = self._terminal.master, self._terminal.slave
                stack.callback(self._terminal.close_slave)
            self._info_fd, info = os.pipe()
            stack.callback(os.close, info)
            os.set_blocking(self._info_fd, False)
            launch = stack.enter_context(bwrap.command(jail, argv, info_fd=info, hold=self._hold))
            self.pid = spawn(launch, outputs, terminal=not pipe, enter=self._enter)
        self._loop.watch(self._info_fd, READ, self._read_info)

    # What the learner does

    def type(self, data: bytes) -> None:
        """Bytes for the program. Beyond a bound they are dropped, as a terminal drops them."""
        if self._terminal is None or len(self._input) + len(data) > MAX_INPUT:
            return
        # In case it is ^C: bash then reports status 1 for what a terminal calls 130.
        self._interrupted = self._interrupted or b"\x03" in data
        if self._deadline != float("inf"):
            self._deadline = min(time.monotonic() + self._limits.wall, self._latest)
        self._input += data
        self._touched()
        self._write()

    def resize(self, rows: int, cols: int) -> None:
        if self._terminal is not None:
            self._terminal.resize(rows, cols)

    def interrupt(self, reason: str = "stopped", grace: float = GRACE_SECONDS) -> None:
        """^C, and SIGKILL when that does not end it in time."""
        self._reason = self._reason or reason
        self._interrupted = True
        if self._terminal is None:
            self.kill(reason)
            return
        self._kill_at = min(self._kill_at, time.monotonic() + grace)
        self._loop.later(grace, self._poll_once)
        self._interrupt_job(None)

    def _interrupt_job(self, interrupted: int | None) -> None:
        """^C to the job in the foreground, again when that was lost: a job that begins just then is still the shell, which takes
        it and waits on. Never twice to a program that handles it, nor to the shell, which may be saving its state."""
        if self._terminal is None or self._status is not None or time.monotonic() >= self._kill_at:
            return
        job = self._terminal.foreground()
        pids = self._usage.pids() if self._usage is not None else []
        if interrupted is None or (job not in pids[:2] and (job != interrupted or self._terminal.ends_at_interrupt(pids))):
            self._terminal.interrupt()
        else:
            job = interrupted
        self._loop.later(INSIST_SECONDS, lambda: self._interrupt_job(job))

    def kill(self, reason: str = "killed") -> None:
        self._reason = self._reason or reason
        self._signal_init()
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    # What the program does

    def _read(self) -> None:
        try:
            data = os.read(self._read_fd, BATCH_BYTES)
        except BlockingIOError:
            return
        except OSError:  # a pty without a slave reads as an error
            data = b""
        if not data:
            self._loop.unwatch(self._read_fd)
            return
        self._output += data
        self._touched()
        waited = time.monotonic() - self._flushed
        if len(self._output) >= BATCH_BYTES or waited >= BATCH_SECONDS:
            self._flush()
        elif self._flush_timer is None:
            self._flush_timer = self._loop.later(BATCH_SECONDS - waited, self._flush)

    def _flush(self) -> None:
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        if self._output:
            self._link.send({"kind": "output", "id": self.id}, bytes(self._output))
            self._untaken += len(self._output)
            self._output.clear()
            self._flushed = time.monotonic()
        if self._untaken > HIGH_WATER and self._read_fd >= 0:
            self._loop.unwatch(self._read_fd)

    def taken(self, count: int) -> None:
        """The worker has taken so many bytes: the program may go on. Each command waits for its own, so that none floods another."""
        held = self._untaken > HIGH_WATER
        self._untaken -= count
        if held and self._untaken <= HIGH_WATER and self._read_fd >= 0 and self._status is None:
            self._loop.watch(self._read_fd, READ, self._read)

    def _write(self) -> None:
        if self._terminal is None or self._read_fd < 0:
            return
        with contextlib.suppress(OSError):
            while self._input:
                del self._input[: os.write(self._read_fd, self._input[:4096])]
        if self._input and self._status is None:
            self._loop.later(BATCH_SECONDS, self._write)

    def _touched(self) -> None:
        self._active, self._waiting = time.monotonic(), False

    # Limits

    def _poll(self) -> None:
        if self._status is None:
            self._poll_once()
            self._loop.later(POLL_SECONDS if self._usage is None else self._usage.pause(self._limits), self._poll)

    def _poll_once(self) -> None:
        if self._status is not None or self._usage is None:
            return
        now = time.monotonic()
        if now >= self._kill_at:
            self.kill()
        elif now >= self._deadline:
            self._deadline = float("inf")
            self.interrupt("wall")
        elif over := self._usage.over(self._limits):
            if over == "cpu" and self._kill_at == float("inf"):
                self.interrupt("cpu", grace=1.0)
            elif over != "cpu":
                self.kill(over)
        elif self._terminal is not None and not self._waiting and now - self._active > QUIET_SECONDS:
            self._tell_waiting(self._terminal, self._usage)

    def _tell_waiting(self, terminal: Terminal, usage: Usage) -> None:
        if terminal.waits(usage.pids(), self._bell.callers if self._bell is not None else None):
            self._waiting = True
            self._link.send({"kind": "waiting", "id": self.id})

    # Its end

    def _read_info(self) -> None:
        """bwrap says the pid of the jail's pid 1; the JSON may come in pieces."""
        try:
            data = os.read(self._info_fd, 4096)
        except BlockingIOError:
            return
        self._info += data
        with contextlib.suppress(ValueError, KeyError, OSError):
            if self.init is None:
                self.init = int(json.loads(self._info)["child-pid"])
                self._usage = Usage(self.init) if self._bell is None else Usage(self.init, self._bell.pids, self._bell.cpu)
                self._init_fd = os.pidfd_open(self.init)
                self._loop.watch(self._init_fd, READ, self._init_ended)
                if self._bell is not None:
                    self._bell.stand_by(self._usage.pids)
                if self._status is not None:
                    self._signal_init()
        if not data or self.init is not None:
            self._loop.unwatch(self._info_fd)
            os.close(self._info_fd)
            self._info_fd = -1
            self._finish_when_dead()

    def _signal_init(self) -> None:
        if self._init_fd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init_fd, signal.SIGKILL)

    def _outer_ended(self, status: int) -> None:
        self._status = status if status >= 0 else 128 - status
        if self._info_fd >= 0:
            self._read_info()
        if self.init is None:
            self._loop.bury_strangers()  # killed before it could say, it may have left its pid 1 waiting
        # What was put in the background ends with its command.
        self._close_bell()
        self._signal_init()
        self._finish_when_dead()

    def _init_ended(self) -> None:
        self._loop.unwatch(self._init_fd)
        os.close(self._init_fd)
        self._init_fd = -1
        self._finish_when_dead()

    def _finish_when_dead(self) -> None:
        # bwrap killed before it could name its pid 1: that one holds the pipe open for as long as it lives.
        if self._status is None or self._init_fd >= 0 or self._info_fd >= 0:
            return
        if self.init is not None:
            # Orphaned by bwrap's end it became ours to bury; otherwise bwrap has done it.
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.init, os.WNOHANG)
        self._drain()
        if self._watched is not None:
            self._disk.forget(self._watched)
        try:
            result = self._result()
        except (OSError, ValueError) as error:
            # A full disk, most likely. What the shell held is lost, so the command cannot count.
            self._ended(self, {"fault": f"what the command left could not be read: {error}"})
        else:
            self._ended(self, result)

    def _drain(self) -> None:
        """What is left in the terminal; it is bounded, for nobody writes any more."""
        self._loop.unwatch(self._read_fd)
        with contextlib.suppress(OSError):
            while data := os.read(self._read_fd, 65536):
                self._output += data
        self._flush()
        os.close(self._read_fd)
        self._read_fd = -1

    def _result(self) -> dict[str, Any]:
        assert self._status is not None  # noqa: S101
        left = shell.collect(self._folder, self._status, interrupted=self._interrupted)
        self._disk.remove(self._folder)
        state = left.state if left.state is not None else shell.with_status(self._old, left.status)
        if left.too_big:
            self._link.send({"kind": "output", "id": self.id}, shell.TOO_BIG)
        if self._save and not left.incomplete and state is not None and state != self._old:
            shell.write_state(self._state, state)
        reason = self._reason or ("cpu" if left.status == _SIGXCPU_STATUS else "exit")
        where = shell.cwd(state if self._save else self._old)
        return {"status": left.status, "reason": reason, "cwd": where, "incomplete": left.incomplete, "background": left.background}

    def _close_bell(self) -> None:
        if self._bell is not None:
            self._bell.close()

    def discard(self) -> None:
        """After a start that failed half-way."""
        self._close_bell()
        for fd in (self._read_fd, self._info_fd):
            if fd >= 0:
                self._loop.unwatch(fd)
                os.close(fd)
        self._read_fd = self._info_fd = -1
        self._disk.remove(self._folder)

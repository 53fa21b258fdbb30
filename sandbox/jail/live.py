"""One live checkout in the supervisor: its network, its commands, its account, until the worker closes it or is gone."""

from __future__ import annotations

import re
import secrets
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sandbox import wire
from sandbox.errors import Fault
from sandbox.jail import bwrap, disk, network, shell
from sandbox.jail.account import Account
from sandbox.jail.command import Command
from sandbox.jail.limits import Limits
from sandbox.jail.link import Link
from sandbox.jail.loop import Loop
from sandbox.jail.networks import Networks
from sandbox.jail.rootfs import Rootfs, learner_environment
from sandbox.jail.zygotes import ToolZygote, Zygote

MAX_COMMANDS = 8
_AWS = re.compile(r"\baws\b|amazonaws\.com")
_IDENTITY = ("account", "region", "instance_id", "private_ip", "hostname", "role_name", "access_key_id", "secret_access_key",
             "session_token", "expiration", "metadata_key")  # fmt: skip
_EARLIER = ("earlier_access_key_id", "earlier_secret_access_key", "earlier_session_token", "earlier_expiration")


@dataclass(frozen=True, slots=True)
class House:
    """What all checkouts of a supervisor share. ``tools``: the warm ones by the name of their shims."""

    rootfs: Rootfs
    zygote: Zygote
    disk: disk.Watcher
    networks: Networks
    tools: Mapping[str, ToolZygote]


class Live:
    """One live checkout. ``held``: descriptors that stay open until its last process is gone (the working copy's file lock, which
    so outlives a worker that dies first)."""

    def __init__(self, loop: Loop, house: House, sock: socket.socket, held: list[int], gone: Callable[[Live], None]) -> None:
        self._loop, self._house, self._held, self._gone = loop, house, held, gone
        self._link = Link(loop, sock, self._guarded, self.abort)
        self._network: network.Network | None = None
        self._account: Account | None = None
        self._commands: dict[Any, Command] = {}
        self._closing = self._answer_close = False
        self._left = 0

    def pids(self) -> list[int]:
        helper = [self._network.pid] if self._network is not None else []
        return [*helper, *(pid for command in self._commands.values() for pid in (command.pid, command.init) if pid)]

    def abort(self) -> None:
        """Kill everything of it; the worker is gone, or there is a fault."""
        self._end()

    def _guarded(self, frame: wire.Frame) -> None:
        """A frame that cannot be served is the end of this checkout, and of no other."""
        try:
            self._serve(frame)
        except Fault as fault:
            self._fault(fault.code, fault.detail)
        except Exception as error:  # whatever it is: a worker that got no answer would wait for ever
            traceback.print_exc(file=sys.stderr)
            self._fault("refused", f"{frame.kind}: {type(error).__name__}: {error}")
        finally:
            frame.close()

    def _serve(self, frame: wire.Frame) -> None:
        if self._closing:
            return
        if frame.kind == "open":
            self._open(frame.header)
        elif frame.kind == "close":
            self._answer_close = True
            self._end()
        elif self._account is None:
            raise Fault("refused", f"{frame.kind} before open")
        elif frame.kind == "run":
            self._run(frame.header)
        elif frame.kind in {"dial", "watch"} and frame.fds and self._network is not None:
            self._network.ask(_inside(frame.header), frame.fds[0])
        elif frame.kind in {"call", "advance", "freeze"}:
            self._account.ask(frame.header)
        elif (command := self._commands.get(frame.header.get("id"))) is not None:
            _pass_to(command, frame)

    def _open(self, header: dict[str, Any]) -> None:
        if self._account is not None:
            raise Fault("refused", "open twice")
        self._folder = Path(header["dir"])
        if not self._folder.is_absolute() or not all((self._folder / name).is_dir() for name in ("home", "tmp", "cloud")):
            raise Fault("refused", f"{self._folder} has no home, tmp and cloud")
        self._identity = {name: str(header["identity"][name]) for name in _IDENTITY}
        self._identity |= {name: str(header["identity"].get(name, "")) for name in _EARLIER}
        self._limits = Limits.parse(header.get("limits") or {})
        cloud = header.get("cloud") or {}
        root = cloud.get("root")
        if (left := self._folder / "run").is_dir():
            for folder in left.iterdir():
                self._house.disk.remove(folder)
        self._network = self._house.networks.start(self._identity, self._helper_ended)
        self._account = Account(
            self._loop,
            self._house.zygote,
            listeners=self._network.listeners,
            identity=self._identity,
            folder=self._folder / "cloud",
            root=Path(root) if root else None,
            clock=float(cloud.get("clock") or 0.0),
            rate=float(cloud.get("rate") or 0.0),
            reply=self._link.send,
            fault=self._fault,
            limits=self._limits,
        )
        self._link.send({"kind": "opened"})

    def _run(self, header: dict[str, Any]) -> None:
        if self._network is None or header["id"] in self._commands or len(self._commands) >= MAX_COMMANDS:
            raise Fault("refused", "too many commands at once")
        if self._account is not None and _AWS.search(str(header["line"])):
            self._account.touch()  # it comes up while the jail does: started by the first request, that one would wait for it
        folder = self._folder / "run" / secrets.token_hex(8)  # a name of its own: the one before may still be being removed
        folder.mkdir(parents=True, mode=0o700)
        limits = replace(self._limits, wall=int(header["wall"])) if header.get("wall") else self._limits
        command = Command(
            self._loop,
            self._link,
            jail=self._jail,
            enter=partial(network.enter, self._network.user_ns, self._network.net_ns),
            tools=self._house.tools,
            limits=limits,
            disk=self._house.disk,
            hold=self._held[0] if self._held else None,
            ended=self._ended,
        )
        self._commands[header["id"]] = command
        try:
            command.start(header, folder, self._folder / shell.file_name(int(header.get("terminal", 1))))
        except BaseException:
            del self._commands[header["id"]]
            command.discard()
            raise

    def _jail(self, state: Path, limits: Limits) -> bwrap.Jail:
        return bwrap.Jail(
            rootfs=self._house.rootfs,
            home=self._folder / "home",
            tmp=self._folder / "tmp",
            hostname=self._identity["hostname"],
            environment=learner_environment(self._identity["region"]),
            limits=limits,
            state=state,
            share_net=True,
        )

    def _ended(self, command: Command, result: dict[str, Any]) -> None:
        del self._commands[command.id]
        if self._closing:
            self._one_less()
        elif "fault" in result:
            self._fault("jail", result["fault"])
        else:
            self._link.send({"kind": "exited", "id": command.id, **result})

    def _helper_ended(self) -> None:
        if self._closing:
            self._one_less()
        else:
            helper, self._network = self._network, None
            if helper is not None:
                helper.close()
            self._fault("network", "the sandbox's network has gone")

    def _fault(self, code: str, detail: str) -> None:
        if not self._closing:
            self._link.send({"kind": "fault", "code": code, "detail": detail})
            self._end()

    def _end(self) -> None:
        """Everything dies; what is waited for is counted in ``_left``."""
        if self._closing:
            return
        self._closing = True
        self._left = 1 + len(self._commands) + (self._network is not None) + (self._account is not None)
        for command in list(self._commands.values()):
            command.kill()
        if self._account is not None:
            self._account.close(self._one_less)
        if self._network is not None:
            self._network.close()
        self._one_less()

    def _one_less(self) -> None:
        self._left -= 1
        if self._left == 0:
            wire.close_all(self._held)  # before the answer: the worker may open the next one at once
            if self._answer_close:
                self._link.send({"kind": "closed"})
            self._link.close(linger=True)
            self._gone(self)


def _inside(header: dict[str, Any]) -> dict[str, Any]:
    """What the helper is asked, as it expects it. Raises ValueError, KeyError."""
    if header["kind"] == "watch":
        return {"kind": "watch"}
    cloud, port = bool(header.get("cloud")), int(header["port"])
    if not 0 < port < 65536 or (cloud and port not in {80, 443}):
        raise ValueError(f"port {port}")
    return {"kind": "dial", "cloud": cloud, "port": port}


def _pass_to(command: Command, frame: wire.Frame) -> None:
    if frame.kind == "input":
        command.type(frame.payload)
    elif frame.kind == "taken":
        command.taken(int(frame.header["bytes"]))
    elif frame.kind == "resize":
        command.resize(int(frame.header["rows"]), int(frame.header["cols"]))
    elif frame.kind == "signal":
        if frame.header["name"] == "INT":
            command.interrupt()
        else:
            command.kill()

"""One cloud process: thaws an account, serves it, freezes it, ends. Forked from the zygote, driven over one socket."""

from __future__ import annotations

import os
import socket
import ssl
import sys
import traceback
from typing import Any

from moto.moto_api._internal import mock_random

from sandbox import wire
from sandbox.cloud import birth, edition, freeze, hooks, timeline
from sandbox.cloud.call import TRAINING_ACCOUNT, Caller
from sandbox.cloud.clock import Clock
from sandbox.cloud.gate import Gate
from sandbox.cloud.inventory import inventory
from sandbox.cloud.server import Server
from sandbox.errors import CloudError

_MAX_RESULT = 3 * 1024 * 1024


class CloudProcess:
    """Answers ``start``, ``call``, ``advance``, ``freeze`` and ``exit`` in order; HTTP is served beside by threads of its own."""

    def __init__(self, control: socket.socket, listeners: list[socket.socket], tls: ssl.SSLContext, gate: Gate, caller: Caller) -> None:
        self.control = control
        self.listeners = listeners
        self.tls = tls
        self.gate = gate
        self.caller = caller
        self.clock = Clock(timeline.line, gate.lock)
        self.reader = wire.Reader(control)
        self.identity: dict[str, Any] = {}
        self.known: set[str] = set()

    def run(self) -> None:
        """Until ``exit`` or the end of the control socket. A start that fails is answered with a fault and ends it."""
        while (frame := self.reader.read()).kind != "exit":
            if frame.kind == "start":
                if not self._start(frame):
                    return
            elif frame.kind == "call":
                self._call(frame.header)
            elif frame.kind == "advance":
                self._advance(frame.header)
            elif frame.kind == "freeze":
                self._freeze(frame.header)
            else:
                raise wire.WireError(f"an unknown frame {frame.kind!r}")

    def _start(self, frame: wire.Frame) -> bool:
        self.identity = frame.header["identity"]
        hooks.set_home_account(self.identity["account"])
        # A fork inherits its parent's generator: two accounts would get the same ids.
        mock_random.seed(os.urandom(32))
        try:
            if frame.header.get("has_root"):
                with os.fdopen(frame.fds.pop(), "rb") as file:
                    self.known = set(freeze.thaw(file.read(), self._fetch))
            else:
                birth.bear(self.identity)
                self.gate.dirty = True
            birth.sign_in(self.identity)
        except edition.StateVersionError as error:
            wire.send(self.control, {"kind": "fault", "code": "cloud-state-version", "detail": str(error)})
            return False
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            wire.send(self.control, {"kind": "fault", "code": "cloud-start", "detail": f"{type(error).__name__}: {error}"})
            return False
        self._start_clock(frame.header)
        for listener, tls in zip(self.listeners, (self.tls, None), strict=True):
            Server(listener, self.gate, tls).start()
        wire.send(self.control, {"kind": "ready"})
        return True

    def _start_clock(self, header: dict[str, Any]) -> None:
        line, home = timeline.line, (self.identity["account"], self.identity["region"])

        def call(service: str, operation: str, params: dict[str, Any], account: str = home[0], region: str = home[1]) -> Any:
            return self.caller.call(service, operation, params, account, region)

        line.call, line.notify, self.gate.catch_up = call, self.clock.changed, self.clock.catch_up
        self.clock.start(float(header.get("clock") or 0.0), float(header.get("rate") or 0.0))

    def _fetch(self, sha: str) -> bytes:
        wire.send(self.control, {"kind": "body", "sha": sha})
        frame = self.reader.read()
        if frame.kind != "body" or frame.header.get("missing") or not frame.fds:
            raise LookupError(f"the body {sha} is missing")
        with os.fdopen(frame.fds.pop(), "rb") as file:
            return file.read()

    def _call(self, header: dict[str, Any]) -> None:
        account = header.get("account") or self.identity["account"]
        account = TRAINING_ACCOUNT if account == "training" else account
        answer: dict[str, Any] = {"kind": "result", "id": header.get("id")}
        try:
            region = header.get("region") or self.identity["region"]
            answer["value"] = self.caller.call(header["service"], header["operation"], header.get("params") or {}, account, region)
            _require_small(answer)
        except CloudError as error:
            answer = {"kind": "cloud-error", "id": header.get("id"), "code": error.code, "message": error.message}
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            answer = {
                "kind": "cloud-error",
                "id": header.get("id"),
                "code": "InternalFailure",
                "message": f"{type(error).__name__}: {error}",
            }
        wire.send(self.control, answer)

    def _advance(self, header: dict[str, Any]) -> None:
        """Run what is due; with ``skip`` go to the next event's moment first."""
        with self.gate.lock:
            before = timeline.line.now
            if header.get("skip"):
                self.clock.skip()
            else:
                self.clock.catch_up()
            answer = {"kind": "result", "id": header.get("id"), "value": timeline.line.now - before}
        wire.send(self.control, answer)

    def _freeze(self, header: dict[str, Any]) -> None:
        gate, line = self.gate, timeline.line
        root, bodies, things = b"", dict[str, bytes](), dict[str, Any]()
        with gate.lock:  # No request is half done while it is held.
            self.clock.catch_up()
            dirty, touched = gate.dirty or line.changed, gate.touched
            if dirty:
                try:
                    root, bodies = freeze.freeze(keep_out=birth.session_keys(self.identity))
                    things = inventory(self.identity["account"], self.identity["region"])
                except Exception as error:
                    traceback.print_exc(file=sys.stderr)
                    wire.send(self.control, {"kind": "fault", "code": "cloud-freeze", "detail": f"{type(error).__name__}: {error}"})
                    return
                gate.dirty = line.changed = False
            time = {"clock": line.now, "due_in": line.due_in, "failed": line.failures}
            line.failures = []
        for sha, content in bodies.items():
            if sha not in self.known:
                wire.send(self.control, {"kind": "new-body", "sha": sha}, content)
        if dirty:
            self.known = set(bodies)
        answer = {"kind": "frozen", "id": header.get("id"), "touched": touched, "dirty": dirty, "root_size": len(root), **time}
        wire.send(self.control, answer | {"bodies": sorted(self.known), "inventory": things}, root)


def _require_small(answer: dict[str, Any]) -> None:
    if len(wire.encode(answer)) > _MAX_RESULT:
        raise CloudError("ResultTooLarge", "the answer is larger than a frame may be: ask for less of it")

"""A zygote and its children driven over socket pairs, as the supervisor does it, without a jail."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import struct
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from sandbox import wire
from sandbox.errors import CloudError

ROOT = Path(__file__).parents[3]
REGION = "ap-northeast-2"
DEADLINE = 60


class Zygote:
    def __init__(self, tls: Path, program: tuple[str, ...] = ("-m", "sandbox.cloud.zygote")) -> None:
        self.tls = tls
        ours, theirs = socket.socketpair()
        argv = [sys.executable, *program, str(theirs.fileno())]
        self.process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], cwd=ROOT, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)})
        theirs.close()
        ours.settimeout(DEADLINE)
        self.control = ours
        self._waits, self.gone = 0, {0}  # pids of those that are no spares any more
        wire.send(ours, {"kind": "configure"}, (tls / "leaf.pem").read_bytes())
        self.reader = wire.Reader(ours)
        assert self.reader.read().kind == "ready"

    def close(self) -> None:
        self.control.close()
        self.process.wait(DEADLINE)

    def spare(self) -> int:
        """The pid of the spare that waits, when one does."""
        while self._waits in self.gone:
            frame = self.reader.read()
            assert frame.kind == "spare"
            self._waits = int(frame.header["pid"])
        return self._waits

    def fork(self) -> tuple[socket.socket, socket.socket, socket.socket]:
        """(control, listener of TLS, listener of plain HTTP), each our end."""
        ours, theirs = socket.socketpair()
        ours.settimeout(DEADLINE)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        listeners = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(2)]
        wire.send(self.control, {"kind": "fork"}, fds=[theirs.fileno(), *(one.fileno() for one in listeners)])
        theirs.close()
        return ours, listeners[0], listeners[1]


def identity(account: str = "111122223333") -> dict[str, str]:
    return {
        "account": account,
        "region": REGION,
        "instance_id": "i-0123456789abcdef0",
        "private_ip": "10.0.1.20",
        "hostname": "ip-10-0-1-20",
        "role_name": "LabWorkstationRole",
        "access_key_id": "ASIA" + uuid.uuid4().hex[:16].upper(),
        "secret_access_key": "s" * 40,
        "session_token": "t" * 200,
        "expiration": "2099-01-01T00:00:00Z",
    }


class Cloud:
    """One cloud process and what the supervisor would keep for it: bodies by sha256, the last root."""

    def __init__(
        self,
        zygote: Zygote,
        root: bytes = b"",
        bodies: dict[str, bytes] | None = None,
        who: dict[str, str] | None = None,
        **clock: float,
    ) -> None:
        """``clock``, ``rate``: of the account's own time, which stands still without them."""
        self.zygote = zygote
        self.identity = who or identity()
        self.bodies = dict(bodies or {})
        self.new: list[str] = []
        self.control, tls, plain = zygote.fork()
        self.tls_port, self.port = tls.getsockname()[1], plain.getsockname()[1]
        tls.close()
        plain.close()
        self.reader = wire.Reader(self.control)
        self._number = 0
        with _file(root) as fd:
            start = {"kind": "start", "identity": self.identity, "has_root": bool(root), **clock}
            wire.send(self.control, start, fds=[fd] if root else [])
        self.pid = self._sender()
        zygote.gone.add(self.pid)
        self.started = self._until("ready", "fault")

    def _sender(self) -> int:
        _data, ancillary, *_ = self.control.recvmsg(1, socket.CMSG_SPACE(12), socket.MSG_PEEK)
        return int(struct.unpack("3i", ancillary[0][2])[0]) if ancillary else 0

    def _until(self, *kinds: str) -> wire.Frame:
        while (frame := self.reader.read()).kind not in kinds:
            if frame.kind == "body":
                sha = frame.header["sha"]
                if sha not in self.bodies:
                    wire.send(self.control, {"kind": "body", "sha": sha, "missing": True})
                    continue
                with _file(self.bodies[sha]) as fd:
                    wire.send(self.control, {"kind": "body", "sha": sha}, fds=[fd])
            elif frame.kind == "new-body":
                assert hashlib.sha256(frame.payload).hexdigest() == frame.header["sha"]
                self.bodies[frame.header["sha"]] = frame.payload
                self.new.append(frame.header["sha"])
            else:
                raise AssertionError(frame.header)
        return frame

    def call(self, service: str, operation: str, account: str | None = None, **params: Any) -> Any:
        self._number += 1
        wire.send(
            self.control,
            {"kind": "call", "id": self._number, "service": service, "operation": operation, "params": params, "account": account},
        )
        frame = self._until("result", "cloud-error")
        assert frame.header["id"] == self._number
        if frame.kind == "cloud-error":
            raise CloudError(frame.header["code"], frame.header["message"])
        return frame.header["value"]

    def advance(self, *, skip: bool = False) -> float:
        self._number += 1
        wire.send(self.control, {"kind": "advance", "id": self._number, "skip": skip})
        return self._until("result").header["value"]

    def freeze(self) -> wire.Frame:
        self.new = []
        wire.send(self.control, {"kind": "freeze", "id": 1})
        return self._until("frozen")

    def client(self, service: str, **named: Any) -> Any:
        """boto3 as the learner runs it, but for the address."""
        who = self.identity
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        keys = {
            "aws_access_key_id": who["access_key_id"],
            "aws_secret_access_key": who["secret_access_key"],
            "aws_session_token": who["session_token"],
        }
        usual = {"region_name": REGION, "endpoint_url": f"http://127.0.0.1:{self.port}", "config": config}
        return boto3.client(service, **{**usual, **keys, **named})

    def curl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The real curl, with every name led to this process."""
        ports = (
            ["--connect-to", f"::127.0.0.1:{self.port}"]
            if any(a.startswith("http://") for a in arguments)
            else ["--connect-to", f"::127.0.0.1:{self.tls_port}"]
        )
        argv = ["curl", "-sS", "--max-time", "30", "--cacert", str(self.zygote.tls / "ca.pem"), *ports, *arguments]
        return subprocess.run(argv, capture_output=True, text=True, timeout=DEADLINE, check=False)

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.zygote.tls / "ca.pem"))

    def close(self) -> None:
        self.control.close()


@contextmanager
def _file(content: bytes) -> Iterator[int]:
    fd = os.memfd_create("body")
    try:
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)

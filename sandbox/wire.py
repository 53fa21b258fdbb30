"""Frames over a unix stream socket: how worker, supervisor and cloud process talk.

A frame is ``!I`` header length, a JSON object, then ``header["size"]`` bytes of payload (absent: none).
Descriptors travel with the first byte of a frame (SCM_RIGHTS) and ``header["fds"]`` says how many: one read may end
with the first byte of the next frame, so arrival alone does not tell whose they are. No pickles: a peer may be compromised.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_HEADER = 4 * 1024 * 1024
MAX_PAYLOAD = 96 * 1024 * 1024
MAX_FDS = 16
_LENGTH = struct.Struct("!I")


class WireError(Exception):
    """The peer is gone, or sent something that is not a frame."""


@dataclass(slots=True)
class Frame:
    header: dict[str, Any]
    payload: bytes = b""
    fds: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.header.get("kind", ""))

    def take(self) -> list[int]:
        """The descriptors that are left; they are the caller's now."""
        fds, self.fds = self.fds, []
        return fds

    def close(self) -> None:
        """Close the descriptors that nobody took."""
        close_all(self.fds)


def close_all(fds: list[int]) -> None:
    while fds:
        os.close(fds.pop())


def encode(header: dict[str, Any], payload: bytes = b"", fds: int = 0) -> bytes:
    if payload:
        header = {**header, "size": len(payload)}
    if fds:
        header = {**header, "fds": fds}
    text = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTH.pack(len(text)) + text + payload


def send(sock: socket.socket, header: dict[str, Any], payload: bytes = b"", fds: Sequence[int] = ()) -> None:
    """Send one whole frame. Raises WireError when the peer is gone. Not safe from two threads at once: hold a lock."""
    data = memoryview(encode(header, payload, len(fds)))
    try:
        if fds:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
            sent = sock.sendmsg([data[:65536]], rights)
            data = data[sent:]
        if data:  # sending nothing would fail where the peer has read it all and gone
            sock.sendall(data)
    except OSError as error:
        raise WireError(f"the other side is gone: {error}") from error


class Decoder:
    """Turns received chunks into frames; one per socket."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._fds: list[int] = []

    def feed(self, data: bytes, fds: Sequence[int] = ()) -> Iterator[Frame]:
        self._buffer += data
        self._fds += fds
        if len(self._fds) > 4 * MAX_FDS:
            self.close()
            raise WireError("more descriptors than frames announced")
        while (frame := self._next()) is not None:
            yield frame

    def close(self) -> None:
        """Close what arrived and was never announced or never completed."""
        close_all(self._fds)

    def _next(self) -> Frame | None:
        buffer = self._buffer
        if len(buffer) < 4:
            return None
        (length,) = _LENGTH.unpack_from(buffer)
        if length > MAX_HEADER:
            raise WireError(f"a header of {length} bytes")
        if len(buffer) < 4 + length:
            return None
        try:
            header = json.loads(bytes(buffer[4 : 4 + length]))
            size, count = int(header.pop("size", 0)), int(header.pop("fds", 0))
        except (ValueError, AttributeError, TypeError) as error:
            raise WireError(f"not a frame: {error}") from error
        if not 0 <= size <= MAX_PAYLOAD:
            raise WireError(f"a payload of {size} bytes")
        if not 0 <= count <= MAX_FDS:
            raise WireError(f"{count} descriptors")
        end = 4 + length + size
        if len(buffer) < end:
            return None
        payload = bytes(buffer[4 + length : end])
        del buffer[:end]
        if count > len(self._fds):
            raise WireError(f"{count} descriptors announced, {len(self._fds)} arrived")
        fds, self._fds = self._fds[:count], self._fds[count:]
        return Frame(header, payload, fds)


def receive_some(sock: socket.socket, size: int = 262144) -> tuple[bytes, list[int]]:
    """One recvmsg; empty data means end of file. Descriptors are close-on-exec."""
    data, ancillary, _flags, _address = sock.recvmsg(size, socket.CMSG_LEN(MAX_FDS * 4), getattr(socket, "MSG_CMSG_CLOEXEC", 0x40000000))
    fds = array.array("i")
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(value[: len(value) - len(value) % fds.itemsize])
    return data, list(fds)


class Reader:
    """Blocking frames from one socket, in order."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._decoder = Decoder()
        self._ready: list[Frame] = []

    def read(self) -> Frame:
        """The next frame. Raises WireError at end of file, TimeoutError when the socket has a timeout."""
        while not self._ready:
            try:
                data, fds = receive_some(self.sock)
            except TimeoutError:
                raise
            except OSError as error:
                raise WireError(f"the other side is gone: {error}") from error
            if not data:
                raise WireError("the other side closed")
            self._ready.extend(self._decoder.feed(data, fds))
        return self._ready.pop(0)

    def close(self) -> None:
        """Close descriptors of frames that nobody read; the socket stays the owner's."""
        for frame in self._ready:
            frame.close()
        self._decoder.close()

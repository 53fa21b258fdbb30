"""The helper's loop: names over UDP and TCP, metadata over HTTP, and what the worker asks (``inside.py``). One thread, few connections,
each for a short time."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sandbox.jail import dns
from sandbox.jail.inside import Inside
from sandbox.jail.metadata import Metadata

MAX_CONNECTIONS = 64
MAX_REQUEST = 16384
_SECONDS = 10.0

Handle = Callable[[bytes], tuple[bytes, bytes] | None]  # what has arrived -> (what to answer, what is left) or None: more is needed


@dataclass(slots=True, eq=False)
class _Connection:
    sock: socket.socket
    handle: Handle
    once: bool
    deadline: float
    received: bytes = b""
    to_send: bytes = b""
    closing: bool = field(default=False)


def own_names(identity: Mapping[str, str]) -> dict[str, str]:
    host = identity["hostname"].lower()
    return {"localhost": "127.0.0.1", host: identity["private_ip"], host.partition(".")[0]: identity["private_ip"]}


def serve(control: socket.socket, sockets: Sequence[socket.socket], identity: Mapping[str, str], diag: socket.socket | None) -> None:
    """Until the other end of ``control`` closes. ``sockets``: bound, listening where they are streams; port 80 is metadata. ``diag``:
    of ``sockdiag.connect``."""
    reserved = {*(sock.getsockname()[0] for sock in sockets), dns.CLOUD_ADDRESS}
    with selectors.DefaultSelector() as selector:
        inside = Inside(selector, diag, ["127.0.0.1", "::1", identity["private_ip"]], sorted(reserved))
        _Responder(selector, identity).run(control, sockets, inside)


class _Responder:
    def __init__(self, selector: selectors.BaseSelector, identity: Mapping[str, str]) -> None:
        self.selector = selector
        self.metadata = Metadata(identity)
        self.own = own_names(identity)
        self.connections: set[_Connection] = set()

    def run(self, control: socket.socket, sockets: Sequence[socket.socket], inside: Inside) -> None:
        self.selector.register(control, selectors.EVENT_READ, None)
        for sock in sockets:
            if sock.type == socket.SOCK_DGRAM:
                action: Callable[..., None] = partial(self.datagram, sock)
            else:
                metadata = sock.getsockname()[1] == 80
                action = partial(self.accept, sock, self.http if metadata else self.dns_stream, once=metadata)
            self.selector.register(sock, selectors.EVENT_READ, action)
        while True:
            waits = [seconds for seconds in (_SECONDS if self.connections else None, inside.wait()) if seconds is not None]
            for key, _events in self.selector.select(min(waits, default=None)):
                if key.data is None:
                    if not inside.asked(control):
                        return
                    continue
                # One before it in this round may have let go of it.
                if self.selector.get_map().get(key.fd) is key:
                    with contextlib.suppress(OSError):
                        key.data()
            inside.tick()
            now = time.monotonic()
            for connection in [one for one in self.connections if one.deadline < now]:
                self.drop(connection)

    def datagram(self, sock: socket.socket) -> None:
        message, sender = sock.recvfrom(dns.MAX_MESSAGE)
        if reply := dns.answer(message, self.own):
            sock.sendto(reply, sender)

    def accept(self, listener: socket.socket, handle: Handle, *, once: bool) -> None:
        sock, _address = listener.accept()
        sock.setblocking(False)
        if len(self.connections) >= MAX_CONNECTIONS:
            self.drop(min(self.connections, key=lambda one: one.deadline))
        connection = _Connection(sock, handle, once, time.monotonic() + _SECONDS)
        self.connections.add(connection)
        self.selector.register(sock, selectors.EVENT_READ, partial(self.advance, connection))
        self.advance(connection)

    def advance(self, connection: _Connection) -> None:
        try:
            if not connection.closing:
                self.receive(connection)
            if connection.to_send:
                connection.to_send = connection.to_send[connection.sock.send(connection.to_send) :]
        except BlockingIOError:
            pass
        except OSError:
            self.drop(connection)
            return
        if connection.closing and not connection.to_send:
            self.drop(connection)
            return
        events = selectors.EVENT_WRITE if connection.to_send else selectors.EVENT_READ
        self.selector.modify(connection.sock, events, partial(self.advance, connection))

    def receive(self, connection: _Connection) -> None:
        try:
            data = connection.sock.recv(MAX_REQUEST)
        except BlockingIOError:
            return
        connection.received += data
        while (found := connection.handle(connection.received)) is not None:
            reply, connection.received = found
            connection.to_send += reply
            if connection.once:
                connection.closing = True
                return
        if not data or len(connection.received) > MAX_REQUEST:
            connection.closing = True

    def drop(self, connection: _Connection) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            self.selector.unregister(connection.sock)
            connection.sock.close()

    def dns_stream(self, received: bytes) -> tuple[bytes, bytes] | None:
        if len(received) < 2:
            return None
        (length,) = struct.unpack_from("!H", received)
        if len(received) < 2 + length:
            return None
        reply = dns.answer(received[2 : 2 + length], self.own) or b""
        return (struct.pack("!H", len(reply)) + reply if reply else b""), received[2 + length :]

    def http(self, received: bytes) -> tuple[bytes, bytes] | None:
        head, found, rest = received.partition(b"\r\n\r\n")
        if not found:
            return None
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        headers = {name.strip().lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines[1:]) if colon}
        length = headers.get("content-length", "0")
        if len(words) != 3 or not length.isdigit() or int(length) > MAX_REQUEST:
            return self.metadata.respond("BREW", "/", {}), b""
        if len(rest) < int(length):
            return None
        return self.metadata.respond(words[0], words[1], headers), b""

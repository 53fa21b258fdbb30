"""A sandbox's own network: a helper process that made it, holds it, answers names and instance metadata in it, and connects in it.

The helper is a fork of the supervisor (no exec: a few milliseconds). It makes a user and a network namespace with nothing but ``lo``,
binds the sockets, passes the cloud's listeners and the namespaces out, gives up what it can and serves until the supervisor
goes. Commands enter the namespaces with ``enter()``. There is no route out: what is not on ``lo`` is unreachable.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sandbox import wire
from sandbox.errors import Fault
from sandbox.jail import kernel, lockdown, responder, sockdiag
from sandbox.jail.dns import CLOUD_ADDRESS

METADATA_ADDRESS = "169.254.169.254"
DNS_ADDRESSES = ("169.254.169.253", "10.0.0.2")
_ADDRESSES = (METADATA_ADDRESS, *DNS_ADDRESSES, CLOUD_ADDRESS)
_START_SECONDS = 10.0
_SETTINGS = {
    # What was sent and not read is nobody's memory, so a connection holds little, and few wait to be accepted.
    "net/ipv4/tcp_rmem": "4096 131072 131072",
    "net/ipv4/tcp_wmem": "4096 65536 131072",
    "net/core/somaxconn": "256",
    "net/ipv4/tcp_max_tw_buckets": "4096",
    # Counted per user, who is the same for all sandboxes of this machine: one must not leave the others without.
    "user/max_inotify_instances": "32",
    "user/max_inotify_watches": "8192",
}
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
_IFF_UP = 0x1


@dataclass(slots=True)
class Network:
    """A live helper: its ``pid``, the namespaces to enter, the cloud's listeners on ports 443 and 80 (until handed over)."""

    pid: int
    control: socket.socket
    user_ns: int
    net_ns: int
    listeners: list[socket.socket]

    def ask(self, header: dict[str, object], reply: int) -> None:
        """Have the helper answer on the socket ``reply`` (see ``inside.py``). Never waits: where it cannot be told, that one is closed."""
        with contextlib.suppress(wire.WireError):
            wire.send(self.control, header, fds=[reply])

    def close_listeners(self) -> None:
        while self.listeners:
            self.listeners.pop().close()

    def close(self) -> None:
        """The helper ends with its socket; the caller waits for ``pid``."""
        self.close_listeners()
        self.control.close()
        for fd in (self.user_ns, self.net_ns):
            if fd >= 0:
                os.close(fd)
        self.user_ns = self.net_ns = -1


@dataclass(slots=True)
class Draft:
    """A helper that has made the namespaces and their sockets, or is about to, and waits to hear whose they are."""

    pid: int
    control: socket.socket

    def become(self, identity: Mapping[str, str]) -> Network:
        """The network of ``identity``. Raises Fault ``network``: the helper was killed then, and the caller waits for it."""
        try:
            wire.send(self.control, {"kind": "identity", "identity": dict(identity)})
            frame = wire.Reader(self.control).read()
        except (wire.WireError, TimeoutError) as error:
            self.abandon()
            raise Fault("network", f"The sandbox's network did not come up: {error}.") from error
        if frame.kind != "ready" or len(frame.fds) != 4:
            detail = frame.header.get("detail", "no answer")
            frame.close()
            self.abandon()
            raise Fault("network", f"The sandbox's network did not come up: {detail}.")
        self.control.setblocking(False)
        user_ns, net_ns, *listeners = frame.fds
        network = Network(self.pid, self.control, user_ns, net_ns, [socket.socket(fileno=fd) for fd in listeners])
        if os.fstat(net_ns).st_ino in {_inode("/proc/self/ns/net"), 0}:
            network.close()
            self.abandon()
            raise Fault("network", "The helper stayed in the host's network.")
        return network

    def abandon(self) -> None:
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 9)


def draft(empty: Path, outer: int | None = None) -> Draft:
    """Fork a helper, without waiting for it. ``empty`` is an empty folder it locks itself into, ``outer`` the user namespace to make the
    sandbox's in, where it is not this process's own."""
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _helper(theirs, parent, outer, empty)
    theirs.close()
    ours.settimeout(_START_SECONDS)
    return Draft(pid, ours)


def start(identity: Mapping[str, str], empty: Path, outer: int | None = None) -> Network:
    """A helper of ``identity``'s from the start. Raises Fault ``network`` (the helper is gone then)."""
    made = draft(empty, outer)
    try:
        return made.become(identity)
    except Fault:
        os.waitpid(made.pid, 0)
        raise


def enter(user_ns: int, net_ns: int) -> None:
    """In a forked child with one thread: join the sandbox's network. Raises OSError unless that is where it then is."""
    kernel.setns(user_ns, kernel.CLONE_NEWUSER)
    kernel.setns(net_ns, kernel.CLONE_NEWNET)
    # A first version stayed silently in the host's network while everything else worked.
    if _inode("/proc/self/ns/net") != os.fstat(net_ns).st_ino:
        raise OSError("not in the sandbox's network")


def _inode(path: str) -> int:
    return os.stat(path).st_ino  # noqa: PTH116


def _helper(control: socket.socket, parent: int, outer: int | None, empty: Path) -> NoReturn:
    """The child's whole life; it never returns into the supervisor's code."""
    status = 1
    try:
        kernel.die_with(parent)
        ids = os.geteuid(), os.getegid()
        kernel.default_signals()
        kernel.close_except([control.fileno(), *([] if outer is None else [outer])])
        try:
            if outer is not None:
                kernel.setns(outer, kernel.CLONE_NEWUSER)
                os.close(outer)
            sockets, listeners, namespaces = _make(ids)
            # Again: the kernel forgets the death signal of a process that gains capabilities.
            kernel.die_with(parent)
            identity = wire.Reader(control).read().header["identity"]
            _address(len(_ADDRESSES), identity["private_ip"])
        except OSError as error:
            wire.send(control, {"kind": "failed", "detail": str(error)})
            os._exit(status)
        wire.send(control, {"kind": "ready"}, fds=[*namespaces, *(listener.fileno() for listener in listeners)])
        for fd in namespaces:
            os.close(fd)
        for listener in listeners:
            listener.close()
        diag = _diag()
        _lock(empty)
        responder.serve(control, sockets, identity, diag)
        status = 0
    finally:
        os._exit(status)


def _make(ids: tuple[int, int]) -> tuple[list[socket.socket], list[socket.socket], list[int]]:
    before = _inode("/proc/self/ns/net")
    above = os.geteuid(), os.getegid()  # the same user, as the namespace above numbers it
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET)
    if _inode("/proc/self/ns/net") == before:
        raise OSError("the kernel gave no network namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{ids[0]} {above[0]} 1")
    Path("/proc/self/gid_map").write_text(f"{ids[1]} {above[1]} 1")
    for name, value in _SETTINGS.items():
        Path("/proc/sys", name).write_text(value)
    _bring_up()
    for number, address in enumerate(_ADDRESSES):
        _address(number, address)
    listeners = [_bound(socket.SOCK_STREAM, CLOUD_ADDRESS, port, 256) for port in (443, 80)]
    sockets = [_bound(socket.SOCK_STREAM, METADATA_ADDRESS, 80, 32)]
    for address in DNS_ADDRESSES:
        sockets += [_bound(socket.SOCK_DGRAM, address, 53), _bound(socket.SOCK_STREAM, address, 53, 16)]
    namespaces = [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in ("user", "net")]
    return sockets, listeners, namespaces


def _bring_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0)))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def _address(number: int, address: str) -> None:
    """Give ``lo`` this one too, alone in its net (/32)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.255")):
            label = f"lo:{number}".encode()
            fcntl.ioctl(control, request, struct.pack("16sHH4s8x", label, socket.AF_INET, 0, socket.inet_aton(value)))


def _bound(kind: socket.SocketKind, address: str, port: int, backlog: int = 0) -> socket.socket:
    bound = socket.socket(socket.AF_INET, kind)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((address, port))
    if backlog:
        bound.listen(backlog)
    bound.setblocking(False)
    return bound


def _diag() -> socket.socket | None:
    try:
        return sockdiag.connect()
    except OSError:  # no page is told of ports then, and nothing else is missing
        return None


def _lock(empty: Path) -> None:
    """From here on the helper sees an empty folder, has no capability, cannot be read by others, starts and signals nothing."""
    os.chroot(empty)
    os.chdir("/")
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kernel.drop_capabilities()
    lockdown.lock_down()

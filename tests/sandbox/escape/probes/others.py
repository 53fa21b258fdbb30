"""Other processes, and what listens on this machine."""
# ruff: noqa: PTH115, PTH208

import ctypes
import os
import signal
import socket
from typing import Any

from probes.attack import Targets, probe, quietly, read, syscall

# --- other processes ---


@probe("processes: see the worker's")
def _(t: Targets) -> Any:
    return any(t["marker"].encode() in quietly(f"/proc/{pid}/cmdline") for pid in os.listdir("/proc") if pid.isdigit())


@probe("processes: read the worker's environment")
def _(t: Targets) -> Any:
    return any(t["secret"].encode() in quietly(f"/proc/{pid}/environ") for pid in os.listdir("/proc") if pid.isdigit())


@probe("processes: read what the jail was started with")
def _(t: Targets) -> Any:
    return quietly("/proc/1/environ" if t["inside"] else "/proc/self/environ")


@probe("processes: find host paths in the jail's own command line")
def _(t: Targets) -> Any:
    return t["project"].encode() in quietly("/proc/1/cmdline" if t["inside"] else f"/proc/{t['victim']}/cmdline")


@probe("processes: signal the worker")
def _(t: Targets) -> Any:
    os.kill(t["victim"], signal.SIGUSR1)
    return True


@probe("processes: signal everything", outside="never")
def _(t: Targets) -> Any:
    """Achieved when the worker outside heard it, which the stage looks at. Nobody minds this signal, and it is not sent
    where the jail has failed so badly that everybody would get it."""
    if os.readlink("/proc/self/ns/pid") == t["pid_namespace"]:
        return True
    os.kill(-1, signal.SIGURG)
    return False


@probe("processes: read the worker's memory map")
def _(t: Targets) -> Any:
    return read(f"/proc/{t['victim']}/maps")


@probe("processes: ptrace")
def _(_t: Targets) -> Any:
    return syscall(101, 0, 0, 0, 0) == 0


@probe("processes: process_vm_readv")
def _(_t: Targets) -> Any:
    buffer, copy = ctypes.create_string_buffer(b"abc"), ctypes.create_string_buffer(4)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(copy), 3)
    remote = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 3)
    return syscall(310, os.getpid(), local, 1, remote, 1, 0) == 3


@probe("processes: pidfd_open")
def _(_t: Targets) -> Any:
    return syscall(434, os.getpid(), 0)


@probe("processes: gain privileges through setuid files")
def _(_t: Targets) -> Any:
    return b"NoNewPrivs:\t0" in read("/proc/self/status")


@probe("processes: hold a capability", outside="namespace")
def _(_t: Targets) -> Any:
    return b"CapEff:\t0000000000000000" not in read("/proc/self/status")


# --- network ---


def ping(sock: socket.socket) -> bytes:
    sock.settimeout(5)
    sock.sendall(b"PING\r\n")
    return sock.recv(7)


@probe("network: the site's port")
def _(t: Targets) -> Any:
    with socket.create_connection(("127.0.0.1", t["port"]), timeout=5) as sock:
        return ping(sock)


@probe("network: the site's port over IPv6")
def _(t: Targets) -> Any:
    with socket.create_connection(("::ffff:127.0.0.1", t["port"]), timeout=5) as sock:
        return ping(sock)


@probe("network: Redis on a unix socket")
def _(t: Targets) -> Any:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(t["unix"])
        return ping(sock)


@probe("network: an abstract unix socket of the host")
def _(t: Targets) -> Any:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("\0" + t["abstract"])
        return ping(sock)


@probe("network: a route to anywhere", outside="kernel")
def _(_t: Targets) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("192.0.2.1", 53))
        return True


def _socket(name: str, family: int, kind: int, protocol: int, outside: str) -> None:
    @probe(f"network: {name}", outside=outside)
    def _(_t: Targets) -> Any:
        socket.socket(family, kind, protocol).close()
        return True


for _arguments in (
    ("a packet socket", 17, 3, 0, "namespace"),
    ("a raw socket", 2, 3, 1, "namespace"),
    ("a raw socket, flags set", 2, 3 | 0o2004000, 1, "namespace"),
    ("a ping socket", 2, 2, 1, "kernel"),
    ("netlink", 16, 3, 0, "user"),
    ("a vsock to the hypervisor", 40, 1, 0, "kernel"),
    ("the kernel's crypto", 38, 5, 0, "kernel"),
    ("MPTCP, which Landlock's rule forgets", 2, 1, 262, "kernel"),
    ("SCTP", 2, 1, 132, "kernel"),
    ("TIPC", 30, 5, 0, "kernel"),
    ("a seqpacket socket", 1, 5, 0, "user"),
):
    _socket(*_arguments)

"""What the canary runs inside a jail: it tries to get out, and prints as JSON what it managed.

Never imported there (the project is not inside): its text is passed to a bare ``python3 -ISB -c``. The argument is a JSON
object with the targets that the canary set up outside.
"""
# ruff: noqa: PTH115, PTH123, PTH208, T201

import ctypes
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any


def reads_sentinel(targets: dict[str, Any]) -> bool:
    with open(targets["sentinel"], "rb") as file:
        return bool(file.read())


def signals_outside(targets: dict[str, Any]) -> bool:
    """Numbers that are in use inside as well say nothing."""
    inside = set(os.listdir("/proc"))
    for pid in targets["pids"]:
        if str(pid) not in inside:
            os.kill(pid, 0)
            return True
    return False


def connects(targets: dict[str, Any]) -> bool:
    with socket.create_connection(("127.0.0.1", targets["port"]), timeout=2):
        return True


def connects_abstract(targets: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex("\0" + targets["abstract"]) == 0


def has_a_route(_targets: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return sock.connect_ex(("192.0.2.1", 53)) == 0


def opens_core_pattern(_targets: dict[str, Any]) -> bool:
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))
    return True


def writes_root(_targets: dict[str, Any]) -> bool:
    os.close(os.open("/canary", os.O_WRONLY | os.O_CREAT, 0o600))
    return True


def writes_usr(_targets: dict[str, Any]) -> bool:
    os.close(os.open("/usr/canary", os.O_WRONLY | os.O_CREAT, 0o600))
    return True


def mounts(_targets: dict[str, Any]) -> bool:
    return bool(ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", ctypes.c_ulong(0), None) == 0)


def makes_a_namespace(_targets: dict[str, Any]) -> bool:
    return bool(ctypes.CDLL(None).unshare(0x10000000) == 0)


def opens_a_packet_socket(_targets: dict[str, Any]) -> bool:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    return True


ATTEMPTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "sentinel": reads_sentinel,
    "signal": signals_outside,
    "connect": connects,
    "abstract": connects_abstract,
    "route": has_a_route,
    "core_pattern": opens_core_pattern,
    "root": writes_root,
    "usr": writes_usr,
    "mount": mounts,
    "raw": opens_a_packet_socket,
    "namespace": makes_a_namespace,
}


def succeeded(attempt: Callable[[dict[str, Any]], bool], targets: dict[str, Any]) -> bool:
    try:
        return attempt(targets)
    except OSError:
        return False


def processes_allowed(limit: int) -> int:
    children: list[int] = []
    try:
        while len(children) < limit:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return len(children)


def main() -> None:
    targets = json.loads(sys.argv[1])
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    with open("/proc/1/environ", "rb") as environ:
        environment = len(environ.read())
    report = {
        "environment": environment,
        "namespaces": {name: os.readlink("/proc/self/ns/" + name) for name in ("user", "mnt", "pid", "net", "ipc", "uts")},
        "seccomp": status.get("Seccomp"),
        "capabilities": status.get("CapEff"),
        "no_new_privs": status.get("NoNewPrivs"),
        "uid": os.getuid(),
        "processes": processes_allowed(targets["processes"] * 2),
        "achieved": [name for name, attempt in ATTEMPTS.items() if succeeded(attempt, targets)],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()

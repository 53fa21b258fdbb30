"""Attempts to get out of a jail, each a function that returns whether it managed to (an OSError means it did not).

This folder is mounted into a jail and ``python3 -m probes`` runs there. It runs outside too, as the same user, where what that user
may do must succeed: a probe that cannot succeed proves nothing. ``outside`` says which control that is:

    user        an ordinary process of the same user must manage it
    namespace   root of a user namespace of its own must manage it: the code is right, an ordinary user lacks the power
    kernel      depends on the kernel's settings and modules: where it refuses everybody, the control is skipped
    never       would hurt the machine, or needs real root
"""
# ruff: noqa: PTH108, PTH123, PTH208

import ctypes
import errno
import os
from collections.abc import Callable
from typing import Any

Targets = dict[str, Any]
Attack = Callable[[Targets], Any]
PROBES: dict[str, tuple[Attack, str]] = {}
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def probe(name: str, outside: str = "user") -> Callable[[Attack], Attack]:
    def keep(attack: Attack) -> Attack:
        assert name not in PROBES, name
        PROBES[name] = attack, outside
        return attack

    return keep


def syscall(number: int, *arguments: Any) -> int:
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(result)


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def writable(path: str) -> bool:
    os.close(os.open(path, os.O_WRONLY))
    return True


def creates(path: str) -> bool:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)
    return True


def listdir(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def read_some(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(fd, 64)
    finally:
        os.close(fd)


def attempt(action: Callable[[], Any]) -> bool:
    try:
        return bool(action())
    except OSError:
        return False


def quietly(path: str) -> bytes:
    try:
        return read(path)
    except OSError:
        return b""


def become_root_of_a_namespace() -> None:
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(0x10000000 | 0x00020000 | 0x40000000 | 0x04000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open("/proc/self/" + name, "w") as file:
            file.write(text)


def run(attack: Attack, targets: Targets, namespace: bool) -> str:
    """``achieved``, or how it was stopped. In a child, so that one cannot spoil the next."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if namespace:
                become_root_of_a_namespace()
            answer = "achieved" if attack(targets) else "nothing found"
        except OSError as error:
            answer = errno.errorcode.get(error.errno or 0, str(error))
        except ValueError as error:
            answer = str(error)  # setrlimit's way to say EPERM
        except BaseException as error:
            answer = f"broken: {type(error).__name__}: {error}"
        os.write(write_end, answer.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = pipe.read().decode()
    status = os.waitpid(child, 0)[1]
    return answer or f"signal {os.WTERMSIG(status)}"

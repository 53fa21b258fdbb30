"""What the kernel keeps for a process and counts against nobody, and the limits a process might lift."""
# ruff: noqa: PTH108, PTH123

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
from typing import Any

from probes.attack import Targets, probe, syscall

# --- memory that is no process's ---


@probe("memory: shared and anonymous")
def _(_t: Targets) -> Any:
    return mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)


@probe("memory: a page held by a pipe")
def _(_t: Targets) -> Any:
    _reader, writer = os.pipe()
    page = ctypes.create_string_buffer(4096)
    area = struct.pack("PN", ctypes.addressof(page), 1)
    return syscall(278, writer, area, 1, 0) == 1


@probe("memory: a file's page held by a pipe")
def _(t: Targets) -> Any:
    _reader, writer = os.pipe()
    fd = os.open(t["tmp"] + "/spliced", os.O_CREAT | os.O_RDWR)
    os.write(fd, bytes(4096))
    os.lseek(fd, 0, os.SEEK_SET)
    return syscall(275, fd, 0, writer, 0, 1, 0) == 1


@probe("memory: one pipe's pages held by another")
def _(_t: Targets) -> Any:
    (first, writer), (_reader, second) = os.pipe(), os.pipe()
    os.write(writer, b"x")
    return syscall(276, first, second, 1, 0) == 1


@probe("memory: a larger pipe")
def _(_t: Targets) -> Any:
    return fcntl.fcntl(os.pipe()[1], 1031, 1 << 20) >= 1 << 20


def _buffer(name: str, option: int) -> None:
    @probe(f"memory: a larger {name} buffer of a socket")
    def _(_t: Targets) -> Any:
        with socket.socket(socket.AF_UNIX) as sock:
            usual = sock.getsockopt(socket.SOL_SOCKET, option)
            sock.setsockopt(socket.SOL_SOCKET, option, 100_000_000)
            return sock.getsockopt(socket.SOL_SOCKET, option) > usual


_buffer("send", socket.SO_SNDBUF)
_buffer("receive", socket.SO_RCVBUF)


@probe("memory: 32 MB in /dev/shm")
def _(_t: Targets) -> Any:
    path = f"/dev/shm/filled-{os.getpid()}"
    try:
        with open(path, "wb") as file:
            for _ in range(32):
                file.write(bytes(1 << 20))
                file.flush()
    finally:
        os.unlink(path)
    return True


@probe("memory: 1 MB that cannot be swapped", outside="kernel")
def _(_t: Targets) -> Any:
    area = ctypes.create_string_buffer(1 << 20)
    return syscall(149, ctypes.addressof(area), 1 << 20) == 0


@probe("memory: four thousand signals waiting")
def _(_t: Targets) -> Any:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
    return all(syscall(129, os.getpid(), int(signal.SIGRTMIN), struct.pack("iii", 0, 0, -1) + bytes(116)) == 0 for _ in range(4000))


@probe("memory: four thousand timers")
def _(_t: Targets) -> Any:
    event = struct.pack("Pii", 0, int(signal.SIGRTMIN), 0) + bytes(48)
    return all(syscall(222, 1, event, ctypes.byref(ctypes.c_int())) == 0 for _ in range(4000))


# --- limits ---


@probe("limits: two hundred processes")
def _(_t: Targets) -> Any:
    children = []
    try:
        for _ in range(200):
            if (child := os.fork()) == 0:
                signal.pause()
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return True


@probe("limits: a file of a gigabyte")
def _(t: Targets) -> Any:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = t["tmp"] + "/sparse"
    with open(path, "wb") as file:
        file.truncate(1 << 30)
    os.unlink(path)
    return True


@probe("limits: six hundred open files")
def _(_t: Targets) -> Any:
    return [os.open("/dev/null", os.O_RDONLY) for _ in range(600)]


def _lift(name: str, which: int) -> None:
    @probe(f"limits: lift {name}", outside="never")
    def _(_t: Targets) -> Any:
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (hard, resource.RLIM_INFINITY if hard != resource.RLIM_INFINITY else hard))
        return hard != resource.RLIM_INFINITY


for _name in ("NPROC", "DATA", "AS", "NOFILE", "CPU", "MEMLOCK", "SIGPENDING", "CORE"):
    _lift(_name, getattr(resource, f"RLIMIT_{_name}"))


@probe("limits: real-time priority", outside="never")
def _(_t: Targets) -> Any:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return True


@probe("limits: a higher priority", outside="never")
def _(_t: Targets) -> Any:
    os.setpriority(os.PRIO_PROCESS, 0, -5)
    return True


# --- what the sandbox's network bounds ---


def _namespace_setting(name: str) -> None:
    @probe(f"settings: write {name}", outside="namespace")
    def _(_t: Targets) -> Any:
        fd = os.open("/proc/sys/" + name, os.O_WRONLY)
        os.close(fd)
        return True


for _name in ("net/ipv4/tcp_rmem", "net/ipv4/tcp_wmem", "net/core/somaxconn", "user/max_inotify_instances"):
    _namespace_setting(_name)


@probe("network: another address", outside="namespace")
def _(_t: Targets) -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        address = struct.pack("16sHH4s8x", b"lo", socket.AF_INET, 0, socket.inet_aton("127.9.9.9"))
        fcntl.ioctl(control, 0x8916, address)
    return True


# --- what could not be taken away afterwards ---


@probe("files: one that cannot be changed", outside="never")
def _(t: Targets) -> Any:
    fd = os.open(t["tmp"] + "/immutable", os.O_CREAT | os.O_RDWR)
    fcntl.ioctl(fd, 0x40086602, struct.pack("l", 0x10))
    return True


@probe("files: one that belongs to another", outside="never")
def _(t: Targets) -> Any:
    path = t["tmp"] + "/given"
    os.close(os.open(path, os.O_CREAT | os.O_RDWR))
    os.chown(path, 0, 0)
    return True


@probe("files: one with a capability", outside="never")
def _(t: Targets) -> Any:
    path = t["tmp"] + "/capable"
    os.close(os.open(path, os.O_CREAT | os.O_RDWR))
    os.setxattr(path, "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 21, 0, 0, 0))
    return True


@probe("processes: end the jail's first", outside="never")
def _(_t: Targets) -> Any:
    """It hears nothing that it has no handler for; were it to end, this would be the last that anybody hears of the probes."""
    os.kill(1, signal.SIGKILL)
    os.kill(1, signal.SIGSTOP)
    state = open("/proc/1/stat").read().rpartition(") ")[2][0]  # noqa: SIM115
    return state in "TZX"

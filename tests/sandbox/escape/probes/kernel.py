"""Mounts, namespaces and the rarer system calls."""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import struct
import termios
from typing import Any

from probes.attack import Targets, probe, syscall

# --- mounts and namespaces ---


@probe("mounts: mount", outside="namespace")
def _(t: Targets) -> Any:
    return syscall(165, b"none", t["tmp"].encode(), b"tmpfs", 0, 0) == 0


@probe("mounts: take one away", outside="namespace")
def _(t: Targets) -> Any:
    """Outside everything inherited is locked, so what is taken away there is a mount of one's own."""
    target = b"/dev/shm"
    if not t["inside"]:
        syscall(165, b"none", target, b"tmpfs", 0, 0)
    return syscall(166, target, 2) == 0


@probe("mounts: the newer calls", outside="namespace")
def _(_t: Targets) -> Any:
    return syscall(430, b"tmpfs", 0)


@probe("mounts: open_tree")
def _(_t: Targets) -> Any:
    return syscall(428, -100, b"/", 0)


@probe("mounts: make one writable again", outside="namespace")
def _(t: Targets) -> Any:
    target = b"/usr" if t["inside"] else t["tmp"].encode()
    if not t["inside"]:
        syscall(165, b"none", target, b"tmpfs", 1, 0)
    return syscall(165, b"none", target, 0, 32, 0) == 0


@probe("namespaces: chroot", outside="namespace")
def _(t: Targets) -> Any:
    return syscall(161, t["tmp"].encode()) == 0


@probe("namespaces: unshare")
def _(_t: Targets) -> Any:
    return syscall(272, 0x10000000) == 0


@probe("namespaces: clone")
def _(_t: Targets) -> Any:
    child = syscall(56, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


@probe("namespaces: clone3")
def _(_t: Targets) -> Any:
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, signal.SIGCHLD)
    child = syscall(435, arguments, ctypes.sizeof(arguments))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


@probe("namespaces: setns", outside="namespace")
def _(_t: Targets) -> Any:
    fd = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        return syscall(308, fd, 0x40000000) == 0
    finally:
        os.close(fd)


@probe("namespaces: rename the host", outside="namespace")
def _(_t: Targets) -> Any:
    return syscall(170, b"renamed", 7) == 0


# --- the kernel's wider surface ---


@probe("kernel: another architecture's calls", outside="kernel")
def _(_t: Targets) -> Any:
    """getpid by int 0x80: the filter must kill, for there the numbers mean other calls."""
    with mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
        anchor = ctypes.c_char.from_buffer(page)
        try:
            return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(anchor))()
        finally:
            del anchor


EVENT = ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 0) + bytes(24) + struct.pack("Q", 0x60) + bytes(64))


def _call(name: str, number: int, arguments: tuple[Any, ...], outside: str = "user") -> None:
    @probe(f"kernel: {name}", outside=outside)
    def _(_t: Targets) -> Any:
        return syscall(number, *arguments) >= 0


for _one in (
    ("x32 calls", 0x40000000 + 39, (), "kernel"),
    ("a call newer than the filter", 463, (), "kernel"),
    ("keyctl", 250, (0, -3, 1)),
    ("add_key", 248, (b"user", b"planted", b"x", 1, -2)),
    ("bpf", 321, (0, ctypes.create_string_buffer(struct.pack("IIII", 2, 4, 4, 1) + bytes(112)), 128), "kernel"),
    ("perf_event_open", 298, (EVENT, 0, -1, -1, 0),
     "kernel"),
    ("userfaultfd", 323, (1,), "kernel"),
    ("io_uring", 425, (4, ctypes.create_string_buffer(120)), "kernel"),
    ("memfd_create", 319, (b"hidden", 0)),
    ("legacy AIO", 206, (1, ctypes.byref(ctypes.c_ulong(0))), "kernel"),
    ("personality without address randomisation", 135, (0x0040000,)),
    ("reading the clock's discipline", 159, (ctypes.create_string_buffer(256),)),
    ("modify_ldt", 154, (0, ctypes.create_string_buffer(64), 64), "kernel"),
    ("fanotify", 300, (0x200, 0), "kernel"),
    ("setting the clock", 227, (0, ctypes.create_string_buffer(16)), "never"),
    ("reboot", 169, (0xFEE1DEAD, 672274793, 0, 0), "never"),
    ("loading a module", 175, (b"", 0, b""), "never"),
    ("swap", 167, (b"/tmp/swap", 0), "never"),
    ("process accounting", 163, (b"/tmp/acct",), "never"),
    ("kexec", 246, (0, 0, 0, 0), "never"),
):  # fmt: skip
    _call(*_one)


# What these make outlives a process, so the control takes it away again.


@probe("kernel: System V shared memory")
def _(_t: Targets) -> Any:
    return syscall(31, syscall(29, 0, 4096, 0o1600), 0, 0) == 0


@probe("kernel: System V semaphores")
def _(_t: Targets) -> Any:
    return syscall(66, syscall(64, 0, 1, 0o1600), 0, 0) == 0


@probe("kernel: POSIX message queues")
def _(_t: Targets) -> Any:
    name = b"planted-%d" % os.getpid()
    os.close(syscall(240, name, 0o102, 0o600, 0))
    return syscall(241, name) == 0


def _types_into_the_terminal(request: int) -> bool:
    main, other = os.openpty()
    os.setsid()
    fcntl.ioctl(other, termios.TIOCSCTTY, 0)
    letter = ctypes.create_string_buffer(b"x")
    return syscall(16, other, request, letter) == 0 and bool(main)


@probe("terminal: type into it", outside="kernel")
def _(_t: Targets) -> Any:
    return _types_into_the_terminal(0x5412)


@probe("terminal: type into it, high bits set", outside="kernel")
def _(_t: Targets) -> Any:
    return _types_into_the_terminal(0x5412 | 1 << 32)


@probe("terminal: another line discipline")
def _(_t: Targets) -> Any:
    _main, other = os.openpty()
    return syscall(16, other, 0x5423, ctypes.byref(ctypes.c_int(0))) == 0


@probe("limits: raise one's own")
def _(_t: Targets) -> Any:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return True

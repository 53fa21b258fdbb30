"""Files, devices and the kernel's settings."""
# ruff: noqa: PTH112, PTH116, PTH208, PTH211

import ctypes
import os
import struct
from typing import Any

from probes.attack import Targets, attempt, creates, listdir, probe, read, read_some, syscall, writable

# --- files ---


@probe("files: read one of the site's")
def _(t: Targets) -> Any:
    return read(t["sentinel"])


@probe("files: read another learner's")
def _(t: Targets) -> Any:
    return read(t["neighbour"] + "/secret")


@probe("files: write into another learner's home")
def _(t: Targets) -> Any:
    return creates(t["neighbour"] + "/planted")


@probe("files: list the project's folder")
def _(t: Targets) -> Any:
    return os.listdir(t["project"])


@probe("files: read the host's own /etc")
def _(t: Targets) -> Any:
    return os.stat(t["host_etc"])


@probe("files: through a symbolic link in the home")
def _(t: Targets) -> Any:
    os.symlink(t["sentinel"], t["home"] + "/symlink")
    return read(t["home"] + "/symlink")


@probe("files: through a hard link into the home")
def _(t: Targets) -> Any:
    os.link(t["sentinel"], t["home"] + "/hardlink")
    return read(t["home"] + "/hardlink")


@probe("files: through another process's root")
def _(t: Targets) -> Any:
    return read(f"/proc/{t['victim']}/root{t['sentinel']}")


@probe("files: through an inherited descriptor")
def _(_t: Targets) -> Any:
    return any(os.path.isdir(f"/proc/{who}/fd/{fd}") for who in ("self", "1") for fd in listdir(f"/proc/{who}/fd"))


@probe("files: by file handle", outside="kernel")
def _(t: Targets) -> Any:
    handle = ctypes.create_string_buffer(struct.pack("II", 128, 0) + bytes(128))
    mount_id = ctypes.c_int()
    syscall(303, -100, t["home"].encode(), handle, ctypes.byref(mount_id), 0)
    return True


@probe("files: change /etc")
def _(t: Targets) -> Any:
    return creates(t["etc"] + "/planted")


@probe("files: change the tools that others run")
def _(t: Targets) -> Any:
    return creates(t["tools"] + "/bin/planted")


@probe("files: change /usr", outside="never")
def _(_t: Targets) -> Any:
    return creates("/usr/planted")


@probe("files: fill the root folder", outside="never")
def _(_t: Targets) -> Any:
    return creates("/planted")


@probe("files: fill /run, /dev or /home", outside="never")
def _(_t: Targets) -> Any:
    for folder in ("/run", "/dev", "/home", "/var", "/opt"):
        try:
            return creates(folder + "/planted")
        except OSError:
            continue
    return False


# --- devices ---


@probe("devices: any but the harmless ones")
def _(_t: Targets) -> Any:
    return set(os.listdir("/dev")) - {
        "null", "zero", "full", "random", "urandom", "tty", "console", "pts", "ptmx", "shm", "fd", "stdin", "stdout", "stderr", "core",
    }  # fmt: skip


@probe("devices: make a node of a disk", outside="never")
def _(t: Targets) -> Any:
    os.mknod(t["home"] + "/disk", 0o60600, os.makedev(8, 0))
    return True


@probe("devices: /sys")
def _(_t: Targets) -> Any:
    return os.listdir("/sys/kernel")


@probe("devices: control groups")
def _(_t: Targets) -> Any:
    return os.listdir("/sys/fs/cgroup")


@probe("devices: kernel memory", outside="never")
def _(_t: Targets) -> Any:
    return any(attempt(lambda path=path: read_some(path)) for path in ("/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port"))


@probe("devices: the kernel's log", outside="kernel")
def _(_t: Targets) -> Any:
    return attempt(lambda: read_some("/dev/kmsg")) or attempt(lambda: syscall(103, 3, ctypes.create_string_buffer(64), 64))


# --- the kernel's settings ---


def _setting(name: str) -> None:
    @probe(f"settings: write {name}", outside="never")
    def _(_t: Targets) -> Any:
        return writable("/proc/" + name)


for _name in ("sys/kernel/core_pattern", "sys/vm/overcommit_memory", "sys/kernel/modprobe", "sys/fs/file-max", "sysrq-trigger"):
    _setting(_name)

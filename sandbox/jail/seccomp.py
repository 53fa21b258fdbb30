"""The system calls a jail may make, as a classic BPF program for bwrap's ``--seccomp``.

Everything is allowed but what the tables name (``syscalls.py`` has the numbers), and numbers newer than the tables are
answered ENOSYS: a call this module does not know yet is closed, not open. ENOSYS where a library falls back by itself
(clone3, io_uring, memfd), EPERM where a program should say so, EAFNOSUPPORT for address families. A call through another
architecture's entry (``int 0x80``, a 32-bit program) kills the process, for its numbers mean something else.

AF_NETLINK is refused: glibc then takes loopback and IPv4 as given in getaddrinfo, ``ip`` says so in words, and the
routing and netfilter code of the kernel stays out of reach.

Memory that is counted against nobody is refused: memfd, legacy AIO (the host-wide fs.aio-max-nr), the splice family (a
pipe that refers to one byte holds a huge page of 2 MB), and anonymous shared memory, whose pages outlive every mapping in
which they would be counted. Files in /dev/shm, which is small, do for multiprocessing. A pipe keeps its usual 64 KB; a
socket that asks for larger buffers is told that it has them and keeps the usual ones, for a size is a hint anyway.
"""

from __future__ import annotations

import errno
from functools import cache

from sandbox.jail import bpf, syscalls
from sandbox.jail.syscalls import NEWEST_KNOWN, Architecture

NOT_THERE = {
    "io_setup", "io_destroy", "io_getevents", "io_submit", "io_cancel", "memfd_create", "io_pgetevents",
    "io_uring_setup", "io_uring_enter", "io_uring_register", "clone3", "splice", "tee", "vmsplice", "memfd_secret",
    "map_shadow_stack", "statmount", "listmount",
}  # fmt: skip
FORBIDDEN = {
    # other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_send_signal", "pidfd_open", "pidfd_getfd",
    "process_madvise", "process_mrelease", "migrate_pages", "move_pages",
    # mounts, namespaces, roots, handles
    "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
    "mount_setattr", "unshare", "setns", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "fanotify_mark",
    # keys, programs in the kernel, faults
    "add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "lookup_dcookie",
    # System V and POSIX IPC: memory that outlives its processes
    "shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv",
    "msgctl", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr",
    # the machine
    "reboot", "kexec_load", "kexec_file_load", "create_module", "init_module", "delete_module", "get_kernel_syms",
    "query_module", "finit_module", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "vhangup",
    "modify_ldt", "_sysctl", "sysfs", "ustat", "uselib", "nfsservctl", "vserver",
}  # fmt: skip

# NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
NAMESPACE_BITS = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
# Typing into the terminal that started the jail, the console's own buffers, other line disciplines.
IOCTLS = {"TIOCSTI": 0x5412, "TIOCLINUX": 0x541C, "TIOCCONS": 0x541D, "TIOCSETD": 0x5423}
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
SOCKET_TYPES = {"SOCK_STREAM": 1, "SOCK_DGRAM": 2}
PROTOCOLS = {"any": 0, "unix": 1, "tcp": 6, "udp": 17}
_SOCKET_TYPE_MASK = 0x7FF  # without SOCK_CLOEXEC and SOCK_NONBLOCK
_SOL_SOCKET = 1
BUFFERS = {"SO_SNDBUF": 7, "SO_RCVBUF": 8, "SO_SNDBUFFORCE": 32, "SO_RCVBUFFORCE": 33}
F_SETPIPE_SZ = 1031
_MAP_SHARED, _MAP_ANONYMOUS = 0x1, 0x20  # MAP_SHARED_VALIDATE, 0x3, has the first one's bit; MAP_PRIVATE is 0x2
PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)


def _check_clone(program: bpf.Program, calls: Architecture) -> None:
    program.add(bpf.EQUAL, calls.number("clone"), 0, "not clone")
    program.add(bpf.LOAD, bpf.argument(0))
    program.add(bpf.ANY_BIT, NAMESPACE_BITS, 0, 1)
    program.answer(bpf.ERRNO | errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not clone")


def _check_mmap(program: bpf.Program, calls: Architecture) -> None:
    program.add(bpf.EQUAL, calls.number("mmap"), 0, "not mmap")
    program.add(bpf.LOAD, bpf.argument(3))
    program.add(bpf.ANY_BIT, _MAP_SHARED, 0, 2)
    program.add(bpf.ANY_BIT, _MAP_ANONYMOUS, 0, 1)
    program.answer(bpf.ERRNO | errno.ENOMEM)
    program.answer(bpf.ALLOW)
    program.label("not mmap")


def _check_ioctl(program: bpf.Program, calls: Architecture) -> None:
    program.add(bpf.EQUAL, calls.number("ioctl"), 0, "not ioctl")
    program.add(bpf.LOAD, bpf.argument(1))
    program.refuse(list(IOCTLS.values()), errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not ioctl")


def _check_socket(program: bpf.Program, calls: Architecture) -> None:
    program.add(bpf.EQUAL, calls.number("socket"), 1, 0)
    program.add(bpf.EQUAL, calls.number("socketpair"), 0, "not socket")
    program.add(bpf.LOAD, bpf.argument(0))
    program.only(list(FAMILIES.values()), errno.EAFNOSUPPORT)
    program.add(bpf.LOAD, bpf.argument(1))
    program.add(bpf.AND, _SOCKET_TYPE_MASK)
    program.only(list(SOCKET_TYPES.values()), errno.EPERM)
    # Protocol 1 is ICMP for the internet families: a ping socket. SCTP, MPTCP, UDP-Lite and DCCP are named here too.
    program.add(bpf.LOAD, bpf.argument(0))
    program.add(bpf.EQUAL, FAMILIES["AF_UNIX"], "unix", 0)
    program.add(bpf.LOAD, bpf.argument(2))
    program.only([PROTOCOLS["any"], PROTOCOLS["tcp"], PROTOCOLS["udp"]], errno.EPERM, "unix")
    program.label("unix")
    program.answer(bpf.ALLOW)
    program.label("not socket")


def _check_buffers(program: bpf.Program, calls: Architecture) -> None:
    """What waits in a socket or a pipe is no process's memory, so its size stays the kernel's usual one."""
    program.add(bpf.EQUAL, calls.number("fcntl"), 0, "not fcntl")
    program.add(bpf.LOAD, bpf.argument(1))
    program.refuse([F_SETPIPE_SZ], errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not fcntl")
    program.add(bpf.EQUAL, calls.number("setsockopt"), 0, "not setsockopt")
    program.add(bpf.LOAD, bpf.argument(1))
    program.add(bpf.EQUAL, _SOL_SOCKET, 0, "another level")
    program.add(bpf.LOAD, bpf.argument(2))
    program.refuse(list(BUFFERS.values()), 0)
    program.label("another level")
    program.answer(bpf.ALLOW)
    program.label("not setsockopt")


def _check_personality(program: bpf.Program, calls: Architecture) -> None:
    program.add(bpf.EQUAL, calls.number("personality"), 0, "not personality")
    program.add(bpf.LOAD, bpf.argument(0))
    program.only(list(PERSONALITIES), errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not personality")


@cache
def filter_bytes(machine: str | None = None) -> bytes:
    """The filter, ``struct sock_filter`` after another. Raises Fault ``architecture`` for a machine that no table is of."""
    calls = syscalls.of_machine(machine)
    program = bpf.Program()
    program.add(bpf.LOAD, bpf.ARCHITECTURE)
    program.add(bpf.EQUAL, calls.audit, 1, 0)
    program.answer(bpf.KILL_PROCESS)
    program.add(bpf.LOAD, bpf.NUMBER)
    program.add(bpf.AT_LEAST, NEWEST_KNOWN + 1, 0, 1)  # x32's numbers, 0x40000000 and up, included
    program.answer(bpf.ERRNO | errno.ENOSYS)
    program.refuse(calls.known(NOT_THERE), errno.ENOSYS)
    program.refuse(calls.known(FORBIDDEN), errno.EPERM)
    _check_mmap(program, calls)
    _check_clone(program, calls)
    _check_ioctl(program, calls)
    _check_socket(program, calls)
    _check_buffers(program, calls)
    _check_personality(program, calls)
    program.answer(bpf.ALLOW)
    return program.assemble()

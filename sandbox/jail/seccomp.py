"""The system calls a jail may make, as a classic BPF program for bwrap's ``--seccomp``.

Everything is allowed but what the tables name, and numbers newer than the tables are answered ENOSYS: a call this
module does not know yet is closed, not open. ENOSYS where a library falls back by itself (clone3, io_uring, memfd),
EPERM where a program should say so, EAFNOSUPPORT for address families. A call through another architecture's entry
(``int 0x80``) kills the process, for its numbers mean something else.

AF_NETLINK is refused: glibc then takes loopback and IPv4 as given in getaddrinfo, ``ip`` says so in words, and the
routing and netfilter code of the kernel stays out of reach.

Memory that is counted against nobody is refused: memfd, legacy AIO (the host-wide fs.aio-max-nr), the splice family (a
pipe that refers to one byte holds a huge page of 2 MB), and anonymous shared memory, whose pages outlive every mapping in
which they would be counted. Files in /dev/shm, which is small, do for multiprocessing. A pipe keeps its usual 64 KB; a
socket that asks for larger buffers is told that it has them and keeps the usual ones, for a size is a hint anyway.
"""

from __future__ import annotations

import errno
import platform
from functools import cache

from sandbox.errors import Fault
from sandbox.jail import bpf

AUDIT_ARCH_X86_64 = 0xC000003E
NEWEST_KNOWN = 462  # mseal, Linux 6.10

NOT_THERE = {
    "io_setup": 206, "io_destroy": 207, "io_getevents": 208, "io_submit": 209, "io_cancel": 210, "memfd_create": 319,
    "io_pgetevents": 333, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435,
    "splice": 275, "tee": 276, "vmsplice": 278,
    "memfd_secret": 447, "map_shadow_stack": 453, "statmount": 457, "listmount": 458,
}  # fmt: skip
FORBIDDEN = {
    # other processes
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "pidfd_send_signal": 424,
    "pidfd_open": 434, "pidfd_getfd": 438, "process_madvise": 440, "process_mrelease": 448,
    "migrate_pages": 256, "move_pages": 279,
    # mounts, namespaces, roots, handles
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "open_tree": 428, "move_mount": 429, "fsopen": 430,
    "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442, "unshare": 272, "setns": 308,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "fanotify_init": 300, "fanotify_mark": 301,
    # keys, programs in the kernel, faults
    "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
    "lookup_dcookie": 212,
    # System V and POSIX IPC: memory that outlives its processes
    "shmget": 29, "shmat": 30, "shmctl": 31, "shmdt": 67, "semget": 64, "semop": 65, "semctl": 66, "semtimedop": 220,
    "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "mq_open": 240, "mq_unlink": 241, "mq_timedsend": 242,
    "mq_timedreceive": 243, "mq_notify": 244, "mq_getsetattr": 245,
    # the machine
    "reboot": 169, "kexec_load": 246, "kexec_file_load": 320, "create_module": 174, "init_module": 175,
    "delete_module": 176, "get_kernel_syms": 177, "query_module": 178, "finit_module": 313, "swapon": 167, "swapoff": 168,
    "acct": 163, "quotactl": 179, "quotactl_fd": 443, "syslog": 103, "settimeofday": 164, "clock_settime": 227,
    "clock_adjtime": 305, "adjtimex": 159, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173,
    "vhangup": 153, "modify_ldt": 154, "_sysctl": 156, "sysfs": 139, "ustat": 136, "uselib": 134, "nfsservctl": 180,
    "vserver": 236,
}  # fmt: skip
_MMAP, _IOCTL, _SOCKET, _SOCKETPAIR, _SETSOCKOPT, _CLONE, _FCNTL, _PERSONALITY = 9, 16, 41, 53, 54, 56, 72, 135

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


def _check_clone(program: bpf.Program) -> None:
    program.add(bpf.EQUAL, _CLONE, 0, "not clone")
    program.add(bpf.LOAD, bpf.argument(0))
    program.add(bpf.ANY_BIT, NAMESPACE_BITS, 0, 1)
    program.answer(bpf.ERRNO | errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not clone")


def _check_mmap(program: bpf.Program) -> None:
    program.add(bpf.EQUAL, _MMAP, 0, "not mmap")
    program.add(bpf.LOAD, bpf.argument(3))
    program.add(bpf.ANY_BIT, _MAP_SHARED, 0, 2)
    program.add(bpf.ANY_BIT, _MAP_ANONYMOUS, 0, 1)
    program.answer(bpf.ERRNO | errno.ENOMEM)
    program.answer(bpf.ALLOW)
    program.label("not mmap")


def _check_ioctl(program: bpf.Program) -> None:
    program.add(bpf.EQUAL, _IOCTL, 0, "not ioctl")
    program.add(bpf.LOAD, bpf.argument(1))
    program.refuse(list(IOCTLS.values()), errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not ioctl")


def _check_socket(program: bpf.Program) -> None:
    program.add(bpf.EQUAL, _SOCKET, 1, 0)
    program.add(bpf.EQUAL, _SOCKETPAIR, 0, "not socket")
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


def _check_buffers(program: bpf.Program) -> None:
    """What waits in a socket or a pipe is no process's memory, so its size stays the kernel's usual one."""
    program.add(bpf.EQUAL, _FCNTL, 0, "not fcntl")
    program.add(bpf.LOAD, bpf.argument(1))
    program.refuse([F_SETPIPE_SZ], errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not fcntl")
    program.add(bpf.EQUAL, _SETSOCKOPT, 0, "not setsockopt")
    program.add(bpf.LOAD, bpf.argument(1))
    program.add(bpf.EQUAL, _SOL_SOCKET, 0, "another level")
    program.add(bpf.LOAD, bpf.argument(2))
    program.refuse(list(BUFFERS.values()), 0)
    program.label("another level")
    program.answer(bpf.ALLOW)
    program.label("not setsockopt")


def _check_personality(program: bpf.Program) -> None:
    program.add(bpf.EQUAL, _PERSONALITY, 0, "not personality")
    program.add(bpf.LOAD, bpf.argument(0))
    program.only(list(PERSONALITIES), errno.EPERM)
    program.answer(bpf.ALLOW)
    program.label("not personality")


@cache
def filter_bytes(machine: str | None = None) -> bytes:
    """The filter, ``struct sock_filter`` after another. Raises Fault ``architecture`` for other machines than x86_64."""
    machine = machine or platform.machine()
    if machine not in ("x86_64", "AMD64"):
        raise Fault(
            "architecture",
            f"This machine is {machine}. Jails need a system call filter of their own per architecture, and only x86_64 has one so far; "
            "run the workers on an x86_64 Linux host.",
        )
    program = bpf.Program()
    program.add(bpf.LOAD, bpf.ARCHITECTURE)
    program.add(bpf.EQUAL, AUDIT_ARCH_X86_64, 1, 0)
    program.answer(bpf.KILL_PROCESS)
    program.add(bpf.LOAD, bpf.NUMBER)
    program.add(bpf.AT_LEAST, NEWEST_KNOWN + 1, 0, 1)  # x32's numbers, 0x40000000 and up, included
    program.answer(bpf.ERRNO | errno.ENOSYS)
    program.refuse(sorted(NOT_THERE.values()), errno.ENOSYS)
    program.refuse(sorted(FORBIDDEN.values()), errno.EPERM)
    _check_mmap(program)
    _check_clone(program)
    _check_ioctl(program)
    _check_socket(program)
    _check_buffers(program)
    _check_personality(program)
    program.answer(bpf.ALLOW)
    return program.assemble()

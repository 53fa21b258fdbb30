"""The numbers of the system calls that this package names, by architecture.

From the kernel's headers: asm/unistd_64.h for x86_64; asm-generic/unistd.h for aarch64, which never had the calls of ``ABSENT``. A test
compares both with the headers of the machine that it runs on. **What is made of aarch64's was never run on such a machine.**
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.errors import Fault

NEWEST_KNOWN = 462  # mseal, Linux 6.10

# From 424 on every architecture has the same.
_COMMON = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_open": 434, "clone3": 435,
    "pidfd_getfd": 438, "process_madvise": 440, "epoll_pwait2": 441, "mount_setattr": 442, "quotactl_fd": 443,
    "memfd_secret": 447, "process_mrelease": 448, "map_shadow_stack": 453, "statmount": 457, "listmount": 458,
}  # fmt: skip
_X86_64 = {
    "read": 0, "poll": 7, "mmap": 9, "ioctl": 16, "select": 23, "shmget": 29, "shmat": 30, "shmctl": 31, "socket": 41,
    "sendmsg": 46, "socketpair": 53, "setsockopt": 54, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62,
    "semget": 64, "semop": 65, "semctl": 66, "shmdt": 67, "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "fcntl": 72,
    "ptrace": 101, "syslog": 103, "rt_sigqueueinfo": 129, "uselib": 134, "personality": 135, "ustat": 136, "sysfs": 139,
    "setpriority": 141, "sched_setparam": 142, "sched_setscheduler": 144, "vhangup": 153, "modify_ldt": 154, "pivot_root": 155,
    "_sysctl": 156, "adjtimex": 159, "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167,
    "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173, "create_module": 174,
    "init_module": 175, "delete_module": 176, "get_kernel_syms": 177, "query_module": 178, "quotactl": 179, "nfsservctl": 180,
    "tkill": 200, "sched_setaffinity": 203, "io_setup": 206, "io_destroy": 207, "io_getevents": 208, "io_submit": 209,
    "io_cancel": 210, "lookup_dcookie": 212, "semtimedop": 220, "clock_settime": 227, "epoll_wait": 232, "tgkill": 234,
    "vserver": 236, "mq_open": 240, "mq_unlink": 241, "mq_timedsend": 242, "mq_timedreceive": 243, "mq_notify": 244,
    "mq_getsetattr": 245, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "ioprio_set": 251,
    "migrate_pages": 256, "pselect6": 270, "ppoll": 271, "unshare": 272, "splice": 275, "tee": 276, "vmsplice": 278,
    "move_pages": 279, "epoll_pwait": 281, "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "fanotify_init": 300,
    "fanotify_mark": 301, "prlimit64": 302, "name_to_handle_at": 303, "open_by_handle_at": 304, "clock_adjtime": 305,
    "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "sched_setattr": 314,
    "memfd_create": 319, "kexec_file_load": 320, "bpf": 321, "execveat": 322, "userfaultfd": 323, "io_pgetevents": 333,
}  # fmt: skip
_AARCH64 = {
    "io_setup": 0, "io_destroy": 1, "io_submit": 2, "io_cancel": 3, "io_getevents": 4, "lookup_dcookie": 18, "epoll_pwait": 22,
    "fcntl": 25, "ioctl": 29, "ioprio_set": 30, "umount2": 39, "mount": 40, "pivot_root": 41, "nfsservctl": 42, "chroot": 51,
    "vhangup": 58, "quotactl": 60, "read": 63, "pselect6": 72, "ppoll": 73, "vmsplice": 75, "splice": 76, "tee": 77, "acct": 89,
    "personality": 92, "unshare": 97, "kexec_load": 104, "init_module": 105, "delete_module": 106, "clock_settime": 112,
    "syslog": 116, "ptrace": 117, "sched_setparam": 118, "sched_setscheduler": 119, "sched_setaffinity": 122, "kill": 129,
    "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "setpriority": 140, "reboot": 142, "sethostname": 161,
    "setdomainname": 162, "settimeofday": 170, "adjtimex": 171, "mq_open": 180, "mq_unlink": 181, "mq_timedsend": 182,
    "mq_timedreceive": 183, "mq_notify": 184, "mq_getsetattr": 185, "msgget": 186, "msgctl": 187, "msgrcv": 188, "msgsnd": 189,
    "semget": 190, "semctl": 191, "semtimedop": 192, "semop": 193, "shmget": 194, "shmctl": 195, "shmat": 196, "shmdt": 197,
    "socket": 198, "socketpair": 199, "setsockopt": 208, "sendmsg": 211, "add_key": 217, "request_key": 218, "keyctl": 219,
    "clone": 220, "execve": 221, "mmap": 222, "swapon": 224, "swapoff": 225, "migrate_pages": 238, "move_pages": 239,
    "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "prlimit64": 261, "fanotify_init": 262, "fanotify_mark": 263,
    "name_to_handle_at": 264, "open_by_handle_at": 265, "clock_adjtime": 266, "setns": 268, "process_vm_readv": 270,
    "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "sched_setattr": 274, "memfd_create": 279, "bpf": 280,
    "execveat": 281, "userfaultfd": 282, "io_pgetevents": 292, "kexec_file_load": 294,
}  # fmt: skip
ABSENT = frozenset({
    "_sysctl", "create_module", "epoll_wait", "fork", "get_kernel_syms", "ioperm", "iopl", "modify_ldt", "poll", "query_module",
    "select", "sysfs", "uselib", "ustat", "vfork", "vserver",
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Architecture:
    """``audit``: what a filter is told that a call came by (linux/audit.h). ``tried``: jails of it were run."""

    machine: str
    audit: int
    numbers: dict[str, int]
    absent: frozenset[str]
    tried: bool

    def number(self, name: str) -> int:
        return self.numbers[name]

    def known(self, names: Iterable[str]) -> list[int]:
        """The numbers of those that it has. Raises KeyError for a name that was forgotten: a hole would be open."""
        return sorted(self.numbers[name] for name in names if name not in self.absent)


X86_64 = Architecture("x86_64", 0xC000003E, _COMMON | _X86_64, frozenset(), tried=True)
AARCH64 = Architecture("aarch64", 0xC00000B7, _COMMON | _AARCH64, ABSENT, tried=False)
_BY_MACHINE = {"x86_64": X86_64, "AMD64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}


def of_machine(machine: str | None = None) -> Architecture:
    """This machine's. Raises Fault ``architecture`` where there is none: its jails would be open."""
    machine = machine or platform.machine()
    if machine not in _BY_MACHINE:
        raise Fault(
            "architecture",
            f"This machine is {machine}. Jails need a system call filter of their own per architecture, and only x86_64 and aarch64 "
            "have one; run the workers on such a Linux host.",
        )
    return _BY_MACHINE[machine]

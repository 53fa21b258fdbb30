"""A second filter that a cloud process puts on itself right after the fork from the zygote.

All cloud processes live in the zygote's one jail, as one user. A crafted state blob that took one over must not reach the
next learner's, so each gives up what would: signals to others, new processes, new programs, others' limits. What is not
dumpable has a closed /proc. None of it can be undone.
"""

from __future__ import annotations

import errno
import os

from sandbox.jail import bpf, kernel, syscalls

_CLONE_THREAD = 0x00010000
# The jail's own filter has refused clone3, other architectures and the pidfd calls already.
REFUSED = ("fork", "vfork", "execve", "execveat", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpriority", "ioprio_set")
# The first argument names a process: 0 is oneself for those in the second table, one's group for kill.
ON_ITSELF = ("kill", "tgkill")
ON_ITSELF_OR_0 = ("prlimit64", "sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr")


def filter_bytes(pid: int, machine: str | None = None) -> bytes:
    """The filter for the process with this number in its own pid namespace; it is added to the jail's. Raises Fault ``architecture``."""
    calls = syscalls.of_machine(machine)
    program = bpf.Program()
    program.add(bpf.LOAD, bpf.NUMBER)
    program.refuse(calls.known(REFUSED), errno.EPERM)
    for names, allowed in ((ON_ITSELF, [pid]), (ON_ITSELF_OR_0, [0, pid])):
        for name in names:
            program.add(bpf.EQUAL, calls.number(name), 0, f"not {name}")
            program.add(bpf.LOAD, bpf.argument(0))
            program.only(allowed, errno.EPERM)
            program.answer(bpf.ALLOW)
            program.label(f"not {name}")
    program.add(bpf.EQUAL, calls.number("clone"), 0, "not clone")
    program.add(bpf.LOAD, bpf.argument(0))
    program.add(bpf.ANY_BIT, _CLONE_THREAD, 1, 0)
    program.answer(bpf.ERRNO | errno.EPERM)
    program.label("not clone")
    program.answer(bpf.ALLOW)
    return program.assemble()


def lock_down() -> None:
    """Call it in the new child while it has one thread. Raises OSError: then the process must end."""
    program = filter_bytes(os.getpid())
    kernel.hide()
    kernel.gain_nothing()
    kernel.filter_calls(program)

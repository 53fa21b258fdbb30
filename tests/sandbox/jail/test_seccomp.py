"""The filters of both architectures, run by an interpreter of its own: every call they name, and the calls beside them."""

import errno
import re
import struct
from pathlib import Path

import pytest

from sandbox.errors import Fault
from sandbox.jail import bpf, lockdown, seccomp, syscalls
from sandbox.jail.syscalls import AARCH64, X86_64, Architecture

I386, ARM = 0x40000003, 0x40000028  # a 32-bit program's on either machine
# Ordinary calls, by name, for what no table has to name.
PASSING = {
    X86_64: {"read": 0, "getpid": 39, "openat": 257, "open": 2, "mmap": 9, "execve": 59, "exit": 60, "futex": 202, "exit_group": 231},
    AARCH64: {"read": 63, "getpid": 172, "openat": 56, "mmap": 222, "execve": 221, "exit": 93, "futex": 98, "exit_group": 94},
}
HEADERS = {X86_64: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), AARCH64: Path("/usr/include/asm-generic/unistd.h")}


@pytest.fixture(params=[X86_64, AARCH64], ids=lambda one: one.machine)
def calls(request) -> Architecture:
    return request.param


def interpreted(content: bytes, number: int, arch: int, arguments: tuple[int, ...]) -> int:
    """A filter's return value."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *[a & 0xFFFFFFFFFFFFFFFF for a in (*arguments, *[0] * (6 - len(arguments)))])
    code = list(bpf.INSTRUCTION.iter_unpack(content))
    accumulator, at = 0, 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x54:
            accumulator &= value
        elif operation in (0x15, 0x35, 0x45):
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[operation]
            at += yes if holds else no
        elif operation == 0x06:
            return value
        else:
            raise AssertionError(f"an instruction {operation:#x}")


def whole_answer(calls: Architecture, name: str | int, *arguments: int, arch: int | None = None) -> int:
    """The filter's own return value."""
    number = name if isinstance(name, int) else calls.numbers[name]
    return interpreted(seccomp.filter_bytes(calls.machine), number, calls.audit if arch is None else arch, arguments)


def answer(calls: Architecture, name: str | int, *arguments: int, arch: int | None = None) -> int | str:
    """What a kernel does with the call: 0, an errno, or ``kill``."""
    value = whole_answer(calls, name, *arguments, arch=arch)
    if value == bpf.KILL_PROCESS:
        return "kill"
    return 0 if value == bpf.ALLOW else value & 0xFFFF


def test_ordinary_calls_pass(calls):
    assert {name: answer(calls, number) for name, number in PASSING[calls].items()} == dict.fromkeys(PASSING[calls], 0)


def test_every_call_has_its_number_or_is_known_to_be_absent(calls):
    named = seccomp.FORBIDDEN | seccomp.NOT_THERE | {*lockdown.REFUSED, *lockdown.ON_ITSELF, *lockdown.ON_ITSELF_OR_0}
    assert named - calls.numbers.keys() == named & calls.absent
    assert not calls.numbers.keys() & calls.absent
    assert len(set(calls.numbers.values())) == len(calls.numbers)
    assert max(calls.numbers.values()) <= syscalls.NEWEST_KNOWN


def test_the_numbers_are_the_kernels(calls):
    """Of the headers that are here; what they are too old for is the same on every architecture."""
    header = HEADERS[calls]
    if not header.exists():
        pytest.skip(f"{header} IS NOT HERE: the numbers of {calls.machine} were NOT compared. Install it: apt install linux-libc-dev")
    found: dict[str, int] = {}
    for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text()):
        found.setdefault(name, int(number))
    newest = max(found[name] for name in found if name != "syscalls")
    assert {name: found.get(name) for name, number in calls.numbers.items() if number <= newest} == {
        name: number for name, number in calls.numbers.items() if number <= newest
    }
    assert {name for name, number in calls.numbers.items() if number > newest} <= {"map_shadow_stack", "statmount", "listmount"}
    assert not found.keys() & calls.absent


def test_forbidden(calls):
    names = sorted(seccomp.FORBIDDEN - calls.absent)
    assert {name: answer(calls, name) for name in names} == dict.fromkeys(names, errno.EPERM)


def test_not_there(calls):
    assert {name: answer(calls, name) for name in seccomp.NOT_THERE} == dict.fromkeys(seccomp.NOT_THERE, errno.ENOSYS)


def test_another_architecture_dies(calls):
    others = {I386, ARM, X86_64.audit, AARCH64.audit, 0} - {calls.audit}
    assert {answer(calls, number, arch=arch) for arch in others for number in PASSING[calls].values()} == {"kill"}


def test_what_is_newer_than_the_table_is_not_there(calls):
    newest = syscalls.NEWEST_KNOWN
    assert answer(calls, newest) == 0
    assert {answer(calls, number) for number in (newest + 1, 1000, 0x40000000, 0x40000000 + 39, 0xFFFFFFFF)} == {errno.ENOSYS}


@pytest.mark.parametrize("bit", [bit for bit in (1 << n for n in range(32)) if bit & seccomp.NAMESPACE_BITS])
def test_clone_makes_no_namespace(calls, bit):
    assert {answer(calls, "clone", flags) for flags in (bit, bit | 0x11, bit | 1 << 40)} == {errno.EPERM}


def test_clone_makes_threads_and_processes(calls):
    assert {answer(calls, "clone", flags) for flags in (0x11, 0x003D0F00, 0x4111)} == {0}


@pytest.mark.parametrize("family", [1, 2, 10])
@pytest.mark.parametrize("kind", [1, 2, 1 | 0o2000000, 2 | 0o4000, 1 | 0o2004000])
def test_sockets_that_pass(calls, family, kind):
    assert answer(calls, "socket", family, kind) == answer(calls, "socketpair", family, kind) == 0


@pytest.mark.parametrize("family", [0, 3, 9, 15, 16, 17, 29, 30, 38, 40, 41, 43, 44, 45, 0x80000001])
def test_families_that_do_not(calls, family):
    assert answer(calls, "socket", family, 1) == answer(calls, "socketpair", family, 1) == errno.EAFNOSUPPORT


@pytest.mark.parametrize("kind", [0, 3, 4, 5, 6, 10, 3 | 0o2000000, 0x401, 0x10001 - 0x10000 + 2])
def test_types_that_do_not(calls, kind):
    assert answer(calls, "socket", 2, kind) == answer(calls, "socket", 1, kind) == errno.EPERM


@pytest.mark.parametrize("protocol", [1, 2, 33, 58, 132, 136, 255, 262])
def test_protocols_that_do_not(calls, protocol):
    assert answer(calls, "socket", 2, 1, protocol) == answer(calls, "socket", 10, 2, protocol) == errno.EPERM


def test_protocols_that_pass(calls):
    assert answer(calls, "socket", 2, 1, 6) == answer(calls, "socket", 10, 2, 17) == answer(calls, "socket", 1, 1, 1) == 0


@pytest.mark.parametrize("request_number", seccomp.IOCTLS.values())
def test_ioctls(calls, request_number):
    assert answer(calls, "ioctl", 0, request_number) == answer(calls, "ioctl", 0, request_number | 1 << 32) == errno.EPERM
    assert answer(calls, "ioctl", 0, 0x5401) == answer(calls, "ioctl", 0, 0x5413) == 0


@pytest.mark.parametrize("flags", [0x21, 0x23, 0x21 | 0x4000, 0x23 | 0x40000])
def test_anonymous_memory_is_not_shared(calls, flags):
    assert answer(calls, "mmap", 0, 4096, 3, flags, 0xFFFFFFFF) == errno.ENOMEM


def test_mappings_that_pass(calls):
    assert {answer(calls, "mmap", 0, 4096, 3, flags) for flags in (0x22, 0x4022, 0x1, 0x3, 0x2, 0x20022)} == {0}


def test_a_pipe_keeps_its_size(calls):
    assert answer(calls, "fcntl", 3, seccomp.F_SETPIPE_SZ, 1 << 20) == errno.EPERM
    assert answer(calls, "fcntl", 3, 1032) == answer(calls, "fcntl", 3, 4) == 0


@pytest.mark.parametrize("option", seccomp.BUFFERS.values())
def test_a_sockets_buffers_stay_and_nobody_minds(calls, option):
    refused, passed = bpf.ERRNO, bpf.ALLOW
    assert whole_answer(calls, "setsockopt", 3, 1, option) == refused
    assert whole_answer(calls, "setsockopt", 3, 6, option) == passed
    assert whole_answer(calls, "setsockopt", 3, 1, 2) == passed


def test_personality(calls):
    assert answer(calls, "personality", 0xFFFFFFFF) == answer(calls, "personality", 0) == 0
    assert answer(calls, "personality", 0x0040000) == answer(calls, "personality", 0x0400000) == errno.EPERM


def test_a_cloud_process_reaches_only_itself(calls):
    def locked(name: str, *arguments: int) -> int:
        value = interpreted(lockdown.filter_bytes(7, calls.machine), calls.numbers[name], calls.audit, arguments)
        return 0 if value == bpf.ALLOW else value & 0xFFFF

    assert {locked(name) for name in lockdown.REFUSED if name not in calls.absent} == {errno.EPERM}
    assert {locked(name, 7) for name in (*lockdown.ON_ITSELF, *lockdown.ON_ITSELF_OR_0)} == {0}
    assert {locked(name, 8) for name in (*lockdown.ON_ITSELF, *lockdown.ON_ITSELF_OR_0)} == {errno.EPERM}
    assert {locked(name, 0) for name in lockdown.ON_ITSELF} == {errno.EPERM}
    assert {locked(name, 0) for name in lockdown.ON_ITSELF_OR_0} == {0}
    assert (locked("clone", 0x11), locked("clone", 0x003D0F00), locked("read")) == (errno.EPERM, 0, 0)


@pytest.mark.parametrize("machine", ["riscv64", "i686", "armv7l", "s390x"])
def test_other_machines_are_refused_with_words(machine):
    for attempt in (lambda: seccomp.filter_bytes(machine), lambda: lockdown.filter_bytes(1, machine)):
        with pytest.raises(Fault, match=f"This machine is {machine}.*only x86_64 and aarch64") as refused:
            attempt()
        assert refused.value.code == "architecture"


def test_a_name_without_a_number_is_an_error_and_not_a_hole(calls):
    with pytest.raises(KeyError):
        calls.known(["no_such_call"])


def test_a_jump_too_far_is_an_error_and_not_a_hole():
    program = bpf.Program()
    program.add(0x15, 1, "end", 0)
    for _ in range(300):
        program.answer(0)
    program.label("end")
    program.answer(0)
    with pytest.raises(ValueError, match="300 instructions"):
        program.assemble()

"""The filter, run by an interpreter of its own: every call it names, and the calls beside them."""

import errno
import struct

import pytest

from sandbox.errors import Fault
from sandbox.jail import bpf, seccomp

X86_64, I386 = seccomp.AUDIT_ARCH_X86_64, 0x40000003
GETPID, READ, OPENAT = 39, 0, 257


def answer(number: int, *arguments: int, arch: int = X86_64) -> int | str:
    """What a kernel does with the call: 0, an errno, or ``kill``."""
    value = whole_answer(number, *arguments, arch=arch)
    if value == bpf.KILL_PROCESS:
        return "kill"
    return 0 if value == bpf.ALLOW else value & 0xFFFF


def whole_answer(number: int, *arguments: int, arch: int = X86_64) -> int:
    """The filter's own return value."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *[a & 0xFFFFFFFFFFFFFFFF for a in (*arguments, *[0] * (6 - len(arguments)))])
    code = list(bpf.INSTRUCTION.iter_unpack(seccomp.filter_bytes("x86_64")))
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


def test_ordinary_calls_pass():
    assert [answer(number) for number in (READ, GETPID, OPENAT, 9, 59, 60, 202, 231)] == [0] * 8


@pytest.mark.parametrize(("name", "number"), seccomp.FORBIDDEN.items())
def test_forbidden(name, number):
    assert answer(number) == errno.EPERM


@pytest.mark.parametrize(("name", "number"), seccomp.NOT_THERE.items())
def test_not_there(name, number):
    assert answer(number) == errno.ENOSYS


def test_another_architecture_dies():
    assert answer(GETPID, arch=I386) == "kill"
    assert answer(GETPID, arch=0xC00000B7) == "kill"


def test_what_is_newer_than_the_table_is_not_there():
    assert answer(seccomp.NEWEST_KNOWN) == 0
    assert {answer(number) for number in (seccomp.NEWEST_KNOWN + 1, 1000, 0x40000000, 0x40000000 + GETPID, 0xFFFFFFFF)} == {errno.ENOSYS}


@pytest.mark.parametrize("bit", [bit for bit in (1 << n for n in range(32)) if bit & seccomp.NAMESPACE_BITS])
def test_clone_makes_no_namespace(bit):
    assert answer(56, bit) == answer(56, bit | 0x11) == answer(56, bit | 1 << 40) == errno.EPERM


def test_clone_makes_threads_and_processes():
    assert answer(56, 0x11) == answer(56, 0x003D0F00) == answer(56, 0x4111) == 0


@pytest.mark.parametrize("family", [1, 2, 10])
@pytest.mark.parametrize("kind", [1, 2, 1 | 0o2000000, 2 | 0o4000, 1 | 0o2004000])
def test_sockets_that_pass(family, kind):
    assert answer(41, family, kind) == answer(53, family, kind) == 0


@pytest.mark.parametrize("family", [0, 3, 9, 15, 16, 17, 29, 30, 38, 40, 41, 43, 44, 45, 0x80000001])
def test_families_that_do_not(family):
    assert answer(41, family, 1) == answer(53, family, 1) == errno.EAFNOSUPPORT


@pytest.mark.parametrize("kind", [0, 3, 4, 5, 6, 10, 3 | 0o2000000, 0x401, 0x10001 - 0x10000 + 2])
def test_types_that_do_not(kind):
    assert answer(41, 2, kind) == answer(41, 1, kind) == errno.EPERM


@pytest.mark.parametrize("protocol", [1, 2, 33, 58, 132, 136, 255, 262])
def test_protocols_that_do_not(protocol):
    assert answer(41, 2, 1, protocol) == answer(41, 10, 2, protocol) == errno.EPERM


def test_protocols_that_pass():
    assert answer(41, 2, 1, 6) == answer(41, 10, 2, 17) == answer(41, 1, 1, 1) == 0


@pytest.mark.parametrize("request_number", seccomp.IOCTLS.values())
def test_ioctls(request_number):
    assert answer(16, 0, request_number) == answer(16, 0, request_number | 1 << 32) == errno.EPERM
    assert answer(16, 0, 0x5401) == answer(16, 0, 0x5413) == 0


@pytest.mark.parametrize("flags", [0x21, 0x23, 0x21 | 0x4000, 0x23 | 0x40000])
def test_anonymous_memory_is_not_shared(flags):
    assert answer(9, 0, 4096, 3, flags, 0xFFFFFFFF) == errno.ENOMEM


def test_mappings_that_pass():
    assert [answer(9, 0, 4096, 3, flags) for flags in (0x22, 0x4022, 0x1, 0x3, 0x2, 0x20022)] == [0] * 6


def test_a_pipe_keeps_its_size():
    assert answer(72, 3, seccomp.F_SETPIPE_SZ, 1 << 20) == errno.EPERM
    assert answer(72, 3, 1032) == answer(72, 3, 4) == 0


@pytest.mark.parametrize("option", seccomp.BUFFERS.values())
def test_a_sockets_buffers_stay_and_nobody_minds(option):
    refused, passed = bpf.ERRNO, bpf.ALLOW
    assert whole_answer(54, 3, 1, option) == refused
    assert whole_answer(54, 3, 6, option) == passed
    assert whole_answer(54, 3, 1, 2) == passed


def test_personality():
    assert answer(135, 0xFFFFFFFF) == answer(135, 0) == 0
    assert answer(135, 0x0040000) == answer(135, 0x0400000) == errno.EPERM


@pytest.mark.parametrize("machine", ["aarch64", "riscv64", "i686", "s390x"])
def test_other_machines_are_refused_with_words(machine):
    with pytest.raises(Fault, match=f"This machine is {machine}.*only x86_64") as refused:
        seccomp.filter_bytes(machine)
    assert refused.value.code == "architecture"


def test_a_jump_too_far_is_an_error_and_not_a_hole():
    program = bpf.Program()
    program.add(0x15, 1, "end", 0)
    for _ in range(300):
        program.answer(0)
    program.label("end")
    program.answer(0)
    with pytest.raises(ValueError, match="300 instructions"):
        program.assemble()

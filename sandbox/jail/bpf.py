"""An assembler for classic BPF programs over ``struct seccomp_data``: just what the filters here need."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

KILL_PROCESS = 0x80000000
ALLOW = 0x7FFF0000
ERRNO = 0x00050000

LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
NUMBER, ARCHITECTURE = 0, 4
INSTRUCTION = struct.Struct("<HBBI")


def argument(index: int) -> int:
    """Offset of the low half of a call's argument: of those examined here the kernel looks at no more."""
    return 16 + 8 * index


@dataclass(slots=True)
class Program:
    """Instructions with named jump targets; a conditional jump reaches at most 255 instructions forward."""

    code: list[tuple[int, str | int, str | int, int]] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)

    def add(self, operation: int, value: int = 0, yes: str | int = 0, no: str | int = 0) -> None:
        self.code.append((operation, yes, no, value))

    def label(self, name: str) -> None:
        self.labels[name] = len(self.code)

    def answer(self, value: int) -> None:
        self.add(RETURN, value)

    def refuse(self, values: list[int], error: int) -> None:
        """Answer ``error`` when the accumulator is one of ``values``."""
        for value in values:
            self.add(EQUAL, value, 0, 1)
            self.answer(ERRNO | error)

    def only(self, allowed: list[int], error: int, done: str | None = None) -> None:
        """Answer ``error`` unless the accumulator is one of ``allowed``; then go on, or jump to ``done``."""
        for left, value in zip(range(len(allowed), 0, -1), allowed, strict=True):
            self.add(EQUAL, value, done if done is not None else left, 0)
        self.answer(ERRNO | error)

    def assemble(self) -> bytes:
        """``struct sock_filter`` after another. Raises ValueError for a jump that is too long."""
        return b"".join(
            INSTRUCTION.pack(operation, self._offset(at, yes), self._offset(at, no), value)
            for at, (operation, yes, no, value) in enumerate(self.code)
        )

    def _offset(self, at: int, target: str | int) -> int:
        offset = target if isinstance(target, int) else self.labels[target] - at - 1
        if not 0 <= offset <= 255:
            raise ValueError(f"the jump to {target} is {offset} instructions long")
        return offset

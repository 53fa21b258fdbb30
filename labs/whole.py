"""The whole output of a command that printed more than its row keeps and a page shows.

While the command runs it is written to a file of the worker's; at the end it becomes a blob that the row names. The first ``MOST`` bytes
are kept, of the newest ``KEPT`` such commands of an attempt: both are said to whoever downloads it.
"""

from __future__ import annotations

import logging
import tempfile
import zlib
from collections.abc import Iterable
from typing import Any

from labs.models import Command
from labs.wording import words
from sandbox.errors import Fault
from sandbox.store import blobs

log = logging.getLogger(__name__)
MOST = 16 * 1024 * 1024
KEPT = 20
_IN_MEMORY = 512 * 1024


class Spool:
    """Add what is printed; ``fields`` are the row's where it is more than the row keeps."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - until the command has ended
        self.bytes = 0

    def add(self, data: bytes) -> None:
        if (room := MOST - self.bytes) > 0:
            self._file.write(data[:room])
        self.bytes += len(data)

    def fields(self) -> dict[str, Any]:
        """Put it into the store. Without one (a full disk) the row still has the first and the last of it."""
        self._file.seek(0)
        packer, packed = zlib.compressobj(3), bytearray()
        while piece := self._file.read(1 << 20):
            packed += packer.compress(piece)
        try:
            return {"whole": blobs.put(bytes(packed + packer.flush())), "output_bytes": self.bytes}
        except Fault:
            log.exception("an output was not kept whole")
            return {"output_bytes": self.bytes}

    def close(self) -> None:
        self._file.close()


def forget_older(command: Command) -> None:
    """Of the attempt's commands only the newest keep theirs."""
    kept = command.attempt.commands.exclude(whole="").order_by("-number").values_list("pk", flat=True)
    if older := list(kept[KEPT:]):
        command.attempt.commands.filter(pk__in=older).update(whole="")


def read(command: Command) -> bytes:
    """All that is kept of it, with a word at the end for what is not. Raises Fault."""
    if not command.whole:
        return bytes(command.output)
    found = zlib.decompress(blobs.get(command.whole))
    if command.output_bytes > len(found):
        missing = words("output-cut", bytes=command.output_bytes - len(found))
        found += f"\n… {missing} …\n".encode()
    return found


def named(using: str) -> Iterable[str]:
    """Every blob that a row leads to."""
    return Command.objects.using(using).exclude(whole="").values_list("whole", flat=True).iterator()

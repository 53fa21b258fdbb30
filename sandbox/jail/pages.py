"""Pages that a fork of a process writes: found once, in one that has run, and made the next one's own before it has to.

A page that is shared since the fork costs a fault when it is written; together, and beside other work, they cost a good deal less.
"""

from __future__ import annotations

import ctypes
import os
from array import array

_PAGE = os.sysconf("SC_PAGE_SIZE")
# https://docs.kernel.org/admin-guide/mm/pagemap.html
_PRESENT, _OF_A_FILE, _MAPPED_ONCE = 1 << 63, 1 << 61, 1 << 56
_MADV_POPULATE_WRITE = 23  # Linux 5.14
_madvise = ctypes.CDLL(None).madvise
_madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)


def written(pid: int) -> array[int]:
    """Where ``pid`` has private memory that it shares with nobody: an address, a number of bytes, the next address and so on.
    Raises OSError."""
    found = array("Q")
    with open(f"/proc/{pid}/maps", "rb") as areas, open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pages:  # noqa: PTH123
        for line in areas:
            limits, mode = line.split(maxsplit=2)[:2]
            if mode[1:2] != b"w" or mode[3:4] != b"p":
                continue
            start, end = (int(limit, 16) for limit in limits.split(b"-"))
            pages.seek(start // _PAGE * 8)
            entries = array("Q", pages.read((end - start) // _PAGE * 8))
            _add(found, start, entries)
    return found


def _add(found: array[int], start: int, entries: array[int]) -> None:
    asked, wanted = _PRESENT | _OF_A_FILE | _MAPPED_ONCE, _PRESENT | _MAPPED_ONCE
    for number, entry in enumerate(entries):
        if entry & asked != wanted:
            continue
        at = start + number * _PAGE
        if found and found[-2] + found[-1] == at:
            found[-1] += _PAGE
        else:
            found.extend((at, _PAGE))


def populate(found: array[int]) -> None:
    """As if this process had written there; what is not mapped in it is passed over, and so is all of it by an older kernel."""
    for number in range(0, len(found), 2):
        _madvise(found[number], found[number + 1], _MADV_POPULATE_WRITE)

"""What a commit changed inside files, as text that outlives the blobs: bounded, and made only from what changed.

Everything here was written by learners: bytes that are no text, names that are no UTF-8, files made to be slow to compare.
"""

from __future__ import annotations

import difflib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sandbox.store.tree import Entry

FILES = 50
FILE_BYTES = 256 * 1024
READ_BYTES = 512 * 1024
LINES = 200
TEXT_BYTES = 64 * 1024
LINE_CHARS = 500
CONTEXT = 2
PAIRS = 12_000
"""The matching of lines takes time with every pair of equal ones; files with more (all blank, say) are shown as wholly replaced."""

Change = tuple[str, Entry | None, Entry | None]
"""(path as it is shown, before, after)."""
Opcode = tuple[str, int, int, int, int]


def shown(path: str) -> str:
    """A name for people: bytes that are no UTF-8 become ``\\xff``, control characters ``\\x1b``."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def describe(changes: list[Change], get: Callable[[str], bytes]) -> dict[str, dict[str, Any]]:
    """For each path what there is to say beyond added, changed, removed; paths with nothing to say are left out.

    ``text``: a unified diff without its file lines, ``cut`` where it goes on; ``why`` there is none: ``binary``, ``large`` (the file),
    ``many`` (all in all); ``from`` and ``to``: the other name of a renamed file; ``mode``: [before, after] in octal; ``link``: [before,
    after], empty where it was or is no link.
    """
    renamed = _renames(changes)
    budget = _Budget()
    found: dict[str, dict[str, Any]] = {}
    for path, before, after in changes:
        notes = _about(before, after)
        if path in renamed:
            notes |= renamed[path]
        elif _data(before) != _data(after):
            notes |= budget.compare(before, after, get)
        if notes:
            found[path] = notes
    return found


def _data(entry: Entry | None) -> str:
    return entry.data if entry is not None and entry.kind == "f" else ""


def _renames(changes: list[Change]) -> dict[str, dict[str, str]]:
    """What went away here and came there with the same bytes, one to one."""
    gone = {_data(before): path for path, before, after in changes if after is None and before is not None and before.size}
    renamed: dict[str, dict[str, str]] = {}
    for path, before, after in changes:
        if before is None and (origin := gone.pop(_data(after), None) if _data(after) else None):
            renamed |= {path: {"from": origin}, origin: {"to": path}}
    return renamed


def _about(before: Entry | None, after: Entry | None) -> dict[str, Any]:
    notes: dict[str, Any] = {}
    if before and after and before.kind == after.kind == "f" and before.mode != after.mode:
        notes["mode"] = [f"{before.mode:04o}", f"{after.mode:04o}"]
    links = [shown(entry.data) if entry and entry.kind == "l" else "" for entry in (before, after)]
    return notes | ({"link": links} if any(links) else {})


class _Budget:
    """What is left of one commit's bounds."""

    def __init__(self) -> None:
        self._files, self._read, self._lines, self._text = FILES, READ_BYTES, LINES, TEXT_BYTES

    def compare(self, before: Entry | None, after: Entry | None, get: Callable[[str], bytes]) -> dict[str, Any]:
        texts = [entry for entry in (before, after) if entry is not None and entry.kind == "f"]
        if any(entry.size > FILE_BYTES for entry in texts):
            return {"why": "large"}
        self._files -= 1
        self._read -= sum(entry.size for entry in texts)
        if min(self._files, self._read) < 0 or min(self._lines, self._text) <= 0:
            return {"why": "many"}
        old, new = (get(_data(entry)) if _data(entry) else b"" for entry in (before, after))
        if b"\0" in old or b"\0" in new:
            return {"why": "binary"}
        return self._kept(_unified(_lines(old), _lines(new)))

    def _kept(self, lines: Iterator[str]) -> dict[str, Any]:
        kept: list[str] = []
        for line in lines:
            self._lines -= 1
            self._text -= len(line.encode()) + 1
            if min(self._lines, self._text) < 0:
                return {"text": "\n".join(kept), "cut": True}
            kept.append(line)
        return {"text": "\n".join(kept)} if kept else {}


def _lines(data: bytes) -> list[str]:
    """Lines with their ends; U+FFFD stands for what is no UTF-8."""
    *whole, rest = data.decode("utf-8", "replace").split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


def _unified(old: list[str], new: list[str]) -> Iterator[str]:
    """Hunks with ``CONTEXT`` lines around each change."""
    # What is the same at both ends need not be searched.
    head = _same(zip(old, new, strict=False), most=min(len(old), len(new)))
    tail = _same(zip(reversed(old), reversed(new), strict=False), most=min(len(old), len(new)) - head)
    first, last = max(0, head - CONTEXT), max(0, tail - CONTEXT)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    for group in _groups(old, new, head - first, tail - last):
        (_, i, _, j, _), (_, _, i_end, _, j_end) = group[0], group[-1]
        yield f"@@ -{_range(first + i, i_end - i)} +{_range(first + j, j_end - j)} @@"
        for tag, a, a_end, b, b_end in group:
            if tag == "equal":
                yield from _spoken(" ", old[a:a_end])
            else:
                yield from _spoken("-", old[a:a_end])
                yield from _spoken("+", new[b:b_end])


def _same(pairs: Iterator[tuple[str, str]], most: int) -> int:
    return next((at for at, (a, b) in enumerate(itertools.islice(pairs, most)) if a != b), most)


def _groups(old: list[str], new: list[str], head: int, tail: int) -> Iterable[list[Opcode]]:
    there = Counter(new)
    if len(old) + len(new) + sum(there[line] for line in old) <= PAIRS:
        return difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT)
    i, j = len(old) - tail, len(new) - tail
    parts: list[Opcode] = [("equal", 0, head, 0, head), ("replace", head, i, head, j), ("equal", i, len(old), j, len(new))]
    return [parts]


def _range(start: int, length: int) -> str:
    return f"{start + 1 if length else start},{length}"


def _spoken(sign: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        text = line.removesuffix("\n")
        yield sign + (text if len(text) <= LINE_CHARS else text[:LINE_CHARS] + "…")
        if text is line:
            yield "\\ No newline at end of file"

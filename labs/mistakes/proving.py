"""Makes every mistake of the table in a real sandbox, so that its author knows that it is met where it happens."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import translation

from labs import starts
from labs.lab import catalog
from labs.lab.model import LANGUAGES
from labs.mistakes import find, word
from labs.mistakes.table import Entry
from labs.plain_text import plain
from sandbox import actions as sandboxes
from sandbox.checkout import Live, checkout
from sandbox.errors import SandboxError

_WALL_SECONDS = 60


@dataclass
class Proved:
    """``problem`` is empty where the example was met by its entry. ``said``: the words by language."""

    entry: Entry
    said: dict[str, str]
    seconds: float = 0.0
    output: str = ""
    problem: str = ""


def prove(entries: Iterable[Entry], *, lab: str = "playground") -> Iterator[Proved]:
    """The examples one after another in one sandbox from the start of ``lab``. Raises SandboxError where there is none."""
    start = starts.ensure(catalog.get(lab))
    box = sandboxes.create_sandbox(owner=None, start=start, label="examples of mistakes")
    try:
        with checkout(box) as live:
            for entry in entries:
                yield _prove(live, entry)
    finally:
        sandboxes.delete(sandbox=box, by="labs mistakes")


def _prove(live: Live, entry: Entry) -> Proved:
    began, proved = time.monotonic(), Proved(entry, {})
    chunks: list[bytes] = []
    try:
        result = live.run(entry.example.rstrip("\n"), write=chunks.append, wall=_WALL_SECONDS)
    except SandboxError as error:
        proved.problem = f"{error.code}: {error.detail}"
        return proved
    proved.output = plain(b"".join(chunks))
    met = find(entry.example, result.status, proved.output)
    if not met:
        proved.problem = f"its example is met by no entry; it ended with {result.status}"
    elif met["id"] != entry.id:
        proved.problem = f"its example is met by “{met['id']}”, which stands before it"
    for language in LANGUAGES:
        with translation.override(language):
            proved.said[language] = str((word(met) or {}).get("html", ""))
    proved.seconds = time.monotonic() - began
    return proved

"""The files panel's contents, as plain values for its templates. Everything here is read from the store, without the sandbox's lock.

``files_tree.html``  rows: key kind name level open at of more · at (the version read), folder
``file.html``        file: key name shown path(text) kind text why sha eol mode size · earlier
``files_diff.html``  earlier[version label at chosen], panel (``labs.changes``)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from django.utils.translation import gettext

from labs import changes, undoing
from labs.models import Attempt
from labs.wording import size
from labs.wording import words as ours
from sandbox.errors import LearnerError
from sandbox.files import Found, quoted, split
from sandbox.history import History
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, filediff, tree
from sandbox.store.working import Snapshot

FIRST = "environment"
"""The folder that is open first: where the shell starts."""
EDITABLE = 1024 * 1024
SHOWN_ROWS = 1_000
SHOWN_VERSIONS = 50
_MODES = {
    "yaml": "yaml", "yml": "yaml", "template": "yaml", "json": "json", "py": "python", "sh": "sh", "bash": "sh", "bashrc": "sh",
    "bash_profile": "sh", "bash_history": "sh", "md": "markdown", "rb": "ruby", "html": "html", "htm": "html", "js": "javascript",
    "mjs": "javascript",
}  # fmt: skip
"""The editor's languages, by what a name ends with."""


class Files(NamedTuple):
    """Where files are read: ``listing(path)`` and ``read(path)`` raise LearnerError, files-large beyond ``EDITABLE``; ``at`` names what is
    read."""

    at: str
    listing: Callable[[str], list[Found]]
    read: Callable[[str], bytes]


def stored(version: Version) -> Files:
    """A version's home."""
    children = _children(version.manifest)

    def listing(path: str) -> list[Found]:
        if path not in children:
            raise LearnerError("files-gone", path=shown(path))
        return [Found(name, entry.kind, entry.size) for name, entry in children[path].items()]

    def read(path: str) -> bytes:
        entry = file(_entry(version, path), path)
        if entry.size > EDITABLE:
            raise LearnerError("files-large", path=shown(path), size=entry.size)
        return blobs.get(entry.data)

    return Files(str(version.pk), listing, read)


def _entry(version: Version, path: str) -> tree.Entry | None:
    folder, _, name = path.rpartition("/")
    return _children(version.manifest).get(folder, {}).get(name)


@lru_cache(maxsize=8)
def _children(manifest: str) -> dict[str, dict[str, tree.Entry]]:
    """By folder what is in it; the home is ""."""
    found: dict[str, dict[str, tree.Entry]] = {"": {}}
    for path, entry in Snapshot.load(manifest).parts["home"].items():
        folder, _, name = path.rpartition("/")
        found[folder][name] = entry
        if entry.kind == "d":
            found[path] = {}
    return found


def file(entry: tree.Entry | None, path: str) -> tree.Entry:
    """``entry``, which is a file. Raises LearnerError: files-gone, files-link, files-not-file."""
    if entry is None:
        raise LearnerError("files-gone", path=shown(path))
    if entry.kind != "f":
        raise LearnerError("files-link" if entry.kind == "l" else "files-not-file", path=shown(path))
    return entry


def shown(path: str) -> str:
    """``environment/a.txt`` → ``~/environment/a.txt``, for people."""
    return filediff.shown(f"~/{path}" if path else "~")


# --- the tree --------------------------------------------------------------------------------------------------------------


def rows(files: Files, opened: Collection[str]) -> list[dict[str, Any]]:
    """The home, and in order what is seen of it where the folders ``opened`` (and the home) are open. One that is gone is left out."""
    return [{**_row(Found("~", "d", 0), "", 1, 1, 1), "open": True}, *_inside(files, "", 2, {*opened, ""})]


def inside(files: Files, folder: str) -> list[dict[str, Any]]:
    """What is in one folder. Raises LearnerError."""
    files.listing(folder)
    return list(_inside(files, folder, len(split(folder)) + 2, {folder}))


def _inside(files: Files, folder: str, level: int, opened: Collection[str]) -> Iterator[dict[str, Any]]:
    try:
        found = sorted(files.listing(folder), key=lambda one: (one.kind != "d", one.name.casefold(), one.name))
    except LearnerError:  # closed, or gone meanwhile
        return
    for at, one in enumerate(found[:SHOWN_ROWS], 1):
        path = f"{folder}/{one.name}" if folder else one.name
        yield {**_row(one, path, level, at, len(found)), "open": one.kind == "d" and path in opened}
        if one.kind == "d" and path in opened:
            yield from _inside(files, path, level + 1, opened)
    if len(found) > SHOWN_ROWS:
        yield {"more": len(found) - SHOWN_ROWS, "level": level}


def _row(one: Found, path: str, level: int, at: int, of: int) -> dict[str, Any]:
    return {"key": quoted(path), "kind": one.kind, "name": filediff.shown(one.name), "level": level, "at": at, "of": of}


# --- a file ----------------------------------------------------------------------------------------------------------------


def opened(files: Files, path: str) -> dict[str, Any]:
    """A file as its page shows it; ``text`` is None where it can't be edited, and ``why`` says so. Raises LearnerError."""
    try:
        data = files.read(path)
    except LearnerError as error:
        if error.code != "files-large":
            raise
        return _described(path, error.values["size"]) | {"why": ours("files-too-large", limit=size(EDITABLE))}
    text, eol, why = editable(data)
    found = _described(path, len(data)) | {"text": text, "eol": eol, "sha": blobs.digest(data), "mode": _mode(path, data)}
    return found | {"why": ours(why, limit=size(EDITABLE)) if why else ""}


def _described(path: str, length: int) -> dict[str, Any]:
    return {"key": quoted(path), "name": filediff.shown(PurePosixPath(path).name), "shown": shown(path), "size": size(length), "text": None}


def editable(data: bytes) -> tuple[str | None, str, str]:
    """(text with plain line ends, its line ends: lf or crlf, why it can't be edited). A page's text field keeps no other ends."""
    if len(data) > EDITABLE:
        return None, "", "files-too-large"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None, "", "files-binary"
    if "\0" in text:
        return None, "", "files-binary"
    plain = text.replace("\r\n", "\n")
    if "\r" in plain or ("\r\n" in text and text.count("\r\n") != text.count("\n")):
        return None, "", "files-line-ends"
    return plain, "crlf" if "\r\n" in text else "lf", ""


def from_page(text: str, eol: str) -> bytes:
    """What a page's text field sent as the file's bytes; forms send every line end as CR LF. Raises LearnerError files-too-large."""
    plain = text.replace("\r\n", "\n")
    try:
        data = (plain.replace("\n", "\r\n") if eol == "crlf" else plain).encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise LearnerError("files-binary") from error
    if len(data) > EDITABLE:
        raise LearnerError("files-too-large", limit=size(EDITABLE))
    return data


def _mode(path: str, data: bytes) -> str:
    name = PurePosixPath(path).name.lower()
    if found := _MODES.get(name.rpartition(".")[2]):
        return found
    first = data[:80].split(b"\n", 1)[0]
    if first.startswith(b"#!"):
        return "python" if b"python" in first else "ruby" if b"ruby" in first else "sh"
    return "text"


# --- earlier versions ------------------------------------------------------------------------------------------------------


def earlier(attempt: Attempt, sandbox: Sandbox, path: str) -> list[dict[str, Any]]:
    """The versions that the sandbox's value came of and at which this file became another, newest first; ``label`` says what made them."""
    history = History(sandbox)
    line = [pk for pk in history.line(sandbox.head_id) if pk in history.nodes]
    name = shown(path)
    found = []
    made = Version.objects.filter(pk__in=line[:-1], changes__has_key="files").order_by("-number")
    for pk, command, title, created, files in made.values_list("pk", "command", "title", "created", "changes__files"):
        if any(row["path"] == name for row in files):
            found.append({"version": pk, "what": command or title, "at": created})
    first = Version.objects.get(pk=line[-1])
    if _entry(first, path) is not None:
        found.append({"version": first.pk, "what": "", "at": first.created})
    return _labelled(attempt, found[1 : SHOWN_VERSIONS + 1])


def _labelled(attempt: Attempt, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = [one["version"] for one in found]
    typed = dict(attempt.commands.filter(version__in=keys).order_by("-number").values_list("version", "number"))
    for one in found:
        number, what = typed.get(one["version"]), undoing.short(one["what"])
        one["label"] = f"#{number} {what}" if number else what or gettext("as it was at the start")
    return found


def between(path: str, was: tree.Entry | None, now: tree.Entry | None, get: Callable[[str], bytes] = blobs.get) -> dict[str, Any]:
    """What is other in ``now``, for ``changes_panel.html``; None is a file that is not there."""
    name = shown(path)
    change = "added" if was is None else "removed" if now is None else "changed"
    notes = filediff.describe([(name, was, now)], get)
    return changes.panel({"files": [{"path": name, "change": change, "size": now.size if now else 0}]}, notes)


def between_texts(path: str, before: bytes | None, after: bytes) -> dict[str, Any]:
    """The same of what is not in the store."""
    held = {blobs.digest(data): data for data in (before, after) if data is not None}
    was, now = (None if data is None else tree.Entry("f", 0, 0, len(data), blobs.digest(data)) for data in (before, after))
    return between(path, was, now, held.__getitem__)


def at_version(sandbox: Sandbox, path: str, version: int) -> tree.Entry | None:
    """The file then; None where it was not there. Raises LearnerError version-gone, files-link, files-not-file."""
    history = History(sandbox)
    found = Version.objects.filter(pk=version).first() if version in history.nodes else None
    if found is None:
        raise LearnerError("version-gone")
    entry = _entry(found, path)
    return None if entry is None else file(entry, path)

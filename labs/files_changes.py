"""Changing files from the page: the web side asks, a worker's handler does it in the live checkout, or in one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labs import files_told, publishing, visits
from labs.files import EDITABLE, Files, shown
from labs.models import Attempt
from labs.wording import words as ours
from sandbox import files
from sandbox.checkout import Live
from sandbox.errors import LearnerError, OverQuota
from sandbox.files import Found, quoted, unquoted
from sandbox.models import Sandbox, Version

UPLOAD_BYTES = 24 * 1024 * 1024
UPLOAD_FILES = 200


@dataclass(frozen=True)
class Done:
    """``title``: what was done; ``sha``: of the file saved; ``live``: it went into a command that runs, and becomes a version with it;
    ``at``: the head then.

    ``conflict``: nothing was done, the file is another by now; ``there`` is what it holds, None where it is gone.
    """

    title: str = ""
    sha: str = ""
    live: bool = False
    at: int = 0
    conflict: bool = False
    there: bytes | None = None


def save(attempt: Attempt, path: str, data: bytes, *, opened: str | None) -> Done:
    """See ``sandbox.files.save``."""
    return _change(attempt, data, what="save", path=quoted(path), opened=opened)


def make_folder(attempt: Attempt, path: str) -> Done:
    return _change(attempt, what="folder", path=quoted(path))


def move(attempt: Attempt, path: str, to: str) -> Done:
    return _change(attempt, what="move", path=quoted(path), to=quoted(to))


def delete(attempt: Attempt, path: str) -> Done:
    return _change(attempt, what="delete", path=quoted(path))


def upload(attempt: Attempt, folder: str, uploaded: list[tuple[str, bytes]]) -> Done:
    """(name, bytes) each; what is there of the same name is replaced, all in one version."""
    if len(uploaded) > UPLOAD_FILES:
        raise LearnerError("files-upload-many", limit=UPLOAD_FILES)
    if sum(len(data) for _, data in uploaded) > UPLOAD_BYTES:
        raise LearnerError("files-upload-bytes", limit=UPLOAD_BYTES)
    paths = [f"{folder}/{name}" if folder else name for name, _ in uploaded]
    parts = [[quoted(path), len(data)] for path, (_, data) in zip(paths, uploaded, strict=True)]
    return _change(attempt, b"".join(data for _, data in uploaded), what="upload", path=quoted(folder), parts=parts)


def _change(attempt: Attempt, body: bytes = b"", **header: Any) -> Done:
    sandbox = _sandbox(attempt)
    before = Sandbox.objects.values_list("head", flat=True).get(pk=sandbox)
    answer = visits.visit(sandbox, "files", header, body)
    found = answer.header
    if found.get("conflict"):
        return Done(conflict=True, there=None if found["gone"] else answer.body)
    after = Version.objects.get(pk__in=Sandbox.objects.filter(pk=sandbox).values("head"))
    if after.pk != before and after.title:
        publishing.noted(attempt, files_told.line(after))
    return Done(found["title"], found.get("sha", ""), after.pk == before and attempt.running_command() is not None, after.pk)


def _sandbox(attempt: Attempt) -> Any:
    if attempt.sandbox_id is None:
        raise LearnerError("preparing")
    if attempt.rebuilding:
        raise LearnerError("rebuilding")
    return attempt.sandbox_id


# --- in a worker -----------------------------------------------------------------------------------------------------------


@visits.serves("files")
def serve(live: Live, header: dict[str, Any], body: bytes) -> visits.Answer:
    """One change. ``title``: what its version is called; ``paths``: what it touched."""
    try:
        done = _ACTS[header["what"]](live, header, body)
    except files.Changed as changed:
        return visits.Answer({"conflict": True, "gone": changed.data is None}, changed.data or b"")
    live.touched([unquoted(path) for path in done["paths"]])
    return visits.Answer(done)


def _save(live: Live, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    path = unquoted(header["path"])
    _require_room(live, {path: len(body)})
    sha = files.save(live.folder / "home", path, body, opened=header["opened"])
    return {"title": ours("files-saved", path=shown(path)), "sha": sha, "paths": [header["path"]]}


def _folder(live: Live, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    path = unquoted(header["path"])
    files.make_folder(live.folder / "home", path)
    return {"title": ours("files-made", path=shown(path)), "paths": [header["path"]]}


def _move(live: Live, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    path, to = unquoted(header["path"]), unquoted(header["to"])
    files.move(live.folder / "home", path, to)
    return {"title": ours("files-moved", path=shown(path), to=shown(to)), "paths": [header["path"], header["to"]]}


def _delete(live: Live, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    path = unquoted(header["path"])
    files.delete(live.folder / "home", path)
    return {"title": ours("files-deleted", path=shown(path)), "paths": [header["path"]]}


def _upload(live: Live, header: dict[str, Any], body: bytes) -> dict[str, Any]:
    parts = [(unquoted(path), int(length)) for path, length in header["parts"]]
    _require_room(live, dict(parts))
    at = 0
    for path, length in parts:
        files.save(live.folder / "home", path, body[at : at + length], opened=None)
        at += length
    first, folder = shown(parts[0][0]), shown(unquoted(header["path"]))
    title = ours("files-uploaded", path=first) if len(parts) == 1 else ours("files-uploaded-many", count=len(parts), path=folder)
    return {"title": title, "paths": [path for path, _ in header["parts"]]}


_ACTS = {"save": _save, "folder": _folder, "move": _move, "delete": _delete, "upload": _upload}


def _require_room(live: Live, new: dict[str, int]) -> None:
    """A save that joins a command would else be lost with it, when the command is committed."""
    before = [live.entry(path) for path in new]
    most_bytes, most_files = live.sandbox.quota
    used = live.head.home_bytes + sum(new.values()) - sum(entry.size for entry in before if entry is not None)
    if used > most_bytes:
        raise OverQuota("files-bytes", what="bytes", used=used, limit=most_bytes)
    count = live.head.home_files + before.count(None)
    if count > most_files:
        raise OverQuota("files-count", what="files", used=count, limit=most_files)


# --- reading while a command runs ------------------------------------------------------------------------------------------


def running(attempt: Attempt) -> Files:
    """The files as they are at this moment, in the live checkout."""
    sandbox = _sandbox(attempt)

    def listing(path: str) -> list[Found]:
        answer = visits.visit(sandbox, "files-listing", {"path": quoted(path)})
        return [Found(unquoted(name), kind, size) for name, kind, size in answer.header["found"]]

    def read(path: str) -> bytes:
        return visits.visit(sandbox, "files-read", {"path": quoted(path)}).body

    return Files("", listing, read)


@visits.serves("files-listing")
def serve_listing(live: Live, header: dict[str, Any], body: bytes) -> visits.Answer:
    found = files.listing(live.folder / "home", unquoted(header["path"]))
    return visits.Answer({"found": [[quoted(one.name), one.kind, one.size] for one in found]})


@visits.serves("files-read")
def serve_read(live: Live, header: dict[str, Any], body: bytes) -> visits.Answer:
    return visits.Answer({}, files.read(live.folder / "home", unquoted(header["path"]), EDITABLE))

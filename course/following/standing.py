"""What a sandbox held at one version, as plain values: its files and what there was in its account. Read from the store; nothing runs.

``standing.html``  standing: rows[key kind name level open url here changed] file refused services[name kinds[name rows[name new]]]
                   old (so many resources are of the lab's start) used
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from labs import changes, files, wording
from labs.changes import service_name
from labs.models import Attempt
from sandbox.errors import LearnerError, SandboxError
from sandbox.files import quoted, unquoted
from sandbox.models import Version
from sandbox.store.cloudstate import CloudState

SHOWN = 200
"""Names of one kind."""


def standing(attempt: Attempt, version: Version, key: str = "", changed: dict[str, Any] | None = None) -> dict[str, Any]:
    """See the module's docstring. ``key``: a folder to open or a file to show; ``changed``: of a command, to mark what it changed."""
    try:
        return {**_files(version, key, changed or {}), **_account(attempt, version, changed or {})}
    except SandboxError as error:  # a blob is gone or damaged
        return {"refused": wording.words("damaged" if error.code.startswith("blob-") else error.code, **error.values)}


def _files(version: Version, key: str, changed: dict[str, Any]) -> dict[str, Any]:
    source = files.stored(version)
    path, file, refused = _path(key), None, ""
    try:
        if path and not _is_folder(source, path):
            file = files.opened(source, path)
    except LearnerError as error:
        refused = wording.words(error.code, **error.values)
    touched = {row["path"] for row in changed.get("files", []) if row["change"] != "removed"}
    rows = [_row(row, path, touched) for row in files.rows(source, _opened(path))]
    used = {"bytes": wording.size(version.home_bytes), "files": version.home_files}
    return {"rows": rows, "file": file, "file_refused": refused, "used": used}


def _path(key: str) -> str:
    try:
        return unquoted(key)
    except LearnerError:
        return ""


def _is_folder(source: files.Files, path: str) -> bool:
    try:
        source.listing(path)
    except LearnerError:
        return False
    return True


def _opened(path: str) -> set[str]:
    """The folder where the shell starts, and those on the way to ``path``, itself too where it is one."""
    names = path.split("/") if path else []
    return {files.FIRST, *("/".join(names[: at + 1]) for at in range(len(names)))}


def _row(row: dict[str, Any], path: str, touched: set[str]) -> dict[str, Any]:
    if "more" in row:
        return row
    name = files.shown(unquoted(row["key"]))
    return {
        **row,
        "url": "?" + urlencode({"path": row["key"]}) + "#files" if row["kind"] != "l" else "",
        "here": bool(path) and row["key"] == quoted(path),
        "changed": name in touched or (row["kind"] == "d" and not row["open"] and any(one.startswith(f"{name}/") for one in touched)),
    }


def _account(attempt: Attempt, version: Version, changed: dict[str, Any]) -> dict[str, Any]:
    """Resources that the lab's start had, as every account's default network, are counted and not listed."""
    start = attempt.sandbox.start if attempt.sandbox else None
    before = CloudState.load(start.cloud).inventory if start and start.pk != version.pk else {}
    now = {(row["service"], row["kind"], row["name"]): row["change"] for row in changed.get("cloud", [])}
    services, old = [], 0
    for service, kinds in sorted(CloudState.load(version.cloud).inventory.items(), key=lambda one: service_name(one[0])):
        shown = []
        for kind, names in sorted(kinds.items()):
            known = before.get(service, {}).get(kind, {})
            new = [name for name in sorted(names) if known.get(name) != names[name]]
            rows = [{"name": name, "change": now.get((service, kind, name), "")} for name in new]
            old += len(names) - len(rows)
            if rows:
                shown.append({"name": changes.kind_name(kind), "rows": rows[:SHOWN], "more": max(0, len(rows) - SHOWN)})
        if shown:
            services.append({"name": service_name(service), "kinds": shown})
    return {"services": services, "old": old}

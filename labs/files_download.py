"""Taking files along: one as it is, a folder as a zip archive that is made while it is sent."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from labs import access, wording
from labs.files_views import readable
from sandbox.errors import LearnerError
from sandbox.files import unquoted
from sandbox.store import blobs, filediff, tree
from sandbox.store.working import Snapshot

_EARLIEST, _LATEST = 315_532_800, 4_354_819_198  # 1980 and 2107: an archive has no other dates


@login_required
@require_safe
@readable
def download(request: HttpRequest, pk: int) -> Any:
    """What ``path`` is at the head: a file's bytes, or a folder's as a zip. Links are left out of archives: they lead nowhere elsewhere."""
    attempt = access.own_attempt(request, pk)
    if attempt.sandbox is None:
        raise Http404
    try:
        path = unquoted(request.GET.get("path", ""))
    except LearnerError as error:
        raise Http404 from error
    home = Snapshot.load(attempt.sandbox.head.manifest).parts["home"]
    entry = home.get(path)
    if path and entry is None:
        return HttpResponse(wording.words("files-gone", path=filediff.shown(path)), status=404, content_type="text/plain; charset=utf-8")
    name = filediff.shown(path.rpartition("/")[2]) or "home"
    if entry is not None and entry.kind == "f":
        return _as_file(HttpResponse(blobs.get(entry.data), content_type="application/octet-stream"), name)
    if entry is not None and entry.kind == "l":
        return HttpResponse(wording.words("files-link", path=filediff.shown(path)), status=409, content_type="text/plain; charset=utf-8")
    return _as_file(StreamingHttpResponse(_sent(_archive(home, path)), content_type="application/zip"), f"{name}.zip")


def _as_file(response: Any, name: str) -> Any:
    """Never shown by the browser, whatever is in it."""
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


async def _sent(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each part is made in a thread: reading and compressing must not hold up the other pages of this process."""
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        yield part


def _archive(home: tree.Manifest, folder: str) -> Iterator[bytes]:
    """One file in memory at a time."""
    prefix = f"{folder}/" if folder else ""
    target = Tail()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, entry in sorted(home.items()):
            if path.startswith(prefix) and entry.kind != "l":
                name = filediff.shown(path.removeprefix(prefix))
                add(archive, name, entry)
                yield target.taken()
    yield target.taken()


def add(archive: zipfile.ZipFile, name: str, entry: tree.Entry) -> None:
    """A file or a folder of the store."""
    moment = time.gmtime(min(max(entry.mtime_ns // 10**9, _EARLIEST), _LATEST))[:6]
    info = zipfile.ZipInfo(f"{name}/" if entry.kind == "d" else name, moment)
    info.external_attr = (0o040000 if entry.kind == "d" else 0o100000 | entry.mode & 0o777) << 16
    archive.writestr(info, b"" if entry.kind == "d" else blobs.get(entry.data), zipfile.ZIP_DEFLATED, 1)


class Tail(io.RawIOBase):
    """Keeps what was written since it was last taken."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._kept += data
        return len(data)

    def taken(self) -> bytes:
        found = bytes(self._kept)
        self._kept.clear()
        return found

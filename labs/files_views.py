"""HTTP for the files panel. Everything here belongs to the attempt's own learner; to everybody else none of it exists.

By script the answers are pieces of the panel; without one the same addresses give a page that does the same with plain forms.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from labs import access, files, files_changes, wording
from labs.files import Files
from labs.files_changes import Done
from labs.models import Attempt, Command
from labs.views import by_script
from sandbox.errors import Fault, LearnerError, SandboxError
from sandbox.files import quoted, unquoted
from sandbox.models import Sandbox
from sandbox.store import blobs
from sandbox.store.tree import Entry

log = logging.getLogger(__name__)
_SHA_CHARS = 64


def readable(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Where something in the store can't be read, that is said in words."""

    @functools.wraps(view)
    def told(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except Fault as fault:
            log.exception("the files of attempt %s can't be read", pk)
            word = wording.words("damaged" if fault.code.startswith("blob-") else "files-lost")
            return HttpResponse(word, status=409, content_type="text/plain; charset=utf-8")

    return told


@login_required
@require_safe
@readable
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel; as a page of its own where no script asks. ``path``: a folder to stand in, or a file to show."""
    attempt, sandbox = _own(request, pk)
    path = _path(request.GET)
    source, behind = _source(attempt, sandbox)
    context = _context(attempt, sandbox, source, behind)
    if _piece(request):
        return render(request, "labs/files.html", context)
    file, refused = None, ""
    if path and not _is_folder(source, path):
        file, refused = _file(source, path)
    folder = path if file is None and not refused else path.rpartition("/")[0]
    return render(request, "labs/files_page.html", context | _standing(source, folder) | {"file": file, "refused": refused})


@login_required
@require_safe
@readable
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """The tree with the folders ``open``, or what is in the one folder ``path``. 204 where the version ``at`` is still the one."""
    attempt, sandbox = _own(request, pk)
    source, behind = _source(attempt, sandbox)
    if source.at and request.GET.get("at") == source.at:
        return HttpResponse(status=204)
    if "path" not in request.GET:
        return render(request, "labs/files_tree.html", _tree(attempt, sandbox, source, request.GET.getlist("open")) | {"behind": behind})
    try:
        rows = files.inside(source, _path(request.GET))
    except LearnerError as error:
        return _refused(request, attempt, error)
    return render(request, "labs/files_rows.html", {"rows": rows, "attempt": attempt})


@login_required
@require_safe
@readable
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One file to look at and edit."""
    attempt, sandbox = _own(request, pk)
    source, behind = _source(attempt, sandbox)
    path = _path(request.GET)
    if not _piece(request):
        return redirect(_page(attempt, path))
    file, refused = _file(source, path)
    return render(request, "labs/file.html", {"attempt": attempt, "file": file, "refused": refused, "behind": behind})


@login_required
@require_safe
@readable
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file holds now beside an earlier ``version``; with ``text`` that version itself, to be taken up in the editor."""
    attempt, sandbox = _own(request, pk)
    path = _path(request.GET)
    found = files.earlier(attempt, sandbox, path)
    if not found:
        return render(request, "labs/files_diff.html", {"attempt": attempt, "earlier": [], **_named(path)})
    chosen = _number(request.GET.get("version", "")) or found[0]["version"]
    try:
        before, after = (files.at_version(sandbox, path, version) for version in (chosen, sandbox.head_id))
        if "text" in request.GET:
            return _text(before)
    except LearnerError as error:
        return _refused(request, attempt, error)
    context = {"attempt": attempt, "earlier": found, "chosen": chosen, "panel": files.between(path, before, after), **_named(path)}
    return render(request, "labs/files_diff.html" if _piece(request) else "labs/files_diff_page.html", context)


def _text(entry: Entry | None) -> HttpResponse:
    large = entry is not None and entry.size > files.EDITABLE
    text, _, why = (None, "", "files-too-large") if large else files.editable(blobs.get(entry.data) if entry else b"")
    word = wording.words(why, limit=wording.size(files.EDITABLE)) if why else ""
    return HttpResponse(word if text is None else text, status=409 if text is None else 200, content_type="text/plain; charset=utf-8")


# --- changes ---------------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Fields: path, text, eol, opened (what the file held when it was opened), overwrite (whatever it holds now)."""
    attempt, _ = _own(request, pk)
    path, opened = _path(request.POST), request.POST.get("opened", "")
    text = request.POST.get("text", "")
    if len(opened) not in {0, _SHA_CHARS}:
        raise Http404
    try:
        data = files.from_page(text, request.POST.get("eol", ""))
        done = files_changes.save(attempt, path, data, opened=None if "overwrite" in request.POST else opened)
    except SandboxError as error:
        return _refused(request, attempt, error, path, text)
    if done.conflict:
        context = {
            "attempt": attempt,
            "there": done.there is not None,
            "panel": files.between_texts(path, done.there, data),
            **_named(path),
        }
        return _conflict(request, context | {"text": text})
    return _done(request, attempt, done, path, size=wording.size(len(data)))


def _conflict(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The learner's text beside what is there now; nothing was changed."""
    return render(request, "labs/files_conflict.html", context, status=412) if by_script(request) else _kept(request, context)


@login_required
@require_POST
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Fields: folder, name (a path below it is fine), kind: f or d."""
    attempt, _ = _own(request, pk)
    name = request.POST.get("name", "").strip().rstrip("/")
    path = _below(_path(request.POST, "folder"), name)
    try:
        if not name:
            raise LearnerError("files-name-empty")
        if request.POST.get("kind") == "d":
            return _done(request, attempt, files_changes.make_folder(attempt, path), path)
        done = files_changes.save(attempt, path, b"", opened="")
        if done.conflict:
            raise LearnerError("files-exists", path=files.shown(path))
    except SandboxError as error:
        return _refused(request, attempt, error)
    return _done(request, attempt, done, path)


@login_required
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Fields: path, to: a name, or a path that begins with ~/."""
    attempt, _ = _own(request, pk)
    path, to = _path(request.POST), request.POST.get("to", "").strip().rstrip("/")
    target = to[2:] if to.startswith("~/") else _below(path.rpartition("/")[0], to)
    try:
        if not to:
            raise LearnerError("files-name-empty")
        done = files_changes.move(attempt, path, target)
    except SandboxError as error:
        return _refused(request, attempt, error)
    return _done(request, attempt, done, target)


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    attempt, _ = _own(request, pk)
    path = _path(request.POST)
    try:
        done = files_changes.delete(attempt, path)
    except SandboxError as error:
        return _refused(request, attempt, error)
    return _done(request, attempt, done, path.rpartition("/")[0])


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Fields: folder, files."""
    attempt, _ = _own(request, pk)
    folder = _path(request.POST, "folder")
    sent = request.FILES.getlist("files")
    first = _below(folder, sent[0].name or "") if sent else folder
    try:
        if not sent:
            raise LearnerError("files-upload-none")
        if sum(file.size or 0 for file in sent) > files_changes.UPLOAD_BYTES:
            raise LearnerError("files-upload-bytes", limit=files_changes.UPLOAD_BYTES)
        done = files_changes.upload(attempt, folder, [(file.name or "", file.read()) for file in sent])
    except SandboxError as error:
        return _refused(request, attempt, error)
    return _done(request, attempt, done, first if by_script(request) else folder)


# --- what they share -------------------------------------------------------------------------------------------------------


def _own(request: HttpRequest, pk: int) -> tuple[Attempt, Sandbox]:
    attempt = access.own_attempt(request, pk)
    if attempt.sandbox is None:
        raise Http404
    return attempt, attempt.sandbox


def _path(fields: Any, name: str = "path") -> str:
    try:
        return unquoted(fields.get(name, ""))
    except LearnerError as error:
        raise Http404 from error


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _piece(request: HttpRequest) -> bool:
    return by_script(request) or bool(request.htmx)  # type: ignore[attr-defined]


def _source(attempt: Attempt, sandbox: Sandbox) -> tuple[Files, bool]:
    """Where to read, and whether that is behind: a command runs and its files can't be looked at just now."""
    stored = files.stored(sandbox.head)
    running = attempt.running_command()
    if running is None or running.state != Command.State.RUNNING:
        return stored, False
    live = files_changes.running(attempt)
    try:
        live.listing("")
    except SandboxError:
        return stored, True
    return live, False


def _is_folder(source: Files, path: str) -> bool:
    with contextlib.suppress(SandboxError):
        source.listing(path)
        return True
    return False


def _file(source: Files, path: str) -> tuple[dict[str, Any] | None, str]:
    """The file, or why there is none."""
    try:
        return files.opened(source, path), ""
    except LearnerError as error:
        return None, wording.words(error.code, **error.values)


def _tree(attempt: Attempt, sandbox: Sandbox, source: Files, opened: list[str]) -> dict[str, Any]:
    folders = set()
    for one in opened[:200]:
        with contextlib.suppress(LearnerError):
            folders.add(unquoted(one))
    used = {"bytes": wording.size(sandbox.head.home_bytes), "files": sandbox.head.home_files}
    return {"attempt": attempt, "rows": files.rows(source, folders), "at": source.at, "used": used}


def _context(attempt: Attempt, sandbox: Sandbox, source: Files, behind: bool) -> dict[str, Any]:
    return _tree(attempt, sandbox, source, [files.FIRST]) | {"behind": behind}


def _standing(source: Files, folder: str) -> dict[str, Any]:
    """What the page without script shows of a folder, and the way to it."""
    names = folder.split("/") if folder else []
    way = [{"key": quoted("/".join(names[: at + 1])), "name": files.shown(name)[2:]} for at, name in enumerate(names)]
    try:
        inside = files.inside(source, folder)
    except SandboxError:
        inside = []
    return {"way": way, "inside": inside, "folder": quoted(folder), "folder_shown": files.shown(folder)}


def _named(path: str) -> dict[str, Any]:
    return {"key": quoted(path), "shown": files.shown(path)}


def _page(attempt: Attempt, path: str) -> str:
    return f"{reverse('files', args=[attempt.pk])}?{urlencode({'path': quoted(path)})}"


def _done(request: HttpRequest, attempt: Attempt, done: Done, path: str, **more: str) -> HttpResponse:
    said = wording.words("files-joined" if done.live else "files-done", what=done.title)
    if by_script(request):
        return JsonResponse({"said": said, "key": quoted(path), "sha": done.sha, "live": done.live, "at": done.at, **more})
    messages.success(request, said)
    return redirect(_page(attempt, path))


def _refused(request: HttpRequest, attempt: Attempt, error: SandboxError, path: str = "", text: str | None = None) -> HttpResponse:
    """In words: to the script as text with 409, to a form as a page that has kept what was typed."""
    code = f"files-{error.code}" if error.code.startswith("home-") else error.code
    said = wording.words("files-lost" if isinstance(error, Fault) else code, **error.values)
    if by_script(request) or request.method != "POST":
        return HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
    if text is not None:
        return _kept(request, {"attempt": attempt, "said": said, "text": text, **_named(path)})
    messages.error(request, said)
    return redirect("files", attempt.pk)


def _kept(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """A page with the text that could not be saved, to be sent again."""
    sent = {"opened": request.POST.get("opened", ""), "eol": request.POST.get("eol", "")}
    return render(request, "labs/files_kept_page.html", context | sent, status=409)

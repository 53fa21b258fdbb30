"""Everything that is kept of one person, as a zip archive that is made while it is sent."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from course.export.models import ApiToken
from course.helping.models import HelpRequest
from course.models import User
from course.people.models import Act
from course.reading.models import Answer, Bookmark, Reading
from labs.files_download import Tail, add
from labs.models import Attempt, Command, Move, StepEvent, StepProgress
from labs.terminal_text import text
from labs.wording import size
from sandbox.errors import Fault
from sandbox.store import filediff
from sandbox.store.working import Snapshot

MOST_BYTES = 1024**3
"""Of files; each sandbox has 64 MB at most."""
_CHUNK = 20
_FIELDS: dict[Any, tuple[str, ...]] = {
    Attempt: ("pk", "lab", "language", "step", "started", "completed", "finished", "last_seen", "spent"),
    StepProgress: ("attempt_id", "step_id", "state", "outcome", "tries", "hints_shown", "solution_shown", "points", "passed_at"),
    StepEvent: ("attempt_id", "step_id", "what", "number", "seen", "at"),
    Move: ("attempt_id", "how", "after", "title", "step", "at"),
    Reading: ("note", "opened", "read"),
    Bookmark: ("note", "anchor", "made"),
    Answer: ("note", "question", "given", "right", "tries", "first", "last", "solved"),
    ApiToken: ("name", "made", "expires", "last_used", "revoked"),
    Act: ("at", "what", "target", "details"),
}


def archive(user: User) -> Iterator[bytes]:
    """JSON first, then the files. Forks that an instructor made are learners' work, and are not in it."""
    target = Tail()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, pieces in _documents(user):
            with out.open(zipfile.ZipInfo(name, time.localtime()[:6]), "w") as file:
                for piece in pieces:
                    file.write(piece.encode())
                    yield target.taken()
        left_out: list[str] = []
        for _file in _files(out, user, left_out):
            yield target.taken()
        if left_out:
            out.writestr("left-out.txt", "\n".join(left_out) + "\n")
    yield target.taken()


def _documents(user: User) -> Iterator[tuple[str, Iterable[str]]]:
    attempts = Attempt.objects.filter(user=user, fork_of=None).order_by("pk")
    yield "README.txt", [_about(user)]
    yield "account.json", [_json(_account(user))]
    yield "attempts.json", _rows(attempts)
    for name, model in (("steps", StepProgress), ("step-events", StepEvent), ("moves", Move)):
        yield f"{name}.json", _rows(model._default_manager.filter(attempt__in=attempts.values("pk")))
    for one in attempts:
        yield f"commands/{one.lab}-{one.pk}.json", _commands(one)
    yield "questions.json", [_json([_question(one) for one in HelpRequest.objects.filter(attempt__in=attempts.values("pk"))])]
    for name, of_theirs in (
        ("reading", Reading.objects.filter(user=user)),
        ("bookmarks", Bookmark.objects.filter(user=user)),
        ("answers", Answer.objects.filter(user=user)),
        ("tokens", ApiToken.objects.filter(owner=user)),
        ("acts", Act.objects.filter(by=user)),
    ):
        yield f"{name}.json", _rows(of_theirs)


def _about(user: User) -> str:
    return (
        _("What this site keeps of %(name)s.") % {"name": user.get_username()}
        + "\n\n"
        + _("The *.json files are what you did; commands/ has a file for each attempt at a lab, with what was printed.")
        + "\n"
        + _("files/ has the home folder of each sandbox. Simulated AWS accounts are not in it: only this site can use them.")
        + "\n"
    )


def _account(user: User) -> dict[str, Any]:
    members = user.memberships.select_related("cohort").order_by("joined")
    cohorts = [{"cohort": one.cohort.name, "role": one.role, "extra": one.extra, "joined": one.joined, "left": one.left} for one in members]
    names = ("username", "first_name", "last_name", "email", "role", "language", "date_joined", "last_login")
    return {name: getattr(user, name) for name in names} | {"cohorts": cohorts}


def _question(one: HelpRequest) -> dict[str, Any]:
    """With its answers: who gave them is no more than a role's business here."""
    names = ("attempt_id", "step", "sentence", "state", "ending", "asked", "answered", "closed")
    answers = [
        {"at": answer.at, "text": answer.text, "commands": [command.line for command in answer.commands.all()]}
        for answer in one.answers.prefetch_related("commands")
    ]
    return {name: getattr(one, name) for name in names} | {"answers": answers}


def _rows(found: QuerySet[Any]) -> Iterator[str]:
    """A page at a time; the fields that are the person's."""
    names, after, before = _FIELDS[found.model], 0, "[\n"
    while page := list(found.filter(pk__gt=after).order_by("pk")[:500]):
        after = page[-1].pk
        yield before + ",\n".join(_json({name: getattr(one, name) for name in names}) for one in page)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


_OF_A_COMMAND = (
    "number", "terminal", "line", "state", "exit_status", "queued", "ended", "duration_ms", "cwd_after", "undone", "mistake", "diff",
)  # fmt: skip


def _commands(attempt: Attempt) -> Iterator[str]:
    after, before = 0, "[\n"
    while page := list(Command.objects.filter(attempt=attempt, number__gt=after).order_by("number")[:_CHUNK]):
        after = page[-1].number
        yield before + ",\n".join(
            _json({name: getattr(one, name) for name in _OF_A_COMMAND} | {"output": text(bytes(one.output))}) for one in page
        )
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _files(out: zipfile.ZipFile, user: User, left_out: list[str]) -> Iterator[None]:
    """One file in memory at a time; links lead nowhere elsewhere and are left out."""
    room = MOST_BYTES
    mine = Attempt.objects.filter(user=user, fork_of=None).exclude(sandbox=None).select_related("sandbox__head")
    for attempt in mine.order_by("-last_seen"):
        folder = f"files/{attempt.lab}-{attempt.pk}"
        try:
            home = Snapshot.load(attempt.sandbox.head.manifest).parts["home"]  # type: ignore[union-attr]
        except (Fault, KeyError):
            left_out.append(f"{folder}/: " + _("it can no longer be read"))
            continue
        for path, entry in sorted(home.items()):
            name = f"{folder}/{filediff.shown(path)}"
            if entry.kind == "l":
                continue
            room -= entry.size if entry.kind == "f" else 0
            if room < 0:
                left_out.append(f"{name}: " + _("more than %(most)s of files") % {"most": size(MOST_BYTES)})
                return
            try:
                add(out, name, entry)
            except Fault:
                left_out.append(f"{name}: " + _("it can no longer be read"))
            yield


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat())

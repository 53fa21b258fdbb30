"""What a worker does for a job: piece by piece, each claimed, done and noted in one transaction with what it did to the sandbox.

So a worker that dies in the middle has done a piece and noted it, or neither; another one goes on when its claim runs out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from course.desk import jobs
from course.desk.models import Job, Piece
from sandbox import actions, signals
from sandbox.errors import Busy, LearnerError
from sandbox.history import History
from sandbox.models import Sandbox, Version

log = logging.getLogger(__name__)
SECONDS = 5.0
"""After so long the task ends, so that a job of thousands keeps no thread from learners' commands."""
PATIENCE, PAUSE = timedelta(minutes=2), timedelta(seconds=3)
"""So long a sandbox that is busy is waited for, and so often looked at."""


class Same(Exception):
    """There is nothing to do; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Under:
    """The piece that this thread is at. ``head``: where its sandbox was seen to stand; elsewhere it must not be moved from."""

    piece: Piece
    head: int


_now: ContextVar[_Under | None] = ContextVar("piece", default=None)


def work(job_id: int) -> bool:
    """Do what is due of a job, for a while. Whether more is."""
    end = time.monotonic() + SECONDS
    due = Piece.objects.due().filter(job=job_id).select_related("job__by", "undoes", "sandbox__head", "sandbox__start").order_by("pk")
    while (piece := due.first()) and time.monotonic() < end:
        if Piece.objects.claim(piece.pk):
            _do(piece)
    jobs.finish(job_id)
    return due.exists()


def _do(piece: Piece) -> None:
    sandbox = piece.sandbox
    if Job.objects.filter(pk=piece.job_id, state=Job.State.STOPPING).exists():
        piece.end(Piece.State.STOPPED)
        return
    if sandbox is None:
        piece.end(Piece.State.SAME, "gone")
        return
    mark = _now.set(_Under(piece, sandbox.head_id))
    try:
        _act(piece, sandbox)
    except Same as same:
        piece.end(Piece.State.SAME, same.code)
    except Busy:
        _wait(piece)
    except LearnerError as error:
        piece.end(Piece.State.SAME if error.code in _NOTHING else Piece.State.LEFT, error.code)
    except Exception:  # the others are done all the same
        log.exception("%s could not be done to sandbox %s", piece.job, piece.sandbox_id)
        piece.end(Piece.State.LEFT, "fault")
    finally:
        _now.reset(mark)


def _act(piece: Piece, sandbox: Sandbox) -> None:
    if sandbox.is_rebuilding:
        raise Busy("busy")
    if piece.undoes is not None:
        _BACK[piece.job.what](piece, sandbox)
    elif sandbox.put_away is not None:
        raise Same("away")
    else:
        _ACTS[piece.job.what](piece, sandbox)


_NOTHING = {"nothing-to-undo", "nothing-to-redo"}


def _wait(piece: Piece) -> None:
    """Somebody is at work in it."""
    now = timezone.now()
    until = piece.waits_until or now + PATIENCE
    if now >= until:
        piece.end(Piece.State.LEFT, "busy")
    else:
        piece.end(Piece.State.WAITING, waits_until=until, not_before=now + PAUSE)


# --- noting it, in the transaction of what is done -----------------------------------------------------------------------------


@receiver(signals.moved)
def _moved(sender: object, *, sandbox: Sandbox, history: History, **_: Any) -> None:
    under = _now.get()
    if under is None or under.piece.sandbox_id != sandbox.pk:
        return
    if history.head != under.head:
        raise Busy("busy")  # it stands elsewhere than where this was decided
    _note(under.piece, before_id=history.head, after_id=sandbox.head_id)


@receiver([signals.put_away, signals.brought_back])
def _went(sender: object, *, sandbox: Sandbox, **_: Any) -> None:
    under = _now.get()
    if under is not None and under.piece.sandbox_id == sandbox.pk:
        _note(under.piece)


def _note(piece: Piece, **fields: Any) -> None:
    """Raises LearnerError, which takes it back: the claim ran out, and another worker has done it."""
    if not piece.end(Piece.State.DONE, **fields):
        raise LearnerError("taken-over")


# --- the acts ------------------------------------------------------------------------------------------------------------------


def _reset(piece: Piece, sandbox: Sandbox) -> None:
    if sandbox.head_id == sandbox.start_id:
        raise Same("at-start")
    actions.reset(sandbox=sandbox, by=piece.job.by)


def _undo(piece: Piece, sandbox: Sandbox) -> None:
    actions.undo(sandbox=sandbox, by=piece.job.by)


def _redo(piece: Piece, sandbox: Sandbox) -> None:
    actions.redo(sandbox=sandbox, by=piece.job.by)


def _rewind(piece: Piece, sandbox: Sandbox) -> None:
    """To where it stood at a moment: the last version before it of those that led to where it stands now."""
    moment = datetime.fromisoformat(piece.job.options["to"])
    if sandbox.created > moment:
        raise Same("not-yet")
    past = list(History(sandbox).past(sandbox.head_id))
    early = set(Version.objects.filter(pk__in=past, created__lte=moment).values_list("pk", flat=True)) | {sandbox.start_id}
    to = next((pk for pk in past if pk in early), None)
    if to == sandbox.head_id:
        raise Same("there")
    actions.rewind(sandbox=sandbox, to=to, by=piece.job.by)


def _delete(piece: Piece, sandbox: Sandbox) -> None:
    actions.put_away(sandbox=sandbox, by=piece.job.by)


def _unlock(piece: Piece, sandbox: Sandbox) -> None:
    if not sandbox.lock_holder:
        raise Same("not-locked")
    if not Sandbox.objects.unlock_abandoned(sandbox.pk):
        raise LearnerError("held")
    piece.end(Piece.State.DONE)


@transaction.atomic
def _quota(piece: Piece, sandbox: Sandbox) -> None:
    wanted = piece.job.options
    was = {"bytes": sandbox.most_bytes, "files": sandbox.most_files}
    if was == wanted:
        raise Same("quota")
    Sandbox.objects.filter(pk=sandbox.pk).update(most_bytes=wanted["bytes"], most_files=wanted["files"])
    _note(piece, was=was)


_Act = Callable[[Piece, Sandbox], None]
_ACTS: dict[str, _Act] = {
    "reset": _reset, "undo": _undo, "redo": _redo, "rewind": _rewind, "delete": _delete, "unlock": _unlock, "quota": _quota,
}  # fmt: skip


# --- and back ------------------------------------------------------------------------------------------------------------------


def _original(piece: Piece) -> Piece:
    assert piece.undoes is not None  # noqa: S101 - asked before
    return piece.undoes


def _require_untouched(piece: Piece, sandbox: Sandbox) -> int:
    """Where it stood. What was done since is the learner's: it is not put away by undoing what was before it. Raises LearnerError."""
    done = _original(piece)
    if done.before_id is None:
        raise LearnerError("late")
    history = History(sandbox)
    for pk in history.past(sandbox.head_id):
        if pk == done.after_id:
            return done.before_id
        if (node := history.nodes.get(pk)) is None or node.made:
            break
    raise LearnerError("moved-on")


def _back_to(piece: Piece, sandbox: Sandbox) -> None:
    to = _require_untouched(piece, sandbox)
    actions.rewind(sandbox=sandbox, to=to, by=piece.job.by)


def _unreset(piece: Piece, sandbox: Sandbox) -> None:
    """As the learner's own undo would: the page then says so."""
    _require_untouched(piece, sandbox)
    actions.undo(sandbox=sandbox, by=piece.job.by)


def _bring_back(piece: Piece, sandbox: Sandbox) -> None:
    if sandbox.put_away is None:
        raise Same("there")
    actions.bring_back(sandbox=sandbox, by=piece.job.by)


@transaction.atomic
def _old_quota(piece: Piece, sandbox: Sandbox) -> None:
    set_to, was = piece.job.options, _original(piece).was
    mine = Sandbox.objects.filter(pk=sandbox.pk, most_bytes=set_to["bytes"], most_files=set_to["files"])
    if not mine.update(most_bytes=was["bytes"], most_files=was["files"]):
        raise LearnerError("moved-on")
    _note(piece)


_BACK: dict[str, _Act] = {
    "reset": _unreset, "undo": _back_to, "redo": _back_to, "rewind": _back_to, "delete": _bring_back, "quota": _old_quota,
}  # fmt: skip

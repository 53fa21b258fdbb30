"""Jobs: begun, stopped, undone, and forgotten after a day. Doing them is ``course.desk.doing``'s."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from course.desk.models import UNDOABLE, Job, Piece
from course.models import User
from course.people.acts import record
from labs.actions import wake
from sandbox import actions as sandboxes
from sandbox.models import Sandbox

MOST = 20_000
_BATCH = 1_000


class Refused(Exception):
    """``code``: nothing (no sandbox is meant), many (more than MOST), late (it can't be undone any more)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def begin(*, what: str, by: User, found: QuerySet[Sandbox], chosen: Mapping[str, Any], options: Mapping[str, Any]) -> Job:
    """One piece for each sandbox of ``found`` as it is now; workers do them one after another. Raises Refused: nothing, many."""
    job = Job.objects.create(what=what, by=by, by_name=_name(by), chosen=dict(chosen), options=dict(options))
    rows = found.values_list("pk", "owner__username", "owner__first_name", "owner__last_name", "label")[: MOST + 1]
    names = ((pk, f"{f'{first} {last}'.strip() or who} · {label}") for pk, who, first, last, label in rows)
    count = _keep(Piece(job=job, sandbox_id=pk, name=name[:300]) for pk, name in names)
    if not count or count > MOST:
        raise Refused("many" if count else "nothing")
    record(f"sandboxes-{what}", by=by, target=job, job=job.pk, sandboxes=count, chosen=dict(chosen), **options)
    transaction.on_commit(partial(wake, "course.desk.tasks.work", job.pk))
    return job


def undo(*, job: Job, by: User) -> Job:
    """Another job, which puts back what this one did. Raises Refused late: a day is over, or it was undone before."""
    if not job.undoable:
        raise Refused("late")
    try:
        with transaction.atomic():
            back = Job.objects.create(what=job.what, by=by, by_name=_name(by), options=job.options, undoes=job)
            done = job.pieces.filter(state=Piece.State.DONE)
            count = _keep(Piece(job=back, sandbox_id=one.sandbox_id, name=one.name, undoes=one) for one in done)
            if not count:
                raise Refused("nothing")
            record("sandboxes-undone", by=by, target=job, job=back.pk, sandboxes=count)
            transaction.on_commit(partial(wake, "course.desk.tasks.work", back.pk))
    except IntegrityError as error:  # undone twice at once
        raise Refused("late") from error
    return back


@transaction.atomic
def stop(*, job: Job, by: User) -> None:
    """Begin no more of it; what is under way is finished."""
    if Job.objects.filter(pk=job.pk, state=Job.State.GOING).update(state=Job.State.STOPPING):
        record("sandboxes-stopped", by=by, target=job, job=job.pk)
        job.pieces.filter(state=Piece.State.WAITING).update(state=Piece.State.STOPPED)
        finish(job.pk)


def finish(pk: int) -> None:
    """The job is over where nothing of it is left to do."""
    if Piece.objects.open().filter(job=pk).exists():
        return
    now = timezone.now()
    for before, after in ((Job.State.GOING, Job.State.DONE), (Job.State.STOPPING, Job.State.STOPPED)):
        Job.objects.filter(pk=pk, state=before).update(state=after, ended=now)


def counts(job: Job) -> dict[str, int]:
    """Pieces by state, and ``total``, ``over`` (all that are)."""
    found = dict.fromkeys(Piece.State.values, 0)
    found |= dict(job.pieces.order_by().values_list("state").annotate(Count("pk")))
    total = sum(found.values())
    return found | {"total": total, "over": total - found["waiting"] - found["claimed"]}


def forget() -> None:
    """After a day nothing can be undone: versions are no longer kept for it, and what was deleted goes."""
    horizon = timezone.now() - UNDOABLE
    Piece.objects.filter(job__made__lt=horizon).exclude(before=None).update(before=None)
    sandboxes.delete_put_away(before=horizon)


def _keep(pieces: Iterable[Piece]) -> int:
    count, rest = 0, iter(pieces)
    while batch := list(islice(rest, _BATCH)):
        Piece.objects.bulk_create(batch)
        count += len(batch)
    return count


def _name(user: User) -> str:
    return str(user.get_full_name() or user.get_username())[:150]


def unfinished() -> Iterator[int]:
    """Jobs with something that a worker could begin now."""
    yield from Piece.objects.due().order_by().values_list("job", flat=True).distinct()

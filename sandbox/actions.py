"""What can be done to sandboxes: each is one atomic write; all but ``blank`` and ``skip`` run nothing."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from sandbox import folders, signals, workers
from sandbox.checkout import checkout, folder_of
from sandbox.errors import Busy, Fault, LearnerError
from sandbox.history import History, Node
from sandbox.models import Sandbox, Version
from sandbox.store import tree
from sandbox.store.working import Snapshot, WorkingCopy

log = logging.getLogger(__name__)
ABANDONED = timedelta(days=1)


def blank(*, account: str | None = None) -> Version:
    """A first version: an empty home with ``~/environment`` and a newborn AWS account, so that its default VPC keeps its ids.

    ``account``: twelve digits, random when not given. This one runs something: the account's birth. Raises Fault.
    """
    folder = tree.Entry("d", 0o755, time.time_ns(), 0, "")
    snapshot = Snapshot({"home": {"environment": folder}, "tmp": {}})
    empty = Version.objects.create(account=account or str(secrets.randbelow(9 * 10**11) + 10**11), manifest=snapshot.save(), home_files=1)
    sandbox = create_sandbox(owner=None, start=empty, label="birth")
    try:
        with checkout(sandbox) as live:
            live.call("sts", "get_caller_identity", {})
            born = live.commit()
    finally:
        delete(sandbox=sandbox, by="birth")
    born.parent, born.sandbox, born.number, born.changes, born.pinned = None, None, 0, {}, True
    born.save()
    empty.delete()
    return born


def create_sandbox(*, owner: AbstractBaseUser | None, start: Version, label: str = "", clock_rate: float = 1.0) -> Sandbox:
    """A sandbox that stands at ``start``: two rows, whatever the version holds. ``clock_rate``: its account's seconds in one."""
    sandbox = Sandbox(owner=owner, label=label, start=start, clock_rate=clock_rate)  # type: ignore[misc]
    for name, value in sandbox.standing_at(start).items():
        setattr(sandbox, name, value)
    sandbox.save()
    return sandbox


def undo(*, sandbox: Sandbox, by: Any, at: int | None = None, wait: float = 0) -> Version:
    """Back to before the last command; time that passed since goes with it. The new head.

    ``at``: the head that whoever asks has seen. If it is another by now nothing moves, so that a double click undoes once.
    ``wait``: seconds to wait for who holds the sandbox. Raises Busy, LearnerError: nothing-to-undo, version-gone.
    """

    def choose(history: History) -> tuple[Node, int]:
        return history.undo()

    return _move(sandbox, "undo", choose, by=by, at=at, wait=wait)


def redo(*, sandbox: Sandbox, by: Any, at: int | None = None, wait: float = 0) -> Version:
    """Forward again to after the next command that was undone. As ``undo``; raises Busy, LearnerError nothing-to-redo."""

    def choose(history: History) -> tuple[Node, int]:
        return history.redo()

    return _move(sandbox, "redo", choose, by=by, at=at, wait=wait)


def rewind(*, sandbox: Sandbox, to: int | None, by: Any, wait: float = 0) -> Version:
    """To any version that the sandbox ever stood at, by its key. As ``undo``; raises Busy, LearnerError version-gone."""

    def choose(history: History) -> tuple[Node, int]:
        if to is None or to not in history.nodes:
            raise LearnerError("version-gone")
        return history.nodes[to], to

    return _move(sandbox, "rewind", choose, by=by, wait=wait)


def reset(*, sandbox: Sandbox, by: Any, to: Version | None = None, at: int | None = None, wait: float = 0) -> Version:
    """Begin again from ``to`` (else the start): a version with its value that remembers what it left, so that undo brings that back.

    As ``undo``; raises Busy.
    """

    def choose(history: History) -> tuple[Node, int]:
        made = (to or sandbox.start).copy_for(sandbox, changes={"left": history.head})
        history.nodes[made.pk] = Node(made.pk, made.parent_id, made.number, "", history.head, quiet=False)
        return history.nodes[made.pk], made.pk

    return _move(sandbox, "reset", choose, by=by, at=at, wait=wait)


def _move(
    sandbox: Sandbox, how: str, choose: Callable[[History], tuple[Node, int]], *, by: Any, at: int | None = None, wait: float = 0
) -> Version:
    """Lock, then in one transaction: choose where to, point the head there, say so. ``sandbox`` is as it is then."""
    # The lock comes before the transaction: SQLite has one writer, and who holds the sandbox may have to write before letting go.
    with _held(sandbox, wait) as holder, transaction.atomic():
        sandbox.refresh_from_db()
        if at is not None and sandbox.head_id != at:
            return sandbox.head
        history = History(sandbox)
        node, to = choose(history)
        version = Version.objects.get(pk=to)
        tip = None if how == "reset" else history.tip_from(to)
        mine = Sandbox.objects.filter(pk=sandbox.pk, head=history.head, lock_holder=holder)
        if mine.update(**sandbox.standing_at(version), tip=tip) != 1:
            raise Busy("busy")
        sandbox.refresh_from_db()
        signals.moved.send(Sandbox, sandbox=sandbox, how=how, by=by, node=node, history=history)
    log.info("sandbox %s: %s from %s to %s by %s", sandbox.pk, how, history.head, version, by)
    return version


def put_rebuilt(
    *, sandbox: Sandbox, was: Version, to: Version, start: Version, notice: dict[str, Any], then: Callable[[], None], wait: float = 0
) -> None:
    """``to`` stands for ``was``, whose account can't be read any more; the versions of before stay in the history.

    Nothing happens where the head is another by now. ``then`` runs in the same transaction. Raises Busy.
    """
    with _held(sandbox, wait), transaction.atomic():
        mine = Sandbox.objects.filter(pk=sandbox.pk, head=was)
        if mine.update(**sandbox.standing_at(to), start=start, tip=None, notice=notice):
            then()
        Sandbox.objects.filter(pk=sandbox.pk).update(rebuilding=None)
    log.info("sandbox %s was rebuilt from %s to %s", sandbox.pk, was, to)


def delete(*, sandbox: Sandbox, by: Any) -> None:
    """Remove ``sandbox`` with its working copy. Versions that others share stay. Raises Busy while it runs a command."""
    with _held(sandbox):
        folder = folder_of(sandbox)
        if folder.exists():
            try:
                WorkingCopy(folder).close()
            except Fault as error:
                raise Busy("busy") from error
            folders.remove(folder)
        Sandbox.objects.filter(pk=sandbox.pk).delete()
    log.info("sandbox %s was deleted by %s", sandbox.pk, by)


def put_away(*, sandbox: Sandbox, by: Any, wait: float = 0) -> None:
    """As deleted to all who use it, but ``bring_back`` undoes it until ``delete_put_away``. Raises Busy, and what a receiver raises."""
    with _held(sandbox, wait), transaction.atomic():
        sandbox.refresh_from_db()
        if sandbox.put_away is not None:
            return
        kept: dict[str, Any] = {}
        signals.put_away.send(Sandbox, sandbox=sandbox, kept=kept)
        sandbox.put_away, sandbox.kept, sandbox.due = timezone.now(), kept, None
        sandbox.save(update_fields=["put_away", "kept", "due"])
    log.info("sandbox %s was put away by %s", sandbox.pk, by)


def bring_back(*, sandbox: Sandbox, by: Any, wait: float = 0) -> None:
    """Undo ``put_away``. Raises Busy, and what a receiver raises."""
    with _held(sandbox, wait), transaction.atomic():
        sandbox.refresh_from_db()
        if sandbox.put_away is None:
            return
        kept = sandbox.kept
        now = timezone.now()
        sandbox.put_away, sandbox.kept, sandbox.last_used = None, {}, now
        sandbox.due = None if sandbox.head.due_in is None else now  # whoever wakes it finds out when that is
        sandbox.save(update_fields=["put_away", "kept", "last_used", "due"])
        signals.brought_back.send(Sandbox, sandbox=sandbox, kept=kept)
    log.info("sandbox %s was brought back by %s", sandbox.pk, by)


def delete_put_away(*, before: datetime) -> int:
    """For good: what was put away before that moment."""
    deleted = 0
    for sandbox in Sandbox.objects.filter(put_away__lt=before):
        with contextlib.suppress(Busy):
            delete(sandbox=sandbox, by="housekeeping")
            deleted += 1
    return deleted


def delete_abandoned() -> int:
    """Sandboxes made for a moment (a start's, a replay's, a transcript's) whose process died before it could delete them."""
    deleted = 0
    for sandbox in Sandbox.objects.filter(owner=None, last_used__lt=timezone.now() - ABANDONED):
        with contextlib.suppress(Busy):
            delete(sandbox=sandbox, by="housekeeping")
            deleted += 1
    return deleted


@contextlib.contextmanager
def _held(sandbox: Sandbox, wait: float = 0) -> Iterator[str]:
    holder = f"{workers.me()}:{secrets.token_hex(6)}"
    end = time.monotonic() + wait
    while not Sandbox.objects.lock(sandbox.pk, holder):
        if time.monotonic() >= end:
            raise Busy("busy")
        time.sleep(0.02)
    try:
        yield holder
    finally:
        Sandbox.objects.unlock(sandbox.pk, holder)

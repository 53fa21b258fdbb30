"""What can be done to sandboxes: each is one atomic write; all but ``blank`` and ``skip`` run nothing."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from sandbox import folders, signals, waking, workers
from sandbox.checkout import checkout, folder_of
from sandbox.errors import Busy, Fault
from sandbox.models import Sandbox, Version
from sandbox.store import tree
from sandbox.store.working import Snapshot, WorkingCopy

log = logging.getLogger(__name__)


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


@transaction.atomic
def reset(*, sandbox: Sandbox, by: Any, to: Version | None = None) -> Version:
    """Point ``sandbox`` at ``to`` (else its start). The versions left behind stay in the history. Raises Busy while it runs a command."""
    with _held(sandbox):
        sandbox.head = to or sandbox.start
        Sandbox.objects.filter(pk=sandbox.pk).update(**sandbox.standing_at(sandbox.head))
        if sandbox.head_id == sandbox.start_id:
            signals.back_at_start.send(Sandbox, sandbox=sandbox)
    log.info("sandbox %s was reset to %s by %s", sandbox.pk, sandbox.head, by)
    return sandbox.head


def put_rebuilt(*, sandbox: Sandbox, was: Version, to: Version, start: Version, notice: dict[str, Any], then: Callable[[], None]) -> None:
    """``to`` stands for ``was``, whose account can't be read any more; the versions of before stay in the history.

    Nothing happens where the head is another by now. ``then`` runs in the same transaction. Raises Busy.
    """
    with _held(sandbox), transaction.atomic():
        mine = Sandbox.objects.filter(pk=sandbox.pk, head=was)
        if mine.update(**sandbox.standing_at(to), start=start, tip=None, notice=notice):
            then()
        Sandbox.objects.filter(pk=sandbox.pk).update(rebuilding=None)
    log.info("sandbox %s was rebuilt from %s to %s", sandbox.pk, was, to)


def skip(*, sandbox: Sandbox, by: Any) -> bool:
    """Do not wait for the next event in its account: it happens now. False where none is due. Raises Busy, OverQuota, Fault."""
    with checkout(sandbox) as live:
        happened = waking.advance(live, skip=True)
    log.info("sandbox %s was led on to its next event by %s", sandbox.pk, by)
    return happened


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


@contextlib.contextmanager
def _held(sandbox: Sandbox) -> Iterator[None]:
    holder = f"{workers.me()}:{secrets.token_hex(6)}"
    if not Sandbox.objects.lock(sandbox.pk, holder):
        raise Busy("busy")
    try:
        yield
    finally:
        Sandbox.objects.unlock(sandbox.pk, holder)

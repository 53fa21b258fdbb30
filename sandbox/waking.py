"""Time goes by for sandboxes in which nobody types: what is due in their accounts is woken, by rows claimed, never by delayed tasks.

Cost: one query a tick on the index of ``Sandbox.due``, whatever there is; a sandbox with nothing due is never looked at. One that
nobody used for REST stops being woken, so that what is left behind costs nothing either; ``seen`` lets it go on.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox import signals
from sandbox.checkout import Live, checkout
from sandbox.errors import Busy, Fault, SandboxError
from sandbox.models import Sandbox

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)  # whoever claimed it and died: it comes due again
BUSY = timedelta(seconds=5)
REST = timedelta(days=1)
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0  # seconds between tries at one that fails
BATCH = 200


def claim_due() -> list[Any]:
    """Sandboxes in which something is due, each now ours: of two that ask at once one gets it."""
    now = timezone.now()
    claimed = []
    for pk, used in Sandbox.objects.filter(due__lte=now).order_by("due").values_list("pk", "last_used")[:BATCH]:
        due = Sandbox.objects.filter(pk=pk, due__lte=now)
        if used < now - REST:
            due.update(due=None)
        elif due.update(due=now + CLAIM) == 1:
            claimed.append(pk)
    return claimed


def seen(pk: Any) -> None:
    """Somebody looks at this sandbox: if it was left to rest, what is due goes on."""
    now = timezone.now()
    Sandbox.objects.filter(pk=pk, due=None, head__due_in__isnull=False).update(due=now, last_used=now)


def wake(pk: Any) -> None:
    """Let what is due in one sandbox happen. Too late, or twice, does no harm."""
    sandbox = Sandbox.objects.select_related("head").filter(pk=pk).first()
    if sandbox is None:
        return
    if sandbox.due_in() is None or (sandbox.due_in() or 0.0) > BUSY.total_seconds():
        _set_due(sandbox)  # the head moved since it was claimed
        return
    try:
        with checkout(sandbox) as live:
            if advance(live):
                return
    except Busy:
        Sandbox.objects.filter(pk=pk, head=sandbox.head).update(due=timezone.now() + BUSY)
    except SandboxError as error:
        _failed(sandbox, error)
    else:
        _set_due(sandbox)


def advance(live: Live, *, skip: bool = False) -> bool:
    """Run what is due, with ``skip`` what is next; commit it and tell. False where nothing was. Raises Fault, OverQuota."""
    before = live.head
    live.advance(skip=skip)
    version = live.commit(passing=True)
    if version.pk == before.pk:
        return False
    if version.parent_id != before.pk:
        before.drop_unless_named()
    signals.advanced.send_robust(Sandbox, live=live, version=version)
    return True


def _set_due(sandbox: Sandbox) -> None:
    left = sandbox.due_in()
    due = None if left is None else timezone.now() + max(BUSY, timedelta(seconds=left))
    Sandbox.objects.filter(pk=sandbox.pk, head=sandbox.head).update(due=due)


def _failed(sandbox: Sandbox, error: SandboxError) -> None:
    """Try again later, each time twice as much later."""
    log.error("sandbox %s could not be woken: %s %s", sandbox.pk, error.code, error.detail)
    pause = timedelta(seconds=min(FIRST_PAUSE * 2.0**sandbox.failed_wakes, LONGEST_PAUSE))
    mine = Sandbox.objects.filter(pk=sandbox.pk, head=sandbox.head)
    mine.update(due=timezone.now() + pause, failed_wakes=min(sandbox.failed_wakes + 1, 20))
    if isinstance(error, Fault) and error.code == "cloud-state-version":
        signals.outdated.send_robust(Sandbox, sandbox=sandbox)

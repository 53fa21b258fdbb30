"""What labs do about what happens to sandboxes."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from labs import clock, following, happening, judging, previews, publishing, putting_away, rebuilding
from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox import signals
from sandbox.checkout import Live
from sandbox.errors import Busy
from sandbox.history import History, Node
from sandbox.models import Sandbox, Version


@receiver(signals.moved)
def attempts_follow(sender: object, *, sandbox: Sandbox, how: str, by: Any, node: Node, history: History, **_: Any) -> None:
    """Whoever moved it, the learner or an administrator: the console and the steps go with it."""
    for attempt, whole in following.follow(sandbox=sandbox, how=how, by=by, node=node, history=history):
        transaction.on_commit(partial(publishing.moved, attempt, whole=whole))
        transaction.on_commit(partial(clock.changed, attempt))
        happening.told("moved", attempt.pk)


@receiver(signals.moved)
def previews_end_at_a_reset(sender: object, *, sandbox: Sandbox, how: str, **_: Any) -> None:
    """What was opened of it before shows nothing of what comes after."""
    if how == "reset":
        for pk in Attempt.objects.filter(sandbox=sandbox).values_list("pk", flat=True):
            transaction.on_commit(partial(previews.revoke, pk))


@receiver(signals.put_away)
def attempts_lose_it(sender: object, *, sandbox: Sandbox, kept: dict[str, Any], **_: Any) -> None:
    """It was deleted, for now: the page says so, and what was opened of it before shows nothing any more."""
    for attempt in putting_away.take(sandbox=sandbox, kept=kept):
        transaction.on_commit(partial(publishing.page_changed, attempt))
        transaction.on_commit(partial(previews.revoke, attempt.pk))
        happening.told("moved", attempt.pk)


@receiver(signals.brought_back)
def attempts_get_it_back(sender: object, *, sandbox: Sandbox, kept: dict[str, Any], **_: Any) -> None:
    """Everything is as it was, unless the learner has begun anew."""
    for attempt in putting_away.give_back(sandbox=sandbox, kept=kept):
        transaction.on_commit(partial(publishing.page_changed, attempt))
        happening.told("moved", attempt.pk)


@receiver(post_delete, sender=Attempt)
def sandboxes_of_forks_go(sender: object, instance: Attempt, **_: Any) -> None:
    """A fork goes with what it is a fork of; its sandbox holds what was the learner's."""
    if instance.fork_of_id and instance.sandbox_id:
        for sandbox in Sandbox.objects.filter(pk=instance.sandbox_id):
            transaction.on_commit(partial(_deleted, sandbox))


def _deleted(sandbox: Sandbox) -> None:
    with contextlib.suppress(Busy):
        sandboxes.delete(sandbox=sandbox, by="housekeeping")


@receiver(signals.advanced)
def attempts_see_what_happened(sender: object, live: Live, version: Version, **_: Any) -> None:
    """Time went by in a sandbox and something happened."""
    judging.looked(live, version)


@receiver(signals.outdated)
def attempts_are_rebuilt(sender: object, sandbox: Sandbox, **_: Any) -> None:
    """Its account can't be read any more."""
    rebuilding.begin(sandbox)

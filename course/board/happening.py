"""What the site makes of what happens in attempts (LABS_HAPPENED), and of acts that change who is on a board."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from course.board import alarms, live
from course.people.models import Act
from labs.models import Attempt

_JUDGED = {"opened", "ended", "looked", "moved", "helped"}
_MEMBERS = {"member-added", "member-removed", "member-back", "role-changed", "joined", "imported", "cohort-archived"}


def happened(what: str, attempt_id: int) -> None:
    """See ``labs.happening``. What is told while a command waits to run must be quick: a row is told of by a thread of its own."""
    if what in _JUDGED:
        alarms.renew(attempt_id)
    user = Attempt.objects.filter(pk=attempt_id, fork_of=None).values_list("user", flat=True).first()
    if user is not None:
        live.changed(user)


def quietly() -> None:
    """By beat: who fell silent, and who came to or left a page since the last look."""
    for user in {*alarms.silent(), *live.came_or_went()}:
        live.changed(user)


def listen() -> None:
    post_save.connect(_act, sender=Act, dispatch_uid="course.board")


def _act(sender: object, instance: Act, *, created: bool, **_: Any) -> None:
    if not created or instance.cohort_id is None:
        return
    if instance.what in _MEMBERS:
        transaction.on_commit(partial(live.again, instance.cohort_id))
    elif instance.what == "cohort-changed":
        transaction.on_commit(partial(live.reload, instance.cohort_id))

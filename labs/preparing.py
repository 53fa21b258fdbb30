"""Gives attempts their sandboxes."""

from __future__ import annotations

import logging

from django.db import transaction

from labs import publishing, starts
from labs.editions import edition, lab_of
from labs.lab import catalog
from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox.errors import SandboxError

log = logging.getLogger(__name__)


def prepare(attempt_id: int) -> None:
    """Make the attempt ready: its start is found or built, and every attempt that waits for the same one is told."""
    attempt = Attempt.objects.get(pk=attempt_id)
    if attempt.ready or attempt.finished or attempt.is_fork:
        return
    waiting = Attempt.objects.filter(lab=attempt.lab, content_hash=attempt.content_hash, sandbox=None, finished=None, fork_of=None)
    try:
        version = starts.try_build(lab_of(attempt))
    except Exception as error:
        log.exception("%s could not be prepared", attempt.lab)
        code = error.code if isinstance(error, SandboxError) and error.code == "lab-gone" else "lab-broken"
        for one in waiting:
            Attempt.objects.filter(pk=one.pk, sandbox=None).update(problem=code)
            publishing.page_changed(one)
        return
    if version is not None:
        for one in waiting:
            give(one.pk)


@transaction.atomic
def give(attempt_id: int) -> Attempt:
    """The attempt, made ready where its start is built: two rows, for which nobody has to wait."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.ready:
        return attempt
    lab = edition(attempt.lab, attempt.content_hash)
    version = starts.row(lab).version
    if version is None:
        return attempt
    attempt.sandbox = sandboxes.create_sandbox(owner=attempt.user, start=version, label=attempt.lab, clock_rate=lab.clock)
    attempt.problem = ""
    attempt.save(update_fields=["sandbox", "problem"])
    transaction.on_commit(lambda: publishing.page_changed(attempt))
    return attempt


def prebuild() -> None:
    """Build what is missing of the labs' starts, so that nobody has to wait for them."""
    labs, errors = catalog.everything()
    for error in errors:
        log.error("%s", error)
    for lab in labs:
        try:
            starts.try_build(lab)
        except Exception:
            log.exception("the start of %s could not be built", lab.name)

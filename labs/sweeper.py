"""Finds what fell between: rows that nobody claimed, workers that are gone, attempts that wait for nobody."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from labs import actions, happening, listening, publishing, rebuilding
from labs.models import Attempt, Command, CommandQuerySet, changed_by
from sandbox import workers
from sandbox.models import Sandbox, Version

log = logging.getLogger(__name__)
UNCLAIMED = timedelta(seconds=4)
ABANDONED = timedelta(hours=1)


def sweep() -> None:
    """Every few seconds, by beat; safe from any number of processes at once."""
    now = timezone.now()
    end_lost(Command.objects.in_checkout().filter(lease_until__lt=now))
    for pk in Command.objects.filter(state=Command.State.QUEUED, queued__lt=now - UNCLAIMED).values_list("pk", flat=True):
        actions.wake("labs.tasks.run_command", pk)
    unprepared = Attempt.objects.filter(sandbox=None, finished=None, fork_of=None, problem="", last_seen__gt=now - ABANDONED)
    for pk in unprepared.filter(last_seen__lt=now - UNCLAIMED).values_list("pk", flat=True):
        actions.wake("labs.tasks.prepare_attempt", pk)
    for sandbox in Sandbox.objects.filter(rebuilding__lt=now):  # whoever was at it is gone
        rebuilding.begin(sandbox)


def end_dead() -> None:
    """At a worker's start: what workers of this host were running when they died needs no lease to run out."""
    running = Command.objects.in_checkout().values_list("pk", "worker")
    gone = [pk for pk, worker in running if workers.is_gone(worker)]
    end_lost(Command.objects.filter(pk__in=gone))


def end_lost(commands: CommandQuerySet) -> None:
    """End rows whose worker is gone. One that had committed before it went is done; of any other nothing is left."""
    for command in commands.select_related("attempt__sandbox"):
        kept = _committed(command)
        fields = {"state": Command.State.LOST, "message": "worker-lost"}
        if kept is not None:
            fields = {"state": Command.State.DONE, "message": "worker-lost-kept"}
        # The lease is in the condition: a worker that was only slow may have renewed it since.
        mine = Command.objects.in_checkout().filter(Q(lease_until=command.lease_until), pk=command.pk)
        if mine.update(ended=timezone.now(), lease_until=None, version=kept, **(changed_by(kept) if kept else {}), **fields):
            log.warning("command %s of worker %s was %s", command.pk, command.worker, fields["state"])
            command.refresh_from_db()
            publishing.command_changed(command)
            listening.forget(command.attempt)
            happening.told("ended", command.attempt_id)


def _committed(command: Command) -> Version | None:
    sandbox = command.attempt.sandbox
    if sandbox is None or command.claimed is None:
        return None
    made = Version.objects.filter(sandbox=sandbox, created__gte=command.claimed).exclude(command="").order_by("-pk")
    return next((version for version in made if f"\n{command.line}\n" in f"\n{version.command}\n"), None)  # alone, or among others

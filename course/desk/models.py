"""What an administrator has done to many sandboxes: a job, and of each sandbox a piece."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sandbox.models import Sandbox, Version

UNDOABLE = timedelta(days=1)
LEASE = timedelta(minutes=2)


class Job(models.Model):
    """One act on many sandboxes. It is done when no piece of it is left to do; ``stopping``: what is not begun is left alone."""

    class What(models.TextChoices):
        RESET = "reset", _("Reset")
        UNDO = "undo", _("Undo")
        REDO = "redo", _("Redo")
        REWIND = "rewind", _("Rewind")
        DELETE = "delete", _("Delete")
        UNLOCK = "unlock", _("Unlock")
        QUOTA = "quota", _("Set the quota")

    class State(models.TextChoices):
        GOING = "going", _("under way")
        STOPPING = "stopping", _("stopping")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    what = models.CharField(max_length=10, choices=What)
    state = models.CharField(max_length=10, choices=State, default=State.GOING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150)
    chosen = models.JSONField(default=dict, help_text="How its sandboxes were found: the filters, empty where they were chosen one by one.")
    options = models.JSONField(default=dict, help_text="rewind: to (ISO 8601); quota: bytes and files, null for the course's own.")
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    made = models.DateTimeField(default=timezone.now, db_index=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def over(self) -> bool:
        return self.state in {self.State.DONE, self.State.STOPPED}

    @property
    def undoable(self) -> bool:
        """Whether it may be undone now: it is over, it changed something that can be changed back, and not a day has gone by."""
        kind = self.undoes_id is None and self.what != self.What.UNLOCK
        return kind and self.over and timezone.now() < self.undoable_until and not Job.objects.filter(undoes=self.pk).exists()

    @property
    def undoable_until(self) -> datetime:
        return self.made + UNDOABLE


class PieceQuerySet(models.QuerySet["Piece"]):
    def open(self) -> PieceQuerySet:
        return self.filter(state__in=[Piece.State.WAITING, Piece.State.CLAIMED])

    def due(self) -> PieceQuerySet:
        """Those that somebody may begin: nobody has, or whoever did is gone."""
        now = timezone.now()
        return self.filter(Q(state=Piece.State.WAITING, not_before__lte=now) | Q(state=Piece.State.CLAIMED, claimed_until__lt=now))

    def claim(self, pk: int) -> bool:
        """Of two workers that ask for the same piece one gets it."""
        return self.due().filter(pk=pk).update(state=Piece.State.CLAIMED, claimed_until=timezone.now() + LEASE) == 1


class Piece(models.Model):
    """What a job does to one sandbox. ``before`` and ``after``: where that stood; the one is kept from pruning while it can be undone."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CLAIMED = "claimed", _("under way")
        DONE = "done", _("done")
        SAME = "same", _("as it was")
        LEFT = "left", _("left alone")
        STOPPED = "stopped", _("not begun")

    job = models.ForeignKey(Job, models.CASCADE, related_name="pieces")
    sandbox = models.ForeignKey(Sandbox, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=300, help_text="The sandbox's, which it outlives.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=50, blank=True, help_text="Why it is as it was, or was left alone: a code, see course.desk.words.")
    not_before = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True, help_text="The sandbox was found busy: so long it is waited for.")
    before = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+")
    was = models.JSONField(default=dict, help_text="Of a quota: bytes and files as they were.")
    undoes = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")

    objects = PieceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["job", "state"], name="piece_job_state")]

    def __str__(self) -> str:
        return self.name

    def end(self, state: str, reason: str = "", **fields: Any) -> bool:
        """Once: False where somebody else has, after this one's claim ran out."""
        mine = Piece.objects.filter(pk=self.pk, state=self.State.CLAIMED)
        return mine.update(state=state, reason=reason, claimed_until=None, **fields) == 1

"""How far the making of the demo cohort is, and who in it is made up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.people.models import Cohort
from sandbox import workers

LEASE = timedelta(minutes=2)


class DemoQuerySet(models.QuerySet["Demo"]):
    def claim(self, pk: int, worker: str) -> bool:
        """Take the next turn; False where another has it. One that died in its turn is taken over from."""
        now = timezone.now()
        fields: dict[str, Any] = {"worker": worker, "lease_until": now + LEASE, "turned": now}
        making = self.filter(pk=pk, state=Demo.State.MAKING)
        if making.filter(Q(worker="") | Q(lease_until__lt=now)).update(**fields) == 1:
            return True
        there = making.values_list("worker", flat=True).first() or ""
        return workers.is_gone(there) and making.filter(worker=there).update(**fields) == 1

    def release(self, pk: int, worker: str) -> None:
        self.filter(pk=pk, worker=worker).update(worker="", lease_until=None, turned=timezone.now())


class Demo(models.Model):
    """The demo of this installation. The row stays when all it made is removed, so that it is made by itself only once."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        MAKING = "making", _("Being made")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        REMOVED = "removed", _("Removed")

    cohort = models.OneToOneField(Cohort, models.SET_NULL, null=True, related_name="demo", verbose_name=_("cohort"))
    own = models.BooleanField(default=False, help_text="The cohort was made for it, and goes with it.")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    dues = models.JSONField(default=list, help_text="The keys of the due dates that it set.")
    made = models.DateTimeField(null=True, help_text="When it was done.")
    worker = models.CharField(max_length=100, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    turned = models.DateTimeField(null=True, editable=False, help_text="When somebody last worked at it.")
    failures = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = DemoQuerySet.as_manager()

    class Meta:
        verbose_name = _("demo cohort")
        verbose_name_plural = _("demo cohorts")

    def __str__(self) -> str:
        return f"{self.cohort or '–'}: {self.state}"


class Player(models.Model):
    """This account is nobody's: it is of the demo. ``role``: in ``people.yaml``; ``done``: its history is whole."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="player", verbose_name=_("user"))
    role = models.SlugField(unique=True)
    script = models.SlugField()
    done = models.BooleanField(default=False)
    here = models.BooleanField(default=False, help_text="Counts as having a page open while the demo is new.")

    class Meta:
        verbose_name = _("person of the demo")
        verbose_name_plural = _("people of the demo")

    def __str__(self) -> str:
        return self.role


class Take(models.Model):
    """What an attempt was like after one action of its script: see ``course.demo.states``. Only there until its script is done."""

    player = models.ForeignKey(Player, models.CASCADE, related_name="takes")
    number = models.PositiveIntegerField()
    lab = models.SlugField(max_length=100)
    state = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["player", "number"], name="one_take_an_action")]

    def __str__(self) -> str:
        return f"{self.player} {self.number}"

"""Cohorts, who is in them, how one gets in, and the record of what was done with authority."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LEARNER, INSTRUCTOR = "learner", "instructor"


class Cohort(models.Model):
    """People who take the course together. ``labs`` and ``notes`` are names in the order of the course; empty: all there are."""

    name = models.CharField(_("name"), max_length=120)
    starts = models.DateField(_("starts"), null=True, blank=True)
    ends = models.DateField(_("ends"), null=True, blank=True)
    labs = models.JSONField(_("labs"), default=list, blank=True)
    notes = models.JSONField(_("notes"), default=list, blank=True)
    made = models.DateTimeField(_("made"), default=timezone.now)
    archived = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = [F("starts").desc(nulls_last=True), "name"]

    def __str__(self) -> str:
        return self.name

    def members(self, role: str) -> models.QuerySet[Membership]:
        """Those who are in it now."""
        return self.memberships.filter(role=role, left=None).select_related("user")

    def due(self) -> list[Due]:
        """The due dates of what it uses: one of a lab that it has given up waits in case that comes back."""
        return [due for due in self.dues.all() if not self.labs or due.lab in self.labs]


class Membership(models.Model):
    """Somebody in a cohort, in one role. Who leaves keeps their work, and their row for a later return.

    ``extra``: so many percent more time until what is due, for those who need it (``due``).
    """

    class Role(models.TextChoices):
        LEARNER = LEARNER, _("Learner")
        INSTRUCTOR = INSTRUCTOR, _("Instructor")

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="memberships", verbose_name=_("cohort"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.LEARNER)
    extra = models.PositiveSmallIntegerField(_("extra time, in percent"), default=0)
    joined = models.DateTimeField(_("joined"), default=timezone.now)
    left = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="one_membership_a_cohort")]

    def __str__(self) -> str:
        return f"{self.user} · {self.cohort}"

    def due(self, due: Due) -> datetime:
        """When it is due for this member: the time since they could begin, and ``extra`` percent of it."""
        began = max(self.joined, self.cohort.made)
        return due.at + max(due.at - began, timedelta()) * self.extra / 100


class Due(models.Model):
    """Until when a cohort's learners are to have completed a lab."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="dues", verbose_name=_("cohort"))
    lab = models.SlugField(_("lab"), max_length=100)
    at = models.DateTimeField(_("due"))

    class Meta:
        verbose_name = _("due date")
        verbose_name_plural = _("due dates")
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["cohort", "lab"], name="one_due_date_a_lab")]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.lab}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        return self.filter(left__gt=0, expires__gt=timezone.now(), withdrawn=None, cohort__archived=None)

    def take(self, pk: int) -> bool:
        """Use one of its places. Claimed by the update, so that the last one goes to one person alone."""
        return self.open().filter(pk=pk).update(left=F("left") - 1) == 1


class Invitation(models.Model):
    """A link that lets people into a cohort, as learners and as nothing else. Only the digest of its secret is kept."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="invitations", verbose_name=_("cohort"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by"))
    made = models.DateTimeField(_("made"), default=timezone.now)
    expires = models.DateTimeField(_("expires"))
    places = models.PositiveIntegerField(_("places"), default=1)
    left = models.PositiveIntegerField(_("places left"), default=1)
    withdrawn = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made"]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.made:%Y-%m-%d}"

    @property
    def state(self) -> str:
        """open, or why it is not: archived, withdrawn, expired, used."""
        if self.cohort.archived:
            return "archived"
        if self.withdrawn:
            return "withdrawn"
        if self.expires <= timezone.now():
            return "expired"
        return "open" if self.left else "used"

    @property
    def taken(self) -> int:
        return self.places - self.left


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """A secret of 192 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Bucket(models.Model):
    """How full one bucket of ``course.people.limits`` is, where Redis cannot say. The key names nobody."""

    key = models.CharField(max_length=100, unique=True)
    empty = models.FloatField(db_index=True, help_text="When it will have emptied, in seconds since the epoch.")

    def __str__(self) -> str:
        return self.key


class Act(models.Model):
    """One thing that was done with authority over others: by whom (the name outlives the account), to what. It is never changed."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    by_name = models.CharField(_("by"), max_length=150)
    what = models.SlugField(_("what"), max_length=60, help_text=_("A code; course.people.acts has the words."))
    target = models.CharField(_("to what"), max_length=300, blank=True)
    cohort = models.ForeignKey(Cohort, models.SET_NULL, null=True, blank=True, related_name="acts", verbose_name=_("cohort"))
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.what} {self.target}"


def watched_by(user: Any) -> Q:
    """Of attempts: whose ``user`` may look at. An administrator everybody's, an instructor those of the learners they teach now. Forks
    are their owners' alone."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.role == "admin":
        return ~Q(user__role="guest") & Q(fork_of=None)
    if user.role != INSTRUCTOR:
        return Q(pk__in=[])
    taught = Membership.objects.filter(user=user.pk, role=INSTRUCTOR, left=None, cohort__archived=None).values("cohort")
    learners = Membership.objects.filter(cohort__in=taught, role=LEARNER, left=None).values("user")
    return Q(user__in=learners, fork_of=None)

"""Questions and answers. A question carries the version that the sandbox stood at: what the instructor looks at is what was asked about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.people.models import INSTRUCTOR, LEARNER, Membership, watched_by
from labs.models import Attempt, Command
from sandbox.models import Version

SENTENCE_CHARS = 2_000
STALE = timedelta(minutes=20)
"""Who has taken a question and not answered it for so long may be relieved of it by another."""


class HelpQuerySet(models.QuerySet["HelpRequest"]):
    def not_closed(self) -> HelpQuerySet:
        return self.exclude(state=HelpRequest.State.CLOSED)

    def waiting(self) -> HelpQuerySet:
        """Those that nobody has answered."""
        return self.filter(state__in=[HelpRequest.State.OPEN, HelpRequest.State.TAKEN])

    def seen_by(self, user: Any) -> HelpQuerySet:
        """Of those whom ``user`` teaches now."""
        return self.filter(attempt__in=Attempt.objects.filter(watched_by(user)))

    def take(self, pk: int, user: Any) -> bool:
        """``user`` answers it. One filtered update, so that of two who want to one does."""
        now = timezone.now()
        free = Q(state=HelpRequest.State.OPEN) | Q(state=HelpRequest.State.TAKEN, taken__lt=now - STALE)
        return self.filter(free, pk=pk).update(state=HelpRequest.State.TAKEN, taken_by=user, taken=now) == 1

    def release(self, pk: int, user: Any) -> bool:
        mine = self.filter(pk=pk, state=HelpRequest.State.TAKEN, taken_by=user)
        return mine.update(state=HelpRequest.State.OPEN, taken_by=None, taken=None) == 1


class HelpRequest(models.Model):
    """A learner asked for help. ``command``: the last one then. Answered ones stay the learner's open question until they close it."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        TAKEN = "taken", _("Taken")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    class Ending(models.TextChoices):
        NONE = "", "–"
        SOLVED = "solved", _("Solved")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        AGAIN = "again", _("Asked again")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="help_requests", verbose_name=_("attempt"))
    step = models.SlugField(_("step"), max_length=100, blank=True)
    command = models.ForeignKey(Command, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("command"))
    # Protected: pruning keeps it until the question is closed.
    version = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("version"))
    sentence = models.TextField(_("sentence"), max_length=SENTENCE_CHARS, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    ending = models.CharField(_("ending"), max_length=10, choices=Ending, default=Ending.NONE, blank=True)
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )
    taken = models.DateTimeField(_("taken"), null=True, blank=True)
    answered = models.DateTimeField(_("answered"), null=True, blank=True)
    seen = models.DateTimeField(_("seen"), null=True, blank=True, help_text=_("When the learner saw the newest answer."))
    closed = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = HelpQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for help")
        verbose_name_plural = _("requests for help")
        ordering = ["asked", "pk"]
        constraints = [models.UniqueConstraint(fields=["attempt"], condition=~Q(state="closed"), name="one_open_question_an_attempt")]
        indexes = [models.Index(fields=["state", "asked"], name="help_state_asked")]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.state}"

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def stale(self) -> bool:
        return self.state == self.State.TAKEN and self.taken is not None and self.taken < timezone.now() - STALE


class HelpAnswer(models.Model):
    """Words, commands, or both. ``fork``: where the commands were tried."""

    request = models.ForeignKey(HelpRequest, models.CASCADE, related_name="answers", verbose_name=_("request for help"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    text = models.TextField(_("text"), blank=True, help_text="Markdown.")
    fork = models.ForeignKey(Attempt, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("fork"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request}: {self.text[:40]}"


class ProposedCommand(models.Model):
    """One command that an answer proposes; ``declined``: the learner said that it is not needed. That it was run their commands tell."""

    answer = models.ForeignKey(HelpAnswer, models.CASCADE, related_name="commands", verbose_name=_("answer"))
    order = models.PositiveSmallIntegerField(_("order"))
    line = models.TextField(_("command"))
    declined = models.DateTimeField(_("not needed"), null=True, blank=True)

    class Meta:
        verbose_name = _("proposed command")
        verbose_name_plural = _("proposed commands")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["answer", "order"], name="one_command_a_place")]

    def __str__(self) -> str:
        return self.line[:60]


def taught_learner(user: Any) -> bool:
    """Whether somebody teaches ``user`` now, who could be asked."""
    return teachers_of(user).exists()


def teachers_of(user: Any) -> models.QuerySet[Membership]:
    """The instructors of the cohorts in which ``user`` learns now, by their memberships."""
    mine = Membership.objects.filter(user=user.pk, role=LEARNER, left=None, cohort__archived=None).values("cohort")
    return Membership.objects.filter(
        cohort__in=mine, role=INSTRUCTOR, left=None, user__is_active=True, user__role__in=[INSTRUCTOR, "admin"]
    ).exclude(user=user.pk)

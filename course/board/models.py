"""Who is stuck, and what was said to a cohort."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.people.models import LEARNER, Cohort, Membership
from labs.models import Attempt


class Alarm(models.Model):
    """Somebody is stuck in a step, for one reason (``course.board.stuck``). ``over``: no longer; the row stays, with what was said of it.

    A dismissed one comes back within its step only when its ``level`` rises above the one that was dismissed.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="alarms", verbose_name=_("attempt"))
    step = models.SlugField(_("step"), max_length=100)
    reason = models.SlugField(_("reason"), max_length=40)
    since = models.DateTimeField(_("since"))
    level = models.PositiveIntegerField(default=1, help_text="How often over what was to be endured.")
    values = models.JSONField(default=dict, blank=True)
    over = models.DateTimeField(_("over"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("dismissed by")
    )
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)
    dismissed_level = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["since"]
        constraints = [models.UniqueConstraint(fields=["attempt", "step", "reason"], name="one_alarm_a_reason")]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.step} · {self.reason}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def current(self) -> NoticeQuerySet:
        now = timezone.now()
        return self.filter(Q(until=None) | Q(until__gt=now), withdrawn=None)

    def unseen_by(self, user: Any) -> NoticeQuerySet:
        """Those that ``user`` is told, as a learner, and has not put away."""
        cohorts = Membership.objects.filter(user=user.pk, role=LEARNER, left=None, cohort__archived=None).values("cohort")
        return self.current().filter(cohort__in=cohorts).exclude(seen__user=user.pk)


class Notice(models.Model):
    """A few words for everybody in a cohort, or in one lab of it (``lab``)."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="notices", verbose_name=_("cohort"))
    lab = models.SlugField(_("lab"), max_length=100, blank=True)
    text = models.TextField(_("text"), max_length=2000, help_text=_("Markdown."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    withdrawn = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Seen(models.Model):
    """Somebody has put a notice away."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="seen", verbose_name=_("notice"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("notice put away")
        verbose_name_plural = _("notices put away")
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="one_seen_a_notice")]

    def __str__(self) -> str:
        return f"{self.user} · {self.notice}"

"""Tokens of the API, and accounts that are about to be deleted: because somebody asked for it, or nobody uses them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.people.models import digest

PREFIX = "course_"
"""Says what it is to who finds one, and to programs that look for leaked secrets."""
CHANGE_OF_MIND = timedelta(days=1)
_USED_EVERY = timedelta(minutes=1)


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def alive(self) -> ApiTokenQuerySet:
        return self.filter(revoked=None, expires__gt=timezone.now())

    def of_secret(self, secret: str) -> ApiToken | None:
        """The token that lets somebody in now, with who made it."""
        return self.alive().filter(digest=digest(secret)).select_related("owner").first()


class ApiToken(models.Model):
    """Lets a program read what its owner may read. Only the digest of the secret is kept."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made = models.DateTimeField(_("made"), default=timezone.now)
    expires = models.DateTimeField(_("expires"))
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-made", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """open, expired or revoked."""
        if self.revoked:
            return "revoked"
        return "open" if self.expires > timezone.now() else "expired"

    def used(self) -> None:
        """Written once a minute at most."""
        now = timezone.now()
        if self.last_used is None or now - self.last_used > _USED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(last_used=now)


def _due() -> datetime:
    return timezone.now() + CHANGE_OF_MIND


class Leaving(models.Model):
    """Somebody has asked for their account to be deleted. Until it is due they may change their mind."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="leaving", verbose_name=_("person"))
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    deletion_due = models.DateTimeField(_("due"), default=_due, db_index=True)

    class Meta:
        verbose_name = _("account to be deleted")
        verbose_name_plural = _("accounts to be deleted")

    def __str__(self) -> str:
        return f"{self.user} · {self.deletion_due:%Y-%m-%d %H:%M}"


class DeletionNotice(models.Model):
    """Somebody's unused account is about to be deleted. ``mailed`` False: no mail reached them (course.export.telling)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deletion_notice", verbose_name=_("person"))
    told = models.DateTimeField(_("told"), default=timezone.now)
    mailed = models.BooleanField(_("by mail"), default=False)

    class Meta:
        verbose_name = _("notice of a deletion")
        verbose_name_plural = _("notices of deletions")

    def __str__(self) -> str:
        return f"{self.user} · {self.goes:%Y-%m-%d}"

    @property
    def goes(self) -> datetime:
        """Not before then."""
        return self.told + timedelta(days=settings.KEEP_DAYS_TOLD)

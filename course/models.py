"""People."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.board.models import Alarm, Notice, Seen  # noqa: F401 - Django looks for models here
from course.demo.models import Demo, Player, Take  # noqa: F401
from course.desk.models import Job, Piece  # noqa: F401
from course.export.models import ApiToken, DeletionNotice, Leaving  # noqa: F401 - Django looks for models here
from course.helping.models import HelpAnswer, HelpRequest, ProposedCommand  # noqa: F401 - Django looks for models here
from course.people.models import Act, Bucket, Cohort, Due, Invitation, Membership  # noqa: F401
from course.reading.models import Answer, Bookmark, Reading  # noqa: F401
from course.reading.search_models import Passage, PassageIndex  # noqa: F401


class Role(models.TextChoices):
    GUEST = "guest", _("Guest")
    LEARNER = "learner", _("Learner")
    INSTRUCTOR = "instructor", _("Instructor")
    ADMIN = "admin", _("Administrator")


class People(UserManager["User"]):
    use_in_migrations = False

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> User:
        """``manage.py createsuperuser``: what one may do is the role's to say."""
        return super().create_superuser(username, email, password, **{**fields, "role": Role.ADMIN})


class User(AbstractUser):
    """One person, one role. Administrators are the ones Django's admin lets in."""

    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.LEARNER)
    language = models.CharField(_("language"), max_length=2, blank=True, choices=settings.LANGUAGES, help_text=_("Empty: the browser's."))

    objects: ClassVar[People] = People()

    def save(self, *args: object, **kwargs: object) -> None:
        self.is_staff = self.is_superuser = self.role == Role.ADMIN
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Guest(models.Model):
    """Somebody without an account. ``kept``: they have become a learner since; without a user they are gone, and only counted."""

    user = models.OneToOneField(User, models.SET_NULL, null=True, related_name="guest", verbose_name=_("user"))
    network = models.CharField(max_length=32, db_index=True, help_text="See course.addresses.pseudonym.")
    since = models.DateTimeField(_("opened"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    kept = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")

    def __str__(self) -> str:
        return str(self.user or "–")

"""People."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    LEARNER = "learner", _("Learner")
    INSTRUCTOR = "instructor", _("Instructor")
    ADMIN = "admin", _("Administrator")


class User(AbstractUser):
    """One person, one role. Administrators are the ones Django's admin lets in."""

    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.LEARNER)

    def save(self, *args: object, **kwargs: object) -> None:
        self.is_staff = self.is_superuser = self.role == Role.ADMIN
        super().save(*args, **kwargs)  # type: ignore[arg-type]

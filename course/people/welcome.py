"""A link with which somebody sets their password: in a mail, or shown to who made the account."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from course.models import Role, User

log = logging.getLogger(__name__)


def link(user: User) -> str:
    """The path. It holds until it is used, the password changes, or three days are over."""
    return reverse("password-set", args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)])


def waits(user: User) -> bool:
    """Whether nobody has ever been in this account: who manages its cohort may then hand out the link to it."""
    return user.role == Role.LEARNER and user.is_active and user.last_login is None and not user.has_usable_password()


def mails() -> bool:
    """Whether mail goes anywhere but into a log."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def welcome(*, users: Iterable[User], site: str) -> list[User]:
    """Write to new people. Returns those to whom nothing could be sent: their links are to be shown. ``site``: https://host."""
    if not mails():
        return list(users)
    unsent, connection, broken = [], get_connection(), False
    for user in users:
        if not broken and user.email:
            try:
                _message("welcome", user, site, connection).send()
                continue
            except OSError as error:  # smtplib's own are some
                log.warning("new people could not be written to: %s", error)
                broken = True  # the others do not wait for it as well
        unsent.append(user)
    return unsent


def forgotten(*, email: str, site: str, language: str) -> int:
    """Write to whoever has this address, if anybody has; how many were written to. Run where nobody waits for it."""
    found = User.objects.alias(low=Lower("email")).filter(low=email.lower(), is_active=True).exclude(role=Role.GUEST)
    for user in found:
        with translation.override(user.language or language):
            _message("forgotten", user, site, None).send()
    return len(found)


def _message(name: str, user: User, site: str, connection: BaseEmailBackend | None) -> EmailMessage:
    context = {"user": user, "link": site + link(user), "days": settings.PASSWORD_RESET_TIMEOUT // 86400, "site": site}
    subject, _, body = render_to_string(f"people/mail/{name}.txt", context).partition("\n")
    return EmailMessage(subject.strip(), body.strip() + "\n", to=[user.email], connection=connection)

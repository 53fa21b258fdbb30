"""Before an unused account is deleted, its owner is told (KEEP_DAYS_TOLD days before): by mail, in their language, once.

Whom no mail reaches is named on the administrators' desk instead. Who is needed again meanwhile, above all by signing in, is forgotten
here, so that they are told anew another time.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from course.export.models import DeletionNotice
from course.models import User
from course.people import welcome

log = logging.getLogger(__name__)


def tell(users: QuerySet[User]) -> int:
    """How many were told. Where the mail server is away the rest are told the next time."""
    told = 0
    for user in users:
        # The row comes first and decides who of two writes; whom a mail is lost on its way to by our fault is named on the desk.
        notice, new = DeletionNotice.objects.get_or_create(user=user)
        if not new:
            continue
        try:
            mailed = _write(notice)
        except OSError as error:  # smtplib's own are some
            notice.delete()
            log.warning("whose accounts are about to be deleted could not be written to: %s", error)
            break
        DeletionNotice.objects.filter(pk=notice.pk).update(mailed=mailed)
        told += 1
    return told


def _write(notice: DeletionNotice) -> bool:
    """False: no mail reaches them. Raises OSError."""
    user = notice.user
    if not user.email or not welcome.mails():
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        day = date_format(timezone.localtime(notice.goes), "DATE_FORMAT")
        context = {"user": user, "day": day, "sign_in": _site() + reverse("sign-in"), "data": _site() + reverse("data")}
        subject, _, body = render_to_string("export/mail/unused.txt", context).partition("\n")
        try:
            EmailMessage(subject.strip(), body.strip() + "\n", to=[user.email]).send()
        except SMTPRecipientsRefused:
            return False
    return True


def _site() -> str:
    """Nobody has asked here, so no request says what the site is called."""
    named = [one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one]
    return named[0] if named else f"https://{settings.ALLOWED_HOSTS[0]}"


def forget_others(due: QuerySet[User]) -> None:
    """``due``: those whose accounts are about to be deleted."""
    DeletionNotice.objects.exclude(user__in=due.values("pk")).delete()


def long_enough(now: datetime) -> QuerySet[DeletionNotice]:
    return DeletionNotice.objects.filter(told__lte=now - timedelta(days=settings.KEEP_DAYS_TOLD))


def unreached() -> QuerySet[DeletionNotice]:
    """For the desk: who goes soon and does not know it, the first first."""
    return DeletionNotice.objects.filter(mailed=False).select_related("user").order_by("told", "pk")

"""A word to a cohort: said, shown where its learners are, put away, taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from course.board.models import Notice, Seen
from course.people.acts import record
from course.people.models import LEARNER, Cohort
from labs import events
from labs.lab.prose import to_html
from labs.models import Attempt

EVENT = "broadcast"
_OPEN = timedelta(hours=1)
"""Pages of labs that nobody did anything in for longer find it when they are opened again: as long lives an attempt's stream."""


@transaction.atomic
def broadcast(*, cohort: Cohort, by: Any, text: str, lab: str = "", until: datetime | None = None) -> Notice:
    found = Notice.objects.create(cohort=cohort, lab=lab, text=text, by=by, until=until)
    record("notice-sent", by=by, target=found.pk, cohort=cohort, lab=lab)
    transaction.on_commit(partial(_tell, found))
    return found


@transaction.atomic
def withdraw(*, notice: Notice, by: Any) -> None:
    if Notice.objects.filter(pk=notice.pk, withdrawn=None).update(withdrawn=timezone.now()):
        record("notice-withdrawn", by=by, target=notice.pk, cohort=notice.cohort)
        transaction.on_commit(partial(_take_back, notice))


def put_away(*, notice: Notice, user: Any) -> None:
    Seen.objects.get_or_create(notice=notice, user=user)


def shown(notice: Notice) -> dict[str, Any]:
    """For ``board/notice.html``."""
    by = str(notice.by.get_full_name() or notice.by) if notice.by else ""
    return {"id": notice.pk, "html": html(notice.text), "by": by, "at": notice.at}


def html(text: str) -> SafeString:
    return mark_safe(to_html(text))  # noqa: S308 - sanitised


def open_ones() -> QuerySet[Attempt]:
    """Attempts whose page may be open."""
    return Attempt.objects.filter(finished=None, fork_of=None, last_seen__gt=timezone.now() - _OPEN)


def _open_pages(notice: Notice) -> list[tuple[int, str]]:
    """Attempts whose page may be open, and the language it is in."""
    learners = notice.cohort.memberships.filter(role=LEARNER, left=None).values("user")
    found = open_ones().filter(user__in=learners)
    return list((found.filter(lab=notice.lab) if notice.lab else found).values_list("pk", "language"))


def _tell(notice: Notice) -> None:
    said: dict[str, str] = {}
    for pk, language in _open_pages(notice):
        if language not in said:
            with translation.override(language):
                said[language] = render_to_string("board/notice.html", {"notice": shown(notice), "csrf_token": "NOTPROVIDED"})
        events.publish(pk, EVENT, html=said[language])


def _take_back(notice: Notice) -> None:
    for pk, _language in _open_pages(notice):
        events.publish(pk, EVENT, gone=notice.pk)

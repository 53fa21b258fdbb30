"""What a reader who is signed in can do. Each is one atomic write; the same again changes nothing."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from course.reading.judging import Given
from course.reading.models import Answer, Bookmark, Reading


def opened(*, user: Any, note: str) -> Reading:
    reading, _created = Reading.objects.get_or_create(user=user, note=note)
    return reading


@transaction.atomic
def mark(*, user: Any, note: str, read: bool) -> None:
    """As read, from the first time on, or as not read."""
    opened(user=user, note=note)
    if read:
        Reading.objects.filter(user=user, note=note, read=None).update(read=timezone.now())
    else:
        Reading.objects.filter(user=user, note=note).update(read=None)


def bookmark(*, user: Any, note: str, anchor: str = "") -> None:
    Bookmark.objects.get_or_create(user=user, note=note, anchor=anchor)


def drop_bookmark(*, user: Any, note: str, anchor: str = "") -> None:
    Bookmark.objects.filter(user=user, note=note, anchor=anchor).delete()


@transaction.atomic
def answer(*, user: Any, note: str, question: str, given: Given, right: bool) -> Answer:
    """Keep the newest answer, and that there was one more."""
    now = timezone.now()
    mine = {"user": user, "note": note, "question": question}
    Answer.objects.get_or_create(**mine, defaults={"given": given, "right": right, "first": now})
    Answer.objects.filter(**mine).update(given=given, right=right, tries=F("tries") + 1, last=now)
    if right:
        Answer.objects.filter(**mine, solved=None).update(solved=now)
    return Answer.objects.get(**mine)

"""Open queues and questions are told that something changed; what they show then is decided by asking for it, as whoever looks.

Everybody who answers questions has a stream of their own, so that whom it concerns is decided when it happens. Its event: ``changed``
{attempt: whose question it is}.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from course.helping.models import teachers_of
from course.models import Role, User
from course.people import access
from labs import events
from labs.models import Attempt
from labs.stream import Page, answer


def name(user: int) -> str:
    return f"help-{user}"


def changed(attempt: Attempt) -> None:
    """Something of its question, or of what is seen beside it, is another now."""
    admins = User.objects.filter(role=Role.ADMIN, is_active=True).values_list("pk", flat=True)
    for user in {*teachers_of(attempt.user).values_list("user", flat=True), *admins}:
        events.publish(name(user), "changed", attempt=attempt.pk)


def position(user: Any) -> str:
    """From where a page follows; to be taken before it reads what it shows."""
    return events.position(name(user.pk))


@login_required
@require_safe
async def stream(request: HttpRequest) -> HttpResponseBase:
    try:
        user = await request.auser()
        if not access.teaches(user):
            raise Http404
    finally:
        await sync_to_async(close_old_connections)()
    assert user.pk is not None  # noqa: S101 - signed in
    return answer(request, Page(name(user.pk), state=partial(_state, user.pk)))


def _state(pk: int) -> dict[str, Any] | None:
    """From where to follow: the page asks for the rest. None for who answers nobody any more."""
    try:
        user = User.objects.filter(pk=pk).first()
        return {"after": position(user)} if user is not None and access.teaches(user) else None
    finally:
        close_old_connections()

"""An open board's event stream."""

from __future__ import annotations

from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe

from course.board import grid, live, rows
from course.models import User
from course.people import access
from course.people.models import Cohort
from labs import events
from labs.stream import Page, answer


@login_required
@require_safe
async def stream(request: HttpRequest, pk: int, lab: str = "") -> HttpResponseBase:
    """Authorised when it is opened, whenever members come or go, and by ending after ten minutes."""
    user = (await request.auser()).pk
    assert user is not None  # noqa: S101 - signed in
    language = translation.get_language()
    cohort = await sync_to_async(_cohort)(request, pk)
    view = live.view(language[:2], lab)
    page = Page(
        live.name(cohort.pk),
        state=partial(_state, user, cohort.pk, language, lab),
        shape=partial(shape, view),
        beat=partial(live.watch, cohort.pk, view),
    )
    return answer(request, page)


def _cohort(request: HttpRequest, pk: int) -> Cohort:
    try:
        return access.cohort(request, pk)
    finally:
        close_old_connections()


def shape(view: str, event: events.Event) -> dict[str, Any] | None:
    """What a page of ``view`` gets of it."""
    if event.name != "row":
        return event.data
    html = event.data["rows"].get(view)
    return None if html is None else {"user": event.data["user"], "html": html}


def _state(user: int, pk: int, language: str, lab: str) -> dict[str, Any] | None:
    """Every row, and from where to follow; None for who runs the cohort no longer."""
    try:
        cohort = access.taught(User.objects.get(pk=user)).filter(pk=pk).first()
        if cohort is None:
            return None
        with translation.override(language):
            return state(cohort, lab)
    except (Http404, User.DoesNotExist):
        return None
    finally:
        close_old_connections()


def state(cohort: Cohort, lab: str = "", token: str = "") -> dict[str, Any]:
    """``html``: the rows; ``after``: from where to follow, taken before they are read."""
    live.watch(cohort.pk, live.view(translation.get_language()[:2], lab))
    after = events.position(live.name(cohort.pk))
    labs = [one for one in grid.labs_of(cohort) if not lab or one.name == lab]
    found, place = grid.rows(grid.read(cohort, labs)), rows.Place(cohort.pk, lab, token)
    return {"after": after, "html": "".join([rows.row(one, place) for one in found])}

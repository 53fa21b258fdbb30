"""HTTP for the board: the grid, what is dismissed on it, and words to a cohort."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from course.board import alarms, grid, live, notices, rows, stream
from course.board.forms import Broadcast
from course.board.models import Alarm, Notice
from course.people import access
from course.people.models import Cohort
from labs.lab.model import Lab
from labs.views import by_script


@login_required
@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """``?lab=``: one lab's steps alone; ``?stuck=1``: those alone who need somebody."""
    cohort = access.cohort(request, pk)
    labs = grid.labs_of(cohort)
    lab = _chosen(labs, request.GET.get("lab", ""))
    state = stream.state(cohort, lab, get_token(request))
    html, only_stuck = state["html"], bool(request.GET.get("stuck"))
    return render(
        request,
        "board/board.html",
        {
            "nav": "cohorts",
            "cohort": cohort,
            "labs": rows.heads(labs),
            "columns": rows.heads([one for one in labs if not lab or one.name == lab]),
            "lab": lab,
            "only_stuck": only_stuck,
            "nobody_stuck": only_stuck and bool(html) and " data-sign=" not in html,
            "rows": mark_safe(html),  # noqa: S308 - made by course.board.rows, which escapes
            "after": state["after"],
            "stream": reverse("board-stream-lab", args=[pk, lab]) if lab else reverse("board-stream", args=[pk]),
        },
    )


def _chosen(labs: list[Lab], name: str) -> str:
    return name if any(one.name == name for one in labs) else ""


@login_required
@require_POST
def dismiss(request: HttpRequest, pk: int, alarm: int) -> HttpResponse:
    cohort, found = _alarm(request, pk, alarm)
    alarms.dismiss(alarm=found, by=request.user, cohort=cohort)
    return _done(request, cohort, found)


@login_required
@require_POST
def bring_back(request: HttpRequest, pk: int, alarm: int) -> HttpResponse:
    cohort, found = _alarm(request, pk, alarm)
    alarms.bring_back(alarm=found, by=request.user, cohort=cohort)
    return _done(request, cohort, found)


def _alarm(request: HttpRequest, pk: int, alarm: int) -> tuple[Cohort, Alarm]:
    """Of somebody who learns in that cohort, which they run."""
    cohort = access.cohort(request, pk)
    learners = cohort.members("learner").values("user")
    return cohort, get_object_or_404(Alarm.objects.filter(attempt__user__in=learners).select_related("attempt"), pk=alarm)


def _done(request: HttpRequest, cohort: Cohort, alarm: Alarm) -> HttpResponse:
    """The other boards hear of it by their streams; this one gets the row with its answer."""
    live.changed(alarm.attempt.user_id)
    labs = grid.labs_of(cohort)
    lab = _chosen(labs, request.POST.get("lab", ""))
    if not by_script(request):
        return redirect(reverse("board", args=[cohort.pk]) + (f"?lab={lab}" if lab else "") + f"#learner-{alarm.attempt.user_id}")
    shown = [one for one in labs if not lab or one.name == lab]
    found = grid.rows(grid.read(cohort, shown, alarm.attempt.user_id))
    return HttpResponse("".join(rows.row(one, rows.Place(cohort.pk, lab)) for one in found))


# --- a word to all of them -------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def broadcasts(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said to the cohort, and a form to say more."""
    cohort = access.cohort(request, pk)
    form = Broadcast(grid.labs_of(cohort), request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        notices.broadcast(cohort=cohort, by=request.user, text=said["text"], lab=said["lab"], until=said["until"])
        messages.success(request, gettext("Said. Open pages show it now, the others when they are opened."))
        return redirect("board-notices", pk)
    found = cohort.notices.select_related("by").annotate(put_away=Count("seen"))[:50]
    titles = dict(form.fields["lab"].choices)  # type: ignore[attr-defined]
    current = set(Notice.objects.current().filter(cohort=cohort).values_list("pk", flat=True))
    shown = [_said(one, titles, current) for one in found]
    learners = cohort.members("learner").count()
    context = {"nav": "cohorts", "cohort": cohort, "form": form, "notices": shown, "learners": learners}
    return render(request, "board/notices.html", context)


def _said(notice: Any, titles: dict[str, Any], current: set[int]) -> dict[str, Any]:
    return notices.shown(notice) | {
        "lab": titles.get(notice.lab, notice.lab) if notice.lab else "",
        "until": notice.until,
        "withdrawn": notice.withdrawn,
        "current": notice.pk in current,
        "put_away": notice.put_away,
    }


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int, notice: int) -> HttpResponse:
    cohort = access.cohort(request, pk)
    notices.withdraw(notice=get_object_or_404(cohort.notices, pk=notice), by=request.user)
    return redirect("board-notices", pk)


@login_required
@require_POST
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """A learner has read it."""
    found = Notice.objects.unseen_by(request.user).filter(pk=pk).first()
    if found is None and not Notice.objects.filter(pk=pk, seen__user=request.user.pk).exists():
        raise Http404
    if found is not None:
        notices.put_away(notice=found, user=request.user)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "board/put_away.html")
    return redirect(request.META.get("HTTP_REFERER") or "home") if _own(request) else redirect("home")


def _own(request: HttpRequest) -> bool:
    """Whether the page they came from is one of the site's."""
    from django.utils.http import url_has_allowed_host_and_scheme  # noqa: PLC0415

    return url_has_allowed_host_and_scheme(request.META.get("HTTP_REFERER", ""), {request.get_host()}, require_https=request.is_secure())

"""HTTP for the desk: the table of sandboxes, and what is done to many of them. Administrators alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from course.desk import finding, forms, jobs, words
from course.desk.models import Job, Piece
from course.export import telling
from course.people import access
from sandbox import workers
from sandbox.models import Sandbox

PAGE, SHOWN = 50, 200
REFUSED = {
    "nothing": _("No sandbox is meant: choose some, or all that are found."),
    "many": _("These are too many for one job. Narrow the filters."),
    "late": _("This can't be undone any more."),
}


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Sandboxes that the filters find, fifty a page."""
    access.admin(request)
    filters = finding.Filters(request.GET)
    chosen = filters.chosen()
    page = paged(request, finding.listed(finding.sandboxes(chosen)), PAGE)
    context = {"nav": "desk", "tab": "sandboxes", "filters": finding.Filters(chosen), "chosen": chosen, "page": page, "acts": words.ACTS}
    context |= {"rows": [_row(one) for one in page], "query": query(request), "away": chosen.get("state") == "away"}
    context["unreached"] = telling.unreached()[:PAGE]
    return render(request, "desk/sandboxes.html", context)


def paged(request: HttpRequest, found: QuerySet[Any], size: int) -> Page[Any]:
    return Paginator(found, size).get_page(request.GET.get("page"))


def query(request: HttpRequest) -> str:
    """The address's own question, without the page."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return asked.urlencode()


def _row(sandbox: Any) -> dict[str, Any]:
    """One of ``finding.listed``."""
    lock = ""
    if sandbox.lock_holder:
        alive = sandbox.lock_until and sandbox.lock_until > timezone.now() and not workers.is_gone(sandbox.lock_holder)
        lock = "held" if alive else "stuck"
    attempts = list(sandbox.attempts.all())
    own = sandbox.most_bytes is not None or sandbox.most_files is not None
    return {"sandbox": sandbox, "lock": lock, "attempt": attempts[-1] if attempts else None, "quota": sandbox.quota if own else None}


@login_required
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Fields: act; which: all (that the filters in the fields find) or chosen (pk, several). Asks first, with ``yes`` does it."""
    access.admin(request)
    what = request.POST.get("act", "")
    if what not in words.ACTS:
        raise Http404
    chosen, found = _meant(request)
    form = forms.OF.get(what, forms.NoOptions)(request.POST if "yes" in request.POST else None)
    if form.is_valid():
        try:
            job = jobs.begin(what=what, by=access.person(request), found=found, chosen=chosen, options=form.options())
        except jobs.Refused as refused:
            return _back(request, refused)
        return redirect("desk-job", job.pk)
    count = found.count()
    if not count or count > jobs.MOST:
        return _back(request, jobs.Refused("many" if count else "nothing"))
    context = {
        "nav": "desk",
        "act": what,
        "words": words.ACTS[what],
        "form": form,
        "count": count,
        "some": finding.listed(found)[:10],
        "more": max(0, count - 10),
        "fields": [(name, value) for name in request.POST if name not in _OWN for value in request.POST.getlist(name)],
        "back": _address(request),
    }
    return render(request, "desk/ask.html", context, status=422 if form.is_bound else 200)


_OWN = {"csrfmiddlewaretoken", "yes", "to", "megabytes", "entries"}


def _meant(request: HttpRequest) -> tuple[dict[str, str], QuerySet[Sandbox]]:
    chosen = finding.Filters(request.POST).chosen()
    if request.POST.get("which") == "all":
        return chosen, finding.sandboxes(chosen)
    asked = request.POST.getlist("pk")[: PAGE * 2]
    return {}, finding.sandboxes({"state": "any"}).filter(pk__in=[key for one in asked if (key := _uuid(one))])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(request: HttpRequest, refused: jobs.Refused) -> HttpResponse:
    messages.error(request, REFUSED[refused.code])
    return redirect(_address(request))


def _address(request: HttpRequest) -> str:
    """Of the table as it was filtered."""
    chosen = finding.Filters(request.POST).chosen()
    asked = QueryDict(mutable=True)
    asked.update(chosen)
    return f"{reverse('desk')}?{asked.urlencode()}" if chosen else reverse("desk")


# --- jobs ------------------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def all_jobs(request: HttpRequest) -> HttpResponse:
    access.admin(request)
    page = paged(request, Job.objects.annotate(many=Count("pieces")).order_by("-pk"), PAGE)
    rows = [{"job": job, "words": words.ACTS[job.what]} for job in page]
    return render(request, "desk/jobs.html", {"nav": "desk", "tab": "jobs", "page": page, "rows": rows, "query": ""})


@login_required
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """``?part=``: what changes while it is under way."""
    access.admin(request)
    found = get_object_or_404(Job.objects.select_related("undoes"), pk=pk)
    counts = jobs.counts(found)
    left = found.pieces.filter(state__in=[Piece.State.LEFT, Piece.State.SAME, Piece.State.STOPPED]).order_by("-state", "pk")
    context = {
        "nav": "desk",
        "tab": "jobs",
        "job": found,
        "words": words.ACTS[found.what],
        "counts": counts,
        "left": [(one, words.REASONS.get(one.reason, one.reason)) for one in left[:SHOWN]],
        "unnamed": max(0, counts["left"] + counts["same"] + counts["stopped"] - SHOWN),
        "undone_by": Job.objects.filter(undoes=found).first(),
    }
    if "part" in request.GET:
        return render(request, "desk/job_part.html", context)
    return render(request, "desk/job.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    access.admin(request)
    jobs.stop(job=get_object_or_404(Job, pk=pk), by=access.person(request))
    return redirect("desk-job", pk)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    access.admin(request)
    try:
        back = jobs.undo(job=get_object_or_404(Job, pk=pk), by=access.person(request))
    except jobs.Refused as refused:
        messages.error(request, REFUSED[refused.code])
        return redirect("desk-job", pk)
    return redirect("desk-job", back.pk)

"""HTTP for what the workers are at, and for the record of acts. Administrators alone."""

from __future__ import annotations

import contextlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from course.desk import work as facts
from course.desk.views import paged, query
from course.people import access, acts
from course.people.models import Act, Cohort
from labs import actions
from labs.models import Command
from sandbox.errors import LearnerError

PAGE = 100


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """``?part=``: what changes."""
    access.admin(request)
    context = {"nav": "desk", "tab": "work", **facts.facts()}
    for command in context["running"]:
        command.short = facts.shortened(command.line)
    return render(request, "desk/work_part.html" if "part" in request.GET else "desk/work.html", context)


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """^C for one running command; asked for again, the kill."""
    access.admin(request)
    command = get_object_or_404(Command.objects.select_related("attempt__user"), pk=pk)
    again = bool(command.stopping)
    try:
        with transaction.atomic():
            acts.record("command-stopped", by=access.person(request), target=command.attempt, command=command.pk, killed=again)
            actions.stop_command(command=command)
    except LearnerError:
        messages.warning(request, _("This command has ended already."))
    else:
        messages.success(request, _("It was told to end at once.") if again else _("It was asked to end, as by Ctrl-C."))
    return redirect("desk-work")


@login_required
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """``who``, ``what`` (a code), ``cohort``: those alone."""
    access.admin(request)
    found = Act.objects.select_related("cohort")
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("who", "what", "cohort")}
    if asked["who"]:
        found = found.filter(Q(by_name__icontains=asked["who"]) | Q(target__icontains=asked["who"]))
    if asked["what"] in acts.WORDS:
        found = found.filter(what=asked["what"])
    with contextlib.suppress(ValueError):
        found = found.filter(cohort=int(asked["cohort"]))
    page = paged(request, found, PAGE)
    rows = [{"act": one, "words": acts.words(one), "details": _details(one)} for one in page]
    kinds = sorted(((code, _(text)) for code, text in acts.WORDS.items()), key=lambda kind: kind[1])
    context = {"nav": "desk", "tab": "acts", "page": page, "rows": rows, "asked": asked, "kinds": kinds, "query": query(request)}
    return render(request, "desk/acts.html", context | {"cohorts": Cohort.objects.order_by("name")})


def _details(act: Act) -> list[tuple[str, object]]:
    """Without what is said elsewhere in the row, and what says nothing."""
    return [(name, value) for name, value in act.details.items() if name != "job" and value not in ("", None, {}, [])]

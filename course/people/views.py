"""HTTP for cohorts: the list, one, and what is changed about it as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from course.following import forks
from course.people import access, actions, material, once, welcome
from course.people.forms import CohortForm, DuesForm, InstructorForm, InviteForm, MaterialForm
from course.people.models import INSTRUCTOR, LEARNER, Cohort, Membership

_NOW = Q(memberships__left=None)


@login_required
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """Those that one runs, and one's own forks of what is done in them; for administrators the archived ones as well."""
    access.teacher(request)
    context: dict[str, Any] = {"nav": "cohorts", "cohorts": _counted(access.taught(request.user)), "archived": []}
    context["forks"] = forks.listed(request.user)
    if access.is_admin(request.user):
        context["archived"] = _counted(Cohort.objects.exclude(archived=None))
    return render(request, "people/cohorts.html", context)


def _counted(found: Any) -> list[Any]:
    learners = Count("memberships", filter=_NOW & Q(memberships__role=LEARNER))
    cohorts = list(found.annotate(learners=learners))
    names: dict[int, list[str]] = {}
    for one in Membership.objects.filter(cohort__in=cohorts, role=INSTRUCTOR, left=None).select_related("user").order_by("joined"):
        names.setdefault(one.cohort_id, []).append(one.user.get_full_name() or one.user.get_username())
    for cohort in cohorts:
        cohort.instructors = names.get(cohort.pk, [])
    return cohorts


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    access.admin(request)
    form = CohortForm(request.POST or None)
    if not form.is_valid():
        return render(request, "people/new.html", {"nav": "cohorts", "form": form})
    made = actions.make_cohort(by=access.person(request), **form.cleaned_data)
    messages.success(request, _("The cohort is made. Add its instructors, then invite people."))
    return redirect("cohort", made.pk)


@login_required
@require_safe
def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    found, shown = access.cohort(request, pk), once.take(request, f"invitation {pk}")
    made = found.invitations.filter(pk=shown["pk"]).first() if shown else None
    return page(request, found, **({"made": made, "secret_link": shown["link"]} if made else {}))


def page(request: HttpRequest, found: Cohort, *, status: int = 200, **more: Any) -> HttpResponse:
    """A cohort's page. ``more``: forms with their errors, or a link to show once."""
    members: list[Any] = list(found.memberships.select_related("user").order_by("user__first_name", "user__username"))
    for one in members:
        one.waits = welcome.waits(one.user)
    here = [one for one in members if one.left is None]
    context: dict[str, Any] = {
        "nav": "cohorts",
        "cohort": found,
        "learners": [one for one in here if one.role == LEARNER],
        "instructors": [one for one in here if one.role == INSTRUCTOR],
        "gone": [one for one in members if one.left is not None and (one.role == LEARNER or access.is_admin(request.user))],
        "invitations": _invitations(found),
        "dues": DuesForm(cohort=found),
        "invite": InviteForm(),
        "labs": material.of(found, "labs").values(),
        "notes": material.of(found, "notes").values(),
        "board": _board(found),
        "adding": InstructorForm(cohort=found) if access.is_admin(request.user) else None,
    }
    answer = render(request, "people/cohort.html", context | more, status=status)
    if "secret_link" in more:
        answer["Cache-Control"] = "no-store"
    return answer


def _invitations(found: Cohort) -> list[Any]:
    invitations: list[Any] = list(found.invitations.select_related("cohort", "made_by")[:50])
    for one in invitations:
        one.maker = (one.made_by.get_full_name() or one.made_by.get_username()) if one.made_by else "–"
    return invitations


def _board(found: Cohort) -> str:
    try:
        return reverse("board", args=[found.pk])
    except NoReverseMatch:
        return ""


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, dates, and what of the course it uses."""
    found = access.cohort(request, pk)
    data = request.POST or None
    form = CohortForm(data, initial={"name": found.name, "starts": found.starts, "ends": found.ends})
    labs, notes = MaterialForm(data, kind="labs", chosen=found.labs), MaterialForm(data, kind="notes", chosen=found.notes)
    if not all([form.is_valid(), labs.is_valid(), notes.is_valid()]):
        return render(request, "people/change.html", {"nav": "cohorts", "cohort": found, "form": form, "labs": labs, "notes": notes})
    actions.change_cohort(cohort=found, by=access.person(request), labs=labs.chosen(), notes=notes.chosen(), **form.cleaned_data)
    messages.success(request, _("The cohort is changed."))
    return redirect("cohort", pk)


@login_required
@require_POST
def dues(request: HttpRequest, pk: int) -> HttpResponse:
    found = access.cohort(request, pk)
    form = DuesForm(request.POST, cohort=found)
    if not form.is_valid():
        return page(request, found, dues=form, status=422)
    actions.set_dues(cohort=found, by=access.person(request), dues=form.dues())
    messages.success(request, _("The due dates are set."))
    return redirect(reverse("cohort", args=[pk]) + "#dues")


@login_required
@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    access.admin(request)
    found = access.cohort(request, pk)
    if request.method != "POST":
        return render(request, "people/archive.html", {"nav": "cohorts", "cohort": found})
    actions.archive_cohort(cohort=found, by=access.person(request))
    messages.success(request, _("The cohort is archived. It can be reopened here."))
    return redirect("cohorts")


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    actions.reopen_cohort(cohort=access.any_cohort(request, pk), by=access.person(request))
    return redirect("cohort", pk)

"""HTTP for who is in a cohort: invitations, the table that is imported, and one member."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from course.models import User
from course.people import access, actions, acts, importing, limits, material, once, welcome
from course.people.forms import ExtraForm, ImportForm, InstructorForm, InviteForm
from course.people.models import INSTRUCTOR, Membership
from course.people.views import page


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _to(pk: int, part: str) -> HttpResponse:
    return redirect(reverse("cohort", args=[pk]) + f"#{part}")


def _full(user: User) -> str:
    return user.get_full_name() or user.get_username()


# --- invitations -----------------------------------------------------------------------------------------------------------


@login_required
@require_POST
@limits.limited("invitations")
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """To the cohort's page, with the link on it this once."""
    found = access.cohort(request, pk)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return page(request, found, invite=form, status=422)
    made, secret = actions.invite(cohort=found, by=access.person(request), **form.cleaned_data)
    once.keep(request, f"invitation {pk}", pk=made.pk, link=_site(request) + reverse("invitation", args=[secret]))
    return redirect("cohort", pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    actions.withdraw(invitation=access.invitation(request, pk, number), by=access.person(request))
    messages.success(request, _("The invitation is withdrawn: its link lets nobody in any more."))
    return _to(pk, "invitations")


# --- a table ---------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
@limits.limited("invitations")
def import_people(request: HttpRequest, pk: int) -> HttpResponse:
    """A file, and what came of it: every row that is wrong, or who was added, with the links that no mail took to them."""
    found = access.cohort(request, pk)
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {"nav": "cohorts", "cohort": found, "form": form, "mails": welcome.mails(), "most": importing.MOST_ROWS}
    if not form.is_valid():
        return render(request, "people/import.html", context, status=422 if form.is_bound else 200)
    file = form.cleaned_data["file"]
    try:
        done = importing.import_people(cohort=found, data=file.read(importing.MOST_BYTES + 1), by=access.person(request))
    except importing.Rejected as rejected:
        return render(request, "people/import.html", context | {"wrongs": rejected.wrongs, "file": file.name}, status=422)
    site = _site(request)
    unsent = welcome.welcome(users=done.new, site=site)
    context |= {"done": done, "links": [(user, site + welcome.link(user)) for user in unsent], "sent": len(done.new) - len(unsent)}
    answer = render(request, "people/import.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


# --- members ---------------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def add_instructor(request: HttpRequest, pk: int) -> HttpResponse:
    access.admin(request)
    found = access.cohort(request, pk)
    form = InstructorForm(request.POST, cohort=found)
    if not form.is_valid():
        raise Http404
    actions.add(cohort=found, user=form.cleaned_data["user"], role=INSTRUCTOR, by=access.person(request))
    return _to(pk, "instructors")


@login_required
@require_safe
def member(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    return _member(request, access.managed(request, pk, member))


def _member(request: HttpRequest, found: Membership, *, secret_link: str = "") -> HttpResponse:
    """What may be done about one: extra time, the role, a link for who has no password yet, out and back in."""
    titles = material.titles("labs")
    dues = [(titles[due.lab], found.due(due)) for due in found.cohort.due() if due.lab in titles]
    context = {"nav": "cohorts", "cohort": found.cohort, "member": found, "dues": dues, "waits": welcome.waits(found.user)}
    context |= {"extra": ExtraForm(initial={"percent": found.extra}), "secret_link": secret_link, "admin": access.is_admin(request.user)}
    answer = render(request, "people/member.html", context)
    if secret_link:
        answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def remove(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    found = access.managed(request, pk, member)
    actions.remove(membership=found, by=access.person(request))
    messages.success(request, _("%(name)s is not in this cohort any more. Their work is theirs, as it was.") % {"name": _full(found.user)})
    return _to(pk, "people")


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    found = access.managed(request, pk, member)
    try:
        actions.take_back(membership=found, by=access.person(request))
    except actions.Refused:
        messages.error(request, _("This account cannot be an instructor's: its role does not reach so far."))
    else:
        messages.success(request, _("%(name)s is in this cohort again.") % {"name": _full(found.user)})
    return _to(pk, "people")


@login_required
@require_POST
def extra(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    found = access.managed(request, pk, member)
    form = ExtraForm(request.POST)
    if form.is_valid():
        actions.give_extra(membership=found, percent=form.cleaned_data["percent"], by=access.person(request))
        messages.success(request, _("The extra time is kept: every due date counts with it."))
    return redirect("member", pk, member)


@login_required
@require_POST
def role(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Field: role. Administrators alone."""
    access.admin(request)
    found, wanted = access.managed(request, pk, member), request.POST.get("role", "")
    if wanted not in Membership.Role.values:
        raise Http404
    try:
        actions.change_role(membership=found, role=wanted, by=access.person(request))
    except actions.Refused:
        messages.error(request, _("This account cannot be an instructor's: its role does not reach so far."))
    return redirect("member", pk, member)


@login_required
@require_POST
def link(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Of an account in which nobody has been yet: the link to set its password, shown this once. No other account has one."""
    found = access.managed(request, pk, member)
    if not welcome.waits(found.user):
        raise Http404
    acts.record("link-shown", by=access.person(request), target=found.user, cohort=found.cohort)
    return _member(request, found, secret_link=_site(request) + welcome.link(found.user))

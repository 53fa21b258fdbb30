"""HTTP for everybody's own data: what is kept, all of it to take along, and the end of an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from course.export import leaving, own, sending
from course.export.forms import LeaveForm
from course.export.models import Leaving
from course.models import Role
from course.people import access, limits
from course.people.signing_in import Tries


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    user = access.person(request)
    context = {
        "nav": "data",
        "due": Leaving.objects.filter(user=user).first(),
        "keep": {"output": settings.KEEP_DAYS_OUTPUT, "commands": settings.KEEP_DAYS_COMMANDS, "inactive": settings.KEEP_DAYS_INACTIVE},
        "told": settings.KEEP_DAYS_TOLD,
        "most": own.MOST_BYTES,
        "guest": user.role == Role.GUEST,
        "teaches": user.role in {Role.INSTRUCTOR, Role.ADMIN},
    }
    return render(request, "export/data.html", context | more, status=status)


@login_required
@require_POST
@limits.limited("exports")
def download(request: HttpRequest) -> HttpResponseBase:
    """Everything, as a zip archive."""
    user = access.person(request)
    name = f"{user.get_username()}-{timezone.localdate():%Y-%m-%d}.zip"
    return sending.attachment(own.archive(user), name=name, kind="application/zip")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """What it means; posted with the password: the account goes in a day. A guest leaves by signing out."""
    user = access.person(request)
    if user.role == Role.GUEST or Leaving.objects.filter(user=user).exists():
        return redirect("data")
    form = LeaveForm(request.POST or None, user=user)
    if request.method != "POST":
        return _leave(request, form)
    tries = Tries(request, user.get_username())
    if seconds := tries.take():  # a password can be guessed here, too
        return limits.too_often(request, seconds)
    if not form.is_valid():
        return _leave(request, form, status=422)
    tries.give_back()
    try:
        due = leaving.ask(user=user).deletion_due
    except leaving.LastAdmin:
        form.add_error(None, _("You are the last administrator: make somebody else one first."))
        return _leave(request, form, status=422)
    messages.warning(request, _("Your account will be deleted %(moment)s.") % {"moment": _moment(due)})
    return redirect("data")


def _leave(request: HttpRequest, form: LeaveForm, *, status: int = 200) -> HttpResponse:
    return render(request, "export/leave.html", {"nav": "data", "form": form}, status=status)


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


@login_required
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """They have changed their mind."""
    if leaving.change_mind(user=access.person(request)):
        messages.success(request, _("Your account stays, with everything in it."))
    return redirect("data")

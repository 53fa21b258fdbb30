"""HTTP for who was invited. The link's secret goes into the session at once, so that no page has it in its address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from course.forms import AccountForm
from course.models import Role, User
from course.people import joining, limits, names
from course.people.actions import Refused
from course.people.models import INSTRUCTOR, Invitation, digest

_KEY = "invitation"  # the digest of the secret


@require_safe
@never_cache
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Looking at a link changes nothing about the invitation: programs that show previews of links do it, too."""
    if seconds := limits.of(request, "join"):
        return limits.too_often(request, seconds)
    found = digest(secret)
    if not Invitation.objects.filter(digest=found).exists():
        return _over(request, None)
    request.session[_KEY] = found
    return redirect("join")


@require_http_methods(["GET", "POST"])
@never_cache
@limits.limited("join")
def join(request: HttpRequest) -> HttpResponse:
    """Who invites to what; and in, by a post."""
    invitation = Invitation.objects.filter(digest=request.session.get(_KEY, "")).select_related("cohort", "made_by").first()
    if invitation is None:
        return _over(request, None)
    user = request.user
    if isinstance(user, User) and user.role != Role.GUEST:
        if invitation.cohort.memberships.filter(user=user, left=None).exists():
            return _in(request, invitation)
        return _by_account(request, invitation, user)
    if invitation.state != "open":
        return _over(request, invitation)
    return _by_form(request, invitation)


def _by_account(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if request.method != "POST":
        return _over(request, invitation) if invitation.state != "open" else render(request, "people/join.html", _context(invitation))
    try:
        joining.accept(invitation=invitation, user=user)
    except Refused as refused:
        return _over(request, invitation, refused.code)
    return _in(request, invitation)


def _by_form(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """A guest's playground becomes an account's, or an account is made."""
    form = AccountForm(request.POST or None, name=names.of(request), called=True)
    if not form.is_valid():
        return render(request, "people/join.html", _context(invitation) | {"form": form})
    user = User.objects.get(pk=request.user.pk) if request.user.is_authenticated else None
    try:
        if user is None:
            joined = joining.accept_as_new(invitation=invitation, **form.given)
        else:
            joining.accept_as_guest(invitation=invitation, user=user, **form.given)
    except IntegrityError:  # somebody got this name in this moment
        messages.warning(request, _("Your user name had to be drawn once more. Enter the passwords again."))
        form = AccountForm(name=names.of(request, anew=True), called=True, initial={"first_name": form.given["first_name"]})
        return render(request, "people/join.html", _context(invitation) | {"form": form})
    except Refused as refused:
        if refused.code != "over":
            return _over(request, invitation, refused.code)
        logout(request)
        messages.error(request, _("The time of this playground was over, so it could not be kept. Follow the invitation's link once more."))
        return redirect("sign-in")
    names.forget(request)
    if user is None:
        login(request, joined, backend="django.contrib.auth.backends.ModelBackend")
        user = joined
    else:
        update_session_auth_hash(request, user)
        request.session.set_expiry(None)
    messages.info(request, _("You sign in as %(name)s.") % {"name": user.get_username()})
    return _in(request, invitation)


def _in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session.pop(_KEY, None)
    messages.success(request, _("You are in the cohort %(cohort)s.") % {"cohort": invitation.cohort.name})
    return redirect("home")


def _over(request: HttpRequest, invitation: Invitation | None, code: str = "") -> HttpResponse:
    """Why the link lets nobody in (any more), and whom to ask."""
    code = code or (invitation.state if invitation else "unknown")
    context: dict[str, Any] = {"code": code, "nav": "join", **(_context(invitation) if invitation else {})}
    return render(request, "people/join_over.html", context, status=404 if invitation is None else 410)


def _context(invitation: Invitation) -> dict[str, Any]:
    by = invitation.made_by
    teachers = [one.user.get_full_name() or one.user.get_username() for one in invitation.cohort.members(INSTRUCTOR)]
    return {
        "nav": "join",
        "invitation": invitation,
        "cohort": invitation.cohort,
        "by": (by.get_full_name() or by.get_username()) if by else "",
        "teachers": teachers,
    }

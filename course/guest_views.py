"""From the front page into a playground, and from there to an account."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from course import addresses, guests
from course.forms import AccountForm, SignInForm
from course.models import Role, User
from course.people import names
from course.reading import consoles
from labs import actions
from labs.lab import catalog
from labs.lab.errors import LabError

_STATUS = {"full": (503, 600), "often": (429, 3600)}


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Open a playground for somebody without an account. Fields: next (a page of this site to be back at, with the console beside it),
    line (what they wanted to run there)."""
    if not settings.GUESTS:
        raise Http404
    if request.user.is_authenticated:
        return redirect("home")
    try:
        user = guests.welcome(network=addresses.pseudonym(addresses.network_of(request)))
    except guests.Refused as refused:
        return _no_room(request, refused.code)
    login(request, user)
    request.session.set_expiry(settings.GUEST_HOURS * 3600)
    try:
        lab = catalog.get(settings.GUEST_LABS[0])
    except (KeyError, LabError):  # its files are wrong, or the course has no such lab: the catalogue is there
        return redirect("home")
    attempt = actions.start_attempt(user=user, lab=lab, language=get_language() or "en")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect("page", attempt.pk)
    consoles.remember(request, opened=True, line=request.POST.get("line", ""))
    return redirect(back)


def _no_room(request: HttpRequest, code: str) -> HttpResponse:
    words = {
        "full": _("Every place for guests is taken at the moment. Nothing is wrong with you or your browser: try again in a while."),
        "often": _("Several playgrounds were opened from your network within the last hour, and there is a limit. Try again in an hour."),
    }
    status, seconds = _STATUS[code]
    context = {"nav": "sign-in", "form": SignInForm(request), "guests": settings.GUEST_HOURS, "no_room": words[code]}
    answer = render(request, "registration/sign-in.html", context, status=status)
    answer["Retry-After"] = str(seconds)
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """A password: the guest is a learner from then on, in the same session, with everything that was theirs."""
    user = request.user
    if not isinstance(user, User) or user.role != Role.GUEST:
        raise Http404
    form = AccountForm(request.POST or None, name=names.of(request))
    if not form.is_valid():
        return render(request, "registration/keep.html", {"form": form})
    kept = User.objects.get(pk=user.pk)
    try:
        done = guests.keep(user=kept, **form.given)
    except IntegrityError:  # somebody got this name in this moment
        messages.warning(request, _("Your user name had to be drawn once more. Enter the passwords again."))
        return render(request, "registration/keep.html", {"form": AccountForm(name=names.of(request, anew=True))})
    if not done:
        logout(request)
        messages.error(request, _("The time of this playground was over, so it could not be kept. You can open a new one."))
        return redirect("sign-in")
    names.forget(request)
    update_session_auth_hash(request, kept)
    request.session.set_expiry(None)
    messages.success(
        request,
        _("Welcome, %(name)s. Everything is as you left it, and stays. You sign in as %(user)s.")
        % {"name": kept.first_name or kept.username, "user": kept.username},
    )
    return redirect("home")

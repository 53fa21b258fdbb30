"""Signing in, held back where somebody guesses; passwords forgotten, set and changed. Nothing here tells who has an account."""

from __future__ import annotations

import logging
import math
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from course.forms import NewPasswordForm, OtherPasswordForm, SignInForm
from course.people import access, limits, welcome
from labs.actions import wake

log = logging.getLogger(__name__)


class Tries:
    """The tries at one name, whether or not somebody has it: from here, from anywhere, and from here at whatever name."""

    def __init__(self, request: HttpRequest, name: str) -> None:
        self._network = limits.network_of(request)
        name = get_user_model().normalize_username(name).strip().lower()
        self._counted = {"sign-in": f"{name}\n{self._network}", "sign-in-anywhere": name}

    def take(self) -> int:
        """Seconds to wait; 0: try."""
        return max(limits.take(what, person=person, network=self._network) for what, person in self._counted.items())

    def give_back(self) -> None:
        for what, person in self._counted.items():
            limits.give_back(what, person=person, network=self._network)


class SignIn(LoginView):
    template_name = "registration/sign-in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.tries = Tries(request, request.POST.get("username", ""))
        if seconds := self.tries.take():
            return self._held(seconds)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        self.tries.give_back()
        return super().form_valid(form)

    def _held(self, seconds: int) -> HttpResponse:
        """The name is not even looked up."""
        shown = SignInForm(self.request, initial={"username": self.request.POST.get("username", "")})
        answer = render(self.request, self.template_name, self.get_context_data(form=shown, held=math.ceil(seconds / 60)), status=429)
        answer["Retry-After"] = str(seconds)
        return answer

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        guests = settings.GUESTS and settings.GUEST_HOURS
        provider = {"name": settings.OIDC["name"], "url": self._onward(settings.OIDC)} if settings.OIDC else None
        return super().get_context_data(**given) | {"nav": "sign-in", "guests": guests, "provider": provider}

    def _onward(self, provider: dict[str, Any]) -> str:
        url = reverse("openid_connect_login", args=[provider["provider_id"]])
        onward = self.get_redirect_url()
        return f"{url}?{urlencode({'next': onward})}" if onward else url


@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Django's admin has a way in of its own, which nothing holds back: everybody comes in by the same one."""
    if access.is_admin(request.user):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise Http404
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.GET.get('next', reverse('admin:index'))})}")


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a mail. The answer is the same for every address, and so is the time it takes: a worker looks who has it, and writes."""
    form = PasswordResetForm(request.POST or None)
    form.fields["email"].error_messages |= {"required": _("Enter your e-mail address."), "invalid": _("That is no e-mail address.")}
    form.fields["email"].label = _("E-mail")
    if not form.is_valid():
        return render(request, "registration/forgotten.html", {"nav": "sign-in", "form": form, "mails": welcome.mails()})
    email = form.cleaned_data["email"]
    if limits.take("mail", person=email.lower(), network=limits.network_of(request)) == 0:
        wake("course.tasks.write_forgotten", email, request.build_absolute_uri("/").rstrip("/"), get_language() or "en")
    else:
        log.warning("somebody asked for too many mails: none was sent")
    return render(request, "registration/forgotten.html", {"nav": "sign-in", "sent": True, "mails": welcome.mails()})


class SetPassword(PasswordResetConfirmView):
    """From the link of a mail, or of an instructor's. The secret leaves the address at once, and the page is told to nobody."""

    template_name = "registration/set-password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        messages.success(self.request, _("Your password is set. Sign in as %(name)s.") % {"name": form.user.get_username()})
        return answer

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        return super().get_context_data(**given) | {"nav": "sign-in"}


class ChangePassword(PasswordChangeView):
    template_name = "registration/change-password.html"
    form_class = OtherPasswordForm
    success_url = reverse_lazy("home")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.has_usable_password():  # guests, and whom a provider signs in
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The old one can be guessed here, too."""
        self.tries = Tries(request, request.user.get_username())
        if seconds := self.tries.take():
            return limits.too_often(request, seconds)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        self.tries.give_back()
        messages.success(self.request, _("Your password is changed. Other browsers were signed out."))
        return super().form_valid(form)
